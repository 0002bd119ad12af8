/* Events over HTTP: told, told again, wrong, late, ahead; looked for; the operators' log. */
#include "integration/blackbox_plant.h"

#include "blackbox/event_list.h"
#include "web/page.h"

#include "base/test.h"

#include "base/banned.h"

static http_route_list routes = {event_routes, web_routes, NULL};

static int setup(void **state)
{
    if (bb_reset(state))
        return -1;
    house_serve(*state, &routes);
    return 0;
}

static bool holds(const seen *s, const char *text)
{
    return oq_str_find(s->body, oq_cstr(text)) != SIZE_MAX;
}

static seen post(house *h, const char *json)
{
    return house_send(h, ADMIN_A, "POST", "/api/events", json);
}

static int64_t count(house *h, const char *where)
{
    return testdb_number(
        h->db, oq_strf(h->arena, "SELECT count(*) FROM blackbox_events WHERE %s", where).ptr);
}

static void test_told(void **state)
{
    house *h = *state;
    static const char json[] =
        "{\"events\":[{\"source_system\":\"PI\",\"source_id\":\"1\",\"source_type\":\"ALARM\","
        "\"event_time\":\"2024-10-04T07:00:00Z\",\"severity\":\"CRITICAL\",\"asset\":\"P-101\","
        "\"summary\":\"Trip\",\"payload\":{\"kind\":\"pump_trip\"},\"tags\":[\"a\",\"b\"],"
        "\"line_id\":\"L\",\"batch_id\":\"B\",\"lot_id\":\"X\"},"
        "{\"source_system\":\"PI\",\"source_id\":\"2\",\"event_time\":\"2024-10-04T07:01:00Z\","
        "\"summary\":\"Valve\",\"asset_id\":\"00000000-0000-0000-0000-0000000000c1\"}]}";
    seen s = post(h, json);
    assert_int_equal(s.status, 200);
    assert_true(holds(&s, "\"received\":2,\"added\":2,\"known\":0,\"refused\":0,\"errors\":[]"));
    s = post(h, json);
    assert_true(holds(&s, "\"received\":2,\"added\":0,\"known\":2,\"refused\":0"));
    assert_int_equal(count(h, "is_trigger AND NOT is_noticed AND tags = '{a,b}' AND line_id = 'L'"
                              " AND batch_id = 'B' AND lot_id = 'X' AND site_id IS NOT NULL AND"
                              " unit_id IS NOT NULL AND event_category = 'ALERT'"),
                     1);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM jobs WHERE kind ="
                                          " 'blackbox.incidents'"),
                     1);
    bb_run(h);
    CHECK_STR("incident", oq_cstr(bb_incidents(h)), "-90..-30 FAILURE CATASTROPHIC 1,2");
}

/* Twice in one body, without an id, without a time. */
static void test_same_and_missing(void **state)
{
    house *h = *state;
    seen s = post(h, "[{\"source_id\":\"1\",\"time\":0,\"summary\":\"a\"},"
                     "{\"source_id\":\"1\",\"time\":0,\"summary\":\"a\"},"
                     "{\"summary\":\"b\",\"time\":0},{\"summary\":\"b\",\"time\":0},"
                     "{\"source_id\":\"c\",\"summary\":\"c\"}]");
    assert_true(holds(&s, "\"received\":5,\"added\":3,\"known\":2,\"refused\":0"));
    assert_int_equal(count(h, "source_id = 'c' AND event_time = ingest_time"), 1);
}

/* Without a time a sender that tries again is known by the ids. */
static void test_again_without_a_time(void **state)
{
    house *h = *state;
    static const char json[] = "[{\"source_id\":\"1\",\"summary\":\"a\"},{\"summary\":\"beat\"},"
                               "{\"source_system\":\"PI\",\"source_id\":\"1\",\"summary\":\"b\"}]";
    seen s = post(h, json);
    assert_true(holds(&s, "\"received\":3,\"added\":3,\"known\":0,\"refused\":0"));
    oq_clock_set(oq_clock_now() + OQ_MINUTE);
    s = post(h, json);
    assert_true(holds(&s, "\"received\":3,\"added\":1,\"known\":2,\"refused\":0"));
    assert_int_equal(count(h, "source_id = '1'"), 2);
    s = post(h, "[{\"source_id\":\"1\",\"summary\":\"a\",\"time\":0}]");
    assert_true(holds(&s, "\"added\":1,\"known\":0"));
}

