/* db/conn.h
 *
 * One session with PostgreSQL. Private to db/: with wire.h and failure.h the only headers that
 * show libpq.
 *
 * All traffic is libpq's pipeline mode: the steps of a unit go out in one write with a Sync
 * behind them, and what stands between two Syncs is one transaction unless BEGIN says otherwise.
 * Sockets do not block; every wait has a deadline. */
#ifndef DB_CONN_H
#define DB_CONN_H

#include <libpq-fe.h>

#include "base/base.h"
#include "db/pool.h"
#include "db/stmt.h"
#include "db/wire.h"

/* Where and how to connect: libpq's keywords, read once from the pool's options. */
typedef struct db_target {
    const char **keyword, **value; /* end with NULL */
    int connect_max_ms;
    int answer_max_ms; /* the statement's limit and some more for the way; 0: no limit */
} db_target;

/* Reads `options` into `arena`. Fails: db.bad_url. */
OQ_CHECKED oq_err *db_target_make(oq_arena *arena, const db_pool_options *options,
                                  db_target *ret_target);

typedef struct db_conn db_conn;
struct db_conn {
    PGconn *pg;
    int answer_max_ms;
    bool is_reused;           /* has lain idle since its last unit: may have died meanwhile */
    bool is_broken;           /* to be closed and not kept */
    bool is_late;             /* broken because no answer came in time */
    bool is_stale;            /* broken because its prepared statements no longer fit the schema */
    const db_stmt **prepared; /* a hash set */
    size_t prepared_count, prepared_size;
    db_conn *next; /* in the pool's list of idle ones */
};

/* Fails: db.unreachable, db.refused, db.too_old. */
OQ_CHECKED oq_err *db_conn_open(const db_target *target, db_conn **ret_conn);
void db_conn_close(db_conn *conn);

/* One thing to do: a command as it is, or a statement with its parameters. */
typedef struct db_step {
    const char *command;     /* "BEGIN"; NULL: the statement */
    const db_stmt *stmt;     /* prepared on its first use in this session */
    const db_params *params; /* or NULL */
    PGresult *result;        /* the answer, once it ran; db_steps_drop */
} db_step;

enum { DB_STEPS_MAX = 8 };

/* Sends the steps in one write and takes all answers. The first failure ends the unit: later steps
 * were not run. On db.lost `is_broken` is set, and nobody knows what was still done. */
OQ_CHECKED oq_err *db_conn_run(db_conn *conn, db_step *steps, size_t count);
void db_steps_drop(db_step *steps, size_t count);

/* SQL of several statements, without parameters and results: migrations. Not in pipeline mode;
 * `ret_at` is the place of an error in `sql` in characters, from 1, or 0. */
OQ_CHECKED oq_err *db_conn_script(db_conn *conn, const char *sql, int *ret_at);

/* A look without waiting: the server has ended this idle session. False may be out of date in the
 * next moment. */
bool db_conn_is_gone(const db_conn *conn);

/* As if the network had failed, for fault points. */
void db_conn_cut(db_conn *conn);

/* A db.lost with libpq's reason, or `why`, as detail; marks the session broken. */
oq_err *db_conn_lost(db_conn *conn, const char *why);

#endif
