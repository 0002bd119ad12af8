/* From batches to chunks: 1,000 series of 10,000 samples, and 100,000 of 100, in batches of 10,000
 * samples in the order of time. Processor time of this process and of PostgreSQL together, and what
 * a sample takes on disk afterwards. */
#include <sys/resource.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/signals.h"
#include "historian/fold.h"
#include "historian/write.h"
#include "support/program.h"
#include "support/testapp.h"

#include "base/banned.h"

enum { BATCH = 10000 };
#define FROM (INT64_C(1767225600) * OQ_SECOND)

static oq_scope *scope_of(testapp *app, oq_uuid tenant, oq_arena *arena)
{
    oq_scope *s = NULL;
    oq_err *err = oq_scope_open(&(oq_scope_options){.pool = testapp_pool(app),
                                                    .tenant_id = tenant,
                                                    .access = OQ_WRITE,
                                                    .actor = {.kind = ACTOR_SYSTEM},
                                                    .arena = arena},
                                &s);
    if (err)
        program_give_up(err->code);
    return s;
}

static void finish(oq_scope *s, oq_err *err)
{
    if (!err)
        err = oq_scope_commit(s);
    if (err)
        program_give_up(err->detail ? err->detail : err->code);
    oq_scope_close(s);
}

static void make_series(testapp *app, oq_uuid tenant, size_t count)
{
    oq_arena *arena = testapp_arena(app);
    testdb_exec(testapp_db(app),
                oq_strf(arena,
                        "TRUNCATE series, series_batches, series_chunks, series_open, series_last,"
                        " series_history CASCADE;"
                        "INSERT INTO series (tenant_id, no, id, key, metric, kind, source,"
                        " created_at, updated_at) SELECT '%s', n, gen_random_uuid(), 'S-' || n ||"
                        " '.v', 'v', 'measured', 'person', now(), now()"
                        " FROM generate_series(1, %zu) AS n; ANALYZE series",
                        oq_uuid_text(arena, tenant).ptr, count)
                    .ptr);
}

/* All samples in the order of time, each batch a commit. */
static void write_all(testapp *app, oq_uuid tenant, const signals *g)
{
    size_t series_count = g->assets * SIGNALS_METRICS, waiting = 0;
    oq_arena *arena = oq_arena_open(1024 * 1024);
    batch_row *row = calloc(BATCH, sizeof *row);
    for (size_t t = 0; t < g->seconds; t++)
        for (size_t k = 0; k < series_count; k++) {
            row[waiting++] = (batch_row){.time = g->from + (oq_us)t * OQ_SECOND,
                                         .series_no = (int32_t)k + 1,
                                         .value = g->value[t * series_count + k] / 1000.0};
            if (waiting < BATCH && t * series_count + k + 1 < g->seconds * series_count)
                continue;
            oq_clock_set(g->from + (oq_us)(t + 1) * OQ_SECOND);
            oq_scope *s = scope_of(app, tenant, arena);
            finish(s, hist_write(s, row, waiting, NULL));
            oq_arena_reset(arena);
            waiting = 0;
        }
    free(row);
    oq_arena_close(arena);
}

static int64_t fold_all(testapp *app, oq_uuid tenant)
{
    oq_arena *arena = oq_arena_open(1024 * 1024);
    fold_done done = {.more = true};
    int64_t folded = 0;
    while (done.more) {
        oq_scope *s = scope_of(app, tenant, arena);
        finish(s, hist_fold(s, &done));
        folded += done.samples;
        oq_arena_reset(arena);
    }
    oq_arena_close(arena);
    return folded;
}

static double bytes_of_record(testapp *app)
{
    testdb *db = testapp_db(app);
    static const char *const tables[] = {"VACUUM series_open", "VACUUM series_chunks",
                                         "VACUUM series_last", "VACUUM series_batches"};
    for (size_t i = 0; i < OQ_COUNT(tables); i++)
        testdb_exec(db, tables[i]);
    return (double)testdb_number(
        db, "SELECT pg_total_relation_size('series_chunks') + pg_total_relation_size('series_open')"
            " + pg_total_relation_size('series_last') + pg_total_relation_size('series_history')");
}

static void figure(const char *form, const char *name, double value, const char *unit, double gate,
                   bench_goal goal)
{
    char label[80];
    snprintf(label, sizeof label, "%s, %s", form, name);
    bench_print(&(bench_figure){label, value, unit, NULL, 0, gate, goal});
}

static void measure(testapp *app, oq_uuid tenant, const char *form, size_t assets, size_t seconds,
                    double rate_gate, double bytes_gate)
{
    signals g = signals_make(assets, seconds, FROM, 1);
    make_series(app, tenant, assets * SIGNALS_METRICS);
    oq_us begun = oq_monotonic();
    write_all(app, tenant, &g);
    signals_drop(&g);
    double written_s = (double)(oq_monotonic() - begun) / 1e6;
    double waiting =
        (double)testdb_number(testapp_db(app), "SELECT pg_total_relation_size('series_batches')");
    double own = program_cpu_s(getpid()), theirs = program_cpu_of_postgres(app);
    begun = oq_monotonic();
    double folded = (double)fold_all(app, tenant);
    double took_s = (double)(oq_monotonic() - begun) / 1e6;
    own = program_cpu_s(getpid()) - own;
    theirs = program_cpu_of_postgres(app) - theirs;
    figure(form, "samples folded per second", folded / took_s / 1e6, "M/s", 0, BENCH_AT_LEAST);
    figure(form, "samples folded per processor second", folded / (own + theirs) / 1e6, "M/s",
           rate_gate, BENCH_AT_LEAST);
    figure(form, "our processor time", own * 1e9 / folded, "ns/sample", 0, BENCH_AT_MOST);
    figure(form, "PostgreSQL's processor time", theirs * 1e9 / folded, "ns/sample", 0,
           BENCH_AT_MOST);
    figure(form, "table, TOAST and indexes", bytes_of_record(app) / folded, "bytes/sample",
           bytes_gate, BENCH_AT_MOST);
    figure(form, "batches before the fold", waiting / folded, "bytes/sample", 0, BENCH_AT_MOST);
    figure(form, "written before", folded / written_s / 1e6, "M/s", 0, BENCH_AT_LEAST);
}

int main(void)
{
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    testapp *app = testapp_open_over_tcp();
    oq_uuid tenant = testapp_tenant(app, "BENCH");
    measure(app, tenant, "1,000 series of 10,000", 100, 10000, 5, 1.3);
    measure(app, tenant, "100,000 series of 100", 10000, 100, 0, 0);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    figure("both", "most memory", (double)used.ru_maxrss / 1000, "MB", 0, BENCH_AT_MOST);
    oq_clock_set(OQ_TIME_NONE);
    testapp_close(app);
    return 0;
}
