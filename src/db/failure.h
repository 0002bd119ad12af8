/* db/failure.h
 *
 * What the database says went wrong, as our errors. Private to db/. */
#ifndef DB_FAILURE_H
#define DB_FAILURE_H

#include <libpq-fe.h>

#include "base/base.h"
#include "db/stmt.h"

/* The error of a failed `result`; `stmt` may be NULL. */
oq_err *db_failure(const PGresult *result, const db_stmt *stmt);

/* The session has ended with this answer. */
bool db_failure_is_fatal(const PGresult *result);

/* A prepared statement that the session no longer has, or whose columns changed under it: a fresh
 * session is the cure. */
bool db_failure_is_stale(const PGresult *result);

#endif
