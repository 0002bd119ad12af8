/* Who may do what, asked from outside: every route as every role, as nobody, and as machines. The
 * answer is what the table of capabilities says, and it follows at once when somebody's rights
 * change. */
#include "identity/token.h"
#include "support/walls.h"
#include "tenant/tenant.h"

#include "base/banned.h"

/* --- everybody --------------------------------------------------------------------------------*/

typedef struct asker {
    const char *name, *email; /* email: to sign in again */
    testclient *client;
    bool is_nobody, is_machine;
    oq_caps caps;
} asker;

enum { ASKERS = 6 + 3 };

static const struct {
    oq_role role;
    const char *email;
} people[] = {
    {ROLE_PLATFORM_OWNER, "roles-owner@wall-p.example"},
    {ROLE_TENANT_ADMIN, "roles-admin@wall-a.example"},
    {ROLE_OPTIMIZATION_ENGINEER, "roles-optimizer@wall-a.example"},
    {ROLE_RELIABILITY_ENGINEER, "roles-reliability@wall-a.example"},
    {ROLE_ENGINEER, "roles-engineer@wall-a.example"},
    {ROLE_VIEWER, "roles-viewer@wall-a.example"},
};
static_assert(OQ_COUNT(people) == ROLE_COUNT - 1, "a person for each role");

static asker machine(walls *w, const char *name, const char *caps)
{
    asker a = {.name = name,
               .client = testclient_open(w->app),
               .is_machine = true,
               .caps = oq_cap_bit(CAP_SIGNED_IN)};
    testclient_use_bearer(a.client, walls_token(w, WALLS_ADMIN_A, name, caps));
    for (const oq_choice *cap = cap_choices; cap->text; cap++)
        if (token_may_hold((oq_cap)cap->value) && strstr(caps, cap->text))
            a.caps |= oq_cap_bit((oq_cap)cap->value);
    return a;
}

static void meet_everybody(walls *w, asker all[ASKERS])
{
    for (size_t i = 0; i < OQ_COUNT(people); i++) {
        bool is_owner = people[i].role == ROLE_PLATFORM_OWNER;
        testapp_person(w->app, is_owner ? TENANT_PLATFORM : w->tenant_a, people[i].role,
                       people[i].email);
        all[i] = (asker){.name = oq_choice_text(role_choices, people[i].role),
                         .email = people[i].email,
                         .client = walls_sign_in(w, people[i].email),
                         .caps = oq_caps_of_role(people[i].role)};
    }
    asker *more = all + OQ_COUNT(people);
    more[0] = (asker){.name = "nobody", .client = testclient_open(w->app), .is_nobody = true};
    more[1] = machine(w, "a machine with little", "dashboard.view");
    more[2] = machine(w, "a machine with all", walls_all_caps(w->arena).ptr);
}

/* --- one question -----------------------------------------------------------------------------*/

static bool is_allowed(const asker *who, const http_route *route)
{
    if (route->cap == CAP_PUBLIC)
        return true;
    return !who->is_nobody && (route->cap == CAP_SIGNED_IN || oq_caps_have(who->caps, route->cap));
}

/* Paths that lead nowhere and bodies that say nothing: who may, gets no further than that. */
static testreply ask(walls *w, const asker *who, const http_route *route)
{
    oq_str path = walls_path(w->arena, route, OQ_STR("01890000-0000-7000-8000-00000000abcd"));
    oq_str body = !route->body ? OQ_NONE : route->is_page ? OQ_STR("") : OQ_STR("{}");
    /* A stream has no end; its head has. */
    if (strcmp(route->path, "/api/live") == 0 && is_allowed(who, route))
        return testclient_send(who->client, "HEAD", path.ptr, NULL, OQ_NONE, NULL);
    return walls_ask(who->client, w->arena, route, path, body);
}

static bool ends_the_session(const http_route *route)
{
    return oq_str_ends(oq_cstr(route->path), OQ_STR("logout"));
}

