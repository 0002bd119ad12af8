/* Alarms and rules over HTTP. */
#include "alarm/api.h"
#include "integration/alarm_house.h"

#include <math.h>

#include "base/banned.h"

static http_route_list routes = {alarm_routes, NULL};

#define OVER "{\"metric\":\"vibration\",\"is\":\"above\",\"limit\":\"high_high\"}"

static int api_reset(void **state)
{
    house_serve(*state, &routes);
    return alarm_house_reset(state);
}

static void test_rules(void **state)
{
    house *h = *state;
    const char *good =
        "{\"code\":\"hh\",\"name\":\"High\",\"asset_id\":"
        "\"00000000-0000-7000-8000-000000000041\",\"condition\":" OVER ",\"priority\":\"high\"}";
    seen s = house_send(h, ADMIN_A, "POST", "/api/alarm-rules", good);
    CHECK("made", s.status == 201);
    CHECK_REFUSED("twice", house_send(h, ADMIN_A, "POST", "/api/alarm-rules", good), 409,
                  "plant.code_taken");
    CHECK_REFUSED("viewer", house_send(h, VIEWER_A, "POST", "/api/alarm-rules", good), 403,
                  "access.forbidden");
    s = house_send(h, ADMIN_A, "POST", "/api/alarm-rules",
                   "{\"code\":\"x\",\"name\":\"x\",\"class_id\":"
                   "\"00000000-0000-7000-8000-000000000021\",\"asset_id\":"
                   "\"00000000-0000-7000-8000-000000000041\",\"priority\":\"high\",\"condition\":"
                   "{\"metric\":\"v\",\"is\":\"over\"}}");
    CHECK("wrong", s.status == 422);
    house_between(h, &s, "\"code\":\"alarm_condition.not_a_choice\"", "");
    house_between(h, &s, "\"code\":\"alarm_rule.owner\"", "");
    house_between(h, &s, "condition.is (line 1, column ", ")");
    s = house_get(h, ADMIN_A, "/api/alarm-rules?limit=1");
    CHECK("listed", s.status == 200);
    house_between(h, &s, "{\"items\":[{\"id\":\"", "\"");
    house_between(h, &s, "\"next\":null", "");
}

static void test_files(void **state)
{
    house *h = *state;
    alarm_house_rule(h, "hh", "class", OVER, "\"on_delay_s\":3");
    seen csv = house_get(h, ADMIN_A, "/api/alarm-rules/export?format=csv"),
         json = house_get(h, ADMIN_A, "/api/alarm-rules/export");
    CHECK("csv", csv.status == 200 && json.status == 200);
    seen same = house_send(h, ADMIN_A, "POST", "/api/alarm-rules/import?dry_run=true",
                           oq_str_c(h->arena, csv.body));
    CHECK("what was exported changes nothing", same.status == 200);
    house_between(h, &same, "\"same\":1", "");
    same = house_send(h, ADMIN_A, "POST", "/api/alarm-rules/import?dry_run=true",
                      oq_str_c(h->arena, json.body));
    house_between(h, &same, "\"same\":1", "");
    const char *file = "code,name,class,condition,priority\n"
                       "hh,High,pump,\"{\"\"metric\"\":\"\"flow\"\",\"\"is\"\":\"\"bad\"\"}\",low\n"
                       "new,New,pump,\"{\"\"metric\"\":\"\"flow\"\",\"\"is\"\":\"\"bad\"\"}\",low\n"
                       "bad,Bad,pump,\"{\"\"metric\"\":\"\"flow\"\"}\",low\n";
    seen dry = house_send(h, ADMIN_A, "POST", "/api/alarm-rules/import?dry_run=true", file);
    CHECK("dry", dry.status == 200);
    house_between(h, &dry, "\"added\":1,\"changed\":1", "");
    house_between(h, &dry, "\"wrong\":1", "");
    house_between(h, &dry, "\"line\":4", "");
    CHECK("nothing is stored",
          testdb_number(h->db, "SELECT count(*) FROM alarm_rules WHERE code = 'new'") == 0);
    seen refused = house_send(h, ADMIN_A, "POST", "/api/alarm-rules/import", file);
    CHECK("all or nothing",
          refused.status == 422 &&
              testdb_number(h->db, "SELECT count(*) FROM alarm_rules WHERE code = 'new'") == 0);
    seen kept = house_send(h, ADMIN_A, "POST", "/api/alarm-rules/import?skip_bad=true", file);
    CHECK("the good ones",
          kept.status == 200 &&
              testdb_number(h->db, "SELECT count(*) FROM alarm_rules WHERE code = 'new'") == 1);
}

