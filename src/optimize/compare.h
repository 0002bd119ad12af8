/* optimize/compare.h
 *
 * Two runs beside each other (scenario A against B): what each costs, part by part, and which work
 * stands elsewhere. Work is the same when it is the same order, or against the same mode of the
 * same asset. */
#ifndef OPTIMIZE_COMPARE_H
#define OPTIMIZE_COMPARE_H

#include "optimize/run.h"

enum { OPTIMIZE_COST_PARTS = 7 };
extern const char *const optimize_cost_parts[OPTIMIZE_COST_PARTS]; /* "failure" ... "total" */

typedef struct optimize_moved {
    const optimize_advice *a, *b; /* one of the two may be NULL: it is not in that run */
} optimize_moved;

typedef struct optimize_difference {
    const optimize_run *run[2];
    int64_t cost[2][OPTIMIZE_COST_PARTS]; /* minor units; OQ_I64_NONE: not known */
    int64_t planned[2];                   /* jobs */
    bool has_one_currency;                /* else amounts cannot be compared */
    const optimize_moved *moved;          /* where action, day or person differ */
    size_t moves;
} optimize_difference;

/* Fails: optimize.run_not_found, optimize.not_done. */
OQ_CHECKED oq_err *optimize_compare(oq_scope *s, oq_uuid a, oq_uuid b,
                                    optimize_difference *ret_difference);
void optimize_difference_write(oq_json *j, const optimize_difference *d);

#endif
