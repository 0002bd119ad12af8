/* Sign-in and people over HTTP, as scripts use them. */
#include "identity/identity.h"
#include "identity/session.h"
#include "integration/identity_house.h"

#include "base/banned.h"

#define LOGIN "/api/auth/login"

/* --- signing in -----------------------------------------------------------------------------------*/

static void test_sign_in(void **state)
{
    house *h = *state;
    testclient *c = testclient_open(h->app);
    testreply r = testclient_json(
        c, "POST", LOGIN, "{\"email\":\"viewer@a.example\",\"password\":\"" TESTAPP_PASSWORD "\"}");
    check_status("right", r, 200);
    CHECK_STR("who", testclient_member(c, &r, "user.email"), "viewer@a.example");
    CHECK_STR("role", testclient_member(c, &r, "user.role"), "viewer");
    CHECK("a token", testclient_member(c, &r, "csrf_token").len >= 32);
    CHECK("no secret", oq_str_find(r.body, OQ_STR("argon2")) == SIZE_MAX &&
                           oq_str_find(r.body, OQ_STR("password_hash")) == SIZE_MAX);
    oq_str cookie = testreply_header(&r, "Set-Cookie");
    CHECK("the cookie", oq_str_starts(cookie, OQ_STR("optria_session=ey")));
    static const char *const flags[] = {"; HttpOnly", "; SameSite=Lax", "; Path=/",
                                        "; Max-Age=43200"};
    for (size_t i = 0; i < OQ_COUNT(flags); i++)
        CHECK(flags[i], oq_str_find(cookie, oq_cstr(flags[i])) != SIZE_MAX);
    CHECK("over plain http", oq_str_find(cookie, OQ_STR("Secure")) == SIZE_MAX);
    testclient_close(c);
}

static void test_sign_in_refused(void **state)
{
    house *h = *state;
    static const struct {
        const char *label, *type, *body;
        int status;
        const char *code, *field;
    } row[] = {
        {"nothing", "application/json", "{}", 422, "http.fields_invalid", "email"},
        {"no password", "application/json", "{\"email\":\"admin@a.example\"}", 422,
         "field.required", "password"},
        {"no email", "application/json", "{\"password\":\"x\"}", 422, "field.required", "email"},
        {"empty password", "application/json", "{\"email\":\"a@b.c\",\"password\":\"\"}", 422,
         "field.required", "password"},
        {"another type", "application/json", "{\"email\":1,\"password\":\"x\"}", 422, "field.type",
         "email"},
        {"an unknown field", "application/json",
         "{\"email\":\"a@b.c\",\"password\":\"x\",\"admin\":true}", 422, "field.unknown", "admin"},
        {"wrong", "application/json; charset=utf-8",
         "{\"email\":\"admin@a.example\",\"password\":\"x\"}", 401, "auth.wrong_credentials", NULL},
        {"unknown", "application/json", "{\"email\":\"no@a.example\",\"password\":\"x\"}", 401,
         "auth.wrong_credentials", NULL},
        {"no JSON", "application/json", "{", 400, "json.malformed", NULL},
        {"a form of another site", "application/x-www-form-urlencoded",
         "email=admin%40a.example&password=x", 400, "auth.json_only", NULL},
        {"what forms can send, too", "text/plain", "{\"email\":\"a@b.c\",\"password\":\"x\"}", 415,
         "http.media_type", NULL},
    };
    testclient *c = testclient_open(h->app);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        testreply r = testclient_send(c, "POST", LOGIN, row[i].type, oq_cstr(row[i].body), NULL);
        check_problem(row[i].label, c, r, row[i].status, row[i].code);
        if (row[i].field)
            CHECK_STR(row[i].label, testclient_member(c, &r, "errors.0.field"), row[i].field);
        CHECK(row[i].label, !testclient_cookie(c, SESSION_COOKIE).len);
    }
    testdb_exec(testapp_db(h->app), "DELETE FROM login_throttle");
    testclient_close(c);
}

static void test_too_often(void **state)
{
    house *h = *state;
    testclient *c = testclient_open(h->app);
    testreply r = {0};
    for (int i = 0; i < 8 && r.status != 429; i++)
        r = testclient_json(c, "POST", LOGIN, "{\"email\":\"tired@a.example\",\"password\":\"x\"}");
    check_problem("paused", c, r, 429, "auth.too_many_attempts");
    int64_t wait_s = 0;
    CHECK("how long",
          oq_parse_i64(testreply_header(&r, "Retry-After"), &wait_s) && wait_s > 0 && wait_s <= 5);
    static const char *const arabic[] = {"Accept-Language: ar", NULL};
    r = testclient_send(c, "POST", LOGIN, "application/json",
                        OQ_STR("{\"email\":\"tired@a.example\",\"password\":\"x\"}"), arabic);
    CHECK("in the reader's language",
          oq_str_starts(testclient_member(c, &r, "detail"), OQ_STR("محاولات كثيرة")));
    testdb_exec(testapp_db(h->app), "DELETE FROM login_throttle");
    testclient_close(c);
}

