/* Scores of assets as known at a moment: what is gathered, what is known, the five questions. */
#include "ai/scoring.h"

#include <math.h>

#include "ai/fit_failure.h"
#include "tenant/settings.h"

#include "base/banned.h"

#define LOOKED (2 * OQ_HOUR) /* of which an anomaly is told */
enum { HOURS = AI_SCORE_BACK / OQ_HOUR };
#define EVENTS_BACK (400 * OQ_DAY)

/* --- what is known of a class --------------------------------------------------------------------*/

oq_err *ai_scoring_open(oq_scope *s, oq_arena *arena, oq_us at, oq_us known_at, ai_scoring *ret)
{
    tenant_settings *settings;
    OQ_TRY(tenant_settings_get(s, &settings));
    *ret = (ai_scoring){.arena = arena,
                        .at = at,
                        .known_at = known_at,
                        .horizon_h = (double)settings->ai_horizon_hours,
                        .nobody = {.horizon_h = (double)settings->ai_horizon_hours}};
    return NULL;
}

/* A body that nobody can read any more is as if there was none; it is said in the log. */
static bool is_read(const oq_err *err, const ai_model *m)
{
    if (err)
        oq_log_err(OQ_LOG_WARN, "ai.model_unreadable", err,
                   OQ_LOG_FIELDS_(OQ_F_UUID("model", m->id)));
    return !err;
}

static oq_err *read_class(oq_scope *s, ai_scoring *g, oq_uuid class_id, ai_knowledge *k)
{
    oq_str body;
    ai_model *m;
    ai_life_body *life;
    ai_failure_body *failure;
    *k = (ai_knowledge){.class_id = class_id, .horizon_h = g->horizon_h};
    OQ_TRY(ai_model_at(s, AI_LIFE, class_id, OQ_UUID_ZERO, g->known_at, &m, &body));
    if (m && is_read(ai_life_read(g->arena, body, &life), m)) {
        k->life_row = oq_copy(g->arena, m, sizeof *m);
        k->life = life;
    }
    OQ_TRY(ai_model_at(s, AI_FAILURE, class_id, OQ_UUID_ZERO, g->known_at, &m, &body));
    if (m && is_read(ai_failure_read(g->arena, body, &failure), m)) {
        k->failure_row = oq_copy(g->arena, m, sizeof *m);
        k->failure = failure;
    }
    return NULL;
}

static oq_err *knowledge_of(oq_scope *s, ai_scoring *g, oq_uuid class_id,
                            const ai_knowledge **ret_knows)
{
    *ret_knows = &g->nobody;
    if (oq_uuid_is_zero(class_id))
        return NULL;
    for (ai_known_class *c = g->classes; c; c = c->next)
        if (oq_uuid_eq(c->knows.class_id, class_id)) {
            *ret_knows = &c->knows;
            return NULL;
        }
    ai_known_class *c = oq_new(g->arena, ai_known_class);
    OQ_TRY(read_class(s, g, class_id, &c->knows));
    c->next = g->classes;
    g->classes = c;
    *ret_knows = &c->knows;
    return NULL;
}

/* --- what is known of an asset -------------------------------------------------------------------*/

static const ai_model_stored *own_of(const ai_models_stored *own, oq_uuid asset_id)
{
    for (size_t i = 0; i < own->count; i++)
        if (oq_uuid_eq(own->at[i].m.asset_id, asset_id))
            return &own->at[i];
    return NULL;
}

/* The signals that the model wants, from a grid of its own step. */
static oq_err *show_signals(oq_scope *s, const ai_asset *a, oq_us known_at, ai_own *own)
{
    oq_arena *arena = oq_scope_arena(s);
    anomaly_about about = anomaly_tell(own->body->model);
    buckets grid;
    own->to = a->at - a->at % own->body->step;
    own->from = own->to - LOOKED;
    OQ_TRY(buckets_even(arena, own->from - about.reach, own->to, own->body->step, 0, &grid));
    ai_asset shown = *a;
    shown.signal = oq_copy(arena, a->signal, a->signals * sizeof *a->signal);
    ai_asset_list one = {&shown, 1};
    OQ_TRY(ai_gather_grid(s, &one, grid, known_at));
    own->signal = oq_new_n(arena, anomaly_signal, own->body->signals);
    for (size_t i = 0; i < own->body->signals; i++)
        for (size_t k = 0; k < shown.signals; k++)
            if (oq_uuid_eq(shown.signal[k].id, own->body->series_id[i]))
                own->signal[i] = ai_anomaly_signal(arena, &shown.signal[k], grid);
    return NULL;
}

