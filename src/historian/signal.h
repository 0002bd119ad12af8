/* historian/signal.h
 *
 * A series as people see it: with the limits that hold for it, its newest value, and what that
 * value means: normal, beyond a limit, not to be trusted, or too old.
 *
 * Limits are those of the threshold reference of the asset's class and criticality once somebody
 * approved it; until then, and where there is none, those of the class's metric. They are given in
 * the unit of the series; limits whose unit cannot be carried over do not count. */
#ifndef HISTORIAN_SIGNAL_H
#define HISTORIAN_SIGNAL_H

#include "historian/read.h"

typedef struct signal_limits {
    double low_low, low, high, high_high; /* NaN: none. A value on a limit is within it */
} signal_limits;
extern const signal_limits SIGNAL_NO_LIMITS;

/* Rising urgency, but for the first. */
typedef enum signal_state {
    SIGNAL_EMPTY = 1, /* no sample yet */
    SIGNAL_NORMAL,
    SIGNAL_LOW,
    SIGNAL_HIGH,
    SIGNAL_UNCERTAIN,
    SIGNAL_STALE, /* nothing new for longer than the gap rule allows */
    SIGNAL_BAD,
    SIGNAL_LOW_LOW,
    SIGNAL_HIGH_HIGH
} signal_state;
extern const oq_choice signal_state_choices[];

/* Without a gap rule of its own a slope is stale after so long; a state holds until the next. */
#define SIGNAL_STALE_AFTER (15 * OQ_MINUTE)

typedef struct hist_signal {
    const series *e;
    oq_str asset_code;
    signal_limits limits;
    int64_t position; /* of the metric in its class; those without stand behind */
    hist_last last;
    int state; /* signal_state */
} hist_signal;
typedef struct hist_signals {
    hist_signal *at;
    size_t count;
} hist_signals;

/* A value beyond a limit is more urgent than the state of its quality only where it is good: what
 * is not good says nothing about limits. */
signal_state signal_state_of(const series *e, const signal_limits *limits, const hist_last *last,
                             oq_us now);
bool signal_is_beyond(signal_state state);   /* a limit */
bool signal_is_doubtful(signal_state state); /* uncertain, stale, bad, empty */
/* "", "warn", "bad": partials/badge, partials/kpi. */
const char *signal_state_kind(signal_state state);

/* Limits, newest values and states of these series, in their order. The list must outlive the
 * result. */
OQ_CHECKED oq_err *signal_read(oq_scope *s, const series_list *list, hist_signals *ret_signals);
/* The series of an asset and its components, in the order of its class's metrics, then by key. */
OQ_CHECKED oq_err *signal_find_of_asset(oq_scope *s, oq_uuid asset_id, size_t limit,
                                        hist_signals *ret_signals);
/* The first `each` signals of every one of these assets; grouped by asset, in the same order. */
OQ_CHECKED oq_err *signal_find_first(oq_scope *s, oq_uuids asset_ids, size_t each,
                                     hist_signals *ret_signals);

#endif
