/* What people see of assets and signals, on a real PostgreSQL: which assets in which order, which
 * limits hold for a signal, what is doubtful, and one asset as a whole. */
#include "asset/asset.h"
#include "asset/asset_detail.h"
#include "historian/write.h"
#include "support/house.h"
#include "web/page.h"

#include <math.h>

#include "base/banned.h"

static http_route_list routes = {asset_routes, web_routes, NULL};

#define TENANT_A "'0a000000-0000-0000-0000-000000000000'"
#define ID(n)    "'00000000-0000-7000-8000-0000000000" n "'"

/* A site with a tree of units, a class with a metric and a threshold, and four assets. */
static const char plant
    [] = "INSERT INTO sites (tenant_id, id, code, name, name_ar, created_at, updated_at) VALUES"
         " (" TENANT_A
         ", " ID("01") ", 'S1', 'East', 'الشرق', now(), now()),"
                       " (" TENANT_A
                       ", " ID("02") ", 'S2', 'West', NULL, now(), now());"
                                     "INSERT INTO plant_units (tenant_id, id, site_id, parent_id, "
                                     "kind, code, name, created_at,"
                                     "  updated_at) VALUES"
                                     " (" TENANT_A ", " ID("11") ", " ID(
                                         "01") ", NULL, 'area', 'U1', 'Area', now(), now()),"
                                               " (" TENANT_A
                                               ", " ID("12") ", " ID("01") ", " ID("11") ", "
                                                                                         "'unit', "
                                                                                         "'U2', "
                                                                                         "'Train', "
                                                                                         "now(), "
                                                                                         "now());"
                                                                                         "INSERT "
                                                                                         "INTO "
                                                                                         "asset_"
                                                                                         "classes "
                                                                                         "(tenant_"
                                                                                         "id, id, "
                                                                                         "code, "
                                                                                         "name, "
                                                                                         "created_"
                                                                                         "at, "
                                                                                         "updated_"
                                                                                         "at) "
                                                                                         "VALUES"
                                                                                         " "
                                                                                         "(" TENANT_A ", " ID("21") ", 'pump', 'Pump', now(), now());"
                                                                                                                    "INSERT INTO asset_class_metrics (tenant_id, id, class_id, metric, name, unit, high, high_high,"
                                                                                                                    "  position, created_at, updated_at) VALUES"
                                                                                                                    " (" TENANT_A ", " ID("31") ", " ID("21") ", 'pressure', 'Pressure', 'bar', 10, 12, 1, now(),"
                                                                                                                                                              "  now());"
                                                                                                                                                              "INSERT INTO threshold_references (tenant_id, id, class_id, criticality, metric, unit, high,"
                                                                                                                                                              "  high_high, created_at, updated_at) VALUES"
                                                                                                                                                              " (" TENANT_A ", " ID("41") ", " ID("21") ", NULL, 'pressure', 'bar', 8, 9, now(), now()),"
                                                                                                                                                                                                        " (" TENANT_A ", " ID("42") ", " ID("21") ", 'high', 'pressure', 'kPa', 600, 700, now(), now());"
                                                                                                                                                                                                                                                  "INSERT INTO assets (tenant_id, id, site_id, unit_id, class_id, code, name, name_ar,"
                                                                                                                                                                                                                                                  "  criticality, created_at, updated_at) VALUES"
                                                                                                                                                                                                                                                  " (" TENANT_A
                                                                                                                                                                                                                                                  ", " ID(
                                                                                                                                                                                                                                                      "51") ", " ID("01") ", " ID("12") ", " ID("21") ", 'P-1', 'Zulu pump',"
                                                                                                                                                                                                                                                                                                      "  'مضخة أحمد', 'high', now(), now()),"
                                                                                                                                                                                                                                                                                                      " (" TENANT_A
                                                                                                                                                                                                                                                                                                      ", " ID("52") ", " ID(
                                                                                                                                                                                                                                                                                                          "01") ", NULL, " ID("21") ", 'P-2', 'Alpha pump', NULL,"
                                                                                                                                                                                                                                                                                                                                    "  'low', now(), now()),"
                                                                                                                                                                                                                                                                                                                                    " (" TENANT_A
                                                                                                                                                                                                                                                                                                                                    ", " ID("53") ", " ID("02") ", NULL, NULL, 'K-3', 'Compressor ٣', NULL,"
                                                                                                                                                                                                                                                                                                                                                                "  'critical', now(), now()),"
                                                                                                                                                                                                                                                                                                                                                                " (" TENANT_A ", " ID("54") ", " ID(
                                                                                                                                                                                                                                                                                                                                                                    "02") ", NULL, NULL, 'T-4', 'Turbine', NULL, 'low', now(),"
                                                                                                                                                                                                                                                                                                                                                                          "  now());"
                                                                                                                                                                                                                                                                                                                                                                          "INSERT INTO asset_failure_modes (tenant_id, id, class_id, code, category, name, severity,"
                                                                                                                                                                                                                                                                                                                                                                          "  occurrence, detection, created_at, updated_at) VALUES"
                                                                                                                                                                                                                                                                                                                                                                          " (" TENANT_A ", " ID("61") ", " ID(
                                                                                                                                                                                                                                                                                                                                                                              "21") ", 'small', 'process', 'Small', 1, 2, 3, now(), now()),"
                                                                                                                                                                                                                                                                                                                                                                                    " (" TENANT_A
                                                                                                                                                                                                                                                                                                                                                                                    ", " ID(
                                                                                                                                                                                                                                                                                                                                                                                        "62") ", " ID("21") ", 'large', 'mechanical', 'Large', 8, 5, 4, now(),"
                                                                                                                                                                                                                                                                                                                                                                                                            "  now());"
                                                                                                                                                                                                                                                                                                                                                                                                            "INSERT INTO work_orders (tenant_id, id, number, source, asset_id, title, status, created_at,"
                                                                                                                                                                                                                                                                                                                                                                                                            "  updated_at) VALUES"
                                                                                                                                                                                                                                                                                                                                                                                                            " (" TENANT_A
                                                                                                                                                                                                                                                                                                                                                                                                            ", " ID("71") ", 'WO-1', 'MANUAL', " ID("51") ", 'Done', 'closed', now(), now()),"
                                                                                                                                                                                                                                                                                                                                                                                                                                                          " (" TENANT_A ", " ID("72") ", 'WO-2', 'MANUAL', " ID("51") ", 'Open', 'open',"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "  now() - interval '9 days', now());";

