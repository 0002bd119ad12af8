/* Questions to the record over HTTP: 1,000 folded series of 10,000 samples at 1 s, then the same
 * with a minute of batches that wait for the fold. Medians of one keep-alive connection; the
 * comparison with others is in historian_bench.c. */
#include "bench/bench.h"
#include "bench/load.h"
#include "bench/signals.h"
#include "historian/write.h"
#include "support/chunks.h"
#include "support/program.h"
#include "support/testapp.h"

#include "base/banned.h"

enum { ASSETS = 100, SERIES = ASSETS * SIGNALS_METRICS, SECONDS = 10000, ROUNDS = 300 };
enum { WAITING = 60, PER_BATCH = 10 };

typedef struct bench {
    testapp *app;
    oq_arena *arena;
    oq_uuid tenant;
    oq_str auth;
    oq_us from;
    oq_uuid id[SERIES];
} bench;

static void sign_in(bench *b)
{
    b->tenant = testapp_tenant(b->app, "BENCH");
    testapp_person(b->app, b->tenant, ROLE_TENANT_ADMIN, "admin@bench.example");
    testclient *c = testclient_open(b->app);
    testclient_sign_in(c, "admin@bench.example");
    testreply r = testclient_json(
        c, "POST", "/api/tokens",
        "{\"name\":\"bench\",\"days\":1,\"capabilities\":[\"asset.read\",\"history.write\"]}");
    if (r.status != 201)
        program_give_up("no token");
    b->auth = oq_strf(b->arena, "Authorization: Bearer %.*s\r\n",
                      OQ_FMT(testclient_member(c, &r, "secret")));
    testclient_close(c);
}

static void fold_all(bench *b, const signals *g)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    for (size_t k = 0; k < SERIES; k++) {
        char key[64];
        snprintf(key, sizeof key, "P-%zu.m%zu", k / SIGNALS_METRICS, k % SIGNALS_METRICS);
        b->id[k] =
            chunks_series(testapp_db(b->app), b->tenant, (int32_t)k + 1, key, (aggregate_rule){0});
        samples s = samples_make(arena, SECONDS, false, false);
        for (size_t i = 0; i < SECONDS; i++) {
            s.time[i] = g->from + (oq_us)i * OQ_SECOND;
            s.value[i] = g->value[i * SERIES + k] / 1e3;
        }
        s.count = SECONDS;
        chunks_put(testapp_db(b->app),
                   &(chunks_order){.tenant_id = b->tenant, .no = (int32_t)k + 1}, &s);
        oq_arena_reset(arena);
    }
    oq_arena_close(arena);
    testdb_exec(testapp_db(b->app), "VACUUM ANALYZE");
}

static oq_scope *open_scope(const bench *b, oq_arena *arena)
{
    oq_scope *s;
    oq_err *err = oq_scope_open(&(oq_scope_options){.pool = testapp_pool(b->app),
                                                    .tenant_id = b->tenant,
                                                    .access = OQ_WRITE,
                                                    .arena = arena},
                                &s);
    if (err)
        program_give_up(err->code);
    return s;
}

/* Batches of ten seconds of all series, behind what is folded. */
static void write_batches(const bench *b, const signals *g)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    for (size_t n = 0; n < WAITING; n++) {
        oq_scope *s = open_scope(b, arena);
        batch_row *row = oq_new_n(arena, batch_row, SERIES * PER_BATCH);
        size_t count = 0;
        for (size_t i = n * PER_BATCH; i < (n + 1) * PER_BATCH; i++)
            for (size_t k = 0; k < SERIES; k++)
                row[count++] = (batch_row){g->from + (oq_us)(SECONDS + i) * OQ_SECOND,
                                           g->value[i * SERIES + k] / 1e3, (int32_t)k + 1, 0};
        oq_err *err = hist_write(s, row, count, NULL);
        if (!err)
            err = oq_scope_commit(s);
        if (err)
            program_give_up(err->code);
        oq_scope_close(s);
        oq_arena_reset(arena);
    }
    oq_arena_close(arena);
}

static void measure(const bench *b, const char *state, const char *name, const char *path,
                    double gate_ms)
{
    const char *only = getenv("READ_BENCH_ONLY"); /* a part of the name: for a profiler */
    size_t bytes;
    if (only && !strstr(name, only))
        return;
    double ms =
        load_time_get(testapp_port(b->app), path, b->auth, only ? ROUNDS * 10 : ROUNDS, &bytes);
    bench_print(
        &(bench_figure){.name = oq_strf(b->arena, "%s, %s (%zu kB)", name, state, bytes / 1000).ptr,
                        .value = ms,
                        .unit = "ms",
                        .gate = gate_ms,
                        .goal = BENCH_AT_MOST});
}

static const char *span_of(const bench *b, size_t seconds)
{
    return oq_strf(b->arena, "from=%lld&to=%lld", (long long)(b->from / OQ_SECOND),
                   (long long)(b->from / OQ_SECOND) + (long long)seconds)
        .ptr;
}

static const char *ids_of(const bench *b, size_t count)
{
    OQ_AUTO(oq_buf) ids = oq_buf_make(1 << 20);
    for (size_t k = 0; k < count; k++) {
        oq_buf_str(&ids, k ? OQ_STR(",") : OQ_STR(""));
        oq_buf_str(&ids, oq_uuid_text(b->arena, b->id[k]));
    }
    return oq_str_copy(b->arena, oq_buf_view(&ids)).ptr;
}

static void ask(const bench *b, const char *state)
{
    oq_arena *a = b->arena;
    const char *id = oq_uuid_text(a, b->id[7]).ptr, *span = span_of(b, SECONDS);
    measure(b, state, "newest values of 1,000 series", "/api/series/last", 3);
    measure(b, state, "10,000 raw points of one series",
            oq_strf(a, "/api/series/%s/points?%s&format=columns", id, span).ptr, 0.8);
    measure(b, state, "the same as rows", oq_strf(a, "/api/series/%s/points?%s", id, span).ptr, 0);
    measure(b, state, "200 buckets of min, max, mean of one series",
            oq_strf(a, "/api/series/%s/aggregate?%s&bucket=50s&values=min,max,mean&format=columns",
                    id, span)
                .ptr,
            0.25);
    measure(b, state, "200 buckets of all figures, as rows",
            oq_strf(a, "/api/series/%s/aggregate?%s&bucket=50s", id, span).ptr, 0);
    measure(b, state, "hourly mean of 100 series",
            oq_strf(a, "/api/series/aggregate?ids=%s&%s&bucket=1h&values=mean&format=columns",
                    ids_of(b, 100), span)
                .ptr,
            1.6);
    measure(b, state, "one series at a moment", oq_strf(a, "/api/series/%s/at", id).ptr, 0);
    measure(b, state, "a plot of 1,000 points", oq_strf(a, "/api/series/%s/plot?%s", id, span).ptr,
            0);
    measure(b, state, "a health check, for comparison", "/health/live", 0);
    measure(b, state, "one row of the database, for comparison",
            oq_strf(a, "/api/series/%s", id).ptr, 0);
}

int main(void)
{
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    bench b = {.app = testapp_open(false)};
    b.arena = testapp_arena(b.app);
    b.from = (oq_clock_now() - 6 * OQ_HOUR) / OQ_HOUR * OQ_HOUR;
    sign_in(&b);
    signals g = signals_make(ASSETS, SECONDS, b.from, 1);
    fold_all(&b, &g);
    ask(&b, "folded");
    write_batches(&b, &g);
    ask(&b, "60 batches waiting");
    signals_drop(&g);
    testapp_close(b.app);
    return 0;
}
