/* Recipes over small files made here, and examples/azure-pdm.json over its real files, where these
 * are beside the checkout. */
#include "recipe/recipe.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/csv.h"
#include "historian/read.h"
#include "recipe/source.h"
#include "integration/recipe_place.h"
#include "support/house.h"

#include "base/banned.h"

enum { STEPS_MAX = 40, TEXT_MAX_BYTES = 1 << 20, REFUSED_TEXT = 4000 };

/* --- the house ----------------------------------------------------------------------------------*/

static int reset(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "TRUNCATE series, series_counters, series_batches, series_chunks,"
                       " series_open, series_last, series_history, imports, blackbox_events,"
                       " work_orders, sites CASCADE");
    testdb_exec(h->db, "TRUNCATE asset_classes CASCADE");
    return house_reset(state);
}

static char folder[] = "/tmp/optria-recipe-XXXXXX";

static void put_file(const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
}

static oq_str read_file(house *h, const char *path)
{
    FILE *in = fopen(path, "re");
    assert_non_null(in);
    char *text = oq_alloc(h->arena, TEXT_MAX_BYTES);
    size_t len = fread(text, 1, TEXT_MAX_BYTES, in);
    fclose(in);
    return oq_strn(text, len);
}

/* What one run did, and which rows it would not take. */
typedef struct outcome {
    recipe_counts step[STEPS_MAX], all;
    char refused[REFUSED_TEXT]; /* sentences, one per line */
    int64_t progress;
} outcome;

static void note_refused(void *arg, const oq_err *err)
{
    outcome *o = arg;
    oq_arena *arena = oq_arena_open(0);
    oq_str why = err->cause ? oq_cstr(err->cause->code) : OQ_STR("");
    size_t len = strlen(o->refused);
    snprintf(o->refused + len, sizeof o->refused - len, "%.*s %.*s\n",
             OQ_FMT(oq_err_sentence(arena, OQ_LANG_EN, err)), OQ_FMT(why));
    oq_arena_close(arena);
}

static void note_progress(void *arg, const recipe_progress *p)
{
    outcome *o = arg;
    assert_true(p->share >= 0 && p->share <= 1);
    o->progress++;
}

static oq_err *run_recipe(house *h, oq_str json, const char *data, bool dry_run, outcome *ret)
{
    recipe *r;
    *ret = (outcome){0};
    OQ_TRY(recipe_read(h->arena, json, &r));
    assert_true(recipe_steps(r) <= STEPS_MAX);
    oq_err *err =
        recipe_run(r,
                   &(recipe_order){.pool = h->pool,
                                   .tenant_id = house_tenant(ADMIN_A),
                                   .actor = {.kind = ACTOR_SYSTEM,
                                             .label = OQ_STR("test"),
                                             .caps = oq_caps_of_role(ROLE_PLATFORM_OWNER)},
                                   .request_id = OQ_STR("test"),
                                   .data = oq_cstr(data),
                                   .dry_run = dry_run,
                                   .arg = ret,
                                   .progress = note_progress,
                                   .refused = note_refused},
                   ret->step);
    for (size_t i = 0; i < recipe_steps(r); i++) {
        ret->all.rows += ret->step[i].rows;
        ret->all.samples += ret->step[i].samples;
        ret->all.added += ret->step[i].added;
        ret->all.changed += ret->step[i].changed;
        ret->all.same += ret->step[i].same;
        ret->all.refused += ret->step[i].refused;
    }
    return err;
}

static oq_err *run_text(house *h, const char *json, outcome *ret)
{
    return run_recipe(h, oq_cstr(json), folder, false, ret);
}

