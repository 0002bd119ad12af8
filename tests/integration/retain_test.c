/* Samples that had their time go, to the moment; and how much room the others take. */
#include "integration/store_model.h"

#include <math.h>

#include "historian/broken.h"
#include "historian/retain.h"

#include "base/banned.h"

#define NOW    (INT64_C(1767225600) * OQ_SECOND) /* 2026-01-01 */
#define TENANT "'0a000000-0000-0000-0000-000000000000'"

enum { SERIES = 3, SAMPLES = 30000 };
#define STEP (3 * OQ_MINUTE) /* 62 days in all */

static int reset(void **state)
{
    house *h = *state;
    house_reset(state);
    store_reset(h, SERIES, NULL);
    testdb_exec(h->db, "UPDATE series SET retention_days = 10 WHERE no = 1;"
                       "UPDATE series SET retention_days = 0 WHERE no = 2;"
                       "INSERT INTO tenant_settings (tenant_id, settings, version) VALUES"
                       " (" TENANT ", '{\"retention_days\": 30}', 1)");
    return 0;
}

/* Noise, so that there are chunks enough, written in four parts; some of it twice. */
static void write_days(house *h, model *m)
{
    enum { PART = SAMPLES / 4 };
    static batch_row row[PART + 100];
    uint64_t dice = 5;
    for (int32_t no = 1; no <= SERIES; no++)
        for (int part = 0; part < 4; part++) {
            oq_us from = NOW - SAMPLES * STEP + (oq_us)part * PART * STEP;
            for (int i = 0; i < PART; i++) {
                dice = dice * UINT64_C(6364136223846793005) + 1;
                row[i] = (batch_row){.time = from + (oq_us)i * STEP,
                                     .series_no = no,
                                     .value = sqrt((double)(dice >> 12)) * 1e-3};
            }
            size_t again = part == 0 ? 0 : 100; /* the end of the part before, with other values */
            for (size_t i = 0; i < again; i++)
                row[PART + i] = (batch_row){
                    .time = from - (oq_us)(i + 1) * STEP, .series_no = no, .value = (double)i};
            store_write(h, m, row, PART + again, NOW + 2 * OQ_DAY + (oq_us)part * OQ_MINUTE);
            store_fold(h);
        }
}

static void test_retained(void **state)
{
    house *h = *state;
    model m;
    model_make(SERIES, &m);
    write_days(h, &m);
    store_check(h, &m, true);
    int64_t chunks = testdb_number(h->db, "SELECT count(*) FROM series_chunks");
    oq_clock_set(NOW);
    CHECK_CODE("runs", NULL, store_job(h, "hist.retain"));
    model_forget(&m, 1, NOW - 10 * OQ_DAY);
    model_forget(&m, 3, NOW - 30 * OQ_DAY);
    store_check(h, &m, true);
    CHECK("whole chunks", testdb_number(h->db, "SELECT count(*) FROM series_chunks") < chunks - 10);
    CHECK("history too", testdb_number(h->db, "SELECT count(*) FROM series_history"
                                              " WHERE series_no = 1") <
                             testdb_number(h->db, "SELECT count(*) FROM series_history"
                                                  " WHERE series_no = 2"));
    CHECK("audited once", testdb_number(h->db, "SELECT count(*) FROM audit_logs"
                                               " WHERE action = 'series.retained'") == 1);
    CHECK("retention leaves no history", testdb_number(h->db, "SELECT count(*) FROM series_history"
                                                              " WHERE reason <> 'rewrite'") == 0);

    CHECK_CODE("again", NULL, store_job(h, "hist.retain"));
    store_check(h, &m, true);
    CHECK("nothing to do, nothing to tell",
          testdb_number(h->db, "SELECT count(*) FROM audit_logs"
                               " WHERE action = 'series.retained'") == 1);

    /* A year later all of it is older, but for what stays for ever. */
    oq_clock_set(NOW + 365 * OQ_DAY);
    CHECK_CODE("later", NULL, store_job(h, "hist.retain"));
    model_forget(&m, 1, NOW);
    model_forget(&m, 3, NOW);
    store_check(h, &m, true);
    model_drop(&m);
}

static void test_kept_for_ever(void **state)
{
    house *h = *state;
    model m;
    testdb_exec(h->db, "UPDATE series SET retention_days = NULL;"
                       "UPDATE tenant_settings SET settings = '{\"retention_days\": 0}'");
    model_make(SERIES, &m);
    write_days(h, &m);
    oq_clock_set(NOW + 9999 * OQ_DAY);
    CHECK_CODE("runs", NULL, store_job(h, "hist.retain"));
    store_check(h, &m, true);
    model_drop(&m);
}

/* --- room --------------------------------------------------------------------------------------*/

