/* Results: as inputs arrive, late, corrected, deleted; in order; the same whichever way they came.
 */
#include "integration/calc_house.h"

#include <math.h>
#include <unistd.h>

#include "historian/calc_inner.h"
#include "historian/fold.h"
#include "historian/write.h"

#include "base/banned.h"

enum { GOOD = QUALITY_GOOD };

static void test_past_is_computed(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "bar", NULL), *b = calc_house_series(h, "b", "kPa", NULL);
    WRITE(h, a, {-100, 1}, {-90, 2}, {-80, 3});
    WRITE(h, b, {-100, 100}, {-85, 250});
    series *e = calc_house_calculated(h, "sum", "bar", "'a' + 'b'");
    calc_house_run(h);
    EXPECT("units, a line, held at the end", h, e, {-100, 2}, {-90, 4}, {-85, 5}, {-80, 5.5});
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_dirty"), 0);
}

static void test_new_samples(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "1", NULL), *b = calc_house_series(h, "b", "1", NULL);
    series *e = calc_house_calculated(h, "sum", "1", "'a' + 'b'");
    calc_house_run(h);
    WRITE(h, a, {-100, 1});
    WRITE(h, b, {-100, 10});
    calc_house_run(h);
    EXPECT("first", h, e, {-100, 11});
    WRITE(h, a, {-90, 2}, {-80, 3});
    WRITE(h, b, {-90, 20}, {-80, 30});
    calc_house_run(h);
    EXPECT("more", h, e, {-100, 11}, {-90, 22}, {-80, 33});
    int64_t batches = testdb_number(h->db, "SELECT count(*) FROM series_batches");
    calc_house_run(h);
    calc_house_run(h);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_batches"), batches);
}

/* Inputs of one moment need not come in one batch: for a while they are waited for, so that
 * nothing has to be written twice. */
static void test_waits_for_inputs(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "1", NULL), *b = calc_house_series(h, "b", "1", NULL);
    series *e = calc_house_calculated(h, "sum", "1", "'a' + 'b'");
    WRITE(h, a, {-3, 1}, {-2, 2}, {-1, 3});
    WRITE(h, b, {-3, 10}, {-2, 20});
    calc_house_run(h);
    EXPECT("as far as both are", h, e, {-3, 11}, {-2, 22});
    calc_house_run(h);
    EXPECT("nothing new", h, e, {-3, 11}, {-2, 22});
    WRITE(h, b, {-1, 30});
    calc_house_run(h);
    EXPECT("the other came", h, e, {-3, 11}, {-2, 22}, {-1, 33});
    WRITE(h, a, {0, 4});
    calc_house_run(h);
    EXPECT("waiting", h, e, {-3, 11}, {-2, 22}, {-1, 33});
    oq_clock_advance(CALC_WAIT + 1);
    calc_house_run(h);
    EXPECT("no longer", h, e, {-3, 11}, {-2, 22}, {-1, 33}, {0, 34});
    WRITE(h, b, {1, 50});
    calc_house_run(h);
    EXPECT("now the line is known", h, e, {-3, 11}, {-2, 22}, {-1, 33}, {0, 44});
}

static void test_late(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "1", NULL), *b = calc_house_series(h, "b", "1", NULL);
    series *e = calc_house_calculated(h, "sum", "1", "'a' + 'b'");
    WRITE(h, a, {-100, 1}, {-90, 1}, {-80, 1}, {-70, 1});
    WRITE(h, b, {-100, 10}, {-70, 40});
    calc_house_run(h);
    EXPECT("before", h, e, {-100, 11}, {-90, 21}, {-80, 31}, {-70, 41});
    WRITE(h, b, {-85, 5});
    calc_house_run(h);
    EXPECT("the line is another", h, e, {-100, 11}, {-90, 1 + 10 - 5 * 10 / 15.}, {-85, 6},
           {-80, 1 + 5 + 35 * 5 / 15.}, {-70, 41});
    WRITE(h, a, {-90, 7});
    calc_house_run(h);
    EXPECT("another value of the same moment", h, e, {-100, 11}, {-90, 7 + 10 - 5 * 10 / 15.},
           {-85, 4 + 5}, {-80, 1 + 5 + 35 * 5 / 15.}, {-70, 41});
}

