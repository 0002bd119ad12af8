/* quant/cause_inputs.h
 *
 * A case as a row of numbers (inside cause_model): which inputs there are is learned from the cases
 * that a model is fitted to; every case is then a row of the same length. Names: cause_model.h. */
#ifndef QUANT_CAUSE_INPUTS_H
#define QUANT_CAUSE_INPUTS_H

#include "quant/cause_case.h"

typedef struct cause_input {
    oq_str name;
    bool is_feature;   /* absent: missing; of items and classes absent is 0 */
    bool is_indicator; /* "?" of the feature before it in the alphabet */
    double mean, scale;
} cause_input;

typedef struct cause_inputs {
    cause_input *at; /* sorted by name */
    size_t count;
} cause_inputs;

/* Names are copied to `arena`. */
void cause_inputs_learn(oq_arena *arena, const cause_case *const *c, size_t count,
                        cause_inputs *ret_inputs);

/* The row: standardized, within -8 .. 8; what is missing stands at the mean, 0. */
void cause_inputs_row(oq_arena *temp, const cause_inputs *inputs, const cause_case *c,
                      double *ret_row);

#endif
