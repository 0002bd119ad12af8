/* What becomes of an order: who may move it where, and what each move leaves. */
#include "workorder/inner.h"
#include "workorder/work.h"

#include "audit/audit.h"
#include "duty/duty.h"
#include "job/last.h"

#include <math.h>

#include "work_order.sql.h"

#include "base/banned.h"

/* ISO 14224 failure modes of rotating equipment, as the plant's failure modes name them. */
const oq_choice downtime_reason_choices[] = {
    {1, "AIR"},  {2, "BRD"},  {3, "ELP"},  {4, "ELU"},  {5, "ERO"},  {6, "FTS"},  {7, "STP"},
    {8, "HIO"},  {9, "LOO"},  {10, "INL"}, {11, "NOI"}, {12, "OHE"}, {13, "PDE"}, {14, "PLU"},
    {15, "SER"}, {16, "STD"}, {17, "UST"}, {18, "VIB"}, {19, "OTH"}, {20, "UNK"}, {0, NULL},
};

/* --- who may --------------------------------------------------------------------------------------*/

typedef enum mover { BY_APPROVER = 1, BY_PLANNER, BY_WORKER } mover;

static const struct {
    int from, to;
    mover by;
} moves[] = {
    {WORK_PENDING_APPROVAL, WORK_OPEN, BY_APPROVER},
    {WORK_PENDING_APPROVAL, WORK_CANCELLED, BY_PLANNER},
    {WORK_OPEN, WORK_IN_PROGRESS, BY_WORKER},
    {WORK_OPEN, WORK_CANCELLED, BY_PLANNER},
    {WORK_IN_PROGRESS, WORK_OPEN, BY_WORKER},
    {WORK_IN_PROGRESS, WORK_DONE, BY_WORKER},
    {WORK_IN_PROGRESS, WORK_CANCELLED, BY_PLANNER},
    {WORK_DONE, WORK_IN_PROGRESS, BY_WORKER},
    {WORK_DONE, WORK_CLOSED, BY_WORKER},
    {WORK_DONE, WORK_CANCELLED, BY_PLANNER},
};

static bool has(const oq_scope *s, oq_cap cap)
{
    return oq_caps_have(oq_scope_actor(s)->caps, cap);
}

static bool is_own(const oq_scope *s, const work_order *o)
{
    oq_uuid me = work_order_person_of(s);
    return !oq_uuid_is_zero(me) && oq_uuid_eq(me, o->assigned_user_id);
}

static oq_err *require_own(const oq_scope *s, const work_order *o)
{
    if (has(s, CAP_WORK_ORDER_MANAGE))
        return NULL;
    OQ_TRY(oq_scope_require(s, CAP_WORK_ORDER_WORK));
    return is_own(s, o)
               ? NULL
               : oq_fail(OQ_FORBIDDEN, "work_order.not_yours", "number=%.*s", OQ_FMT(o->number));
}

static mover mover_of(int from, int to)
{
    for (size_t i = 0; i < OQ_COUNT(moves); i++)
        if (moves[i].from == from && moves[i].to == to)
            return moves[i].by;
    return 0;
}

static oq_err *check_move(const oq_scope *s, const work_order *o, int to)
{
    mover by = mover_of(o->status, to);
    if (!by)
        return oq_fail(OQ_CONFLICT, "work_order.transition_invalid", "from=%s to=%s",
                       oq_choice_text(work_order_status_choices, o->status),
                       oq_choice_text(work_order_status_choices, to));
    if (by == BY_APPROVER)
        return oq_scope_require(s, CAP_WORK_ORDER_APPROVE);
    return by == BY_PLANNER ? oq_scope_require(s, CAP_WORK_ORDER_MANAGE) : require_own(s, o);
}

static bool is_over(const work_order *o)
{
    return o->status == WORK_CLOSED || o->status == WORK_CANCELLED;
}

bool work_order_may_move(const oq_scope *s, const work_order *order, int to_status)
{
    switch (mover_of(order->status, to_status)) {
    case BY_APPROVER:
        return has(s, CAP_WORK_ORDER_APPROVE);
    case BY_PLANNER:
        return has(s, CAP_WORK_ORDER_MANAGE);
    case BY_WORKER:
        return has(s, CAP_WORK_ORDER_MANAGE) || (has(s, CAP_WORK_ORDER_WORK) && is_own(s, order));
    default:
        return false;
    }
}

