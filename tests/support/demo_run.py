"""A demo that runs beside a measurement or a soak: started, asked over HTTP, watched, ended. Only what was
started here is ever ended, by its process id."""

import contextlib
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import time
from pathlib import Path

READY_LIMIT_S = 180


def environment(home, password, **more):
    """Ours without any setting of the program's."""
    kept = {k: v for k, v in os.environ.items() if not re.match("OPTRIA_|JWT_|BLACKBOX_|DIGITAL_|PG|LC_|LANG", k)}
    return kept | {"LC_ALL": "C.UTF-8", "OPTRIA_HOME": str(home), "OPTRIA_HTTP_PORT": "0",
                   "OPTRIA_DEMO_PASSWORD": password} | more


def children_of(pid):
    """{process id: command line} of a process's children."""
    found = {}
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                found[int(child)] = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
    return found


def all_below(pid):
    found = []
    for child in children_of(pid):
        found += [child, *all_below(child)]
    return found


def resident_mb(pid):
    """Resident memory, in MB (10^6 bytes); 0 when it has ended."""
    with contextlib.suppress(OSError):
        found = re.search(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.M)
        return int(found.group(1)) * 1024 / 1e6 if found else 0
    return 0


def cpu_s(pid):
    """Processor seconds of a process with all its threads and the children it has waited for."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(n) for n in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return 0


class Demo:
    """`optria demo` in a folder of its own. Its output goes to files, so that it never waits for a reader."""

    def __init__(self, program, folder, **env):
        self.program, self.folder = program, Path(folder)
        self.folder.chmod(0o711)  # as root, its database runs under an account of its own
        self.home = self.folder / "home"
        self.password = secrets.token_hex(12)
        self.env = env
        self.process = None

    def start(self):
        """Until a first page is there; gives the seconds that took. May be called again when it has died."""
        (self.folder / "out").write_text("")
        self.out = open(self.folder / "out", "r+")
        self.log = open(self.folder / "log", "a")
        self.begun = time.monotonic()
        self.begun_at = time.time()
        self.process = subprocess.Popen(
            [self.program, "demo"], stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.log,
            env=environment(self.home, self.password, **self.env), start_new_session=True)
        while not self.address():
            if self.process.poll() is not None or time.monotonic() - self.begun > READY_LIMIT_S:
                raise RuntimeError(f"the demo did not get ready:\n{self.logged()[-4000:]}")
            time.sleep(0.02)
        return time.monotonic() - self.begun

    def said(self):
        return (self.folder / "out").read_text()

    def logged(self):
        return (self.folder / "log").read_text()

    def address(self):
        found = re.search(r"^ready http://([0-9.]+):(\d+)$", self.said(), re.M)
        return found and (found.group(1), int(found.group(2)))

    def child(self, word):
        for pid, line in children_of(self.process.pid).items():
            if len(line) > 1 and line[1] == word.encode():
                return pid
        return None

    def postmaster(self):
        with contextlib.suppress(OSError, ValueError, IndexError):
            return int((self.home / "pg/data/postmaster.pid").read_text().splitlines()[0])
        return None

    def own(self):
        """Its processes without the database's."""
        database = self.postmaster()
        return [self.process.pid, *(pid for pid in children_of(self.process.pid) if pid != database)]

    def sql(self, text):
        """The first value of a statement, as the database's superuser; "" for none."""
        url = f"postgresql:///optria?host={self.home}/pg/run&user=postgres"
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", text],
                              capture_output=True, text=True)
        if done.returncode:
            raise OSError(done.stderr.strip())
        return done.stdout.strip()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class Visitor:
    """Somebody who has signed in, by the API."""

    def __init__(self, demo, email):
        self.demo, self.email = demo, email
        self.headers = {}

    def ask(self, method, path, body=None, headers=None):
        """(status, JSON or text), or (0, why)."""
        address = self.demo.address()
        if not address:
            return 0, "it is being started"
        connection = http.client.HTTPConnection(*address, timeout=20)
        try:
            sent = body if body is None or isinstance(body, bytes) else json.dumps(body)
            connection.request(method, path, sent, {"Content-Type": "application/json"} | self.headers | (headers or {}))
            answer = connection.getresponse()
            text = answer.read().decode()
            if cookie := answer.getheader("Set-Cookie"):
                self.headers["Cookie"] = cookie.split(";")[0]
            return answer.status, json.loads(text) if text[:1] in ("{", "[") else text
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error)
        finally:
            connection.close()

    def sign_in(self):
        status, answer = self.ask("POST", "/api/auth/login", {"email": self.email, "password": self.demo.password})
        if status == 200:
            self.headers["X-CSRF-Token"] = answer["csrf_token"]
        return status

    def get(self, path):
        """What is there; None while it is not."""
        status, answer = self.ask("GET", path)
        if status == 401 and self.sign_in() == 200:
            status, answer = self.ask("GET", path)
        return answer if status == 200 else None
