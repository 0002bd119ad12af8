#include "quant/cause_mix.h"
#include "quant/signal_sample.h"

static const cause_share *share_of(const cause_mix *m, const char *cause)
{
    for (size_t i = 0; i < m->count; i++)
        if (oq_str_eq(m->at[i].cause, oq_cstr(cause)))
            return &m->at[i];
    return NULL;
}

static void test_trust(void **state)
{
    assert_true(voice_trust(0, 0) == 0.8);
    assert_true(voice_trust(5, 0) == 0.9);
    assert_true(voice_trust(0, 5) == 0.4);
    for (int64_t i = 0; i < 50; i++) {
        assert_true(voice_trust(i + 1, 3) > voice_trust(i, 3));
        assert_true(voice_trust(3, i + 1) < voice_trust(3, i));
    }
}

/* By hand, other_prior 0.1. Two voices at full trust: u = 0.2 * 0.5 = 0.1, other 0.1 + 0.9 * 0.1 =
 * 0.19; odds 4 and 1 share 0.81. */
static void test_by_hand(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    cause_mix m;
    cause_mix_make(arena, NULL, 0, 0.1, &m);
    assert_int_equal(m.count, 1);
    CHECK_STR("nobody spoke", m.at[0].cause, "other");
    assert_true(m.at[0].probability == 1);
    voice v[] = {{VOICE_RULE, OQ_STR("cavitation"), 0.5, 1, 0},
                 {VOICE_RULE, OQ_STR("bearing"), 0.8, 1, 1},
                 {VOICE_RULE, OQ_STR("bearing"), 0.8, 1, 2},
                 {VOICE_SIMILAR, OQ_STR("bearing"), 0.8, 1, 3}};
    cause_mix_make(arena, v, 2, 0.1, &m);
    CHECK_STR("likeliest first", m.at[0].cause, "bearing");
    assert_true(fabs(m.at[0].probability - 0.81 * 0.8) < 1e-12);
    assert_true(fabs(m.at[1].probability - 0.81 * 0.2) < 1e-12);
    assert_true(fabs(m.at[2].probability - 0.19) < 1e-12);
    assert_true(m.at[0].top_without == 0);
    assert_true(m.at[2].top_without == m.at[2].probability);
    /* Alone a voice gives its own likelihood, less what "other" keeps. */
    cause_mix_make(arena, v + 1, 1, 0.1, &m);
    assert_true(fabs(m.at[0].probability - 0.72) < 1e-12);
    /* A second rule counts half of the first, another kind of voice all of it. */
    cause_mix_make(arena, v + 1, 2, 0, &m);
    assert_true(fabs(m.at[0].probability - (1 - pow(0.2, 1.5))) < 1e-12);
    assert_true(fabs(m.at[0].top_without - 0.8) < 1e-12);
    cause_mix_make(arena, v + 2, 2, 0, &m);
    assert_true(fabs(m.at[0].probability - 0.96) < 1e-12);
    oq_arena_close(arena);
}

static size_t any_voices(uint64_t *dice, voice *v)
{
    static const oq_str causes[] = {OQ_STR_INIT("a"), OQ_STR_INIT("b"), OQ_STR_INIT("c"),
                                    OQ_STR_INIT("d"), OQ_STR_INIT("other")};
    size_t count = dice_below(dice, 12);
    for (size_t i = 0; i < count; i++)
        v[i] = (voice){VOICE_RULE + (int)dice_below(dice, 4), causes[dice_below(dice, 5)],
                       dice_below(dice, 8) ? dice_share(dice) : (double)dice_below(dice, 2),
                       dice_share(dice), i};
    return count;
}

static void test_any(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    for (uint64_t seed = 0; seed < 3000; seed++) {
        oq_mark mark = oq_arena_mark(arena);
        uint64_t dice = seed;
        voice v[12];
        size_t count = any_voices(&dice, v), voices = 0;
        double prior = dice_share(&dice) * 0.5, sum = 0;
        cause_mix m;
        cause_mix_make(arena, v, count, prior, &m);
        for (size_t i = 0; i < m.count; i++) {
            const cause_share *s = &m.at[i];
            sum += s->probability;
            voices += s->voices;
            CHECK("0..1", s->probability >= 0 && s->probability <= 1 + 1e-12);
            CHECK("sorted", i == 0 || i + 1 == m.count || s->probability <= s[-1].probability);
            CHECK("less without it", s->top_without <= s->probability + 1e-12);
            for (size_t k = 0; k < s->voices; k++)
                CHECK("its own", oq_str_eq(v[s->voice[k]].cause, s->cause));
            if (s->voices == 0)
                continue;
            voice rest[12]; /* top_without is what the others give */
            memcpy(rest, v, count * sizeof *v);
            memmove(rest + s->voice[0], rest + s->voice[0] + 1,
                    (count - s->voice[0] - 1) * sizeof *v);
            cause_mix fewer;
            cause_mix_make(arena, rest, count - 1, prior, &fewer);
            const cause_share *left = share_of(&fewer, oq_str_c(arena, s->cause));
            CHECK("without", fabs(s->top_without - (left ? left->probability : 0)) < 1e-12);
        }
        CHECK("sums to 1", fabs(sum - 1) < 1e-9);
        CHECK("all voices", voices == count);
        CHECK_STR("other", m.at[m.count - 1].cause, "other");
        CHECK("other keeps its part", m.at[m.count - 1].probability >= prior - 1e-12);
        if (count) { /* a voice that was right more often speaks louder */
            size_t which = dice_below(&dice, count);
            const char *cause = oq_str_c(arena, v[which].cause);
            v[which].trust = voice_trust(3, 1);
            cause_mix_make(arena, v, count, prior, &m);
            double before = share_of(&m, cause)->probability;
            v[which].trust = voice_trust(9, 1);
            cause_mix_make(arena, v, count, prior, &m);
            CHECK("louder", share_of(&m, cause)->probability >= before - 1e-12);
        }
        oq_arena_rewind(arena, mark);
    }
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trust),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
