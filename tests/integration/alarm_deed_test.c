/* What people do with alarms, and what is quiet and until when. */
#include "alarm/api.h"
#include "integration/alarm_house.h"

#include <math.h>

#include "base/banned.h"

#define OVER "{\"metric\":\"vibration\",\"is\":\"above\",\"limit\":7.1}"
#define GOOD QUALITY_GOOD
#define ALERTS(label, h, active, wanted)                                                           \
    CHECK_STR(label, oq_cstr(alarm_house_alerts((h), (active))), wanted)
#define STEPS(label, h, wanted) CHECK_STR(label, oq_cstr(alarm_house_steps(h)), wanted)

static void go_over(house *h, int pump, double at_s)
{
    alarm_house_write(h, pump, VIBRATION, at_s, 9, GOOD);
    alarm_house_look(h, at_s + 0.5);
}

static void go_back(house *h, int pump, double at_s)
{
    alarm_house_write(h, pump, VIBRATION, at_s, 1, GOOD);
    alarm_house_look(h, at_s + 0.5);
}

typedef oq_err *deed(oq_scope *s, oq_uuid id, oq_str note, alert **ret_alert);

static void expect(const char *label, house *h, deed *call, const char *code)
{
    alert *a;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE(label, call(s, alarm_house_alert(h), OQ_STR("seen"), &a), code);
    if (code)
        oq_scope_close(s);
    else
        house_commit(s);
}

static void test_acknowledge(void **state)
{
    house *h = *state;
    alarm_house_rule(h, "hh", "1", OVER, NULL);
    go_over(h, 1, 1);
    expect("acknowledge", h, alert_acknowledge, NULL);
    ALERTS("acknowledged", h, true, "P-1/hh acknowledged x1; ");
    CHECK("by whom", testdb_number(h->db, "SELECT count(*) FROM alerts WHERE acknowledged_by IS NOT"
                                          " NULL AND acknowledged_at IS NOT NULL"));
    go_back(h, 1, 3);
    ALERTS("over", h, true, "");
    go_over(h, 1, 5);
    ALERTS("a new one", h, false, "P-1/hh normal x1; P-1/hh unacknowledged x1; ");
    go_back(h, 1, 7);
    expect("acknowledged after it returned: over", h, alert_acknowledge, NULL);
    ALERTS("over", h, true, "");
    expect("nothing left", h, alert_acknowledge, "alert.is_over");
    STEPS("all steps", h,
          "raised acknowledged returned cleared raised returned acknowledged cleared ");
    CHECK("audited", testdb_number(h->db, "SELECT count(*) FROM audit_logs WHERE action ="
                                          " 'alert.acknowledged'") == 2);
}

/* What comes back while it is acknowledged is not swallowed. */
static void test_again_while_acknowledged(void **state)
{
    house *h = *state;
    oq_uuid id, again;
    alert_order order = {.source = OQ_STR("AI"),
                         .source_key = OQ_STR("anomaly:1"),
                         .asset_id = alarm_house_pump(1),
                         .code = OQ_STR("anomaly"),
                         .title = OQ_STR("Unusual"),
                         .priority = ALARM_HIGH,
                         .raised_at = ALARM_NOW,
                         .value = 0.9,
                         .limit_value = 0.8,
                         .unit = OQ_STR("1")};
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(alert_raise(s, &order, &id));
    house_commit(s);
    expect("acknowledge", h, alert_acknowledge, NULL);
    int64_t told = testdb_number(h->db, "SELECT count(*) FROM notifications");
    order.raised_at += OQ_MINUTE;
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(alert_raise(s, &order, &again));
    house_commit(s);
    CHECK("the same", oq_uuid_eq(id, again));
    ALERTS("again", h, true, "P-1/anomaly unacknowledged x2; ");
    CHECK("two events", testdb_number(h->db, "SELECT count(*) FROM blackbox_events WHERE"
                                             " payload->>'step' IN ('raised', 'again')") == 2);
    CHECK("told again", testdb_number(h->db, "SELECT count(*) FROM notifications") >= told);
}

