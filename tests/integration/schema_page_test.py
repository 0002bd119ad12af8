"""DB_SCHEMA.md against the catalogue of a migrated database, in both directions."""

import os
import re
import subprocess
import unittest
from pathlib import Path

OPTRIA = os.environ["OPTRIA_TEST_BIN"]
PAGE = Path(__file__).parents[2] / "DB_SCHEMA.md"
LIMIT_S = 120

# One line per column and per constraint, as the page writes them, behind the table's name.
QUESTION = r"""
SELECT t.relname, line FROM pg_class t
 CROSS JOIN LATERAL (
    SELECT format('| %s | %s | %s | %s |', a.attname,
                  replace(format_type(a.atttypid, a.atttypmod), 'timestamp with time zone', 'timestamptz'),
                  CASE WHEN a.attnotnull THEN '' ELSE 'null' END,
                  '`' || pg_get_expr(d.adbin, d.adrelid) || '`'), 1, a.attnum::text
      FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT '- `' || pg_get_constraintdef(c.oid) || '`', 2, ''
      FROM pg_constraint c WHERE c.conrelid = t.oid AND c.contype IN ('p', 'u', 'f')
 ) AS lines (line, part, place)
 WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p', 'v', 'm')
 ORDER BY t.relname, part, length(place), place, line
"""


def of_database():
    """{table: [line...]} of a database that has just been migrated."""
    script = '"$0" migrate >&2 && exec psql -XAtq -F "\t" -v ON_ERROR_STOP=1 "$OPTRIA_DB_OWNER_URL" -c "$1"'
    env = {k: v for k, v in os.environ.items() if not re.match("OPTRIA_|JWT_|BLACKBOX_|PG", k)}
    asked = subprocess.run(
        [OPTRIA, "cluster", "run", "--temporary", "--", "sh", "-c", script, OPTRIA, QUESTION],
        env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=LIMIT_S)
    if asked.returncode:
        raise AssertionError(asked.stderr)
    tables = {}
    for row in asked.stdout.splitlines():
        table, line = row.split("\t", 1)
        tables.setdefault(table, []).append(line)
    return tables


def of_page(text):
    """The same from the page: "### table", its rows, its constraints."""
    tables = {}
    for part in re.split(r"(?m)^### ", text)[1:]:
        name, _, rest = part.partition("\n")
        rest = re.split(r"(?m)^## ", rest)[0]
        lines = [line for line in rest.splitlines() if re.match(r"\| (?!column )|- `", line)]
        tables[name.strip()] = lines
    return tables


class SchemaPageTest(unittest.TestCase):
    def test_page_is_the_database(self):
        page, database = of_page(PAGE.read_text(encoding="utf-8")), of_database()
        self.assertGreater(len(database), 10)
        self.assertEqual(sorted(page), sorted(database), "tables")
        for table, lines in database.items():
            with self.subTest(table):
                self.assertEqual(sorted(page[table]), sorted(lines), f"{table} is, in order:\n"
                                 + "\n".join(lines))

    def test_every_table_is_explained(self):
        for part in re.split(r"(?m)^### ", PAGE.read_text(encoding="utf-8"))[1:]:
            name, _, rest = part.partition("\n")
            with self.subTest(name):
                self.assertRegex(rest.strip().splitlines()[0], r"^[A-Z].{20,}\.$")


if __name__ == "__main__":
    unittest.main()