/* A window sees a late sample for as long as it reaches; prev at the next moment. */
static void test_late_behind(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "1", ",\"is_state\":true");
    series *avg = calc_house_calculated(h, "avg", "1", "avg('a', 25 s)");
    series *prev = calc_house_calculated(h, "prev", "1", "prev('a')");
    WRITE(h, a, {-100, 1}, {-90, 1}, {-80, 1}, {-70, 1}, {-60, 1}, {-50, 1});
    calc_house_run(h);
    WRITE(h, a, {-85, 11});
    calc_house_run(h);
    EXPECT("window", h, avg, {-100, NAN, QUALITY_NO_DATA}, {-90, 1, QUALITY_SUB_NORMAL}, {-85, 1},
           {-80, 1 + 50 / 20.}, {-70, 1 + 50 / 25.}, {-60, 1 + 50 / 25.}, {-50, 1});
    EXPECT("prev", h, prev, {-100, NAN, QUALITY_NO_DATA}, {-90, 1}, {-85, 1}, {-80, 11}, {-70, 1},
           {-60, 1}, {-50, 1});
}

static void test_quality_and_gap(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "1", ",\"gap_max_us\":15000000");
    series *b = calc_house_series(h, "b", "1", NULL);
    series *e = calc_house_calculated(h, "sum", "1", "'a' + 'b'");
    WRITE(h, a, {-100, 1}, {-90, 2, QUALITY_UNITS_EXCEEDED}, {-80, NAN, QUALITY_SENSOR_FAILURE},
          {-70, 4});
    WRITE(h, b, {-100, 0}, {-90, 0}, {-80, 0}, {-70, 0}, {-60, 0}, {-50, 0});
    calc_house_run(h);
    EXPECT("carried", h, e, {-100, 1}, {-90, 2, QUALITY_UNITS_EXCEEDED},
           {-80, NAN, QUALITY_SENSOR_FAILURE}, {-70, 4}, {-60, 4}, {-50, NAN, QUALITY_NO_DATA});
}

/* One run reaches the top of a pile. */
static void test_pile(void **state)
{
    house *h = *state;
    series *x = calc_house_series(h, "x", "1", NULL);
    calc_house_calculated(h, "z1", "1", "'x' + 1");
    calc_house_calculated(h, "y2", "1", "'z1' + 1");
    series *top = calc_house_calculated(h, "a3", "1", "'y2' * 10 + 'x'");
    calc_house_run(h);
    WRITE(h, x, {-100, 1}, {-90, 2});
    calc_house_run(h);
    EXPECT("new", h, top, {-100, 31}, {-90, 42});
    WRITE(h, x, {-95, 5});
    calc_house_run(h);
    EXPECT("late", h, top, {-100, 31}, {-95, 75}, {-90, 42});
}

static void test_expression_changes(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "1", NULL), *b = calc_house_series(h, "b", "1", NULL);
    series *e = calc_house_calculated(h, "e", "1", "'a'"), *after;
    WRITE(h, a, {-100, 1}, {-90, 2});
    WRITE(h, b, {-100, 3}, {-80, 4});
    calc_house_run(h);
    EXPECT("first", h, e, {-100, 1}, {-90, 2});
    series_order o = calc_house_order(h, "e", "1", "'b' * 2", NULL);
    o.version = e->version;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(series_update(s, e->id, &o, &after));
    house_commit(s);
    calc_house_run(h);
    EXPECT("second", h, e, {-100, 6}, {-80, 8});
}

/* What nobody computes is not computed: a series that is out of use. */
static void test_inactive(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "1", NULL),
           *e = calc_house_calculated(h, "e", "1", "'a'");
    testdb_exec(h->db, "UPDATE series SET is_active = false WHERE key = 'e'");
    WRITE(h, a, {-100, 1});
    calc_house_run(h);
    assert_int_equal(calc_house_read(h, e).count, 0);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_dirty"), 0);
}

static void replace(house *h, const series *e, double from_s, double to_s, const point *p,
                    size_t count)
{
    int64_t touched;
    int32_t no = (int32_t)e->no;
    oq_us from = CALC_NOW + (oq_us)(from_s * OQ_SECOND), to = CALC_NOW + (oq_us)(to_s * OQ_SECOND);
    samples with = samples_make(h->arena, count, true, false);
    for (size_t i = 0; i < count; i++) {
        with.time[i] = CALC_NOW + (oq_us)(p[i].at_s * OQ_SECOND);
        with.value[i] = p[i].value;
        with.quality[i] = p[i].quality;
        with.count++;
    }
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_replace(s, no, from, to, &with, count ? "correction" : "deletion", &touched));
    house_commit(s);
}

