/* quant/drift.h
 *
 * Is what a model sees (an input), or says (its probabilities), still what it was when it was
 * fitted? A base is kept of each column at the fit; newer values are held against it.
 *
 *     PSI  sum over bins (a - e) ln(a / e), e and a the shares then and now, in ten bins of equally
 *          many rows of the base, a bin of its own for each value that a tenth of the rows has, and
 *          one for missing values (N. Siddiqi, Credit Risk Scorecards, 2006, p. 137: below 0.1
 *          stable, above 0.25 shifted). Against ln 0, an empty bin of then has half a row, and one
 *          row now is spread as then. As the PSI of few rows is large by chance alone, psi_p is
 * that of the chi-squared test of two samples in the same bins KS   D = max |F_now - F_then|, with
 * p by the asymptotic distribution and M. A. Stephens' factor (J. R. Stat. Soc. B 32, 1970). The
 * base's F is kept as 65 quantiles with lines between, so D may be off by 1/64, which is taken off
 * before p
 *
 * Few rows cannot accuse: SHIFTED is a PSI above 0.25 that chance gives in less than 1 %; MOVED is
 * a PSI above 0.1 or a D that chance gives in less than 1 %, as long as it is large enough to
 * matter (D > 0.1). NaN counts as missing, and a column that lost its values has drifted. */
#ifndef QUANT_DRIFT_H
#define QUANT_DRIFT_H

#include "base/base.h"

enum { DRIFT_BINS = 20, DRIFT_QUANTILES = 65, DRIFT_ROWS_MIN = 30 };

typedef struct drift_base {
    size_t rows, missing;             /* all; of them NaN or infinite */
    size_t bins;                      /* 0: there was no value */
    double edge[DRIFT_BINS];          /* upper ends, the last +inf; a bin is (edge before, edge] */
    double share[DRIFT_BINS + 1];     /* of rows; the last is of missing ones */
    double quantile[DRIFT_QUANTILES]; /* NaN: there was no value */
} drift_base;

/* `value`: `stride` apart (a column of a table). Never fails. */
void drift_keep(oq_arena *temp, const double *value, size_t rows, size_t stride,
                drift_base *ret_base);

typedef enum drift_state {
    DRIFT_STABLE = 1,
    DRIFT_MOVED,
    DRIFT_SHIFTED,
    DRIFT_NOT_ENOUGH /* fewer than DRIFT_ROWS_MIN rows then or now */
} drift_state;
extern const oq_choice drift_state_choices[]; /* "STABLE" ... */

typedef struct drift {
    int state;
    size_t rows;
    double psi, psi_p;
    double ks, ks_p;                  /* NaN: no values then or now */
    double missing_then, missing_now; /* shares */
    double median_then, median_now;   /* NaN: none */
} drift;

void drift_look(oq_arena *temp, const drift_base *base, const double *value, size_t rows,
                size_t stride, drift *ret_drift);

/* As plain numbers. */
enum { DRIFT_NUMBERS = 4 + 2 * DRIFT_BINS + 1 + DRIFT_QUANTILES };
void drift_save(const drift_base *base, double *ret_number);
/* Fails: drift.malformed. */
OQ_CHECKED oq_err *drift_load(const double *number, size_t count, drift_base *ret_base);

#endif
