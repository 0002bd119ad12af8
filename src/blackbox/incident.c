#include "blackbox/incident.h"

#include <math.h>

#include "audit/audit.h"
#include "blackbox/inner.h"
#include "notify/notify.h"

#include "incident.sql.h"

#include "base/banned.h"

const oq_choice incident_type_choices[] = {
    {INCIDENT_FAILURE, "FAILURE"},
    {INCIDENT_NEAR_MISS, "NEAR_MISS"},
    {INCIDENT_ANOMALOUS_BEHAVIOR, "ANOMALOUS_BEHAVIOR"},
    {0, NULL},
};

const oq_choice incident_status_choices[] = {
    {INCIDENT_OPEN, "OPEN"},
    {INCIDENT_INVESTIGATING, "INVESTIGATING"},
    {INCIDENT_RESOLVED, "RESOLVED"},
    {INCIDENT_CLOSED, "CLOSED"},
    {0, NULL},
};

const oq_choice incident_severity_choices[] = {
    {INCIDENT_MINOR, "MINOR"},
    {INCIDENT_MAJOR, "MAJOR"},
    {INCIDENT_CRITICAL, "CRITICAL"},
    {INCIDENT_CATASTROPHIC, "CATASTROPHIC"},
    {0, NULL},
};

const oq_choice event_role_choices[] = {
    {EVENT_ROLE_UNKNOWN, "UNKNOWN"}, {EVENT_ROLE_CAUSE, "CAUSE"}, {EVENT_ROLE_SYMPTOM, "SYMPTOM"},
    {EVENT_ROLE_CONTEXT, "CONTEXT"}, {EVENT_ROLE_NOISE, "NOISE"}, {0, NULL},
};

const oq_field incident_fields[] = {
    OQ_UUID(incident, id),
    OQ_I64(incident, number, .help = "INC-17: rises in a tenant"),
    OQ_CHOICE(incident, incident_type, incident_type_choices),
    OQ_CHOICE(incident, status, incident_status_choices),
    OQ_CHOICE(incident, severity, incident_severity_choices),
    OQ_TEXT(incident, title),
    OQ_TEXT(incident, title_ar),
    OQ_UUID(incident, root_asset_id),
    OQ_UUID(incident, site_id),
    OQ_UUID(incident, unit_id),
    OQ_JSON(incident, impact_scope, .help = "ids of assets, units and sites"),
    OQ_TIME(incident, start_time),
    OQ_TIME(incident, end_time, .help = "null: goes on, or not known"),
    OQ_TIME(incident, anchor_time, .help = "T: of the trigger"),
    OQ_TIME(incident, window_from),
    OQ_TIME(incident, window_to),
    OQ_TIME(incident, grace_until, .help = "Until then late events change it"),
    OQ_UUID(incident, trigger_event_id),
    OQ_I64(incident, version, .help = "Rises whenever its events or its window change"),
    OQ_UUID(incident, trace_id),
    OQ_UUID(incident, merged_into, .help = "It turned out to be a part of that one"),
    OQ_UUID(incident, rca_run_id),
    OQ_JSON(incident, rca_summary),
    OQ_JSON(incident, root_cause_score),
    OQ_JSON(incident, event_story),
    OQ_JSON(incident, recommended_actions),
    OQ_JSON(incident, impact_estimate),
    OQ_JSON(incident, financial_impact_estimate),
    OQ_JSON(incident, carbon_impact_estimate),
    OQ_TEXT(incident, top_cause),
    OQ_F64(incident, top_probability),
    OQ_TEXT(incident, confirmed_cause),
    OQ_TEXT(incident, confirmed_note),
    OQ_UUID(incident, confirmed_by),
    OQ_TIME(incident, confirmed_at),
    OQ_TIME(incident, resolved_at),
    OQ_TIME(incident, closed_at),
    OQ_TIME(incident, created_at),
    OQ_TIME(incident, updated_at),
    OQ_FIELDS_END,
};

const oq_field incident_event_fields[] = {
    OQ_UUID(incident_event, id),
    OQ_UUID(incident_event, asset_id),
    OQ_UUID(incident_event, unit_id),
    OQ_UUID(incident_event, site_id),
    OQ_TEXT(incident_event, asset_code),
    OQ_TEXT(incident_event, source_system),
    OQ_TEXT(incident_event, source_id),
    OQ_CHOICE(incident_event, source_type, event_type_choices),
    OQ_CHOICE(incident_event, severity, event_severity_choices),
    OQ_CHOICE(incident_event, event_category, event_category_choices),
    OQ_TIME(incident_event, event_time),
    OQ_TIME(incident_event, ingest_time),
    OQ_TEXT(incident_event, summary),
    OQ_TEXT(incident_event, summary_ar),
    OQ_JSON(incident_event, payload),
    OQ_CHOICE(incident_event, role, event_role_choices),
    OQ_I64(incident_event, order_index),
    OQ_BOOL(incident_event, is_late, .help = "Came after the grace period, and changed nothing"),
    OQ_FIELDS_END,
};

/* --- reading ------------------------------------------------------------------------------------*/

