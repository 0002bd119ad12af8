#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"
#include "main/process.h"

static oq_err *shell(oq_arena *arena, const char *script, oq_str input, oq_str *ret_output,
                     int *ret_code)
{
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    return process_run(arena, &(process_options){.argv = argv}, input, ret_output, ret_code);
}

static void test_run(void **state)
{
    static const struct {
        const char *script, *input, *output;
        int code;
    } row[] = {
        {"echo out; echo err >&2", "", "out\nerr\n", 0},
        {"exit 7", "", "", 7},
        {"kill -TERM $$", "", "", 143},
        {"cat", "given", "given", 0},
        {"exec <&-; echo not listening", "never read", "not listening\n", 0},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_arena *arena = oq_arena_open(0);
        oq_str output;
        int code;
        CHECK_OK(shell(arena, row[i].script, oq_cstr(row[i].input), &output, &code));
        CHECK_STR(row[i].script, output, row[i].output);
        CHECK(row[i].script, code == row[i].code);
        oq_arena_close(arena);
    }
}

/* Both pipes fill up: neither side may wait for the other. */
static void test_large_talk(void **state)
{
    enum { LARGE = 3 << 20, KEPT = 64 << 10 };
    oq_arena *arena = oq_arena_open(0);
    char *text = oq_alloc(arena, LARGE);
    for (size_t i = 0; i < LARGE; i++)
        text[i] = (char)('a' + i % 23);
    oq_str output;
    int code;
    CHECK_OK(shell(arena, "cat", oq_strn(text, LARGE), &output, &code));
    assert_int_equal(output.len, KEPT);
    assert_memory_equal(output.ptr, text + LARGE - KEPT, KEPT);
    oq_arena_close(arena);
}

static void test_not_started(void **state)
{
    static const char *const program[] = {"/nowhere/at/all", "no-such-program-here", "/etc/passwd"};
    for (size_t i = 0; i < OQ_COUNT(program); i++) {
        const char *argv[] = {program[i], NULL};
        pid_t pid = 0;
        oq_err *err = process_start(&(process_options){.argv = argv}, &pid);
        CHECK_CODE(program[i], err, "process.not_started");
        CHECK_STR(program[i], err->arg[0].value, program[i]);
        CHECK(program[i], pid == 0);
    }
}

static void test_environment_and_folder(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    setenv("OPTRIA_SECRET_OF_TEST", "x", 1);
    const char *argv[] = {"/bin/sh", "-c", "pwd; echo $GIVEN$OPTRIA_SECRET_OF_TEST", NULL};
    const char *env[] = {"GIVEN=yes", NULL};
    oq_str output;
    int code;
    CHECK_OK(process_run(arena, &(process_options){.argv = argv, .env = env, .folder = "/"},
                         OQ_STR(""), &output, &code));
    CHECK_STR("seen", output, "/\nyes\n");
    oq_arena_close(arena);
}

static void test_other_account(void **state)
{
    const struct passwd *pw = geteuid() == 0 ? getpwnam("nobody") : NULL;
    if (!pw)
        skip();
    oq_arena *arena = oq_arena_open(0);
    process_user nobody = {true, pw->pw_uid, pw->pw_gid, OQ_STR("nobody")};
    const char *argv[] = {"/bin/sh", "-c", "id -un; id -G | wc -w", NULL};
    oq_str output;
    int code;
    CHECK_OK(process_run(arena, &(process_options){.argv = argv, .user = nobody}, OQ_STR(""),
                         &output, &code));
    CHECK_STR("account", output, "nobody\n1\n");

    char folder[] = "/tmp/optria-process-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_true(process_may_use(&(process_user){0}, folder));
    assert_false(process_may_use(&nobody, folder));
    assert_int_equal(chown(folder, nobody.uid, nobody.gid), 0);
    assert_true(process_may_use(&nobody, folder));
    rmdir(folder);
    oq_arena_close(arena);
}

/* A child that should end with its parent, whose parent is killed. */
static void test_dies_with_parent(void **state)
{
    int report[2];
    assert_int_equal(pipe(report), 0);
    pid_t parent = fork();
    if (parent == 0) {
        const char *argv[] = {"sleep", "60", NULL};
        pid_t child = 0;
        if (process_start(&(process_options){.argv = argv, .death_signal = SIGKILL}, &child))
            _exit(1);
        if (write(report[1], &child, sizeof(child)) < 0)
            _exit(1);
        pause();
    }
    pid_t child = 0;
    assert_int_equal(read(report[0], &child, sizeof(child)), sizeof(child));
    assert_int_equal(kill(child, 0), 0);
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    oq_us deadline = oq_monotonic() + 10 * OQ_SECOND;
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/exe", (int)child);
    char exe[8];
    /* Gone, or a zombie that nobody has collected: both have no program any more. */
    while (readlink(path, exe, sizeof(exe)) > 0 && oq_monotonic() < deadline)
        usleep(1000);
    assert_true(oq_monotonic() < deadline);
    close(report[0]);
    close(report[1]);
}

static void test_asked_to_stop(void **state)
{
    process_catch_stop();
    assert_int_equal(process_wait_stop(0).signal, 0);
    kill(getpid(), SIGTERM);
    process_stop stop = process_wait_stop(1000);
    assert_int_equal(stop.signal, SIGTERM);
    assert_false(stop.from_terminal);

    /* The end of a child ends the waiting too, long before the time. */
    const char *argv[] = {"true", NULL};
    pid_t pid;
    int status = -1;
    CHECK_OK(process_start(&(process_options){.argv = argv}, &pid));
    oq_us begun = oq_monotonic();
    while (!process_has_ended(pid, &status))
        assert_int_equal(process_wait_stop(60000).signal, 0);
    assert_true(oq_monotonic() - begun < 30 * OQ_SECOND);
    assert_int_equal(process_exit_code(status), 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run),           cmocka_unit_test(test_large_talk),
        cmocka_unit_test(test_not_started),   cmocka_unit_test(test_environment_and_folder),
        cmocka_unit_test(test_other_account), cmocka_unit_test(test_dies_with_parent),
        cmocka_unit_test(test_asked_to_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
