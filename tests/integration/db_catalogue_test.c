/* The walls as the database's own catalogue has them: keys, references, policies, owners. Every
 * question names what is wrong; the right answer is nothing. */
#include "base/test.h"

#include "db/constraint.h"
#include "integration/db_place.h"
#include "support/testdb.h"

static testdb *db;

static int open_db(void **state)
{
    (void)state;
    db = testdb_open();
    /* The list that sqlgen goes by, and the columns that hold the tenant there. */
    testdb_exec(db, "CREATE TEMP TABLE platform_tables (name text, tenant_column text)");
    FILE *list = fopen(PLATFORM_TABLES, "r");
    if (!list) {
        perror(PLATFORM_TABLES);
        return -1;
    }
    char line[256];
    while (fgets(line, sizeof line, list)) {
        char name[64], column[64] = "", sql[256];
        line[strcspn(line, "#\n")] = 0;
        if (sscanf(line, "%63s %63s", name, column) < 1)
            continue;
        snprintf(sql, sizeof sql, "INSERT INTO platform_tables VALUES ('%s', nullif('%s', ''))",
                 name, column);
        testdb_exec(db, sql);
    }
    fclose(list);
    testdb_exec(db, "CREATE TEMP VIEW our_tables AS SELECT c.oid, c.relname AS name, c.relowner,"
                    " c.relrowsecurity, c.relforcerowsecurity, p.name IS NOT NULL AS is_platform,"
                    " CASE WHEN p.name IS NULL THEN 'tenant_id' ELSE p.tenant_column END"
                    "  AS tenant_column"
                    " FROM pg_class c LEFT JOIN platform_tables p ON p.name = c.relname"
                    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')");
    return 0;
}

static int close_db(void **state)
{
    (void)state;
    testdb_close(db);
    return 0;
}

/* Names of what a question finds, with blanks between. */
static const char *found(const char *question)
{
    static char sql[4096];
    snprintf(sql, sizeof sql,
             "SELECT coalesce(string_agg(x, ' ' ORDER BY x), '') FROM (%s) AS q (x)", question);
    return testdb_value(db, sql);
}

static const struct {
    const char *wrong, *question;
} questions[] = {
    {"business tables without tenant_id uuid NOT NULL",
     "SELECT name FROM our_tables t WHERE NOT is_platform AND NOT EXISTS"
     " (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'tenant_id'"
     "  AND a.atttypid = 'uuid'::regtype AND a.attnotnull)"},
    {"business tables whose primary key does not begin with tenant_id",
     "SELECT name FROM our_tables t WHERE NOT is_platform AND NOT EXISTS"
     " (SELECT FROM pg_constraint k JOIN pg_attribute a"
     "   ON a.attrelid = t.oid AND a.attnum = k.conkey[1]"
     "  WHERE k.conrelid = t.oid AND k.contype = 'p' AND a.attname = 'tenant_id')"},
    {"unique indexes of business tables that could tell one tenant of another's rows",
     "SELECT i.indexrelid::regclass::text FROM our_tables t JOIN pg_index i"
     " ON i.indrelid = t.oid WHERE NOT is_platform AND i.indisunique AND NOT EXISTS"
     " (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'tenant_id'"
     "  AND a.attnum = i.indkey[0])"},
    {"references between business tables without tenant_id on both sides in the same place",
     "SELECT k.conname::text FROM pg_constraint k"
     " JOIN our_tables t ON t.oid = k.conrelid JOIN our_tables r ON r.oid = k.confrelid"
     " WHERE k.contype = 'f' AND NOT t.is_platform AND NOT r.is_platform AND NOT EXISTS"
     " (SELECT FROM unnest(k.conkey, k.confkey) AS pair (here, there)"
     "  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = pair.here"
     "  JOIN pg_attribute b ON b.attrelid = r.oid AND b.attnum = pair.there"
     "  WHERE a.attname = 'tenant_id' AND b.attname = 'tenant_id')"},
    {"references from platform tables into business tables",
     "SELECT k.conname::text FROM pg_constraint k"
     " JOIN our_tables t ON t.oid = k.conrelid JOIN our_tables r ON r.oid = k.confrelid"
     " WHERE k.contype = 'f' AND t.is_platform AND NOT r.is_platform"},
    {"business tables whose row security is not enabled and forced",
     "SELECT name FROM our_tables WHERE NOT is_platform"
     " AND NOT (relrowsecurity AND relforcerowsecurity)"},
    {"platform tables that the program may write to, without row security",
     "SELECT name FROM our_tables WHERE is_platform"
     " AND NOT (relrowsecurity AND relforcerowsecurity)"
     " AND (has_table_privilege('optria_app', oid, 'INSERT, UPDATE, DELETE')"
     "  OR has_table_privilege('optria_app', oid, 'SELECT'))"},
    {"business tables without a policy for optria_app",
     "SELECT name FROM our_tables t WHERE NOT is_platform AND NOT EXISTS"
     " (SELECT FROM pg_policy p WHERE p.polrelid = t.oid"
     "  AND 'optria_app'::regrole = ANY (p.polroles))"},
    {"policies for optria_app that do not compare the tenant",
     "SELECT p.polname::text || ' of ' || t.name FROM pg_policy p"
     " JOIN our_tables t ON t.oid = p.polrelid"
     " WHERE ('optria_app'::regrole = ANY (p.polroles) OR 0 = ANY (p.polroles))"
     " AND EXISTS (SELECT FROM unnest(ARRAY[pg_get_expr(p.polqual, p.polrelid),"
     "   pg_get_expr(p.polwithcheck, p.polrelid)]) AS rule"
     "  WHERE rule IS NOT NULL AND strpos(rule, '(' || t.tenant_column ||"
     "   ' = (NULLIF(current_setting(''optria.tenant''::text, true), ''''::text))::uuid)') = "
     "0)"},
    {"policies for optria_app that leave a condition out",
     "SELECT p.polname::text || ' of ' || t.name FROM pg_policy p"
     " JOIN our_tables t ON t.oid = p.polrelid"
     " WHERE ('optria_app'::regrole = ANY (p.polroles) OR 0 = ANY (p.polroles))"
     " AND CASE p.polcmd WHEN 'a' THEN p.polwithcheck IS NULL ELSE p.polqual IS NULL END"},
    {"permissive policies for everybody",
     "SELECT p.polname::text FROM pg_policy p JOIN our_tables t ON t.oid = p.polrelid"
     " WHERE 0 = ANY (p.polroles)"},
    {"tables of the program's roles", "SELECT name FROM our_tables WHERE pg_get_userbyid(relowner)"
                                      " IN ('optria_app', 'optria_platform')"},
    {"rights of the program's roles to change tables themselves",
     "SELECT r.rolname || ' on ' || t.name FROM our_tables t, pg_roles r"
     " WHERE r.rolname IN ('optria_app', 'optria_platform')"
     " AND has_table_privilege(r.oid, t.oid, 'TRUNCATE, REFERENCES, TRIGGER')"},
    {"columns of its own row that a tenant may change, though they are the platform's",
     "SELECT attname::text FROM pg_attribute WHERE attrelid = 'tenants'::regclass"
     " AND attnum > 0 AND attname IN ('id', 'code', 'industry', 'status', 'is_demo')"
     " AND has_column_privilege('optria_app', attrelid, attnum, 'UPDATE')"},
    {"rights of everybody", "SELECT c.relname::text FROM pg_class c, aclexplode(c.relacl) AS a"
                            " WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0"},
    {"roles of the program that can do more than they should",
     "SELECT rolname::text FROM pg_roles WHERE rolname IN ('optria_app', 'optria_platform')"
     " AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin"
     "  OR rolreplication)"},
    {"roles that the program's roles belong to",
     "SELECT m.member::regrole || ' in ' || m.roleid::regrole FROM pg_auth_members m"
     " WHERE m.member IN ('optria_app'::regrole, 'optria_platform'::regrole)"},
    {"rights to make things in the schema",
     "SELECT rolname::text FROM pg_roles WHERE rolname IN ('optria_app', 'optria_platform')"
     " AND has_schema_privilege(oid, 'public', 'CREATE')"},
    {"views that look past the walls",
     "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
     " AND relkind = 'v' AND NOT coalesce(reloptions::text[] && ARRAY['security_invoker=true',"
     "  'security_invoker=on', 'security_invoker=1'], false)"},
    {"functions that act as their owner",
     "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
     " AND prosecdef"},
    {"platform tables in the list that do not exist",
     "SELECT name FROM platform_tables WHERE to_regclass('public.' || name) IS NULL"},
    {"columns in the list that do not exist",
     "SELECT name FROM platform_tables p WHERE tenant_column IS NOT NULL AND NOT EXISTS"
     " (SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass('public.' || p.name)"
     "  AND a.attname = p.tenant_column AND a.atttypid = 'uuid'::regtype)"},
};

static void test_questions(void **state)
{
    (void)state;
    bool wrong = false;
    for (size_t i = 0; i < OQ_COUNT(questions); i++) {
        const char *names = found(questions[i].question);
        if (names[0])
            print_error("%s: %s\n", questions[i].wrong, names);
        wrong |= names[0] != 0;
    }
    assert_false(wrong);
}

/* Each question finds what is wrong, in a schema with every fault. */
static void test_questions_find_faults(void **state)
{
    (void)state;
    testdb_exec(
        db,
        "BEGIN; CREATE TABLE bad (id uuid PRIMARY KEY, user_id uuid);"
        "CREATE TABLE worse (tenant_id uuid NOT NULL, id uuid, PRIMARY KEY (tenant_id, id),"
        " UNIQUE (id));"
        "ALTER TABLE bad ADD CONSTRAINT bad_ref FOREIGN KEY (user_id) REFERENCES worse (id);"
        "ALTER TABLE login_throttle ADD COLUMN worst uuid REFERENCES worse (id);"
        "ALTER TABLE processes DISABLE ROW LEVEL SECURITY; GRANT SELECT ON processes TO optria_app;"
        "ALTER TABLE worse OWNER TO optria_app; CREATE VIEW v AS SELECT * FROM worse;"
        "CREATE POLICY p ON worse TO optria_app USING (true);"
        "CREATE POLICY q ON worse FOR INSERT TO optria_app;"
        "CREATE POLICY r ON worse USING (true);"
        "GRANT UPDATE (status) ON tenants TO optria_app;"
        "GRANT TRUNCATE ON bad TO optria_platform; GRANT SELECT ON bad TO PUBLIC;"
        "GRANT CREATE ON SCHEMA public TO optria_app; GRANT pg_monitor TO optria_app;"
        "ALTER ROLE optria_platform CREATEDB;"
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';"
        "INSERT INTO platform_tables VALUES ('gone', 'tenant_id')");
    for (size_t i = 0; i < OQ_COUNT(questions); i++)
        CHECK(questions[i].wrong, found(questions[i].question)[0] != 0);
    testdb_exec(db, "ROLLBACK");
}

/* A code in a .sql file belongs to a constraint that exists. */
static void test_named_constraints_exist(void **state)
{
    (void)state;
    for (const db_constraint *c = db_all_constraints; c->name; c++) {
        char sql[512];
        snprintf(sql, sizeof sql,
                 "SELECT (SELECT count(*) FROM pg_constraint WHERE conname = '%s')"
                 " + (SELECT count(*) FROM pg_class WHERE relname = '%s'"
                 "     AND relkind = 'i')",
                 c->name, c->name);
        CHECK(c->name, testdb_number(db, sql) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_questions_find_faults),
        cmocka_unit_test(test_named_constraints_exist),
    };
    return cmocka_run_group_tests(tests, open_db, close_db);
}
