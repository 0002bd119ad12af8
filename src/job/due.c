/* The queue in the present thread, on a clock that the caller moves. */
#include "job/inner.h"

#include "base/banned.h"

static const oq_us lease = 60 * OQ_SECOND;

static oq_err *run_claimed(const job_queue *q, oq_arena *arena, const job_claimed *claimed,
                           jobs_done *done)
{
    const atomic_bool is_stopping = false;
    job_run run;
    bool settled;
    job_run_init(&run, q, arena, claimed, &is_stopping);
    oq_err *err = job_run_execute(&run);
    done->count++;
    if (err) {
        done->failed++;
        oq_log_err(OQ_LOG_ERROR, "job.failed", err,
                   OQ_LOG_FIELDS_(OQ_F_CSTR("kind", claimed->kind->name)));
    }
    return job_queue_settle(q, arena, &claimed->try, err, run.result, &settled);
}

static oq_err *run_all(const job_queue *q, oq_arena *arena, jobs_done *done)
{
    for (bool found = true; found;) {
        job_claimed claimed;
        oq_us next_at;
        oq_arena_reset(arena);
        OQ_TRY(job_queue_claim(q, arena, &found, &claimed, &next_at));
        if (found)
            OQ_TRY(run_claimed(q, arena, &claimed, done));
    }
    return NULL;
}

static oq_err *run_now(db_pool *pool, const job_kind *const *kinds, bool with_schedule,
                       jobs_done *ret_done)
{
    oq_arena *kept = oq_arena_open(0), *arena = oq_arena_open(64 * 1024);
    job_catalog catalog;
    size_t added;
    *ret_done = (jobs_done){0};
    job_catalog_fill(kept, kinds, &catalog);
    job_queue q = {
        .pool = pool, .catalog = &catalog, .worker = OQ_STR("replay"), .lease = lease};
    oq_err *err = with_schedule ? job_schedule_fill(&q, arena) : NULL;
    if (!err && with_schedule)
        err = job_schedule_tick(&q, arena, &added);
    if (!err)
        err = run_all(&q, arena, ret_done);
    oq_arena_close(arena);
    oq_arena_close(kept);
    return err;
}

oq_err *job_run_due(db_pool *pool, const job_kind *const *kinds, jobs_done *ret_done)
{
    return run_now(pool, kinds, true, ret_done);
}

oq_err *job_run_asked(db_pool *pool, const job_kind *const *kinds, jobs_done *ret_done)
{
    return run_now(pool, kinds, false, ret_done);
}
