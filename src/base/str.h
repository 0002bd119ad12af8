/* base/str.h
 *
 * Text is a pointer and a length from socket to socket; `char *` only at the border with C
 * libraries. A view (oq_str) owns nothing: its bytes live where they were made. All text is
 * UTF-8 unless a name says otherwise. */
#ifndef OQ_STR_H
#define OQ_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

/* A NULL ptr is "not given" (SQL NULL, an absent JSON member); "" is an empty text. */
typedef struct oq_str {
    const char *ptr;
    size_t len;
} oq_str;

/* Takes a literal and nothing else. */
#define OQ_STR(literal) ((oq_str){"" literal, sizeof(literal) - 1})
#define OQ_STR_INIT(literal)                                                                       \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }
#define OQ_NONE ((oq_str){NULL, 0})
/* For printf-like calls: "%.*s". */
#define OQ_FMT(str) (int)(str).len, (str).ptr ? (str).ptr : ""

static inline oq_str oq_cstr(const char *text)
{
    return text ? (oq_str){text, strlen(text)} : OQ_NONE;
}

static inline oq_str oq_strn(const char *ptr, size_t len)
{
    return (oq_str){ptr, len};
}

static inline bool oq_str_given(oq_str s)
{
    return s.ptr != NULL;
}

static inline bool oq_str_empty(oq_str s)
{
    return s.len == 0;
}

bool oq_str_eq(oq_str a, oq_str b);
bool oq_str_eq_ascii_nocase(oq_str a, oq_str b);
int oq_str_cmp(oq_str a, oq_str b);
bool oq_str_starts(oq_str s, oq_str prefix);
bool oq_str_ends(oq_str s, oq_str suffix);
/* The place of the first `needle`, or SIZE_MAX. */
size_t oq_str_find(oq_str s, oq_str needle);
size_t oq_str_find_char(oq_str s, char c);
/* A view of [from, from + len), clipped to `s`. */
oq_str oq_str_sub(oq_str s, size_t from, size_t len);
/* Without white space (ASCII) at both ends. */
oq_str oq_str_trim(oq_str s);

/* Takes the part before `sep` off the front of *rest. False when *rest is used up.
 * "a,,b" gives "a", "", "b"; an empty text gives nothing, and a separator at the very end adds no
 * empty part. */
bool oq_str_cut(oq_str *rest, char sep, oq_str *ret_part);

/* Copies into the arena; the copy is also NUL-terminated. */
oq_str oq_str_copy(oq_arena *arena, oq_str s);
/* The same as a C string. */
char *oq_str_c(oq_arena *arena, oq_str s);
oq_str oq_strf(oq_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
oq_str oq_strfv(oq_arena *arena, const char *format, va_list args);
/* ASCII letters to lower case; others stay. */
oq_str oq_str_lower(oq_arena *arena, oq_str s);

/* Whole text is the number, nothing before or behind it; false leaves the result untouched. */
bool oq_parse_i64(oq_str s, int64_t *ret_value);
bool oq_parse_u64(oq_str s, uint64_t *ret_value);
/* Finite decimal numbers only: no hex, no inf, no nan. */
bool oq_parse_f64(oq_str s, double *ret_value);
/* true/false, 1/0, yes/no, on/off. */
bool oq_parse_bool(oq_str s, bool *ret_value);

/* Well-formed UTF-8 without NUL (RFC 3629: no surrogates, no overlong forms). */
bool oq_utf8_valid(oq_str s);
/* Takes one code point off the front; U+FFFD for a bad byte. False at the end. */
bool oq_utf8_next(oq_str *rest, uint32_t *ret_code);
/* Number of code points. */
size_t oq_utf8_count(oq_str s);

uint64_t oq_hash(oq_str s); /* FNV-1a, 64 bits: for tables in memory, never for secrets */

/* A growing buffer with a ceiling. Past the ceiling it keeps what it has, drops the rest and
 * says so through `overflow`; writers need not check each call. Lives on the heap; drop it. */
typedef struct oq_buf {
    char *ptr;
    size_t len, cap, max;
    bool overflow;
} oq_buf;

/* A buffer that never holds more than `max` bytes. */
oq_buf oq_buf_make(size_t max);
void oq_buf_drop(oq_buf *buf);
/* Empty again; keeps its memory. */
void oq_buf_clear(oq_buf *buf);
/* Room for `more` further bytes, or NULL when that passes the ceiling. */
char *oq_buf_room(oq_buf *buf, size_t more);
/* The way that grows the buffer or meets its ceiling; callers use oq_buf_put. */
void oq_buf_put_slowly(oq_buf *buf, const void *bytes, size_t len);

/* Inline while it fits: answers are written in many small pieces. */
static inline void oq_buf_put(oq_buf *buf, const void *bytes, size_t len)
{
    if (len - 1 < buf->cap - buf->len && !buf->overflow) {
        memcpy(buf->ptr + buf->len, bytes, len);
        buf->len += len;
    } else {
        oq_buf_put_slowly(buf, bytes, len);
    }
}

static inline void oq_buf_str(oq_buf *buf, oq_str s)
{
    oq_buf_put(buf, s.ptr, s.len);
}

static inline void oq_buf_char(oq_buf *buf, char c)
{
    if (buf->len < buf->cap && !buf->overflow)
        buf->ptr[buf->len++] = c;
    else
        oq_buf_put_slowly(buf, &c, 1);
}
void oq_buf_i64(oq_buf *buf, int64_t value);
void oq_buf_f(oq_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define oq_buf_lit(buf, literal) oq_buf_put((buf), "" literal, sizeof(literal) - 1)

static inline oq_str oq_buf_view(const oq_buf *buf)
{
    return (oq_str){buf->ptr ? buf->ptr : "", buf->len};
}

/* Text forms of bytes. Results are in the arena. */
oq_str oq_hex(oq_arena *arena, const void *bytes, size_t len);
oq_str oq_base64url(oq_arena *arena, const void *bytes, size_t len);
/* As a part of an address: every byte as %XX but letters, digits, - . _ ~ (RFC 3986 section 2.3)
 * and those in `also_plain`: "/" where a path is meant. */
oq_str oq_percent(oq_arena *arena, oq_str text, const char *also_plain);
/* False when `s` is not unpadded base64url, or does not fit `max` bytes. */
bool oq_base64url_parse(oq_str s, void *bytes, size_t max, size_t *ret_len);
bool oq_hex_parse(oq_str s, void *bytes, size_t max, size_t *ret_len);

#endif
