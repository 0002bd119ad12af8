#include "quant/failure_model.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

enum { ASSETS = 14, DAYS = 260, SPLIT = 180, PUMP = 0, SEAL = 1 };

static const oq_str signal_name[] = {OQ_STR_INIT("heat"), OQ_STR_INIT("noise")};
static const oq_str code_name[] = {OQ_STR_INIT("leak")};
static const oq_str component_name[] = {OQ_STR_INIT("pump"), OQ_STR_INIT("seal")};

static feature_plan small_plan(void)
{
    feature_plan p = feature_plan_usual();
    p.signal = signal_name, p.signals = 2;
    p.code = code_name, p.codes = 1;
    p.component = component_name, p.components = 2;
    return p;
}

static void put(failure_asset *a, feature_item **to, feature_item item)
{
    *(*to)++ = item;
    a->asset.items++;
}

/* The pump's heat rises by 10 in the two days before it fails; noise means nothing; the seal never
 * fails. What comes from `later` (a day) on is drawn from `dice_later`. */
static failure_asset make_asset(oq_arena *arena, uint64_t dice, oq_us later, uint64_t dice_later)
{
    feature_item *item = oq_new_n(arena, feature_item, DAYS * 10), *to = item;
    failure_mark *mark = oq_new_n(arena, failure_mark, DAYS);
    failure_asset a = {
        .asset = {.made_at = OQ_TIME_NONE, .item = item}, .until = DAYS * OQ_DAY, .failure = mark};
    oq_us fails_on = 5 + (oq_us)dice_below(&dice, 50);
    for (oq_us day = 0; day < DAYS; day++) {
        if (day == later)
            dice = dice_later;
        for (oq_us h = 0; h < 24; h += 6) {
            double heat = 50 + 6 * dice_share(&dice) + (fails_on - day <= 2 ? 10 : 0);
            oq_us at = day * OQ_DAY + h * OQ_HOUR;
            put(&a, &to, (feature_item){at, heat, 0, FEATURE_SAMPLE});
            put(&a, &to, (feature_item){at, dice_share(&dice), 1, FEATURE_SAMPLE});
        }
        if (dice_below(&dice, 20) == 0)
            put(&a, &to, (feature_item){day * OQ_DAY + 20 * OQ_HOUR, 0, 0, FEATURE_EVENT});
        if (day == fails_on) {
            oq_us at = day * OQ_DAY + 21 * OQ_HOUR;
            mark[a.failures++] = (failure_mark){at, PUMP};
            put(&a, &to, (feature_item){at, 0, PUMP, FEATURE_RENEWAL});
            fails_on += 20 + (oq_us)dice_below(&dice, 40);
        }
    }
    return a;
}

static failure_asset *make_fleet(oq_arena *arena, oq_us later, uint64_t dice_later)
{
    failure_asset *a = oq_new_n(arena, failure_asset, ASSETS);
    for (size_t i = 0; i < ASSETS; i++)
        a[i] = make_asset(arena, 100 + i, later, dice_later + i);
    return a;
}

static failure_options options(void)
{
    return (failure_options){.plan = small_plan(), .split_at = SPLIT * OQ_DAY};
}

static oq_str bytes_of(oq_arena *arena, const failure_model *m)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(FAILURE_MODEL_BYTES_MAX);
    failure_model_write(m, &out);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static void test_learns_what_precedes_failure(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    failure_asset *a = make_fleet(arena, -1, 0);
    failure_options o = options();
    failure_result r;
    CHECK_OK(failure_model_learn(arena, &o, a, ASSETS, &r));
    const failure_component *pump = &r.component[PUMP], *seal = &r.component[SEAL];
    assert_int_equal(pump->state, FAILURE_READY);
    assert_true(pump->later.failures > 15 && pump->later.foretold >= pump->later.failures - 1);
    assert_true(pump->later.auc > 0.97 && pump->later.f1.value > 0.75);
    assert_true(pump->later.f1.low <= pump->later.f1.value);
    assert_true(pump->later.f1.high >= pump->later.f1.value && pump->later.f1.high <= 1);
    assert_true(pump->later.brier < 0.5 * pump->later.brier_base);
    assert_true(pump->later.calibration_error < 0.03);
    size_t rows = 0;
    for (size_t k = 0; k < FAILURE_BINS; k++)
        rows += pump->later.bin[k].rows;
    assert_int_equal(rows, pump->later.rows);
    double heat = 0;
    for (size_t k = 0; k < r.columns; k++)
        if (oq_str_starts(r.name[k], OQ_STR("heat.")))
            heat += pump->importance[k];
    assert_true(heat > 0.8);
    /* The seal never failed: that is said, and no number. */
    assert_int_equal(seal->state, FAILURE_NOT_ENOUGH);
    assert_int_equal(seal->lack, FAILURE_LACKS_FAILURES);
    assert_int_equal(seal->have, 0);
    assert_int_equal(seal->need, 8);
    oq_arena_close(arena);
}

