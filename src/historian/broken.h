/* historian/broken.h
 *
 * What cannot be decoded any more (a damaged disk, a mistake of ours) must not stop the folding of
 * everything else: it is taken out of the record as it is, into the table series_broken, where it
 * waits for a person. Told by the log, the job's result and /health/ready. */
#ifndef HISTORIAN_BROKEN_H
#define HISTORIAN_BROKEN_H

#include "db/scope.h"

/* The error of a batch or a chunk that cannot be decoded, with what it is: store.broken (facts:
 * what: batch, chunk or open; seq of a batch; series and at, microseconds, of a chunk; reason).
 * NULL stays NULL. `time_first` OQ_TIME_NONE: the growing chunk. */
OQ_CHECKED oq_err *broken_wrap_batch(const oq_err *err, int64_t seq);
OQ_CHECKED oq_err *broken_wrap_chunk(const oq_err *err, int32_t no, oq_us time_first);

/* Sets aside what such an error names, in a unit of work of its own: the one that failed has to be
 * rolled back. Fails with the error itself when it is another one. */
OQ_CHECKED oq_err *broken_set_aside(oq_scope *s, oq_err *err);

/* Whether the record of all tenants is well: a part of /health/ready; `pool` is a db_pool. Fails:
 * health.store_broken (fact: count), health.fold_late (facts: minutes, batches). */
OQ_CHECKED oq_err *broken_check(void *pool, oq_arena *arena);

#endif
