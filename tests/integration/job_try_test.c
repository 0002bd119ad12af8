/* One try: its lease, its death, its checkpoints, whom it acts for. Step by step, on a clock that
 * the test moves. */
#include <math.h>

#include "db/fault.h"
#include "integration/job_kinds.h"

#define NOW JOB_FIXTURE_NOW

/* --- dying -------------------------------------------------------------------------------------*/

static void test_a_dead_worker_counts_as_a_try(void **state)
{
    job_fixture *f = *state;
    job_queue other = job_fixture_other(f);
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.away"); /* three tries */
    job_claimed dead = job_fixture_claim(f, &f->queue);
    CHECK("others look when the lease ends",
          job_fixture_next_at(f, &other) == NOW + 60 * OQ_SECOND);
    oq_clock_advance(60 * OQ_SECOND - 1);
    CHECK("still its own", !job_fixture_step(f, &other));

    oq_clock_advance(1);
    CHECK("counted, and waits", !job_fixture_step(f, &other));
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK("ready",
          j->state == JOB_READY && j->tries == 1 && j->run_at >= oq_clock_now() + 4 * OQ_SECOND);
    CHECK_STR("why", j->error_code, "job.worker_died");
    CHECK_STR("who", j->error_facts, "{\"worker\": \"w1\"}");

    bool asked;
    CHECK_CODE("the dead one finds out", job_queue_renew(&f->queue, f->arena, &dead.try, &asked),
               "job.lost");
    job_fixture_settle(f, &f->queue, &dead, NULL, false);
    CHECK("and changes nothing", job_fixture_get(f, TENANT_A, id)->state == JOB_READY);

    for (int64_t tries = 2; tries <= 3; tries++) {
        oq_clock_set(job_fixture_get(f, TENANT_A, id)->run_at);
        job_fixture_claim(f, &other);
        oq_clock_advance(61 * OQ_SECOND);
        CHECK("dies again", !job_fixture_step(f, &f->queue));
        CHECK("counts", job_fixture_get(f, TENANT_A, id)->tries == tries);
    }
    CHECK("no try left", job_fixture_get(f, TENANT_A, id)->state == JOB_FAILED);
}

/* What runs every few seconds leaves a row only when it fails. */
static void test_a_routine_is_forgotten(void **state)
{
    job_fixture *f = *state;
    job_fixture_add_kind(f, TENANT_A, "t.routine");
    job_claimed good = job_fixture_claim(f, &f->queue);
    job_fixture_settle(f, &f->queue, &good, NULL, true);
    CHECK("forgotten", job_fixture_number(f, "SELECT count(*) FROM jobs") == 0);
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.routine");
    job_claimed bad = job_fixture_claim(f, &f->queue);
    job_fixture_settle(f, &f->queue, &bad, oq_fail(OQ_INVALID, "thing.bad"), true);
    CHECK("kept", job_fixture_get(f, TENANT_A, id)->state == JOB_FAILED);
}

/* The same worker claims its own lost job again: the old try is still another one. */
static void test_a_late_end_is_not_taken_for_the_next_try(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.away");
    job_claimed first = job_fixture_claim(f, &f->queue);
    oq_clock_advance(61 * OQ_SECOND);
    CHECK("expired", !job_fixture_step(f, &f->queue));
    oq_clock_set(job_fixture_get(f, TENANT_A, id)->run_at);
    job_claimed second = job_fixture_claim(f, &f->queue);
    job_fixture_settle(f, &f->queue, &first, NULL, false);
    CHECK("runs", job_fixture_get(f, TENANT_A, id)->state == JOB_RUNNING);
    job_fixture_settle(f, &f->queue, &second, NULL, true);
    CHECK("done", job_fixture_get(f, TENANT_A, id)->state == JOB_DONE);
}

static void test_a_renewed_lease_lasts(void **state)
{
    job_fixture *f = *state;
    job_queue other = job_fixture_other(f);
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.effect");
    job_claimed c = job_fixture_claim(f, &f->queue);
    for (int i = 0; i < 5; i++) {
        bool asked;
        oq_clock_advance(40 * OQ_SECOND);
        CHECK_OK(job_queue_renew(&f->queue, f->arena, &c.try, &asked));
        CHECK("not taken", !job_fixture_step(f, &other));
    }
    job_fixture_settle(f, &f->queue, &c, NULL, true);
    CHECK("done at the first try", job_fixture_get(f, TENANT_A, id)->tries == 1);
}

