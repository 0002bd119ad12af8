/* Workers as processes of their own, one of which is killed in mid-job: nothing is lost, nothing
 * is doubled. An effect is a row with a key of its own; starts are counted beside it. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/listen.h"
#include "integration/job_kinds.h"

typedef struct child {
    pid_t pid;
    int stay;  /* a byte asks the child to end */
    int hangs; /* a byte for each job that hangs there */
} child;

static void wake(void *runner, oq_str payload)
{
    job_runner_wake(runner);
}

static oq_err *work_until_asked(const db_pool_options *options, const char *worker, int stay)
{
    db_pool *pool;
    job_runner *r;
    db_listener *listener;
    OQ_TRY(db_pool_open(options, &pool));
    OQ_TRY(job_runner_open(&(job_runner_options){.pool = pool,
                                                 .kinds = test_kind_list,
                                                 .worker = oq_cstr(worker),
                                                 .threads = 3,
                                                 .lease = 60 * OQ_SECOND},
                           &r));
    db_channel channels[] = {{"optria_job", wake, NULL, r}, {NULL}};
    OQ_TRY(db_listener_open(options, channels, &listener));
    char end; /* a byte, or the end of the test program */
    while (read(stay, &end, 1) < 0)
        ;
    db_listener_close(listener);
    job_runner_close(r, 10000);
    db_pool_close(pool);
    return NULL;
}

/* Forks, so this process has no thread of its own. With `ahead` the child's clock stands still at
 * so much behind now. */
static child start_worker(job_fixture *f, const char *worker, bool hangs, oq_us ahead)
{
    int stay[2], hang[2];
    assert_int_equal(pipe(stay), 0);
    assert_int_equal(pipe(hang), 0);
    db_pool_options options = testdb_pool_options(f->db);
    options.size_max = 6;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(stay[1]);
        close(hang[0]);
        job_worker = worker;
        job_hangs_at = hangs ? hang[1] : -1;
        if (ahead)
            oq_clock_advance(ahead);
        oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
        oq_err *err = work_until_asked(&options, worker, stay[0]);
        if (err)
            oq_log_err(OQ_LOG_ERROR, "test.worker", err, NULL);
        _exit(err ? 1 : 0);
    }
    close(stay[0]);
    close(hang[1]);
    return (child){.pid = pid, .stay = stay[1], .hangs = hang[0]};
}

static void end_worker(child *c)
{
    int status;
    assert_int_equal(write(c->stay, "e", 1), 1);
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
    CHECK("ended well", WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(c->stay);
    close(c->hangs);
}

static void kill_worker(child *c)
{
    int status;
    kill(c->pid, SIGKILL);
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
    CHECK("killed", WIFSIGNALED(status));
    close(c->stay);
    close(c->hangs);
}

static void add_many(job_fixture *f, int count, const char *kind)
{
    for (int i = 0; i < count; i++)
        job_fixture_add_kind(f, i % 3 ? TENANT_A : TENANT_B, kind);
}

static void test_two_workers_share_without_doubling(void **state)
{
    enum { JOBS = 150 };
    job_fixture *f = *state;
    child one = start_worker(f, "w1", false, 0), two = start_worker(f, "w2", false, 0);
    add_many(f, JOBS, "t.effect");
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'done' AND kind = 't.effect'",
                      JOBS);
    end_worker(&one);
    end_worker(&two);
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM job_effects e JOIN jobs j"
                                           " ON j.id = e.job_id WHERE j.kind = 't.effect'"),
                     JOBS);
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM job_starts s JOIN jobs j"
                                           " ON j.id = s.job_id WHERE j.kind = 't.effect'"),
                     JOBS);
    assert_int_equal(job_fixture_number(f, "SELECT count(DISTINCT worker) FROM jobs"
                                           " WHERE kind = 't.effect'"),
                     2);
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM jobs WHERE tries <> 1"), 0);
}

static void test_lanes_hold_between_processes(void **state)
{
    enum { JOBS = 30 };
    job_fixture *f = *state;
    for (int i = 0; i < JOBS; i++) {
        job_fixture_add_kind(f, i % 2 ? TENANT_A : TENANT_B, "t.tenant");
        job_fixture_add(f, TENANT_A,
                        &(job_order){.kind = "t.key",
                                     .key = oq_strf(f->arena, "key-%d", i % 3),
                                     .run_at = OQ_TIME_NONE});
    }
    child one = start_worker(f, "w1", false, 0), two = start_worker(f, "w2", false, 0);
    job_fixture_await(f,
                      "SELECT count(*) FROM jobs WHERE state IN ('done', 'failed')"
                      " AND kind IN ('t.tenant', 't.key')",
                      2 * JOBS);
    end_worker(&one);
    end_worker(&two);
    /* Whoever found somebody in the lane failed on its key. */
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM jobs WHERE state = 'failed'"), 0);
    assert_int_equal(job_fixture_number(f, "SELECT count(DISTINCT worker) FROM jobs"
                                           " WHERE kind = 't.key'"),
                     2);
}

