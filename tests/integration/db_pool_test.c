/* The pool on a real PostgreSQL that goes away, stays silent, is full, is slow. */
#include "support/db_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "db/fault.h"
#include "integration/things.h"
#include "support/proxy.h"

static oq_err *count(oq_scope *s)
{
    return sql_thing_count(s, &(sql_thing_count_rows){0});
}

static oq_err *count_in(db_fixture *f, oq_access access)
{
    oq_scope *s = db_fixture_scope(f, TENANT_A, access);
    oq_err *err = count(s);
    oq_scope_close(s);
    return err;
}

static oq_err *add(oq_scope *s, const char *name)
{
    return sql_thing_add(
        s, (sql_thing_add_args){.id = oq_uuid_new(oq_clock_now()), .name = oq_cstr(name)}, NULL);
}

static void end_all_sessions(db_fixture *f)
{
    testdb_exec(f->db, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                       " WHERE application_name = 'optria test' AND datname = current_database()");
    /* They end when they notice. */
    while (testdb_number(f->db, "SELECT count(*) FROM pg_stat_activity WHERE"
                                " application_name = 'optria test'"
                                " AND datname = current_database()") > 0)
        usleep(1000);
}

/* --- questions ---------------------------------------------------------------------------------*/

static void test_opens_no_connection_by_itself(void **state)
{
    db_fixture *f = *state;
    db_pool_options options = testdb_pool_options(f->db);
    options.url = OQ_STR("host=/nowhere");
    db_fixture_pool(f, options);
    assert_int_equal(db_pool_stats_get(f->pool).open, 0);
    oq_us took = -1;
    oq_err *err = db_pool_ping(f->pool, &took);
    CHECK_CODE("ping", err, "db.unreachable");
    CHECK_STR("host", err->arg[0].value, "/nowhere:5432");
    assert_int_equal(took, -1);
    options.url = OQ_STR("postgresql://x:secret@[/y");
    db_pool *none = NULL;
    err = db_pool_open(&options, &none);
    CHECK_CODE("url", err, "db.bad_url");
    assert_null(err->detail);
    assert_null(none);
}

static void test_ping_and_rights(void **state)
{
    db_fixture *f = *state;
    oq_us took = -1;
    CHECK_OK(db_pool_ping(f->pool, &took));
    assert_true(took >= 0 && took < 5 * OQ_SECOND);
    db_session_rights rights;
    CHECK_OK(db_pool_rights(f->pool, f->arena, &rights));
    CHECK_STR("role", rights.role, "optria_test_server");
    assert_true(!rights.is_superuser && !rights.bypasses_rls && !rights.owns_tables);

    /* What a login is, it is also in the role that owns nothing. */
    static const char *const roles[] = {NULL, "optria_app"};
    for (size_t i = 0; i < OQ_COUNT(roles); i++) {
        db_pool_options options = testdb_pool_options(f->db);
        options.role = roles[i];
        options.url = testdb_owner_url(f->db);
        db_fixture_pool(f, options);
        CHECK_OK(db_pool_rights(f->pool, f->arena, &rights));
        assert_true(!rights.is_superuser && !rights.bypasses_rls && rights.owns_tables);
        options.url = testdb_admin_url(f->db);
        db_fixture_pool(f, options);
        CHECK_OK(db_pool_rights(f->pool, f->arena, &rights));
        assert_true(rights.is_superuser && rights.bypasses_rls && rights.owns_tables);
    }
}

