#include "ingest/line.h"

#include <math.h>

#include "quant/decimal.h"

#include "base/banned.h"

const oq_choice line_precision_choices[] = {
    {LINE_NS, "ns"}, {LINE_US, "us"}, {LINE_MS, "ms"}, {LINE_S, "s"}, {0, NULL}};

const oq_choice line_precision_choices_v1[] = {
    {LINE_NS, "ns"}, {LINE_NS, "n"},      {LINE_US, "us"},   {LINE_US, "u"}, {LINE_MS, "ms"},
    {LINE_S, "s"},   {LINE_MINUTES, "m"}, {LINE_HOURS, "h"}, {0, NULL}};

/* --- looking for a character --------------------------------------------------------------------
 * Eight bytes at a time (S. E. Anderson, Bit Twiddling Hacks: a word with a byte less than n). What
 * lies above the lowest byte that is found may be wrong, and is not looked at. */

#define ONES UINT64_C(0x0101010101010101)
#define TOPS UINT64_C(0x8080808080808080)

static inline uint64_t bytes_below(uint64_t word, uint8_t n)
{
    return (word - ONES * n) & ~word & TOPS;
}

static inline uint64_t bytes_equal(uint64_t word, char c)
{
    return bytes_below(word ^ ONES * (uint8_t)c, 1);
}

/* Over the backslash at `p` and what it takes the meaning from; a line end keeps its own. */
static const char *over_escape(const char *p, const char *end)
{
    return p + 1 < end && p[1] != '\n' ? p + 2 : p + 1;
}

/* The first blank or control character that no backslash covers. */
static const char *find_blank(const char *p, const char *end)
{
    while (end - p >= 8) {
        uint64_t word;
        memcpy(&word, p, sizeof word);
        uint64_t found = bytes_below(word, ' ' + 1) | bytes_equal(word, '\\');
        if (!found) {
            p += 8;
            continue;
        }
        p += __builtin_ctzll(found) / 8;
        if (*p != '\\')
            return p;
        p = over_escape(p, end);
    }
    while (p < end && (unsigned char)*p > ' ')
        p = *p == '\\' ? over_escape(p, end) : p + 1;
    return p < end ? p : end;
}

/* The end of a field's name: '=', or what may not stand in one. */
static const char *find_equals(const char *p, const char *end)
{
    while (p < end && *p != '=' && *p != ',' && (unsigned char)*p > ' ')
        p = *p == '\\' ? over_escape(p, end) : p + 1;
    return p < end ? p : end;
}

static bool is_line_end(const char *p, const char *end)
{
    return p == end || *p == '\n' || (*p == '\r' && (p + 1 == end || p[1] == '\n'));
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && *p == ' ')
        p++;
    return p;
}

/* --- the parts of a line ------------------------------------------------------------------------*/

static line_flaw flaw_at(line_reader *r, const char *p, line_flaw flaw)
{
    r->flaw_at = p;
    r->at = p;
    return flaw;
}

static line_flaw take_series(line_reader *r, oq_str *ret_series)
{
    const char *p = find_blank(r->at, r->end);
    *ret_series = oq_strn(r->at, (size_t)(p - r->at));
    if (ret_series->len > LINE_BYTES_MAX)
        return flaw_at(r, p, LINE_TOO_LONG);
    if (ret_series->len == 0 || *r->at == ',')
        return flaw_at(r, r->at, LINE_NO_MEASUREMENT);
    if (is_line_end(p, r->end))
        return flaw_at(r, p, LINE_NO_FIELDS);
    if (*p != ' ')
        return flaw_at(r, p, LINE_CONTROL);
    r->at = skip_blanks(p, r->end);
    return is_line_end(r->at, r->end) ? flaw_at(r, r->at, LINE_NO_FIELDS) : LINE_OK;
}

/* Up to the quote that closes. A line end may stand within. */
static line_flaw take_text(line_reader *r, line_field *f)
{
    const char *open = r->at, *p = open + 1;
    const char *limit = r->end - r->begin > LINE_BYTES_MAX ? r->begin + LINE_BYTES_MAX : r->end;
    size_t line_ends = 0;
    for (; p < limit && *p != '"'; p++) {
        line_ends += *p == '\n';
        if (*p == '\\' && p + 1 < limit) {
            p++;
            line_ends += *p == '\n';
        }
    }
    if (p >= limit)
        return flaw_at(r, open, LINE_OPEN_TEXT);
    f->kind = LINE_TEXT;
    r->text_ends += line_ends;
    r->at = p + 1;
    return LINE_OK;
}

static bool word_is(const char *p, size_t len, const char *word)
{
    return oq_str_eq_ascii_nocase(oq_strn(p, len), oq_cstr(word));
}

