#include <math.h>

#include "quant/maintenance_inner.h"

#include "base/banned.h"

enum {
    ROUNDS = 300,
    NODES = 200000,
    EXACT_JOBS_MAX = 500, /* beyond, branch and bound never ends */
    PROOF_ROUNDS = 100,
    PROOF_NODES = 50000,
    SHADOWS_MAX = 200,
};

bool plan_clock_ends(plan_clock *c, double done)
{
    if (c->is_over)
        return true;
    double whole = c->from + (c->to - c->from) * done;
    if (c->go_on && whole >= c->told + 0.01) {
        c->told = whole;
        c->is_over = !c->go_on(c->context, whole);
    }
    c->is_over |= c->deadline && oq_monotonic() >= c->deadline;
    return c->is_over;
}

/* --- effort -------------------------------------------------------------------------------------*/

static maintenance_effort effort_given(const maintenance_problem *p,
                                       const maintenance_effort *effort)
{
    maintenance_effort e = *effort;
    if (!e.moves)
        e.moves = 200000 + 50000 * (int64_t)p->jobs;
    if (!e.moves_stop)
        e.moves_stop = 2 * e.moves; /* a second search follows where the first places too little */
    if (!e.bound_rounds)
        e.bound_rounds = ROUNDS;
    if (!e.nodes)
        e.nodes = p->jobs <= EXACT_JOBS_MAX ? NODES : -1;
    return e;
}

/* --- jobs that must be done ---------------------------------------------------------------------*/

static bool is_unplaced(const plan_state *s, uint32_t job)
{
    return plan_is_out(s->slot[job]) && s->table->job[job].is_wanted;
}

static size_t unplaced(const plan_state *s)
{
    size_t n = 0;
    for (uint32_t j = 0; j < s->table->jobs; j++)
        n += is_unplaced(s, j);
    return n;
}

static void mark_wanted(const plan_table *t, uint32_t job, bool *is_wanted)
{
    if (is_wanted[job])
        return;
    is_wanted[job] = true;
    for (uint32_t i = 0; i < t->job[job].befores; i++)
        mark_wanted(t, t->link[t->job[job].before + i].job, is_wanted);
}

/* The same limits with the jobs that must be done alone, and those that must go before; the cost is
 * the number of them that are out. */
static plan_table only_wanted(oq_arena *arena, const plan_table *t)
{
    plan_table w = *t;
    bool *is_wanted = oq_new_n(arena, bool, t->jobs);
    w.job = oq_copy(arena, t->job, t->jobs * sizeof *t->job);
    w.option = oq_copy(arena, t->option, t->options * sizeof *t->option);
    for (uint32_t j = 0; j < t->jobs; j++)
        if (t->job[j].is_wanted)
            mark_wanted(t, j, is_wanted);
    for (size_t i = 0; i < t->options; i++)
        w.option[i].cost = 0;
    for (uint32_t j = 0; j < t->jobs; j++) {
        w.job[j].left_cost = is_wanted[j];
        w.job[j].options = is_wanted[j] ? t->job[j].options : 0;
    }
    return w;
}

typedef enum proof { PROOF_NONE, PROOF_IMPOSSIBLE, PROOF_PLACED } proof;

/* Whether they can all be done. Placed: then `s` has them all, and nothing else. */
static proof prove_wanted(oq_arena *arena, plan_state *s)
{
    plan_table w = only_wanted(arena, s->table);
    plan_clock patient = {0};
    plan_state all;
    plan_state_make(arena, &w, &all);
    plan_descend(&all);
    plan_bound bound;
    plan_bound_find(arena, &w, all.cost, PROOF_ROUNDS, &patient, &bound);
    if (bound.value > 1e-3)
        return PROOF_IMPOSSIBLE;
    int64_t nodes;
    bool is_whole =
        w.jobs <= EXACT_JOBS_MAX && plan_exact(arena, &all, &bound, PROOF_NODES, &patient, &nodes);
    if (all.cost == 0)
        return plan_state_load(s, all.slot) ? PROOF_PLACED : PROOF_NONE;
    return is_whole ? PROOF_IMPOSSIBLE : PROOF_NONE;
}

