/* support/house.h
 *
 * A house with two tenants and their people, a pool, and, where a test asks for it, a server with
 * the program's routes. Who asks is told by a header instead of a session: sign-in has tests of
 * its own. */
#ifndef SUPPORT_HOUSE_H
#define SUPPORT_HOUSE_H

#include "db/scope.h"
#include "http/server.h"
#include "http/stream.h"
#include "http/test_client.h"
#include "support/testdb.h"

typedef enum house_person {
    NOBODY,
    OWNER,       /* platform_owner, in the platform's tenant */
    ADMIN_A,     /* tenant_admin of tenant A */
    OPTIMIZER_A, /* optimization_engineer of tenant A */
    VIEWER_A,    /* viewer of tenant A */
    ADMIN_B,
    HOUSE_PEOPLE
} house_person;

#define HOUSE_PLATFORM ((oq_uuid){{0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}})
#define HOUSE_A        ((oq_uuid){{0xa}})
#define HOUSE_B        ((oq_uuid){{0xb}})

typedef struct house {
    testdb *db;
    db_pool *pool;
    oq_arena *arena; /* emptied before each test */
    http_server *server;
    http_hub *hub;
    int port;
} house;

/* For cmocka: *state is a house. */
int house_open(void **state);
int house_close(void **state);
/* Before each test: everything as at the start, the clock runs, the arena is empty. */
int house_reset(void **state);

/* Starts the server once for all tests of the program. */
void house_serve(house *h, http_route_list *routes);

oq_uuid house_id(house_person person);
oq_uuid house_tenant(house_person person);

/* Units of work of a person in the own tenant; they fail the test when they cannot be opened. */
oq_scope *house_scope(house *h, house_person person, oq_access access);
db_platform *house_platform(house *h, oq_access access); /* as OWNER */
/* Ends a unit of work well. */
void house_commit(oq_scope *s);
void house_commit_platform(db_platform *p);

/* --- asking the server --------------------------------------------------------------------------
 * With the person's token against forged requests; in English. */
seen house_get(house *h, house_person person, const char *path);
seen house_send(house *h, house_person person, const char *method, const char *path,
                const char *json);
seen house_form(house *h, house_person person, const char *path, const char *fields);
/* Further headers, each with its line end. */
seen house_ask(house *h, house_person person, const char *method, const char *path,
               const char *headers, const char *body);

/* As a person who is not in the house: of this role, in the tenant of `beside`. */
seen house_get_as(house *h, house_person beside, oq_uuid id, oq_role role, const char *path);

/* A text between two others in the body: "value=\"" and "\""; fails the test when it is not there.
 */
oq_str house_between(house *h, const seen *s, const char *before, const char *after);

/* CHECK_PROBLEM of an answer that is asked for here. */
#define CHECK_REFUSED(label, asked, wanted_status, wanted_code)                                    \
    do {                                                                                           \
        const seen answer_ = (asked);                                                              \
        CHECK_PROBLEM((label), answer_, (wanted_status), (wanted_code));                           \
    } while (0)

#endif
