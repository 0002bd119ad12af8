/* What raises an alarm, and when: rules, samples and looks on a real PostgreSQL. */
#include "integration/alarm_house.h"

#include <math.h>

#include "historian/fold.h"

#include "base/banned.h"

#define ABOVE(rest) "{\"metric\":\"vibration\",\"is\":\"above\"," rest "}"
#define GOOD        QUALITY_GOOD
#define ALERTS(label, h, active, wanted)                                                           \
    CHECK_STR(label, oq_cstr(alarm_house_alerts((h), (active))), wanted)
#define STEPS(label, h, wanted) CHECK_STR(label, oq_cstr(alarm_house_steps(h)), wanted)

static void test_over_and_back(void **state)
{
    house *h = *state;
    alarm_house_rule(h, "hh", "class", ABOVE("\"limit\":\"high_high\""), NULL);
    alarm_house_look(h, 0);
    ALERTS("nothing yet", h, false, "");
    alarm_house_write(h, 1, VIBRATION, 1, 7.2, GOOD);
    alarm_house_write(h, 2, VIBRATION, 1, 7.0, GOOD);
    alarm_house_look(h, 2);
    ALERTS("over", h, true, "P-1/hh unacknowledged x1; ");
    CHECK("value, limit, unit",
          testdb_number(h->db, "SELECT count(*) FROM alerts WHERE value = 7.2 AND limit_value = 7.1"
                               " AND unit = 'mm/s' AND series_no = 1 AND severity = 'MAJOR'"));
    CHECK("event time", testdb_number(h->db, "SELECT count(*) FROM alerts WHERE raised_at ="
                                             " to_timestamp(1800000001) AND seen_at ="
                                             " to_timestamp(1800000002)"));
    alarm_house_write(h, 1, VIBRATION, 3, 7.1, GOOD);
    alarm_house_look(h, 4);
    ALERTS("back, and nobody has seen it", h, true, "P-1/hh returned x1; ");
    alarm_house_write(h, 1, VIBRATION, 5, 7.5, GOOD);
    alarm_house_look(h, 6);
    ALERTS("again", h, true, "P-1/hh unacknowledged x2; ");
    STEPS("steps", h, "raised returned again ");
    CHECK("nothing twice", testdb_number(h->db, "SELECT count(*) FROM alerts") == 1);
}

static void test_event_of_each_step(void **state)
{
    house *h = *state;
    alarm_house_rule(h, "trip", "1", ABOVE("\"limit\":7.1"),
                     "\"is_failure\":true,\"event_kind\":\"pump_trip\",\"priority\":\"critical\"");
    alarm_house_write(h, 1, VIBRATION, 1, 9, GOOD);
    alarm_house_look(h, 2);
    alarm_house_write(h, 1, VIBRATION, 3, 1, GOOD);
    alarm_house_look(h, 4);
    CHECK_STR("events",
              oq_cstr(testdb_value(
                  h->db, "SELECT string_agg(concat_ws(' ', severity, event_category, source_system,"
                         " payload->>'kind', payload->>'step', payload->>'value',"
                         " payload->>'limit', payload->>'unit', payload->>'metric', summary),"
                         " '; ' ORDER BY event_time) FROM blackbox_events")),
              "CRITICAL FAILURE OPTRIA_ALERT pump_trip raised 9 7.1 mm/s vibration"
              " P-1: trip, 9 mm/s (7.1); INFO ALERT OPTRIA_ALERT alarm_returned returned 9 7.1 mm/s"
              " vibration P-1: returned: trip");
    CHECK("one trace", testdb_number(h->db, "SELECT count(DISTINCT e.trace_id) FROM blackbox_events"
                                            " e JOIN alerts a ON a.trace_id = e.trace_id"
                                            " AND a.id::text = split_part(e.source_id, ':', 1)") == 1);
    CHECK("told", testdb_number(h->db, "SELECT count(*) FROM notifications"
                                       " WHERE type = 'alarm.raised'") > 0);
}

static void test_delay_by_time_alone(void **state)
{
    house *h = *state;
    alarm_house_rule(h, "hh", "1", ABOVE("\"limit\":7.1"), "\"on_delay_s\":60,\"off_delay_s\":30");
    alarm_house_write(h, 1, VIBRATION, 1, 9, GOOD);
    alarm_house_look(h, 2);
    alarm_house_look(h, 60);
    ALERTS("not yet", h, false, "");
    CHECK("it is known when", testdb_number(h->db, "SELECT count(*) FROM alarm_states"
                                                   " WHERE due_at = to_timestamp(1800000063)"));
    alarm_house_look(h, 64);
    ALERTS("without a sample", h, true, "P-1/hh unacknowledged x1; ");
    alarm_house_write(h, 1, VIBRATION, 70, 1, GOOD);
    alarm_house_look(h, 71);
    ALERTS("held", h, true, "P-1/hh unacknowledged x1; ");
    alarm_house_look(h, 103);
    ALERTS("returned without a sample", h, true, "P-1/hh returned x1; ");
}

