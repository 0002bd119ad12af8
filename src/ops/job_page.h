/* ops/job_page.h: the queue's pages. */
#ifndef OPS_JOB_PAGE_H
#define OPS_JOB_PAGE_H

#include "http/request.h"
#include "ops/job_view.h"

/* Cancels or retries the job of the path's {id} and writes it down; the state afterwards. */
OQ_CHECKED oq_err *job_change(http_req *rq, oq_scope *s, oq_err *(*change)(oq_scope *s, oq_uuid id),
                              const char *action, job **ret_job);

extern const http_route job_page_routes[];

#endif
