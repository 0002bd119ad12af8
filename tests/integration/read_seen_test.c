/* Chunks that were seen before stand for what is stored only as long as it is what was seen. */
#include <math.h>
#include <pthread.h>

#include "historian/reading.h"
#include "historian/write.h"
#include "support/chunks.h"
#include "support/house.h"

#include "base/banned.h"

#define NOW       (INT64_C(1780000000) * OQ_SECOND)
#define T0        (NOW - 100000 * OQ_SECOND)
#define SECOND(n) (T0 + (oq_us)(n)*OQ_SECOND)

enum { SAMPLES = 30000, WIDTH = 100, BUCKETS = SAMPLES / WIDTH };

static int reset(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "TRUNCATE series, series_counters, series_batches, series_chunks,"
                       " series_open, series_last, series_history CASCADE");
    house_reset(state);
    oq_clock_set(NOW);
    seen_forget();
    return 0;
}

/* Series 1: a sample a second, each of `value`, in full chunks and the growing one. */
static void fold_some(house *h, oq_uuid tenant, double value)
{
    chunks_series(h->db, tenant, 1, "one", (aggregate_rule){0});
    samples s = samples_make(h->arena, SAMPLES, false, false);
    for (size_t i = 0; i < SAMPLES; i++) {
        s.time[i] = SECOND(i);
        s.value[i] = value + (double)(i * 7919 % 1000) / 1000;
    }
    s.count = SAMPLES;
    chunks_put(h->db, &(chunks_order){.tenant_id = tenant, .no = 1}, &s);
}

typedef struct answer {
    int64_t samples;
    double sum, area;
    int64_t good_us;
    bool was_seen;
} answer;

/* All buckets of [first, behind) seconds, added up. */
static oq_err *ask_err(oq_scope *s, int first, int behind, answer *ret_answer)
{
    oq_us edge[BUCKETS + 1];
    buckets b = {edge, (size_t)(behind - first) / WIDTH};
    for (size_t i = 0; i <= b.count; i++)
        edge[i] = SECOND(first + (int)i * WIDTH);
    aggregate *got;
    series e = {.no = 1};
    int64_t before = seen_answers();
    OQ_TRY(hist_aggregate(s, &e, 1, b, OQ_TIME_NONE, &got));
    answer a = {.was_seen = seen_answers() > before};
    for (size_t i = 0; i < b.count; i++) {
        a.samples += got[i].count;
        a.sum += got[i].sum;
        a.area += got[i].area;
        a.good_us += got[i].good_us;
    }
    *ret_answer = a;
    return NULL;
}

static answer ask(oq_scope *s, int first, int behind)
{
    answer a;
    CHECK_OK(ask_err(s, first, behind, &a));
    return a;
}

static answer ask_as(house *h, house_person person, int first, int behind)
{
    oq_scope *s = house_scope(h, person, OQ_READ);
    answer a = ask(s, first, behind);
    oq_scope_close(s);
    return a;
}

static void check_same(const char *label, answer a, answer b)
{
    CHECK(label, a.samples == b.samples && a.good_us == b.good_us);
    CHECK(label, fabs(a.sum - b.sum) < 1e-6 && fabs(a.area - b.area) < 1e-3 * OQ_SECOND);
}

static void test_seen(void **state)
{
    house *h = *state;
    fold_some(h, HOUSE_A, 5);
    CHECK("nothing is kept", seen_bytes() == 0);
    answer first = ask_as(h, ADMIN_A, 0, SAMPLES), second = ask_as(h, ADMIN_A, 0, SAMPLES);
    CHECK("loaded, then seen", !first.was_seen && second.was_seen);
    CHECK("all", first.samples == SAMPLES && seen_bytes() > 0);
    check_same("the same", first, second);
    static const int span[][2] = {{0, 100},       {100, 200},     {5000, 25000}, {20000, 30000},
                                  {29900, 30000}, {10000, 10100}, {8000, 9000},  {12300, 12500}};
    for (size_t i = 0; i < OQ_COUNT(span); i++) {
        answer part = ask_as(h, ADMIN_A, span[i][0], span[i][1]);
        CHECK("a part is seen too", part.was_seen);
        CHECK("its samples", part.samples == span[i][1] - span[i][0]);
        CHECK("all of its time", part.good_us == part.samples * OQ_SECOND);
        seen_forget();
        check_same("as loaded", part, ask_as(h, ADMIN_A, span[i][0], span[i][1]));
        ask_as(h, ADMIN_A, 0, SAMPLES);
    }
}

