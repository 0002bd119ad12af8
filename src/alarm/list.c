/* Lists and figures of alarms. */
#include "alarm/list.h"

#include <math.h>

#include "blackbox/event.h"

/* The table of an alert again, for the row that holds one and more. */
#define A(TYPE, member, ...)                                                                       \
    {                                                                                              \
        .name = #member, .type = (TYPE), .offset = offsetof(alert_row, a.member), ##__VA_ARGS__    \
    }
const oq_field alert_row_fields[] = {
    A(OQ_TYPE_UUID, id),
    A(OQ_TYPE_UUID, rule_id),
    A(OQ_TYPE_UUID, asset_id),
    OQ_TEXT(alert_row, asset_code),
    OQ_TEXT(alert_row, asset_name),
    OQ_TEXT(alert_row, asset_name_ar),
    A(OQ_TYPE_UUID, site_id),
    OQ_TEXT(alert_row, site_code),
    A(OQ_TYPE_TEXT, source),
    A(OQ_TYPE_TEXT, source_key),
    A(OQ_TYPE_TEXT, code),
    A(OQ_TYPE_TEXT, title),
    A(OQ_TYPE_TEXT, title_ar),
    A(OQ_TYPE_CHOICE, priority, .choices = alarm_priority_choices),
    A(OQ_TYPE_CHOICE, severity, .choices = event_severity_choices),
    A(OQ_TYPE_CHOICE, state, .choices = alert_state_choices),
    A(OQ_TYPE_TIME, shelved_until),
    A(OQ_TYPE_TEXT, shelved_reason),
    A(OQ_TYPE_TEXT, suppressed_by, .help = "flood, maintenance, out_of_service"),
    A(OQ_TYPE_F64, value, .help = "when it was raised"),
    A(OQ_TYPE_F64, limit_value),
    A(OQ_TYPE_TEXT, unit),
    A(OQ_TYPE_I64, occurrences),
    A(OQ_TYPE_BOOL, is_first_out),
    A(OQ_TYPE_BOOL, is_chattering),
    A(OQ_TYPE_TIME, raised_at, .help = "when the condition came true"),
    A(OQ_TYPE_TIME, seen_at, .help = "when it was known here"),
    A(OQ_TYPE_TIME, last_at, .help = "of the latest occurrence"),
    A(OQ_TYPE_TIME, acknowledged_at),
    A(OQ_TYPE_UUID, acknowledged_by),
    OQ_TEXT(alert_row, acknowledged_by_name),
    A(OQ_TYPE_TIME, returned_at),
    A(OQ_TYPE_TIME, cleared_at),
    A(OQ_TYPE_UUID, trace_id),
    A(OQ_TYPE_I64, version),
    OQ_FIELDS_END,
};

const oq_field alert_counts_fields[] = {
    OQ_I64(alert_counts, active),
    OQ_I64(alert_counts, unacknowledged),
    OQ_I64(alert_counts, critical),
    OQ_I64(alert_counts, critical_unacknowledged),
    OQ_I64(alert_counts, quiet, .help = "shelved or suppressed"),
    OQ_FIELDS_END,
};

const oq_field alarm_kpis_fields[] = {
    OQ_TIME(alarm_kpis, from),
    OQ_TIME(alarm_kpis, to),
    OQ_I64(alarm_kpis, raised),
    OQ_F64(alarm_kpis, per_hour, .help = "about 6 is acceptable, 12 the most one can manage"),
    OQ_I64(alarm_kpis, critical),
    OQ_I64(alarm_kpis, high),
    OQ_I64(alarm_kpis, medium),
    OQ_I64(alarm_kpis, low),
    OQ_I64(alarm_kpis, chattering),
    OQ_I64(alarm_kpis, flood_periods, .help = "of ten minutes, with more than ten alarms"),
    OQ_F64(alarm_kpis, flood_share, .help = "of all periods; below 0.01 is the aim"),
    OQ_I64(alarm_kpis, most_in_a_period),
    OQ_I64(alarm_kpis, standing, .help = "active now"),
    OQ_I64(alarm_kpis, stale, .help = "active for more than a day"),
    OQ_I64(alarm_kpis, quiet),
    OQ_F64(alarm_kpis, acknowledge_s, .help = "median from occurrence to acknowledgement"),
    OQ_FIELDS_END,
};

const oq_field alarm_actor_fields[] = {
    OQ_TEXT(alarm_actor, code),
    OQ_TEXT(alarm_actor, title),
    OQ_TEXT(alarm_actor, title_ar),
    OQ_UUID(alarm_actor, rule_id),
    OQ_UUID(alarm_actor, asset_id),
    OQ_TEXT(alarm_actor, asset_code),
    OQ_I64(alarm_actor, times),
    OQ_I64(alarm_actor, chattering),
    OQ_FIELDS_END,
};

#include "alarm.sql.h"
#include "alert_list.sql.h"

#include "base/banned.h"

static oq_str choice(const oq_choice *choices, int value)
{
    return value ? oq_cstr(oq_choice_text(choices, value)) : OQ_NONE;
}

static oq_str words(oq_str q)
{
    return q.len ? q : OQ_NONE;
}

