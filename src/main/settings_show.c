/* Settings for people: what is secret stays so. */
#include "main/settings.h"

#define MASK "********"

/* Parameters of libpq whose values anybody may see. What is not among them may be a password in a
 * word that is misspelt. */
static bool is_shown(oq_str name)
{
    static const char *const names[] = {"application_name",
                                        "client_encoding",
                                        "connect_timeout",
                                        "dbname",
                                        "gssencmode",
                                        "host",
                                        "hostaddr",
                                        "keepalives",
                                        "keepalives_count",
                                        "keepalives_idle",
                                        "keepalives_interval",
                                        "options",
                                        "port",
                                        "sslcert",
                                        "sslcrl",
                                        "sslkey",
                                        "sslmode",
                                        "sslrootcert",
                                        "target_session_attrs",
                                        "tcp_user_timeout",
                                        "user"};
    for (size_t i = 0; i < OQ_COUNT(names); i++)
        if (oq_str_eq(name, oq_cstr(names[i])))
            return true;
    return false;
}

/* postgresql://user:password@host/db?password=... */
static oq_str mask_uri(oq_arena *arena, oq_str url, size_t authority)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(url.len * 10 + 100);
    oq_str rest = oq_str_sub(url, authority, SIZE_MAX);
    size_t end = 0;
    while (end < rest.len && !strchr("/?#", rest.ptr[end]))
        end++;
    oq_str who = oq_str_sub(rest, 0, end), after = oq_str_sub(rest, end, SIZE_MAX);
    size_t at = SIZE_MAX;
    for (size_t i = 0; i < who.len; i++)
        if (who.ptr[i] == '@')
            at = i;
    oq_buf_str(&out, oq_str_sub(url, 0, authority));
    size_t colon = at == SIZE_MAX ? SIZE_MAX : oq_str_find_char(oq_str_sub(who, 0, at), ':');
    if (colon != SIZE_MAX) {
        oq_buf_str(&out, oq_str_sub(who, 0, colon + 1));
        oq_buf_lit(&out, MASK);
        who = oq_str_sub(who, at, SIZE_MAX);
    }
    oq_buf_str(&out, who);

    size_t question = oq_str_find_char(after, '?');
    oq_buf_str(&out, oq_str_sub(after, 0, question));
    oq_str query = question == SIZE_MAX ? OQ_NONE : oq_str_sub(after, question + 1, SIZE_MAX), part;
    for (char sep = '?'; oq_str_cut(&query, '&', &part); sep = '&') {
        oq_str name = oq_str_sub(part, 0, oq_str_find_char(part, '='));
        oq_buf_char(&out, sep);
        oq_buf_str(&out, name);
        if (is_shown(name))
            oq_buf_str(&out, oq_str_sub(part, name.len, SIZE_MAX));
        else
            oq_buf_lit(&out, "=" MASK);
    }
    return oq_str_copy(arena, oq_buf_view(&out));
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Length of a value at the front of `s`, quoted or not, as libpq reads it. */
static size_t word_length(oq_str s)
{
    bool quoted = s.len && s.ptr[0] == '\'';
    size_t i = quoted;
    for (; i < s.len; i++) {
        if (s.ptr[i] == '\\')
            i++;
        else if (quoted && s.ptr[i] == '\'')
            return i + 1;
        else if (!quoted && is_blank(s.ptr[i]))
            return i;
    }
    return s.len;
}

/* host=... password=... */
static oq_str mask_words(oq_arena *arena, oq_str words)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(words.len * 10 + 100);
    for (oq_str rest = oq_str_trim(words); rest.len; rest = oq_str_trim(rest)) {
        size_t equals = oq_str_find_char(rest, '=');
        if (equals == SIZE_MAX)
            return OQ_STR(MASK);
        oq_str name = oq_str_trim(oq_str_sub(rest, 0, equals));
        rest = oq_str_sub(rest, equals + 1, SIZE_MAX);
        while (rest.len && is_blank(rest.ptr[0]))
            rest = oq_str_sub(rest, 1, SIZE_MAX);
        oq_str value = oq_str_sub(rest, 0, word_length(rest));
        rest = oq_str_sub(rest, value.len, SIZE_MAX);
        if (!is_shown(name))
            value = OQ_STR(MASK);
        oq_buf_f(&out, "%s%.*s=%.*s", out.len ? " " : "", OQ_FMT(name), OQ_FMT(value));
    }
    return oq_str_copy(arena, oq_buf_view(&out));
}

oq_str settings_mask_url(oq_arena *arena, oq_str url)
{
    size_t scheme = oq_str_find(url, OQ_STR("://"));
    size_t equals = oq_str_find_char(url, '=');
    if (scheme != SIZE_MAX && scheme < equals)
        return mask_uri(arena, url, scheme + 3);
    return mask_words(arena, url);
}

oq_str settings_shown(oq_arena *arena, const oq_field *field, const settings *s)
{
    const oq_str *text = (const void *)((const char *)s + field->offset);
    if (field->type == OQ_TYPE_SECRET)
        return text->len ? OQ_STR(MASK) : OQ_STR("");
    if (field->type == OQ_TYPE_TEXT && oq_str_ends(oq_cstr(field->name), OQ_STR("_url")))
        return text->len ? settings_mask_url(arena, *text) : OQ_STR("");
    return oq_field_text(arena, field, s);
}
