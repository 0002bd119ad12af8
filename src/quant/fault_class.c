#include "quant/fault_class.h"

#include <math.h>

#include "quant/matrix.h"
#include "quant/softmax.h"

#include "base/banned.h"

static const double SCATTER_MIN = 0.01;

void fault_look(const double *x, size_t rows, size_t columns, double *ret_look)
{
    for (size_t k = 0; k < columns; k++) {
        double mean = 0, m2 = 0, steps = 0;
        for (size_t i = 0; i < rows; i++) {
            double off = x[i * columns + k] - mean;
            mean += off / (double)(i + 1);
            m2 += off * (x[i * columns + k] - mean);
            double step = i ? x[i * columns + k] - x[(i - 1) * columns + k] : 0;
            steps += step * step;
        }
        double of = rows > 1 ? (double)(rows - 1) : 1;
        ret_look[k * FAULT_LOOKS] = mean;
        ret_look[k * FAULT_LOOKS + 1] = log(fmax(SCATTER_MIN, sqrt(m2 / of)));
        ret_look[k * FAULT_LOOKS + 2] = log(fmax(SCATTER_MIN, sqrt(steps / of)));
    }
}

struct fault_class {
    size_t inputs, classes;
    double *mean;           /* classes * inputs, standardized and whitened by l */
    double *centre, *scale; /* of each input */
    double *l;              /* Cholesky factor of the shrunk covariance of standardized inputs */
};

/* Means of each class; false: one has fewer than two rows. */
static bool class_means(const double *x, const size_t *y, size_t rows, fault_class *c,
                        size_t *count)
{
    for (size_t i = 0; i < rows; i++) {
        count[y[i]]++;
        for (size_t k = 0; k < c->inputs; k++)
            c->mean[y[i] * c->inputs + k] += x[i * c->inputs + k];
    }
    for (size_t m = 0; m < c->classes; m++) {
        if (count[m] < 2)
            return false;
        for (size_t k = 0; k < c->inputs; k++)
            c->mean[m * c->inputs + k] /= (double)count[m];
    }
    return true;
}

/* Rows around the mean of their class, each input in units of its pooled deviation. */
static double *within(oq_arena *temp, const double *x, const size_t *y, size_t rows, fault_class *c)
{
    size_t n = c->inputs;
    double *off = oq_new_n(temp, double, rows *n), freedom = (double)(rows - c->classes);
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < n; k++) {
            off[i * n + k] = x[i * n + k] - c->mean[y[i] * n + k];
            c->scale[k] += off[i * n + k] * off[i * n + k];
        }
    for (size_t k = 0; k < n; k++) {
        double sd = sqrt(c->scale[k] / fmax(1, freedom));
        c->scale[k] = sd > 1e-9 ? sd : 1;
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < n; k++)
            off[i * n + k] /= c->scale[k];
    return off;
}

/* Where a row stands in the whitened space. */
static void whiten(const fault_class *c, const double *x, double *ret_z)
{
    for (size_t k = 0; k < c->inputs; k++)
        ret_z[k] = (x[k] - c->centre[k]) / c->scale[k];
    matrix_forward(c->l, c->inputs, ret_z);
}

fault_class *fault_class_learn(oq_arena *arena, const double *x, const size_t *y, size_t rows,
                               size_t inputs, size_t classes, double shrink)
{
    fault_class *c = oq_new(arena, fault_class);
    *c = (fault_class){.inputs = inputs,
                       .classes = classes,
                       .mean = oq_new_n(arena, double, classes *inputs),
                       .centre = oq_new_n(arena, double, inputs),
                       .scale = oq_new_n(arena, double, inputs),
                       .l = oq_new_n(arena, double, inputs *inputs)};
    oq_arena *temp = oq_arena_open(1 << 20);
    size_t *count = oq_new_n(temp, size_t, classes);
    bool is_good = rows > classes && class_means(x, y, rows, c, count);
    if (is_good) {
        double *off = within(temp, x, y, rows, c), *none = oq_new_n(temp, double, inputs);
        double freedom = (double)(rows - classes);
        if (isnan(shrink))
            shrink = (double)inputs / ((double)inputs + freedom);
        matrix_covariance(off, rows, inputs, none, c->l);
        for (size_t i = 0; i < inputs; i++)
            for (size_t k = 0; k < inputs; k++)
                c->l[i * inputs + k] *= i == k ? (double)(rows - 1) / freedom
                                               : (1 - shrink) * (double)(rows - 1) / freedom;
        for (size_t i = 0; i < inputs; i++)
            c->l[i * inputs + i] += 1e-6;
        is_good = matrix_cholesky(c->l, inputs);
    }
    for (size_t m = 0; m < classes && is_good; m++)
        for (size_t k = 0; k < inputs; k++)
            c->centre[k] += c->mean[m * inputs + k] / (double)classes;
    for (size_t m = 0; m < classes && is_good; m++) {
        double *row = oq_copy(temp, c->mean + m * inputs, inputs * sizeof *row);
        whiten(c, row, c->mean + m * inputs);
    }
    oq_arena_close(temp);
    return is_good ? c : NULL;
}

void fault_class_ask(oq_arena *temp, const fault_class *c, const double *x, double cool,
                     double *ret_distance, double *ret_share)
{
    oq_mark mark = oq_arena_mark(temp);
    double *z = oq_new_n(temp, double, c->inputs);
    whiten(c, x, z);
    for (size_t m = 0; m < c->classes; m++) {
        ret_distance[m] = 0;
        for (size_t k = 0; k < c->inputs; k++) {
            double off = z[k] - c->mean[m * c->inputs + k];
            ret_distance[m] += off * off;
        }
        ret_share[m] = -ret_distance[m] / 2;
    }
    softmax_shares(ret_share, c->classes, cool, ret_share);
    oq_arena_rewind(temp, mark);
}
