#include "quant/batch.h"

#include <math.h>

#include "base/test.h"
#include "quant/chunk_sample.h"

/* Rows of `series` series in the order of time. */
static batch_row *make_rows(oq_arena *arena, size_t series, size_t seconds, int32_t no_step,
                            uint64_t seed)
{
    batch_row *row = oq_new_n(arena, batch_row, series * seconds);
    for (size_t k = 0; k < series; k++) {
        oq_mark mark = oq_arena_mark(arena);
        samples s = signal_make(arena, (signal_kind)(k % SIGNAL_KINDS), seconds, seed);
        for (size_t i = 0; i < seconds; i++)
            row[i * series + k] =
                (batch_row){s.time[i], s.value[i], (int32_t)k * no_step - 20, s.quality[i]};
        oq_arena_rewind(arena, mark);
    }
    return row;
}

/* A copy of its own size, so that a read past the end is seen. */
static oq_str exact(const oq_buf *buf)
{
    char *copy = malloc(buf->len);
    memcpy(copy, buf->ptr, buf->len);
    return oq_strn(copy, buf->len);
}

static int by_series_and_time(const void *a, const void *b)
{
    const batch_row *x = a, *y = b;
    if (x->series_no != y->series_no)
        return x->series_no < y->series_no ? -1 : 1;
    return (x->time > y->time) - (x->time < y->time);
}

static bool is_alike(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* Every run of the batch holds the rows, which are sorted. */
static void check_batch(const char *label, oq_str bytes, const batch_row *row, size_t count)
{
    oq_arena *arena = oq_arena_open(0);
    batch b;
    CHECK_CODE(label, batch_open(bytes, &b), NULL);
    CHECK(label, b.samples == count);
    samples all = samples_make(arena, count, true, false);
    for (size_t k = 0; k < b.runs; k++) {
        batch_run run, found;
        oq_us time;
        double value;
        quality status;
        CHECK_CODE(label, batch_run_at(&b, k, &run), NULL);
        CHECK(label, batch_find(&b, run.series_no, &found));
        CHECK(label, found.at == run.at && found.count == run.count);
        size_t from = all.count;
        CHECK_CODE(label, batch_decode_run(&b, &run, &all), NULL);
        CHECK(label, all.count == from + run.count);
        for (size_t i = from; i < all.count; i++) {
            CHECK(label, row[i].series_no == run.series_no && row[i].time == all.time[i]);
            CHECK(label, is_alike(row[i].value, all.value[i]));
            CHECK(label, row[i].quality == all.quality[i]);
        }
        CHECK_CODE(label, batch_run_last(&b, &run, &time, &value, &status), NULL);
        CHECK(label, time == row[all.count - 1].time && status == row[all.count - 1].quality);
        CHECK(label, is_alike(value, row[all.count - 1].value));
    }
    CHECK(label, all.count == count);
    oq_arena_close(arena);
}

static void test_round_trip(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        size_t series, seconds;
        int32_t no_step;
    } row[] = {
        {"one row", 1, 1, 1},
        {"one series", 1, 3000, 1},
        {"as ingest sends them", 1000, 10, 1},
        {"few rows of far numbers", 40, 3, 50000000},
        {"numbers far apart", 3000, 2, 700000},
        {"long runs", 32, 1500, 3},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_arena *arena = oq_arena_open(0);
        OQ_AUTO(oq_buf) out = oq_buf_make(BATCH_BYTES_MAX);
        size_t count = row[i].series * row[i].seconds;
        batch_row *rows = make_rows(arena, row[i].series, row[i].seconds, row[i].no_step, i);
        batch_row *wanted = oq_copy(arena, rows, count * sizeof *rows);
        qsort(wanted, count, sizeof *wanted, by_series_and_time);
        CHECK(row[i].label, batch_encode(arena, rows, count, &out) == count);
        CHECK("the rows are sorted", memcmp(rows, wanted, count * sizeof *rows) == 0);
        oq_str bytes = exact(&out);
        check_batch(row[i].label, bytes, wanted, count);
        free((void *)bytes.ptr);
        oq_arena_close(arena);
    }
}

