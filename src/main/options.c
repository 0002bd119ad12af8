#include "main/options.h"

#include "main/near.h"

typedef struct reading {
    oq_arena *arena;
    const oq_field *fields;
    const char *const *operands;
    size_t operand_count; /* of those seen so far */
    oq_pair pair[OPTIONS_WORDS_MAX];
    size_t pair_count;
} reading;

static bool is_operand(const char *const *operands, oq_str name)
{
    for (size_t i = 0; operands && i < OPTIONS_OPERANDS_MAX && operands[i]; i++)
        if (oq_str_eq(oq_cstr(operands[i]), name))
            return true;
    return false;
}

oq_str options_shown_name(oq_arena *arena, const char *const operands[OPTIONS_OPERANDS_MAX],
                          oq_str field_name)
{
    bool upper = is_operand(operands, field_name);
    oq_str text = oq_strf(arena, "%s%.*s", upper ? "" : "--", OQ_FMT(field_name));
    for (char *p = (char *)text.ptr; *p; p++) {
        if (upper && *p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
        else if (*p == '_')
            *p = '-';
    }
    return text;
}

/* The option's field, by the name on the command line without its dashes. */
static const oq_field *find_option(const reading *r, oq_str name)
{
    char *wanted = oq_str_c(r->arena, name);
    for (char *p = wanted; *p; p++)
        if (*p == '-')
            *p = '_';
    const oq_field *f = r->fields ? oq_field_find(r->fields, oq_cstr(wanted)) : NULL;
    return f && !is_operand(r->operands, oq_cstr(wanted)) ? f : NULL;
}

static oq_err *unknown_option(const reading *r, oq_str word)
{
    near_search near = near_to(word);
    for (const oq_field *f = r->fields; f && f->type != OQ_TYPE_END; f++)
        if (!is_operand(r->operands, oq_cstr(f->name)))
            near_show(&near, options_shown_name(r->arena, r->operands, oq_cstr(f->name)));
    near_show(&near, OQ_STR("--help"));
    if (near.best.len)
        return oq_fail(OQ_INVALID, "option.unknown_near", "option=%.*s near=%.*s", OQ_FMT(word),
                       OQ_FMT(near.best));
    return oq_fail(OQ_INVALID, "option.unknown", "option=%.*s", OQ_FMT(word));
}

static oq_err *add(reading *r, const char *name, oq_str value)
{
    if (r->pair_count == OPTIONS_WORDS_MAX)
        return oq_fail(OQ_INVALID, "option.too_many_words", "word=%.*s", OQ_FMT(value));
    r->pair[r->pair_count++] = (oq_pair){oq_cstr(name), value};
    return NULL;
}

static size_t last_operand(const reading *r)
{
    size_t n = 0;
    while (n + 1 < OPTIONS_OPERANDS_MAX && r->operands[n + 1])
        n++;
    return n;
}

static bool is_list(const reading *r, const char *name)
{
    const oq_field *f = oq_field_find(r->fields, oq_cstr(name));
    return f && f->type == OQ_TYPE_TEXTS;
}

static oq_err *take_operand(reading *r, oq_str word)
{
    size_t n = r->operand_count++;
    if (r->operands && n > 0 && (n >= OPTIONS_OPERANDS_MAX || !r->operands[n]))
        n = last_operand(r);
    bool is_one_more = r->operands && n < OPTIONS_OPERANDS_MAX && r->operands[n] &&
                       (n + 1 == r->operand_count || is_list(r, r->operands[n]));
    if (!is_one_more)
        return oq_fail(OQ_INVALID, "option.too_many_words", "word=%.*s", OQ_FMT(word));
    return add(r, r->operands[n], word);
}

/* An option at words[0]; takes the word behind it as well when that is its value. */
static oq_err *take_option(reading *r, char *const *words, size_t count, size_t *ret_used)
{
    oq_str name = oq_cstr(words[0]), value = OQ_NONE;
    size_t equals = oq_str_find_char(name, '=');
    if (equals != SIZE_MAX) {
        value = oq_str_sub(name, equals + 1, SIZE_MAX);
        name = oq_str_sub(name, 0, equals);
    }
    *ret_used = 1;
    const oq_field *f = find_option(r, oq_str_sub(name, 2, SIZE_MAX));
    if (!f || !oq_str_starts(name, OQ_STR("--")))
        return unknown_option(r, name);
    if (f->type == OQ_TYPE_BOOL)
        return value.ptr ? oq_fail(OQ_INVALID, "option.value_unwanted", "option=%.*s", OQ_FMT(name))
                         : add(r, f->name, OQ_STR("true"));
    if (!value.ptr && count > 1) {
        value = oq_cstr(words[1]);
        *ret_used = 2;
    }
    if (!value.ptr || (*ret_used == 2 && oq_str_starts(value, OQ_STR("--"))))
        return oq_fail(OQ_INVALID, "option.value_missing", "option=%.*s", OQ_FMT(name));
    return add(r, f->name, value);
}

/* The fields' own errors, about the words as they were typed. */
static oq_err *renamed(const reading *r, const oq_err *err)
{
    oq_err *first = NULL;
    for (; err; err = err->next) {
        oq_err *copy = oq_copy(r->arena, err, sizeof(*err));
        copy->next = NULL;
        if (err->field)
            copy->field = options_shown_name(r->arena, r->operands, oq_cstr(err->field)).ptr;
        first = oq_err_join(first, copy);
    }
    return first;
}

oq_err *options_read(oq_arena *arena, const oq_field *fields,
                     const char *const operands[OPTIONS_OPERANDS_MAX], char *const *words,
                     size_t count, void *record, options_rest *ret_rest)
{
    reading r = {.arena = arena, .fields = fields, .operands = operands};
    if (ret_rest)
        *ret_rest = (options_rest){0};
    bool only_operands = false;
    for (size_t i = 0, used = 1; i < count; i += used, used = 1) {
        bool is_end = !only_operands && strcmp(words[i], "--") == 0;
        if (is_end && ret_rest) {
            *ret_rest = (options_rest){words + i + 1, count - i - 1};
            break;
        }
        if (is_end)
            only_operands = true;
        else if (!only_operands && words[i][0] == '-' && words[i][1])
            OQ_TRY(take_option(&r, words + i, count - i, &used));
        else
            OQ_TRY(take_operand(&r, oq_cstr(words[i])));
    }
    if (!fields)
        return NULL;
    return renamed(&r, oq_fields_read_pairs(arena, fields, r.pair, r.pair_count, record));
}
