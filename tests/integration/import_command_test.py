"""`optria import series` as a program: exit statuses, the file of refusals, JSON, and killed at any
moment: nothing is lost, nothing doubled."""

import json
import os
import random
import re
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

OPTRIA = os.environ["OPTRIA_TEST_BIN"]
TEST_URL = os.environ["OPTRIA_TEST_URL"]
LINES = 600_000
KILLS = 8


def address(login, database):
    return re.sub("//postgres@/postgres", f"//{login}@/{database}", TEST_URL)


def sql(text, database="postgres"):
    result = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", text,
                             address("postgres", database)], capture_output=True, text=True)
    if result.returncode:
        raise AssertionError(result.stderr)
    return result.stdout.strip()


class ImportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="import-")
        cls.name = f"import_{os.getpid()}"
        sql(f"CREATE DATABASE {cls.name} OWNER optria_owner")
        kept = {k: v for k, v in os.environ.items()
                if not re.match("OPTRIA_|JWT_|BLACKBOX_|DIGITAL_|PG|LC_|LANG", k)}
        cls.env = kept | {"LC_ALL": "C.UTF-8", "OPTRIA_HOME": f"{cls.folder.name}/home",
                          "OPTRIA_DB_URL": address("optria_server", cls.name),
                          "OPTRIA_DB_OWNER_URL": address("optria_owner", cls.name)}
        subprocess.run([OPTRIA, "migrate"], env=cls.env, check=True, capture_output=True)

    @classmethod
    def tearDownClass(cls):
        sql(f"DROP DATABASE {cls.name} WITH (FORCE)")
        cls.folder.cleanup()

    def file(self, name, text):
        path = Path(self.folder.name) / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def command(self, *args):
        return [OPTRIA, "import", "series", "--tenant", "PLATFORM", *args]

    def run_import(self, *args):
        return subprocess.run(self.command(*args), env=self.env, capture_output=True, text=True,
                              timeout=120)

    def stored(self):
        return int(sql("SELECT coalesce(sum(samples), 0) FROM series_batches", self.name))

    def test_statuses(self):
        good = self.file("good.csv", "time,S-1.a\n100,1\n200,2\n")
        bad = self.file("bad.csv", "time,S-1.a\n300,1\nnever,2\n400,x\n")
        errors = f"{self.folder.name}/errors.csv"
        result = self.run_import("--json", good)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout)[0]["samples"], 2)
        result = self.run_import("--errors", errors, good, bad)
        self.assertEqual(result.returncode, 65, result.stderr)
        self.assertIn("done before", result.stdout)
        self.assertIn("bad.csv:3 time \"never\"", result.stderr)
        lines = Path(errors).read_text(encoding="utf-8").splitlines()
        self.assertEqual(lines[0], "file,line,column,value,code,reason")
        self.assertTrue(lines[2].startswith(f"{bad},4,S-1.a,x,import.value_unreadable,"))
        self.assertEqual(self.run_import("/nowhere.csv").returncode, 1)
        self.assertEqual(self.run_import().returncode, 64)

    def test_killed(self):
        rows = "".join(f"{i},{i},{i * 2}\n" for i in range(1, LINES + 1))
        path = self.file("long.csv", "time,K-1.a,K-1.b\n" + rows)
        before = self.stored()
        chance = random.Random(7)
        for _ in range(KILLS):
            with subprocess.Popen(self.command(path), env=self.env, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as process:
                time.sleep(chance.uniform(0.05, 1.0))
                process.kill()
            told = sql("SELECT coalesce(sum(samples), 0) FROM imports WHERE name = 'long.csv'",
                       self.name)
            self.assertEqual(self.stored() - before, int(told))
        result = self.run_import(path)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.stored() - before, 2 * LINES)
        self.assertEqual(sql("SELECT count(*) FROM imports WHERE name = 'long.csv'"
                             " AND status = 'done'", self.name), "1")


if __name__ == "__main__":
    unittest.main()
