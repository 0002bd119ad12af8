#include "quant/aggregate.h"
#include "quant/signal_sample.h"

/* --- worked examples ----------------------------------------------------------------------------*/

static aggregate one_bucket(oq_arena *arena, samples s, aggregate_rule rule, oq_us from, oq_us to)
{
    oq_us *edge = oq_new_n(arena, oq_us, 2);
    edge[0] = from;
    edge[1] = to;
    aggregator g = aggregator_make(arena, (buckets){edge, 1}, rule);
    aggregator_feed(&g, &s);
    return g.into[0];
}

/* The idea of OPC UA Part 13, TimeAverage2: bounds are interpolated, and only good time counts.
 * Samples at 12:00:02, :25, :28, :39, :48, each with its minute's second as the place:
 *
 *     s     2   25   28   39   48      value  10  20  25  30  40
 *
 * In [12:00:05, 12:00:30) the signal goes from 10 + 10 * 3/23 to 20 in 20 s, to 25 in 3 s, and to
 * 25 + 5 * 2/11 in 2 s. */
static void test_time_average(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_us time[] = {2 * OQ_SECOND, 25 * OQ_SECOND, 28 * OQ_SECOND, 39 * OQ_SECOND, 48 * OQ_SECOND};
    double value[] = {10, 20, 25, 30, 40};
    samples s = {5, time, value, NULL, NULL};
    aggregate a = one_bucket(arena, s, (aggregate_rule){0}, 5 * OQ_SECOND, 30 * OQ_SECOND);
    double low = 10 + 10 * 3 / 23.0, high = 25 + 5 * 2 / 11.0;
    double area = (low + 20) / 2 * 20 + (20 + 25) / 2.0 * 3 + (25 + high) / 2 * 2;
    CHECK("interpolated", is_near(aggregate_mean(&a), area / 25, 100));
    CHECK("all of it is good", aggregate_good_share(&a, 25 * OQ_SECOND) == 1);
    CHECK("the samples within", a.count == 2 && a.min == 20 && a.max == 25 && a.sum == 45);

    a = one_bucket(arena, s, (aggregate_rule){.is_state = true}, 5 * OQ_SECOND, 30 * OQ_SECOND);
    CHECK("stepped", is_near(aggregate_mean(&a), (10 * 20 + 20 * 3 + 25 * 2) / 25.0, 100));

    /* From :28 on it is bad: the value before is held to there, and the rest is nobody's. */
    quality q[] = {QUALITY_GOOD, QUALITY_GOOD, QUALITY_BAD, QUALITY_GOOD, QUALITY_GOOD};
    s.quality = q;
    a = one_bucket(arena, s, (aggregate_rule){0}, 5 * OQ_SECOND, 30 * OQ_SECOND);
    CHECK("bad", is_near(aggregate_mean(&a), ((low + 20) / 2 * 20 + 20 * 3) / 23, 100));
    CHECK("23 of 25 s", is_near(aggregate_good_share(&a, 25 * OQ_SECOND), 23 / 25.0, 1));
    CHECK("a bad sample is a sample", a.count == 2 && a.good == 1 && a.max == 20);
    CHECK("the last is the bad one", a.last == 25 && a.last_quality == QUALITY_BAD);

    /* 23 s are longer than 10 s: 10 is held for 10 s, until :12, and nothing until :25. */
    s.quality = NULL;
    a = one_bucket(arena, s, (aggregate_rule){.gap_max = 10 * OQ_SECOND}, 5 * OQ_SECOND,
                   28 * OQ_SECOND);
    CHECK("gap", is_near(aggregate_mean(&a), (10 * 7 + 22.5 * 3) / 10, 100));
    CHECK("10 of 23 s", a.good_us == 10 * OQ_SECOND);
    a = one_bucket(arena, s, (aggregate_rule){.gap_max = 23 * OQ_SECOND}, 2 * OQ_SECOND,
                   25 * OQ_SECOND);
    CHECK("just as long as a gap is none", is_near(aggregate_mean(&a), 15, 100));
    oq_arena_close(arena);
}

/* A burst weighs no more than its time; the plain mean of samples does not know that. */
static void test_burst(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_us time[101];
    double value[101];
    for (int i = 0; i < 100; i++) {
        time[i] = i * OQ_MS;
        value[i] = 100;
    }
    time[100] = 100 * OQ_SECOND;
    value[100] = 0;
    aggregate a = one_bucket(arena, (samples){101, time, value, NULL, NULL},
                             (aggregate_rule){.is_state = true}, 0, 200 * OQ_SECOND);
    CHECK("of the time", aggregate_mean(&a) == 100);
    CHECK("of the samples", is_near(a.sum / (double)a.good, 10000 / 101.0, 100));
    oq_arena_close(arena);
}

/* --- numbers ------------------------------------------------------------------------------------*/

/* Around 1e12, a spread of 0.25 and 90 days of microseconds: nothing may drown. */
static void test_large_values(void **state)
{
    enum { COUNT = 200000 };
    oq_arena *arena = oq_arena_open(0);
    oq_us *time = oq_new_n(arena, oq_us, COUNT);
    double *value = oq_new_n(arena, double, COUNT);
    for (int i = 0; i < COUNT; i++) {
        time[i] = i * 39 * OQ_SECOND;
        value[i] = 1e12 + (i % 2 ? 0.25 : -0.25);
    }
    samples s = {COUNT, time, value, NULL, NULL};
    aggregate a = one_bucket(arena, s, (aggregate_rule){0}, 0, 365 * OQ_DAY);
    CHECK("mean", fabs(aggregate_mean(&a) - 1e12) < 0.01);
    CHECK("spread", fabs(aggregate_stddev(&a) - 0.25 * sqrt(COUNT / (COUNT - 1.0))) < 1e-6);
    value[0] = 0; /* the first value, around which the first sums are taken, is far from the rest */
    a = one_bucket(arena, (samples){COUNT, time, value, NULL, NULL}, (aggregate_rule){0}, 0,
                   365 * OQ_DAY);
    CHECK("mean beside an outlier",
          fabs(aggregate_mean(&a) - 1e12 * (1 - 0.5 / (COUNT - 1))) < 0.01);
    oq_arena_close(arena);
}

