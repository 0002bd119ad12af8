#include "quant/anomaly_inner.h"

#include "base/banned.h"

typedef struct bucket {
    double sum, value; /* of its good samples; what they leave */
    size_t count;
} bucket;

static oq_us floor_to(oq_us time, oq_us step)
{
    oq_us into = time % step;
    return time - (into < 0 ? into + step : into);
}

/* One column. A bucket without samples holds the last value for as long as that is usual: many
 * historians write what changes only. */
static void fill_column(anomaly_grid *g, size_t column, const anomaly_signal *signal, double hold_s,
                        oq_us to)
{
    const samples *s = &signal->samples;
    size_t i = samples_find(s, g->from);
    oq_us last = OQ_TIME_NONE;
    double held = NAN, same = NAN;
    uint32_t run = 0;
    for (size_t k = i; k > 0 && last == OQ_TIME_NONE; k--) /* what was held when the grid began */
        if (anomaly_is_good(s, k - 1)) {
            last = s->time[k - 1];
            held = s->value[k - 1];
        }
    for (size_t row = 0; row < g->rows; row++) {
        oq_us end = anomaly_row_time(g, row) + g->step;
        end = end < to ? end : to;
        bucket b = {0};
        for (; i < s->count && s->time[i] < end; i++) {
            if (!anomaly_is_good(s, i))
                continue;
            b.value = s->value[i];
            b.sum += (s->value[i] - b.sum) / (double)++b.count;
            last = s->time[i];
        }
        if (b.count) {
            held = signal->is_state ? b.value : b.sum;
            run = held == same ? run + 1 : 1;
            same = held;
        }
        size_t at = row * g->columns + column;
        bool is_held = last != OQ_TIME_NONE && (double)(end - last) <= hold_s * (double)OQ_SECOND;
        g->value[at] = b.count || is_held ? held : NAN;
        g->last[at] = last;
        g->run[at] = run;
    }
}

anomaly_grid anomaly_grid_make(oq_arena *arena, const anomaly_signal *signal, const size_t *which,
                               size_t columns, const anomaly_norm *norm, oq_us from, oq_us to,
                               oq_us step)
{
    anomaly_grid g = {.from = floor_to(from, step), .step = step, .columns = columns};
    g.rows = to > g.from ? (size_t)((to - g.from + step - 1) / step) : 0;
    g.value = oq_new_n(arena, double, g.rows *columns);
    g.last = oq_new_n(arena, oq_us, g.rows * columns);
    g.run = oq_new_n(arena, uint32_t, g.rows * columns);
    for (size_t k = 0; k < columns; k++)
        fill_column(&g, k, &signal[which[k]], norm[which[k]].silence_s, to);
    return g;
}
