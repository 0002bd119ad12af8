/* The historian beside VictoriaMetrics and InfluxDB: 1,000 series x 10,000 samples at 1 s in bodies
 * of 10,000 samples in the order of time, over two connections, the client on the same two cores.
 * Ours commits every acknowledged body in a PostgreSQL that waits for its disk; the peers do not
 * wait for theirs. Then: processor time with compaction, bytes on disk, and four questions. */
#include <unistd.h>

#include "bench/bench.h"
#include "bench/historian_ask.h"
#include "bench/load.h"
#include "bench/signals.h"
#include "bench/tenant.h"

#include "base/banned.h"

enum { ASSETS = 100, SECONDS = 10000, PER_BODY = 10, BODIES = SECONDS / PER_BODY };
#define SAMPLES ((double)ASSETS * SIGNALS_METRICS * SECONDS)

static const struct form {
    const char *name, *ours, *victoria, *influx;
    const char *headers;
    double gate;
} forms[] = {
    [SIGNALS_LINE_WIDE] = {"line protocol, ten fields a line", "/api/ingest/line", "/write",
                           "/write?db=bench", "", 1.0},
    [SIGNALS_LINE_NARROW] = {"line protocol, one field a line", "/api/ingest/line", "/write", NULL,
                             "", 1.0},
    [SIGNALS_REMOTE_WRITE] = {"remote write", "/api/v1/write", "/api/v1/write", NULL,
                              "Content-Encoding: snappy\r\n"
                              "Content-Type: application/x-protobuf\r\n"
                              "X-Prometheus-Remote-Write-Version: 0.1.0\r\n",
                              0.5},
};

typedef struct bench {
    testapp *app;
    oq_arena *arena;
    program serve, work;
    signals signals;
    oq_str *body;                         /* of the form that is measured */
    bench_tenant tenant[OQ_COUNT(forms)]; /* of each form */
} bench;

/* --- the bodies ---------------------------------------------------------------------------------*/

static void make_bodies(bench *b, signals_form form)
{
    b->body = malloc(BODIES * sizeof *b->body);
    for (size_t k = 0; b->body && k < BODIES; k++) {
        oq_buf out = oq_buf_make(16 * 1024 * 1024);
        signals_body(&b->signals, form, (signals_part){k * PER_BODY, PER_BODY, 0, ASSETS}, &out);
        char *copy = malloc(out.len);
        if (!copy)
            program_give_up("no memory for the bodies");
        memcpy(copy, oq_buf_view(&out).ptr, out.len);
        b->body[k] = oq_strn(copy, out.len);
        oq_buf_drop(&out);
    }
}

static void drop_bodies(bench *b)
{
    for (size_t k = 0; k < BODIES; k++)
        free((void *)b->body[k].ptr);
    free(b->body);
    b->body = NULL;
}

static double send_bodies(const bench *b, int port, const char *path, oq_str headers)
{
    return load_run(&(load){.port = port,
                            .connections = 2,
                            .path = oq_cstr(path),
                            .headers = headers,
                            .bodies = b->body,
                            .requests = BODIES});
}

/* --- ours ---------------------------------------------------------------------------------------*/

static double own_cpu_s(const bench *b)
{
    return program_cpu_s(b->serve.pid) + program_cpu_s(b->work.pid) +
           program_cpu_of_postgres(b->app);
}

static int64_t waiting(const bench *b, signals_form form)
{
    oq_str sql = oq_strf(b->arena, "SELECT count(*) FROM series_batches WHERE tenant_id = '%.*s'",
                         OQ_FMT(b->tenant[form].id));
    return testdb_number(testapp_db(b->app), sql.ptr);
}

/* Until every batch is folded; the oldest waits for its age. */
static void wait_for_fold(const bench *b, signals_form form)
{
    for (int i = 0; i < 180 && waiting(b, form); i++)
        sleep(1);
    if (waiting(b, form))
        program_give_up("the fold did not come to an end in three minutes");
}

typedef struct outcome {
    double rate;   /* M samples/s */
    double cpu_ns; /* per sample, compaction included */
    double bytes;  /* per sample */
} outcome;

static outcome measure_ours(bench *b, signals_form form)
{
    double cpu = own_cpu_s(b);
    double took =
        send_bodies(b, b->serve.port, forms[form].ours,
                    oq_strf(b->arena, "%.*s%s", OQ_FMT(b->tenant[form].auth), forms[form].headers));
    outcome o = {.rate = SAMPLES / took / 1e6};
    wait_for_fold(b, form);
    o.cpu_ns = (own_cpu_s(b) - cpu) / SAMPLES * 1e9;
    return o;
}

/* All tables of samples with TOAST and indexes; measured after the first form alone. */
static double own_bytes(const bench *b)
{
    testdb_exec(testapp_db(b->app), "VACUUM series_batches");
    return (double)testdb_number(
               testapp_db(b->app),
               "SELECT pg_total_relation_size('series_chunks') "
               "+ pg_total_relation_size('series_open') + pg_total_relation_size('series_last') "
               "+ pg_total_relation_size('series_batches') "
               "+ pg_total_relation_size('series_history')") /
           SAMPLES;
}

