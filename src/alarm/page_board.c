/* /alarms: what is active, what is quiet, what has been. */
#include "alarm/pages.h"
#include "web/link.h"
#include "web/parts.h"

#include "board.sql.h"

#include "base/banned.h"

enum { BOARD_MAX = 300, ROWS_PER_PAGE = 50, SILENCES_MAX = 100, SITES_MAX = 500 };

typedef enum board_view { VIEW_ACTIVE = 1, VIEW_QUIET, VIEW_HISTORY } board_view;
static const oq_choice view_choices[] = {
    {VIEW_ACTIVE, "active"}, {VIEW_QUIET, "quiet"}, {VIEW_HISTORY, "history"}, {0, NULL}};

typedef struct board_query {
    int view, priority, state;
    oq_uuid site_id, asset_id, rule_id;
    oq_str from, to, q, cursor;
} board_query;
const oq_field board_query_fields[] = {
    OQ_CHOICE(board_query, view, view_choices, .preset = "active"),
    OQ_CHOICE(board_query, priority, alarm_priority_choices),
    OQ_CHOICE(board_query, state, alert_state_choices),
    OQ_UUID(board_query, site_id),
    OQ_UUID(board_query, asset_id),
    OQ_UUID(board_query, rule_id),
    OQ_TEXT(board_query, from, .max = 40, .help = "Local time"),
    OQ_TEXT(board_query, to, .max = 40, .help = "Local time"),
    OQ_TEXT(board_query, q, .max = 200),
    OQ_TEXT(board_query, cursor, .max = 200),
    OQ_FIELDS_END,
};

static oq_str link_to(const web_page *page, const board_query *q)
{
    return web_link(page->arena, "/alarms", board_query_fields, q);
}

/* With the list's view and filters. */
static oq_str export_link(const web_page *page, alert_filter f, int view,
                          alarm_export_format format)
{
    alarm_export_query q = {f, format};
    q.filter.active = view != VIEW_HISTORY;
    return web_link(page->arena, "/api/alarms/export", alarm_export_query_fields, &q);
}

static bool is_filtered(const board_query *q)
{
    return q->priority || q->state || q->q.len || q->from.len || q->to.len ||
           !oq_uuid_is_zero(q->site_id) || !oq_uuid_is_zero(q->asset_id) ||
           !oq_uuid_is_zero(q->rule_id);
}

static oq_err *read_moment(const char *field, oq_str text, oq_str zone, oq_us *ret_at)
{
    *ret_at = OQ_TIME_NONE;
    if (text.len && !oq_time_parse(text, ret_at) && web_local_parse(text, zone, ret_at))
        return oq_fail_field(field, "format.local_malformed");
    return NULL;
}

static oq_err *read_query(http_req *rq, board_query *q, alert_filter *f)
{
    oq_err *err = http_query(rq, q);
    oq_str zone = http_who_of(rq)->time_zone;
    *f = (alert_filter){.state = q->state,
                        .priority = q->priority,
                        .site_id = q->site_id,
                        .asset_id = q->asset_id,
                        .rule_id = q->rule_id,
                        .q = q->q};
    err = oq_err_join(err, read_moment("from", q->from, zone, &f->from));
    return oq_err_join(err, read_moment("to", q->to, zone, &f->to));
}

/* --- parts -------------------------------------------------------------------------------------*/

static void put_choices(const web_page *page, const char *key, const char *field,
                        const oq_choice *choices, int selected)
{
    web_value *list = web_put_list(page->view, key);
    for (const oq_choice *c = choices; c->text; c++)
        web_add_option(list, oq_cstr(c->text), web_choice_label(page->locale.lang, field, c->text),
                       c->value == selected);
}

