/* quant/failure_inner.h: a failure model as it is kept, and the rows it is learned from and judged
 * by; for failure_*.c. */
#ifndef QUANT_FAILURE_INNER_H
#define QUANT_FAILURE_INNER_H

#include "quant/boost.h"
#include "quant/calibrate.h"
#include "quant/failure_model.h"

typedef struct failure_part {
    failure_state state;
    boost_model *trees;      /* NULL: not READY */
    calibration calibration; /* of the trees' log odds */
    double threshold;
} failure_part;

struct failure_model {
    feature_plan plan; /* names and norm in the model's arena */
    oq_us horizon, every;
    failure_part *part; /* components */
    size_t columns;
    oq_str *name; /* columns */
};

/* --- rows: every moment of the grid of every asset, in the order of time -----------------------------*/

typedef struct failure_rows {
    const failure_asset *asset;
    size_t count, columns;
    oq_us horizon;
    oq_us *at;       /* count */
    uint32_t *whose; /* asset */
    uint64_t *fails; /* a bit a component: it fails within the horizon */
    float *x;        /* count * columns */
} failure_rows;

/* Moments in [from, until) whose answer is known. */
OQ_CHECKED oq_err *failure_rows_make(oq_arena *arena, const feature_plan *plan, oq_us horizon,
                                     oq_us every, const failure_asset *asset, size_t assets,
                                     oq_us from, oq_us until, failure_rows *ret_rows);
/* The first row at `at` or later. */
size_t failure_rows_at(const failure_rows *r, oq_us at);
bool failure_row_fails(const failure_rows *r, size_t row, size_t component);
/* Failures of a component in [from, until). */
size_t failure_count(const failure_asset *asset, size_t assets, size_t component, oq_us from,
                     oq_us until);

/* --- judging ---------------------------------------------------------------------------------------------*/

/* The log odds of an answer, kept finite. */
double failure_log_odds(double p);

/* Answers at or above it warn: the middle, in log odds, of the thresholds around the best one whose
 * F1 is not told from its own (one standard error, `alike` rows being one failure's, and no less
 * than nine tenths). Where answers part clearly, the best one alone would stand wherever the last
 * of the rows happened to. */
double failure_threshold(oq_arena *temp, const double *p, const bool *is_true, size_t count,
                         double alike);

/* Of rows [first, end), with the answer p of each (p[0] is of `first`). */
OQ_CHECKED oq_err *failure_judge(oq_arena *temp, const failure_rows *r, size_t assets,
                                 size_t component, size_t first, size_t end, const double *p,
                                 double threshold, failure_metrics *ret_metrics);

/* What a part says of a row. */
double failure_part_says(const failure_part *part, const float *row);

#endif