static void test_refusals(void **state)
{
    house *h = *state;
    seen s = post(h, "[{\"source_id\":\"1\",\"summary\":\"good\"},"
                     "{\"source_id\":\"2\",\"summary\":\"x\",\"asset\":\"P-404\"},"
                     "{\"source_id\":\"3\",\"summary\":\"x\","
                     "\"asset_id\":\"00000000-0000-0000-0000-0000000000ff\"},"
                     "{\"source_id\":\"4\",\"summary\":\"x\",\"site\":\"NOWHERE\"},"
                     "{\"source_id\":\"5\",\"summary\":\"x\",\"unit\":\"NONE\"},"
                     "{\"source_id\":\"6\",\"summary\":\"x\",\"shift\":\"NIGHT\"},"
                     "{\"source_id\":\"7\",\"summary\":\"x\",\"time\":\"2024-10-04T08:05:01Z\"},"
                     "{\"source_id\":\"8\",\"summary\":\"x\",\"time\":\"2024-10-04T08:05:00Z\"},"
                     "{\"source_id\":\"9\",\"summary\":\"x\",\"severity\":\"?\"},"
                     "{\"source_id\":\"10\",\"summary\":\"x\",\"unit\":\"UNIT_1\"}]");
    assert_int_equal(s.status, 200);
    assert_true(holds(&s, "\"received\":10,\"added\":3,\"known\":0,\"refused\":7"));
    static const char *const wanted[] = {
        "{\"field\":\"events[1]\",\"index\":1,\"code\":\"event.asset_unknown\"",
        "\"facts\":{\"asset\":\"P-404\"}",
        "\"index\":2,\"code\":\"event.asset_unknown\"",
        "\"index\":3,\"code\":\"event.site_unknown\"",
        "\"index\":4,\"code\":\"event.unit_unknown\"",
        "\"index\":5,\"code\":\"event.shift_unknown\"",
        "\"index\":6,\"code\":\"event.in_future\"",
        "301 s ahead",
        "\"index\":8,\"code\":\"event.severity_unknown\""};
    for (size_t i = 0; i < OQ_COUNT(wanted); i++)
        CHECK(wanted[i], holds(&s, wanted[i]));
    assert_int_equal(count(h, "unit_id = '00000000-0000-0000-0000-0000000000b1' AND site_id ="
                              " '00000000-0000-0000-0000-000000000090'"),
                     1);
    /* An asset of A is unknown to B. */
    s = house_send(h, ADMIN_B, "POST", "/api/events",
                   "[{\"summary\":\"x\",\"asset\":\"P-101\"},"
                   "{\"summary\":\"y\",\"asset_id\":\"00000000-0000-0000-0000-0000000000c0\"}]");
    CHECK_PROBLEM("all wrong", s, 422, "event.nothing_taken");
    assert_true(holds(&s, "\"refused\":2") && holds(&s, "event.asset_unknown"));
    CHECK_REFUSED("no JSON", post(h, "[{\"summary\":NaN}]"), 400, "json.malformed");
    CHECK_REFUSED("no event", post(h, "7"), 400, "event.json_shape");
    CHECK_REFUSED("a viewer", house_send(h, VIEWER_A, "POST", "/api/events", "[]"), 403,
                  "access.forbidden");
}

static void test_lines(void **state)
{
    house *h = *state;
    seen s = house_ask(h, ADMIN_A, "POST", "/api/events",
                       "Content-Type: application/x-ndjson\r\nX-CSRF-Token: house-csrf-token\r\n",
                       "{\"source_id\":\"1\",\"summary\":\"a\"}\n{\"summary\":\n"
                       "{\"source_id\":\"2\",\"summary\":\"b\"}\n");
    assert_int_equal(s.status, 200);
    assert_true(holds(&s, "\"added\":2,\"known\":0,\"refused\":1"));
    assert_true(holds(&s, "\"line\":2,\"code\":\"json.malformed\""));
}

