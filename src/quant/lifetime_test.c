#include "quant/lifetime.h"

#include "quant/signal_sample.h"

#include "base/banned.h"

/* Remission of leukemia under 6-MP: E. A. Gehan, Biometrika 52, 1965; estimates and Greenwood's
 * errors as in D. R. Cox, D. Oakes, Analysis of Survival Data, 1984, table 4.1. */
static const lifetime remission[] = {
    {6, 0, true},   {6, 0, true},   {6, 0, true},   {6, 0, false}, {7, 0, true},   {9, 0, false},
    {10, 0, true},  {10, 0, false}, {11, 0, false}, {13, 0, true}, {16, 0, true},  {17, 0, false},
    {19, 0, false}, {20, 0, false}, {22, 0, true},  {23, 0, true}, {25, 0, false}, {32, 0, false},
    {32, 0, false}, {34, 0, false}, {35, 0, false},
};

static void test_published(void **state)
{
    static const struct {
        double age, survival, deviation;
        size_t at_risk, failures;
    } row[] = {{6, 0.857, 0.076, 21, 3},  {7, 0.807, 0.087, 17, 1},  {10, 0.753, 0.096, 15, 1},
               {13, 0.690, 0.107, 12, 1}, {16, 0.628, 0.114, 11, 1}, {22, 0.538, 0.128, 7, 1},
               {23, 0.448, 0.135, 6, 1}};
    oq_arena *arena = oq_arena_open(1 << 14);
    kaplan_meier_step *step;
    size_t steps;
    CHECK_OK(lifetimes_check(remission, OQ_COUNT(remission)));
    kaplan_meier(arena, remission, OQ_COUNT(remission), 0.95, &step, &steps);
    assert_int_equal(steps, OQ_COUNT(row));
    for (size_t i = 0; i < steps; i++) {
        NEAR(step[i].age, row[i].age, 0);
        assert_int_equal(step[i].at_risk, row[i].at_risk);
        assert_int_equal(step[i].failures, row[i].failures);
        NEAR(step[i].survival, row[i].survival, 0.0006);
        NEAR(step[i].deviation, row[i].deviation, 0.0006);
        assert_true(step[i].low < step[i].survival && step[i].survival < step[i].high);
        assert_true(step[i].low > 0 && step[i].high < 1);
    }
    oq_arena_close(arena);
}

/* By hand, and by counting for each age who was there. */
static void test_entries(void **state)
{
    oq_arena *arena = oq_arena_open(1 << 14);
    kaplan_meier_step *step;
    size_t steps;
    uint64_t dice = 7;
    for (size_t round = 0; round < 200; round++) {
        lifetime life[30];
        size_t count = 1 + dice_below(&dice, 30);
        for (size_t i = 0; i < count; i++) {
            double entry = dice_below(&dice, 2) ? (double)dice_below(&dice, 9) : 0;
            life[i] =
                (lifetime){entry + 1 + (double)dice_below(&dice, 9), entry, dice_below(&dice, 2)};
            if (dice_below(&dice, 12) == 0)
                life[i] = (lifetime){entry, entry, false}; /* not watched for any time */
        }
        CHECK_OK(lifetimes_check(life, count));
        kaplan_meier(arena, life, count, 0.9, &step, &steps);
        double survival = 1, age = 0;
        for (size_t s = 0; s < steps; s++) {
            size_t at_risk = 0, failures = 0;
            for (size_t i = 0; i < count; i++) {
                at_risk += life[i].entry < step[s].age && life[i].age >= step[s].age;
                failures += life[i].has_failed && life[i].age == step[s].age;
            }
            assert_true(step[s].age > age && failures > 0);
            age = step[s].age;
            survival *= 1 - (double)failures / (double)at_risk;
            assert_int_equal(step[s].at_risk, at_risk);
            assert_int_equal(step[s].failures, failures);
            NEAR(step[s].survival, survival, 1e-12);
        }
    }
    oq_arena_close(arena);
}

static void test_none_failed(void **state)
{
    oq_arena *arena = oq_arena_open(1 << 12);
    kaplan_meier_step *step;
    size_t steps = 9;
    kaplan_meier(arena, (lifetime[]){{5, 0, false}, {6, 2, false}}, 2, 0.9, &step, &steps);
    assert_int_equal(steps, 0);
    kaplan_meier(arena, (lifetime[]){{5, 0, true}, {5, 0, true}}, 2, 0.9, &step, &steps);
    assert_int_equal(steps, 1);
    NEAR(step[0].survival, 0, 0);
    assert_true(isnan(step[0].deviation) && isnan(step[0].low) && isnan(step[0].high));
    oq_arena_close(arena);
}

static void test_refused(void **state)
{
    static const struct {
        const char *label;
        lifetime life;
        const char *code;
    } row[] = {
        {"plain", {10, 0, true}, NULL},
        {"late entry", {10, 4, true}, NULL},
        {"just installed", {0, 0, false}, NULL},
        {"just seen", {7, 7, false}, NULL},
        {"failed at zero", {0, 0, true}, "lifetime.age_invalid"},
        {"negative", {-1, 0, false}, "lifetime.age_invalid"},
        {"no number", {NAN, 0, false}, "lifetime.age_invalid"},
        {"endless", {INFINITY, 0, false}, "lifetime.age_invalid"},
        {"entry after the end", {5, 6, false}, "lifetime.entry_invalid"},
        {"failed as it was first seen", {5, 5, true}, "lifetime.entry_invalid"},
        {"entry negative", {5, -1, true}, "lifetime.entry_invalid"},
        {"entry no number", {5, NAN, true}, "lifetime.entry_invalid"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        lifetime life[] = {{3, 0, true}, row[i].life};
        oq_err *err = lifetimes_check(life, 2);
        CHECK_CODE(row[i].label, err, row[i].code);
        if (err)
            CHECK_STR(row[i].label, err->arg[0].value, "2");
    }
    CHECK_CODE("empty", lifetimes_check(NULL, 0), "lifetime.none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_none_failed),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
