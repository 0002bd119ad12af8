#include "backtest/azure.h"

#include <math.h>

#include "backtest/backtest.h"
#include "backtest/score.h"
#include "quant/cause_build.h"
#include "quant/cause_voices.h"

#include "base/banned.h"

enum { CLASSES = AZURE_COMPONENTS + 1 }; /* and "other" */

typedef struct azure_test {
    oq_arena *arena, *temp;
    azure_data data;
    cause_case *c;    /* of each incident, without its cause */
    cause_case *past; /* with it; one for each component that failed */
    size_t pasts;
    score mixed, model_alone;
    size_t double_asked, double_both;
    double last_temperature, last_inputs;
} azure_test;

/* What the product's analysis would have made of it at the moment of the failure. */
static void build_case(azure_test *t, const azure_incident *in, cause_case *ret_case)
{
    const azure_machine *m = &t->data.machine[in->machine];
    case_series *series = oq_new_n(t->arena, case_series, 2 * AZURE_METRICS);
    case_item *event = oq_new_n(t->arena, case_item, m->events);
    size_t events = 0, count = 0;
    for (size_t i = 0; i < m->events; i++) {
        bool is_alert = oq_str_eq(m->event[i].category, OQ_STR("ALERT"));
        if (m->event[i].at < in->at && !(is_alert && m->event[i].at < in->at - 7 * OQ_DAY))
            event[events++] = m->event[i];
    }
    for (size_t k = 0; k < 2 * AZURE_METRICS; k++)
        if (m->signal[k].count)
            series[count++] = (case_series){.no = (int64_t)k + 1,
                                            .metric = azure_metric[k],
                                            .is_root_asset = true,
                                            .samples = &m->signal[k],
                                            .limit_low = NAN,
                                            .limit_high = NAN};
    case_order order = {.asset_class = m->model,
                        .anchor = in->at,
                        .until = in->at,
                        .look_from = in->at - OQ_DAY,
                        .base_from = in->at - 31 * OQ_DAY,
                        .event = event,
                        .events = events,
                        .series = series,
                        .series_count = count};
    cause_build(t->arena, &order, ret_case);
}

static void remember(azure_test *t, size_t incident)
{
    for (size_t k = 0; k < AZURE_COMPONENTS; k++)
        if (t->data.incident[incident].is_failed[k]) {
            t->past[t->pasts] = t->c[incident];
            t->past[t->pasts++].cause = azure_component[k];
        }
}

static size_t class_of(oq_str cause)
{
    for (size_t k = 0; k < AZURE_COMPONENTS; k++)
        if (oq_str_eq(cause, azure_component[k]))
            return k;
    return AZURE_COMPONENTS;
}

/* Asked about one incident: the distribution, held against what failed. */
static void ask(azure_test *t, const cause_past *past, size_t incident)
{
    const azure_incident *in = &t->data.incident[incident];
    double p[CLASSES] = {0}, alone[CLASSES] = {0};
    bool is_true[CLASSES] = {0};
    cause_voices voices;
    cause_mix mix;
    memcpy(is_true, in->is_failed, sizeof in->is_failed);
    cause_voices_of(t->temp, past, &t->c[incident], &voices);
    cause_mix_make(t->temp, voices.at, voices.count, 1 / (10 + (double)past->count), &mix);
    for (size_t i = 0; i < mix.count; i++)
        p[class_of(mix.at[i].cause)] += mix.at[i].probability;
    for (size_t i = 0; i < voices.guesses; i++)
        alone[class_of(voices.guess[i].cause)] += voices.guess[i].probability;
    score_add(&t->mixed, p, is_true);
    if (voices.guesses)
        score_add(&t->model_alone, alone, is_true);
    size_t failed = 0, both = 0;
    for (size_t k = 0; k < AZURE_COMPONENTS; k++) {
        failed += in->is_failed[k];
        both += in->is_failed[k] && mix.count > 1 &&
                (class_of(mix.at[0].cause) == k || class_of(mix.at[1].cause) == k);
    }
    t->double_asked += failed > 1;
    t->double_both += failed > 1 && both == 2;
}

/* Incidents of one moment are asked before any of them is known. */
static void walk(azure_test *t, oq_us from, oq_us to)
{
    for (size_t i = 0, end; i < t->data.incidents && t->data.incident[i].at < to; i = end) {
        for (end = i;
             end < t->data.incidents && t->data.incident[end].at == t->data.incident[i].at;)
            end++;
        if (t->data.incident[i].at >= from) {
            oq_mark mark = oq_arena_mark(t->temp);
            cause_model *model;
            cause_model_report learned;
            cause_model_fit(t->temp, t->past, t->pasts, &model, &learned);
            cause_past past = {.c = t->past,
                               .count = t->pasts,
                               .rarity = case_rarity_make(t->temp, t->past, t->pasts),
                               .model = model,
                               .model_accuracy = learned.accuracy};
            for (size_t k = i; k < end; k++)
                ask(t, &past, k);
            t->last_temperature = learned.temperature;
            t->last_inputs = (double)learned.inputs;
            oq_arena_rewind(t->temp, mark);
        }
        for (size_t k = i; k < end; k++)
            remember(t, k);
    }
}

