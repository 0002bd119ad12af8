#include "db/transfer.h"

#include "db/single.h"

#include "base/banned.h"

/* The work may take hours, and the server's own limits are made for requests; a table that somebody
 * keeps locked is another matter. */
static const char *const unlimited[] = {
    "SET statement_timeout = 0",
    "SET lock_timeout = '60s'",
    "SET idle_in_transaction_session_timeout = 0",
};

static oq_err *run_all(db_conn *conn, const char *const *command, size_t count)
{
    for (size_t i = 0; i < count; i++)
        OQ_TRY(db_single_command(conn, command[i]));
    return NULL;
}

/* --- counting ------------------------------------------------------------------------------------*/

struct db_census {
    oq_arena *arena;
    db_conn *conn;
    db_census_facts facts;
};

typedef struct reader_row {
    oq_str login;
    bool sees_all, may_become;
} reader_row;
static const oq_field reader_fields[] = {
    OQ_TEXT(reader_row, login),
    OQ_BOOL(reader_row, sees_all),
    OQ_BOOL(reader_row, may_become),
    OQ_FIELDS_END,
};
static const db_stmt find_reader = {
    .name = "CENSUS_READER",
    .file = "db/transfer.c",
    .sql = "SELECT current_user AS login, r.rolsuper OR r.rolbypassrls AS sees_all,\n"
           "       EXISTS (SELECT FROM pg_roles b WHERE b.rolname = '" DB_BACKUP_ROLE "'\n"
           "                  AND (b.rolsuper OR b.rolbypassrls)\n"
           "                  AND pg_has_role(current_user, b.oid, 'MEMBER')) AS may_become\n"
           "  FROM pg_roles r WHERE r.rolname = current_user",
    .fields = reader_fields,
    .row_size = sizeof(reader_row),
};

static oq_err *become_reader(db_census *c)
{
    void *rows;
    size_t count;
    OQ_TRY(db_single_query(c->conn, c->arena, &find_reader, NULL, &rows, &count));
    const reader_row *who = rows;
    if (who->sees_all)
        return NULL;
    if (!who->may_become)
        return oq_fail(OQ_FORBIDDEN, "census.hidden", "login=%.*s", OQ_FMT(who->login));
    c->facts.role = OQ_STR(DB_BACKUP_ROLE);
    return db_single_command(c->conn, "SET ROLE " DB_BACKUP_ROLE);
}

typedef struct snapshot_row {
    oq_str snapshot;
    int64_t server_version;
} snapshot_row;
static const oq_field snapshot_fields[] = {
    OQ_TEXT(snapshot_row, snapshot),
    OQ_I64(snapshot_row, server_version),
    OQ_FIELDS_END,
};
static const db_stmt take_snapshot = {
    .name = "CENSUS_SNAPSHOT",
    .file = "db/transfer.c",
    .sql = "SELECT pg_export_snapshot() AS snapshot,\n"
           "       current_setting('server_version_num')::bigint / 10000 AS server_version",
    .fields = snapshot_fields,
    .row_size = sizeof(snapshot_row),
};

static const oq_field count_fields[] = {
    OQ_TEXT(db_table_count, name),
    OQ_I64(db_table_count, rows),
    OQ_FIELDS_END,
};
/* What pg_dump makes data of: plain tables and partitions, not what extensions brought along. */
static const db_stmt find_tables = {
    .name = "CENSUS_TABLES",
    .file = "db/transfer.c",
    .sql = "SELECT format('%I.%I', n.nspname, c.relname) AS name, 0::bigint AS rows\n"
           "  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace\n"
           " WHERE n.nspname = '" DB_SCHEMA "' AND c.relkind = 'r' AND c.relpersistence <> 't'\n"
           "   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass\n"
           "                      AND d.objid = c.oid AND d.deptype = 'e')\n"
           " ORDER BY format('%I.%I', n.nspname, c.relname) COLLATE \"C\"",
    .fields = count_fields,
    .row_size = sizeof(db_table_count),
};

typedef struct number_row {
    int64_t number;
} number_row;
static const oq_field number_fields[] = {
    OQ_I64(number_row, number),
    OQ_FIELDS_END,
};

/* The one number that `sql` gives. The tables come from the catalogue, so their statements are made
 * here; the server itself has quoted the names. */
