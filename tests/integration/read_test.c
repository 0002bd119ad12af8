/* Answers from the record: chunks, the growing chunk and fresh batches as one, over every edge. */
#include "historian/read.h"

#include <math.h>

#include "db/stmt.h"
#include "historian/reading.h"
#include "historian/write.h"
#include "support/chunks.h"
#include "support/house.h"

#include "base/banned.h"

#define NOW (INT64_C(1780000000) * OQ_SECOND)
#define T0  (NOW - 100000 * OQ_SECOND)

static int reset(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "TRUNCATE series, series_counters, series_batches, series_chunks,"
                       " series_open, series_last, series_history CASCADE");
    house_reset(state);
    oq_clock_set(NOW);
    return 0;
}

/* A sample a second from `from` on; the value is the second. */
static samples seconds(house *h, oq_us from, size_t count)
{
    samples s = samples_make(h->arena, count, false, false);
    for (size_t i = 0; i < count; i++) {
        s.time[i] = from + (oq_us)i * OQ_SECOND;
        s.value[i] = (double)((s.time[i] - T0) / OQ_SECOND);
    }
    s.count = count;
    return s;
}

static void write_fresh(house *h, int32_t no, const samples *s)
{
    batch_row *row = oq_new_n(h->arena, batch_row, s->count);
    for (size_t i = 0; i < s->count; i++)
        row[i] = (batch_row){s->time[i], s->value[i], no, samples_quality(s, i)};
    oq_scope *scope = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_write(scope, row, s->count, NULL));
    house_commit(scope);
}

/* Series 1: seconds 0..29,999 in full chunks and the growing one. */
static void fold_seconds(house *h, int32_t no, size_t count)
{
    chunks_series(h->db, HOUSE_A, no, no == 1 ? "one" : "two", (aggregate_rule){0});
    samples s = seconds(h, T0, count);
    chunks_put(h->db, &(chunks_order){.tenant_id = HOUSE_A, .no = no}, &s);
}

static hist_points read_points(house *h, oq_us from, oq_us to, size_t max, bool bounds)
{
    hist_points p;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(hist_read(s, 1, (hist_span){from, to, OQ_TIME_NONE}, max, bounds, false, &p));
    oq_scope_close(s);
    return p;
}

#define SECOND(n) (T0 + (oq_us)(n)*OQ_SECOND)

static void check_seconds(const char *label, const samples *s, int first, size_t count)
{
    assert_int_equal(s->count, count);
    for (size_t i = 0; i < count; i++)
        if (s->time[i] != SECOND(first + (int)i) || s->value[i] != first + (int)i)
            fail_msg("%s: sample %zu is %lld: %g", label, i, (long long)s->time[i], s->value[i]);
}

static void test_points(void **state)
{
    house *h = *state;
    fold_seconds(h, 1, 30000);
    CHECK("a full chunk", testdb_number(h->db, "SELECT count(*) FROM series_chunks") > 0);
    hist_points p = read_points(h, T0, NOW, 100000, false);
    check_seconds("all", &p.samples, 0, 30000);
    CHECK("all", !p.more && !p.has_before && !p.has_after);
    p = read_points(h, SECOND(100), SECOND(200), 1000, false);
    check_seconds("within", &p.samples, 100, 100);
    p = read_points(h, SECOND(100), SECOND(200), 1000, true);
    check_seconds("bounds", &p.samples, 99, 102);
    CHECK("bounds", p.has_before && p.has_after && !p.more);
    p = read_points(h, SECOND(100), SECOND(29000), 5000, true);
    check_seconds("cut, with the bound before", &p.samples, 99, 5001);
    CHECK("cut", p.has_before && !p.has_after && p.more);
    p = read_points(h, SECOND(100), SECOND(5100), 5000, false);
    check_seconds("just all", &p.samples, 100, 5000);
    CHECK("just all", !p.more);
    p = read_points(h, SECOND(29990), NOW, 5000, true);
    check_seconds("to the end", &p.samples, 29989, 11);
    CHECK("nothing behind", p.has_before && !p.has_after);
    p = read_points(h, SECOND(-50), SECOND(0), 5000, true);
    check_seconds("before the first", &p.samples, 0, 1);
    CHECK("only the one behind", !p.has_before && p.has_after);
    p = read_points(h, SECOND(50000), SECOND(50001), 5000, true);
    check_seconds("behind the last", &p.samples, 29999, 1);
    CHECK("only the one before", p.has_before && !p.has_after);
}

