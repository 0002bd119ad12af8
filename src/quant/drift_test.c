#include "quant/drift.h"

#include "quant/signal_sample.h"

#include "base/banned.h"

static oq_arena *arena;

static double normal(uint64_t *dice)
{
    return sqrt(-2 * log(1 - dice_share(dice))) * cos(2 * M_PI * dice_share(dice));
}

static double *draw(uint64_t *dice, size_t rows, double mean, double sd)
{
    double *x = oq_new_n(arena, double, rows);
    for (size_t i = 0; i < rows; i++)
        x[i] = mean + sd * normal(dice);
    return x;
}

static drift look(const double *then, size_t rows_then, const double *now, size_t rows_now)
{
    drift_base base;
    drift d;
    drift_keep(arena, then, rows_then, 1, &base);
    drift_look(arena, &base, now, rows_now, 1, &d);
    return d;
}

static void test_by_hand(void **state)
{
    /* Ten values, a hundred of each; then half of the rows in the first, the rest as before. */
    double then[1000], now[1000];
    for (size_t i = 0; i < 1000; i++) {
        then[i] = (double)(i % 10);
        now[i] = i < 500 ? 0 : (double)(i % 10);
    }
    drift d = look(then, 1000, now, 1000);
    double wanted = (0.55 - 0.1) * log(5.5) + 9 * (0.05 - 0.1) * log(0.5);
    NEAR(d.psi, wanted, 0.01);
    NEAR(d.ks, 0.45, 1.0 / 64);
    assert_true(d.psi_p < 1e-12 && d.ks_p < 1e-12);
    assert_int_equal(d.state, DRIFT_SHIFTED);
    d = look(then, 1000, then, 1000);
    NEAR(d.psi, 0, 1e-4);
    NEAR(d.psi_p, 1, 1e-6);
    assert_true(d.ks < 1.0 / 64 + 1e-9 && d.ks_p == 1);
    assert_int_equal(d.state, DRIFT_STABLE);
    NEAR(d.median_then, 4, 1);
    NEAR(d.median_now, 4, 0);
}

/* D against the plain two-sample statistic. */
static void test_distance(void **state)
{
    uint64_t dice = 4;
    for (size_t round = 0; round < 40; round++) {
        size_t n = 40 + dice_below(&dice, 300), m = 40 + dice_below(&dice, 300);
        double *a = draw(&dice, n, 0, 1), *b = draw(&dice, m, dice_share(&dice), 1.5), most = 0;
        for (size_t i = 0; i < n + m; i++) {
            double x = i < n ? a[i] : b[i - n], fa = 0, fb = 0;
            for (size_t k = 0; k < n; k++)
                fa += a[k] <= x;
            for (size_t k = 0; k < m; k++)
                fb += b[k] <= x;
            most = fmax(most, fabs(fa / (double)n - fb / (double)m));
        }
        NEAR(look(a, n, b, m).ks, most, 1.0 / 64 + 1.0 / (double)n);
    }
}

/* Without drift hardly ever an alarm, whatever the sizes; with one it is found. */
static void test_promise(void **state)
{
    static const size_t size[] = {30, 100, 1000};
    uint64_t dice = 6;
    for (size_t s = 0; s < OQ_COUNT(size); s++) {
        size_t accused = 0, shifted = 0, low_p = 0, found = 0;
        for (size_t round = 0; round < 500; round++) {
            double *then = draw(&dice, 2000, 5, 2), *now = draw(&dice, size[s], 5, 2);
            drift d = look(then, 2000, now, size[s]);
            accused += d.state != DRIFT_STABLE;
            shifted += d.state == DRIFT_SHIFTED;
            low_p += d.psi_p < 0.05;
            now = draw(&dice, size[s], 8, 2); /* by one and a half deviations */
            found += look(then, 2000, now, size[s]).state == DRIFT_SHIFTED;
        }
        print_message("%zu rows: %.3f accused, psi_p below 0.05 in %.3f, drift found in %.3f\n",
                      size[s], (double)accused / 500, (double)low_p / 500, (double)found / 500);
        assert_true(accused <= 15 && shifted <= 10 && low_p < 60);
        assert_true(found > 480);
    }
}

