/* /series: all signals; /series/compare: some of them in one chart. */
#include "historian/series_page.h"
#include "plant/plant.h"
#include "web/link.h"
#include "web/parts.h"

#include "base/banned.h"

enum { LIST_PAGE = 50, MATCHES_MAX = 20 };

/* --- the list ---------------------------------------------------------------------------------*/

typedef struct list_query {
    oq_str q, asset, unit;
    int kind;
    oq_str after;
} list_query;

const oq_field series_list_page_fields[] = {
    OQ_TEXT(list_query, q, .max = 200),
    OQ_TEXT(list_query, asset, .max = PLANT_CODE_MAX),
    OQ_TEXT(list_query, unit, .max = 40),
    OQ_CHOICE(list_query, kind, series_kind_choices),
    OQ_TEXT(list_query, after, .max = SERIES_KEY_MAX),
    OQ_FIELDS_END,
};

/* An asset's code that is not there finds nothing. */
static oq_err *find(oq_scope *s, const list_query *q, series_list *ret_list)
{
    asset *a = NULL;
    *ret_list = (series_list){0};
    if (q->asset.len) {
        OQ_TRY(asset_find_by_code(s, q->asset, &a));
        if (!a)
            return NULL;
    }
    series_filter filter = {.asset_id = a ? a->id : OQ_UUID_ZERO,
                            .q = q->q,
                            .unit = q->unit,
                            .kind = q->kind,
                            .after_key = q->after};
    return series_find(s, &filter, LIST_PAGE + 1, ret_list);
}

static void put_pager(web_page *page, list_query q, size_t count, oq_str next)
{
    bool is_later = q.after.len > 0;
    q.after = OQ_NONE;
    oq_str first = web_link(page->arena, "/series", series_list_page_fields, &q);
    q.after = next;
    oq_str more = web_link(page->arena, "/series", series_list_page_fields, &q);
    web_put_pager(
        page->view,
        oq_text_count(page->arena, page->locale.lang, OQ_STR("signals.shown"), (int64_t)count),
        is_later ? first : OQ_NONE, next.len ? more : OQ_NONE);
}

static void put_kinds(const web_page *page, int selected)
{
    web_value *list = web_put_list(page->view, "kinds");
    for (const oq_choice *c = series_kind_choices; c->text; c++)
        web_add_option(list, oq_cstr(c->text),
                       web_choice_label(page->locale.lang, "series_kind", c->text),
                       c->value == selected);
}

oq_err *series_page_list(http_req *rq, oq_scope *s)
{
    list_query query = {0};
    series_list found = {0};
    hist_signals signals;
    oq_err *err = http_query(rq, &query);
    if (!err)
        err = find(s, &query, &found);
    if (err && err->kind != OQ_INVALID && err->kind != OQ_MALFORMED)
        return err;
    oq_str next = OQ_NONE;
    if (found.count > LIST_PAGE) {
        found.count = LIST_PAGE;
        next = found.at[LIST_PAGE - 1].key;
    }
    OQ_TRY(signal_read(s, &found, &signals));
    web_page page = web_page_begin(rq, "series/list", "signals.title", "series");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "signals.title"), NULL);
    web_page_form(&page, series_list_page_fields, &query, err);
    put_kinds(&page, query.kind);
    web_put_bool(page.view, "is_filtered",
                 query.q.len || query.asset.len || query.unit.len || query.kind);
    web_value *rows = web_put_list(page.view, "rows");
    for (size_t i = 0; i < signals.count; i++) {
        web_value *row = web_add_object(rows);
        const series *e = signals.at[i].e;
        signal_put(&page, row, &signals.at[i]);
        web_put_text(row, "live", signal_live_config(&page, &signals.at[i]));
        web_put_text(row, "kind",
                     web_choice_label(page.locale.lang, "series_kind",
                                      oq_choice_text(series_kind_choices, e->kind)));
        web_put_text(row, "asset_href",
                     oq_uuid_is_zero(e->asset_id)
                         ? OQ_NONE
                         : oq_strf(page.arena, "/assets/%.*s",
                                   OQ_FMT(oq_uuid_text(page.arena, e->asset_id))));
    }
    web_put_bool(page.view, "has_rows", signals.count > 0);
    web_put_text(page.view, "view", chart_locale_config(&page));
    put_pager(&page, query, signals.count, next);
    return web_page_send(&page);
}

/* --- several in one chart ---------------------------------------------------------------------*/

typedef struct compare_query {
    oq_uuids ids;
    oq_str q;
    oq_us from, to;
    int range;
} compare_query;

const oq_field series_compare_fields[] = {
    OQ_UUIDS(compare_query, ids, .max = CHART_SERIES_MAX),
    OQ_TEXT(compare_query, q, .max = 200),
    OQ_TIME(compare_query, from),
    OQ_TIME(compare_query, to),
    OQ_CHOICE(compare_query, range, chart_ranges),
    OQ_FIELDS_END,
};

static bool has_id(oq_uuids ids, oq_uuid id)
{
    for (size_t i = 0; i < ids.count; i++)
        if (oq_uuid_eq(ids.at[i], id))
            return true;
    return false;
}

