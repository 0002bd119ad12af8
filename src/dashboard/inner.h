/* dashboard/inner.h: what the parts of the first page share. */
#ifndef DASHBOARD_INNER_H
#define DASHBOARD_INNER_H

#include "ai/score.h"
#include "blackbox/incident_list.h"
#include "http/request.h"
#include "optimize/optimize.h"
#include "web/page.h"

/* Where a risk index is high, and where it is raised: of 100. */
#define RISK_HIGH   50.0
#define RISK_RAISED 25.0

/* --- rows of dashboard.sql ----------------------------------------------------------------------*/

typedef struct dashboard_order {
    oq_uuid id, assigned_user_id;
    oq_str number, title, title_ar;
    int status, priority;
    oq_us due_at, planned_from;
    double planned_h;
    oq_str assigned_name, asset_code, asset_name, asset_name_ar;
} dashboard_order;
extern const oq_field dashboard_order_fields[];

typedef struct dashboard_alarm {
    oq_uuid id, asset_id;
    oq_str title, title_ar;
    int priority, state;
    double value, limit_value;
    oq_str unit;
    oq_us raised_at;
    oq_str asset_code, asset_name, asset_name_ar, response, response_ar;
    int64_t active; /* how many there are, whatever the limit */
} dashboard_alarm;
extern const oq_field dashboard_alarm_fields[];

typedef struct dashboard_risk {
    oq_uuid asset_id;
    oq_str code, name, name_ar;
    oq_us scored_at;
    int state;
    double health_score, failure_probability, failure_low, failure_high, horizon_h;
    double production_risk_index;
    bool anomaly_flag, is_planned; /* planned: the plan sends somebody there */
    oq_str mode_name, mode_name_ar, action, action_ar;
} dashboard_risk;
extern const oq_field dashboard_risk_fields[];

typedef struct dashboard_site {
    oq_uuid id;
    oq_str name, name_ar;
    int64_t assets, high, raised, low;
    double most; /* NaN: nothing is scored */
} dashboard_site;
extern const oq_field dashboard_site_fields[];

/* What a decision rests on, counted; of assets those at work. */
typedef struct dashboard_ready {
    int64_t sites, assets, with_signals, signals, heard; /* heard: within the last hour */
    oq_us heard_at;
    int64_t scored, partial, unknown, chances, risky; /* assets; chances: that may fail is known */
    oq_us scored_at;
    int64_t cost_models, cost_models_open; /* with all three prices; not approved */
    int64_t modes, modes_with_hours, crew, rules, plans;
} dashboard_ready;
extern const oq_field dashboard_ready_fields[];

typedef struct dashboard_tenant {
    oq_uuid id;
    oq_str code, name;
    int status;
    bool is_demo;
    int64_t people, assets, plans;
    oq_us last_login_at, planned_at;
} dashboard_tenant;
extern const oq_field dashboard_tenant_fields[];

/* --- what comes first (first.c) -----------------------------------------------------------------*/

typedef enum first_by {
    FIRST_NOTHING, /* nothing needs attention */
    FIRST_INCIDENT,
    FIRST_PLAN,
    FIRST_RISK,
    FIRST_ALARM
} first_by;

typedef struct first {
    first_by by;
    oq_uuid asset_id; /* zero: of no asset */
    oq_str code, name, name_ar;
    const incident_row *incident;  /* that made it first, or the asset's newest; NULL: none */
    const optimize_run *run;       /* the newest plan; NULL: none, or not to be seen */
    const optimize_advice *advice; /* the plan's job at the asset, or its first; NULL: none */
    const dashboard_risk *risk;    /* of the asset; NULL: without a score */
    const dashboard_alarm *alarm;  /* the most pressing at the asset, or of all; NULL: none */
    int64_t alarms;                /* to be acted on at the asset; of no asset: 0 */
    dashboard_ready ready;
} first;

/* In this order: a major or graver incident that goes on, the first job of the newest plan, an
 * asset with a high risk, a critical or high alarm, any other incident, any other alarm. */
OQ_CHECKED oq_err *first_find(oq_scope *s, first *ret_first);

/* --- parts of the page --------------------------------------------------------------------------*/

bool dashboard_may(const web_page *page, oq_cap cap);
oq_str dashboard_name(const web_page *page, oq_str name, oq_str name_ar);
/* The same of a title, which may begin with a code: an Arabic one stays right-to-left. */
oq_str dashboard_title(const web_page *page, oq_str title, oq_str title_ar);
/* Isolated, so that a name in another script leaves the sentence whole. */
oq_str dashboard_quoted(const web_page *page, oq_str text);
/* "P-101 Feed pump" in one isolate each. */
oq_str dashboard_asset(const web_page *page, oq_str code, oq_str name, oq_str name_ar);
oq_str dashboard_percent(const web_page *page, double share);
oq_str dashboard_path(const web_page *page, const char *folder, oq_uuid id);
/* Without decimals: a figure in a sentence. */
oq_str dashboard_money(const web_page *page, double minor, oq_str currency);
oq_str dashboard_say(const web_page *page, const char *key, const oq_arg *arg, size_t count);
#define DASHBOARD_SAY(page, key, ...)                                                              \
    dashboard_say((page), (key), (const oq_arg[]){__VA_ARGS__},                                    \
                  sizeof((const oq_arg[]){__VA_ARGS__}) / sizeof(oq_arg))

/* What an analysis' summary takes for the cause, with its share in words; *ret_confidence NaN: not
 * told. Not given where there is none. */
oq_str dashboard_hypothesis(const web_page *page, oq_str summary, double *ret_confidence);

/* The five questions as the list "answers" {question text sure href link note kind}. */
OQ_CHECKED oq_err *dashboard_put_answers(web_page *page, oq_scope *s, const first *f);

/* Cards; each puts its member, and has_<member>. */
OQ_CHECKED oq_err *dashboard_put_kpis(web_page *page, oq_scope *s, const first *f);
OQ_CHECKED oq_err *dashboard_put_own_orders(web_page *page, oq_scope *s, const first *f);
OQ_CHECKED oq_err *dashboard_put_causes(web_page *page, oq_scope *s, const first *f);
OQ_CHECKED oq_err *dashboard_put_alarms(web_page *page, oq_scope *s, const first *f);
OQ_CHECKED oq_err *dashboard_put_priorities(web_page *page, oq_scope *s, const first *f);
OQ_CHECKED oq_err *dashboard_put_sites(web_page *page, oq_scope *s, const first *f);
OQ_CHECKED oq_err *dashboard_put_plan(web_page *page, oq_scope *s, const first *f);
OQ_CHECKED oq_err *dashboard_put_steps(web_page *page, oq_scope *s, const first *f);
OQ_CHECKED oq_err *dashboard_put_data(web_page *page, oq_scope *s, const first *f);
OQ_CHECKED oq_err *dashboard_put_jobs(web_page *page, oq_scope *s, const first *f);
OQ_CHECKED oq_err *dashboard_put_people(web_page *page, oq_scope *s, const first *f);
OQ_CHECKED oq_err *dashboard_put_audit(web_page *page, oq_scope *s, const first *f);
/* The tour, where it was asked for or has not been ended yet: "tour" {title text href place}. */
typedef struct dashboard_query {
    bool tour;
} dashboard_query;
extern const oq_field dashboard_query_fields[];
OQ_CHECKED oq_err *dashboard_put_tour(web_page *page, bool is_asked);
http_handler dashboard_end_tour;

/* For the platform's owner at home. */
OQ_CHECKED oq_err *dashboard_put_tenants(web_page *page, oq_scope *s, const first *f);

#endif
