/* azure-pdm: which component fails within the next 24 h, on a grid of 3 h, trained to 31 July 2015,
 * judged after. The copy holds hourly telemetry only around failures and in windows that resemble
 * them, so whether it is there would give the answer away: the models see the daily means, which
 * are there for every machine and day, besides errors, replacements, age and model. */
#include <math.h>
#include <stdlib.h>

#include "backtest/azure.h"
#include "backtest/files.h"
#include "bench/ai_bench_parts.h"
#include "quant/failure_inner.h"

#include "base/banned.h"

enum { ERRORS = 5 };

static const oq_str error_name[ERRORS] = {OQ_STR_INIT("error1"), OQ_STR_INIT("error2"),
                                          OQ_STR_INIT("error3"), OQ_STR_INIT("error4"),
                                          OQ_STR_INIT("error5")};
static const oq_str trait_name[] = {OQ_STR_INIT("model"), OQ_STR_INIT("years")};

/* --- from the files to assets ---------------------------------------------------------------------------*/

static int compare_items(const void *a, const void *b)
{
    const feature_item *x = a, *y = b;
    int by = (x->at > y->at) - (x->at < y->at);
    by = by ? by : (x->kind > y->kind) - (x->kind < y->kind);
    return by ? by : (x->which > y->which) - (x->which < y->which);
}

static uint32_t name_number(oq_str text, const oq_str *name, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (oq_str_eq(text, name[i]))
            return (uint32_t)i;
    return UINT32_MAX;
}

static void take_items(oq_arena *arena, const azure_machine *m, failure_asset *a)
{
    size_t count = m->events + a->failures, n = 0;
    for (size_t k = 0; k < AZURE_METRICS; k++)
        count += m->signal[AZURE_METRICS + k].count;
    feature_item *item = oq_new_n(arena, feature_item, count);
    for (uint32_t k = 0; k < AZURE_METRICS; k++) {
        const samples *s = &m->signal[AZURE_METRICS + k];
        for (size_t i = 0; i < s->count; i++)
            item[n++] = (feature_item){s->time[i], s->value[i], k, FEATURE_SAMPLE};
    }
    for (size_t i = 0; i < m->events; i++) {
        const case_item *e = &m->event[i];
        bool is_error = oq_str_eq(e->category, OQ_STR("ALERT"));
        uint32_t which = is_error ? name_number(e->kind, error_name, ERRORS)
                                  : name_number(e->kind, azure_component, AZURE_COMPONENTS);
        if (which != UINT32_MAX)
            item[n++] = (feature_item){
                .at = e->at, .which = which, .kind = is_error ? FEATURE_EVENT : FEATURE_RENEWAL};
    }
    for (size_t i = 0; i < a->failures; i++) /* a component that failed is replaced */
        item[n++] = (feature_item){
            .at = a->failure[i].at, .which = a->failure[i].component, .kind = FEATURE_RENEWAL};
    qsort(item, n, sizeof *item, compare_items);
    a->asset.item = item;
    a->asset.items = n;
}

static void take_failures(oq_arena *arena, const azure_data *d, size_t machine, failure_asset *a)
{
    failure_mark *mark = oq_new_n(arena, failure_mark, d->incidents * AZURE_COMPONENTS);
    for (size_t i = 0; i < d->incidents; i++)
        for (uint32_t k = 0; k < AZURE_COMPONENTS && d->incident[i].machine == machine; k++)
            if (d->incident[i].is_failed[k])
                mark[a->failures++] = (failure_mark){d->incident[i].at, k};
    a->failure = mark;
}

/* Model and age of each machine, as numbers. */
static oq_err *read_traits(oq_arena *arena, const char *folder, double (*ret_trait)[2])
{
    const char *path = file_path(arena, "%s/PdM_machines.csv", folder);
    file_table t;
    size_t machine, model, age;
    OQ_TRY(file_csv(arena, path, &t));
    OQ_TRY(file_column(&t, path, "machineID", &machine));
    OQ_TRY(file_column(&t, path, "model", &model));
    OQ_TRY(file_column(&t, path, "age", &age));
    for (size_t i = 1; i < t.rows; i++) {
        uint64_t no = 0;
        if (!oq_parse_u64(t.row[i][machine], &no) || no >= AZURE_MACHINES_MAX ||
            !oq_parse_f64(oq_str_sub(t.row[i][model], 5, 1), &ret_trait[no][0]) ||
            !oq_parse_f64(t.row[i][age], &ret_trait[no][1]))
            return oq_fail(OQ_INVALID, "backtest.number", "file=%s line=%zu", path, i + 1);
    }
    return NULL;
}

