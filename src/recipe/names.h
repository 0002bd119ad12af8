/* recipe/names.h
 *
 * Which series a row belongs to: found by the cells that tell, in a table, so that a name is put
 * together once and not in each row. */
#ifndef RECIPE_NAMES_H
#define RECIPE_NAMES_H

#include "recipe/rows.h"

/* Rows with the same cells there. */
typedef struct row_slot {
    uint64_t hash;
    oq_str identity; /* those cells, with a unit separator between them */
    int32_t *id; /* for each column of values: which name, from 1; 0: not met yet; -1: refused */
} row_slot;

typedef struct row_names row_names;
row_names *row_names_open(oq_arena *arena, const layout *l);
void row_names_close(row_names *n); /* accepts NULL */
row_slot *row_names_find(row_names *n, const oq_str *cell);
/* Names the series of a column of values, and adds the name to the portion. A name that cannot be
 * is *ret_wrong (series.key_invalid). Fails: import.too_many_series (fact: max). */
OQ_CHECKED oq_err *row_names_add(row_names *n, rows_portion *p, row_slot *slot, size_t value,
                                 const oq_str *cell, int64_t line, oq_err **ret_wrong);

#endif
