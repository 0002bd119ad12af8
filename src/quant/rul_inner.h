/* quant/rul_inner.h: a model of remaining life as it is kept; for rul*.c. */
#ifndef QUANT_RUL_INNER_H
#define QUANT_RUL_INNER_H

#include "quant/boost.h"
#include "quant/rul.h"

/* How far lives lie from the answer, where answers are about `at`; hours. */
typedef struct rul_level {
    double at, p10, p50, p90;
} rul_level;

struct rul_model {
    feature_plan plan;
    oq_us horizon;
    size_t folds, levels, columns;
    boost_model *trees[RUL_FOLDS];
    rul_level level[RUL_LEVELS];
};

static inline double rul_hours(oq_us span)
{
    return (double)span / (double)OQ_HOUR;
}

/* The mean answer of the folds to a row, hours. */
double rul_answer(const rul_model *m, const float *row);
/* Quantiles around an answer, between levels on a line; within 0 .. horizon and in order. */
rul_estimate rul_around(const rul_model *m, double answer_h);

#endif
