/* The report on paper: management first, then what those need who repair. */
#include <math.h>

#include "incident/pdf.h"
#include "incident/report.h"

#include "base/banned.h"

static oq_str part(const web_value *view, const char *key)
{
    return web_as_text(web_get(view, oq_cstr(key)));
}

static const web_value *inside(const web_value *view, const char *key)
{
    return web_get(view, oq_cstr(key));
}

/* A text of people and machines: in its own direction, whatever stands around it. */
static oq_str free_text(const web_page *page, oq_str text)
{
    return text.len ? oq_strf(page->arena, WEB_FSI "%.*s" WEB_PDI, OQ_FMT(text)) : OQ_STR("");
}

static oq_str joined(const web_page *page, oq_str a, oq_str b)
{
    return a.len && b.len ? oq_strf(page->arena, "%.*s · %.*s", OQ_FMT(a), OQ_FMT(b))
           : a.len        ? a
                          : b;
}

static void put_list(const web_page *page, pdf *p, const web_value *list)
{
    for (size_t i = 0; i < web_count(list); i++)
        pdf_item(p, web_as_text(web_at(list, i)));
}

static void put_heading(const web_page *page, pdf *p, const char *key)
{
    pdf_heading(p, web_say(page, key));
}

/* --- sections -----------------------------------------------------------------------------------*/

static void put_head(const web_page *page, pdf *p, const web_value *view)
{
    const web_value *facts = inside(view, "facts");
    pdf_title(p, oq_strf(page->arena, "%.*s · " WEB_FSI "%.*s" WEB_PDI,
                         OQ_FMT(web_say(page, "report.title")), OQ_FMT(part(view, "number"))));
    pdf_text(p, free_text(page, part(view, "headline")));
    pdf_gap(p, 4);
    pdf_fact(p, web_say(page, "blackbox.severity"), part(inside(view, "severity"), "text"));
    pdf_fact(p, web_say(page, "blackbox.status"), part(inside(view, "status"), "text"));
    pdf_fact(p, web_say(page, "blackbox.type"), part(view, "type"));
    for (size_t i = 0; i < web_count(facts); i++)
        pdf_fact(p, part(web_at(facts, i), "label"),
                 free_text(page, part(web_at(facts, i), "value")));
    pdf_fact(p, web_say(page, "blackbox.duration"), part(view, "duration"));
}

static void put_summary(const web_page *page, pdf *p, const web_value *view)
{
    put_heading(page, p, "incident.summary");
    put_list(page, p, inside(view, "management"));
    if (part(view, "story").len) {
        pdf_gap(p, 4);
        pdf_text(p, part(view, "story"));
    }
    if (!web_is_true(inside(view, "has_analysis")))
        pdf_text(p, web_say(page, "incident.analysing"));
}

static void put_causes(const web_page *page, pdf *p, const web_value *view)
{
    const web_value *causes = inside(view, "causes");
    if (!web_count(causes))
        return;
    put_heading(page, p, "incident.causes");
    for (size_t i = 0; i < web_count(causes); i++) {
        const web_value *cause = web_at(causes, i);
        double percent = dossier_number(inside(cause, "value"));
        pdf_bar(p, joined(page, part(cause, "label"), part(cause, "category")),
                part(cause, "percent"), isnan(percent) ? 0 : percent / 100, i == 0);
    }
}

static void put_technical(const web_page *page, pdf *p, const web_value *view)
{
    const web_value *findings = inside(view, "findings");
    if (web_count(inside(view, "technical"))) {
        put_heading(page, p, "report.technical");
        put_list(page, p, inside(view, "technical"));
    }
    if (!web_count(findings))
        return;
    put_heading(page, p, "incident.findings");
    for (size_t i = 0; i < web_count(findings); i++)
        pdf_item(p, joined(page, part(web_at(findings, i), "text"),
                           free_text(page, part(web_at(findings, i), "key"))));
}

static void put_notes(const web_page *page, pdf *p, const web_value *list, const char *key)
{
    for (size_t i = 0; i < web_count(list); i++)
        pdf_small(p, key ? oq_strf(page->arena, "%.*s: %.*s", OQ_FMT(web_say(page, key)),
                                   OQ_FMT(web_as_text(web_at(list, i))))
                         : web_as_text(web_at(list, i)));
}

static void put_impact(const web_page *page, pdf *p, const web_value *view)
{
    static const char *const fact[][2] = {{"downtime", "incident.downtime"},
                                          {"cost", "incident.cost"},
                                          {"lost", "incident.lost"},
                                          {"carbon", "incident.carbon"},
                                          {"energy", "incident.energy"}};
    const web_value *impact = inside(view, "impact");
    if (!web_is_true(inside(view, "has_impact")))
        return;
    put_heading(page, p, "incident.impact");
    for (size_t i = 0; i < OQ_COUNT(fact); i++)
        pdf_fact(p, web_say(page, fact[i][1]), part(impact, fact[i][0]));
    const web_value *parts = inside(impact, "parts");
    for (size_t i = 0; i < web_count(parts); i++)
        pdf_fact(p, part(web_at(parts, i), "label"), part(web_at(parts, i), "amount"));
    put_notes(page, p, inside(impact, "cost_sources"), NULL);
    put_notes(page, p, inside(impact, "cost_missing"), "incident.missing");
    put_notes(page, p, inside(impact, "carbon_sources"), NULL);
    put_notes(page, p, inside(impact, "carbon_missing"), "incident.missing");
}

/* --- tables -------------------------------------------------------------------------------------*/