/* A chunk that has only begun to grow is one cell, else no question about it would be seen. */
static void test_short(void **state)
{
    house *h = *state;
    chunks_series(h->db, HOUSE_A, 1, "one", (aggregate_rule){0});
    samples s = samples_make(h->arena, 3, false, false);
    for (size_t i = 0; i < 3; i++)
        s.time[s.count++] = SECOND(i);
    chunks_put(h->db, &(chunks_order){.tenant_id = HOUSE_A, .no = 1}, &s);
    CHECK("loaded", ask_as(h, ADMIN_A, 0, 200).samples == 3);
    CHECK("seen", ask_as(h, ADMIN_A, 0, 200).was_seen);
    CHECK("neighbours too", ask_as(h, ADMIN_A, 100, 200).samples == 0);
}

/* The window is wholly behind a chunk, and begins in another: both are needed. */
static void test_moving_window(void **state)
{
    house *h = *state;
    fold_some(h, HOUSE_A, 5);
    for (int from = 10000; from < 20000; from += 500) {
        answer a = ask_as(h, ADMIN_A, from, from + 10000);
        CHECK("its samples and time", a.samples == 10000 && a.good_us == 10000 * OQ_SECOND);
    }
    CHECK("and is seen", ask_as(h, ADMIN_A, 19500, 29500).was_seen);
}

#define MIDDLE                                                                                     \
    " WHERE time_first = (SELECT time_first FROM series_chunks ORDER BY time_first OFFSET 1 "      \
    "LIMIT "                                                                                       \
    "1)"

static void test_what_changed_is_loaded(void **state)
{
    house *h = *state;
    static const struct {
        const char *label, *sql;
        bool leaves; /* what is left was seen, and is all there is */
    } row[] = {
        {"rewritten as it was", "UPDATE series_chunks SET samples = samples" MIDDLE},
        {"the growing one, rewritten", "UPDATE series_open SET samples = samples"},
        {"the growing one, gone", "DELETE FROM series_open", true},
        {"taken out",
         "CREATE TABLE taken AS SELECT * FROM series_chunks" MIDDLE
         "; DELETE FROM series_chunks" MIDDLE,
         true},
        {"put back", "INSERT INTO series_chunks SELECT * FROM taken; DROP TABLE taken"},
        {"the first, gone",
         "DELETE FROM series_chunks WHERE time_first ="
         " (SELECT min(time_first) FROM series_chunks)",
         true},
        {"another rule", "UPDATE series SET is_state = true"},
        {"another gap", "UPDATE series SET gap_max_us = 500000"},
        {"no chunks", "DELETE FROM series_chunks", true},
    };
    fold_some(h, HOUSE_A, 5);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        ask_as(h, ADMIN_A, 0, SAMPLES);
        answer before = ask_as(h, ADMIN_A, 0, SAMPLES);
        CHECK(row[i].label, before.was_seen);
        testdb_exec(h->db, row[i].sql);
        answer after = ask_as(h, ADMIN_A, 0, SAMPLES);
        CHECK(row[i].label, row[i].leaves ? after.samples < before.samples : !after.was_seen);
        seen_forget();
        check_same(row[i].label, after, ask_as(h, ADMIN_A, 0, SAMPLES));
    }
    CHECK("nothing is left", ask_as(h, ADMIN_A, 0, SAMPLES).samples == 0);
}

/* --- several series ----------------------------------------------------------------------------*/

enum { SOME = 12 };

/* Each begins at a second of its own, so that no two have a chunk's edge in common; the last one
 * has no samples. */
static void fold_several(house *h, oq_uuid tenant)
{
    for (int k = 1; k <= SOME; k++) {
        char key[16];
        snprintf(key, sizeof key, "s%d", k);
        chunks_series(h->db, tenant, k, key, (aggregate_rule){0});
        samples s = samples_make(h->arena, SAMPLES, false, false);
        for (int i = k * 300; i < SAMPLES && k < SOME; i++) {
            s.time[s.count] = SECOND(i);
            s.value[s.count++] = k + (double)(i * 7919 % 1000) / 1000;
        }
        if (s.count)
            chunks_put(h->db,
                       &(chunks_order){
                           .tenant_id = tenant, .no = k, .bytes_max = 2000, .all_full = k == 3},
                       &s);
    }
}

