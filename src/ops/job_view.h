/* ops/job_view.h
 *
 * The queue for people and scripts: /api/jobs, /jobs. What runs, what waits, what failed and why,
 * in the reader's tenant; on the page, the platform's owner also sees the processes. */
#ifndef OPS_JOB_VIEW_H
#define OPS_JOB_VIEW_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"
#include "job/job.h"

typedef struct job_counts {
    int64_t ready, late, running, failed, done_today;
    oq_us oldest_ready; /* run_at of the longest-waiting due job; OQ_TIME_NONE: none waits */
} job_counts;
extern const oq_field job_counts_fields[];
OQ_CHECKED oq_err *job_view_counts(oq_scope *s, job_counts *ret_counts);

typedef struct job_query {
    int state; /* 0: any */
    oq_str kind, cursor;
    int64_t limit;
} job_query;
extern const oq_field job_query_fields[];
typedef struct job_list {
    job *at;
    size_t count;
    oq_str next;
} job_list;
OQ_CHECKED oq_err *job_view_find(oq_scope *s, const job_query *query, job_list *ret_list);

extern const http_route job_routes[];

#endif
