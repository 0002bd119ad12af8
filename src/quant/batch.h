/* quant/batch.h
 *
 * The stored form of what arrived together: few samples of many series, written fast, in runs of
 * one series each, with the series in rising order, so that one series is found by bisection. */
#ifndef QUANT_BATCH_H
#define QUANT_BATCH_H

#include "quant/samples.h"

enum {
    BATCH_SAMPLES_MAX = 1000000,
    BATCH_BYTES_MAX = 32 * 1024 * 1024,
};

/* One sample as it comes in, any order, any series. */
typedef struct batch_row {
    oq_us time;
    double value;
    int32_t series_no;
    quality quality;
} batch_row;

/* Codes rows of one arrival behind `out`. Sorts the rows (by series, time, position); of the same
 * series and time the last row stays. Returns the number of samples that stayed. */
size_t batch_encode(oq_arena *arena, batch_row *row, size_t count, oq_buf *out);

typedef struct batch {
    oq_str bytes;
    size_t runs, samples;
    size_t directory, body; /* offsets */
} batch;
/* Fails: batch.malformed (fact: reason). Any bytes may be given. */
OQ_CHECKED oq_err *batch_open(oq_str bytes, batch *ret_batch);

/* The k-th run's series, and of how many samples. */
typedef struct batch_run {
    int32_t series_no;
    size_t count;
    size_t at, length; /* its bytes */
} batch_run;
OQ_CHECKED oq_err *batch_run_at(const batch *b, size_t k, batch_run *ret_run);
/* The run of a series, by bisection; false when it has none. */
bool batch_find(const batch *b, int32_t series_no, batch_run *ret_run);
/* Decodes a run behind what `into` holds already (columns with room for it, quality among them).
 * `known` is not touched: all samples of a batch became known when it was received. */
OQ_CHECKED oq_err *batch_decode_run(const batch *b, const batch_run *run, samples *into);
/* Only its newest sample. */
OQ_CHECKED oq_err *batch_run_last(const batch *b, const batch_run *run, oq_us *ret_time,
                                  double *ret_value, quality *ret_quality);

#endif
