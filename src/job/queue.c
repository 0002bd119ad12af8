#include "job/inner.h"

#include "base/facts.h"
#include "job.sql.h"

#include "base/banned.h"

const oq_choice job_outcome_choices[] = {
    {JOB_OUTCOME_DONE, "done"},
    {JOB_OUTCOME_FAILED, "failed"},
    {JOB_OUTCOME_CANCELLED, "cancelled"},
    {JOB_OUTCOME_AGAIN, "again"},
    {JOB_OUTCOME_RETURN, "returned"},
    {JOB_OUTCOME_LOST, "lost"},
    {0, NULL},
};

static oq_actor worker_actor(const job_queue *q)
{
    return (oq_actor){.kind = ACTOR_SYSTEM, .label = q->worker};
}

static oq_err *open_scope(const job_queue *q, oq_arena *arena, oq_uuid tenant, oq_scope **ret_scope)
{
    return oq_scope_open(&(oq_scope_options){.pool = q->pool,
                                             .tenant_id = tenant,
                                             .access = OQ_WRITE,
                                             .actor = worker_actor(q),
                                             .arena = arena},
                         ret_scope);
}

/* --- settling ----------------------------------------------------------------------------------*/

job_outcome job_outcome_of(const oq_err *err, int64_t tries, int64_t tries_max)
{
    if (!err)
        return JOB_OUTCOME_DONE;
    if (oq_err_is(err, "job.lost"))
        return JOB_OUTCOME_LOST;
    if (oq_err_is(err, "job.stopping"))
        return JOB_OUTCOME_RETURN;
    if (oq_err_is(err, "job.cancelled"))
        return JOB_OUTCOME_CANCELLED;
    return oq_err_retries(err) && tries < tries_max ? JOB_OUTCOME_AGAIN : JOB_OUTCOME_FAILED;
}

static oq_err *tell_end(const job_queue *q, oq_scope *s, const job_ended *ended, size_t count,
                        size_t *ret_touched)
{
    *ret_touched = count;
    return count ? job_tell_end(s, job_catalog_find(q->catalog, ended->kind), ended) : NULL;
}

static oq_err *end_try(const job_queue *q, oq_scope *s, const job_try *try, const char *state,
                       const oq_err *err, oq_str result, size_t *ret_touched)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_job_end_rows rows;
    OQ_TRY(sql_job_end(
        s,
        (sql_job_end_args){
            .id = try->id,
            .worker = try->worker,
            .tries = try->tries,
            .state = oq_cstr(state),
            .now = oq_now(s),
            .error_code = err ? oq_cstr(err->code) : OQ_NONE,
            .error_facts = err ? oq_facts_json(arena, err->arg, err->arg_count) : OQ_NONE,
            .result = result,
        },
        &rows));
    return tell_end(q, s, rows.at, rows.count, ret_touched);
}

static oq_err *give_back(const job_queue *q, oq_scope *s, const job_try *try, const oq_err *err,
                         bool counts, size_t *ret_touched)
{
    sql_job_back_rows rows;
    oq_us run_at = oq_now(s) + (counts ? job_back_off(try->tries, job_dice()) : 0);
    sql_job_back_args args = {
        .id = try->id,
        .worker = try->worker,
        .tries = try->tries,
        .run_at = run_at,
        .uncounted = counts ? 0 : 1,
        .now = oq_now(s),
    };
    if (counts) {
        args.error_code = oq_cstr(err->code);
        args.error_facts = oq_facts_json(oq_scope_arena(s), err->arg, err->arg_count);
    }
    OQ_TRY(sql_job_turn_ready(s, (sql_job_turn_ready_args){.at = run_at}, NULL));
    OQ_TRY(sql_job_back(s, args, &rows));
    OQ_TRY(tell_end(q, s, rows.at, rows.count, ret_touched));
    sql_job_told_rows told;
    return sql_job_told(s, &told);
}

/* Idle workers elsewhere do not know that a lane is free. */
static oq_err *free_turn(oq_scope *s, bool holds_lane)
{
    sql_job_turn_freed_rows turn;
    OQ_TRY(sql_job_turn_freed(s, (sql_job_turn_freed_args){.now = oq_now(s)}, &turn));
    if (!holds_lane || turn.count == 0 || !turn.at[0].is_due)
        return NULL;
    sql_job_told_rows told;
    return sql_job_told(s, &told);
}

