/* historian/calc.h
 *
 * Calculated series: expressions over other series (quant/expr.h), computed by the job
 * hist.calculate as inputs arrive, and anew where inputs came late or were corrected. Live and
 * recomputed results are made by the same code. A series may read calculated ones, but no circle.
 */
#ifndef HISTORIAN_CALC_H
#define HISTORIAN_CALC_H

#include "historian/series.h"
#include "job/job.h"

/* Checks an expression for a series of this key and unit, and remembers which series it reads.
 * Called by series_create and series_update. Fails: expr.*, unit.*, calc.circle (fact: via),
 * calc.input_unknown (fact: key). */
OQ_CHECKED oq_err *calc_define(oq_scope *s, const series *e);

/* From the fold: these series have new or other samples in this span. Marks what reads them. */
OQ_CHECKED oq_err *calc_touch(oq_scope *s, const int32_t *no, const oq_us *from, const oq_us *to,
                              size_t count);

/* Computes what is marked; in slices, each its own transaction. */
OQ_CHECKED oq_err *calc_run(job_run *run);

/* The value of an expression over a span without storing anything: for the editor's preview. */
OQ_CHECKED oq_err *calc_preview(oq_scope *s, oq_str expression, oq_str unit, oq_us from, oq_us to,
                                size_t want, samples *ret_samples);

extern const http_route calc_routes[]; /* /api/series/preview */

#endif
