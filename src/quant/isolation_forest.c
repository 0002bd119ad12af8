#include "quant/isolation_forest.h"

#include <math.h>

#include "base/banned.h"

enum { TREES = 100, SAMPLE = 256, SAMPLE_MAX = 1024 };

/* splitmix64: G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014 */
static uint64_t draw(uint64_t *dice)
{
    uint64_t z = *dice += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static size_t draw_below(uint64_t *dice, size_t below)
{
    return (size_t)(draw(dice) % below);
}

static double draw_share(uint64_t *dice)
{
    return (double)(draw(dice) >> 11) * 0x1p-53;
}

double isolation_usual(size_t count)
{
    if (count < 2)
        return 0;
    double n = (double)count, harmonic = 0;
    for (size_t i = 1; i < count; i++)
        harmonic += 1 / (double)i;
    return 2 * harmonic - 2 * (n - 1) / n;
}

typedef struct growth {
    isolation_forest *forest;
    const double *x;
    size_t *row; /* those drawn; each node has a stretch of them */
    uint64_t *dice;
    size_t tree;
} growth;

/* A column in which the rows differ, and how far; columns without a spread are passed over, in a
 * circle from one that is drawn. False: they are all the same. */
static bool choose_column(const growth *g, size_t from, size_t end, size_t *ret_column,
                          double *ret_low, double *ret_high)
{
    size_t columns = g->forest->columns, first = draw_below(g->dice, columns);
    for (size_t k = 0; k < columns; k++) {
        size_t column = (first + k) % columns;
        double low = INFINITY, high = -INFINITY;
        for (size_t i = from; i < end; i++) {
            double value = g->x[g->row[i] * columns + column];
            low = fmin(low, value);
            high = fmax(high, value);
        }
        if (low < high) {
            *ret_column = column;
            *ret_low = low;
            *ret_high = high;
            return true;
        }
    }
    return false;
}

/* Rows [from, end) below `node`. Without recursion deeper than log2 of the sample. */
static void grow(const growth *g, size_t node, size_t from, size_t end)
{
    isolation_forest *f = g->forest;
    size_t at = g->tree * f->nodes + node, column;
    double low, high;
    bool is_deep = 2 * node + 2 >= f->nodes;
    if (is_deep || end - from < 2 || !choose_column(g, from, end, &column, &low, &high)) {
        f->column[at] = ISOLATION_LEAF;
        f->split[at] = (float)isolation_usual(end - from);
        return;
    }
    float split = (float)(low + draw_share(g->dice) * (high - low));
    size_t middle = from;
    for (size_t i = from; i < end; i++)
        if (g->x[g->row[i] * f->columns + column] < (double)split) {
            size_t swap = g->row[i];
            g->row[i] = g->row[middle];
            g->row[middle++] = swap;
        }
    f->column[at] = (uint8_t)column;
    f->split[at] = split;
    grow(g, 2 * node + 1, from, middle);
    grow(g, 2 * node + 2, middle, end);
}

/* The first `count` of `row` become a draw without replacement. */
static void shuffle(size_t *row, size_t rows, size_t count, uint64_t *dice)
{
    for (size_t i = 0; i < count; i++) {
        size_t other = i + draw_below(dice, rows - i), swap = row[i];
        row[i] = row[other];
        row[other] = swap;
    }
}

isolation_forest *isolation_learn(oq_arena *arena, const double *x, size_t rows, size_t columns,
                                  const isolation_rule *rule)
{
    if (rows < 2 || columns == 0 || columns > ISOLATION_COLUMNS_MAX)
        return NULL;
    size_t wanted = rule->sample ? rule->sample : SAMPLE, sample = 2, nodes = 7;
    wanted = wanted < rows ? wanted : rows;
    wanted = wanted < SAMPLE_MAX ? wanted : SAMPLE_MAX;
    for (; 2 * sample <= wanted; sample *= 2)
        nodes = 2 * nodes + 1;
    nodes /= 2; /* levels 0 .. log2 sample */
    isolation_forest *f = oq_new(arena, isolation_forest);
    *f = (isolation_forest){.trees = rule->trees ? rule->trees : TREES,
                            .columns = columns,
                            .nodes = nodes,
                            .usual = isolation_usual(sample)};
    f->column = oq_new_n(arena, uint8_t, f->trees * nodes);
    f->split = oq_new_n(arena, float, f->trees *nodes);
    memset(f->column, ISOLATION_LEAF, f->trees * nodes);
    oq_arena *temp = oq_arena_open(1 << 16);
    uint64_t dice = rule->seed;
    growth g = {.forest = f, .x = x, .row = oq_new_n(temp, size_t, rows), .dice = &dice};
    for (size_t i = 0; i < rows; i++)
        g.row[i] = i;
    for (g.tree = 0; g.tree < f->trees; g.tree++) {
        shuffle(g.row, rows, sample, &dice);
        grow(&g, 0, 0, sample);
    }
    oq_arena_close(temp);
    return f;
}

double isolation_score(const isolation_forest *f, const double *row)
{
    double sum = 0;
    for (size_t t = 0; t < f->trees; t++) {
        const uint8_t *column = f->column + t * f->nodes;
        const float *split = f->split + t * f->nodes;
        size_t node = 0, depth = 0;
        /* A tree that was stored may say anything: below the last level there is none. */
        while (column[node] < f->columns && 2 * node + 2 < f->nodes) {
            node = 2 * node + (row[column[node]] < (double)split[node] ? 1 : 2);
            depth++;
        }
        sum += (double)depth + (double)split[node];
    }
    return exp2(-sum / ((double)f->trees * f->usual));
}
