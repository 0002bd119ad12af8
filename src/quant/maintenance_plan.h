/* quant/maintenance_plan.h
 *
 * MaintenancePrioritizationProblem: which maintenance job is done on which day by which crew, and
 * which is left for later, so that the horizon costs least:
 *
 *     expected failure cost of waiting + planned cost and labour + production lost while the jobs
 *     are done + carbon at the tenant's price (+ a cost for each job moved from an earlier plan)
 *
 * Everything is counted in integers, so that sums are exact and any machine finds the same: money
 * in minor units, time in minutes, days from 0 (the first of the horizon), parts in the smallest
 * amount the tenant counts. Whoever turns doubles into money rounds each amount once, to the
 * nearest, halves away from zero (maintenance_risk.h does so).
 *
 *     maintenance_plan_solve     the plan, its cost in parts, a lower bound, what prices the limits
 *     maintenance_plan_explain   for each job: why there, why not, what would change it
 *     maintenance_plan_limits    what each kind of limit costs: solved again without it
 *     maintenance_plan_check     an independent reading of plan and problem (maintenance_check.c;
 *                                shares no code with the solver)
 *
 * A job whose costs are not known (maintenance_job.missing) is no part of the optimization: it is
 * left out with the reason MAINTENANCE_LEFT_UNKNOWN, and nothing is invented for it.
 *
 * The same problem and effort give the same plan, at any load. A deadline may only end the search
 * early; how far it came is in plan.effort, and solving again with that effort
 * gives the same plan without a deadline. */
#ifndef QUANT_MAINTENANCE_PLAN_H
#define QUANT_MAINTENANCE_PLAN_H

#include "base/base.h"

enum {
    MAINTENANCE_DAYS_MAX = 400,
    MAINTENANCE_JOBS_MAX = 20000,
    MAINTENANCE_CREWS_MAX = 500,
    MAINTENANCE_SKILLS_MAX = 64,
};

/* --- the problem --------------------------------------------------------------------------------*/

/* Where a job stands. day < 0: not within the horizon (crew is then -1 too). */
typedef struct maintenance_slot {
    int32_t day, crew;
} maintenance_slot;

typedef struct maintenance_crew {
    uint64_t skills;        /* bit per skill */
    const bool *site;       /* [sites]: which sites it works at; NULL: all */
    const int32_t *minutes; /* [days]: crew minutes it has; 0: not at work */
    int64_t cost_per_hour;  /* labour; 0: paid anyway */
} maintenance_crew;

typedef struct maintenance_part {
    int64_t stock;          /* when the horizon begins */
    const int64_t *arrival; /* [days]: what comes, usable on the same day; NULL: nothing */
} maintenance_part;

typedef struct maintenance_need {
    uint32_t part;
    int64_t quantity; /* taken on the job's first day */
} maintenance_need;

/* What is not known; bits of `missing`. */
typedef enum maintenance_missing {
    MAINTENANCE_MISSING_FAILURE_PROBABILITY = 1 << 0,
    MAINTENANCE_MISSING_REPAIR_COST = 1 << 1,
    MAINTENANCE_MISSING_DOWNTIME = 1 << 2,      /* hours that a failure takes */
    MAINTENANCE_MISSING_DOWNTIME_COST = 1 << 3, /* money per hour */
    MAINTENANCE_MISSING_PLANNED_COST = 1 << 4,
    MAINTENANCE_MISSING_DURATION = 1 << 5, /* hours of the planned job */
    MAINTENANCE_MISSING_CARBON = 1 << 6,   /* kg of a failure, where there is a price */
    MAINTENANCE_MISSING_STOCK = 1 << 7,    /* of a part it needs */
    MAINTENANCE_MISSING_CREW_HOURS = 1 << 8,
} maintenance_missing;
extern const oq_choice maintenance_missing_choices[]; /* "failure_probability", ... */

typedef struct maintenance_job {
    uint32_t asset;
    uint32_t site;
    uint64_t skills;    /* a crew needs all of these; 0: any crew */
    int32_t minutes;    /* of its crew on each of its days, > 0 */
    int32_t days;       /* consecutive, by one crew; 0 is 1 */
    bool is_shutdown;   /* the asset is down on these days: counts against its unit's down_max */
    int32_t day_first;  /* earliest start */
    int32_t day_last;   /* latest last day; beyond the horizon: its end */
    const bool *window; /* [days of the horizon]: it may run on that day; NULL: on each */
    const maintenance_need *need;
    size_t needs;
    /* What it costs to wait: expected cost of failing before the job is done on day d, for d in
     * 0 ... days-1, and of not doing it, at [days] (which may hold what is feared beyond). NULL: 0.
     * Carbon likewise, with the job's own carbon from 0 ... days-1. */
    const int64_t *failure_cost, *carbon_cost; /* [days + 1] */
    const int64_t *production_loss;     /* [days]: lost when it starts on day d; NULL: nothing */
    int64_t planned_cost;               /* parts, services, without the crew's labour */
    bool is_mandatory;                  /* must be done within the horizon */
    bool is_day_pinned, is_crew_pinned; /* and done, therefore */
    maintenance_slot pin;
    bool has_previous;         /* a plan that people know: moving it costs problem.move_cost */
    maintenance_slot previous; /* a day with crew -1: whoever does it, it is not moved */
    uint32_t missing;          /* of maintenance_missing; 0: all is known */
} maintenance_job;

