#include "support/testdb.h"

#include <libpq-fe.h>
#include <stdatomic.h>
#include <unistd.h>

#include "db/migrate.h"

#include "base/banned.h"

struct testdb {
    oq_arena *arena;
    oq_str name;
    PGconn *conn; /* the superuser's, to this database */
};

#define OWNER  "optria_test_owner"
#define SERVER "optria_test_server"

static _Noreturn void give_up(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

/* --- addresses ---------------------------------------------------------------------------------*/

static const char *admin_address(void)
{
    const char *url = getenv("OPTRIA_TEST_URL");
    if (!url || !*url)
        give_up("OPTRIA_TEST_URL is not set",
                "this test needs a PostgreSQL to itself; run it by `./run test integration`");
    return url;
}

/* OPTRIA_TEST_URL with other values; NULL leaves one as it is. */
static oq_str address(oq_arena *arena, const char *dbname, const char *user, const char *host,
                      const char *port)
{
    char *why = NULL;
    PQconninfoOption *given = PQconninfoParse(admin_address(), &why);
    if (!given)
        give_up("OPTRIA_TEST_URL cannot be read", why);
    const struct {
        const char *keyword, *value;
    } other[] = {{"dbname", dbname}, {"user", user}, {"host", host}, {"port", port}};
    oq_str text = OQ_STR("");
    for (PQconninfoOption *o = given; o->keyword; o++) {
        const char *value = o->val;
        for (size_t i = 0; i < OQ_COUNT(other); i++)
            if (strcmp(o->keyword, other[i].keyword) == 0 && other[i].value)
                value = other[i].value;
        if (value)
            text = oq_strf(arena, "%.*s%s='%s' ", OQ_FMT(text), o->keyword, value);
    }
    PQconninfoFree(given);
    return text;
}

oq_str testdb_url(const testdb *db)
{
    return address(db->arena, db->name.ptr, SERVER, NULL, NULL);
}

oq_str testdb_owner_url(const testdb *db)
{
    return address(db->arena, db->name.ptr, OWNER, NULL, NULL);
}

oq_str testdb_admin_url(const testdb *db)
{
    return address(db->arena, db->name.ptr, NULL, NULL, NULL);
}

oq_str testdb_url_through(testdb *db, const char *host, int port)
{
    return address(db->arena, db->name.ptr, SERVER, host, oq_strf(db->arena, "%d", port).ptr);
}

/* --- SQL as the superuser ----------------------------------------------------------------------*/

static void say_nothing(void *self, const char *notice)
{
    (void)self;
    (void)notice;
}

static PGconn *connect_to(oq_str url)
{
    PGconn *conn = PQconnectdb(url.ptr);
    if (PQstatus(conn) != CONNECTION_OK)
        give_up("no connection to OPTRIA_TEST_URL", PQerrorMessage(conn));
    PQsetNoticeProcessor(conn, say_nothing, NULL);
    return conn;
}

static PGresult *run(PGconn *conn, const char *sql)
{
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        give_up(sql, PQresultErrorMessage(result));
    return result;
}

static void exec(PGconn *conn, const char *sql)
{
    PQclear(run(conn, sql));
}

static bool is_true(PGconn *conn, const char *sql)
{
    PGresult *result = run(conn, sql);
    bool yes = PQntuples(result) > 0 && PQgetvalue(result, 0, 0)[0] == 't';
    PQclear(result);
    return yes;
}

void testdb_exec(testdb *db, const char *sql)
{
    exec(db->conn, sql);
}

const char *testdb_value(testdb *db, const char *sql)
{
    PGresult *result = run(db->conn, sql);
    const char *value = PQntuples(result) ? PQgetvalue(result, 0, 0) : "";
    value = oq_str_c(db->arena, oq_cstr(value));
    PQclear(result);
    return value;
}

int64_t testdb_number(testdb *db, const char *sql)
{
    int64_t number;
    const char *text = testdb_value(db, sql);
    if (!oq_parse_i64(oq_cstr(text), &number))
        give_up(sql, "gives no number");
    return number;
}

/* --- the template ------------------------------------------------------------------------------*/

static oq_str template_name(oq_arena *arena)
{
    uint64_t sum = 0;
    for (const db_migration *m = db_migrations(); m->number; m++)
        sum = sum * 31 + oq_hash(m->sql);
    return oq_strf(arena, "optria_template_%016llx", (unsigned long long)sum);
}

static void make_logins(PGconn *admin)
{
    exec(admin, "DO $$ BEGIN"
                " IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '" OWNER "') THEN"
                "  CREATE ROLE " OWNER " LOGIN CREATEROLE; END IF;"
                " IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '" SERVER "') THEN"
                "  CREATE ROLE " SERVER " LOGIN NOINHERIT; END IF; END $$");
}

static void migrate(oq_arena *arena, oq_str url)
{
    db_migrate_report report;
    oq_err *err = db_migrate(arena, url, db_migrations(), false, NULL, NULL, &report);
    if (err) {
        oq_log_err(OQ_LOG_ERROR, "testdb.migrate", err, NULL);
        give_up("the template database", "cannot be migrated; see above");
    }
}

static void make_template(oq_arena *arena, PGconn *admin, oq_str name)
{
    exec(admin, oq_strf(arena, "DROP DATABASE IF EXISTS \"%s\"", name.ptr).ptr);
    exec(admin, oq_strf(arena, "CREATE DATABASE \"%s\" OWNER " OWNER, name.ptr).ptr);
    migrate(arena, address(arena, name.ptr, OWNER, NULL, NULL));
    exec(admin, "GRANT optria_app, optria_platform TO " SERVER);
    exec(admin, oq_strf(arena, "ALTER DATABASE \"%s\" IS_TEMPLATE true", name.ptr).ptr);
}

/* Several test programs start at once; one makes the template, the others wait. A template that is
 * not marked as one is half made: its maker died. */
static oq_str need_template(oq_arena *arena, PGconn *admin)
{
    oq_str name = template_name(arena);
    exec(admin, "SELECT pg_advisory_lock(hashtext('optria'), hashtext('template'))");
    make_logins(admin);
    if (!is_true(admin, oq_strf(arena,
                                "SELECT EXISTS (SELECT FROM pg_database WHERE datname = '%s'"
                                " AND datistemplate)",
                                name.ptr)
                            .ptr))
        make_template(arena, admin, name);
    exec(admin, "SELECT pg_advisory_unlock(hashtext('optria'), hashtext('template'))");
    return name;
}

/* --- life --------------------------------------------------------------------------------------*/

static testdb *open_with(bool has_schema)
{
    static atomic_int opened;
    oq_arena *arena = oq_arena_open(0);
    testdb *db = oq_new(arena, testdb);
    db->arena = arena;
    db->name = oq_strf(arena, "optria_test_%d_%d", (int)getpid(), atomic_fetch_add(&opened, 1));
    PGconn *admin = connect_to(address(arena, "postgres", NULL, NULL, NULL));
    oq_str template = need_template(arena, admin);
    if (!has_schema)
        template = OQ_STR("template1");
    exec(admin, oq_strf(arena, "CREATE DATABASE \"%s\" OWNER " OWNER " TEMPLATE \"%s\"",
                        db->name.ptr, template.ptr)
                    .ptr);
    PQfinish(admin);
    db->conn = connect_to(testdb_admin_url(db));
    return db;
}

testdb *testdb_open(void)
{
    return open_with(true);
}

testdb *testdb_open_empty(void)
{
    return open_with(false);
}

void testdb_close(testdb *db)
{
    if (!db)
        return;
    PQfinish(db->conn);
    PGconn *admin = connect_to(address(db->arena, "postgres", NULL, NULL, NULL));
    exec(admin, oq_strf(db->arena, "DROP DATABASE \"%s\" WITH (FORCE)", db->name.ptr).ptr);
    PQfinish(admin);
    oq_arena_close(db->arena);
}

db_pool_options testdb_pool_options(const testdb *db)
{
    return (db_pool_options){
        .url = testdb_url(db),
        .role = "optria_app",
        .app_name = "optria test",
        .size_max = 4,
        .wait_max_ms = 2000,
        .statement_max_ms = 5000,
        .connect_max_ms = 5000,
    };
}
