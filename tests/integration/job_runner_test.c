/* The threads of one worker: waking, cancelling, limits, closing. */
#include <pthread.h>
#include <unistd.h>

#include "db/fault.h"
#include "db/listen.h"
#include "integration/job_kinds.h"

static job_runner *open_runner(job_fixture *f, int threads)
{
    job_runner *r;
    CHECK_OK(job_runner_open(&(job_runner_options){.pool = f->pool,
                                                   .kinds = test_kind_list,
                                                   .worker = OQ_STR("w1"),
                                                   .threads = threads,
                                                   .lease = 60 * OQ_SECOND},
                             &r));
    return r;
}

/* The clock runs: threads and the test share it. */
static int reset(void **state)
{
    job_fixture_reset(state);
    oq_clock_set(OQ_TIME_NONE);
    return 0;
}

static void test_jobs_are_run(void **state)
{
    job_fixture *f = *state;
    for (int i = 0; i < 40; i++)
        job_fixture_add_kind(f, i % 2 ? TENANT_A : TENANT_B, "t.effect");
    job_runner *r = open_runner(f, 3);
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'done'", 40);
    job_runner_close(r, 5000);
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM job_effects"), 40);
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM job_starts"), 40);
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM jobs WHERE tries <> 1"), 0);
}

static void wake(void *runner, oq_str payload)
{
    job_runner_wake(runner);
}

/* Without NOTIFY an idle worker looks every ten seconds. */
static void test_notify_wakes_an_idle_worker(void **state)
{
    job_fixture *f = *state;
    job_runner *r = open_runner(f, 2);
    db_channel channels[] = {{"optria_job", wake, NULL, r}, {NULL}};
    db_pool_options options = testdb_pool_options(f->db);
    db_listener *listener;
    CHECK_OK(db_listener_open(&options, channels, &listener));
    while (!db_listener_is_connected(listener))
        usleep(1000);
    for (int i = 0; i < 3; i++) {
        oq_us before = oq_monotonic();
        oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.effect");
        while (job_fixture_get(f, TENANT_A, id)->state != JOB_DONE)
            usleep(2000);
        CHECK("soon", oq_monotonic() - before < 5 * OQ_SECOND);
    }
    db_listener_close(listener);
    job_runner_close(r, 1000);
}

static void test_parallel_jobs_run_at_once(void **state)
{
    job_fixture *f = *state;
    job_fixture_add_kind(f, TENANT_A, "t.meet");
    job_fixture_add_kind(f, TENANT_A, "t.meet");
    job_runner *r = open_runner(f, 2);
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'done'", 2);
    job_runner_close(r, 1000);
}

static void test_cancel_of_a_running_job(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.loop");
    job_runner *r = open_runner(f, 2);
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'running' AND progress >= 0", 1);
    CHECK_STR("note", job_fixture_get(f, TENANT_A, id)->progress_note, "looping");
    job_fixture_cancel(f, TENANT_A, id);
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'cancelled'", 1);
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK("ended", j->finished_at != OQ_TIME_NONE && j->tries == 1);
    job_runner_close(r, 1000);
}

static void test_a_limit_ends_a_try(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.short");
    job_runner *r = open_runner(f, 1);
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'ready' AND tries = 1", 1);
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK_STR("why", j->error_code, "job.limit");
    CHECK_STR("fact", j->error_facts, "{\"limit_s\": \"1\"}");
    oq_us took = j->run_at - j->started_at;
    CHECK("after its second, and a back-off", took >= 5 * OQ_SECOND && took < 15 * OQ_SECOND);
    job_runner_close(r, 1000);
}

static void test_closing_lets_work_end(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.meet");
    job_runner *r = open_runner(f, 1);
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'running'", 1);
    oq_uuid waiting = job_fixture_add_kind(f, TENANT_A, "t.effect");
    job_met = 2; /* it may end now */
    job_runner_close(r, 20000);
    CHECK("done", job_fixture_get(f, TENANT_A, id)->state == JOB_DONE);
    CHECK("nothing new was begun", job_fixture_get(f, TENANT_A, waiting)->state == JOB_READY);
}

static void test_closing_gives_back_what_does_not_end(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.loop");
    job_runner *r = open_runner(f, 1);
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'running'", 1);
    oq_us before = oq_monotonic();
    job_runner_close(r, 20);
    CHECK("soon", oq_monotonic() - before < 2 * OQ_SECOND);
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK("given back, not counted", j->state == JOB_READY && j->tries == 0);
    CHECK("at once", j->run_at <= oq_clock_now());
    CHECK("no error", !oq_str_given(j->error_code));
}

static void *end_when_given_back(void *arg)
{
    job_fixture *f = arg;
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'ready'", 1);
    job_may_end = true;
    return NULL;
}

