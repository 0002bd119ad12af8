#!/usr/bin/env python3
"""Searches for inputs that break a parser: ./run fuzz [NAME] [SECONDS]

Targets are tests/fuzz/NAME_fuzz.c. The search begins with the inputs in tests/fuzz/corpus/NAME and
with what earlier searches learned (build-fuzz/corpus/NAME); words worth trying may stand in
tests/fuzz/NAME.dict. An input that breaks the target is written to build-fuzz/findings: once it is
mended, it belongs into tests/fuzz/corpus/NAME, where every test run tries it again.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build-fuzz"
SECONDS = 60


def search(name, seconds):
    learned, findings = BUILD / "corpus" / name, BUILD / "findings"
    kept = ROOT / "tests" / "fuzz" / "corpus" / name
    for folder in (learned, findings):
        folder.mkdir(parents=True, exist_ok=True)
    words = ROOT / "tests" / "fuzz" / f"{name}.dict"
    command = [str(BUILD / "tests" / f"{name}_fuzz"), str(learned)]
    command += [str(kept)] if kept.is_dir() else []
    command += [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1",
                f"-artifact_prefix={findings}/{name}-"]
    command += [f"-dict={words}"] if words.is_file() else []
    print(f"» {name}: {seconds} s", flush=True)
    env = os.environ | {"ASAN_OPTIONS": "detect_leaks=1", "UBSAN_OPTIONS": "print_stacktrace=1"}
    log = BUILD / "log" / f"fuzz-{name}.log"
    with log.open("w") as out:
        status = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, env=env).returncode
    lines = log.read_text(errors="replace").splitlines()
    if status:
        print("\n".join(lines[-60:]))
        print(f"{name} broke: the input is in {findings}, all output in {log}")
    else:
        print("\n".join(line for line in lines if line.startswith("stat::number_of_executed_units")))
    return status == 0


def main():
    known = sorted(p.name.removesuffix("_fuzz") for p in (BUILD / "tests").glob("*_fuzz"))
    args = sys.argv[1:]
    seconds = int(args.pop()) if args and args[-1].isdigit() else SECONDS
    if len(args) > 1 or any(name not in known for name in args):
        print(f"usage: ./run fuzz [NAME] [SECONDS]; names: {', '.join(known) or 'none'}", file=sys.stderr)
        return 64
    results = [search(name, seconds) for name in args or known]
    return 0 if all(results) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
