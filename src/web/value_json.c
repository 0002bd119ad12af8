/* A value from JSON. */
#include <jansson.h>

#include "base/base.h"
#include "web/value.h"

static oq_err *convert(oq_arena *arena, const json_t *json, int depth, web_value **ret_value);

static oq_err *convert_list(oq_arena *arena, const json_t *json, int depth, web_value **ret_value)
{
    web_value *list = web_list(arena);
    for (size_t i = 0; i < json_array_size(json); i++) {
        web_value *item;
        OQ_TRY(convert(arena, json_array_get(json, i), depth, &item));
        web_add(list, item);
    }
    *ret_value = list;
    return NULL;
}

static oq_err *convert_object(oq_arena *arena, const json_t *json, int depth, web_value **ret_value)
{
    web_value *object = web_object(arena);
    const char *key;
    json_t *inner;
    json_object_foreach ((json_t *)json, key, inner) {
        web_value *value;
        OQ_TRY(convert(arena, inner, depth, &value));
        web_put(object, oq_str_c(arena, oq_cstr(key)), value);
    }
    *ret_value = object;
    return NULL;
}

static oq_str number_text(oq_arena *arena, const json_t *json)
{
    if (json_is_integer(json))
        return oq_strf(arena, "%lld", (long long)json_integer_value(json));
    char text[OQ_F64_TEXT_MAX];
    size_t len = oq_f64_format(json_real_value(json), text);
    return oq_str_copy(arena, oq_strn(text, len));
}

static oq_err *convert(oq_arena *arena, const json_t *json, int depth, web_value **ret_value)
{
    if (depth == WEB_JSON_DEPTH_MAX)
        return oq_fail(OQ_MALFORMED, "json.too_deep", "max=%d", WEB_JSON_DEPTH_MAX);
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return convert_object(arena, json, depth + 1, ret_value);
    case JSON_ARRAY:
        return convert_list(arena, json, depth + 1, ret_value);
    case JSON_STRING:
        *ret_value = web_text(
            arena, oq_str_copy(arena, oq_strn(json_string_value(json), json_string_length(json))));
        return NULL;
    case JSON_INTEGER:
    case JSON_REAL:
        *ret_value = web_text(arena, number_text(arena, json));
        return NULL;
    case JSON_TRUE:
    case JSON_FALSE:
        *ret_value = web_truth(arena, json_is_true(json));
        return NULL;
    case JSON_NULL:
        break;
    }
    *ret_value = web_text(arena, OQ_NONE);
    return NULL;
}

oq_err *web_from_json(oq_arena *arena, oq_str json, web_value **ret_value)
{
    json_error_t where;
    json_t *root = json_loadb(json.ptr ? json.ptr : "", json.len,
                              JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &where);
    if (!root)
        return oq_fail(OQ_MALFORMED, "json.malformed", "line=%d column=%d", where.line,
                       where.column);
    oq_err *err = convert(arena, root, 0, ret_value);
    json_decref(root);
    return err;
}