/* --- the peers ----------------------------------------------------------------------------------*/

/* Until it uses less than a twentieth of a core. */
static void wait_until_calm(const program *p)
{
    for (double cpu = program_cpu_s(p->pid), now; sleep(2), now = program_cpu_s(p->pid); cpu = now)
        if (now - cpu < 0.1)
            return;
}

static outcome measure_peer(bench *b, peer *p, const char *path, const char *headers,
                            const char *compact)
{
    double cpu = program_cpu_s(p->program.pid);
    double took = send_bodies(b, p->program.port, path, oq_cstr(headers));
    outcome o = {.rate = SAMPLES / took / 1e6};
    if (compact)
        load_get(b->arena, p->program.port, compact, OQ_STR(""));
    wait_until_calm(&p->program);
    o.cpu_ns = (program_cpu_s(p->program.pid) - cpu) / SAMPLES * 1e9;
    o.bytes = program_folder_bytes(b->arena, p->folder) / SAMPLES;
    return o;
}

/* --- figures ------------------------------------------------------------------------------------*/

static void print(bench *b, const char *form, const char *what, double value, const char *unit,
                  const char *peer_name, double peer_value, double gate, bench_goal goal)
{
    bench_print(&(bench_figure){.name = oq_strf(b->arena, "%s: %s", form, what).ptr,
                                .value = value,
                                .unit = unit,
                                .peer = peer_name,
                                .peer_value = peer_value,
                                .gate = gate,
                                .goal = goal});
}

static void compare(bench *b, signals_form form, const outcome *ours, const outcome *theirs,
                    const char *peer_name, double gate)
{
    const char *name = forms[form].name;
    print(b, name, "ingest, two connections", ours->rate, "M samples/s", peer_name, theirs->rate,
          gate, BENCH_AT_LEAST);
    print(b, name, "server's processor time with compaction", ours->cpu_ns, "ns/sample", peer_name,
          theirs->cpu_ns, 0, BENCH_AT_MOST);
    if (ours->bytes > 0)
        print(b, name, "on disk, compacted", ours->bytes, "bytes/sample", peer_name, theirs->bytes,
              0, BENCH_AT_MOST);
}

/* What the first form left behind is asked afterwards, so its peer is left running. */
static void measure_form(bench *b, signals_form form, peer *ret_victoria)
{
    static const outcome none = {0};
    make_bodies(b, form);
    outcome ours = measure_ours(b, form);
    if (form == SIGNALS_LINE_WIDE) {
        ours.bytes = own_bytes(b);
        print(b, "historian", "tables, TOAST and indexes after the fold", ours.bytes,
              "bytes/sample", NULL, 0, 1.3, BENCH_AT_MOST);
    }
    peer victoria = peer_victoria(b->arena);
    outcome theirs = none;
    if (victoria.name)
        theirs = measure_peer(b, &victoria, forms[form].victoria, forms[form].headers,
                              "/internal/force_merge");
    compare(b, form, &ours, &theirs, victoria.name, victoria.name ? forms[form].gate : 0);
    if (forms[form].influx) {
        peer influx = peer_influx(b->arena);
        if (influx.name) {
            theirs = measure_peer(b, &influx, forms[form].influx, "", NULL);
            compare(b, form, &ours, &theirs, influx.name, 0);
        }
        peer_end(&influx);
    }
    drop_bodies(b);
    if (form == SIGNALS_LINE_WIDE)
        *ret_victoria = victoria;
    else
        peer_end(&victoria);
}

/* HISTORIAN_BENCH_ASK=n: after the first form the questions, n times, and nothing else. */
static int asked_only(void)
{
    const char *times = getenv("HISTORIAN_BENCH_ASK");
    int64_t n = 0;
    return times && oq_parse_i64(oq_cstr(times), &n) && n > 0 && n <= 1000 ? (int)n : 0;
}

int main(void)
{
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    testapp *app = testapp_open(false);
    oq_us from = (oq_clock_now() - 6 * OQ_HOUR) / OQ_HOUR * OQ_HOUR;
    bench b = {.app = app, .arena = testapp_arena(app)};
    for (size_t i = 0; i < OQ_COUNT(forms); i++)
        b.tenant[i] = bench_tenant_make(app, oq_strf(b.arena, "BENCH_%zu", i).ptr);
    b.signals = signals_make(ASSETS, SECONDS, from, 1);
    b.serve = program_serve(app);
    b.work = program_work(app);
    peer victoria = {0};
    measure_form(&b, SIGNALS_LINE_WIDE, &victoria);
    int asked = asked_only();
    for (int i = 0; i < (asked ? asked : 1); i++)
        historian_ask(app, b.serve.port, b.tenant[SIGNALS_LINE_WIDE].auth, &victoria, from,
                      SECONDS);
    peer_end(&victoria);
    if (!asked) {
        measure_form(&b, SIGNALS_LINE_NARROW, &victoria);
        measure_form(&b, SIGNALS_REMOTE_WRITE, &victoria);
    }
    signals_drop(&b.signals);
    program_stop(&b.work);
    int status = program_stop(&b.serve);
    testapp_close(app);
    return status == 0 ? 0 : 1;
}
