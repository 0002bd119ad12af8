/* A thousand open event streams: what they weigh, and how long a message takes to reach them all.
 * The server is a process of its own, so that only its memory is counted. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"
#include "http/server.h"
#include "http/stream.h"

enum { STREAMS = 1000, ROUNDS = 20, STREAMS_OF_A_USER = 10 };

static const oq_uuid tenant = {{1}};
static http_hub *hub;

/* --- the server ------------------------------------------------------------------------------*/

static oq_err *get_events(http_req *rq)
{
    http_answer_stream(rq, hub, OQ_NONE);
    return NULL;
}

static oq_err *authenticate(void *self, http_req *rq, http_who *ret_who)
{
    int64_t n = 0;
    oq_parse_i64(http_query_text(rq, "user"), &n);
    *ret_who = (http_who){.is_signed_in = true, .tenant_id = tenant};
    ret_who->actor = (oq_actor){.kind = ACTOR_USER, .id = {{(uint8_t)n, (uint8_t)(n >> 8), 1}}};
    return NULL;
}

static const http_route routes[] = {
    {HTTP_GET, "/events", CAP_SIGNED_IN, .handle_plain = get_events},
    {0},
};
static http_route_list tables = {routes, NULL};

/* Publishes one event for each byte that comes by `orders`, until it closes. */
static void serve(int orders, int port_to)
{
    http_server *server;
    http_options options = {.bind = OQ_STR("127.0.0.1"), .routes = &tables};
    options.hooks.authenticate = authenticate;
    oq_log_setup(OQ_LOG_ERROR, OQ_LOG_KEYS);
    oq_err *err = http_server_open(&options, &server);
    if (err) {
        oq_log_err(OQ_LOG_ERROR, "bench.start", err, NULL);
        exit(1);
    }
    hub = http_hub_open(server);
    int port = http_server_port(server);
    if (write(port_to, &port, sizeof port) != sizeof port)
        exit(1);
    OQ_AUTO(oq_buf) event = oq_buf_make(1000);
    http_event_format(&event, OQ_STR("1"), OQ_STR("incident"),
                      OQ_STR("{\"id\":\"0190f5c2-0000-7000-8000-0123456789ab\",\"severity\":"
                             "\"critical\",\"summary\":\"Vibration of P-301A above its limit\"}"));
    for (char order; read(orders, &order, 1) == 1;)
        http_hub_publish(hub, tenant, OQ_UUID_ZERO, oq_buf_view(&event));
    http_server_close(server, 1000);
    http_hub_close(hub);
    exit(0);
}

/* --- the clients -----------------------------------------------------------------------------*/

static void give_up(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int stream_open(int port, int n)
{
    char text[200];
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
        give_up("connect");
    int len = snprintf(text, sizeof text, "GET /events?user=%d HTTP/1.1\r\nHost: bench\r\n\r\n",
                       n / STREAMS_OF_A_USER);
    if (send(fd, text, (size_t)len, 0) != len)
        give_up("send");
    return fd;
}

/* Reads until `marker` has come once more on every stream; ret_ms[i] is how long after `start` it
 * came as the i-th. */
static void wait_for_all(int poll_fd, const char *marker, oq_us start, double *ret_ms)
{
    for (int done = 0; done < STREAMS;) {
        struct epoll_event ready[256];
        int n = epoll_wait(poll_fd, ready, 256, 30000);
        if (n <= 0)
            give_up("a stream is silent");
        for (int i = 0; i < n; i++) {
            char text[8192];
            ssize_t len = recv(ready[i].data.fd, text, sizeof text - 1, 0);
            if (len <= 0)
                give_up("a stream ended");
            text[len] = '\0';
            if (strstr(text, marker))
                ret_ms[done++] = (double)(oq_monotonic() - start) / 1000;
        }
    }
}

int main(void)
{
    struct rlimit files = {4096, 4096};
    int orders[2], ports[2], port = 0;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0 || pipe(orders) != 0 || pipe(ports) != 0)
        give_up("setup");
    pid_t server = fork();
    if (server == 0) {
        close(orders[1]);
        serve(orders[0], ports[1]);
    }
    close(orders[0]);
    close(ports[1]);
    if (read(ports[0], &port, sizeof port) != sizeof port)
        give_up("the server did not start");
    double idle_mb = bench_resident_mb(server);

    int poll_fd = epoll_create1(0);
    static double ms[STREAMS];
    for (int i = 0; i < STREAMS; i++) {
        int fd = stream_open(port, i);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
            give_up("epoll");
    }
    wait_for_all(poll_fd, "retry:", oq_monotonic(), ms);
    double open_mb = bench_resident_mb(server);

    oq_arena *arena = oq_arena_open(0);
    double middle[ROUNDS], last[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        oq_us start = oq_monotonic();
        if (write(orders[1], "!", 1) != 1)
            give_up("order");
        wait_for_all(poll_fd, "data:", start, ms);
        middle[round] = ms[STREAMS / 2];
        last[round] = ms[STREAMS - 1];
    }
    double after_mb = bench_resident_mb(server);
    close(orders[1]);
    int status;
    waitpid(server, &status, 0);

    const bench_figure figures[] = {
        {.name = "sse.idle_resident",
         .value = idle_mb,
         .unit = "MB",
         .gate = 40,
         .goal = BENCH_AT_MOST},
        {.name = "sse.1000_streams_resident",
         .value = after_mb > open_mb ? after_mb : open_mb,
         .unit = "MB",
         .gate = 100,
         .goal = BENCH_AT_MOST},
        {.name = "sse.1000_streams_reached_median",
         .value = bench_median(arena, middle, ROUNDS),
         .unit = "ms",
         .gate = 100,
         .goal = BENCH_AT_MOST},
        {.name = "sse.1000_streams_reached_last",
         .value = bench_median(arena, last, ROUNDS),
         .unit = "ms",
         .gate = 100,
         .goal = BENCH_AT_MOST},
    };
    for (size_t i = 0; i < OQ_COUNT(figures); i++)
        bench_print(&figures[i]);
    oq_arena_close(arena);
    return status == 0 ? 0 : 1;
}
