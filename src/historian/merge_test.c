#include "base/test.h"

#include <math.h>

#include "historian/merge.h"

static oq_arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = oq_arena_open(0);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    oq_arena_close(arena);
    return 0;
}

enum { END = -1, ROWS = 12 };

/* Time, value, known; a time of END ends a list. */
typedef struct sample {
    oq_us time;
    double value;
    oq_us known;
    quality quality;
} sample;

static samples columns(const sample *row)
{
    samples s = samples_make(arena, ROWS, true, true);
    for (; row->time != END; row++) {
        s.time[s.count] = row->time;
        s.value[s.count] = row->value;
        s.quality[s.count] = row->quality;
        s.known[s.count++] = row->known;
    }
    return s;
}

static void check(const char *label, const samples *got, const sample *wanted)
{
    samples want = columns(wanted);
    CHECK(label, got->count == want.count);
    for (size_t i = 0; i < want.count; i++) {
        CHECK(label, got->time[i] == want.time[i]);
        CHECK(label,
              got->value[i] == want.value[i] || (isnan(got->value[i]) && isnan(want.value[i])));
        CHECK(label, got->quality[i] == want.quality[i]);
        CHECK(label, got->known[i] == want.known[i]);
    }
}

/* What was lost, with the moment of its end as the quality, which these rows do not use. */
static void check_lost(const char *label, const merge_lost *lost, const sample *wanted)
{
    samples s = lost->samples;
    if (s.count)
        s.quality = samples_make(arena, s.count, true, false).quality;
    for (size_t i = 0; i < s.count; i++)
        s.quality[i] = (quality)lost->superseded_at[i];
    check(label, &s, wanted);
}

static void test_writes_among_themselves(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        sample writes[ROWS], settled[ROWS], lost[ROWS];
    } row[] = {
        {"in order", {{1, 1, 9}, {2, 2, 9}, {END}}, {{1, 1, 9}, {2, 2, 9}, {END}}, {{END}}},
        {"backwards",
         {{3, 3, 9}, {2, 2, 9}, {1, 1, 9}, {END}},
         {{1, 1, 9}, {2, 2, 9}, {3, 3, 9}, {END}},
         {{END}}},
        {"the later wins",
         {{1, 1, 9}, {2, 2, 9}, {1, 5, 10}, {END}},
         {{1, 5, 10}, {2, 2, 9}, {END}},
         {{1, 1, 9, 10}, {END}}},
        {"said again: known since the first",
         {{1, 1, 9}, {1, 1, 10}, {1, 1, 11}, {END}},
         {{1, 1, 9}, {END}},
         {{END}}},
        {"there and back: three versions, one after the other",
         {{1, 1, 9}, {1, 2, 10}, {1, 1, 11}, {END}},
         {{1, 1, 11}, {END}},
         {{1, 1, 9, 10}, {1, 2, 10, 11}, {END}}},
        {"a number later than the moment: the first was never there",
         {{1, 1, 10}, {1, 2, 8}, {END}},
         {{1, 2, 8}, {END}},
         {{1, 1, 10, 10}, {END}}},
        {"of several the first that became known ends those before",
         {{1, 1, 5}, {1, 2, 10}, {1, 3, 7}, {END}},
         {{1, 3, 7}, {END}},
         {{1, 1, 5, 7}, {1, 2, 10, 10}, {END}}},
        {"no value is the same as no value",
         {{1, NAN, 9, QUALITY_BAD}, {1, NAN, 10, QUALITY_BAD}, {END}},
         {{1, NAN, 9, QUALITY_BAD}, {END}},
         {{END}}},
        {"another quality is another sample",
         {{1, 1, 9}, {1, 1, 10, QUALITY_BAD}, {END}},
         {{1, 1, 10, QUALITY_BAD}, {END}},
         {{1, 1, 9, 10}, {END}}},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        samples writes = columns(row[i].writes);
        merge_lost lost = {0};
        samples settled = merge_settle(arena, &writes, &lost);
        check(row[i].label, &settled, row[i].settled);
        check_lost(row[i].label, &lost, row[i].lost);
    }
}

