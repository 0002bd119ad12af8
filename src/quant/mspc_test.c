#include "quant/mspc.h"

#include <math.h>

#include "quant/model_bytes.h"
#include "quant/signal_sample.h"

#include "base/banned.h"

enum { COLUMNS = 5, ROWS = 2000 };

static double normal(uint64_t *dice)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += dice_share(dice);
    return sum;
}

/* Two hidden causes drive four signals; the fifth never moves. */
static double *make_plant(oq_arena *arena, uint64_t seed, size_t rows)
{
    double *x = oq_new_n(arena, double, rows *COLUMNS), slow = 0;
    for (size_t i = 0; i < rows; i++) {
        double *row = x + i * COLUMNS, fast = normal(&seed);
        slow = 0.7 * slow + normal(&seed);
        row[0] = 100 + 3 * slow + 0.1 * normal(&seed);
        row[1] = 50 - 2 * slow + 0.1 * normal(&seed);
        row[2] = 10 * fast + 0.5 * normal(&seed);
        row[3] = -5 + slow + fast + 0.1 * normal(&seed);
        row[4] = 7;
    }
    return x;
}

static double share_beyond(oq_arena *arena, const mspc *m, const double *x, size_t rows, int which)
{
    mspc_watch *w = mspc_watch_open(arena, m);
    size_t beyond = 0;
    for (size_t i = 0; i < rows; i++) {
        mspc_point p;
        mspc_watch_next(w, x + i * COLUMNS, &p);
        beyond += p.is_ready && p.at[which] > mspc_limit(m, (mspc_statistic)which);
    }
    return (double)beyond / (double)rows;
}

/* The formulas' limits hold for independent normal rows, calibrated ones for any. */
static void test_false_alarms(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    for (size_t lags = 0; lags < 3; lags++) {
        mspc_rule rule = {.lags = lags, .components = 2 + lags};
        double *x = make_plant(arena, 1, ROWS), *later = make_plant(arena, 2, ROWS);
        mspc *m = mspc_learn(arena, x, ROWS, COLUMNS, &rule);
        assert_non_null(m);
        assert_int_equal(mspc_components(m), 2 + lags);
        if (lags == 0)
            for (int k = MSPC_T2; k <= MSPC_H; k++)
                assert_true(share_beyond(arena, m, later, ROWS, k) < 0.025);
        assert_true(isinf(mspc_limit(m, MSPC_INDEX)));
        mspc_calibrate(m, later, ROWS);
        for (int k = 0; k < MSPC_STATISTICS; k++) {
            double share = share_beyond(arena, m, later, ROWS, k);
            assert_true(share > 0.005 && share <= 0.01);
        }
    }
    oq_arena_close(arena);
}

/* What breaks is seen by the statistic that is there for it, and laid at the right variable. */
static void test_faults(void **state)
{
    static const struct {
        const char *label;
        int which;
        size_t column;
        double shift, scatter;
    } row[] = {
        {"a relation is broken", MSPC_Q, 1, 4, 0},
        {"a relation is broken, against its own noise", MSPC_H, 3, 1.5, 0},
        {"a shift that lasts", MSPC_M, 0, 0.6, 0},
        {"more scatter", MSPC_S, 3, 0, 0.6},
    };
    oq_arena *arena = oq_arena_open(0);
    mspc_rule rule = {.components = 2};
    mspc *m = mspc_learn(arena, make_plant(arena, 1, ROWS), ROWS, COLUMNS, &rule);
    mspc_calibrate(m, make_plant(arena, 2, ROWS), ROWS);
    for (size_t f = 0; f < OQ_COUNT(row); f++) {
        uint64_t dice = 9;
        double *good = make_plant(arena, 1, ROWS), *x = make_plant(arena, 1, ROWS);
        double by[COLUMNS], more[COLUMNS] = {0};
        for (size_t i = 50; i < ROWS; i++)
            x[i * COLUMNS + row[f].column] += row[f].shift + row[f].scatter * normal(&dice);
        mspc_watch *w = mspc_watch_open(arena, m), *as_before = mspc_watch_open(arena, m);
        size_t beyond = 0, index_beyond = 0;
        for (size_t i = 0; i < ROWS; i++) {
            mspc_point p, q;
            mspc_watch_next(w, x + i * COLUMNS, &p);
            mspc_watch_next(as_before, good + i * COLUMNS, &q);
            if (i < 80)
                continue;
            beyond += p.at[row[f].which] > mspc_limit(m, (mspc_statistic)row[f].which);
            index_beyond += p.at[MSPC_INDEX] > mspc_limit(m, MSPC_INDEX);
            mspc_watch_contributions(w, (mspc_statistic)row[f].which, by);
            for (size_t k = 0; k < COLUMNS; k++)
                more[k] += by[k];
            mspc_watch_contributions(as_before, (mspc_statistic)row[f].which, by);
            for (size_t k = 0; k < COLUMNS; k++)
                more[k] -= by[k];
        }
        CHECK(row[f].label, beyond > ROWS / 2);
        CHECK(row[f].label, index_beyond > ROWS / 2);
        for (size_t k = 0; k < COLUMNS; k++)
            CHECK(row[f].label, k == row[f].column || more[k] < more[row[f].column]);
    }
    oq_arena_close(arena);
}

