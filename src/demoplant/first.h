/* demoplant/first.h: what a demo asks for once its history is there, so that its pages have
 * something to show: scores, models, a plan. Each is asked for once. */
#ifndef DEMOPLANT_FIRST_H
#define DEMOPLANT_FIRST_H

#include "db/scope.h"
#include "job/job.h"

/* It adds jobs: it comes last in its transaction. */
OQ_CHECKED oq_err *demo_score_first(oq_scope *s);
/* When models and scores are there; in a transaction of its own. */
OQ_CHECKED oq_err *demo_plan_first(job_run *run);

#endif
