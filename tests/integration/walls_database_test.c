/* The second wall alone: SQL that no file of ours holds, asked over the server's own login on every
 * table that belongs to tenants. Without a tenant there is nothing, in one tenant nothing of
 * another, and no row can be written, moved or pointed across. */
#include <libpq-fe.h>

#include "main/service.h"
#include "support/walls.h"

#include "base/banned.h"

static walls *w;
static PGconn *conn; /* as the server's login */

/* Tables of tenants, by the catalogue. */
static oq_str tables[128];
static size_t table_count;

/* --- asking -------------------------------------------------------------------------------------*/

typedef struct outcome {
    char state[6]; /* SQLSTATE; "": it went well */
    int64_t rows;  /* given or touched; of a count: counted */
} outcome;

static outcome ask(const char *sql)
{
    outcome o = {.state = ""};
    PGresult *r = PQexec(conn, sql);
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    if (state)
        snprintf(o.state, sizeof o.state, "%s", state);
    const char *count =
        PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) ? PQgetvalue(r, 0, 0) : PQcmdTuples(r);
    oq_parse_i64(oq_cstr(count), &o.rows);
    PQclear(r);
    return o;
}

static void must(const char *sql)
{
    outcome o = ask(sql);
    if (o.state[0])
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
}

static const char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
static const char *text(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    oq_str made = oq_strfv(w->arena, format, args);
    va_end(args);
    return made.ptr;
}

/* Begins a transaction as `role`; `tenant` NULL: nobody tells one. */
static void begin(const char *role, const char *tenant)
{
    must("BEGIN");
    must(text("SET LOCAL ROLE %s", role));
    if (tenant)
        must(text("SET LOCAL optria.tenant = '%s'", tenant));
}

/* One statement in a transaction of its own, of which nothing stays. */
static outcome alone(const char *role, const char *tenant, const char *sql)
{
    begin(role, tenant);
    outcome o = ask(sql);
    must("ROLLBACK");
    return o;
}

static const char *id_a(void)
{
    return oq_uuid_text(w->arena, w->tenant_a).ptr;
}

static const char *id_b(void)
{
    return oq_uuid_text(w->arena, w->tenant_b).ptr;
}

/* --- a database with a row of A and of B in every table -----------------------------------------*/

static void find_tables(void)
{
    const char *list = testdb_value(
        testapp_db(w->app),
        "SELECT string_agg(c.relname, ',' ORDER BY c.relname) FROM pg_class c JOIN pg_attribute a"
        " ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND c.relname <> 'login_names'");
    oq_str name;
    for (oq_str rest = oq_cstr(list); oq_str_cut(&rest, ',', &name);)
        tables[table_count++] = oq_str_copy(w->arena, name);
    assert_true(table_count >= 13);
}

/* What of a row is given and not computed. */
static const char *columns_of(testdb *db, oq_str table)
{
    return testdb_value(db, text("SELECT string_agg(quote_ident(attname), ',') FROM pg_attribute"
                                 " WHERE attrelid = '%s'::regclass AND attnum > 0"
                                 " AND NOT attisdropped AND attgenerated = ''",
                                 table.ptr));
}

/* A row of which nothing is known but that the table takes it: a value of its type for each column
 * that must be there, the first word that a check allows. Times rise, for spans are not empty. */
