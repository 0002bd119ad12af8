#include "quant/weibull.h"

#include <math.h>

#include "quant/chance.h"
#include "quant/weibull_inner.h"

#include "base/banned.h"

static const double BETA_MIN = 0.05, BETA_MAX = 200;

const oq_choice weibull_state_choices[] = {
    {WEIBULL_FITTED, "FITTED"},           {WEIBULL_NO_FAILURES, "NO_FAILURES"},
    {WEIBULL_ONE_FAILURE, "ONE_FAILURE"}, {WEIBULL_NO_SPREAD, "NO_SPREAD"},
    {WEIBULL_NO_SHAPE, "NO_SHAPE"},       {0}};

/* --- the distribution --------------------------------------------------------------------------*/

double weibull_reliability(weibull w, double age)
{
    return age <= 0 ? 1 : exp(-pow(age / w.eta, w.beta));
}

double weibull_hazard(weibull w, double age)
{
    return w.beta / w.eta * pow(fmax(age, 0) / w.eta, w.beta - 1);
}

double weibull_failure_within(weibull w, double age, double span)
{
    return -expm1(-exp(weibull_log_ahead(w.beta, log(w.eta), age, span)));
}

double weibull_quantile(weibull w, double p)
{
    assert(p > 0 && p < 1);
    return w.eta * pow(-log1p(-p), 1 / w.beta);
}

double weibull_mean(weibull w)
{
    return w.eta * exp(lgamma(1 + 1 / w.beta));
}

double weibull_residual_quantile(weibull w, double age, double p)
{
    assert(p > 0 && p < 1);
    return weibull_residual(w.beta, log(w.eta), age, p);
}

double weibull_residual_mean(weibull w, double age)
{
    double z = age > 0 ? pow(age / w.eta, w.beta) : 0;
    if (z < 1e-290)
        return weibull_mean(w) - fmax(age, 0);
    return age / w.beta * chance_gamma_tail(1 / w.beta, z);
}

double weibull_log_ahead(double beta, double log_eta, double age, double span)
{
    if (age <= 0)
        return beta * (log(span) - log_eta);
    double grown = beta * log1p(span / age); /* ln of how much the cumulated hazard grows */
    return beta * (log(age) - log_eta) + (grown > 30 ? grown : log(expm1(grown)));
}

double weibull_residual(double beta, double log_eta, double age, double p)
{
    double log_ahead = log(-log1p(-p));
    if (age <= 0)
        return exp(log_eta + log_ahead / beta);
    double ratio = log_ahead - beta * (log(age) - log_eta);
    double grown = (ratio > 30 ? ratio : log1p(exp(ratio))) / beta;
    return grown > 30 ? exp(log(age) + grown) : age * expm1(grown);
}

/* --- lives as logarithms ------------------------------------------------------------------------*/

/* Of ages over the oldest, so all <= 0; of entries where there is one. */
typedef struct logs {
    double *end, *entry;
    size_t ends, entries, failures;
    double log_oldest;
    double failed_sum; /* of `end`, over failures */
    double failed_square;
    double exposure;
} logs;

static void logs_make(oq_arena *temp, const lifetime *life, size_t count, logs *ret_logs)
{
    logs g = {.end = oq_new_n(temp, double, count), .entry = oq_new_n(temp, double, count)};
    double oldest = 0;
    for (size_t i = 0; i < count; i++)
        oldest = life[i].age > life[i].entry ? fmax(oldest, life[i].age) : oldest;
    g.log_oldest = log(oldest);
    for (size_t i = 0; i < count; i++) {
        if (life[i].age <= life[i].entry)
            continue;
        double x = log(life[i].age) - g.log_oldest;
        g.end[g.ends++] = x;
        g.exposure += life[i].age - life[i].entry;
        if (life[i].entry > 0)
            g.entry[g.entries++] = log(life[i].entry) - g.log_oldest;
        if (life[i].has_failed) {
            g.failures++;
            g.failed_sum += x;
            g.failed_square += x * x;
        }
    }
    *ret_logs = g;
}

/* Sums of x^k e^(beta x), k = 0, 1, 2, over ends less over entries. */
typedef struct powers {
    double sum[3];
} powers;

static void powers_add(powers *p, const double *x, size_t count, double beta, double sign)
{
    double a = 0, b = 0, c = 0;
    for (size_t i = 0; i < count; i++) {
        double e = exp(beta * x[i]), ex = e * x[i];
        a += e, b += ex, c += ex * x[i];
    }
    p->sum[0] += sign * a, p->sum[1] += sign * b, p->sum[2] += sign * c;
}

static powers powers_at(const logs *g, double beta)
{
    powers p = {{0}};
    powers_add(&p, g->end, g->ends, beta, 1);
    powers_add(&p, g->entry, g->entries, beta, -1);
    return p;
}

/* --- the profile likelihood of beta ---------------------------------------------------------------*/

