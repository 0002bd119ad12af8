/* historian/read.h
 *
 * Answers from the record. Each call is one statement (or few, over chunks in the order of time),
 * sees folded and fresh samples alike in one snapshot, and the newest write of a moment wins.
 *
 * Reads that say "good only" leave out what is uncertain or bad; everything else shows quality. */
#ifndef HISTORIAN_READ_H
#define HISTORIAN_READ_H

#include "db/scope.h"
#include "historian/series.h"
#include "quant/aggregate.h"

enum { HIST_POINTS_MAX = 1000000, HIST_SERIES_MAX = 2000 };

/* What to read: [from, to). `known_at` OQ_TIME_NONE: as it is known now; else the state of the
 * record as it was known then: without what came later, with what was replaced later. */
typedef struct hist_span {
    oq_us from, to;
    oq_us known_at;
} hist_span;
/* Fails: span.reversed (from after to), span.too_far (outside the years a sample may have). */
OQ_CHECKED oq_err *hist_span_check(const hist_span *span);

/* Newest samples. Of a series without any: time is OQ_TIME_NONE. */
typedef struct hist_last {
    oq_us time;
    double value;
    quality quality;
    oq_us known;
} hist_last;
OQ_CHECKED oq_err *hist_last_values(oq_scope *s, const int32_t *no, size_t count,
                                    hist_last *ret_last);

/* Raw samples of one series, at most `max`; `ret_more` says that there are more (go on behind the
 * last one's time). `with_bounds`: also the newest sample before `from` and the oldest at or after
 * `to`, so that a line can be drawn to the edges. In the scope's arena. */
typedef struct hist_points {
    samples samples;
    bool more;
    bool has_before, has_after; /* the first, the last of the samples are bounds */
} hist_points;
OQ_CHECKED oq_err *hist_read(oq_scope *s, int32_t no, hist_span span, size_t max, bool with_bounds,
                             bool with_known, hist_points *ret_points);

/* Aggregates of several series over the same buckets: `ret_aggregate` is count arrays of
 * buckets.count each, in the order of `series`. Stored summaries are used where they fit. */
OQ_CHECKED oq_err *hist_aggregate(oq_scope *s, const series *series, size_t count, buckets b,
                                  oq_us known_at, aggregate **ret_aggregate);

/* At most `want` samples that look like all of them (quant/plot.h), of any number of samples. */
OQ_CHECKED oq_err *hist_plot(oq_scope *s, const series *e, hist_span span, size_t want,
                             samples *ret_samples, int64_t *ret_of);

/* The value at a moment: the sample at or before it held (state) or interpolated (analogue, both
 * neighbours good and within the gap); quality says what it rests on. Before the first sample, or
 * beyond the gap rule: NaN with QUALITY_NO_DATA. */
OQ_CHECKED oq_err *hist_at(oq_scope *s, const series *series, size_t count, oq_us at,
                           oq_us known_at, hist_last *ret_value);

/* Goes through a span of any length in slices of bounded memory, in the order of time. Each slice
 * is a snapshot of its own, never older than the one before. The slice, and what `call` makes in
 * the scope's arena, is gone when `call` returns. */
typedef oq_err *hist_slice(void *self, const samples *slice);
OQ_CHECKED oq_err *hist_each(oq_scope *s, int32_t no, hist_span span, hist_slice *call, void *self);

#endif
