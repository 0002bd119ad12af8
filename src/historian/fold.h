/* historian/fold.h
 *
 * From batches as they came to chunks of one series each. One transaction takes the oldest batches
 * of a tenant, goes through their series in rising order, merges each with its growing chunk (and
 * with older chunks, where samples came late), writes what changed and deletes the batches: whoever
 * reads sees each sample once, before and after; a crash leaves everything as it was.
 *
 * What a later write replaced goes to series_history. Archive rules are applied when a chunk is
 * full, after its summary was made from all samples. Calculated series that read a series whose
 * past changed are marked (series_dirty).
 *
 * Of the same moment the later write wins, and "later" is the batch's number (seq), which it gets
 * when it is inserted. So:
 *
 *   - What was acknowledged before another write began has the lower number, and loses.
 *   - Of writes that are under way at the same time either may win; nobody was told which came
 *     first. While they wait for the fold, and when one fold takes them, the number decides. One
 *     that is committed only after a higher number was folded comes later than that.
 *   - Whatever the order was, history and record agree: merge.h says how versions follow each
 *     other, and superseded_at is never before the version was known.
 *
 * Making numbers follow commits would take a lock that each writer holds until its commit, and so
 * one commit after the other; nobody who writes the same moment twice at once can tell.
 *
 * Who says again what stood there changes nothing. */
#ifndef HISTORIAN_FOLD_H
#define HISTORIAN_FOLD_H

#include "db/scope.h"
#include "job/job.h"
#include "quant/samples.h"

/* Folded when the oldest batch is so old, or so much has come. */
#define FOLD_AGE (30 * OQ_SECOND)
enum { FOLD_SAMPLES = 16 * 1000 * 1000, FOLD_BYTES = 64 * 1024 * 1024 };

typedef struct fold_done {
    int64_t batches, samples, series, chunks,
        rewritten; /* rewritten: samples that replaced others */
    bool more;
} fold_done;
/* One transaction's worth; the caller commits. Folds whatever there is, however young. Fails:
 * store.broken (a batch or a chunk that cannot be decoded; nothing must be committed then, and
 * broken_set_aside of historian/broken.h takes it out of the way, as the job does). */
OQ_CHECKED oq_err *hist_fold(oq_scope *s, fold_done *ret_done);

/* From hist_write, at the end of its transaction: adds a fold that does not wait for the schedule,
 * once this process has written FOLD_SAMPLES samples or FOLD_BYTES bytes since it last did. */
OQ_CHECKED oq_err *hist_fold_wanted(oq_scope *s, size_t samples_written, size_t bytes_written);

/* Changes the record of one series over [from, to): `with` takes the place of what is there (no
 * samples: deleted); what was there goes to series_history with the reason ("correction",
 * "deletion", "rewrite"). A sample that is the same in both stays as it was known. Batches of the
 * series are folded first. Series calculated from it are marked. `with` lies in [from, to) and has
 * been known since its `known`, or since now. `ret_touched` (or NULL): samples that are new,
 * replaced or gone. Memory grows with what is in `with`, not with what is replaced. */
OQ_CHECKED oq_err *hist_replace(oq_scope *s, int32_t no, oq_us from, oq_us to, const samples *with,
                                const char *reason, int64_t *ret_touched);

extern const job_kind hist_job_kinds[]; /* hist.fold, hist.retain, hist.correct, hist.calculate */

#endif
