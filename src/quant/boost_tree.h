/* quant/boost_tree.h: from what libxgboost says of its trees to ours; for boost_fit.c. */
#ifndef QUANT_BOOST_TREE_H
#define QUANT_BOOST_TREE_H

#include "quant/boost_inner.h"

/* A model while it grows, round by round. */
typedef struct boost_growing {
    size_t columns, trees, nodes, room;
    size_t *first;    /* of each tree */
    boost_node *node; /* `room` */
    double *gain;     /* columns */
} boost_growing;

/* Adds the `trees` of one round. False: the text is not what is expected of the library. */
bool boost_tree_add(oq_arena *temp, oq_str json, size_t trees, boost_growing *to);

#endif
