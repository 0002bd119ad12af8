#include "base/test.h"

static oq_arena *arena;

static int open_arena(void **state)
{
    arena = oq_arena_open(0);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(arena);
    return 0;
}

static void test_cut(void **state)
{
    static const struct {
        const char *text, *joined;
    } row[] = {
        {"a,,b", "[a][][b]"}, {"", ""}, {"a", "[a]"}, {"a,", "[a]"}, {",a", "[][a]"}, {",", "[]"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        OQ_AUTO(oq_buf) out = oq_buf_make(100);
        oq_str rest = oq_cstr(row[i].text), part;
        while (oq_str_cut(&rest, ',', &part))
            oq_buf_f(&out, "[%.*s]", OQ_FMT(part));
        CHECK_STR(row[i].text, oq_buf_view(&out), row[i].joined);
    }
}

static void test_parse_integers(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } row[] = {
        {"0", true, 0},
        {"-1", true, -1},
        {"+7", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"1 ", false, 0},
        {"0x1", false, 0},
        {"--1", false, 0},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        int64_t value = 42;
        CHECK(row[i].text, oq_parse_i64(oq_cstr(row[i].text), &value) == row[i].ok);
        CHECK(row[i].text, value == (row[i].ok ? row[i].value : 42));
    }
}

static void test_parse_reals_and_truths(void **state)
{
    static const struct {
        const char *text;
        bool ok;
    } row[] = {
        {"1.5", true},  {"-2e3", true}, {".5", true},     {"1e400", false},
        {"nan", false}, {"inf", false}, {"0x1p3", false}, {"1,5", false},
        {"", false},    {"e", false},   {"1e", false},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        double x;
        CHECK(row[i].text, oq_parse_f64(oq_cstr(row[i].text), &x) == row[i].ok);
    }
    bool truth = false;
    CHECK("Yes", oq_parse_bool(OQ_STR("Yes"), &truth) && truth);
    CHECK("OFF", oq_parse_bool(OQ_STR("OFF"), &truth) && !truth);
    CHECK("maybe", !oq_parse_bool(OQ_STR("maybe"), &truth));
}

static void test_utf8(void **state)
{
    static const struct {
        const char *label, *text;
        bool ok;
    } row[] = {
        {"ascii", "pump", true},
        {"arabic", "مضخة", true},
        {"four bytes", "\xf0\x9f\x94\xa7", true},
        {"overlong slash", "\xc0\xaf", false},
        {"overlong three", "\xe0\x80\xaf", false},
        {"surrogate", "\xed\xa0\x80", false},
        {"past U+10FFFF", "\xf4\x90\x80\x80", false},
        {"cut off", "\xd8", false},
        {"stray continuation", "\x80", false},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK(row[i].label, oq_utf8_valid(oq_cstr(row[i].text)) == row[i].ok);
    CHECK("NUL inside", !oq_utf8_valid(OQ_STR("a\0b")));
    CHECK("letters", oq_utf8_count(OQ_STR("مضخة")) == 4);
    oq_str bad = OQ_STR("\xc0z");
    uint32_t code;
    CHECK("a bad byte", oq_utf8_next(&bad, &code) && code == 0xfffd);
    CHECK("then the next", oq_utf8_next(&bad, &code) && code == 'z');
}

static void test_search_and_compare(void **state)
{
    oq_str s = OQ_STR("GET /api/assets");
    CHECK("find", oq_str_find(s, OQ_STR("/api")) == 4);
    CHECK("not there", oq_str_find(s, OQ_STR("POST")) == SIZE_MAX);
    CHECK("starts", oq_str_starts(s, OQ_STR("GET")));
    CHECK("ends", oq_str_ends(s, OQ_STR("assets")));
    CHECK("longer than the text", !oq_str_starts(OQ_STR("a"), OQ_STR("ab")));
    CHECK("no case", oq_str_eq_ascii_nocase(OQ_STR("Content-Type"), OQ_STR("content-type")));
    CHECK("order", oq_str_cmp(OQ_STR("a"), OQ_STR("ab")) < 0);
    CHECK("clipped", oq_str_sub(s, 100, 5).len == 0);
    CHECK_STR("trim", oq_str_trim(OQ_STR(" \t x y\n")), "x y");
    CHECK_STR("nothing left", oq_str_trim(OQ_STR("  ")), "");
    CHECK("not given is not empty text", !oq_str_given(OQ_NONE) && oq_str_given(OQ_STR("")));
}

/* Every length up to 64 comes back the same, in both spellings. */
static void test_bytes_as_text_and_back(void **state)
{
    unsigned char bytes[64], back[64];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 37 + 11);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        size_t got;
        CHECK("base64url", oq_base64url_parse(oq_base64url(arena, bytes, len), back, 64, &got));
        CHECK("base64url", got == len && memcmp(bytes, back, len) == 0);
        CHECK("hex", oq_hex_parse(oq_hex(arena, bytes, len), back, 64, &got));
        CHECK("hex", got == len && memcmp(bytes, back, len) == 0);
    }
    size_t got;
    /* RFC 4648 section 10. */
    CHECK_STR("rfc", oq_base64url(arena, "foob", 4), "Zm9vYg");
    CHECK("second spelling", !oq_base64url_parse(OQ_STR("Zm9vYh"), back, 64, &got));
    CHECK("padding", !oq_base64url_parse(OQ_STR("Zg=="), back, 64, &got));
    CHECK("too long", !oq_base64url_parse(OQ_STR("Zm9vYg"), back, 3, &got));
    CHECK("odd hex", !oq_hex_parse(OQ_STR("abc"), back, 64, &got));
}