static oq_err *put_sites(const web_page *page, oq_scope *s, oq_uuid selected)
{
    sql_alarm_sites_rows sites;
    OQ_TRY(sql_alarm_sites(s, (sql_alarm_sites_args){.limit = SITES_MAX}, &sites));
    web_value *list = web_put_list(page->view, "sites");
    for (size_t i = 0; i < sites.count; i++)
        web_add_option(list, oq_uuid_text(page->arena, sites.at[i].id),
                       alarm_text(page->locale.lang, sites.at[i].name, sites.at[i].name_ar),
                       oq_uuid_eq(sites.at[i].id, selected));
    web_put_bool(page->view, "has_sites", sites.count > 1);
    return NULL;
}

static oq_err *put_head(web_page *page, oq_scope *s, board_query q)
{
    alert_counts c;
    OQ_TRY(alert_count(s, &c));
    web_value *tabs = web_put_list(page->view, "tabs");
    static const char *const label[] = {"alarms.tab_active", "alarms.tab_quiet",
                                        "alarms.tab_history"};
    int current = q.view;
    q.cursor = OQ_NONE;
    for (int view = VIEW_ACTIVE; view <= VIEW_HISTORY; view++) {
        q.view = view;
        web_add_tab(tabs, web_say(page, label[view - 1]), link_to(page, &q), view == current);
    }
    web_value *kpis = web_put_list(page->view, "kpis");
    const web_locale *l = &page->locale;
    web_add_kpi(kpis, c.critical ? "bad" : "", web_say(page, "alarms.kpi_critical"),
                web_format_i64(page->arena, l, c.critical), OQ_NONE);
    web_add_kpi(kpis, c.unacknowledged ? "warn" : "", web_say(page, "alarms.kpi_unacknowledged"),
                web_format_i64(page->arena, l, c.unacknowledged), OQ_NONE);
    web_add_kpi(kpis, "", web_say(page, "alarms.kpi_active"),
                web_format_i64(page->arena, l, c.active), OQ_NONE);
    web_add_kpi(kpis, "", web_say(page, "alarms.kpi_quiet"),
                web_format_i64(page->arena, l, c.quiet), web_say(page, "alarms.kpi_quiet_note"));
    return NULL;
}

static oq_err *put_silences(web_page *page, oq_scope *s)
{
    silences list;
    sql_alarm_silence_names_rows names;
    OQ_TRY(alarm_silence_find(s, true, OQ_TIME_NONE, OQ_UUID_ZERO, SILENCES_MAX, &list));
    oq_uuids ids = {oq_new_n(page->arena, oq_uuid, list.count), list.count};
    for (size_t i = 0; i < list.count; i++)
        ids.at[i] = list.at[i].id;
    OQ_TRY(sql_alarm_silence_names(s, (sql_alarm_silence_names_args){.ids = ids}, &names));
    web_value *rows = web_put_list(page->view, "silences");
    for (size_t i = 0; i < list.count; i++) {
        const silence *one = &list.at[i];
        web_value *v = web_add_object(rows);
        web_put_text(v, "id", oq_uuid_text(page->arena, one->id));
        web_put_text(v, "kind",
                     web_choice_label(page->locale.lang, "silence_kind",
                                      oq_choice_text(silence_kind_choices, one->kind)));
        web_put_text(v, "reason", one->reason);
        web_put_text(v, "from", web_format_time(page->arena, &page->locale, one->from_time));
        web_put_text(v, "to", web_format_time(page->arena, &page->locale, one->to_time));
        web_put_bool(v, "is_window", one->kind != SILENCE_SHELVED);
        for (size_t k = 0; k < names.count; k++)
            if (oq_uuid_eq(names.at[k].id, one->id)) {
                web_put_text(v, "rule", names.at[k].rule);
                web_put_text(v, "asset", names.at[k].asset);
                web_put_text(v, "site", names.at[k].site);
                web_put_text(v, "who", names.at[k].who);
            }
    }
    web_put_bool(page->view, "has_silences", list.count > 0);
    return NULL;
}

/* --- rows --------------------------------------------------------------------------------------*/

