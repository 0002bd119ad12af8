/* The server against clients that are slow, wrong, many or gone. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "http/inner.h"
#include "http/test_client.h"

/* --- a small program ------------------------------------------------------------------------------*/

static atomic_int runs; /* of handlers that change something */
static _Atomic(http_hub *) hub;
static const char css[] = "body { color: black } /* not much, but enough to be worth zipping */";

static oq_err *get_plain(http_req *rq)
{
    oq_buf buf = oq_buf_make(100);
    oq_buf_lit(&buf, "plain");
    http_answer_buf(rq, 200, "text/plain", &buf);
    return NULL;
}

static oq_err *get_css(http_req *rq)
{
    http_answer_static(rq, "text/css", oq_cstr(css), OQ_STR("\x1f\x8b pretended"),
                       OQ_STR("0123"), true);
    return NULL;
}

static oq_err *get_icon(http_req *rq)
{
    http_answer_static(rq, "image/png", OQ_STR("png"), OQ_NONE, OQ_STR("77"), false);
    return NULL;
}

static oq_err *get_big(http_req *rq)
{
    oq_json *j = http_json(rq, 200);
    oq_json_array(j);
    for (int i = 0; i < 5000; i++)
        oq_json_text(j, OQ_STR("the same again"));
    oq_json_array_end(j);
    return NULL;
}

static oq_err *get_slow(http_req *rq)
{
    int64_t ms = 200;
    oq_parse_i64(http_query_text(rq, "ms"), &ms);
    atomic_fetch_add(&runs, 1);
    usleep((useconds_t)ms * 1000);
    return get_plain(rq);
}

static oq_err *put_echo(http_req *rq)
{
    atomic_fetch_add(&runs, 1);
    oq_buf buf = oq_buf_make(20 * 1024 * 1024);
    oq_buf_str(&buf, http_body_raw(rq));
    http_answer_buf(rq, 200, "application/octet-stream", &buf);
    return NULL;
}

static oq_err *get_echo_of(http_req *rq)
{
    oq_json *j = http_json(rq, 200);
    oq_json_text(j, http_path_text(rq, "what"));
    return NULL;
}

static oq_err *get_events(http_req *rq)
{
    oq_str replay = http_last_event_id(rq);
    OQ_TRY(http_stream_subscribe(rq, hub));
    http_answer_stream(rq, hub, replay.len ? oq_strf(http_arena(rq), "data: after %.*s\n\n",
                                                     OQ_FMT(replay))
                                           : OQ_NONE);
    return NULL;
}

/* Subscribes and answers something else. */
static oq_err *get_no_events(http_req *rq)
{
    OQ_TRY(http_stream_subscribe(rq, hub));
    return get_plain(rq);
}

static const http_route routes[] = {
    {HTTP_GET, "/", CAP_PUBLIC, .handle_plain = get_plain, .is_cheap = true},
    {HTTP_GET, "/work", CAP_PUBLIC, .handle_plain = get_plain},
    {HTTP_GET, "/app.css", CAP_PUBLIC, .handle_plain = get_css, .is_cheap = true},
    {HTTP_GET, "/icon.png", CAP_PUBLIC, .handle_plain = get_icon, .is_cheap = true},
    {HTTP_GET, "/api/big", CAP_PUBLIC, .handle_plain = get_big},
    {HTTP_GET, "/api/slow", CAP_PUBLIC, .handle_plain = get_slow, .limit_s = 1},
    {HTTP_POST, "/api/echo", CAP_PUBLIC, .handle_plain = put_echo, .takes_raw = true,
     .body_max = 10000, .limit_s = 1},
    {HTTP_GET, "/api/echo/{what}", CAP_PUBLIC, .handle_plain = get_echo_of},
    {HTTP_GET, "/api/events", CAP_SIGNED_IN, .handle_plain = get_events},
    {HTTP_GET, "/api/no-events", CAP_SIGNED_IN, .handle_plain = get_no_events},
    {0},
};
static http_route_list tables = {routes, NULL};

/* "Authorization: Bearer 2 5" is user 5 of tenant 2. */
static oq_err *authenticate(void *self, http_req *rq, http_who *ret_who)
{
    unsigned tenant, user;
    oq_str words = http_header(rq, "Authorization");
    if (!words.len || sscanf(words.ptr, "Bearer %u %u", &tenant, &user) != 2)
        return NULL;
    ret_who->is_signed_in = true;
    ret_who->tenant_id = (oq_uuid){{(uint8_t)tenant, 1}};
    ret_who->actor = (oq_actor){.kind = ACTOR_USER, .id = {{(uint8_t)user, 2}}};
    return NULL;
}

typedef struct house {
    oq_arena *arena;
    http_server *server;
    http_hub *hub;
    int port;
} house;

static void house_drop(house *h)
{
    if (!h->server)
        return;
    http_server_close(h->server, 2000);
    http_hub_close(h->hub);
    oq_arena_close(h->arena);
    oq_err_reset();
}

