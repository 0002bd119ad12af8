#include "bench/load.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/bench.h"
#include "support/program.h"

#include "base/banned.h"

enum { ANSWER_MAX = 256 * 1024 * 1024, CONNECTIONS_MAX = 64 };

static int connect_to(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
        program_give_up(strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void send_all(int fd, oq_str bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n <= 0)
            program_give_up("the request was not taken");
        bytes = oq_str_sub(bytes, (size_t)n, SIZE_MAX);
    }
}

static size_t read_some(int fd, oq_buf *into)
{
    char *room = oq_buf_room(into, 256 * 1024);
    ssize_t got = read(fd, room, 256 * 1024);
    if (got <= 0)
        program_give_up("the answer was cut off");
    into->len += (size_t)got;
    return (size_t)got;
}

/* The end of a body in chunks, or SIZE_MAX: not all there yet. */
static size_t chunked_end(oq_str text, size_t at)
{
    for (;;) {
        oq_str rest = oq_str_sub(text, at, SIZE_MAX);
        size_t line = oq_str_find(rest, OQ_STR("\r\n"));
        if (line == SIZE_MAX)
            return SIZE_MAX;
        unsigned long size = strtoul(rest.ptr, NULL, 16);
        at += line + 2 + size + 2;
        if (at > text.len)
            return SIZE_MAX;
        if (size == 0)
            return at;
    }
}

/* Reads one answer; gives where its body begins. Fails the program unless it is 2xx. */
static size_t read_answer(int fd, oq_buf *into)
{
    oq_buf_clear(into);
    size_t head = SIZE_MAX;
    while (head == SIZE_MAX) {
        read_some(fd, into);
        size_t end = oq_str_find(oq_buf_view(into), OQ_STR("\r\n\r\n"));
        head = end == SIZE_MAX ? SIZE_MAX : end + 4;
    }
    oq_str view = oq_buf_view(into);
    if (view.len < 12 || view.ptr[9] != '2') {
        fprintf(stderr, "%.*s\n", (int)(view.len < 2000 ? view.len : 2000), view.ptr);
        program_give_up("the answer is not 2xx");
    }
    oq_str header = oq_str_sub(view, 0, head);
    bool chunked = oq_str_find(header, OQ_STR("chunked")) != SIZE_MAX;
    size_t want = 0;
    if (!chunked)
        want = head + (size_t)bench_number_after(header, "Content-Length:");
    while (chunked ? chunked_end(oq_buf_view(into), head) == SIZE_MAX : into->len < want)
        read_some(fd, into);
    return head;
}

static oq_str request_head(oq_arena *arena, const char *method, const char *path, oq_str headers,
                           size_t body_len)
{
    return oq_strf(arena, "%s %s HTTP/1.1\r\nHost: bench\r\n%.*sContent-Length: %zu\r\n\r\n",
                   method, path, OQ_FMT(headers), body_len);
}

/* --- many requests ------------------------------------------------------------------------------*/

typedef struct shared {
    const load *l;
    pthread_mutex_t lock;
    size_t next;
} shared;

static void *send_requests(void *self)
{
    shared *sh = self;
    const load *l = sh->l;
    oq_arena *arena = oq_arena_open(0);
    oq_buf answer = oq_buf_make(ANSWER_MAX), made = oq_buf_make(ANSWER_MAX);
    int fd = connect_to(l->port);
    for (;;) {
        pthread_mutex_lock(&sh->lock);
        size_t k = sh->next++;
        oq_buf_clear(&made);
        if (k < l->requests && !l->bodies)
            l->make(l->self, k, &made);
        pthread_mutex_unlock(&sh->lock);
        if (k >= l->requests)
            break;
        oq_str body = l->bodies ? l->bodies[k] : oq_buf_view(&made);
        oq_arena_reset(arena);
        oq_str path = oq_str_copy(arena, l->path);
        send_all(fd, request_head(arena, "POST", path.ptr, l->headers, body.len));
        send_all(fd, body);
        read_answer(fd, &answer);
    }
    close(fd);
    oq_buf_drop(&answer);
    oq_buf_drop(&made);
    oq_arena_close(arena);
    return NULL;
}

