/* Bounds of what follows from a fit, and the fit as numbers. */
#include <math.h>

#include "quant/chance.h"
#include "quant/weibull_inner.h"

#include "base/banned.h"

/* A quantity on a scale without ends. */
typedef double measure(double beta, double log_eta, const double *arg);

static double measure_eta(double beta, double log_eta, const double *arg)
{
    return log_eta;
}

static double measure_ahead(double beta, double log_eta, const double *arg)
{
    return weibull_log_ahead(beta, log_eta, arg[0], arg[1]);
}

static double measure_residual(double beta, double log_eta, const double *arg)
{
    return log(weibull_residual(beta, log_eta, arg[0], arg[1]));
}

/* --- along the curve -----------------------------------------------------------------------------*/

/* Points go round: up the side of large rates, back on that of small ones. */
static double curve_measure(const weibull_fit *fit, size_t point, measure *what, const double *arg)
{
    size_t n = fit->curve_count, round = n > 1 ? 2 * n - 2 : 2, at = point % round;
    bool is_high = at < n;
    size_t k = is_high ? at : round - at;
    if (n == 1) {
        is_high = at == 0;
        k = 0;
    }
    double log_rate = is_high ? fit->curve_log_high[k] : fit->curve_log_low[k];
    return what(fit->curve_beta[k], -log_rate / fit->curve_beta[k], arg);
}

/* The extreme, between points as a parabola through three has it. */
static double curve_extreme(const weibull_fit *fit, measure *what, const double *arg, double sign)
{
    size_t round = fit->curve_count > 1 ? 2 * fit->curve_count - 2 : 2, best = 0;
    double most = -INFINITY;
    for (size_t i = 0; i < round; i++) {
        double value = sign * curve_measure(fit, i, what, arg);
        if (value > most || i == 0) {
            most = value;
            best = i;
        }
    }
    if (round <= 2)
        return sign * most;
    double before = sign * curve_measure(fit, best + round - 1, what, arg);
    double after = sign * curve_measure(fit, best + 1, what, arg);
    double bend = before - 2 * most + after, lift = (after - before) * (after - before) / 8;
    return sign * (bend < 0 && isfinite(lift / bend) ? most - lift / bend : most);
}

/* --- normal, by the delta method -----------------------------------------------------------------*/

static double delta_error(const weibull_fit *fit, measure *what, const double *arg)
{
    const double h = 1e-4;
    double b = fit->at.beta, e = log(fit->at.eta);
    double by_beta = (what(b * exp(h), e, arg) - what(b * exp(-h), e, arg)) / (2 * h);
    double by_eta = (what(b, e + h, arg) - what(b, e - h, arg)) / (2 * h);
    double variance = by_beta * by_beta * fit->log_beta_error * fit->log_beta_error +
                      2 * by_beta * by_eta * fit->log_covariance +
                      by_eta * by_eta * fit->log_eta_error * fit->log_eta_error;
    return sqrt(fmax(variance, 0));
}

static weibull_band bound(const weibull_fit *fit, measure *what, const double *arg)
{
    double value = isnan(fit->at.eta) ? NAN : what(fit->at.beta, log(fit->at.eta), arg);
    if (isinf(value))
        return (weibull_band){value, value, value}; /* nothing ahead is nothing in every case */
    if (fit->curve_count)
        return (weibull_band){value, curve_extreme(fit, what, arg, -1),
                              curve_extreme(fit, what, arg, 1)};
    double reach = chance_normal_quantile((1 + fit->confidence) / 2) * delta_error(fit, what, arg);
    return (weibull_band){value, value - reach, value + reach};
}

void weibull_bound_eta(weibull_fit *fit)
{
    weibull_band b = bound(fit, measure_eta, NULL);
    fit->eta_low = exp(b.low);
    fit->eta_high = exp(b.high);
}

weibull_band weibull_bound_failure_within(const weibull_fit *fit, double age, double span)
{
    weibull_band b = bound(fit, measure_ahead, (double[]){age, span});
    return (weibull_band){-expm1(-exp(b.value)), -expm1(-exp(b.low)), -expm1(-exp(b.high))};
}

