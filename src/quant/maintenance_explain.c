#include <math.h>

#include "quant/maintenance_inner.h"

#include "base/banned.h"

enum { OBSTACLES_MAX = 32 };

/* --- limits -------------------------------------------------------------------------------------*/

/* The nearest of each kind. */
static void gather(maintenance_limit_at *found, bool *is_found, const maintenance_limit_at *limit,
                   size_t count)
{
    for (size_t i = 0; i < count; i++) {
        maintenance_limit kind = limit[i].limit;
        if (!is_found[kind] || limit[i].short_by < found[kind].short_by)
            found[kind] = limit[i];
        is_found[kind] = true;
    }
}

static size_t obstacles_at(const plan_state *s, uint32_t job, maintenance_slot slot,
                           maintenance_limit_at *ret_limit)
{
    size_t n = plan_obstacles(s, job, slot, ret_limit, OBSTACLES_MAX);
    return n < OBSTACLES_MAX ? n : OBSTACLES_MAX;
}

static int64_t short_by(const maintenance_limit_at *limit, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += limit[i].short_by;
    return sum;
}

/* Any slot of the horizon, also those that the job's own limits exclude: with the fewest limits
 * against it, and of these the nearest. */
static void gather_least(const plan_state *s, uint32_t job, maintenance_limit_at *found,
                         bool *is_found)
{
    const plan_table *t = s->table;
    maintenance_limit_at limit[OBSTACLES_MAX], best[OBSTACLES_MAX];
    size_t least = SIZE_MAX;
    for (int32_t d = 0; d < t->days; d++)
        for (uint32_t c = 0; c < t->crews; c++) {
            size_t n = obstacles_at(s, job, (maintenance_slot){d, (int32_t)c}, limit);
            if (n < least || (n == least && short_by(limit, n) < short_by(best, n)))
                least = n, memcpy(best, limit, n * sizeof *best);
        }
    if (least != SIZE_MAX)
        gather(found, is_found, best, least);
}

void plan_name_limits(oq_arena *arena, plan_state *s, uint32_t job, int64_t below,
                      const maintenance_limit_at **ret_limit, size_t *ret_count)
{
    const plan_table *t = s->table;
    const plan_option *had = s->option[job];
    maintenance_limit_at found[MAINTENANCE_LIMIT_COUNT], limit[OBSTACLES_MAX];
    bool is_found[MAINTENANCE_LIMIT_COUNT] = {0};
    if (had)
        plan_take(s, job);
    for (uint32_t i = 0; i < t->job[job].options; i++) {
        const plan_option *o = &t->option[t->job[job].option + i];
        if (o->cost < below)
            gather(found, is_found, limit,
                   obstacles_at(s, job, (maintenance_slot){o->day, o->crew}, limit));
    }
    if (!t->job[job].options)
        gather_least(s, job, found, is_found);
    if (had)
        plan_put(s, job, had);
    maintenance_limit_at *list = oq_new_n(arena, maintenance_limit_at, MAINTENANCE_LIMIT_COUNT);
    size_t n = 0;
    for (int k = 0; k < MAINTENANCE_LIMIT_COUNT; k++)
        if (is_found[k])
            list[n++] = found[k];
    *ret_limit = list;
    *ret_count = n;
}

/* --- one job ------------------------------------------------------------------------------------*/

static double hours_of(const plan_table *t, uint32_t job)
{
    return (double)t->job[job].minutes * t->job[job].days / 60;
}

/* By what its expected failure cost would have to be multiplied for the slot to cost as much as
 * being left out; NaN: no factor does. */
static double turning_point(const plan_table *t, uint32_t job, const plan_option *o)
{
    maintenance_cost in =
        maintenance_job_cost(t->problem, job, (maintenance_slot){o->day, o->crew});
    maintenance_cost out = maintenance_job_cost(t->problem, job, (maintenance_slot){-1, -1});
    maintenance_weights w =
        t->problem->weights ? *t->problem->weights : (maintenance_weights){1, 1, 1};
    double avoided = w.failure * (double)(out.failure - in.failure) +
                     w.carbon * (double)(out.carbon - in.carbon);
    double spent = (double)(in.total - out.total) + avoided;
    return avoided > 0 && spent > 0 ? spent / avoided : NAN;
}

typedef struct look {
    const plan_option *best;  /* the cheapest of all */
    const plan_option *other; /* the cheapest that is free, but for the one it has */
    double turns_at;          /* the least over the free ones */
} look;

/* The job is out. */
static look look_around(const plan_state *s, uint32_t job, const plan_option *had)
{
    const plan_table *t = s->table;
    look l = {.turns_at = NAN};
    for (uint32_t i = 0; i < t->job[job].options; i++) {
        const plan_option *o = &t->option[t->job[job].option + i];
        if (!l.best || o->cost < l.best->cost)
            l.best = o;
        if (o == had || !plan_fits(s, job, o->day, o->crew))
            continue;
        if (!l.other || o->cost < l.other->cost)
            l.other = o;
        l.turns_at = fmin(l.turns_at, turning_point(t, job, o));
    }
    return l;
}

