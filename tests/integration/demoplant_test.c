/* The demo's plants on a real PostgreSQL: made once, written in slices, and nowhere but in a demo.
 */
#include "demoplant/demoplant.h"
#include "demoplant/fault.h"
#include "historian/read.h"
#include "historian/write.h"
#include "support/house.h"

static void say(house *h, const char *format, const char *value)
{
    char sql[500];
    snprintf(sql, sizeof sql, format, value);
    testdb_exec(h->db, sql);
}

static const char *const tenant_a = "'0a000000-0000-0000-0000-000000000000'";

static demo_planted plant_with(house *h, const char *code, int64_t days)
{
    demo_planted done;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(demo_plant(s, oq_cstr(code), oq_now(s), days, &done));
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
    return done;
}

static demo_planted plant(house *h, const char *code)
{
    return plant_with(h, code, DEMO_DAYS);
}

static demo_written write_slice(house *h, size_t rows)
{
    demo_written done;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(demo_write_slice(s, rows, &done));
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
    return done;
}

static void make_demo(house *h)
{
    say(h, "UPDATE tenants SET is_demo = true, code = 'ARAMCO_DEMO' WHERE id = %s", tenant_a);
}

static size_t signals_of(const demo_site *site)
{
    size_t count = 0;
    for (size_t a = 0; site->assets[a].code; a++)
        count += demo_signal_count(site->assets[a].of);
    return count;
}

static void test_made_once(void **state)
{
    house *h = *state;
    make_demo(h);
    demo_planted first = plant(h, "ARAMCO_DEMO"), again = plant(h, "ARAMCO_DEMO");
    CHECK("site", first.sites == 1);
    CHECK("assets", first.assets == (int64_t)demo_asset_count(&demo_sites[0]));
    CHECK("signals", first.series == (int64_t)signals_of(&demo_sites[0]));
    CHECK("mapped", first.mappings == first.series);
    CHECK("once", again.sites == 0 && again.assets == 0 && again.series == 0);
    CHECK("classes",
          testdb_number(h->db, "SELECT count(*) FROM assets WHERE class_id IS NULL") == 0);
    CHECK("vibration is mapped as the requirement says",
          testdb_number(h->db, "SELECT count(*) FROM external_signal_mappings WHERE external_tag = "
                               "'PI:P-101.VIB' AND internal_metric_name = 'vibration_rms' AND "
                               "scaling_factor = 1 AND offset_value = 0 AND is_active") == 1);
    CHECK("no plant, nothing made", plant(h, "SOMEBODY_ELSE").assets == 0);
}

/* What the schedule says of these hours, which lie before the demo was set up. */
static int64_t faults_until(oq_us from, oq_us to)
{
    static demo_faults faults;
    int64_t count = 0;
    for (size_t a = 0; demo_sites[0].assets[a].code; a++) {
        demo_faults_of(&demo_sites[0], a, 20260101, to + 30 * OQ_DAY, from, to, &faults);
        count += (int64_t)faults.count;
    }
    return count;
}

/* Slices follow each other without a hole, and what was written is what the instruments read. */
/* What the file of a plant gives besides: every row that needs no person who is not there. */
static void test_costs_and_shifts(void **state)
{
    house *h = *state;
    make_demo(h);
    plant(h, "ARAMCO_DEMO");
    static const struct {
        const char *label, *sql;
        int64_t at_least;
    } row[] = {
        {"cost models", "SELECT count(*) FROM optimization_cost_models WHERE tenant_id = %s", 8},
        {"a default",
         "SELECT count(*) FROM optimization_cost_models WHERE is_default"
         " AND tenant_id = %s",
         1},
        {"shifts", "SELECT count(*) FROM shifts WHERE tenant_id = %s", 3},
        {"causal rules", "SELECT count(*) FROM rca_rules WHERE tenant_id = %s", 10},
        {"holidays", "SELECT count(*) FROM holidays WHERE tenant_id = %s", 2},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        char sql[300];
        snprintf(sql, sizeof sql, row[i].sql, tenant_a);
        CHECK(row[i].label, testdb_number(h->db, sql) >= row[i].at_least);
    }
}

