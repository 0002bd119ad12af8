/* quant/calibrate.h
 *
 * Probabilities that mean what they say: of the rows told 20 %, about one in five happens. Learned
 * from rows that the model was not fitted to, each with the model's score and what happened; and
 * the figures by which such predictions are judged.
 *
 *     PLATT     p = 1 / (1 + exp(-(slope score + shift))): two numbers, for few rows (J. Platt,
 *               Advances in Large Margin Classifiers, 1999; fitted by Newton's method with the
 *               targets (n1 + 1) / (n1 + 2) and 1 / (n0 + 2) as in H.-T. Lin, C.-J. Lin, R. C.
 * Weng, Machine Learning 68, 2007). A slope below 0 would turn the order round: then it is 0, and p
 * is the share of what happened. ISOTONIC  the rising step function nearest to what happened, by
 * pooling adjacent violators (M. Ayer et al., Annals of Mathematical Statistics 26, 1955), straight
 * lines between the middles of its blocks, never below 1 / (rows + 2) or above 1 - 1 / (rows + 2)
 *               (B. Zadrozny, C. Elkan, KDD 2002)
 *
 * Isotonic takes 1,000 rows with 100 of the rarer outcome, or it learns the noise (A.
 * Niculescu-Mizil, R. Caruana, Predicting Good Probabilities with Supervised Learning, ICML 2005:
 * the two cross at about a thousand); Platt takes 5 of each outcome. With less there is NONE: p is
 * 1 / (1 + exp(-score)) as it came.
 *
 * Scores are log-odds, or any finite numbers that rise with the chance. Both rise with the score,
 * so neither changes the order (isotonic may make ties). */
#ifndef QUANT_CALIBRATE_H
#define QUANT_CALIBRATE_H

#include "base/base.h"

typedef enum calibration_kind {
    CALIBRATION_AUTO = 0, /* asked for: by size */
    CALIBRATION_NONE,
    CALIBRATION_PLATT,
    CALIBRATION_ISOTONIC
} calibration_kind;
extern const oq_choice calibration_kind_choices[]; /* "NONE" "PLATT" "ISOTONIC" */

typedef struct calibration {
    int kind;
    size_t rows, positives; /* that it was learned from */
    double slope, shift;    /* of PLATT */
    size_t knots;           /* of ISOTONIC: scores that rise, probabilities that do not fall */
    double *score, *probability;
} calibration;

/* `kind`: AUTO, or one that is wanted; where the rows do not allow it, the next lower.
 * Fails: calibration.none (no rows), calibration.score_invalid (fact: row from 1: not finite). */
OQ_CHECKED oq_err *calibrate_learn(oq_arena *arena, const double *score, const bool *has_happened,
                                   size_t rows, int kind, calibration *ret_calibration);
/* 0 <= p <= 1; NaN of NaN. */
double calibrate(const calibration *c, double score);

/* As plain numbers: the count that calibrate_save needs and writes. */
size_t calibrate_numbers(const calibration *c);
void calibrate_save(const calibration *c, double *ret_number);
/* Fails: calibration.malformed. */
OQ_CHECKED oq_err *calibrate_load(oq_arena *arena, const double *number, size_t count,
                                  calibration *ret_calibration);

/* --- judging -----------------------------------------------------------------------------------*/

/* Bounds of a share that k of n were seen of (E. B. Wilson, J. American Statistical Association 22,
 * 1927): 0 and 1 for n = 0. Two-sided. */
void calibrate_wilson(size_t k, size_t n, double confidence, double *ret_low, double *ret_high);

enum { CALIBRATE_BINS_MAX = 20 };

typedef struct reliability_bin {
    size_t rows, happened;
    double from, to;   /* smallest and largest p in it */
    double told, seen; /* mean p; share that happened */
    double low, high;  /* Wilson's bounds of `seen` */
} reliability_bin;

typedef struct judgement {
    size_t rows, positives;
    /* Brier's score, mean (p - y)^2, and its parts (A. H. Murphy, J. Applied Meteorology 12, 1973;
     * `within` is what p and outcomes vary inside bins: D. B. Stephenson, C. A. S. Coelho, I. T.
     * Jolliffe, Weather and Forecasting 23, 2008):
     *     brier = miscalibration - resolution + uncertainty + within */
    double brier, brier_miscalibration, brier_resolution, brier_uncertainty, brier_within;
    double
        brier_skill; /* 1 - brier / uncertainty: above always telling the share; NaN: one outcome */
    double log_loss; /* mean -ln of what was told of what came; p is kept 1e-15 from 0 and 1 */
    double ece, mce; /* expected and largest |told - seen|, over bins */
    double auc;      /* P(one that happened has the larger p), ties half; NaN: one outcome only */
    double auc_error; /* its standard error (J. A. Hanley, B. J. McNeil, Radiology 143, 1982) */
    size_t bins;      /* of equally many rows, rows of one p together */
    reliability_bin bin[CALIBRATE_BINS_MAX];
} judgement;

/* `bins` up to CALIBRATE_BINS_MAX; 0: 10. Wilson's bounds at `confidence`.
 * Fails: calibration.none, calibration.score_invalid (a p that is not 0..1). */
OQ_CHECKED oq_err *calibrate_judge(oq_arena *temp, const double *p, const bool *has_happened,
                                   size_t rows, size_t bins, double confidence,
                                   judgement *ret_judgement);

/* Told at a threshold: p >= threshold is a warning. Shares without a denominator are NaN. */
typedef struct warnings {
    size_t right, wrong, missed, quiet; /* true and false positives, false and true negatives */
    double precision, recall, f1, false_rate;
    double precision_low, precision_high, recall_low, recall_high; /* Wilson's */
} warnings;
warnings calibrate_warnings(const double *p, const bool *has_happened, size_t rows,
                            double threshold, double confidence);
/* The threshold with the largest F1 (the highest of such); NaN: nothing happened. */
double calibrate_best_threshold(oq_arena *temp, const double *p, const bool *has_happened,
                                size_t rows);

#endif
