/* quant/maintenance_priority.h
 *
 * The order in which assets and sites want attention, whether or not a plan can be made.
 *
 *     v     = avoided expected cost within the horizon / hours of the work that avoids it
 *     score = 100 v / (v + w)        w: what an hour of its work costs, planned and in lost
 *                                    production; where that is not known, of all work
 *
 * 50 is where its work avoids as much as it costs; the score grows with v and never reaches
 * 100, and it does not depend on what else is in the list. Ties: criticality, then probability of
 * failure, then the given order.
 *
 * An item without money (avoided cost or hours unknown) has no score. It follows the others,
 * ordered by failure probability x criticality x production impact factor, as far as these are
 * known, with what is missing named: nothing is invented for it. */
#ifndef QUANT_MAINTENANCE_PRIORITY_H
#define QUANT_MAINTENANCE_PRIORITY_H

#include "quant/maintenance_plan.h"

/* NaN: not known, for all doubles. */
typedef struct maintenance_priority_item {
    uint32_t site;
    double avoided_cost;        /* minor units: waiting through the horizon against doing it now */
    double work_hours;          /* open orders, or the standard job */
    double work_cost;           /* planned, labour, lost production; minor units */
    double failure_probability; /* within the horizon */
    double health;              /* 0 ... 100 */
    double rul_days;            /* P50 */
    int criticality;            /* 1 ... 5; 0: not given */
    double production_impact;   /* 0 ... 1: the share of production that is lost without it */
    int open_orders;
    int severity_max; /* of the open orders and alerts; 0: none */
    uint32_t missing; /* of maintenance_missing */
} maintenance_priority_item;

typedef struct maintenance_priority {
    uint32_t item;
    uint32_t rank;         /* 1 is first */
    double score;          /* NaN: without money */
    double value_per_hour; /* v; NaN likewise */
    double risk;           /* probability x criticality/5 x impact; what is unknown counts as 1 */
} maintenance_priority;

typedef struct maintenance_site_priority {
    uint32_t site;
    uint32_t rank;
    double score; /* of the site's sums: all avoided cost that is known, per hour of all its work */
    double avoided_cost, work_hours;
    size_t items, unpriced;
} maintenance_site_priority;

/* What an hour of work costs, of all items where it is known, by their sums; NaN: of none. */
double maintenance_hour_cost(const maintenance_priority_item *item, size_t count);

/* In order of rank. hour_cost: w, > 0; NaN: nobody has a score. Sites as they occur in items. */
void maintenance_rank(oq_arena *arena, const maintenance_priority_item *item, size_t count,
                      double hour_cost, maintenance_priority **ret_rank);
void maintenance_rank_sites(oq_arena *arena, const maintenance_priority_item *item, size_t count,
                            double hour_cost, maintenance_site_priority **ret_rank,
                            size_t *ret_count);

#endif
