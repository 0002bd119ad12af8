"""The operator's commands on an installation: people, doctor, backup and restore. On a database of its
own, filled by the program itself."""

import http.client
import json
import os
import re
import signal
import socket
import stat
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

OPTRIA = os.environ["OPTRIA_TEST_BIN"]
TEST_URL = os.environ["OPTRIA_TEST_URL"]
LIMIT_S = 120
PASSWORD = "a pump-house 7 in spring"
KEYS = {"JWT_SECRET_KEY": "5d1c8f0a2b7e4936" * 3, "OPTRIA_MASTER_KEY": "90ab3c7d1e5f6284" * 3}


def address(login, database):
    return re.sub("//postgres@/postgres", f"//{login}@/{database}", TEST_URL)


def sql(text, database="postgres", login="postgres"):
    result = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", text,
                             address(login, database)], capture_output=True, text=True)
    if result.returncode:
        raise AssertionError(result.stderr)
    return result.stdout.strip()


def environment(**more):
    """Ours without any setting of the program's."""
    kept = {k: v for k, v in os.environ.items()
            if not re.match("OPTRIA_|JWT_|BLACKBOX_|DIGITAL_|PG|LC_|LANG", k)}
    return kept | {"LC_ALL": "C.UTF-8"} | more


def wait_until(condition, limit_s=60):
    until = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


class Installation:
    """A database and settings of its own."""
    count = 0

    def __init__(self, migrated=True):
        Installation.count += 1
        self.folder = tempfile.TemporaryDirectory(prefix="operator-")
        self.name = f"operator_{os.getpid()}_{Installation.count}"
        sql(f"CREATE DATABASE {self.name} OWNER optria_owner")
        self.env = environment(**KEYS, OPTRIA_DB_URL=address("optria_server", self.name),
                               OPTRIA_DB_OWNER_URL=address("optria_owner", self.name),
                               OPTRIA_HOME=f"{self.folder.name}/home", OPTRIA_HTTP_PORT="0")
        if migrated:
            self.succeed("migrate")

    def close(self):
        sql(f"DROP DATABASE {self.name} WITH (FORCE)")
        self.folder.cleanup()

    def path(self, name):
        return f"{self.folder.name}/{name}"

    def run(self, *args, text="", **env):
        return subprocess.run([OPTRIA, *args], env=self.env | env, input=text, capture_output=True,
                              text=True, timeout=LIMIT_S)

    def succeed(self, *args, **more):
        result = self.run(*args, **more)
        assert result.returncode == 0, f"{args}: {result.stderr}"
        return result.stdout

    def sql(self, text):
        return sql(text, self.name)


def installation(test, **options):
    made = Installation(**options)
    (test.addClassCleanup if isinstance(test, type) else test.addCleanup)(made.close)
    return made


class Running:
    """`optria serve` or `optria work` of an installation, as a context."""

    def __init__(self, place, word):
        self.place, self.word = place, word

    def __enter__(self):
        self.log = open(self.place.path(self.word), "w+")
        self.process = subprocess.Popen([OPTRIA, self.word], env=self.place.env, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"http://([0-9.]+):(\d+)", line)
        self.address = found and (found.group(1), int(found.group(2)))
        assert line, Path(self.log.name).read_text()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)
        self.process.stdout.close()
        self.log.close()

    def post(self, path, body):
        connection = http.client.HTTPConnection(*self.address, timeout=20)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, json.loads(text)


class UserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = installation(cls)
        cls.place.succeed("user", "add", "--email", "owner@plant.example", "--name", "نورة العتيبي",
                          "--role", "platform_owner", "--password-stdin", text=PASSWORD + "\n")
        cls.place.sql("INSERT INTO tenants (id, code, name, industry) VALUES"
                      " ('0a000000-0000-0000-0000-000000000000', 'PLANT', 'A plant', 'power'),"
                      " ('0b000000-0000-0000-0000-000000000000', 'OTHER', 'Another', 'water')")
        cls.add("admin@plant.example", "tenant_admin")

    @classmethod
    def add(cls, email, role, *more, tenant="PLANT"):
        return cls.place.succeed("user", "add", "--email", email, "--name", "Some One", "--role", role,
                                 "--tenant", tenant, *more)

    def person(self, email):
        found = [p for p in json.loads(self.place.succeed("user", "list", "--json")) if p["email"] == email]
        self.assertEqual(len(found), 1, email)
        return found[0]

    def deeds(self, email):
        return self.place.sql("SELECT string_agg(action || ' ' || actor_kind || ' ' || actor_label, ','"
                              f" ORDER BY at, id) FROM audit_logs WHERE object_label = '{email}'")

    def test_add_with_a_link(self):
        made = json.loads(self.add("eng@plant.example", "engineer", "--json"))
        self.assertEqual((made["role"], made["tenant"], made["has_password"]), ("engineer", "PLANT", False))
        self.assertEqual(made["reset_link"], "/reset#" + made["reset_code"])
        self.assertEqual(self.deeds("eng@plant.example"),
                         "user.created system command line,user.reset_link_made system command line")

    def test_link_begins_with_the_public_address(self):
        self.add("link@plant.example", "viewer")
        said = self.place.succeed("user", "reset", "--email", "LINK@plant.example",
                                  OPTRIA_PUBLIC_URL="https://optria.example/")
        self.assertRegex(said, r"https://optria\.example/reset#[\w-]{70,}\n$")
        self.assertIn("OPTRIA_PUBLIC_URL", self.place.succeed("user", "reset", "--email", "link@plant.example"))

    def test_add_with_a_password_and_sign_in(self):
        self.place.succeed("user", "add", "--email", "view@plant.example", "--name", "View", "--role", "viewer",
                           "--tenant", "PLANT", "--password-stdin", text=PASSWORD)
        with Running(self.place, "serve") as serve:
            status, answer = serve.post("/api/auth/login", {"email": "view@plant.example", "password": PASSWORD})
            self.assertEqual(status, 200, answer)
            self.place.succeed("user", "disable", "--email", "view@plant.example")
            self.assertEqual(serve.post("/api/auth/login", {"email": "view@plant.example",
                                                            "password": PASSWORD})[0], 401)
            self.place.succeed("user", "enable", "--email", "view@plant.example")
            self.assertEqual(serve.post("/api/auth/login", {"email": "view@plant.example",
                                                            "password": PASSWORD})[0], 200)
            code = json.loads(self.place.succeed("user", "reset", "--email", "view@plant.example",
                                                 "--json"))["reset_code"]
            self.assertTrue(code)
        self.assertIn("user.updated system command line", self.deeds("view@plant.example"))

    def test_second_factor_goes_when_asked(self):
        self.add("lost@plant.example", "engineer")
        self.place.sql("UPDATE users SET totp_secret = 'x', totp_enabled_at = now()"
                       " WHERE email = 'lost@plant.example'")
        self.place.succeed("user", "reset", "--email", "lost@plant.example")
        self.assertTrue(self.person("lost@plant.example")["has_totp"])
        self.place.succeed("user", "reset", "--email", "lost@plant.example", "--totp")
        self.assertFalse(self.person("lost@plant.example")["has_totp"])

    def test_list(self):
        table = self.place.succeed("user", "list")
        self.assertRegex(table, r"(?m)^PLATFORM +owner@plant\.example +platform_owner +active +- +نورة العتيبي$")
        self.assertRegex(table, r"(?m)^PLANT +admin@plant\.example +tenant_admin +no password yet +-")
        of_one = json.loads(self.place.succeed("user", "list", "--tenant", "PLANT", "--json"))
        self.assertEqual({p["tenant"] for p in of_one}, {"PLANT"})
        self.assertEqual(json.loads(self.place.succeed("user", "list", "--tenant", "OTHER", "--json")), [])
        self.assertNotIn("$argon2", table + json.dumps(of_one))

    def test_many_people(self):
        self.place.sql("INSERT INTO users (tenant_id, id, email, full_name, role, created_at)"
                       " SELECT '0b000000-0000-0000-0000-000000000000', gen_random_uuid(), 'p' || n || '@o.example',"
                       " 'P ' || n, 'viewer', now() + n * interval '1 ms' FROM generate_series(1, 450) n")
        listed = json.loads(self.place.succeed("user", "list", "--tenant", "OTHER", "--json"))
        self.assertEqual([p["email"] for p in listed], [f"p{n}@o.example" for n in range(1, 451)])
        self.place.sql("DELETE FROM users WHERE tenant_id = '0b000000-0000-0000-0000-000000000000'")

    def test_refusals(self):
        add = ["user", "add", "--name", "N", "--email"]
        rows = [
            ([*add, "x@y.example", "--role", "engineer"], 64, "--tenant CODE"),
            ([*add, "x@y.example", "--role", "engineer", "--tenant", "NOPE"], 1, "no tenant NOPE"),
            ([*add, "x@y.example", "--role", "king"], 64, "--role"),
            ([*add, "x", "--role", "engineer"], 64, "--email"),
            ([*add, "x@y.example", "--role", "platform_owner", "--tenant", "PLANT"], 1, "role"),
            ([*add, "x@y.example", "--role", "engineer", "--tenant", "PLATFORM"], 1, "role"),
            ([*add, "admin@plant.example", "--role", "engineer", "--tenant", "OTHER"], 1, "email"),
            ([*add, "x@y.example", "--role", "engineer", "--tenant", "PLANT", "--password-stdin"], 64,
             "standard input"),
            (["user", "reset", "--email", "nobody@y.example"], 1, "Nobody signs in as nobody@y.example"),
            (["user", "disable", "--email", "owner@plant.example"], 1, "last active administrator"),
            (["user", "list", "--tenant", "NOPE"], 1, "no tenant NOPE"),
            (["user", "setup-code"], 1, "platform owner already"),
            (["user", "reset"], 64, "--email"),
            (["backup"], 64, "FILE"),
            (["user"], 64, "add, list, reset"),
            (["user", "lst"], 64, "add, list, reset"),
        ]
        before = self.place.sql("SELECT count(*) FROM users")
        for args, status, said in rows:
            with self.subTest(args):
                result = self.place.run(*args)
                self.assertEqual((result.returncode, result.stdout), (status, ""), result.stderr)
                self.assertIn(said, result.stderr)
        short = self.place.run(*add, "x@y.example", "--role", "viewer", "--tenant", "PLANT",
                               "--password-stdin", text="short\n")
        self.assertEqual(short.returncode, 1)
        self.assertIn("password:", short.stderr)
        self.assertEqual(self.place.sql("SELECT count(*) FROM users"), before, "nothing half-made remains")

    def test_setup_code(self):
        fresh = installation(self)
        said = fresh.succeed("user", "setup-code")
        code = json.loads(fresh.succeed("user", "setup-code", "--json"))["setup_code"]
        self.assertIn(code, said)
        self.assertRegex(code, r"^[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}$")
        self.assertEqual(fresh.run("user", "setup-code", OPTRIA_MASTER_KEY="").returncode, 78)

    def test_no_database(self):
        for url, status in (("", 78), ("postgresql://127.0.0.1:1/none", 69), ("postgresql://[", 1)):
            with self.subTest(url):
                result = self.place.run("user", "list", OPTRIA_DB_URL=url)
                self.assertEqual(result.returncode, status, result.stderr)


class DoctorTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = installation(cls)

    def findings(self, place=None, **env):
        """{check: [finding, ...]}, and the exit status."""
        result = (place or self.place).run("doctor", "--json", **env)
        answer = json.loads(result.stdout)
        self.assertEqual(result.returncode, 0 if answer["healthy"] else 1)
        found = {}
        for finding in answer["findings"]:
            found.setdefault(finding["check"], []).append(finding)
            if finding["state"] in ("failed", "warning"):
                self.assertTrue(finding["sentence"] and finding["todo"].startswith("→"), finding)
        return found, result.returncode

    def check(self, check, code, place=None, state="failed", **env):
        found, _ = self.findings(place, **env)
        self.assertEqual((found[check][0]["state"], found[check][0]["code"]), (state, code), found[check])
        return found[check]

    def test_healthy(self):
        with Running(self.place, "work"), Running(self.place, "serve") as serve:
            self.assertTrue(wait_until(lambda: self.place.sql("SELECT count(*) FROM processes") == "2"))
            found, status = self.findings(OPTRIA_HTTP_PORT=str(serve.address[1]))
            self.assertEqual(status, 0, found)
            self.assertEqual({f["state"] for one in found.values() for f in one}, {"ok"}, found)
            self.assertEqual(len(found), 15)
            arabic = self.place.run("doctor", LC_ALL="ar_SA.UTF-8", OPTRIA_HTTP_PORT=str(serve.address[1]))
            self.assertIn("الجدران بين الجهات", arabic.stdout)

    def test_settings(self):
        found = self.check("settings", "config.missing", JWT_SECRET_KEY="", OPTRIA_MASTER_KEY="")
        self.assertEqual(len(found), 2)
        wrong = self.check("settings", "field.type", JWT_SECRET_KEY="short", OPTRIA_HTTP_PORT="x")
        self.assertEqual([f["sentence"].partition(":")[0] for f in wrong], ["OPTRIA_HTTP_PORT", "JWT_SECRET_KEY"])
        found, _ = self.findings(JWT_SECRET_KEY="short")
        self.assertEqual(found["database"][0]["state"], "skipped")

    def test_misspelt_setting(self):
        found = self.check("names", "doctor.unknown_variables", state="warning", OPTRIA_HTTP_PROT="1")
        self.assertIn("1 variables", found[0]["sentence"])

    def test_keys(self):
        self.check("keys", "doctor.key_weak", JWT_SECRET_KEY="ab" * 20)
        self.check("keys", "doctor.keys_same", OPTRIA_MASTER_KEY=KEYS["JWT_SECRET_KEY"])

    def test_proxies(self):
        url = "https://optria.example"
        self.check("proxies", "doctor.proxies_missing", state="warning", OPTRIA_PUBLIC_URL=url)
        found, _ = self.findings(OPTRIA_PUBLIC_URL=url, OPTRIA_TRUSTED_PROXIES="127.0.0.1")
        self.assertEqual(found["proxies"][0]["state"], "ok")

    def test_no_worker(self):
        self.check("worker", "health.no_worker")

    def test_home(self):
        self.check("home", "home.folder", OPTRIA_HOME="/dev/null")

    def test_port(self):
        self.check("port", "probe.port_denied", OPTRIA_HTTP_BIND="192.0.2.1", OPTRIA_HTTP_PORT="8080")
        with socket.create_server(("127.0.0.1", 0)) as other:
            self.check("port", "probe.port_taken", OPTRIA_HTTP_PORT=str(other.getsockname()[1]))

    def test_unreachable_database(self):
        secret = "hidden-from-everybody"
        url = f"postgresql://me:{secret}@127.0.0.1:1/none"
        found = self.check("database", "db.unreachable", OPTRIA_DB_URL=url)
        self.assertIn("refused", found[0]["detail"])
        result = self.place.run("doctor", OPTRIA_DB_URL=url)
        self.assertNotIn(secret, result.stdout + result.stderr)
        self.assertIn("refused", result.stdout)
        self.check("database", "db.refused", OPTRIA_DB_URL=address("optria_server", "no_such_database"))

    def test_old_schema(self):
        place = installation(self, migrated=False)
        place.succeed("migrate")
        place.sql("DELETE FROM schema_migrations WHERE number = (SELECT max(number) FROM schema_migrations)")
        self.check("schema", "health.schema_old", place)
        place.sql("INSERT INTO schema_migrations (number, name, checksum) VALUES (9999, '9999_x.sql', 'x')")
        found = self.check("schema", "health.schema_newer", place)
        self.assertIn("newer program", found[0]["todo"])

    def test_login_that_is_too_strong(self):
        login = f"backup_server_{os.getpid()}"
        sql(f"CREATE ROLE {login} LOGIN; GRANT optria_app, optria_platform, optria_backup TO {login}")
        self.addCleanup(sql, f"DROP ROLE {login}")
        for who, why in (("postgres", "superuser"), ("optria_owner", "owner"), (login, "bypassrls")):
            with self.subTest(who):
                found = self.check("login", "service.role_too_strong",
                                   OPTRIA_DB_URL=address(who, self.place.name))
                self.assertTrue(any(f"({why})" in f["sentence"] for f in found), found)

    def test_login_without_roles(self):
        login = f"stranger_{os.getpid()}"
        sql(f"CREATE ROLE {login} LOGIN")
        self.addCleanup(sql, f"DROP ROLE {login}")
        found = self.check("login", "doctor.not_member", OPTRIA_DB_URL=address(login, self.place.name))
        self.assertIn("optria_app", found[0]["sentence"])

    def test_open_walls(self):
        place = installation(self)
        place.sql("ALTER TABLE users NO FORCE ROW LEVEL SECURITY")
        place.sql("ALTER TABLE leads DISABLE ROW LEVEL SECURITY")
        self.assertIn("leads, users", self.check("walls", "doctor.tables_open", place)[0]["sentence"])

    def test_encoding(self):
        name = f"latin_{os.getpid()}"
        sql(f"CREATE DATABASE {name} OWNER optria_owner TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
        self.addCleanup(sql, f"DROP DATABASE {name}")
        self.check("encoding", "doctor.encoding", OPTRIA_DB_URL=address("optria_server", name))

    def test_backup_that_would_not_work(self):
        login = f"small_owner_{os.getpid()}"
        sql(f"CREATE ROLE {login} LOGIN")
        self.addCleanup(sql, f"DROP ROLE {login}")
        found = self.check("backup", "census.hidden", state="warning",
                           OPTRIA_DB_OWNER_URL=address(login, self.place.name))
        self.assertIn(login, found[0]["sentence"])


def fingerprint(database):
    """{table: (rows, md5 of all rows in order)} as the superuser sees them."""
    tables = sql("SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'", database)
    return {t: sql(f"SELECT count(*), md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), ''))"
                   f" FROM {t} AS t", database) for t in tables.split()}


def schema_of(database):
    """All that is no data: tables, keys, policies, rights."""
    text = subprocess.run(["pg_dump", "--schema-only", address("postgres", database)], check=True,
                          capture_output=True, text=True).stdout
    return [line for line in text.splitlines() if not line.startswith("--") and "restrict" not in line]


class BackupTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A database with people in several tenants, filled by the demo."""
        cls.place = installation(cls)
        demo = subprocess.Popen([OPTRIA, "demo"], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL,
                                env=cls.place.env | {"OPTRIA_DEMO_PASSWORD": PASSWORD})
        for line in demo.stdout:
            if line.startswith("ready "):
                break
        demo.terminate()
        assert demo.wait(60) == 0
        demo.stdout.close()
        cls.place.sql("INSERT INTO leads SELECT '00000000-0000-7000-8000-000000000001', gen_random_uuid(),"
                      " E'tab\\tline\\nback\\\\slash ' || n, 'a@b.example', E'\\\\.', 'power', 'نص عربي', 'ar',"
                      " 'new', now(), now() FROM generate_series(1, 500) n")
        cls.file = cls.place.path("backup.dump")
        cls.said = cls.place.succeed("backup", cls.file)

    def empty(self):
        return installation(self, migrated=False)

    def test_what_it_says(self):
        self.assertIn("OPTRIA_MASTER_KEY", self.said)
        report = json.loads(self.place.succeed("backup", "--json", self.place.path("second.dump")))
        counts = fingerprint(self.place.name)
        self.assertEqual(report["tables"], len(counts))
        self.assertEqual(report["rows"], sum(int(v.split("|")[0]) for v in counts.values()))
        self.assertEqual(report["schema"], int(self.place.sql("SELECT max(number) FROM schema_migrations")))
        self.assertEqual(report["bytes"], os.stat(self.place.path("second.dump")).st_size)

    def test_the_file(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)
        self.assertFalse(os.path.exists(self.file + ".part"))
        before = Path(self.file).read_bytes()
        again = self.place.run("backup", self.file)
        self.assertEqual(again.returncode, 1)
        self.assertIn("--force", again.stderr)
        self.assertEqual(Path(self.file).read_bytes(), before)
        copy = self.place.path("copy.dump")
        Path(copy).write_bytes(b"old")
        Path(copy + ".part").write_bytes(b"of a backup that was killed")
        self.place.succeed("backup", "--force", copy)
        self.assertEqual(Path(copy).read_bytes()[:5], b"PGDMP")
        self.assertFalse(os.path.exists(copy + ".part"))

    def test_everything_comes_back_and_serves(self):
        back = self.empty()
        said = back.succeed("restore", self.file)
        self.assertIn("OPTRIA_MASTER_KEY", said)
        self.assertEqual(fingerprint(back.name), fingerprint(self.place.name))
        self.assertEqual(schema_of(back.name), schema_of(self.place.name))
        self.assertIn(" 0 steps now", back.succeed("migrate"))
        with Running(back, "serve") as serve:
            status, answer = serve.post("/api/auth/login", {"email": "demo@power.example", "password": PASSWORD})
            self.assertEqual(status, 200, answer)
        doctor = json.loads(back.run("doctor", "--json").stdout)
        wrong = [f for f in doctor["findings"] if f["state"] == "failed"]
        self.assertEqual([f["check"] for f in wrong], ["worker"], wrong)

    def test_on_a_server_that_is_in_use(self):
        """Rows come and go while the backup is made: what counts is its snapshot."""
        busy = installation(self)
        writer = subprocess.Popen(["psql", "-X", "-q", address("postgres", busy.name), "-c",
                                   "DO $$ BEGIN LOOP INSERT INTO login_throttle SELECT 'x:' || random(), 1, now()"
                                   " FROM generate_series(1, 20); COMMIT; DELETE FROM login_throttle WHERE"
                                   " random() < 0.01; COMMIT; END LOOP; END $$"], stderr=subprocess.DEVNULL)
        self.addCleanup(writer.wait)
        self.addCleanup(writer.kill)
        self.assertTrue(wait_until(lambda: busy.sql("SELECT count(*) FROM login_throttle") != "0"))
        rows = [json.loads(busy.succeed("backup", "--force", "--json", busy.path("busy.dump")))["rows"]
                for _ in range(3)]
        self.assertEqual(len(set(rows)), 3, rows)
        self.assertIsNone(writer.poll())

    def test_restore_refuses_what_is_not_empty(self):
        before = fingerprint(self.place.name)
        result = self.place.run("restore", self.file)
        self.assertEqual(result.returncode, 1)
        self.assertIn("is not empty", result.stderr)
        self.assertEqual(fingerprint(self.place.name), before)

    def test_restore_refuses_a_database_in_use(self):
        back = self.empty()
        other = subprocess.Popen(["psql", "-X", "-q", address("optria_server", back.name)],
                                 env=environment(PGAPPNAME="optria serve"), stdin=subprocess.PIPE)
        self.addCleanup(lambda: (other.stdin.close(), other.wait()))
        self.assertTrue(wait_until(lambda: back.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'optria serve'") == "1"))
        result = back.run("restore", self.file)
        self.assertEqual(result.returncode, 1)
        self.assertIn("Stop optria serve", result.stderr)

    def test_broken_files(self):
        back = self.empty()
        whole = Path(self.file).read_bytes()
        other = self.place.path("other.dump")
        subprocess.run(["pg_dump", "-Fc", "-f", other, address("postgres", "postgres")], check=True)
        rows = [
            ("missing.dump", None, 69, "No such file"),
            ("empty.dump", b"", 1, "not a whole backup"),
            ("text.dump", b"hello\n" * 1000, 1, "not a whole backup"),
            ("cut.dump", whole[:len(whole) * 2 // 3], 1, "not a whole backup"),
            ("other.dump", Path(other).read_bytes(), 1, "some other database"),
        ]
        for name, content, status, said in rows:
            with self.subTest(name):
                if content is not None:
                    Path(self.place.path(name)).write_bytes(content)
                result = back.run("restore", self.place.path(name))
                self.assertEqual(result.returncode, status, result.stderr)
                self.assertIn(said, result.stderr)
                self.assertEqual(fingerprint(back.name), {})

    def test_backup_of_a_newer_program(self):
        newer = installation(self)
        newer.sql("INSERT INTO schema_migrations (number, name, checksum) VALUES (9999, '9999_x.sql', 'x')")
        newer.succeed("backup", newer.path("newer.dump"))
        back = self.empty()
        result = back.run("restore", newer.path("newer.dump"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("9999", result.stderr)
        self.assertEqual(fingerprint(back.name), {})

    def test_rows_lost_on_the_way_are_noticed(self):
        back = self.empty()
        back.sql("CREATE FUNCTION lose() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN"
                 " DELETE FROM public.leads WHERE full_name LIKE '%100'; END $$;"
                 " CREATE EVENT TRIGGER lose ON ddl_command_end WHEN TAG IN ('CREATE INDEX')"
                 " EXECUTE FUNCTION lose()")
        result = back.run("restore", self.file)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("public.leads has 500 rows in the file and 499 in the database", result.stderr)

    def test_login_that_does_not_see_all_rows(self):
        login = f"half_blind_{os.getpid()}"
        sql(f"CREATE ROLE {login} LOGIN")
        self.addCleanup(sql, f"DROP ROLE {login}")
        file = self.place.path("blind.dump")
        for who in (login, "optria_server"):
            result = self.place.run("backup", file, OPTRIA_DB_OWNER_URL=address(who, self.place.name))
            self.assertEqual(result.returncode, 1)
            self.assertIn("CREATE ROLE optria_backup BYPASSRLS", result.stderr)
            self.assertFalse(os.path.exists(file) or os.path.exists(file + ".part"))

    def test_superuser_needs_no_role(self):
        self.place.succeed("backup", "--force", self.place.path("super.dump"),
                           OPTRIA_DB_OWNER_URL=address("postgres", self.place.name))

    def test_nothing_to_back_up(self):
        result = self.empty().run("backup", self.place.path("nothing.dump"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("nothing to back up", result.stderr)

    def test_files_that_cannot_be(self):
        for file in ("/nonexistent/x.dump", self.folder_of_its_own()):
            result = self.place.run("backup", "--force", file)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(file, result.stderr)

    def folder_of_its_own(self):
        path = self.place.path("folder")
        os.makedirs(path, exist_ok=True)
        return path

    def test_asked_to_stop(self):
        """While it counts, and while pg_dump works: each waits for a table that is locked."""
        file = self.place.path("stopped.dump")
        for table, status in (("api_tokens", -signal.SIGINT), ("split_by_number", 1)):
            with self.subTest(table):
                locked = subprocess.Popen(["psql", "-X", "-q", address("postgres", self.place.name)], text=True,
                                          stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                self.addCleanup(lambda p=locked: (p.stdin.close(), p.wait(), p.stdout.close()))
                if status == 1:  # a partitioned table has no rows of its own to count; pg_dump locks it
                    self.place.sql(f"CREATE TABLE {table} (n int) PARTITION BY RANGE (n)")
                    self.addCleanup(self.place.sql, f"DROP TABLE {table}")
                locked.stdin.write(f"BEGIN; LOCK TABLE {table}; SELECT 'held';\n")
                locked.stdin.flush()
                while locked.stdout.readline().strip() != "held":
                    pass
                backup = subprocess.Popen([OPTRIA, "backup", file], env=self.place.env, stderr=subprocess.PIPE,
                                          text=True)
                waits = ("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation ="
                         f" '{table}'::regclass")
                self.assertTrue(wait_until(lambda q=waits: self.place.sql(q) != "0"))
                backup.send_signal(signal.SIGINT)
                _, said = backup.communicate(timeout=LIMIT_S)
                self.assertEqual(backup.returncode, status, said)
                self.assertFalse(os.path.exists(file) or os.path.exists(file + ".part"))
                locked.stdin.write("ROLLBACK;\n")
                locked.stdin.flush()


if __name__ == "__main__":
    unittest.main()
