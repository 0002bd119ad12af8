/* base/xlsx.h
 *
 * One sheet as a workbook that spreadsheets open (Office Open XML): texts, numbers and moments,
 * each as what it is. The first row is the head: bold, it stays in sight, and every column filters
 * by it. A text is a text, whatever it begins with: nothing of it runs. */
#ifndef OQ_XLSX_H
#define OQ_XLSX_H

#include "base/str.h"
#include "base/time.h"

enum { OQ_XLSX_TEXT_MAX = 32767 }; /* characters of a cell; a longer text is cut */

typedef struct oq_xlsx {
    oq_buf rows;
    size_t columns, row_count, cells; /* cells: of the row that is being written */
} oq_xlsx;

/* A sheet of at most so many bytes before it is packed. Drop it. */
oq_xlsx oq_xlsx_make(size_t max);
void oq_xlsx_drop(oq_xlsx *x);

/* What is not given is an empty cell. Of a text what XML cannot hold is left out. */
void oq_xlsx_text(oq_xlsx *x, oq_str text);
void oq_xlsx_number(oq_xlsx *x, double value);
void oq_xlsx_time(oq_xlsx *x, oq_us at); /* shown as it is: hand in local time for local time */
void oq_xlsx_end_row(oq_xlsx *x);

/* The workbook. `name` of its sheet: 31 characters at most, none of []:*?/\ . False: it passed a
 * ceiling, its own or that of `out`. */
bool oq_xlsx_write(const oq_xlsx *x, oq_str name, bool is_right_to_left, oq_buf *out);

#endif