static void test_corrected_and_deleted(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "1", NULL), *b = calc_house_series(h, "b", "1", NULL);
    series *e = calc_house_calculated(h, "e", "1", "'a' + 'b'");
    series *top = calc_house_calculated(h, "top", "1", "'e' * 10");
    WRITE(h, a, {-100, 1}, {-90, 2}, {-80, 3}, {-70, 4});
    WRITE(h, b, {-100, 0}, {-70, 0});
    calc_house_run(h);
    replace(h, a, -90, -89, (const point[]){{-90, 20, QUALITY_SUBSTITUTE}}, 1);
    calc_house_run(h);
    EXPECT("corrected", h, e, {-100, 1}, {-90, 20, QUALITY_SUBSTITUTE}, {-80, 3}, {-70, 4});
    replace(h, a, -95, -75, NULL, 0);
    calc_house_run(h);
    EXPECT("deleted", h, e, {-100, 1}, {-70, 4});
    EXPECT("and above", h, top, {-100, 10}, {-70, 40});
    replace(h, a, -100, -60, NULL, 0);
    calc_house_run(h);
    EXPECT("all of it", h, e, {-100, NAN, QUALITY_NO_DATA}, {-70, NAN, QUALITY_NO_DATA});
}

/* --- live = replay -----------------------------------------------------------------------------*/

static uint64_t seed;

static uint64_t next_random(uint64_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (seed >> 11) % below;
}

static const char *const expressions[] = {
    "'a' + 'b' * 'c'",
    "avg('a', 30 s) + delta('b', 12 s)",
    "prev('a' + 'c')",
    "if('c' > 4, 'a', none)",
};

static void compare(house *h, const char *label, const series *one, const series *other)
{
    samples a = calc_house_read(h, one), b = calc_house_read(h, other);
    if (a.count != b.count)
        fail_msg("%s: %zu live, %zu at once", label, a.count, b.count);
    for (size_t i = 0; i < a.count; i++)
        if (a.time[i] != b.time[i] || samples_quality(&a, i) != samples_quality(&b, i) ||
            !(a.value[i] == b.value[i] || (isnan(a.value[i]) && isnan(b.value[i]))))
            fail_msg("%s: at %lld: %.17g %08x live, %.17g %08x at once", label,
                     (long long)(a.time[i] - CALC_NOW) / OQ_SECOND, a.value[i],
                     samples_quality(&a, i), b.value[i], samples_quality(&b, i));
}

static void fold(house *h)
{
    fold_done done;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_fold(s, &done));
    house_commit(s);
}

/* Samples of three series, some late, some twice, in many small batches with the job, and the fold,
 * between them: what is there in the end is what one computation over everything gives. */
static void live_is_replay(house *h, uint64_t first_seed)
{
    seed = first_seed;
    series *in[3] = {calc_house_series(h, "a", "1", NULL),
                     calc_house_series(h, "b", "1", ",\"gap_max_us\":20000000"),
                     calc_house_series(h, "c", "1", ",\"is_state\":true")};
    series *live[OQ_COUNT(expressions)];
    char key[20];
    for (size_t i = 0; i < OQ_COUNT(expressions); i++) {
        snprintf(key, sizeof key, "live%zu", i);
        live[i] = calc_house_calculated(h, key, "1", expressions[i]);
    }
    double at = -400;
    for (int step = 0; step < 60; step++) {
        series *e = in[next_random(3)];
        point p[6];
        size_t count = 1 + next_random(5);
        at += (double)next_random(8);
        oq_clock_set(CALC_NOW + (oq_us)(at * OQ_SECOND));
        for (size_t i = 0; i < count; i++)
            p[i] = (point){at - (double)next_random(next_random(4) ? 12 : 200),
                           (double)next_random(100) / 8,
                           next_random(9) ? QUALITY_GOOD : QUALITY_UNCERTAIN};
        calc_house_write(h, e, p, count);
        if (next_random(3))
            calc_house_run(h);
        if (next_random(8) == 0)
            fold(h);
    }
    oq_clock_set(CALC_NOW + OQ_HOUR);
    calc_house_run(h);
    series *once[OQ_COUNT(expressions)];
    for (size_t i = 0; i < OQ_COUNT(expressions); i++) {
        snprintf(key, sizeof key, "once%zu", i);
        once[i] = calc_house_calculated(h, key, "1", expressions[i]);
    }
    calc_house_run(h);
    for (size_t i = 0; i < OQ_COUNT(expressions); i++)
        compare(h, expressions[i], live[i], once[i]);
}

