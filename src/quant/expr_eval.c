/* Values of all nodes, column by column over all moments: an operation costs a loop, not a walk
 * through the tree for each sample. */
#include <math.h>

#include "quant/expr_inner.h"

#include "base/banned.h"

/* --- moments -----------------------------------------------------------------------------------*/

/* The newest moment before `at` at which any input has a sample; `at` when there is none. */
static oq_us moment_before(const expr *e, const expr_input *input, oq_us at)
{
    oq_us newest = at;
    bool has = false;
    for (size_t k = 0; k < e->inputs; k++) {
        size_t i = samples_find(&input[k].samples, at);
        if (i == 0)
            continue;
        oq_us time = input[k].samples.time[i - 1];
        newest = !has || time > newest ? time : newest;
        has = true;
    }
    return newest;
}

static size_t merge_times(const oq_us *a, size_t na, const oq_us *b, size_t nb, oq_us *into)
{
    size_t n = 0, i = 0, k = 0;
    while (i < na && k < nb) {
        oq_us x = a[i], y = b[k];
        into[n++] = x < y ? x : y;
        i += x <= y;
        k += y <= x;
    }
    for (; i < na; i++)
        into[n++] = a[i];
    for (; k < nb; k++)
        into[n++] = b[k];
    return n;
}

/* All moments in [from, to). */
static const oq_us *moments(oq_arena *arena, const expr *e, const expr_input *input, oq_us from,
                            oq_us to, size_t *ret_count)
{
    size_t most = 0, count = 0;
    for (size_t k = 0; k < e->inputs; k++)
        most += samples_find(&input[k].samples, to) - samples_find(&input[k].samples, from);
    oq_us *now = oq_new_n(arena, oq_us, most), *next = oq_new_n(arena, oq_us, most);
    for (size_t k = 0; k < e->inputs; k++) {
        const samples *s = &input[k].samples;
        size_t first = samples_find(s, from), end = samples_find(s, to);
        count = merge_times(now, count, s->time + first, end - first, next);
        oq_us *swap = now;
        now = next;
        next = swap;
    }
    *ret_count = count;
    return now;
}

/* --- inputs at the moments ---------------------------------------------------------------------*/

/* The value at `at`, of which sample `i` is the newest at or before. */
static double value_at(const expr_input *input, size_t i, oq_us at, quality *ret_quality)
{
    const samples *s = &input->samples;
    oq_us age = at - s->time[i], gap_max = input->rule.gap_max;
    *ret_quality = samples_quality(s, i);
    if (age == 0)
        return s->value[i];
    if (gap_max && age > gap_max) {
        *ret_quality = QUALITY_NO_DATA;
        return NAN;
    }
    if (input->rule.is_state || i + 1 == s->count || !quality_is_good(*ret_quality) ||
        !quality_is_good(samples_quality(s, i + 1)))
        return s->value[i];
    oq_us distance = s->time[i + 1] - s->time[i];
    if (gap_max && distance > gap_max)
        return s->value[i];
    double share = (double)age / (double)distance;
    return s->value[i] + (s->value[i + 1] - s->value[i]) * share;
}

/* A value that is not a finite number is none, and never good. */
static void settle(column *c, size_t from, size_t count)
{
    for (size_t i = from; i < count; i++) {
        if (isfinite(c->value[i]))
            continue;
        c->value[i] = NAN;
        if (!quality_is_bad(c->quality[i]))
            c->quality[i] = QUALITY_BAD;
    }
}

static void read_input(const grid *g, const expr_input *input, column *out)
{
    const samples *s = &input->samples;
    size_t next = 0; /* the first sample behind the moment */
    for (size_t i = 0; i < g->count; i++) {
        while (next < s->count && s->time[next] <= g->time[i])
            next++;
        if (next) {
            out->value[i] = value_at(input, next - 1, g->time[i], &out->quality[i]);
        } else {
            out->value[i] = NAN;
            out->quality[i] = QUALITY_NO_DATA;
        }
    }
    settle(out, 0, g->count);
}

/* --- columns -----------------------------------------------------------------------------------*/

/* Columns that are free again are used again. */
typedef struct work {
    const grid *g;
    column *idle;
    size_t idle_count;
} work;

static column column_make(const grid *g)
{
    return (column){oq_new_n(g->arena, double, g->count), oq_new_n(g->arena, quality, g->count)};
}

static column take(work *w)
{
    return w->idle_count ? w->idle[--w->idle_count] : column_make(w->g);
}

static void give(work *w, column c)
{
    w->idle[w->idle_count++] = c;
}

static void fill(column *c, size_t from, size_t count, double value, quality q)
{
    for (size_t i = from; i < count; i++) {
        c->value[i] = value;
        c->quality[i] = q;
    }
}

/* --- operations --------------------------------------------------------------------------------*/

#define EACH(expression)                                                                           \
    for (size_t i = from; i < n; i++) {                                                            \
        double x = a->value[i], y = b->value[i];                                                   \
        a->value[i] = (expression);                                                                \
    }                                                                                              \
    break
