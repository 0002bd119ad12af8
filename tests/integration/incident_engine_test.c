/* From events to incidents: opened, changed, reopened, merged; what is late; and that the order in
 * which events come does not matter. */
#include "integration/blackbox_plant.h"

#include "blackbox/engine.h"
#include "blackbox/replay.h"

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
    e[3].payload = OQ_STR("{\"summary_ar\":\"اهتزاز\"}");
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
    CHECK_STR("in Arabic", oq_cstr(testdb_value(h->db, "SELECT title_ar FROM blackbox_incidents")),
              "اهتزاز");
    /* Looking again changes nothing. */
    bb_run(h);
    assert_int_equal(number(h, "SELECT version FROM blackbox_incidents"), 1);
    assert_int_equal(number(h, "SELECT number FROM blackbox_incidents"), 1);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incident_steps"), 1);
}

static void add_and_run(house *h, event_order e)
{
    bb_add(h, &e, 1);
    bb_run(h);
}

static void test_attaches(void **state)
{
    house *h = *state;
    add_and_run(h, bb_alert("a1", -60, P101, SEVERITY_MAJOR));
    testdb_exec(h->db, "DELETE FROM jobs");
    add_and_run(h, bb_alert("a2", -40, P102, SEVERITY_CRITICAL));
    CHECK_INCIDENTS("the same", "-90..-30 NEAR_MISS CRITICAL a1,a2");
    assert_int_equal(number(h, "SELECT version FROM blackbox_incidents"), 2);
    assert_int_equal(number(h, "SELECT count(*) FROM jobs WHERE kind = 'rca.run'"), 1);
    add_and_run(h, bb_alert("a3", -25, P101, SEVERITY_MAJOR));
    add_and_run(h, bb_alert("a4", -50, P301, SEVERITY_MAJOR));
    CHECK_INCIDENTS("behind the window, and elsewhere",
                    "-55..5 ANOMALOUS_BEHAVIOR MAJOR a2,a3; -80..-20 ANOMALOUS_BEHAVIOR MAJOR a4;"
                    " -90..-30 NEAR_MISS CRITICAL a1,a2");
    /* A reading that comes into a window is a new version too. */
    testdb_exec(h->db, "DELETE FROM jobs");
    event_order r = bb_reading("r", -45, P301);
    bb_add(h, &r, 1);
    assert_int_equal(number(h, "SELECT count(*) FROM jobs WHERE kind = 'blackbox.incidents' AND"
                               " run_at > to_timestamp(20000 * 86400 + 8 * 3600)"),
                     1);
    bb_run(h);
    assert_int_equal(number(h, "SELECT version FROM blackbox_incidents WHERE title = 'a4'"), 2);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents WHERE version = 2"), 2);
}

static void set_status(house *h, const char *title, int status)
{
    oq_uuid id;
    oq_uuid_parse(oq_cstr(testdb_value(h->db, oq_strf(h->arena,
                                                      "SELECT id FROM blackbox_incidents"
                                                      " WHERE title = '%s'",
                                                      title)
                                                  .ptr)),
                  &id);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(incident_set_status(s, id, status, OQ_NONE));
    house_commit(s);
}

static void test_reopens(void **state)
{
    house *h = *state;
    add_and_run(h, bb_alert("a1", -20, P101, SEVERITY_MAJOR));
    set_status(h, "a1", INCIDENT_RESOLVED);
    bb_run(h); /* the entry about it lies in the window, and reopens nothing */
    CHECK_STR("status", oq_cstr(testdb_value(h->db, "SELECT status FROM blackbox_incidents")),
              "RESOLVED");
    add_and_run(h, bb_reading("late", -10, P101));
    CHECK_STR("status", oq_cstr(testdb_value(h->db, "SELECT status FROM blackbox_incidents")),
              "OPEN");
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incident_steps WHERE step ="
                               " 'reopened'"),
                     1);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents WHERE resolved_at IS NULL"),
                     1);
    /* What a person closed stays closed, with its new version. */
    set_status(h, "a1", INCIDENT_CLOSED);
    add_and_run(h, bb_reading("later", -9, P101));
    CHECK_STR("status", oq_cstr(testdb_value(h->db, "SELECT status FROM blackbox_incidents")),
              "CLOSED");
}

