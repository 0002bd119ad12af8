/* http/server.h
 *
 * The one place that knows libmicrohttpd. Event threads accept and parse; a request that needs
 * the database is handed to worker threads over a queue with a ceiling (full: 503 with
 * Retry-After), and its connection sleeps until the answer is ready. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/base.h"
#include "http/request.h"
#include "http/route.h"

typedef struct http_server http_server;

/* What a client may send, whatever the route. Past these: 414, 431, 413. A request whose header
 * is not there `idle_timeout_s` after its connection was ready for it, whose body is not there
 * after the route's limit_s, or whose answer is not taken within ten minutes, is cut off. */
enum {
    HTTP_TARGET_MAX = 8 * 1024,
    HTTP_HEADER_BYTES_MAX = 16 * 1024,
    HTTP_HEADERS_MAX = 100,
    HTTP_BODY_PRESET = 64 * 1024,       /* body_max of a route that says nothing */
    HTTP_ANSWER_MAX = 64 * 1024 * 1024, /* an answer built in memory */
    HTTP_LIMIT_PRESET_S = 30,
};

/* What the floors above lend to the dispatcher. */
typedef struct http_hooks {
    /* Finds out who asks, from cookie or bearer token. No credentials: succeeds with nobody.
     * Bad credentials: an OQ_UNAUTHENTICATED error (auth.session_expired ...). */
    oq_err *(*authenticate)(void *self, http_req *rq, http_who *ret_who);
    /* Who asks, once more: before each further piece of an answer that is made piece by piece,
     * since that can take hours. By what the credentials stand for (the session, the token), not by
     * the cookie that came with the request, for it is renewed meanwhile. Fails as authenticate
     * does. NULL: nobody is asked again. */
    oq_err *(*authenticate_again)(void *self, http_req *rq, http_who *ret_who);
    /* Renders an error page (is_page routes) or the 404 of a browser. */
    oq_err *(*error_page)(void *self, http_req *rq, int status, const oq_err *err);
    /* Whether a feature is on ("blackbox"). */
    bool (*feature_is_on)(void *self, const char *feature);
    void *self;
} http_hooks;

typedef struct http_options {
    oq_str bind;                     /* "127.0.0.1", "::1", "0.0.0.0" */
    int port;                        /* 0: any free one */
    int event_threads;               /* 2 */
    int worker_threads;              /* 8 */
    int connections_max;             /* 2000; more are refused */
    int connections_per_address_max; /* 0: no limit; proxies come from one address */
    int idle_timeout_s;              /* 30: a silent connection is closed */
    int queue_max;                   /* 1000 requests waiting for a worker */
    oq_str trusted_proxies;          /* addresses or networks (10.0.0.0/8), comma between them */
    db_pool *pool;
    http_route_list *routes;
    http_hooks hooks;
} http_options;

/* Checks the tables first: a route without capability, two routes on one path, a platform route
 * without a platform capability: server.bad_route (facts: method, path, why), and nothing is
 * started. Fails also with server.bad_address, server.bad_proxies, server.listen (facts: address,
 * port, why). */
OQ_CHECKED oq_err *http_server_open(const http_options *options, http_server **ret_server);
int http_server_port(const http_server *server);
/* Stops accepting, finishes what was accepted (at most `grace_ms`, then what still waits is
 * answered 503), closes event streams. A handler that runs is always waited for. Accepts NULL. */
void http_server_close(http_server *server, int grace_ms);

/* For /metrics and tests. */
typedef struct http_stats {
    int64_t requests_total, by_class[6];     /* by_class[2]: 2xx */
    int64_t bytes_out_total;                 /* of bodies as sent, without streams */
    int64_t refused_total;                   /* 503 because the queue was full */
    int64_t took_us_sum, took_us_bucket[12]; /* see http_took_bounds_us */
    int connections, streams, queued, working;
} http_stats;
/* Upper bounds; the last bucket has none. */
extern const int64_t http_took_bounds_us[11];
http_stats http_stats_get(http_server *server);

/* All routes in order, for the wall tests and the manual. */
size_t http_route_count(const http_server *server);
const http_route *http_route_at(const http_server *server, size_t i);

/* OpenAPI 3.1 of the routes under /api/. */
void http_write_openapi(oq_json *j, http_route_list *routes, oq_str version);

#endif
