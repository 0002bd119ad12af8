#include "integration/alarm_house.h"

#include <math.h>

#include "base/banned.h"

static const char *const plant =
    "TRUNCATE series, series_counters, series_batches, series_chunks, series_open, series_last,"
    " series_history, series_inputs, series_dirty, series_watches, series_unseen, alert_steps,"
    " alerts, alarm_states, alarm_silences, alarm_rules, blackbox_events, threshold_references,"
    " asset_class_metrics, machine_specs, notifications, jobs, assets, asset_classes, plant_units,"
    " sites CASCADE;"
    "INSERT INTO sites (tenant_id, id, code, name, created_at, updated_at)"
    " VALUES ('0a000000-0000-0000-0000-000000000000', '00000000-0000-7000-8000-000000000001', 'S1',"
    " 'East', now(), now());"
    "INSERT INTO plant_units (tenant_id, id, site_id, kind, code, name, created_at, updated_at)"
    " SELECT '0a000000-0000-0000-0000-000000000000', ('00000000-0000-7000-8000-00000000001' || n)"
    "::uuid, '00000000-0000-7000-8000-000000000001', 'unit', 'U' || n, 'Unit', now(), now()"
    " FROM generate_series(1, 2) AS n;"
    "INSERT INTO asset_classes (tenant_id, id, code, name, created_at, updated_at)"
    " VALUES ('0a000000-0000-0000-0000-000000000000', '00000000-0000-7000-8000-000000000021',"
    " 'pump', 'Pump', now(), now());"
    "INSERT INTO asset_class_metrics (tenant_id, id, class_id, metric, name, unit, low, high,"
    "  high_high, position, instrument_min, instrument_max, created_at, updated_at)"
    " VALUES ('0a000000-0000-0000-0000-000000000000', '00000000-0000-7000-8000-000000000031',"
    " '00000000-0000-7000-8000-000000000021', 'vibration', 'Vibration', 'mm/s', NULL, 4.5, 7.1, 1,"
    " 0, 50, now(), now()),"
    " ('0a000000-0000-0000-0000-000000000000', '00000000-0000-7000-8000-000000000032',"
    " '00000000-0000-7000-8000-000000000021', 'flow', 'Flow', 'm3/h', 10, NULL, NULL, 2, 0, 100,"
    " now(), now());"
    "INSERT INTO assets (tenant_id, id, site_id, unit_id, class_id, code, name, criticality,"
    "  created_at, updated_at)"
    " SELECT '0a000000-0000-0000-0000-000000000000', ('00000000-0000-7000-8000-00000000004' || n)"
    "::uuid, '00000000-0000-7000-8000-000000000001', ('00000000-0000-7000-8000-00000000001' ||"
    " 1 + n / 3)::uuid, '00000000-0000-7000-8000-000000000021', 'P-' || n, 'Pump ' || n, 'high',"
    " now(), now() FROM generate_series(1, 3) AS n;"
    "INSERT INTO series (tenant_id, no, id, key, asset_id, metric, unit, kind, source, created_at,"
    "  updated_at)"
    " SELECT '0a000000-0000-0000-0000-000000000000', 2 * n + m - 1,"
    " ('00000000-0000-7000-8000-0000000005' || n || m)::uuid, 'P-' || n || '.' ||"
    " (ARRAY['vibration', 'flow'])[m + 1], ('00000000-0000-7000-8000-00000000004' || n)::uuid,"
    " (ARRAY['vibration', 'flow'])[m + 1], (ARRAY['mm/s', 'm3/h'])[m + 1], 'measured', 'test',"
    " now(), now() FROM generate_series(1, 3) AS n, generate_series(0, 1) AS m;";

oq_uuid oq_uuid_of(const char *text)
{
    oq_uuid id;
    CHECK(text, oq_uuid_parse(oq_cstr(text), &id));
    return id;
}

oq_uuid alarm_house_pump(int pump)
{
    char text[40];
    snprintf(text, sizeof text, "00000000-0000-7000-8000-00000000004%d", pump);
    return oq_uuid_of(text);
}

int alarm_house_reset(void **state)
{
    house *h = *state;
    alarm_forget_all();
    house_reset(state);
    testdb_exec(h->db, plant);
    oq_clock_set(ALARM_NOW);
    return 0;
}

oq_uuid alarm_house_rule(house *h, const char *code, const char *of, const char *condition,
                         const char *more)
{
    void *made;
    alarm_rule order;
    bool is_class = strcmp(of, "class") == 0;
    oq_uuid owner = is_class ? ALARM_HOUSE_CLASS : alarm_house_pump(of[0] - '0');
    oq_str json = oq_strf(
        h->arena,
        "{\"code\":\"%s\",\"name\":\"%s\",\"name_ar\":\"إنذار\",\"%s\":\"%.*s\",\"condition\":%s,"
        "%s%s%s}",
        code, code, is_class ? "class_id" : "asset_id", OQ_FMT(oq_uuid_text(h->arena, owner)),
        condition, more && strstr(more, "\"priority\"") ? "" : "\"priority\":\"high\"",
        more && !strstr(more, "\"priority\"") ? "," : "", more ? more : "");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    oq_fields_preset(h->arena, alarm_rule_fields, &order);
    CHECK_CODE(code, oq_fields_merge_json(h->arena, alarm_rule_order_fields, json, &order), NULL);
    CHECK_CODE(code, record_add(s, &kind_alarm_rule, &order, &made), NULL);
    oq_uuid id = ((alarm_rule *)made)->id;
    house_commit(s);
    return id;
}

static oq_us time_of(double at_s)
{
    return ALARM_NOW + (oq_us)llround(at_s * OQ_SECOND);
}

void alarm_house_write(house *h, int pump, int signal, double at_s, double value, quality q)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    batch_row row = {time_of(at_s), value, 2 * pump + signal - 1, q};
    CHECK_OK(hist_write(s, &row, 1, NULL));
    house_commit(s);
}

void alarm_house_look(house *h, double at_s)
{
    bool more = true;
    oq_clock_set(time_of(at_s));
    while (more) {
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        CHECK_OK(alarm_look_now(s, &more));
        oq_scope_close(s);
    }
}

const char *alarm_house_alerts(house *h, bool active_only)
{
    char sql[500];
    snprintf(sql, sizeof sql,
             "SELECT coalesce(string_agg(a.code || '/' || x.code || ' ' || x.state || ' x' ||"
             " x.occurrences || '; ', '' ORDER BY x.raised_at, a.code, x.code), '')"
             " FROM alerts x JOIN assets a ON a.id = x.asset_id%s",
             active_only ? " WHERE x.cleared_at IS NULL" : "");
    return testdb_value(h->db, sql);
}

const char *alarm_house_steps(house *h)
{
    return testdb_value(
        h->db, "SELECT coalesce(string_agg(step || ' ', '' ORDER BY id), '') FROM alert_steps");
}

oq_uuid alarm_house_alert(house *h)
{
    return oq_uuid_of(testdb_value(h->db, "SELECT id FROM alerts ORDER BY id DESC LIMIT 1"));
}
