/* The first run, sign-in and all pages, as a browser without scripts uses them. The tests go on
 * from one another: an empty installation, its owner, its people. */
#include "identity/seed.h"
#include "identity/session.h"
#include "integration/identity_house.h"

#include "base/banned.h"

#define OWNER_EMAIL "owner@optria.example"
#define OWNER_FORM                                                                                 \
    "full_name=%D8%B9%D8%A8%D8%AF%D8%A7%D9%84%D9%84%D9%87&email=owner%40optria.example"

/* --- the first run --------------------------------------------------------------------------------*/

static void test_the_first_run(void **state)
{
    house *h = *state;
    check_leads("to the set-up", testclient_get(h->a, "/login"), "/setup");
    testreply r = testclient_get(h->a, "/setup?lang=en");
    check_status("there", r, 200);
    check_shows("in English", r, "First set-up");

    r = testclient_form(h->a, "/setup",
                        OWNER_FORM "&setup_code=AAAA-AAAA-AAAA&password=" GOOD_PASSWORD);
    check_status("a wrong code", r, 422);
    check_shows("said at its field", r, "id=\"form-setup-code-error\"");
    check_shows("what was typed stays", r, "value=\"" OWNER_EMAIL "\"");
    check_shows("the name too", r, "عبدالله");
    CHECK("but no password", !shows(r, "pump-house"));

    for (int i = 0; i < 8 && r.status != 429; i++)
        r = testclient_form(h->a, "/setup", OWNER_FORM "&setup_code=x&password=" GOOD_PASSWORD);
    check_status("not guessed for long", r, 429);
    CHECK("how long", testreply_header(&r, "Retry-After").len > 0);
    testdb_exec(testapp_db(h->app), "DELETE FROM login_throttle");

    oq_str code = identity_setup_code(h->arena);
    r = testclient_form(
        h->a, "/setup",
        house_text(h, "%s&setup_code=%.*s&password=short", OWNER_FORM, OQ_FMT(code)));
    check_status("a weak password", r, 422);
    check_shows("said at its field", r, "id=\"form-password-error\"");
    r = testclient_form(
        h->a, "/setup",
        house_text(h, "%s&setup_code=%.*s&password=" GOOD_PASSWORD, OWNER_FORM, OQ_FMT(code)));
    check_leads("done", r, "/login");
    r = testclient_get(h->a, "/login");
    check_status("no more detour", r, 200);
    check_shows("a word about it", r, "made. Sign in with it");
    check_status("gone", testclient_get(h->a, "/setup"), 404);
    r = testclient_form(h->a, "/setup",
                        house_text(h,
                                   "full_name=X&email=second%%40optria.example&"
                                   "setup_code=%.*s&password=" GOOD_PASSWORD,
                                   OQ_FMT(code)));
    check_status("for good", r, 404);
    CHECK("one owner", testdb_number(testapp_db(h->app), "SELECT count(*) FROM users") == 1);
}

/* The people of the other tests. */
static void test_people_arrive(void **state)
{
    house *h = *state;
    house_add_people(h);
    CHECK("two", !oq_uuid_eq(h->admin, h->viewer));
}

/* --- signing in -----------------------------------------------------------------------------------*/

