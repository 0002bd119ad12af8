#include "db/pool.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "db/lease.h"

#include "base/banned.h"

enum { PAUSE_FIRST_MS = 100, PAUSE_MAX_MS = 5000 };

struct db_pool {
    oq_arena *arena; /* of the options; made at open, only read afterwards */
    db_target target;
    int size_max, wait_max_ms;

    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t given; /* a place in the pool is free */
    db_conn *idle;        /* newest first: warm ones are used, cold ones rest */
    int open, busy;       /* `open` counts idle, busy and connecting ones */
    int64_t opened_total, failed_total, lost_total, waits_total;

    /* After a failed connect: until when to fail at once, and with what. */
    oq_us pause_until;
    int pause_ms;
    const char *pause_code;
    char pause_host[128];
};

/* --- life --------------------------------------------------------------------------------------*/

oq_err *db_pool_open(const db_pool_options *options, db_pool **ret_pool)
{
    assert(options->size_max > 0 && options->wait_max_ms >= 0 && options->connect_max_ms > 0);
    oq_arena *arena = oq_arena_open(4096);
    db_target target;
    oq_err *err = db_target_make(arena, options, &target);
    if (err) {
        oq_arena_close(arena);
        return err;
    }
    db_pool *pool = calloc(1, sizeof *pool);
    pthread_condattr_t clock;
    if (!pool || pthread_condattr_init(&clock) != 0 ||
        pthread_condattr_setclock(&clock, CLOCK_MONOTONIC) != 0 ||
        pthread_mutex_init(&pool->lock, NULL) != 0 || pthread_cond_init(&pool->given, &clock) != 0)
        abort();
    pthread_condattr_destroy(&clock);
    pool->arena = arena;
    pool->target = target;
    pool->size_max = options->size_max;
    pool->wait_max_ms = options->wait_max_ms;
    *ret_pool = pool;
    return NULL;
}

void db_pool_close(db_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    while (pool->busy > 0)
        pthread_cond_wait(&pool->given, &pool->lock);
    while (pool->idle) {
        db_conn *conn = pool->idle;
        pool->idle = conn->next;
        db_conn_close(conn);
    }
    pthread_mutex_unlock(&pool->lock);
    pthread_cond_destroy(&pool->given);
    pthread_mutex_destroy(&pool->lock);
    oq_arena_close(pool->arena);
    free(pool);
}

db_pool_stats db_pool_stats_get(db_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    db_pool_stats stats = {
        .open = pool->open,
        .busy = pool->busy,
        .size_max = pool->size_max,
        .opened_total = pool->opened_total,
        .failed_total = pool->failed_total,
        .lost_total = pool->lost_total,
        .waits_total = pool->waits_total,
    };
    pthread_mutex_unlock(&pool->lock);
    return stats;
}

/* --- connecting --------------------------------------------------------------------------------*/

static oq_err *paused_failure(db_pool *pool)
{
    oq_err *err = oq_fail(OQ_UNAVAILABLE, pool->pause_code, "host=%s", pool->pause_host);
    return oq_err_detail(err, "not tried: the last attempt failed a moment ago");
}

/* Called with the lock held. Of several attempts that fail together one makes the pause longer. */
static void begin_pause(db_pool *pool, const oq_err *err)
{
    pool->failed_total++;
    if (pool->pause_until > oq_monotonic())
        return;
    pool->pause_ms = pool->pause_ms ? pool->pause_ms * 2 : PAUSE_FIRST_MS;
    if (pool->pause_ms > PAUSE_MAX_MS)
        pool->pause_ms = PAUSE_MAX_MS;
    pool->pause_until = oq_monotonic() + pool->pause_ms * OQ_MS;
    pool->pause_code = oq_err_is(err, "db.unreachable") ? "db.unreachable" : "db.refused";
    oq_str host = err->arg_count ? err->arg[0].value : OQ_STR("");
    snprintf(pool->pause_host, sizeof pool->pause_host, "%.*s", OQ_FMT(host));
}

/* Fills a place that is counted in `open` and `busy` already; frees it on failure. */
static oq_err *connect_in_place(db_pool *pool, db_conn **ret_conn)
{
    pthread_mutex_lock(&pool->lock);
    oq_err *err = pool->pause_until > oq_monotonic() ? paused_failure(pool) : NULL;
    pthread_mutex_unlock(&pool->lock);

    bool tried = !err;
    if (tried)
        err = db_conn_open(&pool->target, ret_conn);

    pthread_mutex_lock(&pool->lock);
    if (err) {
        if (tried)
            begin_pause(pool, err);
        pool->open--;
        pool->busy--;
        pthread_cond_broadcast(&pool->given);
    } else {
        pool->pause_until = 0;
        pool->pause_ms = 0;
        pool->opened_total++;
    }
    pthread_mutex_unlock(&pool->lock);
    return err;
}

/* --- taking and giving -------------------------------------------------------------------------*/

static struct timespec monotonic_after_ms(int ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += ms % 1000 * 1000000L;
    if (at.tv_nsec >= 1000000000L) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000L;
    }
    return at;
}