static maintenance_slot slot_of(const plan_option *o)
{
    return o ? (maintenance_slot){o->day, o->crew} : (maintenance_slot){-1, -1};
}

static void explain_planned(oq_arena *arena, plan_state *s, uint32_t job, look l,
                            maintenance_reason *r)
{
    const plan_table *t = s->table;
    const maintenance_job *j = &t->problem->job[job];
    const plan_option *had = s->option[job];
    int64_t left = maintenance_job_cost(t->problem, job, (maintenance_slot){-1, -1}).total;
    r->why =
        j->is_day_pinned || j->is_crew_pinned ? MAINTENANCE_PLANNED_PINNED : MAINTENANCE_PLANNED;
    r->saves = left - had->cost;
    r->saves_per_hour = (double)r->saves / hours_of(t, job);
    r->turns_at = turning_point(t, job, had);
    if (!(r->turns_at < 1))
        r->turns_at = NAN;
    if (l.best->cost < had->cost) {
        r->best = slot_of(l.best);
        r->best_saves = left - l.best->cost;
        plan_name_limits(arena, s, job, had->cost, &r->limit, &r->limits);
    }
    r->other = slot_of(l.other);
    r->other_costs_more = l.other ? l.other->cost - had->cost : 0;
}

static void explain_left(oq_arena *arena, plan_state *s, uint32_t job, look l,
                         maintenance_reason *r)
{
    const plan_table *t = s->table;
    int64_t left = maintenance_job_cost(t->problem, job, (maintenance_slot){-1, -1}).total;
    r->best = slot_of(l.best);
    r->best_saves = r->saves = left - l.best->cost;
    r->saves_per_hour = (double)r->saves / hours_of(t, job);
    r->other = slot_of(l.other);
    r->other_costs_more = l.other ? l.other->cost - left : 0;
    if (l.best->cost < t->job[job].left_cost) {
        r->why = MAINTENANCE_LEFT_BLOCKED;
        plan_name_limits(arena, s, job, t->job[job].left_cost, &r->limit, &r->limits);
    } else {
        r->why = MAINTENANCE_LEFT_NOT_WORTH;
        r->turns_at = l.turns_at;
    }
}

static void explain_job(oq_arena *arena, plan_state *s, uint32_t job, maintenance_reason *r)
{
    const plan_table *t = s->table;
    maintenance_slot none = {-1, -1};
    *r = (maintenance_reason){.best = none, .other = none, .turns_at = NAN};
    if (t->problem->job[job].missing) {
        r->why = MAINTENANCE_LEFT_UNKNOWN;
        return;
    }
    if (!t->job[job].options) {
        r->why = MAINTENANCE_LEFT_IMPOSSIBLE;
        plan_name_limits(arena, s, job, INT64_MAX, &r->limit, &r->limits);
        return;
    }
    const plan_option *had = s->option[job];
    if (had)
        plan_take(s, job);
    look l = look_around(s, job, had);
    if (had)
        plan_put(s, job, had);
    if (had)
        explain_planned(arena, s, job, l, r);
    else
        explain_left(arena, s, job, l, r);
}

/* --- all of them --------------------------------------------------------------------------------*/

typedef struct ranked {
    double saves_per_hour;
    uint32_t job;
} ranked;

static int ranked_cmp(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->saves_per_hour != y->saves_per_hour)
        return x->saves_per_hour > y->saves_per_hour ? -1 : 1;
    return x->job < y->job ? -1 : 1;
}

static void ranks_set(oq_arena *arena, const plan_state *s, maintenance_reason *reason)
{
    ranked *list = oq_new_n(arena, ranked, s->table->jobs);
    uint32_t n = 0;
    for (uint32_t j = 0; j < s->table->jobs; j++)
        if (s->option[j])
            list[n++] = (ranked){reason[j].saves_per_hour, j};
    qsort(list, n, sizeof *list, ranked_cmp);
    for (uint32_t i = 0; i < n; i++)
        reason[list[i].job].rank = i + 1;
}

void maintenance_plan_explain(oq_arena *arena, const maintenance_problem *p,
                              const maintenance_plan *plan, maintenance_reason **ret_reason)
{
    plan_table *t = oq_new(arena, plan_table);
    plan_table_make(arena, p, 0, t);
    plan_state s;
    plan_state_make(arena, t, &s);
    bool is_whole = plan_state_load(&s, plan->slot);
    assert(is_whole);
    (void)is_whole;
    maintenance_reason *reason = oq_new_n(arena, maintenance_reason, p->jobs);
    for (uint32_t j = 0; j < t->jobs; j++)
        explain_job(arena, &s, j, &reason[j]);
    ranks_set(arena, &s, reason);
    *ret_reason = reason;
}
