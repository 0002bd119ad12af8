"""`optria demo` for as long as one likes, while its processes are killed: tests/soak/soak.py [--seconds N]
[--series N] [--every N] [--seed N].

A sender brings --series signals each second to one of its tenants, and sends again what was not acknowledged,
as senders do; every now and then the vibration of another pump passes its limit. Meanwhile the server, the
worker and the demo itself are killed (SIGKILL) in turn, the database once is asked to stop and once is killed.
At the end everything that was acknowledged is there, each pump has one incident and at most one order of it,
and nobody was told of anything twice. A run in which something was not killed, or no order, notification or
letter came, has shown nothing, and fails. Memory is judged where a process has lived for ten minutes and more;
else that case is skipped.

Only processes that were started here are ended, by their ids. Prints TAP; the program is OPTRIA_TEST_BIN, else
build/src/main/optria."""

import argparse
import collections
import contextlib
import email
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from demo_run import Demo, Visitor, all_below, resident_mb  # noqa: E402

PROGRAM = os.environ.get("OPTRIA_TEST_BIN", str(ROOT / "build" / "src" / "main" / "optria"))
SETTLE_S = 180  # after the last kill, until nothing waits any more
ANSWER_S = 120  # until something that is there is answered
PEER_S = 60     # until the mail server of ours takes connections
HIGH_S = 25     # so long a pump shakes
FIELDS = 100    # signals in a line
CHECKED = 300   # signals that are read back in full
AGE_S = 600     # of a process whose memory is judged


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def value_of(series, second):
    return (second * 7 + series * 13) % 1000 / 10


class Sender:
    """A second's samples each second; what was not acknowledged goes again, before what is newer."""

    def __init__(self, visitor, token, series, shakes):
        self.visitor, self.token, self.series, self.shakes = visitor, token, series, shakes
        self.acknowledged, self.again, self.refused = set(), 0, None
        self.slowest_s = 0
        self.first = self.last = None  # the seconds to send; `last` is known at the end
        self.gives_up = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def vibration(self, pump, second):
        begins = self.shakes[pump]
        return 9.2 if begins <= second < begins + HIGH_S else 2.1

    def body(self, second):
        lines = [f"{pump} vibration_rms={self.vibration(pump, second)} {second}" for pump in self.shakes]
        for first in range(0, self.series, FIELDS):
            fields = ",".join(f"s{n}={value_of(n, second)}" for n in range(first, min(first + FIELDS, self.series)))
            lines.append(f"SOAK {fields} {second}")
        return "\n".join(lines).encode()

    def send(self, second):
        body = self.body(second)
        while not self.gives_up.is_set():
            status, answer = self.visitor.ask("POST", "/api/ingest/line?precision=s", body,
                                              {"Authorization": f"Bearer {self.token}", "Content-Type": "text/plain"})
            if status == 200:
                self.acknowledged.add(second)
                return
            if status in (400, 401, 403, 422):
                self.refused = (status, answer)
                return
            self.again += 1
            time.sleep(0.3)

    def run(self):
        self.first = second = int(time.time())
        while not self.gives_up.is_set() and (self.last is None or second <= self.last):
            wait = second - time.time()
            if wait > 0:
                time.sleep(wait)
            begun = time.monotonic()
            self.send(second)
            self.slowest_s = max(self.slowest_s, time.monotonic() - begun)
            second += 1

    def end(self):
        """Until it has sent what there was up to now; a slow machine may be behind."""
        self.last = int(time.time())
        self.thread.join(SETTLE_S)
        self.gives_up.set()
        self.thread.join()


class Memory:
    """What each process takes, by its age, for as long as it lives."""

    def __init__(self):
        self.lives = collections.defaultdict(list)  # (word, pid) -> [(age, MB)]
        self.peak = 0

    def look(self, demo):
        total = 0
        for word in ("demo", "serve", "work"):
            pid = demo.process.pid if word == "demo" else demo.child(word)
            if pid and (mb := resident_mb(pid)):
                total += mb
                life = self.lives[word, pid]
                born = life[0][2] if life else time.monotonic()
                life.append((time.monotonic() - born, mb, born))
        self.peak = max(self.peak, total)

    def growth(self):
        """The largest of: median of a life's last third over that of its second."""
        worst = None
        for (word, _), life in self.lives.items():
            if life[-1][0] < AGE_S:
                continue
            third = len(life) // 3
            share = (statistics.median(mb for _, mb, _ in life[-third:]) /
                     statistics.median(mb for _, mb, _ in life[third:-third]))
            worst = max(worst or (0, ""), (share, word))
        return worst


