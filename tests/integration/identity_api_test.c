/* Sign-in, people, tokens and oneself over HTTP, as scripts use them. */
#include "base/test.h"
#include "identity/identity.h"
#include "identity/session.h"
#include "identity/totp.h"
#include "support/testapp.h"

#include "base/banned.h"

#define LOGIN "/api/auth/login"

typedef struct house {
    testapp *app;
    oq_uuid tenant_a, tenant_b;
    oq_uuid admin, viewer, other;
    testclient *a, *b; /* admin@a.example and admin@b.example, signed in */
} house;

static int open_house(void **state)
{
    house *h = calloc(1, sizeof *h);
    h->app = testapp_open(false);
    h->tenant_a = testapp_tenant(h->app, "TENANT_A");
    h->tenant_b = testapp_tenant(h->app, "TENANT_B");
    testapp_person(h->app, (oq_uuid){{0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}},
                   ROLE_PLATFORM_OWNER, "owner@optria.example");
    h->admin = testapp_person(h->app, h->tenant_a, ROLE_TENANT_ADMIN, "admin@a.example");
    h->viewer = testapp_person(h->app, h->tenant_a, ROLE_VIEWER, "viewer@a.example");
    h->other = testapp_person(h->app, h->tenant_b, ROLE_TENANT_ADMIN, "admin@b.example");
    h->a = testclient_open(h->app);
    h->b = testclient_open(h->app);
    testclient_sign_in(h->a, "admin@a.example");
    testclient_sign_in(h->b, "admin@b.example");
    *state = h;
    return 0;
}

static int close_house(void **state)
{
    house *h = *state;
    testclient_close(h->a);
    testclient_close(h->b);
    testapp_close(h->app);
    free(h);
    return 0;
}

/* Longer than until the client's next request. */
static char *kept(house *h, oq_str text)
{
    return oq_str_c(testapp_arena(h->app), text);
}

__attribute__((format(printf, 2, 3))) static char *text(house *h, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    oq_str made = oq_strfv(testapp_arena(h->app), format, args);
    va_end(args);
    return kept(h, made);
}

static char *id_text(house *h, oq_uuid id)
{
    return kept(h, oq_uuid_text(testapp_arena(h->app), id));
}

static void check_problem(const char *label, testclient *c, testreply r, int status,
                          const char *code)
{
    if (r.status != status)
        fail_msg("%s: wanted %d, got %d %.*s", label, status, r.status, OQ_FMT(r.body));
    CHECK_STR(label, testclient_member(c, &r, "code"), code);
}

