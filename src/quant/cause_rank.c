#include "quant/cause_rank.h"

#include <math.h>
#include <stdlib.h>

#include "base/banned.h"

/* What is left of a walk at each step: circles end, and near causes count more. */
static const double ONWARD = 0.85;
/* A way that nothing speaks for is still taken now and then: sensors miss things. */
static const double FLOOR = 0.02;
/* Of the whole, for nodes that the walk does not reach. */
static const double BESIDE = 0.01;
enum { STEPS = 40 };

typedef struct walk {
    const rank_question *q;
    size_t *first, *cause; /* of node n: cause[first[n]] .. cause[first[n + 1]] */
    double *strength, *own;
} walk;

static bool is_too_late(const rank_question *q, const rank_node *n)
{
    return n->since_s > q->at_s + q->slack_s; /* unknown times: never */
}

static double strength_of(const rank_question *q, const rank_node *n)
{
    double s = n->strength * n->agreement;
    return s > 0 && !is_too_late(q, n) ? s : 0; /* NaN: 0 */
}

/* The graph as lists of causes, each in the order of its edges, doubled edges once. */
static void list_causes(oq_arena *temp, walk *w)
{
    const rank_question *q = w->q;
    w->first = oq_new_n(temp, size_t, q->nodes + 2);
    w->cause = oq_new_n(temp, size_t, q->edges);
    for (size_t e = 0; e < q->edges; e++)
        w->first[q->edge[e].effect + 2]++;
    for (size_t n = 2; n <= q->nodes; n++)
        w->first[n] += w->first[n - 1];
    for (size_t e = 0; e < q->edges; e++)
        w->cause[w->first[q->edge[e].effect + 1]++] = q->edge[e].cause;
}

static bool is_repeated(const walk *w, size_t n, size_t k)
{
    for (size_t i = w->first[n]; i < k; i++)
        if (w->cause[i] == w->cause[k])
            return true;
    return w->cause[k] == n; /* nothing causes itself */
}

/* What the node's own causes leave of its deviation. */
static double unexplained(const walk *w, size_t n)
{
    double left = w->strength[n];
    for (size_t k = w->first[n]; k < w->first[n + 1]; k++) {
        double by = w->strength[w->cause[k]];
        if (!is_repeated(w, n, k) && by > 0 && w->strength[n] > 0)
            left *= 1 - w->q->explains * fmin(1, by / w->strength[n]);
    }
    return left;
}

/* How much of a walk at `n` ends there, and how much goes to each of its causes. */
static void step_from(const walk *w, size_t n, double amount, double *end, double *next)
{
    const rank_node *node = &w->q->node[n];
    double stay = node->is_sign ? 0 : FLOOR + (n == w->q->symptom ? 0 : w->own[n]);
    double all = stay;
    for (size_t k = w->first[n]; k < w->first[n + 1]; k++)
        if (!is_repeated(w, n, k))
            all += FLOOR + w->strength[w->cause[k]];
    if (all <= 0)
        return;
    end[n] += amount * stay / all;
    for (size_t k = w->first[n]; k < w->first[n + 1]; k++)
        if (!is_repeated(w, n, k))
            next[w->cause[k]] += ONWARD * amount * (FLOOR + w->strength[w->cause[k]]) / all;
}

static void walk_back(oq_arena *temp, const walk *w, double *end)
{
    size_t nodes = w->q->nodes;
    double *here = oq_new_n(temp, double, nodes), *next = oq_new_n(temp, double, nodes);
    here[w->q->symptom] = 1;
    for (int step = 0; step < STEPS; step++) {
        memset(next, 0, nodes * sizeof *next);
        for (size_t n = 0; n < nodes; n++)
            if (here[n] > 0)
                step_from(w, n, here[n], end, next);
        double *swap = here;
        here = next, next = swap;
    }
}

static double recency(const rank_question *q, const rank_node *n)
{
    double ago = q->at_s - n->since_s;
    if (!(q->half_life_s > 0) || isnan(ago))
        return 1;
    return exp2(-fmax(0, ago) / q->half_life_s);
}

static double times_prior(const rank_question *q, double *share)
{
    double sum = 0;
    for (size_t n = 0; n < q->nodes; n++)
        sum += share[n] *= q->node[n].prior;
    return sum;
}

void cause_rank(oq_arena *temp, const rank_question *q, double *ret_share)
{
    oq_mark mark = oq_arena_mark(temp);
    walk w = {.q = q,
              .strength = oq_new_n(temp, double, q->nodes),
              .own = oq_new_n(temp, double, q->nodes)};
    double *beside = oq_new_n(temp, double, q->nodes);
    memset(ret_share, 0, q->nodes * sizeof *ret_share);
    list_causes(temp, &w);
    for (size_t n = 0; n < q->nodes; n++)
        w.strength[n] = strength_of(q, &q->node[n]);
    for (size_t n = 0; n < q->nodes; n++) {
        w.own[n] = unexplained(&w, n);
        if (!q->node[n].is_sign && n != q->symptom)
            beside[n] = w.own[n] * recency(q, &q->node[n]);
    }
    if (w.first[q->symptom + 1] > w.first[q->symptom])
        walk_back(temp, &w, ret_share);
    double reached = times_prior(q, ret_share), rest = times_prior(q, beside);
    double weight = reached > 0 ? BESIDE : 1;
    for (size_t n = 0; n < q->nodes; n++) {
        double share = reached > 0 ? (1 - BESIDE) * ret_share[n] / reached : 0;
        ret_share[n] = share + (rest > 0 ? weight * beside[n] / rest : 0);
    }
    oq_arena_rewind(temp, mark);
}

/* --- order ---------------------------------------------------------------------------------------*/

typedef struct placed {
    size_t node;
    double share, since_s;
} placed;

static int compare_placed(const void *a, const void *b)
{
    const placed *x = a, *y = b;
    int by = (x->share < y->share) - (x->share > y->share);
    by = by ? by : (x->since_s < y->since_s) - (x->since_s > y->since_s);
    return by ? by : (x->node > y->node) - (x->node < y->node);
}

size_t cause_rank_order(const rank_node *node, size_t nodes, const double *share, size_t *ret_order)
{
    oq_arena *temp = oq_arena_open(0);
    placed *p = oq_new_n(temp, placed, nodes);
    size_t count = 0;
    for (size_t n = 0; n < nodes; n++)
        if (!node[n].is_sign)
            p[count++] =
                (placed){n, share[n], isnan(node[n].since_s) ? -INFINITY : node[n].since_s};
    qsort(p, count, sizeof *p, compare_placed);
    for (size_t i = 0; i < count; i++)
        ret_order[i] = p[i].node;
    oq_arena_close(temp);
    return count;
}
