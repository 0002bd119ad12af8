"""`optria demo` from outside: what it prints, who can sign in, what it does when a part of it is killed,
what it leaves behind, and what it refuses."""

import contextlib
import http.client
import json
import os
import pwd
import re
import signal
import stat
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import log_secrets  # noqa: E402

OPTRIA = os.environ["OPTRIA_TEST_BIN"]
TEST_URL = os.environ.get("OPTRIA_TEST_URL", "")
LIMIT_S = 120
ACCOUNTS = {
    "owner@optria.local": ("platform_owner", "PLATFORM"),
    "demo@aramco.com": ("tenant_admin", "ARAMCO_DEMO"),
    "demo@power.example": ("tenant_admin", "POWER_DEMO"),
    "demo@water.example": ("tenant_admin", "WATER_DEMO"),
    "optimizer@aramco.com": ("optimization_engineer", "ARAMCO_DEMO"),
    "reliability@aramco.com": ("reliability_engineer", "ARAMCO_DEMO"),
    "engineer@aramco.com": ("engineer", "ARAMCO_DEMO"),
    "viewer@aramco.com": ("viewer", "ARAMCO_DEMO"),
}


def environment(home, **more):
    """Ours without any setting of the program's."""
    kept = {k: v for k, v in os.environ.items()
            if not re.match("OPTRIA_|JWT_|BLACKBOX_|DIGITAL_|PG|LC_|LANG", k)}
    return kept | {"LC_ALL": "C.UTF-8", "OPTRIA_HOME": str(home), "OPTRIA_HTTP_PORT": "0"} | more


def wait_until(condition, limit_s=LIMIT_S):
    until = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def state_of(pid):
    """"R", "S", "Z" ..., or "" when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def is_alive(pid):
    return state_of(pid) not in ("", "Z")


def processes_of(home):
    """Whoever runs for a demo in that folder: its name is in the command line or the environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            known = (entry / "cmdline").read_bytes() + b"\0" + (entry / "environ").read_bytes()
            if os.fsencode(str(home)) in known and is_alive(entry.name):
                found.append(int(entry.name))
    return found


def children_of(pid):
    """The command lines of a process's children, by their process id."""
    found = {}
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                found[int(child)] = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
    return found


