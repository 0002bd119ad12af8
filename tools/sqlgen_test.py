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
            ("a\u00a0b", ["word"]),
            ("$\u00e9$ ' $\u00e9$", ["string"]),
            ("a --b\rc", ["word", "word"]),
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
            ("(a i32s, b times, c blobs)", "SELECT :a, :b, :c",
             "SELECT $1::int4[], $2::timestamptz[], $3::bytea[]"),
            ("(a text)", "SELECT 1 -- why :b\n  , /* :c */ :a  \n", "SELECT 1\n  ,  $1::text"),
            ("(a text)", "SELECT :a O/**/R true", "SELECT $1::text O R true"),
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
    static const int32_t number[] = {7};
    static const oq_us moment[] = {OQ_TIME_NONE};
    OQ_TRY(sql_thing_add(s,
                         (sql_thing_add_args){.id = first->id, .n = total,
                                              .numbers = {number, 1}, .moments = {moment, 1},
                                              .payloads = {&first->name, 1}},
                         &touched));
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
           "-- THING_ADD (id uuid, n i32, of texts?, at time?, some i64s?, more f64s?,\n"
           "--   numbers i32s, moments times, payloads blobs) -> nothing\n"
           "INSERT INTO things (tenant_id, id, n, of, at, x, y, a, b, c)\n"
           "VALUES (:tenant, :id, :n, :of, :at, :some, :more, :numbers, :moments, :payloads);\n"
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