/* Contributions add up to the statistic; that of a variable that never moves is nothing. */
static void test_contributions_add_up(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    mspc_rule rule = {.lags = 2};
    mspc *m = mspc_learn(arena, make_plant(arena, 1, ROWS), ROWS, COLUMNS, &rule);
    mspc_watch *w = mspc_watch_open(arena, m);
    double *x = make_plant(arena, 5, 40), by[COLUMNS];
    for (size_t i = 0; i < 40; i++) {
        mspc_point p;
        mspc_watch_next(w, x + i * COLUMNS, &p);
        assert_int_equal(p.is_ready, i >= 2);
        for (int k = MSPC_T2; p.is_ready && k <= MSPC_M; k++) {
            double sum = 0;
            mspc_watch_contributions(w, (mspc_statistic)k, by);
            for (size_t c = 0; c < COLUMNS; c++)
                sum += by[c];
            assert_float_equal(sum, p.at[k], 1e-6 * (1 + p.at[k]));
            assert_float_equal(by[4], 0, 1e-12);
        }
    }
    oq_arena_close(arena);
}

/* H. Hotelling's statistic in two dimensions, by hand: correlation r, T2 = (a^2 - 2 r a b + b^2) /
 * (1 - r^2) of standardized values. */
static void test_t2_by_hand(void **state)
{
    static const double x[] = {1, 2, 2, 1, 3, 4, 4, 3, 5, 6, 6, 5, 7, 8, 8, 7};
    oq_arena *arena = oq_arena_open(0);
    mspc_rule rule = {.components = 2};
    mspc *m = mspc_learn(arena, x, 8, 2, &rule);
    assert_non_null(m);
    double sd = sqrt(42.0 / 7), r = 38.0 / 42; /* sums of squares 42, of products 38 */
    double a = (1 - 4.5) / sd, b = (8 - 4.5) / sd, row[] = {1, 8};
    mspc_point p;
    mspc_watch_next(mspc_watch_open(arena, m), row, &p);
    assert_float_equal(p.at[MSPC_T2], (a * a - 2 * r * a * b + b * b) / (1 - r * r), 1e-9);
    assert_float_equal(p.at[MSPC_Q], 0, 1e-12);
    oq_arena_close(arena);
}

static void test_too_little(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    double *x = make_plant(arena, 1, 40), flat[40] = {0};
    mspc_rule rule = {.lags = 3};
    assert_null(mspc_learn(arena, x, 40, COLUMNS, &rule));
    rule.lags = 0;
    assert_non_null(mspc_learn(arena, x, 40, COLUMNS, &rule));
    assert_null(mspc_learn(arena, flat, 20, 2, &rule));
    oq_arena_close(arena);
}

/* One variable off by a little, in a relation of three (0, 1, 3): it is the one that explains most.
 */
static void test_reconstruct(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    mspc_rule rule = {.components = 2};
    mspc *m = mspc_learn(arena, make_plant(arena, 1, ROWS), ROWS, COLUMNS, &rule);
    for (size_t broken = 0; broken < 2; broken++) {
        mspc_watch *w = mspc_watch_open(arena, m);
        double *x = make_plant(arena, 5, 200), by[COLUMNS], sum[COLUMNS] = {0};
        for (size_t i = 0; i < 200; i++) {
            mspc_point p;
            x[i * COLUMNS + broken] += 1.5;
            mspc_watch_next(w, x + i * COLUMNS, &p);
            mspc_watch_reconstruct(w, MSPC_Q, by);
            for (size_t k = 0; k < COLUMNS; k++) {
                assert_true(by[k] >= 0 && by[k] <= p.at[MSPC_Q] * (1 + 1e-9));
                sum[k] += by[k];
            }
        }
        for (size_t k = 0; k < COLUMNS; k++)
            assert_true(k == broken || sum[k] < sum[broken]);
    }
    oq_arena_close(arena);
}

