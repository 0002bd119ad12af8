/* tenant/retention.h
 *
 * What has had its time is deleted by jobs: in slices, each a transaction of its own, so that no
 * lock lasts and a stop loses one slice at most. */
#ifndef TENANT_RETENTION_H
#define TENANT_RETENTION_H

#include "job/job.h"
#include "tenant/settings.h"

/* Deletes one slice of what is older; returns how many rows. */
typedef oq_err *retention_slice(oq_scope *s, oq_us older_than, size_t *ret_count);

/* Slice after slice, as long as each is full (`full` rows). */
OQ_CHECKED oq_err *retention_run(job_run *run, retention_slice *slice, size_t full,
                                 oq_us older_than);

/* The settings of the run's tenant, and the time now. */
OQ_CHECKED oq_err *retention_settings(job_run *run, tenant_settings **ret_settings, oq_us *ret_now);

extern const job_kind tenant_job_kinds[]; /* audit.trim */

#endif
