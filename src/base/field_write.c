/* Records as JSON, and single values as text. */
#include <assert.h>
#include <math.h>

#include "base/field.h"

#include "base/banned.h"

static const void *slot_of(const oq_field *f, const void *record)
{
    return (const char *)record + f->offset;
}

static bool is_written(const oq_field *f)
{
    return !f->is_hidden && f->type != OQ_TYPE_SECRET && f->type != OQ_TYPE_BYTES;
}

/* --- is there anything -------------------------------------------------------------------------*/

static bool is_bool_given(const oq_field *f, bool value)
{
    bool preset = false;
    if (f->preset)
        oq_parse_bool(oq_cstr(f->preset), &preset);
    return value != preset;
}

static bool is_choice_given(const oq_field *f, int value)
{
    int preset = 0;
    if (f->preset)
        oq_choice_value(f->choices, oq_cstr(f->preset), &preset);
    return value != preset;
}

static bool is_object_given(const oq_field *fields, const void *record);

static bool is_given(const oq_field *f, const void *slot)
{
    switch (f->type) {
    case OQ_TYPE_TEXT:
    case OQ_TYPE_SECRET:
    case OQ_TYPE_JSON:
    case OQ_TYPE_BYTES:
        return oq_str_given(*(const oq_str *)slot);
    case OQ_TYPE_I64:
        return *(const int64_t *)slot != OQ_I64_NONE;
    case OQ_TYPE_F64:
        return isfinite(*(const double *)slot);
    case OQ_TYPE_BOOL:
        return is_bool_given(f, *(const bool *)slot);
    case OQ_TYPE_UUID:
        return !oq_uuid_is_zero(*(const oq_uuid *)slot);
    case OQ_TYPE_TIME:
        return *(const oq_us *)slot != OQ_TIME_NONE;
    case OQ_TYPE_DATE:
        return *(const oq_date *)slot != OQ_DATE_NONE;
    case OQ_TYPE_CHOICE:
        return is_choice_given(f, *(const int *)slot);
    case OQ_TYPE_TEXTS:
        return ((const oq_strs *)slot)->count > 0;
    case OQ_TYPE_UUIDS:
        return ((const oq_uuids *)slot)->count > 0;
    case OQ_TYPE_OBJECT:
        return is_object_given(f->fields, slot);
    case OQ_TYPE_END:
        break;
    }
    return false;
}

static bool is_object_given(const oq_field *fields, const void *record)
{
    for (const oq_field *f = fields; f->type != OQ_TYPE_END; f++)
        if (is_written(f) && is_given(f, slot_of(f, record)))
            return true;
    return false;
}

/* --- JSON --------------------------------------------------------------------------------------*/

static void write_date(oq_json *j, oq_date date)
{
    char text[OQ_DATE_TEXT];
    if (date == OQ_DATE_NONE) {
        oq_json_null(j);
        return;
    }
    oq_date_format(date, text);
    oq_json_text(j, oq_strn(text, sizeof text));
}

static void write_texts(oq_json *j, const oq_strs *list)
{
    oq_json_array(j);
    for (size_t i = 0; i < list->count; i++)
        oq_json_text(j, list->at[i]);
    oq_json_array_end(j);
}

static void write_uuids(oq_json *j, const oq_uuids *list)
{
    oq_json_array(j);
    for (size_t i = 0; i < list->count; i++)
        oq_json_uuid(j, list->at[i]);
    oq_json_array_end(j);
}

static void write_value(oq_json *j, const oq_field *f, const void *slot)
{
    switch (f->type) {
    case OQ_TYPE_TEXT:
        oq_json_text(j, *(const oq_str *)slot);
        break;
    case OQ_TYPE_I64:
        if (is_given(f, slot))
            oq_json_i64(j, *(const int64_t *)slot);
        else
            oq_json_null(j);
        break;
    case OQ_TYPE_F64:
        oq_json_f64(j, *(const double *)slot);
        break;
    case OQ_TYPE_BOOL:
        oq_json_bool(j, *(const bool *)slot);
        break;
    case OQ_TYPE_UUID:
        oq_json_uuid(j, *(const oq_uuid *)slot);
        break;
    case OQ_TYPE_TIME:
        oq_json_time(j, *(const oq_us *)slot);
        break;
    case OQ_TYPE_DATE:
        write_date(j, *(const oq_date *)slot);
        break;
    case OQ_TYPE_CHOICE:
        oq_json_text(j, oq_cstr(oq_choice_text(f->choices, *(const int *)slot)));
        break;
    case OQ_TYPE_JSON:
        oq_json_raw(j, *(const oq_str *)slot);
        break;
    case OQ_TYPE_TEXTS:
        write_texts(j, slot);
        break;
    case OQ_TYPE_UUIDS:
        write_uuids(j, slot);
        break;
    case OQ_TYPE_OBJECT:
        if (f->required || is_given(f, slot))
            oq_fields_write_json(j, f->fields, slot);
        else
            oq_json_null(j);
        break;
    case OQ_TYPE_SECRET:
    case OQ_TYPE_BYTES:
    case OQ_TYPE_END:
        assert(!"not written as JSON");
        break;
    }
}

