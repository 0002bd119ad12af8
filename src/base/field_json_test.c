#include <math.h>

#include "base/field_sample.h"
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

/* Every error as "path code fact=value", one after the other. */
static oq_str tell(const oq_err *err)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(100000);
    for (const oq_err *e = err; e; e = e->next) {
        if (out.len)
            oq_buf_lit(&out, "; ");
        if (e->field)
            oq_buf_f(&out, "%s ", e->field);
        oq_buf_str(&out, oq_cstr(e->code));
        for (size_t i = 0; i < e->arg_count; i++)
            oq_buf_f(&out, " %s=%.*s", e->arg[i].name, OQ_FMT(e->arg[i].value));
    }
    return oq_str_copy(arena, oq_buf_view(&out));
}

static void test_everything_is_read(void **state)
{
    sample s;
    CHECK_OK(oq_fields_read_json(
        arena, sample_fields,
        OQ_STR("{\"name\":\"  Pump 7\\r\\nnorth \",\"password\":\" a b \\t\",\"note\":\"\","
               "\"mail\":\"a@b.example\",\"count\":100,\"version\":9223372036854775807,"
               "\"balance\":-9223372036854775807,\"power_kw\":12345678901234567890,\"share\":-1,"
               "\"is_active\":false,\"is_loud\":true,"
               "\"id\":\"0190A1B2-C3D4-7E5F-8A6B-7C8D9E0FA1B2\","
               "\"seen_at\":\"2026-01-31T11:00:00+03:00\",\"built_on\":\"1969-12-31\","
               "\"state\":\"running\",\"mode\":null,"
               "\"settings\":{\"b\": 1.0, \"a\":[true,null,\"\\u00e9\"]},"
               "\"tags\":[\" one \",\"two\"],\"colours\":[\"red\"],"
               "\"parts\":[\"0190a1b2-c3d4-7e5f-8a6b-7c8d9e0fa1b2\"],"
               "\"spec\":{\"max\":7,\"poles\":4,\"is_sealed\":true,\"maker\":\"مصنع\"}}"),
        &s));
    CHECK_STR("trimmed, line end plain", s.name, "Pump 7\nnorth");
    CHECK_STR("a secret stays as it is", s.password, " a b \t");
    CHECK("an empty text is given", oq_str_given(s.note) && s.note.len == 0);
    CHECK_STR("mail", s.mail, "a@b.example");
    CHECK("count", s.count == 100);
    CHECK("greatest", s.version == INT64_MAX);
    CHECK("least", s.balance == INT64_MIN + 1);
    CHECK("an integer beyond 64 bits is a good real", s.power_kw == 12345678901234567890.0);
    CHECK("share", s.share == -1);
    CHECK("booleans", !s.is_active && s.is_loud);
    CHECK_STR("id", oq_uuid_text(arena, s.id), "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0fa1b2");
    CHECK("time", s.seen_at == INT64_C(1769846400) * OQ_SECOND);
    CHECK("date", s.built_on == -1);
    CHECK("choice", s.state == SAMPLE_RUNNING);
    CHECK("null is the preset", s.mode == SAMPLE_STOPPED);
    CHECK_STR("JSON in its short form", s.settings, "{\"b\":1,\"a\":[true,null,\"é\"]}");
    CHECK("tags", s.tags.count == 2);
    CHECK_STR("tag", s.tags.at[0], "one");
    CHECK("colours", s.colours.count == 1);
    CHECK("parts", s.parts.count == 1 && oq_uuid_eq(s.parts.at[0], s.id));
    CHECK("spec", s.spec.max == 7 && s.spec.poles == 4 && s.spec.is_sealed);
    CHECK_STR("maker", s.spec.maker, "مصنع");
}

static void test_not_given(void **state)
{
    sample s;
    memset(&s, 0xaa, sizeof s);
    CHECK_OK(oq_fields_read_json(arena, sample_fields, OQ_STR("{\"name\":\"x\",\"tags\":[]}"), &s));
    CHECK("text", !oq_str_given(s.note) && !oq_str_given(s.password) && !oq_str_given(s.settings));
    CHECK("bytes", !oq_str_given(s.raw));
    CHECK("i64", s.count == OQ_I64_NONE && s.version == 1);
    CHECK("f64", isnan(s.power_kw) && s.share == 0.25);
    CHECK("bool", s.is_active && !s.is_loud);
    CHECK("uuid", oq_uuid_is_zero(s.id));
    CHECK("time", s.seen_at == OQ_TIME_NONE && s.built_on == OQ_DATE_NONE);
    CHECK("choice", s.state == 0 && s.mode == SAMPLE_STOPPED);
    CHECK("lists", s.tags.count == 0 && s.parts.count == 0);
    CHECK("object", isnan(s.spec.max) && s.spec.poles == OQ_I64_NONE);
}

