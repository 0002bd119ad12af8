#include "quant/robust_fit.h"

#include <math.h>

#include "base/test.h"

#include "base/banned.h"

/* Calls from Belgium by year, of which those of 1964 to 1969 were counted in minutes (P. J.
 * Rousseeuw, A. M. Leroy, Robust Regression and Outlier Detection, Wiley 1987, table 2.1). The
 * biweight's line is -52.3 + 1.10 year (W. N. Venables, B. D. Ripley, Modern Applied Statistics with
 * S, 4th ed., section 6.5), least median of squares -56.2 + 1.16 year; least squares -260 + 5.0.
 * Doubled, so that there are rows enough. */
static void test_calls(void **state)
{
    static const double calls[] = {4.4,  4.7,  4.7, 5.9, 6.6, 7.3, 8.1, 8.8, 10.6, 12.0, 13.5, 14.9,
                                   16.1, 21.2, 119, 124, 142, 159, 182, 212, 43,   24,   27,   29};
    double x[2 * OQ_COUNT(calls)], y[2 * OQ_COUNT(calls)];
    for (size_t i = 0; i < OQ_COUNT(y); i++) {
        x[i] = 50 + (double)(i % OQ_COUNT(calls));
        y[i] = calls[i % OQ_COUNT(calls)];
    }
    robust_fit f;
    assert_true(robust_fit_make(*state, x, y, OQ_COUNT(y), 1, (bool[]){true}, &f));
    print_message("calls: %.2f + %.3f year, scale %.2f\n", f.intercept, f.coefficient[0], f.scale);
    assert_int_equal(f.terms, 1);
    assert_float_equal(f.coefficient[0], 1.10, 0.06);
    assert_float_equal(f.intercept, -52.3, 3.5);
}

static double even(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*seed >> 11) / 9007199254740992.0;
}

static double normal(uint64_t *seed)
{
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += even(seed);
    return sum - 6;
}

enum { ROWS = 600, COLUMNS = 6 };

/* y of columns 1 and 4; column 2 follows 1 and adds nothing; a fifth of the rows is something else,
 * and some values are missing. */
static void make(uint64_t seed, double *x, double *y)
{
    for (size_t i = 0; i < ROWS; i++) {
        double *row = x + i * COLUMNS;
        for (size_t k = 0; k < COLUMNS; k++)
            row[k] = 10 + 3 * normal(&seed);
        row[2] = row[1] + 2 * normal(&seed);
        y[i] = 5 + 2 * row[1] - 0.7 * row[4] + 0.5 * normal(&seed);
        if (i % 5 == 0)
            y[i] += 40 + 10 * normal(&seed);
        if (i % 37 == 0)
            row[4] = NAN;
        if (i % 41 == 0)
            y[i] = NAN;
    }
}

static void test_made(void **state)
{
    static const bool may[COLUMNS] = {true, true, true, true, true, true};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        double x[ROWS * COLUMNS], y[ROWS];
        robust_fit f;
        make(seed, x, y);
        assert_true(robust_fit_make(*state, x, y, ROWS, COLUMNS, may, &f));
        assert_int_equal(f.term[0], 1);
        assert_int_equal(f.term[1], 4);
        assert_float_equal(f.coefficient[0], 2, 0.1);
        assert_float_equal(f.coefficient[1], -0.7, 0.1);
        assert_in_range(f.rows, 550, ROWS);
        assert_true(f.scale > 0.4 && f.scale < 0.8 && f.explained > 0.95);
        double row[COLUMNS] = {10, 12, 12, 10, 8, 10};
        assert_float_equal(robust_fit_at(&f, row), 5 + 24 - 5.6, 0.3);
        row[4] = NAN;
        assert_true(isnan(robust_fit_at(&f, row)));
    }
}

static void test_edges(void **state)
{
    static const bool may[COLUMNS] = {true, false, true, true, true, true};
    double x[ROWS * COLUMNS], y[ROWS];
    robust_fit f;
    make(7, x, y);
    /* What is not allowed is not used. */
    assert_true(robust_fit_make(*state, x, y, ROWS, COLUMNS, may, &f));
    for (size_t k = 0; k < f.terms; k++)
        assert_int_not_equal(f.term[k], 1);
    assert_false(robust_fit_make(*state, x, y, ROBUST_ROWS_MIN - 1, COLUMNS, may, &f));
    for (size_t i = 0; i < ROWS; i++)
        y[i] = 4;
    assert_false(robust_fit_make(*state, x, y, ROWS, COLUMNS, may, &f));
    /* Nothing explains it: the median. */
    uint64_t seed = 3;
    for (size_t i = 0; i < ROWS; i++)
        y[i] = 20 + normal(&seed);
    assert_true(robust_fit_make(*state, x, y, ROWS, COLUMNS, (const bool[COLUMNS]){0}, &f));
    assert_int_equal(f.terms, 0);
    assert_float_equal(f.intercept, 20, 0.15);
    assert_true(f.explained < 0.1);
}

static int open_arena(void **state)
{
    *state = oq_arena_open(0);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_made),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
