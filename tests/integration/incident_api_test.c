/* Incidents over HTTP: lists, one, its status; who sees how much. */
#include "integration/blackbox_plant.h"

#include "blackbox/incident_list.h"

#include "base/test.h"

#include "base/banned.h"

/* Three incidents of three pumps, and what they are called. */
static void make_three(house *h)
{
    event_order e[] = {bb_alert("bearing hot", -300, P101, SEVERITY_CRITICAL),
                       bb_alert("seal leaks", -200, P301, SEVERITY_MAJOR),
                       bb_alert("pump tripped", -100, P900, SEVERITY_MAJOR)};
    e[2].category = CATEGORY_FAILURE;
    e[2].payload = OQ_STR("{\"kind\":\"pump_trip\",\"operator\":\"Sara Saleh\",\"value\":7.1}");
    bb_add(h, e, OQ_COUNT(e));
    bb_run(h);
}

static http_route_list routes = {incident_api_routes, NULL};

static int setup(void **state)
{
    if (bb_reset(state))
        return -1;
    house *h = *state;
    house_serve(h, &routes);
    make_three(h);
    return 0;
}

static oq_str id_of(house *h, const char *title)
{
    return oq_cstr(testdb_value(
        h->db,
        oq_strf(h->arena, "SELECT id FROM blackbox_incidents WHERE title = '%s'", title).ptr));
}

static bool holds(const seen *s, const char *text)
{
    return oq_str_find(s->body, oq_cstr(text)) != SIZE_MAX;
}

static size_t items(const seen *s)
{
    size_t count = 0;
    for (oq_str rest = s->body;; count++) {
        size_t at = oq_str_find(rest, OQ_STR("\"incident_type\""));
        if (at == SIZE_MAX)
            return count;
        rest = oq_str_sub(rest, at + 1, SIZE_MAX);
    }
}

static void test_list(void **state)
{
    house *h = *state;
    const struct {
        const char *label, *query;
        size_t wanted;
    } row[] = {
        {"all", "", 3},
        {"severity", "?severity=MAJOR", 2},
        {"type", "?type=FAILURE", 1},
        {"status", "?status=OPEN", 3},
        {"another status", "?status=CLOSED", 0},
        {"asset", "?asset_id=00000000-0000-0000-0000-0000000000c3", 1},
        {"site", "?site_id=00000000-0000-0000-0000-000000000090", 3},
        {"another site", "?site_id=00000000-0000-0000-0000-000000000091", 0},
        {"from", "?from=2024-10-04T04:00:00Z", 2},
        {"to", "?to=2024-10-04T04:00:00Z", 1},
        {"words", "?q=bearing", 1},
        {"its number", "?q=inc-2", 1},
        {"an asset's code", "?q=p-301", 1},
        {"both words", "?q=leaks+p-301", 1},
        {"no such word", "?q=boiler", 0},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen s =
            house_get(h, ADMIN_A, oq_strf(h->arena, "/api/blackbox/incidents%s", row[i].query).ptr);
        CHECK(row[i].label, s.status == 200);
        CHECK(row[i].label, items(&s) == row[i].wanted);
    }
    CHECK_REFUSED("a severity that is none",
                  house_get(h, ADMIN_A, "/api/blackbox/incidents?severity=HUGE"), 422,
                  "field.not_a_choice");
    CHECK_REFUSED("a cursor that is none",
                  house_get(h, ADMIN_A, "/api/blackbox/incidents?cursor=x"), 400,
                  "list.cursor_malformed");
    seen s = house_get(h, ADMIN_B, "/api/blackbox/incidents");
    CHECK("another tenant", items(&s) == 0);
}

/* Newest first, a page after the other, none twice and none left out. */
static void test_pages(void **state)
{
    house *h = *state;
    oq_str next = OQ_STR("");
    static const char *const wanted[] = {"pump tripped", "seal leaks", "bearing hot"};
    for (size_t i = 0; i < OQ_COUNT(wanted); i++) {
        seen s = house_get(
            h, ADMIN_A,
            oq_strf(h->arena, "/api/blackbox/incidents?limit=1&cursor=%.*s", OQ_FMT(next)).ptr);
        CHECK(wanted[i], items(&s) == 1 && holds(&s, wanted[i]));
        if (i + 1 < OQ_COUNT(wanted))
            next = house_between(h, &s, "\"next\":\"", "\"");
        else
            CHECK("the last page", holds(&s, "\"next\":null"));
    }
}

