/* historian/correct_work.h
 *
 * What a correction does to samples. For correct*.c and tests. */
#ifndef HISTORIAN_CORRECT_WORK_H
#define HISTORIAN_CORRECT_WORK_H

#include "historian/correct.h"
#include "quant/samples.h"

/* A row of series_corrections, as the job works on it. */
typedef struct correction_work {
    oq_uuid id;
    int64_t series_no;
    int kind;
    oq_us time_from, time_to;
    double value;
    int64_t quality;
    oq_str status;
    oq_us done_to; /* everything before this is done; OQ_TIME_NONE: nothing yet */
    int64_t samples;
} correction_work;
extern const oq_field correction_work_fields[];

/* A sample of the line that CORRECT_INTERPOLATE draws. */
typedef struct correction_end {
    oq_us time;
    double value;
} correction_end;

typedef struct correction_make {
    const correction_work *work;
    correction_end before, after; /* of an interpolation */
    oq_us now;
} correction_make;

/* A store_make: `self` is a correction_make. */
OQ_CHECKED oq_err *correction_apply(void *self, oq_arena *arena, const samples *there, oq_us from,
                                    oq_us to, samples *ret_instead);

#endif
