/* historian/calc.h
 *
 * Calculated series: expressions over other series (quant/expr.h), computed by the job
 * hist.calculate as inputs arrive, and anew where inputs came late or were corrected. Live and
 * recomputed results are made by the same code. A series may read calculated ones, but no circle.
 *
 *     hist_write ─▶ series_batches ── calc_notice ──▶ series_dirty ── hist.calculate ─▶ hist_write
 *     hist_replace ────────────────── calc_touch ───▶      │
 *     series_create, _update ──────── calc_define ──▶ what has to be computed
 *
 * How far behind: a result follows the last of its inputs by at most CALC_WAIT (time for the
 * inputs of one moment to arrive, so that they need not be interpolated twice) and the period of
 * the job, together some ten seconds. A slope that is silent for longer is held; when its next
 * sample comes, the results since its last one are computed again, on the line between the two. */
#ifndef HISTORIAN_CALC_H
#define HISTORIAN_CALC_H

#include "historian/series.h"
#include "http/route.h"
#include "http/request.h"
#include "job/job.h"

#define CALC_WAIT (5 * OQ_SECOND)
enum { CALC_EVERY_S = 5, CALC_DEPTH_MAX = 50 };

/* Checks an expression for a series of this key and unit, remembers which series it reads, and has
 * all of it computed. Called by series_create and series_update. Fails, about the field
 * "expression": expr.*, unit.*, calc.circle (fact: via), calc.too_deep (fact: max),
 * calc.input_unknown (fact: key). */
OQ_CHECKED oq_err *calc_define(oq_scope *s, const series *e);

/* From series_update: whatever reads this series has to fit it still, and is computed anew where
 * unit, kind of signal or gap rule changed. Fails: calc.reader_unfit (facts: key, with the reason
 * as its cause). */
OQ_CHECKED oq_err *calc_input_changed(oq_scope *s, const series *before, const series *after);

/* These series have other samples in [from, to) than before, by a correction or a deletion. Marks
 * what reads them. */
OQ_CHECKED oq_err *calc_touch(oq_scope *s, const int32_t *no, const oq_us *from, const oq_us *to,
                              size_t count);

/* Marks what reads the samples of these batches, unless it was done before. For the fold, in its
 * transaction, before the batches go; everybody else's batches are noticed by the job. */
OQ_CHECKED oq_err *calc_notice(oq_scope *s, const int64_t *seq, size_t count);

/* Computes what is marked; in slices, each its own transaction. Running twice is harmless: results
 * are compared with what is there, and only differences are written. */
OQ_CHECKED oq_err *calc_run(job_run *run);

/* The value of an expression over a span without storing anything: for the editor's preview. In
 * `unit`, or in its own when that is not given; *ret_unit is the one it came out in. At most `want`
 * samples. Fails as calc_define, and: calc.preview_too_long (fact: max samples). */
OQ_CHECKED oq_err *calc_preview(oq_scope *s, oq_str expression, oq_str unit, oq_us from, oq_us to,
                                size_t want, samples *ret_samples, oq_str *ret_unit);

/* How it fares. A definition was checked when it was made, and may fail later all the same: a
 * window that has become too dense, an input whose unit changed. The first failure is audited and
 * told to the tenant's administrators; what follows, until it works again, only moves failed_at.
 * What arrived while it failed is computed when the definition is stored again. */
typedef enum calc_status { CALC_NONE = 1, CALC_OK, CALC_FAILING } calc_status;
extern const oq_choice calc_status_choices[];
typedef struct calc_state {
    int status;
    oq_us failing_since, failed_at;
    oq_str error_code, error_facts, error_ar, error_en;
    oq_us computed_until; /* newest result; OQ_TIME_NONE: there is none */
    oq_us inputs_until;   /* newest input that was computed with */
} calc_state;
extern const oq_field calc_state_fields[];
OQ_CHECKED oq_err *calc_state_get(oq_scope *s, const series *e, calc_state *ret_state);

extern const http_route calc_routes[]; /* /api/series/preview, /api/series/{id}/calculation */

#endif
