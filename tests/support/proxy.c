#include "support/proxy.h"

#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/banned.h"

enum { PAIRS_MAX = 64, PORT = 5432 };

typedef struct pair {
    int client, server;
} pair;

struct proxy {
    char folder[64], path[96];
    struct sockaddr_un server_at;
    int listener; /* -1 while nobody is let in */
    int wake_fd;
    pthread_t thread;

    pthread_mutex_t lock;
    pthread_cond_t done; /* the thread has seen the wish */
    proxy_mode mode;
    bool is_cut_wanted, is_end_wanted, is_wish_open;

    pair pair[PAIRS_MAX]; /* of the thread alone */
    size_t count;
};

static _Noreturn void give_up(const char *what)
{
    perror(what);
    exit(1);
}

/* Where the real server listens: a folder with its socket. */
static void find_server(proxy *p)
{
    PQconninfoOption *given = PQconninfoParse(getenv("OPTRIA_TEST_URL"), NULL);
    const char *host = NULL, *port = "5432";
    for (PQconninfoOption *o = given; o && o->keyword; o++) {
        if (strcmp(o->keyword, "host") == 0 && o->val)
            host = o->val;
        if (strcmp(o->keyword, "port") == 0 && o->val)
            port = o->val;
    }
    if (!host || host[0] != '/') {
        fprintf(stderr, "the proxy passes on to a unix socket: OPTRIA_TEST_URL names none\n");
        exit(1);
    }
    p->server_at.sun_family = AF_UNIX;
    snprintf(p->server_at.sun_path, sizeof p->server_at.sun_path, "%s/.s.PGSQL.%s", host, port);
    PQconninfoFree(given);
}

static void let_in(proxy *p)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (p->listener >= 0)
        return;
    snprintf(at.sun_path, sizeof at.sun_path, "%s", p->path);
    p->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (p->listener < 0 || bind(p->listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(p->listener, 64) != 0)
        give_up("proxy: listen");
}

static void let_nobody_in(proxy *p)
{
    if (p->listener < 0)
        return;
    close(p->listener);
    unlink(p->path);
    p->listener = -1;
}

static void drop_pair(proxy *p, size_t i)
{
    close(p->pair[i].client);
    close(p->pair[i].server);
    p->pair[i] = p->pair[--p->count];
}

static void take_client(proxy *p)
{
    int client = accept(p->listener, NULL, NULL);
    int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0 || server < 0 || p->count == PAIRS_MAX)
        give_up("proxy: accept");
    if (connect(server, (struct sockaddr *)&p->server_at, sizeof p->server_at) != 0)
        give_up("proxy: connect");
    p->pair[p->count++] = (pair){client, server};
}

/* False when one side has ended. */
static bool pass_on(int from, int to)
{
    char bytes[16384];
    ssize_t got = read(from, bytes, sizeof bytes);
    if (got <= 0)
        return false;
    for (ssize_t put = 0; put < got;) {
        ssize_t n = send(to, bytes + put, (size_t)(got - put), MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        put += n;
    }
    return true;
}

static void grant_wish(proxy *p, proxy_mode *mode, bool *end)
{
    uint64_t wishes;
    if (read(p->wake_fd, &wishes, sizeof wishes) != sizeof wishes)
        give_up("proxy: eventfd");
    pthread_mutex_lock(&p->lock);
    *mode = p->mode;
    *end = p->is_end_wanted;
    if (p->is_cut_wanted || *end)
        while (p->count > 0)
            drop_pair(p, 0);
    if (*mode == PROXY_REFUSE || *end)
        let_nobody_in(p);
    else
        let_in(p);
    p->is_cut_wanted = p->is_wish_open = false;
    pthread_cond_broadcast(&p->done);
    pthread_mutex_unlock(&p->lock);
}

static void *run(void *arg)
{
    proxy *p = arg;
    proxy_mode mode = PROXY_PASS;
    for (bool end = false; !end;) {
        struct pollfd polled[2 + 2 * PAIRS_MAX] = {{.fd = p->wake_fd, .events = POLLIN},
                                                   {.fd = p->listener, .events = POLLIN}};
        for (size_t i = 0; i < p->count; i++) {
            short events = mode == PROXY_SILENT ? 0 : POLLIN;
            polled[2 + 2 * i] = (struct pollfd){.fd = p->pair[i].client, .events = events};
            polled[3 + 2 * i] = (struct pollfd){.fd = p->pair[i].server, .events = events};
        }
        if (poll(polled, 2 + 2 * p->count, -1) < 0)
            continue;
        for (size_t i = p->count; i-- > 0;) {
            bool alive = true;
            if (polled[2 + 2 * i].revents)
                alive = pass_on(p->pair[i].client, p->pair[i].server);
            if (alive && polled[3 + 2 * i].revents)
                alive =
                    mode != PROXY_CUT_AT_ANSWER && pass_on(p->pair[i].server, p->pair[i].client);
            if (!alive)
                drop_pair(p, i);
        }
        if (polled[0].revents)
            grant_wish(p, &mode, &end);
        else if (polled[1].revents)
            take_client(p);
    }
    return NULL;
}

static void wish(proxy *p)
{
    uint64_t one = 1;
    p->is_wish_open = true;
    if (write(p->wake_fd, &one, sizeof one) != sizeof one)
        give_up("proxy: eventfd");
    while (p->is_wish_open)
        pthread_cond_wait(&p->done, &p->lock);
}

proxy *proxy_open(void)
{
    proxy *p = calloc(1, sizeof *p);
    snprintf(p->folder, sizeof p->folder, "/tmp/optria-proxy-XXXXXX");
    if (!mkdtemp(p->folder))
        give_up("proxy: folder");
    snprintf(p->path, sizeof p->path, "%s/.s.PGSQL.%d", p->folder, PORT);
    find_server(p);
    p->listener = -1;
    let_in(p);
    p->wake_fd = eventfd(0, EFD_CLOEXEC);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->done, NULL);
    if (p->wake_fd < 0 || pthread_create(&p->thread, NULL, run, p) != 0)
        give_up("proxy: thread");
    return p;
}

void proxy_close(proxy *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->is_end_wanted = true;
    wish(p);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    close(p->wake_fd);
    rmdir(p->folder);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->done);
    free(p);
}

const char *proxy_host(const proxy *p)
{
    return p->folder;
}

int proxy_port(const proxy *p)
{
    (void)p;
    return PORT;
}

void proxy_set(proxy *p, proxy_mode mode)
{
    pthread_mutex_lock(&p->lock);
    p->mode = mode;
    wish(p);
    pthread_mutex_unlock(&p->lock);
}

void proxy_cut(proxy *p)
{
    pthread_mutex_lock(&p->lock);
    p->is_cut_wanted = true;
    wish(p);
    pthread_mutex_unlock(&p->lock);
}
