#include "http/parse.h"

/* "q=0.8" in thousandths: at most three decimals, at most 1 (RFC 9110, 12.4.2). */
static int weight_parse(oq_str text)
{
    if (text.len == 0 || text.len > 5 || (text.ptr[0] != '0' && text.ptr[0] != '1') ||
        (text.len > 1 && text.ptr[1] != '.'))
        return 0;
    int weight = (text.ptr[0] - '0') * 1000, step = 100;
    for (size_t i = 2; i < text.len; i++, step /= 10) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return 0;
        weight += (text.ptr[i] - '0') * step;
    }
    return weight <= 1000 ? weight : 0;
}

bool http_weighed_next(oq_str *rest, http_weighed *ret_item)
{
    oq_str part;
    while (oq_str_cut(rest, ',', &part)) {
        oq_str item, parameter;
        if (!oq_str_cut(&part, ';', &item))
            continue;
        item = oq_str_trim(item);
        if (!item.len)
            continue;
        *ret_item = (http_weighed){.item = item, .weight = 1000};
        while (oq_str_cut(&part, ';', &parameter)) {
            parameter = oq_str_trim(parameter);
            if (oq_str_eq_ascii_nocase(oq_str_sub(parameter, 0, 2), OQ_STR("q=")))
                ret_item->weight = weight_parse(oq_str_trim(oq_str_sub(parameter, 2, SIZE_MAX)));
        }
        return true;
    }
    return false;
}

bool http_accepts_gzip(oq_str accept_encoding)
{
    bool any = false;
    http_weighed got;
    for (oq_str rest = accept_encoding; http_weighed_next(&rest, &got);) {
        if (oq_str_eq_ascii_nocase(got.item, OQ_STR("gzip")) ||
            oq_str_eq_ascii_nocase(got.item, OQ_STR("x-gzip")))
            return got.weight > 0;
        if (oq_str_eq(got.item, OQ_STR("*")))
            any = got.weight > 0;
    }
    return any;
}

bool http_accepts_html(oq_str accept)
{
    http_weighed got;
    for (oq_str rest = accept; http_weighed_next(&rest, &got);)
        if (oq_str_eq_ascii_nocase(got.item, OQ_STR("text/html")))
            return got.weight > 0;
    return false;
}

bool http_accepts_lang(oq_str accept_language, oq_lang *ret_lang)
{
    int best = 0;
    http_weighed got;
    for (oq_str rest = accept_language; http_weighed_next(&rest, &got);) {
        oq_str primary = oq_str_sub(got.item, 0, oq_str_find_char(got.item, '-'));
        for (int lang = 0; lang < OQ_LANG_COUNT; lang++) {
            if (got.weight > best && oq_str_eq_ascii_nocase(primary, oq_lang_code(lang))) {
                best = got.weight;
                *ret_lang = lang;
            }
        }
    }
    return best > 0;
}

oq_str http_media_type(oq_arena *arena, oq_str content_type)
{
    return oq_str_lower(
        arena, oq_str_trim(oq_str_sub(content_type, 0, oq_str_find_char(content_type, ';'))));
}

bool http_etag_matches(oq_str if_none_match, oq_str etag)
{
    oq_str part;
    while (oq_str_cut(&if_none_match, ',', &part)) {
        part = oq_str_trim(part);
        if (oq_str_eq(part, OQ_STR("*")))
            return true;
        if (oq_str_starts(part, OQ_STR("W/")))
            part = oq_str_sub(part, 2, SIZE_MAX);
        if (part.len == etag.len + 2 && part.ptr[0] == '"' && part.ptr[part.len - 1] == '"' &&
            oq_str_eq(oq_str_sub(part, 1, etag.len), etag))
            return true;
    }
    return false;
}
