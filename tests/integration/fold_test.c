/* Whatever comes in whichever order: after the fold the record holds the latest write of each
 * moment, and the history what it replaced. */
#include "integration/store_model.h"

#include <math.h>

#include "historian/read.h"
#include "historian/write.h"

#include "base/banned.h"

#define DAY_0 (INT64_C(1767225600) * OQ_SECOND) /* 2026-01-01 */
#define NOW   (DAY_0 + 40 * OQ_DAY)             /* when the first batch comes */

enum { SERIES = 6 };

static int reset(void **state)
{
    house_reset(state);
    store_reset(*state, SERIES, NULL);
    return 0;
}

/* --- dice --------------------------------------------------------------------------------------*/

static uint64_t seed;

static uint64_t dice(uint64_t sides)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (seed >> 33) % sides;
}

/* Readings of three decimals, noise that no code can shorten, states, and nothing at all. */
static double value_of(int32_t no)
{
    switch (no % 3) {
    case 0:
        return (double)dice(4);
    case 1:
        return (double)dice(100000) / 1000;
    default:
        return sqrt((double)dice(1000000)) * 1e-3;
    }
}

static batch_row row_of(int32_t no, oq_us time)
{
    batch_row row = {.time = time, .series_no = no, .value = value_of(no)};
    if (dice(50) == 0) {
        row.quality = dice(2) ? QUALITY_UNCERTAIN : QUALITY_NO_DATA;
        row.value = row.quality == QUALITY_NO_DATA ? (double)NAN : row.value;
    }
    return row;
}

/* --- random ------------------------------------------------------------------------------------*/

typedef struct arrival {
    oq_us newest; /* where the series goes on */
} arrival;

/* Some rows of one series: going on, late, again with other values, or years ago. */
static size_t arrive(batch_row *row, int32_t no, oq_us *newest)
{
    size_t count = 1 + dice(400);
    oq_us at = *newest, step = (oq_us)(1 + dice(20)) * OQ_SECOND;
    switch (dice(8)) {
    case 0: /* late, over what is there */
    case 1:
        at = DAY_0 + (oq_us)dice((uint64_t)(*newest - DAY_0) + 1) / OQ_SECOND * OQ_SECOND;
        break;
    case 2: /* years ago */
        at = DAY_0 - (oq_us)(1 + dice(3000)) * OQ_DAY;
        break;
    default:
        break;
    }
    for (size_t i = 0; i < count; i++, at += step)
        row[i] = row_of(no, at);
    *newest = at > *newest ? at : *newest;
    if (dice(4) == 0) /* in no order */
        for (size_t i = count; i > 1; i--) {
            size_t k = dice(i);
            batch_row swap = row[k];
            row[k] = row[i - 1];
            row[i - 1] = swap;
        }
    return count;
}

/* Something else, or nothing, in a random stretch; batches of it may still wait. */
static void replace_some(house *h, model *m, oq_us newest, oq_us at)
{
    int32_t no = (int32_t)(1 + dice(SERIES));
    oq_us from = DAY_0 - (oq_us)dice(100) * OQ_DAY;
    if (dice(2))
        from = DAY_0 + (oq_us)dice((uint64_t)(newest - DAY_0) + 1) / OQ_SECOND * OQ_SECOND;
    oq_us to = from + (oq_us)(1 + dice(dice(2) ? 4000000 : 40000)) * OQ_SECOND;
    oq_mark mark = oq_arena_mark(h->arena);
    samples with = samples_make(h->arena, 300, true, false);
    for (oq_us time = from; dice(3) && with.count < 300 && time < to; time += 7 * OQ_SECOND) {
        batch_row row = row_of(no, time);
        with.time[with.count] = row.time;
        with.value[with.count] = row.value;
        with.quality[with.count++] = row.quality;
    }
    model_replace(m, no, from, to, &with, at);
    oq_clock_set(at);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_replace(s, no, from, to, &with, with.count ? "correction" : "deletion", NULL));
    house_commit(s);
    oq_arena_rewind(h->arena, mark);
}

