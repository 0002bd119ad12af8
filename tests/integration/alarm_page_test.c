/* The pages of alarms and rules over HTTP. */
#include "alarm/pages.h"
#include "integration/alarm_house.h"

#include "base/banned.h"

static http_route_list routes = {alarm_routes, web_routes, NULL};

#define OVER "{\"metric\":\"vibration\",\"is\":\"above\",\"limit\":\"high_high\"}"

static int page_reset(void **state)
{
    house_serve(*state, &routes);
    return alarm_house_reset(state);
}

static bool has(const seen *s, const char *text)
{
    return oq_str_find(s->body, oq_cstr(text)) != SIZE_MAX;
}

static void raise_one(house *h)
{
    alarm_house_rule(h, "hh", "class", OVER, "\"response\":\"Stop the pump.\"");
    alarm_house_write(h, 1, VIBRATION, 1, 9, QUALITY_GOOD);
    alarm_house_look(h, 2);
}

static void test_board(void **state)
{
    house *h = *state;
    seen empty = house_get(h, ADMIN_A, "/alarms");
    CHECK("empty", empty.status == 200 && has(&empty, "No active alarm"));
    raise_one(h);
    seen s = house_get(h, ADMIN_A, "/alarms");
    CHECK("one", s.status == 200 && has(&s, "P-1") && has(&s, "mm/s") &&
                     has(&s, "data-refresh-on=\"alarm\"") && has(&s, "Not acknowledged"));
    seen viewer = house_get(h, VIEWER_A, "/alarms");
    CHECK("viewers have no buttons", viewer.status == 200 && !has(&viewer, "/acknowledge\""));
    seen critical = house_get(h, ADMIN_A, "/alarms?priority=critical&q=P-1");
    CHECK(
        "the export is what is shown",
        has(&critical, "href=\"/api/alarms/export?active=true&amp;priority=critical&amp;q=P-1\"") &&
            has(&critical,
                "href=\"/api/alarms/export?active=true&amp;priority=critical&amp;q=P-1&amp;"
                "format=xlsx\""));
    critical = house_get(h, ADMIN_A, "/alarms?view=history&priority=critical");
    CHECK("of the past too", has(&critical, "href=\"/api/alarms/export?priority=critical\""));
    seen ar = house_get(h, ADMIN_A, "/alarms?lang=ar");
    CHECK("Arabic", ar.status == 200 && has(&ar, "إنذار"));
    CHECK("wrong", house_get(h, ADMIN_A, "/alarms?from=nonsense").status == 422);
    CHECK("others", !has(&(seen){.body = house_get(h, ADMIN_B, "/alarms").body}, "P-1"));
}

static void test_deeds(void **state)
{
    house *h = *state;
    raise_one(h);
    const char *id = oq_uuid_text(h->arena, alarm_house_alert(h)).ptr;
    seen one = house_get(h, ADMIN_A, oq_strf(h->arena, "/alarms/%s", id).ptr);
    CHECK("one", one.status == 200 && has(&one, "Stop the pump.") && has(&one, "Raised"));
    seen s = house_form(h, ADMIN_A, oq_strf(h->arena, "/alarms/%s/shelve", id).ptr, "minutes=15");
    CHECK("a reason is needed", s.status == 422);
    s = house_form(h, ADMIN_A, oq_strf(h->arena, "/alarms/%s/shelve", id).ptr,
                   "minutes=15&reason=sensor&back=//evil.example");
    CHECK("shelved, and led home", s.status == 303);
    seen quiet = house_get(h, ADMIN_A, "/alarms?view=quiet");
    CHECK("listed as quiet", has(&quiet, "sensor") && has(&quiet, "Shelved until"));
    s = house_form(h, ADMIN_A, "/alarms/acknowledge",
                   oq_strf(h->arena, "ids=%s&back=/alarms", id).ptr);
    CHECK("acknowledged",
          s.status == 303 && testdb_number(h->db, "SELECT count(*) FROM alerts WHERE state ="
                                                  " 'acknowledged'") == 1);
    CHECK("a window",
          house_form(h, ADMIN_A, "/alarm-silences/new",
                     "kind=maintenance&asset=P-1&until=2027-01-16T00:00&reason=overhaul")
                  .status == 303);
    CHECK("is there", testdb_number(h->db, "SELECT count(*) FROM alarm_silences WHERE kind ="
                                           " 'maintenance'") == 1);
    s = house_form(h, ADMIN_A, "/alarm-silences/new",
                   "kind=out_of_service&asset=NO-SUCH&until=2027-01-16T00:00&reason=long+story");
    CHECK("a wrong one is shown again with what was typed",
          s.status == 422 && has(&s, "value=\"NO-SUCH\"") && has(&s, "value=\"long story\"") &&
              has(&s, "field-error"));
    CHECK("figures", house_get(h, VIEWER_A, "/alarms/kpis?days=1").status == 200);
}

/* A proposal names the metric as its class does, and the program's notes are in the reader's
 * language. */
