/* Files of every make into rows: what is read, what is refused and why, and going on anywhere. */
#include "recipe/rows.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/test.h"

static oq_arena *arena;
static char path[] = "/tmp/optria-rows-XXXXXX";

static int set_up(void **state)
{
    arena = oq_arena_open(0);
    int fd = mkstemp(path);
    close(fd);
    return fd < 0;
}

static int tear_down(void **state)
{
    unlink(path);
    oq_arena_close(arena);
    return 0;
}

static void write_file(const void *bytes, size_t len)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    fclose(f);
}

static layout_order order_of(const char *json)
{
    layout_order order;
    CHECK_CODE(json, layout_order_read(arena, oq_cstr(json), &order), NULL);
    return order;
}

static rows_options options_of(const char *json)
{
    return (rows_options){.path = path,
                          .order = order_of(json),
                          .lang = OQ_LANG_EN,
                          .latest = INT64_C(4102444800) * OQ_SECOND};
}

/* "key unit seconds=value" for each sample, "!line column value code" for each refusal. */
static void describe(const rows_portion *p, oq_buf *out, oq_str *keys, size_t *known)
{
    for (size_t i = 0; i < p->names; i++)
        keys[(*known)++] =
            oq_strf(arena, "%.*s%s%.*s%s", OQ_FMT(p->name[i].key), p->name[i].unit.len ? " " : "",
                    OQ_FMT(p->name[i].unit), p->name[i].is_state ? " state" : "");
    for (size_t i = 0; i < p->count; i++) {
        const batch_row *r = &p->row[i];
        oq_buf_f(out, "%.*s %g=%g", OQ_FMT(keys[r->series_no - 1]), (double)r->time / OQ_SECOND,
                 r->value);
        if (r->quality)
            oq_buf_f(out, "/%08x", r->quality);
        oq_buf_char(out, '\n');
    }
    for (size_t i = 0; i < p->refusals; i++)
        oq_buf_f(out, "!%lld %.*s \"%.*s\" %s\n", (long long)p->refusal[i].line,
                 OQ_FMT(p->refusal[i].column), OQ_FMT(p->refusal[i].value), p->refusal[i].code);
}

