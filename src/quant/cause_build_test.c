#include "quant/cause_build.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

static const oq_us T = 400 * OQ_DAY;

/* Three days of a value a minute around 10 with a little noise; from `step` on 4 higher. */
static samples make_signal(oq_arena *arena, oq_us step)
{
    enum { MINUTES = 3 * 24 * 60 + 30 };
    samples s = samples_make(arena, MINUTES, false, false);
    uint64_t dice = 5;
    for (size_t i = 0; i < MINUTES; i++) {
        s.time[i] = T - 3 * OQ_DAY + (oq_us)i * OQ_MINUTE;
        s.value[i] = 10 + 0.2 * (dice_share(&dice) - 0.5) + (s.time[i] >= step ? 4 : 0);
    }
    s.count = MINUTES;
    return s;
}

static case_item event(oq_us at, const char *category, const char *kind, bool is_root)
{
    return (case_item){.at = at,
                       .category = oq_cstr(category),
                       .kind = oq_cstr(kind),
                       .value = NAN,
                       .score = 3,
                       .is_root_asset = is_root};
}

static double feature(const cause_case *c, const char *name)
{
    for (size_t i = 0; i < c->features; i++)
        if (oq_str_eq(c->feature[i], oq_cstr(name)))
            return c->value[i];
    return -1; /* not there at all */
}

static size_t count_items(const cause_case *c, const char *category, const char *kind)
{
    size_t count = 0;
    for (size_t i = 0; i < c->items; i++)
        count += oq_str_eq(c->item[i].category, oq_cstr(category)) &&
                 oq_str_eq(c->item[i].kind, oq_cstr(kind));
    return count;
}

typedef struct story {
    oq_arena *arena;
    samples signal;
    case_series series[2];
    case_item event[8];
    case_order order;
} story;

static void make_story(story *s)
{
    s->arena = oq_arena_open(0);
    s->signal = make_signal(s->arena, T - 20 * OQ_MINUTE);
    s->series[0] = (case_series){.no = 7,
                                 .metric = OQ_STR("vibration"),
                                 .is_root_asset = true,
                                 .samples = &s->signal,
                                 .limit_low = NAN,
                                 .limit_high = 12};
    s->series[1] = s->series[0];
    s->series[1].no = 8;
    s->series[1].metric = OQ_STR("flow");
    s->series[1].is_root_asset = false;
    s->event[0] = event(T + 5 * OQ_MINUTE, "MAINTENANCE", "bearing", true); /* the repair */
    s->event[1] = event(T - 200 * OQ_HOUR, "MAINTENANCE", "bearing", true);
    s->event[2] = event(T - 50 * OQ_HOUR, "MAINTENANCE", "seal", true);
    s->event[3] = event(T - 10 * OQ_HOUR, "MAINTENANCE", "bearing", false); /* another machine */
    s->event[4] = event(T - OQ_HOUR, "ALERT", "hot", true);
    s->event[5] = event(T, "FAILURE", "trip", true);
    s->event[6] = event(T + 10 * OQ_MINUTE, "OPERATOR_ACTION", "reset", true);
    s->event[7] = event(T + OQ_HOUR, "ALERT", "later", true);
    s->order = (case_order){.asset_class = OQ_STR("pump"),
                            .anchor = T,
                            .until = T + 30 * OQ_MINUTE,
                            .look_from = T - OQ_HOUR,
                            .base_from = T - 2 * OQ_DAY,
                            .event = s->event,
                            .events = 8,
                            .series = s->series,
                            .series_count = 2};
}

