/* Event streams: who gets what, and how they end. */
#include "integration/http_house.h"

static void test_events_reach_whom_they_are_for(void **state)
{
    OQ_AUTO(house) h = house_make();
    OQ_AUTO(client) a = stream_open(&h, 1, 1, "");
    OQ_AUTO(client) b = stream_open(&h, 1, 2, "Last-Event-ID: 41\r\n");
    OQ_AUTO(client) c = stream_open(&h, 2, 1, "");
    CHECK("open", hears(&a, "retry: 3000\n\n") && hears(&c, "retry: 3000\n\n"));
    CHECK("what was missed", hears(&b, "retry: 3000\n\ndata: after 41\n\n"));
    CHECK("type", hears(&a, "Content-Type: text/event-stream\r\n"));
    CHECK("counted", http_stats_get(h.server).streams == 3);

    http_hub_publish(h.hub, tenant(1), user(2), OQ_STR("data: to b\n\n"));
    http_hub_publish(h.hub, tenant(2), OQ_UUID_ZERO, OQ_STR("data: to c\n\n"));
    http_hub_publish(h.hub, tenant(1), OQ_UUID_ZERO, OQ_STR("data: to a and b\n\n"));
    CHECK("a", hears(&a, "data: to a and b\n\n"));
    CHECK("b", hears(&b, "data: to b\n\n") && hears(&b, "data: to a and b\n\n"));
    CHECK("c", hears(&c, "data: to c\n\n"));
    http_hub_publish(h.hub, tenant(2), user(1), OQ_STR("data: last\n\n"));
    CHECK("c", hears(&c, "data: last\n\n"));
    CHECK("not for a", oq_str_find(oq_buf_view(&a.in), OQ_STR("to b\n")) == SIZE_MAX &&
                           oq_str_find(oq_buf_view(&a.in), OQ_STR("to c")) == SIZE_MAX);
    CHECK("not for b", oq_str_find(oq_buf_view(&b.in), OQ_STR("to c")) == SIZE_MAX);
    CHECK("not for c", oq_str_find(oq_buf_view(&c.in), OQ_STR("to a")) == SIZE_MAX);

    http_hub_cut(h.hub, user(1));
    CHECK("a and c end", hears(&a, "\r\n0\r\n\r\n"));
    CHECK("a and c end", hears(&c, "\r\n0\r\n\r\n"));
    http_hub_publish(h.hub, tenant(1), OQ_UUID_ZERO, OQ_STR("data: more\n\n"));
    CHECK("b goes on", hears(&b, "data: more\n\n"));
}

static bool no_stream_is_left(house *h)
{
    return http_stats_get(h->server).streams == 0;
}

static void test_streams_beat_and_come_to_an_end(void **state)
{
    OQ_AUTO(house) h = house_make();
    http_hub_tune(h.hub, 50 * OQ_MS, OQ_HOUR);
    {
        OQ_AUTO(client) c = stream_open(&h, 1, 1, "");
        CHECK("beats", hears(&c, ": beat\n\n"));
        CHECK("and again", hears(&c, ": beat\n\n\r\n8\r\n: beat\n\n"));
    }
    CHECK("a beat finds out that the client is gone", until(no_stream_is_left, &h));
    http_hub_tune(h.hub, 50 * OQ_MS, 200 * OQ_MS);
    OQ_AUTO(client) c = stream_open(&h, 1, 1, "");
    CHECK("ends by itself, in good order", hears(&c, "\r\n0\r\n\r\n"));
    CHECK("gone", until(no_stream_is_left, &h));
}

static void test_who_does_not_read_is_cut_off(void **state)
{
    OQ_AUTO(house) h = house_make();
    OQ_AUTO(client) deaf = client_open(h.port);
    int small = 4096;
    setsockopt(deaf.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    client_say(&deaf, "GET /api/live HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer 1 1\r\n\r\n");
    OQ_AUTO(client) good = stream_open(&h, 1, 1, "");
    CHECK("open", hears(&deaf, "retry") && hears(&good, "retry"));
    oq_str block = oq_strn(memset(oq_alloc(h.arena, 60000), 'x', 60000), 60000);
    oq_str event = oq_strf(h.arena, "data: %.*s\n\n", OQ_FMT(block));
    for (int i = 0; i < 200 && http_stats_get(h.server).streams == 2; i++) {
        http_hub_publish(h.hub, tenant(1), user(1), event);
        size_t so_far = good.in.len;
        while (good.in.len < so_far + event.len)
            CHECK("the other one goes on", client_hear(&good, CLIENT_WAIT_MS));
        oq_buf_clear(&good.in);
    }
    for (int i = 0; i < 1000 && http_stats_get(h.server).streams == 2; i++)
        usleep(5000);
    CHECK("cut", http_stats_get(h.server).streams == 1);
}

static void test_streams_have_a_ceiling_per_person(void **state)
{
    OQ_AUTO(house) h = house_make();
    client c[HTTP_STREAMS_PER_USER + 1];
    for (int i = 0; i < HTTP_STREAMS_PER_USER; i++) {
        c[i] = stream_open(&h, 1, 1, "");
        CHECK("open", hears(&c[i], "retry"));
    }
    c[HTTP_STREAMS_PER_USER] = stream_open(&h, 1, 1, "");
    seen s = client_answer(&c[HTTP_STREAMS_PER_USER], h.arena);
    CHECK_PROBLEM("one more", s, 429, "stream.too_many");
    OQ_AUTO(client) other = stream_open(&h, 1, 2, "");
    CHECK("somebody else", hears(&other, "retry"));
    client_drop(&c[0]);
    OQ_AUTO(client) next_page = stream_open(&h, 1, 1, "");
    CHECK("a page that was left makes room", hears(&next_page, "retry"));
    for (size_t i = 1; i < OQ_COUNT(c); i++)
        client_drop(&c[i]);
    s = client_request(h.arena, h.port, "GET", "/api/no-events", "Authorization: Bearer 5 5\r\n",
                       NULL);
    CHECK("an answer of another kind", s.status == 200);
    s = client_ask(h.arena, h.port,
                   "HEAD /api/live HTTP/1.1\r\nHost: t\r\n"
                   "Authorization: Bearer 5 5\r\n\r\n");
    CHECK("head", s.status == 200);
}

/* Nothing comes behind the head: a chunk there would be read as the next answer's beginning. */
static void test_head_of_a_stream_leaves_nothing_behind(void **state)
{
    OQ_AUTO(house) h = house_make();
    OQ_AUTO(client) c = client_open(h.port);
    client_say(&c, "HEAD /api/live HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer 1 1\r\n\r\n");
    seen s = client_answer_to(&c, h.arena, true);
    CHECK("head", s.status == 200);
    CHECK_STR("type", seen_header(&s, "Content-Type"), "text/event-stream");
    CHECK("ends", client_closed(&c));
    CHECK("nothing behind", c.in.len == c.read_to);
    CHECK("no stream", until(no_stream_is_left, &h));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_reach_whom_they_are_for),
        cmocka_unit_test(test_streams_beat_and_come_to_an_end),
        cmocka_unit_test(test_who_does_not_read_is_cut_off),
        cmocka_unit_test(test_streams_have_a_ceiling_per_person),
        cmocka_unit_test(test_head_of_a_stream_leaves_nothing_behind),
    };
    return cmocka_run_group_tests_name("http_stream", tests, quiet, NULL);
}
