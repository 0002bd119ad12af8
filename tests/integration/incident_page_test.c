/* What people see of incidents: the timeline, the pages, the report as JSON and as PDF; by role. */
#include "integration/blackbox_plant.h"

#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

#include "blackbox/event_list.h"
#include "blackbox/incident_list.h"
#include "historian/series.h"
#include "historian/write.h"
#include "incident/incident_page.h"
#include "notify/notify.h"
#include "rca/rca.h"
#include "web/page.h"

#include "base/test.h"

#include "base/banned.h"

enum { SAMPLES = 4000, PEAK = 1777 };

static http_route_list routes = {incident_page_routes, incident_api_routes, rca_routes,
                                 event_routes,         notify_routes,       web_routes,
                                 NULL};

/* A signal of P-101 with one sample that stands out. */
static void make_signal(house *h)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    series_order order = {.key = OQ_STR("P-101.vibration_rms"),
                          .asset_id = bb_pump_id(P101),
                          .metric = OQ_STR("vibration_rms"),
                          .unit = OQ_STR("mm/s"),
                          .instrument_min = (double)NAN,
                          .instrument_max = (double)NAN,
                          .gap_max_us = OQ_I64_NONE,
                          .exception_deviation = (double)NAN,
                          .exception_max_us = OQ_I64_NONE,
                          .compression_deviation = (double)NAN,
                          .compression_max_us = OQ_I64_NONE,
                          .retention_days = OQ_I64_NONE,
                          .is_active = true};
    series *made;
    CHECK_OK(series_create(s, &order, &made));
    batch_row *row = oq_new_n(h->arena, batch_row, SAMPLES);
    for (size_t i = 0; i < SAMPLES; i++)
        row[i] = (batch_row){bb_at(-330) + (oq_us)i * OQ_SECOND,
                             i == PEAK ? 99.5 : 2 + 0.1 * (double)(i % 7), (int32_t)made->no,
                             QUALITY_GOOD};
    CHECK_OK(hist_write(s, row, SAMPLES, NULL));
    house_commit(s);
}

/* An incident of two pumps with what an operator did, and its analysis. */
static void make_incident(house *h)
{
    event_order e[] = {bb_alert("vibration rises", -305, P101, SEVERITY_WARNING),
                       bb_reading("flow falls", -303, P102),
                       bb_alert("valve closed by hand", -302, P101, SEVERITY_INFO),
                       bb_alert("bearing hot", -300, P101, SEVERITY_CRITICAL),
                       bb_alert("bearing hotter", -299, P101, SEVERITY_MAJOR)};
    e[2].category = CATEGORY_OPERATOR_ACTION;
    e[2].payload = OQ_STR("{\"operator\":\"Sara Saleh\"}");
    bb_add(h, e, OQ_COUNT(e));
    bb_run(h);
}

static oq_uuid incident_id(house *h)
{
    oq_uuid id;
    assert_true(oq_uuid_parse(
        oq_cstr(testdb_value(h->db, "SELECT id FROM blackbox_incidents WHERE merged_into IS NULL")),
        &id));
    return id;
}

static void analyse(house *h)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    rca_run *run;
    CHECK_OK(rca_analyse(s, incident_id(h), OQ_STR("engine"), &run));
    house_commit(s);
}

static int setup(void **state)
{
    if (bb_reset(state))
        return -1;
    house *h = *state;
    house_serve(h, &routes);
    make_signal(h);
    make_incident(h);
    return 0;
}

static const char *path(house *h, const char *format)
{
    return oq_strf(h->arena, format, oq_uuid_text(h->arena, incident_id(h)).ptr).ptr;
}
#define TIMELINE "/api/blackbox/incidents/%s/timeline"
#define PAGE     "/blackbox/incidents/%s"

static bool holds(const seen *s, const char *text)
{
    return oq_str_find(s->body, oq_cstr(text)) != SIZE_MAX;
}

static size_t count_of(const seen *s, const char *text)
{
    size_t count = 0;
    for (oq_str rest = s->body;; count++) {
        size_t at = oq_str_find(rest, oq_cstr(text));
        if (at == SIZE_MAX)
            return count;
        rest = oq_str_sub(rest, at + 1, SIZE_MAX);
    }
}

