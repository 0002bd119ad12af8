/* What people do with an alarm. */
#include "alarm/inner.h"

#include "alarm.sql.h"

#include "base/banned.h"

static oq_err *lock(oq_scope *s, oq_uuid id, alert **ret_alert)
{
    sql_alert_lock_rows rows;
    OQ_TRY(oq_scope_require(s, CAP_ALARM_OPERATE));
    OQ_TRY(sql_alert_lock(s, (sql_alert_lock_args){.id = id}, &rows));
    if (rows.count == 0)
        return oq_fail(OQ_NOT_FOUND, "alert.not_found");
    *ret_alert = rows.at;
    return NULL;
}

/* A person of the tenant itself; whoever looks in from outside is in the audit alone. */
static oq_uuid who(oq_scope *s)
{
    const oq_actor *a = oq_scope_actor(s);
    bool is_own = a->kind == ACTOR_USER && oq_uuid_eq(a->home_tenant, oq_scope_tenant(s));
    return is_own ? a->id : OQ_UUID_ZERO;
}

/* Step, event, audit and pages of a deed. */
static oq_err *record(alert_writing *w, const alert *a, const char *step, const char *action,
                      oq_str note)
{
    oq_scope *s = w->s;
    OQ_TRY(alert_add_step(w, a->id, step, oq_now(s), who(s), note));
    if (a->cleared_at != OQ_TIME_NONE && strcmp(step, "reset") != 0)
        OQ_TRY(alert_add_step(w, a->id, "cleared", oq_now(s), OQ_UUID_ZERO, OQ_NONE));
    OQ_TRY(alert_add_event(w, a, NULL, step, oq_now(s)));
    OQ_TRY(audit_record(s, &(audit_entry){.action = action,
                                          .object_type = "alert",
                                          .object_id = a->id,
                                          .object_label = a->code}));
    oq_log_info("alarm.deed", OQ_F_UUID("trace", a->trace_id), OQ_F_UUID("alert", a->id),
                OQ_F_CSTR("step", step));
    OQ_TRY(alert_tell_pages(w, a));
    return alert_writing_end(w);
}

oq_err *alert_acknowledge(oq_scope *s, oq_uuid id, oq_str note, alert **ret_alert)
{
    alert_writing w = {.s = s};
    alert *a;
    OQ_TRY(lock(s, id, &a));
    alarm_step step = alarm_step_from(a->state, DEED_ACKNOWLEDGE, false);
    if (step.is_refused)
        return oq_fail(OQ_CONFLICT, "alert.is_over");
    bool is_news = a->acknowledged_at == OQ_TIME_NONE;
    if (is_news) {
        a->acknowledged_at = oq_now(s);
        a->acknowledged_by = who(s);
    }
    if (!step.is_nothing || is_news) {
        alert_set_standing(a, step.standing, oq_now(s));
        OQ_TRY(alert_stand(s, &a, 1));
        OQ_TRY(record(&w, a, "acknowledged", "alert.acknowledged", note));
    }
    *ret_alert = a;
    return NULL;
}

oq_err *alert_reset(oq_scope *s, oq_uuid id, oq_str note, alert **ret_alert)
{
    alert_writing w = {.s = s};
    alert *a;
    OQ_TRY(lock(s, id, &a));
    alarm_step step = alarm_step_from(a->state, DEED_RESET, true);
    if (step.is_refused)
        return oq_fail(OQ_CONFLICT, "alert.not_latched");
    if (a->acknowledged_at == OQ_TIME_NONE) {
        a->acknowledged_at = oq_now(s);
        a->acknowledged_by = who(s);
    }
    alert_set_standing(a, step.standing, oq_now(s));
    OQ_TRY(alert_stand(s, &a, 1));
    OQ_TRY(record(&w, a, "reset", "alert.reset", note));
    *ret_alert = a;
    return NULL;
}

static oq_err *put_shelf(oq_scope *s, alert *a, oq_us until, oq_str reason)
{
    a->shelved_until = until;
    a->shelved_reason = reason;
    a->version++;
    return sql_alert_shelve(
        s,
        (sql_alert_shelve_args){.id = a->id,
                                .until = until,
                                .by = until == OQ_TIME_NONE ? OQ_UUID_ZERO : who(s),
                                .reason = reason,
                                .now = oq_now(s)},
        NULL);
}

/* So that a further occurrence, in a row of its own, is quiet as well. */
static oq_err *keep_shelved(oq_scope *s, const alert *a)
{
    if (oq_uuid_is_zero(a->rule_id))
        return NULL;
    OQ_TRY(sql_silences_of_alarm_end(s,
                                     (sql_silences_of_alarm_end_args){.rule_id = a->rule_id,
                                                                      .asset_id = a->asset_id,
                                                                      .now = oq_now(s)},
                                     NULL));
    if (a->shelved_until == OQ_TIME_NONE)
        return NULL;
    return sql_silence_add(s,
                           (sql_silence_add_args){.id = oq_uuid_new(oq_now(s)),
                                                  .kind = OQ_STR("shelved"),
                                                  .rule_id = a->rule_id,
                                                  .asset_id = a->asset_id,
                                                  .from_time = oq_now(s),
                                                  .to_time = a->shelved_until,
                                                  .reason = a->shelved_reason,
                                                  .made_by = who(s),
                                                  .now = oq_now(s)},
                           NULL);
}

oq_err *alert_shelve(oq_scope *s, oq_uuid id, oq_us until, oq_str reason, alert **ret_alert)
{
    alert_writing w = {.s = s};
    alert *a;
    OQ_TRY(lock(s, id, &a));
    if (a->state == ALERT_NORMAL)
        return oq_fail(OQ_CONFLICT, "alert.is_over");
    if (until <= oq_now(s) || until > oq_now(s) + ALERT_SHELVE_MAX)
        return oq_fail_field("until", "alert.shelve_too_long", "hours=%d",
                             (int)(ALERT_SHELVE_MAX / OQ_HOUR));
    OQ_TRY(put_shelf(s, a, until, reason));
    OQ_TRY(keep_shelved(s, a));
    OQ_TRY(record(&w, a, "shelved", "alert.shelved", reason));
    *ret_alert = a;
    return NULL;
}

oq_err *alert_unshelve(oq_scope *s, oq_uuid id, alert **ret_alert)
{
    alert_writing w = {.s = s};
    alert *a;
    OQ_TRY(lock(s, id, &a));
    if (a->shelved_until == OQ_TIME_NONE)
        return oq_fail(OQ_CONFLICT, "alert.not_shelved");
    OQ_TRY(put_shelf(s, a, OQ_TIME_NONE, OQ_NONE));
    OQ_TRY(keep_shelved(s, a));
    OQ_TRY(record(&w, a, "unshelved", "alert.unshelved", OQ_NONE));
    OQ_TRY(alert_write_shown(&w, a, 1, true));
    OQ_TRY(alert_writing_end(&w));
    *ret_alert = a;
    return NULL;
}
