/* A plan becomes work: orders that are there get their day and their person, others are made. Once,
 * in one transaction, and only while the plan still says something of what is. An order that went on since the plan was made (taken up, ended, cancelled) is
 * left as it is. */
#include <math.h>

#include "audit/audit.h"
#include "duty/roster.h"
#include "optimize/run.h"
#include "tenant/tenant.h"
#include "web/format.h"
#include "workorder/work.h"

#include "optimize_store.sql.h"

#include "base/banned.h"

/* When a planned day's work begins, on the clock on the wall. */
#define WORK_BEGINS "07:00"
#define DAY_BEGINS  "00:00"
#define PLAN_FRESH (3 * OQ_DAY) /* what a plan rests on is not asked for longer than that */

static oq_err *moment_of(oq_arena *arena, oq_date date, const char *clock, oq_str time_zone,
                         oq_us *ret_at)
{
    char day[OQ_DATE_TEXT];
    oq_date_format(date, day);
    return web_local_parse(oq_strf(arena, "%.*sT%s", OQ_DATE_TEXT, day, clock), time_zone, ret_at);
}

static oq_str title_of(oq_arena *arena, oq_lang lang, const optimize_advice *a)
{
    oq_str mode = oq_lang_pick(lang, a->mode_name, a->mode_name_ar);
    oq_str named = oq_lang_pick(lang, a->asset_name, a->asset_name_ar);
    oq_arg arg[] = {{"mode", mode.len ? mode : a->failure_mode},
                    {"asset", oq_strf(arena, "%.*s %.*s", OQ_FMT(a->asset_code), OQ_FMT(named))}};
    bool is_named = arg[0].value.len > 0;
    return oq_text_fill(
        arena, lang, is_named ? OQ_STR("optimize.order.title") : OQ_STR("optimize.order.title_any"),
        arg, OQ_COUNT(arg));
}

/* By the end of its last day: its last minute, however long the day is. */
static oq_err *due_of(oq_arena *arena, const optimize_advice *a, oq_str time_zone, oq_us *ret_due)
{
    oq_date last = a->day + (oq_date)(a->days > 0 ? a->days - 1 : 0);
    OQ_TRY(moment_of(arena, last + 1, DAY_BEGINS, time_zone, ret_due));
    *ret_due -= OQ_MINUTE;
    return NULL;
}

static oq_str evidence_of(oq_arena *arena, const optimize_run *run, const optimize_advice *a)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(4096);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_put(&j, uuid, "optimization_run_id", run->id);
    oq_json_put(&j, i64, "run_number", run->number);
    oq_json_put(&j, text, "failure_mode", a->failure_mode);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&buf));
}

static oq_err *make_order(oq_scope *s, const optimize_run *run, const optimize_advice *a,
                          oq_us due_at, oq_uuid mode_id, oq_uuid person, work_order **ret_order)
{
    oq_arena *arena = oq_scope_arena(s);
    work_order_order order = {
        .source = OQ_STR("OPTIMIZER"),
        .asset_id = a->asset_id,
        .failure_mode_id = mode_id,
        .title = title_of(arena, OQ_LANG_EN, a),
        .title_ar = title_of(arena, OQ_LANG_AR, a),
        .kind = WORK_PREDICTIVE,
        .priority = a->priority_score >= 75 ? WORK_HIGH : WORK_MEDIUM,
        .status = WORK_OPEN,
        .due_at = due_at,
        .planned_h = a->hours,
        .assigned_user_id = person,
        .evidence = evidence_of(arena, run, a),
        .trace_id = run->trace_id,
    };
    return work_order_create(s, &order, ret_order, NULL);
}

static bool is_waiting(const work_order *o)
{
    return o->status == WORK_OPEN || o->status == WORK_PENDING_APPROVAL;
}

