/* blackbox/incident.h
 *
 * An incident: a trigger and the window of events around it. The engine (job blackbox.incidents,
 * woken by whoever adds an event that may be one) goes through events that nobody has looked at,
 * makes incidents of triggers or attaches them to one that is there, and gathers what belongs to
 * each window. Late events change it during its grace period, and reopen it when it was resolved;
 * every change raises its version, and asks for a new analysis (job rca.run).
 *
 * Whether events came live or are replayed in another order, the incidents are the same: how they
 * are grouped is a function of the set of events alone (quant/incident_group.h).
 *
 *     OPEN -> INVESTIGATING -> RESOLVED -> CLOSED
 *      ^            |              |
 *      +------------+--------------+   (reopened by a person, or by late events in the grace
 * period)
 */
#ifndef BLACKBOX_INCIDENT_H
#define BLACKBOX_INCIDENT_H

#include "blackbox/event.h"
#include "job/job.h"

typedef enum incident_type {
    INCIDENT_FAILURE = 1,
    INCIDENT_NEAR_MISS,
    INCIDENT_ANOMALOUS_BEHAVIOR
} incident_type;
extern const oq_choice incident_type_choices[]; /* "FAILURE" ... */

typedef enum incident_status {
    INCIDENT_OPEN = 1,
    INCIDENT_INVESTIGATING,
    INCIDENT_RESOLVED,
    INCIDENT_CLOSED
} incident_status;
extern const oq_choice incident_status_choices[];

typedef enum incident_severity {
    INCIDENT_MINOR = 1,
    INCIDENT_MAJOR,
    INCIDENT_CRITICAL,
    INCIDENT_CATASTROPHIC
} incident_severity;
extern const oq_choice incident_severity_choices[];

typedef enum event_role {
    EVENT_ROLE_UNKNOWN = 1,
    EVENT_ROLE_CAUSE,
    EVENT_ROLE_SYMPTOM,
    EVENT_ROLE_CONTEXT,
    EVENT_ROLE_NOISE
} event_role;
extern const oq_choice event_role_choices[]; /* "UNKNOWN" "CAUSE" ... */

typedef struct incident {
    oq_uuid id;
    int64_t number; /* "INC-17" */
    int incident_type, status, severity;
    oq_str title, title_ar; /* title_ar: not given, where nobody said it in Arabic */
    oq_uuid root_asset_id, site_id, unit_id;
    oq_str impact_scope; /* JSON */
    oq_us start_time, end_time;
    oq_us anchor_time, window_from, window_to, grace_until;
    oq_uuid trigger_event_id;
    int64_t version;
    oq_uuid trace_id;
    oq_uuid merged_into; /* late events showed that it is a part of that one; else zero */
    oq_uuid rca_run_id;
    /* JSON, as the newest analysis left it; not given: none has ended */
    oq_str rca_summary, root_cause_score, event_story, recommended_actions, impact_estimate,
        financial_impact_estimate, carbon_impact_estimate;
    oq_str top_cause;
    double top_probability; /* NaN: none */
    oq_str confirmed_cause, confirmed_note;
    oq_uuid confirmed_by;
    oq_us confirmed_at, resolved_at, closed_at;
    oq_us created_at, updated_at;
} incident;
extern const oq_field incident_fields[];

/* Fails: incident.not_found. */
OQ_CHECKED oq_err *incident_get(oq_scope *s, oq_uuid id, incident **ret_incident);
/* By the asset it began at, newest first. */
typedef struct incidents {
    incident *at;
    size_t count;
} incidents;
OQ_CHECKED oq_err *incident_find_by_asset(oq_scope *s, oq_uuid asset_id, size_t limit,
                                          incidents *ret_incidents);

