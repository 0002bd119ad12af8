/* Lagrangian relaxation: what jobs share (crew days, units' limits, parts, budgets, orders) has a
 * price instead of a limit; each job then takes its cheapest option by itself. For any prices >= 0
 * the sum, less what the capacities are worth, is below every plan. Prices are found by the
 * subgradient method with Polyak's step (M. Held, P. Wolfe, H. Crowder, Validation of subgradient
 * optimization, Mathematical Programming 6, 1974), its direction deflected (P. Camerini, L. Fratta,
 * F. Maffioli, 1975).
 *
 * Several jobs of one asset on one day are one asset down. Two of them choose their days together,
 * and pay for a common day once; of more, pairs are charged their share: the largest of n is no
 * less than any mean of them. Orders hold day by day: by day t no more of `after` has begun than of
 * `before` is done. */
#include <math.h>

#include "quant/maintenance_inner.h"

#include "base/banned.h"

enum { PATIENCE = 12 };
static const double DEFLECTION = 0.6;

/* All prices as one vector; where each kind begins. */
typedef struct prices {
    size_t crew, unit, part, budget, order, count;
} prices;

/* The cheapest way to begin a job on a day, without its unit's price. */
typedef struct best_day {
    double cost; /* INFINITY: it cannot */
    const plan_option *option;
} best_day;

typedef struct relaxation {
    const plan_table *table;
    prices at;
    double *price, *slope, *way, *has, *unit_of; /* [at.count]; unit_of: the scale of each kind */
    double *run;                                 /* [at.count]: sums of prices from a day on */
    double *share;                               /* [jobs]: of a unit's price, of a job by itself */
    int32_t *with;  /* [jobs]: the other one of a pair; -1: it chooses alone */
    double *by_day; /* [days]: of one job, without its unit */
    best_day *best; /* [2 * days] */
} relaxation;

static size_t days_of(const relaxation *r)
{
    return (size_t)r->table->days;
}

/* --- setting up ---------------------------------------------------------------------------------*/

static void places_set(relaxation *r)
{
    const maintenance_problem *p = r->table->problem;
    size_t days = days_of(r);
    bool has_budgets = !(r->table->without >> MAINTENANCE_LIMIT_BUDGET & 1);
    bool has_orders = !(r->table->without >> MAINTENANCE_LIMIT_ORDER & 1);
    prices *at = &r->at;
    at->crew = 0;
    at->unit = at->crew + p->crews * days;
    at->part = at->unit + p->units * days;
    at->budget = at->part + p->parts * days;
    at->order = at->budget + (has_budgets ? p->budgets : 0);
    at->count = at->order + (has_orders ? p->orders * days : 0);
}

/* Typical amounts: prices of minutes and of assets are brought to one scale. */
static void scales_set(relaxation *r)
{
    const plan_table *t = r->table;
    double minutes = 0, parts = 0, money = 0;
    size_t jobs = 0, needs = 0;
    for (uint32_t j = 0; j < t->jobs; j++) {
        if (!t->job[j].options)
            continue;
        jobs++, minutes += t->job[j].minutes;
        money += (double)plan_job_money(t, j, t->option[t->job[j].option].crew);
        for (uint32_t n = 0; n < t->job[j].needs; n++, needs++)
            parts += (double)t->job[j].need[n].quantity;
    }
    double minute = jobs ? minutes / (double)jobs : 1;
    double part = needs && parts > 0 ? parts / (double)needs : 1;
    double coin = jobs && money > 0 ? money / (double)jobs : 1;
    for (size_t i = 0; i < r->at.count; i++)
        r->unit_of[i] = i < r->at.unit     ? minute
                        : i < r->at.part   ? 1
                        : i < r->at.budget ? part
                        : i < r->at.order  ? coin
                                           : 1;
}

static void capacities_set(relaxation *r)
{
    const plan_table *t = r->table;
    for (size_t i = 0; i < r->at.count; i++)
        r->has[i] = i < r->at.unit     ? t->crew_has[i]
                    : i < r->at.part   ? t->unit_has[i - r->at.unit]
                    : i < r->at.budget ? (double)t->part_has[i - r->at.part]
                    : i < r->at.order  ? (double)t->budget_has[i - r->at.budget]
                                       : 0;
}

