#include <math.h>

#include "job/inner.h"

#include "job.sql.h"

#include "base/banned.h"

enum { TRIM_SLICE = 1000, KEPT_DAYS = 30 };

static oq_err *read_before(oq_scope *s, oq_us *ret_before)
{
    sql_job_days_rows kept;
    OQ_TRY(sql_job_days(s, (sql_job_days_args){.preset = KEPT_DAYS}, &kept));
    *ret_before = oq_now(s) - kept.at[0].days * OQ_DAY;
    return NULL;
}

/* One slice, a transaction of its own. */
static oq_err *trim_slice(oq_scope *s, size_t *ret_count)
{
    oq_us before;
    OQ_TRY(read_before(s, &before));
    OQ_TRY(sql_job_trim(s, (sql_job_trim_args){.before = before, .limit = TRIM_SLICE}, ret_count));
    return oq_scope_commit(s);
}

/* Twice is harmless: what is gone is not there to be deleted again. */
static oq_err *trim(job_run *run)
{
    size_t count, total = 0;
    do {
        oq_scope *s;
        OQ_TRY(job_checkpoint(run, (double)NAN, OQ_NONE));
        OQ_TRY(job_scope(run, OQ_WRITE, &s));
        oq_err *err = trim_slice(s, &count);
        oq_scope_close(s);
        if (err)
            return err;
        total += count;
    } while (count == TRIM_SLICE);
    job_set_result(run, oq_strf(job_arena(run), "{\"deleted\":%zu}", total));
    return NULL;
}

const job_kind job_own_kinds[] = {
    {.name = "job.trim", .run = trim, .lane = JOB_PER_TENANT, .every_s = 86400, .limit_s = 600},
    {.name = NULL},
};
