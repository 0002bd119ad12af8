#include "db/sql_token.h"

#include <ctype.h>
#include <strings.h>

#include "base/banned.h"

static bool starts_word(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_in_word(char c)
{
    return starts_word(c) || isdigit((unsigned char)c) || c == '$';
}

static bool has(oq_str s, size_t at, const char *text)
{
    size_t len = strlen(text);
    return at + len <= s.len && memcmp(s.ptr + at, text, len) == 0;
}

/* Where the comment that begins at 0 ends; they nest. */
static size_t block_comment_end(oq_str s)
{
    size_t depth = 0, at = 0;
    while (at < s.len) {
        if (has(s, at, "/*")) {
            depth++;
            at += 2;
        } else if (has(s, at, "*/")) {
            at += 2;
            if (--depth == 0)
                break;
        } else {
            at++;
        }
    }
    return at;
}

static size_t space_end(oq_str s)
{
    size_t at = 0;
    for (;;) {
        if (at < s.len && isspace((unsigned char)s.ptr[at]))
            at++;
        else if (has(s, at, "--"))
            while (at < s.len && s.ptr[at] != '\n')
                at++;
        else if (has(s, at, "/*"))
            at += block_comment_end(oq_str_sub(s, at, s.len));
        else
            return at;
    }
}

/* Where what was opened by `quote` just before `at` ends, behind the closing quote. */
static size_t quoted_end(oq_str s, size_t at, char quote, bool has_escapes)
{
    while (at < s.len) {
        if (has_escapes && s.ptr[at] == '\\')
            at += 2;
        else if (s.ptr[at] != quote)
            at++;
        else if (at + 1 < s.len && s.ptr[at + 1] == quote)
            at += 2;
        else
            return at + 1;
    }
    return s.len;
}

/* The length of `$tag$` at the start, or 0. */
static size_t dollar_tag(oq_str s)
{
    size_t at = 1;
    if (s.len < 2 || s.ptr[0] != '$')
        return 0;
    if (starts_word(s.ptr[1]))
        while (at < s.len && is_in_word(s.ptr[at]) && s.ptr[at] != '$')
            at++;
    return at < s.len && s.ptr[at] == '$' ? at + 1 : 0;
}

static sql_token take(sql_reader *r, sql_kind kind, size_t len, size_t skip_front, size_t skip_back)
{
    sql_token token = {.kind = kind, .line = r->line};
    size_t inner = len > skip_front + skip_back ? len - skip_front - skip_back : 0;
    token.text = oq_str_sub(r->rest, skip_front, inner);
    for (size_t i = 0; i < len; i++)
        r->line += r->rest.ptr[i] == '\n';
    r->rest = oq_str_sub(r->rest, len, r->rest.len);
    return token;
}

static sql_token take_dollar_quoted(sql_reader *r, size_t tag_len)
{
    oq_str tag = oq_str_sub(r->rest, 0, tag_len);
    size_t body = oq_str_find(oq_str_sub(r->rest, tag_len, r->rest.len), tag);
    if (body == SIZE_MAX)
        return take(r, SQL_STRING, r->rest.len, tag_len, 0);
    return take(r, SQL_STRING, tag_len + body + tag_len, tag_len, tag_len);
}

sql_token sql_next(sql_reader *r)
{
    take(r, SQL_SIGN, space_end(r->rest), 0, 0);
    oq_str s = r->rest;
    if (s.len == 0)
        return (sql_token){.kind = SQL_END, .line = r->line};
    size_t tag = dollar_tag(s);
    if (tag)
        return take_dollar_quoted(r, tag);
    if (s.ptr[0] == '"')
        return take(r, SQL_QUOTED, quoted_end(s, 1, '"', false), 1, 1);
    if (s.ptr[0] == '\'')
        return take(r, SQL_STRING, quoted_end(s, 1, '\'', false), 1, 1);
    if (s.len > 1 && s.ptr[1] == '\'' && strchr("eEbBxXnN", s.ptr[0]))
        return take(r, SQL_STRING, quoted_end(s, 2, '\'', tolower(s.ptr[0]) == 'e'), 2, 1);
    size_t len = 1;
    if (starts_word(s.ptr[0])) {
        while (len < s.len && is_in_word(s.ptr[len]))
            len++;
        return take(r, SQL_WORD, len, 0, 0);
    }
    if (isdigit((unsigned char)s.ptr[0]))
        while (len < s.len && (isdigit((unsigned char)s.ptr[len]) || s.ptr[len] == '.'))
            len++;
    return take(r, SQL_SIGN, len, 0, 0);
}

bool sql_is(const sql_token *token, const char *word)
{
    return token->kind == SQL_WORD && token->text.len == strlen(word) &&
           strncasecmp(token->text.ptr, word, token->text.len) == 0;
}