static oq_err *fleet_read(oq_arena *arena, const char *folder, failure_asset **ret_asset,
                          size_t *ret_assets)
{
    azure_data d;
    double(*trait)[2] = oq_alloc_n(arena, AZURE_MACHINES_MAX, sizeof *trait);
    OQ_TRY(azure_read(arena, folder, &d));
    OQ_TRY(read_traits(arena, folder, trait));
    failure_asset *asset = oq_new_n(arena, failure_asset, d.machines);
    oq_us from = oq_days_from_civil(2015, 1, 2) * OQ_DAY;
    for (size_t i = 0; i < d.machines; i++) {
        failure_asset *a = &asset[i];
        *a = (failure_asset){.from = from, .until = from + 364 * OQ_DAY};
        a->asset.made_at = OQ_TIME_NONE;
        a->asset.trait = trait[i + 1];
        take_failures(arena, &d, i + 1, a);
        take_items(arena, &d.machine[i + 1], a);
    }
    *ret_asset = asset;
    *ret_assets = d.machines;
    return NULL;
}

static feature_plan fleet_plan(void)
{
    feature_plan p = feature_plan_usual();
    p.signal = azure_metric, p.signals = AZURE_METRICS;
    p.code = error_name, p.codes = ERRORS;
    p.component = azure_component, p.components = AZURE_COMPONENTS;
    p.trait = trait_name, p.traits = OQ_COUNT(trait_name);
    return p;
}

/* --- figures ---------------------------------------------------------------------------------------------*/

static void print_share(oq_arena *arena, const char *name, const char *part, double value,
                        double published)
{
    bench_print(&(bench_figure){.name = oq_str_c(arena, oq_strf(arena, "azure.%s%s", part, name)),
                                .value = value,
                                .unit = "share",
                                .peer = published > 0 ? "guide, complete hourly telemetry" : NULL,
                                .peer_value = published});
}

/* Over the components and "none", as the guide counts: none is right where nothing is warned of and
 * nothing fails. */
static oq_err *print_macro(oq_arena *arena, const failure_asset *asset, size_t assets,
                           const failure_result *r)
{
    const failure_model *m = r->model;
    failure_rows rows;
    double right = 0, said = 0, is = 0, f1 = 0;
    OQ_TRY(failure_rows_make(arena, &m->plan, m->horizon, m->every, asset, assets, r->split_at,
                             INT64_MAX, &rows));
    for (size_t i = 0; i < rows.count; i++) {
        double p[AZURE_COMPONENTS];
        bool is_warned = false;
        failure_model_probabilities(m, rows.x + i * rows.columns, p);
        for (size_t k = 0; k < AZURE_COMPONENTS; k++)
            is_warned = is_warned || p[k] >= r->component[k].threshold;
        said += !is_warned;
        is += !rows.fails[i];
        right += !is_warned && !rows.fails[i];
    }
    for (size_t k = 0; k < AZURE_COMPONENTS; k++)
        f1 += r->component[k].later.f1.value;
    print_share(arena, "macro_f1", "", f1 / AZURE_COMPONENTS, 0.974);
    print_share(arena, "macro_f1_with_none", "",
                (f1 + 2 * right / (said + is)) / (AZURE_COMPONENTS + 1), 0.980);
    return NULL;
}

static void print_component(oq_arena *arena, size_t k, const failure_component *c)
{
    static const double published[AZURE_COMPONENTS][2] = {
        {0.957, 0.950}, {0.987, 0.999}, {0.976, 0.959}, {0.988, 0.980}};
    const failure_metrics *m = &c->later;
    const char *part = oq_str_c(arena, oq_strf(arena, "%.*s_", OQ_FMT(azure_component[k])));
    double p = published[k][0], r = published[k][1];
    print_share(arena, "precision", part, m->precision.value, p);
    print_share(arena, "recall", part, m->recall.value, r);
    print_share(arena, "f1", part, m->f1.value, 2 * p * r / (p + r));
    print_share(arena, "f1_low", part, m->f1.low, 0);
    print_share(arena, "foretold", part, (double)m->foretold / (double)m->failures, 0);
}

oq_err *ai_bench_fleet(oq_arena *arena, const char *folder)
{
    failure_asset *asset;
    size_t assets;
    OQ_TRY(fleet_read(arena, folder, &asset, &assets));
    failure_options o = {.plan = fleet_plan(),
                         .horizon = OQ_DAY,
                         .every = 3 * OQ_HOUR,
                         .split_at = oq_days_from_civil(2015, 8, 1) * OQ_DAY,
                         .threads = 1};
    failure_result r;
    OQ_TRY(failure_model_learn(arena, &o, asset, assets, &r));
    double off = 0, bins_off = 0;
    for (size_t k = 0; k < AZURE_COMPONENTS; k++) {
        const failure_metrics *m = &r.component[k].later;
        print_component(arena, k, &r.component[k]);
        off += m->calibration_error / AZURE_COMPONENTS;
        for (size_t i = 0; i < FAILURE_BINS; i++)
            bins_off +=
                fabs(m->bin[i].predicted - m->bin[i].observed) / AZURE_COMPONENTS / FAILURE_BINS;
    }
    OQ_TRY(print_macro(arena, asset, assets, &r));
    /* Over bins of equal rows, nearly all of which are far from failing; and over bins of equally
     * many predicted failures. */
    bench_print(&(bench_figure){
        .name = "azure.calibration_error", .value = 100 * off, .unit = "percent points"});
    bench_print(&(bench_figure){.name = "azure.calibration_error_of_failures",
                                .value = 100 * bins_off,
                                .unit = "percent points"});
    return NULL;
}
