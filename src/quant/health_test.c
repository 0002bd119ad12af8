#include "quant/health.h"

#include "quant/signal_sample.h"

#include "base/banned.h"

static health assess(health_contributor *c, size_t count)
{
    health h;
    CHECK_OK(health_assess(c, count, &h));
    return h;
}

#define GOOD(of, points)                                                                           \
    {                                                                                              \
        .part = (of), .input = HEALTH_GOOD, .score = (points)                                      \
    }
#define LOST(of, how, points)                                                                      \
    {                                                                                              \
        .part = (of), .input = (how), .score = (points)                                            \
    }

/* --- the sum ---------------------------------------------------------------------------------------*/

static void test_by_hand(void **state)
{
    health_contributor c[] = {GOOD(HEALTH_LIMITS, 90), GOOD(HEALTH_FAILURE, 80),
                              GOOD(HEALTH_ORDERS, 50)};
    health h = assess(c, 3);
    NEAR(h.score, (25 * 90 + 20 * 80 + 10 * 50) / 55.0, 1e-12);
    NEAR(h.low, h.score, 1e-12);
    NEAR(h.high, h.score, 1e-12);
    NEAR(h.good_share, 1, 1e-12);
    assert_int_equal(h.state, HEALTH_ENOUGH);
    assert_int_equal(c[0].part, HEALTH_ORDERS); /* the largest loss first */
    NEAR(c[0].loss, 10 * 50 / 55.0, 1e-12);
    NEAR(c[0].share, 10 / 55.0, 1e-12);

    /* Beyond the trip limit, all else as new: a mean of 85 is not the answer. */
    health_contributor trip[] = {GOOD(HEALTH_LIMITS, 25), GOOD(HEALTH_FAILURE, 100),
                                 GOOD(HEALTH_ANOMALY, 100), GOOD(HEALTH_ALARMS, 100),
                                 GOOD(HEALTH_INSPECTIONS, 100)};
    h = assess(trip, 5);
    NEAR(h.score, 40, 1e-9);
    assert_int_equal(trip[0].part, HEALTH_LIMITS);
    NEAR(trip[0].loss, 60, 1e-9);
    double all = 0;
    for (int part = 1; part < HEALTH_PART_END; part++)
        all += health_part_weight(part);
    NEAR(all, 100, 0);
}

/* Twenty metrics have no more to say than one; one of them beyond its limit has. */
static void test_shared_weight(void **state)
{
    health_contributor c[21] = {GOOD(HEALTH_ORDERS, 60)};
    for (size_t i = 1; i < 21; i++)
        c[i] = (health_contributor)GOOD(HEALTH_LIMITS, 100);
    health h = assess(c, 21);
    NEAR(h.score, (10 * 60 + 25 * 100) / 35.0, 1e-9);
    for (size_t i = 0; i < 21; i++)
        if (c[i].part == HEALTH_LIMITS)
            c[i].score = 10;
    h = assess(c, 21);
    NEAR(h.score, (10 * 60 + 25 * 10) / 35.0, 1e-9);
    for (size_t i = 0; i < 21; i++)
        if (c[i].part == HEALTH_LIMITS)
            c[i].score = 100;
    c[7].part = HEALTH_LIMITS;
    c[7].score = 10;
    c[7].name = oq_cstr("vibration");
    h = assess(c, 21);
    NEAR(h.score, 28, 1e-9);
    CHECK_STR("rules", c[0].name, "vibration");
}

/* --- what is missing -------------------------------------------------------------------------------*/