/* --- what is told --------------------------------------------------------------------------------*/

/* Precision and recall of the named component, beside those of the publisher's guide, which answers
 * another question (does it fail within 24 hours). */
static void tell_components(const azure_test *t, report *r)
{
    static const double guide[AZURE_COMPONENTS][2] = {
        {0.957, 0.950}, {0.987, 0.999}, {0.976, 0.959}, {0.988, 0.980}};
    static const char *const head[] = {"component", "failures",        "precision",
                                       "recall",    "guide precision", "guide recall"};
    report_table *table = report_table_add(r, "components", 6);
    for (size_t i = 0; i < OQ_COUNT(head); i++)
        report_cell(r, table, oq_cstr(head[i]));
    for (size_t k = 0; k < AZURE_COMPONENTS; k++) {
        double named = 0, failed = 0, right = (double)t->mixed.confusion[k][k];
        for (size_t i = 0; i < CLASSES; i++) {
            named += (double)t->mixed.confusion[i][k];
            failed += (double)t->mixed.confusion[k][i];
        }
        report_cell(r, table, azure_component[k]);
        report_number(r, table, failed, 0);
        report_number(r, table, named > 0 ? right / named : (double)NAN, 3);
        report_number(r, table, failed > 0 ? right / failed : (double)NAN, 3);
        report_number(r, table, guide[k][0], 3);
        report_number(r, table, guide[k][1], 3);
    }
}

static void tell(const azure_test *t, report *r)
{
    const oq_str name[CLASSES] = {azure_component[0], azure_component[1], azure_component[2],
                                  azure_component[3], OQ_STR("other")};
    const report_figure figure[] = {
        {.name = "azure.top1", .value = score_first(&t->mixed), .unit = "share", .wanted = 0.95},
        {.name = "azure.top3", .value = score_third(&t->mixed), .unit = "share", .wanted = NAN},
        {.name = "azure.top1_model_alone",
         .value = score_first(&t->model_alone),
         .unit = "share",
         .wanted = NAN},
        {.name = "azure.incidents", .value = (double)t->mixed.asked, .unit = "", .wanted = NAN},
        {.name = "azure.brier", .value = score_brier(&t->mixed), .unit = "", .wanted = NAN},
        {.name = "azure.log_loss", .value = score_log_loss(&t->mixed), .unit = "", .wanted = NAN},
        {.name = "azure.ece", .value = score_ece(&t->mixed), .unit = "", .wanted = NAN},
        {.name = "azure.log_loss_model_alone",
         .value = score_log_loss(&t->model_alone),
         .unit = "",
         .wanted = NAN},
        {.name = "azure.two_failed", .value = (double)t->double_asked, .unit = "", .wanted = NAN},
        {.name = "azure.two_failed_both_named",
         .value = (double)t->double_both,
         .unit = "",
         .wanted = NAN},
        {.name = "azure.model_inputs", .value = t->last_inputs, .unit = "", .wanted = NAN},
        {.name = "azure.model_temperature",
         .value = t->last_temperature,
         .unit = "",
         .wanted = NAN},
    };
    for (size_t i = 0; i < OQ_COUNT(figure); i++)
        report_figure_add(r, figure[i]);
    tell_components(t, r);
    score_confusion(&t->mixed, name, r);
    score_reliability(&t->mixed, r);
}

oq_err *backtest_azure(oq_arena *arena, const char *folder, oq_us from, oq_us to,
                       report **ret_report)
{
    azure_test t = {.arena = arena, .mixed.classes = CLASSES, .model_alone.classes = CLASSES};
    OQ_TRY(azure_read(arena, folder, &t.data));
    t.c = oq_new_n(arena, cause_case, t.data.incidents);
    t.past = oq_new_n(arena, cause_case, t.data.incidents * AZURE_COMPONENTS);
    for (size_t i = 0; i < t.data.incidents; i++)
        build_case(&t, &t.data.incident[i], &t.c[i]);
    if (from == OQ_TIME_NONE)
        from = oq_days_from_civil(2015, 7, 1) * OQ_DAY;
    if (to == OQ_TIME_NONE)
        to = oq_days_from_civil(2016, 1, 1) * OQ_DAY;
    t.temp = oq_arena_open(1 << 20);
    walk(&t, from, to);
    oq_arena_close(t.temp);
    *ret_report = report_make(arena);
    tell(&t, *ret_report);
    return NULL;
}
