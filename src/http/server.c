/* The border to libmicrohttpd: start, stop, and what it calls in its event threads.
 *
 * How it calls (0.9.75): `opened` when the first line of a request is there; `on_request` once with
 * the header, when an answer would mean that the body is not read; once per piece of the body; once
 * when all is there; once more after the connection was woken. `on_closed` when the answer is out
 * or the client is gone, and only then may the answer's bytes go. */
#include "http/inner.h"

#include <malloc.h>

/* --- one request -----------------------------------------------------------------------------*/

/* libmicrohttpd would take the query apart too, into the connection's small pool, and some four
 * hundred parameters leave a client neither answered nor cut off. It does so after this, in its own
 * bytes; the target is copied by then, and nobody asks it for the query. */
static void hide_query(const char *target)
{
    char *mark = target ? strchr((char *)(uintptr_t)target, '?') : NULL;
    if (mark && mark[1])
        mark[1] = '\0';
}

static void *opened(void *cls, const char *target, struct MHD_Connection *mhd)
{
    http_server *server = cls;
    oq_arena *arena = oq_arena_open(8 * 1024);
    http_req *rq = oq_new(arena, http_req);
    rq->server = server;
    rq->arena = arena;
    rq->mhd = mhd;
    rq->conn = http_conn_of(mhd);
    rq->arrived = oq_monotonic();
    rq->lang = OQ_LANG_AR;
    rq->who.lang = OQ_LANG_AR;
    rq->target = oq_str_copy(arena, oq_cstr(target ? target : ""));
    hide_query(target);
    atomic_fetch_add(&server->open, 1);
    return rq;
}

static enum MHD_Result send_reply(http_req *rq)
{
    struct MHD_Response *reply = rq->reply;
    rq->reply = NULL;
    rq->stage = HTTP_ANSWERED;
    http_conn_expect(rq->conn,
                     rq->is_stream ? HTTP_NEVER : oq_monotonic() + HTTP_ANSWER_TAKEN_S * OQ_SECOND);
    enum MHD_Result sent = MHD_queue_response(rq->mhd, (unsigned)rq->answer.status, reply);
    MHD_destroy_response(reply);
    return sent;
}

static enum MHD_Result dispatch_here(http_req *rq)
{
    http_dispatch(rq);
    return send_reply(rq);
}

static enum MHD_Result on_header(http_req *rq, const char *method, const char *version)
{
    http_begin(rq, method, version);
    rq->stage = HTTP_TAKING;
    if (http_begin_is_final(rq)) {
        rq->is_bare = true;
        return dispatch_here(rq);
    }
    int limit_s = rq->route && rq->route->limit_s ? rq->route->limit_s : HTTP_LIMIT_PRESET_S;
    http_conn_expect(rq->conn, rq->arrived + limit_s * OQ_SECOND);
    return MHD_YES;
}

static enum MHD_Result on_complete(http_req *rq)
{
    if (http_dispatch_is_cheap(rq))
        return dispatch_here(rq);
    http_server *server = rq->server;
    rq->stage = HTTP_QUEUED;
    http_conn_expect(rq->conn, HTTP_NEVER);
    /* Asleep before it is handed over: the worker may be done before we return. */
    MHD_suspend_connection(rq->mhd);
    if (!http_queue_push(&server->queue, rq)) {
        atomic_fetch_add_explicit(&server->counts.refused, 1, memory_order_relaxed);
        bool is_stopping = atomic_load(&server->is_stopping);
        http_refuse(rq, OQ_UNAVAILABLE, is_stopping ? "http.stopping" : "http.busy", 0);
        rq->is_bare = true;
        http_dispatch(rq);
        MHD_resume_connection(rq->mhd);
    }
    return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **con_cls)
{
    http_req *rq = *con_cls;
    oq_err_reset();
    switch (rq->stage) {
    case HTTP_OPENED:
        return on_header(rq, method, version);
    case HTTP_TAKING:
        if (!*upload_size)
            return on_complete(rq);
        size_t len = *upload_size;
        *upload_size = 0;
        return http_body_take(rq, upload, len) ? MHD_YES : MHD_NO;
    case HTTP_QUEUED:
        return send_reply(rq);
    case HTTP_ANSWERED:
        break;
    }
    return MHD_NO;
}

/* The client went before it was answered. */
static void note_cut_off(http_req *rq)
{
    oq_log_info("http.cut_off", OQ_F_CSTR("route", rq->route ? rq->route->path : "-"),
                OQ_F_INT("took_us", oq_monotonic() - rq->arrived), OQ_F_STR("peer", rq->peer));
}

static void on_closed(void *cls, struct MHD_Connection *mhd, void **con_cls,
                      enum MHD_RequestTerminationCode why)
{
    http_server *server = cls;
    http_req *rq = *con_cls;
    *con_cls = NULL;
    if (!rq)
        return;
    if (!rq->is_logged)
        note_cut_off(rq);
    http_pieces_note_end(rq);
    /* Now the next request of this connection is expected; libmicrohttpd closes it when it is
     * silent, a little earlier. */
    http_conn_expect(rq->conn, oq_monotonic() + (server->options.idle_timeout_s + 2) * OQ_SECOND);
    if (rq->reply)
        MHD_destroy_response(rq->reply);
    http_answer_reset(rq);
    http_body_drop(rq);
    oq_arena_close(rq->arena);
    if (atomic_fetch_sub(&server->open, 1) == 1 && atomic_load(&server->is_stopping)) {
        pthread_mutex_lock(&server->idle_lock);
        pthread_cond_signal(&server->idle);
        pthread_mutex_unlock(&server->idle_lock);
    }
}

/* Paths are decoded by path.c, which knows the difference between "/" and "%2F". */
static size_t leave_escaped(void *cls, struct MHD_Connection *mhd, char *text)
{
    return strlen(text);
}

