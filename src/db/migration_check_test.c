#include "base/test.h"
#include "db/migrate.h"

static void test_rules(void **state)
{
    (void)state;
    static const char destructive[] = "migrate.destructive", not_allowed[] = "migrate.not_allowed";
    static const struct {
        const char *sql, *code, *what;
    } row[] = {
        /* What is gone when it is dropped, and what can be made again. */
        {"DROP TABLE a", destructive, "DROP TABLE"},
        {"drop\n table a", destructive, "DROP table"},
        {"DROP SCHEMA a", destructive, "DROP SCHEMA"},
        {"DROP DATABASE a", destructive, "DROP DATABASE"},
        {"DROP TYPE a", destructive, "DROP TYPE"},
        {"DROP SEQUENCE a", destructive, "DROP SEQUENCE"},
        {"DROP ROLE a", destructive, "DROP ROLE"},
        {"DROP OWNED BY a", destructive, "DROP OWNED"},
        {"DROP", destructive, "DROP"},
        {"DROP POLICY a ON b", NULL, NULL},
        {"DROP TRIGGER a ON b", NULL, NULL},
        {"DROP INDEX a", NULL, NULL},
        {"DROP VIEW a", NULL, NULL},
        {"DROP FUNCTION a()", NULL, NULL},
        {"DROP VIEW a CASCADE", destructive, "CASCADE"},
        {"ALTER TABLE a DROP COLUMN b", destructive, "DROP COLUMN"},
        {"ALTER TABLE a DROP b", destructive, "DROP COLUMN"},
        {"ALTER TABLE a ADD b int, DROP IF EXISTS c", destructive, "DROP COLUMN"},
        {"ALTER TABLE IF EXISTS ONLY x.a DROP b", destructive, "DROP COLUMN"},
        {"ALTER TABLE a DROP CONSTRAINT b", NULL, NULL},
        {"ALTER TABLE a ALTER COLUMN b DROP DEFAULT, ALTER c DROP NOT NULL", NULL, NULL},
        {"TRUNCATE a", destructive, "TRUNCATE"},
        {"CREATE TABLE a (b int REFERENCES c ON DELETE CASCADE ON UPDATE CASCADE)", NULL, NULL},
        {"REVOKE ALL ON a FROM b CASCADE", destructive, "CASCADE"},

        /* Rows. */
        {"DELETE FROM a", destructive, "DELETE without WHERE"},
        {"DELETE FROM a WHERE b", NULL, NULL},
        {"UPDATE a SET b = 1", destructive, "UPDATE without WHERE"},
        {"UPDATE a SET b = (SELECT c FROM d WHERE e)", destructive, "UPDATE without WHERE"},
        {"UPDATE a SET b = 1 WHERE c", NULL, NULL},
        {"WITH x AS (DELETE FROM a RETURNING 1) SELECT 1 FROM x WHERE y", destructive,
         "DELETE without WHERE"},
        {"WITH x AS MATERIALIZED (DELETE FROM a) SELECT 1", destructive, "DELETE without WHERE"},
        {"WITH x AS (DELETE FROM a WHERE b RETURNING 1) SELECT 1 FROM x", NULL, NULL},
        {"MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE", destructive,
         "DELETE without WHERE"},
        {"INSERT INTO a VALUES (1) ON CONFLICT (b) DO UPDATE SET c = 1", NULL, NULL},
        {"CREATE TRIGGER t BEFORE UPDATE OR DELETE ON a EXECUTE FUNCTION f()", NULL, NULL},
        {"CREATE POLICY p ON a FOR UPDATE TO b USING (c)", NULL, NULL},
        {"GRANT SELECT, UPDATE, DELETE ON a TO b", NULL, NULL},
        {"SELECT 1 FROM a FOR UPDATE", NULL, NULL},

        /* Columns. */
        {"ALTER TABLE a ALTER COLUMN b TYPE text", destructive, "ALTER COLUMN TYPE"},
        {"ALTER TABLE a ALTER b SET DATA TYPE text", destructive, "ALTER COLUMN TYPE"},
        {"ALTER TABLE a ALTER type SET DEFAULT 1", NULL, NULL},
        {"ALTER TABLE a ALTER b SET NOT NULL", destructive, "SET NOT NULL"},
        {"CREATE TABLE a (b int); ALTER TABLE a ALTER b SET NOT NULL", NULL, NULL},
        {"CREATE TABLE IF NOT EXISTS a (b int); ALTER TABLE a ADD c int NOT NULL", NULL, NULL},
        {"CREATE TABLE a (b int); ALTER TABLE c ALTER b SET NOT NULL", destructive, "SET NOT NULL"},
        {"ALTER TABLE a ADD COLUMN b int NOT NULL", destructive,
         "ADD COLUMN NOT NULL without DEFAULT"},
        {"ALTER TABLE a ADD b int, ADD c int NOT NULL", destructive,
         "ADD COLUMN NOT NULL without DEFAULT"},
        {"ALTER TABLE a ADD b int NOT NULL DEFAULT 0, ADD c int, ADD d text DEFAULT ''", NULL,
         NULL},
        {"ALTER TABLE a ADD b int NOT NULL GENERATED ALWAYS AS (c) STORED", NULL, NULL},
        {"ALTER TABLE a ADD b int CHECK (b IS NOT NULL)", NULL, NULL},
        {"ALTER TABLE a ADD CONSTRAINT b CHECK (c IS NOT NULL)", NULL, NULL},
        {"ALTER TABLE a RENAME TO b", destructive, "RENAME"},
        {"ALTER TABLE a RENAME COLUMN b TO c", destructive, "RENAME"},
        {"ALTER TYPE a RENAME VALUE 'b' TO 'c'", destructive, "RENAME"},
        {"ALTER TABLE a SET SCHEMA b", destructive, "SET SCHEMA"},
        {"ALTER TABLE a DETACH PARTITION b", destructive, "DETACH PARTITION"},

        /* Walls. */
        {"ALTER TABLE a DISABLE ROW LEVEL SECURITY", destructive, "DISABLE"},
        {"ALTER TABLE a NO FORCE ROW LEVEL SECURITY", destructive, "NO FORCE ROW LEVEL SECURITY"},
        {"ALTER TABLE a ENABLE ROW LEVEL SECURITY", NULL, NULL},
        {"ALTER ROLE a BYPASSRLS", destructive, "a role that walks around the tenant walls"},
        {"CREATE ROLE a SUPERUSER", destructive, "a role that walks around the tenant walls"},
        {"CREATE ROLE a NOSUPERUSER NOBYPASSRLS", NULL, NULL},

        /* Not inside a migration. */
        {"COMMIT", not_allowed, "COMMIT"},
        {"BEGIN", not_allowed, "BEGIN"},
        {"ROLLBACK", not_allowed, "ROLLBACK"},
        {"VACUUM a", not_allowed, "VACUUM"},
        {"EXPLAIN ANALYZE DELETE FROM a", not_allowed, "EXPLAIN"},
        {"COPY a FROM STDIN", not_allowed, "COPY"},
        {"CALL a()", not_allowed, "CALL"},
        {"CREATE DATABASE a", not_allowed, "CREATE DATABASE"},
        {"CREATE SCHEMA a", not_allowed, "CREATE SCHEMA"},
        {"CREATE INDEX CONCURRENTLY a ON b (c)", not_allowed, "CONCURRENTLY"},
        {"\\i other.sql", not_allowed, "\\"},

        /* Text that is not SQL. */
        {"-- DROP TABLE a\nSELECT 1 /* DROP TABLE b; /* ; */ TRUNCATE c */", NULL, NULL},
        {"SELECT 'x; DROP TABLE a', E'\\'; DROP TABLE b', \"; DROP TABLE c\"", NULL, NULL},
        {"SELECT $$; DROP TABLE a$$, $q$; DROP TABLE b $$ $q$", NULL, NULL},
        {"SELECT 'it''s'; DROP TABLE a", destructive, "DROP TABLE"},
        {"SELECT e'\\\\'; DROP TABLE a", destructive, "DROP TABLE"},
        {"/* /* */ DROP TABLE a */ SELECT 1", NULL, NULL},
        {"SELECT $1; DROP TABLE a", destructive, "DROP TABLE"},
        {"SELECT a$b$; DROP TABLE a -- $b$", destructive, "DROP TABLE"},
        {"CREATE FUNCTION f() RETURNS void AS $$ BEGIN DELETE FROM a; END $$ LANGUAGE plpgsql",
         NULL, NULL},
        {"", NULL, NULL},
        {";;", NULL, NULL},
        {"-- nothing", NULL, NULL},
        {"SELECT 'never closed; DROP TABLE a", NULL, NULL},
        {"SELECT $$never closed; DROP TABLE a", NULL, NULL},
        {"/* never closed; DROP TABLE a", NULL, NULL},

        /* A DO block runs at once. */
        {"DO $$ BEGIN DELETE FROM a; END $$", destructive, "DELETE without WHERE"},
        {"DO $x$ BEGIN IF b THEN UPDATE a SET c = 1; END IF; END $x$", destructive,
         "UPDATE without WHERE"},
        {"DO $$ BEGIN IF b THEN NULL; ELSE TRUNCATE a; END IF; END $$", destructive, "TRUNCATE"},
        {"DO $$ BEGIN FOR r IN SELECT 1 LOOP DROP TABLE a; END LOOP; END $$", destructive,
         "DROP TABLE"},
        {"DO 'BEGIN DROP TABLE a; END'", destructive, "DROP TABLE"},
        {"DO $$ BEGIN EXECUTE 'DROP TABLE a'; END $$", destructive, "DROP TABLE"},
        {"DO $$ BEGIN EXECUTE format('TRUNCATE %I', b); END $$", destructive, "TRUNCATE"},
        {"DO $$ BEGIN EXECUTE $q$ DELETE FROM a $q$; END $$", destructive, "DELETE without WHERE"},
        {"DO $$ BEGIN EXECUTE format('GRANT a TO %I', 'b'); END $$", NULL, NULL},
        {"DO $$ BEGIN RAISE NOTICE 'DROP TABLE a'; END $$", NULL, NULL},
        {"DO $$ BEGIN UPDATE a SET c = CASE WHEN d THEN 1 ELSE 2 END WHERE e; END $$", NULL, NULL},
        {"DO $$ BEGIN IF NOT EXISTS (SELECT FROM a WHERE b) THEN CREATE ROLE c NOLOGIN; END IF; "
         "END $$",
         NULL, NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_err *err = db_migration_check("0001_x.sql", oq_cstr(row[i].sql));
        CHECK_CODE(row[i].sql, err, row[i].code);
        if (!err)
            continue;
        assert_string_equal(err->arg[0].value.ptr, "0001_x.sql");
        CHECK_STR(row[i].sql, err->arg[2].value, row[i].what);
    }
}

static void test_line(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *line;
    } row[] = {
        {"DROP TABLE a", "1"},
        {"SELECT 1;\n\n-- x\n/* \n */ DROP TABLE a", "5"},
        {"SELECT '\n\n'; SELECT $$\n$$;\nDROP TABLE a", "5"},
        {"ALTER TABLE a\n  ADD b int,\n  DROP c", "3"},
        {"DO $$\nBEGIN\n  DELETE FROM a;\nEND $$", "3"},
        {"DO $$\nBEGIN\n  EXECUTE '\n  DROP TABLE a';\nEND $$", "4"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_err *err = db_migration_check("x.sql", oq_cstr(row[i].sql));
        CHECK_CODE(row[i].sql, err, "migrate.destructive");
        CHECK_STR(row[i].sql, err->arg[1].value, row[i].line);
    }
}

static void test_statement_of_many_words(void **state)
{
    (void)state;
    OQ_AUTO(oq_buf) sql = oq_buf_make(1 << 20);
    oq_buf_lit(&sql, "INSERT INTO a VALUES (0");
    for (int i = 0; i < 5000; i++)
        oq_buf_lit(&sql, ", 1");
    oq_buf_lit(&sql, "); DROP TABLE a");
    CHECK_CODE("many", db_migration_check("x.sql", oq_buf_view(&sql)), "migrate.destructive");
}

static void test_built_in(void **state)
{
    (void)state;
    int last = 0;
    for (const db_migration *m = db_migrations(); m->number; m++) {
        CHECK(m->name, m->number == last + 1);
        CHECK(m->name, oq_utf8_valid(m->sql));
        CHECK_CODE(m->name, db_migration_check(m->name, m->sql), NULL);
        last = m->number;
    }
    assert_true(last > 0);
    assert_int_equal(db_migration_newest(), last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_statement_of_many_words),
        cmocka_unit_test(test_built_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