static void test_parts_of_addresses(void **state)
{
    oq_str every = oq_strn("/a?b=c&d=\xd8\xa3 %\"\x00+~", 17);
    CHECK_STR("a part", oq_percent(arena, every, ""), "%2Fa%3Fb%3Dc%26d%3D%D8%A3%20%25%22%00%2B~");
    CHECK_STR("a path", oq_percent(arena, OQ_STR("/a b/c-d_e.f"), "/"), "/a%20b/c-d_e.f");
    CHECK_STR("nothing", oq_percent(arena, OQ_STR(""), ""), "");
}

static void test_buffer_has_a_ceiling(void **state)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(10);
    oq_buf_lit(&buf, "12345678");
    oq_buf_lit(&buf, "90");
    CHECK("full but whole", !buf.overflow);
    oq_buf_char(&buf, 'x');
    CHECK("over", buf.overflow);
    CHECK_STR("keeps what it has", oq_buf_view(&buf), "1234567890");
    oq_buf_clear(&buf);
    oq_buf_i64(&buf, INT64_MIN / 1000000000000);
    CHECK_STR("number", oq_buf_view(&buf), "-9223372");
    oq_buf_clear(&buf);
    oq_buf_f(&buf, "%0400d", 1);
    CHECK("a long format meets the ceiling too", buf.overflow && buf.len == 0);

    OQ_AUTO(oq_buf) wide = oq_buf_make(1000);
    oq_buf_f(&wide, "%0400d", 1);
    CHECK("longer than the small room", wide.len == 400 && !wide.overflow);
    oq_buf_i64(&wide, INT64_MIN);
    CHECK_STR("least", oq_str_sub(oq_buf_view(&wide), 400, 99), "-9223372036854775808");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_parse_integers),
        cmocka_unit_test(test_parse_reals_and_truths),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_search_and_compare),
        cmocka_unit_test(test_bytes_as_text_and_back),
        cmocka_unit_test(test_parts_of_addresses),
        cmocka_unit_test(test_buffer_has_a_ceiling),
    };
    return cmocka_run_group_tests_name("str", tests, open_arena, close_arena);
}
