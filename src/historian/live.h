/* historian/live.h
 *
 * Newest values as they are written, for streams of server-sent events. One thread per process
 * looks twice a second for new values of the series that any of its streams has asked for, once for
 * all of them, and tells each stream what has changed for it; without streams it sleeps. So a value
 * is on its streams within a second of its commit; one that changed without an arrival (a
 * correction) within ten.
 *
 * A stream belongs to whoever may read series, and hears of the series that it asked for alone. It
 * begins with their newest values; who comes back with Last-Event-ID gets those that came since. */
#ifndef HISTORIAN_LIVE_H
#define HISTORIAN_LIVE_H

#include "db/pool.h"
#include "http/stream.h"

enum { LIVE_SERIES_MAX = 500 }; /* of one stream */

typedef struct series_live series_live;
/* Once per process; streams are refused (stream.stopping) before it and after its end. */
OQ_CHECKED oq_err *series_live_open(db_pool *pool, http_hub *hub, series_live **ret_live);
void series_live_close(series_live *live); /* accepts NULL */

/* For tests. Other intervals than half a second and ten, from now on. */
void series_live_tune(series_live *live, oq_us look_every, oq_us look_hard_every);
/* Called by each stream that opens, between reading its first values and being looked for; NULL:
 * not any more. */
void series_live_between(void (*call)(void));

#endif
