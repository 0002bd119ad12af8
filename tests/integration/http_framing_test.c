/* Clients that are slow, wrong or gone: bytes in unusual pieces and orders. */
#include "integration/http_house.h"

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
            oq_buf_f(&all, "POST /api/echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\n%02d",
                     i);
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
    static const char text[] =
        "POST /api/echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n"
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
        {"a folded length", "Host: t\r\nContent-Length:\r\n 3\r\n"},
        {"a folded coding", "Host: t\r\nContent-Length: 3\r\nTransfer-Encoding:\r\n chunked\r\n"},
        {"a coding folded by a tab", "Host: t\r\nTransfer-Encoding: x\r\n\tchunked\r\n"},
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
    static const struct {
        const char *label, *headers;
    } row[] = {
        {"both framings", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"},
        {"a folded length", "Content-Length:\r\n 5\r\n"},
        {"a folded coding", "Transfer-Encoding:\r\n chunked\r\n"},
        {"no body at all", "X A: b\r\n"},
        {"two hosts", "Host: u\r\n"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        OQ_AUTO(client) c = client_open(h.port);
        oq_str text = oq_strf(h.arena,
                              "POST /api/echo HTTP/1.1\r\nHost: t\r\n%s\r\n0\r\n\r\n"
                              "GET /api/slow HTTP/1.1\r\nHost: t\r\n\r\n",
                              row[i].headers);
        client_say_n(&c, text.ptr, text.len);
        seen s = client_answer(&c, h.arena);
        CHECK_PROBLEM(row[i].label, s, 400, "http.header_malformed");
        CHECK_STR(row[i].label, seen_header(&s, "Connection"), "close");
        CHECK(row[i].label, client_closed(&c));
        CHECK(row[i].label, runs == 0);
    }
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

/* As many parameters as an address may hold; more than that is told. */
static void test_long_queries_are_answered(void **state)
{
    OQ_AUTO(house) h = house_make();
    static const struct {
        int count, status;
    } row[] = {{1, 200}, {400, 200}, {700, 200}, {1100, 414}, {5000, 414}};
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        OQ_AUTO(client) c = client_open(h.port);
        OQ_AUTO(oq_buf) all = oq_buf_make(200000);
        oq_buf_lit(&all, "GET /?");
        for (int n = 0; n < row[i].count; n++)
            oq_buf_f(&all, "&p%d=%d", n, n);
        oq_buf_lit(&all, " HTTP/1.1\r\nHost: t\r\n\r\n");
        client_say_n(&c, all.ptr, all.len);
        seen s = client_answer(&c, h.arena);
        if (s.status != row[i].status)
            fail_msg("%d parameters: wanted %d, got %d", row[i].count, row[i].status, s.status);
    }
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
        client_say(c, oq_strf(arena,
                              "POST /api/echo HTTP/1.1\r\nHost: t\r\n"
                              "Content-Length: %zu\r\n\r\n",
                              size)
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

/* --- clients that are gone or slow -----------------------------------------------------------*/

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pipelined_requests_are_answered_in_order),
        cmocka_unit_test(test_a_request_byte_by_byte),
        cmocka_unit_test(test_headers_that_can_be_read_in_two_ways),
        cmocka_unit_test(test_nothing_is_smuggled),
        cmocka_unit_test(test_headers_have_a_ceiling),
        cmocka_unit_test(test_long_queries_are_answered),
        cmocka_unit_test(test_100_continue),
        cmocka_unit_test(test_bodies_have_a_ceiling),
        cmocka_unit_test(test_malformed_chunks),
        cmocka_unit_test(test_clients_that_go_away),
        cmocka_unit_test(test_slow_clients_are_cut_off),
        cmocka_unit_test(test_mutated_requests),
    };
    return cmocka_run_group_tests_name("http_framing", tests, quiet, NULL);
}