static void random_days(house *h, uint64_t first_seed, size_t batches, bool changes)
{
    static batch_row row[SERIES * 400];
    oq_us newest[SERIES + 1];
    model m;
    model_make(SERIES, &m);
    seed = first_seed;
    for (int32_t no = 0; no <= SERIES; no++)
        newest[no] = DAY_0;
    for (size_t i = 0; i < batches; i++) {
        size_t count = 0;
        for (int32_t no = 1; no <= SERIES; no++)
            if (dice(3))
                count += arrive(row + count, no, &newest[no]);
        if (count)
            store_write(h, &m, row, count, NOW + (oq_us)i * OQ_MINUTE);
        if (changes && dice(3) == 0)
            replace_some(h, &m, newest[1], NOW + (oq_us)i * OQ_MINUTE);
        if (dice(5) == 0) {
            store_fold(h);
            store_check(h, &m, true);
        }
    }
    store_fold(h);
    store_check(h, &m, true);
    model_drop(&m);
}

static void test_any_order(void **state)
{
    for (uint64_t s = 1; s <= 3; s++) {
        reset(state);
        random_days(*state, s, 40, false);
    }
}

static void test_any_order_with_changes(void **state)
{
    for (uint64_t s = 11; s <= 13; s++) {
        reset(state);
        random_days(*state, s, 40, true);
    }
}

/* --- the same samples in another order ---------------------------------------------------------*/

static uint64_t digest_of(house *h)
{
    return (uint64_t)testdb_number(
        h->db, "SELECT sum(hashtextextended(concat_ws(' ', series_no, samples, good, value_min,"
               " value_max, value_first, value_last), 0) % 1000000007)"
               " FROM (SELECT series_no, sum(samples) AS samples, sum(good) AS good,"
               "              min(value_min) AS value_min, max(value_max) AS value_max,"
               "              (array_agg(value_first ORDER BY time_first))[1] AS value_first,"
               "              (array_agg(value_last ORDER BY time_last DESC))[1] AS value_last"
               "         FROM (TABLE series_chunks UNION ALL TABLE series_open) c"
               "        GROUP BY series_no) s");
}

static void test_shuffled_is_as_sorted(void **state)
{
    enum { ALL = 20000, BATCH = 1000 };
    house *h = *state;
    batch_row *row = calloc(ALL, sizeof *row);
    uint64_t digest[2];
    for (int round = 0; round < 2; round++) {
        reset(state);
        model m;
        model_make(SERIES, &m);
        seed = 99;
        for (size_t i = 0; i < ALL; i++)
            row[i] = row_of((int32_t)(1 + i % SERIES), DAY_0 + (oq_us)i * OQ_SECOND);
        for (size_t i = ALL; round && i > 1; i--) {
            size_t k = dice(i);
            batch_row swap = row[k];
            row[k] = row[i - 1];
            row[i - 1] = swap;
        }
        for (size_t i = 0; i < ALL; i += BATCH) {
            store_write(h, &m, row + i, BATCH, NOW);
            if (round && i % 3000 == 0)
                store_fold(h);
        }
        store_fold(h);
        store_check(h, &m, false);
        digest[round] = digest_of(h);
        model_drop(&m);
    }
    CHECK("the same", digest[0] == digest[1]);
    free(row);
}

/* --- what is sent again ------------------------------------------------------------------------*/

static void test_sent_again_changes_nothing(void **state)
{
    house *h = *state;
    static batch_row row[3000];
    model m;
    model_make(SERIES, &m);
    for (int round = 0; round < 3; round++) {
        seed = 5;
        for (int i = 0; i < 3000; i++)
            row[i] = row_of(2, DAY_0 + i * OQ_SECOND);
        store_write(h, &m, row, 3000, NOW + round * OQ_HOUR);
        fold_done done = store_fold(h);
        CHECK("nothing is rewritten", done.rewritten == 0 && (round == 0 || done.chunks == 0));
    }
    store_check(h, &m, true);
    CHECK("no history", testdb_number(h->db, "SELECT count(*) FROM series_history") == 0);
    model_drop(&m);
}

/* --- archive rules -----------------------------------------------------------------------------*/

/* The largest distance of the samples from the line between those that were kept. */
static double error_of(const samples *kept, const samples *all)
{
    double worst = 0;
    for (size_t i = 0, k = 0; i < all->count; i++) {
        while (k + 1 < kept->count && kept->time[k + 1] <= all->time[i])
            k++;
        double share = 0, next = kept->value[k];
        if (k + 1 < kept->count) {
            share = (double)(all->time[i] - kept->time[k]) /
                    (double)(kept->time[k + 1] - kept->time[k]);
            next = kept->value[k + 1];
        }
        worst = fmax(worst, fabs(all->value[i] - kept->value[k] - share * (next - kept->value[k])));
    }
    return worst;
}

