/* quant/cause_model.h
 *
 * A model of causes learned from incidents whose cause is known: multinomial logistic regression
 * with ridge penalty (softmax.h) over a case's features (standardized; missing ones have an
 * indicator) and the kinds of its items, with the probabilities calibrated by temperature on
 * held-out cases in the order of time. Fitting is deterministic. It learns from what it is given
 * alone: whoever calls gives only cases that were confirmed before the moment of the question.
 *
 * Inputs, by the names that an answer shows:
 *     "vibration_rms.mean_24h"                a feature
 *     "vibration_rms.mean_24h?"               it is missing
 *     "ALERT:error1<72h"                      there is such an item within 72 h before the anchor
 *     "SENSOR:STEP_UP:vibration_rms<24h"      the same for a finding or an event with a metric
 *     "ALERT:error1"                          ... at any time in the case
 *     "class:centrifugal_pump"
 * Inputs that are the same in all cases, and items that only one of 40 cases or more has, are left
 * out; of two windows that hold the same cases the narrower one stays. */
#ifndef QUANT_CAUSE_MODEL_H
#define QUANT_CAUSE_MODEL_H

#include "quant/cause_case.h"

typedef struct cause_model cause_model; /* in an arena */

typedef struct cause_model_report {
    size_t cases, causes, inputs;
    double temperature;
    double log_loss; /* on the held-out part; NaN: too few cases to hold any out */
    double accuracy;
} cause_model_report;

enum { CAUSE_MODEL_CASES_MIN = 8 };

/* NULL in *ret_model where there are fewer than CAUSE_MODEL_CASES_MIN cases or fewer than two
 * causes with at least two each. `c` in the order of time; cases without a cause are passed over. A
 * cause that came once is learned beside them.
 */
void cause_model_fit(oq_arena *arena, const cause_case *c, size_t count, cause_model **ret_model,
                     cause_model_report *ret_report);

typedef struct cause_guess {
    oq_str cause;
    double probability;
    /* The inputs that speak for it most, strongest first: contribution to its log odds. */
    const oq_str *input;
    const double *contribution;
    size_t inputs;
} cause_guess;
/* All causes that the model knows, likeliest first; they add up to 1. */
void cause_model_ask(oq_arena *arena, const cause_model *m, const cause_case *c,
                     cause_guess **ret_guess, size_t *ret_count);

#endif
