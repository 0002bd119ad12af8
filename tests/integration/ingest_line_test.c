/* Samples by the line protocol, over HTTP, on a real PostgreSQL. */
#include "integration/ingest_house.h"

#include "ingest/ingest.h"

#include "base/banned.h"

#define DB(h)  testapp_db((h)->app)
#define A(h)   (h)->tenant_a
#define S(sec) "17800000" #sec "000000000"

static void test_taken(void **state)
{
    ingest_house *h = *state;
    testdb_exec(DB(h),
                oq_strf(h->arena,
                        "INSERT INTO sites (tenant_id, id, code, name, created_at, updated_at)"
                        " VALUES ('%1$.*2$s', '%1$.*2$s', 'RT', 'Ras Tanura', now(), now());"
                        "INSERT INTO assets (tenant_id, id, site_id, code, name, created_at,"
                        " updated_at) VALUES ('%1$.*2$s', '%1$.*2$s', '%1$.*2$s', 'P-101', 'P',"
                        " now(), now())",
                        oq_uuid_text(h->arena, A(h)).ptr, OQ_UUID_TEXT)
                    .ptr);
    testreply r =
        ingest_send_line(h->a, "# two pumps\n"
                               "P-101 vibration_rms=7.1,temperature=81i,running=t " S(
                                   00) "\n"
                                       "P-101,site=\\ x,sensor=DE vibration_rms=2.5 " S(
                                           01) "\n"
                                               "P-101,sensor=DE,site=\\ x vibration_rms=2.75 " S(
                                                   02) "\n"
                                                       "P-102 vibration_rms=-1e-3\n");
    assert_int_equal(r.status, 200);
    CHECK_COUNTS("all", h->a, r, 6, 0, 5);
    CHECK_MEMBER("no errors", h->a, r, "errors", "0");
    CHECK_STR("number", ingest_stored(h, A(h), "P-101.vibration_rms"), "0 7.0999999999999996;");
    CHECK_STR("integer", ingest_stored(h, A(h), "P-101.temperature"), "0 81;");
    CHECK_STR("truth", ingest_stored(h, A(h), "P-101.running"), "0 1;");
    CHECK_STR("tags in any order are one series",
              ingest_stored(h, A(h), "P-101,sensor=DE,site= x.vibration_rms"), "1 2.5;2 2.75;");
    CHECK_STR("without time: now", ingest_stored(h, A(h), "P-102.vibration_rms"), "0 -0.001;");
    assert_int_equal(testdb_number(DB(h), "SELECT count(*) FROM series_batches"), 1);
    CHECK_STR("linked",
              oq_cstr(testdb_value(DB(h), "SELECT string_agg(key, ' ' ORDER BY key) FROM series"
                                          " WHERE asset_id IS NOT NULL AND source = 'line'")),
              "P-101,sensor=DE,site= x.vibration_rms P-101.running P-101.temperature"
              " P-101.vibration_rms");
    r = ingest_send_line(h->a, "P-101 vibration_rms=8 " S(03));
    CHECK_COUNTS("known now", h->a, r, 1, 0, 0);
    r = ingest_send_line(h->a, "");
    assert_int_equal(r.status, 200);
    CHECK_COUNTS("nothing", h->a, r, 0, 0, 0);
}

/* Points within code and metric: each name is a series of its own, by whichever door. */
static void test_points_within_names(void **state)
{
    ingest_house *h = *state;
    testreply r = ingest_send_line(h->a, "a.b c=1 1780000000000000000\n"
                                         "a b.c=2 1780000000000000000\n"
                                         "a\\.b c=3 1780000000000000000\n"
                                         "a,t=x.y c=4 1780000000000000000\n"
                                         "a,t=x y.c=5 1780000000000000000");
    CHECK_COUNTS("five", h->a, r, 5, 0, 5);
    CHECK_STR("as before", ingest_stored(h, A(h), "a.b.c"), "0 1;");
    CHECK_STR("marked", ingest_stored(h, A(h), "a.b\\.c"), "0 2;");
    CHECK_STR("a code with backslashes", ingest_stored(h, A(h), "a\\\\.b.c"), "0 3;");
    CHECK_STR("a tag", ingest_stored(h, A(h), "a,t=x.y.c"), "0 4;");
    CHECK_STR("a tag, marked", ingest_stored(h, A(h), "a,t=x.y\\.c"), "0 5;");
    r = ingest_send(h->a, (ingest_body){.path = "/api/ingest/json",
                                        .type = "application/json",
                                        .bytes = OQ_STR("[{\"asset\":\"a\",\"metric\":\"b.c\","
                                                        "\"time\":1780000001000,\"value\":6},"
                                                        "{\"series\":\"a.b\\\\.c\","
                                                        "\"time\":1780000002000,\"value\":7},"
                                                        "{\"series\":\"n\\\\,m.b\\\\.c\","
                                                        "\"time\":1780000002000,\"value\":8}]")});
    CHECK_COUNTS("as JSON", h->a, r, 3, 0, 1);
    CHECK_STR("the same", ingest_stored(h, A(h), "a.b\\.c"), "0 2;1 6;2 7;");
    CHECK_STR("taken apart",
              oq_cstr(testdb_value(DB(h), "SELECT asset_code || ' ' || metric FROM series"
                                          " WHERE key = 'n\\,m.b\\.c'")),
              "n,m b.c");
}

