/* What reading samples costs, door by door, without database and network: bodies of 10,000 samples
 * of 1,000 series in the order of time, all series known. "read": the protocol alone; "rows": with
 * names, limits and rows; "batch": with the coding of the batch, as it is sent to the database.
 * Nanoseconds of this thread's processor time a sample; the best of several rounds. */
#include <math.h>
#include <snappy-c.h>
#include <time.h>

#include "bench/bench.h"
#include "bench/signals.h"
#include "ingest/ingest.h"
#include "ingest/ingest_json.h"
#include "ingest/remote_write.h"
#include "support/testapp.h"

#include "base/banned.h"

enum { ASSETS = 100, PER_BODY = 10, BODIES = 20, ROUNDS = 15 };
#define SAMPLES ((double)ASSETS * SIGNALS_METRICS * PER_BODY * BODIES)

typedef enum depth { READ, ROWS, BATCH, DEPTHS } depth;

typedef struct door {
    const char *name;
    double gate[DEPTHS]; /* ns a sample; 0: none */
    void (*make)(const signals *g, size_t body, oq_buf *out);
    void (*read)(oq_arena *arena, oq_str body); /* the protocol alone */
    names_door names;
    oq_err *(*take)(ingest *in, oq_str body);
} door;

static double cpu_ns(void)
{
    struct timespec at;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

static void give_up(const oq_err *err)
{
    if (!err)
        return;
    fprintf(stderr, "parse_bench: %s\n", err->code);
    exit(1);
}

/* --- bodies -------------------------------------------------------------------------------------*/

static void make_body(const signals *g, signals_form form, size_t k, oq_buf *out)
{
    signals_body(g, form, (signals_part){k * PER_BODY, PER_BODY, 0, ASSETS}, out);
}

static void make_wide(const signals *g, size_t k, oq_buf *out)
{
    make_body(g, SIGNALS_LINE_WIDE, k, out);
}

static void make_narrow(const signals *g, size_t k, oq_buf *out)
{
    make_body(g, SIGNALS_LINE_NARROW, k, out);
}

static void make_remote(const signals *g, size_t k, oq_buf *out)
{
    OQ_AUTO(oq_buf) packed = oq_buf_make(INGEST_BODY_MAX);
    make_body(g, SIGNALS_REMOTE_WRITE, k, &packed);
    size_t len;
    if (snappy_uncompressed_length(packed.ptr, packed.len, &len) != SNAPPY_OK ||
        snappy_uncompress(packed.ptr, packed.len, oq_buf_room(out, len), &len) != SNAPPY_OK)
        exit(1);
    out->len = len;
}

static double value_at(const signals *g, size_t second, size_t i)
{
    return g->value[second * g->assets * SIGNALS_METRICS + i] / 1000.0;
}

static void make_json(const signals *g, size_t k, oq_buf *out)
{
    oq_buf_lit(out, "{\"samples\":[");
    for (size_t t = k * PER_BODY; t < (k + 1) * PER_BODY; t++)
        for (size_t i = 0; i < g->assets * SIGNALS_METRICS; i++)
            oq_buf_f(out, "%s{\"series\":\"P-%zu.metric_%zu\",\"time\":%lld,\"value\":%.3f}",
                     t > k * PER_BODY || i ? "," : "", i / SIGNALS_METRICS, i % SIGNALS_METRICS,
                     (long long)(g->from / OQ_MS + (oq_us)t * 1000), value_at(g, t, i));
    oq_buf_lit(out, "]}");
}

static void make_json_columns(const signals *g, size_t k, oq_buf *out)
{
    for (size_t i = 0; i < g->assets * SIGNALS_METRICS; i++) {
        oq_buf_f(out, "%s{\"series\":\"P-%zu.metric_%zu\",\"times\":[", i ? "," : "[",
                 i / SIGNALS_METRICS, i % SIGNALS_METRICS);
        for (size_t t = k * PER_BODY; t < (k + 1) * PER_BODY; t++)
            oq_buf_f(out, "%s%lld", t > k * PER_BODY ? "," : "",
                     (long long)(g->from / OQ_MS + (oq_us)t * 1000));
        oq_buf_lit(out, "],\"values\":[");
        for (size_t t = k * PER_BODY; t < (k + 1) * PER_BODY; t++)
            oq_buf_f(out, "%s%.3f", t > k * PER_BODY ? "," : "", value_at(g, t, i));
        oq_buf_lit(out, "]}");
    }
    oq_buf_char(out, ']');
}

/* --- reading ------------------------------------------------------------------------------------*/

static double sum; /* so that nothing is left out */

static void read_line(oq_arena *arena, oq_str body)
{
    line_reader r = line_read(arena, body, LINE_NS);
    line_point p;
    line_flaw flaw;
    while (line_next(&r, &p, &flaw))
        sum += p.field[p.count - 1].value;
}

static void read_remote(oq_arena *arena, oq_str body)
{
    remote_reader r = remote_read(arena, body);
    remote_series set;
    for (bool more;;) {
        give_up(remote_next(&r, &set, &more));
        if (!more)
            return;
        sum += set.sample[set.count - 1].value;
    }
}

static oq_err *add_item(void *self, const json_item *item)
{
    sum += item->value[0];
    return NULL;
}

static void read_json(oq_arena *arena, oq_str body)
{
    give_up(json_samples_read(body, add_item, NULL));
}

static oq_err *take_line(ingest *in, oq_str body)
{
    return ingest_line(in, body, LINE_NS);
}

/* --- into rows ----------------------------------------------------------------------------------*/

static oq_err *drop_rows(oq_scope *s, batch_row *row, size_t count, size_t *ret_stored)
{
    sum += row[count - 1].value;
    return NULL;
}

static oq_err *code_rows(oq_scope *s, batch_row *row, size_t count, size_t *ret_stored)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(BATCH_BYTES_MAX);
    oq_mark mark = oq_arena_mark(oq_scope_arena(s));
    sum += (double)batch_encode(oq_scope_arena(s), row, count, &out);
    oq_arena_rewind(oq_scope_arena(s), mark);
    return NULL;
}