/* A floor under the variances keeps a direction that was all but still from crying out at what is
 * rounding, and leaves the rest alone. */
static void test_noise(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    double *x = make_plant(arena, 1, ROWS), *later = make_plant(arena, 2, ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        x[i * COLUMNS + 4] = 2 * x[i * COLUMNS] + 1e-3 * (double)(i % 3);
        later[i * COLUMNS + 4] = round(2 * later[i * COLUMNS] * 10) / 10;
    }
    mspc_rule rule = {.components = 2}, floor = {.components = 2, .noise = 0.01};
    mspc *m = mspc_learn(arena, x, ROWS, COLUMNS, &rule);
    assert_true(share_beyond(arena, m, later, ROWS, MSPC_H) > 0.9);
    m = mspc_learn(arena, x, ROWS, COLUMNS, &floor);
    assert_true(share_beyond(arena, m, later, ROWS, MSPC_H) < 0.02);
    assert_true(share_beyond(arena, m, later, ROWS, MSPC_T2) < 0.02);
    oq_arena_close(arena);
}

/* A missing value comes out near what it was, and does not break any relation. */
static void test_fill(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    for (size_t lags = 0; lags < 3; lags++) {
        mspc_rule rule = {.components = 2 + 2 * lags, .lags = lags};
        mspc *m = mspc_learn(arena, make_plant(arena, 1, ROWS), ROWS, COLUMNS, &rule);
        double *x = make_plant(arena, 5, ROWS);
        mspc_watch *w = mspc_watch_open(arena, m);
        size_t beyond = 0;
        for (size_t i = 0; i < ROWS; i++) {
            double *row = x + i * COLUMNS, was = row[1];
            row[1] = NAN;
            mspc_watch_fill(w, row);
            assert_float_equal(row[1], was, 6);
            mspc_point p;
            mspc_watch_next(w, row, &p);
            beyond += p.at[MSPC_Q] > mspc_limit(m, MSPC_Q);
        }
        assert_true(beyond < ROWS / 40);
    }
    oq_arena_close(arena);
}

/* What was stored watches as what was learned does; cut or changed bytes are refused or are some
 * model, never a crash. */
static void test_bytes(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    mspc_rule rule = {.lags = 2, .noise = 0.01};
    mspc *m = mspc_learn(arena, make_plant(arena, 1, ROWS), ROWS, COLUMNS, &rule);
    oq_buf bytes = oq_buf_make(1 << 20);
    mspc_encode(m, &bytes);
    oq_str all = oq_buf_view(&bytes);
    byte_reader in = {(const uint8_t *)all.ptr, (const uint8_t *)all.ptr + all.len, false};
    mspc *same = mspc_decode(arena, &in, COLUMNS, 3 * COLUMNS);
    assert_non_null(same);
    assert_int_equal(reader_left(&in), 0);
    double *x = make_plant(arena, 5, 100);
    mspc_watch *w = mspc_watch_open(arena, m), *v = mspc_watch_open(arena, same);
    for (size_t i = 0; i < 100; i++) {
        mspc_point p, q;
        mspc_watch_next(w, x + i * COLUMNS, &p);
        mspc_watch_next(v, x + i * COLUMNS, &q);
        for (int k = 0; k <= MSPC_S; k++)
            assert_float_equal(p.at[k], q.at[k], 1e-3 * (1 + p.at[k]));
    }
    for (size_t cut = 0; cut < all.len; cut += 7) {
        in = (byte_reader){(const uint8_t *)all.ptr, (const uint8_t *)all.ptr + cut, false};
        assert_null(mspc_decode(arena, &in, COLUMNS, 3 * COLUMNS));
    }
    in = (byte_reader){(const uint8_t *)all.ptr, (const uint8_t *)all.ptr + all.len, false};
    assert_null(mspc_decode(arena, &in, COLUMNS - 1, 3 * COLUMNS));
    oq_buf_drop(&bytes);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_false_alarms),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_contributions_add_up),
        cmocka_unit_test(test_t2_by_hand),
        cmocka_unit_test(test_too_little),
        cmocka_unit_test(test_reconstruct),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_fill),
        cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
