/* The timeline as a part of a page: lanes and charts for the script, a table for everybody. */
#include "historian/chart_view.h"
#include "incident/timeline.h"
#include "incident/views.h"
#include "web/parts.h"

#include "base/banned.h"

enum { TABLE_ROWS_MAX = 500 };

/* --- what the script needs ----------------------------------------------------------------------*/

static void put_words(oq_json *j, oq_lang lang, const char *key, const char *field,
                      const oq_choice *choices)
{
    oq_json_name(j, key);
    oq_json_object(j);
    for (const oq_choice *c = choices; c->text; c++) {
        oq_json_name(j, c->text);
        oq_json_text(j, web_choice_label(lang, field, c->text));
    }
    oq_json_object_end(j);
}

static oq_str config_of(const web_page *page, const incident *it)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(64 * 1024);
    oq_json j = oq_json_to(&out);
    oq_lang lang = page->locale.lang;
    oq_json_object(&j);
    oq_json_put(&j, text, "href",
                oq_strf(page->arena, "/api/blackbox/incidents/%.*s/timeline?points=0",
                        OQ_FMT(oq_uuid_text(page->arena, it->id))));
    oq_json_put(&j, i64, "anchor", it->anchor_time / 1000);
    oq_json_put(&j, i64, "from", it->window_from / 1000);
    oq_json_put(&j, i64, "to", it->window_to / 1000);
    put_words(&j, lang, "categories", "event_category", event_category_choices);
    put_words(&j, lang, "severities", "event_severity", event_severity_choices);
    put_words(&j, lang, "roles", "event_role", event_role_choices);
    oq_json_object_end(&j);
    return oq_str_copy(page->arena, oq_buf_view(&out));
}

/* Windows to choose from: the incident's own, and around it. */
static void put_ranges(const web_page *page, web_value *chart, const incident *it,
                       const chart_window *shown)
{
    static const struct {
        const char *label_key;
        oq_us before, after; /* 0: of the window */
    } row[] = {
        {"incident.range_window", 0, 0},
        {"incident.range_near", 10 * OQ_MINUTE, 10 * OQ_MINUTE},
        {"incident.range_day", OQ_DAY, OQ_DAY / 4},
        {"incident.range_week", 7 * OQ_DAY, OQ_DAY},
    };
    oq_arena *a = page->arena;
    web_value *list = web_put_list(chart, "ranges");
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_us from = row[i].before ? it->anchor_time - row[i].before : it->window_from;
        oq_us to = row[i].after ? it->anchor_time + row[i].after : it->window_to;
        web_value *range = web_add_object(list);
        web_put_text(range, "label", web_say(page, row[i].label_key));
        web_put_text(range, "href",
                     oq_strf(a, "%.*s?from=%.*s&to=%.*s#timeline", OQ_FMT(dossier_path(a, it->id)),
                             OQ_FMT(oq_time_text(a, from)), OQ_FMT(oq_time_text(a, to))));
        web_put_bool(range, "is_current", from == shown->from && to == shown->to);
    }
}

static oq_str compare_of(const web_page *page, const hist_signals *signals, const chart_window *w)
{
    oq_str ids = OQ_STR("");
    for (size_t i = 0; i < signals->count; i++)
        ids = oq_strf(page->arena, "%.*s%s%.*s", OQ_FMT(ids), i ? "," : "",
                      OQ_FMT(oq_uuid_text(page->arena, signals->at[i].e->id)));
    return signals->count ? oq_strf(page->arena, "/series/compare?ids=%.*s&from=%.*s&to=%.*s",
                                    OQ_FMT(ids), OQ_FMT(oq_time_text(page->arena, w->from)),
                                    OQ_FMT(oq_time_text(page->arena, w->to)))
                          : OQ_NONE;
}

static oq_err *put_chart(const web_page *page, oq_scope *s, web_value *to, const incident *it,
                         const timeline_query *q)
{
    hist_signals signals;
    chart_window window = {
        .from = q->from != OQ_TIME_NONE ? q->from : it->window_from,
        .to = q->to != OQ_TIME_NONE ? q->to : it->window_to,
    };
    OQ_TRY(timeline_signals_of(s, it, q->asset_id, CHART_SERIES_MAX, &signals));
    web_value *chart = web_put_object(to, "chart");
    chart_plan plan = {.id = "ladder",
                       .label = web_say(page, "incident.timeline"),
                       .href = dossier_path(page->arena, it->id),
                       .compare_href = compare_of(page, &signals, &window),
                       .window = window,
                       .signals = &signals};
    OQ_TRY(chart_put(page, s, chart, &plan));
    put_ranges(page, chart, it, &window);
    return NULL;
}

/* --- the table ----------------------------------------------------------------------------------*/

static void put_event(const web_page *page, web_value *to, const timeline_group *g,
                      const incident_event *e)
{
    oq_lang lang = page->locale.lang;
    web_put_text(to, "at", web_format_time_exact(page->arena, &page->locale, e->event_time));
    web_put_text(to, "at_utc", oq_time_text(page->arena, e->event_time));
    web_put_text(to, "summary", dossier_sentence(page, e->summary, e->summary_ar));
    web_put_text(to, "asset_code", g->asset_code);
    web_put_text(to, "asset_name", dossier_either(lang, g->asset_name, g->asset_name_ar));
    web_put_text(to, "category",
                 web_choice_label(lang, "event_category",
                                  oq_choice_text(event_category_choices, e->event_category)));
    web_put_text(to, "role",
                 web_choice_label(lang, "event_role", oq_choice_text(event_role_choices, e->role)));
    web_put_text(to, "source", event_system_said(page->arena, lang, e->source_system));
    web_put_bool(to, "is_late", e->is_late);
    view_put_event_severity(page, to, e->severity);
}

static void put_rows(const web_page *page, web_value *to, const timeline *t)
{
    web_value *groups = web_put_list(to, "groups");
    size_t count = 0;
    for (size_t i = 0; i < t->groups && count < TABLE_ROWS_MAX; i++) {
        const timeline_group *g = &t->group[i];
        web_value *group = web_add_object(groups);
        web_value *rows = web_put_list(group, "rows");
        for (size_t k = 0; k < g->count && count < TABLE_ROWS_MAX; k++, count++)
            put_event(page, web_add_object(rows), g, g->event[k]);
    }
    web_put_bool(to, "has_rows", count > 0);
    web_put_bool(to, "is_cut", count < t->events || t->is_cut);
    web_put_text(to, "shown",
                 oq_text_count(page->arena, page->locale.lang, OQ_STR("incident.events_shown"),
                               (int64_t)count));
}

static void put_choices(const web_page *page, web_value *to, const timeline_query *q)
{
    web_value *list = web_put_list(to, "categories");
    for (const oq_choice *c = event_category_choices; c->text; c++)
        web_add_option(list, oq_cstr(c->text),
                       web_choice_label(page->locale.lang, "event_category", c->text),
                       c->value == q->category);
    web_put_bool(to, "is_narrowed", q->category || !oq_uuid_is_zero(q->asset_id));
}

oq_err *view_put_timeline(const web_page *page, oq_scope *s, web_value *to, const dossier *d,
                          const timeline_query *q)
{
    timeline *t;
    timeline_query events = *q;
    events.points = 0;
    OQ_TRY(timeline_get(s, d->it->id, &events, &t));
    web_value *it = web_put_object(to, "ladder");
    web_put_text(it, "config", config_of(page, d->it));
    put_choices(page, it, q);
    put_rows(page, it, t);
    return put_chart(page, s, it, d->it, q);
}