class Demo:
    """One that runs. Its output goes to files, so that it never waits for a reader."""

    def __init__(self, folder, before=(), words=(), stdin=subprocess.DEVNULL, preexec=None, **env):
        self.home = Path(folder) / "home"
        self.out = open(Path(folder) / "out", "w+")
        self.log = open(Path(folder) / "log", "w+")
        self.begun = time.monotonic()
        self.process = subprocess.Popen([*before, OPTRIA, "demo", *words], env=environment(self.home, **env),
                                        stdin=stdin, stdout=self.out, stderr=self.log,
                                        preexec_fn=preexec, start_new_session=True)
        self.took_s = None

    def said(self):
        self.out.seek(0)
        return self.out.read()

    def logged(self):
        self.log.seek(0)
        return self.log.read()

    def wait_ready(self):
        """The address; fails when it ends before."""
        wait_until(lambda: self.process.poll() is not None or self.address())
        self.took_s = time.monotonic() - self.begun
        assert self.address(), f"not ready:\n{self.said()}\n{self.logged()[-4000:]}"
        return self

    def address(self):
        found = re.search(r"^ready http://([0-9.]+):(\d+)$", self.said(), re.M)
        return found and (found.group(1), int(found.group(2)))

    def password(self):
        return re.search(r"^Password of all: (\S+)$", self.said(), re.M).group(1)

    def child(self, word):
        for pid, line in children_of(self.process.pid).items():
            if len(line) > 1 and line[1] == word.encode():
                return pid
        return None

    def postmaster(self):
        with contextlib.suppress(OSError, ValueError):
            return int((self.home / "pg/data/postmaster.pid").read_text().splitlines()[0])
        return None

    def ask(self, method, path, body=None, headers=None):
        """(status, JSON or text), or (0, why)."""
        connection = http.client.HTTPConnection(*self.address(), timeout=20)
        try:
            connection.request(method, path, body and json.dumps(body),
                               {"Content-Type": "application/json"} | (headers or {}))
            answer = connection.getresponse()
            text = answer.read().decode()
            self.cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
            is_json = "json" in (answer.getheader("Content-Type") or "")
            return answer.status, json.loads(text) if is_json else text
        except OSError as e:
            return 0, str(e)
        except http.client.HTTPException as e:
            return 0, repr(e)
        finally:
            connection.close()

    def sign_in(self, email, password):
        return self.ask("POST", "/api/auth/login", {"email": email, "password": password})

    def stop(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        return self.process.wait(LIMIT_S)

    def close(self):
        """Ends it for good and closes the files."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.out.close()
        self.log.close()


def folder_for_tests(test):
    """One that an account of its own may pass, gone at the end."""
    folder = tempfile.TemporaryDirectory(prefix="demo-")
    os.chmod(folder.name, 0o711)
    test.addCleanup(folder.cleanup)
    return Path(folder.name)


def start(test, folder=None, **options):
    demo = Demo(folder or folder_for_tests(test), **options)
    test.addCleanup(demo.close)
    return demo


def run_demo(home, **env):
    """One that is expected to end by itself."""
    return subprocess.run([OPTRIA, "demo"], env=environment(home, **env), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=LIMIT_S)


class RunningDemoTest(unittest.TestCase):
    """Looks at one demo, and at how it mends itself. Its stdin is closed."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="demo-")
        os.chmod(cls.folder.name, 0o711)
        cls.demo = Demo(cls.folder.name, stdin=None, preexec=lambda: os.close(0))
        cls.addClassCleanup(cls.folder.cleanup)
        cls.addClassCleanup(cls.demo.close)
        cls.demo.wait_ready()
        cls.password = cls.demo.password()

    def optria(self, *args, **env):
        return subprocess.run([OPTRIA, *args], env=environment(self.demo.home, **env),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def test_table_of_accounts(self):
        for email, (role, tenant) in ACCOUNTS.items():
            self.assertRegex(self.demo.said(), rf"(?m)^  {re.escape(email)} +{role} +{tenant} +\S")
        self.assertTrue(self.demo.said().rstrip().splitlines()[-1].startswith("ready http://127.0.0.1:"))

    def test_everybody_can_sign_in(self):
        for email, (role, _) in ACCOUNTS.items():
            with self.subTest(email):
                status, answer = self.demo.sign_in(email, self.password)
                self.assertEqual(status, 200, answer)
                self.assertEqual(answer["user"]["role"], role)
                self.assertFalse(answer["user"].get("must_change_password"))
        self.assertEqual(self.demo.sign_in("demo@aramco.com", "not the password")[0], 401)

    def test_ready_means_ready(self):
        until = time.monotonic() + 30  # a connection may just be on its way back
        while True:
            status, answer = self.demo.ask("GET", "/health/ready")
            if (status, answer["status"]) == (200, "ok") or time.monotonic() > until:
                break
            time.sleep(0.2)
        self.assertEqual((status, answer["status"]), (200, "ok"), answer)
        self.assertEqual(self.demo.ask("GET", "/")[0], 200)

    def test_history_is_true(self):
        for action, count in (("user.created", 5), ("tenant.created", 1)):
            status, answer = self.demo.sign_in("demo@aramco.com", self.password)
            self.assertEqual(status, 200, answer)
            status, audit = self.demo.ask("GET", f"/api/audit?limit=200&action={action}",
                                          headers={"Cookie": self.demo.cookie})
            self.assertEqual(status, 200, audit)
            deeds = [row for row in audit["items"] if row["actor_label"] == "demo"]
            self.assertEqual(len(deeds), count, action)

    def test_home_is_private(self):
        home = self.demo.home
        self.assertEqual(stat.S_IMODE(home.stat().st_mode), 0o711 if os.geteuid() == 0 else 0o700)
        kept = {"demo-password", "demo-password.set", "jwt-secret-key", "master-key"}
        self.assertEqual({p.name for p in home.iterdir()}, kept | {"lock", "pg"})
        for name in kept:
            self.assertEqual(stat.S_IMODE((home / name).stat().st_mode), 0o600, name)
        self.assertEqual((home / "demo-password").read_text().strip(), self.password)

    def test_secrets_stay_out_of_log_and_command_lines(self):
        secrets = [(self.demo.home / name).read_text().strip()
                   for name in ("jwt-secret-key", "master-key", "demo-password")]
        lines = b" ".join(b" ".join(line) for line in children_of(self.demo.process.pid).values())
        for secret in secrets:
            self.assertNotIn(secret, self.demo.logged())
            self.assertNotIn(secret.encode(), lines)
        self.assertEqual(log_secrets.find(self.demo.logged()), [])

    def test_second_start_is_refused(self):
        second = run_demo(self.demo.home)
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"process {self.demo.process.pid}", second.stderr)
        self.assertIn("OPTRIA_HOME", second.stderr)
        self.assertEqual(self.demo.sign_in("demo@aramco.com", self.password)[0], 200)

    def test_taken_port_is_named(self):
        home = folder_for_tests(self) / "other"
        second = run_demo(home, OPTRIA_HTTP_PORT=str(self.demo.address()[1]))
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"Port {self.demo.address()[1]} of 127.0.0.1", second.stderr)
        self.assertIn("OPTRIA_HTTP_PORT", second.stderr)
        self.assertFalse((home / "pg").exists(), "nothing is started in vain")

    def test_operators_commands_find_it(self):
        port = str(self.demo.address()[1])
        doctor = self.optria("doctor", OPTRIA_HTTP_PORT=port)
        self.assertEqual(doctor.returncode, 0, doctor.stdout)
        people = json.loads(self.optria("user", "list", "--json").stdout)
        self.assertEqual({p["email"]: (p["role"], p["tenant"]) for p in people}, ACCOUNTS)

    def heals(self, name, kill):
        """After `kill`, signing in works again at the same address."""
        before = self.demo.address()
        kill()
        self.assertTrue(wait_until(lambda: self.demo.sign_in("demo@aramco.com", self.password)[0] == 200),
                        f"{name}: {self.demo.logged()[-4000:]}")
        self.assertEqual(self.demo.address(), before)
        self.assertIsNone(self.demo.process.poll())

    def test_server_and_worker_are_started_again(self):
        for word in ("serve", "work"):
            with self.subTest(word):
                pid = self.demo.child(word)
                self.assertTrue(is_alive(pid))
                self.heals(word, lambda: os.kill(pid, signal.SIGKILL))
                self.assertTrue(wait_until(lambda: self.demo.child(word) not in (None, pid)))
                self.assertIn(f"child.ended child={word} status=137", self.demo.logged())
                self.assertRegex(self.demo.logged(), f"child.started child={word} pid={self.demo.child(word)}")

    def test_database_is_started_again(self):
        pid = self.demo.postmaster()
        self.heals("postgres", lambda: os.kill(pid, signal.SIGKILL))
        self.assertTrue(wait_until(lambda: self.demo.postmaster() not in (None, pid)))
        self.assertIn("cluster.died", self.demo.logged())