static void test_from_limits(void **state)
{
    house *h = *state;
    seen dry = house_send(h, ADMIN_A, "POST", "/api/alarm-rules/from-limits", "{\"dry_run\":true}");
    CHECK("dry",
          dry.status == 200 && testdb_number(h->db, "SELECT count(*) FROM alarm_rules") == 0);
    house_between(h, &dry, "\"made\":5,\"kept\":0", "");
    seen made = house_send(h, ADMIN_A, "POST", "/api/alarm-rules/from-limits", "{}");
    house_between(h, &made, "\"made\":5,\"kept\":0", "");
    made = house_send(h, ADMIN_A, "POST", "/api/alarm-rules/from-limits", "{}");
    house_between(h, &made, "\"made\":0,\"kept\":5", "");
    alarm_house_write(h, 1, VIBRATION, 0, 9, QUALITY_GOOD);
    alarm_house_write(h, 2, FLOW, 0, 9, QUALITY_GOOD);
    alarm_house_look(h, 1);
    alarm_house_look(h, 15);
    CHECK_STR("they work", oq_cstr(alarm_house_alerts(h, true)),
              "P-1/pump_vibration_high unacknowledged x1; P-1/pump_vibration_high_high"
              " unacknowledged x1; P-2/pump_flow_low unacknowledged x1; ");
    CHECK("a lost signal is as urgent as what it protects",
          testdb_number(h->db, "SELECT count(*) FROM alarm_rules WHERE"
                               " (code, priority) IN (('pump_vibration_lost', 'high'),"
                               " ('pump_flow_lost', 'medium'))") == 2);
    alarm_house_write(h, 3, VIBRATION, 20, (double)NAN, QUALITY_NO_COMMUNICATION);
    alarm_house_look(h, 60);
    CHECK("a hiccup is none",
          testdb_number(h->db, "SELECT count(*) FROM alerts WHERE code LIKE '%_lost'") == 0);
    alarm_house_look(h, 100);
    CHECK("an instrument that stays away is one",
          testdb_number(h->db, "SELECT count(*) FROM alerts WHERE code = 'pump_vibration_lost'"
                               " AND severity = 'MAJOR'") == 1);
}

static void test_alarms(void **state)
{
    house *h = *state;
    char path[200];
    alarm_house_rule(h, "hh", "class", OVER, NULL);
    for (int i = 1; i <= 3; i++)
        alarm_house_write(h, i, VIBRATION, i, 9, QUALITY_GOOD);
    alarm_house_look(h, 4);
    seen page = house_get(h, VIEWER_A, "/api/alarms?active=true&limit=2&q=hh");
    oq_str next = house_between(h, &page, "\"next\":\"", "\"");
    page = house_get(h, VIEWER_A,
                     oq_strf(h->arena, "/api/alarms?limit=2&cursor=%.*s", OQ_FMT(next)).ptr);
    CHECK("the rest", page.status == 200);
    house_between(h, &page, "\"asset_code\":\"P-1\"", "");
    house_between(h, &page, "\"next\":null", "");
    oq_str id = oq_uuid_text(h->arena, alarm_house_alert(h));
    snprintf(path, sizeof path, "/api/alarms/%.*s", OQ_FMT(id));
    CHECK_REFUSED("another tenant", house_get(h, ADMIN_B, path), 404, "alert.not_found");
    snprintf(path, sizeof path, "/api/alarms/%.*s/shelve", OQ_FMT(id));
    CHECK_REFUSED("a shelf has a reason", house_send(h, ADMIN_A, "POST", path, "{\"minutes\":30}"),
                  422, "field.required");
    CHECK_REFUSED("and an end", house_send(h, ADMIN_A, "POST", path, "{\"reason\":\"x\"}"), 422,
                  "field.required");
    CHECK_REFUSED("viewers look",
                  house_send(h, VIEWER_A, "POST", path, "{\"minutes\":30,\"reason\":\"x\"}"), 403,
                  "access.forbidden");
    seen shelved = house_send(h, ADMIN_A, "POST", path, "{\"minutes\":30,\"reason\":\"x\"}");
    CHECK("shelved", shelved.status == 200);
    house_between(h, &shelved, "\"step\":\"shelved\"", "");
    seen counts = house_get(h, VIEWER_A, "/api/alarms/counts");
    house_between(h, &counts, "\"active\":2", "");
    house_between(h, &counts, "\"quiet\":1", "");
    seen many =
        house_send(h, ADMIN_A, "POST", "/api/alarms/acknowledge",
                   oq_strf(h->arena, "{\"ids\":[\"%.*s\"],\"note\":\"seen\"}", OQ_FMT(id)).ptr);
    house_between(h, &many, "\"acknowledged\":1", "");
    seen kpis = house_get(h, VIEWER_A, "/api/alarms/kpis");
    CHECK("figures", kpis.status == 200);
    house_between(h, &kpis, "\"raised\":3", "");
    house_between(h, &kpis, "\"high\":3", "");
    seen csv = house_get(h, VIEWER_A, "/api/alarms/export");
    CHECK("csv", csv.status == 200);
    house_between(h, &csv, "id,rule_id,asset_id,asset_code", "\n");
    seen sheet = house_get(h, VIEWER_A, "/api/alarms/export?format=xlsx&lang=ar&q=hh");
    CHECK("a workbook",
          sheet.status == 200 && oq_str_starts(sheet.body, OQ_STR("PK\x03\x04")) &&
              oq_str_find(sheet.body, OQ_STR("xl/worksheets/sheet1.xml")) != SIZE_MAX);
    CHECK("is on record",
          testdb_number(h->db, "SELECT count(*) FROM audit_logs WHERE action = 'alert.exported'") ==
              2);
    CHECK_REFUSED("no such form", house_get(h, VIEWER_A, "/api/alarms/export?format=pdf"), 422,
                  "field.not_a_choice");
}

