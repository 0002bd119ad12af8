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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filled),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
