/* From text to a tree, by recursive descent; the grammar stands in expr.c. */
#include "quant/expr_inner.h"

#include "base/banned.h"

typedef struct parser {
    expr *e;
    token now;
    int depth;
    const char *window; /* the function over the time behind that it is in, or NULL */
    expr_unit_of *unit_of;
    void *self;
} parser;

/* --- tokens ------------------------------------------------------------------------------------*/

static oq_err *step(parser *p)
{
    return expr_token(p->e->arena, p->e->text, p->now.at + p->now.len, &p->now);
}

static size_t position(const parser *p, size_t at)
{
    return expr_position(p->e->text, at);
}

enum { FOUND_MAX = 24 };

/* What stands here, at most a few characters of it. */
static oq_err *wrong(const parser *p, const char *wanted)
{
    oq_str rest = oq_str_sub(p->e->text, p->now.at, p->now.len), cut = rest;
    uint32_t code;
    for (int i = 0; i < FOUND_MAX && oq_utf8_next(&cut, &code); i++)
        ;
    oq_str found = p->now.kind == TOKEN_END ? OQ_STR("…") : oq_str_sub(rest, 0, rest.len - cut.len);
    return oq_fail(OQ_INVALID, "expr.syntax", "position=%zu found=%.*s wanted=%s",
                   position(p, p->now.at), OQ_FMT(found), wanted);
}

static bool is_sign(const parser *p, const char *sign)
{
    return p->now.kind == TOKEN_SIGN && oq_str_eq(p->now.text, oq_cstr(sign));
}

static bool is_name(const parser *p, const char *name)
{
    return p->now.kind == TOKEN_NAME && oq_str_eq_ascii_nocase(p->now.text, oq_cstr(name));
}

static oq_err *take_sign(parser *p, const char *sign)
{
    return is_sign(p, sign) ? step(p) : wrong(p, sign);
}

/* --- nodes -------------------------------------------------------------------------------------*/

static oq_err *add_node(parser *p, expr_op op, size_t at, expr_node **ret_node)
{
    if (++p->e->nodes > EXPR_NODES_MAX)
        return oq_fail(OQ_INVALID, "expr.too_large", "max=%d", EXPR_NODES_MAX);
    expr_node *node = oq_new(p->e->arena, expr_node);
    *node = (expr_node){.op = op, .at = at, .scale = 1};
    *ret_node = node;
    return NULL;
}

static void add_argument(expr_node *node, expr_node *argument)
{
    expr_node **end = &node->first;
    while (*end)
        end = &(*end)->next;
    *end = argument;
    node->count++;
}

static oq_err *add_pair(parser *p, expr_op op, size_t at, expr_node *left, expr_node *right,
                        expr_node **ret_node)
{
    expr_node *node;
    OQ_TRY(add_node(p, op, at, &node));
    add_argument(node, left);
    add_argument(node, right);
    *ret_node = node;
    return NULL;
}

static oq_err *enter(parser *p)
{
    if (++p->depth > EXPR_DEPTH_MAX)
        return oq_fail(OQ_INVALID, "expr.too_deep", "max=%d", EXPR_DEPTH_MAX);
    return NULL;
}

static oq_err *read_whole(parser *p, expr_node **ret_node);

/* --- values ------------------------------------------------------------------------------------*/

static oq_err *read_number(parser *p, expr_node **ret_node)
{
    OQ_TRY(add_node(p, OP_NUMBER, p->now.at, ret_node));
    (*ret_node)->number = p->now.number;
    OQ_TRY(step(p));
    if (p->now.kind == TOKEN_UNIT) {
        (*ret_node)->unit = p->now.text;
        OQ_TRY(step(p));
    }
    return NULL;
}

static oq_err *read_series(parser *p, expr_node **ret_node)
{
    expr *e = p->e;
    OQ_TRY(add_node(p, OP_SERIES, p->now.at, ret_node));
    size_t k = 0;
    while (k < e->inputs && !oq_str_eq(e->key[k], p->now.text))
        k++;
    if (k == EXPR_INPUTS_MAX)
        return oq_fail(OQ_INVALID, "expr.too_many_inputs", "max=%d", EXPR_INPUTS_MAX);
    if (k == e->inputs) {
        oq_str unit_text = OQ_NONE;
        e->key[k] = p->now.text;
        OQ_TRY(p->unit_of(p->self, p->now.text, &unit_text));
        OQ_TRY(unit_parse(unit_text, &e->input_unit[k]));
        e->inputs++;
    }
    (*ret_node)->input = k;
    return step(p);
}

/* --- functions ---------------------------------------------------------------------------------*/

typedef struct function {
    const char *name;
    expr_op op;
    size_t least, most;
    bool looks_behind;
} function;

