/* Work orders on a real PostgreSQL: how they come to be, whose they are, what they become. */
#include "work_house.h"

#include "duty/duty.h"
#include "workorder/work_order.h"

#include "base/banned.h"

static work_order_order order_for(const char *title)
{
    return (work_order_order){
        .source = OQ_STR("MANUAL"),
        .asset_id = WORK_ASSET,
        .title = oq_cstr(title),
        .kind = WORK_CORRECTIVE,
        .priority = WORK_HIGH,
        .due_at = OQ_TIME_NONE,
    };
}

static work_order *make(house *h, const work_order_order *order)
{
    work_order *made;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(work_order_create(s, order, &made, NULL));
    house_commit(s);
    return made;
}

/* --- how it comes to be -------------------------------------------------------------------------*/

static void test_an_order_is_made(void **state)
{
    house *h = *state;
    work_shift(h, BADR, "CALL", 0, 1440, true);
    work_order_order order = order_for("Bearing fault detected on P-101");
    work_order *o = make(h, &order);
    CHECK_STR("number", o->number, "WO-1001");
    CHECK("open", o->status == WORK_OPEN && o->version == 1);
    CHECK("due in three days", o->due_at == WORK_NOON + 3 * OQ_DAY);
    CHECK("site of the asset", oq_uuid_eq(o->site_id, WORK_SITE));
    CHECK("on call", oq_uuid_eq(o->assigned_user_id, worker_id(BADR)));
    CHECK("a trace", !oq_uuid_is_zero(o->trace_id));
    assert_int_equal(work_count(h, "work_order_steps WHERE status = 'open'"), 1);
    assert_int_equal(work_count(h, "blackbox_events WHERE source_system = 'OPTRIA_WORK_ORDER'"
                                   " AND source_type = 'WORK_ORDER'"
                                   " AND event_category = 'MAINTENANCE'"
                                   " AND payload->>'assignee' = 'Badr'"
                                   " AND payload->>'priority' = 'high'"
                                   " AND payload->>'summary_ar' LIKE 'WO-1001، مفتوح: %'"),
                     1);
    assert_int_equal(work_count(h, "notifications WHERE type = 'work_order.assigned'"), 1);
    assert_int_equal(work_count(h, "escalations WHERE level = 0 AND acknowledged_at IS NULL"), 1);
    assert_int_equal(work_count(h, "audit_logs WHERE action = 'work_order.created'"), 1);
}

static void test_numbers_skip_imported_ones(void **state)
{
    house *h = *state;
    work_order_past past[] = {
        {.number = OQ_STR("WO-1002"),
         .source = OQ_STR("SAP"),
         .source_id = OQ_STR("7"),
         .title = OQ_STR("x"),
         .kind = WORK_CORRECTIVE,
         .status = WORK_CLOSED,
         .priority = WORK_LOW,
         .started_at = OQ_TIME_NONE,
         .finished_at = OQ_TIME_NONE},
        {.number = OQ_STR("WO-1003"),
         .source = OQ_STR("SAP"),
         .source_id = OQ_STR("8"),
         .title = OQ_STR("y"),
         .kind = WORK_CORRECTIVE,
         .status = WORK_CLOSED,
         .priority = WORK_LOW,
         .started_at = OQ_TIME_NONE,
         .finished_at = OQ_TIME_NONE},
    };
    size_t added;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(work_order_add_past(s, past, 2, &added));
    house_commit(s);
    work_order_order order = order_for("x");
    CHECK_STR("before them", make(h, &order)->number, "WO-1001");
    CHECK_STR("behind them", make(h, &order)->number, "WO-1004");
    CHECK_STR("and on", make(h, &order)->number, "WO-1005");
}

static void test_refused(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "UPDATE users SET is_active = false WHERE full_name = 'Carim'");
    static const struct {
        const char *label, *title, *code;
        oq_uuid asset, assignee;
    } row[] = {
        {"no title", "", "work_order.title_invalid", {{0xa5}}, {{0}}},
        {"no such asset", "x", "work_order.asset_unknown", {{0xa6}}, {{0}}},
        {"nobody", "x", "work_order.assignee_unknown", {{0xa5}}, {{0x99}}},
        {"not any more", "x", "work_order.assignee_unknown", {{0xa5}}, {{0x77, CARIM + 1}}},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        work_order *o = NULL;
        work_order_order order = order_for(row[i].title);
        order.asset_id = row[i].asset;
        order.assigned_user_id = row[i].assignee;
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        CHECK_CODE(row[i].label, work_order_create(s, &order, &o, NULL), row[i].code);
        CHECK(row[i].label, o == NULL);
        oq_scope_close(s);
    }
    work_order_order order = order_for("x");
    order.assigned_user_id = house_id(VIEWER_A);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    work_order *o;
    CHECK_CODE("a viewer", work_order_create(s, &order, &o, NULL), "work_order.assignee_unfit");
    oq_scope_close(s);
}

/* --- priority -----------------------------------------------------------------------------------*/

static void test_priority_of_severity(void **state)
{
    assert_int_equal(work_order_priority_of_severity(INCIDENT_CATASTROPHIC), WORK_CRITICAL);
    assert_int_equal(work_order_priority_of_severity(INCIDENT_CRITICAL), WORK_CRITICAL);
    assert_int_equal(work_order_priority_of_severity(INCIDENT_MAJOR), WORK_HIGH);
    assert_int_equal(work_order_priority_of_severity(INCIDENT_MINOR), WORK_MEDIUM);
    assert_true(work_order_due_of(WORK_CRITICAL, 0) == 12 * OQ_HOUR);
    assert_true(work_order_due_of(WORK_LOW, 0) == 30 * OQ_DAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_an_order_is_made, work_house_reset),
        cmocka_unit_test_setup(test_numbers_skip_imported_ones, work_house_reset),
        cmocka_unit_test_setup(test_refused, work_house_reset),
        cmocka_unit_test(test_priority_of_severity),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
