/* plant/preset_data.h
 *
 * The tables behind plant/preset.h. */
#ifndef PLANT_PRESET_DATA_H
#define PLANT_PRESET_DATA_H

#include "plant/class.h"

typedef struct preset_metric {
    const char *metric, *name, *name_ar, *unit;
    bool is_state;
    double low_low, low, high, high_high; /* NAN: none */
} preset_metric;

typedef struct preset_mode {
    const char *code, *iso, *mechanism;
    failure_category category;
    const char *name, *name_ar, *effect, *effect_ar, *action, *action_ar;
    int severity, occurrence, detection;
    double pf_interval_h, repair_h;
} preset_mode;

typedef struct preset_inspection {
    const char *title, *title_ar, *text, *text_ar;
} preset_inspection;

enum { PRESET_METRICS_MAX = 9, PRESET_MODES_MAX = 5, PRESET_INSPECTIONS_MAX = 5 };

typedef struct preset_class {
    const char *code, *name, *name_ar, *iso;
    double power_typical_kw;                      /* NAN: none */
    vibration_group group;                        /* 0: none */
    preset_metric metric[PRESET_METRICS_MAX + 1]; /* each ends with NULL */
    preset_mode mode[PRESET_MODES_MAX + 1];
    preset_inspection inspection[PRESET_INSPECTIONS_MAX + 1];
} preset_class;
extern const preset_class preset_classes[]; /* ends with a NULL code */

/* Zone boundaries of ISO 20816-3:2022 (values as ISO 10816-3:2009), mm/s RMS, 10 to 1000 Hz, on
 * non-rotating parts. A value on a boundary belongs to the lower zone. */
typedef struct preset_zone {
    vibration_group group;
    double a_b, b_c, c_d;
    const char *machine;
} preset_zone;
extern const preset_zone preset_zones[]; /* ends with group 0 */

typedef struct preset_carbon {
    const char *energy_type, *country; /* country NULL: of fuels */
    double value, low, high;           /* NAN: no range given */
    const char *unit;
    int year, scope;
    const char *source;
} preset_carbon;
extern const preset_carbon preset_carbons[]; /* ends with a NULL energy_type */

#endif
