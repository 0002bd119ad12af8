#include "quant/maintenance_inner.h"

#include "base/banned.h"

static bool job_has(const maintenance_problem *p, const maintenance_job *j, maintenance_limit limit)
{
    switch (limit) {
    case MAINTENANCE_LIMIT_SKILL:
        return j->skills != 0;
    case MAINTENANCE_LIMIT_DATES:
        return j->day_first > 0 || j->day_last < p->days - 1;
    case MAINTENANCE_LIMIT_WINDOW:
        return j->window;
    case MAINTENANCE_LIMIT_PARTS:
        return j->needs > 0;
    case MAINTENANCE_LIMIT_UNIT_DOWN:
        return j->is_shutdown && p->unit_down_max[p->asset_unit[j->asset]];
    case MAINTENANCE_LIMIT_PIN:
        return j->is_day_pinned || j->is_crew_pinned;
    default:
        return false;
    }
}

static bool is_used(const maintenance_problem *p, maintenance_limit limit)
{
    bool is = limit == MAINTENANCE_LIMIT_CREW_HOURS ? p->jobs && p->crews
              : limit == MAINTENANCE_LIMIT_ORDER    ? p->orders
              : limit == MAINTENANCE_LIMIT_BUDGET   ? p->budgets
                                                    : false;
    for (size_t c = 0; c < p->crews && limit == MAINTENANCE_LIMIT_SKILL; c++)
        is |= p->crew[c].site != NULL;
    for (size_t j = 0; j < p->jobs && !is; j++)
        is = !p->job[j].missing && job_has(p, &p->job[j], limit);
    return is;
}

/* What the plan costs by the problem's own count: without penalties. */
static int64_t cost_of(const plan_state *s, size_t *ret_planned, size_t *ret_unplaced)
{
    int64_t cost = 0;
    *ret_planned = *ret_unplaced = 0;
    for (uint32_t j = 0; j < s->table->jobs; j++) {
        cost += maintenance_job_cost(s->table->problem, j, s->slot[j]).total;
        *ret_planned += !plan_is_out(s->slot[j]);
        *ret_unplaced += plan_is_out(s->slot[j]) && s->table->job[j].is_wanted;
    }
    return cost;
}

static void price_one(const maintenance_problem *p, const maintenance_plan *plan,
                      const maintenance_effort *effort, maintenance_limit_price *price)
{
    oq_arena *own = oq_arena_open(1 << 20);
    plan_table t;
    plan_state s;
    plan_bound bound;
    plan_clock clock = {.deadline = effort->deadline, .to = 1};
    plan_table_make(own, p, 1u << price->limit, &t);
    plan_state_make(own, &t, &s);
    plan_state_load(&s, plan->slot);
    plan_descend(&s);
    int64_t moves = effort->moves ? effort->moves : 50000 + 10000 * (int64_t)p->jobs;
    int64_t stop = effort->moves_stop ? effort->moves_stop : moves;
    plan_search(own, &s, effort->seed, moves, stop, &clock);
    price->costs = plan->cost.total - cost_of(&s, &price->planned, &price->unplaced);
    plan_bound_find(own, &t, s.cost, effort->bound_rounds ? effort->bound_rounds : 100, &clock,
                    &bound);
    double most = (double)plan->cost.total - bound.value;
    price->costs_most = most > (double)price->costs ? (int64_t)most + 1 : price->costs;
    oq_arena_close(own);
}

void maintenance_plan_limits(const maintenance_problem *p, const maintenance_plan *plan,
                             const maintenance_effort *effort, maintenance_limit_price *ret_price)
{
    for (int k = 0; k < MAINTENANCE_LIMIT_COUNT; k++) {
        maintenance_limit_price *price = &ret_price[k];
        *price = (maintenance_limit_price){
            .limit = (maintenance_limit)k, .planned = plan->planned, .unplaced = plan->conflicts};
        price->is_used = is_used(p, price->limit);
        if (price->is_used)
            price_one(p, plan, effort, price);
    }
}
