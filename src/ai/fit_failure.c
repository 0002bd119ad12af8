/* Fits: fails within the horizon, by what fails. */
#include <math.h>

#include "ai/drift_of.h"
#include "ai/fit_failure.h"
#include "quant/calibrate.h"

#include "base/banned.h"

enum { FEATURES_TOLD_MAX = 40, JSON_BYTES_MAX = 256 * 1024 };
static const double confidence = 0.95;

/* --- what is shown to the model ------------------------------------------------------------------*/

static const failure_mark *marks_of(const ai_fit *f, const ai_labels *labels, const ai_asset *a,
                                    size_t *ret_count)
{
    failure_mark *mark = oq_new_n(f->arena, failure_mark, a->failures + 1);
    size_t count = 0;
    for (size_t i = 0; i < a->failures; i++) {
        size_t label = ai_label_of(labels, &a->failure[i]);
        if (label != SIZE_MAX)
            mark[count++] = (failure_mark){a->failure[i].at, (uint32_t)label};
    }
    *ret_count = count;
    return mark;
}

failure_asset *ai_failure_assets(const ai_fit *f, const ai_labels *labels)
{
    failure_asset *of = oq_new_n(f->arena, failure_asset, f->all.count);
    for (size_t i = 0; i < f->all.count; i++) {
        const ai_asset *a = &f->all.at[i];
        failure_asset *x = &of[i];
        *x = (failure_asset){.asset = {.made_at = ai_made_at(a),
                                       .item = f->items[i].at,
                                       .items = f->items[i].count},
                             .from = f->known_from[i] == OQ_TIME_NONE ? f->at : f->known_from[i],
                             .until = f->at};
        if (x->from < f->from)
            x->from = f->from;
        x->failure = marks_of(f, labels, a, &x->failures);
    }
    return of;
}

oq_us ai_made_at(const ai_asset *a)
{
    return a->installed_on == OQ_DATE_NONE ? OQ_TIME_NONE : (oq_us)a->installed_on * OQ_DAY;
}

/* The grid of moments: a day, or as many as the bound of rows wants. */
static oq_us moments_apart(const failure_asset *of, size_t count)
{
    double rows = 0;
    for (size_t i = 0; i < count; i++)
        rows += (double)(of[i].until - of[i].from) / (double)OQ_DAY;
    return (oq_us)fmax(1, ceil(rows / AI_FIT_ROWS_MAX)) * OQ_DAY;
}

/* --- what is told --------------------------------------------------------------------------------*/

static void put_rate(oq_json *j, const char *name, failure_rate r)
{
    oq_json_name(j, name);
    oq_json_f64(j, r.value);
}

static void put_rate_bounds(oq_json *j, const char *name, failure_rate r)
{
    oq_json_name(j, name);
    oq_json_array(j);
    oq_json_f64(j, r.low);
    oq_json_f64(j, r.high);
    oq_json_array_end(j);
}

static void put_label(oq_json *j, const ai_label *l, const failure_component *c)
{
    const failure_metrics *m = &c->later;
    oq_json_key(j, l->code);
    oq_json_object(j);
    oq_json_put(j, text, "state", oq_cstr(oq_choice_text(failure_state_choices, (int)c->state)));
    oq_json_put(j, i64, "rows", (int64_t)m->rows);
    oq_json_put(j, i64, "failures", (int64_t)m->failures);
    oq_json_put(j, i64, "learned_rows", (int64_t)c->rows);
    oq_json_put(j, i64, "learned_failures", (int64_t)c->failures);
    oq_json_put(j, f64, "auc", m->auc);
    oq_json_put(j, f64, "brier", m->brier);
    oq_json_put(j, f64, "brier_base", m->brier_base);
    oq_json_put(j, f64, "ece", m->calibration_error);
    put_rate(j, "precision", m->precision);
    put_rate(j, "recall", m->recall);
    put_rate(j, "f1", m->f1);
    put_rate_bounds(j, "precision_bounds", m->precision);
    put_rate_bounds(j, "recall_bounds", m->recall);
    put_rate_bounds(j, "f1_bounds", m->f1);
    oq_json_put(j, f64, "threshold", c->threshold);
    oq_json_object_end(j);
}

