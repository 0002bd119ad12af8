#include "recipe/recipe_json.h"

#include "base/banned.h"

recipe_at recipe_at_member(const recipe_at *at, const char *name)
{
    const char *dot = at->place[0] ? "." : "";
    return (recipe_at){at->arena, at->recipe,
                       oq_strf(at->arena, "%s%s%.64s", at->place, dot, name).ptr,
                       json_object_get(at->json, name)};
}

recipe_at recipe_at_item(const recipe_at *at, size_t i)
{
    return (recipe_at){at->arena, at->recipe, oq_strf(at->arena, "%s[%zu]", at->place, i).ptr,
                       json_array_get(at->json, i)};
}

bool recipe_at_given(const recipe_at *at)
{
    return at->json && !json_is_null(at->json);
}

oq_err *recipe_want(const recipe_at *at, json_type type, const char *wanted)
{
    if (!recipe_at_given(at))
        return oq_fail_field(at->place, "recipe.missing");
    if (json_typeof(at->json) != type)
        return oq_fail_field(at->place, "recipe.type", "wanted=%s", wanted);
    return NULL;
}

oq_err *recipe_want_list(const recipe_at *at, size_t max, size_t *ret_count)
{
    OQ_TRY(recipe_want(at, JSON_ARRAY, "list"));
    *ret_count = json_array_size(at->json);
    if (!*ret_count)
        return oq_fail_field(at->place, "recipe.missing");
    if (*ret_count > max)
        return oq_fail_field(at->place, "recipe.too_many", "max=%zu", max);
    return NULL;
}

oq_err *recipe_want_members(const recipe_at *at, const char *const *names)
{
    const char *key;
    json_t *value;
    OQ_TRY(recipe_want(at, JSON_OBJECT, "object"));
    json_object_foreach (at->json, key, value) {
        const char *const *name = names;
        while (*name && strcmp(*name, key) != 0)
            name++;
        if (!*name)
            return oq_fail_field(recipe_at_member(at, key).place, "recipe.unknown");
    }
    return NULL;
}

static oq_err *take_text(const recipe_at *at, oq_str *ret_text)
{
    oq_str text = oq_strn(json_string_value(at->json), json_string_length(at->json));
    if (!oq_utf8_valid(text))
        return oq_fail_field(at->place, "field.bad_text");
    *ret_text = oq_str_copy(at->arena, text);
    return NULL;
}

oq_err *recipe_want_text(const recipe_at *at, oq_str *ret_text)
{
    OQ_TRY(recipe_want(at, JSON_STRING, "text"));
    OQ_TRY(take_text(at, ret_text));
    return ret_text->len ? NULL : oq_fail_field(at->place, "recipe.missing");
}

oq_err *recipe_not_one_of(const recipe_at *at, oq_str found, oq_str choices)
{
    return oq_fail_field(at->place, "recipe.not_one_of", "found=%.*s choices=%.*s",
                         OQ_FMT(oq_str_sub(found, 0, 80)), OQ_FMT(choices));
}

oq_err *recipe_want_choice(const recipe_at *at, const oq_choice *choices, int *ret_value)
{
    oq_str text;
    OQ_TRY(recipe_want_text(at, &text));
    if (oq_choice_value(choices, text, ret_value))
        return NULL;
    OQ_AUTO(oq_buf) known = oq_buf_make(4096);
    for (const oq_choice *c = choices; c->text; c++)
        oq_buf_f(&known, "%s%s", c == choices ? "" : ", ", c->text);
    return recipe_not_one_of(at, text, oq_buf_view(&known));
}

oq_err *recipe_want_scalar(const recipe_at *at, oq_str *ret_text)
{
    char number[OQ_F64_TEXT_MAX];
    *ret_text = OQ_NONE;
    if (!recipe_at_given(at))
        return NULL;
    switch (json_typeof(at->json)) {
    case JSON_STRING:
        return take_text(at, ret_text);
    case JSON_TRUE:
    case JSON_FALSE:
        *ret_text = json_is_true(at->json) ? OQ_STR("true") : OQ_STR("false");
        return NULL;
    case JSON_INTEGER:
        *ret_text = oq_strf(at->arena, "%lld", (long long)json_integer_value(at->json));
        return NULL;
    case JSON_REAL: {
        size_t len = oq_f64_format(json_real_value(at->json), number);
        *ret_text = oq_str_copy(at->arena, oq_strn(number, len));
        return NULL;
    }
    default:
        return oq_fail_field(at->place, "recipe.type", "wanted=%s", "text");
    }
}

oq_err *recipe_want_template(const recipe_at *at, recipe_template *ret)
{
    oq_str text;
    OQ_TRY(recipe_want_text(at, &text));
    oq_err *err = recipe_template_read(at->arena, text, ret);
    if (err)
        err->field = at->place;
    return err;
}
