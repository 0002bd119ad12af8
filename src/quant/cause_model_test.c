#include "quant/cause_model.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

static const oq_str causes[] = {OQ_STR_INIT("bearing"), OQ_STR_INIT("seal"),
                                OQ_STR_INIT("winding")};
static const oq_str names[] = {OQ_STR_INIT("vibration.mean_24h"), OQ_STR_INIT("flow.mean_24h"),
                               OQ_STR_INIT("noise.mean_24h")};

/* A bearing shakes, a seal leaks (and its flow sensor is often away), a winding sends error7 the
 * day before; error1 comes with anything. */
static cause_case make_case(oq_arena *arena, uint64_t *dice, size_t cause, oq_us anchor)
{
    double *value = oq_new_n(arena, double, 3);
    case_item *item = oq_new_n(arena, case_item, 2);
    size_t items = 0;
    for (size_t i = 0; i < 3; i++)
        value[i] = 10 + dice_share(dice) - 0.5;
    value[0] += cause == 0 ? 3 : 0;
    value[1] = cause == 1 && dice_below(dice, 4) ? NAN : value[1];
    if (dice_below(dice, 2))
        item[items++] = (case_item){.at = anchor - 60 * OQ_HOUR,
                                    .category = OQ_STR("ALERT"),
                                    .kind = OQ_STR("error1"),
                                    .value = NAN};
    if (cause == 2)
        item[items++] = (case_item){.at = anchor - 20 * OQ_HOUR,
                                    .category = OQ_STR("ALERT"),
                                    .kind = OQ_STR("error7"),
                                    .value = NAN};
    return (cause_case){.anchor = anchor,
                        .item = item,
                        .items = items,
                        .cause = causes[cause],
                        .feature = names,
                        .value = value,
                        .features = 3};
}

static cause_case *make_cases(oq_arena *arena, uint64_t seed, size_t count)
{
    cause_case *c = oq_new_n(arena, cause_case, count);
    for (size_t i = 0; i < count; i++)
        c[i] = make_case(arena, &seed, dice_below(&seed, 3), (oq_us)i * OQ_DAY);
    return c;
}

static void test_learns(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    cause_model *m;
    cause_model_report report;
    cause_case *c = make_cases(arena, 1, 120), *fresh = make_cases(arena, 2, 60);
    cause_model_fit(arena, c, 120, &m, &report);
    assert_non_null(m);
    assert_int_equal(report.cases, 120);
    assert_int_equal(report.causes, 3);
    assert_true(report.accuracy >= 0.9);
    assert_true(report.log_loss < 0.35);
    size_t right = 0;
    double loss = 0;
    for (size_t i = 0; i < 60; i++) {
        cause_guess *g;
        size_t count;
        double sum = 0;
        cause_model_ask(arena, m, &fresh[i], &g, &count);
        assert_int_equal(count, 3);
        for (size_t k = 0; k < count; k++) {
            sum += g[k].probability;
            assert_true(k == 0 || g[k].probability <= g[k - 1].probability);
            if (oq_str_eq(g[k].cause, fresh[i].cause))
                loss -= log(g[k].probability);
        }
        assert_float_equal(sum, 1, 1e-12);
        right += oq_str_eq(g[0].cause, fresh[i].cause);
    }
    assert_true(right >= 54);
    assert_true(loss / 60 < 0.35);
    oq_arena_close(arena);
}

/* What an answer rests on has the names that the header promises. */
static void test_says_why(void **state)
{
    static const struct {
        const char *label, *input;
        size_t cause;
    } row[] = {
        {"a shift", "vibration.mean_24h", 0},
        {"what is missing", "flow.mean_24h?", 1},
        {"an event of the last day", "ALERT:error7<24h", 2},
    };
    oq_arena *arena = oq_arena_open(0);
    cause_model *m;
    cause_model_report report;
    cause_model_fit(arena, make_cases(arena, 1, 120), 120, &m, &report);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        uint64_t dice = 77;
        cause_guess *g;
        size_t count;
        cause_case c = make_case(arena, &dice, row[i].cause, 500 * OQ_DAY);
        if (row[i].cause == 1)
            ((double *)c.value)[1] = NAN;
        cause_model_ask(arena, m, &c, &g, &count);
        CHECK(row[i].label, oq_str_eq(g[0].cause, causes[row[i].cause]));
        bool is_named = false;
        for (size_t k = 0; k < g[0].inputs; k++) {
            is_named = is_named || oq_str_eq(g[0].input[k], oq_cstr(row[i].input));
            CHECK(row[i].label, g[0].contribution[k] > 0);
            CHECK(row[i].label, k == 0 || g[0].contribution[k] <= g[0].contribution[k - 1]);
        }
        CHECK(row[i].label, is_named);
    }
    oq_arena_close(arena);
}

