/* The queue between event threads and workers. */
#include "http/inner.h"

/* Takes the request that waited longest; NULL: the server stops. */
static http_req *queue_take(http_queue *queue, bool *ret_hasty)
{
    pthread_mutex_lock(&queue->lock);
    while (!queue->first && !queue->is_closed)
        pthread_cond_wait(&queue->filled, &queue->lock);
    http_req *rq = queue->first;
    if (rq) {
        queue->first = rq->next;
        if (!queue->first)
            queue->last = &queue->first;
        queue->count--;
    }
    *ret_hasty = queue->is_hasty;
    pthread_mutex_unlock(&queue->lock);
    return rq;
}

static int limit_s(const http_req *rq)
{
    return rq->route && rq->route->limit_s ? rq->route->limit_s : HTTP_LIMIT_PRESET_S;
}

static void *work(void *arg)
{
    http_server *server = arg;
    bool is_hasty;
    for (http_req *rq; (rq = queue_take(&server->queue, &is_hasty));) {
        atomic_fetch_add(&server->counts.working, 1);
        oq_err_reset();
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
    pthread_cond_init(&queue->filled, NULL);
    queue->last = &queue->first;
    queue->max = max;
    queue->worker_count = workers;
    queue->worker = oq_new_n(server->arena, pthread_t, (size_t)workers);
    for (int i = 0; i < workers; i++) {
        if (pthread_create(&queue->worker[i], NULL, work, server))
            abort();
        pthread_setname_np(queue->worker[i], "http-work");
    }
}

bool http_queue_push(http_queue *queue, http_req *rq)
{
    rq->queued = oq_monotonic();
    rq->next = NULL;
    pthread_mutex_lock(&queue->lock);
    bool fits = queue->count < queue->max && !queue->is_closed;
    if (fits) {
        *queue->last = rq;
        queue->last = &rq->next;
        queue->count++;
        pthread_cond_signal(&queue->filled);
    }
    pthread_mutex_unlock(&queue->lock);
    return fits;
}

void http_queue_stop(http_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->is_closed = queue->is_hasty = true;
    pthread_cond_broadcast(&queue->filled);
    pthread_mutex_unlock(&queue->lock);
    for (int i = 0; i < queue->worker_count; i++)
        pthread_join(queue->worker[i], NULL);
}

void http_queue_drop(http_queue *queue)
{
    pthread_cond_destroy(&queue->filled);
    pthread_mutex_destroy(&queue->lock);
}
