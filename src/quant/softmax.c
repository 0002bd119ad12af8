#include "quant/softmax.h"

#include <assert.h>
#include <math.h>

#include "base/banned.h"

enum { MEMORY = 12, STEPS_MAX = 400, HALVINGS_MAX = 40 };

void softmax_scores(const softmax_fit *fit, const double *x, double *ret_score)
{
    /* Four classes at once: their sums do not wait for each other. */
    size_t classes = fit->classes, k = 0;
    const double *last = fit->weight + fit->inputs * classes;
    for (; k + 4 <= classes; k += 4) {
        double a = last[k], b = last[k + 1], c = last[k + 2], d = last[k + 3];
        for (size_t i = 0; i < fit->inputs; i++) {
            const double *w = fit->weight + i * classes + k;
            a += w[0] * x[i], b += w[1] * x[i], c += w[2] * x[i], d += w[3] * x[i];
        }
        ret_score[k] = a, ret_score[k + 1] = b, ret_score[k + 2] = c, ret_score[k + 3] = d;
    }
    for (; k < classes; k++) {
        ret_score[k] = last[k];
        for (size_t i = 0; i < fit->inputs; i++)
            ret_score[k] += fit->weight[i * classes + k] * x[i];
    }
}

void softmax_shares(const double *score, size_t classes, double temperature, double *ret_share)
{
    double most = -INFINITY, sum = 0;
    for (size_t k = 0; k < classes; k++)
        most = fmax(most, score[k]);
    for (size_t k = 0; k < classes; k++)
        sum += ret_share[k] = exp((score[k] - most) / temperature);
    for (size_t k = 0; k < classes; k++)
        ret_share[k] /= sum;
}

/* --- the loss and its slope --------------------------------------------------------------------*/

typedef struct problem {
    const softmax_table *table;
    double ridge;
    double *share; /* classes, for one row */
} problem;

static size_t problem_size(const softmax_table *t)
{
    return t->classes * (t->inputs + 1);
}

static double problem_look(const problem *p, double *weight, double *slope)
{
    const softmax_table *t = p->table;
    softmax_fit at = {.inputs = t->inputs, .classes = t->classes, .weight = weight};
    double loss = 0;
    size_t shrunk = t->inputs * t->classes;
    for (size_t i = 0; i < shrunk; i++) {
        loss += p->ridge / 2 * weight[i] * weight[i];
        slope[i] = p->ridge * weight[i];
    }
    memset(slope + shrunk, 0, t->classes * sizeof *slope);
    for (size_t n = 0; n < t->rows; n++) {
        const double *x = t->x + n * t->inputs;
        double gain = t->gain ? t->gain[n] : 1;
        softmax_scores(&at, x, p->share);
        softmax_shares(p->share, t->classes, 1, p->share);
        loss -= gain * log(fmax(p->share[t->y[n]], 1e-300));
        p->share[t->y[n]] -= 1; /* from here on the slope of z */
        for (size_t k = 0; k < t->classes; k++)
            p->share[k] *= gain;
        for (size_t i = 0; i < t->inputs; i++)
            for (size_t k = 0; k < t->classes; k++)
                slope[i * t->classes + k] += p->share[k] * x[i];
        for (size_t k = 0; k < t->classes; k++)
            slope[shrunk + k] += p->share[k];
    }
    return loss;
}

/* --- limited-memory BFGS -------------------------------------------------------------------------*/

typedef struct descent {
    size_t size, kept; /* pairs kept so far; the newest is (kept - 1) % MEMORY */
    double *move[MEMORY], *turn[MEMORY], curve[MEMORY];
    double *at, *slope, *next, *next_slope, *way;
} descent;

static double dot(const double *a, const double *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

static void add_times(double *to, double times, const double *what, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] += times * what[i];
}

/* The two-loop recursion: minus the inverse curvature times the slope. */
static void descent_choose_way(descent *d)
{
    double share[MEMORY];
    size_t pairs = d->kept < MEMORY ? d->kept : MEMORY;
    for (size_t i = 0; i < d->size; i++)
        d->way[i] = -d->slope[i];
    for (size_t i = 0; i < pairs; i++) {
        size_t k = (d->kept - 1 - i) % MEMORY;
        share[k] = dot(d->move[k], d->way, d->size) / d->curve[k];
        add_times(d->way, -share[k], d->turn[k], d->size);
    }
    if (pairs) {
        size_t k = (d->kept - 1) % MEMORY;
        double scale = d->curve[k] / dot(d->turn[k], d->turn[k], d->size);
        for (size_t i = 0; i < d->size; i++)
            d->way[i] *= scale;
    }
    for (size_t i = pairs; i-- > 0;) {
        size_t k = (d->kept - 1 - i) % MEMORY;
        double back = dot(d->turn[k], d->way, d->size) / d->curve[k];
        add_times(d->way, share[k] - back, d->move[k], d->size);
    }
}

