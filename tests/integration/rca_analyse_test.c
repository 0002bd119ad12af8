/* From an incident to a stored analysis and a work order. */
#include "integration/rca_house.h"

#include <stdlib.h>

#include "base/test.h"
#include "historian/series.h"
#include "historian/fold.h"
#include "historian/write.h"

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
    assert_int_equal(number(h,
                            "SELECT count(*) FROM blackbox_incidents WHERE rca_run_id IS NOT"
                            " NULL AND event_story ->> 'ar' LIKE '%«اهتزاز مرتفع»%' AND top_cause ="
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

/* Without an asset the order is for the unit, or for the site; where nothing says where, the file
 * says so, once. */
static void test_order_without_asset(void **state)
{
    static const struct {
        const char *label, *title;
        bool has_unit, has_site;
    } row[] = {
        {"unit", "Find the cause of incident INC-1 on UNIT_1", true, true},
        {"site", "Find the cause of incident INC-1 on SITE (Site)", false, true},
        {"nothing", NULL, false, false},
    };
    house *h = *state;
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        assert_int_equal(rca_house_reset(state), 0);
        oq_clock_set(bb_at(1));
        event_order e = bb_alert("fire", 0, P101, SEVERITY_CRITICAL);
        e.asset_id = OQ_UUID_ZERO;
        e.site_id = row[i].has_site ? bb_site_id() : OQ_UUID_ZERO;
        e.unit_id = row[i].has_unit ? (oq_uuid){{[15] = 0xb1}} : OQ_UUID_ZERO;
        bb_add(h, &e, 1);
        bb_run(h);
        oq_uuid id;
        oq_uuid_parse(oq_cstr(testdb_value(h->db, "SELECT id FROM blackbox_incidents")), &id);
        rca_house_analyse(h, id);
        rca_house_analyse(h, id);
        CHECK(row[i].label,
              number(h, "SELECT count(*) FROM work_orders") == (row[i].title != NULL));
        CHECK(row[i].label, number(h, "SELECT count(*) FROM blackbox_incident_steps WHERE step ="
                                      " 'work_order_missing'") == (row[i].title == NULL));
        if (!row[i].title)
            continue;
        CHECK_STR(row[i].label, oq_cstr(testdb_value(h->db, "SELECT title FROM work_orders")),
                  row[i].title);
        CHECK(row[i].label, number(h, "SELECT count(*) FROM work_orders WHERE site_id IS NOT NULL"
                                      " AND unit_id IS NOT NULL") == row[i].has_unit);
    }
}

/* Run again over what has not changed: a further version that says the same; no second order. */
static void test_again(void **state)
{
    house *h = *state;
    rca_house_rule(h, "bearing", RCA_HOUSE_BEARING_RULE);
    rca_house_signals(h, P101, 0, TROUBLE_BEARING);
    oq_clock_set(bb_at(21));
    oq_uuid id = rca_house_incident(h, "a1", 0, P101, SEVERITY_CRITICAL);
    rca_house_analyse(h, id);
    testdb_exec(h->db, "TRUNCATE jobs");
    oq_clock_set(bb_at(22));
    assert_int_equal(rca_house_analyse(h, id)->number, 2);
    assert_int_equal(number(h, "SELECT count(DISTINCT result - 'as_known_at' - 'carbon' - 'impact')"
                               " FROM rca_runs"),
                     1);
    assert_int_equal(number(h, "SELECT count(*) FROM work_orders"), 1);
    assert_int_equal(number(h, "SELECT count(*) FROM work_order_notes"), 0);
    assert_int_equal(number(h, "SELECT count(*) FROM rca_cases"), 1);
    assert_int_equal(number(h, "SELECT count(*) FROM rca_rule_hits"), 1);
    /* Until the window's end there is one more look to come. */
    assert_int_equal(number(h, "SELECT count(*) FROM jobs WHERE kind = 'rca.run' AND run_at ="
                               " (SELECT window_to FROM blackbox_incidents) + interval '1 second'"),
                     1);
    CHECK_STR("the file",
              oq_cstr(testdb_value(h->db, "SELECT string_agg(step, ',' ORDER BY made_at)"
                                          " FROM blackbox_incident_steps")),
              "opened,analysed,analysed");
}

/* The cause that the analysis names changes after the order was written: a note, no second order.
 */
static void test_note(void **state)
{
    house *h = *state;
    rca_house_signals(h, P101, 0, TROUBLE_BEARING);
    oq_clock_set(bb_at(1));
    oq_uuid id = rca_house_incident(h, "a1", 0, P101, SEVERITY_CRITICAL);
    rca_house_analyse(h, id);
    assert_int_equal(number(h, "SELECT count(*) FROM work_orders WHERE title LIKE 'Find the cause"
                               "%'"),
                     1);
    rca_house_rule(h, "bearing", RCA_HOUSE_BEARING_RULE);
    rca_house_analyse(h, id);
    assert_int_equal(number(h, "SELECT count(*) FROM work_orders"), 1);
    assert_int_equal(number(h, "SELECT count(*) FROM work_order_notes WHERE text LIKE '%bearing"
                               " fault%عطل المحمل%'"),
                     1);
}

/* What a person confirms changes the answer to the next incident like it. */
static void test_learns(void **state)
{
    house *h = *state;
    oq_clock_set(bb_at(-290)); /* what was not known yet is not seen */
    rca_house_signals(h, P101, -300, TROUBLE_BEARING);
    rca_house_signals(h, P102, 0, TROUBLE_BEARING);
    oq_uuid first = rca_house_incident(h, "a1", -300, P101, SEVERITY_CRITICAL);
    rca_house_analyse(h, first);
    oq_clock_set(bb_at(1));
    oq_uuid second = rca_house_incident(h, "a2", 0, P102, SEVERITY_CRITICAL);
    rca_house_analyse(h, second);
    double before = strtod(rca_house_of(h, second, "{score,bearing_fault}"), NULL);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(rca_confirm(s, first, OQ_STR("bearing_fault"), OQ_STR("seen in the workshop")));
    house_commit(s);
    oq_clock_set(bb_at(2));
    rca_house_analyse(h, second);
    double after = strtod(rca_house_of(h, second, "{score,bearing_fault}"), NULL);
    CHECK("likelier", after > before + 0.3);
    CHECK_STR("similar", oq_cstr(rca_house_of(h, second, "{similar,0,incident_id}")),
              oq_str_c(h->arena, oq_uuid_text(h->arena, first)));
    CHECK_STR("evidence", oq_cstr(rca_house_of(h, second, "{causes,0,evidence,0,kind}")),
              "similar");
    /* The first one learns nothing from itself, nor from what came after it. */
    rca_house_analyse(h, first);
    CHECK_STR("alone", oq_cstr(rca_house_of(h, first, "{inputs,cases}")), "0");
}

/* Confirmed causes judge the rules that spoke. */
static void test_judges(void **state)
{
    house *h = *state;
    rca_house_rule(h, "bearing", RCA_HOUSE_BEARING_RULE);
    rca_house_signals(h, P101, 0, TROUBLE_BEARING);
    oq_clock_set(bb_at(1));
    oq_uuid id = rca_house_incident(h, "a1", 0, P101, SEVERITY_CRITICAL);
    rca_house_analyse(h, id);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(rca_confirm(s, id, OQ_STR("misalignment"), OQ_NONE));
    house_commit(s);
    assert_int_equal(number(h, "SELECT count(*) FROM rca_rule_hits WHERE verdict = 'refuted'"), 1);
    assert_int_equal(number(h, "SELECT count(*) FROM rca_cases WHERE cause = 'misalignment'"), 1);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("nothing", rca_confirm(s, id, OQ_STR(""), OQ_NONE), "incident.cause_invalid");
    oq_scope_close(s);
}

/* What became known after an analysis is not in it; what happened after its incident neither. */
static void test_known(void **state)
{
    house *h = *state;
    rca_house_rule(h, "bearing", RCA_HOUSE_BEARING_RULE);
    oq_clock_set(bb_at(1));
    oq_uuid id = rca_house_incident(h, "a1", 0, P101, SEVERITY_CRITICAL);
    rca_house_signals(h, P101, 0, TROUBLE_BEARING);
    /* A later event of the window, and an order that was closed after the anchor. */
    testdb_exec(h->db,
                "INSERT INTO blackbox_events (tenant_id, id, source_system, source_type, source_id,"
                " event_time, ingest_time, severity, event_category, asset_id, summary, payload)"
                " SELECT tenant_id, gen_random_uuid(), 'PI', 'ALARM', 'later', event_time,"
                " ingest_time + interval '1 hour', 'CRITICAL', 'ALERT', asset_id, 'later', '{}'"
                " FROM blackbox_events");
    testdb_exec(h->db, "INSERT INTO blackbox_incident_events (tenant_id, id, incident_id, event_id,"
                       " order_index) SELECT e.tenant_id, gen_random_uuid(), i.id, e.id, 1 FROM"
                       " blackbox_events e, blackbox_incidents i WHERE e.source_id = 'later'");
    rca_house_analyse(h, id);
    CHECK_STR("events", oq_cstr(rca_house_of(h, id, "{inputs,events}")), "1");
    assert_int_equal(number(h, "SELECT count(*) FROM rca_runs r, jsonb_array_elements(r.result ->"
                               " 'findings') f WHERE (f ->> 'to')::timestamptz >"
                               " (r.result ->> 'as_known_at')::timestamptz"),
                     0);
    oq_clock_set(bb_at(62));
    rca_house_analyse(h, id);
    CHECK_STR("an hour later", oq_cstr(rca_house_of(h, id, "{inputs,events}")), "2");
}

static int64_t vibration_findings(house *h, oq_uuid id)
{
    (void)id;
    return number(h, "SELECT count(*) FROM jsonb_array_elements((SELECT result FROM rca_runs ORDER"
                     " BY number DESC LIMIT 1) -> 'findings') f WHERE f ->> 'metric' ="
                     " 'vibration_rms'");
}

/* An hour later somebody corrects what the instrument had said. Asked about the moment before, the
 * analysis sees what was seen then; asked now, the correction. */
static void test_samples_as_known(void **state)
{
    house *h = *state;
    enum { MINUTES = 60 };
    batch_row row[MINUTES];
    series *e;
    rca_house_rule(h, "bearing", RCA_HOUSE_BEARING_RULE);
    oq_clock_set(bb_at(1));
    rca_house_signals(h, P101, 0, TROUBLE_NONE);
    oq_uuid id = rca_house_incident(h, "a1", 0, P101, SEVERITY_CRITICAL);
    oq_clock_set(bb_at(30));
    rca_house_analyse(h, id);
    assert_int_equal(vibration_findings(h, id), 0);
    oq_clock_set(bb_at(90));
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(series_find_by_key(s, OQ_STR("P-101.vibration_rms"), &e));
    for (int i = 0; i < MINUTES; i++)
        row[i] = (batch_row){
            .time = bb_at(i - MINUTES), .value = 2 + i / 6.0, .series_no = (int32_t)e->no};
    CHECK_OK(hist_write(s, row, MINUTES, NULL));
    house_commit(s);
    oq_clock_set(bb_at(31));
    rca_house_analyse(h, id);
    CHECK("as it was known then", vibration_findings(h, id) == 0);
    oq_clock_set(bb_at(91));
    rca_house_analyse(h, id);
    CHECK("as it is known now", vibration_findings(h, id) > 0);
    CHECK_STR("top", oq_cstr(rca_house_of(h, id, "{causes,0,code}")), "bearing_fault");
}

/* The last hours come late and at once, as with an import or a new demo, and are folded before
 * anybody asks: all of it is known by now. */
static void test_came_just_now(void **state)
{
    house *h = *state;
    fold_done done = {.more = true};
    rca_house_rule(h, "bearing", RCA_HOUSE_BEARING_RULE);
    oq_clock_set(bb_at(1));
    rca_house_signals(h, P101, 0, TROUBLE_BEARING);
    while (done.more) {
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        CHECK_OK(hist_fold(s, &done));
        house_commit(s);
    }
    oq_uuid id = rca_house_incident(h, "a1", 0, P101, SEVERITY_CRITICAL);
    oq_clock_set(bb_at(2));
    rca_house_analyse(h, id);
    CHECK("it is seen", vibration_findings(h, id) > 0);
    CHECK_STR("top", oq_cstr(rca_house_of(h, id, "{causes,0,code}")), "bearing_fault");
    CHECK("up to the last quarter of an hour",
          number(h,
                 "SELECT count(*) FROM rca_runs r, jsonb_array_elements(r.result -> 'findings') f"
                 " WHERE (f ->> 'to')::timestamptz > (r.result ->> 'as_known_at')::timestamptz"
                 " - interval '30 min'") > 0);
}

/* Nothing is guessed silently: what is missing has a sentence. */
static void test_missing(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "UPDATE assets SET class_id = NULL");
    testdb_exec(h->db, "TRUNCATE carbon_factors");
    oq_clock_set(bb_at(1));
    oq_uuid id = rca_house_incident(h, "a1", 0, P101, SEVERITY_MAJOR);
    rca_house_analyse(h, id);
    const char *missing = rca_house_of(h, id, "{inputs,missing}");
    CHECK("class", strstr(missing, "no class") && strstr(missing, "بلا صنف"));
    CHECK("signals", strstr(missing, "no signals"));
    CHECK("maintenance", strstr(missing, "No maintenance"));
    CHECK("money", strstr(rca_house_of(h, id, "{financial,missing}"), "no cost model"));
    CHECK("no sum", !strcmp(rca_house_of(h, id, "{financial,cost_minor}"),
                            "{\"low\": null, \"mid\": null, \"high\": null}"));
    CHECK("power", strstr(rca_house_of(h, id, "{carbon,missing}"), "neither measured"));
    CHECK("factor", strstr(rca_house_of(h, id, "{carbon,missing}"), "Emission factor"));
    CHECK_STR("nothing is known", oq_cstr(rca_house_of(h, id, "{causes,0,code}")), "other");
    CHECK_STR("the order says so", oq_cstr(testdb_value(h->db, "SELECT title FROM work_orders")),
              "Find the cause of incident INC-1 on P-101");
}

