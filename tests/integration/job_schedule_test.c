/* Repeating kinds: who gets them, when, and that two workers do not double them. */
#include <pthread.h>

#include "integration/job_kinds.h"

static size_t tick(job_fixture *f)
{
    size_t added;
    CHECK_OK(job_schedule_tick(&f->queue, f->arena, &added));
    return added;
}

static int64_t count_jobs(job_fixture *f, const char *where)
{
    char sql[300];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM jobs j JOIN tenants t ON t.id = j.tenant_id WHERE %s", where);
    return job_fixture_number(f, sql);
}

static void test_who_gets_what(void **state)
{
    job_fixture *f = *state;
    CHECK_OK(job_schedule_fill(&f->queue, f->arena));
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM job_schedules"
                                           " WHERE kind = 't.minute'"),
                     3); /* A, B and the platform's own tenant */
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM job_schedules"
                                           " WHERE kind = 't.platform'"),
                     1);
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM job_schedules"
                                           " WHERE kind = 'job.trim'"),
                     3);
    oq_clock_advance(OQ_MINUTE);
    CHECK("each within its first minute", tick(f) >= 3);
    assert_int_equal(count_jobs(f, "kind = 't.minute' AND j.created_by = 'schedule'"), 3);
    CHECK("no more", tick(f) == 0);
    oq_clock_advance(OQ_DAY);
    tick(f);
    assert_int_equal(count_jobs(f, "kind = 'job.trim'"), 3);
    assert_int_equal(count_jobs(f, "kind = 't.platform'"), 1);
    assert_int_equal(count_jobs(f, "kind = 't.platform' AND t.code = 'PLATFORM'"), 1);
    while (job_fixture_step(f, &f->queue))
        ;
    assert_int_equal(count_jobs(f, "state <> 'done'"), 0);
}

static void test_new_suspended_and_woken_tenants(void **state)
{
    job_fixture *f = *state;
    testdb_exec(f->db, "UPDATE tenants SET status = 'suspended' WHERE code = 'TB'");
    CHECK_OK(job_schedule_fill(&f->queue, f->arena));
    oq_clock_advance(OQ_MINUTE);
    tick(f);
    assert_int_equal(count_jobs(f, "t.code = 'TB'"), 0);
    testdb_exec(f->db, "UPDATE tenants SET status = 'active' WHERE code = 'TB'");
    testdb_exec(f->db, "INSERT INTO tenants (id, code, name, industry) VALUES"
                       " ('0c000000-0000-0000-0000-000000000000', 'EXTRA', 'E', 'mining')");
    CHECK_OK(job_schedule_fill(&f->queue, f->arena));
    CHECK_OK(job_schedule_fill(&f->queue, f->arena)); /* twice is once */
    oq_clock_advance(OQ_MINUTE);
    tick(f);
    assert_int_equal(count_jobs(f, "t.code = 'TB' AND kind = 't.minute'"), 1);
    assert_int_equal(count_jobs(f, "t.code = 'EXTRA' AND kind = 't.minute'"), 1);

    /* Suspended for a day: one run makes up for it, not a thousand. */
    while (job_fixture_step(f, &f->queue))
        ;
    testdb_exec(f->db, "UPDATE tenants SET status = 'suspended' WHERE code = 'TB'");
    oq_clock_advance(OQ_DAY);
    tick(f);
    testdb_exec(f->db, "UPDATE tenants SET status = 'active' WHERE code = 'TB'");
    tick(f);
    CHECK("no more", tick(f) == 0);
    assert_int_equal(count_jobs(f, "t.code = 'TB' AND kind = 't.minute'"), 2);
}

/* Nothing new comes to a record of the past; what somebody asks for in it is done. */
static void test_records_have_no_schedule(void **state)
{
    job_fixture *f = *state;
    CHECK_OK(job_schedule_fill(&f->queue, f->arena)); /* it lived until now */
    testdb_exec(f->db, "UPDATE tenants SET stands_at = '2016-01-01' WHERE code = 'TB'");
    oq_clock_advance(OQ_MINUTE);
    CHECK("the others go on", tick(f) > 0);
    assert_int_equal(count_jobs(f, "t.code = 'TB'"), 0);
    testdb_exec(f->db, "INSERT INTO tenants (id, code, name, industry, stands_at) VALUES"
                       " ('0c000000-0000-0000-0000-000000000000', 'EXTRA_PAST', 'P', 'mining',"
                       "  '2016-01-01')");
    CHECK_OK(job_schedule_fill(&f->queue, f->arena));
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM job_schedules WHERE tenant_id ="
                                           " '0c000000-0000-0000-0000-000000000000'"),
                     0);
    testdb_exec(f->db, "UPDATE tenants SET stands_at = NULL");
}

