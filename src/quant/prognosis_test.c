#include "quant/prognosis.h"

#include "quant/weibull_sample.h"

#include "base/banned.h"

static oq_arena *arena;

/* --- failure probability ---------------------------------------------------------------------------*/

static double logistic(double z)
{
    return 1 / (1 + exp(-z));
}

static void test_blend(void **state)
{
    double weight[2];
    prognosis_source s[] = {
        {{0.01, 0.02, 0.04}, 10, 1},   /* 10 / 20 */
        {{0.2, 0.5, 0.8}, 30, 2.0 / 3} /* 2 / 3 of 30 / 40: the same */
    };
    prognosis_chance p = prognosis_blend(s, 2, weight);
    NEAR(weight[0], 0.5, 1e-12);
    NEAR(weight[1], 0.5, 1e-12);
    NEAR(p.mid, logistic(log(0.02 / 0.98) / 2), 1e-12);
    NEAR(p.low, logistic((log(0.01 / 0.99) + log(0.2 / 0.8)) / 2), 1e-12);
    s[1].skill = 0; /* no better than chance: the other alone */
    p = prognosis_blend(s, 2, weight);
    NEAR(p.mid, 0.02, 1e-12);
    NEAR(p.high, 0.04, 1e-12);
    assert_true(weight[1] == 0);
    s[0] = (prognosis_source){{0, NAN, 0.07}, 0, 1}; /* a class without failures */
    p = prognosis_blend(s, 2, NULL);
    assert_true(isnan(p.mid) && isnan(p.low));
    NEAR(p.high, 0.07, 0);
    p = prognosis_blend(NULL, 0, NULL);
    assert_true(isnan(p.mid) && isnan(p.high));
    p = prognosis_blend((prognosis_source[]){{{NAN, 0.3, NAN}, 5, 1}}, 1, NULL);
    NEAR(p.mid, 0.3, 1e-12);
    assert_true(p.low < 1e-5 && p.high > 1 - 1e-5);
}

/* Between its sources, and rising in each. */
static void test_blend_any(void **state)
{
    uint64_t dice = 2;
    for (size_t round = 0; round < 5000; round++) {
        prognosis_source s[3];
        double least = 1, most = 0;
        for (size_t i = 0; i < 3; i++) {
            double a = dice_share(&dice), b = dice_share(&dice), c = dice_share(&dice);
            double low = fmin(a, fmin(b, c)), high = fmax(a, fmax(b, c));
            s[i] = (prognosis_source){{low, a + b + c - low - high, high},
                                      (double)(1 + dice_below(&dice, 100)),
                                      dice_share(&dice)};
            least = fmin(least, s[i].chance.mid);
            most = fmax(most, s[i].chance.mid);
        }
        prognosis_chance p = prognosis_blend(s, 3, NULL);
        assert_true(p.low <= p.mid && p.mid <= p.high);
        assert_true(p.mid >= least - 1e-5 && p.mid <= most + 1e-5);
        s[1].chance.mid = fmin(1, s[1].chance.mid + 0.1);
        assert_true(prognosis_blend(s, 3, NULL).mid >= p.mid);
    }
}

/* --- the line --------------------------------------------------------------------------------------*/

