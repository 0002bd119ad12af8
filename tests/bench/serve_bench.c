/* What an `optria serve` costs: resident when idle, the time and the bytes of a page, and a
 * thousand open event streams. The server is a process of its own, as it is installed; people are
 * made beside it, in the same database. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/bench.h"
#include "support/program.h"
#include "db/scope.h"
#include "identity/session.h"
#include "notify/notify.h"
#include "support/testapp.h"

#include "base/banned.h"

enum { STREAMS = 1000, PAGES = 300, MESSAGES = 20, PEOPLE = 40 };

/* --- a plain client -----------------------------------------------------------------------------*/

static int connect_to(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
        program_give_up(strerror(errno));
    return fd;
}

static void ask(int fd, oq_arena *arena, const char *path, oq_str cookie)
{
    oq_str text = oq_strf(arena,
                          "GET %s HTTP/1.1\r\nHost: bench\r\nAccept: text/html\r\n"
                          "Accept-Encoding: gzip\r\nCookie: " SESSION_COOKIE "=%.*s\r\n\r\n",
                          path, OQ_FMT(cookie));
    if (write(fd, text.ptr, text.len) != (ssize_t)text.len)
        program_give_up("the request was not taken");
}

/* Reads one answer with a Content-Length; gives the bytes on the wire. */
static size_t read_answer(int fd, oq_buf *into)
{
    oq_buf_clear(into);
    size_t want = SIZE_MAX;
    while (into->len < want) {
        char *room = oq_buf_room(into, 65536);
        ssize_t got = read(fd, room, 65536);
        if (got <= 0)
            program_give_up("the answer was cut off");
        into->len += (size_t)got;
        oq_str text = oq_buf_view(into);
        size_t end = oq_str_find(text, OQ_STR("\r\n\r\n"));
        if (want == SIZE_MAX && end != SIZE_MAX)
            want = end + 4 + (size_t)bench_number_after(text, "Content-Length:");
    }
    if (!oq_str_starts(oq_buf_view(into), OQ_STR("HTTP/1.1 200")))
        program_give_up("the answer is not 200");
    return into->len;
}

/* --- a page -------------------------------------------------------------------------------------*/

static void measure_page(testapp *app, const program *sv, oq_str cookie)
{
    oq_arena *arena = testapp_arena(app);
    oq_buf answer = oq_buf_make(4 * 1024 * 1024);
    double took[PAGES];
    int fd = connect_to(sv->port);
    for (int i = 0; i < PAGES; i++) {
        oq_us begun = oq_monotonic();
        ask(fd, arena, "/app", cookie);
        read_answer(fd, &answer);
        took[i] = (double)(oq_monotonic() - begun) / 1000;
    }
    bench_print(&(bench_figure){.name = "page /app, signed in, from request to last byte, median",
                                .value = bench_median(arena, took, PAGES),
                                .unit = "ms",
                                .gate = 5,
                                .goal = BENCH_AT_MOST});
    close(fd);
    oq_buf_drop(&answer);
}

/* All that the page names under /static/ but fonts, as a browser asks for it. */
static void measure_first_load(testapp *app, const program *sv, oq_str cookie)
{
    static const char *const asset_end = "\"'# )";
    oq_arena *arena = testapp_arena(app);
    oq_buf answer = oq_buf_make(4 * 1024 * 1024);
    int fd = connect_to(sv->port);
    ask(fd, arena, "/app", cookie);
    size_t bytes = read_answer(fd, &answer);
    /* The page itself once more, readable. */
    testclient *client = testclient_open(app);
    testclient_set_cookie(client, SESSION_COOKIE, cookie);
    testreply page = testclient_get(client, "/app");
    oq_str seen = OQ_STR("");
    for (oq_str rest = page.body;;) {
        size_t at = oq_str_find(rest, OQ_STR("/static/"));
        if (at == SIZE_MAX)
            break;
        rest = oq_str_sub(rest, at, SIZE_MAX);
        size_t len = 0;
        while (len < rest.len && !strchr(asset_end, rest.ptr[len]))
            len++;
        oq_str path = oq_str_sub(rest, 0, len);
        rest = oq_str_sub(rest, len, SIZE_MAX);
        oq_str mark = oq_strf(arena, "[%.*s]", OQ_FMT(path));
        if (oq_str_ends(path, OQ_STR(".woff2")) || oq_str_find(seen, mark) != SIZE_MAX)
            continue;
        seen = oq_strf(arena, "%.*s%.*s", OQ_FMT(seen), OQ_FMT(mark));
        ask(fd, arena, oq_str_c(arena, path), cookie);
        bytes += read_answer(fd, &answer);
    }
    bench_print(&(bench_figure){.name = "first load of /app over the wire, without fonts",
                                .value = (double)bytes / 1000,
                                .unit = "kB",
                                .gate = 150,
                                .goal = BENCH_AT_MOST});
    testclient_close(client);
    close(fd);
    oq_buf_drop(&answer);
}

/* --- streams ------------------------------------------------------------------------------------*/

