#include "main/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/banned.h"

enum { ANSWER_MAX = 64 * 1024 };

typedef union place {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} place;

static bool find_place(oq_str address, int port, place *at, socklen_t *len)
{
    char text[INET6_ADDRSTRLEN] = "";
    if (address.len == 0 || address.len >= sizeof text || port < 0 || port > UINT16_MAX)
        return false;
    memcpy(text, address.ptr, address.len);
    memset(at, 0, sizeof *at);
    if (inet_pton(AF_INET, text, &at->v4.sin_addr) == 1) {
        at->v4.sin_family = AF_INET;
        at->v4.sin_port = htons((uint16_t)port);
        *len = sizeof at->v4;
        return true;
    }
    if (inet_pton(AF_INET6, text, &at->v6.sin6_addr) == 1) {
        at->v6.sin6_family = AF_INET6;
        at->v6.sin6_port = htons((uint16_t)port);
        *len = sizeof at->v6;
        return true;
    }
    return false;
}

oq_err *probe_port(oq_str address, int port)
{
    place at;
    socklen_t len;
    if (!find_place(address, port, &at, &len))
        return oq_fail(OQ_INVALID, "server.bad_address", "address=%.*s port=%d", OQ_FMT(address),
                       port);
    if (port == 0)
        return NULL;
    int fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1, why = 0;
    /* As the server itself will do it: what lingers of an earlier one is not in its way. */
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(fd, &at.any, len) < 0 || listen(fd, 1) < 0)
        why = errno;
    if (fd >= 0)
        close(fd);
    if (why == EADDRINUSE)
        return oq_fail(OQ_CONFLICT, "probe.port_taken", "address=%.*s port=%d", OQ_FMT(address),
                       port);
    if (why)
        return oq_fail(OQ_CONFLICT, "probe.port_denied", "address=%.*s port=%d reason=%s",
                       OQ_FMT(address), port, strerror(why));
    return NULL;
}

oq_str probe_host(oq_str address)
{
    if (oq_str_eq(address, OQ_STR("0.0.0.0")))
        return OQ_STR("127.0.0.1");
    return oq_str_eq(address, OQ_STR("::")) ? OQ_STR("::1") : address;
}

oq_str probe_url(oq_arena *arena, oq_str address, int port)
{
    oq_str host = probe_host(address);
    bool is_v6 = oq_str_find_char(host, ':') != SIZE_MAX;
    return oq_strf(arena, is_v6 ? "http://[%.*s]:%d" : "http://%.*s:%d", OQ_FMT(host), port);
}

/* Waits until the socket is ready; false: the time is up. */
static bool wait_for(int fd, short what, oq_us deadline)
{
    for (;;) {
        oq_us left = deadline - oq_monotonic();
        struct pollfd polled = {.fd = fd, .events = what};
        int ready = left > 0 ? poll(&polled, 1, (int)(left / OQ_MS) + 1) : 0;
        if (ready >= 0 || errno != EINTR)
            return ready > 0;
    }
}

static bool send_all(int fd, oq_str text, oq_us deadline)
{
    while (text.len) {
        if (!wait_for(fd, POLLOUT, deadline))
            return false;
        ssize_t n = send(fd, text.ptr, text.len, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return false;
        text = oq_str_sub(text, n > 0 ? (size_t)n : 0, SIZE_MAX);
    }
    return true;
}

static oq_str receive_all(oq_arena *arena, int fd, oq_us deadline)
{
    char *bytes = oq_alloc(arena, ANSWER_MAX);
    size_t len = 0;
    while (len < ANSWER_MAX && wait_for(fd, POLLIN, deadline)) {
        ssize_t n = recv(fd, bytes + len, ANSWER_MAX - len, 0);
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
            break;
        len += n > 0 ? (size_t)n : 0;
    }
    return oq_strn(bytes, len);
}

/* "HTTP/1.1 200 OK": 200; 0 when it is none. */
static int status_of(oq_str answer)
{
    int64_t status;
    oq_str word = oq_str_sub(answer, sizeof "HTTP/1.1 " - 1, 3);
    bool is_http = oq_str_starts(answer, OQ_STR("HTTP/1.")) && oq_parse_i64(word, &status);
    return is_http ? (int)status : 0;
}

int probe_get(oq_arena *arena, oq_str address, int port, const char *path, int limit_ms,
              oq_str *ret_body)
{
    place at;
    socklen_t len;
    *ret_body = OQ_STR("");
    if (!find_place(probe_host(address), port, &at, &len))
        return 0;
    oq_us deadline = oq_monotonic() + limit_ms * OQ_MS;
    int fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return 0;
    oq_str request = oq_strf(arena,
                             "GET %s HTTP/1.1\r\nHost: localhost:%d\r\nUser-Agent: optria\r\n"
                             "Connection: close\r\n\r\n",
                             path, port);
    oq_str answer = OQ_STR("");
    if ((connect(fd, &at.any, len) == 0 || errno == EINPROGRESS) && send_all(fd, request, deadline))
        answer = receive_all(arena, fd, deadline);
    close(fd);
    size_t head = oq_str_find(answer, OQ_STR("\r\n\r\n"));
    if (head == SIZE_MAX)
        return 0;
    *ret_body = oq_str_sub(answer, head + 4, SIZE_MAX);
    return status_of(answer);
}