static void make_row(testdb *db, const char *table, const char *tenant)
{
    testdb_exec(db, "SET session_replication_role = replica");
    testdb_exec(
        db,
        testdb_value(
            db, text("SELECT format('INSERT INTO %%I (%%s) OVERRIDING SYSTEM VALUE VALUES (%%s)',"
                     " '%s', string_agg(quote_ident(a.attname), ','), string_agg(CASE"
                     "  WHEN a.attname = 'tenant_id' THEN quote_literal('%s')"
                     "  WHEN word IS NOT NULL THEN quote_literal(word)"
                     "  WHEN t.typname = 'uuid' THEN quote_literal(gen_random_uuid())"
                     "  WHEN t.typname = 'text' THEN quote_literal(md5(random()::text))"
                     "  WHEN t.typname IN ('int4', 'int8', 'float8') AND is_checked THEN '1'"
                     "  WHEN t.typname IN ('int4', 'int8', 'float8') THEN '(random() * 1e6)::int'"
                     "  WHEN t.typname = 'bool' THEN 'false'"
                     "  WHEN t.typname = 'date' THEN 'now()'"
                     "  WHEN t.typname = 'timestamptz' THEN"
                     "   'now() + interval ''1 s'' * ' || a.attnum"
                     "  ELSE '''{}''' END, ','))"
                     " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN LATERAL"
                     "  (SELECT substring(pg_get_constraintdef(k.oid) from '''([^'']+)''') AS word,"
                     "    true AS is_checked FROM pg_constraint k WHERE k.conrelid = a.attrelid AND"
                     "    k.contype = 'c' AND k.conkey = ARRAY[a.attnum] LIMIT 1) AS checks ON true"
                     " WHERE a.attrelid = '%s'::regclass AND a.attnum > 0 AND NOT a.attisdropped"
                     " AND a.attgenerated = '' AND (a.attnotnull OR a.attname = 'class_id')",
                     table, tenant, table)));
    testdb_exec(db, "RESET session_replication_role");
}

/* Tables that no maker fills yet. */
static void fill_empty_tables(testdb *db)
{
    for (size_t i = 0; i < table_count; i++)
        if (!testdb_number(
                db, text("SELECT count(*) FROM %s WHERE tenant_id = '%s'", tables[i].ptr, id_a())))
            make_row(db, tables[i].ptr, id_a());
}

/* "a,b" as "twin.a,twin.b". */
static const char *twins(const char *columns)
{
    oq_str all = OQ_STR(""), name;
    for (oq_str rest = oq_cstr(columns); oq_str_cut(&rest, ',', &name);)
        all = oq_strf(w->arena, "%.*s%stwin.%.*s", OQ_FMT(all), all.len ? "," : "", OQ_FMT(name));
    return all.ptr;
}

/* B gets a twin of each row of A, with the same ids: nothing but the tenant tells them apart. */
static void make_twins(testdb *db)
{
    testdb_exec(db, "SET session_replication_role = replica");
    for (size_t i = 0; i < table_count; i++)
        testdb_exec(db,
                    text("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s t,"
                         " jsonb_populate_record(NULL::%s, to_jsonb(t) || '{\"tenant_id\":"
                         " \"%s\"}') AS twin WHERE t.tenant_id = '%s' ON CONFLICT DO NOTHING",
                         tables[i].ptr, columns_of(db, tables[i]), twins(columns_of(db, tables[i])),
                         tables[i].ptr, tables[i].ptr, id_b(), id_a()));
    testdb_exec(db, "RESET session_replication_role");
}

static int open_all(void **state)
{
    walls_open(state);
    w = *state;
    testdb *db = testapp_db(w->app);
    for (const char *const *noun = walls_nouns; *noun; noun++)
        walls_object(w, oq_cstr(*noun));
    testclient *admin = walls_sign_in(w, WALLS_ADMIN_A);
    oq_str user = walls_object(w, OQ_STR("users"));
    testclient_json(admin, "POST", text("/api/users/%.*s/reset-link", OQ_FMT(user)), NULL);
    testclient_close(admin);
    testdb_exec(db, text("INSERT INTO job_schedules VALUES ('%s', 'job.trim', now())", id_a()));
    testdb_exec(db, text("INSERT INTO leads SELECT (jsonb_populate_record(NULL::leads, to_jsonb(t)"
                         " || '{\"tenant_id\": \"%s\"}')).* FROM leads t",
                         id_a()));
    find_tables();
    fill_empty_tables(db);
    make_twins(db);
    conn = PQconnectdb(testdb_url(db).ptr);
    return PQstatus(conn) == CONNECTION_OK ? 0 : -1;
}

static int close_all(void **state)
{
    PQfinish(conn);
    return walls_close(state);
}

