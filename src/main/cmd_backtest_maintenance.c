/* `optria backtest maintenance`: what this program's decisions would have saved, on published data.
 */
#include <unistd.h>

#include "backtest/backtest.h"
#include "backtest/files.h"
#include "main/command.h"
#include "main/report_print.h"

#include "base/banned.h"

static const oq_choice dataset_choices[] = {{BACKTEST_AZURE, "azure-pdm"}, {0}};

typedef struct maintenance_options {
    int dataset;
    oq_str data, costs;
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

static oq_err *backtest_of_maintenance(command_run *run)
{
    const maintenance_options *o = run->options;
    const char *name = oq_choice_text(dataset_choices, o->dataset);
    backtest_costs costs = {0};
    report *r;
    OQ_TRY(read_costs(run, o->costs, &costs));
    char *folder = oq_str_c(run->arena, oq_strf(run->arena, "%.*s/%s", OQ_FMT(o->data), name));
    if (access(folder, X_OK) != 0)
        folder = oq_str_c(run->arena, o->data);
    OQ_TRY(
        backtest_maintenance(run->arena, folder, &costs, midnight(o->from), midnight(o->to), &r));
    if (o->json)
        report_print_json(oq_cstr(name), r);
    else
        report_print_text(run, r);
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
        "assumptions: give your own. Stores nothing; needs no database. What the figures mean:\n"
        "docs/en/maintenance.md.",
    .options = maintenance_option_fields,
    .options_size = sizeof(maintenance_options),
    .needs_no_settings = true,
    .run = backtest_of_maintenance,
};