static size_t place_of(const seen *s, const char *text)
{
    return oq_str_find(s->body, oq_cstr(text));
}

/* --- the timeline -------------------------------------------------------------------------------*/

static void test_timeline_groups(void **state)
{
    house *h = *state;
    seen s = house_get(h, ADMIN_A, path(h, TIMELINE));
    assert_int_equal(s.status, 200);
    assert_int_equal(count_of(&s, "\"summary\":"), 5);
    assert_int_equal(count_of(&s, "\"event_category\":"), 3);
    /* The incident's own pump first, its events in the order of time. */
    assert_true(place_of(&s, "vibration rises") < place_of(&s, "bearing hot\""));
    assert_true(place_of(&s, "bearing hot\"") < place_of(&s, "bearing hotter"));
    assert_true(place_of(&s, "\"asset_code\":\"P-101\"") <
                place_of(&s, "\"asset_code\":\"P-102\""));
    assert_true(place_of(&s, "valve closed") < place_of(&s, "flow falls"));
}

static void test_timeline_filters(void **state)
{
    house *h = *state;
    const struct {
        const char *label, *query;
        size_t wanted;
    } row[] = {
        {"category", "category=ALERT", 3},
        {"another category", "category=FAILURE", 0},
        {"an asset", "asset_id=00000000-0000-0000-0000-0000000000c1", 1},
        {"from", "from=2024-10-04T02:58:30Z", 2},
        {"to", "to=2024-10-04T02:58:30Z", 3},
        {"both and category", "from=2024-10-04T02:55:30Z&to=2024-10-04T03:00:30Z&category=ALERT",
         1},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen s =
            house_get(h, ADMIN_A, oq_strf(h->arena, "%s?%s", path(h, TIMELINE), row[i].query).ptr);
        CHECK(row[i].label, s.status == 200);
        CHECK(row[i].label, count_of(&s, "\"summary\":") == row[i].wanted);
    }
    CHECK_REFUSED("a category that is none",
                  house_get(h, ADMIN_A, oq_strf(h->arena, "%s?category=x", path(h, TIMELINE)).ptr),
                  422, "field.not_a_choice");
    CHECK_REFUSED(
        "backwards",
        house_get(h, ADMIN_A,
                  oq_strf(h->arena, "%s?from=2025-01-01T00:00:00Z", path(h, TIMELINE)).ptr),
        422, "span.reversed");
    CHECK_REFUSED("another tenant", house_get(h, ADMIN_B, path(h, TIMELINE)), 404,
                  "incident.not_found");
}

/* Fewer points, and the one that stands out among them. */
static void test_timeline_points(void **state)
{
    house *h = *state;
    seen s = house_get(h, ADMIN_A, oq_strf(h->arena, "%s?points=40", path(h, TIMELINE)).ptr);
    assert_int_equal(s.status, 200);
    oq_str times = house_between(h, &s, "\"times\":[", "]");
    size_t count = 1;
    for (size_t i = 0; i < times.len; i++)
        count += times.ptr[i] == ',';
    assert_true(count > 20 && count <= 40);
    assert_true(holds(&s, "99.5") && holds(&s, "\"key\":\"P-101.vibration_rms\""));
    s = house_get(h, ADMIN_A, oq_strf(h->arena, "%s?points=0", path(h, TIMELINE)).ptr);
    assert_true(holds(&s, "\"series\":[]"));
}

static void test_timeline_masking(void **state)
{
    house *h = *state;
    seen s = house_get(h, VIEWER_A, path(h, TIMELINE));
    assert_int_equal(s.status, 200);
    assert_true(holds(&s, "\"groups\":[]") && holds(&s, "\"series\":[]"));
    assert_false(holds(&s, "valve closed"));
    s = house_get(h, OPTIMIZER_A, path(h, TIMELINE));
    assert_true(holds(&s, "\"extent\":\"masked\"") && !holds(&s, "Sara"));
}

/* --- pages --------------------------------------------------------------------------------------*/

