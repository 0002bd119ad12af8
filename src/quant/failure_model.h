/* quant/failure_model.h
 *
 * Which component of an asset will fail within the next hours or days, learned from a class of
 * assets: a row for each asset and moment of a grid (feature.h), whose label is whether the
 * component fails in [t, t + horizon), a model of boosted trees for each component (boost.h),
 * probabilities calibrated on rows that the trees were not fitted to.
 *
 * Time is kept apart. What lies before `split_at` trains. Within it the trees of three earlier
 * parts (up to a half, two thirds, five sixths of its time) are asked about the part that follows
 * each: from these answers come the number of rounds, the correction of probabilities
 * (calibrate.h), and the probability from which on a warning is worth it (the largest F1). Then
 * the trees are fitted to all of the training part. What comes after `split_at` is only judged:
 * metrics, their 95 % intervals and the reliability bins are of that part. Rows whose horizon
 * reaches over an edge belong to neither side of it. At last, if wanted, the trees are fitted again
 * to everything, with what was found before.
 *
 * Where data do not suffice the component says so, and what is missing; no number is invented. */
#ifndef QUANT_FAILURE_MODEL_H
#define QUANT_FAILURE_MODEL_H

#include "quant/feature.h"

enum {
    FAILURE_BINS = 10,
    FAILURE_MODEL_BYTES_MAX = 256 * 1024 * 1024,
    FAILURE_REASONS_MAX = 8,
};

typedef struct failure_mark {
    oq_us at;
    uint32_t component;
} failure_mark;

typedef struct failure_asset {
    feature_asset asset;
    oq_us from, until;           /* in [from, until) each failure is known */
    const failure_mark *failure; /* in the order of time */
    size_t failures;
} failure_asset;

/* What is 0 takes the value in brackets. */
typedef struct failure_options {
    feature_plan plan;         /* `norm` is learned, and not read */
    oq_us horizon;             /* [24 h] */
    oq_us every;               /* the grid: whole multiples [24 h] */
    oq_us split_at;            /* [after three quarters of the time that is known] */
    bool is_refitted;          /* at last to everything */
    size_t rows_min;           /* [200] of training */
    size_t failures_min;       /* [8] of the component in the training part */
    size_t failures_later_min; /* [3] after split_at; fewer: no metrics */
    uint64_t seed;
    int threads; /* [1] */
} failure_options;

typedef enum failure_state { FAILURE_READY = 1, FAILURE_NOT_ENOUGH } failure_state;

/* What is missing; the first that applies. */
typedef enum failure_lack {
    FAILURE_LACKS_NOTHING = 0,
    FAILURE_LACKS_ROWS,           /* of training: `have` of `need` */
    FAILURE_LACKS_FAILURES,       /* of this component in the training part */
    FAILURE_LACKS_HEALTHY,        /* moments without failure */
    FAILURE_LACKS_VARIATION,      /* every column is constant or missing */
    FAILURE_LACKS_FAILURES_LATER, /* READY, but after split_at there are too few to judge it */
} failure_lack;
extern const oq_choice failure_state_choices[], failure_lack_choices[];

typedef struct failure_rate {
    double value, low, high; /* NaN: not to be had; 95 %, by bootstrap over assets */
} failure_rate;

/* Rows of like answers; bins hold equally many predicted failures, the surest last. */
typedef struct failure_bin {
    size_t rows, failed;
    double predicted, observed; /* mean answer; share that failed */
    double low, high;           /* 95 % bounds of `observed` */
} failure_bin;

/* Of the part after split_at. */
typedef struct failure_metrics {
    size_t rows, positives;      /* positive: the component failed within the horizon */
    size_t failures, foretold;   /* failures; of them with a warning within the horizon before */
    size_t warned, warned_right; /* rows at or above the threshold; of them positive */
    failure_rate precision, recall, f1;
    double auc;               /* of the ROC curve */
    double brier, brier_base; /* the model's; of always saying the training part's share */
    double calibration_error; /* mean |predicted - observed| over bins of equal rows */
    failure_bin bin[FAILURE_BINS];
} failure_metrics;

typedef struct failure_component {
    failure_state state;
    failure_lack lack;
    size_t have, need;                /* of what is lacked */
    size_t rows, positives, failures; /* of the training part */
    size_t rounds;
    double threshold; /* a warning is given from this probability on */
    failure_metrics later;
    const double *importance; /* columns; sums to 1 */
} failure_component;

typedef struct failure_model failure_model; /* in an arena; never changes */

typedef struct failure_result {
    const failure_model *model;         /* also when no component is READY: it says so of each */
    const failure_model *judged;        /* as it was judged: fitted to what is before split_at; the
                                         * same as `model` where that was not fitted again */
    const failure_component *component; /* plan.components */
    oq_us split_at;
    oq_us trained_from, trained_until, judged_until;
    const oq_str *name; /* of columns */
    size_t columns;
} failure_result;

/* Fails: feature.plan_invalid, feature.out_of_order, feature.item_unknown, boost.too_large,
 * boost.library; failure_model.failure_invalid (facts: asset, failure: a component beyond the
 * plan's, or not in the order of time). */
OQ_CHECKED oq_err *failure_model_learn(oq_arena *arena, const failure_options *options,
                                       const failure_asset *asset, size_t assets,
                                       failure_result *ret_result);

/* A model, also an older one, asked about the moments in [from, until) of the grid that it was made
 * for: what it says of each component, one metrics each. Of a component that is not READY they are
 * NaN and 0. Fails: as failure_model_learn. */
OQ_CHECKED oq_err *failure_model_judge(const failure_model *model, const failure_asset *asset,
                                       size_t assets, oq_us from, oq_us until,
                                       failure_metrics *ret_metrics);

typedef struct failure_reason {
    size_t column;
    double value;    /* NaN: not known */
    double log_odds; /* what it adds; positive: towards failure */
} failure_reason;

typedef struct failure_score {
    failure_state state;
    double probability; /* NaN where not READY */
    bool is_warned;
    failure_reason reason[FAILURE_REASONS_MAX]; /* the largest first, of either sign */
    size_t reasons;
} failure_score;

/* At one moment, from what was known before: ret_score has one for each component. `ret_any`: the
 * probability that any READY component fails, the components taken as independent; NaN: none is
 * READY. Fails: feature.out_of_order, feature.item_unknown. */
OQ_CHECKED oq_err *failure_model_score(const failure_model *model, const feature_asset *asset,
                                       oq_us t, failure_score *ret_score, double *ret_any);

/* The same without reasons, of a row of `columns` numbers that feature_row made with the model's
 * plan; ret_p: one for each component. */
void failure_model_probabilities(const failure_model *model, const float *row, double *ret_p);

/* What the model was made for; its plan has its own names and norm. */
const feature_plan *failure_model_plan(const failure_model *model);
oq_us failure_model_horizon(const failure_model *model);
const oq_str *failure_model_columns(const failure_model *model, size_t *ret_columns);

/* Appends to `out`, which keeps its own ceiling. */
void failure_model_write(const failure_model *model, oq_buf *out);
/* Fails: failure_model.bytes_malformed (fact: reason), failure_model.bytes_version (facts: version,
 * known), boost.bytes_malformed, boost.bytes_version. */
OQ_CHECKED oq_err *failure_model_read(oq_arena *arena, oq_str bytes, failure_model **ret_model);

#endif
