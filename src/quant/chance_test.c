#include "quant/chance.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

/* Tables of every textbook: z and F, here as in NIST/SEMATECH e-Handbook, 1.3.6.7. */
static void test_tables(void **state)
{
    assert_float_equal(chance_normal_quantile(0.975), 1.959963984540054, 1e-13);
    assert_float_equal(chance_normal_quantile(0.01), -2.326347874040841, 1e-13);
    assert_float_equal(chance_normal_quantile(0.5), 0, 1e-15);
    static const struct {
        double d1, d2, p, f;
    } row[] = {
        {1, 1, 0.95, 161.448}, {5, 10, 0.95, 3.326},   {10, 5, 0.95, 4.735},
        {2, 20, 0.99, 5.849},  {20, 100, 0.99, 2.067}, {3, 3, 0.90, 5.391},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        assert_float_equal(chance_f_quantile(row[i].d1, row[i].d2, row[i].p), row[i].f,
                           0.0006 * fmax(1, row[i].f / 10));
}

/* Quantiles undo the distributions, and those of F turn round with their degrees of freedom. */
static void test_round_trips(void **state)
{
    for (double p = 0.001; p < 1; p += 0.0499) {
        assert_float_equal(0.5 * erfc(-chance_normal_quantile(p) / M_SQRT2), p, 1e-14);
        for (double d1 = 1; d1 < 300; d1 *= 3.3)
            for (double d2 = 1; d2 < 300; d2 *= 2.7) {
                double f = chance_f_quantile(d1, d2, p);
                assert_float_equal(chance_beta_below(d1 / 2, d2 / 2, d1 * f / (d1 * f + d2)), p,
                                   1e-9);
                assert_float_equal(f * chance_f_quantile(d2, d1, 1 - p), 1, 1e-6);
            }
    }
}

static void test_beta(void **state)
{
    assert_float_equal(chance_beta_below(1, 1, 0.3), 0.3, 1e-14);
    assert_float_equal(chance_beta_below(2, 3, 0.5), 11.0 / 16, 1e-14); /* binomial, by hand */
    assert_float_equal(chance_beta_below(2, 3, -1), 0, 0);
    assert_float_equal(chance_beta_below(2, 3, 2), 1, 0);
}

/* NIST/SEMATECH e-Handbook, 1.3.6.7.4; degrees 2 have a closed form. */
static void test_chi2(void **state)
{
    NEAR(chance_chi2_quantile(1, 0.95), 3.841458820694124, 1e-10);
    NEAR(chance_chi2_quantile(10, 0.95), 18.307, 0.0006);
    NEAR(chance_chi2_quantile(100, 0.01), 70.065, 0.0006);
    for (double p = 0.001; p < 1; p += 0.0499) {
        NEAR(chance_chi2_quantile(2, p), -2 * log1p(-p), 1e-11);
        for (double k = 0.5; k < 400; k *= 1.7)
            NEAR(chance_chi2_above(k, chance_chi2_quantile(k, p)), 1 - p, 1e-11);
    }
}

/* Shapes with known integrals: 1/2 is the error function, whole ones are Poisson's sums. */
static void test_gamma(void **state)
{
    for (double x = 0.01; x < 60; x *= 1.3) {
        NEAR(chance_gamma_below(0.5, x), erf(sqrt(x)), 1e-14);
        NEAR(chance_gamma_above(1, x) / exp(-x), 1, 1e-10);
        NEAR(chance_gamma_above(3, x), exp(-x) * (1 + x + x * x / 2), 1e-14);
        NEAR(chance_gamma_tail(1, x) * x, 1, 1e-12);
        NEAR(chance_gamma_tail(3, x) * x * x * x / (2 + 2 * x + x * x), 1, 1e-10);
        NEAR(chance_gamma_below(7.3, x) + chance_gamma_above(7.3, x), 1, 1e-14);
    }
    NEAR(chance_gamma_tail(0.5, 1e6) * 1e6, 1, 1e-6); /* 1 / x, where e^-x is nothing */
    NEAR(chance_gamma_below(2, -1), 0, 0);
    NEAR(chance_gamma_above(2, 0), 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_beta),
        cmocka_unit_test(test_chi2),
        cmocka_unit_test(test_gamma),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
