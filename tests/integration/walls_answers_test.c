/* What every answer brings along to protect who reads it: headers on pages, data, files and errors
 * alike, cookies that scripts cannot read, redirects that stay here, links that lead here. */
#include "http/parse.h"
#include "identity/identity.h"
#include "identity/session.h"
#include "support/walls.h"

#include "base/banned.h"

/* --- headers ------------------------------------------------------------------------------------*/

static const struct {
    const char *name, *value; /* value: what must stand in it */
} wanted_headers[] = {
    {"Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "},
    {"Content-Security-Policy", "frame-ancestors 'none'"}, /* nobody puts us into a frame */
    {"Content-Security-Policy", "base-uri 'none'"},
    {"Content-Security-Policy", "form-action 'self'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=()"},
    {"X-Request-Id", "-"},
    {"Cache-Control", ""},
};

static const char *const unwanted_headers[] = {
    "Server",
    "X-Powered-By",
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    /* We did not come by TLS, whatever the client says of it. */
    "Strict-Transport-Security",
};

static bool holds(oq_str text, const char *what)
{
    return oq_str_find(text, oq_cstr(what)) != SIZE_MAX;
}

/* Markup that the policy would have to forgive. */
static void check_markup(const char *label, oq_str body)
{
    static const char *const inside[] = {" style=\"",  " onclick=",  " onload=",    " onerror=",
                                         " onsubmit=", " onchange=", "javascript:", "<style"};
    for (size_t i = 0; i < OQ_COUNT(inside); i++)
        if (holds(body, inside[i]))
            WALLS_COMPLAIN("%s: %s in the page", label, inside[i]);
    size_t at = 0, next;
    while ((next = oq_str_find(oq_str_sub(body, at, SIZE_MAX), OQ_STR("<script"))) != SIZE_MAX) {
        at += next + 7;
        if (!oq_str_starts(oq_str_sub(body, at, SIZE_MAX), OQ_STR(" src=\"/static/")))
            WALLS_COMPLAIN("%s: a script inside the page", label);
    }
}

static void check_cookies(const char *label, const testreply *r)
{
    oq_str line;
    for (oq_str rest = r->headers; oq_str_cut(&rest, '\n', &line);) {
        if (!oq_str_eq_ascii_nocase(oq_str_sub(line, 0, 11), OQ_STR("Set-Cookie:")))
            continue;
        bool is_lang = oq_str_starts(oq_str_trim(oq_str_sub(line, 11, SIZE_MAX)), OQ_STR("lang="));
        if (!holds(line, "; Path=/;") || !holds(line, "; SameSite=Lax") || holds(line, "Domain=") ||
            holds(line, "HttpOnly") == is_lang)
            WALLS_COMPLAIN("%s: %.*s", label, OQ_FMT(line));
    }
}

static void check_answer(const char *label, const testreply *r)
{
    if (r->status == 0 || r->status >= 500)
        WALLS_COMPLAIN("%s: %d", label, r->status);
    for (size_t i = 0; i < OQ_COUNT(wanted_headers); i++) {
        oq_str value = testreply_header(r, wanted_headers[i].name);
        if (!oq_str_given(value) || !holds(value, wanted_headers[i].value))
            WALLS_COMPLAIN("%s: %d with %s: %.*s", label, r->status, wanted_headers[i].name,
                           OQ_FMT(value));
    }
    for (size_t i = 0; i < OQ_COUNT(unwanted_headers); i++)
        if (oq_str_given(testreply_header(r, unwanted_headers[i])))
            WALLS_COMPLAIN("%s: %s", label, unwanted_headers[i]);
    if (holds(testreply_header(r, "Content-Security-Policy"), "unsafe"))
        WALLS_COMPLAIN("%s: an exception in the policy", label);
    if (oq_str_given(r->location) && !http_path_is_own(r->location))
        WALLS_COMPLAIN("%s: leads to %.*s", label, OQ_FMT(r->location));
    if (oq_str_starts(r->type, OQ_STR("text/html"))) {
        if (!holds(r->type, "charset=utf-8"))
            WALLS_COMPLAIN("%s: %.*s", label, OQ_FMT(r->type));
        check_markup(label, r->body);
    }
    check_cookies(label, r);
}

static const char *const foreign[] = {"Origin: https://evil.example", "X-Forwarded-Proto: https",
                                      "X-Forwarded-Host: evil.example", NULL};

/* All GET routes, and the answers of a few changes, as nobody, somebody, and somebody who may not.
 */
