#include "audit/view.h"

#include <jansson.h>

#include "web/page.h"

#include "base/banned.h"

/* --- words ------------------------------------------------------------------------------------*/

static const char action_prefix[] = "audit.action.";

static oq_str words(oq_arena *arena, oq_lang lang, const char *prefix, oq_str name)
{
    oq_str key = oq_strf(arena, "%s%.*s", prefix, OQ_FMT(name));
    return oq_text_exists(lang, key) ? oq_text(lang, key) : name;
}

oq_str audit_action_words(oq_arena *arena, oq_lang lang, oq_str action)
{
    return words(arena, lang, action_prefix, action);
}

oq_str audit_object_words(oq_arena *arena, oq_lang lang, oq_str type)
{
    return words(arena, lang, "audit.object.", type);
}

typedef struct action_walk {
    void (*each)(void *self, oq_str action);
    void *self;
} action_walk;

static void visit_key(void *self, oq_str key, oq_str text)
{
    const action_walk *walk = self;
    if (oq_str_starts(key, oq_cstr(action_prefix)))
        walk->each(walk->self, oq_str_sub(key, sizeof action_prefix - 1, SIZE_MAX));
}

void audit_each_action(void (*each)(void *self, oq_str action), void *self)
{
    oq_lang_each(OQ_LANG_EN, visit_key, &(action_walk){each, self});
}

/* --- changes ------------------------------------------------------------------------------------
 * The names in a row's changes are those of any record of any time, so no field table describes
 * them; the parser's tree is walked. */

typedef json_t *json_ref;
static void json_ref_drop(json_ref *ref)
{
    json_decref(*ref);
}

typedef struct reader {
    oq_arena *arena;
    const web_locale *locale;
} reader;

static oq_str text_of_string(reader *r, const char *field, oq_str text)
{
    enum { CHOICE_LEN_MAX = 40 };
    const char *family = strcmp(field, "capabilities") == 0 ? "cap" : field; /* of the sentences */
    oq_us at;
    if (text.len <= OQ_TIME_TEXT_MAX && oq_time_parse(text, &at))
        return web_format_time_exact(r->arena, r->locale, at);
    if (text.len <= CHOICE_LEN_MAX)
        return web_choice_label(r->locale->lang, family, oq_str_c(r->arena, text));
    return oq_str_copy(r->arena, text);
}

static oq_str text_of(reader *r, const char *field, const json_t *value);

static oq_str text_of_list(reader *r, const char *field, const json_t *list)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(AUDIT_CHANGES_MAX);
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (i)
            oq_buf_str(&buf, oq_text(r->locale->lang, OQ_STR("audit.list_comma")));
        oq_buf_str(&buf, text_of(r, field, json_array_get(list, i)));
    }
    return oq_str_copy(r->arena, oq_buf_view(&buf));
}

/* Anything else as the JSON it is: an object inside a list of objects. */
static oq_str text_of_rest(reader *r, const json_t *value)
{
    char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
    oq_str text = oq_str_copy(r->arena, oq_cstr(dumped ? dumped : ""));
    free(dumped);
    return text;
}

static oq_str text_of(reader *r, const char *field, const json_t *value)
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_NULL:
        return OQ_STR(WEB_NOTHING);
    case JSON_STRING:
        if (!json_string_length(value))
            return OQ_STR(WEB_NOTHING);
        return text_of_string(r, field,
                              oq_strn(json_string_value(value), json_string_length(value)));
    case JSON_TRUE:
        return oq_text(r->locale->lang, OQ_STR("audit.yes"));
    case JSON_FALSE:
        return oq_text(r->locale->lang, OQ_STR("audit.no"));
    case JSON_INTEGER:
        return web_format_i64(r->arena, r->locale, json_integer_value(value));
    case JSON_REAL:
        return web_format_f64(r->arena, r->locale, json_real_value(value), WEB_FORMAT_DECIMALS_MAX);
    case JSON_ARRAY:
        return text_of_list(r, field, value);
    default:
        return text_of_rest(r, value);
    }
}

audit_change_list audit_changes_read(oq_arena *arena, const web_locale *locale, oq_str changes)
{
    audit_change_list list = {0};
    json_error_t ignored;
    if (!changes.len)
        return list;
    OQ_AUTO(json_ref) root = json_loadb(changes.ptr, changes.len, 0, &ignored);
    if (!json_is_object(root))
        return list;
    reader r = {arena, locale};
    list.at = oq_new_n(arena, audit_change, json_object_size(root));
    const char *name;
    json_t *change;
    json_object_foreach (root, name, change) {
        audit_change *to = &list.at[list.count++];
        to->field = oq_str_copy(arena, words(arena, locale->lang, "field.", oq_cstr(name)));
        to->has_values = json_object_get(change, "from") || json_object_get(change, "to");
        if (to->has_values) {
            to->from = text_of(&r, name, json_object_get(change, "from"));
            to->to = text_of(&r, name, json_object_get(change, "to"));
        }
    }
    return list;
}
