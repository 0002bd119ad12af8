/* The pages of sign-in, people, tokens and the profile, as a browser without scripts uses them. The
 * tests go on from one another, as a first day does: set-up, sign-in, people, tokens. */
#include "base/test.h"
#include "identity/seed.h"
#include "identity/session.h"
#include "identity/totp.h"
#include "support/testapp.h"

#include "base/banned.h"

#define OWNER_EMAIL "owner@optria.example"
#define OWNER_FORM                                                                                 \
    "full_name=%D8%B9%D8%A8%D8%AF%D8%A7%D9%84%D9%84%D9%87&email=owner%40optria.example"
#define GOOD_PASSWORD "a+pump-house+7+in+spring" /* TESTAPP_PASSWORD, in a form */

typedef struct house {
    testapp *app;
    oq_arena *arena;
    testclient *c;
    oq_uuid tenant, other_tenant, admin, viewer;
} house;

static int open_house(void **state)
{
    house *h = calloc(1, sizeof *h);
    h->app = testapp_open(false);
    h->arena = oq_arena_open(0);
    h->c = testclient_open(h->app);
    *state = h;
    return 0;
}

static int close_house(void **state)
{
    house *h = *state;
    testclient_close(h->c);
    testapp_close(h->app);
    oq_arena_close(h->arena);
    free(h);
    return 0;
}

__attribute__((format(printf, 2, 3))) static char *text(house *h, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    oq_str made = oq_strfv(h->arena, format, args);
    va_end(args);
    return oq_str_c(h->arena, made);
}

static void check_status(const char *label, testreply r, int status)
{
    if (r.status != status)
        fail_msg("%s: wanted %d, got %d %.*s", label, status, r.status, OQ_FMT(r.body));
}

static void check_leads(const char *label, testreply r, const char *where)
{
    check_status(label, r, 303);
    CHECK_STR(label, r.location, where);
}

static bool shows(testreply r, const char *what)
{
    return oq_str_find(r.body, oq_cstr(what)) != SIZE_MAX;
}

static void check_shows(const char *label, testreply r, const char *what)
{
    if (!shows(r, what))
        fail_msg("%s: \"%s\" is not in %.*s", label, what, OQ_FMT(r.body));
}

/* The text between two others; fails the test when it is not there. */
static char *between(house *h, testreply r, const char *before, const char *after)
{
    size_t at = oq_str_find(r.body, oq_cstr(before));
    if (at == SIZE_MAX)
        fail_msg("\"%s\" is not in %.*s", before, OQ_FMT(r.body));
    oq_str rest = oq_str_sub(r.body, at + strlen(before), SIZE_MAX);
    return oq_str_c(h->arena, oq_str_sub(rest, 0, oq_str_find(rest, oq_cstr(after))));
}

/* Asks for a page and takes its token against forged forms along. */
static testreply page(house *h, testclient *c, const char *path)
{
    testreply r = testclient_get(c, path);
    if (shows(r, "name=\"csrf-token\" content=\""))
        testclient_use_csrf(c, oq_cstr(between(h, r, "name=\"csrf-token\" content=\"", "\"")));
    return r;
}

/* A browser of its own, signed in through the page. */
static testclient *browser(house *h, const char *email)
{
    testclient *c = testclient_open(h->app);
    testreply r = testclient_form(c, "/login", text(h, "email=%s&password=" GOOD_PASSWORD, email));
    check_leads(email, r, "/app");
    page(h, c, "/profile");
    return c;
}

/* --- the first run ----------------------------------------------------------------------------------*/

