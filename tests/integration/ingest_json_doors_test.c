/* Samples as JSON, over HTTP, on a real PostgreSQL. */
#include "integration/ingest_house.h"

#include "base/banned.h"

#define DB(h) testapp_db((h)->app)
#define A(h)  (h)->tenant_a

static testreply post(ingest_house *h, const char *json)
{
    return ingest_send(h->a, (ingest_body){.path = "/api/ingest/json",
                                           .type = "application/json",
                                           .bytes = oq_cstr(json)});
}

static void test_taken(void **state)
{
    ingest_house *h = *state;
    testreply r = post(
        h, "{\"samples\":["
           "{\"series\":\"P-101.v\",\"time\":\"2026-05-28T20:26:40Z\",\"value\":7.1},"
           "{\"asset\":\"P-101\",\"metric\":\"v\",\"time\":1780000001500,\"value\":8},"
           "{\"series\":\"P-101.v\",\"time\":1780000002000,\"value\":null},"
           "{\"series\":\"P-101.v\",\"time\":1780000003000,\"value\":9,\"quality\":\"uncertain\"},"
           "{\"series\":\"P-101.v\",\"time\":1780000004000,\"value\":9,\"quality\":2156724224},"
           "{\"series\":\"P-101.on\",\"value\":true},"
           "{\"series\":\"P-101,sensor=DE.t\",\"times\":[1780000000000,1780000001000,"
           "1780000002000],\"values\":[1,null,3],\"qualities\":[\"good\",\"no_data\",null]}]}");
    assert_int_equal(r.status, 200);
    CHECK_COUNTS("all", h->a, r, 9, 0, 3);
    CHECK_STR("by key and by asset", ingest_stored(h, A(h), "P-101.v"),
              "0 7.0999999999999996;1.5 8;2 none 809b0000;3 9 40000000;4 9 808d0000;");
    CHECK_STR("now", ingest_stored(h, A(h), "P-101.on"), "0 1;");
    CHECK_STR("columns", ingest_stored(h, A(h), "P-101,sensor=DE.t"), "0 1;1 none 809b0000;2 3;");
    CHECK_STR("metric behind the last point",
              oq_cstr(testdb_value(DB(h), "SELECT asset_code || ' ' || metric FROM series"
                                          " WHERE key = 'P-101,sensor=DE.t'")),
              "P-101 t");
    r = post(h, "[{\"series\":\"P-101.v\",\"time\":1780000009000,\"value\":1}]");
    CHECK_COUNTS("a list", h->a, r, 1, 0, 0);
    r = post(h, "{\"series\":\"total\",\"time\":1780000009000,\"value\":1}");
    CHECK_COUNTS("one", h->a, r, 1, 0, 1);
    r = post(h, "[]");
    CHECK_COUNTS("none", h->a, r, 0, 0, 0);
}

static void test_units(void **state)
{
    ingest_house *h = *state;
    testreply r = post(h, "[{\"series\":\"P.t\",\"time\":1780000000000,\"value\":20,"
                          "\"unit\":\"degC\"}]");
    CHECK_COUNTS("made with it", h->a, r, 1, 0, 1);
    CHECK_STR("unit", oq_cstr(testdb_value(DB(h), "SELECT unit FROM series")), "degC");
    for (int i = 1; i <= 2; i++) {
        r = post(h, oq_strf(h->arena,
                            "[{\"series\":\"P.t\",\"time\":178000000%d000,\"value\":300,"
                            "\"unit\":\"K\"},"
                            "{\"series\":\"P.t\",\"time\":178000001%d000,\"value\":1,"
                            "\"unit\":\"mm/s\"},"
                            "{\"series\":\"P.t\",\"time\":178000002%d000,\"value\":21}]",
                            i, i, i)
                        .ptr);
        CHECK_COUNTS("carried over, or refused", h->a, r, 2, 1, 0);
        CHECK_MEMBER("why", h->a, r, "errors.0.code", "unit.not_convertible");
        CHECK_MEMBER("which", h->a, r, "errors.0.index", "1");
    }
    CHECK_STR("in the unit of the series", ingest_stored(h, A(h), "P.t"),
              "0 20;1 26.850000000000023;21 21;2 26.850000000000023;22 21;");
    r = post(h, "[{\"series\":\"Q.t\",\"value\":1,\"unit\":\"cubit\"}]");
    assert_int_equal(r.status, 400);
    CHECK_MEMBER("no unit", h->a, r, "errors.0.code", "unit.unknown");
}

/* Finite in the sender's unit, and not in ours: of a series that is looked up, and of one that is
 * remembered. */
static void test_too_large_in_our_unit(void **state)
{
    ingest_house *h = *state;
    post(h, "[{\"series\":\"P.p\",\"time\":1780000000000,\"value\":1,\"unit\":\"Pa\"}]");
    for (int i = 1; i <= 2; i++) {
        testreply r = post(h, "[{\"series\":\"P.p\",\"time\":1780000001000,\"value\":-1e306,"
                              "\"unit\":\"MPa\"},"
                              "{\"series\":\"P.p\",\"time\":1780000002000,\"value\":2,"
                              "\"unit\":\"MPa\"}]");
        CHECK_COUNTS("one is refused, the other is not", h->a, r, 1, 1, 0);
        CHECK_MEMBER("why", h->a, r, "errors.0.code", "sample.value_not_finite");
        CHECK_MEMBER("which", h->a, r, "errors.0.index", "0");
    }
    CHECK_STR("stored", ingest_stored(h, A(h), "P.p"), "0 1;2 2000000;2 2000000;");
}