static void test_score_and_its_reasons(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    failure_asset *a = make_fleet(arena, -1, 0);
    failure_options o = options();
    o.is_refitted = true;
    failure_result r;
    CHECK_OK(failure_model_learn(arena, &o, a, ASSETS, &r));
    const failure_mark *last = &a[3].failure[a[3].failures - 1];
    failure_score before[2], well[2];
    double any_before, any_well;
    CHECK_OK(
        failure_model_score(r.model, &a[3].asset, last->at - 10 * OQ_HOUR, before, &any_before));
    CHECK_OK(failure_model_score(r.model, &a[3].asset, last->at - 8 * OQ_DAY, well, &any_well));
    assert_true(before[PUMP].probability > 0.5 && before[PUMP].is_warned);
    assert_true(well[PUMP].probability < 0.05 && !well[PUMP].is_warned);
    assert_true(oq_str_starts(r.name[before[PUMP].reason[0].column], OQ_STR("heat.")));
    assert_true(before[PUMP].reason[0].log_odds > 0 && before[PUMP].reasons > 1);
    assert_int_equal(before[SEAL].state, FAILURE_NOT_ENOUGH);
    assert_true(isnan(before[SEAL].probability));
    assert_float_equal(any_before, before[PUMP].probability, 1e-12);
    /* What was not known then does not matter. */
    feature_asset cut = a[3].asset;
    while (cut.items && cut.item[cut.items - 1].at >= last->at - 10 * OQ_HOUR)
        cut.items--;
    CHECK_OK(failure_model_score(r.model, &cut, last->at - 10 * OQ_HOUR, well, &any_well));
    assert_float_equal(any_well, any_before, 0);
    oq_arena_close(arena);
}

/* Another history after the split: the same model, bit for bit. */
static void test_does_not_look_ahead(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    failure_asset *a = make_fleet(arena, SPLIT, 500), *b = make_fleet(arena, SPLIT, 900);
    failure_options o = options();
    failure_result x, y;
    CHECK_OK(failure_model_learn(arena, &o, a, ASSETS, &x));
    CHECK_OK(failure_model_learn(arena, &o, b, ASSETS, &y));
    assert_true(oq_str_eq(bytes_of(arena, x.model), bytes_of(arena, y.model)));
    assert_true(x.component[PUMP].later.brier != y.component[PUMP].later.brier);
    oq_arena_close(arena);
}

static void test_kept_as_bytes(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    failure_asset *a = make_fleet(arena, -1, 0);
    failure_options o = options();
    failure_result r;
    failure_model *again = NULL;
    CHECK_OK(failure_model_learn(arena, &o, a, ASSETS, &r));
    oq_str bytes = bytes_of(arena, r.model);
    CHECK_OK(failure_model_read(arena, bytes, &again));
    assert_true(oq_str_eq(bytes, bytes_of(arena, again)));
    failure_metrics m[2], n[2];
    oq_us from = SPLIT * OQ_DAY;
    CHECK_OK(failure_model_judge(r.model, a, ASSETS, from, INT64_MAX, m));
    CHECK_OK(failure_model_judge(again, a, ASSETS, from, INT64_MAX, n));
    assert_float_equal(m[PUMP].brier, n[PUMP].brier, 0);
    assert_float_equal(m[PUMP].brier, r.component[PUMP].later.brier, 0);
    assert_true(isnan(m[SEAL].auc));
    again = NULL;
    for (size_t len = 0; len < bytes.len; len += 1 + len / 10) {
        oq_err_reset();
        assert_non_null(failure_model_read(arena, oq_str_sub(bytes, 0, len), &again));
    }
    char *some = oq_str_c(arena, bytes);
    for (size_t i = 0; i < bytes.len; i += 1 + i / 10) {
        oq_err_reset();
        some[i] ^= 4;
        assert_non_null(failure_model_read(arena, oq_strn(some, bytes.len), &again));
        some[i] ^= 4;
    }
    assert_null(again);
    oq_arena_close(arena);
}