/* Every chunk's edges, where a neighbour is in another chunk. */
static void test_bounds_at_edges(void **state)
{
    house *h = *state;
    chunks_series(h->db, HOUSE_A, 1, "one", (aggregate_rule){0});
    samples s = seconds(h, T0, 3000);
    chunks_put(h->db, &(chunks_order){.tenant_id = HOUSE_A, .no = 1, .bytes_max = 300}, &s);
    for (int n = 1; n + 10 < 3000; n += 7) {
        hist_points p = read_points(h, SECOND(n), SECOND(n + 10), 100, true);
        check_seconds("ten", &p.samples, n - 1, 12);
    }
}

static void test_fresh(void **state)
{
    house *h = *state;
    fold_seconds(h, 1, 10000);
    samples behind = seconds(h, SECOND(10000), 500), between = seconds(h, SECOND(5000), 10);
    write_fresh(h, 1, &behind);
    for (size_t i = 0; i < between.count; i++)
        between.time[i] += OQ_SECOND / 2;
    write_fresh(h, 1, &between);
    samples again = seconds(h, SECOND(9999), 3);
    again.value[0] = again.value[1] = again.value[2] = -1;
    write_fresh(h, 1, &again);
    hist_points p = read_points(h, T0, NOW, 100000, false);
    assert_int_equal(p.samples.count, 10510);
    size_t at = samples_find(&p.samples, SECOND(5000));
    CHECK("late ones stand where they belong",
          p.samples.time[at + 1] == SECOND(5000) + OQ_SECOND / 2 &&
              p.samples.value[at + 1] == 5000);
    at = samples_find(&p.samples, SECOND(9999));
    CHECK("a later write wins over a chunk and a batch",
          p.samples.value[at - 1] == 9998 && p.samples.value[at] == -1 &&
              p.samples.value[at + 2] == -1 && p.samples.value[at + 3] == 10002);
    p = read_points(h, SECOND(10200), SECOND(10300), 1000, true);
    check_seconds("of a batch alone", &p.samples, 10199, 102);
    p = read_points(h, SECOND(10000), SECOND(10001), 1000, true);
    CHECK("a neighbour that was rewritten",
          p.samples.count == 3 && p.samples.value[0] == -1 && p.samples.value[1] == -1);
}

static const char *read_code(house *h, oq_us from, oq_us to)
{
    hist_points p;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    const oq_err *err =
        hist_read(s, 1, (hist_span){from, to, OQ_TIME_NONE}, 10000, false, false, &p);
    oq_scope_close(s);
    return err ? err->code : "";
}

static const char *last_code(house *h, int32_t no)
{
    hist_last last;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    const oq_err *err = hist_last_values(s, &no, 1, &last);
    oq_scope_close(s);
    return err ? err->code : "";
}

/* A batch that is asked for again and again is decoded once, and says the same as before. */
static void test_decoded_once(void **state)
{
    house *h = *state;
    chunks_series(h->db, HOUSE_A, 1, "one", (aggregate_rule){0});
    fresh_forget();
    CHECK("nothing", fresh_decoded_kept() == 0);
    samples some = seconds(h, SECOND(10), 50), more = seconds(h, SECOND(60), 50);
    write_fresh(h, 1, &some);
    write_fresh(h, 1, &more);
    for (int i = 0; i < 4; i++) {
        hist_points p = read_points(h, T0, NOW, 1000, true);
        check_seconds("all", &p.samples, 10, 100);
        p = read_points(h, SECOND(30), SECOND(60), 1000, true);
        check_seconds("with a neighbour of the other batch", &p.samples, 29, 32);
    }
    CHECK("decoded", fresh_decoded_kept() > 100 * 20);
    fresh_forget();
    CHECK("and forgotten", fresh_decoded_kept() == 0);
}

