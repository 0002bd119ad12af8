/* Calculated series: a past that is computed once, the present as it comes, and expressions alone.
 * 1,000 measured series at 1 s; each calculated one reads three of them. */
#include <math.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/signals.h"
#include "historian/calc_inner.h"
#include "historian/fold.h"
#include "historian/write.h"
#include "support/program.h"
#include "support/testapp.h"

#include "base/banned.h"

enum { MEASURED = 1000, PAST_S = 10000, PAST_SERIES = 100, LIVE_SERIES = 1000, LIVE_ROUNDS = 20 };
#define FROM (INT64_C(1767225600) * OQ_SECOND)

typedef struct bench {
    testapp *app;
    oq_uuid tenant;
    oq_arena *arena;
} bench;

static oq_err *open_scope(void *self, oq_scope **ret_scope)
{
    bench *b = self;
    return oq_scope_open(&(oq_scope_options){.pool = testapp_pool(b->app),
                                             .tenant_id = b->tenant,
                                             .access = OQ_WRITE,
                                             .actor = {.kind = ACTOR_SYSTEM,
                                                       .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)},
                                             .arena = b->arena},
                         ret_scope);
}

static void must(oq_err *err)
{
    if (err)
        program_give_up(err->detail ? err->detail : err->code);
}

static void finish(bench *b, oq_scope *s, oq_err *err)
{
    must(err ? err : oq_scope_commit(s));
    oq_scope_close(s);
    oq_arena_reset(b->arena);
}

static oq_err *no_checkpoint(void *self, double progress, oq_str note)
{
    return NULL;
}

/* What the job takes once: seconds, and processor seconds of ours and of PostgreSQL. */
typedef struct took {
    double s, own_s, theirs_s;
} took;

static took run_job(bench *b)
{
    double own = program_cpu_s(getpid()), theirs = program_cpu_of_postgres(b->app);
    oq_us begun = oq_monotonic();
    must(calc_all(&(calc_host){b, b->arena, open_scope, no_checkpoint}));
    return (took){(double)(oq_monotonic() - begun) / 1e6, program_cpu_s(getpid()) - own,
                  program_cpu_of_postgres(b->app) - theirs};
}

static void make_measured(bench *b)
{
    testdb_exec(testapp_db(b->app),
                oq_strf(testapp_arena(b->app),
                        "INSERT INTO series (tenant_id, no, id, key, metric, unit, kind, source,"
                        " created_at, updated_at) SELECT '%s', n, gen_random_uuid(), 'S-' || n ||"
                        " '.v', 'v', 'bar', 'measured', 'person', now(), now()"
                        " FROM generate_series(1, %d) AS n;"
                        "INSERT INTO series_counters (tenant_id, last_no) VALUES ('%s', %d);"
                        "ANALYZE series",
                        oq_uuid_text(testapp_arena(b->app), b->tenant).ptr, MEASURED,
                        oq_uuid_text(testapp_arena(b->app), b->tenant).ptr, MEASURED)
                    .ptr);
}

/* Seconds [from, to) of all measured series, ten seconds a batch. */
static void write_measured(bench *b, size_t from, size_t to)
{
    batch_row *row = calloc(10 * MEASURED, sizeof *row);
    for (size_t t = from; t < to;) {
        size_t count = 0;
        for (size_t i = 0; i < 10 && t < to; i++, t++)
            for (int k = 0; k < MEASURED; k++)
                row[count++] = (batch_row){.time = FROM + (oq_us)t * OQ_SECOND,
                                           .value = (double)((t * 7 + (size_t)k * 13) % 1000) / 10,
                                           .series_no = k + 1};
        oq_scope *s;
        oq_clock_set(FROM + (oq_us)t * OQ_SECOND);
        must(open_scope(b, &s));
        finish(b, s, hist_write(s, row, count, NULL));
    }
    free(row);
}

static void fold_all(bench *b)
{
    for (fold_done done = {.more = true}; done.more;) {
        oq_scope *s;
        must(open_scope(b, &s));
        finish(b, s, hist_fold(s, &done));
    }
}

static void define(bench *b, const char *prefix, int count, const char *form)
{
    for (int i = 0; i < count; i++) {
        oq_scope *s;
        series *made;
        series_order o;
        char expression[200], json[400];
        int first = 1 + i * 3 % (MEASURED - 3);
        snprintf(expression, sizeof expression, form, first, first + 1, first + 2);
        snprintf(json, sizeof json,
                 "{\"key\":\"%s%d\",\"metric\":\"m\",\"unit\":\"bar\",\"kind\":\"calculated\","
                 "\"expression\":\"%s\"}",
                 prefix, i, expression);
        must(open_scope(b, &s));
        must(oq_fields_read_json(b->arena, series_order_fields, oq_cstr(json), &o));
        finish(b, s, series_create(s, &o, &made));
    }
}

