/* A run: asked for, gathered, solved, stored, repeated. Gathering and storing are transactions of
 * their own, and solving needs none, so that no connection waits for a solver. */
#include "optimize/run.h"

#include <math.h>

#include "audit/audit.h"
#include "blackbox/collect.h"
#include "duty/roster.h"
#include "job/job.h"
#include "quant/json_tree.h"
#include "notify/notify.h"
#include "tenant/tenant.h"
#include "workorder/work_order.h"

#include "optimize_store.sql.h"

#include "base/banned.h"

enum { DEPTH_MAX = 8, SECONDS_MAX = 60, EVENTS_MAX = 10, MOVES_UNIT = 1000, FROM_DAYS_MAX = 90 };

/* --- asking -------------------------------------------------------------------------------------*/

/* The members of a result that name no orders and no people. */
static oq_err *without_orders(oq_arena *arena, oq_str *io_result)
{
    static const char *const kept[] = {"status",  "cost",    "idle",     "bound",
                                       "gap",     "planned", "left_out", "unknown",
                                       "took_us", "limits",  "assets",   "sites"};
    const json_node *root;
    if (!io_result->len)
        return NULL;
    OQ_TRY(json_tree_parse(arena, *io_result, DEPTH_MAX, &root));
    OQ_AUTO(oq_buf) buf = oq_buf_make(OPTIMIZE_JSON_MAX);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    for (size_t i = 0; i < OQ_COUNT(kept); i++) {
        const json_node *n = json_tree_member(root, kept[i]);
        if (!n)
            continue;
        oq_json_name(&j, kept[i]);
        if (n->type == JSON_NODE_TEXT)
            oq_json_text(&j, n->text);
        else
            oq_json_raw(&j, n->text);
    }
    oq_json_object_end(&j);
    *io_result = oq_str_copy(arena, oq_buf_view(&buf));
    return NULL;
}

oq_err *optimize_run_get(oq_scope *s, oq_uuid id, optimize_run **ret_run)
{
    sql_optimize_run_get_rows rows;
    OQ_TRY(sql_optimize_run_get(s, (sql_optimize_run_get_args){id}, &rows));
    if (!rows.count)
        return oq_fail(OQ_NOT_FOUND, "optimize.run_not_found");
    if (!oq_uuid_is_zero(work_order_only_user(s)))
        OQ_TRY(without_orders(oq_scope_arena(s), &rows.at[0].result));
    *ret_run = rows.at;
    return NULL;
}

oq_str optimize_parameters_json(oq_arena *arena, const optimize_parameters *p)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(4096);
    oq_json j = oq_json_to(&buf);
    oq_fields_write_json(&j, optimize_parameters_fields, p);
    return oq_str_copy(arena, oq_buf_view(&buf));
}

oq_err *optimize_day_after(oq_scope *s, oq_us at, oq_date *ret_day)
{
    tenant *t;
    OQ_TRY(tenant_self(s, &t));
    *ret_day = roster_local_of(at, t->time_zone).day + 1;
    return NULL;
}

/* A plan knows nothing of what is to come, and begins after what it knows. */
static oq_err *check_times(oq_scope *s, oq_us as_of, oq_date from_day)
{
    tenant *t;
    sql_optimize_first_rows first;
    char day[OQ_DATE_TEXT];
    OQ_TRY(tenant_self(s, &t));
    OQ_TRY(sql_optimize_first(s, &first));
    if (as_of != OQ_TIME_NONE && as_of > oq_moment(s))
        return oq_fail_field("as_of", "optimize.as_of_future");
    oq_date known = roster_local_of(as_of == OQ_TIME_NONE ? oq_moment(s) : as_of, t->time_zone).day;
    oq_us begun = first.at[0].at;
    oq_date begins = begun == OQ_TIME_NONE ? known : roster_local_of(begun, t->time_zone).day;
    if (as_of != OQ_TIME_NONE && known < begins) {
        oq_date_format(begins, day);
        return oq_fail_field("as_of", "optimize.as_of_early", "day=%.*s", OQ_DATE_TEXT, day);
    }
    if (from_day < known || from_day > known + FROM_DAYS_MAX) {
        oq_date_format(known, day);
        return oq_fail_field("from_day", "optimize.from_day_beyond", "day=%.*s most=%d",
                             OQ_DATE_TEXT, day, FROM_DAYS_MAX);
    }
    return NULL;
}

