/* historian/jobs.h: what the kinds of hist_job_kinds share. */
#ifndef HISTORIAN_JOBS_H
#define HISTORIAN_JOBS_H

#include "historian/fold.h"
#include "job/job.h"

oq_err *run_fold(job_run *run);
oq_err *run_correct(job_run *run);
oq_err *end_correct(oq_scope *s, const job_ended *ended);
oq_err *run_retain(job_run *run);

/* Takes out of the way what an error of the code store.broken names, in a transaction of its own;
 * the work goes on without it. Fails with the error itself when it is another one. */
OQ_CHECKED oq_err *set_aside(job_run *run, oq_err *broken);

/* Folds everything that waits, transaction after transaction. What could not be decoded was set
 * aside, and is added to *broken. */
OQ_CHECKED oq_err *fold_all(job_run *run, int64_t *broken);

#endif
