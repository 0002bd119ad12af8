/* quant/matrix.h
 *
 * Dense matrices, row by row, of the sizes that statistics over a plant's signals need (up to a few
 * hundred columns). Sums go in a fixed order: the same input gives the same output. */
#ifndef QUANT_MATRIX_H
#define QUANT_MATRIX_H

#include "base/base.h"

/* Means and standard deviations (of a sample: n - 1) of columns. A column that does not change has
 * the deviation 1, so that what is standardized by it is 0. */
void matrix_columns(const double *x, size_t rows, size_t columns, double *ret_mean, double *ret_sd);

/* columns * columns: the sample covariance around the means. */
void matrix_covariance(const double *x, size_t rows, size_t columns, const double *mean,
                       double *ret_covariance);

/* Eigenvalues, largest first, and eigenvectors (row k is the k-th, of length 1, its largest part
 * positive) of a symmetric matrix, which is destroyed. Householder's reduction to a tridiagonal
 * matrix and the implicit QL method: J. H. Wilkinson, C. Reinsch, Handbook for Automatic
 * Computation II: Linear Algebra, Springer 1971, contributions II/2 and II/4. */
void matrix_eigen(oq_arena *temp, double *a, size_t n, double *ret_value, double *ret_vector);

/* L of a = L L', in place (the upper part is cleared). False: not positive definite. */
bool matrix_cholesky(double *a, size_t n);
/* y with L y = x, in place. */
void matrix_forward(const double *l, size_t n, double *x);
/* y with L' y = x, in place. */
void matrix_backward(const double *l, size_t n, double *x);

#endif
