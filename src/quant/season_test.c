#include "quant/season.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

static double normal(uint64_t *dice)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += dice_share(dice);
    return sum;
}

enum { STEP_MINUTES = 10, PER_DAY = 24 * 60 / STEP_MINUTES };

typedef struct past {
    oq_us *time;
    double *value;
    size_t count;
} past;

/* A level of 50, in a rhythm by 20 (twice that at weekends), noise of 1; 1970-01-01 is a Thursday.
 */
static past make_past(oq_arena *arena, int days, season_rhythm rhythm)
{
    past p = {.count = (size_t)days * PER_DAY};
    p.time = oq_new_n(arena, oq_us, p.count);
    p.value = oq_new_n(arena, double, p.count);
    uint64_t dice = 4;
    for (size_t i = 0; i < p.count; i++) {
        size_t day = i / PER_DAY, weekday = (day + 4) % 7;
        double hour = (double)(i % PER_DAY) * 24 / PER_DAY;
        double swing = rhythm == SEASON_NONE ? 0 : 20 * sin(hour * M_PI / 12);
        if (rhythm == SEASON_WEEK && (weekday == 0 || weekday == 6))
            swing = 40;
        p.time[i] = (oq_us)i * STEP_MINUTES * OQ_MINUTE;
        p.value[i] = 50 + swing + normal(&dice);
    }
    return p;
}

static void test_rhythms(void **state)
{
    static const struct {
        const char *label;
        int days;
        season_rhythm is, wanted;
    } row[] = {
        {"none", 28, SEASON_NONE, SEASON_NONE},
        {"a day", 14, SEASON_DAY, SEASON_DAY},
        {"a day, of a month", 28, SEASON_DAY, SEASON_DAY},
        {"a week", 28, SEASON_WEEK, SEASON_WEEK},
        {"too short for a day", 4, SEASON_DAY, SEASON_NONE},
        {"too short for a week", 18, SEASON_WEEK, SEASON_DAY},
    };
    for (size_t r = 0; r < OQ_COUNT(row); r++) {
        oq_arena *arena = oq_arena_open(0);
        past p = make_past(arena, row[r].days, row[r].is);
        season s;
        CHECK(row[r].label, season_learn(arena, p.time, p.value, p.count, 0, SEASON_FIND, &s));
        CHECK(row[r].label, s.rhythm == row[r].wanted && s.bins == season_bins(s.rhythm));
        size_t beyond = 0;
        for (size_t i = 0; i < p.count; i++) {
            season_point at = season_at(&s, p.time[i]);
            beyond += fabs(p.value[i] - at.level) > 4 * at.scale;
        }
        if (row[r].is == row[r].wanted) {
            CHECK(row[r].label, s.overall > 0.8 && s.overall < 1.8);
            CHECK(row[r].label, beyond < p.count / 50); /* around midnight of weekends */
        }
        oq_arena_close(arena);
    }
}

/* Hours are those of the site: the same past three hours east has the same levels three bins on. */
static void test_offset(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    past p = make_past(arena, 14, SEASON_DAY);
    season utc, east;
    season_learn(arena, p.time, p.value, p.count, 0, SEASON_FIND, &utc);
    season_learn(arena, p.time, p.value, p.count, 3 * OQ_HOUR, SEASON_FIND, &east);
    for (size_t k = 0; k < utc.bins; k++)
        assert_float_equal(utc.level[k], east.level[(k + 6) % 48], 1e-5);
    for (size_t i = 0; i < p.count; i++)
        assert_float_equal(season_at(&utc, p.time[i]).level, season_at(&east, p.time[i]).level,
                           1e-4);
    assert_true(isfinite(season_at(&utc, -5 * OQ_DAY - 1).level)); /* before 1970 too */
    oq_arena_close(arena);
}

/* A twentieth of wild values changes levels and scales by little; missing ones are passed over. */
static void test_robust(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    past p = make_past(arena, 14, SEASON_DAY), q = make_past(arena, 14, SEASON_DAY);
    uint64_t dice = 9;
    for (size_t i = 0; i < q.count; i++)
        if (dice_below(&dice, 20) == 0)
            q.value[i] = dice_below(&dice, 2) ? 1e6 : NAN;
    season s, t;
    assert_true(season_learn(arena, p.time, p.value, p.count, 0, SEASON_FIND, &s));
    assert_true(season_learn(arena, q.time, q.value, q.count, 0, SEASON_FIND, &t));
    assert_int_equal(t.rhythm, SEASON_DAY);
    for (size_t k = 0; k < s.bins; k++) {
        assert_float_equal(s.level[k], t.level[k], 1.0);
        assert_float_equal(s.scale[k], t.scale[k], 0.5 * (double)s.scale[k]);
    }
    oq_arena_close(arena);
}

static void test_edges(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_us time[] = {0, OQ_HOUR, 2 * OQ_HOUR};
    double same[] = {4, 4, 4}, none[] = {NAN, NAN, INFINITY}, two[] = {1, NAN, 2};
    season s;
    assert_false(season_learn(arena, time, same, 3, 0, SEASON_FIND, &s));
    assert_false(season_learn(arena, time, none, 3, 0, SEASON_FIND, &s));
    assert_false(season_learn(arena, time, two, 0, 0, SEASON_FIND, &s));
    assert_true(season_learn(arena, time, two, 3, 0, SEASON_FIND, &s));
    assert_int_equal(s.rhythm, SEASON_NONE);
    assert_float_equal(season_at(&s, OQ_DAY).level, 1.5, 1e-6);
    assert_true(s.scale[0] >= 0.5F); /* half of what the instrument tells apart */
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rhythms),
        cmocka_unit_test(test_offset),
        cmocka_unit_test(test_robust),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
