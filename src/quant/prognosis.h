/* quant/prognosis.h
 *
 * Prognostic assessment (ISO 13374, block PA; ISO 13381-1): what is ahead of one asset. The
 * probability of a failure from what its kind lived and from what its condition shows, how long it
 * will last by each, and what a failure would mean for production. Pure; NaN is "not known". */
#ifndef QUANT_PROGNOSIS_H
#define QUANT_PROGNOSIS_H

#include "quant/weibull.h"

/* --- failure probability -------------------------------------------------------------------------*/

typedef struct prognosis_chance {
    double low, mid, high; /* 0..1; NaN: not known */
} prognosis_chance;

/* A source of evidence, its probability for the same horizon, and how much it has seen. */
typedef struct prognosis_source {
    prognosis_chance chance;
    double failures; /* it was learned from */
    double skill; /* 0..1: how well it tells assets apart: of a condition model 2 AUC - 1 (below 0:
                   * 0); of a life model 1, if its class is this one's */
} prognosis_source;

/* One probability from several: the logarithmic opinion pool
 *
 *     ln p / (1 - p) = sum v_i ln p_i / (1 - p_i)
 *     v_i = u_i / sum u,  u_i = skill_i n_i / (n_i + 10),  n_i failures
 *
 * (C. Genest, J. V. Zidek, Statistical Science 1, 1986): between the sources, and rising in each of
 * them. Ten failures are worth half of what any number of them is. Not the product of odds over a
 * common prior: age is an input of condition models too, it would count twice. Bounds are pooled
 * alike, one that is not known as 0 or 1; probabilities are kept 1e-6 from 0 and 1. Sources without
 * `mid`, without failures or without skill have no weight; when none has weight, all are NaN but
 * `high`, the smallest upper bound that is known (no failure in a whole class is evidence too).
 * ret_weight: v_i, may be NULL. */
prognosis_chance prognosis_blend(const prognosis_source *source, size_t count, double *ret_weight);

/* --- remaining useful life -----------------------------------------------------------------------*/

typedef enum prognosis_by {
    PROGNOSIS_NOBODY = 0,
    PROGNOSIS_LIFE,  /* the class's Weibull, given the age */
    PROGNOSIS_TREND, /* a metric on its way to its limit */
    PROGNOSIS_MODEL  /* a model learned from condition */
} prognosis_by;
extern const oq_choice prognosis_by_choices[]; /* "life" "trend" "model" */

typedef enum prognosis_why {
    PROGNOSIS_KNOWN = 1,
    PROGNOSIS_AT_LEAST,  /* life without failures: p10 is a lower bound, the others NaN */
    PROGNOSIS_BEYOND,    /* trend: the level is beyond its limit, all are 0 */
    PROGNOSIS_FLAT,      /* trend: none that chance would not give; p10 is a lower bound */
    PROGNOSIS_AWAY,      /* trend: it leads away from the limit */
    PROGNOSIS_CONSTANT,  /* trend: one value all the time */
    PROGNOSIS_TOO_LITTLE /* life: no age; trend: no limit, fewer than PROGNOSIS_POINTS_MIN values,
                          * or all of one moment */
} prognosis_why;
extern const oq_choice prognosis_why_choices[]; /* "KNOWN" "AT_LEAST" "BEYOND" ... */

/* The unit of time of the caller. p90 may be infinite. */
typedef struct prognosis_rul {
    int by, why;
    double p10, p50, p90; /* P(failed by then) is 10, 50, 90 % */
} prognosis_rul;

/* What is left for a unit of that age: quantiles of T - age given T > age at the likeliest
 * parameters; p10 is the lower bound of the 10 % quantile, p90 the upper bound of the 90 % one, so
 * that ignorance widens it. */
prognosis_rul prognosis_rul_life(const weibull_fit *fit, double age);

enum { PROGNOSIS_POINTS_MIN = 8, PROGNOSIS_POINTS_MAX = 100 };

typedef struct prognosis_trend {
    prognosis_rul rul;
    size_t points;                /* used, after thinning */
    size_t passed_over;           /* values that are NaN or beyond 1e100, or later than `now` */
    double level;                 /* at `now`, by the trend */
    double slope;                 /* per unit of time; Theil-Sen */
    double slope_low, slope_high; /* 80 % */
    double noise;                 /* 1.4826 MAD of the residuals */
    double kendall_p;             /* two-sided: chance that there is no trend */
} prognosis_trend;

/* When a metric reaches its limit, from a straight line through its past:
 *
 *     slope = median of (y_j - y_i) / (t_j - t_i); level = median of y_i + slope (now - t_i)
 *
 * (H. Theil 1950; P. K. Sen, J. American Statistical Association 63, 1968), which a quarter of wild
 * points cannot turn. Bounds of the slope are Sen's, from Kendall's S, whose variance is widened by
 * (1 + r) / (1 - r) for residuals with autocorrelation r > 0 (after K. H. Hamed, A. R. Rao, J.
 * Hydrology 204, 1998). p50 = (limit - level) / slope; p10 and p90 with the faster and the slower
 * slope and the level off by 1.2816 noise. More than PROGNOSIS_POINTS_MAX points are thinned to
 * medians of equal stretches of time. `is_upper`: the limit lies above. Times in any order. */
void prognosis_trend_to(oq_arena *temp, const double *time, const double *value, size_t count,
                        double now, double limit, bool is_upper, prognosis_trend *ret_trend);

/* The one that ends first rules: the smallest p50, and the smallest p10 and p90 of all that are
 * known (equipment does not outlive its first end; if they were independent, it would end sooner
 * still). A source without p50 may lower p10 only when no other is known. `by` and `why` are those
 * of the one that rules; NOBODY: none knows. */
prognosis_rul prognosis_rul_join(const prognosis_rul *rul, size_t count);

/* --- production risk -----------------------------------------------------------------------------*/

/* index = 100 probability x criticality share x impact factor, 0..100. Criticality shares: critical
 * 1, high 0.75, medium 0.5, low 0.25. Criticality or impact unknown: 1, the worst case, and
 * `is_sure` is false: what is missing never lowers risk. Probability unknown: NaN. */
typedef struct prognosis_risk {
    double index, low, high;
    double consequence; /* share x factor */
    bool is_sure;
} prognosis_risk;
/* criticality: 1 critical ... 4 low, 0 unknown; impact 0..1 or NaN. */
prognosis_risk prognosis_production_risk(prognosis_chance chance, int criticality, double impact);

#endif