static void test_every_answer_is_guarded(void **state)
{
    walls *w = *state;
    testclient *all[] = {testclient_open(w->app), walls_sign_in(w, WALLS_VIEWER_A),
                         walls_sign_in(w, WALLS_ADMIN_A), walls_sign_in(w, WALLS_OWNER)};
    for (size_t i = 0; i < walls_route_count(); i++) {
        const http_route *route = walls_route(i);
        const char *path = walls_path(w->arena, route, OQ_STR("x")).ptr;
        bool is_stream = strcmp(route->path, "/api/live") == 0;
        for (size_t who = 0; who < OQ_COUNT(all); who++) {
            const char *method = is_stream ? "HEAD" : walls_method(route);
            testclient_use_csrf(all[who], OQ_NONE); /* of a change nothing comes */
            testreply r = testclient_send(all[who], method, path, NULL, OQ_NONE, foreign);
            check_answer(walls_label(w->arena, route), &r);
            oq_str cache = testreply_header(&r, "Cache-Control");
            if (who > 0 && route->cap != CAP_PUBLIC && !oq_str_eq(cache, OQ_STR("no-store")))
                WALLS_COMPLAIN("%s: kept by %.*s", route->path, OQ_FMT(cache));
        }
    }
    for (size_t who = 0; who < OQ_COUNT(all); who++)
        testclient_close(all[who]);
    WALLS_NO_COMPLAINTS();
}

static void test_errors_are_guarded_too(void **state)
{
    walls *w = *state;
    testclient *c = testclient_open(w->app);
    char *long_path = memset(oq_alloc(w->arena, 9001), 'a', 9000);
    long_path[0] = '/';
    static const char *const plain[] = {"Accept: */*", NULL},
                             *const page[] = {"Accept: text/html", NULL},
                             *const header[] = {"Bad Header: x", NULL};
    const struct {
        const char *label, *method, *path, *const *headers;
        int status;
    } row[] = {
        {"no such path", "GET", "/no/such/path", plain, 404},
        {"no such page", "GET", "/no/such/page", page, 404},
        {"no such data", "GET", "/api/no-such", plain, 404},
        {"no such file", "GET", "/static/no-such.css", plain, 404},
        {"no such method", "DELETE", "/login", plain, 405},
        {"a method of nobody", "BREW", "/login", plain, 405},
        {"what may be asked", "OPTIONS", "/login", plain, 204},
        {"a path that cannot be read", "GET", "/%zz", plain, 400},
        {"a page that cannot be read", "GET", "/%zz", page, 400},
        {"a long path", "GET", long_path, plain, 414},
        {"a header that cannot be read", "GET", "/login", header, 400},
        {"head of a page", "HEAD", "/login", page, 200},
        {"head of nothing", "HEAD", "/no/such", page, 404},
        {"a file", "GET", "/favicon.svg", plain, 200},
        {"robots", "GET", "/robots.txt", plain, 200},
        {"health", "GET", "/health/live", plain, 200},
        {"health in full", "GET", "/health/ready", plain, 200},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        testreply r = testclient_send(c, row[i].method, row[i].path, NULL, OQ_NONE, row[i].headers);
        check_answer(row[i].label, &r);
        if (r.status != row[i].status)
            WALLS_COMPLAIN("%s: wanted %d, got %d", row[i].label, row[i].status, r.status);
    }
    testclient_close(c);
    WALLS_NO_COMPLAINTS();
}

/* --- cookies ------------------------------------------------------------------------------------*/

static void test_the_sessions_cookie(void **state)
{
    walls *w = *state;
    testclient *c = testclient_open(w->app);
    testreply r =
        testclient_json(c, "POST", "/api/auth/login",
                        "{\"email\":\"" WALLS_ADMIN_A "\",\"password\":\"" TESTAPP_PASSWORD "\"}");
    oq_str set = testreply_header(&r, "Set-Cookie");
    CHECK("set", oq_str_starts(set, OQ_STR(SESSION_COOKIE "=ey")));
    CHECK("for this site alone", holds(set, "; Path=/; SameSite=Lax; Max-Age="));
    CHECK("not for scripts", oq_str_ends(set, OQ_STR("; HttpOnly")));
    CHECK("nor in the body", !holds(r.body, "eyJ"));
    testclient_close(c);
}

/* --- redirects ----------------------------------------------------------------------------------*/