/* Means over the labels that were judged; rows and failures are sums. */
typedef struct overall {
    double rows, failures, auc, brier, brier_base, ece, precision, recall, f1;
    size_t labels;
} overall;

static bool is_judged(const failure_component *c)
{
    return c->state == FAILURE_READY && c->lack == FAILURE_LACKS_NOTHING && c->later.rows > 0;
}

static double or_zero(double x)
{
    return isnan(x) ? 0 : x;
}

static overall overall_of(const failure_component *c, size_t count)
{
    overall o = {0};
    for (size_t i = 0; i < count; i++) {
        if (!is_judged(&c[i]))
            continue;
        const failure_metrics *m = &c[i].later;
        o.labels++;
        o.rows += (double)m->rows;
        o.failures += (double)m->failures;
        o.auc += or_zero(m->auc);
        o.brier += m->brier;
        o.brier_base += m->brier_base;
        o.ece += or_zero(m->calibration_error);
        o.precision += or_zero(m->precision.value);
        o.recall += or_zero(m->recall.value);
        o.f1 += or_zero(m->f1.value);
    }
    return o;
}

static void put_overall(oq_json *j, const failure_component *c, size_t count)
{
    overall o = overall_of(c, count);
    double n = o.labels ? (double)o.labels : (double)NAN;
    oq_json_key(j, OQ_STR("all"));
    oq_json_object(j);
    oq_json_put(j, i64, "modes", (int64_t)o.labels);
    oq_json_put(j, f64, "rows", o.rows);
    oq_json_put(j, f64, "failures", o.failures);
    oq_json_put(j, f64, "auc", o.auc / n);
    oq_json_put(j, f64, "brier", o.brier / n);
    oq_json_put(j, f64, "brier_base", o.brier_base / n);
    oq_json_put(j, f64, "ece", o.ece / n);
    oq_json_put(j, f64, "precision", o.precision / n);
    oq_json_put(j, f64, "recall", o.recall / n);
    oq_json_put(j, f64, "f1", o.f1 / n);
    oq_json_object_end(j);
}

static oq_str metrics_of(const ai_fit *f, const failure_result *r, const ai_compared *with)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(JSON_BYTES_MAX);
    oq_json j = oq_json_to(&out);
    size_t count = f->sights.labels.count;
    oq_json_object(&j);
    put_overall(&j, r->component, count);
    for (size_t i = 0; i < count; i++)
        put_label(&j, &f->sights.labels.at[i], &r->component[i]);
    if (with->labels) {
        oq_json_key(&j, OQ_STR("compared"));
        oq_json_object(&j);
        oq_json_put(&j, i64, "number", with->number);
        oq_json_put(&j, f64, "brier", with->brier);
        oq_json_put(&j, f64, "brier_current", with->brier_current);
        oq_json_object_end(&j);
    }
    oq_json_object_end(&j);
    return oq_str_copy(f->arena, oq_buf_view(&out));
}

static oq_str reliability_of(const ai_fit *f, const failure_result *r)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(JSON_BYTES_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_array(&j);
    for (size_t i = 0; i < f->sights.labels.count; i++)
        for (size_t k = 0; k < FAILURE_BINS && is_judged(&r->component[i]); k++) {
            const failure_bin *b = &r->component[i].later.bin[k];
            double low, high;
            if (!b->rows)
                continue;
            calibrate_wilson((size_t)lround(b->observed * (double)b->rows), b->rows, confidence,
                             &low, &high);
            oq_json_object(&j);
            oq_json_put(&j, text, "mode", f->sights.labels.at[i].code);
            oq_json_put(&j, f64, "told", b->predicted);
            oq_json_put(&j, f64, "happened", b->observed);
            oq_json_put(&j, i64, "count", (int64_t)b->rows);
            oq_json_put(&j, f64, "low", low);
            oq_json_put(&j, f64, "high", high);
            oq_json_object_end(&j);
        }
    oq_json_array_end(&j);
    return oq_str_copy(f->arena, oq_buf_view(&out));
}

