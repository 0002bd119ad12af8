#!/usr/bin/env python3
"""Runs the tests: ./run test [PART|NAME...]

Parts: checks    what a program can see in the sources: layers, texts, generated docs
       unit      cmocka programs of src/, with the sanitizers on
       tools     tests of the build's own tools, and of the scripts in web/
       fuzz      each fuzz target over its kept inputs and small changes of them
       integration  programs and scripts of tests/integration/, on one temporary PostgreSQL
       soak      `optria demo` for OPTRIA_SOAK_S (300) seconds while its processes are killed
       e2e       a real browser on a real server: `optria demo` in a folder of its own

The programs come from the build in build-test/, which meson describes. Tests are told: OPTRIA_TEST_BIN
(the program), OPTRIA_TEST_URL (integration: the superuser of the temporary PostgreSQL),
OPTRIA_TEST_SERVER, OPTRIA_TEST_PASSWORD and OPTRIA_TEST_LOG (e2e: the demo's address, its accounts'
password, what it says).
What passes is one line; what fails shows its output, and a log line with a secret in it is a
failure of whatever printed it. The last line is `N passed, M failed`. At the end, also on Ctrl-C,
nothing that was started here still runs.
"""

import concurrent.futures
import ctypes
import fcntl
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import log_secrets  # noqa: E402
import test_formats  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build-test"
OPTRIA = BUILD / "src" / "main" / "optria"
WORKERS = os.cpu_count() or 2
OUTPUT_LINES = 200  # of a failing test
E2E_LIMIT_S = 1200
SOAK_S = int(os.environ.get("OPTRIA_SOAK_S", 300))
DEMO_LIMIT_S = 120


@dataclass
class Job:
    """One program that is a test, or a bundle of test cases."""
    part: str
    name: str
    argv: list
    format: str = "exit"  # cmocka, tap, or exit: one case, by its exit status
    limit_s: int = 120
    alone: bool = False
    env: dict = field(default_factory=dict)
    cwd: Path = ROOT

    @property
    def title(self):
        return f"{self.part}/{self.name}"


@dataclass
class Outcome:
    job: Job
    cases: list
    output: str
    took_s: float
    remark: str = ""

    def count(self, state):
        return sum(case.state == state for case in self.cases)


# --- what there is ------------------------------------------------------------------------------------

def check_jobs():
    for path in sorted((ROOT / "tools").glob("check_*.py")):
        if not path.stem.endswith("_test"):
            yield Job("checks", path.stem.removeprefix("check_"), [sys.executable, str(path)])
    yield Job("checks", "docs", [str(OPTRIA), "docs", "--check", "docs"])


def meson_jobs():
    """Everything that src/ and tests/ declare as a meson test."""
    described = BUILD / "meson-info" / "intro-tests.json"
    for test in json.loads(described.read_text()):
        suite = test["suite"][0].split(":")[-1]
        yield Job(suite, test["name"], test["cmd"], limit_s=test["timeout"],
                  format="exit" if suite == "fuzz" else "cmocka",
                  alone=not test["is_parallel"], env=dict(test["env"]))


def tool_jobs():
    runner = str(ROOT / "tools" / "python_tap.py")
    for path in sorted((ROOT / "tools").glob("*_test.py")):
        yield Job("tools", path.stem.removesuffix("_test"), [sys.executable, runner, str(path)],
                  format="tap")
    for path in sorted((ROOT / "web" / "tests").glob("*.test.mjs")):
        yield Job("tools", "web_" + path.name.removesuffix(".test.mjs"),
                  ["node", "--test-reporter=tap", str(path)], format="tap", cwd=ROOT / "web")


def command_jobs():
    """Tests of the program from outside, in Python."""
    runner = str(ROOT / "tools" / "python_tap.py")
    for path in sorted((ROOT / "tests" / "integration").glob("*_test.py")):
        yield Job("integration", path.stem.removesuffix("_test"), [sys.executable, runner, str(path)],
                  format="tap", limit_s=300)