static const oq_uuid P_1 = {{[6] = 0x70, [8] = 0x80, [15] = 0x51}};
static const oq_uuid UNIT_1 = {{[6] = 0x70, [8] = 0x80, [15] = 0x11}};
static const oq_uuid SITE_2 = {{[6] = 0x70, [8] = 0x80, [15] = 0x02}};

static int reset(void **state)
{
    house_reset(state);
    house *h = *state;
    house_serve(h, &routes);
    testdb_exec(h->db, plant);
    return 0;
}

/* --- the list -----------------------------------------------------------------------------------*/

static oq_str codes_of(house *h, const asset_list_query *query, oq_lang lang)
{
    asset_rows rows;
    asset_kpis kpis;
    oq_scope *s = house_scope(h, VIEWER_A, OQ_READ);
    CHECK_OK(asset_list(s, query, lang, &rows, &kpis));
    oq_str text = OQ_STR("");
    for (size_t i = 0; i < rows.count; i++)
        text = oq_strf(h->arena, "%.*s%s%.*s", OQ_FMT(text), i ? " " : "", OQ_FMT(rows.at[i].code));
    oq_scope_close(s);
    return text;
}

static void test_what_is_found_and_in_which_order(void **state)
{
    house *h = *state;
    const struct {
        const char *label;
        asset_list_query query;
        oq_lang lang;
        const char *wanted;
    } row[] = {
        {"by code", {.sort = ASSET_BY_CODE}, OQ_LANG_EN, "K-3 P-1 P-2 T-4"},
        {"by code, down", {.sort = ASSET_BY_CODE_DOWN}, OQ_LANG_EN, "T-4 P-2 P-1 K-3"},
        {"by name", {.sort = ASSET_BY_NAME}, OQ_LANG_EN, "P-2 K-3 T-4 P-1"},
        {"by name, as Arabic reads it", {.sort = ASSET_BY_NAME}, OQ_LANG_AR, "P-2 K-3 T-4 P-1"},
        {"the critical ones first", {.sort = ASSET_BY_CRITICALITY}, OQ_LANG_EN, "K-3 P-1 P-2 T-4"},
        {"and last", {.sort = ASSET_BY_CRITICALITY_DOWN}, OQ_LANG_EN, "T-4 P-2 P-1 K-3"},
        {"alef without hamza", {.q = OQ_STR("احمد")}, OQ_LANG_AR, "P-1"},
        {"a Western digit", {.q = OQ_STR("compressor 3")}, OQ_LANG_EN, "K-3"},
        {"all words must occur", {.q = OQ_STR("pump احمد zulu")}, OQ_LANG_EN, "P-1"},
        {"a percent sign is one", {.q = OQ_STR("%")}, OQ_LANG_EN, ""},
        {"of a site", {.site_id = SITE_2}, OQ_LANG_EN, "K-3 T-4"},
        {"of a unit and what is below", {.unit_id = UNIT_1}, OQ_LANG_EN, "P-1"},
        {"of a criticality", {.criticality = CRITICALITY_LOW}, OQ_LANG_EN, "P-2 T-4"},
        {"behind one", {.after = P_1}, OQ_LANG_EN, "P-2 T-4"},
        {"behind one, by criticality down",
         {.after = P_1, .sort = ASSET_BY_CRITICALITY_DOWN},
         OQ_LANG_EN,
         "K-3"},
        {"nothing is doubtful yet", {.doubtful = true}, OQ_LANG_EN, ""},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].label, codes_of(h, &row[i].query, row[i].lang), row[i].wanted);
}

