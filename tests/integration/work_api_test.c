/* Work orders over HTTP: the main path, lists that page, files, what is refused, what an engineer
 * sees, and the pages in both languages. */
#include "base/test.h"
#include "identity_house.h"

#include "base/banned.h"

static int open_all(void **state)
{
    house_open(state);
    house *h = *state;
    testapp_person(h->app, h->tenant_a, ROLE_ENGINEER, "engineer@a.example");
    return 0;
}

static testclient *engineer(house *h)
{
    testclient *c = testclient_open(h->app);
    testclient_sign_in(c, "engineer@a.example");
    return c;
}

static oq_uuid engineer_id(house *h)
{
    oq_uuid id = {0};
    oq_uuid_parse(oq_cstr(testdb_value(testapp_db(h->app), "SELECT id FROM users WHERE email ="
                                                           " 'engineer@a.example'")),
                  &id);
    return id;
}

/* The path of a new order of the engineer's. */
static char *make(house *h, const char *title)
{
    testreply r = testclient_json(
        h->a, "POST", "/api/work-orders",
        house_text(h,
                   "{\"title\":\"%s\",\"priority\":\"high\",\"assigned_user_id\":\"%s\","
                   "\"checks\":[\"Guard\",\"Oil\"]}",
                   title, house_id(h, engineer_id(h))));
    check_status("made", r, 201);
    oq_str id = testclient_member(h->a, &r, "id");
    return house_text(h, "/api/work-orders/%.*s", OQ_FMT(id));
}

static void test_the_main_path(void **state)
{
    house *h = *state;
    testclient *e = engineer(h);
    char *path = make(h, "Bearing fault");
    testreply r = testclient_json(e, "POST", house_text(h, "%s/acknowledge", path), NULL);
    check_status("I have it", r, 200);
    r = testclient_json(e, "POST", house_text(h, "%s/status", path),
                        "{\"status\":\"in_progress\",\"version\":1}");
    check_status("taken up", r, 200);
    r = testclient_get(e, house_text(h, "%s/checks", path));
    char *check =
        house_text(h, "%s/checks/%.*s", path, OQ_FMT(testclient_member(e, &r, "items.0.id")));
    r = testclient_json(e, "POST", check, "{\"result\":\"failed\",\"note\":\"x\",\"version\":1}");
    check_status("checked", r, 200);
    CHECK("an order of its own", testclient_member(e, &r, "follow_up_number").len > 0);
    r = testclient_json(e, "POST", house_text(h, "%s/notes", path), "{\"text\":\"Shims\"}");
    check_status("noted", r, 201);
    r = testclient_json(e, "POST", house_text(h, "%s/parts", path),
                        "{\"name\":\"Shim\",\"quantity\":4}");
    check_status("a part", r, 201);
    r = testclient_json(e, "POST", house_text(h, "%s/status", path),
                        "{\"status\":\"done\",\"version\":2,\"labour_h\":1.5}");
    check_status("done", r, 200);
    r = testclient_json(e, "POST", house_text(h, "%s/status", path),
                        "{\"status\":\"closed\",\"version\":3,\"downtime_h\":2,"
                        "\"downtime_reason\":\"VIB\",\"found_cause\":\"misalignment\"}");
    check_status("closed", r, 200);
    CHECK_STR("status", testclient_member(e, &r, "status"), "closed");
    r = testclient_json(e, "POST", house_text(h, "%s/notes", path), "{\"text\":\"x\"}");
    check_problem("over", e, r, 409, "work_order.over");
    r = testclient_get(e, house_text(h, "%s/steps", path));
    CHECK_STR("four steps", testclient_member(e, &r, "items.3.status"), "closed");
    testclient_close(e);
}

