#include "base/csv.h"

#include "base/test.h"

/* What the reader makes of the only cell of a file. */
static bool read_back(oq_buf buf, const char *wanted)
{
    oq_csv_reader *r = oq_csv_open(&(oq_csv_options){.separator = ','});
    oq_csv_row row;
    bool is_row;
    oq_str text = oq_buf_view(&buf);
    CHECK_OK(oq_csv_next(r, &text, true, &row, &is_row));
    bool same = is_row ? row.count == 1 && oq_str_eq(oq_csv_plain(row.cell[0]), oq_cstr(wanted))
                       : wanted[0] == 0;
    oq_csv_close(r);
    return same;
}

static void test_cells(void **state)
{
    static const struct {
        const char *label, *in, *out;
    } row[] = {
        {"plain", "Pump 7", "Pump 7"},
        {"empty", "", ""},
        {"Arabic", "مضخة", "مضخة"},
        {"comma", "a,b", "\"a,b\""},
        {"semicolon, which is the comma of many locales", "a;b", "\"a;b\""},
        {"quotes", "say \"no\"", "\"say \"\"no\"\"\""},
        {"lines", "a\nb", "\"a\nb\""},
        {"outer blanks", " a ", "\" a \""},
        {"formula", "=1+1", "'=1+1"},
        {"plus", "+966 50", "'+966 50"},
        {"minus", "-a", "'-a"},
        {"a number is none", "-1.5e3", "-1.5e3"},
        {"a blank and a number", " -1", "\"' -1\""},
        {"at", "@SUM(A1)", "'@SUM(A1)"},
        {"tab", "\t=1", "\"'\t=1\""},
        {"carriage return", "\r=1", "\"'\r=1\""},
        {"blanks first", "  =1", "\"'  =1\""},
        {"formula with quotes", "=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""},
        {"sign in the middle", "a=b", "a=b"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        OQ_AUTO(oq_buf) buf = oq_buf_make(1000);
        oq_csv csv = oq_csv_to(&buf);
        oq_buf_clear(&buf);
        oq_csv_cell(&csv, oq_cstr(row[i].in));
        CHECK_STR(row[i].label, oq_buf_view(&buf), row[i].out);
        CHECK(row[i].label, read_back(buf, row[i].in));
    }
}

static void test_rows(void **state)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(1000);
    oq_csv csv = oq_csv_to(&buf);
    oq_csv_cell(&csv, OQ_STR("a"));
    oq_csv_cell(&csv, OQ_NONE);
    oq_csv_cell(&csv, OQ_STR("c"));
    oq_csv_end_row(&csv);
    oq_csv_cell(&csv, OQ_STR("d"));
    oq_csv_end_row(&csv);
    CHECK_STR("mark, commas, line ends", oq_buf_view(&buf),
              "\xef\xbb\xbf"
              "a,,c\r\nd\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
