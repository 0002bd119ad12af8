/* The same ingest with ten times the samples, and with a hundred times the series: the rate holds,
 * and memory stays flat. Bodies are made while they are sent, for all three alike. The first bodies
 * make the signals; they are timed by themselves. */
#include <unistd.h>

#include "bench/bench.h"
#include "bench/load.h"
#include "bench/signals.h"
#include "bench/tenant.h"
#include "support/program.h"

#include "base/banned.h"

typedef struct run {
    testapp *app;
    oq_arena *arena;
    const char *name;
    size_t assets, seconds; /* made, and repeated */
    size_t body_assets, body_seconds;
    size_t bodies;
    size_t done; /* bodies that were sent before */
    signals signals;
} run;

static void make_body(void *self, size_t k, oq_buf *out)
{
    const run *r = self;
    size_t across = r->assets / r->body_assets;
    k += r->done;
    signals_part part = {.second = k / across * r->body_seconds,
                         .seconds = r->body_seconds,
                         .asset = k % across * r->body_assets,
                         .assets = r->body_assets};
    signals_body(&r->signals, SIGNALS_LINE_WIDE, part, out);
}

/* The highest the process has been, in MB. */
static double peak_mb(pid_t pid)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str said = program_output(arena, oq_strf(arena, "grep VmHWM /proc/%d/status", pid).ptr);
    double kb = bench_number_after(said, "VmHWM:");
    oq_arena_close(arena);
    return kb * 1024 / 1e6;
}

static void wait_for_fold(const run *r, const bench_tenant *tenant)
{
    oq_str sql = oq_strf(r->arena, "SELECT count(*) FROM series_batches WHERE tenant_id = '%.*s'",
                         OQ_FMT(tenant->id));
    for (int i = 0; i < 600; i++, sleep(1))
        if (testdb_number(testapp_db(r->app), sql.ptr) == 0)
            return;
    program_give_up("the fold did not come to an end in ten minutes");
}

static void print(run *r, const char *what, double value, const char *unit, const char *peer,
                  double peer_value, double gate, bench_goal goal)
{
    bench_print(&(bench_figure){.name = oq_strf(r->arena, "%s: %s", r->name, what).ptr,
                                .value = value,
                                .unit = unit,
                                .peer = peer,
                                .peer_value = peer_value,
                                .gate = gate,
                                .goal = goal});
}

/* The next so many bodies; seconds. */
static double send_bodies(run *r, const bench_tenant *tenant, int port, size_t bodies)
{
    double took = load_run(&(load){.port = port,
                                   .connections = 2,
                                   .path = OQ_STR("/api/ingest/line"),
                                   .headers = tenant->auth,
                                   .make = make_body,
                                   .self = r,
                                   .requests = bodies});
    r->done += bodies;
    return took;
}

/* Processes of its own for each run, so that memory is the run's. */
static double measure(run *r, double base)
{
    oq_us from = (oq_clock_now() - 40 * OQ_HOUR) / OQ_HOUR * OQ_HOUR;
    r->signals = signals_make(r->assets, r->seconds, from, 1);
    bench_tenant tenant =
        bench_tenant_make(r->app, oq_strf(r->arena, "LARGE_%zu_%zu", r->assets, r->bodies).ptr);
    program serve = program_serve(r->app), work = program_work(r->app);
    size_t across = r->assets / r->body_assets;
    double series = (double)(r->assets * SIGNALS_METRICS);
    print(r, "signals made by their first sample",
          series / send_bodies(r, &tenant, serve.port, across) / 1e3, "thousand signals/s", NULL, 0,
          0, BENCH_AT_LEAST);
    double samples = (double)r->body_assets * SIGNALS_METRICS * (double)r->body_seconds *
                     (double)(r->bodies - across);
    double rate = samples / send_bodies(r, &tenant, serve.port, r->bodies - across) / 1e6;
    print(r, "ingest while bodies are made", rate, "M samples/s", base > 0 ? "10 M samples" : NULL,
          base, base > 0 ? 0.8 : 0, BENCH_AT_LEAST);
    oq_us begun = oq_monotonic();
    wait_for_fold(r, &tenant);
    print(r, "until all was folded, after the last answer", (double)(oq_monotonic() - begun) / 1e6,
          "s", NULL, 0, 0, BENCH_AT_MOST);
    print(r, "serve, at its highest", peak_mb(serve.pid), "MB", NULL, 0, 0, BENCH_AT_MOST);
    print(r, "work, at its highest", peak_mb(work.pid), "MB", NULL, 0, 0, BENCH_AT_MOST);
    program_stop(&work);
    program_stop(&serve);
    signals_drop(&r->signals);
    return rate;
}

int main(void)
{
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    testapp *app = testapp_open(false);
    run runs[] = {
        {.name = "10 M samples of 1,000 series",
         .assets = 100,
         .seconds = 10000,
         .body_assets = 100,
         .body_seconds = 10,
         .bodies = 1000},
        {.name = "100 M samples of 1,000 series",
         .assets = 100,
         .seconds = 10000,
         .body_assets = 100,
         .body_seconds = 10,
         .bodies = 10000},
        {.name = "10 M samples of 100,000 series",
         .assets = 10000,
         .seconds = 100,
         .body_assets = 1000,
         .body_seconds = 1,
         .bodies = 1000},
    };
    double base = 0;
    for (size_t i = 0; i < OQ_COUNT(runs); i++) {
        runs[i].app = app;
        runs[i].arena = testapp_arena(app);
        double rate = measure(&runs[i], base);
        base = base > 0 ? base : rate;
    }
    testapp_close(app);
    return 0;
}