static void test_refused(void **state)
{
    db_fixture *f = *state;
    static const struct {
        const char *label, *keyword, *role;
    } row[] = {
        {"no such login", "user=nobody_knows", "optria_app"},
        {"no such database", "dbname=nobody_knows", "optria_app"},
        {"no such role", "application_name=x", "nobody_knows"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        db_pool_options options = testdb_pool_options(f->db);
        options.url = oq_strf(f->arena, "%.*s %s", OQ_FMT(options.url), row[i].keyword);
        options.role = row[i].role;
        db_fixture_pool(f, options);
        oq_err *err = count_in(f, OQ_READ);
        CHECK_CODE(row[i].label, err, "db.refused");
        assert_int_equal(err->kind, OQ_UNAVAILABLE);
        CHECK(row[i].label, err->detail && strstr(err->detail, "nobody_knows"));
    }
}

/* --- connections that die ----------------------------------------------------------------------*/

static void test_died_while_idle(void **state)
{
    db_fixture *f = *state;
    static const oq_access access[] = {OQ_READ, OQ_WRITE};
    for (size_t i = 0; i < OQ_COUNT(access); i++) {
        /* Two idle connections. */
        oq_scope *one = db_fixture_scope(f, TENANT_A, OQ_WRITE);
        CHECK_OK(count(one));
        CHECK_OK(count_in(f, OQ_READ));
        oq_scope_close(one);
        assert_int_equal(db_pool_stats_get(f->pool).open, 2);
        int64_t lost = db_pool_stats_get(f->pool).lost_total;

        end_all_sessions(f);
        CHECK_OK(count_in(f, access[i]));
        db_pool_stats stats = db_pool_stats_get(f->pool);
        assert_int_equal(stats.open, 1); /* the other was found dead as well */
        assert_int_equal(stats.busy, 0);
        assert_int_equal(stats.lost_total, lost + 2);
    }
    oq_us took;
    end_all_sessions(f);
    CHECK_OK(db_pool_ping(f->pool, &took));
}

static void test_lost_in_the_middle(void **state)
{
    db_fixture *f = *state;
    CHECK_OK(count_in(f, OQ_READ)); /* so that the connection is a used one */
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    CHECK_OK(add(s, "x"));
    end_all_sessions(f);
    oq_err *err = add(s, "y");
    CHECK_CODE("second statement", err, "db.lost");
    assert_true(oq_err_retries(err));
    CHECK_CODE("commit", oq_scope_commit(s), "db.scope_failed");
    oq_scope_close(s);
    assert_int_equal(db_pool_stats_get(f->pool).open, 0);
    assert_int_equal(testdb_number(f->db, "SELECT count(*) FROM things"), 3);
    CHECK_OK(count_in(f, OQ_WRITE));
}

static void test_lost_before_commit(void **state)
{
    db_fixture *f = *state;
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    CHECK_OK(add(s, "x"));
    end_all_sessions(f);
    CHECK_CODE("commit", oq_scope_commit(s), "db.lost"); /* nothing happened, and it is known */
    oq_scope_close(s);
    assert_int_equal(testdb_number(f->db, "SELECT count(*) FROM things"), 3);
}

/* The server has committed, and nobody could hear it. */
static void test_answer_to_commit_lost(void **state)
{
    db_fixture *f = *state;
    proxy *wire = proxy_open();
    db_pool_options options = testdb_pool_options(f->db);
    options.url = testdb_url_through(f->db, proxy_host(wire), proxy_port(wire));
    db_fixture_pool(f, options);
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    CHECK_OK(add(s, "x"));
    proxy_set(wire, PROXY_CUT_AT_ANSWER);
    oq_err *err = oq_scope_commit(s);
    CHECK_CODE("commit", err, "db.commit_unknown");
    CHECK_CODE("cause", err->cause, "db.lost");
    oq_scope_close(s);
    assert_int_equal(testdb_number(f->db, "SELECT count(*) FROM things WHERE name = 'x'"), 1);

    /* A reading unit that was cut off is asked again once, a fresh one not. */
    proxy_set(wire, PROXY_PASS);
    CHECK_OK(count_in(f, OQ_READ));
    proxy_cut(wire);
    CHECK_OK(count_in(f, OQ_READ));
    db_pool_close(f->pool);
    f->pool = NULL;
    proxy_close(wire);
}

static void test_server_goes_and_comes(void **state)
{
    db_fixture *f = *state;
    proxy *wire = proxy_open();
    db_pool_options options = testdb_pool_options(f->db);
    options.url = testdb_url_through(f->db, proxy_host(wire), proxy_port(wire));
    db_fixture_pool(f, options);
    CHECK_OK(count_in(f, OQ_READ));

    proxy_set(wire, PROXY_REFUSE);
    proxy_cut(wire);
    oq_us start = oq_monotonic();
    CHECK_CODE("away", count_in(f, OQ_READ), "db.unreachable");
    db_pool_stats stats = db_pool_stats_get(f->pool);
    assert_int_equal(stats.open, 0);
    assert_int_equal(stats.failed_total, 1);

    /* Within the pause nobody knocks; the answer is the same and comes at once. */
    for (int i = 0; i < 5; i++) {
        oq_err *err = count_in(f, OQ_WRITE);
        CHECK_CODE("pause", err, "db.unreachable");
        assert_non_null(strstr(err->detail, "not tried"));
    }
    assert_int_equal(db_pool_stats_get(f->pool).failed_total, 1);
    assert_true(oq_monotonic() - start < OQ_SECOND);

    proxy_set(wire, PROXY_PASS);
    while (oq_monotonic() - start < 10 * OQ_SECOND && count_in(f, OQ_READ))
        usleep(10000);
    CHECK_OK(count_in(f, OQ_READ));
    assert_int_equal(db_pool_stats_get(f->pool).open, 1);
    db_pool_close(f->pool);
    f->pool = NULL;
    proxy_close(wire);
}

/* A network that swallows everything: the deadline is ours. */
static void test_silence_is_not_waited_for(void **state)
{
    db_fixture *f = *state;
    proxy *wire = proxy_open();
    proxy_set(wire, PROXY_SILENT);
    db_pool_options options = testdb_pool_options(f->db);
    options.url = testdb_url_through(f->db, proxy_host(wire), proxy_port(wire));
    options.connect_max_ms = 100;
    db_fixture_pool(f, options);
    oq_err *err = count_in(f, OQ_READ);
    CHECK_CODE("connect", err, "db.unreachable");
    CHECK_STR("why", oq_cstr(err->detail), "no answer in time");

    proxy_set(wire, PROXY_PASS);
    usleep(150000);
    options.statement_max_ms = 100;
    db_fixture_pool(f, options);
    CHECK_OK(count_in(f, OQ_READ));
    proxy_set(wire, PROXY_SILENT);
    oq_us start = oq_monotonic();
    err = count_in(f, OQ_READ);
    CHECK_CODE("statement", err, "db.lost");
    CHECK_STR("why", oq_cstr(err->detail), "no answer in time");
    assert_true(oq_monotonic() - start < 4 * OQ_SECOND); /* once, not twice */
    proxy_set(wire, PROXY_PASS);
    CHECK_OK(count_in(f, OQ_READ));
    db_pool_close(f->pool);
    f->pool = NULL;
    proxy_close(wire);
}

/* --- faults ------------------------------------------------------------------------------------*/

static void test_fault_points(void **state)
{
    db_fixture *f = *state;
    assert_true(db_fault_arm("db.connect", 1));
    CHECK_CODE("connect", count_in(f, OQ_READ), "db.unreachable");
    usleep(120000);
    CHECK_OK(count_in(f, OQ_READ));

    assert_true(db_fault_arm("db.send", 1)); /* of a used connection: sent again */
    CHECK_OK(count_in(f, OQ_READ));
    assert_true(db_fault_arm("db.send", 2)); /* of the second statement */
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    CHECK_OK(count(s));
    CHECK_CODE("send", count(s), "db.lost");
    oq_scope_close(s);

    assert_true(db_fault_arm("db.commit", 1));
    s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    CHECK_OK(add(s, "x"));
    oq_err *err = oq_scope_commit(s);
    CHECK_CODE("commit", err, "db.commit_unknown");
    CHECK_CODE("cause", err->cause, "db.lost");
    oq_scope_close(s);
    assert_false(db_fault_arm("db.nowhere", 1));
    CHECK_OK(count_in(f, OQ_READ));
}

/* --- limits ------------------------------------------------------------------------------------*/

static void test_pool_full(void **state)
{
    db_fixture *f = *state;
    db_pool_options options = testdb_pool_options(f->db);
    options.size_max = 1;
    options.wait_max_ms = 50;
    db_fixture_pool(f, options);
    oq_scope *holder = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    CHECK_OK(count(holder));
    oq_us start = oq_monotonic();
    oq_err *err = count_in(f, OQ_READ);
    CHECK_CODE("full", err, "db.pool_full");
    CHECK_STR("waited", err->arg[0].value, "50");
    assert_true(oq_monotonic() - start >= 50 * OQ_MS);
    assert_int_equal(db_pool_stats_get(f->pool).waits_total, 1);
    oq_scope_close(holder);
    CHECK_OK(count_in(f, OQ_READ));
}

static void test_statement_timeout(void **state)
{
    db_fixture *f = *state;
    db_pool_options options = testdb_pool_options(f->db);
    options.statement_max_ms = 50;
    db_fixture_pool(f, options);
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_READ);
    oq_err *err = sql_nap(s, (sql_nap_args){10}, &(sql_nap_rows){0});
    CHECK_CODE("nap", err, "db.statement_timeout");
    assert_int_equal(err->kind, OQ_TIMEOUT);
    CHECK_OK(count(s));
    oq_scope_close(s);
    assert_int_equal(db_pool_stats_get(f->pool).opened_total, 1); /* the session lives */
}