static void test_space(void **state)
{
    house *h = *state;
    space_report r;
    model m;
    model_make(SERIES, &m);
    write_days(h, &m);
    oq_clock_set(NOW);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(space_find(s, 2, &r));
    oq_scope_close(s);
    double disk = (double)testdb_number(h->db, "SELECT pg_total_relation_size('series_chunks')"
                                               " + pg_total_relation_size('series_open')"
                                               " + pg_total_relation_size('series_history')");
    CHECK("all", r.total.series == SERIES && r.count == 2);
    CHECK("bytes", (double)r.total.bytes > 0.4 * disk && (double)r.total.bytes < 1.1 * disk);
    CHECK("samples", llabs(r.total.samples - SERIES * SAMPLES) < SERIES * SAMPLES / 20);
    CHECK("largest first", r.at[0].bytes >= r.at[1].bytes && r.at[1].bytes > 0);
    CHECK("named", oq_str_given(r.at[0].key));

    double a_day = 24.0 * 60 / 3 * 8; /* noise takes about eight bytes a sample */
    for (size_t i = 0; i < r.count; i++)
        CHECK("a day", r.at[i].bytes_per_day > 0.7 * a_day && r.at[i].bytes_per_day < 1.5 * a_day);
    CHECK("some is kept for ever", isnan(r.total.bytes_steady));
    CHECK("a year", r.total.bytes_in_a_year > (double)r.total.bytes);

    testdb_exec(h->db, "UPDATE series SET retention_days = 10");
    s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(space_find(s, 0, &r));
    oq_scope_close(s);
    CHECK("steady", fabs(r.total.bytes_steady - 10 * r.total.bytes_per_day) < 1);
    CHECK("a year is steady", fabs(r.total.bytes_in_a_year - r.total.bytes_steady) < 1);

    oq_clock_set(NOW + 30 * OQ_DAY);
    s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(space_find(s, 0, &r));
    oq_scope_close(s);
    CHECK("silent", r.total.bytes_per_day == 0);
    model_drop(&m);
}

static void test_nothing_takes_no_room(void **state)
{
    house *h = *state;
    space_report r;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(space_find(s, 5, &r));
    oq_scope_close(s);
    CHECK("nothing", r.count == 0 && r.total.bytes == 0 && r.total.bytes_per_day == 0);
}

/* --- what cannot be decoded --------------------------------------------------------------------*/

static const char *health(house *h)
{
    oq_err *err = broken_check(h->pool, h->arena);
    return err ? err->code : NULL;
}

static void spoil(house *h, const char *table, const char *which)
{
    testdb_exec(
        h->db,
        oq_strf(h->arena, "UPDATE %s SET payload = '\\xdeadbeef' WHERE %s", table, which).ptr);
}

static void test_a_batch_that_cannot_be_read(void **state)
{
    house *h = *state;
    model m;
    model_make(SERIES, &m);
    for (int i = 0; i < 5; i++) {
        batch_row row[2] = {{NOW + i * OQ_SECOND, i, 1, 0}, {NOW + i * OQ_SECOND, i, 3, 0}};
        store_write(h, i == 2 ? NULL : &m, row, 2, NOW + i * OQ_MINUTE);
    }
    CHECK_CODE("well", NULL, health(h));
    spoil(h, "series_batches", "seq = (SELECT min(seq) + 2 FROM series_batches)");
    oq_clock_set(NOW + OQ_HOUR);
    CHECK_STR("late", oq_cstr(health(h)), "health.fold_late");
    CHECK_STR("told", oq_cstr(store_job(h, "hist.fold")), "store.set_aside");
    store_check(h, &m, false);
    CHECK("set aside as it was",
          testdb_number(h->db, "SELECT count(*) FROM series_broken WHERE what = 'batch'"
                               " AND payload = '\\xdeadbeef' AND samples = 2") == 1);
    CHECK_STR("seen", oq_cstr(health(h)), "health.store_broken");
    CHECK_CODE("and then it is over", NULL, store_job(h, "hist.fold"));
    model_drop(&m);
}

static void test_a_chunk_that_cannot_be_read(void **state)
{
    house *h = *state;
    batch_row row[2] = {{NOW, 1, 1, 0}, {NOW, 1, 3, 0}};
    store_write(h, NULL, row, 2, NOW);
    store_fold(h);
    spoil(h, "series_open", "series_no = 1");
    row[0].time = row[1].time = NOW + OQ_SECOND;
    store_write(h, NULL, row, 2, NOW);
    oq_clock_set(NOW + OQ_HOUR);
    CHECK_STR("told", oq_cstr(store_job(h, "hist.fold")), "store.set_aside");
    CHECK("set aside", testdb_number(h->db, "SELECT count(*) FROM series_broken"
                                            " WHERE what = 'open' AND series_no = 1") == 1);
    size_t chunks;
    CHECK("the new one is there", store_read(h, 1, &chunks).count == 1);
    CHECK("the others are whole", store_read(h, 3, &chunks).count == 2);

    write_days(h, NULL);
    spoil(h, "series_chunks",
          "series_no = 1 AND time_first = (SELECT min(time_first)"
          " FROM series_chunks WHERE series_no = 1)");
    row[0].time = NOW - SAMPLES * STEP + OQ_SECOND;
    store_write(h, NULL, row, 1, NOW);
    oq_clock_set(NOW + OQ_HOUR);
    CHECK_STR("told", oq_cstr(store_job(h, "hist.fold")), "store.set_aside");
    CHECK("set aside", testdb_number(h->db, "SELECT count(*) FROM series_broken"
                                            " WHERE what = 'chunk' AND series_no = 1") == 1);
    CHECK("nothing waits", testdb_number(h->db, "SELECT count(*) FROM series_batches") == 0);
    CHECK_CODE("retention goes on", NULL, store_job(h, "hist.retain"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_retained, reset),
        cmocka_unit_test_setup(test_kept_for_ever, reset),
        cmocka_unit_test_setup(test_space, reset),
        cmocka_unit_test_setup(test_nothing_takes_no_room, reset),
        cmocka_unit_test_setup(test_a_batch_that_cannot_be_read, reset),
        cmocka_unit_test_setup(test_a_chunk_that_cannot_be_read, reset),
    };
    return cmocka_run_group_tests_name("retain", tests, house_open, house_close);
}
