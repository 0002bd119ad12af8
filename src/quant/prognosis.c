#include "quant/prognosis.h"

#include <math.h>

#include "base/banned.h"

const oq_choice prognosis_by_choices[] = {
    {PROGNOSIS_LIFE, "life"}, {PROGNOSIS_TREND, "trend"}, {PROGNOSIS_MODEL, "model"}, {0}};
const oq_choice prognosis_why_choices[] = {{PROGNOSIS_KNOWN, "KNOWN"},
                                           {PROGNOSIS_AT_LEAST, "AT_LEAST"},
                                           {PROGNOSIS_BEYOND, "BEYOND"},
                                           {PROGNOSIS_FLAT, "FLAT"},
                                           {PROGNOSIS_AWAY, "AWAY"},
                                           {PROGNOSIS_CONSTANT, "CONSTANT"},
                                           {PROGNOSIS_TOO_LITTLE, "TOO_LITTLE"},
                                           {0}};

/* --- failure probability -------------------------------------------------------------------------*/

static double log_odds(double p)
{
    const double edge = 1e-6;
    p = fmin(fmax(p, edge), 1 - edge);
    return log(p / (1 - p));
}

static double weight_of(const prognosis_source *s)
{
    bool has_weight = s->failures > 0 && s->skill > 0 && !isnan(s->chance.mid);
    return has_weight ? fmin(s->skill, 1) * s->failures / (s->failures + 10) : 0;
}

/* A source without a bound goes as far as probabilities go. */
static double or_else(double p, double otherwise)
{
    return isnan(p) ? otherwise : p;
}

prognosis_chance prognosis_blend(const prognosis_source *source, size_t count, double *ret_weight)
{
    double sum = 0, low = 0, mid = 0, high = 0;
    for (size_t i = 0; i < count; i++)
        sum += weight_of(&source[i]);
    prognosis_chance none = {NAN, NAN, NAN};
    for (size_t i = 0; i < count; i++) {
        const prognosis_chance *c = &source[i].chance;
        double v = sum > 0 ? weight_of(&source[i]) / sum : 0;
        if (ret_weight)
            ret_weight[i] = v;
        none.high = fmin(none.high, c->high); /* of a number and NaN: the number */
        if (v == 0)
            continue;
        low += v * log_odds(or_else(c->low, 0));
        mid += v * log_odds(c->mid);
        high += v * log_odds(or_else(c->high, 1));
    }
    if (!(sum > 0))
        return none;
    return (prognosis_chance){1 / (1 + exp(-low)), 1 / (1 + exp(-mid)), 1 / (1 + exp(-high))};
}

/* --- remaining useful life -----------------------------------------------------------------------*/

prognosis_rul prognosis_rul_life(const weibull_fit *fit, double age)
{
    prognosis_rul rul = {PROGNOSIS_LIFE, PROGNOSIS_TOO_LITTLE, NAN, NAN, NAN};
    if (!(age >= 0) || isinf(age))
        return rul;
    rul.p10 = weibull_bound_residual_quantile(fit, age, 0.1).low;
    rul.why = PROGNOSIS_AT_LEAST;
    if (fit->state == WEIBULL_NO_FAILURES)
        return rul;
    rul.p50 = weibull_residual_quantile(fit->at, age, 0.5);
    rul.p90 = weibull_bound_residual_quantile(fit, age, 0.9).high;
    rul.why = PROGNOSIS_KNOWN;
    return rul;
}

prognosis_rul prognosis_rul_join(const prognosis_rul *rul, size_t count)
{
    prognosis_rul best = {PROGNOSIS_NOBODY, PROGNOSIS_TOO_LITTLE, NAN, NAN, NAN};
    for (size_t i = 0; i < count; i++) {
        bool is_known = !isnan(rul[i].p50), was_known = !isnan(best.p50);
        if (is_known < was_known || (!is_known && isnan(rul[i].p10)))
            continue;
        if (is_known > was_known) { /* the first that knows: what others guess does not count */
            best = rul[i];
            continue;
        }
        prognosis_rul sooner = best;
        if (is_known ? rul[i].p50 < best.p50 : !(rul[i].p10 >= best.p10))
            sooner = rul[i];
        sooner.p10 = fmin(best.p10, rul[i].p10);
        sooner.p90 = fmin(best.p90, rul[i].p90);
        best = sooner;
    }
    return best;
}

/* --- production risk -----------------------------------------------------------------------------*/

prognosis_risk prognosis_production_risk(prognosis_chance chance, int criticality, double impact)
{
    static const double share[] = {1, 1, 0.75, 0.5, 0.25};
    bool knows_share = criticality >= 1 && criticality <= 4,
         knows_impact = impact >= 0 && impact <= 1;
    double consequence = share[knows_share ? criticality : 0] * (knows_impact ? impact : 1);
    return (prognosis_risk){.index = 100 * chance.mid * consequence,
                            .low = 100 * chance.low * consequence,
                            .high = 100 * chance.high * consequence,
                            .consequence = consequence,
                            .is_sure = knows_share && knows_impact};
}
