"""`optria demo --fleet` from outside, on a small fleet that is written here: what becomes of it, that a
second start goes on instead of beginning again, and what it says of files that are no fleet."""

import gzip
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from demo_test import LIMIT_S, OPTRIA, Demo, environment, wait_until  # noqa: E402

FLEET_LIMIT_S = 900
MACHINES, DAYS, EACH_DAYS = 4, 365, 23
SIGNS = (("error1",), ("error2", "error3"), ("error4",), ("error5",))
USUAL, FAILING = (170, 446, 100, 40), (191, 369, 126, 50)
FIRST = datetime(2015, 1, 1)


def text(at):
    return at.strftime("%Y-%m-%d %H:%M:%S")


def failures():
    """(day, machine, component): each machine fails every 23 days, of one component after the other."""
    return [(12 + 3 * m + EACH_DAYS * i, m, (m + i) % 4)
            for m in range(1, MACHINES + 1) for i in range(20) if 12 + 3 * m + EACH_DAYS * i < DAYS]


def write_fleet(folder):
    """The columns of azure-pdm; the day before a failure has its errors, and a sensor that is off."""
    failing = {(day - 1, m): k for day, m, k in failures()}
    lines = {name: [head] for name, head in (
        ("PdM_machines.csv", "machineID,model,age"),
        ("PdM_errors.csv", "datetime,machineID,errorID"),
        ("PdM_failures.csv", "datetime,machineID,failure"),
        ("PdM_maint.csv", "datetime,machineID,comp"),
        ("PdM_telemetry_daily.csv.gz", "period_end,machineID,volt,rotate,pressure,vibration"),
        ("PdM_telemetry_hourly.csv.gz", "datetime,machineID,volt,rotate,pressure,vibration"))}
    for m in range(1, MACHINES + 1):
        lines["PdM_machines.csv"].append(f"{m},model{1 + m % 2},{m}")
        for day in range(DAYS):
            at = FIRST + timedelta(days=day, hours=6)
            k = failing.get((day, m))
            value = [u + (m * 7 + day * 13 + i) % 5 for i, u in enumerate(USUAL)]
            if k is not None:
                value[k] = FAILING[k]
                lines["PdM_errors.csv"] += [f"{text(at - timedelta(hours=4))},{m},{e}" for e in SIGNS[k]]
                lines["PdM_telemetry_hourly.csv.gz"] += [
                    f"{text(at + timedelta(hours=h))},{m},{','.join(map(str, value))}" for h in range(1, 24)]
            lines["PdM_telemetry_daily.csv.gz"].append(f"{text(at)},{m},{','.join(map(str, value))}")
    for day, m, k in failures():
        at = text(FIRST + timedelta(days=day, hours=6))
        lines["PdM_failures.csv"].append(f"{at},{m},comp{k + 1}")
        lines["PdM_maint.csv"].append(f"{at},{m},comp{k + 1}")
    for name, rows in lines.items():
        raw = ("\n".join(rows) + "\n").encode()
        (folder / name).write_bytes(gzip.compress(raw, 1) if name.endswith(".gz") else raw)
    return folder


class FleetDemo(Demo):
    def __init__(self, folder, fleet):
        super().__init__(folder, words=("--fleet", str(fleet)), OPTRIA_DEMO_DAYS="1")

    def wait_ready(self):
        wait_until(lambda: self.process.poll() is not None or self.address(), FLEET_LIMIT_S)
        assert self.address(), f"not ready:\n{self.said()}\n{self.logged()[-4000:]}"
        return self


class FleetTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="demo-fleet-")
        os.chmod(cls.folder.name, 0o711)
        cls.addClassCleanup(cls.folder.cleanup)
        cls.fleet = Path(cls.folder.name) / "fleet"
        cls.fleet.mkdir()
        write_fleet(cls.fleet)
        # Broken off in the middle, without a chance to say so.
        first = FleetDemo(cls.folder.name, cls.fleet)
        cls.addClassCleanup(first.close)
        assert wait_until(lambda: "2015-04" in first.logged() or first.process.poll() is not None, FLEET_LIMIT_S)
        assert first.process.poll() is None, first.logged()[-4000:]
        os.killpg(first.process.pid, signal.SIGKILL)
        first.process.wait()
        cls.broken_off = first.logged()
        cls.demo = FleetDemo(cls.folder.name, cls.fleet)
        cls.addClassCleanup(cls.demo.close)
        cls.demo.wait_ready()
        status, answer = cls.demo.sign_in("demo@fleet.example", cls.demo.password())
        assert status == 200, answer
        cls.cookie, cls.csrf_token = cls.demo.cookie, answer["csrf_token"]

    def get(self, path):
        status, answer = self.demo.ask("GET", path, headers={"Cookie": self.cookie})
        self.assertEqual(status, 200, (path, answer))
        return answer

    def test_goes_on_where_it_was(self):
        self.assertIn("the record runs, 2015-01", self.broken_off)
        self.assertNotIn("the record runs, 2015-01", self.demo.logged())

    def test_sign_in_is_printed(self):
        self.assertRegex(self.demo.said(), r"(?m)^  demo@fleet.example +tenant_admin +FLEET_DEMO +\S")

    def test_what_became_of_it(self):
        assets = self.get("/api/assets?limit=50")["items"]
        self.assertEqual(len(assets), MACHINES)
        events = self.get("/api/events?limit=200&category=FAILURE")["items"]
        self.assertEqual(len(events), len(failures()))
        incidents = self.get("/api/blackbox/incidents?limit=200")["items"]
        self.assertGreaterEqual(len(incidents), len(failures()) * 9 // 10)
        confirmed = [i for i in incidents if i["confirmed_cause"]]
        self.assertGreaterEqual(len(confirmed), len(incidents) - MACHINES)
        late = [i for i in confirmed if i["start_time"] >= "2015-07"]
        right = [i for i in late if i["top_cause"] == i["confirmed_cause"]]
        self.assertGreater(len(right), len(late) // 2, "causes are learned from what the workshop found")

    def test_models_scores_and_plans(self):
        models = self.get("/api/ai/models")["items"]
        self.assertTrue(any(m["kind"] == "failure" for m in models))
        self.assertTrue(all(m["made_at"] < "2016" for m in models))
        plan = self.get("/api/optimization/maintenance-priority")
        self.assertEqual(plan["run"]["status"], "done", plan["run"])
        self.assertLess(plan["run"]["as_of"], "2016-01-02")
        self.assertEqual(len(plan["assets"]), MACHINES)

    def test_backtest_is_stored(self):
        backtest = self.get("/api/optimization/backtest")["backtest"]
        self.assertEqual(backtest["dataset"], "azure-pdm")
        self.assertEqual([p["name"] for p in backtest["result"]["policies"]],
                         ["run_to_failure", "fixed_interval", "threshold", "error_code", "optria"])

    def test_pages_say_as_of(self):
        page = self.get("/optimization?lang=en")
        self.assertIn("A recorded fleet, not a running plant", page)
        self.assertNotIn("A recorded fleet", self.demo.ask("GET", "/login?lang=en")[1])

    def test_a_day_in_the_past(self):
        headers = {"Cookie": self.cookie, "X-CSRF-Token": self.csrf_token}
        status, run = self.demo.ask("POST", "/api/optimization/maintenance-priority",
                                    {"horizon_days": 7, "as_of": "2015-09-10T09:00:00Z"}, headers)
        self.assertEqual(status, 202, run)
        path = f"/api/optimization/runs/{run['id']}"
        self.assertTrue(wait_until(lambda: self.get(path)["status"] not in ("queued", "running")))
        done = self.get(path)
        self.assertEqual((done["status"], done["from_day"]), ("done", "2015-09-11"))

    def test_what_is_no_fleet(self):
        def told(fleet):
            done = subprocess.run([OPTRIA, "demo", "--fleet", str(fleet)], stdin=subprocess.DEVNULL,
                                  env=environment(Path(self.folder.name) / "other"), capture_output=True,
                                  text=True, timeout=LIMIT_S)
            self.assertNotEqual(done.returncode, 0)
            self.assertFalse((Path(self.folder.name) / "other").exists(), "nothing is begun in vain")
            return done.stderr
        broken = Path(self.folder.name) / "broken"
        self.assertIn("nowhere", told("/nowhere"))
        shutil.copytree(self.fleet, broken)
        (broken / "PdM_errors.csv").unlink()
        self.assertIn("PdM_errors.csv", told(broken))
        (broken / "PdM_errors.csv").write_text("datetime,machineID,errorID\n2015-01-05 06:00:00,1,error1\n"
                                               "2015-01-05 07:00:00,x,error1\n")
        self.assertRegex(told(broken), r"(?i)line 3 of .*PdM_errors\.csv")
        (broken / "PdM_errors.csv").write_text("datetime,machineID,errorID\n2015-01-05 06:00:00,1,<b>\n")
        self.assertRegex(told(broken), r"(?i)line 2 of .*PdM_errors\.csv")
        (broken / "PdM_errors.csv").write_text("datetime,machineID,errorID\n2015-01-05 06:00:00,1,error1\n")
        (broken / "PdM_machines.csv").write_text("machineID,model,age\n")
        self.assertIn("lists no machine", told(broken).replace("\n", " "))


if __name__ == "__main__":
    unittest.main()
