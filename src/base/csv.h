/* base/csv.h
 *
 * Rows of comma-separated text (RFC 4180) as spreadsheets want them: a UTF-8 byte order mark, so
 * that Arabic shows; CR LF between rows; cells quoted where they must be. A cell that a
 * spreadsheet would run as a formula (it begins with = + - @, a tab or a carriage return, blanks
 * before it or not) gets an apostrophe in front: what people typed into a form must not become a
 * program on the reader's machine. */
#ifndef OQ_CSV_H
#define OQ_CSV_H

#include "base/str.h"

typedef struct oq_csv {
    oq_buf *out;
    bool in_row;
} oq_csv;

/* Begins a file in `out`, which keeps its own ceiling (oq_buf.overflow). */
oq_csv oq_csv_to(oq_buf *out);
/* A text that is not given is an empty cell. */
void oq_csv_cell(oq_csv *csv, oq_str text);
void oq_csv_end_row(oq_csv *csv);

#endif
