/* recipe/rows.h
 *
 * From a file to rows of samples, a portion at a time. Knows no database: series are numbered in
 * the order in which they are met, and what they are called comes with the portion that has their
 * first sample. */
#ifndef RECIPE_ROWS_H
#define RECIPE_ROWS_H

#include "base/lang.h"
#include "quant/batch.h"
#include "recipe/layout.h"

enum {
    ROWS_PORTION = 250 * 1000,    /* samples, and what is left of the last line */
    ROWS_SERIES_MAX = 200 * 1000, /* of one file */
    ROWS_CELL_SHOWN = 60          /* bytes of a cell that a refusal shows */
};

/* A series that was met for the first time. */
typedef struct rows_name {
    oq_str key, asset_code, metric;
    oq_str unit; /* not given: not said */
    double scale, offset;
    bool is_state;
    int64_t line; /* of its first sample */
    oq_str column;
} rows_name;

/* A line, or a cell of it, that cannot be read. */
typedef struct rows_refusal {
    int64_t line;
    oq_str column, value; /* not given: the whole line */
    const char *code;
    oq_str reason; /* the sentence, in the reader's language */
} rows_refusal;

typedef struct rows_portion {
    oq_arena *arena; /* of its texts; emptied with it */
    batch_row *row;  /* series_no: which name, from 1, in the order of all names so far */
    size_t count;
    rows_name *name;
    size_t names, names_room;
    rows_refusal *refusal;
    size_t refusals;
    int64_t refused; /* also those that were too many to be kept */
    int64_t empty;   /* cells without a value */
    int64_t lines;
    int64_t offset, line; /* where the next portion begins: in the unpacked text, and its line */
    double share;         /* of the file that was read, 0..1 */
    bool is_last;
} rows_portion;

typedef struct rows_options {
    const char *path;
    layout_order order;
    oq_str zone;    /* when the order says none */
    oq_lang lang;   /* of refusals */
    oq_us latest;   /* a later time is refused */
    int64_t offset; /* go on here (rows_portion.offset, .line), or 0 */
    int64_t line;
} rows_options;

typedef struct row_reader row_reader;
/* Reads the first row and holds the mapping against it. Fails as source_open, layout_make,
 * moment_format_make and oq_csv_next do, and: import.empty (fact: file). */
OQ_CHECKED oq_err *rows_open(const rows_options *options, row_reader **ret_rows);
void rows_close(row_reader *r); /* accepts NULL */
const layout *rows_layout(const row_reader *r);

/* Room for a portion of a file with so many columns of values. */
void rows_portion_open(rows_portion *p, size_t values);
void rows_portion_close(rows_portion *p);
/* The next lines. Fails as source_read and oq_csv_next do where reading cannot go on, and:
 * import.too_many_series (fact: max). */
OQ_CHECKED oq_err *rows_next(row_reader *r, rows_portion *p);

#endif
