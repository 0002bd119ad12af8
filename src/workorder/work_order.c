#include "workorder/inner.h"

#include "work_order.sql.h"

#include "base/banned.h"

const oq_choice work_order_kind_choices[] = {
    {WORK_CORRECTIVE, "corrective"}, {WORK_PREVENTIVE, "preventive"},
    {WORK_PREDICTIVE, "predictive"}, {WORK_INSPECTION, "inspection"},
    {WORK_PROJECT, "project"},       {0, NULL},
};

const oq_choice work_order_status_choices[] = {
    {WORK_PENDING_APPROVAL, "pending_approval"},
    {WORK_OPEN, "open"},
    {WORK_IN_PROGRESS, "in_progress"},
    {WORK_DONE, "done"},
    {WORK_CLOSED, "closed"},
    {WORK_CANCELLED, "cancelled"},
    {0, NULL},
};

const oq_choice work_order_priority_choices[] = {
    {WORK_CRITICAL, "critical"}, {WORK_HIGH, "high"}, {WORK_MEDIUM, "medium"},
    {WORK_LOW, "low"},           {0, NULL},
};

const oq_field work_order_fields[] = {
    OQ_UUID(work_order, id),
    OQ_TEXT(work_order, number, .help = "WO-1042, or the number in the system it came from"),
    OQ_TEXT(work_order, source, .help = "MANUAL, BLACKBOX_AUTO, OPTIMIZER, CHECKLIST, IMPORT ..."),
    OQ_TEXT(work_order, source_id),
    OQ_UUID(work_order, site_id),
    OQ_UUID(work_order, unit_id),
    OQ_UUID(work_order, asset_id),
    OQ_UUID(work_order, component_id),
    OQ_UUID(work_order, incident_id),
    OQ_UUID(work_order, failure_mode_id),
    OQ_TEXT(work_order, title),
    OQ_TEXT(work_order, title_ar),
    OQ_TEXT(work_order, description),
    OQ_TEXT(work_order, description_ar),
    OQ_CHOICE(work_order, kind, work_order_kind_choices),
    OQ_CHOICE(work_order, status, work_order_status_choices),
    OQ_CHOICE(work_order, priority, work_order_priority_choices),
    OQ_UUID(work_order, assigned_user_id),
    OQ_JSON(work_order, assigned_why, .help = "Why this person: code, shift, skill, passed_over"),
    OQ_TIME(work_order, assigned_at),
    OQ_TIME(work_order, due_at),
    OQ_TIME(work_order, planned_from),
    OQ_TIME(work_order, started_at),
    OQ_TIME(work_order, finished_at),
    OQ_TIME(work_order, approved_at),
    OQ_TIME(work_order, closed_at),
    OQ_F64(work_order, planned_h),
    OQ_F64(work_order, labour_h),
    OQ_F64(work_order, downtime_h),
    OQ_TEXT(work_order, downtime_reason, .help = "ISO 14224 failure mode: VIB, BRD ..."),
    OQ_TEXT(work_order, found_cause),
    OQ_I64(work_order, cost_minor),
    OQ_TEXT(work_order, currency),
    OQ_JSON(work_order, evidence),
    OQ_TEXT(work_order, created_by),
    OQ_UUID(work_order, created_by_id),
    OQ_UUID(work_order, approved_by),
    OQ_UUID(work_order, joined_to_id,
            .help = "Cancelled in favour of that one, or beside it: their incidents became one"),
    OQ_UUID(work_order, trace_id),
    OQ_I64(work_order, version),
    OQ_TIME(work_order, created_at),
    OQ_TIME(work_order, updated_at),
    OQ_FIELDS_END,
};

int work_order_priority_of_severity(int severity)
{
    switch (severity) {
    case INCIDENT_CATASTROPHIC:
    case INCIDENT_CRITICAL:
        return WORK_CRITICAL;
    case INCIDENT_MAJOR:
        return WORK_HIGH;
    default:
        return WORK_MEDIUM;
    }
}

oq_us work_order_due_of(int priority, oq_us from)
{
    switch (priority) {
    case WORK_CRITICAL:
        return from + 12 * OQ_HOUR;
    case WORK_HIGH:
        return from + 3 * OQ_DAY;
    case WORK_MEDIUM:
        return from + 14 * OQ_DAY;
    default:
        return from + 30 * OQ_DAY;
    }
}