/* --- what the prices say ------------------------------------------------------------------------*/

static int shadow_cmp(const void *a, const void *b)
{
    const maintenance_shadow *x = a, *y = b;
    if (x->price != y->price)
        return x->price > y->price ? -1 : 1;
    return memcmp(&x->at, &y->at, sizeof x->at);
}

static void shadow_add(maintenance_shadow *list, size_t *n, maintenance_limit_at at, double price)
{
    if (price > 0.5)
        list[(*n)++] = (maintenance_shadow){at, price};
}

static void shadows_make(oq_arena *arena, const plan_table *t, const plan_bound *b,
                         maintenance_plan *plan)
{
    const maintenance_problem *p = t->problem;
    size_t days = (size_t)t->days, n = 0;
    size_t room = (p->crews + p->units + p->parts) * days + p->budgets;
    maintenance_shadow *list = oq_new_n(arena, maintenance_shadow, room);
    maintenance_limit_at none = {0, -1, -1, -1, -1, -1, -1, 0};
    for (size_t i = 0; i < (p->crews + p->units + p->parts) * days; i++) {
        maintenance_limit_at at = none;
        size_t row = i / days;
        at.day = (int32_t)(i % days);
        if (row < p->crews) {
            at.limit = MAINTENANCE_LIMIT_CREW_HOURS, at.crew = (int32_t)row;
            shadow_add(list, &n, at, b->crew_price[i] * 60);
        } else if (row < p->crews + p->units) {
            at.limit = MAINTENANCE_LIMIT_UNIT_DOWN, at.unit = (int32_t)(row - p->crews);
            shadow_add(list, &n, at, b->unit_price[i - p->crews * days]);
        } else {
            at.limit = MAINTENANCE_LIMIT_PARTS, at.part = (int32_t)(row - p->crews - p->units);
            shadow_add(list, &n, at, b->part_price[i - (p->crews + p->units) * days]);
        }
    }
    for (size_t i = 0; i < p->budgets; i++) {
        maintenance_limit_at at = none;
        at.limit = MAINTENANCE_LIMIT_BUDGET, at.budget = (int32_t)i;
        if (b->budget_price[i] > 1e-6)
            list[n++] = (maintenance_shadow){at, b->budget_price[i]};
    }
    qsort(list, n, sizeof *list, shadow_cmp);
    plan->shadow = list;
    plan->shadows = n < SHADOWS_MAX ? n : SHADOWS_MAX;
}

/* --- the answer ---------------------------------------------------------------------------------*/

static void cost_add(maintenance_cost *sum, maintenance_cost more)
{
    sum->failure += more.failure, sum->planned += more.planned, sum->labour += more.labour;
    sum->production += more.production, sum->carbon += more.carbon, sum->move += more.move;
    sum->total += more.total;
}

static void counts_set(const plan_state *s, maintenance_plan *plan)
{
    const maintenance_problem *p = s->table->problem;
    for (uint32_t j = 0; j < s->table->jobs; j++) {
        cost_add(&plan->cost, maintenance_job_cost(p, j, s->slot[j]));
        cost_add(&plan->idle, maintenance_job_cost(p, j, (maintenance_slot){-1, -1}));
        plan->planned += !plan_is_out(s->slot[j]);
        plan->unknown += p->job[j].missing != 0;
    }
    plan->left_out = p->jobs - plan->planned - plan->unknown;
    plan->slot = s->slot;
}

/* Doubles are not the last word on a whole number. */
static int64_t bound_whole(double value)
{
    return (int64_t)ceil(value - 1e-6 - 1e-11 * fabs(value));
}

/* The bound of the problem without the duty to do any job. */
static void bound_without_duty(oq_arena *arena, const plan_table *t, const plan_state *s,
                               int32_t rounds, plan_clock *clock, plan_bound *ret_bound)
{
    plan_table optional = *t;
    optional.job = oq_copy(arena, t->job, t->jobs * sizeof *t->job);
    int64_t cost = s->cost;
    for (uint32_t j = 0; j < t->jobs; j++)
        if (t->job[j].is_wanted) {
            optional.job[j].left_cost -= t->penalty;
            cost -= plan_is_out(s->slot[j]) ? t->penalty : 0;
        }
    plan_bound_find(arena, &optional, cost, rounds, clock, ret_bound);
}

