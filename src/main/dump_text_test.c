#include "base/test.h"
#include "main/dump_text.h"

static const char text[] = "--\n-- PostgreSQL database dump\n--\n\nSET row_security = off;\n\n"
                           "COPY public.users (tenant_id, id, email) FROM stdin;\n"
                           "1\t2\ta@b\n"
                           "1\t3\tCOPY public.fake (x) FROM stdin;\n"
                           "\\.x\n"
                           "x\\\\.\n"
                           "\n"
                           "\\.\n\n\n"
                           "COPY public.empty (a) FROM stdin;\n\\.\n\n"
                           "COPY public.\"odd (name)\" (a) FROM stdin;\n1\n\\.\n"
                           "COPY public.schema_migrations (number, name, checksum, applied_at) FROM"
                           " stdin;\n1\tone\tx\ty\n12\ttwelve\tx\ty\n3\tthree\tx\ty\n\\.\n"
                           "SELECT pg_catalog.setval('s', 7, true);\n";

static void check_counts(const char *label, const dump_text *t)
{
    static const db_table_count wanted[] = {
        {OQ_STR_INIT("public.users"), 5},
        {OQ_STR_INIT("public.empty"), 0},
        {OQ_STR_INIT("public.\"odd (name)\""), 1},
        {OQ_STR_INIT("public.schema_migrations"), 3},
    };
    CHECK(label, t->tables.count == OQ_COUNT(wanted));
    for (size_t i = 0; i < OQ_COUNT(wanted); i++) {
        CHECK(label, oq_str_eq(t->tables.at[i].name, wanted[i].name));
        CHECK(label, t->tables.at[i].rows == wanted[i].rows);
    }
    CHECK(label, t->schema == 12);
    CHECK(label, dump_text_is_whole(t));
}

static void test_pieces_of_any_size(void **state)
{
    static const size_t size[] = {1, 2, 3, 7, 64, sizeof text};
    for (size_t i = 0; i < OQ_COUNT(size); i++) {
        oq_arena *arena = oq_arena_open(0);
        dump_text t = dump_text_make(arena);
        oq_str all = oq_strn(text, sizeof text - 1);
        for (size_t at = 0; at < all.len; at += size[i])
            dump_text_feed(&t, oq_str_sub(all, at, size[i]));
        check_counts(oq_strf(arena, "pieces of %zu", size[i]).ptr, &t);
        oq_arena_close(arena);
    }
}

/* A line longer than what is kept of it counts once, also where its kept part looks like an end. */
static void test_long_lines(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    dump_text t = dump_text_make(arena);
    char *line = oq_alloc(arena, 3 * DUMP_TEXT_HEAD);
    memset(line, 'x', 3 * DUMP_TEXT_HEAD);
    dump_text_feed(&t, OQ_STR("COPY public.a (b) FROM stdin;\n"));
    dump_text_feed(&t, oq_strn(line, 3 * DUMP_TEXT_HEAD));
    dump_text_feed(&t, OQ_STR("\n"));
    dump_text_feed(&t, OQ_STR("\\."));
    assert_false(dump_text_is_whole(&t));
    dump_text_feed(&t, OQ_STR("\n"));
    assert_true(dump_text_is_whole(&t));
    assert_int_equal(t.tables.at[0].rows, 1);
    assert_int_equal(t.schema, 0);
    oq_arena_close(arena);
}

/* A table of that name with other columns tells nothing about the schema. */
static void test_foreign_migrations(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    dump_text t = dump_text_make(arena);
    dump_text_feed(&t, OQ_STR("COPY public.schema_migrations (version) FROM stdin;\n2024\n\\.\n"));
    assert_int_equal(t.tables.at[0].rows, 1);
    assert_int_equal(t.schema, 0);
    oq_arena_close(arena);
}

static void test_many_tables(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    dump_text t = dump_text_make(arena);
    for (int i = 0; i < 500; i++)
        dump_text_feed(&t, oq_strf(arena, "COPY public.t%03d (a) FROM stdin;\n1\n\\.\n", 499 - i));
    dump_counts_sort(&t.tables);
    assert_int_equal(t.tables.count, 500);
    CHECK_STR("first", t.tables.at[0].name, "public.t000");
    CHECK_STR("last", t.tables.at[499].name, "public.t499");
    assert_int_equal(dump_counts_total(&t.tables), 500);
    oq_arena_close(arena);
}

/* "a1 b2": table a with one row, b with two. */
static db_table_counts counts_of(oq_arena *arena, const char *words)
{
    db_table_counts counts = {.at = oq_new_n(arena, db_table_count, 8)};
    for (oq_str rest = oq_cstr(words), word; oq_str_cut(&rest, ' ', &word);) {
        db_table_count *one = &counts.at[counts.count++];
        one->name = oq_str_sub(word, 0, 1);
        assert_true(oq_parse_i64(oq_str_sub(word, 1, SIZE_MAX), &one->rows));
    }
    return counts;
}

static void test_differences(void **state)
{
    static const struct {
        const char *a, *b, *table;
        int64_t rows_a, rows_b;
    } row[] = {
        {"", "", NULL, 0, 0},        {"a1 b2", "a1 b2", NULL, 0, 0}, {"a1 b2", "a1 b3", "b", 2, 3},
        {"a1 b2", "a1", "b", 2, -1}, {"a1", "a1 b0", "b", -1, 0},    {"b2", "a1 b2", "a", -1, 1},
        {"a1 c1", "b1", "a", 1, -1}, {"", "z0", "z", -1, 0},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_arena *arena = oq_arena_open(0);
        db_table_counts a = counts_of(arena, row[i].a), b = counts_of(arena, row[i].b);
        oq_str table;
        int64_t rows_a, rows_b;
        bool differ = dump_counts_differ(&a, &b, &table, &rows_a, &rows_b);
        CHECK(row[i].a, differ == (row[i].table != NULL));
        if (differ) {
            CHECK_STR(row[i].a, table, row[i].table);
            CHECK(row[i].a, rows_a == row[i].rows_a && rows_b == row[i].rows_b);
        }
        oq_arena_close(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_of_any_size), cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_foreign_migrations), cmocka_unit_test(test_many_tables),
        cmocka_unit_test(test_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
