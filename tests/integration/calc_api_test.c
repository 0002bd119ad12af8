/* The editor's preview, over HTTP. */
#include "integration/calc_house.h"

#include "base/banned.h"

static int open_served(void **state)
{
    static const http_route *const routes[] = {calc_routes, NULL};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_preview, calc_house_reset),
        cmocka_unit_test_setup(test_refused, calc_house_reset),
        cmocka_unit_test_setup(test_thinned, calc_house_reset),
    };
    return cmocka_run_group_tests(tests, open_served, house_close);
}
