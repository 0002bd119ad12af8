/* job/job.h
 *
 * Work that no request may wait for. Jobs are rows (table jobs), claimed by workers with
 * FOR UPDATE SKIP LOCKED and woken by NOTIFY; "started" is committed before the work begins, so a
 * crash shows as a start without an end, and counts as a try. A job may run twice: each kind's
 * comment says why that is harmless.
 *
 *     ready -> running -> done
 *       ^         |----> failed      (no try left, or an error that trying again cannot help)
 *       |         |----> cancelled
 *       +---------+                  (try again later: back-off doubles from 5 s to 1 h, +-20 %)
 *
 * Fairness: a worker takes the next job of the tenant that has waited longest since its last turn
 * (table job_turns), so one tenant's thousand jobs do not stand before another's one. */
#ifndef JOB_JOB_H
#define JOB_JOB_H

#include "base/base.h"
#include "db/scope.h"

typedef enum job_state { JOB_READY, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED } job_state;
extern const oq_choice job_state_choices[];

typedef enum job_lane {
    JOB_PARALLEL,   /* any number at once */
    JOB_PER_TENANT, /* one at a time in a tenant */
    JOB_PER_KEY,    /* one at a time per (tenant, key) */
} job_lane;

typedef struct job_run job_run; /* one try of one job, while it runs */

typedef struct job_kind {
    const char *name; /* "audit.trim": stored, so it never changes */
    /* Runs in a worker without a transaction of its own: it opens scopes with job_scope, in
     * slices, and asks job_checkpoint between them. */
    oq_err *(*run)(job_run *run);
    job_lane lane;
    int every_s;   /* > 0: scheduled for every active tenant, so often */
    bool is_platform; /* scheduled once, in the platform's tenant */
    int limit_s;   /* a try that takes longer is cancelled and counts */
    int tries_max; /* 0: 5 */
} job_kind;

/* All kinds, one table per module; ends with NULL; each table ends with a NULL name. */
typedef const job_kind *const job_kind_list[];

typedef struct job {
    oq_uuid id;
    oq_str kind, key;
    int state; /* job_state */
    int64_t priority, tries, tries_max;
    double progress; /* 0..1; NaN: unknown */
    oq_str progress_note;
    oq_us run_at, created_at, started_at, finished_at;
    oq_str worker;
    oq_str error_code;
    oq_str error_facts; /* JSON object, for the sentence in the reader's language */
    oq_str result;      /* JSON */
    oq_str created_by;
} job;
extern const oq_field job_fields[];

typedef struct job_order {
    const char *kind;
    oq_str payload;   /* JSON object; not given: {} */
    oq_str key;       /* of what it works on; with `is_unique` a waiting job of the same kind and
                         key is used instead of a second one */
    bool is_unique;
    oq_us run_at;     /* OQ_TIME_NONE: now */
    int64_t priority; /* higher first; 0 */
} job_order;

/* Adds a job in the scope's transaction; it runs after the commit, or never. */
OQ_CHECKED oq_err *job_add(oq_scope *s, const job_order *order, oq_uuid *ret_id);
OQ_CHECKED oq_err *job_get(oq_scope *s, oq_uuid id, job **ret_job);
/* Waiting: cancelled at once. Running: asked to stop; the next checkpoint ends it. */
OQ_CHECKED oq_err *job_cancel(oq_scope *s, oq_uuid id);
/* A failed or cancelled job gets a fresh set of tries. */
OQ_CHECKED oq_err *job_retry(oq_scope *s, oq_uuid id);

/* --- for kinds --------------------------------------------------------------------------------*/
oq_arena *job_arena(job_run *run);
oq_str job_payload(const job_run *run);
oq_uuid job_tenant(const job_run *run);
OQ_CHECKED oq_err *job_scope(job_run *run, oq_access access, oq_scope **ret_scope);
OQ_CHECKED oq_err *job_platform_scope(job_run *run, oq_access access, db_platform **ret_platform);
/* Reports progress and renews the lease. Fails with job.cancelled, job.limit (too long) or
 * job.stopping (the worker ends; the try does not count) when the work must stop here. */
OQ_CHECKED oq_err *job_checkpoint(job_run *run, double progress, oq_str note);
/* The job's result, shown on its page: JSON object. */
void job_set_result(job_run *run, oq_str json);

/* --- for `optria work` --------------------------------------------------------------------------*/
typedef struct job_runner job_runner;
typedef struct job_runner_options {
    db_pool *pool;
    const job_kind *const *kinds;
    oq_str worker;      /* name of this process: "host:pid" */
    int threads;
    oq_us lease;        /* a worker that is silent for so long has died; 60 s */
} job_runner_options;
OQ_CHECKED oq_err *job_runner_open(const job_runner_options *options, job_runner **ret_runner);
/* From the listener's thread: there is work. */
void job_runner_wake(job_runner *runner);
/* Lets running tries end within `grace_ms`, then gives them back without counting them. */
void job_runner_close(job_runner *runner, int grace_ms);

#endif
