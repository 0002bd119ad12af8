/* quant/maintenance_risk.h
 *
 * What it costs to wait, day by day: the curves that a maintenance_job carries.
 *
 * Given P(d), the probability that the asset fails within d days from now (it is whole now), and C,
 * what a failure costs:
 *
 *     C            = repair + secondary damage + downtime hours x cost per hour
 *     C_carbon     = kg CO2e of a failure x price per kg
 *     failure(d)   = P(d) x C                      waiting until day d, d = 0 ... days
 *     carbon(d)    = P(d) x C_carbon               likewise
 *
 * That is the sum over the days k < d of (P(k+1) - P(k)) x C: the probability that the first
 * failure comes on day k. A failure is repaired and ends the risk within the horizon. Where the job
 * leaves a risk behind (a restored asset is not a new one), after(n) is the probability of failing
 * within n days of the job, and failure(d), d < days, has (1 - P(d)) x after(days - d) x C more.
 *
 * Unknown is NaN, and never zero: what is unknown is named in `missing` and makes no curve. Zero is
 * zero, and counts. Amounts of money are in minor units; each is rounded once, to the nearest. */
#ifndef QUANT_MAINTENANCE_RISK_H
#define QUANT_MAINTENANCE_RISK_H

#include "quant/maintenance_plan.h"

typedef struct maintenance_risk {
    const double *failure_probability; /* [days + 1], [0] = 0, rising; NULL: unknown */
    const double *after; /* [days + 1], of the asset as the job leaves it; NULL: no risk left */
    double repair_cost;
    double secondary_damage; /* 0 where there is none */
    double downtime_hours;
    double downtime_cost_per_hour; /* production lost, already times the production impact factor */
    double failure_carbon_kg;      /* only asked for where there is a price */
    double carbon_price_per_kg;    /* 0: the tenant has none */
    double planned_cost;           /* without labour */
    double planned_hours;          /* of the crew */
    double planned_stop_hours;     /* production stops so long; 0: it goes on */
    /* Cost of one hour of stop, by day (a quiet day costs less); NULL: downtime_cost_per_hour. */
    const double *stop_cost_per_hour; /* [days] */
    double planned_carbon_kg;         /* NaN counts as not given: 0 is added */
} maintenance_risk;

/* Sets failure_cost, carbon_cost, production_loss, planned_cost, minutes (of one day; whoever
 * spreads a job over days divides) and missing of `job`, and nothing else. Arrays are made in
 * `arena`; where something is missing, the curves stay NULL. */
void maintenance_job_price(oq_arena *arena, const maintenance_risk *risk, int32_t days,
                           maintenance_job *job);

#endif
