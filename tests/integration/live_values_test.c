/* Newest values as server-sent events: who hears what, and from where on. */
#include "historian/live.h"

#include <semaphore.h>
#include <unistd.h>

#include "historian/series.h"
#include "historian/write.h"
#include "support/chunks.h"
#include "support/house.h"

#include "base/banned.h"

#define ONE "5e0a0000-0000-7000-8000-000000000001"
#define TWO "5e0a0000-0000-7000-8000-000000000002"

static http_route_list routes = {series_routes, NULL};
static series_live *live;

static int reset(void **state)
{
    house *h = *state;
    /* Not TRUNCATE: the looks of the test before may go on, and two that lock tables in different
     * orders wait for each other. */
    testdb_exec(h->db, "DELETE FROM series_batches; DELETE FROM series_chunks;"
                       "DELETE FROM series_open; DELETE FROM series_last;"
                       "DELETE FROM series_history; DELETE FROM series_counters;"
                       "DELETE FROM series");
    house_reset(state);
    house_serve(h, &routes);
    if (!live)
        CHECK_OK(series_live_open(h->pool, h->hub, &live));
    series_live_tune(live, 20 * OQ_MS, OQ_HOUR);
    chunks_series(h->db, HOUSE_A, 1, "one", (aggregate_rule){0});
    chunks_series(h->db, HOUSE_A, 2, "two", (aggregate_rule){0});
    return 0;
}

static int close_all(void **state)
{
    series_live_close(live);
    return house_close(state);
}

static oq_us write_value(house *h, house_person person, int32_t no, double value)
{
    oq_us at = oq_clock_now();
    batch_row row = {at, value, no, QUALITY_GOOD};
    oq_scope *s = house_scope(h, person, OQ_WRITE);
    CHECK_OK(hist_write(s, &row, 1, NULL));
    house_commit(s);
    return at;
}

static client listen_to(house *h, const char *person, const char *query, const char *headers)
{
    client c = client_open(h->port);
    client_say(&c, oq_strf(h->arena,
                           "GET /api/series/live?%s HTTP/1.1\r\nHost: t\r\n"
                           "X-House-Person: %s\r\n%s\r\n",
                           query, person, headers)
                       .ptr);
    return c;
}

static bool hears(client *c, const char *text)
{
    oq_us give_up = oq_monotonic() + CLIENT_WAIT_MS * OQ_MS;
    while (oq_str_find(oq_buf_view(&c->in), oq_cstr(text)) == SIZE_MAX)
        if (oq_monotonic() > give_up || !client_hear(c, CLIENT_WAIT_MS))
            return false;
    return true;
}

static bool heard(const client *c, const char *text)
{
    return oq_str_find(oq_buf_view(&c->in), oq_cstr(text)) != SIZE_MAX;
}

static void test_values_as_they_come(void **state)
{
    house *h = *state;
    write_value(h, ADMIN_A, 1, 10.5);
    OQ_AUTO(client) a = listen_to(h, "viewer_a", "ids=" ONE, "");
    OQ_AUTO(client) both = listen_to(h, "admin_a", "ids=" ONE "," TWO, "");
    CHECK("begins with what is newest", hears(&a, "\"value\":10.5,\"quality\":0}"));
    CHECK("also where there is nothing",
          hears(&both, "{\"id\":\"" TWO "\",\"time\":null,\"value\":null,\"quality\":null}"));
    write_value(h, ADMIN_A, 2, 77);
    CHECK("who asked for it", hears(&both, "\"value\":77,"));
    write_value(h, ADMIN_A, 1, 11.5);
    CHECK("both", hears(&a, "\"value\":11.5,") && hears(&both, "\"value\":11.5,"));
    CHECK("only series asked for", !heard(&a, "\"value\":77,"));
    CHECK("an event has a name and an id", heard(&a, "event: values\n") && heard(&a, "id: 1"));
    http_hub_publish(h->hub, HOUSE_A, OQ_UUID_ZERO, OQ_STR("data: for everybody\n\n"));
    write_value(h, ADMIN_A, 1, 12.5);
    CHECK("goes on", hears(&a, "\"value\":12.5,"));
    CHECK("values alone", !heard(&a, "for everybody"));
    size_t events = 0;
    oq_str rest = oq_buf_view(&both.in);
    for (size_t at; (at = oq_str_find(rest, OQ_STR("\"value\":77,"))) != SIZE_MAX; events++)
        rest = oq_str_sub(rest, at + 1, SIZE_MAX);
    CHECK("a value is told once", events == 1);
}

