#include "quant/weibull_sample.h"

#include "base/banned.h"

static oq_arena *arena;

static weibull_fit learn(const lifetime *life, size_t count, double confidence, size_t few_max)
{
    weibull_fit fit;
    CHECK_OK(weibull_learn(arena, life, count,
                           &(weibull_rule){.confidence = confidence, .few_max = few_max}, &fit));
    return fit;
}

static void test_nist(void **state)
{
    weibull_fit fit = learn(lives_nist, OQ_COUNT(lives_nist), 0.95, 1);
    assert_int_equal(fit.state, WEIBULL_FITTED);
    NEAR(fit.at.eta, 606.5280, 0.0005);
    NEAR(fit.at.beta, 1.7208, 0.00005);
    NEAR(fit.log_likelihood, -75.135, 0.0006);
    NEAR(weibull_mean(fit.at), 540.737, 0.0006);
    assert_int_equal(fit.failures, 10);
    assert_int_equal(fit.units, 20);
    NEAR(fit.exposure, 7771, 1e-9);
    NEAR(fit.oldest, 500, 1e-9);
}

/* Complete lives with normal bounds: example of wblfit in the manual of Altair Compose (the same
 * function as MATLAB's), 95 %. */
static void test_complete(void **state)
{
    static const double age[] = {13.22, 9.41, 8.58, 7.98, 4.12, 16.1, 5.62, 2.28, 9.69,  28.2,
                                 13.84, 5.62, 5.26, 6.91, 8.92, 9.07, 9.83, 1.86, 12.66, 5.44};
    lifetime life[OQ_COUNT(age)];
    for (size_t i = 0; i < OQ_COUNT(age); i++)
        life[i] = (lifetime){age[i], 0, true};
    weibull_fit fit = learn(life, OQ_COUNT(age), 0.95, 1);
    NEAR(fit.at.eta, 10.411, 0.0006);
    NEAR(fit.at.beta, 1.7397, 0.00006);
    NEAR(fit.eta_low, 7.974, 0.0006);
    NEAR(fit.eta_high, 13.594, 0.0011);
    NEAR(fit.beta_low, 1.2667, 0.00011);
    NEAR(fit.beta_high, 2.3893, 0.00011);
}

/* SAS/QC, PROC RELIABILITY, first example: 12 failures among 70 fans. */
static void test_fans(void **state)
{
    lifetime life[70];
    assert_int_equal(lives_fan(life), 70);
    weibull_fit fit = learn(life, 70, 0.95, 1);
    NEAR(fit.at.eta, 26296.8, 0.06);
    NEAR(fit.at.beta, 1.0584, 0.00006);
    NEAR(fit.at.eta * fit.log_eta_error, 12251.4, 0.06);
    NEAR(fit.at.beta * fit.log_beta_error, 0.2683, 0.00006);
    NEAR(fit.eta_low, 10552.1, 0.06);
    NEAR(fit.eta_high, 65534.4, 0.06);
    NEAR(fit.beta_low, 0.6441, 0.00006);
    NEAR(fit.beta_high, 1.7394, 0.00006);
    assert_true(fit.exponential_p > 0.8); /* such fans do not age */
    NEAR(fit.exponential_mean, 344440.0 / 12, 1e-6);
}

/* Climbs the definition of the likelihood by ever smaller steps. */
static double climb(const lifetime *life, size_t count, double *ret_beta, double *ret_eta)
{
    double beta = 0, eta = 0, best = lives_log_likelihood(life, count, 1, 100);
    for (double step = 1; step > 1e-10;) {
        bool is_better = false;
        for (int k = 0; k < 8; k++) {
            static const double way[8][2] = {{1, 0}, {-1, 0}, {0, 1},  {0, -1},
                                             {1, 1}, {1, -1}, {-1, 1}, {-1, -1}};
            double b = beta + step * way[k][0], e = eta + step * way[k][1];
            double value = lives_log_likelihood(life, count, exp(b), 100 * exp(e));
            if (value > best) {
                best = value, beta = b, eta = e;
                is_better = true;
            }
        }
        step = is_better ? step * 1.5 : step / 2;
    }
    *ret_beta = exp(beta);
    *ret_eta = 100 * exp(eta);
    return best;
}

