#!/usr/bin/env python3
"""Makes typed C of the statements in .sql files. What the files look like: src/db/stmt.h.

    sqlgen.py header      --platform-tables FILE in.sql out.h
    sqlgen.py all         --platform-tables FILE --out all_stmts.c a.sql b.sql ...
    sqlgen.py constraints --platform-tables FILE --out all_constraints.c a.sql b.sql ...

`header` writes what the .c file beside the .sql file includes. `all` writes the list of every
statement, `constraints` that of every named constraint (apart, because the first one drags the
whole program in); both refuse names that two files use.

A statement is refused, with file and line, when it could leave its tenant (sql_walls.py), when a
parameter is unknown, unused or given by position, when a block holds no statement or several, and
when it is not a SELECT, VALUES, INSERT, UPDATE or DELETE. Python's standard library alone.
"""

import argparse
import os
import re
import sys
from dataclasses import dataclass, field

import sql_walls
from sql_text import SqlError, meaningful, tokens

PARAMS_MAX = 63  # DB_PARAMS_MAX of db/stmt.h, less the tenant


@dataclass(frozen=True)
class Type:
    sql: str  # what the parameter is cast to
    c: str
    row: str  # macro of the field table


TYPES = {
    "text": Type("text", "oq_str", "OQ_TEXT"),
    "i64": Type("int8", "int64_t", "OQ_I64"),
    "i32": Type("int4", "int64_t", "DB_I32"),
    "f64": Type("float8", "double", "OQ_F64"),
    "bool": Type("bool", "bool", "OQ_BOOL"),
    "uuid": Type("uuid", "oq_uuid", "OQ_UUID"),
    "time": Type("timestamptz", "oq_us", "OQ_TIME"),
    "date": Type("date", "oq_date", "OQ_DATE"),
    "json": Type("jsonb", "oq_str", "OQ_JSON"),
    "bytes": Type("bytea", "oq_str", "OQ_BYTES"),
    "texts": Type("text[]", "oq_strs", "OQ_TEXTS"),
    "uuids": Type("uuid[]", "oq_uuids", "OQ_UUIDS"),
    "i32s": Type("int4[]", "db_i32s", "DB_I32S"),
    "i64s": Type("int8[]", "db_i64s", "DB_I64S"),
    "f64s": Type("float8[]", "db_f64s", "DB_F64S"),
    "times": Type("timestamptz[]", "db_times", "DB_TIMES"),
    "blobs": Type("bytea[]", "oq_strs", "DB_BLOBS"),
}
# C has no bool that is neither true nor false: NULL is a NULL pointer.
BOOL_OR_NULL = Type("bool", "const bool *", "DB_BOOL_OR_NULL")

C_WORDS = set("""auto bool break case char const continue default do double else enum extern false
float for goto if inline int long register restrict return short signed sizeof static struct switch
true typedef union unsigned void volatile while""".split())


@dataclass
class Column:
    name: str
    type: str
    may_be_null: bool = False

    @property
    def kind(self):
        return BOOL_OR_NULL if self.type == "bool" and self.may_be_null else TYPES[self.type]


@dataclass
class Statement:
    name: str
    line: int
    is_platform: bool
    args: list
    record: str = None  # name of the struct, or None
    columns: list = None  # own columns, or None
    doc: list = field(default_factory=list)
    sql: str = ""
    uses_tenant: bool = False
    writes: bool = False

    @property
    def c_name(self):
        return "sql_" + self.name.lower()

    @property
    def has_rows(self):
        return self.record is not None or self.columns is not None


@dataclass(frozen=True)
class Constraint:
    name: str
    code: str
    field: str
    line: int


# --- reading a file -------------------------------------------------------------------------------