static void check_status(const char *label, testreply r, int status)
{
    if (r.status != status)
        fail_msg("%s: wanted %d, got %d %.*s", label, status, r.status, OQ_FMT(r.body));
}

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
    CHECK_STR("id", testclient_member(c, &r, "user.id"), id_text(h, h->viewer));
    CHECK_STR("tenant", testclient_member(c, &r, "tenant.code"), "TENANT_A");
    CHECK_STR("home", testclient_member(c, &r, "home_tenant_id"), id_text(h, h->tenant_a));
    CHECK("rights", oq_str_find(r.body, OQ_STR("\"twin.read\"")) != SIZE_MAX &&
                        oq_str_find(r.body, OQ_STR("\"user.read\"")) == SIZE_MAX);
    char *token = kept(h, testclient_member(c, &r, "csrf_token"));
    char *cookie = kept(h, testclient_cookie(c, SESSION_COOKIE));

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
    char *id = kept(h, testclient_member(c, &r, "user.id"));
    char *link = kept(h, testclient_member(c, &r, "reset_link"));
    char *start = text(h, "http://127.0.0.1:%d/reset#", testapp_port(h->app));
    CHECK("a link to us", strncmp(link, start, strlen(start)) == 0);
    CHECK_STR("no password yet", testclient_member(c, &r, "user.has_password"), "false");

    char *path = text(h, "/api/users/%s", id);
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

    r = testclient_get(c, "/api/users?status=inactive");
    CHECK_STR("one", testclient_member(c, &r, "items"), "1");
    CHECK_STR("it", testclient_member(c, &r, "items.0.id"), id);
    r = testclient_get(c, "/api/users?limit=1&q=a.example");
    CHECK_STR("one of many", testclient_member(c, &r, "items"), "1");
    char *next = kept(h, testclient_member(c, &r, "next"));
    char *first = kept(h, testclient_member(c, &r, "items.0.id"));
    r = testclient_get(c, text(h, "/api/users?limit=1&q=a.example&cursor=%s", next));
    CHECK("the next", !oq_str_eq(testclient_member(c, &r, "items.0.id"), oq_cstr(first)));
    check_problem("no such filter", c, testclient_get(c, "/api/users?role=king"), 422,
                  "field.not_a_choice");

    r = testclient_json(c, "POST", "/api/users",
                        "{\"email\":\"ADMIN@b.example\",\"full_name\":\"X\",\"role\":\"viewer\"}");
    check_problem("another tenant's address", c, r, 409, "user.email_taken");
    CHECK_STR("which", testclient_member(c, &r, "errors.0.field"), "email");
    check_problem("another tenant's person", c,
                  testclient_get(c, text(h, "/api/users/%s", id_text(h, h->other))), 404,
                  "user.not_found");
    check_problem("no id", c, testclient_get(c, "/api/users/nonsense"), 404, "http.not_found");
}

