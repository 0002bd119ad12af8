#include "base/csv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/banned.h"

struct oq_csv_reader {
    oq_csv_options options;
    bool has_begun;
    int64_t line; /* of the next row */
    oq_str *cell;
    size_t cap;
    char *unquoted; /* cells of this row that had doubled quotes; row_max bytes, made when needed */
    size_t unquoted_len;
};

oq_csv_reader *oq_csv_open(const oq_csv_options *options)
{
    oq_csv_reader *r = calloc(1, sizeof *r);
    if (!r)
        abort();
    r->options = *options;
    if (!r->options.row_max)
        r->options.row_max = OQ_CSV_ROW_MAX;
    if (!r->options.cells_max)
        r->options.cells_max = OQ_CSV_CELLS_MAX;
    r->line = 1;
    return r;
}

void oq_csv_close(oq_csv_reader *r)
{
    if (!r)
        return;
    free(r->cell);
    free(r->unquoted);
    free(r);
}

char oq_csv_separator(const oq_csv_reader *r)
{
    return r->has_begun ? r->options.separator : 0;
}

int64_t oq_csv_line(const oq_csv_reader *r)
{
    return r->line;
}

/* --- looking ahead ----------------------------------------------------------------------------*/

/* Bit i: byte i of the 16 at `p` is the separator or a line end. */
static inline unsigned marks_at(const char *p, char separator)
{
#ifdef __SSE2__
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(separator)),
                               _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
    return (unsigned)_mm_movemask_epi8(hit);
#else
    unsigned marks = 0;
    for (int i = 0; i < 16; i++)
        marks |= (unsigned)(p[i] == separator || p[i] == '\n') << i;
    return marks;
#endif
}

/* Where the next separator or line end is, or `end`. */
static const char *next_mark(const char *p, const char *end, char separator)
{
    for (; end - p >= 16; p += 16) {
        unsigned marks = marks_at(p, separator);
        if (marks)
            return p + __builtin_ctz(marks);
    }
    while (p < end && *p != separator && *p != '\n')
        p++;
    return p;
}

/* --- a row ------------------------------------------------------------------------------------*/

/* How a row came out. */
typedef enum outcome { ROW_WHOLE, ROW_CUT, ROW_TOO_MANY, ROW_MISPLACED, ROW_OPEN } outcome;

typedef struct taker {
    oq_csv_reader *r;
    const char *begin, *at, *end; /* of the text; `at` is behind what was taken */
    bool is_last;
    size_t count;
    int64_t lines; /* line ends inside quotes */
} taker;

static bool put_cell(taker *t, const char *from, size_t len)
{
    oq_csv_reader *r = t->r;
    if (t->count == r->cap) {
        if (r->cap == r->options.cells_max)
            return false;
        size_t cap = r->cap ? 2 * r->cap : 64;
        r->cap = cap < r->options.cells_max ? cap : r->options.cells_max;
        r->cell = realloc(r->cell, r->cap * sizeof *r->cell);
        if (!r->cell)
            abort();
    }
    r->cell[t->count++] = oq_strn(from, len);
    return true;
}

/* Takes the line end, or reports that the row goes on. `mark` is where the cell ended. */
static bool is_row_end(taker *t, const char *mark)
{
    bool at_line_end = mark == t->end || *mark == '\n';
    t->at = mark == t->end ? mark : mark + 1;
    return at_line_end;
}

static const char *keep_unquoted(taker *t, const char *from, size_t len, size_t *ret_len)
{
    oq_csv_reader *r = t->r;
    if (!r->unquoted && !(r->unquoted = malloc(r->options.row_max)))
        abort();
    char *to = r->unquoted + r->unquoted_len;
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        to[n++] = from[i];
        i += from[i] == '"';
    }
    r->unquoted_len += n;
    *ret_len = n;
    return to;
}

/* Behind the closing quote comes a separator, a line end, or the end of all. */
static outcome close_quotes(taker *t, const char *p, const char **ret_mark)
{
    if (p == t->end) {
        *ret_mark = p;
        return t->is_last ? ROW_WHOLE : ROW_CUT;
    }
    if (*p == '\r') {
        if (p + 1 == t->end && !t->is_last)
            return ROW_CUT;
        if (p + 1 == t->end || p[1] == '\n')
            p++;
    }
    *ret_mark = p;
    if (p == t->end || *p == '\n' || *p == t->r->options.separator)
        return ROW_WHOLE;
    return ROW_MISPLACED;
}

/* `p` is at an opening quote. */
static outcome take_quoted(taker *t, const char *p, const char **ret_mark)
{
    const char *from = ++p;
    bool has_doubled = false;
    for (;; p += 2) {
        p = memchr(p, '"', (size_t)(t->end - p));
        if (!p)
            return t->is_last ? ROW_OPEN : ROW_CUT;
        if (p + 1 == t->end && !t->is_last)
            return ROW_CUT;
        if (p + 1 == t->end || p[1] != '"')
            break;
        has_doubled = true;
    }
    size_t len = (size_t)(p - from);
    for (const char *nl = from; (nl = memchr(nl, '\n', (size_t)(p - nl))); nl++)
        t->lines++;
    outcome how = close_quotes(t, p + 1, ret_mark);
    if (how != ROW_WHOLE)
        return how;
    const char *text = has_doubled ? keep_unquoted(t, from, len, &len) : from;
    return put_cell(t, text, len) ? ROW_WHOLE : ROW_TOO_MANY;
}

