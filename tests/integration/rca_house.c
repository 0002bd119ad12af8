#include "integration/rca_house.h"

#include <math.h>

#include "historian/series.h"
#include "historian/write.h"
#include "plant/preset.h"

#include "base/banned.h"

#define TENANT "'0a000000-0000-0000-0000-000000000000'"

const char *const RCA_HOUSE_BEARING_RULE =
    "{\"name\":{\"en\":\"Bearing wear\",\"ar\":\"تآكل المحمل\"},"
    "\"applies_to_asset_type\":[\"centrifugal_pump\"],\"conditions\":["
    "{\"id\":\"vib\",\"category\":\"SENSOR\",\"metric\":\"vibration_rms\","
    "\"change\":[\"STEP_UP\",\"DRIFT_UP\",\"SPIKE\"],\"beyond_limit\":true,"
    "\"within_minutes\":180},"
    "{\"category\":\"SENSOR\",\"metric\":\"temperature\",\"change\":[\"DRIFT_UP\",\"STEP_UP\"],"
    "\"within_minutes\":180,\"optional\":true},"
    "{\"category\":\"ALERT\",\"metric\":\"vibration_rms\",\"within_minutes\":60,"
    "\"optional\":true}],"
    "\"result\":{\"root_cause_category\":\"MECHANICAL\",\"cause\":\"bearing_fault\","
    "\"label\":{\"en\":\"Bearing fault\",\"ar\":\"عطل المحمل\"},\"confidence\":0.8},"
    "\"actions\":[{\"en\":\"Schedule maintenance within 12 hours\","
    "\"ar\":\"جدولة الصيانة خلال 12 ساعة\",\"within_h\":12}]}";

int rca_house_reset(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "TRUNCATE rca_rules, work_orders, escalations CASCADE");
    testdb_exec(h->db, "TRUNCATE carbon_factors, skills, series CASCADE");
    testdb_exec(h->db, "TRUNCATE series_batches, series_chunks, series_open, series_history");
    if (bb_reset(state))
        return -1;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(plant_presets_apply(s, NULL));
    house_commit(s);
    testdb_exec(h->db, "UPDATE assets SET class_id = (SELECT id FROM asset_classes WHERE code ="
                       " 'centrifugal_pump' AND tenant_id = " TENANT ")");
    testdb_exec(h->db, "UPDATE sites SET country = 'SA'");
    return 0;
}

/* --- signals ------------------------------------------------------------------------------------*/

static const struct {
    const char *metric, *unit;
    double level, noise, by_bearing, by_cavitation;
} signals[] = {
    {"vibration_rms", "mm/s", 2, 0.1, 8, 4}, {"temperature", "degC", 60, 0.5, 25, 20},
    {"flow", "m3/h", 500, 4, 0, -170},       {"pressure", "bar", 12, 0.1, 0, -3},
    {"power_kw", "kW", 400, 3, 12, 0},
};

static double chance(uint64_t key)
{
    key = (key ^ (key >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    key = (key ^ (key >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return (double)((key ^ (key >> 33)) >> 11) / 9007199254740992.0 - 0.5;
}

/* From 0 an hour before the anchor to 1 at it. */
static double share_at(oq_us at, oq_us anchor)
{
    double x = 1 + (double)(at - anchor) / (double)OQ_HOUR;
    return x < 0 ? 0 : (x > 1 ? 1 : x);
}

static void write_signal(oq_scope *s, house *h, int32_t no, size_t which, oq_us anchor,
                         rca_trouble trouble)
{
    size_t count = 0;
    batch_row *row = oq_new_n(h->arena, batch_row, 6000);
    double by = trouble == TROUBLE_BEARING      ? signals[which].by_bearing
                : trouble == TROUBLE_CAVITATION ? signals[which].by_cavitation
                                                : 0;
    for (oq_us at = anchor - 7 * OQ_DAY; at < anchor + 20 * OQ_MINUTE;
         at += at < anchor - 2 * OQ_DAY ? 10 * OQ_MINUTE : OQ_MINUTE)
        row[count++] =
            (batch_row){.time = at,
                        .value = signals[which].level + by * share_at(at, anchor) +
                                 signals[which].noise * chance((uint64_t)at * 31 + which * 7919),
                        .series_no = no};
    CHECK_OK(hist_write(s, row, count, NULL));
}

void rca_house_signals(house *h, bb_pump pump, double minutes, rca_trouble trouble)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    for (size_t i = 0; i < OQ_COUNT(signals); i++) {
        series *made;
        series_order order;
        oq_fields_preset(h->arena, series_order_fields, &order);
        order.asset_id = bb_pump_id(pump);
        order.metric = oq_cstr(signals[i].metric);
        order.unit = oq_cstr(signals[i].unit);
        CHECK_OK(series_create(s, &order, &made));
        write_signal(s, h, (int32_t)made->no, i, bb_at(minutes), trouble);
    }
    house_commit(s);
}

/* --- rules, incidents, analyses -----------------------------------------------------------------*/

void rca_house_rule(house *h, const char *code, const char *body)
{
    testdb_exec(h->db,
                oq_strf(h->arena,
                        "INSERT INTO rca_rules (tenant_id, id, code, body, source, created_at,"
                        " updated_at) VALUES (" TENANT ", gen_random_uuid(), '%s', '%s', 'tenant',"
                        " now(), now())",
                        code, body)
                    .ptr);
}

oq_uuid rca_house_incident(house *h, const char *id, double minutes, bb_pump pump, int severity)
{
    event_order e = bb_alert(id, minutes, pump, severity);
    e.payload = OQ_STR("{\"kind\":\"vibration_high\",\"metric\":\"vibration_rms\",\"value\":7.6,"
                       "\"limit\":7.1,\"summary_ar\":\"اهتزاز مرتفع\"}");
    e.kind = OQ_STR("vibration_high");
    bb_add(h, &e, 1);
    bb_run(h);
    oq_uuid found;
    const char *text = testdb_value(
        h->db, oq_strf(h->arena,
                       "SELECT ie.incident_id FROM blackbox_incident_events ie JOIN"
                       " blackbox_events e ON e.id = ie.event_id WHERE e.source_id = '%s'",
                       id)
                   .ptr);
    assert_true(oq_uuid_parse(oq_cstr(text), &found));
    return found;
}

rca_run *rca_house_analyse(house *h, oq_uuid incident_id)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    rca_run *run;
    CHECK_OK(rca_analyse(s, incident_id, OQ_STR("test"), &run));
    rca_run *kept = oq_copy(h->arena, run, sizeof *run);
    kept->result = oq_str_copy(h->arena, run->result);
    house_commit(s);
    return kept;
}

const char *rca_house_of(house *h, oq_uuid incident_id, const char *path)
{
    return testdb_value(h->db,
                        oq_strf(h->arena,
                                "SELECT result #>> '%s' FROM rca_runs WHERE incident_id = '%.*s'"
                                " ORDER BY number DESC LIMIT 1",
                                path, OQ_FMT(oq_uuid_text(h->arena, incident_id)))
                            .ptr);
}
