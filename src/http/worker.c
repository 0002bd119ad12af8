/* The queue between event threads and workers.
 *
 * Waking a thread costs more than most requests, so workers are woken one at a time: while one is
 * on its way, further requests only queue up, and the woken one, before it begins, wakes the next
 * if there is still something to do. So a burst of short requests is done by one or two, and when
 * handlers block, all are awake soon. Who fell asleep last is woken first: its caches are warm.
 * (32 connections, an empty handler, 8 workers, 2 cores: 28 us of processor time per request with a
 * condition that wakes a worker per request, 18 us like this.) */
#include <limits.h>

#include "http/inner.h"

struct http_worker {
    http_server *server;
    pthread_t thread;
    sem_t wake;
    http_worker *below; /* in the stack of those who sleep */
};

/* Takes a sleeper off the stack, if one is needed and none is on its way. Under the lock; the
 * caller wakes it when it has let go of the lock. */
static http_worker *next_to_wake(http_queue *queue)
{
    http_worker *w = queue->sleeping;
    if (!w || !queue->first || queue->is_waking)
        return NULL;
    queue->sleeping = w->below;
    queue->is_waking = true;
    return w;
}

static void wake(http_worker *w)
{
    if (w && sem_post(&w->wake) != 0)
        abort();
}

static void sleep_until_woken(http_worker *w)
{
    while (sem_wait(&w->wake) != 0) {
        /* interrupted */
    }
}

/* Takes the request that waited longest; NULL: the server stops. */
static http_req *queue_take(http_queue *queue, http_worker *self, bool *ret_hasty)
{
    pthread_mutex_lock(&queue->lock);
    while (!queue->first && !queue->is_closed) {
        self->below = queue->sleeping;
        queue->sleeping = self;
        pthread_mutex_unlock(&queue->lock);
        sleep_until_woken(self);
        pthread_mutex_lock(&queue->lock);
        queue->is_waking = false;
    }
    http_req *rq = queue->first;
    if (rq) {
        queue->first = rq->next;
        if (!queue->first)
            queue->last = &queue->first;
        queue->count--;
    }
    *ret_hasty = queue->is_hasty;
    http_worker *next = next_to_wake(queue);
    pthread_mutex_unlock(&queue->lock);
    wake(next);
    return rq;
}

static int limit_s(const http_req *rq)
{
    return rq->route && rq->route->limit_s ? rq->route->limit_s : HTTP_LIMIT_PRESET_S;
}

static void *work(void *arg)
{
    http_worker *self = arg;
    http_server *server = self->server;
    bool is_hasty;
    for (http_req *rq; (rq = queue_take(&server->queue, self, &is_hasty));) {
        atomic_fetch_add(&server->counts.working, 1);
        oq_err_reset();
        if (rq->stage == HTTP_ANSWERED) {
            http_pieces_go_on(rq, is_hasty);
            atomic_fetch_sub(&server->counts.working, 1);
            MHD_resume_connection(rq->mhd);
            continue;
        }
        /* Whoever waited past the limit has gone; work for them would keep others waiting. */
        if (is_hasty)
            http_refuse(rq, OQ_UNAVAILABLE, "http.stopping", 0);
        else if (oq_monotonic() - rq->queued > limit_s(rq) * OQ_SECOND)
            http_refuse(rq, OQ_TIMEOUT, "http.waited_too_long", limit_s(rq));
        http_dispatch(rq);
        atomic_fetch_sub(&server->counts.working, 1);
        /* From here on the request belongs to its event thread again. */
        MHD_resume_connection(rq->mhd);
    }
    oq_err_reset();
    return NULL;
}

void http_queue_start(http_queue *queue, http_server *server, int workers, int max)
{
    pthread_mutex_init(&queue->lock, NULL);
    queue->last = &queue->first;
    queue->max = max;
    queue->worker_count = workers;
    queue->worker = oq_new_n(server->arena, http_worker, (size_t)workers);
    for (int i = 0; i < workers; i++) {
        http_worker *w = &queue->worker[i];
        w->server = server;
        sem_init(&w->wake, 0, 0);
        if (pthread_create(&w->thread, NULL, work, w))
            abort();
        pthread_setname_np(w->thread, "http-work");
    }
}

static bool push(http_queue *queue, http_req *rq, int max)
{
    rq->queued = oq_monotonic();
    rq->next = NULL;
    pthread_mutex_lock(&queue->lock);
    bool fits = queue->count < max && !queue->is_closed;
    if (fits) {
        *queue->last = rq;
        queue->last = &rq->next;
        queue->count++;
    }
    http_worker *next = next_to_wake(queue);
    pthread_mutex_unlock(&queue->lock);
    wake(next);
    return fits;
}

bool http_queue_push(http_queue *queue, http_req *rq)
{
    return push(queue, rq, queue->max);
}

bool http_queue_push_on(http_queue *queue, http_req *rq)
{
    return push(queue, rq, INT_MAX);
}

void http_queue_stop(http_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->is_closed = queue->is_hasty = true;
    for (http_worker *w = queue->sleeping; w; w = w->below)
        wake(w);
    queue->sleeping = NULL;
    pthread_mutex_unlock(&queue->lock);
    for (int i = 0; i < queue->worker_count; i++)
        pthread_join(queue->worker[i].thread, NULL);
}

void http_queue_drop(http_queue *queue)
{
    for (int i = 0; i < queue->worker_count; i++)
        sem_destroy(&queue->worker[i].wake);
    pthread_mutex_destroy(&queue->lock);
}
