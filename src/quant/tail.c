#include "quant/tail.h"

#include <math.h>

#include "quant/detect_inner.h"

#include "base/banned.h"

const double tail_body_shares[TAIL_BODY] = {1, 0.9, 0.75, 0.5, 0.35, 0.25, 0.15, 0.1};

enum { VALUES_MIN = 20, ABOVE_MIN = 20 };
#define ABOVE_SHARE     0.02 /* of the values are the tail's, and ABOVE_MIN at least */
#define ABOVE_SHARE_MAX 0.10
#define SHAPE_MAX       0.5
#define SHAPE_ZERO      1e-6

/* Of excesses over the threshold, sorted. */
static void fit(const double *excess, size_t count, tail *t)
{
    double mean = 0, weighted = 0, n = (double)count;
    for (size_t i = 0; i < count; i++) {
        mean += excess[i] / n;
        weighted += excess[i] * (1 - ((double)i + 0.65) / n) / n; /* E[X (1 - F(X))] */
    }
    double shape = mean > 2 * weighted ? 2 - mean / (mean - 2 * weighted) : 0;
    t->shape = fmin(fmax(shape, 0), SHAPE_MAX);
    t->scale = mean * (1 - t->shape); /* the mean of what was fitted is theirs */
}

static double begins_of(const double *x, size_t count, size_t run, double threshold)
{
    size_t above = 0, begins = 0, last = 0;
    bool has_last = false;
    for (size_t i = 0; i < count; i++) {
        if (!(x[i] > threshold))
            continue;
        begins += !has_last || i - last > run;
        above++;
        last = i;
        has_last = true;
    }
    return above ? (double)begins / (double)above : 1;
}

void tail_learn(oq_arena *temp, const double *x, size_t count, size_t run, tail *ret_tail)
{
    oq_mark mark = oq_arena_mark(temp);
    double *sorted = oq_new_n(temp, double, count);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(x[i]))
            sorted[n++] = x[i];
    *ret_tail = (tail){.above = 1, .begins = 1, .least = 1 / (double)(n + 1)};
    if (n >= VALUES_MIN) {
        detect_sort(sorted, n);
        size_t above = (size_t)fmax(ABOVE_SHARE * (double)n, ABOVE_MIN);
        size_t most = (size_t)(ABOVE_SHARE_MAX * (double)n);
        above = above < most ? above : most;
        double u = sorted[n - 1 - above];
        for (int k = 0; k < TAIL_BODY; k++)
            ret_tail->body[k] = sorted[(size_t)((1 - tail_body_shares[k]) * (double)(n - 1))];
        ret_tail->threshold = u;
        ret_tail->above = (double)above / (double)n;
        ret_tail->begins = begins_of(x, count, run, u);
        for (size_t i = n - above; i < n; i++)
            sorted[i] -= u;
        fit(sorted + n - above, above, ret_tail);
    }
    oq_arena_rewind(temp, mark);
}

/* Within the body: between two of its points by a straight line of the logarithm. */
static double body_chance(const tail *t, double x)
{
    double share = tail_body_shares[0], value = t->body[0];
    for (int k = 1; k <= TAIL_BODY; k++) {
        double next = k < TAIL_BODY ? t->body[k] : t->threshold;
        double next_share = k < TAIL_BODY ? tail_body_shares[k] : t->above;
        if (x < next)
            return x <= value ? share
                              : share * pow(next_share / share, (x - value) / (next - value));
        share = next_share;
        value = next;
    }
    return t->above;
}

double tail_chance(const tail *t, double x)
{
    if (isnan(x) || t->above >= 1)
        return 1;
    if (x <= t->threshold)
        return body_chance(t, x);
    double off = x - t->threshold;
    if (!(t->scale > 0)) /* the tail was one value: more than that was never seen */
        return t->least;
    double chance = t->shape < SHAPE_ZERO ? exp(-off / t->scale)
                                          : pow(1 + t->shape * off / t->scale, -1 / t->shape);
    return t->above * chance;
}

/* Within the body by halving, since points of it may be equal; beyond it by the formula. */
double tail_value(const tail *t, double chance)
{
    if (t->above >= 1 || !(chance > 0) || !(chance < 1))
        return NAN;
    if (chance < t->above) {
        double ratio = t->above / chance;
        return t->threshold + t->scale * (t->shape < SHAPE_ZERO
                                              ? log(ratio)
                                              : (pow(ratio, t->shape) - 1) / t->shape);
    }
    double low = t->body[0], high = t->threshold;
    for (int i = 0; i < 60; i++) {
        double middle = low / 2 + high / 2;
        *(tail_chance(t, middle) > chance ? &low : &high) = middle;
    }
    return high;
}

double tail_episodes(const tail *t, double x)
{
    return tail_chance(t, x) * t->begins;
}