bool work_order_may_work(const oq_scope *s, const work_order *order)
{
    return !is_over(order) && order->status != WORK_PENDING_APPROVAL &&
           (has(s, CAP_WORK_ORDER_MANAGE) || (has(s, CAP_WORK_ORDER_WORK) && is_own(s, order)));
}

oq_err *work_order_get_going(oq_scope *s, oq_uuid id, work_order **ret_order)
{
    OQ_TRY(work_order_get(s, id, ret_order));
    if (is_over(*ret_order))
        return oq_fail(OQ_CONFLICT, "work_order.over", "number=%.*s", OQ_FMT((*ret_order)->number));
    return NULL;
}

oq_err *work_order_get_own(oq_scope *s, oq_uuid id, work_order **ret_order)
{
    OQ_TRY(work_order_get_going(s, id, ret_order));
    return require_own(s, *ret_order);
}

/* --- storing ------------------------------------------------------------------------------------*/

static oq_err *check_version(const work_order *o, int64_t version)
{
    return o->version == version ? NULL
                                 : oq_fail(OQ_CONFLICT, "work_order.version_stale", "version=%lld",
                                           (long long)o->version);
}

static oq_err *store_row(oq_scope *s, const work_order *o, sql_work_order_store_rows *ret_rows)
{
    return sql_work_order_store(
        s,
        (sql_work_order_store_args){
            .id = o->id,
            .version = o->version,
            .title = o->title,
            .title_ar = o->title_ar,
            .description = o->description,
            .description_ar = o->description_ar,
            .kind = oq_cstr(oq_choice_text(work_order_kind_choices, o->kind)),
            .status = oq_cstr(oq_choice_text(work_order_status_choices, o->status)),
            .priority = oq_cstr(oq_choice_text(work_order_priority_choices, o->priority)),
            .component_id = o->component_id,
            .failure_mode_id = o->failure_mode_id,
            .assigned_user_id = o->assigned_user_id,
            .assigned_why = o->assigned_why,
            .assigned_at = o->assigned_at,
            .due_at = o->due_at,
            .planned_from = o->planned_from,
            .planned_h = o->planned_h,
            .started_at = o->started_at,
            .finished_at = o->finished_at,
            .approved_by = o->approved_by,
            .approved_at = o->approved_at,
            .closed_at = o->closed_at,
            .labour_h = o->labour_h,
            .downtime_h = o->downtime_h,
            .downtime_reason = o->downtime_reason,
            .found_cause = o->found_cause,
            .cost_minor = o->cost_minor,
            .currency = o->currency,
            .now = oq_now(s),
        },
        ret_rows);
}

/* Stores `after` if nobody changed it since `before` was read, with its audit. */
static oq_err *store(oq_scope *s, const work_order *before, work_order *after, const char *action)
{
    sql_work_order_store_rows rows;
    OQ_TRY(store_row(s, after, &rows));
    if (!rows.count)
        return oq_fail(OQ_CONFLICT, "work_order.version_stale", "version=%lld",
                       (long long)before->version + 1);
    after->version = rows.at[0].version;
    after->updated_at = oq_now(s);
    oq_str changes = audit_changes(oq_scope_arena(s), work_order_fields, before, after);
    return audit_record(s, &(audit_entry){
                               .action = action,
                               .object_type = "work_order",
                               .object_id = after->id,
                               .object_label = after->number,
                               .changes = changes,
                           });
}

/* --- moving -------------------------------------------------------------------------------------*/

static void keep_figures(work_order *o, const work_order_move *move)
{
    if (!isnan(move->labour_h))
        o->labour_h = move->labour_h;
    if (!isnan(move->downtime_h))
        o->downtime_h = move->downtime_h;
    if (move->downtime_reason)
        o->downtime_reason =
            oq_cstr(oq_choice_text(downtime_reason_choices, move->downtime_reason));
    if (move->found_cause.len)
        o->found_cause = move->found_cause;
}

/* Who takes up what is nobody's has it. */
static void take(oq_scope *s, work_order *o)
{
    oq_uuid me = work_order_person_of(s);
    if (o->started_at == OQ_TIME_NONE)
        o->started_at = oq_now(s);
    o->finished_at = OQ_TIME_NONE;
    if (oq_uuid_is_zero(o->assigned_user_id) && !oq_uuid_is_zero(me)) {
        o->assigned_user_id = me;
        o->assigned_at = oq_now(s);
        o->assigned_why = OQ_STR("{\"code\":\"taken_up\"}");
    }
}

