/* db/stmt.h
 *
 * Statements are written in .sql files beside the domain code and made into typed C by
 * tools/sqlgen.py at build time:
 *
 *     -- USER_FIND (email text) -> user
 *     SELECT id, email, full_name FROM users WHERE tenant_id = :tenant AND email = :email;
 *
 * gives, in "user.sql.h",
 *
 *     typedef struct sql_user_find_args { oq_str email; } sql_user_find_args;
 *     typedef struct sql_user_find_rows { struct user *at; size_t count; } sql_user_find_rows;
 *     oq_err *sql_user_find(oq_scope *s, sql_user_find_args args, sql_user_find_rows *ret_rows);
 *
 * where `struct user` and its field table `user_fields` are declared by hand before the .c file
 * includes "user.sql.h"; a column finds its member by name, and a member without a column is "not
 * given". A statement with a row of its own lists the columns instead: `-> (total i64, last_at
 * time)` gives sql_x_row. One without rows says `-> nothing`; its function takes
 * `size_t *ret_touched`, the number of rows changed, or NULL. Without parameters there is no args
 * struct. `-- PLATFORM NAME (...)` crosses tenants and takes a db_platform * instead of a scope.
 * Comment lines around the header become the function's comment; a long header goes on in the next
 * comment line.
 *
 * sqlgen refuses what is not held to the tenant: each table of tenants needs `tenant_id = :tenant`,
 * or `tenant_id =` the tenant_id of a table that has it, as a condition that nothing can switch
 * off; an INSERT lists tenant_id and gives it :tenant. `:tenant` comes from the scope and is never
 * a parameter; a PLATFORM statement has none and takes `(tenant_id uuid)`. Platform tables
 * (db/platform_tables.txt) are for PLATFORM statements.
 *
 * Types: text i64 i32 f64 bool uuid time date json bytes, and lists: texts uuids i32s i64s f64s
 * times blobs (blobs: bytea[]). In C i32 and i64 are both int64_t; a choice is text in SQL. A
 * parameter is cast to its type, so SQL needs no cast of its own. `name type?` lets a parameter be
 * NULL: it is, when the member is "not given" (base/field.h: a text with a NULL ptr, OQ_TIME_NONE,
 * OQ_I64_NONE, NaN, the zero uuid, an empty list); a `bool?` is a `const bool *`. Without the
 * question mark "not given" is the program's mistake (db.argument_missing), but for a zero uuid and
 * an empty list, which are sent as they are. In a result any column may be NULL and is "not given"
 * then; a bool is false. xmin and ctid of a row are i64: the two tell the row as it stands from
 * every other one that stood or will stand there.
 *
 * Lists carry many rows in one statement: `INSERT ... SELECT :tenant, * FROM unnest(:no, :times,
 * :payloads)`. An element that is "not given" is NULL there, and a NULL comes back as "not given"
 * (DB_I32_NONE in i32s); only a zero uuid is sent as it is. A statement's parameters are copied
 * twice on their way, so send a few megabytes at a time.
 *
 * Rows are decoded from the binary protocol into the scope's arena. Statements are prepared once
 * per connection, in the same round trip as their first use. */
#ifndef DB_STMT_H
#define DB_STMT_H

#include "base/base.h"
#include "db/scope.h"

enum {
    DB_PARAMS_MAX = 64,    /* of one statement, the tenant among them */
    DB_ROWS_MAX = 1000000, /* of one result; beyond it db.too_many_rows: a LIMIT is missing */
};

#define DB_I32_NONE INT32_MIN

/* Lists that only statements know. Blobs are oq_strs. */
typedef struct db_i32s {
    const int32_t *at;
    size_t count;
} db_i32s;
typedef struct db_times {
    const oq_us *at;
    size_t count;
} db_times;
typedef struct db_i64s {
    int64_t *at;
    size_t count;
} db_i64s;
typedef struct db_f64s {
    double *at;
    size_t count;
} db_f64s;

/* Types of parameters and columns that base/field.h has no use for. */
enum {
    DB_TYPE_I32 = 100,
    DB_TYPE_I32S,
    DB_TYPE_I64S,
    DB_TYPE_F64S,
    DB_TYPE_TIMES,
    DB_TYPE_BLOBS,
    DB_TYPE_BOOL_OR_NULL
};
#define DB_I32(rec, member, ...)                                                                   \
    OQ_FIELD_(rec, member, int64_t, (oq_type)DB_TYPE_I32, ##__VA_ARGS__)
#define DB_I32S(rec, member, ...)                                                                  \
    OQ_FIELD_(rec, member, db_i32s, (oq_type)DB_TYPE_I32S, ##__VA_ARGS__)
#define DB_I64S(rec, member, ...)                                                                  \
    OQ_FIELD_(rec, member, db_i64s, (oq_type)DB_TYPE_I64S, ##__VA_ARGS__)
#define DB_F64S(rec, member, ...)                                                                  \
    OQ_FIELD_(rec, member, db_f64s, (oq_type)DB_TYPE_F64S, ##__VA_ARGS__)
#define DB_TIMES(rec, member, ...)                                                                 \
    OQ_FIELD_(rec, member, db_times, (oq_type)DB_TYPE_TIMES, ##__VA_ARGS__)
#define DB_BLOBS(rec, member, ...)                                                                 \
    OQ_FIELD_(rec, member, oq_strs, (oq_type)DB_TYPE_BLOBS, ##__VA_ARGS__)
#define DB_BOOL_OR_NULL(rec, member, ...)                                                          \
    OQ_FIELD_(rec, member, const bool *, (oq_type)DB_TYPE_BOOL_OR_NULL, ##__VA_ARGS__)

typedef struct db_stmt {
    const char *name; /* "USER_FIND": unique in the program; the prepared statement's name too */
    const char *file; /* "identity/user.sql" */
    const char *sql;  /* $1 is the tenant where `uses_tenant` */
    bool uses_tenant;
    bool is_platform;
    bool writes;            /* INSERT, UPDATE, DELETE, or locks rows */
    const oq_field *args;   /* of the args struct, in the order of $n; `required`: never NULL */
    const oq_field *fields; /* of a row; NULL: no rows */
    size_t row_size;
} db_stmt;

/* What the generated functions call. Rows are `row_size` apart; `ret_rows` is NULL where the
 * statement has none. `ret_count` is the number of rows, or of rows touched; may be NULL. Database
 * errors come back as the pool's (db/pool.h), as the domain code that the broken constraint is
 * named for (db/constraint.h), as db.denied where the walls refused, as db.value_refused where a
 * value does not fit its column, or db.internal; the SQLSTATE is in the detail. After an error a
 * writing scope can only be closed. */
OQ_CHECKED oq_err *db_run(oq_scope *s, const db_stmt *stmt, const void *args, void **ret_rows,
                          size_t *ret_count);
OQ_CHECKED oq_err *db_run_platform(db_platform *p, const db_stmt *stmt, const void *args,
                                   void **ret_rows, size_t *ret_count);

/* All statements of the program, for the test that prepares every one; ends with NULL. Made by
 * sqlgen. */
extern const db_stmt *const db_all_stmts[];

/* Generated headers define their statements; wherever one is included twice, the linker keeps one
 * of each, so that a statement has one address. */
#define DB_STMT_SHARED __attribute__((weak))

#endif