static void test_words(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "UPDATE asset_class_metrics SET name = 'Vibration velocity', name_ar ="
                       " 'سرعة الاهتزاز' WHERE metric = 'vibration'");
    raise_one(h);
    for (int i = 1; i < 40; i++)
        alarm_house_write(h, 1, VIBRATION, 10 * i, i % 2 ? 6.9 : 7.3, QUALITY_GOOD);
    alarm_house_look(h, 400);
    testdb_exec(h->db, "UPDATE alerts SET is_chattering = true");
    testdb_exec(h->db,
                "INSERT INTO alert_steps (tenant_id, id, alert_id, step, at, note) SELECT"
                " tenant_id, gen_random_uuid(), id, 'suppressed', last_at, n.note FROM alerts,"
                " (VALUES ('flood'), ('late samples say otherwise')) n (note)");
    const char *id = oq_uuid_text(h->arena, alarm_house_alert(h)).ptr;
    seen en = house_get(h, ADMIN_A, oq_strf(h->arena, "/alarms/%s?lang=en", id).ptr);
    CHECK("English", has(&en, ">Vibration velocity<") && !has(&en, ">vibration<"));
    CHECK("notes", has(&en, "Suppressed: alarm flood") && !has(&en, ">flood<"));
    seen ar = house_get(h, ADMIN_A, oq_strf(h->arena, "/alarms/%s?lang=ar", id).ptr);
    CHECK("Arabic", has(&ar, ">سرعة الاهتزاز<") && !has(&ar, "Vibration velocity"));
    CHECK("notes", has(&ar, "بيّنت قراءات متأخرة") && !has(&ar, "late samples"));
}

static void test_editor(void **state)
{
    house *h = *state;
    const char *form = "rule_code=r1&name=R&asset=P-1&mode=simple&metric=vibration&is=above&"
                       "limit=high_high&priority=high&on_delay_s=3&off_delay_s=0&is_enabled=on";
    CHECK("new", house_get(h, ADMIN_A, "/alarm-rules/new").status == 200);
    CHECK("viewers do not", house_get(h, VIEWER_A, "/alarm-rules/new").status == 403);
    seen s =
        house_form(h, ADMIN_A, "/alarm-rules/new",
                   "rule_code=r1&name=R&asset=P-9&mode=simple&metric=&is=rising&priority=high");
    CHECK("an unknown asset, at its field", s.status == 422 && has(&s, "form-asset-error"));
    s = house_form(h, ADMIN_A, "/alarm-rules/new",
                   "rule_code=r1&name=R&asset=P-1&mode=simple&metric=&is=rising&priority=high");
    CHECK("a condition's mistakes at its fields", s.status == 422 && has(&s, "form-metric-error") &&
                                                      has(&s, "form-by-error") &&
                                                      has(&s, "form-within-s-error"));
    for (int i = 0; i < 10; i++)
        alarm_house_write(h, 1, VIBRATION, i - 20, i % 2 ? 9 : 1, QUALITY_GOOD);
    s = house_form(h, ADMIN_A, "/alarm-rules/new",
                   oq_strf(h->arena, "%s&preview=1",
                           "rule_code=r1&name=R&asset=P-1&mode=simple&"
                           "metric=vibration&is=above&limit=5&"
                           "priority=high")
                       .ptr);
    CHECK("preview", s.status == 200 && has(&s, "It would have raised 5 alarms") &&
                         testdb_number(h->db, "SELECT count(*) FROM alarm_rules") == 0);
    CHECK("stored", house_form(h, ADMIN_A, "/alarm-rules/new", form).status == 303);
    const char *id = testdb_value(h->db, "SELECT id FROM alarm_rules");
    const char *at = oq_strf(h->arena, "/alarm-rules/%s", id).ptr;
    s = house_get(h, ADMIN_A, at);
    CHECK("shown as it is", s.status == 200 && has(&s, "value=\"high_high\""));
    s = house_form(h, ADMIN_A, at,
                   "rule_code=r1&name=R&asset=P-1&mode=json&priority=high&version=1&condition="
                   "%7B%22all%22%3A%5B%7B%22metric%22%3A%22flow%22%7D%5D%7D");
    CHECK("JSON with its place", s.status == 422 && has(&s, "line 1, column 9"));
    CHECK("stale",
          house_form(h, ADMIN_A, at, oq_strf(h->arena, "%s&version=7", form).ptr).status == 409);
    CHECK("list", has(&(seen){.body = house_get(h, VIEWER_A, "/alarm-rules").body}, "r1"));
    s = house_form(
        h, ADMIN_A, "/alarm-rules/file",
        "text=code%2Cname%2Cclass%2Ccondition%2Cpriority%0Af1%2CF%2Cpump%2Cnonsense%2Clow");
    CHECK("a file is checked by line", s.status == 200 && has(&s, "Checked. Nothing was stored."));
    CHECK("removed",
          house_form(h, ADMIN_A, oq_strf(h->arena, "%s/delete", at).ptr, "").status == 303 &&
              testdb_number(h->db, "SELECT count(*) FROM alarm_rules") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_board, page_reset),
        cmocka_unit_test_setup(test_deeds, page_reset),
        cmocka_unit_test_setup(test_words, page_reset),
        cmocka_unit_test_setup(test_editor, page_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