/* Sen's own example needs a library; by hand: three slopes of each kind. */
static void test_line(void **state)
{
    double t[20], y[20];
    prognosis_trend trend;
    for (size_t i = 0; i < 20; i++) {
        t[i] = (double)i;
        y[i] = 10 + 2 * (double)i;
    }
    prognosis_trend_to(arena, t, y, 20, 19, 100, true, &trend);
    assert_int_equal(trend.rul.why, PROGNOSIS_KNOWN);
    NEAR(trend.slope, 2, 1e-12);
    NEAR(trend.level, 48, 1e-12);
    NEAR(trend.rul.p50, 26, 1e-12);
    NEAR(trend.rul.p10, 26, 1e-12);
    NEAR(trend.rul.p90, 26, 1e-12);
    /* A quarter of wild points turns nothing. */
    for (size_t i = 0; i < 5; i++)
        y[4 * i + 1] = i % 2 ? 1e6 : -1e6;
    prognosis_trend_to(arena, t, y, 20, 19, 100, true, &trend);
    assert_int_equal(trend.rul.why, PROGNOSIS_KNOWN);
    NEAR(trend.slope, 2, 1e-9);
    NEAR(trend.rul.p50, 26, 1e-9);
    /* Downwards, with `now` later and in another order. */
    for (size_t i = 0; i < 20; i++) {
        t[i] = (double)(19 - i);
        y[i] = 90 - 3 * t[i];
    }
    prognosis_trend_to(arena, t, y, 20, 24, 0, false, &trend);
    NEAR(trend.slope, -3, 1e-12);
    NEAR(trend.level, 18, 1e-12);
    NEAR(trend.rul.p50, 6, 1e-12);
    prognosis_trend_to(arena, t, y, 20, 24, 200, true, &trend);
    assert_int_equal(trend.rul.why, PROGNOSIS_AWAY);
    assert_true(isnan(trend.rul.p50) && trend.slope_low <= trend.slope_high);
    prognosis_trend_to(arena, t, y, 20, 24, 20, false, &trend);
    assert_int_equal(trend.rul.why, PROGNOSIS_BEYOND);
    assert_true(trend.rul.p10 == 0 && trend.rul.p50 == 0 && trend.rul.p90 == 0);
}

/* Slope and bounds against all pairs in order; S and its variance against the tie formula of M. G.
 * Kendall, Rank Correlation Methods, as Gilbert (1987), table 16.3, has it. */
static void test_second_method(void **state)
{
    uint64_t dice = 7;
    for (size_t round = 0; round < 200; round++) {
        double t[40], y[40], slope[40 * 39 / 2];
        size_t n = 8 + dice_below(&dice, 33), pairs = 0;
        for (size_t i = 0; i < n; i++) {
            t[i] = (double)i + 0.5 * dice_share(&dice);
            y[i] = round % 3 ? 0.3 * t[i] + 4 * dice_share(&dice) : (double)dice_below(&dice, 4);
        }
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 1; j < n; j++)
                slope[pairs++] = (y[j] - y[i]) / (t[j] - t[i]);
        for (size_t i = 1; i < pairs; i++) /* by insertion */
            for (size_t k = i; k && slope[k - 1] > slope[k]; k--) {
                double swap = slope[k];
                slope[k] = slope[k - 1], slope[k - 1] = swap;
            }
        prognosis_trend trend;
        prognosis_trend_to(arena, t, y, n, 50, 1e6, true, &trend);
        double median =
            pairs % 2 ? slope[pairs / 2] : (slope[pairs / 2] + slope[pairs / 2 - 1]) / 2;
        NEAR(trend.slope, median, 1e-12);
        assert_true(trend.slope_low <= median && median <= trend.slope_high);
        assert_true(trend.kendall_p >= 0 && trend.kendall_p <= 1);
    }
}

/* Of 80 % bounds, how many hold the time at which a noiseless line would meet the limit; and noise
 * without a trend has no end of life in sight. */
static void test_promise(void **state)
{
    uint64_t dice = 8;
    for (size_t kind = 0; kind < 2; kind++) {
        size_t known = 0, inside = 0, flat = 0;
        for (size_t round = 0; round < 600; round++) {
            double t[60], y[60], z[60], walk = 0, other = 0;
            for (size_t i = 0; i < 60; i++) {
                double noise = dice_share(&dice) + dice_share(&dice) + dice_share(&dice) - 1.5;
                walk = (kind ? 0.6 : 0) * walk + noise; /* noise that lasts, in the second */
                noise = dice_share(&dice) + dice_share(&dice) + dice_share(&dice) - 1.5;
                other = (kind ? 0.6 : 0) * other + noise;
                t[i] = (double)i;
                y[i] = 0.1 * t[i] + walk;
                z[i] = other;
            }
            prognosis_trend trend;
            prognosis_trend_to(arena, t, y, 60, 59, 12, true, &trend);
            if (trend.rul.why == PROGNOSIS_KNOWN) {
                known++;
                inside += trend.rul.p10 <= 61 && 61 <= trend.rul.p90;
            }
            prognosis_trend_to(arena, t, z, 60, 59, 12, true, &trend);
            flat += trend.rul.why == PROGNOSIS_FLAT;
            if (trend.rul.why == PROGNOSIS_FLAT)
                assert_true(isnan(trend.rul.p50) && trend.rul.p10 > 50);
        }
        print_message("%s: of %zu known ends %.3f inside; without a trend %.3f flat\n",
                      kind ? "noise that lasts" : "white noise", known,
                      (double)inside / (double)known, (double)flat / 600);
        assert_true(known > 580 && inside > 0.8 * (double)known);
        assert_true((double)flat > 0.93 * 600);
    }
}

