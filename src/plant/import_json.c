/* JSON files of records. The file is cut into its objects here, so that each has its line and one
 * that is malformed does not hide the others; what stands in an object is read by base. */
#include "plant/import_read.h"

#include "base/banned.h"

typedef struct walk {
    oq_str rest;
    int64_t line;
} walk;

static oq_err *malformed(const walk *w)
{
    return oq_fail(OQ_MALFORMED, "plant.import_json_malformed", "line=%lld", (long long)w->line);
}

static void advance(walk *w, size_t len)
{
    for (size_t i = 0; i < len; i++)
        w->line += w->rest.ptr[i] == '\n';
    w->rest = oq_str_sub(w->rest, len, SIZE_MAX);
}

/* The next byte that is no blank; 0 at the end. */
static char peek(walk *w)
{
    size_t i = 0;
    while (i < w->rest.len && memchr(" \t\r\n", w->rest.ptr[i], 4))
        i++;
    advance(w, i);
    return w->rest.len ? w->rest.ptr[0] : 0;
}

static bool take(walk *w, char wanted)
{
    if (peek(w) != wanted)
        return false;
    advance(w, 1);
    return true;
}

/* Bytes of the text at the front, quotes included; 0: it does not end. */
static size_t text_len(oq_str s)
{
    size_t i = 1;
    while (i < s.len && s.ptr[i] != '"')
        i += s.ptr[i] == '\\' ? 2 : 1;
    return i < s.len ? i + 1 : 0;
}

/* Bytes of the value at the front, by its brackets alone; 0: it does not end. */
static size_t value_len(oq_str s)
{
    size_t depth = 0, i = 0;
    while (i < s.len) {
        char c = s.ptr[i];
        size_t len = c == '"' ? text_len(oq_str_sub(s, i, SIZE_MAX)) : 1;
        if (!len)
            return 0;
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && !depth)
            return i; /* of what is around */
        else if (c == '}' || c == ']')
            depth--;
        else if (!depth && (c == ',' || memchr(" \t\r\n", c, 4)))
            return i;
        i += len;
        if (!depth && (c == '}' || c == ']' || c == '"'))
            return i;
    }
    return depth ? 0 : i;
}

/* --- one object ---------------------------------------------------------------------------------*/

/* Members called as columns are; a member of another name is the row's error. */
static void name_columns(oq_arena *arena, const record_kind *kind, oq_pair *pair, size_t count)
{
    record_columns columns = record_columns_of(arena, kind);
    for (size_t i = 0; i < count; i++) {
        const record_column *c = record_column_find(arena, kind, columns, pair[i].name);
        if (c)
            pair[i].name = oq_cstr(c->name);
    }
}

static oq_err *read_object(oq_arena *arena, const record_kind *kind, oq_str json, int64_t line,
                           import_sources *to)
{
    oq_pair *pair = NULL;
    import_source source = {.kind = kind, .line = line};
    source.err = oq_json_pairs(arena, json, &pair, &source.count);
    if (!source.err)
        name_columns(arena, kind, pair, source.count);
    source.pair = pair;
    return import_add_source(arena, to, source);
}

/* --- lists --------------------------------------------------------------------------------------*/

static oq_err *read_list(oq_arena *arena, const record_kind *kind, walk *w, import_sources *to)
{
    if (!take(w, '['))
        return malformed(w);
    if (take(w, ']'))
        return NULL;
    do {
        peek(w);
        size_t len = value_len(w->rest);
        if (!len)
            return malformed(w);
        OQ_TRY(read_object(arena, kind, oq_str_sub(w->rest, 0, len), w->line, to));
        advance(w, len);
    } while (take(w, ','));
    return take(w, ']') ? NULL : malformed(w);
}

/* "sites": of a file of several kinds. */
static oq_err *read_kind(walk *w, const record_kind **ret_kind)
{
    size_t len = peek(w) == '"' ? text_len(w->rest) : 0;
    if (!len)
        return malformed(w);
    oq_str name = oq_str_sub(w->rest, 1, len - 2);
    const record_kind *kind = oq_utf8_valid(name) ? record_kind_find(name) : NULL;
    if (!kind || !kind->get)
        return oq_fail(OQ_INVALID, "plant.import_kind_unknown", "name=%.*s",
                       OQ_FMT(oq_utf8_valid(name) ? oq_str_sub(name, 0, 80) : OQ_STR("?")));
    advance(w, len);
    *ret_kind = kind;
    return take(w, ':') ? NULL : malformed(w);
}

static oq_err *read_kinds(oq_arena *arena, walk *w, import_sources *to)
{
    if (!take(w, '{'))
        return malformed(w);
    if (take(w, '}'))
        return NULL;
    do {
        const record_kind *kind;
        OQ_TRY(read_kind(w, &kind));
        OQ_TRY(read_list(arena, kind, w, to));
    } while (take(w, ','));
    return take(w, '}') ? NULL : malformed(w);
}

oq_err *import_read_json(oq_arena *arena, const record_kind *kind, oq_str file,
                         import_sources *ret_sources)
{
    walk w = {file, 1};
    if (peek(&w) == '[') {
        if (!kind)
            return oq_fail(OQ_INVALID, "plant.import_kind_missing");
        OQ_TRY(read_list(arena, kind, &w, ret_sources));
    } else {
        OQ_TRY(read_kinds(arena, &w, ret_sources));
    }
    if (peek(&w))
        return malformed(&w);
    return ret_sources->count ? NULL : oq_fail(OQ_INVALID, "plant.import_empty");
}