static oq_err *not_found(void)
{
    return oq_fail(OQ_NOT_FOUND, "incident.not_found");
}

oq_err *incident_get(oq_scope *s, oq_uuid id, incident **ret_incident)
{
    sql_incident_get_rows rows;
    OQ_TRY(sql_incident_get(s, (sql_incident_get_args){.id = id}, &rows));
    if (!rows.count)
        return not_found();
    *ret_incident = rows.at;
    return NULL;
}

oq_err *incident_find_by_asset(oq_scope *s, oq_uuid asset_id, size_t limit,
                               incidents *ret_incidents)
{
    sql_incident_find_by_asset_rows rows;
    OQ_TRY(sql_incident_find_by_asset(
        s, (sql_incident_find_by_asset_args){.asset_id = asset_id, .limit = (int64_t)limit},
        &rows));
    *ret_incidents = (incidents){rows.at, rows.count};
    return NULL;
}

oq_err *incident_events_of(oq_scope *s, oq_uuid incident_id, size_t limit,
                           incident_events *ret_events)
{
    sql_incident_events_of_rows rows;
    OQ_TRY(sql_incident_events_of(
        s, (sql_incident_events_of_args){.incident_id = incident_id, .limit = (int64_t)limit},
        &rows));
    *ret_events = (incident_events){rows.at, rows.count};
    return NULL;
}

/* --- what an analysis leaves --------------------------------------------------------------------*/

oq_err *incident_store_analysis(oq_scope *s, const incident *it, const incident_role *role,
                                size_t roles, bool *ret_stored)
{
    size_t touched;
    *ret_stored = false;
    OQ_TRY(
        sql_incident_store_analysis(s,
                                    (sql_incident_store_analysis_args){
                                        .id = it->id,
                                        .version = it->version,
                                        .rca_run_id = it->rca_run_id,
                                        .rca_summary = it->rca_summary,
                                        .root_cause_score = it->root_cause_score,
                                        .event_story = it->event_story,
                                        .recommended_actions = it->recommended_actions,
                                        .impact_estimate = it->impact_estimate,
                                        .financial_impact_estimate = it->financial_impact_estimate,
                                        .carbon_impact_estimate = it->carbon_impact_estimate,
                                        .top_cause = it->top_cause,
                                        .top_probability = it->top_probability,
                                        .end_time = it->end_time,
                                        .impact_scope = it->impact_scope,
                                        .now = oq_now(s),
                                    },
                                    &touched));
    if (!touched)
        return NULL;
    oq_arena *arena = oq_scope_arena(s);
    oq_uuids ids = {oq_new_n(arena, oq_uuid, roles), roles};
    oq_strs texts = {oq_new_n(arena, oq_str, roles), roles};
    for (size_t i = 0; i < roles; i++) {
        ids.at[i] = role[i].event_id;
        texts.at[i] = oq_cstr(oq_choice_text(event_role_choices, role[i].role));
    }
    if (roles)
        OQ_TRY(sql_incident_store_roles(s,
                                        (sql_incident_store_roles_args){.incident_id = it->id,
                                                                        .event_ids = ids,
                                                                        .roles = texts},
                                        NULL));
    OQ_TRY(incident_publish(s, it->id, it->number, "analysed"));
    *ret_stored = true;
    return NULL;
}

oq_err *incident_publish(oq_scope *s, oq_uuid id, int64_t number, const char *change)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(500);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_put(&j, uuid, "id", id);
    oq_json_put(&j, i64, "number", number);
    oq_json_put(&j, text, "change", oq_cstr(change));
    oq_json_object_end(&j);
    return live_publish(s, OQ_UUID_ZERO, "incident", oq_buf_view(&buf));
}

/* --- what people do -----------------------------------------------------------------------------*/

/* From any state to any other, but for what has not begun: who closes says by it that it is
 * resolved. */
bool incident_may_become(int from, int to)
{
    static const bool allowed[5][5] = {
        [INCIDENT_OPEN] =
            {[INCIDENT_INVESTIGATING] = true, [INCIDENT_RESOLVED] = true, [INCIDENT_CLOSED] = true},
        [INCIDENT_INVESTIGATING] =
            {[INCIDENT_OPEN] = true, [INCIDENT_RESOLVED] = true, [INCIDENT_CLOSED] = true},
        [INCIDENT_RESOLVED] =
            {[INCIDENT_OPEN] = true, [INCIDENT_INVESTIGATING] = true, [INCIDENT_CLOSED] = true},
        [INCIDENT_CLOSED] = {[INCIDENT_OPEN] = true},
    };
    return allowed[from][to];
}

static oq_str step_summary(oq_arena *arena, oq_lang lang, const incident *it, const char *step)
{
    oq_str words = oq_text(lang, oq_strf(arena, "incident_step.%s", step));
    return oq_strf(arena, "INC-%lld: %.*s", (long long)it->number, OQ_FMT(words));
}

