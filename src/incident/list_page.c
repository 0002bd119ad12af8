/* /blackbox: which incidents there are, what goes on, what to look at first. */
#include <math.h>

#include "incident/inner.h"
#include "web/link.h"
#include "web/parts.h"

#include "dossier_list.sql.h"

#include "base/banned.h"

enum { ROWS_PER_PAGE = 50 };

typedef struct list_query {
    int severity, status, type;
    oq_uuid asset_id, site_id;
    oq_str from, to; /* local time, as the input sends it */
    oq_str q, cursor;
} list_query;

const oq_field dossier_list_query_fields[] = {
    OQ_CHOICE(list_query, severity, incident_severity_choices),
    OQ_CHOICE(list_query, status, incident_status_choices),
    OQ_CHOICE(list_query, type, incident_type_choices),
    OQ_UUID(list_query, asset_id, .help = "Where it began"),
    OQ_UUID(list_query, site_id),
    OQ_TEXT(list_query, from, .max = 40, .help = "Local time, or RFC 3339"),
    OQ_TEXT(list_query, to, .max = 40, .help = "Local time, or RFC 3339"),
    OQ_TEXT(list_query, q, .max = 200, .help = "Words of number, title, asset, cause"),
    OQ_TEXT(list_query, cursor, .max = 200),
    OQ_FIELDS_END,
};

/* --- the query ----------------------------------------------------------------------------------*/

static oq_err *read_moment(const char *field, oq_str text, oq_str time_zone, oq_us *ret_at)
{
    *ret_at = OQ_TIME_NONE;
    if (!text.len || oq_time_parse(text, ret_at))
        return NULL;
    if (web_local_parse(text, time_zone, ret_at))
        return oq_fail_field(field, "field.type", "wanted=%s", "time");
    return NULL;
}

static oq_err *read_query(http_req *rq, list_query *q, incident_filter *f)
{
    oq_err *err = http_query(rq, q);
    oq_str time_zone = http_who_of(rq)->time_zone;
    *f = (incident_filter){.severity = q->severity,
                           .status = q->status,
                           .incident_type = q->type,
                           .asset_id = q->asset_id,
                           .site_id = q->site_id,
                           .q = q->q};
    err = oq_err_join(err, read_moment("from", q->from, time_zone, &f->from));
    return oq_err_join(err, read_moment("to", q->to, time_zone, &f->to));
}

static oq_str link_to(const web_page *page, const list_query *q)
{
    return web_link(page->arena, "/blackbox", dossier_list_query_fields, q);
}

static bool has_period(const list_query *q)
{
    return q->from.len || q->to.len;
}

static bool is_filtered(const list_query *q)
{
    return has_period(q) || q->q.len || q->severity || q->status || q->type ||
           !oq_uuid_is_zero(q->asset_id) || !oq_uuid_is_zero(q->site_id);
}

/* --- filters ------------------------------------------------------------------------------------*/

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
    sql_dossier_sites_rows sites;
    OQ_TRY(sql_dossier_sites(s, &sites));
    web_value *list = web_put_list(page->view, "sites");
    for (size_t i = 0; i < sites.count; i++)
        web_add_option(list, oq_uuid_text(page->arena, sites.at[i].id),
                       dossier_either(page->locale.lang, sites.at[i].name, sites.at[i].name_ar),
                       oq_uuid_eq(sites.at[i].id, selected));
    return NULL;
}

/* The asset that the address names, with the way back to all of them. */
static oq_err *put_asset(const web_page *page, oq_scope *s, list_query q)
{
    sql_dossier_asset_rows rows = {0};
    web_put(page->view, "of_asset", NULL);
    if (!oq_uuid_is_zero(q.asset_id))
        OQ_TRY(sql_dossier_asset(s, (sql_dossier_asset_args){.id = q.asset_id}, &rows));
    if (!rows.count)
        return NULL;
    web_value *asset = web_put_object(page->view, "of_asset");
    web_put_text(asset, "code", rows.at[0].code);
    web_put_text(asset, "name",
                 dossier_either(page->locale.lang, rows.at[0].name, rows.at[0].name_ar));
    q.asset_id = OQ_UUID_ZERO;
    q.cursor = OQ_NONE;
    web_put_text(asset, "href", link_to(page, &q));
    return NULL;
}

static oq_err *put_filters(web_page *page, oq_scope *s, const list_query *q)
{
    put_choices(page, "severities", "incident_severity", incident_severity_choices, q->severity);
    put_choices(page, "statuses", "incident_status", incident_status_choices, q->status);
    put_choices(page, "types", "incident_type", incident_type_choices, q->type);
    OQ_TRY(put_sites(page, s, q->site_id));
    OQ_TRY(put_asset(page, s, *q));
    web_put_bool(page->view, "is_filtered", is_filtered(q));
    return NULL;
}

/* --- figures ------------------------------------------------------------------------------------*/

static void add_kpi(const web_page *page, web_value *list, const char *label_key, int64_t n,
                    const char *kind, const char *note_key, oq_str href)
{
    web_value *kpi = web_add_kpi(list, n ? kind : "", web_say(page, label_key),
                                 web_format_i64(page->arena, &page->locale, n),
                                 note_key ? web_say(page, note_key) : OQ_NONE);
    web_put_text(kpi, "href", href);
}

