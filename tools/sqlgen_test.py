#!/usr/bin/env python3
"""Tests of sqlgen.py and what it stands on: python3 tools/sqlgen_test.py"""

import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import sqlgen  # noqa: E402
from sql_text import SqlError, meaningful, tokens  # noqa: E402

PLATFORM = {"tenants": "id", "login_names": "tenant_id", "login_throttle": None}
HERE = os.path.dirname(os.path.abspath(__file__))


def read(text):
    statements, _, errors = sqlgen.read_text(text, PLATFORM)
    return statements, [f"{error.line}: {error.message}" for error in errors]


def refusal(sql, header="-- XX () -> nothing"):
    """The only complaint about one statement, or None."""
    _, errors = read(f"{header}\n{sql}")
    assert len(errors) < 2, errors
    return errors[0] if errors else None


class Tokens(unittest.TestCase):
    def test_text_is_kept(self):
        for sql in ["a--b\nc", "/* a /* b */ c */d", "'it''s' E'\\'' \"a\"\"b\"", "$$ :x $$ $t$ $$ $t$",
                    "a::int :b :c", "x=-1", "a->>'b' @> c", "1.5e-3 .5 1..2", "U&'a' b'1'"]:
            self.assertEqual("".join(token.text for token in tokens(sql)), sql)

    def test_kinds(self):
        rows = [
            (":a::text", ["param", "punct", "word"]),
            ("'x :a'", ["string"]),
            ("E'\\':a'", ["string"]),
            ("$q$ :a $q$", ["string"]),
            ('":a"', ["quoted"]),
            ("$1", ["dollar"]),
            ("a=:b", ["word", "op", "param"]),
            ("a:=b", ["word", "punct", "word"]),
            ("a<=-1", ["word", "op", "op", "number"]),
            ("a @- b", ["word", "op", "word"]),
            ("x--y", ["word"]),
            ("x+/*y*/z", ["word", "op", "word"]),
        ]
        for sql, kinds in rows:
            found = [token.kind for token in meaningful(tokens(sql))]
            self.assertEqual(found, kinds, sql)

    def test_lines(self):
        found = {token.text: token.line for token in tokens("a\n/* \n */ b\n'\n' c", 10)}
        self.assertEqual((found["a"], found["b"], found["c"]), (10, 12, 14))

    def test_never_closed(self):
        for sql in ["'a", '"a', "$$ a", "$x$ a $$", "/* a /* */", "E'a\\'"]:
            with self.assertRaises(SqlError, msg=sql):
                tokens(sql)