/* Somebody may have gone since it was assigned. */
static oq_err *assign_again(oq_scope *s, work_order *o)
{
    oq_str name;
    oq_err *err = oq_uuid_is_zero(o->assigned_user_id)
                      ? oq_fail(OQ_INVALID, "work_order.assignee_unknown")
                      : work_order_check_assignee(s, o->assigned_user_id, &name);
    if (!err || (!oq_err_is(err, "work_order.assignee_unknown") &&
                 !oq_err_is(err, "work_order.assignee_unfit")))
        return err;
    OQ_TRY(
        work_order_pick(s, o->site_id, o->failure_mode_id, &o->assigned_user_id, &o->assigned_why));
    o->assigned_at = oq_uuid_is_zero(o->assigned_user_id) ? OQ_TIME_NONE : oq_now(s);
    return NULL;
}

static oq_err *prepare(oq_scope *s, const work_order *before, work_order *o,
                       const work_order_move *move)
{
    o->status = move->status;
    switch (move->status) {
    case WORK_OPEN:
        if (before->status != WORK_PENDING_APPROVAL)
            return NULL;
        o->approved_by = work_order_person_of(s);
        o->approved_at = oq_now(s);
        return assign_again(s, o);
    case WORK_IN_PROGRESS:
        take(s, o);
        return NULL;
    case WORK_DONE:
        o->finished_at = oq_now(s);
        keep_figures(o, move);
        return NULL;
    case WORK_CLOSED:
        o->closed_at = oq_now(s);
        keep_figures(o, move);
        return NULL;
    default:
        return NULL;
    }
}

/* What the work found, for whoever learns causes (src/rca stands above this floor). */
static oq_err *teach(oq_scope *s, const work_order *o)
{
    if (!o->found_cause.len || oq_uuid_is_zero(o->incident_id))
        return NULL;
    oq_arena *arena = oq_scope_arena(s);
    OQ_AUTO(oq_buf) buf = oq_buf_make(OQ_JSON_MAX);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_put(&j, uuid, "incident_id", o->incident_id);
    oq_json_put(&j, uuid, "work_order_id", o->id);
    oq_json_put(&j, text, "number", o->number);
    oq_json_put(&j, text, "cause", o->found_cause);
    oq_json_put(&j, uuid, "trace_id", o->trace_id);
    oq_json_object_end(&j);
    return job_add_last(s, &(job_order){
                               .kind = "rca.learn",
                               .payload = oq_str_copy(arena, oq_buf_view(&buf)),
                               .key = oq_uuid_text(arena, o->id),
                               .is_unique = true,
                               .run_at = OQ_TIME_NONE,
                           });
}

static oq_err *tell_of_move(oq_scope *s, const work_order *before, const work_order *o)
{
    oq_uuid me = work_order_person_of(s);
    oq_str once = oq_strf(oq_scope_arena(s), "work_order.moved:%.*s:%lld",
                          OQ_FMT(oq_uuid_text(oq_scope_arena(s), o->id)), (long long)o->version);
    if (o->status == WORK_OPEN)
        return work_order_tell_assignee(s, o); /* approved, or given back: somebody has to answer */
    OQ_TRY(escalation_acknowledge(s, "work_order", o->id));
    if (o->status == WORK_DONE && !oq_uuid_is_zero(o->created_by_id) &&
        !oq_uuid_eq(o->created_by_id, me))
        return work_order_tell(s, o, o->created_by_id, ROLE_NONE, "work_order.done", once);
    if (o->status == WORK_CANCELLED && before->status != WORK_PENDING_APPROVAL &&
        !oq_uuid_is_zero(o->assigned_user_id) && !oq_uuid_eq(o->assigned_user_id, me))
        return work_order_tell(s, o, o->assigned_user_id, ROLE_NONE, "work_order.cancelled", once);
    return NULL;
}

