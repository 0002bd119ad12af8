/* plant/preset.h
 *
 * What a new tenant may begin with: classes of equipment with their metrics, failure modes (FMECA)
 * and inspections, vibration limits of ISO 20816-3 and carbon factors, in both languages. They are
 * ordinary records afterwards, to be changed and approved by the tenant; nothing of a price is made
 * up. */
#ifndef PLANT_PRESET_H
#define PLANT_PRESET_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"

typedef struct preset_done {
    int64_t made, kept; /* records; kept: there already, by code */
} preset_done;
extern const oq_field preset_done_fields[];

/* Makes what is missing, by code; what is there stays as it is. `ret_done` may be NULL. */
OQ_CHECKED oq_err *plant_presets_apply(oq_scope *s, preset_done *ret_done);

extern const http_route preset_routes[]; /* POST /api/plant/presets, POST /plant/presets */

#endif