_HEADER_START = re.compile(r"--\s*(PLATFORM\s+)?([A-Z][A-Z0-9_]+)\s*(\(|->|$)")
_HEADER = re.compile(r"(?P<platform>PLATFORM\s+)?(?P<name>[A-Z][A-Z0-9_]+)\s*"
                     r"(\((?P<args>[^()]*)\)\s*)?->\s*"
                     r"((?P<record>[a-z][a-z0-9_]*)|\((?P<columns>[^()]*)\))\s*")
_CONSTRAINT_START = re.compile(r"--\s*CONSTRAINT\b")
_CONSTRAINT = re.compile(r"--\s*CONSTRAINT\s+([a-z][a-z0-9_]*)\s*->\s*([a-z0-9_]+(?:\.[a-z0-9_]+)+)"
                         r"\s*(?:\(([a-z][a-z0-9_]*)\))?\s*")
_COLUMN = re.compile(r"([a-z][a-z0-9_]*)\s+([a-z0-9]+)(\?)?")
_HEADER_FORM = "-- NAME (parameter type, ...) -> record, -> (column type, ...) or -> nothing"


def read_file(path, platform_tables):
    """(statements, constraints, errors) of a file."""
    with open(path, encoding="utf-8") as file:
        return read_text(file.read(), platform_tables)


def read_text(text, platform_tables):
    lines = text.split("\n")
    statements, constraints, errors = [], [], []
    starts = []  # (statement, index of the first line behind its header)
    at = 0
    while at < len(lines):
        try:
            if _CONSTRAINT_START.match(lines[at]):
                constraints.append(_read_constraint(lines[at], at + 1))
            elif _is_header(lines, at):
                statement, after = _read_header(lines, at)
                starts.append((statement, at, after))
                at = after - 1
        except SqlError as error:
            errors.append(error)
            starts.append((None, at, at + 1))
        at += 1

    first = starts[0][1] if starts else len(lines)
    if meaningful(tokens("\n".join(lines[:first]))):
        errors.append(SqlError(1, f"a statement needs its header: {_HEADER_FORM}"))
    for i, (statement, _, after) in enumerate(starts):
        end = starts[i + 1][1] if i + 1 < len(starts) else len(lines)
        if statement is None:
            continue
        try:
            _read_body(statement, "\n".join(lines[after:end]), after + 1, platform_tables)
            statements.append(statement)
        except SqlError as error:
            error.line = error.line or statement.line
            errors.append(SqlError(error.line, f"{statement.name}: {error.message}"))
    names = {}
    for statement in statements:
        if statement.name in names:
            errors.append(SqlError(statement.line, f"{statement.name} stands in line "
                                                   f"{names[statement.name]} already"))
        names.setdefault(statement.name, statement.line)
    return statements, constraints, sorted(errors, key=lambda error: error.line)


def _is_header(lines, at):
    match = _HEADER_START.match(lines[at])
    if not match:
        return False
    # A name alone in its line goes on in the next; prose in capitals does not.
    return bool(match.group(3)) or (at + 1 < len(lines) and
                                    re.match(r"--\s*(\(|->)", lines[at + 1]) is not None)


def _read_header(lines, at):
    text, end = "", at
    while end < len(lines) and lines[end].startswith("--"):
        text += " " + lines[end][2:]
        end += 1
        match = _HEADER.fullmatch(text.strip())
        if match:
            return _make_statement(match, lines, at, end), end
    raise SqlError(at + 1, f"a header that is not understood; wanted: {_HEADER_FORM}")