/* --- too little, or wrong ------------------------------------------------------------------------------*/

static failure_lack lack_of(oq_arena *arena, const failure_options *o, const failure_asset *a,
                            size_t assets, failure_state *ret_state)
{
    failure_result r;
    CHECK_OK(failure_model_learn(arena, o, a, assets, &r));
    *ret_state = r.component[PUMP].state;
    failure_score s[2];
    double any;
    feature_asset none = {.made_at = OQ_TIME_NONE};
    CHECK_OK(failure_model_score(r.model, &none, OQ_DAY, s, &any));
    assert_int_equal(s[PUMP].state, *ret_state);
    assert_int_equal(isnan(any), *ret_state != FAILURE_READY);
    failure_model *again;
    CHECK_OK(failure_model_read(arena, bytes_of(arena, r.model), &again));
    return r.component[PUMP].lack;
}

static void test_not_enough(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    failure_asset *a = make_fleet(arena, -1, 0);
    failure_options o = options();
    failure_state s;
    assert_int_equal(lack_of(arena, &o, a, 0, &s), FAILURE_LACKS_ROWS);
    assert_int_equal(s, FAILURE_NOT_ENOUGH);
    assert_int_equal(lack_of(arena, &o, a, 1, &s), FAILURE_LACKS_ROWS);
    o.rows_min = 10;
    assert_int_equal(lack_of(arena, &o, a, 1, &s), FAILURE_LACKS_FAILURES);
    o = options();
    o.failures_later_min = 1000;
    assert_int_equal(lack_of(arena, &o, a, ASSETS, &s), FAILURE_LACKS_FAILURES_LATER);
    assert_int_equal(s, FAILURE_READY);
    o = options();
    o.horizon = 200 * OQ_DAY; /* every moment is before a failure */
    assert_int_not_equal(lack_of(arena, &o, a, ASSETS, &s), FAILURE_LACKS_NOTHING);
    assert_int_equal(s, FAILURE_NOT_ENOUGH);
    for (size_t i = 0; i < ASSETS; i++)
        a[i].asset.items = 0;
    o = options();
    assert_int_equal(lack_of(arena, &o, a, ASSETS, &s), FAILURE_LACKS_VARIATION);
    assert_int_equal(s, FAILURE_NOT_ENOUGH);
    oq_arena_close(arena);
}

static void test_what_is_refused(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    failure_asset *a = make_fleet(arena, -1, 0);
    failure_options o = options();
    failure_result r;
    failure_mark wrong = {OQ_DAY, 2};
    a[1].failure = &wrong, a[1].failures = 1;
    CHECK_CODE("component", failure_model_learn(arena, &o, a, ASSETS, &r),
               "failure_model.failure_invalid");
    a = make_fleet(arena, -1, 0);
    ((feature_item *)a[2].asset.item)[5].at = 0;
    CHECK_CODE("order", failure_model_learn(arena, &o, a, ASSETS, &r), "feature.out_of_order");
    o.plan.lags = 99;
    CHECK_CODE("plan", failure_model_learn(arena, &o, a, ASSETS, &r), "feature.plan_invalid");
    o = options();
    o.every = OQ_SECOND;
    CHECK_CODE("size", failure_model_learn(arena, &o, a, ASSETS, &r), "boost.too_large");
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learns_what_precedes_failure),
        cmocka_unit_test(test_score_and_its_reasons),
        cmocka_unit_test(test_does_not_look_ahead),
        cmocka_unit_test(test_kept_as_bytes),
        cmocka_unit_test(test_not_enough),
        cmocka_unit_test(test_what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
