/* base/csv.h
 *
 * Rows of comma-separated text (RFC 4180), written as spreadsheets want them and read as they come
 * from spreadsheets, historians and people. */
#ifndef OQ_CSV_H
#define OQ_CSV_H

#include "base/err.h"
#include "base/str.h"

/* --- writing ----------------------------------------------------------------------------------
 * A UTF-8 byte order mark, so that Arabic shows; CR LF between rows; cells quoted where they must
 * be. A cell that a spreadsheet would run as a formula (it begins with = + - @, a tab or a carriage
 * return, blanks before it or not, and is no number) gets an apostrophe in front: what people typed
 * into a form must not become a program on the reader's machine. */

typedef struct oq_csv {
    oq_buf *out;
    bool in_row;
} oq_csv;

/* Begins a file in `out`, which keeps its own ceiling (oq_buf.overflow). */
oq_csv oq_csv_to(oq_buf *out);
/* A text that is not given is an empty cell. */
void oq_csv_cell(oq_csv *csv, oq_str text);
void oq_csv_end_row(oq_csv *csv);

/* --- reading ----------------------------------------------------------------------------------
 * Row by row from text that may come in pieces: each call takes the next whole row off the front of
 * a text; what is left over of it stays in front of the next piece.
 *
 *     oq_csv_reader *r = oq_csv_open(&(oq_csv_options){0});
 *     while (more) {
 *         ... moves `rest` to the front of the buffer and reads on behind it ...
 *         for (bool is_row = true; is_row;) {
 *             OQ_TRY(oq_csv_next(r, &rest, is_last, &row, &is_row));
 *             ...
 *
 * Separated by comma, semicolon, tab or bar (found out from the first row); quoted cells with line
 * ends and doubled quotes; LF or CR LF; with a byte order mark or without. Bytes are not checked to
 * be UTF-8. */

typedef struct oq_csv_options {
    char separator;   /* 0: the one of , ; tab | that the first row has most of */
    size_t row_max;   /* bytes of a row; 0: OQ_CSV_ROW_MAX */
    size_t cells_max; /* of a row; 0: OQ_CSV_CELLS_MAX */
} oq_csv_options;
enum { OQ_CSV_ROW_MAX = 1024 * 1024, OQ_CSV_CELLS_MAX = 4096 };

typedef struct oq_csv_reader oq_csv_reader;
oq_csv_reader *oq_csv_open(const oq_csv_options *options);
void oq_csv_close(oq_csv_reader *r); /* accepts NULL */

typedef struct oq_csv_row {
    const oq_str *cell; /* views of the text, or of the reader until the next row where a cell has
                           doubled quotes */
    size_t count;
    int64_t line; /* where the row begins, from 1 */
} oq_csv_row;

/* Takes the next row off the front of *text. `is_last`: nothing comes behind this text.
 * *ret_is_row false: there is no whole row (left). A blank line is a row of one empty cell. Fails:
 * csv.utf16, csv.quote_open (fact: line), csv.row_too_long (facts: line, max); reading can go on
 * behind the row after csv.quote_misplaced (facts: line, column: the cell's number) and
 * csv.too_many_cells (facts: line, max). */
OQ_CHECKED oq_err *oq_csv_next(oq_csv_reader *r, oq_str *text, bool is_last, oq_csv_row *ret_row,
                               bool *ret_is_row);

/* The separator; 0 before the first row. */
char oq_csv_separator(const oq_csv_reader *r);
/* The line where the next row begins. */
int64_t oq_csv_line(const oq_csv_reader *r);

/* A cell without the apostrophe that the writer put before a formula. */
oq_str oq_csv_plain(oq_str cell);

#endif