static void test_errors(void **state)
{
    static const struct {
        const char *json, *errors;
    } row[] = {
        /* the whole text */
        {"", "json.malformed line=1 column=0"},
        {"{", "json.malformed line=1 column=1"},
        {"{\"name\":\"x\"} x", "json.malformed line=1 column=14"},
        {"{\n\"name\":\n'x'}", "json.malformed line=3 column=1"},
        {"{\"name\":\"\xff\"}", "json.malformed line=1 column=9"},
        {"[1]", "json.not_an_object"},
        {"null", "json.not_an_object"},
        {"{\"name\":1e999}", "json.number_too_large line=1 column=13"},
        {"{\"name\":\"a\",\"name\":\"b\"}", "name field.duplicate"},
        {"{\"name\":\"a\",\"spec\":{\"max\":1,\"max\":1}}", "max field.duplicate"},
        /* required */
        {"{}", "name field.required"},
        {"{\"name\":null}", "name field.required"},
        {"{\"name\":\"  \"}", "name field.required"},
        {"{\"name\":\"x\",\"spec\":{}}", "spec.max field.required"},
        {"{\"name\":\"x\",\"mail\":\" \"}", "mail field.required"}, /* absent is no mistake */
        /* unknown */
        {"{\"name\":\"x\",\"raw\":\"x\"}", "raw field.unknown name=raw"},
        {"{\"name\":\"x\",\"spec\":{\"max\":1,\"mad\":1}}", "spec.mad field.unknown name=spec.mad"},
        {"{\"name\":\"x\",\"a23456789012345678901234567890123456789012345678901234567890123é\":1}",
         "a23456789012345678901234567890123456789012345678901234567890123 field.unknown "
         "name=a23456789012345678901234567890123456789012345678901234567890123"},
        /* type */
        {"{\"name\":5}", "name field.type wanted=text"},
        {"{\"name\":\"x\",\"password\":[]}", "password field.type wanted=text"},
        {"{\"name\":\"x\",\"count\":\"5\"}", "count field.type wanted=integer"},
        {"{\"name\":\"x\",\"count\":3.0}", "count field.type wanted=integer"},
        {"{\"name\":\"x\",\"count\":3e1}", "count field.type wanted=integer"},
        {"{\"name\":\"x\",\"count\":true}", "count field.type wanted=integer"},
        {"{\"name\":\"x\",\"share\":\"1\"}", "share field.type wanted=number"},
        {"{\"name\":\"x\",\"is_loud\":1}", "is_loud field.type wanted=boolean"},
        {"{\"name\":\"x\",\"id\":\"x\"}", "id field.type wanted=uuid"},
        {"{\"name\":\"x\",\"id\":7}", "id field.type wanted=uuid"},
        {"{\"name\":\"x\",\"seen_at\":\"2026-01-31\"}", "seen_at field.type wanted=time"},
        {"{\"name\":\"x\",\"seen_at\":1}", "seen_at field.type wanted=time"},
        {"{\"name\":\"x\",\"built_on\":\"2026-02-30\"}", "built_on field.type wanted=date"},
        {"{\"name\":\"x\",\"built_on\":\"2026-02-03T00:00:00Z\"}",
         "built_on field.type wanted=date"},
        {"{\"name\":\"x\",\"built_on\":\"٢٠٢٦-٠١-٣١\"}", "built_on field.type wanted=date"},
        {"{\"name\":\"x\",\"tags\":\"a\"}", "tags field.type wanted=list"},
        {"{\"name\":\"x\",\"tags\":[\"a\",1,null]}",
         "tags[1] field.type wanted=text; tags[2] field.type wanted=text"},
        {"{\"name\":\"x\",\"parts\":[1]}", "parts[0] field.type wanted=uuid"},
        {"{\"name\":\"x\",\"spec\":[]}", "spec field.type wanted=object"},
        /* limits */
        {"{\"name\":\"123456789012345678901\"}", "name field.too_long max=20"},
        {"{\"name\":\"مضخةمضخةمضخ\"}", "name field.too_long max=20"},
        {"{\"name\":\"x\",\"password\":\"123\"}", "password field.too_short min=4"},
        {"{\"name\":\"x\",\"count\":101}", "count field.too_large max=100"},
        {"{\"name\":\"x\",\"count\":0}", "count field.too_small min=1"},
        {"{\"name\":\"x\",\"version\":0}", "version field.too_small min=1"},
        {"{\"name\":\"x\",\"count\":9223372036854775808}", "count field.too_large max=100"},
        {"{\"name\":\"x\",\"balance\":99999999999999999999}",
         "balance field.too_large max=9223372036854775807"},
        {"{\"name\":\"x\",\"balance\":-9223372036854775808}",
         "balance field.too_small min=-9223372036854775807"},
        {"{\"name\":\"x\",\"balance\":-9223372036854775809}",
         "balance field.too_small min=-9223372036854775807"},
        {"{\"name\":\"x\",\"balance\":-99999999999999999999}",
         "balance field.too_small min=-9223372036854775807"},
        {"{\"name\":\"x\",\"share\":1.5}", "share field.too_large max=1"},
        {"{\"name\":\"x\",\"share\":-1.5}", "share field.too_small min=-1"},
        {"{\"name\":\"x\",\"tags\":[\"a\",\"b\",\"c\",\"d\"]}", "tags field.too_many max=3"},
        /* texts */
        {"{\"name\":\"a\\u0000b\"}", "name field.bad_text"},
        {"{\"name\":\"a\\u001bb\"}", "name field.bad_text"},
        {"{\"name\":\"a\\rb\"}", "name field.bad_text"},
        {"{\"name\":\"a\\u007fb\"}", "name field.bad_text"},
        {"{\"name\":\"a\\u0085b\"}", "name field.bad_text"},
        {"{\"name\":\"x\",\"password\":\"a\\u0000bcd\"}", "password field.bad_text"},
        {"{\"name\":\"x\",\"tags\":[\"\"]}", "tags[0] field.required"},
        {"{\"name\":\"x\",\"parts\":[\"00000000-0000-0000-0000-000000000000\"]}",
         "parts[0] field.required"},
        {"{\"name\":\"x\",\"settings\":{\"a\":\"\\u0000\"}}", "settings field.bad_text"},
        /* choices and checks */
        {"{\"name\":\"x\",\"state\":\"red\"}", "state field.not_a_choice choices=running, stopped"},
        {"{\"name\":\"x\",\"state\":\"\"}", "state field.not_a_choice choices=running, stopped"},
        {"{\"name\":\"x\",\"state\":1}", "state field.type wanted=text"},
        {"{\"name\":\"x\",\"colours\":[\"red\",\"blue\"]}",
         "colours[1] field.not_a_choice choices=red, green"},
        {"{\"name\":\"x\",\"mail\":\"nobody\"}", "mail field.email_malformed"},
        /* all of them, in the order of the table, unknown ones last */
        {"{\"zzz\":1,\"count\":\"x\",\"spec\":{\"max\":0,\"poles\":0},\"share\":2}",
         "name field.required; count field.type wanted=integer; share field.too_large max=1; "
         "spec.max field.too_small min=0.5; spec.poles field.too_small min=1; "
         "zzz field.unknown name=zzz"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        sample s;
        oq_err *err = oq_fields_read_json(arena, sample_fields, oq_cstr(row[i].json), &s);
        CHECK_STR(row[i].json, tell(err), row[i].errors);
        oq_err_reset();
    }
}

static void test_kinds_of_errors(void **state)
{
    sample s;
    oq_err *err = oq_fields_read_json(arena, sample_fields, OQ_STR("{"), &s);
    CHECK("malformed", err->kind == OQ_MALFORMED);
    err = oq_fields_read_json(arena, sample_fields, OQ_STR("{}"), &s);
    CHECK("invalid", err->kind == OQ_INVALID);
}

static void test_nesting_is_bounded(void **state)
{
    for (int depth = OQ_JSON_DEPTH_MAX; depth <= OQ_JSON_DEPTH_MAX + 1; depth++) {
        OQ_AUTO(oq_buf) text = oq_buf_make(1000);
        oq_buf_lit(&text, "{\"name\":\"[[[[{{{{\\\"[[\",\"settings\":");
        for (int i = 1; i < depth; i++)
            oq_buf_char(&text, '[');
        for (int i = 1; i < depth; i++)
            oq_buf_char(&text, ']');
        oq_buf_char(&text, '}');
        sample s;
        oq_err *err = oq_fields_read_json(arena, sample_fields, oq_buf_view(&text), &s);
        CHECK_CODE("depth", err, depth > OQ_JSON_DEPTH_MAX ? "json.too_deep" : NULL);
    }
}

static void test_errors_are_bounded(void **state)
{
    OQ_AUTO(oq_buf) text = oq_buf_make(100000);
    oq_buf_lit(&text, "{\"name\":\"x\"");
    for (int i = 0; i < 1000; i++)
        oq_buf_f(&text, ",\"n%d\":1", i);
    oq_buf_char(&text, '}');
    sample s;
    oq_err *err = oq_fields_read_json(arena, sample_fields, oq_buf_view(&text), &s);
    size_t count = 0;
    for (const oq_err *e = err; e; e = e->next)
        count++;
    CHECK("bounded", count == OQ_FIELD_ERRORS_MAX);
}

static void test_default_limits(void **state)
{
    static const struct {
        const char *label, *before, *unit, *after, *code;
        int count;
    } row[] = {
        {"text fits", "{\"name\":\"x\",\"note\":\"", "n", "\"}", NULL, OQ_TEXT_MAX},
        {"text", "{\"name\":\"x\",\"note\":\"", "n", "\"}", "field.too_long", OQ_TEXT_MAX + 1},
        {"JSON", "{\"name\":\"x\",\"settings\":\"", "n", "\"}", "field.too_long", 199},
        {"JSON fits", "{\"name\":\"x\",\"settings\":\"", "n", "\"}", NULL, 198},
        {"list", "{\"name\":\"x\",\"colours\":[\"red\"", ",\"red\"", "]}", "field.too_many",
         OQ_LIST_MAX},
        {"list fits", "{\"name\":\"x\",\"colours\":[\"red\"", ",\"red\"", "]}", NULL,
         OQ_LIST_MAX - 1},
        {"item", "{\"name\":\"x\",\"tags\":[\"", "n", "\"]}", "field.too_long", OQ_TEXT_MAX + 1},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        OQ_AUTO(oq_buf) text = oq_buf_make(100000);
        oq_buf_str(&text, oq_cstr(row[i].before));
        for (int n = 0; n < row[i].count; n++)
            oq_buf_str(&text, oq_cstr(row[i].unit));
        oq_buf_str(&text, oq_cstr(row[i].after));
        sample s;
        CHECK_CODE(row[i].label, oq_fields_read_json(arena, sample_fields, oq_buf_view(&text), &s),
                   row[i].code);
    }
}

static void test_after_an_error_the_rest_is_read(void **state)
{
    sample s;
    oq_err *err = oq_fields_read_json(
        arena, sample_fields, OQ_STR("{\"name\":\"Pump\",\"count\":\"x\",\"balance\":7}"), &s);
    CHECK_CODE("count", err, "field.type");
    CHECK_STR("name", s.name, "Pump");
    CHECK("balance", s.balance == 7 && s.count == OQ_I64_NONE);
}

static void test_unread_bytes_of_the_text_do_not_matter(void **state)
{
    /* A view without NUL behind it, cut at each place: an error, or the whole. */
    static const char whole[] = "{\"name\":\"x\",\"count\":7,\"settings\":[1,\"\\\"\",{}]}";
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        OQ_AUTO(oq_buf) exact = oq_buf_make(100);
        oq_buf_put(&exact, whole, len);
        sample s;
        oq_err *err = oq_fields_read_json(arena, sample_fields, oq_buf_view(&exact), &s);
        CHECK_CODE("cut", err, "json.malformed");
    }
}

