/* optria import series, over a database: stored, refused, gone on, left alone. */
#include "recipe/series_import.h"

#include <fcntl.h>
#include <unistd.h>

#include "historian/read.h"
#include "historian/write.h"
#include "support/house.h"

#include "base/banned.h"

static char path[] = "/tmp/optria-import-XXXXXX";

static int open_house(void **state)
{
    int fd = mkstemp(path);
    close(fd);
    return fd < 0 ? -1 : house_open(state);
}

static int close_house(void **state)
{
    unlink(path);
    return house_close(state);
}

static int reset(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "TRUNCATE series, series_counters, series_batches, series_chunks,"
                       " series_open, series_last, series_history, imports CASCADE");
    return house_reset(state);
}

static void write_file(const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

typedef struct told {
    house *house;
    char text[2000];
} told;

static void note_refusal(void *self, const rows_refusal *r)
{
    told *t = self;
    size_t len = strlen(t->text);
    snprintf(t->text + len, sizeof t->text - len, "%lld %.*s %s\n", (long long)r->line,
             OQ_FMT(r->column), r->code);
}

static series_import_options options_of(house *h, const char *mapping, told *t)
{
    layout_order order;
    CHECK_CODE(mapping, layout_order_read(h->arena, oq_cstr(mapping), &order), NULL);
    *t = (told){.house = h};
    return (series_import_options){.pool = h->pool,
                                   .tenant_id = HOUSE_A,
                                   .actor = {.kind = ACTOR_SYSTEM,
                                             .label = OQ_STR("command line"),
                                             .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)},
                                   .lang = OQ_LANG_EN,
                                   .path = path,
                                   .order = order,
                                   .may_create = true,
                                   .problems_max = 1000,
                                   .self = t,
                                   .refused = note_refusal};
}

static series *series_of(house *h, const char *key)
{
    series *e;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(series_find_by_key(s, oq_cstr(key), &e));
    oq_scope_close(s);
    CHECK(key, e);
    return e;
}

static samples samples_of(house *h, const char *key)
{
    hist_points p;
    int32_t no = (int32_t)series_of(h, key)->no;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(hist_read(s, no, (hist_span){0, oq_clock_now() + OQ_DAY, OQ_TIME_NONE},
                       HIST_POINTS_MAX, false, false, &p));
    oq_scope_close(s);
    return p.samples;
}

static void test_stored(void **state)
{
    house *h = *state;
    told t;
    series_import_result r;
    write_file("time,P-1.flow,P-1.run\n100,1.5,1\n200,2.5,0\nbad,3,1\n300,x,1\n");
    series_import_options o = options_of(
        h, "{\"columns\":{\"P-1.flow\":{\"unit\":\"m3/h\"},\"P-1.run\":{\"state\":true}}}", &t);
    CHECK_OK(series_import(h->arena, &o, &r));
    assert_int_equal(r.state, IMPORT_DONE);
    assert_true(r.samples == 5 && r.refused == 2 && r.series == 2 && r.created == 2);
    CHECK_STR("refusals", oq_cstr(t.text),
              "4 time import.time_unreadable\n5 P-1.flow import.value_unreadable\n");
    CHECK_STR("unit", series_of(h, "P-1.flow")->unit, "m3/h");
    assert_true(series_of(h, "P-1.run")->is_state && !series_of(h, "P-1.flow")->is_state);
    samples got = samples_of(h, "P-1.flow");
    assert_true(got.count == 2 && got.value[1] == 2.5 && got.time[1] == 200 * OQ_SECOND);
    assert_int_equal(samples_of(h, "P-1.run").count, 3);
    assert_int_equal(
        testdb_number(h->db, "SELECT count(*) FROM audit_logs WHERE action = 'import.finished'"),
        1);
    CHECK_OK(series_import(h->arena, &o, &r));
    assert_true(r.state == IMPORT_DONE_BEFORE && r.samples == 0);
    o.again = true;
    CHECK_OK(series_import(h->arena, &o, &r));
    assert_true(r.state == IMPORT_DONE && r.samples == 5 && r.created == 0);
    assert_int_equal(samples_of(h, "P-1.flow").count, 2);
}