double load_run(const load *l)
{
    pthread_t thread[CONNECTIONS_MAX];
    shared sh = {.l = l, .lock = PTHREAD_MUTEX_INITIALIZER};
    oq_us begun = oq_monotonic();
    for (int i = 0; i < l->connections; i++)
        if (pthread_create(&thread[i], NULL, send_requests, &sh) != 0)
            program_give_up("no thread");
    for (int i = 0; i < l->connections; i++)
        pthread_join(thread[i], NULL);
    return (double)(oq_monotonic() - begun) / 1e6;
}

/* --- questions ----------------------------------------------------------------------------------*/

typedef struct asking {
    int fd;
    oq_str request;
    double *took;
} asking;

/* One answer; gives how long it took, in milliseconds. */
static double time_one(const asking *a, oq_buf *answer, size_t *ret_bytes)
{
    oq_us begun = oq_monotonic();
    send_all(a->fd, a->request);
    size_t head = read_answer(a->fd, answer);
    *ret_bytes = answer->len - head;
    return (double)(oq_monotonic() - begun) / 1000;
}

void load_time_in_turn(load_question *question, size_t count, size_t rounds)
{
    enum { WARM_UP = 5 };
    oq_arena *arena = oq_arena_open(0);
    oq_buf answer = oq_buf_make(ANSWER_MAX);
    asking *all = oq_new_n(arena, asking, count);
    for (size_t k = 0; k < count; k++)
        all[k] = (asking){.fd = connect_to(question[k].port),
                          .request = oq_strf(arena, "GET %s HTTP/1.1\r\nHost: bench\r\n%.*s\r\n",
                                             question[k].path, OQ_FMT(question[k].headers)),
                          .took = oq_new_n(arena, double, rounds)};
    for (size_t i = 0; i < rounds + WARM_UP; i++)
        for (size_t k = 0; k < count; k++) {
            double ms = time_one(&all[k], &answer, &question[k].bytes);
            if (i >= WARM_UP)
                all[k].took[i - WARM_UP] = ms;
        }
    for (size_t k = 0; k < count; k++) {
        question[k].ms = bench_median(arena, all[k].took, rounds);
        close(all[k].fd);
    }
    oq_buf_drop(&answer);
    oq_arena_close(arena);
}

double load_time_get(int port, const char *path, oq_str headers, size_t rounds, size_t *ret_bytes)
{
    load_question one = {.port = port, .path = path, .headers = headers};
    load_time_in_turn(&one, 1, rounds);
    if (ret_bytes)
        *ret_bytes = one.bytes;
    return one.ms;
}

static oq_str ask_once(oq_arena *arena, int port, oq_str head, oq_str body)
{
    oq_buf answer = oq_buf_make(ANSWER_MAX);
    int fd = connect_to(port);
    send_all(fd, head);
    send_all(fd, body);
    size_t at = read_answer(fd, &answer);
    close(fd);
    oq_str text = oq_str_copy(arena, oq_str_sub(oq_buf_view(&answer), at, SIZE_MAX));
    oq_buf_drop(&answer);
    return text;
}

oq_str load_get(oq_arena *arena, int port, const char *path, oq_str headers)
{
    oq_str head =
        oq_strf(arena, "GET %s HTTP/1.1\r\nHost: bench\r\n%.*s\r\n", path, OQ_FMT(headers));
    return ask_once(arena, port, head, OQ_STR(""));
}

oq_str load_post(oq_arena *arena, int port, const char *path, oq_str headers, oq_str body)
{
    return ask_once(arena, port, request_head(arena, "POST", path, headers, body.len), body);
}
