/* Moves of the local search. A job goes to another slot, out, or takes a slot by displacing a rival
 * from what is scarce there: hours of the crew's day, the unit's limit, a part, an order. The rival
 * goes to the best of a few slots tried. Now and then several rivals are taken out and put in
 * again. Only plans that keep all limits are visited. */
#include "quant/maintenance_search.h"

#include "base/banned.h"

enum { RIVAL_TRIES = 8, RUIN_MAX = 6, RUIN_DAYS = 1, REBUILD_EVERY = 50, MEND_TRIES = 64 };

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
    return (int64_t)(s->temperature * s->exponential[draw(s) % SEARCH_CHANCES]);
}

/* --- the best plan ------------------------------------------------------------------------------*/

void search_remember(search *s)
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
        search_remember(s);
    plan_take(p, job);
}

/* False: it does not fit. */
static bool move_to(search *s, uint32_t job, const plan_option *to)
{
    plan_state *p = s->state;
    const plan_option *from = p->option[job];
    if (to->cost > p->cost_now[job])
        search_remember(s);
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
    search_remember(s);
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

/* --- several at once ----------------------------------------------------------------------------*/

typedef struct ruin {
    uint32_t job[RUIN_MAX];
    const plan_option *had[RUIN_MAX];
    size_t count;
} ruin;

static void ruin_add(search *s, ruin *r, uint32_t job)
{
    if (r->count < RUIN_MAX && s->state->option[job]) {
        r->had[r->count] = s->state->option[job];
        r->job[r->count++] = job;
        plan_take(s->state, job);
    }
}

/* Of one unit, on the days around. */
static void ruin_unit(search *s, const plan_job *j, int32_t day, ruin *r)
{
    const uint32_t *list = s->by_unit + s->unit_at[j->unit];
    uint32_t count = s->unit_at[j->unit + 1] - s->unit_at[j->unit], from = below(s, count);
    for (uint32_t i = 0; i < count && r->count < RUIN_MAX; i++) {
        uint32_t other = list[(from + i) % count];
        int32_t at = s->state->slot[other].day;
        if (at >= 0 && at >= day - RUIN_DAYS && at <= day + RUIN_DAYS)
            ruin_add(s, r, other);
    }
}

/* Of one crew; the day itself first. */
static void ruin_crew(search *s, const plan_option *at, ruin *r)
{
    static const int32_t away[] = {0, -RUIN_DAYS, RUIN_DAYS};
    size_t days = (size_t)s->table->days;
    for (size_t i = 0; i < 3; i++) {
        int32_t day = at->day + away[i];
        if (day < 0 || day >= s->table->days)
            continue;
        int32_t *first = &s->state->first[(size_t)at->crew * days + (size_t)day];
        while (*first >= 0 && r->count < RUIN_MAX)
            ruin_add(s, r, (uint32_t)*first); /* which takes it off the list */
    }
}

/* This job, and some that compete with it near its day. */
static void ruin_make(search *s, uint32_t job, ruin *r)
{
    const plan_job *j = &s->table->job[job];
    const plan_option *had = s->state->option[job];
    const plan_option *at = had ? had : s->cheap[j->option + below(s, j->options)];
    r->job[r->count] = job; /* also when it is out */
    r->had[r->count++] = had;
    if (had)
        plan_take(s->state, job);
    if (j->unit >= 0 && below(s, 2))
        ruin_unit(s, j, at->day, r);
    else
        ruin_crew(s, at, r);
}

/* In an order by lot, each to its cheapest slot that is free. */
static void ruin_mend(search *s, ruin *r)
{
    plan_state *p = s->state;
    uint32_t turn[RUIN_MAX];
    for (size_t i = 0; i < r->count; i++)
        turn[i] = r->job[i];
    for (size_t i = r->count; i > 1; i--) {
        size_t other = below(s, (uint32_t)i);
        uint32_t job = turn[i - 1];
        turn[i - 1] = turn[other], turn[other] = job;
    }
    for (size_t i = 0; i < r->count; i++) {
        const plan_job *j = &s->table->job[turn[i]];
        uint32_t worth = options_within(s, turn[i], j->left_cost - 1);
        worth = worth < MEND_TRIES ? worth : MEND_TRIES;
        for (uint32_t o = 0; o < worth; o++) {
            const plan_option *to = s->cheap[j->option + o];
            if (plan_fits(p, turn[i], to->day, to->crew) && below(s, 8)) {
                plan_put(p, turn[i], to);
                break;
            }
        }
    }
}

/* Several rivals are taken out and put in again: what single moves cannot pass, such as two jobs of
 * one asset that have it down together. */
static void rebuild(search *s, uint32_t job, int64_t allowed)
{
    plan_state *p = s->state;
    int64_t before = p->cost;
    ruin r = {0};
    search_remember(s);
    ruin_make(s, job, &r);
    ruin_mend(s, &r);
    bool is_kept = p->cost - before <= allowed;
    for (size_t i = 0; i < r.count && is_kept; i++)
        is_kept = p->option[r.job[i]] || plan_may_leave(p, r.job[i]);
    if (is_kept)
        return;
    for (size_t i = 0; i < r.count; i++)
        if (p->option[r.job[i]])
            plan_take(p, r.job[i]);
    for (size_t i = 0; i < r.count; i++)
        put_back(p, r.job[i], r.had[i]);
}

/* A slot is drawn from those that the rule of Metropolis would let pass if nothing stood there. */
void search_step(search *s)
{
    uint32_t job = s->active[below(s, s->actives)];
    const plan_job *j = &s->table->job[job];
    const plan_option *now = s->state->option[job];
    int64_t allowed = allowance(s), most = s->state->cost_now[job] + allowed;
    if (!below(s, REBUILD_EVERY)) {
        rebuild(s, job, allowed);
        return;
    }
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
