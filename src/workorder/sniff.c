#include "workorder/sniff.h"

#include "base/banned.h"

static bool has(oq_str content, size_t at, oq_str bytes)
{
    return content.len >= at + bytes.len && memcmp(content.ptr + at, bytes.ptr, bytes.len) == 0;
}

static const struct {
    size_t at;
    oq_str bytes;
    const char *type;
} marks[] = {
    {0, OQ_STR_INIT("\x89PNG\r\n\x1a\n"), "image/png"},
    {0, OQ_STR_INIT("\xff\xd8\xff"), "image/jpeg"},
    {0, OQ_STR_INIT("GIF87a"), "image/gif"},
    {0, OQ_STR_INIT("GIF89a"), "image/gif"},
    {0, OQ_STR_INIT("%PDF-"), "application/pdf"},
    {4, OQ_STR_INIT("ftypheic"), "image/heic"},
    {4, OQ_STR_INIT("ftypheix"), "image/heic"},
    {4, OQ_STR_INIT("ftypmif1"), "image/heic"},
    {4, OQ_STR_INIT("ftypqt  "), "video/quicktime"},
    {4, OQ_STR_INIT("ftypisom"), "video/mp4"},
    {4, OQ_STR_INIT("ftypiso2"), "video/mp4"},
    {4, OQ_STR_INIT("ftypmp41"), "video/mp4"},
    {4, OQ_STR_INIT("ftypmp42"), "video/mp4"},
};

/* An OOXML package names its main part within its first entries, which are not compressed away: the
 * names stand in the archive as they are. */
static const char *office_type(oq_str content)
{
    if (!has(content, 0, OQ_STR("PK\x03\x04")) ||
        oq_str_find(content, OQ_STR("[Content_Types].xml")) == SIZE_MAX)
        return NULL;
    if (oq_str_find(content, OQ_STR("xl/workbook.")) != SIZE_MAX)
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    if (oq_str_find(content, OQ_STR("word/document.")) != SIZE_MAX)
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    return NULL;
}

static bool is_plain_text(oq_str content)
{
    if (!oq_utf8_valid(content))
        return false;
    for (size_t i = 0; i < content.len; i++) {
        unsigned char c = (unsigned char)content.ptr[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return false;
    }
    return true;
}

/* HTML, SVG and XML are text too, but nobody needs them here, and some programs open them. */
static bool is_markup(oq_str content)
{
    oq_str start = oq_str_trim(oq_str_sub(content, 0, 512));
    if (oq_str_starts(start, OQ_STR("\xef\xbb\xbf")))
        start = oq_str_trim(oq_str_sub(start, 3, SIZE_MAX));
    return oq_str_starts(start, OQ_STR("<"));
}

const char *sniff_media_type(oq_str content)
{
    for (size_t i = 0; i < OQ_COUNT(marks); i++)
        if (has(content, marks[i].at, marks[i].bytes))
            return marks[i].type;
    if (has(content, 0, OQ_STR("RIFF")) && has(content, 8, OQ_STR("WEBP")))
        return "image/webp";
    const char *office = office_type(content);
    if (office)
        return office;
    return content.len && is_plain_text(content) && !is_markup(content) ? "text/plain" : NULL;
}

/* Marks that turn text around, or are not seen at all: U+200B-200F, U+202A-202E, U+2060-2069,
 * U+FEFF. */
static bool deceives(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

bool sniff_file_name(oq_str given, oq_str *ret_name)
{
    if (!oq_utf8_valid(given))
        return false;
    size_t from = 0;
    for (size_t i = 0; i < given.len; i++)
        if (given.ptr[i] == '/' || given.ptr[i] == '\\')
            from = i + 1;
    oq_str name = oq_str_trim(oq_str_sub(given, from, SIZE_MAX)), rest = name;
    uint32_t c;
    bool is_dots = true;
    while (oq_utf8_next(&rest, &c)) {
        if (deceives(c))
            return false;
        is_dots = is_dots && c == '.';
    }
    if (is_dots)
        return false;
    *ret_name = name;
    return true;
}
