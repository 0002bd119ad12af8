/* A private PostgreSQL through its life: made, stopped, killed, started again, refused. */
#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"
#include "main/cluster.h"
#include "main/process.h"

/* A folder that everybody may pass through, gone at the end of the test. */
typedef char place[256];

static int make_place(void **state)
{
    const char *top = getenv("TMPDIR");
    place *p = calloc(1, sizeof(*p));
    snprintf(*p, sizeof(*p), "%s/cluster-XXXXXX", top && *top ? top : "/tmp");
    *state = p;
    return mkdtemp(*p) && chmod(*p, 0755) == 0 ? 0 : -1;
}

static int drop_place(void **state)
{
    char command[sizeof(place) + 50];
    snprintf(command, sizeof(command), "rm -rf -- '%s'", *(place *)*state);
    int failed = system(command);
    free(*state);
    return failed;
}

static oq_str inside(oq_arena *arena, void **state, const char *name)
{
    return oq_strf(arena, "%s/%s", *(place *)*state, name);
}

static oq_err *open_at(oq_str folder, cluster **ret)
{
    return cluster_open(&(cluster_options){.folder = folder}, ret);
}

/* The same where the server was killed a moment ago: its children hold the lock until they notice.
 */
static oq_err *open_when_free(oq_str folder, cluster **ret)
{
    oq_err *err = open_at(folder, ret);
    for (int i = 0; i < 200 && oq_err_is(err, "cluster.in_use"); i++) {
        usleep(100000);
        err = open_at(folder, ret);
    }
    return err;
}

/* One value, by any login. */
static oq_str ask(oq_arena *arena, oq_str url, const char *sql)
{
    PGconn *conn = PQconnectdb(url.ptr);
    oq_str answer;
    if (PQstatus(conn) != CONNECTION_OK) {
        answer = oq_strf(arena, "no connection: %s", PQerrorMessage(conn));
    } else {
        PGresult *r = PQexec(conn, sql);
        answer =
            PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1
                ? oq_strf(arena, "%s", PQgetvalue(r, 0, 0))
                : oq_strf(arena, "%s%s", PQresStatus(PQresultStatus(r)), PQresultErrorMessage(r));
        PQclear(r);
    }
    PQfinish(conn);
    return answer;
}

