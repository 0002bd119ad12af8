/* db/wire.h
 *
 * C values as PostgreSQL's binary protocol has them, and back. Private to db/. */
#ifndef DB_WIRE_H
#define DB_WIRE_H

#include <libpq-fe.h>

#include "base/base.h"
#include "db/stmt.h"

/* Parameters as libpq wants them; a NULL value is NULL. */
typedef struct db_params {
    int count;
    const char *value[DB_PARAMS_MAX];
    int length[DB_PARAMS_MAX];
    int format[DB_PARAMS_MAX]; /* all binary */
} db_params;

/* Writes the tenant (where the statement uses it) and `args` down. The params live as long as the
 * arena's memory and `args`. Fails: db.argument_missing, db.argument_range. */
OQ_CHECKED oq_err *db_params_encode(oq_arena *arena, const db_stmt *stmt, oq_uuid tenant,
                                    const void *args, db_params *ret_params);

/* Every row of `result` as a record in the arena. Columns find members by name, and their types
 * must fit. Fails: db.column_unknown, db.column_type, db.choice_unknown, db.too_many_rows. */
OQ_CHECKED oq_err *db_rows_decode(oq_arena *arena, const db_stmt *stmt, const PGresult *result,
                                  void **ret_rows, size_t *ret_count);

/* Whether a column or parameter of PostgreSQL's type `type` is what `field` holds. */
bool db_type_fits(const oq_field *field, Oid type);
/* "text", "bigint": what a field wants, for messages. */
const char *db_type_name(const oq_field *field);

/* Numbers of PostgreSQL's own types: fixed in its catalogue (pg_type.dat). */
/* clang-format off */
enum {
    DB_OID_BOOL = 16,          DB_OID_BYTEA = 17,           DB_OID_NAME = 19,
    DB_OID_INT8 = 20,          DB_OID_INT2 = 21,            DB_OID_INT4 = 23,
    DB_OID_TEXT = 25,          DB_OID_TID = 27,             DB_OID_XID = 28,
    DB_OID_JSON = 114,         DB_OID_FLOAT4 = 700,
    DB_OID_FLOAT8 = 701,       DB_OID_BYTEA_ARRAY = 1001,   DB_OID_INT4_ARRAY = 1007,
    DB_OID_TEXT_ARRAY = 1009,  DB_OID_VARCHAR_ARRAY = 1015, DB_OID_INT8_ARRAY = 1016,
    DB_OID_FLOAT8_ARRAY = 1022, DB_OID_TIMESTAMPTZ_ARRAY = 1185,
    DB_OID_BPCHAR = 1042,      DB_OID_VARCHAR = 1043,       DB_OID_DATE = 1082,
    DB_OID_TIMESTAMPTZ = 1184, DB_OID_UUID = 2950,          DB_OID_UUID_ARRAY = 2951,
    DB_OID_JSONB = 3802,
};
/* clang-format on */

/* PostgreSQL counts from 2000-01-01. */
#define DB_EPOCH_DAYS 10957
#define DB_EPOCH_US   (DB_EPOCH_DAYS * OQ_DAY)

static inline uint16_t db_get16(const char *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return __builtin_bswap16(v);
}
static inline uint32_t db_get32(const char *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return __builtin_bswap32(v);
}
static inline uint64_t db_get64(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return __builtin_bswap64(v);
}
static inline char *db_put32(char *p, uint32_t v)
{
    v = __builtin_bswap32(v);
    memcpy(p, &v, sizeof v);
    return p + sizeof v;
}
static inline char *db_put64(char *p, uint64_t v)
{
    v = __builtin_bswap64(v);
    memcpy(p, &v, sizeof v);
    return p + sizeof v;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the network's byte order is the other");

#endif
