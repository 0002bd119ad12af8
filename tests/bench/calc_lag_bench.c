/* From a committed sample to the calculated value that follows from it, end to end: a worker as an
 * installation has it, hist.calculate on its own schedule, and a reader who asks until the result
 * is there. 1,000 calculated series are kept up meanwhile; the one that is looked at reads three.
 */
#include <stdlib.h>
#include <unistd.h>

#include "bench/bench.h"
#include "historian/calc.h"
#include "historian/fold.h"
#include "historian/read.h"
#include "historian/write.h"
#include "support/program.h"
#include "support/testapp.h"

#include "base/banned.h"

enum { MEASURED = 1000, CALCULATED = 1000, ROUNDS = 60, POLL_MS = 5, GIVE_UP_S = 60 };

typedef struct bench {
    testapp *app;
    oq_uuid tenant;
    oq_arena *arena;
    int32_t looked_at;
} bench;

static void must(oq_err *err)
{
    if (err)
        program_give_up(err->detail ? err->detail : err->code);
}

static oq_scope *open_scope(bench *b, oq_access access)
{
    oq_scope *s;
    must(oq_scope_open(&(oq_scope_options){.pool = testapp_pool(b->app),
                                           .tenant_id = b->tenant,
                                           .access = access,
                                           .actor = {.kind = ACTOR_SYSTEM,
                                                     .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)},
                                           .arena = b->arena},
                       &s));
    return s;
}

static void finish(bench *b, oq_scope *s, oq_err *err)
{
    must(err ? err : oq_scope_commit(s));
    oq_scope_close(s);
    oq_arena_reset(b->arena);
}

static void make_series(bench *b)
{
    const char *tenant = oq_uuid_text(testapp_arena(b->app), b->tenant).ptr;
    testdb_exec(testapp_db(b->app),
                oq_strf(testapp_arena(b->app),
                        "INSERT INTO series (tenant_id, no, id, key, metric, unit, kind, source,"
                        " created_at, updated_at) SELECT '%s', n, gen_random_uuid(), 'S-' || n ||"
                        " '.v', 'v', 'bar', 'measured', 'person', now(), now()"
                        " FROM generate_series(1, %d) AS n;"
                        "INSERT INTO series_counters (tenant_id, last_no) VALUES ('%s', %d)",
                        tenant, MEASURED, tenant, MEASURED)
                    .ptr);
    for (int i = 0; i < CALCULATED; i++) {
        char json[300];
        series *made;
        series_order o;
        int first = 1 + i * 3 % (MEASURED - 3);
        snprintf(json, sizeof json,
                 "{\"key\":\"calc%d\",\"metric\":\"m\",\"unit\":\"bar\",\"kind\":\"calculated\","
                 "\"expression\":\"'S-%d.v' + 'S-%d.v' * 2 - 'S-%d.v'\"}",
                 i, first, first + 1, first + 2);
        oq_scope *s = open_scope(b, OQ_WRITE);
        must(oq_fields_read_json(b->arena, series_order_fields, oq_cstr(json), &o));
        must(series_create(s, &o, &made));
        b->looked_at = (int32_t)made->no;
        finish(b, s, NULL);
    }
}

/* One moment of all measured series; returns it. */
static oq_us write_moment(bench *b)
{
    batch_row *row = calloc(MEASURED, sizeof *row);
    oq_us now = oq_clock_now();
    for (int k = 0; k < MEASURED; k++)
        row[k] = (batch_row){.time = now, .value = k % 100, .series_no = k + 1};
    oq_scope *s = open_scope(b, OQ_WRITE);
    finish(b, s, hist_write(s, row, MEASURED, NULL));
    free(row);
    return now;
}

static bool is_there(bench *b, oq_us moment)
{
    hist_last last;
    oq_scope *s = open_scope(b, OQ_READ);
    must(hist_last_values(s, &b->looked_at, 1, &last));
    oq_scope_close(s);
    oq_arena_reset(b->arena);
    return last.time >= moment;
}

/* Seconds from the commit until the result can be read. */
static double lag_of(bench *b, oq_us moment)
{
    oq_us committed = oq_monotonic();
    while (!is_there(b, moment)) {
        if (oq_monotonic() - committed > GIVE_UP_S * OQ_SECOND)
            program_give_up("no result");
        usleep(POLL_MS * 1000);
    }
    return (double)(oq_monotonic() - committed) / 1e6;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void print(const char *name, double value, double gate)
{
    bench_print(&(bench_figure){name, value, "s", NULL, 0, gate, BENCH_AT_MOST});
}

int main(void)
{
    static const job_kind *const kinds[] = {hist_job_kinds, NULL};
    double lag[ROUNDS];
    uint64_t dice = 1;
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    testapp *app = testapp_open_over_tcp();
    bench b = {app, testapp_tenant(app, "BENCH"), oq_arena_open(1 << 20), 0};
    make_series(&b);
    job_runner *runner;
    must(job_runner_open(&(job_runner_options){.pool = testapp_pool(app),
                                               .kinds = kinds,
                                               .worker = OQ_STR("bench"),
                                               .threads = 2,
                                               .lease = 60 * OQ_SECOND},
                         &runner));
    lag_of(&b, write_moment(&b)); /* the schedule's first run, and all definitions */
    for (int i = 0; i < ROUNDS; i++) {
        /* At any phase of the job's period. */
        dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407;
        usleep((useconds_t)(dice >> 33) % (CALC_EVERY_S * 1000000 / 2));
        lag[i] = lag_of(&b, write_moment(&b));
    }
    qsort(lag, ROUNDS, sizeof *lag, by_size);
    print("sample committed to calculated value readable: median", lag[ROUNDS / 2], 0);
    print("sample committed to calculated value readable: p95", lag[ROUNDS * 95 / 100], 15);
    job_runner_close(runner, 5000);
    oq_arena_close(b.arena);
    testapp_close(app);
    return 0;
}
