/* optimize/json_read.h
 *
 * Members of a JSON tree that the program wrote itself. What is null, or not there, is "not given";
 * what has another type than it was written with marks the reader as broken, and is asked once. */
#ifndef OPTIMIZE_JSON_READ_H
#define OPTIMIZE_JSON_READ_H

#include "quant/json_tree.h"

typedef struct json_reader {
    oq_arena *arena;
    bool is_broken;
} json_reader;

int64_t json_read_i64(json_reader *r, const json_node *of, const char *name); /* null: 0 */
double json_read_f64(json_reader *r, const json_node *of, const char *name);  /* null: NaN */
bool json_read_bool(json_reader *r, const json_node *of, const char *name);
oq_str json_read_text(json_reader *r, const json_node *of, const char *name);
oq_uuid json_read_uuid(json_reader *r, const json_node *of, const char *name);
/* NULL, and a count of 0: null. */
int64_t *json_read_i64s(json_reader *r, const json_node *of, const char *name, size_t *ret_count);
/* The list; NULL: none. Of NULL there are no items. */
const json_node *json_read_list(json_reader *r, const json_node *of, const char *name);
const json_node *json_read_first(const json_node *list);
size_t json_read_count(const json_node *list);
oq_uuid json_uuid(json_reader *r, const json_node *node);

#endif
