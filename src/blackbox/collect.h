/* blackbox/collect.h
 *
 * Events that the program makes of what it has: signals that change their state or cross a limit,
 * changes of its configuration, runs of AI and optimizer. Alarms and work orders tell theirs
 * themselves (event_add_many). Told twice, each is one event, so collecting again is harmless. */
#ifndef BLACKBOX_COLLECT_H
#define BLACKBOX_COLLECT_H

#include "blackbox/event.h"

/* Signals whose newest good value lies on another side of a limit than at the last look, or, of
 * states, is another one: an event SENSOR for each crossing (system OPTRIA_HISTORIAN, id: the
 * signal's key and what it came to). Every change of a state is told, with its own moment; of a
 * limit that was crossed back and forth between two looks, where it ended. A signal that is looked
 * at for the first time tells nothing. *ret_added: how many events were new. */
OQ_CHECKED oq_err *collect_signals(oq_scope *s, size_t *ret_added);

/* Changes of plant, rules, thresholds and settings since the last look, as the audit has them:
 * CONFIG_CHANGE (system OPTRIA_AUDIT, id: the audit row's). */
OQ_CHECKED oq_err *collect_changes(oq_scope *s, size_t *ret_added);

enum { EVENT_RUN_ACTIONS_MAX = 32 * 1024 }; /* bytes; longer lists are left out */
/* A run of AI or of the optimizer, for these modules to tell. */
typedef struct event_run_advice {
    oq_str id; /* in its run */
    oq_uuid asset_id;
    int severity; /* event_severity */
    oq_str summary;
    oq_str payload; /* JSON object, or not given */
} event_run_advice;
typedef struct event_run {
    oq_uuid run_id;
    oq_str model_type; /* "health", "maintenance_plan" */
    oq_us ended_at;
    int category; /* CATEGORY_SYSTEM or CATEGORY_MAINTENANCE */
    oq_uuid asset_id;
    oq_str summary;
    oq_str actions; /* JSON list of recommended actions, or not given */
    const event_run_advice *advice;
    size_t advices; /* the important ones: an event OPTIMIZATION_RECOMMENDATION each */
    oq_uuid trace_id;
} event_run;
OQ_CHECKED oq_err *event_add_run(oq_scope *s, const event_run *run, size_t *ret_added);

#endif
