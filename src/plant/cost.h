/* plant/cost.h
 *
 * What failing, mending, standing and running cost, in money and in carbon, and within which range
 * a value is safe: figures that somebody approved. A change of a figure takes the approval away. */
#ifndef PLANT_COST_H
#define PLANT_COST_H

#include "plant/plant.h"

/* Amounts are minor units of `currency`; OQ_I64_NONE: not known. */
typedef struct cost_model {
    oq_uuid id;
    oq_str code, name, name_ar;
    oq_uuid class_id; /* of assets of this class; zero: of any */
    bool is_default;  /* of assets for which nothing else is said; one at most */
    oq_str currency;
    int64_t failure_minor;           /* repair after a failure */
    int64_t maintenance_minor;       /* the same work, planned */
    int64_t downtime_per_hour_minor; /* production lost when it stands unplanned */
    int64_t secondary_minor;         /* what a failure damages beside itself */
    double failure_delay_h; /* from failing until the repair begins: call-out, finding, parts; NaN */
    int64_t planned_stop_per_hour_minor; /* production lost when the stop is planned */
    double discount_percent;             /* a year; NaN: not known */
    int64_t energy_per_mwh_minor, labour_per_hour_minor, carbon_per_tonne_minor;
    oq_str source; /* where the figures are from */
    oq_uuid approved_by;
    oq_us approved_at;
    int64_t version;
    oq_us created_at, updated_at;
} cost_model;
extern const oq_field cost_model_fields[];

/* The model that counts for an asset: its own, else its class's, else the default one. NULL: none.
 * Of several of a class the first by code. */
OQ_CHECKED oq_err *cost_model_of(oq_scope *s, const asset *a, cost_model **ret_model);

/* The safe range of a metric on assets of a class, and what an hour outside of it costs. */
typedef struct threshold {
    oq_uuid id, class_id;
    int criticality; /* 0: any */
    oq_str metric, unit;
    double low_low, low, high, high_high; /* rising; NaN: none. A value on a limit is within it */
    int64_t cost_reference_minor;         /* per hour outside the range */
    oq_str currency;
    oq_str source; /* standard, manual, own experience */
    oq_uuid approved_by;
    oq_us approved_at;
    int64_t version;
    oq_us created_at, updated_at;
} threshold;
extern const oq_field threshold_fields[];

typedef struct carbon_factor {
    oq_uuid id;
    oq_str energy_type;           /* "electricity", "natural_gas" */
    oq_str country;               /* ISO 3166-1 alpha-2, for electricity */
    double value;                 /* mass per energy */
    double value_low, value_high; /* the range its sources give */
    oq_str unit;                  /* "g/kWh", "kg/GJ" */
    int64_t year, scope;          /* scope 1 to 3 of the GHG protocol */
    oq_str source;
    oq_date valid_from;
    oq_uuid confirmed_by; /* zero: a preset that nobody of the tenant confirmed */
    oq_us confirmed_at;
    int64_t version;
    oq_us created_at, updated_at;
} carbon_factor;
extern const oq_field carbon_factor_fields[];

#endif