static void test_what_is_given_back_does_not_count(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.effect");
    job_claimed c = job_fixture_claim(f, &f->queue);
    job_fixture_settle(f, &f->queue, &c, oq_fail(OQ_UNAVAILABLE, "job.stopping"), true);
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK("ready", j->state == JOB_READY && j->tries == 0 && j->run_at == NOW);
    CHECK("no error", !oq_str_given(j->error_code));
    job_queue other = job_fixture_other(f);
    CHECK("at once", job_fixture_step(f, &other));
    CHECK("the first try", job_fixture_get(f, TENANT_A, id)->tries == 1);
}

/* The answer to the commit was lost: whoever asks again finds the job settled. */
static void test_an_unknown_commit_settles_once(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.effect");
    job_claimed c = job_fixture_claim(f, &f->queue);
    assert_true(db_fault_arm("db.commit", 1));
    bool settled = true;
    oq_err *err = job_queue_settle(&f->queue, f->arena, &c.try, NULL, OQ_NONE, &settled);
    CHECK_CODE("unknown", err, "db.commit_unknown");
    CHECK_OK(job_queue_settle(&f->queue, f->arena, &c.try, NULL, OQ_NONE, &settled));
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK("done", j->state == JOB_DONE && j->tries == 1);
}

/* --- scopes of jobs ----------------------------------------------------------------------------*/

static void test_a_job_acts_as_itself(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.effect");
    job_claimed c = job_fixture_claim(f, &f->queue);
    atomic_bool stopping = false;
    job_run run;
    job_run_init(&run, &f->queue, f->arena, &c, &stopping);
    oq_scope *s;
    CHECK_OK(job_scope(&run, OQ_READ, &s));
    const oq_actor *actor = oq_scope_actor(s);
    CHECK("actor", actor->kind == ACTOR_JOB && oq_uuid_eq(actor->id, id));
    CHECK_STR("label", actor->label, "t.effect");
    CHECK_STR("the request that asked for it", oq_scope_request_id(s), "request-1");
    CHECK("tenant", oq_uuid_eq(oq_scope_tenant(s), TENANT_A));
    CHECK_OK(oq_scope_require(s, CAP_ASSET_MANAGE));
    CHECK_CODE("not the platform's", oq_scope_require(s, CAP_TENANT_MANAGE), "access.forbidden");
    oq_scope_close(s);
}

static void test_checkpoints(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.effect");
    job_claimed c = job_fixture_claim(f, &f->queue);
    atomic_bool stopping = false;
    job_run run;
    job_run_init(&run, &f->queue, f->arena, &c, &stopping);
    CHECK_OK(job_checkpoint(&run, 0.25, OQ_STR("a quarter")));
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK("written", j->progress == 0.25);
    CHECK_OK(job_checkpoint(&run, 0.5, OQ_STR("half")));
    CHECK("not each time", job_fixture_get(f, TENANT_A, id)->progress == 0.25);
    run.told_at -= OQ_SECOND;
    CHECK_OK(job_checkpoint(&run, 1.5, OQ_NONE));
    CHECK("clipped", job_fixture_get(f, TENANT_A, id)->progress == 1);
    run.told_at -= OQ_SECOND;
    CHECK_OK(job_checkpoint(&run, (double)NAN, OQ_NONE));
    CHECK("unknown", isnan(job_fixture_get(f, TENANT_A, id)->progress));

    stopping = true;
    CHECK_CODE("stopping", job_checkpoint(&run, 0, OQ_NONE), "job.stopping");
    stopping = false;
    run.began -= 2 * OQ_HOUR;
    CHECK_CODE("too long", job_checkpoint(&run, 0, OQ_NONE), "job.limit");
    run.began += 2 * OQ_HOUR;
    job_fixture_cancel(f, TENANT_A, id);
    CHECK_OK(job_checkpoint(&run, 0, OQ_NONE));
    run.told_at -= OQ_SECOND;
    CHECK_CODE("cancelled", job_checkpoint(&run, 0, OQ_NONE), "job.cancelled");
    testdb_exec(f->db, "UPDATE jobs SET tries = 9");
    run.told_at -= OQ_SECOND;
    run.is_cancel_asked = false;
    CHECK_CODE("lost", job_checkpoint(&run, 0, OQ_NONE), "job.lost");
}

/* The database away for a moment is no reason to throw hours of computing away; for longer than the
 * lease it is, since somebody else may have begun. */
