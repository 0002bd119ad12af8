#include "base/xlsx.h"

#include <math.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/base.h"

#include "base/banned.h"

/* --- cells --------------------------------------------------------------------------------------*/

oq_xlsx oq_xlsx_make(size_t max)
{
    return (oq_xlsx){.rows = oq_buf_make(max)};
}

void oq_xlsx_drop(oq_xlsx *x)
{
    oq_buf_drop(&x->rows);
}

/* Styles: 1 a moment, 2 a head. */
static void begin_cell(oq_xlsx *x)
{
    if (x->cells++ == 0)
        oq_buf_str(&x->rows, OQ_STR("<row>"));
    if (x->columns < x->cells)
        x->columns = x->cells;
}

/* "_x0041_" stands for a character in a cell; where a text has such a thing, its first underscore
 * is written so itself. */
static bool looks_escaped(const char *at, const char *end)
{
    if (end - at < 7 || at[0] != '_' || at[1] != 'x' || at[6] != '_')
        return false;
    for (int i = 2; i < 6; i++)
        if (!strchr("0123456789abcdefABCDEF", at[i]))
            return false;
    return true;
}

static void put_text(oq_buf *out, oq_str text)
{
    size_t characters = 0;
    const char *end = text.ptr + text.len;
    for (const char *p = text.ptr; p < end; p++) {
        unsigned char c = (unsigned char)*p;
        characters += (c & 0xC0) != 0x80;
        if (characters > OQ_XLSX_TEXT_MAX)
            return;
        bool is_noncharacter = c == 0xEF && end - p > 2 && (unsigned char)p[1] == 0xBF &&
                               (unsigned char)p[2] >= 0xBE; /* U+FFFE, U+FFFF */
        if (is_noncharacter)
            p += 2;
        else if (c == '&')
            oq_buf_str(out, OQ_STR("&amp;"));
        else if (c == '<')
            oq_buf_str(out, OQ_STR("&lt;"));
        else if (c == '>')
            oq_buf_str(out, OQ_STR("&gt;"));
        else if (c == '_' && looks_escaped(p, end))
            oq_buf_str(out, OQ_STR("_x005F_"));
        else if (c >= ' ' || c == '\t' || c == '\n')
            oq_buf_char(out, *p);
    }
}

void oq_xlsx_text(oq_xlsx *x, oq_str text)
{
    begin_cell(x);
    if (!text.len) {
        oq_buf_str(&x->rows, OQ_STR("<c/>"));
        return;
    }
    oq_buf_str(&x->rows, x->row_count ? OQ_STR("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">")
                                      : OQ_STR("<c t=\"inlineStr\" s=\"2\"><is>"
                                               "<t xml:space=\"preserve\">"));
    put_text(&x->rows, text);
    oq_buf_str(&x->rows, OQ_STR("</t></is></c>"));
}

static void put_f64(oq_buf *out, double value)
{
    char text[OQ_F64_TEXT_MAX];
    oq_buf_str(out, oq_strn(text, oq_f64_format(value, text)));
}

void oq_xlsx_number(oq_xlsx *x, double value)
{
    begin_cell(x);
    if (!isfinite(value)) {
        oq_buf_str(&x->rows, OQ_STR("<c/>"));
        return;
    }
    oq_buf_str(&x->rows, OQ_STR("<c><v>"));
    put_f64(&x->rows, value);
    oq_buf_str(&x->rows, OQ_STR("</v></c>"));
}

/* Days since the end of 1899, as spreadsheets count them. */
void oq_xlsx_time(oq_xlsx *x, oq_us at)
{
    begin_cell(x);
    if (at == OQ_TIME_NONE) {
        oq_buf_str(&x->rows, OQ_STR("<c/>"));
        return;
    }
    oq_buf_str(&x->rows, OQ_STR("<c s=\"1\"><v>"));
    put_f64(&x->rows, (double)(at / OQ_MS) / (double)(OQ_DAY / OQ_MS) + 25569);
    oq_buf_str(&x->rows, OQ_STR("</v></c>"));
}

void oq_xlsx_end_row(oq_xlsx *x)
{
    if (x->cells == 0)
        oq_buf_str(&x->rows, OQ_STR("<row>"));
    oq_buf_str(&x->rows, OQ_STR("</row>"));
    x->row_count++;
    x->cells = 0;
}

/* --- the archive --------------------------------------------------------------------------------*/

typedef struct part {
    const char *name;
    uint32_t crc, packed, plain, at;
} part;

typedef struct archive {
    oq_buf *out;
    part part[8];
    size_t parts;
    bool failed;
} archive;

static void put_u16(oq_buf *out, uint32_t x)
{
    oq_buf_char(out, (char)(x & 0xFF));
    oq_buf_char(out, (char)(x >> 8 & 0xFF));
}

static void put_u32(oq_buf *out, uint32_t x)
{
    put_u16(out, x & 0xFFFF);
    put_u16(out, x >> 16);
}

/* What stands in front of a part and, again, in the directory: version 2.0, names in UTF-8,
 * deflated, 1 January 1980. */
static void put_entry(oq_buf *out, const part *p)
{
    put_u16(out, 20);
    put_u16(out, 0x0800);
    put_u16(out, 8);
    put_u16(out, 0);
    put_u16(out, 0x21);
    put_u32(out, p->crc);
    put_u32(out, p->packed);
    put_u32(out, p->plain);
    put_u16(out, (uint32_t)strlen(p->name));
    put_u16(out, 0);
}

static bool pack(oq_str plain, oq_buf *ret_packed)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)plain.ptr, .avail_in = (uInt)plain.len};
    if (deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    uLong most = deflateBound(&z, plain.len);
    char *room = oq_buf_room(ret_packed, most);
    bool done = false;
    if (room) {
        z.next_out = (Bytef *)room;
        z.avail_out = (uInt)most;
        done = deflate(&z, Z_FINISH) == Z_STREAM_END;
        ret_packed->len += most - z.avail_out;
    }
    deflateEnd(&z);
    return done;
}

