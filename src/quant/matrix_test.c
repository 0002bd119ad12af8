#include "quant/matrix.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

/* G. H. Golub, C. F. Van Loan, Matrix Computations: [[4 1] [1 3]] has (7 +- sqrt 5) / 2. */
static void test_eigen_small(void **state)
{
    double a[] = {4, 1, 1, 3}, value[2], vector[4];
    oq_arena *arena = oq_arena_open(0);
    matrix_eigen(arena, a, 2, value, vector);
    assert_float_equal(value[0], (7 + sqrt(5)) / 2, 1e-14);
    assert_float_equal(value[1], (7 - sqrt(5)) / 2, 1e-14);
    double one[] = {-2}, v, w;
    matrix_eigen(arena, one, 1, &v, &w);
    assert_float_equal(v, -2, 0);
    assert_float_equal(w, 1, 0);
    oq_arena_close(arena);
}

/* A v = l v, directions of length 1 at right angles, values falling; also with equal values and
 * with a matrix that has a null space. */
static void test_eigen_properties(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    uint64_t dice = 3;
    for (size_t n = 1; n <= 40; n += 3)
        for (int kind = 0; kind < 3; kind++) {
            double *a = oq_new_n(arena, double, n *n), *value = oq_new_n(arena, double, n);
            double *vector = oq_new_n(arena, double, n *n);
            for (size_t i = 0; i < n; i++)
                for (size_t k = 0; k <= i; k++)
                    a[i * n + k] = a[k * n + i] = kind == 0   ? dice_share(&dice) - 0.5
                                                  : kind == 1 ? (double)(i == k)
                                                              : 1.0;
            double *kept = oq_copy(arena, a, n * n * sizeof *a);
            matrix_eigen(arena, a, n, value, vector);
            for (size_t k = 0; k < n; k++) {
                assert_true(k == 0 || value[k] <= value[k - 1]);
                for (size_t i = 0; i < n; i++) {
                    double av = 0, dot = 0;
                    for (size_t m = 0; m < n; m++) {
                        av += kept[i * n + m] * vector[k * n + m];
                        dot += vector[i * n + m] * vector[k * n + m];
                    }
                    assert_float_equal(av, value[k] * vector[k * n + i], 1e-12 * (double)n);
                    assert_float_equal(dot, i == k, 1e-12);
                }
            }
        }
    oq_arena_close(arena);
}

static void test_columns(void **state)
{
    static const double x[] = {1, 5, 2, 5, 3, 5, 6, 5};
    double mean[2], sd[2], covariance[4];
    matrix_columns(x, 4, 2, mean, sd);
    assert_float_equal(mean[0], 3, 1e-15);
    assert_float_equal(sd[0], sqrt(14.0 / 3), 1e-15);
    assert_float_equal(sd[1], 1, 0); /* does not change */
    matrix_covariance(x, 4, 2, mean, covariance);
    assert_float_equal(covariance[0], 14.0 / 3, 1e-15);
    assert_float_equal(covariance[1], 0, 0);
    assert_float_equal(covariance[3], 0, 0);
}

/* L L' is the matrix again; solving gives back x; one that is not positive definite is refused. */
static void test_cholesky(void **state)
{
    double a[] = {4, 12, -16, 12, 37, -43, -16, -43, 98}; /* L: 2; 6 1; -8 5 3 */
    static const double l[] = {2, 0, 0, 6, 1, 0, -8, 5, 3};
    assert_true(matrix_cholesky(a, 3));
    for (size_t i = 0; i < 9; i++)
        assert_float_equal(a[i], l[i], 1e-14);
    double x[] = {4 - 24 - 48, 12 - 74 - 129, -16 + 86 + 294}; /* A (1, -2, 3) */
    matrix_forward(a, 3, x);
    matrix_backward(a, 3, x);
    assert_float_equal(x[0], 1, 1e-12);
    assert_float_equal(x[1], -2, 1e-12);
    assert_float_equal(x[2], 3, 1e-12);
    double bad[] = {1, 2, 2, 1};
    assert_false(matrix_cholesky(bad, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eigen_small),
        cmocka_unit_test(test_eigen_properties),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_cholesky),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