/* A server with other options than the presets, where given. */
static house house_with(http_options options)
{
    house h = {.arena = oq_arena_open(0)};
    if (!options.bind.ptr)
        options.bind = OQ_STR("127.0.0.1");
    options.routes = &tables;
    options.hooks.authenticate = authenticate;
    CHECK_OK(http_server_open(&options, &h.server));
    h.port = http_server_port(h.server);
    h.hub = http_hub_open(h.server);
    hub = h.hub;
    runs = 0;
    return h;
}

static house house_make(void)
{
    return house_with((http_options){.worker_threads = 2});
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: t\r\n\r\n"

static void check_healthy(const char *label, house *h)
{
    seen s = client_ask(h->arena, h->port, GET("/work"));
    CHECK(label, s.status == 200 && seen_has(&s, "plain"));
}

/* --- what every answer has ---------------------------------------------------------------------*/

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
        {GET("/api/events"), 401},
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
        oq_str text = oq_strf(h.arena, "GET / HTTP/1.1\r\nHost: t\r\nX-Request-Id: %s\r\n\r\n",
                              row[i].sent);
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
    CHECK("plain", plain.body.len > 80000 && !oq_str_given(seen_header(&plain, "Content-Encoding")));
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

/* --- framing ---------------------------------------------------------------------------------*/

static void test_pipelined_requests_are_answered_in_order(void **state)
{
    enum { COUNT = 60 };
    OQ_AUTO(house) h = house_make();
    OQ_AUTO(client) c = client_open(h.port);
    OQ_AUTO(oq_buf) all = oq_buf_make(100000);
    for (int i = 0; i < COUNT; i++) {
        if (i % 3 == 0)
            oq_buf_lit(&all, GET("/"));
        else if (i % 3 == 1)
            oq_buf_f(&all, "GET /api/echo/%d HTTP/1.1\r\nHost: t\r\n\r\n", i);
        else
            oq_buf_f(&all, "POST /api/echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\n%02d", i);
    }
    client_say_n(&c, all.ptr, all.len);
    for (int i = 0; i < COUNT; i++) {
        seen s = client_answer(&c, h.arena);
        char wanted[20];
        snprintf(wanted, sizeof wanted, i % 3 == 0 ? "plain" : i % 3 == 1 ? "\"%d\"" : "%02d", i);
        CHECK("status", s.status == 200);
        CHECK_STR("in order", s.body, wanted);
    }
}

static void test_a_request_byte_by_byte(void **state)
{
    OQ_AUTO(house) h = house_make();
    OQ_AUTO(client) c = client_open(h.port);
    static const char text[] = "POST /api/echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n"
                               "\r\n5;name=value\r\nhello\r\n6\r\n world\r\n0\r\nX-Foot: 1\r\n\r\n";
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        client_say_n(&c, text + i, 1);
        usleep(200);
    }
    seen s = client_answer(&c, h.arena);
    CHECK_STR("body", s.body, "hello world");
    client_say(&c, GET("/work"));
    s = client_answer(&c, h.arena);
    CHECK("the connection lives", s.status == 200);
}