/* A series whose key is from before points were marked. */
static void test_a_key_from_before(void **state)
{
    ingest_house *h = *state;
    ingest_send_line(h->a, "x y=1 1780000000000000000");
    testdb_exec(DB(h), "UPDATE series SET key = 'x.y.z', metric = 'y.z'");
    for (int i = 1; i <= 2; i++) {
        testreply r = ingest_send_line(h->a, "x y.z=2 1780000001000000000");
        CHECK_COUNTS("found", h->a, r, 1, 0, 0);
    }
    CHECK_STR("stored there", ingest_stored(h, A(h), "x.y.z"), "0 1;1 2;1 2;");
}

static void test_precision(void **state)
{
    ingest_house *h = *state;
    static const struct {
        const char *precision, *time;
    } row[] = {{"ns", "1780000001000000000"},
               {"us", "1780000001000000"},
               {"ms", "1780000001000"},
               {"s", "1780000001"}};
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str path = oq_strf(h->arena, "/api/ingest/line?precision=%s", row[i].precision);
        oq_str text = oq_strf(h->arena, "P %s=1 %s", row[i].precision, row[i].time);
        oq_str key = oq_strf(h->arena, "P.%s", row[i].precision);
        testreply r = ingest_send(h->a, (ingest_body){.path = path.ptr, .bytes = text});
        assert_int_equal(r.status, 200);
        CHECK_STR(row[i].precision, ingest_stored(h, A(h), key.ptr), "1 1;");
    }
    testreply r = ingest_send(
        h->a, (ingest_body){.path = "/api/ingest/line?precision=h", .bytes = OQ_STR("P v=1")});
    assert_int_equal(r.status, 422);
    CHECK_MEMBER("unknown", h->a, r, "code", "field.not_a_choice");
}

/* One line each; all of them in one body, and a good one behind each. */
static const struct {
    const char *line, *code, *english;
} refusals[] = {
    {"P v", "line.field_malformed", "Column 4"},
    {",a=b v=1", "line.measurement_missing", "Column 1"},
    {"P", "line.fields_missing", "Column 2"},
    {"P v=x1", "line.value_malformed", "x1"},
    {"P v=1 soon", "line.time_malformed", "soon"},
    {"P\tv=1", "line.control_character", "Column 2"},
    {"P,a v=1", "line.tag_malformed", "“a”"},
    {"P,a=1,a=2 v=1", "ingest.tag_twice", "“a”"},
    {"P name=\"text\"", "sample.value_is_text", "“name”"},
    {"P v=NaN", "sample.value_not_finite", "NaN"},
    {"P v=-inf", "sample.value_not_finite", "-inf"},
    {"P v=1e999", "sample.value_not_finite", "1e999"},
    {"P v=1 -2208988800000000000", "sample.time_out_of_range", "-2208988800000000000"},
    {"P v=1 7258118400000000000", "sample.time_out_of_range", "7258118400000000000"},
    {"P\xff v=1", "series.key_invalid", ""},
    {"P v\xc3=1", "series.key_invalid", ""},
    {"P v=\"never", "line.text_open", "Column 5"},
    {"P\\  v=1", "", ""}, /* "P " with its blank is inside the key: taken */
};

static void test_refused(void **state)
{
    ingest_house *h = *state;
    OQ_AUTO(oq_buf) body = oq_buf_make(100000);
    for (size_t i = 0; i < OQ_COUNT(refusals); i++)
        oq_buf_f(&body, "%s\nG v=%zu %lld\n", refusals[i].line, i,
                 (long long)(INGEST_NOW / OQ_SECOND + (oq_us)i) * 1000000000);
    testreply r =
        ingest_send(h->a, (ingest_body){.path = "/api/ingest/line", .bytes = oq_buf_view(&body)});
    assert_int_equal(r.status, 200);
    CHECK_COUNTS("good lines are not lost", h->a, r, 19, 17, 2);
    for (size_t i = 0, k = 0; i < OQ_COUNT(refusals); i++) {
        char path[60], line[20];
        if (!refusals[i].code[0])
            continue;
        snprintf(line, sizeof line, "%zu", 2 * i + 1);
        /* Names are looked up after the whole body was read: their lines come last. */
        for (k = 0; k < 17; k++) {
            snprintf(path, sizeof path, "errors.%zu.line", k);
            if (oq_str_eq(testclient_member(h->a, &r, path), oq_cstr(line)))
                break;
        }
        snprintf(path, sizeof path, "errors.%zu.code", k);
        CHECK_MEMBER(refusals[i].line, h->a, r, path, refusals[i].code);
        snprintf(path, sizeof path, "errors.%zu.message", k);
        CHECK(refusals[i].line, oq_str_find(testclient_member(h->a, &r, path),
                                            oq_cstr(refusals[i].english)) != SIZE_MAX);
    }
}

