/* Requests for platform owners: JSON and page. They lie in the platform's tenant, wherever the
 * owner is looking just now. */
#include "lead/inner.h"

#include "tenant/tenant.h"
#include "web/link.h"
#include "web/page.h"
#include "web/parts.h"

#include "base/banned.h"

enum { ROWS_PER_PAGE = 50 };

oq_err *lead_find_page(oq_scope *s, int status, oq_str cursor, size_t limit, leads *ret_leads,
                       oq_str *ret_next)
{
    oq_us before_at;
    oq_uuid before_id;
    OQ_TRY(http_cursor_read(cursor, &before_at, &before_id));
    leads found;
    OQ_TRY(lead_find(s, status, before_at, before_id, limit + 1, &found));
    *ret_next = OQ_NONE;
    if (found.count > limit) {
        found.count = limit;
        const lead *last = &found.at[limit - 1];
        *ret_next = http_cursor_make(oq_scope_arena(s), last->created_at, last->id);
    }
    *ret_leads = found;
    return NULL;
}

/* --- JSON -------------------------------------------------------------------------------------*/

typedef struct api_query {
    int status;
    oq_str cursor;
    int64_t limit;
} api_query;
const oq_field lead_api_query_fields[] = {
    OQ_CHOICE(api_query, status, lead_status_choices), OQ_TEXT(api_query, cursor, .max = 200),
    OQ_I64(api_query, limit, .preset = "50", .min = 1, .max = LEAD_LIST_MAX), OQ_FIELDS_END};

oq_err *lead_api_list(http_req *rq, db_platform *p)
{
    api_query q;
    oq_scope *s;
    leads found;
    oq_str next;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(db_platform_enter(p, TENANT_PLATFORM, &s));
    OQ_TRY(lead_find_page(s, q.status, q.cursor, (size_t)q.limit, &found, &next));
    http_answer_list(rq, found.at, sizeof *found.at, found.count, next);
    return NULL;
}

typedef struct status_order {
    int status;
    int64_t version;
} status_order;
const oq_field lead_status_fields[] = {
    OQ_CHOICE(status_order, status, lead_status_choices, .required = true),
    OQ_I64(status_order, version, .required = true), OQ_FIELDS_END};

oq_err *lead_api_change(http_req *rq, db_platform *p)
{
    oq_uuid id;
    status_order order;
    oq_scope *s;
    lead *changed;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(db_platform_enter(p, TENANT_PLATFORM, &s));
    OQ_TRY(lead_set_status(s, id, order.status, order.version, &changed));
    http_answer_record(rq, 200, changed);
    return NULL;
}

/* --- the page ---------------------------------------------------------------------------------*/

const oq_field lead_page_query_fields[] = {OQ_CHOICE(lead_page_query, status, lead_status_choices),
                                           OQ_TEXT(lead_page_query, cursor, .max = 200),
                                           OQ_FIELDS_END};

static oq_str link_to(const web_page *page, const char *path, lead_page_query q, oq_str cursor)
{
    q.cursor = cursor;
    return web_link(page->arena, path, lead_page_query_fields, &q);
}

static void put_tabs(web_page *page, int current)
{
    web_value *tabs = web_put_list(page->view, "tabs");
    for (int status = 0; status <= LEAD_CLOSED; status++) {
        const char *text = oq_choice_text(lead_status_choices, status);
        oq_str label =
            text ? web_choice_label(page->locale.lang, "status", text) : web_say(page, "leads.all");
        lead_page_query q = {.status = status};
        web_add_tab(tabs, label, link_to(page, "/leads", q, OQ_NONE), status == current);
    }
}