/* NULL: the answer is right. */
static const char *judge(const asker *who, const http_route *route, const testreply *r, oq_str code)
{
    bool is_problem = oq_str_starts(r->type, OQ_STR("application/problem+json"));
    bool to_login = r->status == 303 && oq_str_starts(r->location, OQ_STR("/login"));
    if (who->is_nobody && route->cap != CAP_PUBLIC) {
        if (route->is_page)
            return to_login ? NULL : "a page leads nobody to the sign-in";
        bool asks = oq_str_given(testreply_header(r, "WWW-Authenticate"));
        bool says = oq_str_eq(code, OQ_STR("auth.required"));
        return r->status == 401 && asks && says ? NULL : "nobody gets 401 and how to sign in";
    }
    if (!is_allowed(who, route)) {
        bool says = route->is_page ? !is_problem : oq_str_eq(code, OQ_STR("access.forbidden"));
        return r->status == 403 && says ? NULL : "not allowed: 403";
    }
    if (r->status == 0 || r->status >= 500)
        return "no answer worth the name";
    /* A machine is signed in, but has no profile: the service says so, not the table. */
    if (who->is_machine && route->cap == CAP_SIGNED_IN && r->status == 403 &&
        !oq_str_eq(code, OQ_STR("access.forbidden")))
        return NULL;
    if (r->status == 401 || r->status == 403 || oq_str_eq(code, OQ_STR("access.forbidden")))
        return "allowed, yet turned away";
    return to_login && !ends_the_session(route) ? "allowed, yet led to the sign-in" : NULL;
}

static void ask_all_routes(walls *w, const asker *who)
{
    for (size_t i = 0; i < walls_route_count(); i++) {
        const http_route *route = walls_route(i);
        testreply r = ask(w, who, route);
        oq_str code = oq_str_copy(w->arena, walls_code(who->client, &r));
        const char *wrong = judge(who, route, &r, code);
        if (wrong)
            WALLS_COMPLAIN("%s at %s: %s; got %d %.*s %.*s", who->name,
                           walls_label(w->arena, route), wrong, r.status, OQ_FMT(code),
                           OQ_FMT(r.location));
        if (who->email && ends_the_session(route))
            testclient_sign_in(who->client, who->email);
    }
}

static void test_every_route_as_everybody(void **state)
{
    walls *w = *state;
    asker all[ASKERS];
    meet_everybody(w, all);
    for (size_t i = 0; i < ASKERS; i++)
        ask_all_routes(w, &all[i]);
    for (size_t i = 0; i < ASKERS; i++)
        testclient_close(all[i].client);
    WALLS_NO_COMPLAINTS();
}

/* The walk would prove nothing where a capability guards no route, or where everybody has it. */
static void test_routes_tell_roles_apart(void **state)
{
    (void)state;
    size_t refused[ROLE_COUNT] = {0};
    for (size_t i = 0; i < walls_route_count(); i++) {
        oq_cap cap = walls_route(i)->cap;
        CHECK(walls_route(i)->path, cap > CAP_UNDECIDED && cap < CAP_COUNT);
        for (int role = ROLE_PLATFORM_OWNER; role < ROLE_COUNT; role++)
            refused[role] += !oq_caps_have(oq_caps_of_role((oq_role)role), cap);
    }
    assert_int_equal(refused[ROLE_PLATFORM_OWNER], 0);
    for (int role = ROLE_TENANT_ADMIN; role < ROLE_COUNT; role++)
        CHECK(oq_choice_text(role_choices, role), refused[role] > 10);
}

/* --- rights that change -----------------------------------------------------------------------*/

static oq_str user_path(walls *w, oq_uuid id)
{
    oq_str text = oq_uuid_text(w->arena, id);
    return oq_strf(w->arena, "/api/users/%.*s", OQ_FMT(text));
}

/* PATCHes a person with these members, and the version that it has now. */
static void change(walls *w, testclient *admin, oq_uuid id, const char *members)
{
    oq_str path = user_path(w, id);
    testreply r = testclient_get(admin, path.ptr);
    oq_str version = oq_str_copy(w->arena, testclient_member(admin, &r, "version"));
    oq_str json = oq_strf(w->arena, "{%s,\"version\":%.*s}", members, OQ_FMT(version));
    r = testclient_json(admin, "PATCH", path.ptr, json.ptr);
    if (r.status != 200)
        fail_msg("%s: %d %.*s", members, r.status, OQ_FMT(r.body));
}

