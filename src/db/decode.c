#include "db/wire.h"

#include <math.h>

#include "base/banned.h"

enum { COLUMNS_MAX = 256 };

/* --- which type of PostgreSQL is which of ours -------------------------------------------------*/

static const struct {
    int type; /* oq_type, or one of db/stmt.h */
    const char *name;
    Oid oid[5];
} fitting[] = {
    {OQ_TYPE_TEXT, "text", {DB_OID_TEXT, DB_OID_VARCHAR, DB_OID_BPCHAR, DB_OID_NAME}},
    {OQ_TYPE_SECRET, "text", {DB_OID_TEXT, DB_OID_VARCHAR}},
    {OQ_TYPE_CHOICE, "text", {DB_OID_TEXT, DB_OID_VARCHAR}},
    {OQ_TYPE_I64, "bigint", {DB_OID_INT8, DB_OID_INT4, DB_OID_INT2, DB_OID_XID, DB_OID_TID}},
    {DB_TYPE_I32, "integer", {DB_OID_INT4, DB_OID_INT2}},
    {OQ_TYPE_F64, "double precision", {DB_OID_FLOAT8, DB_OID_FLOAT4}},
    {OQ_TYPE_BOOL, "boolean", {DB_OID_BOOL}},
    {DB_TYPE_BOOL_OR_NULL, "boolean", {DB_OID_BOOL}},
    {OQ_TYPE_UUID, "uuid", {DB_OID_UUID}},
    {OQ_TYPE_TIME, "timestamptz", {DB_OID_TIMESTAMPTZ}},
    {OQ_TYPE_DATE, "date", {DB_OID_DATE}},
    {OQ_TYPE_JSON, "jsonb", {DB_OID_JSONB, DB_OID_JSON}},
    {OQ_TYPE_BYTES, "bytea", {DB_OID_BYTEA}},
    {OQ_TYPE_TEXTS, "text[]", {DB_OID_TEXT_ARRAY, DB_OID_VARCHAR_ARRAY}},
    {OQ_TYPE_UUIDS, "uuid[]", {DB_OID_UUID_ARRAY}},
    {DB_TYPE_BLOBS, "bytea[]", {DB_OID_BYTEA_ARRAY}},
    {DB_TYPE_TIMES, "timestamptz[]", {DB_OID_TIMESTAMPTZ_ARRAY}},
    {DB_TYPE_I32S, "integer[]", {DB_OID_INT4_ARRAY}},
    {DB_TYPE_I64S, "bigint[]", {DB_OID_INT8_ARRAY, DB_OID_INT4_ARRAY}},
    {DB_TYPE_F64S, "double precision[]", {DB_OID_FLOAT8_ARRAY}},
};

static size_t find_fitting(const oq_field *field)
{
    size_t i = 0;
    while (i < OQ_COUNT(fitting) && fitting[i].type != (int)field->type)
        i++;
    return i;
}

bool db_type_fits(const oq_field *field, Oid type)
{
    size_t at = find_fitting(field);
    for (size_t i = 0; at < OQ_COUNT(fitting) && i < OQ_COUNT(fitting[at].oid); i++)
        if (fitting[at].oid[i] == type)
            return true;
    return false;
}

const char *db_type_name(const oq_field *field)
{
    size_t at = find_fitting(field);
    return at < OQ_COUNT(fitting) ? fitting[at].name : "no column";
}

/* --- a row in which nothing is given -----------------------------------------------------------*/

static void put_none(const oq_field *fields, char *record)
{
    for (const oq_field *field = fields; field->type != OQ_TYPE_END; field++) {
        void *member = record + field->offset;
        switch ((int)field->type) {
        case OQ_TYPE_I64:
        case DB_TYPE_I32:
            *(int64_t *)member = OQ_I64_NONE;
            break;
        case OQ_TYPE_F64:
            *(double *)member = NAN;
            break;
        case OQ_TYPE_TIME:
            *(oq_us *)member = OQ_TIME_NONE;
            break;
        case OQ_TYPE_DATE:
            *(oq_date *)member = OQ_DATE_NONE;
            break;
        case OQ_TYPE_OBJECT:
            put_none(field->fields, member);
            break;
        default: /* zero is "not given" already */
            break;
        }
    }
}

/* --- values ------------------------------------------------------------------------------------*/

typedef struct value {
    const char *bytes;
    size_t len;
    Oid type;
} value;

static int64_t integer_of(value v)
{
    if (v.type == DB_OID_XID)
        return (int64_t)db_get32(v.bytes);
    if (v.type == DB_OID_TID) /* page and place on it */
        return (int64_t)db_get32(v.bytes) << 16 | db_get16(v.bytes + 4);
    if (v.len == 8)
        return (int64_t)db_get64(v.bytes);
    return v.len == 4 ? (int32_t)db_get32(v.bytes) : (int16_t)db_get16(v.bytes);
}

