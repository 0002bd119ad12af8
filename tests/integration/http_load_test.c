/* Too much at once, and stopping in the middle of it. */
#include "integration/http_house.h"

/* --- too much at once ------------------------------------------------------------------------*/

static void test_a_full_queue_says_so(void **state)
{
    enum { COUNT = 8 };
    OQ_AUTO(house) h = house_with((http_options){.worker_threads = 1, .queue_max = 2});
    client c[COUNT];
    int by_status[600] = {0};
    for (int i = 0; i < COUNT; i++) {
        c[i] = client_open(h.port);
        client_say(&c[i], GET("/api/slow?ms=200"));
    }
    for (int i = 0; i < COUNT; i++) {
        seen s = client_answer(&c[i], h.arena);
        by_status[s.status]++;
        if (s.status == 503) {
            CHECK_PROBLEM("busy", s, 503, "http.busy");
            CHECK_STR("when again", seen_header(&s, "Retry-After"), "5");
        }
        client_drop(&c[i]);
    }
    CHECK("some were served", by_status[200] >= 2 && by_status[200] <= 3);
    CHECK("the rest was told", by_status[200] + by_status[503] == COUNT);
    CHECK("counted", http_stats_get(h.server).refused_total == by_status[503]);
    CHECK("who is refused does not run", runs == by_status[200]);
    seen s = client_ask(h.arena, h.port, GET("/"));
    CHECK("cheap ones do not wait", s.status == 200);
}

static void test_who_waited_too_long_is_not_run(void **state)
{
    OQ_AUTO(house) h = house_with((http_options){.worker_threads = 1});
    OQ_AUTO(client) first = client_open(h.port);
    client_say(&first, GET("/api/slow?ms=1300"));
    while (runs == 0)
        usleep(1000);
    OQ_AUTO(client) second = client_open(h.port);
    client_say(&second, GET("/api/slow"));
    seen s = client_answer(&second, h.arena);
    CHECK_PROBLEM("waited", s, 504, "http.waited_too_long");
    s = client_answer(&first, h.arena);
    CHECK("first", s.status == 200);
    CHECK("only the first ran", runs == 1);
}

static void test_many_connections_at_once(void **state)
{
    enum { COUNT = 400 };
    OQ_AUTO(house) h = house_make();
    static client c[COUNT];
    for (int i = 0; i < COUNT; i++) {
        c[i] = client_open(h.port);
        client_say(&c[i], i % 2 ? GET("/work") : GET("/"));
    }
    for (int i = 0; i < COUNT; i++) {
        seen s = client_answer(&c[i], h.arena);
        CHECK("served", s.status == 200);
    }
    CHECK("all counted", http_stats_get(h.server).connections == COUNT);
    for (int i = 0; i < COUNT; i++)
        client_drop(&c[i]);
    CHECK("all gone", until(nobody_is_left, &h));
    http_stats s = http_stats_get(h.server);
    CHECK("figures", s.requests_total == COUNT && s.by_class[2] == COUNT);
    int64_t in_buckets = 0;
    for (size_t i = 0; i < OQ_COUNT(s.took_us_bucket); i++)
        in_buckets += s.took_us_bucket[i];
    CHECK("buckets", in_buckets == COUNT && s.took_us_sum > 0);
}

static void test_one_address_has_its_share(void **state)
{
    OQ_AUTO(house) h = house_with((http_options){.connections_per_address_max = 3});
    client c[6];
    int served = 0;
    for (size_t i = 0; i < OQ_COUNT(c); i++) {
        c[i] = client_open(h.port);
        client_say(&c[i], GET("/"));
        seen s = client_answer(&c[i], h.arena);
        served += s.status == 200;
    }
    for (size_t i = 0; i < OQ_COUNT(c); i++)
        client_drop(&c[i]);
    CHECK("three and no more", served == 3);
}

static void test_more_than_all_connections(void **state)
{
    OQ_AUTO(house) h = house_with((http_options){.connections_max = 5});
    client c[6];
    for (size_t i = 0; i < 5; i++) {
        c[i] = client_open(h.port);
        client_say(&c[i], GET("/"));
        seen s = client_answer(&c[i], h.arena);
        CHECK("served", s.status == 200);
    }
    c[5] = client_open(h.port);
    seen s = client_answer(&c[5], h.arena);
    CHECK("told", s.status == 503 && client_closed(&c[5]));
    for (size_t i = 0; i < OQ_COUNT(c); i++)
        client_drop(&c[i]);
    CHECK("all gone", until(nobody_is_left, &h));
    check_healthy("after all", &h);
}

/* --- stopping --------------------------------------------------------------------------------*/

typedef struct closing {
    http_server *server;
    int grace_ms;
    pthread_t thread;
} closing;

static void *close_it(void *arg)
{
    closing *c = arg;
    http_server_close(c->server, c->grace_ms);
    return NULL;
}