oq_err *optimize_ask(oq_scope *s, const optimize_order *order, optimize_run **ret_run)
{
    oq_arena *arena = oq_scope_arena(s);
    const oq_actor *actor = oq_scope_actor(s);
    oq_uuid id = oq_uuid_new(oq_now(s)), trace_id = oq_uuid_new(oq_now(s));
    oq_date from_day = order->from_day;
    oq_us as_of = order->as_of == OQ_TIME_NONE ? oq_moment(s) : order->as_of;
    sql_optimize_number_rows number;
    if (order->problem != OPTIMIZE_MAINTENANCE)
        return oq_fail_field("problem", "optimize.not_here_yet");
    if (from_day == OQ_DATE_NONE)
        OQ_TRY(optimize_day_after(s, as_of, &from_day));
    OQ_TRY(check_times(s, order->as_of, from_day));
    OQ_TRY(sql_optimize_number(s, &number));
    OQ_TRY(sql_optimize_run_add(
        s,
        (sql_optimize_run_add_args){
            .id = id,
            .number = number.at[0].number,
            .problem = oq_cstr(oq_choice_text(optimize_problem_choices, order->problem)),
            .scenario_id = order->scenario_id,
            .horizon_days = order->horizon_days,
            .from_day = from_day,
            .as_of = as_of,
            .site_id = order->site_id,
            .parameters = optimize_parameters_json(arena, &order->parameters),
            .seed = order->parameters.seed == OQ_I64_NONE ? 1 : order->parameters.seed,
            .made_by = actor->label.len ? actor->label : OQ_STR("program"),
            .made_by_id = optimize_person(s),
            .trace_id = trace_id,
            .now = oq_now(s)},
        NULL));
    OQ_TRY(audit_record(
        s, &(audit_entry){.action = "optimization.asked",
                          .object_type = "optimization_run",
                          .object_id = id,
                          .object_label = optimize_number_text(arena, number.at[0].number)}));
    oq_str key = oq_uuid_text(arena, id);
    oq_uuid job_id;
    OQ_TRY(job_add(s,
                   &(job_order){.kind = "optimize.run",
                                .key = key,
                                .is_unique = true,
                                .payload = oq_strf(arena, "{\"run_id\":\"%.*s\"}", OQ_FMT(key))},
                   &job_id));
    OQ_TRY(sql_optimize_run_job(s, (sql_optimize_run_job_args){id, job_id}, NULL));
    return optimize_run_get(s, id, ret_run);
}

oq_str optimize_number_text(oq_arena *arena, int64_t number)
{
    return oq_strf(arena, "OPT-%lld", (long long)number);
}

oq_uuid optimize_person(const oq_scope *s)
{
    const oq_actor *actor = oq_scope_actor(s);
    bool is_own = actor->kind == ACTOR_USER && oq_uuid_eq(actor->home_tenant, oq_scope_tenant(s));
    return is_own ? actor->id : OQ_UUID_ZERO;
}

/* --- doing --------------------------------------------------------------------------------------*/

