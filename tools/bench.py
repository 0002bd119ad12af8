#!/usr/bin/env python3
"""Runs measurements: ./run bench [NAME...]

A measurement is a program tests/bench/NAME_bench (C, or a Python script) that prints one JSON
object per figure and line:

    {"name", "value", "unit", "peer", "peer_value", "ratio", "gate", "ok"}

Each runs beside a temporary PostgreSQL of its own, which also listens on OPTRIA_TEST_TCP_PORT of the
loopback, since the programs compared with speak TCP. Their lines go to standard output, all else to
standard error. The status is 1 when a figure misses its gate.
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
OPTRIA = BUILD / "src" / "main" / "optria"

# Measurements of what is committed: their PostgreSQL waits for its disk.
DURABLE = {"historian", "historian_large", "import"}


def benches():
    """{name: command}"""
    found = {}
    for path in sorted((BUILD / "tests").glob("*_bench")):
        found[path.name.removesuffix("_bench")] = [str(path)]
    for path in sorted((ROOT / "tests" / "bench").glob("*_bench.py")):
        found[path.stem.removesuffix("_bench")] = [sys.executable, str(path)]
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def run(name, command):
    """True when the program ends well and every figure holds its gate."""
    print(f"» {name}", file=sys.stderr, flush=True)
    good = True
    port = free_port()
    durable = ["--durable"] if name in DURABLE else []
    beside = [str(OPTRIA), "cluster", "run", "--temporary", *durable, "--tcp-port", port, "--", *command]
    environment = dict(os.environ, OPTRIA_TEST_TCP_PORT=port)
    environment.setdefault("OPTRIA_SHARED", str(ROOT.parent / "shared"))
    with subprocess.Popen(beside, stdout=subprocess.PIPE, text=True, env=environment) as process:
        for line in process.stdout:
            try:
                figure = json.loads(line)
            except ValueError:
                figure = None
            if isinstance(figure, dict) and "value" in figure:
                print(line, end="", flush=True)
                good = good and figure.get("ok", True)
            else:
                print(line, end="", file=sys.stderr, flush=True)
    if process.returncode:
        print(f"{name} ended with status {process.returncode}", file=sys.stderr)
    return good and process.returncode == 0


def main():
    known = benches()
    unknown = [name for name in sys.argv[1:] if name not in known]
    if unknown:
        print(f"there is no measurement {unknown[0]!r}; there are: {', '.join(known) or 'none'}",
              file=sys.stderr)
        return 64
    results = [run(name, known[name]) for name in sys.argv[1:] or known]
    return 0 if all(results) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
