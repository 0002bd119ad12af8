#include "base/str.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool oq_str_eq(oq_str a, oq_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool oq_str_eq_ascii_nocase(oq_str a, oq_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (to_lower(a.ptr[i]) != to_lower(b.ptr[i]))
            return false;
    return true;
}

int oq_str_cmp(oq_str a, oq_str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.ptr, b.ptr, common) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool oq_str_starts(oq_str s, oq_str prefix)
{
    return s.len >= prefix.len && oq_str_eq(oq_str_sub(s, 0, prefix.len), prefix);
}

bool oq_str_ends(oq_str s, oq_str suffix)
{
    return s.len >= suffix.len && oq_str_eq(oq_str_sub(s, s.len - suffix.len, suffix.len), suffix);
}

size_t oq_str_find(oq_str s, oq_str needle)
{
    if (needle.len == 0)
        return 0;
    const char *at = s.len ? memmem(s.ptr, s.len, needle.ptr, needle.len) : NULL;
    return at ? (size_t)(at - s.ptr) : SIZE_MAX;
}

size_t oq_str_find_char(oq_str s, char c)
{
    const char *at = s.len ? memchr(s.ptr, c, s.len) : NULL;
    return at ? (size_t)(at - s.ptr) : SIZE_MAX;
}

oq_str oq_str_sub(oq_str s, size_t from, size_t len)
{
    if (from > s.len)
        from = s.len;
    if (len > s.len - from)
        len = s.len - from;
    return (oq_str){s.ptr ? s.ptr + from : NULL, len};
}

