#include "base/test.h"

#include <math.h>

#include "db/wire.h"

typedef struct sample {
    oq_str text, json, bytes;
    int64_t i64, i32;
    double f64;
    bool truth;
    const bool *maybe;
    oq_uuid id;
    oq_us at;
    oq_date day;
    oq_strs texts;
    oq_uuids ids;
    db_i64s i64s;
    db_f64s f64s;
    db_i32s i32s;
    db_times times;
    oq_strs blobs;
} sample;

/* The same members twice: never NULL, and NULL where not given. */
#define ROWS(...)                                                                                  \
    OQ_TEXT(sample, text, ##__VA_ARGS__), OQ_JSON(sample, json, ##__VA_ARGS__),                    \
        OQ_BYTES(sample, bytes, ##__VA_ARGS__), OQ_I64(sample, i64, ##__VA_ARGS__),                \
        DB_I32(sample, i32, ##__VA_ARGS__), OQ_F64(sample, f64, ##__VA_ARGS__),                    \
        OQ_BOOL(sample, truth, ##__VA_ARGS__), OQ_UUID(sample, id, ##__VA_ARGS__),                 \
        OQ_TIME(sample, at, ##__VA_ARGS__), OQ_DATE(sample, day, ##__VA_ARGS__),                   \
        OQ_TEXTS(sample, texts, ##__VA_ARGS__), OQ_UUIDS(sample, ids, ##__VA_ARGS__),              \
        DB_I64S(sample, i64s, ##__VA_ARGS__), DB_F64S(sample, f64s, ##__VA_ARGS__),                \
        DB_I32S(sample, i32s, ##__VA_ARGS__), DB_TIMES(sample, times, ##__VA_ARGS__),              \
        DB_BLOBS(sample, blobs, ##__VA_ARGS__), OQ_FIELDS_END
static const oq_field needed[] = {ROWS(.required = true)};
static const oq_field optional[] = {ROWS()};
static const oq_field maybe_fields[] = {DB_BOOL_OR_NULL(sample, maybe), OQ_FIELDS_END};

static const sample nothing = {
    .i64 = OQ_I64_NONE, .i32 = OQ_I64_NONE, .f64 = NAN, .at = OQ_TIME_NONE, .day = OQ_DATE_NONE};

static sample full(void)
{
    static oq_str text[] = {OQ_STR_INIT("x")};
    static oq_uuid id[] = {{{1}}};
    static int64_t i64[] = {-2};
    static double f64[] = {1.0};
    static const int32_t i32[] = {3};
    static const oq_us time[] = {DB_EPOCH_US + 2};
    static oq_str blob[] = {OQ_STR_INIT("\0\xff")};
    sample s = {.text = OQ_STR("ab"),
                .json = OQ_STR("{}"),
                .bytes = OQ_STR("\0"),
                .i64 = -1,
                .i32 = 7,
                .f64 = 1.5,
                .truth = true,
                .id = {{9}},
                .at = DB_EPOCH_US + 1,
                .day = DB_EPOCH_DAYS - 1,
                .texts = {text, 1},
                .ids = {id, 1},
                .i64s = {i64, 1},
                .f64s = {f64, 1},
                .i32s = {i32, 1},
                .times = {time, 1},
                .blobs = {blob, 1}};
    return s;
}

static oq_arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = oq_arena_open(0);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    oq_arena_close(arena);
    return 0;
}

static void test_bytes_of_values(void **state)
{
    (void)state;
    /* As PostgreSQL's own functions of the types (uuid_send, timestamptz_send ...) write them. */
    static const char *const wanted[] = {
        "6162",
        "017b7d",
        "00",
        "ffffffffffffffff",
        "00000007",
        "3ff8000000000000",
        "01",
        "09000000000000000000000000000000",
        "0000000000000001",
        "ffffffff",
        "00000001"
        "00000000"
        "00000019"
        "00000001"
        "00000001"
        "00000001"
        "78",
        "00000001"
        "00000000"
        "00000b86"
        "00000001"
        "00000001"
        "00000010"
        "01000000000000000000000000000000",
        "00000001"
        "00000000"
        "00000014"
        "00000001"
        "00000001"
        "00000008"
        "fffffffffffffffe",
        "00000001"
        "00000000"
        "000002bd"
        "00000001"
        "00000001"
        "00000008"
        "3ff0000000000000",
        "00000001"
        "00000000"
        "00000017"
        "00000001"
        "00000001"
        "00000004"
        "00000003",
        "00000001"
        "00000000"
        "000004a0"
        "00000001"
        "00000001"
        "00000008"
        "0000000000000002",
        "00000001"
        "00000000"
        "00000011"
        "00000001"
        "00000001"
        "00000002"
        "00ff",
    };
    const db_stmt stmt = {.name = "T", .args = needed, .uses_tenant = true};
    sample s = full();
    db_params params;
    CHECK_OK(db_params_encode(arena, &stmt, (oq_uuid){{5}}, &s, &params));
    assert_int_equal(params.count, OQ_COUNT(wanted) + 1);
    CHECK_STR("tenant", oq_hex(arena, params.value[0], (size_t)params.length[0]),
              "05000000000000000000000000000000");
    for (size_t i = 0; i < OQ_COUNT(wanted); i++) {
        oq_str hex = oq_hex(arena, params.value[i + 1], (size_t)params.length[i + 1]);
        CHECK_STR(needed[i].name, hex, wanted[i]);
        assert_int_equal(params.format[i + 1], 1);
    }
}

static void test_not_given(void **state)
{
    (void)state;
    const db_stmt stmt = {.name = "T", .args = optional};
    db_params params;
    CHECK_OK(db_params_encode(arena, &stmt, OQ_UUID_ZERO, &nothing, &params));
    for (int i = 0; i < params.count; i++)
        CHECK(optional[i].name, (params.value[i] == NULL) == (optional[i].type != OQ_TYPE_BOOL));

    /* Without a question mark: the program's mistake, but for an id and for lists. */
    for (size_t i = 0; needed[i].type != OQ_TYPE_END; i++) {
        const oq_field one[] = {needed[i], OQ_FIELDS_END};
        const db_stmt strict = {.name = "T", .args = one};
        bool is_sent = needed[i].type == OQ_TYPE_BOOL || needed[i].type == OQ_TYPE_UUID ||
                       needed[i].type == OQ_TYPE_TEXTS || needed[i].type == OQ_TYPE_UUIDS ||
                       (int)needed[i].type >= DB_TYPE_I32S;
        oq_err *err = db_params_encode(arena, &strict, OQ_UUID_ZERO, &nothing, &params);
        CHECK_CODE(needed[i].name, err, is_sent ? NULL : "db.argument_missing");
        CHECK(needed[i].name, err || params.value[0]);
    }

    const db_stmt maybe = {.name = "T", .args = maybe_fields};
    sample s = {.maybe = &(bool){true}};
    CHECK_OK(db_params_encode(arena, &maybe, OQ_UUID_ZERO, &nothing, &params));
    assert_null(params.value[0]);
    CHECK_OK(db_params_encode(arena, &maybe, OQ_UUID_ZERO, &s, &params));
    assert_int_equal(params.value[0][0], 1);
}

/* "Not given" as an element is NULL: a length of -1, and the flag in the head. */
static void test_nulls_in_lists(void **state)
{
    (void)state;
    static oq_str text[] = {{0}, OQ_STR_INIT("")};
    const sample s = {.texts = {text, 2},
                      .blobs = {text, 2},
                      .i32s = {(const int32_t[]){DB_I32_NONE, 0}, 2},
                      .i64s = {(int64_t[]){OQ_I64_NONE, 0}, 2},
                      .f64s = {(double[]){NAN, 0}, 2},
                      .times = {(const oq_us[]){OQ_TIME_NONE, DB_EPOCH_US}, 2}};
#define HEAD(type)                                                                                 \
    "00000001"                                                                                     \
    "00000001" type "00000002"                                                                     \
    "00000001"                                                                                     \
    "ffffffff"
    static const struct {
        oq_field field[2];
        const char *wanted;
    } row[] = {
        {{OQ_TEXTS(sample, texts), OQ_FIELDS_END}, HEAD("00000019") "00000000"},
        {{DB_BLOBS(sample, blobs), OQ_FIELDS_END}, HEAD("00000011") "00000000"},
        {{DB_I32S(sample, i32s), OQ_FIELDS_END}, HEAD("00000017") "0000000400000000"},
        {{DB_I64S(sample, i64s), OQ_FIELDS_END}, HEAD("00000014") "000000080000000000000000"},
        {{DB_F64S(sample, f64s), OQ_FIELDS_END}, HEAD("000002bd") "000000080000000000000000"},
        {{DB_TIMES(sample, times), OQ_FIELDS_END}, HEAD("000004a0") "000000080000000000000000"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        const db_stmt stmt = {.name = "T", .args = row[i].field};
        db_params params;
        CHECK_OK(db_params_encode(arena, &stmt, OQ_UUID_ZERO, &s, &params));
        CHECK_STR(row[i].field[0].name, oq_hex(arena, params.value[0], (size_t)params.length[0]),
                  row[i].wanted);
    }
}

static void test_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        int64_t i32;
        oq_us at;
        oq_date day;
        const char *code;
    } row[] = {
        {"highest", INT32_MAX, INT64_MAX, INT32_MAX, NULL},
        {"lowest", INT32_MIN, INT64_MIN + DB_EPOCH_US, INT32_MIN + DB_EPOCH_DAYS, NULL},
        {"i32 above", INT32_MAX + INT64_C(1), 0, 0, "db.argument_range"},
        {"i32 below", INT32_MIN - INT64_C(1), 0, 0, "db.argument_range"},
        {"time below", 0, INT64_MIN + 1, 0, "db.argument_range"},
        {"day below", 0, 0, INT32_MIN + 1, "db.argument_range"},
    };
    static const oq_us time_below[] = {0, INT64_MIN + 1};
    const db_stmt stmt = {.name = "T", .args = needed};
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        sample s = full();
        s.i32 = row[i].i32;
        s.at = row[i].at;
        s.day = row[i].day;
        db_params params;
        CHECK_CODE(row[i].label, db_params_encode(arena, &stmt, OQ_UUID_ZERO, &s, &params),
                   row[i].code);
    }
    sample s = full();
    s.times = (db_times){time_below, 2};
    CHECK_CODE("time below in a list",
               db_params_encode(arena, &stmt, OQ_UUID_ZERO, &s, &(db_params){0}),
               "db.argument_range");
}

static void test_which_types_fit(void **state)
{
    (void)state;
    static const oq_choice choices[] = {{1, "a"}, {0, NULL}};
    static const struct {
        const char *label;
        oq_field field;
        Oid fits[5], does_not[3];
    } row[] = {
        {"text",
         {.type = OQ_TYPE_TEXT},
         {DB_OID_TEXT, DB_OID_VARCHAR, DB_OID_NAME},
         {DB_OID_UUID, DB_OID_JSONB}},
        {"choice", {.type = OQ_TYPE_CHOICE, .choices = choices}, {DB_OID_TEXT}, {DB_OID_INT4}},
        {"i64",
         {.type = OQ_TYPE_I64},
         {DB_OID_INT8, DB_OID_INT4, DB_OID_XID, DB_OID_TID},
         {1700, DB_OID_FLOAT8}},
        {"i32", {.type = (oq_type)DB_TYPE_I32}, {DB_OID_INT4}, {DB_OID_INT8}},
        {"f64", {.type = OQ_TYPE_F64}, {DB_OID_FLOAT8, DB_OID_FLOAT4}, {1700, DB_OID_INT8}},
        {"time", {.type = OQ_TYPE_TIME}, {DB_OID_TIMESTAMPTZ}, {1114, DB_OID_DATE}},
        {"json", {.type = OQ_TYPE_JSON}, {DB_OID_JSONB, DB_OID_JSON}, {DB_OID_TEXT}},
        {"object", {.type = OQ_TYPE_OBJECT}, {0}, {DB_OID_TEXT, DB_OID_JSONB, 0}},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        for (size_t k = 0; k < OQ_COUNT(row[i].fits) && row[i].fits[k]; k++)
            CHECK(row[i].label, db_type_fits(&row[i].field, row[i].fits[k]));
        for (size_t k = 0; k < 3 && row[i].does_not[k]; k++)
            CHECK(row[i].label, !db_type_fits(&row[i].field, row[i].does_not[k]));
        assert_non_null(db_type_name(&row[i].field));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_of_values), cmocka_unit_test(test_not_given),
        cmocka_unit_test(test_nulls_in_lists),  cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_which_types_fit),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
