#include "quant/aggregate.h"
#include "quant/signal_sample.h"

/* Each sample a letter: good, bad, uncertain, NaN; each '.' a second without one. */
static samples from_text(oq_arena *arena, const char *text)
{
    size_t len = strlen(text);
    samples s = {.time = oq_new_n(arena, oq_us, len),
                 .value = oq_new_n(arena, double, len),
                 .quality = oq_new_n(arena, quality, len)};
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.')
            continue;
        s.time[s.count] = (oq_us)i * OQ_SECOND;
        s.value[s.count] = text[i] == 'n' ? (double)NAN : 1;
        s.quality[s.count++] = text[i] == 'b'   ? QUALITY_BAD
                               : text[i] == 'u' ? QUALITY_UNCERTAIN
                                                : QUALITY_GOOD;
    }
    return s;
}

/* "3-8 silence, ..." in seconds. */
static oq_str to_text(oq_arena *arena, const gaps *g)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 16);
    for (size_t i = 0; i < g->count; i++)
        oq_buf_f(&out, "%s%lld-%lld %s", i ? ", " : "", (long long)(g->at[i].from / OQ_SECOND),
                 (long long)(g->at[i].to / OQ_SECOND), g->at[i].is_bad ? "bad" : "silence");
    return oq_str_copy(arena, oq_buf_view(&out));
}

static void test_gaps(void **state)
{
    static const struct {
        const char *label, *samples;
        oq_us from, to, limit; /* s */
        size_t max;
        const char *wanted;
    } row[] = {
        {"none", "gggggggggg", 0, 10, 3, 9, ""},
        {"silence", "ggg.....gg", 0, 10, 3, 9, "2-8 silence"},
        {"not longer than the limit", "ggg..gggg", 0, 9, 3, 9, ""},
        {"bad", "gggbbbbbgg", 0, 10, 3, 9, "2-8 bad"},
        {"uncertain is not good", "ggguuuuugg", 0, 10, 3, 9, "2-8 bad"},
        {"no value", "gggnnnnngg", 0, 10, 3, 9, "2-8 bad"},
        {"one bad in a silence", "ggg..b..gg", 0, 10, 3, 9, "2-8 bad"},
        {"before the first", ".....ggggg", 0, 10, 3, 9, "0-5 silence"},
        {"after the last", "ggggg.....", 0, 10, 3, 9, "4-10 silence"},
        {"both", "....g.....", 0, 10, 3, 9, "0-4 silence, 4-10 silence"},
        {"nothing at all", "..........", 0, 10, 3, 9, "0-10 silence"},
        {"nothing but bad", ".b........", 0, 10, 3, 9, "0-10 bad"},
        {"what is before only begins it", "g.b.......g", 3, 8, 3, 9, "3-8 silence"},
        {"behind `to` nothing counts", "ggg......bbb", 0, 9, 3, 9, "2-9 silence"},
        {"a good one in between", "g....g....g", 0, 11, 3, 9, "0-5 silence, 5-10 silence"},
        {"as many as asked for", "g....g....g....g", 0, 16, 3, 2, "0-5 silence, 5-10 silence"},
        {"by the rhythm: 5 * 1 s", "gggg......ggggg.....ggg", 0, 23, 0, 9,
         "3-10 silence, 14-20 silence"},
        {"by the rhythm: 5 * 2 s", "g.g.g.g.g.........g...........g.g", 0, 33, 0, 9,
         "18-30 silence"},
        {"reversed", "gggg", 3, 0, 1, 9, ""},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        samples s = from_text(arena, row[i].samples);
        gaps g = samples_gaps(arena, &s, row[i].from * OQ_SECOND, row[i].to * OQ_SECOND,
                              row[i].limit * OQ_SECOND, row[i].max);
        CHECK_STR(row[i].label, to_text(arena, &g), row[i].wanted);
    }
    oq_arena_close(arena);
}

static int by_size(const void *a, const void *b)
{
    oq_us x = *(const oq_us *)a, y = *(const oq_us *)b;
    return (x > y) - (x < y);
}

/* The limit that is taken without one: five times the median, which is in the middle of the sorted
 * distances. */
static void test_usual_limit(void **state)
{
    uint64_t dice = 6;
    for (int round = 0; round < 300; round++) {
        oq_arena *arena = oq_arena_open(0);
        size_t count = 2 + dice_below(&dice, 200);
        oq_us *time = oq_new_n(arena, oq_us, count), *distance = oq_new_n(arena, oq_us, count);
        double *value = oq_new_n(arena, double, count);
        for (size_t i = 1; i < count; i++) {
            distance[i] = (oq_us)(1 + (dice_bits(&dice) >> (24 + dice_below(&dice, 40))));
            time[i] = time[i - 1] + distance[i];
        }
        samples s = {count, time, value, NULL, NULL};
        qsort(distance + 1, count - 1, sizeof *distance, by_size);
        oq_us wanted = 5 * distance[1 + (count - 2) / 2];
        gaps g = samples_gaps(arena, &s, 0, 1, 0, 10);
        CHECK("median", g.limit == (wanted > OQ_SECOND ? wanted : OQ_SECOND));
        s.count = 1;
        CHECK("one sample", samples_gaps(arena, &s, 0, 1, 0, 10).limit == OQ_SECOND);
        oq_arena_close(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_usual_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
