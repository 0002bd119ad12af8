#include "db/wire.h"

#include <math.h>

#include "base/banned.h"

typedef struct put {
    oq_arena *arena;
    db_params *params;
    const db_stmt *stmt;
} put;

static void put_value(put *p, const char *bytes, size_t len)
{
    db_params *params = p->params;
    assert(params->count < DB_PARAMS_MAX);
    params->value[params->count] = bytes;
    params->length[params->count] = (int)len;
    params->format[params->count] = 1;
    params->count++;
}

static void put_null(put *p)
{
    put_value(p, NULL, 0);
}

static void put_bits(put *p, uint64_t bits, size_t size)
{
    char *bytes = oq_alloc(p->arena, size);
    if (size == 8)
        db_put64(bytes, bits);
    else
        db_put32(bytes, (uint32_t)bits);
    put_value(p, bytes, size);
}

static uint64_t bits_of(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/* jsonb in binary is a version number and the text. */
static void put_json(put *p, oq_str json)
{
    char *bytes = oq_alloc(p->arena, json.len + 1);
    bytes[0] = 1;
    memcpy(bytes + 1, json.ptr, json.len);
    put_value(p, bytes, json.len + 1);
}

/* --- lists ---------------------------------------------------------------------------------------
 * Number of dimensions, whether there are NULLs, type of the elements, their number, the first
 * one's index; then each as length (-1: NULL) and bytes. An empty list has no dimension. */

enum { LIST_HEAD = 12, LIST_DIMENSION = 8 };

typedef struct put_list {
    char *bytes, *at;
} put_list;

static put_list list_start(put *p, Oid element, size_t count, size_t elements_size)
{
    char *bytes = oq_alloc(p->arena, LIST_HEAD + LIST_DIMENSION + elements_size);
    char *at = db_put32(bytes, count > 0);
    at = db_put32(at, 0);
    at = db_put32(at, element);
    if (count > 0) {
        at = db_put32(at, (uint32_t)count);
        at = db_put32(at, 1);
    }
    return (put_list){bytes, at};
}

static void list_null(put_list *list)
{
    db_put32(list->bytes + 4, 1);
    list->at = db_put32(list->at, UINT32_MAX);
}

static void list_bytes(put_list *list, const void *bytes, size_t len)
{
    list->at = db_put32(list->at, (uint32_t)len);
    if (len)
        memcpy(list->at, bytes, len);
    list->at += len;
}

static void list_64(put_list *list, uint64_t bits)
{
    list->at = db_put64(db_put32(list->at, 8), bits);
}

static void list_end(put *p, const put_list *list)
{
    put_value(p, list->bytes, (size_t)(list->at - list->bytes));
}

/* Texts, or bytes. False: longer than a parameter may be. */
static bool put_strings(put *p, Oid element, oq_strs list)
{
    size_t size = 0;
    for (size_t i = 0; i < list.count; i++)
        size += 4 + list.at[i].len;
    if (size > INT32_MAX - LIST_HEAD - LIST_DIMENSION)
        return false;
    put_list out = list_start(p, element, list.count, size);
    for (size_t i = 0; i < list.count; i++)
        if (oq_str_given(list.at[i]))
            list_bytes(&out, list.at[i].ptr, list.at[i].len);
        else
            list_null(&out);
    list_end(p, &out);
    return true;
}

static void put_uuids(put *p, oq_uuids list)
{
    put_list out = list_start(p, DB_OID_UUID, list.count, list.count * (4 + sizeof(oq_uuid)));
    for (size_t i = 0; i < list.count; i++)
        list_bytes(&out, list.at[i].byte, sizeof(oq_uuid));
    list_end(p, &out);
}

static void put_i32s(put *p, db_i32s list)
{
    put_list out = list_start(p, DB_OID_INT4, list.count, list.count * 8);
    for (size_t i = 0; i < list.count; i++)
        if (list.at[i] != DB_I32_NONE)
            out.at = db_put32(db_put32(out.at, 4), (uint32_t)list.at[i]);
        else
            list_null(&out);
    list_end(p, &out);
}

static void put_i64s(put *p, db_i64s list)
{
    put_list out = list_start(p, DB_OID_INT8, list.count, list.count * 12);
    for (size_t i = 0; i < list.count; i++)
        if (list.at[i] != OQ_I64_NONE)
            list_64(&out, (uint64_t)list.at[i]);
        else
            list_null(&out);
    list_end(p, &out);
}

static void put_f64s(put *p, db_f64s list)
{
    put_list out = list_start(p, DB_OID_FLOAT8, list.count, list.count * 12);
    for (size_t i = 0; i < list.count; i++)
        if (!isnan(list.at[i]))
            list_64(&out, bits_of(list.at[i]));
        else
            list_null(&out);
    list_end(p, &out);
}

/* False: a time that PostgreSQL does not have. */
static bool put_times(put *p, db_times list)
{
    put_list out = list_start(p, DB_OID_TIMESTAMPTZ, list.count, list.count * 12);
    for (size_t i = 0; i < list.count; i++) {
        int64_t since;
        if (list.at[i] == OQ_TIME_NONE)
            list_null(&out);
        else if (__builtin_sub_overflow(list.at[i], DB_EPOCH_US, &since))
            return false;
        else
            list_64(&out, (uint64_t)since);
    }
    list_end(p, &out);
    return true;
}

/* --- values ------------------------------------------------------------------------------------*/

static oq_err *missing(const put *p, const oq_field *field)
{
    return oq_fail(OQ_INTERNAL, "db.argument_missing", "statement=%s argument=%s", p->stmt->name,
                   field->name);
}

static oq_err *out_of_range(const put *p, const oq_field *field)
{
    return oq_fail(OQ_INVALID, "db.argument_range", "statement=%s argument=%s", p->stmt->name,
                   field->name);
}

/* "Not given", where that is another thing than a value. A zero uuid or an empty list for a
 * parameter that is never NULL is sent as it is: an id that nothing has, a list of nothing. */
static bool is_not_given(const oq_field *field, const void *member)
{
    switch ((int)field->type) {
    case OQ_TYPE_TEXT:
    case OQ_TYPE_SECRET:
    case OQ_TYPE_JSON:
    case OQ_TYPE_BYTES:
        return !oq_str_given(*(const oq_str *)member);
    case OQ_TYPE_I64:
    case DB_TYPE_I32:
        return *(const int64_t *)member == OQ_I64_NONE;
    case OQ_TYPE_F64:
        return isnan(*(const double *)member);
    case OQ_TYPE_TIME:
        return *(const oq_us *)member == OQ_TIME_NONE;
    case OQ_TYPE_DATE:
        return *(const oq_date *)member == OQ_DATE_NONE;
    case DB_TYPE_BOOL_OR_NULL:
        return *(const bool *const *)member == NULL;
    case OQ_TYPE_UUID:
        return !field->required && oq_uuid_is_zero(*(const oq_uuid *)member);
    case OQ_TYPE_UUIDS:
        return !field->required && ((const oq_uuids *)member)->count == 0;
    case OQ_TYPE_TEXTS:
    case DB_TYPE_BLOBS:
        return !field->required && ((const oq_strs *)member)->count == 0;
    case DB_TYPE_I32S:
        return !field->required && ((const db_i32s *)member)->count == 0;
    case DB_TYPE_TIMES:
        return !field->required && ((const db_times *)member)->count == 0;
    case DB_TYPE_I64S:
        return !field->required && ((const db_i64s *)member)->count == 0;
    case DB_TYPE_F64S:
        return !field->required && ((const db_f64s *)member)->count == 0;
    default:
        return false;
    }
}

static oq_err *put_number(put *p, const oq_field *field, const void *member)
{
    int64_t number;
    switch ((int)field->type) {
    case OQ_TYPE_I64:
        put_bits(p, *(const uint64_t *)member, 8);
        return NULL;
    case DB_TYPE_I32:
        number = *(const int64_t *)member;
        if (number < INT32_MIN || number > INT32_MAX)
            return out_of_range(p, field);
        put_bits(p, (uint32_t)number, 4);
        return NULL;
    case OQ_TYPE_F64:
        put_bits(p, bits_of(*(const double *)member), 8);
        return NULL;
    case OQ_TYPE_TIME:
        if (__builtin_sub_overflow(*(const oq_us *)member, DB_EPOCH_US, &number))
            return out_of_range(p, field);
        put_bits(p, (uint64_t)number, 8);
        return NULL;
    default:
        assert(field->type == OQ_TYPE_DATE);
        number = *(const oq_date *)member;
        number -= DB_EPOCH_DAYS;
        if (number < INT32_MIN)
            return out_of_range(p, field);
        put_bits(p, (uint32_t)number, 4);
        return NULL;
    }
}

static bool is_list(const oq_field *field)
{
    int type = (int)field->type;
    return type == OQ_TYPE_TEXTS || type == OQ_TYPE_UUIDS ||
           (type >= DB_TYPE_I32S && type <= DB_TYPE_BLOBS);
}

static oq_err *put_list_of(put *p, const oq_field *field, const void *member)
{
    bool is_within = true;
    switch ((int)field->type) {
    case OQ_TYPE_TEXTS:
        is_within = put_strings(p, DB_OID_TEXT, *(const oq_strs *)member);
        break;
    case DB_TYPE_BLOBS:
        is_within = put_strings(p, DB_OID_BYTEA, *(const oq_strs *)member);
        break;
    case OQ_TYPE_UUIDS:
        put_uuids(p, *(const oq_uuids *)member);
        break;
    case DB_TYPE_I32S:
        put_i32s(p, *(const db_i32s *)member);
        break;
    case DB_TYPE_I64S:
        put_i64s(p, *(const db_i64s *)member);
        break;
    case DB_TYPE_F64S:
        put_f64s(p, *(const db_f64s *)member);
        break;
    default:
        assert((int)field->type == DB_TYPE_TIMES);
        is_within = put_times(p, *(const db_times *)member);
    }
    return is_within ? NULL : out_of_range(p, field);
}

static oq_err *put_arg(put *p, const oq_field *field, const void *member)
{
    static const char truth[2] = {0, 1};
    const oq_str *text = member;
    if (is_not_given(field, member)) {
        if (field->required)
            return missing(p, field);
        put_null(p);
        return NULL;
    }
    switch ((int)field->type) {
    case OQ_TYPE_TEXT:
    case OQ_TYPE_SECRET:
    case OQ_TYPE_BYTES:
        if (text->len > INT32_MAX)
            return out_of_range(p, field);
        put_value(p, text->ptr, text->len);
        return NULL;
    case OQ_TYPE_JSON:
        put_json(p, *text);
        return NULL;
    case OQ_TYPE_BOOL:
        put_value(p, &truth[*(const bool *)member], 1);
        return NULL;
    case DB_TYPE_BOOL_OR_NULL:
        put_value(p, &truth[**(const bool *const *)member], 1);
        return NULL;
    case OQ_TYPE_UUID:
        put_value(p, (const char *)((const oq_uuid *)member)->byte, sizeof(oq_uuid));
        return NULL;
    default:
        return is_list(field) ? put_list_of(p, field, member) : put_number(p, field, member);
    }
}

oq_err *db_params_encode(oq_arena *arena, const db_stmt *stmt, oq_uuid tenant, const void *args,
                         db_params *ret_params)
{
    put p = {.arena = arena, .params = ret_params, .stmt = stmt};
    ret_params->count = 0;
    if (stmt->uses_tenant) {
        oq_uuid *copy = oq_copy(arena, &tenant, sizeof tenant);
        put_value(&p, (const char *)copy->byte, sizeof *copy);
    }
    for (const oq_field *field = stmt->args; field && field->type != OQ_TYPE_END; field++)
        OQ_TRY(put_arg(&p, field, (const char *)args + field->offset));
    return NULL;
}
