/* job/job.h
 *
 * Work that no request may wait for. Jobs are rows (table jobs), claimed by workers with
 * FOR UPDATE SKIP LOCKED and woken by NOTIFY on the channel "optria_job"; "started" is committed
 * before the work begins, so a crash shows as a start without an end, and counts as a try. A job
 * may run twice: each kind's comment says why that is harmless.
 *
 *     ready -> running -> done
 *       ^         |----> failed      (no try left, or an error that trying again cannot help)
 *       |         |----> cancelled
 *       +---------+                  (try again later: back-off doubles from 5 s to 1 h, +-20 %)
 *
 * Fairness: a worker takes the next job of the tenant that has waited longest since its last turn
 * (table job_turns), so one tenant's thousand jobs do not stand before another's one. Within a
 * tenant: the higher priority, then the earlier run_at. Jobs of a suspended tenant wait. */
#ifndef JOB_JOB_H
#define JOB_JOB_H

#include "base/base.h"
#include "db/scope.h"

typedef enum job_state {
    JOB_READY = 1,
    JOB_RUNNING,
    JOB_DONE,
    JOB_FAILED,
    JOB_CANCELLED
} job_state;
extern const oq_choice job_state_choices[];

typedef enum job_lane {
    JOB_PARALLEL,   /* any number at once */
    JOB_PER_TENANT, /* one at a time of this kind in a tenant */
    JOB_PER_KEY,    /* one at a time of this kind per (tenant, key) */
} job_lane;

typedef struct job_run job_run; /* one try of one job, while it runs */

/* A job that is over without having done its work: no try left, an error that trying again cannot
 * help, or cancelled. */
typedef struct job_ended {
    oq_uuid id;
    int state; /* JOB_FAILED or JOB_CANCELLED */
    oq_str kind, key, payload;
    oq_str error_code;  /* of the last try that failed; a cancelled job may have none */
    oq_str error_facts; /* JSON, or not given */
} job_ended;

enum { JOB_TRIES_MAX = 5, JOB_LIMIT_S = 3600, JOB_KEY_MAX = 200, JOB_RESULT_MAX = 64 * 1024 };

typedef struct job_kind {
    const char *name; /* "audit.trim": stored, so it never changes */
    /* Runs in a worker without a transaction of its own: it opens scopes with job_scope, in
     * slices, and asks job_checkpoint between them. An error that oq_err_retries leads to another
     * try, any other one ends the job. */
    oq_err *(*run)(job_run *run);
    /* What somebody waits for and now will not come: the kind writes it down where they look for it
     * ("failed, because ..."). Called once per such end, wherever it comes from (a try, a worker
     * that died, a person who cancels before the start), in the transaction that ends the job; so
     * it is short, and fails only where the database does. Whoever cancels is the scope's actor,
     * else the worker. A retry may follow: then `run` finds what was written here. NULL: nobody
     * waits. */
    oq_err *(*on_end)(oq_scope *s, const job_ended *ended);
    job_lane lane;
    int every_s;     /* > 0: scheduled for every active tenant, so often. While one waits, no second
                        one is added. The first comes within one period, each tenant at its own
                        moment, so that a thousand tenants do not start together */
    bool is_routine; /* runs every few seconds: one that ends well leaves no row and no line in the
                        log but at debug, so that what failed can be found */
    bool is_platform; /* scheduled once, in the platform's tenant; may open job_platform_scope */
    int limit_s;      /* a try that takes longer is cancelled and counts; 0: JOB_LIMIT_S */
    int tries_max;    /* 0: JOB_TRIES_MAX */
} job_kind;

/* All kinds, one table per module; ends with NULL; each table ends with a NULL name. */
typedef const job_kind *const job_kind_list[];

/* Once at start of a process that cancels jobs: the kinds whose on_end job_cancel calls. A worker
 * knows them by job_runner_open. */
void job_use_kinds(const job_kind *const *kinds);

/* job.trim: deletes what finished longer ago than the tenant keeps it. */
extern const job_kind job_own_kinds[];

typedef struct job {
    oq_uuid id;
    oq_str kind, key;
    int state; /* job_state */
    int64_t priority, tries, tries_max;
    double progress; /* 0..1; NaN: unknown */
    oq_str progress_note;
    oq_us run_at, created_at, started_at, finished_at;
    oq_str worker;
    oq_str error_code; /* of the last try that failed; a job that waits for its next may have one */
    oq_str error_facts; /* JSON object, for the sentence in the reader's language */
    oq_str result;      /* JSON */
    oq_str created_by;
} job;
extern const oq_field job_fields[];

