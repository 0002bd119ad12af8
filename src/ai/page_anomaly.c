/* Is an asset as it used to be? One sentence for each signal that is not. */
#include <math.h>

#include "ai/page_inner.h"

#include "base/banned.h"

enum { SIGNALS_MAX = 8 };

static oq_str span_text(const web_page *page, double seconds)
{
    return isnan(seconds) ? OQ_STR(WEB_NOTHING) : ai_page_hours(page, seconds / 3600);
}

/* "Vibration reads 7.1 mm/s; at this hour it is usually between 2.1 and 3.4 mm/s." */
static oq_str sentence_of(const web_page *page, const json_node *g, oq_str name, bool has_band)
{
    oq_str unit = json_tree_text(g, "unit");
    const json_node *f = json_tree_member(g, "facts");
    oq_str kind = f ? json_tree_text(f, "kind") : OQ_NONE;
    oq_arg fact[] = {
        {.name = "name", .value = oq_strf(page->arena, WEB_FSI "%.*s" WEB_PDI, OQ_FMT(name))},
        {.name = "value", .value = ai_page_quantity(page, json_tree_number(g, "value"), unit)},
        {.name = "expected",
         .value = ai_page_quantity(page, json_tree_number(g, "expected"), unit)},
        {.name = "low", .value = ai_page_quantity(page, json_tree_number(g, "low"), unit)},
        {.name = "high", .value = ai_page_quantity(page, json_tree_number(g, "high"), unit)},
        {.name = "lasted", .value = span_text(page, json_tree_number(f, "lasted_s"))},
        {.name = "usual", .value = span_text(page, json_tree_number(f, "usual_s"))},
    };
    bool is_of_values = oq_str_eq(kind, OQ_STR("LEVEL")) || oq_str_eq(kind, OQ_STR("JUMP"));
    oq_str key = is_of_values && !has_band
                     ? OQ_STR("aipage.anomaly.RARE")
                     : oq_strf(page->arena, "aipage.anomaly.%.*s", OQ_FMT(kind));
    if (!oq_text_exists(page->locale.lang, key))
        key = OQ_STR("aipage.anomaly.RARE");
    return oq_text_fill(page->arena, page->locale.lang, key, fact, OQ_COUNT(fact));
}

static void put_signal(const web_page *page, web_value *to, const json_node *g)
{
    oq_str name = ai_page_either(page, json_tree_text(g, "name"), json_tree_text(g, "name_ar"));
    oq_str unit = json_tree_text(g, "unit"), id = json_tree_text(g, "series_id");
    double low = json_tree_number(g, "low"), high = json_tree_number(g, "high");
    double value = json_tree_number(g, "value"), share = json_tree_number(g, "score");
    bool has_band = !isnan(low) && !isnan(high);
    const json_node *f = json_tree_member(g, "facts");
    oq_us since = ai_page_time(f, "since");
    name = name.len ? name : json_tree_text(g, "metric");
    oq_str range = has_band ? ai_page_range(page, ai_page_quantity(page, low, unit),
                                            ai_page_quantity(page, high, unit))
                            : OQ_NONE;
    web_put_text(to, "name", name);
    web_put_text(to, "href", id.len ? oq_strf(page->arena, "/series/%.*s", OQ_FMT(id)) : OQ_NONE);
    web_put_text(to, "sentence", sentence_of(page, g, name, has_band));
    web_put_text(to, "since",
                 since == OQ_TIME_NONE ? OQ_NONE
                                       : web_format_time(page->arena, &page->locale, since));
    web_put_text(to, "share", isnan(share) ? OQ_NONE : ai_page_share(page, share));
    web_put_text(to, "value", isnan(value) ? OQ_NONE : ai_page_quantity(page, value, unit));
    web_put_text(to, "range", range);
    oq_arg fact[] = {{.name = "value", .value = ai_page_quantity(page, value, unit)},
                     {.name = "range", .value = range}};
    ai_page_put_band(page, to, value, low, high,
                     oq_text_fill(page->arena, page->locale.lang, OQ_STR("aipage.band"), fact, 2));
}

void ai_page_put_anomaly(const web_page *page, web_value *to, const ai_score *score,
                         const json_node *detail)
{
    static const char *const lists[] = {"signals", "silent"};
    const json_node *anomaly = detail ? json_tree_member(detail, "anomaly") : NULL;
    web_put(to, "anomaly", NULL);
    if (!anomaly)
        return;
    web_value *view = web_put_object(to, "anomaly"), *rows = web_put_list(view, "signals");
    oq_us since = ai_page_time(anomaly, "since");
    oq_arg fact[] = {
        {.name = "score", .value = ai_page_share(page, score->anomaly_score)},
        {.name = "since", .value = web_format_time(page->arena, &page->locale, since)},
    };
    const char *key = !score->anomaly_flag    ? "aipage.anomaly_none"
                      : since == OQ_TIME_NONE ? "aipage.anomaly_now"
                                              : "aipage.anomaly_since";
    web_put_bool(view, "is_flagged", score->anomaly_flag);
    web_put_text(view, "text",
                 oq_text_fill(page->arena, page->locale.lang, oq_cstr(key), fact, OQ_COUNT(fact)));
    for (size_t i = 0; i < OQ_COUNT(lists); i++)
        for (const json_node *g = ai_page_first(json_tree_member(anomaly, lists[i]));
             g && web_count(rows) < SIGNALS_MAX; g = g->next)
            put_signal(page, web_add_object(rows), g);
    web_put_bool(view, "has_signals", web_count(rows) > 0);
}
