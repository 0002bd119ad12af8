/* Branch and bound: jobs one after the other, each through its options from the cheapest, by the
 * reduced costs of the bound. What the jobs that are still open can save is a sum that is known
 * before, so a node costs no more than trying a slot. */
#include <math.h>

#include "quant/maintenance_inner.h"

#include "base/banned.h"

typedef struct choice {
    double cost;
    uint32_t option; /* of the job; UINT32_MAX: out */
} choice;

typedef struct exact {
    plan_state *state;
    const plan_table *table;
    uint32_t *order; /* jobs with options, those before others first */
    uint32_t count;
    choice **choice; /* by place in order */
    uint32_t *choices;
    double *rest; /* the least that the jobs from a place on cost */
    maintenance_slot *best;
    int64_t best_cost, nodes, nodes_max;
    plan_clock *clock;
    bool is_whole;
} exact;

static int choice_cmp(const void *a, const void *b)
{
    const choice *x = a, *y = b;
    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    return (x->option > y->option) - (x->option < y->option);
}

static void choices_make(oq_arena *arena, exact *e, const plan_bound *b, uint32_t place)
{
    uint32_t job = e->order[place];
    const plan_job *j = &e->table->job[job];
    choice *c = oq_new_n(arena, choice, j->options + 1);
    for (uint32_t i = 0; i < j->options; i++)
        c[i] = (choice){b->reduced[j->option + i], i};
    c[j->options] = (choice){b->reduced_out[job], UINT32_MAX};
    qsort(c, j->options + 1, sizeof *c, choice_cmp);
    e->choice[place] = c;
    e->choices[place] = j->options + 1;
}

/* How much the second choice costs more than the first: those who have none go first. */
static double regret(const exact *e, const plan_bound *b, uint32_t job)
{
    const plan_job *j = &e->table->job[job];
    double first = b->reduced_out[job], second = (double)INT64_MAX;
    for (uint32_t i = 0; i < j->options; i++) {
        double cost = b->reduced[j->option + i];
        if (cost < first)
            second = first, first = cost;
        else if (cost < second)
            second = cost;
    }
    return second - first;
}

static void order_make(oq_arena *arena, exact *e, const plan_bound *b)
{
    const plan_table *t = e->table;
    uint32_t *waits = oq_new_n(arena, uint32_t, t->jobs);
    bool *is_gone = oq_new_n(arena, bool, t->jobs);
    double *weight = oq_new_n(arena, double, t->jobs);
    for (uint32_t j = 0; j < t->jobs; j++) {
        waits[j] = t->job[j].befores;
        weight[j] = regret(e, b, j);
    }
    for (uint32_t n = 0; n < t->jobs; n++) {
        uint32_t next = UINT32_MAX;
        for (uint32_t j = 0; j < t->jobs; j++)
            if (!is_gone[j] && !waits[j] && (next == UINT32_MAX || weight[j] > weight[next]))
                next = j;
        is_gone[next] = true;
        for (uint32_t i = 0; i < t->job[next].afters; i++)
            waits[t->link[t->job[next].after + i].job]--;
        if (t->job[next].options)
            e->order[e->count++] = next;
    }
}

/* Costs are whole: what cannot be 1 cheaper cannot be cheaper. Sums of doubles get a margin. */
static bool is_hopeless(const exact *e, double least)
{
    double best = (double)e->best_cost;
    return least > best - 1 + 1e-6 + 1e-11 * fabs(best);
}

/* `so_far`: constant, jobs without options and the choices made. */
static void branch(exact *e, uint32_t place, double so_far)
{
    plan_state *s = e->state;
    if (place == e->count) {
        if (s->cost < e->best_cost) {
            e->best_cost = s->cost;
            memcpy(e->best, s->slot, e->table->jobs * sizeof *e->best);
        }
        return;
    }
    uint32_t job = e->order[place];
    const plan_job *j = &e->table->job[job];
    for (uint32_t i = 0; i < e->choices[place] && e->is_whole; i++) {
        const choice *c = &e->choice[place][i];
        double least = so_far + c->cost + e->rest[place + 1];
        if (is_hopeless(e, least))
            return;
        e->nodes++;
        bool is_over = !(e->nodes & 4095) && plan_clock_ends(e->clock, 0.99);
        if (e->nodes > e->nodes_max || is_over) {
            e->nodes--;
            e->is_whole = false;
            return;
        }
        if (c->option == UINT32_MAX) {
            branch(e, place + 1, so_far + c->cost);
            continue;
        }
        const plan_option *o = &e->table->option[j->option + c->option];
        if (!plan_fits(s, job, o->day, o->crew))
            continue;
        plan_put(s, job, o);
        branch(e, place + 1, so_far + c->cost);
        plan_take(s, job);
    }
}

bool plan_exact(oq_arena *arena, plan_state *s, const plan_bound *b, int64_t nodes_max,
                plan_clock *clock, int64_t *ret_nodes)
{
    const plan_table *t = s->table;
    size_t slots = t->jobs * sizeof(maintenance_slot);
    exact e = {.state = s,
               .table = t,
               .order = oq_new_n(arena, uint32_t, t->jobs),
               .choice = oq_new_n(arena, choice *, t->jobs),
               .choices = oq_new_n(arena, uint32_t, t->jobs),
               .rest = oq_new_n(arena, double, t->jobs + 1),
               .best = oq_copy(arena, s->slot, slots),
               .best_cost = s->cost,
               .nodes_max = nodes_max,
               .clock = clock,
               .is_whole = true};
    order_make(arena, &e, b);
    double fixed = b->constant;
    for (uint32_t j = 0; j < t->jobs; j++)
        fixed += t->job[j].options ? 0 : b->reduced_out[j];
    for (uint32_t i = 0; i < e.count; i++)
        choices_make(arena, &e, b, i);
    for (uint32_t i = e.count; i-- > 0;)
        e.rest[i] = e.rest[i + 1] + e.choice[i][0].cost;
    for (uint32_t j = 0; j < t->jobs; j++)
        if (!plan_is_out(s->slot[j]))
            plan_take(s, j);
    branch(&e, 0, fixed);
    plan_state_load(s, e.best);
    *ret_nodes = e.nodes;
    return e.is_whole;
}