static void finish(oq_arena *arena, plan_state *s, const maintenance_effort *e, plan_clock *clock,
                   maintenance_plan *plan)
{
    const plan_table *t = s->table;
    plan_bound bound;
    bool is_proven = false;
    clock->from = 0.75, clock->to = 0.95;
    if (plan->status == MAINTENANCE_FEASIBLE)
        plan_bound_find(arena, t, s->cost, e->bound_rounds, clock, &bound);
    else
        bound_without_duty(arena, t, s, e->bound_rounds, clock, &bound);
    plan->effort.bound_rounds = bound.rounds;
    if (plan->status == MAINTENANCE_FEASIBLE && e->nodes > 0) {
        is_proven = plan_exact(arena, s, &bound, e->nodes, clock, &plan->nodes);
        plan->effort.nodes = plan->nodes > 0 ? plan->nodes : 1; /* 0 is the preset */
    }
    counts_set(s, plan);
    plan->bound = bound_whole(bound.value);
    if (is_proven || plan->bound > plan->cost.total)
        plan->bound = plan->cost.total;
    if (plan->status == MAINTENANCE_FEASIBLE && plan->bound == plan->cost.total)
        plan->status = MAINTENANCE_OPTIMAL;
    double total = fabs((double)plan->cost.total);
    plan->gap = (double)(plan->cost.total - plan->bound) / fmax(total, 1);
    shadows_make(arena, t, &bound, plan);
}

static void name_conflicts(oq_arena *arena, plan_state *s, maintenance_plan *plan)
{
    maintenance_conflict *list = oq_new_n(arena, maintenance_conflict, unplaced(s));
    for (uint32_t j = 0; j < s->table->jobs; j++) {
        if (!is_unplaced(s, j))
            continue;
        maintenance_conflict *c = &list[plan->conflicts++];
        c->job = j;
        plan_name_limits(arena, s, j, INT64_MAX, &c->limit, &c->limits);
    }
    plan->conflict = list;
}

void maintenance_plan_solve(oq_arena *arena, const maintenance_problem *p,
                            const maintenance_effort *effort, maintenance_plan *ret_plan)
{
    assert(!maintenance_problem_flaw(p));
    oq_us began = oq_monotonic();
    maintenance_effort e = effort_given(p, effort);
    plan_clock clock = {.go_on = e.go_on, .context = e.context, .to = 0.75};
    if (e.deadline)
        clock.deadline = began + (e.deadline - began) * 3 / 4;
    plan_table *t = oq_new(arena, plan_table);
    plan_table_make(arena, p, 0, t);
    plan_state s;
    plan_state_make(arena, t, &s);
    plan_descend(&s);
    int64_t first = e.moves < e.moves_stop ? e.moves : e.moves_stop;
    int64_t made = plan_search(arena, &s, e.seed, e.moves, first, &clock);
    maintenance_plan plan = {.status = MAINTENANCE_FEASIBLE, .effort = e};
    if (unplaced(&s)) {
        proof found = prove_wanted(arena, &s);
        if (found == PROOF_PLACED)
            made += plan_search(arena, &s, e.seed, e.moves, e.moves_stop - made, &clock);
        plan.status = found == PROOF_PLACED       ? MAINTENANCE_FEASIBLE
                      : found == PROOF_IMPOSSIBLE ? MAINTENANCE_INFEASIBLE
                                                  : MAINTENANCE_UNPLACED;
    }
    plan.effort.moves_stop = made;
    clock.deadline = e.deadline;
    clock.is_over = clock.is_over && !e.deadline; /* the bound has its own part of the time */
    finish(arena, &s, &e, &clock, &plan);
    name_conflicts(arena, &s, &plan);
    plan.effort.deadline = 0;
    plan.effort.go_on = NULL, plan.effort.context = NULL;
    plan.took = oq_monotonic() - began;
    *ret_plan = plan;
}
