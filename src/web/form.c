/* A record, its table and its errors as what a form shows. */
#include "web/inner.h"

typedef struct form {
    oq_arena *arena;
    oq_lang lang;
    const oq_err *err;
    web_typed typed;
} form;

/* The text of a key put together here, or OQ_NONE. */
__attribute__((format(printf, 2, 3))) static oq_str text_of(oq_lang lang, const char *format, ...)
{
    char key[160];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(key, sizeof key, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof key || !oq_text_exists(lang, oq_cstr(key)))
        return OQ_NONE;
    return oq_text(lang, oq_cstr(key));
}

oq_str web_choice_label(oq_lang lang, const char *field, const char *value)
{
    oq_str label = text_of(lang, "choice.%s.%s", field, value);
    if (!oq_str_given(label))
        label = text_of(lang, "%s.%s", field, value);
    if (!oq_str_given(label))
        label = text_of(lang, "choice.%s", value);
    return oq_str_given(label) ? label : oq_cstr(value);
}

/* --- errors ----------------------------------------------------------------------------------*/

/* Whether an error at `at` is one of the field `name` or of an item of its list: "tags[2]". */
static bool is_about(const char *at, oq_str name)
{
    return at && strncmp(at, name.ptr, name.len) == 0 && (at[name.len] == 0 || at[name.len] == '[');
}

static const oq_err *error_of(const form *f, oq_str name)
{
    for (const oq_err *e = f->err; e; e = e->next)
        if (is_about(e->field, name))
            return e;
    return NULL;
}

/* Whether the table has the field that an error is about. */
static bool is_in_table(const oq_field *fields, oq_str prefix, const char *at, oq_arena *arena)
{
    for (const oq_field *t = fields; t->type != OQ_TYPE_END; t++) {
        oq_str name = oq_strf(arena, "%.*s%s", OQ_FMT(prefix), t->name);
        if (t->type == OQ_TYPE_OBJECT &&
            is_in_table(t->fields, oq_strf(arena, "%.*s.", OQ_FMT(name)), at, arena))
            return true;
        if (is_about(at, name))
            return true;
    }
    return false;
}

static void put_form_error(const form *f, web_value *view, const oq_field *fields)
{
    oq_str all = OQ_NONE;
    for (const oq_err *e = f->err; e; e = e->next) {
        if (e->field && is_in_table(fields, OQ_STR(""), e->field, f->arena))
            continue;
        oq_str one = oq_err_sentence(f->arena, f->lang, e);
        all = all.len ? oq_strf(f->arena, "%.*s %.*s", OQ_FMT(all), OQ_FMT(one)) : one;
    }
    web_put_text(view, "form_error", all);
    web_put_bool(view, "has_errors", f->err != NULL);
}

/* --- fields ----------------------------------------------------------------------------------*/

static const char *input_type(const oq_field *field)
{
    switch (field->type) {
    case OQ_TYPE_SECRET:
        return "secret";
    case OQ_TYPE_I64:
    case OQ_TYPE_F64:
        return "number";
    case OQ_TYPE_BOOL:
        return "bool";
    case OQ_TYPE_TIME:
        return "time";
    case OQ_TYPE_DATE:
        return "date";
    case OQ_TYPE_CHOICE:
        return "choice";
    case OQ_TYPE_JSON:
        return "json";
    case OQ_TYPE_TEXTS:
    case OQ_TYPE_UUIDS:
        return "list";
    default:
        return "text";
    }
}

static oq_str typed_text(const form *f, oq_str name)
{
    for (size_t i = 0; i < f->typed.count; i++)
        if (oq_str_eq(f->typed.pair[i].name, name) && oq_utf8_valid(f->typed.pair[i].value))
            return f->typed.pair[i].value;
    return OQ_NONE;
}

/* What the input shows: of a field that is wrong what was typed, for a number that is none could
 * not be read into the record. Never a secret. */
static oq_str value_of(const form *f, const oq_field *field, oq_str name, const void *record)
{
    if (field->type == OQ_TYPE_SECRET || field->type == OQ_TYPE_BYTES)
        return OQ_STR("");
    oq_str typed = error_of(f, name) ? typed_text(f, name) : OQ_NONE;
    if (oq_str_given(typed))
        return typed;
    return record ? oq_field_text(f->arena, field, record) : OQ_STR("");
}

