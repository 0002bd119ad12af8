/* What failing, standing and mending cost in a tenant: looked up once, asked for each asset. */
#include "optimize/inner.h"

#include <math.h>
#include <stdlib.h>

#include "quant/unit.h"

#include "optimize/rows_inner.h"

#include "optimize_gather.sql.h"

#include "base/banned.h"

enum { HOURS_MAX = 256 }; /* modes of a class that are looked at */

struct optimize_prices {
    const cost_model *model;
    size_t models;
    const optimize_mode_row *mode;
    size_t modes;
    const sql_optimize_downtimes_row *downtime;
    size_t downtimes;
    const sql_optimize_factors_row *factor;
    size_t factors;
};

oq_err *optimize_prices_load(oq_scope *s, oq_us as_of, oq_date on_day, oq_uuid asset_id,
                             optimize_prices **ret_prices)
{
    sql_optimize_cost_models_rows models;
    sql_optimize_modes_rows modes;
    sql_optimize_downtimes_rows downtimes;
    sql_optimize_factors_rows factors;
    OQ_TRY(sql_optimize_cost_models(s, &models));
    OQ_TRY(sql_optimize_modes(s, (sql_optimize_modes_args){asset_id}, &modes));
    OQ_TRY(sql_optimize_downtimes(s, (sql_optimize_downtimes_args){as_of, asset_id}, &downtimes));
    OQ_TRY(sql_optimize_factors(s, (sql_optimize_factors_args){on_day}, &factors));
    optimize_prices *p = oq_new(oq_scope_arena(s), optimize_prices);
    *p = (optimize_prices){models.at,    models.count,    modes.at,   modes.count,
                           downtimes.at, downtimes.count, factors.at, factors.count};
    *ret_prices = p;
    return NULL;
}

const cost_model *optimize_cost_of(const optimize_prices *prices, const optimize_asset *a)
{
    const cost_model *of_class = NULL, *preset = NULL;
    for (size_t i = 0; i < prices->models; i++) {
        const cost_model *m = &prices->model[i];
        if (oq_uuid_eq(m->id, a->cost_model_id))
            return m;
        if (!of_class && !oq_uuid_is_zero(m->class_id) && oq_uuid_eq(m->class_id, a->class_id))
            of_class = m;
        if (m->is_default)
            preset = m;
    }
    return of_class ? of_class : preset;
}

const optimize_mode_row *optimize_mode_of(const optimize_prices *prices, const optimize_asset *a,
                                          oq_str code)
{
    const optimize_mode_row *found = NULL;
    for (size_t i = 0; code.len && i < prices->modes; i++) {
        const optimize_mode_row *m = &prices->mode[i];
        if (!oq_str_eq(m->code, code))
            continue;
        if (oq_uuid_eq(m->asset_id, a->id))
            return m;
        if (!oq_uuid_is_zero(m->class_id) && oq_uuid_eq(m->class_id, a->class_id))
            found = m;
    }
    return found;
}

const optimize_mode_row *optimize_mode_by_id(const optimize_prices *prices, oq_uuid id)
{
    for (size_t i = 0; !oq_uuid_is_zero(id) && i < prices->modes; i++)
        if (oq_uuid_eq(prices->mode[i].id, id))
            return &prices->mode[i];
    return NULL;
}

