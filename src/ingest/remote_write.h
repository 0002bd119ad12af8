/* ingest/remote_write.h
 *
 * Prometheus' remote write 0.1.0: a protobuf message WriteRequest, read in one pass over its bytes,
 * without a tree.
 *
 *     WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
 *     TimeSeries   { repeated Label labels = 1; repeated Sample samples = 2;
 *                    repeated Exemplar exemplars = 3; repeated Histogram histograms = 4; }
 *     Label        { string name = 1; string value = 2; }
 *     Sample       { double value = 1; int64 timestamp = 2; }     milliseconds
 *
 * Labels stand before samples, as every sender of the protocol writes them. */
#ifndef INGEST_REMOTE_WRITE_H
#define INGEST_REMOTE_WRITE_H

#include "base/base.h"

enum { REMOTE_SAMPLES_MAX = 1000 * 1000, REMOTE_LABELS_MAX = 16 * 1024 };

typedef struct remote_sample {
    int64_t time_ms;
    double value;
} remote_sample;

typedef struct remote_series {
    oq_str labels; /* all Label messages, with their tags and lengths: what a series is known by */
    remote_sample *sample; /* until the next series is read */
    size_t count;
    size_t histograms; /* native ones, which are passed over */
} remote_series;

typedef struct remote_reader {
    oq_arena *arena;
    const uint8_t *start, *at, *end;
    remote_sample *sample;
    size_t size;
} remote_reader;

remote_reader remote_read(oq_arena *arena, oq_str message);
/* The next series; *ret_more false: there is none. Fails: remote.malformed (facts: reason, byte).
 */
OQ_CHECKED oq_err *remote_next(remote_reader *r, remote_series *ret_series, bool *ret_more);

/* Labels apart, as views of the message. Fails: remote.malformed, remote.labels_too_long (fact:
 * max).
 */
typedef struct remote_label {
    oq_str name, value;
} remote_label;
OQ_CHECKED oq_err *remote_labels(oq_arena *arena, oq_str labels, remote_label **ret_label,
                                 size_t *ret_count);

/* How Prometheus says that a series has ended: this NaN and no other. */
#define REMOTE_STALE_BITS UINT64_C(0x7ff0000000000002)

#endif