static void test_kpis(void **state)
{
    house *h = *state;
    seen s = house_get(h, ADMIN_A, "/api/blackbox/incidents/kpis");
    assert_int_equal(s.status, 200);
    assert_true(holds(&s, "\"incidents\":3,\"open\":3,\"investigating\":0"));
    assert_true(holds(&s, "\"critical_open\":1"));
    assert_true(holds(&s, "\"failures\":1"));
    assert_true(holds(&s, "\"resolve_mean_h\":null"));
    s = house_get(h, ADMIN_A, "/api/blackbox/incidents/kpis?severity=MAJOR");
    assert_true(holds(&s, "\"incidents\":2,"));
}

static void test_one(void **state)
{
    house *h = *state;
    const char *path =
        oq_strf(h->arena, "/api/blackbox/incidents/%.*s", OQ_FMT(id_of(h, "pump tripped"))).ptr;
    seen s = house_get(h, ADMIN_A, path);
    assert_int_equal(s.status, 200);
    static const char *const members[] = {"\"rca_summary\":",
                                          "\"root_cause_score\":",
                                          "\"event_story\":",
                                          "\"recommended_actions\":",
                                          "\"impact_estimate\":",
                                          "\"financial_impact_estimate\":",
                                          "\"carbon_impact_estimate\":",
                                          "\"asset_code\":\"P-900\"",
                                          "\"key_events\":[{",
                                          "\"step\":\"opened\"",
                                          "\"is_unaltered\":true",
                                          "\"extent\":\"full\"",
                                          "Sara Saleh",
                                          "\"events\":1,"};
    for (size_t i = 0; i < OQ_COUNT(members); i++)
        CHECK(members[i], holds(&s, members[i]));
    CHECK_REFUSED("another tenant", house_get(h, ADMIN_B, path), 404, "incident.not_found");
    CHECK_REFUSED("no id", house_get(h, ADMIN_A, "/api/blackbox/incidents/x"), 404,
                  "http.not_found");
}

/* Of 2,000 events fifty are shown: what made it, what an analysis named, and then the gravest of
 * those nearest to the trigger; in the order of time. */
static void test_key_events(void **state)
{
    house *h = *state;
    const char *id = oq_str_c(h->arena, id_of(h, "bearing hot"));
    testdb_exec(
        h->db,
        oq_strf(
            h->arena,
            "WITH it AS (SELECT * FROM blackbox_incidents WHERE id = '%s'),"
            " e AS (INSERT INTO blackbox_events (tenant_id, id, asset_id, source_system,"
            "  source_type, source_id, event_time, ingest_time, severity, event_category, summary,"
            "  is_trigger, is_noticed) SELECT tenant_id, md5('k' || n)::uuid, root_asset_id, 'DCS',"
            "  'TAG_READING', 'k' || n, anchor_time + (n - 1000) * interval '1 s', now(),"
            "  CASE WHEN n IN (10, 1003) THEN 'MINOR' ELSE 'INFO' END, 'SENSOR', 'k' || n, false,"
            "  true FROM it, generate_series(0, 1999) n RETURNING tenant_id, id, source_id)"
            " INSERT INTO blackbox_incident_events (tenant_id, id, incident_id, event_id, role,"
            "  order_index, is_late) SELECT e.tenant_id, gen_random_uuid(), it.id, e.id,"
            "  CASE e.source_id WHEN 'k5' THEN 'CAUSE' WHEN 'k1990' THEN 'SYMPTOM'"
            "  ELSE 'CONTEXT' END, substr(e.source_id, 2)::int + 1, e.source_id = 'k1999'"
            " FROM it, e;"
            "UPDATE blackbox_incident_events SET order_index = 1001"
            " WHERE is_trigger AND incident_id = '%s'",
            id, id)
            .ptr);
    seen s = house_get(h, ADMIN_A, oq_strf(h->arena, "/api/blackbox/incidents/%s", id).ptr);
    assert_int_equal(s.status, 200);
    CHECK("all are counted", holds(&s, "\"events\":2001,\"late_events\":1"));
    oq_str key = house_between(h, &s, "\"key_events\":[", "\"steps\"");
    size_t count = 0;
    for (oq_str rest = key;; count++) {
        size_t at = oq_str_find(rest, OQ_STR("\"order_index\""));
        if (at == SIZE_MAX)
            break;
        rest = oq_str_sub(rest, at + 1, SIZE_MAX);
    }
    CHECK("fifty", count == INCIDENT_KEY_EVENTS);
    static const char *const in_order[] = {"k5", "bearing hot", "k1003", "k1990"};
    size_t behind = 0;
    for (size_t i = 0; i < OQ_COUNT(in_order); i++) {
        size_t at = oq_str_find(key, oq_strf(h->arena, "\"summary\":\"%s\"", in_order[i]));
        CHECK(in_order[i], at != SIZE_MAX && (i == 0 || at > behind));
        behind = at;
    }
    CHECK("grave, but far away", oq_str_find(key, OQ_STR("\"k10\"")) == SIZE_MAX);
    CHECK("near", oq_str_find(key, OQ_STR("\"k990\"")) != SIZE_MAX);
    /* A trigger that is no member any more. */
    testdb_exec(h->db, oq_strf(h->arena,
                               "DELETE FROM blackbox_incident_events WHERE is_trigger AND"
                               " incident_id = '%s'",
                               id)
                           .ptr);
    s = house_get(h, ADMIN_A, oq_strf(h->arena, "/api/blackbox/incidents/%s", id).ptr);
    CHECK("still shown", holds(&s, "\"key_events\":[{"));
}