typedef struct profile {
    double value, slope, bend; /* and its derivatives by beta */
    double log_rate;           /* ln of the likeliest eta^-beta, ages over the oldest */
    powers powers;
} profile;

static profile profile_at(const logs *g, double beta)
{
    double r = (double)g->failures;
    powers p = powers_at(g, beta);
    double mean = p.sum[1] / p.sum[0], log_rate = log(r / p.sum[0]);
    return (profile){.value = r * log(beta) + r * log_rate + beta * g->failed_sum - r,
                     .slope = r / beta + g->failed_sum - r * mean,
                     .bend = -r / (beta * beta) - r * (p.sum[2] / p.sum[0] - mean * mean),
                     .log_rate = log_rate,
                     .powers = p};
}

/* Newton's method in ln beta for slope(beta) = 0, halving the bracket where it would leave it. */
static double profile_top(const logs *g, double low, double high, profile *ret_profile)
{
    /* Menon's estimate from the spread of the failures' logarithms (Technometrics 5, 1963). */
    double r = (double)g->failures, mean = g->failed_sum / r;
    double spread = sqrt(fmax(g->failed_square / r - mean * mean, 0) * 6) / M_PI;
    double beta = fmin(fmax(1 / spread, low * 1.01), high / 1.01);
    for (int i = 0; i < 100; i++) {
        *ret_profile = profile_at(g, beta);
        if (ret_profile->slope > 0)
            low = beta;
        else
            high = beta;
        double slope = beta * ret_profile->slope;
        double bend = beta * beta * ret_profile->bend + slope;
        double next = bend < 0 ? beta * exp(fmax(fmin(-slope / bend, 3), -3)) : NAN;
        if (!(next > low && next < high))
            next = sqrt(low * high);
        if (fabs(next - beta) <= 1e-10 * beta)
            break;
        beta = next;
    }
    return beta;
}

/* The beta beyond which 2 (l_max - l) > 2 fall; towards `end`, and no further than that. */
static double profile_edge(const logs *g, double top, const profile *top_at, double fall,
                           double end)
{
    /* A first guess from the bend: the profile is nearly a parabola of ln beta. */
    bool is_up = end > top;
    double inner = top, outer = end;
    double reach = sqrt(2 * fall / (-top_at->bend * top * top));
    double beta = is_up ? fmin(top * exp(reach), end) : fmax(top * exp(-reach), end);
    for (int i = 0; i < 60; i++) {
        profile p = profile_at(g, beta);
        double miss = p.value - (top_at->value - fall);
        if (miss > 0)
            inner = beta;
        else
            outer = beta;
        double next = beta * exp(-miss / (beta * p.slope));
        bool is_within = is_up ? next > inner && next < outer : next < inner && next > outer;
        if (!is_within)
            next = sqrt(inner * outer);
        if (fabs(next - beta) <= 1e-7 * beta)
            break;
        beta = next;
    }
    return beta;
}

/* The two roots of e^y - 1 - y = k >= 0, from outside, where Newton's method cannot overshoot. */
static double curve_root(double k, double start)
{
    double y = start;
    for (int i = 0; i < 100 && y != 0; i++) {
        double step = (expm1(y) - y - k) / expm1(y);
        y -= step;
        if (fabs(step) <= 1e-12 * (1 + fabs(y)))
            break;
    }
    return y;
}

/* For a given beta, with y = ln(eta^-beta) from its likeliest:
 * l_max - l = l_max - profile(beta) + r (e^y - 1 - y). */
static void curve_make(const logs *g, weibull_fit *fit, const profile *top)
{
    double r = (double)g->failures, fall = chance_chi2_quantile(1, fit->confidence) / 2;
    double low = profile_edge(g, fit->at.beta, top, fall, BETA_MIN);
    double high = profile_edge(g, fit->at.beta, top, fall, BETA_MAX);
    for (size_t i = 0; i < WEIBULL_CURVE; i++) {
        double angle = M_PI * (double)i / (WEIBULL_CURVE - 1);
        double beta = (low + high) / 2 - (high - low) / 2 * cos(angle);
        profile p = profile_at(g, beta);
        double k = fmax((fall - (top->value - p.value)) / r, 0);
        double middle = p.log_rate - beta * g->log_oldest;
        fit->curve_beta[i] = beta;
        fit->curve_log_low[i] = middle + curve_root(k, -(1 + k));
        fit->curve_log_high[i] = middle + curve_root(k, sqrt(2 * k));
    }
    fit->curve_count = WEIBULL_CURVE;
    fit->beta_low = low;
    fit->beta_high = high;
}

/* --- fitting -----------------------------------------------------------------------------------*/

