/* /api/optimization */
#include "http/request.h"
#include "optimize/compare.h"
#include "optimize/json_read.h"
#include "optimize/run.h"

#include "job/job.h"

#include "optimize_store.sql.h"

#include "base/banned.h"

enum { LIST_MAX = 200, DEPTH_MAX = 8 };

/* --- priorities ---------------------------------------------------------------------------------*/

typedef struct priority_query {
    oq_uuid site_id;
} priority_query;
static const oq_field priority_query_fields[] = {
    OQ_UUID(priority_query, site_id, .help = "of plans for this site alone; not given: for all"),
    OQ_FIELDS_END,
};

/* A member of the stored result, as it stands there. */
static oq_str part_of(const json_node *root, const char *name)
{
    const json_node *n = root ? json_tree_member(root, name) : NULL;
    return n && n->type != JSON_NODE_NULL ? n->text : OQ_STR("[]");
}

static oq_err *get_priority(http_req *rq, oq_scope *s)
{
    priority_query q;
    optimize_run *run;
    const json_node *root = NULL;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(optimize_latest(s, OPTIMIZE_MAINTENANCE, q.site_id, &run));
    if (run)
        OQ_TRY(json_tree_parse(http_arena(rq), run->result, DEPTH_MAX, &root));
    oq_json *j = http_json(rq, 0);
    oq_str ranked = part_of(root, "assets"), of_sites = part_of(root, "sites");
    if (run)
        run->result = OQ_NONE;
    oq_json_object(j);
    oq_json_name(j, "run");
    if (run)
        oq_fields_write_json(j, optimize_run_fields, run);
    else
        oq_json_null(j);
    oq_json_put(j, raw, "assets", ranked);
    oq_json_put(j, raw, "sites", of_sites);
    oq_json_object_end(j);
    return NULL;
}

typedef struct ask_body {
    int64_t horizon_days;
    oq_uuid site_id;
    oq_date from_day;
    oq_us as_of;
    optimize_parameters parameters;
} ask_body;
static const oq_field ask_fields[] = {
    OQ_I64(ask_body, horizon_days, .preset = "14", .min = 1, .max = OPTIMIZE_HORIZON_MAX),
    OQ_UUID(ask_body, site_id, .help = "not given: every site"),
    OQ_DATE(ask_body, from_day, .help = "first day of the plan; not given: the one after as_of"),
    OQ_TIME(ask_body, as_of, .help = "with what was known then; not given: now"),
    {.name = "parameters",
     .type = OQ_TYPE_OBJECT,
     .offset = offsetof(ask_body, parameters),
     .fields = optimize_parameters_fields},
    OQ_FIELDS_END,
};

static oq_err *post_priority(http_req *rq, oq_scope *s)
{
    ask_body body;
    optimize_run *run;
    site *at;
    OQ_TRY(http_body(rq, &body));
    OQ_TRY(site_find(s, body.site_id, &at));
    if (!oq_uuid_is_zero(body.site_id) && !at)
        return oq_fail_field("site_id", "optimize.site_unknown");
    OQ_TRY(optimize_ask(s,
                        &(optimize_order){.problem = OPTIMIZE_MAINTENANCE,
                                          .site_id = body.site_id,
                                          .horizon_days = body.horizon_days,
                                          .from_day = body.from_day,
                                          .as_of = body.as_of,
                                          .parameters = body.parameters},
                        &run));
    http_answer_record(rq, 0, run);
    return NULL;
}

/* --- waiting ------------------------------------------------------------------------------------*/

typedef struct deferral_query {
    oq_uuid asset_id, work_order_id;
    int64_t days;
} deferral_query;
static const oq_field deferral_query_fields[] = {
    OQ_UUID(deferral_query, asset_id, .help = "this, or work_order_id"),
    OQ_UUID(deferral_query, work_order_id),
    OQ_I64(deferral_query, days, .preset = "30", .min = 1, .max = OPTIMIZE_HORIZON_MAX),
    OQ_FIELDS_END,
};

static oq_err *get_deferral(http_req *rq, oq_scope *s)
{
    deferral_query q;
    oq_str json;
    OQ_TRY(http_query(rq, &q));
    if (oq_uuid_is_zero(q.asset_id) == oq_uuid_is_zero(q.work_order_id))
        return oq_fail_field("asset_id", "optimize.one_of_two");
    OQ_TRY(optimize_deferral(s, q.asset_id, q.work_order_id, q.days, &json));
    oq_json_raw(http_json(rq, 0), json);
    return NULL;
}

/* --- scenarios ----------------------------------------------------------------------------------*/

typedef struct list_query {
    oq_str cursor;
    int64_t limit;
    int problem, status;
    oq_uuid scenario_id, site_id;
} list_query;
#define PAGED                                                                                      \
    OQ_TEXT(list_query, cursor, .max = 200),                                                       \
        OQ_I64(list_query, limit, .preset = "50", .min = 1, .max = LIST_MAX), OQ_FIELDS_END
