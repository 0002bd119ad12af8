/* What would its failure mean for production? */
#include <math.h>

#include "ai/make.h"

#include "base/banned.h"

/* Of the site's production, as far as the site counts. */
static double impact_of(const ai_asset *a)
{
    double site_share = isnan(a->site_impact_factor) ? 1 : a->site_impact_factor;
    return a->impact_factor * site_share;
}

static oq_str tell(oq_arena *arena, const ai_asset *a, const ai_score *score,
                   const prognosis_risk *r)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(AI_JSON_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, f64, "probability", score->failure_probability);
    oq_json_put(&j, f64, "consequence", r->consequence);
    oq_json_put(&j, f64, "index", r->index);
    oq_json_put(&j, f64, "low", r->low);
    oq_json_put(&j, f64, "high", r->high);
    oq_json_key(&j, OQ_STR("facts"));
    oq_json_object(&j);
    oq_json_put(&j, text, "criticality",
                oq_cstr(oq_choice_text(criticality_choices, a->criticality)));
    oq_json_put(&j, f64, "impact_factor", a->impact_factor);
    oq_json_put(&j, f64, "site_impact_factor", a->site_impact_factor);
    oq_json_put(&j, bool, "cost_model", a->has_cost_model);
    oq_json_put(&j, bool, "cost_model_approved", a->is_cost_approved);
    oq_json_object_end(&j);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&out));
}

oq_err *compute_production_risk(oq_arena *arena, const ai_asset *a, ai_score *io_score)
{
    prognosis_chance c = {io_score->failure_low, io_score->failure_probability,
                          io_score->failure_high};
    prognosis_risk r = prognosis_production_risk(c, a->criticality, impact_of(a));
    io_score->production_risk_index = r.index;
    ai_detail_put(arena, io_score, "risk", tell(arena, a, io_score, &r));
    if (isnan(a->impact_factor))
        ai_detail_miss(arena, io_score, "no_impact_factor", NULL, 0);
    if (!a->has_cost_model) {
        int state = io_score->state;
        ai_detail_miss(arena, io_score, "no_cost_model", NULL, 0);
        io_score->state = state; /* nothing here rests on it: what waiting costs will */
    }
    return NULL;
}