/* What follows would prove nothing about an empty table. */
static void test_every_table_has_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < table_count; i++)
        for (int of_b = 0; of_b < 2; of_b++)
            if (testdb_number(testapp_db(w->app),
                              text("SELECT count(*) FROM %s WHERE tenant_id = '%s'", tables[i].ptr,
                                   of_b ? id_b() : id_a())) == 0)
                WALLS_COMPLAIN("%s has no row of %s: make one in open_all", tables[i].ptr,
                               of_b ? "B" : "A");
    WALLS_NO_COMPLAINTS();
}

/* --- statements ---------------------------------------------------------------------------------*/

/* A row of A as JSON, with `members` instead of its own. */
static const char *row_of_a(const char *table, const char *members)
{
    return testdb_value(testapp_db(w->app),
                        text("SELECT to_jsonb(t) || '%s' FROM %s t WHERE tenant_id = '%s' LIMIT 1",
                             members, table, id_a()));
}

static const char *insert_row(const char *table, const char *json)
{
    char *quoted = PQescapeLiteral(conn, json, strlen(json));
    const char *columns = columns_of(testapp_db(w->app), oq_cstr(table));
    const char *sql = text("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM"
                           " jsonb_populate_record(NULL::%s, %s) AS twin",
                           table, columns, twins(columns), table, quoted);
    PQfreemem(quoted);
    return sql;
}

static bool is_refused(outcome o)
{
    return strcmp(o.state, "42501") == 0;
}

/* Who may not look into the schema is told that there is no such thing in it. */
static bool is_unseen(outcome o)
{
    return strcmp(o.state, "42P01") == 0 || strcmp(o.state, "3F000") == 0;
}

/* Refused outright (no right to the table, a policy, what is no uuid), or nothing is there. */
static bool is_nothing(outcome o)
{
    return is_refused(o) || strcmp(o.state, "22P02") == 0 || (!o.state[0] && o.rows == 0);
}

static void find_nothing(const char *table, const char *label, const char *tenant,
                         const char *condition, const char *row)
{
    const char *sql[] = {
        text("SELECT count(*) FROM %s WHERE %s", table, condition),
        text("SELECT 1 FROM %s WHERE %s FOR UPDATE", table, condition),
        text("UPDATE %s SET tenant_id = tenant_id WHERE %s", table, condition),
        text("DELETE FROM %s WHERE %s", table, condition),
        text("WITH gone AS (DELETE FROM %s WHERE %s RETURNING 1) SELECT count(*) FROM gone", table,
             condition),
        insert_row(table, row),
    };
    for (size_t i = 0; i < OQ_COUNT(sql); i++) {
        outcome o = alone("optria_app", tenant, sql[i]);
        bool is_insert = i + 1 == OQ_COUNT(sql);
        if (!is_nothing(o) || (is_insert && !o.state[0]))
            WALLS_COMPLAIN("%s: %s: \"%s\", %lld rows", label, sql[i], o.state, (long long)o.rows);
    }
}

/* --- without a tenant ---------------------------------------------------------------------------*/

static void test_without_a_tenant(void **state)
{
    (void)state;
    static const struct {
        const char *label, *tenant;
    } row[] = {
        {"not told", NULL},
        {"empty", ""},
        {"zero", "00000000-0000-0000-0000-000000000000"},
        {"of nobody", "01890000-0000-7000-8000-00000000abcd"},
        {"no uuid", "all"},
        {"an expression", "' OR true --"},
    };
    for (size_t i = 0; i < table_count; i++)
        for (size_t r = 0; r < OQ_COUNT(row); r++) {
            const char *tenant =
                row[r].tenant && strchr(row[r].tenant, '\'') ? "'' OR true --" : row[r].tenant;
            find_nothing(tables[i].ptr, row[r].label, tenant, "true",
                         row_of_a(tables[i].ptr, "{}"));
        }
    WALLS_NO_COMPLAINTS();
}