/* Remembers how the slope turned on the last move; one without curvature teaches nothing. */
static void descent_keep(descent *d)
{
    double curve = 0;
    for (size_t i = 0; i < d->size; i++)
        curve += (d->next[i] - d->at[i]) * (d->next_slope[i] - d->slope[i]);
    if (curve <= 1e-14)
        return;
    size_t k = d->kept++ % MEMORY;
    for (size_t i = 0; i < d->size; i++) {
        d->move[k][i] = d->next[i] - d->at[i];
        d->turn[k][i] = d->next_slope[i] - d->slope[i];
    }
    d->curve[k] = curve;
}

/* One step along the way, halved until the loss falls enough (Armijo). False: nowhere to go. */
static bool descent_step(descent *d, const problem *p, double *loss, double length)
{
    double fall = dot(d->way, d->slope, d->size);
    for (int i = 0; i < HALVINGS_MAX; i++, length /= 2) {
        memcpy(d->next, d->at, d->size * sizeof *d->at);
        add_times(d->next, length, d->way, d->size);
        double there = problem_look(p, d->next, d->next_slope);
        if (there > *loss + 1e-4 * length * fall)
            continue;
        descent_keep(d);
        double *swap = d->at, *swap_slope = d->slope;
        d->at = d->next, d->next = swap;
        d->slope = d->next_slope, d->next_slope = swap_slope;
        *loss = there;
        return true;
    }
    return false;
}

static void descent_make(oq_arena *temp, descent *d, size_t size)
{
    *d = (descent){.size = size};
    for (size_t k = 0; k < MEMORY; k++) {
        d->move[k] = oq_new_n(temp, double, size);
        d->turn[k] = oq_new_n(temp, double, size);
    }
    d->at = oq_new_n(temp, double, size);
    d->next = oq_new_n(temp, double, size);
    d->slope = oq_new_n(temp, double, size);
    d->next_slope = oq_new_n(temp, double, size);
    d->way = oq_new_n(temp, double, size);
}

static double largest(const double *x, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(x[i]));
    return most;
}

void softmax_learn(oq_arena *arena, oq_arena *temp, const softmax_table *table, double ridge,
                   softmax_fit *ret_fit)
{
    assert(ridge > 0 && table->classes > 0);
    size_t size = problem_size(table);
    double *weight = oq_new_n(arena, double, size);
    oq_mark mark = oq_arena_mark(temp);
    problem p = {.table = table, .ridge = ridge, .share = oq_new_n(temp, double, table->classes)};
    double gain = 0;
    for (size_t n = 0; n < table->rows; n++)
        gain += table->gain ? table->gain[n] : 1;
    descent d;
    descent_make(temp, &d, size);
    double loss = problem_look(&p, d.at, d.slope);
    size_t steps = 0;
    bool is_flat = largest(d.slope, size) <= 1e-6 * gain;
    for (; !is_flat && steps < STEPS_MAX; steps++) {
        descent_choose_way(&d);
        double length = d.kept ? 1 : 1 / fmax(1, largest(d.slope, size));
        if (!descent_step(&d, &p, &loss, length))
            break;
        is_flat = largest(d.slope, size) <= 1e-6 * gain;
    }
    memcpy(weight, d.at, size * sizeof *weight);
    *ret_fit = (softmax_fit){.inputs = table->inputs,
                             .classes = table->classes,
                             .weight = weight,
                             .loss = loss,
                             .steps = steps,
                             .has_converged = is_flat};
    oq_arena_rewind(temp, mark);
}

/* --- calibration -----------------------------------------------------------------------------------*/

static double temperature_loss(double log_t, const double *scores, const size_t *y, size_t rows,
                               size_t classes)
{
    double t = exp(log_t), loss = log_t * log_t / (2 * 0.5 * 0.5);
    for (size_t n = 0; n < rows; n++) {
        const double *z = scores + n * classes;
        double most = -INFINITY, sum = 0;
        if (y[n] >= classes)
            continue;
        for (size_t k = 0; k < classes; k++)
            most = fmax(most, z[k]);
        for (size_t k = 0; k < classes; k++)
            sum += exp((z[k] - most) / t);
        loss += log(sum) - (z[y[n]] - most) / t;
    }
    return loss;
}

double softmax_temperature(const double *scores, const size_t *y, size_t rows, size_t classes)
{
    /* Golden section: 60 steps leave 1e-12 of the span. */
    const double ratio = 0.6180339887498949;
    double low = log(0.2), high = log(10);
    double a = high - ratio * (high - low), b = low + ratio * (high - low);
    double at_a = temperature_loss(a, scores, y, rows, classes);
    double at_b = temperature_loss(b, scores, y, rows, classes);
    for (int i = 0; i < 60; i++) {
        if (at_a <= at_b) {
            high = b, b = a, at_b = at_a;
            a = high - ratio * (high - low);
            at_a = temperature_loss(a, scores, y, rows, classes);
        } else {
            low = a, a = b, at_a = at_b;
            b = low + ratio * (high - low);
            at_b = temperature_loss(b, scores, y, rows, classes);
        }
    }
    return exp((low + high) / 2);
}