oq_err *alert_find(oq_scope *s, const alert_filter *f, oq_us before_at, oq_uuid before_id,
                   size_t limit, alert_rows *ret_rows)
{
    sql_alert_list_rows rows;
    sql_alert_list_args args = {
        .active = f->active,
        .state = choice(alert_state_choices, f->state),
        .priority = choice(alarm_priority_choices, f->priority),
        .site_id = f->site_id,
        .asset_id = f->asset_id,
        .rule_id = f->rule_id,
        .acknowledged_by = f->acknowledged_by,
        .from_time = f->from,
        .to_time = f->to,
        .q = words(f->q),
        .before_at = before_at,
        .before_id = before_id,
        .limit = (int64_t)limit,
    };
    OQ_TRY(sql_alert_list(s, args, &rows));
    *ret_rows = (alert_rows){rows.at, rows.count};
    return NULL;
}

oq_err *alert_read(oq_scope *s, oq_uuid id, alert_row **ret_row)
{
    sql_alert_one_rows rows;
    OQ_TRY(sql_alert_one(s, (sql_alert_one_args){.id = id}, &rows));
    if (rows.count == 0)
        return oq_fail(OQ_NOT_FOUND, "alert.not_found");
    *ret_row = rows.at;
    return NULL;
}

oq_err *alert_board(oq_scope *s, const alert_filter *f, bool quiet, size_t limit,
                    alert_rows *ret_rows)
{
    sql_alert_board_rows rows;
    OQ_TRY(sql_alert_board(
        s,
        (sql_alert_board_args){.priority = choice(alarm_priority_choices, f->priority),
                               .site_id = f->site_id,
                               .q = words(f->q),
                               .quiet = quiet,
                               .limit = (int64_t)limit},
        &rows));
    *ret_rows = (alert_rows){rows.at, rows.count};
    return NULL;
}

oq_err *alert_read_steps(oq_scope *s, oq_uuid id, alert_steps *ret_steps)
{
    sql_alert_steps_rows rows;
    OQ_TRY(sql_alert_steps(s, (sql_alert_steps_args){.alert_id = id, .limit = ALERT_STEPS_MAX},
                           &rows));
    *ret_steps = (alert_steps){rows.at, rows.count};
    return NULL;
}

oq_err *alert_count(oq_scope *s, alert_counts *ret_counts)
{
    sql_alert_counts_rows rows;
    OQ_TRY(sql_alert_counts(s, &rows));
    *ret_counts = rows.at[0];
    return NULL;
}

/* --- figures -----------------------------------------------------------------------------------*/

enum { WORST_MAX = 10 };

static oq_us hour_before(oq_us at)
{
    oq_us rest = at % OQ_HOUR;
    return at - (rest < 0 ? rest + OQ_HOUR : rest);
}

static oq_err *read_hours(oq_scope *s, oq_us from, oq_us to, oq_uuid site_id, alarm_figures *f)
{
    sql_alarm_by_hour_rows rows;
    OQ_TRY(sql_alarm_by_hour(
        s, (sql_alarm_by_hour_args){.from_time = from, .to_time = to, .site_id = site_id}, &rows));
    oq_us first = hour_before(from);
    f->hours = (size_t)((to - 1 - first) / OQ_HOUR + 1);
    f->hour = oq_new_n(oq_scope_arena(s), alarm_hour, f->hours);
    for (size_t i = 0, k = 0; i < f->hours; i++) {
        f->hour[i].hour = first + (oq_us)i * OQ_HOUR;
        if (k < rows.count && rows.at[k].hour == f->hour[i].hour)
            f->hour[i].times = rows.at[k++].times;
    }
    return NULL;
}

oq_err *alarm_read_figures(oq_scope *s, oq_us from, oq_us to, oq_uuid site_id,
                           alarm_figures *ret_figures)
{
    alarm_figures f = {0};
    sql_alarm_kpis_rows rows;
    sql_alarm_worst_rows worst;
    if (to <= from || to - from > ALARM_FIGURES_MAX)
        return oq_fail_field("from", "alarm.figures_span", "days=%d",
                             (int)(ALARM_FIGURES_MAX / OQ_DAY));
    OQ_TRY(
        sql_alarm_kpis(s,
                       (sql_alarm_kpis_args){
                           .from_time = from, .to_time = to, .site_id = site_id, .now = oq_now(s)},
                       &rows));
    f.kpis = rows.at[0];
    f.kpis.from = from;
    f.kpis.to = to;
    double periods = ceil((double)(to - from) / (double)(10 * OQ_MINUTE));
    f.kpis.per_hour = (double)f.kpis.raised / ((double)(to - from) / (double)OQ_HOUR);
    f.kpis.flood_share = (double)f.kpis.flood_periods / periods;
    OQ_TRY(sql_alarm_worst(
        s,
        (sql_alarm_worst_args){
            .from_time = from, .to_time = to, .site_id = site_id, .limit = WORST_MAX},
        &worst));
    f.worst = worst.at;
    f.worst_count = worst.count;
    OQ_TRY(read_hours(s, from, to, site_id, &f));
    *ret_figures = f;
    return NULL;
}
