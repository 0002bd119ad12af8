/* quant/expr.h
 *
 * Expressions over series: what a calculated series is.
 *
 *     ('P-101.flow' * ('P-101.pressure_out' - 'P-101.pressure_in')) / 36
 *     if('GT-1.power' > 5, 'GT-1.fuel' / 'GT-1.power', none)
 *
 * A series is its key in single quotes; a number may carry a unit in brackets: 3.6 [MJ/kWh]. There
 * are + - * / ^, comparisons, and or not, if(c, a, b), min max abs sqrt exp ln log10 round floor
 * ceil clamp(x, lo, hi), avg(x, 10 min) delta(x, 1 h) rate(x, 1 h) over the time behind, prev(x),
 * and `none`, a value that is not there. Units are checked when the expression is read: unlike ones
 * are not added or compared. The full grammar is in expr.c. */
#ifndef QUANT_EXPR_H
#define QUANT_EXPR_H

#include "quant/aggregate.h"
#include "quant/unit.h"

enum { EXPR_TEXT_MAX = 2000, EXPR_INPUTS_MAX = 32, EXPR_NODES_MAX = 500, EXPR_DEPTH_MAX = 50 };

typedef struct expr expr; /* lives in the arena */

/* Tells the unit of a series by its key; fails where it is not known (expr.series_unknown). */
typedef oq_err *expr_unit_of(void *self, oq_str key, oq_str *ret_unit);

/* Reads and checks. Fails: expr.syntax (facts: position, found, wanted), expr.unit_mismatch
 * (facts: position, left, right), expr.function_unknown, expr.argument_count, expr.too_long,
 * expr.too_deep, expr.too_many_inputs, and as `unit_of` and unit_parse do. */
OQ_CHECKED oq_err *expr_parse(oq_arena *arena, oq_str text, expr_unit_of *unit_of, void *self,
                              expr **ret_expr);
/* The series it reads, in the order of their first use. */
size_t expr_input_count(const expr *e);
oq_str expr_input_key(const expr *e, size_t k);
/* In the unit that the inputs give it ("" where that has no short writing); and whether it can be
 * given in `unit` (fails: unit.not_convertible). */
OQ_CHECKED oq_err *expr_set_unit(expr *e, oq_str unit);
/* How far behind a moment it looks (avg, delta, rate); 0: the moment alone. */
oq_us expr_reach(const expr *e);

/* One input as the evaluation sees it: its samples from (from - reach) on, with the one before. */
typedef struct expr_input {
    samples samples;
    aggregate_rule rule;
} expr_input;
/* Values at each moment at which an input has a sample in [from, to), in the arena: inputs that
 * have none there are held (states) or interpolated (slopes). Quality is the worst of the inputs'
 * that were used; a result that is not a finite number is none, with quality BAD; an input without
 * a value, or beyond its gap, gives QUALITY_NO_DATA. */
samples expr_evaluate(const expr *e, oq_arena *arena, const expr_input *input, oq_us from,
                      oq_us to);

#endif
