/* incident/pdf.h
 *
 * A paper of text, lists, bars and tables, in either direction: A4, with a head and a foot on each
 * page. What does not fit goes on to the next page; a table's head is repeated there. Letters are
 * shaped by pango with the program's own fonts (pdf_font.c).
 *
 * Errors (a full buffer) are kept and told by pdf_close. */
#ifndef INCIDENT_PDF_H
#define INCIDENT_PDF_H

#include "base/base.h"

typedef struct pdf pdf;

typedef struct pdf_frame {
    bool is_rtl;
    oq_str title; /* of the document */
    oq_str head;  /* on each page, at the start; and at the end: */
    oq_str head_end;
    oq_str foot;    /* the page's number stands at the end of it */
    oq_str page_of; /* "Page {page} of {pages}" */
    int pages;      /* how many there will be; 0: not known yet */
    int pages_max;  /* what goes beyond is left out */
} pdf_frame;

/* `out` NULL: nothing is kept, to count the pages. */
pdf *pdf_open(oq_arena *arena, oq_buf *out, const pdf_frame *frame);
/* Ends the paper; *ret_pages of them. Fails: report.not_drawn. */
OQ_CHECKED oq_err *pdf_close(pdf *p, int *ret_pages);

void pdf_title(pdf *p, oq_str text);
void pdf_heading(pdf *p, oq_str text);
void pdf_text(pdf *p, oq_str text);
void pdf_small(pdf *p, oq_str text);
void pdf_item(pdf *p, oq_str text); /* of a list */
void pdf_fact(pdf *p, oq_str label, oq_str value);
/* A share (0 to 1) as a bar below its label. */
void pdf_bar(pdf *p, oq_str label, oq_str value, double share, bool is_strong);
void pdf_gap(pdf *p, double points);

typedef struct pdf_column {
    oq_str label;
    double share; /* of the width; all together 1 */
} pdf_column;
enum { PDF_COLUMNS_MAX = 8 };
void pdf_table_begin(pdf *p, const pdf_column *column, size_t columns);
void pdf_row(pdf *p, const oq_str *cell);

#endif