static void test_the_first_run(void **state)
{
    house *h = *state;
    check_leads("to the set-up", testclient_get(h->c, "/login"), "/setup");
    testreply r = testclient_get(h->c, "/setup?lang=en");
    check_status("there", r, 200);
    check_shows("in English", r, "First set-up");

    r = testclient_form(h->c, "/setup",
                        OWNER_FORM "&setup_code=AAAA-AAAA-AAAA&password=" GOOD_PASSWORD);
    check_status("a wrong code", r, 422);
    check_shows("said at its field", r, "id=\"form-setup-code-error\"");
    check_shows("what was typed stays", r, "value=\"" OWNER_EMAIL "\"");
    check_shows("the name too", r, "عبدالله");
    CHECK("but no password", !shows(r, "pump-house"));

    for (int i = 0; i < 8 && r.status != 429; i++)
        r = testclient_form(h->c, "/setup", OWNER_FORM "&setup_code=x&password=" GOOD_PASSWORD);
    check_status("not guessed for long", r, 429);
    CHECK("how long", testreply_header(&r, "Retry-After").len > 0);
    testdb_exec(testapp_db(h->app), "DELETE FROM login_throttle");

    oq_str code = identity_setup_code(h->arena);
    r = testclient_form(h->c, "/setup",
                        text(h, "%s&setup_code=%.*s&password=short", OWNER_FORM, OQ_FMT(code)));
    check_status("a weak password", r, 422);
    check_shows("said at its field", r, "id=\"form-password-error\"");
    r = testclient_form(
        h->c, "/setup",
        text(h, "%s&setup_code=%.*s&password=" GOOD_PASSWORD, OWNER_FORM, OQ_FMT(code)));
    check_leads("done", r, "/login");
    r = testclient_get(h->c, "/login");
    check_status("no more detour", r, 200);
    check_shows("a word about it", r, "made. Sign in with it");
    check_status("gone", testclient_get(h->c, "/setup"), 404);
    r = testclient_form(h->c, "/setup",
                        text(h,
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
    h->tenant = testapp_tenant(h->app, "TENANT_A");
    h->other_tenant = testapp_tenant(h->app, "TENANT_B");
    h->admin = testapp_person(h->app, h->tenant, ROLE_TENANT_ADMIN, "admin@a.example");
    h->viewer = testapp_person(h->app, h->tenant, ROLE_VIEWER, "viewer@a.example");
    testapp_person(h->app, h->other_tenant, ROLE_TENANT_ADMIN, "admin@b.example");
    CHECK("two", !oq_uuid_eq(h->admin, h->viewer));
}

/* --- signing in -------------------------------------------------------------------------------------*/

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
        testreply r = testclient_form(h->c, "/login", row[i].form);
        check_status(row[i].label, r, row[i].status);
        check_shows(row[i].label, r, row[i].shows);
        CHECK(row[i].label, !row[i].shows_not || !shows(r, row[i].shows_not));
        CHECK(row[i].label, !testclient_cookie(h->c, SESSION_COOKIE).len);
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
        check_leads(
            row[i].next,
            testclient_form(c, "/login",
                            text(h, "email=viewer%%40a.example&password=" GOOD_PASSWORD "&next=%s",
                                 row[i].next)),
            row[i].where);
        check_leads("signed in already", testclient_get(c, text(h, "/login?next=%s", row[i].next)),
                    row[i].where);
        testclient_close(c);
    }
    testclient *nobody = testclient_open(h->app);
    check_leads("nobody", testclient_get(nobody, "/users?q=a"), "/login?next=/users%3Fq%3Da");
    testclient_close(nobody);
}

static void test_forms_of_other_sites(void **state)
{
    house *h = *state;
    char *own = text(h, "Origin: http://127.0.0.1:%d", testapp_port(h->app));
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
    testclient *c = browser(h, "admin%40a.example");
    char *first = text(h, "%.*s", OQ_FMT(testclient_cookie(c, SESSION_COOKIE)));
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

    page(h, c, "/profile");
    check_leads("out", testclient_form(c, "/logout", ""), "/login");
    check_shows("said", testclient_get(c, "/login"), "toast-ok");
    check_leads("really", testclient_get(c, "/app"), "/login?next=/app");
    testclient_close(thief);
    testclient_close(c);
}