#define PLANT                                                                                      \
    "{\"kind\":\"records\",\"of\":\"sites\",\"rows\":[{\"code\":\"S\",\"name\":\"Site\"}]},"       \
    "{\"kind\":\"records\",\"of\":\"asset-classes\",\"rows\":[{\"code\":\"c\",\"name\":\"C\"}]},"  \
    "{\"kind\":\"records\",\"of\":\"class-metrics\",\"rows\":[{\"class\":\"c\",\"metric\":"        \
    "\"label\",\"name\":\"Label\",\"unit\":\"1\",\"is_state\":true}]},"                            \
    "{\"kind\":\"records\",\"of\":\"assets\",\"file\":\"machines.csv\",\"set\":{\"code\":"         \
    "\"M-{id}\",\"name\":\"{{{id}}}\",\"site\":\"S\",\"class\":\"c\",\"installed_on\":"            \
    "{\"of\":\"{age}\",\"is\":{\"1\":\"2014-01-01\"},\"else\":\"2000-01-01\"}}},"                  \
    "{\"kind\":\"records\",\"of\":\"components\",\"file\":\"machines.csv\",\"each\":"              \
    "{\"k\":[1,2]},\"set\":{\"asset\":\"M-{id}\",\"code\":\"k{k}\",\"name\":\"Part {k}\"}}"
#define RECIPE(steps) "{\"name\":\"t\",\"steps\":[" steps "]}"

static void put_machines(void)
{
    put_file("machines.csv", "id,age\n1,1\n2,9\n");
}

/* --- records ------------------------------------------------------------------------------------*/

static void test_records(void **state)
{
    house *h = *state;
    outcome o;
    put_machines();
    CHECK_OK(run_recipe(h, OQ_STR(RECIPE(PLANT)), folder, true, &o));
    assert_int_equal(o.all.added, 9);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM sites"), 0);
    CHECK_OK(run_text(h, RECIPE(PLANT), &o));
    assert_int_equal(o.all.added, 9);
    assert_true(o.progress > 0);
    CHECK_STR("assets",
              oq_cstr(testdb_value(h->db, "SELECT string_agg(concat_ws(' ', a.code, a.name,"
                                          " a.installed_on, c.code), ', ' ORDER BY a.code)"
                                          " FROM assets a JOIN asset_classes c"
                                          " ON c.id = a.class_id")),
              "M-1 {1} 2014-01-01 c, M-2 {2} 2000-01-01 c");
    CHECK_STR("components",
              oq_cstr(testdb_value(h->db, "SELECT string_agg(a.code || '/' || c.code, ' '"
                                          " ORDER BY a.code, c.code) FROM asset_components c"
                                          " JOIN assets a ON a.id = c.asset_id")),
              "M-1/k1 M-1/k2 M-2/k1 M-2/k2");
    int64_t audited = testdb_number(h->db, "SELECT count(*) FROM audit_logs");
    CHECK_OK(run_text(h, RECIPE(PLANT), &o));
    assert_int_equal(o.all.added + o.all.changed, 0);
    assert_int_equal(o.all.same, 9);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM audit_logs"), audited);
    put_file("machines.csv", "id,age\n1,2\n2,9\n3,1\n");
    CHECK_OK(run_text(h, RECIPE(PLANT), &o));
    assert_int_equal(o.all.added, 3);
    assert_int_equal(o.all.changed, 1);
}

/* --- series -------------------------------------------------------------------------------------*/

#define SERIES                                                                                     \
    ",{\"kind\":\"series\",\"file\":\"t*.csv\",\"mapping\":{\"time\":\"when\",\"time_format\":"    \
    "\"DD/MM/YY HH\",\"time_zone\":\"Asia/Riyadh\",\"asset\":\"M-{id}\",\"texts\":{\"true\":1,"    \
    "\"false\":0},\"columns\":{\"v\":{\"unit\":\"V\"}}}}"

static int64_t samples_of(house *h, const char *key, samples *ret)
{
    char sql[200];
    hist_points p;
    snprintf(sql, sizeof sql, "SELECT no FROM series WHERE key = '%s'", key);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(hist_read(s, (int32_t)testdb_number(h->db, sql),
                       (hist_span){0, oq_clock_now(), OQ_TIME_NONE}, HIST_POINTS_MAX, false, false,
                       &p));
    oq_scope_close(s);
    *ret = p.samples;
    return (int64_t)p.samples.count;
}

