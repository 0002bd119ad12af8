/* What every answer of the server has, where paths lead, how it starts, what it logs. */
#include <fcntl.h>
#include <sys/stat.h>

#include "integration/http_house.h"

/* --- what every answer has -------------------------------------------------------------------*/

static void test_every_answer_is_dressed(void **state)
{
    OQ_AUTO(house) h = house_make();
    static const struct {
        const char *text;
        int status;
    } row[] = {
        {GET("/"), 200},
        {GET("/work"), 200},
        {GET("/app.css"), 200},
        {GET("/nowhere"), 404},
        {GET("/%00"), 400},
        {GET("/api/live"), 401},
        {"GET /nowhere HTTP/1.1\r\nHost: t\r\nAccept: text/html\r\n\r\n", 404},
        {"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n", 405},
        {"BREW /work HTTP/1.1\r\nHost: t\r\n\r\n", 405},
        {"OPTIONS /work HTTP/1.1\r\nHost: t\r\n\r\n", 204},
        {"HEAD /work HTTP/1.1\r\nHost: t\r\n\r\n", 200},
        {"GET /app.css HTTP/1.1\r\nHost: t\r\nIf-None-Match: *\r\n\r\n", 304},
        {"POST /api/echo HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999\r\n\r\n", 413},
    };
    static const struct {
        const char *name, *value; /* NULL: any */
    } dress[] = {
        {"X-Request-Id", NULL},
        {"Date", NULL},
        {"Cache-Control", NULL},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Permissions-Policy", NULL},
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src "
         "'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen s = client_ask(h.arena, h.port, row[i].text);
        if (s.status != row[i].status)
            fail_msg("%s: wanted %d, got %d", row[i].text, row[i].status, s.status);
        for (size_t k = 0; k < OQ_COUNT(dress); k++) {
            oq_str value = seen_header(&s, dress[k].name);
            CHECK(dress[k].name, value.len > 0);
            if (dress[k].value)
                CHECK_STR(dress[k].name, value, dress[k].value);
        }
        CHECK("no TLS, no HSTS", !oq_str_given(seen_header(&s, "Strict-Transport-Security")));
    }
    seen s = client_ask(h.arena, h.port, GET("/work"));
    CHECK_STR("dynamic", seen_header(&s, "Cache-Control"), "no-store");
}

static void test_request_ids(void **state)
{
    OQ_AUTO(house) h = house_make();
    static const struct {
        const char *sent;
        bool kept;
    } row[] = {
        {"abcDEF_-0123456789", true},
        {"short", false},
        {"0123456789012345678901234567890123456789012345678901234567890123", true},
        {"01234567890123456789012345678901234567890123456789012345678901234", false},
        {"with blank", false},
        {"with\"quote\"", false},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str text =
            oq_strf(h.arena, "GET / HTTP/1.1\r\nHost: t\r\nX-Request-Id: %s\r\n\r\n", row[i].sent);
        seen s = client_ask(h.arena, h.port, text.ptr);
        oq_str got = seen_header(&s, "X-Request-Id");
        CHECK(row[i].sent, oq_str_eq(got, oq_cstr(row[i].sent)) == row[i].kept);
        oq_uuid id;
        CHECK(row[i].sent, row[i].kept || oq_uuid_parse(got, &id));
    }
}

static void test_methods(void **state)
{
    OQ_AUTO(house) h = house_make();
    seen s = client_ask(h.arena, h.port, "HEAD /work HTTP/1.1\r\nHost: t\r\n\r\n");
    CHECK_STR("as long as the GET", seen_header(&s, "Content-Length"), "5");
    s = client_ask(h.arena, h.port, "OPTIONS /api/echo HTTP/1.1\r\nHost: t\r\n\r\n");
    CHECK_STR("post only", seen_header(&s, "Allow"), "POST, OPTIONS");
    s = client_ask(h.arena, h.port, "DELETE /api/slow HTTP/1.1\r\nHost: t\r\n\r\n");
    CHECK_PROBLEM("delete", s, 405, "http.method_not_allowed");
    CHECK_STR("what goes", seen_header(&s, "Allow"), "GET, HEAD, OPTIONS");
    s = client_ask(h.arena, h.port, "OPTIONS /nowhere HTTP/1.1\r\nHost: t\r\n\r\n");
    CHECK_PROBLEM("nowhere", s, 404, "http.not_found");
    s = client_ask(h.arena, h.port, "GET http://t/api/echo/x HTTP/1.1\r\nHost: t\r\n\r\n");
    CHECK_STR("as to a proxy", s.body, "\"x\"");
    s = client_ask(h.arena, h.port, "GET /work HTTP/1.0\r\n\r\n");
    CHECK("old, without Host", s.status == 200);
}