/* Ten batches of a hundred samples, of which a question may fetch four or so. */
static void test_too_much_waits(void **state)
{
    house *h = *state;
    chunks_series(h->db, HOUSE_A, 1, "one", (aggregate_rule){0});
    chunks_series(h->db, HOUSE_A, 2, "two", (aggregate_rule){0});
    samples first = seconds(h, SECOND(0), 10);
    write_fresh(h, 2, &first);
    for (int i = 0; i < 10; i++) {
        batch_row row[100];
        for (int k = 0; k < 100; k++)
            row[k] = (batch_row){SECOND(100 + i * 100 + k / 2), sqrt(k), k % 2 ? 1 : 3, 0};
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        CHECK_OK(hist_write(s, row, OQ_COUNT(row), NULL));
        house_commit(s);
    }
    fresh_forget();
    int64_t size = testdb_number(h->db, "SELECT max(octet_length(payload)) FROM series_batches");
    fresh_set_bytes_max(4 * size);
    CHECK_STR("all", oq_cstr(read_code(h, T0, NOW)), "history.too_much_waiting");
    CHECK_STR("a part", oq_cstr(read_code(h, SECOND(100), SECOND(300))), "");
    CHECK_STR("what was read before is not counted",
              oq_cstr(read_code(h, SECOND(100), SECOND(600))), "");
    CHECK_STR("the newest", oq_cstr(last_code(h, 1)), "");
    fresh_forget();
    CHECK_STR("newest batches come first", oq_cstr(last_code(h, 1)), "");
    fresh_forget();
    CHECK_STR("of a silent one all are needed", oq_cstr(last_code(h, 2)),
              "history.too_much_waiting");
    fresh_set_bytes_max(0);
    CHECK_STR("and may be read", oq_cstr(read_code(h, T0, NOW)), "");
    CHECK_STR("likewise", oq_cstr(last_code(h, 2)), "");
}

static int32_t number_by_id(house *h, oq_uuid id)
{
    hist_tracks tracks;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    hist_want want = {.id = &id, .id_count = 1, .from = T0, .to = NOW, .known_at = OQ_TIME_NONE};
    CHECK_OK(hist_load(s, &want, &tracks));
    CHECK("it is that one", tracks.count == 0 || oq_uuid_eq(tracks.at[0].id, id));
    oq_scope_close(s);
    return tracks.count ? tracks.at[0].no : 0;
}

/* A number that is remembered is looked at again with each row: the database may have been restored
 * to a state in which it was another series'. */
static void test_remembered_numbers(void **state)
{
    house *h = *state;
    oq_uuid one = chunks_series(h->db, HOUSE_A, 1, "one", (aggregate_rule){0});
    oq_uuid two = chunks_series(h->db, HOUSE_A, 2, "two", (aggregate_rule){0});
    CHECK("not known yet", number_kept(HOUSE_A, one) == 0);
    for (int i = 0; i < 2; i++) {
        CHECK("one", number_by_id(h, one) == 1);
        CHECK("two", number_by_id(h, two) == 2);
        CHECK("remembered", number_kept(HOUSE_A, one) == 1 && number_kept(HOUSE_A, two) == 2);
    }
    CHECK("each tenant by itself", number_kept(HOUSE_B, one) == 0);
    for (int round = 0; round < 2; round++)
        for (int i = 1; i <= 1000; i++) {
            oq_uuid id = {{7, (uint8_t)(i >> 8), (uint8_t)i}};
            CHECK("a thousand beside each other", !round || number_kept(HOUSE_B, id) == i);
            number_keep(HOUSE_B, id, i);
        }
    testdb_exec(h->db, "UPDATE series SET no = no + 10; UPDATE series SET no = 13 - no");
    CHECK("the other way round", number_by_id(h, one) == 2 && number_by_id(h, two) == 1);
    CHECK("remembered anew", number_kept(HOUSE_A, one) == 2);
    testdb_exec(h->db, "DELETE FROM series");
    CHECK("not there", number_by_id(h, one) == 0);
}