static void test_archive_rules_when_a_chunk_is_full(void **state)
{
    enum { ALL = 60000 };
    house *h = *state;
    store_reset(h, SERIES, "compression_deviation = 0.5");
    batch_row *row = calloc(ALL, sizeof *row);
    samples all = samples_make(h->arena, ALL, false, false);
    seed = 8;
    for (int i = 0; i < ALL; i++) {
        row[i] = (batch_row){.time = DAY_0 + i * OQ_SECOND,
                             .series_no = 1,
                             .value = 10 * sin(i / 500.0) + (double)dice(100) / 500};
        all.time[i] = row[i].time;
        all.value[i] = row[i].value;
    }
    all.count = ALL;
    store_write(h, NULL, row, ALL, NOW);
    store_fold(h);
    size_t chunks;
    samples kept = store_read(h, 1, &chunks);
    CHECK("several chunks", chunks >= 3);
    CHECK("few are kept", kept.count < ALL / 2);
    CHECK("within the bound", error_of(&kept, &all) <= 0.5 + 1e-9);
    CHECK("counted as received",
          testdb_number(h->db, "SELECT (SELECT sum(samples) FROM series_chunks)"
                               " + (SELECT sum(samples) FROM series_open)") == ALL);
    CHECK("the extremes of all", testdb_number(h->db, "SELECT count(*) FROM series_chunks c"
                                                      " WHERE value_max > 10.2") == 0);

    /* One that comes late joins what is left of its chunk, and all stay counted. */
    batch_row late = {.time = DAY_0 + OQ_SECOND / 2, .series_no = 1, .value = 77};
    store_write(h, NULL, &late, 1, NOW + OQ_HOUR);
    store_fold(h);
    samples with_late = store_read(h, 1, &chunks);
    CHECK("one more", with_late.count == kept.count + 1 && with_late.value[1] == 77);
    CHECK("counted as received",
          testdb_number(h->db, "SELECT (SELECT sum(samples) FROM series_chunks)"
                               " + (SELECT sum(samples) FROM series_open)") == ALL + 1);
    free(row);
}

/* --- writers at the same time ------------------------------------------------------------------*/

/* A batch that is not committed yet. */
static oq_scope *begin_write(house *h, double value, oq_us at)
{
    batch_row row = {.time = DAY_0, .series_no = 1, .value = value};
    oq_clock_set(at);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_write(s, &row, 1, NULL));
    return s;
}

static double read_at(house *h, oq_us known_at)
{
    hist_points p;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(hist_read(s, 1, (hist_span){DAY_0, DAY_0 + 1, known_at}, 10, false, false, &p));
    oq_scope_close(s);
    return p.samples.count ? p.samples.value[0] : 0;
}

/* The values that were known, minute by minute, and the one that stands. */
static void check_answers(house *h, const char *label, const char *wanted)
{
    OQ_AUTO(oq_buf) said = oq_buf_make(1000);
    for (int i = -1; i < 4; i++)
        oq_buf_f(&said, "%g ", read_at(h, NOW + i * OQ_MINUTE));
    oq_buf_f(&said, "now %g", read_at(h, OQ_TIME_NONE));
    CHECK_STR(label, oq_buf_view(&said), wanted);
}

/* The later number was known first, as when a long body began earlier than a short one. */
static void test_numbers_in_another_order_than_moments(void **state)
{
    house *h = *state;
    oq_scope *s = begin_write(h, 1, NOW + 2 * OQ_MINUTE);
    house_commit(s);
    s = begin_write(h, 2, NOW);
    house_commit(s);
    check_answers(h, "waiting", "0 2 2 2 2 now 2");
    store_fold(h);
    check_answers(h, "folded", "0 2 2 2 2 now 2");
    CHECK("the other one was never there",
          testdb_number(h->db, "SELECT count(*) FROM series_history WHERE superseded_at ="
                               " '2026-02-10T00:02:00Z'") == 1);
}

