/* bench/ai_bench.h
 *
 * The parts of `./run bench ai`: how good the models and the detectors of quant/ are on published
 * data, beside the figures that others published. One configuration for all data sets; nothing is
 * tuned per file.
 *
 * A part is a row in ai_bench.c and a function in a file of its own (ai_bench_NAME.c, listed in
 * meson.build). It reads its data set from `folder` (backtest/files.h has the readers) and says
 * each figure with bench_print. Parts can be asked for by name: build/tests/ai_bench NAME... */
#ifndef BENCH_AI_BENCH_H
#define BENCH_AI_BENCH_H

#include "bench/bench.h"

typedef struct ai_part {
    const char *name;
    const char *dataset; /* a folder of the published data (support/shared_data.h); NULL: none */
    /* `folder` is NULL where there is no data set. All memory is the part's own. */
    oq_err *(*run)(oq_arena *arena, const char *folder);
} ai_part;

#endif
