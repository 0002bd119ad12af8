#include "quant/fault_class.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

static void test_look(void **state)
{
    static const double x[] = {1, 0, 3, 0, 1, 0, 3, 0}; /* 1 3 1 3, and a flat one */
    double look[2 * FAULT_LOOKS];
    fault_look(x, 4, 2, look);
    assert_float_equal(look[0], 2, 1e-15);
    assert_float_equal(look[1], log(sqrt(4.0 / 3)), 1e-15);
    assert_float_equal(look[2], log(2), 1e-15);
    assert_float_equal(look[3], 0, 0);
    assert_float_equal(look[4], log(0.01), 1e-15);
}

/* Two classes of the same scatter: the border is halfway, the chance there one in two, and
 * distances are in units of that scatter. */
static void test_two_classes(void **state)
{
    static const double x[] = {-1, 1, 9, 11};
    static const size_t y[] = {0, 0, 1, 1};
    oq_arena *arena = oq_arena_open(0);
    fault_class *c = fault_class_learn(arena, x, y, 4, 1, 2, 0);
    assert_non_null(c);
    double distance[2], share[2], half = 5, zero = 0;
    fault_class_ask(arena, c, &half, 1, distance, share);
    assert_float_equal(share[0], 0.5, 1e-9);
    fault_class_ask(arena, c, &zero, 1, distance, share);
    assert_float_equal(distance[0], 0, 1e-12);
    assert_float_equal(distance[1], 100 / 2.0, 1e-3); /* variance within: 4 / 2 */
    assert_true(share[0] > 0.999);
    double cooled[2];
    fault_class_ask(arena, c, &zero, 100, distance, cooled);
    assert_true(cooled[0] < share[0] && cooled[0] > 0.5);
    oq_arena_close(arena);
}

/* Three faults in six signals: a shift, more scatter, roughness; told apart on fresh windows. */
static double *make_windows(oq_arena *arena, uint64_t seed, size_t count, size_t *y)
{
    enum { COLUMNS = 6, WINDOW = 30, INPUTS = COLUMNS * FAULT_LOOKS };
    double *look = oq_new_n(arena, double, count *INPUTS), x[WINDOW * COLUMNS];
    for (size_t i = 0; i < count; i++) {
        y[i] = i % 3;
        for (size_t r = 0; r < WINDOW; r++)
            for (size_t k = 0; k < COLUMNS; k++) {
                double *at = &x[r * COLUMNS + k];
                *at = 2 * dice_share(&seed) - 1;
                *at += y[i] == 0 && k == 1 ? 0.8 : 0;
                *at *= y[i] == 1 && k == 2 ? 2 : 1;
                *at = y[i] == 2 && k == 3 && r > 0 ? 0.9 * at[-COLUMNS] + 0.2 * *at : *at;
            }
        fault_look(x, WINDOW, COLUMNS, look + i * INPUTS);
    }
    return look;
}

static void test_faults(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    size_t taught[150], fresh[150], right = 0;
    double *x = make_windows(arena, 1, 150, taught), *z = make_windows(arena, 2, 150, fresh);
    fault_class *c = fault_class_learn(arena, x, taught, 150, 18, 3, NAN);
    assert_non_null(c);
    for (size_t i = 0; i < 150; i++) {
        double distance[3], share[3];
        size_t best = 0;
        fault_class_ask(arena, c, z + i * 18, 1, distance, share);
        for (size_t k = 1; k < 3; k++)
            best = share[k] > share[best] ? k : best;
        right += best == fresh[i];
        assert_float_equal(share[0] + share[1] + share[2], 1, 1e-12);
    }
    assert_true(right >= 140);
    oq_arena_close(arena);
}

static void test_too_little(void **state)
{
    static const double x[] = {1, 2, 3, 4};
    static const size_t y[] = {0, 0, 0, 1};
    oq_arena *arena = oq_arena_open(0);
    assert_null(fault_class_learn(arena, x, y, 4, 1, 2, NAN));
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_look),
        cmocka_unit_test(test_two_classes),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_too_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