typedef struct importance {
    size_t column;
    double share;
} importance;

static int by_share(const void *a, const void *b)
{
    const importance *x = a, *y = b;
    if (x->share != y->share)
        return x->share > y->share ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column;
}

static oq_str features_of(const ai_fit *f, const failure_result *r)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(JSON_BYTES_MAX);
    oq_json j = oq_json_to(&out);
    importance *all = oq_new_n(f->arena, importance, r->columns);
    size_t ready = 0;
    for (size_t i = 0; i < f->sights.labels.count; i++)
        ready += r->component[i].state == FAILURE_READY;
    for (size_t c = 0; c < r->columns; c++) {
        all[c].column = c;
        for (size_t i = 0; i < f->sights.labels.count; i++)
            if (r->component[i].state == FAILURE_READY)
                all[c].share += r->component[i].importance[c] / (double)ready;
    }
    qsort(all, r->columns, sizeof *all, by_share);
    oq_json_array(&j);
    for (size_t c = 0; c < r->columns && c < FEATURES_TOLD_MAX && all[c].share > 0; c++) {
        oq_json_object(&j);
        oq_json_put(&j, text, "feature", r->name[all[c].column]);
        oq_json_put(&j, f64, "importance", all[c].share);
        oq_json_object_end(&j);
    }
    oq_json_array_end(&j);
    return oq_str_copy(f->arena, oq_buf_view(&out));
}

static const char *const lack_codes[] = {
    [FAILURE_LACKS_ROWS] = "few_rows",
    [FAILURE_LACKS_FAILURES] = "few_failures",
    [FAILURE_LACKS_HEALTHY] = "few_healthy",
    [FAILURE_LACKS_VARIATION] = "no_variation",
    [FAILURE_LACKS_FAILURES_LATER] = "few_failures_later",
};

static void tell_lacks(const ai_fit *f, const failure_result *r, ai_lacks *lacks)
{
    if (!f->sights.metrics)
        ai_lack_plain(lacks, "no_signals");
    if (f->is_sampled)
        ai_lack_plain(lacks, "assets_left_out");
    for (size_t i = 0; i < f->sights.labels.count; i++) {
        const failure_component *c = &r->component[i];
        if (c->lack == FAILURE_LACKS_NOTHING)
            continue;
        oq_json *j = ai_lack(lacks, lack_codes[c->lack]);
        oq_json_put(j, text, "mode", f->sights.labels.at[i].code);
        oq_json_put(j, i64, "have", (int64_t)c->have);
        oq_json_put(j, i64, "need", (int64_t)c->need);
        ai_lack_end(lacks);
    }
}

/* --- what scores ---------------------------------------------------------------------------------*/

/* What signals said before the stretch that a score will look at. */
static void put_past(const ai_fit *f, ai_failure_body *b)
{
    b->past_at = f->at - f->at % OQ_HOUR - AI_SCORE_BACK;
    b->past = oq_new_n(f->arena, ai_past, f->all.count);
    b->pasts = f->all.count;
    for (size_t i = 0; i < f->all.count; i++) {
        ai_past *p = &b->past[i];
        p->asset_id = f->all.at[i].id;
        for (size_t k = 0; k < f->items[i].count && f->items[i].at[k].at < b->past_at; k++) {
            const feature_item *item = &f->items[i].at[k];
            if (item->kind != FEATURE_SAMPLE)
                continue;
            feature_past *at = &p->at[item->which];
            at->count++;
            at->mean += (item->value - at->mean) / at->count;
        }
    }
}

static void put_bins(const failure_result *r, ai_failure_body *b)
{
    for (size_t i = 0; i < b->sights.labels.count; i++)
        b->auc[i] = is_judged(&r->component[i]) ? r->component[i].later.auc : (double)NAN;
    for (size_t i = 0; i < b->sights.labels.count; i++)
        for (size_t k = 0; k < FAILURE_BINS && is_judged(&r->component[i]); k++) {
            const failure_bin *bin = &r->component[i].later.bin[k];
            b->bin[i][k] = (ai_bin){bin->predicted, bin->observed, (double)bin->rows};
        }
}

