#include <math.h>

#include "audit/audit.h"
#include "base/test.h"

typedef struct spec {
    double max;
    oq_str secret;
} spec;
static const oq_field spec_fields[] = {OQ_F64(spec, max), OQ_SECRET(spec, secret), OQ_FIELDS_END};

typedef enum grade { GRADE_LOW = 1, GRADE_HIGH } grade;
static const oq_choice grades[] = {{GRADE_LOW, "low"}, {GRADE_HIGH, "high"}, {0, NULL}};

typedef struct pump {
    oq_str name;
    int64_t stages;
    bool is_spare;
    int grade;
    oq_us built_at;
    oq_strs tags;
    oq_str password;
    spec spec;
    oq_str internal;
    int64_t version;
    oq_us updated_at;
} pump;
static const oq_field pump_fields[] = {OQ_TEXT(pump, name),
                                       OQ_I64(pump, stages),
                                       OQ_BOOL(pump, is_spare),
                                       OQ_CHOICE(pump, grade, grades),
                                       OQ_TIME(pump, built_at),
                                       OQ_TEXTS(pump, tags),
                                       OQ_SECRET(pump, password),
                                       OQ_OBJECT(pump, spec, spec, spec_fields),
                                       OQ_TEXT(pump, internal, .is_hidden = true),
                                       OQ_I64(pump, version),
                                       OQ_TIME(pump, updated_at),
                                       OQ_FIELDS_END};

static oq_arena *arena;

static int set_up(void **state)
{
    arena = oq_arena_open(0);
    return 0;
}

static int tear_down(void **state)
{
    oq_arena_close(arena);
    return 0;
}

static pump some_pump(void)
{
    static oq_str tags[] = {OQ_STR_INIT("a"), OQ_STR_INIT("b")};
    return (pump){
        .name = OQ_STR("Pump 7"),
        .stages = 3,
        .grade = GRADE_LOW,
        .built_at = OQ_TIME_NONE,
        .tags = {tags, 2},
        .password = OQ_STR("old secret"),
        .spec = {.max = 7.1, .secret = OQ_STR("inner")},
        .internal = OQ_STR("x"),
        .version = 1,
        .updated_at = 5,
    };
}

static void test_nothing_differs(void **state)
{
    pump before = some_pump(), after = some_pump();
    after.version = 2;
    after.updated_at = 6;
    after.internal = OQ_STR("y");
    CHECK("bookkeeping and hidden fields are no change",
          !oq_str_given(audit_changes(arena, pump_fields, &before, &after)));
}

static void test_one_difference(void **state)
{
    pump before = some_pump();
    oq_str other[] = {OQ_STR("a")};
    const struct {
        const char *label;
        pump after;
        const char *changes;
    } row[] = {
#define WITH(member, ...)                                                                          \
    ({                                                                                             \
        pump p_ = some_pump();                                                                     \
        p_.member = __VA_ARGS__;                                                                   \
        p_;                                                                                        \
    })
        {"text", WITH(name, OQ_STR("Pump \"8\"")),
         "{\"name\":{\"from\":\"Pump 7\",\"to\":\"Pump \\\"8\\\"\"}}"},
        {"text taken away", WITH(name, OQ_NONE), "{\"name\":{\"from\":\"Pump 7\",\"to\":null}}"},
        {"number", WITH(stages, 4), "{\"stages\":{\"from\":3,\"to\":4}}"},
        {"truth", WITH(is_spare, true), "{\"is_spare\":{\"from\":false,\"to\":true}}"},
        {"choice", WITH(grade, GRADE_HIGH), "{\"grade\":{\"from\":\"low\",\"to\":\"high\"}}"},
        {"time", WITH(built_at, 0),
         "{\"built_at\":{\"from\":null,\"to\":\"1970-01-01T00:00:00Z\"}}"},
        {"list", WITH(tags, (oq_strs){other, 1}),
         "{\"tags\":{\"from\":[\"a\",\"b\"],\"to\":[\"a\"]}}"},
        {"secret", WITH(password, OQ_STR("new secret")), "{\"password\":{\"changed\":true}}"},
        {"inside", WITH(spec.max, 8), "{\"spec.max\":{\"from\":7.1,\"to\":8}}"},
        {"secret inside", WITH(spec.secret, OQ_NONE), "{\"spec.secret\":{\"changed\":true}}"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].label, audit_changes(arena, pump_fields, &before, &row[i].after),
                  row[i].changes);
}

static void test_new_record(void **state)
{
    pump made = {
        .name = OQ_STR("Pump 7"),
        .stages = OQ_I64_NONE,
        .built_at = OQ_TIME_NONE,
        .password = OQ_STR("pw"),
        .spec = {.max = (double)NAN},
        .version = 1,
    };
    CHECK_STR("given fields alone", audit_changes(arena, pump_fields, NULL, &made),
              "{\"name\":{\"from\":null,\"to\":\"Pump 7\"},"
              "\"is_spare\":{\"from\":null,\"to\":false},"
              "\"password\":{\"changed\":true}}");
}

static void test_never_too_large(void **state)
{
    char *text = oq_alloc(arena, AUDIT_CHANGES_MAX);
    memset(text, 'x', AUDIT_CHANGES_MAX);
    pump before = some_pump(), after = some_pump();
    after.name = oq_strn(text, AUDIT_CHANGES_MAX);
    after.stages = 4;
    CHECK_STR("names alone", audit_changes(arena, pump_fields, &before, &after),
              "{\"name\":{\"changed\":true},\"stages\":{\"changed\":true}}");
}

static void test_no_secret_is_written(void **state)
{
    pump before = some_pump(), after = some_pump();
    after.password = OQ_STR("hunter2-hunter2");
    oq_str changes = audit_changes(arena, pump_fields, &before, &after);
    CHECK("old", oq_str_find(changes, OQ_STR("old secret")) == SIZE_MAX);
    CHECK("new", oq_str_find(changes, OQ_STR("hunter2")) == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_differs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_difference, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_new_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_never_too_large, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_secret_is_written, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
