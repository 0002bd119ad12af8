/* The queue's rows, step by step: one claim, one run, one end at a time, on a clock that the test
 * moves. */
#include "integration/job_kinds.h"

#define NOW JOB_FIXTURE_NOW

/* --- one job -----------------------------------------------------------------------------------*/

static void test_a_job_is_done(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add(f, TENANT_A,
                                 &(job_order){.kind = "t.result",
                                              .payload = OQ_STR("{\"a\": [1, \"é\"]}"),
                                              .key = OQ_STR("pump"),
                                              .run_at = OQ_TIME_NONE,
                                              .priority = 7});
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK("ready", j->state == JOB_READY && j->tries == 0 && j->run_at == NOW &&
                       j->created_at == NOW && j->priority == 7);
    CHECK("not yet", j->started_at == OQ_TIME_NONE && !oq_str_given(j->worker));
    CHECK_STR("by", j->created_by, "sara@a.example");
    CHECK_STR("key", j->key, "pump");

    oq_clock_advance(OQ_SECOND);
    CHECK("ran", job_fixture_step(f, &f->queue));
    j = job_fixture_get(f, TENANT_A, id);
    CHECK("done", j->state == JOB_DONE && j->tries == 1 && j->progress == 1);
    CHECK("times", j->started_at == NOW + OQ_SECOND && j->finished_at == NOW + OQ_SECOND);
    CHECK_STR("worker", j->worker, "w1");
    CHECK_STR("result", j->result, "{\"a\": [1, \"é\"]}");
    CHECK("no error", !oq_str_given(j->error_code));
    CHECK("no more", !job_fixture_step(f, &f->queue));
    CHECK("nothing to wait for", job_fixture_next_at(f, &f->queue) == OQ_TIME_NONE);
}

static void test_a_job_that_is_rolled_back_never_was(void **state)
{
    job_fixture *f = *state;
    oq_scope *s = job_fixture_scope(f, TENANT_A);
    CHECK_OK(job_add(s, &(job_order){.kind = "t.effect", .run_at = OQ_TIME_NONE}, NULL));
    oq_scope_close(s);
    CHECK("none", !job_fixture_step(f, &f->queue));
    assert_int_equal(job_fixture_number(f, "SELECT count(*) FROM jobs"), 0);
}

static void test_a_job_waits_for_its_time(void **state)
{
    job_fixture *f = *state;
    job_fixture_add(f, TENANT_A, &(job_order){.kind = "t.effect", .run_at = NOW + OQ_MINUTE});
    CHECK("says when", job_fixture_next_at(f, &f->queue) == NOW + OQ_MINUTE);
    job_fixture_add(f, TENANT_B, &(job_order){.kind = "t.effect", .run_at = NOW + OQ_HOUR});
    CHECK("the earlier one", job_fixture_next_at(f, &f->queue) == NOW + OQ_MINUTE);
    oq_clock_advance(OQ_MINUTE - 1);
    CHECK("not yet", !job_fixture_step(f, &f->queue));
    oq_clock_advance(1);
    CHECK("now", job_fixture_step(f, &f->queue));
    CHECK("the later one", job_fixture_next_at(f, &f->queue) == NOW + OQ_HOUR);
}

static void test_order_within_a_tenant(void **state)
{
    job_fixture *f = *state;
    static const struct {
        oq_us after;
        int64_t priority, place;
    } row[] = {{3, 0, 3}, {1, 0, 2}, {4, 9, 1}, {2, -1, 4}};
    oq_uuid id[OQ_COUNT(row)];
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        id[i] = job_fixture_add(f, TENANT_A,
                                &(job_order){.kind = "t.effect",
                                             .run_at = NOW - OQ_MINUTE + row[i].after,
                                             .priority = row[i].priority});
    while (job_fixture_step(f, &f->queue))
        ;
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        char sql[200];
        snprintf(sql, sizeof sql,
                 "SELECT place - (SELECT min(place) FROM job_effects) + 1 FROM job_effects"
                 " WHERE job_id = '%s'",
                 oq_uuid_text(f->arena, id[i]).ptr);
        assert_int_equal(job_fixture_number(f, sql), row[i].place);
    }
}

