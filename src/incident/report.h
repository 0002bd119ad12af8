/* incident/report.h
 *
 * An incident as something to hand over: for those who repair (technical) and for those who decide
 * (management), as JSON in both languages, as a page to print and as PDF. It shows what its reader
 * may see, names when it was made, and carries the newest seal of the incident's file. */
#ifndef INCIDENT_REPORT_H
#define INCIDENT_REPORT_H

#include "incident/views.h"

enum { REPORT_EVENTS_MAX = 200, REPORT_PAGES_MAX = 60, REPORT_BYTES_MAX = 8 * 1024 * 1024 };

/* Sentences in the page's language. */
void report_put_management(const web_page *page, web_value *to, const char *key, const dossier *d,
                           oq_us now);
void report_put_technical(const web_page *page, web_value *to, const char *key, const dossier *d);
/* Everything that a report shows: what views.h puts, and management, technical, made_at, tenant. */
void report_put(const web_page *page, web_value *to, const dossier *d, oq_us now);

/* The report as PDF in the page's language; `view` is what report_put made. Fails:
 * report.not_drawn. */
OQ_CHECKED oq_err *report_draw(const web_page *page, const web_value *view, oq_buf *out);

oq_err *report_api_get(http_req *rq, oq_scope *s);
oq_err *report_page_get(http_req *rq, oq_scope *s);
oq_err *report_pdf_get(http_req *rq, oq_scope *s);

#endif
