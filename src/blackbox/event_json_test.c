#include "blackbox/event_json.h"

#include "base/test.h"

#include "base/banned.h"

static event_items read_ok(oq_arena *arena, const char *text)
{
    event_items items;
    CHECK_OK(event_items_read(arena, oq_cstr(text), false, &items));
    return items;
}

static void test_forms(void **state)
{
    static const struct {
        const char *label, *text;
        size_t wanted;
        bool is_lines;
    } row[] = {
        {"one", "{\"summary\":\"a\"}", 1, false},
        {"a list", "[{\"summary\":\"a\"},{\"summary\":\"b\"}]", 2, false},
        {"no event", "[]", 0, false},
        {"an object", "{\"events\":[{\"summary\":\"a\"},{\"summary\":\"b\"}]}", 2, false},
        {"an empty object", "{\"events\":[]}", 0, false},
        {"lines", "{\"summary\":\"a\"}\n{\"summary\":\"b\"}\n", 2, true},
        {"lines, some empty", "\n{\"summary\":\"a\"}\r\n\n  \n{\"summary\":\"b\"}", 2, true},
        {"one over lines", "{\n\"summary\":\"a\"\n}\n", 1, false},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        event_items items = read_ok(*state, row[i].text);
        CHECK(row[i].label, items.count == row[i].wanted && items.is_lines == row[i].is_lines);
        for (size_t k = 0; k < items.count; k++)
            CHECK_CODE(row[i].label, items.at[k].flaw, NULL);
    }
}

static void test_not_events(void **state)
{
    static const struct {
        const char *text, *code;
    } row[] = {
        {"", "json.malformed"},
        {"{", "json.malformed"},
        {"[{\"summary\":\"a\"}", "json.malformed"},
        {"[{\"summary\":NaN}]", "json.malformed"},
        {"7", "event.json_shape"},
        {"\"a\"", "event.json_shape"},
        {"{\"events\":{}}", "event.json_shape"},
        {"{\"events\":7}", "event.json_shape"},
        {"{\"events\":[],\"more\":1}", "event.json_shape"},
        {"{\"summary\":\"a\",\"events\":[]}", "event.json_shape"},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "json.too_deep"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        event_items items;
        CHECK_CODE(row[i].text, event_items_read(*state, oq_cstr(row[i].text), false, &items),
                   row[i].code);
    }
}

static void test_members(void **state)
{
    event_items items = read_ok(
        *state,
        "{\"source_system\":\"PI\",\"source_id\":4711,\"source_type\":\"alarm\","
        "\"event_time\":\"2026-01-31T08:00:00.25Z\",\"severity\":\"HIGH\",\"asset\":\"P-101\","
        "\"site\":\"S\",\"unit\":\"U\",\"shift\":\"A\",\"summary\":\" Vibration high \","
        "\"line_id\":\"L1\",\"batch_id\":7,\"lot_id\":null,\"tags\":[\"a\",\"b\"],"
        "\"trace_id\":\"0192568a-f400-7292-bd81-fa7139fbd828\","
        "\"payload\":{\"x\":{\"kind\":\"no\"},\"kind\":\"pump_trip\",\"v\":[1,2.50]}}");
    assert_int_equal(items.count, 1);
    const event_item *it = &items.at[0];
    const event_order *o = &it->order;
    CHECK_CODE("flaw", it->flaw, NULL);
    CHECK_STR("system", o->source_system, "PI");
    CHECK_STR("id", o->source_id, "4711");
    CHECK_STR("summary", o->summary, "Vibration high");
    CHECK_STR("asset", it->asset, "P-101");
    CHECK_STR("site", it->site, "S");
    CHECK_STR("unit", it->unit, "U");
    CHECK_STR("shift", it->shift, "A");
    CHECK_STR("line", o->line_id, "L1");
    CHECK_STR("batch", o->batch_id, "7");
    assert_false(oq_str_given(o->lot_id));
    CHECK_STR("kind", o->kind, "pump_trip");
    CHECK_STR("payload", o->payload,
              "{\"x\":{\"kind\":\"no\"},\"kind\":\"pump_trip\",\"v\":[1,2.50]}");
    assert_int_equal(o->tags.count, 2);
    CHECK_STR("tag", o->tags.at[1], "b");
    assert_int_equal(o->source_type, EVENT_ALARM);
    assert_int_equal(o->category, CATEGORY_ALERT);
    assert_int_equal(o->severity, SEVERITY_MAJOR);
    assert_true(o->event_time == INT64_C(1769846400250000));
    assert_false(oq_uuid_is_zero(o->trace_id));
    /* What is not given. */
    items = read_ok(*state, "{\"summary\":\"a\",\"time\":1769846400250}");
    o = &items.at[0].order;
    CHECK_STR("system", o->source_system, "API");
    assert_true(oq_str_starts(o->source_id, OQ_STR("digest:")));
    assert_int_equal(o->source_type, EVENT_SYSTEM_LOG);
    assert_int_equal(o->category, CATEGORY_SYSTEM);
    assert_int_equal(o->severity, SEVERITY_INFO);
    assert_true(o->event_time == INT64_C(1769846400250000));
    assert_true(read_ok(*state, "{\"summary\":\"a\"}").at[0].order.event_time == OQ_TIME_NONE);
}