static void publish(testapp *app, oq_uuid tenant, int n)
{
    oq_arena *arena = testapp_arena(app);
    oq_scope *s;
    oq_err *err = oq_scope_open(&(oq_scope_options){.pool = testapp_pool(app),
                                                    .tenant_id = tenant,
                                                    .access = OQ_WRITE,
                                                    .actor = {.label = OQ_STR("bench")},
                                                    .arena = arena},
                                &s);
    if (!err)
        err = live_publish(s, OQ_UUID_ZERO, "bench", oq_strf(arena, "{\"n\":%d}", n));
    if (!err)
        err = oq_scope_commit(s);
    if (err)
        program_give_up(err->code);
    oq_scope_close(s);
}

/* Opens the streams, and waits for each one's first bytes. */
static void open_streams(const program *sv, oq_arena *arena, const oq_str *cookie, int *fd,
                         int watch)
{
    for (int i = 0; i < STREAMS; i++) {
        fd[i] = connect_to(sv->port);
        ask(fd[i], arena, "/api/live", cookie[i % PEOPLE]);
    }
    for (int i = 0; i < STREAMS; i++) {
        char some[4096];
        ssize_t len = read(fd[i], some, sizeof some);
        if (len <= 0 || !oq_str_starts(oq_strn(some, (size_t)len), OQ_STR("HTTP/1.1 200")))
            program_give_up("a stream was refused");
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        epoll_ctl(watch, EPOLL_CTL_ADD, fd[i], &event);
    }
}

/* From before the publishing transaction to the moment the last stream has its event, in ms. */
static double time_message(testapp *app, oq_uuid tenant, const int *fd, int watch, int n)
{
    bool reached[STREAMS] = {false};
    int count = 0;
    oq_str mark = oq_strf(testapp_arena(app), "{\"n\": %d}", n); /* as jsonb spells it */
    oq_us begun = oq_monotonic();
    publish(app, tenant, n);
    while (count < STREAMS) {
        struct epoll_event event[64];
        int ready = epoll_wait(watch, event, 64, 10000);
        if (ready <= 0)
            program_give_up("a message did not reach every stream in ten seconds");
        for (int i = 0; i < ready; i++) {
            char some[4096];
            uint32_t at = event[i].data.u32;
            ssize_t len = read(fd[at], some, sizeof some);
            if (len <= 0)
                program_give_up("a stream was cut off");
            if (!reached[at] && oq_str_find(oq_strn(some, (size_t)len), mark) != SIZE_MAX) {
                reached[at] = true;
                count++;
            }
        }
    }
    return (double)(oq_monotonic() - begun) / 1000;
}

static void measure_streams(testapp *app, const program *sv, oq_uuid tenant, const oq_str *cookie)
{
    static int fd[STREAMS];
    double took[MESSAGES];
    int watch = epoll_create1(EPOLL_CLOEXEC);
    open_streams(sv, testapp_arena(app), cookie, fd, watch);
    for (int i = 0; i < MESSAGES; i++)
        took[i] = time_message(app, tenant, fd, watch, i);
    bench_print(&(bench_figure){.name = "a message to all of 1,000 event streams, median",
                                .value = bench_median(testapp_arena(app), took, MESSAGES),
                                .unit = "ms",
                                .gate = 100,
                                .goal = BENCH_AT_MOST});
    bench_print(&(bench_figure){.name = "resident with 1,000 event streams open",
                                .value = bench_resident_mb(sv->pid),
                                .unit = "MB",
                                .gate = 100,
                                .goal = BENCH_AT_MOST});
    for (int i = 0; i < STREAMS; i++)
        close(fd[i]);
    close(watch);
}

int main(void)
{
    struct rlimit many = {4096, 4096};
    if (setrlimit(RLIMIT_NOFILE, &many) != 0)
        program_give_up("a thousand descriptors are not to be had");
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    testapp *app = testapp_open(false);
    oq_arena *arena = testapp_arena(app);
    oq_uuid tenant = testapp_tenant(app, "BENCH");
    oq_str cookie[PEOPLE];
    testclient *client = testclient_open(app);
    for (int i = 0; i < PEOPLE; i++) {
        oq_str email = oq_strf(arena, "person%d@bench.example", i);
        testapp_person(app, tenant, i ? ROLE_ENGINEER : ROLE_TENANT_ADMIN, email.ptr);
        testclient_sign_in(client, email.ptr);
        cookie[i] = oq_str_copy(arena, testclient_cookie(client, SESSION_COOKIE));
    }
    testclient_close(client);
    program sv = program_serve(app);
    sleep(2); /* past its start */
    bench_print(&(bench_figure){.name = "optria serve, resident when idle",
                                .value = bench_resident_mb(sv.pid),
                                .unit = "MB",
                                .gate = 40,
                                .goal = BENCH_AT_MOST});
    measure_page(app, &sv, cookie[0]);
    measure_first_load(app, &sv, cookie[0]);
    measure_streams(app, &sv, tenant, cookie);
    int status = program_stop(&sv);
    testapp_close(app);
    return status == 0 ? 0 : 1;
}
