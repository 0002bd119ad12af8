/* A PostgreSQL of its own is stopped and started under a pool. */
#include "base/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "db/scope.h"
#include "db/stmt.h"
#include "main/cluster.h"

typedef struct one_row {
    int64_t n;
} one_row;
static const oq_field one_fields[] = {OQ_I64(one_row, n), OQ_FIELDS_END};
static const db_stmt one_stmt = {.name = "ONE",
                                 .sql = "SELECT 1::bigint AS n",
                                 .is_platform = true,
                                 .fields = one_fields,
                                 .row_size = sizeof(one_row)};

static oq_err *ask(db_pool *pool, oq_arena *arena, oq_access access)
{
    const db_platform_options options = {.pool = pool, .access = access, .arena = arena};
    db_platform *p;
    OQ_TRY(db_platform_open(&options, &p));
    void *rows;
    size_t count;
    oq_err *err = db_run_platform(p, &one_stmt, NULL, &rows, &count);
    db_platform_close(p);
    return err;
}

static void test_restart(void **state)
{
    (void)state;
    char folder[] = "/tmp/optria-restart-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chmod(folder, 0755), 0);
    oq_arena *arena = oq_arena_open(0);
    const cluster_options options = {.folder = oq_strf(arena, "%s/pg", folder)};
    cluster *c = NULL;
    CHECK_OK(cluster_open(&options, &c));

    const db_pool_options pool_options = {.url = oq_str_copy(arena, cluster_server_url(c)),
                                          .app_name = "optria test",
                                          .size_max = 4,
                                          .wait_max_ms = 1000,
                                          .statement_max_ms = 5000,
                                          .connect_max_ms = 5000};
    db_pool *pool;
    CHECK_OK(db_pool_open(&pool_options, &pool));
    CHECK_OK(ask(pool, arena, OQ_READ));
    CHECK_OK(ask(pool, arena, OQ_WRITE));

    /* Stopped: every unit says so. Started again: the first one finds its idle connection dead and
     * goes on with a fresh one. */
    CHECK_OK(cluster_stop(c));
    CHECK_CODE("stopped", ask(pool, arena, OQ_READ), "db.unreachable");
    CHECK_CODE("stopped", ask(pool, arena, OQ_WRITE), "db.unreachable");
    CHECK_OK(cluster_open(&options, &c));
    usleep(150000); /* the pause after a failed attempt */
    CHECK_OK(ask(pool, arena, OQ_WRITE));
    CHECK_OK(cluster_stop(c));
    CHECK_OK(cluster_open(&options, &c));
    CHECK_OK(ask(pool, arena, OQ_READ));
    db_pool_stats stats = db_pool_stats_get(pool);
    assert_int_equal(stats.open, 1);
    assert_int_equal(stats.busy, 0);
    assert_int_equal(stats.opened_total, 3);

    db_pool_close(pool);
    CHECK_OK(cluster_stop(c));
    oq_arena_close(arena);
    char command[100];
    snprintf(command, sizeof command, "rm -rf -- '%s'", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_restart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
