#include "backtest/score.h"

#include <math.h>

#include "base/test.h"

#include "base/banned.h"

/* Brier's own kind of example: rain or not, two forecasts of 0.7 and 0.3, rain on the first day. */
static void test_by_hand(void **state)
{
    score s = {.classes = 2};
    score_add(&s, (double[]){0.7, 0.3}, (bool[]){true, false});
    score_add(&s, (double[]){0.7, 0.3}, (bool[]){false, true});
    assert_float_equal(score_first(&s), 0.5, 0);
    assert_float_equal(score_third(&s), 1, 0);
    assert_float_equal(score_brier(&s), (2 * 0.09 + 2 * 0.49) / 2, 1e-15);
    assert_float_equal(score_log_loss(&s), -(log(0.7) + log(0.3)) / 2, 1e-15);
    assert_float_equal(score_ece(&s), fabs(1.4 - 1) / 2, 1e-15);
    assert_int_equal(s.confusion[0][0], 1);
    assert_int_equal(s.confusion[1][0], 1);
}

/* Two causes at once: one of them named is right, and counts under that one. */
static void test_several_true(void **state)
{
    score s = {.classes = 4};
    score_add(&s, (double[]){0.1, 0.5, 0.4, 0}, (bool[]){true, false, true, false});
    assert_float_equal(score_first(&s), 0, 0);
    assert_float_equal(score_third(&s), 1, 0);
    assert_int_equal(s.confusion[0][1], 1);
    assert_int_equal(s.confusion[2][1], 1);
    score_add(&s, (double[]){0.1, 0.4, 0.5, 0}, (bool[]){true, false, true, false});
    assert_float_equal(score_first(&s), 0.5, 0);
    assert_int_equal(s.confusion[2][2], 1);
    assert_int_equal(s.confusion[0][2], 0);
    assert_float_equal(s.log_loss, -0.5 * (log(0.1) + log(0.4) + log(0.1) + log(0.5)), 1e-12);
}

/* A tie does not make an answer right that stands behind. */
static void test_ties(void **state)
{
    score s = {.classes = 5};
    score_add(&s, (double[]){0.2, 0.2, 0.2, 0.2, 0.2}, (bool[]){false, false, false, true, false});
    assert_int_equal(s.first, 0);
    assert_int_equal(s.third, 0);
}

static void test_tables(void **state)
{
    static const oq_str name[] = {OQ_STR_INIT("a"), OQ_STR_INIT("b"), OQ_STR_INIT("other")};
    oq_arena *arena = oq_arena_open(0);
    report *r = report_make(arena);
    score s = {.classes = 3};
    for (size_t i = 0; i < 10; i++)
        score_add(&s, (double[]){0.96, 0.03, 0.01}, (bool[]){i < 9, i == 9, false});
    score_confusion(&s, name, r);
    score_reliability(&s, r);
    report_figure_add(r, (report_figure){.name = "x", .value = 2});
    assert_int_equal(r->tables, 2);
    assert_int_equal(r->table[0].cells, 3 * 4); /* head, a, b; nothing was "other" */
    CHECK_STR("a named a", r->table[0].cell[5], "9");
    CHECK_STR("b named a", r->table[0].cell[9], "1");
    CHECK_STR("bin", r->table[1].cell[6 * 4], "0.95-0.99");
    CHECK_STR("answers", r->table[1].cell[6 * 4 + 1], "10");
    CHECK_STR("right", r->table[1].cell[6 * 4 + 3], "0.900");
    CHECK_STR("an empty bin", r->table[1].cell[4 + 3], "-");
    assert_float_equal(report_figure_find(r, "x")->value, 2, 0);
    assert_null(report_figure_find(r, "y"));
    oq_arena_close(arena);
}

/* 81 of 263: Wilson's interval as R. G. Newcombe has it (Statistics in Medicine 17, 1998, table I);
 * and the ends of the scale. A count of 10: Garwood's table. */
static void test_intervals(void **state)
{
    double low, high;
    score_interval_share(81, 263, &low, &high);
    assert_float_equal(low, 0.2553, 5e-5);
    assert_float_equal(high, 0.3662, 5e-5);
    score_interval_share(0, 20, &low, &high);
    assert_float_equal(low, 0, 1e-12);
    assert_float_equal(high, 0.1611, 5e-5);
    score_interval_share(0, 0, &low, &high);
    assert_true(isnan(low) && isnan(high));
    score_interval_rate(10, 2, &low, &high);
    assert_float_equal(low, 4.795 / 2, 5e-4);
    assert_float_equal(high, 18.39 / 2, 5e-3);
    score_interval_rate(0, 1, &low, &high);
    assert_float_equal(low, 0, 0);
    assert_float_equal(high, 3.689, 5e-4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_several_true),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
