/* historian/watch.h
 *
 * Samples as they come, for what has to see each of them soon (alarms): the batches that it has not
 * seen yet, whether they were folded meanwhile or not. One watcher a tenant.
 *
 *     hist_write ─▶ series_batches, not seen ──────────────┐
 *                        └─ folded before it was seen ─▶ series_unseen ─▶ hist_watch_new
 *
 * A batch may be given twice (the fold held it when it was marked as seen): looking at a sample
 * again must be harmless. Batches whose newest sample is older than an hour are not given at all,
 * nor what was folded more than an hour ago. */
#ifndef HISTORIAN_WATCH_H
#define HISTORIAN_WATCH_H

#include "historian/read.h"

/* Begins a look, alone until the end of the transaction. `watcher` is any id of the process that
 * remembers something from look to look; *ret_looks counts the looks that were committed before;
 * *ret_is_mine: this watcher had the latest of them. Otherwise what it remembers may be old. */
OQ_CHECKED oq_err *hist_watch_begin(oq_scope *s, oq_uuid watcher, int64_t *ret_looks,
                                    bool *ret_is_mine);
/* Nobody watches any more: batches come as seen. */
OQ_CHECKED oq_err *hist_watch_stop(oq_scope *s);

typedef struct watch_batch {
    int64_t seq;
    oq_us received_at;
    oq_str payload; /* quant/batch.h */
} watch_batch;
typedef struct watch_batches {
    watch_batch *at; /* in the order in which they came */
    size_t count;
    bool more; /* than were given at once */
} watch_batches;
OQ_CHECKED oq_err *hist_watch_new(oq_scope *s, watch_batches *ret_batches);

/* Ends a look that saw these batches: they are not given again. */
OQ_CHECKED oq_err *hist_watch_seen(oq_scope *s, oq_uuid watcher, const watch_batches *batches);

/* All samples since `from` of each series, in the scope's arena; nothing of one that is not there.
 */
OQ_CHECKED oq_err *hist_watch_since(oq_scope *s, const int32_t *no, size_t count, oq_us from,
                                    samples *ret_samples);

/* For the fold, in its transaction, before the batches go. */
OQ_CHECKED oq_err *watch_keep(oq_scope *s, int64_t *seq, size_t count);

#endif
