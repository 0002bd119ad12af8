/* Does it behave as it used to? */
#include <math.h>

#include "ai/scoring.h"

#include "base/banned.h"

static const ai_signal *signal_by_id(const ai_asset *a, oq_uuid id)
{
    for (size_t i = 0; i < a->signals; i++)
        if (oq_uuid_eq(a->signal[i].id, id))
            return &a->signal[i];
    return NULL;
}

static void put_signal(oq_json *j, const ai_signal *g)
{
    if (!g)
        return;
    oq_json_put(j, i64, "series_no", g->no);
    oq_json_put(j, uuid, "series_id", g->id);
    oq_json_put(j, text, "metric", g->metric);
    oq_json_put(j, text, "name", g->name);
    oq_json_put(j, text, "name_ar", g->name_ar);
    oq_json_put(j, text, "unit", g->unit);
}

static void put_reason(oq_json *j, const ai_asset *a, const anomaly_reason *r)
{
    oq_json_object(j);
    put_signal(j, signal_by_id(a, a->own->body->series_id[r->signal]));
    oq_json_put(j, f64, "value", r->value);
    oq_json_put(j, f64, "expected", r->expected);
    oq_json_put(j, f64, "low", r->low);
    oq_json_put(j, f64, "high", r->high);
    oq_json_put(j, f64, "score", r->share);
    oq_json_key(j, OQ_STR("facts"));
    oq_json_object(j);
    oq_json_put(j, text, "kind", oq_cstr(oq_choice_text(anomaly_kind_choices, r->kind)));
    oq_json_put(j, time, "since", r->since);
    oq_json_put(j, f64, "lasted_s", r->lasted_s);
    oq_json_put(j, f64, "usual_s", r->usual_s);
    oq_json_object_end(j);
    oq_json_object_end(j);
}

static void put_reasons(oq_json *j, const ai_asset *a, const anomaly_view *v, bool is_silent)
{
    oq_json_array(j);
    for (size_t i = 0; i < v->reasons; i++)
        if ((v->reason[i].kind == ANOMALY_SILENT) == is_silent)
            put_reason(j, a, &v->reason[i]);
    oq_json_array_end(j);
}

static oq_str tell(oq_arena *arena, const ai_asset *a, const anomaly_view *v)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(AI_JSON_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, f64, "score", v->score);
    oq_json_put(&j, bool, "flag", v->is_flagged);
    oq_json_put(&j, text, "kind", oq_cstr(oq_choice_text(anomaly_kind_choices, v->kind)));
    oq_json_put(&j, time, "at", v->at);
    oq_json_put(&j, time, "since", v->since);
    oq_json_put(&j, f64, "rate_per_day", v->rate_per_day);
    oq_json_key(&j, OQ_STR("signals"));
    put_reasons(&j, a, v, false);
    oq_json_key(&j, OQ_STR("silent"));
    put_reasons(&j, a, v, true);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&out));
}

/* What its base lacked, signal by signal. */
static void tell_needs(oq_arena *arena, const ai_asset *a, ai_score *io_score)
{
    anomaly_about about = anomaly_tell(a->own->body->model);
    for (size_t i = 0; i < about.needs; i++) {
        const anomaly_need *n = &about.need[i];
        if (n->lack == ANOMALY_ENOUGH)
            continue;
        const ai_signal *g = n->signal < a->own->body->signals
                                 ? signal_by_id(a, a->own->body->series_id[n->signal])
                                 : NULL;
        int state = io_score->state;
        ai_detail_miss(
            arena, io_score, ai_anomaly_lack_code(n->lack),
            (oq_arg[]){{"metric", g ? g->metric : OQ_STR("")},
                       {"have", oq_strf(arena, "%g", n->got)},
                       {"need", oq_strf(arena, "%g", n->wanted)}},
            3);
        if (n->lack == ANOMALY_CONSTANT || n->lack == ANOMALY_NO_UNIT || n->lack == ANOMALY_FUTURE ||
            n->lack == ANOMALY_SLOW)
            io_score->state = state; /* worth saying, but the answer does not suffer */
    }
}

oq_err *detect_anomaly(oq_arena *arena, const ai_asset *a, ai_score *io_score)
{
    anomaly_view v = {0};
    io_score->anomaly_score = NAN;
    io_score->anomaly_flag = false;
    if (!a->own || !a->own->body) {
        ai_detail_miss(arena, io_score, a->signals ? "no_anomaly_model" : "no_signals", NULL, 0);
        return NULL;
    }
    OQ_TRY(anomaly_look(arena, a->own->body->model, a->own->signal, a->own->body->signals,
                        &(anomaly_look_rule){.from = a->own->from, .to = a->own->to}, &v));
    tell_needs(arena, a, io_score);
    if (!v.is_ready) {
        ai_detail_miss(arena, io_score, "no_recent_samples", NULL, 0);
        return NULL;
    }
    io_score->anomaly_score = v.score;
    io_score->anomaly_flag = v.is_flagged;
    ai_detail_put(arena, io_score, "anomaly", tell(arena, a, &v));
    return NULL;
}
