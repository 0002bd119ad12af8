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

/* --- the distribution --------------------------------------------------------------------------*/

/* Known forms: beta = 1 forgets its age, beta = 2 is Rayleigh's. */
static void test_forms(void **state)
{
    weibull e = {1, 500};
    for (double age = 0; age < 3000; age += 700) {
        NEAR(weibull_failure_within(e, age, 50), 1 - exp(-0.1), 1e-14);
        NEAR(weibull_hazard(e, age), 1.0 / 500, 1e-15);
        NEAR(weibull_residual_mean(e, age), 500, 1e-9);
        NEAR(weibull_residual_quantile(e, age, 0.5), 500 * log(2), 1e-9);
    }
    weibull r = {2, 10};
    NEAR(weibull_mean(r), 5 * sqrt(M_PI), 1e-12);
    /* integral of exp(-t^2 / 100) from 7: 5 sqrt(pi) erfc(0.7) */
    NEAR(weibull_residual_mean(r, 7), 5 * sqrt(M_PI) * erfc(0.7) / exp(-0.49), 1e-12);
    NEAR(weibull_residual_mean(r, 200), 100.0 / 400, 1e-3); /* 1 / h, nearly */
    NEAR(weibull_quantile(r, 0.1), 10 * sqrt(-log(0.9)), 1e-12);
    NEAR(weibull_reliability(r, 10), exp(-1), 1e-15);
    NEAR(weibull_hazard(r, 5), 0.1, 1e-15);
    assert_true(isinf(weibull_hazard((weibull){0.5, 1}, 0)));
}

static void test_residual(void **state)
{
    uint64_t dice = 2;
    for (size_t i = 0; i < 2000; i++) {
        weibull w = {0.2 + 6 * dice_share(&dice), pow(10, 8 * dice_share(&dice) - 4)};
        double age = i % 5 ? w.eta * 4 * dice_share(&dice) : 0, p = 0.01 + 0.98 * dice_share(&dice);
        double x = weibull_residual_quantile(w, age, p);
        NEAR(weibull_failure_within(w, age, x), p, 1e-9);
        double left = weibull_reliability(w, age);
        if (left > 1e-4)
            NEAR(1 - weibull_reliability(w, age + x) / left, p, 1e-9);
        assert_true(weibull_failure_within(w, age, 0) == 0);
        NEAR(weibull_failure_within(w, age, INFINITY), 1, 0);
    }
    /* R is 0 in doubles, what is ahead is not lost. */
    weibull old = {3, 1};
    double ahead = 3 * 1e4 * 1e-6;
    NEAR(weibull_failure_within(old, 100, 1e-6), 1 - exp(-ahead), 1e-6);
}

/* The mean of what is left is the integral of what is left. */
static void test_residual_mean(void **state)
{
    static const double beta[] = {0.5, 0.9, 1.3, 2.5, 6};
    for (size_t b = 0; b < OQ_COUNT(beta); b++)
        for (double age = 0.01; age < 3; age += 0.31) {
            weibull w = {beta[b], 1};
            double sum = 0, h = 1e-4;
            for (double p = h / 2; p < 1; p += h) /* mean = integral of quantiles */
                sum += h * weibull_residual_quantile(w, age, p);
            NEAR(weibull_residual_mean(w, age) / sum, 1, 0.01);
        }
    NEAR(weibull_residual_mean((weibull){50, 1}, 1e-9), weibull_mean((weibull){50, 1}), 1e-8);
}

/* --- bounds ------------------------------------------------------------------------------------*/

