/* Alarms that several sessions deal with at the same moment, for many rounds. */
#include <pthread.h>

#include "alarm/api.h"
#include "integration/alarm_house.h"

#include "base/banned.h"

#define OVER "{\"metric\":\"vibration\",\"is\":\"above\",\"limit\":7.1}"
#define GOOD QUALITY_GOOD

/* --- sessions that begin together ---------------------------------------------------------------*/

enum { SESSIONS_MAX = 6 };

typedef struct session {
    house *h;
    pthread_barrier_t *gate;
    oq_err *(*call)(oq_scope *s, struct session *me);
    oq_uuid alert_id;
    oq_str key;
    bool commits; /* the call does it itself */
    char failed[200];
    pthread_t thread;
} session;

static void *run_session(void *arg)
{
    session *me = arg;
    oq_arena *arena = oq_arena_open(0);
    oq_scope *s;
    oq_scope_options options = {.pool = me->h->pool,
                                .tenant_id = HOUSE_A,
                                .access = OQ_WRITE,
                                .actor = {.kind = ACTOR_USER,
                                          .id = house_id(ADMIN_A),
                                          .home_tenant = HOUSE_A,
                                          .label = OQ_STR("admin_a"),
                                          .role = ROLE_TENANT_ADMIN,
                                          .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)},
                                .arena = arena};
    oq_err *err = oq_scope_open(&options, &s);
    pthread_barrier_wait(me->gate);
    if (!err) {
        err = me->call(s, me);
        if (!err && !me->commits)
            err = oq_scope_commit(s);
        oq_scope_close(s);
    }
    if (err)
        snprintf(me->failed, sizeof me->failed, "%s %s", err->code, err->detail ? err->detail : "");
    oq_arena_close(arena);
    return NULL;
}

static void run_together(session *all, size_t count)
{
    pthread_barrier_t gate;
    assert_int_equal(pthread_barrier_init(&gate, NULL, (unsigned)count), 0);
    for (size_t i = 0; i < count; i++) {
        all[i].gate = &gate;
        assert_int_equal(pthread_create(&all[i].thread, NULL, run_session, &all[i]), 0);
    }
    for (size_t i = 0; i < count; i++)
        pthread_join(all[i].thread, NULL);
    pthread_barrier_destroy(&gate);
    for (size_t i = 0; i < count; i++)
        CHECK_STR("it went well", oq_cstr(all[i].failed), "");
}

static int64_t number(house *h, const char *sql)
{
    return testdb_number(h->db, sql);
}

/* --- the same alarm -----------------------------------------------------------------------------*/

static oq_err *raise_it(oq_scope *s, session *me)
{
    oq_uuid id;
    alert_order order = {.source = OQ_STR("AI"),
                         .source_key = me->key,
                         .asset_id = alarm_house_pump(1),
                         .code = OQ_STR("race"),
                         .title = OQ_STR("Race"),
                         .priority = ALARM_LOW,
                         .raised_at = ALARM_NOW,
                         .value = 1,
                         .limit_value = 1};
    return alert_raise(s, &order, &id);
}

/* Six sessions, twenty times: one active row each time, which has counted all of them. Without the
 * database's constraint there would be several, or none could be raised at all. */
static void test_same_alarm(void **state)
{
    enum { ROUNDS = 20 };
    house *h = *state;
    for (int round = 0; round < ROUNDS; round++) {
        session all[SESSIONS_MAX] = {0};
        for (size_t i = 0; i < SESSIONS_MAX; i++)
            all[i] =
                (session){.h = h, .call = raise_it, .key = oq_strf(h->arena, "race %d", round)};
        run_together(all, SESSIONS_MAX);
    }
    assert_int_equal(number(h, "SELECT count(*) FROM alerts"), ROUNDS);
    assert_int_equal(number(h, "SELECT count(*) FROM alerts WHERE occurrences = 6 AND cleared_at IS"
                               " NULL"),
                     ROUNDS);
    assert_int_equal(number(h, "SELECT count(*) FROM alert_steps WHERE step = 'raised'"), ROUNDS);
    assert_int_equal(number(h, "SELECT count(*) FROM alert_steps WHERE step = 'again'"),
                     ROUNDS * (SESSIONS_MAX - 1));
    /* The constraint itself, past all our care. */
    testdb_exec(h->db, "DO $$ BEGIN INSERT INTO alerts (tenant_id, id, source, source_key, code,"
                       " title, priority, severity, state, raised_at, seen_at, last_at, trace_id,"
                       " updated_at) SELECT tenant_id, gen_random_uuid(), source, source_key, code,"
                       " title, priority, severity, state, raised_at, seen_at, last_at, trace_id,"
                       " updated_at FROM alerts LIMIT 1; RAISE EXCEPTION 'there are two now';"
                       " EXCEPTION WHEN unique_violation THEN NULL; END $$");
}

