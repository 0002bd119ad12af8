/* Cards about the plant: figures, one's own orders, causes to confirm, alarms, priorities, sites.
 */
#include <math.h>

#include "dashboard/inner.h"

#include "alarm/alarm.h"
#include "web/parts.h"
#include "workorder/list.h"

#include "dashboard.sql.h"

#include "base/banned.h"

enum { ROWS = 5, OWN_ROWS = 6, NEWEST = 1000, ALARMS_MAX = 1000, SITES_SHOWN = 12 };

/* --- figures ------------------------------------------------------------------------------------*/

static void add_kpi(web_page *page, web_value *list, const char *href, const char *label_key,
                    int64_t value, const char *kind)
{
    web_value *kpi = web_add_kpi(list, value > 0 ? kind : "", web_say(page, label_key),
                                 web_format_i64(page->arena, &page->locale, value), OQ_NONE);
    web_put_cstr(kpi, "href", href);
}

static oq_err *put_counts(web_page *page, oq_scope *s, web_value *list)
{
    sql_dashboard_counts_rows rows;
    incident_view view;
    OQ_TRY(incident_view_of(s, &view));
    OQ_TRY(sql_dashboard_counts(s,
                                (sql_dashboard_counts_args){.assigned_to = view.assigned_only
                                                                               ? view.user_id
                                                                               : OQ_UUID_ZERO},
                                &rows));
    if (dashboard_may(page, CAP_ALARM_READ))
        add_kpi(page, list, "/alarms", "dashboard.kpi_alarms", rows.at[0].alarms,
                rows.at[0].critical ? "bad" : "warn");
    if (dashboard_may(page, CAP_INCIDENT_READ))
        add_kpi(page, list, "/blackbox?status=OPEN", "dashboard.kpi_incidents",
                rows.at[0].incidents, rows.at[0].grave ? "bad" : "");
    return NULL;
}

oq_err *dashboard_put_kpis(web_page *page, oq_scope *s, const first *f)
{
    web_value *list = web_put_list(page->view, "kpis");
    OQ_TRY(put_counts(page, s, list));
    if (dashboard_may(page, CAP_WORK_ORDER_READ)) {
        work_order_counts orders;
        bool is_owned = !oq_uuid_is_zero(work_order_only_user(s));
        OQ_TRY(work_order_count(s, &(work_order_query){0}, &orders));
        add_kpi(page, list, "/work-orders?going=on",
                is_owned ? "dashboard.kpi_own_orders" : "dashboard.kpi_orders",
                orders.pending_approval + orders.open + orders.in_progress, "");
        if (orders.overdue)
            add_kpi(page, list, "/work-orders?overdue=on", "dashboard.kpi_overdue", orders.overdue,
                    "warn");
    }
    if (dashboard_may(page, CAP_ASSET_READ))
        add_kpi(page, list, "/assets?sort=risk", "dashboard.kpi_risky", f->ready.risky, "warn");
    web_put_bool(page->view, "has_kpis", web_count(list) > 0);
    return NULL;
}

/* --- one's own orders ---------------------------------------------------------------------------*/

static void put_order(web_page *page, web_value *to, const dashboard_order *o, oq_us now)
{
    web_put_text(to, "href", dashboard_path(page, "/work-orders", o->id));
    web_put_text(to, "number", o->number);
    web_put_text(to, "title", dashboard_title(page, o->title, o->title_ar));
    web_put_text(to, "asset", o->asset_code);
    bool has_day = o->planned_from != OQ_TIME_NONE;
    oq_us at = has_day ? o->planned_from : o->due_at;
    web_put_text(to, "when",
                 at == OQ_TIME_NONE
                     ? web_say(page, "dashboard.no_date")
                     : DASHBOARD_SAY(page, has_day ? "dashboard.goes" : "dashboard.due",
                                     {"at", web_format_time(page->arena, &page->locale, at)}));
    web_put_bool(to, "is_late", work_order_is_overdue(o->status, o->due_at, now));
    web_put_badge(to,
                  o->priority == WORK_CRITICAL ? "bad"
                  : o->priority == WORK_HIGH   ? "warn"
                                               : "",
                  web_choice_label(page->locale.lang, "work_order_priority",
                                   oq_choice_text(work_order_priority_choices, o->priority)));
}

