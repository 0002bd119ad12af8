/* Corrections: ordered, done by the job, seen in the record, in its history and in the audit. */
#include "integration/store_model.h"

#include <math.h>

#include "historian/correct.h"

#include "base/banned.h"

#define T0    (INT64_C(1767225600) * OQ_SECOND) /* 2026-01-01 */
#define NOW   (T0 + 10 * OQ_DAY)
#define AT(i) (T0 + (oq_us)(i)*OQ_MINUTE)

enum { SERIES = 2 };

static int reset(void **state)
{
    house_reset(state);
    store_reset(*state, SERIES, NULL);
    testdb_exec(((house *)*state)->db,
                "UPDATE series SET kind = 'calculated', expression = '''S-1.value''' WHERE no = 2;"
                "INSERT INTO series_inputs VALUES ('0a000000-0000-0000-0000-000000000000', 2, 1)");
    return 0;
}

static oq_uuid series_id(house *h, int32_t no)
{
    oq_uuid id;
    const char *text =
        testdb_value(h->db, oq_strf(h->arena, "SELECT id FROM series WHERE no = %d", no).ptr);
    CHECK("id", oq_uuid_parse(oq_cstr(text), &id));
    return id;
}

/* Ten samples a minute apart: 0, 1, 2 ... 9, of which 5 is bad and 6 has no value. */
static void write_ten(house *h, model *m)
{
    batch_row row[10];
    for (int i = 0; i < 10; i++)
        row[i] = (batch_row){.time = AT(i), .series_no = 1, .value = i};
    row[5].quality = QUALITY_SENSOR_FAILURE;
    row[6].quality = QUALITY_NO_DATA;
    row[6].value = (double)NAN;
    store_write(h, m, row, 10, NOW);
}

static oq_err *order(house *h, int32_t no, const correction_order *o, correction **ret)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    oq_err *err = correction_add(s, series_id(h, no), o, ret);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

/* --- each kind ---------------------------------------------------------------------------------*/

#define G QUALITY_GOOD
#define S QUALITY_SUBSTITUTE
#define F QUALITY_SENSOR_FAILURE
#define N QUALITY_NO_DATA

typedef struct kind_row {
    const char *label;
    correction_order order;
    size_t count; /* of samples left */
    double value[10];
    quality quality[10];
    const char *reason;
    int64_t touched;
} kind_row;

