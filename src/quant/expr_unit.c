/* Units of the nodes, from the leaves to the root; the rules stand in expr.c. */
#include <math.h>

#include "quant/expr_inner.h"

#include "base/banned.h"

typedef expr_type type;

/* --- saying ------------------------------------------------------------------------------------*/

oq_str expr_unit_shown(oq_arena *arena, const unit *u)
{
    oq_str text = unit_text(arena, u);
    if (text.len)
        return text;
    unit plain = *u;
    plain.factor = 1;
    plain.offset = 0;
    text = unit_text(arena, &plain);
    return oq_strf(arena, "%g %.*s", u->factor, OQ_FMT(text.len ? text : OQ_STR("?")));
}

static size_t position(const expr *e, const expr_node *node)
{
    return expr_position(e->text, node->at);
}

static oq_err *mismatch(const expr *e, const expr_node *node, const unit *left, const unit *right)
{
    oq_str l = expr_unit_shown(e->arena, left), r = expr_unit_shown(e->arena, right);
    return oq_fail(OQ_INVALID, "expr.unit_mismatch", "position=%zu left=%.*s right=%.*s",
                   position(e, node), OQ_FMT(l), OQ_FMT(r));
}

static oq_err *unfit(const expr *e, const expr_node *node, const char *what, const unit *u)
{
    oq_str text = expr_unit_shown(e->arena, u);
    return oq_fail(OQ_INVALID, "expr.unit_unfit", "position=%zu what=%s unit=%.*s",
                   position(e, node), what, OQ_FMT(text));
}

static oq_err *point_of_scale(const expr *e, const expr_node *node, const unit *u)
{
    oq_str text = expr_unit_shown(e->arena, u);
    return oq_fail(OQ_INVALID, "expr.scale_point", "position=%zu unit=%.*s", position(e, node),
                   OQ_FMT(text));
}

/* --- small questions ---------------------------------------------------------------------------*/

static bool is_ratio(const unit *u)
{
    return unit_same_dimension(u, &UNIT_ONE);
}

static const type BARE = {{.factor = 1}, SORT_STEP, true};
static const type RATIO = {{.factor = 1}, SORT_COMPUTED, false};

static type type_of_unit(unit u)
{
    return (type){u, u.offset ? SORT_POINT : SORT_ABSOLUTE, false};
}

/* The steps of a scale. */
static unit step_of(unit u)
{
    u.offset = 0;
    return u;
}

/* What `node` gives becomes, on its way to its parent, a value of `to`. Bare numbers are taken as
 * they are. */
static void convert(expr_node *node, const type *from, const unit *to, bool with_offset)
{
    if (from->is_bare)
        return;
    bool is_same = unit_same(&from->unit, to);
    node->scale = is_same ? 1 : from->unit.factor / to->factor;
    node->offset = is_same || !with_offset ? 0 : (from->unit.offset - to->offset) / to->factor;
    if (!with_offset && fabs(node->scale - 1) < 1e-12)
        node->scale = 1;
}

/* --- values that must be alike: comparisons, min, max, mean, if, clamp -------------------------*/

/* Brings the arguments from `from` on to the unit of the first that has one. */
static oq_err *make_alike(expr *e, expr_node *parent, expr_node *from, const type *types,
                          type *ret_type)
{
    const type *first = NULL;
    size_t i = 0;
    *ret_type = BARE;
    for (expr_node *a = from; a; a = a->next, i++) {
        const type *t = &types[i];
        if (t->is_bare)
            continue;
        if (!first) {
            first = t;
            *ret_type = *t;
            continue;
        }
        if (!unit_same_dimension(&t->unit, &first->unit))
            return mismatch(e, parent, &first->unit, &t->unit);
        bool has_point = t->sort == SORT_POINT || first->sort == SORT_POINT;
        bool has_other = t->sort > SORT_ABSOLUTE || first->sort > SORT_ABSOLUTE;
        if (has_point && has_other)
            return point_of_scale(e, parent, t->sort == SORT_POINT ? &t->unit : &first->unit);
        convert(a, t, &first->unit, true);
        if (ret_type->sort != t->sort && !has_point)
            ret_type->sort = SORT_COMPUTED;
    }
    return NULL;
}

/* --- sums --------------------------------------------------------------------------------------*/

