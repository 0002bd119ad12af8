#include "http/router.h"
#include "base/test.h"

static oq_err *plain(http_req *rq)
{
    return NULL;
}
static oq_err *in_tenant(http_req *rq, oq_scope *s)
{
    return NULL;
}
static oq_err *on_platform(http_req *rq, db_platform *p)
{
    return NULL;
}

struct record {
    int64_t n;
};
static const oq_field fields[] = {OQ_I64(struct record, n), OQ_FIELDS_END};

#define PLAIN(m, p)                                                                                \
    {                                                                                              \
        .method = (m), .path = (p), .cap = CAP_PUBLIC, .handle_plain = plain                       \
    }

static const http_route some[] = {
    PLAIN(HTTP_GET, "/"),
    PLAIN(HTTP_GET, "/api/users"),
    PLAIN(HTTP_POST, "/api/users"),
    PLAIN(HTTP_GET, "/api/users/{id}"),
    PLAIN(HTTP_DELETE, "/api/users/{id}"),
    PLAIN(HTTP_GET, "/api/users/new"),
    PLAIN(HTTP_GET, "/api/users/{id}/rename"),
    PLAIN(HTTP_GET, "/api/{kind}/new/{name}"),
    PLAIN(HTTP_GET, "/api/users/new/wizard"),
    {0},
};
static const http_route more[] = {PLAIN(HTTP_GET, "/assets/{name}"), {0}};
static http_route_list tables = {some, more, NULL};

static void find(http_router *r, const char *path, http_match *match, bool *ret_found)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str decoded;
    http_segments segments;
    CHECK_OK(http_path_parse(arena, oq_cstr(path), &decoded, &segments));
    *ret_found = http_router_find(r, &segments, match);
    for (size_t i = 0; i < match->param_count; i++)
        match->param[i] = oq_cstr(strndup(match->param[i].ptr, match->param[i].len));
    oq_arena_close(arena);
}

static void drop(http_match *match)
{
    for (size_t i = 0; i < match->param_count; i++)
        free((void *)(uintptr_t)match->param[i].ptr);
}

static void test_paths_find_their_routes(void **state)
{
    static const struct {
        const char *path, *route; /* NULL: nothing there */
        const char *first, *second;
    } row[] = {
        {"/", "/", NULL, NULL},
        {"/api/users", "/api/users", NULL, NULL},
        {"/api/users/7", "/api/users/{id}", "7", NULL},
        {"/api/users/new", "/api/users/new", NULL, NULL},
        {"/api/users/newer", "/api/users/{id}", "newer", NULL},
        {"/api/users/a%20b/rename", "/api/users/{id}/rename", "a b", NULL},
        /* The literal "users" leads to a dead end; the parameter beside it does not. */
        {"/api/users/new/7", "/api/{kind}/new/{name}", "users", "7"},
        {"/api/users/new/wizard", "/api/users/new/wizard", NULL, NULL},
        {"/api/users/new/rename", "/api/users/{id}/rename", "new", NULL},
        {"/api/sites/new/9", "/api/{kind}/new/{name}", "sites", "9"},
        {"/assets/app.css", "/assets/{name}", "app.css", NULL},
        {"/api", NULL, NULL, NULL},
        {"/api/", NULL, NULL, NULL},
        {"/api/users/", NULL, NULL, NULL},
        {"//", NULL, NULL, NULL},
        {"/api//users", NULL, NULL, NULL},
        {"/API/users", NULL, NULL, NULL},
        {"/assets/..", NULL, NULL, NULL},
        {"/assets/%2e%2e", NULL, NULL, NULL},
        {"/assets/.", NULL, NULL, NULL},
        {"/assets/a/b", NULL, NULL, NULL},
        {"/api/users/{id}", "/api/users/{id}", "{id}", NULL},
        {"/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", NULL, NULL, NULL},
    };
    http_router *r;
    CHECK_OK(http_router_make(&tables, &r));
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        http_match match;
        bool found;
        find(r, row[i].path, &match, &found);
        CHECK(row[i].path, found == (row[i].route != NULL));
        if (found) {
            CHECK_STR(row[i].path, oq_cstr(match.by_method[HTTP_GET]->path), row[i].route);
            CHECK(row[i].path, match.param_count == (size_t)(!!row[i].first + !!row[i].second));
            if (row[i].first)
                CHECK_STR(row[i].path, match.param[0], row[i].first);
            if (row[i].second)
                CHECK_STR(row[i].path, match.param[1], row[i].second);
        }
        drop(&match);
    }
    http_router_close(r);
}

