#include "db/work.h"

#include "db/fault.h"

#include "base/banned.h"

/* --- whom the database takes us for --------------------------------------------------------------
 * The one place where role and tenant are set, for the transaction that follows and no longer. A
 * database spread over machines by Citus passes on SET LOCAL, but not set_config: it needs its own
 * text here and nothing else. The platform has no tenant: '' is what policies read as none. */

typedef struct be_args {
    oq_str role, tenant;
} be_args;

static const oq_field be_fields[] = {
    OQ_TEXT(be_args, role, .required = true),
    OQ_TEXT(be_args, tenant, .required = true),
    OQ_FIELDS_END,
};

static const db_stmt be_reading = {
    .name = "DB_BE_READING",
    .file = "db/work.c",
    .sql = "SELECT set_config('role', $1::text, true), set_config('optria.tenant', $2::text, true),"
           " set_config('transaction_read_only', 'on', true)",
    .args = be_fields,
};

static const db_stmt be_writing = {
    .name = "DB_BE_WRITING",
    .file = "db/work.c",
    .sql = "SELECT set_config('role', $1::text, true), set_config('optria.tenant', $2::text, true)",
    .args = be_fields,
};

static oq_err *tell_step(const db_work *work, db_params *params, db_step *ret_step)
{
    char id[OQ_UUID_TEXT];
    oq_uuid_format(work->tenant, id);
    be_args args = {.role = OQ_STR("optria_platform"), .tenant = OQ_STR("")};
    if (!work->is_platform)
        args = (be_args){.role = OQ_STR("optria_app"),
                         .tenant = oq_str_copy(work->arena, oq_strn(id, sizeof id))};
    const db_stmt *stmt = work->access == OQ_READ ? &be_reading : &be_writing;
    *ret_step = (db_step){.stmt = stmt, .params = params};
    return db_params_encode(work->arena, stmt, OQ_UUID_ZERO, &args, params);
}

void db_work_for_tenant(db_work *work, oq_uuid tenant)
{
    work->is_platform = false;
    work->tenant = tenant;
    work->is_told = false;
}

void db_work_for_platform(db_work *work)
{
    work->is_platform = true;
    work->tenant = OQ_UUID_ZERO;
    work->is_told = false;
}

/* --- statements --------------------------------------------------------------------------------*/

/* A connection is held only while the statement runs. */
static oq_err *run_reading(db_work *work, db_step *steps, size_t count)
{
    db_conn *conn;
    OQ_TRY(db_pool_take(work->pool, &conn));
    oq_err *err = db_pool_run_first(work->pool, &conn, steps, count);
    db_pool_give(work->pool, conn);
    return err;
}

static oq_err *run_writing(db_work *work, db_step *steps, size_t count)
{
    oq_err *err;
    if (work->state == WORK_BEGUN) {
        err = db_conn_run(work->conn, steps, count);
    } else {
        err = db_pool_take(work->pool, &work->conn);
        if (!err)
            err = db_pool_run_first(work->pool, &work->conn, steps, count);
    }
    if (!err) {
        work->state = WORK_BEGUN;
        work->is_told = true;
    }
    return err;
}

void db_work_fail(db_work *work, const oq_err *err)
{
    if (work->access == OQ_READ || work->state == WORK_FAILED || work->state == WORK_ENDED)
        return;
    work->state = WORK_FAILED;
    work->failed_code = err->code;
}

static oq_err *check_state(const db_work *work, const db_stmt *stmt)
{
    if (work->state == WORK_FAILED)
        return oq_fail(OQ_INTERNAL, "db.scope_failed", "code=%s", work->failed_code);
    if (work->state == WORK_ENDED)
        return oq_fail(OQ_INTERNAL, "db.scope_ended", "statement=%s", stmt->name);
    if (stmt->writes && work->access == OQ_READ)
        return oq_err_detail(oq_fail(OQ_INTERNAL, "db.read_only"), "%s in a reading scope",
                             stmt->name);
    return NULL;
}