static void test_list(void **state)
{
    house *h = *state;
    seen s = house_get(h, VIEWER_A, "/blackbox");
    assert_int_equal(s.status, 200);
    assert_true(holds(&s, "INC-") && holds(&s, path(h, PAGE)));
    s = house_get(h, VIEWER_A, "/blackbox?severity=MINOR");
    assert_false(holds(&s, path(h, PAGE)));
    s = house_get(h, VIEWER_A, "/blackbox?severity=huge&from=whenever");
    assert_int_equal(s.status, 422);
    s = house_get(h, ADMIN_B, "/blackbox");
    assert_false(holds(&s, path(h, PAGE)));
}

static void test_page(void **state)
{
    house *h = *state;
    seen s = house_get(h, ADMIN_A, path(h, PAGE));
    assert_int_equal(s.status, 200);
    assert_true(holds(&s, "The analysis is running"));
    analyse(h);
    s = house_get(h, ADMIN_A, path(h, PAGE));
    assert_int_equal(s.status, 200);
    static const char *const parts[] = {"Why it happened",   "<progress",  "Impact",
                                        "What to do",        "data-lanes", "bearing hot",
                                        "Confirm the cause", "unaltered",  "/report.pdf"};
    for (size_t i = 0; i < OQ_COUNT(parts); i++)
        CHECK(parts[i], holds(&s, parts[i]));
    s = house_get(h, ADMIN_A, oq_strf(h->arena, "%s?run=1", path(h, PAGE)).ptr);
    assert_int_equal(s.status, 200);
    s = house_get(h, ADMIN_A, oq_strf(h->arena, "%s?run=99", path(h, PAGE)).ptr);
    assert_int_equal(s.status, 404);
}

/* M44, M220: why in a word, and nothing to press. */
static void test_viewer(void **state)
{
    house *h = *state;
    analyse(h);
    seen s = house_get(h, VIEWER_A, path(h, PAGE));
    assert_int_equal(s.status, 200);
    static const char *const absent[] = {"Why it happened", "data-lanes",   "Confirm the cause",
                                         "/status\"",       "valve closed", "Sara"};
    for (size_t i = 0; i < OQ_COUNT(absent); i++)
        CHECK(absent[i], !holds(&s, absent[i]));
    assert_true(holds(&s, "Executive summary"));
    s = house_form(h, VIEWER_A, path(h, PAGE "/status"), "status=RESOLVED");
    assert_int_equal(s.status, 403);
}

/* What stands in the file is said in both languages. */
static void test_steps(void **state)
{
    static const char *const step[] = {"opened",
                                       "updated",
                                       "merged",
                                       "reopened",
                                       "investigating",
                                       "resolved",
                                       "closed",
                                       "late_events",
                                       "analysed",
                                       "cause_confirmed",
                                       "cause_corrected",
                                       "cause_proposed",
                                       "work_order_created"};
    house *h = *state;
    for (size_t i = 0; i < OQ_COUNT(step); i++) {
        oq_str key = oq_strf(h->arena, "incident_step.%s", step[i]);
        CHECK(step[i], oq_text_exists(OQ_LANG_EN, key) && oq_text_exists(OQ_LANG_AR, key));
    }
}

static void test_deeds(void **state)
{
    house *h = *state;
    analyse(h);
    seen s = house_form(h, ADMIN_A, path(h, PAGE "/status"), "status=INVESTIGATING&note=on+it");
    assert_int_equal(s.status, 303);
    s = house_form(h, ADMIN_A, path(h, PAGE "/status"), "status=INVESTIGATING");
    assert_int_equal(s.status, 409);
    assert_true(holds(&s, "field-error") || holds(&s, "notice-bad") || holds(&s, "role=\"alert\""));
    s = house_form(h, ADMIN_A, path(h, PAGE "/cause"), "cause=&other_cause=");
    assert_int_equal(s.status, 422);
    s = house_form(h, ADMIN_A, path(h, PAGE "/cause"), "other_cause=bearing_fault&cause_note=seen");
    assert_int_equal(s.status, 303);
    CHECK_STR("cause",
              oq_cstr(testdb_value(h->db, "SELECT confirmed_cause FROM blackbox_incidents WHERE"
                                          " merged_into IS NULL")),
              "bearing_fault");
    s = house_form(h, ADMIN_A, path(h, PAGE "/analyse"), "");
    assert_int_equal(s.status, 303);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM rca_runs"), 2);
    s = house_form(h, ADMIN_A, path(h, PAGE "/log"), "text=pump+is+locked");
    assert_int_equal(s.status, 303);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM blackbox_events WHERE summary ="
                                          " 'pump is locked' AND event_category ="
                                          " 'OPERATOR_ACTION'"),
                     1);
}