def soak_jobs():
    yield Job("soak", "demo", [sys.executable, str(ROOT / "tests" / "soak" / "soak.py"), "--seconds", str(SOAK_S)],
              format="tap", limit_s=SOAK_S + 600)


def e2e_jobs():
    for path in sorted((ROOT / "tests" / "e2e").glob("*.test.mjs")):
        yield Job("e2e", path.name.removesuffix(".test.mjs"),
                  ["node", "--test-reporter=tap", str(path)], format="tap", limit_s=E2E_LIMIT_S)


def all_jobs():
    jobs = [*check_jobs(), *tool_jobs(), *meson_jobs(), *soak_jobs(), *command_jobs(), *e2e_jobs()]
    order = ("checks", "unit", "tools", "fuzz", "soak", "integration", "e2e")  # the soak beside integration
    return sorted(jobs, key=lambda job: order.index(job.part))


def choose(jobs, wanted):
    """The jobs that a part, a name or part/name asks for; an unknown word ends the program."""
    if not wanted:
        return jobs
    chosen = []
    for word in wanted:
        found = [job for job in jobs if word in (job.part, job.name, job.title)]
        if not found:
            print(f"there is no test {word!r}; parts and names:", file=sys.stderr)
            print("  " + "\n  ".join(job.title for job in jobs), file=sys.stderr)
            sys.exit(64)
        chosen += [job for job in found if job not in chosen]
    return chosen


# --- running ------------------------------------------------------------------------------------------

PR_SET_CHILD_SUBREAPER = 36
running = set()  # groups of processes that we started