static void test_headers_that_can_be_read_in_two_ways(void **state)
{
    OQ_AUTO(house) h = house_make();
    static const struct {
        const char *label, *headers;
    } row[] = {
        {"both framings", "Host: t\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n"},
        {"two lengths", "Host: t\r\nContent-Length: 3\r\nContent-Length: 4\r\n"},
        {"a list of lengths", "Host: t\r\nContent-Length: 3, 3\r\n"},
        {"no number", "Host: t\r\nContent-Length: abc\r\n"},
        {"negative", "Host: t\r\nContent-Length: -1\r\n"},
        {"signed", "Host: t\r\nContent-Length: +3\r\n"},
        {"unknown coding", "Host: t\r\nTransfer-Encoding: gzip\r\n"},
        {"coding in a list", "Host: t\r\nTransfer-Encoding: gzip, chunked\r\n"},
        {"two codings", "Host: t\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"},
        {"blank before the colon", "Host: t\r\nContent-Length : 3\r\n"},
        {"no host", ""},
        {"two hosts", "Host: t\r\nHost: u\r\n"},
        {"a control character", "Host: t\r\nX-A: a\x01"
                                "b\r\n"},
        {"a name that is none", "Host: t\r\nX A: b\r\n"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        OQ_AUTO(client) c = client_open(h.port);
        oq_str text = oq_strf(h.arena, "POST /api/echo HTTP/1.1\r\n%s\r\nabc", row[i].headers);
        client_say_n(&c, text.ptr, text.len);
        seen s = client_answer(&c, h.arena);
        if (s.status != 400)
            fail_msg("%s: wanted 400, got %d %.*s", row[i].label, s.status, OQ_FMT(s.body));
    }
    CHECK("nothing ran", runs == 0);
    check_healthy("after all", &h);
}

/* What follows the refused request must not be taken for a request. */
static void test_nothing_is_smuggled(void **state)
{
    OQ_AUTO(house) h = house_make();
    OQ_AUTO(client) c = client_open(h.port);
    client_say(&c, "POST /api/echo HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/slow HTTP/1.1\r\n"
                   "Host: t\r\n\r\n");
    seen s = client_answer(&c, h.arena);
    CHECK_PROBLEM("refused", s, 400, "http.header_malformed");
    CHECK_STR("and over", seen_header(&s, "Connection"), "close");
    CHECK("closed", client_closed(&c));
    CHECK("nothing ran", runs == 0);
}

static void test_headers_have_a_ceiling(void **state)
{
    OQ_AUTO(house) h = house_make();
    static const struct {
        const char *label;
        int target, headers, header; /* sizes */
        int status;
    } row[] = {
        {"all fits", 8000, 90, 60, 200},
        {"target", 8200, 0, 0, 414},
        {"one long header", 10, 1, 16 * 1024, 431},
        {"many headers", 10, 101, 10, 431},
        {"past the memory", 10, 1, 60 * 1024, 431},
        {"a target past the memory", 60 * 1024, 0, 0, 414},
        {"many past the memory", 10, 2000, 30, 431},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        OQ_AUTO(oq_buf) text = oq_buf_make(1000000);
        oq_buf_lit(&text, "GET /work?");
        for (int k = 0; k < row[i].target; k++)
            oq_buf_char(&text, 'a');
        oq_buf_lit(&text, " HTTP/1.1\r\nHost: t\r\n");
        for (int k = 0; k < row[i].headers; k++) {
            oq_buf_f(&text, "X-%d: ", k);
            for (int n = 0; n < row[i].header; n++)
                oq_buf_char(&text, 'b');
            oq_buf_lit(&text, "\r\n");
        }
        oq_buf_lit(&text, "\r\n");
        OQ_AUTO(client) c = client_open(h.port);
        client_say_n(&c, text.ptr, text.len);
        seen s = client_answer(&c, h.arena);
        if (s.status != row[i].status)
            fail_msg("%s: wanted %d, got %d %.*s", row[i].label, row[i].status, s.status,
                     OQ_FMT(s.body));
    }
    check_healthy("after all", &h);
}

static void test_100_continue(void **state)
{
    OQ_AUTO(house) h = house_make();
    OQ_AUTO(client) c = client_open(h.port);
    client_say(&c, "POST /api/echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n"
                   "Expect: 100-continue\r\n\r\n");
    seen s = client_answer(&c, h.arena);
    CHECK("go on", s.status == 100);
    client_say(&c, "hello");
    s = client_answer(&c, h.arena);
    CHECK_STR("done", s.body, "hello");
    client_say(&c, "POST /api/echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10001\r\n"
                   "Expect: 100-continue\r\n\r\n");
    s = client_answer(&c, h.arena);
    CHECK_PROBLEM("do not even start", s, 413, "http.body_too_large");
    CHECK("closed", client_closed(&c));
}

/* A body of `size` bytes in one go or in chunks. */
static void say_body(client *c, oq_arena *arena, size_t size, bool chunked)
{
    char *body = oq_alloc(arena, size + 1);
    memset(body, 'x', size);
    if (!chunked) {
        client_say(c, oq_strf(arena, "POST /api/echo HTTP/1.1\r\nHost: t\r\n"
                                     "Content-Length: %zu\r\n\r\n", size)
                          .ptr);
        client_say_n(c, body, size);
        return;
    }
    client_say(c, "POST /api/echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (size_t at = 0; at < size;) {
        size_t len = size - at < 5000 ? size - at : 5000;
        if (!client_say(c, oq_strf(arena, "%zx\r\n", len).ptr) ||
            !client_say_n(c, body + at, len) || !client_say(c, "\r\n"))
            return;
        at += len;
    }
    client_say(c, "0\r\n\r\n");
}

static void test_bodies_have_a_ceiling(void **state)
{
    OQ_AUTO(house) h = house_make();
    for (int chunked = 0; chunked < 2; chunked++) {
        OQ_AUTO(client) c = client_open(h.port);
        say_body(&c, h.arena, 10000, chunked);
        seen s = client_answer(&c, h.arena);
        CHECK("just fits", s.status == 200 && s.body.len == 10000);
        say_body(&c, h.arena, 10001, chunked);
        s = client_answer(&c, h.arena);
        CHECK_PROBLEM("one more", s, 413, "http.body_too_large");
        say_body(&c, h.arena, 1000 * 1000, chunked);
        s = client_answer(&c, h.arena);
        CHECK_PROBLEM("much more", s, 413, "http.body_too_large");
        client_say(&c, GET("/work"));
        s = client_answer(&c, h.arena);
        CHECK("the connection lives", s.status == 200);
    }
    OQ_AUTO(client) c = client_open(h.port);
    say_body(&c, h.arena, 6 * 1000 * 1000, true);
    CHECK("endless chunks are cut", client_closed(&c));
    CHECK("each that fits ran once", runs == 2);
    check_healthy("after all", &h);
}

static void test_malformed_chunks(void **state)
{
    OQ_AUTO(house) h = house_make();
    static const char *const bodies[] = {"x\r\nhello\r\n", "5\r\nhelloX\r\n0\r\n\r\n",
                                         "ffffffffffffffffff\r\n", "-1\r\n", "\r\n\r\n"};
    for (size_t i = 0; i < OQ_COUNT(bodies); i++) {
        OQ_AUTO(client) c = client_open(h.port);
        client_say(&c, "POST /api/echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
        client_say(&c, bodies[i]);
        seen s = client_answer(&c, h.arena);
        CHECK(bodies[i], s.status == 400 || s.status == 413);
        CHECK(bodies[i], client_closed(&c));
    }
    CHECK("nothing ran", runs == 0);
    check_healthy("after all", &h);
}

/* --- clients that are gone or slow -----------------------------------------------------------------*/

static bool until(bool (*is_so)(house *h), house *h)
{
    for (int i = 0; i < 2000; i++) {
        if (is_so(h))
            return true;
        usleep(5000);
    }
    return false;
}

static bool nobody_is_left(house *h)
{
    http_stats s = http_stats_get(h->server);
    return s.connections == 0 && s.working == 0 && s.queued == 0;
}

static void test_clients_that_go_away(void **state)
{
    /* When half a header and the end of the stream come together, libmicrohttpd takes notice of the
     * end by its timeout only. */
    OQ_AUTO(house) h = house_with((http_options){.idle_timeout_s = 1});
    static const char *const begun[] = {
        "",
        "GE",
        "GET /work HTTP/1.1\r\nHost",
        "POST /api/echo HTTP/1.1\r\nHost: t\r\nContent-Length: 50\r\n\r\nhalf",
        "POST /api/echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
        GET("/api/slow?ms=50"),
        GET("/api/big"),
    };
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < OQ_COUNT(begun); i++) {
            OQ_AUTO(client) c = client_open(h.port);
            client_say(&c, begun[i]);
            if (round % 2) { /* with a reset */
                struct linger hard = {.l_onoff = 1};
                setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
            }
        }
    }
    CHECK("all cleaned up", until(nobody_is_left, &h));
    CHECK("halves do not run", runs <= 20);
    check_healthy("after all", &h);
}