/* An order made on the page is the incident's own; asked again, there is that one. */
static void test_order(void **state)
{
    house *h = *state;
    seen s = house_get(h, ADMIN_A, path(h, PAGE));
    assert_true(holds(&s, path(h, "action=\"" PAGE "/work-order\"")));
    for (int i = 0; i < 2; i++) {
        s = house_form(h, ADMIN_A, path(h, PAGE "/work-order"), "");
        assert_int_equal(s.status, 303);
        assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM work_orders o JOIN"
                                              " blackbox_incidents i ON i.id = o.incident_id"),
                         1);
    }
    s = house_form(h, VIEWER_A, path(h, PAGE "/work-order"), "");
    assert_int_equal(s.status, 403);
}

/* --- the report ---------------------------------------------------------------------------------*/

static void test_report_json(void **state)
{
    house *h = *state;
    analyse(h);
    seen s = house_get(h, ADMIN_A, path(h, "/api/blackbox/reports/%s"));
    assert_int_equal(s.status, 200);
    static const char *const members[] = {"\"header\":{",
                                          "\"executive_summary\":{",
                                          "\"timeline\":[{",
                                          "\"rca\":{",
                                          "\"causes\":[{",
                                          "\"impact\":{",
                                          "\"technical\":{\"en\":[",
                                          "\"management\":{\"en\":[",
                                          "\"is_unaltered\":true",
                                          "\"ar\":["};
    for (size_t i = 0; i < OQ_COUNT(members); i++)
        CHECK(members[i], holds(&s, members[i]));
    assert_true(holds(&s, "Likeliest cause:") && holds(&s, "السبب الأرجح:"));
    s = house_get(h, VIEWER_A, path(h, "/api/blackbox/reports/%s"));
    assert_true(holds(&s, "\"timeline\":[]") && holds(&s, "\"causes\":null"));
    assert_false(holds(&s, "valve closed"));
    CHECK_REFUSED("another tenant", house_get(h, ADMIN_B, path(h, "/api/blackbox/reports/%s")), 404,
                  "incident.not_found");
}

static void test_report_page(void **state)
{
    house *h = *state;
    analyse(h);
    seen s = house_get(h, ADMIN_A, path(h, PAGE "/report"));
    assert_int_equal(s.status, 200);
    assert_true(holds(&s, "For management") && holds(&s, "For repair") && holds(&s, "bearing hot"));
}

/* The text that a reader of the file finds; not given where nothing can read it. */
static oq_str text_of(house *h, oq_str pdf)
{
    char name[] = "/tmp/optria-report-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0 && write(fd, pdf.ptr, pdf.len) == (ssize_t)pdf.len);
    close(fd);
    FILE *f = popen(oq_strf(h->arena, "pdftotext -q %s - 2>/dev/null", name).ptr, "r");
    OQ_AUTO(oq_buf) out = oq_buf_make(1024 * 1024);
    char part[4096];
    for (size_t n; f && (n = fread(part, 1, sizeof part, f)) > 0;)
        oq_buf_put(&out, part, n);
    int status = f ? pclose(f) : -1;
    unlink(name);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return OQ_NONE;
    return oq_str_copy(h->arena, oq_buf_view(&out));
}

static void test_report_pdf(void **state)
{
    house *h = *state;
    analyse(h);
    static const struct {
        const char *lang, *wanted[3];
    } row[] = {
        {"en", {"Incident report", "INC-", "bearing hot"}},
        {"ar", {"الحادثة", "INC-", "bearing hot"}},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen s = house_get(
            h, ADMIN_A, oq_strf(h->arena, "%s/report.pdf?lang=%s", path(h, PAGE), row[i].lang).ptr);
        CHECK(row[i].lang, s.status == 200 && oq_str_starts(s.body, OQ_STR("%PDF-")));
        oq_str text = text_of(h, s.body);
        for (size_t k = 0; oq_str_given(text) && k < OQ_COUNT(row[i].wanted); k++)
            CHECK(row[i].wanted[k], oq_str_find(text, oq_cstr(row[i].wanted[k])) != SIZE_MAX);
    }
    seen s = house_get(h, VIEWER_A, path(h, PAGE "/report.pdf"));
    CHECK("a viewer's", s.status == 200 && oq_str_starts(s.body, OQ_STR("%PDF-")));
    oq_str text = text_of(h, s.body);
    CHECK("without people and events", oq_str_find(text, OQ_STR("valve closed")) == SIZE_MAX);
    CHECK_REFUSED("another tenant", house_get(h, ADMIN_B, path(h, PAGE "/report.pdf")), 404,
                  "incident.not_found");
}