static void figure(const char *name, double value, const char *unit_name, double gate,
                   bench_goal goal)
{
    bench_print(&(bench_figure){name, value, unit_name, NULL, 0, gate, goal});
}

static void measure_past(bench *b)
{
    define(b, "past", PAST_SERIES, "'S-%d.v' + 'S-%d.v' - avg('S-%d.v', 10 min)");
    took t = run_job(b);
    double results = (double)PAST_SERIES * PAST_S;
    figure("past: results per second, three inputs, one of them over 10 min", results / t.s / 1e6,
           "M/s", 0, BENCH_AT_LEAST);
    figure("past: results per processor second", results / (t.own_s + t.theirs_s) / 1e6, "M/s", 0,
           BENCH_AT_LEAST);
}

static void measure_live(bench *b)
{
    double ms[LIVE_ROUNDS], own_ms = 0, theirs_ms = 0;
    define(b, "live", LIVE_SERIES, "'S-%d.v' + 'S-%d.v' * 2 - 'S-%d.v'");
    testdb_exec(testapp_db(b->app), "TRUNCATE series_dirty");
    size_t at = PAST_S;
    for (int i = -2; i < LIVE_ROUNDS; i++, at += CALC_EVERY_S) {
        write_measured(b, at, at + CALC_EVERY_S);
        took t = run_job(b);
        if (i >= 0) {
            ms[i] = t.s * 1e3;
            own_ms += t.own_s * 1e3 / LIVE_ROUNDS;
            theirs_ms += t.theirs_s * 1e3 / LIVE_ROUNDS;
        }
        if (i % 6 == 5)
            fold_all(b);
    }
    figure("live: the job's run every 5 s with 1,000 calculated series",
           bench_median(b->arena, ms, LIVE_ROUNDS), "ms", 5000, BENCH_AT_MOST);
    figure("live: our processor time of it", own_ms, "ms", 0, BENCH_AT_MOST);
    figure("live: PostgreSQL's processor time of it", theirs_ms, "ms", 0, BENCH_AT_MOST);
}

/* --- expressions alone -------------------------------------------------------------------------*/

static oq_err *bar(void *self, oq_str key, oq_str *ret_unit)
{
    *ret_unit = OQ_STR("bar");
    return NULL;
}

static void measure_expression(const char *label, const char *text)
{
    enum { COUNT = 50000, ROUNDS = 100 };
    oq_arena *arena = oq_arena_open(1 << 20), *temp = oq_arena_open(1 << 20);
    expr *e;
    must(expr_parse(arena, oq_cstr(text), bar, NULL, &e));
    expr_input input[3];
    for (int k = 0; k < 3; k++) {
        samples s = samples_make(arena, COUNT, true, false);
        for (int i = 0; i < COUNT; i++) {
            s.time[i] = FROM + i * OQ_SECOND;
            s.value[i] = (double)((i * 7 + k * 13) % 1000) / 10;
        }
        s.count = COUNT;
        input[k] = (expr_input){s, {0}};
    }
    double begun = program_cpu_s(getpid());
    for (int i = 0; i < ROUNDS; i++) {
        expr_evaluate(e, temp, input, FROM, FROM + COUNT * OQ_SECOND);
        oq_arena_reset(temp);
    }
    double ns = (program_cpu_s(getpid()) - begun) * 1e9 / ((double)COUNT * ROUNDS);
    figure(label, ns, "ns/result", 0, BENCH_AT_MOST);
    oq_arena_close(temp);
    oq_arena_close(arena);
}

int main(void)
{
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    measure_expression("expression: a + b * 2 - c", "'a' + 'b' * 2 - 'c'");
    measure_expression("expression: avg over an hour", "avg('a', 1 h)");
    testapp *app = testapp_open_over_tcp();
    bench b = {app, testapp_tenant(app, "BENCH"), oq_arena_open(1 << 20)};
    make_measured(&b);
    write_measured(&b, 0, PAST_S);
    fold_all(&b);
    measure_past(&b);
    measure_live(&b);
    oq_clock_set(OQ_TIME_NONE);
    oq_arena_close(b.arena);
    testapp_close(app);
    return 0;
}
