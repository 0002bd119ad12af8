/* quant/plot_extremes.h: the loop of plot.h that goes over every value. */
#ifndef QUANT_PLOT_EXTREMES_H
#define QUANT_PLOT_EXTREMES_H

#include "base/base.h"

/* Where the smallest and the largest of value[from..to) are, of equal ones the first; NaN are
 * passed over. False when there is nothing else. */
bool plot_extremes(const double *value, size_t from, size_t to, size_t *ret_min, size_t *ret_max);
/* The same without what only some processors have. */
bool plot_extremes_portable(const double *value, size_t from, size_t to, size_t *ret_min,
                            size_t *ret_max);

#endif