static void test_slow_clients_are_cut_off(void **state)
{
    OQ_AUTO(house) h = house_with((http_options){.idle_timeout_s = 1});
    static const struct {
        const char *label, *begin;
    } row[] = {
        {"header", "GET /work HTTP/1.1\r\nHost: t\r\n"},
        {"body", "POST /api/echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5000\r\n\r\n"},
    };
    client c[OQ_COUNT(row) + 1];
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        c[i] = client_open(h.port);
        client_say(&c[i], row[i].begin);
    }
    c[OQ_COUNT(row)] = client_open(h.port); /* says nothing at all */
    oq_us start = oq_monotonic();
    bool open = true;
    while (open && oq_monotonic() - start < 10 * OQ_SECOND) {
        open = false;
        for (size_t i = 0; i < OQ_COUNT(row); i++) {
            client_say(&c[i], "x");
            client_hear(&c[i], 100);
            open = open || !c[i].is_over;
        }
    }
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK(row[i].label, c[i].is_over && c[i].in.len == 0);
    CHECK("silence", client_closed(&c[OQ_COUNT(row)]));
    CHECK("nothing ran", runs == 0);
    for (size_t i = 0; i < OQ_COUNT(c); i++)
        client_drop(&c[i]);
    check_healthy("after all", &h);
}

/* --- too much at once --------------------------------------------------------------------------*/

static void test_a_full_queue_says_so(void **state)
{
    enum { COUNT = 8 };
    OQ_AUTO(house) h = house_with((http_options){.worker_threads = 1, .queue_max = 2});
    client c[COUNT];
    int by_status[600] = {0};
    for (int i = 0; i < COUNT; i++) {
        c[i] = client_open(h.port);
        client_say(&c[i], GET("/api/slow?ms=200"));
    }
    for (int i = 0; i < COUNT; i++) {
        seen s = client_answer(&c[i], h.arena);
        by_status[s.status]++;
        if (s.status == 503) {
            CHECK_PROBLEM("busy", s, 503, "http.busy");
            CHECK_STR("when again", seen_header(&s, "Retry-After"), "5");
        }
        client_drop(&c[i]);
    }
    CHECK("some were served", by_status[200] >= 2 && by_status[200] <= 3);
    CHECK("the rest was told", by_status[200] + by_status[503] == COUNT);
    CHECK("counted", http_stats_get(h.server).refused_total == by_status[503]);
    CHECK("who is refused does not run", runs == by_status[200]);
    seen s = client_ask(h.arena, h.port, GET("/"));
    CHECK("cheap ones do not wait", s.status == 200);
}

