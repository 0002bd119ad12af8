#include "base/test.h"
#include "main/table.h"

static oq_str written(oq_arena *arena, const table *t, int indent)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
    table_write(t, indent, &out);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static void test_columns(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    table t = table_make(arena, 3);
    TABLE_ADD(&t, OQ_STR("a"), OQ_STR("long cell"), OQ_STR("z"));
    TABLE_ADD(&t, OQ_STR("عرب"), OQ_STR(""), OQ_STR("y"));
    TABLE_ADD(&t, OQ_STR("b"), OQ_STR("c"), OQ_NONE);
    TABLE_ADD(&t, OQ_STR(""), OQ_STR(""), OQ_STR(""));
    CHECK_STR("table", written(arena, &t, 2),
              "  a    long cell  z\n"
              "  عرب             y\n"
              "  b    c\n"
              "\n");
    oq_arena_close(arena);
}

static void test_many_rows(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    table t = table_make(arena, 1);
    for (int i = 0; i < 1000; i++)
        TABLE_ADD(&t, oq_strf(arena, "%d", i));
    oq_str text = written(arena, &t, 0), line;
    for (int i = 0; i < 1000; i++) {
        assert_true(oq_str_cut(&text, '\n', &line));
        CHECK_STR("row", line, oq_strf(arena, "%d", i).ptr);
    }
    table empty = table_make(arena, TABLE_COLUMNS_MAX);
    CHECK_STR("empty", written(arena, &empty, 4), "");
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_many_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
