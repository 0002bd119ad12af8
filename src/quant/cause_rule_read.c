#include "quant/cause_rule_read.h"

#include "base/json_place.h"

#include "base/banned.h"

/* --- errors -------------------------------------------------------------------------------------*/

void rule_locate(rule_reader *r, const rule_at *at, bool of_key)
{
    oq_json_step step[RULE_DEPTH_MAX];
    size_t steps = 0;
    for (const rule_at *a = at; a->up; a = a->up)
        steps++;
    assert(steps <= RULE_DEPTH_MAX);
    size_t i = steps;
    for (const rule_at *a = at; a->up; a = a->up)
        step[--i] = (oq_json_step){a->key, a->index};
    OQ_AUTO(oq_buf) path = oq_buf_make(1024);
    for (i = 0; i < steps; i++) {
        if (oq_str_given(step[i].key))
            oq_buf_f(&path, "%s%.*s", i ? "." : "", OQ_FMT(oq_str_sub(step[i].key, 0, 64)));
        else
            oq_buf_f(&path, "[%zu]", step[i].index);
    }
    r->path = oq_str_c(r->arena, oq_buf_view(&path));
    oq_json_place(r->json, step, steps, of_key, &r->line, &r->column);
}

void rule_add_error(rule_reader *r, oq_err *err)
{
    r->first = oq_err_join(r->first, err);
    r->errors++;
}

/* --- down the tree ------------------------------------------------------------------------------*/

static json_t *given(json_t *json)
{
    return json && !json_is_null(json) ? json : NULL;
}

rule_at rule_member(const rule_at *at, const char *name)
{
    return (rule_at){at, oq_cstr(name), 0, given(json_object_get(at->json, name))};
}

rule_at rule_item(const rule_at *at, size_t index)
{
    return (rule_at){at, OQ_NONE, index, given(json_array_get(at->json, index))};
}

static bool is_among(oq_str text, const char *const *names)
{
    for (; *names; names++)
        if (oq_str_eq(text, oq_cstr(*names)))
            return true;
    return false;
}

bool rule_want_object(rule_reader *r, const rule_at *at, const char *const *names)
{
    if (!json_is_object(at->json)) {
        if (at->json)
            RULE_WRONG(r, at, "rule.type", " wanted=%s", "object");
        return false;
    }
    const char *key;
    json_t *value;
    json_object_foreach (at->json, key, value) {
        rule_at member = {at, oq_cstr(key), 0, value};
        if (!is_among(member.key, names))
            RULE_WRONG_NAME(r, &member, "rule.unknown_field", " name=%.*s",
                            OQ_FMT(oq_str_sub(member.key, 0, 64)));
    }
    return true;
}

/* --- values -------------------------------------------------------------------------------------*/

static oq_str text_of(const json_t *json)
{
    return oq_str_trim(oq_strn(json_string_value(json), json_string_length(json)));
}

oq_str rule_text(rule_reader *r, const rule_at *at, size_t max)
{
    if (!at->json)
        return OQ_NONE;
    if (!json_is_string(at->json)) {
        RULE_WRONG(r, at, "rule.type", " wanted=%s", "text");
        return OQ_NONE;
    }
    oq_str text = text_of(at->json);
    if (text.len > 0 && text.len <= max)
        return oq_str_copy(r->arena, text);
    RULE_WRONG(r, at, "rule.text_length", " max=%zu", max);
    return OQ_NONE;
}

double rule_number(rule_reader *r, const rule_at *at, double min, double max, double preset)
{
    if (!at->json)
        return preset;
    double value = json_number_value(at->json);
    if (!json_is_number(at->json))
        RULE_WRONG(r, at, "rule.type", " wanted=%s", "number");
    else if (value < min || value > max)
        RULE_WRONG(r, at, "rule.range", " min=%g max=%g", min, max);
    else
        return value;
    return preset;
}

