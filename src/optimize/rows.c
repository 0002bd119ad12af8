/* What is stored and answered, as field tables. */
#include "optimize/rows_inner.h"
#include "plant/supply.h"
#include "workorder/work_order.h"

#include "base/banned.h"

const oq_choice optimize_problem_choices[] = {
    {OPTIMIZE_MAINTENANCE, "maintenance_priority"},
    {OPTIMIZE_DEFERRAL, "deferral_cost"},
    {OPTIMIZE_PRODUCTION, "production_risk"},
    {OPTIMIZE_DISPATCH, "workforce_dispatch"},
    {0, NULL},
};
const oq_choice optimize_status_choices[] = {
    {OPTIMIZE_QUEUED, "queued"},
    {OPTIMIZE_RUNNING, "running"},
    {OPTIMIZE_DONE, "done"},
    {OPTIMIZE_INFEASIBLE, "infeasible"},
    {OPTIMIZE_FAILED, "failed"},
    {OPTIMIZE_CANCELLED, "cancelled"},
    {0, NULL},
};
const oq_choice optimize_action_choices[] = {
    {OPTIMIZE_DO, "do"},
    {OPTIMIZE_DEFER, "defer"},
    {OPTIMIZE_PROVIDE, "provide"},
    {0, NULL},
};

#define MONEY_MAX 1e12 /* major units */
const oq_field optimize_parameters_fields[] = {
    OQ_F64(optimize_parameters, budget, .f64_min = 0, .f64_max = MONEY_MAX,
           .help = "of planned work and labour within the horizon, in whole units of money; not "
                   "given: none"),
    OQ_F64(optimize_parameters, carbon_price, .f64_min = 0, .f64_max = 1e6,
           .help = "of a tonne of CO2e; not given: the cost model's"),
    OQ_F64(optimize_parameters, hours_share, .f64_min = 0.05, .f64_max = 1,
           .help = "of people's hours that may be planned; not given: 0.8"),
    OQ_F64(optimize_parameters, cost_weight, .f64_min = 0, .f64_max = 100,
           .help = "of planned cost in what is minimized; amounts stay money; not given: 1"),
    OQ_F64(optimize_parameters, risk_weight, .f64_min = 0, .f64_max = 100,
           .help = "of the expected cost of failures; not given: 1"),
    OQ_F64(optimize_parameters, carbon_weight, .f64_min = 0, .f64_max = 100,
           .help = "of carbon; not given: 1"),
    OQ_I64(optimize_parameters, down_at_once, .min = 1, .max = 1000,
           .help = "assets of one unit that may stand on one day; not given: 1"),
    OQ_F64(optimize_parameters, move_cost, .f64_min = 0, .f64_max = MONEY_MAX,
           .help = "of moving a task that has a day already; not given: 0"),
    OQ_I64(optimize_parameters, effort, .min = 1, .max = 100000,
           .help = "thousands of moves of the search; not given: by the size of the problem"),
    OQ_I64(optimize_parameters, seed, .min = 1, .max = INT32_MAX, .help = "not given: 1"),
    OQ_FIELDS_END,
};

const oq_field optimize_scenario_fields[] = {
    OQ_UUID(optimize_scenario, id),
    OQ_TEXT(optimize_scenario, name),
    OQ_CHOICE(optimize_scenario, problem, optimize_problem_choices),
    OQ_I64(optimize_scenario, horizon_days),
    OQ_UUID(optimize_scenario, site_id),
    OQ_JSON(optimize_scenario, parameters),
    OQ_TEXT(optimize_scenario, note),
    OQ_TEXT(optimize_scenario, created_by),
    OQ_I64(optimize_scenario, version),
    OQ_TIME(optimize_scenario, created_at),
    OQ_TIME(optimize_scenario, updated_at),
    OQ_FIELDS_END,
};

const oq_field optimize_run_fields[] = {
    OQ_UUID(optimize_run, id),
    OQ_I64(optimize_run, number),
    OQ_CHOICE(optimize_run, problem, optimize_problem_choices),
    OQ_CHOICE(optimize_run, status, optimize_status_choices),
    OQ_UUID(optimize_run, scenario_id),
    OQ_UUID(optimize_run, site_id),
    OQ_I64(optimize_run, horizon_days),
    OQ_DATE(optimize_run, from_day),
    OQ_TIME(optimize_run, as_of),
    OQ_JSON(optimize_run, parameters),
    OQ_I64(optimize_run, seed),
    OQ_I64(optimize_run, moves),
    OQ_I64(optimize_run, objective_minor, .help = "what the plan costs, failures that it leaves too"),
    OQ_I64(optimize_run, bound_minor, .help = "no plan costs less; not given where weights are"),
    OQ_F64(optimize_run, gap),
    OQ_I64(optimize_run, baseline_minor, .help = "of doing nothing within the horizon"),
    OQ_TEXT(optimize_run, currency),
    OQ_JSON(optimize_run, inputs_summary),
    OQ_JSON(optimize_run, result),
    OQ_JSON(optimize_run, error),
    OQ_UUID(optimize_run, job_id),
    OQ_UUID(optimize_run, approved_by),
    OQ_TIME(optimize_run, approved_at),
    OQ_TEXT(optimize_run, approval_note),
    OQ_TEXT(optimize_run, made_by),
    OQ_UUID(optimize_run, made_by_id),
    OQ_UUID(optimize_run, trace_id),
    OQ_TIME(optimize_run, created_at),
    OQ_TIME(optimize_run, started_at),
    OQ_TIME(optimize_run, finished_at),
    OQ_FIELDS_END,
};

