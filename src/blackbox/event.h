/* blackbox/event.h
 *
 * What happened: the flight recorder's events (blackbox_events). An event is told apart by the
 * system it came from, its id there and its time: told twice, it is one event. Times are UTC;
 * event_time is when it happened, ingest_time when it became known here. */
#ifndef BLACKBOX_EVENT_H
#define BLACKBOX_EVENT_H

#include "base/base.h"
#include "base/lang.h"
#include "db/scope.h"

typedef enum event_type {
    EVENT_TAG_READING = 1,
    EVENT_ALERT,
    EVENT_ALARM,
    EVENT_WORK_ORDER,
    EVENT_OPERATOR_ACTION,
    EVENT_SYSTEM_LOG,
    EVENT_OPTIMIZATION_RUN,
    EVENT_OPTIMIZATION_RECOMMENDATION
} event_type;
extern const oq_choice event_type_choices[]; /* "TAG_READING" ... */

typedef enum event_severity {
    SEVERITY_INFO = 1,
    SEVERITY_WARNING,
    SEVERITY_MINOR,
    SEVERITY_MAJOR,
    SEVERITY_CRITICAL
} event_severity;
extern const oq_choice event_severity_choices[];

typedef enum event_category {
    CATEGORY_SENSOR = 1,
    CATEGORY_ALERT,
    CATEGORY_FAILURE,
    CATEGORY_MAINTENANCE,
    CATEGORY_OPERATOR_ACTION,
    CATEGORY_CONFIG_CHANGE,
    CATEGORY_SYSTEM
} event_category;
extern const oq_choice event_category_choices[];

enum { EVENT_SUMMARY_MAX = 500, EVENTS_ADD_MAX = 10000 };

typedef struct event_order {
    oq_str source_system; /* "PI", "OPTRIA_ALERT", "IMPORT" */
    int source_type;      /* event_type */
    oq_str source_id;     /* there */
    oq_us event_time;     /* OQ_TIME_NONE: now */
    int severity, category;
    oq_uuid asset_id; /* zero: of none; site and unit are taken from it */
    oq_str summary;
    oq_str payload; /* a JSON object; not given: {}. Its member "kind" says what happened
                       ("pump_trip"), "operator" who did it, "summary_ar" is the
                       summary in Arabic */
    /* What follows may be left out. */
    oq_uuid site_id, unit_id; /* of an event that is of no asset */
    oq_uuid component_id;     /* of the asset */
    oq_uuid shift_id, trace_id;
    oq_str line_id, batch_id, lot_id;
    oq_strs tags;      /* without control characters */
    oq_us source_time; /* as the source said it, when its clock was corrected; 0 counts as none */
    oq_str kind;       /* the payload's "kind" where the caller knows it: saves looking */
} event_order;

/* Adds those that are not there yet, at most EVENTS_ADD_MAX in a call; *ret_added says how many.
 * An alert or alarm from MAJOR on, and a failure (by its category, or a "kind" that ends in trip,
 * shutdown or failure) may open an incident: the incident engine is woken in the same transaction.
 * So what tells of a condition that went away again is of severity INFO.
 * An asset of another tenant is not found: event.asset_unknown; a site: event.site_unknown. Fails:
 * event.summary_invalid (facts: source_id, max); the payload is trusted to be JSON. */
OQ_CHECKED oq_err *event_add_many(oq_scope *s, const event_order *order, size_t count,
                                  size_t *ret_added);

/* Where an event comes from, in words: a part of this program by its name, others as they call
 * themselves. The program's own parts end with NULL. */
extern const char *const event_own_systems[];
oq_str event_system_said(oq_arena *arena, oq_lang lang, oq_str system);

#endif
