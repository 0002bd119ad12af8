#include <jansson.h>
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

typedef json_t *json_ref;
static void json_ref_drop(json_ref *ref)
{
    json_decref(*ref);
}

static oq_str write_json(const oq_field *fields, const void *record)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(100000);
    oq_json j = oq_json_to(&out);
    oq_fields_write_json(&j, fields, record);
    return oq_str_copy(arena, oq_buf_view(&out));
}

/* Nobody gives an out-of-the-table value, but a newer program may have stored one. */
static void test_nothing_given(void **state)
{
    sample s;
    oq_fields_preset(arena, sample_fields, &s);
    s.state = 99;
    CHECK_STR("nothing", write_json(sample_fields, &s),
              "{\"name\":null,\"note\":null,\"mail\":null,\"count\":null,\"version\":1,"
              "\"balance\":null,\"power_kw\":null,\"share\":0.25,\"is_active\":true,"
              "\"is_loud\":false,\"id\":null,\"seen_at\":null,\"built_on\":null,\"state\":null,"
              "\"mode\":\"stopped\",\"settings\":null,\"tags\":[],\"colours\":[],\"parts\":[],"
              "\"spec\":null}");
}

static const char full[] =
    "{\"name\":\"مضخة \\\"7\\\"\",\"note\":\"\",\"mail\":\"a@b.example\",\"count\":100,"
    "\"version\":9223372036854775807,\"balance\":-9223372036854775807,\"power_kw\":1e22,"
    "\"share\":0.1,\"is_active\":false,\"is_loud\":true,"
    "\"id\":\"0190a1b2-c3d4-7e5f-8a6b-7c8d9e0fa1b2\",\"seen_at\":\"2026-01-31T08:00:00.000001Z\","
    "\"built_on\":\"1900-02-28\",\"state\":\"running\",\"mode\":\"running\","
    "\"settings\":{\"a\":[1,null,\"é\"],\"b\":{}},\"tags\":[\"one\",\"two, three\"],"
    "\"colours\":[\"red\"],\"parts\":[\"0190a1b2-c3d4-7e5f-8a6b-7c8d9e0fa1b2\"],"
    "\"spec\":{\"max\":7.25,\"poles\":4,\"is_sealed\":true,\"maker\":\"m\"}}";

static void test_what_is_written_reads_back_the_same(void **state)
{
    static const char *const row[] = {
        full,
        "{\"name\":\"x\"}",
        "{\"name\":\"x\",\"spec\":{\"max\":1}}",
        "{\"name\":\"x\",\"is_active\":null,\"mode\":\"stopped\",\"settings\":[]}",
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        sample first, second;
        CHECK_OK(oq_fields_read_json(arena, sample_fields, oq_cstr(row[i]), &first));
        oq_str once = write_json(sample_fields, &first);
        CHECK_OK(oq_fields_read_json(arena, sample_fields, once, &second));
        CHECK_STR(row[i], write_json(sample_fields, &second), once.ptr);
    }
    CHECK_STR("full",
              write_json(sample_fields, ({
                             static sample s;
                             CHECK_OK(oq_fields_read_json(arena, sample_fields, oq_cstr(full), &s));
                             &s;
                         })),
              full);
}

struct row_with_hidden {
    oq_str shown, hidden, secret, bytes;
};
static const oq_field hidden_fields[] = {
    OQ_TEXT(struct row_with_hidden, shown),
    OQ_TEXT(struct row_with_hidden, hidden, .is_hidden = true),
    OQ_SECRET(struct row_with_hidden, secret),
    OQ_BYTES(struct row_with_hidden, bytes),
    OQ_FIELDS_END,
};

static void test_what_is_never_written(void **state)
{
    struct row_with_hidden r = {OQ_STR("s"), OQ_STR("h"), OQ_STR("password"), OQ_STR("\xff")};
    CHECK_STR("written", write_json(hidden_fields, &r), "{\"shown\":\"s\"}");
    OQ_AUTO(oq_buf) out = oq_buf_make(1000);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, i64, "before", 1);
    oq_fields_write_members(&j, hidden_fields, &r);
    oq_json_put(&j, i64, "behind", 2);
    oq_json_object_end(&j);
    CHECK_STR("members", oq_buf_view(&out), "{\"before\":1,\"shown\":\"s\",\"behind\":2}");
    CHECK_STR("secret", oq_field_text(arena, &hidden_fields[2], &r), "");
    CHECK_STR("bytes", oq_field_text(arena, &hidden_fields[3], &r), "");
    CHECK_STR("hidden is a form's business", oq_field_text(arena, &hidden_fields[1], &r), "h");
}

static void test_text_of_each_type(void **state)
{
    static const struct {
        const char *field, *given, *none;
    } row[] = {
        {"name", "مضخة \"7\"", ""},
        {"password", "", ""},
        {"note", "", ""},
        {"count", "100", ""},
        {"balance", "-9223372036854775807", ""},
        {"power_kw", "1e22", ""},
        {"share", "0.1", "0.25"},
        {"is_active", "false", "true"},
        {"id", "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0fa1b2", ""},
        {"seen_at", "2026-01-31T08:00:00.000001Z", ""},
        {"built_on", "1900-02-28", ""},
        {"state", "running", ""},
        {"mode", "running", "stopped"},
        {"settings", "{\"a\":[1,null,\"é\"],\"b\":{}}", ""},
        {"tags", "one,two, three", ""},
        {"parts", "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0fa1b2", ""},
        {"spec", "{\"max\":7.25,\"poles\":4,\"is_sealed\":true,\"maker\":\"m\"}", ""},
    };
    sample given, none;
    CHECK_OK(oq_fields_read_json(arena, sample_fields, oq_cstr(full), &given));
    given.password = OQ_STR("secret");
    oq_fields_preset(arena, sample_fields, &none);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        const oq_field *f = oq_field_find(sample_fields, oq_cstr(row[i].field));
        CHECK_STR(row[i].field, oq_field_text(arena, f, &given), row[i].given);
        CHECK_STR(row[i].field, oq_field_text(arena, f, &none), row[i].none);
    }
}

