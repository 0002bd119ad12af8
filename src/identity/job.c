/* What is of no use to anybody any more goes away. Each kind deletes by age alone, so running twice
 * finds nothing to do; and in slices, so that no transaction grows with what has gathered. */
#include "identity/identity_job.h"
#include "identity/session.h"
#include "identity/session_state.h"
#include "login.sql.h"
#include "once.sql.h"
#include "session.sql.h"

#include "base/banned.h"

enum { SLICE = 5000 }; /* rows deleted in one transaction */

typedef oq_err *trim_slice(oq_scope *s, oq_us older_than, size_t *ret_count);

static oq_err *trim_sessions(oq_scope *s, oq_us older_than, size_t *ret_count)
{
    return sql_session_trim(s, (sql_session_trim_args){.older_than = older_than, .limit = SLICE},
                            ret_count);
}

static oq_err *trim_once(oq_scope *s, oq_us older_than, size_t *ret_count)
{
    return sql_once_trim(s, (sql_once_trim_args){.older_than = older_than, .limit = SLICE},
                         ret_count);
}

static oq_err *trim_resets(oq_scope *s, oq_us older_than, size_t *ret_count)
{
    return sql_reset_trim(s, (sql_reset_trim_args){.older_than = older_than, .limit = SLICE},
                          ret_count);
}

static oq_err *run_slice(job_run *run, trim_slice *trim, size_t *ret_count)
{
    oq_scope *s;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = trim(s, oq_now(s) - IDENTITY_KEPT, ret_count);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

static oq_err *run_trim(job_run *run)
{
    static trim_slice *const all[] = {trim_sessions, trim_once, trim_resets};
    int64_t total = 0;
    for (size_t i = 0; i < OQ_COUNT(all); i++) {
        size_t count;
        do {
            OQ_TRY(job_checkpoint(run, (double)i / OQ_COUNT(all), OQ_NONE));
            OQ_TRY(run_slice(run, all[i], &count));
            total += (int64_t)count;
        } while (count == SLICE);
    }
    job_set_result(run, oq_strf(job_arena(run), "{\"deleted\":%lld}", (long long)total));
    return NULL;
}

static oq_err *run_throttle_trim(job_run *run)
{
    db_platform *p;
    size_t count;
    OQ_TRY(job_platform_scope(run, OQ_WRITE, &p));
    oq_err *err = sql_throttle_trim(
        p, (sql_throttle_trim_args){.before = db_platform_now(p) - OQ_DAY}, &count);
    if (!err)
        err = db_platform_commit(p);
    db_platform_close(p);
    OQ_TRY(err);
    job_set_result(run, oq_strf(job_arena(run), "{\"deleted\":%zu}", count));
    return NULL;
}

enum { A_DAY_S = 86400, AN_HOUR_S = 3600 };

const job_kind identity_job_kinds[] = {
    /* Sessions, one-time secrets and reset links, IDENTITY_KEPT past their end. */
    {.name = "identity.trim",
     .run = run_trim,
     .lane = JOB_PER_TENANT,
     .every_s = A_DAY_S,
     .limit_s = 600},
    /* Counts of failed sign-ins that no longer keep anybody waiting. */
    {.name = "identity.throttle_trim",
     .run = run_throttle_trim,
     .lane = JOB_PER_TENANT,
     .every_s = AN_HOUR_S,
     .is_platform = true,
     .limit_s = 120},
    {0},
};
