#include "ingest/line.h"

#include <math.h>

#include "base/test.h"

static oq_arena *arena;

static int set_up(void **state)
{
    arena = oq_arena_open(0);
    return 0;
}

static int tear_down(void **state)
{
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}

/* A point in words: "series name=value,name=value @time", a text as '...', no time as @. */
static oq_str in_words(const line_point *p)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(100000);
    oq_buf_str(&out, p->series);
    for (size_t i = 0; i < p->count; i++) {
        const line_field *f = &p->field[i];
        oq_buf_f(&out, "%s%.*s=", i ? "," : " ", OQ_FMT(f->name));
        if (f->kind == LINE_NUMBER)
            oq_buf_f(&out, "%.17g", f->value);
        else
            oq_buf_f(&out, "%s%.*s", f->kind == LINE_TEXT ? "text" : "not finite ",
                     OQ_FMT(f->text));
    }
    oq_buf_lit(&out, " @");
    if (p->has_time)
        oq_buf_i64(&out, p->time);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static const char *code_of(const line_reader *r, line_flaw flaw)
{
    return flaw ? line_err(r, flaw)->code : NULL;
}

static void test_lines(void **state)
{
    static const struct {
        const char *text, *words; /* words NULL: the code of the flaw */
        const char *code;
    } row[] = {
        {"P-101 v=1 1700000000000000000", "P-101 v=1 @1700000000000000", NULL},
        {"P-101,sensor=DE,b=2 v=1.5,t=-81i,u=3u 1000", "P-101,sensor=DE,b=2 v=1.5,t=-81,u=3 @1",
         NULL},
        {"P v=1", "P v=1 @", NULL},
        {"P v=1 ", "P v=1 @", NULL},
        {"  P   v=1   5000   ", "P v=1 @5", NULL},
        {"P v=1 5000\r", "P v=1 @5", NULL},
        {"P v=1\r", "P v=1 @", NULL},
        {"P v=t,w=F,x=True,y=FALSE", "P v=1,w=0,x=1,y=0 @", NULL},
        {"P v=\"a b,c=\\\"d\\\" \",w=2 7000", "P v=text\"a b,c=\\\"d\\\" \",w=2 @7", NULL},
        {"P v=NaN,w=-Inf,x=+infinity,y=1e999",
         "P v=not finite NaN,w=not finite -Inf,x=not finite +infinity,y=not finite 1e999 @", NULL},
        {"P\\ 1\\,x,a\\=b=c\\ d f\\,g\\ =1", "P\\ 1\\,x,a\\=b=c\\ d f\\,g\\ =1 @", NULL},
        {"P\\\\ v=1", "P\\\\ v=1 @", NULL},
        {"مضخة,موقع=شرق ضغط=4.5 1000", "مضخة,موقع=شرق ضغط=4.5 @1", NULL},
        {"P v=1 -1", "P v=1 @-1", NULL},
        {"P v=1 -1000", "P v=1 @-1", NULL},
        {"P v=1 -1001", "P v=1 @-2", NULL},
        {"P v=1 9223372036854775807", "P v=1 @9223372036854775", NULL},
        {",a=b v=1", NULL, "line.measurement_missing"},
        {"P", NULL, "line.fields_missing"},
        {"P ", NULL, "line.fields_missing"},
        {"P\\", NULL, "line.fields_missing"},
        {"P\\\n", NULL, "line.fields_missing"},
        {"P,a=b", NULL, "line.fields_missing"},
        {"P v", NULL, "line.field_malformed"},
        {"P =1", NULL, "line.field_malformed"},
        {"P v=1,", NULL, "line.field_malformed"},
        {"P v=1,,w=2", NULL, "line.field_malformed"},
        {"P v w=1", NULL, "line.field_malformed"},
        {"P v=", NULL, "line.value_malformed"},
        {"P v=abc", NULL, "line.value_malformed"},
        {"P v=1.5i", NULL, "line.value_malformed"},
        {"P v=1x", NULL, "line.value_malformed"},
        {"P v=0x10", NULL, "line.value_malformed"},
        {"P v=1ii", NULL, "line.value_malformed"},
        {"P v=\"a\"b", NULL, "line.value_malformed"},
        {"P v=--1", NULL, "line.value_malformed"},
        {"P v=\"open", NULL, "line.text_open"},
        {"P v=\"open\\\"", NULL, "line.text_open"},
        {"P v=1 now", NULL, "line.time_malformed"},
        {"P v=1 1.5", NULL, "line.time_malformed"},
        {"P v=1 1 2", NULL, "line.time_malformed"},
        {"P v=1 99999999999999999999", NULL, "line.time_malformed"},
        {"P\tv=1", NULL, "line.control_character"},
        {"P\x01q v=1", NULL, "line.control_character"},
        {"P v\x02=1", NULL, "line.field_malformed"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        line_reader r = line_read(arena, oq_cstr(row[i].text), LINE_NS);
        line_point p;
        line_flaw flaw;
        CHECK(row[i].text, line_next(&r, &p, &flaw));
        const char *code = code_of(&r, flaw);
        if (row[i].code)
            CHECK_STR(row[i].text, oq_cstr(code), row[i].code);
        else
            CHECK_STR(row[i].text, flaw ? oq_cstr(code) : in_words(&p), row[i].words);
        CHECK(row[i].text, !line_next(&r, &p, &flaw));
    }
}

static void test_a_bad_line_does_not_spoil_the_next(void **state)
{
    static const char text[] = "# a comment\n"
                               "\n"
                               "A v=1\r\n"
                               "  \t \n"
                               "B v=x\n"
                               "C v=\"two\nlines\",w=2 5000\n"
                               "P v=\"a\nb\"c\n"
                               "D v=\"open\n"
                               "E v=5\n"
                               "#last\n"
                               "F v=6";
    static const struct {
        size_t number;
        const char *words; /* NULL: a flaw */
    } wanted[] = {
        {3, "A v=1 @"},  {5, NULL},       {6, "C v=text\"two\nlines\",w=2 @5"},
        {8, NULL},       {9, NULL},       {10, NULL},
        {11, "E v=5 @"}, {13, "F v=6 @"},
    };
    line_reader r = line_read(arena, oq_cstr(text), LINE_NS);
    for (size_t i = 0; i < OQ_COUNT(wanted); i++) {
        line_point p;
        line_flaw flaw;
        CHECK("there is one", line_next(&r, &p, &flaw));
        assert_int_equal(r.number, wanted[i].number);
        if (wanted[i].words)
            CHECK_STR("point", in_words(&p), wanted[i].words);
        else
            CHECK("flaw", flaw != LINE_OK);
    }
    line_point p;
    line_flaw flaw;
    CHECK("no more", !line_next(&r, &p, &flaw));
}

static void test_precision(void **state)
{
    static const struct {
        const char *precision, *time;
        oq_us at;
    } row[] = {
        {"ns", "1700000000123456789", 1700000000123456},
        {"n", "1999", 1},
        {"us", "1700000000123456", 1700000000123456},
        {"u", "7", 7},
        {"ms", "1700000000123", 1700000000123000},
        {"s", "1700000000", 1700000000000000},
        {"m", "28333333", 28333333 * OQ_MINUTE},
        {"h", "472222", 472222 * OQ_HOUR},
        {"s", "9223372036854775807", INT64_MAX},
        {"s", "-9223372036854775807", INT64_MIN + 1},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        int precision;
        line_point p;
        line_flaw flaw;
        CHECK(row[i].precision,
              oq_choice_value(line_precision_choices_v1, oq_cstr(row[i].precision), &precision));
        line_reader r =
            line_read(arena, oq_strf(arena, "P v=1 %s", row[i].time), (line_precision)precision);
        CHECK(row[i].time, line_next(&r, &p, &flaw) && !flaw);
        CHECK(row[i].time, p.time == row[i].at);
        CHECK_STR(row[i].time, p.time_text, row[i].time);
    }
    int precision;
    CHECK("version 2 has fewer", !oq_choice_value(line_precision_choices, OQ_STR("m"), &precision));
}

static void test_long_lines(void **state)
{
    enum { LONG = 10 * 1000 * 1000 };
    static const struct {
        const char *label, *begin, *fill;
    } row[] = {
        {"measurement", "", "aaaaaaaaaaaaaaaaaaa"},
        {"escapes", "", "\\ \\ \\ \\,"},
        {"fields", "P a=1", ",b=2"},
        {"text", "P a=\"", "text "},
        {"field name", "P ", "bbbbbbb"},
        {"digits", "P a=", "1234567890"},
    };
    OQ_AUTO(oq_buf) text = oq_buf_make(LONG * 2);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_buf_clear(&text);
        oq_buf_f(&text, "A v=1\n%s", row[i].begin);
        while (text.len < LONG)
            oq_buf_str(&text, oq_cstr(row[i].fill));
        oq_buf_lit(&text, "\nZ v=2\n");
        line_reader r = line_read(arena, oq_buf_view(&text), LINE_NS);
        line_point p;
        line_flaw flaw;
        CHECK(row[i].label, line_next(&r, &p, &flaw) && !flaw);
        CHECK(row[i].label, line_next(&r, &p, &flaw) && flaw);
        CHECK(row[i].label, line_err(&r, flaw) && r.number == 2);
        CHECK(row[i].label, line_next(&r, &p, &flaw) && !flaw && r.number == 3);
        CHECK_STR(row[i].label, p.series, "Z");
    }
    CHECK("memory stays flat", oq_arena_used(arena) < 10 * 1000 * 1000);
}

