/* What is said of an alarm becomes a row, a step, an event of the black box, a word to open pages
 * and, when it is announced, a notification: all in one transaction. */
#include "alarm/inner.h"

#include <math.h>

#include "blackbox/event.h"
#include "notify/notify.h"

#include "alarm.sql.h"

#include "base/banned.h"

enum { PAGES_TOLD_MAX = 50 }; /* in one unit of work; then pages load anew */

static const struct {
    int severity, urgency;
    oq_role told[3];
} of_priority[] = {
    [ALARM_CRITICAL] = {SEVERITY_CRITICAL,
                        URGENCY_URGENT,
                        {ROLE_TENANT_ADMIN, ROLE_RELIABILITY_ENGINEER, ROLE_ENGINEER}},
    [ALARM_HIGH] = {SEVERITY_MAJOR, URGENCY_HIGH, {ROLE_RELIABILITY_ENGINEER, ROLE_ENGINEER}},
    [ALARM_MEDIUM] = {SEVERITY_MINOR, URGENCY_NORMAL, {ROLE_ENGINEER}},
    [ALARM_LOW] = {SEVERITY_WARNING, URGENCY_LOW, {ROLE_NONE}},
};

/* --- telling -----------------------------------------------------------------------------------*/

oq_err *alert_tell_pages(alert_writing *w, const alert *a)
{
    if (++w->told > PAGES_TOLD_MAX)
        return w->told == PAGES_TOLD_MAX + 1
                   ? live_publish(w->s, OQ_UUID_ZERO, "alarm", OQ_STR("{\"many\":true}"))
                   : NULL;
    OQ_AUTO(oq_buf) out = oq_buf_make(16 * 1024);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, uuid, "id", a->id);
    oq_json_put(&j, uuid, "asset_id", a->asset_id);
    oq_json_put(&j, text, "state", oq_cstr(oq_choice_text(alert_state_choices, a->state)));
    oq_json_put(&j, text, "priority", oq_cstr(oq_choice_text(alarm_priority_choices, a->priority)));
    oq_json_put(&j, bool, "is_quiet", alert_is_quiet(a));
    oq_json_object_end(&j);
    return live_publish(w->s, OQ_UUID_ZERO, "alarm", oq_buf_view(&out));
}

/* `more` is part of the key: empty for an occurrence, of which people are told once. */
static oq_err *announce(alert_writing *w, const alert *a, const alert_news *news, oq_str more)
{
    oq_arena *arena = oq_scope_arena(w->s);
    oq_str id = oq_uuid_text(arena, a->id);
    const oq_arg fact[] = {
        {"asset", news->asset_code.len ? news->asset_code : OQ_STR("-")},
        {"title", a->title},
        {"title_ar", a->title_ar.len ? a->title_ar : a->title},
        {"priority", oq_cstr(oq_choice_text(alarm_priority_choices, a->priority))},
        {"value", alert_figure(arena, a->value)},
        {"unit", a->unit},
        {"raised_at", oq_time_text(arena, a->last_at)},
    };
    notify_order order = {
        .type = isfinite(a->value) ? "alarm.raised" : "alarm.raised_bare",
        .fact = fact,
        .fact_count = OQ_COUNT(fact),
        .entity_type = "alert",
        .entity_id = id,
        .topic = TOPIC_ALARM,
        .urgency = of_priority[a->priority].urgency,
        .once_key = oq_strf(arena, "alert:%.*s:%lld%.*s", OQ_FMT(id), (long long)a->occurrences,
                            OQ_FMT(more)),
        .trace_id = a->trace_id,
    };
    for (size_t i = 0; i < OQ_COUNT(of_priority[0].told); i++)
        if (of_priority[a->priority].told[i] != ROLE_NONE)
            OQ_TRY(notify_role(w->s, of_priority[a->priority].told[i], &order));
    return NULL;
}

/* --- coming ------------------------------------------------------------------------------------*/

