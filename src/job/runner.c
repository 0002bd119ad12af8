/* The threads of a worker. Each worker thread claims, runs and settles one job after the other.
 * One more, the keeper, prolongs the leases of what runs and moves the schedule on.
 *
 * Within a process one thread claims at a time: two would only find each other's locked turn. Who
 * found a job wakes the next thread, so that a burst brings up as many as it needs. */
#include <malloc.h>
#include <time.h>

#include "job/inner.h"

#include "base/banned.h"

#define POLL_US       (10 * OQ_SECOND) /* at the latest: a NOTIFY may be lost */
#define KEEPER_US     (5 * OQ_SECOND)  /* between two looks at the schedule */
#define FILL_EVERY_US (60 * OQ_SECOND) /* between two looks for new tenants */
#define LONG_RUN_US   (OQ_SECOND / 2)
#define AFTER_STOP_US (2 * OQ_SECOND) /* for a checkpoint to come, when grace is over */

struct job_runner {
    oq_arena *arena; /* of what never changes */
    job_catalog catalog;
    job_queue queue;
    int thread_count, started;
    pthread_t *thread;
    pthread_t keeper;
    bool has_keeper;

    pthread_mutex_t claiming; /* held through a claim; taken before `lock`, never inside it */

    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t work;  /* there may be work, or the end is near */
    pthread_cond_t ended; /* a try ended, or is no longer being kept */
    pthread_cond_t keep;  /* for the keeper */
    uint64_t wakes;
    bool is_closing;  /* no further claims */
    bool is_over;     /* no further keeping */
    bool is_blind;    /* the last claim failed: said once in the log */
    job_run *running; /* list */
    int running_count;

    atomic_bool is_stopping; /* tries end at their next checkpoint */
};

/* Waits for the condition for at most `wait` of a clock that nobody moves. */
static void wait_for(pthread_cond_t *cond, pthread_mutex_t *lock, oq_us wait)
{
    oq_us until = oq_monotonic() + (wait > 0 ? wait : 0);
    struct timespec at = {.tv_sec = until / OQ_SECOND, .tv_nsec = until % OQ_SECOND * 1000};
    pthread_cond_timedwait(cond, lock, &at);
}

static void wake_one(job_runner *r)
{
    pthread_mutex_lock(&r->lock);
    r->wakes++;
    pthread_cond_signal(&r->work);
    pthread_mutex_unlock(&r->lock);
}

void job_runner_wake(job_runner *runner)
{
    wake_one(runner);
}

/* --- one try -----------------------------------------------------------------------------------*/

static void list_add(job_runner *r, job_run *run)
{
    pthread_mutex_lock(&r->lock);
    run->next = r->running;
    r->running = run;
    r->running_count++;
    pthread_mutex_unlock(&r->lock);
}

/* The keeper may be busy with it just now. */
static void list_remove(job_runner *r, job_run *run)
{
    pthread_mutex_lock(&r->lock);
    while (run->is_being_kept)
        pthread_cond_wait(&r->ended, &r->lock);
    job_run **at = &r->running;
    while (*at != run)
        at = &(*at)->next;
    *at = run->next;
    r->running_count--;
    pthread_cond_broadcast(&r->ended);
    pthread_mutex_unlock(&r->lock);
}

static void log_end(const job_run *run, job_outcome outcome, const oq_err *err)
{
    const job_try *try = &run->job.try;
    oq_log_field fields[] = {
        OQ_F_CSTR("kind", run->job.kind->name),
        OQ_F_UUID("job", try->id),
        OQ_F_UUID("tenant", try->tenant),
        OQ_F_STR("request", run->job.request_id),
        OQ_F_CSTR("outcome", oq_choice_text(job_outcome_choices, outcome)),
        OQ_F_INT("tries", try->tries),
        OQ_F_INT("took_ms", (oq_monotonic() - run->began) / OQ_MS),
        {.type = OQ_LOG_END},
    };
    if (outcome == JOB_OUTCOME_FAILED)
        oq_log_err(OQ_LOG_ERROR, "job.failed", err, fields);
    else if (outcome == JOB_OUTCOME_AGAIN)
        oq_log_err(OQ_LOG_WARN, "job.interrupted", err, fields);
    else
        oq_log_write(outcome == JOB_OUTCOME_LOST ? OQ_LOG_WARN
                     : try->is_routine           ? OQ_LOG_DEBUG
                                                 : OQ_LOG_INFO,
                     "job.finished", fields);
}