def _make_statement(match, lines, at, after):
    line = at + 1
    statement = Statement(match["name"], line, bool(match["platform"]),
                          _read_columns(match["args"] or "", line, "parameter"))
    for arg in statement.args:
        if arg.name == "tenant":
            raise SqlError(line, f"{statement.name}: :tenant is filled from the scope and is "
                                 "never a parameter")
    if len(statement.args) > PARAMS_MAX:
        raise SqlError(line, f"{statement.name}: more than {PARAMS_MAX} parameters")
    if match["columns"] is not None:
        statement.columns = _read_columns(match["columns"], line, "column")
        if not statement.columns:
            raise SqlError(line, f"{statement.name}: a row without columns; write -> nothing")
        if any(column.may_be_null for column in statement.columns):
            raise SqlError(line, f"{statement.name}: columns take no '?': any may be NULL, "
                                 "which is 'not given' in C")
    elif match["record"] != "nothing":
        statement.record = match["record"]
    above = at
    while above > 0 and _is_prose(lines[above - 1]):
        above -= 1
    below = after
    while below < len(lines) and _is_prose(lines[below]):
        below += 1
    doc = [text[2:].strip() for text in lines[above:at] + lines[after:below]]
    statement.doc = [text for text in doc if text.strip("-")]
    return statement


def _is_prose(line):
    return line.startswith("--") and not _CONSTRAINT_START.match(line)


def _read_columns(text, line, what):
    columns = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _COLUMN.fullmatch(part)
        if not match:
            raise SqlError(line, f"{what} '{part}' is not understood; wanted: name type")
        name, kind, null = match.groups()
        if kind not in TYPES:
            raise SqlError(line, f"{what} {name}: no type '{kind}'; there are {' '.join(TYPES)}")
        if name in C_WORDS:
            raise SqlError(line, f"{what} {name}: a word of C")
        if any(column.name == name for column in columns):
            raise SqlError(line, f"{what} {name} stands there twice")
        columns.append(Column(name, kind, bool(null)))
    return columns


def _read_constraint(text, line):
    match = _CONSTRAINT.fullmatch(text)
    if not match:
        raise SqlError(line, "wanted: -- CONSTRAINT constraint_name -> error.code (field)")
    return Constraint(match[1], match[2], match[3], line)


def _read_body(statement, text, line, platform_tables):
    all_tokens = tokens(text, line)
    toks = meaningful(all_tokens)
    if not toks:
        raise SqlError(statement.line, "there is no statement behind the header")
    ends = [i for i, token in enumerate(toks) if token.is_punct(";")]
    if ends and ends[0] != len(toks) - 1:
        raise SqlError(toks[ends[0] + 1].line, "a second statement in one block; one header each")
    toks = toks[:ends[0]] if ends else toks
    if not toks:
        raise SqlError(statement.line, "there is no statement behind the header")
    for token in toks:
        if token.kind == "dollar":
            raise SqlError(token.line, f"{token.text}: parameters have names, as :name")
    facts = sql_walls.check(toks, platform_tables, statement.is_platform)
    statement.writes = facts.writes
    if statement.has_rows and not facts.returns_rows:
        raise SqlError(statement.line, f"{facts.verb.upper()} without RETURNING gives no rows: "
                                       "write -> nothing")
    if not statement.has_rows and facts.returns_rows and facts.verb not in ("select", "values"):
        raise SqlError(statement.line, "RETURNING gives rows: name them behind ->")
    statement.sql = _number_params(statement, all_tokens, toks)


def _number_params(statement, all_tokens, toks):
    """The statement's text with $n for :name, without comments and without the last semicolon."""
    used = {token.text[1:]: token.line for token in reversed(toks) if token.kind == "param"}
    statement.uses_tenant = "tenant" in used
    if statement.uses_tenant and statement.is_platform:
        raise SqlError(used["tenant"], ":tenant in a PLATFORM statement, which has none: declare "
                                       "a parameter, as (tenant_id uuid)")
    place = {"tenant": "$1::uuid"}
    first = 2 if statement.uses_tenant else 1
    for number, arg in enumerate(statement.args, first):
        place[arg.name] = f"${number}::{arg.kind.sql}"
        if arg.name not in used:
            raise SqlError(statement.line, f"parameter {arg.name} is not used")
    for name, line in used.items():
        if name not in place:
            raise SqlError(line, f":{name} is not among the parameters")
    text = ""
    for token in all_tokens:
        if token.kind == "comment":  # as in PostgreSQL a blank: O/**/R is not OR
            text += "" if text.endswith((" ", "\n")) else " "
        elif token.kind == "space":
            text = text.rstrip(" ") + "\n" + token.text.rpartition("\n")[2] \
                if "\n" in token.text else text + " "
        elif token.kind == "param":
            text += place[token.text[1:]]
        elif not token.is_punct(";"):
            text += token.text
    return re.sub(r"\n\s*\n", "\n", text.strip()) if "'" not in text else text.strip()


