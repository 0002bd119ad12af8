/* Annealing: which moves there are is in maintenance_move.c. */
#include "quant/maintenance_search.h"

#include <math.h>

#include "base/banned.h"

enum { BLOCK = 1024 };

/* --- setting up ---------------------------------------------------------------------------------*/

static void rivals_make(oq_arena *arena, search *s)
{
    const plan_table *t = s->table;
    const maintenance_problem *p = t->problem;
    size_t needs = 0;
    for (uint32_t j = 0; j < t->jobs; j++)
        needs += t->job[j].needs;
    s->by_unit = oq_new_n(arena, uint32_t, t->jobs);
    s->unit_at = oq_new_n(arena, uint32_t, p->units + 1);
    s->by_part = oq_new_n(arena, uint32_t, needs);
    s->part_at = oq_new_n(arena, uint32_t, p->parts + 1);
    uint32_t at = 0;
    for (size_t u = 0; u < p->units; u++) {
        s->unit_at[u] = at;
        for (uint32_t j = 0; j < t->jobs; j++)
            if (t->job[j].unit == (int32_t)u)
                s->by_unit[at++] = j;
    }
    s->unit_at[p->units] = at;
    at = 0;
    for (size_t i = 0; i < p->parts; i++) {
        s->part_at[i] = at;
        for (uint32_t j = 0; j < t->jobs; j++)
            for (uint32_t n = 0; n < t->job[j].needs; n++)
                if (t->job[j].need[n].part == i)
                    s->by_part[at++] = j;
    }
    s->part_at[p->parts] = at;
}

static int cheap_cmp(const void *a, const void *b)
{
    const plan_option *x = *(const plan_option *const *)a, *y = *(const plan_option *const *)b;
    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    return x < y ? -1 : x > y;
}

static void cheap_make(oq_arena *arena, search *s)
{
    const plan_table *t = s->table;
    s->cheap = oq_new_n(arena, const plan_option *, t->options);
    s->cheap_cost = oq_new_n(arena, int64_t, t->options);
    for (size_t i = 0; i < t->options; i++)
        s->cheap[i] = &t->option[i];
    for (uint32_t j = 0; j < t->jobs; j++)
        if (t->job[j].options)
            qsort(s->cheap + t->job[j].option, t->job[j].options, sizeof *s->cheap, cheap_cmp);
    for (size_t i = 0; i < t->options; i++)
        s->cheap_cost[i] = s->cheap[i]->cost;
}

/* From a share of what a job's slots differ by, to so little that only gains are left. */
static void temperatures_set(search *s)
{
    double sum = 0;
    size_t count = 0;
    for (uint32_t i = 0; i < s->actives; i++) {
        const plan_job *j = &s->table->job[s->active[i]];
        for (uint32_t o = 0; o < j->options; o++)
            sum += (double)(s->table->option[j->option + o].cost - s->least[s->active[i]]);
        count += j->options;
    }
    double mean = count ? sum / (double)count : 0;
    s->temperature_first = mean * 0.5 + 1;
    s->temperature_last = mean * 0.003 + 0.1;
}

static void search_make(oq_arena *arena, plan_state *state, uint64_t seed, search *ret_search)
{
    const plan_table *t = state->table;
    search *s = ret_search;
    *s = (search){.state = state, .table = t, .random = seed, .best_cost = INT64_MAX};
    s->active = oq_new_n(arena, uint32_t, t->jobs);
    s->least = oq_new_n(arena, int64_t, t->jobs);
    s->best = oq_new_n(arena, maintenance_slot, t->jobs);
    for (uint32_t j = 0; j < t->jobs; j++) {
        s->least[j] = t->job[j].left_cost;
        for (uint32_t o = 0; o < t->job[j].options; o++) {
            int64_t cost = t->option[t->job[j].option + o].cost;
            s->least[j] = cost < s->least[j] ? cost : s->least[j];
        }
        if (t->job[j].options)
            s->active[s->actives++] = j;
    }
    for (int i = 0; i < SEARCH_CHANCES; i++)
        s->exponential[i] = -log((i + 0.5) / SEARCH_CHANCES);
    cheap_make(arena, s);
    rivals_make(arena, s);
    temperatures_set(s);
}

int64_t plan_search(oq_arena *arena, plan_state *state, uint64_t seed, int64_t moves, int64_t stop,
                    plan_clock *clock)
{
    search *s = oq_new(arena, search);
    search_make(arena, state, seed, s);
    int64_t made = 0;
    double cooling = log(s->temperature_last / s->temperature_first);
    while (s->actives && made < stop) {
        double progress = (double)made / (double)moves;
        s->temperature = s->temperature_first * exp(cooling * progress);
        int64_t block = stop - made < BLOCK ? stop - made : BLOCK;
        for (int64_t i = 0; i < block; i++)
            search_step(s);
        made += block;
        if (plan_clock_ends(clock, progress))
            break;
    }
    search_remember(s);
    plan_state_load(state, s->best);
    plan_descend(state);
    return made;
}

void plan_descend(plan_state *s)
{
    const plan_table *t = s->table;
    for (bool is_better = true; is_better;) {
        is_better = false;
        for (uint32_t j = 0; j < t->jobs; j++) {
            const plan_option *had = s->option[j], *best = had;
            int64_t cost = s->cost_now[j];
            if (had && plan_may_leave(s, j) && t->job[j].left_cost < cost)
                best = NULL, cost = t->job[j].left_cost;
            if (had)
                plan_take(s, j);
            for (uint32_t i = 0; i < t->job[j].options; i++) {
                const plan_option *o = &t->option[t->job[j].option + i];
                if (o->cost < cost && plan_fits(s, j, o->day, o->crew))
                    best = o, cost = o->cost;
            }
            if (best)
                plan_put(s, j, best);
            is_better |= best != had;
        }
    }
}