class LifeTest(unittest.TestCase):
    """Starts and ends."""

    def assert_nothing_runs(self, demo):
        self.assertEqual(processes_of(demo.home), [])
        self.assertIsNone(demo.postmaster())

    def test_starts_and_ends(self):
        folder = folder_for_tests(self)
        demo = start(self, folder).wait_ready()
        password = demo.password()
        self.assertGreater(len(processes_of(demo.home)), 3)
        self.assertEqual(demo.stop(), 0)
        self.assert_nothing_runs(demo)
        self.assertEqual({p.name for p in folder.iterdir()}, {"home", "out", "log"})
        self.assertIn("database system is shut down", (demo.home / "pg/server.log").read_text())

        again = start(self, folder).wait_ready()
        self.assertEqual(again.password(), password)
        self.assertNotIn("demo.seeded", again.logged())
        self.assertEqual(again.sign_in("viewer@aramco.com", password)[0], 200)
        self.assertEqual(again.stop(signal.SIGINT), 0)

        given = "Given by its operator 7"
        changed = start(self, folder, OPTRIA_DEMO_PASSWORD=given).wait_ready()
        self.assertNotIn(given, changed.said() + changed.logged())
        self.assertIn("OPTRIA_DEMO_PASSWORD", changed.said())
        for email in ACCOUNTS:
            self.assertEqual(changed.sign_in(email, given)[0], 200, email)
        self.assertEqual(changed.sign_in("owner@optria.local", password)[0], 401)
        self.assertEqual(changed.stop(), 0)

    def test_weak_password_is_the_operators_choice(self):
        demo = start(self, OPTRIA_DEMO_PASSWORD="demo").wait_ready()
        self.assertEqual(demo.sign_in("demo@aramco.com", "demo")[0], 200)
        self.assertIn("demo.password_is_weak", demo.logged())

    def test_given_keys_and_port(self):
        with socket.create_server(("127.0.0.1", 0)) as s:
            port = s.getsockname()[1]
        demo = start(self, OPTRIA_HTTP_PORT=str(port), JWT_SECRET_KEY="j" * 40,
                     OPTRIA_MASTER_KEY="m" * 40).wait_ready()
        self.assertEqual(demo.address(), ("127.0.0.1", port))
        self.assertFalse((demo.home / "jwt-secret-key").exists())
        self.assertFalse((demo.home / "master-key").exists())
        self.heals_on_port(demo, port)

    def heals_on_port(self, demo, port):
        os.kill(demo.child("serve"), signal.SIGKILL)
        self.assertTrue(wait_until(lambda: demo.ask("GET", "/health/live")[0] == 200))
        self.assertEqual(demo.address()[1], port)

    def test_asked_to_stop_while_it_starts(self):
        points = (lambda d: (d.home / "lock").exists(), lambda d: "cluster.init" in d.logged(),
                  lambda d: "demo.migrate" in d.logged(), lambda d: d.child("serve"))
        for number, is_there in enumerate(points):
            with self.subTest(number):
                demo = start(self)
                self.assertTrue(wait_until(lambda d=demo, there=is_there: there(d)))
                self.assertEqual(demo.stop(), 0, demo.logged())
                self.assert_nothing_runs(demo)

    def test_killed_and_started_at_once(self):
        folder = folder_for_tests(self)
        demo = start(self, folder).wait_ready()
        port, pids = demo.address()[1], [*children_of(demo.process.pid)]
        demo.process.kill()
        demo.process.wait()
        again = start(self, folder, OPTRIA_HTTP_PORT=str(port)).wait_ready()
        for pid in pids:
            self.assertFalse(is_alive(pid), pid)
        self.assertEqual(again.address()[1], port)
        self.assertEqual(again.stop(), 0)

    @unittest.skipIf(os.geteuid() != 0, "only root can become somebody else")
    def test_as_an_ordinary_account(self):
        who = pwd.getpwnam("nobody")
        folder = folder_for_tests(self)
        os.chown(folder, who.pw_uid, who.pw_gid)
        demo = start(self, folder, before=["setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}",
                                           "--clear-groups", "--"]).wait_ready()
        self.assertEqual(demo.sign_in("demo@water.example", demo.password())[0], 200)
        self.assertEqual(stat.S_IMODE(demo.home.stat().st_mode), 0o700)
        self.assertEqual(demo.stop(), 0)