/* All (beta, eta) of a fine mesh that are likely enough: no bound may be far from what they say. */
static void test_likelihood_ratio(void **state)
{
    uint64_t dice = 9;
    const double half_chi2 = 2.70554345409542 / 2; /* 0.9, one degree */
    for (size_t round = 0; round < 12; round++) {
        lifetime life[25];
        lives_draw(&dice, (weibull){1 + 2 * dice_share(&dice), 100}, round % 2 ? 40 : 0, 160, 25,
                   life);
        weibull_fit fit = learn(life, 25, 0.9, 30);
        if (fit.failures < 8 || fit.beta_low < 0.5)
            continue; /* bounds of B10 run away from any mesh */
        double low[4] = {9, 9, 1e9, 1e9}, high[4] = {0};
        for (double b = -1.6; b <= 1.6; b += 0.008)
            for (double e = -1.6; e <= 4; e += 0.008) {
                weibull w = {fit.at.beta * exp(b), fit.at.eta * exp(e)};
                if (lives_log_likelihood(life, 25, w.beta, w.eta) < fit.log_likelihood - half_chi2)
                    continue;
                double now[4] = {weibull_failure_within(w, 90, 20), weibull_reliability(w, 70),
                                 weibull_residual_quantile(w, 50, 0.5), weibull_quantile(w, 0.1)};
                for (int k = 0; k < 4; k++) {
                    low[k] = fmin(low[k], now[k]);
                    high[k] = fmax(high[k], now[k]);
                }
            }
        weibull_band got[4] = {
            weibull_bound_failure_within(&fit, 90, 20), weibull_bound_reliability(&fit, 70),
            weibull_bound_residual_quantile(&fit, 50, 0.5), weibull_bound_quantile(&fit, 0.1)};
        for (int k = 0; k < 4; k++) {
            NEAR(log(got[k].low / low[k]), 0, 0.03);
            NEAR(log(got[k].high / high[k]), 0, 0.03);
            assert_true(got[k].low < got[k].value && got[k].value < got[k].high);
        }
    }
}

/* How often 90 % bounds hold the truth: 1,000 fleets each. */
static void test_promise(void **state)
{
    static const struct {
        const char *label;
        size_t units;
        double entry_max, end_max;
        size_t few_max;
        double least;
    } row[] = {
        {"few, likelihood ratio", 30, 0, 60, 30, 0.86},
        {"few, late entries", 30, 60, 60, 30, 0.86},
        {"many, normal", 150, 0, 150, 1, 0.87},
        {"many, likelihood ratio", 150, 0, 150, 1000, 0.87},
    };
    weibull w = {2.2, 100};
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        uint64_t dice = 100 + i;
        double truth = weibull_failure_within(w, 80, 10), b10 = weibull_quantile(w, 0.1);
        size_t within = 0, quantile = 0, beta = 0, fitted = 0;
        double failures = 0;
        for (size_t round = 0; round < 1000; round++) {
            lifetime life[150];
            lives_draw(&dice, w, row[i].entry_max, row[i].end_max, row[i].units, life);
            weibull_fit fit = learn(life, row[i].units, 0.9, row[i].few_max);
            if (fit.state != WEIBULL_FITTED)
                continue;
            fitted++;
            failures += (double)fit.failures;
            weibull_band p = weibull_bound_failure_within(&fit, 80, 10);
            weibull_band q = weibull_bound_quantile(&fit, 0.1);
            within += p.low <= truth && truth <= p.high;
            quantile += q.low <= b10 && b10 <= q.high;
            beta += fit.beta_low <= w.beta && w.beta <= fit.beta_high;
        }
        double n = (double)fitted;
        print_message("%s: %.0f failures; of 90 %% bounds hold: failure within %.3f, B10 %.3f, "
                      "beta %.3f\n",
                      row[i].label, failures / n, (double)within / n, (double)quantile / n,
                      (double)beta / n);
        CHECK(row[i].label, (double)within > row[i].least * n && (double)within < 0.95 * n);
        CHECK(row[i].label, (double)quantile > row[i].least * n && (double)quantile < 0.95 * n);
        CHECK(row[i].label, (double)beta > row[i].least * n && (double)beta < 0.95 * n);
    }
}

/* --- does it fit ---------------------------------------------------------------------------------*/

