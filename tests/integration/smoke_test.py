"""`optria smoke` against a demo that runs: as a tenant's administrator and as the platform's owner, what it
leaves behind, and what it says when something is not as it should be."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from demo_run import Demo, children_of, environment  # noqa: E402

OPTRIA = os.environ["OPTRIA_TEST_BIN"]


class SmokeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="optria-smoke-")
        cls.addClassCleanup(folder.cleanup)
        cls.demo = Demo(OPTRIA, folder.name, OPTRIA_DEMO_DAYS="1")
        cls.addClassCleanup(cls.demo.stop)
        cls.demo.start()

    def smoke(self, email, *more, password=None, url=None):
        """(status, {check: finding}, what it said)"""
        env = environment(self.demo.home, "")
        env.pop("OPTRIA_DEMO_PASSWORD")
        env["OPTRIA_SMOKE_PASSWORD"] = self.demo.password if password is None else password
        host, port = self.demo.address()
        words = [OPTRIA, "smoke", "--url", url or f"http://{host}:{port}", "--email", email, *more]
        done = subprocess.run([*words, "--json"], env=env, capture_output=True, text=True, timeout=280)
        self.assertNotIn(self.demo.password, done.stdout + done.stderr)
        found = json.loads(done.stdout)["checks"] if done.stdout else []
        return done.returncode, {f["check"]: f for f in found}, done.stderr

    def states(self, findings, state):
        return [name for name, f in findings.items() if f["state"] == state]

    def test_an_administrator(self):
        status, findings, said = self.smoke("demo@aramco.com")
        self.assertEqual((status, self.states(findings, "failed")), (0, []), (findings, said))
        self.assertEqual(self.states(findings, "skipped"), ["tenant", "engineer", "twin", "other_tenant"])
        self.assertEqual(findings["twin"]["code"], "smoke.no_twin")
        self.assertGreaterEqual(len(self.states(findings, "ok")), 14)
        mark = findings["clean"]["seen"]
        self.assertRegex(mark, "^SMOKE_")
        left = self.demo.sql(
            "SELECT a.status || ' ' || i.status || ' ' || w.status || ' ' || r.is_enabled FROM assets a "
            "JOIN blackbox_incidents i ON i.root_asset_id = a.id JOIN work_orders w ON w.incident_id = i.id "
            f"JOIN alarm_rules r ON r.asset_id = a.id WHERE a.code = '{mark}-P'")
        self.assertEqual(left, "retired CLOSED cancelled false")
        of = f"JOIN sites s ON s.id = r.site_id WHERE s.code = '{mark}'"
        self.assertEqual(self.demo.sql(f"SELECT count(*) FROM optimization_runs r {of}"), "1",
                         "the plan is of its site, and no plan of all sites")

    def test_the_owner(self):
        status, findings, said = self.smoke("owner@optria.local")
        self.assertEqual((status, self.states(findings, "failed")), (0, []), (findings, said))
        self.assertEqual(self.states(findings, "skipped"), ["twin"])
        self.assertEqual((findings["strangers"]["seen"], findings["other_tenant"]["seen"]), ("401", "404"))
        mark = findings["clean"]["seen"]
        self.assertEqual(self.demo.sql(f"SELECT status FROM tenants WHERE code = '{mark}'"), "suspended")
        self.assertEqual(self.demo.sql("SELECT u.role FROM work_orders w JOIN users u ON u.id = w.assigned_user_id "
                                       f"JOIN tenants t ON t.id = w.tenant_id WHERE t.code = '{mark}'"), "engineer")

    def test_a_step_that_does_not_come(self):
        """The worker is away: it says so, leaves out what rests on it, and cleans up all the same."""
        os.kill(self.demo.child("work"), signal.SIGSTOP)  # stopped; the demo does not start another one
        try:
            status, findings, _ = self.smoke("demo@aramco.com", "--wait-s", "2")
        finally:
            for pid, line in children_of(self.demo.process.pid).items():
                if b"work" in line:
                    os.kill(pid, signal.SIGCONT)
        self.assertEqual(status, 1)
        self.assertEqual(self.states(findings, "failed"), ["alarm"])
        self.assertEqual(findings["alarm"]["code"], "smoke.not_seen")
        self.assertEqual(findings["incident"]["state"], "skipped")
        self.assertEqual(findings["clean"]["state"], "ok")
        mark = findings["clean"]["seen"]
        self.assertEqual(self.demo.sql(f"SELECT status FROM assets WHERE code = '{mark}-P'"), "retired")

    def test_who_may_not(self):
        status, findings, _ = self.smoke("viewer@aramco.com")
        self.assertEqual((status, self.states(findings, "failed")), (1, ["site"]))
        self.assertEqual(findings["site"]["code"], "smoke.answered")
        status, findings, _ = self.smoke("demo@aramco.com", password="not it")
        self.assertEqual((status, self.states(findings, "failed")), (1, ["sign_in"]))
        self.assertEqual(findings["sign_in"]["code"], "smoke.sign_in_refused")

    def test_another_address(self):
        """A redirection is no answer: it says which address to give."""
        class Elsewhere(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(301)
                self.send_header("Location", f"https://optria.plant.example{self.path}")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = HTTPServer(("127.0.0.1", 0), Elsewhere)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        status, findings, _ = self.smoke("demo@aramco.com", url=f"http://127.0.0.1:{server.server_port}")
        self.assertEqual((status, self.states(findings, "failed")), (1, ["server"]))
        self.assertEqual(findings["server"]["code"], "smoke.redirected")
        self.assertIn("to https://optria.plant.example: give", findings["server"]["sentence"])

    def test_nobody_there(self):
        status, findings, _ = self.smoke("demo@aramco.com", url="http://127.0.0.1:9")
        self.assertEqual((status, self.states(findings, "failed")), (1, ["server"]))
        status, findings, said = self.smoke("demo@aramco.com", password="")
        self.assertEqual((status, findings), (1, {}))
        self.assertIn("OPTRIA_SMOKE_PASSWORD", said)


if __name__ == "__main__":
    unittest.main()
