/* quant/isolation_forest.h
 *
 * How easily a row of numbers is told from all others: values are split at random until each row is
 * alone, and what is rare and different is alone soon. F. T. Liu, K. M. Ting, Z.-H. Zhou, Isolation
 * Forest, ICDM 2008:
 *
 *     score = 2^(-E[h] / c(n)),    c(n) = 2 H(n - 1) - 2 (n - 1) / n
 *
 * with h the length of a row's path in each tree (of n rows drawn without replacement, no deeper
 * than log2 n; a leaf of m rows adds c(m)) and H the harmonic numbers. Near 1: an anomaly; all
 * about 0.5: none stands out. Scales of columns do not matter. The dice are part of the rule: the
 * same rows give the same forest. Nodes keep their splits as floats: 5 bytes each. */
#ifndef QUANT_ISOLATION_FOREST_H
#define QUANT_ISOLATION_FOREST_H

#include "base/base.h"

typedef struct isolation_rule {
    size_t trees;  /* 0: 100 */
    size_t sample; /* rows of a tree; 0: 256. Rounded down to a power of two, 2 .. 1024 */
    uint64_t seed;
} isolation_rule;

/* Node k has its children at 2 k + 1 and 2 k + 2. In the arena; a plain struct, to be stored. */
typedef struct isolation_forest {
    size_t trees, columns, nodes; /* nodes: of each tree */
    double usual;                 /* c of the rows of a tree */
    uint8_t *column;              /* [trees * nodes]; ISOLATION_LEAF: split by none */
    float *split;                 /* below it: left; of a leaf: what it adds to the path, c(m) */
} isolation_forest;
enum { ISOLATION_LEAF = 255, ISOLATION_COLUMNS_MAX = 255 };

/* NULL: fewer than two rows, or no or too many columns. All values finite. */
isolation_forest *isolation_learn(oq_arena *arena, const double *x, size_t rows, size_t columns,
                                  const isolation_rule *rule);
/* 0..1 */
double isolation_score(const isolation_forest *f, const double *row);

/* c(n): the mean path of an unsuccessful search in a binary tree of n values; 0 below 2. */
double isolation_usual(size_t count);

#endif
