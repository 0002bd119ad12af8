/* Backups by PostgreSQL's programs, with such as leave something out: what must never pass
 * unnoticed. The rest of backup and restore is in operator_test.py. */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "main/dump.h"
#include "main/pg_tool.h"
#include "support/testdb.h"

typedef struct place {
    oq_arena *arena;
    testdb *db;
    char folder[64];
    int version;
} place;

static int open_place(void **state)
{
    place *p = calloc(1, sizeof *p);
    p->arena = oq_arena_open(0);
    p->db = testdb_open();
    p->version = (int)testdb_number(p->db, "SHOW server_version_num") / 10000;
    snprintf(p->folder, sizeof p->folder, "/tmp/optria-dump-XXXXXX");
    testdb_exec(p->db, "INSERT INTO login_throttle SELECT 'k' || n, n, now()"
                       " FROM generate_series(1, 100) n");
    *state = p;
    return mkdtemp(p->folder) ? 0 : -1;
}

static int close_place(void **state)
{
    place *p = *state;
    int failed = system(oq_strf(p->arena, "rm -rf -- %s", p->folder).ptr);
    testdb_close(p->db);
    oq_arena_close(p->arena);
    free(p);
    return failed;
}

static const char *inside(place *p, const char *name)
{
    return oq_strf(p->arena, "%s/%s", p->folder, name).ptr;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* A folder of tools, of which pg_dump is the real one with `more` behind its own options, or just
 * `instead`. */
static const char *make_tools(place *p, const char *name, const char *more, const char *instead)
{
    const char *root = inside(p, name);
    oq_str bin = oq_strf(p->arena, "%s/%d/bin", root, p->version);
    oq_str real = oq_strf(p->arena, PG_TOOL_ROOT "/%d/bin", p->version);
    assert_int_equal(system(oq_strf(p->arena, "mkdir -p %s", bin.ptr).ptr), 0);
    assert_int_equal(symlink(oq_strf(p->arena, "%s/pg_restore", real.ptr).ptr,
                             oq_strf(p->arena, "%s/pg_restore", bin.ptr).ptr),
                     0);
    FILE *f = fopen(oq_strf(p->arena, "%s/pg_dump", bin.ptr).ptr, "w");
    assert_non_null(f);
    if (instead)
        fprintf(f, "#!/bin/sh\n%s\n", instead);
    else
        fprintf(f, "#!/bin/sh\nexec %s/pg_dump \"$@\" %s\n", real.ptr, more);
    fchmod(fileno(f), 0755);
    fclose(f);
    return root;
}

static oq_err *write_by(place *p, const char *tools, const char *file)
{
    dump_report report;
    return dump_write(p->arena,
                      &(dump_options){.url = testdb_admin_url(p->db), .file = file, .tools = tools},
                      &report);
}

static void test_what_is_missing_is_noticed(void **state)
{
    place *p = *state;
    static const struct {
        const char *name, *more, *instead, *code, *table;
    } row[] = {
        {"rows", "--exclude-table-data=public.login_throttle", NULL, "backup.rows_differ",
         "public.login_throttle"},
        {"table", "--exclude-table=public.leads", NULL, "backup.rows_differ", "public.leads"},
        {"data", "--schema-only", NULL, "backup.rows_differ", "public.ai_models"},
        {"status", NULL, "echo 'pg_dump: error: no luck' >&2; exit 1", "backup.tool_failed", NULL},
        {"killed", NULL, "kill -9 $$", "backup.tool_failed", NULL},
        {"nothing", NULL, "exit 0", "backup.tool_failed", NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        const char *tools = make_tools(p, row[i].name, row[i].more, row[i].instead);
        const char *file = inside(p, oq_strf(p->arena, "%s.dump", row[i].name).ptr);
        oq_err *err = write_by(p, tools, file);
        CHECK_CODE(row[i].name, err, row[i].code);
        if (row[i].table)
            CHECK_STR(row[i].name, err->arg[0].value, row[i].table);
        CHECK(row[i].name, !exists(file));
        CHECK(row[i].name, !exists(oq_strf(p->arena, "%s.part", file).ptr));
    }
}

static void test_reason_is_told(void **state)
{
    place *p = *state;
    const char *tools = make_tools(
        p, "reason", NULL, "echo 'pg_dump: hint' >&2; echo 'pg_dump: error: no luck' >&2; exit 1");
    oq_err *err = write_by(p, tools, inside(p, "reason.dump"));
    CHECK_STR("reason", err->arg[1].value, "pg_dump: error: no luck");
    CHECK_CODE("no tools", write_by(p, inside(p, "nowhere"), inside(p, "x.dump")),
               "backup.no_tool");
}

static oq_str read_file(place *p, const char *path)
{
    enum { MOST = 64 * 1024 };
    char *text = oq_alloc(p->arena, MOST);
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, text, MOST);
    close(fd);
    assert_true(n >= 0);
    return oq_strn(text, (size_t)n);
}

/* The tool is told by its environment what everybody could read on its command line. */
static void test_password_is_not_on_the_command_line(void **state)
{
    place *p = *state;
    const char *args = inside(p, "args"), *env = inside(p, "env");
    const char *tools =
        make_tools(p, "told", NULL,
                   oq_strf(p->arena, "printf '%%s\\n' \"$@\" >%s; env >%s; exit 1", args, env).ptr);
    oq_str url = testdb_admin_url(p->db);
    dump_report report;
    setenv("OPTRIA_MASTER_KEY", "the master key", 1);
    CHECK_CODE("told",
               dump_write(p->arena,
                          &(dump_options){
                              .url = oq_strf(p->arena, "%.*s password='hush hush'", OQ_FMT(url)),
                              .file = inside(p, "told.dump"),
                              .tools = tools},
                          &report),
               "backup.tool_failed");
    unsetenv("OPTRIA_MASTER_KEY");
    oq_str given = read_file(p, args), known = read_file(p, env);
    assert_true(oq_str_find(given, OQ_STR("--snapshot=")) != SIZE_MAX);
    assert_true(oq_str_find(given, OQ_STR("hush")) == SIZE_MAX);
    assert_true(oq_str_find(known, OQ_STR("PGPASSWORD=hush hush\n")) != SIZE_MAX);
    assert_true(oq_str_find(known, OQ_STR("the master key")) == SIZE_MAX);
}

/* The owner of the tables is held by the policies too, and has no rows to show. */
static void test_owner_without_the_role(void **state)
{
    place *p = *state;
    dump_report report;
    CHECK_CODE("owner",
               dump_write(p->arena,
                          &(dump_options){.url = testdb_owner_url(p->db),
                                          .file = inside(p, "owner.dump"),
                                          .tools = PG_TOOL_ROOT},
                          &report),
               "census.hidden");
    assert_false(exists(inside(p, "owner.dump.part")));
}

static void test_two_at_once(void **state)
{
    place *p = *state;
    const char *file = inside(p, "same.dump"), *part = inside(p, "same.dump.part");
    int fd = open(part, O_RDWR | O_CREAT, 0600);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    CHECK_CODE("second", write_by(p, PG_TOOL_ROOT, file), "backup.in_progress");
    assert_true(exists(part)); /* it is the other one's */
    close(fd);
    CHECK_OK(write_by(p, PG_TOOL_ROOT, file));
    CHECK_CODE("there already", write_by(p, PG_TOOL_ROOT, file), "backup.exists");

    /* One that came into being meanwhile is not replaced either. */
    const char *late = inside(p, "late.dump");
    const char *tools = make_tools(
        p, "late", NULL,
        oq_strf(p->arena, "touch %s; exec " PG_TOOL_ROOT "/%d/bin/pg_dump \"$@\"", late, p->version)
            .ptr);
    CHECK_CODE("late", write_by(p, tools, late), "backup.exists");
    struct stat st;
    assert_int_equal(stat(late, &st), 0);
    assert_int_equal(st.st_size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_missing_is_noticed),
        cmocka_unit_test(test_reason_is_told),
        cmocka_unit_test(test_password_is_not_on_the_command_line),
        cmocka_unit_test(test_owner_without_the_role),
        cmocka_unit_test(test_two_at_once),
    };
    return cmocka_run_group_tests(tests, open_place, close_place);
}
