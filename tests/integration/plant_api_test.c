/* The plant's records for programs: what each kind refuses and why, changes in part, filters. */
#include "plant/record_inner.h"
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

static oq_uuid sample(house *h, const record_kind *kind, const char *mark)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    oq_uuid id = plant_sample(s, kind, mark);
    house_commit(s);
    return id;
}

static const char *path_of(house *h, const record_kind *kind, oq_uuid id)
{
    return oq_strf(h->arena, "/api/%s/%s", kind->path, oq_uuid_text(h->arena, id).ptr).ptr;
}

/* --- what is refused ----------------------------------------------------------------------------*/

/* A change of the kind's sample, at version 1, and what comes of it. */
static const struct {
    const char *label, *kind, *change, *code, *field;
} refusals[] = {
    {"blanks in a code", "site", "\"code\":\"A B\"", "plant.code_malformed", "code"},
    {"a code that somebody has", "site", "\"code\":\"Other-SITE\"", "plant.code_taken", "code"},
    {"no name", "site", "\"name\":null", "field.required", "name"},
    {"a country in words", "site", "\"country\":\"sa\"", "plant.country_malformed", "country"},
    {"no such zone", "site", "\"time_zone\":\"Asia/Nowhere\"", "field.timezone_unknown",
     "time_zone"},
    {"half a place", "site", "\"latitude\":null", "plant.place_half", "longitude"},
    {"off the globe", "site", "\"latitude\":91", "field.too_large", "latitude"},
    {"a capacity of what", "site", "\"capacity_unit\":null", "plant.capacity_without_unit",
     "capacity_unit"},
    {"no such unit", "site", "\"capacity_unit\":\"bushels\"", "unit.unknown", "capacity_unit"},
    {"more than all of it", "site", "\"impact_factor\":1.1", "field.too_large", "impact_factor"},
    {"no day of work", "site", "\"work_days\":0", "field.too_small", "work_days"},
    {"an eighth day", "site", "\"work_days\":128", "field.too_large", "work_days"},
    {"to another site", "unit", "\"site_id\":\"@other_site\"", "plant.fixed", "site_id"},
    {"below itself", "unit", "\"parent_id\":\"@self\"", "plant.tree_circle", "parent_id"},
    {"below a unit of another site", "unit", "\"parent_id\":\"@other_unit\"",
     "plant.reference_elsewhere", "parent_id"},
    {"no such kind", "unit", "\"kind\":\"hall\"", "field.not_a_choice", "kind"},
    {"a class code for people", "asset_class", "\"code\":\"centrifugal pump\"",
     "plant.name_malformed", "code"},
    {"limits out of order", "class_metric", "\"high\":0.15", "plant.limits_disorder", "high"},
    {"an empty instrument", "class_metric", "\"instrument_min\":50", "plant.range_empty",
     "instrument_max"},
    {"a metric that is there", "class_metric",
     "\"class_id\":\"@other_asset_class\",\"metric\":\"Other_vibration\"", "plant.exists_already",
     "metric"},
    {"no such unit", "class_metric", "\"unit\":\"furlong\"", "unit.unknown", "unit"},
    {"a unit elsewhere", "asset", "\"unit_id\":\"@other_unit\"", "plant.reference_elsewhere",
     "unit_id"},
    {"no such class", "asset", "\"class_id\":\"01890000-0000-7000-8000-00000000abcd\"",
     "plant.reference_unknown", "class_id"},
    {"criticality in words of its own", "asset", "\"criticality\":\"vital\"", "field.not_a_choice",
     "criticality"},
    {"to another asset", "component", "\"asset_id\":\"@other_asset\"", "plant.fixed", "asset_id"},
    {"below another asset's", "component", "\"parent_id\":\"@other_component\"",
     "plant.reference_elsewhere", "parent_id"},
    {"of a class and an asset", "failure_mode", "\"asset_id\":\"@asset\"", "plant.owner_unclear",
     "class_id"},
    {"of nothing", "failure_mode", "\"class_id\":null", "plant.owner_unclear", "class_id"},
    {"eleven of ten", "failure_mode", "\"severity\":11", "field.too_large", "severity"},
    {"a limit without a value", "machine_spec", "\"value_min\":null,\"value_max\":null",
     "plant.limit_without_value", "value_max"},
    {"a limit of what", "machine_spec", "\"unit\":null", "plant.limit_without_unit", "unit"},
    {"a value to inspect", "machine_spec", "\"kind\":\"inspection\"", "plant.value_without_limit",
     "kind"},
    {"a currency in words", "cost_model", "\"currency\":\"riyal\"", "field.too_long", "currency"},
    {"less than nothing", "cost_model", "\"failure_minor\":-1", "field.too_small", "failure_minor"},
    {"the default of a class", "cost_model", "\"is_default\":true", "plant.default_of_class",
     "is_default"},
    {"no limit at all", "threshold", "\"high\":null,\"high_high\":null",
     "plant.threshold_without_limit", "high"},
    {"an amount of what", "threshold", "\"currency\":null", "plant.cost_without_currency",
     "currency"},
    {"no mass per energy", "carbon_factor", "\"unit\":\"m3/h\"", "plant.unit_not_mass_per_energy",
     "unit"},
    {"no unit", "carbon_factor", "\"unit\":\"CO2\"", "unit.unknown", "unit"},
    {"below its range", "carbon_factor", "\"value\":500", "plant.factor_outside_range",
     "value_low"},
    {"above its range", "carbon_factor", "\"value\":800", "plant.factor_outside_range",
     "value_high"},
    {"scope four", "carbon_factor", "\"scope\":4", "field.too_large", "scope"},
    {"a shift on no day", "shift", "\"days\":0", "field.too_small", "days"},
    {"longer than a day", "shift", "\"length_min\":1441", "field.too_large", "length_min"},
    {"ends before it begins", "user_shift", "\"to_day\":\"2001-01-01\"", "plant.days_disorder",
     "to_day"},
    {"back before going", "absence", "\"to_day\":\"2001-01-01\"", "plant.days_disorder", "to_day"},
    {"a level beyond", "user_skill", "\"level\":6", "field.too_large", "level"},
    {"a holiday that ends first", "holiday", "\"to_day\":\"2001-01-01\"", "plant.days_disorder",
     "to_day"},
    {"a window that ends first", "maintenance_window", "\"to_time\":\"2001-01-01T00:00:00Z\"",
     "plant.times_reversed", "to_time"},
    {"a stock below nothing", "spare_part", "\"in_stock\":-1", "field.too_small", "in_stock"},
    {"on its way for ever", "spare_part", "\"arrives_on\":null", "plant.arrival_missing",
     "arrives_on"},
    {"a price in no currency", "spare_part", "\"currency\":null", "plant.cost_without_currency",
     "currency"},
    {"no object", "integration", "\"config\":[1]", "plant.config_not_an_object", "config"},
    {"a password in the open", "integration", "\"config\":{\"Password\":\"x\"}",
     "plant.config_with_secret", "config"},
    {"a name that somebody has", "integration", "\"name\":\"Other historian\"", "plant.name_taken",
     "name"},
    {"a factor of zero", "mapping", "\"scaling_factor\":0", "plant.scaling_zero", "scaling_factor"},
    {"another asset's component", "mapping", "\"component_id\":\"@other_component\"",
     "plant.reference_elsewhere", "component_id"},
    {"a metric with a dot", "mapping", "\"internal_metric_name\":\"a.b\"", "plant.name_malformed",
     "internal_metric_name"},
    {"an unknown member", "skill", "\"colour\":1", "field.unknown", "colour"},
};

