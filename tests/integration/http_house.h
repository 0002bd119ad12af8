/* integration/http_house.h
 *
 * A small program behind a real server, and what its tests share: clients, waiting, streams. */
#ifndef TEST_HTTP_HOUSE_H
#define TEST_HTTP_HOUSE_H

#include <pthread.h>
#include <stdatomic.h>

#include "http/inner.h"
#include "http/test_client.h"

/* --- a small program -------------------------------------------------------------------------*/

static atomic_int runs; /* of handlers that change something */
static _Atomic(http_hub *) hub;
static const char css[] = "body { color: black } /* not much, but enough to be worth zipping */";

static oq_err *get_plain(http_req *rq)
{
    oq_buf buf = oq_buf_make(100);
    oq_buf_lit(&buf, "plain");
    http_answer_buf(rq, 200, "text/plain", &buf);
    return NULL;
}

static oq_err *get_css(http_req *rq)
{
    http_answer_static(rq, "text/css", oq_cstr(css), OQ_STR("\x1f\x8b pretended"), OQ_STR("0123"),
                       true);
    return NULL;
}

static oq_err *get_icon(http_req *rq)
{
    http_answer_static(rq, "image/png", OQ_STR("png"), OQ_NONE, OQ_STR("77"), false);
    return NULL;
}

static oq_err *get_big(http_req *rq)
{
    oq_json *j = http_json(rq, 200);
    oq_json_array(j);
    for (int i = 0; i < 5000; i++)
        oq_json_text(j, OQ_STR("the same again"));
    oq_json_array_end(j);
    return NULL;
}

static oq_err *get_slow(http_req *rq)
{
    int64_t ms = 200;
    oq_parse_i64(http_query_text(rq, "ms"), &ms);
    atomic_fetch_add(&runs, 1);
    usleep((useconds_t)ms * 1000);
    return get_plain(rq);
}

static oq_err *put_echo(http_req *rq)
{
    atomic_fetch_add(&runs, 1);
    oq_buf buf = oq_buf_make(20 * 1024 * 1024);
    oq_buf_str(&buf, http_body_raw(rq));
    http_answer_buf(rq, 200, "application/octet-stream", &buf);
    return NULL;
}

static oq_err *get_echo_of(http_req *rq)
{
    oq_json *j = http_json(rq, 200);
    oq_json_text(j, http_path_text(rq, "what"));
    return NULL;
}

static oq_err *get_events(http_req *rq)
{
    oq_str replay = http_last_event_id(rq);
    OQ_TRY(http_stream_subscribe(rq, hub));
    http_answer_stream(rq, hub,
                       replay.len ? oq_strf(http_arena(rq), "data: after %.*s\n\n", OQ_FMT(replay))
                                  : OQ_NONE);
    return NULL;
}

/* Subscribes and answers something else. */
static oq_err *get_no_events(http_req *rq)
{
    OQ_TRY(http_stream_subscribe(rq, hub));
    return get_plain(rq);
}

/* ?pieces=3&fail=2: numbered lines of some 100 kB each, and where it breaks. */
typedef struct pieces_job {
    int64_t pieces, fail, done;
} pieces_job;
static atomic_int pieces_made;

static oq_err *make_piece(void *self, http_req *rq, oq_buf *out, bool *ret_is_last)
{
    pieces_job *job = self;
    atomic_fetch_add(&pieces_made, 1);
    if (job->fail == ++job->done)
        return oq_fail(OQ_CONFLICT, "test.broken");
    oq_alloc(http_arena(rq), 100000); /* given back after each piece */
    for (int i = 0; i < 10000; i++)
        oq_buf_f(out, "line %05lld\n", (long long)(job->done - 1) * 10000 + i);
    *ret_is_last = job->done == job->pieces;
    return NULL;
}

static oq_err *get_pieces(http_req *rq)
{
    pieces_job *job = oq_new(http_arena(rq), pieces_job);
    oq_parse_i64(http_query_text(rq, "pieces"), &job->pieces);
    oq_parse_i64(http_query_text(rq, "fail"), &job->fail);
    http_answer_pieces(rq, 200, "text/csv; charset=utf-8", make_piece, job);
    http_as_file(rq, OQ_STR("lines.csv"));
    return NULL;
}

