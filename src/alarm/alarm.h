/* alarm/alarm.h
 *
 * Alarms as ISA-18.2 has them: a rule watches signals of one asset, or of each asset of a class;
 * what it raises is an alert, of which there is one active row per rule and asset, whoever sees it
 * first.
 *
 *     normal -> unacknowledged -> acknowledged -> normal (cleared)
 *                    |                ^
 *                    +-> returned ----+   (the condition went before anybody acknowledged)
 *               latched: the condition went, it waits for a reset
 *     beside it: shelved until ..., suppressed by ..., its rule out of service
 *
 * The evaluator (job alarm.look, every second, woken by new samples) reads what came since it last
 * looked, in event time, and what time alone changes (delays, staleness): quant/alarm.h is the
 * machine, without clock or database, so that live and replayed samples raise the same alarms. Each
 * change is an event in the black box (source system OPTRIA_ALERT, id: the alert's, the step and the
 * occurrence) and, when it is announced, a notification. */
#ifndef ALARM_ALARM_H
#define ALARM_ALARM_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"
#include "job/job.h"

typedef enum alarm_priority {
    ALARM_CRITICAL = 1,
    ALARM_HIGH,
    ALARM_MEDIUM,
    ALARM_LOW
} alarm_priority;
extern const oq_choice alarm_priority_choices[];

typedef enum alert_state {
    ALERT_UNACKNOWLEDGED = 1,
    ALERT_ACKNOWLEDGED,
    ALERT_RETURNED,
    ALERT_LATCHED,
    ALERT_NORMAL
} alert_state;
extern const oq_choice alert_state_choices[];

typedef struct alert {
    oq_uuid id, rule_id, asset_id, site_id;
    oq_str source, source_key, code, title, title_ar;
    int priority, severity; /* severity: event_severity */
    int state;
    oq_us shelved_until;
    oq_str shelved_reason, suppressed_by;
    double value, limit_value;
    oq_str unit;
    int64_t occurrences;
    bool is_first_out, is_chattering;
    oq_us raised_at, seen_at, last_at, acknowledged_at, returned_at, cleared_at;
    oq_uuid acknowledged_by, trace_id;
    int64_t version;
} alert;
extern const oq_field alert_fields[];
typedef struct alerts {
    alert *at;
    size_t count;
} alerts;

/* Fails: alert.not_found. */
OQ_CHECKED oq_err *alert_get(oq_scope *s, oq_uuid id, alert **ret_alert);
/* Active ones first, then the newest. */
OQ_CHECKED oq_err *alert_find_by_asset(oq_scope *s, oq_uuid asset_id, size_t limit,
                                       alerts *ret_alerts);

/* Raises an alert that is no rule's (an anomaly that a model saw), or counts it up where one of the
 * same source and key is active. Event, notification and audit as for a rule's. */
typedef struct alert_order {
    oq_str source, source_key; /* "AI", "anomaly:<series>" */
    oq_uuid asset_id;
    oq_str code, title, title_ar;
    int priority;
    oq_us raised_at;
    double value, limit_value; /* NaN: none */
    oq_str unit;
    bool is_failure;
} alert_order;
OQ_CHECKED oq_err *alert_raise(oq_scope *s, const alert_order *order, oq_uuid *ret_id);

/* For web_frame_hook, with the pool as `self`: puts `critical_alarms`, a sentence, while there are
 * critical ones that nobody has acknowledged. */
struct web_page;
oq_err *alarm_frame(void *pool, struct web_page *page);

extern const http_route alarm_routes[];  /* /api/alarms, /api/alarm-rules, /alarms ... */
extern const job_kind alarm_job_kinds[]; /* alarm.look, alarm.trim */

#endif
