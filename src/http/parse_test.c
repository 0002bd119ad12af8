#include "http/parse.h"
#include "base/test.h"

static int open_arena(void **state)
{
    *state = oq_arena_open(0);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(*state);
    oq_err_reset();
    return 0;
}

static void test_targets_split(void **state)
{
    static const struct {
        const char *target, *path, *query; /* path NULL: refused */
    } row[] = {
        {"/", "/", NULL},
        {"/a?b=c?d", "/a", "b=c?d"},
        {"/a?", "/a", ""},
        {"http://host:80/a?b", "/a", "b"},
        {"HTTPS://host/", "/", NULL},
        {"http://host", NULL, NULL},
        {"http://host?a=/b", NULL, NULL},
        {"*", NULL, NULL},
        {"", NULL, NULL},
        {"?a", NULL, NULL},
        {"a/b", NULL, NULL},
        {"//evil/x", "//evil/x", NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str path, query;
        bool ok = http_target_split(oq_cstr(row[i].target), &path, &query);
        CHECK(row[i].target, ok == (row[i].path != NULL));
        if (ok) {
            CHECK_STR(row[i].target, path, row[i].path);
            CHECK_STR(row[i].target, query, row[i].query);
            CHECK(row[i].target, oq_str_given(query) == (row[i].query != NULL));
        }
    }
}

static void test_paths_are_decoded_segment_by_segment(void **state)
{
    static const struct {
        const char *raw, *path; /* path NULL: malformed */
        size_t count;
        const char *last;
    } row[] = {
        {"/", "/", 0, NULL},
        {"/a", "/a", 1, "a"},
        {"/a/", "/a/", 2, ""},
        {"//", "//", 2, ""},
        {"/a//b", "/a//b", 3, "b"},
        {"/a/%2e%2e/b", "/a/../b", 3, "b"},
        {"/%D8%A3", "/\xd8\xa3", 1, "\xd8\xa3"},
        {"/\xd8\xa3", "/\xd8\xa3", 1, "\xd8\xa3"},
        {"/a%20b", "/a b", 1, "a b"},
        {"/a+b", "/a+b", 1, "a+b"},
        {"/%25", "/%", 1, "%"},
        {"/a%2Fb", NULL, 0, NULL},
        {"/a%5cb", NULL, 0, NULL},
        {"/a\\b", NULL, 0, NULL},
        {"/%00", NULL, 0, NULL},
        {"/%0a", NULL, 0, NULL},
        {"/%7f", NULL, 0, NULL},
        {"/%", NULL, 0, NULL},
        {"/%2", NULL, 0, NULL},
        {"/%zz", NULL, 0, NULL},
        {"/%c0%af", NULL, 0, NULL},    /* an overlong slash */
        {"/%ed%a0%80", NULL, 0, NULL}, /* a surrogate */
        {"/\xff", NULL, 0, NULL},
        {"", NULL, 0, NULL},
        {"a", NULL, 0, NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str path;
        http_segments segments;
        oq_err *err = http_path_parse(*state, oq_cstr(row[i].raw), &path, &segments);
        CHECK_CODE(row[i].raw, err, row[i].path ? NULL : "http.path_malformed");
        if (err)
            continue;
        CHECK_STR(row[i].raw, path, row[i].path);
        CHECK(row[i].raw, segments.count == row[i].count && !segments.is_too_deep);
        if (row[i].last)
            CHECK_STR(row[i].raw, segments.at[segments.count - 1], row[i].last);
    }
}

static void test_a_path_too_deep_is_no_error_and_no_match(void **state)
{
    oq_str path;
    http_segments segments;
    CHECK_OK(
        http_path_parse(*state, OQ_STR("/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/h"), &path, &segments));
    CHECK("deep", segments.is_too_deep && segments.count == HTTP_SEGMENTS_MAX);
}

static void test_redirects_stay_at_home(void **state)
{
    static const struct {
        const char *path;
        bool is_own;
    } row[] = {
        {"/", true},         {"/a?b=c#d", true},      {"/a//b", true},
        {"", false},         {"//evil", false},       {"/\\evil", false},
        {"/a\\b", false},    {"https://evil", false}, {"javascript:", false},
        {"a", false},        {"/a b", false},         {"/a\r\nSet-Cookie: x", false},
        {"/\t/evil", false}, {"/\xff", false},        {"/%2f/evil", true},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK(row[i].path, http_path_is_own(oq_cstr(row[i].path)) == row[i].is_own);
    char longest[2050];
    memset(longest, '/', sizeof longest);
    longest[1] = 'a';
    CHECK("too long", !http_path_is_own(oq_strn(longest, sizeof longest)));
}

static void test_percent_goes_round(void **state)
{
    oq_str every = oq_strn("/a?b=c&d=\xd8\xa3 %\"\x00+", 16);
    oq_str text = oq_percent(*state, every, "/");
    CHECK_STR("encoded", text, "/a%3Fb%3Dc%26d%3D%D8%A3%20%25%22%00%2B");
    http_pairs pairs;
    CHECK_OK(http_form_parse(*state, oq_strf(*state, "x=%.*s", OQ_FMT(text)), &pairs));
    CHECK("round", oq_str_eq(pairs.at[0].value, every));
}

static void test_forms(void **state)
{
    static const struct {
        const char *text;
        size_t count;
        const char *name, *value; /* of the last pair */
        const char *code;
    } row[] = {
        {"", 0, NULL, NULL, NULL},
        {"a=b", 1, "a", "b", NULL},
        {"a=b&c=d", 2, "c", "d", NULL},
        {"a", 1, "a", "", NULL},
        {"a=", 1, "a", "", NULL},
        {"=b", 1, "", "b", NULL},
        {"&&a=b&", 1, "a", "b", NULL},
        {"a=b=c", 1, "a", "b=c", NULL},
        {"a+b=c+d", 1, "a b", "c d", NULL},
        {"%61=%62", 1, "a", "b", NULL},
        {"a=%D8%A3", 1, "a", "\xd8\xa3", NULL},
        {"a=%ff", 1, "a", "\xff", NULL}, /* the field's reader says which one is bad */
        {"%ff=a", 0, NULL, NULL, "http.form_malformed"},
        {"%00=a", 0, NULL, NULL, "http.form_malformed"},
        {"a=%", 0, NULL, NULL, "http.form_malformed"},
        {"a=%4", 0, NULL, NULL, "http.form_malformed"},
        {"a=%4g", 0, NULL, NULL, "http.form_malformed"},
        {"a%=b", 0, NULL, NULL, "http.form_malformed"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        http_pairs pairs = {0};
        oq_err *err = http_form_parse(*state, oq_cstr(row[i].text), &pairs);
        CHECK_CODE(row[i].text, err, row[i].code);
        CHECK(row[i].text, pairs.count == row[i].count);
        if (pairs.count) {
            CHECK_STR(row[i].text, pairs.at[pairs.count - 1].name, row[i].name);
            CHECK_STR(row[i].text, pairs.at[pairs.count - 1].value, row[i].value);
        }
    }
}

static void test_forms_have_a_ceiling(void **state)
{
    OQ_AUTO(oq_buf) text = oq_buf_make(100000);
    http_pairs pairs;
    for (int i = 0; i < HTTP_PAIRS_MAX; i++)
        oq_buf_lit(&text, "a&");
    CHECK_OK(http_form_parse(*state, oq_buf_view(&text), &pairs));
    CHECK("all", pairs.count == HTTP_PAIRS_MAX);
    oq_buf_lit(&text, "a");
    CHECK_CODE("more", http_form_parse(*state, oq_buf_view(&text), &pairs), "http.form_too_many");
}

static void test_cookies(void **state)
{
    static const struct {
        const char *header, *name, *value;
    } row[] = {
        {"a=1; b=2", "b", "2"},  {"a=1;b=2", "b", "2"}, {"a=1; a=2", "a", "1"},
        {"ab=1; b=2", "b", "2"}, {"a=\"q\"", "a", "q"}, {"a=", "a", ""},
        {"a = 1 ", "a", "1"},    {"a=x=y", "a", "x=y"}, {"a", "a", NULL},
        {"", "a", NULL},         {";;;=;", "a", NULL},  {"A=1", "a", NULL},
        {"a=\"", "a", "\""},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str got = http_cookie_find(oq_cstr(row[i].header), oq_cstr(row[i].name));
        CHECK(row[i].header, oq_str_given(got) == (row[i].value != NULL));
        CHECK_STR(row[i].header, got, row[i].value);
    }
    CHECK("none", !oq_str_given(http_cookie_find(OQ_NONE, OQ_STR("a"))));
    CHECK("value", http_cookie_value_ok(OQ_STR("abc-_.=/+")));
    CHECK("value", http_cookie_value_ok(OQ_STR("")));
    CHECK("splits", !http_cookie_value_ok(OQ_STR("a; Path=/x")));
    CHECK("line", !http_cookie_value_ok(OQ_STR("a\r\nb")));
    CHECK("name", !http_cookie_name_ok(OQ_STR("a=b")) && !http_cookie_name_ok(OQ_STR("")));
}

static void test_weights(void **state)
{
    static const struct {
        const char *header;
        bool gzip;
    } row[] = {
        {"gzip", true},
        {"GZIP", true},
        {"deflate, gzip;q=0.5", true},
        {"gzip;q=0", false},
        {"gzip; q=0.000", false},
        {"*", true},
        {"*;q=0, gzip", true},
        {"br", false},
        {"", false},
        {"gzip;q=1.5", false},
        {"gzip;q=x", false},
        {"identity", false},
        {"gzipx", false},
        {" ; , gzip", true},
        {"gzip;q=1.000", true},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK(row[i].header, http_accepts_gzip(oq_cstr(row[i].header)) == row[i].gzip);
    CHECK("browser", http_accepts_html(OQ_STR("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")));
    CHECK("program", !http_accepts_html(OQ_STR("*/*")));
    CHECK("refused", !http_accepts_html(OQ_STR("text/html;q=0")));
}

static void test_languages(void **state)
{
    static const struct {
        const char *header;
        int lang; /* -1: none of ours */
    } row[] = {
        {"ar", OQ_LANG_AR},
        {"en-GB,en;q=0.9", OQ_LANG_EN},
        {"ar-SA,ar;q=0.9,en;q=0.8", OQ_LANG_AR},
        {"fr, en;q=0.3, ar;q=0.5", OQ_LANG_AR},
        {"EN", OQ_LANG_EN},
        {"fr", -1},
        {"*", -1},
        {"en;q=0", -1},
        {"", -1},
        {"arx", -1},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_lang lang = 99;
        bool found = http_accepts_lang(oq_cstr(row[i].header), &lang);
        CHECK(row[i].header, found == (row[i].lang >= 0));
        CHECK(row[i].header, !found || (int)lang == row[i].lang);
    }
}

static void test_tags_and_small_words(void **state)
{
    CHECK("same", http_etag_matches(OQ_STR("\"a\""), OQ_STR("a")));
    CHECK("weak", http_etag_matches(OQ_STR("\"x\", W/\"a\""), OQ_STR("a")));
    CHECK("any", http_etag_matches(OQ_STR("*"), OQ_STR("a")));
    CHECK("other", !http_etag_matches(OQ_STR("\"ab\""), OQ_STR("a")));
    CHECK("bare", !http_etag_matches(OQ_STR("a"), OQ_STR("a")));
    CHECK("none", !http_etag_matches(OQ_NONE, OQ_STR("a")));
    CHECK("short", !http_etag_matches(OQ_STR("\""), OQ_STR("")));
    CHECK_STR("type", http_media_type(*state, OQ_STR(" Application/JSON ; charset=x")),
              "application/json");
    CHECK("id", http_request_id_ok(OQ_STR("abcDEF-_09")));
    CHECK("id short", !http_request_id_ok(OQ_STR("abc")));
    CHECK("id bad",
          !http_request_id_ok(OQ_STR("abcdefgh\n")) && !http_request_id_ok(OQ_STR("abcdefgh ")));
    CHECK("header", http_header_value_ok(OQ_STR("a\tb")) && !http_header_value_ok(OQ_STR("a\nb")));
}

static void test_proxies(void **state)
{
    http_proxies proxies;
    CHECK_OK(http_proxies_parse(OQ_STR("127.0.0.1, 10.1.0.0/16,2001:db8::/33,::1,"), &proxies));
    static const struct {
        const char *address;
        bool trusted;
    } row[] = {
        {"127.0.0.1", true},
        {"127.0.0.2", false},
        {"10.1.255.255", true},
        {"10.2.0.0", false},
        {"::ffff:10.1.2.3", true},
        {"2001:db8::5", true},
        {"2001:db8:8000::", false},
        {"::1", true},
        {"", false},
        {"localhost", false},
        {"127.0.0.1 ", false},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK(row[i].address,
              http_proxies_trust(&proxies, oq_cstr(row[i].address)) == row[i].trusted);
    static const char *const bad[] = {"x",          "1.2.3",    "1.2.3.4/33", "::/129",
                                      "1.2.3.4/-1", "1.2.3.4/", "1.2.3.4/x"};
    for (size_t i = 0; i < OQ_COUNT(bad); i++)
        CHECK_CODE(bad[i], http_proxies_parse(oq_cstr(bad[i]), &proxies), "server.bad_proxies");
    CHECK_OK(http_proxies_parse(OQ_NONE, &proxies));
    CHECK("none", proxies.count == 0);
    CHECK_OK(http_proxies_parse(OQ_STR("0.0.0.0/0"), &proxies));
    CHECK("all of v4, none of v6", http_proxies_trust(&proxies, OQ_STR("8.8.8.8")) &&
                                       !http_proxies_trust(&proxies, OQ_STR("2001::1")));
}

static void test_the_peer_behind_proxies(void **state)
{
    http_proxies proxies;
    CHECK_OK(http_proxies_parse(OQ_STR("127.0.0.1,10.0.0.0/8"), &proxies));
    static const struct {
        const char *direct, *header, *peer;
    } row[] = {
        {"9.9.9.9", "1.1.1.1", "9.9.9.9"}, /* not a proxy: its header is its own tale */
        {"127.0.0.1", "1.1.1.1", "1.1.1.1"},
        {"127.0.0.1", "6.6.6.6, 1.1.1.1", "1.1.1.1"}, /* what the client itself wrote comes first */
        {"127.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.7", "1.1.1.1"},
        {"127.0.0.1", "10.0.0.8,10.0.0.7", "10.0.0.8"},
        {"127.0.0.1", "", "127.0.0.1"},
        {"127.0.0.1", "garbage", "127.0.0.1"},
        {"127.0.0.1", "1.1.1.1, garbage", "127.0.0.1"},
        {"127.0.0.1", ",", "127.0.0.1"},
        {"127.0.0.1", "2001:db8::1", "2001:db8::1"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].header,
                  http_proxies_peer(&proxies, oq_cstr(row[i].direct), oq_cstr(row[i].header)),
                  row[i].peer);
}

static void test_whom_to_count_as_one(void **state)
{
    static const struct {
        const char *address, *customer;
    } row[] = {
        {"203.0.113.7", "203.0.113.7"},
        {"::ffff:203.0.113.7", "203.0.113.7"},
        {"2001:DB8:1:2::1", "2001:db8:1:2::"},
        {"2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"},
        {"2001:db8:1:3::1", "2001:db8:1:3::"},
        {"::1", "::"},
        {"", ""},
        {"no address", "no address"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].address, http_address_customer(*state, oq_cstr(row[i].address)),
                  row[i].customer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets_split),
        cmocka_unit_test(test_paths_are_decoded_segment_by_segment),
        cmocka_unit_test(test_a_path_too_deep_is_no_error_and_no_match),
        cmocka_unit_test(test_redirects_stay_at_home),
        cmocka_unit_test(test_percent_goes_round),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_forms_have_a_ceiling),
        cmocka_unit_test(test_cookies),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_tags_and_small_words),
        cmocka_unit_test(test_proxies),
        cmocka_unit_test(test_the_peer_behind_proxies),
        cmocka_unit_test(test_whom_to_count_as_one),
    };
    return cmocka_run_group_tests_name("http_parse", tests, open_arena, close_arena);
}