/* The same event has the same digest, another one another. */
static void test_digest(void **state)
{
    event_items a = read_ok(*state, "[{\"summary\":\"a\"},{\"summary\":\"a\"},{\"summary\":\"b\"},"
                                    "{\"summary\":\"a\",\"asset\":\"P\"},"
                                    "{\"summary\":\"a\",\"payload\":{}}]");
    assert_true(oq_str_eq(a.at[0].order.source_id, a.at[1].order.source_id));
    for (size_t i = 2; i < a.count; i++)
        assert_false(oq_str_eq(a.at[0].order.source_id, a.at[i].order.source_id));
}

/* One that is wrong does not keep the others out. */
static void test_flaws(void **state)
{
    static const struct {
        const char *item, *code;
    } row[] = {
        {"7", "event.item_not_object"},
        {"[{\"summary\":\"b\"}]", "event.item_not_object"},
        {"{}", "event.summary_missing"},
        {"{\"summary\":\"  \"}", "event.summary_missing"},
        {"{\"summary\":7}", "event.member_type"},
        {"{\"summary\":{\"a\":1}}", "event.member_type"},
        {"{\"summary\":\"b\",\"colour\":1}", "event.member_unknown"},
        {"{\"summary\":\"b\",\"events\":[]}", "event.member_unknown"},
        {"{\"summary\":\"b\",\"summary\":\"c\"}", "event.member_twice"},
        {"{\"summary\":\"b\\u0007\"}", "event.member_bad_text"},
        {"{\"summary\":\"b\",\"asset\":\"\\n\\u0000x\"}", "event.member_bad_text"},
        {"{\"summary\":\"b\",\"time\":\"yesterday\"}", "event.time_malformed"},
        {"{\"summary\":\"b\",\"time\":1e300}", "event.time_malformed"},
        {"{\"summary\":\"b\",\"time\":9223372036854775807}", "event.time_malformed"},
        {"{\"summary\":\"b\",\"time\":\"0001-01-01T00:00:00Z\"}", "event.time_malformed"},
        {"{\"summary\":\"b\",\"severity\":\"HUGE\"}", "event.severity_unknown"},
        {"{\"summary\":\"b\",\"event_category\":\"X\"}", "event.category_unknown"},
        {"{\"summary\":\"b\",\"source_type\":\"X\"}", "event.type_unknown"},
        {"{\"summary\":\"b\",\"source_system\":\"OPTRIA_ALERT\"}", "event.system_reserved"},
        {"{\"summary\":\"b\",\"trace_id\":\"x\"}", "event.member_type"},
        {"{\"summary\":\"b\",\"tags\":\"x\"}", "event.member_type"},
        {"{\"summary\":\"b\",\"tags\":[1]}", "event.member_type"},
        {"{\"summary\":\"b\",\"payload\":[1]}", "event.member_type"},
        {"{\"summary\":\"b\",\"payload\":\"x\"}", "event.member_type"},
        {"{\"summary\":\"b\",\"payload\":{\"v\":1e999}}", "event.payload_number"},
        {"{\"summary\":\"b\",\"payload\":{\"v\":\"\\u0000\"}}", "event.payload_text"},
        {"{\"summary\":\"b\",\"payload\":{\"\\u0000\":1}}", "event.payload_text"},
        {"{\"summary\":\"b\",\"payload\":{\"v\":\"\\ud800\"}}", "event.payload_text"},
        {"{\"summary\":\"b\",\"payload\":{\"v\":\"\\udc00\\ud800\"}}", "event.payload_text"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str text = oq_strf(*state, "[{\"summary\":\"a\"},%s,{\"summary\":\"z\"}]", row[i].item);
        event_items items = read_ok(*state, text.ptr);
        CHECK(row[i].item, items.count == 3);
        CHECK_CODE(row[i].item, items.at[0].flaw, NULL);
        CHECK_CODE(row[i].item, items.at[1].flaw, row[i].code);
        CHECK_CODE(row[i].item, items.at[2].flaw, NULL);
        CHECK(row[i].item, items.at[1].place == 1 && items.at[2].place == 2);
    }
    CHECK_CODE("a whole pair",
               read_ok(*state, "{\"summary\":\"b\",\"payload\":{\"v\":\"\\ud83d\\ude00\\\\u\"}}")
                   .at[0]
                   .flaw,
               NULL);
}

static void test_long(void **state)
{
    char *text = memset(oq_alloc(*state, 100001), 'x', 100000);
    const struct {
        const char *form, *code;
        int len;
    } row[] = {
        {"{\"summary\":\"%.*s\"}", NULL, EVENT_SUMMARY_MAX},
        {"{\"summary\":\"%.*s\"}", "event.member_too_long", EVENT_SUMMARY_MAX + 1},
        {"{\"summary\":\"a\",\"source_id\":\"%.*s\"}", "event.member_too_long",
         EVENT_SOURCE_ID_MAX + 1},
        {"{\"summary\":\"a\",\"payload\":{\"x\":\"%.*s\"}}", NULL, EVENT_PAYLOAD_MAX - 8},
        {"{\"summary\":\"a\",\"payload\":{\"x\":\"%.*s\"}}", "event.payload_too_large",
         EVENT_PAYLOAD_MAX - 7},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        OQ_AUTO(oq_buf) buf = oq_buf_make(200000);
        oq_str form = oq_cstr(row[i].form);
        size_t at = oq_str_find(form, OQ_STR("%.*s"));
        oq_buf_str(&buf, oq_str_sub(form, 0, at));
        oq_buf_put(&buf, text, (size_t)row[i].len);
        oq_buf_str(&buf, oq_str_sub(form, at + 4, SIZE_MAX));
        oq_buf_char(&buf, '\0');
        CHECK_CODE(row[i].form, read_ok(*state, buf.ptr).at[0].flaw, row[i].code);
    }
}

static void test_lines(void **state)
{
    event_items items;
    CHECK_OK(event_items_read(*state,
                              OQ_STR("{\"summary\":\"a\"}\n{\"summary\":NaN}\n\n{\"summary\":\n"
                                     "{\"summary\":\"b\"}\n"),
                              true, &items));
    assert_int_equal(items.count, 4);
    CHECK_CODE("2", items.at[1].flaw, "json.malformed");
    assert_int_equal(items.at[1].place, 2);
    CHECK_CODE("4", items.at[2].flaw, "json.malformed");
    assert_int_equal(items.at[2].place, 4);
    CHECK_CODE("5", items.at[3].flaw, NULL);
    assert_int_equal(items.at[3].place, 5);
}

static void test_too_many(void **state)
{
    OQ_AUTO(oq_buf) list = oq_buf_make(1 << 20), lines = oq_buf_make(1 << 20);
    for (int i = 0; i <= EVENTS_ADD_MAX; i++) {
        oq_buf_str(&list, i ? OQ_STR(",{}") : OQ_STR("[{}"));
        oq_buf_str(&lines, OQ_STR("{}\n"));
    }
    oq_buf_char(&list, ']');
    event_items items;
    CHECK_CODE("list", event_items_read(*state, oq_buf_view(&list), false, &items),
               "event.too_many");
    CHECK_CODE("lines", event_items_read(*state, oq_buf_view(&lines), true, &items),
               "event.too_many");
    oq_str most = oq_str_sub(oq_buf_view(&lines), 0, (size_t)EVENTS_ADD_MAX * 3);
    CHECK_OK(event_items_read(*state, most, true, &items));
    assert_int_equal(items.count, EVENTS_ADD_MAX);
    CHECK_CODE("the last", items.at[EVENTS_ADD_MAX - 1].flaw, "event.summary_missing");
}

static int open_arena(void **state)
{
    *state = oq_arena_open(0);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),   cmocka_unit_test(test_not_events),
        cmocka_unit_test(test_members), cmocka_unit_test(test_digest),
        cmocka_unit_test(test_flaws),   cmocka_unit_test(test_long),
        cmocka_unit_test(test_lines),   cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
