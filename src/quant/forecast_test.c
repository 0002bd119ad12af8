#include "quant/forecast.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

static double normal(uint64_t *dice)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += dice_share(dice);
    return sum;
}

/* By hand: a = 0.5, c = 0.5, scale 1, phi = 0.9. The last value is cut to two scales off. */
static void test_by_hand(void **state)
{
    forecast_rule rule = {0.5, 0.5, 1};
    forecast f = {0};
    assert_true(isnan(forecast_next(&f, &rule, 10).expected));
    forecast_point p = forecast_next(&f, &rule, 11);
    assert_float_equal(p.expected, 10, 1e-12);
    assert_float_equal(p.residual, 1, 1e-12); /* l = 10.5, b = 0.25 */
    p = forecast_next(&f, &rule, 11);
    assert_float_equal(p.expected, 10.725, 1e-12);
    assert_float_equal(f.level, 10.8625, 1e-12);
    assert_float_equal(f.trend, 0.5 * 0.3625 + 0.5 * 0.225, 1e-12);
    double ahead = f.level + 0.9 * f.trend;
    p = forecast_next(&f, &rule, 1000);
    assert_float_equal(p.residual, 1000 - ahead, 1e-9);
    assert_float_equal(f.level, ahead + 0.5 * 2, 1e-12);
}

/* Noise wants long smoothing, a walk the last value, a ramp a trend; the band holds what comes. */
static void test_learned(void **state)
{
    static const struct {
        const char *label;
        double walk, noise, slope, level_least, level_most, scale;
    } row[] = {
        {"noise", 0, 1, 0, 0.1, 0.1, 1},
        {"a walk", 1, 0, 0, 1, 1, 1},
        {"a ramp", 0, 0.1, 1, 0.3, 1, 0.3},
    };
    for (size_t r = 0; r < OQ_COUNT(row); r++) {
        oq_arena *arena = oq_arena_open(0);
        double x[3000], level = 0;
        uint64_t dice = 3;
        for (size_t i = 0; i < 3000; i++) {
            level += row[r].walk * normal(&dice) + row[r].slope * (i / 500 % 2 ? -1 : 1);
            x[i] = level + row[r].noise * normal(&dice);
        }
        forecast_rule rule;
        CHECK(row[r].label, forecast_learn(arena, x, 2000, &rule));
        CHECK(row[r].label, rule.level >= row[r].level_least && rule.level <= row[r].level_most);
        CHECK(row[r].label, fabs(rule.scale / row[r].scale - 1) < 0.5);
        forecast f = {0};
        size_t beyond = 0;
        for (size_t i = 0; i < 3000; i++)
            beyond += fabs(forecast_next(&f, &rule, x[i]).residual) > 3.5;
        CHECK(row[r].label, beyond < 90);
        oq_arena_close(arena);
    }
}

/* After a silence it goes on from where it was, after a long one anew. */
static void test_missing(void **state)
{
    forecast_rule rule = {0.5, 0, 1};
    for (size_t silence = 1; silence < 20; silence++) {
        forecast f = {0};
        forecast_next(&f, &rule, 5);
        forecast_next(&f, &rule, 5);
        for (size_t i = 0; i < silence; i++)
            assert_true(isnan(forecast_next(&f, &rule, NAN).residual));
        forecast_point p = forecast_next(&f, &rule, 7);
        if (silence <= FORECAST_MISSED_MAX)
            assert_float_equal(p.residual, 2, 1e-12);
        else
            assert_true(isnan(p.residual));
    }
}

static void test_edges(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    double same[100], few[] = {1, 2, 3};
    for (size_t i = 0; i < 100; i++)
        same[i] = 3;
    forecast_rule rule;
    assert_false(forecast_learn(arena, same, 100, &rule));
    assert_false(forecast_learn(arena, few, 3, &rule));
    assert_false(forecast_learn(arena, few, 0, &rule));
    same[50] = 4; /* one step in all of it: the scale is small, but there is one */
    assert_true(forecast_learn(arena, same, 100, &rule));
    assert_true(rule.scale > 0);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_learned),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
