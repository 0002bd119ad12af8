/* db/single.h
 *
 * One statement at a time over one session, outside any unit of work: migrations and the
 * operator's commands. Private to db/. */
#ifndef DB_SINGLE_H
#define DB_SINGLE_H

#include "db/conn.h"

/* Connects with `url` as its own login, in `role` when that is not NULL, without limits of time. */
OQ_CHECKED oq_err *db_single_open(oq_arena *arena, oq_str url, const char *role,
                                  const char *app_name, db_conn **ret_conn);

OQ_CHECKED oq_err *db_single_command(db_conn *conn, const char *text);

/* Rows as records in the arena; `ret_rows` NULL: none are wanted. */
OQ_CHECKED oq_err *db_single_query(db_conn *conn, oq_arena *arena, const db_stmt *stmt,
                                   const void *args, void **ret_rows, size_t *ret_count);

#endif
