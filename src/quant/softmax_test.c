#include "quant/softmax.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

/* Myocardial infarction by aspirin or placebo, Physicians' Health Study: A. Agresti, Categorical
 * Data Analysis, 2nd ed., table 2.3: 189 of 11,034 and 104 of 11,037; sample odds ratio 1.832. */
static void test_odds_ratio(void **state)
{
    static const double x[] = {1, 1, 0, 0};
    static const size_t y[] = {1, 0, 1, 0};
    static const double gain[] = {189, 11034 - 189, 104, 11037 - 104};
    oq_arena *arena = oq_arena_open(0);
    softmax_table table = {.rows = 4, .inputs = 1, .classes = 2, .x = x, .y = y, .gain = gain};
    softmax_fit fit;
    softmax_learn(arena, arena, &table, 1e-6, &fit);
    assert_true(fit.has_converged);
    double odds_ratio = exp(fit.weight[1] - fit.weight[0]);
    assert_float_equal(odds_ratio, 1.832, 0.001);
    double score[2], share[2], one = 1;
    softmax_scores(&fit, &one, score);
    softmax_shares(score, 2, 1, share);
    assert_float_equal(share[1], 189.0 / 11034, 1e-6);
    oq_arena_close(arena);
}

enum { ROWS = 300, INPUTS = 4, CLASSES = 3 };

typedef struct noisy {
    double x[ROWS * INPUTS];
    size_t y[ROWS];
} noisy;

/* Classes that overlap: the first input says something, the others little or nothing. */
static void make_noisy(noisy *n)
{
    uint64_t dice = 4;
    for (size_t i = 0; i < ROWS; i++) {
        n->y[i] = dice_below(&dice, CLASSES);
        for (size_t k = 0; k < INPUTS; k++)
            n->x[i * INPUTS + k] = 2 * dice_share(&dice) - 1;
        n->x[i * INPUTS] += 0.5 * (double)n->y[i];
    }
}

/* At the smallest loss every slope is 0, and the classes' weights add up to 0. */
static void test_slope_vanishes(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    noisy *n = oq_new(arena, noisy);
    make_noisy(n);
    softmax_table table = {
        .rows = ROWS, .inputs = INPUTS, .classes = CLASSES, .x = n->x, .y = n->y};
    for (double ridge = 0.01; ridge <= 100; ridge *= 10) {
        softmax_fit fit, again;
        softmax_learn(arena, arena, &table, ridge, &fit);
        softmax_learn(arena, arena, &table, ridge, &again);
        assert_true(fit.has_converged);
        assert_memory_equal(fit.weight, again.weight, sizeof(double) * CLASSES * (INPUTS + 1));
        for (size_t i = 0; i < INPUTS; i++) {
            double sum = 0, slope = ridge * fit.weight[i * CLASSES];
            for (size_t k = 0; k < CLASSES; k++)
                sum += fit.weight[i * CLASSES + k];
            for (size_t r = 0; r < ROWS; r++) {
                double share[CLASSES];
                softmax_scores(&fit, n->x + r * INPUTS, share);
                softmax_shares(share, CLASSES, 1, share);
                slope += (share[0] - (n->y[r] == 0)) * n->x[r * INPUTS + i];
            }
            assert_float_equal(sum, 0, 1e-4);
            assert_float_equal(slope, 0, 1e-6 * ROWS);
        }
    }
    oq_arena_close(arena);
}

/* Without inputs that say anything, shares are how often each class occurs: intercepts do not
 * shrink. */
static void test_frequencies(void **state)
{
    static const size_t y[] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 2};
    static const double x[10] = {0};
    oq_arena *arena = oq_arena_open(0);
    softmax_table table = {.rows = 10, .inputs = 1, .classes = 3, .x = x, .y = y};
    softmax_fit fit;
    double share[3];
    softmax_learn(arena, arena, &table, 1000, &fit);
    softmax_scores(&fit, x, share);
    softmax_shares(share, 3, 1, share);
    assert_float_equal(share[0], 0.6, 1e-5);
    assert_float_equal(share[1], 0.3, 1e-5);
    assert_float_equal(share[2], 0.1, 1e-5);
    oq_arena_close(arena);
}

/* Scores that are three times too sure are cooled by three; right ones are left alone. */
static void test_temperature(void **state)
{
    enum { MANY = 20000 };
    oq_arena *arena = oq_arena_open(0);
    double *score = oq_new_n(arena, double, MANY * 2);
    size_t *y = oq_new_n(arena, size_t, MANY);
    uint64_t dice = 11;
    for (size_t i = 0; i < MANY; i++) {
        double z = 4 * dice_share(&dice) - 2;
        score[i * 2] = z;
        y[i] = dice_share(&dice) < 1 / (1 + exp(-z)) ? 0 : 1;
    }
    assert_float_equal(softmax_temperature(score, y, MANY, 2), 1, 0.05);
    for (size_t i = 0; i < MANY * 2; i++)
        score[i] *= 3;
    assert_float_equal(softmax_temperature(score, y, MANY, 2), 3, 0.15);
    /* Four rows that are all right do not make it freeze. */
    static const double sure[] = {2, 0, 2, 0, 2, 0, 2, 0};
    static const size_t first[] = {0, 0, 0, 0};
    double t = softmax_temperature(sure, first, 4, 2);
    assert_true(t > 0.6 && t < 1);
    oq_arena_close(arena);
}

static void test_shares_of_extremes(void **state)
{
    double share[] = {1e308, -1e308, 1e308};
    softmax_shares(share, 3, 1, share);
    assert_float_equal(share[0], 0.5, 1e-12);
    assert_float_equal(share[1], 0, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_odds_ratio),         cmocka_unit_test(test_slope_vanishes),
        cmocka_unit_test(test_frequencies),        cmocka_unit_test(test_temperature),
        cmocka_unit_test(test_shares_of_extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