static void test_lock_timeout_and_deadlock(void **state)
{
    db_fixture *f = *state;
    db_pool_options options = testdb_pool_options(f->db);
    options.lock_max_ms = 50;
    db_fixture_pool(f, options);
    oq_scope *one = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    oq_scope *other = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    sql_thing_lock_rows rows;
    CHECK_OK(sql_thing_lock(one, (sql_thing_lock_args){OQ_STR("a1")}, &rows));
    oq_err *err = sql_thing_lock(other, (sql_thing_lock_args){OQ_STR("a1")}, &rows);
    CHECK_CODE("lock", err, "db.lock_timeout");
    assert_true(oq_err_retries(err));
    oq_scope_close(other);
    CHECK_OK(sql_thing_lock(one, (sql_thing_lock_args){OQ_STR("a2")}, &rows));
    oq_scope_close(one);
}

/* --- statements that grow old ------------------------------------------------------------------*/

static void test_schema_changes_under_us(void **state)
{
    db_fixture *f = *state;
    sql_star_rows rows;
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_READ);
    CHECK_OK(sql_star(s, &rows));
    assert_false(oq_str_given(rows.at[0].b));
    testdb_exec(f->db, "ALTER TABLE stars ADD COLUMN b text DEFAULT 'new'");
    CHECK_OK(sql_star(s, &rows)); /* "cached plan must not change result type", and again */
    CHECK_STR("b", rows.at[0].b, "new");
    oq_scope_close(s);

    /* As the first statement of a writing scope too; later it is too late. */
    testdb_exec(f->db, "ALTER TABLE stars DROP COLUMN b");
    s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    CHECK_OK(sql_star(s, &rows));
    oq_scope_close(s);
    testdb_exec(f->db, "ALTER TABLE stars ADD COLUMN b text");
    s = db_fixture_scope(f, TENANT_A, OQ_WRITE);
    CHECK_OK(count(s));
    oq_err *err = sql_star(s, &rows);
    CHECK_CODE("too late", err, "db.serialization");
    assert_true(oq_err_retries(err));
    oq_scope_close(s);
    CHECK_OK(count_in(f, OQ_READ));
    s = db_fixture_scope(f, TENANT_A, OQ_READ);
    CHECK_OK(sql_star(s, &rows));
    oq_scope_close(s);
    testdb_exec(f->db, "ALTER TABLE stars DROP COLUMN b");
}

