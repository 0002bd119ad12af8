/* support/walls.h
 *
 * What the tests of the walls share: every route of the program as a request that could succeed,
 * two tenants with an object of each kind, and what a tenant's rows amount to. */
#ifndef SUPPORT_WALLS_H
#define SUPPORT_WALLS_H

#include "base/test.h"
#include "http/route.h"
#include "support/testapp.h"

/* --- routes as requests -----------------------------------------------------------------------*/

size_t walls_route_count(void);
const http_route *walls_route(size_t i);
const char *walls_method(const http_route *route); /* "GET" */

/* "GET /api/users/{id}", for messages. */
const char *walls_label(oq_arena *arena, const http_route *route);

/* The route's path with `value` in the place of every parameter. */
oq_str walls_path(oq_arena *arena, const http_route *route, oq_str value);
/* The segment before the first parameter: "users" of "/api/users/{id}"; OQ_NONE: no parameter. */
oq_str walls_noun(const http_route *route);

/* A body that the route's table accepts: a form where the route is a page, else JSON. Texts are
 * made unique by `salt`. OQ_NONE: the route takes none. */
oq_str walls_body(oq_arena *arena, const http_route *route, int salt);
/* A value that this field accepts, as a form would send it. */
oq_str walls_sample(oq_arena *arena, const oq_field *field, int salt);
const char *walls_body_type(const http_route *route);

/* Asks the route as somebody, with a body that it accepts, or with `body`. A form gets the token
 * against forged requests as its own field, JSON as a header. */
testreply walls_ask(testclient *c, oq_arena *arena, const http_route *route, oq_str path,
                    oq_str body);

/* The code of a problem; of a page its status is all that can be told: "". */
oq_str walls_code(testclient *c, const testreply *reply);

/* --- two tenants ------------------------------------------------------------------------------*/

#define WALLS_ADMIN_A  "admin@wall-a.example"
#define WALLS_VIEWER_A "viewer@wall-a.example"
#define WALLS_ADMIN_B  "admin@wall-b.example"
#define WALLS_OWNER    "owner@wall-p.example"
/* Every name of A's objects holds this. */
#define WALLS_MARK "wallmark"

typedef struct walls {
    testapp *app;
    oq_arena *arena; /* of the test program */
    oq_uuid tenant_a, tenant_b;
    oq_uuid admin_a, viewer_a, admin_b, owner;
} walls;

/* Tenants WALL_A and WALL_B, their people, a platform owner. For cmocka: *state is a walls. */
int walls_open(void **state);
int walls_close(void **state);

/* An existing object of A by the noun of a path; OQ_NONE: this noun has no maker. `leads` are the
 * platform's. Made at the first call, the same one afterwards. */
oq_str walls_object(walls *w, oq_str noun);
/* What A's object of this noun was made of, as JSON, with the ids of A's other objects; of kinds of
 * the plant's records. `mark` names a further one. */
oq_str walls_plant_json(walls *w, oq_str noun, const char *mark);
/* The same as a form of the plant's pages has it: references by code, amounts in whole units. */
oq_str walls_plant_form(walls *w, oq_str noun, const char *mark);
/* The object was removed: the next call makes another one. */
void walls_forget(oq_str noun);
/* All nouns that have a maker; ends with NULL. */
extern const char *const walls_nouns[];

/* A session of somebody; a token of `email` with these capabilities ("audit.read,user.read"). */
testclient *walls_sign_in(walls *w, const char *email);
oq_str walls_token(walls *w, const char *email, const char *name, const char *caps);
/* Every capability that a machine may hold, with commas. */
oq_str walls_all_caps(oq_arena *arena);

/* The whole of a tenant's rows, all tables, as a checksum; without the tables named (ends with
 * NULL; or NULL). */
oq_str walls_rows(walls *w, oq_uuid tenant_id, const char *const *but);

/* --- telling all that is wrong, not only the first --------------------------------------------*/

extern int walls_complaints;
#define WALLS_COMPLAIN(...)                                                                        \
    do {                                                                                           \
        walls_complaints++;                                                                        \
        print_error(__VA_ARGS__);                                                                  \
        print_error("\n");                                                                         \
    } while (0)
/* At the end of a test. */
#define WALLS_NO_COMPLAINTS()                                                                      \
    do {                                                                                           \
        int count_ = walls_complaints;                                                             \
        walls_complaints = 0;                                                                      \
        assert_int_equal(count_, 0);                                                               \
    } while (0)

#endif
