/* Migrations on an empty database: run once, in order, alone, or not at all. */
#include "base/test.h"

#include <pthread.h>

#include "db/migrate.h"
#include "support/testdb.h"

static testdb *db;
static oq_arena *arena;
static char said[256];

static int open_empty(void **state)
{
    (void)state;
    arena = oq_arena_open(0);
    db = testdb_open_empty();
    said[0] = 0;
    return 0;
}

static int close_empty(void **state)
{
    (void)state;
    testdb_close(db);
    oq_arena_close(arena);
    return 0;
}

static void say(void *self, const char *name)
{
    snprintf(said + strlen(said), sizeof said - strlen(said), "%s%s ", (const char *)self, name);
}

static oq_err *run(const db_migration *files, bool dry_run, db_migrate_report *ret)
{
    said[0] = 0;
    *ret = (db_migrate_report){-1, -1, -1, -1};
    return db_migrate(arena, testdb_owner_url(db), files, dry_run, say, "+", ret);
}

#define FILES(...) ((const db_migration[]){__VA_ARGS__, {0}})
#define ONE                                                                                        \
    {                                                                                              \
        1, "0001_one.sql", OQ_STR_INIT("CREATE TABLE one (a int); INSERT INTO one VALUES (1);")    \
    }
#define TWO                                                                                        \
    {                                                                                              \
        2, "0002_two.sql", OQ_STR_INIT("ALTER TABLE one ADD b int DEFAULT 2")                      \
    }
#define BROKEN                                                                                     \
    {                                                                                              \
        3, "0003_broken.sql",                                                                      \
            OQ_STR_INIT("CREATE TABLE three (a int);\n-- \xd9\x85\nSELECT\n nothing FROM one")     \
    }

static bool has_table(const char *name)
{
    return testdb_number(
               db, oq_strf(arena, "SELECT count(*) FROM pg_class WHERE relname = '%s'", name).ptr) >
           0;
}

static void check_report(const char *label, db_migrate_report r, int before, int now, int pending,
                         int last)
{
    CHECK(label, r.done_before == before);
    CHECK(label, r.done_now == now);
    CHECK(label, r.pending == pending);
    CHECK(label, r.last == last);
}

static void test_once_and_in_order(void **state)
{
    (void)state;
    db_migrate_report r;
    CHECK_OK(run(FILES(ONE), false, &r));
    check_report("one", r, 0, 1, 0, 1);
    assert_string_equal(said, "+0001_one.sql ");
    CHECK_OK(run(FILES(ONE, TWO), false, &r));
    check_report("two", r, 1, 1, 0, 2);
    assert_string_equal(said, "+0002_two.sql ");
    CHECK_OK(run(FILES(ONE, TWO), false, &r));
    check_report("again", r, 2, 0, 0, 2);
    assert_string_equal(said, "");
    assert_int_equal(testdb_number(db, "SELECT sum(a + b) FROM one"), 3);
    assert_int_equal(testdb_number(db, "SELECT count(*) FROM schema_migrations WHERE"
                                       " length(checksum) = 64 AND applied_at <= now()"),
                     2);
    /* A database that is ahead of the program. */
    CHECK_OK(run(FILES(ONE), false, &r));
    check_report("older program", r, 2, 0, 0, 2);
}

static void test_dry_run_leaves_nothing(void **state)
{
    (void)state;
    db_migrate_report r;
    CHECK_OK(run(FILES(ONE, TWO), true, &r)); /* the second stands on the first */
    check_report("dry", r, 0, 0, 2, 0);
    assert_string_equal(said, "+0001_one.sql +0002_two.sql ");
    assert_false(has_table("one"));
    assert_false(has_table("schema_migrations"));
    CHECK_OK(run(FILES(ONE), false, &r));
    CHECK_OK(run(FILES(ONE, TWO), true, &r));
    check_report("dry", r, 1, 0, 1, 1);
    assert_int_equal(testdb_number(db, "SELECT count(*) FROM schema_migrations"), 1);
    CHECK_CODE("broken", run(FILES(ONE, TWO, BROKEN), true, &r), "migrate.failed");
    assert_int_equal(testdb_number(db, "SELECT count(*) FROM schema_migrations"), 1);
}

