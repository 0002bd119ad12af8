#include "quant/feature.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

enum { ITEMS = 400, MOMENTS = 20 };

static const oq_str signal_name[] = {OQ_STR_INIT("volt"), OQ_STR_INIT("altitude"),
                                     OQ_STR_INIT("temp")};
static const bool altitude_is_setting[] = {false, true, false};
static const oq_str code_name[] = {OQ_STR_INIT("error1"), OQ_STR_INIT("error2")};
static const oq_str component_name[] = {OQ_STR_INIT("comp1"), OQ_STR_INIT("comp2")};
static const oq_str trait_name[] = {OQ_STR_INIT("model")};
static const double trait[] = {3};

static feature_plan full_plan(void)
{
    feature_plan p = feature_plan_usual();
    p.signal = signal_name, p.signals = 3;
    p.code = code_name, p.codes = 2;
    p.component = component_name, p.components = 2;
    p.trait = trait_name, p.traits = 1;
    return p;
}

static size_t column(oq_arena *arena, const feature_plan *p, const char *name)
{
    oq_str *all = feature_names(arena, p);
    for (size_t i = 0; i < feature_columns(p); i++)
        if (oq_str_eq(all[i], oq_cstr(name)))
            return i;
    fail_msg("there is no column %s", name);
    return 0;
}

/* Any life of an asset: items in the order of time, some at the same moment, values up to 10. */
static feature_item *any_life(oq_arena *arena, uint64_t *dice)
{
    feature_item *item = oq_new_n(arena, feature_item, ITEMS);
    oq_us at = 1000 * OQ_DAY;
    for (size_t i = 0; i < ITEMS; i++) {
        at += dice_below(dice, 4) ? (oq_us)dice_below(dice, 2 * OQ_HOUR) : 0;
        item[i] = (feature_item){.at = at,
                                 .kind = (feature_kind)(1 + dice_below(dice, 3)),
                                 .which = (uint32_t)dice_below(dice, 2),
                                 .value = 10 * dice_share(dice)};
        if (dice_below(dice, 30) == 0)
            item[i].value = dice_below(dice, 2) ? NAN : INFINITY;
    }
    return item;
}

static oq_us *any_moments(oq_arena *arena, uint64_t *dice)
{
    oq_us *moment = oq_new_n(arena, oq_us, MOMENTS), at = 1000 * OQ_DAY - OQ_HOUR;
    for (size_t i = 0; i < MOMENTS; i++)
        moment[i] = at += 1 + (oq_us)dice_below(dice, 2 * OQ_DAY);
    return moment;
}

/* --- worked by hand ----------------------------------------------------------------------------------*/

static void test_worked_example(void **state)
{
    static const feature_item item[] = {
        {.at = 0, .kind = FEATURE_RENEWAL, .which = 1},
        {.at = 1 * OQ_DAY, .kind = FEATURE_SAMPLE, .which = 0, .value = 100},
        {.at = 4 * OQ_DAY, .kind = FEATURE_EVENT, .which = 0},
        {.at = 9 * OQ_DAY, .kind = FEATURE_EVENT, .which = 0},
        {.at = 10 * OQ_DAY - 20 * OQ_HOUR, .kind = FEATURE_SAMPLE, .which = 0, .value = 1},
        {.at = 10 * OQ_DAY - 14 * OQ_HOUR, .kind = FEATURE_SAMPLE, .which = 0, .value = 3},
        {.at = 10 * OQ_DAY - 2 * OQ_HOUR, .kind = FEATURE_SAMPLE, .which = 0, .value = 8},
    };
    static const struct {
        const char *name;
        double value;
    } wanted[] = {
        {"volt.last", 8},
        {"volt.lag1", 3},
        {"volt.lag2", 1},
        {"volt.mean.3h", 8},
        {"volt.sd.3h", NAN},
        {"volt.mean.24h", 4},
        {"volt.sd.24h", 3.605551275}, /* sqrt(26 / 2) */
        {"volt.min.24h", 1},
        {"volt.max.24h", 8},
        /* hours -20 -14 -2 around -12: (-8)(-3) + (-2)(-1) + 10*4 = 66 over 168, times 24 */
        {"volt.slope.24h", 9.428571429},
        {"volt.slope.3h", NAN},
        {"volt.drift.24h", 4 - 28},
        {"volt.max.7d", 8},
        {"temp.last", NAN},
        {"temp.mean.7d", NAN},
        {"error1.count.24h", 1},
        {"error1.count.7d", 2},
        {"error1.since", 1},
        {"error2.count.7d", 0},
        {"error2.since", NAN},
        {"comp1.age", NAN},
        {"comp2.age", 10},
        {"age", 15},
        {"model", 3},
    };
    oq_arena *arena = oq_arena_open(0);
    feature_plan p = full_plan();
    CHECK_OK(feature_plan_check(&p));
    feature_asset a = {-5 * OQ_DAY, trait, item, OQ_COUNT(item)};
    oq_us t = 10 * OQ_DAY;
    float *row = oq_new_n(arena, float, feature_columns(&p));
    CHECK_OK(feature_rows(&p, &a, &t, 1, row));
    for (size_t i = 0; i < OQ_COUNT(wanted); i++) {
        double got = row[column(arena, &p, wanted[i].name)];
        CHECK(wanted[i].name,
              isnan(wanted[i].value) ? isnan(got) : fabs(got - wanted[i].value) < 1e-5);
    }
    oq_arena_close(arena);
}

