/* quant/aggregate.h
 *
 * Time-weighted aggregates of a signal, and how much of the time it was good.
 *
 * Between two samples a signal either slopes from one to the other (analogue) or keeps the first
 * one's value (a state). A stretch counts as good while the sample at its beginning is good; for a
 * slope the end must be good too, else the value is held. A silence longer than `gap_max` is a gap:
 * the value is held for gap_max, the rest is nobody's. The mean is the area under the good
 * stretches divided by their length, so a burst of samples weighs no more than its time (OPC UA
 * Part 13, TimeAverage2; plain means of samples are here too, as sum / good). A value that is not
 * a finite number is not good, whatever its quality says. */
#ifndef QUANT_AGGREGATE_H
#define QUANT_AGGREGATE_H

#include "quant/samples.h"

typedef struct aggregate_rule {
    bool is_state;
    oq_us gap_max; /* 0: no limit */
} aggregate_rule;

/* What one stretch of time holds. Mergeable: see aggregate_merge. */
typedef struct aggregate {
    int64_t count;           /* samples */
    int64_t good;            /* of them of good quality */
    double min, max;         /* of good samples; NaN: none */
    double sum;              /* of good samples */
    double m2;               /* of their squared distances from their mean: squares themselves
                                would cancel out where the mean is large and the spread small */
    double area;             /* value * microseconds, over good stretches */
    int64_t good_us;         /* length of the good stretches */
    oq_us first_at, last_at; /* of any quality; OQ_TIME_NONE: no sample */
    double first, last;
    quality first_quality, last_quality;
} aggregate;
extern const aggregate AGGREGATE_NONE;

/* area / good_us; NaN without a good stretch. */
double aggregate_mean(const aggregate *a);
/* Sample standard deviation of good samples; NaN with less than two. */
double aggregate_stddev(const aggregate *a);
/* good_us / length, 0..1. */
double aggregate_good_share(const aggregate *a, oq_us length);

/* Buckets by their edges: bucket i is [edge[i], edge[i + 1]); `count` buckets, count + 1 edges that
 * rise strictly. */
typedef struct buckets {
    const oq_us *edge;
    size_t count;
} buckets;
/* Edges of equal width from the width's multiple (counted from `origin`) at or before `from`.
 * Fails: aggregate.too_many_buckets (facts: count, most), aggregate.width_invalid. */
enum { BUCKETS_MAX = 20000 };
OQ_CHECKED oq_err *buckets_even(oq_arena *arena, oq_us from, oq_us to, oq_us width, oq_us origin,
                                buckets *ret_buckets);

/* Running: samples (or stored aggregates of aligned cells) are fed in the order of time, in as many
 * pieces as they come; the stretch between two pieces is seen. What lies before the first edge only
 * says what the value was there. */
typedef struct aggregator {
    buckets buckets;
    aggregate_rule rule;
    aggregate *into; /* one per bucket */
    size_t at;       /* the bucket reached */
    bool has_last;
    oq_us last_time;
    double last_value;
    quality last_quality;
} aggregator;
aggregator aggregator_make(oq_arena *arena, buckets b, aggregate_rule rule);
void aggregator_feed(aggregator *g, const samples *s);
/* A whole cell that lies within one bucket: everything between its first and its last sample is in
 * `cell` already; the stretch before it is added here. */
void aggregator_feed_cell(aggregator *g, const aggregate *cell);
/* After the last piece: the value is held to `now` at most (the signal's newest sample goes on
 * until then), within the gap rule. `now` OQ_TIME_NONE: not held. */
void aggregator_end(aggregator *g, oq_us now);

/* `later` follows `into`; the stretch between them is not in either, and is added by the rule. The
 * two touch or leave a hole, they do not overlap. */
void aggregate_merge(aggregate *into, const aggregate *later, aggregate_rule rule);

/* --- summaries ----------------------------------------------------------------------------------
 * A chunk carries aggregates of clock-aligned cells, so that coarse questions do not decode it. The
 * width is the smallest of 10 s, 1 min, 10 min, 1 h, 6 h, 1 d, 7 d with 1,024 samples a cell on
 * average, at the samples' rhythm; none when even 7 d has fewer, or the chunk. Cells are multiples
 * of the width since the epoch; each holds what lies between its own first and last sample of this
 * chunk. */
typedef struct summary {
    oq_us width;
    aggregate_rule rule; /* the one it was made by */
    size_t count;
    oq_us *start; /* of each cell */
    aggregate *cell;
} summary;

/* Of the samples as received, before an archive rule drops any. Puts nothing when none is wanted.*/
void summary_encode(oq_arena *arena, const samples *s, aggregate_rule rule, oq_buf *out);
/* The same cells of any width above 0, not as bytes; in the arena. */
summary summary_make(oq_arena *arena, const samples *s, oq_us width, aggregate_rule rule);
/* Of no bytes: a summary without cells. Fails: summary.malformed (fact: reason). Any bytes may be
 * given. */
OQ_CHECKED oq_err *summary_decode(oq_arena *arena, oq_str bytes, summary *ret_summary);
/* What the second byte of a summary may be when its cells are of a width that divides `grid`, so
 * that a statement can tell, without decoding it, whether a summary is of use. Gives how many there
 * are. */
enum { SUMMARY_BYTES_MAX = 14 };
size_t summary_bytes_in(oq_us grid, int32_t ret_byte[SUMMARY_BYTES_MAX]);
/* Whether cells of this width tile buckets with these edges. */
bool summary_fits(const summary *y, buckets b, aggregate_rule rule);

/* --- gaps ---------------------------------------------------------------------------------------*/

typedef struct gap {
    oq_us from, to;
    bool is_bad; /* samples came, but none good; else silence */
} gap;
typedef struct gaps {
    gap *at;
    size_t count;
    oq_us limit; /* what counted as too long */
} gaps;
/* Stretches in [from, to) without a good sample that are longer than `limit`; `limit` 0: five times
 * the median distance of the samples, at least a second. At most `max` of them. */
gaps samples_gaps(oq_arena *arena, const samples *s, oq_us from, oq_us to, oq_us limit, size_t max);

#endif
