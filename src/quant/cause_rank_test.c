#include "quant/cause_rank.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

/* pump -> flow -> alarm, valve -> flow, lamp <- alarm, and a fan that has nothing to do with it. */
enum { PUMP, VALVE, FLOW, ALARM, LAMP, FAN, NODES };
static const rank_edge edges[] = {{PUMP, FLOW}, {VALVE, FLOW}, {FLOW, ALARM}, {ALARM, LAMP}};

typedef struct row {
    const char *label;
    double strength[NODES];
    double pump_since_s, explains;
    bool has_graph;
    size_t first;
} row;

static size_t rank_row(oq_arena *arena, const row *r, double *share, size_t *order)
{
    rank_node node[NODES];
    for (size_t n = 0; n < NODES; n++)
        node[n] = (rank_node){.strength = r->strength[n],
                              .agreement = 1,
                              .prior = 1,
                              .since_s = n == PUMP ? r->pump_since_s : 95,
                              .is_sign = n == ALARM || n == LAMP};
    rank_question q = {.node = node,
                       .nodes = NODES,
                       .edge = edges,
                       .edges = r->has_graph ? OQ_COUNT(edges) : 0,
                       .symptom = ALARM,
                       .at_s = 100,
                       .slack_s = 0.5,
                       .explains = r->explains,
                       .half_life_s = 10};
    cause_rank(arena, &q, share);
    return cause_rank_order(node, NODES, share, order);
}

static void test_ranking(void **state)
{
    static const row rows[] = {
        {"the pump explains the flow", {3, 0, 3, 1, 1, 0}, 90, 0.9, true, PUMP},
        {"the flow alone: it began there", {0, 0, 3, 1, 1, 0}, 90, 0.9, true, FLOW},
        {"a weak pump does not explain a strong flow", {0.3, 0, 3, 1, 1, 0}, 90, 0.9, true, FLOW},
        {"the fan deviates most, and is not on the way", {1, 0, 1, 1, 1, 9}, 90, 0.9, true, PUMP},
        {"without a graph the fan is all there is", {1, 0, 1, 1, 1, 9}, 90, 0.9, false, FAN},
        {"the pump went off after the alarm", {3, 0, 1, 1, 1, 0}, 101, 0.9, true, FLOW},
        {"just after it: clocks", {3, 0, 1, 1, 1, 0}, 100.4, 0.9, true, PUMP},
        {"without a graph the later one", {1, 0, 1, 0, 0, 0}, 40, 0, false, FLOW},
        {"strengths that causes do not explain", {1, 0, 3, 1, 1, 0}, 90, 0, true, FLOW},
        {"nothing is known", {NAN, NAN, NAN, NAN, NAN, NAN}, NAN, 0.9, true, FLOW},
    };
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(rows); i++) {
        double share[NODES], sum = 0;
        size_t order[NODES], count = rank_row(arena, &rows[i], share, order);
        CHECK(rows[i].label, count == NODES - 2); /* signs are no causes */
        CHECK(rows[i].label, order[0] == rows[i].first);
        for (size_t n = 0; n < NODES; n++) {
            CHECK(rows[i].label, share[n] >= 0);
            sum += share[n];
        }
        CHECK(rows[i].label, fabs(sum - 1) < 0.011);
    }
    oq_arena_close(arena);
}

/* Circles, edges onto themselves and doubled edges: shares are still shares, the same each time. */
static void test_any_graph(void **state)
{
    enum { MANY = 12, EDGES = 40 };
    oq_arena *arena = oq_arena_open(0);
    for (uint64_t seed = 1; seed < 200; seed++) {
        uint64_t dice = seed;
        rank_node node[MANY];
        rank_edge edge[EDGES];
        for (size_t n = 0; n < MANY; n++)
            node[n] = (rank_node){.strength = dice_below(&dice, 3) ? 3 * dice_share(&dice) : 0,
                                  .agreement = dice_share(&dice),
                                  .prior = 0.1 + dice_share(&dice),
                                  .since_s = 100 * dice_share(&dice),
                                  .is_sign = dice_below(&dice, 4) == 0};
        for (size_t e = 0; e < EDGES; e++)
            edge[e] = (rank_edge){dice_below(&dice, MANY), dice_below(&dice, MANY)};
        rank_question q = {.node = node,
                           .nodes = MANY,
                           .edge = edge,
                           .edges = dice_below(&dice, EDGES),
                           .symptom = dice_below(&dice, MANY),
                           .at_s = 80,
                           .explains = dice_share(&dice),
                           .half_life_s = 20};
        double share[MANY], again[MANY], sum = 0;
        cause_rank(arena, &q, share);
        cause_rank(arena, &q, again);
        assert_memory_equal(share, again, sizeof share);
        for (size_t n = 0; n < MANY; n++) {
            assert_true(share[n] >= 0 && (!node[n].is_sign || share[n] == 0));
            sum += share[n];
        }
        assert_true(sum == 0 || fabs(sum - 1) < 0.011);
    }
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranking),
        cmocka_unit_test(test_any_graph),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