/* False when it is no use: the lease is over, or the process ends. */
static bool pause_for(job_runner *r, const job_run *run, oq_us pause)
{
    if (oq_monotonic() - run->renewed_at > r->queue.lease || r->is_stopping)
        return false;
    pthread_mutex_lock(&r->lock);
    wait_for(&r->ended, &r->lock, pause);
    pthread_mutex_unlock(&r->lock);
    return true;
}

/* The work is done, and must not be done again because the database is away for a moment: tries to
 * write its end down for as long as the lease is the worker's. An end that the database does not
 * take (a result that is no JSON) becomes a failure, which it takes. */
static void settle(job_runner *r, job_run *run, const oq_err *ended)
{
    oq_str result = run->result;
    bool is_refused = false;
    for (oq_us pause = 100 * OQ_MS;; pause = pause < 5 * OQ_SECOND ? pause * 2 : pause) {
        bool settled;
        const oq_err *err =
            job_queue_settle(&r->queue, run->arena, &run->job.try, ended, result, &settled);
        if (!err)
            return;
        bool retries = oq_err_retries(err);
        if (!retries && !is_refused) {
            is_refused = true;
            result = OQ_NONE;
            ended = oq_wrap(err, OQ_INTERNAL, "job.not_settled");
            log_end(run, JOB_OUTCOME_FAILED, ended);
        } else if (!retries || !pause_for(r, run, pause)) {
            run->is_lost = true; /* the lease ends, and the try counts */
            oq_log_err(OQ_LOG_ERROR, "job.not_settled", err,
                       OQ_LOG_FIELDS_(OQ_F_UUID("job", run->job.try.id)));
            return;
        }
    }
}

static void run_one(job_runner *r, oq_arena *arena, const job_claimed *claimed)
{
    job_run run;
    job_run_init(&run, &r->queue, arena, claimed, &r->is_stopping);
    list_add(r, &run);
    oq_err *err = job_run_execute(&run);
    job_outcome outcome = run.is_lost
                              ? JOB_OUTCOME_LOST
                              : job_outcome_of(err, claimed->try.tries, claimed->try.tries_max);
    log_end(&run, outcome, err);
    if (outcome != JOB_OUTCOME_LOST)
        settle(r, &run, err);
    list_remove(r, &run);
}

/* --- worker threads ----------------------------------------------------------------------------*/

/* A server that cannot see its queue says so once, and once more when it sees it again. */
static void note_sight(job_runner *r, const oq_err *err)
{
    pthread_mutex_lock(&r->lock);
    bool was_blind = r->is_blind;
    r->is_blind = err != NULL;
    pthread_mutex_unlock(&r->lock);
    if (err && !was_blind)
        oq_log_err(OQ_LOG_ERROR, "job.queue_unreachable", err, NULL);
    else if (!err && was_blind)
        oq_log_info("job.queue_reachable");
}

/* How long to sleep before the next look. */
static oq_us idle_us(const oq_err *err, oq_us next_at)
{
    if (err)
        return OQ_SECOND;
    if (next_at == OQ_TIME_NONE)
        return POLL_US;
    oq_us until = next_at - oq_clock_now();
    if (until <= 0) /* a turn that somebody else holds: a moment, not the same for all */
        return 5 * OQ_MS + (oq_us)(job_dice() * 15 * OQ_MS);
    return until < POLL_US ? until : POLL_US;
}

/* False when the runner closes. *ret_wakes: as of before the claim. */
static bool may_claim(job_runner *r, uint64_t *ret_wakes)
{
    pthread_mutex_lock(&r->lock);
    bool is_closing = r->is_closing;
    *ret_wakes = r->wakes;
    pthread_mutex_unlock(&r->lock);
    return !is_closing;
}

