/* quant/control_chart.h
 *
 * Small shifts of a level that last, which no single value shows: the EWMA and the CUSUM chart.
 * Both take standardized values x (distance from the usual level in usual deviations: no unit);
 * values that are missing are left out by the caller, the chart then stays as it is. */
#ifndef QUANT_CONTROL_CHART_H
#define QUANT_CONTROL_CHART_H

#include "base/base.h"

/* Exponentially weighted moving average:  z' = w x + (1 - w) z.
 * S. W. Roberts, Control Chart Tests Based on Geometric Moving Averages, Technometrics 1(3), 1959.
 * 0 < w <= 1; it begins with z = 0. */
double ewma_next(double z, double x, double weight);

/* Its deviation after `count` values:  sqrt(w / (2 - w) (1 - (1 - w)^(2 count))).
 * D. C. Montgomery, Introduction to Statistical Quality Control, 9.2; count 0: in the long run. */
double ewma_deviation(double weight, size_t count);

/* How many independent values a series that remembers is worth: count / T with T the largest of
 * m var(means of m) / var over batches of m = 1, 2, 4 .. count / 8 values (batch means: C. J.
 * Geyer, Practical Markov Chain Monte Carlo, Statistical Science 7, 1992). A slope over all of it
 * is worth eight. Limits learned from a few independent values are no limits. */
double chart_independent(const double *x, size_t count);

/* Tabular CUSUM over at most the last `window` values: of all stretches that end now the one whose
 * sum of (x - slack), or of (-x - slack), is largest; nothing is below 0. With an endless window
 * that is E. S. Page's scheme (Continuous Inspection Schemes, Biometrika 41, 1954) in the form
 * C+ = max(0, C+ + x - k), C- = max(0, C- - x - k); with one of a known length it depends on no
 * more than that many values, so that a chart opened later says the same. k of 0.5 is made for
 * shifts of one deviation. */
typedef struct cusum_side {
    double total;
    size_t first, count; /* of the queue: totals that may yet be the smallest of the window */
    double *least;
    size_t *least_at;
} cusum_side;
typedef struct cusum {
    double slack;
    size_t window, seen;
    cusum_side side[2]; /* up, down */
} cusum;

typedef struct cusum_point {
    double up, down;
    size_t up_for, down_for; /* values since that stretch began (N+ and N-) */
} cusum_point;

cusum cusum_make(oq_arena *arena, double slack, size_t window);
cusum_point cusum_next(cusum *c, double x);

#endif