static int64_t next_of_a(job_fixture *f)
{
    return job_fixture_number(f, "SELECT (extract(epoch FROM next_at) * 1000000)::bigint"
                                 " FROM job_schedules WHERE kind = 't.minute' AND tenant_id ="
                                 " '0a000000-0000-0000-0000-000000000000'");
}

static void test_no_drift(void **state)
{
    job_fixture *f = *state;
    CHECK_OK(job_schedule_fill(&f->queue, f->arena));
    int64_t first = next_of_a(f);
    for (int i = 1; i <= 10; i++) {
        oq_clock_set(first + (i - 1) * OQ_MINUTE + i * 1234567);
        CHECK("due", tick(f) >= 1);
        assert_int_equal(next_of_a(f), first + i * OQ_MINUTE);
        while (job_fixture_step(f, &f->queue))
            ;
    }
    assert_int_equal(count_jobs(f, "kind = 't.minute' AND t.code = 'TA'"), 10);
    oq_clock_advance(OQ_HOUR);
    tick(f);
    assert_int_equal((next_of_a(f) - first) % OQ_MINUTE, 0);
    CHECK("ahead", next_of_a(f) > oq_clock_now());
}

static void test_what_waits_is_not_added_again(void **state)
{
    job_fixture *f = *state;
    CHECK_OK(job_schedule_fill(&f->queue, f->arena));
    for (int i = 0; i < 5; i++) {
        oq_clock_advance(OQ_MINUTE);
        tick(f);
    }
    assert_int_equal(count_jobs(f, "kind = 't.minute' AND t.code = 'TA'"), 1);
}

static void test_a_shorter_period_takes_hold(void **state)
{
    job_fixture *f = *state;
    CHECK_OK(job_schedule_fill(&f->queue, f->arena));
    testdb_exec(f->db, "UPDATE job_schedules SET next_at = next_at + interval '1 day'"
                       " WHERE kind = 't.minute'");
    CHECK("now", tick(f) == 3);
    CHECK("and within a minute", next_of_a(f) <= oq_clock_now() + OQ_MINUTE);
}

/* Put off, also before the schedule knows of the kind; never brought nearer; nobody else's. */
static void test_held(void **state)
{
    job_fixture *f = *state;
    oq_us now = oq_clock_now();
    for (int i = 0; i < 2; i++) {
        oq_scope *s = job_fixture_scope(f, TENANT_A);
        CHECK_OK(job_hold(s, "t.minute", now + (i ? 10 : 50) * OQ_SECOND));
        CHECK_OK(oq_scope_commit(s));
        oq_scope_close(s);
    }
    CHECK_OK(job_schedule_fill(&f->queue, f->arena));
    assert_int_equal(next_of_a(f), now + 50 * OQ_SECOND);
    oq_clock_advance(49 * OQ_SECOND);
    tick(f);
    assert_int_equal(count_jobs(f, "kind = 't.minute' AND t.code = 'TA'"), 0);
    oq_clock_advance(11 * OQ_SECOND);
    tick(f);
    assert_int_equal(count_jobs(f, "kind = 't.minute' AND t.code = 'TA'"), 1);
    assert_int_equal(count_jobs(f, "kind = 't.minute' AND t.code = 'TB'"), 1);
}

static void test_tenants_start_at_their_own_moments(void **state)
{
    job_fixture *f = *state;
    testdb_exec(f->db, "INSERT INTO tenants (id, code, name, industry)"
                       " SELECT gen_random_uuid(), 'EXTRA' || n, 'E', 'mining'"
                       " FROM generate_series(1, 200) n");
    CHECK_OK(job_schedule_fill(&f->queue, f->arena));
    int64_t moments = job_fixture_number(f, "SELECT count(DISTINCT next_at) FROM job_schedules"
                                            " WHERE kind = 't.minute'");
    CHECK("spread over the minute", moments > 40);
    oq_clock_advance(OQ_MINUTE - 1); /* in batches */
    size_t added = 0, now;
    while ((now = tick(f)))
        added += now;
    CHECK("all of them, in batches", added >= 203);
    assert_int_equal(count_jobs(f, "kind = 't.minute'"), 203);
}

