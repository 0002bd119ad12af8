/* quant/plot.h
 *
 * Fewer points that look like all of them.
 *
 * MinMaxLTTB: the extremes of each of several small buckets are kept first (vectorised), then the
 * points that span the largest triangles are chosen among them (Steinarsson, Downsampling Time
 * Series for Visual Representation, 2013; Van Der Donckt et al., MinMaxLTTB, 2023). First and last
 * point always stay, and so do the global extremes. */
#ifndef QUANT_PLOT_H
#define QUANT_PLOT_H

#include "quant/samples.h"

enum { PLOT_POINTS_MAX = 20000, PLOT_MINMAX_RATIO = 4 };

/* Chooses at most `want` (at least 2) of `count` points into `ret_index`, in rising order; returns
 * how many. `time` NULL: evenly spaced. NaN values are skipped where others are there. */
size_t plot_minmax_lttb(const oq_us *time, const double *value, size_t count, size_t want,
                        size_t *ret_index);

/* The same choice as samples: what is not good stays visible, as the quality of a chosen point or
 * as one point per stretch of bad quality. */
samples plot_samples(oq_arena *arena, const samples *s, size_t want);

#endif
