/* The listening socket and the thread that accepts.
 *
 * Not left to libmicrohttpd (0.9.75): its way of closing the door of a running server
 * (MHD_quiesce_daemon with epoll and a thread pool) races with its own event threads, and whoever
 * comes second aborts the process. Here the door can be closed at any moment, a start that fails
 * says why, and who comes when all connections are taken is told so. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/inner.h"

static oq_err *listen_failed(const http_options *options, const char *what)
{
    return oq_err_detail(oq_fail(OQ_UNAVAILABLE, "server.listen", "address=%.*s port=%d why=%s",
                                 OQ_FMT(options->bind), options->port, strerror(errno)),
                         "%s", what);
}

static oq_err *bind_address(const http_options *options, struct sockaddr_storage *ret_at,
                            socklen_t *ret_len)
{
    char text[INET6_ADDRSTRLEN];
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)options->port)};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options->port)};
    memset(ret_at, 0, sizeof *ret_at);
    bool fits = options->bind.len > 0 && options->bind.len < sizeof text && options->port >= 0 &&
                options->port <= UINT16_MAX;
    if (fits) {
        memcpy(text, options->bind.ptr, options->bind.len);
        text[options->bind.len] = '\0';
    }
    if (fits && inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        memcpy(ret_at, &v4, *ret_len = sizeof v4);
        return NULL;
    }
    if (fits && inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
        memcpy(ret_at, &v6, *ret_len = sizeof v6);
        return NULL;
    }
    return oq_fail(OQ_INVALID, "server.bad_address", "address=%.*s port=%d", OQ_FMT(options->bind),
                   options->port);
}

oq_err *http_door_open(http_door *door, const http_options *options)
{
    struct sockaddr_storage at;
    socklen_t len;
    OQ_TRY(bind_address(options, &at, &len));
    int fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return listen_failed(options, "socket");
    int on = 1, off = 0;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (at.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, (struct sockaddr *)&at, len) != 0 || listen(fd, SOMAXCONN) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0 ||
        (door->stop_fd = eventfd(0, EFD_CLOEXEC)) < 0) {
        oq_err *err = listen_failed(options, "bind");
        close(fd);
        return err;
    }
    door->listen_fd = fd;
    door->port = ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port
                                                : ((struct sockaddr_in *)&at)->sin_port);
    return NULL;
}

static void refuse(int fd)
{
    static const char words[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n"
                                "Content-Length: 0\r\nConnection: close\r\n\r\n";
    if (send(fd, words, sizeof words - 1, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
        shutdown(fd, SHUT_WR);
    close(fd);
}

/* Takes in all who wait outside. */
static void accept_all(http_server *server)
{
    for (;;) {
        struct sockaddr_storage from;
        socklen_t len = sizeof from;
        int fd = accept4(server->door.listen_fd, (struct sockaddr *)&from, &len,
                         SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) {
            /* Without descriptors or memory the caller stays outside, and asking again at once
             * would only burn the processor. */
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                oq_log_warn("http.accept_failed", OQ_F_CSTR("why", strerror(errno)));
                poll(NULL, 0, 100);
            }
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            return;
        }
        if (http_conns_count(&server->conns) >= server->options.connections_max)
            refuse(fd);
        else
            MHD_add_connection(server->mhd, fd, (struct sockaddr *)&from, len);
    }
}

static void *keep_door(void *arg)
{
    http_server *server = arg;
    struct pollfd at[2] = {{.fd = server->door.listen_fd, .events = POLLIN},
                           {.fd = server->door.stop_fd, .events = POLLIN}};
    for (;;) {
        if (poll(at, 2, -1) < 0 && errno != EINTR)
            abort();
        if (at[1].revents)
            return NULL;
        if (at[0].revents)
            accept_all(server);
    }
}

void http_door_start(http_server *server)
{
    if (pthread_create(&server->door.thread, NULL, keep_door, server))
        abort();
    pthread_setname_np(server->door.thread, "http-door");
    server->door.is_kept = true;
}

void http_door_close(http_door *door)
{
    uint64_t one = 1;
    if (door->is_kept) {
        if (write(door->stop_fd, &one, sizeof one) != sizeof one)
            abort();
        pthread_join(door->thread, NULL);
    }
    close(door->listen_fd);
    close(door->stop_fd);
}
