#include "quant/rul.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

enum { ENGINES = 30, CYCLES_MAX = 260, HORIZON = 100 };

static const oq_str signal_name[] = {OQ_STR_INIT("wear"), OQ_STR_INIT("noise")};

/* An engine that lives 120 to 220 cycles of an hour; its wear shows in the last 80. */
static rul_asset make_engine(oq_arena *arena, uint64_t dice, oq_us seen)
{
    feature_item *item = oq_new_n(arena, feature_item, (size_t)2 * CYCLES_MAX), *to = item;
    oq_us life = 120 + (oq_us)dice_below(&dice, 100), cycle;
    for (cycle = 1; cycle <= life && cycle <= seen; cycle++) {
        double left = (double)(life - cycle), worn = left < 80 ? (80 - left) / 20 : 0;
        *to++ = (feature_item){cycle * OQ_HOUR, worn + dice_share(&dice), 0, FEATURE_SAMPLE};
        *to++ = (feature_item){cycle * OQ_HOUR, dice_share(&dice), 1, FEATURE_SAMPLE};
    }
    return (rul_asset){.asset = {OQ_TIME_NONE, NULL, item, (size_t)(to - item)},
                       .from = 1,
                       .until = (cycle - 1) * OQ_HOUR + 1,
                       .has_failed = cycle > life};
}

static rul_asset *make_engines(oq_arena *arena, uint64_t first, oq_us seen)
{
    rul_asset *a = oq_new_n(arena, rul_asset, ENGINES);
    for (size_t i = 0; i < ENGINES; i++)
        a[i] = make_engine(arena, first + i, seen);
    return a;
}

static rul_options options(void)
{
    rul_options o = {.plan = feature_plan_usual(), .every = OQ_HOUR, .horizon = HORIZON * OQ_HOUR};
    o.plan.signal = signal_name, o.plan.signals = 2;
    return o;
}

static oq_str bytes_of(oq_arena *arena, const rul_model *m)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(RUL_BYTES_MAX);
    rul_write(m, &out);
    return oq_str_copy(arena, oq_buf_view(&out));
}

/* Engines that were not learned from, asked in the middle of their wear and long before. */
static void test_lives_that_were_not_seen(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    rul_options o = options();
    const rul_model *m;
    rul_facts f;
    rul_asset *other = make_engines(arena, 700, CYCLES_MAX);
    CHECK_OK(rul_learn(arena, &o, make_engines(arena, 1, CYCLES_MAX), ENGINES, &m, &f));
    assert_int_equal(f.state, RUL_READY);
    assert_true(f.rmse_h < 0.35 * f.rmse_base_h);
    assert_true(f.inside > 0.7 && f.inside < 0.9); /* 0.8 is promised */
    size_t inside = 0;
    double off = 0;
    for (size_t i = 0; i < ENGINES; i++) {
        oq_us left = 40 * OQ_HOUR;
        rul_estimate e;
        CHECK_OK(rul_predict(m, &other[i].asset, other[i].until - left, &e));
        assert_true(e.p10 <= e.p50 && e.p50 <= e.p90 && !e.is_beyond);
        inside += left >= e.p10 && left <= e.p90;
        off += fabs((double)(e.mean - left)) / (double)OQ_HOUR / ENGINES;
        CHECK_OK(rul_predict(m, &other[i].asset, 15 * OQ_HOUR, &e));
        assert_true(e.p90 == HORIZON * OQ_HOUR && e.p50 > 80 * OQ_HOUR);
    }
    assert_true(inside >= ENGINES * 6 / 10 && off < 8);
    oq_arena_close(arena);
}

/* Engines that were seen for 60 cycles and run on say nothing of their end: with them or without.
 */
static void test_engines_that_run_on(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    rul_options o = options();
    const rul_model *m, *n;
    rul_facts f, g;
    rul_asset *all = oq_new_n(arena, rul_asset, 2 * ENGINES);
    memcpy(all, make_engines(arena, 1, CYCLES_MAX), ENGINES * sizeof *all);
    memcpy(all + ENGINES, make_engines(arena, 200, 60), ENGINES * sizeof *all);
    CHECK_OK(rul_learn(arena, &o, all, ENGINES, &m, &f));
    CHECK_OK(rul_learn(arena, &o, all, 2 * ENGINES, &n, &g));
    assert_int_equal(g.failures, ENGINES);
    assert_int_equal(f.rows, g.rows);
    assert_true(oq_str_eq(bytes_of(arena, m), bytes_of(arena, n)));
    CHECK_OK(rul_learn(arena, &o, all + ENGINES, ENGINES, &m, &f));
    assert_int_equal(f.state, RUL_NOT_ENOUGH);
    assert_int_equal(f.have, 0);
    assert_int_equal(f.need, 10);
    assert_null(m);
    oq_arena_close(arena);
}

static void test_kept_as_bytes(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    rul_options o = options();
    const rul_model *m;
    rul_model *again = NULL;
    rul_facts f;
    rul_asset *a = make_engines(arena, 1, CYCLES_MAX);
    CHECK_OK(rul_learn(arena, &o, a, ENGINES, &m, &f));
    oq_str bytes = bytes_of(arena, m);
    CHECK_OK(rul_read(arena, bytes, &again));
    assert_true(oq_str_eq(bytes, bytes_of(arena, again)));
    rul_estimate x, y;
    CHECK_OK(rul_predict(m, &a[0].asset, 90 * OQ_HOUR, &x));
    CHECK_OK(rul_predict(again, &a[0].asset, 90 * OQ_HOUR, &y));
    assert_true(x.mean == y.mean && x.p10 == y.p10 && x.p50 == y.p50 && x.p90 == y.p90);
    again = NULL;
    for (size_t len = 0; len < bytes.len; len += 1 + len / 10) {
        oq_err_reset();
        assert_non_null(rul_read(arena, oq_str_sub(bytes, 0, len), &again));
    }
    char *some = oq_str_c(arena, bytes);
    for (size_t i = 0; i < bytes.len; i += 1 + i / 10) {
        oq_err_reset();
        some[i] ^= 4;
        assert_non_null(rul_read(arena, oq_strn(some, bytes.len), &again));
        some[i] ^= 4;
    }
    assert_null(again);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lives_that_were_not_seen),
        cmocka_unit_test(test_engines_that_run_on),
        cmocka_unit_test(test_kept_as_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
