#include "quant/maintenance_inner.h"

#include "base/banned.h"

enum { UNLIMITED = INT32_MAX / 2 };

static bool is_away(const plan_table *t, maintenance_limit limit)
{
    return t->without >> limit & 1;
}

/* --- capacities ---------------------------------------------------------------------------------*/

static void capacities_make(oq_arena *arena, plan_table *t)
{
    const maintenance_problem *p = t->problem;
    size_t days = (size_t)t->days;
    t->crew_has = oq_new_n(arena, int32_t, p->crews * days);
    t->unit_has = oq_new_n(arena, int32_t, p->units * days);
    t->part_has = oq_new_n(arena, int64_t, p->parts * days);
    t->budget_has = oq_new_n(arena, int64_t, p->budgets);
    for (size_t c = 0; c < p->crews; c++)
        for (size_t d = 0; d < days; d++) {
            int32_t minutes = p->crew[c].minutes[d];
            bool is_free = minutes && is_away(t, MAINTENANCE_LIMIT_CREW_HOURS);
            t->crew_has[c * days + d] = is_free ? UNLIMITED : minutes;
        }
    for (size_t u = 0; u < p->units; u++)
        for (size_t d = 0; d < days; d++)
            t->unit_has[u * days + d] = (int32_t)p->unit_down_max[u];
    for (size_t i = 0; i < p->parts; i++) {
        int64_t has = p->part[i].stock;
        for (size_t d = 0; d < days; d++) {
            has += p->part[i].arrival ? p->part[i].arrival[d] : 0;
            t->part_has[i * days + d] = has;
        }
    }
    for (size_t b = 0; b < p->budgets; b++)
        t->budget_has[b] = p->budget[b].amount;
}

/* --- jobs ---------------------------------------------------------------------------------------*/

/* Each part once: what fits is asked part by part. */
static void needs_make(oq_arena *arena, const maintenance_job *from, plan_job *j)
{
    maintenance_need *need = oq_new_n(arena, maintenance_need, from->needs);
    for (size_t i = 0; i < from->needs; i++) {
        uint32_t at = 0;
        while (at < j->needs && need[at].part != from->need[i].part)
            at++;
        need[at].part = from->need[i].part;
        need[at].quantity += from->need[i].quantity;
        j->needs += at == j->needs;
    }
    j->need = need;
}

static void jobs_make(oq_arena *arena, plan_table *t)
{
    const maintenance_problem *p = t->problem;
    t->job = oq_new_n(arena, plan_job, p->jobs);
    t->days_max = 1;
    for (size_t i = 0; i < p->jobs; i++) {
        const maintenance_job *from = &p->job[i];
        plan_job *j = &t->job[i];
        *j = (plan_job){.minutes = from->minutes,
                        .days = from->days ? from->days : 1,
                        .asset = (int32_t)from->asset,
                        .unit = -1,
                        .planned_cost = from->planned_cost};
        uint32_t unit = p->asset_unit[from->asset];
        if (from->is_shutdown && p->unit_down_max[unit] && !is_away(t, MAINTENANCE_LIMIT_UNIT_DOWN))
            j->unit = (int32_t)unit;
        if (!is_away(t, MAINTENANCE_LIMIT_PARTS))
            needs_make(arena, from, j);
        if (!from->missing && j->days > t->days_max)
            t->days_max = j->days;
    }
}

/* Both ends of every order, beside their jobs. */
static void links_make(oq_arena *arena, plan_table *t)
{
    const maintenance_problem *p = t->problem;
    if (is_away(t, MAINTENANCE_LIMIT_ORDER))
        return;
    t->link = oq_new_n(arena, plan_link, p->orders * 2);
    for (size_t i = 0; i < p->orders; i++) {
        t->job[p->order[i].after].befores++;
        t->job[p->order[i].before].afters++;
    }
    uint32_t at = 0;
    for (size_t j = 0; j < p->jobs; j++) {
        t->job[j].before = at;
        at += t->job[j].befores;
        t->job[j].after = at;
        at += t->job[j].afters;
        t->job[j].befores = t->job[j].afters = 0;
    }
    for (size_t i = 0; i < p->orders; i++) {
        const maintenance_order *o = &p->order[i];
        plan_job *before = &t->job[o->before], *after = &t->job[o->after];
        t->link[after->before + after->befores++] =
            (plan_link){o->before, o->gap_days, (uint32_t)i};
        t->link[before->after + before->afters++] = (plan_link){o->after, o->gap_days, (uint32_t)i};
    }
}

/* --- options ------------------------------------------------------------------------------------*/

/* Whether nothing but an order, which is told last, stands against the slot in an empty plan. */
static bool is_option(const plan_state *empty, uint32_t job, maintenance_slot slot)
{
    maintenance_limit_at limit;
    return !plan_obstacles(empty, job, slot, &limit, 1) || limit.limit == MAINTENANCE_LIMIT_ORDER;
}

