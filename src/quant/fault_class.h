/* quant/fault_class.h
 *
 * Which of the known faults is it? Linear discriminant analysis over what a stretch of signals
 * looks like: the level of each variable, how much it scatters, and how rough it is, in units of
 * normal operation. Learned from stretches of each fault.
 *
 * Classes share one covariance S, pooled within classes and shrunk towards its diagonal,
 * (1 - s) S + s diag S (J. H. Friedman, Regularized Discriminant Analysis, J. American Statistical
 * Association 84, 1989; s from the smaller of rows and inputs below); the score of class k is
 * m_k' S^-1 x - m_k' S^-1 m_k / 2 (R. A. Fisher, The Use of Multiple Measurements in Taxonomic
 * Problems, Annals of Eugenics 7(2), 1936; C. R. Rao, J. R. Stat. Soc. B 10(2), 1948). The
 * probabilities are those of equally frequent classes, cooled by the number of samples in a window
 * that overlap with the next (they are not independent). */
#ifndef QUANT_FAULT_CLASS_H
#define QUANT_FAULT_CLASS_H

#include "base/base.h"

/* What a window of `rows` rows (oldest first) of `columns` standardized variables looks like:
 * FAULT_LOOKS numbers for each variable: mean; ln of the standard deviation; ln of the root mean
 * square of steps from row to row. Deviations below 0.01 count as 0.01. */
enum { FAULT_LOOKS = 3 };
void fault_look(const double *x, size_t rows, size_t columns, double *ret_look);

typedef struct fault_class fault_class; /* in an arena */

/* `x`: rows * inputs; `y`: the class of each row, below `classes`, each at least twice; shrink
 * 0..1, or NaN: chosen as inputs / (inputs + rows - classes). NULL: a class has fewer than two
 * rows, or nothing varies. */
fault_class *fault_class_learn(oq_arena *arena, const double *x, const size_t *y, size_t rows,
                               size_t inputs, size_t classes, double shrink);

/* Squared distance to the centre of each class in the common covariance (Mahalanobis), and the
 * probability of each. `cool` >= 1: the temperature; 1: rows are independent. */
void fault_class_ask(oq_arena *temp, const fault_class *c, const double *x, double cool,
                     double *ret_distance, double *ret_share);

#endif