int rule_truth_of(rule_reader *r, const rule_at *at)
{
    if (!at->json)
        return TRUTH_ANY;
    if (!json_is_boolean(at->json)) {
        RULE_WRONG(r, at, "rule.type", " wanted=%s", "boolean");
        return TRUTH_ANY;
    }
    return json_is_true(at->json) ? TRUTH_YES : TRUTH_NO;
}

rule_texts rule_text_list(rule_reader *r, const rule_at *at, size_t max)
{
    rule_texts list = {0};
    if (!at->json)
        return list;
    bool is_list = json_is_array(at->json);
    size_t count = is_list ? json_array_size(at->json) : 1;
    if (count > RULE_LIST_MAX) {
        RULE_WRONG(r, at, "rule.too_many", " max=%d", RULE_LIST_MAX);
        return list;
    }
    oq_str *text = oq_new_n(r->arena, oq_str, count);
    for (size_t i = 0; i < count; i++) {
        rule_at item = is_list ? rule_item(at, i) : *at;
        if (!item.json)
            RULE_WRONG(r, &item, "rule.type", " wanted=%s", "text");
        text[list.count] = rule_text(r, &item, max);
        list.count += oq_str_given(text[list.count]);
    }
    list.at = text;
    return list;
}

oq_str rule_choice(rule_reader *r, const rule_at *at, const char *const *choices)
{
    oq_str text = rule_text(r, at, RULE_TEXT_MAX);
    if (!oq_str_given(text))
        return OQ_NONE;
    OQ_AUTO(oq_buf) all = oq_buf_make(1024);
    for (; *choices; choices++) {
        if (oq_str_eq_ascii_nocase(text, oq_cstr(*choices)))
            return oq_cstr(*choices);
        oq_buf_f(&all, "%s%s", all.len ? ", " : "", *choices);
    }
    RULE_WRONG(r, at, "rule.not_a_choice", " choices=%.*s", OQ_FMT(oq_buf_view(&all)));
    return OQ_NONE;
}

rule_words rule_two_languages(rule_reader *r, const rule_at *at, size_t max)
{
    static const char *const names[] = {"en", "ar", NULL};
    if (!json_is_object(at->json)) {
        oq_str both = rule_text(r, at, max);
        return (rule_words){both, both};
    }
    rule_want_object(r, at, names);
    rule_at en = rule_member(at, "en"), ar = rule_member(at, "ar");
    rule_words words = {rule_text(r, &en, max), rule_text(r, &ar, max)};
    if (!en.json && !ar.json)
        RULE_WRONG(r, at, "rule.required", " name=%s", "en");
    if (!oq_str_given(words.en))
        words.en = words.ar;
    if (!oq_str_given(words.ar))
        words.ar = words.en;
    return words;
}

oq_str rule_scalar(rule_reader *r, const rule_at *at)
{
    if (json_is_string(at->json))
        return rule_text(r, at, RULE_TEXT_MAX);
    if (json_is_boolean(at->json))
        return json_is_true(at->json) ? OQ_STR("true") : OQ_STR("false");
    if (json_is_number(at->json)) {
        char text[OQ_F64_TEXT_MAX];
        return oq_str_copy(r->arena,
                           oq_strn(text, oq_f64_format(json_number_value(at->json), text)));
    }
    if (at->json)
        RULE_WRONG(r, at, "rule.type", " wanted=%s", "text");
    return OQ_NONE;
}

oq_str rule_slug(oq_arena *arena, oq_str text)
{
    char *to = oq_alloc(arena, text.len + 1);
    size_t len = 0;
    oq_str lower = oq_str_lower(arena, text);
    for (size_t i = 0; i < lower.len && len < RULE_CODE_BYTES; i++) {
        char c = lower.ptr[i];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            to[len++] = c;
        else if (len > 0 && to[len - 1] != '_')
            to[len++] = '_';
    }
    while (len > 0 && to[len - 1] == '_')
        len--;
    return oq_strn(to, len);
}