static void test_of_nothing(void **state)
{
    aggregate none = AGGREGATE_NONE;
    CHECK("no mean", isnan(aggregate_mean(&none)));
    CHECK("no spread", isnan(aggregate_stddev(&none)));
    CHECK("no share", aggregate_good_share(&none, 1000) == 0 && none.count == 0);
    none.good = 1;
    CHECK("one sample has no spread", isnan(aggregate_stddev(&none)));
}

/* NaN and infinities are not good, also where the quality says so. */
static void test_not_finite(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_us time[] = {0, 10, 20, 30, 40};
    double value[] = {1, NAN, INFINITY, 2, 4};
    aggregate a =
        one_bucket(arena, (samples){5, time, value, NULL, NULL}, (aggregate_rule){0}, 0, 100);
    CHECK("counted, not good", a.count == 5 && a.good == 3);
    CHECK("held to the first, sloped at the end", a.area == 1 * 10 + 3 * 10 && a.good_us == 20);
    CHECK("extremes", a.min == 1 && a.max == 4);
    oq_arena_close(arena);
}

/* --- merging ------------------------------------------------------------------------------------*/

static void test_merge(void **state)
{
    aggregate_rule rule = {.gap_max = 50};
    aggregate a = AGGREGATE_NONE, b = AGGREGATE_NONE;
    a.count = a.good = 1;
    a.min = a.max = a.sum = a.first = a.last = 10;
    a.first_at = a.last_at = 100;
    b = a;
    b.min = b.max = b.sum = b.first = b.last = 20;
    b.first_at = b.last_at = 140;
    aggregate both = a;
    aggregate_merge(&both, &b, rule);
    CHECK("the slope between", both.area == 15 * 40 && both.good_us == 40);
    CHECK("samples", both.count == 2 && both.min == 10 && both.max == 20 && both.sum == 30);
    CHECK("spread", is_near(aggregate_stddev(&both), sqrt(50), 10));
    CHECK("ends", both.first_at == 100 && both.last_at == 140 && both.last == 20);

    both = a;
    b.first_at = b.last_at = 200;
    aggregate_merge(&both, &b, rule);
    CHECK("a gap between", both.area == 10 * 50 && both.good_us == 50);

    both = AGGREGATE_NONE;
    aggregate_merge(&both, &a, rule);
    CHECK("into nothing", both.count == 1 && both.first_at == 100 && both.good_us == 0);
    aggregate_merge(&both, &AGGREGATE_NONE, rule);
    CHECK("nothing", both.count == 1 && both.last_at == 100 && both.good_us == 0);
}

/* --- buckets ------------------------------------------------------------------------------------*/

static void test_buckets(void **state)
{
    static const struct {
        const char *label;
        oq_us from, to, width, origin;
        const char *code;
        size_t count;
        oq_us first;
    } row[] = {
        {"even", 0, 100, 10, 0, NULL, 10, 0},
        {"begins before, ends after", 5, 101, 10, 0, NULL, 11, 0},
        {"before the epoch", -5, 5, 10, 0, NULL, 2, -10},
        {"counted from elsewhere", 0, 10, 10, 3, NULL, 2, -7},
        {"from a later origin", 0, 10, 10, 1003, NULL, 2, -7},
        {"nothing", 7, 7, 10, 0, NULL, 0, 0},
        {"as many as may be", 0, BUCKETS_MAX, 1, 0, NULL, BUCKETS_MAX, 0},
        {"one more", 0, BUCKETS_MAX + 1, 1, 0, "aggregate.too_many_buckets", 0, 0},
        {"all of time", INT64_MIN + 1, INT64_MAX, 1, 0, "aggregate.too_many_buckets", 0, 0},
        {"no width", 0, 10, 0, 0, "aggregate.width_invalid", 0, 0},
        {"negative", 0, 10, -5, 0, "aggregate.width_invalid", 0, 0},
        {"beyond the last moment", INT64_MAX - 5, INT64_MAX, 10, 0, "aggregate.width_invalid", 0,
         0},
        {"an origin too far away", INT64_MAX, INT64_MAX, 10, -5, "aggregate.width_invalid", 0, 0},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        buckets b = {0};
        CHECK_CODE(row[i].label,
                   buckets_even(arena, row[i].from, row[i].to, row[i].width, row[i].origin, &b),
                   row[i].code);
        if (row[i].code)
            continue;
        CHECK(row[i].label, b.count == row[i].count && b.edge[0] == row[i].first);
        CHECK(row[i].label, b.edge[b.count] - b.edge[0] == (oq_us)b.count * row[i].width);
    }
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_average), cmocka_unit_test(test_burst),
        cmocka_unit_test(test_large_values), cmocka_unit_test(test_of_nothing),
        cmocka_unit_test(test_not_finite),   cmocka_unit_test(test_merge),
        cmocka_unit_test(test_buckets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