/* What could not be prepared is not taken for prepared. */
static void test_prepared_later(void **state)
{
    db_fixture *f = *state;
    static const db_stmt later = {.name = "LATER", .sql = "SELECT FROM later"};
    oq_scope *s = db_fixture_scope(f, TENANT_A, OQ_READ);
    for (int i = 0; i < 2; i++) {
        oq_err *err = db_run(s, &later, NULL, NULL, NULL);
        CHECK_CODE("not yet", err, "db.internal");
        assert_non_null(strstr(err->detail, "42P01 in LATER"));
    }
    testdb_exec(f->db, "CREATE TABLE later (); GRANT SELECT ON later TO optria_app");
    CHECK_OK(db_run(s, &later, NULL, NULL, NULL));
    CHECK_OK(db_run(s, &later, NULL, NULL, NULL));
    oq_scope_close(s);
    assert_int_equal(db_pool_stats_get(f->pool).opened_total, 1);
}

/* --- many at once ------------------------------------------------------------------------------*/

enum { THREADS = 8, ROUNDS = 60 };

typedef struct worker {
    db_fixture *f;
    int number;
    atomic_int *wrong;
} worker;

/* Each thread works for one of two tenants, in all kinds of units; some fail on purpose. */
static void *work(void *arg)
{
    worker *w = arg;
    oq_uuid tenant = w->number % 2 ? TENANT_B : TENANT_A;
    int64_t own = w->number % 2 ? 1 : 2;
    oq_arena *arena = oq_arena_open(0);
    for (int i = 0; i < ROUNDS; i++) {
        oq_err_reset();
        oq_arena_reset(arena);
        const oq_scope_options options = {.pool = w->f->pool,
                                          .tenant_id = tenant,
                                          .arena = arena,
                                          .access = i % 3 ? OQ_READ : OQ_WRITE};
        oq_scope *s;
        sql_thing_find_rows rows;
        oq_err *err = oq_scope_open(&options, &s);
        for (int k = 0; !err && k < 3; k++) {
            err = sql_thing_find(s, (sql_thing_find_args){0}, &rows);
            if (!err && (int64_t)rows.count != own)
                atomic_fetch_add(w->wrong, 1);
        }
        if (!err && i % 3 == 0)
            err = sql_thing_set(s, (sql_thing_set_args){OQ_STR("a1"), i}, NULL);
        if (!err && i % 5 == 0 && !sql_divide(s, (sql_divide_args){0}, &(sql_divide_rows){0}))
            atomic_fetch_add(w->wrong, 1);
        if (!err && i % 6 == 0)
            err = i % 5 == 0 ? NULL : oq_scope_commit(s);
        if (err)
            atomic_fetch_add(w->wrong, 1);
        oq_scope_close(s);
    }
    oq_arena_close(arena);
    return NULL;
}

