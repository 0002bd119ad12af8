#include <math.h>

#include "quant/expr_inner.h"

#include "base/banned.h"

size_t expr_position(oq_str text, size_t at)
{
    return oq_utf8_count(oq_str_sub(text, 0, at)) + 1;
}

/* Signs, the longest first; what is pasted from a document means the same as what is typed. */
static const struct {
    const char *written, *meant;
} signs[] = {
    {"<=", "<="}, {">=", ">="}, {"==", "="}, {"!=", "!="}, {"<>", "!="}, {"≤", "<="},
    {"≥", ">="},  {"≠", "!="},  {"×", "*"},  {"·", "*"},   {"÷", "/"},   {"−", "-"},
    {"+", "+"},   {"-", "-"},   {"*", "*"},  {"/", "/"},   {"^", "^"},   {"<", "<"},
    {">", ">"},   {"=", "="},   {"(", "("},  {")", ")"},   {",", ","},   {"،", ","},
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static oq_err *wrong(oq_str text, size_t at, const char *found, const char *wanted)
{
    return oq_fail(OQ_INVALID, "expr.syntax", "position=%zu found=%s wanted=%s",
                   expr_position(text, at), found, wanted);
}

/* 'P-101.flow', a quote within is written twice. */
static oq_err *read_series(oq_arena *arena, oq_str text, token *t)
{
    char *key = oq_alloc(arena, text.len);
    size_t len = 0, i = t->at + 1;
    for (;; i++) {
        if (i >= text.len)
            return wrong(text, t->at, "'", "expr_closing_quote");
        if (text.ptr[i] == '\'') {
            if (i + 1 == text.len || text.ptr[i + 1] != '\'')
                break;
            i++;
        }
        key[len++] = text.ptr[i];
    }
    t->kind = TOKEN_SERIES;
    t->text = oq_strn(key, len);
    t->len = i + 1 - t->at;
    return NULL;
}

static oq_err *read_unit(oq_str text, token *t)
{
    size_t len = oq_str_find_char(oq_str_sub(text, t->at, SIZE_MAX), ']');
    if (len == SIZE_MAX)
        return wrong(text, t->at, "[", "expr_closing_bracket");
    t->kind = TOKEN_UNIT;
    t->text = oq_str_trim(oq_str_sub(text, t->at + 1, len - 1));
    t->len = len + 1;
    return NULL;
}

/* "12", "1.5", ".5", "2e-3": what follows an e without digits is a name. */
static oq_err *read_number(oq_str text, token *t)
{
    size_t i = t->at;
    while (i < text.len && (is_digit(text.ptr[i]) || text.ptr[i] == '.'))
        i++;
    size_t e = i;
    if (e < text.len && (text.ptr[e] == 'e' || text.ptr[e] == 'E')) {
        e++;
        e += e < text.len && (text.ptr[e] == '+' || text.ptr[e] == '-');
        if (e < text.len && is_digit(text.ptr[e])) {
            while (e < text.len && is_digit(text.ptr[e]))
                e++;
            i = e;
        }
    }
    t->kind = TOKEN_NUMBER;
    t->len = i - t->at;
    oq_str digits = oq_str_sub(text, t->at, t->len);
    if (!oq_parse_f64(digits, &t->number) || !isfinite(t->number))
        return oq_fail(OQ_INVALID, "expr.syntax", "position=%zu found=%.*s wanted=%s",
                       expr_position(text, t->at), OQ_FMT(digits), "expr_number");
    return NULL;
}

static oq_err *read_sign(oq_str text, token *t)
{
    oq_str rest = oq_str_sub(text, t->at, SIZE_MAX);
    for (size_t i = 0; i < OQ_COUNT(signs); i++) {
        oq_str written = oq_cstr(signs[i].written);
        if (oq_str_starts(rest, written)) {
            t->kind = TOKEN_SIGN;
            t->text = oq_cstr(signs[i].meant);
            t->len = written.len;
            return NULL;
        }
    }
    oq_str after = rest;
    uint32_t code;
    oq_utf8_next(&after, &code);
    return oq_fail(OQ_INVALID, "expr.syntax", "position=%zu found=%.*s wanted=%s",
                   expr_position(text, t->at), (int)(rest.len - after.len), rest.ptr, "expr_value");
}

oq_err *expr_token(oq_arena *arena, oq_str text, size_t at, token *ret_token)
{
    while (at < text.len && strchr(" \t\r\n", text.ptr[at]))
        at++;
    *ret_token = (token){.kind = TOKEN_END, .at = at};
    if (at == text.len)
        return NULL;
    char c = text.ptr[at];
    if (c == '\'')
        return read_series(arena, text, ret_token);
    if (c == '[')
        return read_unit(text, ret_token);
    if (is_digit(c) || (c == '.' && at + 1 < text.len && is_digit(text.ptr[at + 1])))
        return read_number(text, ret_token);
    if (!is_letter(c))
        return read_sign(text, ret_token);
    size_t len = 0;
    while (at + len < text.len && (is_letter(text.ptr[at + len]) || is_digit(text.ptr[at + len])))
        len++;
    ret_token->kind = TOKEN_NAME;
    ret_token->len = len;
    ret_token->text = oq_str_sub(text, at, len);
    return NULL;
}
