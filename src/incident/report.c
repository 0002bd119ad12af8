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

/* A sentence with its facts; nothing when the last fact is not given, for it is what is said. */
static void say(const web_page *page, web_value *list, const char *key, const oq_arg *fact,
                size_t count)
{
    if (fact[count - 1].value.len)
        web_add_text(list, oq_text_fill(page->arena, page->locale.lang, oq_cstr(key), fact, count));
}

/* --- for those who decide -----------------------------------------------------------------------*/

static void say_what(const web_page *page, web_value *list, const web_value *view)
{
    oq_arg fact[] = {
        {.name = "type", .value = part(view, "type")},
        {.name = "severity", .value = part(inside(view, "severity"), "text")},
        {.name = "status", .value = part(inside(view, "status"), "text")},
        {.name = "start", .value = part(view, "start")},
        {.name = "title", .value = part(view, "headline")},
    };
    say(page, list, "report.what", fact, OQ_COUNT(fact));
    oq_arg duration = {.name = "duration", .value = part(view, "duration")};
    say(page, list, web_is_true(inside(view, "is_going")) ? "report.goes_on" : "report.lasted",
        &duration, 1);
}

static void say_cause(const web_page *page, web_value *list, const web_value *view)
{
    const web_value *confirmed = inside(view, "confirmed");
    if (confirmed) {
        oq_arg fact = {.name = "cause", .value = part(confirmed, "cause")};
        say(page, list, "report.confirmed", &fact, 1);
        return;
    }
    oq_arg fact = {.name = "cause", .value = part(view, "hypothesis")};
    say(page, list, "report.cause", &fact, 1);
}

static void say_impact(const web_page *page, web_value *list, const web_value *impact)
{
    static const char *const key[][2] = {
        {"downtime", "report.downtime"}, {"cost", "report.cost"}, {"carbon", "report.carbon"}};
    for (size_t i = 0; i < OQ_COUNT(key); i++) {
        oq_arg fact = {.name = "value", .value = part(impact, key[i][0])};
        say(page, list, key[i][1], &fact, 1);
    }
}

static void say_next(const web_page *page, web_value *list, const web_value *view)
{
    const web_value *first = web_at(inside(view, "recommended"), 0);
    oq_arg fact[] = {{.name = "within", .value = part(first, "within")},
                     {.name = "action", .value = part(first, "text")}};
    say(page, list, fact[0].value.len ? "report.first_within" : "report.first", fact,
        OQ_COUNT(fact));
    const web_value *order = web_at(inside(view, "orders"), 0);
    oq_arg order_fact[] = {{.name = "status", .value = part(inside(order, "status"), "text")},
                           {.name = "number", .value = part(order, "number")}};
    say(page, list, "report.order", order_fact, OQ_COUNT(order_fact));
}

static web_value *own_view(const web_page *page, const dossier *d, oq_us now)
{
    web_value *view = web_object(page->arena);
    view_put_head(page, view, d, now);
    view_put_summary(page, view, d);
    view_put_impact(page, view, d);
    view_put_actions(page, view, d);
    view_put_orders(page, view, d);
    view_put_causes(page, view, d);
    web_put_text(view, "start", web_format_time(page->arena, &page->locale, d->it->start_time));
    return view;
}

void report_put_management(const web_page *page, web_value *to, const char *key, const dossier *d,
                           oq_us now)
{
    const web_value *view = own_view(page, d, now);
    web_value *list = web_put_list(to, key);
    say_what(page, list, view);
    say_cause(page, list, view);
    say_impact(page, list, inside(view, "impact"));
    say_next(page, list, view);
}

/* --- for those who repair -----------------------------------------------------------------------*/

static void say_evidence(const web_page *page, web_value *list, const web_value *cause)
{
    const web_value *evidence = inside(cause, "evidence");
    for (size_t i = 0; i < web_count(evidence); i++) {
        oq_arg fact[] = {{.name = "cause", .value = part(cause, "label")},
                         {.name = "percent", .value = part(cause, "percent")},
                         {.name = "text", .value = part(web_at(evidence, i), "text")}};
        say(page, list, "report.evidence", fact, OQ_COUNT(fact));
    }
}

void report_put_technical(const web_page *page, web_value *to, const char *key, const dossier *d)
{
    web_value *view = web_object(page->arena);
    web_value *list = web_put_list(to, key);
    view_put_actions(page, view, d);
    view_put_causes(page, view, d);
    const web_value *actions = inside(view, "recommended"), *causes = inside(view, "causes");
    for (size_t i = 0; i < web_count(actions); i++) {
        oq_arg fact[] = {{.name = "within", .value = part(web_at(actions, i), "within")},
                         {.name = "action", .value = part(web_at(actions, i), "text")}};
        say(page, list, fact[0].value.len ? "report.do_within" : "report.do", fact, OQ_COUNT(fact));
    }
    if (web_count(causes))
        say_evidence(page, list, web_at(causes, 0));
    const web_value *change = inside(web_at(causes, 0), "would_change");
    for (size_t i = 0; i < web_count(change); i++) {
        oq_arg fact = {.name = "text", .value = web_as_text(web_at(change, i))};
        say(page, list, "report.would_change", &fact, 1);
    }
}

/* --- the whole ----------------------------------------------------------------------------------*/

void report_put(const web_page *page, web_value *to, const dossier *d, oq_us now)
{
    view_put_head(page, to, d, now);
    view_put_summary(page, to, d);
    view_put_causes(page, to, d);
    view_put_findings(page, to, d);
    view_put_similar(page, to, d);
    view_put_impact(page, to, d);
    view_put_actions(page, to, d);
    view_put_orders(page, to, d);
    view_put_events(page, to, d);
    view_put_steps(page, to, d);
    report_put_management(page, to, "management", d, now);
    report_put_technical(page, to, "technical", d);
    web_put_bool(to, "has_technical", web_count(inside(to, "technical")) > 0);
    web_put_text(to, "made_at", web_format_time_exact(page->arena, &page->locale, now));
    web_put_text(to, "run_number",
                 d->run ? web_format_i64(page->arena, &page->locale, d->run->number) : OQ_NONE);
    web_put_text(to, "run_at",
                 d->run ? web_format_time_exact(page->arena, &page->locale, d->run->made_at)
                        : OQ_NONE);
}
