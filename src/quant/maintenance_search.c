/* Local search. A job goes to another slot, out, or takes a slot by displacing a rival from what is
 * scarce there: hours of the crew's day, the unit's limit, a part, money. The rival goes to the
 * best of a few slots tried. Only plans that keep all limits are visited. */
#include <math.h>

#include "quant/maintenance_inner.h"

#include "base/banned.h"

enum { CHANCES = 4096, BLOCK = 1024, RIVAL_TRIES = 8 };

typedef struct search {
    plan_state *state;
    const plan_table *table;
    uint64_t random;
    double temperature, temperature_first, temperature_last;
    double exponential[CHANCES]; /* -ln of evenly spread shares */
    uint32_t *active, actives;   /* jobs that have options */
    int64_t *least;              /* [jobs]: the cheapest of its options and of being out */
    /* As table.option, each job's from the cheapest: what a move may cost decides how many of them
     * are worth a try. */
    const plan_option **cheap;
    int64_t *cheap_cost;
    /* Who competes for a unit or a part: jobs by unit, then by part. */
    uint32_t *by_unit, *unit_at, *by_part, *part_at;
    int64_t best_cost;
    maintenance_slot *best;
} search;

/* --- chance -------------------------------------------------------------------------------------*/

/* splitmix64 (S. Vigna, public domain). */
static uint64_t draw(search *s)
{
    uint64_t z = (s->random += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint32_t below(search *s, uint32_t n)
{
    return (uint32_t)((draw(s) >> 32) * n >> 32);
}

/* What a move may cost now: exponentially distributed, which is the rule of Metropolis. */
static int64_t allowance(search *s)
{
    return (int64_t)(s->temperature * s->exponential[draw(s) % CHANCES]);
}

/* --- the best plan ------------------------------------------------------------------------------*/

/* Called before a move that makes the plan dearer: most improvements are followed by another. */
static void remember(search *s)
{
    if (s->state->cost >= s->best_cost)
        return;
    s->best_cost = s->state->cost;
    memcpy(s->best, s->state->slot, s->table->jobs * sizeof *s->best);
}

/* --- moves --------------------------------------------------------------------------------------*/

static void put_back(plan_state *s, uint32_t job, const plan_option *option)
{
    if (option)
        plan_put(s, job, option);
}

static void move_out(search *s, uint32_t job, int64_t allowed)
{
    plan_state *p = s->state;
    int64_t delta = s->table->job[job].left_cost - p->cost_now[job];
    if (delta > allowed || !plan_may_leave(p, job))
        return;
    if (delta > 0)
        remember(s);
    plan_take(p, job);
}

/* False: it does not fit. */
static bool move_to(search *s, uint32_t job, const plan_option *to)
{
    plan_state *p = s->state;
    const plan_option *from = p->option[job];
    if (to->cost > p->cost_now[job])
        remember(s);
    if (from)
        plan_take(p, job);
    bool fits = plan_fits(p, job, to->day, to->crew);
    if (fits)
        plan_put(p, job, to);
    else
        put_back(p, job, from);
    return fits;
}

/* A job that is in the way of `job` on that crew's days; -1: none. */
static int32_t crew_rival(search *s, uint32_t job, const plan_option *to)
{
    const plan_state *p = s->state;
    int32_t found = -1, from = to->day - s->table->days_max + 1;
    uint32_t seen = 0;
    for (int32_t d = from > 0 ? from : 0; d < to->day + s->table->job[job].days; d++) {
        int32_t at = p->first[(size_t)to->crew * (size_t)s->table->days + (size_t)d];
        for (; at >= 0; at = p->next[at])
            if ((uint32_t)at != job && d + s->table->job[at].days > to->day &&
                below(s, ++seen) == 0)
                found = at;
    }
    return found;
}

/* The other job of an order that the slot would break and that is in; -1: none. */
static int32_t order_rival(const search *s, const plan_job *j, int32_t day, bool *ret_is_before)
{
    const plan_table *t = s->table;
    for (uint32_t i = 0; i < j->befores; i++) {
        const plan_link *l = &t->link[j->before + i];
        int32_t begins = s->state->slot[l->job].day;
        *ret_is_before = true;
        if (begins < 0 || begins + t->job[l->job].days - 1 + l->gap_days > day)
            return (int32_t)l->job;
    }
    for (uint32_t i = 0; i < j->afters; i++) {
        const plan_link *l = &t->link[j->after + i];
        int32_t begins = s->state->slot[l->job].day;
        *ret_is_before = false;
        if (begins >= 0 && day + j->days - 1 + l->gap_days > begins)
            return (int32_t)l->job;
    }
    return -1;
}

/* One of a list that is in; of a few tries. */
static int32_t list_rival(search *s, uint32_t job, const uint32_t *list, uint32_t count)
{
    for (int i = 0; i < RIVAL_TRIES && count; i++) {
        uint32_t other = list[below(s, count)];
        if (other != job && s->state->option[other])
            return (int32_t)other;
    }
    return -1;
}

/* A job of the same unit that is down on these days. */
static int32_t unit_rival(search *s, uint32_t job, const plan_option *to)
{
    const plan_table *t = s->table;
    const plan_job *j = &t->job[job];
    const uint32_t *list = s->by_unit + s->unit_at[j->unit];
    uint32_t count = s->unit_at[j->unit + 1] - s->unit_at[j->unit], seen = 0;
    int32_t found = -1;
    for (uint32_t i = 0; i < count; i++) {
        maintenance_slot at = s->state->slot[list[i]];
        if (list[i] != job && at.day >= 0 && at.day < to->day + j->days &&
            at.day + t->job[list[i]].days > to->day && t->job[list[i]].asset != j->asset &&
            below(s, ++seen) == 0)
            found = (int32_t)list[i];
    }
    return found;
}

static bool unit_is_full(const plan_state *s, const plan_job *j, int32_t day)
{
    size_t days = (size_t)s->table->days;
    for (int32_t d = day; j->unit >= 0 && d < day + j->days; d++)
        if (!s->asset_down[(size_t)j->asset * days + (size_t)d] &&
            s->unit_left[(size_t)j->unit * days + (size_t)d] < 1)
            return true;
    return false;
}

static int32_t rival(search *s, uint32_t job, const plan_option *to, bool *ret_is_before)
{
    const plan_job *j = &s->table->job[job];
    const int32_t *left = s->state->crew_left + (size_t)to->crew * (size_t)s->table->days;
    int32_t other = j->befores || j->afters ? order_rival(s, j, to->day, ret_is_before) : -1;
    if (other >= 0)
        return other;
    *ret_is_before = false;
    for (int32_t d = to->day; d < to->day + j->days; d++)
        if (left[d] < j->minutes)
            return crew_rival(s, job, to);
    if (unit_is_full(s->state, j, to->day))
        return unit_rival(s, job, to);
    uint32_t turn = j->needs ? below(s, j->needs + 1) : 0;
    if (turn) {
        uint32_t part = j->need[turn - 1].part;
        return list_rival(s, job, s->by_part + s->part_at[part],
                          s->part_at[part + 1] - s->part_at[part]);
    }
    return list_rival(s, job, s->active, s->actives);
}

/* How many of a job's options cost no more. */
static uint32_t options_within(const search *s, uint32_t job, int64_t cost)
{
    const int64_t *costs = s->cheap_cost + s->table->job[job].option;
    uint32_t low = 0, high = s->table->job[job].options;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (costs[mid] <= cost)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The cheapest of a few slots within `most` for a job that is out, `also` among them, and of
 * staying out; false: none. */
static bool place_again(search *s, uint32_t job, const plan_option *also, int64_t most)
{
    plan_state *p = s->state;
    const plan_job *j = &s->table->job[job];
    const plan_option *best = NULL;
    bool may_stay = j->left_cost <= most && plan_may_leave(p, job);
    int64_t cost = may_stay ? j->left_cost : most < INT64_MAX ? most + 1 : most;
    if (also && also->cost < cost && plan_fits(p, job, also->day, also->crew))
        best = also, cost = also->cost;
    uint32_t count = options_within(s, job, cost - 1);
    for (int i = 0; i < RIVAL_TRIES && count; i++) {
        const plan_option *o = s->cheap[j->option + below(s, count)];
        if (o->cost < cost && plan_fits(p, job, o->day, o->crew)) {
            best = o, cost = o->cost;
            count = options_within(s, job, cost - 1);
        }
    }
    put_back(p, job, best);
    return best || may_stay;
}

static bool put_if_fits(plan_state *p, uint32_t job, const plan_option *to)
{
    bool fits = plan_fits(p, job, to->day, to->crew);
    if (fits)
        plan_put(p, job, to);
    return fits;
}

static void displace(search *s, uint32_t job, const plan_option *to, int64_t allowed)
{
    plan_state *p = s->state;
    bool is_before;
    int32_t found = rival(s, job, to, &is_before);
    if (found < 0)
        return;
    uint32_t other = (uint32_t)found;
    /* What the other may cost then. */
    int64_t most = allowed + p->cost_now[job] - to->cost + p->cost_now[other];
    if (s->least[other] > most)
        return;
    const plan_option *job_had = p->option[job], *other_had = p->option[other], *swap = NULL;
    remember(s);
    if (other_had)
        plan_take(p, other);
    if (job_had) {
        plan_take(p, job);
        swap = plan_option_at(s->table, other, (maintenance_slot){job_had->day, job_had->crew});
    }
    bool is_kept = is_before ? place_again(s, other, swap, most) && put_if_fits(p, job, to)
                             : put_if_fits(p, job, to) && place_again(s, other, swap, most);
    if (is_kept)
        return;
    if (p->option[other])
        plan_take(p, other);
    if (p->option[job])
        plan_take(p, job);
    put_back(p, is_before ? other : job, is_before ? other_had : job_had);
    put_back(p, is_before ? job : other, is_before ? job_had : other_had);
}

/* A slot is drawn from those that the rule of Metropolis would let pass if nothing stood there. */
static void step(search *s)
{
    uint32_t job = s->active[below(s, s->actives)];
    const plan_job *j = &s->table->job[job];
    const plan_option *now = s->state->option[job];
    int64_t allowed = allowance(s), most = s->state->cost_now[job] + allowed;
    uint32_t count = options_within(s, job, most);
    bool may_leave = now && j->left_cost <= most;
    if (!count && !may_leave)
        return;
    uint32_t which = below(s, count + may_leave);
    if (which == count) {
        move_out(s, job, allowed);
        return;
    }
    const plan_option *to = s->cheap[j->option + which];
    if (to != now && !move_to(s, job, to))
        displace(s, job, to, allowed);
}

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
    for (int i = 0; i < CHANCES; i++)
        s->exponential[i] = -log((i + 0.5) / CHANCES);
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
            step(s);
        made += block;
        if (plan_clock_ends(clock, progress))
            break;
    }
    remember(s);
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
            put_back(s, j, best);
            is_better |= best != had;
        }
    }
}
