/* From events to incidents: opened, changed, reopened, merged; what is late; and that the order in
 * which events come does not matter. */
#include "integration/blackbox_plant.h"

#include "base/test.h"

#include "base/banned.h"

static int64_t number(house *h, const char *sql)
{
    return testdb_number(h->db, sql);
}

#define CHECK_INCIDENTS(label, wanted) CHECK_STR((label), oq_cstr(bb_incidents(h)), (wanted))

static void test_opens(void **state)
{
    house *h = *state;
    event_order e[] = {bb_reading("r1", -20, P101), bb_reading("far", -40, P101),
                       bb_reading("else", -10, P301), bb_alert("a1", 0, P101, SEVERITY_MAJOR),
                       bb_reading("r2", 10, P102)};
    assert_int_equal(bb_add(h, e, OQ_COUNT(e)), 5);
    assert_int_equal(number(h, "SELECT count(*) FROM jobs WHERE kind = 'blackbox.incidents'"), 1);
    bb_run(h);
    CHECK_INCIDENTS("one", "-30..30 ANOMALOUS_BEHAVIOR MAJOR r1,a1,r2");
    assert_int_equal(number(h, "SELECT count(*) FROM jobs WHERE kind = 'rca.run' AND payload ->>"
                               " 'incident_id' = (SELECT id::text FROM blackbox_incidents)"),
                     1);
    assert_int_equal(number(h, "SELECT count(*) FROM notifications WHERE type = 'incident.opened'"),
                     1);
    assert_int_equal(number(h, "SELECT count(*) FROM live_events WHERE event = 'incident'"), 1);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_events WHERE NOT is_noticed"), 0);
    /* Looking again changes nothing. */
    bb_run(h);
    assert_int_equal(number(h, "SELECT version FROM blackbox_incidents"), 1);
    assert_int_equal(number(h, "SELECT number FROM blackbox_incidents"), 1);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incident_steps"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_opens, bb_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
