/* Incidents that became one, and what becomes of their orders. */
#include "integration/blackbox_plant.h"

#include "workorder/work.h"

#include "base/test.h"

#include "base/banned.h"

static int64_t number(house *h, const char *sql)
{
    return testdb_number(h->db, sql);
}

static oq_uuid incident_of(house *h, const char *title)
{
    oq_uuid id;
    assert_true(oq_uuid_parse(
        oq_cstr(testdb_value(
            h->db,
            oq_strf(h->arena, "SELECT id FROM blackbox_incidents WHERE title = '%s'", title).ptr)),
        &id));
    return id;
}

static void add_and_run(house *h, event_order e)
{
    bb_add(h, &e, 1);
    bb_run(h);
}

/* As the chain makes it. */
static work_order *make_order(house *h, oq_uuid incident_id, bool *ret_made)
{
    work_order *made;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    work_order_order order = {.source = OQ_STR("BLACKBOX_AUTO"),
                              .asset_id = bb_pump_id(P101),
                              .incident_id = incident_id,
                              .title = OQ_STR("Find the cause"),
                              .kind = WORK_CORRECTIVE,
                              .priority = WORK_HIGH,
                              .due_at = OQ_TIME_NONE,
                              .assigned_user_id = house_id(ADMIN_A)};
    CHECK_OK(work_order_create(s, &order, &made, ret_made));
    /* Told as if somebody else had assigned it. */
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
    testdb_exec(h->db, "UPDATE escalations SET acknowledged_at = NULL, acknowledged_by = NULL");
    return made;
}

static void join(house *h, oq_uuid incident_id)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(work_orders_join(s, incident_id));
    house_commit(s);
}

/* Two incidents; `merge` shows that they are one. */
static void make_two(house *h)
{
    add_and_run(h, bb_alert("first", -80, P101, SEVERITY_MAJOR));
    add_and_run(h, bb_alert("second", -45, P101, SEVERITY_MAJOR));
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents"), 2);
}

static void merge(house *h)
{
    testdb_exec(h->db, "DELETE FROM jobs");
    add_and_run(h, bb_alert("between", -60, P101, SEVERITY_MAJOR));
    assert_int_equal(number(h, "SELECT count(*) FROM jobs j JOIN blackbox_incidents i ON"
                               " j.payload ->> 'incident_id' = i.id::text WHERE j.kind ="
                               " 'work_order.join' AND i.title = 'second'"),
                     1);
}

/* Nobody has begun: it is cancelled, with the reason; once. */
static void test_cancelled(void **state)
{
    house *h = *state;
    make_two(h);
    oq_uuid first = incident_of(h, "first"), second = incident_of(h, "second");
    make_order(h, first, NULL);
    make_order(h, second, NULL);
    merge(h);
    join(h, second);
    join(h, second);
    CHECK_STR("orders",
              oq_cstr(testdb_value(h->db, "SELECT string_agg(number || ' ' || status, ', ' ORDER BY"
                                          " number) FROM work_orders")),
              "WO-1001 open, WO-1002 cancelled");
    assert_int_equal(number(h, "SELECT count(*) FROM work_orders c JOIN work_orders o ON o.id ="
                               " c.joined_to_id WHERE c.number = 'WO-1002' AND o.number ="
                               " 'WO-1001'"),
                     1);
    assert_int_equal(number(h, "SELECT count(*) FROM work_order_steps WHERE status = 'cancelled'"
                               " AND note LIKE 'INC-2 turned out to be a part of INC-1%WO-1001%'"
                               " AND note LIKE '%تبيّن أن INC-2 جزء من INC-1%'"),
                     1);
    assert_int_equal(number(h, "SELECT count(*) FROM audit_logs WHERE action ="
                               " 'work_order.joined' AND changes::text LIKE '%cancelled%'"),
                     1);
    assert_int_equal(number(h, "SELECT count(*) FROM notifications WHERE type ="
                               " 'work_order.superseded' AND facts ->> 'other' = 'WO-1001'"),
                     1);
    assert_int_equal(number(h, "SELECT count(*) FROM escalations e JOIN work_orders w ON w.id ="
                               " e.entity_id WHERE w.number = 'WO-1002' AND e.acknowledged_at IS"
                               " NULL"),
                     0);
    assert_int_equal(number(h, "SELECT count(DISTINCT incident_id) FROM blackbox_incident_steps"
                               " WHERE step = 'work_order_joined'"),
                     2);
    /* Once they are parted again the chain makes another one. */
    testdb_exec(h->db, "UPDATE blackbox_incidents SET merged_into = NULL");
    join(h, second);
    bool made;
    make_order(h, second, &made);
    assert_true(made);
    make_order(h, second, &made);
    assert_false(made);
}