static void test_names_apart(void **state)
{
    static const struct {
        const char *series, *measurement, *tags, *code;
    } row[] = {
        {"P-101", "P-101", "", NULL},
        {"P-101,b=2,a=1", "P-101", "b:2 a:1 ", NULL},
        {"P\\ 1\\,x,a\\=b=c\\ d", "P 1,x", "a=b:c d ", NULL},
        {"P,a=b=c", "P", "a:b=c ", NULL},
        {"P,a=\\=", "P", "a:= ", NULL},
        {"P\\x,a=1", "P\\x", "a:1 ", NULL},
        {"P,a", NULL, NULL, "line.tag_malformed"},
        {"P,a=", NULL, NULL, "line.tag_malformed"},
        {"P,=b", NULL, NULL, "line.tag_malformed"},
        {"P,", NULL, NULL, "line.tag_malformed"},
        {"P,a=1,,b=2", NULL, NULL, "line.tag_malformed"},
        {"P,a=1,", NULL, NULL, "line.tag_malformed"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        line_parts parts;
        CHECK_CODE(row[i].series, line_take_apart(arena, oq_cstr(row[i].series), &parts),
                   row[i].code);
        if (row[i].code)
            continue;
        CHECK_STR(row[i].series, parts.measurement, row[i].measurement);
        oq_str tags = OQ_STR("");
        for (size_t k = 0; k < parts.count; k++)
            tags = oq_strf(arena, "%.*s%.*s:%.*s ", OQ_FMT(tags), OQ_FMT(parts.tag[k].name),
                           OQ_FMT(parts.tag[k].value));
        CHECK_STR(row[i].series, tags, row[i].tags);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_a_bad_line_does_not_spoil_the_next),
        cmocka_unit_test(test_precision),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_names_apart),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
