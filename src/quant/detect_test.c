#include "quant/detect_inner.h"
#include "quant/signal_sample.h"

enum { BASE = 240, SPAN = 60 };

static double noise(uint64_t *dice) /* normal: Box, Muller 1958 */
{
    double u = 1 - dice_share(dice), v = dice_share(dice);
    return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

/* 240 samples of a base and 60 of a span, a minute apart, around `level`, with a spread of 1. */
static samples quiet(oq_arena *arena, uint64_t *dice, double level)
{
    samples s = samples_make(arena, BASE + SPAN, true, false);
    s.count = BASE + SPAN;
    for (size_t i = 0; i < s.count; i++) {
        s.time[i] = (oq_us)i * OQ_MINUTE;
        s.value[i] = level + noise(dice);
    }
    return s;
}

static const detect_rule usual = {
    .base_from = 0, .from = BASE * OQ_MINUTE, .to = (BASE + SPAN) * OQ_MINUTE};

/* "SPIKE 10-12, ..." in minutes of the span. */
static oq_str to_text(oq_arena *arena, const findings *f)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 16);
    for (size_t i = 0; i < f->count; i++)
        oq_buf_f(&out, "%s%s %lld-%lld", i ? ", " : "",
                 oq_choice_text(finding_kind_choices, f->at[i].kind),
                 (long long)(f->at[i].from / OQ_MINUTE - BASE),
                 (long long)(f->at[i].to / OQ_MINUTE - BASE));
    return oq_str_copy(arena, oq_buf_view(&out));
}

/* What is put over the noise, minute by minute of the span. */
static double shape_of(const char *shape, double minute)
{
    switch (shape[0]) {
    case 's': /* spike */
        return minute == 30 ? 12 : 0;
    case 'd': /* drop of three samples */
        return minute >= 30 && minute <= 32 ? -15 : 0;
    case 'h': /* higher for a quarter of an hour: up and back */
        return minute >= 20 && minute < 35 ? 12 : 0;
    case 'S': /* step */
        return minute >= 25 ? 10 : 0;
    case 'D':
        return minute >= 25 ? -10 : 0;
    case 'r': /* ramp */
        return minute >= 15 ? (minute - 15) * 0.4 : 0;
    case 'f':
        return minute >= 15 ? (15 - minute) * 0.4 : 0;
    case 't': /* ramp, then a trip */
        return minute >= 45 ? -40 : minute >= 10 ? (minute - 10) * 0.5 : 0;
    case 'o': /* swings of eight minutes */
        return 8 * sin(2 * M_PI * minute / 8);
    default:
        return 0;
    }
}

static void test_shapes(void **state)
{
    static const struct {
        const char *shape, *wanted;
    } row[] = {
        {"nothing", ""},
        {"spike", "SPIKE 30-30"},
        {"drop", "DROP 30-32"},
        {"high for a while", "SPIKE 20-34"},
        {"Step", "STEP_UP 25-59"},
        {"Down", "STEP_DOWN 25-59"},
        {"ramp", "DRIFT_UP 19-59"},
        {"falling", "DRIFT_DOWN 18-59"},
        {"then a trip", "DRIFT_UP 13-42, STEP_DOWN 45-59"},
        {"oscillation", "OSCILLATION 1-58"},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        uint64_t dice = 7;
        samples s = quiet(arena, &dice, 50);
        for (size_t k = 0; k < SPAN; k++)
            s.value[BASE + k] += shape_of(row[i].shape, (double)k);
        findings f;
        detect_find(arena, &s, &usual, &f);
        CHECK_STR(row[i].shape, to_text(arena, &f), row[i].wanted);
        assert_int_equal(f.base_good, BASE);
        assert_int_equal(f.span_good, SPAN);
    }
    oq_arena_close(arena);
}

/* By hand: base 1..21 repeats, its median 11, its MAD 5, so one scale is 7.413; a sample of 70
 * between 10, 11, 12 ... stands (70 - 12) / 7.413 above the running median. */