/* --- who sees what ------------------------------------------------------------------------------*/

bool work_order_sees_any(const oq_scope *s)
{
    const oq_actor *actor = oq_scope_actor(s);
    return actor->kind != ACTOR_USER || oq_caps_have(actor->caps, CAP_WORK_ORDER_READ);
}

oq_uuid work_order_only_user(const oq_scope *s)
{
    const oq_actor *actor = oq_scope_actor(s);
    bool sees_all = actor->kind != ACTOR_USER || oq_caps_have(actor->caps, CAP_WORK_ORDER_MANAGE) ||
                    oq_caps_have(actor->caps, CAP_WORK_ORDER_APPROVE) ||
                    oq_caps_have(actor->caps, CAP_INCIDENT_READ_DETAIL);
    return sees_all ? OQ_UUID_ZERO : actor->id;
}

oq_uuid work_order_person_of(const oq_scope *s)
{
    const oq_actor *actor = oq_scope_actor(s);
    bool is_own = actor->kind == ACTOR_USER && oq_uuid_eq(actor->home_tenant, oq_scope_tenant(s));
    return is_own ? actor->id : OQ_UUID_ZERO;
}

/* --- reading ------------------------------------------------------------------------------------*/

/* When colleagues are away, and what they cannot do, is for those who plan. */
static void mask_why(const oq_scope *s, oq_arena *arena, work_order *o)
{
    const oq_actor *actor = oq_scope_actor(s);
    oq_pair *pair;
    size_t count;
    if (actor->kind != ACTOR_USER || oq_caps_have(actor->caps, CAP_WORK_ORDER_MANAGE) ||
        !o->assigned_why.len || oq_json_pairs(arena, o->assigned_why, &pair, &count))
        return;
    o->assigned_why = OQ_NONE;
    for (size_t i = 0; i < count; i++)
        if (oq_str_eq(pair[i].name, OQ_STR("code")))
            o->assigned_why = oq_strf(arena, "{\"code\":\"%.*s\"}", OQ_FMT(pair[i].value));
}

oq_err *work_orders_get(oq_scope *s, oq_uuids ids, work_orders *ret_orders)
{
    sql_work_orders_get_rows rows = {0};
    if (work_order_sees_any(s))
        OQ_TRY(sql_work_orders_get(s, (sql_work_orders_get_args){ids, work_order_only_user(s)},
                                   &rows));
    for (size_t i = 0; i < rows.count; i++)
        mask_why(s, oq_scope_arena(s), &rows.at[i]);
    *ret_orders = (work_orders){rows.at, rows.count};
    return NULL;
}

oq_err *work_order_get(oq_scope *s, oq_uuid id, work_order **ret_order)
{
    work_orders found;
    OQ_TRY(work_orders_get(s, (oq_uuids){&id, 1}, &found));
    if (!found.count)
        return oq_fail(OQ_NOT_FOUND, "work_order.not_found");
    *ret_order = found.at;
    return NULL;
}

oq_err *work_order_find_by_incident(oq_scope *s, oq_uuid incident_id, work_orders *ret_orders)
{
    sql_work_orders_of_incident_rows rows;
    OQ_TRY(sql_work_orders_of_incident(s, (sql_work_orders_of_incident_args){incident_id}, &rows));
    oq_uuids ids = {oq_new_n(oq_scope_arena(s), oq_uuid, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        ids.at[i] = rows.at[i].id;
    return work_orders_get(s, ids, ret_orders);
}

oq_err *work_order_find_by_asset(oq_scope *s, oq_uuid asset_id, size_t limit,
                                 work_orders *ret_orders)
{
    sql_work_orders_of_asset_rows rows;
    OQ_TRY(sql_work_orders_of_asset(
        s, (sql_work_orders_of_asset_args){asset_id, work_order_only_user(s), (int64_t)limit},
        &rows));
    oq_uuids ids = {oq_new_n(oq_scope_arena(s), oq_uuid, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        ids.at[i] = rows.at[i].id;
    return work_orders_get(s, ids, ret_orders);
}
