/* quant/maintenance_inner.h
 *
 * What the parts of the maintenance plan's solver share: the problem as a table of slots with their
 * costs, and a plan with what it leaves of everything scarce. Not for others. */
#ifndef QUANT_MAINTENANCE_INNER_H
#define QUANT_MAINTENANCE_INNER_H

#include "quant/maintenance_plan.h"

/* A slot that a job could have if it were alone, with all it costs there. */
typedef struct plan_option {
    int32_t day, crew;
    int64_t cost;
} plan_option;

typedef struct plan_job {
    int32_t minutes, days;
    int32_t asset, unit;      /* unit -1: nothing to count */
    uint32_t option, options; /* in table.option, by day, then crew */
    uint32_t before, befores; /* in table.link: orders whose `after` it is */
    uint32_t after, afters;
    const maintenance_need *need;
    uint32_t needs;
    int64_t left_cost; /* of being left out, with the penalty of a job that must be done */
    int64_t planned_cost;
    bool is_wanted; /* pinned or mandatory */
} plan_job;

typedef struct plan_link {
    uint32_t job; /* the other one */
    int32_t gap_days;
    uint32_t order;
} plan_link;

typedef struct plan_table {
    const maintenance_problem *problem;
    uint32_t without; /* bits of maintenance_limit that do not count */
    int32_t days;
    uint32_t jobs, crews;
    int32_t days_max; /* longest job */
    plan_job *job;
    plan_option *option;
    size_t options;
    plan_link *link;
    /* Capacities: of a crew's day, a unit's day, parts until a day, a budget. */
    int32_t *crew_has;
    int32_t *unit_has;
    int64_t *part_has;
    int64_t *budget_has;
    int64_t penalty; /* of leaving out a job that must be done: more than all else can cost */
} plan_table;

/* `without`: limits that are taken away, for their price. */
void plan_table_make(oq_arena *arena, const maintenance_problem *p, uint32_t without,
                     plan_table *ret_table);

/* The option of a job in a slot; NULL: it has none there. */
const plan_option *plan_option_at(const plan_table *t, uint32_t job, maintenance_slot slot);

/* A job's own money that budgets count. */
int64_t plan_job_money(const plan_table *t, uint32_t job, int32_t crew);

static inline bool plan_is_out(maintenance_slot slot)
{
    return slot.day < 0;
}

/* --- a plan in the making -----------------------------------------------------------------------*/

typedef struct plan_state {
    const plan_table *table;
    maintenance_slot *slot;
    const plan_option **option; /* [jobs]: the one it has; NULL: out */
    int64_t *cost_now;          /* [jobs] */
    int64_t cost;               /* their sum */
    int32_t *crew_left, *unit_left;
    int64_t *part_left, *budget_left;
    uint16_t *asset_down; /* jobs that have it down, [assets * days] */
    /* Jobs by crew and first day, as lists: -1 ends one. */
    int32_t *first, *next, *previous;
} plan_state;

/* All jobs are out. */
void plan_state_make(oq_arena *arena, const plan_table *t, plan_state *ret_state);

/* Whether a job that is out fits into a slot that is one of its options. */
bool plan_fits(const plan_state *s, uint32_t job, int32_t day, int32_t crew);
/* Whether no job that follows this one is in. */
bool plan_may_leave(const plan_state *s, uint32_t job);
void plan_put(plan_state *s, uint32_t job, const plan_option *option);
void plan_take(plan_state *s, uint32_t job);

/* All limits that stand against a job, which is out, in any slot of the horizon; first those that
 * have nothing to do with other jobs, last the orders. The number of them; at most `room` are set.
 */
size_t plan_obstacles(const plan_state *s, uint32_t job, maintenance_slot slot,
                      maintenance_limit_at *ret_limit, size_t room);

/* Of the options of a job that cost less than `below`: each kind of limit that stands against them,
 * where it is nearest to giving way. Of a job without options: what stands against the slot of the
 * horizon that has the least against it. */
void plan_name_limits(oq_arena *arena, plan_state *s, uint32_t job, int64_t below,
                      const maintenance_limit_at **ret_limit, size_t *ret_count);

/* Puts every job where `slot` says; false when one does not fit, and it is out then. */
bool plan_state_load(plan_state *s, const maintenance_slot *slot);

/* --- the solver's steps -------------------------------------------------------------------------*/

typedef struct plan_clock {
    oq_us deadline; /* of oq_monotonic; 0: none */
    bool (*go_on)(void *context, double done);
    void *context;
    double from, to; /* this step's share of the whole */
    double told;
    bool is_over;
} plan_clock;

/* Whether to stop, for good. `done`: 0 ... 1 of this step; it is told on at every percent. */
bool plan_clock_ends(plan_clock *c, double done);

/* A deterministic improvement until no job alone, and no job that takes another's place, gains. */
void plan_descend(plan_state *s);

/* Annealing from the state it is given, laid out for `moves`, ended after `stop`; the state is the
 * best one seen, descended. The number of moves made. */
int64_t plan_search(oq_arena *arena, plan_state *s, uint64_t seed, int64_t moves, int64_t stop,
                    plan_clock *clock);

/* Lagrangian relaxation: everything that jobs share has a price, and each takes its cheapest option
 * at these prices. */
typedef struct plan_bound {
    double value;
    int32_t rounds;
    double *crew_price, *unit_price, *part_price, *budget_price, *order_price;
    /* At the best prices: what an option costs, by table.option, and being left out; and the sum of
     * what the capacities are worth, which is subtracted. */
    double *reduced, *reduced_out;
    double constant;
} plan_bound;

/* `best`: cost of a plan that is known. */
void plan_bound_find(oq_arena *arena, const plan_table *t, int64_t best, int32_t rounds,
                     plan_clock *clock, plan_bound *ret_bound);

/* Branch and bound over the jobs with the prices of `b`. True when it looked at everything that
 * could be better than the state: then the state is optimal. */
bool plan_exact(oq_arena *arena, plan_state *s, const plan_bound *b, int64_t nodes_max,
                plan_clock *clock, int64_t *ret_nodes);

#endif
