/* quant/deferral.h
 *
 * MaintenanceDeferralCostProblem: what it is expected to cost to do a job d days later than today,
 * for d = 0 ... days.
 *
 *     cost(d) = sum over k = 1 ... d of
 *                   (P(k) - P(k-1)) x (repair + secondary damage + downtime h x cost/h + carbon)
 *                 + degradation and energy lost on day k
 *             + planned cost on day d, discounted, minus the planned cost today
 *             - what waiting until d brings (grouping with another stop, ...)
 *
 * P(k) is the probability that it fails within k days from today, given that it is whole today, so
 * each summand has the probability that the first failure comes on day k. The planned job is paid
 * where it has not failed before: (1 - P(d)) x planned(d) / (1 + rate)^(d/365); a repair takes its
 * place where it has. cost(0) = 0: everything is against doing it today.
 *
 * The band puts the lower bounds of probability and downtime together, and the upper ones: it is no
 * confidence interval of the sum, but encloses it where each bound does.
 *
 * Unknown is NaN (a curve: NULL) and is named, never taken for zero. With a needed input unknown
 * there is no cost: `missing` says what to provide and the rest is not set. Amounts in minor units
 * as doubles; whoever stores them rounds to the nearest, halves away from zero. */
#ifndef QUANT_DEFERRAL_H
#define QUANT_DEFERRAL_H

#include "quant/maintenance_plan.h"

enum { DEFERRAL_DAYS_MAX = 366 };

typedef struct deferral_problem {
    int32_t days;                      /* 0 ... days are answered, at most DEFERRAL_DAYS_MAX */
    const double *failure_probability; /* [days + 1], P(0) = 0, never falling; NULL: unknown */
    const double *failure_low, *failure_high; /* its bounds; NULL: no band from it */
    double repair_cost;
    double secondary_damage; /* 0 where there is none */
    double downtime_hours;
    double downtime_low, downtime_high; /* NaN: no band from it */
    double downtime_cost_per_hour;      /* production lost, times the production impact factor */
    double carbon_kg;                   /* of a failure; only asked for where there is a price */
    double carbon_price_per_kg;         /* 0: the tenant has none */
    double degradation_per_day;         /* energy and lost efficiency on the first day; 0: none */
    double degradation_growth;          /* and more on each day after; 0: constant */
    double planned_cost;                /* of the job with its lost production, today */
    const double *planned_by_day;       /* [days + 1]: the same by day; NULL: as today */
    double discount_rate;               /* a year; 0: none */
    const double *gain;                 /* [days + 1]: what waiting until d brings; NULL: nothing */
} deferral_problem;

/* Parts of the cost, each >= 0 but for the last two. */
typedef enum deferral_part {
    DEFERRAL_REPAIR,
    DEFERRAL_DOWNTIME,
    DEFERRAL_SECONDARY,
    DEFERRAL_CARBON,
    DEFERRAL_DEGRADATION,
    DEFERRAL_PLANNED, /* the planned job later instead of today: discount, other day, not needed */
    DEFERRAL_GAIN,    /* what waiting brings, negative */
    DEFERRAL_PART_COUNT,
} deferral_part;
extern const oq_choice deferral_part_choices[]; /* "repair", "downtime", ... */

typedef struct deferral_day {
    double cost, low, high; /* low and high: NaN without a band */
    double failure_probability;
    double part[DEFERRAL_PART_COUNT]; /* they add up to cost */
} deferral_day;

typedef struct deferral_answer {
    bool is_known;
    uint32_t missing;        /* of maintenance_missing, when it is not */
    const deferral_day *day; /* [days + 1] */
    int32_t cheapest_day;    /* the first one, of equals */
    /* The first day d > 0 from which waiting costs more than doing it today, to the last day asked
     * for; -1: not within these days. break_even is the same as a time, between two days. */
    int32_t break_even_day;
    double break_even; /* NaN where break_even_day is -1 */
    /* What costs most on the last day, of the parts that speak for not waiting, and its share of
     * them; DEFERRAL_PART_COUNT when nothing does. */
    deferral_part driver;
    double driver_share;
    double cost_per_day; /* on average over the days asked for; NaN for 0 days */
} deferral_answer;

/* NULL, or what is wrong with it, for the programmer; deferral_solve asserts that there is nothing.
 */
const char *deferral_problem_flaw(const deferral_problem *p);

void deferral_solve(oq_arena *arena, const deferral_problem *p, deferral_answer *ret_answer);

#endif
