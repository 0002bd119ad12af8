/* historian/figure.h
 *
 * What a bucket of samples says, by name: for answers and files. */
#ifndef HISTORIAN_FIGURE_H
#define HISTORIAN_FIGURE_H

#include "historian/points_json.h"
#include "quant/aggregate.h"

typedef enum figure {
    FIGURE_MEAN = 1, /* weighted by time */
    FIGURE_MEAN_SAMPLES,
    FIGURE_MIN,
    FIGURE_MAX,
    FIGURE_FIRST,
    FIGURE_LAST,
    FIGURE_COUNT,
    FIGURE_STDDEV,
    FIGURE_PERCENT_GOOD,
    FIGURE_END
} figure;
extern const oq_choice figure_choices[];

/* Which of them a list of names means; none: all. */
void figures_asked(const oq_strs *names, bool ret_asked[FIGURE_END]);
/* NaN where the bucket says nothing. `length` of the bucket. */
double figure_of(figure f, const aggregate *a, oq_us length);
/* Its text; 0 where the bucket says nothing. */
size_t figure_text(char *out, number_writer *w, figure f, const aggregate *a, oq_us length);

#endif
