/* What waiting costs: arithmetic on the newest score and the cost model. */
#include "quant/deferral.h"

#include <math.h>

#include "duty/roster.h"
#include "optimize/gather_inner.h"
#include "tenant/tenant.h"
#include "workorder/work_order.h"

#include "optimize_gather.sql.h"

#include "base/banned.h"

enum { ANSWER_MAX = 256 * 1024, RENEWALS_MIN = 3, RENEWALS_DAYS_MIN = 180 };

static oq_err *asset_of(oq_scope *s, oq_uuid asset_id, optimize_asset **ret_asset)
{
    sql_optimize_asset_rows rows;
    OQ_TRY(sql_optimize_asset(s, (sql_optimize_asset_args){asset_id}, &rows));
    if (!rows.count)
        return oq_fail(OQ_NOT_FOUND, "asset.not_found");
    *ret_asset = rows.at;
    return NULL;
}

/* What is asked, and what its answer rests on. */
typedef struct question {
    oq_scope *s;
    oq_arena *arena;
    optimize_asset *asset;
    work_order *order; /* NULL: the work that the score fears most */
    optimize_prices *prices;
    const optimize_mode_row *mode;
    const cost_model *model;
    oq_str currency;
    ai_score *score;
    const mode_share *share; /* of the risk, that the work takes away */
    int32_t days;
    double hours, stop_cost; /* of the planned work; of an hour of its stop. NaN: not known */
} question;

/* The curves of a score from now on, given that it is whole now; NULL where one does not reach so
 * far. */
