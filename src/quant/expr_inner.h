/* quant/expr_inner.h: what the parts of expressions share. Private to them. */
#ifndef QUANT_EXPR_INNER_H
#define QUANT_EXPR_INNER_H

#include "quant/expr.h"

typedef enum expr_op {
    OP_NUMBER,
    OP_NONE,
    OP_SERIES,
    OP_NEGATE,
    OP_ADD,
    OP_SUBTRACT,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_POWER,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_GREATER,
    OP_GREATER_EQUAL,
    OP_EQUAL,
    OP_UNEQUAL,
    OP_AND,
    OP_OR,
    OP_NOT,
    OP_IF,
    OP_MIN,
    OP_MAX,
    OP_MEAN,
    OP_CLAMP,
    OP_ABS,
    OP_SQRT,
    OP_EXP,
    OP_LN,
    OP_LOG10,
    OP_ROUND,
    OP_FLOOR,
    OP_CEIL,
    OP_IN,
    OP_GOOD,
    OP_AVG,
    OP_DELTA,
    OP_RATE,
    OP_PREV
} expr_op;

typedef struct expr_node expr_node;
struct expr_node {
    expr_op op;
    size_t at;               /* where it begins in the text, in bytes */
    expr_node *first, *next; /* its arguments, as a list; its neighbour in its parent's */
    size_t count;
    double number;        /* OP_NUMBER */
    size_t input;         /* OP_SERIES */
    oq_us span;           /* OP_AVG, OP_DELTA, OP_RATE */
    oq_str unit;          /* as written: OP_NUMBER (or not given), OP_IN */
    double scale, offset; /* applied to its value on the way to its parent */
};

/* What a value is to a scale with a zero of its own (degC, barg). */
typedef enum expr_sort {
    SORT_POINT,    /* a point of it */
    SORT_ABSOLUTE, /* measured from nothing: K, bar; becomes a point by conversion */
    SORT_STEP,     /* the difference of two; never becomes one */
    SORT_COMPUTED  /* any of them: it cannot be told */
} expr_sort;

/* What is known of a value before it is computed. */
typedef struct expr_type {
    unit unit;
    expr_sort sort;
    bool is_bare; /* made of bare numbers (or none): takes the unit of what it meets */
} expr_type;

struct expr {
    oq_arena *arena;
    oq_str text;
    expr_node *root;
    expr_type type; /* of the root */
    size_t nodes, inputs;
    oq_str key[EXPR_INPUTS_MAX];
    unit input_unit[EXPR_INPUTS_MAX];
    oq_us reach;
    bool uses_prev;
};

/* Position in characters, from 1. */
size_t expr_position(oq_str text, size_t at);

/* --- tokens ------------------------------------------------------------------------------------*/
typedef enum token_kind {
    TOKEN_END,
    TOKEN_NUMBER,
    TOKEN_NAME,
    TOKEN_SERIES,
    TOKEN_UNIT,
    TOKEN_SIGN
} token_kind;
typedef struct token {
    token_kind kind;
    size_t at, len; /* in the text */
    double number;
    oq_str text; /* name, key of a series, unit; signs in their one writing: "<=" for "≤" */
} token;
/* Fails: expr.syntax. */
OQ_CHECKED oq_err *expr_token(oq_arena *arena, oq_str text, size_t at, token *ret_token);

/* --- the parts of reading ----------------------------------------------------------------------*/
OQ_CHECKED oq_err *expr_read(expr *e, expr_unit_of *unit_of, void *self);
/* Finds the unit of each node, and how values change on the way to their parents. */
OQ_CHECKED oq_err *expr_check_units(expr *e);
/* The bare numbers that the whole is multiplied by; 1 when there are none. */
double expr_bare_share(const expr_node *node);
/* A writing of any unit, for sentences. */
oq_str expr_unit_shown(oq_arena *arena, const unit *u);

/* --- evaluating --------------------------------------------------------------------------------*/
typedef struct column {
    double *value; /* NaN: none; its quality is bad then */
    quality *quality;
} column;

typedef struct grid {
    oq_arena *arena;
    const expr_input *input;
    const oq_us *time;   /* all moments, the one before the first reach among them */
    size_t count, first; /* first: of [from, to) */
    column *at_input;    /* the inputs at each moment */
    bool *is_state;      /* the inputs */
} grid;

/* Of a node: whether its value holds until the next moment, and for how long (0: no limit). */
bool expr_node_is_state(const expr_node *node, const bool *is_state);
aggregate_rule expr_node_rule(const expr_node *node, const grid *g);

static inline quality quality_worse(quality a, quality b)
{
    return b >> 30 > a >> 30 || a == QUALITY_GOOD ? b : a;
}

/* avg, delta and rate of `x` (known at all moments) at the moments from g->first on, into `out`. */
void expr_window(const grid *g, const expr_node *node, aggregate_rule rule, const column *x,
                 column *out);

#endif
