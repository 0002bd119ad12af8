#include "workorder/page_why.h"

#include "workorder/pages.h"

#include "base/banned.h"

enum { SIGNALS_MAX = 20 }; /* side by side */

static oq_str member(const web_value *object, const char *name)
{
    return web_as_text(web_get(object, oq_cstr(name)));
}

/* In the page's language: name or name_ar of a shift or a skill. */
static oq_str name_of(const web_page *page, const web_value *object)
{
    oq_str name = work_text(page->locale.lang, member(object, "name"), member(object, "name_ar"));
    return name.len ? name : member(object, "code");
}

static oq_str fill(const web_page *page, const char *part, oq_str code, oq_str name, oq_str n)
{
    oq_str key = oq_strf(page->arena, "work.%s.%.*s", part, OQ_FMT(code));
    oq_arg fact[] = {{.name = "name", .value = name}, {.name = "n", .value = n}};
    return oq_text_exists(page->locale.lang, key)
               ? oq_text_fill(page->arena, page->locale.lang, key, fact, OQ_COUNT(fact))
               : code;
}

static void put_passed(const web_page *page, const web_value *passed)
{
    web_value *list = web_put_list(page->view, "passed");
    for (size_t i = 0; i < web_count(passed); i++) {
        const web_value *one = web_at(passed, i);
        web_value *row = web_add_object(list);
        web_put_text(row, "name", member(one, "name"));
        web_put_text(row, "why",
                     fill(page, "passed", member(one, "why"), member(one, "until"),
                          member(one, "open_orders")));
    }
}

oq_err *work_put_why(const web_page *page, const work_order *order)
{
    web_value *why = NULL;
    web_put_text(page->view, "why", OQ_NONE);
    web_put_text(page->view, "why_skill", OQ_NONE);
    web_put_list(page->view, "passed");
    if (!order->assigned_why.len)
        return NULL;
    OQ_TRY(web_from_json(page->arena, order->assigned_why, &why));
    const web_value *skill = web_get(why, OQ_STR("skill"));
    web_put_text(page->view, "why",
                 fill(page, "why", member(why, "code"),
                      name_of(page, web_get(why, OQ_STR("shift"))), member(why, "open_orders")));
    if (skill)
        web_put_text(page->view, "why_skill",
                     fill(page, "why",
                          web_is_true(web_get(skill, OQ_STR("has"))) ? OQ_STR("has_skill")
                                                                     : OQ_STR("no_skill"),
                          name_of(page, skill), member(skill, "level")));
    put_passed(page, web_get(why, OQ_STR("passed_over")));
    return NULL;
}

/* --- evidence -----------------------------------------------------------------------------------*/

static void add_link(const web_page *page, web_value *list, const char *label_key, oq_str href)
{
    web_value *link = web_add_object(list);
    web_put_text(link, "label", web_say(page, label_key));
    web_put_text(link, "href", href);
}

/* The signals over the span that the analysis looked at, side by side. */
static void add_signals(const web_page *page, web_value *list, const web_value *evidence)
{
    const web_value *series = web_get(evidence, OQ_STR("series"));
    oq_str from = member(evidence, "from"), to = member(evidence, "to");
    OQ_AUTO(oq_buf) text = oq_buf_make(8 * 1024);
    for (size_t i = 0; i < web_count(series) && i < SIGNALS_MAX; i++)
        oq_buf_f(&text, "%s%.*s", i ? "," : "", OQ_FMT(member(web_at(series, i), "series_id")));
    if (!text.len)
        return;
    oq_str span = from.len && to.len ? oq_strf(page->arena, "&from=%.*s&to=%.*s",
                                               OQ_FMT(oq_percent(page->arena, from, "")),
                                               OQ_FMT(oq_percent(page->arena, to, "")))
                                     : OQ_STR("");
    add_link(page, list, "work.evidence_signals",
             oq_strf(page->arena, "/series/compare?ids=%.*s%.*s", (int)text.len, text.ptr,
                     OQ_FMT(span)));
}

oq_err *work_put_evidence(const web_page *page, const work_order *order)
{
    web_value *evidence = NULL, *list = web_put_list(page->view, "evidence");
    if (!order->evidence.len)
        return NULL;
    OQ_TRY(web_from_json(page->arena, order->evidence, &evidence));
    oq_str from_order = member(evidence, "work_order_id");
    if (from_order.len)
        add_link(page, list, "work.evidence_order",
                 oq_strf(page->arena, "/work-orders/%.*s", OQ_FMT(from_order)));
    add_signals(page, list, evidence);
    return NULL;
}