/* One event as an incident sees it. */
typedef struct incident_event {
    oq_uuid id, asset_id, unit_id, site_id;
    oq_str asset_code; /* not given: of no asset */
    oq_str source_system, source_id;
    int source_type, severity, event_category;
    oq_us event_time, ingest_time;
    oq_str summary, summary_ar, payload; /* summary_ar: the payload's; payload: JSON object */
    int role;                            /* event_role */
    int64_t order_index;
    bool is_late; /* came after the grace period: it is in the file, and changed nothing */
} incident_event;
extern const oq_field incident_event_fields[];
typedef struct incident_events {
    incident_event *at;
    size_t count;
} incident_events;
/* In the order of time; at most `limit`. */
OQ_CHECKED oq_err *incident_events_of(oq_scope *s, oq_uuid incident_id, size_t limit,
                                      incident_events *ret_events);

/* --- what an analysis leaves (for src/rca) ------------------------------------------------------*/

/* Stores the members rca_run_id ... top_probability, and end_time and impact_scope where they are
 * given, if the incident is still at `version`; else nothing, and *ret_stored is false: a newer
 * analysis is on its way. Roles of events come with it. */
typedef struct incident_role {
    oq_uuid event_id;
    int role;
} incident_role;
OQ_CHECKED oq_err *incident_store_analysis(oq_scope *s, const incident *analysed,
                                           const incident_role *role, size_t roles,
                                           bool *ret_stored);

/* --- what people do -----------------------------------------------------------------------------*/

/* Whether an incident of a status may get another one. */
bool incident_may_become(int from, int to);
/* Fails: incident.not_found, incident.transition_invalid (facts: from, to). Writes the audit, the
 * chain of steps, and an operator's event. */
OQ_CHECKED oq_err *incident_set_status(oq_scope *s, oq_uuid id, int status, oq_str note);
/* The cause as a person knows it; the same as the likeliest one confirms it, another one corrects
 * it. Fails: incident.not_found, incident.cause_invalid. (rca/ learns from it: see rca_confirm,
 * which calls this.) */
OQ_CHECKED oq_err *incident_store_cause(oq_scope *s, oq_uuid id, oq_str cause, oq_str note);
/* A link in the incident's file: {"step", facts}; facts: a JSON object, or not given. */
OQ_CHECKED oq_err *incident_step(oq_scope *s, oq_uuid id, const char *step, oq_str note,
                                 oq_str facts);
/* The steps in their order. */
typedef struct incident_step_row {
    oq_uuid id, incident_id;
    oq_str step, note, facts; /* facts: JSON object */
    oq_str made_by;
    oq_us made_at;
    oq_str seal_before, seal; /* bytes */
} incident_step_row;
extern const oq_field incident_step_row_fields[];
typedef struct incident_step_rows {
    incident_step_row *at;
    size_t count;
} incident_step_rows;
OQ_CHECKED oq_err *incident_steps_of(oq_scope *s, oq_uuid id, incident_step_rows *ret_steps);
/* Goes through the chain: *ret_broken is the first step whose seal does not fit; zero: unaltered.
 */
OQ_CHECKED oq_err *incident_check_chain(oq_scope *s, oq_uuid id, oq_uuid *ret_broken);
/* The same for steps that were read, all of them and unmasked. */
oq_uuid incident_find_broken(oq_scope *s, const incident_step_rows *steps);

/* --- the engine ---------------------------------------------------------------------------------*/

/* Looks at what nobody has looked at yet, at most `max` events; *ret_more: not all. For the job and
 * for replays. Running twice is harmless. */
OQ_CHECKED oq_err *incident_engine_run(oq_scope *s, size_t max, bool *ret_more);
/* Looks again at every incident whose grace period is not over: what was added to its window while
 * it was being opened is found then. The job does it once a minute. */
OQ_CHECKED oq_err *incident_engine_look_again(oq_scope *s);

/* "Run Black Box": an incident around `at` for this asset, also where no trigger says so; one that
 * covers the moment is used. Its analysis (one) is left to the job rca.run. Fails: asset.not_found,
 * incident.nothing_there (no event within the window). */
OQ_CHECKED oq_err *incident_begin_by_hand(oq_scope *s, oq_uuid asset_id, oq_us at,
                                          oq_uuid *ret_incident_id);

extern const job_kind blackbox_job_kinds[]; /* blackbox.incidents, blackbox.collect */

#endif