static void test_refused(void **state)
{
    ingest_house *h = *state;
    static const struct {
        const char *item, *code, *position; /* NULL: none */
        int refused;
    } row[] = {
        {"5", "ingest.item_not_object", NULL, 1},
        {"{\"value\":1}", "ingest.series_missing", NULL, 1},
        {"{\"asset\":\"P\",\"value\":1}", "ingest.series_missing", NULL, 1},
        {"{\"series\":\"P.v\",\"asset\":\"P\",\"value\":1}", "ingest.series_missing", NULL, 1},
        {"{\"series\":\"P.v\"}", "ingest.value_missing", NULL, 1},
        {"{\"series\":7,\"value\":1}", "ingest.member_type", NULL, 1},
        {"{\"series\":\"P.v\",\"value\":1,\"tags\":{}}", "ingest.member_unknown", NULL, 1},
        {"{\"series\":\"P.v\",\"value\":1,\"value\":2}", "ingest.member_twice", NULL, 2},
        {"{\"series\":\"P.v\",\"value\":\"7\"}", "sample.value_is_text", NULL, 1},
        {"{\"series\":\"P.v\",\"value\":1e999}", "sample.value_not_finite", NULL, 1},
        {"{\"series\":\"P.v\",\"value\":null,\"quality\":\"good\"}", "sample.value_missing", NULL,
         1},
        {"{\"series\":\"P.v\",\"value\":1,\"quality\":\"fine\"}", "ingest.quality_malformed", NULL,
         1},
        {"{\"series\":\"P.v\",\"value\":1,\"time\":\"noon\"}", "ingest.time_malformed", NULL, 1},
        {"{\"series\":\"P.v\",\"value\":1,\"time\":\"1900-01-01T00:00:00Z\"}",
         "sample.time_out_of_range", NULL, 1},
        {"{\"series\":\"P.v\",\"value\":1,\"time\":7258118400000}", "sample.time_out_of_range",
         NULL, 1},
        {"{\"series\":\"P.v\",\"times\":[1780000000000,\"x\"],\"values\":[\"a\",2]}",
         "sample.value_is_text", "0", 2},
        {"{\"series\":\"P.v\",\"times\":[1780000000000],\"values\":[1,2]}", "ingest.columns_differ",
         NULL, 2},
        {"{\"series\":\"P.v\",\"values\":[1,2,3]}", "ingest.columns_differ", NULL, 3},
        {"{\"series\":\"P.v\",\"times\":[1780000000000],\"values\":[1],\"qualities\":[0,0]}",
         "ingest.columns_differ", NULL, 1},
        {"{\"series\":\" P.v\",\"value\":1}", "series.key_invalid", NULL, 1},
        {"{\"series\":\"P\\u001e.v\",\"value\":1}", "series.key_invalid", NULL, 1},
        {"{\"series\":\"P.\",\"value\":1}", "series.metric_invalid", NULL, 1},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str json =
            oq_strf(h->arena, "[{\"series\":\"G.v\",\"time\":178000000%zu000,\"value\":1},%s]",
                    i % 10, row[i].item);
        char refused[20];
        snprintf(refused, sizeof refused, "%d", row[i].refused);
        testreply r = post(h, json.ptr);
        assert_int_equal(r.status, 200);
        CHECK_MEMBER(row[i].item, h->a, r, "accepted", "1");
        CHECK_MEMBER(row[i].item, h->a, r, "refused", refused);
        CHECK_MEMBER(row[i].item, h->a, r, "errors.0.code", row[i].code);
        CHECK_MEMBER(row[i].item, h->a, r, "errors.0.index", "1");
        CHECK_MEMBER(row[i].item, h->a, r, "errors.0.position",
                     row[i].position ? row[i].position : "");
        CHECK(row[i].item, testclient_member(h->a, &r, "errors.0.message").len > 10);
    }
    assert_int_equal(testdb_number(DB(h), "SELECT count(*) FROM series WHERE key <> 'G.v'"), 0);
}

/* A body that is no JSON, or of another shape, loses all of it: nothing tells where it went wrong
 * in meaning. */
static void test_malformed(void **state)
{
    ingest_house *h = *state;
    static const struct {
        const char *json;
        int status;
        const char *code;
    } row[] = {
        {"[{\"series\":\"P.v\",\"value\":1},", 400, "json.malformed"},
        {"", 400, "json.malformed"},
        {"{\"samples\":7}", 400, "ingest.json_shape"},
        {"[[[[[[[[[[1]]]]]]]]]]", 400, "json.too_deep"},
        {"[{\"value\":1}]", 400, "ingest.nothing_taken"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        testreply r = post(h, row[i].json);
        CHECK(row[i].json, r.status == row[i].status);
        CHECK_MEMBER(row[i].json, h->a, r, "code", row[i].code);
    }
    assert_int_equal(testdb_number(DB(h), "SELECT count(*) FROM series"), 0);
    assert_int_equal(testdb_number(DB(h), "SELECT count(*) FROM series_batches"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_taken, ingest_house_reset),
        cmocka_unit_test_setup(test_units, ingest_house_reset),
        cmocka_unit_test_setup(test_too_large_in_our_unit, ingest_house_reset),
        cmocka_unit_test_setup(test_refused, ingest_house_reset),
        cmocka_unit_test_setup(test_malformed, ingest_house_reset),
    };
    return cmocka_run_group_tests(tests, ingest_house_open, ingest_house_close);
}