/* What is stamped with the moment itself is not known yet. */
static void test_the_moment_itself_is_not_known(void **state)
{
    static const feature_item item[] = {{.at = 5, .kind = FEATURE_SAMPLE, .value = 1},
                                        {.at = 9, .kind = FEATURE_SAMPLE, .value = 2}};
    oq_arena *arena = oq_arena_open(0);
    feature_plan p = full_plan();
    feature_asset a = {OQ_TIME_NONE, trait, item, 2};
    float *row = oq_new_n(arena, float, 3 * feature_columns(&p));
    CHECK_OK(feature_rows(&p, &a, (oq_us[]){5, 9, 10}, 3, row));
    size_t last = column(arena, &p, "volt.last"), n = feature_columns(&p);
    assert_true(isnan((double)row[last]));
    assert_float_equal(row[n + last], 1, 0);
    assert_float_equal(row[2 * n + last], 2, 0);
    oq_arena_close(arena);
}

/* --- properties --------------------------------------------------------------------------------------*/

/* Whatever happens at t or later, in whatever numbers, the row at t is the same, bit for bit. */
static void test_nothing_later_changes_a_row(void **state)
{
    for (uint64_t seed = 1; seed <= 60; seed++) {
        oq_arena *arena = oq_arena_open(0);
        uint64_t dice = seed;
        feature_item *item = any_life(arena, &dice), *other = any_life(arena, &dice);
        oq_us *moment = any_moments(arena, &dice);
        feature_plan p = full_plan();
        p.cell = seed % 3 ? OQ_HOUR : 0;
        p.is_setting = seed % 2 ? altitude_is_setting : NULL;
        feature_asset a = {0, trait, item, ITEMS};
        p.norm = feature_norm_learn(arena, &p, &a, 1, INT64_MAX);
        size_t n = feature_columns(&p), cut = dice_below(&dice, MOMENTS);
        float *row = oq_new_n(arena, float, n *MOMENTS), *again = oq_new_n(arena, float, n);
        CHECK_OK(feature_rows(&p, &a, moment, MOMENTS, row));
        /* From the cut on, another life. */
        feature_item *mixed = oq_new_n(arena, feature_item, 2 * ITEMS);
        size_t items = 0;
        while (items < ITEMS && item[items].at < moment[cut]) {
            mixed[items] = item[items];
            items++;
        }
        oq_us shift = moment[cut] - other[0].at;
        for (size_t i = 0; i < ITEMS; i++) {
            mixed[items] = other[i];
            mixed[items++].at += shift;
        }
        a.item = mixed, a.items = items;
        CHECK_OK(feature_rows(&p, &a, &moment[cut], 1, again));
        assert_memory_equal(again, row + cut * n, n * sizeof *again);
        oq_arena_close(arena);
    }
}