static void test_after_grace(void **state)
{
    house *h = *state;
    add_and_run(h, bb_alert("a1", -20, P101, SEVERITY_MAJOR));
    int64_t version = number(h, "SELECT version FROM blackbox_incidents");
    oq_clock_set(bb_at(10 + 60 + 1)); /* the window's end, the grace period, a minute */
    testdb_exec(h->db, "DELETE FROM jobs");
    event_order e[] = {bb_reading("late", -10, P102), bb_alert("late trigger", -5, P101, 5),
                       bb_reading("elsewhere", -10, P301), bb_alert("new", 60, P101, 4)};
    bb_add(h, e, OQ_COUNT(e));
    bb_run(h);
    CHECK_INCIDENTS("unchanged, and one more",
                    "-50..10 ANOMALOUS_BEHAVIOR MAJOR a1; 30..90 ANOMALOUS_BEHAVIOR MAJOR new");
    assert_int_equal(number(h, "SELECT version FROM blackbox_incidents WHERE title = 'a1'"),
                     version);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incident_events ie JOIN"
                               " blackbox_incidents i ON i.id = ie.incident_id WHERE i.title = 'a1'"
                               " AND ie.is_late"),
                     2);
    assert_int_equal(number(h, "SELECT sum((facts ->> 'events')::int) FROM blackbox_incident_steps"
                               " WHERE step = 'late_events'"),
                     2);
    assert_int_equal(number(h, "SELECT count(*) FROM jobs WHERE kind = 'rca.run'"), 1);
    bb_run(h);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incident_events WHERE is_late"), 2);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_events WHERE NOT is_noticed"), 0);
}

/* A trigger before the first one moves T; one between two makes them one, and they part again. */
static void test_moves_and_merges(void **state)
{
    house *h = *state;
    add_and_run(h, bb_alert("b", -60, P101, SEVERITY_MAJOR));
    add_and_run(h, bb_alert("a", -80, P102, SEVERITY_MAJOR));
    CHECK_INCIDENTS("T moved", "-110..-50 ANOMALOUS_BEHAVIOR MAJOR a,b");
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents"), 1);
    /* d lies behind the window, and opens one; c, before it, then takes it over. */
    add_and_run(h, bb_alert("d", -45, P102, SEVERITY_MAJOR));
    add_and_run(h, bb_alert("c", -48, P101, SEVERITY_CRITICAL));
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents"), 2);
    CHECK_INCIDENTS("c opens what d had opened",
                    "-110..-50 ANOMALOUS_BEHAVIOR MAJOR a,b; -78..-18 NEAR_MISS CRITICAL b,c,d");
    /* z shortens a's reach: b opens on its own, and takes c and d, whose incident is merged. */
    add_and_run(h, bb_alert("z", -100, P101, SEVERITY_MAJOR));
    CHECK_INCIDENTS("z", "-130..-70 ANOMALOUS_BEHAVIOR MAJOR z,a; -90..-18 NEAR_MISS CRITICAL"
                         " a,b,c,d");
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents WHERE merged_into IS NULL"),
                     2);
}

/* Two that were open become one when something between them comes late. */
static void test_merges(void **state)
{
    house *h = *state;
    add_and_run(h, bb_alert("first", -80, P101, SEVERITY_MAJOR));
    add_and_run(h, bb_alert("second", -45, P101, SEVERITY_MAJOR));
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents"), 2);
    add_and_run(h, bb_alert("between", -60, P101, SEVERITY_MAJOR));
    CHECK_INCIDENTS("one", "-110..-15 ANOMALOUS_BEHAVIOR MAJOR first,between,second");
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents m JOIN blackbox_incidents i"
                               " ON i.id = m.merged_into WHERE m.title = 'second' AND i.title ="
                               " 'first' AND m.status = 'CLOSED'"),
                     1);
    assert_int_equal(
        number(h, "SELECT count(*) FROM blackbox_incident_steps WHERE step = 'merged'"), 1);
}

