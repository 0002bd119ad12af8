/* How often the right cause is named, on published data (docs/en/rca.md). A figure that somebody
 * published is held against theirs; azure-pdm against what this project promised. */
#include <math.h>

#include "backtest/backtest.h"
#include "bench/bench.h"
#include "support/shared_data.h"

#include "base/banned.h"

static void print_figure(const report_figure *f)
{
    double gate = isnan(f->wanted) ? 0 : f->peer ? f->wanted / f->peer_value : f->wanted;
    bench_print(&(bench_figure){.name = f->name,
                                .value = f->value,
                                .unit = f->unit,
                                .peer = f->peer,
                                .peer_value = f->peer_value,
                                .gate = gate,
                                .goal = f->is_at_most ? BENCH_AT_MOST : BENCH_AT_LEAST});
}

/* Reads as one line in the list of failures: "rca.causrca_s". */
static void print_duration(oq_arena *arena, const char *dataset, oq_us took)
{
    oq_str name = oq_strf(arena, "rca.%s_s", dataset);
    bench_print(&(bench_figure){
        .name = oq_str_c(arena, name), .value = (double)took / (double)OQ_SECOND, .unit = "s"});
}

int main(void)
{
    int status = 0;
    for (const oq_choice *c = backtest_dataset_choices; c->text; c++) {
        oq_arena *arena = oq_arena_open(1 << 20);
        const char *folder = shared_data(arena, c->text);
        report *r;
        oq_us began = oq_monotonic();
        oq_err *err = folder ? backtest_run(arena, c->value, folder, &r) : NULL;
        if (err) {
            fprintf(stderr, "%s: %s\n", c->text, err->code);
            status = 1;
        } else if (folder) {
            for (size_t i = 0; i < r->figures; i++)
                print_figure(&r->figure[i]);
            print_duration(arena, c->text, oq_monotonic() - began);
        }
        oq_arena_close(arena);
    }
    return status;
}