static void test_case(void **state)
{
    story s;
    cause_case c;
    make_story(&s);
    cause_build(s.arena, &s.order, &c);
    assert_int_equal(count_items(&c, "SENSOR", "STEP_UP"), 2);
    assert_int_equal(count_items(&c, "ALERT", "hot"), 1);
    assert_int_equal(count_items(&c, "FAILURE", "trip"), 1);
    assert_int_equal(count_items(&c, "OPERATOR_ACTION", "reset"), 1);
    for (size_t i = 1; i < c.items; i++)
        assert_true(c.item[i - 1].at <= c.item[i].at);
    for (size_t i = 0; i < c.items; i++)
        if (c.item[i].finding) {
            assert_true(c.item[i].beyond_limit);
            assert_int_equal(c.item[i].is_root_asset, c.item[i].series_no == 7);
        }
    /* 24 h: 1,420 minutes at 10 and 20 at 14. */
    assert_float_equal(feature(&c, "vibration.mean_24h"), 10 + 4 * 20.0 / 1440, 0.01);
    assert_float_equal(feature(&c, "vibration.mean_3h"), 10 + 4 * 20.0 / 180, 0.02);
    assert_float_equal(feature(&c, "vibration.last"), 14, 0.11);
    assert_float_equal(feature(&c, "vibration.beyond_24h"), 20.0 / 1440, 1e-9);
    assert_float_equal(feature(&c, "flow.mean_24h"), -1, 0);
    oq_arena_close(s.arena);
}

/* The repair, and what came after `until`, stay out: they would be the answer. */
static void test_no_answer_inside(void **state)
{
    story s;
    cause_case c, early;
    make_story(&s);
    cause_build(s.arena, &s.order, &c);
    assert_int_equal(count_items(&c, "MAINTENANCE", "bearing"), 2);
    assert_int_equal(count_items(&c, "ALERT", "later"), 0);
    assert_float_equal(feature(&c, "hours_since_maintenance"), 50, 1e-9);
    assert_float_equal(feature(&c, "hours_since_maintenance.bearing"), 200, 1e-9);
    assert_float_equal(feature(&c, "hours_since_maintenance.seal"), 50, 1e-9);
    /* What was known half an hour before the anchor: no step, no trip, features of that moment. */
    s.order.until = T - 30 * OQ_MINUTE;
    cause_build(s.arena, &s.order, &early);
    assert_int_equal(count_items(&early, "SENSOR", "STEP_UP"), 0);
    assert_int_equal(count_items(&early, "FAILURE", "trip"), 0);
    assert_float_equal(feature(&early, "vibration.last"), 10, 0.11);
    oq_arena_close(s.arena);
}

/* The same case in whatever order things are given. */
static void test_any_order(void **state)
{
    story s;
    cause_case c, turned;
    make_story(&s);
    cause_build(s.arena, &s.order, &c);
    case_item back[8];
    for (size_t i = 0; i < 8; i++)
        back[i] = s.event[7 - i];
    case_series swapped[2] = {s.series[1], s.series[0]};
    s.order.event = back;
    s.order.series = swapped;
    cause_build(s.arena, &s.order, &turned);
    OQ_AUTO(oq_buf) one = oq_buf_make(1 << 20), other = oq_buf_make(1 << 20);
    oq_json j = oq_json_to(&one), k = oq_json_to(&other);
    cause_case_write(&j, &c);
    cause_case_write(&k, &turned);
    assert_true(oq_str_eq(oq_buf_view(&one), oq_buf_view(&other)));
    oq_arena_close(s.arena);
}

/* Nothing known is a case too: every number is missing, none is wrong. */
static void test_nothing_known(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    samples none = samples_make(arena, 1, false, false);
    case_series series = {.metric = OQ_STR("flow"),
                          .is_root_asset = true,
                          .samples = &none,
                          .limit_low = NAN,
                          .limit_high = NAN};
    case_order order = {.anchor = T,
                        .until = T,
                        .look_from = T - OQ_HOUR,
                        .base_from = T - OQ_DAY,
                        .series = &series,
                        .series_count = 1};
    cause_case c;
    cause_build(arena, &order, &c);
    assert_int_equal(c.items, 0);
    assert_int_equal(c.features, 6);
    for (size_t i = 0; i < c.features; i++)
        assert_true(isnan(c.value[i]));
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case),
        cmocka_unit_test(test_no_answer_inside),
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_nothing_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