/* What a source tells in its own time is kept beside the corrected one. */
static void test_clock(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "DELETE FROM source_clocks");
    testdb_exec(h->db, "INSERT INTO source_clocks (tenant_id, id, source, offset_ms, valid_from,"
                       " created_at, updated_at) VALUES ('0a000000-0000-0000-0000-000000000000',"
                       " gen_random_uuid(), 'PI', -600000, '2024-01-01', now(), now())");
    seen s = post(h, "[{\"source_system\":\"PI\",\"source_id\":\"fast\",\"summary\":\"a\","
                     "\"time\":\"2024-10-04T08:10:00Z\"},"
                     "{\"source_system\":\"DCS\",\"source_id\":\"right\",\"summary\":\"a\","
                     "\"time\":\"2024-10-04T08:00:00Z\"}]");
    assert_true(holds(&s, "\"added\":2"));
    assert_int_equal(count(h, "source_id = 'fast' AND event_time = '2024-10-04T08:00:00Z' AND"
                              " source_time = '2024-10-04T08:10:00Z'"),
                     1);
    assert_int_equal(count(h, "source_id = 'right' AND source_time IS NULL"), 1);
    s = post(h, "[{\"source_system\":\"PI\",\"source_id\":\"fast\",\"summary\":\"a\","
                "\"time\":\"2024-10-04T08:10:00Z\"}]");
    assert_true(holds(&s, "\"known\":1"));
}

static void fill(house *h)
{
    event_order e[] = {bb_alert("trip of the pump", -30, P101, SEVERITY_MAJOR),
                       bb_reading("vibration high", -20, P101), bb_reading("level low", -10, P301)};
    e[1].payload = OQ_STR("{\"value\":7.1,\"operator\":\"Sara Saleh\"}");
    bb_add(h, e, OQ_COUNT(e));
}

static size_t items(const seen *s)
{
    size_t n = 0;
    for (oq_str rest = s->body;; n++) {
        size_t at = oq_str_find(rest, OQ_STR("\"ingest_time\""));
        if (at == SIZE_MAX)
            return n;
        rest = oq_str_sub(rest, at + 1, SIZE_MAX);
    }
}

static void test_list(void **state)
{
    house *h = *state;
    fill(h);
    const struct {
        const char *query;
        size_t wanted;
    } row[] = {
        {"", 3},
        {"?asset_id=00000000-0000-0000-0000-0000000000c0", 2},
        {"?asset_id=00000000-0000-0000-0000-0000000000c0&category=ALERT", 1},
        {"?site_id=00000000-0000-0000-0000-000000000090", 3},
        {"?site_id=00000000-0000-0000-0000-000000000091", 0},
        {"?category=SENSOR", 2},
        {"?severity=MAJOR", 1},
        {"?source_system=PI", 2},
        {"?from=2024-10-04T07:40:00Z", 2},
        {"?to=2024-10-04T07:40:00Z", 1},
        {"?q=pump", 1},
        {"?q=p-301+level", 1},
        {"?q=boiler", 0},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen s = house_get(h, ADMIN_A, oq_strf(h->arena, "/api/events%s", row[i].query).ptr);
        CHECK(row[i].query, s.status == 200 && items(&s) == row[i].wanted);
    }
    seen s = house_get(h, ADMIN_A, "/api/events?limit=2");
    assert_true(items(&s) == 2 && holds(&s, "level low") && holds(&s, "vibration high"));
    oq_str next = house_between(h, &s, "\"next\":\"", "\"");
    s = house_get(h, ADMIN_A,
                  oq_strf(h->arena, "/api/events?limit=2&cursor=%.*s", OQ_FMT(next)).ptr);
    assert_true(items(&s) == 1 && holds(&s, "trip of the pump") && holds(&s, "\"next\":null"));
    s = house_get(h, ADMIN_B, "/api/events");
    assert_int_equal(items(&s), 0);
}