static oq_err *plan_order(oq_scope *s, const optimize_run *run, const optimize_advice *a,
                          oq_us begins, oq_uuid person, work_order *o)
{
    oq_str note = oq_strf(oq_scope_arena(s), "%.*s",
                          OQ_FMT(optimize_number_text(oq_scope_arena(s), run->number)));
    if (o->status == WORK_PENDING_APPROVAL)
        OQ_TRY(work_order_set_status(s, o->id,
                                     &(work_order_move){.status = WORK_OPEN,
                                                        .version = o->version,
                                                        .note = note,
                                                        .labour_h = (double)NAN,
                                                        .downtime_h = (double)NAN},
                                     &o));
    if (!oq_uuid_is_zero(person) && !oq_uuid_eq(person, o->assigned_user_id))
        OQ_TRY(work_order_assign(s, o->id, o->version, person, note, &o));
    work_order_edit edit;
    work_order_edit_of(o, &edit);
    edit.planned_from = begins;
    edit.planned_h = a->hours;
    edit.version = o->version;
    return work_order_change(s, o->id, &edit, &o);
}

/* The order that the work has, or gets now. *io_person: zero, when it is theirs already. */
static oq_err *order_of(oq_scope *s, const optimize_run *run, const optimize_advice *a,
                        oq_str time_zone, oq_uuid *io_person, work_order **ret_order)
{
    sql_optimize_mode_id_rows mode;
    sql_optimize_order_standing_rows standing;
    oq_us due_at;
    if (!oq_uuid_is_zero(a->work_order_id))
        return work_order_get(s, a->work_order_id, ret_order);
    OQ_TRY(
        sql_optimize_mode_id(s, (sql_optimize_mode_id_args){a->asset_id, a->failure_mode}, &mode));
    oq_uuid mode_id = mode.count ? mode.at[0].id : OQ_UUID_ZERO;
    OQ_TRY(sql_optimize_order_standing(
        s, (sql_optimize_order_standing_args){a->asset_id, mode_id, a->failure_mode}, &standing));
    if (standing.count)
        return work_order_get(s, standing.at[0].id, ret_order);
    OQ_TRY(due_of(oq_scope_arena(s), a, time_zone, &due_at));
    OQ_TRY(make_order(s, run, a, due_at, mode_id, *io_person, ret_order));
    *io_person = OQ_UUID_ZERO;
    return NULL;
}

static oq_err *follow(oq_scope *s, const optimize_run *run, const optimize_advice *a,
                      oq_str time_zone, size_t *io_followed)
{
    oq_us begins;
    oq_uuid person = OQ_UUID_ZERO, by = optimize_person(s);
    work_order *o;
    OQ_TRY(moment_of(oq_scope_arena(s), a->day, WORK_BEGINS, time_zone, &begins));
    if (a->crew.len && !oq_uuid_parse(a->crew, &person))
        person = OQ_UUID_ZERO;
    OQ_TRY(order_of(s, run, a, time_zone, &person, &o));
    if (!is_waiting(o))
        return sql_optimize_advice_decide(
            s, (sql_optimize_advice_decide_args){a->id, OQ_STR("rejected"), by, o->id, oq_now(s)},
            NULL);
    OQ_TRY(plan_order(s, run, a, begins, person, o));
    (*io_followed)++;
    return sql_optimize_advice_decide(
        s, (sql_optimize_advice_decide_args){a->id, OQ_STR("approved"), by, o->id, oq_now(s)},
        NULL);
}

/* Whether the plan still holds. */
static oq_err *check_fresh(oq_scope *s, const optimize_run *run, oq_str time_zone, oq_us now)
{
    sql_optimize_run_overtaken_rows other;
    char day[OQ_DATE_TEXT];
    if (run->from_day < roster_local_of(now, time_zone).day) {
        oq_date_format(run->from_day, day);
        return oq_fail(OQ_CONFLICT, "optimize.plan_past", "day=%.*s", OQ_DATE_TEXT, day);
    }
    if (now - run->as_of > PLAN_FRESH) {
        oq_date_format(roster_local_of(run->as_of, time_zone).day, day);
        return oq_fail(OQ_CONFLICT, "optimize.plan_old", "day=%.*s", OQ_DATE_TEXT, day);
    }
    OQ_TRY(sql_optimize_run_overtaken(
        s, (sql_optimize_run_overtaken_args){run->id, run->as_of, run->site_id}, &other));
    if (other.count)
        return oq_fail(
            OQ_CONFLICT, "optimize.plan_overtaken", "number=%.*s",
            OQ_FMT(optimize_number_text(oq_scope_arena(s), other.at[0].number)));
    return NULL;
}