class RefusalTest(unittest.TestCase):
    def test_home_that_cannot_be(self):
        file = folder_for_tests(self) / "file"
        file.write_text("")
        for home in (file, file / "below"):
            result = run_demo(home)
            self.assertEqual(result.returncode, 69, result.stderr)
            self.assertIn("OPTRIA_HOME", result.stderr)

    def test_address_that_cannot_be(self):
        for bind, said in (("plant.example", "not valid"), ("192.0.2.1", "cannot be used")):
            result = run_demo(folder_for_tests(self) / "home", OPTRIA_HTTP_BIND=bind, OPTRIA_HTTP_PORT="9000")
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertIn(said, result.stderr)


@unittest.skipUnless(TEST_URL, "needs OPTRIA_TEST_URL")
class GivenDatabaseTest(unittest.TestCase):
    """Beside the private one the demo takes a database that it is given."""

    def sql(self, text, database="postgres"):
        url = re.sub(r"/postgres\?", f"/{database}?", TEST_URL)
        return subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", text, url],
                              check=True, capture_output=True, text=True).stdout.strip()

    def setUp(self):
        self.name = f"demo_{os.getpid()}"
        self.sql(f"CREATE DATABASE {self.name} OWNER optria_owner")
        self.addCleanup(self.sql, f"DROP DATABASE {self.name} WITH (FORCE)")
        self.env = {
            "OPTRIA_DB_URL": re.sub(r"//postgres@/postgres", f"//optria_server@/{self.name}", TEST_URL),
            "OPTRIA_DB_OWNER_URL": re.sub(r"//postgres@/postgres", f"//optria_owner@/{self.name}", TEST_URL),
        }

    def test_it_is_used_and_left_alone(self):
        demo = start(self, **self.env).wait_ready()
        self.assertEqual(demo.sign_in("demo@power.example", demo.password())[0], 200)
        self.assertFalse((demo.home / "pg").exists())
        self.assertEqual(stat.S_IMODE(demo.home.stat().st_mode), 0o700)
        self.assertEqual(demo.stop(), 0)
        self.assertEqual(self.sql("SELECT count(*) FROM tenants WHERE is_demo", self.name), "3")
        self.assertEqual(self.sql("SELECT count(*) FROM processes", self.name), "0")

    def test_a_real_installation_gets_no_demo_accounts(self):
        migrated = subprocess.run([OPTRIA, "migrate"], env=environment("/nonexistent", **self.env),
                                  capture_output=True, text=True)
        self.assertEqual(migrated.returncode, 0, migrated.stderr)
        added = subprocess.run([OPTRIA, "user", "add", "--email", "boss@plant.example", "--name", "The Boss",
                                "--role", "platform_owner"], env=environment("/nonexistent", **self.env),
                               capture_output=True, text=True)
        self.assertEqual(added.returncode, 0, added.stderr)
        refused = run_demo(folder_for_tests(self) / "home", **self.env)
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.assertIn("not a demo's", refused.stderr)
        self.assertEqual(self.sql("SELECT count(*) FROM users", self.name), "1")


if __name__ == "__main__":
    unittest.main()