oq_err *optimize_prepare(oq_scope *s, oq_uuid run_id, optimize_run **ret_run, oq_str *ret_inputs)
{
    optimize_parameters parameters;
    optimize_inputs in;
    OQ_TRY(optimize_run_get(s, run_id, ret_run));
    optimize_run *run = *ret_run;
    OQ_TRY(oq_fields_read_json(oq_scope_arena(s), optimize_parameters_fields, run->parameters,
                               &parameters));
    OQ_TRY(optimize_gather(s, run, &parameters, &in));
    const char *flaw = maintenance_problem_flaw(&in.problem);
    if (flaw)
        return oq_fail(OQ_INTERNAL, "optimize.inputs_broken", "flaw=%s", flaw);
    if (maintenance_problem_options(&in.problem) > MAINTENANCE_OPTIONS_MAX)
        return optimize_too_large(&in);
    return optimize_inputs_write(oq_scope_arena(s), &in, ret_inputs);
}

maintenance_effort optimize_effort(const optimize_run *run, const optimize_parameters *p)
{
    return (maintenance_effort){
        .seed = (uint64_t)run->seed,
        .moves = p->effort == OQ_I64_NONE ? 0 : p->effort * MOVES_UNIT,
        .deadline = oq_monotonic() + SECONDS_MAX * OQ_SECOND,
    };
}

static oq_err *tell_black_box(oq_scope *s, const optimize_run *run, const optimize_inputs *in,
                              const optimize_answer *a, const optimize_advices *advices)
{
    oq_arena *arena = oq_scope_arena(s);
    event_run_advice *advice = oq_new_n(arena, event_run_advice, EVENTS_MAX);
    size_t count = 0;
    for (size_t i = 0; i < advices->count && count < EVENTS_MAX; i++) {
        const optimize_advice *row = &advices->at[i];
        if (row->action != OPTIMIZE_DO)
            continue;
        char day[OQ_DATE_TEXT];
        oq_date_format(row->day, day);
        advice[count++] = (event_run_advice){
            .id = oq_uuid_text(arena, row->id),
            .asset_id = row->asset_id,
            .severity = SEVERITY_INFO,
            .summary = oq_strf(arena, "%.*s: %.*s on %.*s", OQ_FMT(row->asset_code),
                               OQ_FMT(row->order_number.len ? row->order_number
                                      : row->mode_name.len  ? row->mode_name
                                                            : row->failure_mode),
                               OQ_DATE_TEXT, day),
        };
    }
    event_run told = {
        .run_id = run->id,
        .model_type = OQ_STR("maintenance_plan"),
        .ended_at = oq_now(s),
        .category = CATEGORY_MAINTENANCE,
        .summary = oq_strf(arena, "%.*s: %zu of %zu jobs planned",
                           OQ_FMT(optimize_number_text(arena, run->number)), a->plan.planned,
                           in->problem.jobs),
        .advice = advice,
        .advices = count,
        .trace_id = run->trace_id,
    };
    size_t added;
    return event_add_run(s, &told, &added);
}

static oq_err *tell_asker(oq_scope *s, const optimize_run *run, const optimize_answer *a,
                          oq_uuid asker)
{
    if (oq_uuid_is_zero(asker))
        return NULL;
    oq_arena *arena = oq_scope_arena(s);
    oq_arg fact[] = {
        {"number", optimize_number_text(arena, run->number)},
        {"planned", oq_strf(arena, "%zu", a->plan.planned)},
        {"left", oq_strf(arena, "%zu", a->plan.left_out + a->plan.unknown)},
    };
    return notify_user(s, &(notify_order){.user_id = asker,
                                          .type = "optimization.done",
                                          .fact = fact,
                                          .fact_count = OQ_COUNT(fact),
                                          .entity_type = "optimization_run",
                                          .entity_id = oq_uuid_text(arena, run->id),
                                          .topic = TOPIC_JOB,
                                          .once_key = oq_strf(arena, "optimization.done:%.*s",
                                                              OQ_FMT(oq_uuid_text(arena, run->id))),
                                          .trace_id = run->trace_id});
}

