/* historian/series_page.h
 *
 * Pages of signals: the list, one of them with its chart and its definition, several in one chart,
 * the editor with a preview of what an expression gives, and corrections. */
#ifndef HISTORIAN_SERIES_PAGE_H
#define HISTORIAN_SERIES_PAGE_H

#include "historian/chart_view.h"
#include "http/route.h"

extern const http_route series_page_routes[];

/* --- what the files of these pages share ------------------------------------------------------*/

/* An item {label value is_code note} of a list of facts; nothing without a value. */
web_value *series_add_fact(const web_page *page, web_value *list, const char *label_key,
                           oq_str value);
/* Begins a page about this series: crumbs, title, and `signal` in the view (signal_put). */
OQ_CHECKED oq_err *series_page_begin(http_req *rq, oq_scope *s, series *e, const char *template,
                                     const char *step_key, web_page *ret_page,
                                     hist_signal *ret_signal);

/* Members corrections and has_corrections (correct_page.c). */
OQ_CHECKED oq_err *series_put_corrections(const web_page *page, oq_scope *s, const series *e);

oq_err *series_page_list(http_req *rq, oq_scope *s);
oq_err *series_page_compare(http_req *rq, oq_scope *s);
oq_err *series_page_one(http_req *rq, oq_scope *s);
oq_err *series_page_new(http_req *rq, oq_scope *s);
oq_err *series_page_post_new(http_req *rq, oq_scope *s);
oq_err *series_page_edit(http_req *rq, oq_scope *s);
oq_err *series_page_post_edit(http_req *rq, oq_scope *s);
oq_err *series_page_correct(http_req *rq, oq_scope *s);
oq_err *series_page_post_correct(http_req *rq, oq_scope *s);
extern const oq_field series_list_page_fields[], series_compare_fields[], series_view_fields[],
    series_new_fields[], series_form_fields[], correct_form_fields[];

#endif
