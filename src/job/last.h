/* job/last.h */
#ifndef JOB_LAST_H
#define JOB_LAST_H

#include "job/job.h"

/* job_add for whoever goes on with the transaction: the job is added just before the commit, which
 * fails if that fails. Whoever holds the queue's row and then waits for another one would stand
 * against whoever holds that one and adds a job; this way nobody waits for anything behind it, and
 * claims wait for no longer than a commit takes. Of unique orders of the same kind and key one is
 * kept, with the earlier run_at and the higher priority. Copies the order. */
OQ_CHECKED oq_err *job_add_last(oq_scope *s, const job_order *order);

#endif
