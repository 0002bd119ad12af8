/* The part of an asset's page: how it is, what takes health away, what is missing. */
#include <math.h>

#include "ai/page_inner.h"
#include "quant/health.h"
#include "web/parts.h"

#include "base/banned.h"

/* --- figures -------------------------------------------------------------------------------------*/

/* Grey is normal: a colour where somebody should look. */
static const char *health_kind(double score)
{
    return score < 40 ? "bad" : score < 65 ? "warn" : "";
}

static const char *share_kind(double share)
{
    return share >= 0.5 ? "bad" : share >= 0.2 ? "warn" : "";
}

static oq_str plain(const web_page *page, double x)
{
    return web_format_f64(page->arena, &page->locale, x, 0);
}

static oq_str filled(const web_page *page, const char *key, const oq_arg *fact, size_t facts)
{
    return oq_text_fill(page->arena, page->locale.lang, oq_cstr(key), fact, facts);
}

static void put_kpis(const web_page *page, web_value *to, const ai_score *x)
{
    web_value *list = web_put_list(to, "kpis");
    web_add_kpi(list, health_kind(x->health_score), web_say(page, "aipage.health"),
                plain(page, x->health_score),
                isnan(x->health_low)
                    ? OQ_NONE
                    : ai_page_range(page, plain(page, x->health_low), plain(page, x->health_high)));
    oq_arg within[] = {{.name = "span", .value = ai_page_hours(page, x->horizon_h)}};
    web_add_kpi(list, share_kind(x->failure_probability),
                filled(page, "aipage.failure_within", within, 1),
                ai_page_share(page, x->failure_probability),
                isnan(x->failure_low) ? OQ_NONE
                                      : ai_page_range(page, ai_page_share(page, x->failure_low),
                                                      ai_page_share(page, x->failure_high)));
    web_add_kpi(list, "", web_say(page, "aipage.rul"), ai_page_hours(page, x->rul_p50_h),
                isnan(x->rul_p10_h) ? OQ_NONE
                                    : ai_page_range(page, ai_page_hours(page, x->rul_p10_h),
                                                    ai_page_hours(page, x->rul_p90_h)));
    web_add_kpi(list, share_kind(x->production_risk_index / 100), web_say(page, "aipage.risk"),
                plain(page, x->production_risk_index), web_say(page, "aipage.of_100"));
    web_add_kpi(list, x->anomaly_flag ? "warn" : "", web_say(page, "aipage.anomaly"),
                isnan(x->anomaly_score)
                    ? OQ_STR(WEB_NOTHING)
                    : web_say(page, x->anomaly_flag ? "aipage.odd" : "aipage.as_usual"),
                isnan(x->anomaly_score) ? OQ_NONE : ai_page_share(page, x->anomaly_score));
}

/* --- what takes health away ----------------------------------------------------------------------*/

static oq_str limits_fact(const web_page *page, const json_node *f)
{
    oq_str unit = json_tree_text(f, "unit");
    double value = json_tree_number(f, "value");
    double high = json_tree_number(f, "high"), low = json_tree_number(f, "low");
    high = isnan(high) ? json_tree_number(f, "high_high") : high;
    low = isnan(low) ? json_tree_number(f, "low_low") : low;
    oq_arg fact[] = {{.name = "value", .value = ai_page_quantity(page, value, unit)},
                     {.name = "high", .value = ai_page_quantity(page, high, unit)},
                     {.name = "low", .value = ai_page_quantity(page, low, unit)}};
    const char *key = !isnan(high) && !isnan(low) ? "aipage.fact_limits"
                      : !isnan(high)              ? "aipage.fact_high"
                                                  : "aipage.fact_low";
    return isnan(value) ? OQ_NONE : filled(page, key, fact, OQ_COUNT(fact));
}

static oq_str fact_of(const web_page *page, oq_str code, const json_node *f)
{
    static const struct {
        const char *code, *member, *key;
    } counted[] = {{"orders", "open", "aipage.fact_orders"},
                   {"alarms", "standing", "aipage.fact_alarms"}};
    if (oq_str_eq(code, OQ_STR("limits")))
        return limits_fact(page, f);
    for (size_t i = 0; i < OQ_COUNT(counted); i++) {
        double n = json_tree_number(f, counted[i].member);
        if (oq_str_eq(code, oq_cstr(counted[i].code)) && !isnan(n))
            return oq_text_count(page->arena, page->locale.lang, oq_cstr(counted[i].key),
                                 (int64_t)n);
    }
    double share = json_tree_number(f, "probability");
    share = isnan(share) ? json_tree_number(f, "anomaly") : share;
    return isnan(share) ? OQ_NONE : ai_page_share(page, share);
}