static void test_latched(void **state)
{
    house *h = *state;
    alarm_house_rule(h, "hh", "1", OVER, "\"is_latched\":true");
    go_over(h, 1, 1);
    expect("not while it is on", h, alert_reset, "alert.not_latched");
    expect("acknowledge", h, alert_acknowledge, NULL);
    go_back(h, 1, 3);
    ALERTS("latched", h, true, "P-1/hh latched x1; ");
    go_over(h, 1, 5);
    ALERTS("comes again", h, true, "P-1/hh unacknowledged x2; ");
    go_back(h, 1, 7);
    expect("reset", h, alert_reset, NULL);
    ALERTS("over", h, true, "");
}

static void shelve(house *h, double until_s, const char *code)
{
    alert *a;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("shelve",
               alert_shelve(s, alarm_house_alert(h),
                            ALARM_NOW + (oq_us)(until_s * (double)OQ_SECOND),
                            OQ_STR("sensor is being changed"), &a),
               code);
    if (code)
        oq_scope_close(s);
    else
        house_commit(s);
}

/* What was told when quiet was over. */
static oq_str shown_events(house *h)
{
    return oq_cstr(testdb_value(
        h->db, "SELECT string_agg(concat_ws(' ', severity, payload->>'kind', payload->>'step',"
               " payload->>'metric', (payload->>'is_announced')::boolean::int), '; '"
               " ORDER BY event_time) FROM blackbox_events WHERE payload->>'step' = 'again'"));
}

static int64_t told_of_alarm(house *h)
{
    return testdb_number(h->db,
                         "SELECT coalesce(max(times), 0) FROM (SELECT count(*) AS times FROM"
                         " notifications WHERE type = 'alarm.raised' GROUP BY user_id) AS n");
}

static void test_shelved_until(void **state)
{
    house *h = *state;
    alarm_house_rule(h, "hh", "1", OVER, "\"priority\":\"critical\"");
    go_over(h, 1, 1);
    shelve(h, 25 * 3600, "alert.shelve_too_long");
    shelve(h, -5, "alert.shelve_too_long");
    shelve(h, 600, NULL);
    expect("acknowledge", h, alert_acknowledge, NULL);
    go_back(h, 1, 3);
    testdb_exec(h->db, "DELETE FROM notifications");
    go_over(h, 1, 5);
    CHECK("a further one is shelved too",
          testdb_number(h->db, "SELECT count(*) FROM alerts WHERE cleared_at IS NULL AND"
                               " shelved_until = to_timestamp(1800000600)") == 1);
    CHECK("nobody is told", testdb_number(h->db, "SELECT count(*) FROM notifications") == 0);
    CHECK("its event stirs nobody",
          testdb_number(h->db, "SELECT count(*) FROM blackbox_events WHERE event_time ="
                               " to_timestamp(1800000005) AND severity = 'INFO'") == 1);
    alarm_house_look(h, 599);
    CHECK("still",
          testdb_number(h->db, "SELECT count(*) FROM alerts WHERE shelved_until IS NOT NULL"
                               " AND cleared_at IS NULL") == 1);
    alarm_house_look(h, 601);
    CHECK("ends by itself",
          testdb_number(h->db, "SELECT count(*) FROM alerts WHERE shelved_until IS"
                               " NOT NULL AND cleared_at IS NULL") == 0);
    CHECK("and says so",
          testdb_number(h->db, "SELECT count(*) FROM alert_steps WHERE step = 'unshelved'") == 1);
    CHECK_STR("what still stands is heard of", shown_events(h), "CRITICAL hh again vibration 1");
    CHECK("once by each", told_of_alarm(h) == 1);
    alarm_house_look(h, 602);
    CHECK("and not at each look", told_of_alarm(h) == 1);
}

