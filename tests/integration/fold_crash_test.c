/* The fold while things die: folding processes are killed at any moment, their connection breaks,
 * the answer to their commit is lost, and all the while samples come and are read. Nothing is lost,
 * nothing is there twice, and no reader ever sees less than was acknowledged. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/fault.h"
#include "historian/read.h"
#include "historian/write.h"
#include "integration/store_model.h"

#include "base/banned.h"

#define T0  (INT64_C(1767225600) * OQ_SECOND) /* 2026-01-01 */
#define NOW (T0 + 40 * OQ_DAY)

enum { SERIES = 20, ROWS = 50 };

static int reset(void **state)
{
    house_reset(state);
    store_reset(*state, SERIES, NULL);
    return 0;
}

static uint64_t seed;

static uint64_t dice(uint64_t sides)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (seed >> 33) % sides;
}

/* A batch of the k-th arrival: every series goes on, and some write again what was there. */
static size_t arrival(batch_row *row, int k)
{
    size_t count = 0;
    for (int32_t no = 1; no <= SERIES; no++) {
        int at = dice(6) == 0 ? (int)dice((uint64_t)k + 1) : k;
        for (int i = 0; i < ROWS; i++)
            row[count++] = (batch_row){.time = T0 + (oq_us)(at * ROWS + i) * OQ_SECOND,
                                       .series_no = no,
                                       .value = (double)dice(1000000) / 7};
    }
    return count;
}

/* --- killed ------------------------------------------------------------------------------------*/

/* Folds whatever comes, until it is killed. */
static pid_t start_folding(house *h)
{
    db_pool_options options = testdb_pool_options(h->db);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    oq_log_setup(OQ_LOG_ERROR, OQ_LOG_KEYS);
    oq_arena *arena = oq_arena_open(0);
    db_pool *pool;
    if (db_pool_open(&options, &pool))
        _exit(1);
    for (;;) {
        oq_scope *s;
        fold_done done;
        oq_arena_reset(arena);
        oq_err_reset();
        if (oq_scope_open(
                &(oq_scope_options){
                    .pool = pool, .tenant_id = HOUSE_A, .access = OQ_WRITE, .arena = arena},
                &s))
            continue;
        oq_err *err = hist_fold(s, &done);
        if (!err)
            err = oq_scope_commit(s);
        oq_scope_close(s);
        oq_ignore(err, "the next round comes");
    }
}

static void test_folding_processes_are_killed(void **state)
{
    enum { KILLS = 25, ARRIVALS = 120 };
    static batch_row row[SERIES * ROWS];
    house *h = *state;
    model m;
    model_make(SERIES, &m);
    seed = 3;
    pid_t pid = start_folding(h);
    int killed = 0;
    for (int k = 0; k < ARRIVALS; k++) {
        size_t count = arrival(row, k);
        store_write(h, &m, row, count, NOW + (oq_us)k * OQ_MINUTE);
        usleep((useconds_t)dice(8000));
        if (k % (ARRIVALS / KILLS))
            continue;
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        killed++;
        pid = start_folding(h);
    }
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(killed >= KILLS);
    store_fold(h);
    store_check(h, &m, true);
    model_drop(&m);
}

/* --- the wire breaks ---------------------------------------------------------------------------*/

static void test_every_step_of_a_fold_may_fail(void **state)
{
    static batch_row row[SERIES * ROWS];
    static const char *const places[] = {"db.send", "db.commit"};
    house *h = *state;
    model m;
    model_make(SERIES, &m);
    seed = 4;
    int failed = 0;
    for (int k = 0; k < 24; k++) {
        size_t count = arrival(row, k);
        store_write(h, &m, row, count, NOW + (oq_us)k * OQ_MINUTE);
        fold_done done;
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        db_fault_arm(places[k % 2], k % 2 ? 1 : 1 + k / 2);
        oq_err *err = hist_fold(s, &done);
        if (!err)
            err = oq_scope_commit(s);
        oq_scope_close(s);
        db_fault_arm(places[k % 2], 0);
        failed += err != NULL;
    }
    CHECK("most of them failed", failed >= 12);
    store_fold(h);
    store_check(h, &m, true);
    model_drop(&m);
}

/* --- readers -----------------------------------------------------------------------------------*/

typedef struct reader {
    house *h;
    atomic_int acknowledged; /* samples of series 1 that are committed */
    atomic_bool stop;
    atomic_int reads;
    const char *wrong;
} reader;

static const char *look(reader *r, oq_arena *arena)
{
    oq_scope *s;
    hist_points points;
    int wanted = r->acknowledged;
    oq_err *err = oq_scope_open(
        &(oq_scope_options){
            .pool = r->h->pool, .tenant_id = HOUSE_A, .access = OQ_READ, .arena = arena},
        &s);
    if (err)
        return err->code;
    err =
        hist_read(s, 1, (hist_span){T0, NOW, OQ_TIME_NONE}, HIST_POINTS_MAX, false, false, &points);
    oq_scope_close(s);
    if (err)
        return err->code;
    if ((int)points.samples.count < wanted)
        return "a sample that was acknowledged is not seen";
    for (size_t i = 0; i < points.samples.count; i++)
        if (points.samples.time[i] != T0 + (oq_us)i * OQ_SECOND)
            return "a sample is missing, or there twice";
    return NULL;
}

static void *read_on(void *arg)
{
    reader *r = arg;
    oq_arena *arena = oq_arena_open(0);
    while (!r->stop && !r->wrong) {
        r->wrong = look(r, arena);
        r->reads++;
        oq_arena_reset(arena);
        oq_err_reset();
    }
    oq_arena_close(arena);
    return NULL;
}

static void test_readers_see_every_sample_once(void **state)
{
    static batch_row row[SERIES * ROWS];
    house *h = *state;
    reader r = {.h = h};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, read_on, &r), 0);
    for (int k = 0; (k < 60 || r.reads < 30) && !r.wrong; k++) {
        size_t count = 0;
        for (int32_t no = 1; no <= SERIES; no++)
            for (int i = 0; i < ROWS; i++)
                row[count++] = (batch_row){
                    .time = T0 + (oq_us)(k * ROWS + i) * OQ_SECOND, .series_no = no, .value = i};
        store_write(h, NULL, row, count, NOW + (oq_us)k * OQ_SECOND);
        r.acknowledged = (k + 1) * ROWS;
        if (k % 3 == 0)
            store_fold(h);
    }
    r.stop = true;
    pthread_join(thread, NULL);
    CHECK_STR("readers", oq_cstr(r.wrong ? r.wrong : ""), "");
    CHECK("they read", r.reads >= 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_folding_processes_are_killed, reset),
        cmocka_unit_test_setup(test_every_step_of_a_fold_may_fail, reset),
        cmocka_unit_test_setup(test_readers_see_every_sample_once, reset),
    };
    return cmocka_run_group_tests_name("fold_crash", tests, house_open, house_close);
}