static void test_coming_back(void **state)
{
    house *h = *state;
    oq_clock_set(INT64_C(1780000000) * OQ_SECOND);
    write_value(h, ADMIN_A, 1, 1);
    oq_clock_advance(OQ_MINUTE);
    write_value(h, ADMIN_A, 2, 2);
    oq_clock_advance(OQ_MINUTE);
    oq_str id = oq_strf(h->arena, "Last-Event-ID: %lld\r\n",
                        (long long)(oq_clock_now() - OQ_MINUTE - OQ_SECOND));
    OQ_AUTO(client) c = listen_to(h, "viewer_a", "ids=" ONE "," TWO, id.ptr);
    CHECK("what came since", hears(&c, "\"value\":2,"));
    CHECK("not what was seen", !heard(&c, "\"value\":1,"));
    OQ_AUTO(client) odd = listen_to(h, "viewer_a", "ids=" ONE, "Last-Event-ID: nonsense\r\n");
    CHECK("an id that is not ours: all", hears(&odd, "\"value\":1,"));
    oq_clock_set(OQ_TIME_NONE);
}

static void test_walls(void **state)
{
    house *h = *state;
    chunks_series(h->db, HOUSE_B, 1, "one", (aggregate_rule){0});
    OQ_AUTO(client) a = listen_to(h, "viewer_a", "ids=" ONE, "");
    OQ_AUTO(client) b = listen_to(h, "admin_b", "q=one", "");
    CHECK("open", hears(&a, "event: values") && hears(&b, "event: values"));
    write_value(h, ADMIN_B, 1, 4242);
    CHECK("B's own number 1", hears(&b, "\"value\":4242,"));
    write_value(h, ADMIN_A, 1, 17);
    CHECK("A's own number 1", hears(&a, "\"value\":17,"));
    CHECK("nothing of the other", !heard(&a, "4242") && !heard(&b, "\"value\":17,"));
    http_hub_cut(h->hub, house_id(VIEWER_A));
    CHECK("a session's end ends its stream", hears(&a, "\r\n0\r\n\r\n"));
    CHECK_REFUSED("nobody", house_get(h, NOBODY, "/api/series/live?ids=" ONE), 401,
                  "auth.required");
    CHECK_REFUSED("nothing asked", house_get(h, VIEWER_A, "/api/series/live"), 422,
                  "series.none_asked");
    CHECK_REFUSED("of another tenant", house_get(h, ADMIN_B, "/api/series/live?ids=" ONE), 404,
                  "series.not_found");
}

/* What changes without a batch is seen by the harder look. */
static void test_corrections(void **state)
{
    house *h = *state;
    samples s = samples_make(h->arena, 1, false, false);
    s.time[0] = oq_clock_now() - OQ_MINUTE;
    s.value[0] = 5;
    s.count = 1;
    chunks_put(h->db, &(chunks_order){.tenant_id = HOUSE_A, .no = 1}, &s);
    OQ_AUTO(client) a = listen_to(h, "viewer_a", "ids=" ONE, "");
    CHECK("begins", hears(&a, "\"value\":5,"));
    series_live_tune(live, 20 * OQ_MS, 40 * OQ_MS);
    testdb_exec(h->db, "UPDATE series_last SET value = 6 WHERE series_no = 1");
    CHECK("corrected", hears(&a, "\"value\":6,"));
}

/* --- turns in which a value could be passed over ----------------------------------------------*/

