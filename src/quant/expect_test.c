/* A made machine: hot in the afternoon, busy in the morning, and what is wrong with it shows. */
#include "quant/expect.h"

#include <math.h>

#include "base/test.h"

#include "base/banned.h"

enum { SIGNALS = 5, POWER = 0, HEAT, FLOW, PRESSURE, BESIDE, STEP_MIN = 2, DAYS = 15 };
#define BEGIN (INT64_C(20000) * OQ_DAY)
#define END   (BEGIN + DAYS * OQ_DAY)
#define SPAN  (END - OQ_DAY)

static double even(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*seed >> 11) / 9007199254740992.0;
}

typedef struct trouble {
    double heat, flow, power_sensor, load; /* at the end, growing over the last twelve hours */
    bool stands_still;                     /* over the last two hours */
} trouble;

static double load_at(oq_us at, const trouble *t, double growth)
{
    double h = (double)(at % OQ_DAY) / (double)OQ_HOUR, d = (double)(at / OQ_DAY);
    return 0.7 + 0.12 * sin(2 * M_PI * h / 24) + 0.06 * sin(d * 1.7) + t->load * growth;
}

static void make(oq_arena *arena, uint64_t seed, const trouble *t, samples *ret)
{
    size_t count = (size_t)((END - BEGIN) / (STEP_MIN * OQ_MINUTE));
    for (size_t k = 0; k < SIGNALS; k++)
        ret[k] = samples_make(arena, count, false, false);
    for (oq_us at = BEGIN; at < END; at += STEP_MIN * OQ_MINUTE) {
        double growth = fmax(0, 1 - (double)(END - at) / (double)(12 * OQ_HOUR));
        double load = load_at(at, t, growth);
        double h = (double)(at % OQ_DAY) / (double)OQ_HOUR;
        double air = 30 + 8 * cos(2 * M_PI * (h - 15) / 24) + 3 * sin((double)(at / OQ_DAY) * 2.3);
        bool rests = t->stands_still && at >= END - 2 * OQ_HOUR;
        double now[SIGNALS] = {
            [POWER] = rests ? 0 : 900 * load + t->power_sensor * growth + 4 * even(&seed),
            [HEAT] = rests ? 35 : 40 + 30 * load + 0.5 * air + t->heat * growth + even(&seed),
            [FLOW] = rests ? 0 : 400 * load + t->flow * growth + 5 * even(&seed),
            [PRESSURE] = rests ? 2 : 18 - 4 * load + 0.05 * even(&seed),
            [BESIDE] = 55 + 0.6 * air + even(&seed), /* a machine beside it, in the same air */
        };
        for (size_t k = 0; k < SIGNALS; k++) {
            ret[k].time[ret[k].count] = at;
            ret[k].value[ret[k].count++] = now[k];
        }
    }
}

static expectation *ask(oq_arena *arena, uint64_t seed, trouble t)
{
    samples *s = oq_new_n(arena, samples, SIGNALS);
    expect_signal signal[SIGNALS];
    expectation *of;
    oq_us rest_from = END - 2 * OQ_HOUR, rest_to = END;
    make(arena, seed, &t, s);
    for (size_t k = 0; k < SIGNALS; k++)
        signal[k] = (expect_signal){&s[k], k != BESIDE, k == POWER};
    expect_rule rule = {.base_from = BEGIN,
                        .base_to = SPAN,
                        .from = SPAN,
                        .to = END,
                        .rest_from = &rest_from,
                        .rest_to = &rest_to,
                        .rests = t.stands_still};
    expect_all(arena, signal, SIGNALS, &rule, &of);
    return of;
}

/* The last residual, in scales of the base. */
static double last(const expectation *e)
{
    double sum = 0;
    size_t n = 15;
    for (size_t i = 0; i < n; i++)
        sum += e->residual.value[e->residual.count - 1 - i];
    return sum / (double)n / e->scale;
}

static void test_what_departs(void **state)
{
    static const struct {
        const char *label;
        trouble t;
        bool departs[SIGNALS];
    } row[] = {
        {"well", {0}, {0}},
        {"hot at the same load", {.heat = 6}, {[HEAT] = true}},
        {"hot for its load", {.load = 0.3}, {0}},
        {"a sensor of its power", {.power_sensor = 150}, {[POWER] = true}},
        {"a flow meter", {.flow = 60}, {[FLOW] = true}},
        {"hot and little flow", {.heat = 6, .flow = -60}, {[HEAT] = true, [FLOW] = true}},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        for (uint64_t seed = 1; seed <= 5; seed++) {
            expectation *of = ask(*state, seed, row[i].t);
            for (size_t k = POWER; k <= PRESSURE; k++) {
                bool is_beyond_load = row[i].t.load > 0 && k == POWER; /* itself is new */
                CHECK(row[i].label, of[k].is_known || row[i].t.load > 0);
                if (!of[k].is_known || is_beyond_load)
                    continue;
                bool departs = fabs(last(&of[k])) > 6;
                if (departs != row[i].departs[k])
                    print_message("%s, signal %zu: %.1f scales\n", row[i].label, k, last(&of[k]));
                CHECK(row[i].label, departs == row[i].departs[k]);
            }
            CHECK(row[i].label, !of[BESIDE].is_known);
            oq_arena_reset(*state);
        }
}

/* The afternoon's heat alone moves the raw value by more than the fault does. */
static void test_hidden_in_the_day(void **state)
{
    expectation *of = ask(*state, 3, (trouble){.heat = 5});
    assert_true(of[HEAT].explained > 0.9);
    assert_float_equal(last(&of[HEAT]) * of[HEAT].scale, 5, 0.8);
    bool has_beside = false;
    for (size_t i = 0; i < of[HEAT].drivers; i++)
        has_beside = has_beside || of[HEAT].driver[i] == BESIDE;
    assert_true(has_beside);
}

/* At rest nothing is expected, and nothing is told. */
static void test_standstill(void **state)
{
    expectation *of = ask(*state, 4, (trouble){.stands_still = true});
    for (size_t k = POWER; k <= PRESSURE; k++) {
        assert_true(of[k].is_known);
        assert_true(fabs(last(&of[k])) < 6);
        assert_true(of[k].residual.time[of[k].residual.count - 1] < END - 2 * OQ_HOUR);
    }
}

static void test_edges(void **state)
{
    samples none = samples_make(*state, 1, false, false);
    expect_signal signal[2] = {{&none, true, false}, {&none, true, true}};
    expect_rule rule = {.base_from = BEGIN, .base_to = SPAN, .from = SPAN, .to = END};
    expectation *of;
    expect_all(*state, signal, 2, &rule, &of);
    assert_false(of[0].is_known || of[1].is_known);
    expect_all(*state, signal, 0, &rule, &of);
    rule.to = rule.from = rule.base_to = rule.base_from;
    expect_all(*state, signal, 2, &rule, &of);
    assert_false(of[0].is_known);
}

static int open_arena(void **state)
{
    *state = oq_arena_open(0);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_departs),
        cmocka_unit_test(test_hidden_in_the_day),
        cmocka_unit_test(test_standstill),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
