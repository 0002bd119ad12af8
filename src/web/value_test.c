#include "base/test.h"
#include "web/value.h"

static oq_arena *arena;

static int open_arena(void **state)
{
    arena = oq_arena_open(0);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}

static void test_members(void **state)
{
    web_value *o = web_object(arena);
    web_put_text(o, "text", OQ_STR("x"));
    web_put_cstr(o, "cstr", "y");
    web_put_bool(o, "yes", true);
    web_put_i64(o, "n", INT64_MIN);
    web_put_text(o, "none", OQ_NONE);
    web_put_cstr(web_put_object(o, "inner"), "a", "b");
    CHECK_STR("text", web_as_text(web_get(o, OQ_STR("text"))), "x");
    CHECK_STR("cstr", web_as_text(web_get(o, OQ_STR("cstr"))), "y");
    CHECK_STR("truth", web_as_text(web_get(o, OQ_STR("yes"))), "true");
    CHECK_STR("number", web_as_text(web_get(o, OQ_STR("n"))), "-9223372036854775808");
    CHECK_STR("inner", web_as_text(web_get(web_get(o, OQ_STR("inner")), OQ_STR("a"))), "b");
    CHECK("a prefix is another key", web_get(o, OQ_STR("tex")) == NULL);

    const web_value *found = o;
    CHECK("a text not given is a member", web_has(o, OQ_STR("none"), &found));
    CHECK("and says nothing", !web_is_true(found) && web_as_text(found).len == 0);
    CHECK("no member", !web_has(o, OQ_STR("other"), &found));

    web_put_cstr(o, "text", "z");
    CHECK_STR("put again", web_as_text(web_get(o, OQ_STR("text"))), "z");
    assert_int_equal(web_member_count(o), 6);
    oq_str key;
    CHECK("in order", web_is_object(web_member_at(o, 5, &key)));
    CHECK_STR("in order", key, "inner");
}

static void test_many_members_and_items(void **state)
{
    web_value *o = web_object(arena), *list = web_put_list(o, "list");
    for (int i = 0; i < 1000; i++) {
        web_put_i64(o, oq_strf(arena, "k%d", i).ptr, i);
        web_put_i64(web_add_object(list), "i", i);
    }
    assert_int_equal(web_member_count(o), 1001);
    assert_int_equal(web_count(list), 1000);
    for (int i = 0; i < 1000; i += 37) {
        const char *wanted = oq_strf(arena, "%d", i).ptr;
        CHECK_STR("member", web_as_text(web_get(o, oq_strf(arena, "k%d", i))), wanted);
        CHECK_STR("item", web_as_text(web_get(web_at(list, (size_t)i), OQ_STR("i"))), wanted);
    }
    CHECK("past the end", web_at(list, 1000) == NULL);
}

