/* What the estimate rests on: looked up, said in words, and what is missing named. */
#include "rca/estimate.h"

#include <math.h>

#include "historian/read.h"
#include "impact.sql.h"
#include "quant/unit.h"

#include "base/banned.h"

enum { PAST_MAX = 200 };

static void add(impact_texts *to, rca_two text)
{
    if (to->count < IMPACT_TEXTS_MAX)
        to->at[to->count++] = text;
}

/* --- downtime -----------------------------------------------------------------------------------*/

static oq_err *past_downtimes(rca_work *w, const rca_cause_found *top, impact_inputs *in)
{
    sql_rca_downtimes_rows rows;
    OQ_TRY(sql_rca_downtimes(w->s,
                             (sql_rca_downtimes_args){w->of_class ? w->of_class->id : OQ_UUID_ZERO,
                                                      w->root->id, top->code, w->it->id,
                                                      w->it->anchor_time, w->now, PAST_MAX},
                             &rows));
    double *hours = oq_new_n(w->arena, double, rows.count);
    for (size_t i = 0; i < rows.count; i++)
        hours[i] = rows.at[i].downtime_h;
    in->past_h = hours;
    in->past = rows.count;
    return NULL;
}

static void tell_downtime(rca_work *w, const impact_inputs *in, impact *of)
{
    const rca_cause_found *top = rca_top(w);
    rca_two hours = rca_quantity(&w->say, of->is.downtime_h.mid, 1, OQ_STR("h"));
    rca_two cause = top ? rca_within(&w->say, top->label) : (rca_two){OQ_STR(""), OQ_STR("")};
    if (of->is.basis == DOWNTIME_HISTORY)
        add(&of->money_sources,
            RCA_TEXT(&w->say, "rca.impact.downtime_history", {"hours", hours}, {"cause", cause},
                     {"cases", rca_count(&w->say, "rca.count.incidents", (int64_t)in->past)}));
    else if (of->is.basis == DOWNTIME_MODE)
        add(&of->money_sources,
            RCA_TEXT(&w->say, "rca.impact.downtime_mode", {"hours", hours}, {"cause", cause}));
    else
        add(&of->money_sources, RCA_TEXT(&w->say, "rca.impact.downtime_assumed", {"hours", hours}));
    if (!in->has_failed)
        add(&of->money_sources, rca_text_plain(&w->say, "rca.impact.if_it_fails"));
}

/* --- money --------------------------------------------------------------------------------------*/

/* The cost of an hour outside the safe range: of a signal that left it, else the highest. */
static const rca_limit *cost_reference(const rca_work *w)
{
    const rca_limit *best = NULL;
    bool best_left = false;
    for (size_t i = 0; i < w->limits; i++) {
        const rca_limit *l = &w->limit[i];
        bool has_left = false;
        if (l->cost_reference_minor == OQ_I64_NONE || !l->currency.len)
            continue;
        for (size_t k = 0; k < w->findings; k++)
            has_left = has_left || (w->finding[k].beyond_limit && w->finding[k].signal->is_root &&
                                    oq_str_eq(w->finding[k].signal->series.metric, l->metric));
        if (!best || has_left > best_left ||
            (has_left == best_left && l->cost_reference_minor > best->cost_reference_minor)) {
            best = l;
            best_left = has_left;
        }
    }
    return best;
}

static const char *model_key(const rca_work *w, const cost_model *m)
{
    if (oq_uuid_eq(m->id, w->root->cost_model_id))
        return "rca.impact.hour_of_asset";
    return oq_uuid_is_zero(m->class_id) ? "rca.impact.hour_of_default" : "rca.impact.hour_of_class";
}

