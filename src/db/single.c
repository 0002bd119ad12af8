#include "db/single.h"

#include "base/banned.h"

enum { CONNECT_MAX_MS = 10000 };

oq_err *db_single_open(oq_arena *arena, oq_str url, const char *role, const char *app_name,
                       db_conn **ret_conn)
{
    const db_pool_options options = {
        .url = url, .role = role, .app_name = app_name, .connect_max_ms = CONNECT_MAX_MS};
    db_target target;
    OQ_TRY(db_target_make(arena, &options, &target));
    return db_conn_open(&target, ret_conn);
}

oq_err *db_single_command(db_conn *conn, const char *text)
{
    db_step step = {.command = text};
    oq_err *err = db_conn_run(conn, &step, 1);
    db_steps_drop(&step, 1);
    return err;
}

oq_err *db_single_query(db_conn *conn, oq_arena *arena, const db_stmt *stmt, const void *args,
                        void **ret_rows, size_t *ret_count)
{
    db_params params;
    OQ_TRY(db_params_encode(arena, stmt, OQ_UUID_ZERO, args, &params));
    db_step step = {.stmt = stmt, .params = &params};
    oq_err *err = db_conn_run(conn, &step, 1);
    if (!err && ret_rows)
        err = db_rows_decode(arena, stmt, step.result, ret_rows, ret_count);
    db_steps_drop(&step, 1);
    return err;
}