static void test_series(void **state)
{
    house *h = *state;
    outcome o;
    samples got;
    put_machines();
    put_file("t1.csv", "when,id,v,label\n"
                       "06/01/14 00,1,1.5,false\n"
                       "06/01/14 01,1,,true\n"
                       "31/02/14 03,1,7,true\n"
                       "06/01/14 04,1,seven,true\n"
                       "06/01/14 05,1\n"
                       "\n"
                       "06/01/14 06,2,2.5,0\n");
    put_file("t2.csv", "when;id;v;label\n06/01/14 07;1;3.5;1\n");
    CHECK_OK(run_text(h, RECIPE(PLANT SERIES), &o));
    assert_int_equal(o.all.samples, 8);
    assert_int_equal(o.all.refused, 3);
    CHECK_STR("refused", oq_cstr(o.refused),
              "t1.csv, line 4: recipe.cell\n"
              "t1.csv, line 5: recipe.cell\n"
              "t1.csv, line 6: recipe.cell\n");
    assert_int_equal(samples_of(h, "M-1.v", &got), 2);
    assert_true(got.time[0] == INT64_C(1388955600) * OQ_SECOND); /* midnight in Riyadh */
    assert_true(got.value[0] == 1.5 && got.value[1] == 3.5);
    assert_int_equal(samples_of(h, "M-1.label", &got), 4);
    assert_true(got.value[0] == 0 && got.value[1] == 1 && got.value[3] == 1);
    CHECK_STR("the class's",
              oq_cstr(testdb_value(h->db, "SELECT string_agg(concat_ws(' ', key, unit,"
                                          " is_state), ', ' ORDER BY key)"
                                          " FROM series WHERE asset_id IS NOT NULL")),
              "M-1.label 1 t, M-1.v V f, M-2.label 1 t, M-2.v V f");
    CHECK_OK(run_text(h, RECIPE(PLANT SERIES), &o));
    assert_int_equal(o.all.samples, 0);
    assert_int_equal(o.step[5].files_known, 2);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM series_batches"), 2);
    put_file("t2.csv", "when;id;v;label\n06/01/14 07;1;4.5;1\n"); /* another file now */
    CHECK_OK(run_text(h, RECIPE(PLANT SERIES), &o));
    assert_int_equal(o.all.samples, 2);
    assert_int_equal(samples_of(h, "M-1.v", &got), 2);
    assert_true(got.value[1] == 4.5);
}

static void test_made_up_times(void **state)
{
    house *h = *state;
    outcome o;
    samples got;
    put_file("w.csv", "x\n1\n2\n3\n");
    CHECK_OK(run_text(h,
                      RECIPE("{\"kind\":\"series\",\"file\":\"w.csv\",\"mapping\":{"
                             "\"start\":\"2020-01-01T00:00:00Z\",\"step_s\":60,"
                             "\"asset\":\"A\"}}"),
                      &o));
    assert_int_equal(samples_of(h, "A.x", &got), 3);
    assert_true(got.time[2] == INT64_C(1577836920) * OQ_SECOND && got.value[2] == 3);
}

/* --- events and orders --------------------------------------------------------------------------*/

static void test_events_and_orders(void **state)
{
    house *h = *state;
    outcome o;
    put_machines();
    put_file("e.csv", "t,id,what\n"
                      "2015-01-03 07:00:00,1,hot\n"
                      "2015-01-03 08:00:00,7,hot\n"
                      "2015-01-03 09:00:00,2,\"a \"\"b\"\"\"\n");
    static const char json[] =
        "{\"name\":\"t\",\"tables\":{\"bad\":{\"file\":\"e.csv\",\"key\":\"{id}/{what}\","
        "\"value\":\"corrective\"}},\"steps\":[" PLANT
        ",{\"kind\":\"events\",\"file\":\"e.csv\",\"set\":{\"time\":\"{t}\",\"source_id\":"
        "\"{what}:{id}\",\"severity\":\"WARNING\",\"category\":\"ALERT\",\"asset\":\"M-{id}\","
        "\"summary\":\"{what} ({file} {line})\",\"payload\":{\"what\":\"{what}\",\"n\":7}}},"
        "{\"kind\":\"work_orders\",\"file\":\"machines.csv\",\"set\":{\"number\":\"W{id}\","
        "\"source_id\":\"{id}\",\"asset\":\"M-{id}\",\"component\":\"k1\",\"title\":\"Do {id}\","
        "\"kind\":{\"of\":\"{id}/hot\",\"table\":\"bad\",\"else\":\"preventive\"}}}]}";
    CHECK_OK(run_text(h, json, &o));
    CHECK_STR("refused", oq_cstr(o.refused), "e.csv, line 3: recipe.asset_unknown\n");
    CHECK_STR("events",
              oq_cstr(testdb_value(h->db, "SELECT string_agg(concat_ws(' ', a.code, event_time AT"
                                          " TIME ZONE 'UTC', severity, payload ->> 'what',"
                                          " payload ->> 'n', summary), ' | ' ORDER BY event_time)"
                                          " FROM blackbox_events e"
                                          " LEFT JOIN assets a ON a.id = e.asset_id")),
              "M-1 2015-01-03 07:00:00 WARNING hot 7 hot (e.csv 2) | "
              "M-2 2015-01-03 09:00:00 WARNING a \"b\" 7 a \"b\" (e.csv 4)");
    CHECK_STR("orders",
              oq_cstr(testdb_value(h->db, "SELECT string_agg(concat_ws(' ', w.number, w.kind,"
                                          " w.status, c.code), ' | ' ORDER BY w.number)"
                                          " FROM work_orders w"
                                          " JOIN asset_components c ON c.id = w.component_id")),
              "W1 corrective closed k1 | W2 preventive closed k1");
    CHECK_OK(run_text(h, json, &o));
    assert_int_equal(o.all.added, 0);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM blackbox_events"), 2);
}