static void put_choices(const form *f, web_value *to, const oq_field *field, oq_str value)
{
    web_value *list = web_put_list(to, "choices");
    for (const oq_choice *c = field->choices; c && c->text; c++) {
        web_value *choice = web_add_object(list);
        web_put_cstr(choice, "value", c->text);
        web_put_text(choice, "label", web_choice_label(f->lang, field->name, c->text));
        web_put_bool(choice, "is_selected", oq_str_eq(value, oq_cstr(c->text)));
    }
}

static void put_items(const form *f, web_value *to, const oq_field *field, const void *record)
{
    web_value *list = web_put_list(to, "items");
    if (!record)
        return;
    const void *at = (const char *)record + field->offset;
    if (field->type == OQ_TYPE_TEXTS) {
        const oq_strs *texts = at;
        for (size_t i = 0; i < texts->count; i++)
            web_add_text(list, texts->at[i]);
    } else if (field->type == OQ_TYPE_UUIDS) {
        const oq_uuids *ids = at;
        for (size_t i = 0; i < ids->count; i++)
            web_add_text(list, oq_uuid_text(f->arena, ids->at[i]));
    }
}

/* Bounds of a number; of a text in bytes. As field.h has it, a max below min is none. */
static void put_limits(const form *f, web_value *to, const oq_field *field)
{
    oq_str min = OQ_NONE, max = OQ_NONE;
    if (field->type == OQ_TYPE_F64 && (field->f64_min != 0 || field->f64_max != 0)) {
        min = oq_strf(f->arena, "%.15g", field->f64_min);
        if (field->f64_max >= field->f64_min)
            max = oq_strf(f->arena, "%.15g", field->f64_max);
    } else if (field->type != OQ_TYPE_F64 && (field->min != 0 || field->max != 0)) {
        min = oq_strf(f->arena, "%lld", (long long)field->min);
        if (field->max >= field->min)
            max = oq_strf(f->arena, "%lld", (long long)field->max);
    }
    web_put_text(to, "min", min);
    web_put_text(to, "max", max);
}

/* Every member is put, also those that say nothing: a template that asks for a missing one would
 * find the next one further out. */
static void put_field(const form *f, web_value *to, const oq_field *field, oq_str name,
                      const void *record)
{
    const oq_err *e = error_of(f, name);
    oq_str value = value_of(f, field, name, record);
    char *id = oq_str_c(f->arena, oq_strf(f->arena, "form-%.*s", OQ_FMT(name)));
    for (char *c = id; *c; c++)
        if (*c == '.' || *c == '_')
            *c = '-';
    web_put_text(to, "name", name);
    web_put_cstr(to, "id", id);
    web_put_text(to, "value", value);
    web_put_text(to, "error", e ? oq_err_sentence(f->arena, f->lang, e) : OQ_NONE);
    web_put_text(to, "label", text_of(f->lang, "field.%s", field->name));
    web_put_text(to, "help", text_of(f->lang, "field.%s.help", field->name));
    web_put_cstr(to, "type", input_type(field));
    web_put_bool(to, "is_required", field->required);
    web_put_bool(to, "is_checked",
                 record && field->type == OQ_TYPE_BOOL &&
                     *(const bool *)((const char *)record + field->offset));
    put_limits(f, to, field);
    put_choices(f, to, field, value);
    put_items(f, to, field, record);
}

static void put_fields(const form *f, web_value *to, const oq_field *fields, oq_str prefix,
                       const void *record)
{
    for (const oq_field *t = fields; t->type != OQ_TYPE_END; t++) {
        oq_str name = oq_strf(f->arena, "%.*s%s", OQ_FMT(prefix), t->name);
        web_value *inner = web_put_object(to, t->name);
        if (t->type == OQ_TYPE_OBJECT)
            put_fields(f, inner, t->fields, oq_strf(f->arena, "%.*s.", OQ_FMT(name)),
                       record ? (const char *)record + t->offset : NULL);
        else
            put_field(f, inner, t, name, record);
    }
}

void web_form_put(web_value *view, oq_arena *arena, oq_lang lang, const oq_field *fields,
                  const void *record, const oq_err *err, web_typed typed)
{
    form f = {.arena = arena, .lang = lang, .err = err, .typed = typed};
    put_fields(&f, web_put_object(view, "form"), fields, OQ_STR(""), record);
    put_form_error(&f, view, fields);
}
