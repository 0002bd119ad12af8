/* quant/feature_inner.h: how the course of a signal is kept; for feature*.c. */
#ifndef QUANT_FEATURE_INNER_H
#define QUANT_FEATURE_INNER_H

#include "quant/feature.h"

enum { FEATURE_WINDOW_COLUMNS = 6 }; /* mean sd min max slope drift */

/* Samples that lie close together, as one. */
typedef struct feature_cell {
    oq_us first, last;
    double count, mean, m2, min, max; /* m2: squared distances from the mean, summed */
} feature_cell;

/* What is known of a signal: a ring of its newest cells, its newest values, and all that ever was.
 */
typedef struct feature_course {
    feature_cell *cell;
    size_t room, begin, count;
    double newest[FEATURE_LAGS_MAX + 1];
    feature_cell all;
} feature_course;

void feature_course_open(oq_arena *arena, const feature_plan *plan, feature_course *ret_course);
void feature_course_add(feature_course *c, const feature_plan *plan, oq_us at, double value);
/* 1 + lags + windows * FEATURE_WINDOW_COLUMNS numbers. */
void feature_course_row(const feature_course *c, const feature_plan *plan, oq_us t,
                        float *ret_value);

static inline double feature_days(oq_us span)
{
    return (double)span / (double)OQ_DAY;
}

/* A signal that has columns. */
static inline bool feature_is_seen(const feature_plan *plan, size_t signal)
{
    return !plan->is_setting || !plan->is_setting[signal];
}

/* The regime of the settings, or SIZE_MAX where one of them is not known. */
size_t feature_regime(const feature_norm *norm, const double *setting);

#endif
