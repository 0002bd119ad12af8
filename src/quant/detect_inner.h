/* quant/detect_inner.h: what the detectors share. For detect*.c alone. */
#ifndef QUANT_DETECT_INNER_H
#define QUANT_DETECT_INNER_H

#include <math.h>

#include "quant/detect.h"

/* The good samples of base and span, one behind the other, and what the base says. */
typedef struct detect_signal {
    oq_arena *arena;
    const oq_us *time;
    const double *value;
    size_t count, base; /* the span begins at `base` */
    double level, scale;
    double score_min;
    double spike_min, level_min; /* scores wanted of a residual, and of a level */
    size_t base_run;             /* longest run of one value in the base */
} detect_signal;

typedef struct finding_list {
    finding at[4 * FINDINGS_MAX];
    size_t count;
} finding_list;

/* When the list is full, the weakest goes. */
void finding_add(finding_list *list, finding f);

/* Median of sorted values; of an even count the mean of the two. */
double detect_median(const double *sorted, size_t count);
/* Sorts `value` in place. */
void detect_sort(double *value, size_t count);
/* The median of at least one value, whose order changes: sooner than sorting. */
double detect_middle(double *value, size_t count);

/* Running median over `reach` samples to each side. At the ends the window shrinks to what lies
 * evenly on both sides (a slope stays a slope), or where not `is_even` on one side alone. */
double *detect_running_median(oq_arena *arena, const double *value, size_t count, size_t reach,
                              bool is_even);

void detect_levels(const detect_signal *s, finding_list *list);
void detect_stuck(const detect_signal *s, finding_list *list);
void detect_states(const detect_signal *s, finding_list *list);
/* Takes away what the list has of the swings themselves. */
void detect_oscillation(const detect_signal *s, finding_list *list);

#endif