/* A value that is neither number nor text: t, True, FALSE, NaN, -Inf. */
static line_flaw take_word(line_reader *r, line_field *f)
{
    const char *p = r->at;
    while (p < r->end && *p != ',' && (unsigned char)*p > ' ')
        p++;
    size_t len = (size_t)(p - r->at), sign = len && (*r->at == '-' || *r->at == '+');
    const char *word = r->at + sign;
    bool is_true = word_is(r->at, len, "t") || word_is(r->at, len, "true");
    if (is_true || word_is(r->at, len, "f") || word_is(r->at, len, "false")) {
        f->kind = LINE_NUMBER;
        f->value = is_true;
    } else if (word_is(word, len - sign, "nan") || word_is(word, len - sign, "inf") ||
               word_is(word, len - sign, "infinity")) {
        f->kind = LINE_NOT_FINITE;
    } else {
        return flaw_at(r, r->at, LINE_BAD_VALUE);
    }
    r->at = p;
    return LINE_OK;
}

static line_flaw take_value(line_reader *r, line_field *f)
{
    const char *start = r->at;
    if (start == r->end)
        return flaw_at(r, start, LINE_BAD_VALUE);
    decimal number;
    const char *p = *start == '"' ? NULL : decimal_read(start, r->end, &number);
    if (p) {
        f->value = number.value;
        f->kind = isfinite(number.value) ? LINE_NUMBER : LINE_NOT_FINITE;
        if (number.is_integer && p < r->end && (*p == 'i' || *p == 'u'))
            p++;
        r->at = p;
    } else {
        line_flaw flaw = *start == '"' ? take_text(r, f) : take_word(r, f);
        if (flaw)
            return flaw;
    }
    f->text = oq_strn(start, (size_t)(r->at - start));
    if (r->at < r->end && *r->at != ',' && *r->at != ' ' && !is_line_end(r->at, r->end))
        return flaw_at(r, start, LINE_BAD_VALUE);
    return LINE_OK;
}

static void make_room(line_reader *r)
{
    size_t size = r->size ? r->size * 2 : 64;
    line_field *bigger = oq_new_n(r->arena, line_field, size);
    if (r->size)
        memcpy(bigger, r->field, r->size * sizeof *bigger);
    r->field = bigger;
    r->size = size;
}

static line_flaw take_fields(line_reader *r, line_point *point)
{
    for (size_t n = 0;; n++) {
        if (n == r->size)
            make_room(r);
        line_field *f = &r->field[n];
        const char *p = find_equals(r->at, r->end);
        if (p == r->end || *p != '=' || p == r->at)
            return flaw_at(r, p, LINE_BAD_FIELD);
        f->name = oq_strn(r->at, (size_t)(p - r->at));
        r->at = p + 1;
        line_flaw flaw = take_value(r, f);
        if (flaw)
            return flaw;
        if (r->at - r->begin > LINE_BYTES_MAX)
            return flaw_at(r, r->at, LINE_TOO_LONG);
        if (r->at == r->end || *r->at != ',') {
            point->count = n + 1;
            point->field = r->field;
            return LINE_OK;
        }
        r->at++;
    }
}

/* Outside of what 64 bits hold is as far away as they reach. */
static oq_us in_microseconds(int64_t time, line_precision precision)
{
    static const int64_t unit[] = {[LINE_US] = 1,
                                   [LINE_MS] = OQ_MS,
                                   [LINE_S] = OQ_SECOND,
                                   [LINE_MINUTES] = OQ_MINUTE,
                                   [LINE_HOURS] = OQ_HOUR};
    if (precision == LINE_NS)
        return time / 1000 - (time % 1000 < 0);
    oq_us at;
    if (__builtin_mul_overflow(time, unit[precision], &at))
        return time < 0 ? INT64_MIN + 1 : INT64_MAX;
    return at;
}

static line_flaw take_time(line_reader *r, line_point *point)
{
    const char *start = skip_blanks(r->at, r->end);
    point->has_time = !is_line_end(start, r->end);
    if (point->has_time) {
        int64_t time;
        const char *p = decimal_read_i64(start, r->end, &time);
        if (!p)
            return flaw_at(r, start, LINE_BAD_TIME);
        point->time = in_microseconds(time, r->precision);
        point->time_text = oq_strn(start, (size_t)(p - start));
        r->at = skip_blanks(p, r->end);
        if (!is_line_end(r->at, r->end))
            return flaw_at(r, start, LINE_BAD_TIME);
    }
    return LINE_OK;
}

static line_flaw take_point(line_reader *r, line_point *point)
{
    line_flaw flaw = take_series(r, &point->series);
    if (!flaw)
        flaw = take_fields(r, point);
    if (!flaw)
        flaw = take_time(r, point);
    return flaw;
}

/* --- lines --------------------------------------------------------------------------------------*/

line_reader line_read(oq_arena *arena, oq_str text, line_precision precision)
{
    return (line_reader){
        .arena = arena,
        .at = text.ptr,
        .end = text.ptr + text.len,
        .precision = precision,
    };
}