/* --- two workers -------------------------------------------------------------------------------*/

enum { WORKERS = 4, ROUNDS = 10 };

typedef struct racer {
    job_fixture *f;
    pthread_barrier_t *line;
    size_t added[ROUNDS];
    const char *failed;
} racer;

static void *race(void *arg)
{
    racer *r = arg;
    oq_arena *arena = oq_arena_open(0);
    for (int i = 0; i < ROUNDS; i++) {
        if (pthread_barrier_wait(r->line) == PTHREAD_BARRIER_SERIAL_THREAD)
            oq_clock_advance(OQ_MINUTE);
        pthread_barrier_wait(r->line);
        oq_err *err = job_schedule_tick(&r->f->queue, arena, &r->added[i]);
        if (err)
            r->failed = err->code;
    }
    oq_arena_close(arena);
    oq_err_reset();
    return NULL;
}

static void test_two_workers_do_not_double(void **state)
{
    job_fixture *f = *state;
    testdb_exec(f->db, "INSERT INTO tenants (id, code, name, industry)"
                       " SELECT gen_random_uuid(), 'EXTRA' || n, 'E', 'mining'"
                       " FROM generate_series(1, 20) n");
    CHECK_OK(job_schedule_fill(&f->queue, f->arena));
    testdb_exec(f->db, "DELETE FROM job_schedules WHERE kind <> 't.minute'");
    pthread_barrier_t line;
    pthread_barrier_init(&line, NULL, WORKERS);
    racer racers[WORKERS] = {0};
    pthread_t thread[WORKERS];
    for (int i = 0; i < WORKERS; i++) {
        racers[i] = (racer){.f = f, .line = &line};
        assert_int_equal(pthread_create(&thread[i], NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < WORKERS; i++)
        pthread_join(thread[i], NULL);
    pthread_barrier_destroy(&line);
    for (int round = 0; round < ROUNDS; round++) {
        size_t added = 0;
        for (int i = 0; i < WORKERS; i++)
            added += racers[i].added[round];
        assert_int_equal(added, 23);
    }
    for (int i = 0; i < WORKERS; i++)
        CHECK_STR("no worker was in another's way",
                  oq_cstr(racers[i].failed ? racers[i].failed : ""), "");
}

/* In one thread, on a clock that stands until it is moved: what is due, once each, the schedule
 * with it, and what failed is counted. */
static void test_due_on_a_moved_clock(void **state)
{
    job_fixture *f = *state;
    jobs_done done;
    job_fixture_add(f, TENANT_A, &(job_order){.kind = "t.effect"});
    job_fixture_add(f, TENANT_A, &(job_order){.kind = "t.bad"});
    job_fixture_add(f, TENANT_B,
                    &(job_order){.kind = "t.effect", .run_at = JOB_FIXTURE_NOW + 10 * OQ_MINUTE});
    CHECK_OK(job_run_due(f->pool, test_kind_list, &done));
    assert_int_equal(done.failed, 1);
    assert_int_equal(count_jobs(f, "kind = 't.effect' AND state = 'done'"), 1);
    CHECK_OK(job_run_due(f->pool, test_kind_list, &done));
    assert_int_equal(done.count, 0);
    oq_clock_advance(10 * OQ_MINUTE);
    CHECK_OK(job_run_due(f->pool, test_kind_list, &done));
    assert_int_equal(count_jobs(f, "kind = 't.effect' AND state = 'done'"), 2);
    assert_int_equal(count_jobs(f, "kind = 't.minute' AND state = 'done'"), 3);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup(test, job_fixture_reset)
    const struct CMUnitTest tests[] = {
        EACH(test_who_gets_what),
        EACH(test_new_suspended_and_woken_tenants),
        EACH(test_records_have_no_schedule),
        EACH(test_no_drift),
        EACH(test_what_waits_is_not_added_again),
        EACH(test_a_shorter_period_takes_hold),
        EACH(test_held),
        EACH(test_tenants_start_at_their_own_moments),
        EACH(test_two_workers_do_not_double),
        EACH(test_due_on_a_moved_clock),
    };
    return cmocka_run_group_tests_name("job_schedule", tests, job_fixture_open, job_fixture_close);
}
