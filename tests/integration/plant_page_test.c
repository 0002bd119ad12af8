/* The plant's pages over HTTP, of every kind: lists, editors, what they refuse, approval, files. */
#include "plant/class.h"
#include "plant/cost.h"
#include "plant/crew.h"
#include "plant/record_inner.h"
#include "plant/structure.h"
#include "support/house.h"
#include "support/plant_samples.h"
#include "web/page.h"

static http_route_list routes = {plant_routes, web_routes, NULL};

static int reset_and_serve(void **state)
{
    house_reset(state);
    house_serve(*state, &routes);
    return 0;
}

#define EACH_KIND(kind)                                                                            \
    for (const record_kind *const *at_ = record_kinds, *kind; (kind = *at_); at_++)

static const char *path(house *h, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    oq_str made = oq_strfv(h->arena, format, args);
    va_end(args);
    return made.ptr;
}

static oq_uuid sample(house *h, const record_kind *kind, const char *mark)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    oq_uuid id = plant_sample(s, kind, mark);
    house_commit(s);
    return id;
}

/* What the page of the sample's form sends; what it refers to is there then. */
static const char *form_of(house *h, const record_kind *kind, const char *mark)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    oq_str form = plant_sample_form(s, kind, mark);
    house_commit(s);
    return oq_str_c(h->arena, form);
}

static const char *id_text(house *h, oq_uuid id)
{
    return oq_uuid_text(h->arena, id).ptr;
}

/* --- every kind -------------------------------------------------------------------------------*/

static void test_index(void **state)
{
    house *h = *state;
    seen got = house_get(h, ADMIN_A, "/plant");
    assert_int_equal(got.status, 200);
    EACH_KIND(kind)
    {
        const char *href =
            kind == &kind_asset ? "href=\"/assets\"" : path(h, "href=\"/plant/%s\"", kind->path);
        CHECK(kind->name, seen_has(&got, href));
    }
    CHECK("presets are offered", seen_has(&got, "action=\"/plant/presets\""));
    got = house_get(h, VIEWER_A, "/plant");
    CHECK("no people for a viewer", got.status == 200 && !seen_has(&got, "/plant/absences") &&
                                        !seen_has(&got, "/plant/integrations") &&
                                        !seen_has(&got, "action=\"/plant/presets\""));
    got = house_form(h, ADMIN_A, "/plant/presets", "");
    assert_int_equal(got.status, 303);
    got = house_get(h, ADMIN_A, "/plant");
    CHECK("figures wait", seen_has(&got, "15 wait for approval"));
}

static void test_lists(void **state)
{
    house *h = *state;
    EACH_KIND(kind)
    {
        if (kind == &kind_asset)
            continue; /* a list of its own */
        const char *list = path(h, "/plant/%s", kind->path);
        seen got = house_get(h, ADMIN_A, list);
        CHECK(kind->name, got.status == 200 && seen_has(&got, "Nothing here yet") &&
                              seen_has(&got, path(h, "%s/new", list)));
    }
    EACH_KIND(kind)
    sample(h, kind, "Listed");
    EACH_KIND(kind)
    {
        if (kind == &kind_asset)
            continue;
        const char *list = path(h, "/plant/%s", kind->path);
        oq_uuid id = sample(h, kind, "Listed");
        seen got = house_get(h, ADMIN_A, list);
        CHECK(kind->name,
              got.status == 200 && seen_has(&got, path(h, "%s/%s\"", list, id_text(h, id))));
        got = house_get(h, ADMIN_A, path(h, "%s?lang=ar", list));
        CHECK(kind->name,
              got.status == 200 && seen_has(&got, "dir=\"rtl\"") && !seen_has(&got, "plant."));
        got = house_get(h, ADMIN_A, path(h, "%s?cursor=x", list));
        CHECK(kind->name, got.status == 400);
        CHECK(kind->name, house_get(h, NOBODY, list).status == 303);
    }
    seen got = house_get(h, VIEWER_A, "/plant/sites");
    CHECK("a viewer adds nothing", got.status == 200 && !seen_has(&got, "/plant/sites/new"));
    CHECK("nor sees people", house_get(h, VIEWER_A, "/plant/absences").status == 403);
    got = house_get(h, ADMIN_A, "/plant/sites?q=nothing+of+this");
    CHECK("no match", seen_has(&got, "Nothing matches"));
    got = house_get(h, ADMIN_A, "/plant/assets");
    CHECK_STR("assets have their own list", seen_header(&got, "Location"), "/assets");
}

