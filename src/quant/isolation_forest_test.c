#include "quant/isolation_forest.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

/* c(n), by hand; of 256 rows the paper has 10.2448, by H(n) = ln n + 0.5772. */
static void test_usual(void **state)
{
    assert_float_equal(isolation_usual(0), 0, 0);
    assert_float_equal(isolation_usual(1), 0, 0);
    assert_float_equal(isolation_usual(2), 1, 1e-12);
    assert_float_equal(isolation_usual(3), 2 * 1.5 - 4.0 / 3, 1e-12);
    assert_float_equal(isolation_usual(256), 10.2448, 5e-3);
}

static double normal(uint64_t *dice)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += dice_share(dice);
    return sum;
}

enum { ROWS = 1000, COLUMNS = 3 };

/* Two ways to run, a pump on or off, that any ellipse around both would fill in between. */
static double *make_rows(oq_arena *arena, uint64_t dice)
{
    double *x = oq_new_n(arena, double, ROWS *COLUMNS);
    for (size_t i = 0; i < ROWS; i++) {
        bool is_on = dice_below(&dice, 2);
        x[i * COLUMNS] = is_on;
        x[i * COLUMNS + 1] = (is_on ? 100 : 0) + normal(&dice);
        x[i * COLUMNS + 2] = 1e6 * ((is_on ? 5 : 1) + 0.1 * normal(&dice));
    }
    return x;
}

static void test_scores(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    double *x = make_rows(arena, 1);
    isolation_forest *f = isolation_learn(arena, x, ROWS, COLUMNS, &(isolation_rule){0});
    double highest = 0, mean = 0;
    for (size_t i = 0; i < ROWS; i++) {
        double score = isolation_score(f, x + i * COLUMNS);
        assert_true(score > 0 && score < 1);
        highest = fmax(highest, score);
        mean += score / ROWS;
    }
    assert_true(mean > 0.35 && mean < 0.5);
    double far[] = {1, 140, 9e6}, between[] = {1, 50, 3e6};
    assert_true(isolation_score(f, far) > 0.6);
    assert_true(isolation_score(f, far) >= highest);
    assert_true(isolation_score(f, between) > 0.6);
    oq_arena_close(arena);
}

/* The same dice: the same forest. The score does not change with a column's scale. */
static void test_same(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    double *x = make_rows(arena, 1), *wide = make_rows(arena, 1);
    for (size_t i = 0; i < ROWS; i++)
        wide[i * COLUMNS + 1] *= 1024;
    isolation_rule rule = {.trees = 20, .sample = 100, .seed = 7};
    isolation_forest *f = isolation_learn(arena, x, ROWS, COLUMNS, &rule);
    isolation_forest *g = isolation_learn(arena, x, ROWS, COLUMNS, &rule);
    isolation_forest *w = isolation_learn(arena, wide, ROWS, COLUMNS, &rule);
    assert_int_equal(f->nodes, 127); /* 64 rows */
    assert_memory_equal(f->split, g->split, f->trees * f->nodes * sizeof *f->split);
    for (size_t i = 0; i < ROWS; i++)
        assert_float_equal(isolation_score(f, x + i * COLUMNS),
                           isolation_score(w, wide + i * COLUMNS), 1e-3);
    oq_arena_close(arena);
}

static void test_edges(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    double x[] = {1, 1, 1, 1};
    isolation_rule rule = {.trees = 5};
    assert_null(isolation_learn(arena, x, 1, 1, &rule));
    assert_null(isolation_learn(arena, x, 4, 0, &rule));
    isolation_forest *f = isolation_learn(arena, x, 4, 1, &rule);
    assert_float_equal(isolation_score(f, x), 0.5, 1e-6); /* all the same: none stands out */
    f = isolation_learn(arena, x, 2, 2, &rule);
    assert_float_equal(isolation_score(f, x), 0.5, 1e-6);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual),
        cmocka_unit_test(test_scores),
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