static void test_writes_over_what_stood_there(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        sample base[ROWS], writes[ROWS], result[ROWS], lost[ROWS];
        size_t changed;
    } row[] = {
        {"nothing there", {{END}}, {{1, 1, 9}, {END}}, {{1, 1, 9}, {END}}, {{END}}, 1},
        {"behind",
         {{1, 1, 5}, {END}},
         {{2, 2, 9}, {END}},
         {{1, 1, 5}, {2, 2, 9}, {END}},
         {{END}},
         1},
        {"before",
         {{2, 2, 5}, {END}},
         {{1, 1, 9}, {END}},
         {{1, 1, 9}, {2, 2, 5}, {END}},
         {{END}},
         1},
        {"between",
         {{1, 1, 5}, {9, 9, 5}, {END}},
         {{2, 2, 8}, {3, 3, 8}, {END}},
         {{1, 1, 5}, {2, 2, 8}, {3, 3, 8}, {9, 9, 5}, {END}},
         {{END}},
         2},
        {"over",
         {{1, 1, 5}, {2, 2, 5}, {3, 3, 5}, {END}},
         {{2, 7, 8}, {END}},
         {{1, 1, 5}, {2, 7, 8}, {3, 3, 5}, {END}},
         {{2, 2, 5, 8}, {END}},
         1},
        {"over what became known behind it",
         {{1, 1, 9}, {2, 2, 9}, {END}},
         {{2, 7, 8}, {END}},
         {{1, 1, 9}, {2, 7, 8}, {END}},
         {{2, 2, 9, 9}, {END}},
         1},
        {"the same again changes nothing",
         {{1, 1, 5}, {2, 2, 5}, {END}},
         {{1, 1, 8}, {2, 2, 8}, {END}},
         {{1, 1, 5}, {2, 2, 5}, {END}},
         {{END}},
         0},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        samples base = columns(row[i].base), writes = columns(row[i].writes);
        merge_lost lost = {0};
        size_t changed;
        samples result = merge_over(arena, &base, &writes, NULL, &lost, &changed);
        check(row[i].label, &result, row[i].result);
        check_lost(row[i].label, &lost, row[i].lost);
        CHECK(row[i].label, changed == row[i].changed);
    }
}

/* What stood there ended when the first of several writes came, not the last. */
static void test_a_moment_that_was_written_twice(void **state)
{
    (void)state;
    static const sample base_row[] = {{1, 1, 5}, {END}};
    static const struct {
        const char *label;
        sample writes[ROWS], result[ROWS], lost[ROWS];
    } row[] = {
        {"two others",
         {{1, 2, 10}, {1, 3, 20}, {END}},
         {{1, 3, 20}, {END}},
         {{1, 2, 10, 20}, {1, 1, 5, 10}, {END}}},
        {"another and back",
         {{1, 2, 10}, {1, 1, 20}, {END}},
         {{1, 1, 20}, {END}},
         {{1, 2, 10, 20}, {1, 1, 5, 10}, {END}}},
        {"the same, and another",
         {{1, 1, 10}, {1, 2, 20}, {END}},
         {{1, 2, 20}, {END}},
         {{1, 1, 5, 20}, {END}}},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        samples base = columns(base_row), raw = columns(row[i].writes);
        merge_lost lost = {0};
        size_t changed;
        samples writes = merge_settle(arena, &raw, &lost);
        merge_lost old = {0};
        samples result = merge_over(arena, &base, &writes, &lost, &old, &changed);
        for (size_t k = 0; k < old.samples.count; k++)
            merge_lost_add(arena, &lost, &old.samples, k, old.superseded_at[k]);
        check(row[i].label, &result, row[i].result);
        check_lost(row[i].label, &lost, row[i].lost);
    }
}

static void test_something_instead(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        sample base[ROWS], instead[ROWS], result[ROWS], lost[ROWS];
        size_t changed;
    } row[] = {
        {"nothing",
         {{1, 1, 5}, {2, 2, 5}, {END}},
         {{END}},
         {{END}},
         {{1, 1, 5, 50}, {2, 2, 5, 50}, {END}},
         2},
        {"others",
         {{1, 1, 5}, {2, 2, 5}, {END}},
         {{1, 7, 50}, {2, 8, 50}, {END}},
         {{1, 7, 50}, {2, 8, 50}, {END}},
         {{1, 1, 5, 50}, {2, 2, 5, 50}, {END}},
         2},
        {"the same stays",
         {{1, 1, 5}, {2, 2, 5}, {END}},
         {{1, 1, 50}, {3, 3, 50}, {END}},
         {{1, 1, 5}, {3, 3, 50}, {END}},
         {{2, 2, 5, 50}, {END}},
         2},
        {"where nothing was", {{END}}, {{1, 1, 50}, {END}}, {{1, 1, 50}, {END}}, {{END}}, 1},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        samples base = columns(row[i].base), instead = columns(row[i].instead);
        merge_lost lost = {0};
        size_t changed;
        samples result = merge_instead(arena, &base, &instead, 50, &lost, &changed);
        check(row[i].label, &result, row[i].result);
        check_lost(row[i].label, &lost, row[i].lost);
        CHECK(row[i].label, changed == row[i].changed);
    }
}