/* Jobs that count against a unit, by asset: pairs in their order, and what each is charged. */
static void shares_set(oq_arena *arena, relaxation *r)
{
    const plan_table *t = r->table;
    size_t assets = t->problem->assets;
    uint32_t *jobs = oq_new_n(arena, uint32_t, assets);
    int32_t *alone = oq_new_n(arena, int32_t, assets);
    memset(alone, 0xff, assets * sizeof *alone);
    for (uint32_t j = 0; j < t->jobs; j++) {
        int32_t asset = t->job[j].asset;
        r->with[j] = -1;
        if (t->job[j].unit < 0 || !t->job[j].options)
            continue;
        jobs[asset]++;
        if (alone[asset] < 0) {
            alone[asset] = (int32_t)j;
            continue;
        }
        r->with[j] = alone[asset];
        r->with[alone[asset]] = (int32_t)j;
        alone[asset] = -1;
    }
    for (uint32_t j = 0; j < t->jobs; j++)
        r->share[j] = t->job[j].unit >= 0 ? 1.0 / fmax(1, jobs[t->job[j].asset]) : 0;
}

static void relaxation_make(oq_arena *arena, const plan_table *t, relaxation *ret)
{
    relaxation *r = ret;
    *r = (relaxation){.table = t};
    places_set(r);
    r->price = oq_new_n(arena, double, r->at.count);
    r->slope = oq_new_n(arena, double, r->at.count);
    r->way = oq_new_n(arena, double, r->at.count);
    r->has = oq_new_n(arena, double, r->at.count);
    r->unit_of = oq_new_n(arena, double, r->at.count);
    r->run = oq_new_n(arena, double, r->at.count);
    r->share = oq_new_n(arena, double, t->jobs);
    r->with = oq_new_n(arena, int32_t, t->jobs);
    r->by_day = oq_new_n(arena, double, days_of(r));
    r->best = oq_new_n(arena, best_day, 2 * days_of(r));
    scales_set(r);
    capacities_set(r);
    shares_set(arena, r);
}

/* --- one round ----------------------------------------------------------------------------------*/

/* Sums of prices from a day to the end of the horizon: what lasts some days costs a difference,
 * what lasts until the end the sum itself. */
static void sums_of_rows(relaxation *r, size_t from, size_t to)
{
    size_t days = days_of(r);
    for (size_t row = from; row < to; row += days) {
        double sum = 0;
        for (size_t d = days; d-- > 0;)
            r->run[row + d] = sum += r->price[row + d];
    }
}

static void sums_set(relaxation *r)
{
    sums_of_rows(r, r->at.crew, r->at.budget);
    sums_of_rows(r, r->at.order, r->at.count);
}

static double from_day(const relaxation *r, size_t row, int32_t day)
{
    return day < r->table->days ? r->run[row + (size_t)day] : 0;
}

/* The price of a unit over the days of work. */
static double unit_price(const relaxation *r, const plan_job *j, int32_t from, int32_t to)
{
    size_t row = r->at.unit + (size_t)j->unit * days_of(r);
    return j->unit >= 0 && from < to ? from_day(r, row, from) - from_day(r, row, to) : 0;
}

/* What a job pays on each first day, whoever does it, but for its unit. */
static void days_price(relaxation *r, uint32_t job)
{
    const plan_table *t = r->table;
    const plan_job *j = &t->job[job];
    size_t days = days_of(r);
    memset(r->by_day, 0, days * sizeof *r->by_day);
    for (int32_t d = 0; d < t->days; d++) {
        double sum = 0;
        for (uint32_t i = 0; i < j->needs; i++)
            sum += (double)j->need[i].quantity *
                   from_day(r, r->at.part + (size_t)j->need[i].part * days, d);
        for (uint32_t i = 0; i < j->befores; i++)
            sum += from_day(r, r->at.order + (size_t)t->link[j->before + i].order * days, d);
        for (uint32_t i = 0; i < j->afters; i++) {
            const plan_link *l = &t->link[j->after + i];
            sum -=
                from_day(r, r->at.order + (size_t)l->order * days, d + j->days - 1 + l->gap_days);
        }
        r->by_day[d] = sum;
    }
}

static double crew_price(const relaxation *r, uint32_t job, const plan_option *o)
{
    const plan_table *t = r->table;
    const plan_job *j = &t->job[job];
    size_t row = r->at.crew + (size_t)o->crew * days_of(r);
    double sum = j->minutes * (from_day(r, row, o->day) - from_day(r, row, o->day + j->days));
    for (size_t b = r->at.budget; b < r->at.order; b++) {
        const maintenance_budget *budget = &t->problem->budget[b - r->at.budget];
        if (budget->day_first <= o->day && o->day <= budget->day_last)
            sum += r->price[b] * (double)plan_job_money(t, job, o->crew);
    }
    return sum;
}

