#!/usr/bin/env python3
"""What the walls let through and what not: python3 tools/sql_walls_test.py"""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from sqlgen_test import read  # noqa: E402


def refusal(sql, header="-- XX () -> nothing"):
    """The only complaint about one statement, or None."""
    _, errors = read(f"{header}\n{sql}")
    assert len(errors) < 2, errors
    return errors[0] if errors else None


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
        'SELECT a AS "from", b AS "order" FROM users WHERE tenant_id = :tenant',
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
         "one by one, not *"),
        ("INSERT INTO users (tenant_id) DEFAULT VALUES", "must give tenant_id"),
        ("INSERT INTO users (tenant_id) VALUES (:tenant) ON CONFLICT (id, tenant_id) "
         "DO UPDATE SET tenant_id = excluded.tenant_id", "never changes"),
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

        # What only looks like a condition, or only looks like none.
        ("SELECT 1 FROM users -- WHERE tenant_id = :tenant", "table users"),
        ("SELECT 1 FROM users /* WHERE /* */ tenant_id = :tenant */", "table users"),
        ("SELECT 1 FROM users WHERE 'tenant_id = :tenant' <> ''", "table users"),
        ('SELECT 1 FROM users WHERE "tenant_id = :tenant"', "table users"),
        ("SELECT 1 FROM users WHERE tenant_id = :tenant OR/**/true", "table users"),
        ("SELECT 1 FROM users WHERE tenant_id = :tenant --\rOR true", "table users"),
        ("SELECT 1 FROM users WHERE tenant_id = ANY (ARRAY[:tenant])", "table users"),
        ("SELECT 1 FROM users u WHERE (u.tenant_id = :tenant) IS UNKNOWN", "table users u"),
        ("SELECT 1 FROM users u WHERE u.tenant_id = :tenant = false", "table users u"),
        ("SELECT 1 FROM users u WHERE a BETWEEN 1 AND u.tenant_id = :tenant", "table users u"),
        ("SELECT 1 FROM users u WHERE EXISTS (SELECT 1 WHERE u.tenant_id = :tenant)",
         "table users u"),
        ("SELECT 1 FROM users WHERE (SELECT a AND tenant_id = :tenant AND b UNION SELECT true)",
         "table users"),
        ("SELECT 1 FROM users WHERE (SELECT a AND tenant_id = :tenant AND b LIMIT 0) IS NULL",
         "table users"),

        # Texts that end elsewhere than they seem to.
        ("SELECT 1 FROM users WHERE 'q' <> E'a'\n'\\' AND tenant_id = :tenant AND a <> ' OR b --'",
         "two pieces"),
        ("SELECT :tenant FROM users WHERE 'x' = $\u00e9$ and tenant_id = :tenant and $\u00e9$",
         "table users"),
        ("SELECT 1 FROM users WHERE a\u00a0= 1 AND tenant_id = :tenant", "plain ASCII"),

        # Keywords as names, and names by escapes.
        ("SELECT 1 AS as FROM users", "in quotes"),
        ("SELECT a AS from FROM users", "in quotes"),
        ("SELECT u.end FROM users u", "in quotes"),
        ("SELECT 1 case FROM users UNION SELECT 3 end", "CASE wants WHEN"),
        ("SELECT 1 case, 2 when FROM users UNION SELECT 3 end", "CASE wants WHEN"),
        ("SELECT r.not distinct FROM users, (SELECT 1) AS r", "in quotes"),
        ('SELECT 1 FROM U&"users"', "as it is"),
        ('SELECT 1 FROM users WHERE U&"tenant\\005fid" = :tenant', "as it is"),
        ("SELECT 1 FROM jobs a%s, users b WHERE b.tenant_id = :tenant" % ("a" * 63), "63 bytes"),

        # Queries in places where nobody looks for one.
        ("VALUES (1) ORDER BY (SELECT count(*) FROM users)", "table users"),
        ("VALUES (1) LIMIT (SELECT count(*) FROM users)", "table users"),
        ("VALUES (1), ((SELECT count(*) FROM users))", "table users"),
        ("SELECT 1 FROM ((SELECT 1) OFFSET (SELECT count(*) FROM users)) x", "table users"),
        ("SELECT 1 FROM ((SELECT 1 FROM users) ORDER BY 1) x", "table users"),
        ("(SELECT 1) ORDER BY (SELECT count(*) FROM users)", "table users"),
        ("SELECT ARRAY(SELECT id FROM users)", "table users"),
        ("SELECT 1 FROM unnest(ARRAY(SELECT id FROM users))", "table users"),
        ("SELECT 1 FROM ROWS FROM (unnest(ARRAY(SELECT id FROM users))) AS x", "table users"),
        ("SELECT a FROM users WHERE tenant_id = :tenant GROUP BY (SELECT 1 FROM jobs)",
         "table jobs"),
        ("SELECT 1 FROM users WHERE tenant_id = :tenant HAVING (SELECT count(*) FROM jobs) > 0",
         "table jobs"),
        ("SELECT 1 FROM users WHERE tenant_id = :tenant WINDOW w AS (ORDER BY (SELECT 1 FROM jobs))",
         "table jobs"),
        ("INSERT INTO users (tenant_id) VALUES (:tenant) RETURNING (SELECT count(*) FROM jobs)",
         "table jobs"),
        ("INSERT INTO users (tenant_id) VALUES (:tenant) ON CONFLICT (tenant_id) DO UPDATE "
         "SET a = (SELECT 1 FROM jobs)", "table jobs"),
        ("INSERT INTO users (tenant_id) VALUES (:tenant) ON CONFLICT (tenant_id) DO UPDATE "
         "SET a = 1 WHERE EXISTS (SELECT 1 FROM jobs)", "table jobs"),
        ("UPDATE users SET a = (SELECT max(a) FROM jobs) WHERE tenant_id = :tenant", "table jobs"),
        ("DELETE FROM users WHERE tenant_id = :tenant AND id IN (SELECT id FROM jobs)",
         "table jobs"),
        ("WITH d AS MATERIALIZED (SELECT 1 FROM users) SELECT 1 FROM d", "table users"),
        ("WITH d AS (INSERT INTO users (tenant_id) VALUES (gen_random_uuid()) RETURNING 1) "
         "SELECT 1 FROM d", "the value :tenant"),
        ("WITH users AS (SELECT 1) SELECT 1 FROM public.users", "table users"),
        ("WITH users AS (SELECT 1) DELETE FROM users", "table users"),
        ("(WITH u AS (SELECT 1) SELECT 1 FROM u) UNION SELECT 1 FROM u", "table u"),

        # Names that mean something else than they seem to.
        ("SELECT 1 FROM users u (x, tenant_id) WHERE u.tenant_id = :tenant", "other names"),
        ("SELECT 1 FROM users AS jobs, jobs AS users WHERE users.tenant_id = :tenant",
         "table users jobs"),
        ("SELECT 1 FROM users u, leads AS u WHERE u.tenant_id = :tenant", "two things named u"),
        ("SELECT 1 FROM users u WHERE u.tenant_id = :tenant AND EXISTS (SELECT 1 FROM "
         "(jobs u JOIN leads j ON j.tenant_id = u.tenant_id) AS x WHERE u.tenant_id = :tenant)",
         "takes no name"),
        ("WITH c AS (SELECT 1) SELECT 1 FROM c u WHERE EXISTS (SELECT 1 FROM users u, "
         "jobs j JOIN leads k ON k.tenant_id = u.tenant_id "
         "WHERE u.tenant_id = :tenant AND j.tenant_id = :tenant)", "table leads k"),
        ("WITH c AS (SELECT 1) SELECT 1 FROM c u WHERE EXISTS (SELECT 1 FROM users u, "
         "(SELECT 1 FROM jobs j WHERE j.tenant_id = u.tenant_id) x WHERE u.tenant_id = :tenant)",
         "table jobs j"),
        ("WITH c AS (SELECT 1) SELECT 1 FROM users u WHERE u.tenant_id = :tenant AND EXISTS "
         "(SELECT 1 FROM tenants t, c WHERE t.id = tenant_id)", "table tenants t"),
        ("WITH c AS (SELECT 1) SELECT 1 FROM users x WHERE x.tenant_id = :tenant AND EXISTS (SELECT "
         "1 FROM c JOIN c d USING (tenant_id) AS x JOIN jobs j ON j.tenant_id = x.tenant_id)",
         "table jobs j"),
        ("WITH c AS (SELECT 1) SELECT 1 FROM (users u JOIN c d ON u.tenant_id = :tenant) "
         "RIGHT JOIN c USING (tenant_id) JOIN jobs k USING (tenant_id)", "table jobs k"),
        ("SELECT 1 FROM users u JOIN jobs j ON j.tenant_id = u.tenant_id "
         "JOIN (SELECT 1) x ON true LEFT JOIN leads l ON u.tenant_id = :tenant", "table users u"),

        # Rows that somebody else wrote.
        ("INSERT INTO login_names (email_folded, tenant_id) VALUES (1, :tenant) "
         "ON CONFLICT (email_folded) DO UPDATE SET user_id = excluded.user_id",
         "among the columns of the conflict"),
        ("INSERT INTO users (tenant_id) VALUES (:tenant) ON CONFLICT ON CONSTRAINT a "
         "DO UPDATE SET a = 1", "among the columns of the conflict"),
        ("INSERT INTO users (id, tenant_id) SELECT x.*, :tenant FROM (SELECT 1) x",
         "one by one, not *"),

        # Functions that reach past the statement.
        ('SELECT "set_config"(:tenant, 1, true)', "only db/"),
        ("SELECT 1 FROM set_config(:tenant, 1, true)", "only db/"),
        ("SELECT 1 FROM pg_catalog.set_config(:tenant, 1, true) AS s", "only db/"),
        ("SELECT query_to_xml('SELECT 1 FROM users', true, true, '')", "reaches past"),
        ("SELECT 1 FROM ts_stat('SELECT a FROM users')", "reaches past"),
        ("SELECT 1 FROM dblink('', 'SELECT 1') AS x (a int)", "reaches past"),
        ("SELECT lo_export(1, '/tmp/x')", "reaches past"),
        ("SELECT pg_read_file('/etc/passwd')", "reaches past"),
        ("SELECT pg_advisory_lock(1)", "reaches past"),
        ("CALL purge()", "only SELECT"),
        ("EXECUTE x", "only SELECT"),
        ("EXPLAIN ANALYZE DELETE FROM users", "only SELECT"),
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


if __name__ == "__main__":
    unittest.main()
