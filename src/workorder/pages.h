/* workorder/pages.h
 *
 * What the pages of orders share. */
#ifndef WORKORDER_PAGES_H
#define WORKORDER_PAGES_H

#include "http/request.h"
#include "web/page.h"
#include "workorder/list.h"
#include "workorder/work.h"

/* In the page's language, else in the other one. */
oq_str work_text(oq_lang lang, oq_str text, oq_str text_ar);
/* "/work-orders/<id>". */
oq_str work_path(oq_arena *arena, oq_uuid id);
/* Objects status_badge and priority_badge. */
void work_put_badges(const web_page *page, web_value *to, int status, int priority);
/* Members due (a text) and is_late. */
void work_put_due(const web_page *page, web_value *to, int status, oq_us due_at, oq_us now);
/* Members that a card and a row have: href number title asset assigned due ... */
void work_put_row(const web_page *page, web_value *to, const work_order_row *row, oq_us now);

/* Options of sites (list "sites", and has_sites) and of people who may work ("people"). */
OQ_CHECKED oq_err *work_put_sites(const web_page *page, oq_scope *s, oq_uuid selected);
OQ_CHECKED oq_err *work_put_people(const web_page *page, oq_scope *s, oq_uuid selected);

/* Buttons of what may become of an order now: a list "moves" of {to label primary}. Those that ask
 * for more (done, closed, cancelled, refused) are the page's own. */
void work_put_moves(const web_page *page, web_value *to, const oq_scope *s,
                    const work_order *order);

/* What the button of a move says. */
oq_str work_move_label(const web_page *page, int from, int to);

/* The page of an order; `err` not NULL: with what went wrong. */
OQ_CHECKED oq_err *work_show(http_req *rq, oq_scope *s, oq_uuid id, const oq_err *err);

oq_err *work_page_list(http_req *rq, oq_scope *s);
oq_err *work_page_file(http_req *rq, oq_scope *s);
oq_err *work_page_board(http_req *rq, oq_scope *s);
oq_err *work_page_new(http_req *rq, oq_scope *s);
oq_err *work_page_add(http_req *rq, oq_scope *s);
oq_err *work_page_one(http_req *rq, oq_scope *s);
oq_err *work_page_edit(http_req *rq, oq_scope *s);
oq_err *work_page_change(http_req *rq, oq_scope *s);
extern const oq_field work_board_query_fields[];
extern const oq_field work_new_query_fields[];
extern const oq_field work_new_form_fields[];
extern const oq_field work_edit_form_fields[];

#endif
