/* quant/weibull.h
 *
 * The two-parameter Weibull distribution of lives, fitted to units of which many still run.
 *
 *     R(t) = exp(-(t / eta)^beta)               the share that reaches age t
 *     h(t) = beta / eta (t / eta)^(beta - 1)    failures per unit of age, of those still running
 *
 * beta < 1: failures become rarer with age; 1: age does not matter; > 1: wear-out. eta: the age
 * that 36.8 % reach. (W. Weibull, J. Applied Mechanics 18, 1951; IEC 61649.)
 *
 * Fitted by maximum likelihood with right-censored and left-truncated lives (quant/lifetime.h):
 *
 *     l(beta, eta) = sum over failures ln h(t_i) - sum over all ((t_i / eta)^beta - (v_i /
 * eta)^beta)
 *
 * with entries v_i (J. F. Lawless, Statistical Models and Methods for Lifetime Data, 2003, sections
 * 2.4, 5.2). For a given beta, eta^beta = A(beta) / r with A = sum (t^beta - v^beta) and r
 * failures; what is left, beta sum ln t - r ln(A(beta) / beta), is concave in beta (its second term
 * is r times the logarithm of an integral of e^(beta x) over the units at risk), so there is one
 * maximum, and Newton's method inside a bracket finds it. Logarithms of ages are taken from the
 * largest one, so that no unit of age over- or underflows.
 *
 * Bounds. With `few_max` failures or fewer: from the likelihood ratio. All (beta, eta) with
 * 2 (l_max - l) <= chi2_1(confidence) form a closed curve, and a bound of any quantity is its
 * extreme on that curve (W. Q. Meeker, L. A. Escobar, Statistical Methods for Reliability Data,
 * 1998, section 8.3); for few failures it keeps its promise where normal bounds do not. With more:
 * normal on a scale without ends (ln beta, ln eta, ln t_p, ln of hazard that is ahead), variances
 * from the observed information by the delta method.
 *
 * Honest answers. A shape needs two failures, and ages that differ. Without that it is assumed
 * (rule.beta_assumed: what the class above has, or 1), only eta is estimated, and fit.state says
 * so. Its bounds are those of the chi-squared distribution with 2r and 2r + 2 degrees of freedom
 * for A / eta^beta (Weibayes: R. B. Abernethy, The New Weibull Handbook, 2006, chapter 6). Without
 * any failure there is no estimate at all, only a lower bound of eta; estimates are NaN then, and
 * lower bounds of failure probabilities are 0. Maximum likelihood overstates beta where failures
 * are few, on average by a half for five, 16 % for ten, 7 % for twenty (D. R. Thoman, L. J. Bain,
 * C. E. Antle, Technometrics 11, 1969): look at beta_low. */
#ifndef QUANT_WEIBULL_H
#define QUANT_WEIBULL_H

#include "quant/lifetime.h"

/* --- the distribution --------------------------------------------------------------------------*/

typedef struct weibull {
    double beta, eta; /* both > 0 */
} weibull;

double weibull_reliability(weibull w, double age); /* R(t) */
double weibull_hazard(weibull w, double age);      /* h(t); infinite at 0 where beta < 1 */
/* P(fails in (age, age + span] | runs at age) = 1 - R(age + span) / R(age); exact also where R
 * itself is 0 in doubles. */
double weibull_failure_within(weibull w, double age, double span);
/* The age that a share p has failed by: p = 0.1 gives B10. 0 < p < 1. */
double weibull_quantile(weibull w, double p);
double weibull_mean(weibull w); /* MTTF = eta Gamma(1 + 1 / beta) */
/* The residual life x by which a share p of the units that run at `age` has failed. */
double weibull_residual_quantile(weibull w, double age, double p);
/* E(T - age | T > age) = eta / beta e^z Gamma(1 / beta, z), z = (age / eta)^beta. */
double weibull_residual_mean(weibull w, double age);

/* --- fitting -----------------------------------------------------------------------------------*/

typedef enum weibull_state {
    WEIBULL_FITTED = 1,  /* both parameters from the lives */
    WEIBULL_NO_FAILURES, /* shape assumed, eta only bounded from below; `at.eta` is NaN */
    WEIBULL_ONE_FAILURE, /* shape assumed, eta estimated */
    WEIBULL_NO_SPREAD, /* all failed at one age, and nothing is older (beta > 200): shape assumed */
    WEIBULL_NO_SHAPE   /* entries so late that the likeliest beta is below 0.05: shape assumed */
} weibull_state;
extern const oq_choice weibull_state_choices[]; /* "FITTED" "NO_FAILURES" ... */