# --- writing C ------------------------------------------------------------------------------------

_GENERATED = "/* Made by tools/sqlgen.py{of}; changes here are lost. */\n"


def c_string(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("??", "?\\?")
    return '"' + escaped.replace("\t", "\\t").replace("\r", "\\r") + '"'


def write_header(path, statements):
    folder_and_name = "/".join(os.path.abspath(path).split(os.sep)[-2:])
    guard = "SQL_" + re.sub(r"[^A-Z0-9]", "_", os.path.basename(path).rsplit(".", 1)[0].upper())
    parts = [_GENERATED.format(of=f" of {folder_and_name}"),
             f"#ifndef {guard}_H\n#define {guard}_H\n\n#include \"db/stmt.h\"\n"]
    parts += [_statement_code(statement, folder_and_name) for statement in statements]
    parts.append("#endif\n")
    return "\n".join(parts)


def _struct(name, columns):
    members = "".join(f"    {column.kind.c} {column.name};\n".replace("* ", "*")
                      for column in columns)
    return f"typedef struct {name} {{\n{members}}} {name};\n"


def _field_table(name, struct, columns, are_args):
    rows = ""
    for column in columns:
        required = ", .required = true" if are_args and not column.may_be_null else ""
        rows += f"    {column.kind.row}({struct}, {column.name}{required}),\n"
    return f"static const oq_field {name}[] = {{\n{rows}    OQ_FIELDS_END\n}};\n"


def _statement_code(statement, file):
    name = statement.c_name
    code = ""
    doc = [text.replace("*/", "* /").replace("/*", "/ *") for text in statement.doc]
    code += "/* " + "\n * ".join([statement.name] + doc) + " */\n"
    if statement.args:
        code += _struct(f"{name}_args", statement.args)
        code += _field_table(f"{name}_arg_fields", f"{name}_args", statement.args, True)
    row, fields = None, "NULL"
    if statement.columns is not None:
        row, fields = f"{name}_row", f"{name}_row_fields"
        code += _struct(row, statement.columns)
        code += _field_table(fields, row, statement.columns, False)
    elif statement.record is not None:
        row, fields = f"struct {statement.record}", f"{statement.record}_fields"
    if row:
        code += f"typedef struct {name}_rows {{\n    {row} *at;\n    size_t count;\n}} {name}_rows;\n"
    code += _stmt_object(statement, file, row, fields)
    return code + _function(statement, row)


def _stmt_object(statement, file, row, fields):
    name = statement.c_name
    members = [f'.name = "{statement.name}"', f".file = {c_string(file)}"]
    members += [".uses_tenant = true"] if statement.uses_tenant else []
    members += [".is_platform = true"] if statement.is_platform else []
    members += [".writes = true"] if statement.writes else []
    members += [f".args = {name}_arg_fields"] if statement.args else []
    members += [f".fields = {fields}", f".row_size = sizeof({row})"] if row else []
    lines = statement.sql.split("\n")
    sql = "\n            ".join(c_string(line)[:-1] + '\\n"' for line in lines[:-1])
    sql += ("\n            " if sql else "") + c_string(lines[-1])
    body = "".join(f"    {member},\n" for member in members)
    return (f"extern const db_stmt {name}_stmt;\n"
            f"DB_STMT_SHARED const db_stmt {name}_stmt = {{\n{body}    .sql = {sql},\n}};\n")


def _function(statement, row):
    name = statement.c_name
    who, run = ("db_platform *p", "db_run_platform(p") if statement.is_platform else \
               ("oq_scope *s", "db_run(s")
    params, args = [who], "NULL"
    if statement.args:
        params.append(f"{name}_args args")
        args = "&args"
    params.append(f"{name}_rows *ret_rows" if row else "size_t *ret_touched")
    code = f"OQ_CHECKED static inline oq_err *{name}({', '.join(params)})\n{{\n"
    if row:
        code += (f"    void *at;\n    size_t count;\n"
                 f"    OQ_TRY({run}, &{name}_stmt, {args}, &at, &count));\n"
                 f"    *ret_rows = ({name}_rows){{at, count}};\n    return NULL;\n}}\n")
    else:
        code += f"    return {run}, &{name}_stmt, {args}, NULL, ret_touched);\n}}\n"
    return code


def clashes(files):
    """[(path, error)] for names that two files use. `files`: (path, statements, constraints)."""
    statements, constraints, found = {}, {}, []
    for path, file_statements, file_constraints in files:
        for statement in file_statements:
            if statement.name in statements:
                found.append((path, SqlError(
                    statement.line, f"{statement.name} is also in {statements[statement.name]}")))
            statements[statement.name] = path
        for constraint in file_constraints:
            if constraint.name in constraints:
                found.append((path, SqlError(
                    constraint.line, f"constraint {constraint.name} has its code in "
                                     f"{constraints[constraint.name]} already")))
            constraints[constraint.name] = path
    return found


def write_all(files):
    names = sorted(statement.name.lower() for _, statements, _ in files for statement in statements)
    code = _GENERATED.format(of="") + '#include "db/stmt.h"\n\n'
    code += "".join(f"extern const db_stmt sql_{name}_stmt;\n" for name in names)
    code += "\nconst db_stmt *const db_all_stmts[] = {\n"
    return code + "".join(f"    &sql_{name}_stmt,\n" for name in names) + "    NULL,\n};\n"


def write_constraints(files):
    constraints = sorted((one for _, _, some in files for one in some), key=lambda one: one.name)
    code = _GENERATED.format(of="") + '#include "db/constraint.h"\n\n#include <stddef.h>\n\n'
    code += "const db_constraint db_all_constraints[] = {\n"
    for constraint in constraints:
        column = f'"{constraint.field}"' if constraint.field else "NULL"
        code += f'    {{"{constraint.name}", "{constraint.code}", {column}}},\n'
    return code + "    {NULL, NULL, NULL},\n};\n"


# --- commands -------------------------------------------------------------------------------------


def complain(path, errors):
    for error in errors:
        print(f"{path}:{error.line}: {error.message}", file=sys.stderr)
    return bool(errors)


def write_file(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    header = commands.add_parser("header")
    header.add_argument("--platform-tables", required=True)
    header.add_argument("sql")
    header.add_argument("out")
    for name in ("all", "constraints"):
        every = commands.add_parser(name)
        every.add_argument("--platform-tables", required=True)
        every.add_argument("--out", required=True)
        every.add_argument("sql", nargs="*")
    options = parser.parse_args(argv)

    platform_tables = sql_walls.read_platform_tables(options.platform_tables)
    if options.command == "header":
        statements, _, errors = read_file(options.sql, platform_tables)
        if complain(options.sql, errors):
            return 1
        write_file(options.out, write_header(options.sql, statements))
        return 0

    files, failed = [], False
    for path in options.sql:
        statements, constraints, errors = read_file(path, platform_tables)
        failed |= complain(path, errors)
        files.append((path, statements, constraints))
    for path, error in clashes(files):
        failed |= complain(path, [error])
    if failed:
        return 1
    write = write_all if options.command == "all" else write_constraints
    write_file(options.out, write(files))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
