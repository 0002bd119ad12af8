"""The program as an operator meets it: help, exit statuses, settings, migrations, a command beside
a private database."""

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

OPTRIA = os.environ["OPTRIA_TEST_BIN"]
ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 60
SECRET = "0123456789abcdef-0123456789abcdef"


def environment(**more):
    """Ours without any setting of the program's."""
    kept = {k: v for k, v in os.environ.items() if not re.match("OPTRIA_|JWT_|BLACKBOX_|LC_|LANG", k)}
    return kept | {"LC_ALL": "C.UTF-8"} | more


def run(*args, env=None, **options):
    return subprocess.run([OPTRIA, *args], env=env or environment(), capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=LIMIT_S, **options)


def is_alive(pid):
    """Runs, and is not only waiting to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, limit_s=30):
    until = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


class BacktestTest(unittest.TestCase):
    """What it finds out is in backtest_test.c; here, how it is asked."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data = Path(folder.name)

    def test_refusals(self):
        self.assertEqual(run("backtest", "rca").returncode, 64)
        wrong = run("backtest", "rca", "--dataset", "nope", "--data", ".")
        self.assertEqual(wrong.returncode, 64)
        self.assertIn("azure-pdm, causrca, petshop-rca, tep", wrong.stderr)
        for dataset in ("azure-pdm", "causrca", "petshop-rca", "tep"):
            with self.subTest(dataset):
                missing = run("backtest", "rca", "--dataset", dataset, "--data", str(self.data))
                self.assertNotEqual(missing.returncode, 0)
                self.assertIn(str(self.data), missing.stderr)
                self.assertEqual(missing.stdout, "")

    def test_maintenance_refusals(self):
        """What it finds out is in src/backtest/maintenance_test.c."""
        self.assertEqual(run("backtest", "maintenance").returncode, 64)
        ask = ("backtest", "maintenance", "--dataset", "azure-pdm", "--data", str(self.data))
        missing = run(*ask, "--costs", str(ROOT / "examples" / "backtest-maintenance.json"))
        self.assertIn("PdM_machines.csv", missing.stderr)
        costs = self.data / "costs.json"
        costs.write_text('{"crews": 0, "repair_costs": 1}')
        wrong = run(*ask, "--costs", str(costs))
        self.assertNotEqual(wrong.returncode, 0)
        for field in ("crews", "repair_costs"):
            self.assertIn(field, wrong.stderr)

    def make_shop(self):
        """A shop that calls a store: the store is slow, and with it the shop. A till beside them."""
        nodes = ["shop", "store", "till"]
        shop = self.data / "petshop-rca" / "low_traffic"
        shop.mkdir(parents=True)
        shop.joinpath("graph.csv").write_text(",shop,store,till\nshop,0,1,1\nstore,0,0,0\ntill,0,0,0\n")
        head = [",".join(["microservice", *nodes]), "metric" + ",latency" * 3,
                "statistic" + ",Average" * 3, "unix_timestamp,,,"]

        def rows(start, values):
            return "\n".join(head + [",".join(map(str, [start + 300.0 * i, *v])) for i, v in enumerate(values)])

        usual = [(0.1 + i % 7 / 100, 0.05 + i % 5 / 200, 0.2 + i % 3 / 100) for i in range(60)]
        slow = [(0.12, 0.06, 0.21), (0.5, 0.4, 0.2), (0.6, 0.5, 0.21)]
        target = {"target": {"node": "shop", "metric": "latency", "agg": "Average"},
                  "root_cause": {"node": "store"}}
        for name, values in (("noissue", usual), ("train/issue_0", slow), ("test/issue_0", slow)):
            folder = shop / name
            folder.mkdir(parents=True)
            folder.joinpath("metrics.csv.gz").write_text(rows(1e9, values))
            folder.joinpath("target.json").write_text(json.dumps(target))

    def test_output(self):
        self.make_shop()
        args = ("backtest", "rca", "--dataset", "petshop-rca", "--data", str(self.data))
        answer = json.loads(run(*args, "--json").stdout)
        self.assertEqual(answer["dataset"], "petshop-rca")
        figures = {f["name"]: f["value"] for f in answer["figures"]}
        self.assertEqual(figures["petshop.issues"], 1)
        self.assertEqual(figures["petshop.top1"], 1)
        self.assertEqual(answer["tables"]["recall"][1][:2], ["latency", "1"])
        self.assertIn("petshop.top1", run(*args).stdout)
        arabic = run(*args, env=environment(LC_ALL="ar_SA.UTF-8")).stdout
        self.assertIn("المؤشر", arabic)

    def test_bad_files(self):
        self.make_shop()
        args = ("backtest", "rca", "--dataset", "petshop-rca", "--data", str(self.data))
        shop = self.data / "petshop-rca" / "low_traffic"
        for name, text in (("graph.csv", ",shop\nshop,x\n"), ("test/issue_0/target.json", "[]"),
                           ("noissue/metrics.csv.gz", ""), ("test/issue_0/metrics.csv.gz", "a,b\nc\n")):
            with self.subTest(name):
                good = shop.joinpath(name).read_text()
                shop.joinpath(name).write_text(text)
                result = run(*args)
                self.assertEqual(result.returncode, 1)
                self.assertIn(name, result.stderr)
                shop.joinpath(name).write_text(good)