oq_err *optimize_finish(oq_scope *s, const optimize_run *run, oq_str inputs,
                        const optimize_inputs *in, const optimize_answer *a)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_optimize_run_hold_rows held;
    optimize_advices advices;
    oq_str result;
    size_t touched;
    OQ_TRY(optimize_answer_write(arena, in, a, &result));
    OQ_TRY(sql_optimize_run_hold(s, (sql_optimize_run_hold_args){run->id}, &held));
    OQ_TRY(sql_optimize_run_begin(s, (sql_optimize_run_begin_args){run->id, oq_now(s)}, NULL));
    bool is_placed =
        a->plan.status == MAINTENANCE_OPTIMAL || a->plan.status == MAINTENANCE_FEASIBLE;
    OQ_TRY(sql_optimize_run_end(
        s,
        (sql_optimize_run_end_args){.id = run->id,
                                    .status = is_placed ? OQ_STR("done") : OQ_STR("infeasible"),
                                    .inputs = inputs,
                                    .inputs_summary = optimize_inputs_summary(arena, in),
                                    .result = result,
                                    .moves = a->plan.effort.moves_stop ? a->plan.effort.moves_stop
                                                                       : a->plan.effort.moves,
                                    .objective_minor = maintenance_cost_money(&a->plan.cost),
                                    .bound_minor = in->problem.weights ? OQ_I64_NONE : a->plan.bound,
                                    .baseline_minor = maintenance_cost_money(&a->plan.idle),
                                    .gap = a->plan.gap,
                                    .currency = in->currency,
                                    .now = oq_now(s)},
        &touched));
    if (!touched)
        return oq_fail(OQ_CONFLICT, "optimize.not_running");
    OQ_TRY(optimize_store_advice(s, run, in, a));
    OQ_TRY(optimize_advices_of(s, run->id, &advices));
    OQ_TRY(tell_black_box(s, run, in, a, &advices));
    OQ_TRY(tell_asker(s, run, a, run->made_by_id));
    oq_log_info("optimize.done", OQ_F_UUID("trace", run->trace_id), OQ_F_INT("run", run->number),
                OQ_F_INT("planned", (int64_t)a->plan.planned),
                OQ_F_INT("left", (int64_t)a->plan.left_out),
                OQ_F_INT("unknown", (int64_t)a->plan.unknown), OQ_F_INT("took_us", a->plan.took));
    return NULL;
}

oq_err *optimize_do(oq_scope *s, oq_uuid run_id)
{
    oq_arena *arena = oq_scope_arena(s);
    optimize_run *run;
    oq_str json;
    optimize_inputs in;
    optimize_parameters parameters;
    optimize_answer answer;
    OQ_TRY(optimize_prepare(s, run_id, &run, &json));
    OQ_TRY(optimize_inputs_read(arena, json, &in));
    OQ_TRY(oq_fields_read_json(arena, optimize_parameters_fields, run->parameters, &parameters));
    maintenance_effort effort = optimize_effort(run, &parameters);
    optimize_solve(arena, &in, &effort, &answer);
    return optimize_finish(s, run, json, &in, &answer);
}

/* --- afterwards ---------------------------------------------------------------------------------*/

oq_err *optimize_repeat(oq_scope *s, oq_uuid run_id, bool *ret_same)
{
    oq_arena *arena = oq_scope_arena(s);
    optimize_run *run;
    sql_optimize_run_inputs_rows rows;
    optimize_inputs in;
    maintenance_effort effort;
    maintenance_slot *slot;
    maintenance_plan plan;
    size_t slots;
    OQ_TRY(optimize_run_get(s, run_id, &run));
    if (run->status != OPTIMIZE_DONE && run->status != OPTIMIZE_INFEASIBLE)
        return oq_fail(OQ_CONFLICT, "optimize.not_done");
    OQ_TRY(sql_optimize_run_inputs(s, (sql_optimize_run_inputs_args){run_id}, &rows));
    if (!rows.at[0].inputs.len)
        return oq_fail(OQ_CONFLICT, "optimize.inputs_gone");
    if (!rows.at[0].is_whole)
        return oq_fail(OQ_CONFLICT, "optimize.inputs_changed");
    OQ_TRY(optimize_inputs_read(arena, rows.at[0].inputs, &in));
    OQ_TRY(optimize_answer_effort(arena, run->result, &effort));
    OQ_TRY(optimize_answer_slots(arena, run->result, &slot, &slots));
    maintenance_plan_solve(arena, &in.problem, &effort, &plan);
    /* runs from before weights were told apart have them in their amounts */
    *ret_same = slots == in.problem.jobs &&
                (maintenance_cost_money(&plan.cost) == run->objective_minor ||
                 plan.cost.total == run->objective_minor);
    for (size_t i = 0; *ret_same && i < slots; i++)
        *ret_same = plan.slot[i].day == slot[i].day && plan.slot[i].crew == slot[i].crew;
    return NULL;
}