static void test_slices(void **state)
{
    house *h = *state;
    make_demo(h);
    plant(h, "ARAMCO_DEMO");
    size_t width = signals_of(&demo_sites[0]);
    demo_written one = write_slice(h, width * 60), two = write_slice(h, width * 60);
    CHECK("an hour of minutes", one.samples == (int64_t)width * 60 && one.more);
    CHECK("the next hour", two.samples == one.samples && two.until == one.until + OQ_HOUR);
    CHECK("truth is kept", testdb_number(h->db, "SELECT count(*) FROM demo_faults") ==
                               faults_until(two.until - 2 * OQ_HOUR, two.until));

    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    series *e;
    hist_points points;
    CHECK_OK(series_find_by_key(s, OQ_STR("P-101.vibration_rms"), &e));
    CHECK("simulated", e->kind == SERIES_SIMULATED);
    CHECK_OK(hist_read(s, (int32_t)e->no, (hist_span){0, two.until, OQ_TIME_NONE}, 1000, false,
                       false, &points));
    CHECK("no hole", points.samples.count == 120);
    for (size_t i = 1; i < points.samples.count; i++)
        CHECK("each minute", points.samples.time[i] == points.samples.time[i - 1] + OQ_MINUTE);
    oq_scope_close(s);
}

/* It reaches the present: the newest day in steps of seconds, and then nothing more is to be done.
 */
static void test_reaches_now(void **state)
{
    house *h = *state;
    make_demo(h);
    plant(h, "ARAMCO_DEMO");
    /* as if all but an hour of the newest day were there */
    say(h, "DELETE FROM external_signal_mappings WHERE external_tag NOT LIKE %s", "'PI:P-101.%'");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    series *e;
    CHECK_OK(series_find_by_key(s, OQ_STR("P-101.vibration_rms"), &e));
    oq_us last = (oq_now(s) - OQ_DAY) / OQ_MINUTE * OQ_MINUTE - OQ_MINUTE;
    batch_row row = {.time = last, .value = 1, .series_no = (int32_t)e->no};
    CHECK_OK(hist_write(s, &row, 1, NULL));
    house_commit(s);
    demo_written done = {.more = true};
    int64_t written = 0;
    for (int i = 0; done.more && i < 50; i++) {
        done = write_slice(h, 30000);
        written += done.samples;
    }
    CHECK("a day of five seconds", written / 6 >= 17280 && written / 6 <= 17280 + 24);
    CHECK("now", done.until > oq_clock_now() - 5 * OQ_SECOND && !done.more);
}

static void test_only_where_it_belongs(void **state)
{
    house *h = *state;
    make_demo(h);
    plant(h, "ARAMCO_DEMO");
    int64_t width = (int64_t)signals_of(&demo_sites[0]);
    say(h, "UPDATE external_signal_mappings SET is_active = false WHERE external_tag = %s",
        "'PI:P-101.VIB'");
    CHECK("a mapping that is off is silent", write_slice(h, 1).samples == width - 1);
    say(h, "UPDATE series SET kind = 'measured' WHERE key = %s", "'P-101.temperature'");
    CHECK("never into a measured series", write_slice(h, 1).samples == width - 2);
    say(h, "UPDATE tenant_integrations SET is_active = false WHERE tenant_id = %s", tenant_a);
    CHECK("an integration that is off", write_slice(h, 1).samples == 0);
    say(h, "UPDATE tenant_integrations SET is_active = true WHERE tenant_id = %s", tenant_a);
    say(h, "UPDATE tenants SET is_demo = false WHERE id = %s", tenant_a);
    CHECK("not a demo", write_slice(h, 1).samples == 0);
}

/* How far back the first reading lies, in days. */
static int64_t days_back(house *h)
{
    write_slice(h, 1000);
    return testdb_number(h->db, "SELECT extract(day FROM now() - min(time_min))::int8"
                                " FROM series_batches");
}

