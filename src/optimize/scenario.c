/* Questions with their parameters. */
#include "audit/audit.h"
#include "optimize/run.h"

#include "optimize_store.sql.h"

#include "base/banned.h"

const oq_field optimize_scenario_order_fields[] = {
    OQ_TEXT(optimize_scenario_order, name, .required = true, .not_blank = true, .max = 120),
    OQ_CHOICE(optimize_scenario_order, problem, optimize_problem_choices, .required = true),
    OQ_I64(optimize_scenario_order, horizon_days, .preset = "14", .min = 1,
           .max = OPTIMIZE_HORIZON_MAX),
    OQ_UUID(optimize_scenario_order, site_id, .help = "not given: every site"),
    {.name = "parameters",
     .type = OQ_TYPE_OBJECT,
     .offset = offsetof(optimize_scenario_order, parameters),
     .fields = optimize_parameters_fields},
    OQ_TEXT(optimize_scenario_order, note, .max = 2000),
    OQ_FIELDS_END,
};

static oq_err *record(oq_scope *s, const char *action, oq_uuid id, oq_str name)
{
    return audit_record(s, &(audit_entry){.action = action,
                                          .object_type = "optimization_scenario",
                                          .object_id = id,
                                          .object_label = name});
}

oq_err *optimize_scenario_get(oq_scope *s, oq_uuid id, optimize_scenario **ret_scenario)
{
    sql_optimize_scenario_get_rows rows;
    OQ_TRY(sql_optimize_scenario_get(s, (sql_optimize_scenario_get_args){id}, &rows));
    if (!rows.count)
        return oq_fail(OQ_NOT_FOUND, "optimize.scenario_not_found");
    *ret_scenario = rows.at;
    return NULL;
}

oq_err *optimize_scenario_add(oq_scope *s, const optimize_scenario_order *order,
                              optimize_scenario **ret_scenario)
{
    oq_uuid id = oq_uuid_new(oq_now(s));
    site *at;
    if (order->problem != OPTIMIZE_MAINTENANCE)
        return oq_fail_field("problem", "optimize.not_here_yet");
    OQ_TRY(site_find(s, order->site_id, &at));
    if (!oq_uuid_is_zero(order->site_id) && !at)
        return oq_fail_field("site_id", "optimize.site_unknown");
    OQ_TRY(sql_optimize_scenario_add(
        s,
        (sql_optimize_scenario_add_args){
            .id = id,
            .site_id = order->site_id,
            .name = order->name,
            .problem = oq_cstr(oq_choice_text(optimize_problem_choices, order->problem)),
            .horizon_days = order->horizon_days,
            .parameters = optimize_parameters_json(oq_scope_arena(s), &order->parameters),
            .note = order->note,
            .created_by = oq_scope_actor(s)->label,
            .created_by_id = optimize_person(s),
            .now = oq_now(s)},
        NULL));
    OQ_TRY(record(s, "optimization.scenario_added", id, order->name));
    return optimize_scenario_get(s, id, ret_scenario);
}

oq_err *optimize_scenario_run(oq_scope *s, oq_uuid id, optimize_run **ret_run)
{
    optimize_scenario *it;
    OQ_TRY(optimize_scenario_get(s, id, &it));
    optimize_order order = {
        .problem = it->problem,
        .scenario_id = it->id,
        .site_id = it->site_id,
        .horizon_days = it->horizon_days,
        .from_day = OQ_DATE_NONE,
        .as_of = OQ_TIME_NONE,
    };
    OQ_TRY(oq_fields_read_json(oq_scope_arena(s), optimize_parameters_fields, it->parameters,
                               &order.parameters));
    return optimize_ask(s, &order, ret_run);
}

oq_err *optimize_scenario_remove(oq_scope *s, oq_uuid id)
{
    optimize_scenario *it;
    size_t touched;
    OQ_TRY(optimize_scenario_get(s, id, &it));
    OQ_TRY(sql_optimize_scenario_remove(s, (sql_optimize_scenario_remove_args){id}, &touched));
    if (!touched)
        return oq_fail(OQ_CONFLICT, "optimize.scenario_used");
    return record(s, "optimization.scenario_removed", id, it->name);
}
