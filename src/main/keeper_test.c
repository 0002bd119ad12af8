#include <signal.h>
#include <unistd.h>

#include "base/test.h"
#include "main/keeper.h"

static void test_pauses(void **state)
{
    static const struct {
        int deaths, pause_ms;
    } row[] = {{0, 200}, {1, 200}, {2, 400}, {3, 800}, {8, 25600}, {9, 30000}, {1000, 30000}};
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        assert_int_equal(keeper_pause_ms(row[i].deaths), row[i].pause_ms);
}

static int open_signals(void **state)
{
    process_catch_stop();
    return 0;
}

/* Turns the wheel until `count` deaths. */
static void look_until(kept *children, size_t count, int deaths)
{
    oq_us deadline = oq_monotonic() + 30 * OQ_SECOND;
    while (children[0].deaths < deaths && oq_monotonic() < deadline)
        process_wait_stop(keeper_look(children, count));
    assert_true(oq_monotonic() < deadline);
}

static void test_started_again_and_again(void **state)
{
    static const char *const dying[] = {"/bin/sh", "-c", "exit 3", NULL};
    static const char *const living[] = {"/bin/sleep", "60", NULL};
    kept child[] = {{.name = "dying", .argv = dying}, {.name = "living", .argv = living}};
    oq_us begun = oq_monotonic();
    CHECK_OK(keeper_start(&child[0]));
    CHECK_OK(keeper_start(&child[1]));
    pid_t living_pid = child[1].pid;
    look_until(child, 2, 3);
    assert_true(oq_monotonic() - begun >= 600 * OQ_MS); /* 0.2 + 0.4 s between the three */
    assert_int_equal(process_exit_code(child[0].wait_status), 3);
    assert_int_equal(child[1].pid, living_pid);
    assert_int_equal(child[1].deaths, 0);
    assert_true(keeper_look(child, 2) <= 1000);
    keeper_stop(child, 2, 10);
    assert_int_equal(child[1].pid, 0);
    assert_int_equal(process_exit_code(child[1].wait_status), 128 + SIGTERM);
}

static void test_killed_child_comes_back(void **state)
{
    static const char *const argv[] = {"/bin/sleep", "60", NULL};
    kept child = {.name = "sleep", .argv = argv};
    CHECK_OK(keeper_start(&child));
    pid_t first = child.pid;
    kill(first, SIGKILL);
    look_until(&child, 1, 1);
    assert_int_equal(child.pid, 0);
    while (!child.pid)
        process_wait_stop(keeper_look(&child, 1));
    assert_int_not_equal(child.pid, first);
    keeper_stop(&child, 1, 10);
}

static void test_program_that_is_gone(void **state)
{
    static const char *const argv[] = {"/nowhere/at/all", NULL};
    kept child = {.name = "nowhere", .argv = argv};
    keeper_look(&child, 1);
    assert_int_equal(child.pid, 0);
    assert_int_equal(child.deaths, 1);
    assert_int_equal(process_exit_code(child.wait_status), 127);
    assert_true(keeper_look(&child, 1) <= KEEPER_PAUSE_FIRST_MS + 1);
    assert_int_equal(child.deaths, 1); /* not due yet */
}

static void test_one_that_does_not_stop(void **state)
{
    static const char *const argv[] = {"/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.1; done",
                                       NULL};
    kept child = {.name = "stubborn", .argv = argv};
    CHECK_OK(keeper_start(&child));
    usleep(200000); /* until the trap is set */
    keeper_stop(&child, 1, 1);
    assert_int_equal(child.pid, 0);
    assert_int_equal(process_exit_code(child.wait_status), 128 + SIGKILL);
    keeper_stop(&child, 1, 1); /* nobody there: returns at once */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pauses),
        cmocka_unit_test(test_started_again_and_again),
        cmocka_unit_test(test_killed_child_comes_back),
        cmocka_unit_test(test_program_that_is_gone),
        cmocka_unit_test(test_one_that_does_not_stop),
    };
    return cmocka_run_group_tests(tests, open_signals, NULL);
}
