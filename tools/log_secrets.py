"""Secrets in log lines: what no log may hold, found by its shape, and what tests use as secrets."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# "2026-01-31T08:00:00.000Z info http.request ..." or {"at":"2026-...
LOG_LINE = re.compile(r'^(?:\d{4}-\d\d-\d\dT[\d:.]+Z (?:debug|info|warn|error) |\{"\w+":"\d{4}-\d\d-\d\dT)')

SHAPES = {
    "a session's cookie": re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
    "an API token": re.compile(r"\boiq_[\w-]{40,}"),
    "a reset link": re.compile(r"/reset#[\w-]{20,}"),
    "a password's hash": re.compile(r"\$argon2id\$"),
    "a password in an address": re.compile(r"postgres(?:ql)?://[^\s:/@]+:(?!\*+@)[^\s@/]+@"),
}


def secrets_of_tests(header=ROOT / "tests" / "support" / "testapp.h"):
    """The password and the keys that integration tests share."""
    return re.findall(r'^#define TESTAPP_\w+\s+"(.{12,})"$', header.read_text(encoding="utf-8"), re.M)


def find(output, known=()):
    """[(what, line)...] of the log lines in a program's output."""
    found = []
    for line in output.splitlines():
        if not LOG_LINE.match(line):
            continue
        found += [(what, line) for what, shape in SHAPES.items() if shape.search(line)]
        found += [("a secret of the tests", line) for secret in known if secret in line]
    return found