/* In the order asked for; what is not there is left out. */
static oq_err *read_chosen(oq_scope *s, const compare_query *q, hist_signals *ret_signals)
{
    series_list found = {0};
    series_list *ordered = oq_new(oq_scope_arena(s), series_list);
    ordered->at = oq_new_n(oq_scope_arena(s), series, q->ids.count);
    if (q->ids.count)
        OQ_TRY(series_get_many(s, q->ids.at, q->ids.count, &found));
    for (size_t i = 0; i < q->ids.count; i++)
        for (size_t k = 0; k < found.count; k++)
            if (oq_uuid_eq(found.at[k].id, q->ids.at[i]))
                ordered->at[ordered->count++] = found.at[k];
    return signal_read(s, ordered, ret_signals);
}

static oq_str link_with(const web_page *page, compare_query q, oq_uuid id, bool is_added)
{
    oq_uuids ids = {oq_new_n(page->arena, oq_uuid, q.ids.count + 1), 0};
    for (size_t i = 0; i < q.ids.count; i++)
        if (!oq_uuid_eq(q.ids.at[i], id))
            ids.at[ids.count++] = q.ids.at[i];
    if (is_added)
        ids.at[ids.count++] = id;
    q.ids = ids;
    return web_link(page->arena, "/series/compare", series_compare_fields, &q);
}

/* What the search finds, each with a link that adds it. */
static oq_err *put_matches(const web_page *page, oq_scope *s, const compare_query *q)
{
    series_list found = {0};
    web_value *list = web_put_list(page->view, "matches");
    bool has_room = q->ids.count < CHART_SERIES_MAX;
    if (q->q.len && has_room)
        OQ_TRY(series_find(s, &(series_filter){.q = q->q}, MATCHES_MAX, &found));
    for (size_t i = 0; i < found.count; i++) {
        if (has_id(q->ids, found.at[i].id))
            continue;
        web_value *match = web_add_object(list);
        web_put_text(match, "name", signal_name(page->locale.lang, &found.at[i]));
        web_put_text(match, "key", found.at[i].key);
        web_put_text(match, "href", link_with(page, *q, found.at[i].id, true));
    }
    web_put_bool(page->view, "has_room", has_room);
    web_put_bool(page->view, "is_searched", q->q.len && !web_count(list));
    return NULL;
}

static void put_chosen(const web_page *page, const hist_signals *chosen, const compare_query *q)
{
    web_value *list = web_put_list(page->view, "chosen");
    for (size_t i = 0; i < chosen->count; i++) {
        web_value *one = web_add_object(list);
        web_put_text(one, "name", signal_name(page->locale.lang, chosen->at[i].e));
        web_put_text(one, "key", chosen->at[i].e->key);
        web_put_text(one, "id", oq_uuid_text(page->arena, chosen->at[i].e->id));
        web_put_text(one, "href", link_with(page, *q, chosen->at[i].e->id, false));
    }
    web_put_bool(page->view, "has_chosen", chosen->count > 0);
}

static oq_err *put_chart(web_page *page, oq_scope *s, const hist_signals *chosen,
                         const compare_query *q, const chart_window *window)
{
    web_put(page->view, "chart", NULL);
    if (!chosen->count)
        return NULL;
    compare_query same = *q;
    same.from = same.to = OQ_TIME_NONE;
    same.range = 0;
    same.q = OQ_NONE;
    chart_plan plan = {
        .id = "chart",
        .label = web_say(page, "signals.compare"),
        .href = web_link(page->arena, "/series/compare", series_compare_fields, &same),
        .window = *window,
        .signals = chosen,
    };
    return chart_put(page, s, web_put_object(page->view, "chart"), &plan);
}

oq_err *series_page_compare(http_req *rq, oq_scope *s)
{
    compare_query query = {.from = OQ_TIME_NONE, .to = OQ_TIME_NONE};
    hist_signals chosen;
    chart_window window;
    oq_err *err = http_query(rq, &query);
    if (err && err->kind != OQ_INVALID && err->kind != OQ_MALFORMED)
        return err;
    if (err)
        oq_fields_preset(http_arena(rq), series_compare_fields, &query);
    OQ_TRY(read_chosen(s, &query, &chosen));
    oq_us newest = chart_newest(&chosen);
    oq_err *bad = chart_window_of(query.from, query.to, query.range, newest, oq_now(s), &window);
    if (bad)
        OQ_TRY(chart_window_of(OQ_TIME_NONE, OQ_TIME_NONE, 0, newest, oq_now(s), &window));
    err = err ? err : bad;
    web_page page = web_page_begin(rq, "series/compare", "signals.compare", "series");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "signals.title"), "/series");
    web_page_crumb(&page, web_say(&page, "signals.compare"), NULL);
    web_page_form(&page, series_compare_fields, &query, err);
    web_put_bool(page.view, "is_past", window.is_past);
    put_chosen(&page, &chosen, &query);
    OQ_TRY(put_matches(&page, s, &query));
    OQ_TRY(put_chart(&page, s, &chosen, &query, &window));
    return web_page_send(&page);
}
