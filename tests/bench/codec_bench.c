/* How small the sample codec is, and how fast: the signals (half of two, half of three
 * decimals), every other kind, and batches as ingest sends them. Times are of this thread's CPU. */
#include <time.h>

#include "bench/bench.h"
#include "bench/signals.h"
#include "quant/batch.h"
#include "quant/chunk.h"
#include "quant/chunk_sample.h"

#include "base/banned.h"

enum { ROUNDS = 15, SERIES = 100, SECONDS = 10000 };

static double cpu_ns(void)
{
    struct timespec at;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

typedef struct chunks {
    oq_buf bytes;
    size_t *end, count; /* where each ends */
} chunks;

static void chunks_encode(const samples *series, size_t count, chunks *out)
{
    oq_buf_clear(&out->bytes);
    out->count = 0;
    for (size_t k = 0; k < count; k++)
        for (size_t from = 0; from < series[k].count;) {
            samples rest = samples_part(&series[k], from, series[k].count - from);
            from += chunk_encode(&rest, CHUNK_BYTES_MAX, &out->bytes);
            out->end[out->count++] = out->bytes.len;
        }
}

static double chunks_decode(oq_arena *arena, const chunks *in, bool with_known)
{
    double sum = 0;
    for (size_t c = 0; c < in->count; c++) {
        size_t from = c > 0 ? in->end[c - 1] : 0;
        oq_mark mark = oq_arena_mark(arena);
        samples s;
        if (chunk_decode(arena, oq_str_sub(oq_buf_view(&in->bytes), from, in->end[c] - from),
                         with_known, &s))
            abort();
        sum += s.value[s.count - 1];
        oq_arena_rewind(arena, mark);
    }
    return sum;
}

typedef struct measured {
    double bytes, encode_ns, decode_ns; /* a sample */
} measured;

static measured measure_chunks(const samples *series, size_t count)
{
    oq_arena *arena = oq_arena_open(0);
    size_t all = 0;
    for (size_t k = 0; k < count; k++)
        all += series[k].count;
    chunks c = {.bytes = oq_buf_make(SIZE_MAX / 4), .end = oq_new_n(arena, size_t, all)};
    double encode[ROUNDS], decode[ROUNDS], sink = 0;
    for (size_t r = 0; r < ROUNDS; r++) {
        double begun = cpu_ns();
        chunks_encode(series, count, &c);
        double between = cpu_ns();
        sink += chunks_decode(arena, &c, false);
        encode[r] = (between - begun) / (double)all;
        decode[r] = (cpu_ns() - between) / (double)all;
    }
    measured m = {.bytes = (double)c.bytes.len / (double)all,
                  .encode_ns = bench_median(arena, encode, ROUNDS),
                  .decode_ns = bench_median(arena, decode, ROUNDS)};
    if (sink == 1)
        puts(""); /* so that nothing is left out */
    oq_buf_drop(&c.bytes);
    oq_arena_close(arena);
    return m;
}

/* The signals as columns. */
static samples *make_series(oq_arena *arena)
{
    signals g = signals_make(SERIES / SIGNALS_METRICS, SECONDS, 1767225600 * OQ_SECOND, 1);
    samples *series = oq_new_n(arena, samples, SERIES);
    for (size_t k = 0; k < SERIES; k++) {
        series[k] = samples_make(arena, SECONDS, false, false);
        for (size_t i = 0; i < SECONDS; i++) {
            series[k].time[i] = g.from + (oq_us)i * OQ_SECOND;
            series[k].value[i] = g.value[i * SERIES + k] / 1000.0;
        }
        series[k].count = SECONDS;
    }
    signals_drop(&g);
    return series;
}

/* Bytes a sample of bare Rice codes of the differences, with the best k for each series, and
 * nothing said about times, scale, or where a block begins. */
static double bare_rice_bytes(const samples *series, size_t count)
{
    double all = 0;
    for (size_t s = 0; s < count; s++) {
        double least = 1e18, scale = s % SIGNALS_METRICS < SIGNALS_METRICS / 2 ? 100 : 1000;
        for (unsigned k = 0; k < 20; k++) {
            uint64_t bits = 0;
            for (size_t i = 1; i < series[s].count; i++) {
                long step = lround((series[s].value[i] - series[s].value[i - 1]) * scale);
                bits += k + 1 + ((uint64_t)(step < 0 ? -2 * step - 1 : 2 * step) >> k);
            }
            least = (double)bits < least ? (double)bits : least;
        }
        all += least / 8 / (double)series[s].count;
    }
    return all / (double)count;
}

static void bench_signals(void)
{
    oq_arena *arena = oq_arena_open(0);
    samples *series = make_series(arena);
    measured m = measure_chunks(series, SERIES);
    bench_print(&(bench_figure){"codec.chunk_size", m.bytes, "bytes/sample",
                                "bare Rice codes of the differences",
                                bare_rice_bytes(series, SERIES), 1.01, BENCH_AT_MOST});
    bench_print(&(bench_figure){"codec.chunk_decode", m.decode_ns, "ns/sample",
                                "delta and Rice codes (as measured for the issue)", 3.0, 1.67,
                                BENCH_AT_MOST});
    bench_print(&(bench_figure){"codec.chunk_encode", m.encode_ns, "ns/sample", NULL, 0, 25,
                                BENCH_AT_MOST});
    oq_arena_close(arena);
}

static void bench_kinds(void)
{
    for (int kind = 0; kind < SIGNAL_KINDS; kind++) {
        oq_arena *arena = oq_arena_open(0);
        samples one = signal_make(arena, (signal_kind)kind, 50000, 1);
        char name[80];
        one.known = kind == SIGNAL_IMPORTED ? one.known : NULL;
        measured m = measure_chunks(&one, 1);
        snprintf(name, sizeof name, "codec.%s.size", signal_name[kind]);
        bench_print(&(bench_figure){name, m.bytes, "bytes/sample"});
        snprintf(name, sizeof name, "codec.%s.encode", signal_name[kind]);
        bench_print(&(bench_figure){name, m.encode_ns, "ns/sample"});
        snprintf(name, sizeof name, "codec.%s.decode", signal_name[kind]);
        bench_print(&(bench_figure){name, m.decode_ns, "ns/sample"});
        oq_arena_close(arena);
    }
}

/* Reads every run and its newest sample. */
static void read_batch(oq_arena *arena, oq_str bytes, double *ret_decode_ns, double *ret_last_ns)
{
    batch b;
    batch_run run;
    oq_us time;
    double value, begun = cpu_ns();
    quality status;
    if (batch_open(bytes, &b))
        abort();
    for (int32_t no = 1; no <= (int32_t)b.runs; no++)
        if (!batch_find(&b, no, &run) || batch_run_last(&b, &run, &time, &value, &status))
            abort();
    *ret_last_ns = (cpu_ns() - begun) / (double)b.runs;
    samples all = samples_make(arena, b.samples, true, false);
    begun = cpu_ns();
    for (int32_t no = 1; no <= (int32_t)b.runs; no++)
        if (!batch_find(&b, no, &run) || batch_decode_run(&b, &run, &all))
            abort();
    *ret_decode_ns = (cpu_ns() - begun) / (double)b.samples;
}

static void bench_batch(size_t count, size_t seconds, const char *name, double gate_ns,
                        double gate_bytes)
{
    oq_arena *arena = oq_arena_open(0);
    samples *series = make_series(arena);
    batch_row *row = oq_new_n(arena, batch_row, count * seconds);
    double encode[ROUNDS * 4], decode[ROUNDS * 4], last[ROUNDS * 4];
    size_t len = 0;
    char text[80];
    for (size_t r = 0; r < OQ_COUNT(encode); r++) {
        OQ_AUTO(oq_buf) out = oq_buf_make(BATCH_BYTES_MAX);
        for (size_t i = 0; i < count * seconds; i++) {
            const samples *s = &series[i % count % SERIES];
            size_t at = (r * seconds + i / count) % SECONDS;
            row[i] = (batch_row){s->time[at], s->value[at], (int32_t)(i % count) + 1, 0};
        }
        oq_mark mark = oq_arena_mark(arena);
        double begun = cpu_ns();
        batch_encode(arena, row, count * seconds, &out);
        encode[r] = (cpu_ns() - begun) / (double)(count * seconds);
        read_batch(arena, oq_buf_view(&out), &decode[r], &last[r]);
        oq_arena_rewind(arena, mark);
        len = out.len;
    }
    snprintf(text, sizeof text, "codec.%s.encode", name);
    bench_print(&(bench_figure){text, bench_median(arena, encode, OQ_COUNT(encode)), "ns/sample",
                                NULL, 0, gate_ns, BENCH_AT_MOST});
    snprintf(text, sizeof text, "codec.%s.size", name);
    bench_print(&(bench_figure){text, (double)len / (double)(count * seconds), "bytes/sample", NULL,
                                0, gate_bytes, BENCH_AT_MOST});
    snprintf(text, sizeof text, "codec.%s.decode", name);
    bench_print(&(bench_figure){text, bench_median(arena, decode, OQ_COUNT(decode)), "ns/sample"});
    snprintf(text, sizeof text, "codec.%s.find_last", name);
    bench_print(&(bench_figure){text, bench_median(arena, last, OQ_COUNT(last)), "ns/series"});
    oq_arena_close(arena);
}

int main(void)
{
    bench_signals();
    bench_batch(1000, 10, "batch", 40, 4);
    bench_batch(10000, 1, "batch_of_ones", 0, 0);
    bench_batch(10, 1000, "batch_of_few", 0, 0);
    bench_kinds();
    return 0;
}
