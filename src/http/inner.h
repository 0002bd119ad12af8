/* http/inner.h
 *
 * What the files of this folder share and nobody else sees. The life of a request:
 *
 *     opened        its first line is read             event thread   server.c
 *     begun         its headers are read               event thread   begin.c
 *     taking        its body arrives                   event thread   server.c
 *     queued        its connection sleeps              -              worker.c
 *     dispatched    route, rights, handler, answer     worker thread  dispatch.c, reply.c
 *     answered      its connection is awake again      event thread   server.c
 *     closed        sent, or the client is gone        event thread   server.c
 *
 * Cheap routes and most refusals skip the queue: they are dispatched in the event thread. A request
 * belongs to one thread at a time and is handed over through the queue's lock or libmicrohttpd's.
 */
#ifndef HTTP_INNER_H
#define HTTP_INNER_H

#include <microhttpd.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "http/parse.h"
#include "http/request.h"
#include "http/router.h"
#include "http/server.h"
#include "http/stream.h"

#define HTTP_NEVER INT64_MAX

enum {
    /* A body that is too large is still read this far past its limit and thrown away, so that the
     * client gets to see the 413; past it the connection is cut. */
    HTTP_DRAIN_MAX = 4 * 1024 * 1024,
    HTTP_ANSWER_TAKEN_S = 600,
    HTTP_POOL_BYTES = 32 * 1024,
    /* Bodies of routes that take more than this count towards HTTP_HELD_MAX while they are held. */
    HTTP_BODY_SMALL = 1024 * 1024,
    HTTP_HELD_MAX = 512 * 1024 * 1024,
};

/* --- connections (conn.c) --------------------------------------------------------------------*/

typedef struct http_conn {
    struct http_conn *prev, *next; /* under the list's lock */
    int fd;
    char address[48];
    /* When the client must have done its part (oq_monotonic), or HTTP_NEVER while we work. */
    _Atomic(oq_us) deadline;
} http_conn;

typedef struct http_conns {
    pthread_mutex_t lock;
    pthread_cond_t stop;
    pthread_t watcher;
    bool is_stopping;
    http_conn *first;
    int count;
} http_conns;

void http_conns_start(http_conns *conns);
void http_conns_stop(http_conns *conns); /* ends the watcher; connections still come and go */
void http_conns_drop(http_conns *conns);
int http_conns_count(http_conns *conns);
/* MHD_OPTION_NOTIFY_CONNECTION; its closure is the server. */
void http_conn_notify(void *server, struct MHD_Connection *mhd, void **socket_context,
                      enum MHD_ConnectionNotificationCode what);
http_conn *http_conn_of(struct MHD_Connection *mhd);
static inline void http_conn_expect(http_conn *conn, oq_us deadline)
{
    atomic_store_explicit(&conn->deadline, deadline, memory_order_relaxed);
}

/* --- the request -----------------------------------------------------------------------------*/

typedef struct http_stream http_stream;
typedef struct http_pieces http_pieces;

typedef struct http_header_line {
    const char *name;
    oq_str value;
    bool is_cookie; /* several may have one name */
    struct http_header_line *next;
} http_header_line;

typedef struct http_answer {
    int status; /* 0: the handler said nothing yet */
    const char *type;
    oq_buf buf;
    oq_str fixed; /* bytes that outlive the server, instead of buf */
    bool is_fixed, is_fixed_gzip, is_json, is_stream;
    const char *cache; /* Cache-Control; NULL: no-store */
    oq_json json;
    http_header_line *header;
    http_stream *stream;
    http_pieces *pieces; /* instead of a body that is there as a whole */
    oq_err *late;        /* what went wrong where nothing could be returned */
} http_answer;

/* What was decided before the body, to be told when it is out of the way: an error in parts, for
 * an oq_err stays with the thread that made it. */
typedef struct http_refusal {
    oq_kind kind; /* 0: none */
    const char *code;
    int64_t max; /* the fact `max` */
} http_refusal;

