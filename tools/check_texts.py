#!/usr/bin/env python3
"""Holds what the program says against the language files, so that nobody reads a key or an empty
{placeholder}.

- Both languages have the same keys and placeholders (tools/lang_files.py).
- Every code that an error is made with, in C or by a broken constraint, has its sentence
  "error.<code>", and the sentence's placeholders are among the facts of every place that makes it.
  Functions that take the code as a parameter are followed to their callers.
- Every key that C or a template asks for exists.
- Templates hold no sentence of their own.
- Keys that nothing asks for are listed, without failing.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import c_calls  # noqa: E402
import lang_files  # noqa: E402

CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
FACT = re.compile(r"([a-z_][a-z0-9_]*)=%")
# In .sql files: the code that a broken constraint stands for (src/db/stmt.h).
CONSTRAINT = re.compile(r"^--\s*CONSTRAINT\s+\w+\s*->\s*([\w.]+)", re.M)

# Where the code stands in the calls that make errors, and the first of its facts (None: the facts
# are the function's own affair).
MAKERS = {
    "oq_fail": (1, 2),
    "oq_fail_field": (1, 2),
    "oq_wrap": (2, 3),
    "FIELD_WRONG": (2, 3),
    "RULE_WRONG": (2, 3),
}
# Calls that take a key of the language files, and at which place.
KEY_TAKERS = {
    "oq_text": 1, "oq_text_fill": 2, "oq_text_count": 2,
    "web_say": 1, "web_toast": 2, "web_page_begin": 2,
    "COMMAND_SAY": 1, "command_say": 1,
}
# Calls that take the first part of a key: the rest is a choice's text.
PREFIX_TAKERS = {"web_choice_label": 1}


def literals(arg):
    """The texts of an argument: one, or both sides of a choice; [] when it is computed."""
    return [t.text for t in arg if t.kind == "string"]


class Sources:
    """All of src/ but its tests, read once."""

    def __init__(self, root):
        self.files = {}
        for path in sorted((root / "src").rglob("*.[ch]")):
            if not path.name.endswith("_test.c"):
                text = path.read_text(encoding="utf-8")
                self.files[path.relative_to(root).as_posix()] = (text, *c_calls.scan(text))
        self.sql = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
                    for path in sorted((root / "src").rglob("*.sql"))}


def find_makers(sources):
    """MAKERS and every function that hands its own parameter on as a code, by name. The value is
    (place of the code, first fact, set of further facts)."""
    makers = {name: (code, facts, frozenset()) for name, (code, facts) in MAKERS.items()}
    grown = True
    while grown:
        grown = False
        for _, calls, functions in sources.files.values():
            params = {f.name: f.params for f in functions}
            for call in calls:
                if call.name not in makers or call.inside in makers or call.inside not in params:
                    continue
                place, first, more = makers[call.name]
                if place >= len(call.args):
                    continue
                arg = call.args[place]
                if len(arg) == 1 and arg[0].kind == "word" and arg[0].text in params[call.inside]:
                    facts = more | facts_of(call, first)
                    makers[call.inside] = (params[call.inside].index(arg[0].text), None, facts)
                    grown = True
    return makers


def facts_of(call, first):
    if first is None or first >= len(call.args):
        return frozenset()
    return frozenset(FACT.findall("".join(literals(call.args[first]))))


def check_sentence(where, code, facts, texts, problems):
    """That the code has its sentence, and that the facts fill it."""
    if "error." + code not in texts["en"]:
        problems.append(f"{where}: error.{code} has no sentence")
    for lang, table in texts.items():
        for name in sorted(lang_files.placeholders(table.get("error." + code, "")) - facts):
            problems.append(f"{where}: {lang}: error.{code} wants {{{name}}}, which is not among the facts")


def check_codes(sources, texts, problems):
    """Gives the codes that are made."""
    made = set()
    for file, text in sources.sql.items():
        for found in CONSTRAINT.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            made.add(found.group(1))
            check_sentence(f"{file}:{line}", found.group(1), frozenset(), texts, problems)
    makers = find_makers(sources)
    for file, (_, calls, _) in sources.files.items():
        for call in calls:
            if call.name not in makers or call.inside == call.name:
                continue
            place, first, more = makers[call.name]
            for code in literals(call.args[place]) if place < len(call.args) else []:
                if not CODE.fullmatch(code):
                    continue
                made.add(code)
                facts = facts_of(call, first) | more
                check_sentence(f"{file}:{call.line}", code, facts, texts, problems)
    return made


def check_keys(sources, texts, problems):
    """Keys that C asks for by name."""
    for file, (_, calls, _) in sources.files.items():
        for call in calls:
            place = KEY_TAKERS.get(call.name)
            if place is None or place >= len(call.args):
                continue
            arg = call.args[place]
            if any(t.kind == "string" and "%" in t.text for t in arg):
                continue
            for key in literals(arg):
                wanted = key + ".other" if call.name == "oq_text_count" else key
                if CODE.fullmatch(key) and wanted not in texts["en"]:
                    problems.append(f"{file}:{call.line}: there is no text {wanted}")


# --- templates ------------------------------------------------------------------------------------------

TAG = re.compile(r"\{\{(?:!.*?|\{.*?\}|=.*?=|.*?)\}\}", re.S)
T_KEY = re.compile(r"\{\{\{?[&#^/]?\s*t\.([A-Za-z0-9_.]+)\s*\}?\}\}")
WORD = re.compile(r"[^\W\d_]{2,}")
SHOWN_ATTRIBUTES = {"title", "alt", "placeholder", "aria-label", "aria-description",
                    "aria-roledescription", "aria-placeholder", "label", "summary"}
# The same in both languages: names, abbreviations in capitals, and values with their unit.
NAMES = {"OPTRIA", "Oracle"}
ABBREVIATION = re.compile(r"[A-Z]{2,4}")
VALUE = re.compile(r"[-+]?\d[\d.,]*\s*\S{1,6}")


class ShownText(HTMLParser):
    """Words that a person would see, but for technical text (code, and what is marked `ltr`) and
    the bait that only machines fill in."""

    VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
            "track", "wbr", "path", "use", "circle", "rect", "line"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.stack, self.found = [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        for name, value in attrs.items():
            is_button = name == "value" and attrs.get("type") in ("submit", "button", "reset")
            if value and (name in SHOWN_ATTRIBUTES or is_button):
                self.take(value)
        if tag not in self.VOID:
            quiet = tag in ("script", "style", "code", "kbd", "samp") or \
                {"ltr", "trap"} & set((attrs.get("class") or "").split())
            self.stack.append((tag, bool(quiet)))

    def handle_endtag(self, tag):
        for i in range(len(self.stack) - 1, -1, -1):
            if self.stack[i][0] == tag:
                del self.stack[i:]
                break

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data):
        if not any(quiet for _, quiet in self.stack):
            self.take(data)

    def take(self, text):
        words = [w for w in WORD.findall(text) if w not in NAMES and not ABBREVIATION.fullmatch(w)]
        if words and not VALUE.fullmatch(text.strip()):
            self.found.append((" ".join(text.split()), self.getpos()[0]))


def blank(match):
    """As many lines as before, so that line numbers stay."""
    return "\n" * match.group().count("\n")


BLOCK = re.compile(r"\{\{\s*([$>])\s*([\w/-]+)\s*\}\}")


def inside_tags(sources):
    """Names of blocks ("$type") and partials (">partials/field_aria") that stand inside an HTML
    tag somewhere: what fills them is attributes, not text."""
    found = set()
    for source in sources.values():
        for match in BLOCK.finditer(source):
            before = TAG.sub(blank, source[:match.start()])
            if before.rfind("<") > before.rfind(">"):
                found.add(match.group(1) + match.group(2))
    return found


def without_blocks(source, names):
    for name in names:
        if name.startswith("$"):
            block = re.escape(name[1:])
            source = re.sub(r"\{\{\s*\$\s*%s\s*\}\}.*?\{\{\s*/\s*%s\s*\}\}" % (block, block), blank,
                            source, flags=re.S)
    return source


def check_template(source, name, attributes, texts, problems):
    """Gives the keys that it asks for."""
    used = set()
    for found in T_KEY.finditer(source):
        key = found.group(1)
        used.add(key)
        if key not in texts["en"]:
            line = source.count("\n", 0, found.start()) + 1
            problems.append(f"{name}:{line}: there is no text {key}")
    if ">" + name.removeprefix("web/templates/").removesuffix(".mustache") in attributes:
        return used
    parser = ShownText()
    parser.feed(TAG.sub(blank, without_blocks(source, attributes)))
    parser.close()
    for text, line in parser.found:
        problems.append(f"{name}:{line}: a sentence in a template: \"{text[:60]}\"")
    return used


def check_templates(root, texts, problems):
    sources = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
               for path in sorted((root / "web" / "templates").rglob("*.mustache"))}
    attributes = inside_tags(sources)
    used = set()
    for name, source in sources.items():
        used |= check_template(source, name, attributes, texts, problems)
    return used


# --- what nobody asks for ---------------------------------------------------------------------------------

def unused_keys(sources, texts, used):
    """Keys that stand nowhere: not in a template, not as a string, nor below a string that is
    completed at run time ("role." or "leads.lang_%s")."""
    whole, prefixes = set(used), set()
    for text, calls, _ in sources.files.values():
        for string, _ in c_calls.strings(text):
            whole.add(string)
            start, percent, _ = string.partition("%")
            if (percent or start.endswith(".")) and CODE.fullmatch(start + "x"):
                prefixes.add(start)
        for call in calls:
            place = PREFIX_TAKERS.get(call.name)
            if place is not None and place < len(call.args):
                prefixes.update(prefix + "." for prefix in literals(call.args[place]))
    prefixes.discard("error.")
    for key in sorted(texts["en"]):
        base = lang_files.plural_base(key, texts["en"])
        names = {key, key.removeprefix("error."), base or key}
        if not names & whole and not any(key.startswith(p) for p in prefixes):
            yield key


def check(root):
    """(problems, unused keys)"""
    texts, problems = lang_files.load(root)
    sources = Sources(root)
    made = check_codes(sources, texts, problems)
    check_keys(sources, texts, problems)
    used = check_templates(root, texts, problems) | made
    return problems, list(unused_keys(sources, texts, used))


def main():
    problems, unused = check(Path(__file__).resolve().parent.parent)
    for key in unused:
        print(f"warning: nothing asks for {key}")
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems, {len(unused)} unused keys")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
