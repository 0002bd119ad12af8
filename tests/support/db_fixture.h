/* support/db_fixture.h
 *
 * A fresh database with the program's schema, tables of two tenants to play with, and a pool. */
#ifndef SUPPORT_DB_FIXTURE_H
#define SUPPORT_DB_FIXTURE_H

#include "base/test.h"
#include "db/scope.h"
#include "db/stmt.h"
#include "support/testdb.h"

typedef struct db_fixture {
    testdb *db;
    db_pool *pool;
    oq_arena *arena;
} db_fixture;

/* Tenant A has the things "a1" (n = 1) and "a2" (2), tenant B has "b1" (1). */
#define TENANT_A ((oq_uuid){{0xa}})
#define TENANT_B ((oq_uuid){{0xb}})

/* For cmocka: *state is a db_fixture. */
int db_fixture_open(void **state);
int db_fixture_close(void **state);
/* Things as at the start, and a pool of fresh connections. */
int db_fixture_reset(void **state);

/* Another pool with `options`, instead of the one that is open. */
void db_fixture_pool(db_fixture *f, db_pool_options options);

/* Scopes as the system; they fail the test when they cannot be opened. */
oq_scope *db_fixture_scope(db_fixture *f, oq_uuid tenant_id, oq_access access);
db_platform *db_fixture_platform(db_fixture *f, oq_access access);

#endif
