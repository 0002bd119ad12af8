/* Cards about the house: data and integrations, people, the audit, and tenants for the platform. */
#include "dashboard/inner.h"

#include "audit/view.h"
#include "identity/user.h"
#include "ops/job_view.h"
#include "tenant/settings.h"
#include "tenant/tenant.h"
#include "web/parts.h"

#include "dashboard.sql.h"

#include "base/banned.h"

enum { INTEGRATIONS_SHOWN = 5, AUDIT_ROWS = 6, TENANTS_SHOWN = 12 };
#define USED_WITHIN (30 * OQ_DAY)

static oq_str number(const web_page *page, int64_t n)
{
    return web_format_i64(page->arena, &page->locale, n);
}

static oq_str ago(const web_page *page, oq_us at, oq_us now)
{
    return at == OQ_TIME_NONE ? OQ_STR(WEB_NOTHING)
                              : web_format_ago(page->arena, &page->locale, at, now);
}

/* --- data ---------------------------------------------------------------------------------------*/

static void add_fact(web_page *page, web_value *list, const char *label_key, oq_str value,
                     const char *href, bool is_warn)
{
    web_value *fact = web_add_object(list);
    web_put_text(fact, "label", web_say(page, label_key));
    web_put_text(fact, "value", value);
    web_put_cstr(fact, "href", href);
    web_put_bool(fact, "is_warn", is_warn);
}

oq_err *dashboard_put_data(web_page *page, oq_scope *s, const first *f)
{
    const dashboard_ready *r = &f->ready;
    sql_dashboard_integrations_rows rows;
    OQ_TRY(sql_dashboard_integrations(s, (sql_dashboard_integrations_args){INTEGRATIONS_SHOWN},
                                      &rows));
    web_value *facts = web_put_list(page->view, "data_facts");
    add_fact(page, facts, "dashboard.data_heard",
             DASHBOARD_SAY(page, "dashboard.of", {"n", number(page, r->heard)},
                           {"of", number(page, r->signals)}),
             "/series", r->heard < r->signals);
    add_fact(page, facts, "dashboard.data_newest", ago(page, r->heard_at, oq_now(s)), "/series",
             false);
    web_value *list = web_put_list(page->view, "integrations");
    for (size_t i = 0; i < rows.count; i++) {
        web_value *to = web_add_object(list);
        web_put_text(to, "name", rows.at[i].name);
        web_put_text(to, "href", dashboard_path(page, "/plant/integrations", rows.at[i].id));
        web_put_text(to, "mappings",
                     oq_text_count(page->arena, page->locale.lang, OQ_STR("dashboard.mappings"),
                                   rows.at[i].mappings));
        web_put_badge(to, rows.at[i].is_active ? "" : "off",
                      web_say(page, rows.at[i].is_active ? "dashboard.integration_on"
                                                         : "dashboard.integration_off"));
    }
    web_put_bool(page->view, "has_integrations", rows.count > 0);
    return NULL;
}

/* --- jobs: only where some have failed ------------------------------------------------------------*/

oq_err *dashboard_put_jobs(web_page *page, oq_scope *s, const first *f)
{
    (void)f;
    job_counts jobs;
    OQ_TRY(job_view_counts(s, &jobs));
    web_put_text(page->view, "failed_jobs",
                 jobs.failed ? oq_text_count(page->arena, page->locale.lang,
                                             OQ_STR("dashboard.failed_jobs"), jobs.failed)
                             : OQ_NONE);
    return NULL;
}

/* --- people -------------------------------------------------------------------------------------*/

oq_err *dashboard_put_people(web_page *page, oq_scope *s, const first *f)
{
    (void)f;
    user_counts counts;
    tenant_settings *settings;
    OQ_TRY(user_count(s, &counts));
    OQ_TRY(tenant_settings_get(s, &settings));
    web_value *facts = web_put_list(page->view, "people_facts");
    add_fact(page, facts, "users.kpi_active", number(page, counts.active), "/users?status=active",
             false);
    add_fact(page, facts, "users.kpi_totp",
             DASHBOARD_SAY(page, "dashboard.of", {"n", number(page, counts.with_totp)},
                           {"of", number(page, counts.active)}),
             "/users", settings->require_totp && counts.with_totp < counts.active);
    return NULL;
}

