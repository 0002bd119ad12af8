#include "base/facts.h"

#include <jansson.h>

#include "base/json.h"

#include "base/banned.h"

oq_str oq_facts_json(oq_arena *arena, const oq_arg *arg, size_t count)
{
    oq_buf out = oq_buf_make(64 * 1024);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    for (size_t i = 0; i < count; i++) {
        oq_json_key(&j, oq_cstr(arg[i].name));
        oq_json_text(&j, arg[i].value);
    }
    oq_json_object_end(&j);
    oq_str text = out.overflow ? OQ_STR("{}") : oq_str_copy(arena, oq_buf_view(&out));
    oq_buf_drop(&out);
    return text;
}

static bool value_text(oq_arena *arena, const json_t *value, oq_str *ret_text)
{
    if (json_is_string(value))
        *ret_text =
            oq_str_copy(arena, oq_strn(json_string_value(value), json_string_length(value)));
    else if (json_is_integer(value))
        *ret_text = oq_strf(arena, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        *ret_text = oq_strf(arena, "%g", json_real_value(value));
    else
        return false;
    return true;
}

size_t oq_facts_read(oq_arena *arena, oq_str json, oq_arg ret_arg[OQ_FACTS_MAX])
{
    size_t count = 0;
    const char *name;
    json_t *value, *object = json.len ? json_loadb(json.ptr, json.len, 0, NULL) : NULL;
    json_object_foreach (object, name, value) {
        oq_str text;
        if (count < OQ_FACTS_MAX && value_text(arena, value, &text))
            ret_arg[count++] = (oq_arg){oq_str_c(arena, oq_cstr(name)), text};
    }
    json_decref(object);
    return count;
}

oq_str oq_text_fill_json(oq_arena *arena, oq_lang lang, oq_str key, oq_str json)
{
    oq_arg arg[OQ_FACTS_MAX];
    size_t count = oq_facts_read(arena, json, arg);
    return oq_text_fill(arena, lang, key, arg, count);
}
