#include "db/inspect.h"

#include "db/single.h"
#include "db/transfer.h"

#include "base/banned.h"

enum { CLOCK_LOOKS = 3 };

static const oq_field inspection_fields[] = {
    OQ_TEXT(db_inspection, database),
    OQ_TEXT(db_inspection, version),
    OQ_TEXT(db_inspection, encoding),
    OQ_BOOL(db_inspection, has_time_zones),
    OQ_TEXT(db_inspection, login),
    OQ_BOOL(db_inspection, is_superuser),
    OQ_BOOL(db_inspection, bypasses_rls),
    OQ_BOOL(db_inspection, owns_tables),
    OQ_BOOL(db_inspection, is_app),
    OQ_BOOL(db_inspection, is_platform),
    OQ_TEXT(db_inspection, strong_roles),
    OQ_TEXT(db_inspection, open_tables),
    OQ_BOOL(db_inspection, reads_all),
    OQ_I64(db_inspection, server_version),
    OQ_FIELDS_END,
};

/* What the login may become, it is: whoever may act as the owner of a table is its owner. */
static const db_stmt inspect_stmt = {
    .name = "DB_INSPECT",
    .file = "db/inspect.c",
    .sql =
        "WITH ours AS (SELECT oid, relname, relowner, relrowsecurity AND relforcerowsecurity\n"
        "                     AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)\n"
        "                         AS is_walled\n"
        "                FROM pg_class\n"
        "               WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')),\n"
        "     roles AS (SELECT oid, rolname, rolsuper OR rolbypassrls OR EXISTS\n"
        "                          (SELECT FROM ours WHERE pg_has_role(r.oid, relowner, "
        "'MEMBER'))\n"
        "                          AS is_strong,\n"
        "                      pg_has_role(session_user, oid, 'MEMBER') AS is_mine\n"
        "                 FROM pg_roles r WHERE rolname IN ('optria_app', 'optria_platform'))\n"
        "SELECT current_database() AS database, current_setting('server_version') AS version,\n"
        "       current_setting('server_encoding') AS encoding,\n"
        "       EXISTS (SELECT FROM pg_timezone_names WHERE name = 'Asia/Riyadh')\n"
        "           AS has_time_zones,\n"
        "       me.rolname AS login, me.rolsuper AS is_superuser,\n"
        "       EXISTS (SELECT FROM pg_roles b WHERE b.rolbypassrls\n"
        "                  AND pg_has_role(me.oid, b.oid, 'MEMBER')) AS bypasses_rls,\n"
        "       EXISTS (SELECT FROM ours WHERE pg_has_role(me.oid, relowner, 'MEMBER'))\n"
        "           AS owns_tables,\n"
        "       EXISTS (SELECT FROM roles WHERE rolname = 'optria_app' AND is_mine) AS is_app,\n"
        "       EXISTS (SELECT FROM roles WHERE rolname = 'optria_platform' AND is_mine)\n"
        "           AS is_platform,\n"
        "       (SELECT coalesce(string_agg(rolname, ', ' ORDER BY rolname), '') FROM roles\n"
        "         WHERE is_strong) AS strong_roles,\n"
        "       (SELECT coalesce(string_agg(relname, ', ' ORDER BY relname), '') FROM ours\n"
        "         WHERE NOT is_walled AND relname <> 'schema_migrations') AS open_tables,\n"
        "       me.rolsuper OR me.rolbypassrls OR EXISTS (SELECT FROM pg_roles b\n"
        "          WHERE b.rolname = '" DB_BACKUP_ROLE "' AND (b.rolsuper OR b.rolbypassrls)\n"
        "            AND pg_has_role(me.oid, b.oid, 'MEMBER')) AS reads_all,\n"
        "       current_setting('server_version_num')::bigint / 10000 AS server_version\n"
        "  FROM pg_roles me WHERE me.rolname = session_user",
    .fields = inspection_fields,
    .row_size = sizeof(db_inspection),
};

typedef struct clock_row {
    oq_us now;
} clock_row;
static const oq_field clock_fields[] = {
    OQ_TIME(clock_row, now),
    OQ_FIELDS_END,
};
static const db_stmt clock_stmt = {
    .name = "DB_CLOCK",
    .file = "db/inspect.c",
    .sql = "SELECT clock_timestamp() AS now",
    .fields = clock_fields,
    .row_size = sizeof(clock_row),
};

/* Of a few looks the quickest tells most: its answer was under way for the shortest time. */
static oq_err *compare_clocks(db_conn *conn, oq_arena *arena, db_inspection *found)
{
    found->round_trip = INT64_MAX;
    for (int i = 0; i < CLOCK_LOOKS; i++) {
        void *rows;
        size_t count;
        oq_us before = oq_clock_now();
        OQ_TRY(db_single_query(conn, arena, &clock_stmt, NULL, &rows, &count));
        oq_us after = oq_clock_now();
        if (after - before >= found->round_trip)
            continue;
        found->round_trip = after - before;
        found->skew = ((const clock_row *)rows)->now - (before + after) / 2;
    }
    return NULL;
}

static oq_err *inspect(db_conn *conn, oq_arena *arena, db_inspection *ret_inspection)
{
    void *rows;
    size_t count;
    OQ_TRY(db_single_query(conn, arena, &inspect_stmt, NULL, &rows, &count));
    db_inspection found = *(const db_inspection *)rows;
    OQ_TRY(compare_clocks(conn, arena, &found));
    *ret_inspection = found;
    return NULL;
}

oq_err *db_inspect(oq_arena *arena, oq_str url, db_inspection *ret_inspection)
{
    db_conn *conn;
    OQ_TRY(db_single_open(arena, url, NULL, "optria doctor", &conn));
    oq_err *err = inspect(conn, arena, ret_inspection);
    db_conn_close(conn);
    return err;
}
