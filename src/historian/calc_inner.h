/* historian/calc_inner.h: what the files about calculated series share.
 *
 *     calc.c           definitions
 *     calc_mark.c      what has to be computed, as marks: of inputs, or of results
 *     calc_range.c     marks as spans of results
 *     calc_slice.c     inputs read and evaluated
 *     calc_settle.c    results compared with what is there
 *     calc_group.c     a transaction: some series, a slice of each, what is put back
 *     calc_state.c     failures, and how a series fares
 *     calc_run.c       the job: order, and until nothing is left */
#ifndef HISTORIAN_CALC_INNER_H
#define HISTORIAN_CALC_INNER_H

#include "historian/calc.h"
#include "historian/read.h"
#include "quant/batch.h"
#include "quant/expr.h"

/* Of results: the end of a span without end. */
#define CALC_OPEN_END (INT64_C(7258118400) * OQ_SECOND) /* the year 2200 */

/* What an evaluation has to know of a series it reads. */
typedef struct calc_input {
    int64_t no;
    oq_str key, unit;
    bool is_state;
    int64_t gap_max_us;
} calc_input;
extern const oq_field calc_input_fields[];

typedef struct calc_inputs {
    calc_input at[EXPR_INPUTS_MAX];
    size_t count;
} calc_inputs;

/* Reads an expression and finds its series. Without `unit` it comes out in its own. Fails as
 * calc_define does, about the field "expression". */
OQ_CHECKED oq_err *calc_read(oq_scope *s, oq_str expression, oq_str unit, expr **ret_expr,
                             calc_inputs *ret_inputs);

/* --- marks -------------------------------------------------------------------------------------*/

/* A batch that was not looked at for calculated series. */
typedef struct calc_batch {
    int64_t seq;
    oq_us time_min, time_max;
    int64_t series_min, series_max;
} calc_batch;
extern const oq_field calc_batch_fields[];

/* A row of series_dirty. */
typedef struct calc_mark {
    int64_t series_no;
    int64_t input_no; /* OQ_I64_NONE: the span is that of the results */
    oq_us time_from, time_to;
} calc_mark;
extern const oq_field calc_mark_fields[];

/* Notices what has arrived; in the scope's transaction, which the caller commits. */
OQ_CHECKED oq_err *calc_notice_new(oq_scope *s, bool *ret_more);

/* --- a series that is being computed -----------------------------------------------------------*/

/* A series and one that it reads. */
typedef struct calc_edge {
    int64_t series_no, input_no;
    oq_us newest; /* of the input when it was last computed with */
    oq_str key, unit;
    bool is_state;
    int64_t gap_max_us;
} calc_edge;
extern const oq_field calc_edge_fields[];

typedef struct calc_span {
    oq_us from, to;
} calc_span;

typedef struct calc_task {
    int32_t no;
    oq_str key;
    expr *expr;
    calc_inputs inputs;                   /* in the order of the expression */
    oq_us newest_before[EXPR_INPUTS_MAX]; /* when it was last computed with */
    oq_us newest[EXPR_INPUTS_MAX];        /* OQ_TIME_NONE: it has no sample */
    oq_us own_newest;                     /* result; OQ_TIME_NONE: there is none */
    oq_us until; /* moments behind this one wait for inputs that are on their way */
} calc_task;

/* The spans of results that the marks stand for, apart from one another, the oldest first. */
OQ_CHECKED oq_err *calc_ranges(oq_scope *s, const calc_task *task, const calc_mark *mark,
                               size_t count, calc_span **ret_span, size_t *ret_count);

/* Values over [from, to), or as much of it as one slice holds: *ret_end says how far. In `arena`.
 * Fails: calc.window_too_dense (fact: max). */
OQ_CHECKED oq_err *calc_slice(oq_scope *s, oq_arena *arena, const expr *e,
                              const calc_inputs *inputs, oq_us from, oq_us to, samples *ret_samples,
                              oq_us *ret_end, size_t *ret_read);

/* Rows that wait to be written together. */
typedef struct calc_rows {
    batch_row *at;
    size_t count, room;
} calc_rows;
void calc_rows_drop(calc_rows *rows);

/* Compares results with what the series has in [from, *end), which may become shorter (`newest` is
 * its newest sample: behind that nothing is looked for). What differs
 * is added to `rows`; where something has to go, the record is replaced at once. *ret_changed is
 * where the differences lie (from == to: nowhere). */
OQ_CHECKED oq_err *calc_settle(oq_scope *s, int32_t no, oq_us newest, oq_us from, oq_us *end,
                               const samples *results, calc_rows *rows, calc_span *ret_changed);

/* Computes these series, which do not read one another, as far as one transaction goes. The caller
 * commits. `temp` is emptied. */
typedef struct calc_group_done {
    bool is_unfinished;
    double progress; /* of the series that has most left to do; NaN: all is done */
    oq_str key;      /* of that series, in the scope's arena */
} calc_group_done;
OQ_CHECKED oq_err *calc_group(oq_scope *s, oq_arena *temp, const int32_t *no, size_t count,
                              calc_group_done *ret_done);

/* --- how it fares ------------------------------------------------------------------------------*/

typedef struct calc_failing {
    int64_t no;
    oq_uuid id;
    oq_str key;
} calc_failing;
/* Written down; told where it worked before. */
OQ_CHECKED oq_err *calc_fails(oq_scope *s, const calc_failing *of, const oq_err *why);
OQ_CHECKED oq_err *calc_works(oq_scope *s, const int32_t *no, size_t count);
oq_err *calc_api_state(http_req *rq, oq_scope *s);

/* --- the job, from outside a worker ---------------------------------------------------------------
 * Where units of work come from, and who is told how far it is. */
typedef struct calc_host {
    void *self;
    oq_arena *arena; /* of its scopes; emptied after each */
    oq_err *(*open)(void *self, oq_scope **ret_scope);
    oq_err *(*checkpoint)(void *self, double progress, oq_str note);
} calc_host;
OQ_CHECKED oq_err *calc_all(const calc_host *host);

#endif
