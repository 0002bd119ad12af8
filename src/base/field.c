#include "base/field.h"

#include <assert.h>
#include <float.h>
#include <math.h>

#include "base/field_read.h"

#include "base/banned.h"

const oq_field *oq_field_find(const oq_field *fields, oq_str name)
{
    for (; fields->type != OQ_TYPE_END; fields++)
        if (oq_str_eq(oq_cstr(fields->name), name))
            return fields;
    return NULL;
}

size_t oq_fields_count(const oq_field *fields)
{
    size_t count = 0;
    while (fields[count].type != OQ_TYPE_END)
        count++;
    return count;
}

const char *oq_choice_text(const oq_choice *choices, int value)
{
    for (; choices->text; choices++)
        if (choices->value == value)
            return choices->text;
    return NULL;
}

bool oq_choice_value(const oq_choice *choices, oq_str text, int *ret_value)
{
    for (; choices->text; choices++)
        if (oq_str_eq(oq_cstr(choices->text), text)) {
            *ret_value = choices->value;
            return true;
        }
    return false;
}

/* --- dates -------------------------------------------------------------------------------------*/

bool oq_date_parse(oq_str s, oq_date *ret_date)
{
    static const oq_str midnight = OQ_STR_INIT("T00:00:00Z");
    char text[OQ_DATE_TEXT + 10];
    if (s.len != OQ_DATE_TEXT)
        return false;
    memcpy(text, s.ptr, OQ_DATE_TEXT);
    memcpy(text + OQ_DATE_TEXT, midnight.ptr, midnight.len);
    oq_us at;
    if (!oq_time_parse(oq_strn(text, sizeof text), &at))
        return false;
    *ret_date = (oq_date)(at / OQ_DAY);
    return true;
}

void oq_date_format(oq_date date, char out[OQ_DATE_TEXT])
{
    char text[OQ_TIME_TEXT_MAX];
    oq_time_format(date * OQ_DAY, text);
    memcpy(out, text, OQ_DATE_TEXT);
}

/* --- presets -----------------------------------------------------------------------------------*/

static void put_not_given(const oq_field *f, void *slot)
{
    switch (f->type) {
    case OQ_TYPE_TEXT:
    case OQ_TYPE_SECRET:
    case OQ_TYPE_JSON:
    case OQ_TYPE_BYTES:
        *(oq_str *)slot = OQ_NONE;
        break;
    case OQ_TYPE_I64:
        *(int64_t *)slot = OQ_I64_NONE;
        break;
    case OQ_TYPE_F64:
        *(double *)slot = (double)NAN;
        break;
    case OQ_TYPE_BOOL:
        *(bool *)slot = false;
        break;
    case OQ_TYPE_UUID:
        *(oq_uuid *)slot = OQ_UUID_ZERO;
        break;
    case OQ_TYPE_TIME:
        *(oq_us *)slot = OQ_TIME_NONE;
        break;
    case OQ_TYPE_DATE:
        *(oq_date *)slot = OQ_DATE_NONE;
        break;
    case OQ_TYPE_CHOICE:
        *(int *)slot = 0;
        break;
    case OQ_TYPE_TEXTS:
        *(oq_strs *)slot = (oq_strs){0};
        break;
    case OQ_TYPE_UUIDS:
        *(oq_uuids *)slot = (oq_uuids){0};
        break;
    case OQ_TYPE_OBJECT:
    case OQ_TYPE_END:
        break;
    }
}

void oq_fields_preset(oq_arena *arena, const oq_field *fields, void *record)
{
    for (const oq_field *f = fields; f->type != OQ_TYPE_END; f++) {
        put_not_given(f, field_slot(f, record));
        if (f->type == OQ_TYPE_OBJECT)
            oq_fields_preset(arena, f->fields, field_slot(f, record));
        if (f->preset && *f->preset) {
            field_reader r = {.arena = arena};
            bool good =
                field_take_from_text(&r, &(field_at){"", f, -1}, oq_cstr(f->preset), record);
            assert(good && "a preset keeps its own field's rules");
            (void)good;
        }
    }
}

/* --- limits ------------------------------------------------------------------------------------*/

void field_bounds(const oq_field *f, int64_t *ret_min, int64_t *ret_max)
{
    int64_t own_min = 0, own_max = INT64_MAX;
    switch (f->type) {
    case OQ_TYPE_TEXT:
    case OQ_TYPE_SECRET:
        own_max = OQ_TEXT_MAX;
        break;
    case OQ_TYPE_JSON:
        own_max = OQ_JSON_MAX;
        break;
    case OQ_TYPE_TEXTS:
    case OQ_TYPE_UUIDS:
        own_max = OQ_LIST_MAX;
        break;
    default:
        own_min = OQ_I64_NONE + 1; /* the least itself means "not given" */
        break;
    }
    bool names_none = f->min == 0 && f->max == 0;
    *ret_min = names_none ? own_min : f->min;
    *ret_max = names_none || f->max < f->min ? own_max : f->max;
}

void field_bounds_f64(const oq_field *f, double *ret_min, double *ret_max)
{
    bool names_none = f->f64_min == 0 && f->f64_max == 0;
    *ret_min = names_none ? -DBL_MAX : f->f64_min;
    *ret_max = names_none || f->f64_max < f->f64_min ? DBL_MAX : f->f64_max;
}

/* --- errors of one reading ---------------------------------------------------------------------*/

const char *field_path(field_reader *r, const field_at *at)
{
    if (r->is_env)
        return at->field->env;
    if (at->item >= 0)
        return oq_strf(r->arena, "%s%s[%td]", at->prefix, at->field->name, at->item).ptr;
    return oq_strf(r->arena, "%s%s", at->prefix, at->field->name).ptr;
}

void field_add_error(field_reader *r, oq_err *err)
{
    if (r->last)
        r->last->next = err;
    else
        r->first = err;
    r->last = err;
    r->errors++;
}

void field_required(field_reader *r, const field_at *at)
{
    if (r->is_env)
        FIELD_WRONG(r, at, "setting.required", "name=%s help=%s", at->field->env,
                    at->field->help ? at->field->help : "");
    else
        FIELD_WRONG(r, at, "field.required");
}

void field_unknown(field_reader *r, const char *prefix, oq_str name)
{
    enum { NAME_SHOWN_MAX = 64 };
    if (r->errors >= OQ_FIELD_ERRORS_MAX)
        return;
    oq_str shown = oq_str_sub(name, 0, NAME_SHOWN_MAX);
    while (shown.len < name.len && shown.len && ((unsigned char)name.ptr[shown.len] & 0xc0) == 0x80)
        shown.len--; /* not in the middle of a character */
    const char *path = oq_strf(r->arena, "%s%.*s", prefix, OQ_FMT(shown)).ptr;
    field_add_error(r, oq_fail_field(path, "field.unknown", "name=%s", path));
}
