/* Pure computing on samples in memory, one thread: aggregates, summaries, plots, archive rules. */
#include <math.h>
#include <time.h>

#include "bench/bench.h"
#include "quant/aggregate.h"
#include "quant/archive.h"
#include "quant/plot.h"

#include "base/banned.h"

enum { ROUNDS = 11, LONG = 10 * 1000 * 1000, POINTS = 1000 };

/* A sine with noise, at 1 s, rounded to 2 decimals. */
static samples make_signal(oq_arena *arena, size_t count)
{
    samples s = {.count = count,
                 .time = oq_new_n(arena, oq_us, count),
                 .value = oq_new_n(arena, double, count)};
    uint64_t dice = 88172645463325252;
    for (size_t i = 0; i < count; i++) {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        s.time[i] = (oq_us)i * OQ_SECOND;
        s.value[i] = round(5000 + 2000 * sin((double)i / 500) + (double)(dice % 1000) / 10) / 100;
    }
    return s;
}

typedef double measured(oq_arena *arena, const samples *s, void *with);

/* Of this thread alone: other programs on the machine do not count. */
static double thread_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* The median time of a call, in ns; `times` calls are taken together. */
static double median_ns(oq_arena *arena, int times, measured *call, const samples *s, void *with)
{
    double ns[ROUNDS];
    double sum = 0;
    for (int i = 0; i < ROUNDS; i++) {
        oq_mark mark = oq_arena_mark(arena);
        double begin = thread_ns();
        for (int k = 0; k < times; k++)
            sum += call(arena, s, with);
        ns[i] = (thread_ns() - begin) / times;
        oq_arena_rewind(arena, mark);
    }
    if (isnan(sum)) /* what nobody looks at, compilers leave out */
        exit(1);
    return bench_median(arena, ns, ROUNDS);
}

/* --- aggregates ---------------------------------------------------------------------------------*/

static double feed(oq_arena *arena, const samples *s, void *with)
{
    const buckets *b = with;
    aggregator g = aggregator_make(arena, *b, (aggregate_rule){.gap_max = OQ_HOUR});
    aggregator_feed(&g, s);
    return aggregate_mean(&g.into[b->count / 2]);
}

static buckets even(oq_arena *arena, const samples *s, oq_us width)
{
    buckets b;
    oq_ignore(buckets_even(arena, s->time[0], s->time[s->count - 1] + 1, width, 0, &b), "is right");
    return b;
}

static void measure_aggregates(oq_arena *arena, const samples *s)
{
    samples million = {1000000, s->time, s->value, NULL, NULL};
    buckets hours = even(arena, &million, OQ_HOUR);
    bench_print(&(bench_figure){.name = "aggregates of 1 h, good samples",
                                .value = median_ns(arena, 1, feed, &million, &hours) / 1e6,
                                .unit = "ns/sample",
                                .gate = 3,
                                .goal = BENCH_AT_MOST});
    million.quality = oq_new_n(arena, quality, million.count);
    for (size_t i = 0; i < million.count; i += 100)
        million.quality[i] = QUALITY_BAD;
    bench_print(&(bench_figure){.name = "the same, one of 100 samples is bad",
                                .value = median_ns(arena, 1, feed, &million, &hours) / 1e6,
                                .unit = "ns/sample"});
    samples some = {10000, s->time, s->value, NULL, NULL};
    buckets b = even(arena, &some, 50 * OQ_SECOND);
    bench_print(&(bench_figure){.name = "200 buckets of 10,000 samples",
                                .value = median_ns(arena, 100, feed, &some, &b) / 1000,
                                .unit = "us",
                                .gate = 40,
                                .goal = BENCH_AT_MOST});
}

/* --- summaries ----------------------------------------------------------------------------------*/

static double summarize(oq_arena *arena, const samples *s, void *with)
{
    oq_buf *out = with;
    oq_buf_clear(out);
    summary_encode(arena, s, (aggregate_rule){0}, out);
    return (double)out->len;
}

