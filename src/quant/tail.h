/* quant/tail.h
 *
 * How rare a value is, beyond the largest that were seen too: of a statistic in normal operation
 * the distribution's body as it was, and above a threshold u a generalized Pareto tail
 *
 *     P(X > x) = p_u (1 + shape (x - u) / scale)^(-1 / shape),     exp(-(x - u) / scale) for shape
 * 0
 *
 * (peaks over threshold: A. C. Davison, R. L. Smith, J. Royal Statistical Society B 52, 1990; for
 * streams A. Siffer et al., KDD 2017), fitted by probability-weighted moments (J. R. M. Hosking,
 * J. R. Wallis, Technometrics 29, 1987). The shape is kept in 0 .. 0.5: a tail with an end would
 * call what is just beyond it impossible, and one without a variance would flag nothing.
 *
 * Values that follow each other in time come in clusters; of those above u the share that begins
 * one (no value above u within `run` before it: runs declustering, R. L. Smith, I. Weissman,
 * J. Royal Statistical Society B 56, 1994) turns a chance by row into episodes per row. */
#ifndef QUANT_TAIL_H
#define QUANT_TAIL_H

#include "base/base.h"

enum { TAIL_BODY = 8 };

typedef struct tail {
    double body[TAIL_BODY];  /* what tail_body_shares[] of the values are above; falling shares */
    double threshold, above; /* u, p_u */
    double scale, shape;     /* scale 0: all values the same, or too few */
    double begins;           /* episodes per value above u: 0..1 */
    double least;            /* 1 / (values + 1): no body tells of less */
} tail;
extern const double tail_body_shares[TAIL_BODY];

/* Of values in the order of time; NaN: none there. At least 20 of them, else nothing is rare. */
void tail_learn(oq_arena *temp, const double *x, size_t count, size_t run, tail *ret_tail);

/* P(X >= x), 0..1; of NaN 1. */
double tail_chance(const tail *t, double x);
/* The value with that chance: tail_chance(t, tail_value(t, p)) is p, for p below 1 and a tail that was
 * learned; else NaN. */
double tail_value(const tail *t, double chance);
/* Episodes per value that reach x: tail_chance times `begins`. */
double tail_episodes(const tail *t, double x);

#endif