class HelpTest(unittest.TestCase):
    def test_overview(self):
        for args in ([], ["help"], ["--help"], ["-h"]):
            with self.subTest(args):
                result = run(*args)
                self.assertEqual(result.returncode, 0)
                for command in ("migrate", "config", "cluster run", "version"):
                    self.assertRegex(result.stdout, rf"(?m)^  {command} +\S")

    def test_every_command_has_help(self):
        names = re.findall(r"(?m)^  (\S+(?: \S+)?)  +\S", run().stdout)
        self.assertGreater(len(names), 4)
        for name in names:
            with self.subTest(name):
                by_help, by_option = run("help", *name.split()), run(*name.split(), "--help")
                self.assertEqual((by_help.returncode, by_option.returncode), (0, 0))
                self.assertEqual(by_help.stdout, by_option.stdout)
                self.assertTrue(by_help.stdout.startswith(f"usage: optria {name}"))

    def test_version(self):
        self.assertRegex(run("version").stdout, r"^optria \d+\.\d+\.\d+\n$")
        self.assertEqual(run("--version").stdout, run("version").stdout)

    def test_refusals(self):
        rows = [
            (["migrat"], 64, "Did you mean “migrate”"),
            (["xyzzy"], 64, "no command “xyzzy”"),
            (["help", "xyzzy"], 64, "no command “xyzzy”"),
            (["config", "--jsn"], 64, "Did you mean --json"),
            (["config", "extra"], 64, "“extra”"),
            (["cluster", "run"], 64, "which command"),
            (["cluster", "run", "--folder"], 64, "--folder needs a value"),
            (["migrate"], 78, "OPTRIA_DB_URL"),
        ]
        for args, status, said in rows:
            with self.subTest(args):
                result = run(*args)
                self.assertEqual(result.returncode, status, result.stderr)
                self.assertIn(said, result.stderr)
                self.assertEqual(result.stdout, "")

    def test_language_of_the_terminal(self):
        env = environment(LANG="ar_SA.UTF-8")
        del env["LC_ALL"]
        self.assertIn("لا يوجد أمر", run("xyzzy", env=env).stderr)

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "w") as full:
            result = subprocess.run([OPTRIA, "config"], stdout=full, stderr=subprocess.PIPE, text=True,
                                    env=environment())
        self.assertEqual(result.returncode, 1)
        self.assertIn("could not be written", result.stderr)


class ConfigTest(unittest.TestCase):
    def test_sources_and_masks(self):
        env = environment(JWT_SECRET_KEY=SECRET, OPTRIA_HTTP_PORT="9000", OPTRIA_HTTP_BIND="",
                          OPTRIA_DB_URL="postgresql://me:hidden@db/optria")
        rows = {row["variable"]: row for row in json.loads(run("config", "--json", env=env).stdout)}
        self.assertEqual((rows["OPTRIA_HTTP_PORT"]["value"], rows["OPTRIA_HTTP_PORT"]["source"]),
                         ("9000", "environment"))
        self.assertEqual((rows["OPTRIA_HTTP_BIND"]["value"], rows["OPTRIA_HTTP_BIND"]["source"]),
                         ("127.0.0.1", "default"))
        self.assertEqual(rows["OPTRIA_MASTER_KEY"]["source"], "not set")
        self.assertEqual(rows["OPTRIA_DB_URL"]["value"], "postgresql://me:********@db/optria")
        for args in (["config"], ["config", "--json"]):
            result = run(*args, env=env)
            self.assertNotIn(SECRET, result.stdout + result.stderr)
            self.assertNotIn("hidden", result.stdout + result.stderr)
            for variable in rows:
                self.assertIn(variable, result.stdout)

    def test_wrong_settings_are_all_named(self):
        result = run("config", env=environment(OPTRIA_HTTP_PORT="http", JWT_SECRET_KEY="short"))
        self.assertEqual(result.returncode, 78)
        self.assertIn("OPTRIA_HTTP_PORT", result.stderr)
        self.assertIn("JWT_SECRET_KEY", result.stderr)
        self.assertNotIn("short\n", result.stderr)

    def test_misspelt_variable(self):
        result = run("config", env=environment(OPTRIA_HTTP_PROT="1"))
        self.assertEqual(result.returncode, 0)
        self.assertIn("config.unknown_variable name=OPTRIA_HTTP_PROT nearest=OPTRIA_HTTP_PORT",
                      result.stderr)