/* "@site", "@other_site", "@self" as ids. */
static const char *filled(house *h, const char *text, oq_uuid self)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(4096);
    while (*text) {
        if (*text != '@') {
            oq_buf_char(&out, *text++);
            continue;
        }
        size_t len = strspn(++text, "abcdefghijklmnopqrstuvwxyz_");
        oq_str name = oq_strn(text, len);
        bool is_other = oq_str_starts(name, OQ_STR("other_"));
        const record_kind *kind = record_kind_find(is_other ? oq_str_sub(name, 6, SIZE_MAX) : name);
        oq_uuid id = kind ? sample(h, kind, is_other ? "Other" : "Own") : self;
        oq_buf_str(&out, oq_uuid_text(h->arena, id));
        text += len;
    }
    return oq_str_copy(h->arena, oq_buf_view(&out)).ptr;
}

static void test_refusals(void **state)
{
    house *h = *state;
    for (const record_kind *const *k = record_kinds; *k; k++) {
        sample(h, *k, "Own");
        sample(h, *k, "Other");
    }
    for (size_t i = 0; i < OQ_COUNT(refusals); i++) {
        const record_kind *kind = record_kind_find(oq_cstr(refusals[i].kind));
        const char *label = oq_strf(h->arena, "%s: %s", kind->name, refusals[i].label).ptr;
        oq_uuid self = sample(h, kind, "Own");
        const char *change = filled(h, refusals[i].change, self);
        seen got = house_send(h, ADMIN_A, "PATCH", path_of(h, kind, self),
                              oq_strf(h->arena, "{\"version\":1,%s}", change).ptr);
        if ((got.status != 422 && got.status != 409) ||
            !seen_has(&got, oq_strf(h->arena, "\"code\":\"%s\"", refusals[i].code).ptr) ||
            !seen_has(&got, oq_strf(h->arena, "\"field\":\"%s\"", refusals[i].field).ptr))
            fail_msg("%s: wanted %s at %s, got %d %.*s", label, refusals[i].code, refusals[i].field,
                     got.status, OQ_FMT(got.body));
        CHECK(label, !seen_has(&got, "error."));
    }
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM audit_logs WHERE action ="
                                          " 'plant.changed'"),
                     0);
}