/* --- failing -----------------------------------------------------------------------------------*/

static void test_tries_and_back_off(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.away");
    static const struct {
        int64_t tries;
        oq_us least, most; /* until the next one */
    } row[] = {{1, 4 * OQ_SECOND, 6 * OQ_SECOND}, {2, 8 * OQ_SECOND, 12 * OQ_SECOND}};
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        CHECK("a try", job_fixture_step(f, &f->queue));
        job *j = job_fixture_get(f, TENANT_A, id);
        oq_us now = oq_clock_now();
        CHECK("waits", j->state == JOB_READY && j->tries == row[i].tries && j->tries_max == 3);
        CHECK("not before", j->run_at >= now + row[i].least && j->run_at <= now + row[i].most);
        CHECK("has not ended", j->finished_at == OQ_TIME_NONE);
        CHECK_STR("why", j->error_code, "t.away");
        CHECK("not now", !job_fixture_step(f, &f->queue));
        CHECK("says when", job_fixture_next_at(f, &f->queue) == j->run_at);
        oq_clock_set(j->run_at);
    }
    CHECK("the last try", job_fixture_step(f, &f->queue));
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK("failed", j->state == JOB_FAILED && j->tries == 3 && j->finished_at == oq_clock_now());
    oq_clock_advance(10 * OQ_HOUR);
    CHECK("no more", !job_fixture_step(f, &f->queue));
}

static void test_what_trying_again_cannot_help(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.bad");
    CHECK("a try", job_fixture_step(f, &f->queue));
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK("failed at once", j->state == JOB_FAILED && j->tries == 1);
    CHECK_STR("why", j->error_code, "t.bad");
    CHECK_STR("facts", j->error_facts, "{\"name\": \"pump\"}");
}

static void test_retry_by_hand(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.bad");
    oq_scope *s = job_fixture_scope(f, TENANT_A);
    CHECK_CODE("waits", job_retry(s, id), "job.not_failed");
    oq_scope_close(s);
    job_fixture_step(f, &f->queue);
    oq_clock_advance(OQ_HOUR);

    s = job_fixture_scope(f, TENANT_A);
    CHECK_OK(job_retry(s, id));
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK("fresh", j->state == JOB_READY && j->tries == 0 && !oq_str_given(j->error_code) &&
                       j->run_at == oq_clock_now() && j->finished_at == OQ_TIME_NONE);
    CHECK("runs", job_fixture_step(f, &f->queue));

    s = job_fixture_scope(f, TENANT_A);
    CHECK_CODE("nobody", job_retry(s, oq_uuid_new(NOW)), "job.not_found");
    oq_scope_close(s);
    s = job_fixture_scope(f, TENANT_B);
    CHECK_CODE("another tenant's", job_retry(s, id), "job.not_found");
    oq_scope_close(s);
}

/* --- cancelling --------------------------------------------------------------------------------*/

static void test_cancel_of_what_waits(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.effect");
    oq_scope *s = job_fixture_scope(f, TENANT_B);
    CHECK_CODE("another tenant's", job_cancel(s, id), "job.not_found");
    oq_scope_close(s);
    job_fixture_cancel(f, TENANT_A, id);
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK("at once", j->state == JOB_CANCELLED && j->finished_at == NOW);
    CHECK("never runs", !job_fixture_step(f, &f->queue));
    s = job_fixture_scope(f, TENANT_A);
    oq_err *err = job_cancel(s, id);
    CHECK_CODE("twice", err, "job.finished");
    CHECK_STR("fact", err->arg[0].value, "cancelled");
    oq_scope_close(s);
}

static void test_cancel_of_what_runs(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.effect");
    job_claimed c = job_fixture_claim(f, &f->queue);
    bool asked = true;
    CHECK_OK(job_queue_renew(&f->queue, f->arena, &c.try, &asked));
    CHECK("not asked", !asked);
    job_fixture_cancel(f, TENANT_A, id);
    CHECK_OK(job_queue_progress(&f->queue, f->arena, &c.try, 0.5, OQ_STR("half"), &asked));
    CHECK("asked", asked);
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK("still runs", j->state == JOB_RUNNING && j->progress == 0.5);
    CHECK_STR("note", j->progress_note, "half");
    job_fixture_settle(f, &f->queue, &c, oq_fail(OQ_CONFLICT, "job.cancelled"), true);
    CHECK("cancelled", job_fixture_get(f, TENANT_A, id)->state == JOB_CANCELLED);
}