typedef struct weibull_rule {
    double beta_assumed; /* where the lives do not tell; 0: 1, an age that does not matter */
    double confidence;   /* two-sided; 0: 0.9. NO_FAILURES: one-sided, as there is one side only */
    size_t few_max;      /* failures up to which bounds are likelihood-ratio; 0: 30 */
} weibull_rule;

enum { WEIBULL_CURVE = 17 };

typedef struct weibull_fit {
    int state;              /* weibull_state */
    weibull at;             /* the likeliest */
    size_t units, failures; /* units that were watched for some time */
    double exposure;        /* sum of watched ages */
    double oldest;          /* age up to which there is data: beyond it all is extrapolation */
    double confidence;
    double beta_low, beta_high; /* equal to beta where it is assumed */
    double eta_low, eta_high;   /* high: infinite without failures */
    /* Standard errors from the observed information, of ln beta and ln eta, and their covariance;
     * with an assumed shape the first is 0; without failures NaN. */
    double log_beta_error, log_eta_error, log_covariance;
    double log_likelihood;
    /* Does age matter? The exponential distribution (beta = 1) on the same lives. */
    double exponential_mean;           /* exposure / failures; NaN without failures */
    double exponential_log_likelihood; /* NaN without failures */
    double exponential_p; /* likelihood-ratio test, 1 degree of freedom (P of a difference as large
                           * when age does not matter); NaN unless FITTED */
    /* The curve of the likelihood ratio, as eta^-beta from low to high for each beta; 0 points:
     * bounds are normal. */
    size_t curve_count;
    double curve_beta[WEIBULL_CURVE];
    double curve_log_low[WEIBULL_CURVE], curve_log_high[WEIBULL_CURVE]; /* -beta ln eta */
} weibull_fit;

/* `temp` is given back. `rule` may be NULL. Fails as lifetimes_check. 2,000 lives: below 1 ms. */
OQ_CHECKED oq_err *weibull_learn(oq_arena *temp, const lifetime *life, size_t count,
                                 const weibull_rule *rule, weibull_fit *ret_fit);

/* A quantity with its bounds at the confidence of the fit: how well the lives determine it, not
 * how much units differ. */
typedef struct weibull_band {
    double value, low, high;
} weibull_band;

weibull_band weibull_bound_reliability(const weibull_fit *fit, double age);
weibull_band weibull_bound_failure_within(const weibull_fit *fit, double age, double span);
weibull_band weibull_bound_quantile(const weibull_fit *fit, double p);
weibull_band weibull_bound_residual_quantile(const weibull_fit *fit, double age, double p);

/* --- does it fit? ------------------------------------------------------------------------------*/

typedef struct weibull_check {
    size_t steps;       /* ages with a failure */
    double correlation; /* of the points on Weibull paper, ln t against ln(-ln S) with S half way
                         * down each step of Kaplan and Meier; NaN below three */
    double distance;    /* largest |Kaplan-Meier - R| at the steps */
    double inside;      /* share of steps at which R is within Kaplan and Meier's bounds */
    /* Pearson's chi-squared over stretches of age with equally many expected failures (M. G.
     * Akritas, J. American Statistical Association 83, 1988). As ages were not grouped before
     * fitting, the distribution lies between those with cells - 2 and cells - 1 degrees of freedom;
     * p is that of the larger, so that it seldom accuses wrongly. NaN: fewer than 15 failures. */
    double chi2, p;
    size_t cells;
} weibull_check;

/* The fit must be FITTED. */
void weibull_check_fit(oq_arena *temp, const weibull_fit *fit, const lifetime *life, size_t count,
                       weibull_check *ret_check);

/* --- stored ------------------------------------------------------------------------------------*/

/* A fit as plain numbers, for a list of doubles (which must take NaN and infinities): the first is
 * the form. */
enum { WEIBULL_NUMBERS = 21 + 3 * WEIBULL_CURVE };
/* The count of numbers that were written. */
size_t weibull_save(const weibull_fit *fit, double *ret_number);
/* Fails: weibull.malformed. */
OQ_CHECKED oq_err *weibull_load(const double *number, size_t count, weibull_fit *ret_fit);

#endif
