/* backtest/score.h
 *
 * How right, and how well it knew: answers as distributions over classes, held against what was
 * true.
 *     Brier score   mean of sum_k (p_k - y_k)^2    G. W. Brier, Monthly Weather Review 78(1), 1950
 *     log loss      mean of -sum_k y_k ln p_k      I. J. Good, J. R. Stat. Soc. B 14(1), 1952
 *     reliability   of answers with about this probability, how many were right
 *                   A. H. Murphy, J. Applied Meteorology 12(4), 1973
 *     ECE           mean distance of the two, weighted by how many answers
 * Where several causes were true at once, y is shared evenly among them; the first answer is right
 * when it is one of them, and the incident then counts under that one in the confusion table. */
#ifndef BACKTEST_SCORE_H
#define BACKTEST_SCORE_H

#include "backtest/report.h"

enum { SCORE_BINS = 7, SCORE_CLASSES_MAX = 24 };

typedef struct score {
    size_t classes; /* the last one may be "other": never true */
    size_t asked, first, third;
    double brier, log_loss; /* sums */
    struct {
        size_t count, right;
        double probability; /* sum */
    } bin[SCORE_BINS];
    size_t confusion[SCORE_CLASSES_MAX][SCORE_CLASSES_MAX]; /* [true][first answer] */
} score;

/* One answer: p of each class (adding up to 1), and which are true (at least one). */
void score_add(score *s, const double *p, const bool *is_true);

double score_first(const score *s); /* share */
double score_third(const score *s);
double score_brier(const score *s);
double score_log_loss(const score *s);
double score_ece(const score *s);

void score_reliability(const score *s, report *r);
/* `name`: of the classes. */
void score_confusion(const score *s, const oq_str *name, report *r);

/* Of 95 % confidence, two-sided: of a share by E. B. Wilson (J. Am. Stat. Assoc. 22, 1927), of a
 * rate (`count` within `exposure`) by F. Garwood (Biometrika 28, 1936), exact for a Poisson process.
 * NaN: nothing was asked. */
void score_interval_share(size_t right, size_t of, double *ret_low, double *ret_high);
void score_interval_rate(size_t count, double exposure, double *ret_low, double *ret_high);

#endif