oq_str oq_str_trim(oq_str s)
{
    while (s.len && is_space(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool oq_str_cut(oq_str *rest, char sep, oq_str *ret_part)
{
    if (rest->len == 0)
        return false;
    size_t at = oq_str_find_char(*rest, sep);
    *ret_part = oq_str_sub(*rest, 0, at);
    *rest = at == SIZE_MAX ? OQ_NONE : oq_str_sub(*rest, at + 1, SIZE_MAX);
    return true;
}

oq_str oq_str_copy(oq_arena *arena, oq_str s)
{
    return s.ptr ? (oq_str){oq_str_c(arena, s), s.len} : OQ_NONE;
}

char *oq_str_c(oq_arena *arena, oq_str s)
{
    char *to = oq_alloc(arena, s.len + 1);
    if (s.len)
        memcpy(to, s.ptr, s.len);
    return to;
}

oq_str oq_strfv(oq_arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    assert(len >= 0);
    char *text = oq_alloc(arena, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return (oq_str){text, (size_t)len};
}

oq_str oq_strf(oq_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    oq_str s = oq_strfv(arena, format, args);
    va_end(args);
    return s;
}

oq_str oq_str_lower(oq_arena *arena, oq_str s)
{
    char *to = oq_str_c(arena, s);
    for (size_t i = 0; i < s.len; i++)
        to[i] = to_lower(to[i]);
    return (oq_str){to, s.len};
}

/* --- numbers ----------------------------------------------------------------------------------*/

bool oq_parse_u64(oq_str s, uint64_t *ret_value)
{
    if (s.len == 0 || s.len > 20)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = (unsigned char)s.ptr[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *ret_value = value;
    return true;
}

bool oq_parse_i64(oq_str s, int64_t *ret_value)
{
    bool negative = s.len && s.ptr[0] == '-';
    uint64_t size;
    if (!oq_parse_u64(negative || (s.len && s.ptr[0] == '+') ? oq_str_sub(s, 1, SIZE_MAX) : s,
                      &size))
        return false;
    if (size > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return false;
    *ret_value = negative ? (int64_t)(0 - size) : (int64_t)size;
    return true;
}

bool oq_parse_f64(oq_str s, double *ret_value)
{
    char text[64];
    if (s.len == 0 || s.len >= sizeof text)
        return false;
    bool has_digit = false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        has_digit |= c >= '0' && c <= '9';
        if (!(c >= '0' && c <= '9') && !memchr("+-.eE", c, 5))
            return false;
    }
    memcpy(text, s.ptr, s.len);
    text[s.len] = 0;
    char *end;
    double value = strtod(text, &end);
    if (!has_digit || *end || !isfinite(value))
        return false;
    *ret_value = value;
    return true;
}

bool oq_parse_bool(oq_str s, bool *ret_value)
{
    static const struct {
        oq_str text;
        bool value;
    } word[] = {
        {OQ_STR_INIT("true"), true}, {OQ_STR_INIT("1"), true},      {OQ_STR_INIT("yes"), true},
        {OQ_STR_INIT("on"), true},   {OQ_STR_INIT("false"), false}, {OQ_STR_INIT("0"), false},
        {OQ_STR_INIT("no"), false},  {OQ_STR_INIT("off"), false},
    };
    for (size_t i = 0; i < sizeof word / sizeof word[0]; i++)
        if (oq_str_eq_ascii_nocase(s, word[i].text)) {
            *ret_value = word[i].value;
            return true;
        }
    return false;
}

/* --- UTF-8 ------------------------------------------------------------------------------------*/

/* Length of the well-formed sequence at `p` (1..4), 0 for a malformed one. Table 3-7 of the
 * Unicode standard: the second byte's range depends on the first. */
static size_t utf8_sequence(const unsigned char *p, size_t len, uint32_t *ret_code)
{
    unsigned char first = p[0];
    if (first < 0x80) {
        *ret_code = first;
        return 1;
    }
    size_t need = first >= 0xc2 && first <= 0xdf   ? 2
                  : (first & 0xf0) == 0xe0         ? 3
                  : first >= 0xf0 && first <= 0xf4 ? 4
                                                   : 0;
    if (need == 0 || len < need)
        return 0;
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high)
        return 0;
    uint32_t code = (uint32_t)(first & (0x7f >> need)) << 6 | (p[1] & 0x3f);
    for (size_t i = 2; i < need; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (p[i] & 0x3f);
    }
    *ret_code = code;
    return need;
}

bool oq_utf8_valid(oq_str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    for (size_t i = 0; i < s.len;) {
        uint32_t code;
        size_t step = utf8_sequence(p + i, s.len - i, &code);
        if (step == 0 || code == 0)
            return false;
        i += step;
    }
    return true;
}

bool oq_utf8_next(oq_str *rest, uint32_t *ret_code)
{
    if (rest->len == 0)
        return false;
    size_t step = utf8_sequence((const unsigned char *)rest->ptr, rest->len, ret_code);
    if (step == 0) {
        *ret_code = 0xfffd;
        step = 1;
    }
    *rest = oq_str_sub(*rest, step, SIZE_MAX);
    return true;
}

size_t oq_utf8_count(oq_str s)
{
    size_t count = 0;
    for (uint32_t code; oq_utf8_next(&s, &code);)
        count++;
    return count;
}

/* Source: G. Fowler, L. C. Noll, K.-P. Vo, FNV-1a, 64-bit offset basis and prime. */
uint64_t oq_hash(oq_str s)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < s.len; i++)
        hash = (hash ^ (unsigned char)s.ptr[i]) * UINT64_C(1099511628211);
    return hash;
}

/* --- text forms of bytes ------------------------------------------------------------------------*/

oq_str oq_hex(oq_arena *arena, const void *bytes, size_t len)
{
    static const char digit[] = "0123456789abcdef";
    const unsigned char *from = bytes;
    char *to = oq_alloc(arena, 2 * len + 1);
    for (size_t i = 0; i < len; i++) {
        to[2 * i] = digit[from[i] >> 4];
        to[2 * i + 1] = digit[from[i] & 15];
    }
    return (oq_str){to, 2 * len};
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = to_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool oq_hex_parse(oq_str s, void *bytes, size_t max, size_t *ret_len)
{
    unsigned char *to = bytes;
    if (s.len % 2 || s.len / 2 > max)
        return false;
    for (size_t i = 0; i < s.len; i += 2) {
        int high = hex_value(s.ptr[i]), low = hex_value(s.ptr[i + 1]);
        if (high < 0 || low < 0)
            return false;
        to[i / 2] = (unsigned char)(high << 4 | low);
    }
    *ret_len = s.len / 2;
    return true;
}

static const char base64url_digit[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

oq_str oq_percent(oq_arena *arena, oq_str text, const char *also_plain)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = oq_alloc(arena, text.len * 3 + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c && (strchr("-._~", c) || strchr(also_plain, c)));
        if (plain) {
            out[len++] = (char)c;
        } else {
            out[len++] = '%';
            out[len++] = digits[c >> 4];
            out[len++] = digits[c & 15];
        }
    }
    return oq_strn(out, len);
}

oq_str oq_base64url(oq_arena *arena, const void *bytes, size_t len)
{
    const unsigned char *from = bytes;
    size_t out_len = (len * 4 + 2) / 3, at = 0;
    char *to = oq_alloc(arena, out_len + 1);
    uint32_t bits = 0;
    int held = 0;
    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | from[i];
        for (held += 8; held >= 6; held -= 6)
            to[at++] = base64url_digit[bits >> (held - 6) & 63];
    }
    if (held)
        to[at++] = base64url_digit[bits << (6 - held) & 63];
    assert(at == out_len);
    return (oq_str){to, out_len};
}

bool oq_base64url_parse(oq_str s, void *bytes, size_t max, size_t *ret_len)
{
    unsigned char *to = bytes;
    size_t at = 0;
    uint32_t bits = 0;
    int held = 0;
    if (s.len % 4 == 1)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        const char *digit = s.ptr[i] ? strchr(base64url_digit, s.ptr[i]) : NULL;
        if (!digit)
            return false;
        bits = bits << 6 | (uint32_t)(digit - base64url_digit);
        if ((held += 6) >= 8) {
            held -= 8;
            if (at == max)
                return false;
            to[at++] = (unsigned char)(bits >> held);
        }
    }
    /* Bits beyond the last byte must be zero, so that each value has one spelling. */
    if (bits & ((1u << held) - 1))
        return false;
    *ret_len = at;
    return true;
}
