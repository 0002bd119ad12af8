#include "quant/maintenance_plan.h"

#include <math.h>

#include "base/banned.h"

const oq_choice maintenance_missing_choices[] = {
    {MAINTENANCE_MISSING_FAILURE_PROBABILITY, "failure_probability"},
    {MAINTENANCE_MISSING_REPAIR_COST, "repair_cost"},
    {MAINTENANCE_MISSING_DOWNTIME, "downtime_hours"},
    {MAINTENANCE_MISSING_DOWNTIME_COST, "downtime_cost"},
    {MAINTENANCE_MISSING_PLANNED_COST, "planned_cost"},
    {MAINTENANCE_MISSING_DURATION, "duration"},
    {MAINTENANCE_MISSING_CARBON, "carbon"},
    {MAINTENANCE_MISSING_STOCK, "stock"},
    {MAINTENANCE_MISSING_CREW_HOURS, "crew_hours"},
    {0},
};

const oq_choice maintenance_limit_choices[] = {
    {MAINTENANCE_LIMIT_SKILL, "skill"},   {MAINTENANCE_LIMIT_DATES, "dates"},
    {MAINTENANCE_LIMIT_WINDOW, "window"}, {MAINTENANCE_LIMIT_CREW_HOURS, "crew_hours"},
    {MAINTENANCE_LIMIT_PARTS, "parts"},   {MAINTENANCE_LIMIT_UNIT_DOWN, "unit_down"},
    {MAINTENANCE_LIMIT_ORDER, "order"},   {MAINTENANCE_LIMIT_BUDGET, "budget"},
    {MAINTENANCE_LIMIT_PIN, "pin"},       {0},
};

const oq_choice maintenance_status_choices[] = {
    {MAINTENANCE_OPTIMAL, "optimal"},
    {MAINTENANCE_FEASIBLE, "feasible"},
    {MAINTENANCE_INFEASIBLE, "infeasible"},
    {MAINTENANCE_UNPLACED, "unplaced"},
    {0},
};

const oq_choice maintenance_why_choices[] = {
    {MAINTENANCE_PLANNED, "planned"},
    {MAINTENANCE_PLANNED_PINNED, "planned_pinned"},
    {MAINTENANCE_LEFT_NOT_WORTH, "left_not_worth"},
    {MAINTENANCE_LEFT_BLOCKED, "left_blocked"},
    {MAINTENANCE_LEFT_IMPOSSIBLE, "left_impossible"},
    {MAINTENANCE_LEFT_UNKNOWN, "left_unknown"},
    {0},
};

/* --- flaws --------------------------------------------------------------------------------------*/

static const char *job_flaw(const maintenance_problem *p, const maintenance_job *j)
{
    if (j->asset >= p->assets)
        return "job.asset";
    if (j->site >= p->sites)
        return "job.site";
    if (j->days < 0 || (!j->missing && j->minutes <= 0))
        return "job.minutes or job.days";
    if (j->is_day_pinned && (j->pin.day < 0 || j->pin.day >= p->days))
        return "job.pin.day";
    if (j->is_crew_pinned && (j->pin.crew < 0 || (size_t)j->pin.crew >= p->crews))
        return "job.pin.crew";
    if (j->has_previous && (j->previous.day >= p->days || j->previous.crew >= (int64_t)p->crews))
        return "job.previous";
    for (size_t i = 0; i < j->needs; i++)
        if (j->need[i].part >= p->parts || j->need[i].quantity < 0)
            return "job.need";
    return NULL;
}

static const char *supply_flaw(const maintenance_problem *p)
{
    for (size_t c = 0; c < p->crews; c++)
        for (int32_t d = 0; d < p->days; d++)
            if (p->crew[c].minutes[d] < 0)
                return "crew.minutes";
    for (size_t i = 0; i < p->parts; i++) {
        if (p->part[i].stock < 0)
            return "part.stock";
        for (int32_t d = 0; p->part[i].arrival && d < p->days; d++)
            if (p->part[i].arrival[d] < 0)
                return "part.arrival";
    }
    for (size_t a = 0; a < p->assets; a++)
        if (p->asset_unit[a] >= p->units)
            return "asset_unit";
    return NULL;
}