static int64_t postmaster_pid(oq_arena *arena, const cluster *c)
{
    char text[32] = "";
    oq_str folder = cluster_folder(c);
    int fd = open(oq_strf(arena, "%.*s/data/postmaster.pid", OQ_FMT(folder)).ptr, O_RDONLY);
    assert_true(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
    close(fd);
    int64_t pid;
    assert_true(oq_parse_i64(oq_strn(text, strcspn(text, "\n")), &pid));
    return pid;
}

static bool exists(oq_str path)
{
    struct stat st;
    return lstat(path.ptr, &st) == 0;
}

/* --- the usual life ---------------------------------------------------------------------------*/

static void test_made_and_kept(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str folder = inside(arena, state, "deep/down/pg");
    cluster *c;
    CHECK_OK(open_at(folder, &c));
    assert_true(cluster_is_running(c));
    static const struct {
        const char *sql, *answer;
    } row[] = {
        {"SELECT current_user", "optria_server"},
        {"SELECT current_database()", "optria"},
        {"SHOW server_encoding", "UTF8"},
        {"SHOW data_checksums", "on"},
        {"SHOW fsync", "on"},
        {"SHOW listen_addresses", ""},
        {"SHOW TimeZone", "UTC"},
        {"SELECT datcollate FROM pg_database WHERE datname = current_database()", "C.UTF-8"},
        {"SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles "
         "WHERE rolname = current_user",
         "f"},
        {"SELECT pg_has_role('optria_app', 'MEMBER')", "t"},
        {"SELECT pg_has_role('optria_platform', 'MEMBER')", "t"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].sql, ask(arena, cluster_server_url(c), row[i].sql), row[i].answer);
    CHECK_STR("owner makes", ask(arena, cluster_owner_url(c), "CREATE TABLE kept (n int)"),
              "PGRES_COMMAND_OK");
    CHECK_STR("owner fills", ask(arena, cluster_owner_url(c), "INSERT INTO kept VALUES (41)"),
              "PGRES_COMMAND_OK");
    CHECK_STR("admin", ask(arena, cluster_admin_url(c), "SELECT current_setting('is_superuser')"),
              "on");
    CHECK_OK(cluster_stop(c));
    assert_false(exists(oq_strf(arena, "%s/data/postmaster.pid", folder.ptr)));

    CHECK_OK(open_at(folder, &c));
    CHECK_STR("kept", ask(arena, cluster_owner_url(c), "SELECT n FROM kept"), "41");
    CHECK_OK(cluster_stop(c));
    CHECK_OK(cluster_stop(NULL));
    oq_arena_close(arena);
}

static void test_second_start_is_refused(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str folder = inside(arena, state, "pg");
    cluster *c, *second = NULL;
    CHECK_OK(open_at(folder, &c));
    oq_err *err = open_at(folder, &second);
    CHECK_CODE("second", err, "cluster.in_use");
    int64_t pid;
    assert_true(oq_parse_i64(err->arg[1].value, &pid) && pid == getpid());
    assert_null(second);
    CHECK_STR("first lives", ask(arena, cluster_server_url(c), "SELECT 1"), "1");
    CHECK_OK(cluster_stop(c));
    oq_arena_close(arena);
}

static void test_temporary_leaves_nothing(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str before = oq_str_copy(arena, oq_cstr(getenv("TMPDIR")));
    setenv("TMPDIR", *(place *)*state, 1);
    assert_int_equal(chmod(*(place *)*state, 01777), 0);
    cluster *c;
    CHECK_OK(cluster_open(&(cluster_options){.is_temporary = true}, &c));
    oq_str folder = oq_str_copy(arena, cluster_folder(c));
    assert_true(oq_str_starts(folder, oq_cstr(*(place *)*state)));
    CHECK_STR("fast", ask(arena, cluster_admin_url(c), "SHOW fsync"), "off");
    CHECK_OK(cluster_stop(c));
    if (before.ptr)
        setenv("TMPDIR", before.ptr, 1);
    else
        unsetenv("TMPDIR");
    assert_false(exists(folder));
    assert_int_equal(rmdir(*(place *)*state), 0);
    oq_arena_close(arena);
}

/* --- after accidents --------------------------------------------------------------------------*/

static void test_server_killed(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str folder = inside(arena, state, "pg");
    cluster *c;
    CHECK_OK(open_at(folder, &c));
    ask(arena, cluster_owner_url(c), "CREATE TABLE kept (n int)");
    ask(arena, cluster_owner_url(c), "INSERT INTO kept SELECT generate_series(1, 1000)");
    kill((pid_t)postmaster_pid(arena, c), SIGKILL);
    for (int i = 0; i < 1000 && cluster_is_running(c); i++)
        usleep(10000);
    assert_false(cluster_is_running(c));
    CHECK_OK(cluster_stop(c));

    CHECK_OK(open_when_free(folder, &c));
    CHECK_STR("committed", ask(arena, cluster_owner_url(c), "SELECT count(*) FROM kept"), "1000");
    CHECK_OK(cluster_stop(c));
    oq_arena_close(arena);
}

/* The program that holds the cluster is killed: its server goes too, and the next start waits for
 * that and finds all that was committed. */
static void test_program_killed(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str folder = inside(arena, state, "pg");
    int report[2];
    assert_int_equal(pipe(report), 0);
    pid_t holder = fork();
    if (holder == 0) {
        cluster *held;
        oq_err *err = open_at(folder, &held);
        oq_str made =
            err ? oq_cstr(err->code)
                : ask(arena, cluster_owner_url(held), "CREATE TABLE kept AS SELECT 7 AS n");
        if (write(report[1], made.ptr, made.len) < 0)
            _exit(1);
        pause();
    }
    close(report[1]);
    char made[100] = "";
    assert_true(read(report[0], made, sizeof(made) - 1) > 0);
    assert_string_equal(made, "PGRES_COMMAND_OK");
    kill(holder, SIGKILL);
    waitpid(holder, NULL, 0);
    close(report[0]);

    cluster *c;
    CHECK_OK(open_at(folder, &c));
    CHECK_STR("kept", ask(arena, cluster_owner_url(c), "SELECT n FROM kept"), "7");
    CHECK_OK(cluster_stop(c));
    oq_arena_close(arena);
}

static void put_file(oq_str path, const char *text)
{
    FILE *f = fopen(path.ptr, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* A crash left a process number behind that belongs to somebody else by now. */
static void test_stale_pid_of_a_stranger(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str folder = inside(arena, state, "pg");
    cluster *c;
    CHECK_OK(open_at(folder, &c));
    CHECK_OK(cluster_stop(c));
    pid_t stranger = fork();
    if (stranger == 0) {
        pause();
        _exit(0);
    }
    put_file(oq_strf(arena, "%s/data/postmaster.pid", folder.ptr),
             oq_strf(arena, "%d\n%s/data\n1\n5432\n\n\n\n", (int)stranger, folder.ptr).ptr);
    CHECK_OK(open_at(folder, &c));
    CHECK_STR("serves", ask(arena, cluster_server_url(c), "SELECT 1"), "1");
    CHECK_OK(cluster_stop(c));
    assert_int_equal(kill(stranger, 0), 0);
    kill(stranger, SIGKILL);
    waitpid(stranger, NULL, 0);
    oq_arena_close(arena);
}

static void test_half_made(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str folder = inside(arena, state, "pg");
    cluster *c;
    CHECK_OK(open_at(folder, &c));
    CHECK_OK(cluster_stop(c));
    /* As if the machine had gone down just before the last step of making it. */
    assert_int_equal(rename(oq_strf(arena, "%s/data", folder.ptr).ptr,
                            oq_strf(arena, "%s/data.new", folder.ptr).ptr),
                     0);
    assert_int_equal(unlink(oq_strf(arena, "%s/data.new/global/pg_control", folder.ptr).ptr), 0);
    CHECK_OK(open_at(folder, &c));
    CHECK_STR("serves", ask(arena, cluster_server_url(c), "SELECT 1"), "1");
    CHECK_OK(cluster_stop(c));
    assert_false(exists(oq_strf(arena, "%s/data.new", folder.ptr)));
    oq_arena_close(arena);
}

static void test_damaged(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str folder = inside(arena, state, "pg");
    cluster *c = NULL;
    CHECK_OK(open_at(folder, &c));
    CHECK_OK(cluster_stop(c));
    put_file(oq_strf(arena, "%s/data/global/pg_control", folder.ptr), "not what it was");
    c = NULL;
    oq_err *err = open_at(folder, &c);
    CHECK_CODE("no control file", err, "cluster.start_failed");
    assert_true(oq_str_find(err->arg[1].value, OQ_STR("pg_control")) != SIZE_MAX);
    assert_null(c);

    put_file(oq_strf(arena, "%s/data/PG_VERSION", folder.ptr), "99\n");
    CHECK_CODE("made by a later one", open_at(folder, &c), "cluster.no_server");
    oq_arena_close(arena);
}

static void test_asked_to_stop_while_starting(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str folder = inside(arena, state, "pg");
    pid_t child = fork();
    if (child == 0) {
        process_catch_stop();
        raise(SIGTERM);
        cluster *c = NULL;
        oq_err *err = open_at(folder, &c);
        _exit(err && strcmp(err->code, "cluster.stopped") == 0 && !c ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    cluster *c;
    CHECK_OK(open_at(folder, &c));
    CHECK_OK(cluster_stop(c));
    oq_arena_close(arena);
}

/* --- where it may stand -----------------------------------------------------------------------*/

static void test_folder_names(void **state)
{
    static const char *const name[] = {
        "with blank and 100% & @ :",
        "\xd9\x85\xd8\xb5\xd9\x86\xd8\xb9",
        "trailing/",
        "a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name/pg",
    };
    for (size_t i = 0; i < OQ_COUNT(name); i++) {
        oq_arena *arena = oq_arena_open(0);
        cluster *c;
        CHECK_CODE(name[i], open_at(inside(arena, state, name[i]), &c), NULL);
        CHECK_STR(name[i], ask(arena, cluster_server_url(c), "SELECT 1"), "1");
        oq_str socket = ask(arena, cluster_admin_url(c), "SHOW unix_socket_directories");
        CHECK_OK(cluster_stop(c));
        if (i == 3)
            CHECK("short socket folder",
                  oq_str_starts(socket, OQ_STR("/tmp/optria-run-")) && !exists(socket));
        oq_arena_close(arena);
    }
}

static void test_folder_refused(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    cluster *c;
    put_file(inside(arena, state, "file"), "in the way");
    CHECK_CODE("a file", open_at(inside(arena, state, "file"), &c), "cluster.folder");
    CHECK_CODE("below a file", open_at(inside(arena, state, "file/pg"), &c), "cluster.folder");
    CHECK_CODE("not for us", open_at(OQ_STR("/proc/pg"), &c), "cluster.folder");
    oq_arena_close(arena);
}

/* As root: below a folder that only root may enter, the way a checkout in /root is. */
static void test_root_elsewhere(void **state)
{
    if (geteuid() != 0)
        skip();
    oq_arena *arena = oq_arena_open(0);
    assert_int_equal(chmod(*(place *)*state, 0700), 0);
    oq_str folder = inside(arena, state, "pg");
    cluster *c;
    CHECK_OK(open_at(folder, &c));
    oq_str real = oq_str_copy(arena, cluster_folder(c));
    assert_true(oq_str_starts(real, OQ_STR("/var/lib/optria/pg-")));
    ask(arena, cluster_owner_url(c), "CREATE TABLE kept AS SELECT 5 AS n");
    CHECK_OK(cluster_stop(c));

    CHECK_OK(open_at(folder, &c));
    CHECK_STR("same place", cluster_folder(c), real.ptr);
    CHECK_STR("kept", ask(arena, cluster_owner_url(c), "SELECT n FROM kept"), "5");
    CHECK_OK(cluster_stop(c));

    /* The place is gone: a fresh start, and the dead link is replaced. */
    assert_int_equal(system(oq_strf(arena, "rm -rf -- '%s'", real.ptr).ptr), 0);
    CHECK_OK(open_at(folder, &c));
    assert_int_equal(system(oq_strf(arena, "test -e '%s/pg/data'", *(place *)*state).ptr), 0);
    oq_str again = oq_str_copy(arena, cluster_folder(c));
    CHECK_OK(cluster_stop(c));
    assert_int_equal(system(oq_strf(arena, "rm -rf -- '%s'", again.ptr).ptr), 0);
    oq_arena_close(arena);
}

/* An ordinary account makes one; another may not take it; root continues under the owner. */
static void test_accounts(void **state)
{
    const struct passwd *pw = geteuid() == 0 ? getpwnam("nobody") : NULL;
    if (!pw)
        skip();
    oq_arena *arena = oq_arena_open(0);
    assert_int_equal(chown(*(place *)*state, pw->pw_uid, pw->pw_gid), 0);
    oq_str folder = inside(arena, state, "home/pg");
    pid_t child = fork();
    if (child == 0) {
        cluster *mine = NULL;
        bool good = setgid(pw->pw_gid) == 0 && setuid(pw->pw_uid) == 0 && !open_at(folder, &mine) &&
                    oq_str_eq(ask(arena, cluster_owner_url(mine), "CREATE TABLE kept (n int)"),
                              OQ_STR("PGRES_COMMAND_OK")) &&
                    !cluster_stop(mine);
        _exit(good ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);

    cluster *c;
    assert_int_equal(chmod(*(place *)*state, 0755), 0);
    CHECK_OK(open_at(folder, &c));
    CHECK_STR("kept", ask(arena, cluster_owner_url(c), "SELECT count(*) FROM kept"), "0");
    struct stat st;
    assert_int_equal(stat(oq_strf(arena, "/proc/%d", (int)postmaster_pid(arena, c)).ptr, &st), 0);
    assert_int_equal(st.st_uid, pw->pw_uid);
    CHECK_OK(cluster_stop(c));

    child = fork();
    if (child == 0) {
        cluster *other = NULL;
        bool dropped = setgid(1) == 0 && setuid(1) == 0;
        oq_err *err = open_at(folder, &other);
        _exit(dropped && err && !other ? 0 : 1);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    oq_arena_close(arena);
}

static void test_small_disk(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str disk = inside(arena, state, "disk");
    assert_int_equal(mkdir(disk.ptr, 0755), 0);
    if (geteuid() != 0 || mount("optria-test", disk.ptr, "tmpfs", 0, "size=48m,mode=0755") < 0) {
        oq_arena_close(arena);
        skip();
    }
    cluster *c = NULL;
    oq_err *err = open_at(oq_strf(arena, "%s/pg", disk.ptr), &c);
    umount(disk.ptr);
    CHECK_CODE("48 MB", err, "cluster.disk_full");
    int64_t free_mb;
    assert_true(oq_parse_i64(err->arg[1].value, &free_mb) && free_mb > 0 && free_mb <= 48);
    assert_null(c);
    oq_arena_close(arena);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, drop_place)
    const struct CMUnitTest tests[] = {
        TEST(test_made_and_kept),
        TEST(test_second_start_is_refused),
        TEST(test_temporary_leaves_nothing),
        TEST(test_server_killed),
        TEST(test_program_killed),
        TEST(test_stale_pid_of_a_stranger),
        TEST(test_half_made),
        TEST(test_damaged),
        TEST(test_asked_to_stop_while_starting),
        TEST(test_folder_names),
        TEST(test_folder_refused),
        TEST(test_root_elsewhere),
        TEST(test_accounts),
        TEST(test_small_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
