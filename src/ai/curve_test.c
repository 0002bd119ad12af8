/* P(failed by a day) out of a stored curve. */
#include "ai/score.h"

#include <math.h>

#include "base/test.h"

static oq_arena *arena;

static double mid(const char *curve, double day)
{
    ai_curve c = ai_curve_read(arena, oq_cstr(curve));
    return ai_curve_at(&c, day).mid;
}

static void test_line_between_days(void **state)
{
    (void)state;
    const char *curve = "[[0,0,0,0],[1,0.1,0.2,0.4],[3,0.3,0.6,0.8]]";
    ai_curve read = ai_curve_read(arena, oq_cstr(curve));
    ai_chance c = ai_curve_at(&read, 2);
    assert_float_equal(c.low, 0.2, 1e-12);
    assert_float_equal(c.mid, 0.4, 1e-12);
    assert_float_equal(c.high, 0.6, 1e-12);
    assert_float_equal(mid(curve, 0), 0, 0);
    assert_float_equal(mid(curve, 0.5), 0.1, 1e-12);
    assert_float_equal(mid(curve, 1), 0.2, 1e-12);
    assert_float_equal(mid(curve, 3), 0.6, 1e-12);
}

static void test_not_known(void **state)
{
    (void)state;
    static const char *const curve[] = {
        "", "[]", "{}", "[1]", "[[0,0,0]]", "[[0,0,\"x\",0]]", "[[0,0,0,0],[1", "[[1,0,0,0]]",
        "[[0,0,0,0],[0.5,0,0,0]]",
    };
    for (size_t i = 0; i < OQ_COUNT(curve); i++)
        assert_true(isnan(mid(curve[i], 0.75)));
    ai_curve none = ai_curve_read(arena, OQ_NONE);
    assert_true(isnan(ai_curve_at(&none, 0).mid));
    assert_true(isnan(mid("[[0,0,0,0]]", NAN)));
}

static void test_of_some_age(void **state)
{
    (void)state;
    /* Of ten, one fails on each of the first five days: of the nine that are whole after one day,
     * two fail by the third. */
    ai_curve c = ai_curve_read(arena, OQ_STR("[[0,0,0,0],[5,0.25,0.5,1]]"));
    assert_float_equal(ai_curve_within(&c, 0, 3).mid, 0.3, 1e-12);
    assert_float_equal(ai_curve_within(&c, 1, 2).mid, 0.2 / 0.9, 1e-12);
    assert_float_equal(ai_curve_within(&c, 1, 2).low, 0.1 / 0.95, 1e-12);
    assert_float_equal(ai_curve_within(&c, 1, 0).mid, 0, 0);
    assert_true(isnan(ai_curve_within(&c, 4, 2).mid));
    assert_true(isnan(ai_curve_within(&c, 5, 0).high)); /* nothing is whole any more */
}

int main(void)
{
    arena = oq_arena_open(0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_between_days),
        cmocka_unit_test(test_not_known),
        cmocka_unit_test(test_of_some_age),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    oq_arena_close(arena);
    return failed;
}
