/* bench/bench.h
 *
 * What measurements share: one JSON object per figure on standard output,
 *
 *     {"name","value","unit","peer","peer_value","ratio","gate","ok"} */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "base/base.h"

typedef enum bench_goal { BENCH_AT_LEAST, BENCH_AT_MOST } bench_goal;

typedef struct bench_figure {
    const char *name;
    double value;
    const char *unit;
    const char *peer;  /* what it is compared with; NULL: nothing */
    double peer_value; /* in the same unit */
    double gate;       /* of the ratio where there is a peer, else of the value; 0: none */
    bench_goal goal;
} bench_figure;

void bench_print(const bench_figure *figure);

/* The number behind `label` in a text ("tps = 123.4"); 0 when it is not there. */
double bench_number_after(oq_str text, const char *label);

/* Of a sorted copy. */
double bench_median(oq_arena *arena, const double *values, size_t count);

/* Resident memory of a process, in MB (10^6 bytes). */
double bench_resident_mb(int pid);

#endif
