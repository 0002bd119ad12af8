#include "http/parse.h"

oq_str http_cookie_find(oq_str header, oq_str name)
{
    oq_str part, rest = header;
    while (oq_str_cut(&rest, ';', &part)) {
        size_t equals = oq_str_find_char(part, '=');
        if (equals == SIZE_MAX || !oq_str_eq(oq_str_trim(oq_str_sub(part, 0, equals)), name))
            continue;
        oq_str value = oq_str_trim(oq_str_sub(part, equals + 1, SIZE_MAX));
        if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
            value = oq_str_sub(value, 1, value.len - 2);
        return value;
    }
    return OQ_NONE;
}

bool http_token_ok(oq_str text)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && (c == '\0' || !strchr(others, c)))
            return false;
    }
    return text.len > 0;
}

bool http_cookie_name_ok(oq_str name)
{
    return http_token_ok(name);
}

bool http_cookie_value_ok(oq_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if (c <= 0x20 || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '\\')
            return false;
    }
    return true;
}

bool http_header_value_ok(oq_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

bool http_request_id_ok(oq_str id)
{
    if (id.len < 8 || id.len > 64)
        return false;
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-'))
            return false;
    }
    return true;
}