typedef struct pump {
    oq_str code, note;
    int64_t version;
    double power;
    bool is_active;
    int role;
    oq_uuid id;
} pump;
static const oq_choice pump_roles[] = {{1, "duty"}, {2, "standby"}, {0, NULL}};
static const oq_field pump_fields[] = {OQ_TEXT(pump, code, .not_blank = true, .max = 10),
                                       OQ_TEXT(pump, note, .preset = "as built"),
                                       OQ_I64(pump, version, .required = true),
                                       OQ_F64(pump, power),
                                       OQ_BOOL(pump, is_active, .preset = "true"),
                                       OQ_CHOICE(pump, role, pump_roles),
                                       OQ_UUID(pump, id),
                                       OQ_FIELDS_END};

static void test_merge(void **state)
{
    static const struct {
        const char *label, *json, *code, *after;
    } row[] = {
        {"nothing but what is needed", "{\"version\":3}", NULL, "P-1|old|3|2.5|false|standby"},
        {"one", "{\"version\":3,\"power\":7}", NULL, "P-1|old|3|7|false|standby"},
        {"null takes away, presets do not come back",
         "{\"version\":3,\"note\":null,\"power\":null,\"role\":null}", NULL, "P-1||3||false|"},
        {"what is needed", "{\"power\":7}", "field.required", NULL},
        {"null of what is needed", "{\"version\":null}", "field.required", NULL},
        {"unknown", "{\"version\":3,\"x\":1}", "field.unknown", NULL},
        {"not blank", "{\"version\":3,\"code\":\"\"}", "field.required", NULL},
        {"too long", "{\"version\":3,\"code\":\"12345678901\"}", "field.too_long", NULL},
        {"no object", "[]", "json.not_an_object", NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        pump p = {
            .code = OQ_STR("P-1"), .note = OQ_STR("old"), .version = 2, .power = 2.5, .role = 2};
        oq_err *err = oq_fields_merge_json(arena, pump_fields, oq_cstr(row[i].json), &p);
        CHECK_CODE(row[i].label, err, row[i].code);
        oq_str all = OQ_STR("");
        for (const oq_field *f = pump_fields; f->type != OQ_TYPE_UUID; f++)
            all =
                oq_strf(arena, "%.*s%s%.*s", OQ_FMT(all), all.ptr[0] || f != pump_fields ? "|" : "",
                        OQ_FMT(oq_field_text(arena, f, &p)));
        if (row[i].after)
            CHECK_STR(row[i].label, all, row[i].after);
    }
}

static void test_pairs(void **state)
{
    oq_pair *pair;
    size_t count;
    CHECK_OK(oq_json_pairs(arena,
                           OQ_STR("{\"a\":\"x\",\"b\":1.50,\"c\":true,\"d\":null,"
                                  "\"e\":{\"f\":[1, 2]},\"g\":12345678901}"),
                           &pair, &count));
    static const char *const wanted[] = {"a=x", "b=1.5",           "c=true",
                                         "d=",  "e={\"f\":[1,2]}", "g=12345678901"};
    assert_int_equal(count, OQ_COUNT(wanted));
    for (size_t i = 0; i < count; i++)
        CHECK_STR(wanted[i],
                  oq_strf(arena, "%.*s=%.*s", OQ_FMT(pair[i].name), OQ_FMT(pair[i].value)),
                  wanted[i]);
    CHECK_CODE("a list", oq_json_pairs(arena, OQ_STR("[]"), &pair, &count), "json.not_an_object");
    CHECK_CODE("twice", oq_json_pairs(arena, OQ_STR("{\"a\":1,\"a\":2}"), &pair, &count),
               "field.duplicate");
    CHECK_CODE("cut off", oq_json_pairs(arena, OQ_STR("{\"a\":"), &pair, &count), "json.malformed");
}

static void test_same_json(void **state)
{
    static const struct {
        const char *label, *a, *b;
        bool same;
    } row[] = {
        {"blanks", "{\"a\": 1,  \"b\":[1, 2]}", "{\"a\":1,\"b\":[1,2]}", true},
        {"order of members", "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true},
        {"order of items", "[1,2]", "[2,1]", false},
        {"another value", "{\"a\":1}", "{\"a\":2}", false},
        {"not given is null", NULL, "null", true},
        {"not given is no empty object", NULL, "{}", false},
        {"the same nonsense", "{a", "{a", true},
        {"nonsense", "{a", "{b", false},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK(row[i].label, oq_json_same(oq_cstr(row[i].a), oq_cstr(row[i].b)) == row[i].same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_json),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_everything_is_read),
        cmocka_unit_test(test_not_given),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_kinds_of_errors),
        cmocka_unit_test(test_nesting_is_bounded),
        cmocka_unit_test(test_errors_are_bounded),
        cmocka_unit_test(test_default_limits),
        cmocka_unit_test(test_after_an_error_the_rest_is_read),
        cmocka_unit_test(test_unread_bytes_of_the_text_do_not_matter),
    };
    return cmocka_run_group_tests_name("field_json", tests, open_arena, close_arena);
}
