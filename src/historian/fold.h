/* historian/fold.h
 *
 * From batches as they came to chunks of one series each. One transaction takes the oldest batches
 * of a tenant, goes through their series in rising order, merges each with its growing chunk (and
 * with older chunks, where samples came late), writes what changed and deletes the batches: whoever
 * reads sees each sample once, before and after; a crash leaves everything as it was.
 *
 * What a later write replaced goes to series_history. Archive rules are applied when a chunk is
 * full, after its summary was made from all samples. Calculated series that read a series whose
 * past changed are marked (series_dirty). */
#ifndef HISTORIAN_FOLD_H
#define HISTORIAN_FOLD_H

#include "db/scope.h"
#include "job/job.h"
#include "quant/samples.h"

/* Folded when the oldest batch is so old, or so much has come. */
#define FOLD_AGE (30 * OQ_SECOND)
enum { FOLD_SAMPLES = 8 * 1000 * 1000, FOLD_BYTES = 64 * 1024 * 1024 };

typedef struct fold_done {
    int64_t batches, samples, series, chunks,
        rewritten; /* rewritten: samples that replaced others */
    bool more;
} fold_done;
/* One transaction's worth; the caller commits. */
OQ_CHECKED oq_err *hist_fold(oq_scope *s, fold_done *ret_done);

/* Changes the record of one series over [from, to): `with` takes the place of what is there (no
 * samples: deleted); what was there goes to series_history with the reason ("correction",
 * "deletion"). Batches of the series are folded first. `ret_touched`: samples replaced. */
OQ_CHECKED oq_err *hist_replace(oq_scope *s, int32_t no, oq_us from, oq_us to, const samples *with,
                                const char *reason, int64_t *ret_touched);

extern const job_kind hist_job_kinds[]; /* hist.fold, hist.retain, hist.correct, hist.calculate */

#endif