/* The tenant's turn is held already, or taken here first (job.sql). */
static oq_err *settle(const job_queue *q, oq_scope *s, const job_try *try, const oq_err *err,
                      oq_str result, size_t *ret_touched)
{
    *ret_touched = 0;
    OQ_TRY(free_turn(s, try->holds_lane));
    switch (job_outcome_of(err, try->tries, try->tries_max)) {
    case JOB_OUTCOME_DONE:
        if (try->is_routine)
            return sql_job_forget(
                s, (sql_job_forget_args){.id = try->id, .worker = try->worker, .tries = try->tries},
                ret_touched);
        return end_try(q, s, try, "done", NULL, result, ret_touched);
    case JOB_OUTCOME_FAILED:
        return end_try(q, s, try, "failed", err, OQ_NONE, ret_touched);
    case JOB_OUTCOME_CANCELLED:
        return end_try(q, s, try, "cancelled", NULL, OQ_NONE, ret_touched);
    case JOB_OUTCOME_AGAIN:
        return give_back(q, s, try, err, true, ret_touched);
    case JOB_OUTCOME_RETURN:
        return give_back(q, s, try, err, false, ret_touched);
    case JOB_OUTCOME_LOST:
        break;
    }
    return NULL;
}

oq_err *job_queue_settle(const job_queue *q, oq_arena *arena, const job_try *try, const oq_err *err,
                         oq_str result, bool *ret_settled)
{
    oq_scope *s;
    size_t touched = 0;
    OQ_TRY(open_scope(q, arena, try->tenant, &s));
    oq_err *failed = settle(q, s, try, err, result, &touched);
    if (!failed)
        failed = oq_scope_commit(s);
    oq_scope_close(s);
    if (!failed)
        *ret_settled = touched > 0;
    return failed;
}

/* --- claiming ----------------------------------------------------------------------------------*/

/* Tries whose worker was silent for too long: a start without an end counts. */
static oq_err *settle_expired(const job_queue *q, oq_scope *s)
{
    sql_job_expired_rows expired;
    OQ_TRY(sql_job_expired(s, (sql_job_expired_args){.now = oq_now(s)}, &expired));
    for (size_t i = 0; i < expired.count; i++) {
        job_try try = {.tenant = oq_scope_tenant(s),
                       .id = expired.at[i].id,
                       .worker = expired.at[i].worker,
                       .tries = expired.at[i].tries,
                       .tries_max = expired.at[i].tries_max,
                       .holds_lane = true};
        oq_err *died =
            oq_fail(OQ_UNAVAILABLE, "job.worker_died", "worker=%.*s", OQ_FMT(try.worker));
        size_t touched;
        OQ_TRY(settle(q, s, &try, died, OQ_NONE, &touched));
        oq_log_warn("job.worker_died", OQ_F_UUID("job", try.id), OQ_F_UUID("tenant", try.tenant),
                    OQ_F_STR("worker", try.worker), OQ_F_INT("tries", try.tries));
    }
    return NULL;
}

#define SOON_US    (100 * OQ_MS)
#define UNKNOWN_US (30 * OQ_SECOND) /* a newer worker may know the kinds that this one does not */

static oq_err *claim_in_tenant(const job_queue *q, oq_scope *s, bool *ret_found,
                               job_claimed *ret_claimed)
{
    oq_us now = oq_now(s);
    const job_catalog *c = q->catalog;
    OQ_TRY(settle_expired(q, s));
    sql_job_claim_rows rows;
    OQ_TRY(sql_job_claim(s,
                         (sql_job_claim_args){
                             .kinds = c->names,
                             .tries_max = c->tries_max,
                             .per_tenant = c->per_tenant,
                             .per_key = c->per_key,
                             .worker = q->worker,
                             .now = now,
                             .lease_until = now + q->lease,
                         },
                         &rows));
    *ret_found = rows.count > 0;
    if (rows.count == 0)
        return sql_job_turn_empty(s,
                                  (sql_job_turn_empty_args){
                                      .now = now,
                                      .kinds = c->names,
                                      .unknown_at = now + UNKNOWN_US,
                                      .soon = now + SOON_US,
                                  },
                                  NULL);
    const job_kind *kind = job_catalog_find(c, rows.at[0].kind);
    *ret_claimed = (job_claimed){
        .try = {.tenant = oq_scope_tenant(s),
                .id = rows.at[0].id,
                .tries = rows.at[0].tries,
                .tries_max = rows.at[0].tries_max,
                .worker = q->worker,
                .holds_lane = kind->lane != JOB_PARALLEL,
                .is_routine = kind->is_routine},
        .kind = kind,
        .key = rows.at[0].key,
        .payload = rows.at[0].payload,
        .request_id = rows.at[0].request_id,
    };
    return sql_job_turn_served(s, (sql_job_turn_served_args){.now = now}, NULL);
}