/* What a person did with an incident is an event of the plant too. */
static oq_err *tell_event(oq_scope *s, const incident *it, const char *step, oq_str note)
{
    oq_arena *arena = oq_scope_arena(s);
    OQ_AUTO(oq_buf) buf = oq_buf_make(64 * 1024);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_put(&j, text, "operator", oq_scope_actor(s)->label);
    oq_json_put(&j, uuid, "incident_id", it->id);
    oq_json_put(&j, text, "step", oq_cstr(step));
    if (note.len)
        oq_json_put(&j, text, "note", note);
    oq_json_put(&j, text, "summary_ar", step_summary(arena, OQ_LANG_AR, it, step));
    oq_json_object_end(&j);
    size_t added;
    event_order order = {
        .source_system = OQ_STR(INCIDENT_EVENT_SYSTEM),
        .source_type = EVENT_OPERATOR_ACTION,
        .source_id = oq_strf(arena, "%.*s:%s", OQ_FMT(oq_uuid_text(arena, it->id)), step),
        .event_time = oq_now(s),
        .severity = SEVERITY_INFO,
        .category = CATEGORY_OPERATOR_ACTION,
        .asset_id = it->root_asset_id,
        .site_id = it->site_id,
        .summary = step_summary(arena, OQ_LANG_EN, it, step),
        .payload = oq_buf_view(&buf),
        .trace_id = it->trace_id,
        .kind = OQ_STR("incident_step"),
    };
    return event_add_many(s, &order, 1, &added);
}

static oq_err *record(oq_scope *s, const incident *before, const char *action)
{
    incident *after;
    OQ_TRY(incident_get(s, before->id, &after));
    oq_arena *arena = oq_scope_arena(s);
    return audit_record(s,
                        &(audit_entry){
                            .action = action,
                            .object_type = "incident",
                            .object_id = before->id,
                            .object_label = oq_strf(arena, "INC-%lld", (long long)before->number),
                            .changes = audit_changes(arena, incident_fields, before, after),
                        });
}

/* The incident, which nobody else changes until the commit. */
static oq_err *hold(oq_scope *s, oq_uuid id, incident **ret_incident)
{
    sql_incident_lock_rows rows;
    OQ_TRY(sql_incident_lock(s, (sql_incident_lock_args){.id = id}, &rows));
    return rows.count ? incident_get(s, id, ret_incident) : not_found();
}

oq_err *incident_set_status(oq_scope *s, oq_uuid id, int status, oq_str note)
{
    static const char *const step[] = {
        [INCIDENT_OPEN] = "reopened",
        [INCIDENT_INVESTIGATING] = "investigating",
        [INCIDENT_RESOLVED] = "resolved",
        [INCIDENT_CLOSED] = "closed",
    };
    incident *it;
    OQ_TRY(hold(s, id, &it));
    if (!incident_may_become(it->status, status))
        return oq_fail(OQ_CONFLICT, "incident.transition_invalid", "from=%s to=%s",
                       oq_choice_text(incident_status_choices, it->status),
                       oq_choice_text(incident_status_choices, status));
    oq_str text = oq_cstr(oq_choice_text(incident_status_choices, status));
    OQ_TRY(sql_incident_set_status(
        s, (sql_incident_set_status_args){.id = id, .status = text, .now = oq_now(s)}, NULL));
    OQ_TRY(incident_step(s, id, step[status], note, OQ_NONE));
    OQ_TRY(record(s, it, "incident.status_set"));
    OQ_TRY(tell_event(s, it, step[status], note));
    return incident_publish(s, id, it->number, "status");
}

oq_err *incident_store_cause(oq_scope *s, oq_uuid id, oq_str cause, oq_str note)
{
    if (!cause.len || cause.len > INCIDENT_CAUSE_MAX || !oq_utf8_valid(cause))
        return oq_fail_field("cause", "incident.cause_invalid");
    incident *it;
    OQ_TRY(hold(s, id, &it));
    const oq_actor *actor = oq_scope_actor(s);
    bool is_own = actor->kind == ACTOR_USER && oq_uuid_eq(actor->home_tenant, oq_scope_tenant(s));
    OQ_TRY(sql_incident_store_cause(
        s,
        (sql_incident_store_cause_args){.id = id,
                                        .cause = cause,
                                        .note = note,
                                        .by = is_own ? actor->id : OQ_UUID_ZERO,
                                        .now = oq_now(s)},
        NULL));
    const char *step = oq_str_eq(cause, it->top_cause) ? "cause_confirmed" : "cause_corrected";
    OQ_AUTO(oq_buf) facts = oq_buf_make(64 * 1024);
    oq_json j = oq_json_to(&facts);
    oq_json_object(&j);
    oq_json_put(&j, text, "cause", cause);
    oq_json_put(&j, text, "likeliest", it->top_cause);
    oq_json_put(&j, f64, "probability", it->top_probability);
    oq_json_object_end(&j);
    OQ_TRY(incident_step(s, id, step, note, oq_buf_view(&facts)));
    OQ_TRY(record(s, it, "incident.cause_set"));
    OQ_TRY(tell_event(s, it, step, note));
    return incident_publish(s, id, it->number, "cause");
}
