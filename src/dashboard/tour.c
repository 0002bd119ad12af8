/* A short tour of the program, on the first page: offered until it is ended, and again on request
 * (?tour=on, in the help menu). Its steps are what the reader may open. */
#include "dashboard/inner.h"

#include "audit/audit.h"
#include "identity/authenticate.h"

#include "dashboard.sql.h"

#include "base/banned.h"

const oq_field dashboard_query_fields[] = {
    OQ_BOOL(dashboard_query, tour, .preset = "false"),
    OQ_FIELDS_END,
};

static const struct {
    const char *name,
        *path; /* "tour.<name>.title" and ".text"; the path marks the sidebar's entry */
    oq_cap cap;
} steps[] = {
    {"answers", "/app", CAP_DASHBOARD_VIEW},
    {"tenants", "/tenants", CAP_TENANT_MANAGE},
    {"assets", "/assets", CAP_ASSET_READ},
    {"incidents", "/blackbox", CAP_INCIDENT_READ},
    {"alarms", "/alarms", CAP_ALARM_READ},
    {"orders", "/work-orders", CAP_WORK_ORDER_READ},
    {"plan", "/optimization", CAP_OPTIMIZATION_READ},
    {"import", "/plant/import", CAP_ASSET_MANAGE},
    {"users", "/users", CAP_USER_MANAGE},
    {"bell", "/notifications", CAP_NOTIFICATION_READ},
};

static oq_err *is_wanted(web_page *page, bool *ret_wanted)
{
    oq_scope *home;
    sql_dashboard_tour_rows rows;
    OQ_TRY(identity_home_scope(page->rq, OQ_READ, &home));
    oq_err *err =
        sql_dashboard_tour(home, (sql_dashboard_tour_args){http_who_of(page->rq)->actor.id}, &rows);
    *ret_wanted = !err && rows.count && !rows.at[0].is_seen;
    oq_scope_close(home);
    return err;
}

static void put_steps(web_page *page)
{
    web_value *list = web_put_list(page->view, "tour");
    int64_t of = 0, n = 0;
    for (size_t i = 0; i < OQ_COUNT(steps); i++)
        of += dashboard_may(page, steps[i].cap);
    for (size_t i = 0; i < OQ_COUNT(steps); i++) {
        if (!dashboard_may(page, steps[i].cap))
            continue;
        web_value *to = web_add_object(list);
        oq_lang lang = page->locale.lang;
        web_put_text(to, "title",
                     oq_text(lang, oq_strf(page->arena, "tour.%s.title", steps[i].name)));
        web_put_text(to, "text",
                     oq_text(lang, oq_strf(page->arena, "tour.%s.text", steps[i].name)));
        web_put_cstr(to, "href", steps[i].path);
        web_put_bool(to, "is_here", i == 0);
        web_put_text(to, "place",
                     DASHBOARD_SAY(page, "tour.step",
                                   {"n", web_format_i64(page->arena, &page->locale, ++n)},
                                   {"of", web_format_i64(page->arena, &page->locale, of)}));
    }
}

oq_err *dashboard_put_tour(web_page *page, bool is_asked)
{
    bool is_wanted_now = is_asked;
    if (!is_asked && http_who_of(page->rq)->by_cookie)
        OQ_TRY(is_wanted(page, &is_wanted_now));
    web_put_bool(page->view, "has_tour", is_wanted_now);
    if (is_wanted_now)
        put_steps(page);
    return NULL;
}

oq_err *dashboard_end_tour(http_req *rq, oq_scope *s)
{
    (void)s;
    oq_scope *home;
    OQ_TRY(identity_home_scope(rq, OQ_WRITE, &home));
    oq_err *err = sql_dashboard_tour_end(
        home, (sql_dashboard_tour_end_args){http_who_of(rq)->actor.id, oq_now(home)}, NULL);
    if (!err)
        err = audit_record(home, &(audit_entry){.action = "profile.tour_ended"});
    if (!err)
        err = oq_scope_commit(home);
    oq_scope_close(home);
    if (!err)
        http_redirect(rq, OQ_STR("/app"));
    return err;
}
