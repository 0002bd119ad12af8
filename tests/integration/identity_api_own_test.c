/* Oneself, machines and looking into tenants over HTTP, as scripts use them. */
#include "identity/throttle.h"
#include "identity/totp.h"
#include "integration/identity_codes.h"
#include "integration/identity_house.h"

#include "base/banned.h"

#define LOGIN "/api/auth/login"

/* --- oneself --------------------------------------------------------------------------------------*/

static void test_own_profile(void **state)
{
    house *h = *state;
    testclient *c = testclient_open(h->app);
    testclient_sign_in(c, "viewer@a.example");
    testreply r = testclient_get(c, "/api/me");
    char *version = oq_str_c(h->arena, testclient_member(c, &r, "user.version"));
    r = testclient_json(c, "PATCH", "/api/me/profile",
                        house_text(h, "{\"hijri\":true,\"lang\":\"en\",\"version\":%s}", version));
    check_status("changed", r, 200);
    CHECK_STR("hijri", testclient_member(c, &r, "hijri"), "true");
    CHECK_STR("name stays", testclient_member(c, &r, "full_name"), "Tester");
    version = oq_str_c(h->arena, testclient_member(c, &r, "version"));
    r = testclient_json(c, "PATCH", "/api/me/profile",
                        house_text(h, "{\"time_zone\":\"Mars/Base\",\"version\":%s}", version));
    check_problem("no zone", c, r, 422, "field.timezone_unknown");
    check_problem("no name", c,
                  testclient_json(c, "PATCH", "/api/me/profile",
                                  house_text(h, "{\"full_name\":\" \",\"version\":%s}", version)),
                  422, "field.required");
    check_problem(
        "no role of one's own", c,
        testclient_json(c, "PATCH", "/api/me/profile",
                        house_text(h, "{\"role\":\"tenant_admin\",\"version\":%s}", version)),
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
    char *other = oq_str_c(
        h->arena, testclient_member(here, &r, first_is_here ? "items.1.id" : "items.0.id"));
    char *path = house_text(h, "/api/me/sessions/%s", other);
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

/* Who holds somebody's session does not get on to the password by guessing. */
static void test_guesses_with_a_session(void **state)
{
    house *h = *state;
    testapp_person(h->app, h->tenant_a, ROLE_ENGINEER, "guessed@a.example");
    testclient *c = testclient_open(h->app);
    testclient_sign_in(c, "guessed@a.example");
    static const char wrong[] =
        "{\"current_password\":\"no\",\"new_password\":\"three quiet valves\"}";
    testreply r = {0};
    int judged = 0;
    while (judged < 50) {
        r = testclient_json(c, "POST", "/api/me/password", wrong);
        if (r.status != 422)
            break;
        judged++;
    }
    check_problem("paused", c, r, 429, "auth.too_many_attempts");
    CHECK("few guesses", judged == THROTTLE_FREE_BY_ACCOUNT + 1);
    CHECK("says how long", testreply_header(&r, "Retry-After").len > 0);
    r = testclient_json(c, "POST", "/api/me/totp/disable", "{\"password\":\"no\"}");
    check_problem("neither there", c, r, 429, "auth.too_many_attempts");
    testclient_sign_in(c, "guessed@a.example"); /* that is counted by itself */
    testclient_close(c);
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
    oq_str secret = code_secret(h->arena, testclient_member(c, &r, "secret_text"));
    check_problem("wrong", c,
                  testclient_json(c, "POST", "/api/me/totp/confirm", "{\"totp\":\"000000\"}"), 422,
                  "totp.wrong");
    oq_us now = oq_clock_now();
    char *code = oq_str_c(h->arena, totp_code(h->arena, secret, now));
    char *later = oq_str_c(h->arena, totp_code(h->arena, secret, now + 30 * OQ_SECOND));
    check_status("on",
                 testclient_json(c, "POST", "/api/me/totp/confirm",
                                 house_text(h, "{\"totp\":\"%s\"}", code)),
                 204);
    check_problem("twice", c, testclient_json(c, "POST", "/api/me/totp", NULL), 409, "totp.is_on");

    testclient *fresh = testclient_open(h->app);
    const char *both = "{\"email\":\"factor@a.example\",\"password\":\"" TESTAPP_PASSWORD "\"%s}";
    check_problem("asked for", fresh,
                  testclient_json(fresh, "POST", LOGIN, house_text(h, both, "")), 401,
                  "auth.totp_required");
    check_problem("used before", fresh,
                  testclient_json(fresh, "POST", LOGIN,
                                  house_text(h, both, house_text(h, ",\"totp\":\"%s\"", code))),
                  401, "auth.totp_wrong");
    check_status("the next",
                 testclient_json(fresh, "POST", LOGIN,
                                 house_text(h, both, house_text(h, ",\"totp\":\"%s\"", later))),
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

/* --- machines -------------------------------------------------------------------------------------*/

static void test_tokens(void **state)
{
    house *h = *state;
    testreply r = testclient_json(h->a, "POST", "/api/tokens",
                                  "{\"name\":\"gateway\",\"capabilities\":[\"asset.read\","
                                  "\"user.read\"],\"days\":30}");
    check_status("made", r, 201);
    char *id = oq_str_c(h->arena, testclient_member(h->a, &r, "token.id"));
    char *secret = oq_str_c(h->arena, testclient_member(h->a, &r, "secret"));
    char *path = house_text(h, "/api/tokens/%s", id);
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

/* --- looking into a tenant ------------------------------------------------------------------------*/

static void test_switching(void **state)
{
    house *h = *state;
    testclient *c = testclient_open(h->app);
    testclient_sign_in(c, "owner@optria.example");
    char *path = house_text(h, "/api/tenants/%s/enter", house_id(h, h->tenant_b));
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
    char *path = house_text(h, "/api/tenants/%s", house_id(h, tenant));
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
        cmocka_unit_test(test_own_profile),
        cmocka_unit_test(test_own_password_and_sessions),
        cmocka_unit_test(test_guesses_with_a_session),
        cmocka_unit_test(test_second_factor),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_switching),
        cmocka_unit_test(test_a_suspended_tenant),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