static void test_me_and_out(void **state)
{
    house *h = *state;
    testclient *c = testclient_open(h->app);
    check_problem("nobody", c, testclient_get(c, "/api/me"), 401, "auth.required");
    testclient_sign_in(c, "viewer@a.example");
    testreply r = testclient_get(c, "/api/me");
    check_status("me", r, 200);
    CHECK_STR("kind", testclient_member(c, &r, "kind"), "user");
    CHECK_STR("id", testclient_member(c, &r, "user.id"), house_id(h, h->viewer));
    CHECK_STR("tenant", testclient_member(c, &r, "tenant.code"), "TENANT_A");
    CHECK_STR("home", testclient_member(c, &r, "home_tenant_id"), house_id(h, h->tenant_a));
    CHECK("rights", oq_str_find(r.body, OQ_STR("\"twin.read\"")) != SIZE_MAX &&
                        oq_str_find(r.body, OQ_STR("\"user.read\"")) == SIZE_MAX);
    char *token = oq_str_c(h->arena, testclient_member(c, &r, "csrf_token"));
    char *cookie = oq_str_c(h->arena, testclient_cookie(c, SESSION_COOKIE));

    testclient_use_csrf(c, OQ_NONE);
    check_problem("without the token", c, testclient_json(c, "POST", "/api/auth/logout", NULL), 403,
                  "csrf.missing");
    testclient_use_csrf(c, OQ_STR("wrong"));
    check_problem("with another", c, testclient_json(c, "POST", "/api/auth/logout", NULL), 403,
                  "csrf.wrong");
    testclient_use_csrf(c, oq_cstr(token));
    check_status("out", testclient_json(c, "POST", "/api/auth/logout", NULL), 204);
    CHECK("the cookie is gone", !testclient_cookie(c, SESSION_COOKIE).len);
    testclient_set_cookie(c, SESSION_COOKIE, oq_cstr(cookie));
    check_problem("and of no use", c, testclient_get(c, "/api/me"), 401, "auth.session_ended");
    CHECK("audited", testdb_number(testapp_db(h->app), "SELECT count(*) FROM audit_logs WHERE "
                                                       "action = 'auth.signed_out'") == 1);
    testclient_close(c);
}

/* --- people ---------------------------------------------------------------------------------------*/

static void test_people(void **state)
{
    house *h = *state;
    testclient *c = h->a;
    testreply r = testclient_json(c, "POST", "/api/users",
                                  "{\"email\":\"new@a.example\",\"full_name\":\"New One\","
                                  "\"role\":\"engineer\"}");
    check_status("added", r, 201);
    char *id = oq_str_c(h->arena, testclient_member(c, &r, "user.id"));
    char *link = oq_str_c(h->arena, testclient_member(c, &r, "reset_link"));
    char *start = house_text(h, "http://127.0.0.1:%d/reset#", testapp_port(h->app));
    CHECK("a link to us", strncmp(link, start, strlen(start)) == 0);
    CHECK_STR("no password yet", testclient_member(c, &r, "user.has_password"), "false");

    char *path = house_text(h, "/api/users/%s", id);
    r = testclient_json(c, "PATCH", path, "{\"role\":\"viewer\",\"version\":1}");
    check_status("another role", r, 200);
    CHECK_STR("role", testclient_member(c, &r, "role"), "viewer");
    CHECK_STR("what is not given stays", testclient_member(c, &r, "is_active"), "true");
    CHECK_STR("the name too", testclient_member(c, &r, "full_name"), "New One");
    r = testclient_json(c, "PATCH", path, "{\"is_active\":false,\"version\":2}");
    check_status("deactivated", r, 200);
    CHECK_STR("inactive", testclient_member(c, &r, "is_active"), "false");
    r = testclient_json(c, "PATCH", path, "{\"is_active\":\"no\",\"version\":3}");
    check_problem("no truth", c, r, 422, "field.type");
    CHECK_STR("which", testclient_member(c, &r, "errors.0.field"), "is_active");
    check_problem("old", c,
                  testclient_json(c, "PATCH", path, "{\"full_name\":\"X\",\"version\":1}"), 409,
                  "user.version_stale");
    check_problem("no version", c, testclient_json(c, "PATCH", path, "{}"), 422, "field.required");
    check_problem("emptied", c,
                  testclient_json(c, "PATCH", path, "{\"full_name\":\"\",\"version\":3}"), 422,
                  "field.required");

    r = testclient_get(c, "/api/users?status=inactive");
    CHECK_STR("one", testclient_member(c, &r, "items"), "1");
    CHECK_STR("it", testclient_member(c, &r, "items.0.id"), id);
    r = testclient_get(c, "/api/users?limit=1&q=a.example");
    CHECK_STR("one of many", testclient_member(c, &r, "items"), "1");
    char *next = oq_str_c(h->arena, testclient_member(c, &r, "next"));
    char *first = oq_str_c(h->arena, testclient_member(c, &r, "items.0.id"));
    r = testclient_get(c, house_text(h, "/api/users?limit=1&q=a.example&cursor=%s", next));
    CHECK("the next", !oq_str_eq(testclient_member(c, &r, "items.0.id"), oq_cstr(first)));
    check_problem("no such filter", c, testclient_get(c, "/api/users?role=king"), 422,
                  "field.not_a_choice");

    r = testclient_json(c, "POST", "/api/users",
                        "{\"email\":\"ADMIN@b.example\",\"full_name\":\"X\",\"role\":\"viewer\"}");
    check_problem("another tenant's address", c, r, 409, "user.email_taken");
    CHECK_STR("which", testclient_member(c, &r, "errors.0.field"), "email");
    check_problem("another tenant's person", c,
                  testclient_get(c, house_text(h, "/api/users/%s", house_id(h, h->other))), 404,
                  "user.not_found");
    check_problem("no id", c, testclient_get(c, "/api/users/nonsense"), 404, "http.not_found");
}

