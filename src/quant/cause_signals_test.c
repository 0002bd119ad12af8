/* What signals did, against their machine's state: a pump whose load follows the day. */
#include "quant/cause_signals.h"

#include <math.h>

#include "base/test.h"

#include "base/banned.h"

enum { POWER, HEAT, FLOW, RUNNING, SIGNALS, DAYS = 12 };
#define BEGIN (INT64_C(20000) * OQ_DAY)
#define END   (BEGIN + DAYS * OQ_DAY)
#define SPAN  (END - 6 * OQ_HOUR)

typedef struct trouble {
    double heat, load; /* over the last three hours */
    double flow_stuck; /* hours of one value; 0: none */
    bool trips;        /* an hour before the end */
} trouble;

static double even(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*seed >> 11) / 9007199254740992.0;
}

static void make(oq_arena *arena, trouble t, case_series *ret)
{
    static const char *const metric[] = {"power_kw", "temperature", "flow", "running"};
    size_t count = (size_t)((END - BEGIN) / (2 * OQ_MINUTE));
    samples *s = oq_new_n(arena, samples, SIGNALS);
    uint64_t seed = 11;
    double flow_before = 0;
    for (size_t k = 0; k < SIGNALS; k++) {
        s[k] = samples_make(arena, count, false, false);
        ret[k] = (case_series){.no = (int64_t)k + 1,
                               .metric = oq_cstr(metric[k]),
                               .is_root_asset = true,
                               .is_state = k == RUNNING,
                               .samples = &s[k],
                               .limit_low = NAN,
                               .limit_high = k == HEAT ? 75 : (double)NAN};
    }
    for (oq_us at = BEGIN; at < END; at += 2 * OQ_MINUTE) {
        double growth = fmax(0, 1 - (double)(END - at) / (double)(3 * OQ_HOUR));
        double load = 0.7 + 0.15 * sin(2 * M_PI * (double)(at % OQ_DAY) / (double)OQ_DAY) +
                      0.05 * sin((double)(at / OQ_DAY)) + t.load * growth;
        bool rests = t.trips && at >= END - OQ_HOUR;
        double flow = rests ? 0 : 400 * load + 4 * even(&seed);
        if (t.flow_stuck > 0 && at >= END - (oq_us)(t.flow_stuck * (double)OQ_HOUR))
            flow = flow_before;
        flow_before = flow;
        double now[SIGNALS] = {
            [POWER] = rests ? 0 : 900 * load + 4 * even(&seed),
            [HEAT] = rests ? 40 : 40 + 25 * load + t.heat * growth + 0.5 * even(&seed),
            [FLOW] = flow,
            [RUNNING] = !rests,
        };
        for (size_t k = 0; k < SIGNALS; k++) {
            s[k].time[s[k].count] = at;
            s[k].value[s[k].count++] = now[k];
        }
    }
}

static signal_findings *find(oq_arena *arena, trouble t)
{
    case_series *s = oq_new_n(arena, case_series, SIGNALS);
    signal_findings *found = oq_new(arena, signal_findings);
    signal_rule rule = {.base_from = BEGIN, .look_from = SPAN, .until = END};
    make(arena, t, s);
    cause_signals_find(arena, s, SIGNALS, &rule, found);
    return found;
}

static const signal_finding *of(const signal_findings *f, size_t series, int kind)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->at[i].series == series && (!kind || f->at[i].what.kind == kind))
            return &f->at[i];
    return NULL;
}

static void test_well(void **state)
{
    assert_int_equal(find(*state, (trouble){0})->count, 0);
}

/* Its rise is less than what a day's load moves it by; the values told are the signal's own. */
static void test_hot_at_its_load(void **state)
{
    const signal_findings *f = find(*state, (trouble){.heat = 6});
    const signal_finding *hot = of(f, HEAT, 0);
    assert_non_null(hot);
    assert_non_null(hot->by);
    assert_true(hot->what.after > hot->what.before + 3 && hot->what.after < 75);
    assert_false(hot->beyond_limit);
    assert_null(of(f, POWER, 0));
    assert_null(of(f, FLOW, 0));
}

static void test_hot_for_its_load(void **state)
{
    assert_null(of(find(*state, (trouble){.load = 0.35}), HEAT, 0));
}

/* A stuck value is that, and no departure besides. */
static void test_stuck(void **state)
{
    const signal_findings *f = find(*state, (trouble){.flow_stuck = 4});
    assert_non_null(of(f, FLOW, FINDING_STUCK));
    for (size_t i = 0; i < f->count; i++)
        assert_true(f->at[i].series == FLOW && f->at[i].what.kind == FINDING_STUCK);
}

/* What everything fell to after the trip is no finding, but for the trip itself. */
static void test_standstill(void **state)
{
    const signal_findings *f = find(*state, (trouble){.trips = true});
    assert_non_null(of(f, RUNNING, FINDING_STEP_DOWN));
    assert_int_equal(f->count, 1);
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
        cmocka_unit_test(test_well),          cmocka_unit_test(test_hot_at_its_load),
        cmocka_unit_test(test_hot_for_its_load), cmocka_unit_test(test_stuck),
        cmocka_unit_test(test_standstill),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
