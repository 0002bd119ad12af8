/* Two incidents that turned out to be one have two orders of the chain. The one of the incident
 * that was merged is cancelled where nobody has begun with it; else both stay, and each names the
 * other. Where the incident that stays has none, the order goes along. */
#include "workorder/inner.h"
#include "workorder/work.h"

#include "audit/audit.h"
#include "base/lang.h"
#include "duty/duty.h"
#include "job/job.h"

#include <math.h>

#include "work_order.sql.h"

#include "base/banned.h"

enum { CHAIN_MAX = 16 }; /* incidents merged into one that was merged itself */

typedef enum joining { GOES_ALONG, CANCELLED_FOR, GOES_WITH } joining;
static const char *const joining_name[] = {"goes_along", "cancelled_for", "goes_with"};

typedef struct join {
    oq_scope *s;
    oq_arena *arena;
    const incident *from, *to;
    work_order *order, *other; /* of `from`; of `to`, or NULL */
    joining how;
} join;

/* --- what becomes of it -------------------------------------------------------------------------*/

/* The chain's order of an incident, which nobody else changes until the commit; NULL: none. */
static oq_err *hold_auto(oq_scope *s, oq_uuid incident_id, work_order **ret_order)
{
    sql_work_order_auto_rows rows;
    sql_work_order_hold_rows held;
    *ret_order = NULL;
    OQ_TRY(sql_work_order_auto(s, (sql_work_order_auto_args){incident_id}, &rows));
    if (!rows.count)
        return NULL;
    OQ_TRY(sql_work_order_hold(s, (sql_work_order_hold_args){rows.at[0].id}, &held));
    return work_order_get(s, rows.at[0].id, ret_order);
}

static bool is_over(const work_order *o)
{
    return o->status == WORK_CLOSED || o->status == WORK_CANCELLED;
}

/* Begun, approved, changed, or with a person's mark on it. */
static oq_err *is_touched(oq_scope *s, const work_order *o, bool *ret_touched)
{
    sql_work_order_touched_rows rows;
    bool is_waiting = o->status == WORK_PENDING_APPROVAL || o->status == WORK_OPEN;
    *ret_touched = !is_waiting || o->version > 1 || o->started_at != OQ_TIME_NONE ||
                   o->approved_at != OQ_TIME_NONE;
    if (*ret_touched)
        return NULL;
    OQ_TRY(sql_work_order_touched(s, (sql_work_order_touched_args){o->id}, &rows));
    *ret_touched = rows.at[0].is_touched;
    return NULL;
}

static oq_err *decide(join *j)
{
    bool touched;
    j->how = GOES_ALONG;
    if (!j->other)
        return NULL;
    OQ_TRY(is_touched(j->s, j->order, &touched));
    j->how = touched || is_over(j->other) ? GOES_WITH : CANCELLED_FOR;
    return NULL;
}

/* --- doing it -----------------------------------------------------------------------------------*/

static oq_str sentence(const join *j, oq_lang lang)
{
    oq_str key = oq_strf(j->arena, "work_order_join.%s", joining_name[j->how]);
    const oq_arg arg[] = {
        {"from", oq_strf(j->arena, "INC-%lld", (long long)j->from->number)},
        {"to", oq_strf(j->arena, "INC-%lld", (long long)j->to->number)},
        {"other", j->other ? j->other->number : OQ_STR("")},
    };
    return oq_text_fill(j->arena, lang, key, arg, OQ_COUNT(arg));
}

/* A reason is one text: both languages stand in it. */
static oq_str reason_of(const join *j)
{
    return oq_strf(j->arena, "%.*s\n%.*s", OQ_FMT(sentence(j, OQ_LANG_EN)),
                   OQ_FMT(sentence(j, OQ_LANG_AR)));
}

static oq_err *store(join *j)
{
    work_order before = *j->order, *o = j->order;
    sql_work_order_join_rows rows;
    if (j->how == GOES_ALONG)
        o->incident_id = j->to->id;
    else
        o->joined_to_id = j->other->id;
    if (j->how == CANCELLED_FOR)
        o->status = WORK_CANCELLED;
    OQ_TRY(sql_work_order_join(
        j->s,
        (sql_work_order_join_args){
            .id = o->id,
            .incident_id = o->incident_id,
            .joined_to_id = o->joined_to_id,
            .status = oq_cstr(oq_choice_text(work_order_status_choices, o->status)),
            .now = oq_now(j->s)},
        &rows));
    o->version = rows.at[0].version;
    OQ_TRY(audit_record(j->s, &(audit_entry){
                                  .action = "work_order.joined",
                                  .object_type = "work_order",
                                  .object_id = o->id,
                                  .object_label = o->number,
                                  .changes = audit_changes(j->arena, work_order_fields, &before, o),
                              }));
    return work_order_leave_step(j->s, o, reason_of(j));
}