/* "1 - 'efficiency'" where that is in %: one, or one per cent? */
static oq_err *check_percent(const expr *e, const expr_node *node, const type *l, const type *r)
{
    const type *other = l->is_bare ? r : l;
    const expr_node *bare = l->is_bare ? node->first : node->first->next;
    if (bare->op == OP_NONE || !is_ratio(&other->unit) || other->unit.factor == 1)
        return NULL;
    oq_str text = expr_unit_shown(e->arena, &other->unit);
    return oq_fail(OQ_INVALID, "expr.percent_unclear", "position=%zu unit=%.*s", position(e, node),
                   OQ_FMT(text));
}

static oq_err *check_sum_with_bare(const expr *e, expr_node *node, const type *l, const type *r,
                                   type *ret_type)
{
    if (l->is_bare && r->is_bare) {
        *ret_type = BARE;
        return NULL;
    }
    OQ_TRY(check_percent(e, node, l, r));
    if (node->op == OP_SUBTRACT && l->is_bare && r->sort == SORT_POINT)
        return point_of_scale(e, node, &r->unit);
    *ret_type = l->is_bare ? *r : *l;
    if (node->op == OP_SUBTRACT && l->is_bare)
        ret_type->sort = SORT_COMPUTED;
    return NULL;
}

static expr_sort sort_of_sum(const expr_node *node, const type *l, const type *r)
{
    bool is_difference = node->op == OP_SUBTRACT;
    if (l->sort == SORT_STEP && r->sort == SORT_STEP)
        return SORT_STEP;
    if (l->sort == SORT_ABSOLUTE && r->sort == SORT_STEP)
        return SORT_ABSOLUTE;
    if (l->sort == SORT_ABSOLUTE && r->sort == SORT_ABSOLUTE && is_difference)
        return node->first->next->op == OP_NUMBER ? SORT_COMPUTED : SORT_STEP;
    return SORT_COMPUTED;
}

/* A point and a step give a point; two points have a difference and no sum. */
static oq_err *check_sum(expr *e, expr_node *node, const type *types, type *ret_type)
{
    const type *l = &types[0], *r = &types[1];
    expr_node *left = node->first, *right = left->next;
    if (l->is_bare || r->is_bare)
        return check_sum_with_bare(e, node, l, r, ret_type);
    if (!unit_same_dimension(&l->unit, &r->unit))
        return mismatch(e, node, &l->unit, &r->unit);
    bool l_point = l->sort == SORT_POINT, r_point = r->sort == SORT_POINT;
    bool is_difference = node->op == OP_SUBTRACT;
    if (is_difference && r_point) {
        if (!l_point && l->sort != SORT_ABSOLUTE)
            return point_of_scale(e, node, &r->unit);
        convert(right, r, &l->unit, true);
        *ret_type = (type){step_of(l->unit), SORT_STEP, false};
        return NULL;
    }
    if (l_point && r_point)
        return point_of_scale(e, node, &l->unit);
    if (r_point) {
        convert(left, l, &r->unit, false);
        *ret_type = *r;
        return NULL;
    }
    convert(right, r, &l->unit, false);
    *ret_type = (type){l->unit, l_point ? SORT_POINT : sort_of_sum(node, l, r), false};
    return NULL;
}

/* --- products, powers --------------------------------------------------------------------------*/

static oq_err *check_product(expr *e, expr_node *node, const type *types, type *ret_type)
{
    const type *l = &types[0], *r = &types[1];
    for (int i = 0; i < 2; i++)
        if (!types[i].is_bare && types[i].sort == SORT_POINT)
            return point_of_scale(e, node, &types[i].unit);
    *ret_type = (type){UNIT_ONE, SORT_COMPUTED, l->is_bare && r->is_bare};
    bool is_fit = node->op == OP_MULTIPLY ? unit_multiply(&l->unit, &r->unit, &ret_type->unit)
                                          : unit_divide(&l->unit, &r->unit, &ret_type->unit);
    return is_fit ? NULL : unfit(e, node, node->op == OP_MULTIPLY ? "*" : "/", &r->unit);
}

static bool unit_root(const unit *u, double power, unit *ret_unit)
{
    unit result = {.factor = pow(u->factor, power)};
    for (size_t i = 0; i < UNIT_DIMENSIONS; i++) {
        double exact = u->exponent[i] * power, whole = round(exact);
        if (fabs(exact - whole) > 1e-9 || fabs(whole) > 24)
            return false;
        result.exponent[i] = (int8_t)whole;
    }
    *ret_unit = result;
    return isfinite(result.factor) && result.factor > 0;
}

