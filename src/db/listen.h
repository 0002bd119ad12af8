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

/* `channels` ends with a NULL name and outlives the listener; their functions are called on the
 * listener's thread and do not block. Of the options, `role` and the limits of the pool do not
 * matter. Fails: db.bad_url, db.no_thread (reason); a database that is away is no failure. */
OQ_CHECKED oq_err *db_listener_open(const db_pool_options *options, const db_channel *channels,
                                    db_listener **ret_listener);
/* False while the connection is away: what is remembered may be out of date. */
bool db_listener_is_connected(const db_listener *listener);
/* Ends the thread. Accepts NULL. */
void db_listener_close(db_listener *listener);

#endif
