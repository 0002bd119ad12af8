#include <math.h>

#include "job/inner.h"

#include "base/banned.h"

void job_run_init(job_run *run, const job_queue *q, oq_arena *arena, const job_claimed *claimed,
                  const atomic_bool *is_stopping)
{
    memset(run, 0, sizeof *run);
    run->queue = q;
    run->job = *claimed;
    run->arena = arena;
    oq_us now = oq_monotonic();
    run->began = now;
    run->renewed_at = now;
    run->kept_at = now;
    run->told_at = OQ_TIME_NONE;
    run->is_stopping = is_stopping;
}

oq_err *job_run_execute(job_run *run)
{
    return run->job.kind->run(run);
}

/* --- what the kind sees ------------------------------------------------------------------------*/

oq_arena *job_arena(job_run *run)
{
    return run->arena;
}

oq_str job_payload(const job_run *run)
{
    return run->job.payload;
}

oq_str job_key(const job_run *run)
{
    return run->job.key;
}

oq_uuid job_id(const job_run *run)
{
    return run->job.try.id;
}

oq_uuid job_tenant(const job_run *run)
{
    return run->job.try.tenant;
}

/* A job does for the tenant what the tenant asked for: it has every right of a tenant's
 * administrator; the platform's own kinds have all. */
static oq_actor actor_of(const job_run *run)
{
    const job_kind *kind = run->job.kind;
    return (oq_actor){
        .kind = ACTOR_JOB,
        .id = run->job.try.id,
        .home_tenant = run->job.try.tenant,
        .label = oq_cstr(kind->name),
        .caps = oq_caps_of_role(kind->is_platform ? ROLE_PLATFORM_OWNER : ROLE_TENANT_ADMIN),
    };
}

oq_err *job_scope(job_run *run, oq_access access, oq_scope **ret_scope)
{
    return oq_scope_open(&(oq_scope_options){.pool = run->queue->pool,
                                             .tenant_id = run->job.try.tenant,
                                             .access = access,
                                             .actor = actor_of(run),
                                             .request_id = run->job.request_id,
                                             .arena = run->arena,
                                             .stands_at = run->job.stands_at},
                         ret_scope);
}

oq_err *job_platform_scope(job_run *run, oq_access access, db_platform **ret_platform)
{
    assert(run->job.kind->is_platform && "a tenant's job stays in its tenant");
    return db_platform_open(&(db_platform_options){.pool = run->queue->pool,
                                                   .access = access,
                                                   .actor = actor_of(run),
                                                   .request_id = run->job.request_id,
                                                   .arena = run->arena},
                            ret_platform);
}

void job_set_result(job_run *run, oq_str json)
{
    assert(json.len <= JOB_RESULT_MAX);
    run->result = oq_str_copy(run->arena, json);
}

/* --- checkpoints -------------------------------------------------------------------------------*/

static int64_t limit_s(const job_run *run)
{
    return run->job.kind->limit_s ? run->job.kind->limit_s : JOB_LIMIT_S;
}

static bool is_too_long(const job_run *run)
{
    return oq_monotonic() - run->began > limit_s(run) * OQ_SECOND;
}

/* Why the work must stop here, or NULL. */
static oq_err *reason_to_stop(const job_run *run)
{
    if (run->is_lost)
        return oq_fail(OQ_CONFLICT, "job.lost", "worker=%.*s", OQ_FMT(run->queue->worker));
    if (run->is_cancel_asked)
        return oq_fail(OQ_CONFLICT, "job.cancelled");
    if (*run->is_stopping)
        return oq_fail(OQ_UNAVAILABLE, "job.stopping");
    if (is_too_long(run))
        return oq_fail(OQ_TIMEOUT, "job.limit", "limit_s=%lld", (long long)limit_s(run));
    return NULL;
}

/* A database that is away for a moment does not stop the work; but a lease that ran out meanwhile
 * does: somebody else may have the job. */
static void take_answer(job_run *run, const oq_err *err, bool cancel_asked)
{
    oq_us now = oq_monotonic();
    if (!err) {
        run->renewed_at = now;
        if (cancel_asked)
            run->is_cancel_asked = true;
    } else if (oq_err_is(err, "job.lost") || now - run->renewed_at > run->queue->lease) {
        run->is_lost = true;
    }
}

static void tell_progress(job_run *run, double progress, oq_str note)
{
    bool cancel_asked = false;
    double share = isfinite(progress) ? fmin(fmax(progress, 0), 1) : progress;
    oq_mark mark = oq_arena_mark(run->arena);
    const oq_err *err =
        job_queue_progress(run->queue, run->arena, &run->job.try, share, note, &cancel_asked);
    take_answer(run, err, cancel_asked);
    oq_arena_rewind(run->arena, mark);
}

oq_err *job_checkpoint(job_run *run, double progress, oq_str note)
{
    enum { TELL_EVERY_MS = 500 };
    OQ_TRY(reason_to_stop(run));
    oq_us now = oq_monotonic();
    if (run->told_at != OQ_TIME_NONE && now - run->told_at < TELL_EVERY_MS * OQ_MS)
        return NULL;
    run->told_at = now;
    tell_progress(run, progress, note);
    return reason_to_stop(run);
}

void job_run_keep(job_run *run, oq_arena *arena)
{
    bool cancel_asked = false;
    if (run->is_lost || is_too_long(run))
        return; /* a kind that hangs is taken for dead when its lease ends */
    const oq_err *err = job_queue_renew(run->queue, arena, &run->job.try, &cancel_asked);
    take_answer(run, err, cancel_asked);
}
