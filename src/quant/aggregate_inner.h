/* quant/aggregate_inner.h: what the files behind aggregate.h share. */
#ifndef QUANT_AGGREGATE_INNER_H
#define QUANT_AGGREGATE_INNER_H

#include <math.h>

#include "quant/aggregate.h"

static inline bool sample_is_good(double value, quality q)
{
    return quality_is_good(q) && isfinite(value);
}

/* The time between two samples, as far as it is good: [from, to), empty where nothing is. */
typedef struct stretch {
    oq_us from, to;
    double value, rise; /* at `from`; up to `to` (0: held) */
} stretch;

typedef struct sample {
    oq_us time;
    double value;
    quality quality;
} sample;

stretch stretch_between(sample a, sample b, aggregate_rule rule);
/* Adds what of it lies in [from, to), which is within it. */
void stretch_add(const stretch *s, oq_us from, oq_us to, aggregate *into);

/* Adds what `later` holds; nothing for the time between the two. */
void aggregate_join(aggregate *into, const aggregate *later);

/* Of 1 to AGGREGATE_BLOCK samples and the stretches among them. Blocks are short so that their sums
 * are taken around a value of their own (numbers near zero add up without loss) and their times and
 * values stay in the nearest cache. */
enum { AGGREGATE_BLOCK = 512 };
aggregate aggregate_block(const samples *s, aggregate_rule rule);

#endif
