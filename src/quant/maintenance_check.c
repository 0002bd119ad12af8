/* The independent reading of a plan: it goes over the whole problem for each limit, shares nothing
 * with the solver, and is slow on purpose where that keeps it plain. */
#include "quant/maintenance_plan.h"

#include <math.h>

#include "base/banned.h"

typedef struct reading {
    const maintenance_problem *p;
    const maintenance_slot *slot;
    maintenance_finding *finding;
} reading;

static void broken(const reading *r, maintenance_limit limit, int32_t job, int32_t day,
                   int64_t short_by)
{
    if (!r->finding->is_kept)
        return;
    r->finding->is_kept = false;
    r->finding->job = job;
    r->finding->at = (maintenance_limit_at){limit, day, -1, -1, -1, -1, -1, short_by};
}

static bool is_in(const reading *r, size_t job)
{
    return r->slot[job].day >= 0;
}

static int32_t last_day(const reading *r, size_t job)
{
    int32_t days = r->p->job[job].days;
    return r->slot[job].day + (days > 1 ? days : 1) - 1;
}

static bool works_on(const reading *r, size_t job, int32_t day)
{
    return is_in(r, job) && r->slot[job].day <= day && day <= last_day(r, job);
}

static int64_t hourly(int64_t per_hour, int64_t minutes)
{
    return (per_hour * minutes + 30) / 60;
}

static int64_t labour(const reading *r, size_t job)
{
    int32_t days = r->p->job[job].days;
    int64_t minutes = (int64_t)r->p->job[job].minutes * (days > 1 ? days : 1);
    return hourly(r->p->crew[r->slot[job].crew].cost_per_hour, minutes);
}

/* --- limits -------------------------------------------------------------------------------------*/

static void check_job(const reading *r, size_t i)
{
    const maintenance_job *j = &r->p->job[i];
    int32_t day = r->slot[i].day, crew = r->slot[i].crew, job = (int32_t)i;
    if (!is_in(r, i)) {
        bool is_wanted = j->is_mandatory || j->is_day_pinned || j->is_crew_pinned;
        r->finding->is_mandatory_undone |= is_wanted && !j->missing;
        return;
    }
    if (crew < 0 || (size_t)crew >= r->p->crews || j->missing) {
        broken(r, MAINTENANCE_LIMIT_SKILL, job, day, 0);
        return;
    }
    const maintenance_crew *c = &r->p->crew[crew];
    if ((j->skills & ~c->skills) || (c->site && !c->site[j->site]))
        broken(r, MAINTENANCE_LIMIT_SKILL, job, day, 0);
    if (day < j->day_first || last_day(r, i) > j->day_last || last_day(r, i) >= r->p->days) {
        broken(r, MAINTENANCE_LIMIT_DATES, job, day, 0);
        return;
    }
    for (int32_t d = day; j->window && d <= last_day(r, i); d++)
        if (!j->window[d])
            broken(r, MAINTENANCE_LIMIT_WINDOW, job, d, 0);
    if ((j->is_day_pinned && j->pin.day != day) || (j->is_crew_pinned && j->pin.crew != crew))
        broken(r, MAINTENANCE_LIMIT_PIN, job, day, 0);
}

static void check_crews(const reading *r)
{
    for (size_t c = 0; c < r->p->crews; c++)
        for (int32_t d = 0; d < r->p->days; d++) {
            int64_t used = 0;
            for (size_t j = 0; j < r->p->jobs; j++)
                if (works_on(r, j, d) && r->slot[j].crew == (int32_t)c)
                    used += r->p->job[j].minutes;
            if (used > r->p->crew[c].minutes[d])
                broken(r, MAINTENANCE_LIMIT_CREW_HOURS, -1, d, used - r->p->crew[c].minutes[d]);
        }
}

static void check_units(const reading *r)
{
    oq_arena *arena = oq_arena_open(0);
    bool *is_down = oq_new_n(arena, bool, r->p->assets);
    uint32_t *down = oq_new_n(arena, uint32_t, r->p->units);
    for (int32_t d = 0; d < r->p->days; d++) {
        memset(is_down, 0, r->p->assets * sizeof *is_down);
        memset(down, 0, r->p->units * sizeof *down);
        for (size_t j = 0; j < r->p->jobs; j++)
            if (works_on(r, j, d) && r->p->job[j].is_shutdown)
                is_down[r->p->job[j].asset] = true;
        for (size_t a = 0; a < r->p->assets; a++)
            down[r->p->asset_unit[a]] += is_down[a];
        for (size_t u = 0; u < r->p->units; u++)
            if (r->p->unit_down_max[u] && down[u] > r->p->unit_down_max[u])
                broken(r, MAINTENANCE_LIMIT_UNIT_DOWN, -1, d, down[u] - r->p->unit_down_max[u]);
    }
    oq_arena_close(arena);
}

