#include "blackbox/collect.h"
#include "blackbox/inner.h"
#include "job/last.h"

#include <math.h>

#include "base/banned.h"

#define LATER (5 * OQ_SECOND)
enum { SLICE = 2000, EVERY_S = 60 };

oq_err *incident_engine_wake(oq_scope *s, bool is_urgent)
{
    job_order order = {.kind = "blackbox.incidents",
                       .is_unique = true,
                       .run_at = is_urgent ? OQ_TIME_NONE : oq_now(s) + LATER,
                       .priority = is_urgent ? 10 : 0};
    return job_add_last(s, &order);
}

static oq_err *run_slice(job_run *run, bool looks_again, bool *ret_more)
{
    oq_scope *s;
    OQ_TRY(job_checkpoint(run, (double)NAN, OQ_NONE));
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err =
        looks_again ? incident_engine_look_again(s) : incident_engine_run(s, SLICE, ret_more);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

/* Running twice is harmless: what was noticed is not fresh any more, and grouping or gathering
 * again what did not change changes nothing. */
static oq_err *run_incidents(job_run *run)
{
    for (bool more = true; more;) {
        oq_mark mark = oq_arena_mark(job_arena(run));
        OQ_TRY(run_slice(run, false, &more));
        oq_arena_rewind(job_arena(run), mark);
    }
    return run_slice(run, true, &(bool){false});
}

/* Signals and the audit become events. Running twice is harmless: each event is one, however often
 * it is told. */
static oq_err *run_collect(job_run *run)
{
    static oq_err *(*const collect[])(oq_scope *, size_t *) = {collect_signals, collect_changes};
    for (size_t i = 0; i < OQ_COUNT(collect); i++) {
        oq_scope *s;
        size_t added;
        OQ_TRY(job_checkpoint(run, (double)NAN, OQ_NONE));
        OQ_TRY(job_scope(run, OQ_WRITE, &s));
        oq_err *err = collect[i](s, &added);
        if (!err)
            err = oq_scope_commit(s);
        oq_scope_close(s);
        OQ_TRY(err);
    }
    return NULL;
}

const job_kind blackbox_job_kinds[] = {
    {.name = "blackbox.incidents",
     .run = run_incidents,
     .lane = JOB_PER_TENANT,
     .every_s = EVERY_S,
     .is_routine = true,
     .limit_s = 1800},
    {.name = "blackbox.collect",
     .run = run_collect,
     .lane = JOB_PER_TENANT,
     .every_s = EVERY_S,
     .is_routine = true,
     .limit_s = 600},
    {0},
};
