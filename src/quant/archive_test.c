#include "quant/aggregate.h"
#include "quant/archive.h"
#include "quant/signal_sample.h"

enum { ROUNDS = 3000 };

static bool is_good(const samples *s, size_t i)
{
    return quality_is_good(samples_quality(s, i)) && isfinite(s->value[i]);
}

/* --- what has to hold of any signal -------------------------------------------------------------*/

/* What a reader sees at a dropped sample's time, between the kept samples k and k + 1. */
static double redraw(const samples *kept, size_t k, oq_us at, bool is_state)
{
    if (is_state)
        return kept->value[k];
    double share = (double)(at - kept->time[k]) / (double)(kept->time[k + 1] - kept->time[k]);
    return kept->value[k] * (1 - share) + kept->value[k + 1] * share;
}

static void check_archive(oq_arena *arena, const samples *s, const archive_rule *rule)
{
    double told = -1, error = 0, size = 0;
    samples kept = archive_apply(arena, s, rule, &told);
    size_t k = 0;
    for (size_t i = 0; i < s->count; i++) {
        size = isfinite(s->value[i]) ? fmax(size, fabs(s->value[i])) : size;
        if (k < kept.count && kept.time[k] == s->time[i]) {
            CHECK("its value", is_near(kept.value[k], s->value[i], 0));
            CHECK("its quality", samples_quality(&kept, k) == samples_quality(s, i));
            k++;
            continue;
        }
        CHECK("what is not good stays", is_good(s, i));
        CHECK("first and last stay", i > 0 && i + 1 < s->count);
        CHECK("so does the first good one after", is_good(s, i - 1));
        CHECK("between good ones", is_good(&kept, k - 1) && is_good(&kept, k));
        error = fmax(error, fabs(s->value[i] - redraw(&kept, k - 1, s->time[i], rule->is_state)));
    }
    CHECK("only what was there", k == kept.count);
    CHECK("within the bound", error <= archive_error_max(rule) + 1e-12 * size);
    CHECK("the true error", fabs(told - error) <= 1e-12 * size);
    CHECK("quality", !kept.quality == !s->quality);
}

/* No distance between kept samples is longer than the rule's, but where the signal's own is. */
static void check_distances(oq_arena *arena, const samples *s, const archive_rule *rule)
{
    samples kept = archive_apply(arena, s, rule, NULL);
    for (size_t k = 1, i = 0; k < kept.count; k++) {
        bool has_dropped = false;
        for (; s->time[i] < kept.time[k]; i++)
            has_dropped |= s->time[i] > kept.time[k - 1];
        CHECK("distance", !has_dropped || !rule->compression_max ||
                              kept.time[k] - kept.time[k - 1] <= rule->compression_max);
    }
}

/* To readers with a gap rule the same time is good before and after. */
static void check_gaps(oq_arena *arena, const samples *s, const archive_rule *rule)
{
    oq_us edge[] = {-1, s->count ? s->time[s->count - 1] + 1 : 0};
    samples kept = archive_apply(arena, s, rule, NULL);
    aggregate_rule how = {.is_state = rule->is_state, .gap_max = rule->gap_max};
    aggregator before = aggregator_make(arena, (buckets){edge, 1}, how), after = before;
    after.into = oq_copy(arena, before.into, sizeof *before.into);
    aggregator_feed(&before, s);
    aggregator_feed(&after, &kept);
    CHECK("good time", before.into->good_us == after.into->good_us);
}

static archive_rule any_rule(uint64_t *dice)
{
    double step = dice_share(dice) * 3;
    return (archive_rule){
        .exception_deviation = dice_below(dice, 3) ? step * dice_share(dice) : (double)NAN,
        .exception_max = dice_below(dice, 2) ? (oq_us)(1 + dice_below(dice, 20000)) : 0,
        .compression_deviation = dice_below(dice, 3) ? step : (double)NAN,
        .compression_max = dice_below(dice, 2) ? (oq_us)(1 + dice_below(dice, 20000)) : 0,
        .is_state = dice_below(dice, 5) == 0,
        .gap_max = dice_below(dice, 2) ? (oq_us)(1 + dice_below(dice, 10000)) : 0,
    };
}

static void test_any(void **state)
{
    uint64_t dice = 7;
    for (int round = 0; round < ROUNDS; round++) {
        oq_arena *arena = oq_arena_open(0);
        samples s = signal_any(arena, &dice, dice_below(&dice, 400), 0);
        archive_rule rule = any_rule(&dice);
        if (rule.is_state)
            for (size_t i = 0; i < s.count; i++)
                s.value[i] = floor(s.value[i] / 2);
        check_archive(arena, &s, &rule);
        if (!archive_rule_keeps_all(&rule))
            check_distances(arena, &s, &rule);
        check_gaps(arena, &s, &rule);
        oq_arena_close(arena);
    }
}

/* Signals made to slip through: they stay just within a deviation of the last value that was passed
 * on, on both sides, so that lines swing between the extremes. */