/* A form that says all, then one that changes something, then one that is late, then the end. */
static void test_life_of_each_kind(void **state)
{
    house *h = *state;
    EACH_KIND(kind)
    {
        const char *list = path(h, "/plant/%s", kind->path), *new = path(h, "%s/new", list);
        CHECK(kind->name, house_get(h, ADMIN_A, new).status == 200);
        const char *form = form_of(h, kind, "Living");
        seen got = house_form(h, ADMIN_A, new, form);
        if (got.status != 303)
            fail_msg("%s: %d %.*s", new, got.status,
                     OQ_FMT(house_between(h, &got, "field-error", "</p>")));
        oq_uuid id = sample(h, kind, "Living"); /* is there: the same key */
        const char *one = path(h, "%s/%s", list, id_text(h, id));
        got = house_get(h, ADMIN_A, one);
        CHECK(one, got.status == 200 && seen_has(&got, "name=\"version\" value=\"1\""));
        got = house_get(h, ADMIN_A, path(h, "%s?lang=ar", one));
        CHECK(one, got.status == 200 && !seen_has(&got, "plant.field"));
        /* Sent again as it is shown: nothing differs. */
        got = house_form(h, ADMIN_A, one, path(h, "version=1&%s", form));
        CHECK(one, got.status == 303);
        CHECK(one,
              testdb_number(h->db,
                            "SELECT count(*) FROM audit_logs WHERE action = 'plant.changed'") == 0);
        oq_str change = plant_sample_change(h->arena, kind, "Living", 7, true);
        got = house_form(h, ADMIN_A, one, path(h, "version=1&%.*s", OQ_FMT(change)));
        CHECK(one, got.status == 303);
        change = plant_sample_change(h->arena, kind, "Living", 8, true);
        got = house_form(h, ADMIN_A, one, path(h, "version=1&%.*s", OQ_FMT(change)));
        CHECK(one, got.status == 409 && seen_has(&got, "Stored now:") &&
                       seen_has(&got, "name=\"version\" value=\"2\""));
        got = house_form(h, ADMIN_A, path(h, "%s/delete", one), "version=1");
        CHECK(one, got.status == 409);
        got = house_form(h, ADMIN_A, path(h, "%s/delete", one), "version=2");
        CHECK(one, got.status == 303);
        CHECK(one, house_get(h, ADMIN_A, one).status == 404);
        house_reset(state);
        h = *state;
    }
}

/* --- what forms do --------------------------------------------------------------------------------*/

static void test_mistakes(void **state)
{
    house *h = *state;
    seen got =
        house_form(h, ADMIN_A, "/plant/shifts/new",
                   "code=A+B&name=&days=&starts_min=25:00&length_min=9999&site=XXX&colour=red");
    assert_int_equal(got.status, 422);
    CHECK("code", seen_has(&got, "id=\"form-code-error\""));
    CHECK("what was typed", seen_has(&got, "value=\"A B\"") && seen_has(&got, "value=\"9999\"") &&
                                seen_has(&got, "value=\"25:00\""));
    CHECK("name", seen_has(&got, "id=\"form-name-error\""));
    CHECK("days", seen_has(&got, "id=\"form-days-error\""));
    CHECK("clock", seen_has(&got, "id=\"form-starts_min-error\""));
    CHECK("length", seen_has(&got, "id=\"form-length_min-error\""));
    CHECK("site", seen_has(&got, "id=\"form-site-error\""));
    CHECK("no field of the form", seen_has(&got, "role=\"alert\""));
    got = house_form(h, VIEWER_A, "/plant/shifts/new", "code=A");
    assert_int_equal(got.status, 403);
    oq_uuid id = sample(h, &kind_site, "Used");
    sample(h, &kind_asset, "Used");
    got = house_form(h, ADMIN_A, path(h, "/plant/sites/%s/delete", id_text(h, id)), "version=1");
    CHECK("says who uses it",
          got.status == 409 && seen_has(&got, "still used by units and lines (1)"));
    got = house_get(h, VIEWER_A, path(h, "/plant/sites/%s", id_text(h, id)));
    CHECK("to look at", got.status == 200 &&
                            seen_has(&got, "<fieldset class=\"stack\" disabled>") &&
                            !seen_has(&got, "/delete"));
}