/* --- mistakes -----------------------------------------------------------------------------------*/

#define EVENT(more)                                                                                \
    RECIPE("{\"kind\":\"events\",\"file\":\"e.csv\",\"set\":{\"time\":\"{t}\",\"source_id\":"      \
           "\"x\",\"category\":\"ALERT\",\"summary\":\"s\"," more "}")

static void test_broken_recipes(void **state)
{
    house *h = *state;
    static const struct {
        const char *json, *code, *field;
    } row[] = {
        {"{\"name\":", "json.malformed", NULL},
        {"[]", "recipe.type", ""},
        {"{\"name\":\"t\",\"name\":\"u\"}", "field.duplicate", "name"},
        {"{\"name\":\"t\"}", "recipe.missing", "steps"},
        {"{\"name\":\"t\",\"steps\":[]}", "recipe.missing", "steps"},
        {"{\"name\":\"t\",\"stpes\":[]}", "recipe.unknown", "stpes"},
        {RECIPE("{\"kind\":\"event\"}"), "recipe.not_one_of", "steps[0].kind"},
        {RECIPE("{\"kind\":\"records\",\"of\":\"asset\",\"rows\":[{}]}"), "recipe.not_one_of",
         "steps[0].of"},
        {RECIPE("{\"kind\":\"records\",\"of\":\"assets\",\"rows\":[{\"site_id\":\"S\"}]}"),
         "recipe.unknown", "steps[0].set.site_id"},
        {EVENT("\"severity\":\"WARNING\",\"sevrity\":\"x\"}"), "recipe.unknown",
         "steps[0].set.sevrity"},
        {EVENT("\"severity\":\"BAD\"}"), "recipe.not_one_of", "steps[0].set.severity"},
        {EVENT("\"asset\":\"A\"}"), "recipe.missing", "steps[0].set.severity"},
        {EVENT("\"severity\":\"{x\"}"), "recipe.template", "steps[0].set.severity"},
        {EVENT("\"severity\":\"x}\"}"), "recipe.template", "steps[0].set.severity"},
        {EVENT("\"severity\":\"{ }\"}"), "recipe.template", "steps[0].set.severity"},
        {EVENT("\"severity\":{\"of\":\"{a}\",\"table\":\"no\"}}"), "recipe.table_unknown",
         "steps[0].set.severity.table"},
        {EVENT("\"severity\":[1]}"), "recipe.type", "steps[0].set.severity"},
        {EVENT("\"severity\":\"WARNING\"},\"time_format\":\"HH:mm\""), "import.time_format",
         "steps[0].time_format"},
        {EVENT("\"severity\":\"WARNING\"},\"time_zone\":\"Mars\""), "import.time_zone",
         "steps[0].time_zone"},
        {EVENT("\"severity\":\"WARNING\"},\"only\":[{\"of\":\"{t}\"}]"), "recipe.one_test",
         "steps[0].only[0]"},
        {RECIPE("{\"kind\":\"events\",\"file\":\"../e.csv\",\"set\":{}}"), "recipe.file_outside",
         "steps[0].file"},
        {RECIPE("{\"kind\":\"events\",\"file\":\"/e.csv\",\"set\":{}}"), "recipe.file_outside",
         "steps[0].file"},
        {RECIPE("{\"kind\":\"series\",\"file\":\"e.csv\"}"), "recipe.missing", "steps[0].mapping"},
        {RECIPE("{\"kind\":\"series\",\"file\":\"e.csv\",\"mapping\":{\"tme\":\"t\"}}"),
         "field.unknown", "steps[0].mapping.tme"},
        /* What only the files tell. */
        {EVENT("\"severity\":\"WARNING\"},\"file\":\"none.csv\""), "field.duplicate", "file"},
        {EVENT("\"severity\":\"{sev}\"}"), "recipe.column_unknown", "steps[0].set.severity"},
        {RECIPE("{\"kind\":\"records\",\"of\":\"sites\",\"file\":\"none.csv\",\"set\":{}}"),
         "import.file_unreadable", NULL},
        {RECIPE("{\"kind\":\"records\",\"of\":\"sites\",\"file\":\"n*.csv\",\"set\":{}}"),
         "recipe.nothing_matches", "steps[0]"},
        {RECIPE("{\"kind\":\"records\",\"of\":\"sites\",\"file\":\"empty.csv\",\"set\":{}}"),
         "import.empty", NULL},
        {RECIPE("{\"kind\":\"records\",\"of\":\"sites\",\"file\":\"cut.gz\",\"set\":{}}"),
         "import.gzip_cut", NULL},
        {RECIPE("{\"kind\":\"records\",\"of\":\"sites\",\"rows\":[{\"code\":\"S\"}]}"),
         "recipe.row", NULL},
        {RECIPE("{\"kind\":\"records\",\"of\":\"units\",\"rows\":[{\"code\":\"U\",\"name\":\"U\","
                "\"kind\":\"area\",\"site\":\"no\"}]}"),
         "recipe.row", NULL},
    };
    put_file("e.csv", "t,a\n2015-01-01 00:00:00,1\n");
    put_file("empty.csv", "");
    put_file("cut.gz", "\x1f\x8b\x08\x01\x01\x01\x01\x01\x01\x03\x4b");
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        outcome o;
        oq_err *err = run_text(h, row[i].json, &o);
        CHECK_CODE(row[i].json, err, row[i].code);
        if (row[i].field)
            CHECK_STR(row[i].json, oq_cstr(err->field), row[i].field);
    }
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM sites"), 0);
}