static void price_hour(rca_work *w, const cost_model *m, impact_inputs *in, impact *of)
{
    const rca_limit *l = cost_reference(w);
    if (l) {
        in->cost_per_hour_minor = l->cost_reference_minor;
        of->currency = l->currency;
        add(&of->money_sources,
            RCA_TEXT(&w->say,
                     l->is_approved ? "rca.impact.hour_of_threshold"
                                    : "rca.impact.hour_of_threshold_unapproved",
                     {"amount", rca_money(&w->say, l->cost_reference_minor, l->currency)},
                     {"signal", l->name.len ? rca_name(&w->say, l->name, l->name_ar)
                                            : rca_code(&w->say, l->metric)}));
    } else if (m && m->downtime_per_hour_minor != OQ_I64_NONE) {
        in->cost_per_hour_minor = m->downtime_per_hour_minor;
        of->currency = m->currency;
        add(&of->money_sources,
            RCA_TEXT(&w->say, model_key(w, m),
                     {"amount", rca_money(&w->say, m->downtime_per_hour_minor, m->currency)},
                     {"model", rca_name(&w->say, m->name, m->name_ar)}));
    } else {
        add(&of->money_missing, rca_text_plain(&w->say, "rca.impact.no_cost_per_hour"));
    }
}

static void price_repair(rca_work *w, const cost_model *m, impact_inputs *in, impact *of)
{
    if (!m || (m->failure_minor == OQ_I64_NONE && m->maintenance_minor == OQ_I64_NONE)) {
        add(&of->money_missing, rca_text_plain(&w->say, "rca.impact.no_repair_cost"));
        return;
    }
    if (of->currency.len && !oq_str_eq(of->currency, m->currency)) {
        add(&of->money_missing, rca_text_plain(&w->say, "rca.impact.other_currency"));
        return;
    }
    of->currency = m->currency;
    in->failure_minor = m->failure_minor;
    in->maintenance_minor = m->maintenance_minor;
    add(&of->money_sources, RCA_TEXT(&w->say, "rca.impact.repair_of_model",
                                     {"model", rca_name(&w->say, m->name, m->name_ar)}));
}

/* Its capacity a hour or a day, over the downtime. */
static void lose_production(const rca_work *w, impact *of)
{
    static const struct {
        const char *ending;
        double hours;
    } per[] = {{"/h", 1}, {"/hr", 1}, {"/d", 24}, {"/day", 24}};
    of->lost_production = NAN;
    for (size_t i = 0; i < OQ_COUNT(per) && !isnan(w->root->capacity); i++) {
        oq_str of_rate = w->root->capacity_unit, ending = oq_cstr(per[i].ending);
        if (!oq_str_ends(of_rate, ending))
            continue;
        of->lost_production = w->root->capacity * of->is.downtime_h.mid / per[i].hours;
        of->lost_unit = oq_str_sub(of_rate, 0, of_rate.len - ending.len);
    }
}

/* --- carbon -------------------------------------------------------------------------------------*/

/* A turbine's or generator's power is what it gives, not what it takes. */
static bool gives_power(const rca_work *w)
{
    static const char *const code[] = {"GT", "ST", "EG"};
    for (size_t i = 0; w->of_class && i < OQ_COUNT(code); i++)
        if (oq_str_eq(w->of_class->iso14224_code, oq_cstr(code[i])))
            return true;
    return false;
}

static const rca_signal *power_signal(const rca_work *w, double *ret_scale)
{
    for (size_t i = 0; i < w->signals; i++) {
        const rca_signal *g = &w->signal[i];
        double offset;
        oq_mark mark = oq_err_mark();
        if (!g->is_root || !oq_str_starts(g->series.metric, OQ_STR("power")))
            continue;
        if (!unit_conversion(g->series.unit, OQ_STR("kW"), ret_scale, &offset))
            return g;
        oq_err_rewind(mark);
    }
    return NULL;
}

static oq_err *measure_power(rca_work *w, impact_inputs *in, impact *of)
{
    double scale;
    const rca_signal *g = power_signal(w, &scale);
    oq_us edge[] = {w->it->window_from, w->until};
    aggregate *mean;
    if (g) {
        OQ_TRY(hist_aggregate(w->s, &g->series, 1, (buckets){edge, 1}, OQ_TIME_NONE, &mean));
        in->mean_kw = aggregate_mean(mean) * scale;
    }
    rca_two kw;
    if (!isnan(in->mean_kw)) {
        kw = rca_quantity(&w->say, in->mean_kw, 1, OQ_STR("kW"));
        add(&of->carbon_sources,
            RCA_TEXT(&w->say, "rca.impact.power_measured", {"power", kw}, {"signal", g->name}));
        return NULL;
    }
    bool is_own = !isnan(w->root->power_rated_kw);
    in->typical_kw = is_own ? w->root->power_rated_kw
                            : (w->of_class ? w->of_class->power_typical_kw : (double)NAN);
    kw = rca_quantity(&w->say, in->typical_kw, 1, OQ_STR("kW"));
    if (isnan(in->typical_kw))
        add(&of->carbon_missing, rca_text_plain(&w->say, "rca.impact.no_power"));
    else
        add(&of->carbon_sources,
            RCA_TEXT(&w->say, is_own ? "rca.impact.power_rated" : "rca.impact.power_typical",
                     {"power", kw}));
    return NULL;
}