/* A fit or an analysis takes a hundred megabytes for seconds. Without this the C library keeps
 * them, once for each thread that has ever had such a job. */
static void give_back_memory(oq_arena *arena, oq_us begun)
{
    oq_arena_reset(arena);
    if (oq_monotonic() - begun > LONG_RUN_US)
        malloc_trim(0);
}

static void *work(void *arg)
{
    job_runner *r = arg;
    oq_arena *arena = oq_arena_open(64 * 1024);
    uint64_t wakes;
    while (may_claim(r, &wakes)) {
        oq_arena_reset(arena);
        oq_err_reset();
        bool found = false;
        job_claimed claimed;
        oq_us next_at = OQ_TIME_NONE;
        pthread_mutex_lock(&r->claiming);
        oq_err *err = job_queue_claim(&r->queue, arena, &found, &claimed, &next_at);
        pthread_mutex_unlock(&r->claiming);
        note_sight(r, err);
        if (!err && found) {
            oq_us begun = oq_monotonic();
            wake_one(r);
            run_one(r, arena, &claimed);
            give_back_memory(arena, begun);
            continue;
        }
        pthread_mutex_lock(&r->lock);
        if (!r->is_closing && r->wakes == wakes)
            wait_for(&r->work, &r->lock, idle_us(err, next_at));
        pthread_mutex_unlock(&r->lock);
    }
    oq_arena_close(arena);
    return NULL;
}

/* --- the keeper --------------------------------------------------------------------------------*/

/* A try whose lease was not prolonged since `before`, marked so that it stays; or NULL. */
static job_run *take_oldest(job_runner *r, oq_us before)
{
    job_run *found = NULL;
    pthread_mutex_lock(&r->lock);
    for (job_run *run = r->running; run; run = run->next)
        if (run->kept_at < before)
            found = run;
    if (found) {
        found->is_being_kept = true;
        found->kept_at = oq_monotonic();
    }
    pthread_mutex_unlock(&r->lock);
    return found;
}

static void let_go(job_runner *r, job_run *run)
{
    pthread_mutex_lock(&r->lock);
    run->is_being_kept = false;
    pthread_cond_broadcast(&r->ended);
    pthread_mutex_unlock(&r->lock);
}

static void keep_leases(job_runner *r, oq_arena *arena)
{
    oq_us before = oq_monotonic() - r->queue.lease / 4;
    for (job_run *run; (run = take_oldest(r, before));) {
        job_run_keep(run, arena);
        let_go(r, run);
        oq_arena_reset(arena);
    }
}

/* Failures say nothing new: the claims of the same moment have failed and said so. */
static void keep_schedule(job_runner *r, oq_arena *arena, oq_us *filled_at)
{
    size_t added = 0;
    oq_us now = oq_monotonic();
    if (*filled_at == OQ_TIME_NONE || now - *filled_at > FILL_EVERY_US) {
        if (job_schedule_fill(&r->queue, arena))
            return;
        *filled_at = now;
    }
    oq_ignore(job_schedule_tick(&r->queue, arena, &added), "comes again in five seconds");
    if (added)
        wake_one(r);
}

static void *keep(void *arg)
{
    job_runner *r = arg;
    oq_arena *arena = oq_arena_open(0);
    oq_us filled_at = OQ_TIME_NONE, scheduled_at = OQ_TIME_NONE;
    oq_us every = r->queue.lease / 4 < KEEPER_US ? r->queue.lease / 4 : KEEPER_US;
    pthread_mutex_lock(&r->lock);
    while (!r->is_over) {
        bool is_closing = r->is_closing;
        pthread_mutex_unlock(&r->lock);
        oq_arena_reset(arena);
        oq_err_reset();
        keep_leases(r, arena);
        oq_us now = oq_monotonic();
        if (!is_closing && (scheduled_at == OQ_TIME_NONE || now - scheduled_at >= KEEPER_US)) {
            keep_schedule(r, arena, &filled_at);
            scheduled_at = now;
        }
        pthread_mutex_lock(&r->lock);
        if (!r->is_over)
            wait_for(&r->keep, &r->lock, every);
    }
    pthread_mutex_unlock(&r->lock);
    oq_arena_close(arena);
    return NULL;
}

