/* quant/boost_inner.h: a model of boosted trees as it is kept; for boost*.c. */
#ifndef QUANT_BOOST_INNER_H
#define QUANT_BOOST_INNER_H

#include "quant/boost.h"

enum { BOOST_LEAF = -1, BOOST_NODES_MAX = 4 * 1000 * 1000 };

/* Of one tree, in preorder: the left child stands behind its parent. */
typedef struct boost_node {
    int32_t column;    /* BOOST_LEAF */
    uint32_t right;    /* from the tree's first node */
    float value;       /* goes left when x < value; of a leaf what it adds */
    float cover;       /* second derivatives of the rows that came here */
    bool missing_left; /* a missing value goes left */
} boost_node;

struct boost_model {
    boost_task task;
    size_t classes, columns, rounds, nodes;
    double time_spread;
    float base; /* what a row has before the first tree */
    double *importance;
    /* Tree k belongs to class k % classes. */
    size_t *first; /* rounds * classes + 1: where each tree's nodes begin in `node` */
    boost_node *node;
};

static inline size_t boost_trees(const boost_model *m)
{
    return m->rounds * m->classes;
}

/* The child that a row goes to, from the tree's first node. */
static inline size_t boost_next(const boost_node *tree, size_t at, const float *x)
{
    const boost_node *n = &tree[at];
    float v = x[n->column];
    bool is_left = v != v ? n->missing_left : v < n->value;
    return is_left ? at + 1 : n->right;
}

#endif