static void test_cancel_of_what_would_be_tried_again(void **state)
{
    job_fixture *f = *state;
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "t.effect");
    job_claimed c = job_fixture_claim(f, &f->queue);
    job_fixture_cancel(f, TENANT_A, id);
    job_fixture_settle(f, &f->queue, &c, oq_fail(OQ_UNAVAILABLE, "t.away"), true);
    job *j = job_fixture_get(f, TENANT_A, id);
    CHECK("cancelled", j->state == JOB_CANCELLED && j->finished_at == NOW);
}

/* --- fairness and lanes ------------------------------------------------------------------------*/

static void test_tenants_take_turns(void **state)
{
    job_fixture *f = *state;
    oq_scope *s = job_fixture_scope(f, TENANT_A);
    for (int i = 0; i < 1000; i++)
        CHECK_OK(job_add(s, &(job_order){.kind = "t.effect", .run_at = OQ_TIME_NONE}, NULL));
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
    CHECK("of A", job_fixture_step(f, &f->queue));
    CHECK("of A", job_fixture_step(f, &f->queue));
    oq_uuid late = job_fixture_add_kind(f, TENANT_B, "t.effect");
    oq_clock_advance(OQ_SECOND);
    CHECK("one", job_fixture_step(f, &f->queue));
    CHECK("does not stand behind a thousand",
          job_fixture_get(f, TENANT_B, late)->state == JOB_DONE);
    for (int i = 0; i < 3; i++) {
        job_fixture_add_kind(f, TENANT_B, "t.effect");
        oq_clock_advance(OQ_SECOND);
        CHECK("one", job_fixture_step(f, &f->queue));
        oq_clock_advance(OQ_SECOND);
        CHECK("two", job_fixture_step(f, &f->queue));
    }
    assert_int_equal(job_fixture_number(f,
                                        "SELECT count(*) FROM jobs WHERE state = 'ready'"
                                        " AND tenant_id = '0b000000-0000-0000-0000-000000000000'"),
                     0);
    assert_int_equal(job_fixture_number(f,
                                        "SELECT count(*) FROM jobs WHERE state = 'done'"
                                        " AND tenant_id = '0a000000-0000-0000-0000-000000000000'"),
                     5);
}

static void test_a_suspended_tenant_waits(void **state)
{
    job_fixture *f = *state;
    job_fixture_add_kind(f, TENANT_A, "t.effect");
    testdb_exec(f->db, "UPDATE tenants SET status = 'suspended' WHERE code = 'TA'");
    CHECK("waits", !job_fixture_step(f, &f->queue));
    CHECK("and nobody looks", job_fixture_next_at(f, &f->queue) == OQ_TIME_NONE);
    testdb_exec(f->db, "UPDATE tenants SET status = 'active' WHERE code = 'TA'");
    CHECK("goes on", job_fixture_step(f, &f->queue));
}

static void test_lanes(void **state)
{
    static const struct {
        const char *label, *kind, *first_key, *second_key;
        bool second_runs;
    } row[] = {
        {"parallel", "t.effect", "a", "a", true},
        {"one per tenant", "t.tenant", "a", "b", false},
        {"one per key", "t.key", "a", "a", false},
        {"another key", "t.key", "a", "b", true},
        {"no key is a key", "t.key", NULL, NULL, false},
    };
    job_fixture *f = *state;
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        job_fixture_reset(state);
        job_queue other = job_fixture_other(f);
        job_order order = {
            .kind = row[i].kind, .key = oq_cstr(row[i].first_key), .run_at = OQ_TIME_NONE};
        job_fixture_add(f, TENANT_A, &order);
        order.key = oq_cstr(row[i].second_key);
        oq_uuid second = job_fixture_add(f, TENANT_A, &order);
        job_claimed first = job_fixture_claim(f, &f->queue);
        CHECK(row[i].label, job_fixture_step(f, &other) == row[i].second_runs);
        /* Another tenant's lane is another lane. */
        job_fixture_add(f, TENANT_B, &order);
        CHECK(row[i].label, job_fixture_step(f, &other));
        job_fixture_settle(f, &f->queue, &first, NULL, true);
        if (!row[i].second_runs)
            CHECK(row[i].label, job_fixture_step(f, &other));
        CHECK(row[i].label, job_fixture_get(f, TENANT_A, second)->state == JOB_DONE);
    }
}