/* --- every page ---------------------------------------------------------------------------------------*/

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
    testclient *admin = browser(h, "admin%40a.example"),
               *owner = browser(h, "owner%40optria.example");
    testclient *viewer = browser(h, "viewer%40a.example"), *nobody = testclient_open(h->app);
    char id[OQ_UUID_TEXT], tenant[OQ_UUID_TEXT];
    oq_uuid_format(h->viewer, id);
    oq_uuid_format(h->tenant, tenant);
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
        {admin, text(h, "/users/%.36s", id)},
        {admin, "/tokens"},
        {admin, "/tokens/new"},
        {owner, "/tokens/new"},
        {viewer, "/profile"},
        {viewer, "/profile/password"},
        {viewer, "/profile/totp"},
        {viewer, "/profile/sessions"},
        {owner, text(h, "/tenants/%.36s/enter", tenant)},
    };
    static const struct {
        const char *code, *html;
    } langs[] = {{"ar", "<html lang=\"ar\" dir=\"rtl\""}, {"en", "<html lang=\"en\" dir=\"ltr\""}};
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        for (size_t l = 0; l < OQ_COUNT(langs); l++) {
            char *path = text(h, "%s%clang=%s", row[i].path, strchr(row[i].path, '?') ? '&' : '?',
                              langs[l].code);
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
    testclient *c = browser(h, "viewer%40a.example");
    static const char *const closed[] = {"/users", "/users/new", "/tokens", "/tokens/new"};
    for (size_t i = 0; i < OQ_COUNT(closed); i++)
        check_status(closed[i], testclient_get(c, closed[i]), 403);
    testreply r = testclient_get(c, "/app");
    CHECK("no figures of others", !shows(r, "/users") && !shows(r, "/audit"));
    testclient_close(c);
}

/* --- people -------------------------------------------------------------------------------------------*/

static void test_a_person_is_added(void **state)
{
    house *h = *state;
    testclient *c = browser(h, "admin%40a.example");
    testreply r =
        testclient_form(c, "/users/new", "full_name=Omar&email=ADMIN%40b.example&role=engineer");
    check_status("taken", r, 409);
    check_shows("said at its field", r, "id=\"form-email-error\"");
    check_shows("the name stays", r, "value=\"Omar\"");
    check_shows("the role too", r, "value=\"engineer\" required checked");
    r = testclient_form(c, "/users/new", "full_name=&email=nonsense&role=king");
    check_status("all wrong", r, 422);
    check_shows("each", r, "id=\"form-full-name-error\"");
    check_shows("each", r, "id=\"form-email-error\"");
    check_shows("each", r, "id=\"form-role-error\"");
    CHECK("nobody came", testdb_number(testapp_db(h->app), "SELECT count(*) FROM users WHERE "
                                                           "full_name = 'Omar'") == 0);

    r = testclient_form(c, "/users/new",
                        "full_name=Omar&email=omar%40a.example&username=&role=engineer");
    check_status("added", r, 200);
    char *link = between(h, r, "<code id=\"reset-link\">", "</code>");
    CHECK("a link", strstr(link, "/reset#") != NULL);
    char *person = between(h, r, "<a class=\"button\" href=\"", "\"");
    CHECK("and nowhere else", !shows(testclient_get(c, person), strchr(link, '#')));

    testclient *omar = testclient_open(h->app);
    char *form = text(h, "reset_code=%s&new_password=", strchr(link, '#') + 1);
    r = testclient_form(omar, "/reset", text(h, "%sshort", form));
    check_status("too short", r, 422);
    check_shows("the code stays", r, strchr(link, '#') + 1);
    /* Who pastes the whole link means its code. */
    r = testclient_form(omar, "/reset",
                        text(h,
                             "reset_code=http://x/reset%%23%s&new_password="
                             "three+quiet+valves",
                             strchr(link, '#') + 1));
    check_leads("chosen", r, "/login");
    r = testclient_form(omar, "/reset", text(h, "%sfour+quiet+valves", form));
    check_status("twice", r, 422);
    check_shows("said at its field", r, "id=\"form-reset-code-error\"");
    check_leads(
        "in", testclient_form(omar, "/login", "email=omar%40a.example&password=three+quiet+valves"),
        "/app");

    /* And out again, by the administrator. */
    char *path = text(h, "%s/deactivate", person);
    check_status("a button", testclient_send(c, "POST", path, NULL, OQ_NONE, NULL), 303);
    check_leads("turned away", testclient_get(omar, "/app"), "/login?next=/app");
    r = page(h, c, person);
    check_shows("shown so", r, "badge-off");
    check_leads("back", testclient_form(c, text(h, "%s/activate", person), ""), person);
    testclient_close(omar);
    testclient_close(c);
}