/* For who has any, and for who has nothing else to do here. */
oq_err *dashboard_put_own_orders(web_page *page, oq_scope *s, const first *f)
{
    (void)f;
    sql_dashboard_own_orders_rows rows = {0};
    const oq_actor *me = oq_scope_actor(s);
    bool is_own = me->kind == ACTOR_USER && oq_uuid_eq(me->home_tenant, oq_scope_tenant(s));
    if (is_own)
        OQ_TRY(
            sql_dashboard_own_orders(s, (sql_dashboard_own_orders_args){me->id, OWN_ROWS}, &rows));
    web_value *list = web_put_list(page->view, "own_orders");
    for (size_t i = 0; i < rows.count; i++)
        put_order(page, web_add_object(list), &rows.at[i], oq_now(s));
    web_put_bool(page->view, "has_own_orders", rows.count > 0);
    web_put_bool(page->view, "shows_own_orders",
                 rows.count > 0 || !dashboard_may(page, CAP_WORK_ORDER_MANAGE));
    return NULL;
}

/* --- causes that wait for a person --------------------------------------------------------------*/

oq_err *dashboard_put_causes(web_page *page, oq_scope *s, const first *f)
{
    (void)f;
    incident_view view;
    sql_dashboard_incidents_rows rows;
    OQ_TRY(incident_view_of(s, &view));
    OQ_TRY(
        sql_dashboard_incidents(s,
                                (sql_dashboard_incidents_args){
                                    .assigned_to = view.assigned_only ? view.user_id : OQ_UUID_ZERO,
                                    .unconfirmed = true,
                                    .newest = NEWEST,
                                    .limit = ROWS,
                                },
                                &rows));
    web_value *list = web_put_list(page->view, "causes");
    for (size_t i = 0; i < rows.count; i++) {
        const incident_row *it = &rows.at[i];
        web_value *to = web_add_object(list);
        double confidence;
        incident_mask_said(page->arena, &view, INCIDENT_SAID(&rows.at[i]));
        web_put_text(to, "href",
                     oq_strf(page->arena, "%.*s#causes",
                             OQ_FMT(dashboard_path(page, "/blackbox/incidents", it->id))));
        web_put_text(to, "number", oq_strf(page->arena, "INC-%lld", (long long)it->number));
        web_put_text(to, "title", dashboard_title(page, it->title, it->title_ar));
        web_put_text(to, "cause", dashboard_hypothesis(page, it->rca_summary, &confidence));
    }
    web_put_bool(page->view, "has_causes", rows.count > 0);
    return NULL;
}

/* --- alarms -------------------------------------------------------------------------------------*/

oq_err *dashboard_put_alarms(web_page *page, oq_scope *s, const first *f)
{
    (void)f;
    sql_dashboard_alarms_rows rows;
    OQ_TRY(sql_dashboard_alarms(s, (sql_dashboard_alarms_args){.limit = ROWS}, &rows));
    web_value *list = web_put_list(page->view, "alarms");
    for (size_t i = 0; i < rows.count; i++) {
        const dashboard_alarm *al = &rows.at[i];
        web_value *to = web_add_object(list);
        web_put_text(to, "href", dashboard_path(page, "/alarms", al->id));
        web_put_text(to, "code", al->asset_code);
        web_put_text(to, "title", dashboard_name(page, al->title, al->title_ar));
        web_put_text(to, "since",
                     web_format_ago(page->arena, &page->locale, al->raised_at, oq_now(s)));
        web_put_bool(to, "is_open",
                     al->state == ALERT_UNACKNOWLEDGED || al->state == ALERT_RETURNED);
        web_put_badge(to,
                      al->priority == ALARM_CRITICAL ? "bad"
                      : al->priority == ALARM_HIGH   ? "warn"
                                                     : "",
                      web_choice_label(page->locale.lang, "alarm_priority",
                                       oq_choice_text(alarm_priority_choices, al->priority)));
    }
    web_put_bool(page->view, "has_alarms", rows.count > 0);
    return NULL;
}

/* --- maintenance priority -----------------------------------------------------------------------*/