static void test_windows_of_classes(void **state)
{
    house *h = *state;
    testdb_exec(h->db,
                "INSERT INTO asset_classes (tenant_id, id, code, name, incident_before_min,"
                " incident_after_min, created_at, updated_at) VALUES"
                " ('0a000000-0000-0000-0000-000000000000', gen_random_uuid(), 'slow', 'Slow',"
                " 1440, 10, now(), now())");
    testdb_exec(h->db, "UPDATE assets SET class_id = (SELECT id FROM asset_classes) WHERE code ="
                       " 'P-900'");
    testdb_exec(h->db, "INSERT INTO tenant_settings (tenant_id, settings, version, updated_at)"
                       " VALUES ('0a000000-0000-0000-0000-000000000000',"
                       " '{\"incident_window_before_minutes\":5,"
                       "\"incident_window_after_minutes\":7}', 1, now())");
    event_order e[] = {bb_reading("long ago", -1400, P900), bb_alert("x", 0, P900, 4),
                       bb_alert("y", 0, P301, 4)};
    bb_add(h, e, OQ_COUNT(e));
    bb_run(h);
    CHECK_INCIDENTS("each its own", "-1440..10 ANOMALOUS_BEHAVIOR MAJOR long ago,x; -5..7"
                                    " ANOMALOUS_BEHAVIOR MAJOR y");
}

static void test_places(void **state)
{
    house *h = *state;
    event_order e[] = {bb_alert("trip", 0, P101, 5), bb_reading("unit", 1, P102),
                       bb_reading("sister", 2, P201), bb_reading("site", 3, P101),
                       bb_reading("nowhere", 4, P101)};
    e[0].category = CATEGORY_FAILURE;
    e[3].asset_id = e[4].asset_id = OQ_UUID_ZERO;
    e[3].site_id = bb_site_id();
    bb_add(h, e, OQ_COUNT(e));
    bb_run(h);
    CHECK_INCIDENTS("the unit and the site", "-30..30 FAILURE CATASTROPHIC trip,unit,site");
    CHECK_STR("scope", oq_cstr(testdb_value(h->db, "SELECT impact_scope FROM blackbox_incidents")),
              "{\"sites\": [\"00000000-0000-0000-0000-000000000090\"], \"units\":"
              " [\"00000000-0000-0000-0000-0000000000b1\"], \"assets\":"
              " [\"00000000-0000-0000-0000-0000000000c0\"]}");
}

static void test_trigger_of_no_asset(void **state)
{
    house *h = *state;
    event_order e = bb_alert("fire alarm", 0, P101, 5);
    e.asset_id = OQ_UUID_ZERO;
    event_order r = bb_reading("of nothing", 1, P101);
    r.asset_id = OQ_UUID_ZERO;
    bb_add(h, &e, 1);
    add_and_run(h, r);
    CHECK_INCIDENTS("of nothing", "-30..30 NEAR_MISS CRITICAL fire alarm,of nothing");
}

static void test_by_hand(void **state)
{
    house *h = *state;
    event_order e[] = {bb_reading("r1", -20, P101), bb_reading("r2", -5, P101),
                       bb_reading("else", 0, P102)};
    e[0].severity = SEVERITY_MINOR;
    bb_add(h, e, OQ_COUNT(e));
    bb_run(h);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents"), 0);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    oq_uuid id, again;
    CHECK_OK(incident_begin_by_hand(s, bb_pump_id(P101), BB_NOW, &id));
    CHECK_OK(incident_begin_by_hand(s, bb_pump_id(P101), bb_at(5), &again));
    assert_true(oq_uuid_eq(id, again));
    CHECK_CODE("nothing there", incident_begin_by_hand(s, bb_pump_id(P301), BB_NOW, &again),
               "incident.nothing_there");
    CHECK_CODE("no asset", incident_begin_by_hand(s, house_id(ADMIN_A), BB_NOW, &again),
               "asset.not_found");
    house_commit(s);
    CHECK_INCIDENTS("one", "-50..10 ANOMALOUS_BEHAVIOR MINOR r1,r2,else");
    bb_run(h); /* and it stays one */
    CHECK_INCIDENTS("one", "-50..10 ANOMALOUS_BEHAVIOR MINOR r1,r2,else");
}