static void test_next_stays_here(void **state)
{
    walls *w = *state;
    static const struct {
        const char *next, *wanted;
    } row[] = {
        {"%2Fusers%3Fq%3Da", "/users?q=a"},
        {"", "/app"},
        {"https%3A%2F%2Fevil.example%2F", "/app"},
        {"%2F%2Fevil.example", "/app"},
        {"%2F%2F%2Fevil.example", "/app"},
        {"%2F%5Cevil.example", "/app"},
        {"%5C%5Cevil.example", "/app"},
        {"%5C%2Fevil.example", "/app"},
        {"%2F%09%2Fevil.example", "/app"},
        {"%09%2F%2Fevil.example", "/app"},
        {"%20%2F%2Fevil.example", "/app"},
        {"javascript%3Aalert(1)", "/app"},
        {"data%3Atext%2Fhtml%2Cx", "/app"},
        {"evil.example", "/app"},
        {"%40evil.example", "/app"},
        {"%2F%0D%0ASet-Cookie%3A%20a%3Db", "/app"},
        {"%2F%00%2Fevil.example", "/app"},
        {"%2Fa%5C..%5C..%5Cevil.example", "/app"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        testclient *c = testclient_open(w->app);
        oq_str form =
            oq_strf(w->arena,
                    "email=" WALLS_ADMIN_A "&password=a%%20pump-house%%207%%20in%%20spring&next=%s",
                    row[i].next);
        testreply r = testclient_form(c, "/login", form.ptr);
        /* A `next` that is no text is a mistake of the form. */
        bool is_refused = r.status == 422 && !oq_str_given(r.location);
        if (!is_refused && !oq_str_eq(r.location, oq_cstr(row[i].wanted)))
            WALLS_COMPLAIN("%s: %d leads to %.*s", row[i].next, r.status, OQ_FMT(r.location));
        check_answer(row[i].next, &r);
        oq_str path = oq_strf(w->arena, "/login?next=%s", row[i].next);
        r = testclient_get(c, path.ptr); /* signed in already: led on at once */
        check_answer(path.ptr, &r);
        testclient_close(c);
    }
    WALLS_NO_COMPLAINTS();
}

/* The way to the sign-in remembers where one wanted to go, in a form that leads nowhere else. */
static void test_the_way_to_the_sign_in(void **state)
{
    walls *w = *state;
    testclient *c = testclient_open(w->app);
    static const char *const paths[] = {
        "/users?q=%22%3E%3Cscript%3E",
        "/users?next=https://evil.example",
        "/users?a=%0d%0aX:1",
        "/users#x",
        "/users?%E0%A4%A",
    };
    for (size_t i = 0; i < OQ_COUNT(paths); i++) {
        testreply r = testclient_get(c, paths[i]);
        check_answer(paths[i], &r);
        if (!oq_str_starts(r.location, OQ_STR("/login")))
            WALLS_COMPLAIN("%s: %d %.*s", paths[i], r.status, OQ_FMT(r.location));
    }
    testclient_close(c);
    WALLS_NO_COMPLAINTS();
}

/* --- links that are handed over -----------------------------------------------------------------*/

static testreply ask_link(walls *w, testclient *c, const char *const *headers)
{
    oq_str id = walls_object(w, OQ_STR("users"));
    oq_str path = oq_strf(w->arena, "/api/users/%.*s/reset-link", OQ_FMT(id));
    return testclient_send(c, "POST", path.ptr, NULL, OQ_NONE, headers);
}

static void test_reset_links_lead_here(void **state)
{
    walls *w = *state;
    testclient *c = testclient_open(w->app); /* a machine: cookies stay with their host */
    testclient_use_bearer(c, walls_token(w, WALLS_ADMIN_A, "links", "user.manage"));
    static const struct {
        const char *label, *header;
        int status;
        const char *begins, *begins_when_set;
    } row[] = {
        {"ours", "Accept: */*", 201, "http://127.0.0.1:", "https://optria.example/reset#"},
        {"a proxy's word", "X-Forwarded-Host: evil.example", 201,
         "http://127.0.0.1:", "https://optria.example/reset#"},
        {"another proxy's word", "Forwarded: host=evil.example;proto=https", 201,
         "http://127.0.0.1:", "https://optria.example/reset#"},
        {"by TLS, says the client", "X-Forwarded-Proto: https", 201,
         "http://127.0.0.1:", "https://optria.example/reset#"},
        {"another host", "Host: evil.example", 201, "http://evil.example/reset#",
         "https://optria.example/reset#"},
        {"a host and more", "Host: evil.example/x?", 400, "", "https://optria.example/reset#"},
        {"a person before the host", "Host: optria.example@evil.example", 400, "",
         "https://optria.example/reset#"},
        {"markup", "Host: \"><script>", 400, "", "https://optria.example/reset#"},
        {"a fragment", "Host: evil.example#", 400, "", "https://optria.example/reset#"},
    };
    for (int is_set = 0; is_set < 2; is_set++) {
        identity_use_public_url(is_set ? OQ_STR("https://optria.example/") : OQ_STR(""));
        for (size_t i = 0; i < OQ_COUNT(row); i++) {
            testreply r = ask_link(w, c, (const char *[]){row[i].header, NULL});
            int status = is_set ? 201 : row[i].status;
            oq_str link = testclient_member(c, &r, "reset_link");
            if (r.status != status ||
                !oq_str_starts(link, oq_cstr(is_set ? row[i].begins_when_set : row[i].begins)))
                WALLS_COMPLAIN("%s: wanted %d, got %d %.*s", row[i].label, status, r.status,
                               OQ_FMT(r.body));
        }
    }
    identity_use_public_url(OQ_STR(""));
    testclient_close(c);
    WALLS_NO_COMPLAINTS();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_answer_is_guarded),
        cmocka_unit_test(test_errors_are_guarded_too),
        cmocka_unit_test(test_the_sessions_cookie),
        cmocka_unit_test(test_next_stays_here),
        cmocka_unit_test(test_the_way_to_the_sign_in),
        cmocka_unit_test(test_reset_links_lead_here),
    };
    return cmocka_run_group_tests(tests, walls_open, walls_close);
}