static void test_adversarial(void **state)
{
    uint64_t dice = 8;
    for (int round = 0; round < ROUNDS; round++) {
        oq_arena *arena = oq_arena_open(0);
        size_t count = 3 + dice_below(&dice, 60);
        samples s = {.count = count,
                     .time = oq_new_n(arena, oq_us, count),
                     .value = oq_new_n(arena, double, count)};
        archive_rule rule = {.exception_deviation = 1, .compression_deviation = 0.5};
        if (dice_below(&dice, 3) == 0)
            rule.compression_deviation = NAN;
        else if (dice_below(&dice, 3) == 0)
            rule.exception_deviation = NAN;
        double base = 0;
        for (size_t i = 0; i < count; i++) {
            static const double off[] = {0, 0.999, -0.999, 1, -1, 0.5, -0.5, 0.499, -0.499, 1.5};
            base += dice_below(&dice, 12) ? 0 : dice_share(&dice) * 6 - 3;
            s.time[i] = i ? s.time[i - 1] + 1 + (oq_us)dice_below(&dice, 1000) : 0;
            s.value[i] = base + off[dice_below(&dice, OQ_COUNT(off))];
        }
        check_archive(arena, &s, &rule);
        oq_arena_close(arena);
    }
}

/* --- examples -----------------------------------------------------------------------------------*/

/* Which samples stay, as a text: '#' for those that do. */
static oq_str kept_of(oq_arena *arena, const double *value, size_t count, const archive_rule *rule)
{
    samples s = {count, oq_new_n(arena, oq_us, count), oq_copy(arena, value, count * sizeof *value),
                 NULL, NULL};
    for (size_t i = 0; i < count; i++)
        s.time[i] = (oq_us)i * OQ_SECOND;
    samples kept = archive_apply(arena, &s, rule, NULL);
    char *text = oq_alloc(arena, count + 1);
    for (size_t i = 0; i < count; i++)
        text[i] = '.';
    for (size_t k = 0; k < kept.count; k++)
        text[kept.time[k] / OQ_SECOND] = '#';
    return oq_cstr(text);
}

static void test_examples(void **state)
{
    static const struct {
        const char *label;
        double value[12];
        archive_rule rule;
        const char *kept;
    } row[] = {
        {"no rule", {1, 1, 1, 1}, {NAN, 0, NAN, 0, false}, "############"},
        {"constant", {0}, {0.1, 0, NAN, 0, false}, "#..........#"},
        {"exception: the news, and the one before",
         {0, 0.1, -0.1, 0.1, 0, 5, 5.1, 5, 5, 5.1, 5, 5},
         {0.5, 0, NAN, 0, false},
         "#...##.....#"},
        {"just beyond is news, though a line would pass",
         {0, 0, 0, 0, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6},
         {0.5, 0, NAN, 0, false},
         "#..##......#"},
        {"not older than 3 s", {0}, {0.1, 3 * OQ_SECOND, NAN, 0, false}, "#..#..#..#.#"},
        {"a line is two samples",
         {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
         {NAN, 0, 0.1, 0, false},
         "#..........#"},
        {"a corner",
         {0, 1, 2, 3, 4, 5, 4, 3, 2, 1, 0, -1},
         {NAN, 0, 0.1, 0, false},
         "#....#.....#"},
        {"a spike", {0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0}, {NAN, 0, 0.1, 0, false}, "#..###.....#"},
        {"no longer than 4 s", {0}, {NAN, 0, 0.1, 4 * OQ_SECOND, false}, "#...#...#..#"},
        {"nor through the exceptions", {0}, {1, 0, 0.1, 4 * OQ_SECOND, false}, "#...#...#..#"},
        {"states", {0, 0, 1, 1, 1, 2, 2, 0, 0, 0, 0, 0}, {0, 0, NAN, 0, true}, "#.#..#.#...#"},
        {"states, seen every 4 s", {0}, {0, 0, NAN, 4 * OQ_SECOND, true}, "#...#...#..#"},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].label, kept_of(arena, row[i].value, OQ_COUNT(row[i].value), &row[i].rule),
                  row[i].kept);
    oq_arena_close(arena);
}

static void test_rule(void **state)
{
    archive_rule none = {NAN, 0, NAN, 0, false}, both = {0.5, 0, 0.25, 0, false};
    CHECK("none", archive_rule_keeps_all(&none) && archive_error_max(&none) == 0);
    CHECK("both", !archive_rule_keeps_all(&both) && archive_error_max(&both) == 0.75);
    both.exception_deviation = NAN;
    CHECK("one", !archive_rule_keeps_all(&both) && archive_error_max(&both) == 0.25);
    both.is_state = true;
    CHECK("states are exact", archive_error_max(&both) == 0);
    oq_arena *arena = oq_arena_open(0);
    samples nothing = {0};
    double error = 1;
    CHECK("no samples", archive_apply(arena, &nothing, &both, &error).count == 0 && error == 0);
    oq_arena_close(arena);
}

/* An hour's sine at 1 s with noise of 0.05: what is kept for a bound of 0.15. */
static void test_ratio(void **state)
{
    enum { COUNT = 36000 };
    oq_arena *arena = oq_arena_open(0);
    samples s = {COUNT, oq_new_n(arena, oq_us, COUNT), oq_new_n(arena, double, COUNT), NULL, NULL};
    uint64_t dice = 9;
    for (size_t i = 0; i < COUNT; i++) {
        s.time[i] = (oq_us)i * OQ_SECOND;
        s.value[i] = 10 * sin((double)i * 2 * M_PI / 3600) + 0.1 * (dice_share(&dice) - 0.5);
    }
    archive_rule rule = {.exception_deviation = 0.05, .compression_deviation = 0.1};
    double error;
    samples kept = archive_apply(arena, &s, &rule, &error);
    CHECK("one in 25 or fewer", kept.count * 25 <= s.count);
    CHECK("the error is near its bound, not above", error > 0.1 && error <= 0.15);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any),      cmocka_unit_test(test_adversarial),
        cmocka_unit_test(test_examples), cmocka_unit_test(test_rule),
        cmocka_unit_test(test_ratio),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
