#include "base/xlsx.h"

#include <math.h>
#include <zlib.h>

#include "base/base.h"
#include "base/test.h"

static uint32_t number_at(oq_str file, size_t at, int bytes)
{
    uint32_t x = 0;
    for (int i = bytes; i-- > 0;)
        x = x << 8 | (unsigned char)file.ptr[at + (size_t)i];
    return x;
}

/* A part of the archive as the directory at its end says, unpacked and checked. */
static oq_str part_of(oq_arena *arena, oq_str file, const char *name)
{
    size_t end = file.len - 22, at = number_at(file, end + 16, 4);
    assert_int_equal(number_at(file, end, 4), 0x06054b50);
    for (uint32_t n = number_at(file, end + 10, 2); n > 0; n--) {
        uint32_t len = number_at(file, at + 28, 2), where = number_at(file, at + 42, 4);
        assert_int_equal(number_at(file, at, 4), 0x02014b50);
        bool is_it = oq_str_eq(oq_str_sub(file, at + 46, len), oq_cstr(name));
        uint32_t crc = number_at(file, at + 16, 4), packed = number_at(file, at + 20, 4),
                 plain = number_at(file, at + 24, 4);
        at += 46 + len;
        if (!is_it)
            continue;
        assert_int_equal(number_at(file, where, 4), 0x04034b50);
        assert_int_equal(number_at(file, where + 14, 4), crc);
        char *text = oq_alloc(arena, plain + 1);
        z_stream z = {.next_in = (Bytef *)(uintptr_t)(file.ptr + where + 30 + len),
                      .avail_in = packed,
                      .next_out = (Bytef *)text,
                      .avail_out = plain};
        assert_int_equal(inflateInit2(&z, -15), Z_OK);
        assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
        assert_int_equal(z.avail_out, 0);
        inflateEnd(&z);
        assert_int_equal(crc32(0, (const Bytef *)text, plain), crc);
        return oq_strn(text, plain);
    }
    fail_msg("no part %s", name);
    return OQ_NONE;
}

static oq_str between(oq_str text, const char *from, const char *to)
{
    size_t at = oq_str_find(text, oq_cstr(from));
    CHECK(from, at != SIZE_MAX);
    text = oq_str_sub(text, at + strlen(from), SIZE_MAX);
    return oq_str_sub(text, 0, oq_str_find(text, oq_cstr(to)));
}

static void test_sheet(void **state)
{
    (void)state;
    oq_arena *arena = oq_arena_open(0);
    oq_xlsx x = oq_xlsx_make(1 << 20);
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
    oq_xlsx_text(&x, OQ_STR("A <head> & \"more\""));
    oq_xlsx_text(&x, OQ_STR("B"));
    oq_xlsx_end_row(&x);
    oq_xlsx_text(&x, OQ_STR("=1+1"));
    oq_xlsx_number(&x, 7.25);
    oq_xlsx_time(&x, 0);
    oq_xlsx_text(&x, OQ_NONE);
    oq_xlsx_number(&x, (double)NAN);
    oq_xlsx_time(&x, OQ_TIME_NONE);
    oq_xlsx_end_row(&x);
    oq_xlsx_text(&x, OQ_STR("a\x01\tb\xEF\xBF\xBE_x0041_ _xyz"));
    oq_xlsx_end_row(&x);
    assert_true(oq_xlsx_write(&x, OQ_STR("إنذارات"), true, &out));
    oq_str file = oq_buf_view(&out), sheet = part_of(arena, file, "xl/worksheets/sheet1.xml");
    CHECK_STR(
        "cells", between(sheet, "<sheetData>", "</sheetData>"),
        "<row><c t=\"inlineStr\" s=\"2\"><is><t xml:space=\"preserve\">A &lt;head&gt; &amp; "
        "\"more\"</t></is></c><c t=\"inlineStr\" s=\"2\"><is><t xml:space=\"preserve\">B</t>"
        "</is></c></row><row><c t=\"inlineStr\"><is><t xml:space=\"preserve\">=1+1</t></is></c>"
        "<c><v>7.25</v></c><c s=\"1\"><v>25569</v></c><c/><c/><c/></row><row>"
        "<c t=\"inlineStr\"><is><t xml:space=\"preserve\">a\tb_x005F_x0041_ _xyz</t></is></c>"
        "</row>");
    CHECK_STR("filters", between(sheet, "<autoFilter ref=\"", "\""), "A1:F3");
    CHECK("from the right", oq_str_find(sheet, OQ_STR("rightToLeft=\"1\"")) != SIZE_MAX);
    CHECK_STR("its name", between(part_of(arena, file, "xl/workbook.xml"), "name=\"", "\""),
              "إنذارات");
    part_of(arena, file, "[Content_Types].xml");
    part_of(arena, file, "_rels/.rels");
    part_of(arena, file, "xl/_rels/workbook.xml.rels");
    part_of(arena, file, "xl/styles.xml");
    oq_xlsx_drop(&x);
    oq_arena_close(arena);
}

static void test_limits(void **state)
{
    (void)state;
    oq_arena *arena = oq_arena_open(0);
    oq_xlsx x = oq_xlsx_make(1 << 20);
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
    char *many = oq_alloc(arena, 40000);
    memset(many, 'x', 40000);
    oq_xlsx_text(&x, oq_strn(many, 40000));
    for (int i = 0; i < 27; i++)
        oq_xlsx_number(&x, i);
    oq_xlsx_end_row(&x);
    assert_true(oq_xlsx_write(&x, OQ_STR("x"), false, &out));
    oq_str sheet = part_of(arena, oq_buf_view(&out), "xl/worksheets/sheet1.xml");
    assert_int_equal(between(sheet, "preserve\">", "<").len, OQ_XLSX_TEXT_MAX);
    CHECK_STR("AB", between(sheet, "<autoFilter ref=\"", "\""), "A1:AB1");
    OQ_AUTO(oq_buf) small = oq_buf_make(100);
    assert_false(oq_xlsx_write(&x, OQ_STR("x"), false, &small));
    oq_xlsx_drop(&x);
    x = oq_xlsx_make(100);
    oq_xlsx_text(&x, oq_strn(many, 400));
    oq_xlsx_end_row(&x);
    assert_false(oq_xlsx_write(&x, OQ_STR("x"), false, &out));
    oq_xlsx_drop(&x);
    x = oq_xlsx_make(100);
    oq_buf_clear(&out);
    assert_true(oq_xlsx_write(&x, OQ_STR("x"), false, &out)); /* nothing is a sheet too */
    oq_xlsx_drop(&x);
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sheet),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