static int compare_hours(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double optimize_hours_of(const optimize_prices *prices, const optimize_asset *a,
                         const optimize_mode_row *mode, bool *ret_of_class)
{
    *ret_of_class = !mode || isnan(mode->repair_h);
    if (!*ret_of_class)
        return mode->repair_h;
    double hours[HOURS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < prices->modes && count < HOURS_MAX; i++) {
        const optimize_mode_row *m = &prices->mode[i];
        bool is_own = oq_uuid_eq(m->asset_id, a->id) ||
                      (!oq_uuid_is_zero(m->class_id) && oq_uuid_eq(m->class_id, a->class_id));
        if (is_own && !isnan(m->repair_h))
            hours[count++] = m->repair_h;
    }
    if (!count)
        return NAN;
    qsort(hours, count, sizeof *hours, compare_hours);
    return (hours[(count - 1) / 2] + hours[count / 2]) / 2;
}

double optimize_downtime_of(const optimize_prices *prices, const optimize_asset *a,
                            const optimize_mode_row *mode)
{
    double of_class = NAN, times = 0;
    for (size_t i = 0; i < prices->downtimes; i++) {
        const sql_optimize_downtimes_row *d = &prices->downtime[i];
        bool is_class = oq_uuid_eq(d->class_id, a->class_id);
        if (mode && is_class && oq_uuid_eq(d->failure_mode_id, mode->id))
            return d->downtime_h;
        if (is_class && !oq_uuid_is_zero(a->class_id) && (double)d->times > times) {
            of_class = d->downtime_h;
            times = (double)d->times;
        }
    }
    bool is_guess;
    const cost_model *m = optimize_cost_of(prices, a);
    double repair = optimize_hours_of(prices, a, mode, &is_guess);
    return is_guess && !isnan(of_class) ? of_class
                                        : repair + (m && !isnan(m->failure_delay_h)
                                                        ? m->failure_delay_h
                                                        : 0);
}

static double kg_per_kwh(const optimize_prices *prices, oq_str country)
{
    double found = NAN;
    for (size_t i = 0; i < prices->factors; i++) {
        const sql_optimize_factors_row *f = &prices->factor[i];
        double scale, offset;
        oq_mark mark = oq_err_mark();
        if (unit_conversion(f->unit, OQ_STR("kg/kWh"), &scale, &offset)) {
            oq_err_rewind(mark);
            continue;
        }
        if (country.len && oq_str_eq(f->country, country))
            return f->value * scale;
        if (!f->country.len)
            found = f->value * scale;
    }
    return found;
}

double optimize_carbon_kg(const optimize_prices *prices, const optimize_asset *a, double hours)
{
    return a->power_kw * hours * kg_per_kwh(prices, a->country);
}

oq_str optimize_currency(const optimize_prices *prices)
{
    size_t best = 0;
    oq_str currency = OQ_NONE;
    for (size_t i = 0; i < prices->models; i++) {
        size_t times = prices->model[i].is_default ? prices->models : 1;
        for (size_t k = 0; k < prices->models; k++)
            times += oq_str_eq(prices->model[k].currency, prices->model[i].currency);
        if (times > best) {
            best = times;
            currency = prices->model[i].currency;
        }
    }
    return currency;
}

static double minor(int64_t amount)
{
    return amount == OQ_I64_NONE ? NAN : (double)amount;
}

double optimize_stop_cost(const optimize_prices *prices, const optimize_asset *a, oq_str currency)
{
    const cost_model *m = optimize_cost_of(prices, a);
    if (!m || !oq_str_eq(m->currency, currency))
        return NAN;
    return minor(m->planned_stop_per_hour_minor != OQ_I64_NONE ? m->planned_stop_per_hour_minor
                                                               : m->downtime_per_hour_minor);
}

void optimize_risk_of(const optimize_prices *prices, const optimize_asset *a,
                      const optimize_mode_row *mode, oq_str currency, double carbon_price_minor,
                      maintenance_risk *ret_risk)
{
    const cost_model *m = optimize_cost_of(prices, a);
    bool is_priced = m && oq_str_eq(m->currency, currency);
    double per_tonne = !isnan(carbon_price_minor) ? carbon_price_minor
                       : is_priced                ? minor(m->carbon_per_tonne_minor)
                                                  : (double)NAN;
    double hours = optimize_downtime_of(prices, a, mode);
    double kg = optimize_carbon_kg(prices, a, hours);
    bool of_class;
    double planned_h = optimize_hours_of(prices, a, mode, &of_class);
    *ret_risk = (maintenance_risk){
        .repair_cost = is_priced ? minor(m->failure_minor) : (double)NAN,
        .secondary_damage =
            is_priced && m->secondary_minor != OQ_I64_NONE ? (double)m->secondary_minor : 0,
        .downtime_hours = hours,
        .downtime_cost_per_hour = is_priced ? minor(m->downtime_per_hour_minor) : (double)NAN,
        .failure_carbon_kg = kg,
        .carbon_price_per_kg = isnan(per_tonne) || isnan(kg) ? 0 : per_tonne / 1000,
        .planned_cost = is_priced ? minor(m->maintenance_minor) : (double)NAN,
        .planned_hours = planned_h,
        .planned_carbon_kg = NAN,
    };
}
