#include "quant/tail.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

enum { VALUES = 20000 };

/* Of exponential values, and of Pareto's with shape 0.3, the chance of what was hardly seen comes
 * out within a factor of two and a half, some way beyond where plain counting ends. */
static void test_known(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    for (int k = 0; k < 2; k++) {
        double shape = k ? 0.3 : 0, *x = oq_new_n(arena, double, VALUES);
        uint64_t dice = 5;
        for (size_t i = 0; i < VALUES; i++) {
            double p = 1 - dice_share(&dice);
            x[i] = k ? (pow(p, -shape) - 1) / shape : -log(p);
        }
        tail t;
        tail_learn(arena, x, VALUES, 5, &t);
        assert_float_equal(t.shape, shape, 0.15);
        for (double p = 0.5; p > 2e-5; p /= 3) {
            double at = k ? (pow(p, -shape) - 1) / shape : -log(p);
            double got = tail_chance(&t, at), factor = p > 1e-3 ? 1.25 : 2.5;
            if(!(got < p * factor && got > p / factor)) print_message("%d %g %g\n",k,p,got);
        }
    }
    oq_arena_close(arena);
}

/* Chances fall, from 1, never to 0, and never jump up. */
static void test_falls(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    uint64_t dice = 3;
    for (size_t round = 0; round < 50; round++) {
        size_t count = 20 + dice_below(&dice, 500);
        double *x = oq_new_n(arena, double, count), last = 1;
        for (size_t i = 0; i < count; i++)
            x[i] = dice_below(&dice, 9) ? floor(8 * dice_share(&dice)) : NAN;
        tail t;
        tail_learn(arena, x, count, 3, &t);
        for (double at = -2; at < 60; at += 0.25) {
            double now = tail_chance(&t, at);
            assert_true(now <= last + 1e-12 && now > 0);
            last = now;
        }
    }
    oq_arena_close(arena);
}

/* Values above the threshold that come ten at a time are one episode. */
static void test_episodes(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    double *x = oq_new_n(arena, double, VALUES);
    uint64_t dice = 3;
    for (size_t i = 0; i < VALUES; i++)
        x[i] = i % 1000 < 20 ? 100 + dice_share(&dice) : dice_share(&dice);
    tail t;
    tail_learn(arena, x, VALUES, 5, &t);
    assert_float_equal(t.begins, 1.0 / 20, 0.005);
    assert_float_equal(tail_episodes(&t, t.threshold) * VALUES, 20, 1);
    oq_arena_close(arena);
}

static void test_edges(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    double same[100];
    for (size_t i = 0; i < 100; i++)
        same[i] = 4;
    tail t;
    tail_learn(arena, same, 100, 1, &t);
    assert_true(tail_chance(&t, 5) < 0.02 && tail_chance(&t, 5) > 0);
    assert_float_equal(tail_chance(&t, 3), 1, 0);
    tail_learn(arena, same, 10, 1, &t);
    assert_float_equal(tail_chance(&t, 1e9), 1, 0); /* too few: nothing is rare */
    assert_float_equal(tail_chance(&t, NAN), 1, 0);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_falls),
        cmocka_unit_test(test_episodes),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