static void read_curves(const question *q, deferral_problem *to)
{
    int32_t days = q->days;
    double *mid = oq_new_n(q->arena, double, days + 1);
    double *low = oq_new_n(q->arena, double, days + 1);
    double *high = oq_new_n(q->arena, double, days + 1);
    ai_curve curve = ai_curve_read(q->arena, q->score->curve);
    double age = fmax(0, (double)(oq_now(q->s) - q->score->scored_at) / OQ_DAY);
    bool has_band = true;
    for (int32_t d = 1; d <= days; d++) {
        ai_chance c = ai_curve_within(&curve, age, d);
        if (isnan(c.mid))
            return;
        mid[d] = fmax(c.mid * q->share->share, mid[d - 1]);
        low[d] = fmax(c.low * q->share->share, low[d - 1]);
        high[d] = fmax(c.high * q->share->share, high[d - 1]);
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

/* --- the planned work, by day --------------------------------------------------------------------*/

static double labour_of(const question *q)
{
    bool is_known = q->model && q->model->labour_per_hour_minor != OQ_I64_NONE;
    return is_known ? q->hours * (double)q->model->labour_per_hour_minor : 0;
}

/* Production that its stop costs on each day from today: less while the asset stands anyway. */
static oq_err *stop_by_day(const question *q, oq_str time_zone, double *planned)
{
    optimize_inputs in = {.from_day = roster_local_of(oq_now(q->s), time_zone).day};
    in.problem.days = q->days + 1;
    optimize_run today = {.as_of = oq_now(q->s)};
    gathering g = {.s = q->s, .arena = q->arena, .run = &today, .in = &in, .time_zone = time_zone};
    OQ_TRY(gather_windows(&g));
    const double *hour = gather_stop_cost(&g, q->asset, q->stop_cost, q->hours);
    for (int32_t d = 0; d <= q->days; d++)
        planned[d] += q->hours * (hour ? hour[d] : (double)NAN);
    return NULL;
}

/* What waiting a day is worth: the work is needed again so much later. What the work costs, as often
 * as it is done on machines of the class (age replacement, Barlow and Proschan 1965: wait as long as
 * the risk of a day costs less than a day of the work's life). Of a few weeks nobody can tell how
 * often: orders that were closed in one go say nothing of a life. */
static oq_err *life_gained(const question *q, double planned, double **ret_gain)
{
    sql_optimize_renewals_rows rows;
    *ret_gain = NULL;
    OQ_TRY(sql_optimize_renewals(
        q->s,
        (sql_optimize_renewals_args){q->asset->id, q->mode ? q->mode->id : OQ_UUID_ZERO,
                                     oq_now(q->s)},
        &rows));
    const sql_optimize_renewals_row *r = &rows.at[0];
    if (r->times < RENEWALS_MIN || !(r->days >= RENEWALS_DAYS_MIN))
        return NULL;
    double per_day = planned * (double)r->times / ((double)r->assets * r->days);
    double *gain = oq_new_n(q->arena, double, q->days + 1);
    for (int32_t d = 0; d <= q->days; d++)
        gain[d] = per_day * d;
    *ret_gain = gain;
    return NULL;
}

static oq_err *price_waiting(const question *q, deferral_problem *p)
{
    maintenance_risk risk;
    tenant *t;
    double *gain;
    optimize_risk_of(q->prices, q->asset, q->mode, q->currency, NAN, &risk);
    double carbon = optimize_carbon_kg(q->prices, q->asset, q->hours) * risk.carbon_price_per_kg;
    double *planned = oq_new_n(q->arena, double, q->days + 1);
    for (int32_t d = 0; d <= q->days; d++)
        planned[d] = risk.planned_cost + labour_of(q) + (isnan(carbon) ? 0 : carbon);
    OQ_TRY(tenant_self(q->s, &t));
    OQ_TRY(stop_by_day(q, t->time_zone, planned));
    OQ_TRY(life_gained(q, planned[0], &gain));
    *p = (deferral_problem){
        .days = q->days,
        .repair_cost = risk.repair_cost,
        .secondary_damage = risk.secondary_damage,
        .downtime_hours = risk.downtime_hours,
        .downtime_low = risk.downtime_hours / 2,
        .downtime_high = risk.downtime_hours * 2,
        .downtime_cost_per_hour = risk.downtime_cost_per_hour,
        .carbon_kg = risk.failure_carbon_kg,
        .carbon_price_per_kg = risk.carbon_price_per_kg,
        .planned_cost = planned[0],
        .planned_by_day = planned,
        .discount_rate = q->model && !isnan(q->model->discount_percent)
                             ? q->model->discount_percent / 100
                             : 0,
        .gain = gain,
    };
    if (q->share)
        read_curves(q, p);
    return NULL;
}

/* The planned cost has parts; it says which of them is missing. */
static void blame(const question *q, deferral_answer *a)
{
    if (!(a->missing & MAINTENANCE_MISSING_PLANNED_COST))
        return;
    if (isnan(q->hours))
        a->missing |= MAINTENANCE_MISSING_DURATION;
    if (isnan(q->stop_cost))
        a->missing |= MAINTENANCE_MISSING_DOWNTIME_COST;
    if (q->model && q->model->maintenance_minor != OQ_I64_NONE)
        a->missing &= ~(uint32_t)MAINTENANCE_MISSING_PLANNED_COST;
}

/* --- the question --------------------------------------------------------------------------------*/

static oq_err *look_up(question *q, oq_uuid asset_id, oq_uuid order_id)
{
    if (!oq_uuid_is_zero(order_id)) {
        OQ_TRY(work_order_get(q->s, order_id, &q->order));
        asset_id = q->order->asset_id;
    }
    if (oq_uuid_is_zero(asset_id))
        return oq_fail(OQ_CONFLICT, "optimize.order_without_asset");
    OQ_TRY(asset_of(q->s, asset_id, &q->asset));
    OQ_TRY(optimize_prices_load(q->s, oq_now(q->s), (oq_date)(oq_now(q->s) / OQ_DAY), asset_id,
                                &q->prices));
    return ai_score_of(q->s, asset_id, OQ_TIME_NONE, &q->score);
}

static void settle(question *q)
{
    asset_risk risk;
    bool told, of_class;
    gather_score(q->arena, q->score, &risk);
    q->mode = q->order ? optimize_mode_by_id(q->prices, q->order->failure_mode_id) : NULL;
    q->share = gather_share(&risk, q->mode ? q->mode->code : OQ_NONE, &told);
    if (!q->mode && q->share)
        q->mode = optimize_mode_of(q->prices, q->asset, q->share->mode);
    q->model = optimize_cost_of(q->prices, q->asset);
    q->currency = q->model ? q->model->currency : OQ_NONE;
    q->hours = q->order && !isnan(q->order->planned_h)
                   ? q->order->planned_h
                   : optimize_hours_of(q->prices, q->asset, q->mode, &of_class);
    q->stop_cost = optimize_stop_cost(q->prices, q->asset, q->currency);
}

oq_err *optimize_deferral(oq_scope *s, oq_uuid asset_id, oq_uuid order_id, int64_t days,
                          oq_str *ret_json)
{
    question q = {.s = s, .arena = oq_scope_arena(s), .days = (int32_t)days};
    deferral_problem p;
    deferral_answer answer;
    OQ_TRY(look_up(&q, asset_id, order_id));
    settle(&q);
    OQ_TRY(price_waiting(&q, &p));
    deferral_solve(q.arena, &p, &answer);
    blame(&q, &answer);
    *ret_json = answer_of(q.arena, q.asset->id, order_id, q.currency, q.score, &p, &answer);
    return NULL;
}
