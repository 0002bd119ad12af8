/* identity/identity_job.h: what this folder has to be done in the background. */
#ifndef IDENTITY_IDENTITY_JOB_H
#define IDENTITY_IDENTITY_JOB_H

#include "job/job.h"

/* Rows older than this past their end are of no use to anybody. */
#define IDENTITY_KEPT (30 * OQ_DAY)

extern const job_kind identity_job_kinds[]; /* identity.trim, identity.throttle_trim */

#endif