typedef struct plain {
    double count, sum, square, min, max;
} plain;

static plain look_plainly(const feature_item *item, oq_us begin, oq_us end)
{
    plain s = {.min = INFINITY, .max = -INFINITY};
    for (size_t i = 0; i < ITEMS; i++) {
        bool is_in = item[i].kind == FEATURE_SAMPLE && item[i].which == 0 &&
                     isfinite(item[i].value) && item[i].at >= begin && item[i].at < end;
        if (!is_in)
            continue;
        s.count++;
        s.sum += item[i].value;
        s.square += item[i].value * item[i].value;
        s.min = fmin(s.min, item[i].value);
        s.max = fmax(s.max, item[i].value);
    }
    return s;
}

/* Windows say what a plain look at all samples says. */
static void test_windows_by_a_plain_look(void **state)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        oq_arena *arena = oq_arena_open(0);
        uint64_t dice = seed;
        feature_item *item = any_life(arena, &dice);
        oq_us *moment = any_moments(arena, &dice);
        feature_plan p = full_plan();
        p.cell = 0;
        feature_asset a = {0, trait, item, ITEMS};
        size_t n = feature_columns(&p);
        float *row = oq_new_n(arena, float, n *MOMENTS);
        CHECK_OK(feature_rows(&p, &a, moment, MOMENTS, row));
        size_t mean = column(arena, &p, "volt.mean.24h");
        for (size_t i = 0; i < MOMENTS; i++) {
            plain s = look_plainly(item, moment[i] - OQ_DAY, moment[i]);
            const float *got = row + i * n + mean;
            assert_int_equal(s.count == 0, isnan((double)got[0]));
            if (s.count > 1) {
                double m = s.sum / s.count;
                assert_float_equal(got[0], m, 1e-5);
                assert_float_equal(got[1], sqrt((s.square - s.count * m * m) / (s.count - 1)),
                                   1e-4);
                assert_float_equal(got[2], s.min, 1e-5);
                assert_float_equal(got[3], s.max, 1e-5);
            }
        }
        oq_arena_close(arena);
    }
}

/* --- regimes -----------------------------------------------------------------------------------------*/

/* Three altitudes; volt follows them, and rises slowly beside. */
static feature_item *make_flights(oq_arena *arena, size_t flights, uint64_t dice)
{
    static const double altitude[] = {0, 20, 42}, usual[] = {500, 620, 480};
    feature_item *item = oq_new_n(arena, feature_item, 2 * flights);
    for (size_t i = 0; i < flights; i++) {
        size_t k = dice_below(&dice, 3);
        oq_us at = (oq_us)i * OQ_HOUR;
        item[2 * i] = (feature_item){at, usual[k] + 0.02 * (double)i, 0, FEATURE_SAMPLE};
        item[2 * i + 1] =
            (feature_item){at, altitude[k] + 0.001 * dice_share(&dice), 1, FEATURE_SAMPLE};
    }
    return item;
}

static void test_regimes(void **state)
{
    enum { FLIGHTS = 600 };
    oq_arena *arena = oq_arena_open(0);
    feature_plan p = full_plan();
    p.is_setting = altitude_is_setting;
    feature_asset a = {OQ_TIME_NONE, trait, make_flights(arena, FLIGHTS, 8), 2 * FLIGHTS};
    p.norm = feature_norm_learn(arena, &p, &a, 1, INT64_MAX);
    assert_non_null(p.norm);
    assert_int_equal(p.norm->regimes, 3);
    float *row = oq_new_n(arena, float, feature_columns(&p));
    oq_us end = FLIGHTS * OQ_HOUR;
    CHECK_OK(feature_rows(&p, &a, &end, 1, row));
    /* Altitudes spread volt by 60, the rise of 12 is found all the same: at its end 1.7 deviations
     * of an even spread. */
    assert_float_equal(row[column(arena, &p, "volt.mean.24h")], 1.66, 0.1);
    assert_true(row[column(arena, &p, "volt.sd.24h")] < 0.3f);
    assert_true(row[column(arena, &p, "volt.slope.7d")] > 0.1f);
    oq_arena_close(arena);
}

