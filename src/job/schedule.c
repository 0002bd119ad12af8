#include "job/inner.h"

#include "job.sql.h"

#include "base/banned.h"

oq_us job_schedule_next(oq_us next_at, oq_us now, oq_us every)
{
    assert(every > 0);
    if (next_at > now + every) /* the period has become shorter */
        return now + every;
    if (next_at > now)
        return next_at;
    return next_at + ((now - next_at) / every + 1) * every;
}

static oq_err *open_platform(const job_queue *q, oq_arena *arena, db_platform **ret_platform)
{
    return db_platform_open(
        &(db_platform_options){.pool = q->pool,
                               .access = OQ_WRITE,
                               .actor = {.kind = ACTOR_SYSTEM, .label = OQ_STR("schedule")},
                               .arena = arena},
        ret_platform);
}

/* --- new tenants and kinds ---------------------------------------------------------------------*/

static oq_err *fill(const job_catalog *c, db_platform *p)
{
    oq_us now = db_platform_now(p);
    OQ_TRY(sql_job_schedule_fill(
        p,
        (sql_job_schedule_fill_args){
            .kinds = c->timed, .every_s = c->timed_every_s, .platform_only = false, .now = now},
        NULL));
    OQ_TRY(sql_job_schedule_fill(p,
                                 (sql_job_schedule_fill_args){.kinds = c->timed_platform,
                                                              .every_s = c->timed_platform_every_s,
                                                              .platform_only = true,
                                                              .now = now},
                                 NULL));
    return db_platform_commit(p);
}

oq_err *job_schedule_fill(const job_queue *q, oq_arena *arena)
{
    db_platform *p;
    OQ_TRY(open_platform(q, arena, &p));
    oq_err *err = fill(q->catalog, p);
    db_platform_close(p);
    return err;
}

/* --- what is due -------------------------------------------------------------------------------*/

typedef sql_job_schedule_due_rows due_rows;

static oq_err *find_due(const job_catalog *c, db_platform *p, bool platform_only, due_rows *ret_due)
{
    return sql_job_schedule_due(
        p,
        (sql_job_schedule_due_args){
            .kinds = platform_only ? c->timed_platform : c->timed,
            .every_s = platform_only ? c->timed_platform_every_s : c->timed_every_s,
            .platform_only = platform_only,
            .now = db_platform_now(p),
        },
        ret_due);
}

/* The schedule moves on and the jobs are added in one transaction: another worker finds the row
 * locked, and later moved. All rows move first, so that the role changes once. */
static oq_err *add_due(const job_queue *q, db_platform *p, const due_rows *due)
{
    oq_us now = db_platform_now(p);
    for (size_t i = 0; i < due->count; i++) {
        const job_kind *kind = job_catalog_find(q->catalog, due->at[i].kind);
        oq_us next_at = job_schedule_next(due->at[i].next_at, now, kind->every_s * OQ_SECOND);
        OQ_TRY(sql_job_schedule_next(p,
                                     (sql_job_schedule_next_args){.tenant_id = due->at[i].tenant_id,
                                                                  .kind = due->at[i].kind,
                                                                  .next_at = next_at},
                                     NULL));
    }
    for (size_t i = 0; i < due->count; i++) {
        const job_kind *kind = job_catalog_find(q->catalog, due->at[i].kind);
        oq_scope *s;
        OQ_TRY(db_platform_enter(p, due->at[i].tenant_id, &s));
        job_order order = {.kind = kind->name, .is_unique = true, .run_at = OQ_TIME_NONE};
        OQ_TRY(job_add(s, &order, NULL));
    }
    return db_platform_commit(p);
}

static oq_err *tick(const job_queue *q, oq_arena *arena, bool platform_only, size_t *ret_added)
{
    db_platform *p;
    due_rows due;
    OQ_TRY(open_platform(q, arena, &p));
    oq_err *err = find_due(q->catalog, p, platform_only, &due);
    if (!err && due.count)
        err = add_due(q, p, &due);
    db_platform_close(p);
    if (!err)
        *ret_added += due.count;
    return err;
}

oq_err *job_schedule_tick(const job_queue *q, oq_arena *arena, size_t *ret_added)
{
    *ret_added = 0;
    OQ_TRY(tick(q, arena, false, ret_added));
    return tick(q, arena, true, ret_added);
}
