/* quant/feature.h
 *
 * What was known of one asset at a moment t, as a row of numbers a model can learn from: values of
 * its signals, their course over windows, how often and how long ago events came, how old it and
 * its components are.
 *
 * A row at t is made from what lies strictly before t. That is so by construction: items are fed in
 * the order of time to a walker that forgets what it no longer needs and cannot see ahead, and a
 * row at t is refused once something at t or later was fed. An item's time is when it was known:
 * who has an event that was entered late gives the time of entering.
 *
 * Columns have readable names, in this order:
 *
 *   volt.last           the newest value, 1 and more values before it: volt.lag1 ...
 *   volt.mean.24h       over a window (.sd .min .max likewise)
 *   volt.slope.24h      of a straight line through the window's cells, per day
 *   volt.drift.24h      the window's mean less the mean of all that is known of this asset: its own
 *                       baseline
 *   error1.count.24h    events in a window
 *   error1.since        days since the newest; missing: never
 *   comp2.age           days since it was last renewed; missing: never
 *   age                 days since the asset was made; missing: not known
 *   model               traits, as given
 *
 * What is not known is NaN. Operating settings: an asset that runs in several regimes (a turbine at
 * six altitudes) changes its values with them. Signals named as settings are not columns; all other
 * values are taken as deviations from what is usual in the regime (z-scores), where the training
 * data showed more than one (feature_norm). Otherwise values keep their unit. */
#ifndef QUANT_FEATURE_H
#define QUANT_FEATURE_H

#include "base/base.h"

enum {
    FEATURE_WINDOWS_MAX = 8,
    FEATURE_LAGS_MAX = 16,
    FEATURE_CELLS_MAX = 4096,  /* of a signal in its longest window; older ones are forgotten */
    FEATURE_EVENTS_MAX = 1024, /* of a code; a count does not go beyond */
    FEATURE_REGIMES_MAX = 12,
    FEATURE_SIGNALS_MAX = 512,
    FEATURE_CODES_MAX = 512,
    FEATURE_COMPONENTS_MAX = 64,
    FEATURE_TRAITS_MAX = 32,
    FEATURE_NAME_MAX = 120, /* bytes of a signal's, code's, component's, trait's name */
};

typedef enum feature_kind {
    FEATURE_SAMPLE = 1, /* of a signal; a value that is not finite is passed over */
    FEATURE_EVENT,      /* of a code */
    FEATURE_RENEWAL,    /* of a component: replaced, or as good as new */
} feature_kind;

typedef struct feature_item {
    oq_us at;
    double value; /* of a sample */
    uint32_t which;
    feature_kind kind;
} feature_item;

/* How usual values differ between operating regimes; in an arena, never changes. */
typedef struct feature_norm {
    size_t regimes, settings, signals;
    double *center;    /* regimes * settings, in units of `scale` */
    double *scale;     /* settings */
    double *mean, *sd; /* regimes * signals */
} feature_norm;

/* Texts and lists are the caller's. */
typedef struct feature_plan {
    const oq_str *signal, *code, *component, *trait;
    size_t signals, codes, components, traits;
    const bool *is_setting;    /* signals; NULL: none is */
    const oq_us *window;       /* of signals, rising */
    const oq_us *event_window; /* rising */
    size_t windows, event_windows;
    size_t lags;
    oq_us cell;               /* samples are put together in cells of this width, aligned to whole
                                 multiples of it; 0: none. A window takes a cell whole whose newest
                                 sample it has. Cost and memory go with window / cell */
    const feature_norm *norm; /* NULL: values as they are */
} feature_plan;

/* Windows of 3 h, 24 h and 7 days, events of 24 h and 7 days, 2 lags, cells of an hour: what is
 * taken unless something is known that speaks for another choice. */
feature_plan feature_plan_usual(void);

/* Fails: feature.plan_invalid (fact: reason). */
OQ_CHECKED oq_err *feature_plan_check(const feature_plan *plan);

/* With texts and lists of its own in the arena; the norm is the same. */
feature_plan feature_plan_copy(oq_arena *arena, const feature_plan *plan);

size_t feature_columns(const feature_plan *plan);
/* feature_columns(plan) names. */
oq_str *feature_names(oq_arena *arena, const feature_plan *plan);

/* --- one asset, in the order of time ---------------------------------------------------------------*/

/* Samples of a signal that are not among the items any more: for its baseline alone. */
typedef struct feature_past {
    double count, mean;
} feature_past;

typedef struct feature_walker feature_walker; /* in an arena */

/* `plan` (checked) is not copied. `made_at`: OQ_TIME_NONE: not known. `trait`: plan->traits values,
 * copied; NULL where there are none. */
feature_walker *feature_walk(oq_arena *arena, const feature_plan *plan, oq_us made_at,
                             const double *trait);

/* Before the first item is fed: what a signal said before; only without a norm. */
void feature_remember(feature_walker *w, uint32_t signal, feature_past past);

/* Fails, and the walker stays as it is: feature.out_of_order (the item lies before another that was
 * fed), feature.item_unknown (a signal, code or component beyond the plan's); fact of both: item,
 * how many were fed before. */
OQ_CHECKED oq_err *feature_feed(feature_walker *w, const feature_item *item);

/* The row at t. Fails: feature.looks_ahead (something at t or later was fed). */
OQ_CHECKED oq_err *feature_row(feature_walker *w, oq_us t, float *ret_row);

/* --- many moments of one asset ---------------------------------------------------------------------*/

typedef struct feature_asset {
    oq_us made_at;            /* OQ_TIME_NONE: not known */
    const double *trait;      /* of the plan */
    const feature_item *item; /* in the order of time */
    size_t items;
    const feature_past *past; /* signals: what was before the items; NULL: nothing */
} feature_asset;

/* A row of each moment, which rise. Fails: as feature_feed; feature.moments_not_rising. */
OQ_CHECKED oq_err *feature_rows(const feature_plan *plan, const feature_asset *asset,
                                const oq_us *moment, size_t moments, float *ret_rows);

/* --- operating regimes -----------------------------------------------------------------------------*/

/* Learns regimes from the settings of the assets' instants before `until`, by k-means from far
 * points; only as many as explain 99 % of the settings' variance, and one if FEATURE_REGIMES_MAX do
 * not. Then what is usual of each signal in each of them. NULL: there is one regime. */
const feature_norm *feature_norm_learn(oq_arena *arena, const feature_plan *plan,
                                       const feature_asset *asset, size_t assets, oq_us until);

#endif