static void test_masked(void **state)
{
    house *h = *state;
    fill(h);
    house_send(h, ADMIN_A, "POST", "/api/events/log", "{\"text\":\"Sara opened the valve\"}");
    seen s = house_get(h, ADMIN_A, "/api/events");
    assert_true(items(&s) == 4 && holds(&s, "Sara Saleh") && holds(&s, "opened the valve"));
    s = house_get(h, OPTIMIZER_A, "/api/events");
    assert_true(items(&s) == 4 && holds(&s, "S.S.") && !holds(&s, "Sara Saleh"));
    s = house_get(h, VIEWER_A, "/api/events");
    assert_true(items(&s) == 3 && !holds(&s, "S.S.") && !holds(&s, "opened the valve"));
    const char *path =
        oq_strf(h->arena, "/api/events/%s",
                testdb_value(h->db, "SELECT id FROM blackbox_events WHERE event_category ="
                                    " 'OPERATOR_ACTION'"))
            .ptr;
    s = house_get(h, ADMIN_A, path);
    assert_int_equal(s.status, 200);
    CHECK_REFUSED("a viewer", house_get(h, VIEWER_A, path), 404, "event.not_found");
    CHECK_REFUSED("another tenant", house_get(h, ADMIN_B, path), 404, "event.not_found");
}

/* An engineer of tenant A, whom the house does not know: sees incidents by their work orders. */
static oq_scope *engineer(house *h)
{
    oq_scope *s;
    oq_scope_options options = {.pool = h->pool,
                                .tenant_id = HOUSE_A,
                                .access = OQ_READ,
                                .actor = {.kind = ACTOR_USER,
                                          .id = house_id(VIEWER_A),
                                          .home_tenant = HOUSE_A,
                                          .label = OQ_STR("engineer"),
                                          .role = ROLE_ENGINEER,
                                          .caps = oq_caps_of_role(ROLE_ENGINEER)},
                                .arena = h->arena};
    CHECK_OK(oq_scope_open(&options, &s));
    return s;
}

/* What people do with incidents names incidents that an engineer may not see. */
static void test_steps_of_incidents(void **state)
{
    house *h = *state;
    event_order step = bb_reading("step-1", -5, P101);
    step.source_system = OQ_STR("OPTRIA_INCIDENT");
    bb_add(h, &step, 1);
    fill(h);
    oq_uuid id;
    oq_uuid_parse(oq_cstr(testdb_value(h->db, "SELECT id FROM blackbox_events WHERE source_system ="
                                              " 'OPTRIA_INCIDENT'")),
                  &id);
    const struct {
        oq_uuid asset_id;
        size_t wanted;
    } row[] = {{OQ_UUID_ZERO, 3}, {bb_pump_id(P101), 2}};
    events found;
    event *one;
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        event_filter all = {.asset_id = row[i].asset_id, .from = OQ_TIME_NONE, .to = OQ_TIME_NONE};
        oq_scope *s = engineer(h);
        CHECK_OK(event_find(s, &all, OQ_NONE, 10, &found));
        assert_int_equal(found.count, row[i].wanted);
        CHECK_CODE("one", event_get(s, id, &one), "event.not_found");
        oq_scope_close(s);
        s = house_scope(h, ADMIN_A, OQ_READ);
        CHECK_OK(event_find(s, &all, OQ_NONE, 10, &found));
        assert_int_equal(found.count, row[i].wanted + 1);
        CHECK_OK(event_get(s, id, &one));
        oq_scope_close(s);
    }
}

/* A masked id is not to be guessed by looking for it. */
static void test_ids_are_searched_by_who_sees_them(void **state)
{
    house *h = *state;
    event_order e = bb_reading("badge4711", -5, P101);
    e.category = CATEGORY_OPERATOR_ACTION;
    e.summary = OQ_STR("opened the valve");
    bb_add(h, &e, 1);
    static const char *const path[] = {
        "/api/events?q=badge4711",
        "/api/events?asset_id=00000000-0000-0000-0000-0000000000c0&q=badge4711"};
    for (size_t i = 0; i < OQ_COUNT(path); i++) {
        seen s = house_get(h, ADMIN_A, path[i]);
        assert_int_equal(items(&s), 1);
        s = house_get(h, OPTIMIZER_A, path[i]);
        assert_int_equal(items(&s), 0);
    }
    seen s = house_get(h, OPTIMIZER_A, "/api/events?q=valve");
    assert_int_equal(items(&s), 1);
}