static void test_by_hand(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    samples s = samples_make(arena, 231 + 5, false, false);
    s.count = 231 + 5;
    for (size_t i = 0; i < s.count; i++) {
        s.time[i] = (oq_us)i * OQ_SECOND;
        s.value[i] = (double)(i % 21 + 1);
    }
    static const double span[] = {10, 11, 70, 12, 13};
    memcpy(s.value + 231, span, sizeof span);
    detect_rule rule = {.from = 231 * OQ_SECOND, .to = 236 * OQ_SECOND};
    findings f;
    detect_find(arena, &s, &rule, &f);
    assert_true(f.base_level == 11);
    assert_true(is_near(f.base_scale, 1.4826 * 5, 10));
    assert_int_equal(f.count, 1);
    assert_int_equal(f.at[0].kind, FINDING_SPIKE);
    assert_true(f.at[0].before == 12 && f.at[0].after == 70);
    assert_true(is_near(f.at[0].score, 58 / (1.4826 * 5), 10));
    oq_arena_close(arena);
}

static void test_oscillation_period(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    for (int period = 6; period <= 12; period++) {
        uint64_t dice = 3;
        samples s = quiet(arena, &dice, 0);
        for (size_t k = 0; k < SPAN; k++)
            s.value[BASE + k] += 30 + 8 * sin(2 * M_PI * (double)k / period);
        findings f;
        detect_find(arena, &s, &usual, &f);
        const finding *swing = NULL;
        bool has_step = false;
        for (size_t i = 0; i < f.count; i++) {
            swing = f.at[i].kind == FINDING_OSCILLATION ? &f.at[i] : swing;
            has_step |= f.at[i].kind == FINDING_STEP_UP;
        }
        CHECK("found around another level", swing && has_step);
        CHECK("period", fabs(swing->period_s - 60 * period) < 30);
        /* 8, and what noise adds to the extremes of a cycle. */
        CHECK("amplitude", fabs(swing->score * f.base_scale - 9) < 2);
        /* What the base does as well is nothing new. */
        for (size_t k = 0; k < BASE; k++)
            s.value[k] += 30 + 8 * sin(2 * M_PI * (double)k / period);
        detect_find(arena, &s, &usual, &f);
        CHECK("not new", f.count == 0);
    }
    oq_arena_close(arena);
}

static void test_stuck(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    uint64_t dice = 5;
    samples s = quiet(arena, &dice, 50);
    for (size_t k = 20; k < SPAN; k++)
        s.value[BASE + k] = s.value[BASE + 19];
    findings f;
    detect_find(arena, &s, &usual, &f);
    CHECK_STR("stuck", to_text(arena, &f), "STUCK 19-59");
    assert_true(f.at[0].score == 41 && f.at[0].after == s.value[BASE + 19]);
    /* An instrument that shows whole numbers repeats them; nine of one are nothing. */
    for (size_t i = 0; i < s.count; i++)
        s.value[i] = i < BASE ? round(s.value[i]) : i < BASE + 9 ? 50 : (double)(49 + i % 3);
    detect_find(arena, &s, &usual, &f);
    CHECK_STR("whole numbers", to_text(arena, &f), "");
    /* A signal that never moved cannot get stuck. */
    for (size_t i = 0; i < s.count; i++)
        s.value[i] = 3;
    detect_find(arena, &s, &usual, &f);
    assert_int_equal(f.count, 0);
    assert_true(f.base_level == 3 && f.base_scale > 0);
    oq_arena_close(arena);
}

static void test_states(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    uint64_t dice = 5;
    samples s = quiet(arena, &dice, 0);
    for (size_t i = 0; i < s.count; i++)
        s.value[i] = i < BASE + 30 ? 1 : 0;
    detect_rule rule = usual;
    rule.is_state = true;
    findings f;
    detect_find(arena, &s, &rule, &f);
    CHECK_STR("trip", to_text(arena, &f), "STEP_DOWN 30-59");
    assert_true(f.at[0].before == 1 && f.at[0].after == 0);
    for (size_t i = 0; i < s.count; i++)
        s.value[i] = (double)(i / 5 % 2);
    detect_find(arena, &s, &rule, &f);
    CHECK_STR("one that always changes", to_text(arena, &f), "");
    oq_arena_close(arena);
}

