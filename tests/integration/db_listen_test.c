/* Notifications: what arrives, and what is told when the connection was away. */
#include "support/db_fixture.h"

#include <pthread.h>
#include <unistd.h>

#include "db/listen.h"
#include "support/proxy.h"

typedef struct heard {
    pthread_mutex_t lock;
    pthread_cond_t more;
    char text[256];
    int gaps;
} heard;

static void on_notify(void *self, oq_str payload)
{
    heard *h = self;
    pthread_mutex_lock(&h->lock);
    size_t len = strlen(h->text);
    snprintf(h->text + len, sizeof h->text - len, "%.*s;", OQ_FMT(payload));
    pthread_cond_signal(&h->more);
    pthread_mutex_unlock(&h->lock);
}

static void on_gap(void *self)
{
    heard *h = self;
    pthread_mutex_lock(&h->lock);
    h->gaps++;
    pthread_cond_signal(&h->more);
    pthread_mutex_unlock(&h->lock);
}

/* Waits until both are so, 10 s at most. */
static void wait_for(heard *h, const char *text, int gaps)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&h->lock);
    while (strcmp(h->text, text) != 0 || h->gaps != gaps)
        if (pthread_cond_timedwait(&h->more, &h->lock, &until) != 0)
            break;
    bool is_so = strcmp(h->text, text) == 0 && h->gaps == gaps;
    pthread_mutex_unlock(&h->lock);
    if (!is_so)
        fail_msg("wanted \"%s\" and %d gaps, heard \"%s\" and %d", text, gaps, h->text, h->gaps);
}

#define HEARD                                                                                      \
    {                                                                                              \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, "", 0                                 \
    }

static void test_hears(void **state)
{
    db_fixture *f = *state;
    heard one = HEARD, two = HEARD;
    const db_channel channels[] = {
        {"optria_one", on_notify, on_gap, &one}, {"optria_Two", on_notify, NULL, &two}, {0}};
    db_pool_options options = testdb_pool_options(f->db);
    db_listener *l = NULL;
    CHECK_OK(db_listener_open(&options, channels, &l));
    wait_for(&one, "", 1); /* the first connect: read the tables now */
    assert_true(db_listener_is_connected(l));
    testdb_exec(f->db, "NOTIFY optria_one, 'a'; NOTIFY \"optria_Two\", 'b'; NOTIFY other, 'c'");
    testdb_exec(f->db, "SELECT pg_notify('optria_one', 'd e'); NOTIFY optria_one");
    wait_for(&one, "a;d e;;", 1);
    wait_for(&two, "b;", 0);
    db_listener_close(l);
    db_listener_close(NULL);
}

static void test_comes_back(void **state)
{
    db_fixture *f = *state;
    proxy *wire = proxy_open();
    heard h = HEARD;
    const db_channel channels[] = {{"optria_one", on_notify, on_gap, &h}, {0}};
    db_pool_options options = testdb_pool_options(f->db);
    options.url = testdb_url_through(f->db, proxy_host(wire), proxy_port(wire));
    db_listener *l = NULL;
    CHECK_OK(db_listener_open(&options, channels, &l));
    wait_for(&h, "", 1);
    proxy_set(wire, PROXY_REFUSE);
    proxy_cut(wire);
    while (db_listener_is_connected(l))
        usleep(1000);
    testdb_exec(f->db, "NOTIFY optria_one, 'missed'");
    usleep(300000); /* it knocks once in vain, too */
    proxy_set(wire, PROXY_PASS);
    wait_for(&h, "", 2);
    testdb_exec(f->db, "NOTIFY optria_one, 'again'");
    wait_for(&h, "again;", 2);
    db_listener_close(l);
    proxy_close(wire);
}

static void test_ends_while_away(void **state)
{
    db_fixture *f = *state;
    heard h = HEARD;
    const db_channel channels[] = {{"optria_one", on_notify, on_gap, &h}, {0}};
    db_pool_options options = testdb_pool_options(f->db);
    options.url = OQ_STR("host=/nowhere");
    db_listener *l = NULL;
    CHECK_OK(db_listener_open(&options, channels, &l));
    oq_us start = oq_monotonic();
    assert_false(db_listener_is_connected(l));
    db_listener_close(l);
    assert_true(oq_monotonic() - start < 2 * OQ_SECOND);
    options.url = OQ_STR("no url");
    CHECK_CODE("url", db_listener_open(&options, channels, &l), "db.bad_url");
}

#define TEST(name) cmocka_unit_test_setup(name, db_fixture_reset)

int main(void)
{
    oq_log_setup(OQ_LOG_ERROR, OQ_LOG_KEYS); /* it says when it cannot connect, as it should */
    const struct CMUnitTest tests[] = {
        TEST(test_hears),
        TEST(test_comes_back),
        TEST(test_ends_while_away),
    };
    return cmocka_run_group_tests(tests, db_fixture_open, db_fixture_close);
}