/* M43 to M46. */
static void test_masking(void **state)
{
    house *h = *state;
    const char *path =
        oq_strf(h->arena, "/api/blackbox/incidents/%.*s", OQ_FMT(id_of(h, "pump tripped"))).ptr;
    testdb_exec(h->db, "UPDATE blackbox_incidents SET event_story = '{\"en\":\"told\"}',"
                       " rca_summary = '{\"confidence\":0.5,\"contributing_factors\":"
                       "[{\"en\":\"valve opened\"}]}', confirmed_note = 'a note'");
    seen s = house_get(h, OPTIMIZER_A, path);
    assert_true(holds(&s, "\"extent\":\"masked\""));
    assert_true(holds(&s, "\"operator\":\"S.S.\"") && !holds(&s, "Sara"));
    assert_true(holds(&s, "told") && holds(&s, "a note") && holds(&s, "valve opened"));
    s = house_get(h, VIEWER_A, path);
    assert_true(holds(&s, "\"extent\":\"summary\""));
    assert_true(holds(&s, "confidence") && holds(&s, "\"key_events\":[]"));
    assert_false(holds(&s, "told") || holds(&s, "a note") || holds(&s, "Sara"));
    assert_false(holds(&s, "valve opened"));
    s = house_get(h, VIEWER_A, "/api/blackbox/incidents");
    assert_true(items(&s) == 3 && !holds(&s, "told") && !holds(&s, "valve opened"));
    /* Notes, when the tenant says so. */
    testdb_exec(h->db, "INSERT INTO tenant_settings (tenant_id, settings, version, updated_at)"
                       " VALUES ('0a000000-0000-0000-0000-000000000000',"
                       " '{\"notes_visible_to_viewer\":true}', 1, now())");
    s = house_get(h, VIEWER_A, path);
    assert_true(holds(&s, "a note") && !holds(&s, "told"));
}

/* An engineer of tenant A, whom the house does not know. */
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

