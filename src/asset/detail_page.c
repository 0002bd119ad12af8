/* /assets/{id}: head, signals and their chart; what is known of the asset stands in know_page.c. */
#include "ai/page.h"
#include "alarm/pages.h"
#include "asset/asset_detail.h"
#include "asset/inner.h"
#include "historian/chart_view.h"
#include "web/link.h"
#include "optimize/pages.h"
#include "web/parts.h"

#include <math.h>

#include "base/banned.h"

enum { CHART_FIRST = 3 };

typedef struct detail_query {
    oq_uuids series;
    oq_us from, to;
    int range;
} detail_query;

const oq_field asset_detail_query_fields[] = {
    OQ_UUIDS(detail_query, series, .max = CHART_SERIES_MAX),
    OQ_TIME(detail_query, from),
    OQ_TIME(detail_query, to),
    OQ_CHOICE(detail_query, range, chart_ranges),
    OQ_FIELDS_END,
};

/* --- head -------------------------------------------------------------------------------------*/

static void put_path(const web_page *page, const asset_detail *d)
{
    const asset_head *h = &d->head;
    oq_lang lang = page->locale.lang;
    web_value *path = web_put_list(page->view, "trail");
    web_value *first = web_add_object(path);
    web_put_text(first, "label", asset_name(lang, h->site_name, h->site_name_ar));
    web_put_text(first, "href",
                 oq_strf(page->arena, "/assets?site_id=%.*s",
                         OQ_FMT(oq_uuid_text(page->arena, h->site_id))));
    for (size_t i = 0; i < d->units.count; i++) {
        web_value *step = web_add_object(path);
        web_put_text(step, "label", asset_name(lang, d->units.at[i].name, d->units.at[i].name_ar));
        web_put_text(step, "href",
                     oq_strf(page->arena, "/assets?site_id=%.*s&unit_id=%.*s",
                             OQ_FMT(oq_uuid_text(page->arena, h->site_id)),
                             OQ_FMT(oq_uuid_text(page->arena, d->units.at[i].id))));
    }
}

static void put_head(const web_page *page, const asset_detail *d)
{
    const asset_head *h = &d->head;
    oq_arena *arena = page->arena;
    const web_locale *l = &page->locale;
    web_value *facts = web_put_list(page->view, "facts");
    const char *status = oq_choice_text(asset_status_choices, h->status);
    const char *degree = oq_choice_text(criticality_choices, h->criticality);
    asset_add_fact(page, facts, "assets.class",
                   asset_name(l->lang, h->class_name, h->class_name_ar));
    asset_add_fact(page, facts, "assets.criticality",
                   web_choice_label(l->lang, "criticality", degree));
    asset_add_fact(page, facts, "assets.status", web_choice_label(l->lang, "asset_status", status));
    asset_add_fact(page, facts, "assets.manufacturer", h->manufacturer);
    asset_add_code(page, facts, "assets.model", h->model);
    asset_add_code(page, facts, "assets.serial", h->serial);
    if (h->installed_on != OQ_DATE_NONE)
        asset_add_fact(page, facts, "assets.installed", web_format_day(arena, l, h->installed_on));
    if (!isnan(h->power_rated_kw))
        asset_add_fact(page, facts, "assets.power",
                       web_format_quantity(arena, l, h->power_rated_kw, 1, OQ_STR("kW")));
    if (!isnan(h->capacity))
        asset_add_fact(page, facts, "assets.capacity",
                       web_format_quantity(arena, l, h->capacity, 2,
                                           web_format_unit(arena, h->capacity_unit)));
    if (!isnan(h->impact_factor))
        asset_add_fact(page, facts, "assets.impact",
                       web_format_percent(arena, l, h->impact_factor, 0));
    web_put_text(page->view, "name", asset_name(l->lang, h->name, h->name_ar));
    web_put_text(page->view, "code", h->code);
    web_put_text(page->view, "id", oq_uuid_text(arena, h->id));
    web_put_text(page->view, "zone", l->time_zone);
    web_put_bool(page->view, "is_in_service", h->status == ASSET_IN_SERVICE);
    put_path(page, d);
}

/* --- signals ----------------------------------------------------------------------------------*/

static size_t place_of(const hist_signals *list, oq_uuid id)
{
    size_t i = 0;
    while (i < list->count && !oq_uuid_eq(list->at[i].e->id, id))
        i++;
    return i;
}

/* What was asked for, as far as it is this asset's; else its first measured ones. */
static hist_signals chosen_of(oq_arena *arena, const asset_detail *d, const detail_query *q)
{
    hist_signals some = {oq_new_n(arena, hist_signal, CHART_SERIES_MAX), 0};
    for (size_t i = 0; i < q->series.count; i++) {
        size_t k = place_of(&d->signals, q->series.at[i]);
        if (k < d->signals.count)
            some.at[some.count++] = d->signals.at[k];
    }
    for (size_t i = 0; !q->series.count && i < d->signals.count && some.count < CHART_FIRST; i++)
        if (!d->signals.at[i].e->is_state && d->signals.at[i].last.time != OQ_TIME_NONE)
            some.at[some.count++] = d->signals.at[i];
    for (size_t i = 0; !q->series.count && !some.count && i < d->signals.count && i < 1; i++)
        some.at[some.count++] = d->signals.at[i];
    return some;
}