static const function functions[] = {
    {"if", OP_IF, 3, 3},           {"min", OP_MIN, 2, 32},          {"max", OP_MAX, 2, 32},
    {"mean", OP_MEAN, 2, 32},      {"clamp", OP_CLAMP, 3, 3},       {"abs", OP_ABS, 1, 1},
    {"sqrt", OP_SQRT, 1, 1},       {"exp", OP_EXP, 1, 1},           {"ln", OP_LN, 1, 1},
    {"log10", OP_LOG10, 1, 1},     {"round", OP_ROUND, 1, 1},       {"floor", OP_FLOOR, 1, 1},
    {"ceil", OP_CEIL, 1, 1},       {"good", OP_GOOD, 1, 1},         {"in", OP_IN, 1, 1},
    {"avg", OP_AVG, 1, 1, true},   {"delta", OP_DELTA, 1, 1, true}, {"rate", OP_RATE, 1, 1, true},
    {"prev", OP_PREV, 1, 1, true},
};

static const function *function_find(oq_str name)
{
    for (size_t i = 0; i < OQ_COUNT(functions); i++)
        if (oq_str_eq_ascii_nocase(name, oq_cstr(functions[i].name)))
            return &functions[i];
    return NULL;
}

/* "10 min", "1 h", "30 s", "7 d". */
static oq_err *read_span(parser *p, oq_us *ret_span)
{
    static const struct {
        const char *name;
        oq_us length;
    } words[] = {{"s", OQ_SECOND}, {"min", OQ_MINUTE}, {"h", OQ_HOUR}, {"d", OQ_DAY}};
    if (p->now.kind != TOKEN_NUMBER)
        return wrong(p, "expr_span");
    double number = p->now.number;
    size_t at = p->now.at;
    OQ_TRY(step(p));
    for (size_t i = 0; i < OQ_COUNT(words); i++) {
        if (!is_name(p, words[i].name))
            continue;
        double length = number * (double)words[i].length;
        if (!(length >= 1000 && length <= (double)EXPR_REACH_MAX))
            return oq_fail(OQ_INVALID, "expr.window_invalid", "position=%zu max_days=%d",
                           position(p, at), (int)(EXPR_REACH_MAX / OQ_DAY));
        *ret_span = (oq_us)length;
        return step(p);
    }
    return wrong(p, "expr_span");
}

/* What follows the values of some functions: a unit, a span. */
static oq_err *read_last_argument(parser *p, expr_node *node)
{
    if (node->op == OP_IN) {
        OQ_TRY(take_sign(p, ","));
        if (p->now.kind != TOKEN_UNIT)
            return wrong(p, "expr_unit");
        node->unit = p->now.text;
        return step(p);
    }
    if (node->op == OP_AVG || node->op == OP_DELTA || node->op == OP_RATE) {
        OQ_TRY(take_sign(p, ","));
        OQ_TRY(read_span(p, &node->span));
        if (node->span > p->e->reach)
            p->e->reach = node->span;
    }
    return NULL;
}

static oq_err *read_arguments(parser *p, const function *f, expr_node *node)
{
    do {
        expr_node *argument;
        OQ_TRY(read_whole(p, &argument));
        add_argument(node, argument);
        if (node->count == f->most || !is_sign(p, ","))
            break;
        OQ_TRY(step(p));
    } while (true);
    bool has_more = is_sign(p, ",") && f->op != OP_IN && !f->looks_behind;
    if (node->count < f->least || has_more)
        return oq_fail(OQ_INVALID, "expr.argument_count", "position=%zu name=%s count=%zu",
                       position(p, node->at), f->name, f->least);
    return NULL;
}

static oq_err *read_call(parser *p, expr_node **ret_node)
{
    const function *f = function_find(p->now.text);
    size_t at = p->now.at;
    if (!f)
        return oq_fail(OQ_INVALID, "expr.function_unknown", "position=%zu name=%.*s",
                       position(p, at), OQ_FMT(p->now.text));
    const char *outer = p->window;
    if (f->looks_behind && outer)
        return oq_fail(OQ_INVALID, "expr.nested", "position=%zu name=%s outer=%s", position(p, at),
                       f->name, outer);
    p->window = f->looks_behind ? f->name : outer;
    p->e->uses_prev |= f->op == OP_PREV;
    OQ_TRY(add_node(p, f->op, at, ret_node));
    OQ_TRY(step(p));
    OQ_TRY(take_sign(p, "("));
    OQ_TRY(read_arguments(p, f, *ret_node));
    OQ_TRY(read_last_argument(p, *ret_node));
    p->window = outer;
    return take_sign(p, ")");
}

/* --- from the strongest binding to the weakest -------------------------------------------------*/

static oq_err *read_primary(parser *p, expr_node **ret_node)
{
    switch (p->now.kind) {
    case TOKEN_NUMBER:
        return read_number(p, ret_node);
    case TOKEN_SERIES:
        return read_series(p, ret_node);
    case TOKEN_NAME:
        if (!is_name(p, "none"))
            return read_call(p, ret_node);
        OQ_TRY(add_node(p, OP_NONE, p->now.at, ret_node));
        return step(p);
    default:
        break;
    }
    if (!is_sign(p, "("))
        return wrong(p, "expr_value");
    OQ_TRY(step(p));
    OQ_TRY(read_whole(p, ret_node));
    return take_sign(p, ")");
}