/* What libmicrohttpd has to say is about clients that break the protocol, mostly. */
__attribute__((format(printf, 2, 0))) static void on_log(void *cls, const char *format,
                                                         va_list args)
{
    char text[512];
    vsnprintf(text, sizeof text, format, args);
    oq_log_debug("http.library", OQ_F_STR("says", oq_str_trim(oq_cstr(text))));
}

static void on_panic(void *cls, const char *file, unsigned line, const char *reason)
{
    oq_log_error("http.library_panic", OQ_F_CSTR("says", reason), OQ_F_CSTR("file", file),
                 OQ_F_INT("line", line));
    abort();
}

/* --- start -----------------------------------------------------------------------------------*/

static oq_err *start_events(http_server *server)
{
    const http_options *o = &server->options;
    const struct MHD_OptionItem items[] = {
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_escaped, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)opened, server},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_closed, server},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)http_conn_notify, server},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, HTTP_POOL_BYTES, NULL},
        /* Divided among the threads, unlike ours (door.c): so with some room. */
        {MHD_OPTION_CONNECTION_LIMIT, o->connections_max + o->connections_max / 4 + 64, NULL},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, o->connections_per_address_max, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, o->idle_timeout_s, NULL},
        /* A pool of one is no pool for libmicrohttpd. */
        {o->event_threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, o->event_threads,
         NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                     MHD_USE_NO_LISTEN_SOCKET;
    MHD_set_panic_func(on_panic, NULL);
    server->mhd =
        MHD_start_daemon(flags, 0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER,
                         on_log, NULL, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    return server->mhd ? NULL : oq_fail(OQ_INTERNAL, "server.no_threads");
}

static int or_preset(int value, int preset)
{
    return value > 0 ? value : preset;
}

static http_options with_presets(http_options o)
{
    o.event_threads = or_preset(o.event_threads, 2);
    o.worker_threads = or_preset(o.worker_threads, 8);
    o.connections_max = or_preset(o.connections_max, 2000);
    o.idle_timeout_s = or_preset(o.idle_timeout_s, 30);
    o.queue_max = or_preset(o.queue_max, 1000);
    return o;
}

/* What one request gives back the next one takes: otherwise the C library returns each megabyte to
 * the kernel at once, and half of a worker's time goes into getting it again, page by page. A
 * worker keeps 8 MB at most; larger pieces still come and go. */
static void keep_memory(void)
{
    enum { TRIM_BYTES = 8 * 1024 * 1024, MMAP_BYTES = 4 * 1024 * 1024 };
    mallopt(M_TRIM_THRESHOLD, TRIM_BYTES);
    mallopt(M_MMAP_THRESHOLD, MMAP_BYTES);
}

oq_err *http_server_open(const http_options *options, http_server **ret_server)
{
    http_router *router;
    http_proxies proxies;
    OQ_TRY(http_proxies_parse(options->trusted_proxies, &proxies));
    OQ_TRY(http_router_make(options->routes, &router));
    keep_memory();
    oq_arena *arena = oq_arena_open(0);
    http_server *server = oq_new(arena, http_server);
    server->arena = arena;
    server->options = with_presets(*options);
    server->options.bind = oq_str_copy(arena, options->bind);
    server->router = router;
    server->proxies = proxies;
    oq_err *err = http_door_open(&server->door, options);
    if (err) {
        http_router_close(router);
        oq_arena_close(arena);
        return err;
    }
    pthread_mutex_init(&server->hubs_lock, NULL);
    pthread_mutex_init(&server->idle_lock, NULL);
    http_cond_init(&server->idle);
    http_conns_start(&server->conns);
    http_queue_start(&server->queue, server, server->options.worker_threads,
                     server->options.queue_max);
    err = start_events(server);
    if (err) {
        http_server_close(server, 0);
        return err;
    }
    http_door_start(server);
    *ret_server = server;
    return NULL;
}

int http_server_port(const http_server *server)
{
    return server->door.port;
}

size_t http_route_count(const http_server *server)
{
    return http_router_count(server->router);
}

const http_route *http_route_at(const http_server *server, size_t i)
{
    return http_router_at(server->router, i);
}

/* --- stop ------------------------------------------------------------------------------------*/

static void wait_until_idle(http_server *server, oq_us until)
{
    pthread_mutex_lock(&server->idle_lock);
    while (atomic_load(&server->open) > 0 && oq_monotonic() < until)
        http_cond_wait_until(&server->idle, &server->idle_lock, until);
    pthread_mutex_unlock(&server->idle_lock);
}

void http_server_close(http_server *server, int grace_ms)
{
    enum { LAST_WORDS_MS = 500 };
    if (!server)
        return;
    atomic_store(&server->is_stopping, true);
    http_door_close(&server->door);
    http_hubs_end(server);
    wait_until_idle(server, oq_monotonic() + grace_ms * OQ_MS);
    /* Whoever still waits is told so; then nobody is asleep any more, as libmicrohttpd demands
     * before it stops. */
    http_queue_stop(&server->queue);
    if (server->mhd) {
        wait_until_idle(server, oq_monotonic() + LAST_WORDS_MS * OQ_MS);
        http_conns_stop(&server->conns);
        MHD_stop_daemon(server->mhd);
    } else {
        http_conns_stop(&server->conns);
    }
    http_hubs_detach(server);
    http_queue_drop(&server->queue);
    http_conns_drop(&server->conns);
    pthread_cond_destroy(&server->idle);
    pthread_mutex_destroy(&server->idle_lock);
    pthread_mutex_destroy(&server->hubs_lock);
    http_router_close(server->router);
    oq_arena_close(server->arena);
}