/* --- who works when -----------------------------------------------------------------------------*/

static oq_uuid add_shift(house *h, const char *code, int days, int starts, int length)
{
    seen got = house_send(h, ADMIN_A, "POST", "/api/shifts",
                          oq_strf(h->arena,
                                  "{\"code\":\"%s\",\"name\":\"%s\",\"days\":%d,\"starts_min\":%d,"
                                  "\"length_min\":%d}",
                                  code, code, days, starts, length)
                              .ptr);
    assert_int_equal(got.status, 201);
    oq_uuid id;
    assert_true(oq_uuid_parse(house_between(h, &got, "\"id\":\"", "\""), &id));
    return id;
}

static void test_nobody_works_twice_at_once(void **state)
{
    house *h = *state;
    enum { SUN = 1, MON = 2, SAT = 64 };
    oq_uuid day = add_shift(h, "DAY", SUN | MON, 7 * 60, 600);
    static const struct {
        const char *label, *from, *to;
        int days, starts, length;
        bool on_call, good;
    } row[] = {
        {"behind it", "2026-01-01", NULL, SUN | MON, 17 * 60, 600, false, true},
        {"a minute over", "2026-01-01", NULL, SUN, 17 * 60 - 1, 600, false, false},
        {"before it", "2026-01-01", NULL, SUN, 0, 7 * 60, false, true},
        {"into it", "2026-01-01", NULL, SUN, 0, 7 * 60 + 1, false, false},
        {"on other days", "2026-01-01", NULL, 4, 7 * 60, 600, false, true},
        {"over midnight into it", "2026-01-01", NULL, SAT, 22 * 60, 600, false, false},
        {"over midnight, and out in time", "2026-01-01", NULL, SAT, 22 * 60, 540, false, true},
        {"on call", "2026-01-01", NULL, SUN, 8 * 60, 60, true, true},
        {"in another year", "2027-01-01", NULL, SUN, 8 * 60, 60, false, true},
        {"until the day before", "2025-01-01", "2025-12-31", SUN, 8 * 60, 60, false, true},
        {"until the very day", "2025-01-01", "2026-01-01", SUN, 8 * 60, 60, false, false},
    };
    const char *user = oq_uuid_text(h->arena, house_id(ADMIN_A)).ptr;
    const char *order = "{\"user_id\":\"%s\",\"shift_id\":\"%s\",\"from_day\":\"%s\",\"to_day\":%s,"
                        "\"is_on_call\":%s}";
    seen got = house_send(h, ADMIN_A, "POST", "/api/user-shifts",
                          oq_strf(h->arena, order, user, oq_uuid_text(h->arena, day).ptr,
                                  "2026-01-01", "\"2026-12-31\"", "false")
                              .ptr);
    assert_int_equal(got.status, 201);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        char code[8];
        snprintf(code, sizeof code, "S%zu", i);
        oq_uuid other = add_shift(h, code, row[i].days, row[i].starts, row[i].length);
        const char *to = row[i].to ? oq_strf(h->arena, "\"%s\"", row[i].to).ptr : "null";
        got = house_send(h, ADMIN_A, "POST", "/api/user-shifts",
                         oq_strf(h->arena, order, user, oq_uuid_text(h->arena, other).ptr,
                                 row[i].from, to, row[i].on_call ? "true" : "false")
                             .ptr);
        if (got.status != (row[i].good ? 201 : 422))
            fail_msg("%s: %d %.*s", row[i].label, got.status, OQ_FMT(got.body));
        testdb_exec(h->db, "DELETE FROM user_shifts WHERE shift_id <> (SELECT id FROM shifts WHERE"
                           " code = 'DAY')");
    }
}

