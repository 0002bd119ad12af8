/* Requests per second of an empty handler, in the event thread and through a worker, beside the
 * barest program that libmicrohttpd allows. wrk asks: 32 connections, 2 threads, 3 seconds. */
#include <microhttpd.h>

#include "bench/bench.h"
#include "support/program.h"
#include "http/request.h"
#include "http/server.h"

static oq_err *get_hello(http_req *rq)
{
    oq_buf buf = oq_buf_make(100);
    oq_buf_lit(&buf, "hello");
    http_answer_buf(rq, 200, "text/plain", &buf);
    return NULL;
}

static const http_route routes[] = {
    {HTTP_GET, "/cheap", CAP_PUBLIC, .handle_plain = get_hello, .is_cheap = true},
    {HTTP_GET, "/worker", CAP_PUBLIC, .handle_plain = get_hello},
    {0},
};
static http_route_list tables = {routes, NULL};

static enum MHD_Result bare(void *cls, struct MHD_Connection *connection, const char *url,
                            const char *method, const char *version, const char *upload,
                            size_t *upload_size, void **state)
{
    if (!*state) {
        *state = state;
        return MHD_YES;
    }
    struct MHD_Response *r =
        MHD_create_response_from_buffer(5, (void *)(uintptr_t) "hello", MHD_RESPMEM_PERSISTENT);
    enum MHD_Result sent = MHD_queue_response(connection, 200, r);
    MHD_destroy_response(r);
    return sent;
}

static double per_second(oq_arena *arena, int port, const char *path)
{
    oq_str command = oq_strf(arena, "wrk -c32 -t2 -d3s http://127.0.0.1:%d%s", port, path);
    return bench_number_after(program_output(arena, command.ptr), "Requests/sec:");
}

int main(void)
{
    http_server *server;
    http_options options = {.bind = OQ_STR("127.0.0.1"), .routes = &tables};
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    oq_err *err = http_server_open(&options, &server);
    struct MHD_Daemon *peer =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, bare, NULL,
                         MHD_OPTION_THREAD_POOL_SIZE, 2u, MHD_OPTION_END);
    if (err || !peer)
        return 1;
    int peer_port = MHD_get_daemon_info(peer, MHD_DAEMON_INFO_BIND_PORT)->port;
    oq_arena *arena = oq_arena_open(0);
    double bare_rate = per_second(arena, peer_port, "/");
    double cheap = per_second(arena, http_server_port(server), "/cheap");
    double worker = per_second(arena, http_server_port(server), "/worker");
    const bench_figure figures[] = {
        {.name = "http.cheap",
         .value = cheap,
         .unit = "1/s",
         .peer = "bare libmicrohttpd",
         .peer_value = bare_rate,
         .gate = 0.5},
        {.name = "http.worker",
         .value = worker,
         .unit = "1/s",
         .peer = "bare libmicrohttpd",
         .peer_value = bare_rate,
         .gate = 0.25},
    };
    for (size_t i = 0; i < OQ_COUNT(figures); i++)
        bench_print(&figures[i]);
    oq_arena_close(arena);
    MHD_stop_daemon(peer);
    http_server_close(server, 1000);
    return 0;
}