static void add_part(archive *a, const char *name, oq_str plain)
{
    part *p = &a->part[a->parts++];
    OQ_AUTO(oq_buf) packed = oq_buf_make(UINT32_MAX);
    if (plain.len > UINT32_MAX / 2 || !pack(plain, &packed)) {
        a->failed = true;
        return;
    }
    *p = (part){.name = name,
                .crc = (uint32_t)crc32(0, (const Bytef *)plain.ptr, (uInt)plain.len),
                .packed = (uint32_t)packed.len,
                .plain = (uint32_t)plain.len,
                .at = (uint32_t)a->out->len};
    put_u32(a->out, 0x04034b50);
    put_entry(a->out, p);
    oq_buf_str(a->out, oq_cstr(name));
    oq_buf_str(a->out, oq_buf_view(&packed));
}

static void end_archive(archive *a)
{
    uint32_t begins = (uint32_t)a->out->len;
    for (size_t i = 0; i < a->parts; i++) {
        const part *p = &a->part[i];
        put_u32(a->out, 0x02014b50);
        put_u16(a->out, 20);
        put_entry(a->out, p);
        for (int k = 0; k < 5; k++) /* no comment, disk 0, no attributes */
            put_u16(a->out, 0);
        put_u32(a->out, p->at);
        oq_buf_str(a->out, oq_cstr(p->name));
    }
    uint32_t length = (uint32_t)a->out->len - begins;
    put_u32(a->out, 0x06054b50);
    put_u32(a->out, 0);
    put_u16(a->out, (uint32_t)a->parts);
    put_u16(a->out, (uint32_t)a->parts);
    put_u32(a->out, length);
    put_u32(a->out, begins);
    put_u16(a->out, 0);
}

/* --- the workbook -------------------------------------------------------------------------------*/

#define XML     "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define FORMATS "http://schemas.openxmlformats.org/"
#define SHEETS  FORMATS "spreadsheetml/2006/main"
#define LINKS   FORMATS "officeDocument/2006/relationships"

static const char *const types =
    XML "<Types xmlns=\"" FORMATS "package/2006/content-types\">"
        "<Default Extension=\"rels\" "
        "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
        "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/"
        "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
        "<Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/"
        "vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
        "<Override PartName=\"/xl/styles.xml\" ContentType=\"application/"
        "vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/></Types>";
static const char *const links =
    XML "<Relationships xmlns=\"" FORMATS "package/2006/relationships\"><Relationship Id=\"rId1\" "
        "Type=\"" LINKS "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
