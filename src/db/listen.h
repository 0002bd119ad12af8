/* db/listen.h
 *
 * NOTIFY from the database, on a connection and thread of its own that reconnects by itself.
 * Channels are few and fixed; payloads name the tenant and what changed, never data. What was
 * notified while the connection was away is lost, so `on_gap` is called after every reconnect and
 * listeners read the tables again. */
#ifndef DB_LISTEN_H
#define DB_LISTEN_H

#include "base/base.h"
#include "db/pool.h"

typedef struct db_listener db_listener;

typedef struct db_channel {
    const char *name; /* "optria_event" */
    void (*on_notify)(void *self, oq_str payload);
    void (*on_gap)(void *self); /* connection was away (also after the first connect); or NULL */
    void *self;
} db_channel;

/* `channels` ends with a NULL name and outlives the listener. */
OQ_CHECKED oq_err *db_listener_open(const db_pool_options *options, const db_channel *channels,
                                    db_listener **ret_listener);
/* False while the connection is away. */
bool db_listener_is_connected(const db_listener *listener);
void db_listener_close(db_listener *listener);

#endif
