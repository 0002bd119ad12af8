/* db/lease.h
 *
 * Taking a connection out of the pool and giving it back. Private to db/. */
#ifndef DB_LEASE_H
#define DB_LEASE_H

#include "db/conn.h"
#include "db/pool.h"

/* An idle connection, a new one, or the next that is given back. Fails as db/pool.h says. */
OQ_CHECKED oq_err *db_pool_take(db_pool *pool, db_conn **ret_conn);

/* Gives a connection back; one that is broken, or not idle, is closed. Accepts NULL. */
void db_pool_give(db_pool *pool, db_conn *conn);

/* Runs the first steps of a unit of work on *conn. When that connection turns out to have died
 * while it lay idle, or to hold statements that no longer fit the schema, nothing has happened yet:
 * it is replaced and the steps are sent once more. On failure *conn may be NULL. */
OQ_CHECKED oq_err *db_pool_run_first(db_pool *pool, db_conn **conn, db_step *steps, size_t count);

#endif