/* The lower number is committed when the higher one was folded: it comes later. */
static void test_a_commit_behind_the_fold(void **state)
{
    house *h = *state;
    oq_scope *first = begin_write(h, 1, NOW);
    oq_scope *second = begin_write(h, 2, NOW + 2 * OQ_MINUTE);
    house_commit(second);
    check_answers(h, "alone", "0 0 0 2 2 now 2");
    store_fold(h);
    check_answers(h, "folded alone", "0 0 0 2 2 now 2");
    house_commit(first);
    check_answers(h, "over it", "0 1 1 1 1 now 1");
    store_fold(h);
    check_answers(h, "folded", "0 1 1 1 1 now 1");
    CHECK("never ends before it begins",
          testdb_number(h->db, "SELECT count(*) FROM series_history WHERE superseded_at ="
                               " '2026-02-10T00:02:00Z'") == 1);
}

/* --- limits ------------------------------------------------------------------------------------*/

static void test_one_series_in_several_transactions(void **state)
{
    enum { BATCH = 400000, BATCHES = 3 };
    house *h = *state;
    batch_row *row = calloc(BATCH, sizeof *row);
    for (int b = 0; b < BATCHES; b++) {
        for (int i = 0; i < BATCH; i++)
            row[i] = (batch_row){.time = DAY_0 - 40 * OQ_DAY + (oq_us)(b * BATCH + i) * OQ_SECOND,
                                 .series_no = 1,
                                 .value = i % 10};
        store_write(h, NULL, row, BATCH, NOW);
    }
    fold_done one;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_fold(s, &one));
    house_commit(s);
    CHECK("not all at once", one.more && one.batches == 2 && one.samples == 2 * BATCH);
    fold_done rest = store_fold(h);
    CHECK("the rest", rest.samples == BATCH);
    CHECK("all",
          testdb_number(h->db, "SELECT (SELECT sum(samples) FROM series_chunks)"
                               " + (SELECT sum(samples) FROM series_open)") == BATCH * BATCHES);
    free(row);
}

static void test_an_early_fold(void **state)
{
    house *h = *state;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_fold_wanted(s, FOLD_SAMPLES / 2, 10));
    CHECK_OK(hist_fold_wanted(s, FOLD_SAMPLES / 4, 10));
    house_commit(s);
    CHECK("not yet", testdb_number(h->db, "SELECT count(*) FROM jobs") == 0);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_fold_wanted(s, FOLD_SAMPLES / 4, 10));
    CHECK_OK(hist_fold_wanted(s, 5, FOLD_BYTES - 10));
    CHECK_OK(hist_fold_wanted(s, 5, 10));
    house_commit(s);
    CHECK("one waits", testdb_number(h->db, "SELECT count(*) FROM jobs"
                                            " WHERE kind = 'hist.fold'") == 1);
}

static void test_the_job_waits_for_its_time(void **state)
{
    house *h = *state;
    batch_row row = {.time = DAY_0, .series_no = 1, .value = 1};
    store_write(h, NULL, &row, 1, NOW);
    CHECK_CODE("too young", NULL, store_job(h, "hist.fold"));
    CHECK("waits", testdb_number(h->db, "SELECT count(*) FROM series_batches") == 1);
    oq_clock_set(NOW + FOLD_AGE);
    CHECK_CODE("old enough", NULL, store_job(h, "hist.fold"));
    CHECK("folded", testdb_number(h->db, "SELECT count(*) FROM series_batches") == 0);
    CHECK("no row is left of it", testdb_number(h->db, "SELECT count(*) FROM jobs") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_any_order, reset),
        cmocka_unit_test_setup(test_any_order_with_changes, reset),
        cmocka_unit_test_setup(test_shuffled_is_as_sorted, reset),
        cmocka_unit_test_setup(test_sent_again_changes_nothing, reset),
        cmocka_unit_test_setup(test_archive_rules_when_a_chunk_is_full, reset),
        cmocka_unit_test_setup(test_numbers_in_another_order_than_moments, reset),
        cmocka_unit_test_setup(test_a_commit_behind_the_fold, reset),
        cmocka_unit_test_setup(test_one_series_in_several_transactions, reset),
        cmocka_unit_test_setup(test_an_early_fold, reset),
        cmocka_unit_test_setup(test_the_job_waits_for_its_time, reset),
    };
    return cmocka_run_group_tests_name("fold", tests, house_open, house_close);
}
