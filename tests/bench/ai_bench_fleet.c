/* azure-pdm: which component fails within the next 24 h, on a grid of 3 h, trained to 31 July 2015,
 * judged after. What the models see: backtest/azure_fleet.h. */
#include <math.h>

#include "backtest/azure_fleet.h"
#include "bench/ai_bench_parts.h"
#include "quant/failure_inner.h"

#include "base/banned.h"

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
    azure_data d;
    failure_asset *asset;
    OQ_TRY(azure_read(arena, folder, &d));
    OQ_TRY(azure_fleet_make(arena, folder, &d, &asset));
    failure_options o = {.plan = azure_fleet_plan(),
                         .horizon = OQ_DAY,
                         .every = 3 * OQ_HOUR,
                         .split_at = oq_days_from_civil(2015, 8, 1) * OQ_DAY,
                         .threads = 1};
    failure_result r;
    OQ_TRY(failure_model_learn(arena, &o, asset, d.machines, &r));
    double off = 0, bins_off = 0;
    for (size_t k = 0; k < AZURE_COMPONENTS; k++) {
        const failure_metrics *m = &r.component[k].later;
        print_component(arena, k, &r.component[k]);
        off += m->calibration_error / AZURE_COMPONENTS;
        for (size_t i = 0; i < FAILURE_BINS; i++)
            bins_off +=
                fabs(m->bin[i].predicted - m->bin[i].observed) / AZURE_COMPONENTS / FAILURE_BINS;
    }
    OQ_TRY(print_macro(arena, asset, d.machines, &r));
    /* Over bins of equal rows, nearly all of which are far from failing; and over bins of equally
     * many predicted failures. */
    bench_print(&(bench_figure){
        .name = "azure.calibration_error", .value = 100 * off, .unit = "percent points"});
    bench_print(&(bench_figure){.name = "azure.calibration_error_of_failures",
                                .value = 100 * bins_off,
                                .unit = "percent points"});
    return NULL;
}
