/* historian/fold_input.h
 *
 * Batches in memory, as they came, and the samples in them series by series. The payloads stay
 * compressed; at a time the samples of some series (a window) are decoded: every batch is gone
 * through from where the last window left it. For fold.c and tests. */
#ifndef HISTORIAN_FOLD_INPUT_H
#define HISTORIAN_FOLD_INPUT_H

#include "db/scope.h"
#include "quant/batch.h"

enum {
    FOLD_BATCHES_MAX = 10000,          /* of one transaction */
    FOLD_SERIES_SAMPLES_MAX = 1000000, /* of one series in one transaction */
    FOLD_WINDOW_SAMPLES = 256 * 1024,  /* decoded at a time, unless one series has more */
    FOLD_WINDOW_SERIES = 1000
};

typedef struct fold_batch {
    int64_t seq;
    oq_us received_at;
    batch batch;
    size_t next; /* the first run that was not decoded yet */
} fold_batch;

typedef struct fold_input {
    oq_arena *arena;
    fold_batch *batch;
    size_t count, room;
    int32_t no_max;       /* no series has a higher number */
    uint32_t *samples_of; /* by series number */
    int64_t samples;
    bool is_cut; /* a batch was left out, because a series would have had too many */
} fold_input;

void fold_input_make(oq_arena *arena, int32_t no_max, fold_input *ret_input);
/* The next batch, in rising order of seq; its bytes stay where they are. When it is left out,
 * `is_cut` is set, and no further one may be added. Fails: batch.malformed. */
OQ_CHECKED oq_err *fold_input_add(fold_input *in, int64_t seq, oq_us received_at, oq_str payload);

/* Writes of one series, in the order in which they came; all columns. */
typedef struct fold_series {
    int32_t no;
    samples writes;
} fold_series;
typedef struct fold_window {
    fold_series *at; /* in rising order of no */
    size_t count;
} fold_window;
/* The next series, in `arena`; count 0: that was all. `after` is 0 first, then the last number of
 * the window before. Fails: batch.malformed; *ret_seq is the batch. */
OQ_CHECKED oq_err *fold_input_next(fold_input *in, oq_arena *arena, int32_t after,
                                   fold_window *ret_window, int64_t *ret_seq);

#endif
