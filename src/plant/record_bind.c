/* Members of records by name, and statements run with them. */
#include "plant/record_inner.h"

#include <math.h>

#include "base/banned.h"

const oq_field record_label_fields[] = {
    OQ_UUID(record_label, id),   OQ_TEXT(record_label, code),    OQ_UUID(record_label, within_id),
    OQ_TEXT(record_label, name), OQ_TEXT(record_label, name_ar), OQ_FIELDS_END};
const oq_field record_use_fields[] = {OQ_TEXT(record_use, thing), OQ_I64(record_use, times),
                                      OQ_FIELDS_END};

/* --- members ----------------------------------------------------------------------------------*/

const oq_field *record_field(const record_kind *kind, const char *name)
{
    const oq_field *field = oq_field_find(kind->fields, oq_cstr(name));
    assert(field && "a kind names a member that its table does not have");
    return field;
}

void *record_member(const record_kind *kind, const char *name, void *record)
{
    return (char *)record + record_field(kind, name)->offset;
}

const void *record_member_of(const record_kind *kind, const char *name, const void *record)
{
    return (const char *)record + record_field(kind, name)->offset;
}

oq_uuid record_uuid(const record_kind *kind, const char *name, const void *record)
{
    return *(const oq_uuid *)record_member_of(kind, name, record);
}

oq_uuid record_id(const record_kind *kind, const void *record)
{
    return record_uuid(kind, "id", record);
}

int64_t record_version(const record_kind *kind, const void *record)
{
    return *(const int64_t *)record_member_of(kind, "version", record);
}

oq_str record_label_text(oq_arena *arena, const record_kind *kind, const void *record)
{
    return oq_field_text(arena, record_field(kind, kind->label), record);
}

bool record_is_given(const oq_field *field, const void *record)
{
    const void *at = (const char *)record + field->offset;
    switch (field->type) {
    case OQ_TYPE_I64:
        return *(const int64_t *)at != OQ_I64_NONE;
    case OQ_TYPE_F64:
        return !isnan(*(const double *)at);
    case OQ_TYPE_UUID:
        return !oq_uuid_is_zero(*(const oq_uuid *)at);
    case OQ_TYPE_TIME:
        return *(const oq_us *)at != OQ_TIME_NONE;
    case OQ_TYPE_DATE:
        return *(const oq_date *)at != OQ_DATE_NONE;
    case OQ_TYPE_CHOICE:
        return *(const int *)at != 0;
    case OQ_TYPE_BOOL:
        return true;
    default:
        return ((const oq_str *)at)->len > 0;
    }
}

bool record_has_name(const char *const *names, const char *name)
{
    for (; names && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* --- statements -------------------------------------------------------------------------------*/

enum { ARG_BYTES = 16 }; /* of the largest argument: a text, a list, an id */

static void put_text_arg(const oq_field *from, const void *record, oq_str *to)
{
    const void *at = (const char *)record + from->offset;
    if (from->type == OQ_TYPE_CHOICE) {
        *to = oq_cstr(oq_choice_text(from->choices, *(const int *)at));
        return;
    }
    assert(from->type == OQ_TYPE_TEXT);
    const oq_str *text = at;
    *to = text->len ? *text : OQ_NONE; /* an empty text and none are the same to a plant */
}

static size_t size_of(const oq_field *arg)
{
    switch ((int)arg->type) {
    case OQ_TYPE_I64:
    case DB_TYPE_I32:
    case OQ_TYPE_F64:
    case OQ_TYPE_TIME:
        return 8;
    case OQ_TYPE_BOOL:
        return sizeof(bool);
    case OQ_TYPE_DATE:
        return sizeof(oq_date);
    default:
        return ARG_BYTES;
    }
}

static void put_arg(const oq_field *arg, const record_source *source, char *args)
{
    for (; source->fields; source++) {
        const oq_field *from = oq_field_find(source->fields, oq_cstr(arg->name));
        if (!from)
            continue;
        if (arg->type == OQ_TYPE_TEXT)
            put_text_arg(from, source->record, (oq_str *)(args + arg->offset));
        else
            memcpy(args + arg->offset, (const char *)source->record + from->offset, size_of(arg));
        return;
    }
    assert(!"an argument of a statement is in none of its sources");
}

oq_err *record_run(oq_scope *s, const db_stmt *stmt, const record_source *source, void **ret_rows,
                   size_t *ret_count)
{
    char *args = oq_alloc(oq_scope_arena(s), (size_t)DB_PARAMS_MAX * ARG_BYTES);
    for (const oq_field *arg = stmt->args; arg && arg->type != OQ_TYPE_END; arg++)
        put_arg(arg, source, args);
    return db_run(s, stmt, args, ret_rows, ret_count);
}
