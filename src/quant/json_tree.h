/* quant/json_tree.h
 *
 * A JSON text as a tree whose every value knows its line and column, for texts that people write by
 * hand and that are checked deeper than a field table can (conditions, causal rules). */
#ifndef QUANT_JSON_TREE_H
#define QUANT_JSON_TREE_H

#include "base/base.h"

typedef enum json_type {
    JSON_NODE_NULL = 1,
    JSON_NODE_BOOL,
    JSON_NODE_NUMBER,
    JSON_NODE_TEXT,
    JSON_NODE_LIST,
    JSON_NODE_OBJECT
} json_type;

typedef struct json_node json_node;
struct json_node {
    json_type type;
    int line, column; /* where the value begins, from 1; columns count bytes */
    oq_str name;      /* of a member */
    oq_str text;      /* of a text; of every other value the bytes that it was written as */
    double number;
    bool truth;
    size_t count; /* items or members */
    const json_node *child, *next;
};

/* Strict RFC 8259; a name twice in an object is malformed. Fails: json.malformed (facts: line,
 * column), json.too_deep (fact: max), json.number_too_large (facts: line, column). */
OQ_CHECKED oq_err *json_tree_parse(oq_arena *arena, oq_str json, size_t depth_max,
                                   const json_node **ret_root);

/* A member of an object; NULL: it has none of that name. */
const json_node *json_tree_member(const json_node *object, const char *name);
/* The same of one type, of what may be no object or NULL; NULL: there is none. */
const json_node *json_tree_typed(const json_node *object, const char *name, json_type type);
/* Values of members; NaN, not given, false: there is none of this type. */
double json_tree_number(const json_node *object, const char *name);
oq_str json_tree_text(const json_node *object, const char *name);
bool json_tree_truth(const json_node *object, const char *name);

#endif
