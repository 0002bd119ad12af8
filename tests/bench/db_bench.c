/* What the walls of the database cost: units of work of one tenant against bare prepared statements
 * over libpq, on the same server in the same run. */
#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>

#include "support/db_fixture.h"

#include "integration/things.h"

enum { SECONDS = 2, THREADS = 8, ROWS = 50 };

static const char one_sql[] =
    "SELECT name, n FROM things WHERE tenant_id = $1::uuid AND name = 'a1'";
static const char many_sql[] = "SELECT id, name, n FROM things WHERE tenant_id = $1::uuid"
                               " AND name >= 'm' ORDER BY name";
static const char tenant_text[] = "0a000000-0000-0000-0000-000000000000";

static const oq_field row_fields[] = {
    OQ_UUID(sql_thing_find_row, id),
    OQ_TEXT(sql_thing_find_row, name),
    OQ_I64(sql_thing_find_row, n),
    OQ_FIELDS_END,
};
static const db_stmt one = {.name = "BENCH_ONE",
                            .sql = one_sql,
                            .uses_tenant = true,
                            .fields = row_fields,
                            .row_size = sizeof(sql_thing_find_row)};
static const db_stmt many = {.name = "BENCH_MANY",
                             .sql = many_sql,
                             .uses_tenant = true,
                             .fields = row_fields,
                             .row_size = sizeof(sql_thing_find_row)};

typedef struct load {
    db_fixture *f;
    const db_stmt *stmt;
    oq_access access;
    bool is_bare;
    size_t rows;
    atomic_bool stop;
    atomic_long done;
} load;

static void one_unit(load *l, oq_arena *arena)
{
    const oq_scope_options options = {
        .pool = l->f->pool, .tenant_id = TENANT_A, .access = l->access, .arena = arena};
    oq_scope *s;
    void *rows;
    size_t count;
    oq_arena_reset(arena);
    CHECK_OK(oq_scope_open(&options, &s));
    CHECK_OK(db_run(s, l->stmt, NULL, &rows, &count));
    if (l->access == OQ_WRITE)
        CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
    assert_int_equal(count, l->rows);
}

static void one_bare(load *l, PGconn *conn)
{
    static const char *const commands[] = {"BEGIN", "COMMIT"};
    const char *value[] = {tenant_text};
    if (l->access == OQ_WRITE)
        PQclear(PQexec(conn, commands[0]));
    PGresult *r = PQexecPrepared(conn, "s", 1, value, NULL, NULL, 1);
    assert_int_equal(PQntuples(r), l->rows);
    PQclear(r);
    if (l->access == OQ_WRITE)
        PQclear(PQexec(conn, commands[1]));
}

static void *work(void *arg)
{
    load *l = arg;
    oq_arena *arena = oq_arena_open(0);
    PGconn *conn = l->is_bare ? PQconnectdb(testdb_admin_url(l->f->db).ptr) : NULL;
    if (conn)
        PQclear(PQprepare(conn, "s", l->stmt->sql, 0, NULL));
    while (!atomic_load(&l->stop)) {
        if (conn)
            one_bare(l, conn);
        else
            one_unit(l, arena);
        atomic_fetch_add(&l->done, 1);
    }
    PQfinish(conn);
    oq_arena_close(arena);
    return NULL;
}

static double per_second(load *l, int threads)
{
    pthread_t thread[THREADS];
    atomic_store(&l->stop, false);
    atomic_store(&l->done, 0);
    oq_us start = oq_monotonic();
    for (int i = 0; i < threads; i++)
        pthread_create(&thread[i], NULL, work, l);
    struct timespec nap = {.tv_sec = SECONDS};
    nanosleep(&nap, NULL);
    atomic_store(&l->stop, true);
    for (int i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    return (double)atomic_load(&l->done) * OQ_SECOND / (double)(oq_monotonic() - start);
}

static void measure(db_fixture *f, const char *name, const db_stmt *stmt, size_t rows,
                    oq_access access, int threads, double gate)
{
    load ours = {.f = f, .stmt = stmt, .access = access, .rows = rows};
    load bare = {.f = f, .stmt = stmt, .access = access, .rows = rows, .is_bare = true};
    double theirs = per_second(&bare, threads), got = per_second(&ours, threads);
    printf(
        "{\"name\":\"db.%s\",\"value\":%.0f,\"unit\":\"units/s\",\"peer\":\"libpq without walls\","
        "\"peer_value\":%.0f,\"ratio\":%.2f,\"gate\":%.2f,\"ok\":%s}\n",
        name, got, theirs, got / theirs, gate, got / theirs >= gate ? "true" : "false");
    fflush(stdout);
}

int main(void)
{
    void *state;
    db_fixture_open(&state);
    db_fixture *f = state;
    db_fixture_reset(&state);
    db_pool_options options = testdb_pool_options(f->db);
    options.size_max = THREADS;
    db_fixture_pool(f, options);
    testdb_exec(f->db, "INSERT INTO things SELECT '0a000000-0000-0000-0000-000000000000',"
                       " gen_random_uuid(), 'm' || n, n FROM generate_series(1, 50) AS n;"
                       "ANALYZE things");
    measure(f, "read.1_thread", &one, 1, OQ_READ, 1, 0.5);
    measure(f, "read.8_threads", &one, 1, OQ_READ, THREADS, 0.4);
    measure(f, "read_50_rows.8_threads", &many, ROWS, OQ_READ, THREADS, 0.5);
    measure(f, "write.8_threads", &one, 1, OQ_WRITE, THREADS, 0.5);
    db_fixture_close(&state);
    return 0;
}