oq_err *optimize_latest(oq_scope *s, int problem, oq_uuid site_id, optimize_run **ret_run)
{
    sql_optimize_run_latest_rows rows;
    *ret_run = NULL;
    OQ_TRY(sql_optimize_run_latest(
        s,
        (sql_optimize_run_latest_args){oq_cstr(oq_choice_text(optimize_problem_choices, problem)),
                                       site_id},
        &rows));
    return rows.count ? optimize_run_get(s, rows.at[0].id, ret_run) : NULL;
}

static void hide_order(optimize_advice *a)
{
    a->order_number = a->order_title = a->order_title_ar = a->crew = a->crew_name = OQ_NONE;
    a->work_order_id = a->made_order_id = OQ_UUID_ZERO;
    a->reasons = OQ_STR("[]"); /* it names other orders and people */
}

oq_err *optimize_advices_of(oq_scope *s, oq_uuid run_id, optimize_advices *ret_advices)
{
    return optimize_advices_from(s, run_id, 0, MAINTENANCE_JOBS_MAX, ret_advices);
}

oq_err *optimize_advices_from(oq_scope *s, oq_uuid run_id, int64_t after, int64_t limit,
                              optimize_advices *ret_advices)
{
    sql_optimize_advice_list_rows rows;
    OQ_TRY(sql_optimize_advice_list(s, (sql_optimize_advice_list_args){run_id, after, limit}, &rows));
    /* Who sees only the orders that are their own learns of no others here either. */
    oq_uuid only = work_order_only_user(s);
    oq_str own = oq_uuid_text(oq_scope_arena(s), only);
    for (size_t i = 0; !oq_uuid_is_zero(only) && i < rows.count; i++)
        if (!oq_str_eq(rows.at[i].crew, own))
            hide_order(&rows.at[i]);
    *ret_advices = (optimize_advices){rows.at, rows.count};
    return NULL;
}

oq_err *optimize_break(oq_scope *s, oq_uuid run_id, int status, oq_str error)
{
    return sql_optimize_run_break(
        s,
        (sql_optimize_run_break_args){
            run_id, oq_cstr(oq_choice_text(optimize_status_choices, status)), error, oq_now(s)},
        NULL);
}

oq_err *optimize_cancel(oq_scope *s, oq_uuid run_id)
{
    sql_optimize_run_hold_rows held;
    optimize_run *run;
    OQ_TRY(sql_optimize_run_hold(s, (sql_optimize_run_hold_args){run_id}, &held));
    OQ_TRY(optimize_run_get(s, run_id, &run));
    if (run->status != OPTIMIZE_QUEUED && run->status != OPTIMIZE_RUNNING)
        return oq_fail(OQ_CONFLICT, "optimize.over");
    OQ_TRY(optimize_break(s, run_id, OPTIMIZE_CANCELLED,
                          OQ_STR("{\"code\":\"job.cancelled\",\"facts\":{}}")));
    OQ_TRY(audit_record(
        s, &(audit_entry){.action = "optimization.cancelled",
                          .object_type = "optimization_run",
                          .object_id = run_id,
                          .object_label = optimize_number_text(oq_scope_arena(s), run->number)}));
    return job_cancel(s, run->job_id);
}