/* Money of the cost model, power measured, the site's factor. */
static void test_figures(void **state)
{
    house *h = *state;
    testdb_exec(h->db,
                "INSERT INTO optimization_cost_models (tenant_id, id, code, name, is_default,"
                " currency, failure_minor, maintenance_minor, downtime_per_hour_minor, created_at,"
                " updated_at) VALUES ('0a000000-0000-0000-0000-000000000000', gen_random_uuid(),"
                " 'PUMPS', 'Pumps', true, 'SAR', 9000000, 2000000, 1500000, now(), now())");
    rca_house_rule(h, "bearing", RCA_HOUSE_BEARING_RULE);
    rca_house_signals(h, P101, 0, TROUBLE_BEARING);
    oq_clock_set(bb_at(15));
    oq_uuid id = rca_house_incident(h, "a1", 0, P101, SEVERITY_CRITICAL);
    rca_house_analyse(h, id);
    /* 12 h of repair by the failure mode: 12 * 15,000 + 20,000, planned for it has not failed. */
    CHECK_STR("cost", oq_cstr(rca_house_of(h, id, "{financial,cost_minor,mid}")), "20000000");
    CHECK_STR("currency", oq_cstr(rca_house_of(h, id, "{financial,currency}")), "SAR");
    double kwh = strtod(rca_house_of(h, id, "{carbon,energy_kwh}"), NULL);
    double kg = strtod(rca_house_of(h, id, "{carbon,kg,mid}"), NULL);
    CHECK("three quarters of an hour at 400 kW and a little", kwh > 300 && kwh < 310);
    CHECK("706.8 g/kWh", kg > kwh * 0.7067 && kg < kwh * 0.7069);
    CHECK("source", strstr(rca_house_of(h, id, "{carbon,sources}"), "706.8"));
}