typedef struct job_order {
    const char *kind;
    oq_str payload; /* JSON object; not given: {} */
    oq_str key;     /* of what it works on; with `is_unique` a waiting job of the same kind and
                       key is used instead of a second one: it keeps its payload, and gets the
                       earlier run_at and the higher priority of the two */
    bool is_unique;
    oq_us run_at;     /* OQ_TIME_NONE: now */
    int64_t priority; /* higher first; 0 */
} job_order;

/* Adds a job in the scope's transaction; it runs after the commit, or never. Other units of work
 * that add jobs in this tenant wait for the commit, so it comes last in a transaction. `ret_id` may
 * be NULL. */
OQ_CHECKED oq_err *job_add(oq_scope *s, const job_order *order, oq_uuid *ret_id);
/* The next scheduled run of this kind in this tenant does not come before `until`, which lies less
 * than the kind's period ahead: what it would look at is not there yet. What waits already stays.
 */
OQ_CHECKED oq_err *job_hold(oq_scope *s, const char *kind, oq_us until);
/* Fails: job.not_found. */
OQ_CHECKED oq_err *job_get(oq_scope *s, oq_uuid id, job **ret_job);
/* Waiting: cancelled at once. Running: asked to stop; the next checkpoint ends it.
 * Fails: job.not_found, job.finished. */
OQ_CHECKED oq_err *job_cancel(oq_scope *s, oq_uuid id);
/* A failed or cancelled job gets a fresh set of tries.
 * Fails: job.not_found, job.not_failed, job.waits_already (another of its kind and key waits). */
OQ_CHECKED oq_err *job_retry(oq_scope *s, oq_uuid id);

/* --- for kinds ---------------------------------------------------------------------------------*/
oq_arena *job_arena(job_run *run); /* lives as long as the try */
oq_str job_payload(const job_run *run);
oq_str job_key(const job_run *run);
oq_uuid job_id(const job_run *run);
oq_uuid job_tenant(const job_run *run);
/* Acts as the job, with every right of a tenant. The kind commits, and closes it on every way out
 * (oq_scope_close), before its next checkpoint: each open scope that writes holds a connection. */
OQ_CHECKED oq_err *job_scope(job_run *run, oq_access access, oq_scope **ret_scope);
/* For kinds that are the platform's; closed with db_platform_close. */
OQ_CHECKED oq_err *job_platform_scope(job_run *run, oq_access access, db_platform **ret_platform);
/* Reports progress (NaN: unknown). Cheap: the row is written twice a second at most. Fails when
 * the work must stop here, with job.cancelled, job.limit (too long), job.stopping (the worker ends;
 * the try does not count) or job.lost (another worker has it: this one was taken for dead). The
 * kind returns that error, or an error that has it as a cause. */
OQ_CHECKED oq_err *job_checkpoint(job_run *run, double progress, oq_str note);
/* The job's result, shown on its page: JSON object, at most JOB_RESULT_MAX bytes. */
void job_set_result(job_run *run, oq_str json);

/* --- for `optria work` -------------------------------------------------------------------------*/
typedef struct job_runner job_runner;
typedef struct job_runner_options {
    db_pool *pool; /* with at least threads + 1 connections */
    const job_kind *const *kinds;
    oq_str worker; /* name of this process: "host:pid"; copied */
    int threads;
    oq_us lease; /* a worker that is silent for so long has died; 60 s */
} job_runner_options;
/* Starts the threads that run jobs and one that keeps leases and the schedule. Needs no database
 * to start: while it is away, nothing runs. Fails: job.no_thread (reason). */
OQ_CHECKED oq_err *job_runner_open(const job_runner_options *options, job_runner **ret_runner);
/* From the listener's thread: there is work. */
void job_runner_wake(job_runner *runner);
/* Lets running tries end within `grace_ms`, then stops them at their next checkpoint and gives them
 * back without counting them. A kind that asks for no checkpoint is given back too, for another
 * worker to run, but this call returns when it has ended. Accepts NULL. */
void job_runner_close(job_runner *runner, int grace_ms);

/* --- on a clock that is moved ------------------------------------------------------------------*/
typedef struct jobs_done {
    size_t count, failed;
} jobs_done;
/* All that is due at the clock's present moment, the schedule included, one after the other in this
 * thread, and what those add for this very moment; for replays of the past, where the clock stands
 * until it is moved (oq_clock_set), and no worker runs beside. What fails is in the log, and
 * counts. Fails: as the database does. */
OQ_CHECKED oq_err *job_run_due(db_pool *pool, const job_kind *const *kinds, jobs_done *ret_done);
/* The same without the schedule: what somebody asked for. On a clock in the past this leaves the
 * tenants alone that live in the present. */
OQ_CHECKED oq_err *job_run_asked(db_pool *pool, const job_kind *const *kinds, jobs_done *ret_done);

#endif