#define TRUTH(condition) EACH(isnan(x) || isnan(y) ? NAN : ((condition) ? 1 : 0))

static double power(double x, double y)
{
    return y == 2 ? x * x : pow(x, y);
}

/* a becomes a op b. */
static void apply_pair(expr_op op, column *a, const column *b, size_t from, size_t n)
{
    switch (op) {
    case OP_ADD:
    case OP_MEAN:
        EACH(x + y);
    case OP_SUBTRACT:
        EACH(x - y);
    case OP_MULTIPLY:
        EACH(x * y);
    case OP_DIVIDE:
        EACH(x / y);
    case OP_POWER:
        EACH(power(x, y));
    case OP_LESS:
        TRUTH(x < y);
    case OP_LESS_EQUAL:
        TRUTH(x <= y);
    case OP_GREATER:
        TRUTH(x > y);
    case OP_GREATER_EQUAL:
        TRUTH(x >= y);
    case OP_EQUAL:
        TRUTH(x == y);
    case OP_UNEQUAL:
        TRUTH(x != y);
    case OP_MIN:
        EACH(isnan(x) || x < y ? x : y);
    default:
        EACH(isnan(x) || x > y ? x : y); /* max */
    }
    for (size_t i = from; i < n; i++)
        a->quality[i] = quality_worse(a->quality[i], b->quality[i]);
    settle(a, from, n);
}

#undef EACH
#undef TRUTH

/* and: a false one decides alone; or: a true one. */
static void apply_logic(expr_op op, column *a, const column *b, size_t from, size_t n)
{
    bool decides = op == OP_OR;
    for (size_t i = from; i < n; i++) {
        double x = a->value[i], y = b->value[i];
        bool x_decides = !isnan(x) && (x != 0) == decides;
        bool y_decides = !isnan(y) && (y != 0) == decides;
        if (x_decides || y_decides) {
            a->quality[i] = x_decides ? a->quality[i] : b->quality[i];
            a->value[i] = decides;
        } else {
            a->quality[i] = quality_worse(a->quality[i], b->quality[i]);
            a->value[i] = isnan(x) || isnan(y) ? NAN : !decides;
        }
    }
}

#define EACH(expression)                                                                           \
    for (size_t i = from; i < n; i++) {                                                            \
        double x = a->value[i];                                                                    \
        a->value[i] = (expression);                                                                \
    }                                                                                              \
    break

static void apply_one(expr_op op, column *a, size_t from, size_t n)
{
    switch (op) {
    case OP_NEGATE:
        EACH(-x);
    case OP_NOT:
        EACH(isnan(x) ? NAN : x == 0);
    case OP_ABS:
        EACH(fabs(x));
    case OP_SQRT:
        EACH(sqrt(x));
    case OP_EXP:
        EACH(exp(x));
    case OP_LN:
        EACH(log(x));
    case OP_LOG10:
        EACH(log10(x));
    case OP_ROUND:
        EACH(round(x));
    case OP_FLOOR:
        EACH(floor(x));
    case OP_CEIL:
        EACH(ceil(x));
    default:
        break; /* in: the conversion is its argument's */
    }
    settle(a, from, n);
}

#undef EACH

static void apply_good(column *a, size_t from, size_t n)
{
    for (size_t i = from; i < n; i++) {
        a->value[i] = quality_is_good(a->quality[i]) && !isnan(a->value[i]);
        a->quality[i] = QUALITY_GOOD;
    }
}

static void apply_prev(const column *x, column *out, size_t from, size_t n)
{
    for (size_t i = from; i < n; i++) {
        out->value[i] = i ? x->value[i - 1] : NAN;
        out->quality[i] = i ? x->quality[i - 1] : QUALITY_NO_DATA;
    }
}

/* --- nodes -------------------------------------------------------------------------------------*/

static void evaluate(work *w, const expr_node *node, size_t from, column *out);

static void evaluate_list(work *w, const expr_node *node, size_t from, column *out)
{
    size_t n = w->g->count;
    evaluate(w, node->first, from, out);
    column other = take(w);
    for (const expr_node *a = node->first->next; a; a = a->next) {
        evaluate(w, a, from, &other);
        if (node->op == OP_AND || node->op == OP_OR)
            apply_logic(node->op, out, &other, from, n);
        else if (node->op == OP_CLAMP)
            apply_pair(a->next ? OP_MAX : OP_MIN, out, &other, from, n);
        else
            apply_pair(node->op, out, &other, from, n);
    }
    give(w, other);
    for (size_t i = from; node->op == OP_MEAN && i < n; i++)
        out->value[i] /= (double)node->count;
}

static void evaluate_if(work *w, const expr_node *node, size_t from, column *out)
{
    const expr_node *yes = node->first->next, *no = yes->next;
    evaluate(w, node->first, from, out);
    column a = take(w), b = take(w);
    evaluate(w, yes, from, &a);
    evaluate(w, no, from, &b);
    for (size_t i = from; i < w->g->count; i++) {
        if (isnan(out->value[i]))
            continue;
        const column *chosen = out->value[i] != 0 ? &a : &b;
        out->value[i] = chosen->value[i];
        out->quality[i] = quality_worse(out->quality[i], chosen->quality[i]);
    }
    give(w, b);
    give(w, a);
}

