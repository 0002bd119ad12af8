/* Windows of charts, and how values are written. */
#include "base/test.h"

#include <math.h>

#include "historian/chart_view.h"

#include "base/banned.h"

#define NONE OQ_TIME_NONE
static const oq_us NOW = INT64_C(1800000000000000);

static void test_windows(void **state)
{
    const struct {
        const char *label;
        oq_us from, to;
        int range;
        oq_us newest;
        oq_us wanted_from, wanted_to;
        bool follows, is_past;
    } row[] = {
        {"nothing asked", NONE, NONE, 0, NOW - OQ_MINUTE, NOW - OQ_DAY, NOW, true, false},
        {"a range", NONE, NONE, CHART_RANGE_8H, NOW, NOW - 8 * OQ_HOUR, NOW, true, false},
        {"an old signal", NONE, NONE, 0, NOW - 9 * OQ_DAY, NOW - 10 * OQ_DAY + OQ_HOUR,
         NOW - 9 * OQ_DAY + OQ_HOUR, false, true},
        {"an old signal, asked for a range", NONE, NONE, CHART_RANGE_1H, NOW - 9 * OQ_DAY,
         NOW - OQ_HOUR, NOW, true, false},
        {"no sample at all", NONE, NONE, 0, NONE, NOW - OQ_DAY, NOW, true, false},
        {"from and to", NOW - OQ_HOUR, NOW, CHART_RANGE_7D, NOW, NOW - OQ_HOUR, NOW, false, false},
        {"from alone", NOW - OQ_HOUR, NONE, CHART_RANGE_1H, NOW, NOW - OQ_HOUR, NOW, false, false},
        {"to alone", NONE, NOW, 0, NOW, NOW - OQ_DAY, NOW, false, false},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        chart_window w;
        CHECK_OK(chart_window_of(row[i].from, row[i].to, row[i].range, row[i].newest, NOW, &w));
        CHECK(row[i].label, w.from == row[i].wanted_from && w.to == row[i].wanted_to);
        CHECK(row[i].label, (w.range != 0) == row[i].follows && w.is_past == row[i].is_past);
    }
    chart_window w;
    CHECK_CODE("backwards", chart_window_of(NOW, NOW - 1, 0, NONE, NOW, &w), "span.reversed");
}

static void test_each_range_has_a_length(void **state)
{
    for (const oq_choice *c = chart_ranges; c[1].text; c++)
        CHECK("rising", chart_range_length(c[0].value) < chart_range_length(c[1].value));
}

static void test_digits(void **state)
{
    static const struct {
        double value;
        int decimals;
    } row[] = {{0, 2}, {5.1, 4}, {12345, 0}, {123456789, 0}, {0.001, 6}, {-45.6, 3}};
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        assert_int_equal(signal_decimals(row[i].value), row[i].decimals);
    assert_int_equal(signal_decimals((double)NAN), 2);
}

/* The path of a small line. */
static oq_str spark_of(oq_arena *arena, const aggregate *bucket, size_t count, oq_str *ret_bad)
{
    web_page page = {.arena = arena, .locale = {.lang = OQ_LANG_EN}};
    web_value *to = web_object(arena);
    series e = {.unit = OQ_STR("bar")};
    chart_put_spark(&page, to, &e, bucket, count);
    const web_value *spark = web_get(to, OQ_STR("spark"));
    *ret_bad = web_as_text(web_get(spark, OQ_STR("bad")));
    return web_as_text(web_get(spark, OQ_STR("line")));
}

static void test_sparks(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str bad;
    aggregate b[3] = {AGGREGATE_NONE, AGGREGATE_NONE, AGGREGATE_NONE};
    CHECK_STR("nothing to see", spark_of(arena, b, 3, &bad), "");
    for (int i = 0; i < 3; i++) {
        b[i].count = b[i].good = 1;
        b[i].min = b[i].max = i;
    }
    CHECK_STR("a slope", spark_of(arena, b, 3, &bad), "M0.0 25.0h0.1L60.0 14.0L120.0 3.0");
    CHECK_STR("all good", bad, "");
    b[1].good = 0;
    oq_str broken = spark_of(arena, b, 3, &bad);
    CHECK("broken where nothing is good", oq_str_find(broken, OQ_STR("L")) == SIZE_MAX);
    CHECK("and marked, because something came", bad.len > 0);
    b[1].count = 0;
    spark_of(arena, b, 3, &bad);
    CHECK_STR("silence is not marked", bad, "");
    oq_arena_close(arena);
    oq_err_reset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_each_range_has_a_length),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_sparks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