static double use_summary(oq_arena *arena, const samples *s, void *with)
{
    const oq_buf *bytes = with;
    summary y;
    oq_ignore(summary_decode(arena, oq_buf_view(bytes), &y), "was just made");
    buckets b = even(arena, s, OQ_DAY);
    if (!summary_fits(&y, b, y.rule))
        return NAN;
    aggregator g = aggregator_make(arena, b, y.rule);
    for (size_t i = 0; i < y.count; i++)
        aggregator_feed_cell(&g, &y.cell[i]);
    return aggregate_mean(&g.into[0]);
}

static void measure_summaries(oq_arena *arena, const samples *s)
{
    samples chunk = {8000, s->time, s->value, NULL, NULL}; /* about what a page holds */
    OQ_AUTO(oq_buf) bytes = oq_buf_make(1 << 16);
    bench_print(&(bench_figure){.name = "summary of a chunk, made",
                                .value = median_ns(arena, 10, summarize, &chunk, &bytes) / 8000,
                                .unit = "ns/sample"});
    bench_print(&(bench_figure){.name = "summary of a chunk, size",
                                .value = (double)bytes.len / 8000,
                                .unit = "bytes/sample"});
    bench_print(&(bench_figure){.name = "a chunk's part of a daily mean, by its summary",
                                .value = median_ns(arena, 100, use_summary, &chunk, &bytes) / 1000,
                                .unit = "us"});
}

/* --- plots --------------------------------------------------------------------------------------*/

static double plot(oq_arena *arena, const samples *s, void *with)
{
    static size_t at[POINTS];
    return (double)plot_minmax_lttb(s->time, s->value, s->count, POINTS, at);
}

static void measure_plots(oq_arena *arena, const samples *s)
{
    bench_print(&(bench_figure){.name = "plot of 10 M points by their times",
                                .value = LONG / median_ns(arena, 1, plot, s, NULL),
                                .unit = "G points/s",
                                .gate = 1,
                                .goal = BENCH_AT_LEAST});
    samples evenly = {s->count, NULL, s->value, NULL, NULL};
    bench_print(&(bench_figure){.name = "plot of 10 M points, evenly spaced",
                                .value = LONG / median_ns(arena, 1, plot, &evenly, NULL),
                                .unit = "G points/s",
                                .gate = 1,
                                .goal = BENCH_AT_LEAST});
    samples some = {10000, s->time, s->value, NULL, NULL};
    bench_print(&(bench_figure){.name = "plot of 10,000 points",
                                .value = median_ns(arena, 100, plot, &some, NULL) / 1000,
                                .unit = "us"});
}

/* --- archive rules ------------------------------------------------------------------------------*/

static double archive(oq_arena *arena, const samples *s, void *with)
{
    double error;
    samples kept = archive_apply(arena, s, with, &error);
    return (double)kept.count;
}

static void measure_archive(oq_arena *arena, const samples *s)
{
    samples chunk = {8000, s->time, s->value, NULL, NULL};
    archive_rule rule = {.exception_deviation = 0.5, .compression_deviation = 0.5};
    bench_print(&(bench_figure){.name = "exception and swinging door",
                                .value = median_ns(arena, 10, archive, &chunk, &rule) / 8000,
                                .unit = "ns/sample"});
    bench_print(&(bench_figure){.name = "samples for each that stays, at a bound of 1 (noise of 1)",
                                .value = 8000 / archive(arena, &chunk, &rule),
                                .unit = "samples"});
}

int main(void)
{
    oq_arena *arena = oq_arena_open(0);
    samples s = make_signal(arena, LONG);
    measure_aggregates(arena, &s);
    measure_summaries(arena, &s);
    measure_plots(arena, &s);
    measure_archive(arena, &s);
    oq_arena_close(arena);
    return 0;
}