static void test_amounts_days_and_times(void **state)
{
    house *h = *state;
    seen got = house_form(
        h, ADMIN_A, "/plant/cost-models/new",
        "code=C1&name=C&currency=KWD&failure_minor=12,500.125&maintenance_minor=%D9%A1%D9%A2"
        "&is_default=false&is_default=on");
    assert_int_equal(got.status, 303);
    CHECK_STR("thousandths of a dinar",
              oq_cstr(testdb_value(
                  h->db, "SELECT concat_ws('|', failure_minor, maintenance_minor, is_default)"
                         " FROM optimization_cost_models")),
              "12500125|12000|t");
    got = house_get(h, ADMIN_A, "/plant/cost-models");
    CHECK("whole ones", seen_has(&got, "12,500.125"));
    got = house_form(h, ADMIN_A, "/plant/cost-models/new",
                     "code=C2&name=C&currency=SAR&failure_minor=1.005");
    CHECK("too fine", got.status == 422 && seen_has(&got, "This currency has 2 decimals."));
    got = house_form(h, ADMIN_A, "/plant/cost-models/new",
                     "code=C2&name=C&currency=SAR&failure_minor=many");
    CHECK("no number", got.status == 422 && seen_has(&got, "value=\"many\""));
    got = house_form(h, ADMIN_A, "/plant/cost-models/new",
                     "code=C2&name=C&currency=SAR&is_default=on");
    CHECK("one default", got.status == 422 && seen_has(&got, "id=\"form-is_default-error\""));
    got = house_form(h, ADMIN_A, "/plant/shifts/new",
                     "code=N&name=Night&days=&days=0&days=4&starts_min=22:30&length_min=480");
    assert_int_equal(got.status, 303);
    CHECK_STR("bits and minutes",
              oq_cstr(testdb_value(
                  h->db, "SELECT concat_ws('|', days, starts_min, length_min) FROM shifts")),
              "17|1350|480");
    got = house_form(h, ADMIN_A, "/plant/source-clocks/new",
                     "source=PI&offset_ms=-1500&valid_from=2026-01-31T08:00");
    assert_int_equal(got.status, 303);
    CHECK_STR("the person's zone",
              oq_cstr(testdb_value(
                  h->db, "SELECT (valid_from AT TIME ZONE 'UTC')::text FROM source_clocks")),
              "2026-01-31 05:00:00");
}

static void test_approval(void **state)
{
    house *h = *state;
    oq_uuid id = sample(h, &kind_threshold, "Approved");
    const char *one = path(h, "/plant/thresholds/%s", id_text(h, id));
    seen got = house_get(h, ADMIN_A, one);
    CHECK("waits", seen_has(&got, "Not approved yet") && seen_has(&got, "/approve\""));
    got = house_get(h, VIEWER_A, one);
    CHECK("not for viewers", !seen_has(&got, "/approve\""));
    CHECK("nor by hand",
          house_form(h, VIEWER_A, path(h, "%s/approve", one), "version=1").status == 403);
    got = house_form(h, ADMIN_A, path(h, "%s/approve", one), "version=9");
    assert_int_equal(got.status, 409);
    got = house_form(h, ADMIN_A, path(h, "%s/approve", one), "version=1");
    assert_int_equal(got.status, 303);
    got = house_get(h, ADMIN_A, one);
    CHECK("who and when", seen_has(&got, "admin_a") && seen_has(&got, "badge-ok"));
    /* Another figure: whoever approved it did not approve this one. */
    got = house_form(h, ADMIN_A, one, "version=2&high=3.1");
    assert_int_equal(got.status, 303);
    assert_int_equal(testdb_number(h->db,
                                   "SELECT count(*) FROM threshold_references WHERE approved_by"
                                   " IS NOT NULL OR approved_at IS NOT NULL"),
                     0);
    CHECK("the audit says so",
          strstr(testdb_value(
                     h->db, "SELECT changes::text FROM audit_logs WHERE action = 'plant.changed'"),
                 "approved_by"));
    /* A cost model's name is no figure. */
    id = sample(h, &kind_cost_model, "Named");
    one = path(h, "/plant/cost-models/%s", id_text(h, id));
    CHECK("approved",
          house_form(h, ADMIN_A, path(h, "%s/approve", one), "version=1").status == 303);
    CHECK("renamed", house_form(h, ADMIN_A, one, "version=2&name=Another").status == 303);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM optimization_cost_models WHERE"
                                          " approved_by IS NOT NULL"),
                     1);
    CHECK("another currency", house_form(h, ADMIN_A, one, "version=3&currency=AED").status == 303);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM optimization_cost_models WHERE"
                                          " approved_by IS NOT NULL"),
                     0);
}