/* Behind the next line end. */
static void skip_line(line_reader *r)
{
    const char *line_end = r->at < r->end ? memchr(r->at, '\n', (size_t)(r->end - r->at)) : NULL;
    r->at = line_end ? line_end + 1 : r->end;
    r->line_ends += line_end != NULL;
}

static size_t count_line_ends(const char *p, const char *end)
{
    size_t count = 0;
    for (; p < end; p++)
        count += *p == '\n';
    return count;
}

bool line_next(line_reader *r, line_point *ret_point, line_flaw *ret_flaw)
{
    for (;;) {
        while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r'))
            r->at++;
        if (r->at == r->end)
            return false;
        if (*r->at != '\n' && *r->at != '#')
            break;
        skip_line(r);
    }
    r->begin = r->at;
    r->number = r->line_ends + 1;
    r->text_ends = 0;
    *ret_flaw = take_point(r, ret_point);
    if (*ret_flaw && r->text_ends)
        r->text_ends = count_line_ends(r->begin, r->at); /* some may lie behind the flaw */
    r->line_ends += r->text_ends;
    skip_line(r);
    return true;
}

oq_err *line_err(const line_reader *r, line_flaw flaw)
{
    int column = (int)(r->flaw_at - r->begin) + 1;
    size_t left = (size_t)(r->end - r->flaw_at);
    oq_str rest = oq_strn(r->flaw_at, left < 40 ? left : 40), found;
    rest = oq_str_sub(rest, 0, oq_str_find_char(rest, '\n'));
    if (!oq_str_cut(&rest, ' ', &found))
        found = OQ_STR("");
    switch (flaw) {
    case LINE_NO_MEASUREMENT:
        return oq_fail(OQ_INVALID, "line.measurement_missing", "column=%d", column);
    case LINE_NO_FIELDS:
        return oq_fail(OQ_INVALID, "line.fields_missing", "column=%d", column);
    case LINE_BAD_FIELD:
        return oq_fail(OQ_INVALID, "line.field_malformed", "column=%d", column);
    case LINE_BAD_VALUE:
        return oq_fail(OQ_INVALID, "line.value_malformed", "column=%d found=%.*s", column,
                       OQ_FMT(found));
    case LINE_OPEN_TEXT:
        return oq_fail(OQ_INVALID, "line.text_open", "column=%d", column);
    case LINE_BAD_TIME:
        return oq_fail(OQ_INVALID, "line.time_malformed", "column=%d found=%.*s", column,
                       OQ_FMT(found));
    case LINE_CONTROL:
        return oq_fail(OQ_INVALID, "line.control_character", "column=%d", column);
    case LINE_TOO_LONG:
        return oq_fail(OQ_INVALID, "line.too_long", "max=%d", LINE_BYTES_MAX);
    case LINE_OK:
        break;
    }
    return NULL;
}

/* --- names --------------------------------------------------------------------------------------*/

oq_str line_plain(oq_arena *arena, oq_str name)
{
    if (oq_str_find_char(name, '\\') == SIZE_MAX)
        return name;
    char *plain = oq_alloc(arena, name.len);
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        /* Only these three are escaped in the protocol; elsewhere a backslash is itself. */
        if (name.ptr[i] == '\\' && i + 1 < name.len && strchr(",= \\", name.ptr[i + 1]))
            i++;
        plain[len++] = name.ptr[i];
    }
    return oq_strn(plain, len);
}

/* The place of `c` where no backslash covers it, or the end. */
static size_t find_plain(oq_str s, char c)
{
    size_t i = 0;
    while (i < s.len && s.ptr[i] != c)
        i += s.ptr[i] == '\\' ? 2 : 1;
    return i < s.len ? i : s.len;
}

oq_err *line_take_apart(oq_arena *arena, oq_str series, line_parts *ret_parts)
{
    size_t at = find_plain(series, ',');
    line_parts parts = {.measurement = line_plain(arena, oq_str_sub(series, 0, at))};
    for (size_t i = 0; i < series.len; i++)
        parts.count += series.ptr[i] == ',';
    parts.tag = oq_new_n(arena, line_tag, parts.count);
    parts.count = 0;
    while (at < series.len) {
        oq_str rest = oq_str_sub(series, at + 1, SIZE_MAX);
        oq_str tag = oq_str_sub(rest, 0, find_plain(rest, ','));
        size_t equals = find_plain(tag, '=');
        if (equals == 0 || equals + 1 >= tag.len)
            return oq_fail(OQ_INVALID, "line.tag_malformed", "tag=%.*s",
                           OQ_FMT(oq_str_sub(tag, 0, 100)));
        parts.tag[parts.count++] =
            (line_tag){line_plain(arena, oq_str_sub(tag, 0, equals)),
                       line_plain(arena, oq_str_sub(tag, equals + 1, SIZE_MAX))};
        at += tag.len + 1;
    }
    *ret_parts = parts;
    return NULL;
}