static void test_lists(void **state)
{
    house *h = *state;
    testclient *e = engineer(h);
    for (int i = 0; i < 3; i++)
        make(h, house_text(h, "Listed %d", i));
    testreply r =
        testclient_json(h->a, "POST", "/api/work-orders",
                        house_text(h, "{\"title\":\"Somebody else's\",\"assigned_user_id\":\"%s\"}",
                                   house_id(h, h->admin)));
    check_status("not the engineer's", r, 201);
    r = testclient_get(h->a, "/api/work-orders?q=listed&limit=2");
    CHECK_STR("newest first", testclient_member(h->a, &r, "items.0.title"), "Listed 2");
    char *next = house_text(h, "/api/work-orders?q=listed&limit=2&cursor=%.*s",
                            OQ_FMT(testclient_member(h->a, &r, "next")));
    r = testclient_get(h->a, next);
    CHECK_STR("the rest", testclient_member(h->a, &r, "items.0.title"), "Listed 0");
    CHECK("and no more", !testclient_member(h->a, &r, "items.1.title").len &&
                             !testclient_member(h->a, &r, "next").len);
    r = testclient_get(e, "/api/work-orders?limit=200");
    CHECK("their own alone", oq_str_find(r.body, OQ_STR("Somebody else")) == SIZE_MAX &&
                                 oq_str_find(r.body, OQ_STR("Listed 1")) != SIZE_MAX);
    r = testclient_get(h->a, "/api/work-orders?assignee=x");
    check_problem("no person", h->a, r, 422, "work_order.assignee_malformed");
    r = testclient_get(h->a, "/api/work-orders?status=unknown");
    check_status("no state", r, 422);
    testclient *viewer = testclient_open(h->app);
    testclient_sign_in(viewer, "viewer@a.example");
    check_status("a viewer", testclient_get(viewer, "/api/work-orders"), 403);
    r = testclient_get(h->a, "/work-orders.csv?q=listed");
    check_status("a file", r, 200);
    check_shows("a file", r, "Listed 1");
    testclient_close(viewer);
    testclient_close(e);
}

static void test_files(void **state)
{
    house *h = *state;
    testclient *e = engineer(h);
    char *path = make(h, "With files");
    char *files = house_text(h, "%s/files?name=%%D8%%B5.png", path);
    testreply r =
        testclient_send(e, "PUT", files, "text/html", OQ_STR("\x89PNG\r\n\x1a\nxyz"), NULL);
    check_status("a picture, whatever it was called", r, 201);
    CHECK_STR("type", testclient_member(e, &r, "media_type"), "image/png");
    char *one = house_text(h, "%s/files/%.*s", path, OQ_FMT(testclient_member(e, &r, "id")));
    r = testclient_get(e, one);
    check_status("back", r, 200);
    CHECK("as it was", oq_str_eq(r.body, OQ_STR("\x89PNG\r\n\x1a\nxyz")));
    CHECK_STR("type", r.type, "image/png");
    CHECK("a download",
          oq_str_starts(testreply_header(&r, "Content-Disposition"), OQ_STR("attachment;")));
    CHECK_STR("taken as it is", testreply_header(&r, "X-Content-Type-Options"), "nosniff");
    r = testclient_send(e, "PUT", files, "image/png", OQ_STR("<html>"), NULL);
    check_problem("a page", e, r, 422, "work_order.file_type_refused");
    size_t size = 10 * 1000 * 1000 + 1;
    char *large = oq_alloc(h->arena, size);
    memset(large, 'x', size);
    r = testclient_send(e, "PUT", files, "text/plain", oq_strn(large, size), NULL);
    check_status("too large", r, 413);
    r = testclient_get(h->b, one);
    check_status("another tenant", r, 404);
    testclient_close(e);
}

/* What goes wrong is said on the page itself, and nothing was done. */
static void test_pages(void **state)
{
    house *h = *state;
    testclient *e = house_browser(h, "engineer%40a.example");
    char *path = make(h, "On a page") + strlen("/api");
    testreply r = house_page(h, e, path);
    check_status("the order", r, 200);
    r = testclient_form(e, house_text(h, "%s/status", path), "status=in_progress&version=1");
    check_leads("taken up", r, path);
    r = testclient_form(e, house_text(h, "%s/status", path), "status=in_progress&version=1");
    check_status("who comes second", r, 409);
    check_shows("who comes second", r, "role=\"alert\"");
    r = testclient_form(e, house_text(h, "%s/parts", path),
                        "name=Seal&quantity=1&unit=pc&availability=missing");
    check_leads("a part that is not there", r, path);
    check_shows("says so", testclient_get(e, path), "badge-warn\"");
    check_shows("to be chosen", testclient_get(e, path), "name=\"availability\"");
    r = testclient_form(e, house_text(h, "%s/status", path), "status=done&version=2&labour_h=much");
    check_status("no number", r, 422);
    r = testclient_form(e, house_text(h, "%s/status", path),
                        "status=open&version=2&back=https://elsewhere.example");
    check_leads("given back, and nowhere else", r, path);
    static const char *const pages[] = {"/work-orders", "/work-orders/board",
                                        "/work-orders/board?assignee=me", "/duty"};
    for (size_t i = 0; i < OQ_COUNT(pages); i++) {
        check_status(pages[i], testclient_get(e, pages[i]), 200);
        const char *other = strchr(pages[i], '?') ? "&lang=en" : "?lang=en";
        check_status(pages[i], testclient_get(e, house_text(h, "%s%s", pages[i], other)), 200);
    }
    check_status("planning is not the engineer's", testclient_get(e, "/work-orders/new"), 403);
    testclient_close(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_main_path),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_pages),
    };
    return cmocka_run_group_tests(tests, open_all, house_close);
}
