/* plant/class.h
 *
 * What the assets of a class have in common: what is measured on them, how they fail (FMECA), what
 * the manufacturer says and what is inspected. */
#ifndef PLANT_CLASS_H
#define PLANT_CLASS_H

#include "plant/plant.h"

/* The machine group of ISO 20816-3 that decides on its vibration limits. */
typedef enum vibration_group {
    VIBRATION_GROUP1_RIGID = 1,
    VIBRATION_GROUP1_FLEXIBLE,
    VIBRATION_GROUP2_RIGID,
    VIBRATION_GROUP2_FLEXIBLE
} vibration_group;
extern const oq_choice vibration_group_choices[];

typedef struct asset_class {
    oq_uuid id;
    oq_str code, name, name_ar;
    oq_str iso14224_code; /* equipment class: "PU" */
    double power_typical_kw;
    int vibration_group;                             /* 0: none, or not known */
    int64_t incident_before_min, incident_after_min; /* an incident's window; not given: the
                                                        tenant's */
    int64_t version;
    oq_us created_at, updated_at;
} asset_class;
extern const oq_field asset_class_fields[];

/* *ret_class is NULL when there is none. */
OQ_CHECKED oq_err *asset_class_find(oq_scope *s, oq_uuid id, asset_class **ret_class);

/* One thing that is measured on every asset of a class. */
typedef struct class_metric {
    oq_uuid id, class_id;
    oq_str metric; /* "vibration_rms" */
    oq_str name, name_ar;
    oq_str unit;   /* "mm/s"; "1" for a bare number */
    bool is_state; /* holds until the next sample, instead of a slope */
    double instrument_min, instrument_max;
    double low_low, low, high, high_high; /* rising; NaN: none */
    double gap_max_s;                     /* a longer silence is a gap; NaN: no limit */
    int64_t position;                     /* order on the screen */
    int64_t version;
    oq_us created_at, updated_at;
} class_metric;
extern const oq_field class_metric_fields[];

/* *ret_metric is NULL when the class has none of that name. */
OQ_CHECKED oq_err *class_metric_find(oq_scope *s, oq_uuid class_id, oq_str metric,
                                     class_metric **ret_metric);
/* All of a class, in the order of the screen. */
typedef struct class_metrics {
    class_metric *at;
    size_t count;
} class_metrics;
OQ_CHECKED oq_err *class_metrics_of(oq_scope *s, oq_uuid class_id, class_metrics *ret_metrics);

typedef enum failure_category {
    FAILURE_MECHANICAL = 1,
    FAILURE_ELECTRICAL,
    FAILURE_PROCESS,
    FAILURE_HUMAN,
    FAILURE_EXTERNAL
} failure_category;
extern const oq_choice failure_category_choices[];

/* How a class, or one asset alone, fails. */
typedef struct failure_mode {
    oq_uuid id, class_id, asset_id; /* one of the two */
    oq_str code;                    /* "bearing_fault"; unique in its class or asset */
    oq_str iso14224_code;           /* failure mode: "VIB" */
    oq_str mechanism;               /* ISO 14224 mechanism: "2.4" */
    int category;
    oq_str name, name_ar, effect, effect_ar, action, action_ar;
    int64_t severity, occurrence, detection; /* 1 to 10 each */
    int64_t rpn;                             /* their product */
    double pf_interval_h;                    /* from detectable to failed */
    double repair_h;
    oq_uuid skill_id; /* that mends it: whom a work order is given to */
    int64_t version;
    oq_us created_at, updated_at;
} failure_mode;
extern const oq_field failure_mode_fields[];

typedef enum machine_spec_kind {
    SPEC_LIMIT = 1,
    SPEC_BEHAVIOUR,
    SPEC_INSPECTION
} machine_spec_kind;
extern const oq_choice machine_spec_kind_choices[];

/* What the manufacturer says of a class or of one asset, and what is inspected. */
typedef struct machine_spec {
    oq_uuid id, class_id, asset_id; /* one of the two */
    int kind;
    int64_t position;
    oq_str title, title_ar;
    oq_str metric; /* of a limit */
    double value_min, value_max;
    oq_str unit;
    oq_str text, text_ar; /* expected behaviour, how to inspect */
    oq_str reference;     /* "Manual, page 22" */
    int64_t version;
    oq_us created_at, updated_at;
} machine_spec;
extern const oq_field machine_spec_fields[];

#endif