/* A lane whose holder died is free when its lease ends; what waits in it is not forgotten. */
static void test_a_dead_holder_frees_its_lane(void **state)
{
    job_fixture *f = *state;
    job_queue other = job_fixture_other(f);
    job_fixture_add_kind(f, TENANT_A, "t.tenant");
    oq_uuid second = job_fixture_add_kind(f, TENANT_A, "t.tenant");
    job_fixture_claim(f, &f->queue);
    CHECK("waits", job_fixture_next_at(f, &other) == NOW + 60 * OQ_SECOND);
    oq_clock_advance(60 * OQ_SECOND);
    CHECK("runs", job_fixture_step(f, &other));
    CHECK("the second", job_fixture_get(f, TENANT_A, second)->state == JOB_DONE);
}

/* --- unique ------------------------------------------------------------------------------------*/

static void test_unique(void **state)
{
    job_fixture *f = *state;
    job_order order = {.kind = "t.effect",
                       .key = OQ_STR("pump"),
                       .is_unique = true,
                       .run_at = NOW + OQ_MINUTE,
                       .priority = 1};
    oq_uuid first = job_fixture_add(f, TENANT_A, &order);
    order.run_at = NOW;
    order.priority = 0;
    CHECK("the one that waits", oq_uuid_eq(job_fixture_add(f, TENANT_A, &order), first));
    job *j = job_fixture_get(f, TENANT_A, first);
    CHECK("earlier, and as important", j->run_at == NOW && j->priority == 1);

    order.key = OQ_STR("valve");
    CHECK("another key", !oq_uuid_eq(job_fixture_add(f, TENANT_A, &order), first));
    order.key = OQ_STR("pump");
    CHECK("another tenant", !oq_uuid_eq(job_fixture_add(f, TENANT_B, &order), first));
    order.is_unique = false;
    CHECK("who does not ask", !oq_uuid_eq(job_fixture_add(f, TENANT_A, &order), first));

    order.is_unique = true;
    order.kind = "t.tenant";
    oq_uuid running = job_fixture_add(f, TENANT_A, &order);
    testdb_exec(f->db, "UPDATE jobs SET priority = 100 WHERE kind = 't.tenant'");
    oq_clock_advance(OQ_SECOND);
    testdb_exec(f->db, "DELETE FROM jobs WHERE kind = 't.effect'");
    job_claimed c = job_fixture_claim(f, &f->queue);
    CHECK("it", oq_uuid_eq(c.try.id, running));
    oq_uuid waiting = job_fixture_add(f, TENANT_A, &order);
    CHECK("a running one does not count", !oq_uuid_eq(waiting, running));

    job_fixture_settle(f, &f->queue, &c, oq_fail(OQ_UNAVAILABLE, "t.away"), true);
    CHECK("the waiting one stands for both",
          job_fixture_get(f, TENANT_A, running)->state == JOB_CANCELLED);
    oq_scope *s = job_fixture_scope(f, TENANT_A);
    CHECK_CODE("also by hand", job_retry(s, running), "job.waits_already");
    oq_scope_close(s);
}

/* --- other versions ----------------------------------------------------------------------------*/