static const oq_field scenario_query_fields[] = {PAGED};
static const oq_field run_query_fields[] = {
    OQ_CHOICE(list_query, problem, optimize_problem_choices),
    OQ_CHOICE(list_query, status, optimize_status_choices),
    OQ_UUID(list_query, scenario_id),
    OQ_UUID(list_query, site_id),
    PAGED,
};

static oq_err *page_of(http_req *rq, list_query *q, oq_us *ret_at, oq_uuid *ret_id)
{
    OQ_TRY(http_query(rq, q));
    OQ_TRY(http_cursor_read(q->cursor, ret_at, ret_id));
    if (*ret_at == OQ_TIME_NONE)
        *ret_at = OQ_TIME_LAST;
    return NULL;
}

static oq_err *list_scenarios(http_req *rq, oq_scope *s)
{
    list_query q;
    oq_us at;
    oq_uuid id;
    sql_optimize_scenario_list_rows rows;
    oq_str next = OQ_NONE;
    OQ_TRY(page_of(rq, &q, &at, &id));
    OQ_TRY(sql_optimize_scenario_list(s, (sql_optimize_scenario_list_args){at, id, q.limit + 1},
                                      &rows));
    if (rows.count > (size_t)q.limit) {
        const optimize_scenario *last = &rows.at[--rows.count - 1];
        next = http_cursor_make(http_arena(rq), last->created_at, last->id);
    }
    http_answer_list(rq, rows.at, sizeof *rows.at, rows.count, next);
    return NULL;
}

static oq_err *post_scenario(http_req *rq, oq_scope *s)
{
    optimize_scenario_order order;
    optimize_scenario *made;
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(optimize_scenario_add(s, &order, &made));
    http_answer_record(rq, 0, made);
    return NULL;
}

static oq_err *get_scenario(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    optimize_scenario *it;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(optimize_scenario_get(s, id, &it));
    http_answer_record(rq, 0, it);
    return NULL;
}

static oq_err *delete_scenario(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(optimize_scenario_remove(s, id));
    http_answer_empty(rq, 0);
    return NULL;
}

static oq_err *run_scenario(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    optimize_run *run;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(optimize_scenario_run(s, id, &run));
    http_answer_record(rq, 0, run);
    return NULL;
}

/* --- runs ---------------------------------------------------------------------------------------*/

static oq_err *list_runs(http_req *rq, oq_scope *s)
{
    list_query q;
    oq_us at;
    oq_uuid id;
    sql_optimize_run_list_rows rows;
    oq_str next = OQ_NONE;
    OQ_TRY(page_of(rq, &q, &at, &id));
    OQ_TRY(sql_optimize_run_list(
        s,
        (sql_optimize_run_list_args){
            .problem = oq_cstr(oq_choice_text(optimize_problem_choices, q.problem)),
            .status = oq_cstr(oq_choice_text(optimize_status_choices, q.status)),
            .scenario_id = q.scenario_id,
            .site_id = q.site_id,
            .before_time = at,
            .before_id = id,
            .limit = q.limit + 1},
        &rows));
    if (rows.count > (size_t)q.limit) {
        const optimize_run *last = &rows.at[--rows.count - 1];
        next = http_cursor_make(http_arena(rq), last->created_at, last->id);
    }
    http_answer_list(rq, rows.at, sizeof *rows.at, rows.count, next);
    return NULL;
}

static oq_err *get_run(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    optimize_run *run;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(optimize_run_get(s, id, &run));
    http_answer_record(rq, 0, run);
    return NULL;
}

typedef struct advices_query {
    int64_t after, limit;
} advices_query;
static const oq_field advices_query_fields[] = {
    OQ_I64(advices_query, after, .preset = "0", .min = 0, .max = INT32_MAX,
           .help = "position of the last row of the page before"),
    OQ_I64(advices_query, limit, .preset = "1000", .min = 1, .max = OPTIMIZE_ADVICE_MAX),
    OQ_FIELDS_END,
};

static oq_err *get_advices(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    optimize_run *run;
    advices_query q;
    optimize_advices rows;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(optimize_run_get(s, id, &run));
    OQ_TRY(optimize_advices_from(s, id, q.after, q.limit, &rows));
    http_answer_list(rq, rows.at, sizeof *rows.at, rows.count, OQ_NONE);
    return NULL;
}

typedef struct approve_body {
    oq_str note;
} approve_body;
static const oq_field approve_fields[] = {
    OQ_TEXT(approve_body, note, .max = 2000),
    OQ_FIELDS_END,
};

static oq_err *approve_run(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    approve_body body;
    optimize_run *run;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &body));
    OQ_TRY(optimize_approve(s, id, body.note));
    OQ_TRY(optimize_run_get(s, id, &run));
    http_answer_record(rq, 0, run);
    return NULL;
}