/* The days a job may begin on: dates and the pinned day alone, so that long horizons stay cheap. */
static void days_of(const plan_table *t, uint32_t job, int32_t *ret_first, int32_t *ret_last)
{
    const maintenance_job *j = &t->problem->job[job];
    int32_t first = 0, last = t->days - 1;
    if (!is_away(t, MAINTENANCE_LIMIT_DATES)) {
        first = j->day_first > 0 ? j->day_first : 0;
        last = j->day_last < last ? j->day_last : last;
    }
    last -= t->job[job].days - 1;
    if (j->is_day_pinned && !is_away(t, MAINTENANCE_LIMIT_PIN)) {
        first = j->pin.day > first ? j->pin.day : first;
        last = j->pin.day < last ? j->pin.day : last;
    }
    *ret_first = first, *ret_last = last;
}

static size_t options_of(const plan_state *empty, uint32_t job, plan_option *ret_option)
{
    const plan_table *t = empty->table;
    const maintenance_problem *p = t->problem;
    if (p->job[job].missing)
        return 0;
    int32_t first, last;
    size_t n = 0;
    days_of(t, job, &first, &last);
    for (int32_t d = first; d <= last; d++)
        for (uint32_t c = 0; c < t->crews; c++) {
            maintenance_slot slot = {d, (int32_t)c};
            if (!is_option(empty, job, slot))
                continue;
            if (ret_option)
                ret_option[n] = (plan_option){d, (int32_t)c, 0};
            n++;
        }
    return n;
}

static int64_t price_options(plan_table *t, uint32_t job)
{
    const maintenance_problem *p = t->problem;
    plan_job *j = &t->job[job];
    j->left_cost = maintenance_job_cost(p, job, (maintenance_slot){-1, -1}).total;
    int64_t least = j->left_cost, most = j->left_cost;
    for (uint32_t i = 0; i < j->options; i++) {
        plan_option *o = &t->option[j->option + i];
        o->cost = maintenance_job_cost(p, job, (maintenance_slot){o->day, o->crew}).total;
        least = o->cost < least ? o->cost : least;
        most = o->cost > most ? o->cost : most;
    }
    return most - least;
}

static void options_make(oq_arena *arena, plan_table *t)
{
    oq_arena *own = oq_arena_open(0);
    plan_state empty;
    plan_state_make(own, t, &empty);
    for (uint32_t j = 0; j < t->jobs; j++)
        t->options += options_of(&empty, j, NULL);
    t->option = oq_new_n(arena, plan_option, t->options);
    size_t at = 0;
    t->penalty = 1;
    for (uint32_t j = 0; j < t->jobs; j++) {
        t->job[j].option = (uint32_t)at;
        t->job[j].options = (uint32_t)options_of(&empty, j, t->option + at);
        at += t->job[j].options;
        t->penalty += price_options(t, j);
    }
    oq_arena_close(own);
}

static bool must_be_done(const plan_table *t, const maintenance_job *j)
{
    bool is_pinned = (j->is_day_pinned || j->is_crew_pinned) && !is_away(t, MAINTENANCE_LIMIT_PIN);
    return !j->missing && (j->is_mandatory || is_pinned);
}

void plan_table_make(oq_arena *arena, const maintenance_problem *p, uint32_t without,
                     plan_table *ret_table)
{
    plan_table t = {.problem = p,
                    .without = without,
                    .days = p->days,
                    .jobs = (uint32_t)p->jobs,
                    .crews = (uint32_t)p->crews};
    capacities_make(arena, &t);
    jobs_make(arena, &t);
    links_make(arena, &t);
    options_make(arena, &t);
    for (uint32_t j = 0; j < t.jobs; j++) {
        t.job[j].is_wanted = must_be_done(&t, &p->job[j]);
        t.job[j].left_cost += t.job[j].is_wanted ? t.penalty : 0;
    }
    *ret_table = t;
}

const plan_option *plan_option_at(const plan_table *t, uint32_t job, maintenance_slot slot)
{
    const plan_option *o = t->option + t->job[job].option;
    uint32_t low = 0, high = t->job[job].options;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (o[mid].day < slot.day || (o[mid].day == slot.day && o[mid].crew < slot.crew))
            low = mid + 1;
        else
            high = mid;
    }
    bool is_it = low < t->job[job].options && o[low].day == slot.day && o[low].crew == slot.crew;
    return is_it ? &o[low] : NULL;
}

int64_t plan_job_money(const plan_table *t, uint32_t job, int32_t crew)
{
    int64_t minutes = (int64_t)t->job[job].minutes * t->job[job].days;
    int64_t labour = (t->problem->crew[crew].cost_per_hour * minutes + 30) / 60;
    return t->job[job].planned_cost + labour;
}
