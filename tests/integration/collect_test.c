/* What the program makes events of by itself: signals, configuration, runs. */
#include <math.h>

#include "integration/blackbox_plant.h"

#include "blackbox/collect.h"
#include "historian/series.h"
#include "historian/write.h"
#include "plant/record.h"

#include "base/test.h"

#include "base/banned.h"

static int setup(void **state)
{
    house *h = *state;
    testdb_exec(h->db,
                "TRUNCATE series, series_counters, series_batches, series_chunks, series_open,"
                " series_last, series_history, signal_looks CASCADE");
    return bb_reset(state);
}

static int32_t make_series(house *h, const char *metric, bool is_state)
{
    testdb_exec(h->db,
                "INSERT INTO asset_classes (tenant_id, id, code, name, created_at, updated_at)"
                " VALUES ('0a000000-0000-0000-0000-000000000000',"
                " '00000000-0000-0000-0000-000000000070', 'pump', 'Pump', now(), now())"
                " ON CONFLICT DO NOTHING");
    testdb_exec(h->db,
                "INSERT INTO asset_class_metrics (tenant_id, id, class_id, metric, name, unit,"
                " low, high, high_high, created_at, updated_at) VALUES"
                " ('0a000000-0000-0000-0000-000000000000', gen_random_uuid(),"
                " '00000000-0000-0000-0000-000000000070', 'vibration', 'V', 'mm/s', 1, 5, 9,"
                " now(), now()) ON CONFLICT DO NOTHING");
    testdb_exec(h->db, "UPDATE assets SET class_id = '00000000-0000-0000-0000-000000000070'");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    series *made;
    series_order order = {.asset_id = bb_pump_id(P101),
                          .metric = oq_cstr(metric),
                          .unit = is_state ? OQ_STR("1") : OQ_STR("mm/s"),
                          .is_state = is_state,
                          .state_texts = is_state ? OQ_STR("{\"0\":{\"en\":\"OFF\",\"ar\":\"م\"},"
                                                           "\"1\":{\"en\":\"ON\",\"ar\":\"ش\"},"
                                                           "\"2\":{\"en\":\"Fault\",\"ar\":\"ع\"}}")
                                                  : OQ_NONE,
                          .instrument_min = (double)NAN,
                          .instrument_max = (double)NAN,
                          .gap_max_us = OQ_I64_NONE,
                          .exception_deviation = (double)NAN,
                          .exception_max_us = OQ_I64_NONE,
                          .compression_deviation = (double)NAN,
                          .compression_max_us = OQ_I64_NONE,
                          .retention_days = OQ_I64_NONE,
                          .is_active = true};
    CHECK_OK(series_create(s, &order, &made));
    int32_t no = (int32_t)made->no;
    house_commit(s);
    return no;
}

static void put(house *h, int32_t no, double minute, double value, quality q)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    batch_row row = {bb_at(minute), value, no, q};
    CHECK_OK(hist_write(s, &row, 1, NULL));
    house_commit(s);
}

static size_t collect(house *h, oq_err *(*what)(oq_scope *, size_t *))
{
    size_t added;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(what(s, &added));
    house_commit(s);
    return added;
}

static const char *told(house *h)
{
    return testdb_value(h->db, "SELECT string_agg(format('%s|%s|%s|%s', to_char(event_time, 'MI'),"
                               " severity, summary, payload ->> 'limit'), '; ' ORDER BY event_time)"
                               " FROM blackbox_events WHERE source_system = 'OPTRIA_HISTORIAN'"
                               " AND source_type = 'TAG_READING' AND event_category = 'SENSOR'"
                               " AND asset_id IS NOT NULL");
}

static void test_limits(void **state)
{
    house *h = *state;
    int32_t no = make_series(h, "vibration", false);
    put(h, no, -9, 3, QUALITY_GOOD);
    assert_int_equal(collect(h, collect_signals), 0); /* the first look */
    put(h, no, -8, 3.5, QUALITY_GOOD);
    assert_int_equal(collect(h, collect_signals), 0);
    put(h, no, -7, 6, QUALITY_GOOD);
    put(h, no, -6, 7, QUALITY_GOOD);
    assert_int_equal(collect(h, collect_signals), 1);
    assert_int_equal(collect(h, collect_signals), 0);
    put(h, no, -5, 99, QUALITY_BAD); /* says nothing */
    assert_int_equal(collect(h, collect_signals), 0);
    put(h, no, -4, 9.5, QUALITY_GOOD);
    assert_int_equal(collect(h, collect_signals), 1);
    put(h, no, -3, 2, QUALITY_GOOD);
    assert_int_equal(collect(h, collect_signals), 1);
    put(h, no, -2, 0.5, QUALITY_GOOD);
    assert_int_equal(collect(h, collect_signals), 1);
    CHECK_STR("told", oq_cstr(told(h)),
              "53|WARNING|P-101.vibration: normal → high, 6 mm/s (limit 5)|5;"
              " 56|MINOR|P-101.vibration: high → very high, 9.5 mm/s (limit 9)|9;"
              " 57|INFO|P-101.vibration: very high → normal, 2 mm/s (limit 9)|9;"
              " 58|WARNING|P-101.vibration: normal → low, 0.5 mm/s (limit 1)|1");
}

