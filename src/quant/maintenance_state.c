#include "quant/maintenance_inner.h"

#include "base/banned.h"

void plan_state_make(oq_arena *arena, const plan_table *t, plan_state *ret_state)
{
    const maintenance_problem *p = t->problem;
    size_t days = (size_t)t->days;
    plan_state s = {
        .table = t,
        .slot = oq_new_n(arena, maintenance_slot, p->jobs),
        .option = oq_new_n(arena, const plan_option *, p->jobs),
        .cost_now = oq_new_n(arena, int64_t, p->jobs),
        .crew_left = oq_copy(arena, t->crew_has, p->crews * days * sizeof(int32_t)),
        .unit_left = oq_copy(arena, t->unit_has, p->units * days * sizeof(int32_t)),
        .part_left = oq_copy(arena, t->part_has, p->parts * days * sizeof(int64_t)),
        .budget_left = oq_copy(arena, t->budget_has, p->budgets * sizeof(int64_t)),
        .asset_down = oq_new_n(arena, uint16_t, p->assets * days),
        .first = oq_new_n(arena, int32_t, p->crews * days),
        .next = oq_new_n(arena, int32_t, p->jobs),
        .previous = oq_new_n(arena, int32_t, p->jobs),
    };
    for (size_t i = 0; i < p->crews * days; i++)
        s.first[i] = -1;
    for (uint32_t j = 0; j < t->jobs; j++) {
        s.slot[j] = (maintenance_slot){-1, -1};
        s.cost += s.cost_now[j] = t->job[j].left_cost;
    }
    *ret_state = s;
}

/* --- what fits ----------------------------------------------------------------------------------*/

static bool budgets_fit(const plan_state *s, uint32_t job, int32_t day, int32_t crew)
{
    const maintenance_problem *p = s->table->problem;
    if (s->table->without >> MAINTENANCE_LIMIT_BUDGET & 1)
        return true;
    for (size_t b = 0; b < p->budgets; b++)
        if (p->budget[b].day_first <= day && day <= p->budget[b].day_last &&
            s->budget_left[b] < plan_job_money(s->table, job, crew))
            return false;
    return true;
}

static bool orders_fit(const plan_state *s, const plan_job *j, int32_t day)
{
    const plan_table *t = s->table;
    for (uint32_t i = 0; i < j->befores; i++) {
        const plan_link *l = &t->link[j->before + i];
        int32_t begins = s->slot[l->job].day;
        if (begins < 0 || begins + t->job[l->job].days - 1 + l->gap_days > day)
            return false;
    }
    for (uint32_t i = 0; i < j->afters; i++) {
        const plan_link *l = &t->link[j->after + i];
        int32_t begins = s->slot[l->job].day;
        if (begins >= 0 && day + j->days - 1 + l->gap_days > begins)
            return false;
    }
    return true;
}

static bool parts_fit(const plan_state *s, const plan_job *j, int32_t day)
{
    int32_t days = s->table->days;
    for (uint32_t i = 0; i < j->needs; i++) {
        const int64_t *left = s->part_left + (size_t)j->need[i].part * (size_t)days;
        for (int32_t d = day; d < days; d++)
            if (left[d] < j->need[i].quantity)
                return false;
    }
    return true;
}

bool plan_fits(const plan_state *s, uint32_t job, int32_t day, int32_t crew)
{
    const plan_job *j = &s->table->job[job];
    int32_t days = s->table->days;
    const int32_t *crew_left = s->crew_left + (size_t)crew * (size_t)days;
    for (int32_t d = day; d < day + j->days; d++)
        if (crew_left[d] < j->minutes)
            return false;
    if (j->unit >= 0) {
        const int32_t *unit_left = s->unit_left + (size_t)j->unit * (size_t)days;
        const uint16_t *down = s->asset_down + (size_t)j->asset * (size_t)days;
        for (int32_t d = day; d < day + j->days; d++)
            if (!down[d] && unit_left[d] < 1)
                return false;
    }
    if ((j->befores || j->afters) && !orders_fit(s, j, day))
        return false;
    return parts_fit(s, j, day) && (!s->table->problem->budgets || budgets_fit(s, job, day, crew));
}