static void test_paths_that_lead_nowhere(void **state)
{
    OQ_AUTO(house) h = house_make();
    static const struct {
        const char *path;
        int status;
        const char *body; /* or NULL */
    } row[] = {
        {"/api/echo/a%20b", 200, "\"a b\""},
        {"/api/echo/%D8%A3", 200, "\"أ\""},
        {"/api/echo/\xd8\xa3", 200, "\"أ\""},
        {"/api/echo/a?b=/../c", 200, "\"a\""},
        {"//", 404, NULL},
        {"/work/", 404, NULL},
        {"/./work", 404, NULL},
        {"/x/../work", 404, NULL},
        {"/api/echo/..", 404, NULL},
        {"/api/echo/%2e%2e", 404, NULL},
        {"/api/echo/%2E", 404, NULL},
        {"/api/echo/", 404, NULL},
        {"/api/echo/a/b", 404, NULL},
        {"/api/echo/a%2fb", 400, NULL},
        {"/api/echo/a%5Cb", 400, NULL},
        {"/api/echo/%00", 400, NULL},
        {"/api/echo/%", 400, NULL},
        {"/api/echo/%c0%ae", 400, NULL},
        {"/api/echo/\xff", 400, NULL},
        {"/api/echo/%0d%0aX:%20y", 400, NULL},
        {"work", 400, NULL},
        {"*", 400, NULL},
        {"/WORK", 404, NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen s = client_request(h.arena, h.port, "GET", row[i].path, "", NULL);
        if (s.status != row[i].status)
            fail_msg("%s: wanted %d, got %d", row[i].path, row[i].status, s.status);
        if (row[i].body)
            CHECK_STR(row[i].path, s.body, row[i].body);
    }
    check_healthy("after all", &h);
}

static void test_files_built_in(void **state)
{
    OQ_AUTO(house) h = house_make();
    seen s = client_request(h.arena, h.port, "GET", "/app.css", "", NULL);
    CHECK_STR("plain", s.body, css);
    CHECK_STR("tag", seen_header(&s, "ETag"), "\"0123\"");
    CHECK_STR("for long", seen_header(&s, "Cache-Control"), "public, max-age=31536000, immutable");
    CHECK_STR("two forms", seen_header(&s, "Vary"), "Accept-Encoding");
    CHECK("not zipped", !oq_str_given(seen_header(&s, "Content-Encoding")));
    s = client_request(h.arena, h.port, "GET", "/app.css", "Accept-Encoding: gzip\r\n", NULL);
    CHECK_STR("zipped", s.body, "\x1f\x8b pretended");
    CHECK_STR("coding", seen_header(&s, "Content-Encoding"), "gzip");
    CHECK_STR("own tag", seen_header(&s, "ETag"), "\"0123-gz\"");
    s = client_request(h.arena, h.port, "GET", "/app.css",
                       "Accept-Encoding: gzip\r\nIf-None-Match: \"0123-gz\"\r\n", NULL);
    CHECK("known", s.status == 304 && s.body.len == 0);
    CHECK_STR("still for long", seen_header(&s, "Cache-Control"),
              "public, max-age=31536000, immutable");
    s = client_request(h.arena, h.port, "GET", "/app.css", "If-None-Match: \"0123-gz\"\r\n", NULL);
    CHECK("the other form", s.status == 200);
    s = client_request(h.arena, h.port, "GET", "/icon.png", "Accept-Encoding: gzip\r\n", NULL);
    CHECK_STR("asks again", seen_header(&s, "Cache-Control"), "public, no-cache");
    CHECK("one form", !oq_str_given(seen_header(&s, "Vary")));
}

static void test_answers_are_zipped_for_those_who_can(void **state)
{
    OQ_AUTO(house) h = house_make();
    seen plain = client_request(h.arena, h.port, "GET", "/api/big", "", NULL);
    CHECK("plain",
          plain.body.len > 80000 && !oq_str_given(seen_header(&plain, "Content-Encoding")));
    seen s = client_request(h.arena, h.port, "GET", "/api/big",
                            "Accept-Encoding: deflate, gzip\r\n", NULL);
    CHECK_STR("coding", seen_header(&s, "Content-Encoding"), "gzip");
    CHECK_STR("vary", seen_header(&s, "Vary"), "Accept-Encoding");
    OQ_AUTO(oq_buf) body = {0};
    CHECK_OK(http_gunzip(s.body, 1000000, &body));
    CHECK("same", oq_str_eq(oq_buf_view(&body), plain.body) && s.body.len < 2000);
    s = client_request(h.arena, h.port, "GET", "/api/big", "Accept-Encoding: gzip;q=0\r\n", NULL);
    CHECK("refused", s.body.len == plain.body.len);
    s = client_request(h.arena, h.port, "GET", "/work", "Accept-Encoding: gzip\r\n", NULL);
    CHECK("too small", !oq_str_given(seen_header(&s, "Content-Encoding")));
}

/* --- starting --------------------------------------------------------------------------------*/

static void test_starts_that_fail_say_why(void **state)
{
    OQ_AUTO(house) h = house_make();
    static const struct {
        const char *bind, *code;
    } row[] = {
        {"127.0.0.1", "server.listen"},      {"300.0.0.1", "server.bad_address"},
        {"localhost", "server.bad_address"}, {"", "server.bad_address"},
        {"203.0.113.1", "server.listen"}, /* nobody's address here */
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        http_server *server = NULL;
        http_options options = {.bind = oq_cstr(row[i].bind), .port = h.port, .routes = &tables};
        CHECK_CODE(row[i].bind, http_server_open(&options, &server), row[i].code);
        CHECK(row[i].bind, server == NULL);
    }
    http_server *server = NULL;
    http_options options = {
        .bind = OQ_STR("127.0.0.1"), .routes = &tables, .trusted_proxies = OQ_STR("x")};
    CHECK_CODE("proxies", http_server_open(&options, &server), "server.bad_proxies");
    static const http_route bad[] = {{HTTP_GET, "/", .handle_plain = get_plain}, {0}};
    http_route_list bad_tables = {bad, NULL};
    options = (http_options){.bind = OQ_STR("127.0.0.1"), .routes = &bad_tables};
    CHECK_CODE("routes", http_server_open(&options, &server), "server.bad_route");
}

static void test_ipv6(void **state)
{
    OQ_AUTO(house) h = house_with((http_options){.bind = OQ_STR("::1"), .event_threads = 1});
    client c = {.fd = socket(AF_INET6, SOCK_STREAM, 0), .in = oq_buf_make(100000)};
    struct sockaddr_in6 at = {.sin6_family = AF_INET6,
                              .sin6_port = htons((uint16_t)h.port),
                              .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    CHECK("connects", connect(c.fd, (struct sockaddr *)&at, sizeof at) == 0);
    client_say(&c, GET("/work"));
    seen s = client_answer(&c, h.arena);
    CHECK("served", s.status == 200);
    client_drop(&c);
}

/* --- the log ---------------------------------------------------------------------------------*/

static void test_the_log_has_one_line_and_no_secrets(void **state)
{
    char path[] = "/tmp/optria-http-log-XXXXXX";
    int file = mkstemp(path), kept = dup(STDERR_FILENO);
    oq_log_setup(OQ_LOG_INFO, OQ_LOG_KEYS);
    dup2(file, STDERR_FILENO);
    {
        OQ_AUTO(house) h = house_make();
        client_ask(h.arena, h.port,
                   "POST /api/echo?token=query-secret HTTP/1.1\r\nHost: t\r\nContent-Length: 11\r\n"
                   "Authorization: Bearer header-secret\r\nX-Request-Id: req-12345678\r\n"
                   "Cookie: s=cookie-secret\r\n\r\nbody-secret");
        client_ask(h.arena, h.port, GET("/nowhere/path-secret"));
        client_ask(h.arena, h.port, GET("/api/echo/segment-secret"));
    }
    dup2(kept, STDERR_FILENO);
    close(kept);
    oq_log_setup(OQ_LOG_ERROR + 1, OQ_LOG_KEYS);
    struct stat st;
    fstat(file, &st);
    OQ_AUTO(oq_buf) text = oq_buf_make(100000);
    ssize_t len = pread(file, oq_buf_room(&text, (size_t)st.st_size), (size_t)st.st_size, 0);
    text.len = (size_t)len;
    close(file);
    unlink(path);
    oq_str line, rest = oq_buf_view(&text);
    int lines = 0;
    while (oq_str_cut(&rest, '\n', &line))
        lines += oq_str_find(line, OQ_STR(" http.request ")) != SIZE_MAX;
    CHECK("one line each", lines == 3);
    CHECK("no secrets", oq_str_find(oq_buf_view(&text), OQ_STR("secret")) == SIZE_MAX);
    CHECK("what happened",
          oq_str_find(oq_buf_view(&text), OQ_STR("method=POST route=/api/echo status=200")) !=
              SIZE_MAX);
    CHECK("its id", oq_str_find(oq_buf_view(&text), OQ_STR("req-12345678")) != SIZE_MAX);
    CHECK("the pattern", oq_str_find(oq_buf_view(&text), OQ_STR("/api/echo/{what}")) != SIZE_MAX);
    CHECK("the code", oq_str_find(oq_buf_view(&text), OQ_STR("code=http.not_found")) != SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_answer_is_dressed),
        cmocka_unit_test(test_request_ids),
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_paths_that_lead_nowhere),
        cmocka_unit_test(test_files_built_in),
        cmocka_unit_test(test_answers_are_zipped_for_those_who_can),
        cmocka_unit_test(test_starts_that_fail_say_why),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_the_log_has_one_line_and_no_secrets),
    };
    return cmocka_run_group_tests_name("http_server", tests, quiet, NULL);
}