static void test_a_person_is_changed(void **state)
{
    house *h = *state;
    testclient *c = browser(h, "admin%40a.example");
    char self[OQ_UUID_TEXT], id[OQ_UUID_TEXT];
    oq_uuid_format(h->admin, self);
    oq_uuid_format(h->viewer, id);
    char *path = text(h, "/users/%.36s", id), *own = text(h, "/users/%.36s", self);
    testreply r = page(h, c, path);
    char *version = between(h, r, "name=\"version\" value=\"", "\"");
    char *form = text(h, "full_name=Noura&username=noura&role=engineer&version=%s", version);
    check_leads("saved", testclient_form(c, path, form), path);
    check_shows("a word about it", testclient_get(c, path), "toast-ok");
    r = testclient_form(c, path, form);
    check_status("old", r, 409);
    check_shows("said above the form", r, "notice-bad");
    CHECK("saving again is a decision",
          strcmp(between(h, r, "name=\"version\" value=\"", "\""), version) != 0);
    r = testclient_form(c, path,
                        text(h, "full_name=&username=kept&role=engineer&version=%s", version));
    check_status("no name", r, 422);
    check_shows("what was typed stays", r, "value=\"kept\"");

    r = testclient_form(c, text(h, "%s/deactivate", own), "");
    check_status("oneself", r, 422);
    check_shows("why", r, "notice-bad");
    check_leads("the second factor", testclient_form(c, text(h, "%s/reset-totp", path), ""), path);
    r = testclient_form(c, text(h, "%s/reset-link", path), "");
    check_status("a new link", r, 200);
    check_shows("shown", r, "id=\"reset-link\"");
    testclient *other = browser(h, "admin%40b.example");
    check_status("another tenant's", testclient_get(other, path), 404);
    testclient_close(other);
    testclient_close(c);
}

/* --- tokens -------------------------------------------------------------------------------------------*/

static void test_a_token_is_made(void **state)
{
    house *h = *state;
    testclient *c = browser(h, "admin%40a.example");
    testreply r = testclient_get(c, "/tokens/new");
    CHECK("only what one has", shows(r, "value=\"asset.read\"") &&
                                   !shows(r, "value=\"tenant.manage\"") &&
                                   !shows(r, "value=\"signed_in\""));
    r = testclient_form(c, "/tokens/new", "name=gateway&days=0");
    check_status("wrong", r, 422);
    check_shows("each", r, "id=\"form-days-error\"");
    check_shows("each", r, "id=\"form-capabilities-error\"");
    r = testclient_form(c, "/tokens/new",
                        "name=&days=30&capabilities=asset.read&capabilities=audit.read");
    check_status("no name", r, 422);
    check_shows("the choice stays", r, "value=\"asset.read\" checked");
    r = testclient_form(c, "/tokens/new",
                        "name=gateway&days=30&capabilities=asset.read&capabilities=audit.read");
    check_status("made", r, 200);
    char *secret = between(h, r, "<code id=\"token-secret\">", "</code>");
    testclient *machine = testclient_open(h->app);
    testclient_use_bearer(machine, oq_cstr(secret));
    check_status("good", testclient_get(machine, "/api/me"), 200);
    r = testclient_get(c, "/tokens");
    check_shows("listed", r, "gateway");
    CHECK("not its secret", !shows(r, secret));
    char *revoke = between(h, r, "<form method=\"post\" action=\"/tokens/", "\"");
    check_leads("revoked", testclient_form(c, text(h, "/tokens/%s", revoke), ""), "/tokens");
    check_status("no longer", testclient_get(machine, "/api/me"), 401);
    check_leads("twice is the same", testclient_form(c, text(h, "/tokens/%s", revoke), ""),
                "/tokens");
    testclient_close(machine);
    testclient_close(c);
}