/* Killed before its commit, the engine did nothing, and the next one does all of it. */
static void test_killed(void **state)
{
    house *h = *state;
    event_order e[] = {bb_alert("a", -60, P101, 4), bb_alert("b", 0, P301, 4)};
    bb_add(h, e, OQ_COUNT(e));
    bool more;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(incident_engine_run(s, 1, &more));
    assert_true(more);
    oq_scope_close(s);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents"), 0);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_events WHERE NOT is_noticed"), 2);
    bb_run(h);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents"), 2);
    assert_int_equal(number(h, "SELECT max(number) FROM blackbox_incidents"), 2);
}

/* A flood without a silence is grouped once, however small the slices are. */
static void test_flood(void **state)
{
    house *h = *state;
    for (int i = 0; i < 20; i++) {
        event_order e = bb_alert(oq_strf(h->arena, "e%d", i).ptr, -20 + i, P101, SEVERITY_MAJOR);
        bb_add(h, &e, 1);
    }
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    bool more;
    CHECK_OK(incident_engine_run(s, 5, &more));
    house_commit(s);
    assert_true(more);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_events WHERE NOT is_noticed AND"
                               " source_system = 'OPTRIA_ALERT'"),
                     0);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents"), 1);
}

/* An event that was being added while its incident was opened is found by the look afterwards. */
static void test_added_meanwhile(void **state)
{
    house *h = *state;
    event_order a = bb_alert("a", 0, P101, 4), r = bb_reading("meanwhile", 1, P101);
    bb_add(h, &a, 1);
    oq_scope *adding = house_scope(h, ADMIN_A, OQ_WRITE), *s = house_scope(h, ADMIN_A, OQ_WRITE);
    size_t added;
    bool more;
    CHECK_OK(event_add_many(adding, &r, 1, &added));
    CHECK_OK(incident_engine_run(s, 10, &more));
    house_commit(s);
    house_commit(adding);
    CHECK_INCIDENTS("not yet", "-30..30 ANOMALOUS_BEHAVIOR MAJOR a");
    bb_run(h);
    CHECK_INCIDENTS("found", "-30..30 ANOMALOUS_BEHAVIOR MAJOR a,meanwhile");
}

static void test_tenants(void **state)
{
    house *h = *state;
    event_order e = bb_alert("a", 0, P101, 5);
    oq_scope *s = house_scope(h, ADMIN_B, OQ_WRITE);
    size_t added;
    CHECK_CODE("A's asset", event_add_many(s, &e, 1, &added), "event.asset_unknown");
    oq_scope_close(s);
    e.asset_id = OQ_UUID_ZERO;
    e.site_id = bb_site_id();
    s = house_scope(h, ADMIN_B, OQ_WRITE);
    CHECK_CODE("A's site", event_add_many(s, &e, 1, &added), "event.site_unknown");
    oq_scope_close(s);
}

static void test_what_is_told(void **state)
{
    house *h = *state;
    event_order e[] = {bb_alert("minor", -10, P301, 3), bb_alert("of the past", -3000, P101, 5)};
    e[0].category = CATEGORY_FAILURE;
    bb_add(h, e, OQ_COUNT(e));
    bb_run(h);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents"), 2);
    assert_int_equal(number(h, "SELECT count(*) FROM notifications"), 0);
}

#define TOLD(type) "SELECT count(*) FROM notifications WHERE type = '" type "'"

/* Whoever was told of an incident hears that it grew, once for each degree, and that it is open
 * again. */