/* Any order and number of writes: what a plain look at each moment says. */
static void test_many_writes(void **state)
{
    (void)state;
    enum { WRITES = 3000, TIMES = 700 };
    unsigned dice = 7;
    samples writes = samples_make(arena, WRITES, true, true);
    for (size_t i = 0; i < WRITES; i++) {
        dice = dice * 1103515245 + 12345;
        writes.time[i] = (dice >> 8) % TIMES;
        writes.value[i] = (double)((dice >> 20) % 3);
        writes.known[i] = (oq_us)i;
    }
    writes.count = WRITES;
    merge_lost lost = {0};
    samples settled = merge_settle(arena, &writes, &lost);
    size_t at = 0, gone = 0;
    for (oq_us time = 0; time < TIMES; time++) {
        bool is_there = false;
        double value = 0;
        oq_us known = 0;
        for (size_t i = 0; i < WRITES; i++) {
            if (writes.time[i] != time || (is_there && writes.value[i] == value))
                continue;
            gone += is_there;
            is_there = true;
            value = writes.value[i];
            known = writes.known[i];
        }
        if (!is_there)
            continue;
        CHECK("settled", settled.time[at] == time && settled.value[at] == value);
        CHECK("known", settled.known[at++] == known);
    }
    CHECK("all", at == settled.count && gone == lost.samples.count);
}

/* The highest version of those that say that they stood at a moment; -1: none. */
static int stood_at(const merge_lost *lost, const samples *record, oq_us at)
{
    int highest = record->known[0] <= at ? (int)record->value[0] : -1;
    for (size_t i = 0; i < lost->samples.count; i++)
        if (lost->samples.known[i] <= at && lost->superseded_at[i] > at &&
            (int)lost->samples.value[i] > highest)
            highest = (int)lost->samples.value[i];
    return highest;
}

/* One moment, its versions numbered in the order of writing and known in any, folded at once or in
 * two: at each moment the highest number that was known stands, and no version ends before it
 * begins. */
static void test_history_never_contradicts_itself(void **state)
{
    (void)state;
    enum { VERSIONS = 6, KNOWN = 10, ROUNDS = 20000 };
    unsigned dice = 11;
    for (int round = 0; round < ROUNDS; round++) {
        oq_mark mark = oq_arena_mark(arena);
        samples all = samples_make(arena, VERSIONS, true, true);
        for (int i = 0; i < VERSIONS; i++) {
            dice = dice * 1103515245 + 12345;
            all.value[i] = i;
            all.known[i] = (dice >> 12) % KNOWN;
        }
        all.count = VERSIONS;
        size_t split = (dice >> 24) % VERSIONS, changed;
        samples first = samples_part(&all, 0, split);
        samples second = samples_part(&all, split, VERSIONS - split);
        merge_lost lost = {0}, chain = {0};
        samples base = {0};
        if (split)
            base = merge_settle(arena, &first, &lost);
        samples writes = merge_settle(arena, &second, &chain);
        samples record = merge_over(arena, &base, &writes, &chain, &lost, &changed);
        for (size_t i = 0; i < chain.samples.count; i++)
            merge_lost_add(arena, &lost, &chain.samples, i, chain.superseded_at[i]);
        CHECK("all are there", record.count == 1 && lost.samples.count == VERSIONS - 1);
        for (size_t i = 0; i < lost.samples.count; i++)
            CHECK("ends", lost.superseded_at[i] >= lost.samples.known[i]);
        for (oq_us at = -1, highest; at < KNOWN; at++) {
            highest = -1;
            for (int i = 0; i < VERSIONS; i++)
                highest = all.known[i] <= at ? i : highest;
            CHECK("stood", stood_at(&lost, &record, at) == (int)highest);
        }
        oq_arena_rewind(arena, mark);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history_never_contradicts_itself),
        cmocka_unit_test(test_writes_among_themselves),
        cmocka_unit_test(test_writes_over_what_stood_there),
        cmocka_unit_test(test_a_moment_that_was_written_twice),
        cmocka_unit_test(test_something_instead),
        cmocka_unit_test(test_many_writes),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
