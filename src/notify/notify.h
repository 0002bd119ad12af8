/* notify/notify.h
 *
 * What a person is told: a row per receiver, shown in the bell and on the notifications page, and
 * pushed to open pages. The sentence is put together in the reader's language from the type and
 * its facts ("notify.<type>.title" / ".body" in the language files). */
#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"
#include "http/stream.h"

typedef struct notify_order {
    oq_uuid user_id;
    const char *type;         /* "job.failed" */
    const oq_arg *fact;
    size_t fact_count;
    oq_str title, body;       /* free text instead of a type's sentence; usually not given */
    const char *entity_type;  /* "job"; with entity_id it makes the link; NULL: none */
    oq_str entity_id;
} notify_order;

/* Stores it and pushes it after the commit. */
OQ_CHECKED oq_err *notify_user(oq_scope *s, const notify_order *order);
/* The same to every active person of the tenant with this role. */
OQ_CHECKED oq_err *notify_role(oq_scope *s, oq_role role, const notify_order *order);

/* Tells open pages that something changed: an event for one user (zero: all of the tenant), kept
 * for an hour for those who reconnect. `data` is JSON. */
OQ_CHECKED oq_err *live_publish(oq_scope *s, oq_uuid user_id, const char *event, oq_str data);

/* Brings published events from the database to this process's open streams: called by the
 * listener for the channel "optria_live" (payload: tenant, event id). */
typedef struct live_bridge live_bridge;
OQ_CHECKED oq_err *live_bridge_open(db_pool *pool, http_hub *hub, live_bridge **ret_bridge);
void live_bridge_on_notify(void *bridge, oq_str payload);
void live_bridge_close(live_bridge *bridge);
/* The routes' hub: set once at start. */
void live_use_hub(http_hub *hub);

extern const http_route notify_routes[]; /* /api/notifications..., /api/events, /notifications */

#endif