/* A delay that outlives the process, and its memory of two minutes. */
static void test_delay_over_a_restart(void **state)
{
    house *h = *state;
    alarm_house_rule(h, "hh", "1", ABOVE("\"limit\":7.1"), "\"on_delay_s\":1800");
    alarm_house_write(h, 1, VIBRATION, 1, 9, GOOD);
    alarm_house_look(h, 2);
    alarm_forget_all();
    alarm_house_look(h, 1000);
    alarm_forget_all();
    alarm_house_look(h, 1810);
    ALERTS("on time", h, true, "P-1/hh unacknowledged x1; ");
    CHECK("since", testdb_number(h->db, "SELECT count(*) FROM alerts WHERE raised_at ="
                                        " to_timestamp(1800000001)"));
}

static void test_deadband_and_groups(void **state)
{
    house *h = *state;
    alarm_house_rule(h, "band", "1", ABOVE("\"limit\":7,\"deadband\":2"), NULL);
    alarm_house_rule(h, "both", "1",
                     "{\"all\":[{\"metric\":\"vibration\",\"is\":\"above\",\"limit\":\"high\"},"
                     "{\"metric\":\"flow\",\"is\":\"below\",\"limit\":\"low\"}]}",
                     NULL);
    alarm_house_rule(h, "either", "1",
                     "{\"any\":[{\"metric\":\"vibration\",\"is\":\"above\",\"limit\":50},"
                     "{\"metric\":\"flow\",\"is\":\"below\",\"limit\":5}]}",
                     NULL);
    alarm_house_write(h, 1, VIBRATION, 1, 7.5, GOOD);
    alarm_house_write(h, 1, FLOW, 1, 20, GOOD);
    alarm_house_write(h, 1, VIBRATION, 2, 6, GOOD);
    alarm_house_look(h, 3);
    ALERTS("inside the deadband it stays", h, true, "P-1/band unacknowledged x1; ");
    alarm_house_write(h, 1, VIBRATION, 4, 4.9, GOOD);
    alarm_house_write(h, 1, FLOW, 5, 9, GOOD);
    alarm_house_look(h, 6);
    ALERTS("below the deadband it goes; both", h, true,
           "P-1/band returned x1; P-1/both unacknowledged x1; ");
    alarm_house_write(h, 1, FLOW, 7, 4, GOOD);
    alarm_house_look(h, 8);
    ALERTS("one of two", h, true,
           "P-1/band returned x1; P-1/both unacknowledged x1; P-1/either unacknowledged x1; ");
}

static void test_stale_and_bad(void **state)
{
    house *h = *state;
    alarm_house_rule(h, "stale", "1", "{\"metric\":\"vibration\",\"is\":\"stale\",\"after_s\":60}",
                     NULL);
    alarm_house_rule(h, "bad", "1", "{\"metric\":\"vibration\",\"is\":\"bad\"}", NULL);
    alarm_house_rule(h, "hh", "1", ABOVE("\"limit\":7.1"), NULL);
    alarm_house_write(h, 1, VIBRATION, 1, 9, GOOD);
    alarm_house_look(h, 2);
    ALERTS("high", h, true, "P-1/hh unacknowledged x1; ");
    alarm_house_write(h, 1, VIBRATION, 3, (double)NAN, QUALITY_NO_COMMUNICATION);
    alarm_house_look(h, 4);
    ALERTS("bad; high holds", h, true, "P-1/hh unacknowledged x1; P-1/bad unacknowledged x1; ");
    alarm_house_look(h, 70);
    ALERTS("stale; high holds", h, true,
           "P-1/hh unacknowledged x1; P-1/bad unacknowledged x1; P-1/stale unacknowledged x1; ");
    alarm_house_write(h, 1, VIBRATION, 71, 1, GOOD);
    alarm_house_look(h, 72);
    ALERTS("all is well", h, true,
           "P-1/hh returned x1; P-1/bad returned x1; P-1/stale returned x1; ");
}

