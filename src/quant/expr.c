/* Expressions over series.
 *
 *     whole      = all { "or" all }
 *     all        = not { "and" not }
 *     not        = "not" not | comparison
 *     comparison = sum [ ( "<" | "<=" | ">" | ">=" | "=" | "!=" ) sum ]
 *     sum        = product { ( "+" | "-" ) product }
 *     product    = unary { ( "*" | "/" ) unary }
 *     unary      = ( "-" | "+" ) unary | primary [ "^" unary ]
 *     primary    = number [ "[" unit "]" ] | "none" | series | call | "(" whole ")"
 *     series     = "'" key "'"                  a quote within the key is written twice
 *     call       = name "(" whole { "," whole } ")"
 *                | "in" "(" whole "," "[" unit "]" ")"
 *                | ( "avg" | "delta" | "rate" ) "(" whole "," span ")" | "prev" "(" whole ")"
 *     span       = number ( "s" | "min" | "h" | "d" )
 *
 * "==" is "=", "<>" is "!="; × · ÷ − ≤ ≥ ≠ and the Arabic comma are read too. Names are read in
 * capitals as well.
 *
 * Values. A comparison gives 1 or 0; whatever is not 0 is true. `none`, and a value that cannot be
 * computed, make none of everything they touch, but: a condition chooses which branch of `if` is
 * touched; `true or none` is true, `false and none` is false; good(x) is 1 where x is there with
 * good quality, else 0. min, max and mean want all of their values.
 *
 * The time behind. avg is weighted by time (quant/aggregate.h), over good stretches alone; where
 * these are less than half of the span, its quality is UncertainSubNormal. delta is the value less
 * the one a span ago; rate is delta per second. prev is the value at the moment before, of those at
 * which any series of the expression has a sample. They are not put into one another: that is what
 * further calculated series are for.
 *
 * Units. A number without a unit takes the unit of what it is added to or compared with, and is
 * just a number in a product. Products have the product of the units; sums, comparisons, branches
 * and the arguments of min, max, mean and clamp must be of one kind and are converted. Arguments of
 * exp, ln, log10 and exponents are plain numbers (50 % is 0.5). Powers of what has a unit are
 * constants that leave whole exponents.
 *
 * Points of a scale (degC, degF, barg, psig): their difference is a step of the scale, a point and
 * a step make a point; they are compared and averaged, but not added, multiplied or negated,
 * because the result would depend on where the scale puts its zero. in(x, [K]), in(x, [bar]) give
 * what can be multiplied. */
#include <math.h>

#include "quant/expr_inner.h"

#include "base/banned.h"

oq_err *expr_parse(oq_arena *arena, oq_str text, expr_unit_of *unit_of, void *self, expr **ret_expr)
{
    if (text.len > EXPR_TEXT_MAX)
        return oq_fail(OQ_INVALID, "expr.too_long", "max=%d", EXPR_TEXT_MAX);
    if (!oq_utf8_valid(text))
        return oq_fail(OQ_INVALID, "expr.syntax", "position=%d found=%s wanted=%s", 1, "?", "text");
    expr *e = oq_new(arena, expr);
    e->arena = arena;
    e->text = oq_str_copy(arena, text);
    OQ_TRY(expr_read(e, unit_of, self));
    OQ_TRY(expr_check_units(e));
    *ret_expr = e;
    return NULL;
}

size_t expr_input_count(const expr *e)
{
    return e->inputs;
}

oq_str expr_input_key(const expr *e, size_t k)
{
    assert(k < e->inputs);
    return e->key[k];
}

oq_str expr_unit(const expr *e)
{
    return unit_text(e->arena, &e->type.unit);
}

oq_us expr_reach(const expr *e)
{
    return e->reach;
}

bool expr_uses_prev(const expr *e)
{
    return e->uses_prev;
}

bool expr_is_state(const expr *e, const bool *is_state)
{
    return expr_node_is_state(e->root, is_state);
}

/* 'out' / 'in' * 100 in %: the hundred would be applied twice. */
static oq_err *check_share(const expr *e, oq_str to, double scale)
{
    double share = fabs(expr_bare_share(e->root));
    if (fabs(scale - 1) < 1e-6 || !(fabs(share / scale - 1) < 0.005))
        return NULL;
    oq_str from = expr_unit_shown(e->arena, &e->type.unit);
    return oq_fail(OQ_INVALID, "expr.converted_twice", "number=%g from=%.*s to=%.*s", share,
                   OQ_FMT(from), OQ_FMT(to));
}

oq_err *expr_set_unit(expr *e, oq_str text)
{
    unit to;
    const expr_type *type = &e->type;
    OQ_TRY(unit_parse(text, &to));
    e->root->scale = 1;
    e->root->offset = 0;
    if (type->is_bare)
        return NULL;
    bool is_unclear = to.offset && type->sort == SORT_COMPUTED; /* 10 K more, or 10 K? */
    if (is_unclear || !unit_same_dimension(&type->unit, &to)) {
        oq_str from = expr_unit_shown(e->arena, &type->unit);
        return oq_fail(OQ_INVALID, "unit.not_convertible", "from=%.*s to=%.*s", OQ_FMT(from),
                       OQ_FMT(text));
    }
    if (type->sort == SORT_STEP)
        to.offset = 0;
    if (unit_same(&type->unit, &to))
        return NULL;
    e->root->scale = type->unit.factor / to.factor;
    e->root->offset = (type->unit.offset - to.offset) / to.factor;
    return check_share(e, text, e->root->scale);
}
