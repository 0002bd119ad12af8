/* 10,000 live series under 20,000 watched conditions: what one look takes, first and then each
 * second, what it takes when 5,000 of them pass their limits at once (the outer ones too: 10,000
 * alarms, half of which are told), and how long it takes from a
 * committed sample beyond its limit to the alarm, with a worker as an installation has it. */
#include <stdlib.h>
#include <unistd.h>

#include "alarm/inner.h"
#include "bench/bench.h"
#include "historian/fold.h"
#include "historian/write.h"
#include "support/program.h"
#include "support/testapp.h"

#include "base/banned.h"

enum { ASSETS = 1000, METRICS = 10, SERIES = ASSETS * METRICS, LOOKS = 30, ROUNDS = 30 };
enum { FLOOD = 5000 };

typedef struct bench {
    testapp *app;
    oq_uuid tenant;
    oq_arena *arena;
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

static void make_plant(bench *b)
{
    oq_arena *arena = testapp_arena(b->app);
    const char *tenant = oq_uuid_text(arena, b->tenant).ptr;
    testdb_exec(
        testapp_db(b->app),
        oq_strf(
            arena,
            "INSERT INTO sites (tenant_id, id, code, name, created_at, updated_at)"
            " VALUES ('%1$s', gen_random_uuid(), 'SITE', 'Site', now(), now());"
            "INSERT INTO asset_classes (tenant_id, id, code, name, created_at, updated_at)"
            " VALUES ('%1$s', gen_random_uuid(), 'pump', 'Pump', now(), now());"
            "INSERT INTO asset_class_metrics (tenant_id, id, class_id, metric, name, unit, high,"
            " high_high, created_at, updated_at) SELECT tenant_id, gen_random_uuid(), id, 'm' || n,"
            " 'M' || n, 'bar', 90, 95, now(), now() FROM asset_classes, generate_series(0, %3$d) n;"
            "INSERT INTO assets (tenant_id, id, site_id, class_id, code, name, created_at,"
            " updated_at) SELECT s.tenant_id, gen_random_uuid(), s.id, c.id, 'P-' || n, 'Pump',"
            " now(), now() FROM sites s, asset_classes c, generate_series(0, %2$d) n;"
            "INSERT INTO series (tenant_id, no, id, key, asset_id, metric, unit, kind, source,"
            " created_at, updated_at) SELECT a.tenant_id, 1 + substr(a.code, 3)::int * %4$d + n,"
            " gen_random_uuid(), a.code || '.m' || n, a.id, 'm' || n, 'bar', 'measured', 'bench',"
            " now(), now() FROM assets a, generate_series(0, %3$d) n; ANALYZE",
            tenant, ASSETS - 1, METRICS - 1, METRICS)
            .ptr);
    rules_made made;
    oq_scope *s = open_scope(b, OQ_WRITE);
    finish(b, s, alarm_rules_from_limits(s, false, &made));
    /* At once, so that what is measured is the way and not the delay. */
    testdb_exec(testapp_db(b->app), "UPDATE alarm_rules SET on_delay_s = 0, version = version + 1");
}

/* One moment of all series; the first `flood` of them are beyond their limit. */
static void write_flood(bench *b, int flood, double value)
{
    batch_row *row = calloc(SERIES, sizeof *row);
    oq_us now = oq_clock_now();
    for (int k = 0; k < SERIES; k++)
        row[k] = (batch_row){.time = now, .value = k < flood ? value : 50, .series_no = k + 1};
    oq_scope *s = open_scope(b, OQ_WRITE);
    finish(b, s, hist_write(s, row, SERIES, NULL));
    free(row);
}

/* One moment of all series; `over` of them (its number, 0: none) is beyond its limit. */
static void write_moment(bench *b, int over, double value)
{
    static int moment;
    batch_row *row = calloc(SERIES, sizeof *row);
    oq_us now = oq_clock_now();
    moment++;
    for (int k = 0; k < SERIES; k++)
        row[k] = (batch_row){.time = now, .value = 50 + (k + moment) % 17, .series_no = k + 1};
    if (over)
        row[over - 1].value = value;
    oq_scope *s = open_scope(b, OQ_WRITE);
    finish(b, s, hist_write(s, row, SERIES, NULL));
    free(row);
}

static double look(bench *b)
{
    bool more;
    oq_us begun = oq_monotonic();
    oq_scope *s = open_scope(b, OQ_WRITE);
    must(alarm_look_now(s, &more));
    oq_scope_close(s);
    oq_arena_reset(b->arena);
    return (double)(oq_monotonic() - begun) / 1000;
}

/* Seconds from the commit until the alarm is there. */
static double lag_of(bench *b, int over)
{
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM alerts WHERE series_no = %d", over);
    write_moment(b, over, 99);
    oq_us committed = oq_monotonic();
    while (!testdb_number(testapp_db(b->app), sql)) {
        if (oq_monotonic() - committed > 60 * OQ_SECOND)
            program_give_up("no alarm");
        usleep(5000);
    }
    return (double)(oq_monotonic() - committed) / 1e6;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void print(const char *name, double value, const char *unit, double gate)
{
    bench_print(&(bench_figure){name, value, unit, NULL, 0, gate, BENCH_AT_MOST});
}

int main(void)
{
    static const job_kind *const kinds[] = {alarm_job_kinds, hist_job_kinds, NULL};
    double took[LOOKS], lag[ROUNDS];
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    testapp *app = testapp_open_over_tcp();
    bench b = {app, testapp_tenant(app, "BENCH"), oq_arena_open(1 << 20)};
    make_plant(&b);
    print("alarm.first_look", look(&b), "ms", 5000);
    print("alarm.idle_look", look(&b), "ms", 50);
    for (int i = 0; i < LOOKS; i++) {
        write_moment(&b, 0, 0);
        took[i] = look(&b);
    }
    qsort(took, LOOKS, sizeof *took, by_size);
    print("alarm.look", took[LOOKS / 2], "ms", 250);
    print("alarm.look_worst", took[LOOKS - 1], "ms", 1000);
    write_flood(&b, FLOOD, 92);
    print("alarm.flood_5000", look(&b) / 1000, "s", 10);
    if (testdb_number(testapp_db(app), "SELECT count(*) FROM alerts") < FLOOD)
        program_give_up("the flood was not raised");
    write_flood(&b, 0, 0);
    print("alarm.flood_over", look(&b) / 1000, "s", 10);
    write_flood(&b, FLOOD, 99);
    print("alarm.flood_5000_twice_high", look(&b) / 1000, "s", 20);
    if (testdb_number(testapp_db(app), "SELECT count(*) FROM alerts WHERE priority = 'high' AND"
                                       " suppressed_by IS NULL") < FLOOD)
        program_give_up("high ones are not suppressed");
    testdb_exec(testapp_db(app), "TRUNCATE alerts CASCADE");
    job_runner *runner;
    must(job_runner_open(&(job_runner_options){.pool = testapp_pool(app),
                                               .kinds = kinds,
                                               .worker = OQ_STR("bench"),
                                               .threads = 2,
                                               .lease = 60 * OQ_SECOND},
                         &runner));
    lag_of(&b, FLOOD + 1); /* of signals that no flood has touched */
    for (int i = 0; i < ROUNDS; i++) {
        lag[i] = lag_of(&b, FLOOD + 2 + i * 37);
        usleep((useconds_t)(137 * (i % 7)) * 1000);
    }
    job_runner_close(runner, 5000);
    qsort(lag, ROUNDS, sizeof *lag, by_size);
    print("alarm.lag", lag[ROUNDS / 2], "s", 2);
    print("alarm.lag_worst", lag[ROUNDS - 1], "s", 5);
    oq_arena_close(b.arena);
    testapp_close(app);
    return 0;
}