static void put_contributor(const web_page *page, web_value *to, const json_node *c)
{
    oq_lang lang = page->locale.lang;
    const json_node *f = json_tree_member(c, "facts");
    oq_str code = json_tree_text(c, "code"), input = json_tree_text(c, "state");
    oq_str part = web_choice_label(lang, "health_part", oq_str_c(page->arena, code));
    oq_str name =
        f ? ai_page_either(page, json_tree_text(f, "name"), json_tree_text(f, "name_ar")) : OQ_NONE;
    name = name.len || !f ? name : json_tree_text(f, "metric");
    double loss = json_tree_number(c, "loss");
    web_put_text(to, "label", part);
    web_put_text(to, "name", name);
    web_put_text(to, "fact", f ? fact_of(page, code, f) : OQ_NONE);
    web_put_text(to, "score", plain(page, json_tree_number(c, "score")));
    web_put_text(to, "weight", ai_page_share(page, json_tree_number(c, "weight")));
    web_put_text(to, "loss", web_format_f64(page->arena, &page->locale, loss, loss < 10 ? 1 : 0));
    web_put_text(to, "bar", oq_strf(page->arena, "%.1f", isnan(loss) ? 0 : loss));
    web_put(to, "badge", NULL);
    if (input.len && !oq_str_eq(input, OQ_STR("good")))
        web_put_badge(to, "warn",
                      web_choice_label(lang, "health_input", oq_str_c(page->arena, input)));
}

static void put_contributors(const web_page *page, web_value *to, const json_node *detail)
{
    enum { CONTRIBUTORS_MAX = 24 };
    const json_node *all = detail ? json_tree_member(detail, "contributors") : NULL;
    web_value *list = web_put_list(to, "contributors");
    for (const json_node *c = ai_page_first(all); c && web_count(list) < CONTRIBUTORS_MAX;
         c = c->next)
        put_contributor(page, web_add_object(list), c);
    web_put_bool(to, "has_contributors", web_count(list) > 0);
}

/* --- models --------------------------------------------------------------------------------------*/

static void put_models(const web_page *page, web_value *to, const json_node *models)
{
    web_value *list = web_put_list(to, "models");
    for (const json_node *m = ai_page_first(models); m; m = m->next) {
        web_value *item = web_add_object(list);
        oq_str kind = json_tree_text(m, "kind");
        oq_arg fact[] = {
            {.name = "kind",
             .value = web_choice_label(page->locale.lang, "ai_kind", oq_str_c(page->arena, kind))},
            {.name = "number",
             .value = web_format_i64(page->arena, &page->locale,
                                     (int64_t)json_tree_number(m, "number"))}};
        web_put_text(item, "label", filled(page, "aipage.model_number", fact, 2));
        web_put_text(item, "href",
                     oq_strf(page->arena, "/models/%.*s", OQ_FMT(json_tree_text(m, "id"))));
    }
    web_put_bool(to, "has_models", web_count(list) > 0);
}

/* --- all of it -----------------------------------------------------------------------------------*/

static oq_err *put_score(web_page *page, oq_scope *s, web_value *to, const ai_score *x)
{
    const json_node *detail, *curve, *models;
    ai_page_names names;
    OQ_TRY(ai_page_json(page->arena, x->detail, &detail));
    OQ_TRY(ai_page_json(page->arena, x->curve, &curve));
    OQ_TRY(ai_page_json(page->arena, x->models, &models));
    OQ_TRY(ai_page_names_of(s, x->asset_id, OQ_UUID_ZERO, &names));
    const char *state = oq_choice_text(ai_state_choices, x->state);
    web_put_badge(to, ai_page_state_kind(x->state),
                  web_choice_label(page->locale.lang, "ai_state", state));
    web_put_text(to, "scored_at", web_format_time(page->arena, &page->locale, x->scored_at));
    web_put_text(to, "scored_ago",
                 web_format_ago(page->arena, &page->locale, x->scored_at, oq_now(s)));
    put_kpis(page, to, x);
    put_contributors(page, to, detail);
    web_value *missing = web_put_list(to, "missing");
    if (detail)
        ai_page_put_missing(page, missing, json_tree_member(detail, "missing"), &names);
    web_put_bool(to, "has_missing", web_count(missing) > 0);
    ai_page_put_curve(page, to, curve);
    ai_page_put_outlook(page, to, x, detail, &names);
    ai_page_put_anomaly(page, to, x, detail);
    put_models(page, to, models);
    return NULL;
}

oq_err *ai_put_asset(web_page *page, oq_scope *s, web_value *to, oq_uuid asset_id, oq_us at)
{
    ai_score *score;
    web_value *view = web_put_object(to, "ai");
    OQ_TRY(ai_score_of(s, asset_id, at, &score));
    web_put_bool(view, "has_score", score != NULL);
    return score ? put_score(page, s, view, score) : NULL;
}

void ai_put_brief(const web_page *page, web_value *to, const ai_score *score)
{
    static const struct {
        const char *member;
        size_t offset;
    } figure[] = {{"health", offsetof(ai_score, health_score)},
                  {"risk", offsetof(ai_score, production_risk_index)}};
    for (size_t i = 0; i < OQ_COUNT(figure); i++) {
        double x = NAN;
        web_put(to, figure[i].member, NULL);
        if (score)
            memcpy(&x, (const char *)score + figure[i].offset, sizeof x);
        if (isnan(x))
            continue;
        web_value *one = web_put_object(to, figure[i].member);
        const char *kind = i == 0 ? health_kind(x) : share_kind(x / 100);
        web_put_text(one, "value", plain(page, x));
        web_put_cstr(one, "kind", kind);
        web_put_bool(one, "is_abnormal", kind[0] != 0);
    }
    web_put_bool(to, "is_odd", score && score->anomaly_flag);
}