static void test_missing(void **state)
{
    /* Healthy figures, and nobody inspected it. */
    health_contributor c[] = {
        GOOD(HEALTH_LIMITS, 95),  GOOD(HEALTH_FAILURE, 95),
        GOOD(HEALTH_ANOMALY, 95), LOST(HEALTH_INSPECTIONS, HEALTH_MISSING, NAN),
        GOOD(HEALTH_ORDERS, 95),  GOOD(HEALTH_ALARMS, 95),
        GOOD(HEALTH_AGE, 95),
    };
    health h = assess(c, OQ_COUNT(c));
    NEAR(h.score, (80 * 95 + 10 * 50) / 90.0, 1e-9);
    NEAR(h.low, 80 * 95 / 90.0, 1e-9);
    NEAR(h.high, (80 * 95 + 10 * 100) / 90.0, 1e-9);
    assert_int_equal(h.state, HEALTH_ENOUGH);
    assert_int_equal(h.missing, 1);
    assert_int_equal(c[0].part, HEALTH_INSPECTIONS);
    assert_int_equal(c[0].input, HEALTH_MISSING);
    c[0].is_needed = true;
    assert_int_equal(assess(c, OQ_COUNT(c)).state, HEALTH_PARTIAL);

    /* A silent sensor stays where it was last seen. */
    health_contributor silent[] = {LOST(HEALTH_LIMITS, HEALTH_STALE, 25), GOOD(HEALTH_FAILURE, 100),
                                   GOOD(HEALTH_ANOMALY, 100), GOOD(HEALTH_ORDERS, 100),
                                   GOOD(HEALTH_INSPECTIONS, 100)};
    h = assess(silent, OQ_COUNT(silent));
    NEAR(h.score, 40, 1e-9);
    assert_int_equal(h.state, HEALTH_PARTIAL);
    assert_true(h.low <= 20 && h.high == 100);

    /* Nothing but hearsay. */
    health_contributor dark[] = {GOOD(HEALTH_AGE, 100), LOST(HEALTH_LIMITS, HEALTH_STALE, 100),
                                 LOST(HEALTH_FAILURE, HEALTH_MISSING, NAN),
                                 GOOD(HEALTH_ALARMS, NAN)};
    h = assess(dark, OQ_COUNT(dark));
    assert_int_equal(h.state, HEALTH_NOT_ENOUGH);
    assert_true(isnan(h.score) && h.high == 100 && h.low < 10);
    assert_int_equal(h.missing, 3); /* a good one without a score is not there */
    h = assess(NULL, 0);
    assert_int_equal(h.state, HEALTH_NOT_ENOUGH);
    assert_true(isnan(h.score) && h.low == 0 && h.high == 100);
}

static size_t any(uint64_t *dice, health_contributor *c, size_t most)
{
    size_t count = 1 + dice_below(dice, most);
    for (size_t i = 0; i < count; i++) {
        int input = dice_below(dice, 2) ? HEALTH_GOOD : 1 + (int)dice_below(dice, 4);
        bool was_known = input == HEALTH_GOOD || dice_below(dice, 2);
        double score =
            dice_below(dice, 4) ? 100 * dice_share(dice) : 100 * (double)dice_below(dice, 2);
        c[i] = (health_contributor){.part = 1 + (int)dice_below(dice, HEALTH_PART_END - 1),
                                    .input = input,
                                    .score = was_known ? score : NAN};
    }
    return count;
}

static double score_of(const health_contributor *c, size_t count)
{
    health_contributor copy[12];
    memcpy(copy, c, count * sizeof *c);
    health h;
    CHECK_OK(health_assess(copy, count, &h));
    /* below the state: what it would be */
    double score = 100;
    for (size_t i = 0; i < count; i++)
        score -= copy[i].loss;
    assert_true(isnan(h.score) || fabs(score - h.score) < 1e-6);
    return score;
}

/* Any contributors: what is lost never helps, what is left out never helps, what gets better never
 * harms, the band holds the score, and losses add up. */