static void test_methods_of_a_place(void **state)
{
    http_router *r;
    http_match match;
    bool found;
    CHECK_OK(http_router_make(&tables, &r));
    oq_arena *arena = oq_arena_open(0);
    find(r, "/api/users", &match, &found);
    CHECK("post", match.by_method[HTTP_POST] && !match.by_method[HTTP_PUT]);
    CHECK_STR("allow", http_allow_text(arena, match.by_method), "GET, HEAD, POST, OPTIONS");
    find(r, "/api/users/7", &match, &found);
    CHECK_STR("allow", http_allow_text(arena, match.by_method), "GET, HEAD, DELETE, OPTIONS");
    drop(&match);
    CHECK("order",
          http_router_count(r) == 10 && strcmp(http_router_at(r, 9)->path, "/assets/{name}") == 0);
    CHECK("name", http_route_param(&some[7], OQ_STR("kind")) == 0 &&
                      http_route_param(&some[7], OQ_STR("name")) == 1 &&
                      http_route_param(&some[7], OQ_STR("id")) == SIZE_MAX);
    CHECK("head", http_method_parse(OQ_STR("HEAD")) == HTTP_GET);
    CHECK("words", http_method_parse(OQ_STR("DELETE")) == HTTP_DELETE &&
                       http_method_parse(OQ_STR("get")) == 0 && http_method_parse(OQ_NONE) == 0);
    oq_arena_close(arena);
    http_router_close(r);
}