/* The login by itself owns nothing, may read nothing, and cannot become more than it is. */
static void test_the_login_by_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < table_count; i++) {
        must("BEGIN");
        outcome o = ask(text("SELECT count(*) FROM %s", tables[i].ptr));
        must("ROLLBACK");
        if (!is_unseen(o))
            WALLS_COMPLAIN("%s: \"%s\", %lld rows", tables[i].ptr, o.state, (long long)o.rows);
    }
    static const char *const wishes[] = {
        "SET ROLE postgres",
        "SET ROLE optria_test_owner",
        "SET SESSION AUTHORIZATION postgres",
        "SET session_replication_role = replica",
        "ALTER TABLE users DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE users NO FORCE ROW LEVEL SECURITY",
        "CREATE POLICY all_of_it ON users TO optria_app USING (true)",
        "DROP POLICY users_app ON users",
        "ALTER ROLE optria_app BYPASSRLS",
        "GRANT optria_test_owner TO optria_app",
        "CREATE TABLE mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "TRUNCATE users",
        "COPY users TO PROGRAM 'cat'",
        "COPY users TO '/tmp/users'",
        "SELECT pg_read_file('/etc/passwd')",
    };
    static const char *const roles[] = {"NONE", "optria_app", "optria_platform"};
    for (size_t r = 0; r < OQ_COUNT(roles); r++)
        for (size_t i = 0; i < OQ_COUNT(wishes); i++) {
            outcome o = alone(roles[r], id_a(), wishes[i]);
            if (!is_refused(o) && !(r == 0 && is_unseen(o)))
                WALLS_COMPLAIN("as %s: %s: \"%s\"", roles[r], wishes[i], o.state);
        }
    WALLS_NO_COMPLAINTS();
}

/* --- in one tenant ------------------------------------------------------------------------------*/

static void test_nothing_of_another_tenant(void **state)
{
    (void)state;
    for (size_t i = 0; i < table_count; i++) {
        const char *table = tables[i].ptr;
        find_nothing(table, "rows of B, as A", id_a(), text("tenant_id = '%s'", id_b()),
                     row_of_a(table, text("{\"tenant_id\": \"%s\"}", id_b())));
        find_nothing(table, "rows of others, as A", id_a(), text("tenant_id <> '%s'", id_a()),
                     row_of_a(table, text("{\"tenant_id\": \"%s\"}", id_b())));
        /* All it sees is its own, and that whole. */
        outcome all = alone("optria_app", id_a(), text("SELECT count(*) FROM %s", table));
        int64_t own =
            testdb_number(testapp_db(w->app),
                          text("SELECT count(*) FROM %s WHERE tenant_id = '%s'", table, id_a()));
        if (all.state[0] || all.rows != own)
            WALLS_COMPLAIN("%s: A sees %lld of %lld rows %s", table, (long long)all.rows,
                           (long long)own, all.state);
        outcome moved =
            alone("optria_app", id_a(), text("UPDATE %s SET tenant_id = '%s'", table, id_b()));
        if (!is_refused(moved))
            WALLS_COMPLAIN("%s: rows of A become B's: \"%s\"", table, moved.state);
    }
    WALLS_NO_COMPLAINTS();
}

/* A failure mode is of a class or of an asset, not of both; so is an alarm rule. */
static oq_str other_owner(oq_str table, oq_str column)
{
    static const char *const either[] = {"asset_failure_modes", "machine_specs", "alarm_rules",
                                         "ai_models"};
    for (size_t i = 0; i < OQ_COUNT(either); i++)
        if (oq_str_eq(table, oq_cstr(either[i]))) {
            if (oq_str_eq(column, OQ_STR("class_id")))
                return OQ_STR(", asset_id = NULL");
            if (oq_str_eq(column, OQ_STR("asset_id")))
                return OQ_STR(", class_id = NULL");
        }
    return OQ_STR("");
}

