/* Over the time behind: avg, delta, rate.
 *
 * A mean over a window is a sum over its stretches, and must not depend on where the evaluation
 * began; floating-point sums do, unless they are always made in the same order. So stretches are
 * summed in the shape of a tree that the bits of their times decide: two neighbours are divided
 * where the highest bit changes. Any run of stretches has one such tree, whatever lies around it;
 * larger trees hold the sums of their branches, and a window takes a number of them that grows
 * with the logarithm of its length. */
#include <math.h>

#include "quant/expr_inner.h"

#include "base/banned.h"

/* --- stretches ---------------------------------------------------------------------------------*/

/* What lies between moment i and the next, or a part of it: area = value * microseconds. */
typedef struct stretch {
    double area;
    oq_us good_us;
} stretch;

typedef struct signal {
    const oq_us *time;
    const column *x;
    aggregate_rule rule;
} signal;

static bool is_good(const signal *s, size_t i)
{
    return quality_is_good(s->x->quality[i]) && !isnan(s->x->value[i]);
}

/* Whether the line goes straight from moment i to the next. */
static bool is_slope(const signal *s, size_t i)
{
    oq_us length = s->time[i + 1] - s->time[i];
    return !s->rule.is_state && is_good(s, i) && is_good(s, i + 1) &&
           !(s->rule.gap_max && length > s->rule.gap_max);
}

static double line_at(const signal *s, size_t i, oq_us at)
{
    double share = (double)(at - s->time[i]) / (double)(s->time[i + 1] - s->time[i]);
    return s->x->value[i] + (s->x->value[i + 1] - s->x->value[i]) * share;
}

/* From `at`, which lies in the stretch of moment i, to the next moment. */
static stretch stretch_from(const signal *s, size_t i, oq_us at)
{
    if (!is_good(s, i))
        return (stretch){0};
    oq_us end = s->time[i + 1], gap_max = s->rule.gap_max;
    if (is_slope(s, i)) {
        double begin = at == s->time[i] ? s->x->value[i] : line_at(s, i, at);
        return (stretch){(begin + s->x->value[i + 1]) / 2 * (double)(end - at), end - at};
    }
    if (gap_max && end - s->time[i] > gap_max)
        end = s->time[i] + gap_max;
    if (end <= at)
        return (stretch){0};
    return (stretch){s->x->value[i] * (double)(end - at), end - at};
}

/* --- sums of stretches -------------------------------------------------------------------------*/

/* Inner node k of the tree divides behind stretch k; leaves are stretches. `left`, `right` are
 * inner nodes, or UINT32_MAX for the one stretch there. */
typedef struct branch {
    uint32_t left, right;
    double sum;
} branch;
typedef struct tree {
    const double *area;
    branch *at;
    uint32_t root;
    size_t leaves;
} tree;

enum { DEPTH_MAX = 64 };

/* The higher, the earlier the two times part. */
static int parting(oq_us a, oq_us b)
{
    uint64_t x = (uint64_t)a ^ (uint64_t)b; /* of both signs: the highest bit parts them */
    return 63 - __builtin_clzll(x);
}

static double sum_of_child(const tree *t, uint32_t child, size_t leaf)
{
    return child == UINT32_MAX ? t->area[leaf] : t->at[child].sum;
}

/* Nodes on the right edge of what is built stand on a stack, the highest at its bottom; one that
 * is taken off is complete. */
static tree tree_make(oq_arena *arena, const oq_us *time, const double *area, size_t leaves)
{
    tree t = {.area = area, .root = UINT32_MAX, .leaves = leaves};
    if (leaves < 2)
        return t;
    t.at = oq_new_n(arena, branch, leaves - 1);
    uint32_t edge[DEPTH_MAX + 1];
    int depth = 0;
    for (size_t k = 0; k + 1 <= leaves; k++) {
        bool is_end = k + 1 == leaves;
        int level = is_end ? DEPTH_MAX : parting(time[k], time[k + 1]);
        uint32_t below = UINT32_MAX;
        while (depth && parting(time[edge[depth - 1]], time[edge[depth - 1] + 1]) < level) {
            branch *done = &t.at[edge[--depth]];
            done->right = below;
            done->sum = sum_of_child(&t, done->left, edge[depth]) + sum_of_child(&t, below, k);
            below = edge[depth];
        }
        if (is_end) {
            t.root = below;
        } else {
            t.at[k] = (branch){.left = below, .right = UINT32_MAX};
            edge[depth++] = (uint32_t)k;
        }
    }
    return t;
}

