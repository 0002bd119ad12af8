/* Fits: how one asset is when all is well. */
#include "ai/fit_anomaly.h"

#include <math.h>

#include "tenant/settings.h"

#include "base/banned.h"

#define BASE (45 * OQ_DAY)
#define STEP (15 * OQ_MINUTE)
enum { BODY_BYTES_MAX = 64 * 1024 * 1024, METRICS_MAX = 64 * 1024 };

const char *ai_anomaly_lack_code(int lack)
{
    switch ((anomaly_lack)lack) {
    case ANOMALY_ENOUGH:
        break;
    case ANOMALY_NO_SAMPLES:
        return "signal_no_samples";
    case ANOMALY_FEW_SAMPLES:
        return "signal_few_samples";
    case ANOMALY_BAD_QUALITY:
        return "signal_bad_quality";
    case ANOMALY_FUTURE:
        return "signal_future";
    case ANOMALY_CONSTANT:
        return "signal_constant";
    case ANOMALY_NO_UNIT:
        return "signal_no_unit";
    case ANOMALY_TOO_MANY:
        return "signals_too_many";
    case ANOMALY_SLOW:
        return "signal_slow";
    }
    return "signal_few_samples";
}

anomaly_signal ai_anomaly_signal(oq_arena *arena, const ai_signal *g, buckets grid)
{
    anomaly_signal x = {.samples = samples_make(arena, grid.count, true, false),
                        .is_state = g->is_state,
                        .has_unit = g->unit.len > 0};
    for (size_t k = 0; g->bucket && k < grid.count; k++) {
        const aggregate *b = &g->bucket[k];
        if (!b->count)
            continue;
        double value = g->is_state ? b->last : aggregate_mean(b);
        if (isnan(value) && b->good)
            value = b->sum / (double)b->good;
        size_t i = x.samples.count++;
        x.samples.time[i] = grid.edge[k];
        x.samples.value[i] = value;
        x.samples.quality[i] = b->good && !isnan(value) ? QUALITY_GOOD : QUALITY_NO_DATA;
    }
    return x;
}

static oq_str metrics_of(oq_arena *arena, const anomaly_about *about)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(METRICS_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, i64, "signals", (int64_t)about->taking_part);
    oq_json_put(&j, i64, "signals_all", (int64_t)about->signals);
    oq_json_put(&j, f64, "budget_per_day", about->budget_per_day);
    oq_json_put(&j, time, "base_from", about->from);
    oq_json_put(&j, time, "base_to", about->to);
    oq_json_put(&j, f64, "step_s", (double)about->step / (double)OQ_SECOND);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static void tell_needs(const ai_asset *a, const anomaly_about *about, ai_lacks *lacks)
{
    for (size_t i = 0; i < about->needs; i++) {
        const anomaly_need *n = &about->need[i];
        if (n->lack == ANOMALY_ENOUGH)
            continue;
        oq_json *j = ai_lack(lacks, ai_anomaly_lack_code(n->lack));
        oq_json_put(j, text, "metric",
                    n->signal < a->signals ? a->signal[n->signal].metric : OQ_STR(""));
        oq_json_put(j, f64, "have", n->got);
        oq_json_put(j, f64, "need", n->wanted);
        ai_lack_end(lacks);
    }
}

static oq_str body_of(oq_arena *arena, const ai_asset *a, anomaly_model *m)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(BODY_BYTES_MAX);
    ai_anomaly_body b = {.signals = a->signals, .step = STEP, .model = m};
    for (size_t i = 0; i < a->signals; i++)
        b.series_id[i] = a->signal[i].id;
    ai_anomaly_write(arena, &b, &out);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static ai_model_stored model_of(oq_arena *arena, const ai_asset *a, anomaly_model *m,
                                oq_str made_by, oq_us began)
{
    OQ_AUTO(ai_lacks) lacks = {0};
    anomaly_about about = anomaly_tell(m);
    ai_lacks_open(&lacks);
    if (!a->signals)
        ai_lack_plain(&lacks, "no_signals");
    tell_needs(a, &about, &lacks);
    return (ai_model_stored){
        .m = {.kind = AI_ANOMALY,
              .asset_id = a->id,
              .state = about.is_usable ? AI_MODEL_READY : AI_MODEL_NOT_ENOUGH,
              .is_current = about.is_usable,
              .data_from = about.from,
              .data_to = about.to,
              .split_at = OQ_TIME_NONE,
              .assets = 1,
              .rows = (int64_t)about.rows,
              .horizon_h = NAN,
              .metrics = metrics_of(arena, &about),
              .missing = ai_lacks_close(&lacks, arena),
              .made_by = made_by,
              .made_at = a->at,
              .took_us = oq_monotonic() - began},
        .body = about.is_usable ? body_of(arena, a, m) : OQ_NONE};
}

oq_err *ai_fit_anomaly(oq_scope *s, oq_uuid asset_id, oq_us at, oq_str made_by,
                       ai_model_stored *ret_model)
{
    oq_arena *arena = oq_scope_arena(s);
    tenant_settings *settings;
    ai_asset_list found;
    buckets grid;
    oq_us began = oq_monotonic(), to = at - at % STEP;
    OQ_TRY(tenant_settings_get(s, &settings));
    OQ_TRY(ai_gather(
        s,
        &(ai_gather_order){
            .id = &asset_id, .count = 1, .at = at, .known_at = OQ_TIME_NONE, .records_from = at},
        &found));
    if (!found.count)
        return oq_fail(OQ_NOT_FOUND, "asset.not_found");
    ai_asset *a = found.at;
    OQ_TRY(buckets_even(arena, to - BASE, to, STEP, 0, &grid));
    OQ_TRY(ai_gather_grid(s, &found, grid, OQ_TIME_NONE));
    anomaly_signal *signal = oq_new_n(arena, anomaly_signal, a->signals);
    for (size_t i = 0; i < a->signals; i++)
        signal[i] = ai_anomaly_signal(arena, &a->signal[i], grid);
    anomaly_rule rule = {.step = STEP, .budget_per_day = settings->ai_false_alarms_a_month / 30};
    anomaly_model *m = anomaly_learn(arena, signal, a->signals, to - BASE, to, &rule);
    *ret_model = model_of(arena, a, m, made_by, began);
    return NULL;
}