weibull_band weibull_bound_reliability(const weibull_fit *fit, double age)
{
    weibull_band b = bound(fit, measure_ahead, (double[]){0, age});
    return (weibull_band){exp(-exp(b.value)), exp(-exp(b.high)), exp(-exp(b.low))};
}

weibull_band weibull_bound_residual_quantile(const weibull_fit *fit, double age, double p)
{
    assert(p > 0 && p < 1);
    weibull_band b = bound(fit, measure_residual, (double[]){age, p});
    return (weibull_band){exp(b.value), exp(b.low), exp(b.high)};
}

weibull_band weibull_bound_quantile(const weibull_fit *fit, double p)
{
    return weibull_bound_residual_quantile(fit, 0, p);
}

/* --- stored --------------------------------------------------------------------------------------*/

enum { HEAD = WEIBULL_NUMBERS - 3 * WEIBULL_CURVE };
static const double FORM = 1;

/* All but the form, which is the first. */
static void numbers_go(weibull_fit *fit, double number[HEAD], bool is_out)
{
    double state = fit->state, units = (double)fit->units, failures = (double)fit->failures;
    double points = (double)fit->curve_count;
    double *place[] = {&state,
                       &units,
                       &failures,
                       &points,
                       &fit->at.beta,
                       &fit->at.eta,
                       &fit->exposure,
                       &fit->oldest,
                       &fit->confidence,
                       &fit->beta_low,
                       &fit->beta_high,
                       &fit->eta_low,
                       &fit->eta_high,
                       &fit->log_beta_error,
                       &fit->log_eta_error,
                       &fit->log_covariance,
                       &fit->log_likelihood,
                       &fit->exponential_mean,
                       &fit->exponential_log_likelihood,
                       &fit->exponential_p};
    static_assert(OQ_COUNT(place) + 1 == HEAD, "all of them");
    for (size_t i = 0; i < OQ_COUNT(place); i++) {
        if (is_out)
            number[1 + i] = *place[i];
        else
            *place[i] = number[1 + i];
    }
    if (is_out)
        return;
    fit->state = (int)state;
    fit->units = (size_t)units;
    fit->failures = (size_t)failures;
    fit->curve_count = (size_t)points;
}

size_t weibull_save(const weibull_fit *fit, double *ret_number)
{
    weibull_fit copy = *fit;
    numbers_go(&copy, ret_number, true);
    ret_number[0] = FORM;
    for (size_t i = 0; i < fit->curve_count; i++) {
        ret_number[HEAD + 3 * i] = fit->curve_beta[i];
        ret_number[HEAD + 3 * i + 1] = fit->curve_log_low[i];
        ret_number[HEAD + 3 * i + 2] = fit->curve_log_high[i];
    }
    return HEAD + 3 * fit->curve_count;
}

static bool is_count(double x)
{
    return x >= 0 && x < 1e15 && x == floor(x);
}

oq_err *weibull_load(const double *number, size_t count, weibull_fit *ret_fit)
{
    if (count < HEAD || number[0] != FORM || !is_count(number[1]) || !is_count(number[2]) ||
        !is_count(number[3]) || !is_count(number[4]))
        return oq_fail(OQ_INTERNAL, "weibull.malformed");
    double points = number[4], beta = number[5], eta = number[6];
    bool has_eta = number[1] != WEIBULL_NO_FAILURES;
    if (number[1] < WEIBULL_FITTED || number[1] > WEIBULL_NO_SHAPE || points > WEIBULL_CURVE ||
        count != HEAD + 3 * (size_t)points || !(beta > 0 && isfinite(beta)) ||
        has_eta != (eta > 0 && isfinite(eta)) || !(number[9] > 0 && number[9] < 1))
        return oq_fail(OQ_INTERNAL, "weibull.malformed");
    weibull_fit fit = {0};
    double head[HEAD];
    memcpy(head, number, sizeof head);
    numbers_go(&fit, head, false);
    for (size_t i = 0; i < fit.curve_count; i++) {
        fit.curve_beta[i] = number[HEAD + 3 * i];
        fit.curve_log_low[i] = number[HEAD + 3 * i + 1];
        fit.curve_log_high[i] = number[HEAD + 3 * i + 2];
        if (!(fit.curve_beta[i] > 0))
            return oq_fail(OQ_INTERNAL, "weibull.malformed");
    }
    *ret_fit = fit;
    return NULL;
}
