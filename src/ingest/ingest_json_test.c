#include "ingest/ingest_json.h"

#include <math.h>

#include "base/test.h"

static oq_arena *arena;

static int set_up(void **state)
{
    arena = oq_arena_open(0);
    return 0;
}

static int tear_down(void **state)
{
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}

static void put_columns(oq_buf *out, const json_item *item)
{
    for (size_t i = 0; i < item->times; i++) {
        if (item->time[i] == OQ_TIME_NONE || item->time[i] == JSON_TIME_BAD)
            oq_buf_f(out, " t=%s", item->time[i] == OQ_TIME_NONE ? "none" : "bad");
        else
            oq_buf_f(out, " t=%lld", (long long)item->time[i]);
    }
    static const char *const kinds[] = {
        [JSON_NULL] = "null", [JSON_TEXT] = "text", [JSON_NOT_FINITE] = "inf"};
    for (size_t i = 0; i < item->values; i++)
        if (item->kind[i] == JSON_NUMBER)
            oq_buf_f(out, " v=%.17g", item->value[i]);
        else
            oq_buf_f(out, " v=%s", kinds[item->kind[i]]);
    for (size_t i = 0; i < item->qualities; i++)
        oq_buf_f(out, " q=%lld", (long long)item->quality[i]);
}

/* "0[series=...] t=.. v=..; " for each item; of a flaw its code. */
static oq_err *put_item(void *self, const json_item *item)
{
    oq_buf *out = self;
    oq_buf_f(out, "%zu", item->index);
    const oq_str name[] = {item->series, item->asset, item->metric, item->unit};
    for (size_t i = 0; i < OQ_COUNT(name); i++)
        if (oq_str_given(name[i]))
            oq_buf_f(out, " %c:%.*s", "samu"[i], OQ_FMT(name[i]));
    if (item->flaw)
        oq_buf_f(out, " %s", item->flaw->code);
    else
        put_columns(out, item);
    oq_buf_str(out, item->has_columns ? OQ_STR(" |; ") : OQ_STR("; "));
    return NULL;
}

