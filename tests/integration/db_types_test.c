/* Every type there and back through PostgreSQL, with and without values. */
#include "support/db_fixture.h"

#include <math.h>

#include "integration/things.h"

static bool same_bytes(oq_str a, oq_str b)
{
    return a.len == b.len && oq_str_given(a) == oq_str_given(b) &&
           (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static void check_same(const char *label, const sql_echo_args *a, const echo *b)
{
    CHECK(label, same_bytes(a->text, b->text));
    CHECK(label, a->i64 == b->i64);
    CHECK(label, a->i32 == b->i32);
    CHECK(label, memcmp(&a->f64, &b->f64, sizeof a->f64) == 0);
    CHECK(label, a->truth == b->truth);
    CHECK(label, oq_uuid_eq(a->uuid, b->uuid));
    CHECK(label, a->time == b->time);
    CHECK(label, a->date == b->date);
    CHECK(label, same_bytes(a->json, b->json));
    CHECK(label, same_bytes(a->bytes, b->bytes));
    CHECK(label, a->texts.count == b->texts.count);
    for (size_t i = 0; i < a->texts.count; i++)
        CHECK(label, same_bytes(a->texts.at[i], b->texts.at[i]));
    CHECK(label, a->uuids.count == b->uuids.count);
    for (size_t i = 0; i < a->uuids.count; i++)
        CHECK(label, oq_uuid_eq(a->uuids.at[i], b->uuids.at[i]));
    CHECK(label, a->i64s.count == b->i64s.count);
    for (size_t i = 0; i < a->i64s.count; i++)
        CHECK(label, a->i64s.at[i] == b->i64s.at[i]);
    CHECK(label, a->f64s.count == b->f64s.count);
    for (size_t i = 0; i < a->f64s.count; i++)
        CHECK(label, memcmp(&a->f64s.at[i], &b->f64s.at[i], sizeof(double)) == 0);
    CHECK(label, a->i32s.count == b->i32s.count);
    for (size_t i = 0; i < a->i32s.count; i++)
        CHECK(label, a->i32s.at[i] == b->i32s.at[i]);
    CHECK(label, a->times.count == b->times.count);
    for (size_t i = 0; i < a->times.count; i++)
        CHECK(label, a->times.at[i] == b->times.at[i]);
    CHECK(label, a->blobs.count == b->blobs.count);
    for (size_t i = 0; i < a->blobs.count; i++)
        CHECK(label, same_bytes(a->blobs.at[i], b->blobs.at[i]));
    CHECK(label, !oq_str_given(b->never));
}

static void test_there_and_back(void **state)
{
    db_fixture *f = *state;
    oq_str texts[] = {OQ_STR("a"), OQ_STR(""), OQ_NONE, OQ_STR("مضخة \"7\", {x}")};
    oq_uuid uuids[] = {{{1, 2, 3}}, OQ_UUID_ZERO};
    int64_t i64s[] = {INT64_MAX, -1, OQ_I64_NONE, 0};
    double f64s[] = {0.1, -1e308, (double)NAN, INFINITY};
    const int32_t i32s[] = {INT32_MAX, -1, DB_I32_NONE, 0};
    const oq_us times[] = {OQ_TIME_NONE, INT64_C(1767225600123456), -1};
    oq_str blobs[] = {OQ_STR("\0\xff\\x"), OQ_NONE, OQ_STR("")};
    const sql_echo_args row[] = {
        {.text = OQ_STR("مضخة 7"),
         .i64 = 42,
         .i32 = -7,
         .f64 = 0.1,
         .truth = true,
         .uuid = {{0xff, [15] = 1}},
         .time = INT64_C(1767225600123456),
         .date = 20000,
         .json = OQ_STR("{\"a\": [1, \"b\"]}"),
         .bytes = OQ_STR("\0\xff\\x"),
         .texts = {texts, 4},
         .uuids = {uuids, 2},
         .i64s = {i64s, 4},
         .f64s = {f64s, 4},
         .i32s = {i32s, 4},
         .times = {times, 3},
         .blobs = {blobs, 3}},
        {.text = OQ_STR(""),
         .i64 = INT64_MAX,
         .i32 = INT32_MAX,
         .f64 = -0.0,
         .truth = false,
         .time = INT64_C(4102444800000000),
         .date = 2000000,
         .json = OQ_STR("null"),
         .bytes = OQ_STR("")},
        {.text = OQ_STR("'; DROP TABLE things; --"),
         .i64 = INT64_MIN + 1,
         .i32 = INT32_MIN,
         .f64 = -INFINITY,
         .time = -INT64_C(62135596800000000),
         .date = -719162,
         .json = OQ_STR("\"\\u0001\""),
         .bytes = OQ_STR("x")},
        {.text = OQ_STR("x"),
         .f64 = 5e-324,
         .time = 0,
         .date = 0,
         .json = OQ_STR("0"),
         .bytes = OQ_STR("x")},
    };
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_READ);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        sql_echo_rows rows;
        CHECK_OK(sql_echo(s, row[i], &rows));
        assert_int_equal(rows.count, 1);
        check_same(row[i].text.ptr, &row[i], rows.at);
    }
    oq_scope_close(s);
}