/* The value of a tree of bare numbers. */
static bool constant(const expr_node *node, double *ret_value)
{
    double a = 0, b = 0;
    if (node->op == OP_NUMBER && !oq_str_given(node->unit)) {
        *ret_value = node->number;
        return true;
    }
    bool is_pair = node->op >= OP_ADD && node->op <= OP_POWER;
    if (node->op != OP_NEGATE && !is_pair)
        return false;
    if (!constant(node->first, &a) || (is_pair && !constant(node->first->next, &b)))
        return false;
    switch (node->op) {
    case OP_NEGATE:
        *ret_value = -a;
        break;
    case OP_ADD:
        *ret_value = a + b;
        break;
    case OP_SUBTRACT:
        *ret_value = a - b;
        break;
    case OP_MULTIPLY:
        *ret_value = a * b;
        break;
    case OP_DIVIDE:
        *ret_value = a / b;
        break;
    default:
        *ret_value = pow(a, b);
        break;
    }
    return true;
}

/* Of a dimensionless value: 50 % becomes 0.5. */
static oq_err *need_ratio(expr *e, expr_node *parent, expr_node *node, const type *t,
                          const char *what)
{
    if (t->is_bare)
        return NULL;
    if (!is_ratio(&t->unit))
        return unfit(e, parent, what, &t->unit);
    convert(node, t, &UNIT_ONE, false);
    return NULL;
}

static oq_err *check_power(expr *e, expr_node *node, const type *types, type *ret_type)
{
    const type *l = &types[0], *r = &types[1];
    double power = 0;
    OQ_TRY(need_ratio(e, node, node->first->next, r, "^"));
    if (l->is_bare || is_ratio(&l->unit)) {
        *ret_type = l->is_bare && r->is_bare ? BARE : RATIO;
        return need_ratio(e, node, node->first, l, "^");
    }
    if (l->sort == SORT_POINT)
        return point_of_scale(e, node, &l->unit);
    *ret_type = RATIO;
    if (!constant(node->first->next, &power) || !unit_root(&l->unit, power, &ret_type->unit))
        return unfit(e, node, "^", &l->unit);
    return NULL;
}

/* --- functions ---------------------------------------------------------------------------------*/

static oq_err *check_sqrt(expr *e, expr_node *node, const type *t, type *ret_type)
{
    *ret_type = (type){UNIT_ONE, SORT_COMPUTED, t->is_bare};
    if (t->is_bare)
        return NULL;
    if (t->sort == SORT_POINT)
        return point_of_scale(e, node, &t->unit);
    return unit_root(&t->unit, 0.5, &ret_type->unit) ? NULL : unfit(e, node, "sqrt", &t->unit);
}

/* in(x, [unit]): a bare number gets the unit; anything else is converted. */
static oq_err *check_in(expr *e, expr_node *node, const type *t, type *ret_type)
{
    unit to;
    OQ_TRY(unit_parse(node->unit, &to));
    *ret_type = type_of_unit(to);
    if (t->is_bare)
        return NULL;
    if (!unit_same_dimension(&t->unit, &to))
        return mismatch(e, node, &t->unit, &to);
    if (to.offset && t->sort > SORT_ABSOLUTE)
        return point_of_scale(e, node, &to);
    if (!to.offset && t->sort > SORT_ABSOLUTE)
        ret_type->sort = t->sort;
    convert(node->first, t, &to, true);
    return NULL;
}

static oq_err *check_same_or_negative(expr *e, expr_node *node, const type *t, type *ret_type)
{
    *ret_type = *t;
    if (!t->is_bare && t->sort == SORT_POINT)
        return point_of_scale(e, node, &t->unit);
    if (t->sort == SORT_ABSOLUTE)
        ret_type->sort = SORT_COMPUTED;
    return NULL;
}

static oq_err *check_rate(expr *e, expr_node *node, const type *t, type *ret_type)
{
    static const unit second = {.exponent = {0, 0, 1}, .factor = 1};
    unit step = step_of(t->unit);
    *ret_type = RATIO;
    return unit_divide(&step, &second, &ret_type->unit) ? NULL : unfit(e, node, "rate", &t->unit);
}