static void test_log(void **state)
{
    house *h = *state;
    seen s = house_send(h, ADMIN_A, "POST", "/api/events/log",
                        "{\"text\":\"Opened the bypass\",\"event_time\":\"2024-10-04T07:50:00Z\","
                        "\"asset_id\":\"00000000-0000-0000-0000-0000000000c0\"}");
    assert_int_equal(s.status, 201);
    assert_true(holds(&s, "\"event_category\":\"OPERATOR_ACTION\"") &&
                holds(&s, "\"operator\": \"admin_a\"") && holds(&s, "\"asset_code\":\"P-101\""));
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM audit_logs WHERE action ="
                                          " 'event.logged'"),
                     1);
    CHECK_REFUSED("ahead",
                  house_send(h, ADMIN_A, "POST", "/api/events/log",
                             "{\"text\":\"x\",\"event_time\":\"2024-10-04T09:00:00Z\"}"),
                  422, "event.in_future");
    CHECK_REFUSED("no asset",
                  house_send(h, ADMIN_A, "POST", "/api/events/log",
                             "{\"text\":\"x\",\"asset_id\":"
                             "\"00000000-0000-0000-0000-0000000000ff\"}"),
                  409, "event.asset_unknown");
    CHECK_REFUSED("another tenant's asset",
                  house_send(h, ADMIN_B, "POST", "/api/events/log",
                             "{\"text\":\"x\",\"asset_id\":"
                             "\"00000000-0000-0000-0000-0000000000c0\"}"),
                  409, "event.asset_unknown");
    CHECK_REFUSED("no text", house_send(h, ADMIN_A, "POST", "/api/events/log", "{\"text\":\"\"}"),
                  422, "field.required");
    CHECK_REFUSED("a viewer",
                  house_send(h, VIEWER_A, "POST", "/api/events/log", "{\"text\":\"x\"}"), 403,
                  "access.forbidden");
}

static void test_page(void **state)
{
    house *h = *state;
    fill(h);
    seen s = house_get(h, ADMIN_A, "/events");
    assert_int_equal(s.status, 200);
    assert_true(holds(&s, "trip of the pump") && holds(&s, "P-301") && holds(&s, "/events/log"));
    assert_true(holds(&s, "<option value=\"OPTRIA_ALERT\">alarms</option>"));
    s = house_get(h, ADMIN_A, "/events?event_category=SENSOR&q=level");
    assert_true(holds(&s, "level low") && !holds(&s, "trip of the pump"));
    s = house_get(h, ADMIN_A, "/events?from=yesterday");
    assert_int_equal(s.status, 422);
    s = house_form(h, ADMIN_A, "/events/log", "text=Opened+the+bypass&asset=P-101");
    assert_int_equal(s.status, 303);
    assert_int_equal(count(h, "summary = 'Opened the bypass' AND asset_id IS NOT NULL"), 1);
    s = house_get(h, ADMIN_A, "/events?source_system=OPTRIA_LOG");
    assert_true(holds(&s, "Opened the bypass") && holds(&s, "dir=\"auto\">operators"));
    s = house_form(h, ADMIN_A, "/events/log", "text=kept+text&asset=P-404");
    assert_true(s.status == 422 && holds(&s, "kept text") && holds(&s, "trip of the pump"));
    s = house_form(h, ADMIN_A, "/events/log", "text=");
    assert_int_equal(s.status, 422);
    s = house_get(h, VIEWER_A, "/events");
    assert_true(s.status == 200 && !holds(&s, "/events/log") && !holds(&s, "Opened the bypass"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_told, setup),
        cmocka_unit_test_setup(test_same_and_missing, setup),
        cmocka_unit_test_setup(test_again_without_a_time, setup),
        cmocka_unit_test_setup(test_refusals, setup),
        cmocka_unit_test_setup(test_lines, setup),
        cmocka_unit_test_setup(test_clock, setup),
        cmocka_unit_test_setup(test_list, setup),
        cmocka_unit_test_setup(test_masked, setup),
        cmocka_unit_test_setup(test_steps_of_incidents, setup),
        cmocka_unit_test_setup(test_ids_are_searched_by_who_sees_them, setup),
        cmocka_unit_test_setup(test_log, setup),
        cmocka_unit_test_setup(test_page, setup),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