/* A kind that asks for no checkpoint: others may have the job, and what it does late counts for
 * nothing. */
static void test_closing_leaves_behind_what_does_not_listen(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.deaf");
    job_runner *r = open_runner(f, 1);
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'running'", 1);
    pthread_t helper;
    pthread_create(&helper, NULL, end_when_given_back, f);
    job_runner_close(r, 0);
    pthread_join(helper, NULL);
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK("given back, not counted, not done", j->state == JOB_READY && j->tries == 0);
}

/* As if the server were away, for all but the test itself. */
static void keep_out(job_fixture *f, bool out)
{
    const char *name = testdb_value(f->db, "SELECT current_database()");
    testdb_exec(
        f->db,
        oq_strf(f->arena, "ALTER DATABASE \"%s\" CONNECTION LIMIT %d", name, out ? 0 : -1).ptr);
    testdb_exec(f->db, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                       " WHERE datname = current_database() AND pid <> pg_backend_pid()");
}

/* The work is done while nobody can write that down. It must not run again. */
static void test_the_end_is_written_when_the_database_is_back(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.deaf");
    job_runner *r = open_runner(f, 1);
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'running'", 1);
    keep_out(f, true);
    job_may_end = true;
    usleep(100000); /* for a first attempt: the server sees refused logins, not what they want */
    keep_out(f, false);
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'done' AND kind = 't.deaf'", 1);
    CHECK("once", job_fixture_get(f, TENANT_A, id)->tries == 1);
    job_runner_close(r, 1000);
}

static void test_an_end_that_the_database_refuses_is_a_failure(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.broken_result");
    job_runner *r = open_runner(f, 1);
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'failed'", 1);
    CHECK_STR("why", job_fixture_get(f, TENANT_A, id)->error_code, "job.not_settled");
    job_runner_close(r, 1000);
}

/* Only a dead process loses its lease, not a kind that computes for long. */
static void test_the_keeper_prolongs_leases(void **state)
{
    job_fixture *f = *state;
    job_runner *r;
    CHECK_OK(job_runner_open(&(job_runner_options){.pool = f->pool,
                                                   .kinds = test_kind_list,
                                                   .worker = OQ_STR("w1"),
                                                   .threads = 1,
                                                   .lease = OQ_SECOND},
                             &r));
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.deaf");
    job_runner_wake(r);
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'running'", 1);
    job_fixture_await(f,
                      "SELECT count(*) FROM jobs"
                      " WHERE lease_until > started_at + interval '2.5 seconds'",
                      1);
    job_may_end = true;
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'done' AND kind = 't.deaf'", 1);
    CHECK("one try", job_fixture_get(f, TENANT_A, id)->tries == 1);
    job_runner_close(r, 1000);
}

static void test_the_schedule_runs_by_itself(void **state)
{
    job_fixture *f = *state;
    job_runner *first = open_runner(f, 1);
    job_fixture_await(f, "SELECT count(*) FROM job_schedules WHERE kind = 't.minute'", 3);
    job_runner_close(first, 1000);
    testdb_exec(f->db, "UPDATE job_schedules SET next_at = now() WHERE kind = 't.minute'");
    job_runner *second = open_runner(f, 1);
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE kind = 't.minute' AND state = 'done'", 3);
    job_runner_close(second, 1000);
}

static void test_a_runner_starts_without_database(void **state)
{
    job_fixture *f = *state;
    db_pool_options nowhere = testdb_pool_options(f->db);
    nowhere.url = OQ_STR("host=/nonexistent");
    job_runner_options options = {
        .kinds = test_kind_list, .worker = OQ_STR("w1"), .threads = 2, .lease = 60 * OQ_SECOND};
    CHECK_OK(db_pool_open(&nowhere, &options.pool));
    job_runner *r;
    CHECK_OK(job_runner_open(&options, &r));
    job_runner_wake(r);
    job_runner_close(r, 0);
    db_pool_close(options.pool);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup(test, reset)
    const struct CMUnitTest tests[] = {
        EACH(test_jobs_are_run),
        EACH(test_notify_wakes_an_idle_worker),
        EACH(test_parallel_jobs_run_at_once),
        EACH(test_cancel_of_a_running_job),
        EACH(test_a_limit_ends_a_try),
        EACH(test_closing_lets_work_end),
        EACH(test_closing_gives_back_what_does_not_end),
        EACH(test_closing_leaves_behind_what_does_not_listen),
        EACH(test_the_end_is_written_when_the_database_is_back),
        EACH(test_an_end_that_the_database_refuses_is_a_failure),
        EACH(test_the_keeper_prolongs_leases),
        EACH(test_the_schedule_runs_by_itself),
        EACH(test_a_runner_starts_without_database),
    };
    return cmocka_run_group_tests_name("job_runner", tests, job_fixture_open, job_fixture_close);
}
