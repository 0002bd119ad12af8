/* What is ahead of an asset: what is likely to fail and why, how long it lasts, what that means. */
#include <math.h>

#include "ai/page_inner.h"

#include "base/banned.h"

enum { MODES_MAX = 6, REASONS_MAX = 4 };

/* Names of columns are those of the model: "volt.mean.24h" (quant/feature.h). */
static void put_reasons(const web_page *page, web_value *to, const json_node *why)
{
    web_value *list = web_put_list(to, "why");
    for (const json_node *r = ai_page_first(why); r && web_count(list) < REASONS_MAX; r = r->next) {
        double push = json_tree_number(r, "push"), value = json_tree_number(r, "value");
        if (isnan(push) || fabs(push) < 0.05)
            continue;
        web_value *item = web_add_object(list);
        web_put_text(item, "feature", json_tree_text(r, "feature"));
        web_put_text(item, "value",
                     isnan(value) ? web_say(page, "aipage.not_known")
                                  : ai_page_figure(page, value));
        web_put_bool(item, "is_raising", push > 0);
    }
    web_put_bool(to, "has_why", web_count(list) > 0);
}

static oq_str share_or_nothing(const web_page *page, double share)
{
    return isnan(share) ? OQ_NONE : ai_page_share(page, share);
}

static void put_mode(const web_page *page, web_value *to, const json_node *m,
                     const ai_page_names *names)
{
    oq_str code = json_tree_text(m, "mode");
    double age = json_tree_number(m, "age_h"), low = json_tree_number(m, "low");
    web_put_text(to, "name", ai_page_name_of(page, names, code));
    web_put_text(to, "code", code);
    web_put_text(to, "probability", ai_page_share(page, json_tree_number(m, "probability")));
    web_put_text(to, "range",
                 isnan(low) ? OQ_NONE
                            : ai_page_range(page, ai_page_share(page, low),
                                            ai_page_share(page, json_tree_number(m, "high"))));
    web_put_text(to, "life", share_or_nothing(page, json_tree_number(m, "life")));
    web_put_text(to, "condition", share_or_nothing(page, json_tree_number(m, "condition")));
    web_put_text(to, "age", isnan(age) ? OQ_NONE : ai_page_hours(page, age));
    web_put_bool(to, "is_age_known", json_tree_truth(m, "age_known"));
    put_reasons(page, to, json_tree_member(m, "why"));
}

/* --- how long ------------------------------------------------------------------------------------*/

static void put_rul(const web_page *page, web_value *to, const ai_score *x, const json_node *rul)
{
    web_put(to, "rul", NULL);
    if (isnan(x->rul_p10_h) && isnan(x->rul_p50_h))
        return;
    web_value *view = web_put_object(to, "rul");
    const json_node *f = rul ? json_tree_member(rul, "facts") : NULL;
    oq_str by = json_tree_text(rul, "by"), unit = f ? json_tree_text(f, "unit") : OQ_NONE;
    oq_arg fact[] = {
        {.name = "p10", .value = ai_page_hours(page, x->rul_p10_h)},
        {.name = "p50", .value = ai_page_hours(page, x->rul_p50_h)},
        {.name = "p90", .value = ai_page_hours(page, x->rul_p90_h)},
        {.name = "metric", .value = f ? json_tree_text(f, "metric") : OQ_STR("")},
        {.name = "level",
         .value = ai_page_quantity(page, f ? json_tree_number(f, "level") : NAN, unit)},
        {.name = "limit",
         .value = ai_page_quantity(page, f ? json_tree_number(f, "limit") : NAN, unit)},
        {.name = "slope",
         .value = ai_page_quantity(page, f ? json_tree_number(f, "slope_per_day") : NAN, unit)},
    };
    oq_lang lang = page->locale.lang;
    const char *key = isnan(x->rul_p50_h)   ? "aipage.rul_at_least"
                      : isnan(x->rul_p90_h) ? "aipage.rul_open"
                                            : "aipage.rul_text";
    web_put_text(view, "text", oq_text_fill(page->arena, lang, oq_cstr(key), fact, OQ_COUNT(fact)));
    const char *why = oq_str_eq(by, OQ_STR("trend"))   ? "aipage.rul_by_trend"
                      : oq_str_eq(by, OQ_STR("model")) ? "aipage.rul_by_model"
                                                       : "aipage.rul_by_life";
    web_put_text(view, "by", oq_text_fill(page->arena, lang, oq_cstr(why), fact, OQ_COUNT(fact)));
}

/* --- what it means -------------------------------------------------------------------------------*/

static void put_risk(const web_page *page, web_value *to, const json_node *risk)
{
    const json_node *f = risk ? json_tree_member(risk, "facts") : NULL;
    double consequence = json_tree_number(risk, "consequence");
    web_put_text(to, "risk_text", OQ_NONE);
    if (!f || isnan(consequence))
        return;
    oq_str degree = json_tree_text(f, "criticality");
    oq_arg fact[] = {
        {.name = "probability",
         .value = ai_page_share(page, json_tree_number(risk, "probability"))},
        {.name = "consequence", .value = ai_page_share(page, consequence)},
        {.name = "criticality",
         .value = degree.len ? web_choice_label(page->locale.lang, "criticality",
                                                oq_str_c(page->arena, degree))
                             : web_say(page, "aipage.not_known")},
    };
    web_put_text(to, "risk_text",
                 oq_text_fill(page->arena, page->locale.lang, OQ_STR("aipage.risk_text"), fact,
                              OQ_COUNT(fact)));
}

void ai_page_put_outlook(const web_page *page, web_value *to, const ai_score *score,
                         const json_node *detail, const ai_page_names *names)
{
    const json_node *modes = detail ? json_tree_member(detail, "failure") : NULL;
    web_value *list = web_put_list(to, "modes");
    for (const json_node *m = ai_page_first(modes); m && web_count(list) < MODES_MAX; m = m->next)
        put_mode(page, web_add_object(list), m, names);
    web_put_bool(to, "has_modes", web_count(list) > 0);
    put_rul(page, to, score, detail ? json_tree_member(detail, "rul") : NULL);
    put_risk(page, to, detail ? json_tree_member(detail, "risk") : NULL);
}