static oq_err *ask_number(db_census *c, oq_str name, oq_str sql, int64_t *ret_number)
{
    db_stmt *stmt = oq_new(c->arena, db_stmt);
    *stmt = (db_stmt){.name = name.ptr,
                      .file = "db/transfer.c",
                      .sql = sql.ptr,
                      .fields = number_fields,
                      .row_size = sizeof(number_row)};
    void *rows;
    size_t count;
    OQ_TRY(db_single_query(c->conn, c->arena, stmt, NULL, &rows, &count));
    *ret_number = ((const number_row *)rows)->number;
    return NULL;
}

static oq_err *count_rows(db_census *c)
{
    void *rows;
    db_table_counts *tables = &c->facts.tables;
    OQ_TRY(db_single_query(c->conn, c->arena, &find_tables, NULL, &rows, &tables->count));
    tables->at = rows;
    for (size_t i = 0; i < tables->count; i++) {
        db_table_count *t = &tables->at[i];
        OQ_TRY(ask_number(c, oq_strf(c->arena, "CENSUS_%zu", i),
                          oq_strf(c->arena, "SELECT count(*) AS number FROM %.*s", OQ_FMT(t->name)),
                          &t->rows));
        if (oq_str_eq(t->name, OQ_STR(DB_SCHEMA ".schema_migrations")))
            OQ_TRY(ask_number(c, OQ_STR("CENSUS_SCHEMA"),
                              OQ_STR("SELECT coalesce(max(number), 0)::bigint AS number"
                                     " FROM " DB_SCHEMA ".schema_migrations"),
                              &c->facts.schema));
    }
    return NULL;
}

