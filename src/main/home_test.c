#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"
#include "main/home.h"

/* A folder for one test, gone afterwards. */
static int make_place(void **state)
{
    static char place[64];
    snprintf(place, sizeof place, "/tmp/optria-home-XXXXXX");
    *state = place;
    return mkdtemp(place) ? 0 : -1;
}

static int drop_place(void **state)
{
    char command[100];
    snprintf(command, sizeof command, "rm -rf -- '%s'", (const char *)*state);
    return system(command);
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode & 07777;
}

static const char *make(oq_arena *arena, void **state, const char *name, bool others_pass)
{
    const char *home;
    CHECK_OK(
        home_make(arena, oq_strf(arena, "%s/%s", (const char *)*state, name), others_pass, &home));
    return home;
}

static void test_folder(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    umask(0077);
    assert_int_equal(mode_of(make(arena, state, "own", false)), 0700);
    assert_int_equal(mode_of(make(arena, state, "deep/er/passable/", true)), 0711);
    assert_int_equal(mode_of(make(arena, state, "own", true)), 0700); /* keeps its mode */

    assert_int_equal(chdir(*state), 0);
    const char *home;
    CHECK_OK(home_make(arena, OQ_STR("rel/ative"), false, &home));
    assert_true(home[0] == '/' && oq_str_ends(oq_cstr(home), OQ_STR("/rel/ative")));

    CHECK_OK(home_write(arena, *state, "file", OQ_STR("")));
    oq_str file = oq_strf(arena, "%s/file", (const char *)*state);
    CHECK_CODE("a file", home_make(arena, file, false, &home), "home.folder");
    CHECK_CODE("below a file", home_make(arena, oq_strf(arena, "%s/x", file.ptr), false, &home),
               "home.folder");
    assert_int_equal(chdir("/"), 0);
    oq_arena_close(arena);
}

static oq_str made_text;
static oq_str make_text(oq_arena *arena)
{
    return made_text;
}

static void test_texts(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    const char *home = make(arena, state, "home", false);
    const char *path = oq_strf(arena, "%s/key", home).ptr;
    oq_str text;
    CHECK_OK(home_read(arena, home, "key", &text));
    assert_false(oq_str_given(text));
    made_text = OQ_STR("first");
    CHECK_OK(home_keep(arena, home, "key", make_text, &text));
    CHECK_STR("made", text, "first");
    assert_int_equal(mode_of(path), 0600);
    made_text = OQ_STR("second");
    CHECK_OK(home_keep(arena, home, "key", make_text, &text));
    CHECK_STR("kept", text, "first");

    CHECK_OK(home_write(arena, home, "key", OQ_STR("third")));
    CHECK_OK(home_read(arena, home, "key", &text));
    CHECK_STR("written", text, "third");

    assert_int_equal(chmod(path, 0644), 0);
    CHECK_OK(home_read(arena, home, "key", &text));
    assert_int_equal(mode_of(path), 0600);

    /* Left by a start that was killed half-way, and an empty file: both are made anew. */
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(mknod(oq_strf(arena, "%s.new", path).ptr, S_IFREG | 0644, 0), 0);
    CHECK_OK(home_keep(arena, home, "key", make_text, &text));
    CHECK_STR("made anew", text, "second");
    assert_int_equal(access(oq_strf(arena, "%s.new", path).ptr, F_OK), -1);

    /* What stands elsewhere is not ours. */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    CHECK_CODE("a link", home_read(arena, home, "key", &text), "home.file");
    CHECK_CODE("no folder", home_write(arena, "/nowhere/at/all", "key", OQ_STR("x")), "home.file");
    oq_arena_close(arena);
}

static void test_lock(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    const char *home = make(arena, state, "home", false);
    int fd, second;
    bool was_cut_off;
    CHECK_OK(home_lock(arena, home, &fd, &was_cut_off));
    assert_false(was_cut_off);
    oq_err *err = home_lock(arena, home, &second, &was_cut_off);
    CHECK_CODE("held", err, "home.in_use");
    int64_t pid;
    assert_true(oq_parse_i64(err->arg[1].value, &pid) && pid == getpid());
    home_unlock(fd);
    home_unlock(-1);

    pid_t child = fork();
    if (child == 0) {
        oq_ignore(home_lock(arena, home, &fd, &was_cut_off), "the parent looks");
        _exit(0); /* as if it had been killed */
    }
    waitpid(child, NULL, 0);
    CHECK_OK(home_lock(arena, home, &fd, &was_cut_off));
    assert_true(was_cut_off);
    home_unlock(fd);
    oq_arena_close(arena);
}

static void test_keys_differ(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str a = home_new_key(arena), b = home_new_key(arena);
    assert_int_equal(a.len, 64);
    assert_false(oq_str_eq(a, b));
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_folder, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_texts, make_place, drop_place),
        cmocka_unit_test_setup_teardown(test_lock, make_place, drop_place),
        cmocka_unit_test(test_keys_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