static oq_err *find_factor(rca_work *w, impact_inputs *in, impact *of)
{
    sql_rca_factor_rows rows;
    oq_us day = w->it->anchor_time / OQ_DAY - (w->it->anchor_time < 0);
    OQ_TRY(sql_rca_factor(
        w->s, (sql_rca_factor_args){w->at_site ? w->at_site->country : OQ_NONE, (oq_date)day},
        &rows));
    double scale, offset;
    if (!rows.count || unit_conversion(rows.at[0].unit, OQ_STR("kg/kWh"), &scale, &offset)) {
        add(&of->carbon_missing, rca_text_plain(&w->say, "rca.impact.no_factor"));
        return NULL;
    }
    const carbon_factor *f = &rows.at[0];
    in->factor =
        (impact_range){(isnan(f->value_low) ? f->value : f->value_low) * scale, f->value * scale,
                       (isnan(f->value_high) ? f->value : f->value_high) * scale};
    add(&of->carbon_sources,
        RCA_TEXT(&w->say,
                 oq_uuid_is_zero(f->confirmed_by) ? "rca.impact.factor_preset"
                                                  : "rca.impact.factor_confirmed",
                 {"factor", rca_quantity(&w->say, f->value, 1, f->unit)},
                 {"year", rca_code(&w->say, oq_strf(w->arena, "%lld", (long long)f->year))},
                 {"source", rca_free(&w->say, f->source)}));
    return NULL;
}

/* --- all of it ----------------------------------------------------------------------------------*/

static oq_err *gather_inputs(rca_work *w, impact_inputs *in, impact *of)
{
    const rca_cause_found *top = rca_top(w);
    const failure_mode *mode = top ? rca_mode_of(w, top->code) : NULL;
    cost_model *m;
    if (top)
        OQ_TRY(past_downtimes(w, top, in));
    in->repair_h = mode ? mode->repair_h : (double)NAN;
    in->criticality = w->root->criticality;
    OQ_TRY(cost_model_of(w->s, w->root, &m));
    price_hour(w, m, in, of);
    price_repair(w, m, in, of);
    if (gives_power(w)) {
        add(&of->carbon_missing, rca_text_plain(&w->say, "rca.impact.gives_power"));
        return NULL;
    }
    OQ_TRY(measure_power(w, in, of));
    return find_factor(w, in, of);
}

oq_err *rca_estimate(rca_work *w)
{
    impact *of = oq_new(w->arena, impact);
    impact_inputs in = {
        .repair_h = NAN,
        .has_failed = w->it->incident_type == INCIDENT_FAILURE,
        .cost_per_hour_minor = OQ_I64_NONE,
        .failure_minor = OQ_I64_NONE,
        .maintenance_minor = OQ_I64_NONE,
        .mean_kw = NAN,
        .typical_kw = NAN,
        .window_h = (double)(w->until - w->it->window_from) / (double)OQ_HOUR,
        .factor = {NAN, NAN, NAN},
    };
    if (w->root)
        OQ_TRY(gather_inputs(w, &in, of));
    else
        add(&of->money_missing, rca_text_plain(&w->say, "rca.missing.asset"));
    of->is = impact_estimate(&in);
    of->window_h = in.window_h;
    of->factor = in.factor;
    tell_downtime(w, &in, of);
    of->lost_production = NAN;
    if (w->root)
        lose_production(w, of);
    w->impact = of;
    return NULL;
}