static void test_not_given_is_null(void **state)
{
    db_fixture *f = *state;
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_READ);
    const sql_echo_null_args none = {.i64 = OQ_I64_NONE,
                                     .i32 = OQ_I64_NONE,
                                     .f64 = NAN,
                                     .time = OQ_TIME_NONE,
                                     .date = OQ_DATE_NONE};
    sql_echo_null_rows rows;
    CHECK_OK(sql_echo_null(s, none, &rows));
    const echo *e = rows.at;
    assert_true(!e->text.ptr && !e->json.ptr && !e->bytes.ptr && !e->truth);
    assert_true(e->i64 == OQ_I64_NONE && e->i32 == OQ_I64_NONE && isnan(e->f64));
    assert_true(e->time == OQ_TIME_NONE && e->date == OQ_DATE_NONE && oq_uuid_is_zero(e->uuid));
    assert_true(!e->texts.count && !e->uuids.count && !e->i64s.count && !e->f64s.count);
    assert_true(!e->i32s.count && !e->times.count && !e->blobs.count);

    /* Columns in another order than the fields, and a true that could be NULL. */
    sql_echo_null_args some = none;
    some.truth = &(bool){true};
    some.text = OQ_STR("x");
    CHECK_OK(sql_echo_null(s, some, &rows));
    assert_true(rows.at->truth && rows.at->text.ptr[0] == 'x' && rows.at->i64 == OQ_I64_NONE);
    oq_scope_close(s);
}

static void test_other_types_of_the_server(void **state)
{
    db_fixture *f = *state;
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_READ);
    sql_narrow_rows rows;
    CHECK_OK(sql_narrow(s, &rows));
    const sql_narrow_row *r = rows.at;
    assert_true(r->i64 == 7 && r->f64 == 1.5 && r->small == 3);
    CHECK_STR("varchar", r->text, "x");
    CHECK_STR("json", r->json, "[1]");
    assert_true(r->at_end == INT64_MAX && r->at_start == INT64_MIN + 1);
    assert_true(r->day == INT32_MIN + 1);
    assert_true(r->i64s.count == 3 && r->i64s.at[0] == 1 && r->i64s.at[1] == OQ_I64_NONE);
    assert_int_equal(r->texts.count, 4);
    assert_true(!oq_str_given(r->texts.at[1]) && oq_str_given(r->texts.at[2]));
    CHECK_STR("last", r->texts.at[3], "b");
    oq_scope_close(s);
}