static void evaluate_behind(work *w, const expr_node *node, size_t from, column *out)
{
    column x = take(w);
    evaluate(w, node->first, 0, &x);
    if (node->op == OP_PREV)
        apply_prev(&x, out, from, w->g->count);
    else
        expr_window(w->g, node, expr_node_rule(node->first, w->g), &x, out);
    give(w, x);
}

static void evaluate_plain(work *w, const expr_node *node, size_t from, column *out)
{
    const grid *g = w->g;
    size_t n = g->count;
    switch (node->op) {
    case OP_NUMBER:
        fill(out, from, n, node->number, QUALITY_GOOD);
        break;
    case OP_NONE:
        fill(out, from, n, NAN, QUALITY_NO_DATA);
        break;
    case OP_SERIES: {
        const column *in = &g->at_input[node->input];
        memcpy(out->value + from, in->value + from, (n - from) * sizeof *out->value);
        memcpy(out->quality + from, in->quality + from, (n - from) * sizeof *out->quality);
        break;
    }
    case OP_IF:
        evaluate_if(w, node, from, out);
        break;
    case OP_AVG:
    case OP_DELTA:
    case OP_RATE:
    case OP_PREV:
        evaluate_behind(w, node, from, out);
        break;
    default:
        if (node->count > 1) {
            evaluate_list(w, node, from, out);
            break;
        }
        evaluate(w, node->first, from, out);
        if (node->op == OP_GOOD)
            apply_good(out, from, n);
        else
            apply_one(node->op, out, from, n);
    }
}

static void evaluate(work *w, const expr_node *node, size_t from, column *out)
{
    evaluate_plain(w, node, from, out);
    if (node->scale == 1 && node->offset == 0)
        return;
    for (size_t i = from; i < w->g->count; i++)
        out->value[i] = out->value[i] * node->scale + node->offset;
    settle(out, from, w->g->count);
}

/* --- what holds between the moments ------------------------------------------------------------*/

bool expr_node_is_state(const expr_node *node, const bool *is_state)
{
    if (node->op == OP_SERIES)
        return is_state[node->input];
    if ((node->op >= OP_LESS && node->op <= OP_NOT) || node->op == OP_GOOD)
        return true;
    for (const expr_node *a = node->first; a; a = a->next)
        if (!expr_node_is_state(a, is_state))
            return false;
    return node->op != OP_AVG;
}

/* The shortest gap rule of the series in it. */
static oq_us gap_of(const expr_node *node, const expr_input *input)
{
    oq_us gap_max = node->op == OP_SERIES ? input[node->input].rule.gap_max : 0;
    for (const expr_node *a = node->first; a; a = a->next) {
        oq_us other = gap_of(a, input);
        gap_max = gap_max && (!other || gap_max < other) ? gap_max : other;
    }
    return gap_max;
}

aggregate_rule expr_node_rule(const expr_node *node, const grid *g)
{
    return (aggregate_rule){.is_state = expr_node_is_state(node, g->is_state),
                            .gap_max = gap_of(node, g->input)};
}

/* --- all of it ---------------------------------------------------------------------------------*/

static grid grid_make(const expr *e, oq_arena *arena, const expr_input *input, oq_us from, oq_us to)
{
    grid g = {.arena = arena, .input = input};
    g.time = moments(arena, e, input, moment_before(e, input, from - e->reach), to, &g.count);
    samples all = {.count = g.count, .time = (oq_us *)(uintptr_t)g.time};
    g.first = samples_find(&all, from);
    g.at_input = oq_new_n(arena, column, e->inputs);
    g.is_state = oq_new_n(arena, bool, e->inputs);
    for (size_t k = 0; k < e->inputs; k++) {
        g.at_input[k] = column_make(&g);
        g.is_state[k] = input[k].rule.is_state;
        read_input(&g, &input[k], &g.at_input[k]);
    }
    return g;
}

samples expr_evaluate(const expr *e, oq_arena *arena, const expr_input *input, oq_us from, oq_us to)
{
    if (from >= to)
        return samples_make(arena, 0, true, false);
    grid g = grid_make(e, arena, input, from, to);
    work w = {.g = &g, .idle = oq_new_n(arena, column, e->nodes + 3)};
    column out = column_make(&g);
    evaluate(&w, e->root, g.first, &out);
    size_t count = g.count - g.first;
    samples result = samples_make(arena, count, true, false);
    result.count = count;
    if (!count)
        return result;
    memcpy(result.time, g.time + g.first, count * sizeof *result.time);
    memcpy(result.value, out.value + g.first, count * sizeof *result.value);
    memcpy(result.quality, out.quality + g.first, count * sizeof *result.quality);
    return result;
}
