/* quant/mspc.h
 *
 * Multivariate statistical process control: is a plant, taken as a whole, still as it was when all
 * was well, since when not, and which variables make the difference?
 *
 * Learned from rows of normal operation, standardized, each row with `lags` rows before it (dynamic
 * PCA: W. Ku, R. H. Storer, C. Georgakis, Chemometrics and Intelligent Laboratory Systems 30,
 * 1995). With scores t_i on the principal components, eigenvalues l_i, and the first a components
 * kept:
 *
 *     T2  sum_{i<=a} t_i^2 / l_i            is it within the usual variation, but far out
 *         limit  a (n^2 - 1) / (n (n - a)) F_{a, n-a}  (N. D. Tracy, J. C. Young, R. L. Mason,
 *         J. Quality Technology 24(2), 1992)
 *     Q   sum_{i>a} t_i^2                   are the usual relations broken (SPE)
 *         limit  J. E. Jackson, G. S. Mudholkar, Technometrics 21(3), 1979, formula 3.1
 *     H   sum_{i>a} t_i^2 / l_i             the same, each direction against its own noise (D. M.
 *         Hawkins, J. American Statistical Association 69, 1974); limit as of T2
 *     M   (2 - w) / w sum_i z_i^2 with z' = w t / sqrt(l) + (1 - w) z      small shifts that last
 *         (MEWMA: C. A. Lowry et al., Technometrics 34(1), 1992); limit as of T2
 *     S   s' = w H + (1 - w) s              more scatter that lasts (exponentially weighted mean
 *         square: J. F. MacGregor, T. J. Harris, J. Quality Technology 25(2), 1993)
 *
 * and the index: the largest of H, M and S, each over its limit. The formulas hold for normal,
 * independent rows, which plants do not give; mspc_calibrate sets the limits from further normal
 * operation instead, and only then S and the index have one.
 *
 * Columns that do not change are left alone. All values must be finite: fill what is missing, or
 * leave such rows out. */
#ifndef QUANT_MSPC_H
#define QUANT_MSPC_H

#include "base/base.h"

typedef enum mspc_statistic {
    MSPC_T2,
    MSPC_Q,
    MSPC_H,
    MSPC_M,
    MSPC_S,
    MSPC_INDEX,
    MSPC_STATISTICS
} mspc_statistic;

typedef struct mspc_rule {
    size_t lags;         /* rows before; 0: none */
    size_t components;   /* a; 0: as many as explain `explained` of the variance */
    double explained;    /* 0..1; 0: 0.85 */
    double weight;       /* w of M and S, 0..1; 0: 0.2 */
    double false_alarms; /* share of normal rows beyond a limit; 0: 0.01 */
    double noise;        /* least variance of a direction, in that of a column: what instruments and
                            their rounding may do without telling; 0: none */
} mspc_rule;

typedef struct mspc mspc; /* in an arena; not changed by watching */

/* NULL: fewer than two rows for each column and lag, or nothing varies. */
mspc *mspc_learn(oq_arena *arena, const double *x, size_t rows, size_t columns,
                 const mspc_rule *rule);
size_t mspc_components(const mspc *m);
size_t mspc_columns(const mspc *m);
/* +inf: none (S and the index before mspc_calibrate). */
double mspc_limit(const mspc *m, mspc_statistic which);
/* Limits such that rule.false_alarms of these rows are beyond each. At least 100 of them. */
void mspc_calibrate(mspc *m, const double *x, size_t rows);

typedef struct mspc_point {
    bool is_ready; /* there are enough rows for the lags */
    double at[MSPC_STATISTICS];
} mspc_point;

typedef struct mspc_watch mspc_watch; /* one plant being looked at, row by row */
mspc_watch *mspc_watch_open(oq_arena *arena, const mspc *m);
void mspc_watch_next(mspc_watch *w, const double *row, mspc_point *ret_point);
/* Sets what is missing (NaN) of the row that comes next to what the relations say of it, given the
 * rest of the row and the rows before: it adds nothing to Q then (P. R. C. Nelson, P. A. Taylor,
 * J. F. MacGregor, Missing data methods in PCA and PLS, Chemometrics and Intelligent Laboratory
 * Systems 35, 1996: projection to the model plane, iterated). */
void mspc_watch_fill(const mspc_watch *w, double *row);
/* How much each variable (over its lags) adds to a statistic of the newest row; they add up to it.
 * For T2, Q, H and M: the complete decomposition (P. Nomikos, J. F. MacGregor, AIChE J. 40(8),
 * 1994); may be negative. For S and the index: of whichever of H and M is further out. */
void mspc_watch_contributions(const mspc_watch *w, mspc_statistic which, double *ret_by_column);

/* How much of Q or H each variable alone could explain: what the statistic would fall by, were that
 * variable (each of its lags for itself) reconstructed from the others (C. F. Alcala, S. J. Qin,
 * Reconstruction-based contribution for process monitoring, Automatica 45, 2009). Not negative;
 * points at the one that broke more surely than the decomposition does. */
void mspc_watch_reconstruct(const mspc_watch *w, mspc_statistic which, double *ret_by_column);

/* The model as bytes of a stored one (quant/model_bytes.h; directions as floats), and out of them
 * again. Limits are not kept: they are the caller's. NULL: not such bytes (the reader is broken
 * then), or more than `columns_max` columns, or than `wide_max` with their lags. */
void mspc_encode(const mspc *m, oq_buf *to);
struct byte_reader;
mspc *mspc_decode(oq_arena *arena, struct byte_reader *in, size_t columns_max, size_t wide_max);

/* The row in units of normal operation, for fault_class.h. */
void mspc_standardize(const mspc *m, const double *row, double *ret_row);

#endif
