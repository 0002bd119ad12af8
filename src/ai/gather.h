/* ai/gather.h
 *
 * What is known of assets at a moment, many of them in a handful of statements: who they are, what
 * their signals said (aggregates on a grid of time, never all samples), what happened to them, what
 * was done, how they fail, what is allowed. Nothing of it became known after `known_at`.
 *
 * Memory: about 130 bytes for each step of the grid and signal, so callers take assets in slices. */
#ifndef AI_GATHER_H
#define AI_GATHER_H

#include "ai/score.h"
#include "plant/class.h"
#include "quant/aggregate.h"

enum {
    AI_SIGNALS_MAX = 64,     /* of an asset; the first by number */
    AI_EVENTS_MAX = 2000,    /* of an asset: the newest */
    AI_ORDERS_MAX = 1000,    /* of an asset: the newest */
    AI_ASSETS_SLICE_MAX = 500
};

/* A signal on the grid. Limits are in its own unit; NaN: none. */
typedef struct ai_signal {
    int64_t no;
    oq_uuid id, asset_id;
    oq_str metric, name, name_ar, unit;
    bool is_state;
    int64_t gap_max_us;
    double instrument_min, instrument_max;
    double low_low, low, high, high_high;
    oq_str limit_source;     /* of an approved threshold; not given: the class's own */
    bool unit_fits;          /* false: limits are in a unit that its own cannot be turned into */
    int64_t position;        /* of the class's metric; signals come in this order */
    const aggregate *bucket; /* ai_asset.grid.count of them */
    oq_us last_at;           /* of its newest sample in the grid; OQ_TIME_NONE: none */
} ai_signal;

/* Something that happened. */
typedef struct ai_event {
    oq_uuid asset_id;
    oq_us at;
    oq_str code; /* the payload's kind, else its code */
    oq_str mode; /* failure mode that it names, or not given */
    oq_str component;
    int severity, category; /* event_severity, event_category */
    oq_str system;
} ai_event;

/* Work, as it stood at the moment. */
typedef struct ai_order {
    oq_uuid asset_id, id;
    oq_str number;
    int kind, priority;                /* work_order_kind, work_order_priority */
    oq_us created_at, done_at, due_at; /* done_at OQ_TIME_NONE: open */
    oq_str component, mode;            /* codes */
    bool is_cancelled;
} ai_order;

/* A failure: a corrective order, an incident whose cause a person confirmed, an event FAILURE; what
 * lies within a day of each other and does not contradict is one. */
typedef struct ai_failure {
    oq_us at;
    oq_us restored_at; /* when the work was done; OQ_TIME_NONE: not known, or not yet */
    oq_str mode;       /* code of the failure mode; not given: nobody said */
    oq_str component;
} ai_failure;

typedef struct ai_mode {
    oq_uuid class_id, asset_id;
    oq_str code, name, name_ar;
    int64_t severity, occurrence, detection, rpn;
    double pf_interval_h, repair_h;
} ai_mode;

typedef struct ai_alert {
    oq_uuid asset_id;
    oq_str code, title, title_ar;
    int priority; /* alarm_priority */
    oq_us raised_at, cleared_at; /* cleared_at OQ_TIME_NONE: it stands */
} ai_alert;

struct ai_asset {
    oq_uuid id, site_id, unit_id, class_id;
    oq_str code, name, name_ar, class_code;
    int criticality, status;
    double impact_factor, site_impact_factor; /* NaN: not given */
    oq_date installed_on;
    bool has_cost_model, is_cost_approved;
    oq_us created_at;

    oq_us at, known_at;
    buckets grid;
    ai_signal *signal;
    size_t signals;
    ai_event *event; /* in the order of time */
    size_t events;
    ai_order *order; /* in the order of creation */
    size_t orders;
    ai_failure *failure; /* in the order of time */
    size_t failures;
    ai_mode *mode;
    size_t modes;
    ai_alert *alert; /* that stand, or stood in the 30 days before */
    size_t alerts;
    bool cut_signals, cut_events; /* there are more than the bounds let in */
    oq_us watched_from; /* the first thing that is known to have happened; OQ_TIME_NONE: nothing */

    /* What a score is made with (ai/make.h); ai_gather leaves it empty. */
    const struct ai_knowledge *knows; /* of its class; never NULL while it is scored */
    const struct ai_own *own;         /* of itself */
    const struct ai_prospects *prospects; /* NULL: found when they are asked for */
};
typedef struct ai_asset_list {
    struct ai_asset *at;
    size_t count;
} ai_asset_list;
extern const oq_field ai_signal_fields[], ai_event_fields[], ai_order_fields[], ai_mode_fields[],
    ai_alert_fields[], ai_asset_fields[];

typedef struct ai_gather_order {
    const oq_uuid *id;
    size_t count;
    oq_us at;           /* the grid ends at or before it */
    oq_us known_at;     /* OQ_TIME_NONE: as it is known now */
    oq_us step;         /* of the grid */
    size_t steps;       /* 0: no samples are read */
    oq_us records_from; /* events; orders and failures of any age count */
} ai_gather_order;

/* Assets that are not there are left out; in the order of ids. In the scope's arena. */
OQ_CHECKED oq_err *ai_gather(oq_scope *s, const ai_gather_order *order, ai_asset_list *ret_assets);

/* Reads only the signals' samples of assets that ai_gather gave, on another grid. */
OQ_CHECKED oq_err *ai_gather_grid(oq_scope *s, ai_asset_list *all, buckets grid, oq_us known_at);

#endif
