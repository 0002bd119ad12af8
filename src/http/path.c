#include "http/parse.h"

bool http_percent_read(oq_str text, size_t at, int *ret_byte)
{
    uint8_t byte;
    size_t len;
    if (text.len - at < 3 || !oq_hex_parse(oq_str_sub(text, at + 1, 2), &byte, 1, &len))
        return false;
    *ret_byte = byte;
    return true;
}

bool http_target_split(oq_str target, oq_str *ret_path, oq_str *ret_query)
{
    /* RFC 9112, 3.2.2: the absolute form must be understood, whoever sends it. */
    static const oq_str schemes[] = {OQ_STR_INIT("http://"), OQ_STR_INIT("https://")};
    for (size_t i = 0; i < OQ_COUNT(schemes); i++) {
        if (oq_str_eq_ascii_nocase(oq_str_sub(target, 0, schemes[i].len), schemes[i])) {
            target = oq_str_sub(target, schemes[i].len, SIZE_MAX);
            size_t slash = oq_str_find_char(target, '/');
            size_t mark = oq_str_find_char(target, '?');
            if (slash == SIZE_MAX || mark < slash)
                return false;
            target = oq_str_sub(target, slash, SIZE_MAX);
            break;
        }
    }
    if (target.len == 0 || target.ptr[0] != '/')
        return false;
    size_t mark = oq_str_find_char(target, '?');
    *ret_path = oq_str_sub(target, 0, mark);
    *ret_query = mark == SIZE_MAX ? OQ_NONE : oq_str_sub(target, mark + 1, SIZE_MAX);
    return true;
}

/* Decodes one segment to `out`; SIZE_MAX when it is malformed. */
static size_t decode_segment(oq_str segment, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < segment.len; i++) {
        int c = (unsigned char)segment.ptr[i];
        if (c == '%') {
            if (!http_percent_read(segment, i, &c))
                return SIZE_MAX;
            i += 2;
        }
        /* A slash here was encoded: two programs that decode at different times would not agree
         * where it leads, so it leads nowhere. */
        if (c < 0x20 || c == 0x7f || c == '/' || c == '\\')
            return SIZE_MAX;
        out[len++] = (char)c;
    }
    return oq_utf8_valid(oq_strn(out, len)) ? len : SIZE_MAX;
}

oq_err *http_path_parse(oq_arena *arena, oq_str path, oq_str *ret_path, http_segments *ret_segments)
{
    http_segments found = {0};
    if (path.len == 0 || path.ptr[0] != '/')
        return oq_fail(OQ_MALFORMED, "http.path_malformed");
    char *decoded = oq_alloc(arena, path.len + 1);
    decoded[0] = '/';
    size_t used = 1;
    for (size_t at = 1; path.len > 1 && at <= path.len;) {
        oq_str rest = oq_str_sub(path, at, SIZE_MAX);
        oq_str segment = oq_str_sub(rest, 0, oq_str_find_char(rest, '/'));
        size_t len = decode_segment(segment, decoded + used);
        if (len == SIZE_MAX)
            return oq_fail(OQ_MALFORMED, "http.path_malformed");
        if (found.count < HTTP_SEGMENTS_MAX)
            found.at[found.count++] = oq_strn(decoded + used, len);
        else
            found.is_too_deep = true;
        used += len;
        at += segment.len + 1;
        if (at <= path.len)
            decoded[used++] = '/';
    }
    *ret_path = oq_strn(decoded, used);
    *ret_segments = found;
    return NULL;
}

bool http_path_is_own(oq_str path)
{
    if (path.len == 0 || path.len > 2048 || path.ptr[0] != '/')
        return false;
    /* Browsers read "//host" and "/\host" as another server. */
    if (path.len > 1 && (path.ptr[1] == '/' || path.ptr[1] == '\\'))
        return false;
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        if (c <= 0x20 || c == 0x7f || c == '\\')
            return false;
    }
    return oq_utf8_valid(path);
}