/* What tenant B says of A's things. */
static void test_walls(void **state)
{
    house *h = *state;
    const char *owner = "\"asset_id\":\"00000000-0000-7000-8000-000000000041\"";
    CHECK_REFUSED("a rule",
                  house_send(h, ADMIN_B, "POST", "/api/alarm-rules",
                             oq_strf(h->arena,
                                     "{\"code\":\"x\",\"name\":\"x\",%s,\"condition\":" OVER
                                     ",\"priority\":\"low\"}",
                                     owner)
                                 .ptr),
                  422, "plant.reference_unknown");
    CHECK_REFUSED("a window",
                  house_send(h, ADMIN_B, "POST", "/api/alarm-silences",
                             oq_strf(h->arena,
                                     "{\"kind\":\"maintenance\",%s,\"reason\":\"x\",\"to_time\":"
                                     "\"2027-01-15T09:00:00Z\"}",
                                     owner)
                                 .ptr),
                  404, "asset.not_found");
    alarm_house_rule(h, "hh", "1", OVER, NULL);
    alarm_house_write(h, 1, VIBRATION, 0, 9, QUALITY_GOOD);
    alarm_house_look(h, 1);
    oq_str id = oq_uuid_text(h->arena, alarm_house_alert(h));
    CHECK_REFUSED("several",
                  house_send(h, ADMIN_B, "POST", "/api/alarms/acknowledge",
                             oq_strf(h->arena, "{\"ids\":[\"%.*s\"]}", OQ_FMT(id)).ptr),
                  404, "alert.not_found");
    seen p = house_send(h, ADMIN_B, "POST", "/api/alarm-rules/preview",
                        oq_strf(h->arena, "{%s,\"condition\":" OVER "}", owner).ptr);
    house_between(h, &p, "\"assets\":0", "");
}

static void test_preview(void **state)
{
    house *h = *state;
    for (int i = 0; i < 40; i++)
        alarm_house_write(h, 1, VIBRATION, i - 100, i % 4 < 2 ? 7.0 : 7.3, QUALITY_GOOD);
    seen p = house_send(h, VIEWER_A, "POST", "/api/alarm-rules/preview",
                        "{\"class_id\":\"00000000-0000-7000-8000-000000000021\",\"condition\":" OVER
                        "}");
    CHECK("preview", p.status == 200);
    house_between(h, &p, "\"raised\":10,\"assets\":3", "");
    house_between(h, &p, "\"deadband\":0.", ",");
    CHECK("nothing is raised", testdb_number(h->db, "SELECT count(*) FROM alerts") == 0);
    CHECK_REFUSED("a wrong one",
                  house_send(h, VIEWER_A, "POST", "/api/alarm-rules/preview",
                             "{\"asset_id\":\"00000000-0000-7000-8000-000000000041\","
                             "\"condition\":{\"metric\":\"v\",\"is\":\"bad\",\"by\":1}}"),
                  422, "alarm_condition.field_unused");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_rules, api_reset),
        cmocka_unit_test_setup(test_files, api_reset),
        cmocka_unit_test_setup(test_from_limits, api_reset),
        cmocka_unit_test_setup(test_alarms, api_reset),
        cmocka_unit_test_setup(test_preview, api_reset),
        cmocka_unit_test_setup(test_walls, api_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