static oq_err *give_own(oq_scope *s, const ai_scoring *g, const ai_models_stored *all, ai_asset *a)
{
    const ai_model_stored *m = own_of(all, a->id);
    ai_anomaly_body *body;
    a->own = NULL;
    if (!m || !is_read(ai_anomaly_read(oq_scope_arena(s), m->body, &body), &m->m))
        return NULL;
    ai_own *own = oq_new(oq_scope_arena(s), ai_own);
    *own = (ai_own){.row = &m->m, .body = body};
    OQ_TRY(show_signals(s, a, g->known_at, own));
    a->own = own;
    return NULL;
}

/* --- the score -----------------------------------------------------------------------------------*/

static void put_model(oq_json *j, const ai_model *m)
{
    if (!m)
        return;
    oq_json_object(j);
    oq_json_put(j, uuid, "id", m->id);
    oq_json_put(j, text, "kind", oq_cstr(oq_choice_text(ai_kind_choices, m->kind)));
    oq_json_put(j, i64, "number", m->number);
    oq_json_object_end(j);
}

static oq_str models_of(oq_arena *arena, const ai_asset *a)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(AI_JSON_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_array(&j);
    put_model(&j, a->knows->life_row);
    put_model(&j, a->knows->failure_row);
    put_model(&j, a->own ? a->own->row : NULL);
    oq_json_array_end(&j);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static ai_score empty_score(const ai_asset *a)
{
    ai_score x = {.asset_id = a->id,
                  .scored_at = a->at,
                  .state = AI_ENOUGH,
                  .health_score = NAN,
                  .health_low = NAN,
                  .health_high = NAN,
                  .failure_probability = NAN,
                  .failure_low = NAN,
                  .failure_high = NAN,
                  .horizon_h = a->knows->horizon_h,
                  .rul_p10_h = NAN,
                  .rul_p50_h = NAN,
                  .rul_p90_h = NAN,
                  .anomaly_score = NAN,
                  .production_risk_index = NAN,
                  .curve = OQ_STR("[]"),
                  .models = OQ_STR("[]")};
    ai_detail_begin(&x);
    return x;
}

oq_err *ai_score_asset(oq_arena *arena, ai_asset *a, ai_score *ret_score)
{
    ai_score x = empty_score(a);
    ai_prospects *all = oq_new(arena, ai_prospects);
    OQ_TRY(ai_prospects_of(arena, a, all));
    a->prospects = all;
    OQ_TRY(compute_failure_probability(arena, a, &x));
    OQ_TRY(estimate_rul(arena, a, &x));
    OQ_TRY(detect_anomaly(arena, a, &x));
    OQ_TRY(compute_health_score(arena, a, &x));
    OQ_TRY(compute_production_risk(arena, a, &x));
    if (isnan(x.health_score) && isnan(x.failure_probability) && isnan(x.anomaly_score))
        x.state = AI_NOT_ENOUGH;
    x.models = models_of(arena, a);
    *ret_score = x;
    return NULL;
}

oq_err *ai_scoring_gather(oq_scope *s, ai_scoring *g, const oq_uuid *id, size_t count,
                          ai_asset_list *ret_assets)
{
    ai_models_stored own;
    OQ_TRY(ai_gather(s,
                     &(ai_gather_order){.id = id,
                                        .count = count,
                                        .at = g->at,
                                        .known_at = g->known_at,
                                        .step = OQ_HOUR,
                                        .steps = HOURS,
                                        .records_from = g->at - EVENTS_BACK},
                     ret_assets));
    OQ_TRY(ai_models_own(s, (oq_uuids){(oq_uuid *)id, count}, g->known_at, &own));
    for (size_t i = 0; i < ret_assets->count; i++) {
        OQ_TRY(knowledge_of(s, g, ret_assets->at[i].class_id, &ret_assets->at[i].knows));
        OQ_TRY(give_own(s, g, &own, &ret_assets->at[i]));
    }
    return NULL;
}

oq_err *ai_score_make(oq_scope *s, oq_uuid asset_id, oq_us at, ai_score **ret_score)
{
    ai_scoring g;
    ai_asset_list found;
    OQ_TRY(ai_scoring_open(s, oq_scope_arena(s), at, at, &g));
    OQ_TRY(ai_scoring_gather(s, &g, &asset_id, 1, &found));
    if (!found.count)
        return oq_fail(OQ_NOT_FOUND, "asset.not_found");
    ai_score *x = oq_new(oq_scope_arena(s), ai_score);
    OQ_TRY(ai_score_asset(oq_scope_arena(s), found.at, x));
    *ret_score = x;
    return NULL;
}
