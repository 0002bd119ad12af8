#include "base/csv.h"

#include "base/test.h"

/* What a file reads as: "line:cell|cell" of each row, errors as "!code"; in pieces of `step`. */
static oq_str shown(oq_arena *arena, oq_csv_options options, oq_str file, size_t step)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(64 * 1024);
    oq_csv_reader *r = oq_csv_open(&options);
    oq_str rest = oq_strn(file.ptr, 0);
    bool is_over = false;
    for (size_t seen = 0; !is_over;) {
        bool is_last = seen + step >= file.len;
        rest.len += is_last ? file.len - seen : step;
        seen += step;
        for (bool is_row = true; is_row;) {
            oq_csv_row row;
            oq_err *err = oq_csv_next(r, &rest, is_last, &row, &is_row);
            if (err) {
                oq_buf_f(&out, "!%s@%.*s ", err->code,
                         OQ_FMT(err->arg_count ? err->arg[0].value : OQ_STR("")));
                is_row = strcmp(err->code, "csv.quote_misplaced") == 0 ||
                         strcmp(err->code, "csv.too_many_cells") == 0;
                is_over = !is_row;
                continue;
            }
            if (!is_row)
                break;
            oq_buf_f(&out, "%lld:", (long long)row.line);
            for (size_t i = 0; i < row.count; i++)
                oq_buf_f(&out, "%s%.*s", i ? "|" : "", OQ_FMT(row.cell[i]));
            oq_buf_char(&out, ' ');
        }
        is_over |= is_last;
    }
    oq_csv_close(r);
    return oq_str_copy(arena, oq_buf_view(&out));
}

#define FILE_AND(label, text, ...)                                                                 \
    {                                                                                              \
        label, OQ_STR_INIT(text), __VA_ARGS__                                                      \
    }

static const struct {
    const char *label;
    oq_str file;
    const char *wanted;
    oq_csv_options options;
} rows[] = {
    FILE_AND("plain", "a,b\nc,d\n", "1:a|b 2:c|d "),
    FILE_AND("no line end at the end", "a,b\nc,d", "1:a|b 2:c|d "),
    FILE_AND("CR LF", "a,b\r\nc,d\r\n", "1:a|b 2:c|d "),
    FILE_AND("a CR alone is text", "a\rb,c\n", "1:a\rb|c "),
    FILE_AND("byte order mark",
             "\xef\xbb\xbf"
             "a,b\n",
             "1:a|b "),
    FILE_AND("empty cells", ",,\na,\n", "1:|| 2:a| "),
    FILE_AND("a blank line", "a\n\nb\n", "1:a 2: 3:b "),
    FILE_AND("nothing", "", ""),
    FILE_AND("a mark alone", "\xef\xbb\xbf", ""),
    FILE_AND("quotes", "\"a,b\",\"c\"\n", "1:a,b|c "),
    FILE_AND("doubled quotes", "\"say \"\"no\"\"\",\"\"\"\"\n", "1:say \"no\"|\" "),
    FILE_AND("lines in quotes count", "\"a\nb\r\nc\",d\ne,f\n", "1:a\nb\r\nc|d 4:e|f "),
    FILE_AND("empty quotes", "\"\",\"\"\n", "1:| "),
    FILE_AND("quotes, CR LF", "\"a\",\"b\"\r\n\"c\"\r\n", "1:a|b 2:c "),
    FILE_AND("quotes at the very end", "a,\"b\"", "1:a|b "),
    FILE_AND("quotes and CR at the very end", "a,\"b\"\r", "1:a|b "),
    FILE_AND("a quote in the middle is text", "5\" pipe,x\n", "1:5\" pipe|x "),
    FILE_AND("semicolons", "a;b,c;d\n1;2;3\n", "1:a|b,c|d 2:1|2|3 "),
    FILE_AND("tabs", "a\tb\n1,5\t2\n", "1:a|b 2:1,5|2 "),
    FILE_AND("bars", "a|b|c\n", "1:a|b|c "),
    FILE_AND("separators in quotes do not count", "\"a,b,c\";d\n", "1:a,b,c|d "),
    FILE_AND("separator by order", "a;b\n", "1:a;b ", {.separator = ','}),
    FILE_AND("Arabic", "المضخة،أ,ب\n", "1:المضخة،أ|ب "),
    FILE_AND("long cells pass blocks of 16", "0123456789abcdef,0123456789abcdef0\nx,y\n",
             "1:0123456789abcdef|0123456789abcdef0 2:x|y "),
    FILE_AND("text behind quotes", "a\n\"b\"c,d\ne\n", "1:a !csv.quote_misplaced@2 3:e "),
    FILE_AND("text behind quotes with lines", "\"b\nb\"c,d\ne\n",
             "!csv.quote_misplaced@1 2:b\"c|d 3:e "),
    FILE_AND("quotes stay open", "a\n\"b\nc\n", "1:a !csv.quote_open@2 "),
    FILE_AND("too many cells", "a,b,c\nd\n", "!csv.too_many_cells@1 2:d ", {.cells_max = 2}),
    FILE_AND("just as many cells", "a,b\nd\n", "1:a|b 2:d ", {.cells_max = 2}),
    FILE_AND("a row too long", "abc\nabcdefghi\n", "1:abc !csv.row_too_long@2 ", {.row_max = 8}),
    FILE_AND("just as long", "abcdefg\nabcdefg\n", "1:abcdefg 2:abcdefg ", {.row_max = 8}),
    FILE_AND("a quoted row too long", "\"abc\ndefghi\"\n", "!csv.row_too_long@1 ", {.row_max = 8}),
    FILE_AND("UTF-16",
             "\xff\xfe"
             "a\0,\0",
             "!csv.utf16@ "),
};

static void test_rows(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(rows); i++)
        CHECK_STR(rows[i].label, shown(arena, rows[i].options, rows[i].file, SIZE_MAX / 2),
                  rows[i].wanted);
    oq_arena_close(arena);
}

/* However the text is cut, it reads the same. */
static void test_pieces(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < OQ_COUNT(rows); i++)
        for (size_t step = rows[i].file.ptr[0] == '\xff' ? 2 : 1; step < 12; step++)
            CHECK_STR(rows[i].label, shown(arena, rows[i].options, rows[i].file, step),
                      rows[i].wanted);
    oq_arena_close(arena);
}

static void test_separator(void **state)
{
    oq_csv_reader *r = oq_csv_open(&(oq_csv_options){0});
    oq_str text = OQ_STR("a;b\n");
    oq_csv_row row;
    bool is_row;
    assert_int_equal(oq_csv_separator(r), 0);
    CHECK_OK(oq_csv_next(r, &text, true, &row, &is_row));
    assert_int_equal(oq_csv_separator(r), ';');
    oq_csv_close(r);
}

static void test_plain(void **state)
{
    static const struct {
        const char *label, *in, *out;
    } row[] = {
        {"a formula's apostrophe goes", "'=1+1", "=1+1"},
        {"with blanks", "' -a", " -a"},
        {"others stay", "'tis", "'tis"},
        {"of a number it stays", "'-1", "'-1"},
        {"alone", "'", "'"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].label, oq_csv_plain(oq_cstr(row[i].in)), row[i].out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_separator),
        cmocka_unit_test(test_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
