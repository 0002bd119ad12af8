#include "db/scope.h"

#include "db/stmt.h"
#include "db/work.h"

#include "base/banned.h"

struct oq_scope {
    db_work *work; /* its own, or the platform's that entered a tenant */
    oq_uuid tenant_id;
    bool is_inside_platform;
    oq_us stands_at; /* OQ_TIME_NONE: its plant lives */
};

struct db_platform {
    db_work work;
    oq_scope inside; /* the tenant that was entered; handed out by db_platform_enter */
    bool is_inside;
};

const oq_choice actor_kind_choices[] = {
    {ACTOR_SYSTEM, "system"},
    {ACTOR_USER, "user"},
    {ACTOR_TOKEN, "token"},
    {ACTOR_JOB, "job"},
    {0, NULL},
};

/* --- one tenant --------------------------------------------------------------------------------*/

oq_err *oq_scope_open(const oq_scope_options *options, oq_scope **ret_scope)
{
    if (oq_uuid_is_zero(options->tenant_id))
        return oq_fail(OQ_INTERNAL, "db.no_tenant");
    oq_scope *s = oq_new(options->arena, oq_scope);
    s->work = oq_new(options->arena, db_work);
    s->tenant_id = options->tenant_id;
    s->stands_at = options->stands_at ? options->stands_at : OQ_TIME_NONE;
    *s->work = (db_work){
        .pool = options->pool,
        .access = options->access,
        .actor = options->actor,
        .request_id = options->request_id,
        .arena = options->arena,
        .now = OQ_TIME_NONE,
    };
    db_work_for_tenant(s->work, options->tenant_id);
    if (options->access == OQ_READ && s->stands_at != OQ_TIME_NONE)
        s->work->now = oq_moment(s);
    *ret_scope = s;
    return NULL;
}

oq_err *oq_scope_commit(oq_scope *s)
{
    assert(!s->is_inside_platform && "the platform's unit of work commits");
    return db_work_commit(s->work);
}

void oq_scope_close(oq_scope *s)
{
    if (!s)
        return;
    assert(!s->is_inside_platform && "the platform's unit of work closes");
    db_work_drop(s->work);
}

oq_arena *oq_scope_arena(oq_scope *s)
{
    return s->work->arena;
}

oq_uuid oq_scope_tenant(const oq_scope *s)
{
    return s->tenant_id;
}

const oq_actor *oq_scope_actor(const oq_scope *s)
{
    return &s->work->actor;
}

oq_str oq_scope_request_id(const oq_scope *s)
{
    return s->work->request_id;
}

oq_us oq_now(oq_scope *s)
{
    return db_work_now(s->work);
}

/* On a clock that is moved through the record, the clock counts until it has come to the end. */
oq_us oq_moment(oq_scope *s)
{
    oq_us now = db_work_now(s->work);
    bool is_beyond = !s->is_inside_platform && s->stands_at != OQ_TIME_NONE && s->stands_at < now;
    return is_beyond ? s->stands_at : now;
}

oq_err *oq_scope_require(const oq_scope *s, oq_cap cap)
{
    return require_capability(s->work->actor.caps, cap);
}

void oq_scope_after_commit(oq_scope *s, void (*call)(void *arg), void *arg)
{
    db_work_after_commit(s->work, call, arg);
}

void oq_scope_after_commit_copy(oq_scope *s, void (*call)(void *arg), const void *arg, size_t size)
{
    db_work_after_commit_copy(s->work, call, arg, size);
}

db_last *oq_scope_last(oq_scope *s)
{
    if (s->is_inside_platform)
        return NULL;
    s->work->last_scope = s;
    return &s->work->last;
}

/* --- outside any tenant ------------------------------------------------------------------------*/

oq_err *db_platform_open(const db_platform_options *options, db_platform **ret_platform)
{
    db_platform *p = oq_new(options->arena, db_platform);
    p->work = (db_work){
        .pool = options->pool,
        .access = options->access,
        .actor = options->actor,
        .request_id = options->request_id,
        .arena = options->arena,
        .now = OQ_TIME_NONE,
    };
    p->inside = (oq_scope){.work = &p->work, .is_inside_platform = true};
    db_work_for_platform(&p->work);
    *ret_platform = p;
    return NULL;
}

oq_err *db_platform_commit(db_platform *p)
{
    return db_work_commit(&p->work);
}

void db_platform_close(db_platform *p)
{
    if (p)
        db_work_drop(&p->work);
}

oq_arena *db_platform_arena(db_platform *p)
{
    return p->work.arena;
}

oq_us db_platform_now(db_platform *p)
{
    return db_work_now(&p->work);
}

const oq_actor *db_platform_actor(const db_platform *p)
{
    return &p->work.actor;
}

oq_str db_platform_request_id(const db_platform *p)
{
    return p->work.request_id;
}

void db_platform_after_commit(db_platform *p, void (*call)(void *arg), void *arg)
{
    db_work_after_commit(&p->work, call, arg);
}

oq_err *db_platform_enter(db_platform *p, oq_uuid tenant_id, oq_scope **ret_scope)
{
    if (oq_uuid_is_zero(tenant_id))
        return oq_fail(OQ_INTERNAL, "db.no_tenant");
    db_work_for_tenant(&p->work, tenant_id);
    p->inside.tenant_id = tenant_id;
    p->is_inside = true;
    *ret_scope = &p->inside;
    return NULL;
}

oq_err *db_platform_leave(db_platform *p)
{
    db_work_for_platform(&p->work);
    p->is_inside = false;
    return NULL;
}

/* --- statements --------------------------------------------------------------------------------*/

static oq_err *run(db_work *work, const db_stmt *stmt, oq_uuid tenant, const void *args,
                   void **ret_rows, size_t *ret_count)
{
    oq_mark mark = oq_arena_mark(work->arena);
    db_params params;
    PGresult *result = NULL;
    oq_err *err = db_params_encode(work->arena, stmt, tenant, args, &params);
    if (!err)
        err = db_work_run(work, stmt, &params, &result);
    oq_arena_rewind(work->arena, mark); /* libpq has its own copy of what was sent */

    size_t count = 0;
    if (!err && stmt->fields && ret_rows) {
        err = db_rows_decode(work->arena, stmt, result, ret_rows, &count);
    } else if (!err) {
        int64_t touched;
        if (oq_parse_i64(oq_cstr(PQcmdTuples(result)), &touched))
            count = (size_t)touched;
    }
    PQclear(result);
    if (err)
        db_work_fail(work, err);
    else if (ret_count)
        *ret_count = count;
    return err;
}

oq_err *db_run(oq_scope *s, const db_stmt *stmt, const void *args, void **ret_rows,
               size_t *ret_count)
{
    assert(!stmt->is_platform && "a PLATFORM statement needs a db_platform");
    if (s->work->is_platform || !oq_uuid_eq(s->work->tenant, s->tenant_id))
        return oq_fail(OQ_INTERNAL, "db.scope_left", "statement=%s", stmt->name);
    return run(s->work, stmt, s->tenant_id, args, ret_rows, ret_count);
}

oq_err *db_run_platform(db_platform *p, const db_stmt *stmt, const void *args, void **ret_rows,
                        size_t *ret_count)
{
    assert(stmt->is_platform && "a tenant's statement needs a scope");
    if (p->is_inside)
        return oq_fail(OQ_INTERNAL, "db.scope_left", "statement=%s", stmt->name);
    return run(&p->work, stmt, OQ_UUID_ZERO, args, ret_rows, ret_count);
}
