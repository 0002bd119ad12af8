/* workorder/page_why.h
 *
 * JSON that an order carries, in words: why this person, and what it rests on. */
#ifndef WORKORDER_PAGE_WHY_H
#define WORKORDER_PAGE_WHY_H

#include "web/page.h"
#include "workorder/work_order.h"

/* Members why (a sentence), why_detail, and a list "passed" of {name why}. */
OQ_CHECKED oq_err *work_put_why(const web_page *page, const work_order *order);
/* A list "evidence" of {label href}. */
OQ_CHECKED oq_err *work_put_evidence(const web_page *page, const work_order *order);

#endif