/* `before` must be done for `after` to be done: after's first day >= before's last day + gap_days
 * (0: the same day will do, 1: the next day or later). */
typedef struct maintenance_order {
    uint32_t before, after; /* jobs */
    int32_t gap_days;
} maintenance_order;

/* Planned cost and labour of the jobs that start on the days first ... last stay within amount. */
typedef struct maintenance_budget {
    int32_t day_first, day_last;
    int64_t amount;
} maintenance_budget;

/* What counts how much in the total that is minimized; amounts stay money, and budgets count money.
 * Planned: planned cost, labour and lost production. */
typedef struct maintenance_weights {
    double failure, planned, carbon; /* >= 0 */
} maintenance_weights;

typedef struct maintenance_problem {
    int32_t days;
    const maintenance_job *job;
    size_t jobs;
    const maintenance_crew *crew;
    size_t crews;
    size_t sites;
    const uint32_t *asset_unit; /* [assets] */
    size_t assets;
    const uint32_t *unit_down_max; /* [units]: assets down on one day; 0: no limit */
    size_t units;
    const maintenance_part *part;
    size_t parts;
    const maintenance_order *order;
    size_t orders;
    const maintenance_budget *budget;
    size_t budgets;
    int64_t move_cost;
    const maintenance_weights *weights; /* NULL: all 1 */
} maintenance_problem;

/* At most so many slots that jobs could have: jobs x days x crews that may do them. What a solver
 * needs grows with it (some 40 bytes for each); callers refuse more than MAINTENANCE_OPTIONS_MAX. */
enum { MAINTENANCE_OPTIONS_MAX = 12 << 20 };
size_t maintenance_problem_options(const maintenance_problem *p);

/* NULL, or what is wrong with it, for the programmer: an index out of range, a negative time.
 * The functions below assert that there is nothing. */
const char *maintenance_problem_flaw(const maintenance_problem *p);

/* --- the plan -----------------------------------------------------------------------------------*/

typedef struct maintenance_cost {
    int64_t failure, planned, labour, production, carbon, move;
    int64_t total; /* their sum; with weights the weighted one, each part of a job rounded */
} maintenance_cost;
/* The sum of the parts: money, with or without weights. */
int64_t maintenance_cost_money(const maintenance_cost *cost);

typedef enum maintenance_limit {
    MAINTENANCE_LIMIT_SKILL,      /* no crew has the skills, or works at the site */
    MAINTENANCE_LIMIT_DATES,      /* earliest and latest day, the horizon's end */
    MAINTENANCE_LIMIT_WINDOW,     /* production windows */
    MAINTENANCE_LIMIT_CREW_HOURS, /* what other jobs leave of them */
    MAINTENANCE_LIMIT_PARTS,
    MAINTENANCE_LIMIT_UNIT_DOWN,
    MAINTENANCE_LIMIT_ORDER, /* one job before another */
    MAINTENANCE_LIMIT_BUDGET,
    MAINTENANCE_LIMIT_PIN,
    MAINTENANCE_LIMIT_COUNT,
} maintenance_limit;
extern const oq_choice maintenance_limit_choices[]; /* "skill", "dates", ... */

/* A place where a limit binds. What does not apply is -1. */
typedef struct maintenance_limit_at {
    maintenance_limit limit;
    int32_t day, crew, part, unit, job /* the other one of an order */, budget;
    int64_t short_by; /* minutes, parts, assets, money, or days that are lacking */
} maintenance_limit_at;

typedef enum maintenance_status {
    MAINTENANCE_OPTIMAL,    /* proven: bound == cost.total */
    MAINTENANCE_FEASIBLE,   /* all limits are kept; gap says how much better might be possible */
    MAINTENANCE_INFEASIBLE, /* proven: the pinned and mandatory jobs cannot all be done */
    MAINTENANCE_UNPLACED,   /* some pinned or mandatory jobs found no place; not proven */
} maintenance_status;
extern const oq_choice maintenance_status_choices[]; /* "optimal", ... */

/* How hard to try. All of it zero: by the size of the problem (about 2 s of one core for 200 jobs).
 * Rounds are moves of the local search, of the bound, of the exact search. */
typedef struct maintenance_effort {
    uint64_t seed;
    int64_t moves;      /* the length that the search is laid out for */
    int64_t moves_stop; /* end it after so many; 0: moves */
    int32_t bound_rounds;
    int64_t nodes;  /* of the exact search that follows; < 0: none */
    oq_us deadline; /* of oq_monotonic; 0: none */
    /* Called now and then with the done share 0 ... 1; false ends the search like a deadline.
     * NULL: nobody. */
    bool (*go_on)(void *context, double done);
    void *context;
} maintenance_effort;

/* A job that must be done and cannot, and by what. */
typedef struct maintenance_conflict {
    uint32_t job;
    const maintenance_limit_at *limit; /* those that together leave it no place */
    size_t limits;
} maintenance_conflict;