void oq_fields_write_members(oq_json *j, const oq_field *fields, const void *record)
{
    for (const oq_field *f = fields; f->type != OQ_TYPE_END; f++)
        if (is_written(f)) {
            oq_json_name(j, f->name);
            write_value(j, f, slot_of(f, record));
        }
}

void oq_fields_write_json(oq_json *j, const oq_field *fields, const void *record)
{
    oq_json_object(j);
    oq_fields_write_members(j, fields, record);
    oq_json_object_end(j);
}

/* --- text --------------------------------------------------------------------------------------*/

static oq_str join_texts(oq_arena *arena, const oq_strs *list)
{
    size_t len = 0;
    for (size_t i = 0; i < list->count; i++)
        len += list->at[i].len + 1;
    char *text = oq_alloc(arena, len + 1), *to = text;
    for (size_t i = 0; i < list->count; i++) {
        if (i)
            *to++ = ',';
        memcpy(to, list->at[i].ptr, list->at[i].len);
        to += list->at[i].len;
    }
    return oq_strn(text, (size_t)(to - text));
}

static oq_str join_uuids(oq_arena *arena, const oq_uuids *list)
{
    char *text = oq_alloc(arena, list->count * (OQ_UUID_TEXT + 1) + 1), *to = text;
    for (size_t i = 0; i < list->count; i++, to += OQ_UUID_TEXT) {
        if (i)
            *to++ = ',';
        oq_uuid_format(list->at[i], to);
    }
    return oq_strn(text, (size_t)(to - text));
}

static oq_str object_text(oq_arena *arena, const oq_field *f, const void *slot)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(SIZE_MAX / 2);
    oq_json j = oq_json_to(&out);
    oq_fields_write_json(&j, f->fields, slot);
    return oq_str_copy(arena, oq_buf_view(&out));
}

oq_str oq_field_text(oq_arena *arena, const oq_field *f, const void *record)
{
    const void *slot = slot_of(f, record);
    char number[OQ_F64_TEXT_MAX], date[OQ_DATE_TEXT];
    if (f->type == OQ_TYPE_SECRET || f->type == OQ_TYPE_BYTES)
        return OQ_STR("");
    if (f->type == OQ_TYPE_BOOL)
        return *(const bool *)slot ? OQ_STR("true") : OQ_STR("false");
    if (f->type == OQ_TYPE_CHOICE) {
        const char *text = oq_choice_text(f->choices, *(const int *)slot);
        return oq_cstr(text ? text : "");
    }
    if (!is_given(f, slot))
        return OQ_STR("");
    switch (f->type) {
    case OQ_TYPE_I64:
        return oq_strf(arena, "%lld", (long long)*(const int64_t *)slot);
    case OQ_TYPE_F64:
        return oq_str_copy(arena, oq_strn(number, oq_f64_format(*(const double *)slot, number)));
    case OQ_TYPE_UUID:
        return oq_uuid_text(arena, *(const oq_uuid *)slot);
    case OQ_TYPE_TIME:
        return oq_time_text(arena, *(const oq_us *)slot);
    case OQ_TYPE_DATE:
        oq_date_format(*(const oq_date *)slot, date);
        return oq_str_copy(arena, oq_strn(date, sizeof date));
    case OQ_TYPE_TEXTS:
        return join_texts(arena, slot);
    case OQ_TYPE_UUIDS:
        return join_uuids(arena, slot);
    case OQ_TYPE_OBJECT:
        return object_text(arena, f, slot);
    default: /* text and JSON */
        return *(const oq_str *)slot;
    }
}
