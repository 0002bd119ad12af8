/* Answers made piece by piece: whole, zipped, broken off, not read, and when the server stops. */
#include <zlib.h>

#include "integration/http_house.h"

static seen ask_pieces(house *h, const char *query, const char *headers)
{
    oq_str request =
        oq_strf(h->arena, "GET /api/pieces?%s HTTP/1.1\r\nHost: t\r\n%s\r\n", query, headers);
    return client_ask(h->arena, h->port, request.ptr);
}

static void check_lines(const char *label, oq_str body, int count)
{
    oq_str line;
    for (int i = 0; i < count; i++) {
        char wanted[32];
        snprintf(wanted, sizeof wanted, "line %05d", i);
        if (!oq_str_cut(&body, '\n', &line) || !oq_str_eq(line, oq_cstr(wanted)))
            fail_msg("%s: line %d is \"%.*s\"", label, i, OQ_FMT(line));
    }
    CHECK(label, body.len == 0);
}

static void test_whole(void **state)
{
    OQ_AUTO(house) h = house_make();
    seen s = ask_pieces(&h, "pieces=30", "");
    CHECK("chunked", oq_str_eq(seen_header(&s, "Transfer-Encoding"), OQ_STR("chunked")));
    CHECK("a file", oq_str_find(s.head, OQ_STR("lines.csv")) != SIZE_MAX);
    check_lines("thirty pieces", s.body, 300000);
    s = ask_pieces(&h, "pieces=1", "");
    CHECK("a short one is an answer like any other",
          oq_str_eq(seen_header(&s, "Content-Length"), OQ_STR("110000")));
    check_lines("one piece", s.body, 10000);
}

static oq_str unzip(oq_arena *arena, oq_str zipped, size_t room)
{
    char *out = oq_alloc(arena, room);
    z_stream z = {.next_in = (Bytef *)(uintptr_t)zipped.ptr,
                  .avail_in = (uInt)zipped.len,
                  .next_out = (Bytef *)out,
                  .avail_out = (uInt)room};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    CHECK("a whole gzip file", inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_in == 0);
    inflateEnd(&z);
    return oq_strn(out, room - z.avail_out);
}

static void test_zipped(void **state)
{
    OQ_AUTO(house) h = house_make();
    for (int pieces = 1; pieces <= 20; pieces += 19) {
        seen s =
            ask_pieces(&h, oq_strf(h.arena, "pieces=%d", pieces).ptr, "Accept-Encoding: gzip\r\n");
        CHECK("zipped", oq_str_eq(seen_header(&s, "Content-Encoding"), OQ_STR("gzip")) &&
                            oq_str_eq(seen_header(&s, "Vary"), OQ_STR("Accept-Encoding")));
        size_t room = (size_t)pieces * 120000;
        CHECK("smaller", s.body.len * 4 < room);
        check_lines("unzipped", unzip(h.arena, s.body, room), pieces * 10000);
    }
}

static void test_broken(void **state)
{
    OQ_AUTO(house) h = house_make();
    seen s = ask_pieces(&h, "pieces=3&fail=1", "");
    CHECK("at once: a problem", s.status == 409 && seen_has(&s, "test.broken"));
    OQ_AUTO(client) c = client_open(h.port);
    client_say(&c, GET("/api/pieces?pieces=9&fail=3"));
    CHECK("later: the connection ends", client_closed(&c));
    CHECK("what was made came", hears(&c, "line 19999"));
    CHECK("and why there is no more",
          hears(&c, "\n# broken off: ") && hears(&c, "[test.broken]\r\n"));
    CHECK("and no last chunk",
          oq_str_find(oq_buf_view(&c.in), OQ_STR("\r\n0\r\n\r\n")) == SIZE_MAX);
    check_healthy("afterwards", &h);
}

/* What was zipped until then can be unzipped, and is no whole file. */
static void test_broken_and_zipped(void **state)
{
    OQ_AUTO(house) h = house_make();
    OQ_AUTO(client) c = client_open(h.port);
    client_say(&c, "GET /api/pieces?pieces=9&fail=3 HTTP/1.1\r\nHost: t\r\n"
                   "Accept-Encoding: gzip\r\n\r\n");
    CHECK("ends", client_closed(&c));
    oq_str rest = oq_buf_view(&c.in);
    rest = oq_str_sub(rest, oq_str_find(rest, OQ_STR("\r\n\r\n")) + 4, SIZE_MAX);
    OQ_AUTO(oq_buf) all = oq_buf_make(1 << 20);
    for (oq_str size; oq_str_cut(&rest, '\n', &size);) {
        size_t len = (size_t)strtoul(oq_str_c(h.arena, size), NULL, 16);
        oq_buf_str(&all, oq_str_sub(rest, 0, len));
        rest = oq_str_sub(rest, len + 2, SIZE_MAX);
    }
    oq_str zipped = oq_buf_view(&all);
    char *out = oq_alloc(h.arena, 400000);
    z_stream z = {.next_in = (Bytef *)(uintptr_t)zipped.ptr,
                  .avail_in = (uInt)zipped.len,
                  .next_out = (Bytef *)out,
                  .avail_out = 400000};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    CHECK("no end of a file", inflate(&z, Z_SYNC_FLUSH) == Z_OK && z.avail_in == 0);
    inflateEnd(&z);
    oq_str text = oq_strn(out, 400000 - z.avail_out);
    CHECK("the last line says why", oq_str_ends(text, OQ_STR("[test.broken]\r\n")));
}

static void test_head(void **state)
{
    OQ_AUTO(house) h = house_make();
    atomic_store(&pieces_made, 0);
    OQ_AUTO(client) c = client_open(h.port);
    client_say(&c, "HEAD /api/pieces?pieces=9 HTTP/1.1\r\nHost: t\r\n\r\n");
    CHECK("the head alone", client_closed(&c) && hears(&c, "200 OK") &&
                                oq_str_ends(oq_buf_view(&c.in), OQ_STR("\r\n\r\n")));
    CHECK("nothing is made for it", atomic_load(&pieces_made) == 0);
}

/* Who does not read, or goes away, is not produced for. */
static void test_not_read(void **state)
{
    OQ_AUTO(house) h = house_make();
    atomic_store(&pieces_made, 0);
    {
        OQ_AUTO(client) deaf = client_open(h.port);
        client_say(&deaf, GET("/api/pieces?pieces=100000"));
        CHECK("begins", hears(&deaf, "line 00001"));
        int made = -1;
        for (int i = 0; i < 400 && made != atomic_load(&pieces_made); i++) {
            made = atomic_load(&pieces_made);
            usleep(50000);
        }
        CHECK("stops when nobody takes it", made < 2000);
        check_healthy("beside it", &h);
    }
    CHECK("gone", until(nobody_is_left, &h));
}

static void test_server_stops(void **state)
{
    OQ_AUTO(house) h = house_make();
    OQ_AUTO(client) c = client_open(h.port);
    client_say(&c, GET("/api/pieces?pieces=100000"));
    CHECK("begins", hears(&c, "line 00001"));
    house_drop(&h);
    h.server = NULL;
    CHECK("ends", client_closed(&c));
    CHECK("broken off", oq_str_find(oq_buf_view(&c.in), OQ_STR("\r\n0\r\n\r\n")) == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_zipped),
        cmocka_unit_test(test_broken_and_zipped),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_not_read),
        cmocka_unit_test(test_server_stops),
    };
    return cmocka_run_group_tests(tests, quiet, NULL);
}