static void test_unshelved_by_hand(void **state)
{
    house *h = *state;
    alert *a;
    alarm_house_rule(h, "hh", "1", OVER,
                     "\"event_kind\":\"high_vibration\",\"priority\":\"critical\"");
    go_over(h, 1, 1);
    shelve(h, 600, NULL);
    go_back(h, 1, 3);
    expect("acknowledge", h, alert_acknowledge, NULL);
    go_over(h, 1, 5); /* quiet */
    testdb_exec(h->db, "DELETE FROM notifications");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(alert_unshelve(s, alarm_house_alert(h), &a));
    house_commit(s);
    CHECK_STR("heard of", shown_events(h), "CRITICAL high_vibration again vibration 1");
    CHECK("told", told_of_alarm(h) == 1);
    shelve(h, 700, NULL);
    go_back(h, 1, 7);
    alarm_house_look(h, 701);
    CHECK("nothing of what went meanwhile", told_of_alarm(h) == 1);
}

/* It goes at the very moment when it came: two events. */
static void test_went_at_once(void **state)
{
    house *h = *state;
    oq_uuid id;
    alert_order order = {.source = OQ_STR("AI"),
                         .source_key = OQ_STR("short"),
                         .code = OQ_STR("short"),
                         .title = OQ_STR("Short"),
                         .priority = ALARM_HIGH,
                         .raised_at = ALARM_NOW,
                         .value = 1,
                         .limit_value = 1};
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    alert_writing w = {.s = s};
    CHECK_OK(alert_raise(s, &order, &id));
    CHECK_OK(alert_write_returned(
        &w,
        &(alert_news){.source = order.source, .source_key = order.source_key, .since = ALARM_NOW}));
    CHECK_OK(alert_writing_end(&w));
    house_commit(s);
    CHECK("both", testdb_number(h->db, "SELECT count(*) FROM blackbox_events") == 2);
}

static void test_maintenance_window(void **state)
{
    house *h = *state;
    silence *made;
    alarm_house_rule(h, "stale", "class",
                     "{\"metric\":\"vibration\",\"is\":\"stale\",\"after_s\":60}",
                     "\"priority\":\"critical\"");
    alarm_house_write(h, 1, VIBRATION, 0, 1, GOOD);
    alarm_house_write(h, 2, VIBRATION, 0, 1, GOOD);
    silence_order order = {.kind = SILENCE_MAINTENANCE,
                           .asset_id = alarm_house_pump(1),
                           .from_time = ALARM_NOW,
                           .to_time = ALARM_NOW + 10 * OQ_MINUTE,
                           .reason = OQ_STR("overhaul")};
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(alarm_silence_add(s, &order, &made));
    house_commit(s);
    alarm_house_look(h, 90);
    CHECK_STR("loss of signal in maintenance is no alarm, elsewhere it is",
              oq_cstr(testdb_value(h->db, "SELECT string_agg(a.code || ' ' ||"
                                          " coalesce(x.suppressed_by, '-'), ', ' ORDER BY a.code)"
                                          " FROM alerts x JOIN assets a ON a.id = x.asset_id")),
              "P-1 maintenance, P-2 -");
    testdb_exec(h->db, "DELETE FROM notifications");
    alarm_house_look(h, 601);
    CHECK_STR("and heard of", shown_events(h), "CRITICAL stale again vibration 1");
    CHECK("by people", testdb_number(h->db, "SELECT count(*) FROM notifications WHERE type ="
                                            " 'alarm.raised_bare'") > 0);
    CHECK("shown when the window ends",
          testdb_number(h->db, "SELECT count(*) FROM alerts WHERE suppressed_by IS NOT NULL") == 0);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("over", alarm_silence_end(s, made->id, &made), "alarm_silence.is_over");
    oq_scope_close(s);
    order = (silence_order){.kind = SILENCE_MAINTENANCE,
                            .from_time = OQ_TIME_NONE,
                            .to_time = oq_clock_now() + OQ_HOUR,
                            .reason = OQ_STR("all")};
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_CODE("not everything", alarm_silence_add(s, &order, &made), "alarm_silence.everything");
    oq_scope_close(s);
}