/* --- real data ----------------------------------------------------------------------------------*/

/* Counts and sums of a telemetry file, by machine and column; the files name machines 1 to 70. */
enum { MACHINES = 70, COLUMNS = 4 };
typedef struct totals {
    int64_t rows[MACHINES + 1], all;
    double sum[MACHINES + 1][COLUMNS];
    double first[COLUMNS]; /* of machine 1 */
} totals;

static void add_row(totals *t, const oq_csv_row *row)
{
    int64_t machine;
    assert_true(oq_parse_i64(row->cell[1], &machine) && machine > 0 && machine <= MACHINES);
    for (size_t c = 0; c < COLUMNS; c++) {
        double value;
        assert_true(oq_parse_f64(row->cell[2 + c], &value));
        t->sum[machine][c] += value;
        if (machine == 1 && !t->rows[1])
            t->first[c] = value;
    }
    t->rows[machine]++;
    t->all++;
}

static void add_up(const char *data, const char *name, totals *t)
{
    enum { PIECE = 1 << 20 };
    source *f;
    char path[1100];
    snprintf(path, sizeof path, "%s/%s", data, name);
    char *buffer = malloc(2 * PIECE);
    assert_non_null(buffer);
    CHECK_OK(source_open(path, &f));
    oq_csv_reader *r = oq_csv_open(&(oq_csv_options){0});
    oq_str rest = {buffer, 0};
    bool is_head = true;
    for (size_t len = 1; len;) {
        memmove(buffer, rest.ptr, rest.len);
        CHECK_OK(source_read(f, buffer + rest.len, PIECE, &len));
        rest = oq_strn(buffer, rest.len + len);
        oq_csv_row row;
        for (bool is_row = true; is_row;) {
            CHECK_OK(oq_csv_next(r, &rest, !len, &row, &is_row));
            if (is_row && !is_head)
                add_row(t, &row);
            is_head = false;
        }
    }
    oq_csv_close(r);
    source_close(f);
    free(buffer);
}