static void check_answer(const char *label, testclient *c, const char *path, int status,
                         const char *code)
{
    testreply r = testclient_get(c, path);
    if (r.status != status || !oq_str_eq(walls_code(c, &r), oq_cstr(code)))
        fail_msg("%s: wanted %d %s, got %d %.*s", label, status, code, r.status, OQ_FMT(r.body));
}

static void test_a_new_role_holds_at_once(void **state)
{
    walls *w = *state;
    const char *email = "changing@wall-a.example";
    oq_uuid id = testapp_person(w->app, w->tenant_a, ROLE_TENANT_ADMIN, email);
    testclient *admin = walls_sign_in(w, WALLS_ADMIN_A), *c = walls_sign_in(w, email);
    check_answer("admin", c, "/api/users", 200, "");
    change(w, admin, id, "\"role\":\"engineer\"");
    check_answer("engineer", c, "/api/users", 403, "access.forbidden");
    check_answer("engineer", c, "/api/settings", 200, "");
    change(w, admin, id, "\"role\":\"viewer\"");
    check_answer("viewer", c, "/api/settings", 403, "access.forbidden");
    testreply r = testclient_json(c, "PATCH", user_path(w, id).ptr, "{\"role\":\"tenant_admin\"}");
    assert_int_equal(r.status, 403); /* nobody lifts oneself */
    change(w, admin, id, "\"role\":\"tenant_admin\"");
    check_answer("admin again", c, "/api/users", 200, "");
    testclient_close(c);
    testclient_close(admin);
}

static void test_a_deactivated_person_is_out_at_once(void **state)
{
    walls *w = *state;
    const char *email = "leaving@wall-a.example";
    oq_uuid id = testapp_person(w->app, w->tenant_a, ROLE_ENGINEER, email);
    testclient *admin = walls_sign_in(w, WALLS_ADMIN_A), *c = walls_sign_in(w, email);
    check_answer("active", c, "/api/me", 200, "");
    change(w, admin, id, "\"is_active\":false");
    check_answer("inactive", c, "/api/me", 401, "auth.session_ended");
    testreply r = testclient_json(
        c, "POST", "/api/auth/login",
        "{\"email\":\"leaving@wall-a.example\",\"password\":\"" TESTAPP_PASSWORD "\"}");
    CHECK_STR("sign-in", walls_code(c, &r), "auth.user_inactive");
    testclient_close(c);
    testclient_close(admin);
}

static void test_a_suspended_tenant_is_out_at_once(void **state)
{
    walls *w = *state;
    oq_uuid tenant_id = testapp_tenant(w->app, "WALL_S");
    const char *email = "admin@wall-s.example";
    testapp_person(w->app, tenant_id, ROLE_TENANT_ADMIN, email);
    testclient *owner = walls_sign_in(w, WALLS_OWNER), *c = walls_sign_in(w, email),
               *gateway = testclient_open(w->app);
    testclient_use_bearer(gateway, walls_token(w, email, "gateway", "user.read"));
    check_answer("person", c, "/api/users", 200, "");
    check_answer("machine", gateway, "/api/users", 200, "");
    oq_str id = oq_uuid_text(w->arena, tenant_id);
    oq_str path = oq_strf(w->arena, "/api/tenants/%.*s", OQ_FMT(id));
    testreply r =
        testclient_json(owner, "PATCH", path.ptr, "{\"status\":\"suspended\",\"version\":1}");
    assert_int_equal(r.status, 200);
    check_answer("person", c, "/api/users", 401, "auth.tenant_suspended");
    check_answer("machine", gateway, "/api/users", 401, "auth.tenant_suspended");
    r = testclient_json(owner, "PATCH", path.ptr, "{\"status\":\"active\",\"version\":2}");
    assert_int_equal(r.status, 200);
    check_answer("person again", c, "/api/users", 200, "");
    check_answer("machine again", gateway, "/api/users", 200, "");
    testclient_close(gateway);
    testclient_close(c);
    testclient_close(owner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_route_as_everybody),
        cmocka_unit_test(test_routes_tell_roles_apart),
        cmocka_unit_test(test_a_new_role_holds_at_once),
        cmocka_unit_test(test_a_deactivated_person_is_out_at_once),
        cmocka_unit_test(test_a_suspended_tenant_is_out_at_once),
    };
    return cmocka_run_group_tests(tests, walls_open, walls_close);
}
