/* ai/jobs.h: what jobs run. */
#ifndef AI_JOBS_H
#define AI_JOBS_H

#include "ai/model.h"

oq_err *ai_run_score(job_run *run);
oq_err *ai_run_asset(job_run *run);
oq_err *ai_run_fit(job_run *run);
oq_err *ai_run_fit_all(job_run *run);
oq_err *ai_run_trim(job_run *run);

#endif