static oq_err *put_signals(web_page *page, oq_scope *s, const asset_detail *d,
                           const hist_signals *chosen, const chart_window *window)
{
    web_value *rows = web_put_list(page->view, "signals");
    web_value **row = oq_new_n(page->arena, web_value *, d->signals.count);
    for (size_t i = 0; i < d->signals.count; i++) {
        const hist_signal *g = &d->signals.at[i];
        row[i] = web_add_object(rows);
        signal_put(page, row[i], g);
        web_put_text(row[i], "live", signal_live_config(page, g));
        web_put_bool(row[i], "is_chosen", place_of(chosen, g->e->id) < chosen->count);
    }
    web_put_text(page->view, "view", chart_locale_config(page));
    web_put_bool(page->view, "has_signals", d->signals.count > 0);
    return chart_put_sparks(page, s, &d->signals, window, row);
}

static oq_str ids_of(oq_arena *arena, const hist_signals *list)
{
    oq_str text = OQ_STR("");
    for (size_t i = 0; i < list->count; i++)
        text = oq_strf(arena, "%.*s%s%.*s", OQ_FMT(text), i ? "," : "",
                       OQ_FMT(oq_uuid_text(arena, list->at[i].e->id)));
    return text;
}

static oq_err *put_chart(web_page *page, oq_scope *s, const asset_detail *d,
                         const hist_signals *chosen, const chart_window *window,
                         const detail_query *q)
{
    if (!chosen->count) {
        web_put(page->view, "chart", NULL);
        return NULL;
    }
    oq_str ids = ids_of(page->arena, chosen);
    oq_str own = asset_path(page->arena, d->head.id);
    oq_str fact_name = asset_name(page->locale.lang, d->head.name, d->head.name_ar);
    oq_arg fact[] = {{.name = "name", .value = fact_name}};
    chart_plan plan = {
        .id = "chart",
        .label = oq_text_fill(page->arena, page->locale.lang, OQ_STR("assets.chart"), fact, 1),
        .href = q->series.count ? oq_strf(page->arena, "%.*s?series=%.*s", OQ_FMT(own), OQ_FMT(ids))
                                : own,
        .compare_href = oq_strf(page->arena, "/series/compare?ids=%.*s", OQ_FMT(ids)),
        .window = *window,
        .signals = chosen,
    };
    return chart_put(page, s, web_put_object(page->view, "chart"), &plan);
}

/* What is active here, and what was lately. */
static oq_err *put_alarms(web_page *page, oq_scope *s, oq_uuid asset_id)
{
    enum { ALARMS_MAX = 8 };
    alerts found = {0};
    if (oq_caps_have(oq_scope_actor(s)->caps, CAP_ALARM_READ))
        OQ_TRY(alert_find_by_asset(s, asset_id, ALARMS_MAX, &found));
    web_value *list = web_put_list(page->view, "alarms");
    for (size_t i = 0; i < found.count; i++)
        alarm_put_row(page, web_add_object(list), &(alert_row){.a = found.at[i]}, oq_now(s));
    web_put_bool(page->view, "has_alarms", found.count > 0);
    web_put_text(page->view, "alarms_href",
                 oq_strf(page->arena, "/alarms?view=history&asset_id=%.*s",
                         OQ_FMT(oq_uuid_text(page->arena, asset_id))));
    return NULL;
}

/* --- the page ---------------------------------------------------------------------------------*/

static oq_err *show(http_req *rq, oq_scope *s, const asset_detail *d, const detail_query *q,
                    const oq_err *err)
{
    chart_window window;
    web_page page = web_page_begin(rq, "assets/one", "assets.title", "assets");
    page.title = d->head.code;
    page.status = err ? oq_kind_status(err->kind) : 0;
    if (d->head.site_time_zone.len)
        page.locale.time_zone = d->head.site_time_zone;
    web_page_crumb(&page, web_say(&page, "assets.title"), "/assets");
    web_page_crumb(&page, d->head.code, NULL);
    web_page_form(&page, asset_detail_query_fields, q, err);
    hist_signals chosen = chosen_of(page.arena, d, q);
    OQ_TRY(chart_window_of(q->from, q->to, q->range, chart_newest(&chosen), oq_now(s), &window));
    web_put_bool(page.view, "is_past", window.is_past);
    put_head(&page, d);
    OQ_TRY(put_chart(&page, s, d, &chosen, &window, q));
    OQ_TRY(put_signals(&page, s, d, &chosen, &window));
    asset_put_knowledge(&page, d);
    asset_put_story(&page, d);
    OQ_TRY(put_alarms(&page, s, d->head.id));
    OQ_TRY(ai_put_asset(&page, s, page.view, d->head.id, OQ_TIME_NONE));
    OQ_TRY(optimize_put_deferral(&page, s, page.view, d->head.id, OQ_UUID_ZERO));
    return web_page_send(&page);
}

oq_err *asset_page_one(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    asset_detail *d;
    detail_query query = {0};
    chart_window window;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = http_query(rq, &query);
    if (!err)
        err = chart_window_of(query.from, query.to, query.range, OQ_TIME_NONE, oq_now(s), &window);
    if (err && err->kind != OQ_INVALID && err->kind != OQ_MALFORMED)
        return err;
    if (err)
        oq_fields_preset(http_arena(rq), asset_detail_query_fields, &query);
    OQ_TRY(asset_detail_get(s, id, &d));
    return show(rq, s, d, &query, err);
}

oq_err *asset_api_overview(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    asset_detail *d;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(asset_detail_get(s, id, &d));
    asset_detail_write(http_json(rq, 200), d);
    return NULL;
}

const http_route asset_routes[] = {
    {HTTP_GET, "/assets", CAP_ASSET_READ, asset_page_list, .query = asset_list_query_fields,
     .is_page = true},
    {HTTP_GET, "/assets/{id}", CAP_ASSET_READ, asset_page_one, .query = asset_detail_query_fields,
     .is_page = true},
    {HTTP_GET, "/api/assets/{id}/overview", CAP_ASSET_READ, asset_api_overview,
     .summary = "One asset with signals, knowledge, work and events"},
    {0},
};
