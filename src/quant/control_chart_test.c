#include "quant/control_chart.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

/* D. C. Montgomery, Introduction to Statistical Quality Control, table 9.1: twenty values around 10
 * with deviation 1, then ten around 11. */
static const double montgomery[] = {9.45,  7.99,  9.29,  11.66, 12.16, 10.18, 8.04,  11.46,
                                    9.20,  10.34, 9.03,  11.47, 10.51, 9.40,  10.08, 9.37,
                                    10.62, 10.31, 8.52,  10.84, 10.90, 9.33,  12.29, 11.50,
                                    10.60, 11.08, 10.38, 11.62, 11.31, 10.52};

/* Table 9.2 of the same: with k = 0.5 and h = 5 the first alarm comes at the 29th value, 7 values
 * after the chart was 0 last. */
static void test_cusum_montgomery(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    cusum c = cusum_make(arena, 0.5, 1000);
    for (size_t i = 0; i < OQ_COUNT(montgomery); i++) {
        cusum_point p = cusum_next(&c, montgomery[i] - 10);
        assert_int_equal(p.up > 5, i >= 28);
        assert_true(p.down < 5);
        if (i == 4)
            assert_float_equal(p.up, 2.82, 1e-9);
        if (i == 1)
            assert_float_equal(p.down, 1.56, 1e-9);
        if (i == 28) {
            assert_float_equal(p.up, 5.28, 1e-9);
            assert_int_equal(p.up_for, 7);
        }
    }
    oq_arena_close(arena);
}

/* The window's answer is that of trying all stretches within it. */
static void test_cusum_window(void **state)
{
    enum { VALUES = 400, WINDOW = 13 };
    oq_arena *arena = oq_arena_open(0);
    uint64_t dice = 5;
    double x[VALUES];
    cusum c = cusum_make(arena, 0.25, WINDOW);
    for (size_t i = 0; i < VALUES; i++) {
        x[i] = 4 * dice_share(&dice) - 2;
        cusum_point p = cusum_next(&c, x[i]);
        double up = 0, down = 0, sum_up = 0, sum_down = 0;
        for (size_t k = 0; k < WINDOW && k <= i; k++) {
            up = fmax(up, sum_up += x[i - k] - 0.25);
            down = fmax(down, sum_down += -x[i - k] - 0.25);
        }
        assert_float_equal(p.up, up, 1e-9);
        assert_float_equal(p.down, down, 1e-9);
    }
    oq_arena_close(arena);
}

/* NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.4: values around 50 with deviation 2.0539,
 * weight 0.3; limits 52.5884 and 47.4115, none of the averages is beyond. */
static void test_ewma_nist(void **state)
{
    static const double x[] = {52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5,
                               49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1};
    static const double wanted[] = {50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75,
                                    49.85, 50.26, 50.33, 50.11, 49.36, 49.52, 50.05,
                                    49.38, 49.92, 50.73, 51.23, 51.94, 51.99};
    double z = 0;
    for (size_t i = 0; i < OQ_COUNT(x); i++) {
        z = ewma_next(z, x[i] - 50, 0.3);
        assert_float_equal(50 + z, wanted[i], 0.0051);
    }
    assert_float_equal(50 + 3 * ewma_deviation(0.3, 0) * 2.0539, 52.5884, 0.0002);
    assert_float_equal(ewma_deviation(0.3, 1), 0.3, 1e-12);
}

/* Noise is worth itself, an average with weight w about w / (2 - w) of it (its own memory), a slope
 * next to nothing. */
static void test_independent(void **state)
{
    enum { VALUES = 8192 };
    oq_arena *arena = oq_arena_open(0);
    double *noise = oq_new_n(arena, double, VALUES), *kept = oq_new_n(arena, double, VALUES);
    double *slope = oq_new_n(arena, double, VALUES), z = 0;
    uint64_t dice = 6;
    for (size_t i = 0; i < VALUES; i++) {
        noise[i] = dice_share(&dice) - 0.5;
        kept[i] = z = ewma_next(z, noise[i], 0.1);
        slope[i] = (double)i;
    }
    assert_true(chart_independent(noise, VALUES) > VALUES / 2.0);
    double worth = chart_independent(kept, VALUES);
    assert_true(worth > VALUES / 40.0 && worth < VALUES / 14.0);
    assert_float_equal(chart_independent(slope, VALUES), 8, 0.2);
    assert_float_equal(chart_independent(noise, 0), 0, 0);
    assert_float_equal(chart_independent(slope, 3), 3, 0);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cusum_montgomery),
        cmocka_unit_test(test_cusum_window),
        cmocka_unit_test(test_ewma_nist),
        cmocka_unit_test(test_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
