#include "quant/pelt.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

/* Yearly flow of the Nile at Aswan, 1871 to 1970, 10^8 m3. */
static const double nile[] = {
    1120, 1160, 963, 1210, 1160, 1160, 813,  1230, 1370, 1140, 995,  935,  1110, 994,  1020,
    960,  1180, 799, 958,  1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774,  840,
    874,  694,  940, 833,  701,  916,  692,  1020, 1050, 969,  831,  726,  456,  824,  702,
    1120, 1100, 832, 764,  821,  768,  845,  864,  862,  698,  845,  744,  796,  1040, 759,
    781,  865,  845, 944,  984,  897,  822,  1010, 771,  676,  649,  846,  812,  742,  801,
    1040, 860,  874, 848,  890,  744,  749,  838,  1050, 918,  986,  797,  923,  975,  815,
    1020, 906,  901, 1170, 912,  746,  919,  718,  714,  740};

/* G. W. Cobb, The problem of the Nile, Biometrika 65, 1978: one change, after 1898 (the 28th year),
 * from 1098 to 850. R's changepoint finds the same by PELT (its manual, cpt.mean and cpt.meanvar of
 * this series). */
static void test_nile(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    pelt_cuts cuts;
    pelt_rule mean = {.cost = PELT_MEAN, .deviation = 125, .penalty = 2 * log(100)};
    pelt_find(arena, nile, OQ_COUNT(nile), &mean, &cuts);
    assert_int_equal(cuts.count, 1);
    assert_int_equal(cuts.at[0], 28);
    pelt_rule both = {.cost = PELT_MEAN_VAR, .penalty = 3 * log(100)};
    pelt_find(arena, nile, OQ_COUNT(nile), &both, &cuts);
    assert_int_equal(cuts.count, 1);
    assert_int_equal(cuts.at[0], 28);
    double before = 0, after = 0;
    for (size_t i = 0; i < 100; i++)
        *(i < cuts.at[0] ? &before : &after) += nile[i] / (i < 28 ? 28 : 72);
    assert_float_equal(before, 1098, 0.5);
    assert_float_equal(after, 850, 0.5);
    oq_arena_close(arena);
}

static double normal(uint64_t *dice)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += dice_share(dice);
    return sum;
}

/* Its own words for the cost of a stretch. */
static double plain_cost(const double *x, size_t count, const pelt_rule *rule)
{
    double mean = 0, rest = 0;
    for (size_t i = 0; i < count; i++)
        mean += x[i] / (double)count;
    for (size_t i = 0; i < count; i++)
        rest += (x[i] - mean) * (x[i] - mean);
    return rule->cost == PELT_MEAN ? rest / (rule->deviation * rule->deviation)
                                   : (double)count * log(rest / (double)count);
}

/* Pruning loses nothing: the cost is that of B. Jackson et al.'s optimal partitioning (IEEE Signal
 * Processing Letters 12, 2005), which tries every beginning. */
static void test_exact(void **state)
{
    enum { VALUES = 120 };
    uint64_t dice = 11;
    for (size_t round = 0; round < 40; round++) {
        oq_arena *arena = oq_arena_open(0);
        double x[VALUES], best[VALUES + 1], level = 0, scatter = 1;
        for (size_t i = 0; i < VALUES; i++) {
            if (dice_below(&dice, 25) == 0) {
                level = 4 * normal(&dice);
                scatter = 0.3 + 3 * dice_share(&dice);
            }
            x[i] = level + scatter * normal(&dice);
        }
        pelt_rule rule = {.cost = round % 2 ? PELT_MEAN_VAR : PELT_MEAN,
                          .deviation = 1,
                          .penalty = 2 + 10 * dice_share(&dice),
                          .least = 2 + round % 3};
        best[0] = -rule.penalty;
        for (size_t end = 1; end <= VALUES; end++) {
            best[end] = INFINITY;
            for (size_t from = 0; from + rule.least <= end; from++)
                best[end] = fmin(best[end], best[from] + rule.penalty +
                                                plain_cost(x + from, end - from, &rule));
        }
        pelt_cuts cuts;
        pelt_find(arena, x, VALUES, &rule, &cuts);
        assert_float_equal(cuts.cost, best[VALUES], 1e-6 * (1 + fabs(best[VALUES])));
        oq_arena_close(arena);
    }
}

/* Where changes are laid they are found; noise that remembers does not look like many changes. */
static void test_found(void **state)
{
    static const struct {
        const char *label;
        double memory, step, scatter;
        size_t least, most;
    } row[] = {
        {"noise", 0, 0, 1, 0, 0},        {"noise that remembers", 0.7, 0, 1, 0, 0},
        {"a step", 0, 3, 1, 1, 1},       {"a step in noise that remembers", 0.8, 12, 1, 1, 1},
        {"more scatter", 0, 0, 4, 1, 2},
    };
    for (size_t r = 0; r < OQ_COUNT(row); r++) {
        oq_arena *arena = oq_arena_open(0);
        uint64_t dice = 3;
        double x[1000], kept = 0;
        for (size_t i = 0; i < 1000; i++) {
            kept = row[r].memory * kept + normal(&dice);
            x[i] = 50 + (i < 600 ? kept : row[r].step + row[r].scatter * kept);
        }
        pelt_cost cost = row[r].scatter > 1 ? PELT_MEAN_VAR : PELT_MEAN;
        pelt_rule rule = {.cost = cost, .deviation = pelt_noise(arena, x, 1000)};
        pelt_cuts cuts;
        pelt_find(arena, x, 1000, &rule, &cuts);
        CHECK(row[r].label, cuts.count >= row[r].least && cuts.count <= row[r].most);
        for (size_t i = 0; i < 1 && cuts.count; i++)
            CHECK(row[r].label, cuts.at[i] > 590 && cuts.at[i] < 610);
        oq_arena_close(arena);
    }
}

/* Nothing, one value, and values that are all the same are no reason for a cut. */
static void test_edges(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    double same[50];
    for (size_t i = 0; i < 50; i++)
        same[i] = 7;
    pelt_rule rule = {.cost = PELT_MEAN_VAR};
    for (size_t count = 0; count <= 50; count += count < 3 ? 1 : 47) {
        pelt_cuts cuts;
        pelt_find(arena, same, count, &rule, &cuts);
        assert_int_equal(cuts.count, 0);
    }
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nile),
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