static void put_events(const web_page *page, pdf *p, const web_value *view)
{
    const web_value *events = inside(view, "key_events");
    if (!web_count(events))
        return;
    const pdf_column column[] = {{web_say(page, "incident.when"), 0.26},
                                 {web_say(page, "incident.asset"), 0.13},
                                 {web_say(page, "blackbox.severity"), 0.12},
                                 {web_say(page, "incident.what"), 0.35},
                                 {web_say(page, "incident.role"), 0.14}};
    put_heading(page, p, "incident.timeline");
    pdf_table_begin(p, column, OQ_COUNT(column));
    for (size_t i = 0; i < web_count(events) && i < REPORT_EVENTS_MAX; i++) {
        const web_value *e = web_at(events, i);
        const oq_str cell[] = {part(e, "at"), free_text(page, part(e, "asset")),
                               part(inside(e, "severity"), "text"),
                               free_text(page, part(e, "summary")), part(e, "role")};
        pdf_row(p, cell);
    }
}

static void put_similar(const web_page *page, pdf *p, const web_value *view)
{
    const web_value *similar = inside(view, "similar");
    if (!web_count(similar))
        return;
    const pdf_column column[] = {{web_say(page, "blackbox.number"), 0.2},
                                 {web_say(page, "incident.when"), 0.25},
                                 {web_say(page, "incident.its_cause"), 0.4},
                                 {web_say(page, "incident.likeness"), 0.15}};
    put_heading(page, p, "incident.similar");
    pdf_table_begin(p, column, OQ_COUNT(column));
    for (size_t i = 0; i < web_count(similar); i++) {
        const web_value *one = web_at(similar, i);
        const oq_str cell[] = {free_text(page, part(one, "number")), part(one, "at"),
                               part(one, "label"), part(one, "similarity")};
        pdf_row(p, cell);
    }
}

static void put_orders(const web_page *page, pdf *p, const web_value *view)
{
    const web_value *orders = inside(view, "orders");
    if (!web_count(orders))
        return;
    const pdf_column column[] = {{web_say(page, "blackbox.number"), 0.17},
                                 {web_say(page, "incident.what"), 0.43},
                                 {web_say(page, "blackbox.status"), 0.18},
                                 {web_say(page, "incident.due"), 0.22}};
    put_heading(page, p, "incident.orders");
    pdf_table_begin(p, column, OQ_COUNT(column));
    for (size_t i = 0; i < web_count(orders); i++) {
        const web_value *order = web_at(orders, i);
        const oq_str cell[] = {free_text(page, part(order, "number")),
                               free_text(page, part(order, "title")),
                               part(inside(order, "status"), "text"), part(order, "due")};
        pdf_row(p, cell);
    }
}

static void put_file(const web_page *page, pdf *p, const web_value *view)
{
    const web_value *steps = inside(view, "steps");
    if (!web_count(steps))
        return;
    const pdf_column column[] = {{web_say(page, "incident.when"), 0.27},
                                 {web_say(page, "incident.what"), 0.25},
                                 {web_say(page, "incident.who"), 0.18},
                                 {web_say(page, "incident.note"), 0.3}};
    put_heading(page, p, "incident.file");
    pdf_text(p, web_say(page, web_is_true(inside(view, "is_unaltered")) ? "report.unaltered"
                                                                        : "report.altered"));
    pdf_table_begin(p, column, OQ_COUNT(column));
    for (size_t i = 0; i < web_count(steps); i++) {
        const web_value *step = web_at(steps, i);
        const oq_str cell[] = {part(step, "at"), part(step, "step"),
                               free_text(page, part(step, "by")),
                               free_text(page, part(step, "note"))};
        pdf_row(p, cell);
    }
}

/* --- the paper ----------------------------------------------------------------------------------*/

static oq_err *draw(const web_page *page, const web_value *view, oq_buf *out, int pages,
                    int *ret_pages)
{
    oq_arena *a = page->arena;
    oq_arg made = {.name = "at", .value = part(view, "made_at")};
    oq_str made_text = oq_text_fill(a, page->locale.lang, OQ_STR("report.made_at"), &made, 1);
    oq_str seal = part(view, "seal");
    pdf_frame frame = {
        .is_rtl = page->locale.lang == OQ_LANG_AR,
        .title = oq_strf(a, "%.*s %.*s", OQ_FMT(web_say(page, "report.title")),
                         OQ_FMT(part(view, "number"))),
        .head = joined(page, free_text(page, part(view, "tenant_name")),
                       free_text(page, part(view, "number"))),
        .head_end = made_text,
        .foot = seal.len ? oq_strf(a, "%.*s " WEB_LRI "%.*s" WEB_PDI,
                                   OQ_FMT(web_say(page, "incident.seal")), OQ_FMT(seal))
                         : OQ_NONE,
        .page_of = web_say(page, "report.page_of"),
        .pages = pages,
        .pages_max = REPORT_PAGES_MAX,
    };
    pdf *p = pdf_open(a, out, &frame);
    put_head(page, p, view);
    put_summary(page, p, view);
    put_causes(page, p, view);
    put_impact(page, p, view);
    put_technical(page, p, view);
    put_orders(page, p, view);
    put_events(page, p, view);
    put_similar(page, p, view);
    put_file(page, p, view);
    return pdf_close(p, ret_pages);
}

oq_err *report_draw(const web_page *page, const web_value *view, oq_buf *out)
{
    int pages;
    OQ_TRY(draw(page, view, NULL, 0, &pages));
    return draw(page, view, out, pages, &pages);
}