/* --- oneself ------------------------------------------------------------------------------------------*/

static void test_the_profile(void **state)
{
    house *h = *state;
    testapp_person(h->app, h->tenant, ROLE_ENGINEER, "self@a.example");
    testclient *c = browser(h, "self%40a.example");
    testreply r = testclient_get(c, "/profile?lang=ar");
    check_shows("zones to choose from", r, "<option value=\"Asia/Riyadh\">");
    char *version = between(h, r, "name=\"version\" value=\"", "\"");
    r = testclient_form(c, "/profile",
                        text(h, "full_name=Self&lang=&time_zone=Mars&version=%s", version));
    check_status("no zone", r, 422);
    check_shows("in Arabic", r, "منطقة زمنية غير معروفة");
    check_shows("what was typed stays", r, "value=\"Mars\"");
    r = testclient_form(c, "/profile",
                        text(h,
                             "full_name=Self&lang=en&time_zone=Asia%%2FDubai&"
                             "hijri=on&version=%s",
                             version));
    check_leads("saved", r, "/profile");
    r = testclient_get(c, "/profile");
    check_shows("the choice counts at once", r, "<html lang=\"en\"");
    check_shows("zone", r, "value=\"Asia/Dubai\"");

    r = testclient_form(c, "/profile/password",
                        "current_password=x&new_password=three+quiet+valves");
    check_status("wrong", r, 422);
    CHECK("no password comes back", !shows(r, "three quiet valves"));
    testclient *elsewhere = browser(h, "self%40a.example");
    r = testclient_get(c, "/profile/sessions");
    char *end = between(h, r, "action=\"/profile/sessions/0", "\"");
    CHECK("others", shows(r, "end-others"));
    check_leads("ended", testclient_form(c, text(h, "/profile/sessions/0%s", end), ""),
                "/profile/sessions");
    check_leads("there", testclient_get(elsewhere, "/app"), "/login?next=/app");
    testclient_close(elsewhere);
    elsewhere = browser(h, "self%40a.example");
    check_leads("all", testclient_form(c, "/profile/sessions/end-others", ""), "/profile/sessions");
    check_leads("there", testclient_get(elsewhere, "/app"), "/login?next=/app");
    check_status("here", testclient_get(c, "/app"), 200);
    testclient_close(elsewhere);
    testclient_close(c);
}

static oq_str decoded(house *h, const char *secret)
{
    char *bytes = oq_alloc(h->arena, TOTP_SECRET_BYTES);
    uint32_t bits = 0;
    size_t len = 0, held = 0;
    for (; *secret && len < TOTP_SECRET_BYTES; secret++) {
        if (*secret == ' ')
            continue;
        bits = bits << 5 | (uint32_t)(*secret >= 'A' ? *secret - 'A' : *secret - '2' + 26);
        held += 5;
        if (held >= 8) {
            held -= 8;
            bytes[len++] = (char)(bits >> held & 0xff);
        }
    }
    return oq_strn(bytes, len);
}

/* A tenant that requires the second factor: nothing else is to be had until it is set up; then the
 * sign-in has two steps. */