static void test_live_is_replay(void **state)
{
    live_is_replay(*state, 7);
}

static void test_live_is_replay_again(void **state)
{
    live_is_replay(*state, 20261120);
}

/* What the fold takes before the job saw it is not lost. */
static void test_folded_first(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "1", NULL);
    series *e = calc_house_calculated(h, "e", "1", "'a' * 2");
    calc_house_run(h);
    WRITE(h, a, {-100, 1}, {-90, 2});
    fold(h);
    calc_house_run(h);
    EXPECT("folded", h, e, {-100, 2}, {-90, 4});
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_dirty"), 0);
    fold(h);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_dirty"), 0);
    EXPECT("and once only", h, e, {-100, 2}, {-90, 4});
    assert_int_equal(calc_house_rewritten(h, e), 0);
}

/* A late sample of one series in a batch of many does not stand for all of them. */
static void test_late_among_many(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "1", NULL), *b = calc_house_series(h, "b", "1", NULL);
    series *of_a = calc_house_calculated(h, "of_a", "1", "'a'");
    calc_house_calculated(h, "of_b", "1", "'b'");
    WRITE(h, a, {-9000, 1}, {-100, 1});
    WRITE(h, b, {-9000, 1}, {-100, 1});
    calc_house_run(h);
    batch_row row[] = {{CALC_NOW - 8000 * OQ_SECOND, 5, (int32_t)a->no, GOOD},
                       {CALC_NOW - 90 * OQ_SECOND, 5, (int32_t)a->no, GOOD},
                       {CALC_NOW - 90 * OQ_SECOND, 5, (int32_t)b->no, GOOD}};
    bool more;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_write(s, row, OQ_COUNT(row), NULL));
    CHECK_OK(calc_notice_new(s, &more));
    house_commit(s);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_dirty"), 3);
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM series_dirty WHERE input_no = %lld",
             (long long)b->no);
    assert_int_equal(testdb_number(h->db, sql), 1);
    calc_house_run(h);
    EXPECT("both ends", h, of_a, {-9000, 1}, {-8000, 5}, {-100, 1}, {-90, 5});
}

/* In a worker, on its schedule's name. */
static void test_job(void **state)
{
    house *h = *state;
    static const job_kind *const kinds[] = {hist_job_kinds, NULL};
    series *a = calc_house_series(h, "a", "1", NULL);
    series *e = calc_house_calculated(h, "e", "1", "'a' + 1");
    WRITE(h, a, {-100, 1});
    job_runner *runner;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(job_add(s, &(job_order){.kind = "hist.calculate", .run_at = OQ_TIME_NONE}, NULL));
    house_commit(s);
    CHECK_OK(job_runner_open(&(job_runner_options){.pool = h->pool,
                                                   .kinds = kinds,
                                                   .worker = OQ_STR("test"),
                                                   .threads = 1,
                                                   .lease = 60 * OQ_SECOND},
                             &runner));
    for (int i = 0; i < 3000 && calc_house_read(h, e).count == 0; i++)
        usleep(10000);
    job_runner_close(runner, 1000);
    EXPECT("computed", h, e, {-100, 2});
}

/* More than a slice holds. */
static void test_long_past(void **state)
{
    house *h = *state;
    enum { MANY = 50000 };
    series *a = calc_house_series(h, "a", "1", NULL), *b = calc_house_series(h, "b", "1", NULL);
    batch_row *row = oq_new_n(h->arena, batch_row, 2 * MANY);
    for (int i = 0; i < MANY; i++) {
        oq_us time = CALC_NOW - (oq_us)(MANY - i) * OQ_SECOND;
        row[i] = (batch_row){time, i, (int32_t)a->no, GOOD};
        row[MANY + i] = (batch_row){time, 2, (int32_t)b->no, GOOD};
    }
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_write(s, row, 2 * MANY, NULL));
    house_commit(s);
    series *e = calc_house_calculated(h, "e", "1", "'a' * 'b' + avg('b', 10 min) - 2");
    series *top = calc_house_calculated(h, "top", "1", "'e' / 2");
    calc_house_run(h);
    samples got = calc_house_read(h, top);
    assert_int_equal(got.count, MANY);
    for (int i = 1; i < MANY; i++)
        CHECK("value", got.value[i] == i);
    assert_int_equal(calc_house_read(h, e).count, MANY);
}