/* A person who looks in from elsewhere answers for nothing here. */
static void test_approval_by_others(void **state)
{
    house *h = *state;
    oq_uuid id = sample(h, &kind_carbon_factor, "Foreign");
    oq_scope *s;
    void *record;
    CHECK_OK(
        oq_scope_open(&(oq_scope_options){.pool = h->pool,
                                          .tenant_id = HOUSE_A,
                                          .access = OQ_WRITE,
                                          .actor = {.kind = ACTOR_USER,
                                                    .id = house_id(OWNER),
                                                    .home_tenant = HOUSE_PLATFORM,
                                                    .label = OQ_STR("owner"),
                                                    .caps = oq_caps_of_role(ROLE_PLATFORM_OWNER)},
                                          .arena = h->arena},
                      &s));
    CHECK_CODE("the platform's owner", record_approve(s, &kind_carbon_factor, id, 1, &record),
               "plant.approver_not_here");
    oq_scope_close(s);
}

/* --- what belongs together --------------------------------------------------------------------------*/

static void test_prefilled(void **state)
{
    house *h = *state;
    oq_uuid id = sample(h, &kind_asset, "Pre");
    const char *text = id_text(h, id);
    seen got = house_get(h, ADMIN_A, path(h, "/plant/components?asset_id=%s", text));
    CHECK("only of this one",
          seen_has(&got, "Pre-P-101") &&
              seen_has(&got, path(h, "/plant/components/new?asset_id=%s", text)));
    got = house_get(h, ADMIN_A, path(h, "/plant/components/new?asset_id=%s", text));
    CHECK("filled in", seen_has(&got, "value=\"Pre-P-101\""));
    got = house_form(h, ADMIN_A, "/plant/assets/new", form_of(h, &kind_asset, "Fresh"));
    oq_str location = seen_header(&got, "Location");
    CHECK("to the asset's own page", oq_str_starts(location, OQ_STR("/assets/")));
}

/* A class with what belongs to it on one page; whoever mends a metric comes back there. */
static void test_class_and_its_metrics(void **state)
{
    house *h = *state;
    oq_uuid class_id = sample(h, &kind_asset_class, "Whole");
    oq_uuid metric_id = sample(h, &kind_class_metric, "Whole");
    const char *class_page = path(h, "/plant/asset-classes/%s", id_text(h, class_id));
    const char *one = path(h, "/plant/class-metrics/%s", id_text(h, metric_id));
    const char *with = path(h, "class_id=%s", id_text(h, class_id));
    seen got = house_get(h, ADMIN_A, class_page);
    CHECK("its metrics", got.status == 200 && seen_has(&got, "Metrics and limits") &&
                             seen_has(&got, path(h, "href=\"%s\"", one)));
    static const char *const kinds[] = {"class-metrics", "failure-modes", "thresholds",
                                        "machine-specs"};
    for (size_t i = 0; i < OQ_COUNT(kinds); i++)
        CHECK(kinds[i], seen_has(&got, path(h, "href=\"/plant/%s/new?%s\"", kinds[i], with)));
    got = house_get(h, VIEWER_A, class_page);
    CHECK("who may only look adds nothing",
          got.status == 200 && seen_has(&got, one) && !seen_has(&got, path(h, "new?%s", with)));
    got = house_get(h, ADMIN_A, path(h, "/plant/class-metrics/new?%s", with));
    CHECK("the class is on the way down and the way back",
          got.status == 200 && seen_has(&got, path(h, "href=\"%s\">Cancel", class_page)));
    class_metric *metric;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(record_get(s, &kind_class_metric, metric_id, (void **)&metric));
    oq_str unit = web_format_unit(h->arena, metric->unit);
    oq_scope_close(s);
    got = house_get(h, ADMIN_A, one);
    CHECK("limits say what they are counted in",
          seen_has(&got, path(h, "High high (" WEB_LRI "%.*s" WEB_PDI ")", OQ_FMT(unit))));
    CHECK("no bare code as its name",
          !seen_has(&got, path(h, "<h1><bdi>%.*s</bdi>", OQ_FMT(metric->metric))));
    got = house_form(h, ADMIN_A, one, "version=1&position=77");
    CHECK_STR("back at the class", seen_header(&got, "Location"), class_page);
    got = house_form(h, ADMIN_A, path(h, "%s/delete", one), "version=2");
    CHECK_STR("and so when it is gone", seen_header(&got, "Location"), class_page);
    oq_uuid asset_id = sample(h, &kind_asset, "Whole");
    oq_uuid component_id = sample(h, &kind_component, "Whole");
    got = house_form(h, ADMIN_A, path(h, "/plant/components/%s/delete", id_text(h, component_id)),
                     "version=1");
    CHECK_STR("a component's asset", seen_header(&got, "Location"),
              path(h, "/assets/%s", id_text(h, asset_id)));
}

