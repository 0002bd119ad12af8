/* quant/boost.h
 *
 * Gradient-boosted trees: probability of a class, of one of several, a number, or a time that is
 * often only known to be longer than something (survival). Fitted by libxgboost (T. Chen,
 * C. Guestrin, XGBoost: A Scalable Tree Boosting System, KDD 2016; accelerated failure time:
 * A. Barnwal, H. Cho, T. Hocking, Survival Regression with Accelerated Failure Time Model in
 * XGBoost, JCGS 31(4), 2022). Afterwards the model is ours: a plain value in an arena, read,
 * applied and explained by the code of this folder alone. So bytes of a model never reach the
 * library, and predicting needs no lock: any number of threads may share a model that nobody
 * changes. Several threads may fit at once, each with its own tables.
 *
 * The same table, options and number of threads give the same model, bit for bit. What is written
 * and read again predicts bit for bit the same. Nothing here aborts or throws: what the library
 * refuses is an error of code boost.library. Memory: tables have at most BOOST_CELLS_MAX values;
 * a fit takes about 20 bytes for each, a model 24 bytes a node. */
#ifndef QUANT_BOOST_H
#define QUANT_BOOST_H

#include "base/base.h"

enum {
    BOOST_COLUMNS_MAX = 4096,
    BOOST_CLASSES_MAX = 64,
    BOOST_ROUNDS_MAX = 5000,
    BOOST_DEPTH_MAX = 12,
    BOOST_CELLS_MAX = 48 * 1000 * 1000,
    BOOST_BYTES_MAX = 64 * 1024 * 1024, /* of a written model */
};

typedef enum boost_task {
    BOOST_BINARY = 1, /* y is 0 or 1; predicts P(1) */
    BOOST_CLASSES,    /* y is 0 .. classes - 1; predicts P of each */
    BOOST_NUMBER,     /* least squares */
    BOOST_SURVIVAL,   /* y > 0 is a time, or the beginning of where it lies; predicts the median */
} boost_task;

typedef struct boost_table {
    size_t rows, columns;
    const float *x;     /* rows * columns, row by row; NaN: missing */
    const float *y;     /* rows */
    const float *y_max; /* SURVIVAL: where the time lies at most; infinite: it had not happened yet
                           at y (censored). NULL: all known. y_max >= y */
    const float *gain;  /* rows: how much each one counts, >= 0; NULL: 1 each */
} boost_table;

/* What is 0 takes the value in brackets. */
typedef struct boost_options {
    boost_task task;
    size_t classes;       /* CLASSES alone: 2 or more */
    size_t rounds_max;    /* [300] */
    size_t patience;      /* rounds without gain on the later table before it stops [25] */
    size_t depth;         /* [4] */
    double rate;          /* learning rate [0.1] */
    double row_share;     /* of the rows, drawn for each tree [0.8] */
    double column_share;  /* of the columns, drawn for each tree [0.6] */
    double leaf_gain_min; /* least sum of second derivatives in a leaf [1] */
    double ridge;         /* on leaf values [1] */
    double time_spread;   /* SURVIVAL: sigma of ln time, which is taken as normal [1] */
    uint64_t seed;        /* below 2^31 */
    int threads;          /* [1] */
} boost_options;

typedef struct boost_model boost_model; /* in an arena; never changes */

/* Fits to `train`. With `later` (else NULL; rows from after those of `train`, so that stopping does
 * not look into the future) it ends when `later` has not got likelier for `patience` rounds, and
 * keeps the rounds up to the best one; without, all `rounds_max`.
 * Fails: boost.no_rows; boost.too_large (facts: rows, columns, max); boost.value_infinite (facts:
 * row, column); boost.label_invalid, boost.gain_invalid (fact: row; rows count from 0);
 * boost.one_class (all rows of `train` with a gain are of one class); boost.columns_differ (`later`
 * has other columns); boost.library. */
OQ_CHECKED oq_err *boost_fit(oq_arena *arena, const boost_options *options,
                             const boost_table *train, const boost_table *later,
                             boost_model **ret_model);

typedef struct boost_facts {
    boost_task task;
    size_t classes; /* numbers that one row's prediction has: 1, or those of CLASSES */
    size_t columns, rounds, trees, nodes;
    double time_spread;       /* SURVIVAL */
    const double *importance; /* columns: share of the loss that splits by each took away; sums to 1
                                 (all 0 where no tree has a split) */
} boost_facts;
boost_facts boost_describe(const boost_model *model);

/* One row of `columns` values -> `classes` numbers. An infinite value is taken as it is. */
void boost_predict(const boost_model *model, const float *x, float *ret_y);
/* `rows` of them, one after the other. */
void boost_predict_rows(const boost_model *model, const float *x, size_t rows, float *ret_y);

/* SURVIVAL: P(time <= `by`), by > 0, from the predicted median. */
double boost_survival_by(const boost_model *model, double median, double by);

/* What each column adds to a row's answer: classes * (columns + 1) numbers, the last of each class
 * what is expected without knowing anything. They add up to the answer before its last step: the
 * log odds (BINARY), the logarithm of shares up to a constant (CLASSES), the number, the logarithm
 * of the time. Shapley values by the trees' own covers: S. Lundberg et al., From Local Explanations
 * to Global Understanding with Explainable AI for Trees, Nature Machine Intelligence 2, 2020,
 * algorithm 2. */
void boost_explain(const boost_model *model, const float *x, double *ret_share);

/* --- as bytes ------------------------------------------------------------------------------------
 * A form of our own, its number first, a checksum last (boost_bytes.c describes it). */

/* Appends to `out`, which keeps its own ceiling. */
void boost_write(const boost_model *model, oq_buf *out);

/* Fails: boost.bytes_malformed (fact: reason); boost.bytes_version (facts: version, known). */
OQ_CHECKED oq_err *boost_read(oq_arena *arena, oq_str bytes, boost_model **ret_model);

/* "1.7.4": the library that fits. */
const char *boost_library_version(oq_arena *arena);

#endif