/* and, or, not, the condition of if. */
static oq_err *check_truths(expr *e, expr_node *node, const type *types, size_t count,
                            const char *what)
{
    for (size_t i = 0; i < count; i++)
        if (!types[i].is_bare && !is_ratio(&types[i].unit))
            return unfit(e, node, what, &types[i].unit);
    return NULL;
}

static oq_err *check_leaf(const expr *e, const expr_node *node, type *ret_type)
{
    unit u;
    *ret_type = BARE;
    if (node->op == OP_SERIES) {
        *ret_type = type_of_unit(e->input_unit[node->input]);
    } else if (oq_str_given(node->unit)) {
        OQ_TRY(unit_parse(node->unit, &u));
        *ret_type = type_of_unit(u);
    }
    return NULL;
}

static oq_err *check_function(expr *e, expr_node *node, const type *types, type *ret_type)
{
    const type *t = &types[0];
    switch (node->op) {
    case OP_NEGATE:
    case OP_ABS:
        return check_same_or_negative(e, node, t, ret_type);
    case OP_SQRT:
        return check_sqrt(e, node, t, ret_type);
    case OP_EXP:
    case OP_LN:
    case OP_LOG10:
        *ret_type = t->is_bare ? BARE : RATIO;
        return need_ratio(e, node, node->first, t,
                          node->op == OP_EXP ? "exp" : (node->op == OP_LN ? "ln" : "log10"));
    case OP_IN:
        return check_in(e, node, t, ret_type);
    case OP_DELTA:
        *ret_type = (type){step_of(t->unit), SORT_STEP, t->is_bare};
        return NULL;
    case OP_RATE:
        return check_rate(e, node, t, ret_type);
    case OP_GOOD:
        *ret_type = RATIO;
        return NULL;
    default:
        *ret_type = *t;
        return NULL; /* round floor ceil avg prev */
    }
}

static oq_err *check_node(expr *e, expr_node *node, const type *types, type *ret_type)
{
    type alike;
    switch (node->op) {
    case OP_NUMBER:
    case OP_NONE:
    case OP_SERIES:
        return check_leaf(e, node, ret_type);
    case OP_ADD:
    case OP_SUBTRACT:
        return check_sum(e, node, types, ret_type);
    case OP_MULTIPLY:
    case OP_DIVIDE:
        return check_product(e, node, types, ret_type);
    case OP_POWER:
        return check_power(e, node, types, ret_type);
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_GREATER:
    case OP_GREATER_EQUAL:
    case OP_EQUAL:
    case OP_UNEQUAL:
        *ret_type = RATIO;
        return make_alike(e, node, node->first, types, &alike);
    case OP_AND:
        *ret_type = RATIO;
        return check_truths(e, node, types, 2, "and");
    case OP_OR:
        *ret_type = RATIO;
        return check_truths(e, node, types, 2, "or");
    case OP_NOT:
        *ret_type = RATIO;
        return check_truths(e, node, types, 1, "not");
    case OP_IF:
        OQ_TRY(check_truths(e, node, types, 1, "if"));
        return make_alike(e, node, node->first->next, types + 1, ret_type);
    case OP_MIN:
    case OP_MAX:
    case OP_MEAN:
    case OP_CLAMP:
        return make_alike(e, node, node->first, types, ret_type);
    default:
        return check_function(e, node, types, ret_type);
    }
}

/* The tree is as deep as a sum is long: at most EXPR_NODES_MAX. */
static oq_err *check(expr *e, expr_node *node, type *ret_type)
{
    type types[32];
    size_t count = 0;
    for (expr_node *a = node->first; a; a = a->next)
        OQ_TRY(check(e, a, &types[count++]));
    return check_node(e, node, types, ret_type);
}

oq_err *expr_check_units(expr *e)
{
    return check(e, e->root, &e->type);
}

double expr_bare_share(const expr_node *node)
{
    double value;
    if (constant(node, &value))
        return value;
    const expr_node *a = node->first;
    switch (node->op) {
    case OP_NEGATE:
    case OP_CLAMP:
    case OP_ROUND:
        return expr_bare_share(a);
    case OP_MULTIPLY:
        return expr_bare_share(a) * expr_bare_share(a->next);
    case OP_DIVIDE:
        return expr_bare_share(a) / expr_bare_share(a->next);
    case OP_IF:
        return expr_bare_share(a->next->op == OP_NONE ? a->next->next : a->next);
    default:
        return 1;
    }
}
