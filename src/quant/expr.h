/* quant/expr.h
 *
 * Expressions over series: what a calculated series is.
 *
 *     'P-101.flow' * ('P-101.pressure_out' - 'P-101.pressure_in')
 *     if('GT-1.power' > 5, 'GT-1.fuel' / 'GT-1.power', none)
 *     avg('P-101.power', 1 h) * 1 [h]
 *
 * A series is its key in single quotes; a number may carry a unit in brackets: 4.18 [kJ/(kg*K)].
 * There are + - * / ^, comparisons, and or not, if(c, a, b), min max mean abs sqrt exp ln log10
 * round floor ceil clamp(x, lo, hi), in(x, [unit]), good(x), avg(x, 10 min) delta(x, 1 h)
 * rate(x, 1 h) over the time behind, prev(x), and `none`, a value that is not there. The full
 * grammar and the rules of units are in expr.c.
 *
 * Values carry their units through the computing and come out in the unit that the series was
 * given, so an expression holds no conversion constants; one that does is refused
 * (expr.converted_twice). Unlike things are not added or compared. */
#ifndef QUANT_EXPR_H
#define QUANT_EXPR_H

#include "quant/aggregate.h"
#include "quant/unit.h"

enum { EXPR_TEXT_MAX = 2000, EXPR_INPUTS_MAX = 32, EXPR_NODES_MAX = 500, EXPR_DEPTH_MAX = 50 };
#define EXPR_REACH_MAX (7 * OQ_DAY)

typedef struct expr expr; /* lives in the arena */

/* Tells the unit of a series by its key; fails where it is not known. */
typedef oq_err *expr_unit_of(void *self, oq_str key, oq_str *ret_unit);

/* Reads and checks. `position` of a failure counts characters from 1. Fails: expr.syntax (facts:
 * position, found, wanted), expr.unit_mismatch (position, left, right), expr.unit_unfit (position,
 * what, unit: it cannot be taken of this unit), expr.scale_point (position, unit: degC is a point
 * of a scale), expr.percent_unclear (position, unit), expr.function_unknown (position, name),
 * expr.argument_count (position, name, count), expr.window_invalid (position, max_days),
 * expr.nested (position, name), expr.too_long (max), expr.too_deep (max), expr.too_large (max),
 * expr.too_many_inputs (max), expr.no_input, and as `unit_of` and unit_parse do. */
OQ_CHECKED oq_err *expr_parse(oq_arena *arena, oq_str text, expr_unit_of *unit_of, void *self,
                              expr **ret_expr);
/* The series it reads, in the order of their first use. */
size_t expr_input_count(const expr *e);
oq_str expr_input_key(const expr *e, size_t k);
/* The unit that the inputs give it; "" where that has no short writing. */
oq_str expr_unit(const expr *e);
/* From now on values come out in this unit. Fails: unit.not_convertible, expr.converted_twice
 * (facts: number, from, to: the expression multiplies by what the conversion does already), and as
 * unit_parse. */
OQ_CHECKED oq_err *expr_set_unit(expr *e, oq_str unit);
/* How far behind a moment it looks (avg, delta, rate); 0: the moment alone. */
oq_us expr_reach(const expr *e);
/* Whether it asks for the moment before (prev). */
bool expr_uses_prev(const expr *e);
/* Whether it steps from value to value, when its inputs are states or not (`is_state[k]`). */
bool expr_is_state(const expr *e, const bool *is_state);

/* One input as the evaluation sees it: its samples in [from - reach, to) with the one before and
 * the next one after (where there are such). More does no harm. */
typedef struct expr_input {
    samples samples;
    aggregate_rule rule;
} expr_input;
/* Values at each moment at which an input has a sample in [from, to), in the arena: inputs that
 * have none there are held (states, and slopes without a good next sample) or interpolated
 * (slopes). Quality is the worst of the inputs' that were used; a result that is not a finite
 * number is none, with quality BAD; before an input's first sample, and beyond its gap, it gives
 * QUALITY_NO_DATA. Evaluating [a, b) and [b, c) gives bit for bit what [a, c) gives. */
samples expr_evaluate(const expr *e, oq_arena *arena, const expr_input *input, oq_us from,
                      oq_us to);

#endif
