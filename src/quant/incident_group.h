/* quant/incident_group.h
 *
 * How events become incidents, without database and clock. A trigger (an alarm of weight, a
 * failure) opens an incident at its moment T and its place, with the window [T - before, T +
 * after]; a later trigger within the window, at the same or a related place, belongs to it; another
 * one at the same asset also moves the window's end along, to GROUP_SPAN_MAX at most, so that
 * trouble that goes on is one incident. A trigger that no window takes opens the next one.
 *
 * Triggers are taken in the order of (time, system, id there), which is the same however they
 * arrived: the groups are a function of the set alone. Where no trigger lies within the longest
 * `after`, what comes behind does not depend on what was before: sets may be grouped in pieces cut
 * there. */
#ifndef QUANT_INCIDENT_GROUP_H
#define QUANT_INCIDENT_GROUP_H

#include "base/base.h"

/* From T to the end of the window, unless `after` alone is longer. */
#define GROUP_SPAN_MAX OQ_DAY

/* --- places -------------------------------------------------------------------------------------*/

/* Where something happened; zero: not known. */
typedef struct group_place {
    oq_uuid asset_id, unit_id, site_id;
} group_place;

/* The tree of units: parent[i] is the parent of unit[i], zero at the top. */
typedef struct group_units {
    const oq_uuid *unit, *parent; /* by unit, rising (group_units_make) */
    size_t count;
} group_units;
/* Sorts pairs in any order; a circle among them does no harm. */
void group_units_make(oq_arena *arena, const oq_uuid *unit, const oq_uuid *parent, size_t count,
                      group_units *ret_units);

/* Rising closeness. */
typedef enum group_relation {
    GROUP_UNRELATED = 0,
    GROUP_NEAR,      /* one's unit lies within the other's */
    GROUP_SAME_UNIT, /* or both are of the same site and of nothing below it */
    GROUP_SAME_ASSET
} group_relation;
/* Symmetric. What is of nothing at all is related to its like alone. */
group_relation group_relation_of(const group_units *units, const group_place *a,
                                 const group_place *b);
/* The unit, those above it and those below it: events of these may belong to an incident there. */
oq_uuids group_units_near(oq_arena *arena, const group_units *units, oq_uuid unit_id);

/* --- triggers -----------------------------------------------------------------------------------*/

/* Severities and categories are those of blackbox/event.h: 1 INFO ... 5 CRITICAL. */
enum { GROUP_MAJOR = 4, GROUP_CRITICAL = 5 };

/* Whether an event opens an incident: an alert or alarm from MAJOR on, or a failure: by its
 * category, or by the kind in its payload (a trip, a shutdown, a failure). */
bool group_is_trigger(bool is_alarm, int severity, bool is_failure, oq_str kind);
/* "pump_trip", "unit_shutdown", "failure" */
bool group_kind_is_failure(oq_str kind);

typedef struct group_trigger {
    oq_uuid event_id;
    oq_us time;
    oq_str system, source_id;
    group_place place;
    int severity;
    bool is_failure;
    int criticality;     /* of the asset: 1 critical, 2 high, 3 medium, 4 low; 0: not known */
    oq_us before, after; /* the window of the asset's class, or of the tenant */
    oq_str summary, summary_ar;
} group_trigger;
/* The order in which they are taken. */
int group_trigger_cmp(const group_trigger *a, const group_trigger *b);

/* An incident past its grace period: late triggers within its window belong to it, and change
 * nothing. */
typedef struct group_frozen {
    group_place place;
    oq_us from, to;
} group_frozen;

/* Numbers as in blackbox/incident.h. */
typedef enum group_type { GROUP_FAILURE = 1, GROUP_NEAR_MISS, GROUP_ANOMALY } group_type;
typedef enum group_severity {
    GROUP_SEVERITY_MINOR = 1,
    GROUP_SEVERITY_MAJOR,
    GROUP_SEVERITY_CRITICAL,
    GROUP_SEVERITY_CATASTROPHIC
} group_severity;

typedef struct group {
    const size_t *trigger; /* indices; the first one opened it */
    size_t triggers;
    oq_us at, from, to; /* T and the window */
    int type;           /* group_type: a failure; critical without one; else an anomaly */
    /* group_severity, of the gravest trigger; a step more for the failure of a critical asset, and
     * for three assets or two units; one less for an anomaly of a low one. */
    int severity;
} group;

typedef struct group_late {
    size_t trigger, frozen;
} group_late;

typedef struct groups {
    group *at;
    size_t count;
    group_late *late;
    size_t lates;
} groups;

/* Sorts `t` and groups it. */
void group_triggers(oq_arena *arena, const group_units *units, group_trigger *t, size_t count,
                    const group_frozen *frozen, size_t frozen_count, groups *ret_groups);

/* Whether an event at `place` and `time` belongs to an incident there: within the window, and of a
 * related place, or of the incident's site and of no unit or asset. */
bool group_takes(const group_units *units, const group_place *incident, oq_us from, oq_us to,
                 const group_place *place, oq_us time);

#endif