static oq_str read_all(const rows_options *options, oq_err **ret_err)
{
    row_reader *r;
    rows_portion p;
    OQ_AUTO(oq_buf) out = oq_buf_make(1000000);
    oq_str keys[200];
    size_t known = 0;
    *ret_err = rows_open(options, &r);
    if (*ret_err)
        return OQ_NONE;
    rows_portion_open(&p, rows_layout(r)->values);
    do {
        *ret_err = rows_next(r, &p);
        if (!*ret_err)
            describe(&p, &out, keys, &known);
    } while (!*ret_err && !p.is_last);
    rows_portion_close(&p);
    rows_close(r);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static void test_read(void **state)
{
    static const struct {
        const char *label, *mapping, *file, *wanted;
    } row[] = {
        {"wide, guessed", "{}", "time,P-1.flow,P-1.p\n1970-01-01 00:00:10,1,2.5\n20,3,\n",
         "P-1.flow 10=1\nP-1.p 10=2.5\nP-1.flow 20=3\n"},
        {"long, guessed", "{}", "tag,timestamp,value\na.b,10,1\nc,20,2\na.b,30,3\n",
         "a.b 10=1\nc 20=2\na.b 30=3\n"},
        {"long with asset, quality and unit", "{}",
         "time;asset;metric;value;unit;quality\n10;P-1;flow;1;m3/h;0\n20;P-1;flow;2;m3/h;bad\n",
         "P-1.flow m3/h 10=1\nP-1.flow m3/h 20=2/80000000\n"},
        {"wide with an asset in a column",
         "{\"asset\":\"M-{id}\",\"columns\":{\"volt\":{\"metric\":\"voltage\",\"unit\":\"V\"}}}",
         "datetime,id,volt,rotate\n10,1,5,6\n10,2,7,8\n",
         "M-1.voltage V 10=5\nM-1.rotate 10=6\nM-2.voltage V 10=7\nM-2.rotate 10=8\n"},
        {"constant asset", "{\"asset\":\"T-1\"}", "time,level\n10,1\n", "T-1.level 10=1\n"},
        {"left out", "{\"columns\":{\"note\":null}}", "time,x,note\n10,1,hello\n", "x 10=1\n"},
        {"only what is named", "{\"others\":\"skip\",\"columns\":{\"y\":{}}}", "time,x,y\n10,1,2\n",
         "y 10=2\n"},
        {"own keys and states", "{\"columns\":{\"x\":{\"key\":\"A.b\",\"state\":true}}}",
         "time,x\n10,1\n", "A.b state 10=1\n"},
        {"decimal comma", "{\"decimal\":\"comma\"}", "time;x\n10;1,5\n20;-0,25\n30;1.5\n",
         "x 10=1.5\nx 20=-0.25\n!4 x \"1.5\" import.value_unreadable\n"},
        {"separators", "{\"separator\":\"tab\"}", "time\tx,y\n10\t1\n", "x,y 10=1\n"},
        {"two columns of time", "{\"time\":\"{d} {t}\"}",
         "d,t,x\n1970-01-02,00:00,1\n1970-01-02,00:01,2\n", "x 86400=1\nx 86460=2\n"},
        {"times by pattern and zone",
         "{\"time_format\":\"DD/MM/YY HH\",\"time_zone\":\"Asia/Riyadh\"}",
         "time,x\n01/01/70 03,1\n1/1/70 4,2\n", "x 0=1\nx 3600=2\n"},
        {"no times", "{\"start\":\"1970-01-01T00:01:00Z\",\"step_s\":10}", "x,y\n1,2\n\n3,oops\n",
         "x 60=1\ny 60=2\nx 80=3\n!4 y \"oops\" import.value_unreadable\n"},
        {"no names", "{\"header\":false,\"time\":\"1\",\"asset\":\"A\"}", "10,1,2\n20,3,4\n",
         "A.2 10=1\nA.3 10=2\nA.2 20=3\nA.3 20=4\n"},
        {"lines in front", "{\"skip_lines\":2}", "Export of 2026\n,,\ntime,x\n10,1\n", "x 10=1\n"},
        {"texts", "{\"texts\":{\"On\":1,\"Off\":0},\"missing\":[\"I/O Timeout\"]}",
         "time,x\n10,On\n20, Off \n30,I/O Timeout\n40,NaN\n50,Broken\n",
         "x 10=1\nx 20=0\n!6 x \"Broken\" import.value_unreadable\n"},
        {"OPC UA and OPC DA", "{\"quality\":\"q\",\"quality_form\":\"opc_da\"}",
         "time,x,q\n10,1,192\n20,2,64\n30,3,0\n40,4,70000\n50,5,\n",
         "x 10=1\nx 20=2/40000000\nx 30=3/80000000\nx 50=5\n"
         "!5 q \"70000\" import.quality_unreadable\n"},
        {"codes", "{\"quality\":\"q\"}", "time,x,q\n10,1,0x40940000\n20,2,Good\n30,3,0xz\n",
         "x 10=1/40940000\nx 20=2\n!4 q \"0xz\" import.quality_unreadable\n"},
        {"quoted, CR LF, mark, end without line end", "{}",
         "\xef\xbb\xbf\"time\",\"x\"\r\n\"10\",\"1\"\r\n20,2", "x 10=1\nx 20=2\n"},
        {"a separator at each end", "{}", "time;x;\n10;1;\n20;2\n", "x 10=1\nx 20=2\n"},
        {"numbers", "{}", "time,x\n10,1e3\n20,+.5\n30,-7.\n40,0x10\n50,1e999\n60, 5 \n70,1 2\n",
         "x 10=1000\nx 20=0.5\nx 30=-7\nx 60=5\n!5 x \"0x10\" import.value_unreadable\n"
         "!6 x \"1e999\" sample.value_not_finite\n!8 x \"1 2\" import.value_unreadable\n"},
        {"broken lines", "{}",
         "time,x,y\n10,1,2\nnever,1,2\n20,3\n30,4,5,6\n3000-01-01,1,2\n40,\"a\"b,1\n50,7,8\n",
         "x 10=1\ny 10=2\nx 50=7\ny 50=8\n!3 time \"never\" import.time_unreadable\n"
         "!4  \"\" import.cells\n!5  \"\" import.cells\n!6  \"\" sample.time_out_of_range\n"
         "!7  \"\" csv.quote_misplaced\n"},
        {"names that cannot be", "{\"key\":\"{tag}\",\"value\":\"v\"}",
         "time,tag,v\n10,,1\n20,a,2\n30,,3\n", "a 20=2\n!2 v \"\" series.key_invalid\n"},
        {"a line end in quotes", "{\"columns\":{\"n\":null}}", "time,x,n\n10,1,\"a\nb\"\n20,y,\n",
         "x 10=1\n!4 x \"y\" import.value_unreadable\n"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_err *err;
        rows_options options = options_of(row[i].mapping);
        write_file(row[i].file, strlen(row[i].file));
        oq_str got = read_all(&options, &err);
        CHECK_CODE(row[i].label, err, NULL);
        CHECK_STR(row[i].label, got, row[i].wanted);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *mapping, *file, *code;
    } row[] = {
        {"{}", "", "import.empty"},
        {"{}", "a,b\n1,2\n", "import.no_time"},
        {"{}", "time,note\n1,2\n", NULL},
        {"{}", "time\n1\n", "import.no_values"},
        {"{\"time\":\"t\"}", "time,x\n1,2\n", "import.column_unknown"},
        {"{\"columns\":{\"y\":{}}}", "time,x\n1,2\n", "import.column_unknown"},
        {"{\"columns\":{\"x\":3}}", "time,x\n1,2\n", "import.columns_malformed"},
        {"{\"columns\":{\"x\":{\"scle\":3}}}", "time,x\n1,2\n", "import.columns_malformed"},
        {"{\"columns\":[1]}", "time,x\n1,2\n", "import.columns_malformed"},
        {"{\"key\":\"{x\"}", "time,x\n1,2\n", "import.braces"},
        {"{\"texts\":{\"On\":\"1\"}}", "time,x\n1,2\n", "import.texts_malformed"},
        {"{\"time_format\":\"Q\"}", "time,x\n1,2\n", "import.time_format"},
        {"{\"time_zone\":\"Mars\"}", "time,x\n1,2\n", "import.time_zone"},
        {"{}", "time,x,x\n1,2,3\n", "import.column_twice"},
        {"{}", "time,x\n1,\"2\n", "csv.quote_open"},
        {"{}", "\xff\xfet", "csv.utf16"},
        {"{\"skip_lines\":5}", "time,x\n1,2\n", "import.empty"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_err *err;
        rows_options options = options_of(row[i].mapping);
        write_file(row[i].file, strlen(row[i].file));
        read_all(&options, &err);
        CHECK_CODE(row[i].file, err, row[i].code);
    }
    layout_order order;
    CHECK_CODE("unknown field", layout_order_read(arena, OQ_STR("{\"tme\":\"x\"}"), &order),
               "field.unknown");
    CHECK_CODE("separator", layout_order_read(arena, OQ_STR("{\"separator\":\"ab\"}"), &order),
               "import.separator");
}

/* --- long files --------------------------------------------------------------------------------*/

enum { LINES = 300 * 1000 };

static oq_str long_file(void)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(64 * 1024 * 1024);
    oq_buf_lit(&out, "time,a,b\n");
    for (int i = 0; i < LINES; i++)
        if (i % 1000 == 7)
            oq_buf_f(&out, "%d,x,%d\n", i, i);
        else
            oq_buf_f(&out, "%d,%d,%d\n", i, i * 2, i);
    return oq_str_copy(arena, oq_buf_view(&out));
}

/* Reads from a place on; every portion is held against what the file says. Returns the places where
 * portions ended. */
static size_t check_from(rows_options options, int64_t samples_before, rows_portion *ends)
{
    row_reader *r;
    rows_portion p;
    size_t count = 0;
    int64_t sample = samples_before, refused = 0;
    CHECK_OK(rows_open(&options, &r));
    rows_portion_open(&p, 2);
    do {
        CHECK_OK(rows_next(r, &p));
        for (size_t i = 0; i < p.count; i++, sample++) {
            int64_t at = p.row[i].time / OQ_SECOND;
            bool is_b = p.row[i].value == (double)at && (at || i % 2);
            CHECK("value", is_b || p.row[i].value == (double)(2 * at));
        }
        for (size_t i = 0; i < p.refusals; i++)
            CHECK("line", (p.refusal[i].line - 2) % 1000 == 7);
        refused += p.refused;
        ends[count] = p;
        ends[count++].count = (size_t)sample;
    } while (!p.is_last);
    CHECK("all samples", sample == 2 * LINES - LINES / 1000);
    CHECK("line", p.line == LINES + 2);
    rows_portion_close(&p);
    rows_close(r);
    return count;
}

static void pack(oq_str text)
{
    gzFile f = gzopen(path, "w1");
    assert_int_equal(gzwrite(f, text.ptr, (unsigned)text.len), (int)text.len);
    gzclose(f);
}

static void test_goes_on(void **state)
{
    rows_portion end[16], again[16];
    oq_str text = long_file();
    for (int is_packed = 0; is_packed < 2; is_packed++) {
        if (is_packed)
            pack(text);
        else
            write_file(text.ptr, text.len);
        rows_options options = options_of("{}");
        size_t count = check_from(options, 0, end);
        assert_true(count > 2);
        for (size_t i = 0; i < count; i++) {
            options.offset = end[i].offset;
            options.line = end[i].line;
            CHECK("the rest", check_from(options, (int64_t)end[i].count, again) >= 1);
        }
    }
}

static void test_packed_broken(void **state)
{
    oq_err *err;
    rows_options options = options_of("{}");
    oq_str text = long_file();
    pack(text);
    FILE *f = fopen(path, "r+");
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    fclose(f);
    assert_int_equal(truncate(path, size / 2), 0);
    row_reader *r;
    rows_portion p;
    CHECK_OK(rows_open(&options, &r));
    rows_portion_open(&p, 2);
    while (!(err = rows_next(r, &p)) && !p.is_last)
        ;
    CHECK_CODE("cut", err, "import.gzip_cut");
    rows_portion_close(&p);
    rows_close(r);
    pack(text);
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, "\xff\xff\xff\xff\xff\xff", 6, 100), 6);
    close(fd);
    err = rows_open(&options, &r);
    CHECK_CODE("damaged", err, "import.gzip_broken");
    options.path = "/nowhere/at/all.csv";
    CHECK_CODE("missing", rows_open(&options, &r), "import.file_unreadable");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_packed_broken),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