/* The figures of all of them, added up with weights. */
static answer ask_several(house *h, int first, int behind)
{
    oq_us edge[] = {SECOND(first), SECOND((first + behind) / 200 * 100), SECOND(behind)};
    series e[SOME];
    aggregate *got[SOME];
    for (int k = 0; k < SOME; k++)
        e[k] = (series){.no = SOME - k};
    int64_t before = seen_answers();
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(hist_aggregate(s, e, SOME, (buckets){edge, 2}, OQ_TIME_NONE, got));
    answer a = {.was_seen = seen_answers() >= before + SOME};
    for (int k = 0; k < SOME; k++)
        for (int i = 0; i < 2; i++) {
            a.samples += got[k][i].count;
            a.sum += got[k][i].sum * (SOME - k);
            a.area += got[k][i].area * (SOME - k);
            a.good_us += got[k][i].good_us * (SOME - k);
        }
    oq_scope_close(s);
    return a;
}

static void test_several(void **state)
{
    house *h = *state;
    static const struct {
        const char *label, *sql;
    } row[] = {
        {"nothing", "SELECT 1"},
        {"rewritten", "UPDATE series_chunks SET samples = samples WHERE series_no = 5"},
        {"one chunk, gone", "DELETE FROM series_chunks WHERE series_no = 4 AND time_first ="
                            " (SELECT max(time_first) FROM series_chunks WHERE series_no = 4)"},
        {"the growing ones, gone", "DELETE FROM series_open WHERE series_no > 6"},
        {"the first half, gone", "DELETE FROM series_chunks WHERE time_first < '2026-05-28 03:00'"
                                 " AND series_no IN (2, 3)"},
        {"a rule", "UPDATE series SET is_state = true WHERE no = 9"},
    };
    fold_several(h, HOUSE_A);
    fold_several(h, HOUSE_B);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        testdb_exec(h->db, row[i].sql);
        for (int first = 0; first < 29000; first += 4000) {
            answer kept = ask_several(h, first, first + 1000);
            seen_forget();
            check_same(row[i].label, kept, ask_several(h, first, first + 1000));
            ask_several(h, first + 1000, SAMPLES);
            ask_several(h, first + 1000, SAMPLES);
        }
        ask_several(h, 5000, 20000);
        CHECK("seen at last", ask_several(h, 5000, 20000).was_seen);
        CHECK("and a part", ask_several(h, 5000, 20000).was_seen);
        series twice[] = {{.no = 2}, {.no = 5}, {.no = 2}};
        oq_us edge[] = {SECOND(5000), SECOND(12500), SECOND(20000)};
        aggregate *got[3];
        oq_scope *scope = house_scope(h, ADMIN_A, OQ_READ);
        CHECK_OK(hist_aggregate(scope, twice, 3, (buckets){edge, 2}, OQ_TIME_NONE, got));
        CHECK("asked for twice", got[0]->count == got[2]->count && got[1]->count > 0);
        oq_scope_close(scope);
    }
}

/* --- what is fresh, and what is not ours -------------------------------------------------------*/

static void write_one(house *h, oq_us at, double value)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    batch_row r = {at, value, 1, QUALITY_GOOD};
    CHECK_OK(hist_write(s, &r, 1, NULL));
    house_commit(s);
}

/* Late samples change a chunk's buckets, later ones go behind it, before they are folded. */
static void test_fresh_samples(void **state)
{
    house *h = *state;
    fold_some(h, HOUSE_A, 5);
    answer all = ask_as(h, ADMIN_A, 0, SAMPLES);
    write_one(h, SECOND(SAMPLES), 1);
    ask_as(h, ADMIN_A, 0, SAMPLES);
    answer behind = ask_as(h, ADMIN_A, 0, SAMPLES);
    CHECK("behind the span: still seen", behind.was_seen && behind.samples == SAMPLES);
    CHECK("up to it", behind.good_us == SAMPLES * OQ_SECOND && behind.good_us >= all.good_us);
    write_one(h, SECOND(5000), 1000);
    for (int i = 0; i < 3; i++) {
        answer late = ask_as(h, ADMIN_A, 0, SAMPLES);
        CHECK("of the same moment", late.samples == SAMPLES && late.sum > all.sum + 900);
    }
}