static void test_choices(void **state)
{
    db_fixture *f = *state;
    static const struct {
        const char *text;
        int level;
        const char *code;
    } row[] = {{"low", LEVEL_LOW, NULL},
               {"high", LEVEL_HIGH, NULL},
               {NULL, LEVEL_NONE, NULL},
               {"odd", 0, "db.choice_unknown"}};
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_READ);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        sql_level_rows rows;
        oq_err *err = sql_level(s, (sql_level_args){oq_cstr(row[i].text)}, &rows);
        CHECK_CODE(row[i].text, err, row[i].code);
        CHECK(row[i].text, err || rows.at[0].level == row[i].level);
    }
    oq_scope_close(s);
}

static void test_columns_that_do_not_fit(void **state)
{
    db_fixture *f = *state;
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_READ);
    oq_err *err = sql_numeric(s, &(sql_numeric_rows){0});
    CHECK_CODE("numeric", err, "db.column_type");
    CHECK_STR("wanted", err->arg[2].value, "bigint");
    err = sql_stranger(s, &(sql_stranger_rows){0});
    CHECK_CODE("stranger", err, "db.column_unknown");
    CHECK_STR("column", err->arg[1].value, "stranger");
    oq_scope_close(s);
}

static void test_many_rows(void **state)
{
    db_fixture *f = *state;
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_READ);
    oq_mark mark = oq_arena_mark(f->arena);
    sql_rows_rows rows;
    CHECK_OK(sql_rows(s, (sql_rows_args){0}, &rows));
    assert_int_equal(rows.count, 0);
    CHECK_OK(sql_rows(s, (sql_rows_args){100000}, &rows));
    assert_int_equal(rows.count, 100000);
    for (size_t i = 0; i < rows.count; i++)
        CHECK("rows", rows.at[i].n == (int64_t)i + 1);
    CHECK_CODE("too many", sql_rows(s, (sql_rows_args){DB_ROWS_MAX + 1}, &rows),
               "db.too_many_rows");
    oq_arena_rewind(f->arena, mark);
    oq_scope_close(s);
}

/* More than fits into the socket's buffers, both ways at once. */
static void test_large_values(void **state)
{
    db_fixture *f = *state;
    enum { SIZE = 8 * 1024 * 1024 };
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_READ);
    char *bytes = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)(i * 31 % 251);
    sql_echo_null_args args = {.bytes = oq_strn(bytes, SIZE),
                               .i64 = OQ_I64_NONE,
                               .i32 = 1,
                               .f64 = 1,
                               .time = 1,
                               .date = 1};
    sql_echo_null_rows rows;
    oq_mark mark = oq_arena_mark(f->arena);
    CHECK_OK(sql_echo_null(s, args, &rows));
    assert_int_equal(rows.at->bytes.len, SIZE);
    assert_memory_equal(rows.at->bytes.ptr, bytes, SIZE);
    oq_arena_rewind(f->arena, mark);
    free(bytes);
    oq_scope_close(s);
}

static void test_text_that_the_database_refuses(void **state)
{
    db_fixture *f = *state;
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_READ);
    static const oq_str row[] = {OQ_STR_INIT("a\0b"), OQ_STR_INIT("\xff"), OQ_STR_INIT("\xc3")};
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_err *err = sql_level(s, (sql_level_args){row[i]}, &(sql_level_rows){0});
        CHECK_CODE("text", err, "db.value_refused");
        assert_int_equal(err->kind, OQ_INVALID);
    }
    oq_scope_close(s);
}

#define TEST(name) cmocka_unit_test_setup(name, db_fixture_reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_there_and_back),
        TEST(test_not_given_is_null),
        TEST(test_other_types_of_the_server),
        TEST(test_choices),
        TEST(test_columns_that_do_not_fit),
        TEST(test_many_rows),
        TEST(test_large_values),
        TEST(test_text_that_the_database_refuses),
    };
    return cmocka_run_group_tests(tests, db_fixture_open, db_fixture_close);
}