static void test_many_threads(void **state)
{
    db_fixture *f = *state;
    db_pool_options options = testdb_pool_options(f->db);
    options.size_max = 3; /* fewer than threads: they wait for each other */
    options.wait_max_ms = 20000;
    options.statement_max_ms = 20000;
    db_fixture_pool(f, options);
    atomic_int wrong = 0;
    worker w[THREADS];
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++) {
        w[i] = (worker){f, i, &wrong};
        assert_int_equal(pthread_create(&thread[i], NULL, work, &w[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    assert_int_equal(atomic_load(&wrong), 0);
    db_pool_stats stats = db_pool_stats_get(f->pool);
    assert_int_equal(stats.busy, 0);
    assert_true(stats.open >= 1 && stats.open <= 3);
    assert_int_equal(stats.opened_total, stats.open);
}

#define TEST(name) cmocka_unit_test_setup(name, db_fixture_reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_opens_no_connection_by_itself),
        TEST(test_ping_and_rights),
        TEST(test_refused),
        TEST(test_died_while_idle),
        TEST(test_lost_in_the_middle),
        TEST(test_lost_before_commit),
        TEST(test_answer_to_commit_lost),
        TEST(test_server_goes_and_comes),
        TEST(test_silence_is_not_waited_for),
        TEST(test_fault_points),
        TEST(test_pool_full),
        TEST(test_statement_timeout),
        TEST(test_lock_timeout_and_deadlock),
        TEST(test_schema_changes_under_us),
        TEST(test_prepared_later),
        TEST(test_many_threads),
    };
    return cmocka_run_group_tests(tests, db_fixture_open, db_fixture_close);
}