static const http_route routes[] = {
    {HTTP_GET, "/", CAP_PUBLIC, .handle_plain = get_plain, .is_cheap = true},
    {HTTP_GET, "/work", CAP_PUBLIC, .handle_plain = get_plain},
    {HTTP_GET, "/app.css", CAP_PUBLIC, .handle_plain = get_css, .is_cheap = true},
    {HTTP_GET, "/icon.png", CAP_PUBLIC, .handle_plain = get_icon, .is_cheap = true},
    {HTTP_GET, "/api/big", CAP_PUBLIC, .handle_plain = get_big},
    {HTTP_GET, "/api/pieces", CAP_PUBLIC, .handle_plain = get_pieces},
    {HTTP_GET, "/api/slow", CAP_PUBLIC, .handle_plain = get_slow, .limit_s = 1},
    {HTTP_POST, "/api/echo", CAP_PUBLIC, .handle_plain = put_echo, .takes_raw = true,
     .body_max = 10000, .limit_s = 1},
    {HTTP_GET, "/api/echo/{what}", CAP_PUBLIC, .handle_plain = get_echo_of},
    {HTTP_GET, "/api/live", CAP_SIGNED_IN, .handle_plain = get_events},
    {HTTP_GET, "/api/no-events", CAP_SIGNED_IN, .handle_plain = get_no_events},
    {0},
};
static http_route_list tables = {routes, NULL};

/* "Authorization: Bearer 2 5" is user 5 of tenant 2. */
static oq_err *authenticate(void *self, http_req *rq, http_who *ret_who)
{
    unsigned tenant, user;
    oq_str words = http_header(rq, "Authorization");
    if (!words.len || sscanf(words.ptr, "Bearer %u %u", &tenant, &user) != 2)
        return NULL;
    ret_who->is_signed_in = true;
    ret_who->tenant_id = (oq_uuid){{(uint8_t)tenant, 1}};
    ret_who->actor = (oq_actor){.kind = ACTOR_USER, .id = {{(uint8_t)user, 2}}};
    return NULL;
}

typedef struct house {
    oq_arena *arena;
    http_server *server;
    http_hub *hub;
    int port;
} house;

static inline void house_drop(house *h)
{
    if (!h->server)
        return;
    http_server_close(h->server, 2000);
    http_hub_close(h->hub);
    oq_arena_close(h->arena);
    oq_err_reset();
}

/* A server with other options than the presets, where given. */
static inline house house_with(http_options options)
{
    house h = {.arena = oq_arena_open(0)};
    if (!options.bind.ptr)
        options.bind = OQ_STR("127.0.0.1");
    options.routes = &tables;
    options.hooks.authenticate = authenticate;
    CHECK_OK(http_server_open(&options, &h.server));
    h.port = http_server_port(h.server);
    h.hub = http_hub_open(h.server);
    hub = h.hub;
    runs = 0;
    return h;
}

static inline house house_make(void)
{
    return house_with((http_options){.worker_threads = 2});
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: t\r\n\r\n"

static inline void check_healthy(const char *label, house *h)
{
    seen s = client_ask(h->arena, h->port, GET("/work"));
    CHECK(label, s.status == 200 && seen_has(&s, "plain"));
}

static inline bool until(bool (*is_so)(house *h), house *h)
{
    for (int i = 0; i < 2000; i++) {
        if (is_so(h))
            return true;
        usleep(5000);
    }
    return false;
}

static inline bool nobody_is_left(house *h)
{
    http_stats s = http_stats_get(h->server);
    return s.connections == 0 && s.working == 0 && s.queued == 0;
}

static inline client stream_open(house *h, unsigned tenant, unsigned user, const char *headers)
{
    client c = client_open(h->port);
    client_say(&c, oq_strf(h->arena,
                           "GET /api/live HTTP/1.1\r\nHost: t\r\n"
                           "Authorization: Bearer %u %u\r\n%s\r\n",
                           tenant, user, headers)
                       .ptr);
    return c;
}

/* Whether `text` comes within the time allowed. */
static inline bool hears(client *c, const char *text)
{
    oq_us give_up = oq_monotonic() + CLIENT_WAIT_MS * OQ_MS;
    while (oq_str_find(oq_buf_view(&c->in), oq_cstr(text)) == SIZE_MAX)
        if (oq_monotonic() > give_up || !client_hear(c, CLIENT_WAIT_MS))
            return false;
    return true;
}

static inline oq_uuid tenant(unsigned n)
{
    return (oq_uuid){{(uint8_t)n, 1}};
}

static inline oq_uuid user(unsigned n)
{
    return (oq_uuid){{(uint8_t)n, 2}};
}

static inline int quiet(void **state)
{
    oq_log_setup(OQ_LOG_ERROR + 1, OQ_LOG_KEYS);
    return 0;
}

#endif