static oq_err *put_kpis(const web_page *page, oq_scope *s, const incident_filter *f, list_query q)
{
    incident_kpis k;
    sql_dossier_events_since_rows events;
    OQ_TRY(incident_count(s, f, &k));
    OQ_TRY(sql_dossier_events_since(s, (sql_dossier_events_since_args){.since = oq_now(s) - OQ_DAY},
                                    &events));
    web_value *list = web_put_list(page->view, "kpis");
    const char *period = has_period(&q) ? "blackbox.kpi_in_period" : "blackbox.kpi_ever";
    q.cursor = OQ_NONE;
    list_query all = q, open = q;
    all.status = all.severity = 0;
    open.status = INCIDENT_OPEN;
    add_kpi(page, list, "blackbox.kpi_total", k.incidents, "", period, link_to(page, &all));
    add_kpi(page, list, "blackbox.kpi_critical", k.critical_open, "bad",
            "blackbox.kpi_critical_note", OQ_NONE);
    add_kpi(page, list, "blackbox.kpi_open", k.open + k.investigating, "", "blackbox.kpi_open_note",
            link_to(page, &open));
    add_kpi(page, list, "blackbox.kpi_events", events.at[0].events, "", "blackbox.kpi_last_day",
            OQ_NONE);
    return NULL;
}

/* --- rows ---------------------------------------------------------------------------------------*/

/* What the likeliest cause is called: as its analysis calls it, else its code. */
static void put_cause(const web_page *page, web_value *to, const incident_row *row, oq_str label)
{
    bool is_confirmed = row->confirmed_cause.len > 0;
    bool is_top = !is_confirmed || oq_str_eq(row->confirmed_cause, row->top_cause);
    oq_str said =
        is_top ? dossier_said(page->locale.lang, dossier_json(page->arena, label)) : OQ_NONE;
    oq_str code = is_confirmed ? row->confirmed_cause : row->top_cause;
    web_put_text(to, "cause", said.len ? said : dossier_code_words(page->arena, code));
    web_put_bool(to, "is_confirmed", is_confirmed);
    web_put_text(to, "probability",
                 is_confirmed || isnan(row->top_probability)
                     ? OQ_NONE
                     : web_format_percent(page->arena, &page->locale, row->top_probability, 0));
}

static void put_row(const web_page *page, web_value *to, const incident_row *row, oq_str label,
                    oq_us now)
{
    oq_lang lang = page->locale.lang;
    web_put_text(to, "href", dossier_path(page->arena, row->id));
    web_put_text(to, "number", dossier_name(page->arena, row->number));
    web_put_text(to, "title", dossier_sentence(page, row->title, row->title_ar));
    web_put_text(to, "asset_code", row->asset_code);
    web_put_text(to, "asset_name", dossier_either(lang, row->asset_name, row->asset_name_ar));
    web_put_text(to, "site", dossier_either(lang, row->site_name, row->site_name_ar));
    web_put_text(to, "start", web_format_time(page->arena, &page->locale, row->start_time));
    web_put_text(to, "start_utc", oq_time_text(page->arena, row->start_time));
    dossier_put_badges(page, to, row->severity, row->status, row->incident_type);
    dossier_put_duration(page, to, row->start_time, row->end_time, row->status, now);
    put_cause(page, to, row, label);
}

static oq_str label_of(const sql_dossier_labels_rows *labels, oq_uuid id)
{
    for (size_t i = 0; i < labels->count; i++)
        if (oq_uuid_eq(labels->at[i].incident_id, id))
            return labels->at[i].label;
    return OQ_NONE;
}

static oq_err *put_rows(web_page *page, oq_scope *s, const incident_rows *rows, list_query q)
{
    sql_dossier_labels_rows labels;
    oq_uuids ids = {oq_new_n(page->arena, oq_uuid, rows->count), rows->count};
    for (size_t i = 0; i < rows->count; i++)
        ids.at[i] = rows->at[i].id;
    OQ_TRY(sql_dossier_labels(s, (sql_dossier_labels_args){.ids = ids}, &labels));
    web_value *list = web_put_list(page->view, "rows");
    for (size_t i = 0; i < rows->count; i++)
        put_row(page, web_add_object(list), &rows->at[i], label_of(&labels, rows->at[i].id),
                oq_now(s));
    web_put_bool(page->view, "has_rows", rows->count > 0);
    bool is_later = q.cursor.len > 0;
    q.cursor = OQ_NONE;
    oq_str first = is_later ? link_to(page, &q) : OQ_NONE;
    q.cursor = rows->next;
    web_put_pager(page->view,
                  oq_text_count(page->arena, page->locale.lang, OQ_STR("blackbox.shown"),
                                (int64_t)rows->count),
                  first, rows->next.len ? link_to(page, &q) : OQ_NONE);
    return NULL;
}

oq_err *dossier_page_list(http_req *rq, oq_scope *s)
{
    list_query q = {0};
    incident_filter filter;
    incident_rows rows = {0};
    oq_err *err = read_query(rq, &q, &filter);
    if (!err)
        err = incident_find(s, &filter, q.cursor, ROWS_PER_PAGE, &rows);
    if (err && err->kind != OQ_INVALID && err->kind != OQ_MALFORMED)
        return err;
    web_page page = web_page_begin(rq, "incidents/list", "blackbox.title", "blackbox");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "blackbox.title"), NULL);
    web_page_form(&page, dossier_list_query_fields, &q, err);
    OQ_TRY(put_filters(&page, s, &q));
    web_put_list(page.view, "kpis");
    if (!err)
        OQ_TRY(put_kpis(&page, s, &filter, q));
    OQ_TRY(put_rows(&page, s, &rows, q));
    return web_page_send(&page);
}