/* --- signals --------------------------------------------------------------------------------------*/

static series *add_signal(oq_scope *s, const char *metric, double value, oq_us age)
{
    series *made;
    series_order order = {.asset_id = P_1,
                          .metric = oq_cstr(metric),
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
    batch_row row = {oq_now(s) - age, value, (int32_t)made->no, QUALITY_GOOD};
    CHECK_OK(hist_write(s, &row, 1, NULL));
    return made;
}

static hist_signal pressure_of(house *h)
{
    hist_signals found;
    oq_scope *s = house_scope(h, VIEWER_A, OQ_READ);
    CHECK_OK(signal_find_of_asset(s, P_1, 10, &found));
    CHECK("the class's metrics first", found.count == 2);
    CHECK_STR("pressure", found.at[0].e->metric, "pressure");
    hist_signal g = found.at[0];
    oq_scope_close(s);
    return g;
}

static void approve(house *h, const char *which)
{
    testdb_exec(h->db,
                oq_strf(h->arena,
                        "UPDATE threshold_references SET approved_at = now() WHERE id = %s", which)
                    .ptr);
}

static void test_which_limits_hold(void **state)
{
    house *h = *state;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    add_signal(s, "abrasion", 1, OQ_MINUTE);
    add_signal(s, "pressure", 8.5, OQ_MINUTE);
    house_commit(s);

    hist_signal g = pressure_of(h);
    CHECK("the class's while nothing is approved", g.limits.high == 10 && g.limits.high_high == 12);
    CHECK("within them", g.state == SIGNAL_NORMAL && isnan(g.limits.low));
    CHECK_STR("of its asset", g.asset_code, "P-1");
    approve(h, ID("41"));
    g = pressure_of(h);
    CHECK("of any criticality", g.limits.high == 8 && g.state == SIGNAL_HIGH);
    approve(h, ID("42"));
    g = pressure_of(h);
    CHECK("of this one, in the signal's unit",
          fabs(g.limits.high - 6) < 1e-9 && fabs(g.limits.high_high - 7) < 1e-9);
    CHECK("far beyond", g.state == SIGNAL_HIGH_HIGH);
    testdb_exec(h->db, "UPDATE threshold_references SET unit = 'mm/s' WHERE criticality = 'high'");
    g = pressure_of(h);
    CHECK("limits of another kind are none", isnan(g.limits.high) && g.state == SIGNAL_NORMAL);
}

static void test_what_is_doubtful(void **state)
{
    house *h = *state;
    asset_rows rows;
    asset_kpis kpis;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    series *one = add_signal(s, "pressure", 1, OQ_MINUTE);
    house_commit(s);
    testdb_exec(h->db, oq_strf(h->arena,
                               "INSERT INTO series_last (tenant_id, series_no, time, value, "
                               "quality, known_at) VALUES (" TENANT_A ", %lld, now() - interval "
                               "'20 minutes', 1, 0, now())",
                               (long long)one->no)
                           .ptr);
    asset_list_query query = {.doubtful = true};
    CHECK_STR("silent for too long", codes_of(h, &query, OQ_LANG_EN), "P-1");
    s = house_scope(h, VIEWER_A, OQ_READ);
    CHECK_OK(asset_list(s, &(asset_list_query){.sort = 0}, OQ_LANG_EN, &rows, &kpis));
    CHECK("counted", kpis.assets == 4 && kpis.critical == 1 && kpis.high == 1 && kpis.low == 2);
    CHECK("one of them", kpis.doubtful == 1 && rows.at[1].stale == 1 && rows.at[1].bad == 0);
    oq_scope_close(s);
    testdb_exec(h->db, "UPDATE series_last SET time = now(), quality = 2147483648");
    s = house_scope(h, VIEWER_A, OQ_READ);
    CHECK_OK(asset_list(s, &query, OQ_LANG_EN, &rows, &kpis));
    CHECK("bad", rows.count == 1 && rows.at[0].bad == 1);
    oq_scope_close(s);
    testdb_exec(h->db, "UPDATE series_last SET quality = 0");
    CHECK_STR("well again", codes_of(h, &query, OQ_LANG_EN), "");
}

/* --- one asset ------------------------------------------------------------------------------------*/

static void test_one_asset_as_a_whole(void **state)
{
    house *h = *state;
    asset_detail *d;
    approve(h, ID("41"));
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(asset_detail_get(s, P_1, &d));
    CHECK_STR("its site", d->head.site_name_ar, "الشرق");
    CHECK("its place, from the top", d->units.count == 2);
    CHECK_STR("area", d->units.at[0].code, "U1");
    CHECK_STR("then train", d->units.at[1].code, "U2");
    CHECK("the riskiest mode first", d->modes.count == 2 && d->modes.at[0].rpn == 160);
    CHECK("thresholds of it and of any", d->thresholds.count == 2);
    CHECK("what is not approved does not count", !d->thresholds.at[0].counts);
    CHECK("so the one of any does", d->thresholds.at[1].counts);
    CHECK("what is open first", d->work.count == 2);
    CHECK_STR("open", d->work.at[0].number, "WO-2");
    oq_scope_close(s);
    s = house_scope(h, VIEWER_A, OQ_READ);
    CHECK_OK(asset_detail_get(s, P_1, &d));
    CHECK("work orders are not a viewer's", !d->may_see_work && d->work.count == 0);
    oq_scope_close(s);
    s = house_scope(h, ADMIN_B, OQ_READ);
    CHECK_CODE("of another tenant", asset_detail_get(s, P_1, &d), "asset.not_found");
    oq_scope_close(s);
}

static void test_over_http(void **state)
{
    house *h = *state;
    const char *path = "/api/assets/00000000-0000-7000-8000-000000000051/overview";
    seen s = house_get(h, ADMIN_A, path);
    assert_int_equal(s.status, 200);
    CHECK("rpn", seen_has(&s, "\"rpn\":160"));
    CHECK("work", seen_has(&s, "\"work_orders\":[{") && seen_has(&s, "WO-2"));
    s = house_get(h, VIEWER_A, path);
    CHECK("not for viewers", s.status == 200 && !seen_has(&s, "work_orders"));
    s = house_get(h, VIEWER_A, "/assets?q=zulu");
    CHECK("the page finds", s.status == 200 && seen_has(&s, "P-1") && !seen_has(&s, "T-4"));
    s = house_get(h, VIEWER_A, "/assets?criticality=urgent");
    CHECK("a wrong filter is named", s.status == 422);
    s = house_get(h, VIEWER_A,
                  "/assets/00000000-0000-7000-8000-000000000051?from=2026-01-02T00:00:"
                  "00Z&to=2026-01-01T00:00:00Z");
    CHECK("backwards", s.status == 422 && seen_has(&s, "P-1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_what_is_found_and_in_which_order, reset),
        cmocka_unit_test_setup(test_which_limits_hold, reset),
        cmocka_unit_test_setup(test_what_is_doubtful, reset),
        cmocka_unit_test_setup(test_one_asset_as_a_whole, reset),
        cmocka_unit_test_setup(test_over_http, reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
