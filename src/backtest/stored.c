/* Backtests of maintenance that a tenant keeps. */
#include "backtest/stored.h"

#include "audit/audit.h"
#include "http/request.h"

#include "stored.sql.h"

#include "base/banned.h"

enum { RESULT_MAX = 1 << 20 };

const oq_field backtest_stored_fields[] = {
    OQ_UUID(backtest_stored, id),
    OQ_TEXT(backtest_stored, dataset),
    OQ_DATE(backtest_stored, first_day),
    OQ_DATE(backtest_stored, last_day),
    OQ_JSON(backtest_stored, result),
    OQ_TEXT(backtest_stored, currency),
    OQ_TEXT(backtest_stored, made_by),
    OQ_TIME(backtest_stored, created_at),
    OQ_FIELDS_END,
};

static void put_policy(oq_json *j, const backtest_policy *p, int64_t days)
{
    oq_json_object(j);
    oq_json_put(j, text, "name", oq_cstr(p->name));
    oq_json_put(j, text, "choice", p->choice ? oq_cstr(p->choice) : OQ_NONE);
    oq_json_put(j, f64, "chosen", p->chosen);
    oq_json_put(j, i64, "failures", p->failures);
    oq_json_put(j, i64, "planned", p->planned);
    oq_json_put(j, f64, "failure_hours", p->failure_hours);
    oq_json_put(j, f64, "planned_hours", p->planned_hours);
    oq_json_put(j, f64, "repair_cost", p->repair_cost);
    oq_json_put(j, f64, "failure_stop_cost", p->failure_stop_cost);
    oq_json_put(j, f64, "work_cost", p->work_cost);
    oq_json_put(j, f64, "planned_stop_cost", p->planned_stop_cost);
    oq_json_put(j, f64, "cost", p->cost);
    oq_json_put(j, f64, "saving", p->saving);
    oq_json_put(j, f64, "saving_low", p->saving_low);
    oq_json_put(j, f64, "saving_high", p->saving_high);
    oq_json_name(j, "day_cost");
    oq_json_array(j);
    for (int64_t d = 0; d < days; d++)
        oq_json_f64(j, p->day_cost[d]);
    oq_json_array_end(j);
    oq_json_object_end(j);
}

static oq_str result_of(oq_arena *arena, const backtest_walk *w)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(RESULT_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, i64, "machines", w->machines);
    oq_json_put(&j, i64, "days", w->days);
    oq_json_name(&j, "costs");
    oq_fields_write_json(&j, backtest_cost_fields, &w->costs);
    oq_json_name(&j, "policies");
    oq_json_array(&j);
    for (size_t i = 0; i < BACKTEST_POLICIES; i++)
        put_policy(&j, &w->policy[i], w->days);
    oq_json_array_end(&j);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&out));
}

oq_err *backtest_store(oq_scope *s, oq_str dataset, const backtest_walk *walk)
{
    oq_uuid id = oq_uuid_new(oq_now(s));
    OQ_TRY(sql_backtest_store(s,
                              (sql_backtest_store_args){
                                  .id = id,
                                  .dataset = dataset,
                                  .first_day = walk->first_day,
                                  .last_day = walk->last_day,
                                  .result = result_of(oq_scope_arena(s), walk),
                                  .made_by = oq_scope_actor(s)->label,
                                  .now = oq_now(s),
                              },
                              NULL));
    return audit_record(s, &(audit_entry){.action = "backtest.stored",
                                          .object_type = "maintenance_backtest",
                                          .object_id = id,
                                          .object_label = dataset});
}

oq_err *backtest_newest(oq_scope *s, backtest_stored **ret_stored)
{
    sql_backtest_newest_rows rows;
    OQ_TRY(sql_backtest_newest(s, &rows));
    *ret_stored = rows.count ? rows.at : NULL;
    return NULL;
}

static oq_err *get_newest(http_req *rq, oq_scope *s)
{
    backtest_stored *stored;
    OQ_TRY(backtest_newest(s, &stored));
    oq_json *j = http_json(rq, 0);
    oq_json_object(j);
    oq_json_name(j, "backtest");
    if (stored)
        oq_fields_write_json(j, backtest_stored_fields, stored);
    else
        oq_json_null(j);
    oq_json_object_end(j);
    return NULL;
}

/* clang-format off */
const http_route backtest_routes[] = {
    {HTTP_GET, "/optimization/backtest", CAP_OPTIMIZATION_READ, backtest_page, .is_page = true},
    {HTTP_GET, "/api/optimization/backtest", CAP_OPTIMIZATION_READ, get_newest},
    {0},
};
/* clang-format on */