static void test_flood(void **state)
{
    house *h = *state;
    char code[16];
    for (int i = 0; i < 12; i++) {
        snprintf(code, sizeof code, "r%02d", i);
        alarm_house_rule(h, code, "1", OVER, "\"priority\":\"medium\"");
    }
    alarm_house_rule(h, "z", "2", OVER, "\"priority\":\"critical\"");
    go_over(h, 1, 1);
    CHECK("after ten, medium ones are suppressed, and it is said",
          testdb_number(h->db, "SELECT count(*) FROM alerts WHERE suppressed_by = 'flood'") == 2 &&
              testdb_number(h->db, "SELECT count(*) FROM alert_steps WHERE step = 'suppressed'") ==
                  2);
    CHECK("people are told of the flood",
          testdb_number(h->db, "SELECT count(*) FROM live_events WHERE event = 'alarm'") >= 10);
    go_over(h, 2, 3);
    CHECK("critical ones never",
          testdb_number(h->db, "SELECT count(*) FROM alerts WHERE priority = 'critical' AND"
                               " suppressed_by IS NULL") == 1);
    alarm_house_look(h, 700);
    CHECK("it is over",
          testdb_number(h->db, "SELECT count(*) FROM alerts WHERE suppressed_by IS NOT NULL") == 0);
    CHECK("what it hid is an event now",
          testdb_number(h->db, "SELECT count(*) FROM blackbox_events WHERE severity = 'MINOR' AND"
                               " payload->>'step' = 'again'") == 2);
}

/* More than one set of them at once: each is written whole, people read twenty and one sentence
 * more, and of a flood they hear once. */
