/* asset_timeseries: the samples as SQL decodes them are those that C decodes, of every kind, folded
 * and fresh; and nobody sees another tenant's. */
#include <math.h>

#include "historian/write.h"
#include "quant/chunk_sample.h"
#include "support/chunks.h"
#include "support/house.h"

#include "base/banned.h"

#define NOW (INT64_C(1800000000) * OQ_SECOND)

enum { FOLDED = 2500, FRESH = 2600, AGAIN = 300, SERIES = SIGNAL_KINDS };

static int reset(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "TRUNCATE series, series_counters, series_batches, series_chunks,"
                       " series_open, series_last, series_history CASCADE");
    house_reset(state);
    oq_clock_set(NOW);
    return 0;
}

/* As the server's role, in the tenant; NULL: in none. */
static const char *asked(house *h, const char *tenant, const char *question)
{
    oq_str sql = oq_strf(h->arena, "SET ROLE optria_app; SET optria.tenant = '%s'; %s",
                         tenant ? tenant : "", question);
    const char *answer = testdb_value(h->db, sql.ptr);
    testdb_exec(h->db, "RESET ROLE; RESET optria.tenant");
    return answer;
}

static const char *tenant_text(house *h, oq_uuid tenant_id)
{
    return oq_uuid_text(h->arena, tenant_id).ptr;
}

/* What the view has of a series. */
static samples seen_samples(house *h, int32_t no)
{
    const char *text =
        asked(h, tenant_text(h, HOUSE_A),
              oq_strf(h->arena,
                      "SELECT string_agg(concat_ws(' ', (extract(epoch FROM ts) * 1000000)::bigint,"
                      " coalesce(value, 'NaN'), quality), E'\\n' ORDER BY ts)"
                      " FROM asset_timeseries WHERE series_no = %d",
                      (int)no)
                  .ptr);
    samples s = samples_make(h->arena, 10 * 1000, true, false);
    oq_str rest = oq_cstr(text), line;
    while (oq_str_cut(&rest, '\n', &line)) {
        char *end;
        assert_true(s.count < 10 * 1000);
        s.time[s.count] = strtoll(line.ptr, &end, 10);
        s.value[s.count] = strtod(end, &end);
        s.quality[s.count++] = (quality)strtoul(end, &end, 10);
    }
    return s;
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    value = isnan(value) ? (double)NAN : value + 0.0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void check_alike(const char *label, const samples *got, const samples *wanted)
{
    if (got->count != wanted->count)
        fail_msg("%s: %zu samples, wanted %zu", label, got->count, wanted->count);
    for (size_t i = 0; i < got->count; i++)
        if (got->time[i] != wanted->time[i] ||
            bits_of(got->value[i]) != bits_of(wanted->value[i]) ||
            samples_quality(got, i) != samples_quality(wanted, i))
            fail_msg("%s: sample %zu is %lld %.17g %08x, wanted %lld %.17g %08x", label, i,
                     (long long)got->time[i], got->value[i], samples_quality(got, i),
                     (long long)wanted->time[i], wanted->value[i], samples_quality(wanted, i));
}

/* Rows of all series, mixed as they would arrive: from the sample `from` on. */
static void write_fresh(house *h, const samples *signal, size_t from, size_t count)
{
    batch_row *row = oq_new_n(h->arena, batch_row, SERIES * count);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < SERIES; k++)
            row[i * SERIES + k] =
                (batch_row){signal[k].time[from + i], signal[k].value[from + i], (int32_t)k + 1,
                            samples_quality(&signal[k], from + i)};
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_write(s, row, SERIES * count, NULL));
    house_commit(s);
}

/* What hist_write lets through: no value is there only with bad quality. */
static samples sound(house *h, int kind, uint64_t seed)
{
    samples s = signal_make(h->arena, (signal_kind)kind, FOLDED + FRESH, seed);
    for (size_t i = 0; i < s.count; i++)
        if (!isfinite(s.value[i]))
            s.quality[i] = i % 2 ? QUALITY_NO_DATA : QUALITY_SENSOR_FAILURE;
    return s;
}

/* Folded into small chunks with one that grows; then two batches: what comes next, and part of
 * what was there once more with other values, which win. */