/* --- failing ------------------------------------------------------------------------------------*/

static calc_state state_of(house *h, const series *e)
{
    calc_state state;
    oq_scope *s = house_scope(h, VIEWER_A, OQ_READ);
    CHECK_OK(calc_state_get(s, e, &state));
    oq_scope_close(s);
    return state;
}

static int64_t told(house *h)
{
    return testdb_number(h->db, "SELECT (SELECT count(*) FROM notifications"
                                "         WHERE type = 'series.calculation_failing')"
                                " + 100 * (SELECT count(*) FROM audit_logs"
                                "           WHERE action = 'series.calculation_failing')");
}

/* An input's unit changes behind the program's back: what worked when it was defined fails. */
static void test_a_definition_that_fails(void **state)
{
    house *h = *state;
    series *a = calc_house_series(h, "a", "bar", NULL);
    series *e = calc_house_calculated(h, "e", "bar", "'a' * 2");
    series *other = calc_house_calculated(h, "other", "1", "'a' / 'a'");
    WRITE(h, a, {-100, 1});
    calc_house_run(h);
    calc_state now = state_of(h, e);
    CHECK("works", now.status == CALC_OK && now.computed_until == CALC_NOW - 100 * OQ_SECOND &&
                       now.inputs_until == now.computed_until && told(h) == 0);
    CHECK("of what is measured there is nothing to say", state_of(h, a).status == CALC_NONE);

    testdb_exec(h->db, "UPDATE series SET unit = 'K' WHERE key = 'a'");
    WRITE(h, a, {-90, 2});
    calc_house_run(h);
    now = state_of(h, e);
    CHECK("fails", now.status == CALC_FAILING && now.failing_since == CALC_NOW &&
                       now.computed_until == CALC_NOW - 100 * OQ_SECOND);
    CHECK("says why, in both languages", now.error_code.len && now.error_ar.len &&
                                             now.error_en.len &&
                                             !oq_str_eq(now.error_ar, now.error_en) &&
                                             !oq_str_starts(now.error_en, OQ_STR("error.")));
    assert_int_equal(told(h), 101);
    CHECK("others are computed", calc_house_read(h, other).count == 2);

    oq_clock_advance(OQ_HOUR);
    WRITE(h, a, {-80, 3});
    calc_house_run(h);
    now = state_of(h, e);
    CHECK("since the first time",
          now.failing_since == CALC_NOW && now.failed_at == CALC_NOW + OQ_HOUR);
    assert_int_equal(told(h), 101);

    testdb_exec(h->db, "UPDATE series SET unit = 'bar' WHERE key = 'a'");
    calc_house_run(h);
    CHECK("nothing was tried", state_of(h, e).status == CALC_FAILING);
    WRITE(h, a, {-70, 4});
    calc_house_run(h);
    CHECK("works again", state_of(h, e).status == CALC_OK && told(h) == 101);
    testdb_exec(h->db, "UPDATE series SET unit = 'K' WHERE key = 'a'");
    WRITE(h, a, {-60, 5});
    calc_house_run(h);
    assert_int_equal(told(h), 202);
    oq_clock_set(CALC_NOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_past_is_computed, calc_house_reset),
        cmocka_unit_test_setup(test_new_samples, calc_house_reset),
        cmocka_unit_test_setup(test_waits_for_inputs, calc_house_reset),
        cmocka_unit_test_setup(test_late, calc_house_reset),
        cmocka_unit_test_setup(test_late_behind, calc_house_reset),
        cmocka_unit_test_setup(test_quality_and_gap, calc_house_reset),
        cmocka_unit_test_setup(test_pile, calc_house_reset),
        cmocka_unit_test_setup(test_expression_changes, calc_house_reset),
        cmocka_unit_test_setup(test_inactive, calc_house_reset),
        cmocka_unit_test_setup(test_corrected_and_deleted, calc_house_reset),
        cmocka_unit_test_setup(test_live_is_replay, calc_house_reset),
        cmocka_unit_test_setup(test_live_is_replay_again, calc_house_reset),
        cmocka_unit_test_setup(test_folded_first, calc_house_reset),
        cmocka_unit_test_setup(test_late_among_many, calc_house_reset),
        cmocka_unit_test_setup(test_job, calc_house_reset),
        cmocka_unit_test_setup(test_long_past, calc_house_reset),
        cmocka_unit_test_setup(test_a_definition_that_fails, calc_house_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
