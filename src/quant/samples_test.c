#include "quant/samples.h"

#include <math.h>

#include "base/test.h"

static samples make(oq_arena *arena, size_t count, const oq_us *time, const double *value)
{
    samples s = samples_make(arena, count, false, false);
    memcpy(s.time, time, count * sizeof *time);
    memcpy(s.value, value, count * sizeof *value);
    s.count = count;
    return s;
}

static void check_samples(const char *label, const samples *got, size_t count, const oq_us *time,
                          const double *value)
{
    CHECK(label, got->count == count);
    for (size_t i = 0; i < count; i++) {
        CHECK(label, got->time[i] == time[i]);
        CHECK(label, got->value[i] == value[i] || (isnan(got->value[i]) && isnan(value[i])));
    }
}

static void test_find_and_part(void **state)
{
    (void)state;
    oq_arena *arena = oq_arena_open(0);
    samples s = make(arena, 4, (oq_us[]){10, 20, 30, 40}, (double[]){1, 2, 3, 4});
    static const struct {
        oq_us at;
        size_t found;
    } row[] = {{-5, 0}, {10, 0}, {11, 1}, {20, 1}, {40, 3}, {41, 4}};
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK("find", samples_find(&s, row[i].at) == row[i].found);
    samples none = samples_part(&s, 4, 0), part = samples_part(&s, 1, 2);
    CHECK("empty part", none.count == 0 && samples_find(&none, 5) == 0);
    check_samples("part", &part, 2, (oq_us[]){20, 30}, (double[]){2, 3});
    CHECK("a part is no copy", part.time == s.time + 1 && part.quality == NULL);
    oq_arena_close(arena);
}

static void test_merge_the_later_list_wins(void **state)
{
    (void)state;
    oq_arena *arena = oq_arena_open(0);
    samples list[] = {
        make(arena, 4, (oq_us[]){10, 20, 30, 40}, (double[]){1, 2, 3, 4}),
        make(arena, 3, (oq_us[]){5, 20, 40}, (double[]){0, 22, 4}),
        make(arena, 2, (oq_us[]){20, 50}, (double[]){222, 5}),
    };
    samples lost, all = samples_merge(arena, list, 3, &lost);
    check_samples("merged", &all, 6, (oq_us[]){5, 10, 20, 30, 40, 50},
                  (double[]){0, 1, 222, 3, 4, 5});
    check_samples("lost: the first of those that differ", &lost, 1, (oq_us[]){20}, (double[]){2});
    CHECK("no column that none has", !all.quality && !all.known);
    samples none = samples_merge(arena, NULL, 0, &lost);
    CHECK("nothing of nothing", none.count == 0 && lost.count == 0);
    samples rising = samples_merge(
        arena, (samples[]){samples_part(&list[0], 0, 2), samples_part(&list[0], 2, 2)}, 2, NULL);
    check_samples("end to end", &rising, 4, list[0].time, list[0].value);
    oq_arena_close(arena);
}

static void test_merge_columns(void **state)
{
    (void)state;
    oq_arena *arena = oq_arena_open(0);
    samples with = samples_make(arena, 3, true, true);
    with.count = 3;
    for (size_t i = 0; i < 3; i++) {
        with.time[i] = (oq_us)i * 10;
        with.value[i] = i == 1 ? (double)NAN : (double)i;
        with.quality[i] = i == 1 ? QUALITY_BAD : QUALITY_GOOD;
        with.known[i] = 1000 + (oq_us)i;
    }
    samples again = samples_copy(arena, &with);
    for (size_t i = 0; i < 3; i++)
        again.known[i] += 500;
    again.quality[2] = QUALITY_UNCERTAIN;
    samples plain = make(arena, 1, (oq_us[]){7}, (double[]){7});
    samples lost, all = samples_merge(arena, (samples[]){with, again, plain}, 3, &lost);
    check_samples("merged", &all, 4, (oq_us[]){0, 7, 10, 20}, (double[]){0, 7, (double)NAN, 2});
    CHECK("sent again unchanged: known since the first", all.known[0] == 1000);
    CHECK("so is a NaN", all.known[2] == 1001 && all.quality[2] == QUALITY_BAD);
    CHECK("without the columns: good and known at its time",
          all.quality[1] == QUALITY_GOOD && all.known[1] == 7);
    CHECK("another quality is another sample", all.known[3] == 1502 && lost.count == 1 &&
                                                   lost.known[0] == 1002 &&
                                                   lost.quality[0] == QUALITY_GOOD);
    oq_arena_close(arena);
}

/* Any order comes out as a plain insertion would have it. */
static void test_sort(void **state)
{
    (void)state;
    uint32_t dice = 1;
    for (size_t round = 0; round < 200; round++) {
        oq_arena *arena = oq_arena_open(0);
        size_t count = round % 40;
        samples s = samples_make(arena, count, true, round % 2);
        double by_time[64];
        bool is_there[64] = {false};
        size_t distinct = 0;
        for (size_t i = 0; i < count; i++) {
            dice = dice * 1664525u + 1013904223u;
            size_t at = (dice >> 16) % (round < 100 ? 64 : 8);
            s.time[i] = (oq_us)at;
            s.value[i] = (double)i;
            s.quality[i] = (quality)i;
            distinct += !is_there[at];
            is_there[at] = true;
            by_time[at] = (double)i;
        }
        s.count = count;
        samples_sort(&s, arena);
        CHECK("each time once", s.count == distinct);
        for (size_t i = 0; i < s.count; i++) {
            CHECK("in order", i == 0 || s.time[i - 1] < s.time[i]);
            CHECK("the last given stays", s.value[i] == by_time[s.time[i]]);
            CHECK("columns stay together", s.quality[i] == (quality)s.value[i]);
        }
        oq_arena_close(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_and_part),
        cmocka_unit_test(test_merge_the_later_list_wins),
        cmocka_unit_test(test_merge_columns),
        cmocka_unit_test(test_sort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
