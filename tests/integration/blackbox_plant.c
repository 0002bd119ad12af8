#include "integration/blackbox_plant.h"

#include "base/banned.h"

static const struct {
    const char *code, *unit, *criticality;
} pumps[BB_PUMPS] = {
    [P101] = {"P-101", "b1", "critical"}, [P102] = {"P-102", "b1", "medium"},
    [P201] = {"P-201", "b2", "medium"},   [P301] = {"P-301", "b3", "medium"},
    [P900] = {"P-900", NULL, "medium"},
};

#define TENANT "'0a000000-0000-0000-0000-000000000000'"
#define UUID   "'00000000-0000-0000-0000-0000000000"

oq_uuid bb_pump_id(bb_pump pump)
{
    return (oq_uuid){{[15] = (uint8_t)(0xc0 + pump)}};
}

oq_uuid bb_site_id(void)
{
    return (oq_uuid){{[15] = 0x90}};
}

oq_us bb_at(double minutes)
{
    return BB_NOW + (oq_us)(minutes * (double)OQ_MINUTE);
}

static void exec(house *h, oq_str sql)
{
    testdb_exec(h->db, sql.ptr);
}

static void make_units(house *h)
{
    static const char *const unit[][3] = {{"b0", "BLOCK", NULL},
                                          {"b1", "UNIT_1", "b0"},
                                          {"b2", "UNIT_2", "b0"},
                                          {"b3", "UNIT_3", NULL}};
    testdb_exec(h->db, "INSERT INTO sites (tenant_id, id, code, name, created_at, updated_at)"
                       " VALUES (" TENANT ", " UUID "90', 'SITE', 'Site', now(), now())");
    for (size_t i = 0; i < OQ_COUNT(unit); i++)
        exec(h,
             oq_strf(h->arena,
                     "INSERT INTO plant_units (tenant_id, id, site_id, parent_id, kind, code, name,"
                     " created_at, updated_at) VALUES (" TENANT ", " UUID "%s', " UUID
                     "90', %s%s%s, 'unit', '%s', '%s', now(), now())",
                     unit[i][0], unit[i][2] ? UUID : "NULL", unit[i][2] ? unit[i][2] : "",
                     unit[i][2] ? "'" : "", unit[i][1], unit[i][1]));
}

int bb_reset(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "TRUNCATE blackbox_incident_steps, blackbox_incident_events,"
                       " blackbox_incidents, blackbox_events, tenant_numbers, jobs, notifications,"
                       " live_events, sites CASCADE");
    testdb_exec(h->db, "TRUNCATE asset_classes CASCADE");
    testdb_exec(h->db, "DELETE FROM tenant_settings");
    if (house_reset(state))
        return -1;
    make_units(h);
    for (int i = 0; i < BB_PUMPS; i++)
        exec(h,
             oq_strf(h->arena,
                     "INSERT INTO assets (tenant_id, id, site_id, unit_id, code, name, criticality,"
                     " created_at, updated_at) VALUES (" TENANT ", " UUID "c%d', " UUID
                     "90', %s%s%s, '%s', '%s', '%s', now(), now())",
                     i, pumps[i].unit ? UUID : "NULL", pumps[i].unit ? pumps[i].unit : "",
                     pumps[i].unit ? "'" : "", pumps[i].code, pumps[i].code, pumps[i].criticality));
    oq_clock_set(BB_NOW);
    return 0;
}

static event_order order_of(const char *id, double minutes, bb_pump pump)
{
    return (event_order){.source_id = oq_cstr(id),
                         .event_time = bb_at(minutes),
                         .asset_id = bb_pump_id(pump),
                         .summary = oq_cstr(id)};
}

event_order bb_alert(const char *id, double minutes, bb_pump pump, int severity)
{
    event_order o = order_of(id, minutes, pump);
    o.source_system = OQ_STR("OPTRIA_ALERT");
    o.source_type = EVENT_ALERT;
    o.category = CATEGORY_ALERT;
    o.severity = severity;
    return o;
}

event_order bb_reading(const char *id, double minutes, bb_pump pump)
{
    event_order o = order_of(id, minutes, pump);
    o.source_system = OQ_STR("PI");
    o.source_type = EVENT_TAG_READING;
    o.category = CATEGORY_SENSOR;
    o.severity = SEVERITY_WARNING;
    return o;
}

size_t bb_add(house *h, const event_order *order, size_t count)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    size_t added;
    CHECK_OK(event_add_many(s, order, count, &added));
    house_commit(s);
    return added;
}

void bb_run(house *h)
{
    for (bool more = true; more;) {
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        CHECK_OK(incident_engine_run(s, 7, &more));
        house_commit(s);
    }
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(incident_engine_look_again(s));
    house_commit(s);
}

const char *bb_incidents(house *h)
{
    return testdb_value(
        h->db,
        "SELECT string_agg(line, '; ' ORDER BY line) FROM ("
        " SELECT format('%s..%s %s %s %s',"
        "  round(extract(epoch FROM i.window_from - to_timestamp(20000 * 86400 + 8 * 3600)) / 60),"
        "  round(extract(epoch FROM i.window_to - to_timestamp(20000 * 86400 + 8 * 3600)) / 60),"
        "  i.incident_type, i.severity, (SELECT string_agg(e.source_id, ',' ORDER BY "
        "ie.order_index)"
        "    FROM blackbox_incident_events ie JOIN blackbox_events e ON e.id = ie.event_id"
        "   WHERE ie.incident_id = i.id AND NOT ie.is_late)) AS line"
        " FROM blackbox_incidents i WHERE i.merged_into IS NULL) x");
}