static void test_days_of_history(void **state)
{
    house *h = *state;
    make_demo(h);
    plant_with(h, "ARAMCO_DEMO", 7);
    CHECK("as many as asked for", days_back(h) == 7);
    testdb_exec(h->db, "TRUNCATE series_batches;"
                       "UPDATE tenant_integrations SET config = config - 'history_days'");
    CHECK("a demo of an earlier version", days_back(h) == 90);
    testdb_exec(h->db,
                "TRUNCATE series_batches;"
                "UPDATE tenant_integrations SET config = config || '{\"history_days\": -5}'");
    CHECK("nonsense", days_back(h) == 90);
}

/* The truth as an answer is held against it: every fault that has begun, by the cause that a right
 * answer has, and when nothing shows of it any more. */
static void test_truth(void **state)
{
    house *h = *state;
    make_demo(h);
    plant_with(h, "ARAMCO_DEMO", 40);
    demo_written done;
    do
        done = write_slice(h, 4000000);
    while (done.more);
    demo_truth t;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(demo_truth_of(s, oq_now(s) - 50 * OQ_DAY, oq_now(s) + OQ_DAY, &t));
    assert_int_equal(t.count, testdb_number(h->db, "SELECT count(*) FROM demo_faults"));
    size_t sensors = 0, mended = 0;
    for (size_t i = 0; i < t.count; i++) {
        const demo_true_fault *f = &t.at[i];
        bool is_sensor = oq_str_given(f->metric);
        CHECK("in order", i == 0 || f->begins >= t.at[i - 1].begins);
        CHECK("rests within", f->begins < f->rests && f->rests <= f->ends);
        CHECK("fails, then rests", f->fails == OQ_TIME_NONE || f->fails == f->rests);
        CHECK("of a sensor", is_sensor == oq_str_starts(f->cause, OQ_STR("sensor_")));
        CHECK("a mode, not a kind", !oq_str_eq(f->cause, OQ_STR("bearing_wear")));
        sensors += is_sensor;
        mended += !is_sensor && f->fails == OQ_TIME_NONE && f->rests < f->ends;
    }
    assert_true(sensors > 5 && mended > 3);
    CHECK_OK(demo_truth_of(s, oq_now(s) + OQ_DAY, oq_now(s) + 2 * OQ_DAY, &t));
    for (size_t i = 0; i < t.count; i++)
        CHECK("touches the span", t.at[i].ends > oq_now(s) + OQ_DAY);
    oq_scope_close(s);
}

static oq_us epoch_of(house *h)
{
    return testdb_number(h->db, "SELECT (extract(epoch FROM (config->>'begins_at')::timestamptz)"
                                " * 1000000)::int8 FROM tenant_integrations");
}

static void start_story(house *h)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(demo_start_story(s));
    house_commit(s);
}

/* Scores wait while the past is written; a demo that was off for days begins another story. */
static void test_started_again(void **state)
{
    house *h = *state;
    make_demo(h);
    plant_with(h, "ARAMCO_DEMO", 7);
    CHECK("scores wait",
          testdb_number(h->db, "SELECT count(*) FROM job_schedules WHERE kind = 'ai.score'"
                               " AND next_at > now() + interval '3 min'") == 1);
    oq_us first = epoch_of(h);
    start_story(h);
    CHECK("not before anything was written", epoch_of(h) == first);
    write_slice(h, signals_of(&demo_sites[0]) * 5 * 1440);
    start_story(h);
    oq_us second = epoch_of(h);
    CHECK("it was off for two days", second > first && second <= oq_clock_now());
    while (write_slice(h, 4000000).more)
        ;
    start_story(h);
    CHECK("it was not off", epoch_of(h) == second);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup(test, house_reset)
    const struct CMUnitTest tests[] = {
        EACH(test_made_once), EACH(test_costs_and_shifts), EACH(test_days_of_history),
        EACH(test_slices),    EACH(test_reaches_now),      EACH(test_only_where_it_belongs),
        EACH(test_truth),     EACH(test_started_again),
    };
    return cmocka_run_group_tests_name("demoplant", tests, house_open, house_close);
}
