/* rca/roles.h
 *
 * What each event was in an incident, once the likeliest cause is known. In this order:
 *
 *     CAUSE    the earliest event that the likeliest cause rests on, if it came by the anchor.
 *              Where the cause rests on no event (only on signals, or on the past): the first one
 *              of the root asset that was more than a warning, by the anchor ("first out").
 *     SYMPTOM  what else the cause rests on; and every alarm, failure and signal's event of the
 *              root asset, of WARNING or more, from the cause (or, without one, the anchor) on; the
 *              same of other assets where it is MAJOR or more and comes after the anchor: what the
 *              failure did to them.
 *     CONTEXT  what people did, maintenance and changes of the configuration, whenever it was; and
 *              what else is of the root asset, or is at least a warning.
 *     NOISE    the rest: other assets' and systems' information. */
#ifndef RCA_ROLES_H
#define RCA_ROLES_H

#include "blackbox/incident.h"

typedef struct role_event {
    oq_us at;
    int category, severity; /* event_category, event_severity */
    bool is_root_asset;
    bool is_evidence; /* the likeliest cause rests on it */
    int role;         /* out: event_role */
} role_event;

/* In the order of time. */
void roles_set(role_event *event, size_t count, oq_us anchor);

#endif
