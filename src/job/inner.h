/* job/inner.h: between the parts of the queue. For src/job and its tests alone.
 *
 *     job.c       what services call; ends that kinds are told of
 *     last.c      what a unit of work adds when it commits
 *     queue.c     what a worker does to rows: claim, renew, settle
 *     run.c       one try, and what kinds see of it
 *     runner.c    the threads
 *     schedule.c  repeating kinds become jobs
 *     back_off.c  how long a failed job waits */
#ifndef JOB_INNER_H
#define JOB_INNER_H

#include <pthread.h>
#include <stdatomic.h>

#include "job/job.h"
#include "db/stmt.h"

/* --- what a worker knows -----------------------------------------------------------------------*/

/* The kinds of this program, as the statements want them. */
typedef struct job_catalog {
    const job_kind **kind;
    size_t count;
    oq_strs names, per_tenant, per_key;
    db_i64s tries_max;
    oq_strs timed, timed_platform; /* names of kinds with a period */
    db_i64s timed_every_s, timed_platform_every_s;
} job_catalog;
void job_catalog_fill(oq_arena *arena, const job_kind *const *kinds, job_catalog *ret_catalog);
const job_kind *job_catalog_find(const job_catalog *catalog, oq_str name);
int64_t job_kind_tries_max(const job_kind *kind);

/* One worker process, towards the database. */
typedef struct job_queue {
    db_pool *pool;
    const job_catalog *catalog;
    oq_str worker;
    oq_us lease;
} job_queue;

/* --- job.c -------------------------------------------------------------------------------------*/

extern const oq_field job_ended_fields[];
/* Calls the kind's on_end, if it has one and the job is over without having done its work. A `kind`
 * of NULL is one that this process does not know. */
OQ_CHECKED oq_err *job_tell_end(oq_scope *s, const job_kind *kind, const job_ended *ended);

/* --- queue.c -----------------------------------------------------------------------------------*/

/* A try: whoever was taken for dead has one that is no longer in the table. */
typedef struct job_try {
    oq_uuid tenant, id;
    int64_t tries, tries_max;
    oq_str worker;
    bool holds_lane; /* others of its kind may wait for its end */
    bool is_routine; /* a good end leaves no row */
} job_try;

typedef struct job_claimed {
    job_try try;
    const job_kind *kind;
    oq_str key, payload, request_id;
    oq_us stands_at; /* of its tenant: db/scope.h */
} job_claimed;

/* Takes the next job and commits that it has started. *ret_found false: there is none, and
 * *ret_next_at says when to look again (OQ_TIME_NONE: when somebody says so). On the way, tries
 * whose worker has died are counted and settled. */
OQ_CHECKED oq_err *job_queue_claim(const job_queue *q, oq_arena *arena, bool *ret_found,
                                   job_claimed *ret_claimed, oq_us *ret_next_at);

/* Prolongs the lease. Fails with job.lost when the try is no longer this worker's. */
OQ_CHECKED oq_err *job_queue_renew(const job_queue *q, oq_arena *arena, const job_try *try,
                                   bool *ret_cancel_asked);
OQ_CHECKED oq_err *job_queue_progress(const job_queue *q, oq_arena *arena, const job_try *try,
                                      double progress, oq_str note, bool *ret_cancel_asked);

/* What becomes of a try that ended with `err` (NULL: well). */
typedef enum job_outcome {
    JOB_OUTCOME_DONE,
    JOB_OUTCOME_FAILED,
    JOB_OUTCOME_CANCELLED,
    JOB_OUTCOME_AGAIN,  /* waits for its next try */
    JOB_OUTCOME_RETURN, /* the same, but this one did not count */
    JOB_OUTCOME_LOST,   /* somebody else has it: nothing to write */
} job_outcome;
extern const oq_choice job_outcome_choices[]; /* for the log */
job_outcome job_outcome_of(const oq_err *err, int64_t tries, int64_t tries_max);

/* Writes it down. *ret_settled false: the try was no longer this worker's. */
OQ_CHECKED oq_err *job_queue_settle(const job_queue *q, oq_arena *arena, const job_try *try,
                                    const oq_err *err, oq_str result, bool *ret_settled);

/* --- back_off.c --------------------------------------------------------------------------------*/

/* How long the job waits that failed for the `tries`th time; `dice` is uniform in [0, 1). */
oq_us job_back_off(int64_t tries, double dice);
double job_dice(void);

/* --- schedule.c --------------------------------------------------------------------------------*/

/* Adds the jobs that are due. *ret_added counts the rows of the schedule that moved on. */
OQ_CHECKED oq_err *job_schedule_tick(const job_queue *q, oq_arena *arena, size_t *ret_added);
/* Makes rows for new tenants and kinds. */
OQ_CHECKED oq_err *job_schedule_fill(const job_queue *q, oq_arena *arena);
/* The first moment of the grid next_at + n * every that lies behind `now`. */
oq_us job_schedule_next(oq_us next_at, oq_us now, oq_us every);

/* --- run.c -------------------------------------------------------------------------------------*/

struct job_run {
    const job_queue *queue;
    job_claimed job;
    oq_arena *arena;
    oq_us began;   /* of oq_monotonic */
    oq_us told_at; /* of oq_monotonic: the last time that progress was written */
    oq_str result;
    const atomic_bool *is_stopping; /* of the runner: end at the next checkpoint */
    atomic_bool is_cancel_asked, is_lost;
    _Atomic(oq_us) renewed_at; /* of oq_monotonic: the lease was alive */
    /* The runner's, under its lock. */
    job_run *next;
    bool is_being_kept;
    oq_us kept_at; /* of oq_monotonic */
};

/* For a job that has just been claimed. */
void job_run_init(job_run *run, const job_queue *q, oq_arena *arena, const job_claimed *claimed,
                  const atomic_bool *is_stopping);
/* Runs the kind; the error it ended with, or NULL. */
oq_err *job_run_execute(job_run *run);
/* From the runner's keeper: prolongs the lease, so that only a dead process loses it, not a kind
 * that computes for long between two checkpoints. */
void job_run_keep(job_run *run, oq_arena *arena);

#endif