static oq_str number_or_dash(const web_page *page, double x)
{
    return isnan(x) ? OQ_STR(WEB_NOTHING) : web_format_f64(page->arena, &page->locale, x, 0);
}

oq_err *dashboard_put_priorities(web_page *page, oq_scope *s, const first *f)
{
    sql_dashboard_risks_rows rows;
    OQ_TRY(sql_dashboard_risks(
        s, (sql_dashboard_risks_args){.run_id = f->run ? f->run->id : OQ_UUID_ZERO, .limit = ROWS},
        &rows));
    web_value *list = web_put_list(page->view, "priorities");
    for (size_t i = 0; i < rows.count; i++) {
        const dashboard_risk *r = &rows.at[i];
        web_value *to = web_add_object(list);
        web_put_text(to, "href", dashboard_path(page, "/assets", r->asset_id));
        web_put_text(to, "code", r->code);
        web_put_text(to, "name", dashboard_name(page, r->name, r->name_ar));
        web_put_text(to, "risk", number_or_dash(page, r->production_risk_index));
        web_put_text(to, "bar",
                     isnan(r->production_risk_index)
                         ? OQ_NONE
                         : oq_strf(page->arena, "%.1f", r->production_risk_index));
        web_put_bool(to, "is_planned", r->is_planned);
        web_put_text(to, "health", number_or_dash(page, r->health_score));
        web_put_text(to, "chance", dashboard_percent(page, r->failure_probability));
        web_put_text(to, "mode", dashboard_name(page, r->mode_name, r->mode_name_ar));
        web_put_text(to, "action", dashboard_name(page, r->action, r->action_ar));
    }
    web_put_bool(page->view, "has_priorities", rows.count > 0);
    web_put_text(
        page->view, "priorities_by",
        web_say(page, f->run ? "dashboard.priorities_by_plan" : "dashboard.priorities_note"));
    web_put_text(
        page->view, "priorities_partial",
        f->ready.partial
            ? DASHBOARD_SAY(
                  page, "dashboard.priorities_partial",
                  {"partial", web_format_i64(page->arena, &page->locale, f->ready.partial)},
                  {"scored", web_format_i64(page->arena, &page->locale, f->ready.scored)})
            : OQ_NONE);
    web_put_text(page->view, "priorities_at",
                 f->ready.scored_at == OQ_TIME_NONE
                     ? OQ_NONE
                     : web_format_ago(page->arena, &page->locale, f->ready.scored_at, oq_now(s)));
    return NULL;
}

/* --- the risk map -------------------------------------------------------------------------------*/

oq_err *dashboard_put_sites(web_page *page, oq_scope *s, const first *f)
{
    (void)f;
    sql_dashboard_sites_rows rows;
    const web_locale *l = &page->locale;
    OQ_TRY(sql_dashboard_sites(s, (sql_dashboard_sites_args){RISK_HIGH, RISK_RAISED, SITES_SHOWN},
                               &rows));
    web_value *list = web_put_list(page->view, "risk_sites");
    for (size_t i = 0; i < rows.count; i++) {
        const dashboard_site *at = &rows.at[i];
        web_value *to = web_add_object(list);
        int64_t unknown = at->assets - at->high - at->raised - at->low;
        web_put_text(to, "name", dashboard_name(page, at->name, at->name_ar));
        web_put_text(to, "href",
                     oq_strf(page->arena, "/assets?site_id=%.*s",
                             OQ_FMT(oq_uuid_text(page->arena, at->id))));
        web_put_text(to, "assets", web_format_i64(page->arena, l, at->assets));
        web_put_text(to, "high", web_format_i64(page->arena, l, at->high));
        web_put_text(to, "raised", web_format_i64(page->arena, l, at->raised));
        web_put_text(to, "low", web_format_i64(page->arena, l, at->low));
        web_put_text(to, "unknown", web_format_i64(page->arena, l, unknown));
        web_put_bool(to, "is_high", at->high > 0);
        web_put_bool(to, "is_raised", at->raised > 0);
        web_put_text(to, "most", number_or_dash(page, at->most));
    }
    web_put_bool(page->view, "has_risk_sites", rows.count > 0);
    return NULL;
}
