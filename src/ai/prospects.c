/* What is likely to fail, from what its kind lived and from what its condition shows. */
#include <math.h>

#include "ai/fit_failure.h"
#include "ai/make.h"
#include "quant/calibrate.h"

#include "base/banned.h"

static const prognosis_chance unknown = {NAN, NAN, NAN};
static const double confidence = 0.95;

/* --- by age --------------------------------------------------------------------------------------*/

/* The youngest and the oldest that a label of unknown age can be. */
static double youngest(const ai_prospect *p)
{
    return isnan(p->age.hours) ? 0 : p->age.hours;
}

static double oldest(const ai_prospect *p)
{
    return fmax(p->fit->oldest, youngest(p));
}

/* The likeliest alone, which curves ask for thousands of times. Of an age that is not known: as
 * often as any unit of the class, between what the youngest and the oldest would do. */
static double likeliest_by_life(const ai_prospect *p, double hours)
{
    weibull w = p->fit->at;
    if (p->age.is_known)
        return weibull_failure_within(w, p->age.hours, hours);
    double young = weibull_failure_within(w, youngest(p), hours),
           old = weibull_failure_within(w, oldest(p), hours);
    return fmin(fmax(-expm1(-hours / weibull_mean(w)), fmin(young, old)), fmax(young, old));
}

static prognosis_chance chance_by_life(const ai_prospect *p, double hours)
{
    if (!p->fit)
        return unknown;
    bool is_known = p->age.is_known;
    weibull_band a =
        weibull_bound_failure_within(p->fit, is_known ? p->age.hours : youngest(p), hours);
    weibull_band b = is_known ? a : weibull_bound_failure_within(p->fit, oldest(p), hours);
    return (prognosis_chance){fmin(a.low, b.low), likeliest_by_life(p, hours),
                              fmax(a.high, b.high)};
}

/* --- by condition --------------------------------------------------------------------------------*/

/* What happened where about so much was told: the bin whose mean is nearest. */
static prognosis_chance chance_of_bin(const ai_bin *bin, double p)
{
    const ai_bin *nearest = NULL;
    for (size_t k = 0; k < FAILURE_BINS; k++)
        if (bin[k].rows > 0 &&
            (!nearest || fabs(bin[k].told - p) < fabs(nearest->told - p)))
            nearest = &bin[k];
    if (!nearest)
        return (prognosis_chance){0, p, 1};
    double low, high;
    calibrate_wilson((size_t)lround(nearest->happened * nearest->rows), (size_t)nearest->rows,
                     confidence, &low, &high);
    return (prognosis_chance){fmin(low, p), p, fmax(high, p)};
}

/* From the last complete hour of the signals: the rest of the hour says nothing yet. */
static oq_err *score_condition(oq_arena *arena, const ai_asset *a, failure_score *ret_score)
{
    const ai_failure_body *b = a->knows->failure;
    ai_items items = {0};
    double any;
    ai_items_samples(arena, &b->sights, a, &items);
    ai_items_records(arena, &b->sights, a, &items);
    const ai_past *past = ai_past_of(b, a->id);
    feature_asset of = {.made_at = ai_made_at(a),
                        .item = items.at,
                        .items = items.count,
                        .past = past ? past->at : NULL};
    return failure_model_score(b->model, &of, a->at + 1, ret_score, &any);
}

/* --- together ------------------------------------------------------------------------------------*/

static ai_prospect *prospect_of(ai_prospects *all, oq_str code)
{
    for (size_t i = 0; i < all->count; i++)
        if (oq_str_eq(all->at[i].code, code))
            return &all->at[i];
    ai_prospect *p = &all->at[all->count++];
    *p = (ai_prospect){.code = code,
                       .age = {NAN, false},
                       .life = unknown,
                       .condition = unknown,
                       .chance = unknown};
    return p;
}

