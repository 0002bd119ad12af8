/* Work orders on a real PostgreSQL: how they come to be, whose they are, what they become. */
#include "work_house.h"

#include <math.h>
#include <pthread.h>
#include <unistd.h>

#include "duty/duty.h"
#include "workorder/work.h"

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

/* --- at the same time ---------------------------------------------------------------------------*/

#define INCIDENT ((oq_uuid){{0x1c}})

static void make_incident(house *h)
{
    const char *id = oq_uuid_text(h->arena, INCIDENT).ptr;
    oq_str sql = oq_strf(
        h->arena,
        "INSERT INTO blackbox_events (tenant_id, id, source_system, source_type, source_id,"
        " event_time, ingest_time, severity, event_category, summary)"
        " VALUES (%1$s, '%2$s', 'PI', 'ALARM', '1', now(), now(), 'CRITICAL', 'ALERT', 'x');"
        "INSERT INTO blackbox_incidents (tenant_id, id, number, incident_type, severity, title,"
        " start_time, anchor_time, window_from, window_to, grace_until, trigger_event_id, trace_id,"
        " created_at, updated_at)"
        " VALUES (%1$s, '%2$s', 1, 'FAILURE', 'CRITICAL', 'x', now(), now(), now(), now(), now(),"
        " '%2$s', '%2$s', now(), now())",
        "'0a000000-0000-0000-0000-000000000000'", id);
    testdb_exec(h->db, sql.ptr);
}

typedef struct rival {
    house *h;
    oq_arena *arena;
    oq_scope *scope;
    oq_err *(*deed)(struct rival *r);
    oq_uuid id;
    const char *code; /* of its error; NULL: it went well */
    bool made;
} rival;

static oq_err *make_auto(rival *r)
{
    work_order *o;
    work_order_order order = order_for("Bearing fault");
    order.source = OQ_STR("BLACKBOX_AUTO");
    order.incident_id = INCIDENT;
    OQ_TRY(work_order_create(r->scope, &order, &o, &r->made));
    r->id = o->id;
    return NULL;
}

static oq_err *take_up(rival *r)
{
    work_order *o;
    work_order_move move = {.status = WORK_IN_PROGRESS,
                            .version = 1,
                            .labour_h = (double)NAN,
                            .downtime_h = (double)NAN};
    return work_order_set_status(r->scope, r->id, &move, &o);
}

static void *run_rival(void *self)
{
    rival *r = self;
    const oq_err *err = r->deed(r);
    if (!err)
        err = oq_scope_commit(r->scope);
    r->code = err ? err->code : NULL;
    oq_scope_close(r->scope);
    return NULL;
}

static rival rival_of(house *h, house_person person, oq_err *(*deed)(rival *))
{
    house own = *h;
    own.arena = oq_arena_open(0);
    return (rival){
        .h = h, .arena = own.arena, .scope = house_scope(&own, person, OQ_WRITE), .deed = deed};
}

/* Both are inside their transaction before either ends: the second one waits, and then sees. */
static void race(rival *a, rival *b)
{
    pthread_t thread;
    CHECK("first", a->deed(a) == NULL);
    assert_int_equal(pthread_create(&thread, NULL, run_rival, b), 0);
    usleep(200 * 1000); /* long enough to be waiting; the outcome does not rest on it */
    house_commit(a->scope);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void test_the_chain_makes_one(void **state)
{
    house *h = *state;
    make_incident(h);
    rival a = rival_of(h, ADMIN_A, make_auto), b = rival_of(h, OPTIMIZER_A, make_auto);
    race(&a, &b);
    CHECK("the second one found it", !b.code && a.made && !b.made && oq_uuid_eq(a.id, b.id));
    assert_int_equal(work_count(h, "work_orders"), 1);
    assert_int_equal(work_count(h, "blackbox_events WHERE source_system = 'OPTRIA_WORK_ORDER'"), 1);
    oq_arena_close(a.arena);
    oq_arena_close(b.arena);
}

static void test_two_take_it_up(void **state)
{
    house *h = *state;
    work_order_order order = order_for("x");
    work_order *o = make(h, &order);
    rival a = rival_of(h, ADMIN_A, take_up), b = rival_of(h, OPTIMIZER_A, take_up);
    a.id = b.id = o->id;
    race(&a, &b);
    assert_non_null(b.code);
    assert_string_equal(b.code, "work_order.version_stale");
    assert_int_equal(work_count(h, "work_order_steps WHERE status = 'in_progress'"), 1);
    oq_arena_close(a.arena);
    oq_arena_close(b.arena);
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
        cmocka_unit_test_setup(test_the_chain_makes_one, work_house_reset),
        cmocka_unit_test_setup(test_two_take_it_up, work_house_reset),
        cmocka_unit_test(test_priority_of_severity),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
