/* db/stmt.h
 *
 * Statements are written in .sql files beside the domain code and made into typed C by
 * tools/sqlgen at build time:
 *
 *     -- USER_FIND (email text) -> user
 *     SELECT id, email, full_name FROM users WHERE tenant_id = :tenant AND email = :email;
 *
 * gives
 *
 *     typedef struct sql_user_find_args { oq_str email; } sql_user_find_args;
 *     typedef struct sql_user_find_rows { user *at; size_t count; } sql_user_find_rows;
 *     oq_err *sql_user_find(oq_scope *s, sql_user_find_args args, sql_user_find_rows *ret_rows);
 *
 * where `user` is a struct and `user_fields` its field table, both declared by hand in a header
 * that the .c file includes first; a column finds its member by name. A statement with a row of
 * its own lists the columns instead: `-> (total i64, last_at time)`. A statement without result
 * says `-> nothing` and returns the number of rows it touched. `-- PLATFORM NAME (...)` crosses
 * tenants and takes a db_platform *. A question mark behind a parameter's type lets it be NULL.
 *
 * Types: text i64 i32 f64 bool uuid time date json bytes texts uuids i64s f64s; a record's member
 * has the matching field type (i32 and i64 are both int64_t in C; a choice is text in SQL).
 *
 * Rows are decoded from the binary protocol into the scope's arena. Statements are prepared once
 * per connection, in the same round trip as their first use. */
#ifndef DB_STMT_H
#define DB_STMT_H

#include "base/base.h"
#include "db/scope.h"

typedef struct db_stmt {
    const char *name; /* "USER_FIND" */
    const char *file; /* "identity/user.sql" */
    const char *sql;  /* $1 is the tenant where `uses_tenant` */
    bool uses_tenant;
    bool is_platform;
    bool writes;              /* INSERT, UPDATE, DELETE, or locks rows */
    const oq_field *args;     /* of the args struct, in the order of $n; NULL: none */
    const oq_field *fields;   /* of a row; NULL: no rows */
    size_t row_size;
    int id;                   /* small and unique in the program */
} db_stmt;

/* What the generated functions call. Rows are `row_size` apart. `ret_count` is the number of rows,
 * or of rows touched. Database errors come back as the pool's (db/pool.h), as the domain code that
 * the broken constraint is named for (db/constraint.c), or db.internal with the SQLSTATE in the
 * detail. After an error a writing scope can only be closed. */
OQ_CHECKED oq_err *db_run(oq_scope *s, const db_stmt *stmt, const void *args, void **ret_rows,
                          size_t *ret_count);
OQ_CHECKED oq_err *db_run_platform(db_platform *p, const db_stmt *stmt, const void *args,
                                   void **ret_rows, size_t *ret_count);

/* All statements of the program, for the test that prepares every one; ends with NULL. Made by
 * sqlgen. */
extern const db_stmt *const db_all_stmts[];

#endif
