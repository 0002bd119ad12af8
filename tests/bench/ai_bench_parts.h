/* bench/ai_bench_parts.h: the parts of the models; see ai_bench.h. */
#ifndef BENCH_AI_BENCH_PARTS_H
#define BENCH_AI_BENCH_PARTS_H

#include "bench/ai_bench.h"

OQ_CHECKED oq_err *ai_bench_fleet(oq_arena *arena, const char *folder);
OQ_CHECKED oq_err *ai_bench_cmapss(oq_arena *arena, const char *folder);
OQ_CHECKED oq_err *ai_bench_ai4i(oq_arena *arena, const char *folder);
OQ_CHECKED oq_err *ai_bench_metropt(oq_arena *arena, const char *folder);
OQ_CHECKED oq_err *ai_bench_speed(oq_arena *arena, const char *folder);

#endif