static void fit_shape(const logs *g, weibull_fit *fit, size_t few_max)
{
    double r = (double)g->failures;
    profile top;
    double beta = profile_top(g, BETA_MIN, BETA_MAX, &top);
    double log_eta = g->log_oldest - top.log_rate / beta;
    fit->at = (weibull){beta, exp(log_eta)};
    fit->log_likelihood = top.value - g->failed_sum - r * g->log_oldest;
    /* Observed information of (ln beta, ln eta); sums of x^k e^(beta x) are moved to eta. */
    double rate = exp(top.log_rate), shift = -top.log_rate / beta;
    const double *a = top.powers.sum;
    double first = rate * (a[1] - shift * a[0]);
    double second = rate * (a[2] - 2 * shift * a[1] + shift * shift * a[0]);
    double i_bb = r + beta * beta * second, i_be = -beta * beta * first, i_ee = beta * beta * r;
    double det = i_bb * i_ee - i_be * i_be;
    fit->log_beta_error = sqrt(i_ee / det);
    fit->log_eta_error = sqrt(i_bb / det);
    fit->log_covariance = -i_be / det;
    double z = chance_normal_quantile((1 + fit->confidence) / 2);
    fit->beta_low = beta * exp(-z * fit->log_beta_error);
    fit->beta_high = beta * exp(z * fit->log_beta_error);
    if (g->failures <= few_max)
        curve_make(g, fit, &top);
    fit->exponential_p = erfc(sqrt(fmax(fit->log_likelihood - fit->exponential_log_likelihood, 0)));
}

/* Only eta: A / eta^beta is half a chi-squared variable. */
static void fit_scale(const logs *g, weibull_fit *fit, double beta)
{
    double r = (double)g->failures, tail = (1 - fit->confidence) / 2;
    double log_sum = log(powers_at(g, beta).sum[0]) + beta * g->log_oldest;
    fit->curve_count = 1;
    fit->curve_beta[0] = fit->beta_low = fit->beta_high = fit->at.beta = beta;
    if (!g->failures) {
        fit->at.eta = fit->log_beta_error = fit->log_eta_error = fit->log_covariance = NAN;
        fit->log_likelihood = NAN;
        fit->curve_log_low[0] = -INFINITY;
        fit->curve_log_high[0] = log(-log1p(-fit->confidence)) - log_sum;
        return;
    }
    double log_eta = (log_sum - log(r)) / beta;
    fit->at.eta = exp(log_eta);
    fit->log_eta_error = 1 / (beta * sqrt(r));
    fit->log_likelihood =
        r * (log(beta) - beta * log_eta) - r + (beta - 1) * (g->failed_sum + r * g->log_oldest);
    fit->curve_log_low[0] = log(chance_chi2_quantile(2 * r, tail) / 2) - log_sum;
    fit->curve_log_high[0] = log(chance_chi2_quantile(2 * r + 2, 1 - tail) / 2) - log_sum;
}

static weibull_state shape_state(const logs *g)
{
    if (g->failures == 0)
        return WEIBULL_NO_FAILURES;
    if (g->failures == 1)
        return WEIBULL_ONE_FAILURE;
    if (profile_at(g, BETA_MAX).slope >= 0)
        return WEIBULL_NO_SPREAD;
    return profile_at(g, BETA_MIN).slope <= 0 ? WEIBULL_NO_SHAPE : WEIBULL_FITTED;
}

oq_err *weibull_learn(oq_arena *temp, const lifetime *life, size_t count, const weibull_rule *rule,
                      weibull_fit *ret_fit)
{
    weibull_rule set = rule ? *rule : (weibull_rule){0};
    set.beta_assumed = set.beta_assumed != 0 ? set.beta_assumed : 1;
    set.few_max = set.few_max ? set.few_max : 30;
    assert(isfinite(set.beta_assumed) && set.beta_assumed > 0);
    assert(set.confidence >= 0 && set.confidence < 1);
    OQ_TRY(lifetimes_check(life, count));
    oq_mark mark = oq_arena_mark(temp);
    logs g;
    logs_make(temp, life, count, &g);
    if (!g.ends) {
        oq_arena_rewind(temp, mark);
        return oq_fail(OQ_INVALID, "lifetime.none");
    }
    double r = (double)g.failures;
    weibull_fit fit = {.state = (int)shape_state(&g),
                       .units = g.ends,
                       .failures = g.failures,
                       .exposure = g.exposure,
                       .oldest = exp(g.log_oldest),
                       .confidence = set.confidence > 0 ? set.confidence : 0.9,
                       .exponential_mean = g.failures ? g.exposure / r : NAN,
                       .exponential_log_likelihood =
                           g.failures ? -r * log(g.exposure / r) - r : NAN,
                       .exponential_p = NAN};
    if (fit.state == WEIBULL_FITTED)
        fit_shape(&g, &fit, set.few_max);
    else
        fit_scale(&g, &fit, set.beta_assumed);
    oq_arena_rewind(temp, mark);
    weibull_bound_eta(&fit);
    *ret_fit = fit;
    return NULL;
}