/* Samples that were folded before anybody looked are seen all the same. */
static void test_folded_before_it_was_seen(void **state)
{
    house *h = *state;
    fold_done done;
    alarm_house_rule(h, "hh", "1", ABOVE("\"limit\":7.1"), NULL);
    alarm_house_look(h, 0);
    alarm_house_write(h, 1, VIBRATION, 1, 9, GOOD);
    alarm_house_write(h, 1, VIBRATION, 2, 1, GOOD);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_fold(s, &done));
    house_commit(s);
    CHECK("kept", testdb_number(h->db, "SELECT count(*) FROM series_unseen") == 2);
    alarm_house_look(h, 3);
    STEPS("a visit between two looks", h, "raised returned ");
    CHECK("and gone", testdb_number(h->db, "SELECT count(*) FROM series_unseen") == 0);
    alarm_house_write(h, 1, VIBRATION, 4, 1, GOOD);
    alarm_house_look(h, 5);
    CHECK("seen",
          testdb_number(h->db, "SELECT count(*) FROM series_batches WHERE NOT is_seen") == 0);
}

static void test_nobody_watches(void **state)
{
    house *h = *state;
    oq_uuid rule = alarm_house_rule(h, "hh", "1", ABOVE("\"limit\":7.1"), NULL);
    alarm_house_write(h, 1, VIBRATION, 1, 9, GOOD);
    alarm_house_look(h, 2);
    ALERTS("raised", h, true, "P-1/hh unacknowledged x1; ");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(record_remove(s, &kind_alarm_rule, rule, OQ_I64_NONE));
    house_commit(s);
    alarm_house_look(h, 3);
    ALERTS("what a rule raised is over with it, and on record", h, false, "P-1/hh normal x1; ");
    alarm_house_write(h, 1, VIBRATION, 4, 9, GOOD);
    CHECK("batches come as seen",
          testdb_number(h->db, "SELECT count(*) FROM series_batches WHERE NOT is_seen") == 0);
}

/* A rule that is made when things are bad already says so at once; one that changes keeps what it
 * raised. */
static void test_rule_changes(void **state)
{
    house *h = *state;
    alarm_house_write(h, 1, VIBRATION, -1000, 9, GOOD);
    alarm_house_look(h, 0);
    oq_uuid id = alarm_house_rule(h, "hh", "1", ABOVE("\"limit\":7.1"), NULL);
    alarm_house_look(h, 1);
    ALERTS("at once", h, true, "P-1/hh unacknowledged x1; ");
    void *rule;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(record_get(s, &kind_alarm_rule, id, &rule));
    ((alarm_rule *)rule)->condition = OQ_STR(ABOVE("\"limit\":8"));
    CHECK_OK(record_change(s, &kind_alarm_rule, id, rule, &rule));
    house_commit(s);
    alarm_house_look(h, 2);
    ALERTS("no second one", h, false, "P-1/hh unacknowledged x1; ");
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    ((alarm_rule *)rule)->condition = OQ_STR(ABOVE("\"limit\":12"));
    CHECK_OK(record_change(s, &kind_alarm_rule, id, rule, &rule));
    house_commit(s);
    alarm_house_look(h, 3);
    alarm_house_write(h, 1, VIBRATION, 4, 9, GOOD);
    alarm_house_look(h, 5);
    ALERTS("within the new limit", h, true, "P-1/hh returned x1; ");
}

static void test_late_sample(void **state)
{
    house *h = *state;
    alarm_house_rule(h, "hh", "1", ABOVE("\"limit\":7.1"), "\"on_delay_s\":10");
    alarm_house_write(h, 1, VIBRATION, 1, 9, GOOD);
    alarm_house_write(h, 1, VIBRATION, 12, 9, GOOD);
    alarm_house_look(h, 13);
    ALERTS("raised", h, true, "P-1/hh unacknowledged x1; ");
    alarm_house_write(h, 1, VIBRATION, 6, 2, GOOD);
    alarm_house_look(h, 14);
    ALERTS("it was not so", h, true, "P-1/hh returned x1; ");
    alarm_house_look(h, 30);
    ALERTS("now it is", h, true, "P-1/hh unacknowledged x2; ");
    CHECK("late samples are told", testdb_number(h->db, "SELECT count(*) FROM alert_steps"
                                                        " WHERE note LIKE 'late samples%'") == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_over_and_back, alarm_house_reset),
        cmocka_unit_test_setup(test_event_of_each_step, alarm_house_reset),
        cmocka_unit_test_setup(test_delay_by_time_alone, alarm_house_reset),
        cmocka_unit_test_setup(test_delay_over_a_restart, alarm_house_reset),
        cmocka_unit_test_setup(test_deadband_and_groups, alarm_house_reset),
        cmocka_unit_test_setup(test_stale_and_bad, alarm_house_reset),
        cmocka_unit_test_setup(test_folded_before_it_was_seen, alarm_house_reset),
        cmocka_unit_test_setup(test_nobody_watches, alarm_house_reset),
        cmocka_unit_test_setup(test_rule_changes, alarm_house_reset),
        cmocka_unit_test_setup(test_late_sample, alarm_house_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