static void test_states(void **state)
{
    house *h = *state;
    int32_t no = make_series(h, "running", true);
    put(h, no, -9, 0, QUALITY_GOOD);
    assert_int_equal(collect(h, collect_signals), 0);
    put(h, no, -8, 1, QUALITY_GOOD);
    put(h, no, -7, 1, QUALITY_GOOD);
    put(h, no, -6, 0, QUALITY_GOOD);
    put(h, no, -5, 1, QUALITY_BAD);
    put(h, no, -4, 2, QUALITY_GOOD);
    assert_int_equal(collect(h, collect_signals), 3);
    assert_int_equal(collect(h, collect_signals), 0);
    CHECK_STR("in Arabic",
              oq_cstr(testdb_value(h->db, "SELECT payload ->> 'summary_ar' FROM blackbox_events"
                                          " ORDER BY event_time LIMIT 1")),
              "P-101.running: من «م» إلى «ش»");
    CHECK_STR("told", oq_cstr(told(h)),
              "52|INFO|P-101.running: OFF → ON|; 54|INFO|P-101.running: ON → OFF|;"
              " 56|WARNING|P-101.running: OFF → Fault|");
    /* Told again after the look was forgotten: the same events. */
    testdb_exec(h->db, "UPDATE signal_looks SET state = '0', looked_to = to_timestamp(0)");
    assert_int_equal(collect(h, collect_signals), 0);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM blackbox_events"), 3);
}

static void test_changes(void **state)
{
    house *h = *state;
    testdb_exec(
        h->db,
        oq_strf(h->arena,
                "INSERT INTO audit_logs (tenant_id, id, at, actor_kind, actor_label,"
                " action, object_type, object_id, object_label) SELECT"
                " '0a000000-0000-0000-0000-000000000000', gen_random_uuid(),"
                " to_timestamp(%lld) - i * interval '1 minute', 'user', 'admin_a',"
                " 'record.created', 'alarm_rule', 'x' || i, 'x' FROM generate_series(0, 3) i",
                (long long)(oq_clock_now() / OQ_SECOND))
            .ptr);
    assert_int_equal(collect(h, collect_changes), 0); /* what was before is no change */
    oq_clock_set(bb_at(1));
    assert_int_equal(collect(h, collect_changes), 0); /* and stays none */
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    const record_kind *kind = record_kind_find(OQ_STR("assets"));
    void *made;
    CHECK_OK(record_add(s, kind,
                        &(asset){.site_id = bb_site_id(),
                                 .code = OQ_STR("P-777"),
                                 .name = OQ_STR("New"),
                                 .criticality = CRITICALITY_LOW,
                                 .status = ASSET_IN_SERVICE,
                                 .impact_factor = (double)NAN,
                                 .capacity = (double)NAN,
                                 .power_rated_kw = (double)NAN,
                                 .installed_on = OQ_DATE_NONE},
                        &made));
    house_commit(s);
    assert_int_equal(collect(h, collect_changes), 1);
    assert_int_equal(collect(h, collect_changes), 0);
    assert_int_equal(testdb_number(h->db,
                                   "SELECT count(*) FROM blackbox_events WHERE source_system ="
                                   " 'OPTRIA_AUDIT' AND event_category = 'CONFIG_CHANGE' AND"
                                   " asset_id IS NOT NULL AND payload ->> 'operator' ="
                                   " 'admin_a' AND summary = 'Plant record added: Asset P-777'"),
                     1);
}

/* More than a page of one moment, as an import of a plant makes it. */
static void test_many_changes_at_once(void **state)
{
    house *h = *state;
    assert_int_equal(collect(h, collect_changes), 0);
    oq_clock_set(bb_at(1));
    testdb_exec(h->db, "INSERT INTO audit_logs (tenant_id, id, at, actor_kind, actor_label, action,"
                       " object_type, object_id, object_label) SELECT"
                       " '0a000000-0000-0000-0000-000000000000', gen_random_uuid(),"
                       " '2024-10-04T08:00:30Z', 'user', 'admin_a', 'record.created', 'site',"
                       " 'x' || i, 'x' || i FROM generate_series(1, 4500) AS i");
    assert_int_equal(collect(h, collect_changes), 4500);
    assert_int_equal(collect(h, collect_changes), 0);
}

static void test_run(void **state)
{
    house *h = *state;
    event_run_advice advice = {.id = OQ_STR("1"),
                               .asset_id = bb_pump_id(P101),
                               .severity = SEVERITY_WARNING,
                               .summary = OQ_STR("Replace the bearing within a week"),
                               .payload = OQ_STR("{\"within_d\":7}")};
    event_run run = {.run_id = {{1}},
                     .model_type = OQ_STR("maintenance_plan"),
                     .ended_at = BB_NOW,
                     .category = CATEGORY_MAINTENANCE,
                     .summary = OQ_STR("Plan of 12 jobs"),
                     .actions = OQ_STR("[\"a\"]"),
                     .advice = &advice,
                     .advices = 1};
    for (int i = 0; i < 2; i++) {
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        size_t added;
        CHECK_OK(event_add_run(s, &run, &added));
        assert_int_equal(added, i ? 0 : 2);
        house_commit(s);
    }
    assert_int_equal(testdb_number(h->db,
                                   "SELECT count(*) FROM blackbox_events WHERE source_system ="
                                   " 'OPTRIA_OPTIMIZATION' AND source_type ="
                                   " 'OPTIMIZATION_RUN' AND payload ->> 'model_type' ="
                                   " 'maintenance_plan' AND event_category = 'MAINTENANCE'"),
                     1);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM blackbox_events WHERE source_type ="
                                          " 'OPTIMIZATION_RECOMMENDATION' AND severity ="
                                          " 'WARNING'"),
                     1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_limits, setup),
        cmocka_unit_test_setup(test_states, setup),
        cmocka_unit_test_setup(test_changes, setup),
        cmocka_unit_test_setup(test_many_changes_at_once, setup),
        cmocka_unit_test_setup(test_run, setup),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