static void test_flawed_routes_do_not_start(void **state)
{
    static const struct {
        const char *why;
        http_route route[3];
    } row[] = {
        {"its capability is not decided",
         {{.method = HTTP_GET, .path = "/a", .handle_plain = plain}}},
        {"no such method", {{.path = "/a", .cap = CAP_PUBLIC, .handle_plain = plain}}},
        {"no such method",
         {{.method = 77, .path = "/a", .cap = CAP_PUBLIC, .handle_plain = plain}}},
        {"a route has exactly one handler",
         {{.method = HTTP_GET, .path = "/a", .cap = CAP_SIGNED_IN}}},
        {"a route has exactly one handler",
         {{.method = HTTP_GET,
           .path = "/a",
           .cap = CAP_SIGNED_IN,
           .handle = in_tenant,
           .handle_plain = plain}}},
        {"nobody has no tenant: a public route has a plain handler",
         {{.method = HTTP_GET, .path = "/a", .cap = CAP_PUBLIC, .handle = in_tenant}}},
        {"a platform handler wants a capability of the platform",
         {{.method = HTTP_GET,
           .path = "/a",
           .cap = CAP_USER_READ,
           .handle_platform = on_platform}}},
        {"a platform handler wants a capability of the platform",
         {{.method = HTTP_GET, .path = "/a", .cap = CAP_PUBLIC, .handle_platform = on_platform}}},
        {"a cheap route is a plain, public GET and no page",
         {{.method = HTTP_GET,
           .path = "/a",
           .cap = CAP_SIGNED_IN,
           .handle_plain = plain,
           .is_cheap = true}}},
        {"a cheap route is a plain, public GET and no page",
         {{.method = HTTP_POST,
           .path = "/a",
           .cap = CAP_PUBLIC,
           .handle_plain = plain,
           .is_cheap = true}}},
        {"another route has this method and path", {PLAIN(HTTP_GET, "/a"), PLAIN(HTTP_GET, "/a")}},
        {"another route has this method and path",
         {PLAIN(HTTP_GET, "/a/{x}"), PLAIN(HTTP_GET, "/a/{y}")}},
        {"a path begins with a slash", {PLAIN(HTTP_GET, "a")}},
        {"a path begins with a slash", {PLAIN(HTTP_GET, NULL)}},
        {"a path does not end with a slash", {PLAIN(HTTP_GET, "/a/")}},
        {"a path has no empty segment", {PLAIN(HTTP_GET, "/a//b")}},
        {"two parameters of one path have the same name", {PLAIN(HTTP_GET, "/{a}/{a}")}},
        {"segments consist of a-z, 0-9, - _ . and parameters of a-z, 0-9, _",
         {PLAIN(HTTP_GET, "/A")}},
        {"segments consist of a-z, 0-9, - _ . and parameters of a-z, 0-9, _",
         {PLAIN(HTTP_GET, "/a{b}")}},
        {"segments consist of a-z, 0-9, - _ . and parameters of a-z, 0-9, _",
         {PLAIN(HTTP_GET, "/{}")}},
        {"too many parameters", {PLAIN(HTTP_GET, "/{a}/{b}/{c}/{d}/{e}/{f}/{g}")}},
        {"too many segments", {PLAIN(HTTP_GET, "/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/h")}},
        {"a GET reads no body",
         {{.method = HTTP_GET,
           .path = "/a",
           .cap = CAP_PUBLIC,
           .handle_plain = plain,
           .body = fields}}},
        {"a body is read by a table or raw, not both",
         {{.method = HTTP_POST,
           .path = "/a",
           .cap = CAP_PUBLIC,
           .handle_plain = plain,
           .body = fields,
           .takes_raw = true}}},
        {"only a raw body comes in a coding of its own",
         {{.method = HTTP_POST,
           .path = "/a",
           .cap = CAP_PUBLIC,
           .handle_plain = plain,
           .own_coding = "snappy"}}},
        {"only a handler inside the tenant keeps a part",
         {{.method = HTTP_POST,
           .path = "/a",
           .cap = CAP_PUBLIC,
           .handle_plain = plain,
           .keeps_partial = true}}},
        {"only a GET says that it writes",
         {{.method = HTTP_POST,
           .path = "/a",
           .cap = CAP_PUBLIC,
           .handle_plain = plain,
           .writes = true}}},
        {"shape and answer belong together",
         {{.method = HTTP_GET,
           .path = "/a",
           .cap = CAP_PUBLIC,
           .handle_plain = plain,
           .answer = fields}}},
        {"shape and answer belong together",
         {{.method = HTTP_GET,
           .path = "/a",
           .cap = CAP_PUBLIC,
           .handle_plain = plain,
           .shape = HTTP_ANSWER_LIST}}},
        {"the status of success is 2xx or 3xx",
         {{.method = HTTP_GET,
           .path = "/a",
           .cap = CAP_PUBLIC,
           .handle_plain = plain,
           .status = 404}}},
        {"a limit is not negative",
         {{.method = HTTP_GET,
           .path = "/a",
           .cap = CAP_PUBLIC,
           .handle_plain = plain,
           .limit_s = -1}}},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        http_route_list list = {row[i].route, NULL};
        http_router *r = NULL;
        oq_err *err = http_router_make(&list, &r);
        CHECK_CODE(row[i].why, err, "server.bad_route");
        CHECK(row[i].why, r == NULL && err->arg_count == 3);
        CHECK_STR(row[i].why, err->arg[2].value, row[i].why);
        oq_err_reset();
    }
}

static void test_platform_routes_take_platform_capabilities(void **state)
{
    static const http_route good[] = {
        {.method = HTTP_GET,
         .path = "/a",
         .cap = CAP_TENANT_MANAGE,
         .handle_platform = on_platform},
        {.method = HTTP_GET, .path = "/b", .cap = CAP_USER_READ, .handle = in_tenant},
        {0},
    };
    http_route_list list = {good, NULL};
    http_router *r;
    CHECK_OK(http_router_make(&list, &r));
    http_router_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths_find_their_routes),
        cmocka_unit_test(test_methods_of_a_place),
        cmocka_unit_test(test_flawed_routes_do_not_start),
        cmocka_unit_test(test_platform_routes_take_platform_capabilities),
    };
    return cmocka_run_group_tests_name("http_router", tests, NULL, NULL);
}
