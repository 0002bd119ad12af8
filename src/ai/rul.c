/* How long will it last? By what its kind lived and its condition shows, and by signals on their way
 * to a limit; the one that ends first rules. */
#include <math.h>

#include "ai/make.h"

#include "base/banned.h"

#define TOO_LONG (24.0 * 365 * 50) /* hours: nobody plans for later */

/* --- by the curve --------------------------------------------------------------------------------*/

static double of_bound(prognosis_chance c, int bound)
{
    return bound < 0 ? c.low : bound > 0 ? c.high : c.mid;
}

/* When the share has failed; infinite beyond fifty years. */
static double time_to(const ai_prospects *all, double share, int bound)
{
    double low = 0, high = TOO_LONG;
    if (of_bound(ai_prospects_by(all, high), bound) < share)
        return INFINITY;
    for (int i = 0; i < 40 && high - low > 0.1; i++) {
        double middle = low + (high - low) / 2;
        if (of_bound(ai_prospects_by(all, middle), bound) < share)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* Ignorance widens it: the tenth percentile is that of the upper bound, the ninetieth that of the
 * lower one. */
static prognosis_rul by_curve(const ai_prospects *all)
{
    prognosis_rul r = {.by = PROGNOSIS_LIFE, .why = PROGNOSIS_KNOWN, .p10 = NAN, .p50 = NAN,
                       .p90 = NAN};
    if (!all->count)
        return (prognosis_rul){.by = PROGNOSIS_NOBODY, .p10 = NAN, .p50 = NAN, .p90 = NAN};
    for (size_t i = 0; i < all->count; i++)
        if (!isnan(all->at[i].condition.mid))
            r.by = PROGNOSIS_MODEL;
    r.p10 = time_to(all, 0.1, 1);
    r.p50 = time_to(all, 0.5, 0);
    r.p90 = time_to(all, 0.9, -1);
    return r;
}

/* --- by trends -----------------------------------------------------------------------------------*/

typedef struct trend {
    prognosis_trend found;
    const ai_signal *of;
    double limit;
} trend;

static size_t points_of(oq_arena *temp, const ai_asset *a, const ai_signal *g, double **ret_time,
                        double **ret_value)
{
    double *time = oq_new_n(temp, double, a->grid.count);
    double *value = oq_new_n(temp, double, a->grid.count);
    size_t count = 0;
    for (size_t k = 0; g->bucket && k < a->grid.count; k++) {
        double mean = aggregate_mean(&g->bucket[k]);
        if (isnan(mean))
            continue;
        time[count] = (double)(a->grid.edge[k] - a->at) / (double)OQ_HOUR + 0.5;
        value[count++] = mean;
    }
    *ret_time = time;
    *ret_value = value;
    return count;
}

static void look_at(oq_arena *temp, const ai_asset *a, const ai_signal *g, bool is_upper,
                    trend *io_best)
{
    double limit = is_upper ? (isnan(g->high_high) ? g->high : g->high_high)
                            : (isnan(g->low_low) ? g->low : g->low_low);
    double *time, *value;
    trend t = {.of = g, .limit = limit};
    if (isnan(limit) || g->is_state)
        return;
    size_t count = points_of(temp, a, g, &time, &value);
    prognosis_trend_to(temp, time, value, count, 0, limit, is_upper, &t.found);
    if (!isnan(t.found.rul.p50) && (!io_best->of || t.found.rul.p50 < io_best->found.rul.p50))
        *io_best = t;
}

static trend nearest_trend(oq_arena *arena, const ai_asset *a)
{
    trend best = {.found.rul = {.by = PROGNOSIS_NOBODY, .p10 = NAN, .p50 = NAN, .p90 = NAN}};
    for (size_t i = 0; i < a->signals; i++) {
        oq_mark mark = oq_arena_mark(arena);
        look_at(arena, a, &a->signal[i], true, &best);
        look_at(arena, a, &a->signal[i], false, &best);
        oq_arena_rewind(arena, mark);
    }
    return best;
}

/* --- together ------------------------------------------------------------------------------------*/

static double told(double hours)
{
    return isfinite(hours) ? hours : (double)NAN;
}

static oq_str tell(oq_arena *arena, const prognosis_rul *r, const prognosis_rul *curve,
                   const trend *t)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(AI_JSON_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, f64, "p10_h", told(r->p10));
    oq_json_put(&j, f64, "p50_h", told(r->p50));
    oq_json_put(&j, f64, "p90_h", told(r->p90));
    oq_json_put(&j, text, "by", oq_cstr(oq_choice_text(prognosis_by_choices, r->by)));
    oq_json_put(&j, text, "why", oq_cstr(oq_choice_text(prognosis_why_choices, r->why)));
    oq_json_key(&j, OQ_STR("facts"));
    oq_json_object(&j);
    oq_json_put(&j, f64, "curve_p50_h", told(curve->p50));
    if (t->of) {
        oq_json_put(&j, text, "metric", t->of->metric);
        oq_json_put(&j, text, "unit", t->of->unit);
        oq_json_put(&j, f64, "level", t->found.level);
        oq_json_put(&j, f64, "limit", t->limit);
        oq_json_put(&j, f64, "slope_per_day", 24 * t->found.slope);
        oq_json_put(&j, f64, "trend_p50_h", told(t->found.rul.p50));
    }
    oq_json_object_end(&j);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&out));
}

oq_err *estimate_rul(oq_arena *arena, const ai_asset *a, ai_score *io_score)
{
    ai_prospects all;
    OQ_TRY(ai_prospects_of(arena, a, &all));
    trend t = nearest_trend(arena, a);
    prognosis_rul r[] = {by_curve(&all), t.found.rul};
    prognosis_rul joined = prognosis_rul_join(r, OQ_COUNT(r));
    io_score->rul_p10_h = told(joined.p10);
    io_score->rul_p50_h = told(joined.p50);
    io_score->rul_p90_h = told(joined.p90);
    ai_detail_put(arena, io_score, "rul", tell(arena, &joined, &r[0], &t));
    return NULL;
}