/* --- a look and a person ------------------------------------------------------------------------*/

static oq_err *look(oq_scope *s, session *me)
{
    bool more;
    me->commits = true;
    return alarm_look_now(s, &more);
}

static oq_err *acknowledge(oq_scope *s, session *me)
{
    alert *a;
    return alert_acknowledge(s, me->alert_id, OQ_STR("seen"), &a);
}

static void meet(house *h, double at_s)
{
    oq_clock_set(ALARM_NOW + (oq_us)(at_s * (double)OQ_SECOND));
    session all[] = {{.h = h, .call = look},
                     {.h = h, .call = acknowledge, .alert_id = alarm_house_alert(h)}};
    run_together(all, OQ_COUNT(all));
}

/* The look finds that it went while a person acknowledges it: whoever is first, both are on record
 * and it is over. */
static void test_returned_and_acknowledged(void **state)
{
    enum { ROUNDS = 15 };
    house *h = *state;
    alarm_house_rule(h, "hh", "1", OVER, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        double at = 1 + 10 * round;
        alarm_house_write(h, 1, VIBRATION, at, 9, GOOD);
        alarm_house_look(h, at + 0.5);
        alarm_house_write(h, 1, VIBRATION, at + 2, 1, GOOD);
        meet(h, at + 2.5);
    }
    assert_int_equal(number(h, "SELECT count(*) FROM alerts"), ROUNDS);
    assert_int_equal(number(h,
                            "SELECT count(*) FROM alerts WHERE state = 'normal' AND cleared_at IS"
                            " NOT NULL AND acknowledged_by IS NOT NULL AND returned_at IS NOT"
                            " NULL"),
                     ROUNDS);
    assert_int_equal(number(h, "SELECT count(*) FROM (SELECT alert_id FROM alert_steps GROUP BY 1"
                               " HAVING count(*) FILTER (WHERE step = 'acknowledged') = 1"
                               " AND count(*) FILTER (WHERE step = 'returned') = 1"
                               " AND count(*) FILTER (WHERE step = 'cleared') = 1) x"),
                     ROUNDS);
    assert_int_equal(
        number(h, "SELECT count(*) FROM audit_logs WHERE action = 'alert.acknowledged'"), ROUNDS);
}

/* The look finds that it is there again while a person acknowledges the time before: it stands
 * afterwards, and neither is lost. */
static void test_again_and_acknowledged(void **state)
{
    enum { ROUNDS = 15 };
    house *h = *state;
    alarm_house_rule(h, "hh", "1", OVER, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        double at = 1 + 10 * round;
        alarm_house_write(h, 1, VIBRATION, at, 9, GOOD);
        alarm_house_look(h, at + 0.5);
        alarm_house_write(h, 1, VIBRATION, at + 1, 1, GOOD);
        alarm_house_look(h, at + 1.5);
        alarm_house_write(h, 1, VIBRATION, at + 2, 9, GOOD);
        meet(h, at + 2.5);
        assert_int_equal(number(h, "SELECT count(*) FROM alerts WHERE cleared_at IS NULL AND state"
                                   " IN ('unacknowledged', 'acknowledged')"),
                         1);
        assert_int_equal(number(h, "SELECT count(*) FROM alert_steps WHERE step = 'acknowledged'"),
                         round + 1);
        testdb_exec(h->db, "UPDATE alerts SET state = 'normal', cleared_at = updated_at WHERE"
                           " cleared_at IS NULL");
        alarm_house_write(h, 1, VIBRATION, at + 4, 1, GOOD);
        alarm_house_look(h, at + 4.5);
    }
    assert_int_equal(number(h, "SELECT coalesce(sum(occurrences), 0) FROM alerts"), 2 * ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_same_alarm, alarm_house_reset),
        cmocka_unit_test_setup(test_returned_and_acknowledged, alarm_house_reset),
        cmocka_unit_test_setup(test_again_and_acknowledged, alarm_house_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