static void test_a_required_second_factor(void **state)
{
    house *h = *state;
    oq_uuid tenant = testapp_tenant(h->app, "TENANT_T");
    testapp_person(h->app, tenant, ROLE_TENANT_ADMIN, "admin@t.example");
    char id[OQ_UUID_TEXT];
    oq_uuid_format(tenant, id);
    testdb_exec(testapp_db(h->app),
                text(h,
                     "INSERT INTO tenant_settings (tenant_id, settings) VALUES ('%.36s', "
                     "'{\"require_totp\": true}') ON CONFLICT (tenant_id) DO UPDATE SET "
                     "settings = excluded.settings",
                     id));
    testclient *c = browser(h, "admin%40t.example");
    check_leads("first of all", testclient_get(c, "/app"), "/profile/totp");
    check_leads("whatever is asked", testclient_get(c, "/users"), "/profile/totp");
    check_status("the API says so", testclient_get(c, "/api/users"), 403);
    check_leads("begun", testclient_form(c, "/profile/totp/begin", ""), "/profile/totp");
    testreply r = testclient_get(c, "/profile/totp?lang=en");
    check_shows("a picture", r, "<svg class=\"qr\" viewBox=\"0 0 ");
    oq_str secret = decoded(h, between(h, r, "<code id=\"totp-secret\">", "</code>"));
    r = testclient_form(c, "/profile/totp/confirm", "totp=000000");
    check_status("wrong", r, 422);
    check_shows("said at its field", r, "id=\"form-totp-error\"");
    oq_us now = oq_clock_now();
    char *code = text(h, "%.6s", totp_code(h->arena, secret, now).ptr);
    char *next = text(h, "%.6s", totp_code(h->arena, secret, now + 30 * OQ_SECOND).ptr);
    check_leads("on", testclient_form(c, "/profile/totp/confirm", text(h, "totp=%s", code)),
                "/app");
    check_status("and on to work", testclient_get(c, "/users"), 200);
    r = testclient_get(c, "/profile/totp");
    CHECK("cannot be switched off", !shows(r, "/profile/totp/disable"));
    r = testclient_form(c, "/profile/totp/disable", "password=" GOOD_PASSWORD);
    check_status("nor by force", r, 409);

    testclient *fresh = testclient_open(h->app);
    r = testclient_form(fresh, "/login?lang=en",
                        "email=admin%40t.example&password=" GOOD_PASSWORD "&next=%2Fusers");
    check_status("the second step", r, 200);
    check_shows("asks for the code", r, "name=\"totp\"");
    CHECK("the password is not carried along", !shows(r, "pump-house"));
    char *pending = between(h, r, "name=\"pending\" value=\"", "\"");
    r = testclient_form(fresh, "/login", text(h, "pending=%s&totp=&next=%%2Fusers", pending));
    check_status("no code", r, 422);
    r = testclient_form(fresh, "/login",
                        text(h, "pending=%s&totp=%s&next=%%2Fusers", pending, code));
    check_status("used before", r, 401);
    check_shows("said at its field", r, "id=\"form-totp-error\"");
    check_shows("still the second step", r, pending);
    r = testclient_form(fresh, "/login",
                        text(h, "pending=%s&totp=%s&next=%%2Fusers", pending, next));
    check_leads("in, and where one wanted to go", r, "/users");
    testclient_forget(fresh);
    r = testclient_form(fresh, "/login", "pending=nonsense&totp=123456");
    check_status("from the beginning", r, 401);
    check_shows("the first step", r, "name=\"password\"");
    testclient_close(fresh);
    testclient_close(c);
}

/* --- what is shown once ---------------------------------------------------------------------------------*/

