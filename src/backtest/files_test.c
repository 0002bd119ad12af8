#include "backtest/files.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"

#include "base/banned.h"

typedef struct folder {
    char path[64];
    oq_arena *arena;
} folder;

static const char *put(folder *f, const char *name, const char *text)
{
    const char *path = file_path(f->arena, "%s/%s", f->path, name);
    FILE *out = fopen(path, "wbe");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
    return path;
}

static int open_folder(void **state)
{
    folder *f = calloc(1, sizeof *f);
    snprintf(f->path, sizeof f->path, "/tmp/optria_files_XXXXXX");
    f->arena = oq_arena_open(0);
    *state = f;
    return mkdtemp(f->path) ? 0 : -1;
}

static int close_folder(void **state)
{
    folder *f = *state;
    file_names names;
    if (!file_list(f->arena, f->path, &names))
        for (size_t i = 0; i < names.count; i++)
            unlink(file_path(f->arena, "%s/%s", f->path, names.at[i].ptr));
    rmdir(f->path);
    oq_arena_close(f->arena);
    free(f);
    return 0;
}

static void test_csv(void **state)
{
    folder *f = *state;
    file_table t;
    size_t column;
    const char *path = put(f, "a.csv", "when,what\n1,\"x, y\"\n\n2,z\n");
    CHECK_OK(file_csv(f->arena, path, &t));
    assert_int_equal(t.rows, 3);
    CHECK_STR("quoted", t.row[1][1], "x, y");
    CHECK_OK(file_column(&t, path, "what", &column));
    assert_int_equal(column, 1);
    CHECK_CODE("no column", file_column(&t, path, "where", &column), "backtest.column_missing");
    CHECK_CODE("empty", file_csv(f->arena, put(f, "b.csv", ""), &t), "backtest.file_empty");
    CHECK_CODE("no file", file_csv(f->arena, file_path(f->arena, "%s/none", f->path), &t),
               "import.file_unreadable");
}

static void test_numbers(void **state)
{
    folder *f = *state;
    file_matrix m;
    CHECK_OK(file_numbers(f->arena, put(f, "a", "  1   2.5e+00\n3 -4\n\n"), &m));
    assert_int_equal(m.rows, 2);
    assert_int_equal(m.columns, 2);
    assert_float_equal(m.at[1], 2.5, 0);
    assert_float_equal(m.at[3], -4, 0);
    CHECK_CODE("a word", file_numbers(f->arena, put(f, "a", "1 x\n"), &m), "backtest.number");
    CHECK_CODE("short", file_numbers(f->arena, put(f, "a", "1 2\n3\n"), &m), "backtest.row_width");
    CHECK_CODE("long", file_numbers(f->arena, put(f, "a", "1 2\n3 4 5\n"), &m),
               "backtest.row_width");
    CHECK_CODE("empty", file_numbers(f->arena, put(f, "a", "\n \n"), &m), "backtest.file_empty");
}

static void test_the_rest(void **state)
{
    folder *f = *state;
    file_names names;
    oq_us at;
    put(f, "run_10", "");
    put(f, "run_2", "");
    put(f, ".hidden", "");
    CHECK_OK(file_list(f->arena, f->path, &names));
    assert_int_equal(names.count, 2);
    CHECK_STR("by size", names.at[0], "run_2");
    {
        OQ_AUTO(file_json) json = NULL;
        CHECK_OK(file_object(f->arena, put(f, "a.json", "{\"a\": 1}"), &json));
        assert_int_equal(json_integer_value(json_object_get(json, "a")), 1);
    }
    OQ_AUTO(file_json) none = NULL;
    CHECK_CODE("a list", file_object(f->arena, put(f, "a.json", "[]"), &none), "backtest.json");
    CHECK_OK(file_time("x", OQ_STR("2015-01-05 06:00:00"), &at));
    CHECK_STR("time", oq_time_text(f->arena, at), "2015-01-05T06:00:00Z");
    CHECK_CODE("no time", file_time("x", OQ_STR("5 Jan"), &at), "backtest.time");
    unlink(file_path(f->arena, "%s/.hidden", f->path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_csv, open_folder, close_folder),
        cmocka_unit_test_setup_teardown(test_numbers, open_folder, close_folder),
        cmocka_unit_test_setup_teardown(test_the_rest, open_folder, close_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
