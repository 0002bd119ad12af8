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

/* --- the report ---------------------------------------------------------------------------------*/

typedef struct totals {
    size_t failures, planned;
    double hours, cost;
} totals;

static totals total_of(const history *h, const policy_count *count)
{
    totals t = {.cost = policy_cost(count, h->past.machines, h->price)};
    for (size_t m = 0; m < h->past.machines; m++)
        t.failures += count[m].failures, t.planned += count[m].planned;
    t.hours = (double)t.failures * h->costs->downtime_hours +
              (double)t.planned * h->costs->planned_stop_hours;
    return t;
}

static void add_figure(report *r, const char *name, const char *what, double value,
                       const char *unit)
{
    oq_str full = oq_strf(r->arena, "maintenance.%s_%s", name, what);
    report_figure_add(r, (report_figure){.name = oq_str_c(r->arena, full),
                                         .value = value,
                                         .unit = unit,
                                         .peer_value = NAN,
                                         .wanted = NAN});
}

static void report_policy(const history *h, const decider *d, const decider *optria, report *r,
                          report_table *t)
{
    totals sum = total_of(h, d->count);
    add_figure(r, d->policy.name, "failures", (double)sum.failures, "failures");
    add_figure(r, d->policy.name, "planned", (double)sum.planned, "jobs");
    add_figure(r, d->policy.name, "hours", sum.hours, "h stopped");
    add_figure(r, d->policy.name, "cost", sum.cost, "money");
    policy_saving s =
        policy_compare(h->arena, optria->count, d->count, h->past.machines, h->price, 1);
    if (d != optria) {
        oq_str name = oq_strf(r->arena, "maintenance.saving_%s", d->policy.name);
        report_figure_add(r, (report_figure){.name = oq_str_c(r->arena, name),
                                             .value = s.value,
                                             .unit = "money",
                                             .peer_value = NAN,
                                             .wanted = NAN,
                                             .has_interval = true,
                                             .low = s.low,
                                             .high = s.high});
    }
    report_cell(r, t, oq_cstr(d->policy.name));
    report_cell(r, t, d->chosen.len ? d->chosen : OQ_STR("-"));
    report_number(r, t, (double)sum.failures, 0);
    report_number(r, t, (double)sum.planned, 0);
    report_number(r, t, sum.hours, 0);
    report_number(r, t, sum.cost, 0);
    report_number(r, t, d == optria ? NAN : s.value, 0);
    report_cell(r, t,
                d == optria ? OQ_STR("-") : oq_strf(r->arena, "%.0f ... %.0f", s.low, s.high));
}

oq_err *backtest_maintenance(oq_arena *arena, const char *folder, const backtest_costs *costs,
                             oq_us from, oq_us to, report **ret_report)
{
    history h;
    decider list[DECIDERS];
    OQ_TRY(history_open(arena, folder, costs, from, to, &h));
    OQ_TRY(deciders_make(&h, list));
    for (size_t i = 0; i < DECIDERS; i++)
        OQ_TRY(policy_walk(arena, &h.past, &list[i].policy, h.from, h.to, &list[i].count));
    report *r = report_make(arena);
    report_table *t = report_table_add(r, "policies", 8);
    static const char *const head[] = {"policy", "chosen", "failures", "planned",
                                       "hours",  "cost",   "saving",   "saving_95"};
    for (size_t i = 0; i < OQ_COUNT(head); i++)
        report_cell(r, t, oq_cstr(head[i]));
    for (size_t i = 0; i < DECIDERS; i++)
        report_policy(&h, &list[i], &list[DECIDERS - 1], r, t);
    add_figure(r, "days", "count", h.to - h.from, "days");
    *ret_report = r;
    return NULL;
}