class Soak:
    def __init__(self, options, folder):
        self.o, self.folder, self.chance = options, Path(folder), random.Random(options.seed)
        self.letters = self.folder / "letters"
        self.letters.mkdir()
        self.mail_port = free_port()
        self.demo = Demo(PROGRAM, folder, OPTRIA_HTTP_PORT=str(free_port()), OPTRIA_DEMO_DAYS="1",
                         OPTRIA_SMTP_URL=f"smtp://127.0.0.1:{self.mail_port}", OPTRIA_MAIL_FROM="optria@plant.example")
        self.memory, self.kills = Memory(), collections.Counter()
        self.cases = []

    # --- what is there before ---------------------------------------------------------------------------

    def must(self, status, visitor, method, path, body):
        got, answer = visitor.ask(method, path, body)
        if got != status:
            raise RuntimeError(f"{method} {path}: {got} {answer}")
        return answer

    def furnish(self):
        """Pumps, each at a site of its own, so that no two belong to one incident; a token to send with."""
        self.visitor = v = Visitor(self.demo, "demo@aramco.com")
        if v.sign_in() != 200:
            raise RuntimeError("nobody can sign in")
        class_id = v.get("/api/assets?q=P-101&limit=1")["items"][0]["class_id"]
        apart = max(20, self.o.seconds / 60)
        count = max(3, int((self.o.seconds - 60) / apart))
        self.pumps = {}
        for n in range(count):
            site = self.must(201, v, "POST", "/api/sites", {"code": f"SOAK-{n}", "name": f"Site {n}"})
            pump = self.must(201, v, "POST", "/api/assets", {"code": f"SOAK-P{n}", "name": f"Pump {n}",
                                                             "site_id": site["id"], "class_id": class_id})
            self.pumps[f"SOAK-P{n}"] = pump["id"]
        token = self.must(201, v, "POST", "/api/tokens", {"name": "soak", "capabilities": ["history.write"], "days": 7})
        begin = int(time.time()) + 20
        shakes = {code: begin + int(n * apart) for n, code in enumerate(self.pumps)}
        self.sender = Sender(Visitor(self.demo, ""), token["secret"], self.o.series, shakes)

    # --- killing ----------------------------------------------------------------------------------------

    def kill(self, what):
        """Whether it was there to be killed: it may just be being started again."""
        if what == "demo":
            pid, sig = self.demo.process.pid, signal.SIGKILL
        elif what.startswith("database"):
            pid, sig = self.demo.postmaster(), signal.SIGINT if what == "database asked" else signal.SIGKILL
        else:
            pid, sig = self.demo.child(what), signal.SIGKILL
        if not pid or (what.startswith("database") and not self.is_ours(pid)):
            return False
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            return False
        print(f"# {time.monotonic() - self.begun:.0f} s: {what} ({pid}) ends", flush=True)
        self.kills[what] += 1
        if what == "demo":
            self.demo.process.wait()
            self.demo.start()
        return True

    def is_ours(self, pid):
        """The number in a database's folder may be of one that has ended."""
        with contextlib.suppress(OSError):
            return str(self.demo.home).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
        return False

    def plan(self):
        """When what is killed: [(second, what)]; each at least once."""
        count = max(2, int((self.o.seconds - 15) / self.o.every))
        moments = [min(self.o.every * (n + 1), self.o.seconds - 15) for n in range(count)]
        whats = ["work", "serve"] + [self.chance.choice(("work", "work", "serve")) for _ in range(count - 2)]
        self.chance.shuffle(whats)
        plan = list(zip(moments, whats))
        for share, what in ((0.25, "database asked"), (0.5, "demo"), (0.7, "database killed")):
            plan.append((self.o.seconds * share + 7, what))
        return sorted(plan)

    def run(self):
        self.begun = time.monotonic()
        self.sender.thread.start()
        plan = self.plan()
        self.planned = {what for _, what in plan}
        while (past := time.monotonic() - self.begun) < self.o.seconds or (plan and past < self.o.seconds + SETTLE_S):
            due = [one for one in plan if one[0] <= past]
            plan = [one for one in plan if one[0] > past] + [one for one in due if not self.kill(one[1])]
            self.memory.look(self.demo)
            time.sleep(1)
        self.sender.end()

    # --- afterwards -------------------------------------------------------------------------------------

    def settle(self):
        """Nothing waits: every batch folded into its series, no event unseen, no job due, no mail to send."""
        until = time.monotonic() + SETTLE_S
        waiting = "?"
        while time.monotonic() < until:
            try:
                waiting = self.demo.sql(
                    "SELECT concat_ws(', ', (SELECT nullif(count(*), 0) || ' jobs' FROM jobs WHERE state IN ('ready', "
                    "'running') AND kind IN ('blackbox.incidents', 'rca.run', 'notify.send', 'work_order.make') AND "
                    "run_at <= now()), (SELECT nullif(count(*), 0) || ' pumps' FROM assets a WHERE a.code LIKE "
                    "'SOAK-P%' AND NOT EXISTS (SELECT FROM blackbox_incidents i WHERE i.root_asset_id = a.id AND "
                    "i.top_cause IS NOT NULL)))")
            except OSError as error:
                waiting = str(error)
            if not waiting:
                while not list(self.letters.glob("*.eml")) and time.monotonic() < until:
                    time.sleep(1)
                time.sleep(5)  # for mail on its way
                return ""
            time.sleep(2)
        return waiting

    def hold(self, name, is_so, more="", skip=""):
        self.cases.append(bool(is_so))
        print(f"{'' if is_so else 'not '}ok {len(self.cases)} - {name}{' # SKIP ' + skip if is_so and skip else ''}",
              flush=True)
        for line in str(more).splitlines():
            print(f"# {line}", flush=True)

    def check_kills(self):
        """What was planned has happened: without it the rest shows nothing."""
        never = sorted(self.planned - {what for what, n in self.kills.items() if n})
        ended = self.kills["database asked"] + self.kills["database killed"]
        self.hold("everything was killed that should be", not never and ended >= 2,
                  f"killed: {dict(self.kills)}" + (f"; never: {', '.join(never)}" if never else ""))

    def check_samples(self):
        sender = self.sender
        wanted = sorted(sender.acknowledged)
        last = max([sender.last, *wanted])  # it may have begun one more
        self.hold("every second was acknowledged in the end",
                  wanted == list(range(sender.first, last + 1)) and not sender.refused,
                  sender.refused or f"{len(wanted)} of {last + 1 - sender.first} seconds")
        if not wanted:
            self.hold("nothing acknowledged is lost", False, "nothing was acknowledged")
            return
        lost, wrong = 0, 0
        numbers = sorted(self.chance.sample(range(self.o.series), min(CHECKED, self.o.series)))
        for n in numbers:
            times = self.read_back(n, wanted[0], wanted[-1])
            lost += sum(second not in times for second in wanted)
            wrong += sum(abs(times[second] - value_of(n, second)) > 1e-9 for second in wanted if second in times)
        self.hold("nothing acknowledged is lost", lost == 0 and wrong == 0,
                  f"{len(wanted)} seconds of {self.o.series} signals, {len(numbers)} signals read back: "
                  f"{lost} lost, {wrong} wrong; sent again {sender.again} times, slowest {sender.slowest_s:.1f} s")

    def read(self, path):
        until = time.monotonic() + ANSWER_S
        while (answer := self.visitor.get(path)) is None:
            if time.monotonic() > until:
                raise RuntimeError(f"GET {path}: {self.visitor.ask('GET', path)}")
            time.sleep(1)
        return answer

    def read_back(self, n, first, last):
        key = f"SOAK.s{n}"
        found = [s for s in self.read(f"/api/series?q={key}&limit=50")["items"] if s["key"] == key]
        if not found:
            raise RuntimeError(f"there is no series {key}")
        path = (f"/api/series/{found[0]['id']}/points?limit=10000&format=columns&from={stamp(first)}"
                f"&to={stamp(last + 1)}")
        times, cursor = {}, ""
        while cursor is not None:
            page = self.read(path + (f"&cursor={cursor}" if cursor else ""))
            for at, value in zip(page["times"], page["values"]):
                times[at // 1000] = value
            cursor = page.get("next")
        return times

    def check_chain(self):
        per_pump = self.demo.sql("SELECT coalesce(string_agg(a.code || ': ' || n, ', '), '') FROM assets a, LATERAL "
                                 "(SELECT count(*) n FROM blackbox_incidents i WHERE i.root_asset_id = a.id) x "
                                 "WHERE a.code LIKE 'SOAK-P%' AND n <> 1")
        self.hold("each pump has one incident", not per_pump, per_pump or f"{len(self.pumps)} pumps")
        orders = self.demo.sql("SELECT coalesce(string_agg(incident_id || ': ' || n, ', '), '') FROM (SELECT "
                               "incident_id, count(*) n FROM work_orders WHERE incident_id IS NOT NULL GROUP BY 1) x "
                               "WHERE n > 1")
        made = int(self.demo.sql("SELECT count(*) FROM work_orders w JOIN assets a ON a.id = w.asset_id "
                                 "WHERE a.code LIKE 'SOAK-P%'"))
        self.hold("orders were made, and no incident has two", made and not orders,
                  orders or f"{made} orders of {len(self.pumps)} pumps")
        told = int(self.demo.sql(
            "SELECT count(*) FROM notifications WHERE entity_id IN (SELECT i.id::text FROM blackbox_incidents i JOIN "
            "assets a ON a.id = i.root_asset_id WHERE a.code LIKE 'SOAK-P%' UNION ALL SELECT w.id::text FROM "
            "work_orders w JOIN assets a ON a.id = w.asset_id WHERE a.code LIKE 'SOAK-P%')"))
        twice = self.demo.sql("SELECT coalesce(string_agg(type || ' ' || entity_id || ': ' || n, ', '), '') FROM "
                              "(SELECT user_id, type, entity_id, count(*) n FROM notifications WHERE type IN "
                              "('incident.opened', 'work_order.assigned') GROUP BY 1, 2, 3) x WHERE n > 1")
        self.hold("people were told, and nobody of an incident or an order twice", told and not twice,
                  twice or f"{told} notifications of the pumps")

    def check_letters(self):
        ids, subjects = collections.Counter(), collections.defaultdict(set)
        for path in self.letters.glob("*.eml"):
            letter = email.message_from_bytes(path.read_bytes())
            ids[letter["Message-ID"]] += 1
            subjects[letter["To"], letter["Subject"]].add(letter["Message-ID"])
        deaths = self.kills["work"] + self.kills["demo"] + self.kills["database asked"] + self.kills["database killed"]
        again = sum(n - 1 for n in ids.values())
        twice = [subject for subject, of in subjects.items() if len(of) > 1]
        # what was on its way when the worker died goes again, with the same id
        self.hold("letters were written, and none twice", ids and not twice and again <= deaths,
                  f"{len(ids)} letters, {again} sent again with the same id; {twice or ''}")

    def check_memory(self):
        growth = self.memory.growth()
        small = not self.o.resident_mb or self.memory.peak <= self.o.resident_mb
        flat = growth is None or growth[0] <= 1.25
        self.hold("memory is flat", flat and small,
                  f"peak {self.memory.peak:.0f} MB of demo, server and worker; " +
                  (f"largest growth {growth[0]:.2f} ({growth[1]})" if growth else ""),
                  skip="" if growth else f"growth is not judged, nobody lived for {AGE_S} s")

    def check_health(self):
        status, health = self.visitor.ask("GET", "/health/ready")
        self.hold("it is well at the end", status == 200 and health["status"] == "ok", health)

    def check(self):
        self.hold("everything comes to an end", not (waits := self.settle()), waits)
        self.visitor.sign_in()
        for part in (self.check_kills, self.check_samples, self.check_chain, self.check_letters, self.check_memory,
                     self.check_health):
            try:
                part()
            except (RuntimeError, OSError, LookupError, TypeError, ValueError) as error:
                self.hold(f"{part.__name__} could be made", False, repr(error))

    def stop(self):
        below = all_below(self.demo.process.pid) if self.demo.process else []
        self.hold("it ends when asked to", self.demo.stop() == 0)
        left = [pid for pid in below if resident_mb(pid)]
        self.hold("nothing is left behind", not left, left or "")


def wait_for_peer(peer, port):
    until = time.monotonic() + PEER_S
    while peer.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
            return
        time.sleep(0.2)
    raise RuntimeError("the mail server did not start")


def stamp(second):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("OPTRIA_SOAK_S", 300)))
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--every", type=float, help="seconds between two kills; else a tenth, at most 180")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--resident-mb", type=float, help="gate of the peak of memory")
    o = parser.parse_args()
    o.every = o.every or max(20, min(180, o.seconds / 10))
    return o


def main():
    options = read_options()
    print(f"# {options}", flush=True)
    with tempfile.TemporaryDirectory(prefix="optria-soak-") as folder:
        soak = Soak(options, folder)
        peer = subprocess.Popen(["/usr/bin/python3", str(ROOT / "tests/integration/smtp_peer.py"), str(soak.mail_port),
                                 str(soak.letters)], stdin=subprocess.DEVNULL)
        try:
            wait_for_peer(peer, soak.mail_port)
            soak.demo.start()
            soak.furnish()
            soak.run()
            soak.check()
        except BaseException:
            print(soak.demo.logged()[-6000:] if soak.demo.process else "", file=sys.stderr)
            raise
        finally:
            soak.stop()
            peer.terminate()
            peer.wait()
    print(f"1..{len(soak.cases)}")
    return 0 if all(soak.cases) else 1


if __name__ == "__main__":
    sys.exit(main())