static void test_what_is_told_of_changes(void **state)
{
    house *h = *state;
    add_and_run(h, bb_alert("a1", -20, P101, SEVERITY_MAJOR));
    assert_int_equal(number(h, TOLD("incident.opened")), 1);
    testdb_exec(h->db, "INSERT INTO notifications (tenant_id, id, user_id, type, entity_type,"
                       " entity_id, topic, created_at) SELECT u.tenant_id, gen_random_uuid(), u.id,"
                       " 'told.by_hand', 'incident', i.id::text, 'incident', now() FROM users u,"
                       " blackbox_incidents i WHERE u.role = 'viewer' AND u.tenant_id = i.tenant_id"
                       " LIMIT 1");
    event_order minor = bb_alert("a2", -15, P102, SEVERITY_MAJOR);
    add_and_run(h, minor);
    assert_int_equal(number(h, TOLD("incident.worsened")), 0);
    event_order grave = bb_alert("a3", -14, P102, SEVERITY_CRITICAL);
    grave.payload = OQ_STR("{\"summary_ar\":\"توقفت المضخة\"}");
    add_and_run(h, grave);
    assert_int_equal(number(h, TOLD("incident.worsened")), 2);
    CHECK_STR("facts",
              oq_cstr(testdb_value(h->db, "SELECT DISTINCT facts ->> 'severity_before' || ' ' ||"
                                          " (facts ->> 'severity') || ' ' || urgency FROM"
                                          " notifications WHERE type = 'incident.worsened'")),
              "MAJOR CRITICAL urgent");
    assert_int_equal(number(h, "SELECT count(DISTINCT n.trace_id) FROM notifications n JOIN"
                               " blackbox_incidents i ON i.trace_id = n.trace_id"),
                     1);
    add_and_run(h, bb_alert("a4", -13, P102, SEVERITY_CRITICAL));
    assert_int_equal(number(h, TOLD("incident.worsened")), 2);
    assert_int_equal(number(h, TOLD("incident.reopened")), 0);
    set_status(h, "a1", INCIDENT_RESOLVED);
    add_and_run(h, bb_reading("late", -10, P101));
    assert_int_equal(number(h, TOLD("incident.reopened")), 2);
    set_status(h, "a1", INCIDENT_RESOLVED);
    add_and_run(h, bb_reading("later", -9, P101));
    assert_int_equal(number(h, TOLD("incident.reopened")), 4);
}

/* Of a minor one nobody was told: they are when it matters. Nobody is told of what is long past,
 * however it grows. */
static void test_what_is_told_of_growth(void **state)
{
    house *h = *state;
    event_order small = bb_alert("small", -20, P301, 3);
    small.category = CATEGORY_FAILURE;
    add_and_run(h, small);
    assert_int_equal(number(h, "SELECT count(*) FROM notifications"), 0);
    add_and_run(h, bb_alert("grown", -19, P301, SEVERITY_MAJOR));
    assert_int_equal(number(h, TOLD("incident.worsened")), 1);
    testdb_exec(h->db, "DELETE FROM notifications");
    add_and_run(h, bb_alert("old", -3000, P101, SEVERITY_MAJOR));
    testdb_exec(h->db, "UPDATE blackbox_incidents SET status = 'RESOLVED', resolved_at = now()"
                       " WHERE title = 'old'");
    add_and_run(h, bb_alert("old too", -2999, P101, SEVERITY_CRITICAL));
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents WHERE title = 'old' AND"
                               " severity = 'CRITICAL' AND status = 'OPEN'"),
                     1);
    assert_int_equal(number(h, "SELECT count(*) FROM notifications"), 0);
}

/* The end of an alarm opens nothing, whatever it was; a kind alone does. */
static void test_kinds(void **state)
{
    house *h = *state;
    event_order e[] = {bb_alert("over", 0, P301, SEVERITY_INFO), bb_reading("trip", 0, P900)};
    e[0].payload = e[1].payload = OQ_STR("{\"kind\":\"pump_trip\"}");
    bb_add(h, e, OQ_COUNT(e));
    bb_run(h);
    CHECK_INCIDENTS("the trip", "-30..30 FAILURE MINOR trip");
}

/* --- live and replayed data give the same incidents ---------------------------------------------*/