static void unit_slope_add(relaxation *r, const plan_job *j, int32_t from, int32_t to, double share)
{
    for (int32_t d = from; d < to && j->unit >= 0; d++)
        r->slope[r->at.unit + (size_t)j->unit * days_of(r) + (size_t)d] += share;
}

/* What the chosen option takes of everything but its unit, into the slope. */
static void slope_add(relaxation *r, uint32_t job, const plan_option *o)
{
    const plan_table *t = r->table;
    const plan_job *j = &t->job[job];
    size_t days = days_of(r);
    for (int32_t d = o->day; d < o->day + j->days; d++)
        r->slope[r->at.crew + (size_t)o->crew * days + (size_t)d] += j->minutes;
    for (uint32_t i = 0; i < j->needs; i++)
        for (size_t d = (size_t)o->day; d < days; d++)
            r->slope[r->at.part + (size_t)j->need[i].part * days + d] +=
                (double)j->need[i].quantity;
    for (size_t b = r->at.budget; b < r->at.order; b++) {
        const maintenance_budget *budget = &t->problem->budget[b - r->at.budget];
        if (budget->day_first <= o->day && o->day <= budget->day_last)
            r->slope[b] += (double)plan_job_money(t, job, o->crew);
    }
    for (uint32_t i = 0; i < j->befores; i++)
        for (size_t d = (size_t)o->day; d < days; d++)
            r->slope[r->at.order + (size_t)t->link[j->before + i].order * days + d] += 1;
    for (uint32_t i = 0; i < j->afters; i++) {
        const plan_link *l = &t->link[j->after + i];
        for (size_t d = (size_t)(o->day + j->days - 1 + l->gap_days); d < days; d++)
            r->slope[r->at.order + (size_t)l->order * days + d] -= 1;
    }
}

/* The best of each day, and, where they are wanted, the reduced costs, charged by shares. */
static void best_days_set(relaxation *r, uint32_t job, best_day *best, plan_bound *reduced)
{
    const plan_table *t = r->table;
    const plan_job *j = &t->job[job];
    for (size_t d = 0; d < days_of(r); d++)
        best[d] = (best_day){INFINITY, NULL};
    if (j->options)
        days_price(r, job);
    for (uint32_t i = 0; i < j->options; i++) {
        const plan_option *o = &t->option[j->option + i];
        double cost = (double)o->cost + r->by_day[o->day] + crew_price(r, job, o);
        if (cost < best[o->day].cost)
            best[o->day] = (best_day){cost, o};
        if (reduced)
            reduced->reduced[j->option + i] =
                cost + r->share[job] * unit_price(r, j, o->day, o->day + j->days);
    }
    if (reduced)
        reduced->reduced_out[job] = (double)j->left_cost;
}

/* A job by itself: its least cost, and its slope. */
static double look_alone(relaxation *r, uint32_t job)
{
    const plan_job *j = &r->table->job[job];
    double least = (double)j->left_cost;
    const plan_option *chosen = NULL;
    for (int32_t d = 0; d < r->table->days; d++) {
        if (!r->best[d].option)
            continue;
        double cost = r->best[d].cost + r->share[job] * unit_price(r, j, d, d + j->days);
        if (cost < least)
            least = cost, chosen = r->best[d].option;
    }
    if (chosen) {
        slope_add(r, job, chosen);
        unit_slope_add(r, j, chosen->day, chosen->day + j->days, r->share[job]);
    }
    return least;
}

