/* quant/softmax.h
 *
 * Multinomial logistic regression with ridge penalty over a dense table of numbers:
 *
 *     p(k | x) = exp(z_k) / sum_j exp(z_j),   z_k = b_k + sum_i w_ki x_i
 *
 * fitted by the smallest  sum_n -g_n ln p(y_n | x_n) + ridge / 2 * sum_ki w_ki^2  (the intercepts b
 * are not shrunk; weights of all classes are kept, which the penalty makes unique). Source of the
 * penalized form: S. le Cessie, J. C. van Houwelingen, Ridge Estimators in Logistic Regression,
 * Applied Statistics 41(1), 1992. Fitted by limited-memory BFGS (D. C. Liu, J. Nocedal, On the
 * Limited Memory BFGS Method for Large Scale Optimization, Mathematical Programming 45, 1989); the
 * order of all sums is fixed, so the same table gives the same weights.
 *
 * Probabilities are calibrated by one number, the temperature: p ~ exp(z / T) (C. Guo et al., On
 * Calibration of Modern Neural Networks, ICML 2017, section 4.2). */
#ifndef QUANT_SOFTMAX_H
#define QUANT_SOFTMAX_H

#include "base/base.h"

typedef struct softmax_table {
    size_t rows, inputs, classes;
    const double *x;    /* rows * inputs, row by row; finite. Scaled alike, or ridge is unfair */
    const size_t *y;    /* rows: 0 .. classes - 1 */
    const double *gain; /* rows: how much each one counts; NULL: 1 each */
} softmax_table;

typedef struct softmax_fit {
    size_t inputs, classes;
    double
        *weight; /* (inputs + 1) * classes: those of an input side by side; last the intercepts */
    double loss; /* what was made smallest, at its end */
    size_t steps;
    bool has_converged; /* the gradient's largest part is below 1e-6 of the rows' gain */
} softmax_fit;

/* `ridge` > 0. Weights are in `arena`, all else in `temp` (may be the same). */
void softmax_learn(oq_arena *arena, oq_arena *temp, const softmax_table *table, double ridge,
                   softmax_fit *ret_fit);

/* z of each class, for one row. */
void softmax_scores(const softmax_fit *fit, const double *x, double *ret_score);
/* p of each class from its z; in place is fine. */
void softmax_shares(const double *score, size_t classes, double temperature, double *ret_share);

/* The temperature that makes the held-out rows likeliest, drawn towards 1 by a normal prior on
 * ln T with deviation 0.5, so that few rows, or rows that are all right, do not make it extreme.
 * Between 0.2 and 10; `scores`: rows * classes; a row of a class that is not known (y >= classes)
 * is passed over. */
double softmax_temperature(const double *scores, const size_t *y, size_t rows, size_t classes);

#endif