/* Settings that only spread are no regimes. */
static void test_one_regime(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    feature_plan p = full_plan();
    p.is_setting = altitude_is_setting;
    uint64_t dice = 3;
    feature_item item[500];
    for (size_t i = 0; i < OQ_COUNT(item); i++)
        item[i] =
            (feature_item){(oq_us)i, dice_share(&dice) + dice_share(&dice), 1, FEATURE_SAMPLE};
    feature_asset a = {OQ_TIME_NONE, trait, item, OQ_COUNT(item)};
    assert_null(feature_norm_learn(arena, &p, &a, 1, INT64_MAX));
    a.items = 0;
    assert_null(feature_norm_learn(arena, &p, &a, 1, INT64_MAX));
    oq_arena_close(arena);
}

/* --- what is refused ---------------------------------------------------------------------------------*/

static void test_what_is_refused(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    feature_plan p = full_plan();
    feature_walker *w = feature_walk(arena, &p, OQ_TIME_NONE, trait);
    float *row = oq_new_n(arena, float, feature_columns(&p));
    feature_item item = {.at = 10, .kind = FEATURE_EVENT, .which = 0};
    CHECK_OK(feature_feed(w, &item));
    CHECK_CODE("at once", feature_row(w, 10, row), "feature.looks_ahead");
    CHECK_OK(feature_row(w, 11, row));
    item.at = 9;
    CHECK_CODE("earlier", feature_feed(w, &item), "feature.out_of_order");
    item = (feature_item){.at = 12, .kind = FEATURE_EVENT, .which = 2};
    CHECK_CODE("unknown", feature_feed(w, &item), "feature.item_unknown");
    item.kind = 9;
    CHECK_CODE("kind", feature_feed(w, &item), "feature.item_unknown");
    feature_asset a = {OQ_TIME_NONE, trait, NULL, 0};
    CHECK_CODE("moments", feature_rows(&p, &a, (oq_us[]){2, 2}, 2, row),
               "feature.moments_not_rising");
    p.window = (oq_us[]){OQ_DAY, OQ_HOUR, OQ_MINUTE};
    CHECK_CODE("windows", feature_plan_check(&p), "feature.plan_invalid");
    oq_arena_close(arena);
}

/* What is older than every window may be given as its count and mean alone. */
static void test_past_stands_for_samples(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    static const oq_str one[] = {OQ_STR_INIT("volt")};
    feature_plan p = feature_plan_usual();
    p.signal = one, p.signals = 1;
    enum { HOURS = 30 * 24, KEPT = 9 * 24 };
    feature_item item[HOURS];
    feature_past past = {0};
    uint64_t dice = 5;
    for (size_t i = 0; i < HOURS; i++) {
        item[i] = (feature_item){
            .at = (oq_us)i * OQ_HOUR, .kind = FEATURE_SAMPLE, .value = dice_share(&dice)};
        if (i < HOURS - KEPT) {
            past.mean = (past.mean * past.count + item[i].value) / (past.count + 1);
            past.count++;
        }
    }
    oq_us t = HOURS * OQ_HOUR;
    size_t columns = feature_columns(&p);
    float *all = oq_new_n(arena, float, columns), *kept = oq_new_n(arena, float, columns);
    feature_asset whole = {.made_at = OQ_TIME_NONE, .item = item, .items = HOURS};
    feature_asset rest = {
        .made_at = OQ_TIME_NONE, .item = item + HOURS - KEPT, .items = KEPT, .past = &past};
    CHECK_OK(feature_rows(&p, &whole, &t, 1, all));
    CHECK_OK(feature_rows(&p, &rest, &t, 1, kept));
    for (size_t i = 0; i < columns; i++)
        if (!isnan((double)all[i]) || !isnan((double)kept[i]))
            assert_float_equal(all[i], kept[i], 1e-6);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worked_example),
        cmocka_unit_test(test_the_moment_itself_is_not_known),
        cmocka_unit_test(test_nothing_later_changes_a_row),
        cmocka_unit_test(test_windows_by_a_plain_look),
        cmocka_unit_test(test_regimes),
        cmocka_unit_test(test_one_regime),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_past_stands_for_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