static const char *const book_links =
    XML "<Relationships xmlns=\"" FORMATS "package/2006/relationships\"><Relationship Id=\"rId1\" "
        "Type=\"" LINKS "/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" "
        "Type=\"" LINKS "/styles\" Target=\"styles.xml\"/></Relationships>";
static const char *const styles =
    XML "<styleSheet xmlns=\"" SHEETS "\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" "
        "formatCode=\"yyyy\\-mm\\-dd\\ hh:mm:ss\"/></numFmts><fonts count=\"2\"><font><sz "
        "val=\"11\"/><name val=\"Calibri\"/></font><font><b/><sz val=\"11\"/><name "
        "val=\"Calibri\"/></font></fonts><fills count=\"2\"><fill><patternFill "
        "patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>"
        "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
        "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" "
        "borderId=\"0\"/></cellStyleXfs><cellXfs count=\"3\">"
        "<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
        "<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
        "applyNumberFormat=\"1\"/>"
        "<xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>"
        "</cellXfs></styleSheet>";

/* 1 is A, 27 is AA. */
static void put_column(oq_buf *out, size_t n)
{
    char text[8];
    size_t len = 0;
    for (; n > 0 && len < sizeof text; n = (n - 1) / 26)
        text[len++] = (char)('A' + (n - 1) % 26);
    while (len)
        oq_buf_char(out, text[--len]);
}

static void put_sheet(const oq_xlsx *x, bool is_right_to_left, oq_buf *out)
{
    oq_buf_str(out, OQ_STR(XML "<worksheet xmlns=\"" SHEETS "\"><sheetViews><sheetView "));
    if (is_right_to_left)
        oq_buf_str(out, OQ_STR("rightToLeft=\"1\" "));
    oq_buf_str(out,
               OQ_STR("workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" "
                      "activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>"));
    if (x->columns) {
        oq_buf_str(out, OQ_STR("<cols><col min=\"1\" max=\""));
        oq_buf_i64(out, (int64_t)x->columns);
        oq_buf_str(out, OQ_STR("\" width=\"20\" customWidth=\"1\"/></cols>"));
    }
    oq_buf_str(out, OQ_STR("<sheetData>"));
    oq_buf_str(out, oq_buf_view(&x->rows));
    oq_buf_str(out, OQ_STR("</sheetData>"));
    if (x->columns && x->row_count) {
        oq_buf_str(out, OQ_STR("<autoFilter ref=\"A1:"));
        put_column(out, x->columns);
        oq_buf_i64(out, (int64_t)x->row_count);
        oq_buf_str(out, OQ_STR("\"/>"));
    }
    oq_buf_str(out, OQ_STR("</worksheet>"));
}

static void put_book(oq_str name, oq_buf *out)
{
    oq_buf_str(out, OQ_STR(XML "<workbook xmlns=\"" SHEETS "\" xmlns:r=\"" LINKS
                               "\"><bookViews><workbookView/></bookViews><sheets><sheet name=\""));
    put_text(out, name);
    oq_buf_str(out, OQ_STR("\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"));
}

bool oq_xlsx_write(const oq_xlsx *x, oq_str name, bool is_right_to_left, oq_buf *out)
{
    OQ_AUTO(oq_buf) sheet = oq_buf_make(x->rows.max + 4096);
    OQ_AUTO(oq_buf) book = oq_buf_make(4096);
    archive a = {.out = out};
    assert(x->cells == 0 && !memchr(name.ptr, '"', name.len));
    put_sheet(x, is_right_to_left, &sheet);
    put_book(name, &book);
    add_part(&a, "[Content_Types].xml", oq_cstr(types));
    add_part(&a, "_rels/.rels", oq_cstr(links));
    add_part(&a, "xl/workbook.xml", oq_buf_view(&book));
    add_part(&a, "xl/_rels/workbook.xml.rels", oq_cstr(book_links));
    add_part(&a, "xl/styles.xml", oq_cstr(styles));
    add_part(&a, "xl/worksheets/sheet1.xml", oq_buf_view(&sheet));
    end_archive(&a);
    return !a.failed && !x->rows.overflow && !sheet.overflow && !book.overflow && !out->overflow;
}