static void test_nobody_is_away_twice(void **state)
{
    house *h = *state;
    const char *order = "{\"user_id\":\"%s\",\"from_day\":\"%s\",\"to_day\":\"%s\",\"reason\":"
                        "\"leave\"}";
    const char *user = oq_uuid_text(h->arena, house_id(VIEWER_A)).ptr;
    static const struct {
        const char *from, *to;
        int status;
    } row[] = {{"2026-03-01", "2026-03-10", 201}, {"2026-03-10", "2026-03-12", 422},
               {"2026-02-01", "2026-03-01", 422}, {"2026-03-04", "2026-03-05", 422},
               {"2026-03-11", "2026-03-12", 201}, {"2026-03-13", "2026-03-12", 422}};
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen got = house_send(h, ADMIN_A, "POST", "/api/absences",
                              oq_strf(h->arena, order, user, row[i].from, row[i].to).ptr);
        CHECK(row[i].from, got.status == row[i].status);
    }
}

/* --- changes ------------------------------------------------------------------------------------*/

static void test_patch(void **state)
{
    house *h = *state;
    const char *path = path_of(h, &kind_asset, sample(h, &kind_asset, "Patch"));
    seen got = house_send(h, ADMIN_A, "PATCH", path,
                          "{\"version\":1,\"name_ar\":null,"
                          "\"power_rated_kw\":300}");
    assert_int_equal(got.status, 200);
    CHECK("changed and taken away", seen_has(&got, "\"power_rated_kw\":300") &&
                                        seen_has(&got, "\"name_ar\":null") &&
                                        seen_has(&got, "\"version\":2"));
    CHECK("kept",
          seen_has(&got, "\"criticality\":\"high\"") && seen_has(&got, "\"serial\":\"00123\""));
    CHECK_REFUSED("stale", house_send(h, ADMIN_A, "PATCH", path, "{\"version\":1,\"name\":\"x\"}"),
                  409, "plant.version_stale");
    CHECK_REFUSED("without a version", house_send(h, ADMIN_A, "PATCH", path, "{\"name\":\"x\"}"),
                  422, "field.required");
    CHECK_REFUSED("viewer", house_send(h, VIEWER_A, "PATCH", path, "{\"version\":2}"), 403,
                  "access.forbidden");
    CHECK_REFUSED(
        "stale removal",
        house_send(h, ADMIN_A, "DELETE", oq_strf(h->arena, "%s?version=1", path).ptr, NULL), 409,
        "plant.version_stale");
    got = house_send(h, ADMIN_A, "DELETE", oq_strf(h->arena, "%s?version=2", path).ptr, NULL);
    assert_int_equal(got.status, 204);
    CHECK_REFUSED("gone", house_get(h, ADMIN_A, path), 404, "asset.not_found");
}