static void check_series(house *h, const totals *t, const char *suffix)
{
    static const char *const column[] = {"volt", "rotate", "pressure", "vibration"};
    for (int machine = 1; machine <= MACHINES; machine++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            char key[60];
            samples got;
            oq_mark mark = oq_arena_mark(h->arena);
            snprintf(key, sizeof key, "M-%d.%s%s", machine, column[c], suffix);
            if (samples_of(h, key, &got) != t->rows[machine])
                fail_msg("%s: %zu samples, the file has %lld", key, got.count,
                         (long long)t->rows[machine]);
            double sum = 0;
            for (size_t i = 0; i < got.count; i++)
                sum += got.value[i];
            if (fabs(sum - t->sum[machine][c]) > 1e-9 * fabs(sum))
                fail_msg("%s: mean %.12g, of the file %.12g", key, sum / (double)got.count,
                         t->sum[machine][c] / (double)t->rows[machine]);
            if (machine == 1 && got.value[0] != t->first[c])
                fail_msg("%s: first %.17g, of the file %.17g", key, got.value[0], t->first[c]);
            oq_arena_rewind(h->arena, mark);
        }
    }
}

static void check_number(house *h, int64_t wanted, const char *sql)
{
    int64_t got = testdb_number(h->db, sql);
    if (got != wanted)
        fail_msg("%s: wanted %lld, got %lld", sql, (long long)wanted, (long long)got);
}

static void check_history(house *h)
{
    check_number(h, 70, "SELECT count(*) FROM assets");
    check_number(h, 280, "SELECT count(*) FROM asset_components");
    check_number(h, 16, "SELECT count(*) FROM asset_failure_modes");
    check_number(h, 560, "SELECT count(*) FROM series WHERE asset_id IS NOT NULL");
    check_number(h, 2705,
                 "SELECT count(*) FROM blackbox_events WHERE event_category = 'ALERT'"
                 " AND severity = 'WARNING' AND asset_id IS NOT NULL");
    check_number(h, 508,
                 "SELECT count(*) FROM blackbox_events WHERE event_category = 'FAILURE'"
                 " AND severity = 'CRITICAL' AND asset_id IS NOT NULL");
    check_number(h, 2319,
                 "SELECT count(*) FROM work_orders WHERE asset_id IS NOT NULL"
                 " AND component_id IS NOT NULL");
    check_number(h, 498,
                 "SELECT count(*) FROM work_orders WHERE kind = 'corrective'"
                 " AND priority = 'high'");
    CHECK_STR("installed 18 years before 2015",
              oq_cstr(testdb_value(h->db, "SELECT installed_on || ' ' || model FROM assets"
                                          " WHERE code = 'M-1'")),
              "1997-01-01 model3");
    CHECK_STR("unit of the class",
              oq_cstr(testdb_value(h->db, "SELECT unit FROM series WHERE key = 'M-7.rotate'")),
              "rpm");
    CHECK_STR(
        "the first failure",
        oq_cstr(testdb_value(h->db, "SELECT concat_ws(' ', a.code, payload ->> 'component')"
                                    " FROM blackbox_events e JOIN assets a ON a.id ="
                                    " e.asset_id WHERE event_category = 'FAILURE' AND event_time ="
                                    " '2015-01-05 06:00Z' ORDER BY a.code LIMIT 1")),
        "M-1 comp4");
}