static void test_of_one_moment_the_last_stays(void **state)
{
    (void)state;
    oq_arena *arena = oq_arena_open(0);
    OQ_AUTO(oq_buf) out = oq_buf_make(BATCH_BYTES_MAX);
    batch_row row[] = {
        {30, 1, 7, 0}, {10, 2, 7, 0},  {20, 3, 5, 0}, {30, 4, 7, QUALITY_BAD},
        {10, 5, 7, 0}, {20, 6, -1, 0}, {15, 7, 5, 0},
    };
    static const batch_row wanted[] = {
        {20, 6, -1, 0}, {15, 7, 5, 0}, {20, 3, 5, 0}, {10, 5, 7, 0}, {30, 4, 7, QUALITY_BAD},
    };
    CHECK("five stay", batch_encode(arena, row, OQ_COUNT(row), &out) == 5);
    CHECK("and are the first rows", memcmp(row, wanted, sizeof wanted) == 0);
    check_batch("doubles", oq_buf_view(&out), wanted, 5);
    batch b;
    batch_run run;
    CHECK_OK(batch_open(oq_buf_view(&out), &b));
    CHECK("below", !batch_find(&b, -2, &run));
    CHECK("between", !batch_find(&b, 6, &run));
    CHECK("above", !batch_find(&b, INT32_MAX, &run) && !batch_find(&b, INT32_MIN, &run));
    oq_arena_close(arena);
}

static void test_size(void **state)
{
    (void)state;
    oq_arena *arena = oq_arena_open(0);
    OQ_AUTO(oq_buf) out = oq_buf_make(BATCH_BYTES_MAX);
    batch_row *row = oq_new_n(arena, batch_row, 10000);
    for (size_t k = 0; k < 1000; k++) {
        samples s = signal_make(arena, k % 2 ? SIGNAL_DECIMALS_3 : SIGNAL_DECIMALS_2, 10, k);
        for (size_t i = 0; i < 10; i++)
            row[i * 1000 + k] = (batch_row){s.time[i], s.value[i], (int32_t)k + 1, 0};
    }
    batch_encode(arena, row, 10000, &out);
    if (out.len > 30000)
        fail_msg("10,000 samples in %zu bytes", out.len);
    oq_arena_close(arena);
}

static void try_all(oq_str bytes)
{
    oq_arena *arena = oq_arena_open(0);
    batch b;
    batch_run run;
    oq_us time;
    double value;
    quality status;
    if (!batch_open(bytes, &b)) {
        batch_find(&b, 3, &run);
        for (size_t k = 0; k < b.runs; k++) {
            if (batch_run_at(&b, k, &run))
                continue;
            samples all = samples_make(arena, run.count, true, false);
            oq_ignore(batch_decode_run(&b, &run, &all), "any answer is right");
            oq_ignore(batch_run_last(&b, &run, &time, &value, &status), "any answer is right");
            for (size_t i = 1; i < all.count; i++)
                CHECK("in the order of time", all.time[i] > all.time[i - 1]);
        }
    }
    oq_err_reset();
    oq_arena_close(arena);
}

static void test_any_bytes(void **state)
{
    (void)state;
    uint64_t dice = 3;
    oq_arena *arena = oq_arena_open(0);
    OQ_AUTO(oq_buf) out = oq_buf_make(BATCH_BYTES_MAX);
    batch_row *rows = make_rows(arena, 20, 70, 3, 9);
    batch_encode(arena, rows, 1400, &out);
    batch b;
    for (size_t len = 0; len < out.len; len++) {
        oq_buf cut = {.ptr = out.ptr, .len = len};
        oq_str bytes = exact(&cut);
        CHECK_CODE("cut off", batch_open(bytes, &b), "batch.malformed");
        free((void *)bytes.ptr);
    }
    for (size_t round = 0; round < 5000; round++) {
        oq_str bytes = exact(&out);
        char *changed = (char *)(uintptr_t)bytes.ptr;
        size_t range = round % 2 ? out.len : 120;
        for (size_t n = signal_dice(&dice) % 3 + 1; n > 0; n--)
            changed[signal_dice(&dice) % range] ^= (char)(1 << signal_dice(&dice) % 8);
        try_all(bytes);
        free(changed);
    }
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_of_one_moment_the_last_stays),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