static void test_never_raises(void **state)
{
    uint64_t dice = 1;
    for (size_t round = 0; round < 20000; round++) {
        health_contributor c[12], other[12];
        size_t count = any(&dice, c, 11), at = dice_below(&dice, count);
        memcpy(other, c, sizeof c);
        health h = assess(other, count);
        assert_true(h.low >= 0 && h.low <= h.high + 1e-9 && h.high <= 100);
        assert_true(isnan(h.score) || (h.score >= h.low - 1e-9 && h.score <= h.high + 1e-9));
        assert_true(isnan(h.score) == (h.state == HEALTH_NOT_ENOUGH));
        for (size_t i = 0; i + 1 < count; i++)
            assert_true(other[i].loss >= other[i + 1].loss);
        double score = score_of(c, count);
        memcpy(other, c, sizeof c);
        if (c[at].input == HEALTH_GOOD) {
            other[at].input = HEALTH_STALE; /* its last score is known */
            assert_true(score_of(other, count) <= score + 1e-6);
            other[at] = c[at];
            other[at].score = fmin(100, c[at].score + 30 * dice_share(&dice));
            assert_true(score_of(other, count) >= score - 1e-6);
        } else if (count > 1) {
            other[at] = other[count - 1];
            assert_true(score_of(other, count - 1) >= score - 1e-6);
        }
    }
}

static void test_refused(void **state)
{
    health h;
    static const double wrong[] = {-0.1, 100.1, INFINITY};
    for (size_t i = 0; i < OQ_COUNT(wrong); i++) {
        health_contributor c[] = {GOOD(HEALTH_AGE, 50), GOOD(HEALTH_LIMITS, wrong[i])};
        CHECK_CODE("score", health_assess(c, 2, &h), "health.score_invalid");
        health_contributor w[] = {
            GOOD(HEALTH_AGE, 50),
            {.part = HEALTH_AGE, .score = 5, .input = HEALTH_GOOD, .weight = wrong[i]}};
        CHECK_CODE("weight", health_assess(w, 2, &h), "health.weight_invalid");
    }
}

/* --- scores ----------------------------------------------------------------------------------------*/

/* ISO 20816-3, group 1, rigid: A/B 2.3, B/C 4.5, C/D 7.1 mm/s; a value on a boundary is better. */
static void test_vibration(void **state)
{
    health_limits l = {.low_low = NAN, .low = NAN, .good = 2.3, .high = 4.5, .high_high = 7.1};
    static const struct {
        double value;
        int zone;
        double score;
    } row[] = {
        {0, HEALTH_ZONE_A, 100},    {1.15, HEALTH_ZONE_A, 92.5}, {2.3, HEALTH_ZONE_A, 85},
        {2.4, HEALTH_ZONE_B, 83.9}, {4.5, HEALTH_ZONE_B, 60},    {4.6, HEALTH_ZONE_C, 58.8},
        {7.1, HEALTH_ZONE_C, 30},   {7.2, HEALTH_ZONE_D, 28.8},  {9.7, HEALTH_ZONE_D, 0},
        {1e9, HEALTH_ZONE_D, 0},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        NEAR(health_score_limits(row[i].value, &l), row[i].score, 0.06);
        assert_int_equal(health_zone_of(row[i].value, &l), row[i].zone);
    }
    assert_true(isnan(health_score_limits(NAN, &l)));
    assert_int_equal(health_zone_of(NAN, &l), HEALTH_ZONE_NONE);
}