/* What it cost is nowhere to be seen for who sees summaries alone. */
static void test_no_money(void **state)
{
#define COST "{\"low\":7654321,\"mid\":7654321,\"high\":7654321}"
    static const char *const surface[] = {"/api/blackbox/incidents/%s",
                                          "/api/blackbox/incidents/%s/rca",
                                          TIMELINE,
                                          PAGE,
                                          PAGE "/report",
                                          "/api/blackbox/reports/%s",
                                          "/api/blackbox/incidents?limit=%.0s10",
                                          "/api/blackbox/incidents/kpis%.0s",
                                          "/blackbox%.0s",
                                          "/api/events?limit=%.0s100",
                                          "/api/notifications?limit=%.0s100",
                                          PAGE "/report.pdf"};
    house *h = *state;
    analyse(h);
    testdb_exec(h->db, "UPDATE blackbox_incidents SET impact_estimate = impact_estimate ||"
                       " '{\"cost_minor\":" COST ",\"currency\":\"SAR\"}',"
                       " financial_impact_estimate = financial_impact_estimate ||"
                       " '{\"cost_minor\":" COST ",\"currency\":\"SAR\"}';"
                       " UPDATE rca_runs SET result = jsonb_set(result, '{financial}', result ->"
                       " 'financial' || '{\"cost_minor\":" COST ",\"currency\":\"SAR\"}')");
    size_t shown = 0;
    for (size_t i = 0; i < OQ_COUNT(surface); i++) {
        seen all = house_get(h, ADMIN_A, path(h, surface[i]));
        seen few = house_get(h, VIEWER_A, path(h, surface[i]));
        CHECK(surface[i], all.status == 200 && (few.status == 200 || few.status == 403));
        bool is_pdf = oq_str_starts(few.body, OQ_STR("%PDF-"));
        oq_str text = is_pdf ? text_of(h, few.body) : few.body;
        shown += holds(&all, "7654321") || holds(&all, "76,543");
        CHECK(surface[i], oq_str_find(text, OQ_STR("7654321")) == SIZE_MAX &&
                              oq_str_find(text, OQ_STR("76,543")) == SIZE_MAX &&
                              oq_str_find(text, OQ_STR("cost_minor\":{")) == SIZE_MAX);
    }
    CHECK("it is there to be seen", shown >= 5);
    CHECK("live events", !testdb_number(h->db, "SELECT count(*) FROM live_events WHERE data::text"
                                               " LIKE '%7654321%' OR data::text LIKE '%cost%'"));
    CHECK("notifications", !testdb_number(h->db, "SELECT count(*) FROM notifications WHERE"
                                                 " facts::text LIKE '%7654321%' OR facts::text LIKE"
                                                 " '%cost%'"));
#undef COST
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_timeline_groups, setup),
        cmocka_unit_test_setup(test_timeline_filters, setup),
        cmocka_unit_test_setup(test_timeline_points, setup),
        cmocka_unit_test_setup(test_timeline_masking, setup),
        cmocka_unit_test_setup(test_list, setup),
        cmocka_unit_test_setup(test_page, setup),
        cmocka_unit_test_setup(test_viewer, setup),
        cmocka_unit_test_setup(test_no_money, setup),
        cmocka_unit_test_setup(test_deeds, setup),
        cmocka_unit_test_setup(test_steps, setup),
        cmocka_unit_test_setup(test_order, setup),
        cmocka_unit_test_setup(test_report_json, setup),
        cmocka_unit_test_setup(test_report_page, setup),
        cmocka_unit_test_setup(test_report_pdf, setup),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
