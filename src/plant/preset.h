/* plant/preset.h
 *
 * What a new tenant may begin with: classes of equipment with their metrics, failure modes (FMECA)
 * and inspections, vibration limits of ISO 20816-3, carbon factors and skills, in both languages.
 * They stand in examples/plant/presets.json, which is built into the program and read like any
 * other file of records. They are ordinary records afterwards, to be changed and approved by the
 * tenant; nothing of a price is made up. */
#ifndef PLANT_PRESET_H
#define PLANT_PRESET_H

#include "plant/import.h"

typedef struct preset_done {
    int64_t made, kept; /* records; kept: there already, by their key */
} preset_done;

/* Makes what is missing; what is there stays as it is. `ret_done` may be NULL. Needs the rights to
 * manage assets, settings and thresholds: access.forbidden. */
OQ_CHECKED oq_err *plant_presets_apply(oq_scope *s, preset_done *ret_done);

/* The same with a report of each record. */
OQ_CHECKED oq_err *plant_presets_report(oq_scope *s, import_report **ret_report);

#endif
