/* alarm/list.h: what lists and figures of alarms are made of. For this folder's API and pages. */
#ifndef ALARM_LIST_H
#define ALARM_LIST_H

#include "alarm/inner.h"

enum { ALERT_LIST_MAX = 500, ALERT_EXPORT_MAX = 50000, ALERT_MANY_MAX = 500 };

/* An alert, and what people call the things it names. */
typedef struct alert_row {
    alert a; /* first: its table reads the same row */
    oq_str asset_code, asset_name, asset_name_ar, site_code, acknowledged_by_name;
} alert_row;
extern const oq_field alert_row_fields[];
typedef struct alert_rows {
    alert_row *at;
    size_t count;
} alert_rows;

typedef struct alert_filter {
    bool active;
    int state, priority;
    oq_uuid site_id, asset_id, rule_id, acknowledged_by;
    oq_us from, to;
    oq_str q;
} alert_filter;
/* What a list and a file of alarms are asked for: rows of a query whose first member is the filter.
 */
#define ALERT_FILTER_ROWS                                                                          \
    OQ_BOOL(alert_filter, active, .preset = "false", .help = "Only what is not over"),             \
        OQ_CHOICE(alert_filter, state, alert_state_choices),                                       \
        OQ_CHOICE(alert_filter, priority, alarm_priority_choices), OQ_UUID(alert_filter, site_id), \
        OQ_UUID(alert_filter, asset_id), OQ_UUID(alert_filter, rule_id),                           \
        OQ_UUID(alert_filter, acknowledged_by, .help = "The person who acknowledged"),             \
        OQ_TIME(alert_filter, from, .help = "The first moment of raising that counts"),            \
        OQ_TIME(alert_filter, to, .help = "The first that no longer counts"),                      \
        OQ_TEXT(alert_filter, q, .max = 200, .help = "A part of code, title or asset")

typedef struct alarm_export_query {
    alert_filter filter;
    int format; /* alarm_export_format */
} alarm_export_query;
typedef enum alarm_export_format { ALARM_AS_CSV = 1, ALARM_AS_XLSX } alarm_export_format;
extern const oq_field alarm_export_query_fields[];

OQ_CHECKED oq_err *alert_find(oq_scope *s, const alert_filter *f, oq_us before_at,
                              oq_uuid before_id, size_t limit, alert_rows *ret_rows);
OQ_CHECKED oq_err *alert_read(oq_scope *s, oq_uuid id, alert_row **ret_row);
/* Active ones, the most pressing first: those that are announced, or those that are quiet. */
OQ_CHECKED oq_err *alert_board(oq_scope *s, const alert_filter *f, bool quiet, size_t limit,
                               alert_rows *ret_rows);
typedef struct alert_steps {
    alert_step *at;
    size_t count;
} alert_steps;
OQ_CHECKED oq_err *alert_read_steps(oq_scope *s, oq_uuid id, alert_steps *ret_steps);

typedef struct alert_counts {
    int64_t active, unacknowledged, critical, critical_unacknowledged, quiet;
} alert_counts;
extern const oq_field alert_counts_fields[];
OQ_CHECKED oq_err *alert_count(oq_scope *s, alert_counts *ret_counts);

/* --- figures -----------------------------------------------------------------------------------*/

typedef struct alarm_kpis {
    oq_us from, to;
    int64_t raised, critical, high, medium, low, chattering, flood_periods, most_in_a_period;
    int64_t standing, stale, quiet;
    double acknowledge_s; /* median; NaN: none */
    /* made here */
    double per_hour, flood_share; /* of ten-minute periods */
} alarm_kpis;
extern const oq_field alarm_kpis_fields[];
typedef struct alarm_actor {
    oq_str code, title, title_ar;
    oq_uuid rule_id, asset_id;
    oq_str asset_code;
    int64_t times, chattering;
} alarm_actor;
extern const oq_field alarm_actor_fields[];
typedef struct alarm_hour {
    oq_us hour;
    int64_t times;
} alarm_hour;
typedef struct alarm_figures {
    alarm_kpis kpis;
    alarm_actor *worst;
    size_t worst_count;
    alarm_hour *hour; /* each hour of the span, whether something came or not */
    size_t hours;
} alarm_figures;
#define ALARM_FIGURES_MAX (92 * OQ_DAY)
/* Fails: alarm.figures_span (fact: days). */
OQ_CHECKED oq_err *alarm_read_figures(oq_scope *s, oq_us from, oq_us to, oq_uuid site_id,
                                      alarm_figures *ret_figures);

/* --- what a rule would have said ---------------------------------------------------------------*/

typedef struct preview_order {
    oq_uuid class_id, asset_id, site_id;
    int criticality;
    oq_str condition;
    double on_delay_s, off_delay_s;
    int64_t days;
} preview_order;
extern const oq_field preview_order_fields[];
typedef struct preview_asset {
    oq_uuid asset_id;
    oq_str asset_code;
    int64_t raised;
    double on_share; /* of the time */
    oq_us first_at, last_at;
    double deadband, on_delay_s; /* proposed where it would chatter; NaN: not */
} preview_asset;
extern const oq_field preview_asset_fields[];
typedef struct preview {
    oq_us from, to;
    preview_asset *at; /* those with the most first */
    size_t count;
    int64_t assets, raised; /* all that were looked at; `more` of them were not */
    int64_t more;
} preview;
/* Runs the condition over the days before now, on at most PREVIEW_ASSETS_MAX assets. Fails as
 * alarm_condition_parse, and: alarm_rule.owner. */
enum { PREVIEW_ASSETS_MAX = 20, PREVIEW_DAYS_MAX = 31 };
OQ_CHECKED oq_err *alarm_preview(oq_scope *s, const preview_order *order, preview *ret_preview);

#endif