static uint64_t seed = 7;
static uint32_t roll(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

enum { SETS = 12, EVENTS = 60 };

/* One of `readings` is an alert. */
static void make_set(house *h, event_order *e, uint32_t readings)
{
    for (int i = 0; i < EVENTS; i++) {
        const char *id = oq_strf(h->arena, "e%d", i).ptr;
        double minute = -(double)roll(500);
        bb_pump pump = (bb_pump)roll(BB_PUMPS);
        e[i] = roll(readings) ? bb_reading(id, minute, pump)
                              : bb_alert(id, minute, pump, (int)(3 + roll(3)));
    }
}

static void shuffle(event_order *e)
{
    for (uint32_t i = EVENTS; i > 1; i--) {
        uint32_t k = roll(i);
        event_order kept = e[i - 1];
        e[i - 1] = e[k];
        e[k] = kept;
    }
}

/* All triggers looked at together: `different` of what they give is not what is stored. */
static void check_replay(house *h, size_t different)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    incident_replay replay;
    CHECK_OK(incident_replay_span(s, bb_at(-1000), bb_at(1000), &replay));
    assert_int_equal(replay.count, different);
    assert_int_equal(number(h, "SELECT count(*) FROM blackbox_incidents WHERE merged_into IS NULL"),
                     replay.same + different);
    oq_scope_close(s);
}

/* --- more triggers than are grouped at once -----------------------------------------------------*/

/* The first trigger behind a moment; OQ_TIME_NONE: none. */
static oq_us next_trigger(house *h, oq_us behind)
{
    int64_t at = number(h, oq_strf(h->arena,
                                   "SELECT coalesce(min(us), 0) FROM (SELECT (extract(epoch FROM"
                                   " event_time) * 1e6)::bigint AS us FROM blackbox_events WHERE"
                                   " is_trigger) e WHERE us > %lld",
                                   (long long)behind)
                               .ptr);
    return at ? at : OQ_TIME_NONE;
}

static void sweep_in_pieces(house *h, size_t piece)
{
    engine en;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(engine_open(s, &en));
    en.piece = piece;
    for (oq_us at = next_trigger(h, 0), to; at != OQ_TIME_NONE; at = next_trigger(h, to))
        CHECK_OK(engine_sweep_around(&en, at, &to));
    house_commit(s);
}

/* The groups are those of the whole, wherever the pieces end. */
static void test_pieces(void **state)
{
    house *h = *state;
    for (int set = 0; set < 4; set++) {
        oq_arena *kept = oq_arena_open(0);
        event_order e[EVENTS];
        assert_int_equal(bb_reset(state), 0);
        make_set(h, e, 1);
        bb_add(h, e, EVENTS);
        bb_run(h);
        oq_str wanted = oq_str_copy(kept, oq_cstr(bb_incidents(h)));
        static const size_t piece[] = {40, 30, 24};
        for (size_t i = 0; i < OQ_COUNT(piece); i++) {
            testdb_exec(h->db,
                        "TRUNCATE blackbox_incident_steps, blackbox_incident_events,"
                        " blackbox_incidents, jobs, notifications, live_events"
                        " CASCADE; UPDATE blackbox_events SET is_noticed = false WHERE is_trigger");
            sweep_in_pieces(h, piece[i]);
            CHECK_STR("in pieces", oq_cstr(bb_incidents(h)), wanted.ptr);
            assert_int_equal(number(h, "SELECT count(*) FROM blackbox_events WHERE NOT is_noticed"),
                             0);
        }
        oq_arena_close(kept);
    }
}

#define TRIGGERS_IN_ONE                                                                            \
    "SELECT count(*) FROM blackbox_events e WHERE e.is_trigger AND e.is_noticed AND 1 ="           \
    " (SELECT count(*) FROM blackbox_incident_events ie WHERE ie.event_id = e.id AND "             \
    "ie.is_trigger)"

/* A flood whose open incidents alone are too many is cut: the engine goes on, and each trigger
 * opened an incident or belongs to one. */