/* The text of a field is what a form may send back, for all but a list whose items hold commas. */
static void test_text_reads_back_the_same(void **state)
{
    sample first, second;
    CHECK_OK(oq_fields_read_json(arena, sample_fields, oq_cstr(full), &first));
    first.tags.count = 1;
    oq_fields_preset(arena, sample_fields, &second);
    for (const oq_field *f = sample_fields; f->type != OQ_TYPE_END; f++)
        if (f->type != OQ_TYPE_SECRET && f->type != OQ_TYPE_BYTES)
            CHECK_OK(oq_field_set_text(arena, f, oq_field_text(arena, f, &first), &second));
    second.note = first.note; /* an empty text of a form is not given */
    CHECK_STR("same", write_json(sample_fields, &second), write_json(sample_fields, &first).ptr);
}

/* "properties.name.maxLength" in a tree; an array takes a number. */
static json_t *walk(json_t *at, const char *path)
{
    oq_str part;
    for (oq_str rest = oq_cstr(path); at && oq_str_cut(&rest, '.', &part);) {
        int64_t place;
        at = json_is_array(at) && oq_parse_i64(part, &place)
                 ? json_array_get(at, (size_t)place)
                 : json_object_getn(at, part.ptr, part.len);
    }
    return at;
}

static void test_schema(void **state)
{
    static const struct {
        const char *path, *json;
    } row[] = {
        {"type", "\"object\""},
        {"additionalProperties", "false"},
        {"required", "[\"name\"]"},
        {"properties.name", "{\"type\":\"string\",\"minLength\":1,\"maxLength\":20,"
                            "\"description\":\"What people call it\"}"},
        {"properties.password",
         "{\"type\":[\"string\",\"null\"],\"format\":\"password\",\"maxLength\":20,"
         "\"writeOnly\":true}"},
        {"properties.note", "{\"type\":[\"string\",\"null\"],\"maxLength\":4096}"},
        {"properties.mail.format", "\"email\""},
        {"properties.count",
         "{\"type\":[\"integer\",\"null\"],\"format\":\"int64\",\"minimum\":1,\"maximum\":100}"},
        {"properties.version.default", "1"},
        {"properties.version.maximum", "9223372036854775807"},
        {"properties.balance.minimum", "-9223372036854775807"},
        {"properties.power_kw", "{\"type\":[\"number\",\"null\"],\"format\":\"double\"}"},
        {"properties.share.minimum", "-1"},
        {"properties.share.default", "0.25"},
        {"properties.is_active", "{\"type\":[\"boolean\",\"null\"],\"default\":true}"},
        {"properties.id", "{\"type\":[\"string\",\"null\"],\"format\":\"uuid\"}"},
        {"properties.seen_at.format", "\"date-time\""},
        {"properties.built_on.format", "\"date\""},
        {"properties.state.enum", "[\"running\",\"stopped\",null]"},
        {"properties.mode.default", "\"stopped\""},
        {"properties.settings", "{}"},
        {"properties.tags",
         "{\"type\":[\"array\",\"null\"],\"maxItems\":3,\"items\":{\"type\":\"string\"}}"},
        {"properties.colours.items.enum", "[\"red\",\"green\"]"},
        {"properties.parts.items.format", "\"uuid\""},
        {"properties.spec.type", "[\"object\",\"null\"]"},
        {"properties.spec.required", "[\"max\"]"},
        {"properties.spec.properties.max",
         "{\"type\":\"number\",\"format\":\"double\",\"minimum\":0.5,\"maximum\":1000000}"},
        {"properties.raw", NULL},
    };
    OQ_AUTO(oq_buf) out = oq_buf_make(100000);
    oq_json j = oq_json_to(&out);
    oq_fields_write_schema(&j, sample_fields);
    OQ_AUTO(json_ref) root = json_loadb(out.ptr, out.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        json_t *found = walk(root, row[i].path);
        OQ_AUTO(json_ref)
        wanted = row[i].json ? json_loads(row[i].json, JSON_DECODE_ANY, NULL) : NULL;
        if (found ? !json_equal(found, wanted) : row[i].json != NULL) {
            char *got = found ? json_dumps(found, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
            fail_msg("%s: wanted %s, got %s", row[i].path, row[i].json, got);
        }
    }
}

static void test_tables_are_searched(void **state)
{
    CHECK("count", oq_fields_count(sample_fields) == 22);
    CHECK("find", oq_field_find(sample_fields, OQ_STR("share")) == &sample_fields[8]);
    CHECK("miss", oq_field_find(sample_fields, OQ_STR("shar")) == NULL);
    int value = 7;
    CHECK_STR("text", oq_cstr(oq_choice_text(sample_states, SAMPLE_STOPPED)), "stopped");
    CHECK("no text", oq_choice_text(sample_states, 99) == NULL);
    CHECK("value", oq_choice_value(sample_states, OQ_STR("running"), &value) && value == 1);
    CHECK("no value", !oq_choice_value(sample_states, OQ_STR("Running"), &value) && value == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_given),
        cmocka_unit_test(test_what_is_written_reads_back_the_same),
        cmocka_unit_test(test_what_is_never_written),
        cmocka_unit_test(test_text_of_each_type),
        cmocka_unit_test(test_text_reads_back_the_same),
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_tables_are_searched),
    };
    return cmocka_run_group_tests_name("field_write", tests, open_arena, close_arena);
}