oq_err *work_order_set_status(oq_scope *s, oq_uuid id, const work_order_move *move,
                              work_order **ret_order)
{
    work_order *before;
    OQ_TRY(work_order_get(s, id, &before));
    OQ_TRY(check_version(before, move->version));
    OQ_TRY(check_move(s, before, move->status));
    work_order *after = oq_copy(oq_scope_arena(s), before, sizeof *before);
    OQ_TRY(prepare(s, before, after, move));
    bool is_approval = before->status == WORK_PENDING_APPROVAL && after->status == WORK_OPEN;
    OQ_TRY(
        store(s, before, after, is_approval ? "work_order.approved" : "work_order.status_changed"));
    OQ_TRY(work_order_leave_step(s, after, move->note));
    OQ_TRY(tell_of_move(s, before, after));
    if (after->status == WORK_CLOSED)
        OQ_TRY(teach(s, after));
    *ret_order = after;
    return NULL;
}

/* --- handing over, changing ---------------------------------------------------------------------*/

oq_err *work_order_assign(oq_scope *s, oq_uuid id, int64_t version, oq_uuid user_id, oq_str note,
                          work_order **ret_order)
{
    work_order *before;
    oq_str name;
    OQ_TRY(work_order_get_going(s, id, &before));
    OQ_TRY(oq_scope_require(s, CAP_WORK_ORDER_MANAGE));
    OQ_TRY(check_version(before, version));
    work_order *after = oq_copy(oq_scope_arena(s), before, sizeof *before);
    if (oq_uuid_is_zero(user_id)) {
        OQ_TRY(work_order_pick(s, after->site_id, after->failure_mode_id, &after->assigned_user_id,
                               &after->assigned_why));
    } else {
        OQ_TRY(work_order_check_assignee(s, user_id, &name));
        after->assigned_user_id = user_id;
        after->assigned_why = OQ_STR("{\"code\":\"by_hand\"}");
    }
    after->assigned_at = oq_uuid_is_zero(after->assigned_user_id) ? OQ_TIME_NONE : oq_now(s);
    OQ_TRY(store(s, before, after, "work_order.assigned"));
    OQ_TRY(work_order_leave_step(s, after, note));
    bool is_same = oq_uuid_eq(before->assigned_user_id, after->assigned_user_id);
    if (!is_same && after->status != WORK_PENDING_APPROVAL)
        OQ_TRY(work_order_tell_assignee(s, after));
    *ret_order = after;
    return NULL;
}

void work_order_edit_of(const work_order *o, work_order_edit *ret_edit)
{
    *ret_edit = (work_order_edit){
        .title = o->title,
        .title_ar = o->title_ar,
        .description = o->description,
        .description_ar = o->description_ar,
        .kind = o->kind,
        .priority = o->priority,
        .due_at = o->due_at,
        .planned_from = o->planned_from,
        .planned_h = o->planned_h,
        .version = o->version,
    };
}

static oq_err *check_edit(const work_order_edit *edit)
{
    oq_err *all = NULL;
    if (!edit->title.len)
        all = oq_err_join(all, oq_fail_field("title", "field.required"));
    if (!edit->kind)
        all = oq_err_join(all, oq_fail_field("kind", "field.required"));
    if (!edit->priority)
        all = oq_err_join(all, oq_fail_field("priority", "field.required"));
    return all;
}

oq_err *work_order_change(oq_scope *s, oq_uuid id, const work_order_edit *edit,
                          work_order **ret_order)
{
    work_order *before;
    OQ_TRY(work_order_get_going(s, id, &before));
    OQ_TRY(oq_scope_require(s, CAP_WORK_ORDER_MANAGE));
    OQ_TRY(check_edit(edit));
    OQ_TRY(check_version(before, edit->version));
    work_order *after = oq_copy(oq_scope_arena(s), before, sizeof *before);
    after->title = edit->title;
    after->title_ar = edit->title_ar;
    after->description = edit->description;
    after->description_ar = edit->description_ar;
    after->kind = edit->kind;
    after->priority = edit->priority;
    after->due_at = edit->due_at;
    after->planned_from = edit->planned_from;
    after->planned_h = edit->planned_h;
    OQ_TRY(store(s, before, after, "work_order.changed"));
    *ret_order = after;
    return NULL;
}

oq_err *work_order_acknowledge(oq_scope *s, oq_uuid id, work_order **ret_order)
{
    OQ_TRY(work_order_get_own(s, id, ret_order));
    OQ_TRY(escalation_acknowledge(s, "work_order", id));
    return audit_record(s, &(audit_entry){
                               .action = "work_order.acknowledged",
                               .object_type = "work_order",
                               .object_id = id,
                               .object_label = (*ret_order)->number,
                           });
}