oq_err *db_pool_take(db_pool *pool, db_conn **ret_conn)
{
    struct timespec deadline = monotonic_after_ms(pool->wait_max_ms);
    bool waited = false;
    pthread_mutex_lock(&pool->lock);
    while (!pool->idle && pool->open >= pool->size_max) {
        if (!waited)
            pool->waits_total++;
        waited = true;
        if (pthread_cond_timedwait(&pool->given, &pool->lock, &deadline) == ETIMEDOUT &&
            !pool->idle && pool->open >= pool->size_max) {
            pthread_mutex_unlock(&pool->lock);
            return oq_fail(OQ_UNAVAILABLE, "db.pool_full", "waited_ms=%d", pool->wait_max_ms);
        }
    }
    pool->busy++;
    db_conn *conn = pool->idle;
    if (conn)
        pool->idle = conn->next;
    else
        pool->open++;
    pthread_mutex_unlock(&pool->lock);
    if (!conn)
        return connect_in_place(pool, ret_conn);
    *ret_conn = conn;
    return NULL;
}

void db_pool_give(db_pool *pool, db_conn *conn)
{
    if (!conn)
        return;
    bool keep = !conn->is_broken && PQtransactionStatus(conn->pg) == PQTRANS_IDLE;
    if (!keep)
        db_conn_close(conn);
    pthread_mutex_lock(&pool->lock);
    pool->busy--;
    if (keep) {
        conn->is_reused = true;
        conn->next = pool->idle;
        pool->idle = conn;
    } else {
        pool->open--;
    }
    /* One waiter can use the place; when nothing is busy any more, db_pool_close may be waiting. */
    if (pool->busy == 0)
        pthread_cond_broadcast(&pool->given);
    else
        pthread_cond_signal(&pool->given);
    pthread_mutex_unlock(&pool->lock);
}

/* What died together with a connection need not be found out one by one. */
static void close_gone(db_pool *pool)
{
    db_conn *gone = NULL;
    pthread_mutex_lock(&pool->lock);
    for (db_conn **at = &pool->idle; *at;) {
        db_conn *conn = *at;
        if (db_conn_is_gone(conn)) {
            *at = conn->next;
            conn->next = gone;
            gone = conn;
            pool->open--;
            pool->lost_total++;
        } else {
            at = &conn->next;
        }
    }
    pthread_cond_broadcast(&pool->given);
    pthread_mutex_unlock(&pool->lock);
    while (gone) {
        db_conn *next = gone->next;
        db_conn_close(gone);
        gone = next;
    }
}

oq_err *db_pool_run_first(db_pool *pool, db_conn **conn, db_step *steps, size_t count)
{
    oq_err *err = db_conn_run(*conn, steps, count);
    if (!err || !(*conn)->is_broken)
        return err;
    bool try_again = (*conn)->is_reused && !(*conn)->is_late;
    if (!(*conn)->is_stale) {
        pthread_mutex_lock(&pool->lock);
        pool->lost_total++;
        pthread_mutex_unlock(&pool->lock);
        close_gone(pool);
    }
    if (!try_again)
        return err;
    db_steps_drop(steps, count);
    db_conn_close(*conn);
    *conn = NULL;
    OQ_TRY(connect_in_place(pool, conn));
    return db_conn_run(*conn, steps, count);
}

/* --- questions about the server ----------------------------------------------------------------*/

/* Runs one statement outside any unit of work, in the session's own role. */
static oq_err *ask(db_pool *pool, db_step *step)
{
    db_conn *conn;
    OQ_TRY(db_pool_take(pool, &conn));
    oq_err *err = db_pool_run_first(pool, &conn, step, 1);
    db_pool_give(pool, conn);
    return err;
}

oq_err *db_pool_ping(db_pool *pool, oq_us *ret_took)
{
    static const db_stmt ping = {.name = "DB_PING", .file = "db/pool.c", .sql = "SELECT 1"};
    oq_us start = oq_monotonic();
    db_step step = {.stmt = &ping};
    oq_err *err = ask(pool, &step);
    db_steps_drop(&step, 1);
    if (!err)
        *ret_took = oq_monotonic() - start;
    return err;
}

static const oq_field rights_fields[] = {
    OQ_TEXT(db_session_rights, role),
    OQ_BOOL(db_session_rights, is_superuser),
    OQ_BOOL(db_session_rights, bypasses_rls),
    OQ_BOOL(db_session_rights, owns_tables),
    OQ_FIELDS_END,
};

/* Of the login, not of the role that its sessions take: what the login may become again, it is.
 * Whoever may act as the owner of a table counts as its owner. */
static const db_stmt rights_stmt = {
    .name = "DB_RIGHTS",
    .file = "db/pool.c",
    .sql = "SELECT r.rolname AS role, r.rolsuper AS is_superuser,\n"
           "       EXISTS (SELECT FROM pg_roles b WHERE b.rolbypassrls\n"
           "                  AND pg_has_role(r.oid, b.oid, 'MEMBER')) AS bypasses_rls,\n"
           "       EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace\n"
           "                WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')\n"
           "                  AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS owns_tables\n"
           "  FROM pg_roles r WHERE r.rolname = session_user",
    .fields = rights_fields,
    .row_size = sizeof(db_session_rights),
};

oq_err *db_pool_rights(db_pool *pool, oq_arena *arena, db_session_rights *ret_rights)
{
    db_step step = {.stmt = &rights_stmt};
    oq_err *err = ask(pool, &step);
    void *rows;
    size_t count;
    if (!err)
        err = db_rows_decode(arena, &rights_stmt, step.result, &rows, &count);
    db_steps_drop(&step, 1);
    if (!err)
        *ret_rights = *(db_session_rights *)rows;
    return err;
}
