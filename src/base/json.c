#include "base/json.h"

#include <assert.h>
#include <math.h>

#include "base/banned.h"

oq_json oq_json_to(oq_buf *out)
{
    return (oq_json){.out = out};
}

/* --- structure ---------------------------------------------------------------------------------*/

/* What stands before a value: a comma, unless it is the first of its list or follows its key. */
static void before_value(oq_json *j)
{
    if (j->after_key) {
        j->after_key = false;
        return;
    }
    assert((j->depth == 0 ? !j->comma : !(j->in_object >> j->depth & 1)) &&
           "a document is one value; in an object each value has its key");
    if (j->comma)
        oq_buf_char(j->out, ',');
    j->comma = true;
}

static void open_level(oq_json *j, bool is_object)
{
    before_value(j);
    j->depth++;
    assert(j->depth <= 63);
    uint64_t bit = UINT64_C(1) << j->depth;
    j->in_object = is_object ? j->in_object | bit : j->in_object & ~bit;
    j->comma = false;
    oq_buf_char(j->out, is_object ? '{' : '[');
}

static void close_level(oq_json *j, bool is_object)
{
    assert(j->depth > 0 && !j->after_key && (j->in_object >> j->depth & 1) == is_object);
    j->depth--;
    j->comma = true;
    oq_buf_char(j->out, is_object ? '}' : ']');
}

void oq_json_object(oq_json *j)
{
    open_level(j, true);
}

void oq_json_object_end(oq_json *j)
{
    close_level(j, true);
}

void oq_json_array(oq_json *j)
{
    open_level(j, false);
}

void oq_json_array_end(oq_json *j)
{
    close_level(j, false);
}

/* --- text --------------------------------------------------------------------------------------*/

/* What a byte means inside a JSON text: 0 stands as it is, 1 begins a character of several bytes,
 * 'u' is written as \u00XX, any other letter as a backslash and that letter (RFC 8259, 7). */
static const char meaning[256] = {
    [0x00 ... 0x07] = 'u', ['\b'] = 'b',  ['\t'] = 't',        ['\n'] = 'n',
    [0x0b] = 'u',          ['\f'] = 'f',  ['\r'] = 'r',        [0x0e ... 0x1f] = 'u',
    ['"'] = '"',           ['\\'] = '\\', [0x80 ... 0xff] = 1,
};

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* True when each of 8 bytes stands as it is. A borrow may say "no" about a good word, never "yes"
 * about a bad one. */
static bool all_plain(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    uint64_t quote = word ^ EACH_BYTE('"'), slash = word ^ EACH_BYTE('\\');
    uint64_t odd =
        (word - EACH_BYTE(0x20)) | (quote - EACH_BYTE(1)) | (slash - EACH_BYTE(1)) | word;
    return (odd & EACH_BYTE(0x80)) == 0;
}

/* Length of the well-formed character at `p`, 0 when it is malformed. Arabic and its neighbours
 * have two bytes: those do not leave this function. */
static size_t character_len(const char *p, const char *end)
{
    unsigned char first = (unsigned char)p[0];
    if (first >= 0xc2 && first <= 0xdf && end - p >= 2 && ((unsigned char)p[1] & 0xc0) == 0x80)
        return 2;
    oq_str rest = oq_strn(p, (size_t)(end - p));
    uint32_t code;
    oq_utf8_next(&rest, &code);
    size_t len = (size_t)(rest.ptr - p);
    return len == 1 ? 0 : len;
}

/* The end of what can be copied from `p` on without a change. */
static const char *run_end(const char *p, const char *end)
{
    while (p < end) {
        if (end - p >= 8 && all_plain(p)) {
            p += 8;
            continue;
        }
        char what = meaning[(unsigned char)*p];
        size_t len = what == 0 ? 1 : what == 1 ? character_len(p, end) : 0;
        if (len == 0)
            break;
        p += len;
    }
    return p;
}

static void put_escaped(oq_buf *out, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";
    char what = meaning[byte];
    if (what == 1)
        oq_buf_lit(out, "\xef\xbf\xbd"); /* U+FFFD for what is not UTF-8 */
    else if (what == 'u')
        oq_buf_put(out, (char[]){'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]}, 6);
    else
        oq_buf_put(out, (char[]){'\\', what}, 2);
}

static void put_text(oq_buf *out, oq_str text)
{
    oq_buf_char(out, '"');
    const char *end = text.ptr + text.len;
    for (const char *p = text.ptr; p < end;) {
        const char *stop = run_end(p, end);
        oq_buf_put(out, p, (size_t)(stop - p));
        if (stop < end)
            put_escaped(out, (unsigned char)*stop++);
        p = stop;
    }
    oq_buf_char(out, '"');
}

static void begin_key(oq_json *j)
{
    assert(j->depth > 0 && (j->in_object >> j->depth & 1) && !j->after_key);
    if (j->comma)
        oq_buf_char(j->out, ',');
    j->comma = true;
    j->after_key = true;
}

void oq_json_key(oq_json *j, oq_str key)
{
    assert(key.ptr);
    begin_key(j);
    put_text(j->out, key);
    oq_buf_char(j->out, ':');
}

void oq_json_name(oq_json *j, const char *name)
{
    begin_key(j);
    oq_buf_char(j->out, '"');
    oq_buf_put(j->out, name, strlen(name));
    oq_buf_lit(j->out, "\":");
}

/* --- values ------------------------------------------------------------------------------------*/

void oq_json_null(oq_json *j)
{
    before_value(j);
    oq_buf_lit(j->out, "null");
}

void oq_json_text(oq_json *j, oq_str value)
{
    if (!oq_str_given(value)) {
        oq_json_null(j);
        return;
    }
    before_value(j);
    put_text(j->out, value);
}

void oq_json_i64(oq_json *j, int64_t value)
{
    before_value(j);
    oq_buf_i64(j->out, value);
}

void oq_json_f64(oq_json *j, double value)
{
    if (!isfinite(value)) {
        oq_json_null(j);
        return;
    }
    char text[OQ_F64_TEXT_MAX];
    before_value(j);
    oq_buf_put(j->out, text, oq_f64_format(value, text));
}

void oq_json_bool(oq_json *j, bool value)
{
    before_value(j);
    if (value)
        oq_buf_lit(j->out, "true");
    else
        oq_buf_lit(j->out, "false");
}

void oq_json_uuid(oq_json *j, oq_uuid value)
{
    if (oq_uuid_is_zero(value)) {
        oq_json_null(j);
        return;
    }
    char text[OQ_UUID_TEXT + 2];
    text[0] = text[OQ_UUID_TEXT + 1] = '"';
    oq_uuid_format(value, text + 1);
    before_value(j);
    oq_buf_put(j->out, text, sizeof text);
}

void oq_json_time(oq_json *j, oq_us value)
{
    if (value == OQ_TIME_NONE) {
        oq_json_null(j);
        return;
    }
    char text[OQ_TIME_TEXT_MAX + 2];
    text[0] = '"';
    size_t len = 1 + oq_time_format(value, text + 1);
    text[len++] = '"';
    before_value(j);
    oq_buf_put(j->out, text, len);
}

oq_buf *oq_json_raw_to(oq_json *j)
{
    before_value(j);
    return j->out;
}

void oq_json_raw(oq_json *j, oq_str value)
{
    before_value(j);
    if (oq_str_given(value))
        oq_buf_str(j->out, value);
    else
        oq_buf_lit(j->out, "null");
}