const oq_field optimize_advice_fields[] = {
    OQ_UUID(optimize_advice, id),
    OQ_UUID(optimize_advice, run_id),
    OQ_I64(optimize_advice, position),
    OQ_CHOICE(optimize_advice, action, optimize_action_choices),
    OQ_F64(optimize_advice, priority_score),
    OQ_UUID(optimize_advice, asset_id),
    OQ_TEXT(optimize_advice, asset_code),
    OQ_TEXT(optimize_advice, asset_name),
    OQ_TEXT(optimize_advice, asset_name_ar),
    OQ_UUID(optimize_advice, site_id),
    OQ_TEXT(optimize_advice, site_name),
    OQ_TEXT(optimize_advice, site_name_ar),
    OQ_UUID(optimize_advice, work_order_id),
    OQ_UUID(optimize_advice, made_order_id),
    OQ_TEXT(optimize_advice, order_number),
    OQ_TEXT(optimize_advice, order_title),
    OQ_TEXT(optimize_advice, order_title_ar),
    OQ_TEXT(optimize_advice, failure_mode),
    OQ_TEXT(optimize_advice, mode_name),
    OQ_TEXT(optimize_advice, mode_name_ar),
    OQ_DATE(optimize_advice, day),
    OQ_I64(optimize_advice, days, .help = "that it takes, one after the other"),
    OQ_TEXT(optimize_advice, crew, .help = "id of the person"),
    OQ_TEXT(optimize_advice, crew_name),
    OQ_F64(optimize_advice, hours),
    OQ_I64(optimize_advice, avoided_minor),
    OQ_I64(optimize_advice, planned_minor),
    OQ_I64(optimize_advice, waiting_minor),
    OQ_I64(optimize_advice, carbon_minor),
    OQ_TEXT(optimize_advice, currency),
    OQ_JSON(optimize_advice, reasons),
    OQ_TEXT(optimize_advice, status),
    OQ_TIME(optimize_advice, decided_at),
    OQ_FIELDS_END,
};

/* --- of the gathering ----------------------------------------------------------------------------*/

const oq_field optimize_asset_fields[] = {
    OQ_UUID(optimize_asset, id),
    OQ_UUID(optimize_asset, site_id),
    OQ_UUID(optimize_asset, unit_id),
    OQ_UUID(optimize_asset, class_id),
    OQ_UUID(optimize_asset, cost_model_id),
    OQ_TEXT(optimize_asset, code),
    OQ_TEXT(optimize_asset, name),
    OQ_TEXT(optimize_asset, name_ar),
    OQ_CHOICE(optimize_asset, criticality, criticality_choices),
    OQ_F64(optimize_asset, impact_factor),
    OQ_F64(optimize_asset, power_kw),
    OQ_TEXT(optimize_asset, country),
    OQ_FIELDS_END,
};
const oq_field optimize_mode_row_fields[] = {
    OQ_UUID(optimize_mode_row, id),
    OQ_UUID(optimize_mode_row, class_id),
    OQ_UUID(optimize_mode_row, asset_id),
    OQ_UUID(optimize_mode_row, skill_id),
    OQ_TEXT(optimize_mode_row, code),
    OQ_TEXT(optimize_mode_row, name),
    OQ_TEXT(optimize_mode_row, name_ar),
    OQ_F64(optimize_mode_row, repair_h),
    OQ_FIELDS_END,
};
const oq_field optimize_order_row_fields[] = {
    OQ_UUID(optimize_order_row, id),
    OQ_UUID(optimize_order_row, asset_id),
    OQ_UUID(optimize_order_row, failure_mode_id),
    OQ_UUID(optimize_order_row, assigned_user_id),
    OQ_TEXT(optimize_order_row, number),
    OQ_TEXT(optimize_order_row, title),
    OQ_TEXT(optimize_order_row, title_ar),
    OQ_CHOICE(optimize_order_row, kind, work_order_kind_choices),
    OQ_CHOICE(optimize_order_row, priority, work_order_priority_choices),
    OQ_CHOICE(optimize_order_row, status, work_order_status_choices),
    OQ_F64(optimize_order_row, planned_h),
    OQ_F64(optimize_order_row, labour_h),
    OQ_TIME(optimize_order_row, due_at),
    OQ_TIME(optimize_order_row, planned_from),
    OQ_FIELDS_END,
};
const oq_field optimize_need_row_fields[] = {
    OQ_UUID(optimize_need_row, work_order_id),
    OQ_TEXT(optimize_need_row, part_number),
    OQ_F64(optimize_need_row, quantity),
    OQ_TEXT(optimize_need_row, is_available),
    OQ_FIELDS_END,
};
const oq_field optimize_stock_row_fields[] = {
    OQ_TEXT(optimize_stock_row, part_number), OQ_TEXT(optimize_stock_row, name),
    OQ_F64(optimize_stock_row, in_stock),     OQ_F64(optimize_stock_row, arriving),
    OQ_DATE(optimize_stock_row, arrives_on),  OQ_FIELDS_END,
};
const oq_field optimize_window_row_fields[] = {
    OQ_UUID(optimize_window_row, site_id),
    OQ_UUID(optimize_window_row, unit_id),
    OQ_UUID(optimize_window_row, asset_id),
    OQ_CHOICE(optimize_window_row, kind, window_kind_choices),
    OQ_TIME(optimize_window_row, from_time),
    OQ_TIME(optimize_window_row, to_time),
    OQ_FIELDS_END,
};
