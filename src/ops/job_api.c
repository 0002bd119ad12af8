#include "audit/audit.h"
#include "http/request.h"
#include "ops/job_page.h"
#include "ops/job_view.h"

#include "base/banned.h"

static oq_err *get_jobs(http_req *rq, oq_scope *s)
{
    job_query query;
    job_list list;
    OQ_TRY(http_query(rq, &query));
    OQ_TRY(job_view_find(s, &query, &list));
    http_answer_list(rq, list.at, sizeof list.at[0], list.count, list.next);
    return NULL;
}

static oq_err *get_job(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    job *found;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(job_get(s, id, &found));
    http_answer_record(rq, 0, found);
    return NULL;
}

static oq_err *record(oq_scope *s, const char *action, const job *j)
{
    return audit_record(s, &(audit_entry){.action = action,
                                          .object_type = "job",
                                          .object_id = j->id,
                                          .object_label = j->kind});
}

oq_err *job_change(http_req *rq, oq_scope *s, oq_err *(*change)(oq_scope *s, oq_uuid id),
                   const char *action, job **ret_job)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(job_get(s, id, ret_job));
    OQ_TRY(change(s, id));
    OQ_TRY(record(s, action, *ret_job));
    return job_get(s, id, ret_job);
}

static oq_err *post_cancel(http_req *rq, oq_scope *s)
{
    job *changed;
    OQ_TRY(job_change(rq, s, job_cancel, "job.cancelled", &changed));
    http_answer_record(rq, 0, changed);
    return NULL;
}

static oq_err *post_retry(http_req *rq, oq_scope *s)
{
    job *changed;
    OQ_TRY(job_change(rq, s, job_retry, "job.retried", &changed));
    http_answer_record(rq, 0, changed);
    return NULL;
}

static oq_err *get_counts(http_req *rq, oq_scope *s)
{
    job_counts counts;
    OQ_TRY(job_view_counts(s, &counts));
    http_answer_record(rq, 0, &counts);
    return NULL;
}

const http_route job_routes[] = {
    {HTTP_GET, "/api/jobs", CAP_JOB_READ, get_jobs, .query = job_query_fields, .answer = job_fields,
     .shape = HTTP_ANSWER_LIST, .summary = "Background jobs of the tenant, newest first"},
    {HTTP_GET, "/api/jobs/counts", CAP_JOB_READ, get_counts, .answer = job_counts_fields,
     .shape = HTTP_ANSWER_RECORD, .summary = "How many wait, run and failed"},
    {HTTP_GET, "/api/jobs/{id}", CAP_JOB_READ, get_job, .answer = job_fields,
     .shape = HTTP_ANSWER_RECORD, .summary = "One job"},
    {HTTP_POST, "/api/jobs/{id}/cancel", CAP_JOB_MANAGE, post_cancel, .answer = job_fields,
     .shape = HTTP_ANSWER_RECORD, .summary = "A waiting job ends; a running one is asked to stop"},
    {HTTP_POST, "/api/jobs/{id}/retry", CAP_JOB_MANAGE, post_retry, .answer = job_fields,
     .shape = HTTP_ANSWER_RECORD, .summary = "A failed or cancelled job gets a fresh set of tries"},
    {0},
};