static void test_who_waited_too_long_is_not_run(void **state)
{
    OQ_AUTO(house) h = house_with((http_options){.worker_threads = 1});
    OQ_AUTO(client) first = client_open(h.port);
    client_say(&first, GET("/api/slow?ms=1300"));
    while (runs == 0)
        usleep(1000);
    OQ_AUTO(client) second = client_open(h.port);
    client_say(&second, GET("/api/slow"));
    seen s = client_answer(&second, h.arena);
    CHECK_PROBLEM("waited", s, 504, "http.waited_too_long");
    s = client_answer(&first, h.arena);
    CHECK("first", s.status == 200);
    CHECK("only the first ran", runs == 1);
}

static void test_many_connections_at_once(void **state)
{
    enum { COUNT = 400 };
    OQ_AUTO(house) h = house_make();
    static client c[COUNT];
    for (int i = 0; i < COUNT; i++) {
        c[i] = client_open(h.port);
        client_say(&c[i], i % 2 ? GET("/work") : GET("/"));
    }
    for (int i = 0; i < COUNT; i++) {
        seen s = client_answer(&c[i], h.arena);
        CHECK("served", s.status == 200);
    }
    CHECK("all counted", http_stats_get(h.server).connections == COUNT);
    for (int i = 0; i < COUNT; i++)
        client_drop(&c[i]);
    CHECK("all gone", until(nobody_is_left, &h));
    http_stats s = http_stats_get(h.server);
    CHECK("figures", s.requests_total == COUNT && s.by_class[2] == COUNT);
    int64_t in_buckets = 0;
    for (size_t i = 0; i < OQ_COUNT(s.took_us_bucket); i++)
        in_buckets += s.took_us_bucket[i];
    CHECK("buckets", in_buckets == COUNT && s.took_us_sum > 0);
}

static void test_one_address_has_its_share(void **state)
{
    OQ_AUTO(house) h = house_with((http_options){.connections_per_address_max = 3});
    client c[6];
    int served = 0;
    for (size_t i = 0; i < OQ_COUNT(c); i++) {
        c[i] = client_open(h.port);
        client_say(&c[i], GET("/"));
        seen s = client_answer(&c[i], h.arena);
        served += s.status == 200;
    }
    for (size_t i = 0; i < OQ_COUNT(c); i++)
        client_drop(&c[i]);
    CHECK("three and no more", served == 3);
}

static void test_more_than_all_connections(void **state)
{
    OQ_AUTO(house) h = house_with((http_options){.connections_max = 5});
    client c[6];
    for (size_t i = 0; i < 5; i++) {
        c[i] = client_open(h.port);
        client_say(&c[i], GET("/"));
        seen s = client_answer(&c[i], h.arena);
        CHECK("served", s.status == 200);
    }
    c[5] = client_open(h.port);
    seen s = client_answer(&c[5], h.arena);
    CHECK("told", s.status == 503 && client_closed(&c[5]));
    for (size_t i = 0; i < OQ_COUNT(c); i++)
        client_drop(&c[i]);
    CHECK("all gone", until(nobody_is_left, &h));
    check_healthy("after all", &h);
}

/* Requests that were good once, with bytes changed: an answer or a closed connection, never a
 * 500, and a server that goes on. */
static void test_mutated_requests(void **state)
{
    static const char *const good[] = {
        GET("/api/echo/x?a=b&c=%41"),
        "POST /api/echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello",
        "POST /api/echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n0\r\n\r\n",
        "GET /app.css HTTP/1.1\r\nHost: t\r\nIf-None-Match: \"0123\"\r\n"
        "Accept-Encoding: gzip;q=0.5\r\nCookie: a=b; lang=ar\r\nConnection: keep-alive\r\n\r\n",
    };
    OQ_AUTO(house) h = house_with((http_options){.idle_timeout_s = 1});
    unsigned dice = 7;
    int answered = 0;
    for (int i = 0; i < 1000; i++) {
        char text[400];
        size_t len = strlen(good[i % (int)OQ_COUNT(good)]);
        memcpy(text, good[i % (int)OQ_COUNT(good)], len);
        for (int changes = 0; changes < 1 + i % 5; changes++) {
            dice = dice * 1103515245 + 12345;
            text[(dice >> 8) % len] = (char)(dice >> 24);
        }
        OQ_AUTO(client) c = client_open(h.port);
        client_say_n(&c, text, len);
        /* Some are no whole requests any more and wait for more. */
        while (!c.is_over && client_hear(&c, 20) &&
               oq_str_find(oq_buf_view(&c.in), OQ_STR("\r\n\r\n")) == SIZE_MAX) {
        }
        int status = c.in.len > 12 ? (int)strtol(c.in.ptr + 9, NULL, 10) : 0;
        if (status >= 500 && status != 505)
            fail_msg("%d for %.*s", status, (int)len, text);
        answered += status > 0;
    }
    CHECK("most were answered", answered > 500);
    CHECK("all cleaned up", until(nobody_is_left, &h));
    check_healthy("after all", &h);
}

/* --- event streams -----------------------------------------------------------------------------*/

static client stream_open(house *h, unsigned tenant, unsigned user, const char *headers)
{
    client c = client_open(h->port);
    client_say(&c, oq_strf(h->arena,
                           "GET /api/events HTTP/1.1\r\nHost: t\r\n"
                           "Authorization: Bearer %u %u\r\n%s\r\n",
                           tenant, user, headers)
                       .ptr);
    return c;
}

