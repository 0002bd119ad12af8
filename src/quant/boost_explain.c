/* Shapley values of a sum of trees, algorithm 2 of Lundberg et al. (boost.h): each path from the
 * root carries, for every number of columns, the weight of the sets of that many columns that lead
 * along it. */
#include "quant/boost_inner.h"

#include "base/banned.h"

/* A column on the path: the share of rows that goes on along it without knowing the column, and
 * with it (1 or 0); the weight of the sets of as many columns as stand before it. */
typedef struct path_step {
    int32_t column;
    double without, with, weight;
} path_step;

enum { PATH_MAX = BOOST_DEPTH_MAX + 2 };

typedef struct explainer {
    const boost_node *tree;
    const float *x;
    double *share;
} explainer;

static void path_extend(path_step *path, size_t len, path_step step)
{
    step.weight = len == 0 ? 1 : 0;
    path[len] = step;
    for (size_t i = len; i-- > 0;) {
        path[i + 1].weight += step.with * path[i].weight * (double)(i + 1) / (double)(len + 1);
        path[i].weight = step.without * path[i].weight * (double)(len - i) / (double)(len + 1);
    }
}

/* Takes step `at` out of a path whose last step is `last`. */
static void path_unwind(path_step *path, size_t last, size_t at)
{
    double with = path[at].with, without = path[at].without, next = path[last].weight;
    for (size_t i = last; i-- > 0;) {
        if (with != 0) {
            double here = path[i].weight;
            path[i].weight = next * (double)(last + 1) / ((double)(i + 1) * with);
            next = here - path[i].weight * without * (double)(last - i) / (double)(last + 1);
        } else {
            path[i].weight = path[i].weight * (double)(last + 1) / (without * (double)(last - i));
        }
    }
    for (size_t i = at; i < last; i++) {
        path[i].column = path[i + 1].column;
        path[i].with = path[i + 1].with;
        path[i].without = path[i + 1].without;
    }
}

/* The sum of weights when step `at` is taken out. */
static double path_sum_without(const path_step *path, size_t last, size_t at)
{
    double with = path[at].with, without = path[at].without, next = path[last].weight, sum = 0;
    for (size_t i = last; i-- > 0;) {
        if (with != 0) {
            double here = next * (double)(last + 1) / ((double)(i + 1) * with);
            sum += here;
            next = path[i].weight - here * without * (double)(last - i) / (double)(last + 1);
        } else if (without != 0) {
            sum += path[i].weight / (without * (double)(last - i) / (double)(last + 1));
        }
    }
    return sum;
}

static void explain_node(const explainer *e, size_t at, const path_step *before, size_t len,
                         path_step step)
{
    path_step path[PATH_MAX];
    if (len)
        memcpy(path, before, len * sizeof *path);
    path_extend(path, len, step);
    size_t last = len;
    const boost_node *n = &e->tree[at];
    if (n->column == BOOST_LEAF) {
        for (size_t i = 1; i <= last; i++)
            e->share[path[i].column] +=
                path_sum_without(path, last, i) * (path[i].with - path[i].without) * n->value;
        return;
    }
    size_t hot = boost_next(e->tree, at, e->x), cold = hot == at + 1 ? n->right : at + 1;
    double without = 1, with = 1;
    for (size_t i = 1; i <= last; i++)
        if (path[i].column == n->column) { /* a column that was asked before: one step for both */
            without = path[i].without;
            with = path[i].with;
            path_unwind(path, last--, i);
            break;
        }
    double hot_share = e->tree[hot].cover / n->cover, cold_share = e->tree[cold].cover / n->cover;
    explain_node(e, hot, path, last + 1,
                 (path_step){.column = n->column, .without = hot_share * without, .with = with});
    explain_node(e, cold, path, last + 1,
                 (path_step){.column = n->column, .without = cold_share * without, .with = 0});
}

/* The mean answer of a tree over the rows it was made from. */
static double tree_mean(const boost_node *tree, size_t at)
{
    const boost_node *n = &tree[at];
    if (n->column == BOOST_LEAF)
        return n->value;
    double left = tree[at + 1].cover, right = tree[n->right].cover;
    return (left * tree_mean(tree, at + 1) + right * tree_mean(tree, n->right)) / n->cover;
}

void boost_explain(const boost_model *m, const float *x, double *ret_share)
{
    size_t width = m->columns + 1;
    memset(ret_share, 0, m->classes * width * sizeof *ret_share);
    for (size_t c = 0; c < m->classes; c++)
        ret_share[c * width + m->columns] = m->base;
    for (size_t k = 0; k < boost_trees(m); k++) {
        const boost_node *tree = m->node + m->first[k];
        double *share = ret_share + k % m->classes * width;
        share[m->columns] += tree_mean(tree, 0);
        if (tree[0].column != BOOST_LEAF)
            explain_node(&(explainer){tree, x, share}, 0, NULL, 0,
                         (path_step){.column = -1, .without = 1, .with = 1});
    }
}