/* What one more unit of something scarce is worth, by the bound's multipliers: money per crew hour,
 * per asset down, per part, or per 1 of budget. A guide; maintenance_plan_limits solves again. */
typedef struct maintenance_shadow {
    maintenance_limit_at at;
    double price;
} maintenance_shadow;

typedef struct maintenance_plan {
    maintenance_status status;
    const maintenance_slot *slot; /* [jobs] */
    maintenance_cost cost;        /* of this plan */
    maintenance_cost idle;        /* of doing nothing */
    int64_t bound;                /* no plan costs less */
    double gap;                   /* (total - bound) / |total|; 0 when proven */
    size_t planned, left_out, unknown;
    const maintenance_conflict *conflict; /* UNPLACED, INFEASIBLE: who finds no place */
    size_t conflicts;
    const maintenance_shadow *shadow; /* dearest first */
    size_t shadows;
    maintenance_effort effort; /* what was done: solve with it again for the same plan */
    int64_t nodes;
    oq_us took;
} maintenance_plan;

/* The result lives in `arena`. Where pinned and mandatory jobs cannot all be done, the plan has as
 * many of them as could be placed, `conflict` names the others, and cost counts them as left out.
 */
void maintenance_plan_solve(oq_arena *arena, const maintenance_problem *p,
                            const maintenance_effort *effort, maintenance_plan *ret_plan);

/* The costs of a job in a slot, or left out; all 0 where something is missing. Labour is rounded to
 * the nearest minor unit, halves up. */
maintenance_cost maintenance_job_cost(const maintenance_problem *p, uint32_t job,
                                      maintenance_slot slot);

/* --- reasons ------------------------------------------------------------------------------------*/

typedef enum maintenance_why {
    MAINTENANCE_PLANNED,         /* there is no better free slot */
    MAINTENANCE_PLANNED_PINNED,  /* a person put it there */
    MAINTENANCE_LEFT_NOT_WORTH,  /* in every slot that is free it costs more than it saves */
    MAINTENANCE_LEFT_BLOCKED,    /* where it would save, limits stand against it */
    MAINTENANCE_LEFT_IMPOSSIBLE, /* even alone in the plant it has no slot: see `limit` */
    MAINTENANCE_LEFT_UNKNOWN,    /* see job.missing */
} maintenance_why;
extern const oq_choice maintenance_why_choices[]; /* "planned", ... */

typedef struct maintenance_reason {
    maintenance_why why;
    /* Place in the order of the plan, 1 first, by saves_per_hour; 0: not planned. */
    uint32_t rank;
    int64_t saves;         /* against leaving it out; of a left-out job: in `best`, maybe < 0 */
    double saves_per_hour; /* of the crew's work */
    /* The slot that would be best if no other job were there; and the limits that keep it from it
     * in this plan. day -1: there is none better than the one it has. Tried by putting it there. */
    maintenance_slot best;
    int64_t best_saves; /* there, against leaving it out */
    const maintenance_limit_at *limit;
    size_t limits;
    /* The best other free slot, and how much more it costs. day -1: there is none. */
    maintenance_slot other;
    int64_t other_costs_more;
    /* Of a planned job: below this part of its expected failure and carbon cost it would be left
     * out; of LEFT_NOT_WORTH: above this multiple it would be planned. NaN: no factor does. */
    double turns_at;
} maintenance_reason;

/* [jobs]. Every reason comes from trying slots in this very plan: a slot that is said to be free is
 * free, one that is said to be blocked breaks these limits, and the amounts are differences of
 * costs (tests hold each against the checker). */
void maintenance_plan_explain(oq_arena *arena, const maintenance_problem *p,
                              const maintenance_plan *plan, maintenance_reason **ret_reason);

/* What a kind of limit costs: the plan's cost minus that of the best plan found without it (the
 * search starts from this plan, so it is never negative where all jobs that must be done are). */
typedef struct maintenance_limit_price {
    maintenance_limit limit;
    bool is_used; /* the problem has such limits */
    int64_t costs;
    int64_t costs_most; /* no more than that, by the bound without it */
    size_t planned;     /* jobs planned without it */
    size_t unplaced;    /* jobs that must be done and still find no place without it */
} maintenance_limit_price;

/* [MAINTENANCE_LIMIT_COUNT]. `effort` is for each of them. */
void maintenance_plan_limits(const maintenance_problem *p, const maintenance_plan *plan,
                             const maintenance_effort *effort, maintenance_limit_price *ret_price);

/* --- the checker --------------------------------------------------------------------------------*/

typedef struct maintenance_finding {
    bool is_kept;            /* no limit is broken */
    maintenance_limit_at at; /* the first one that is, else undefined */
    int32_t job;             /* whose slot breaks it; -1: of several */
    bool is_mandatory_undone;
    maintenance_cost cost;
} maintenance_finding;

/* Reads limits and costs from the problem anew, knowing nothing of how the plan was made. `slot`
 * has one for each job. */
maintenance_finding maintenance_plan_check(const maintenance_problem *p,
                                           const maintenance_slot *slot);

#endif