class Walls(unittest.TestCase):
    """Each row is a statement inside a tenant, and whether it is let through."""

    HELD = [
        "SELECT 1 FROM users WHERE tenant_id = :tenant",
        "SELECT 1 FROM users WHERE :tenant = users.tenant_id AND (a OR b)",
        "SELECT 1 FROM users AS u WHERE (u.tenant_id = :tenant) AND u.a IS DISTINCT FROM u.b",
        "SELECT 1 FROM users u WHERE ((a AND (tenant_id = :tenant AND b)))",
        "SELECT 1 FROM users u WHERE a BETWEEN 1 AND 2 AND tenant_id = :tenant",
        'SELECT 1 FROM "users" u WHERE u."tenant_id" = :tenant',
        "SELECT 1 FROM public.users WHERE tenant_id = :tenant",
        "SELECT 1 FROM users u JOIN jobs j ON j.tenant_id = u.tenant_id WHERE u.tenant_id = :tenant",
        "SELECT 1 FROM users u JOIN jobs j ON u.tenant_id = j.tenant_id AND j.tenant_id = :tenant",
        "SELECT 1 FROM users u JOIN jobs j USING (tenant_id, id) WHERE u.tenant_id = :tenant",
        "SELECT 1 FROM users u LEFT JOIN jobs j ON j.tenant_id = u.tenant_id "
        "WHERE u.tenant_id = :tenant",
        "SELECT 1 FROM jobs j RIGHT JOIN users u ON j.tenant_id = u.tenant_id "
        "WHERE u.tenant_id = :tenant",
        "SELECT 1 FROM users u FULL JOIN jobs j ON j.id = u.id "
        "WHERE u.tenant_id = :tenant AND j.tenant_id = :tenant",
        "SELECT 1 FROM users u, jobs j WHERE u.tenant_id = :tenant AND j.tenant_id = u.tenant_id",
        "SELECT 1 FROM users u CROSS JOIN jobs j WHERE u.tenant_id = :tenant "
        "AND j.tenant_id = u.tenant_id",
        "SELECT 1 FROM users a JOIN users b ON b.tenant_id = a.tenant_id "
        "JOIN users c ON c.tenant_id = b.tenant_id WHERE c.tenant_id = :tenant",
        "SELECT 1 FROM (users u JOIN jobs j ON j.tenant_id = u.tenant_id) WHERE u.tenant_id = :tenant",
        "SELECT 1 FROM users u JOIN tenants t ON t.id = u.tenant_id WHERE u.tenant_id = :tenant",
        "SELECT 1 FROM tenants WHERE id = :tenant",
        "SELECT 1 FROM login_names WHERE tenant_id = :tenant",
        "SELECT now()",
        "SELECT 1 FROM generate_series(1, 3) AS g",
        "SELECT 1 FROM unnest(:tenant::text) WITH ORDINALITY AS x (a, n)",
        "SELECT extract(epoch FROM at), trim(both FROM a), substring(a FROM 1) FROM users "
        "WHERE tenant_id = :tenant",
        "SELECT (SELECT count(*) FROM jobs j WHERE j.tenant_id = u.tenant_id) FROM users u "
        "WHERE u.tenant_id = :tenant",
        "SELECT 1 FROM users u WHERE u.tenant_id = :tenant AND EXISTS "
        "(SELECT 1 FROM jobs WHERE jobs.tenant_id = :tenant)",
        "SELECT 1 FROM users u JOIN LATERAL (SELECT 1 FROM jobs j WHERE j.tenant_id = u.tenant_id "
        "ORDER BY at LIMIT 1) x ON true WHERE u.tenant_id = :tenant",
        "SELECT 1 FROM (SELECT id FROM users WHERE tenant_id = :tenant) AS u",
        "WITH u AS (SELECT id FROM users WHERE tenant_id = :tenant) SELECT 1 FROM u",
        "WITH RECURSIVE t AS (SELECT id FROM nodes WHERE tenant_id = :tenant UNION ALL "
        "SELECT n.id FROM nodes n JOIN t ON n.parent_id = t.id WHERE n.tenant_id = :tenant) "
        "SELECT 1 FROM t",
        "SELECT 1 FROM users WHERE tenant_id = :tenant UNION SELECT 1 FROM jobs "
        "WHERE tenant_id = :tenant ORDER BY 1",
        "(SELECT 1 FROM users WHERE tenant_id = :tenant) UNION ALL (SELECT 2) ORDER BY 1",
        "SELECT CASE WHEN a AND b THEN 1 END FROM users WHERE tenant_id = :tenant",
        "SELECT 1 FROM users WHERE tenant_id = :tenant AND left(name, 1) = 'a'",
        "SELECT 1 FROM users u LEFT JOIN jobs j ON left(j.a, 1) = u.a AND j.tenant_id = u.tenant_id "
        "WHERE u.tenant_id = :tenant",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) FROM users "
        "WHERE tenant_id = :tenant GROUP BY b HAVING count(*) > 1 LIMIT 1",
        "SELECT DISTINCT ON (a) a, sum(b) OVER (PARTITION BY a ORDER BY c) FROM users "
        "WHERE tenant_id = :tenant",
        "SELECT a AS from, b AS order FROM users WHERE tenant_id = :tenant",
        "VALUES (1), (2)",
        "UPDATE users SET a = 1 WHERE tenant_id = :tenant",
        "UPDATE users AS u SET a = j.a FROM jobs j WHERE u.tenant_id = :tenant "
        "AND j.tenant_id = u.tenant_id",
        "UPDATE users SET (a, b) = (SELECT a, b FROM jobs WHERE tenant_id = :tenant) "
        "WHERE tenant_id = :tenant",
        "DELETE FROM users WHERE tenant_id = :tenant",
        "DELETE FROM users u USING jobs j WHERE u.tenant_id = :tenant AND j.tenant_id = :tenant",
        "INSERT INTO users (tenant_id, id) VALUES (:tenant, 1), (:tenant, 2)",
        "INSERT INTO users (id, tenant_id) SELECT id, tenant_id FROM jobs WHERE tenant_id = :tenant",
        "INSERT INTO users AS u (id, tenant_id) SELECT 1, :tenant AS t ON CONFLICT (tenant_id, id) "
        "DO UPDATE SET a = excluded.a WHERE u.a < excluded.a",
        "INSERT INTO users (tenant_id, id) SELECT :tenant, x FROM unnest(:tenant) AS x "
        "ON CONFLICT DO NOTHING",
        "WITH a AS (SELECT 1 AS x) INSERT INTO users (tenant_id, x) SELECT :tenant, x FROM a",
        "WITH done AS (UPDATE jobs SET a = 1 WHERE tenant_id = :tenant RETURNING id) "
        "DELETE FROM users WHERE tenant_id = :tenant AND id IN (SELECT id FROM done)",
    ]

    OPEN = [
        ("SELECT 1 FROM users", "table users is not held"),
        ("SELECT 1 FROM users WHERE id = 1", "table users is not held"),
        ("SELECT 1 FROM users WHERE tenant_id = :tenant OR true", "not held"),
        ("SELECT 1 FROM users WHERE (tenant_id = :tenant OR a) AND b", "not held"),
        ("SELECT 1 FROM users WHERE NOT (tenant_id = :tenant)", "not held"),
        ("SELECT 1 FROM users WHERE NOT tenant_id = :tenant", "not held"),
        ("SELECT 1 FROM users WHERE (tenant_id = :tenant) IS NOT TRUE", "not held"),
        ("SELECT 1 FROM users WHERE tenant_id <> :tenant", "not held"),
        ("SELECT 1 FROM users WHERE tenant_id >= :tenant", "not held"),
        ("SELECT 1 FROM users WHERE coalesce(tenant_id = :tenant, true)", "not held"),
        ("SELECT 1 FROM users WHERE CASE WHEN a AND tenant_id = :tenant AND b THEN c ELSE d END",
         "not held"),
        ("SELECT 1 FROM users WHERE a IN (SELECT b FROM users WHERE tenant_id = :tenant)", "not held"),
        ("SELECT 1 FROM users WHERE id = :tenant", "not held"),
        ("SELECT 1 FROM users WHERE 'tenant_id = :tenant' = a -- tenant_id = :tenant", "not held"),
        ("SELECT tenant_id = :tenant FROM users", "not held"),
        ("SELECT 1 FROM users GROUP BY a HAVING tenant_id = :tenant", "not held"),
        ("SELECT 1 FROM users u JOIN jobs j ON j.id = u.id WHERE u.tenant_id = :tenant",
         "table jobs j is not held"),
        ("SELECT 1 FROM users u, jobs j WHERE u.tenant_id = :tenant", "table jobs j"),
        ("SELECT 1 FROM users u JOIN jobs j ON j.tenant_id = u.tenant_id", "table users u"),
        ("SELECT 1 FROM users u LEFT JOIN jobs j ON j.tenant_id = u.tenant_id "
         "AND u.tenant_id = :tenant", "table users u"),
        ("SELECT 1 FROM users u LEFT JOIN jobs j USING (tenant_id) WHERE j.id = 1", "table users u"),
        ("SELECT 1 FROM jobs j RIGHT JOIN users u ON u.tenant_id = :tenant AND j.tenant_id = :tenant",
         "table users u"),
        ("SELECT 1 FROM users u FULL JOIN jobs j ON u.tenant_id = :tenant AND j.tenant_id = :tenant",
         "table users u"),
        ("SELECT 1 FROM users u WHERE EXISTS (SELECT 1 FROM jobs j WHERE j.tenant_id = u.tenant_id "
         "AND j.tenant_id = :tenant)", "table users u"),
        ("SELECT 1 FROM users u WHERE u.tenant_id = :tenant AND EXISTS (SELECT 1 FROM jobs)",
         "table jobs"),
        ("SELECT (SELECT 1 FROM jobs) FROM users WHERE tenant_id = :tenant", "table jobs"),
        ("SELECT 1 FROM (SELECT * FROM users) AS x WHERE x.tenant_id = :tenant", "table users"),
        ("SELECT 1 FROM users WHERE tenant_id = :tenant UNION SELECT 1 FROM jobs", "table jobs"),
        ("SELECT 1 FROM users WHERE tenant_id = :tenant EXCEPT ALL (SELECT 1 FROM jobs)",
         "table jobs"),
        ("WITH u AS (SELECT * FROM users) SELECT 1 FROM u WHERE tenant_id = :tenant", "table users"),
        ("WITH users AS (SELECT * FROM users) SELECT 1 FROM users", "table users"),
        ("SELECT 1 FROM users WHERE tenant_id = :tenant ORDER BY (SELECT 1 FROM jobs LIMIT 1)",
         "table jobs"),
        ("SELECT 1 FROM a NATURAL JOIN b", "NATURAL JOIN"),
        ("SELECT 1 FROM a JOIN b JOIN c ON true ON true", "wants its ON"),
        ("SELECT 1 FROM login_throttle", "is marked PLATFORM"),
        ("SELECT 1 FROM tenants", "tenants.id = :tenant"),
        ("SELECT 1 FROM tenants WHERE tenant_id = :tenant", "tenants.id = :tenant"),
        ("SELECT 1 FROM login_names WHERE email = 'a'", "login_names is not held"),
        ("SELECT 1 FROM pg_roles", "is marked PLATFORM"),
        ("SELECT 1 FROM information_schema.tables", "is marked PLATFORM"),
        ("UPDATE users SET a = 1", "table users"),
        ("UPDATE users SET a = 1 WHERE id = 1 OR tenant_id = :tenant", "table users"),
        ("UPDATE users SET a = 1 FROM jobs WHERE users.tenant_id = :tenant", "table jobs"),
        ("UPDATE users SET tenant_id = :tenant WHERE tenant_id = :tenant", "never changes"),
        ("UPDATE users SET a = 1, (b, tenant_id) = (1, :tenant) WHERE tenant_id = :tenant",
         "never changes"),
        ("DELETE FROM users", "table users"),
        ("DELETE FROM users USING jobs WHERE jobs.tenant_id = :tenant", "table users"),
        ("INSERT INTO users (id) VALUES (1)", "must list tenant_id"),
        ("INSERT INTO users VALUES (:tenant)", "must list tenant_id"),
        ("INSERT INTO users (tenant_id) VALUES (1)", "the value :tenant"),
        ("INSERT INTO users (tenant_id) VALUES (:tenant), (1)", "the value :tenant"),
        ("INSERT INTO users (id, tenant_id) VALUES (:tenant, 1)", "the value :tenant"),
        ("INSERT INTO users (tenant_id) SELECT tenant_id FROM x", "table x"),
        ("INSERT INTO users (tenant_id) SELECT coalesce(:tenant, y) FROM x WHERE tenant_id = :tenant",
         "the value :tenant"),
        ("INSERT INTO users (tenant_id) SELECT :tenant UNION SELECT gen_random_uuid()",
         "the value :tenant"),
        ("INSERT INTO users (tenant_id) SELECT * FROM x WHERE tenant_id = :tenant",
         "the value :tenant"),
        ("INSERT INTO users (tenant_id) DEFAULT VALUES", "must give tenant_id"),
        ("INSERT INTO users (tenant_id) VALUES (:tenant) ON CONFLICT (id) DO UPDATE "
         "SET tenant_id = excluded.tenant_id", "never changes"),
        ("WITH d AS (DELETE FROM users RETURNING 1) SELECT 1 FROM d", "table users"),
        ("SELECT set_config('optria.tenant', 'x', true)", "only db/"),
        ("DROP TABLE users", "only SELECT"),
        ("CREATE TABLE x (a int)", "only SELECT"),
        ("TRUNCATE users", "only SELECT"),
        ("MERGE INTO users USING x ON true WHEN MATCHED THEN DELETE", "only SELECT"),
        ("SET ROLE postgres", "only SELECT"),
        ("COPY users TO STDOUT", "only SELECT"),
        ("LOCK TABLE users", "only SELECT"),
        ("DO $$ BEGIN END $$", "only SELECT"),
        ("TABLE users", "only SELECT"),
        ("SELECT 1 INTO x", "SELECT INTO"),
        ("SELECT 1 FROM (TABLE users) x", "only SELECT"),
        ("SELECT 1 FROM users WHERE (", "never closed"),
        ("SELECT 1 )", "without its opening bracket"),
        ("SELECT 1 FROM a JOIN", "without a table"),
        ("WITH x AS", "too early"),
    ]

    def test_held(self):
        for sql in self.HELD:
            self.assertIsNone(refusal(sql), sql)

    def test_open(self):
        for sql, words in self.OPEN:
            found = refusal(sql)
            self.assertIsNotNone(found, sql)
            self.assertIn(words, found, sql)

    def test_platform_crosses_tenants(self):
        for sql in ["SELECT 1 FROM users", "DELETE FROM login_throttle", "SELECT 1 FROM pg_roles",
                    "INSERT INTO tenants (id) VALUES (1)", "UPDATE users SET tenant_id = NULL"]:
            self.assertIsNone(refusal(sql, "-- PLATFORM XX () -> nothing"), sql)
        for sql in ["DROP TABLE users", "SELECT set_config('role', 'x', true)"]:
            self.assertIsNotNone(refusal(sql, "-- PLATFORM XX () -> nothing"), sql)

    def test_line_of_the_table(self):
        found = refusal("SELECT 1\n  FROM users u\n  JOIN jobs j\n    ON j.id = u.id\n"
                        " WHERE u.tenant_id = :tenant")
        self.assertTrue(found.startswith("4: "), found)