def clean_environment():
    """Ours, without what an operator may have set: a test sees only what it sets itself."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(("OPTRIA_", "PG", "JWT_", "BLACKBOX_", "DIGITAL_TWIN_"))}
    env.update(
        LC_ALL="C.UTF-8",
        LSAN_OPTIONS=f"suppressions={ROOT}/tests/support/lsan.txt:print_suppressions=0",
        ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1",
        UBSAN_OPTIONS="print_stacktrace=1",
        OPTRIA_TEST_BIN=str(OPTRIA),
    )
    return env


def end_group(group):
    """Ends what is left of a group: first asked, then forced."""
    for sig, patience_s in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        try:
            os.killpg(group, sig)
        except ProcessLookupError:
            break
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            try:
                while os.waitpid(-group, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                pass
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                return
            time.sleep(0.02)


@contextmanager
def started(argv, death_signal="KILL", **options):
    """A process in a group of its own, all of which is gone afterwards, even when we are killed."""
    options.setdefault("env", clean_environment())
    process = subprocess.Popen(["setpriv", "--pdeathsig", death_signal, "--", *argv],
                               start_new_session=True, **options)
    running.add(process.pid)
    try:
        yield process
    finally:
        try:
            end_group(process.pid)
        finally:
            running.discard(process.pid)
            process.poll()


def run_job(job, shared_env):
    env = clean_environment() | shared_env | job.env
    env["OPTRIA_SHARED"] = os.environ.get("OPTRIA_SHARED", str(ROOT.parent / "shared"))
    begun = time.monotonic()
    remark = ""
    with started(job.argv, env=env, cwd=job.cwd, stdin=subprocess.DEVNULL,
                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            raw, _ = process.communicate(timeout=job.limit_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raw, _ = process.communicate()
            remark = f"took longer than {job.limit_s} s"
        status = process.returncode
    output = raw.decode("utf-8", "replace")
    cases = {"cmocka": test_formats.cmocka, "tap": test_formats.tap}.get(job.format, lambda _: [])(output)
    if job.format == "exit" and not remark:
        cases = [test_formats.Case(job.name, "failed" if status else "passed")]
    elif not any(case.state == "failed" for case in cases):
        # A program that says all is well must also end well, and must have tested something.
        if remark or status:
            remark = remark or (f"ended with status {status}" if status > 0
                                else f"was killed by {signal.Signals(-status).name}")
        elif not cases:
            remark = "ran no test"
        if remark:
            cases.append(test_formats.Case(remark, "failed"))
    told = log_secrets.find(output, log_secrets.secrets_of_tests())
    if told:
        remark = remark or f"tells {told[0][0]} in its log: {told[0][1]}"
        cases.append(test_formats.Case("tells no secret in its log", "failed"))
    return Outcome(job, cases, output, time.monotonic() - begun, remark)


SCRATCH = "optria-tests-"


@contextmanager
def scratch_folder():
    """A folder for all that tests write, gone afterwards. Those of runs that were killed are
    removed on the way: nobody holds their lock any more."""
    top = Path(tempfile.gettempdir())
    for old in top.glob(SCRATCH + "*"):
        try:
            with locked(old):
                shutil.rmtree(old, ignore_errors=True)
        except OSError:
            pass  # in use, or not ours
    folder = tempfile.mkdtemp(prefix=SCRATCH, dir=top)
    os.chmod(folder, 0o711)  # as root, databases run under an account of their own
    with locked(folder):
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(folder):
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(fd).st_uid != os.geteuid():
            raise PermissionError(folder)
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(fd)


# --- what several tests share ---------------------------------------------------------------------------

@contextmanager
def temporary_database():
    """One PostgreSQL for all integration tests, by the program's own hand."""
    say = 'echo "$OPTRIA_TEST_URL"; exec cat >/dev/null'
    with started([str(OPTRIA), "cluster", "run", "--temporary", "--", "sh", "-c", say],
                 death_signal="TERM", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip()
        if not url:
            raise SystemExit("test: the temporary PostgreSQL did not start: see above")
        try:
            yield {"OPTRIA_TEST_URL": url}
        finally:
            process.stdin.close()  # ends `cat`, and with it the cluster, which removes its folder
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                pass


class DemoServer:
    """`optria demo` for the browser tests, and what it must hold itself: it gets ready, tells no
    secret in its log, and ends well when asked to."""

    def __init__(self):
        self.secrets = {name: secrets.token_hex(24) for name in
                        ("OPTRIA_DEMO_PASSWORD", "JWT_SECRET_KEY", "OPTRIA_MASTER_KEY")}
        self.cases = []
        self.log = ""
        self.begun = time.monotonic()

    def hold(self, name, is_so):
        self.cases.append(test_formats.Case(name, "passed" if is_so else "failed"))

    @contextmanager
    def run(self):
        """Gives what the tests are told; nothing when the server did not get ready."""
        with tempfile.TemporaryDirectory(prefix="optria-e2e-") as home, \
                tempfile.NamedTemporaryFile("w+") as log:
            os.chmod(home, 0o711)  # its database runs under an account of its own
            env = clean_environment() | self.secrets | {
                "OPTRIA_HOME": f"{home}/data", "OPTRIA_HTTP_PORT": "0", "OPTRIA_LOG_LEVEL": "debug",
                "OPTRIA_DEMO_DAYS": "7"}  # no page asks for more, and filling 90 days takes minutes
            with started([str(OPTRIA), "demo"], death_signal="TERM", env=env, text=True,
                         stdin=subprocess.DEVNULL, stdout=log, stderr=log) as process:
                address = self.wait_until_ready(process, log)
                self.hold("gets ready", address)
                try:
                    yield address and {"OPTRIA_TEST_SERVER": address, "OPTRIA_TEST_LOG": log.name,
                                       "OPTRIA_TEST_PASSWORD": self.secrets["OPTRIA_DEMO_PASSWORD"]}
                finally:
                    self.hold("ends well when asked to", self.stop(process) == 0)
                    log.seek(0)
                    self.log = log.read()
                    self.hold("tells no secret", not any(s in self.log for s in self.secrets.values())
                              and not log_secrets.find(self.log))

    @staticmethod
    def wait_until_ready(process, log):
        until = time.monotonic() + DEMO_LIMIT_S
        while process.poll() is None and time.monotonic() < until:
            log.seek(0)
            found = re.search(r"^ready (http://\S+)$", log.read(), re.M)
            if found:
                return found.group(1)
            time.sleep(0.1)
        return None

    @staticmethod
    def stop(process):
        process.terminate()
        try:
            return process.wait(60)
        except subprocess.TimeoutExpired:
            return None

    def outcome(self):
        return Outcome(Job("e2e", "demo", []), self.cases, self.log, time.monotonic() - self.begun)


# --- telling ------------------------------------------------------------------------------------------

def tell(outcome):
    failed, skipped = outcome.count("failed"), outcome.count("skipped")
    word = "FAIL" if failed else "ok"
    more = f", {skipped} skipped" if skipped else ""
    print(f"{word:4} {outcome.job.title:40} {outcome.count('passed'):4} passed"
          f"{f', {failed} failed' if failed else ''}{more}  {outcome.took_s:.1f} s", flush=True)
    if failed:
        shorten = {"cmocka": test_formats.cmocka_without_passed,
                   "tap": test_formats.tap_without_passed}.get(outcome.job.format, str)
        lines = shorten(outcome.output).splitlines()
        if len(lines) > OUTPUT_LINES:
            print(f"     ... {len(lines) - OUTPUT_LINES} lines before")
        for line in lines[-OUTPUT_LINES:]:
            print("     " + line)
        if outcome.remark:
            print(f"     {outcome.job.title} {outcome.remark}")
        sys.stdout.flush()


def run_all(jobs, shared_env):
    """In parallel where that is safe, then the rest one by one; told as they end."""
    outcomes = []
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        together = [pool.submit(run_job, job, shared_env) for job in jobs if not job.alone]
        try:
            for future in concurrent.futures.as_completed(together):
                outcomes.append(future.result())
                tell(outcomes[-1])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for group in list(running):
                end_group(group)
            raise
    for job in jobs:
        if job.alone:
            outcomes.append(run_job(job, shared_env))
            tell(outcomes[-1])
    return outcomes


def run_e2e(jobs):
    demo = DemoServer()
    outcomes = []
    with demo.run() as env:
        if env:
            outcomes = run_all(jobs, env)
    outcomes.append(demo.outcome())
    tell(outcomes[-1])
    return outcomes


def summarize(outcomes, took_s):
    failed = [(o.job, case) for o in outcomes for case in o.cases if case.state == "failed"]
    skipped = [(o.job, case) for o in outcomes for case in o.cases if case.state == "skipped"]
    print()
    for job, case in skipped:
        print(f"skipped: {job.title}: {case.name}")
    for job, case in failed:
        print(f"failed: {job.title}: {case.name}")
    print(f"{took_s:.0f} s")
    print(f"{sum(o.count('passed') for o in outcomes)} passed, {len(failed)} failed", flush=True)
    return 1 if failed else 0


def ask_to_stop(number, frame):
    raise KeyboardInterrupt


def main():
    jobs = choose(all_jobs(), sys.argv[1:])
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)  # what a test leaves behind comes to us
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask_to_stop)  # also where a shell told us to ignore it
    with scratch_folder() as folder:
        os.environ["TMPDIR"] = folder
        return run_parts(jobs)


def run_parts(jobs):
    begun = time.monotonic()
    integration = [j for j in jobs if j.part in ("soak", "integration")]
    e2e = [j for j in jobs if j.part == "e2e"]
    outcomes = run_all([j for j in jobs if j not in integration and j not in e2e], {})
    if integration:
        with temporary_database() as env:
            outcomes += run_all(integration, env)
    if e2e:
        outcomes += run_e2e(e2e)
    return summarize(outcomes, time.monotonic() - begun)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nstopped; everything that was started has ended", file=sys.stderr)
        sys.exit(130)
