/* quant/plot.h
 *
 * Fewer points that look like all of them.
 *
 * MinMaxLTTB: the extremes of each of several small buckets are kept first (vectorised), then the
 * points that span the largest triangles are chosen among them (Steinarsson, Downsampling Time
 * Series for Visual Representation, 2013; Van Der Donckt et al., MinMaxLTTB, 2023). The small
 * buckets are of equal time, as the columns of a screen are, so that a burst takes no points away
 * from the rest. First and last point always stay, and so do the global extremes (where `want` is
 * four or more). */
#ifndef QUANT_PLOT_H
#define QUANT_PLOT_H

#include "quant/samples.h"

enum { PLOT_POINTS_MAX = 20000, PLOT_MINMAX_RATIO = 4 };

/* Chooses at most `want` (at least 2) of `count` points into `ret_index`, in rising order; returns
 * how many. `time` NULL: evenly spaced. NaN values are skipped, at the ends too; where there are no
 * others, the ends stay. */
size_t plot_minmax_lttb(const oq_us *time, const double *value, size_t count, size_t want,
                        size_t *ret_index);

/* The same choice as samples: what is not good stays visible, as the quality of a chosen point or
 * as one point per stretch (at most want / 2 of them, spread over the time). Values of bad quality
 * do not shape the line: an instrument that fails at full scale would be all one sees. */
samples plot_samples(oq_arena *arena, const samples *s, size_t want);

#endif
