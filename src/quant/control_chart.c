#include "quant/control_chart.h"

#include <math.h>

#include "base/banned.h"

double ewma_next(double z, double x, double weight)
{
    assert(weight > 0 && weight <= 1);
    return weight * x + (1 - weight) * z;
}

double ewma_deviation(double weight, size_t count)
{
    double begun = count ? 1 - pow(1 - weight, 2.0 * (double)count) : 1;
    return sqrt(weight / (2 - weight) * begun);
}

double chart_independent(const double *x, size_t count)
{
    double mean = 0, var = 0, longest = 1;
    for (size_t i = 0; i < count; i++)
        mean += (x[i] - mean) / (double)(i + 1);
    for (size_t i = 0; i < count; i++)
        var += (x[i] - mean) * (x[i] - mean) / (double)count;
    for (size_t m = 2; var > 0 && m <= count / 8; m *= 2) {
        double of_means = 0;
        size_t batches = count / m;
        for (size_t b = 0; b < batches; b++) {
            double off = 0;
            for (size_t i = b * m; i < (b + 1) * m; i++)
                off += (x[i] - mean) / (double)m;
            of_means += off * off / (double)batches;
        }
        longest = fmax(longest, (double)m * of_means / var);
    }
    return (double)count / longest;
}

cusum cusum_make(oq_arena *arena, double slack, size_t window)
{
    cusum c = {.slack = slack, .window = window};
    for (size_t i = 0; i < OQ_COUNT(c.side); i++) {
        c.side[i].least = oq_new_n(arena, double, window + 1);
        c.side[i].least_at = oq_new_n(arena, size_t, window + 1);
        c.side[i].count = 1; /* the total 0 before the first value */
    }
    return c;
}

/* The running total less its smallest within the window: a queue of totals that rise, since a
 * total that a later one undercuts can never be the smallest again. */
static double side_next(cusum_side *s, double step, size_t window, size_t seen, size_t *ret_for)
{
    size_t room = window + 1;
    s->total += step;
    while (s->count && s->least_at[s->first] + window < seen) {
        s->first = (s->first + 1) % room;
        s->count--;
    }
    while (s->count && s->least[(s->first + s->count - 1) % room] >= s->total)
        s->count--;
    size_t last = (s->first + s->count++) % room;
    s->least[last] = s->total;
    s->least_at[last] = seen;
    *ret_for = seen - s->least_at[s->first];
    return s->total - s->least[s->first];
}

cusum_point cusum_next(cusum *c, double x)
{
    cusum_point p;
    c->seen++;
    p.up = side_next(&c->side[0], x - c->slack, c->window, c->seen, &p.up_for);
    p.down = side_next(&c->side[1], -x - c->slack, c->window, c->seen, &p.down_for);
    return p;
}