/* With and without entries: the likeliest, and errors from differences of the likelihood. */
static void test_second_method(void **state)
{
    uint64_t dice = 1;
    for (size_t round = 0; round < 60; round++) {
        weibull w = {0.4 + 4 * dice_share(&dice), 30 + 200 * dice_share(&dice)};
        lifetime life[80];
        size_t count = 12 + dice_below(&dice, 68);
        lives_draw(&dice, w, round % 2 ? w.eta : 0, 2 * w.eta, count, life);
        weibull_fit fit = learn(life, count, 0, 1);
        if (fit.state != WEIBULL_FITTED)
            continue;
        double beta, eta, best = climb(life, count, &beta, &eta);
        NEAR(fit.log_likelihood, best, 1e-8 * (1 + fabs(best)));
        NEAR(log(fit.at.beta / beta), 0, 2e-6);
        NEAR(log(fit.at.eta / eta), 0, 2e-5);
        const double h = 1e-3;
        double l[3][3];
        for (int i = -1; i <= 1; i++)
            for (int k = -1; k <= 1; k++)
                l[i + 1][k + 1] = lives_log_likelihood(life, count, fit.at.beta * exp(i * h),
                                                       fit.at.eta * exp(k * h));
        double bb = -(l[2][1] - 2 * l[1][1] + l[0][1]) / (h * h);
        double ee = -(l[1][2] - 2 * l[1][1] + l[1][0]) / (h * h);
        double be = -(l[2][2] - l[2][0] - l[0][2] + l[0][0]) / (4 * h * h);
        double det = bb * ee - be * be;
        NEAR(fit.log_beta_error / sqrt(ee / det), 1, 1e-3);
        NEAR(fit.log_eta_error / sqrt(bb / det), 1, 1e-3);
        NEAR(fit.log_covariance / (-be / det), 1, 5e-2);
    }
}

/* A unit of age changes ages, and nothing else; hours or aeons. */
static void test_units(void **state)
{
    uint64_t dice = 5;
    lifetime life[40], other[40];
    lives_draw(&dice, (weibull){2, 100}, 50, 150, 40, life);
    weibull_fit a = learn(life, 40, 0, 0);
    for (double scale = 1e-200; scale < 1e250; scale *= 1e100) {
        for (size_t i = 0; i < 40; i++)
            other[i] = (lifetime){life[i].age * scale, life[i].entry * scale, life[i].has_failed};
        weibull_fit b = learn(other, 40, 0, 0);
        NEAR(b.at.beta / a.at.beta, 1, 1e-9);
        NEAR(b.at.eta / a.at.eta / scale, 1, 1e-9);
        NEAR(b.eta_low / a.eta_low / scale, 1, 1e-6);
        NEAR(b.beta_high / a.beta_high, 1, 1e-6);
        NEAR(b.exponential_p, a.exponential_p, 1e-9);
    }
}

/* Splitting a unit's watch in two, or adding one that nobody watched, tells nothing new. */
static void test_split(void **state)
{
    uint64_t dice = 11;
    lifetime life[50], cut[101];
    lives_draw(&dice, (weibull){1.6, 100}, 30, 200, 50, life);
    size_t count = 0;
    for (size_t i = 0; i < 50; i++) {
        double at = life[i].entry + (life[i].age - life[i].entry) * dice_share(&dice);
        cut[count++] = (lifetime){at, life[i].entry, false};
        cut[count++] = (lifetime){life[i].age, at, life[i].has_failed};
    }
    cut[count++] = (lifetime){1e9, 1e9, false};
    weibull_fit a = learn(life, 50, 0, 0), b = learn(cut, count, 0, 0);
    NEAR(a.at.beta, b.at.beta, 1e-7);
    NEAR(a.at.eta, b.at.eta, 1e-6);
    NEAR(a.log_beta_error, b.log_beta_error, 1e-7);
    NEAR(a.eta_high, b.eta_high, 1e-3);
    assert_int_equal(b.units, 100);
}

