/* What waiting costs: arithmetic on the newest score and the cost model. */
#include "quant/deferral.h"

#include <math.h>

#include "optimize/rows_inner.h"
#include "workorder/work_order.h"

#include "optimize_gather.sql.h"

#include "base/banned.h"

enum { ANSWER_MAX = 256 * 1024 };

static oq_err *asset_of(oq_scope *s, oq_uuid asset_id, optimize_asset **ret_asset)
{
    sql_optimize_asset_rows rows;
    OQ_TRY(sql_optimize_asset(s, (sql_optimize_asset_args){asset_id}, &rows));
    if (!rows.count)
        return oq_fail(OQ_NOT_FOUND, "asset.not_found");
    *ret_asset = rows.at;
    return NULL;
}

/* The curves of a score; NULL where one does not reach so far. */
static void read_curves(oq_arena *arena, const ai_score *score, int32_t days, deferral_problem *to)
{
    double *mid = oq_new_n(arena, double, days + 1);
    double *low = oq_new_n(arena, double, days + 1);
    double *high = oq_new_n(arena, double, days + 1);
    bool has_band = true;
    for (int32_t d = 1; d <= days; d++) {
        ai_chance c = ai_curve_at(arena, score->curve, d);
        if (isnan(c.mid))
            return;
        mid[d] = fmax(c.mid, mid[d - 1]);
        low[d] = fmax(c.low, low[d - 1]);
        high[d] = fmax(c.high, high[d - 1]);
        has_band = has_band && !isnan(c.low) && !isnan(c.high);
    }
    to->failure_probability = mid;
    to->failure_low = has_band ? low : NULL;
    to->failure_high = has_band ? high : NULL;
}

static int64_t whole(double minor)
{
    return isnan(minor) ? OQ_I64_NONE : llround(minor);
}

static void put_money(oq_json *j, const char *name, double minor)
{
    oq_json_name(j, name);
    if (isnan(minor))
        return oq_json_null(j);
    oq_json_i64(j, whole(minor));
}

static void put_days(oq_json *j, const deferral_answer *a, int32_t days)
{
    oq_json_name(j, "days");
    oq_json_array(j);
    for (int32_t d = 0; a->is_known && d <= days; d++) {
        oq_json_object(j);
        oq_json_put(j, i64, "day", d);
        put_money(j, "low_minor", a->day[d].low);
        put_money(j, "mid_minor", a->day[d].cost);
        put_money(j, "high_minor", a->day[d].high);
        oq_json_put(j, f64, "failure_probability", a->day[d].failure_probability);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

static void put_parts(oq_json *j, const deferral_answer *a, int32_t days)
{
    oq_json_name(j, "parts");
    oq_json_array(j);
    for (int k = 0; a->is_known && k < DEFERRAL_PART_COUNT; k++) {
        if (a->day[days].part[k] == 0)
            continue;
        oq_json_object(j);
        oq_json_put(j, text, "code", oq_cstr(oq_choice_text(deferral_part_choices, k)));
        put_money(j, "minor", a->day[days].part[k]);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

static oq_str answer_of(oq_arena *arena, oq_uuid asset_id, oq_uuid order_id, oq_str currency,
                        const ai_score *score, const deferral_problem *p, const deferral_answer *a)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(ANSWER_MAX);
    oq_json j = oq_json_to(&buf);
    bool has_driver = a->is_known && a->driver != DEFERRAL_PART_COUNT;
    oq_json_object(&j);
    oq_json_put(&j, uuid, "asset_id", asset_id);
    oq_json_put(&j, uuid, "work_order_id", order_id);
    oq_json_put(&j, text, "currency", currency);
    oq_json_put(&j, bool, "is_known", a->is_known);
    oq_json_put(&j, text, "state",
                oq_cstr(oq_choice_text(ai_state_choices, score ? score->state : AI_NOT_ENOUGH)));
    oq_json_put(&j, time, "scored_at", score ? score->scored_at : OQ_TIME_NONE);
    put_days(&j, a, p->days);
    oq_json_name(&j, "cheapest_day");
    if (a->is_known)
        oq_json_i64(&j, a->cheapest_day);
    else
        oq_json_null(&j);
    oq_json_name(&j, "break_even_day");
    if (a->is_known && a->break_even_day >= 0)
        oq_json_i64(&j, a->break_even_day);
    else
        oq_json_null(&j);
    oq_json_put(&j, text, "driver",
                has_driver ? oq_cstr(oq_choice_text(deferral_part_choices, (int)a->driver))
                           : OQ_NONE);
    oq_json_put(&j, f64, "driver_share", has_driver ? a->driver_share : (double)NAN);
    put_money(&j, "cost_per_day_minor", a->is_known ? a->cost_per_day : (double)NAN);
    put_parts(&j, a, p->days);
    optimize_put_missing(&j, a->is_known ? 0 : a->missing);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&buf));
}

oq_err *optimize_deferral(oq_scope *s, oq_uuid asset_id, oq_uuid order_id, int64_t days,
                          oq_str *ret_json)
{
    oq_arena *arena = oq_scope_arena(s);
    work_order *order = NULL;
    optimize_asset *a;
    optimize_prices *prices;
    ai_score *score;
    if (!oq_uuid_is_zero(order_id)) {
        OQ_TRY(work_order_get(s, order_id, &order));
        asset_id = order->asset_id;
    }
    if (oq_uuid_is_zero(asset_id))
        return oq_fail(OQ_CONFLICT, "optimize.order_without_asset");
    OQ_TRY(asset_of(s, asset_id, &a));
    OQ_TRY(optimize_prices_load(s, oq_now(s), (oq_date)(oq_now(s) / OQ_DAY), &prices));
    OQ_TRY(ai_score_of(s, asset_id, OQ_TIME_NONE, &score));
    const optimize_mode_row *mode =
        order ? optimize_mode_by_id(prices, order->failure_mode_id) : NULL;
    if (!mode && score)
        mode = optimize_mode_of(prices, a, score->top_mode);
    const cost_model *model = optimize_cost_of(prices, a);
    oq_str currency = model ? model->currency : OQ_NONE;
    maintenance_risk risk;
    optimize_risk_of(prices, a, mode, currency, NAN, &risk);
    double hours = order && !isnan(order->planned_h) ? order->planned_h : risk.planned_hours;
    deferral_problem p = {
        .days = (int32_t)days,
        .repair_cost = risk.repair_cost,
        .downtime_hours = risk.downtime_hours,
        .downtime_low = risk.downtime_hours / 2,
        .downtime_high = risk.downtime_hours * 2,
        .downtime_cost_per_hour = risk.downtime_cost_per_hour,
        .carbon_kg = risk.failure_carbon_kg,
        .carbon_price_per_kg = risk.carbon_price_per_kg,
        .secondary_damage = risk.secondary_damage,
        .planned_cost = risk.planned_cost + hours * optimize_stop_cost(prices, a, currency),
    };
    if (score && score->state != AI_NOT_ENOUGH)
        read_curves(arena, score, p.days, &p);
    deferral_answer answer;
    deferral_solve(arena, &p, &answer);
    *ret_json = answer_of(arena, asset_id, order_id, currency, score, &p, &answer);
    return NULL;
}