/* A row of A is made to point at what is B's; where the program may change no row, a new one is. */
static outcome point_across(oq_str table, oq_str column, const char *strange)
{
    outcome o = alone("optria_app", id_a(),
                      text("UPDATE %.*s SET %.*s = '%s'%.*s WHERE ctid = (SELECT ctid FROM %.*s"
                           " WHERE tenant_id = '%s' LIMIT 1)",
                           OQ_FMT(table), OQ_FMT(column), strange,
                           OQ_FMT(other_owner(table, column)), OQ_FMT(table), id_a()));
    if (!is_refused(o))
        return o;
    const char *name = text("%.*s", OQ_FMT(table));
    const char *id = oq_uuid_text(w->arena, oq_uuid_new(oq_clock_now())).ptr;
    return alone("optria_app", id_a(),
                 insert_row(name, row_of_a(name, text("{\"id\": \"%s\", \"%.*s\": \"%s\"}", id,
                                                      OQ_FMT(column), strange))));
}

/* A reference is checked by the database past all policies, so the tenant has to be part of it. */
static void test_no_reference_across(void **state)
{
    (void)state;
    testdb *db = testapp_db(w->app);
    const char *list = testdb_value(
        db, "SELECT string_agg(format('%s %s %s %s', k.conrelid::regclass, a.attname,"
            " k.confrelid::regclass, b.attname), ',') FROM pg_constraint k,"
            " unnest(k.conkey, k.confkey) AS key (n, m) JOIN pg_attribute a ON a.attnum = key.n"
            " JOIN pg_attribute b ON b.attnum = key.m WHERE a.attrelid = k.conrelid"
            " AND b.attrelid = k.confrelid AND k.contype = 'f' AND a.attname <> 'tenant_id'"
            " AND k.confrelid <> 'tenants'::regclass");
    size_t tried = 0;
    oq_str one, child, column, parent, key;
    for (oq_str rest = oq_cstr(list); oq_str_cut(&rest, ',', &one);) {
        oq_str_cut(&one, ' ', &child);
        oq_str_cut(&one, ' ', &column);
        oq_str_cut(&one, ' ', &parent);
        oq_str_cut(&one, ' ', &key);
        const char *find = text(
            "SELECT %.*s FROM %.*s p WHERE tenant_id = '%s' AND NOT EXISTS (SELECT FROM %.*s q"
            " WHERE q.tenant_id = '%s' AND q.%.*s = p.%.*s) LIMIT 1",
            OQ_FMT(key), OQ_FMT(parent), id_b(), OQ_FMT(parent), id_a(), OQ_FMT(key), OQ_FMT(key));
        if (!testdb_value(db, find)[0])
            make_row(db, text("%.*s", OQ_FMT(parent)), id_b());
        const char *strange = testdb_value(db, find);
        CHECK(parent.ptr, strange[0]);
        outcome o = point_across(child, column, strange);
        if (strcmp(o.state, "23503") != 0)
            WALLS_COMPLAIN("%.*s.%.*s points at B's %s: \"%s\"", OQ_FMT(child), OQ_FMT(column),
                           strange, o.state);
        tried++;
    }
    CHECK("references were tried", tried >= 5);
    WALLS_NO_COMPLAINTS();
}

/* --- across tenants -----------------------------------------------------------------------------*/

/* What the platform's role may see of tenants' tables is written down here; more is a decision. */
static void test_the_platforms_role(void **state)
{
    (void)state;
    static const struct {
        const char *table, *columns; /* columns: those it may read; NULL: the whole table */
    } may[] = {
        {"asset_ai_scores", "tenant_id,scored_at"}, /* readiness: how long ago the last was made */
        {"assets", "tenant_id"}, /* how many a tenant has */
        {"job_schedules", NULL},
        {"job_turns", NULL},
        {"optimization_runs", "tenant_id,created_at"}, /* how many plans it made when */
        {"series_batches",
         "tenant_id,seq,received_at"}, /* health: how long the oldest has waited */
        {"series_broken", "tenant_id,id"},
        {"users", "tenant_id,id,role,is_active,last_login_at"},
    };
    for (size_t i = 0; i < table_count; i++) {
        const char *table = tables[i].ptr, *columns = "";
        for (size_t m = 0; m < OQ_COUNT(may); m++)
            if (strcmp(may[m].table, table) == 0)
                columns = may[m].columns;
        const char *granted = testdb_value(
            testapp_db(w->app),
            text("SELECT coalesce(string_agg(attname, ',' ORDER BY attnum), '') FROM pg_attribute"
                 " WHERE attrelid = '%s'::regclass AND attnum > 0 AND NOT attisdropped"
                 " AND has_column_privilege('optria_platform', attrelid, attnum, 'SELECT')",
                 table));
        if (columns && strcmp(granted, columns) != 0)
            WALLS_COMPLAIN("%s: the platform may read %s, not %s", table, granted, columns);
        outcome o = alone("optria_platform", NULL, text("DELETE FROM %s", table));
        bool is_its_own = columns == NULL;
        if (!is_its_own && !is_refused(o))
            WALLS_COMPLAIN("%s: the platform deletes: \"%s\"", table, o.state);
    }
    WALLS_NO_COMPLAINTS();
}