static sem_t has_read, may_follow;

static void wait_between(void)
{
    series_live_between(NULL);
    sem_post(&has_read);
    sem_wait(&may_follow);
}

/* A stream reads its first values; then a value comes, and others are told of it; only then is the
 * stream looked for. */
static void test_a_value_while_a_stream_opens(void **state)
{
    house *h = *state;
    sem_init(&has_read, 0, 0);
    sem_init(&may_follow, 0, 0);
    write_value(h, ADMIN_A, 1, 10);
    OQ_AUTO(client) early = listen_to(h, "admin_a", "ids=" ONE, "");
    CHECK("follows", hears(&early, "\"value\":10,"));
    series_live_between(wait_between);
    OQ_AUTO(client) late = listen_to(h, "viewer_a", "ids=" ONE, "");
    sem_wait(&has_read);
    write_value(h, ADMIN_A, 1, 11);
    bool is_told = hears(&early, "\"value\":11,");
    sem_post(&may_follow);
    CHECK("others are told", is_told);
    CHECK("it began before", hears(&late, "\"value\":10,"));
    CHECK("and hears it, too", hears(&late, "\"value\":11,"));
}

/* Numbers are given before the commit: one may become visible behind a later one, while the fold
 * takes away another. Neither the highest number nor the count changes. */
static void test_a_late_commit_beside_the_fold(void **state)
{
    house *h = *state;
    batch_row row = {oq_clock_now(), 77, 1, QUALITY_GOOD};
    oq_scope *slow = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_write(slow, &row, 1, NULL));
    write_value(h, ADMIN_A, 2, 1);
    int64_t folded = testdb_number(h->db, "SELECT max(seq) FROM series_batches");
    write_value(h, ADMIN_A, 2, 2);
    OQ_AUTO(client) c = listen_to(h, "viewer_a", "ids=" ONE "," TWO, "");
    CHECK("follows", hears(&c, "\"value\":2,"));
    write_value(h, ADMIN_A, 2, 3); /* heard: the look that a new stream causes is over */
    CHECK("looked for", hears(&c, "\"value\":3,"));
    series_live_tune(live, OQ_HOUR, OQ_HOUR);
    testdb_exec(
        h->db,
        oq_strf(h->arena, "DELETE FROM series_batches WHERE seq = %lld", (long long)folded).ptr);
    house_commit(slow);
    series_live_tune(live, 20 * OQ_MS, OQ_HOUR);
    CHECK("the late one is told", hears(&c, "\"value\":77,"));
}

/* The look at a change fails; the next one must not take it for told. */
static void test_a_look_that_fails(void **state)
{
    house *h = *state;
    write_value(h, ADMIN_A, 1, 10);
    OQ_AUTO(client) c = listen_to(h, "viewer_a", "ids=" ONE, "");
    CHECK("follows", hears(&c, "\"value\":10,"));
    write_value(h, ADMIN_A, 1, 11);
    CHECK("looked for", hears(&c, "\"value\":11,"));
    testdb_exec(h->db, "REVOKE SELECT ON series_last FROM optria_app");
    write_value(h, ADMIN_A, 1, 12);
    usleep(200000); /* some looks that fail */
    CHECK("could not be read", !heard(&c, "\"value\":12,"));
    testdb_exec(h->db, "GRANT SELECT ON series_last TO optria_app");
    CHECK("told when it can be", hears(&c, "\"value\":12,"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_values_as_they_come, reset),
        cmocka_unit_test_setup(test_coming_back, reset),
        cmocka_unit_test_setup(test_walls, reset),
        cmocka_unit_test_setup(test_corrections, reset),
        cmocka_unit_test_setup(test_a_value_while_a_stream_opens, reset),
        cmocka_unit_test_setup(test_a_late_commit_beside_the_fold, reset),
        cmocka_unit_test_setup(test_a_look_that_fails, reset),
    };
    return cmocka_run_group_tests(tests, house_open, close_all);
}
