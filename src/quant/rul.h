/* quant/rul.h
 *
 * Remaining useful life of an asset from the course of its signals, learned from assets of its
 * class that were run to failure: boosted trees on features (feature.h), as P10, P50 and P90.
 * Remaining lives beyond a horizon are all the same to the trees (long before its end a life does
 * not show in the signals) and are answered as "at least so long".
 *
 * Assets are parted into folds. The trees of a fold learn from the assets of the others, stop when
 * their own assets do not get any better, and answer for those assets: from these answers, none of
 * them about an asset that its trees had seen, come the quantiles, by the level of the answer. What
 * is asked later is answered by the mean of all folds. Assets that have not failed teach only that
 * their life was longer than what was seen: rows with less than the horizon left to see are left
 * out. */
#ifndef QUANT_RUL_H
#define QUANT_RUL_H

#include "quant/feature.h"

enum { RUL_FOLDS = 5, RUL_LEVELS = 12, RUL_BYTES_MAX = 256 * 1024 * 1024 };

typedef struct rul_asset {
    feature_asset asset;
    oq_us from, until; /* observed */
    bool has_failed;   /* at `until` */
} rul_asset;

/* What is 0 takes the value in brackets. */
typedef struct rul_options {
    feature_plan plan;   /* `norm` is learned, and not read */
    oq_us every;         /* rows at from + every, from + 2 every ... */
    oq_us horizon;       /* lives beyond are as long as this */
    size_t failures_min; /* [10] */
    uint64_t seed;
    int threads; /* [1] */
} rul_options;

typedef enum rul_state { RUL_READY = 1, RUL_NOT_ENOUGH } rul_state;

/* Out of fold: each asset answered by trees that had not seen it. */
typedef struct rul_facts {
    rul_state state;
    size_t have, need; /* NOT_ENOUGH: failures */
    size_t assets, rows, failures;
    double rmse_h, rmse_base_h; /* hours; base: always the mean */
    double inside;              /* share of lives below the horizon between P10 and P90 */
    const double *importance;   /* columns */
    const oq_str *name;
    size_t columns;
} rul_facts;

typedef struct rul_model rul_model; /* in an arena; never changes */

/* Fails: feature.plan_invalid, feature.out_of_order, feature.item_unknown, boost.too_large,
 * boost.library. NOT_ENOUGH is no failure: *ret_model is NULL then. */
OQ_CHECKED oq_err *rul_learn(oq_arena *arena, const rul_options *options, const rul_asset *asset,
                             size_t assets, const rul_model **ret_model, rul_facts *ret_facts);

typedef struct rul_estimate {
    oq_us mean, p10, p50, p90; /* 0 .. horizon */
    bool is_beyond;            /* p50 lies at the horizon: at least so long */
} rul_estimate;

/* At t, from what was known before. Fails: feature.out_of_order, feature.item_unknown. */
OQ_CHECKED oq_err *rul_predict(const rul_model *model, const feature_asset *asset, oq_us t,
                               rul_estimate *ret_estimate);

const feature_plan *rul_plan(const rul_model *model);

/* Appends to `out`, which keeps its own ceiling. */
void rul_write(const rul_model *model, oq_buf *out);
/* Fails: rul.bytes_malformed (fact: reason), rul.bytes_version (facts: version, known),
 * boost.bytes_malformed, boost.bytes_version. */
OQ_CHECKED oq_err *rul_read(oq_arena *arena, oq_str bytes, rul_model **ret_model);

#endif