/* The files of both incidents say so. */
static oq_err *leave_in_incidents(join *j)
{
    OQ_AUTO(oq_buf) facts = oq_buf_make(4096);
    oq_json o = oq_json_to(&facts);
    oq_json_object(&o);
    oq_json_put(&o, uuid, "work_order_id", j->order->id);
    oq_json_put(&o, text, "number", j->order->number);
    oq_json_put(&o, text, "how", oq_cstr(joining_name[j->how]));
    oq_json_put(&o, text, "other", j->other ? j->other->number : OQ_NONE);
    oq_json_object_end(&o);
    OQ_TRY(
        incident_step(j->s, j->from->id, "work_order_joined", reason_of(j), oq_buf_view(&facts)));
    return incident_step(j->s, j->to->id, "work_order_joined", reason_of(j), oq_buf_view(&facts));
}

/* Its assignee hears of it, or who approves where nobody has it; of two that go on beside each
 * other both assignees. */
static oq_err *tell_of(const join *j, const work_order *about, const work_order *other)
{
    oq_str once = oq_strf(j->arena, "work_order.joined:%.*s:%lld",
                          OQ_FMT(oq_uuid_text(j->arena, about->id)), (long long)about->version);
    const oq_arg more[] = {
        {"incident", oq_strf(j->arena, "INC-%lld", (long long)j->to->number)},
        {"other", other ? other->number : OQ_STR("")},
    };
    static const char *const type[] = {"work_order.moved", "work_order.superseded",
                                       "work_order.joined"};
    bool has_nobody = oq_uuid_is_zero(about->assigned_user_id);
    return work_order_tell_more(j->s, about, has_nobody ? OQ_UUID_ZERO : about->assigned_user_id,
                                has_nobody ? ROLE_TENANT_ADMIN : ROLE_NONE, type[j->how], once,
                                more, OQ_COUNT(more));
}

static oq_err *carry_out(join *j)
{
    OQ_TRY(decide(j));
    OQ_TRY(store(j));
    OQ_TRY(leave_in_incidents(j));
    if (j->how == CANCELLED_FOR)
        OQ_TRY(escalation_acknowledge(j->s, "work_order", j->order->id));
    OQ_TRY(tell_of(j, j->order, j->other));
    return j->how == GOES_WITH && !is_over(j->other) ? tell_of(j, j->other, j->order) : NULL;
}

/* --- its incident -------------------------------------------------------------------------------*/

/* The incident that one was merged into, at the end of the chain. */
static oq_err *find_end(oq_scope *s, const incident *from, incident **ret_to)
{
    const incident *at = from;
    for (int i = 0; i < CHAIN_MAX && !oq_uuid_is_zero(at->merged_into); i++) {
        OQ_TRY(incident_get(s, at->merged_into, ret_to));
        at = *ret_to;
    }
    return NULL;
}

oq_err *work_orders_join(oq_scope *s, oq_uuid incident_id)
{
    incident *from, *to;
    OQ_TRY(incident_get(s, incident_id, &from));
    if (oq_uuid_is_zero(from->merged_into)) /* it stands alone again, and so does what goes on */
        return sql_work_orders_part(s, (sql_work_orders_part_args){incident_id, oq_now(s)}, NULL);
    OQ_TRY(find_end(s, from, &to));
    join j = {.s = s, .arena = oq_scope_arena(s), .from = from, .to = to};
    OQ_TRY(hold_auto(s, from->id, &j.order));
    if (!j.order || is_over(j.order))
        return NULL;
    OQ_TRY(hold_auto(s, to->id, &j.other));
    return carry_out(&j);
}

/* --- the job ------------------------------------------------------------------------------------*/

typedef struct join_payload {
    oq_uuid incident_id;
} join_payload;
static const oq_field payload_fields[] = {
    OQ_UUID(join_payload, incident_id, .required = true),
    OQ_FIELDS_END,
};

oq_err *work_order_run_join(job_run *run)
{
    join_payload p;
    oq_scope *s;
    OQ_TRY(oq_fields_read_json(job_arena(run), payload_fields, job_payload(run), &p));
    OQ_TRY(job_checkpoint(run, (double)NAN, OQ_NONE));
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = work_orders_join(s, p.incident_id);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err && oq_err_is(err, "incident.not_found") ? NULL : err;
}