static void test_a_stop_finishes_what_was_accepted(void **state)
{
    house h = house_with((http_options){.worker_threads = 1});
    OQ_AUTO(client) stream = stream_open(&h, 1, 1, "");
    CHECK("open", hears(&stream, "retry"));
    OQ_AUTO(client) idle = client_open(h.port);
    client_say(&idle, GET("/"));
    seen s = client_answer(&idle, h.arena);
    CHECK("idle", s.status == 200);
    OQ_AUTO(client) running = client_open(h.port);
    client_say(&running, GET("/api/slow?ms=400"));
    while (runs == 0)
        usleep(1000);
    OQ_AUTO(client) waiting = client_open(h.port);
    client_say(&waiting, GET("/api/slow?ms=10"));
    while (http_stats_get(h.server).queued == 0)
        usleep(1000);

    closing c = {.server = h.server, .grace_ms = 5000};
    pthread_create(&c.thread, NULL, close_it, &c);
    CHECK("the stream ends in good order", hears(&stream, "\r\n0\r\n\r\n"));
    s = client_answer(&running, h.arena);
    CHECK("what ran", s.status == 200 && seen_has(&s, "plain"));
    CHECK_STR("and no more", seen_header(&s, "Connection"), "close");
    s = client_answer(&waiting, h.arena);
    CHECK("what waited", s.status == 200);
    pthread_join(c.thread, NULL);
    CHECK("who was idle", client_closed(&idle));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)h.port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK("nobody listens", connect(fd, (struct sockaddr *)&at, sizeof at) != 0);
    close(fd);
    http_hub_close(h.hub);
    oq_arena_close(h.arena);
}

static void test_a_stop_in_a_hurry(void **state)
{
    house h = house_with((http_options){.worker_threads = 1});
    OQ_AUTO(client) running = client_open(h.port);
    client_say(&running, GET("/api/slow?ms=500"));
    while (runs == 0)
        usleep(1000);
    OQ_AUTO(client) waiting = client_open(h.port);
    client_say(&waiting, GET("/api/slow?ms=500"));
    while (http_stats_get(h.server).queued == 0)
        usleep(1000);
    closing c = {.server = h.server, .grace_ms = 50};
    pthread_create(&c.thread, NULL, close_it, &c);
    seen s = client_answer(&running, h.arena);
    CHECK("a handler that runs is waited for", s.status == 200);
    s = client_answer(&waiting, h.arena);
    CHECK_PROBLEM("who only waited is told", s, 503, "http.stopping");
    pthread_join(c.thread, NULL);
    CHECK("and did not run", runs == 1);
    http_hub_close(h.hub);
    oq_arena_close(h.arena);
}

/* Requests, streams and publishing all the while the server stops: nothing hangs, nothing is used
 * after it is gone. */
static atomic_bool is_over;

static void *keep_asking(void *arg)
{
    const house *h = arg;
    oq_arena *arena = oq_arena_open(0);
    while (!is_over) {
        client c = {.fd = socket(AF_INET, SOCK_STREAM, 0), .in = oq_buf_make(1000000)};
        struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)h->port)};
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(c.fd, (struct sockaddr *)&at, sizeof at) == 0) {
            client_say(&c,
                       "GET /api/live HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer 1 1\r\n\r\n");
            client_hear(&c, 5);
            client_drop(&c);
            c = (client){.fd = socket(AF_INET, SOCK_STREAM, 0), .in = oq_buf_make(1000000)};
        }
        if (connect(c.fd, (struct sockaddr *)&at, sizeof at) == 0)
            for (int i = 0; i < 5 && client_say(&c, GET("/api/slow?ms=1")); i++)
                client_hear(&c, 20);
        client_drop(&c);
        oq_arena_reset(arena);
    }
    oq_arena_close(arena);
    return NULL;
}

static void test_a_stop_under_load(void **state)
{
    for (int round = 0; round < 5; round++) {
        house h = house_with((http_options){.worker_threads = 3, .queue_max = 3});
        pthread_t asking[4];
        is_over = false;
        for (size_t i = 0; i < OQ_COUNT(asking); i++)
            pthread_create(&asking[i], NULL, keep_asking, &h);
        for (int i = 0; i < 100; i++) {
            http_hub_publish(h.hub, tenant(1), OQ_UUID_ZERO, OQ_STR("data: x\n\n"));
            usleep(2000);
        }
        http_server_close(h.server, round * 20);
        http_hub_publish(h.hub, tenant(1), OQ_UUID_ZERO, OQ_STR("data: nobody is left\n\n"));
        is_over = true;
        for (size_t i = 0; i < OQ_COUNT(asking); i++)
            pthread_join(asking[i], NULL);
        http_hub_close(h.hub);
        oq_arena_close(h.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_queue_says_so),
        cmocka_unit_test(test_who_waited_too_long_is_not_run),
        cmocka_unit_test(test_many_connections_at_once),
        cmocka_unit_test(test_one_address_has_its_share),
        cmocka_unit_test(test_more_than_all_connections),
        cmocka_unit_test(test_a_stop_finishes_what_was_accepted),
        cmocka_unit_test(test_a_stop_in_a_hurry),
        cmocka_unit_test(test_a_stop_under_load),
    };
    return cmocka_run_group_tests_name("http_load", tests, quiet, NULL);
}
