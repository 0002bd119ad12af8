/* alarm/watched.h
 *
 * What a process remembers of the signals that a tenant's rules look at: the latest samples, and
 * where each rule stands on each asset. Everything here can be made again from the database; it is
 * only valid while nobody else has looked (historian/watch.h). */
#ifndef ALARM_WATCHED_H
#define ALARM_WATCHED_H

#include "alarm/inner.h"
#include "historian/signal.h"
#include "historian/watch.h"

/* One series, by rising time. */
typedef struct tracked {
    int32_t no;
    oq_str metric, unit;
    signal_limits limits;
    samples samples; /* `room` of them */
    size_t room;
    oq_us fresh_from;      /* the oldest that came since the last look; INT64_MAX: none */
    uint32_t first, pairs; /* who looks at it: watched.reader[first ...] */
} tracked;

/* A rule on an asset. */
typedef struct watched_pair {
    const alarm_rule *rule;
    const alarm_condition *c;
    oq_uuid asset_id, site_id;
    oq_str asset_code;
    int32_t *series; /* of each leaf: place among `tracked`; -1: the asset has no such signal */
    double *limit;
    alarm_machine m;
    bool is_ready;   /* its machine is at work */
    bool is_touched; /* has to be looked at */
    bool has_alert;
    oq_us alert_since;
    oq_str stored; /* the state as it was stored, until it is ready */
    oq_us due_at;  /* of the clock; OQ_TIME_NONE: never */
    oq_us stored_due, stored_at;
} watched_pair;

typedef struct watched {
    oq_uuid tenant;
    oq_arena *arena;
    oq_str rules_stamp, plant_stamp;
    oq_us plant_asked_at; /* oq_monotonic */
    int64_t looks;
    tracked *series; /* by rising number */
    size_t count;
    watched_pair *pair; /* by rule, then by asset */
    size_t pairs;
    uint32_t *reader;
} watched;

/* Reads rules, pairs, signals and states. What `before` (or NULL) remembers of pairs that are the
 * same still is taken over. *ret_watched is closed by the caller. */
OQ_CHECKED oq_err *watched_open(oq_scope *s, watched *before, watched **ret_watched);
void watched_close(watched *w); /* accepts NULL */
/* The signals of one asset, by metric, with their limits. */
typedef struct watched_signal {
    int64_t no;
    oq_str metric, unit;
    signal_limits limits;
} watched_signal;
typedef struct watched_signals {
    watched_signal *at;
    size_t count;
} watched_signals;
OQ_CHECKED oq_err *watched_signals_of(oq_scope *s, oq_uuid asset_id, watched_signals *ret_signals);
/* NULL: the asset has none of it. */
const watched_signal *watched_signal_of(const watched_signals *list, oq_str metric);

double alarm_limit_of(const alarm_leaf *leaf, const signal_limits *limits);
watched_pair *watched_find(const watched *w, oq_uuid rule_id, oq_uuid asset_id);

/* Puts samples into place; whoever looks at the series is touched. */
void watched_put(watched *w, tracked *t, const samples *s);
OQ_CHECKED oq_err *watched_feed(oq_scope *s, watched *w, const watch_batches *batches);
/* Loads what touched pairs that are not ready have to know, and starts them. */
OQ_CHECKED oq_err *watched_ready(oq_scope *s, watched *w);
/* Lets go of samples that no pair needs any more. */
void watched_trim(watched *w);

#endif
