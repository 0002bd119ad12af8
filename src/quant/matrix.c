#include "quant/matrix.h"

#include <math.h>

#include "base/banned.h"

void matrix_columns(const double *x, size_t rows, size_t columns, double *ret_mean, double *ret_sd)
{
    for (size_t k = 0; k < columns; k++) {
        double mean = 0, m2 = 0;
        for (size_t i = 0; i < rows; i++) {
            double off = x[i * columns + k] - mean; /* Welford 1962 */
            mean += off / (double)(i + 1);
            m2 += off * (x[i * columns + k] - mean);
        }
        double sd = rows > 1 ? sqrt(m2 / (double)(rows - 1)) : 0;
        ret_mean[k] = mean;
        ret_sd[k] = sd > 1e-12 * (1 + fabs(mean)) ? sd : 1;
    }
}

/* Products of four rows at once: the sums are read and written a fourth as often. */
static void add_four(const double *x, size_t columns, const double *mean, double *sum)
{
    const double *a = x, *b = x + columns, *c = x + 2 * columns, *d = x + 3 * columns;
    for (size_t k = 0; k < columns; k++) {
        double of_a = a[k] - mean[k], of_b = b[k] - mean[k];
        double of_c = c[k] - mean[k], of_d = d[k] - mean[k], *to = sum + k * columns;
        for (size_t m = 0; m <= k; m++)
            to[m] += of_a * (a[m] - mean[m]) + of_b * (b[m] - mean[m]) + of_c * (c[m] - mean[m]) +
                     of_d * (d[m] - mean[m]);
    }
}

void matrix_covariance(const double *x, size_t rows, size_t columns, const double *mean,
                       double *ret_covariance)
{
    memset(ret_covariance, 0, columns * columns * sizeof *ret_covariance);
    size_t i = 0;
    for (; i + 4 <= rows; i += 4)
        add_four(x + i * columns, columns, mean, ret_covariance);
    for (; i < rows; i++)
        for (size_t k = 0; k < columns; k++) {
            double off = x[i * columns + k] - mean[k];
            double *to = ret_covariance + k * columns;
            for (size_t m = 0; m <= k; m++)
                to[m] += off * (x[i * columns + m] - mean[m]);
        }
    for (size_t k = 0; k < columns; k++)
        for (size_t m = 0; m <= k; m++) {
            double value = ret_covariance[k * columns + m] / (double)(rows > 1 ? rows - 1 : 1);
            ret_covariance[k * columns + m] = ret_covariance[m * columns + k] = value;
        }
}

/* --- eigenvalues -----------------------------------------------------------------------------------*/

/* The Householder vector of row i, scaled; h is half its square. Returns h; 0: nothing to do. */
static double reflect_row(double *a, size_t n, size_t i, double *ret_off)
{
    double scale = 0, h = 0;
    for (size_t k = 0; k < i; k++)
        scale += fabs(a[i * n + k]);
    if (i == 1 || scale == 0) {
        *ret_off = a[i * n + i - 1];
        return 0;
    }
    for (size_t k = 0; k < i; k++) {
        a[i * n + k] /= scale;
        h += a[i * n + k] * a[i * n + k];
    }
    double f = a[i * n + i - 1], g = f >= 0 ? -sqrt(h) : sqrt(h);
    *ret_off = scale * g;
    a[i * n + i - 1] = f - g;
    return h - f * g;
}

/* a becomes the orthogonal matrix (in columns), d the diagonal, e[1..] what stands beside it. */
static void tridiagonal(double *a, size_t n, double *d, double *e)
{
    for (size_t i = n - 1; i > 0; i--) {
        double h = d[i] = reflect_row(a, n, i, &e[i]), hh = 0;
        for (size_t j = 0; j < i && h != 0; j++) {
            double g = 0;
            a[j * n + i] = a[i * n + j] / h;
            for (size_t k = 0; k <= j; k++)
                g += a[j * n + k] * a[i * n + k];
            for (size_t k = j + 1; k < i; k++)
                g += a[k * n + j] * a[i * n + k];
            e[j] = g / h;
            hh += e[j] * a[i * n + j];
        }
        for (size_t j = 0; j < i && h != 0; j++) {
            double f = a[i * n + j], g = e[j] -= hh / (h + h) * f;
            for (size_t k = 0; k <= j; k++)
                a[j * n + k] -= f * e[k] + g * a[i * n + k];
        }
    }
    d[0] = e[0] = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i && d[i] != 0; j++) {
            double g = 0;
            for (size_t k = 0; k < i; k++)
                g += a[i * n + k] * a[k * n + j];
            for (size_t k = 0; k < i; k++)
                a[k * n + j] -= g * a[k * n + i];
        }
        d[i] = a[i * n + i];
        a[i * n + i] = 1;
        for (size_t j = 0; j < i; j++)
            a[j * n + i] = a[i * n + j] = 0;
    }
}

