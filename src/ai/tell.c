/* Telling people and the black box. */
#include "ai/tell.h"

#include <math.h>

#include "blackbox/collect.h"
#include "notify/notify.h"

#include "ai_tell.sql.h"

#include "base/banned.h"

enum { PAYLOAD_MAX = 16 * 1024 };

/* One thing that is told. */
typedef struct piece {
    const ai_score *score;
    int what;
    const sql_ai_asset_names_row *asset;
} piece;

static const char *code_of(int what)
{
    return what == AI_STANDS_HEALTH    ? "health_low"
           : what == AI_STANDS_FAILURE ? "failure_likely"
                                       : "anomaly";
}

static int severity_of(const piece *p)
{
    if (p->what == AI_STANDS_FAILURE)
        return SEVERITY_MAJOR;
    return p->what == AI_STANDS_HEALTH ? SEVERITY_MINOR : SEVERITY_WARNING;
}

/* Whole numbers: a figure in a sentence is not more exact than the model. */
static oq_str percent(oq_arena *arena, double share)
{
    return oq_strf(arena, "%.0f", 100 * share);
}

enum { FACTS = 8 };

static size_t facts_of(oq_arena *arena, const piece *p, oq_arg ret_fact[FACTS])
{
    const ai_score *x = p->score;
    size_t n = 0;
    ret_fact[n++] = (oq_arg){"asset", p->asset->code};
    ret_fact[n++] = (oq_arg){"title", p->asset->name};
    if (p->asset->name_ar.len)
        ret_fact[n++] = (oq_arg){"title_ar", p->asset->name_ar};
    if (p->what == AI_STANDS_HEALTH)
        ret_fact[n++] = (oq_arg){"health", oq_strf(arena, "%.0f", x->health_score)};
    if (p->what == AI_STANDS_FAILURE) {
        ret_fact[n++] = (oq_arg){"percent", percent(arena, x->failure_probability)};
        ret_fact[n++] = (oq_arg){"days", oq_strf(arena, "%.0f", ceil(x->horizon_h / 24))};
        ret_fact[n++] = (oq_arg){"mode", x->top_mode.len ? x->top_mode : OQ_STR("failure")};
    }
    if (p->what == AI_STANDS_ANOMALY)
        ret_fact[n++] = (oq_arg){"percent", percent(arena, x->anomaly_score)};
    return n;
}

static oq_str say(oq_arena *arena, oq_lang lang, const piece *p)
{
    oq_arg fact[FACTS];
    size_t count = facts_of(arena, p, fact);
    return oq_text_fill(arena, lang, oq_strf(arena, "ai.told.%s", code_of(p->what)), fact, count);
}

/* --- the black box -------------------------------------------------------------------------------*/

static oq_str payload_of(oq_arena *arena, const piece *p)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(PAYLOAD_MAX);
    oq_json j = oq_json_to(&out);
    const ai_score *x = p->score;
    oq_json_object(&j);
    oq_json_put(&j, text, "kind", oq_strf(arena, "ai_%s", code_of(p->what)));
    oq_json_put(&j, text, "summary_ar", say(arena, OQ_LANG_AR, p));
    oq_json_put(&j, f64, "health_score", x->health_score);
    oq_json_put(&j, f64, "failure_probability", x->failure_probability);
    oq_json_put(&j, f64, "horizon_h", x->horizon_h);
    oq_json_put(&j, f64, "anomaly_score", x->anomaly_score);
    oq_json_put(&j, f64, "production_risk_index", x->production_risk_index);
    oq_json_put(&j, text, "failure_mode", x->top_mode);
    oq_json_put(&j, raw, "models", x->models);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static oq_err *add_events(oq_scope *s, const piece *piece_at, size_t count, oq_uuid run_id,
                          oq_uuid trace_id)
{
    oq_arena *arena = oq_scope_arena(s);
    event_run_advice *advice = oq_new_n(arena, event_run_advice, count);
    size_t added;
    for (size_t i = 0; i < count; i++) {
        const piece *p = &piece_at[i];
        advice[i] = (event_run_advice){
            .id = oq_strf(arena, "%s:%.*s", code_of(p->what),
                          OQ_FMT(oq_uuid_text(arena, p->asset->id))),
            .asset_id = p->asset->id,
            .severity = severity_of(p),
            .summary = say(arena, OQ_LANG_EN, p),
            .payload = payload_of(arena, p)};
    }
    return event_add_run(s,
                         &(event_run){.run_id = run_id,
                                      .model_type = OQ_STR("asset_scores"),
                                      .ended_at = piece_at[0].score->scored_at,
                                      .category = CATEGORY_SYSTEM,
                                      .summary = OQ_STR("Assets were scored"),
                                      .advice = advice,
                                      .advices = count,
                                      .trace_id = trace_id},
                         &added);
}

