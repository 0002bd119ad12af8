/* quant/pelt.h
 *
 * Where a signal's mean, or its mean and scatter, change: the cut into stretches of which
 *
 *     sum over stretches of cost(stretch)  +  penalty * (stretches - 1)
 *
 * is smallest, found exactly and in time that grows with the number of values where changes are
 * spread over them: PELT, R. Killick, P. Fearnhead, I. A. Eckley, Optimal Detection of Changepoints
 * with a Linear Computational Cost, J. American Statistical Association 107(500), 2012. Costs are
 * twice the negative log-likelihood of normal values (less its constant):
 *
 *     PELT_MEAN      sum (x - mean)^2 / deviation^2, the deviation is known (given) and everywhere
 *                    the same
 *     PELT_MEAN_VAR  n ln(sum (x - mean)^2 / n); at least two values in a stretch
 *
 * The usual penalty is a few times ln(count): with p numbers that each stretch has of its own,
 * (p + 1) ln(count) is the criterion of G. Schwarz (1978), the place of the change counted too:
 * 2 ln n for the mean, 3 ln n for both. Neighbouring values that are alike (most signals of plants)
 * want more: pelt_penalty makes it so. */
#ifndef QUANT_PELT_H
#define QUANT_PELT_H

#include "base/base.h"

typedef enum pelt_cost { PELT_MEAN, PELT_MEAN_VAR } pelt_cost;

typedef struct pelt_rule {
    pelt_cost cost;
    double deviation; /* of PELT_MEAN: of the noise, > 0 */
    double penalty;   /* of a change; 0: pelt_penalty of the values */
    size_t least;     /* values of a stretch; 0: 1 for the mean, 8 for both */
} pelt_rule;

typedef struct pelt_cuts {
    size_t *at; /* the first value of each stretch but the first, rising */
    size_t count;
    double cost; /* that was made smallest */
} pelt_cuts;

/* Finite values. None, or too few of them: no cuts. Values that are all the same in a stretch cost
 * as if they scattered by 1e-6 of the whole. */
void pelt_find(oq_arena *arena, const double *x, size_t count, const pelt_rule *rule,
               pelt_cuts *ret_cuts);

/* How much of its distance from the mean a value keeps from the last one, 0..0.95, of a signal with
 * steps in it: differences over two values vary (1 + r) times as much as over one. */
double pelt_memory(oq_arena *temp, const double *x, size_t count);
/* The deviation of its noise: of differences, over sqrt(2 (1 - r)). 0: most neighbours are equal.
 */
double pelt_noise(oq_arena *temp, const double *x, size_t count);
/* Schwarz's penalty, times (1 + r) / (1 - r): by so much the variance of a mean grows. */
double pelt_penalty(oq_arena *temp, const double *x, size_t count, pelt_cost cost);

#endif
