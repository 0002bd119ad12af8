/* quant/forecast.h
 *
 * Where a signal is going to be next, by level and trend of what it just did, and the band in which
 * it is expected: Holt's exponential smoothing made robust (S. Gelper, R. Fried, C. Croux, Robust
 * Forecasting with Exponential and Holt-Winters Smoothing, J. of Forecasting 29, 2010):
 *
 *     forecast  f = l + phi b          residual  r = x - f
 *     cleaned   x* = f + scale psi(r / scale),   psi(u) = u within +-2, else 2 sign(u)  (Huber)
 *     l' = a x* + (1 - a) f            b' = c (l' - l) + (1 - c) phi b
 *
 * The trend is damped by phi = 0.9 (E. S. Gardner, E. McKenzie, Management Science 31, 1985):
 * plants do not go on for ever. A residual of k scales is one of the model's own past, so that the
 * band is f +- k scale. Weights a and c are those of a small grid that had the smallest scale over
 * the base; scales are 1.4826 MAD. */
#ifndef QUANT_FORECAST_H
#define QUANT_FORECAST_H

#include "base/base.h"

typedef struct forecast_rule {
    double level, trend; /* a 0..1, c 0..1 */
    double scale;        /* of residuals, > 0; the signal's unit */
} forecast_rule;

/* From values at even distances; NaN: none there. False: fewer than 20, or they never change. */
bool forecast_learn(oq_arena *temp, const double *value, size_t count, forecast_rule *ret_rule);

/* A signal being followed, from all zero. */
typedef struct forecast {
    double level, trend;
    size_t seen, missed; /* values; rows without one since the last */
} forecast;

typedef struct forecast_point {
    double
        expected; /* NaN: not yet (the first value), or too long ago (after FORECAST_MISSED_MAX) */
    double residual; /* value - expected, in scales; NaN: one of them is not there */
} forecast_point;
enum { FORECAST_MISSED_MAX = 10 };

forecast_point forecast_next(forecast *f, const forecast_rule *rule, double value);

#endif
