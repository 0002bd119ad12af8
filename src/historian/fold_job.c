#include <math.h>
#include <stdatomic.h>

#include "historian/broken.h"
#include "historian/fold.h"
#include "historian/jobs.h"

#include "fold.sql.h"

#include "base/banned.h"

/* --- when to fold ------------------------------------------------------------------------------*/

/* What this process wrote since a fold was last asked for, by a hash of the tenant. Two tenants in
 * one place only means that one asks a little early. */
enum { PLACES = 256 };
static struct {
    _Atomic size_t samples, bytes;
} written[PLACES];

oq_err *hist_fold_wanted(oq_scope *s, size_t samples_written, size_t bytes_written)
{
    oq_uuid tenant = oq_scope_tenant(s);
    size_t at = oq_hash(oq_strn((const char *)tenant.byte, sizeof tenant.byte)) % PLACES;
    size_t in_all = atomic_fetch_add(&written[at].samples, samples_written) + samples_written;
    size_t bytes = atomic_fetch_add(&written[at].bytes, bytes_written) + bytes_written;
    if (in_all < FOLD_SAMPLES && bytes < FOLD_BYTES)
        return NULL;
    atomic_store(&written[at].samples, 0);
    atomic_store(&written[at].bytes, 0);
    return job_add(s, &(job_order){.kind = "hist.fold", .is_unique = true, .run_at = OQ_TIME_NONE},
                   NULL);
}

static oq_err *is_due(job_run *run, bool *ret_due)
{
    oq_scope *s;
    sql_fold_waiting_rows rows;
    OQ_TRY(job_scope(run, OQ_READ, &s));
    oq_err *err = sql_fold_waiting(s, &rows);
    if (!err && rows.at[0].batches == 0)
        *ret_due = false;
    else if (!err)
        *ret_due = rows.at[0].samples >= FOLD_SAMPLES || rows.at[0].bytes >= FOLD_BYTES ||
                   rows.at[0].oldest <= oq_now(s) - FOLD_AGE;
    oq_scope_close(s);
    return err;
}

/* --- folding -----------------------------------------------------------------------------------*/

oq_err *set_aside(job_run *run, oq_err *broken)
{
    oq_scope *s;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = broken_set_aside(s, broken);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

static oq_err *fold_slice(job_run *run, fold_done *done, int64_t *broken)
{
    oq_scope *s;
    oq_mark mark = oq_arena_mark(job_arena(run));
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = hist_fold(s, done);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    if (err) {
        OQ_TRY(set_aside(run, err));
        ++*broken;
        done->more = true;
    }
    oq_arena_rewind(job_arena(run), mark);
    return NULL;
}

oq_err *fold_all(job_run *run, int64_t *broken)
{
    fold_done done = {.more = true};
    while (done.more) {
        OQ_TRY(job_checkpoint(run, (double)NAN, OQ_NONE));
        OQ_TRY(fold_slice(run, &done, broken));
    }
    return NULL;
}

/* Twice is harmless: a batch that was folded is gone. What was set aside makes the job fail after
 * everything else is folded, so that somebody sees it. */
oq_err *run_fold(job_run *run)
{
    bool due;
    int64_t broken = 0;
    OQ_TRY(is_due(run, &due));
    if (due)
        OQ_TRY(fold_all(run, &broken));
    return broken ? oq_fail(OQ_INTERNAL, "store.set_aside", "count=%lld", (long long)broken) : NULL;
}