static void test_bad_input(void **state)
{
    double t[400], y[400];
    prognosis_trend trend;
    for (size_t i = 0; i < 400; i++) {
        t[i] = (double)i;
        y[i] = 5;
    }
    prognosis_trend_to(arena, t, y, 400, 400, 10, true, &trend);
    assert_int_equal(trend.rul.why, PROGNOSIS_CONSTANT);
    assert_true(isnan(trend.rul.p10));
    prognosis_trend_to(arena, t, y, 400, 400, 4, true, &trend);
    assert_int_equal(trend.rul.why, PROGNOSIS_BEYOND);
    prognosis_trend_to(arena, t, y, 2, 400, 10, true, &trend); /* two samples */
    assert_int_equal(trend.rul.why, PROGNOSIS_TOO_LITTLE);
    assert_int_equal(trend.points, 2);
    prognosis_trend_to(arena, NULL, NULL, 0, 400, 10, true, &trend);
    assert_int_equal(trend.rul.why, PROGNOSIS_TOO_LITTLE);
    prognosis_trend_to(arena, t, y, 400, 400, NAN, true, &trend);
    assert_int_equal(trend.rul.why, PROGNOSIS_TOO_LITTLE);
    for (size_t i = 0; i < 400; i++)
        y[i] = i % 10 == 0 ? NAN : (double)i;
    prognosis_trend_to(arena, t, y, 400, 199, 1000, true, &trend); /* half is dated later */
    assert_int_equal(trend.passed_over, 200 + 20);
    assert_int_equal(trend.rul.why, PROGNOSIS_KNOWN);
    NEAR(trend.rul.p50, 801, 1);
    for (size_t i = 0; i < 400; i++)
        t[i] = 7; /* all of one moment */
    prognosis_trend_to(arena, t, y, 400, 400, 1000, true, &trend);
    assert_int_equal(trend.rul.why, PROGNOSIS_TOO_LITTLE);
    uint64_t dice = 5;
    static const double odd[] = {0, 1, 2, 3, 4, 5, 6, -1e308, 1e308, NAN, INFINITY, 1e99, 5e-324};
    for (size_t round = 0; round < 3000; round++) {
        size_t count = dice_below(&dice, 150);
        for (size_t i = 0; i < count; i++) {
            t[i] = odd[dice_below(&dice, OQ_COUNT(odd))] + dice_share(&dice);
            y[i] = odd[dice_below(&dice, OQ_COUNT(odd))];
        }
        prognosis_trend_to(arena, t, y, count, 7, odd[dice_below(&dice, OQ_COUNT(odd))],
                           dice_below(&dice, 2), &trend);
        const prognosis_rul *r = &trend.rul;
        assert_int_equal(trend.points <= 150, 1);
        assert_true(isnan(r->p50) || (r->p10 >= 0 && r->p10 <= r->p50 && r->p50 <= r->p90));
    }
}

/* --- life and joining ------------------------------------------------------------------------------*/

static void test_life(void **state)
{
    weibull_fit fit;
    CHECK_OK(weibull_learn(arena, lives_nist, OQ_COUNT(lives_nist), NULL, &fit));
    double before = INFINITY;
    for (double age = 0; age < 2000; age += 100) { /* it wears out: ever less is left */
        prognosis_rul rul = prognosis_rul_life(&fit, age);
        assert_int_equal(rul.why, PROGNOSIS_KNOWN);
        assert_true(rul.p10 < rul.p50 && rul.p50 < rul.p90 && rul.p50 < before);
        assert_true(rul.p10 <= weibull_residual_quantile(fit.at, age, 0.1));
        NEAR(weibull_failure_within(fit.at, age, rul.p50), 0.5, 1e-9);
        before = rul.p50;
    }
    assert_int_equal(prognosis_rul_life(&fit, -1).why, PROGNOSIS_TOO_LITTLE);
    assert_int_equal(prognosis_rul_life(&fit, NAN).why, PROGNOSIS_TOO_LITTLE);
    static const lifetime running[] = {{400, 0, false}, {600, 0, false}};
    CHECK_OK(weibull_learn(arena, running, 2, NULL, &fit));
    prognosis_rul rul = prognosis_rul_life(&fit, 100); /* no failures at all */
    assert_int_equal(rul.why, PROGNOSIS_AT_LEAST);
    assert_true(rul.p10 > 0 && isnan(rul.p50) && isnan(rul.p90));
    NEAR(rul.p10, 1000 / log(10) * -log(0.9), 1e-9);
}

