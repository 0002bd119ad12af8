/* Over HTTP: the editor's preview, and what people see of calculations and corrections that fail.
 */
#include "integration/calc_house.h"

#include "historian/correct.h"
#include "historian/series_page.h"

#include "base/banned.h"

static int open_served(void **state)
{
    static const http_route *const routes[] = {calc_routes, correction_routes, series_page_routes,
                                               NULL};
    house_open(state);
    house_serve(*state, (http_route_list *)&routes);
    return 0;
}

static seen ask(house *h, house_person who, const char *expression, const char *more)
{
    oq_str path = oq_strf(h->arena, "/api/series/preview?expression=%.*s%s",
                          OQ_FMT(oq_percent(h->arena, oq_cstr(expression), "")), more);
    return house_get(h, who, path.ptr);
}

static void test_preview(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "bar", NULL), *b = calc_house_series(h, "b", "bar", NULL);
    WRITE(h, a, {-30, 1}, {-20, 2}, {-10, 3, QUALITY_UNITS_EXCEEDED});
    WRITE(h, b, {-30, 0.5}, {-10, 0.5});
    seen got = ask(h, VIEWER_A, "'a' - 'b'", "&unit=kPa");
    assert_int_equal(got.status, 200);
    CHECK_STR("in kPa", got.body,
              "{\"unit\":\"kPa\",\"times\":[1799999970000,1799999980000,1799999990000],"
              "\"values\":[50,150,250],\"qualities\":[[0,0],[2,1083441152]]}");
    got = ask(h, VIEWER_A, "'a' * 2 > 3", "&from=1799999975&to=1799999985");
    CHECK_STR("its own unit, a part", got.body,
              "{\"unit\":\"1\",\"times\":[1799999980000],\"values\":[1],\"qualities\":null}");
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_dirty"), 0);
}

static void test_refused(void **state)
{
    house *h = *state;
    calc_house_series(h, "a", "bar", NULL);
    CHECK_REFUSED("syntax", ask(h, VIEWER_A, "'a' +", ""), 422, "expr.syntax");
    CHECK_REFUSED("unknown", ask(h, VIEWER_A, "'b'", ""), 422, "calc.input_unknown");
    CHECK_REFUSED("another tenant's", ask(h, ADMIN_B, "'a'", ""), 422, "calc.input_unknown");
    CHECK_REFUSED("unit", ask(h, VIEWER_A, "'a'", "&unit=m"), 422, "unit.not_convertible");
    CHECK_REFUSED("span", ask(h, VIEWER_A, "'a'", "&from=1799999985&to=1799999975"), 422,
                  "span.reversed");
    CHECK_REFUSED("nobody", ask(h, NOBODY, "'a'", ""), 401, "auth.required");
}

/* Fewer points than there are, with their extremes. */
static void test_thinned(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "1", NULL);
    enum { MANY = 3000 };
    point *p = oq_new_n(h->arena, point, MANY);
    for (int i = 0; i < MANY; i++)
        p[i] = (point){-(double)(MANY - i), i == 1234 ? 1000 : i % 7};
    calc_house_write(h, a, p, MANY);
    seen got = ask(h, VIEWER_A, "'a' * 2", "&points=50");
    oq_str values = house_between(h, &got, "\"values\":[", "]");
    size_t count = 0;
    for (oq_str part; oq_str_cut(&values, ',', &part);)
        count++;
    assert_int_equal(count, 50);
    house_between(h, &got, ",2000,", "]");
}

/* --- what fails ---------------------------------------------------------------------------------*/

static oq_str path_of(house *h, const series *e, const char *form)
{
    return oq_strf(h->arena, form, oq_uuid_text(h->arena, e->id).ptr);
}

static void test_a_calculation_that_fails(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "bar", NULL);
    series *e = calc_house_calculated(h, "e", "bar", "'a' * 2");
    oq_str api = path_of(h, e, "/api/series/%s/calculation"), page = path_of(h, e, "/series/%s");
    WRITE(h, a, {-100, 1});
    calc_house_run(h);
    seen got = house_get(h, VIEWER_A, api.ptr);
    CHECK("works", got.status == 200 && seen_has(&got, "\"status\":\"ok\"") &&
                       seen_has(&got, "\"error_en\":null"));
    got = house_get(h, VIEWER_A, page.ptr);
    CHECK("its page", got.status == 200 && seen_has(&got, "Computed until") &&
                          !seen_has(&got, "cannot be calculated"));
    testdb_exec(h->db, "UPDATE series SET unit = 'K' WHERE key = 'a'");
    WRITE(h, a, {-90, 2});
    calc_house_run(h);
    got = house_get(h, VIEWER_A, api.ptr);
    CHECK("fails", seen_has(&got, "\"status\":\"failing\"") &&
                       seen_has(&got, "\"error_code\":\"unit.not_convertible\""));
    got = house_get(h, VIEWER_A, page.ptr);
    CHECK("its page says so",
          seen_has(&got, "cannot be calculated at present") && seen_has(&got, "Failing since"));
    CHECK_REFUSED("another tenant's", house_get(h, ADMIN_B, api.ptr), 404, "series.not_found");
}

static void test_a_correction_that_failed(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "bar", NULL);
    correction *made;
    WRITE(h, a, {-100, 1});
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(correction_add(s, a->id,
                            &(correction_order){.kind = CORRECT_ADD,
                                                .from = CALC_NOW - OQ_HOUR,
                                                .to = CALC_NOW,
                                                .value = 2.5,
                                                .quality = OQ_I64_NONE,
                                                .reason = OQ_STR("calibration")},
                            &made));
    house_commit(s);
    testdb_exec(h->db, "UPDATE series_corrections SET status = 'failed', done_at = created_at,"
                       " done_to = time_to - interval '10 min',"
                       " error_code = 'job.worker_died', error_facts = '{\"worker\": \"w7\"}'");
    oq_str page = path_of(h, a, "/series/%s");
    seen got = house_get(h, ADMIN_A, page.ptr);
    CHECK("why", got.status == 200 && seen_has(&got, "w7"));
    oq_str href = house_between(h, &got, "class=\"small\" href=\"", "\"");
    CHECK("what is left of it",
          oq_str_find(href, OQ_STR("/correct?from=2027-01-15T07:50:00Z")) != SIZE_MAX);
    got = house_get(h, VIEWER_A, page.ptr);
    CHECK("who may not correct is not asked to", !seen_has(&got, "/correct?from="));
    got = house_get(h, ADMIN_A, path_of(h, a, "/api/series/%s/corrections").ptr);
    CHECK("API", seen_has(&got, "\"error_code\":\"job.worker_died\"") &&
                     seen_has(&got, "\"error_facts\":{\"worker\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_preview, calc_house_reset),
        cmocka_unit_test_setup(test_a_calculation_that_fails, calc_house_reset),
        cmocka_unit_test_setup(test_a_correction_that_failed, calc_house_reset),
        cmocka_unit_test_setup(test_refused, calc_house_reset),
        cmocka_unit_test_setup(test_thinned, calc_house_reset),
    };
    return cmocka_run_group_tests(tests, open_served, house_close);
}
