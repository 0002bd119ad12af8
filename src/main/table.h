/* main/table.h
 *
 * Rows for a terminal, in columns as wide as their widest cell. Widths are counted in characters:
 * good for Latin and Arabic. */
#ifndef MAIN_TABLE_H
#define MAIN_TABLE_H

#include "base/base.h"

enum { TABLE_COLUMNS_MAX = 8 };

typedef struct table {
    oq_arena *arena;
    size_t columns, rows, room;
    oq_str *cell; /* row by row; views */
} table;

table table_make(oq_arena *arena, size_t columns);
/* Adds a row of `columns` cells; the texts must live as long as the table. */
void table_add(table *t, const oq_str *cells);
#define TABLE_ADD(t, ...) table_add((t), (const oq_str[]){__VA_ARGS__})
/* All rows, each behind `indent` blanks and without blanks at its end. */
void table_write(const table *t, int indent, oq_buf *out);

#endif
