#!/usr/bin/env python3
"""Holds every #include of src/ against src/layers.txt, and every source against the build.

- An #include points to its own floor or a lower one.
- Some libraries are seen by one folder alone. Tests (x_test.c) may see any library.
- Every .c file is named in the meson.build of its folder: one that is not is compiled by nobody,
  and a test that is not runs never.
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


@dataclass
class Layers:
    floor: dict = field(default_factory=dict)  # folder -> number
    seen_by: dict = field(default_factory=dict)  # library header or its folder -> set of folders


def read_layers(text):
    layers = Layers()
    for number, line in enumerate(text.splitlines()):
        line = line.split("#")[0].strip()
        library, colon, folders = line.partition(":")
        if colon:
            layers.seen_by[library.strip()] = set(folders.split())
        else:
            for folder in line.split():
                layers.floor[folder] = number
    return layers


def check_include(layers, folder, is_test, bracket, target):
    """What is wrong with one #include, or None."""
    if bracket == "<":
        for library, folders in layers.seen_by.items():
            is_it = target.startswith(library) if library.endswith("/") else target == library
            if is_it and folder not in folders and not is_test:
                return f"<{target}> is for {' and '.join(sorted(folders))} alone"
        return None
    other, slash, _ = target.partition("/")
    if not slash or other == folder:
        return None
    if other not in layers.floor:
        return f'"{target}": there is no floor {other} in src/layers.txt'
    if layers.floor[other] > layers.floor[folder]:
        return f'"{target}" is above {folder}'
    if layers.floor[other] == layers.floor[folder]:
        return f'"{target}" stands on the same floor as {folder}'
    return None


def check_includes(src, layers):
    for path in sorted(src.rglob("*.[ch]")):
        name = path.relative_to(src).as_posix()
        folder = name.split("/")[0]
        if folder not in layers.floor:
            yield f"src/{name}: there is no floor {folder} in src/layers.txt"
            continue
        text = path.read_text(encoding="utf-8")
        is_test = path.stem.endswith("_test") or path.stem == "test"
        for found in INCLUDE.finditer(text):
            wrong = check_include(layers, folder, is_test, *found.groups())
            if wrong:
                yield f"src/{name}:{text.count(chr(10), 0, found.start()) + 1}: {wrong}"


def check_builds(root):
    for top in ("src", "tests"):
        for path in sorted((root / top).rglob("*.c")):
            build = path.parent / "meson.build"
            if path.parent == root / "tests" / "fuzz" and path.name == "driver.c":
                build = path.parent.parent / "meson.build"
            named = build.is_file() and re.search(r"['/]%s'" % re.escape(path.name), build.read_text())
            if not named:
                yield f"{path.relative_to(root)}: no meson.build names it, so it is never compiled"


def main():
    root = Path(__file__).resolve().parent.parent
    layers = read_layers((root / "src" / "layers.txt").read_text(encoding="utf-8"))
    problems = [*check_includes(root / "src", layers), *check_builds(root)]
    print("\n".join([*problems, f"{len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