class Blocks(unittest.TestCase):
    def test_refused(self):
        rows = [
            ("SELECT 1", "1: a statement needs its header"),
            ("-- XX () -> nothing\n", "1: XX: there is no statement"),
            ("-- XX () -> nothing\n;", "1: XX: there is no statement"),
            ("-- XX () -> (a i64)\nSELECT 1; SELECT 2", "2: XX: a second statement"),
            ("-- XX (a text)\nSELECT 1", "1: a header that is not understood"),
            ("-- XX (a text) -> A\nSELECT 1", "1: a header that is not understood"),
            ("-- XX (a varchar) -> nothing\nSELECT :a", "no type 'varchar'"),
            ("-- XX (a) -> nothing\nSELECT :a", "'a' is not understood"),
            ("-- XX (a text, a text) -> nothing\nSELECT :a", "stands there twice"),
            ("-- XX (int text) -> nothing\nSELECT :int", "a word of C"),
            ("-- XX (tenant uuid) -> nothing\nSELECT :tenant", "never a parameter"),
            ("-- XX (a text) -> nothing\nSELECT 1", "parameter a is not used"),
            ("-- XX (a text) -> nothing\nSELECT ':a' -- :a", "parameter a is not used"),
            ("-- XX () -> nothing\nSELECT\n :a", "3: XX: :a is not among"),
            ("-- XX () -> nothing\nSELECT $1", "parameters have names"),
            ("-- XX () -> ()\nSELECT 1", "a row without columns"),
            ("-- XX () -> (a text?)\nSELECT 1", "columns take no '?'"),
            ("-- XX () -> thing\nDELETE FROM a WHERE tenant_id = :tenant", "gives no rows"),
            ("-- XX () -> nothing\nDELETE FROM a WHERE tenant_id = :tenant RETURNING id",
             "name them behind"),
            ("-- PLATFORM XX () -> nothing\nSELECT :tenant", "in a PLATFORM statement"),
            ("-- XX () -> nothing\nSELECT 1\n-- XX () -> nothing\nSELECT 1", "line 1 already"),
            ("-- CONSTRAINT a_key a.taken\n", "wanted: -- CONSTRAINT"),
            ("-- XX () -> nothing\nSELECT 'a", "never closed"),
            ("-- XX (%s) -> nothing\nSELECT 1" % ", ".join(f"a{i} text" for i in range(64)),
             "more than 63"),
        ]
        for text, words in rows:
            _, errors = read(text)
            self.assertEqual(len(errors), 1, (text, errors))
            self.assertIn(words, errors[0], text)

    def test_every_error_is_told(self):
        _, errors = read("-- AA () -> nothing\nDROP TABLE x;\n\n-- BB () -> nothing\nSELECT :b;\n")
        self.assertEqual([error[:2] for error in errors], ["2:", "5:"])

    def test_header_forms(self):
        statements, errors = read(
            "-- What the file is about.\n\n"
            "-- AA -> nothing\n-- Why.\nSELECT 1;\n\n"
            "-- Above.\n-- PLATFORM BB (a text,\n--    b i64?)\n--   -> (c i64, d time)\n"
            "SELECT :a AS c, :b AS d\n\n"
            "-- CC () -> user\nSELECT 1\n;\n-- The end.\n")
        self.assertEqual(errors, [])
        a, b, c = statements
        self.assertEqual((a.name, a.args, a.has_rows, a.doc), ("AA", [], False, ["Why."]))
        self.assertTrue(b.is_platform)
        self.assertEqual([(x.name, x.type, x.may_be_null) for x in b.args],
                         [("a", "text", False), ("b", "i64", True)])
        self.assertEqual([x.name for x in b.columns], ["c", "d"])
        self.assertEqual(b.doc, ["Above."])
        self.assertEqual((c.record, c.sql), ("user", "SELECT 1"))

    def test_parameters(self):
        rows = [
            ("(a text, b uuid)", "SELECT :b, :a, :b", "SELECT $2::uuid, $1::text, $2::uuid"),
            ("(a text)", "SELECT :a::citext", "SELECT $1::text::citext"),
            ("(a i32)", "SELECT x::int, ':a', \":a\", $$:a$$, :a",
             "SELECT x::int, ':a', \":a\", $$:a$$, $1::int4"),
            ("(a i64)", "SELECT 1 FROM t WHERE tenant_id = :tenant AND a = :a",
             "SELECT 1 FROM t WHERE tenant_id = $1::uuid AND a = $2::int8"),
            ("(a texts)", "SELECT x[1:2], :a", "SELECT x[1:2], $1::text[]"),
            ("(a json, b bytes, c time, d date, e bool?, f f64, g uuids, h i64s, i f64s)",
             "SELECT :a, :b, :c, :d, :e, :f, :g, :h, :i",
             "SELECT $1::jsonb, $2::bytea, $3::timestamptz, $4::date, $5::bool, $6::float8, "
             "$7::uuid[], $8::int8[], $9::float8[]"),
            ("(a text)", "SELECT 1 -- why :b\n  , /* :c */ :a  \n", "SELECT 1\n  ,  $1::text"),
        ]
        for args, sql, wanted in rows:
            statements, errors = read(f"-- XX {args} -> nothing\n{sql};")
            self.assertEqual(errors, [])
            self.assertEqual(statements[0].sql, wanted)

    def test_writes(self):
        rows = [
            ("SELECT 1", False),
            ("SELECT 1 FROM a WHERE tenant_id = :tenant FOR UPDATE SKIP LOCKED", True),
            ("SELECT 1 FROM a WHERE tenant_id = :tenant FOR NO KEY UPDATE", True),
            ("SELECT 1 FROM (SELECT 1 FROM a WHERE tenant_id = :tenant FOR SHARE) b", True),
            ("WITH x AS (DELETE FROM a WHERE tenant_id = :tenant RETURNING 1) SELECT 1 FROM x", True),
            ("SELECT pg_advisory_xact_lock(1)", True),
            ("SELECT substring(a for 2) FROM a WHERE tenant_id = :tenant", False),
        ]
        for sql, wanted in rows:
            statements, errors = read(f"-- XX () -> (a i64)\n{sql}")
            self.assertEqual(errors, [], sql)
            self.assertEqual(statements[0].writes, wanted, sql)

    def test_constraints(self):
        _, constraints, errors = sqlgen.read_text(
            "-- CONSTRAINT users_email_key -> user.email_taken (email)\n"
            "-- CONSTRAINT users_role_check -> user.role_refused\n", PLATFORM)
        self.assertEqual(errors, [])
        self.assertEqual([(one.name, one.code, one.field) for one in constraints],
                         [("users_email_key", "user.email_taken", "email"),
                          ("users_role_check", "user.role_refused", None)])

    def test_clashes(self):
        one = sqlgen.read_text("-- CONSTRAINT a_key -> a.b\n-- XX () -> nothing\nSELECT 1", PLATFORM)
        found = sqlgen.clashes([("a.sql", one[0], one[1]), ("b.sql", one[0], one[1])])
        self.assertEqual([(path, error.message) for path, error in found],
                         [("b.sql", "XX is also in a.sql"),
                          ("b.sql", "constraint a_key has its code in a.sql already")])


