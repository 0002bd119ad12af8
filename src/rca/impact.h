/* rca/impact.h
 *
 * What an incident costs and emits, as ranges. Pure: figures in, figures out; what is not known
 * stays unknown, and is named by whoever asks.
 *
 *     downtime   hours of the work after past incidents of this cause (low and high: their first
 *                and third quartile, of fewer than four their smallest and largest); else the
 * repair time of the failure mode, halved and doubled; else by criticality, as an assumption (24,
 * 16, 8, 4 h from critical to low), halved and doubled money      downtime x cost of an hour +
 * repair (planned work to repair after a failure), in minor units of one currency carbon     energy
 * of the window x grams of CO2e a kilowatt-hour */
#ifndef RCA_IMPACT_H
#define RCA_IMPACT_H

#include "base/base.h"

typedef struct impact_range {
    double low, mid, high; /* NaN: not known */
} impact_range;

typedef struct impact_money {
    int64_t low, mid, high; /* minor units; OQ_I64_NONE: not known */
} impact_money;

typedef enum downtime_basis {
    DOWNTIME_HISTORY = 1,
    DOWNTIME_MODE,
    DOWNTIME_CRITICALITY
} downtime_basis;

typedef struct impact_inputs {
    const double *past_h; /* downtime of past incidents of the cause */
    size_t past;
    double repair_h; /* of the failure mode; NaN: not known */
    int criticality; /* plant/plant.h; 0: of no asset */
    bool has_failed; /* else the failure is still to come: planned work may do */
    int64_t cost_per_hour_minor, failure_minor, maintenance_minor; /* OQ_I64_NONE: not known */
    double mean_kw;                                                /* NaN: not measured */
    double typical_kw; /* of asset or class; NaN: not known */
    double window_h;
    impact_range factor; /* kg of CO2e a kWh */
} impact_inputs;

typedef struct impact_figures {
    int basis; /* downtime_basis */
    impact_range downtime_h;
    impact_money loss, repair, cost; /* cost: both; not known without the cost of an hour */
    double energy_kwh;               /* NaN: not known */
    bool is_measured;                /* else from the typical power */
    impact_range kg;
} impact_figures;

impact_figures impact_estimate(const impact_inputs *in);

#endif