static outcome take_plain(taker *t, const char *from, const char *mark)
{
    if (mark == t->end && !t->is_last)
        return ROW_CUT;
    size_t len = (size_t)(mark - from);
    bool at_line_end = mark == t->end || *mark == '\n';
    if (at_line_end && len && mark[-1] == '\r')
        len--;
    return put_cell(t, from, len) ? ROW_WHOLE : ROW_TOO_MANY;
}

static outcome take_row(taker *t)
{
    for (const char *p = t->begin;;) {
        const char *mark;
        outcome how;
        if (p < t->end && *p == '"') {
            how = take_quoted(t, p, &mark);
        } else {
            mark = next_mark(p, t->end, t->r->options.separator);
            how = take_plain(t, p, mark);
        }
        if (how != ROW_WHOLE || is_row_end(t, mark))
            return how;
        p = t->at;
    }
}

/* --- the first row ------------------------------------------------------------------------------*/

/* Counted outside of quotes, up to the first line end. */
static char guess_separator(oq_str text)
{
    static const char candidate[] = {',', ';', '\t', '|'};
    size_t count[OQ_COUNT(candidate)] = {0}, best = 0;
    bool is_quoted = false;
    for (size_t i = 0; i < text.len && (is_quoted || text.ptr[i] != '\n'); i++) {
        is_quoted ^= text.ptr[i] == '"';
        const char *found = is_quoted ? NULL : memchr(candidate, text.ptr[i], sizeof candidate);
        if (found)
            count[found - candidate]++;
    }
    for (size_t i = 1; i < OQ_COUNT(candidate); i++)
        if (count[i] > count[best])
            best = i;
    return candidate[best];
}

static bool has_first_row(oq_str text)
{
    bool is_quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        is_quoted ^= text.ptr[i] == '"';
        if (!is_quoted && text.ptr[i] == '\n')
            return true;
    }
    return false;
}

/* False: too little is there to tell. */
static bool begin(oq_csv_reader *r, oq_str *text, bool is_last)
{
    oq_str rest = *text;
    if (oq_str_starts(rest, OQ_STR("\xef\xbb\xbf")))
        rest = oq_str_sub(rest, 3, SIZE_MAX);
    if (!is_last && rest.len < r->options.row_max && !has_first_row(rest))
        return false;
    if (!r->options.separator)
        r->options.separator = guess_separator(rest);
    r->has_begun = true;
    *text = rest;
    return true;
}

static bool is_utf16(oq_str text)
{
    return oq_str_starts(text, OQ_STR("\xff\xfe")) || oq_str_starts(text, OQ_STR("\xfe\xff"));
}

/* --- rows ---------------------------------------------------------------------------------------*/

/* Behind the line that could not be read; false: its end is not there yet. */
static bool skip_line(taker *t)
{
    const char *p = memchr(t->at, '\n', (size_t)(t->end - t->at));
    t->at = p ? p + 1 : t->end;
    t->lines = -1;
    for (const char *nl = t->begin; (nl = memchr(nl, '\n', (size_t)(t->at - nl))); nl++)
        t->lines++;
    return p || t->is_last;
}

static oq_err *too_long(const oq_csv_reader *r)
{
    return oq_fail(OQ_TOO_LARGE, "csv.row_too_long", "line=%lld max=%zu", (long long)r->line,
                   r->options.row_max);
}

static oq_err *complain(const taker *t, outcome how, int64_t line)
{
    switch (how) {
    case ROW_TOO_MANY:
        return oq_fail(OQ_INVALID, "csv.too_many_cells", "line=%lld max=%zu", (long long)line,
                       t->r->options.cells_max);
    case ROW_MISPLACED:
        return oq_fail(OQ_INVALID, "csv.quote_misplaced", "line=%lld column=%zu", (long long)line,
                       t->count + 1);
    default:
        return oq_fail(OQ_INVALID, "csv.quote_open", "line=%lld", (long long)line);
    }
}

oq_err *oq_csv_next(oq_csv_reader *r, oq_str *text, bool is_last, oq_csv_row *ret_row,
                    bool *ret_is_row)
{
    *ret_is_row = false;
    if (!r->has_begun && is_utf16(*text))
        return oq_fail(OQ_INVALID, "csv.utf16");
    if ((!r->has_begun && !begin(r, text, is_last)) || !text->len)
        return NULL;
    size_t seen = text->len < r->options.row_max ? text->len : r->options.row_max;
    bool sees_all = is_last && seen == text->len;
    taker t = {
        .r = r, .begin = text->ptr, .at = text->ptr, .end = text->ptr + seen, .is_last = sees_all};
    r->unquoted_len = 0;
    outcome how = take_row(&t);
    if ((how == ROW_TOO_MANY || how == ROW_MISPLACED) && !skip_line(&t))
        how = ROW_CUT;
    if (how == ROW_CUT)
        return text->len >= r->options.row_max ? too_long(r) : NULL;
    int64_t line = r->line;
    r->line += t.lines + 1;
    *text = oq_str_sub(*text, (size_t)(t.at - t.begin), SIZE_MAX);
    if (how != ROW_WHOLE)
        return complain(&t, how, line);
    *ret_row = (oq_csv_row){.cell = r->cell, .count = t.count, .line = line};
    *ret_is_row = true;
    return NULL;
}