static oq_err *store_raised(alert_writing *w, const alert_news *n, bool is_flood, alert **ret_alert)
{
    oq_us now = oq_now(w->s);
    const silence *shelf = silence_of(&w->silences, n->rule_id, n->asset_id, n->site_id, true),
                  *window = silence_of(&w->silences, n->rule_id, n->asset_id, n->site_id, false);
    sql_alert_raise_rows rows;
    sql_alert_raise_args args = {
        .id = oq_uuid_new(now),
        .rule_id = n->rule_id,
        .source = n->source,
        .source_key = n->source_key,
        .asset_id = n->asset_id,
        .site_id = n->site_id,
        .series_no = n->series_no,
        .code = n->code,
        .title = n->title,
        .title_ar = n->title_ar,
        .priority = oq_cstr(oq_choice_text(alarm_priority_choices, n->priority)),
        .severity =
            oq_cstr(oq_choice_text(event_severity_choices, of_priority[n->priority].severity)),
        .shelved_until = shelf ? shelf->to_time : OQ_TIME_NONE,
        .shelved_by = shelf ? shelf->made_by : OQ_UUID_ZERO,
        .shelved_reason = shelf ? shelf->reason : OQ_NONE,
        .suppressed_by = window     ? oq_cstr(oq_choice_text(silence_kind_choices, window->kind))
                         : is_flood ? OQ_STR("flood")
                                    : OQ_NONE,
        .value = n->value,
        .limit_value = n->limit,
        .unit = n->unit,
        .raised_at = n->since,
        .now = now,
        .trace_id = oq_uuid_new(now),
    };
    OQ_TRY(sql_alert_raise(w->s, args, &rows));
    *ret_alert = rows.at;
    return NULL;
}

/* Comes and goes three times a minute: said once, with what may help. */
static oq_err *look_for_chatter(alert_writing *w, alert *a)
{
    sql_alert_turns_since_rows rows;
    if (a->is_chattering || a->occurrences < ALARM_CHATTER_PER_MINUTE)
        return NULL;
    OQ_TRY(sql_alert_turns_since(
        w->s, (sql_alert_turns_since_args){.alert_id = a->id, .since = a->last_at - OQ_MINUTE},
        &rows));
    if (rows.at[0].times < ALARM_CHATTER_PER_MINUTE)
        return NULL;
    a->is_chattering = true;
    return sql_alert_chatters(
        w->s, (sql_alert_chatters_args){.id = a->id, .facts = OQ_STR("{}"), .now = oq_now(w->s)},
        NULL);
}

static oq_err *tell_flood(alert_writing *w, const alert_news *n)
{
    oq_arena *arena = oq_scope_arena(w->s);
    oq_str where = oq_uuid_text(arena, n->site_id);
    notify_order order = {
        .type = "alarm.flood",
        .topic = TOPIC_ALARM,
        .urgency = URGENCY_HIGH,
        .entity_type = "alarms",
        .entity_id = where,
        .once_key = oq_strf(arena, "flood:%.*s:%lld", OQ_FMT(where),
                            (long long)(oq_now(w->s) / (10 * OQ_MINUTE))),
    };
    OQ_TRY(notify_role(w->s, ROLE_RELIABILITY_ENGINEER, &order));
    return notify_role(w->s, ROLE_ENGINEER, &order);
}

oq_err *alert_write_raised(alert_writing *w, const alert_news *n, alert **ret_alert)
{
    bool is_flood = false;
    alert *a;
    OQ_TRY(silences_now(w));
    if (n->priority >= ALARM_MEDIUM)
        OQ_TRY(alarm_is_flood(w, n->site_id, &is_flood));
    OQ_TRY(store_raised(w, n, is_flood, &a));
    const char *step = a->occurrences > 1 ? "again" : "raised";
    bool is_shelved = a->shelved_until != OQ_TIME_NONE && a->shelved_until > oq_now(w->s);
    bool is_muted = is_shelved || a->suppressed_by.len;
    OQ_TRY(alert_add_step(w->s, a->id, step, n->since, OQ_UUID_ZERO, n->note));
    if (a->suppressed_by.len)
        OQ_TRY(alert_add_step(w->s, a->id, "suppressed", oq_now(w->s), OQ_UUID_ZERO,
                              a->suppressed_by));
    bool chattered = a->is_chattering;
    OQ_TRY(look_for_chatter(w, a));
    alarm_count_raised(w, a, n->since);
    OQ_TRY(alert_add_event(w, a, n, step, n->since));
    OQ_TRY(alert_tell_pages(w, a));
    if (is_flood && !is_shelved)
        OQ_TRY(tell_flood(w, n));
    if (!is_muted && !chattered)
        OQ_TRY(announce(w, a, n, OQ_STR("")));
    oq_log_info("alarm.raised", OQ_F_UUID("trace", a->trace_id), OQ_F_UUID("alert", a->id),
                OQ_F_STR("code", a->code), OQ_F_STR("asset", n->asset_code),
                OQ_F_INT("occurrence", a->occurrences),
                OQ_F_INT("late_ms", (oq_now(w->s) - n->since) / OQ_MS));
    *ret_alert = a;
    return NULL;
}

/* --- no longer quiet ---------------------------------------------------------------------------*/

