/* The policies over azure-pdm's past, as figures and a table. */
#include <math.h>

#include "backtest/backtest.h"

#include "base/banned.h"

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

static void add_saving(report *r, const backtest_policy *p)
{
    oq_str name = oq_strf(r->arena, "maintenance.saving_%s", p->name);
    report_figure_add(r, (report_figure){.name = oq_str_c(r->arena, name),
                                         .value = p->saving,
                                         .unit = "money",
                                         .peer_value = NAN,
                                         .wanted = NAN,
                                         .has_interval = true,
                                         .low = p->saving_low,
                                         .high = p->saving_high});
}

static oq_str chosen_text(oq_arena *arena, const backtest_policy *p)
{
    if (!p->choice)
        return OQ_STR("-");
    return strcmp(p->choice, "days") == 0 ? oq_strf(arena, "%.0f d", p->chosen)
                                          : oq_strf(arena, "%.2f sd", p->chosen);
}

static void report_policy(const backtest_policy *p, report *r, report_table *t)
{
    double hours = p->failure_hours + p->planned_hours;
    bool is_own = isnan(p->saving);
    add_figure(r, p->name, "failures", (double)p->failures, "failures");
    add_figure(r, p->name, "planned", (double)p->planned, "jobs");
    add_figure(r, p->name, "hours", hours, "h stopped");
    add_figure(r, p->name, "cost", p->cost, "money");
    if (!is_own)
        add_saving(r, p);
    report_cell(r, t, oq_cstr(p->name));
    report_cell(r, t, chosen_text(r->arena, p));
    report_number(r, t, (double)p->failures, 0);
    report_number(r, t, (double)p->planned, 0);
    report_number(r, t, hours, 0);
    report_number(r, t, p->cost, 0);
    report_number(r, t, p->saving, 0);
    report_cell(r, t,
                is_own ? OQ_STR("-")
                       : oq_strf(r->arena, "%.0f ... %.0f", p->saving_low, p->saving_high));
}

report *backtest_maintenance_report(oq_arena *arena, const backtest_walk *walk)
{
    static const char *const head[] = {"policy", "chosen", "failures", "planned",
                                       "hours",  "cost",   "saving",   "saving_95"};
    report *r = report_make(arena);
    report_table *t = report_table_add(r, "policies", OQ_COUNT(head));
    for (size_t i = 0; i < OQ_COUNT(head); i++)
        report_cell(r, t, oq_cstr(head[i]));
    for (size_t i = 0; i < BACKTEST_POLICIES; i++)
        report_policy(&walk->policy[i], r, t);
    add_figure(r, "days", "count", (double)walk->days, "days");
    return r;
}
