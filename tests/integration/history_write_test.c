/* The one way in for samples: what a batch is once it is stored, and what is refused. */
#include <math.h>

#include "historian/write.h"
#include "support/house.h"

#include "base/banned.h"

static int reset(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "TRUNCATE series_batches");
    return house_reset(state);
}

#define NOW (INT64_C(1780000000) * OQ_SECOND)

static oq_err *write_rows(house *h, batch_row *row, size_t count, size_t *ret_stored)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    oq_err *err = hist_write(s, row, count, ret_stored);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

static void test_written(void **state)
{
    house *h = *state;
    size_t stored = 0;
    oq_clock_set(NOW);
    batch_row row[] = {
        {NOW, 1.5, 7, QUALITY_GOOD},
        {NOW - OQ_SECOND, 2, 3, QUALITY_GOOD},
        {NOW, 2.5, 7, QUALITY_GOOD},
        {NOW - OQ_HOUR, (double)NAN, 7, QUALITY_NO_DATA},
    };
    CHECK_OK(write_rows(h, row, OQ_COUNT(row), &stored));
    assert_int_equal(stored, 3);
    CHECK_STR("one row for all",
              oq_cstr(testdb_value(
                  h->db, "SELECT concat_ws(' ', samples, series_min, series_max,"
                         " extract(epoch FROM time_max - time_min)::int,"
                         " extract(epoch FROM received_at - time_max)::int) FROM series_batches")),
              "3 3 7 3600 0");
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_batches WHERE tenant_id ="
                                          " '0a000000-0000-0000-0000-000000000000'"),
                     1);
    size_t none = 9;
    CHECK_OK(write_rows(h, row, 0, &none));
    assert_int_equal(none, 0);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_batches"), 1);
}

static void test_refused(void **state)
{
    house *h = *state;
    oq_clock_set(NOW);
    const struct {
        const char *label;
        batch_row row;
        const char *code;
    } row[] = {
        {"1950", {SAMPLE_TIME_MIN, 1, 1, 0}, NULL},
        {"before", {SAMPLE_TIME_MIN - 1, 1, 1, 0}, "sample.time_out_of_range"},
        {"tomorrow", {NOW + SAMPLE_TIME_AHEAD, 1, 1, 0}, NULL},
        {"later", {NOW + SAMPLE_TIME_AHEAD + 1, 1, 1, 0}, "sample.time_out_of_range"},
        {"inf", {NOW, (double)INFINITY, 1, 0}, "sample.value_not_finite"},
        {"nan", {NOW, (double)NAN, 1, QUALITY_UNCERTAIN}, "sample.value_not_finite"},
        {"bad nan", {NOW, (double)NAN, 1, QUALITY_BAD}, NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        batch_row rows[] = {{NOW, 1, 1, 0}, row[i].row};
        CHECK_CODE(row[i].label, write_rows(h, rows, 2, NULL), row[i].code);
    }
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_batches"), 3);
}

/* Rows of the kind that take most room: each another series, nothing alike. */
static void test_the_worst_rows_fit(void **state)
{
    house *h = *state;
    enum { ROWS = 401 * 1000 };
    uint64_t x = 88172645463325252u;
    batch_row *row = oq_new_n(h->arena, batch_row, ROWS);
    oq_clock_set(NOW);
    for (size_t i = 0; i < ROWS; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        uint64_t bits = x & UINT64_C(0xbfffffffffffffff);
        row[i] = (batch_row){NOW - (oq_us)(x >> 14), 0, (int32_t)(i * 5000 + x % 5000) + 1,
                             QUALITY_UNCERTAIN | (uint32_t)(x & 0xffff)};
        memcpy(&row[i].value, &bits, sizeof bits);
    }
    size_t stored = 0;
    CHECK_OK(write_rows(h, row, ROWS, &stored));
    assert_int_equal(stored, ROWS);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_batches"), 2);
    assert_int_equal(testdb_number(h->db, "SELECT sum(samples) FROM series_batches"), ROWS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_written, reset),
        cmocka_unit_test_setup(test_refused, reset),
        cmocka_unit_test_setup(test_the_worst_rows_fit, reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