oq_err *alert_write_shown(alert_writing *w, const alert *a, bool announced)
{
    sql_alert_news_of_rows rows;
    bool stands = a->state == ALERT_UNACKNOWLEDGED || a->state == ALERT_ACKNOWLEDGED;
    if (!stands || alert_is_quiet(a))
        return NULL;
    OQ_TRY(sql_alert_news_of(w->s, (sql_alert_news_of_args){.id = a->id}, &rows));
    alert_news news = {
        .asset_code = rows.at[0].asset_code,
        .event_kind = rows.at[0].event_kind,
        .metric = rows.at[0].metric,
        .is_failure = rows.at[0].is_failure,
    };
    OQ_TRY(alert_add_event(w, a, &news, "again", oq_now(w->s)));
    if (!announced)
        return NULL;
    return announce(w, a, &news,
                    oq_strf(oq_scope_arena(w->s), ":shown:%lld", (long long)oq_now(w->s)));
}

/* --- going -------------------------------------------------------------------------------------*/

static oq_err *lock_active(alert_writing *w, const alert_news *n, alert **ret_alert)
{
    sql_alert_lock_active_rows rows;
    OQ_TRY(sql_alert_lock_active(
        w->s, (sql_alert_lock_active_args){.source = n->source, .source_key = n->source_key},
        &rows));
    *ret_alert = rows.count ? rows.at : NULL;
    return NULL;
}

static oq_err *write_gone(alert_writing *w, alert *a, const alert_news *n)
{
    alarm_step step = alarm_step_from(a->state, DEED_RETURN, n->is_latched);
    if (step.is_nothing)
        return NULL;
    a->returned_at = n->since;
    OQ_TRY(alert_stand(w->s, a, step.standing));
    OQ_TRY(alert_add_step(w->s, a->id, "returned", n->since, OQ_UUID_ZERO, n->note));
    if (step.standing == STANDING_NORMAL)
        OQ_TRY(alert_add_step(w->s, a->id, "cleared", oq_now(w->s), OQ_UUID_ZERO, OQ_NONE));
    OQ_TRY(alert_add_event(w, a, n, "returned", n->since));
    oq_log_info("alarm.returned", OQ_F_UUID("trace", a->trace_id), OQ_F_UUID("alert", a->id),
                OQ_F_STR("code", a->code));
    return alert_tell_pages(w, a);
}

oq_err *alert_write_returned(alert_writing *w, const alert_news *n)
{
    alert *a;
    OQ_TRY(lock_active(w, n, &a));
    return a ? write_gone(w, a, n) : NULL;
}

oq_err *alert_write_moved(alert_writing *w, const alert_news *n)
{
    alert *a;
    OQ_TRY(lock_active(w, n, &a));
    if (!a)
        return NULL;
    return sql_alert_move(
        w->s, (sql_alert_move_args){.id = a->id, .last_at = n->since, .now = oq_now(w->s)}, NULL);
}

oq_err *alert_write_closed(alert_writing *w, const alert *shown, const char *note)
{
    alert *a = oq_copy(oq_scope_arena(w->s), shown, sizeof *shown);
    if (a->returned_at == OQ_TIME_NONE)
        a->returned_at = oq_now(w->s);
    OQ_TRY(alert_stand(w->s, a, STANDING_NORMAL));
    OQ_TRY(alert_add_step(w->s, a->id, "cleared", oq_now(w->s), OQ_UUID_ZERO, oq_cstr(note)));
    OQ_TRY(alert_add_event(w, a, NULL, "cleared", oq_now(w->s)));
    return alert_tell_pages(w, a);
}

/* --- alerts of others --------------------------------------------------------------------------*/

oq_err *alert_raise(oq_scope *s, const alert_order *o, oq_uuid *ret_id)
{
    alert_writing w = {.s = s};
    alert *a;
    asset *of = NULL;
    if (!oq_uuid_is_zero(o->asset_id))
        OQ_TRY(asset_get(s, o->asset_id, &of));
    alert_news news = {
        .source = o->source,
        .source_key = o->source_key,
        .asset_id = o->asset_id,
        .site_id = of ? of->site_id : OQ_UUID_ZERO,
        .asset_code = of ? of->code : OQ_NONE,
        .series_no = OQ_I64_NONE,
        .code = o->code,
        .title = o->title,
        .title_ar = o->title_ar,
        .priority = o->priority,
        .is_failure = o->is_failure,
        .unit = o->unit,
        .value = o->value,
        .limit = o->limit_value,
        .since = o->raised_at == OQ_TIME_NONE ? oq_now(s) : o->raised_at,
    };
    OQ_TRY(alert_write_raised(&w, &news, &a));
    OQ_TRY(alert_writing_end(&w));
    OQ_TRY(audit_record(s, &(audit_entry){.action = "alert.raised",
                                          .object_type = "alert",
                                          .object_id = a->id,
                                          .object_label = a->code}));
    if (ret_id)
        *ret_id = a->id;
    return NULL;
}
