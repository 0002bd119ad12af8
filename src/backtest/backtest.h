/* backtest/backtest.h
 *
 * How good is the program at naming causes? Each of these runs its own parts, those that the
 * product's analysis calls, over published data whose causes are known, and says how often they
 * were right, beside what others published. Nothing that is asked for is given in; nothing later
 * than the question is looked at; models learn from what came before, or from files that the
 * publisher set apart for it.
 *
 * `folder`: of the data set, as shared/data/<name> has it. Reports and their texts are in the
 * arena. Fails: as file_csv and its sisters (files.h). */
#ifndef BACKTEST_BACKTEST_H
#define BACKTEST_BACKTEST_H

#include "backtest/report.h"

/* Microsoft's simulated machines: which component failed, from telemetry, errors and maintenance
 * before the failure, learning from the failures before it. `from` .. `to`: the failures that are
 * asked for; OQ_TIME_NONE: July to December 2015. Figures: azure.top1, azure.top3, ... */
OQ_CHECKED oq_err *backtest_azure(oq_arena *arena, const char *folder, oq_us from, oq_us to,
                                  report **ret_report);

/* A lathe's event logs: which variables were tampered with, from the log up to the moment of
 * diagnosis, the plant's causal graph and logs of normal operation. */
OQ_CHECKED oq_err *backtest_causrca(oq_arena *arena, const char *folder, report **ret_report);

/* A shop of small services: in which one a fault was injected, from metrics around the complaint
 * and the graph of calls; learns from the issues under train/, asked about those under test/. */
OQ_CHECKED oq_err *backtest_petshop(oq_arena *arena, const char *folder, report **ret_report);

/* The Tennessee Eastman process: is there a fault, since when, and which of fifteen, learning from
 * the training files. */
OQ_CHECKED oq_err *backtest_tep(oq_arena *arena, const char *folder, report **ret_report);

/* --- decisions ----------------------------------------------------------------------------------*/

/* What a failure and a planned replacement cost, and who does it: assumptions, which the report
 * says again. In money of any currency, not in minor units. */
typedef struct backtest_costs {
    double repair_cost, downtime_hours, downtime_cost_per_hour;
    double planned_cost, planned_hours, planned_stop_hours, labour_cost_per_hour;
    int64_t crews, crew_hours; /* on each day */
    int64_t prevents_days;     /* policy.h: the counterfactual rule */
} backtest_costs;
/* Presets are those of examples/backtest-maintenance.json. */
extern const oq_field backtest_cost_fields[];

enum { BACKTEST_POLICIES = 5 };

/* What one policy would have led to. Money as in backtest_costs. */
typedef struct backtest_policy {
    const char *name;   /* "run_to_failure" "fixed_interval" "threshold" "error_code" "optria" */
    const char *choice; /* what it had to choose before the first day: "days", "deviations"; NULL */
    double chosen;
    int64_t failures, planned;
    double failure_hours, planned_hours; /* of stopped production */
    double repair_cost, failure_stop_cost, work_cost, planned_stop_cost, cost;
    double saving, saving_low, saving_high; /* what the program saves against it; NaN: itself */
    double *day_cost;                       /* [days]: what was spent on each */
} backtest_policy;

typedef struct backtest_walk {
    int64_t machines, days;
    oq_date first_day, last_day;
    backtest_costs costs;
    backtest_policy policy[BACKTEST_POLICIES]; /* the program is the last */
} backtest_walk;

/* Microsoft's simulated machines, day by day from `from` on (OQ_TIME_NONE: 1 August 2015) to `to`
 * (1 January 2016): which components are replaced, by five policies: run to failure, fixed
 * interval, threshold, error codes, and this program (failure_model.h, maintenance_plan.h).
 * Whatever has to be chosen or learned is so before `from`; a day's decision knows what came before
 * its morning. Fails: as file_csv; backtest.days_invalid (first, last). */
OQ_CHECKED oq_err *backtest_maintenance_walk(oq_arena *arena, const char *folder,
                                             const backtest_costs *costs, oq_us from, oq_us to,
                                             backtest_walk **ret_walk);
/* Figures: maintenance.optria_cost, maintenance.saving_run_to_failure, ... */
report *backtest_maintenance_report(oq_arena *arena, const backtest_walk *walk);

typedef enum backtest_dataset {
    BACKTEST_AZURE = 1,
    BACKTEST_CAUSRCA,
    BACKTEST_PETSHOP,
    BACKTEST_TEP
} backtest_dataset;
extern const oq_choice backtest_dataset_choices[]; /* "azure-pdm" ...: the folders' names */
OQ_CHECKED oq_err *backtest_run(oq_arena *arena, int dataset, const char *folder,
                                report **ret_report);

#endif