/* One tenant's turn. *ret_visited false: no tenant has one that can be taken now. */
static oq_err *visit(const job_queue *q, db_platform *p, bool *ret_visited, bool *ret_found,
                     job_claimed *ret_claimed, oq_us *ret_next_at)
{
    sql_job_turn_next_rows turn;
    OQ_TRY(sql_job_turn_next(p, (sql_job_turn_next_args){.now = db_platform_now(p)}, &turn));
    *ret_visited = turn.count > 0;
    *ret_found = false;
    if (turn.count == 0) {
        sql_job_turn_when_rows when;
        OQ_TRY(sql_job_turn_when(p, &when));
        *ret_next_at = when.at[0].next_at;
        return NULL;
    }
    oq_scope *s;
    OQ_TRY(db_platform_enter(p, turn.at[0].tenant_id, &s));
    OQ_TRY(claim_in_tenant(q, s, ret_found, ret_claimed));
    if (*ret_found)
        ret_claimed->stands_at = turn.at[0].stands_at;
    return db_platform_commit(p);
}

oq_err *job_queue_claim(const job_queue *q, oq_arena *arena, bool *ret_found,
                        job_claimed *ret_claimed, oq_us *ret_next_at)
{
    bool visited = true;
    *ret_found = false;
    while (visited && !*ret_found) {
        db_platform *p;
        OQ_TRY(db_platform_open(
            &(db_platform_options){
                .pool = q->pool, .access = OQ_WRITE, .actor = worker_actor(q), .arena = arena},
            &p));
        oq_err *err = visit(q, p, &visited, ret_found, ret_claimed, ret_next_at);
        db_platform_close(p);
        if (err)
            return err;
    }
    return NULL;
}

/* --- keeping -----------------------------------------------------------------------------------*/

static oq_err *lost(const job_try *try)
{
    return oq_fail(OQ_CONFLICT, "job.lost", "worker=%.*s", OQ_FMT(try->worker));
}

oq_err *job_queue_renew(const job_queue *q, oq_arena *arena, const job_try *try,
                        bool *ret_cancel_asked)
{
    oq_scope *s;
    OQ_TRY(open_scope(q, arena, try->tenant, &s));
    sql_job_renew_args args = {.id = try->id,
                               .worker = try->worker,
                               .tries = try->tries,
                               .lease_until = oq_now(s) + q->lease};
    sql_job_renew_rows rows;
    oq_err *err = sql_job_renew(s, args, &rows);
    if (!err)
        err = rows.count ? oq_scope_commit(s) : lost(try);
    oq_scope_close(s);
    if (!err)
        *ret_cancel_asked = rows.at[0].cancel_asked;
    return err;
}

oq_err *job_queue_progress(const job_queue *q, oq_arena *arena, const job_try *try, double progress,
                           oq_str note, bool *ret_cancel_asked)
{
    oq_scope *s;
    OQ_TRY(open_scope(q, arena, try->tenant, &s));
    sql_job_progress_args args = {.id = try->id,
                                  .worker = try->worker,
                                  .tries = try->tries,
                                  .lease_until = oq_now(s) + q->lease,
                                  .progress = progress,
                                  .note = note};
    sql_job_progress_rows rows;
    oq_err *err = sql_job_progress(s, args, &rows);
    if (!err)
        err = rows.count ? oq_scope_commit(s) : lost(try);
    oq_scope_close(s);
    if (!err)
        *ret_cancel_asked = rows.at[0].cancel_asked;
    return err;
}
