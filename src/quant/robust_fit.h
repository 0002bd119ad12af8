/* quant/robust_fit.h
 *
 * A linear relation that most rows agree on: y = a + sum b_k x_k, with few of the columns, and with
 * up to a third of the rows being something else (faults, standstills, wild samples).
 *
 * - Which columns: forward selection by the Bayesian information criterion, on correlations of
 *   columns that are centred by their median, scaled by 1.4826 MAD and winsorized at 2.5 (J. A.
 *   Khan, S. Van Aelst, R. H. Zamar, Robust linear model selection based on least angle regression,
 *   J. Am. Stat. Assoc. 102, 2007).
 * - Coefficients: iteratively reweighted least squares with Tukey's biweight, c = 4.685, from
 *   Huber's, k = 1.345, as a start, the scale by 1.4826 MAD of the residuals (P. J. Huber, E. M.
 *   Ronchetti, Robust Statistics, 2nd ed., Wiley 2009, chapter 7).
 * - Rows in which a chosen column is further than 5 scales from its median are left out: far away
 *   in x, one row weighs as much as hundreds.
 *
 * NaN marks what is missing. Deterministic. */
#ifndef QUANT_ROBUST_FIT_H
#define QUANT_ROBUST_FIT_H

#include "base/base.h"

enum { ROBUST_TERMS_MAX = 5, ROBUST_ROWS_MIN = 30 };

typedef struct robust_fit {
    size_t terms;
    size_t term[ROBUST_TERMS_MAX]; /* columns, the most telling first */
    double coefficient[ROBUST_TERMS_MAX];
    double intercept;
    double scale;     /* of the residuals: 1.4826 MAD */
    double explained; /* 1 - (scale / scale of y)^2, 0..1 */
    size_t rows;      /* complete ones */
} robust_fit;

/* `x`: rows * columns; `may`: the columns that may be used. False: too few rows, or y does not
 * vary. No terms: nothing explains anything; the intercept is then the median. */
bool robust_fit_make(oq_arena *temp, const double *x, const double *y, size_t rows, size_t columns,
                     const bool *may, robust_fit *ret_fit);

/* NaN, where something is missing. */
double robust_fit_at(const robust_fit *f, const double *row);

#endif