static void test_engineer(void **state)
{
    house *h = *state;
    oq_uuid own, other;
    oq_uuid_parse(id_of(h, "pump tripped"), &own);
    oq_uuid_parse(id_of(h, "seal leaks"), &other);
    testdb_exec(
        h->db, oq_strf(h->arena,
                       "INSERT INTO work_orders (tenant_id, id, number, source, title, incident_id,"
                       " assigned_user_id, created_at, updated_at) VALUES"
                       " ('0a000000-0000-0000-0000-000000000000', gen_random_uuid(), 'WO-1',"
                       " 'MANUAL', 'x', '%.*s', '00000000-0000-0000-0000-0000000000a2', now(),"
                       " now())",
                       OQ_FMT(id_of(h, "pump tripped")))
                   .ptr);
    oq_scope *s = engineer(h);
    incident_rows rows;
    incident_kpis kpis;
    incident *it;
    incident_view view;
    CHECK_OK(incident_find(s, &(incident_filter){.from = OQ_TIME_NONE, .to = OQ_TIME_NONE}, OQ_NONE,
                           10, &rows));
    assert_int_equal(rows.count, 1);
    CHECK_OK(
        incident_count(s, &(incident_filter){.from = OQ_TIME_NONE, .to = OQ_TIME_NONE}, &kpis));
    assert_int_equal(kpis.incidents, 1);
    CHECK_OK(incident_read(s, own, &it, &view));
    assert_int_equal(view.extent, INCIDENT_MASKED);
    CHECK_CODE("not the engineer's", incident_read(s, other, &it, &view), "incident.not_found");
    oq_scope_close(s);
}

static void test_status(void **state)
{
    house *h = *state;
    oq_str id = id_of(h, "pump tripped");
    const char *path = oq_strf(h->arena, "/api/blackbox/incidents/%.*s/status", OQ_FMT(id)).ptr;
    seen s = house_send(h, OPTIMIZER_A, "POST", path,
                        "{\"status\":\"INVESTIGATING\",\"note\":\"on it\"}");
    assert_int_equal(s.status, 200);
    assert_true(holds(&s, "\"status\":\"INVESTIGATING\"") && holds(&s, "\"note\":\"on it\""));
    s = house_send(h, ADMIN_A, "POST", path, "{\"status\":\"RESOLVED\"}");
    assert_true(holds(&s, "\"status\":\"RESOLVED\"") && !holds(&s, "\"resolved_at\":null"));
    CHECK_REFUSED("again", house_send(h, ADMIN_A, "POST", path, "{\"status\":\"RESOLVED\"}"), 409,
                  "incident.transition_invalid");
    CHECK_REFUSED("a viewer", house_send(h, VIEWER_A, "POST", path, "{\"status\":\"OPEN\"}"), 403,
                  "access.forbidden");
    s = house_send(h, ADMIN_A, "POST", path, "{\"status\":\"CLOSED\"}");
    assert_int_equal(s.status, 200);
    CHECK_REFUSED("a closed one is opened first",
                  house_send(h, ADMIN_A, "POST", path, "{\"status\":\"RESOLVED\"}"), 409,
                  "incident.transition_invalid");
    s = house_send(h, ADMIN_A, "POST", path, "{\"status\":\"OPEN\"}");
    assert_true(holds(&s, "\"closed_at\":null") && holds(&s, "\"is_unaltered\":true"));
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM audit_logs WHERE action ="
                                          " 'incident.status_set'"),
                     4);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM blackbox_events WHERE source_system"
                                          " = 'OPTRIA_INCIDENT' AND event_category ="
                                          " 'OPERATOR_ACTION'"),
                     4);
}

static void test_cause(void **state)
{
    house *h = *state;
    oq_uuid id;
    oq_uuid_parse(id_of(h, "pump tripped"), &id);
    testdb_exec(h->db, "UPDATE blackbox_incidents SET top_cause = 'bearing_fault'");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(incident_store_cause(s, id, OQ_STR("bearing_fault"), OQ_STR("seen")));
    CHECK_OK(incident_store_cause(s, id, OQ_STR("misalignment"), OQ_NONE));
    CHECK_CODE("none", incident_store_cause(s, id, OQ_NONE, OQ_NONE), "incident.cause_invalid");
    CHECK_CODE("of nobody", incident_store_cause(s, house_id(ADMIN_A), OQ_STR("x"), OQ_NONE),
               "incident.not_found");
    house_commit(s);
    CHECK_STR(
        "steps",
        oq_cstr(testdb_value(h->db, "SELECT string_agg(step, ',' ORDER BY made_at) FROM"
                                    " blackbox_incident_steps WHERE incident_id IN (SELECT id"
                                    " FROM blackbox_incidents WHERE title = 'pump tripped')")),
        "opened,cause_confirmed,cause_corrected");
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM blackbox_incidents WHERE"
                                          " confirmed_cause = 'misalignment' AND confirmed_by ="
                                          " '00000000-0000-0000-0000-0000000000a1'"),
                     1);
}