/* --- one connection for everybody ---------------------------------------------------------------*/

static void test_a_reused_connection_remembers_nothing(void **state)
{
    (void)state;
    static const char *const ends[] = {"COMMIT", "ROLLBACK"};
    for (size_t i = 0; i < table_count; i++) {
        const char *count = text("SELECT count(*) FROM %s", tables[i].ptr);
        for (size_t e = 0; e < OQ_COUNT(ends); e++) {
            begin("optria_app", id_a());
            outcome seen = ask(count);
            must(ends[e]);
            outcome after = alone("optria_app", NULL, count);
            if (seen.rows == 0 || !is_nothing(after))
                WALLS_COMPLAIN("%s: %lld rows, after %s still %lld", tables[i].ptr,
                               (long long)seen.rows, ends[e], (long long)after.rows);
        }
        begin("optria_app", id_a());
        ask("SELECT 1 / 0");
        must("ROLLBACK");
        if (!is_nothing(alone("optria_app", NULL, count)))
            WALLS_COMPLAIN("%s: rows after a failure", tables[i].ptr);
        alone("optria_platform", NULL, "SELECT count(*) FROM tenants");
        if (!is_nothing(alone("optria_app", NULL, count)))
            WALLS_COMPLAIN("%s: rows after the platform", tables[i].ptr);
    }
    WALLS_NO_COMPLAINTS();
}

/* --- at start -----------------------------------------------------------------------------------*/

/* The server does not even start as somebody whom the walls do not hold. Comes last: the service
 * that fails to open leaves the other one without its memory of sessions. */
static void test_a_strong_login_is_refused(void **state)
{
    (void)state;
    testdb *db = testapp_db(w->app);
    testdb_exec(db, "CREATE ROLE walls_reader NOLOGIN BYPASSRLS;"
                    "CREATE ROLE walls_member LOGIN NOINHERIT;"
                    "GRANT walls_reader, optria_app, optria_platform TO walls_member");
    const struct {
        const char *label;
        oq_str url;
    } row[] = {
        {"the superuser", testdb_admin_url(db)},
        {"the owner of the tables", testdb_owner_url(db)},
        {"a member of one who sees all",
         oq_strf(w->arena, "%.*s user=walls_member", OQ_FMT(testdb_url(db)))},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        settings s = {.db_url = row[i].url,
                      .db_pool_size = 2,
                      .http_bind = OQ_STR("127.0.0.1"),
                      .http_workers = 1};
        service *opened = NULL;
        CHECK_CODE(row[i].label, service_open(&s, (service_parts){.serves = true}, &opened),
                   "service.role_too_strong");
        assert_null(opened);
    }
    testdb_exec(db, "DROP ROLE walls_member; DROP ROLE walls_reader");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_table_has_rows),
        cmocka_unit_test(test_without_a_tenant),
        cmocka_unit_test(test_the_login_by_itself),
        cmocka_unit_test(test_nothing_of_another_tenant),
        cmocka_unit_test(test_no_reference_across),
        cmocka_unit_test(test_the_platforms_role),
        cmocka_unit_test(test_a_reused_connection_remembers_nothing),
        cmocka_unit_test(test_a_strong_login_is_refused),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