/* People who may not see who is where do not see it below a shift either. */
static void test_belongings_need_their_right(void **state)
{
    house *h = *state;
    sample(h, &kind_user_shift, "Right");
    oq_uuid id = sample(h, &kind_shift, "Right");
    const char *one = path(h, "/plant/shifts/%s", id_text(h, id));
    seen got = house_get(h, ADMIN_A, one);
    CHECK("who works it", got.status == 200 && seen_has(&got, "/plant/user-shifts/"));
    got = house_get(h, VIEWER_A, one);
    CHECK("not for viewers", got.status == 200 && !seen_has(&got, "/plant/user-shifts"));
}

static void test_mapping_address(void **state)
{
    house *h = *state;
    seen got = house_get(h, ADMIN_A, path(h, "/tenant/%s/data-mapping", id_text(h, HOUSE_A)));
    CHECK_STR("one's own", seen_header(&got, "Location"), "/plant/mappings");
    got = house_get(h, ADMIN_A, path(h, "/tenant/%s/data-mapping", id_text(h, HOUSE_B)));
    assert_int_equal(got.status, 404);
    assert_int_equal(house_get(h, VIEWER_A, "/plant/mappings").status, 403);
}

static int64_t sites(house *h)
{
    return testdb_number(h->db, "SELECT count(*) FROM sites");
}

static void test_import_page(void **state)
{
    house *h = *state;
    seen got = house_get(h, ADMIN_A, "/plant/import?kind=sites");
    CHECK("columns", got.status == 200 && seen_has(&got, "<code class=\"ltr\">name_ar</code>"));
    got = house_get(h, ADMIN_A, "/plant/import?kind=assets");
    CHECK("how their values are written",
          seen_has(&got, "code of: Site") && seen_has(&got, "critical, high, medium, low"));
    got = house_get(h, ADMIN_A, "/plant/import?kind=cost-models");
    CHECK("and amounts", seen_has(&got, "smallest part of the currency"));
    const char *text = "kind=sites&text=code%2Cname%0D%0AJED%2CJeddah%0D%0ART%2C";
    got = house_form(h, ADMIN_A, "/plant/import", path(h, "%s&check=1", text));
    CHECK("checked",
          got.status == 200 && seen_has(&got, "JED") && seen_has(&got, "This field is required."));
    CHECK("the text stays", seen_has(&got, "JED,Jeddah"));
    assert_int_equal(sites(h), 0);
    got = house_form(h, ADMIN_A, "/plant/import", path(h, "%s&store=1", text));
    CHECK("refused", got.status == 422 && seen_has(&got, "Nothing was stored: correct"));
    assert_int_equal(sites(h), 0);
    got = house_form(h, ADMIN_A, "/plant/import", path(h, "%s&store=1&skip_bad=true", text));
    assert_int_equal(got.status, 200);
    assert_int_equal(sites(h), 1);
    got = house_form(h, ADMIN_A, "/plant/import", "kind=sites&text=&check=1");
    CHECK("nothing", got.status == 422 && seen_has(&got, "The file holds no rows."));
    /* As the script sends a file. */
    got = house_ask(h, ADMIN_A, "POST", "/plant/import?kind=sites&dry_run=false&skip_bad=false",
                    "Content-Type: text/csv\r\nX-CSRF-Token: house-csrf-token\r\n",
                    "code,name\nJED,Jeddah Islamic Port\n");
    CHECK("stored", got.status == 200 && seen_has(&got, "id=\"report\"") &&
                        seen_has(&got, "Jeddah Islamic Port"));
    CHECK_STR("changed", oq_cstr(testdb_value(h->db, "SELECT name FROM sites")),
              "Jeddah Islamic Port");
    got = house_get(h, VIEWER_A, "/plant/import");
    CHECK("not for viewers", got.status == 200 && !seen_has(&got, "name=\"store\""));
    got = house_get(h, ADMIN_A, "/plant/export?kind=sites");
    CHECK("a file", got.status == 200 && seen_has(&got, "JED,Jeddah Islamic Port"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, reset_and_serve)
    const struct CMUnitTest tests[] = {
        TEST(test_index),
        TEST(test_lists),
        TEST(test_life_of_each_kind),
        TEST(test_mistakes),
        TEST(test_amounts_days_and_times),
        TEST(test_approval),
        TEST(test_approval_by_others),
        TEST(test_prefilled),
        TEST(test_class_and_its_metrics),
        TEST(test_belongings_need_their_right),
        TEST(test_mapping_address),
        TEST(test_import_page),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