/* --- opening and closing -----------------------------------------------------------------------*/

static void init_locks(job_runner *r)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&r->claiming, NULL);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->work, &monotonic);
    pthread_cond_init(&r->ended, &monotonic);
    pthread_cond_init(&r->keep, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static oq_err *start_threads(job_runner *r)
{
    int failed = pthread_create(&r->keeper, NULL, keep, r);
    r->has_keeper = !failed;
    for (; !failed && r->started < r->thread_count; r->started++) {
        failed = pthread_create(&r->thread[r->started], NULL, work, r);
        if (failed)
            break;
    }
    return failed ? oq_fail(OQ_INTERNAL, "job.no_thread", "reason=%s", strerror(failed)) : NULL;
}

oq_err *job_runner_open(const job_runner_options *options, job_runner **ret_runner)
{
    assert(options->threads > 0 && options->lease > 0);
    oq_arena *arena = oq_arena_open(0);
    job_runner *r = oq_new(arena, job_runner);
    r->arena = arena;
    job_catalog_fill(arena, options->kinds, &r->catalog);
    r->queue = (job_queue){.pool = options->pool,
                           .catalog = &r->catalog,
                           .worker = oq_str_copy(arena, options->worker),
                           .lease = options->lease};
    r->thread_count = options->threads;
    r->thread = oq_new_n(arena, pthread_t, (size_t)options->threads);
    init_locks(r);
    oq_err *err = start_threads(r);
    if (err) {
        job_runner_close(r, 0);
        return err;
    }
    *ret_runner = r;
    return NULL;
}

static void wait_until_idle(job_runner *r, oq_us wait)
{
    oq_us until = oq_monotonic() + wait;
    while (r->running_count > 0 && oq_monotonic() < until)
        wait_for(&r->ended, &r->lock, until - oq_monotonic());
}

/* What still runs asks for no checkpoint: others may have it now. It is marked as lost, so that
 * its own thread writes nothing when it ends. Called with the lock, which is let go meanwhile. */
static void give_back_rest(job_runner *r)
{
    oq_arena *arena = oq_arena_open(0);
    job_try *rest = oq_new_n(arena, job_try, (size_t)r->running_count);
    size_t count = 0;
    for (job_run *run = r->running; run; run = run->next) {
        if (run->is_lost)
            continue;
        run->is_lost = true;
        rest[count++] = run->job.try;
    }
    pthread_mutex_unlock(&r->lock);
    for (size_t i = 0; i < count; i++) {
        bool settled;
        const oq_err *stopping = oq_fail(OQ_UNAVAILABLE, "job.stopping");
        oq_ignore(job_queue_settle(&r->queue, arena, &rest[i], stopping, OQ_NONE, &settled),
                  "its lease ends by itself");
        oq_log_warn("job.left_behind", OQ_F_UUID("job", rest[i].id),
                    OQ_F_UUID("tenant", rest[i].tenant));
    }
    oq_arena_close(arena);
    pthread_mutex_lock(&r->lock);
}

void job_runner_close(job_runner *r, int grace_ms)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->is_closing = true;
    pthread_cond_broadcast(&r->work);
    wait_until_idle(r, grace_ms * OQ_MS);
    r->is_stopping = true;
    pthread_cond_broadcast(&r->ended);
    wait_until_idle(r, AFTER_STOP_US);
    if (r->running_count > 0)
        give_back_rest(r);
    pthread_mutex_unlock(&r->lock);

    for (int i = 0; i < r->started; i++)
        pthread_join(r->thread[i], NULL);
    pthread_mutex_lock(&r->lock);
    r->is_over = true;
    pthread_cond_broadcast(&r->keep);
    pthread_mutex_unlock(&r->lock);
    if (r->has_keeper)
        pthread_join(r->keeper, NULL);
    pthread_cond_destroy(&r->work);
    pthread_cond_destroy(&r->ended);
    pthread_cond_destroy(&r->keep);
    pthread_mutex_destroy(&r->lock);
    pthread_mutex_destroy(&r->claiming);
    oq_arena_close(r->arena);
}