/* The stretches from..to of the part [low, high], below `node`. */
static double tree_sum(const tree *t, uint32_t node, size_t low, size_t high, size_t from,
                       size_t to)
{
    while (node != UINT32_MAX) {
        const branch *b = &t->at[node];
        if (from <= low && high <= to)
            return b->sum;
        if (to <= node) {
            high = node;
            node = b->left;
        } else if (from > node) {
            low = node + 1;
            node = b->right;
        } else {
            return tree_sum(t, b->left, low, node, from, to) +
                   tree_sum(t, b->right, node + 1, high, from, to);
        }
    }
    return t->area[low];
}

/* --- avg ---------------------------------------------------------------------------------------*/

static void put(column *out, size_t i, double value, quality q)
{
    out->value[i] = isfinite(value) ? value : NAN;
    out->quality[i] = isfinite(value) || quality_is_bad(q) ? q : QUALITY_BAD;
}

static void put_mean(column *out, size_t i, stretch sum, oq_us span)
{
    if (!sum.good_us)
        put(out, i, NAN, QUALITY_NO_DATA);
    else
        put(out, i, sum.area / (double)sum.good_us,
            2 * sum.good_us < span ? QUALITY_SUB_NORMAL : QUALITY_GOOD);
}

static void average(const grid *g, oq_us span, const signal *s, column *out)
{
    size_t leaves = g->count ? g->count - 1 : 0, left = 0;
    double *area = oq_new_n(g->arena, double, g->count);
    oq_us *good_before = oq_new_n(g->arena, oq_us, g->count + 1);
    for (size_t i = 0; i < leaves; i++) {
        stretch whole = stretch_from(s, i, s->time[i]);
        area[i] = whole.area;
        good_before[i + 1] = good_before[i] + whole.good_us;
    }
    tree t = tree_make(g->arena, s->time, area, leaves);
    for (size_t i = g->first; i < g->count; i++) {
        oq_us begin = g->time[i] - span;
        while (left < i && g->time[left] < begin)
            left++; /* the first whole stretch of the window */
        stretch sum = {0};
        if (left > 0 && g->time[left] > begin)
            sum = stretch_from(s, left - 1, begin);
        if (left < i) {
            sum.good_us += good_before[i] - good_before[left];
            sum.area += tree_sum(&t, t.root, 0, leaves - 1, left, i - 1);
        }
        put_mean(out, i, sum, span);
    }
}

/* --- delta, rate -------------------------------------------------------------------------------*/

static double value_then(const signal *s, size_t i, oq_us at, quality *ret_quality)
{
    *ret_quality = s->x->quality[i];
    if (s->time[i] == at)
        return s->x->value[i];
    if (s->rule.gap_max && at - s->time[i] > s->rule.gap_max) {
        *ret_quality = QUALITY_NO_DATA;
        return NAN;
    }
    return is_slope(s, i) ? line_at(s, i, at) : s->x->value[i];
}

static void difference(const grid *g, oq_us span, double divisor, const signal *s, column *out)
{
    size_t next = 0; /* the first moment behind the one a span ago */
    for (size_t i = g->first; i < g->count; i++) {
        oq_us then = g->time[i] - span;
        while (next < g->count && g->time[next] <= then)
            next++;
        quality before = QUALITY_NO_DATA;
        double value = next ? value_then(s, next - 1, then, &before) : NAN;
        put(out, i, (s->x->value[i] - value) / divisor, quality_worse(s->x->quality[i], before));
    }
}

void expr_window(const grid *g, const expr_node *node, aggregate_rule rule, const column *x,
                 column *out)
{
    signal s = {g->time, x, rule};
    if (node->op == OP_AVG)
        average(g, node->span, &s, out);
    else
        difference(g, node->span, node->op == OP_RATE ? (double)node->span / OQ_SECOND : 1, &s,
                   out);
}
