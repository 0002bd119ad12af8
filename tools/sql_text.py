"""Reading PostgreSQL's SQL as tokens: what is text and what is not.

Strings, dollar quotes, quoted names and comments are one token each, so whoever looks for a word
or a parameter never finds it inside one.
"""

import re
from dataclasses import dataclass


class SqlError(Exception):
    """What is wrong with a statement, and in which line of its file."""

    def __init__(self, line, message):
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass(frozen=True)
class Token:
    kind: str  # word quoted string number param dollar op punct space comment
    text: str  # as written
    line: int

    @property
    def word(self):
        """Keyword or name in lower case; a quoted name as PostgreSQL sees it; else ''."""
        if self.kind == "word":
            return self.text.lower()
        if self.kind == "quoted":
            return self.text[1:-1].replace('""', '"')
        return ""

    def is_word(self, *words):
        return self.kind == "word" and self.text.lower() in words

    def is_punct(self, text):
        return self.kind in ("punct", "op") and self.text == text


_SPACE = re.compile(r"[ \t\r\n\f]+")  # what PostgreSQL takes for it; U+00A0 is a letter there
_WORD = re.compile(r"[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_$\u0080-\U0010ffff]*")
_NUMBER = re.compile(r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_PARAM = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)")
_DOLLAR_QUOTE = re.compile(r"\$([A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_\u0080-\U0010ffff]*)?\$")
_POSITION = re.compile(r"\$[0-9]+")
_LINE_COMMENT = re.compile(r"--[^\r\n]*")
_STRING_START = re.compile(r"([eE]|[bBxXnN]|[uU]&)?'")
_OPERATOR_CHARS = set("+-*/<>=~!@#%^&|`?")
_KEEPS_SIGN = set("~!@#%^&|`?")  # an operator may end in + or - only when it holds one of these


def tokens(sql, first_line=1):
    """All tokens of `sql`, in order; their texts put together are `sql` again."""
    found = []
    at, line = 0, first_line
    while at < len(sql):
        kind, end = _next(sql, at, line)
        text = sql[at:end]
        found.append(Token(kind, text, line))
        line += text.count("\n")
        at = end
    return found


def _next(sql, at, line):
    for kind, pattern in (("space", _SPACE), ("comment", _LINE_COMMENT)):
        match = pattern.match(sql, at)
        if match:
            return kind, match.end()
    if sql.startswith("/*", at):
        return "comment", _block_comment_end(sql, at, line)
    match = _STRING_START.match(sql, at)
    if match:
        escapes = (match.group(1) or "").lower() == "e"
        return "string", _quoted_end(sql, match.end(), "'", escapes, line)
    if sql[at] == '"':
        return "quoted", _quoted_end(sql, at + 1, '"', False, line)
    match = _DOLLAR_QUOTE.match(sql, at)
    if match:
        end = sql.find(match.group(0), match.end())
        if end < 0:
            raise SqlError(line, f"{match.group(0)} is never closed")
        return "string", end + len(match.group(0))
    for kind, pattern in (("dollar", _POSITION), ("word", _WORD), ("number", _NUMBER)):
        match = pattern.match(sql, at)
        if match:
            return kind, match.end()
    if sql.startswith("::", at) or sql.startswith(":=", at):
        return "punct", at + 2
    match = _PARAM.match(sql, at)
    if match:
        return "param", match.end()
    if sql[at] in _OPERATOR_CHARS:
        return "op", _operator_end(sql, at)
    return "punct", at + 1


def _block_comment_end(sql, at, line):
    depth, end = 0, at
    while end < len(sql):
        if sql.startswith("/*", end):
            depth, end = depth + 1, end + 2
        elif sql.startswith("*/", end):
            depth, end = depth - 1, end + 2
            if depth == 0:
                return end
        else:
            end += 1
    raise SqlError(line, "a comment /* is never closed")


def _quoted_end(sql, at, quote, escapes, line):
    while at < len(sql):
        if escapes and sql[at] == "\\":
            at += 2
        elif sql[at] != quote:
            at += 1
        elif sql.startswith(quote * 2, at):
            at += 2
        else:
            return at + 1
    raise SqlError(line, f"a text in {quote} is never closed")


def _operator_end(sql, at):
    """PostgreSQL's own rule: the longest run, which a comment ends; `a=-1` is `=` and `-`."""
    end = at
    while end < len(sql) and sql[end] in _OPERATOR_CHARS:
        if end > at and (sql.startswith("--", end) or sql.startswith("/*", end)):
            break
        end += 1
    while end - at > 1 and sql[end - 1] in "+-" and not _KEEPS_SIGN & set(sql[at:end]):
        end -= 1
    return end


def meaningful(all_tokens):
    """Without white space and comments."""
    return [token for token in all_tokens if token.kind not in ("space", "comment")]


def match_brackets(toks):
    """For each opening bracket's index the index of its partner, and the other way round."""
    partner, stack = {}, []
    closers = {")": "(", "]": "["}
    for i, token in enumerate(toks):
        if token.kind != "punct":
            continue
        if token.text in "([":
            stack.append(i)
        elif token.text in closers:
            if not stack or toks[stack[-1]].text != closers[token.text]:
                raise SqlError(token.line, f"{token.text} without its opening bracket")
            partner[i] = stack[-1]
            partner[stack.pop()] = i
    if stack:
        raise SqlError(toks[stack[-1]].line, f"{toks[stack[-1]].text} is never closed")
    return partner
