/* `optria import series`: ten million samples from a long and from a wide file, every portion
 * committed, and the memory that it takes. */
#include <sys/resource.h>
#include <unistd.h>

#include "bench/bench.h"
#include "recipe/series_import.h"
#include "support/program.h"
#include "support/testapp.h"

#include "base/banned.h"

enum { SAMPLES = 10 * 1000 * 1000, SERIES = 100, COLUMNS = 10 };
#define FROM (INT64_C(1767225600) * OQ_SECOND)

static double value_at(int64_t i)
{
    return (double)(i * 7919 % 5000) / 100 + 20;
}

/* A line a sample: time, series, value. */
static void write_long(FILE *f)
{
    fprintf(f, "time,series,value\n");
    for (int64_t i = 0; i < SAMPLES; i++) {
        char time[OQ_TIME_TEXT_MAX];
        size_t len = oq_time_format(FROM + i / SERIES * OQ_SECOND, time);
        fprintf(f, "%.*s,L-%d.flow,%.2f\n", (int)len, time, (int)(i % SERIES), value_at(i));
    }
}

/* A line a second: time and ten values. */
static void write_wide(FILE *f)
{
    fprintf(f, "time");
    for (int c = 0; c < COLUMNS; c++)
        fprintf(f, ",W-%d.flow", c);
    for (int64_t i = 0; i < SAMPLES / COLUMNS; i++) {
        char time[OQ_TIME_TEXT_MAX];
        size_t len = oq_time_format(FROM + i * OQ_SECOND, time);
        fprintf(f, "\n%.*s", (int)len, time);
        for (int c = 0; c < COLUMNS; c++)
            fprintf(f, ",%.2f", value_at(i * COLUMNS + c));
    }
    fprintf(f, "\n");
}

static void measure(testapp *app, oq_uuid tenant, const char *name, void (*write)(FILE *f))
{
    char path[] = "/tmp/optria-import-XXXXXX", label[80];
    int fd = mkstemp(path);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f)
        program_give_up("no file");
    write(f);
    fclose(f);
    layout_order order;
    series_import_result result;
    oq_arena *arena = oq_arena_open(0);
    oq_err *err = layout_order_read(arena, OQ_STR("{}"), &order);
    if (!err)
        err = series_import(
            arena,
            &(series_import_options){.pool = testapp_pool(app),
                                     .tenant_id = tenant,
                                     .actor = {.kind = ACTOR_SYSTEM, .label = OQ_STR("bench")},
                                     .lang = OQ_LANG_EN,
                                     .path = path,
                                     .order = order,
                                     .may_create = true},
            &result);
    unlink(path);
    if (err || result.samples != SAMPLES)
        program_give_up(err ? err->code : "samples are missing");
    snprintf(label, sizeof label, "%s: samples per second", name);
    bench_print(&(bench_figure){label, (double)SAMPLES / result.seconds / 1e6, "M/s", NULL, 0, 1,
                                BENCH_AT_LEAST});
    oq_arena_close(arena);
}

int main(void)
{
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    testapp *app = testapp_open_over_tcp();
    oq_uuid tenant = testapp_tenant(app, "BENCH");
    measure(app, tenant, "long file", write_long);
    measure(app, tenant, "wide file", write_wide);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    bench_print(&(bench_figure){"most memory", (double)used.ru_maxrss / 1000, "MB", NULL, 0, 200,
                                BENCH_AT_MOST});
    testapp_close(app);
    return 0;
}