/* --- people --------------------------------------------------------------------------------------*/

static const oq_role told_roles[] = {ROLE_RELIABILITY_ENGINEER, ROLE_OPTIMIZATION_ENGINEER};

static oq_err *tell_roles(oq_scope *s, const notify_order *order)
{
    for (size_t i = 0; i < OQ_COUNT(told_roles); i++)
        OQ_TRY(notify_role(s, told_roles[i], order));
    return NULL;
}

static oq_err *notify_piece(oq_scope *s, const piece *p, oq_uuid run_id, oq_uuid trace_id)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_arg fact[FACTS];
    oq_str asset_id = oq_uuid_text(arena, p->asset->id);
    size_t count = facts_of(arena, p, fact);
    return tell_roles(s, &(notify_order){.type = p->what == AI_STANDS_HEALTH    ? "ai.health_low"
                                                 : p->what == AI_STANDS_FAILURE ? "ai.failure_likely"
                                                                                : "ai.anomaly",
                                         .fact = fact,
                                         .fact_count = count,
                                         .entity_type = "asset",
                                         .entity_id = asset_id,
                                         .topic = TOPIC_ALARM,
                                         .urgency = p->what == AI_STANDS_FAILURE ? URGENCY_HIGH
                                                                                 : URGENCY_NORMAL,
                                         .once_key = oq_strf(arena, "ai:%s:%.*s:%.*s",
                                                             code_of(p->what), OQ_FMT(asset_id),
                                                             OQ_FMT(oq_uuid_text(arena, run_id))),
                                         .trace_id = trace_id});
}

static oq_err *notify_rest(oq_scope *s, size_t count, oq_uuid trace_id)
{
    oq_arg fact = {"count", oq_strf(oq_scope_arena(s), "%zu", count)};
    return tell_roles(s, &(notify_order){.type = "ai.more",
                                         .fact = &fact,
                                         .fact_count = 1,
                                         .topic = TOPIC_ALARM,
                                         .urgency = URGENCY_NORMAL,
                                         .trace_id = trace_id});
}

/* --- all of it -----------------------------------------------------------------------------------*/

/* The most pressing first: what is likely to fail, by its risk. */
static int by_weight(const void *a, const void *b)
{
    const piece *x = a, *y = b;
    double p = isnan(x->score->production_risk_index) ? 0 : x->score->production_risk_index,
           q = isnan(y->score->production_risk_index) ? 0 : y->score->production_risk_index;
    int severity = severity_of(y) - severity_of(x);
    return severity ? severity : (p < q) - (p > q);
}

static oq_err *find_pieces(oq_scope *s, const ai_news *news, size_t count, piece **ret_piece,
                           size_t *ret_count)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_uuids ids = {oq_new_n(arena, oq_uuid, count), count};
    sql_ai_asset_names_rows names;
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        ids.at[i] = news[i].score->asset_id;
    OQ_TRY(sql_ai_asset_names(s, (sql_ai_asset_names_args){ids}, &names));
    piece *p = oq_new_n(arena, piece, 3 * count);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < names.count; k++)
            for (int what = 1; what <= AI_STANDS_ANOMALY; what *= 2)
                if ((news[i].what & what) && oq_uuid_eq(names.at[k].id, ids.at[i]))
                    p[n++] = (piece){news[i].score, what, &names.at[k]};
    qsort(p, n, sizeof *p, by_weight);
    *ret_piece = p;
    *ret_count = n;
    return NULL;
}

oq_err *ai_tell(oq_scope *s, const ai_news *news, size_t count, oq_uuid run_id, size_t *ret_told)
{
    piece *p;
    size_t n;
    *ret_told = 0;
    if (!count)
        return NULL;
    oq_uuid trace_id = oq_uuid_new(oq_now(s));
    OQ_TRY(find_pieces(s, news, count, &p, &n));
    OQ_TRY(add_events(s, p, n, run_id, trace_id));
    for (size_t i = 0; i < n && i < AI_TOLD_MAX; i++) {
        OQ_TRY(notify_piece(s, &p[i], run_id, trace_id));
        oq_log_info("ai.told", OQ_F_UUID("trace", trace_id), OQ_F_UUID("asset", p[i].asset->id),
                    OQ_F_CSTR("what", code_of(p[i].what)));
    }
    if (n > AI_TOLD_MAX)
        OQ_TRY(notify_rest(s, n - AI_TOLD_MAX, trace_id));
    *ret_told = n;
    return NULL;
}