/* Whether `text` comes within the time allowed. */
static bool hears(client *c, const char *text)
{
    oq_us give_up = oq_monotonic() + CLIENT_WAIT_MS * OQ_MS;
    while (oq_str_find(oq_buf_view(&c->in), oq_cstr(text)) == SIZE_MAX)
        if (oq_monotonic() > give_up || !client_hear(c, CLIENT_WAIT_MS))
            return false;
    return true;
}

static oq_uuid tenant(unsigned n)
{
    return (oq_uuid){{(uint8_t)n, 1}};
}

static oq_uuid user(unsigned n)
{
    return (oq_uuid){{(uint8_t)n, 2}};
}

static void test_events_reach_whom_they_are_for(void **state)
{
    OQ_AUTO(house) h = house_make();
    OQ_AUTO(client) a = stream_open(&h, 1, 1, "");
    OQ_AUTO(client) b = stream_open(&h, 1, 2, "Last-Event-ID: 41\r\n");
    OQ_AUTO(client) c = stream_open(&h, 2, 1, "");
    CHECK("open", hears(&a, "retry: 3000\n\n") && hears(&c, "retry: 3000\n\n"));
    CHECK("what was missed", hears(&b, "retry: 3000\n\ndata: after 41\n\n"));
    CHECK("type", hears(&a, "Content-Type: text/event-stream\r\n"));
    CHECK("counted", http_stats_get(h.server).streams == 3);

    http_hub_publish(h.hub, tenant(1), user(2), OQ_STR("data: to b\n\n"));
    http_hub_publish(h.hub, tenant(2), OQ_UUID_ZERO, OQ_STR("data: to c\n\n"));
    http_hub_publish(h.hub, tenant(1), OQ_UUID_ZERO, OQ_STR("data: to a and b\n\n"));
    CHECK("a", hears(&a, "data: to a and b\n\n"));
    CHECK("b", hears(&b, "data: to b\n\n") && hears(&b, "data: to a and b\n\n"));
    CHECK("c", hears(&c, "data: to c\n\n"));
    http_hub_publish(h.hub, tenant(2), user(1), OQ_STR("data: last\n\n"));
    CHECK("c", hears(&c, "data: last\n\n"));
    CHECK("not for a", oq_str_find(oq_buf_view(&a.in), OQ_STR("to b\n")) == SIZE_MAX &&
                           oq_str_find(oq_buf_view(&a.in), OQ_STR("to c")) == SIZE_MAX);
    CHECK("not for b", oq_str_find(oq_buf_view(&b.in), OQ_STR("to c")) == SIZE_MAX);
    CHECK("not for c", oq_str_find(oq_buf_view(&c.in), OQ_STR("to a")) == SIZE_MAX);

    http_hub_cut(h.hub, user(1));
    CHECK("a and c end", client_closed(&a) || hears(&a, "\r\n0\r\n\r\n"));
    CHECK("a and c end", client_closed(&c) || hears(&c, "\r\n0\r\n\r\n"));
    http_hub_publish(h.hub, tenant(1), OQ_UUID_ZERO, OQ_STR("data: more\n\n"));
    CHECK("b goes on", hears(&b, "data: more\n\n"));
}

static bool no_stream_is_left(house *h)
{
    return http_stats_get(h->server).streams == 0;
}

static void test_streams_beat_and_come_to_an_end(void **state)
{
    OQ_AUTO(house) h = house_make();
    http_hub_tune(h.hub, 50 * OQ_MS, OQ_HOUR);
    {
        OQ_AUTO(client) c = stream_open(&h, 1, 1, "");
        CHECK("beats", hears(&c, ": beat\n\n"));
        CHECK("and again", hears(&c, ": beat\n\n\r\n8\r\n: beat\n\n"));
    }
    CHECK("a beat finds out that the client is gone", until(no_stream_is_left, &h));
    http_hub_tune(h.hub, 50 * OQ_MS, 200 * OQ_MS);
    OQ_AUTO(client) c = stream_open(&h, 1, 1, "");
    CHECK("ends by itself, in good order", hears(&c, "\r\n0\r\n\r\n"));
    CHECK("gone", until(no_stream_is_left, &h));
}

