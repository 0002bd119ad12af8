/* quant/chunk.h
 *
 * The stored form of many samples of one series: columns, each coded for what it is like.
 *
 *   times      delta of delta; a steady rhythm costs next to nothing
 *   values     readings that are decimal numbers of few digits become integers of a decimal scale,
 *              predicted from their neighbours, the remainder in Rice codes; other doubles are kept
 *              bit for bit. Decoding gives the same bits (but -0 becomes 0, every NaN the same NaN)
 *   quality    runs
 *   known      when a sample became known, as a lag behind its time in classes that round up
 *              (1 min, 5 min, 15 min, 1 h; beyond: the minute), or into the next class where
 *              the samples before are in that: what comes back is never earlier than the truth,
 *              and later by less than the class (of a clock that runs ahead: by its lead more)
 *
 * The exact bytes are in chunk.c, and once more in SQL (function series_decode of the migrations),
 * so that any tool can read samples through the view asset_timeseries. */
#ifndef QUANT_CHUNK_H
#define QUANT_CHUNK_H

#include "quant/samples.h"

enum {
    CHUNK_SAMPLES_MAX = 16384,
    CHUNK_BYTES_MAX = 7600, /* with its row it fills a page of 8 KiB */
    CHUNK_SLACK = 12,       /* what may stay free although one more sample would fit */
};

/* Codes the longest beginning of `in`, but for CHUNK_SLACK, that fits `bytes_max` bytes and
 * CHUNK_SAMPLES_MAX samples (at least one sample, whatever bytes_max says) behind `out`. Returns
 * how many samples that are. Times must rise strictly. `known` NULL: the chunk says that all were
 * known at their time. */
size_t chunk_encode(const samples *in, size_t bytes_max, oq_buf *out);

/* What a chunk says about itself without being decoded. */
typedef struct chunk_head {
    size_t count;
    oq_us first, last;
    bool has_quality; /* not all good */
} chunk_head;
/* Fails: chunk.malformed (facts: reason). */
OQ_CHECKED oq_err *chunk_read_head(oq_str bytes, chunk_head *ret_head);

/* All samples, in the arena. `quality` is NULL when all are good; `known` is there when asked.
 * Any bytes may be given: what is not a chunk fails with chunk.malformed, never by a crash, and
 * never takes more memory than CHUNK_SAMPLES_MAX samples need. */
OQ_CHECKED oq_err *chunk_decode(oq_arena *arena, oq_str bytes, bool with_known,
                                samples *ret_samples);

#endif
