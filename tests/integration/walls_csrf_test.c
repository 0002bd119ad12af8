/* Requests that a browser sends for somebody else's page: without the session's own token nothing
 * changes, sign-in included; and what can be had by a link, GET, changes nothing at all. */
#include "support/walls.h"
#include "tenant/tenant.h"

#include "base/banned.h"

/* What a request may touch whatever it asks: when somebody was last seen. */
static const char *const seen_tables[] = {"user_sessions", "api_tokens", NULL};

static oq_str all_rows(walls *w)
{
    oq_str a = walls_rows(w, w->tenant_a, seen_tables), b = walls_rows(w, w->tenant_b, seen_tables),
           p = walls_rows(w, TENANT_PLATFORM, seen_tables);
    return oq_strf(w->arena, "%.*s\n%.*s\n%.*s", OQ_FMT(a), OQ_FMT(b), OQ_FMT(p));
}

/* The tables whose sums differ. */
static oq_str difference(walls *w, oq_str before, oq_str after)
{
    oq_str found = OQ_STR(""), sum;
    while (oq_str_cut(&after, ' ', &sum))
        if (oq_str_find(before, sum) == SIZE_MAX)
            found = oq_strf(w->arena, "%.*s %.*s", OQ_FMT(found), OQ_FMT(sum));
    return found;
}

static void make_all_objects(walls *w)
{
    for (const char *const *noun = walls_nouns; *noun; noun++)
        walls_object(w, oq_cstr(*noun));
}

static oq_str path_of(walls *w, const http_route *route)
{
    oq_str noun = walls_noun(route);
    oq_str id = oq_str_given(noun) ? walls_object(w, noun) : OQ_NONE;
    return walls_path(w->arena, route, oq_str_given(id) ? id : OQ_STR("x"));
}

/* --- changes ------------------------------------------------------------------------------------*/

static bool is_guarded(const http_route *route)
{
    return route->method != HTTP_GET && !route->skips_csrf;
}

static void refuse(walls *w, testclient *c, const http_route *route, oq_str path, const char *label,
                   const char *code)
{
    testreply r = walls_ask(c, w->arena, route, path, walls_body(w->arena, route, 7));
    oq_str got = oq_str_copy(w->arena, walls_code(c, &r));
    bool is_right = r.status == 403 && (route->is_page || oq_str_eq(got, oq_cstr(code)));
    if (!is_right)
        WALLS_COMPLAIN("%s %s: wanted 403 %s, got %d %.*s", walls_label(w->arena, route), label,
                       code, r.status, OQ_FMT(got));
}

static void test_changes_want_the_sessions_own_token(void **state)
{
    walls *w = *state;
    make_all_objects(w);
    testclient *admin = walls_sign_in(w, WALLS_ADMIN_A), *owner = walls_sign_in(w, WALLS_OWNER),
               *other = walls_sign_in(w, WALLS_ADMIN_A);
    testreply me = testclient_get(other, "/api/me");
    oq_str others = oq_str_copy(w->arena, testclient_member(other, &me, "csrf_token"));
    CHECK("a token of another session of the same person", others.len > 20);
    oq_str before = all_rows(w);
    size_t asked = 0;
    for (size_t i = 0; i < walls_route_count(); i++) {
        const http_route *route = walls_route(i);
        if (!is_guarded(route))
            continue;
        testclient *c = oq_cap_is_platform(route->cap) ? owner : admin;
        oq_str path = path_of(w, route);
        testclient_use_csrf(c, OQ_NONE);
        refuse(w, c, route, path, "without a token", "csrf.missing");
        refuse(w, c, route, oq_strf(w->arena, "%.*s?csrf_token=%.*s", OQ_FMT(path), OQ_FMT(others)),
               "with one in the address", "csrf.missing");
        testclient_use_csrf(c, OQ_STR("wrong"));
        refuse(w, c, route, path, "with a wrong token", "csrf.wrong");
        testclient_use_csrf(c, others);
        refuse(w, c, route, path, "with another session's token", "csrf.wrong");
        asked++;
    }
    CHECK("something was asked", asked > 40);
    oq_str changed = difference(w, before, all_rows(w));
    if (changed.len)
        WALLS_COMPLAIN("changed:%.*s", OQ_FMT(changed));
    testclient_close(admin);
    testclient_close(owner);
    testclient_close(other);
    WALLS_NO_COMPLAINTS();
}

/* Which routes go without is decided here, each for a reason that stands beside it in the code. */
static void test_who_goes_without(void **state)
{
    walls *w = *state;
    static const char *const known[] = {
        "POST /api/auth/login", /* JSON only */
        "POST /login",          /* the browser's word on where the form came from */
        "POST /reset",          /* the code in the form */
        "POST /setup",          /* the code in the form */
        "POST /request-demo",   /* open to anybody; guarded against machines (lead/lead.h) */
    };
    size_t found = 0;
    for (size_t i = 0; i < walls_route_count(); i++) {
        const http_route *route = walls_route(i);
        const char *label = walls_label(w->arena, route);
        bool is_known = false;
        for (size_t k = 0; k < OQ_COUNT(known); k++)
            is_known |= strcmp(label, known[k]) == 0;
        CHECK(label, route->skips_csrf == is_known);
        found += is_known;
    }
    assert_int_equal(found, OQ_COUNT(known));
}

