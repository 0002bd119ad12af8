"""Reading C just far enough to find calls and what stands in them.

Not a compiler: no preprocessor, no types. Comments are skipped, strings that stand side by side are
joined, and a call is a name with a bracket behind it.
"""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"""
      (?P<space>\s+|//[^\n]*|/\*.*?\*/|\\\n)
    | (?P<string>"(?:[^"\\\n]|\\.)*")
    | (?P<char>'(?:[^'\\\n]|\\.)*')
    | (?P<word>[A-Za-z_]\w*)
    | (?P<number>\.?\d(?:[\w.]|[eEpP][+-])*)
    | (?P<punct>->|\+\+|--|&&|\|\||[<>=!]=|<<|>>|\.\.\.|.)
""", re.X | re.S)

_OPEN, _CLOSE = "([{", ")]}"


@dataclass(frozen=True)
class Token:
    kind: str  # string, char, word, number, punct
    text: str  # of a string: its bytes without quotes, escapes as written
    line: int


@dataclass
class Call:
    name: str
    args: list  # of lists of tokens
    line: int
    inside: str  # the function it stands in, or ""


@dataclass
class Function:
    name: str
    params: list  # names, in order


def tokens(source):
    found, line = [], 1
    for match in _TOKEN.finditer(source):
        kind, text = match.lastgroup, match.group()
        if kind == "string" and found and found[-1].kind == "string":
            found[-1] = Token("string", found[-1].text + text[1:-1], found[-1].line)
        elif kind == "string":
            found.append(Token(kind, text[1:-1], line))
        elif kind != "space":
            found.append(Token(kind, text, line))
        line += text.count("\n")
    return found


def _arguments(toks, at):
    """The arguments of the bracket at `at`, and the place behind it."""
    args, depth, current = [], 0, []
    while at < len(toks):
        token = toks[at]
        if token.kind == "punct" and token.text in _OPEN:
            depth += 1
        elif token.kind == "punct" and token.text in _CLOSE:
            depth -= 1
            if depth == 0:
                if current or args:
                    args.append(current)
                return args, at + 1
        elif token.kind == "punct" and token.text == "," and depth == 1:
            args.append(current)
            current = []
            at += 1
            continue
        if depth > 1 or not (token.kind == "punct" and token.text in _OPEN):
            current.append(token)
        at += 1
    return args, at


def _param_name(param):
    words = [t.text for t in param if t.kind == "word"]
    return words[-1] if words else ""


def scan(source):
    """(calls, functions) of one file."""
    toks = tokens(source)
    calls, functions = [], []
    inside, depth = "", 0
    for at, token in enumerate(toks):
        if token.kind == "punct" and token.text == "{":
            depth += 1
        elif token.kind == "punct" and token.text == "}":
            depth -= 1
            if depth == 0:
                inside = ""
        is_called = (token.kind == "word" and at + 1 < len(toks) and
                     toks[at + 1].kind == "punct" and toks[at + 1].text == "(")
        if not is_called:
            continue
        args, behind = _arguments(toks, at + 1)
        if depth == 0 and behind < len(toks) and toks[behind].text == "{":
            inside = token.text
            functions.append(Function(token.text, [_param_name(p) for p in args]))
        else:
            calls.append(Call(token.text, args, token.line, inside))
    return calls, functions


def strings(source):
    """Every string of the file, with its line."""
    return [(t.text, t.line) for t in tokens(source) if t.kind == "string"]