static void test_odd(void **state)
{
    uint64_t dice = 9;
    double same[100], lost[100], *any = draw(&dice, 100, 0, 1);
    for (size_t i = 0; i < 100; i++) {
        same[i] = 5;
        lost[i] = i % 2 ? NAN : any[i];
    }
    assert_int_equal(look(same, 100, same, 100).state, DRIFT_STABLE);
    double lower[100], higher[100];
    for (size_t i = 0; i < 100; i++) {
        lower[i] = nextafter(5, 0);
        higher[i] = nextafter(5, 9);
    }
    assert_int_equal(look(same, 100, lower, 100).state, DRIFT_SHIFTED);
    assert_int_equal(look(same, 100, higher, 100).state, DRIFT_SHIFTED);
    drift d = look(any, 100, lost, 100); /* half of the values are gone */
    assert_int_equal(d.state, DRIFT_SHIFTED);
    NEAR(d.missing_now, 0.5, 0);
    NEAR(d.missing_then, 0, 0);
    d = look(lost, 100, lost, 100);
    assert_int_equal(d.state, DRIFT_STABLE);
    for (size_t i = 0; i < 100; i++)
        lost[i] = NAN;
    d = look(lost, 100, lost, 100); /* never was there, is not there */
    assert_int_equal(d.state, DRIFT_STABLE);
    assert_true(isnan(d.ks) && isnan(d.median_now));
    d = look(lost, 100, any, 100); /* and now it is */
    assert_int_equal(d.state, DRIFT_SHIFTED);
    assert_int_equal(look(any, 100, any, 2).state, DRIFT_NOT_ENOUGH);
    assert_int_equal(look(any, 2, any, 100).state, DRIFT_NOT_ENOUGH);
    d = look(any, 0, any, 0);
    assert_int_equal(d.state, DRIFT_NOT_ENOUGH);
    assert_true(isnan(d.psi) && isnan(d.missing_now));
    static const double few[] = {0, 1, -0.0, NAN, INFINITY, -INFINITY, 1e308, -1e308, 5e-324};
    for (size_t round = 0; round < 500; round++) {
        double a[60], b[60];
        for (size_t i = 0; i < 60; i++) {
            a[i] = few[dice_below(&dice, OQ_COUNT(few))];
            b[i] = few[dice_below(&dice, 1 + dice_below(&dice, OQ_COUNT(few)))];
        }
        d = look(a, 60, b, 60);
        assert_true(d.psi >= 0 && d.psi_p >= 0 && d.psi_p <= 1);
        assert_true(isnan(d.ks) || (d.ks >= 0 && d.ks <= 1));
    }
}

/* Columns of a table, and the base as numbers. */
static void test_stored(void **state)
{
    uint64_t dice = 10;
    double *table = draw(&dice, 900, 0, 1), column[300], number[DRIFT_NUMBERS];
    for (size_t i = 0; i < 300; i++)
        column[i] = table[3 * i + 1];
    drift_base a, b;
    drift_keep(arena, table + 1, 300, 3, &a);
    drift_keep(arena, column, 300, 1, &b);
    assert_memory_equal(&a, &b, sizeof a);
    drift_save(&a, number);
    CHECK_OK(drift_load(number, DRIFT_NUMBERS, &b));
    assert_memory_equal(&a, &b, sizeof a);
    CHECK_CODE("cut off", drift_load(number, DRIFT_NUMBERS - 1, &b), "drift.malformed");
    for (size_t round = 0; round < 5000; round++) {
        static const double odd[] = {0, -1, NAN, INFINITY, 1e300, 0.5, 2, 3, 1e18, -INFINITY};
        double broken[DRIFT_NUMBERS];
        memcpy(broken, number, sizeof broken);
        broken[dice_below(&dice, DRIFT_NUMBERS)] = odd[dice_below(&dice, OQ_COUNT(odd))];
        oq_mark mark = oq_err_mark();
        drift d;
        if (!drift_load(broken, DRIFT_NUMBERS, &b))
            drift_look(arena, &b, column, 300, 1, &d);
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
        cmocka_unit_test(test_by_hand), cmocka_unit_test(test_distance),
        cmocka_unit_test(test_promise), cmocka_unit_test(test_odd),
        cmocka_unit_test(test_stored),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
