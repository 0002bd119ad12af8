/* backtest/files.h
 *
 * The published data's files as a backtest reads them: tables of text (CSV, packed by gzip or not),
 * numbers in columns, small JSON objects. They are read whole: the largest has 20 MB. */
#ifndef BACKTEST_FILES_H
#define BACKTEST_FILES_H

#include <jansson.h>

#include "base/base.h"

/* A whole file. Fails: as source_text; import.file_too_large. */
OQ_CHECKED oq_err *file_text(oq_arena *arena, const char *path, oq_str *ret_text);

typedef struct file_table {
    oq_str **row; /* row[i][k]: cell k; texts are views of the file's text in the arena */
    size_t *cells;
    int64_t *line; /* of the file, from 1 */
    size_t rows; /* the first row included */
} file_table;

/* Fails: as source_text and oq_csv_next; backtest.file_empty (fact: file). */
OQ_CHECKED oq_err *file_csv(oq_arena *arena, const char *path, file_table *ret_table);
/* The same, with another separator than the comma. */
OQ_CHECKED oq_err *file_csv_by(oq_arena *arena, const char *path, char separator,
                               file_table *ret_table);
/* The column of this name. Fails: backtest.column_missing (facts: file, column). */
OQ_CHECKED oq_err *file_column(const file_table *t, const char *path, const char *name,
                               size_t *ret_column);

/* Numbers parted by blanks, a row a line. Fails: as source_text; backtest.number (facts: file,
 * line). Rows are as long as the first one: backtest.row_width (facts: file, line). */
typedef struct file_matrix {
    double *at; /* row by row */
    size_t rows, columns;
} file_matrix;
OQ_CHECKED oq_err *file_numbers(oq_arena *arena, const char *path, file_matrix *ret_matrix);
/* The same of a text; `path` is for errors. */
OQ_CHECKED oq_err *file_numbers_parse(oq_arena *arena, const char *path, oq_str text,
                                      file_matrix *ret_matrix);

/* A JSON object; lives until dropped (json_ref). Fails: as source_text; backtest.json (fact: file).
 */
typedef json_t *file_json;
static inline void file_json_drop(file_json *json)
{
    json_decref(*json);
}
OQ_CHECKED oq_err *file_object(oq_arena *arena, const char *path, file_json *ret_json);

/* Names in a folder, sorted, numbers in them by size ("issue_2" before "issue_10"); those that
 * begin with a dot are left out. Fails: import.file_unreadable. */
typedef struct file_names {
    oq_str *at;
    size_t count;
} file_names;
OQ_CHECKED oq_err *file_list(oq_arena *arena, const char *folder, file_names *ret_names);

/* "2015-01-05 06:00:00", in UTC. Fails: backtest.time (facts: file, text). */
OQ_CHECKED oq_err *file_time(const char *path, oq_str text, oq_us *ret_at);

/* "%s/..." in the arena. */
char *file_path(oq_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
