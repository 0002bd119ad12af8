/* People of two tenants with known passwords, for the tests of identity's services. */
#ifndef INTEGRATION_IDENTITY_PEOPLE_H
#define INTEGRATION_IDENTITY_PEOPLE_H

#include "base/test.h"
#include "db/scope.h"
#include "identity/login.h"
#include "identity/session.h"
#include "identity/user.h"
#include "support/testdb.h"

#define NOW      (INT64_C(1769846400) * OQ_SECOND) /* where the clock stands at first */
#define PASSWORD "a pump-house 7 in spring"
#define TENANT_P ((oq_uuid){{0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}})
#define TENANT_A ((oq_uuid){{0xa}})
#define TENANT_B ((oq_uuid){{0xb}})

typedef enum person {
    OWNER,   /* owner@optria.example, in the platform's tenant */
    ADMIN,   /* admin@a.example */
    SECOND,  /* second@a.example, an administrator too */
    VIEWER,  /* viewer@a.example */
    INVITED, /* invited@a.example: has no password yet */
    OTHER,   /* admin@b.example */
    PEOPLE
} person;

typedef struct people {
    testdb *db;
    db_pool *pool;
    oq_arena *arena;
} people;

/* For cmocka: *state is a people. The clock stands until a test moves it. */
int people_open(void **state);
int people_close(void **state);
/* Before each test: everybody as at the start, nobody signed in, nothing remembered. */
int people_reset(void **state);

oq_uuid person_id(person who);
oq_uuid person_tenant(person who);
const char *person_email(person who);

/* Units of work of a person at home; they fail the test when they cannot be opened. */
oq_scope *people_scope(people *p, person who, oq_access access);
/* Ends one well. */
void people_commit(oq_scope *s);
/* Ends one: commits, or gives it up when `err`. Returns `err`, or what the commit said. */
oq_err *people_end(oq_scope *s, oq_err *err);
user *people_user(people *p, person who);

/* Signs in with the known password, from 198.51.100.7. */
oq_err *people_sign_in(people *p, const login_order *order, login_result *ret_result);
login_result people_signed_in(people *p, person who);
/* Who holds the cookie, now. */
oq_err *people_ask(people *p, oq_str cookie, session_check *ret_check);

/* How many rows of the audit have this action, in any tenant. */
int64_t people_audited(people *p, const char *action);
/* printf into SQL, as the superuser. */
void people_exec(people *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
int64_t people_number(people *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