static oq_err *take(db_census *c)
{
    static const char *const begin[] = {
        "SET row_security = off",
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    OQ_TRY(become_reader(c));
    OQ_TRY(run_all(c->conn, unlimited, OQ_COUNT(unlimited)));
    OQ_TRY(run_all(c->conn, begin, OQ_COUNT(begin)));
    void *rows;
    size_t count;
    OQ_TRY(db_single_query(c->conn, c->arena, &take_snapshot, NULL, &rows, &count));
    const snapshot_row *got = rows;
    c->facts.snapshot = got->snapshot;
    c->facts.server_version = got->server_version;
    return count_rows(c);
}

oq_err *db_census_open(oq_arena *arena, oq_str url, db_census **ret_census)
{
    db_census *c = oq_new(arena, db_census);
    c->arena = arena;
    OQ_TRY(db_single_open(arena, url, NULL, "optria backup", &c->conn));
    oq_err *err = take(c);
    if (err)
        db_census_close(c);
    else
        *ret_census = c;
    return err;
}

const db_census_facts *db_census_get(const db_census *c)
{
    return &c->facts;
}

void db_census_close(db_census *c)
{
    if (c)
        db_conn_close(c->conn);
}

/* --- filling -------------------------------------------------------------------------------------*/

struct db_vacancy {
    db_conn *conn;
    int64_t server_version;
};

typedef struct vacancy_row {
    oq_str database, table_name;
    int64_t server_version, sessions;
    bool has_turn;
} vacancy_row;
static const oq_field vacancy_fields[] = {
    OQ_TEXT(vacancy_row, database),      OQ_TEXT(vacancy_row, table_name),
    OQ_I64(vacancy_row, server_version), OQ_I64(vacancy_row, sessions),
    OQ_BOOL(vacancy_row, has_turn),      OQ_FIELDS_END,
};
/* The lock is the one of db/migrate.h. A server or worker that waits for its tables would write
 * into them before they can be counted. */
static const db_stmt look_for_vacancy = {
    .name = "RESTORE_VACANCY",
    .file = "db/transfer.c",
    .sql =
        "SELECT current_database() AS database,\n"
        "       (SELECT min(format('%I', c.relname)) FROM pg_class c\n"
        "         WHERE c.relnamespace = '" DB_SCHEMA "'::regnamespace\n"
        "           AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')\n"
        "           AND NOT EXISTS (SELECT FROM pg_depend d\n"
        "                            WHERE d.classid = 'pg_class'::regclass\n"
        "                              AND d.objid = c.oid AND d.deptype = 'e')) AS table_name,\n"
        "       current_setting('server_version_num')::bigint / 10000 AS server_version,\n"
        "       (SELECT count(*) FROM pg_stat_activity\n"
        "         WHERE datname = current_database() AND pid <> pg_backend_pid()\n"
        "           AND application_name LIKE 'optria%') AS sessions,\n"
        "       pg_try_advisory_lock(hashtext('optria'), hashtext('migrate')) AS has_turn",
    .fields = vacancy_fields,
    .row_size = sizeof(vacancy_row),
};

/* As migration 0001 makes them. */
static const char make_roles[] =
    "DO $$\n"
    "BEGIN\n"
    "    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'optria_app') THEN\n"
    "        CREATE ROLE optria_app NOLOGIN NOSUPERUSER NOBYPASSRLS;\n"
    "    END IF;\n"
    "    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'optria_platform') THEN\n"
    "        CREATE ROLE optria_platform NOLOGIN NOSUPERUSER NOBYPASSRLS;\n"
    "    END IF;\n"
    "END $$";

static oq_err *check_vacancy(db_vacancy *v, oq_arena *arena)
{
    OQ_TRY(run_all(v->conn, unlimited, OQ_COUNT(unlimited)));
    void *rows;
    size_t count;
    OQ_TRY(db_single_query(v->conn, arena, &look_for_vacancy, NULL, &rows, &count));
    const vacancy_row *found = rows;
    v->server_version = found->server_version;
    if (!found->has_turn)
        return oq_fail(OQ_CONFLICT, "restore.busy", "database=%.*s", OQ_FMT(found->database));
    if (oq_str_given(found->table_name))
        return oq_fail(OQ_CONFLICT, "restore.not_empty", "database=%.*s table=%.*s",
                       OQ_FMT(found->database), OQ_FMT(found->table_name));
    if (found->sessions)
        return oq_fail(OQ_CONFLICT, "restore.in_use", "database=%.*s sessions=%lld",
                       OQ_FMT(found->database), (long long)found->sessions);
    return db_single_command(v->conn, make_roles);
}

oq_err *db_vacancy_open(oq_arena *arena, oq_str url, db_vacancy **ret_vacancy)
{
    db_vacancy *v = oq_new(arena, db_vacancy);
    OQ_TRY(db_single_open(arena, url, NULL, "optria restore", &v->conn));
    oq_err *err = check_vacancy(v, arena);
    if (err)
        db_vacancy_close(v);
    else
        *ret_vacancy = v;
    return err;
}

int64_t db_vacancy_server_version(const db_vacancy *v)
{
    return v->server_version;
}

void db_vacancy_close(db_vacancy *v)
{
    if (v)
        db_conn_close(v->conn);
}

/* --- addresses -----------------------------------------------------------------------------------*/

/* Parts that only tune how long a silent network is believed, or that PostgreSQL's programs set
 * themselves. */
static bool may_be_left_out(const char *part)
{
    static const char *const list[] = {
        "keepalives",       "keepalives_idle",  "keepalives_interval",
        "keepalives_count", "tcp_user_timeout", "fallback_application_name",
    };
    for (size_t i = 0; i < OQ_COUNT(list); i++)
        if (strcmp(list[i], part) == 0)
            return true;
    return false;
}

oq_err *db_address_variables(oq_arena *arena, oq_str url, oq_strs *ret_variables)
{
    char *why = NULL;
    PQconninfoOption *given = PQconninfoParse(oq_str_c(arena, url), &why);
    if (!given) {
        PQfreemem(why); /* quotes the address, which may hold a password */
        return oq_fail(OQ_INVALID, "db.bad_url");
    }
    size_t size = 0;
    for (PQconninfoOption *o = given; o->keyword; o++)
        size++;
    oq_strs list = {.at = oq_new_n(arena, oq_str, size)};
    oq_err *err = NULL;
    for (PQconninfoOption *o = given; o->keyword && !err; o++) {
        if (!o->val)
            continue;
        if (o->envvar)
            list.at[list.count++] = oq_strf(arena, "%s=%s", o->envvar, o->val);
        else if (!may_be_left_out(o->keyword))
            err = oq_fail(OQ_INVALID, "db.untellable", "part=%s", o->keyword);
    }
    PQconninfoFree(given);
    if (!err)
        *ret_variables = list;
    return err;
}