/* Each alone: then there is nothing to store, and the client is told with a status. In Arabic too.
 */
static void test_refused_alone(void **state)
{
    ingest_house *h = *state;
    for (size_t i = 0; i < OQ_COUNT(refusals); i++) {
        if (!refusals[i].code[0])
            continue;
        testreply r = ingest_send_line(h->a, refusals[i].line);
        assert_int_equal(r.status, 400);
        CHECK_STR(refusals[i].line, r.type, "application/problem+json");
        CHECK_MEMBER(refusals[i].line, h->a, r, "code", "ingest.nothing_taken");
        CHECK_MEMBER(refusals[i].line, h->a, r, "errors.0.code", refusals[i].code);
        CHECK_MEMBER(refusals[i].line, h->a, r, "errors.0.line", "1");
        CHECK_COUNTS(refusals[i].line, h->a, r, 0, 1, 0);
    }
    assert_int_equal(testdb_number(DB(h), "SELECT count(*) FROM series"), 0);
    testreply r =
        testclient_send(h->a, "POST", "/api/ingest/line", "text/plain", OQ_STR("P v=1 soon\nP v=1"),
                        (const char *[]){"Accept-Language: ar", NULL});
    CHECK("in Arabic", oq_str_find(r.body, OQ_STR("ليس وقتًا")) != SIZE_MAX);
    CHECK_MEMBER("facts", h->a, r, "errors.0.facts.found", "soon");
}

static void test_many_refusals(void **state)
{
    ingest_house *h = *state;
    OQ_AUTO(oq_buf) body = oq_buf_make(10 * 1000 * 1000);
    for (size_t i = 0; i < 5000; i++)
        oq_buf_f(&body, "P v=x,w=1\nbad\\\xff%zu v=1\nP t=\"x\"\nP v=%zu 1780000000000000000\n", i,
                 i);
    testreply r =
        ingest_send(h->a, (ingest_body){.path = "/api/ingest/line", .bytes = oq_buf_view(&body)});
    assert_int_equal(r.status, 200);
    CHECK_COUNTS("all counted", h->a, r, 5000, 15000, 1);
    CHECK("a hundred told", testclient_member(h->a, &r, "errors.99.code").len > 0);
    CHECK("not more", testclient_member(h->a, &r, "errors.100.code").len == 0);
    CHECK_STR("the later of a moment wins", ingest_stored(h, A(h), "P.v"), "0 4999;");
}

static void test_a_long_line(void **state)
{
    ingest_house *h = *state;
    enum { LONG = 10 * 1000 * 1000 };
    OQ_AUTO(oq_buf) body = oq_buf_make(LONG + 1000);
    oq_buf_lit(&body, "P v=1\nP ");
    while (body.len < LONG)
        oq_buf_lit(&body, "some_field=1,");
    oq_buf_lit(&body, "v=1\nP w=3\n");
    testreply r =
        ingest_send(h->a, (ingest_body){.path = "/api/ingest/line", .bytes = oq_buf_view(&body)});
    assert_int_equal(r.status, 200);
    CHECK_COUNTS("not the rest", h->a, r, 2, 1, 2);
    CHECK_MEMBER("why", h->a, r, "errors.0.code", "line.too_long");
    CHECK_MEMBER("which", h->a, r, "errors.0.line", "2");
}

/* More samples than are written at once; memory does not grow with the body. */
static void test_a_large_body(void **state)
{
    ingest_house *h = *state;
    enum { SAMPLES = INGEST_ROWS + 50000 };
    OQ_AUTO(oq_buf) body = oq_buf_make(INGEST_BODY_MAX);
    for (size_t i = 0; i < SAMPLES; i++)
        oq_buf_f(&body, "P-%zu v=%zu 1780000%03zu\n", i % 1000, i, i / 1000);
    testreply r = ingest_send(
        h->a, (ingest_body){.path = "/api/ingest/line?precision=s", .bytes = oq_buf_view(&body)});
    assert_int_equal(r.status, 200);
    CHECK_COUNTS("all", h->a, r, 450000, 0, 1000);
    assert_int_equal(testdb_number(DB(h), "SELECT sum(samples) FROM series_batches"), SAMPLES);
    assert_int_equal(testdb_number(DB(h), "SELECT count(*) FROM series_batches"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_taken, ingest_house_reset),
        cmocka_unit_test_setup(test_points_within_names, ingest_house_reset),
        cmocka_unit_test_setup(test_a_key_from_before, ingest_house_reset),
        cmocka_unit_test_setup(test_precision, ingest_house_reset),
        cmocka_unit_test_setup(test_refused, ingest_house_reset),
        cmocka_unit_test_setup(test_refused_alone, ingest_house_reset),
        cmocka_unit_test_setup(test_many_refusals, ingest_house_reset),
        cmocka_unit_test_setup(test_a_long_line, ingest_house_reset),
        cmocka_unit_test_setup(test_a_large_body, ingest_house_reset),
    };
    return cmocka_run_group_tests(tests, ingest_house_open, ingest_house_close);
}
