#include "recipe/recipe_template.h"

#include "base/test.h"

#include "base/banned.h"

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

static void test_filled(void **state)
{
    static const struct {
        const char *text, *filled;
    } row[] = {
        {"plain", "plain"},       {"", ""},         {"{a}", "1"},       {"M-{a}", "M-1"},
        {"{a}{b c}{a}", "1two1"}, {"{ a }.", "1."}, {"{{{a}}}", "{1}"}, {"{{", "{"},
        {"}}x{{y}}", "}x{y}"},    {"ص-{a}", "ص-1"}, {"{none}", ""},
    };
    oq_str column[] = {OQ_STR("a"), OQ_STR("b c"), OQ_STR("none")};
    const oq_str cell[] = {OQ_STR("1"), OQ_STR("two"), OQ_NONE};
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        recipe_template t;
        CHECK_CODE(row[i].text, recipe_template_read(arena, oq_cstr(row[i].text), &t), NULL);
        CHECK_CODE(row[i].text,
                   recipe_template_bind(&t, (oq_strs){column, OQ_COUNT(column)}, OQ_STR("f")),
                   NULL);
        oq_str got = recipe_template_fill(arena, &t, cell);
        CHECK_STR(row[i].text, got.ptr ? got : OQ_STR(""), row[i].filled);
    }
}

static void test_refused(void **state)
{
    static const char *const text[] = {"{", "{a", "}", "a}", "{}", "{ }", "{a{b}", "{{a}", "{a}}"};
    recipe_template t;
    for (size_t i = 0; i < OQ_COUNT(text); i++)
        CHECK_CODE(text[i], recipe_template_read(arena, oq_cstr(text[i]), &t), "recipe.template");
    CHECK_OK(recipe_template_read(arena, OQ_STR("x {b}"), &t));
    assert_false(recipe_template_is_constant(&t));
    oq_str column[] = {OQ_STR("a")};
    CHECK_CODE("column", recipe_template_bind(&t, (oq_strs){column, 1}, OQ_STR("f.csv")),
               "recipe.column_unknown");
}

static void test_times(void **state)
{
    static const struct {
        const char *format, *zone, *text, *utc; /* NULL: no such time */
    } row[] = {
        {"YYYY-MM-DD hh:mm:ss", "", "2015-01-01 06:00:00", "2015-01-01T06:00:00Z"},
        {"YYYY-MM-DD hh:mm:ss.f", "", "2015-01-01 06:00:00.25", "2015-01-01T06:00:00.25Z"},
        {"DD/MM/YY hh", "", "25/12/16 00", "2016-12-25T00:00:00Z"},
        {"DD/MM/YY hh", "", "25/12/69 23", "2069-12-25T23:00:00Z"},
        {"DD/MM/YY hh", "", "25/12/70 23", "1970-12-25T23:00:00Z"},
        {"YYYYMMDD", "", "20240229", "2024-02-29T00:00:00Z"},
        {"YYYYMMDD", "", "20230229", NULL},
        {"YYYY-MM-DD hh:mm", "Asia/Riyadh", "2015-01-01 02:00", "2014-12-31T23:00:00Z"},
        {"YYYY-MM-DD hh:mm:ss.f", "Asia/Riyadh", "1969-12-31 02:00:00.5", "1969-12-30T23:00:00.5Z"},
        {"YYYY-MM-DD hh:mm", "Europe/Berlin", "2015-07-01 02:00", "2015-07-01T00:00:00Z"},
        {"unix_s", "", "1420092000.5", "2015-01-01T06:00:00.5Z"},
        {"unix_ms", "", "-1000", "1969-12-31T23:59:59Z"},
        {"unix_s", "", "1e300", NULL},
        {"YYYY-MM-DD", "", "2015-1-01", NULL},
        {"YYYY-MM-DD", "", "2015-01-01 ", "2015-01-01T00:00:00Z"},
        {"YYYY-MM-DD", "", "2015-01-01x", NULL},
        {"YYYY-MM-DD", "", "2015-13-01", NULL},
        {"YYYY-MM-DD hh", "", "2015-12-01 24", NULL},
        {"YYYY-MM-DD", "", "", NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        recipe_time_format f;
        oq_us at;
        CHECK_OK(recipe_time_format_read(oq_cstr(row[i].format), &f));
        oq_err *err = recipe_time_read(&f, oq_cstr(row[i].zone), oq_cstr(row[i].text), &at);
        CHECK_CODE(row[i].text, err, row[i].utc ? NULL : "recipe.time");
        if (!err)
            CHECK_STR(row[i].text, oq_time_text(arena, at), row[i].utc);
    }
    static const char *const wrong[] = {"",
                                        "hh:mm",
                                        "YYYY-MM",
                                        "YYYY-YYYY-MM-DD",
                                        "YY YYYY MM DD",
                                        "YYYY-MM-DD                                        "};
    for (size_t i = 0; i < OQ_COUNT(wrong); i++) {
        recipe_time_format f;
        CHECK_CODE(wrong[i], recipe_time_format_read(oq_cstr(wrong[i]), &f), "recipe.time_format");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filled),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_times),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
