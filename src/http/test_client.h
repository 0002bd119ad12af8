/* http/test_client.h
 *
 * A client for tests that says exactly the bytes it is told to, also wrong ones. Not part of the
 * program. */
#ifndef HTTP_TEST_CLIENT_H
#define HTTP_TEST_CLIENT_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/test.h"

enum { CLIENT_WAIT_MS = 20000 };

typedef struct client {
    int fd;
    oq_buf in;      /* what came */
    size_t read_to; /* how much of it was taken as answers */
    bool is_over;   /* the other end closed */
} client;

static inline void client_drop(client *c)
{
    if (c->fd > 0)
        close(c->fd);
    oq_buf_drop(&c->in);
}

static inline client client_open(int port)
{
    client c = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
                .in = oq_buf_make(64 * 1024 * 1024)};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(c.fd, (struct sockaddr *)&at, sizeof at) != 0)
        fail_msg("connect: %s", strerror(errno));
    return c;
}

/* False: the other end does not take it any more. */
static inline bool client_say_n(client *c, const void *bytes, size_t len)
{
    for (const char *at = bytes; len;) {
        ssize_t n = send(c->fd, at, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static inline bool client_say(client *c, const char *text)
{
    return client_say_n(c, text, strlen(text));
}

/* Takes in what comes within `wait_ms`; false: nothing did. */
static inline bool client_hear(client *c, int wait_ms)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    if (c->is_over || poll(&p, 1, wait_ms) <= 0)
        return false;
    char *room = oq_buf_room(&c->in, 65536);
    ssize_t n = recv(c->fd, room, 65536, 0);
    if (n > 0)
        c->in.len += (size_t)n;
    else
        c->is_over = true;
    return true;
}

/* Waits until the other end closes; false: it does not. */
static inline bool client_closed(client *c)
{
    while (!c->is_over)
        if (!client_hear(c, CLIENT_WAIT_MS))
            return false;
    return true;
}

typedef struct seen {
    int status; /* 0: closed without an answer, or a wait in vain */
    oq_str head, body;
} seen;

static inline oq_str seen_header(const seen *s, const char *name)
{
    oq_str line, rest = s->head;
    while (oq_str_cut(&rest, '\n', &line)) {
        size_t colon = oq_str_find_char(line, ':');
        if (colon != SIZE_MAX && oq_str_eq_ascii_nocase(oq_str_sub(line, 0, colon), oq_cstr(name)))
            return oq_str_trim(oq_str_sub(line, colon + 1, SIZE_MAX));
    }
    return OQ_NONE;
}

static inline bool client_until(client *c, size_t bytes)
{
    while (c->in.len < bytes)
        if (!client_hear(c, CLIENT_WAIT_MS) || (c->is_over && c->in.len < bytes))
            return false;
    return true;
}

/* The chunks of a body put together; *to stands behind them afterwards. */
static inline oq_str client_chunks(client *c, oq_arena *arena, size_t *to)
{
    OQ_AUTO(oq_buf) body = oq_buf_make(64 * 1024 * 1024);
    for (;;) {
        size_t end;
        for (;;) {
            end = oq_str_find(oq_str_sub(oq_buf_view(&c->in), *to, SIZE_MAX), OQ_STR("\r\n"));
            if (end != SIZE_MAX || !client_until(c, c->in.len + 1))
                break;
        }
        if (end == SIZE_MAX)
            break;
        size_t size = strtoul(c->in.ptr + *to, NULL, 16);
        *to += end + 2;
        if (!client_until(c, *to + size + 2))
            break;
        oq_buf_put(&body, c->in.ptr + *to, size);
        *to += size + 2;
        if (!size)
            break;
    }
    return oq_str_copy(arena, oq_buf_view(&body));
}

/* The next answer. `head_only`: to a HEAD request. */
static inline seen client_answer_to(client *c, oq_arena *arena, bool head_only)
{
    size_t end;
    while ((end = oq_str_find(oq_str_sub(oq_buf_view(&c->in), c->read_to, SIZE_MAX),
                              OQ_STR("\r\n\r\n"))) == SIZE_MAX)
        if (!client_until(c, c->in.len + 1))
            return (seen){0};
    seen s = {.head = oq_str_copy(arena, oq_strn(c->in.ptr + c->read_to, end + 2)),
              .body = OQ_STR("")};
    s.status = (int)strtol(s.head.ptr + sizeof "HTTP/1.1", NULL, 10);
    size_t to = c->read_to + end + 4;
    int64_t len = 0;
    if (head_only || s.status == 204 || s.status == 304 || s.status < 200) {
    } else if (oq_str_eq(seen_header(&s, "Transfer-Encoding"), OQ_STR("chunked"))) {
        s.body = client_chunks(c, arena, &to);
    } else if (oq_parse_i64(seen_header(&s, "Content-Length"), &len)) {
        if (!client_until(c, to + (size_t)len))
            return (seen){0};
        s.body = oq_str_copy(arena, oq_strn(c->in.ptr + to, (size_t)len));
        to += (size_t)len;
    }
    c->read_to = to;
    return s;
}

static inline seen client_answer(client *c, oq_arena *arena)
{
    return client_answer_to(c, arena, false);
}

/* One request on a connection of its own: `text` is everything, byte for byte. */
static inline seen client_ask(oq_arena *arena, int port, const char *text)
{
    OQ_AUTO(client) c = client_open(port);
    client_say(&c, text);
    return client_answer_to(&c, arena, strncmp(text, "HEAD ", 5) == 0);
}

/* The same for a request of the usual form: method, path, further headers (each with its line end,
 * or ""), body (or NULL). */
static inline seen client_request(oq_arena *arena, int port, const char *method, const char *path,
                                  const char *headers, const char *body)
{
    oq_str length = body ? oq_strf(arena, "Content-Length: %zu\r\n", strlen(body)) : OQ_STR("");
    oq_str text = oq_strf(arena, "%s %s HTTP/1.1\r\nHost: test\r\n%.*s%s\r\n%s", method, path,
                          OQ_FMT(length), headers, body ? body : "");
    return client_ask(arena, port, text.ptr);
}

static inline bool seen_has(const seen *s, const char *text)
{
    return oq_str_find(s->body, oq_cstr(text)) != SIZE_MAX;
}

/* The code of a problem. */
#define CHECK_PROBLEM(label, got, wanted_status, wanted_code)                                      \
    do {                                                                                           \
        const seen *got_seen_ = &(got);                                                            \
        char code_text_[100];                                                                      \
        snprintf(code_text_, sizeof code_text_, "\"code\":\"%s\"", (wanted_code));                 \
        if (got_seen_->status != (wanted_status) || !seen_has(got_seen_, code_text_))              \
            fail_msg("%s: wanted %d %s, got %d %.*s", (label), (wanted_status), (wanted_code),     \
                     got_seen_->status, OQ_FMT(got_seen_->body));                                  \
    } while (0)

#endif