typedef enum http_stage { HTTP_OPENED, HTTP_TAKING, HTTP_QUEUED, HTTP_ANSWERED } http_stage;

struct http_req {
    http_server *server;
    struct MHD_Connection *mhd;
    http_conn *conn;
    oq_arena *arena;
    http_stage stage;
    struct http_req *next; /* in the queue */
    oq_us arrived, queued; /* oq_monotonic */

    oq_str target, raw_query, path;
    oq_str method_text;
    http_method method; /* 0: one that no route has */
    bool is_options, wants_page;
    bool is_bare; /* answered in the event thread: an error page would take too long there */
    const http_route *route;
    http_match match;
    oq_str request_id, peer;
    bool is_tls, has_query_lang;
    bool is_last; /* where the next request begins cannot be told: the connection ends with it */
    oq_lang lang;
    http_refusal refusal;

    oq_buf body;
    size_t body_max;
    int64_t body_declared, body_seen, body_held;
    bool has_body, body_too_large, body_checked;
    http_pairs form, query;
    bool form_read, query_read;

    http_who who;
    oq_scope *scope;
    http_answer answer;
    http_header_line *lasting; /* what finding out who asks has set: sent whatever the answer is */
    const char *error_code;    /* for the access log */
    struct MHD_Response *reply;
    bool is_logged, is_stream;
};

static inline bool http_is_head(const http_req *rq)
{
    return oq_str_eq(rq->method_text, OQ_STR("HEAD"));
}

/* Reads method, target and headers; finds the route. Sets rq->refusal when that is enough to say
 * no. (begin.c) */
void http_begin(http_req *rq, const char *method, const char *version);
void http_refuse(http_req *rq, oq_kind kind, const char *code, int64_t max);
/* Whether to answer at once, without waiting for the body. */
bool http_begin_is_final(http_req *rq);

/* --- asking (request.c, body.c) --------------------------------------------------------------*/

/* All values of a header in one text, a comma between them. */
oq_str http_header_joined(http_req *rq, const char *name);
/* Works out the language from all that is known by now. */
void http_lang_settle(http_req *rq);
/* Takes a piece of the body as it arrives. False: cut the connection. */
bool http_body_take(http_req *rq, const char *bytes, size_t len);
void http_body_drop(http_req *rq);
/* Unzips and holds the body against what the route accepts. */
OQ_CHECKED oq_err *http_body_check(http_req *rq);
/* The token of a form; not a form, or none in it: OQ_NONE. */
OQ_CHECKED oq_err *http_body_csrf(http_req *rq, oq_str *ret_token);

/* --- answering (answer.c, reply.c, problem.c) ------------------------------------------------*/

/* Forgets everything that was answered so far, cookies too. */
void http_answer_reset(http_req *rq);
/* Answers with an error: a problem, a page, or a redirect to the sign-in. Never fails. */
void http_answer_err(http_req *rq, const oq_err *err);
void http_answer_page_or_text(http_req *rq, int status, const oq_err *err);
/* The body of a problem (RFC 9457). */
void http_problem_write(oq_json *j, oq_arena *arena, oq_lang lang, oq_str request_id,
                        const oq_err *err);
int http_err_status(const oq_err *err);
/* The number of the fact `name`, or `otherwise`. */
int64_t http_err_fact(const oq_err *err, const char *name, int64_t otherwise);
/* Makes rq->reply of rq->answer: headers, compression. */
void http_reply_build(http_req *rq);

/* --- compression (gzip.c) --------------------------------------------------------------------*/

/* A zipped copy of `in`; false when it would not be smaller. */
bool http_gzip(oq_str in, oq_buf *ret_out);
/* Fails: http.gzip_malformed, http.gzip_truncated, http.body_too_large (fact: max) past `max`
 * bytes. */
OQ_CHECKED oq_err *http_gunzip(oq_str in, size_t max, oq_buf *ret_out);

/* --- answers in pieces (pieces.c) ------------------------------------------------------------*/