static void test_who_does_not_read_is_cut_off(void **state)
{
    OQ_AUTO(house) h = house_make();
    OQ_AUTO(client) deaf = client_open(h.port);
    int small = 4096;
    setsockopt(deaf.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    client_say(&deaf, "GET /api/events HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer 1 1\r\n\r\n");
    OQ_AUTO(client) good = stream_open(&h, 1, 1, "");
    CHECK("open", hears(&deaf, "retry") && hears(&good, "retry"));
    oq_str block = oq_strn(memset(oq_alloc(h.arena, 60000), 'x', 60000), 60000);
    oq_str event = oq_strf(h.arena, "data: %.*s\n\n", OQ_FMT(block));
    for (int i = 0; i < 200 && http_stats_get(h.server).streams == 2; i++) {
        http_hub_publish(h.hub, tenant(1), user(1), event);
        size_t so_far = good.in.len;
        while (good.in.len < so_far + event.len)
            CHECK("the other one goes on", client_hear(&good, CLIENT_WAIT_MS));
        oq_buf_clear(&good.in);
    }
    for (int i = 0; i < 1000 && http_stats_get(h.server).streams == 2; i++)
        usleep(5000);
    CHECK("cut", http_stats_get(h.server).streams == 1);
}

static void test_streams_have_a_ceiling_per_person(void **state)
{
    OQ_AUTO(house) h = house_make();
    client c[HTTP_STREAMS_PER_USER + 1];
    for (int i = 0; i < HTTP_STREAMS_PER_USER; i++) {
        c[i] = stream_open(&h, 1, 1, "");
        CHECK("open", hears(&c[i], "retry"));
    }
    c[HTTP_STREAMS_PER_USER] = stream_open(&h, 1, 1, "");
    seen s = client_answer(&c[HTTP_STREAMS_PER_USER], h.arena);
    CHECK_PROBLEM("one more", s, 429, "stream.too_many");
    OQ_AUTO(client) other = stream_open(&h, 1, 2, "");
    CHECK("somebody else", hears(&other, "retry"));
    for (size_t i = 0; i < OQ_COUNT(c); i++)
        client_drop(&c[i]);
    s = client_request(h.arena, h.port, "GET", "/api/no-events", "Authorization: Bearer 5 5\r\n",
                       NULL);
    CHECK("an answer of another kind", s.status == 200);
    s = client_ask(h.arena, h.port, "HEAD /api/events HTTP/1.1\r\nHost: t\r\n"
                                    "Authorization: Bearer 5 5\r\n\r\n");
    CHECK("head", s.status == 200);
}

/* --- start and stop ----------------------------------------------------------------------------*/

typedef struct closing {
    http_server *server;
    int grace_ms;
    pthread_t thread;
} closing;

static void *close_it(void *arg)
{
    closing *c = arg;
    http_server_close(c->server, c->grace_ms);
    return NULL;
}

static void test_a_stop_finishes_what_was_accepted(void **state)
{
    house h = house_with((http_options){.worker_threads = 1});
    OQ_AUTO(client) stream = stream_open(&h, 1, 1, "");
    CHECK("open", hears(&stream, "retry"));
    OQ_AUTO(client) idle = client_open(h.port);
    client_say(&idle, GET("/"));
    seen s = client_answer(&idle, h.arena);
    CHECK("idle", s.status == 200);
    OQ_AUTO(client) running = client_open(h.port);
    client_say(&running, GET("/api/slow?ms=400"));
    while (runs == 0)
        usleep(1000);
    OQ_AUTO(client) waiting = client_open(h.port);
    client_say(&waiting, GET("/api/slow?ms=10"));
    while (http_stats_get(h.server).queued == 0)
        usleep(1000);

    closing c = {.server = h.server, .grace_ms = 5000};
    pthread_create(&c.thread, NULL, close_it, &c);
    CHECK("the stream ends in good order", hears(&stream, "\r\n0\r\n\r\n"));
    s = client_answer(&running, h.arena);
    CHECK("what ran", s.status == 200 && seen_has(&s, "plain"));
    CHECK_STR("and no more", seen_header(&s, "Connection"), "close");
    s = client_answer(&waiting, h.arena);
    CHECK("what waited", s.status == 200);
    pthread_join(c.thread, NULL);
    CHECK("who was idle", client_closed(&idle));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)h.port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK("nobody listens", connect(fd, (struct sockaddr *)&at, sizeof at) != 0);
    close(fd);
    http_hub_close(h.hub);
    oq_arena_close(h.arena);
}

static void test_a_stop_in_a_hurry(void **state)
{
    house h = house_with((http_options){.worker_threads = 1});
    OQ_AUTO(client) running = client_open(h.port);
    client_say(&running, GET("/api/slow?ms=500"));
    while (runs == 0)
        usleep(1000);
    OQ_AUTO(client) waiting = client_open(h.port);
    client_say(&waiting, GET("/api/slow?ms=500"));
    while (http_stats_get(h.server).queued == 0)
        usleep(1000);
    closing c = {.server = h.server, .grace_ms = 50};
    pthread_create(&c.thread, NULL, close_it, &c);
    seen s = client_answer(&running, h.arena);
    CHECK("a handler that runs is waited for", s.status == 200);
    s = client_answer(&waiting, h.arena);
    CHECK_PROBLEM("who only waited is told", s, 503, "http.stopping");
    pthread_join(c.thread, NULL);
    CHECK("and did not run", runs == 1);
    http_hub_close(h.hub);
    oq_arena_close(h.arena);
}

/* Requests, streams and publishing all the while the server stops: nothing hangs, nothing is used
 * after it is gone. */
static atomic_bool is_over;

