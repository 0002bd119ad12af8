/* Two units of work at the same incident, in written steps: neither stands against the other, and
 * the file stays one chain. */
#include "integration/blackbox_plant.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/test.h"

#include "base/banned.h"

#define NOBODY_HOLDS_THE_TURN                                                                      \
    "SELECT count(*) FROM (SELECT FROM job_turns WHERE tenant_id ="                                \
    " '0a000000-0000-0000-0000-000000000000' FOR UPDATE SKIP LOCKED) t"

typedef oq_err *deed(oq_scope *s, oq_uuid id);

typedef struct other {
    house *h;
    oq_uuid id;
    deed *call;
    atomic_bool is_over;
    bool is_well;
    pthread_t thread;
} other;

static void *run_other(void *arg)
{
    other *o = arg;
    oq_arena *arena = oq_arena_open(0);
    oq_scope *s;
    oq_scope_options options = {.pool = o->h->pool,
                                .tenant_id = HOUSE_A,
                                .access = OQ_WRITE,
                                .actor = {.kind = ACTOR_JOB,
                                          .label = OQ_STR("other"),
                                          .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)},
                                .arena = arena};
    oq_err *err = oq_scope_open(&options, &s);
    if (!err) {
        err = o->call(s, o->id);
        if (!err)
            err = oq_scope_commit(s);
        oq_scope_close(s);
    }
    if (err)
        print_error("%s %s\n", err->code, err->detail ? err->detail : "");
    o->is_well = !err;
    oq_arena_close(arena);
    atomic_store(&o->is_over, true);
    return NULL;
}

/* Until it is over, or waits for a row of ours. */
static void start_other(other *o)
{
    assert_int_equal(pthread_create(&o->thread, NULL, run_other, o), 0);
    while (!atomic_load(&o->is_over) &&
           !testdb_number(o->h->db, "SELECT count(*) FROM pg_locks WHERE NOT granted"))
        continue;
}

static oq_uuid make_incident(house *h)
{
    oq_uuid id;
    event_order e = bb_alert("a", -10, P101, SEVERITY_MAJOR);
    bb_add(h, &e, 1);
    bb_run(h);
    assert_true(
        oq_uuid_parse(oq_cstr(testdb_value(h->db, "SELECT id FROM blackbox_incidents")), &id));
    return id;
}

static oq_err *store_cause(oq_scope *s, oq_uuid id)
{
    return incident_store_cause(s, id, OQ_STR("seal_leak"), OQ_NONE);
}

/* Whoever tells an event and then wants the incident does not hold what the incident's holder
 * wants last. */
static void test_event_and_incident(void **state)
{
    house *h = *state;
    other o = {.h = h, .id = make_incident(h), .call = store_cause};
    event_order e = bb_alert("b", -5, P301, SEVERITY_MAJOR);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    size_t added;
    CHECK_OK(event_add_many(s, &e, 1, &added));
    start_other(&o);
    oq_err *err = incident_store_cause(s, o.id, OQ_STR("bearing_wear"), OQ_NONE);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    pthread_join(o.thread, NULL);
    CHECK_OK(err);
    assert_true(o.is_well);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM blackbox_incident_steps WHERE step"
                                          " LIKE 'cause%'"),
                     2);
}

/* Nobody waits for the queue while the engine or an analysis by hand goes on; its jobs are there
 * after the commit, and not when there is none. */
static void test_queue_is_free(void **state)
{
    house *h = *state;
    make_incident(h);
    testdb_exec(h->db, "DELETE FROM jobs");
    event_order e[] = {bb_alert("b", -5, P301, SEVERITY_MAJOR),
                       bb_alert("c", -4, P900, SEVERITY_MAJOR), bb_reading("r", -90, P102)};
    bb_add(h, e, OQ_COUNT(e));
    testdb_exec(h->db, "DELETE FROM jobs");
    for (int i = 0; i < 2; i++) {
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        oq_uuid id;
        bool more;
        CHECK_OK(incident_engine_run(s, 10, &more));
        CHECK_OK(incident_begin_by_hand(s, bb_pump_id(P102), bb_at(-90), &id));
        int64_t is_free = testdb_number(h->db, NOBODY_HOLDS_THE_TURN);
        if (i)
            house_commit(s);
        else
            oq_scope_close(s);
        assert_int_equal(is_free, 1);
        assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM jobs WHERE kind = 'rca.run'"),
                         i ? 3 : 0);
    }
}

static oq_err *leave_step(oq_scope *s, oq_uuid id)
{
    return incident_step(s, id, "cause_proposed", OQ_STR("of the other"), OQ_NONE);
}

/* The second step stands on the first one, although it was begun before that was committed. */
static void test_chain(void **state)
{
    house *h = *state;
    other o = {.h = h, .id = make_incident(h), .call = leave_step};
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(incident_step(s, o.id, "cause_proposed", OQ_STR("of the one"), OQ_NONE));
    start_other(&o);
    house_commit(s);
    pthread_join(o.thread, NULL);
    assert_true(o.is_well);
    oq_uuid broken;
    s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(incident_check_chain(s, o.id, &broken));
    oq_scope_close(s);
    assert_true(oq_uuid_is_zero(broken));
    assert_int_equal(testdb_number(h->db, "SELECT count(DISTINCT coalesce(seal_before, '')) -"
                                          " count(*) FROM blackbox_incident_steps"),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_event_and_incident, bb_reset),
        cmocka_unit_test_setup(test_queue_is_free, bb_reset),
        cmocka_unit_test_setup(test_chain, bb_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
