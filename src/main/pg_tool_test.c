#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "main/pg_tool.h"

static void make_tool(oq_arena *arena, const char *root, const char *version)
{
    oq_str folder = oq_strf(arena, "%s/%s", root, version);
    oq_str bin = oq_strf(arena, "%s/bin", folder.ptr);
    oq_str tool = oq_strf(arena, "%s/pg_dump", bin.ptr);
    assert_int_equal(mkdir(folder.ptr, 0755), 0);
    assert_int_equal(mkdir(bin.ptr, 0755), 0);
    assert_int_equal(mknod(tool.ptr, S_IFREG | 0755, 0), 0);
}

static void test_found_by_version(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    char root[] = "/tmp/optria-tools-XXXXXX";
    assert_non_null(mkdtemp(root));
    make_tool(arena, root, "14");
    make_tool(arena, root, "15");
    make_tool(arena, root, "17");
    static const struct {
        int version;
        const char *found; /* NULL: none */
    } row[] = {{15, "15"}, {14, "14"}, {13, "14"}, {16, "17"}, {17, "17"}, {18, NULL}};
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        const char *path = NULL;
        oq_str label = oq_strf(arena, "version %d", row[i].version);
        oq_err *err = pg_tool_find(arena, root, "pg_dump", row[i].version, &path);
        CHECK_CODE(label.ptr, err, row[i].found ? NULL : "backup.no_tool");
        if (!err)
            CHECK_STR(label.ptr, oq_cstr(path),
                      oq_strf(arena, "%s/%s/bin/pg_dump", root, row[i].found).ptr);
    }
    const char *path;
    CHECK_CODE("other", pg_tool_find(arena, root, "pg_undump", 15, &path), "backup.no_tool");
    assert_int_equal(system(oq_strf(arena, "rm -r %s", root).ptr), 0);
    oq_arena_close(arena);
}

/* The value of a variable; fails when it is there twice. */
static oq_str value_of(const char *const *env, const char *name)
{
    oq_str found = OQ_NONE;
    for (; *env; env++) {
        oq_str variable = oq_cstr(*env);
        size_t equals = oq_str_find_char(variable, '=');
        if (!oq_str_eq(oq_str_sub(variable, 0, equals), oq_cstr(name)))
            continue;
        CHECK(name, !oq_str_given(found));
        found = oq_str_sub(variable, equals + 1, SIZE_MAX);
    }
    return found;
}

static void test_environment(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    setenv("OPTRIA_MASTER_KEY", "secret", 1);
    setenv("JWT_SECRET_KEY", "secret", 1);
    setenv("PGUSER", "somebody", 1);
    setenv("PGSSLROOTCERT", "/etc/ca.pem", 1);
    setenv("LC_ALL", "ar_SA.UTF-8", 1);
    const char *const *env;
    CHECK_OK(pg_tool_environment(
        arena, OQ_STR("postgresql://me:hu%20sh@db:5433/plant?sslmode=require"), &env));
    static const struct {
        const char *name, *value;
    } row[] = {
        {"PGHOST", "db"},        {"PGPORT", "5433"},
        {"PGUSER", "me"},        {"PGPASSWORD", "hu sh"},
        {"PGDATABASE", "plant"}, {"PGSSLMODE", "require"},
        {"LC_ALL", "C.UTF-8"},   {"PGSSLROOTCERT", "/etc/ca.pem"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].name, value_of(env, row[i].name), row[i].value);
    assert_false(oq_str_given(value_of(env, "OPTRIA_MASTER_KEY")));
    assert_false(oq_str_given(value_of(env, "JWT_SECRET_KEY")));
    assert_true(oq_str_given(value_of(env, "PATH")));

    CHECK_OK(pg_tool_environment(arena, OQ_STR("host=db keepalives=1 tcp_user_timeout=9"), &env));
    CHECK_STR("words", value_of(env, "PGHOST"), "db");
    oq_err *err = pg_tool_environment(arena, OQ_STR("host=db sslpassword=x"), &env);
    CHECK_CODE("cannot be told", err, "db.untellable");
    CHECK_STR("which", err->arg[0].value, "sslpassword");
    CHECK_CODE("unreadable", pg_tool_environment(arena, OQ_STR("postgresql://["), &env),
               "db.bad_url");
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_by_version),
        cmocka_unit_test(test_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
