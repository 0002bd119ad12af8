#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/test.h"
#include "main/probe.h"

/* A server that answers each of its callers with one text. */
typedef struct server {
    int fd, port;
    const char *answer; /* NULL: says nothing, and keeps the caller waiting */
    pthread_t thread;
} server;

static void *answer_all(void *arg)
{
    server *s = arg;
    for (int fd; (fd = accept(s->fd, NULL, NULL)) >= 0;) {
        char request[1024];
        ssize_t n = recv(fd, request, sizeof request, 0);
        if (n > 0 && s->answer)
            send(fd, s->answer, strlen(s->answer), MSG_NOSIGNAL);
        if (!s->answer)
            recv(fd, request, sizeof request, 0); /* until the caller gives up */
        close(fd);
    }
    return NULL;
}

static void open_server(server *s, const char *answer)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof at;
    s->answer = answer;
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(s->fd, 5), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
    s->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, answer_all, s), 0);
}

static void close_server(server *s)
{
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->fd);
}

static void test_port(void **state)
{
    server s;
    open_server(&s, "");
    CHECK_CODE("taken", probe_port(OQ_STR("127.0.0.1"), s.port), "probe.port_taken");
    CHECK_CODE("taken by one", probe_port(OQ_STR("0.0.0.0"), s.port), "probe.port_taken");
    close_server(&s);
    CHECK_OK(probe_port(OQ_STR("127.0.0.1"), s.port));
    CHECK_OK(probe_port(OQ_STR("127.0.0.1"), 0));
    CHECK_CODE("not ours", probe_port(OQ_STR("192.0.2.1"), 8080), "probe.port_denied");
    static const char *const bad[] = {"", "localhost", "1.2.3", "127.0.0.1 ", "::g"};
    for (size_t i = 0; i < OQ_COUNT(bad); i++)
        CHECK_CODE(bad[i], probe_port(oq_cstr(bad[i]), 80), "server.bad_address");
    CHECK_CODE("port", probe_port(OQ_STR("127.0.0.1"), 65536), "server.bad_address");
}

static void test_urls(void **state)
{
    static const struct {
        const char *address, *url;
    } row[] = {
        {"127.0.0.1", "http://127.0.0.1:80"},       {"0.0.0.0", "http://127.0.0.1:80"},
        {"192.0.2.7", "http://192.0.2.7:80"},       {"::", "http://[::1]:80"},
        {"2001:db8::7", "http://[2001:db8::7]:80"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_arena *arena = oq_arena_open(0);
        CHECK_STR(row[i].address, probe_url(arena, oq_cstr(row[i].address), 80), row[i].url);
        oq_arena_close(arena);
    }
}

static void test_answers(void **state)
{
    static const struct {
        const char *answer;
        int status;
        const char *body;
    } row[] = {
        {"HTTP/1.1 200 OK\r\nX: y\r\n\r\n{\"status\":\"ok\"}", 200, "{\"status\":\"ok\"}"},
        {"HTTP/1.0 503 Away\r\n\r\n", 503, ""},
        {"HTTP/1.1 2x0 OK\r\n\r\nbody", 0, "body"},
        {"SSH-2.0-OpenSSH_9.2\r\n\r\n", 0, ""},
        {"HTTP/1.1 200 OK\r\nno end", 0, ""},
        {"", 0, ""},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_arena *arena = oq_arena_open(0);
        server s;
        oq_str body;
        open_server(&s, row[i].answer);
        int status = probe_get(arena, OQ_STR("0.0.0.0"), s.port, "/health/live", 5000, &body);
        CHECK(row[i].answer, status == row[i].status);
        CHECK_STR(row[i].answer, body, row[i].body);
        close_server(&s);
        oq_arena_close(arena);
    }
}

static void test_no_answer(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    server s;
    oq_str body;
    open_server(&s, NULL);
    oq_us begun = oq_monotonic();
    assert_int_equal(probe_get(arena, OQ_STR("127.0.0.1"), s.port, "/", 300, &body), 0);
    oq_us took = oq_monotonic() - begun;
    assert_true(took >= 250 * OQ_MS && took < 20 * OQ_SECOND);
    close_server(&s);
    assert_int_equal(probe_get(arena, OQ_STR("127.0.0.1"), s.port, "/", 300, &body), 0);
    assert_int_equal(probe_get(arena, OQ_STR("nowhere"), 80, "/", 300, &body), 0);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_port),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