/* What a transaction sees of its own and takes back was never there. */
static void test_taken_back(void **state)
{
    house *h = *state;
    fold_some(h, HOUSE_A, 5);
    answer all = ask_as(h, ADMIN_A, 0, SAMPLES);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_write(s, &(batch_row){SECOND(5000), 1000, 1, QUALITY_GOOD}, 1, NULL));
    ask(s, 0, SAMPLES);
    CHECK("seen by itself", ask(s, 0, SAMPLES).sum > all.sum + 900);
    oq_scope_close(s);
    check_same("taken back", all, ask_as(h, ADMIN_A, 0, SAMPLES));
}

static void test_each_tenant_by_itself(void **state)
{
    house *h = *state;
    fold_some(h, HOUSE_A, 5);
    ask_as(h, ADMIN_A, 0, SAMPLES);
    answer a = ask_as(h, ADMIN_A, 0, SAMPLES), b;
    CHECK("seen", a.was_seen);
    fold_some(h, HOUSE_B, 50);
    b = ask_as(h, ADMIN_B, 0, SAMPLES);
    CHECK("B's own", !b.was_seen && b.sum > a.sum * 5);
    b = ask_as(h, ADMIN_B, 0, SAMPLES);
    CHECK("B's own, seen", b.was_seen && b.sum > a.sum * 5);
    check_same("A's own", a, ask_as(h, ADMIN_A, 0, SAMPLES));
}

static void test_bounded(void **state)
{
    house *h = *state;
    fold_some(h, HOUSE_A, 5);
    seen_set_bytes_max(100 * 1024);
    for (int width = 10; width < 200; width++) {
        oq_us edge[101];
        aggregate *got;
        series e = {.no = 1};
        for (int i = 0; i <= 100; i++)
            edge[i] = SECOND(0) / (width * OQ_SECOND) * (width * OQ_SECOND) + i * width * OQ_SECOND;
        oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
        CHECK_OK(hist_aggregate(s, &e, 1, (buckets){edge, 100}, OQ_TIME_NONE, &got));
        oq_scope_close(s);
        CHECK("within its limit", seen_bytes() <= 100 * 1024);
    }
    seen_set_bytes_max(0);
    CHECK("something stays", seen_bytes() > 0);
    seen_forget();
    CHECK("forgotten", seen_bytes() == 0);
}

/* --- many at once ------------------------------------------------------------------------------*/

typedef struct asker {
    house *h;
    pthread_t thread;
    int seed, wrong;
} asker;

static void *ask_on(void *arg)
{
    asker *w = arg;
    for (int i = 0; i < 150; i++) {
        oq_arena *arena = oq_arena_open(0);
        oq_scope *s;
        oq_err *err = oq_scope_open(
            &(oq_scope_options){
                .pool = w->h->pool, .tenant_id = HOUSE_A, .access = OQ_READ, .arena = arena},
            &s);
        int first = (w->seed * 37 + i * 13) % 100 * WIDTH;
        answer a = {0};
        if (!err) {
            err = ask_err(s, first, first + 20000, &a);
            oq_scope_close(s);
        }
        w->wrong += err || a.samples != 20000;
        oq_arena_close(arena);
        oq_err_reset();
    }
    return NULL;
}

/* Four ask, while chunks are rewritten as they are and all is forgotten now and then. */
static void test_many_at_once(void **state)
{
    house *h = *state;
    asker all[4] = {{0}};
    fold_some(h, HOUSE_A, 5);
    for (int i = 0; i < 4; i++) {
        all[i] = (asker){.h = h, .seed = i};
        assert_int_equal(pthread_create(&all[i].thread, NULL, ask_on, &all[i]), 0);
    }
    for (int i = 0; i < 60; i++) {
        testdb_exec(h->db, i % 3 ? "UPDATE series_open SET samples = samples"
                                 : "UPDATE series_chunks SET samples = samples" MIDDLE);
        if (i % 20 == 0)
            seen_forget();
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(all[i].thread, NULL);
        CHECK("right answers alone", all[i].wrong == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_seen, reset),
        cmocka_unit_test_setup(test_short, reset),
        cmocka_unit_test_setup(test_moving_window, reset),
        cmocka_unit_test_setup(test_what_changed_is_loaded, reset),
        cmocka_unit_test_setup(test_several, reset),
        cmocka_unit_test_setup(test_fresh_samples, reset),
        cmocka_unit_test_setup(test_taken_back, reset),
        cmocka_unit_test_setup(test_each_tenant_by_itself, reset),
        cmocka_unit_test_setup(test_bounded, reset),
        cmocka_unit_test_setup(test_many_at_once, reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