static void test_azure(void **state)
{
    house *h = *state;
    const char *shared = getenv("OPTRIA_SHARED");
    char data[1000];
    struct stat about;
    snprintf(data, sizeof data, "%s/data/azure-pdm", shared ? shared : "");
    if (stat(data, &about)) {
        print_message("no data beside the checkout (%s): azure-pdm is not tried\n", data);
        skip();
    }
    static totals hourly, daily;
    outcome o;
    oq_str json = read_file(h, EXAMPLES "/azure-pdm.json");
    CHECK_OK(run_recipe(h, json, data, false, &o));
    assert_int_equal(o.all.refused, 0);
    assert_int_equal(o.all.samples, 101632 * 4 + 25550 * 4);
    add_up(data, "PdM_telemetry_hourly.csv.gz", &hourly);
    add_up(data, "PdM_telemetry_daily.csv.gz", &daily);
    assert_int_equal(hourly.all, 101632);
    assert_int_equal(daily.all, 25550);
    check_series(h, &hourly, "");
    check_series(h, &daily, "_daily_mean");
    check_history(h);
    int64_t audited = testdb_number(h->db, "SELECT count(*) FROM audit_logs");
    CHECK_OK(run_recipe(h, json, data, false, &o));
    assert_int_equal(o.all.samples + o.all.added + o.all.changed, 0);
    check_history(h);
    check_number(h, audited, "SELECT count(*) FROM audit_logs");
}

/* The small plant that newcomers begin with: its records come by the page, the rest by its recipe. */
static void test_the_first_plant(void **state)
{
    house *h = *state;
    outcome o;
    testdb_exec(h->db,
                "INSERT INTO sites (tenant_id, id, code, name, created_at, updated_at) VALUES"
                " ('0a000000-0000-0000-0000-000000000000', '51000000-0000-0000-0000-000000000000',"
                " 'JUB-1', 'Works', now(), now());"
                "INSERT INTO assets (tenant_id, id, site_id, code, name, created_at, updated_at)"
                " SELECT tenant_id, gen_random_uuid(), id, code_of, code_of, now(), now()"
                " FROM sites, unnest(ARRAY['FP-1', 'FP-2']) AS code_of");
    oq_str json = read_file(h, EXAMPLES "/first-plant/recipe.json");
    CHECK_OK(run_recipe(h, json, EXAMPLES "/first-plant", false, &o));
    CHECK_STR("nothing is refused", oq_cstr(o.refused), "");
    assert_int_equal(o.all.samples, 24 * 6);
    check_number(h, 6, "SELECT count(*) FROM series WHERE asset_id IS NOT NULL");
    check_number(h, 3, "SELECT count(*) FROM blackbox_events WHERE source_system = 'FIRST_PLANT'");
    check_number(h, 3, "SELECT count(*) FROM work_orders WHERE asset_id IS NOT NULL");
    CHECK_OK(run_recipe(h, json, EXAMPLES "/first-plant", false, &o));
    assert_int_equal(o.all.samples + o.all.added + o.all.changed, 0);
}

/* The others are read, and their steps known; whether their files agree is tried by hand. */
static void test_examples(void **state)
{
    house *h = *state;
    static const struct {
        const char *name;
        size_t steps;
    } row[] = {{"azure-pdm", 11}, {"skab", 11}, {"metropt3-windows", 10}, {"batadal", 5}};
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        recipe *r;
        oq_str path = oq_strf(h->arena, "%s/%s.json", EXAMPLES, row[i].name);
        CHECK_OK(recipe_read(h->arena, read_file(h, path.ptr), &r));
        CHECK_STR("name", recipe_name(r), row[i].name);
        assert_int_equal(recipe_steps(r), row[i].steps);
    }
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_records, reset),
        cmocka_unit_test_setup(test_series, reset),
        cmocka_unit_test_setup(test_made_up_times, reset),
        cmocka_unit_test_setup(test_events_and_orders, reset),
        cmocka_unit_test_setup(test_broken_recipes, reset),
        cmocka_unit_test_setup(test_the_first_plant, reset),
        cmocka_unit_test_setup(test_examples, reset),
        cmocka_unit_test_setup(test_azure, reset),
    };
    int failed = cmocka_run_group_tests(tests, house_open, house_close);
    static const char *const made[] = {"machines.csv", "t1.csv",    "t2.csv", "w.csv",
                                       "e.csv",        "empty.csv", "cut.gz"};
    for (size_t i = 0; i < OQ_COUNT(made); i++) {
        char path[300];
        snprintf(path, sizeof path, "%s/%s", folder, made[i]);
        unlink(path);
    }
    rmdir(folder);
    return failed;
}