class MigrateTest(unittest.TestCase):
    def test_from_nothing(self):
        script = f"""
            {OPTRIA} migrate --dry-run --json && {OPTRIA} migrate --json &&
            {OPTRIA} migrate --json && {OPTRIA} migrate
        """
        result = run("cluster", "run", "--temporary", "--", "sh", "-c", script)
        self.assertEqual(result.returncode, 0, result.stderr)
        *reports, sentence = result.stdout.strip().splitlines()
        tried, first, second = map(json.loads, reports)
        count = len(list(Path(__file__).parents[2].glob("migrations/*.sql")))
        self.assertEqual((tried["done_before"], tried["done_now"], tried["pending"]), (0, 0, count))
        self.assertTrue(tried["dry_run"])
        self.assertEqual((first["done_before"], first["done_now"], first["last"]), (0, count, count))
        self.assertEqual((second["done_before"], second["done_now"]), (count, 0))
        self.assertIn(f"step {count}", sentence)

    def test_no_database(self):
        result = run("migrate", env=environment(OPTRIA_DB_URL="postgresql://127.0.0.1:1/none"))
        self.assertEqual(result.returncode, 69, result.stderr)


class ClusterRunTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        os.chmod(self.folder.name, 0o711)

    def tearDown(self):
        self.folder.cleanup()

    def start(self, script, *options):
        """Runs a shell beside a kept cluster; gives the process and the shell's first line."""
        process = subprocess.Popen(
            [OPTRIA, "cluster", "run", *options, "--", "sh", "-c", script], text=True,
            env=environment(OPTRIA_HOME=f"{self.folder.name}/home"), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return process, process.stdout.readline().strip()

    def server_pid(self):
        try:
            text = Path(f"{self.folder.name}/home/pg/data/postmaster.pid").read_text()
            return int(text.splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None

    def test_exit_status_and_addresses(self):
        for options, knows_superuser in (([], False), (["--temporary"], True)):
            with self.subTest(options):
                process, urls = self.start('echo "$OPTRIA_DB_URL|$OPTRIA_DB_OWNER_URL|$OPTRIA_TEST_URL"; '
                                           "exit 7", *options)
                self.assertEqual(process.wait(LIMIT_S), 7)
                server, owner, test = urls.split("|")
                self.assertTrue(server.startswith("postgresql://optria_server@/optria?host="))
                self.assertTrue(owner.startswith("postgresql://optria_owner@/optria?host="))
                self.assertEqual(test.startswith("postgresql://postgres@/postgres?host="), knows_superuser)

    def test_unknown_command(self):
        result = run("cluster", "run", "--temporary", "--", "/no/such/program")
        self.assertEqual(result.returncode, 69)
        self.assertIn("/no/such/program", result.stderr)

    def test_term_reaches_the_command_first(self):
        process, _ = self.start('trap "echo asked; exit 3" TERM; echo up; while :; do sleep 0.05; done')
        server = self.server_pid()
        self.assertTrue(is_alive(server))
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.stdout.readline().strip(), "asked")
        self.assertEqual(process.wait(LIMIT_S), 3)
        self.assertFalse(is_alive(server))
        self.assertIsNone(self.server_pid())

    def test_interrupt_of_one(self):
        process, _ = self.start('trap "exit 4" INT; echo up; while :; do sleep 0.05; done')
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(LIMIT_S), 4)

    def test_interrupt_of_a_terminal(self):
        """Ctrl-C reaches the command from the terminal itself, and not once more from us."""
        script = 'trap "echo got" INT; echo up; sleep 2; sleep 0.5; echo end; exit 5'
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(OPTRIA, [OPTRIA, "cluster", "run", "--temporary", "--", "sh", "-c", script],
                      environment())
        said = b""
        while b"up" not in said.split(b"folder=")[-1].split():
            said += os.read(terminal, 1000)
        os.write(terminal, b"\x03")
        with contextlib.suppress(OSError):  # the end of a terminal is an error
            while more := os.read(terminal, 1000):
                said += more
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(status), 5, said)
        self.assertEqual(said.count(b"got"), 1, said)

    def test_second_is_refused(self):
        first, _ = self.start("echo up; sleep 60")
        second = run("cluster", "run", "--", "true",
                     env=environment(OPTRIA_HOME=f"{self.folder.name}/home"))
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"process {first.pid}", second.stderr)
        first.terminate()

    def test_killed_program_takes_all_with_it(self):
        process, shell = self.start("echo $$; sleep 60")
        server = self.server_pid()
        process.kill()
        self.assertTrue(wait_until(lambda: not is_alive(server)))
        self.assertTrue(wait_until(lambda: not is_alive(int(shell))))
        again, line = self.start("echo up")
        self.assertEqual((line, again.wait(LIMIT_S)), ("up", 0))


if __name__ == "__main__":
    unittest.main()