static void test_little_base(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    uint64_t dice = 5;
    samples s = quiet(arena, &dice, 50);
    findings f;
    for (size_t i = 0; i < BASE; i++)
        if (i % 13)
            s.quality[i] = QUALITY_BAD; /* 19 are left */
    s.value[BASE + 30] = 1e9;
    detect_find(arena, &s, &usual, &f);
    assert_int_equal(f.base_good, 19);
    assert_int_equal(f.count, 0);
    assert_true(isnan(f.base_level) && isnan(f.base_scale));
    detect_rule rule = usual;
    rule.base_min = 19;
    detect_find(arena, &s, &rule, &f);
    CHECK_STR("asked for with less", to_text(arena, &f), "SPIKE 30-30");
    rule = (detect_rule){.base_from = usual.to, .from = usual.to, .to = usual.to};
    detect_find(arena, &s, &rule, &f);
    assert_true(f.base_good == 0 && f.span_good == 0 && f.count == 0);
    oq_arena_close(arena);
}

static double spoil(size_t i)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY, 1e300};
    return bad[i % OQ_COUNT(bad)];
}

/* Bad samples between the good ones change nothing but the counts of nothing. */
static void test_bad_samples(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    for (uint64_t seed = 0; seed < 50; seed++) {
        uint64_t dice = seed;
        samples s = quiet(arena, &dice, 50), mixed = samples_make(arena, 2 * s.count, true, false);
        for (size_t k = 0; k < SPAN; k++)
            s.value[BASE + k] += shape_of(&"sdhSDrfto"[seed % 9], (double)k);
        for (size_t i = 0; i < s.count; i++) {
            mixed.time[mixed.count] = s.time[i];
            mixed.value[mixed.count++] = s.value[i];
            mixed.time[mixed.count] = s.time[i] + OQ_SECOND;
            mixed.quality[mixed.count] = i % 4 == 3 ? QUALITY_UNCERTAIN : QUALITY_GOOD;
            mixed.value[mixed.count++] = spoil(i);
        }
        findings one, other;
        detect_find(arena, &s, &usual, &one);
        detect_find(arena, &mixed, &usual, &other);
        assert_int_equal(one.count, other.count);
        assert_int_equal(one.span_good, other.span_good);
        if (one.count)
            assert_memory_equal(one.at, other.at, one.count * sizeof *one.at);
    }
    oq_arena_close(arena);
}

/* Whatever the unit: value * a + b gives the same findings, mirrored where a is negative; and they
 * come in the order of time, within the span. */
static void test_any_unit(void **state)
{
    static const int mirrored[] = {0,
                                   FINDING_DROP,
                                   FINDING_SPIKE,
                                   FINDING_DRIFT_DOWN,
                                   FINDING_DRIFT_UP,
                                   FINDING_STEP_DOWN,
                                   FINDING_STEP_UP,
                                   FINDING_STUCK,
                                   FINDING_OSCILLATION};
    oq_arena *arena = oq_arena_open(0);
    size_t found = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        oq_mark mark = oq_arena_mark(arena);
        uint64_t dice = seed;
        samples s = quiet(arena, &dice, 50);
        const char *shape = &"sdhSDrfto"[dice_below(&dice, 9)];
        double strength = 0.3 + 2 * dice_share(&dice);
        for (size_t k = 0; k < SPAN; k++)
            s.value[BASE + k] += strength * shape_of(shape, (double)k);
        findings one, other;
        detect_find(arena, &s, &usual, &one);
        /* Exact in doubles, so that no rounding decides: a power of two, and no shift with it. */
        double factor = ldexp(seed % 2 ? -1 : 1, (int)dice_below(&dice, 40) - 20);
        samples scaled = samples_copy(arena, &s);
        for (size_t i = 0; i < s.count; i++)
            scaled.value[i] *= factor;
        detect_find(arena, &scaled, &usual, &other);
        assert_int_equal(one.count, other.count);
        for (size_t i = 0; i < one.count; i++) {
            const finding *a = &one.at[i], *b = &other.at[i];
            found++;
            if (a->kind != FINDING_OSCILLATION || factor > 0) /* cycles begin upwards */
                CHECK("times", a->from == b->from && a->to == b->to);
            CHECK("kind", b->kind == (factor > 0 ? a->kind : mirrored[a->kind]));
            CHECK("score", fabs(a->score - b->score) <= 0.2 * a->score);
            CHECK("order", i == 0 || one.at[i - 1].from <= a->from);
            CHECK("within", a->from >= usual.from && a->to < usual.to && a->from <= a->to);
        }
        for (size_t i = 0; i < s.count; i++)
            scaled.value[i] = s.value[i] + 1000;
        detect_find(arena, &scaled, &usual, &other);
        CHECK_STR("shifted", to_text(arena, &other), to_text(arena, &one).ptr);
        oq_arena_rewind(arena, mark);
    }
    assert_in_range(found, 300, 1000);
    oq_arena_close(arena);
}