oq_err *db_work_run(db_work *work, const db_stmt *stmt, const db_params *params,
                    PGresult **ret_result)
{
    OQ_TRY(check_state(work, stmt));
    db_step steps[3];
    db_params told;
    size_t count = 0;
    bool is_reading = work->access == OQ_READ;
    if (!is_reading && work->state == WORK_FRESH)
        steps[count++] = (db_step){.command = "BEGIN"};
    if (is_reading || !work->is_told)
        OQ_TRY(tell_step(work, &told, &steps[count++]));
    steps[count++] = (db_step){.stmt = stmt, .params = params};

    oq_err *err = is_reading ? run_reading(work, steps, count) : run_writing(work, steps, count);
    if (!err) {
        *ret_result = steps[count - 1].result;
        steps[count - 1].result = NULL;
    }
    db_steps_drop(steps, count);
    return err;
}

/* --- the end -----------------------------------------------------------------------------------*/

/* Once COMMIT is on its way, a lost connection leaves open whether it arrived. A look before keeps
 * that case rare: a session that is gone already has rolled back. */
static oq_err *send_commit(db_work *work)
{
    db_conn *conn = work->conn;
    if (db_conn_is_gone(conn))
        return db_conn_lost(conn, "the session ended before the commit");
    if (DB_FAULT("db.commit"))
        db_conn_cut(conn);
    db_step commit = {.command = "COMMIT"};
    oq_err *err = db_conn_run(conn, &commit, 1);
    bool rolled_back = !err && strcmp(PQcmdStatus(commit.result), "COMMIT") != 0;
    db_steps_drop(&commit, 1);
    if (err && conn->is_broken)
        return oq_wrap(err, OQ_UNAVAILABLE, "db.commit_unknown");
    if (rolled_back) /* cannot be: a failed statement has ended the unit */
        return oq_err_detail(oq_fail(OQ_INTERNAL, "db.internal"), "COMMIT was answered ROLLBACK");
    return err;
}

static void run_after(db_work *work)
{
    for (size_t i = 0; i < work->after_count; i++) {
        db_after after = work->after[i];
        after.call(after.arg);
        free(after.owned);
    }
    work->after_count = 0;
}

oq_err *db_work_commit(db_work *work)
{
    if (work->state == WORK_FAILED)
        return oq_fail(OQ_INTERNAL, "db.scope_failed", "code=%s", work->failed_code);
    assert(work->state != WORK_ENDED && "a unit of work is committed once");
    if (work->last.call)
        OQ_TRY(work->last.call(work->last_scope, work->last.arg));
    oq_err *err = work->state == WORK_BEGUN ? send_commit(work) : NULL;
    db_pool_give(work->pool, work->conn);
    work->conn = NULL;
    work->state = WORK_ENDED;
    if (!err)
        run_after(work);
    return err;
}

void db_work_drop(db_work *work)
{
    if (work->conn && !work->conn->is_broken) {
        db_step rollback = {.command = "ROLLBACK"};
        oq_err *err = db_conn_run(work->conn, &rollback, 1);
        db_steps_drop(&rollback, 1);
        oq_ignore(err, "a connection that cannot roll back is closed, which rolls back");
    }
    db_pool_give(work->pool, work->conn);
    work->conn = NULL;
    work->state = WORK_ENDED;
    for (size_t i = 0; i < work->after_count; i++)
        free(work->after[i].owned);
    free(work->after);
    work->after = NULL;
    work->after_count = work->after_size = 0;
    if (work->last.drop)
        work->last.drop(work->last.arg);
    work->last = (db_last){0};
}

oq_us db_work_now(db_work *work)
{
    if (work->now == OQ_TIME_NONE)
        work->now = oq_clock_now();
    return work->now;
}

static db_after *add_after(db_work *work)
{
    if (work->after_count == work->after_size) {
        size_t size = work->after_size ? work->after_size * 2 : 4;
        db_after *grown = realloc(work->after, size * sizeof *grown);
        if (!grown)
            abort();
        work->after = grown;
        work->after_size = size;
    }
    return &work->after[work->after_count++];
}

void db_work_after_commit(db_work *work, void (*call)(void *arg), void *arg)
{
    *add_after(work) = (db_after){.call = call, .arg = arg};
}

void db_work_after_commit_copy(db_work *work, void (*call)(void *arg), const void *arg, size_t size)
{
    void *copy = malloc(size);
    if (!copy)
        abort();
    memcpy(copy, arg, size);
    *add_after(work) = (db_after){.call = call, .arg = copy, .owned = copy};
}