static void test_the_type_of_a_mapping_stays(void **state)
{
    house *h = *state;
    const char *mapping = path_of(h, &kind_mapping, sample(h, &kind_mapping, "Typed"));
    const char *source = path_of(h, &kind_integration, sample(h, &kind_integration, "Typed"));
    seen got = house_get(h, ADMIN_A, mapping);
    CHECK("as it was", seen_has(&got, "\"external_source_type\":\"pi\""));
    got = house_send(h, ADMIN_A, "PATCH", source, "{\"version\":1,\"type\":\"opcua\"}");
    assert_int_equal(got.status, 200);
    got = house_send(h, ADMIN_A, "PATCH", mapping, "{\"version\":1,\"unit\":\"cm/s\"}");
    CHECK("when the row was made", seen_has(&got, "\"external_source_type\":\"pi\""));
}

/* --- lists --------------------------------------------------------------------------------------*/

static void test_filters(void **state)
{
    house *h = *state;
    for (const record_kind *const *k = record_kinds; *k; k++) {
        sample(h, *k, "One");
        sample(h, *k, "Two");
    }
    static const struct {
        const char *path, *member;
        const record_kind *kind;
    } row[] = {
        {"units", "site_id", &kind_site},
        {"assets", "site_id", &kind_site},
        {"assets", "unit_id", &kind_plant_unit},
        {"assets", "class_id", &kind_asset_class},
        {"components", "asset_id", &kind_asset},
        {"class-metrics", "class_id", &kind_asset_class},
        {"failure-modes", "class_id", &kind_asset_class},
        {"machine-specs", "asset_id", &kind_asset},
        {"cost-models", "class_id", &kind_asset_class},
        {"thresholds", "class_id", &kind_asset_class},
        {"shifts", "site_id", &kind_site},
        {"user-shifts", "shift_id", &kind_shift},
        {"user-skills", "skill_id", &kind_skill},
        {"holidays", "site_id", &kind_site},
        {"maintenance-windows", "site_id", &kind_site},
        {"spare-parts", "site_id", &kind_site},
        {"mappings", "integration_id", &kind_integration},
        {"mappings", "asset_id", &kind_asset},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_uuid id = sample(h, row[i].kind, "Two");
        const char *path = oq_strf(h->arena, "/api/%s?%s=%s", row[i].path, row[i].member,
                                   oq_uuid_text(h->arena, id).ptr)
                               .ptr;
        seen got = house_get(h, ADMIN_A, path);
        oq_str first = oq_str_sub(got.body, oq_str_find(got.body, OQ_STR("\"id\"")) + 4, SIZE_MAX);
        CHECK(path, got.status == 200 && oq_str_find(first, OQ_STR("\"id\":")) == SIZE_MAX &&
                        seen_has(&got, oq_uuid_text(h->arena, id).ptr));
    }
    seen got = house_get(h, ADMIN_A, "/api/assets?q=two+%D9%85%D8%B6%D8%AE%D9%87");
    CHECK("words", seen_has(&got, "Two-P-101") && !seen_has(&got, "One-P-101"));
    got = house_get(h, ADMIN_A, "/api/assets?criticality=low");
    CHECK("none", seen_has(&got, "\"items\":[]"));
    got = house_get(h, ADMIN_A, "/api/assets?limit=1");
    oq_str next = house_between(h, &got, "\"next\":\"", "\"");
    got = house_get(h, ADMIN_A,
                    oq_strf(h->arena, "/api/assets?limit=1&cursor=%.*s", OQ_FMT(next)).ptr);
    CHECK("the second page", seen_has(&got, "Two-P-101") && seen_has(&got, "\"next\":null"));
    CHECK_REFUSED("limit", house_get(h, ADMIN_A, "/api/assets?limit=501"), 422, "field.too_large");
    CHECK_REFUSED("cursor", house_get(h, ADMIN_A, "/api/assets?cursor=x"), 400,
                  "list.cursor_malformed");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, reset_and_serve)
    const struct CMUnitTest tests[] = {
        TEST(test_refusals),
        TEST(test_nobody_works_twice_at_once),
        TEST(test_nobody_is_away_twice),
        TEST(test_patch),
        TEST(test_the_type_of_a_mapping_stays),
        TEST(test_filters),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