static oq_err *put_rows(web_page *page, oq_scope *s, const alert_filter *f, board_query q)
{
    alert_rows rows;
    oq_us at;
    oq_uuid id;
    bool is_history = q.view == VIEW_HISTORY, is_later = q.cursor.len > 0;
    size_t max = is_history ? ROWS_PER_PAGE : BOARD_MAX;
    OQ_TRY(http_cursor_read(q.cursor, &at, &id));
    if (is_history)
        OQ_TRY(alert_find(s, f, at, id, max + 1, &rows));
    else
        OQ_TRY(alert_board(s, f, q.view == VIEW_QUIET, max + 1, &rows));
    bool more = rows.count > max;
    rows.count -= more;
    web_value *list = web_put_list(page->view, "rows");
    for (size_t i = 0; i < rows.count; i++)
        alarm_put_row(page, web_add_object(list), &rows.at[i], oq_now(s));
    web_put_bool(page->view, "has_rows", rows.count > 0);
    q.cursor = OQ_NONE;
    oq_str first = is_later ? link_to(page, &q) : OQ_NONE;
    q.cursor = more && is_history ? http_cursor_make(page->arena, rows.at[max - 1].a.raised_at,
                                                     rows.at[max - 1].a.id)
                                  : OQ_NONE;
    web_put_pager(
        page->view,
        oq_text_count(page->arena, page->locale.lang, OQ_STR("alarms.shown"), (int64_t)rows.count),
        first, q.cursor.len ? link_to(page, &q) : OQ_NONE);
    web_put_bool(page->view, "is_cut", more && !is_history);
    return NULL;
}

/* `typed`: of a quiet window; without one, the list's filters are the form. */
static oq_err *show(http_req *rq, oq_scope *s, const board_query *q, const alert_filter *f,
                    const silence_form *typed, const oq_err *err)
{
    web_page page = web_page_begin(rq, "alarms/list", "alarms.title", "alarms");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "alarms.title"), NULL);
    web_page_form(&page, typed ? page_silence_fields : board_query_fields,
                  typed ? (const void *)typed : q, err);
    put_choices(&page, "priorities", "alarm_priority", alarm_priority_choices, q->priority);
    put_choices(&page, "states", "alert_state", alert_state_choices, q->state);
    put_choices(&page, "views", "alarm_view", view_choices, q->view);
    put_choices(&page, "window_kinds", "silence_kind", alarm_window_choices,
                typed ? typed->kind : 0);
    OQ_TRY(put_sites(&page, s, typed ? typed->site_id : q->site_id));
    OQ_TRY(put_head(&page, s, *q));
    web_put_bool(page.view, "is_window", typed != NULL);
    web_put_text(page.view, "view", oq_cstr(oq_choice_text(view_choices, q->view)));
    web_put_bool(page.view, "is_active_view", q->view == VIEW_ACTIVE);
    web_put_bool(page.view, "is_quiet_view", q->view == VIEW_QUIET);
    web_put_bool(page.view, "is_history_view", q->view == VIEW_HISTORY);
    web_put_bool(page.view, "is_filtered", is_filtered(q));
    web_put_text(page.view, "csv_href", export_link(&page, *f, q->view, ALARM_AS_CSV));
    web_put_text(page.view, "xlsx_href", export_link(&page, *f, q->view, ALARM_AS_XLSX));
    web_put_text(page.view, "back", link_to(&page, q));
    web_put_list(page.view, "rows");
    if (!err || typed)
        OQ_TRY(put_rows(&page, s, f, *q));
    if (q->view == VIEW_QUIET)
        OQ_TRY(put_silences(&page, s));
    return web_page_send(&page);
}

oq_err *alarm_page_board(http_req *rq, oq_scope *s)
{
    board_query q = {0};
    alert_filter filter;
    oq_err *err = read_query(rq, &q, &filter);
    if (!q.view)
        q.view = VIEW_ACTIVE;
    return show(rq, s, &q, &filter, NULL, err);
}

oq_err *alarm_show_window(http_req *rq, oq_scope *s, const silence_form *typed, const oq_err *err)
{
    return show(rq, s, &(board_query){.view = VIEW_QUIET},
                &(alert_filter){.from = OQ_TIME_NONE, .to = OQ_TIME_NONE}, typed, err);
}