static void test_check(void **state)
{
    uint64_t dice = 77;
    size_t accused = 0, caught = 0;
    for (size_t round = 0; round < 400; round++) {
        lifetime life[120];
        lives_draw(&dice, (weibull){1.8, 100}, round % 2 ? 40 : 0, 250, 120, life);
        weibull_fit fit = learn(life, 120, 0.95, 1);
        weibull_check check;
        weibull_check_fit(arena, &fit, life, 120, &check);
        accused += check.p < 0.05;
        assert_true(check.p >= 0 && check.p <= 1);
        /* Two kinds in one list: half fail early, half late. */
        for (size_t i = 0; i < 120; i++) {
            double age = (i % 2 ? 30 : 300) * (0.9 + 0.2 * dice_share(&dice));
            life[i] = (lifetime){age, 0, true};
        }
        fit = learn(life, 120, 0.95, 1);
        weibull_check_fit(arena, &fit, life, 120, &check);
        caught += check.p < 0.05;
        assert_true(check.correlation < 0.96 && check.inside < 0.6);
    }
    print_message("a right fit is accused in %.3f, a mixture caught in %.3f\n",
                  (double)accused / 400, (double)caught / 400);
    assert_true(accused < 400 * 0.075);
    assert_int_equal(caught, 400);
    /* Exact quantiles lie on a line. */
    lifetime life[99];
    for (size_t i = 0; i < 99; i++)
        life[i] =
            (lifetime){weibull_quantile((weibull){3, 10}, (double)(2 * i + 1) / 198), 0, true};
    weibull_fit fit = learn(life, 99, 0.95, 1);
    weibull_check check;
    weibull_check_fit(arena, &fit, life, 99, &check);
    NEAR(check.correlation, 1, 1e-9);
    assert_true(check.inside == 1 && check.distance < 0.02 && check.p > 0.99);
    weibull_check_fit(arena, &fit, lives_nist, OQ_COUNT(lives_nist), &check);
    fit = learn(lives_nist, OQ_COUNT(lives_nist), 0.95, 1);
    weibull_check_fit(arena, &fit, lives_nist, OQ_COUNT(lives_nist), &check);
    assert_true(isnan(check.p) && check.steps == 10);
}

/* --- stored --------------------------------------------------------------------------------------*/

static void test_stored(void **state)
{
    lifetime fan[70];
    lives_fan(fan);
    static const lifetime none[] = {{4, 0, false}, {5, 1, false}};
    weibull_fit all[] = {learn(fan, 70, 0.9, 0), learn(fan, 70, 0.9, 1), learn(none, 2, 0.9, 0)};
    for (size_t i = 0; i < OQ_COUNT(all); i++) {
        double number[WEIBULL_NUMBERS];
        size_t count = weibull_save(&all[i], number);
        weibull_fit back;
        CHECK_OK(weibull_load(number, count, &back));
        double again[WEIBULL_NUMBERS];
        assert_int_equal(weibull_save(&back, again), count);
        assert_memory_equal(number, again, count * sizeof *number);
        weibull_band a = weibull_bound_failure_within(&all[i], 3000, 500);
        weibull_band b = weibull_bound_failure_within(&back, 3000, 500);
        assert_memory_equal(&a, &b, sizeof a);
        for (size_t short_by = 1; short_by <= count; short_by++)
            CHECK_CODE("cut off", weibull_load(number, count - short_by, &back),
                       "weibull.malformed");
    }
    uint64_t dice = 4;
    for (size_t round = 0; round < 20000; round++) {
        double number[WEIBULL_NUMBERS];
        size_t count = weibull_save(&all[round % 3], number);
        static const double odd[] = {0, -1, NAN, INFINITY, 1e300, 0.5, 2, -INFINITY, 17, 18};
        number[dice_below(&dice, count)] = odd[dice_below(&dice, OQ_COUNT(odd))];
        weibull_fit back;
        oq_mark mark = oq_err_mark();
        if (!weibull_load(number, count, &back))
            (void)weibull_bound_failure_within(&back, 3, 4);
        oq_err_rewind(mark);
    }
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
        cmocka_unit_test(test_forms),         cmocka_unit_test(test_residual),
        cmocka_unit_test(test_residual_mean), cmocka_unit_test(test_likelihood_ratio),
        cmocka_unit_test(test_promise),       cmocka_unit_test(test_check),
        cmocka_unit_test(test_stored),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
