/* `optria backtest rca`: how often the program names the right cause, on published data. */
#include <unistd.h>

#include "backtest/backtest.h"
#include "main/command.h"
#include "main/report_print.h"

#include "base/banned.h"

typedef struct backtest_options {
    int dataset;
    oq_str data;
    oq_date from, to;
    bool json;
} backtest_options;

static const oq_field backtest_option_fields[] = {
    OQ_CHOICE(backtest_options, dataset, backtest_dataset_choices, .required = true,
              .help = "Which data set"),
    OQ_TEXT(backtest_options, data, .required = true, .max = 3000,
            .help = "Folder of the data set, or of all data sets"),
    OQ_DATE(backtest_options, from, .help = "First day asked about (azure-pdm: 2015-07-01)"),
    OQ_DATE(backtest_options, to, .help = "Day behind the last one (azure-pdm: 2016-01-01)"),
    OQ_BOOL(backtest_options, json, .help = "Print JSON"),
    OQ_FIELDS_END,
};

static oq_us midnight(oq_date day)
{
    return day == OQ_DATE_NONE ? OQ_TIME_NONE : day * OQ_DAY;
}

static oq_err *backtest_rca(command_run *run)
{
    const backtest_options *o = run->options;
    report *r;
    oq_str inside = oq_strf(run->arena, "%.*s/%s", OQ_FMT(o->data),
                            oq_choice_text(backtest_dataset_choices, o->dataset));
    char *folder = oq_str_c(run->arena, inside);
    if (access(folder, X_OK) != 0)
        folder = oq_str_c(run->arena, o->data);
    if (o->dataset == BACKTEST_AZURE)
        OQ_TRY(backtest_azure(run->arena, folder, midnight(o->from), midnight(o->to), &r));
    else
        OQ_TRY(backtest_run(run->arena, o->dataset, folder, &r));
    if (o->json)
        report_print_json(oq_cstr(oq_choice_text(backtest_dataset_choices, o->dataset)), r);
    else
        report_print_text(run, r);
    return NULL;
}

const command cmd_backtest_rca = {
    .name = "backtest rca",
    .summary = "Say how often the right cause is named, on published data",
    .help = "Runs the parts that name causes over data whose causes are known, each question with\n"
            "nothing but what came before it, and prints how often they were right, how sure they\n"
            "were, and what others published. Stores nothing; needs no database. Where the data\n"
            "come from, and what the figures mean: docs/en/rca.md.",
    .options = backtest_option_fields,
    .options_size = sizeof(backtest_options),
    .needs_no_settings = true,
    .run = backtest_rca,
};