static void test_the_first_administrator(void **state)
{
    house *h = *state;
    testclient *owner = browser(h, "owner%40optria.example");
    testreply r = testclient_form(owner, "/tenants/new?lang=en",
                                  "code=TENANT_N&name=New&industry=power&time_zone=Asia%2FRiyadh&"
                                  "currency=SAR&admin_email=first%40n.example&admin_name=First");
    check_status("made", r, 303);
    r = testclient_get(owner, text(h, "%.*s", OQ_FMT(r.location)));
    char *once = text(h, "/once/%s", between(h, r, "href=\"/once/", "\""));
    r = testclient_get(owner, once);
    check_status("asks first", r, 200);
    CHECK("shows nothing yet", !shows(r, "first@n.example"));
    check_status("looking is harmless", testclient_get(owner, once), 200);
    testclient *other = browser(h, "admin%40a.example");
    check_status("nobody else's", testclient_get(other, once), 404);
    check_status("nor by force", testclient_form(other, once, ""), 404);

    r = testclient_form(owner, once, "");
    check_status("shown", r, 200);
    char *email = between(h, r, "<code id=\"once-email\">", "</code>");
    char *password = between(h, r, "<code id=\"once-password\">", "</code>");
    CHECK("whose", strcmp(email, "first@n.example") == 0 && strlen(password) == 23);
    r = testclient_form(owner, once, "");
    check_status("twice", r, 409);
    check_shows("said", r, "opened already");
    check_shows("when", r, "Opened:");
    CHECK("not shown", !shows(r, password));
    check_status("nor asked", testclient_get(owner, once), 409);

    testclient *first = testclient_open(h->app);
    check_leads(
        "in",
        testclient_form(first, "/login", text(h, "email=first%%40n.example&password=%s", password)),
        "/app");
    check_leads("a password of one's own", testclient_get(first, "/app"), "/profile/password");
    page(h, first, "/profile/password");
    check_leads("chosen",
                testclient_form(first, "/profile/password",
                                text(h,
                                     "current_password=%s&new_password=three+quiet+"
                                     "valves",
                                     password)),
                "/app");
    check_status("and on to work", testclient_get(first, "/users"), 200);
    testclient_close(first);
    testclient_close(other);
    testclient_close(owner);
}

static void test_looking_into_a_tenant(void **state)
{
    house *h = *state;
    testclient *c = browser(h, "owner%40optria.example");
    char id[OQ_UUID_TEXT];
    oq_uuid_format(h->tenant, id);
    char *path = text(h, "/tenants/%.36s/enter", id);
    testreply r = testclient_form(c, path, "reason=x");
    check_status("no good reason", r, 422);
    check_shows("what was typed stays", r, "name=\"reason\" type=\"text\" value=\"x\"");
    check_leads("in", testclient_form(c, path, "reason=support+4711"), "/app");
    r = testclient_get(c, "/app?lang=en");
    check_shows("shown on every page", r, "action=\"/tenants/leave\"");
    check_shows("where", r, "TENANT_A");
    r = testclient_get(c, "/tokens");
    CHECK("leaves no tokens behind", !shows(r, "href=\"/tokens/new\""));
    check_status("nor by address", testclient_get(c, "/tokens/new"), 403);
    r = testclient_get(c, "/profile");
    check_shows("one's own profile stays one's own", r, OWNER_EMAIL);
    check_leads("out", testclient_form(c, "/tenants/leave", ""), text(h, "/tenants/%.36s", id));
    r = testclient_get(c, "/app");
    CHECK("home", !shows(r, "action=\"/tenants/leave\""));
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
        cmocka_unit_test(test_a_person_is_added),
        cmocka_unit_test(test_a_person_is_changed),
        cmocka_unit_test(test_a_token_is_made),
        cmocka_unit_test(test_the_profile),
        cmocka_unit_test(test_a_required_second_factor),
        cmocka_unit_test(test_the_first_administrator),
        cmocka_unit_test(test_looking_into_a_tenant),
    };
    return cmocka_run_group_tests(tests, open_house, close_house);
}