/* What a plan made once for all parameters looks like to who may see one tenant. */
static const char *plan_of(house *h, const char *name, const char *nothing)
{
    const db_stmt *const *at = db_all_stmts;
    while (*at && strcmp((*at)->name, name) != 0)
        at++;
    const db_stmt *stmt = *at;
    CHECK(name, stmt);
    testdb_exec(h->db, "SET plan_cache_mode = force_generic_plan; SET ROLE optria_app");
    testdb_exec(h->db, oq_strf(h->arena, "PREPARE p AS %s", stmt->sql).ptr);
    const char *plan =
        testdb_value(h->db, oq_strf(h->arena, "EXPLAIN (FORMAT JSON) EXECUTE p (%s)", nothing).ptr);
    testdb_exec(h->db, "DEALLOCATE p; RESET ROLE; RESET plan_cache_mode");
    return plan;
}

/* A read of the last hour begins at its chunk, however many there are before it. */
static void test_the_index_is_entered_where_the_span_begins(void **state)
{
    house *h = *state;
    fold_seconds(h, 1, 30000);
    testdb_exec(h->db, "INSERT INTO series_chunks SELECT tenant_id, series_no,"
                       " time_first - k * interval '1 day', time_last - k * interval '1 day',"
                       " known_last, samples, good, value_min, value_max, value_sum, value_first,"
                       " value_last, quality_last, summary, payload"
                       " FROM series_chunks, generate_series(1, 300) k; ANALYZE series_chunks");
    const struct {
        const char *name, *nothing;
    } row[] = {
        {"HIST_LOAD", "NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL"},
        {"HIST_LOAD_ONE", "NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL"},
        {"HIST_LOAD_KNOWN", "NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str plan = oq_cstr(plan_of(h, row[i].name, row[i].nothing));
        size_t found = 0;
        for (size_t at; (at = oq_str_find(plan, OQ_STR("\"Index Cond\": "))) != SIZE_MAX;) {
            plan = oq_str_sub(plan, at + 14, SIZE_MAX);
            oq_str line = oq_str_sub(plan, 0, oq_str_find(plan, OQ_STR("\n")));
            found += oq_str_find(line, OQ_STR("time_first >= ")) != SIZE_MAX &&
                     oq_str_find(line, OQ_STR("time_first < ")) != SIZE_MAX;
        }
        CHECK(row[i].name, found == 1);
    }
}

static void test_last(void **state)
{
    house *h = *state;
    fold_seconds(h, 1, 1000);
    fold_seconds(h, 2, 2000);
    chunks_series(h->db, HOUSE_A, 3, "three", (aggregate_rule){0});
    chunks_series(h->db, HOUSE_A, 900, "far", (aggregate_rule){0});
    samples older = seconds(h, SECOND(500), 100), newer = seconds(h, SECOND(2000), 5);
    write_fresh(h, 1, &older);
    write_fresh(h, 2, &newer);
    const int32_t no[] = {3, 2, 1, 2, 900};
    hist_last last[5];
    for (size_t count = 4; count <= 5; count++) { /* as a range, and one by one */
        oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
        CHECK_OK(hist_last_values(s, no, count, last));
        oq_scope_close(s);
        CHECK("none", last[0].time == OQ_TIME_NONE && isnan(last[0].value));
        CHECK("fresh", last[1].time == SECOND(2004) && last[1].value == 2004 &&
                           last[1].known == NOW && last[1].quality == QUALITY_GOOD);
        CHECK("older batch", last[2].time == SECOND(999) && last[2].value == 999);
        CHECK("asked for twice", last[3].time == SECOND(2004));
    }
    samples same = seconds(h, SECOND(999), 1);
    same.value[0] = 7;
    write_fresh(h, 1, &same);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(hist_last_values(s, no, 3, last));
    CHECK("the same moment, written later", last[2].value == 7);
    oq_scope_close(s);
    s = house_scope(h, ADMIN_B, OQ_READ);
    CHECK_OK(hist_last_values(s, no, 3, last));
    CHECK("another tenant has nothing", last[1].time == OQ_TIME_NONE);
    oq_scope_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_points, reset),
        cmocka_unit_test_setup(test_bounds_at_edges, reset),
        cmocka_unit_test_setup(test_fresh, reset),
        cmocka_unit_test_setup(test_decoded_once, reset),
        cmocka_unit_test_setup(test_too_much_waits, reset),
        cmocka_unit_test_setup(test_remembered_numbers, reset),
        cmocka_unit_test_setup(test_the_index_is_entered_where_the_span_begins, reset),
        cmocka_unit_test_setup(test_last, reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