/* Units are converted, scales applied, and what is outside of the instrument is marked. */
static void test_converted(void **state)
{
    house *h = *state;
    told t;
    series_import_result r;
    write_file("time,T\n100,212\n200,32\n");
    series_import_options o = options_of(h, "{\"columns\":{\"T\":{\"unit\":\"degC\"}}}", &t);
    CHECK_OK(series_import(h->arena, &o, &r));
    testdb_exec(h->db, "UPDATE series SET instrument_max = 150");
    write_file("time,T\n300,212\n400,1000\n");
    o = options_of(h, "{\"columns\":{\"T\":{\"unit\":\"degF\"}}}", &t);
    CHECK_OK(series_import(h->arena, &o, &r));
    samples got = samples_of(h, "T");
    assert_int_equal(got.count, 4);
    assert_true(got.value[2] > 99.9999 && got.value[2] < 100.0001);
    assert_int_equal(samples_quality(&got, 3), QUALITY_UNITS_EXCEEDED);
    write_file("time,T\n500,1\n");
    o = options_of(h, "{\"columns\":{\"T\":{\"unit\":\"bar\"}}}", &t);
    CHECK_OK(series_import(h->arena, &o, &r));
    CHECK_STR("another thing", oq_cstr(t.text), "2 T unit.not_convertible\n");
    assert_true(r.samples == 0 && r.refused == 1);
}

static void test_not_created(void **state)
{
    house *h = *state;
    told t;
    series_import_result r;
    write_file("time,a,b\n100,1,2\n200,3,4\n");
    series_import_options o = options_of(h, "{}", &t);
    o.dry_run = true;
    CHECK_OK(series_import(h->arena, &o, &r));
    assert_true(r.state == IMPORT_TRIED && r.samples == 4 && r.created == 2);
    assert_int_equal(testdb_number(h->db, "SELECT (SELECT count(*) FROM series) +"
                                          " (SELECT count(*) FROM series_batches) +"
                                          " (SELECT count(*) FROM imports)"),
                     0);
    o = options_of(h, "{}", &t);
    o.may_create = false;
    CHECK_OK(series_import(h->arena, &o, &r));
    assert_true(r.samples == 0 && r.refused == 4 && r.problems == 2);
    CHECK_STR("told once", oq_cstr(t.text),
              "2 a import.series_unknown\n2 b import.series_unknown\n");
    write_file("time,a\nx,1\ny,2\nz,3\n");
    o = options_of(h, "{}", &t);
    o.problems_max = 2;
    CHECK_CODE("too many", series_import(h->arena, &o, &r), "import.too_many_problems");
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM imports WHERE status = 'failed'"),
                     1);
}

/* --- broken off --------------------------------------------------------------------------------*/

enum { LINES = 400 * 1000 };

static void write_long_file(void)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("time,a,b\n", f);
    for (int i = 1; i <= LINES; i++)
        fprintf(f, "%d,%d,%d\n", i, i, -i);
    fclose(f);
}

/* As a crash would: what was committed is there, nothing after it. */
static void stop_after_two(void *self, const series_import_result *so_far)
{
    told *t = self;
    if (so_far->samples >= 500 * 1000 && !t->text[0]) {
        testdb_exec(t->house->db, "UPDATE imports SET byte_offset = byte_offset + 1");
        t->text[0] = '!';
    }
}

static void test_goes_on(void **state)
{
    house *h = *state;
    told t;
    series_import_result r;
    write_long_file();
    series_import_options o = options_of(h, "{}", &t);
    o.progress = stop_after_two;
    CHECK_CODE("another one", series_import(h->arena, &o, &r), "import.taken_over");
    testdb_exec(h->db, "UPDATE imports SET byte_offset = byte_offset - 1");
    int64_t stored = testdb_number(h->db, "SELECT sum(samples) FROM series_batches");
    assert_true(stored >= 500 * 1000 && stored < 2 * LINES);
    assert_int_equal(testdb_number(h->db, "SELECT samples FROM imports"), stored);
    o = options_of(h, "{}", &t);
    CHECK_OK(series_import(h->arena, &o, &r));
    assert_true(r.is_resumed && r.state == IMPORT_DONE);
    assert_int_equal(r.samples, 2 * LINES - stored);
    assert_int_equal(testdb_number(h->db, "SELECT sum(samples) FROM series_batches"), 2 * LINES);
    assert_int_equal(testdb_number(h->db, "SELECT samples FROM imports"), 2 * LINES);
    samples got = samples_of(h, "b");
    assert_int_equal(got.count, LINES);
    for (size_t i = 0; i < got.count; i++)
        CHECK("value",
              got.value[i] == -(double)(i + 1) && got.time[i] == (oq_us)(i + 1) * OQ_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_stored, reset),
        cmocka_unit_test_setup(test_converted, reset),
        cmocka_unit_test_setup(test_not_created, reset),
        cmocka_unit_test_setup(test_goes_on, reset),
    };
    return cmocka_run_group_tests(tests, open_house, close_house);
}