/* --- what happened last -------------------------------------------------------------------------*/

oq_err *dashboard_put_audit(web_page *page, oq_scope *s, const first *f)
{
    (void)f;
    audit_rows rows;
    oq_arena *arena = page->arena;
    const audit_filter all = {.from = OQ_TIME_NONE, .to = OQ_TIME_NONE};
    OQ_TRY(audit_find(s, &all, OQ_TIME_NONE, OQ_UUID_ZERO, AUDIT_ROWS, &rows));
    web_put_bool(page->view, "has_audit", rows.count > 0);
    web_value *list = web_put_list(page->view, "audit");
    for (size_t i = 0; i < rows.count; i++) {
        const audit_row *row = &rows.at[i];
        web_value *one = web_add_object(list);
        web_put_text(one, "when", web_format_ago(arena, &page->locale, row->at, oq_clock_now()));
        web_put_text(one, "at", web_format_time_exact(arena, &page->locale, row->at));
        web_put_text(one, "who", row->actor_label);
        web_put_text(one, "what", audit_action_words(arena, page->locale.lang, row->action));
        web_put_text(one, "object", row->object_label);
        web_put_bool(one, "is_refused", row->outcome == AUDIT_REFUSED);
    }
    return NULL;
}

/* --- tenants ------------------------------------------------------------------------------------*/

static oq_err *find_tenants(web_page *page, tenant_totals *ret_totals,
                            sql_dashboard_tenants_rows *ret_rows)
{
    db_platform *p;
    OQ_TRY(db_platform_open(&(db_platform_options){.pool = http_pool(page->rq),
                                                   .access = OQ_READ,
                                                   .actor = http_who_of(page->rq)->actor,
                                                   .request_id = http_request_id(page->rq),
                                                   .arena = page->arena},
                            &p));
    oq_err *err = tenant_count(p, ret_totals);
    if (!err)
        err = sql_dashboard_tenants(p,
                                    (sql_dashboard_tenants_args){TENANT_PLATFORM,
                                                                 db_platform_now(p) - USED_WITHIN,
                                                                 TENANTS_SHOWN},
                                    ret_rows);
    db_platform_close(p);
    return err;
}

oq_err *dashboard_put_tenants(web_page *page, oq_scope *s, const first *f)
{
    (void)f;
    tenant_totals totals;
    sql_dashboard_tenants_rows rows;
    OQ_TRY(find_tenants(page, &totals, &rows));
    web_value *facts = web_put_list(page->view, "tenant_facts");
    add_fact(page, facts, "tenants.kpi_active", number(page, totals.active), "/tenants", false);
    add_fact(page, facts, "tenants.kpi_suspended", number(page, totals.suspended),
             "/tenants?status=suspended", totals.suspended > 0);
    add_fact(page, facts, "tenants.kpi_people", number(page, totals.users_active), "/tenants",
             false);
    add_fact(page, facts, "tenants.kpi_recent", number(page, totals.users_recent), "/tenants",
             false);
    web_value *list = web_put_list(page->view, "tenants");
    for (size_t i = 0; i < rows.count; i++) {
        const dashboard_tenant *t = &rows.at[i];
        web_value *to = web_add_object(list);
        web_put_text(to, "name", t->name);
        web_put_text(to, "code", t->code);
        web_put_text(to, "href", dashboard_path(page, "/tenants", t->id));
        web_put_bool(to, "is_demo", t->is_demo);
        web_put_bool(to, "is_suspended", t->status == TENANT_SUSPENDED);
        web_put_text(to, "people", number(page, t->people));
        web_put_text(to, "assets", number(page, t->assets));
        web_put_text(to, "plans", number(page, t->plans));
        web_put_text(to, "planned", ago(page, t->planned_at, oq_now(s)));
        web_put_text(to, "seen", ago(page, t->last_login_at, oq_now(s)));
    }
    web_put_bool(page->view, "has_tenants", rows.count > 0);
    return NULL;
}