/* --- sign-in ------------------------------------------------------------------------------------*/

/* Another site must not sign its visitor in as somebody of its own. */
static void test_sign_in_by_another_site(void **state)
{
    walls *w = *state;
    static const char form[] = "application/x-www-form-urlencoded";
    static const char fields[] =
        "email=" WALLS_ADMIN_B "&password=a%20pump-house%207%20in%20spring";
    static const char json[] =
        "{\"email\":\"" WALLS_ADMIN_B "\",\"password\":\"" TESTAPP_PASSWORD "\"}";
    static const struct {
        const char *label, *path, *type, *body, *header;
        int status;
    } row[] = {
        {"form, cross-site", "/login", form, fields, "Sec-Fetch-Site: cross-site", 403},
        {"form, same-site", "/login", form, fields, "Sec-Fetch-Site: same-site", 403},
        {"form, other origin", "/login", form, fields, "Origin: https://evil.example", 403},
        {"form, no origin", "/login", form, fields, "Origin: null", 403},
        {"form to the API", "/api/auth/login", form, fields, "Sec-Fetch-Site: cross-site", 400},
        {"form to the API", "/api/auth/login", form, fields, "Accept: */*", 400},
        {"JSON as text", "/api/auth/login", "text/plain", json, "Accept: */*", 415},
        {"JSON as a form", "/api/auth/login", form, json, "Accept: */*", 400},
        {"JSON as parts", "/api/auth/login", "multipart/form-data; boundary=x", json, "Accept: */*",
         415},
        {"JSON without a type", "/api/auth/login", "", json, "Accept: */*", 415},
        {"JSON", "/api/auth/login", "application/json", json, "Accept: */*", 200},
        {"form, our own", "/login", form, fields, "Sec-Fetch-Site: same-origin", 303},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        testclient *c = testclient_open(w->app);
        testreply r = testclient_send(c, "POST", row[i].path, row[i].type, oq_cstr(row[i].body),
                                      (const char *[]){row[i].header, NULL});
        bool is_in = oq_str_find(r.headers, OQ_STR("optria_session=ey")) != SIZE_MAX;
        if (r.status != row[i].status || is_in != (r.status < 400))
            WALLS_COMPLAIN("%s: wanted %d, got %d%s %.*s", row[i].label, row[i].status, r.status,
                           is_in ? " and a session" : "", OQ_FMT(oq_str_sub(r.body, 0, 200)));
        testclient_close(c);
    }
    WALLS_NO_COMPLAINTS();
}

/* --- GET ----------------------------------------------------------------------------------------*/

static void check_reads_only(walls *w, testclient *c, const http_route *route, const char *method)
{
    static const char *const headers[] = {"X-HTTP-Method-Override: DELETE",
                                          "X-Method-Override: PUT", NULL};
    oq_str path = path_of(w, route), before = all_rows(w);
    path = oq_strf(w->arena, "%.*s?_method=DELETE&action=delete", OQ_FMT(path));
    testclient_send(c, method, path.ptr, NULL, OQ_NONE, headers);
    path = path_of(w, route);
    testreply r = testclient_send(c, method, path.ptr, NULL, OQ_NONE, headers);
    CHECK(route->path, r.status > 0 && r.status < 500);
    oq_str changed = difference(w, before, all_rows(w));
    if (changed.len && !route->writes)
        WALLS_COMPLAIN("%s %s writes:%.*s", method, route->path, OQ_FMT(changed));
}

static void test_reading_changes_nothing(void **state)
{
    walls *w = *state;
    make_all_objects(w);
    testclient *viewer = walls_sign_in(w, WALLS_VIEWER_A), *admin = walls_sign_in(w, WALLS_ADMIN_A),
               *owner = walls_sign_in(w, WALLS_OWNER);
    for (size_t i = 0; i < walls_route_count(); i++) {
        const http_route *route = walls_route(i);
        if (route->method != HTTP_GET)
            continue;
        testclient *c = oq_cap_is_platform(route->cap) ? owner
                        : route->cap == CAP_SIGNED_IN  ? viewer
                                                       : admin;
        if (strcmp(route->path, "/api/live") != 0)
            check_reads_only(w, c, route, "GET");
        check_reads_only(w, c, route, "HEAD");
    }
    testclient_close(viewer);
    testclient_close(admin);
    testclient_close(owner);
    WALLS_NO_COMPLAINTS();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes_want_the_sessions_own_token),
        cmocka_unit_test(test_who_goes_without),
        cmocka_unit_test(test_sign_in_by_another_site),
        cmocka_unit_test(test_reading_changes_nothing),
    };
    return cmocka_run_group_tests(tests, walls_open, walls_close);
}