/* Whether the orders run in a circle: jobs are taken away as long as none waits for another. */
static bool orders_are_circular(const maintenance_problem *p)
{
    oq_arena *arena = oq_arena_open(0);
    uint32_t *waits = oq_new_n(arena, uint32_t, p->jobs);
    bool *is_gone = oq_new_n(arena, bool, p->jobs);
    for (size_t i = 0; i < p->orders; i++)
        waits[p->order[i].after]++;
    size_t gone = 0;
    for (bool more = true; more;) {
        more = false;
        for (size_t j = 0; j < p->jobs; j++) {
            if (is_gone[j] || waits[j])
                continue;
            is_gone[j] = more = true;
            gone++;
            for (size_t i = 0; i < p->orders; i++)
                waits[p->order[i].after] -= p->order[i].before == j;
        }
    }
    oq_arena_close(arena);
    return gone < p->jobs;
}

size_t maintenance_problem_options(const maintenance_problem *p)
{
    size_t options = 0;
    for (size_t i = 0; i < p->jobs; i++) {
        const maintenance_job *j = &p->job[i];
        int32_t first = j->day_first > 0 ? j->day_first : 0;
        int32_t last = j->day_last < p->days - 1 ? j->day_last : p->days - 1;
        size_t crews = 0;
        for (size_t c = 0; !j->missing && first <= last && c < p->crews; c++)
            crews += (p->crew[c].skills & j->skills) == j->skills &&
                     (!p->crew[c].site || p->crew[c].site[j->site]);
        options += crews * (size_t)(last - first + 1);
    }
    return options;
}

const char *maintenance_problem_flaw(const maintenance_problem *p)
{
    const maintenance_weights *w = p->weights;
    if (w && !(w->failure >= 0 && w->planned >= 0 && w->carbon >= 0))
        return "weights";
    if (p->days < 1 || p->days > MAINTENANCE_DAYS_MAX)
        return "days";
    if (p->jobs > MAINTENANCE_JOBS_MAX || p->crews > MAINTENANCE_CREWS_MAX)
        return "jobs or crews";
    const char *flaw = supply_flaw(p);
    for (size_t j = 0; j < p->jobs && !flaw; j++)
        flaw = job_flaw(p, &p->job[j]);
    if (flaw)
        return flaw;
    for (size_t i = 0; i < p->orders; i++)
        if (p->order[i].before >= p->jobs || p->order[i].after >= p->jobs ||
            p->order[i].gap_days < 0)
            return "order";
    if (p->orders && orders_are_circular(p))
        return "orders in a circle";
    return p->move_cost < 0 ? "move_cost" : NULL;
}

/* --- costs --------------------------------------------------------------------------------------*/

static bool is_moved(const maintenance_job *j, maintenance_slot slot)
{
    if (!j->has_previous)
        return false;
    if (slot.day < 0 || j->previous.day < 0)
        return (slot.day < 0) != (j->previous.day < 0);
    return slot.day != j->previous.day || (j->previous.crew >= 0 && slot.crew != j->previous.crew);
}

int64_t maintenance_cost_money(const maintenance_cost *c)
{
    return c->failure + c->carbon + c->planned + c->labour + c->production + c->move;
}

static int64_t weighted(const maintenance_cost *c, const maintenance_weights *w)
{
    if (!w)
        return maintenance_cost_money(c);
    return llround((double)c->failure * w->failure) + llround((double)c->carbon * w->carbon) +
           llround((double)c->planned * w->planned) + llround((double)c->labour * w->planned) +
           llround((double)c->production * w->planned) + c->move;
}

maintenance_cost maintenance_job_cost(const maintenance_problem *p, uint32_t job,
                                      maintenance_slot slot)
{
    const maintenance_job *j = &p->job[job];
    maintenance_cost cost = {0};
    if (j->missing)
        return cost;
    int32_t day = slot.day < 0 ? p->days : slot.day;
    cost.failure = j->failure_cost ? j->failure_cost[day] : 0;
    cost.carbon = j->carbon_cost ? j->carbon_cost[day] : 0;
    if (slot.day >= 0) {
        int64_t minutes = (int64_t)j->minutes * (j->days ? j->days : 1);
        cost.planned = j->planned_cost;
        cost.labour = (p->crew[slot.crew].cost_per_hour * minutes + 30) / 60;
        cost.production = j->production_loss ? j->production_loss[slot.day] : 0;
    }
    cost.move = is_moved(j, slot) ? p->move_cost : 0;
    cost.total = weighted(&cost, p->weights);
    return cost;
}
