/* bench/signals.h
 *
 * The signals of the measurements: 1,000 series (100 assets of ten metrics) at 1 s, a sine with
 * AR(1) noise, half rounded to two and half to three decimals, as request bodies of 10,000 samples
 * in the order of time. */
#ifndef BENCH_SIGNALS_H
#define BENCH_SIGNALS_H

#include "base/base.h"

enum { SIGNALS_METRICS = 10, SIGNALS_DECIMALS = 3 };

typedef enum signals_form {
    SIGNALS_LINE_WIDE,   /* a line an asset and second, ten fields */
    SIGNALS_LINE_NARROW, /* a line a sample */
    SIGNALS_REMOTE_WRITE /* protobuf in snappy: 1,000 series of ten samples */
} signals_form;

typedef struct signals {
    size_t assets; /* of SIGNALS_METRICS series each */
    size_t seconds;
    oq_us from;     /* a whole second */
    int32_t *value; /* in thousandths, [second][series] */
} signals;

/* Deterministic by `seed`. */
signals signals_make(size_t assets, size_t seconds, oq_us from, uint64_t seed);
void signals_drop(signals *g);

/* A stretch of seconds of some of the assets. Seconds beyond those made begin again. */
typedef struct signals_part {
    size_t second, seconds;
    size_t asset, assets;
} signals_part;

/* The body of a part, behind `out`. */
void signals_body(const signals *g, signals_form form, signals_part part, oq_buf *out);

#endif
