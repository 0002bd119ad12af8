/* db/work.h
 *
 * The unit of work beneath a scope and a platform scope: whom it is for, its connection and its
 * transaction. Private to db/. */
#ifndef DB_WORK_H
#define DB_WORK_H

#include "db/last.h"
#include "db/lease.h"
#include "db/scope.h"

typedef struct db_after {
    void (*call)(void *arg);
    void *arg;
    void *owned; /* what `arg` was copied to, or NULL */
} db_after;

typedef struct db_work {
    db_pool *pool;
    oq_access access;
    oq_actor actor;
    oq_str request_id;
    oq_arena *arena;
    oq_us now; /* OQ_TIME_NONE until somebody asked */

    /* Whom the next statement is for: a tenant, or the platform (the zero uuid). */
    bool is_platform;
    oq_uuid tenant;

    /* A writing unit holds its connection from the first statement on. */
    enum { WORK_FRESH, WORK_BEGUN, WORK_FAILED, WORK_ENDED } state;
    db_conn *conn;
    bool is_told;            /* the open transaction knows whom it is for */
    const char *failed_code; /* of the error that ended it */

    db_after *after; /* on the heap: the arena may be rewound under us */
    size_t after_count, after_size;

    db_last last;
    oq_scope *last_scope; /* whose `last` is */
} db_work;

/* From here on statements are for `tenant`, or for the platform; the database learns of it with the
 * next statement. */
void db_work_for_tenant(db_work *work, oq_uuid tenant);
void db_work_for_platform(db_work *work);

/* Runs one statement; the caller clears *ret_result, which is set on success alone. */
OQ_CHECKED oq_err *db_work_run(db_work *work, const db_stmt *stmt, const db_params *params,
                               PGresult **ret_result);

/* After any error a writing unit can only be dropped: half of what was meant must not be kept. */
void db_work_fail(db_work *work, const oq_err *err);

OQ_CHECKED oq_err *db_work_commit(db_work *work);
/* Rolls back what is not committed and gives everything back. */
void db_work_drop(db_work *work);

oq_us db_work_now(db_work *work);
void db_work_after_commit(db_work *work, void (*call)(void *arg), void *arg);
void db_work_after_commit_copy(db_work *work, void (*call)(void *arg), const void *arg,
                               size_t size);

#endif