static void test_every_kind(void **state)
{
    house *h = *state;
    samples signal[SERIES], later[SERIES];
    for (int k = 0; k < SERIES; k++) {
        signal[k] = sound(h, k, 1);
        later[k] = sound(h, k, 2);
        memcpy(later[k].time, signal[k].time, signal[k].count * sizeof *signal[k].time);
        chunks_series(h->db, HOUSE_A, k + 1, signal_name[k], (aggregate_rule){0});
        samples folded = samples_part(&signal[k], 0, FOLDED);
        chunks_put(h->db,
                   &(chunks_order){.tenant_id = HOUSE_A, .no = k + 1, .bytes_max = 2000 + 500 * k},
                   &folded);
    }
    write_fresh(h, signal, FOLDED, FRESH);
    write_fresh(h, later, FOLDED - AGAIN / 2, AGAIN);
    for (int k = 0; k < SERIES; k++) {
        samples list[] = {signal[k], samples_part(&later[k], FOLDED - AGAIN / 2, AGAIN)};
        list[0].known = list[1].known = NULL;
        samples wanted = samples_merge(h->arena, list, 2, NULL), got = seen_samples(h, k + 1);
        check_alike(signal_name[k], &got, &wanted);
    }
}

static void test_batch_functions(void **state)
{
    house *h = *state;
    samples signal[SERIES];
    for (int k = 0; k < SERIES; k++)
        signal[k] = sound(h, k, 3);
    write_fresh(h, signal, 0, 10);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_batches,"
                                          " series_batch_decode(payload)"),
                     SERIES * 10);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_batches,"
                                          " series_batch_decode(payload, 3)"),
                     10);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_batches,"
                                          " series_batch_decode(payload, 300)"),
                     0);
}

static void test_walls(void **state)
{
    house *h = *state;
    static const char count[] = "SELECT count(*) FROM asset_timeseries";
    samples s = signal_make(h->arena, SIGNAL_STATE, 100, 1);
    chunks_series(h->db, HOUSE_A, 1, "one", (aggregate_rule){0});
    chunks_put(h->db, &(chunks_order){.tenant_id = HOUSE_A, .no = 1}, &s);
    chunks_series(h->db, HOUSE_B, 1, "one", (aggregate_rule){0});
    chunks_put(h->db, &(chunks_order){.tenant_id = HOUSE_B, .no = 1},
               &(samples){60, s.time, s.value, NULL, NULL});
    assert_string_equal(asked(h, tenant_text(h, HOUSE_A), count), "100");
    assert_string_equal(asked(h, tenant_text(h, HOUSE_B), count), "60");
    assert_string_equal(asked(h, NULL, count), "0");
    assert_string_equal(
        asked(h, tenant_text(h, HOUSE_A),
              "SELECT concat_ws(' ', v.tenant_id = s.tenant_id, v.series_id = s.id, v.metric ="
              " s.metric, v.unit = s.unit, v.asset_id IS NOT DISTINCT FROM s.asset_id)"
              " FROM asset_timeseries v JOIN series s ON s.no = v.series_no LIMIT 1"),
        "t t t t t");
}

/* What is no coded text ends the statement with an error that can be caught, not the server. */
static void test_other_bytes(void **state)
{
    house *h = *state;
    static const char *const bytes[] = {
        "",
        "00",
        "0100ff3f00000000000000000000000000000000",
        "0100000000000000000000000000000000000000ff",
        "01220100000001000000000000000000000000000000ffffffffffffffff",
    };
    for (size_t i = 0; i < OQ_COUNT(bytes); i++) {
        static const char *const function[] = {"series_decode", "series_batch_decode"};
        for (size_t f = 0; f < 2; f++)
            testdb_exec(
                h->db,
                oq_strf(h->arena,
                        "DO $$ BEGIN PERFORM %s('\\x%s'); RAISE 'it was read';"
                        " EXCEPTION WHEN data_corrupted OR array_subscript_error THEN END $$",
                        function[f], bytes[i])
                    .ptr);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_every_kind, reset),
        cmocka_unit_test_setup(test_batch_functions, reset),
        cmocka_unit_test_setup(test_walls, reset),
        cmocka_unit_test_setup(test_other_bytes, reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
