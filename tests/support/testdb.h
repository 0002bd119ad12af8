/* support/testdb.h
 *
 * A database of its own for a test, on the throwaway server that OPTRIA_TEST_URL names (a
 * superuser's address; `./run test integration` starts one). The program's schema is migrated once
 * per server and version into a template, so a further database takes a tenth of a second. Logins
 * and walls are those of an installation: an owner without superuser's rights, and the server's
 * login, which owns nothing.
 *
 * Whatever fails here ends the test program with a sentence: there is nothing to test without it.
 */
#ifndef SUPPORT_TESTDB_H
#define SUPPORT_TESTDB_H

#include "base/base.h"
#include "db/pool.h"

typedef struct testdb testdb;

testdb *testdb_open(void);       /* with the program's schema */
testdb *testdb_open_empty(void); /* without any */
/* Drops the database, whoever is still connected. Accepts NULL. */
void testdb_close(testdb *db);

/* Addresses as libpq reads them: of the server's login, of the schema's owner, of the superuser. */
oq_str testdb_url(const testdb *db);
oq_str testdb_owner_url(const testdb *db);
oq_str testdb_admin_url(const testdb *db);
/* The server's login through another socket: for a proxy that stands in between. */
oq_str testdb_url_through(testdb *db, const char *host, int port);

/* As the superuser, whom no wall stops. Fails the test when the SQL does. */
void testdb_exec(testdb *db, const char *sql);
/* The first value of the answer, or "" for NULL and for no row; lives as long as `db`. */
const char *testdb_value(testdb *db, const char *sql);
int64_t testdb_number(testdb *db, const char *sql);

/* Options of a pool for this database: 4 connections, short limits. */
db_pool_options testdb_pool_options(const testdb *db);

#endif
