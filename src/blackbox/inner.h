/* blackbox/inner.h: what the parts of the black box share. */
#ifndef BLACKBOX_INNER_H
#define BLACKBOX_INNER_H

#include "blackbox/event_json.h"
#include "blackbox/incident.h"

/* Flags of an event as it is stored. */
enum { EVENT_IS_TRIGGER = 1, EVENT_TO_NOTICE = 2 };

/* The source_system of what people do with incidents. */
#define INCIDENT_EVENT_SYSTEM "OPTRIA_INCIDENT"

/* No window reaches further from its trigger: the longest that a class may have, or a day. */
#define INCIDENT_REACH_MAX (7 * OQ_DAY)

/* Has the engine run after the commit: at once, or in a while, together with what comes until
 * then. */
OQ_CHECKED oq_err *incident_engine_wake(oq_scope *s, bool is_urgent);

/* Tells open pages: live event "incident" {"id","number","change"}; change: opened, updated,
 * reopened, merged, analysed, status, cause. */
OQ_CHECKED oq_err *incident_publish(oq_scope *s, oq_uuid id, int64_t number, const char *change);

enum { INCIDENT_CAUSE_MAX = 200 };

#endif