static double real_of(value v)
{
    if (v.len == 4) {
        uint32_t bits = db_get32(v.bytes);
        float number;
        memcpy(&number, &bits, sizeof number);
        return (double)number;
    }
    uint64_t bits = db_get64(v.bytes);
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* PostgreSQL's infinities become the ends of our range; the lowest number means "not given". */
static oq_us time_of(value v)
{
    int64_t since = (int64_t)db_get64(v.bytes), at;
    if (since == INT64_MIN)
        return INT64_MIN + 1;
    return __builtin_add_overflow(since, DB_EPOCH_US, &at) ? INT64_MAX : at;
}

static oq_date date_of(value v)
{
    int64_t days = (int64_t)(int32_t)db_get32(v.bytes) + DB_EPOCH_DAYS;
    if (days > INT32_MAX)
        return INT32_MAX;
    return (int32_t)db_get32(v.bytes) == INT32_MIN ? INT32_MIN + 1 : (oq_date)days;
}

static oq_uuid uuid_of(value v)
{
    oq_uuid id;
    memcpy(id.byte, v.bytes, sizeof id.byte);
    return id;
}

static oq_str json_of(oq_arena *arena, value v)
{
    size_t skip = v.type == DB_OID_JSONB ? 1 : 0; /* the version of the format */
    return oq_str_copy(arena, oq_strn(v.bytes + skip, v.len - skip));
}

/* Steps through a list: the number of elements, then each. Several dimensions count as one. */
static size_t list_count(value v)
{
    size_t dimensions = v.len >= 12 ? db_get32(v.bytes) : 0, count = dimensions ? 1 : 0;
    for (size_t i = 0; i < dimensions && 20 + 8 * i <= v.len; i++)
        count *= db_get32(v.bytes + 12 + 8 * i);
    return count;
}

static const char *list_first(value v)
{
    return v.bytes + 12 + 8 * (size_t)db_get32(v.bytes);
}

static const char *list_take(const char *at, value *ret_element)
{
    int32_t len = (int32_t)db_get32(at);
    *ret_element = (value){.bytes = len < 0 ? NULL : at + 4, .len = len < 0 ? 0 : (size_t)len};
    return at + 4 + ret_element->len;
}

static size_t element_size(int type)
{
    switch (type) {
    case OQ_TYPE_TEXTS:
    case DB_TYPE_BLOBS:
        return sizeof(oq_str);
    case OQ_TYPE_UUIDS:
        return sizeof(oq_uuid);
    case DB_TYPE_I32S:
        return sizeof(int32_t);
    default: /* i64s, f64s, times */
        return 8;
    }
}

/* An element that is NULL is "not given". */
static void take_element(oq_arena *arena, int type, value v, void *elements, size_t i)
{
    bool is_null = v.bytes == NULL;
    switch (type) {
    case OQ_TYPE_TEXTS:
    case DB_TYPE_BLOBS:
        ((oq_str *)elements)[i] = is_null ? OQ_NONE : oq_str_copy(arena, oq_strn(v.bytes, v.len));
        break;
    case OQ_TYPE_UUIDS:
        ((oq_uuid *)elements)[i] = is_null ? OQ_UUID_ZERO : uuid_of(v);
        break;
    case DB_TYPE_I32S:
        ((int32_t *)elements)[i] = is_null ? DB_I32_NONE : (int32_t)integer_of(v);
        break;
    case DB_TYPE_I64S:
        ((int64_t *)elements)[i] = is_null ? OQ_I64_NONE : integer_of(v);
        break;
    case DB_TYPE_TIMES:
        ((oq_us *)elements)[i] = is_null ? OQ_TIME_NONE : time_of(v);
        break;
    default:
        ((double *)elements)[i] = is_null ? NAN : real_of(v);
        break;
    }
}

static void take_list(oq_arena *arena, int type, value v, void *member)
{
    size_t count = list_count(v);
    const char *at = count ? list_first(v) : NULL;
    void *elements = oq_alloc_n(arena, count, element_size(type));
    for (size_t i = 0; i < count; i++) {
        value element;
        at = list_take(at, &element);
        take_element(arena, type, element, elements, i);
    }
    switch (type) {
    case OQ_TYPE_TEXTS:
    case DB_TYPE_BLOBS:
        *(oq_strs *)member = (oq_strs){elements, count};
        break;
    case OQ_TYPE_UUIDS:
        *(oq_uuids *)member = (oq_uuids){elements, count};
        break;
    case DB_TYPE_I32S:
        *(db_i32s *)member = (db_i32s){elements, count};
        break;
    case DB_TYPE_I64S:
        *(db_i64s *)member = (db_i64s){elements, count};
        break;
    case DB_TYPE_TIMES:
        *(db_times *)member = (db_times){elements, count};
        break;
    default:
        *(db_f64s *)member = (db_f64s){elements, count};
        break;
    }
}

static oq_err *take_value(oq_arena *arena, const db_stmt *stmt, const oq_field *field, value v,
                          void *member)
{
    switch ((int)field->type) {
    case OQ_TYPE_TEXT:
    case OQ_TYPE_SECRET:
    case OQ_TYPE_BYTES:
        *(oq_str *)member = oq_str_copy(arena, oq_strn(v.bytes, v.len));
        return NULL;
    case OQ_TYPE_I64:
    case DB_TYPE_I32:
        *(int64_t *)member = integer_of(v);
        return NULL;
    case OQ_TYPE_F64:
        *(double *)member = real_of(v);
        return NULL;
    case OQ_TYPE_BOOL:
        *(bool *)member = v.bytes[0] != 0;
        return NULL;
    case OQ_TYPE_UUID:
        *(oq_uuid *)member = uuid_of(v);
        return NULL;
    case OQ_TYPE_TIME:
        *(oq_us *)member = time_of(v);
        return NULL;
    case OQ_TYPE_DATE:
        *(oq_date *)member = date_of(v);
        return NULL;
    case OQ_TYPE_CHOICE:
        if (oq_choice_value(field->choices, oq_strn(v.bytes, v.len), member))
            return NULL;
        return oq_fail(OQ_INTERNAL, "db.choice_unknown", "statement=%s column=%s value=%.*s",
                       stmt->name, field->name, (int)v.len, v.bytes);
    case OQ_TYPE_JSON:
        *(oq_str *)member = json_of(arena, v);
        return NULL;
    default:
        take_list(arena, (int)field->type, v, member);
        return NULL;
    }
}

/* --- rows --------------------------------------------------------------------------------------*/

/* Columns usually stand in the order of the fields, so the search goes on where the last one was
 * found and takes one comparison each: nothing is worth remembering between results. */
static oq_err *match_columns(const db_stmt *stmt, const PGresult *result,
                             const oq_field **ret_member, int *ret_count)
{
    int count = PQnfields(result);
    assert(count <= COLUMNS_MAX);
    const oq_field *next = stmt->fields;
    for (int column = 0; column < count; column++) {
        const char *name = PQfname(result, column);
        const oq_field *field = next;
        while (field->type != OQ_TYPE_END && strcmp(field->name, name) != 0)
            field++;
        if (field->type == OQ_TYPE_END) {
            field = stmt->fields;
            while (field != next && strcmp(field->name, name) != 0)
                field++;
            if (field == next)
                return oq_fail(OQ_INTERNAL, "db.column_unknown", "statement=%s column=%s",
                               stmt->name, name);
        }
        if (!db_type_fits(field, PQftype(result, column)))
            return oq_fail(OQ_INTERNAL, "db.column_type", "statement=%s column=%s wanted=%s",
                           stmt->name, name, db_type_name(field));
        ret_member[column] = field;
        next = field + 1;
    }
    *ret_count = count;
    return NULL;
}

oq_err *db_rows_decode(oq_arena *arena, const db_stmt *stmt, const PGresult *result,
                       void **ret_rows, size_t *ret_count)
{
    const oq_field *member[COLUMNS_MAX];
    int columns;
    OQ_TRY(match_columns(stmt, result, member, &columns));
    size_t count = (size_t)PQntuples(result);
    if (count > DB_ROWS_MAX)
        return oq_fail(OQ_INTERNAL, "db.too_many_rows", "statement=%s max=%d", stmt->name,
                       DB_ROWS_MAX);
    char *blank = oq_alloc(arena, stmt->row_size);
    put_none(stmt->fields, blank);
    char *rows = oq_alloc_n(arena, count, stmt->row_size);
    for (size_t i = 0; i < count; i++) {
        char *row = rows + i * stmt->row_size;
        memcpy(row, blank, stmt->row_size);
        for (int column = 0; column < columns; column++) {
            if (PQgetisnull(result, (int)i, column))
                continue;
            value v = {.bytes = PQgetvalue(result, (int)i, column),
                       .len = (size_t)PQgetlength(result, (int)i, column),
                       .type = PQftype(result, column)};
            OQ_TRY(take_value(arena, stmt, member[column], v, row + member[column]->offset));
        }
    }
    *ret_rows = rows;
    *ret_count = count;
    return NULL;
}
