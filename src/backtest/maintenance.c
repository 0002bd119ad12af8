/* Policies over azure-pdm's past; who decides is in maintenance_policy.c. */
#include "backtest/maintenance.h"

#include <math.h>

#include "base/banned.h"

const oq_field backtest_cost_fields[] = {
    OQ_F64(backtest_costs, repair_cost, .preset = "8000", .f64_max = 1e12, .help = "Of a failure"),
    OQ_F64(backtest_costs, downtime_hours, .preset = "12", .f64_max = 1e6,
           .help = "Production stopped by a failure"),
    OQ_F64(backtest_costs, downtime_cost_per_hour, .preset = "1500", .f64_max = 1e12,
           .help = "Of stopped production"),
    OQ_F64(backtest_costs, planned_cost, .preset = "3000", .f64_max = 1e12,
           .help = "Of a planned replacement, without labour"),
    OQ_F64(backtest_costs, planned_hours, .preset = "3", .f64_min = 0.1, .f64_max = 24,
           .help = "Crew hours of a planned replacement"),
    OQ_F64(backtest_costs, planned_stop_hours, .preset = "2", .f64_max = 24,
           .help = "Production stopped by it"),
    OQ_F64(backtest_costs, labour_cost_per_hour, .preset = "150", .f64_max = 1e12,
           .help = "Of a crew"),
    OQ_I64(backtest_costs, crews, .preset = "2", .min = 1, .max = 50, .help = "Crews"),
    OQ_I64(backtest_costs, crew_hours, .preset = "8", .min = 1, .max = 24,
           .help = "Hours of a crew on each day"),
    OQ_I64(backtest_costs, prevents_days, .preset = "30", .min = 1, .max = 365,
           .help = "Days on which a replacement prevents the component's recorded failures"),
    OQ_FIELDS_END,
};

/* The first morning. Failures come at 3 and 6 o'clock, the newest daily mean at 6. */
static oq_us first_morning(void)
{
    return oq_days_from_civil(2015, 1, 2) * OQ_DAY + 9 * OQ_HOUR;
}

oq_us history_morning(int32_t day)
{
    return first_morning() + day * OQ_DAY;
}

int32_t history_day(oq_us at)
{
    oq_us past = at - first_morning();
    return (int32_t)(past >= 0 ? past / OQ_DAY : -((-past + OQ_DAY - 1) / OQ_DAY));
}

static policy_price price_of(const backtest_costs *c)
{
    return (policy_price){
        .failure = c->repair_cost + c->downtime_hours * c->downtime_cost_per_hour,
        .planned = c->planned_cost + c->planned_stop_hours * c->downtime_cost_per_hour +
                   c->planned_hours * c->labour_cost_per_hour,
    };
}

static void take_failures(history *h)
{
    oq_arena *arena = h->arena;
    policy_failure *list = oq_new_n(arena, policy_failure, h->data.incidents * AZURE_COMPONENTS);
    size_t n = 0;
    for (size_t i = 0; i < h->data.incidents; i++) {
        const azure_incident *in = &h->data.incident[i];
        for (uint32_t k = 0; k < AZURE_COMPONENTS; k++)
            if (in->is_failed[k] && in->at >= first_morning())
                list[n++] = (policy_failure){history_day(in->at), (uint32_t)in->machine - 1, k};
    }
    h->past.failure = list;
    h->past.failures = n;
}

static oq_err *history_open(oq_arena *arena, const char *folder, const backtest_costs *costs,
                            oq_us from, oq_us to, history *h)
{
    oq_us first = from == OQ_TIME_NONE ? oq_days_from_civil(2015, 8, 1) * OQ_DAY : from;
    oq_us last = to == OQ_TIME_NONE ? oq_days_from_civil(2016, 1, 1) * OQ_DAY : to;
    *h = (history){.arena = arena, .costs = costs, .price = price_of(costs)};
    OQ_TRY(azure_read(arena, folder, &h->data));
    OQ_TRY(azure_fleet_make(arena, folder, &h->data, &h->asset));
    h->from = history_day(first + 9 * OQ_HOUR);
    h->to = history_day(last + 9 * OQ_HOUR);
    if (h->from < 30 || h->to <= h->from || h->to > 364)
        return oq_fail(OQ_INVALID, "backtest.days_invalid", "first=%s last=%s", "2015-02-01",
                       "2016-01-01");
    for (size_t m = 0; m < h->data.machines; m++)
        h->asset[m].until = history_morning(h->to); /* nothing beyond is looked at */
    double jobs = floor((double)costs->crew_hours / costs->planned_hours + 1e-9);
    h->past = (policy_past){.machines = h->data.machines,
                            .components = AZURE_COMPONENTS,
                            .days = h->to,
                            .prevents_days = (int32_t)costs->prevents_days,
                            .jobs_a_day = (size_t)jobs * (size_t)costs->crews};
    take_failures(h);
    return NULL;
}

/* --- what came of it ----------------------------------------------------------------------------*/

static void take_policy(const history *h, const decider *d, const decider *optria,
                        backtest_policy *p)
{
    const backtest_costs *c = h->costs;
    *p = (backtest_policy){.name = d->policy.name, .choice = d->choice, .chosen = d->chosen};
    for (size_t m = 0; m < h->past.machines; m++)
        p->failures += (int64_t)d->count[m].failures, p->planned += (int64_t)d->count[m].planned;
    double failures = (double)p->failures, planned = (double)p->planned;
    p->failure_hours = failures * c->downtime_hours;
    p->planned_hours = planned * c->planned_stop_hours;
    p->repair_cost = failures * c->repair_cost;
    p->failure_stop_cost = p->failure_hours * c->downtime_cost_per_hour;
    p->work_cost = planned * (c->planned_cost + c->planned_hours * c->labour_cost_per_hour);
    p->planned_stop_cost = p->planned_hours * c->downtime_cost_per_hour;
    p->cost = policy_cost(d->count, h->past.machines, h->price);
    policy_saving s =
        policy_compare(h->arena, optria->count, d->count, h->past.machines, h->price, 1);
    bool is_own = d == optria;
    p->saving = is_own ? (double)NAN : s.value;
    p->saving_low = is_own ? (double)NAN : s.low;
    p->saving_high = is_own ? (double)NAN : s.high;
    p->day_cost = oq_new_n(h->arena, double, (size_t)(h->to - h->from));
    for (int32_t i = 0; i < h->to - h->from; i++)
        p->day_cost[i] = policy_cost(&d->day[i], 1, h->price);
}

oq_err *backtest_maintenance_walk(oq_arena *arena, const char *folder, const backtest_costs *costs,
                                  oq_us from, oq_us to, backtest_walk **ret_walk)
{
    history h;
    decider list[DECIDERS];
    OQ_TRY(history_open(arena, folder, costs, from, to, &h));
    OQ_TRY(deciders_make(&h, list));
    for (size_t i = 0; i < DECIDERS; i++)
        OQ_TRY(policy_walk(arena, &h.past, &list[i].policy, h.from, h.to, &list[i].count,
                           &list[i].day));
    backtest_walk *w = oq_new(arena, backtest_walk);
    *w = (backtest_walk){.machines = (int64_t)h.past.machines,
                         .days = h.to - h.from,
                         .first_day = history_morning(h.from) / OQ_DAY,
                         .last_day = history_morning(h.to - 1) / OQ_DAY,
                         .costs = *costs};
    for (size_t i = 0; i < DECIDERS; i++)
        take_policy(&h, &list[i], &list[DECIDERS - 1], &w->policy[i]);
    *ret_walk = w;
    return NULL;
}