static void begin_with(house *h, work_order *o)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    work_order_move move = {.status = WORK_IN_PROGRESS, .version = o->version};
    CHECK_OK(work_order_set_status(s, o->id, &move, &o));
    house_commit(s);
}

static void write_note(house *h, work_order *o)
{
    work_order_note *note;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(work_order_add_note(s, o->id, OQ_STR("I look at it on Sunday."), &note));
    house_commit(s);
}

static void answer_check(house *h, work_order *o)
{
    testdb_exec(h->db,
                oq_strf(h->arena,
                        "INSERT INTO work_order_checks (tenant_id, id, work_order_id, position,"
                        " text, result, done_at) SELECT tenant_id, gen_random_uuid(), id, 1, 'x',"
                        " 'ok', now() FROM work_orders WHERE id = '%.*s'",
                        OQ_FMT(oq_uuid_text(h->arena, o->id)))
                    .ptr);
}

static void approve(house *h, work_order *o)
{
    testdb_exec(h->db,
                oq_strf(h->arena, "UPDATE work_orders SET approved_at = now() WHERE id = '%.*s'",
                        OQ_FMT(oq_uuid_text(h->arena, o->id)))
                    .ptr);
}

/* What people have touched stays, and each names the other. */
static void test_kept(void **state)
{
    static void (*const touch[])(house *, work_order *) = {begin_with, write_note, answer_check,
                                                           approve};
    house *h = *state;
    for (size_t i = 0; i < OQ_COUNT(touch); i++) {
        assert_int_equal(bb_reset(state), 0);
        testdb_exec(h->db,
                    "TRUNCATE work_orders CASCADE; TRUNCATE escalations, notifications CASCADE");
        make_two(h);
        oq_uuid first = incident_of(h, "first"), second = incident_of(h, "second");
        make_order(h, first, NULL);
        touch[i](h, make_order(h, second, NULL));
        merge(h);
        join(h, second);
        join(h, second);
        assert_int_equal(number(h, "SELECT count(*) FROM work_orders WHERE status <> 'cancelled'"),
                         2);
        assert_int_equal(number(h, "SELECT count(*) FROM work_orders w JOIN work_orders o ON o.id"
                                   " = w.joined_to_id WHERE w.number = 'WO-1002' AND o.number ="
                                   " 'WO-1001'"),
                         1);
        assert_int_equal(number(h, "SELECT count(*) FROM notifications WHERE type ="
                                   " 'work_order.joined'"),
                         2);
        testdb_exec(h->db, "UPDATE blackbox_incidents SET merged_into = NULL");
        join(h, second);
        assert_int_equal(number(h, "SELECT count(*) FROM work_orders WHERE joined_to_id IS NOT"
                                   " NULL"),
                         0);
    }
}

/* The incident that stays has none: the order goes along. */
static void test_goes_along(void **state)
{
    house *h = *state;
    make_two(h);
    oq_uuid first = incident_of(h, "first"), second = incident_of(h, "second");
    make_order(h, second, NULL);
    merge(h);
    join(h, second);
    join(h, second);
    assert_int_equal(number(h, "SELECT count(*) FROM work_orders w JOIN blackbox_incidents i ON"
                               " i.id = w.incident_id WHERE i.title = 'first' AND w.status ="
                               " 'open' AND w.joined_to_id IS NULL"),
                     1);
    assert_int_equal(number(h, "SELECT count(*) FROM notifications WHERE type ="
                               " 'work_order.moved' AND facts ->> 'incident' = 'INC-1'"),
                     1);
    bool made;
    make_order(h, first, &made); /* and the chain finds it there */
    assert_false(made);
}

static int reset(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "TRUNCATE work_orders CASCADE; TRUNCATE escalations, audit_logs");
    return bb_reset(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_cancelled, reset),
        cmocka_unit_test_setup(test_kept, reset),
        cmocka_unit_test_setup(test_goes_along, reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
