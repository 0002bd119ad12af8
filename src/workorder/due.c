/* What is late is told once: to the assignee, and to who plans. */
#include "workorder/inner.h"

#include "workorder/list.h"

#include <math.h>

#include "list.sql.h"

#include "base/banned.h"

enum { SLICE = 50 };

static oq_err *tell_late(oq_scope *s, const work_order *o)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_str once = oq_strf(arena, "work_order.overdue:%.*s:%.*s", OQ_FMT(oq_uuid_text(arena, o->id)),
                          OQ_FMT(oq_time_text(arena, o->due_at)));
    if (!oq_uuid_is_zero(o->assigned_user_id))
        OQ_TRY(work_order_tell(s, o, o->assigned_user_id, ROLE_NONE, "work_order.overdue", once));
    sql_work_order_people_rows people;
    OQ_TRY(sql_work_order_people(s, &people));
    bool has_planner = false;
    for (size_t i = 0; i < people.count; i++)
        if (oq_str_eq(people.at[i].role, OQ_STR("optimization_engineer"))) {
            has_planner = true;
            if (!oq_uuid_eq(people.at[i].id, o->assigned_user_id))
                OQ_TRY(
                    work_order_tell(s, o, people.at[i].id, ROLE_NONE, "work_order.overdue", once));
        }
    if (has_planner)
        return NULL;
    for (size_t i = 0; i < people.count; i++) /* where nobody plans, the administrators do */
        if (oq_str_eq(people.at[i].role, OQ_STR("tenant_admin")) &&
            !oq_uuid_eq(people.at[i].id, o->assigned_user_id))
            OQ_TRY(work_order_tell(s, o, people.at[i].id, ROLE_NONE, "work_order.overdue", once));
    return NULL;
}

oq_err *work_order_tell_overdue(oq_scope *s, size_t *ret_count)
{
    sql_work_order_overdue_rows late;
    OQ_TRY(sql_work_order_overdue(s, (sql_work_order_overdue_args){oq_now(s), SLICE}, &late));
    oq_uuids ids = {oq_new_n(oq_scope_arena(s), oq_uuid, late.count), late.count};
    for (size_t i = 0; i < late.count; i++)
        ids.at[i] = late.at[i].id;
    work_orders orders;
    OQ_TRY(work_orders_get(s, ids, &orders));
    for (size_t i = 0; i < orders.count; i++)
        OQ_TRY(tell_late(s, &orders.at[i]));
    if (late.count)
        OQ_TRY(sql_work_order_overdue_told(s, (sql_work_order_overdue_told_args){ids, oq_now(s)},
                                           NULL));
    *ret_count = late.count;
    return NULL;
}

static oq_err *run_overdue(job_run *run)
{
    for (size_t count = SLICE; count == SLICE;) {
        oq_scope *s;
        OQ_TRY(job_checkpoint(run, (double)NAN, OQ_NONE));
        OQ_TRY(job_scope(run, OQ_WRITE, &s));
        oq_err *err = work_order_tell_overdue(s, &count);
        if (!err)
            err = oq_scope_commit(s);
        oq_scope_close(s);
        OQ_TRY(err);
    }
    return NULL;
}

const job_kind work_order_job_kinds[] = {
    /* Twice is harmless: what was told is marked in the same transaction. */
    {.name = "work_order.overdue",
     .run = run_overdue,
     .lane = JOB_PER_TENANT,
     .every_s = 120,
     .is_routine = true,
     .limit_s = 300},
    /* Twice is harmless: what was cancelled is over, what was joined or went along is not found. */
    {.name = "work_order.join", .run = work_order_run_join, .lane = JOB_PER_TENANT, .limit_s = 300},
    {0},
};