static void test_truth(void **state)
{
    static const struct {
        const char *json;
        bool is_true;
        const char *text;
    } row[] = {
        {"null", false, ""},
        {"false", false, "false"},
        {"true", true, "true"},
        {"\"\"", false, ""},
        {"\"x\"", true, "x"},
        {"\"0\"", true, "0"},
        {"0", true, "0"},
        {"[]", false, ""},
        {"[null]", true, ""},
        {"{}", true, ""},
        {"-12", true, "-12"},
        {"1.21", true, "1.21"},
        {"1e22", true, "1e22"},
        {"9223372036854775807", true, "9223372036854775807"},
        {"\"a\\u00e9\"", true, "aé"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        web_value *value;
        CHECK_CODE(row[i].json, web_from_json(arena, oq_cstr(row[i].json), &value), NULL);
        CHECK(row[i].json, web_is_true(value) == row[i].is_true);
        CHECK_STR(row[i].json, web_as_text(value), row[i].text);
    }
    CHECK("nothing", !web_is_true(NULL) && web_as_text(NULL).len == 0 && web_count(NULL) == 0);
    CHECK("nothing", !web_is_list(NULL) && !web_is_object(NULL) && !web_is_lookup(NULL));
    CHECK("nothing", !web_get(NULL, OQ_STR("a")) && !web_look_up(NULL, OQ_STR("a")));
}

/* `count` times `text`. */
static oq_str repeat(const char *text, int count)
{
    OQ_AUTO(oq_buf) all = oq_buf_make(100000);
    for (int i = 0; i < count; i++)
        oq_buf_str(&all, oq_cstr(text));
    return oq_str_copy(arena, oq_buf_view(&all));
}

static void test_bad_json(void **state)
{
    web_value *value = NULL;
    oq_err *err = web_from_json(arena, OQ_STR("{\n \"a\": }"), &value);
    CHECK_CODE("broken", err, "json.malformed");
    CHECK_STR("line", err->arg[0].value, "2");
    CHECK_CODE("empty", web_from_json(arena, OQ_STR(""), &value), "json.malformed");
    CHECK_CODE("not given", web_from_json(arena, OQ_NONE, &value), "json.malformed");
    CHECK_CODE("twice", web_from_json(arena, OQ_STR("{\"a\":1,\"a\":2}"), &value),
               "json.malformed");
    CHECK_CODE("deep",
               web_from_json(arena,
                             oq_strf(arena, "%.*s1%.*s", OQ_FMT(repeat("[", WEB_JSON_DEPTH_MAX)),
                                     OQ_FMT(repeat("]", WEB_JSON_DEPTH_MAX))),
                             &value),
               "json.too_deep");
    CHECK("untouched", value == NULL);
    CHECK_OK(web_from_json(arena,
                           oq_strf(arena, "%.*s%.*s", OQ_FMT(repeat("[", WEB_JSON_DEPTH_MAX)),
                                   OQ_FMT(repeat("]", WEB_JSON_DEPTH_MAX))),
                           &value));
}

typedef struct limits {
    double min, max;
} limits;
static const oq_field limits_fields[] = {OQ_F64(limits, min), OQ_F64(limits, max), OQ_FIELDS_END};

static const oq_choice state_choices[] = {{1, "open"}, {2, "closed"}, {0, NULL}};

typedef struct order {
    oq_str title, password, data, note;
    int64_t count;
    double cost;
    bool is_urgent;
    oq_uuid id;
    oq_us due_at;
    oq_date day;
    int state;
    oq_strs tags;
    limits spec;
} order;
static const oq_field order_fields[] = {OQ_TEXT(order, title),
                                        OQ_SECRET(order, password),
                                        OQ_BYTES(order, data),
                                        OQ_TEXT(order, note, .is_hidden = true),
                                        OQ_I64(order, count),
                                        OQ_F64(order, cost),
                                        OQ_BOOL(order, is_urgent),
                                        OQ_UUID(order, id),
                                        OQ_TIME(order, due_at),
                                        OQ_DATE(order, day),
                                        OQ_CHOICE(order, state, state_choices),
                                        OQ_TEXTS(order, tags),
                                        OQ_OBJECT(order, spec, limits, limits_fields),
                                        OQ_FIELDS_END};

static void test_record(void **state)
{
    oq_str tags[] = {OQ_STR("a"), OQ_STR("b")};
    order r = {
        .title = OQ_STR("Pump <7>"),
        .password = OQ_STR("hidden from all"),
        .data = OQ_STR("\x01"),
        .note = OQ_STR("hidden"),
        .count = 1234567,
        .cost = 7.5,
        .is_urgent = true,
        .due_at = 0,
        .day = 1,
        .state = 2,
        .tags = {tags, 2},
        .spec = {.min = -1, .max = __builtin_nan("")},
    };
    static const struct {
        const char *name, *text;
    } row[] = {
        {"title", "Pump <7>"},
        {"count", "1234567"},
        {"cost", "7.5"},
        {"is_urgent", "true"},
        {"due_at", "1970-01-01T00:00:00Z"},
        {"day", "1970-01-02"},
        {"state", "closed"},
        {"id", ""},
    };
    web_value *o = web_object(arena);
    web_put_record(o, order_fields, &r);
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].name, web_as_text(web_get(o, oq_cstr(row[i].name))), row[i].text);
    const web_value *found;
    CHECK("no secret", !web_has(o, OQ_STR("password"), &found));
    CHECK("no bytes", !web_has(o, OQ_STR("data"), &found));
    CHECK("nothing hidden", !web_has(o, OQ_STR("note"), &found));
    CHECK_STR("list", web_as_text(web_at(web_get(o, OQ_STR("tags")), 1)), "b");
    const web_value *spec = web_get(o, OQ_STR("spec"));
    CHECK_STR("inside", web_as_text(web_get(spec, OQ_STR("min"))), "-1");
    CHECK("not given", !web_is_true(web_get(spec, OQ_STR("max"))));
    CHECK("zero id", !web_is_true(web_get(o, OQ_STR("id"))));
}

static const web_value *answer(const void *self, oq_arena *a, oq_str path)
{
    return web_text(a, path);
}

static void test_lookup(void **state)
{
    web_value *o = web_object(arena);
    web_put_lookup(o, "t", answer, NULL);
    const web_value *t = web_get(o, OQ_STR("t"));
    CHECK("is one", web_is_lookup(t) && web_is_true(t));
    CHECK_STR("has no text", web_as_text(t), "");
    CHECK_STR("asks", web_as_text(web_look_up(t, OQ_STR("a.b"))), "a.b");
    CHECK("others do not", web_look_up(o, OQ_STR("a")) == NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        TEST(test_members), TEST(test_many_members_and_items),
        TEST(test_truth),   TEST(test_bad_json),
        TEST(test_record),  TEST(test_lookup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
