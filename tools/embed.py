#!/usr/bin/env python3
"""Puts the files that the program needs at run time into the program (src/base/embed.h).

    embed.py [--assets required|optional] ROOT OUT.c OUT.bin DEPFILE

OUT.bin is all files one after the other, each followed by a NUL; OUT.c takes it in through the
assembler's .incbin, so that a megabyte of fonts costs the compiler nothing, and holds the sorted
table of names. The depfile names every input and every folder looked into, so that a new file
also leads to a new build.
"""

import argparse
import gzip
import hashlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import lang_files  # noqa: E402

# Worth zipping; fonts and pictures are packed already.
ZIPPED = {".css", ".js", ".json", ".svg", ".txt", ".webmanifest", ".html", ".xml"}


class Bundle:
    """The files by name, and everything they were made from."""

    def __init__(self, root):
        self.root = root
        self.files = {}
        self.inputs = set()
        self.problems = []

    def walk(self, folder, suffix=""):
        """Regular files below `folder`; the folders themselves become inputs."""
        if not folder.is_dir():
            return
        self.inputs.add(folder)
        for path in sorted(folder.iterdir()):
            if path.name.startswith("."):
                continue
            if path.is_dir():
                yield from self.walk(path, suffix)
            elif path.name.endswith(suffix):
                self.inputs.add(path)
                yield path

    def add(self, name, data):
        self.files[name] = data

    def add_migrations(self):
        for path in self.walk(self.root / "migrations", ".sql"):
            self.add(f"migrations/{path.name}", path.read_bytes())

    def add_templates(self):
        folder = self.root / "web" / "templates"
        for path in self.walk(folder, ".mustache"):
            self.add(f"templates/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def add_examples(self):
        folder = self.root / "examples"
        for suffix in (".json", ".csv"):
            for path in self.walk(folder, suffix):
                self.add(f"examples/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def add_languages(self):
        for _ in self.walk(self.root / "web" / "lang", ".json"):
            pass
        texts, problems = lang_files.load(self.root)
        self.problems += [f"web/lang: {p}" for p in problems]
        for lang, table in texts.items():
            text = json.dumps(dict(sorted(table.items())), ensure_ascii=False, indent=0)
            self.add(f"lang/{lang}.json", text.encode())

    def add_assets(self, required):
        dist = self.root / "web" / "dist"
        manifest = dist / "manifest.json"
        self.inputs.add(self.root / "web")
        if not manifest.is_file():
            if required:
                self.problems.append(
                    "web/dist/manifest.json is not there: run `./run build`, or `npm run build` in web/")
            self.add("assets/manifest.json", b"{}")
            return
        self.inputs.update((dist, manifest))
        data = manifest.read_bytes()
        self.add("assets/manifest.json", data)
        for path in self.walk(dist / "assets"):
            self.add_asset(path.relative_to(dist).as_posix(), path.read_bytes())
        for logical, hashed in json.loads(data).items():
            if f"assets/{hashed}" not in self.files:
                self.problems.append(
                    f"web/dist/manifest.json: {logical} leads to {hashed}, which is not there")

    def add_asset(self, name, data):
        self.add(name, data)
        if Path(name).suffix in ZIPPED:
            self.files.setdefault(name + ".gz", gzip.compress(data, 9, mtime=0))


def c_text(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'



def generate(bundle, out_c, out_bin):
    blob = bytearray()
    rows = []
    for name in sorted(bundle.files, key=lambda n: n.encode()):
        data = bundle.files[name]
        rows.append(f"    {{{c_text(name)}, oq_embedded_bytes + {len(blob)}, {len(data)}}},")
        blob += data + b"\0"
    # The checksum ties the two files together, also for compilers behind a cache.
    text = f"""/* Made by tools/embed.py. Contents: sha256 {hashlib.sha256(blob).hexdigest()} */
#include "base/embed.h"

__asm__(".section .rodata\\n"
        ".balign 16\\n"
        ".global oq_embedded_bytes\\n"
        ".type oq_embedded_bytes, %object\\n"
        "oq_embedded_bytes:\\n"
        ".incbin " {c_text(c_text(str(out_bin.resolve())))} "\\n"
        ".size oq_embedded_bytes, . - oq_embedded_bytes\\n"
        ".previous\\n");

extern const char oq_embedded_bytes[];

const oq_embedded oq_embedded_files[] = {{
{chr(10).join(rows)}
    {{NULL, NULL, 0}},
}};
const size_t oq_embedded_count = {len(rows)};
"""
    out_bin.write_bytes(blob)
    out_c.write_text(text)


def write_depfile(bundle, depfile, target):
    def escape(path):
        return str(path).replace("\\", "\\\\").replace(" ", "\\ ").replace("#", "\\#")

    inputs = " ".join(escape(p.resolve()) for p in sorted(bundle.inputs))
    depfile.write_text(f"{escape(target)}: {inputs}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assets", choices=("required", "optional"), default="required")
    parser.add_argument("root", type=Path)
    parser.add_argument("out_c", type=Path)
    parser.add_argument("out_bin", type=Path)
    parser.add_argument("depfile", type=Path)
    args = parser.parse_args()

    bundle = Bundle(args.root)
    bundle.add_migrations()
    bundle.add_templates()
    bundle.add_examples()
    bundle.add_languages()
    bundle.add_assets(args.assets == "required")
    if bundle.problems:
        for problem in bundle.problems:
            print(f"embed: {problem}", file=sys.stderr)
        return 1
    generate(bundle, args.out_c, args.out_bin)
    write_depfile(bundle, args.depfile, args.out_c)
    return 0


if __name__ == "__main__":
    sys.exit(main())