/* A threshold that nobody approved is no limit; its cost is used, and says so. */
static void test_thresholds(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "UPDATE asset_class_metrics SET low_low = NULL, low = NULL, high = NULL,"
                       " high_high = NULL");
    testdb_exec(h->db, "DELETE FROM threshold_references");
    testdb_exec(h->db,
                "INSERT INTO threshold_references (tenant_id, id, class_id, metric, unit, high,"
                " cost_reference_minor, currency, created_at, updated_at) SELECT tenant_id,"
                " gen_random_uuid(), id, 'vibration_rms', 'mm/s', 5, 700000, 'SAR', now(), now()"
                " FROM asset_classes WHERE code = 'centrifugal_pump'"
                " AND tenant_id = '0a000000-0000-0000-0000-000000000000'");
    rca_house_signals(h, P101, 0, TROUBLE_BEARING);
    oq_clock_set(bb_at(15));
    oq_uuid id = rca_house_incident(h, "a1", 0, P101, SEVERITY_CRITICAL);
    for (int approved = 0; approved < 2; approved++) {
        rca_house_analyse(h, id);
        bool is_beyond = strstr(rca_house_of(h, id, "{findings}"), "\"beyond_limit\": true");
        CHECK("limit", is_beyond == (approved == 1));
        const char *sources = rca_house_of(h, id, "{financial,sources}");
        CHECK("cost", strstr(sources, "An hour outside the safe range"));
        bool is_said = strstr(sources, "approved by nobody yet");
        CHECK("says so", is_said == (approved == 0));
        testdb_exec(h->db, "UPDATE threshold_references SET approved_at = now()");
    }
}