/* One implicit QL sweep over l .. m. */
static void ql_sweep(double *a, size_t n, double *d, double *e, size_t l, size_t m)
{
    double g = (d[l + 1] - d[l]) / (2 * e[l]), r = hypot(g, 1), s = 1, c = 1, p = 0;
    g = d[m] - d[l] + e[l] / (g + copysign(r, g));
    for (size_t i = m; i-- > l;) {
        double f = s * e[i], b = c * e[i];
        e[i + 1] = r = hypot(f, g);
        if (r == 0) {
            d[i + 1] -= p;
            e[m] = 0;
            return;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        d[i + 1] = g + (p = s * r);
        g = c * r - b;
        for (size_t k = 0; k < n; k++) {
            double *row = a + k * n;
            f = row[i + 1];
            row[i + 1] = s * row[i] + c * f;
            row[i] = c * row[i] - s * f;
        }
    }
    d[l] -= p;
    e[l] = g;
    e[m] = 0;
}

static void ql(double *a, size_t n, double *d, double *e)
{
    enum { SWEEPS_MAX = 60 };
    memmove(e, e + 1, (n - 1) * sizeof *e);
    e[n - 1] = 0;
    for (size_t l = 0; l < n; l++)
        for (int sweep = 0; sweep < SWEEPS_MAX; sweep++) {
            size_t m = l;
            while (m + 1 < n && fabs(e[m]) > 1e-15 * (fabs(d[m]) + fabs(d[m + 1])))
                m++;
            if (m == l)
                break;
            ql_sweep(a, n, d, e, l, m);
        }
}

void matrix_eigen(oq_arena *temp, double *a, size_t n, double *ret_value, double *ret_vector)
{
    oq_mark mark = oq_arena_mark(temp);
    double *d = oq_new_n(temp, double, n), *e = oq_new_n(temp, double, n + 1);
    bool *is_taken = oq_new_n(temp, bool, n);
    if (n > 0) {
        tridiagonal(a, n, d, e);
        ql(a, n, d, e);
    }
    for (size_t k = 0; k < n; k++) {
        size_t best = n, top = 0;
        for (size_t i = 0; i < n; i++)
            if (!is_taken[i] && (best == n || d[i] > d[best]))
                best = i;
        is_taken[best] = true;
        ret_value[k] = d[best];
        for (size_t i = 0; i < n; i++)
            top = fabs(a[i * n + best]) > fabs(a[top * n + best]) + 1e-12 ? i : top;
        double sign = a[top * n + best] < 0 ? -1 : 1;
        for (size_t i = 0; i < n; i++)
            ret_vector[k * n + i] = sign * a[i * n + best];
    }
    oq_arena_rewind(temp, mark);
}

/* --- Cholesky ------------------------------------------------------------------------------------*/

bool matrix_cholesky(double *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k <= i; k++) {
            double sum = a[i * n + k];
            for (size_t m = 0; m < k; m++)
                sum -= a[i * n + m] * a[k * n + m];
            if (k < i)
                a[i * n + k] = sum / a[k * n + k];
            else if (!(sum > 0))
                return false;
            else
                a[i * n + i] = sqrt(sum);
        }
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            a[i * n + k] = 0;
    return true;
}

void matrix_forward(const double *l, size_t n, double *x)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            x[i] -= l[i * n + k] * x[k];
        x[i] /= l[i * n + i];
    }
}

void matrix_backward(const double *l, size_t n, double *x)
{
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++)
            x[i] -= l[k * n + i] * x[k];
        x[i] /= l[i * n + i];
    }
}