/* The same cases give the same model, bit for bit; the order of a case's items does not matter. */
static void test_same_again(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    cause_case *c = make_cases(arena, 9, 80), *turned = make_cases(arena, 9, 80);
    for (size_t i = 0; i < 80; i++)
        if (turned[i].items == 2) {
            case_item *item = (case_item *)turned[i].item, first = item[0];
            item[0] = item[1];
            item[1] = first;
        }
    cause_model *m, *other;
    cause_model_report report, same;
    cause_model_fit(arena, c, 80, &m, &report);
    cause_model_fit(arena, turned, 80, &other, &same);
    assert_memory_equal(&report, &same, sizeof report);
    for (size_t i = 0; i < 80; i++) {
        cause_guess *g, *h;
        size_t count, again;
        cause_model_ask(arena, m, &c[i], &g, &count);
        cause_model_ask(arena, other, &turned[i], &h, &again);
        for (size_t k = 0; k < count; k++)
            assert_true(g[k].probability == h[k].probability && oq_str_eq(g[k].cause, h[k].cause));
    }
    oq_arena_close(arena);
}

/* An event that always comes within the hour is one input, not five; a cause that came once is
 * known too. */
static void test_one_input_for_one_thing(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    cause_case *c = oq_new_n(arena, cause_case, 13);
    for (size_t i = 0; i < 13; i++) {
        case_item *item = oq_new_n(arena, case_item, 1);
        *item = (case_item){.at = (oq_us)i * OQ_DAY - OQ_MINUTE,
                            .category = OQ_STR("ALERT"),
                            .kind = i == 12 ? OQ_STR("smoke")
                                    : i % 2 ? OQ_STR("hot")
                                            : OQ_STR("wet"),
                            .value = NAN};
        c[i] = (cause_case){.anchor = (oq_us)i * OQ_DAY,
                            .item = item,
                            .items = 1,
                            .cause = causes[i == 12 ? 2 : i % 2]};
    }
    cause_model *m;
    cause_model_report report;
    cause_model_fit(arena, c, 13, &m, &report);
    assert_non_null(m);
    assert_int_equal(report.causes, 3);
    assert_int_equal(report.inputs, 3); /* hot, wet, smoke, each within the hour */
    cause_guess *g;
    size_t count;
    cause_model_ask(arena, m, &c[12], &g, &count);
    assert_int_equal(count, 3);
    assert_true(oq_str_eq(g[0].cause, causes[2]));
    CHECK_STR("why", g[0].input[0], "ALERT:smoke<1h");
    oq_arena_close(arena);
}

static void test_too_little(void **state)
{
    static const struct {
        const char *label;
        size_t count, of_second; /* cases of another cause among them */
        bool is_model;
    } row[] = {
        {"none", 0, 0, false},       {"seven", 7, 3, false},
        {"one cause", 20, 0, false}, {"the second only once", 20, 1, false},
        {"enough", 8, 2, true},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        uint64_t dice = 3;
        cause_case *c = oq_new_n(arena, cause_case, row[i].count + 1);
        for (size_t k = 0; k < row[i].count; k++)
            c[k] = make_case(arena, &dice, k < row[i].of_second ? 2 : 0, (oq_us)k * OQ_DAY);
        cause_model *m;
        cause_model_report report;
        cause_model_fit(arena, c, row[i].count, &m, &report);
        CHECK(row[i].label, (m != NULL) == row[i].is_model);
        CHECK(row[i].label, isnan(report.log_loss));
        CHECK(row[i].label, report.temperature == 1);
    }
    oq_arena_close(arena);
}

/* A case that has nothing a model knows, and one without anything at all. */
static void test_strange_cases(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    cause_model *m;
    cause_model_report report;
    cause_model_fit(arena, make_cases(arena, 1, 60), 60, &m, &report);
    static const oq_str name[] = {OQ_STR_INIT("vibration.mean_24h")};
    static const double huge[] = {1e300};
    cause_case strange[] = {
        {.anchor = 0},
        {.anchor = 0, .feature = name, .value = huge, .features = 1},
        {.anchor = 0, .asset_class = OQ_STR("unknown"), .cause = OQ_STR("nobody knows it")},
    };
    for (size_t i = 0; i < OQ_COUNT(strange); i++) {
        cause_guess *g;
        size_t count;
        double sum = 0;
        cause_model_ask(arena, m, &strange[i], &g, &count);
        for (size_t k = 0; k < count; k++)
            sum += g[k].probability;
        assert_float_equal(sum, 1, 1e-12);
    }
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learns),
        cmocka_unit_test(test_says_why),
        cmocka_unit_test(test_one_input_for_one_thing),
        cmocka_unit_test(test_same_again),
        cmocka_unit_test(test_too_little),
        cmocka_unit_test(test_strange_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