static void test_a_kind_of_a_newer_program_waits_for_it(void **state)
{
    job_fixture *f = *state;
    job_fixture_add_kind(f, TENANT_A, "t.from_tomorrow");
    oq_uuid known = job_fixture_add_kind(f, TENANT_A, "t.effect");
    CHECK("others go on", job_fixture_step(f, &f->queue));
    CHECK("done", job_fixture_get(f, TENANT_A, known)->state == JOB_DONE);
    CHECK("looked at again in a while", job_fixture_next_at(f, &f->queue) == NOW + 30 * OQ_SECOND);

    const job_kind tomorrow[] = {{.name = "t.from_tomorrow", .run = test_kinds[0].run},
                                 {.name = NULL}};
    const job_kind *const kinds[] = {tomorrow, NULL};
    job_catalog catalog;
    job_catalog_fill(f->arena, kinds, &catalog);
    job_queue newer = job_fixture_other(f);
    newer.catalog = &catalog;
    oq_clock_advance(30 * OQ_SECOND);
    CHECK("the newer worker", job_fixture_step(f, &newer));
}

/* --- trim --------------------------------------------------------------------------------------*/

static void test_trim(void **state)
{
    job_fixture *f = *state;
    static const char old_jobs[] =
        "INSERT INTO jobs (tenant_id, id, kind, state, run_at, tries_max, created_at, finished_at,"
        " created_by) SELECT t.id, gen_random_uuid(), 't.effect', s, now(), 5, now(),"
        " timestamptz '2026-01-31 08:00Z' - d * interval '1 day', 'x'"
        " FROM tenants t, unnest(ARRAY['ready','done','failed','cancelled']) s,"
        " unnest(ARRAY[1, 29, 31]) d WHERE t.code IN ('TA', 'TB')";
    testdb_exec(f->db, old_jobs);
    testdb_exec(f->db, "UPDATE jobs SET finished_at = NULL, run_at = timestamptz '2027-01-01'"
                       " WHERE state = 'ready'");
    testdb_exec(f->db,
                "INSERT INTO jobs (tenant_id, id, kind, state, run_at, tries_max, created_at,"
                " finished_at, created_by) SELECT '0a000000-0000-0000-0000-000000000000',"
                " gen_random_uuid(), 't.many', 'done', now(), 5, now(),"
                " timestamptz '2025-01-01', 'x' FROM generate_series(1, 2500)");
    oq_uuid id = job_fixture_add_kind(f, TENANT_A, "job.trim");
    CHECK("ran", job_fixture_step(f, &f->queue));
    CHECK_STR("result", job_fixture_get(f, TENANT_A, id)->result, "{\"deleted\": 2503}");
    assert_int_equal(job_fixture_number(f,
                                        "SELECT count(*) FROM jobs WHERE kind = 't.effect'"
                                        " AND tenant_id = '0a000000-0000-0000-0000-000000000000'"),
                     9);
    assert_int_equal(job_fixture_number(f,
                                        "SELECT count(*) FROM jobs WHERE kind = 't.effect'"
                                        " AND tenant_id = '0b000000-0000-0000-0000-000000000000'"),
                     12);
    testdb_exec(f->db, "INSERT INTO tenant_settings (tenant_id, settings) VALUES"
                       " ('0b000000-0000-0000-0000-000000000000', '{\"job_days\": 7}')");
    id = job_fixture_add_kind(f, TENANT_B, "job.trim");
    CHECK("ran", job_fixture_step(f, &f->queue));
    CHECK_STR("as the tenant wants", job_fixture_get(f, TENANT_B, id)->result, "{\"deleted\": 6}");
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup(test, job_fixture_reset)
    const struct CMUnitTest tests[] = {
        EACH(test_a_job_is_done),
        EACH(test_a_job_that_is_rolled_back_never_was),
        EACH(test_a_job_waits_for_its_time),
        EACH(test_order_within_a_tenant),
        EACH(test_tries_and_back_off),
        EACH(test_what_trying_again_cannot_help),
        EACH(test_retry_by_hand),
        EACH(test_cancel_of_what_waits),
        EACH(test_cancel_of_what_runs),
        EACH(test_cancel_of_what_would_be_tried_again),
        EACH(test_tenants_take_turns),
        EACH(test_a_suspended_tenant_waits),
        EACH(test_lanes),
        EACH(test_a_dead_holder_frees_its_lane),
        EACH(test_unique),
        EACH(test_a_kind_of_a_newer_program_waits_for_it),
        EACH(test_trim),
    };
    return cmocka_run_group_tests_name("job_queue", tests, job_fixture_open, job_fixture_close);
}
