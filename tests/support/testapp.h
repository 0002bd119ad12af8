/* support/testapp.h
 *
 * The whole program in this process, over a fresh database: as `optria serve` (and `optria work`)
 * would run it, on a free port of the loopback. With it come people to sign in as, and a client. */
#ifndef SUPPORT_TESTAPP_H
#define SUPPORT_TESTAPP_H

#include "base/base.h"
#include "core/capability.h"
#include "db/pool.h"
#include "http/server.h"
#include "support/testdb.h"

typedef struct testapp testapp;

/* `works`: background jobs run too. Ends the test program when it cannot start. */
testapp *testapp_open(bool works);
/* As an installation would run it, with the presets of its settings, reaching the database over
 * TCP at OPTRIA_TEST_TCP_PORT: for measurements. */
testapp *testapp_open_over_tcp(void);
void testapp_close(testapp *app);

testdb *testapp_db(testapp *app);
int testapp_port(const testapp *app);
/* The keys that it was set up with, for another process over the same database. */
#define TESTAPP_JWT_KEY    "a key for tests, and for nothing else at all"
#define TESTAPP_MASTER_KEY "a master key for tests, and for nothing else"
/* A pool of the tests' own, as the server's login, for scopes beside the requests. */
db_pool *testapp_pool(testapp *app);
oq_arena *testapp_arena(testapp *app); /* lives as long as the app */

/* Makes a tenant; gives its id. */
oq_uuid testapp_tenant(testapp *app, const char *code);
/* Makes a person with the password TESTAPP_PASSWORD. */
#define TESTAPP_PASSWORD "a pump-house 7 in spring"
oq_uuid testapp_person(testapp *app, oq_uuid tenant_id, oq_role role, const char *email);

/* --- a client -----------------------------------------------------------------------------------*/

/* A browser or a script: keeps cookies, sends the CSRF token it was given, or a bearer token. One
 * thread each. */
typedef struct testclient testclient;

testclient *testclient_open(testapp *app);
void testclient_close(testclient *c);

typedef struct testreply {
    int status;     /* 0: no answer at all */
    oq_str body;    /* in the client's arena, until its next request */
    oq_str headers; /* as they came */
    oq_str type;    /* Content-Type */
    oq_str location;
} testreply;

/* `type` and `body` NULL: no body. Headers: lines "Name: value", ends with NULL; or NULL. */
testreply testclient_send(testclient *c, const char *method, const char *path, const char *type,
                          oq_str body, const char *const *headers);
testreply testclient_get(testclient *c, const char *path);
testreply testclient_json(testclient *c, const char *method, const char *path, const char *json);
/* A form, already encoded; the CSRF field is added. */
testreply testclient_form(testclient *c, const char *path, const char *form);

/* The first header of that name; not given: OQ_NONE. */
oq_str testreply_header(const testreply *r, const char *name);
/* The text of a member of a JSON body, by a dotted path ("items.0.id"); "" when absent. Numbers
 * and truths as text. In the client's arena, until its next request. */
oq_str testclient_member(testclient *c, const testreply *r, const char *path);

/* Signs in through POST /api/auth/login; fails the test when that fails. */
void testclient_sign_in(testclient *c, const char *email);
void testclient_forget(testclient *c); /* cookies, CSRF token, bearer token */
void testclient_use_bearer(testclient *c, oq_str token);
void testclient_use_csrf(testclient *c, oq_str token);
/* The value of a cookie; "" when there is none. */
oq_str testclient_cookie(testclient *c, const char *name);
void testclient_set_cookie(testclient *c, const char *name, oq_str value);

#endif