static oq_scope *open_scope(testapp *app, oq_arena *arena, oq_uuid tenant_id)
{
    oq_scope *s;
    give_up(oq_scope_open(
        &(oq_scope_options){
            .pool = testapp_pool(app),
            .tenant_id = tenant_id,
            .access = OQ_WRITE,
            .actor = {.kind = ACTOR_SYSTEM, .home_tenant = tenant_id, .label = OQ_STR("bench")},
            .arena = arena},
        &s));
    return s;
}

/* The first body twice: once to make its series, once to remember them. */
static void make_known(testapp *app, const door *d, oq_uuid tenant_id, oq_str body)
{
    oq_arena *arena = oq_arena_open(0);
    oq_scope *s = open_scope(app, arena, tenant_id);
    ingest in;
    ingest_open(s, d->names, &in);
    give_up(d->take(&in, body));
    ingest_drop(&in);
    give_up(oq_scope_commit(s));
    oq_scope_close(s);
    oq_arena_close(arena);
}

static void run(const door *d, depth deep, oq_scope *s, const oq_buf *body)
{
    oq_arena *arena = oq_scope_arena(s);
    for (size_t k = 0; k < BODIES; k++) {
        oq_mark mark = oq_arena_mark(arena);
        if (deep == READ) {
            d->read(arena, oq_buf_view(&body[k]));
        } else {
            ingest in;
            ingest_open(s, d->names, &in);
            in.write = deep == ROWS ? drop_rows : code_rows;
            give_up(d->take(&in, oq_buf_view(&body[k])));
            if (in.refused || in.accepted != (size_t)(SAMPLES / BODIES))
                exit(1);
            ingest_drop(&in);
        }
        oq_arena_rewind(arena, mark);
    }
}

static double best(const door *d, depth deep, oq_scope *s, const oq_buf *body)
{
    double least = INFINITY;
    for (int i = 0; i < ROUNDS; i++) {
        double from = cpu_ns();
        run(d, deep, s, body);
        double took = (cpu_ns() - from) / SAMPLES;
        least = took < least ? took : least;
    }
    return least;
}

/* --- doors --------------------------------------------------------------------------------------*/

static const door doors[] = {
    {"line protocol, ten fields a line", {0, 100, 0}, make_wide, read_line, NAMES_LINE, take_line},
    {"line protocol, one field a line", {0, 100, 0}, make_narrow, read_line, NAMES_LINE, take_line},
    {"remote write", {0, 30, 0}, make_remote, read_remote, NAMES_REMOTE, ingest_remote},
    {"JSON, one by one", {0}, make_json, read_json, NAMES_JSON, ingest_json},
    {"JSON, columns", {0}, make_json_columns, read_json, NAMES_JSON, ingest_json},
};

static void measure(testapp *app, const door *d, oq_uuid tenant_id, const signals *g)
{
    static const char *const depth_name[DEPTHS] = {"read", "rows", "batch"};
    oq_arena *arena = oq_arena_open(0);
    oq_buf body[BODIES];
    for (size_t k = 0; k < BODIES; k++) {
        body[k] = oq_buf_make(INGEST_BODY_MAX);
        d->make(g, k, &body[k]);
    }
    for (int i = 0; i < 2; i++)
        make_known(app, d, tenant_id, oq_buf_view(&body[0]));
    oq_scope *s = open_scope(app, arena, tenant_id);
    for (depth deep = READ; deep < DEPTHS; deep++)
        bench_print(&(bench_figure){.name = oq_strf(arena, "%s: %s", d->name, depth_name[deep]).ptr,
                                    .value = best(d, deep, s, body),
                                    .unit = "ns/sample",
                                    .gate = d->gate[deep],
                                    .goal = BENCH_AT_MOST});
    oq_scope_close(s);
    for (size_t k = 0; k < BODIES; k++)
        oq_buf_drop(&body[k]);
    oq_arena_close(arena);
}

int main(void)
{
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    testapp *app = testapp_open(false);
    oq_us from = oq_clock_now() / OQ_SECOND * OQ_SECOND - OQ_HOUR;
    signals g = signals_make(ASSETS, PER_BODY * BODIES, from, 1);
    for (size_t i = 0; i < OQ_COUNT(doors); i++) {
        char code[20];
        snprintf(code, sizeof code, "PARSE_%zu", i);
        measure(app, &doors[i], testapp_tenant(app, code), &g);
    }
    signals_drop(&g);
    testapp_close(app);
    return isnan(sum);
}
