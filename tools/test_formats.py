"""What test programs print, read as a list of cases: cmocka's usual output, and TAP."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    state: str  # passed, failed, skipped


_CMOCKA_BEGIN = re.compile(r"^\[ RUN      \] (.+)$")
_CMOCKA_END = re.compile(r"^\[(       OK |  FAILED  |  SKIPPED )\] (.+?)\s*$")
_CMOCKA_STATES = {"OK": "passed", "FAILED": "failed", "SKIPPED": "skipped"}


def cmocka(output):
    """Cases in order. One that began and did not end (a crash) has failed; the summary at the end
    names failed ones again, when none is running any more."""
    cases, running = [], None
    for line in output.splitlines():
        begin, end = _CMOCKA_BEGIN.match(line), _CMOCKA_END.match(line)
        if begin:
            if running:
                cases.append(Case(running, "failed"))
            running = begin.group(1)
        elif end and end.group(2) == running:
            cases.append(Case(running, _CMOCKA_STATES[end.group(1).strip()]))
            running = None
    if running:
        cases.append(Case(running, "failed"))
    return cases


def cmocka_without_passed(output):
    """What is worth reading when something failed: all but the tests that are well. A failed check
    leaves its test at once, so what leaks after it is left out too."""
    kept, block = [], None
    for line in output.splitlines():
        begin, end = _CMOCKA_BEGIN.match(line), _CMOCKA_END.match(line)
        if begin:
            kept += block or []
            block = [line]
        elif block is None:
            kept.append(line)
        else:
            block.append(line)
            if end:
                kept += [] if end.group(1).strip() == "OK" else block
                block = None
    kept += block or []
    leaks = next((i for i, line in enumerate(kept) if "ERROR: LeakSanitizer" in line), None)
    if leaks is not None and any(_CMOCKA_END.match(line) for line in kept[:leaks]):
        kept = kept[:leaks] + ["(leaks after a failed check are left out)"]
    return "\n".join(kept)


_TAP_RESULT = re.compile(r"^( *)(not )?ok \d+(?: - (.*?))?(?: # (SKIP|TODO)\b.*)?$")
_TAP_PLAN = re.compile(r"^( *)1\.\.\d+")


def tap(output):
    """Cases in order. A test made of subtests counts as these and not once more as itself, unless
    it failed though all of them passed; a plan at a deeper level says that the next result is such
    a test."""
    cases, inner = [], None
    failed_at = {}  # indent -> whether a test there has failed since its parent began
    for line in output.splitlines():
        plan, result = _TAP_PLAN.match(line), _TAP_RESULT.match(line)
        if plan:
            inner = len(plan.group(1))
        elif result:
            indent = len(result.group(1))
            state = "failed" if result.group(2) else "skipped" if result.group(4) else "passed"
            is_parent, inner = inner is not None and inner == indent + 4, None
            inside_failed = failed_at.pop(indent + 4, False)
            failed_at[indent] = failed_at.get(indent, False) or state == "failed"
            if not is_parent or (state == "failed" and not inside_failed):
                cases.append(Case(result.group(3) or "", state))
    return cases


def tap_without_passed(output):
    """What is worth reading when something failed: all but the results that are well, their
    details, and the announcements."""
    kept, skipping, indent = [], False, 0
    for line in output.splitlines():
        result = _TAP_RESULT.match(line)
        if result:
            skipping, indent = not result.group(2), len(result.group(1))
        elif skipping and line.strip() and len(line) - len(line.lstrip()) <= indent:
            skipping = False
        if not skipping and not line.lstrip().startswith("# Subtest: "):
            kept.append(line)
    return "\n".join(kept)
