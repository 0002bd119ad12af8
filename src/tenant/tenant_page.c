#include "tenant/inner.h"

#include "web/link.h"
#include "web/parts.h"

#include "base/banned.h"

enum { ROWS_PER_PAGE = 50 };

/* --- one tenant as a row or a card ------------------------------------------------------------*/

void tenant_put(const web_page *page, web_value *to, const tenant_overview *t, oq_us now)
{
    oq_arena *arena = page->arena;
    const web_locale *locale = &page->locale;
    oq_str id = oq_uuid_text(arena, t->id);
    web_put_text(to, "id", id);
    web_put_text(to, "href", oq_strf(arena, "/tenants/%.*s", OQ_FMT(id)));
    web_put_text(to, "code", t->code);
    web_put_text(to, "name", t->name);
    web_put_text(to, "industry",
                 web_choice_label(locale->lang, "industry",
                                  oq_choice_text(tenant_industry_any, t->industry)));
    bool is_suspended = t->status == TENANT_SUSPENDED;
    const char *status = oq_choice_text(tenant_status_choices, t->status);
    web_put_badge(to, is_suspended ? "warn" : "ok",
                  web_choice_label(locale->lang, "status", status));
    web_put_bool(to, "is_suspended", is_suspended);
    web_put_bool(to, "is_platform", oq_uuid_eq(t->id, TENANT_PLATFORM));
    web_put_bool(to, "is_demo", t->is_demo);
    web_put_text(to, "time_zone", t->time_zone);
    web_put_text(to, "currency", t->currency);
    web_put_i64(to, "version", t->version);
    web_put_text(to, "users_active", web_format_i64(arena, locale, t->users_active));
    web_put_text(to, "last_login",
                 t->last_login_at == OQ_TIME_NONE
                     ? OQ_STR(WEB_NOTHING)
                     : web_format_ago(arena, locale, t->last_login_at, now));
    web_put_text(to, "last_login_exact", web_format_time_exact(arena, locale, t->last_login_at));
    web_put_text(to, "created", web_format_date(arena, locale, t->created_at));
}

/* --- the list ---------------------------------------------------------------------------------*/

typedef struct page_query {
    oq_str q;
    int status;
    oq_str cursor;
} page_query;

const oq_field tenant_page_query_fields[] = {
    OQ_TEXT(page_query, q, .max = 100), OQ_CHOICE(page_query, status, tenant_status_choices),
    OQ_TEXT(page_query, cursor, .max = 200), OQ_FIELDS_END};

static void add_kpi(const web_page *page, web_value *list, const char *label_key, int64_t n)
{
    web_add_kpi(list, "", web_say(page, label_key), web_format_i64(page->arena, &page->locale, n),
                OQ_NONE);
}

static oq_err *put_kpis(web_page *page, db_platform *p)
{
    tenant_totals totals;
    OQ_TRY(tenant_count(p, &totals));
    web_value *list = web_put_list(page->view, "kpis");
    add_kpi(page, list, "tenants.kpi_active", totals.active);
    add_kpi(page, list, "tenants.kpi_suspended", totals.suspended);
    add_kpi(page, list, "tenants.kpi_people", totals.users_active);
    add_kpi(page, list, "tenants.kpi_recent", totals.users_recent);
    return NULL;
}

static oq_str link_to(const web_page *page, page_query q, oq_str cursor)
{
    q.cursor = cursor;
    return web_link(page->arena, "/tenants", tenant_page_query_fields, &q);
}

static void put_pager(web_page *page, page_query q, size_t count, oq_str next)
{
    oq_lang lang = page->locale.lang;
    web_put_pager(page->view,
                  oq_text_count(page->arena, lang, OQ_STR("tenants.rows"), (int64_t)count),
                  q.cursor.len ? link_to(page, q, OQ_NONE) : OQ_NONE,
                  next.len ? link_to(page, q, next) : OQ_NONE);
}

oq_err *tenant_page_list(http_req *rq, db_platform *p)
{
    page_query q;
    tenant_overviews found = {0};
    oq_str next = OQ_NONE;
    oq_err *err = http_query(rq, &q);
    if (!err) {
        tenant_filter filter = {.q = q.q, .status = q.status};
        err = tenant_find_page(p, &filter, q.cursor, ROWS_PER_PAGE, &found, &next);
        if (err && !oq_err_is(err, "list.cursor_malformed"))
            return err;
    }
    web_page page = web_page_begin(rq, "tenants/list", "tenants.title", "tenants");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "tenants.title"), NULL);
    web_page_form(&page, tenant_page_query_fields, &q, err);
    OQ_TRY(put_kpis(&page, p));
    web_put_bool(page.view, "is_filtered", q.q.len || q.status);
    web_put_bool(page.view, "has_rows", found.count > 0);
    web_value *rows = web_put_list(page.view, "rows");
    for (size_t i = 0; i < found.count; i++)
        tenant_put(&page, web_add_object(rows), &found.at[i], db_platform_now(p));
    put_pager(&page, q, found.count, next);
    return web_page_send(&page);
}