static void check_parts(const reading *r)
{
    for (size_t i = 0; i < r->p->parts; i++) {
        int64_t left = r->p->part[i].stock;
        for (int32_t d = 0; d < r->p->days; d++) {
            left += r->p->part[i].arrival ? r->p->part[i].arrival[d] : 0;
            for (size_t j = 0; j < r->p->jobs; j++)
                for (size_t n = 0; r->slot[j].day == d && n < r->p->job[j].needs; n++)
                    if (r->p->job[j].need[n].part == i)
                        left -= r->p->job[j].need[n].quantity;
            if (left < 0)
                broken(r, MAINTENANCE_LIMIT_PARTS, -1, d, -left);
        }
    }
}

static void check_orders(const reading *r)
{
    for (size_t i = 0; i < r->p->orders; i++) {
        const maintenance_order *o = &r->p->order[i];
        if (!is_in(r, o->after))
            continue;
        if (!is_in(r, o->before) || last_day(r, o->before) + o->gap_days > r->slot[o->after].day)
            broken(r, MAINTENANCE_LIMIT_ORDER, (int32_t)o->after, r->slot[o->after].day, 0);
    }
}

static void check_budgets(const reading *r)
{
    for (size_t b = 0; b < r->p->budgets; b++) {
        const maintenance_budget *budget = &r->p->budget[b];
        int64_t spent = 0;
        for (size_t j = 0; j < r->p->jobs; j++)
            if (is_in(r, j) && budget->day_first <= r->slot[j].day &&
                r->slot[j].day <= budget->day_last)
                spent += r->p->job[j].planned_cost + labour(r, j);
        if (spent > budget->amount)
            broken(r, MAINTENANCE_LIMIT_BUDGET, -1, budget->day_first, spent - budget->amount);
    }
}

/* --- costs --------------------------------------------------------------------------------------*/

/* Each part of a job is weighted and rounded by itself. */
static int64_t weigh(const maintenance_problem *p, const maintenance_cost *c)
{
    double failure = p->weights ? p->weights->failure : 1, carbon = p->weights ? p->weights->carbon : 1;
    double planned = p->weights ? p->weights->planned : 1;
    return llround((double)c->failure * failure) + llround((double)c->carbon * carbon) +
           llround((double)c->planned * planned) + llround((double)c->labour * planned) +
           llround((double)c->production * planned) + c->move;
}

static void add_cost(const reading *r, size_t i, maintenance_cost *total)
{
    maintenance_cost own = {0}, *sum = &own;
    const maintenance_job *j = &r->p->job[i];
    maintenance_slot slot = r->slot[i];
    if (j->missing)
        return;
    size_t column = (size_t)(is_in(r, i) ? slot.day : r->p->days);
    if (j->failure_cost)
        sum->failure += j->failure_cost[column];
    if (j->carbon_cost)
        sum->carbon += j->carbon_cost[column];
    if (is_in(r, i)) {
        sum->planned += j->planned_cost;
        sum->labour += labour(r, i);
        if (j->production_loss)
            sum->production += j->production_loss[column];
    }
    bool was_in = j->has_previous && j->previous.day >= 0;
    bool is_same_crew = j->previous.crew < 0 || slot.crew == j->previous.crew;
    bool is_same = was_in ? slot.day == j->previous.day && is_same_crew : !is_in(r, i);
    if (j->has_previous && !is_same)
        sum->move += r->p->move_cost;
    total->failure += own.failure, total->carbon += own.carbon, total->planned += own.planned;
    total->labour += own.labour, total->production += own.production, total->move += own.move;
    total->total += weigh(r->p, &own);
}

maintenance_finding maintenance_plan_check(const maintenance_problem *p,
                                           const maintenance_slot *slot)
{
    maintenance_finding finding = {.is_kept = true, .job = -1};
    reading r = {p, slot, &finding};
    for (size_t j = 0; j < p->jobs; j++)
        check_job(&r, j);
    if (!finding.is_kept && finding.at.limit != MAINTENANCE_LIMIT_WINDOW &&
        finding.at.limit != MAINTENANCE_LIMIT_PIN)
        return finding; /* days or crews that do not exist cannot be counted further */
    check_crews(&r);
    check_units(&r);
    check_parts(&r);
    check_orders(&r);
    check_budgets(&r);
    for (size_t j = 0; j < p->jobs; j++)
        add_cost(&r, j, &finding.cost);
    return finding;
}
