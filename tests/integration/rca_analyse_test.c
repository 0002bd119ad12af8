/* From an incident to a stored analysis and a work order. */
#include "integration/rca_house.h"

#include "base/test.h"

#include "base/banned.h"

static int64_t number(house *h, const char *sql)
{
    return testdb_number(h->db, sql);
}

/* M245: an alarm becomes an incident, an analysis, an order with an assignee who is told. */
static void test_chain(void **state)
{
    house *h = *state;
    rca_house_rule(h, "bearing", RCA_HOUSE_BEARING_RULE);
    rca_house_signals(h, P101, 0, TROUBLE_BEARING);
    oq_clock_set(bb_at(1));
    oq_uuid id = rca_house_incident(h, "a1", 0, P101, SEVERITY_CRITICAL);
    rca_run *run = rca_house_analyse(h, id);
    assert_int_equal(run->number, 1);
    CHECK_STR("top", oq_cstr(rca_house_of(h, id, "{causes,0,code}")), "bearing_fault");
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents WHERE rca_run_id IS NOT"
                               " NULL AND event_story ->> 'ar' <> '' AND top_cause ="
                               " 'bearing_fault' AND root_cause_score ? 'other'"),
                     1);
    assert_int_equal(number(h, "SELECT count(*) FROM work_orders o JOIN blackbox_incidents i ON"
                               " i.id = o.incident_id WHERE o.source = 'BLACKBOX_AUTO' AND"
                               " o.assigned_user_id IS NOT NULL AND o.trace_id = i.trace_id"),
                     1);
    assert_int_equal(number(h, "SELECT count(*) FROM notifications n JOIN work_orders o ON"
                               " n.user_id = o.assigned_user_id WHERE n.entity_type ="
                               " 'work_order'"),
                     1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_chain, rca_house_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