static void test_join(void **state)
{
    prognosis_rul life = {PROGNOSIS_LIFE, PROGNOSIS_KNOWN, 10, 100, 400};
    prognosis_rul trend = {PROGNOSIS_TREND, PROGNOSIS_KNOWN, 40, 50, 60};
    prognosis_rul flat = {PROGNOSIS_TREND, PROGNOSIS_FLAT, 5, NAN, NAN};
    prognosis_rul least = {PROGNOSIS_LIFE, PROGNOSIS_AT_LEAST, 3, NAN, NAN};
    prognosis_rul away = {PROGNOSIS_TREND, PROGNOSIS_AWAY, NAN, NAN, NAN};
    prognosis_rul both = prognosis_rul_join((prognosis_rul[]){life, trend}, 2);
    assert_true(both.by == PROGNOSIS_TREND && both.why == PROGNOSIS_KNOWN);
    assert_true(both.p10 == 10 && both.p50 == 50 && both.p90 == 60);
    both = prognosis_rul_join((prognosis_rul[]){flat, life, away, least}, 4);
    assert_true(both.by == PROGNOSIS_LIFE && both.p10 == 10 && both.p50 == 100 && both.p90 == 400);
    both = prognosis_rul_join((prognosis_rul[]){away, flat, least}, 3);
    assert_true(both.by == PROGNOSIS_LIFE && both.why == PROGNOSIS_AT_LEAST && both.p10 == 3);
    assert_true(isnan(both.p50) && isnan(both.p90));
    both = prognosis_rul_join((prognosis_rul[]){away}, 1);
    assert_true(both.by == PROGNOSIS_NOBODY && isnan(both.p10));
    assert_int_equal(prognosis_rul_join(NULL, 0).by, PROGNOSIS_NOBODY);
    trend.p90 = INFINITY;
    both = prognosis_rul_join((prognosis_rul[]){trend, life}, 2);
    assert_true(both.p90 == 400);
}

/* --- production risk -------------------------------------------------------------------------------*/

static void test_risk(void **state)
{
    prognosis_risk r = prognosis_production_risk((prognosis_chance){0.1, 0.2, 0.4}, 2, 0.5);
    NEAR(r.index, 100 * 0.2 * 0.75 * 0.5, 1e-12);
    NEAR(r.low, 3.75, 1e-12);
    NEAR(r.high, 15, 1e-12);
    assert_true(r.is_sure);
    /* What nobody said counts as the worst. */
    r = prognosis_production_risk((prognosis_chance){0.1, 0.2, 0.4}, 0, NAN);
    NEAR(r.index, 20, 1e-12);
    assert_true(!r.is_sure);
    r = prognosis_production_risk((prognosis_chance){NAN, NAN, 0.3}, 1, 1);
    assert_true(isnan(r.index) && isnan(r.low));
    NEAR(r.high, 30, 1e-12);
    r = prognosis_production_risk((prognosis_chance){0, 1, 1}, 1, 0);
    NEAR(r.index, 0, 0);
}

static int open_arena(void **state)
{
    arena = oq_arena_open(1 << 16);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blend),   cmocka_unit_test(test_blend_any),
        cmocka_unit_test(test_line),    cmocka_unit_test(test_second_method),
        cmocka_unit_test(test_promise), cmocka_unit_test(test_bad_input),
        cmocka_unit_test(test_life),    cmocka_unit_test(test_join),
        cmocka_unit_test(test_risk),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