/* Noise gives findings seldom. 10,000 spans of an hour against a base of four: white, correlated
 * (each sample 0.9 of the last), with heavy tails (Student, 3 degrees), and in whole numbers; and
 * white against a base of twenty samples alone. Wanted: at most 1 % of the spans, and of the
 * shortest base 3 %. */
static void test_false_alarms(void **state)
{
    static const struct {
        const char *label;
        double memory;
        size_t tails, base;
        bool is_whole;
        size_t max;
    } row[] = {
        {"white", 0, 0, BASE, false, 100},        {"correlated", 0.9, 0, BASE, false, 100},
        {"heavy tails", 0, 3, BASE, false, 1000}, {"whole numbers", 0, 0, BASE, true, 100},
        {"short base", 0, 0, 20, false, 300},
    };
    oq_arena *arena = oq_arena_open(1 << 20);
    for (size_t r = 0; r < OQ_COUNT(row); r++) {
        size_t alarms = 0, kinds[9] = {0};
        for (uint64_t seed = 0; seed < 10000; seed++) {
            oq_mark mark = oq_arena_mark(arena);
            uint64_t dice = seed * 1000003;
            samples s = quiet(arena, &dice, 0);
            double last = noise(&dice) / sqrt(1 - row[r].memory * row[r].memory);
            for (size_t i = 0; i < s.count; i++) {
                double chi = 0;
                for (size_t k = 0; k < row[r].tails; k++)
                    chi += pow(noise(&dice), 2) / (double)row[r].tails;
                last = row[r].memory * last + (row[r].tails ? s.value[i] / sqrt(chi) : s.value[i]);
                s.value[i] = row[r].is_whole ? round(last) : last;
            }
            detect_rule rule = usual;
            rule.base_from = rule.from - (oq_us)row[r].base * OQ_MINUTE;
            findings f;
            detect_find(arena, &s, &rule, &f);
            alarms += f.count > 0;
            for (size_t i = 0; i < f.count; i++)
                kinds[f.at[i].kind]++;
            oq_arena_rewind(arena, mark);
        }
        print_message("%s: %zu of 10000;", row[r].label, alarms);
        for (size_t k = 1; k < OQ_COUNT(kinds); k++)
            print_message(" %s %zu", oq_choice_text(finding_kind_choices, (int)k), kinds[k]);
        print_message("\n");
        CHECK(row[r].label, alarms <= row[r].max);
    }
    oq_arena_close(arena);
}

/* Sorting and the middle, of random values, few different ones, slopes up and down. */
static void test_sort(void **state)
{
    enum { VALUES = 700 };
    uint64_t dice = 2;
    for (size_t count = 1; count <= VALUES; count += 1 + count / 16)
        for (int kind = 0; kind < 5; kind++) {
            double x[VALUES], y[VALUES], sum = 0;
            for (size_t i = 0; i < count; i++) {
                double some[] = {dice_share(&dice), (double)dice_below(&dice, 3), (double)i,
                                 -(double)i, i % 2 ? -1 : (double)i};
                x[i] = y[i] = some[kind];
                sum += x[i];
            }
            detect_sort(x, count);
            for (size_t i = 0; i < count; i++) {
                assert_true(i == 0 || x[i - 1] <= x[i]);
                sum -= x[i];
            }
            assert_float_equal(sum, 0, 1e-9);
            assert_float_equal(detect_middle(y, count), detect_median(x, count), 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),       cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_stuck),        cmocka_unit_test(test_oscillation_period),
        cmocka_unit_test(test_states),       cmocka_unit_test(test_little_base),
        cmocka_unit_test(test_bad_samples),  cmocka_unit_test(test_any_unit),
        cmocka_unit_test(test_false_alarms), cmocka_unit_test(test_sort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