/* Two jobs of one asset: days on which both have it down are paid once. Day -1: left out. */
static double look_pair(relaxation *r, uint32_t one, uint32_t two)
{
    const plan_job *a = &r->table->job[one], *b = &r->table->job[two];
    const best_day *best_a = r->best, *best_b = r->best + days_of(r);
    double share = r->share[one] * 2, least = (double)a->left_cost + (double)b->left_cost;
    int32_t day_a = -1, day_b = -1;
    for (int32_t x = -1; x < r->table->days; x++) {
        if (x >= 0 && !best_a[x].option)
            continue;
        double cost_a = x < 0 ? (double)a->left_cost
                              : best_a[x].cost + share * unit_price(r, a, x, x + a->days);
        for (int32_t y = -1; y < r->table->days; y++) {
            double cost = cost_a + (y < 0 ? (double)b->left_cost : best_b[y].cost);
            if (cost >= least)
                continue;
            if (y >= 0) {
                cost += share * unit_price(r, b, y, y + b->days);
                if (x >= 0) {
                    int32_t from = x > y ? x : y;
                    int32_t to = x + a->days < y + b->days ? x + a->days : y + b->days;
                    cost -= share * unit_price(r, a, from, to);
                }
            }
            if (cost < least)
                least = cost, day_a = x, day_b = y;
        }
    }
    if (day_a >= 0) {
        slope_add(r, one, best_a[day_a].option);
        unit_slope_add(r, a, day_a, day_a + a->days, share);
    }
    if (day_b >= 0) {
        slope_add(r, two, best_b[day_b].option);
        unit_slope_add(r, b, day_b, day_b + b->days, share);
    }
    if (day_a >= 0 && day_b >= 0) {
        int32_t to = day_a + a->days < day_b + b->days ? day_a + a->days : day_b + b->days;
        unit_slope_add(r, a, day_a > day_b ? day_a : day_b, to, -share);
    }
    return least;
}

/* The value at the present prices; with the reduced costs, where they are wanted. */
static double look(relaxation *r, plan_bound *reduced)
{
    const plan_table *t = r->table;
    double value = 0, worth = 0;
    sums_set(r);
    for (size_t i = 0; i < r->at.count; i++) {
        r->slope[i] = -r->has[i];
        worth += r->price[i] * r->has[i];
    }
    for (uint32_t j = 0; j < t->jobs; j++) {
        int32_t with = r->with[j];
        if (with >= 0 && with < (int32_t)j)
            continue; /* with the first of the pair */
        best_days_set(r, j, r->best, reduced);
        if (with >= 0)
            best_days_set(r, (uint32_t)with, r->best + days_of(r), reduced);
        value += with >= 0 ? look_pair(r, j, (uint32_t)with) : look_alone(r, j);
    }
    if (reduced)
        reduced->constant = -worth;
    return value - worth;
}

/* One step along the deflected slope, in scaled prices; false: the prices are best. */
static bool climb(relaxation *r, double value, double target, double stride)
{
    double length = 0;
    for (size_t i = 0; i < r->at.count; i++) {
        double slope = r->slope[i] / r->unit_of[i];
        r->way[i] = slope + DEFLECTION * r->way[i];
        if (r->price[i] <= 0 && r->way[i] < 0)
            r->way[i] = 0;
        length += r->way[i] * r->way[i];
    }
    if (length <= 0)
        return false;
    double step = stride * fmax(target - value, fabs(target) * 1e-6 + 1e-6) / length;
    for (size_t i = 0; i < r->at.count; i++)
        r->price[i] = fmax(0, r->price[i] + step * r->way[i] / r->unit_of[i]);
    return true;
}

void plan_bound_find(oq_arena *arena, const plan_table *t, int64_t best, int32_t rounds,
                     plan_clock *clock, plan_bound *ret_bound)
{
    relaxation *r = oq_new(arena, relaxation);
    relaxation_make(arena, t, r);
    double *found = oq_new_n(arena, double, r->at.count), stride = 1, value = -INFINITY;
    int32_t made = 0, since = 0;
    for (; made < rounds; made++) {
        double now = look(r, NULL);
        if (now > value + fabs(value) * 1e-7 || made == 0)
            since = 0;
        else if (++since >= PATIENCE)
            stride *= 0.5, since = 0;
        if (now > value) {
            value = now;
            memcpy(found, r->price, r->at.count * sizeof *found);
        }
        bool is_done = value > (double)best - 1 || stride < 1e-4;
        if (is_done || plan_clock_ends(clock, (double)made / rounds) ||
            !climb(r, now, (double)best, stride)) {
            made++;
            break;
        }
    }
    memcpy(r->price, found, r->at.count * sizeof *found);
    plan_bound b = {.rounds = made,
                    .reduced = oq_new_n(arena, double, t->options),
                    .reduced_out = oq_new_n(arena, double, t->jobs),
                    .crew_price = found + r->at.crew,
                    .unit_price = found + r->at.unit,
                    .part_price = found + r->at.part,
                    .budget_price = found + r->at.budget,
                    .order_price = found + r->at.order};
    b.value = look(r, &b);
    *ret_bound = b;
}