static void read_hangs(const child *c, int count)
{
    char byte;
    for (int i = 0; i < count; i++)
        assert_int_equal(read(c->hangs, &byte, 1), 1);
}

static void test_a_killed_worker_loses_and_doubles_nothing(void **state)
{
    enum { PLAIN = 60, HANGING = 2 };
    job_fixture *f = *state;
    child first = start_worker(f, "w1", true, 0);
    add_many(f, HANGING, "t.hang");
    read_hangs(&first, HANGING); /* two of its three threads are in mid-job */
    add_many(f, PLAIN, "t.effect");
    kill_worker(&first); /* perhaps with a third */
    int64_t running = job_fixture_number(f, "SELECT count(*) FROM jobs WHERE state = 'running'");
    CHECK("left in mid-job", running >= HANGING && running <= HANGING + 1);

    /* As long as the leases last, nobody touches what it left; all else goes on. */
    child second = start_worker(f, "w2", false, 0);
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'ready' AND kind LIKE 't.%'", 0);
    job_fixture_await(f, "SELECT count(*) FROM jobs WHERE state = 'running' AND worker = 'w2'", 0);
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM jobs WHERE state = 'running'"),
                     running);
    end_worker(&second);

    /* A minute later they are counted, and wait for their next try. */
    child third = start_worker(f, "w3", false, 61 * OQ_SECOND);
    job_fixture_await(f,
                      "SELECT count(*) FROM jobs WHERE worker = 'w1' AND state = 'ready'"
                      " AND error_code = 'job.worker_died' AND tries = 1",
                      running);
    end_worker(&third);

    child fourth = start_worker(f, "w4", false, 120 * OQ_SECOND);
    job_fixture_await(f,
                      "SELECT count(*) FROM jobs WHERE state = 'done'"
                      " AND kind IN ('t.hang', 't.effect')",
                      PLAIN + HANGING);
    end_worker(&fourth);
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM job_effects e JOIN jobs j"
                                           " ON j.id = e.job_id"
                                           " WHERE j.kind IN ('t.hang', 't.effect')"),
                     PLAIN + HANGING);
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM jobs WHERE kind = 't.hang'"
                                           " AND tries = 2 AND worker = 'w4'"),
                     HANGING);
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM job_starts s JOIN jobs j"
                                           " ON j.id = s.job_id WHERE j.kind = 't.hang'"),
                     2 * HANGING);
    /* Only what was in mid-job was begun twice. */
    int64_t begun = job_fixture_number(f, "SELECT count(*) FROM job_starts s JOIN jobs j"
                                          " ON j.id = s.job_id"
                                          " WHERE j.kind IN ('t.hang', 't.effect')");
    CHECK("begun", begun >= PLAIN + 2 * HANGING && begun <= PLAIN + HANGING + running);
}

/* Each death uses a try up; the job does not go round for ever. */
static void test_a_job_that_kills_its_workers_ends(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.hang");
    oq_us ahead = 0;
    for (int i = 0; i < JOB_TRIES_MAX; i++) {
        child c = start_worker(f, "w1", true, ahead);
        read_hangs(&c, 1);
        kill_worker(&c);
        ahead += 61 * OQ_SECOND;
        child next =
            start_worker(f, "w2", true, ahead); /* counts the death, and finds it waiting */
        char sql[120];
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM jobs WHERE kind = 't.hang' AND state = '%s' AND tries = %d",
                 i + 1 < JOB_TRIES_MAX ? "ready" : "failed", i + 1);
        job_fixture_await(f, sql, 1);
        end_worker(&next);
        ahead += 2 * OQ_MINUTE;
    }
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK("failed", j->state == JOB_FAILED && j->tries == JOB_TRIES_MAX);
    CHECK_STR("why", j->error_code, "job.worker_died");
}

static int reset(void **state)
{
    job_fixture_reset(state);
    oq_clock_set(OQ_TIME_NONE);
    return 0;
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup(test, reset)
    const struct CMUnitTest tests[] = {
        EACH(test_two_workers_share_without_doubling),
        EACH(test_lanes_hold_between_processes),
        EACH(test_a_killed_worker_loses_and_doubles_nothing),
        EACH(test_a_job_that_kills_its_workers_ends),
    };
    return cmocka_run_group_tests_name("job_process", tests, job_fixture_open, job_fixture_close);
}