static void add_lives(const ai_asset *a, ai_prospects *all)
{
    const ai_life_body *b = a->knows->life;
    for (size_t i = 0; b && i < b->labels.count; i++) {
        if (!b->fit[i].state)
            continue;
        ai_prospect *p = prospect_of(all, b->labels.at[i].code);
        p->fit = &b->fit[i];
        p->age = ai_age_of(&b->labels, i, a, b->longest[i]);
        p->is_partial = !p->age.is_known;
        p->life = chance_by_life(p, all->horizon_h);
    }
}

static oq_err *add_conditions(oq_arena *arena, const ai_asset *a, ai_prospects *all)
{
    const ai_failure_body *b = a->knows->failure;
    failure_score score[AI_LABELS_MAX];
    if (!b)
        return NULL;
    OQ_TRY(score_condition(arena, a, score));
    double share = all->horizon_h / a->knows->failure_row->horizon_h;
    for (size_t i = 0; i < b->sights.labels.count; i++) {
        if (score[i].state != FAILURE_READY)
            continue;
        ai_prospect *p = prospect_of(all, b->sights.labels.at[i].code);
        prognosis_chance c = chance_of_bin(b->bin[i], score[i].probability);
        p->score = score[i];
        p->condition = (prognosis_chance){1 - pow(1 - c.low, share), 1 - pow(1 - c.mid, share),
                                          1 - pow(1 - c.high, share)};
        /* It has age among its inputs, and its calibration was looked at: then it speaks alone. One
         * that nobody could judge is held against what its kind lived. */
        prognosis_source source[] = {
            {p->life, p->fit ? (double)p->fit->failures : 0, 1},
            {p->condition, (double)b->sights.labels.at[i].failures, 0.5},
        };
        p->chance = !isnan(b->auc[i]) || isnan(p->life.mid)
                        ? p->condition
                        : prognosis_blend(source, OQ_COUNT(source), NULL);
    }
    return NULL;
}

static int by_chance(const void *a, const void *b)
{
    const ai_prospect *x = a, *y = b;
    if (x->chance.mid != y->chance.mid)
        return x->chance.mid > y->chance.mid ? -1 : 1;
    return oq_str_cmp(x->code, y->code);
}

oq_err *ai_prospects_of(oq_arena *arena, const ai_asset *a, ai_prospects *ret)
{
    if (a->prospects) {
        *ret = *a->prospects;
        return NULL;
    }
    *ret = (ai_prospects){.horizon_h = a->knows->horizon_h};
    add_lives(a, ret);
    OQ_TRY(add_conditions(arena, a, ret));
    size_t kept = 0;
    for (size_t i = 0; i < ret->count; i++) {
        ai_prospect p = ret->at[i];
        if (isnan(p.chance.mid))
            p.chance = p.life;
        if (!isnan(p.chance.mid))
            ret->at[kept++] = p;
    }
    ret->count = kept;
    qsort(ret->at, kept, sizeof *ret->at, by_chance);
    return NULL;
}

/* --- as time goes on -----------------------------------------------------------------------------*/

static double hazard_of(double chance)
{
    return -log1p(-fmin(chance, 1 - 1e-12));
}

/* Cumulated hazard of one prospect after `hours`, given what it comes to by the horizon. */
static double hazard_by(const ai_prospect *p, double horizon, double chance, double hours)
{
    double to_horizon = hazard_of(chance);
    if (!p->fit)
        return to_horizon * hours / horizon;
    double here = hazard_of(likeliest_by_life(p, hours)), then = hazard_of(p->life.mid);
    if (!(then > 0))
        return to_horizon * hours / horizon;
    double k = to_horizon / then;
    return k >= 1 || hours <= horizon ? k * here : to_horizon + here - then;
}

prognosis_chance ai_prospects_by(const ai_prospects *all, double hours)
{
    double low = 0, mid = 0, high = 0;
    if (!all->count)
        return unknown;
    for (size_t i = 0; i < all->count; i++) {
        const ai_prospect *p = &all->at[i];
        low += hazard_by(p, all->horizon_h, p->chance.low, hours);
        mid += hazard_by(p, all->horizon_h, p->chance.mid, hours);
        high += hazard_by(p, all->horizon_h, p->chance.high, hours);
    }
    return (prognosis_chance){-expm1(-low), -expm1(-mid), -expm1(-high)};
}