static void test_sign_in(void **state)
{
    house *h = *state;
    static const struct {
        const char *label, *form;
        int status;
        const char *shows, *shows_not;
    } row[] = {
        {"nothing", "email=&password=", 422, "id=\"form-email-error\"", NULL},
        {"no password", "email=admin%40a.example&password=", 422, "id=\"form-password-error\"",
         "form-email-error"},
        {"wrong", "email=admin%40a.example&password=secret-typed", 401, "value=\"admin@a.example\"",
         "secret-typed"},
        {"unknown", "email=nobody%40a.example&password=x", 401, "E-mail or password is wrong",
         NULL},
        {"markup", "email=%22%3E%3Cscript%3E&password=x", 401, "&quot;&gt;&lt;script&gt;",
         "\"><script>"},
        {"where to is kept", "email=x&password=x&next=%2Fusers", 401,
         "name=\"next\" value=\"/users\"", NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        testreply r = testclient_form(h->a, "/login", row[i].form);
        check_status(row[i].label, r, row[i].status);
        check_shows(row[i].label, r, row[i].shows);
        CHECK(row[i].label, !row[i].shows_not || !shows(r, row[i].shows_not));
        CHECK(row[i].label, !testclient_cookie(h->a, SESSION_COOKIE).len);
    }
    testdb_exec(testapp_db(h->app), "DELETE FROM login_throttle");
}

static void test_where_to(void **state)
{
    house *h = *state;
    static const struct {
        const char *next, *where;
    } row[] = {
        {"", "/app"},
        {"%2Fusers%3Fq%3Dx", "/users?q=x"},
        {"https%3A%2F%2Fevil.example%2F", "/app"},
        {"%2F%2Fevil.example", "/app"},
        {"%2F%5Cevil.example", "/app"},
        {"javascript%3Aalert(1)", "/app"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        testclient *c = testclient_open(h->app);
        check_leads(row[i].next,
                    testclient_form(c, "/login",
                                    house_text(h,
                                               "email=viewer%%40a.example&password=" GOOD_PASSWORD
                                               "&next=%s",
                                               row[i].next)),
                    row[i].where);
        check_leads("signed in already",
                    testclient_get(c, house_text(h, "/login?next=%s", row[i].next)), row[i].where);
        testclient_close(c);
    }
    testclient *nobody = testclient_open(h->app);
    check_leads("nobody", testclient_get(nobody, "/users?q=a"), "/login?next=/users%3Fq%3Da");
    testclient_close(nobody);
}

static void test_forms_of_other_sites(void **state)
{
    house *h = *state;
    char *own = house_text(h, "Origin: http://127.0.0.1:%d", testapp_port(h->app));
    const struct {
        const char *label, *header;
        int status;
    } row[] = {
        {"of ours", own, 303},
        {"of ours, as the browser says", "Sec-Fetch-Site: same-origin", 303},
        {"from the address bar", "Sec-Fetch-Site: none", 303},
        {"another site", "Origin: https://evil.example", 403},
        {"another port", "Origin: http://127.0.0.1:1", 403},
        {"a sandbox", "Origin: null", 403},
        {"as the browser says", "Sec-Fetch-Site: cross-site", 403},
        {"a neighbour", "Sec-Fetch-Site: same-site", 403},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        const char *const headers[] = {row[i].header, NULL};
        testclient *c = testclient_open(h->app);
        testreply r =
            testclient_send(c, "POST", "/login", "application/x-www-form-urlencoded",
                            OQ_STR("email=viewer%40a.example&password=" GOOD_PASSWORD), headers);
        check_status(row[i].label, r, row[i].status);
        CHECK(row[i].label, !!testclient_cookie(c, SESSION_COOKIE).len == (row[i].status == 303));
        testclient_close(c);
    }
}

/* Somebody signs in from a page that was opened before: the one who was signed in is out. */
static void test_one_after_the_other(void **state)
{
    house *h = *state;
    testclient *c = house_browser(h, "admin%40a.example");
    char *first = house_text(h, "%.*s", OQ_FMT(testclient_cookie(c, SESSION_COOKIE)));
    testclient_use_csrf(c, OQ_NONE);
    check_leads("another",
                testclient_form(c, "/login", "email=viewer%40a.example&password=" GOOD_PASSWORD),
                "/app");
    check_shows("it is her", testclient_get(c, "/api/me"), "viewer@a.example");
    testclient *thief = testclient_open(h->app);
    testclient_set_cookie(thief, SESSION_COOKIE, oq_cstr(first));
    check_status("the first is ended", testclient_get(thief, "/api/me"), 401);
    check_leads("and leads to the sign-in", testclient_get(thief, "/users"), "/login?next=/users");
    check_status("which is there", testclient_get(thief, "/login"), 200);
    CHECK("the old cookie is taken away", !testclient_cookie(thief, SESSION_COOKIE).len);

    house_page(h, c, "/profile");
    check_leads("out", testclient_form(c, "/logout", ""), "/login");
    check_shows("said", testclient_get(c, "/login"), "toast-ok");
    check_leads("really", testclient_get(c, "/app"), "/login?next=/app");
    testclient_close(thief);
    testclient_close(c);
}

/* --- every page -----------------------------------------------------------------------------------*/

/* A key of the language files that shows itself: ">users.title<". */
static void check_texts(const char *label, testreply r)
{
    static const char *const nouns[] = {"users",  "tokens", "profile",   "once",  "reset", "setup",
                                        "switch", "home",   "login",     "field", "error", "frame",
                                        "nav",    "cap",    "cap_group", "role",  "audit", "jobs"};
    for (size_t i = 0; i < OQ_COUNT(nouns); i++) {
        char key[40];
        snprintf(key, sizeof key, ">%s.", nouns[i]);
        CHECK(label, !shows(r, key));
    }
    CHECK(label, !shows(r, "{{") && !shows(r, "}}") && !shows(r, "(null)"));
}

static void test_every_page(void **state)
{
    house *h = *state;
    testclient *admin = house_browser(h, "admin%40a.example"),
               *owner = house_browser(h, "owner%40optria.example");
    testclient *viewer = house_browser(h, "viewer%40a.example"), *nobody = testclient_open(h->app);
    char id[OQ_UUID_TEXT], tenant[OQ_UUID_TEXT];
    oq_uuid_format(h->viewer, id);
    oq_uuid_format(h->tenant_a, tenant);
    const struct {
        testclient *c;
        const char *path;
    } row[] = {
        {nobody, "/login"},
        {nobody, "/reset"},
        {admin, "/app"},
        {viewer, "/app"},
        {owner, "/app"},
        {admin, "/users"},
        {admin, "/users?q=nobody"},
        {admin, "/users/new"},
        {owner, "/users/new"},
        {admin, house_text(h, "/users/%.36s", id)},
        {admin, "/tokens"},
        {admin, "/tokens/new"},
        {owner, "/tokens/new"},
        {viewer, "/profile"},
        {viewer, "/profile/password"},
        {viewer, "/profile/totp"},
        {viewer, "/profile/sessions"},
        {owner, house_text(h, "/tenants/%.36s/enter", tenant)},
    };
    static const struct {
        const char *code, *html;
    } langs[] = {{"ar", "<html lang=\"ar\" dir=\"rtl\""}, {"en", "<html lang=\"en\" dir=\"ltr\""}};
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        for (size_t l = 0; l < OQ_COUNT(langs); l++) {
            char *path = house_text(h, "%s%clang=%s", row[i].path,
                                    strchr(row[i].path, '?') ? '&' : '?', langs[l].code);
            testreply r = testclient_get(row[i].c, path);
            check_status(path, r, 200);
            check_shows(path, r, langs[l].html);
            check_texts(path, r);
            CHECK(path, shows(r, "<h1"));
        }
    testclient_close(admin);
    testclient_close(owner);
    testclient_close(viewer);
    testclient_close(nobody);
}

static void test_what_a_role_may_not(void **state)
{
    house *h = *state;
    testclient *c = house_browser(h, "viewer%40a.example");
    static const char *const closed[] = {"/users", "/users/new", "/tokens", "/tokens/new"};
    for (size_t i = 0; i < OQ_COUNT(closed); i++)
        check_status(closed[i], testclient_get(c, closed[i]), 403);
    testreply r = testclient_get(c, "/app");
    CHECK("no figures of others", !shows(r, "/users") && !shows(r, "/audit"));
    testclient_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_run),
        cmocka_unit_test(test_people_arrive),
        cmocka_unit_test(test_sign_in),
        cmocka_unit_test(test_where_to),
        cmocka_unit_test(test_forms_of_other_sites),
        cmocka_unit_test(test_one_after_the_other),
        cmocka_unit_test(test_every_page),
        cmocka_unit_test(test_what_a_role_may_not),
    };
    return cmocka_run_group_tests(tests, house_open_empty, house_close);
}