/* Makes the first piece. A short answer becomes one like any other. */
OQ_CHECKED oq_err *http_pieces_begin(http_req *rq);
/* Makes the next one; in a worker, for a request whose answer is on its way. */
void http_pieces_go_on(http_req *rq, bool is_hasty);
struct MHD_Response *http_pieces_response(http_req *rq);
void http_pieces_note_end(http_req *rq);    /* for the log; of a request without pieces: nothing */
void http_pieces_drop(http_pieces *pieces); /* accepts NULL */

/* --- dispatching (dispatch.c, worker.c) ------------------------------------------------------*/

/* Everything from the route to the finished reply. */
void http_dispatch(http_req *rq);
/* Ends the unit of work that a piece was made in. */
void http_scope_end(http_req *rq);
/* Whether who was let in for this route may go on: signed in still, in the same tenant, with the
 * right to it. Fails as the dispatcher does, and with access.tenant_left. */
OQ_CHECKED oq_err *http_check_again(http_req *rq);
/* Whether dispatching is a matter of microseconds and may happen in the event thread. */
bool http_dispatch_is_cheap(const http_req *rq);

typedef struct http_worker http_worker;

typedef struct http_queue {
    pthread_mutex_t lock;
    http_req *first, **last;
    int count, max;
    bool is_closed; /* nothing more is taken in */
    bool is_hasty;  /* what waits is answered 503 */
    bool is_waking; /* a worker was woken and is on its way */
    http_worker *worker, *sleeping;
    int worker_count;
} http_queue;

void http_queue_start(http_queue *queue, http_server *server, int workers, int max);
/* Hands the request over. Its connection is asleep already. False: the queue is full or closed. */
bool http_queue_push(http_queue *queue, http_req *rq);
/* The same for one whose answer is on its way: the queue is never too full for it. */
bool http_queue_push_on(http_queue *queue, http_req *rq);
/* Takes nothing more in, answers what waits with 503, and waits for the workers to end. */
void http_queue_stop(http_queue *queue);
void http_queue_drop(http_queue *queue);

/* --- streams (stream.c) ----------------------------------------------------------------------*/

struct MHD_Response *http_stream_response(http_req *rq);
void http_stream_abandon(http_stream *stream); /* accepts NULL */
/* Other times than 15 s and an hour, so that tests need not wait for them. */
void http_hub_tune(http_hub *hub, oq_us beat_after, oq_us life);
/* Ends the streams of every hub, and takes no new ones. */
void http_hubs_end(http_server *server);
/* The server goes; its hubs no longer know it. */
void http_hubs_detach(http_server *server);

/* --- the door (door.c) -----------------------------------------------------------------------*/

typedef struct http_door {
    int listen_fd, stop_fd, port;
    pthread_t thread;
    bool is_kept;
} http_door;

/* Fails: server.bad_address, server.listen. */
OQ_CHECKED oq_err *http_door_open(http_door *door, const http_options *options);
/* From here on clients are let in, to server->mhd. */
void http_door_start(http_server *server);
void http_door_close(http_door *door);

/* --- the server ------------------------------------------------------------------------------*/

typedef struct http_counts {
    _Atomic(int64_t) requests, by_class[6], bytes_out, refused, took_sum, took[12];
    atomic_int working, streams;
} http_counts;

struct http_server {
    http_options options;
    oq_arena *arena;
    http_router *router;
    http_proxies proxies;
    struct MHD_Daemon *mhd;
    http_door door;
    http_conns conns;
    http_queue queue;
    http_counts counts;
    _Atomic(int64_t) held; /* bytes of large bodies in memory */
    pthread_mutex_t hubs_lock;
    http_hub *hubs;
    atomic_bool is_stopping;
    /* Requests opened and not closed; the stop waits until there are none. */
    atomic_int open;
    pthread_mutex_t idle_lock;
    pthread_cond_t idle;
};

void http_count_answer(http_counts *counts, int status, oq_us took, size_t bytes);
/* A condition that waits by the clock that never jumps. */
void http_cond_init(pthread_cond_t *cond);
/* Waits until `until` (oq_monotonic) or a signal; false: the time is up. */
bool http_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, oq_us until);

#endif
