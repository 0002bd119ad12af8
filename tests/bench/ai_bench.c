/* How good the models and detectors are, on published data (ai_bench.h says how parts are made). */
#include <stdio.h>

#include "bench/ai_bench.h"
#include "bench/ai_bench_parts.h"
#include "bench/ai_signals.h"
#include "support/shared_data.h"

#include "base/banned.h"

static const ai_part ai_parts[] = {
    {"fleet", "azure-pdm", ai_bench_fleet},            /* failures within 24 h */
    {"cmapss", "cmapss", ai_bench_cmapss},             /* remaining life */
    {"ai4i", "ai4i2020", ai_bench_ai4i},               /* failure modes of rows */
    {"metropt", "metropt3-windows", ai_bench_metropt}, /* windows inside failures */
    {"learn_speed", NULL, ai_bench_speed},             /* fleets scored, classes learned */
    {"skab", "skab", ai_bench_skab},
    {"tep", "tep", ai_bench_tep},
    {"batadal", "batadal", ai_bench_batadal},
    {"nab", "nab", ai_bench_nab},
    {"anomaly", NULL, ai_bench_anomaly},
    {0},
};

static bool is_wanted(const char *name, int count, char **names)
{
    for (int i = 1; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return count < 2;
}

/* Reads as one line in the list of failures: "ai.skab_s". */
static void print_duration(oq_arena *arena, const char *name, oq_us took)
{
    bench_print(&(bench_figure){.name = oq_str_c(arena, oq_strf(arena, "ai.%s_s", name)),
                                .value = (double)took / (double)OQ_SECOND,
                                .unit = "s"});
}

/* False: the part failed. A data set that is not there is said, and is no failure. */
static bool run_part(const ai_part *p)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    const char *folder = p->dataset ? shared_data(arena, p->dataset) : NULL;
    oq_us began = oq_monotonic();
    oq_err *err = p->dataset && !folder ? NULL : p->run(arena, folder);
    if (err)
        fprintf(stderr, "%s: %s\n", p->name, err->code);
    else if (folder || !p->dataset)
        print_duration(arena, p->name, oq_monotonic() - began);
    oq_arena_close(arena);
    return !err;
}

int main(int argc, char **argv)
{
    int status = 0;
    for (const ai_part *p = ai_parts; p->name; p++)
        if (is_wanted(p->name, argc, argv) && !run_part(p))
            status = 1;
    return status;
}
