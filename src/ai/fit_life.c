/* Fits: lives of a class, by what fails. */
#include <math.h>

#include "ai/body.h"
#include "ai/fit.h"

#include "base/banned.h"

enum { FAILURES_MIN = 3, METRICS_BYTES_MAX = 64 * 1024 };

static bool is_usable(const weibull_fit *w)
{
    return w->state != WEIBULL_NO_FAILURES && w->state != 0;
}

static double longest_of(const ai_lives *lives)
{
    double longest = 0;
    for (size_t i = 0; i < lives->count; i++)
        if (lives->at[i].has_failed && lives->at[i].entry == 0)
            longest = fmax(longest, lives->at[i].age);
    return longest;
}

/* How well the curve follows what happened. */
static void put_check(oq_arena *temp, oq_json *j, const weibull_fit *w, const ai_lives *lives)
{
    weibull_check c;
    if (w->state != WEIBULL_FITTED)
        return;
    weibull_check_fit(temp, w, lives->at, lives->count, &c);
    oq_json_key(j, OQ_STR("fit"));
    oq_json_object(j);
    oq_json_put(j, f64, "correlation", c.correlation);
    oq_json_put(j, f64, "distance", c.distance);
    oq_json_put(j, f64, "p", c.p);
    oq_json_object_end(j);
}

static void put_label(oq_arena *temp, oq_json *j, const ai_label *l, const weibull_fit *w,
                      const ai_lives *lives)
{
    oq_json_key(j, l->code);
    oq_json_object(j);
    oq_json_put(j, text, "state", oq_cstr(oq_choice_text(weibull_state_choices, w->state)));
    oq_json_put(j, f64, "beta", w->at.beta);
    oq_json_put(j, f64, "beta_low", w->beta_low);
    oq_json_put(j, f64, "beta_high", w->beta_high);
    oq_json_put(j, f64, "eta_h", w->at.eta);
    oq_json_put(j, f64, "eta_low", w->eta_low);
    oq_json_put(j, f64, "eta_high", w->eta_high);
    oq_json_put(j, f64, "mean_h", is_usable(w) ? weibull_mean(w->at) : (double)NAN);
    oq_json_put(j, i64, "failures", (int64_t)lives->failures);
    oq_json_put(j, i64, "censored", (int64_t)(lives->count - lives->failures));
    oq_json_put(j, i64, "unknown", (int64_t)lives->unknown);
    oq_json_put(j, f64, "log_likelihood", w->log_likelihood);
    oq_json_put(j, f64, "age_matters_p", w->exponential_p);
    put_check(temp, j, w, lives);
    oq_json_object_end(j);
}

/* What is missing of one label; nothing where all is well. */
static void tell_label(ai_lacks *lacks, const ai_label *l, const weibull_fit *w,
                       const ai_lives *lives)
{
    if (lives->failures < FAILURES_MIN) {
        oq_json *j = ai_lack(lacks, "few_lives");
        oq_json_put(j, text, "mode", l->code);
        oq_json_put(j, i64, "have", (int64_t)lives->failures);
        oq_json_put(j, i64, "need", FAILURES_MIN);
        ai_lack_end(lacks);
    }
    if (lives->unknown) {
        oq_json *j = ai_lack(lacks, "ages_unknown");
        oq_json_put(j, text, "mode", l->code);
        oq_json_put(j, i64, "count", (int64_t)lives->unknown);
        ai_lack_end(lacks);
    }
    if (is_usable(w) && w->state != WEIBULL_FITTED) {
        oq_json *j = ai_lack(lacks, "shape_assumed");
        oq_json_put(j, text, "mode", l->code);
        ai_lack_end(lacks);
    }
}

typedef struct life_fitting {
    ai_fit *f;
    ai_lacks lacks;
    oq_buf metrics;
    oq_json json;
    ai_life_body body;
    int64_t lives, failures;
} life_fitting;

static oq_err *fit_label(life_fitting *t, size_t label)
{
    ai_fit *f = t->f;
    const ai_label *l = &f->sights.labels.at[label];
    ai_lives lives =
        ai_lives_of(f->arena, &f->sights.labels, label, f->all.at, f->all.count, f->at);
    weibull_fit w = {.at = {NAN, NAN}, .beta_low = NAN, .beta_high = NAN};
    if (lives.count)
        OQ_TRY(weibull_learn(f->arena, lives.at, lives.count, NULL, &w));
    else
        w.state = WEIBULL_NO_FAILURES;
    put_label(f->arena, &t->json, l, &w, &lives);
    tell_label(&t->lacks, l, &w, &lives);
    t->body.longest[label] = longest_of(&lives);
    if (is_usable(&w))
        t->body.fit[label] = w;
    t->lives += (int64_t)lives.count;
    t->failures += is_usable(&w) ? (int64_t)lives.failures : 0;
    return NULL;
}

static oq_err *fit_labels(life_fitting *t)
{
    ai_fit *f = t->f;
    t->json = oq_json_to(&t->metrics);
    oq_json_object(&t->json);
    t->body.labels = f->sights.labels;
    if (!f->sights.labels.count) {
        oq_json *j = ai_lack(&t->lacks, "no_failures");
        oq_json_put(j, i64, "assets", (int64_t)f->all.count);
        ai_lack_end(&t->lacks);
    }
    for (size_t i = 0; i < f->sights.labels.count; i++)
        OQ_TRY(fit_label(t, i));
    oq_json_object_end(&t->json);
    return NULL;
}

static oq_us first_watched(const ai_fit *f)
{
    oq_us first = OQ_TIME_NONE;
    for (size_t i = 0; i < f->all.count; i++) {
        oq_us at = f->all.at[i].watched_from;
        if (at != OQ_TIME_NONE && (first == OQ_TIME_NONE || at < first))
            first = at;
    }
    return first;
}

static void close_life(life_fitting *t)
{
    ai_lacks_drop(&t->lacks);
    oq_buf_drop(&t->metrics);
}

oq_err *ai_fit_life(ai_fit *f, ai_model_stored *ret_model)
{
    life_fitting t = {.f = f, .metrics = oq_buf_make(METRICS_BYTES_MAX)};
    oq_us began = oq_monotonic();
    ai_lacks_open(&t.lacks);
    oq_err *err = fit_labels(&t);
    bool is_ready = t.failures >= FAILURES_MIN;
    OQ_AUTO(oq_buf) body = oq_buf_make(AI_BODY_BYTES_MAX);
    if (!err && is_ready)
        ai_life_write(&t.body, &body);
    if (!err)
        *ret_model = (ai_model_stored){
            .m = {.kind = AI_LIFE,
                  .class_id = f->class_id,
                  .state = is_ready ? AI_MODEL_READY : AI_MODEL_NOT_ENOUGH,
                  .is_current = is_ready,
                  .data_from = first_watched(f),
                  .data_to = f->at,
                  .split_at = OQ_TIME_NONE,
                  .assets = (int64_t)f->all.count,
                  .rows = t.lives,
                  .failures = t.failures,
                  .horizon_h = NAN,
                  .metrics = oq_str_copy(f->arena, oq_buf_view(&t.metrics)),
                  .missing = ai_lacks_close(&t.lacks, f->arena),
                  .made_by = f->made_by,
                  .made_at = f->at,
                  .took_us = oq_monotonic() - began},
            .body = is_ready ? oq_str_copy(f->arena, oq_buf_view(&body)) : OQ_NONE};
    close_life(&t);
    return err;
}