static void test_a_checkpoint_without_database(void **state)
{
    job_fixture *f = *state;
    job_fixture_add_kind(f, TENANT_A, "t.effect");
    job_claimed c = job_fixture_claim(f, &f->queue);
    atomic_bool stopping = false;
    job_run run;
    job_run_init(&run, &f->queue, f->arena, &c, &stopping);
    db_pool_options nowhere = testdb_pool_options(f->db);
    nowhere.url = OQ_STR("host=/nonexistent");
    job_queue away = f->queue;
    CHECK_OK(db_pool_open(&nowhere, &away.pool));
    run.queue = &away;
    CHECK_OK(job_checkpoint(&run, 0.5, OQ_NONE));
    run.renewed_at -= 59 * OQ_SECOND;
    run.told_at -= OQ_SECOND;
    CHECK_OK(job_checkpoint(&run, 0.5, OQ_NONE));
    run.queue = &f->queue; /* it is back */
    run.told_at -= OQ_SECOND;
    CHECK_OK(job_checkpoint(&run, 0.5, OQ_NONE));
    run.queue = &away;
    run.renewed_at -= 59 * OQ_SECOND;
    run.told_at -= OQ_SECOND;
    CHECK_OK(job_checkpoint(&run, 0.5, OQ_NONE));
    run.renewed_at -= 2 * OQ_SECOND;
    run.told_at -= OQ_SECOND;
    CHECK_CODE("too long away", job_checkpoint(&run, 0.5, OQ_NONE), "job.lost");
    db_pool_close(away.pool);
}

/* --- who waits is told -------------------------------------------------------------------------*/

static oq_uuid add_away(job_fixture *f, const char *key)
{
    return job_fixture_add(
        f, TENANT_A, &(job_order){.kind = "t.away", .key = oq_cstr(key), .run_at = OQ_TIME_NONE});
}

static void test_a_kind_is_told_of_ends(void **state)
{
    job_fixture *f = *state;
    job_queue other = job_fixture_other(f);
    oq_uuid id = add_away(f, "one");
    for (int tries = 1; tries <= 3; tries++) {
        CHECK_STR("not while it is tried again", oq_cstr(job_told), "");
        CHECK("tried", job_fixture_step(f, &f->queue));
        oq_clock_advance(2 * OQ_HOUR);
    }
    CHECK_STR("no try left", oq_cstr(job_told), "failed:t.away:one ");
    oq_scope *s = job_fixture_scope(f, TENANT_A);
    CHECK_OK(job_retry(s, id));
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);

    job_told[0] = 0;
    job_fixture_claim(f, &f->queue);
    testdb_exec(f->db, "UPDATE jobs SET tries = 3");
    oq_clock_advance(61 * OQ_SECOND);
    CHECK("its worker died", !job_fixture_step(f, &other));
    CHECK_STR("told by whoever finds out", oq_cstr(job_told), "failed:job.worker_died:one ");

    job_told[0] = 0;
    id = add_away(f, "two");
    job_claimed running = job_fixture_claim(f, &f->queue);
    job_use_kinds(test_kind_list);
    job_fixture_cancel(f, TENANT_A, id);
    CHECK_STR("it still runs", oq_cstr(job_told), "");
    job_fixture_settle(f, &f->queue, &running, oq_fail(OQ_CONFLICT, "job.cancelled"), true);
    job_fixture_settle(f, &f->queue, &running, oq_fail(OQ_CONFLICT, "job.cancelled"), false);
    CHECK_STR("once", oq_cstr(job_told), "cancelled::two ");

    id = add_away(f, "three");
    job_fixture_cancel(f, TENANT_A, id);
    CHECK_STR("before it starts", oq_cstr(job_told), "cancelled::two cancelled::three ");
    job_use_kinds(NULL);
}

/* A worker stops, and the person who cancelled is served by the try's end. */
static void test_told_when_a_try_is_given_back(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = add_away(f, "one");
    job_claimed running = job_fixture_claim(f, &f->queue);
    job_fixture_cancel(f, TENANT_A, id);
    job_fixture_settle(f, &f->queue, &running, oq_fail(OQ_UNAVAILABLE, "job.stopping"), true);
    CHECK_STR("cancelled instead of waiting", oq_cstr(job_told), "cancelled::one ");
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup(test, job_fixture_reset)
    const struct CMUnitTest tests[] = {
        EACH(test_a_kind_is_told_of_ends),
        EACH(test_told_when_a_try_is_given_back),
        EACH(test_a_dead_worker_counts_as_a_try),
        EACH(test_a_routine_is_forgotten),
        EACH(test_a_late_end_is_not_taken_for_the_next_try),
        EACH(test_a_renewed_lease_lasts),
        EACH(test_what_is_given_back_does_not_count),
        EACH(test_an_unknown_commit_settles_once),
        EACH(test_a_job_acts_as_itself),
        EACH(test_checkpoints),
        EACH(test_a_checkpoint_without_database),
    };
    return cmocka_run_group_tests_name("job_try", tests, job_fixture_open, job_fixture_close);
}