static void test_a_link_lets_in(void **state)
{
    house *h = *state;
    testreply r = testclient_json(h->a, "POST", "/api/users",
                                  "{\"email\":\"link@a.example\",\"full_name\":\"Link\","
                                  "\"role\":\"viewer\"}");
    char *id = oq_str_c(h->arena, testclient_member(h->a, &r, "user.id"));
    r = testclient_json(h->a, "POST", house_text(h, "/api/users/%s/reset-link", id), NULL);
    check_status("another", r, 201);
    char *code = strchr(oq_str_c(h->arena, testclient_member(h->a, &r, "reset_link")), '#') + 1;
    testclient *c = testclient_open(h->app);
    r = testclient_form(c, "/reset",
                        house_text(h, "reset_code=%s&new_password=three+quiet+valves", code));
    check_status("used", r, 303);
    CHECK_STR("to the sign-in", r.location, "/login");
    r = testclient_json(c, "POST", LOGIN,
                        "{\"email\":\"link@a.example\",\"password\":\"three quiet valves\"}");
    check_status("in", r, 200);
    testclient_close(c);
}

/* What a link begins with: the address that was set, else the one that was asked. */
static void test_links_begin_with_our_address(void **state)
{
    house *h = *state;
    char *path = house_text(h, "/api/users/%s/reset-link", house_id(h, h->viewer));
    static const struct {
        const char *label, *set, *host, *start;
    } row[] = {
        {"as asked", "", "Host: optria.local:8080", "http://optria.local:8080/reset#"},
        {"IPv6", "", "Host: [::1]:8080", "http://[::1]:8080/reset#"},
        {"as set", "https://optria.example/", "Host: evil.example",
         "https://optria.example/reset#"},
        {"no host", "", "Host: evil.example/x", NULL},
        {"nor this", "", "Host: a\"b", NULL},
        {"nor user and password", "", "Host: a@evil.example", NULL},
    };
    /* A machine: a jar of cookies goes by the host. */
    testreply r = testclient_json(h->a, "POST", "/api/tokens",
                                  "{\"name\":\"links\",\"capabilities\":[\"user.manage\"]}");
    testclient *c = testclient_open(h->app);
    testclient_use_bearer(c, testclient_member(h->a, &r, "secret"));
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        const char *const host[] = {row[i].host, NULL};
        identity_use_public_url(oq_cstr(row[i].set));
        r = testclient_send(c, "POST", path, NULL, OQ_NONE, host);
        check_status(row[i].label, r, row[i].start ? 201 : 400);
        oq_str link = testclient_member(c, &r, "reset_link");
        CHECK(row[i].label, !row[i].start || oq_str_starts(link, oq_cstr(row[i].start)));
    }
    identity_use_public_url(OQ_STR(""));
    testclient_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign_in),
        cmocka_unit_test(test_sign_in_refused),
        cmocka_unit_test(test_too_often),
        cmocka_unit_test(test_me_and_out),
        cmocka_unit_test(test_people),
        cmocka_unit_test(test_a_link_lets_in),
        cmocka_unit_test(test_links_begin_with_our_address),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