/* Of samples 3 to 7. */
static const kind_row kind_rows[] = {
    {"delete", {.kind = CORRECT_DELETE}, 5, {0, 1, 2, 8, 9}, {G, G, G, G, G}, "deletion", 5},
    {"set",
     {.kind = CORRECT_SET, .value = 7},
     10,
     {0, 1, 2, 7, 7, 7, 7, 7, 8, 9},
     {G, G, G, S, S, S, S, S, G, G},
     "correction",
     5},
    {"add",
     {.kind = CORRECT_ADD, .value = 100},
     10,
     {0, 1, 2, 103, 104, 105, NAN, 107, 8, 9},
     {G, G, G, S, S, F, N, S, G, G},
     "correction",
     4},
    {"multiply",
     {.kind = CORRECT_MULTIPLY, .value = -2},
     10,
     {0, 1, 2, -6, -8, -10, NAN, -14, 8, 9},
     {G, G, G, S, S, F, N, S, G, G},
     "correction",
     4},
    {"interpolate",
     {.kind = CORRECT_INTERPOLATE},
     10,
     {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
     {G, G, G, S, S, S, S, S, G, G},
     "correction",
     5},
    {"mark",
     {.kind = CORRECT_MARK, .quality = QUALITY_SENSOR_NOT_ACCURATE},
     10,
     {0, 1, 2, 3, 4, 5, NAN, 7, 8, 9},
     {G, G, G, QUALITY_SENSOR_NOT_ACCURATE, QUALITY_SENSOR_NOT_ACCURATE,
      QUALITY_SENSOR_NOT_ACCURATE, N, QUALITY_SENSOR_NOT_ACCURATE, G, G},
     "correction",
     4},
};

static void check_samples(house *h, const kind_row *row)
{
    size_t chunks;
    samples s = store_read(h, 1, &chunks);
    CHECK(row->label, s.count == row->count);
    for (size_t i = 0; i < s.count; i++) {
        CHECK(row->label,
              s.value[i] == row->value[i] || (isnan(s.value[i]) && isnan(row->value[i])));
        CHECK(row->label, s.quality[i] == row->quality[i]);
    }
}

static void check_told(house *h, const kind_row *row, oq_uuid id)
{
    corrections list;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(correction_find(s, series_id(h, 1), 10, &list));
    oq_scope_close(s);
    CHECK(row->label, list.count == 1 && oq_uuid_eq(list.at[0].id, id));
    CHECK_STR(row->label, list.at[0].status, "done");
    CHECK_STR(row->label, list.at[0].created_by, "admin_a");
    CHECK(row->label, list.at[0].samples == row->touched && list.at[0].done_at == NOW + OQ_HOUR);
    CHECK("history",
          testdb_number(h->db, "SELECT sum(samples) FROM series_history") == row->touched);
    CHECK_STR(row->label, oq_cstr(testdb_value(h->db, "SELECT reason FROM series_history")),
              row->reason);
    CHECK("what reads it is marked",
          testdb_number(h->db, "SELECT count(*) FROM series_dirty WHERE series_no = 2") == 1);
    CHECK("audited", testdb_number(h->db, "SELECT count(*) FROM audit_logs WHERE action IN"
                                          " ('series.correction_ordered', 'series.corrected')"
                                          " AND object_label = 'S-1.value'") == 2);
}

static void test_each_kind(void **state)
{
    house *h = *state;
    for (size_t i = 0; i < OQ_COUNT(kind_rows); i++) {
        const kind_row *row = &kind_rows[i];
        correction_order o = row->order;
        correction *made;
        reset(state);
        write_ten(h, NULL);
        if (i % 2) /* else it still waits as a batch */
            store_fold(h);
        testdb_exec(h->db, "DELETE FROM series_dirty; UPDATE series_batches SET is_noticed = true");
        oq_clock_set(NOW + OQ_HOUR);
        o.from = AT(3);
        o.to = AT(8);
        o.reason = OQ_STR("the sensor was out");
        CHECK_OK(order(h, 1, &o, &made));
        CHECK_STR(row->label, made->status, "waiting");
        CHECK_CODE(row->label, NULL, store_work(h));
        check_samples(h, row);
        check_told(h, row, made->id);
    }
}

static void test_newest_sample_follows(void **state)
{
    house *h = *state;
    correction *made;
    write_ten(h, NULL);
    CHECK_OK(order(
        h, 1,
        &(correction_order){
            .kind = CORRECT_DELETE, .from = AT(8), .to = AT(20), .reason = OQ_STR("wrong tag")},
        &made));
    CHECK_CODE("done", NULL, store_work(h));
    CHECK("the newest is another", testdb_number(h->db, "SELECT value FROM series_last") == 7);
    CHECK_OK(order(
        h, 1,
        &(correction_order){
            .kind = CORRECT_DELETE, .from = AT(-1), .to = AT(20), .reason = OQ_STR("wrong tag")},
        &made));
    CHECK_CODE("done", NULL, store_work(h));
    CHECK("nothing is left", testdb_number(h->db, "SELECT (SELECT count(*) FROM series_last)"
                                                  " + (SELECT count(*) FROM series_open)"
                                                  " + (SELECT count(*) FROM series_chunks)") == 0);
}

/* --- refused -----------------------------------------------------------------------------------*/

static void test_refused(void **state)
{
    house *h = *state;
    static const struct {
        const char *label, *code;
        int32_t no;
        correction_order order;
    } row[] = {
        {"calculated", "series.is_calculated", 2, {CORRECT_DELETE, T0, NOW, NAN, OQ_I64_NONE}},
        {"backwards", "span.reversed", 1, {CORRECT_DELETE, NOW, T0, NAN, OQ_I64_NONE}},
        {"empty", "span.reversed", 1, {CORRECT_DELETE, T0, T0, NAN, OQ_I64_NONE}},
        {"set to what", "correction.value_missing", 1, {CORRECT_SET, T0, NOW, NAN, OQ_I64_NONE}},
        {"by what", "correction.value_missing", 1, {CORRECT_MULTIPLY, T0, NOW, NAN, OQ_I64_NONE}},
        {"marked as what", "field.required", 1, {CORRECT_MARK, T0, NOW, NAN, OQ_I64_NONE}},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        correction *made;
        CHECK_CODE(row[i].label, order(h, row[i].no, &row[i].order, &made), row[i].code);
    }
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    correction *made;
    CHECK_CODE("none", correction_add(s, OQ_UUID_ZERO, &row[0].order, &made), "series.not_found");
    oq_scope_close(s);
    CHECK("no job", testdb_number(h->db, "SELECT count(*) FROM jobs") == 0);
}

static void test_a_line_needs_two_ends(void **state)
{
    house *h = *state;
    correction *made;
    write_ten(h, NULL);
    CHECK_OK(order(
        h, 1,
        &(correction_order){
            .kind = CORRECT_INTERPOLATE, .from = AT(5), .to = AT(20), .reason = OQ_STR("drop-out")},
        &made));
    CHECK_STR("no good sample behind", oq_cstr(store_work(h)), "correction.no_neighbour");
    CHECK_STR("told",
              oq_cstr(testdb_value(h->db, "SELECT status || ' ' || error_code"
                                          " FROM series_corrections")),
              "failed correction.no_neighbour");
    CHECK("audited", testdb_number(h->db, "SELECT count(*) FROM audit_logs"
                                          " WHERE action = 'series.correction_failed'") == 1);
    CHECK("nothing changed", testdb_number(h->db, "SELECT count(*) FROM series_history") == 0);
}

/* --- long, and cut off -------------------------------------------------------------------------*/

/* Noise fills a chunk with less than a thousand samples, so this is several slices. */
enum { LONG = 160000 };

static void write_long(house *h)
{
    batch_row *row = calloc(LONG, sizeof *row);
    uint64_t dice = 1;
    for (int i = 0; i < LONG; i++) {
        dice = dice * UINT64_C(6364136223846793005) + 1;
        row[i] = (batch_row){.time = T0 + (oq_us)i * OQ_SECOND,
                             .series_no = 1,
                             .value = sqrt((double)(dice >> 12)) * 1e-3};
    }
    store_write(h, NULL, row, LONG, NOW);
    store_fold(h);
    free(row);
}

static void test_a_correction_that_is_cut_off_goes_on(void **state)
{
    house *h = *state;
    size_t chunks;
    correction *made;
    write_long(h);
    CHECK("long enough", testdb_number(h->db, "SELECT count(*) FROM series_chunks") > 110);
    oq_mark mark = oq_arena_mark(h->arena);
    samples before = store_read(h, 1, &chunks);
    CHECK_OK(order(h, 1,
                   &(correction_order){.kind = CORRECT_ADD,
                                       .from = T0,
                                       .to = NOW,
                                       .value = 1000,
                                       .reason = OQ_STR("offset after calibration")},
                   &made));
    testdb_exec(h->db, "CREATE FUNCTION cut_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                       " RAISE EXCEPTION 'cut off' USING ERRCODE = '40001'; END $$;"
                       "CREATE TRIGGER cut_off BEFORE UPDATE ON series_corrections FOR EACH ROW"
                       " WHEN (old.done_to IS NOT NULL) EXECUTE FUNCTION cut_off()");
    CHECK_STR("cut off in the second slice", oq_cstr(store_work(h)), "db.serialization");
    testdb_exec(h->db, "DROP TRIGGER cut_off ON series_corrections; DROP FUNCTION cut_off");
    int64_t done = testdb_number(h->db, "SELECT samples FROM series_corrections");
    CHECK("a part is done", done > 0 && done < LONG);
    oq_clock_set(oq_clock_now() + OQ_HOUR);
    CHECK_CODE("goes on", NULL, store_work(h));
    samples after = store_read(h, 1, &chunks);
    CHECK("all there", after.count == LONG && before.count == LONG);
    for (size_t i = 0; i < LONG; i++)
        CHECK("once each",
              after.value[i] == before.value[i] + 1000 && after.quality[i] == QUALITY_SUBSTITUTE);
    CHECK("counted", testdb_number(h->db, "SELECT samples FROM series_corrections") == LONG);
    CHECK("all in the history",
          testdb_number(h->db, "SELECT sum(samples) FROM series_history") == LONG);
    oq_arena_rewind(h->arena, mark);
}

/* --- what comes to nothing ---------------------------------------------------------------------*/

static oq_uuid order_offset(house *h)
{
    correction *made;
    CHECK_OK(order(h, 1,
                   &(correction_order){.kind = CORRECT_ADD,
                                       .from = AT(0),
                                       .to = AT(10),
                                       .value = 1000,
                                       .reason = OQ_STR("offset after calibration")},
                   &made));
    return made->id;
}

static oq_uuid job_of(house *h)
{
    oq_uuid id;
    CHECK("id", oq_uuid_parse(oq_cstr(testdb_value(h->db, "SELECT id FROM jobs")), &id));
    return id;
}

static void change_job(house *h, oq_err *(*change)(oq_scope *s, oq_uuid id))
{
    oq_uuid id = job_of(h);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(change(s, id));
    house_commit(s);
}

static void check_ended(house *h, const char *status)
{
    CHECK_STR("told",
              oq_cstr(testdb_value(h->db, "SELECT status || ' ' || error_code"
                                          " FROM series_corrections"
                                          " WHERE done_at IS NOT NULL")),
              status);
    CHECK("audited", testdb_number(h->db, "SELECT count(*) FROM audit_logs"
                                          " WHERE action = 'series.correction_failed'") == 1);
}

static void fail_each_try(house *h)
{
    testdb_exec(h->db, "CREATE FUNCTION cut_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                       " RAISE EXCEPTION 'cut off' USING ERRCODE = '40001'; END $$;"
                       "CREATE TRIGGER cut_off BEFORE UPDATE ON series_corrections FOR EACH ROW"
                       " WHEN (new.done_to IS NOT NULL) EXECUTE FUNCTION cut_off()");
    for (int i = 0; i < JOB_TRIES_MAX; i++) {
        CHECK_STR("each try", oq_cstr(store_work(h)), "db.serialization");
        oq_clock_set(oq_clock_now() + 2 * OQ_HOUR);
    }
    testdb_exec(h->db, "DROP TRIGGER cut_off ON series_corrections; DROP FUNCTION cut_off");
}

static void test_tries_run_out(void **state)
{
    house *h = *state;
    size_t chunks;
    write_ten(h, NULL);
    order_offset(h);
    fail_each_try(h);
    check_ended(h, "failed db.serialization");
    change_job(h, job_retry);
    CHECK_CODE("tried again", NULL, store_work(h));
    CHECK_STR("done", oq_cstr(testdb_value(h->db, "SELECT status FROM series_corrections")),
              "done");
    CHECK("no reason is left", testdb_number(h->db, "SELECT count(error_code)"
                                                    " FROM series_corrections") == 0);
    CHECK("once", store_read(h, 1, &chunks).value[1] == 1001);
}

static void test_its_worker_dies(void **state)
{
    house *h = *state;
    write_ten(h, NULL);
    order_offset(h);
    testdb_exec(h->db, "UPDATE jobs SET state = 'running', tries = tries_max, worker = 'gone',"
                       " lease_until = now() - interval '1 year'");
    store_idle(h);
    check_ended(h, "failed job.worker_died");
    CHECK_STR("with its facts",
              oq_cstr(testdb_value(h->db, "SELECT error_facts->>'worker' FROM series_corrections")),
              "gone");
}

static void test_cancelled_before_it_starts(void **state)
{
    house *h = *state;
    size_t chunks;
    write_ten(h, NULL);
    order_offset(h);
    job_use_kinds((const job_kind *const[]){hist_job_kinds, NULL});
    change_job(h, job_cancel);
    job_use_kinds(NULL);
    check_ended(h, "failed correction.cancelled");
    store_idle(h);
    store_fold(h);
    CHECK("nothing changed", store_read(h, 1, &chunks).value[1] == 1);
    order_offset(h);
    CHECK_CODE("asked again", NULL, store_work(h));
    CHECK("done", store_read(h, 1, &chunks).value[1] == 1001);
}

/* The signal goes while its correction waits: the job ends, and nothing is left to say. */
static void test_its_signal_is_gone(void **state)
{
    house *h = *state;
    write_ten(h, NULL);
    order_offset(h);
    testdb_exec(h->db, "DELETE FROM series_inputs; DELETE FROM series");
    job_use_kinds((const job_kind *const[]){hist_job_kinds, NULL});
    change_job(h, job_cancel);
    job_use_kinds(NULL);
    CHECK_STR("ended", oq_cstr(testdb_value(h->db, "SELECT status FROM series_corrections")),
              "failed");
}

/* A slice is a hundred chunks: a correction that ends where the next one begins, a moment before
 * and a moment behind. */
static void test_an_end_at_the_end_of_a_slice(void **state)
{
    house *h = *state;
    size_t chunks;
    correction *made;
    write_long(h);
    oq_mark mark = oq_arena_mark(h->arena);
    for (oq_us beside = -1; beside <= 1; beside++) {
        samples before = store_read(h, 1, &chunks);
        oq_us to = beside + testdb_number(h->db, "SELECT (extract(epoch FROM time_first) * 1000000)"
                                                 "::int8 FROM series_chunks WHERE series_no = 1"
                                                 " ORDER BY time_first OFFSET 100 LIMIT 1");
        size_t inside = samples_find(&before, to);
        CHECK("long enough", chunks > 101 && inside > 10000 && inside < LONG);
        CHECK_OK(order(h, 1,
                       &(correction_order){.kind = CORRECT_ADD,
                                           .from = T0,
                                           .to = to,
                                           .value = 1000,
                                           .reason = OQ_STR("offset after calibration")},
                       &made));
        CHECK_CODE("done", NULL, store_work(h));
        samples after = store_read(h, 1, &chunks);
        CHECK("all there", after.count == LONG);
        for (size_t i = 0; i < LONG; i++)
            CHECK("once each", after.value[i] == before.value[i] + (i < inside ? 1000 : 0));
        const char *said = testdb_value(
            h->db, "SELECT status || ' ' || samples || ' ' || (done_to = time_to)"
                   " FROM series_corrections ORDER BY created_at DESC, id DESC LIMIT 1");
        CHECK_STR("told", oq_cstr(said), oq_strf(h->arena, "done %zu true", inside).ptr);
        oq_clock_set(oq_clock_now() + OQ_MINUTE);
        oq_arena_rewind(h->arena, mark);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_each_kind, reset),
        cmocka_unit_test_setup(test_newest_sample_follows, reset),
        cmocka_unit_test_setup(test_refused, reset),
        cmocka_unit_test_setup(test_a_line_needs_two_ends, reset),
        cmocka_unit_test_setup(test_a_correction_that_is_cut_off_goes_on, reset),
        cmocka_unit_test_setup(test_tries_run_out, reset),
        cmocka_unit_test_setup(test_its_worker_dies, reset),
        cmocka_unit_test_setup(test_cancelled_before_it_starts, reset),
        cmocka_unit_test_setup(test_its_signal_is_gone, reset),
        cmocka_unit_test_setup(test_an_end_at_the_end_of_a_slice, reset),
    };
    return cmocka_run_group_tests_name("correct", tests, house_open, house_close);
}
