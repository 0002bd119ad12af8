"""What a statement may not say at all, whatever it is about.

Who reads a statement, and what checks it, must see the same SQL as PostgreSQL does. So the few
corners of the language where that is hard to tell are not used: keywords as names, names that are
spelled by escapes, texts in pieces. And some functions reach past the statement: they run SQL that
is given to them as text, tell the database another tenant, or touch the server's files.
"""

import re

from sql_text import SqlError

NAME_BYTES_MAX = 63  # PostgreSQL cuts longer names off, and two become one

_STRUCTURE = frozenset("""all and as by case cross delete distinct else end except fetch for from full
group having in inner insert intersect into is join lateral left limit natural not offset on only or
order outer returning right select set table then union update using values when where window
with""".split())

_REACHES_OUT = re.compile(
    r"set_config|(query|table|schema|database|cursor)_to_xml\w*|ts_(stat|rewrite)|dblink\w*"
    r"|crosstab\w*|connectby|xpath_table|lo_(import|export)")
# Of the database's own functions those that a statement of ours may call.
_OWN = frozenset(("pg_notify", "pg_backend_pid", "pg_sleep", "pg_advisory_xact_lock",
                  "pg_try_advisory_xact_lock", "pg_database_size", "pg_total_relation_size"))


def check(toks):
    """Tokens without comments; raises SqlError."""
    for before, token, behind in zip([None, *toks], toks, [*toks[1:], None]):
        if token.kind == "string" and before is not None and before.kind == "string":
            raise SqlError(token.line, "a text in two pieces: write it as one, or put || between")
        if token.kind in ("word", "quoted"):
            _check_name(before, token, behind)


def _check_name(before, token, behind):
    if len(token.word.encode()) > NAME_BYTES_MAX:
        raise SqlError(token.line, f"{token.word[:20]}...: a name of more than {NAME_BYTES_MAX} bytes")
    if token.kind == "word" and not token.text.isascii():
        raise SqlError(token.line, f"{token.text}: names are plain ASCII")
    if token.is_word("u") and behind is not None and behind.text.startswith("&"):
        raise SqlError(token.line, 'U&"...": write the name as it is')
    if before is not None and (before.is_word("as") or before.is_punct(".")):
        is_with = token.is_word("not") and behind is not None and behind.is_word("materialized")
        if token.is_word(*_STRUCTURE) and not is_with:
            raise SqlError(token.line, f'{token.text} as a name: write it in quotes, "{token.word}"')
    if behind is not None and behind.is_punct("("):
        _check_function(token)


def _check_function(token):
    if token.word == "set_config":
        raise SqlError(token.line, "set_config: only db/ tells the database its tenant")
    if _REACHES_OUT.fullmatch(token.word) or token.word.startswith("pg_") and token.word not in _OWN:
        raise SqlError(token.line, f"{token.word}: reaches past the statement (tools/sql_words.py)")
