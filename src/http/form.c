#include "http/parse.h"

/* A decoded copy; false for a '%' without its two digits. */
static bool decode(oq_arena *arena, oq_str text, oq_str *ret_text)
{
    char *out = oq_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        int c = (unsigned char)text.ptr[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            if (!http_percent_read(text, i, &c))
                return false;
            i += 2;
        }
        out[len++] = (char)c;
    }
    *ret_text = oq_strn(out, len);
    return true;
}

oq_err *http_form_parse(oq_arena *arena, oq_str text, http_pairs *ret_pairs)
{
    size_t count = 0;
    oq_str part, rest = text;
    while (oq_str_cut(&rest, '&', &part))
        if (part.len && ++count > HTTP_PAIRS_MAX)
            return oq_fail(OQ_MALFORMED, "http.form_too_many", "max=%d", HTTP_PAIRS_MAX);
    http_pairs pairs = {.at = oq_new_n(arena, oq_pair, count)};
    rest = text;
    while (oq_str_cut(&rest, '&', &part)) {
        if (!part.len)
            continue;
        size_t equals = oq_str_find_char(part, '=');
        oq_str name = oq_str_sub(part, 0, equals);
        oq_str value = equals == SIZE_MAX ? OQ_STR("") : oq_str_sub(part, equals + 1, SIZE_MAX);
        oq_pair *pair = &pairs.at[pairs.count];
        if (!decode(arena, name, &pair->name) || !decode(arena, value, &pair->value) ||
            !oq_utf8_valid(pair->name))
            return oq_fail(OQ_MALFORMED, "http.form_malformed");
        pairs.count++;
    }
    *ret_pairs = pairs;
    return NULL;
}

oq_str http_pairs_find(http_pairs pairs, oq_str name)
{
    for (size_t i = 0; i < pairs.count; i++)
        if (oq_str_eq(pairs.at[i].name, name))
            return pairs.at[i].value;
    return OQ_NONE;
}
