/* quant/cause_rank.h
 *
 * Which of many variables is at the root of a symptom: from how strongly each one deviates, since
 * when, and a graph of what causes what (or none).
 *
 * With a graph, a walk goes from the symptom against the edges, from effect to cause, and more
 * often to what deviates more. At each node it stays with the share of the node's deviation that
 * its own causes do not explain, and goes on with the rest; a cause is where walks end. So a
 * variable that only passes on what reached it is told apart from the one where it began, and one
 * that deviates elsewhere in the plant is not reached. This is the random walk with restart of D.
 * Liu et al., MicroHECL, ICSE-SEIP 2021, and M. Kim, R. Sumbaly, S. Shah, Root Cause Detection in
 * a Service-Oriented Architecture (MonitorRank), SIGMETRICS 2013, made absorbing, with explaining
 * away (J. Pearl, Probabilistic Reasoning in Intelligent Systems, 1988, section 2.2).
 *
 * Without a graph, or for what the walk does not reach: strength, halved with each half-life that
 * the deviation began before the symptom.
 *
 * Nothing is random; the same input gives the same scores. */
#ifndef QUANT_CAUSE_RANK_H
#define QUANT_CAUSE_RANK_H

#include "base/base.h"

typedef struct rank_node {
    double strength;  /* how unusual: 0 not at all; a surprise (-log10 p) or the like. NaN: unknown,
                         as 0 */
    double agreement; /* 0..1: how much its course is like the symptom's; 1: not known */
    double prior;     /* how often such a thing is a cause where it deviates; 1 for all: unknown */
    double since_s;   /* when the deviation began, on any clock; NaN: unknown */
    bool is_sign;     /* an alarm, a lamp: shows something and is never the cause itself */
} rank_node;

typedef struct rank_edge {
    size_t cause, effect; /* nodes */
} rank_edge;

typedef struct rank_question {
    const rank_node *node;
    size_t nodes;
    const rank_edge *edge; /* circles are fine */
    size_t edges;
    size_t symptom;     /* a node */
    double at_s;        /* when it showed; NaN: unknown. What began after it (and `slack_s`) is not
                           its cause */
    double slack_s;     /* clocks and scan cycles: a cause may be recorded this much after */
    double explains;    /* 0..1: how much of a deviation an equally strong cause explains. 0: the
                           strengths are already those that causes do not explain */
    double half_life_s; /* of recency without a graph; 0: none */
} rank_question;

/* One share per node; they add up to 1 where anything deviates or is reached. */
void cause_rank(oq_arena *temp, const rank_question *q, double *ret_share);

/* The nodes that may be causes, highest share first (of equal ones the later deviation, then the
 * smaller number). `ret_order` has room for all; the number of them comes back. Shares of several
 * symptoms are added up before. */
size_t cause_rank_order(const rank_node *node, size_t nodes, const double *share,
                        size_t *ret_order);

#endif
