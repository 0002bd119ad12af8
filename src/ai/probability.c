/* How likely is it to fail within the horizon, and by what? */
#include <math.h>

#include "ai/make.h"

#include "base/banned.h"

static const int curve_days[] = {0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 365};

static void put_chance(oq_json *j, const char *name, double p)
{
    oq_json_name(j, name);
    oq_json_f64(j, p);
}

static void put_reasons(oq_json *j, const ai_asset *a, const failure_score *s)
{
    size_t columns;
    const oq_str *name =
        a->knows->failure ? failure_model_columns(a->knows->failure->model, &columns) : NULL;
    oq_json_key(j, OQ_STR("why"));
    oq_json_array(j);
    for (size_t i = 0; i < s->reasons; i++) {
        oq_json_object(j);
        oq_json_put(j, text, "feature", name[s->reason[i].column]);
        oq_json_put(j, f64, "value", s->reason[i].value);
        oq_json_put(j, f64, "push", s->reason[i].log_odds);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

static oq_str tell(oq_arena *arena, const ai_asset *a, const ai_prospects *all)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(AI_JSON_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_array(&j);
    for (size_t i = 0; i < all->count; i++) {
        const ai_prospect *p = &all->at[i];
        oq_json_object(&j);
        oq_json_put(&j, text, "mode", p->code);
        put_chance(&j, "probability", p->chance.mid);
        put_chance(&j, "low", p->chance.low);
        put_chance(&j, "high", p->chance.high);
        put_chance(&j, "life", p->life.mid);
        put_chance(&j, "condition", p->condition.mid);
        oq_json_put(&j, f64, "age_h", p->age.hours);
        oq_json_put(&j, bool, "age_known", p->age.is_known);
        put_reasons(&j, a, &p->score);
        oq_json_object_end(&j);
    }
    oq_json_array_end(&j);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static oq_str curve_of(oq_arena *arena, const ai_prospects *all)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(AI_JSON_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_array(&j);
    for (size_t i = 0; i < OQ_COUNT(curve_days) && all->count; i++) {
        prognosis_chance c = ai_prospects_by(all, 24.0 * curve_days[i]);
        oq_json_array(&j);
        oq_json_i64(&j, curve_days[i]);
        oq_json_f64(&j, c.low);
        oq_json_f64(&j, c.mid);
        oq_json_f64(&j, c.high);
        oq_json_array_end(&j);
    }
    oq_json_array_end(&j);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static void tell_missing(oq_arena *arena, const ai_asset *a, const ai_prospects *all,
                         ai_score *io_score)
{
    if (oq_uuid_is_zero(a->class_id)) {
        ai_detail_miss(arena, io_score, "no_class", NULL, 0);
        return;
    }
    if (!a->knows->life)
        ai_detail_miss(arena, io_score, "no_life_model", NULL, 0);
    if (!a->knows->failure)
        ai_detail_miss(arena, io_score, "no_failure_model", NULL, 0);
    for (size_t i = 0; i < all->count; i++)
        if (all->at[i].is_partial && isnan(all->at[i].condition.mid))
            ai_detail_miss(arena, io_score, "age_unknown",
                           &(oq_arg){"mode", all->at[i].code}, 1);
}

oq_err *compute_failure_probability(oq_arena *arena, const ai_asset *a, ai_score *io_score)
{
    ai_prospects all;
    OQ_TRY(ai_prospects_of(arena, a, &all));
    prognosis_chance c = ai_prospects_by(&all, all.horizon_h);
    io_score->horizon_h = all.horizon_h;
    io_score->failure_probability = c.mid;
    io_score->failure_low = c.low;
    io_score->failure_high = c.high;
    io_score->top_mode = all.count ? all.at[0].code : OQ_NONE;
    io_score->curve = curve_of(arena, &all);
    ai_detail_put(arena, io_score, "failure", tell(arena, a, &all));
    tell_missing(arena, a, &all, io_score);
    return NULL;
}