C_PROGRAM = r"""
#include "db/stmt.h"
#include "db/constraint.h"
struct thing { oq_uuid id; oq_str name; };
static const oq_field thing_fields[] = {
    OQ_UUID(struct thing, id), OQ_TEXT(struct thing, name), OQ_FIELDS_END
};
#include "thing.sql.h"
static oq_err *use(oq_scope *s, db_platform *p)
{
    sql_thing_find_rows rows;
    OQ_TRY(sql_thing_find(s, (sql_thing_find_args){.name = OQ_STR("a"), .is_new = &(bool){true}},
                          &rows));
    struct thing *first = rows.at;
    sql_thing_sum_rows sums;
    OQ_TRY(sql_thing_sum(p, &sums));
    int64_t total = sums.at[0].total;
    size_t touched;
    OQ_TRY(sql_thing_add(s, (sql_thing_add_args){.id = first->id, .n = total}, &touched));
    return sql_thing_ping(s, NULL);
}
oq_err *(*const used)(oq_scope *, db_platform *) = use;
"""


class Program(unittest.TestCase):
    """The commands as the build calls them, and a C compiler on what they make."""

    SQL = ("-- CONSTRAINT things_name_key -> thing.name_taken (name)\n"
           "-- THING_FIND (name text, is_new bool?) -> thing\n"
           "-- Holds \"quotes\" and */ and ??/ and \\.\n"
           "SELECT id, name FROM things WHERE tenant_id = :tenant AND name = :name || '\\n\"??/'\n"
           "   AND (:is_new IS NULL OR is_new = :is_new);\n"
           "-- THING_ADD (id uuid, n i32, of texts?, at time?, some i64s?, more f64s?) -> nothing\n"
           "INSERT INTO things (tenant_id, id, n, of, at, x, y)\n"
           "VALUES (:tenant, :id, :n, :of, :at, :some, :more);\n"
           "-- PLATFORM THING_SUM -> (total i64, last_at time, names texts, counts i64s)\n"
           "SELECT 1 AS total, 2 AS last_at, 3 AS names, 4 AS counts FROM things;\n"
           "-- THING_PING -> nothing\nSELECT 1;\n")

    def run_tool(self, *args):
        return subprocess.run([sys.executable, os.path.join(HERE, "sqlgen.py"), *args],
                              capture_output=True, text=True, check=False)

    def test_made_code_compiles(self):
        source = os.path.join(HERE, "..", "src")
        with tempfile.TemporaryDirectory() as folder:
            def at(name):
                return os.path.join(folder, name)
            sqlgen.write_file(at("thing.sql"), self.SQL)
            sqlgen.write_file(at("tables"), "# none\n")
            sqlgen.write_file(at("use.c"), C_PROGRAM)
            made = self.run_tool("header", "--platform-tables", at("tables"), at("thing.sql"),
                                 at("thing.sql.h"))
            self.assertEqual(made.returncode, 0, made.stderr)
            made = self.run_tool("all", "--platform-tables", at("tables"), "--out", at("all.c"),
                                 at("thing.sql"))
            self.assertEqual(made.returncode, 0, made.stderr)
            made = self.run_tool("constraints", "--platform-tables", at("tables"), "--out",
                                 at("constraints.c"), at("thing.sql"))
            self.assertEqual(made.returncode, 0, made.stderr)
            for name in ("use.c", "all.c", "constraints.c"):
                built = subprocess.run(
                    ["cc", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-Wshadow",
                     "-Wno-missing-field-initializers", "-I", source, "-I", folder, "-c", at(name),
                     "-o", at(name + ".o")], capture_output=True, text=True, check=False)
                self.assertEqual(built.returncode, 0, built.stderr)

    def test_complains(self):
        with tempfile.TemporaryDirectory() as folder:
            path, tables = os.path.join(folder, "a.sql"), os.path.join(folder, "tables")
            out = os.path.join(folder, "out")
            sqlgen.write_file(path, "-- XX () -> (a i64)\nSELECT a FROM users;\n")
            sqlgen.write_file(tables, "")
            for args in (("header", "--platform-tables", tables, path, out),
                         ("all", "--platform-tables", tables, "--out", out, path)):
                made = self.run_tool(*args)
                self.assertEqual(made.returncode, 1)
                self.assertTrue(made.stderr.startswith(f"{path}:2: XX: table users"), made.stderr)
                self.assertFalse(os.path.exists(out))

    def test_no_files(self):
        with tempfile.TemporaryDirectory() as folder:
            tables, out = os.path.join(folder, "tables"), os.path.join(folder, "out.c")
            sqlgen.write_file(tables, "")
            made = self.run_tool("all", "--platform-tables", tables, "--out", out)
            self.assertEqual(made.returncode, 0, made.stderr)
            with open(out, encoding="utf-8") as file:
                self.assertIn("db_all_stmts[] = {\n    NULL,\n}", file.read())


if __name__ == "__main__":
    unittest.main()