/* Approving writes, so that its clock is the true one also where a record of the past is read. */
oq_err *optimize_may_approve(oq_scope *s, const optimize_run *run, bool *ret_may)
{
    tenant *t;
    *ret_may = false;
    if (run->approved_at != OQ_TIME_NONE ||
        (run->status != OPTIMIZE_DONE && run->status != OPTIMIZE_INFEASIBLE))
        return NULL;
    OQ_TRY(tenant_self(s, &t));
    oq_mark mark = oq_err_mark();
    oq_err *err = check_fresh(s, run, t->time_zone, oq_clock_now());
    if (err && err->kind != OQ_CONFLICT)
        return err;
    *ret_may = !err;
    if (err)
        oq_err_rewind(mark);
    return NULL;
}

oq_err *optimize_approve(oq_scope *s, oq_uuid run_id, oq_str note)
{
    sql_optimize_approve_lock_rows lock;
    sql_optimize_run_hold_rows held;
    optimize_run *run;
    optimize_advices advices;
    tenant *t;
    size_t touched, followed = 0;
    OQ_TRY(oq_scope_require(s, CAP_OPTIMIZATION_APPROVE));
    oq_uuid by = optimize_person(s);
    OQ_TRY(sql_optimize_approve_lock(s, &lock));
    OQ_TRY(sql_optimize_run_hold(s, (sql_optimize_run_hold_args){run_id}, &held));
    OQ_TRY(optimize_run_get(s, run_id, &run));
    if (oq_uuid_is_zero(by))
        return oq_fail(OQ_CONFLICT, "optimize.approver_not_here");
    if (run->status != OPTIMIZE_DONE && run->status != OPTIMIZE_INFEASIBLE)
        return oq_fail(OQ_CONFLICT, "optimize.not_done");
    OQ_TRY(tenant_self(s, &t));
    if (run->approved_at != OQ_TIME_NONE)
        return oq_fail(OQ_CONFLICT, "optimize.decided");
    OQ_TRY(check_fresh(s, run, t->time_zone, oq_now(s)));
    OQ_TRY(optimize_advices_of(s, run_id, &advices));
    OQ_TRY(sql_optimize_run_approve(s, (sql_optimize_run_approve_args){run_id, by, note, oq_now(s)},
                                    &touched));
    if (!touched)
        return oq_fail(OQ_CONFLICT, "optimize.decided");
    for (size_t i = 0; i < advices.count; i++)
        if (advices.at[i].action == OPTIMIZE_DO &&
            oq_str_eq(advices.at[i].status, OQ_STR("proposed")))
            OQ_TRY(follow(s, run, &advices.at[i], t->time_zone, &followed));
    return audit_record(
        s, &(audit_entry){.action = "optimization.approved",
                          .object_type = "optimization_run",
                          .object_id = run_id,
                          .object_label = optimize_number_text(oq_scope_arena(s), run->number),
                          .changes = oq_strf(oq_scope_arena(s),
                                             "{\"orders\":{\"from\":null,\"to\":%zu}}", followed)});
}

oq_err *optimize_reject(oq_scope *s, oq_uuid advice_id, oq_uuid *ret_run_id)
{
    size_t touched;
    OQ_TRY(oq_scope_require(s, CAP_OPTIMIZATION_APPROVE));
    sql_optimize_advice_run_rows rows;
    OQ_TRY(sql_optimize_advice_run(s, (sql_optimize_advice_run_args){advice_id}, &rows));
    if (!rows.count)
        return oq_fail(OQ_NOT_FOUND, "optimize.advice_not_found");
    *ret_run_id = rows.at[0].run_id;
    sql_optimize_run_hold_rows held; /* nobody approves meanwhile */
    OQ_TRY(sql_optimize_run_hold(s, (sql_optimize_run_hold_args){*ret_run_id}, &held));
    OQ_TRY(sql_optimize_advice_decide(
        s,
        (sql_optimize_advice_decide_args){advice_id, OQ_STR("rejected"), optimize_person(s),
                                          OQ_UUID_ZERO, oq_now(s)},
        &touched));
    if (!touched)
        return oq_fail(OQ_CONFLICT, "optimize.decided");
    return audit_record(s, &(audit_entry){.action = "optimization.advice_rejected",
                                          .object_type = "optimization_run",
                                          .object_id = rows.at[0].run_id,
                                          .object_label = optimize_number_text(oq_scope_arena(s),
                                                                               rows.at[0].number)});
}