static void test_bodies(void **state)
{
    static const struct {
        const char *json, *words; /* or the code that ends the reading */
    } row[] = {
        {"[]", ""},
        {"{\"samples\":[]}", ""},
        {"[{\"series\":\"a.b\",\"time\":1,\"value\":2.5}]", "0 s:a.b t=1000 v=2.5; "},
        {"{\"series\":\"a.b\",\"time\":1,\"value\":2.5}", "0 s:a.b t=1000 v=2.5; "},
        {"{\"samples\":[{\"series\":\"a.b\",\"value\":1},{\"series\":\"c.d\",\"value\":2}]}",
         "0 s:a.b v=1; 1 s:c.d v=2; "},
        {"[{\"value\":true,\"time\":\"2026-01-31T08:00:00Z\",\"metric\":\"m\",\"asset\":\"P\","
         "\"unit\":\"mm/s\",\"quality\":\"bad\"}]",
         "0 a:P m:m u:mm/s t=1769846400000000 v=1 q=2147483648; "},
        {"[{\"series\":\"a\",\"times\":[1,2.5,\"x\",null],\"values\":[1,null,\"y\",1e999],"
         "\"qualities\":[0,\"good\",1073741824,-1,\"odd\",4294967296,null]}]",
         "0 s:a t=1000 t=2500 t=bad t=none v=1 v=null v=text v=inf"
         " q=0 q=0 q=1073741824 q=-2 q=-2 q=-2 q=-1 |; "},
        {"[{\"series\":\"\\u0050-1\\n\",\"value\":-0.1}]", "0 s:P-1\n v=-0.10000000000000001; "},
        {"[{\"series\":null,\"value\":1}]", "0 v=1; "},
        {"[1,\"x\",null,[2,[3]],{\"series\":\"a\",\"value\":1},{}]",
         "0 ingest.item_not_object; 1 ingest.item_not_object; 2 ingest.item_not_object; "
         "3 ingest.item_not_object; 4 s:a v=1; 5; "},
        {"[{\"series\":1},{\"series\":\"a\",\"value\":[1,{\"x\":2}],\"time\":3},{\"values\":5},"
         "{\"times\":{\"a\":1}},{\"quality\":[]},{\"values\":[[1],2]}]",
         "0 ingest.member_type; 1 s:a ingest.member_type; 2 ingest.member_type |; "
         "3 ingest.member_type |; 4 ingest.member_type; 5 ingest.member_type |; "},
        {"[{\"tags\":{\"a\":[1,2]},\"series\":\"a\"},{\"series\":\"b\",\"value\":1}]",
         "0 s:a ingest.member_unknown; 1 s:b v=1; "},
        {"[{\"series\":\"a\",\"series\":\"b\"}]", "0 s:b ingest.member_twice; "},
        {"[{\"samples\":[]}]", "0 ingest.member_unknown; "},
        {"{\"samples\":[{\"value\":1}],\"samples\":[]}", "ingest.json_shape"},
        {"{\"samples\":[{\"value\":1}],\"value\":2}", "ingest.json_shape"},
        {"{\"value\":1,\"samples\":[]}", "ingest.json_shape"},
        {"{\"samples\":{}}", "ingest.json_shape"},
        {"{\"samples\":1}", "ingest.json_shape"},
        {"5", "ingest.json_shape"},
        {"\"x\"", "ingest.json_shape"},
        {"null", "ingest.json_shape"},
        {"", "json.malformed"},
        {"[", "json.malformed"},
        {"[{\"series\":\"a\"", "json.malformed"},
        {"[{\"series\":\"a\",}]", "json.malformed"},
        {"[] []", "json.malformed"},
        {"[01]", "json.malformed"},
        {"[NaN]", "json.malformed"},
        {"[\"\xff\"]", "json.malformed"},
        {"[[[[[[[[[1]]]]]]]]]", "json.too_deep"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        OQ_AUTO(oq_buf) out = oq_buf_make(100000);
        const oq_err *err = json_samples_read(oq_cstr(row[i].json), put_item, &out);
        oq_str got = err ? oq_cstr(err->code) : oq_buf_view(&out);
        CHECK_STR(row[i].json, got, row[i].words);
    }
}

static void test_where_it_is_malformed(void **state)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1000);
    const oq_err *err = json_samples_read(OQ_STR("[\n{},\n  x]"), put_item, &out);
    CHECK_CODE("malformed", err, "json.malformed");
    CHECK_STR("line", err->arg[0].value, "3");
}

static oq_err *refuse(void *self, const json_item *item)
{
    return item->index == 1 ? oq_fail(OQ_LIMIT, "test.enough") : NULL;
}

static void test_who_takes_may_end_it(void **state)
{
    CHECK_CODE("ended", json_samples_read(OQ_STR("[{},{},{}]"), refuse, NULL), "test.enough");
}

static oq_err *count(void *self, const json_item *item)
{
    size_t *count = self;
    *count += item->values;
    if (item->flaw)
        CHECK_CODE("flaw", item->flaw, "ingest.column_too_long");
    return NULL;
}

static void test_long_columns_and_names(void **state)
{
    OQ_AUTO(oq_buf) json = oq_buf_make(10 * 1000 * 1000);
    size_t values = 0;
    oq_buf_lit(&json, "[{\"series\":\"");
    for (int i = 0; i < 100000; i++)
        oq_buf_char(&json, 'x');
    oq_buf_lit(&json, "\",\"values\":[0");
    for (int i = 0; i < JSON_COLUMN_MAX; i++)
        oq_buf_lit(&json, ",1");
    oq_buf_lit(&json, "]}]");
    CHECK_OK(json_samples_read(oq_buf_view(&json), count, &values));
    assert_int_equal(values, JSON_COLUMN_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_where_it_is_malformed),
        cmocka_unit_test(test_who_takes_may_end_it),
        cmocka_unit_test(test_long_columns_and_names),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
