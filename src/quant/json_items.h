/* quant/json_items.h
 *
 * Items from outside as JSON, read in one pass without a tree:
 *
 *     {"samples": [item, ...]}   or   [item, ...]   or   item
 *
 * An item is an object of members that the reader names. What stands where nothing of its kind
 * belongs is told to the reader, which spoils the item, and is passed over: the others are read all
 * the same. */
#ifndef QUANT_JSON_ITEMS_H
#define QUANT_JSON_ITEMS_H

#include "base/base.h"

typedef enum json_scalar {
    JSON_IS_NULL = 1,
    JSON_IS_TRUTH, /* its text is empty where it is false */
    JSON_IS_NUMBER,
    JSON_IS_TEXT,
    JSON_IS_KEY /* only inside of what is passed over */
} json_scalar;

typedef enum json_item_flaw {
    JSON_ITEM_NOT_OBJECT = 1,
    JSON_ITEM_MEMBER_UNKNOWN, /* `name` */
    JSON_ITEM_MEMBER_TWICE
} json_item_flaw;

enum { JSON_ITEMS_LIST = 1 }; /* the member of the outermost object that holds the list */

/* What a reader gives. Members are numbered from 1, the list first; 0 is none. */
typedef struct json_items_form {
    const char *const *member; /* their names; [0] is not looked at */
    int members;               /* behind the last; 32 at most */
    int depth_max;             /* of brackets */
    const char *shape_code;    /* "event.json_shape": brackets that are none of the three forms */

    void (*begin)(void *self);
    oq_err *(*end)(void *self); /* of an item, also of a spoiled one; its error ends the reading */
    void (*spoil)(void *self, json_item_flaw flaw, int member, oq_str name);
    /* A member's value, or one in its list. */
    void (*scalar)(void *self, int member, json_scalar what, oq_str text, bool is_listed);
    bool (*lists)(void *self, int member); /* a list is what belongs there */
    /* A list or an object that is passed over begins at `at`. */
    void (*passes)(void *self, int member, bool is_object, const char *at);
    /* What is in it; `is_direct`: not in further brackets; and what ends it ends at `at`. Both
     * NULL: nobody looks. */
    void (*inner)(void *self, json_scalar what, oq_str text, bool is_direct);
    void (*passed)(void *self, const char *at);
} json_items_form;

/* `line`: of the first byte, for errors. Fails: json.malformed (facts: line, column), json.too_deep
 * (fact: max), the form's shape_code, and as `end` does. */
OQ_CHECKED oq_err *json_items_read(const json_items_form *form, void *self, oq_str text,
                                   size_t line);

#endif