static void put_row(const web_page *page, web_value *rows, const lead *l, oq_us now)
{
    oq_arena *arena = page->arena;
    oq_lang lang = page->locale.lang;
    web_value *v = web_add_object(rows);
    oq_str id = oq_uuid_text(arena, l->id);
    web_put_text(v, "id", id);
    web_put_text(v, "action", oq_strf(arena, "/leads/%.*s", OQ_FMT(id)));
    web_put_text(v, "name", l->full_name);
    web_put_text(v, "email", l->email);
    web_put_text(v, "organisation", l->organisation);
    web_put_text(v, "sector",
                 web_choice_label(lang, "sector", oq_choice_text(lead_sector_choices, l->sector)));
    web_put_text(v, "message", l->message);
    web_put_text(v, "lang", oq_text(lang, oq_strf(arena, "leads.lang_%.*s", OQ_FMT(l->lang))));
    web_put_text(v, "at", web_format_time_exact(arena, &page->locale, l->created_at));
    web_put_text(v, "ago", web_format_ago(arena, &page->locale, l->created_at, now));
    web_put_i64(v, "version", l->version);
    web_put_bool(v, "is_new", l->status == LEAD_NEW);
    web_value *choices = web_put_list(v, "statuses");
    for (const oq_choice *c = lead_status_choices; c->text; c++)
        web_add_option(choices, oq_cstr(c->text), web_choice_label(lang, "status", c->text),
                       c->value == l->status);
}

static void add_kpi(const web_page *page, web_value *list, const char *label_key, int64_t n)
{
    web_add_kpi(list, "", web_say(page, label_key), web_format_i64(page->arena, &page->locale, n),
                OQ_NONE);
}

static oq_err *put_kpis(web_page *page, oq_scope *s)
{
    lead_totals totals;
    OQ_TRY(lead_count(s, &totals));
    web_value *list = web_put_list(page->view, "kpis");
    add_kpi(page, list, "leads.kpi_new", totals.fresh);
    add_kpi(page, list, "leads.kpi_contacted", totals.contacted);
    add_kpi(page, list, "leads.kpi_closed", totals.closed);
    return NULL;
}

static oq_err *show(http_req *rq, db_platform *p, lead_page_query q, const oq_err *err)
{
    oq_scope *s;
    leads found;
    oq_str next;
    OQ_TRY(db_platform_enter(p, TENANT_PLATFORM, &s));
    OQ_TRY(lead_find_page(s, q.status, q.cursor, ROWS_PER_PAGE, &found, &next));
    web_page page = web_page_begin(rq, "leads/list", "leads.title", "leads");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "leads.title"), NULL);
    web_page_form(&page, lead_page_query_fields, &q, err);
    OQ_TRY(put_kpis(&page, s));
    put_tabs(&page, q.status);
    web_put_bool(page.view, "has_rows", found.count > 0);
    web_value *rows = web_put_list(page.view, "rows");
    for (size_t i = 0; i < found.count; i++)
        put_row(&page, rows, &found.at[i], oq_now(s));
    web_put_text(page.view, "export_href", link_to(&page, "/leads.csv", q, OQ_NONE));
    web_put_text(page.view, "here", link_to(&page, "/leads", q, q.cursor));
    oq_str text =
        oq_text_count(page.arena, page.locale.lang, OQ_STR("leads.rows"), (int64_t)found.count);
    web_put_pager(page.view, text, q.cursor.len ? link_to(&page, "/leads", q, OQ_NONE) : OQ_NONE,
                  next.len ? link_to(&page, "/leads", q, next) : OQ_NONE);
    return web_page_send(&page);
}

oq_err *lead_page_list(http_req *rq, db_platform *p)
{
    lead_page_query q;
    OQ_TRY(http_query(rq, &q));
    return show(rq, p, q, NULL);
}

typedef struct post_order {
    int status;
    int64_t version;
    oq_str back; /* the list as it was seen */
} post_order;
const oq_field lead_post_fields[] = {
    OQ_CHOICE(post_order, status, lead_status_choices, .required = true),
    OQ_I64(post_order, version, .required = true), OQ_TEXT(post_order, back, .max = 500),
    OQ_FIELDS_END};

oq_err *lead_page_post(http_req *rq, db_platform *p)
{
    oq_uuid id;
    post_order order;
    oq_scope *s;
    lead *changed;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    oq_err *err = http_body(rq, &order);
    if (!err)
        err = db_platform_enter(p, TENANT_PLATFORM, &s);
    if (!err)
        err = lead_set_status(s, id, order.status, order.version, &changed);
    if (err && (err->kind == OQ_INVALID || err->kind == OQ_CONFLICT))
        return show(rq, p, (lead_page_query){0}, err);
    if (err)
        return err;
    web_toast(rq, "ok", "leads.saved");
    http_redirect(rq, order.back.len ? order.back : OQ_STR("/leads"));
    return NULL;
}