static void test_failed_file_is_taken_back(void **state)
{
    (void)state;
    db_migrate_report r;
    oq_err *err = run(FILES(ONE, TWO, BROKEN), false, &r);
    CHECK_CODE("broken", err, "migrate.failed");
    CHECK_STR("file", err->arg[0].value, "0003_broken.sql");
    CHECK_STR("line", err->arg[1].value, "4");
    assert_non_null(strstr(err->cause->detail, "42703"));
    assert_int_equal(r.done_now, -1);
    assert_false(has_table("three"));
    assert_true(has_table("one")); /* what ran before it stays */
    assert_int_equal(testdb_number(db, "SELECT max(number) FROM schema_migrations"), 2);
    CHECK_OK(run(FILES(ONE, TWO), false, &r));
    check_report("after", r, 2, 0, 0, 2);
}

static void test_refused(void **state)
{
    (void)state;
    db_migrate_report r;
    CHECK_OK(run(FILES(ONE, TWO), false, &r));
    static const struct {
        const char *label;
        db_migration file[4];
        const char *code, *fact;
    } row[] = {
        {"changed",
         {{1, "0001_one.sql", OQ_STR_INIT("SELECT 1")}, TWO},
         "migrate.changed",
         "0001_one.sql"},
        {"missing", {ONE, {3, "0003_x.sql", OQ_STR_INIT("SELECT 1")}}, "migrate.missing", "2"},
        {"missing first", {TWO}, "migrate.missing", "1"},
        {"destructive",
         {ONE, TWO, {3, "0003_x.sql", OQ_STR_INIT("DROP TABLE one")}},
         "migrate.destructive",
         "0003_x.sql"},
        {"not allowed",
         {ONE, TWO, {3, "0003_x.sql", OQ_STR_INIT("COMMIT")}},
         "migrate.not_allowed",
         "0003_x.sql"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_err *err = run(row[i].file, false, &r);
        CHECK_CODE(row[i].label, err, row[i].code);
        CHECK_STR(row[i].label, err->arg[0].value, row[i].fact);
        assert_string_equal(said, "");
    }
    testdb_exec(db, "UPDATE schema_migrations SET number = 5 WHERE number = 2");
    oq_err *err =
        run(FILES(ONE, TWO, {5, "0005_x.sql", OQ_STR_INIT("ALTER TABLE one ADD b int DEFAULT 2")}),
            false, &r);
    CHECK_CODE("out of order", err, "migrate.out_of_order");
    CHECK_STR("file", err->arg[0].value, "0002_two.sql");
    CHECK_STR("last", err->arg[1].value, "5");
    assert_true(has_table("one"));
    CHECK_CODE("url", db_migrate(arena, OQ_STR("host=/nowhere"), FILES(ONE), false, NULL, NULL, &r),
               "db.unreachable");
}

enum { STARTS = 4 };

typedef struct one_start {
    oq_str url;
    db_migrate_report report;
} one_start;

static void *start(void *arg)
{
    static const db_migration files[] = {ONE, TWO, {0}};
    one_start *s = arg;
    oq_arena *own = oq_arena_open(0);
    oq_err *err = db_migrate(own, s->url, files, false, NULL, NULL, &s->report);
    if (err)
        s->report.done_now = -100;
    oq_arena_close(own);
    return NULL;
}

static void test_starts_do_not_race(void **state)
{
    (void)state;
    one_start s[STARTS];
    pthread_t thread[STARTS];
    int done = 0;
    for (int i = 0; i < STARTS; i++) {
        s[i].url = testdb_owner_url(db);
        assert_int_equal(pthread_create(&thread[i], NULL, start, &s[i]), 0);
    }
    for (int i = 0; i < STARTS; i++) {
        pthread_join(thread[i], NULL);
        CHECK("start", s[i].report.last == 2);
        done += s[i].report.done_now;
    }
    assert_int_equal(done, 2);
}

static void test_the_real_ones(void **state)
{
    (void)state;
    db_migrate_report r;
    CHECK_OK(run(db_migrations(), true, &r));
    int count = 0; /* numbers may be left out: they are given before the files are written */
    for (const db_migration *m = db_migrations(); m->number; m++)
        count++;
    assert_int_equal(r.pending, count);
    CHECK_OK(run(db_migrations(), false, &r));
    assert_int_equal(r.last, db_migration_newest());
    CHECK_OK(run(db_migrations(), false, &r));
    assert_int_equal(r.done_now, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_empty, close_empty)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_once_and_in_order),         TEST(test_dry_run_leaves_nothing),
        TEST(test_failed_file_is_taken_back), TEST(test_refused),
        TEST(test_starts_do_not_race),        TEST(test_the_real_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
