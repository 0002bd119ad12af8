/* A field table as JSON Schema, draft 2020-12: what the readers accept. */
#include <float.h>

#include "base/field_read.h"

#include "base/banned.h"

static const struct {
    const char *type, *format;
} shape[] = {
    [OQ_TYPE_TEXT] = {"string"},
    [OQ_TYPE_SECRET] = {"string", "password"},
    [OQ_TYPE_I64] = {"integer", "int64"},
    [OQ_TYPE_F64] = {"number", "double"},
    [OQ_TYPE_BOOL] = {"boolean"},
    [OQ_TYPE_UUID] = {"string", "uuid"},
    [OQ_TYPE_TIME] = {"string", "date-time"},
    [OQ_TYPE_DATE] = {"string", "date"},
    [OQ_TYPE_CHOICE] = {"string"},
    [OQ_TYPE_TEXTS] = {"array"},
    [OQ_TYPE_UUIDS] = {"array"},
    [OQ_TYPE_OBJECT] = {"object"},
};

static void put_text(oq_json *j, const char *key, const char *value)
{
    oq_json_key(j, oq_cstr(key));
    oq_json_text(j, oq_cstr(value));
}

static void put_i64(oq_json *j, const char *key, int64_t value)
{
    oq_json_key(j, oq_cstr(key));
    oq_json_i64(j, value);
}

/* An optional value may also be null, which means "not given". */
static void write_type(oq_json *j, const oq_field *f)
{
    if (!shape[f->type].type)
        return; /* any JSON */
    oq_json_key(j, OQ_STR("type"));
    if (f->required) {
        oq_json_text(j, oq_cstr(shape[f->type].type));
        return;
    }
    oq_json_array(j);
    oq_json_text(j, oq_cstr(shape[f->type].type));
    oq_json_text(j, OQ_STR("null"));
    oq_json_array_end(j);
}

static void write_choices(oq_json *j, const oq_field *f, bool or_null)
{
    oq_json_key(j, OQ_STR("enum"));
    oq_json_array(j);
    for (const oq_choice *c = f->choices; c->text; c++)
        oq_json_text(j, oq_cstr(c->text));
    if (or_null)
        oq_json_null(j);
    oq_json_array_end(j);
}

/* Limits of texts are bytes here and characters in a schema; no character has less than a byte,
 * so the schema never refuses what the reader takes. A least length would: it stands only where
 * it is 1. */
static void write_text_limits(oq_json *j, const oq_field *f)
{
    int64_t min, max;
    field_bounds(f, &min, &max);
    if (f->required || f->not_blank)
        put_i64(j, "minLength", 1);
    put_i64(j, "maxLength", max);
    if (f->check == oq_check_email)
        put_text(j, "format", "email");
    else if (f->check == oq_check_code)
        put_text(j, "pattern", "^[A-Z][A-Z0-9_]*$");
    else if (f->check == oq_check_currency)
        put_text(j, "pattern", "^[A-Z]{3}$");
}

static void write_number_limits(oq_json *j, const oq_field *f)
{
    if (f->type == OQ_TYPE_I64) {
        int64_t min, max;
        field_bounds(f, &min, &max);
        put_i64(j, "minimum", min);
        put_i64(j, "maximum", max);
        return;
    }
    double min, max;
    field_bounds_f64(f, &min, &max);
    if (min > -DBL_MAX)
        oq_json_put(j, f64, "minimum", min);
    if (max < DBL_MAX)
        oq_json_put(j, f64, "maximum", max);
}

static void write_list(oq_json *j, const oq_field *f)
{
    int64_t min, max;
    field_bounds(f, &min, &max);
    if (f->required)
        put_i64(j, "minItems", min > 0 ? min : 1);
    put_i64(j, "maxItems", max);
    oq_json_key(j, OQ_STR("items"));
    oq_json_object(j);
    put_text(j, "type", "string");
    if (f->type == OQ_TYPE_UUIDS)
        put_text(j, "format", "uuid");
    else if (f->choices)
        write_choices(j, f, false);
    oq_json_object_end(j);
}

static void write_preset(oq_json *j, const oq_field *f)
{
    oq_str preset = oq_cstr(f->preset), item;
    bool value = false;
    oq_json_key(j, OQ_STR("default"));
    switch (f->type) {
    case OQ_TYPE_BOOL:
        oq_parse_bool(preset, &value);
        oq_json_bool(j, value);
        break;
    case OQ_TYPE_I64:
    case OQ_TYPE_F64:
    case OQ_TYPE_JSON:
    case OQ_TYPE_OBJECT:
        oq_json_raw(j, preset);
        break;
    case OQ_TYPE_TEXTS:
    case OQ_TYPE_UUIDS:
        oq_json_array(j);
        while (oq_str_cut(&preset, ',', &item))
            oq_json_text(j, oq_str_trim(item));
        oq_json_array_end(j);
        break;
    default:
        oq_json_text(j, preset);
        break;
    }
}

static void write_object_members(oq_json *j, const oq_field *fields);

static void write_field(oq_json *j, const oq_field *f)
{
    oq_json_object(j);
    write_type(j, f);
    if (shape[f->type].format)
        put_text(j, "format", shape[f->type].format);
    if (f->type == OQ_TYPE_CHOICE)
        write_choices(j, f, !f->required);
    else if (f->type == OQ_TYPE_TEXT || f->type == OQ_TYPE_SECRET)
        write_text_limits(j, f);
    else if (f->type == OQ_TYPE_I64 || f->type == OQ_TYPE_F64)
        write_number_limits(j, f);
    else if (f->type == OQ_TYPE_TEXTS || f->type == OQ_TYPE_UUIDS)
        write_list(j, f);
    else if (f->type == OQ_TYPE_OBJECT)
        write_object_members(j, f->fields);
    if (f->type == OQ_TYPE_SECRET || f->is_hidden)
        oq_json_put(j, bool, "writeOnly", true);
    if (f->preset && *f->preset && f->type != OQ_TYPE_SECRET)
        write_preset(j, f);
    if (f->help)
        put_text(j, "description", f->help);
    oq_json_object_end(j);
}

static void write_object_members(oq_json *j, const oq_field *fields)
{
    oq_json_key(j, OQ_STR("properties"));
    oq_json_object(j);
    size_t required = 0;
    for (const oq_field *f = fields; f->type != OQ_TYPE_END; f++) {
        if (f->type == OQ_TYPE_BYTES)
            continue;
        required += f->required && !f->preset;
        oq_json_key(j, oq_cstr(f->name));
        write_field(j, f);
    }
    oq_json_object_end(j);
    if (required) {
        oq_json_key(j, OQ_STR("required"));
        oq_json_array(j);
        for (const oq_field *f = fields; f->type != OQ_TYPE_END; f++)
            if (f->required && !f->preset && f->type != OQ_TYPE_BYTES)
                oq_json_text(j, oq_cstr(f->name));
        oq_json_array_end(j);
    }
    oq_json_put(j, bool, "additionalProperties", false);
}

void oq_fields_write_schema(oq_json *j, const oq_field *fields)
{
    oq_json_object(j);
    put_text(j, "type", "object");
    write_object_members(j, fields);
    oq_json_object_end(j);
}
