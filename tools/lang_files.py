"""The language files: web/lang/<area>.ar.json and <area>.en.json, joined and held against each
other.

Each fragment is one flat object of dotted keys. A key stands in one fragment alone, in both
languages, with the same {placeholders}. A message that counts has forms by the language's plural
rules ("job.count.one", "job.count.few" ...); languages differ in the forms they need, so there
only "other" must stand in both, and a form may leave out {n} ("one job").

Used by tools/embed.py, which refuses to build on a problem, and by tools/check_texts.py.
"""

import json
import re
from pathlib import Path

LANGS = ("ar", "en")
PLURAL_FORMS = ("zero", "one", "two", "few", "many", "other")
KEY = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def placeholders(text):
    return set(PLACEHOLDER.findall(text))


def plural_base(key, keys):
    """"job.count" for "job.count.few" when "job.count.other" exists, else None."""
    base, _, form = key.rpartition(".")
    return base if form in PLURAL_FORMS and base + ".other" in keys else None


def fragments(root):
    """Every file in web/lang, in order."""
    return sorted((Path(root) / "web" / "lang").glob("*.json"))


def read_fragment(path, problems):
    """The (key, text) pairs of one file; what is wrong with it goes to `problems`."""
    def pairs(items):
        return items  # keep duplicates, so that they can be named

    try:
        items = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=pairs)
    except (ValueError, UnicodeDecodeError) as e:
        problems.append(f"{path.name}: not readable as JSON: {e}")
        return []
    if not isinstance(items, list) or any(not isinstance(i, tuple) for i in items):
        problems.append(f"{path.name}: must be one flat object")
        return []
    good = []
    for key, text in items:
        if not isinstance(text, str):
            problems.append(f"{path.name}: {key}: the value must be a text")
        elif not KEY.fullmatch(key):
            problems.append(f"{path.name}: {key!r}: not a dotted key")
        else:
            good.append((key, text))
    return good


def join(root, problems):
    """{lang: {key: text}} of all fragments."""
    texts = {lang: {} for lang in LANGS}
    home = {lang: {} for lang in LANGS}
    for path in fragments(root):
        lang = path.name.split(".")[-2] if path.name.count(".") >= 2 else ""
        if lang not in LANGS:
            problems.append(f"{path.name}: must be named <area>.ar.json or <area>.en.json")
            continue
        for key, text in read_fragment(path, problems):
            if key in texts[lang]:
                problems.append(f"{path.name}: {key} stands in {home[lang][key]} already")
                continue
            texts[lang][key] = text
            home[lang][key] = path.name
    return texts


def compare(texts, problems):
    """Same keys, same placeholders."""
    ar, en = texts["ar"], texts["en"]
    for key in sorted(ar.keys() | en.keys()):
        has, other = ("ar", "en") if key in ar else ("en", "ar")
        base = plural_base(key, texts[has])
        if key not in texts[other]:
            if base is None or key.endswith(".other"):
                problems.append(f"{key}: stands in {has}, not in {other}")
            continue
        if key not in ar or key not in en:
            continue
        optional = {"n"} if base and not key.endswith(".other") else set()
        differ = (placeholders(ar[key]) ^ placeholders(en[key])) - optional
        if differ:
            names = ", ".join(sorted("{%s}" % d for d in differ))
            problems.append(f"{key}: ar and en differ in {names}")


def load(root):
    """(texts, problems): the joined languages, and every problem as a line of text."""
    problems = []
    texts = join(root, problems)
    compare(texts, problems)
    return texts, problems
