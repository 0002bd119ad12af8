#include "quant/cause_voices.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

static const oq_str shift[] = {OQ_STR_INIT("vibration.mean_24h")};

static cause_case make_case(oq_arena *arena, const char *kind, double vibration, const char *cause,
                            oq_us anchor)
{
    case_item *item = oq_new_n(arena, case_item, 2);
    double *value = oq_new(arena, double);
    *value = vibration;
    item[0] = (case_item){.at = anchor - 2 * OQ_HOUR,
                          .category = OQ_STR("ALERT"),
                          .kind = oq_cstr(kind),
                          .value = NAN,
                          .score = 3,
                          .is_root_asset = true};
    item[1] = item[0];
    item[1].at = anchor;
    item[1].category = OQ_STR("FAILURE");
    item[1].kind = OQ_STR("trip");
    return (cause_case){.anchor = anchor,
                        .item = item,
                        .items = 2,
                        .cause = oq_cstr(cause),
                        .feature = shift,
                        .value = value,
                        .features = 1};
}

/* Bearings shake and say "shaking", seals leak. */
static cause_case *make_past(oq_arena *arena, size_t count)
{
    cause_case *c = oq_new_n(arena, cause_case, count);
    uint64_t dice = 2;
    for (size_t i = 0; i < count; i++) {
        bool is_bearing = i % 2 == 0;
        c[i] = make_case(arena, is_bearing ? "shaking" : "leaking",
                         (is_bearing ? 8 : 3) + dice_share(&dice), is_bearing ? "bearing" : "seal",
                         (oq_us)i * OQ_DAY);
    }
    return c;
}

static void test_voices(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    cause_past past = {.c = make_past(arena, 60), .count = 60};
    cause_model *model;
    cause_model_report learned;
    cause_model_fit(arena, past.c, past.count, &model, &learned);
    past.model = model;
    past.model_accuracy = learned.accuracy;
    past.rarity = case_rarity_make(arena, past.c, past.count);
    cause_case now = make_case(arena, "shaking", 8.4, NULL, 100 * OQ_DAY);
    cause_voices v;
    cause_voices_of(arena, &past, &now, &v);
    size_t of_kind[5] = {0};
    for (size_t i = 0; i < v.count; i++)
        of_kind[v.at[i].kind]++;
    assert_int_equal(v.similars, SIMILAR_MAX);
    assert_int_equal(of_kind[VOICE_SIMILAR], SIMILAR_MAX);
    assert_true(of_kind[VOICE_MODEL] >= 1);
    assert_int_equal(of_kind[VOICE_PRIOR], 0);
    for (size_t i = 0; i < v.similars; i++) {
        CHECK_STR("most similar", past.c[v.similar[i].past].cause, "bearing");
        assert_true(i == 0 || v.similar[i].likeness.total <= v.similar[i - 1].likeness.total);
    }
    cause_mix mix;
    cause_mix_make(arena, v.at, v.count, 0.02, &mix);
    CHECK_STR("likeliest", mix.at[0].cause, "bearing");
    assert_true(mix.at[0].probability > 0.9);
    oq_arena_close(arena);
}

/* Without a model and without a case that is like it: how often each cause came, and much is left
 * for "other". */
static void test_prior(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    cause_past past = {.c = make_past(arena, 5), .count = 5, .model_accuracy = NAN};
    cause_case now = {.anchor = 100 * OQ_DAY};
    cause_voices v;
    cause_voices_of(arena, &past, &now, &v);
    assert_int_equal(v.count, 2);
    assert_int_equal(v.at[0].kind, VOICE_PRIOR);
    CHECK_STR("first", v.at[0].cause, "bearing");
    assert_float_equal(v.at[0].likelihood, 3.0 / 7, 1e-12);
    assert_float_equal(v.at[1].likelihood, 2.0 / 7, 1e-12);
    cause_mix mix;
    cause_mix_make(arena, v.at, v.count, 0.02, &mix);
    assert_true(mix.at[mix.count - 1].probability > 0.4);
    oq_arena_close(arena);
}

/* The first incident of a plant has no past. */
static void test_no_past(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    cause_past past = {.model_accuracy = NAN};
    cause_case now = {.anchor = 0};
    cause_voices v;
    cause_voices_of(arena, &past, &now, &v);
    assert_int_equal(v.count, 0);
    assert_int_equal(v.similars, 0);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_voices),
        cmocka_unit_test(test_prior),
        cmocka_unit_test(test_no_past),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
