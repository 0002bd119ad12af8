/* Rows of alerts. */
#include "alarm/inner.h"

#include "blackbox/event.h"

#include "alarm.sql.h"

#include "base/banned.h"

const oq_choice alert_state_choices[] = {
    {ALERT_UNACKNOWLEDGED, "unacknowledged"},
    {ALERT_ACKNOWLEDGED, "acknowledged"},
    {ALERT_RETURNED, "returned"},
    {ALERT_LATCHED, "latched"},
    {ALERT_NORMAL, "normal"},
    {0, NULL},
};
const oq_choice silence_kind_choices[] = {
    {SILENCE_SHELVED, "shelved"},
    {SILENCE_OUT_OF_SERVICE, "out_of_service"},
    {SILENCE_MAINTENANCE, "maintenance"},
    {0, NULL},
};

const oq_field alert_fields[] = {
    OQ_UUID(alert, id),
    OQ_UUID(alert, rule_id),
    OQ_UUID(alert, asset_id),
    OQ_UUID(alert, site_id),
    OQ_TEXT(alert, source),
    OQ_TEXT(alert, source_key),
    OQ_TEXT(alert, code),
    OQ_TEXT(alert, title),
    OQ_TEXT(alert, title_ar),
    OQ_CHOICE(alert, priority, alarm_priority_choices),
    OQ_CHOICE(alert, severity, event_severity_choices),
    OQ_CHOICE(alert, state, alert_state_choices),
    OQ_TIME(alert, shelved_until),
    OQ_TEXT(alert, shelved_reason),
    OQ_TEXT(alert, suppressed_by, .help = "flood, maintenance, out_of_service"),
    OQ_F64(alert, value, .help = "when it was raised"),
    OQ_F64(alert, limit_value),
    OQ_TEXT(alert, unit),
    OQ_I64(alert, occurrences),
    OQ_BOOL(alert, is_first_out, .help = "the first of those that came together in its unit"),
    OQ_BOOL(alert, is_chattering),
    OQ_TIME(alert, raised_at, .help = "when the condition came true"),
    OQ_TIME(alert, seen_at, .help = "when it was known here"),
    OQ_TIME(alert, last_at, .help = "of the latest occurrence"),
    OQ_TIME(alert, acknowledged_at),
    OQ_UUID(alert, acknowledged_by),
    OQ_TIME(alert, returned_at),
    OQ_TIME(alert, cleared_at),
    OQ_UUID(alert, trace_id),
    OQ_I64(alert, version),
    OQ_FIELDS_END,
};

oq_err *alert_get(oq_scope *s, oq_uuid id, alert **ret_alert)
{
    sql_alert_get_rows rows;
    OQ_TRY(sql_alert_get(s, (sql_alert_get_args){.id = id}, &rows));
    if (rows.count == 0)
        return oq_fail(OQ_NOT_FOUND, "alert.not_found");
    *ret_alert = rows.at;
    return NULL;
}

oq_err *alert_find_by_asset(oq_scope *s, oq_uuid asset_id, size_t limit, alerts *ret_alerts)
{
    sql_alert_of_asset_rows rows;
    OQ_TRY(sql_alert_of_asset(
        s, (sql_alert_of_asset_args){.asset_id = asset_id, .limit = (int64_t)limit}, &rows));
    *ret_alerts = (alerts){rows.at, rows.count};
    return NULL;
}

/* Where an alarm stands has one list of numbers. */
_Static_assert(ALERT_UNACKNOWLEDGED == (int)STANDING_UNACKNOWLEDGED &&
                   ALERT_ACKNOWLEDGED == (int)STANDING_ACKNOWLEDGED &&
                   ALERT_RETURNED == (int)STANDING_RETURNED &&
                   ALERT_LATCHED == (int)STANDING_LATCHED && ALERT_NORMAL == (int)STANDING_NORMAL,
               "alert_state and alarm_standing go together");

void alert_set_standing(alert *a, int standing, oq_us now)
{
    a->state = standing;
    if (a->state == ALERT_NORMAL)
        a->cleared_at = now;
    a->version++;
}

oq_err *alert_stand(oq_scope *s, alert **a, size_t count)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_uuid *id = oq_new_n(arena, oq_uuid, count), *by = oq_new_n(arena, oq_uuid, count);
    oq_str *state = oq_new_n(arena, oq_str, count);
    oq_us *seen = oq_new_n(arena, oq_us, count), *gone = oq_new_n(arena, oq_us, count),
          *cleared = oq_new_n(arena, oq_us, count);
    if (count == 0)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        id[i] = a[i]->id;
        state[i] = oq_cstr(oq_choice_text(alert_state_choices, a[i]->state));
        seen[i] = a[i]->acknowledged_at;
        by[i] = a[i]->acknowledged_by;
        gone[i] = a[i]->returned_at;
        cleared[i] = a[i]->cleared_at;
    }
    return sql_alerts_stand(s,
                            (sql_alerts_stand_args){.ids = {id, count},
                                                    .states = {state, count},
                                                    .acknowledged_at = {seen, count},
                                                    .acknowledged_by = {by, count},
                                                    .returned_at = {gone, count},
                                                    .cleared_at = {cleared, count},
                                                    .now = oq_now(s)},
                            NULL);
}
