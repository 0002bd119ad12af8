/* Money and carbon as JSON. */
#include <math.h>

#include "rca/estimate.h"

#include "base/banned.h"

static void put_range(oq_json *j, const char *key, impact_range r)
{
    oq_json_name(j, key);
    oq_json_object(j);
    oq_json_put(j, f64, "low", r.low);
    oq_json_put(j, f64, "mid", r.mid);
    oq_json_put(j, f64, "high", r.high);
    oq_json_object_end(j);
}

static void put_amount(oq_json *j, int64_t minor)
{
    if (minor == OQ_I64_NONE)
        oq_json_null(j);
    else
        oq_json_i64(j, minor);
}

static void put_money(oq_json *j, const char *key, impact_money m)
{
    oq_json_name(j, key);
    oq_json_object(j);
    oq_json_key(j, OQ_STR("low"));
    put_amount(j, m.low);
    oq_json_key(j, OQ_STR("mid"));
    put_amount(j, m.mid);
    oq_json_key(j, OQ_STR("high"));
    put_amount(j, m.high);
    oq_json_object_end(j);
}

static void put_texts(oq_json *j, const char *key, const impact_texts *t)
{
    oq_json_name(j, key);
    rca_put_twos(j, t->at, t->count);
}

static void put_part(oq_json *j, const rca_work *w, const char *key, impact_money m)
{
    if (m.mid == OQ_I64_NONE)
        return;
    rca_two name = rca_text_plain(&w->say, key);
    oq_json_object(j);
    oq_json_put(j, text, "en", name.en);
    oq_json_put(j, text, "ar", name.ar);
    oq_json_put(j, i64, "amount_minor", m.mid);
    oq_json_object_end(j);
}

void rca_put_financial(oq_json *j, const rca_work *w)
{
    const impact *of = w->impact;
    oq_json_object(j);
    oq_json_put(j, text, "currency", of->currency);
    put_range(j, "downtime_h", of->is.downtime_h);
    put_money(j, "cost_minor", of->is.cost);
    oq_json_key(j, OQ_STR("parts"));
    oq_json_array(j);
    put_part(j, w, "rca.impact.part_loss", of->is.loss);
    put_part(j, w, "rca.impact.part_repair", of->is.repair);
    oq_json_array_end(j);
    put_texts(j, "sources", &of->money_sources);
    put_texts(j, "missing", &of->money_missing);
    oq_json_object_end(j);
}

void rca_put_carbon(oq_json *j, const rca_work *w)
{
    const impact *of = w->impact;
    oq_json_object(j);
    put_range(j, "kg", of->is.kg);
    oq_json_put(j, f64, "energy_kwh", of->is.energy_kwh);
    oq_json_put(j, bool, "is_measured", of->is.is_measured);
    oq_json_put(j, f64, "window_h", of->window_h);
    put_range(j, "factor_kg_per_kwh", of->factor);
    put_texts(j, "sources", &of->carbon_sources);
    put_texts(j, "missing", &of->carbon_missing);
    oq_json_object_end(j);
}

void rca_put_impact(oq_json *j, const rca_work *w)
{
    const impact *of = w->impact;
    oq_json_object(j);
    put_range(j, "downtime_h", of->is.downtime_h);
    put_money(j, "cost_minor", of->is.cost);
    oq_json_put(j, text, "currency", of->currency);
    oq_json_key(j, OQ_STR("lost_production"));
    if (isnan(of->lost_production)) {
        oq_json_null(j);
    } else {
        oq_json_object(j);
        oq_json_put(j, f64, "value", of->lost_production);
        oq_json_put(j, text, "unit", of->lost_unit);
        oq_json_object_end(j);
    }
    put_range(j, "carbon_kg", of->is.kg);
    oq_json_object_end(j);
}