static void test_few(void **state)
{
    /* No failure: eta^beta >= sum t^beta / -ln(1 - confidence), here 1000 / ln 10. */
    lifetime running[] = {{100, 0, false}, {400, 0, false}, {700, 200, false}};
    weibull_fit fit = learn(running, 3, 0.9, 0);
    assert_int_equal(fit.state, WEIBULL_NO_FAILURES);
    NEAR(fit.eta_low, 1000 / log(10), 1e-9);
    assert_true(isinf(fit.eta_high) && isnan(fit.at.eta) && isnan(fit.exponential_mean));
    weibull_band within = weibull_bound_failure_within(&fit, 700, 100);
    assert_true(isnan(within.value) && within.low == 0);
    NEAR(within.high, 1 - pow(0.1, 0.1), 1e-12);
    weibull_band life = weibull_bound_residual_quantile(&fit, 700, 0.5);
    assert_true(isnan(life.value) && isinf(life.high));
    NEAR(life.low, 1000 / log(10) * log(2), 1e-9);
    weibull_band left = weibull_bound_reliability(&fit, 1000 / log(10));
    NEAR(left.low, exp(-1), 1e-12);
    NEAR(left.high, 1, 0);
    /* Weibayes with another shape. */
    CHECK_OK(weibull_learn(arena, running, 2, &(weibull_rule){.beta_assumed = 3}, &fit));
    NEAR(fit.eta_low, cbrt((1e6 + 64e6) / log(10)), 1e-9);
    NEAR(fit.at.beta, 3, 0);

    running[1].has_failed = true;
    fit = learn(running, 3, 0.9, 0);
    assert_int_equal(fit.state, WEIBULL_ONE_FAILURE);
    NEAR(fit.at.eta, 1000, 1e-9);
    /* chi-squared of any table: 0.05 of 2 degrees 0.1026, 0.95 of 4 degrees 9.4877 */
    NEAR(fit.eta_high, 2000 / 0.10258658877510, 1e-6);
    NEAR(fit.eta_low, 2000 / 9.48772903678115, 1e-6);

    lifetime equal[] = {{50, 0, true}, {50, 0, true}, {50, 0, true}, {20, 0, false}};
    fit = learn(equal, 4, 0.9, 0);
    assert_int_equal(fit.state, WEIBULL_NO_SPREAD);
    NEAR(fit.at.eta, 170.0 / 3, 1e-9);
    NEAR(fit.at.beta, 1, 0);
    equal[3].age = 80; /* something older makes a shape */
    fit = learn(equal, 4, 0.9, 0);
    assert_int_equal(fit.state, WEIBULL_FITTED);

    lifetime late[] = {{100, 99, true}, {100.5, 99, true}, {1000, 990, false}, {2000, 1900, false}};
    fit = learn(late, 4, 0.9, 0);
    assert_int_equal(fit.state, WEIBULL_NO_SHAPE);
}

/* Where a fit would have to guess, it refuses or says so; nothing ever comes out as nonsense. */
static void test_bad_input(void **state)
{
    weibull_fit fit;
    CHECK_CODE("none", weibull_learn(arena, NULL, 0, NULL, &fit), "lifetime.none");
    lifetime new[] = {{0, 0, false}, {5, 5, false}};
    CHECK_CODE("nobody watched", weibull_learn(arena, new, 2, NULL, &fit), "lifetime.none");
    lifetime future[] = {{10, 0, true}, {-3, 0, false}};
    CHECK_CODE("installed in the future", weibull_learn(arena, future, 2, NULL, &fit),
               "lifetime.age_invalid");
    uint64_t dice = 3;
    static const double odd[] = {0, -1, NAN, INFINITY, 1e-300, 1e300, 5, 5, 5, 6, 7, 8, 100};
    size_t learnt = 0;
    for (size_t round = 0; round < 4000; round++) {
        lifetime life[6];
        size_t count = dice_below(&dice, 7);
        for (size_t i = 0; i < count; i++)
            life[i] = (lifetime){odd[dice_below(&dice, OQ_COUNT(odd))],
                                 dice_below(&dice, 3) ? 0 : odd[dice_below(&dice, OQ_COUNT(odd))],
                                 dice_below(&dice, 2)};
        oq_mark mark = oq_err_mark();
        if (!weibull_learn(arena, life, count, NULL, &fit)) {
            learnt++;
            assert_true(fit.at.beta > 0 && isfinite(fit.at.beta));
            assert_true(fit.at.eta > 0 || fit.state == WEIBULL_NO_FAILURES);
            assert_true(fit.eta_low <= fit.eta_high && fit.beta_low <= fit.beta_high);
            weibull_band b = weibull_bound_failure_within(&fit, 4, 3);
            assert_true(b.low >= 0 && b.low <= b.high && b.high <= 1);
            assert_true(isnan(b.value) || (b.value >= b.low && b.value <= b.high));
        }
        oq_err_rewind(mark);
    }
    assert_true(learnt > 200);
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
        cmocka_unit_test(test_nist),  cmocka_unit_test(test_complete),
        cmocka_unit_test(test_fans),  cmocka_unit_test(test_second_method),
        cmocka_unit_test(test_units), cmocka_unit_test(test_split),
        cmocka_unit_test(test_few),   cmocka_unit_test(test_bad_input),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