static void test_cut(void **state)
{
    enum { COUNT = 60 };
    house *h = *state;
    event_order e[COUNT];
    for (int i = 0; i < COUNT; i++) /* the last twenty at one moment */
        e[i] = bb_alert(oq_strf(h->arena, "e%02d", i).ptr, -60 + (i < 40 ? i : 40), P101,
                        SEVERITY_MAJOR);
    bb_add(h, e, COUNT);
    sweep_in_pieces(h, 8);
    assert_int_equal(number(h, TRIGGERS_IN_ONE), COUNT);
    assert_true(number(h, "SELECT count(*) FROM blackbox_incidents") > 1);
    bb_run(h); /* and whole pieces make one of them again */
    assert_int_equal(number(h, TRIGGERS_IN_ONE), COUNT);
}

static void test_replay(void **state)
{
    house *h = *state;
    event_order e[] = {bb_alert("a", -60, P101, 4), bb_alert("b", 0, P301, 4)};
    bb_add(h, e, OQ_COUNT(e));
    bb_run(h);
    check_replay(h, 0);
    testdb_exec(h->db, "UPDATE blackbox_incidents SET severity = 'MINOR' WHERE title = 'a'");
    check_replay(h, 1);
}

static void test_any_order(void **state)
{
    house *h = *state;
    for (int set = 0; set < SETS; set++) {
        assert_int_equal(bb_reset(state), 0);
        event_order e[EVENTS];
        make_set(h, e, 3);
        bb_add(h, e, EVENTS);
        bb_run(h);
        oq_str wanted = oq_strf(h->arena, "%s", bb_incidents(h));
        oq_arena *kept = oq_arena_open(0);
        wanted = oq_str_copy(kept, wanted);
        for (int i = 0; i < EVENTS; i++) {
            e[i].source_id = oq_str_copy(kept, e[i].source_id);
            e[i].summary = e[i].source_id;
        }
        assert_int_equal(bb_reset(state), 0);
        shuffle(e);
        for (int i = 0; i < EVENTS;) {
            int batch = (int)(1 + roll(7)), left = EVENTS - i;
            batch = batch < left ? batch : left;
            bb_add(h, &e[i], (size_t)batch);
            if (roll(3))
                bb_run(h);
            if (!roll(4))
                bb_add(h, &e[i], (size_t)batch); /* told twice */
            i += batch;
        }
        bb_run(h);
        CHECK_STR(oq_strf(h->arena, "set %d", set).ptr, oq_cstr(bb_incidents(h)), wanted.ptr);
        assert_int_equal(number(h, "SELECT count(*) FROM blackbox_events"), EVENTS);
        check_replay(h, 0);
        oq_arena_close(kept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_opens, bb_reset),
        cmocka_unit_test_setup(test_attaches, bb_reset),
        cmocka_unit_test_setup(test_reopens, bb_reset),
        cmocka_unit_test_setup(test_after_grace, bb_reset),
        cmocka_unit_test_setup(test_moves_and_merges, bb_reset),
        cmocka_unit_test_setup(test_merges, bb_reset),
        cmocka_unit_test_setup(test_windows_of_classes, bb_reset),
        cmocka_unit_test_setup(test_places, bb_reset),
        cmocka_unit_test_setup(test_trigger_of_no_asset, bb_reset),
        cmocka_unit_test_setup(test_by_hand, bb_reset),
        cmocka_unit_test_setup(test_killed, bb_reset),
        cmocka_unit_test_setup(test_flood, bb_reset),
        cmocka_unit_test_setup(test_added_meanwhile, bb_reset),
        cmocka_unit_test_setup(test_tenants, bb_reset),
        cmocka_unit_test_setup(test_what_is_told, bb_reset),
        cmocka_unit_test_setup(test_what_is_told_of_changes, bb_reset),
        cmocka_unit_test_setup(test_what_is_told_of_growth, bb_reset),
        cmocka_unit_test_setup(test_kinds, bb_reset),
        cmocka_unit_test_setup(test_pieces, bb_reset),
        cmocka_unit_test_setup(test_cut, bb_reset),
        cmocka_unit_test_setup(test_replay, bb_reset),
        cmocka_unit_test_setup(test_any_order, bb_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
