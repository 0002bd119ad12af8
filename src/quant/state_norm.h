/* quant/state_norm.h
 *
 * Is a variable's state what it usually is, given the states of its causes? Learned from logs of
 * normal operation: whenever the causes of a variable hold one combination of states, that is a
 * period, and the variable takes its states within it at certain ages. Later, with the causes in
 * the same combination for `age` already, the share of normal periods that lasted as long and in
 * which the variable had this same state at this age is the chance of it (with Laplace's
 * correction, (k + 1) / (n + 1)). A pump that is off although it should run, a slide that does not
 * arrive in time, a switch that changes with nobody commanding it: each is unlikely. A state that
 * only follows from its causes is not.
 *
 * This is the test of a changed mechanism P(x | causes of x) on which root cause analysis by
 * conditional surprise rests: M. Li et al., Causal Inference-Based Root Cause Analysis for Online
 * Service Systems with Intervention Recognition (CIRCA), KDD 2022, definition 3.2; applied here to
 * states with holding times. Without causes, a variable's only period is the whole log. */
#ifndef QUANT_STATE_NORM_H
#define QUANT_STATE_NORM_H

#include "base/base.h"

typedef struct state_change {
    double at_s;
    size_t node;
    int32_t value; /* any number for each state; first mention: the state at the beginning */
} state_change;

typedef struct state_graph {
    size_t nodes;
    const size_t *const *cause; /* of each node */
    const size_t *causes;       /* how many */
} state_graph;

typedef struct state_norm state_norm; /* in an arena */

/* `graph` is not copied. */
state_norm *state_norm_open(oq_arena *arena, const state_graph *graph);

/* One log of normal operation until `end_s`; changes in the order of time. Changes of equal times
 * happen at once. */
void state_norm_learn(state_norm *norm, const state_change *change, size_t count, double end_s);

typedef struct state_look {
    double chance;  /* 0..1; 1: as usual, or never heard of */
    double since_s; /* the last change of the variable or of its causes; NaN: never mentioned */
} state_look;
/* How usual each node's state is at `at_s`, from the changes before that. */
void state_norm_look(oq_arena *temp, const state_norm *norm, const state_change *change,
                     size_t count, double at_s, state_look *ret_look);

#endif
