#include "backtest/policy.h"

#include "base/test.h"

#include "base/banned.h"

/* Three machines, two components, twenty days. */
static const policy_failure failures[] = {{4, 0, 0}, {9, 0, 0}, {9, 1, 1}, {12, 2, 0}, {15, 0, 1}};

static policy_past fleet(void)
{
    return (policy_past){.machines = 3,
                         .components = 2,
                         .days = 20,
                         .failure = failures,
                         .failures = OQ_COUNT(failures),
                         .prevents_days = 5,
                         .jobs_a_day = 2};
}

/* Replaces what it is told, on its day. */
typedef struct script {
    struct {
        int32_t day;
        policy_job job;
    } row[8];
    size_t rows, refused;
} script;

static oq_err *follow(void *self, policy_run *run, int32_t day)
{
    script *s = self;
    for (size_t i = 0; i < s->rows; i++)
        if (s->row[i].day == day)
            s->refused += !policy_replace(run, s->row[i].job.machine, s->row[i].job.component);
    return NULL;
}

static policy_count *walk(oq_arena *arena, script *s, int32_t from, int32_t to)
{
    policy_past past = fleet();
    policy p = {"script", follow, s};
    policy_count *count, *day, of_machines = {0}, of_days = {0};
    CHECK_OK(policy_walk(arena, &past, &p, from, to, &count, &day));
    for (size_t m = 0; m < past.machines; m++)
        of_machines.failures += count[m].failures, of_machines.planned += count[m].planned;
    for (int32_t d = 0; d < to - from; d++)
        of_days.failures += day[d].failures, of_days.planned += day[d].planned;
    assert_int_equal(of_days.failures, of_machines.failures);
    assert_int_equal(of_days.planned, of_machines.planned);
    return count;
}

static void test_nothing(void **state)
{
    script none = {0};
    policy_count *c = walk(*state, &none, 0, 20);
    assert_int_equal(c[0].failures, 3);
    assert_int_equal(c[1].failures, 1);
    assert_int_equal(c[2].failures, 1);
    c = walk(*state, &none, 9, 15); /* days before and behind are not counted */
    assert_int_equal(c[0].failures, 1);
    assert_int_equal(c[2].failures, 1);
}

/* Day 4: the same day is prevented, the fifth day after is not. The other component is not touched.
 */
static void test_prevents(void **state)
{
    script s = {.row = {{4, {0, 0}}, {9, {1, 0}}}, .rows = 2};
    policy_count *c = walk(*state, &s, 0, 20);
    assert_int_equal(c[0].failures, 2);
    assert_int_equal(c[0].planned, 1);
    assert_int_equal(c[1].failures, 1);
    s = (script){.row = {{5, {0, 0}}}, .rows = 1};
    c = walk(*state, &s, 0, 20);
    assert_int_equal(c[0].failures, 2); /* that of day 4 came before, that of day 9 is prevented */
}

/* Not again within the time, and no more than two on a day. */
static void test_refused(void **state)
{
    script s = {.row = {{2, {0, 0}}, {6, {0, 0}}, {7, {0, 0}}}, .rows = 3};
    policy_count *c = walk(*state, &s, 0, 20);
    assert_int_equal(c[0].planned, 2);
    assert_int_equal(s.refused, 1);
    assert_int_equal(c[0].failures, 1); /* days 4 and 9 are prevented */
    s = (script){.row = {{3, {0, 0}}, {3, {1, 0}}, {3, {2, 0}}}, .rows = 3};
    c = walk(*state, &s, 0, 20);
    assert_int_equal(c[2].planned, 0);
    assert_int_equal(s.refused, 1);
}

static void test_money(void **state)
{
    script none = {0}, s = {.row = {{4, {0, 0}}, {9, {1, 1}}}, .rows = 2};
    policy_price price = {.failure = 100, .planned = 30};
    policy_count *without = walk(*state, &none, 0, 20), *with = walk(*state, &s, 0, 20);
    assert_true(policy_cost(without, 3, price) == 500);
    assert_true(policy_cost(with, 3, price) == 360);
    policy_saving saving = policy_compare(*state, with, without, 3, price, 1);
    assert_true(saving.value == 140);
    assert_true(saving.low == 0 && saving.high == 210); /* 70, 70, 0: three drawn with return */
    saving = policy_compare(*state, with, with, 3, price, 1);
    assert_true(saving.low == 0 && saving.high == 0);
}

static int setup(void **state)
{
    *state = oq_arena_open(0);
    return 0;
}

static int teardown(void **state)
{
    oq_arena_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_prevents),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_money),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
