/* A hundred kills of server, fold and database in the middle of ingest, in turn. */
#include "bench/bench.h"
#include "support/crash.h"

#include "base/banned.h"

static void print(const char *name, double value, const char *unit)
{
    bench_print(&(bench_figure){.name = name, .value = value, .unit = unit});
}

int main(int argc, char **argv)
{
    crash_worker(argc, argv);
    oq_log_setup(OQ_LOG_ERROR, OQ_LOG_KEYS);
    const char *kills = getenv("BENCH_KILLS"); /* fewer, for a look */
    crash_report r = crash_run(kills ? strtoul(kills, NULL, 10) : 100, 7);
    print("kills", (double)r.kills, "times");
    print("acknowledged", (double)r.samples, "samples");
    print("batches sent again for want of an answer", (double)r.repeated, "batches");
    print("folds committed meanwhile", (double)r.folds, "folds");
    print("acknowledged and missing or wrong", (double)r.missing, "samples");
    print("doubled", (double)r.doubled, "samples");
    print("never sent, or never acknowledged", (double)r.stray, "samples");
    return r.missing || r.doubled || r.stray ? 1 : 0;
}