/* What anybody does to the rows of the file is seen. */
static void test_chain(void **state)
{
    house *h = *state;
    static const char *const harm[] = {
        "UPDATE blackbox_incident_steps SET note = 'else' WHERE step = 'investigating'",
        "UPDATE blackbox_incident_steps SET facts = '{\"events\":1}' WHERE step = 'investigating'",
        "UPDATE blackbox_incident_steps SET made_at = made_at + interval '1 us' WHERE step ="
        " 'investigating'",
        "UPDATE blackbox_incident_steps SET made_by = 'somebody' WHERE step = 'opened'",
        "DELETE FROM blackbox_incident_steps WHERE step = 'investigating'",
        "INSERT INTO blackbox_incident_steps SELECT tenant_id, gen_random_uuid(), incident_id, "
        "step,"
        " note, facts, made_by, made_at + interval '1 s', seal, seal FROM blackbox_incident_steps"
        " WHERE step = 'opened'",
    };
    for (size_t i = 0; i < OQ_COUNT(harm); i++) {
        assert_int_equal(setup(state), 0);
        oq_uuid id, broken;
        oq_uuid_parse(id_of(h, "pump tripped"), &id);
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        CHECK_OK(incident_set_status(s, id, INCIDENT_INVESTIGATING, OQ_STR("n")));
        CHECK_OK(incident_set_status(s, id, INCIDENT_RESOLVED, OQ_NONE));
        house_commit(s);
        s = house_scope(h, ADMIN_A, OQ_READ);
        CHECK_OK(incident_check_chain(s, id, &broken));
        CHECK(harm[i], oq_uuid_is_zero(broken));
        oq_scope_close(s);
        testdb_exec(h->db, harm[i]);
        s = house_scope(h, ADMIN_A, OQ_READ);
        CHECK_OK(incident_check_chain(s, id, &broken));
        CHECK(harm[i], !oq_uuid_is_zero(broken));
        oq_scope_close(s);
    }
}

static void test_analysis(void **state)
{
    house *h = *state;
    oq_uuid id;
    oq_uuid_parse(id_of(h, "pump tripped"), &id);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    incident *it;
    incident_events events;
    bool is_stored;
    CHECK_OK(incident_get(s, id, &it));
    CHECK_OK(incident_events_of(s, id, 10, &events));
    assert_int_equal(events.count, 1);
    CHECK_STR("code", events.at[0].asset_code, "P-900");
    incident_role role = {events.at[0].id, EVENT_ROLE_SYMPTOM};
    it->rca_summary = OQ_STR("{\"confidence\":0.7}");
    it->top_cause = OQ_STR("bearing_fault");
    it->top_probability = 0.7;
    it->end_time = BB_NOW;
    CHECK_OK(incident_store_analysis(s, it, &role, 1, &is_stored));
    assert_true(is_stored);
    CHECK_OK(incident_events_of(s, id, 10, &events));
    assert_int_equal(events.at[0].role, EVENT_ROLE_SYMPTOM);
    /* An analysis of an older version is not stored. */
    it->version--;
    it->top_cause = OQ_STR("else");
    CHECK_OK(incident_store_analysis(s, it, NULL, 0, &is_stored));
    assert_false(is_stored);
    CHECK_OK(incident_get(s, id, &it));
    CHECK_STR("cause", it->top_cause, "bearing_fault");
    assert_true(it->end_time == BB_NOW);
    house_commit(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_list, setup),       cmocka_unit_test_setup(test_pages, setup),
        cmocka_unit_test_setup(test_kpis, setup),       cmocka_unit_test_setup(test_one, setup),
        cmocka_unit_test_setup(test_key_events, setup), cmocka_unit_test_setup(test_masking, setup),
        cmocka_unit_test_setup(test_engineer, setup),   cmocka_unit_test_setup(test_status, setup),
        cmocka_unit_test_setup(test_cause, setup),      cmocka_unit_test_setup(test_chain, setup),
        cmocka_unit_test_setup(test_analysis, setup),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
