#include "quant/maintenance_inner.h"

#include "base/banned.h"

typedef struct obstacles {
    const plan_state *state;
    uint32_t job;
    maintenance_slot slot;
    maintenance_limit_at *limit;
    size_t count, room;
} obstacles;

static maintenance_limit_at *obstacle(obstacles *o, maintenance_limit limit, int64_t short_by)
{
    static _Thread_local maintenance_limit_at nowhere;
    maintenance_limit_at *at = o->count < o->room ? &o->limit[o->count] : &nowhere;
    *at = (maintenance_limit_at){limit, -1, -1, -1, -1, -1, -1, short_by};
    o->count++;
    return at;
}

static bool is_away(const obstacles *o, maintenance_limit limit)
{
    return o->state->table->without >> limit & 1;
}

/* The job's own: who can, when it may. The days that are left of its work lie within the horizon.
 */
static void own_limits(obstacles *o)
{
    const plan_table *t = o->state->table;
    const maintenance_problem *p = t->problem;
    const maintenance_job *j = &p->job[o->job];
    const maintenance_crew *c = &p->crew[o->slot.crew];
    int32_t last = o->slot.day + t->job[o->job].days - 1;
    if (!is_away(o, MAINTENANCE_LIMIT_SKILL) &&
        ((c->skills & j->skills) != j->skills || (c->site && !c->site[j->site])))
        obstacle(o, MAINTENANCE_LIMIT_SKILL, 0)->crew = o->slot.crew;
    int32_t latest = j->day_last < t->days - 1 && !is_away(o, MAINTENANCE_LIMIT_DATES)
                         ? j->day_last
                         : t->days - 1;
    if (last > latest)
        obstacle(o, MAINTENANCE_LIMIT_DATES, last - latest)->day = latest;
    if (o->slot.day < j->day_first && !is_away(o, MAINTENANCE_LIMIT_DATES))
        obstacle(o, MAINTENANCE_LIMIT_DATES, j->day_first - o->slot.day)->day = j->day_first;
    if (is_away(o, MAINTENANCE_LIMIT_WINDOW) || !j->window)
        return;
    for (int32_t d = o->slot.day; d <= last && d < t->days; d++)
        if (!j->window[d]) {
            obstacle(o, MAINTENANCE_LIMIT_WINDOW, 1)->day = d;
            return;
        }
}

static void pin_limit(obstacles *o)
{
    const maintenance_job *j = &o->state->table->problem->job[o->job];
    if (is_away(o, MAINTENANCE_LIMIT_PIN))
        return;
    bool is_other_day = j->is_day_pinned && j->pin.day != o->slot.day;
    bool is_other_crew = j->is_crew_pinned && j->pin.crew != o->slot.crew;
    if (!is_other_day && !is_other_crew)
        return;
    maintenance_limit_at *at = obstacle(o, MAINTENANCE_LIMIT_PIN, 0);
    at->day = is_other_day ? j->pin.day : -1;
    at->crew = is_other_crew ? j->pin.crew : -1;
}

static void crew_limit(obstacles *o)
{
    const plan_table *t = o->state->table;
    const plan_job *j = &t->job[o->job];
    const int32_t *left = o->state->crew_left + (size_t)o->slot.crew * (size_t)t->days;
    int32_t most = 0, day = -1;
    for (int32_t d = o->slot.day; d < o->slot.day + j->days && d < t->days; d++)
        if (j->minutes - left[d] > most)
            most = j->minutes - left[d], day = d;
    if (most <= 0)
        return;
    maintenance_limit_at *at = obstacle(o, MAINTENANCE_LIMIT_CREW_HOURS, most);
    at->day = day, at->crew = o->slot.crew;
}

static void unit_limit(obstacles *o)
{
    const plan_table *t = o->state->table;
    const plan_job *j = &t->job[o->job];
    if (j->unit < 0)
        return;
    const int32_t *left = o->state->unit_left + (size_t)j->unit * (size_t)t->days;
    const uint16_t *down = o->state->asset_down + (size_t)j->asset * (size_t)t->days;
    for (int32_t d = o->slot.day; d < o->slot.day + j->days && d < t->days; d++)
        if (!down[d] && left[d] < 1) {
            maintenance_limit_at *at = obstacle(o, MAINTENANCE_LIMIT_UNIT_DOWN, 1 - left[d]);
            at->day = d, at->unit = j->unit;
            return;
        }
}

static void part_limits(obstacles *o)
{
    const plan_table *t = o->state->table;
    const plan_job *j = &t->job[o->job];
    for (uint32_t i = 0; i < j->needs; i++) {
        const int64_t *left = o->state->part_left + (size_t)j->need[i].part * (size_t)t->days;
        int64_t most = 0;
        for (int32_t d = o->slot.day; d < t->days; d++)
            if (j->need[i].quantity - left[d] > most)
                most = j->need[i].quantity - left[d];
        if (most <= 0)
            continue;
        maintenance_limit_at *at = obstacle(o, MAINTENANCE_LIMIT_PARTS, most);
        at->day = o->slot.day, at->part = (int32_t)j->need[i].part;
    }
}

static void order_limits(obstacles *o)
{
    const plan_table *t = o->state->table;
    const plan_job *j = &t->job[o->job];
    for (uint32_t i = 0; i < j->befores; i++) {
        const plan_link *l = &t->link[j->before + i];
        int32_t begins = o->state->slot[l->job].day;
        int32_t earliest = begins + t->job[l->job].days - 1 + l->gap_days;
        if (begins >= 0 && earliest <= o->slot.day)
            continue;
        maintenance_limit_at *at =
            obstacle(o, MAINTENANCE_LIMIT_ORDER, begins < 0 ? 0 : earliest - o->slot.day);
        at->job = (int32_t)l->job, at->day = begins < 0 ? -1 : earliest;
    }
    for (uint32_t i = 0; i < j->afters; i++) {
        const plan_link *l = &t->link[j->after + i];
        int32_t begins = o->state->slot[l->job].day;
        int32_t short_by = o->slot.day + j->days - 1 + l->gap_days - begins;
        if (begins < 0 || short_by <= 0)
            continue;
        maintenance_limit_at *at = obstacle(o, MAINTENANCE_LIMIT_ORDER, short_by);
        at->job = (int32_t)l->job, at->day = begins;
    }
}

static void budget_limits(obstacles *o)
{
    const plan_table *t = o->state->table;
    const maintenance_problem *p = t->problem;
    if (is_away(o, MAINTENANCE_LIMIT_BUDGET))
        return;
    int64_t money = plan_job_money(t, o->job, o->slot.crew);
    for (size_t b = 0; b < p->budgets; b++)
        if (p->budget[b].day_first <= o->slot.day && o->slot.day <= p->budget[b].day_last &&
            o->state->budget_left[b] < money)
            obstacle(o, MAINTENANCE_LIMIT_BUDGET, money - o->state->budget_left[b])->budget =
                (int32_t)b;
}

size_t plan_obstacles(const plan_state *s, uint32_t job, maintenance_slot slot,
                      maintenance_limit_at *ret_limit, size_t room)
{
    obstacles o = {.state = s, .job = job, .slot = slot, .limit = ret_limit, .room = room};
    own_limits(&o);
    pin_limit(&o);
    crew_limit(&o);
    part_limits(&o);
    unit_limit(&o);
    budget_limits(&o);
    order_limits(&o);
    return o.count;
}