static oq_str body_of(const ai_fit *f, const failure_result *r)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(AI_BODY_BYTES_MAX);
    ai_failure_body *b = oq_new(f->arena, ai_failure_body);
    b->sights = f->sights;
    b->model = r->model;
    b->judged = r->judged;
    put_past(f, b);
    ai_drift_keep(f, b->base);
    put_bins(r, b);
    ai_failure_write(b, &out);
    return oq_str_copy(f->arena, oq_buf_view(&out));
}

/* --- all of it -----------------------------------------------------------------------------------*/

static int64_t count_ready(const ai_fit *f, const failure_result *r, int64_t *ret_rows,
                           int64_t *ret_failures)
{
    int64_t ready = 0;
    *ret_rows = *ret_failures = 0;
    for (size_t i = 0; i < f->sights.labels.count; i++) {
        const failure_component *c = &r->component[i];
        ready += c->state == FAILURE_READY;
        *ret_failures += (int64_t)(c->failures + c->later.failures);
        if ((int64_t)(c->rows + c->later.rows) > *ret_rows)
            *ret_rows = (int64_t)(c->rows + c->later.rows);
    }
    return ready;
}

static oq_err *fit_ready(ai_fit *f, const failure_result *r, ai_lacks *lacks, ai_model_stored *io)
{
    ai_compared with = {0};
    io->body = body_of(f, r);
    io->m.reliability = reliability_of(f, r);
    io->m.features = features_of(f, r);
    OQ_TRY(ai_failure_compare(f, r, &with)); /* last: it takes the items for itself */
    io->m.is_current = !with.is_worse;
    if (with.is_worse) {
        oq_json *j = ai_lack(lacks, "worse_than_current");
        oq_json_put(j, i64, "number", with.number);
        oq_json_put(j, f64, "brier", with.brier);
        oq_json_put(j, f64, "brier_current", with.brier_current);
        ai_lack_end(lacks);
    }
    io->m.metrics = metrics_of(f, r, &with);
    return NULL;
}

static oq_err *learn(ai_fit *f, ai_lacks *lacks, ai_model_stored *io)
{
    failure_asset *of = ai_failure_assets(f, &f->sights.labels);
    failure_result r;
    failure_options o = {.plan = ai_sights_plan(f->arena, &f->sights),
                         .horizon = f->horizon,
                         .every = moments_apart(of, f->all.count),
                         .is_refitted = true,
                         .seed = 1,
                         .threads = 1};
    OQ_TRY(failure_model_learn(f->arena, &o, of, f->all.count, &r));
    tell_lacks(f, &r, lacks);
    io->m.data_from = r.trained_from;
    io->m.split_at = r.split_at;
    if (count_ready(f, &r, &io->m.rows, &io->m.failures)) {
        io->m.state = AI_MODEL_READY;
        return fit_ready(f, &r, lacks, io);
    }
    io->m.metrics = metrics_of(f, &r, &(ai_compared){0});
    return NULL;
}

oq_err *ai_fit_failure(ai_fit *f, ai_model_stored *ret_model)
{
    OQ_AUTO(ai_lacks) lacks = {0};
    oq_us began = oq_monotonic();
    ai_lacks_open(&lacks);
    ai_model_stored made = {.m = {.kind = AI_FAILURE,
                                  .class_id = f->class_id,
                                  .state = AI_MODEL_NOT_ENOUGH,
                                  .data_from = f->from,
                                  .data_to = f->at,
                                  .split_at = OQ_TIME_NONE,
                                  .assets = (int64_t)f->all.count,
                                  .horizon_h = (double)f->horizon / (double)OQ_HOUR,
                                  .made_by = f->made_by,
                                  .made_at = f->at}};
    if (f->sights.labels.count) {
        OQ_TRY(learn(f, &lacks, &made));
    } else {
        oq_json *j = ai_lack(&lacks, "no_failures");
        oq_json_put(j, i64, "assets", (int64_t)f->all.count);
        ai_lack_end(&lacks);
    }
    made.m.missing = ai_lacks_close(&lacks, f->arena);
    made.m.took_us = oq_monotonic() - began;
    *ret_model = made;
    return NULL;
}