/* A flood: those nearest to the anchor are looked at, the rest is said. */
static void test_flood(void **state)
{
    house *h = *state;
    event_order e[1200];
    oq_clock_set(bb_at(1));
    for (int i = 0; i < 1200; i++) {
        e[i] = bb_reading(oq_strf(h->arena, "r%d", i).ptr, -25 + i / 50.0, P101);
        if (i >= 300) /* 300 in the window; the others come with it later */
            e[i].event_time = bb_at(-25) + i;
    }
    bb_add(h, e, 300);
    oq_uuid id = rca_house_incident(h, "a1", 0, P101, SEVERITY_MAJOR);
    rca_house_analyse(h, id);
    CHECK_STR("300 and the alarm", oq_cstr(rca_house_of(h, id, "{inputs,events}")), "301");
    bb_add(h, e + 300, 900);
    bb_run(h);
    rca_house_analyse(h, id);
    CHECK_STR("a thousand", oq_cstr(rca_house_of(h, id, "{inputs,events}")), "1000");
    CHECK("said", strstr(rca_house_of(h, id, "{inputs,missing}"), "Events left out"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_chain, rca_house_reset),
        cmocka_unit_test_setup(test_order_without_asset, rca_house_reset),
        cmocka_unit_test_setup(test_again, rca_house_reset),
        cmocka_unit_test_setup(test_note, rca_house_reset),
        cmocka_unit_test_setup(test_learns, rca_house_reset),
        cmocka_unit_test_setup(test_judges, rca_house_reset),
        cmocka_unit_test_setup(test_known, rca_house_reset),
        cmocka_unit_test_setup(test_samples_as_known, rca_house_reset),
        cmocka_unit_test_setup(test_came_just_now, rca_house_reset),
        cmocka_unit_test_setup(test_missing, rca_house_reset),
        cmocka_unit_test_setup(test_figures, rca_house_reset),
        cmocka_unit_test_setup(test_thresholds, rca_house_reset),
        cmocka_unit_test_setup(test_flood, rca_house_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