static void test_limits(void **state)
{
    health_limits both = {10, 20, 80, 90, NAN, 50};
    NEAR(health_score_limits(50, &both), 100, 1e-9);
    NEAR(health_score_limits(65, &both), 80, 1e-9);
    NEAR(health_score_limits(35, &both), 80, 1e-9);
    NEAR(health_score_limits(20, &both), 60, 1e-9);
    NEAR(health_score_limits(10, &both), 30, 1e-9);
    NEAR(health_score_limits(0, &both), 0, 1e-9);
    assert_int_equal(health_zone_of(15, &both), HEALTH_ZONE_C);
    assert_int_equal(health_zone_of(5, &both), HEALTH_ZONE_D);
    assert_int_equal(health_zone_of(50, &both), HEALTH_ZONE_B);
    health_limits no_normal = {NAN, NAN, 80, 90, NAN, NAN};
    NEAR(health_score_limits(70, &no_normal), 100, 1e-9);
    NEAR(health_score_limits(75, &no_normal), 80, 1e-9);
    health_limits no_trip = {NAN, NAN, 80, NAN, NAN, 50};
    NEAR(health_score_limits(110, &no_trip), 30, 1e-9);
    health_limits alarm = {NAN, NAN, 80, NAN, NAN, NAN};
    NEAR(health_score_limits(80, &alarm), 100, 0);
    NEAR(health_score_limits(81, &alarm), 45, 0);
    health_limits trip = {NAN, NAN, NAN, 90, NAN, NAN};
    NEAR(health_score_limits(90, &trip), 100, 0);
    NEAR(health_score_limits(91, &trip), 15, 0);
    health_limits none = {NAN, NAN, NAN, NAN, NAN, 50};
    assert_true(isnan(health_score_limits(50, &none)));
    assert_int_equal(health_zone_of(50, &none), HEALTH_ZONE_NONE);
    /* Any limits, in any order: a score is a score. */
    uint64_t dice = 3;
    static const double some[] = {NAN, -1e308, -5, 0, 0, 3, 3.5, 9, 1e308, INFINITY};
    for (size_t i = 0; i < 100000; i++) {
        double x[7];
        for (size_t k = 0; k < 7; k++)
            x[k] = some[dice_below(&dice, OQ_COUNT(some))];
        health_limits l = {x[0], x[1], x[2], x[3], x[4], x[5]};
        double score = health_score_limits(x[6], &l);
        assert_true(isnan(score) || (score >= 0 && score <= 100));
        assert_true(isnan(score) == (health_zone_of(x[6], &l) == HEALTH_ZONE_NONE));
    }
}

static void test_scores(void **state)
{
    NEAR(health_score_anomaly(0.5), 50, 0);
    assert_true(isnan(health_score_anomaly(NAN)) && isnan(health_score_anomaly(1.5)));
    NEAR(health_score_failure(0.1), 80, 1e-12);
    NEAR(health_score_failure(0.7), 0, 0);
    assert_true(isnan(health_score_failure(NAN)) && isnan(health_score_failure(-0.1)));
    NEAR(health_score_overdue((health_due[]){{-5, 30}}, 1), 100, 0);
    NEAR(health_score_overdue((health_due[]){{30, 30}, {3, 90}}, 2), 45, 1e-12);
    NEAR(health_score_overdue((health_due[]){{90, NAN}}, 1), 50, 1e-12);
    NEAR(health_score_overdue((health_due[]){{9000, 30}}, 1), 0, 0);
    assert_true(isnan(health_score_overdue(NULL, 0)));
    assert_true(isnan(health_score_overdue((health_due[]){{NAN, 30}, {1, 2}}, 2)));
    NEAR(health_score_orders((size_t[]){0, 0, 0, 0}), 100, 0);
    NEAR(health_score_orders((size_t[]){1, 0, 1, 2}), 100 * 0.4 * 0.85 * 0.95 * 0.95, 1e-9);
    assert_true(health_score_orders((size_t[]){1000000, 0, 0, 0}) == 0);
    NEAR(health_score_alarms(NULL, 0), 100, 0);
    NEAR(health_score_alarms((health_alarm[]){{1, 0}, {2, 7}}, 2), 100 * exp(-1.25), 1e-9);
    NEAR(health_score_alarms((health_alarm[]){{1, -3}}, 1), 100 * exp(-1), 1e-9); /* future */
    NEAR(health_score_age(3, 10), 100, 0);
    NEAR(health_score_age(7.5, 10), 70, 1e-9);
    NEAR(health_score_age(10, 10), 40, 1e-9);
    NEAR(health_score_age(12.5, 10), 20, 1e-9);
    NEAR(health_score_age(99, 10), 0, 0);
    assert_true(isnan(health_score_age(-1, 10)) && isnan(health_score_age(1, NAN)));
    assert_true(isnan(health_score_age(1, 0)) && isnan(health_score_age(NAN, 5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand), cmocka_unit_test(test_shared_weight),
        cmocka_unit_test(test_missing), cmocka_unit_test(test_never_raises),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_vibration),
        cmocka_unit_test(test_limits),  cmocka_unit_test(test_scores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
