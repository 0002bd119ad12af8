/* Connections, and who is too slow.
 *
 * libmicrohttpd closes a connection that is silent, but one that sends a byte now and then may stay
 * for ever. So every connection has a deadline for what its client owes (the header, the body,
 * taking the answer), and a watcher shuts down the sockets of those who are late;
 * libmicrohttpd then sees them closed and cleans up. */
#include <arpa/inet.h>
#include <sys/socket.h>

#include "http/inner.h"

void http_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

bool http_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, oq_us until)
{
    struct timespec at = {.tv_sec = until / OQ_SECOND, .tv_nsec = until % OQ_SECOND * 1000};
    return pthread_cond_timedwait(cond, lock, &at) == 0;
}

static void *watch(void *arg)
{
    http_conns *conns = arg;
    pthread_mutex_lock(&conns->lock);
    while (!conns->is_stopping) {
        oq_us now = oq_monotonic();
        for (http_conn *c = conns->first; c; c = c->next) {
            if (atomic_load_explicit(&c->deadline, memory_order_relaxed) > now)
                continue;
            /* The descriptor is still ours: it is closed only after its connection has left this
             * list. */
            shutdown(c->fd, SHUT_RDWR);
            http_conn_expect(c, HTTP_NEVER);
            oq_log_info("http.too_slow", OQ_F_CSTR("peer", c->address));
        }
        http_cond_wait_until(&conns->stop, &conns->lock, now + OQ_SECOND);
    }
    pthread_mutex_unlock(&conns->lock);
    return NULL;
}

void http_conns_start(http_conns *conns)
{
    pthread_mutex_init(&conns->lock, NULL);
    http_cond_init(&conns->stop);
    if (pthread_create(&conns->watcher, NULL, watch, conns))
        abort();
    pthread_setname_np(conns->watcher, "http-watch");
}

void http_conns_stop(http_conns *conns)
{
    pthread_mutex_lock(&conns->lock);
    conns->is_stopping = true;
    pthread_cond_signal(&conns->stop);
    pthread_mutex_unlock(&conns->lock);
    pthread_join(conns->watcher, NULL);
}

void http_conns_drop(http_conns *conns)
{
    pthread_cond_destroy(&conns->stop);
    pthread_mutex_destroy(&conns->lock);
}

int http_conns_count(http_conns *conns)
{
    pthread_mutex_lock(&conns->lock);
    int count = conns->count;
    pthread_mutex_unlock(&conns->lock);
    return count;
}

static void write_address(const struct sockaddr *from, char *out, size_t size)
{
    out[0] = '\0';
    if (from->sa_family == AF_INET) {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)from)->sin_addr, out, (socklen_t)size);
    } else if (from->sa_family == AF_INET6) {
        const struct in6_addr *a = &((const struct sockaddr_in6 *)from)->sin6_addr;
        /* A dual-stack socket shows IPv4 clients like this; people know them without it. */
        if (IN6_IS_ADDR_V4MAPPED(a))
            inet_ntop(AF_INET, a->s6_addr + 12, out, (socklen_t)size);
        else
            inet_ntop(AF_INET6, a, out, (socklen_t)size);
    }
}

static void conn_open(http_server *server, struct MHD_Connection *mhd, void **socket_context)
{
    http_conn *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    write_address(MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr,
                  c->address, sizeof c->address);
    http_conn_expect(c, oq_monotonic() + server->options.idle_timeout_s * OQ_SECOND);
    http_conns *conns = &server->conns;
    pthread_mutex_lock(&conns->lock);
    c->next = conns->first;
    if (c->next)
        c->next->prev = c;
    conns->first = c;
    conns->count++;
    pthread_mutex_unlock(&conns->lock);
    *socket_context = c;
}

static void conn_close(http_server *server, http_conn *c)
{
    http_conns *conns = &server->conns;
    pthread_mutex_lock(&conns->lock);
    if (c->prev)
        c->prev->next = c->next;
    else
        conns->first = c->next;
    if (c->next)
        c->next->prev = c->prev;
    conns->count--;
    pthread_mutex_unlock(&conns->lock);
    free(c);
}

void http_conn_notify(void *server, struct MHD_Connection *mhd, void **socket_context,
                      enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        conn_open(server, mhd, socket_context);
    else if (*socket_context)
        conn_close(server, *socket_context);
}

http_conn *http_conn_of(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}