bool plan_may_leave(const plan_state *s, uint32_t job)
{
    const plan_job *j = &s->table->job[job];
    for (uint32_t i = 0; i < j->afters; i++)
        if (!plan_is_out(s->slot[s->table->link[j->after + i].job]))
            return false;
    return true;
}

/* --- putting and taking -------------------------------------------------------------------------*/

/* What a job takes of everything, `sign` 1, or gives back, -1. */
static void plan_use(plan_state *s, uint32_t job, int32_t day, int32_t crew, int32_t sign)
{
    const plan_table *t = s->table;
    const plan_job *j = &t->job[job];
    size_t days = (size_t)t->days;
    int32_t *crew_left = s->crew_left + (size_t)crew * days;
    for (int32_t d = day; d < day + j->days; d++)
        crew_left[d] -= sign * j->minutes;
    if (j->unit >= 0) {
        int32_t *unit_left = s->unit_left + (size_t)j->unit * days;
        uint16_t *down = s->asset_down + (size_t)j->asset * days;
        for (int32_t d = day; d < day + j->days; d++) {
            uint16_t before = down[d];
            down[d] = (uint16_t)(before + sign);
            unit_left[d] -= (down[d] != 0) - (before != 0);
        }
    }
    for (uint32_t i = 0; i < j->needs; i++) {
        int64_t *left = s->part_left + (size_t)j->need[i].part * days;
        for (size_t d = (size_t)day; d < days; d++)
            left[d] -= sign * j->need[i].quantity;
    }
    const maintenance_problem *p = t->problem;
    for (size_t b = 0; b < p->budgets; b++)
        if (p->budget[b].day_first <= day && day <= p->budget[b].day_last)
            s->budget_left[b] -= sign * plan_job_money(t, job, crew);
}

void plan_put(plan_state *s, uint32_t job, const plan_option *option)
{
    plan_use(s, job, option->day, option->crew, 1);
    s->slot[job] = (maintenance_slot){option->day, option->crew};
    s->cost += option->cost - s->cost_now[job];
    s->cost_now[job] = option->cost;
    s->option[job] = option;
    int32_t *first = &s->first[(size_t)option->crew * (size_t)s->table->days + (size_t)option->day];
    s->next[job] = *first;
    s->previous[job] = -1;
    if (*first >= 0)
        s->previous[*first] = (int32_t)job;
    *first = (int32_t)job;
}

void plan_take(plan_state *s, uint32_t job)
{
    maintenance_slot slot = s->slot[job];
    int64_t left_cost = s->table->job[job].left_cost;
    plan_use(s, job, slot.day, slot.crew, -1);
    s->slot[job] = (maintenance_slot){-1, -1};
    s->cost += left_cost - s->cost_now[job];
    s->cost_now[job] = left_cost;
    s->option[job] = NULL;
    if (s->next[job] >= 0)
        s->previous[s->next[job]] = s->previous[job];
    if (s->previous[job] >= 0)
        s->next[s->previous[job]] = s->next[job];
    else
        s->first[(size_t)slot.crew * (size_t)s->table->days + (size_t)slot.day] = s->next[job];
}

static void load_one(plan_state *s, uint32_t job, const maintenance_slot *slot, bool *is_done,
                     bool *is_whole)
{
    const plan_table *t = s->table;
    if (is_done[job])
        return;
    is_done[job] = true;
    if (plan_is_out(slot[job]))
        return;
    for (uint32_t i = 0; i < t->job[job].befores; i++)
        load_one(s, t->link[t->job[job].before + i].job, slot, is_done, is_whole);
    const plan_option *o = plan_option_at(t, job, slot[job]);
    if (o && plan_fits(s, job, o->day, o->crew))
        plan_put(s, job, o);
    else
        *is_whole = false;
}

bool plan_state_load(plan_state *s, const maintenance_slot *slot)
{
    oq_arena *own = oq_arena_open(0);
    bool *is_done = oq_new_n(own, bool, s->table->jobs), is_whole = true;
    for (uint32_t j = 0; j < s->table->jobs; j++)
        if (!plan_is_out(s->slot[j]))
            plan_take(s, j);
    for (uint32_t j = 0; j < s->table->jobs; j++)
        load_one(s, j, slot, is_done, &is_whole);
    oq_arena_close(own);
    return is_whole;
}