static oq_err *cancel_run(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    optimize_run *run;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(optimize_cancel(s, id));
    OQ_TRY(optimize_run_get(s, id, &run));
    http_answer_record(rq, 0, run);
    return NULL;
}

static oq_err *reject_advice(http_req *rq, oq_scope *s)
{
    oq_uuid id, run_id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(optimize_reject(s, id, &run_id));
    http_answer_empty(rq, 0);
    return NULL;
}

typedef struct compare_query {
    oq_uuid a, b;
} compare_query;
static const oq_field compare_query_fields[] = {
    OQ_UUID(compare_query, a, .help = "a run that is done"),
    OQ_UUID(compare_query, b, .help = "another one"),
    OQ_FIELDS_END,
};

static oq_err *get_compare(http_req *rq, oq_scope *s)
{
    compare_query q;
    optimize_difference d;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(optimize_compare(s, q.a, q.b, &d));
    optimize_difference_write(http_json(rq, 0), &d);
    return NULL;
}

/* --- routes -------------------------------------------------------------------------------------*/

/* clang-format off */
const http_route optimize_routes[] = {
    {HTTP_GET, "/api/optimization/maintenance-priority", CAP_OPTIMIZATION_READ, get_priority,
     .query = priority_query_fields,
     .summary = "What needs maintenance first: assets and sites as the newest plan ranks them"},
    {HTTP_POST, "/api/optimization/maintenance-priority", CAP_OPTIMIZATION_RUN, post_priority,
     .body = ask_fields, .answer = optimize_run_fields, .shape = HTTP_ANSWER_RECORD, .status = 202,
     .summary = "Ask for a plan; it is made by a job"},
    {HTTP_GET, "/api/optimization/deferral-cost", CAP_OPTIMIZATION_READ, get_deferral,
     .query = deferral_query_fields,
     .summary = "What waiting costs, day by day, of an asset or a work order"},
    {HTTP_GET, "/api/optimization/compare", CAP_OPTIMIZATION_READ, get_compare,
     .query = compare_query_fields, .summary = "Two runs beside each other: costs, and what differs"},
    {HTTP_GET, "/api/optimization/scenarios", CAP_OPTIMIZATION_READ, list_scenarios,
     .query = scenario_query_fields, .answer = optimize_scenario_fields, .shape = HTTP_ANSWER_LIST,
     .summary = "Scenarios, newest first"},
    {HTTP_POST, "/api/optimization/scenarios", CAP_OPTIMIZATION_RUN, post_scenario,
     .body = optimize_scenario_order_fields, .answer = optimize_scenario_fields,
     .shape = HTTP_ANSWER_RECORD, .status = 201, .summary = "Add a scenario"},
    {HTTP_GET, "/api/optimization/scenarios/{id}", CAP_OPTIMIZATION_READ, get_scenario,
     .answer = optimize_scenario_fields, .shape = HTTP_ANSWER_RECORD, .summary = "One scenario"},
    {HTTP_DELETE, "/api/optimization/scenarios/{id}", CAP_OPTIMIZATION_RUN, delete_scenario,
     .status = 204, .summary = "Remove a scenario that was never run"},
    {HTTP_POST, "/api/optimization/scenarios/{id}/run", CAP_OPTIMIZATION_RUN, run_scenario,
     .answer = optimize_run_fields, .shape = HTTP_ANSWER_RECORD, .status = 202,
     .summary = "Run a scenario with what is known now"},
    {HTTP_GET, "/api/optimization/runs", CAP_OPTIMIZATION_READ, list_runs,
     .query = run_query_fields, .answer = optimize_run_fields, .shape = HTTP_ANSWER_LIST,
     .summary = "Runs, newest first, without their results"},
    {HTTP_GET, "/api/optimization/runs/{id}", CAP_OPTIMIZATION_READ, get_run,
     .answer = optimize_run_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "One run with its result: plan, costs, bound, limits"},
    {HTTP_GET, "/api/optimization/runs/{id}/recommendations", CAP_OPTIMIZATION_READ, get_advices,
     .query = advices_query_fields, .answer = optimize_advice_fields, .shape = HTTP_ANSWER_LIST,
     .summary = "What a run recommends, with reasons, most urgent first"},
    {HTTP_POST, "/api/optimization/runs/{id}/approve", CAP_OPTIMIZATION_APPROVE, approve_run,
     .body = approve_fields, .answer = optimize_run_fields, .shape = HTTP_ANSWER_RECORD,
     .limit_s = 120, .summary = "Approve a plan: its work orders are made, planned and assigned"},
    {HTTP_POST, "/api/optimization/runs/{id}/cancel", CAP_OPTIMIZATION_RUN, cancel_run,
     .answer = optimize_run_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "Stop a run that has no answer yet"},
    {HTTP_POST, "/api/optimization/recommendations/{id}/reject", CAP_OPTIMIZATION_APPROVE,
     reject_advice, .status = 204, .summary = "Leave one recommendation out of the plan"},
    {0},
};
/* clang-format on */