static oq_err *read_unary(parser *p, expr_node **ret_node);

static oq_err *read_power(parser *p, expr_node **ret_node)
{
    expr_node *left, *right;
    OQ_TRY(read_primary(p, &left));
    if (!is_sign(p, "^")) {
        *ret_node = left;
        return NULL;
    }
    size_t at = p->now.at;
    OQ_TRY(step(p));
    OQ_TRY(read_unary(p, &right));
    return add_pair(p, OP_POWER, at, left, right, ret_node);
}

/* Depth is counted here, because each way back to the beginning leads through here. */
static oq_err *read_unary(parser *p, expr_node **ret_node)
{
    OQ_TRY(enter(p));
    size_t at = p->now.at;
    if (is_sign(p, "+")) {
        OQ_TRY(step(p));
        OQ_TRY(read_unary(p, ret_node));
    } else if (is_sign(p, "-")) {
        expr_node *argument;
        OQ_TRY(step(p));
        OQ_TRY(read_unary(p, &argument));
        OQ_TRY(add_node(p, OP_NEGATE, at, ret_node));
        add_argument(*ret_node, argument);
    } else {
        OQ_TRY(read_power(p, ret_node));
    }
    p->depth--;
    return NULL;
}

typedef struct operation {
    const char *sign;
    expr_op op;
} operation;

static const operation *operation_find(const parser *p, const operation *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_sign(p, list[i].sign) || is_name(p, list[i].sign))
            return &list[i];
    return NULL;
}

typedef oq_err *reader(parser *p, expr_node **ret_node);

/* One level of operations that are read from left to right. */
static oq_err *read_chain(parser *p, reader *operand, const operation *list, size_t count,
                          expr_node **ret_node)
{
    expr_node *left;
    OQ_TRY(operand(p, &left));
    for (const operation *o; (o = operation_find(p, list, count)) != NULL;) {
        expr_node *right;
        size_t at = p->now.at;
        OQ_TRY(step(p));
        OQ_TRY(operand(p, &right));
        OQ_TRY(add_pair(p, o->op, at, left, right, &left));
    }
    *ret_node = left;
    return NULL;
}

static oq_err *read_product(parser *p, expr_node **ret_node)
{
    static const operation list[] = {{"*", OP_MULTIPLY}, {"/", OP_DIVIDE}};
    return read_chain(p, read_unary, list, OQ_COUNT(list), ret_node);
}

static oq_err *read_sum(parser *p, expr_node **ret_node)
{
    static const operation list[] = {{"+", OP_ADD}, {"-", OP_SUBTRACT}};
    return read_chain(p, read_product, list, OQ_COUNT(list), ret_node);
}

/* "1 < x < 5" is not read: it would not mean what it says. */
static oq_err *read_comparison(parser *p, expr_node **ret_node)
{
    static const operation list[] = {{"<", OP_LESS},    {"<=", OP_LESS_EQUAL},
                                     {">", OP_GREATER}, {">=", OP_GREATER_EQUAL},
                                     {"=", OP_EQUAL},   {"!=", OP_UNEQUAL}};
    expr_node *left, *right;
    OQ_TRY(read_sum(p, &left));
    const operation *o = operation_find(p, list, OQ_COUNT(list));
    if (!o) {
        *ret_node = left;
        return NULL;
    }
    size_t at = p->now.at;
    OQ_TRY(step(p));
    OQ_TRY(read_sum(p, &right));
    if (operation_find(p, list, OQ_COUNT(list)))
        return wrong(p, "expr_one_comparison");
    return add_pair(p, o->op, at, left, right, ret_node);
}

static oq_err *read_not(parser *p, expr_node **ret_node)
{
    if (!is_name(p, "not"))
        return read_comparison(p, ret_node);
    expr_node *argument;
    size_t at = p->now.at;
    OQ_TRY(enter(p));
    OQ_TRY(step(p));
    OQ_TRY(read_not(p, &argument));
    p->depth--;
    OQ_TRY(add_node(p, OP_NOT, at, ret_node));
    add_argument(*ret_node, argument);
    return NULL;
}

static oq_err *read_and(parser *p, expr_node **ret_node)
{
    static const operation list[] = {{"and", OP_AND}};
    return read_chain(p, read_not, list, OQ_COUNT(list), ret_node);
}

static oq_err *read_whole(parser *p, expr_node **ret_node)
{
    static const operation list[] = {{"or", OP_OR}};
    return read_chain(p, read_and, list, OQ_COUNT(list), ret_node);
}

oq_err *expr_read(expr *e, expr_unit_of *unit_of, void *self)
{
    parser p = {.e = e, .unit_of = unit_of, .self = self};
    OQ_TRY(step(&p));
    OQ_TRY(read_whole(&p, &e->root));
    if (p.now.kind != TOKEN_END)
        return wrong(&p, "expr_operator");
    return e->inputs ? NULL : oq_fail(OQ_INVALID, "expr.no_input");
}
