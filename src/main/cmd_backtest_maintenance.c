/* `optria backtest maintenance`: what this program's decisions would have saved, on published data.
 */
#include <unistd.h>

#include "backtest/backtest.h"
#include "backtest/files.h"
#include "backtest/stored.h"
#include "main/command.h"
#include "main/operator.h"
#include "main/report_print.h"

#include "base/banned.h"

static const oq_choice dataset_choices[] = {{BACKTEST_AZURE, "azure-pdm"}, {0}};

typedef struct maintenance_options {
    int dataset;
    oq_str data, costs, tenant;
    oq_date from, to;
    bool json;
} maintenance_options;

static const oq_field maintenance_option_fields[] = {
    OQ_CHOICE(maintenance_options, dataset, dataset_choices, .required = true,
              .help = "Which data set"),
    OQ_TEXT(maintenance_options, data, .required = true, .max = 3000,
            .help = "Folder of the data set, or of all data sets"),
    OQ_TEXT(maintenance_options, costs, .max = 3000,
            .help = "File with costs and crews (examples/backtest-maintenance.json)"),
    OQ_DATE(maintenance_options, from, .help = "First day decided on (2015-08-01)"),
    OQ_DATE(maintenance_options, to, .help = "Day behind the last one (2016-01-01)"),
    OQ_TEXT(maintenance_options, tenant, .max = 40,
            .help = "Code of a tenant that keeps the result, for its page"),
    OQ_BOOL(maintenance_options, json, .help = "Print JSON"),
    OQ_FIELDS_END,
};

static oq_us midnight(oq_date day)
{
    return day == OQ_DATE_NONE ? OQ_TIME_NONE : day * OQ_DAY;
}

static oq_err *read_costs(command_run *run, oq_str path, backtest_costs *ret_costs)
{
    oq_str text = OQ_STR("{}");
    if (path.len)
        OQ_TRY(file_text(run->arena, oq_str_c(run->arena, path), &text));
    return oq_fields_read_json(run->arena, backtest_cost_fields, text, ret_costs);
}

static oq_err *store_in(command_run *run, db_pool *pool, oq_uuid tenant_id, oq_str dataset,
                        const backtest_walk *walk)
{
    oq_scope *s;
    OQ_TRY(oq_scope_open(&(oq_scope_options){.pool = pool,
                                             .tenant_id = tenant_id,
                                             .access = OQ_WRITE,
                                             .actor = operator_actor(),
                                             .request_id = OQ_STR("command line"),
                                             .arena = run->arena},
                         &s));
    oq_err *err = backtest_store(s, dataset, walk);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

/* The tenant is looked for before the work is done. */
static oq_err *walk_and_store(command_run *run, const char *folder, const backtest_costs *costs,
                              oq_str dataset, backtest_walk **ret_walk)
{
    const maintenance_options *o = run->options;
    oq_uuid tenant_id = OQ_UUID_ZERO;
    db_pool *pool = NULL;
    oq_err *err = NULL;
    if (o->tenant.len) {
        OQ_TRY(command_load_settings(run));
        operator_complete(run->arena, &run->settings);
        OQ_TRY(operator_open_pool(&run->settings, &pool));
        err = operator_find_tenant(pool, run->arena, o->tenant, &tenant_id);
    }
    if (!err)
        err = backtest_maintenance_walk(run->arena, folder, costs, midnight(o->from),
                                        midnight(o->to), ret_walk);
    if (!err && pool)
        err = store_in(run, pool, tenant_id, dataset, *ret_walk);
    db_pool_close(pool);
    return err;
}

static oq_err *backtest_of_maintenance(command_run *run)
{
    const maintenance_options *o = run->options;
    oq_str name = oq_cstr(oq_choice_text(dataset_choices, o->dataset));
    backtest_costs costs = {0};
    backtest_walk *walk;
    OQ_TRY(read_costs(run, o->costs, &costs));
    char *folder =
        oq_str_c(run->arena, oq_strf(run->arena, "%.*s/%.*s", OQ_FMT(o->data), OQ_FMT(name)));
    if (access(folder, X_OK) != 0)
        folder = oq_str_c(run->arena, o->data);
    OQ_TRY(walk_and_store(run, folder, &costs, name, &walk));
    report *r = backtest_maintenance_report(run->arena, walk);
    if (o->json)
        report_print_json(name, r);
    else
        report_print_text(run, r);
    if (!o->json && o->tenant.len)
        COMMAND_SAY(run, "cli.backtest.stored", {"tenant", o->tenant});
    return NULL;
}

const command cmd_backtest_maintenance = {
    .name = "backtest maintenance",
    .summary = "Say what planned maintenance would have saved, on published data",
    .help =
        "Walks through a recorded year day by day. Each policy (run to failure, fixed interval,\n"
        "threshold, error codes, this program) decides in the morning with what was known then;\n"
        "what it has to learn or choose, it learns from the days before the first one. A planned\n"
        "replacement prevents the component's recorded failures on that day and the following\n"
        "ones (prevents_days, 30); all else stays as recorded. Prints failures, planned jobs,\n"
        "hours, cost, and what this program saves, with its 95 % interval over machines. Costs "
        "are\n"
        "assumptions: give your own. Stores nothing and needs no database, unless --tenant names who\n"
        "keeps the result: its page /optimization/backtest shows it as charts. What the figures\n"
        "mean: docs/en/maintenance.md.",
    .options = maintenance_option_fields,
    .options_size = sizeof(maintenance_options),
    .needs_no_settings = true,
    .run = backtest_of_maintenance,
};