static void *keep_asking(void *arg)
{
    const house *h = arg;
    oq_arena *arena = oq_arena_open(0);
    while (!is_over) {
        client c = {.fd = socket(AF_INET, SOCK_STREAM, 0), .in = oq_buf_make(1000000)};
        struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)h->port)};
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(c.fd, (struct sockaddr *)&at, sizeof at) == 0) {
            client_say(&c, "GET /api/events HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer 1 1\r\n\r\n");
            client_hear(&c, 5);
            client_drop(&c);
            c = (client){.fd = socket(AF_INET, SOCK_STREAM, 0), .in = oq_buf_make(1000000)};
        }
        if (connect(c.fd, (struct sockaddr *)&at, sizeof at) == 0)
            for (int i = 0; i < 5 && client_say(&c, GET("/api/slow?ms=1")); i++)
                client_hear(&c, 20);
        client_drop(&c);
        oq_arena_reset(arena);
    }
    oq_arena_close(arena);
    return NULL;
}

static void test_a_stop_under_load(void **state)
{
    for (int round = 0; round < 5; round++) {
        house h = house_with((http_options){.worker_threads = 3, .queue_max = 3});
        pthread_t asking[4];
        is_over = false;
        for (size_t i = 0; i < OQ_COUNT(asking); i++)
            pthread_create(&asking[i], NULL, keep_asking, &h);
        for (int i = 0; i < 100; i++) {
            http_hub_publish(h.hub, tenant(1), OQ_UUID_ZERO, OQ_STR("data: x\n\n"));
            usleep(2000);
        }
        http_server_close(h.server, round * 20);
        http_hub_publish(h.hub, tenant(1), OQ_UUID_ZERO, OQ_STR("data: nobody is left\n\n"));
        is_over = true;
        for (size_t i = 0; i < OQ_COUNT(asking); i++)
            pthread_join(asking[i], NULL);
        http_hub_close(h.hub);
        oq_arena_close(h.arena);
    }
}

static void test_starts_that_fail_say_why(void **state)
{
    OQ_AUTO(house) h = house_make();
    static const struct {
        const char *bind, *code;
    } row[] = {
        {"127.0.0.1", "server.listen"},
        {"300.0.0.1", "server.bad_address"},
        {"localhost", "server.bad_address"},
        {"", "server.bad_address"},
        {"203.0.113.1", "server.listen"}, /* nobody's address here */
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        http_server *server = NULL;
        http_options options = {.bind = oq_cstr(row[i].bind), .port = h.port, .routes = &tables};
        CHECK_CODE(row[i].bind, http_server_open(&options, &server), row[i].code);
        CHECK(row[i].bind, server == NULL);
    }
    http_server *server = NULL;
    http_options options = {.bind = OQ_STR("127.0.0.1"), .routes = &tables,
                            .trusted_proxies = OQ_STR("x")};
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
    struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)h.port),
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
    CHECK("the pattern",
          oq_str_find(oq_buf_view(&text), OQ_STR("/api/echo/{what}")) != SIZE_MAX);
    CHECK("the code", oq_str_find(oq_buf_view(&text), OQ_STR("code=http.not_found")) != SIZE_MAX);
}

static int quiet(void **state)
{
    oq_log_setup(OQ_LOG_ERROR + 1, OQ_LOG_KEYS);
    return 0;
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
        cmocka_unit_test(test_pipelined_requests_are_answered_in_order),
        cmocka_unit_test(test_a_request_byte_by_byte),
        cmocka_unit_test(test_headers_that_can_be_read_in_two_ways),
        cmocka_unit_test(test_nothing_is_smuggled),
        cmocka_unit_test(test_headers_have_a_ceiling),
        cmocka_unit_test(test_100_continue),
        cmocka_unit_test(test_bodies_have_a_ceiling),
        cmocka_unit_test(test_malformed_chunks),
        cmocka_unit_test(test_clients_that_go_away),
        cmocka_unit_test(test_slow_clients_are_cut_off),
        cmocka_unit_test(test_a_full_queue_says_so),
        cmocka_unit_test(test_who_waited_too_long_is_not_run),
        cmocka_unit_test(test_many_connections_at_once),
        cmocka_unit_test(test_one_address_has_its_share),
        cmocka_unit_test(test_more_than_all_connections),
        cmocka_unit_test(test_mutated_requests),
        cmocka_unit_test(test_events_reach_whom_they_are_for),
        cmocka_unit_test(test_streams_beat_and_come_to_an_end),
        cmocka_unit_test(test_who_does_not_read_is_cut_off),
        cmocka_unit_test(test_streams_have_a_ceiling_per_person),
        cmocka_unit_test(test_a_stop_finishes_what_was_accepted),
        cmocka_unit_test(test_a_stop_in_a_hurry),
        cmocka_unit_test(test_a_stop_under_load),
        cmocka_unit_test(test_starts_that_fail_say_why),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_the_log_has_one_line_and_no_secrets),
    };
    return cmocka_run_group_tests_name("http_server", tests, quiet, NULL);
}
