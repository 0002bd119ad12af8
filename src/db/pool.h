/* db/pool.h
 *
 * Connections to PostgreSQL: opened when needed, kept, replaced when they break. Nothing outside
 * db/ sees libpq. A connection that comes back from a unit of work carries nothing over: tenant
 * and role are set per transaction, and a connection in any other state than idle is closed.
 *
 * Failures are errors, never a hang:
 *
 *     db.unreachable (host)   no connection can be made
 *     db.refused (host)       the server answers and does not let us in: password, database, role,
 *                             too many connections; or it ran out of memory
 *     db.too_old (host, found, wanted)   an older PostgreSQL
 *     db.lost                 the connection broke while a unit of work used it
 *     db.pool_full (waited_ms)     every connection is busy
 *     db.statement_timeout, db.lock_timeout, db.serialization, db.read_only, db.disk_full
 *
 * All heal by themselves: the next unit of work tries a fresh connection, with a pause after a
 * failed attempt (0.1 s, doubling to 5 s; units fail at once meanwhile) so that a dead server is
 * not hammered. A connection that died while it lay idle (the server was restarted) is nobody's
 * failure: the first statement of a unit is sent once more, on a fresh one. */
#ifndef DB_POOL_H
#define DB_POOL_H

#include "base/base.h"

typedef struct db_pool db_pool;

typedef struct db_pool_options {
    oq_str url;           /* postgresql://... or key=value, as libpq reads it */
    const char *role;     /* "optria_app": every session starts in this role; NULL: the
                             login's own (migrations only) */
    const char *app_name; /* seen in pg_stat_activity: "optria serve" */
    int size_max;         /* connections at most */
    int wait_max_ms;      /* for a free connection, then db.pool_full */
    int statement_max_ms; /* one statement, then db.statement_timeout; 0: no limit */
    int lock_max_ms;      /* waiting for a row or table lock, then db.lock_timeout;
                             0: half of statement_max_ms */
    bool may_lose_last;   /* commits do not wait for the disk: for work that is done again from its
                             newest trace when the machine dies; never for what is acknowledged */
    int connect_max_ms;
} db_pool_options;

/* Checks the options (db.bad_url) and opens no connection yet: a server starts without its database
 * and says so at /health/ready. */
OQ_CHECKED oq_err *db_pool_open(const db_pool_options *options, db_pool **ret_pool);

/* Waits until every connection is back. Accepts NULL. */
void db_pool_close(db_pool *pool);

/* One round trip, for health checks; the time it took. */
OQ_CHECKED oq_err *db_pool_ping(db_pool *pool, oq_us *ret_took);

typedef struct db_pool_stats {
    int open, busy, size_max;
    int64_t opened_total, failed_total, lost_total, waits_total;
} db_pool_stats;
db_pool_stats db_pool_stats_get(db_pool *pool);

/* Whose sessions they are, for the start-up check: the server refuses to start when its login could
 * walk around the tenant walls, by itself or by a role that it is a member of. */
typedef struct db_session_rights {
    oq_str role;
    bool is_superuser, bypasses_rls, owns_tables;
} db_session_rights;
OQ_CHECKED oq_err *db_pool_rights(db_pool *pool, oq_arena *arena, db_session_rights *ret_rights);

#endif
