#!/usr/bin/env python3
"""What compilers and tests do not see: ./run lint [STEP...]

Steps: format    clang-format would change nothing
       shell     shellcheck
       cppcheck  its warnings
       tidy      clang-tidy, with the checks of .clang-tidy
       sizes     files over 500 lines and functions over 60, as a list to keep short (never fails)
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build-test"
FILE_LINES, FUNCTION_LINES = 500, 60
FUNCTION = re.compile(r"^[A-Za-z_][^;{}()=]*\([^;{}]*\)\n\{\n(.*?)^\}", re.M | re.S)


def c_files():
    return [str(p.relative_to(ROOT)) for top in ("src", "tests")
            for p in sorted((ROOT / top).rglob("*.[ch]"))]


def run(*command):
    return subprocess.run(command, cwd=ROOT).returncode == 0


def lint_format():
    return run("clang-format", "--dry-run", "--Werror", *c_files())


def lint_shell():
    scripts = [str(p) for p in (ROOT / "packaging").rglob("*.sh")]
    return run("shellcheck", "run", ".ci/run", *scripts)


def lint_cppcheck():
    return run("cppcheck", "--quiet", "--error-exitcode=1", "--inline-suppr", f"-j{os.cpu_count()}",
               "--std=c11", "--enable=warning,portability", "--suppress=missingIncludeSystem",
               "--suppress=syntaxError",  # of __VA_OPT__, which it does not know
               "--suppress=autoVariables",  # takes every pointer from a row for a local one
               "--suppress=*:*_test.c", "-Isrc", "src")


def lint_tidy():
    return run("run-clang-tidy", "-quiet", "-p", str(BUILD), f"-j{os.cpu_count()}",
               "-extra-arg=-Wno-unknown-warning-option",
               r"^.*/src/(?!.*_test\.c).*\.c$")


def lint_sizes():
    for name in c_files():
        text = (ROOT / name).read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > FILE_LINES:
            print(f"{name}: {lines} lines")
        for found in FUNCTION.finditer(text):
            length = found.group(1).count("\n")
            if length > FUNCTION_LINES:
                print(f"{name}:{text.count(chr(10), 0, found.start()) + 1}: a function of {length} lines")
    return True


STEPS = {"format": lint_format, "shell": lint_shell, "cppcheck": lint_cppcheck, "tidy": lint_tidy,
         "sizes": lint_sizes}


def main():
    wanted = sys.argv[1:] or list(STEPS)
    if any(step not in STEPS for step in wanted):
        print(f"usage: ./run lint [STEP...]; steps: {', '.join(STEPS)}", file=sys.stderr)
        return 64
    failed = []
    for step in wanted:
        print(f"» {step}", flush=True)
        if not STEPS[step]():
            failed.append(step)
    print("failed: " + ", ".join(failed) if failed else "nothing found")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