static void test_very_many(void **state)
{
    house *h = *state;
    enum { MANY = 1100, SOME = 30 };
    char key[16];
    testdb_exec(h->db, "UPDATE users SET role = 'engineer' WHERE role = 'viewer'");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    alert_writing w = {.s = s};
    for (int i = 0; i < MANY + SOME; i++) {
        snprintf(key, sizeof key, "k%04d", i);
        alert_news news = {.source = OQ_STR("AI"),
                           .source_key = oq_str_copy(h->arena, oq_cstr(key)),
                           .asset_id = alarm_house_pump(1 + i % PUMPS),
                           .series_no = OQ_I64_NONE,
                           .code = OQ_STR("seen"),
                           .title = OQ_STR("Seen"),
                           .priority = i < MANY ? ALARM_MEDIUM : ALARM_CRITICAL,
                           .value = i,
                           .limit = (double)NAN,
                           .since = ALARM_NOW - OQ_SECOND};
        CHECK_OK(alert_write_raised(&w, &news));
        if (i % 100 == 0) { /* and went at once */
            news.since = ALARM_NOW;
            CHECK_OK(alert_write_returned(&w, &news));
        }
    }
    CHECK_OK(alert_writing_end(&w));
    house_commit(s);
    static const struct {
        const char *label, *sql;
        int64_t count;
    } row[] = {
        {"rows", "SELECT count(*) FROM alerts", MANY + SOME},
        {"values", "SELECT sum(value)::int8 FROM alerts", (MANY + SOME) * (MANY + SOME - 1) / 2},
        {"raised", "SELECT count(*) FROM alert_steps WHERE step = 'raised'", MANY + SOME},
        {"went", "SELECT count(*) FROM alerts WHERE state = 'returned'", 12},
        {"and their steps", "SELECT count(*) FROM alert_steps WHERE step = 'returned'", 12},
        {"all but ten are quiet", "SELECT count(*) FROM alerts WHERE suppressed_by = 'flood'",
         MANY - 10},
        {"events", "SELECT count(*) FROM blackbox_events", MANY + SOME + 12},
        {"an event carries its alert's trace",
         "SELECT count(*) FROM blackbox_events e JOIN alerts a ON a.trace_id = e.trace_id AND"
         " e.payload->>'alert_id' = a.id::text",
         MANY + SOME + 12},
        {"those that are read",
         "SELECT count(DISTINCT entity_id) FROM notifications WHERE type ="
         " 'alarm.raised'",
         30},
        {"the rest in a sentence",
         "SELECT count(DISTINCT entity_id) FROM notifications WHERE type = 'alarm.more' AND"
         " facts->>'count' = '10' AND urgency = 'urgent'",
         1},
        {"the flood",
         "SELECT count(DISTINCT entity_id) FROM notifications WHERE type ="
         " 'alarm.flood'",
         1},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK(row[i].label, testdb_number(h->db, row[i].sql) == row[i].count);
}

static void test_chattering(void **state)
{
    house *h = *state;
    alarm_house_rule(h, "hh", "1", OVER, NULL);
    for (int i = 0; i < 2; i++) {
        go_over(h, 1, 10 * i + 1);
        go_back(h, 1, 10 * i + 5);
    }
    CHECK("twice is not",
          testdb_number(h->db, "SELECT count(*) FROM alerts WHERE is_chattering") == 0);
    go_over(h, 1, 31);
    CHECK("thrice in a minute is",
          testdb_number(h->db, "SELECT count(*) FROM alerts WHERE is_chattering") == 1);
}

static void test_first_out(void **state)
{
    house *h = *state;
    alarm_house_rule(h, "hh", "class", OVER, NULL);
    go_over(h, 2, 1);
    CHECK("alone it is no first",
          testdb_number(h->db, "SELECT count(*) FROM alerts WHERE is_first_out") == 0);
    go_over(h, 1, 5);
    go_over(h, 3, 6);
    CHECK_STR("the first of its unit",
              oq_cstr(testdb_value(h->db, "SELECT string_agg(a.code, ',') FROM alerts x JOIN assets"
                                          " a ON a.id = x.asset_id WHERE is_first_out")),
              "P-2");
    /* One behind the other, each within seconds: the first of all of them stays the first. */
    alarm_house_rule(h, "low", "1", "{\"metric\":\"flow\",\"is\":\"below\",\"limit\":10}", NULL);
    alarm_house_write(h, 1, FLOW, 14, 3, GOOD);
    alarm_house_look(h, 14.5);
    CHECK("three came", testdb_number(h->db, "SELECT count(*) FROM alerts a JOIN assets s ON s.id ="
                                             " a.asset_id WHERE s.code <> 'P-3'") == 3);
    CHECK("one first", testdb_number(h->db, "SELECT count(*) FROM alerts WHERE is_first_out") == 1);
}

/* What one look finds at once, in two units. */
static void test_first_out_at_once(void **state)
{
    house *h = *state;
    alarm_house_rule(h, "hh", "class", OVER, NULL);
    alarm_house_rule(h, "low", "class", "{\"metric\":\"flow\",\"is\":\"below\",\"limit\":10}",
                     NULL);
    alarm_house_write(h, 1, VIBRATION, 3, 9, GOOD);
    alarm_house_write(h, 2, VIBRATION, 1, 9, GOOD);
    alarm_house_write(h, 3, VIBRATION, 4, 9, GOOD);
    alarm_house_write(h, 3, FLOW, 2, 3, GOOD);
    alarm_house_write(h, 1, FLOW, 40, 3, GOOD);
    alarm_house_look(h, 41);
    CHECK_STR("of each unit",
              oq_cstr(testdb_value(h->db, "SELECT string_agg(a.code || '/' || x.code, ' ' ORDER BY"
                                          " a.code) FROM alerts x JOIN assets a ON a.id ="
                                          " x.asset_id WHERE is_first_out")),
              "P-2/hh P-3/low");
    CHECK("of five", testdb_number(h->db, "SELECT count(*) FROM alerts") == 5);
}

/* What is past its time goes, in slices; what stands, and what is another tenant's, stays. */
static void test_what_is_old_goes(void **state)
{
    house *h = *state;
    static const job_kind *const kinds[] = {alarm_job_kinds, NULL};
    jobs_done done;
    testdb_exec(
        h->db,
        oq_strf(
            h->arena,
            "INSERT INTO tenant_settings (tenant_id, settings) VALUES"
            " ('0a000000-0000-0000-0000-000000000000', '{\"alarm_days\": 100}');"
            "INSERT INTO alerts (tenant_id, id, source, source_key, code, title, priority, "
            "severity,"
            "  state, raised_at, seen_at, last_at, cleared_at, trace_id, updated_at)"
            " SELECT ('0' || t || '000000-0000-0000-0000-000000000000')::uuid, gen_random_uuid(),"
            "  'OLD', d || ':' || is_over || n, 'c', 'C', 'low', 'WARNING',"
            "  CASE WHEN is_over THEN 'normal' ELSE 'unacknowledged' END, now_ - d * interval '1 "
            "day',"
            "  now_, now_, CASE WHEN is_over THEN now_ - d * interval '1 day' END,"
            "  gen_random_uuid(), now_"
            " FROM to_timestamp(%lld) now_, unnest(ARRAY['a', 'b']) t, unnest(ARRAY[99, 101]) d,"
            "  unnest(ARRAY[true, false]) is_over, generate_series(1, 3000) n;"
            "INSERT INTO alert_steps (tenant_id, id, alert_id, step, at)"
            " SELECT tenant_id, gen_random_uuid(), id, step, raised_at FROM alerts,"
            "  unnest(ARRAY['raised', 'acknowledged']) step",
            (long long)(ALARM_NOW / OQ_SECOND))
            .ptr);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(job_add(
        s, &(job_order){.kind = "alarm.trim", .is_unique = true, .run_at = OQ_TIME_NONE}, NULL));
    house_commit(s);
    CHECK_OK(job_run_due(h->pool, kinds, &done));
    assert_int_equal(done.failed, 0);
    CHECK_STR(
        "of A those that are over, and old steps",
        oq_cstr(testdb_value(h->db, "SELECT string_agg(left(tenant_id::text, 2) || ' ' || key ||"
                                    " ' ' || n || ' ' || steps, ', ' ORDER BY tenant_id, key)"
                                    " FROM (SELECT a.tenant_id, left(source_key, -4) AS key,"
                                    "  count(DISTINCT a.id) AS n, count(t.id) AS steps"
                                    "  FROM alerts a LEFT JOIN alert_steps t ON t.alert_id = a.id"
                                    "  WHERE source_key ~ '...[0-9]{4}$' GROUP BY 1, 2) x")),
        "0a 101:false 2001 0, 0a 99:false 2001 4002, 0a 99:true 2001 4002,"
        " 0b 101:false 2001 4002, 0b 101:true 2001 4002, 0b 99:false 2001 4002,"
        " 0b 99:true 2001 4002");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_acknowledge, alarm_house_reset),
        cmocka_unit_test_setup(test_again_while_acknowledged, alarm_house_reset),
        cmocka_unit_test_setup(test_latched, alarm_house_reset),
        cmocka_unit_test_setup(test_shelved_until, alarm_house_reset),
        cmocka_unit_test_setup(test_unshelved_by_hand, alarm_house_reset),
        cmocka_unit_test_setup(test_went_at_once, alarm_house_reset),
        cmocka_unit_test_setup(test_maintenance_window, alarm_house_reset),
        cmocka_unit_test_setup(test_flood, alarm_house_reset),
        cmocka_unit_test_setup(test_very_many, alarm_house_reset),
        cmocka_unit_test_setup(test_chattering, alarm_house_reset),
        cmocka_unit_test_setup(test_first_out, alarm_house_reset),
        cmocka_unit_test_setup(test_first_out_at_once, alarm_house_reset),
        cmocka_unit_test_setup(test_what_is_old_goes, alarm_house_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
