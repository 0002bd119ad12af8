#include "quant/state_norm.h"

#include <math.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

/* A slide: told to go (COMMAND), it arrives (SENSOR) a second later; a pump (PUMP) that is always
 * on, and a lamp nobody mentions. */
enum { COMMAND, SENSOR, PUMP, LAMP, NODES };

static const size_t command_alone[] = {COMMAND};
static const size_t *const causes[NODES] = {NULL, command_alone, NULL, NULL};
static const size_t cause_counts[NODES] = {0, 1, 0, 0};
static const state_graph graph = {NODES, causes, cause_counts};

/* Ten strokes of 20 s: out for 10, back for 10. */
static size_t make_log(state_change *c, uint64_t *dice)
{
    size_t count = 0;
    c[count++] = (state_change){0, COMMAND, 0};
    c[count++] = (state_change){0, SENSOR, 0};
    c[count++] = (state_change){0, PUMP, 1};
    for (size_t i = 0; i < 20; i++) {
        double at_s = 10 + 10 * (double)i;
        c[count++] = (state_change){at_s, COMMAND, i % 2 == 0};
        c[count++] = (state_change){at_s + 0.8 + 0.4 * dice_share(dice), SENSOR, i % 2 == 0};
    }
    return count;
}

static state_norm *learn(oq_arena *arena)
{
    state_norm *norm = state_norm_open(arena, &graph);
    uint64_t dice = 1;
    for (size_t i = 0; i < 8; i++) {
        state_change c[64];
        state_norm_learn(norm, c, make_log(c, &dice), 210);
    }
    return norm;
}

static void test_chances(void **state)
{
    static const struct {
        const char *label;
        size_t node;
        state_change c[4];
        double at_s;
        bool is_usual;
    } row[] = {
        {"on its way", SENSOR, {{0, COMMAND, 0}, {0, SENSOR, 0}, {50, COMMAND, 1}}, 50.5, true},
        {"does not arrive", SENSOR, {{0, COMMAND, 0}, {0, SENSOR, 0}, {50, COMMAND, 1}}, 53, false},
        {"arrived",
         SENSOR,
         {{0, COMMAND, 0}, {0, SENSOR, 0}, {50, COMMAND, 1}, {51, SENSOR, 1}},
         53,
         true},
        {"moves with nobody commanding it",
         SENSOR,
         {{0, COMMAND, 0}, {0, SENSOR, 0}, {55, SENSOR, 1}},
         55.1,
         false},
        {"the command is not to blame",
         COMMAND,
         {{0, COMMAND, 0}, {0, SENSOR, 0}, {50, COMMAND, 1}},
         53,
         true},
        {"the pump is off", PUMP, {{0, PUMP, 1}, {60, PUMP, 0}}, 60.1, false},
        {"the pump is on", PUMP, {{0, PUMP, 1}}, 60.1, true},
        {"nobody mentions it", LAMP, {{0, PUMP, 1}}, 60, true},
    };
    oq_arena *arena = oq_arena_open(0);
    state_norm *norm = learn(arena);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        state_look look[NODES];
        size_t count = 0;
        while (count < 4 && (count == 0 || row[i].c[count].at_s > 0 || row[i].c[count].node))
            count++;
        state_norm_look(arena, norm, row[i].c, count, row[i].at_s, look);
        CHECK(row[i].label, (look[row[i].node].chance > 0.2) == row[i].is_usual);
        if (!row[i].is_usual)
            CHECK(row[i].label, look[row[i].node].chance < 0.15);
    }
    oq_arena_close(arena);
}

/* By hand: three normal periods without causes, of which one had the state: (1 + 1) / (3 + 1). */
static void test_by_hand(void **state)
{
    static const size_t none[] = {0};
    static const size_t *const no_causes[] = {none};
    static const state_graph one = {1, no_causes, none};
    oq_arena *arena = oq_arena_open(0);
    state_norm *norm = state_norm_open(arena, &one);
    for (int i = 0; i < 3; i++)
        state_norm_learn(norm, &(state_change){0, 0, i == 0}, 1, 100);
    state_look look;
    state_norm_look(arena, norm, &(state_change){0, 0, 1}, 1, 50, &look);
    assert_float_equal(look.chance, 0.5, 1e-15);
    assert_float_equal(look.since_s, 0, 0);
    state_norm_look(arena, norm, &(state_change){0, 0, 7}, 1, 50, &look);
    assert_float_equal(look.chance, 0.25, 1e-15);
    /* What happens at the moment of the question, or later, is not looked at. */
    state_norm_look(arena, norm, &(state_change){50, 0, 7}, 1, 50, &look);
    assert_float_equal(look.chance, 1, 0);
    assert_true(isnan(look.since_s));
    oq_arena_close(arena);
}

/* Nothing learned: nothing is unusual. */
static void test_nothing_learned(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    state_norm *norm = state_norm_open(arena, &graph);
    state_change c[64];
    uint64_t dice = 1;
    state_look look[NODES];
    state_norm_look(arena, norm, c, make_log(c, &dice), 200, look);
    for (size_t n = 0; n < NODES; n++)
        assert_float_equal(look[n].chance, 1, 0);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chances),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_nothing_learned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