static void test_a_link_lets_in(void **state)
{
    house *h = *state;
    testreply r = testclient_json(h->a, "POST", "/api/users",
                                  "{\"email\":\"link@a.example\",\"full_name\":\"Link\","
                                  "\"role\":\"viewer\"}");
    char *id = kept(h, testclient_member(h->a, &r, "user.id"));
    r = testclient_json(h->a, "POST", text(h, "/api/users/%s/reset-link", id), NULL);
    check_status("another", r, 201);
    char *code = strchr(kept(h, testclient_member(h->a, &r, "reset_link")), '#') + 1;
    testclient *c = testclient_open(h->app);
    r = testclient_form(c, "/reset",
                        text(h, "reset_code=%s&new_password=three+quiet+valves", code));
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
    char *path = text(h, "/api/users/%s/reset-link", id_text(h, h->viewer));
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

/* --- oneself ----------------------------------------------------------------------------------------*/

static void test_own_profile(void **state)
{
    house *h = *state;
    testclient *c = testclient_open(h->app);
    testclient_sign_in(c, "viewer@a.example");
    testreply r = testclient_get(c, "/api/me");
    char *version = kept(h, testclient_member(c, &r, "user.version"));
    r = testclient_json(c, "PATCH", "/api/me/profile",
                        text(h, "{\"hijri\":true,\"lang\":\"en\",\"version\":%s}", version));
    check_status("changed", r, 200);
    CHECK_STR("hijri", testclient_member(c, &r, "hijri"), "true");
    CHECK_STR("name stays", testclient_member(c, &r, "full_name"), "Tester");
    version = kept(h, testclient_member(c, &r, "version"));
    r = testclient_json(c, "PATCH", "/api/me/profile",
                        text(h, "{\"time_zone\":\"Mars/Base\",\"version\":%s}", version));
    check_problem("no zone", c, r, 422, "field.timezone_unknown");
    check_problem("no role of one's own", c,
                  testclient_json(c, "PATCH", "/api/me/profile",
                                  text(h, "{\"role\":\"tenant_admin\",\"version\":%s}", version)),
                  422, "field.unknown");
    testclient_close(c);
}

static void test_own_password_and_sessions(void **state)
{
    house *h = *state;
    testapp_person(h->app, h->tenant_a, ROLE_ENGINEER, "two@a.example");
    testclient *here = testclient_open(h->app), *there = testclient_open(h->app);
    testclient_sign_in(here, "two@a.example");
    testclient_sign_in(there, "two@a.example");
    testreply r = testclient_get(here, "/api/me/sessions");
    CHECK_STR("two", testclient_member(here, &r, "items"), "2");
    bool first_is_here =
        oq_str_eq(testclient_member(here, &r, "items.0.is_current"), OQ_STR("true"));
    char *other = kept(h, testclient_member(here, &r, first_is_here ? "items.1.id" : "items.0.id"));
    char *path = text(h, "/api/me/sessions/%s", other);
    check_problem("somebody else's", h->b, testclient_json(h->b, "DELETE", path, NULL), 404,
                  "session.not_found");
    check_problem("a colleague's", h->a, testclient_json(h->a, "DELETE", path, NULL), 404,
                  "session.not_found");
    check_status("mine", testclient_json(here, "DELETE", path, NULL), 204);
    check_problem("ended", there, testclient_get(there, "/api/me"), 401, "auth.session_ended");

    testclient_sign_in(there, "two@a.example");
    r = testclient_json(here, "POST", "/api/me/password",
                        "{\"current_password\":\"no\",\"new_password\":\"three quiet valves\"}");
    check_problem("wrong", here, r, 422, "password.wrong_current");
    CHECK_STR("which", testclient_member(here, &r, "errors.0.field"), "current_password");
    r = testclient_json(here, "POST", "/api/me/password",
                        "{\"current_password\":\"" TESTAPP_PASSWORD
                        "\",\"new_password\":\"short\"}");
    check_problem("short", here, r, 422, "password.too_short");
    r = testclient_json(here, "POST", "/api/me/password",
                        "{\"current_password\":\"" TESTAPP_PASSWORD
                        "\",\"new_password\":\"three quiet valves\"}");
    check_status("changed", r, 204);
    check_status("still here", testclient_get(here, "/api/me"), 200);
    check_problem("not there", there, testclient_get(there, "/api/me"), 401, "auth.session_ended");
    testclient_close(here);
    testclient_close(there);
}

/* Of "ABCD EFGH ...". */
static oq_str decoded(house *h, oq_str secret)
{
    char *bytes = oq_alloc(testapp_arena(h->app), TOTP_SECRET_BYTES);
    uint32_t bits = 0;
    size_t len = 0, held = 0;
    for (size_t i = 0; i < secret.len && len < TOTP_SECRET_BYTES; i++) {
        char letter = secret.ptr[i];
        if (letter == ' ')
            continue;
        bits = bits << 5 | (uint32_t)(letter >= 'A' ? letter - 'A' : letter - '2' + 26);
        held += 5;
        if (held >= 8) {
            held -= 8;
            bytes[len++] = (char)(bits >> held & 0xff);
        }
    }
    return oq_strn(bytes, len);
}

static void test_second_factor(void **state)
{
    house *h = *state;
    testapp_person(h->app, h->tenant_a, ROLE_ENGINEER, "factor@a.example");
    testclient *c = testclient_open(h->app);
    testclient_sign_in(c, "factor@a.example");
    testreply r = testclient_json(c, "POST", "/api/me/totp", NULL);
    check_status("begun", r, 200);
    CHECK("an address for the app",
          oq_str_starts(testclient_member(c, &r, "uri"), OQ_STR("otpauth://totp/OPTRIA")));
    oq_str secret = decoded(h, testclient_member(c, &r, "secret_text"));
    check_problem("wrong", c,
                  testclient_json(c, "POST", "/api/me/totp/confirm", "{\"totp\":\"000000\"}"), 422,
                  "totp.wrong");
    oq_us now = oq_clock_now();
    char *code = kept(h, totp_code(testapp_arena(h->app), secret, now));
    char *later = kept(h, totp_code(testapp_arena(h->app), secret, now + 30 * OQ_SECOND));
    check_status(
        "on",
        testclient_json(c, "POST", "/api/me/totp/confirm", text(h, "{\"totp\":\"%s\"}", code)),
        204);
    check_problem("twice", c, testclient_json(c, "POST", "/api/me/totp", NULL), 409, "totp.is_on");

    testclient *fresh = testclient_open(h->app);
    const char *both = "{\"email\":\"factor@a.example\",\"password\":\"" TESTAPP_PASSWORD "\"%s}";
    check_problem("asked for", fresh, testclient_json(fresh, "POST", LOGIN, text(h, both, "")), 401,
                  "auth.totp_required");
    check_problem(
        "used before", fresh,
        testclient_json(fresh, "POST", LOGIN, text(h, both, text(h, ",\"totp\":\"%s\"", code))),
        401, "auth.totp_wrong");
    check_status(
        "the next",
        testclient_json(fresh, "POST", LOGIN, text(h, both, text(h, ",\"totp\":\"%s\"", later))),
        200);
    check_problem("wrong password", c,
                  testclient_json(c, "POST", "/api/me/totp/disable", "{\"password\":\"no\"}"), 422,
                  "password.wrong_current");
    check_status("off",
                 testclient_json(c, "POST", "/api/me/totp/disable",
                                 "{\"password\":\"" TESTAPP_PASSWORD "\"}"),
                 204);
    testclient_close(fresh);
    testclient_close(c);
}

/* --- machines ---------------------------------------------------------------------------------------*/

static void test_tokens(void **state)
{
    house *h = *state;
    testreply r = testclient_json(h->a, "POST", "/api/tokens",
                                  "{\"name\":\"gateway\",\"capabilities\":[\"asset.read\","
                                  "\"user.read\"],\"days\":30}");
    check_status("made", r, 201);
    char *id = kept(h, testclient_member(h->a, &r, "token.id"));
    char *secret = kept(h, testclient_member(h->a, &r, "secret"));
    char *path = text(h, "/api/tokens/%s", id);
    r = testclient_get(h->a, path);
    check_status("there", r, 200);
    CHECK("its secret is not", oq_str_find(r.body, oq_cstr(secret + 60)) == SIZE_MAX);
    check_problem("taken", h->a,
                  testclient_json(h->a, "POST", "/api/tokens",
                                  "{\"name\":\"gateway\",\"capabilities\":[\"asset.read\"]}"),
                  409, "token.name_taken");
    r = testclient_json(h->a, "POST", "/api/tokens",
                        "{\"name\":\"x\",\"capabilities\":[\"tenant.manage\"]}");
    check_problem("not yours", h->a, r, 422, "token.capability_not_yours");

    testclient *machine = testclient_open(h->app);
    testclient_use_bearer(machine, oq_cstr(secret));
    r = testclient_get(machine, "/api/me");
    check_status("a machine", r, 200);
    CHECK_STR("kind", testclient_member(machine, &r, "kind"), "token");
    CHECK_STR("name", testclient_member(machine, &r, "user.full_name"), "gateway");
    CHECK_STR("rights", testclient_member(machine, &r, "capabilities"), "3");
    check_status("what it may", testclient_get(machine, "/api/users"), 200);
    check_problem("what it may not", machine, testclient_get(machine, "/api/audit"), 403,
                  "access.forbidden");
    check_problem("no further tokens", machine,
                  testclient_json(machine, "POST", "/api/tokens", "{}"), 403, "access.forbidden");
    check_problem("no session to end", machine,
                  testclient_json(machine, "POST", "/api/auth/logout", NULL), 409, "session.none");
    check_problem("no password", machine,
                  testclient_json(machine, "POST", "/api/me/password",
                                  "{\"current_password\":\"x\",\"new_password\":\"y\"}"),
                  403, "user.not_here");
    check_problem("of another tenant", h->b, testclient_json(h->b, "DELETE", path, NULL), 404,
                  "token.not_found");
    check_status("revoked", testclient_json(h->a, "DELETE", path, NULL), 204);
    check_problem("at once", machine, testclient_get(machine, "/api/me"), 401,
                  "auth.token_revoked");
    static const char *const basic[] = {"Authorization: Basic eDp5", NULL};
    testclient_forget(machine);
    check_problem("another scheme", machine,
                  testclient_send(machine, "GET", "/api/me", NULL, OQ_NONE, basic), 401,
                  "auth.scheme_unknown");
    testclient_close(machine);
}

/* --- looking into a tenant ----------------------------------------------------------------------------*/

static void test_switching(void **state)
{
    house *h = *state;
    testclient *c = testclient_open(h->app);
    testclient_sign_in(c, "owner@optria.example");
    char *path = text(h, "/api/tenants/%s/enter", id_text(h, h->tenant_b));
    check_problem("not for administrators", h->a,
                  testclient_json(h->a, "POST", path, "{\"reason\":\"curious\"}"), 403,
                  "access.forbidden");
    check_problem("no reason", c, testclient_json(c, "POST", path, "{}"), 422, "field.required");
    check_problem("no good one", c, testclient_json(c, "POST", path, "{\"reason\":\"x\"}"), 422,
                  "field.too_short");
    check_status("in", testclient_json(c, "POST", path, "{\"reason\":\"support 4711\"}"), 204);
    testreply r = testclient_get(c, "/api/me");
    CHECK_STR("there", testclient_member(c, &r, "tenant.code"), "TENANT_B");
    CHECK("at home elsewhere", !oq_str_eq(testclient_member(c, &r, "home_tenant_id"),
                                          testclient_member(c, &r, "tenant.id")));
    CHECK_STR("as oneself", testclient_member(c, &r, "user.email"), "owner@optria.example");
    r = testclient_get(c, "/api/users");
    CHECK_STR("its people", testclient_member(c, &r, "items.0.email"), "admin@b.example");
    r = testclient_get(h->b, "/api/audit?action=tenant.entered");
    CHECK("its administrators read why", oq_str_find(r.body, OQ_STR("support 4711")) != SIZE_MAX);
    check_status("out", testclient_json(c, "POST", "/api/tenants/leave", NULL), 204);
    r = testclient_get(c, "/api/me");
    CHECK_STR("home", testclient_member(c, &r, "tenant.code"), "PLATFORM");
    check_status("again: harmless", testclient_json(c, "POST", "/api/tenants/leave", NULL), 204);
    testclient_close(c);
}

/* A tenant's change is told by NOTIFY: within a moment. */
static testreply ask_until(testclient *c, int status)
{
    oq_us give_up = oq_monotonic() + 10 * OQ_SECOND;
    testreply r;
    do
        r = testclient_get(c, "/api/me");
    while (r.status != status && oq_monotonic() < give_up);
    return r;
}

static void test_a_suspended_tenant(void **state)
{
    house *h = *state;
    oq_uuid tenant = testapp_tenant(h->app, "TENANT_S");
    testapp_person(h->app, tenant, ROLE_TENANT_ADMIN, "admin@s.example");
    testclient *c = testclient_open(h->app), *owner = testclient_open(h->app);
    testclient_sign_in(c, "admin@s.example");
    testclient_sign_in(owner, "owner@optria.example");
    check_status("before", testclient_get(c, "/api/me"), 200);
    char *path = text(h, "/api/tenants/%s", id_text(h, tenant));
    check_status("suspended",
                 testclient_json(owner, "PATCH", path, "{\"status\":\"suspended\",\"version\":1}"),
                 200);
    testreply r = ask_until(c, 401);
    check_problem("turned away", c, r, 401, "auth.tenant_suspended");
    check_status("resumed",
                 testclient_json(owner, "PATCH", path, "{\"status\":\"active\",\"version\":2}"),
                 200);
    check_status("the session goes on", ask_until(c, 200), 200);
    testclient_close(c);
    testclient_close(owner);
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
        cmocka_unit_test(test_own_profile),
        cmocka_unit_test(test_own_password_and_sessions),
        cmocka_unit_test(test_second_factor),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_switching),
        cmocka_unit_test(test_a_suspended_tenant),
    };
    return cmocka_run_group_tests(tests, open_house, close_house);
}
