"""The tenant walls of a statement: every table of tenants that it names must be held to :tenant.

A table counts as held when `its.tenant_id = :tenant` stands in WHERE or in the ON of a join, as a
condition that nothing can switch off (not under OR, NOT or CASE), or when it is joined by
`its.tenant_id = other.tenant_id` to a table that is held. The ON of an outer join holds only the
side that the join may leave empty, so only that side counts. What an INSERT writes must name
tenant_id and give it :tenant, or the tenant_id of a table that is held. This is stricter than
SQL needs; whoever reads the statement sees the wall without thinking.

Row-level security in the database is the second wall; this one stops the build.
"""

from dataclasses import dataclass, field

from sql_text import SqlError, Token
from sql_tree import (DELETE_CLAUSES, SELECT_CLAUSES, SET_WORDS, UPDATE_CLAUSES, Group, clauses_of,
                      conjuncts, is_group, split, split_commas, starts_query, tree)

SYSTEM_SCHEMAS = ("pg_catalog", "information_schema")


def read_platform_tables(path):
    """{table: the column that holds the tenant, or None}. See the head of the file."""
    tables = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.split("#")[0].split()
            if words:
                tables[words[0]] = words[1] if len(words) > 1 else None
    return tables


@dataclass
class Facts:
    """What the caller of a statement must know of it."""

    verb: str = ""  # of the outermost statement: select values insert update delete
    writes: bool = False  # changes rows or locks them
    returns_rows: bool = False


def check(toks, platform_tables, is_platform):
    """Facts of a statement without comments; raises SqlError where a wall is open."""
    walls = _Walls(platform_tables, is_platform)
    try:
        walls.query(tree(toks), None, frozenset(), outermost=True)
    except IndexError:
        raise SqlError(toks[-1].line, "the statement ends too early") from None
    walls.demand_all_held()
    return walls.facts


_JOIN_WORDS = ("join", "inner", "left", "right", "full", "cross", "natural")
_NOT_AN_ALIAS = _JOIN_WORDS + ("on", "using", "tablesample", "with", "set", "where", "returning",
                               "values", "select", "default", "overriding")


@dataclass(eq=False)
class _Ref:
    """One mention of a table in one place of the statement."""

    table: str
    alias: str
    column: str  # holds the tenant
    line: int


@dataclass(eq=False)
class _Block:
    """One SELECT, INSERT, UPDATE or DELETE with the names that it brings."""

    outer: object
    refs: list = field(default_factory=list)
    names: dict = field(default_factory=dict)  # alias: _Ref, or None for what is not a table
    outputs: list = field(default_factory=list)  # lists of expressions that it gives

    def find(self, qualifier, column):
        block = self
        while block is not None:
            if qualifier:
                if qualifier in block.names:
                    ref = block.names[qualifier]
                    return ref if ref and ref.column == column else None
            else:
                having = [ref for ref in block.refs if ref.column == column]
                if having:
                    return having[0] if len(having) == 1 else None
            block = block.outer
        return None


class _Walls:
    def __init__(self, platform_tables, is_platform):
        self.platform_tables = platform_tables
        self.is_platform = is_platform
        self.refs = []
        self.holds = []  # (ref, ref that holds it, or None for :tenant)
        self.facts = Facts()

    def demand_all_held(self):
        held, grew = set(), True
        while grew:
            grew = False
            for ref, by in self.holds:
                if ref not in held and (by is None or by in held):
                    held.add(ref)
                    grew = True
        for ref in self.refs:
            if ref not in held:
                name = ref.alias if ref.alias == ref.table else f"{ref.table} {ref.alias}"
                raise SqlError(
                    ref.line,
                    f"table {name} is not held to the tenant: it needs "
                    f"{ref.alias}.{ref.column} = :tenant (or = the tenant column of a table that "
                    f"has it) in WHERE or ON, not under OR, NOT or CASE")

    # --- statements -------------------------------------------------------------------------------

    def query(self, nodes, outer, ctes, outermost=False):
        """Reads a whole query with its WITH list; returns its blocks, one per UNION branch."""
        if not nodes:
            raise SqlError(0, "there is no statement")
        if nodes[0].is_word("with"):
            nodes, ctes = self._with_list(nodes, outer, ctes)
            if not nodes:
                raise SqlError(0, "WITH without a statement behind it")
        if nodes[0].is_word("insert"):  # what it takes its rows from may be a UNION of its own
            return [self._simple(nodes, outer, ctes, outermost)]
        blocks = []
        for part in split(nodes, lambda node: node.is_word(*SET_WORDS)):
            if part and part[0].is_word("all", "distinct"):
                part = part[1:]
            if not part:
                raise SqlError(nodes[0].line, "UNION, INTERSECT or EXCEPT with nothing beside it")
            if is_group(part[0]):
                blocks += self.query(part[0].items, outer, ctes, outermost)
                self._scan(_Block(outer), part[1:], ctes)
            else:
                blocks.append(self._simple(part, outer, ctes, outermost))
        return blocks

    def _with_list(self, nodes, outer, ctes):
        at = 1
        recursive = nodes[at].is_word("recursive")
        at += 1 if recursive else 0
        while True:
            name = nodes[at].word
            if not name:
                raise SqlError(nodes[at].line, "WITH wants a name")
            at += 1
            if is_group(nodes[at]):
                at += 1
            while not is_group(nodes[at]):
                if not nodes[at].is_word("as", "not", "materialized"):
                    raise SqlError(nodes[at].line, f"WITH {name} wants AS ( ... )")
                at += 1
            body = nodes[at].items
            self.query(body, outer, ctes | {name} if recursive else ctes)
            ctes = ctes | {name}
            at += 1
            if at < len(nodes) and nodes[at].is_word("search", "cycle"):
                raise SqlError(nodes[at].line, "SEARCH and CYCLE are not known here")
            if at >= len(nodes) or not nodes[at].is_punct(","):
                return nodes[at:], ctes
            at += 1

    def _simple(self, nodes, outer, ctes, outermost):
        verb = nodes[0].word
        read = {"select": self._select, "values": self._values, "insert": self._insert,
                "update": self._update, "delete": self._delete}.get(verb)
        if read is None or not nodes[0].is_word(verb):
            raise SqlError(nodes[0].line,
                           f"{nodes[0].text.upper() or 'this'}: only SELECT, VALUES, INSERT, UPDATE "
                           "and DELETE are statements; the schema changes in migrations alone")
        if outermost:
            self.facts.verb = verb
            self.facts.returns_rows |= verb in ("select", "values")
        if verb in ("insert", "update", "delete"):
            self.facts.writes = True
        block = _Block(outer)
        read(block, nodes[1:], ctes, outermost)
        return block

    def _select(self, block, nodes, ctes, outermost):
        head, clauses = clauses_of(nodes, SELECT_CLAUSES)
        if "into" in clauses:
            raise SqlError(clauses["into"][0].line if clauses["into"] else nodes[0].line,
                           "SELECT INTO makes a table; the schema changes in migrations alone")
        if "for" in clauses:
            self.facts.writes = True
        self._from_list(block, clauses.get("from", []), ctes)
        self._condition(block, clauses.get("where", []), block.refs, ctes)
        if head and head[0].is_word("distinct", "all"):
            has_on = len(head) > 2 and head[1].is_word("on") and is_group(head[2])
            self._scan(block, head[2:3] if has_on else [], ctes)
            head = head[3 if has_on else 1:]
        block.outputs.append(split_commas(head))
        self._scan(block, head, ctes)
        for name in ("group", "having", "window", "order", "limit", "offset", "fetch"):
            self._scan(block, clauses.get(name, []), ctes)

    def _values(self, block, nodes, ctes, outermost):
        for row in split_commas(nodes):
            if is_group(row[0]):
                block.outputs.append(split_commas(row[0].items))
                self._scan(block, row[0].items, ctes)

    def _update(self, block, nodes, ctes, outermost):
        head, clauses = clauses_of(nodes, UPDATE_CLAUSES)
        self._target(block, head, ctes)
        self._no_new_tenant(block, clauses.get("set", []))
        self._from_list(block, clauses.get("from", []), ctes)
        self._scan(block, clauses.get("set", []), ctes)
        self._condition(block, clauses.get("where", []), block.refs, ctes)
        self._returning(block, clauses, ctes, outermost)

    def _delete(self, block, nodes, ctes, outermost):
        if not nodes or not nodes[0].is_word("from"):
            raise SqlError(nodes[0].line if nodes else 0, "DELETE wants FROM")
        head, clauses = clauses_of(nodes[1:], DELETE_CLAUSES)
        self._target(block, head, ctes)
        self._from_list(block, clauses.get("using", []), ctes)
        self._condition(block, clauses.get("where", []), block.refs, ctes)
        self._returning(block, clauses, ctes, outermost)

    def _insert(self, block, nodes, ctes, outermost):
        if not nodes or not nodes[0].is_word("into"):
            raise SqlError(nodes[0].line if nodes else 0, "INSERT wants INTO")
        at = self._target(block, nodes[1:], ctes, columns_follow=True) + 1
        columns = None
        if at < len(nodes) and is_group(nodes[at]) and not starts_query(nodes[at].items):
            columns = [part[0].word for part in split_commas(nodes[at].items)]
            at += 1
        rest = nodes[at:]
        if len(rest) > 1 and rest[0].is_word("overriding"):
            rest = rest[3:]
        source, tail = _cut_insert_source(rest)
        outputs = []
        if source and not source[0].is_word("default"):
            outputs = self.query(source, block.outer, ctes)
        self._inserted_tenant(block, columns, outputs)
        head, clauses = clauses_of(tail, {"set": None, "where": None, "returning": None})
        block.names["excluded"] = None
        self._no_new_tenant(block, clauses.get("set", []))
        for part in (head, clauses.get("set", []), clauses.get("where", [])):
            self._scan(block, part, ctes)
        self._returning(block, clauses, ctes, outermost)

    def _inserted_tenant(self, block, columns, sources):
        if self.is_platform or not block.refs:
            return
        ref = block.refs[0]
        self.holds.append((ref, None))
        if columns is None or ref.column not in columns:
            raise SqlError(ref.line, f"INSERT INTO {ref.table} must list {ref.column} among its "
                                     "columns and give it :tenant")
        place = columns.index(ref.column)
        for source in sources:
            for row in source.outputs:
                expression = row[place] if place < len(row) else []
                if not _is_tenant(source, expression):
                    raise SqlError(
                        expression[0].line if expression else ref.line,
                        f"INSERT INTO {ref.table} must give {ref.column} the value :tenant, or "
                        "the tenant column of a table that is held to the tenant")
        if not sources:
            raise SqlError(ref.line, f"INSERT INTO {ref.table} must give {ref.column} :tenant")

    def _no_new_tenant(self, block, assignments):
        if self.is_platform or not block.refs:
            return
        for part in split_commas(assignments):
            target = part[0].items if is_group(part[0]) else part[:1]
            if any(node.word == block.refs[0].column for node in target):
                raise SqlError(part[0].line, f"{block.refs[0].column} never changes")

    def _returning(self, block, clauses, ctes, outermost):
        if "returning" in clauses:
            self.facts.returns_rows |= outermost
            self._scan(block, clauses["returning"], ctes)

    # --- tables -----------------------------------------------------------------------------------

    def _target(self, block, nodes, ctes, columns_follow=False):
        """The table that is written; returns how many nodes name it."""
        at = 1 if nodes and nodes[0].is_word("only") else 0
        name, line, at = _table_name(nodes, at)
        if at < len(nodes) and nodes[at].is_punct("*"):
            at += 1
        alias = name[-1]
        if at < len(nodes) and nodes[at].is_word("as"):
            alias, at = nodes[at + 1].word, at + 2
        elif not columns_follow and at < len(nodes) and nodes[at].word:
            alias, at = nodes[at].word, at + 1
        self._reference(block, name, alias, line, frozenset())
        return at

    def _reference(self, block, name, alias, line, ctes):
        table, schema = name[-1], name[-2] if len(name) > 1 else None
        if schema is None and table in ctes:
            block.names[alias] = None
            return []
        if self.is_platform:
            block.names[alias] = None
            return []
        if schema in SYSTEM_SCHEMAS or table.startswith("pg_"):
            raise SqlError(line, f"{table} belongs to the database itself: such a statement is "
                                 "marked PLATFORM")
        column = self.platform_tables.get(table, "tenant_id")
        if column is None:
            raise SqlError(line, f"{table} is a platform table (db/platform_tables.txt): a "
                                 "statement on it is marked PLATFORM")
        ref = _Ref(table, alias, column, line)
        block.refs.append(ref)
        block.names[alias] = ref
        self.refs.append(ref)
        return [ref]

    def _from_list(self, block, nodes, ctes):
        for item in split_commas(nodes):
            self._join_tree(block, item, ctes)

    def _join_tree(self, block, nodes, ctes):
        left, at = self._primary(block, nodes, 0, ctes)
        while at < len(nodes):
            kind, line = "inner", nodes[at].line
            while at < len(nodes) and not nodes[at].is_word("join"):
                if nodes[at].is_word("natural"):
                    raise SqlError(line, "NATURAL JOIN joins by whatever names agree: write ON")
                if nodes[at].is_word("left", "right", "full", "cross"):
                    kind = nodes[at].word
                elif not nodes[at].is_word("inner", "outer"):
                    raise SqlError(line, f"{nodes[at].text or '('} is not understood in FROM")
                at += 1
            right, at = self._primary(block, nodes, at + 1, ctes)
            if kind != "cross":
                at = self._join_condition(block, nodes, at, kind, left, right, ctes, line)
            left = left + right
        return left

    def _join_condition(self, block, nodes, at, kind, left, right, ctes, line):
        if at + 1 < len(nodes) and nodes[at].is_word("using") and is_group(nodes[at + 1]):
            columns = [part[0].word for part in split_commas(nodes[at + 1].items)]
            if kind == "inner" and left and right and left[-1].column in columns:
                if left[-1].column == right[0].column:
                    self._link(left[-1], right[0], left + right)
            elif kind == "left" and left and right and left[-1].column in columns:
                if left[-1].column == right[0].column:
                    self._link(left[-1], right[0], right)
            at += 2
            if at + 1 < len(nodes) and nodes[at].is_word("as"):
                at += 2
            return at
        if at >= len(nodes) or not nodes[at].is_word("on"):
            raise SqlError(line, "each JOIN wants its ON directly behind the table")
        end = at + 1
        while end < len(nodes) and not _starts_join(nodes, end):
            end += 1
        may_hold = {"inner": left + right, "left": right, "right": left, "full": []}[kind]
        self._condition(block, nodes[at + 1:end], may_hold, ctes)
        return end

    def _primary(self, block, nodes, at, ctes):
        """One table, function, derived table or bracketed join; its refs, and where it ends."""
        while at < len(nodes) and nodes[at].is_word("lateral", "only"):
            at += 1
        if at >= len(nodes):
            raise SqlError(nodes[-1].line if nodes else 0, "FROM or JOIN without a table")
        if is_group(nodes[at]):
            group = nodes[at]
            if starts_query(group.items):
                self.query(group.items, block, ctes)
                refs = []
            else:
                refs = self._join_tree(block, group.items, ctes)
            alias, at = _alias(nodes, at + 1)
            if alias:
                block.names[alias] = None
            return refs, at
        if nodes[at].is_word("rows") and at + 2 < len(nodes) and nodes[at + 1].is_word("from"):
            self._scan(block, nodes[at + 2:at + 3], ctes)
            alias, at = _alias(nodes, at + 3)
            block.names[alias or ""] = None
            return [], at
        name, line, at = _table_name(nodes, at)
        if at < len(nodes) and is_group(nodes[at]):
            self._scan(block, nodes[at:at + 1], ctes)
            at += 1
            if at + 1 < len(nodes) and nodes[at].is_word("with"):
                at += 2
            alias, at = _alias(nodes, at)
            block.names[alias or name[-1]] = None
            return [], at
        if at < len(nodes) and nodes[at].is_punct("*"):
            at += 1
        alias, at = _alias(nodes, at)
        refs = self._reference(block, name, alias or name[-1], line, ctes)
        if at < len(nodes) and nodes[at].is_word("tablesample"):
            raise SqlError(line, "TABLESAMPLE is not known here")
        return refs, at

    # --- conditions -------------------------------------------------------------------------------

    def _condition(self, block, nodes, may_hold, ctes):
        self._scan(block, nodes, ctes)
        for conjunct in conjuncts(nodes):
            sides = split(conjunct, lambda node: node.is_punct("="))
            if len(sides) != 2:
                continue
            refs = [_column(block, side) for side in sides]
            for ref, other in ((0, 1), (1, 0)):
                if refs[ref] is not None and _is_tenant_param(sides[other]):
                    if refs[ref] in may_hold:
                        self.holds.append((refs[ref], None))
            if refs[0] is not None and refs[1] is not None:
                self._link(refs[0], refs[1], may_hold)

    def _link(self, one, other, may_hold):
        if one in may_hold:
            self.holds.append((one, other))
        if other in may_hold:
            self.holds.append((other, one))

    def _scan(self, block, nodes, ctes):
        """Finds the queries inside expressions."""
        for i, node in enumerate(nodes):
            if isinstance(node, Group):
                if node.kind == "(" and starts_query(node.items):
                    self.query(node.items, block, ctes)
                else:
                    self._scan(block, node.items, ctes)
            elif node.is_word("set_config"):
                raise SqlError(node.line, "set_config: only db/ tells the database its tenant")
            elif node.word.startswith("pg_advisory_xact") or node.is_word("nextval", "setval"):
                self.facts.writes = True


def _table_name(nodes, at):
    if at >= len(nodes) or not nodes[at].word:
        line = nodes[at].line if at < len(nodes) else (nodes[-1].line if nodes else 0)
        raise SqlError(line, "a table's name was expected")
    line, parts = nodes[at].line, [nodes[at].word]
    at += 1
    while at + 1 < len(nodes) and nodes[at].is_punct(".") and nodes[at + 1].word:
        parts.append(nodes[at + 1].word)
        at += 2
    return parts, line, at


def _alias(nodes, at):
    """(alias or None, where it ends): [AS] name [(columns)]."""
    alias = None
    if at < len(nodes) and nodes[at].is_word("as"):
        at += 1
        if at < len(nodes) and is_group(nodes[at]):
            return None, at + 1
    if at < len(nodes) and nodes[at].word and not nodes[at].is_word(*_NOT_AN_ALIAS):
        alias, at = nodes[at].word, at + 1
        if at < len(nodes) and is_group(nodes[at]):
            at += 1
    return alias, at


def _starts_join(nodes, at):
    if not nodes[at].is_word(*_JOIN_WORDS):
        return False
    is_function = at + 1 < len(nodes) and is_group(nodes[at + 1])  # left(name, 3)
    return not is_function


def _cut_insert_source(nodes):
    """(VALUES or query, ON CONFLICT and RETURNING)."""
    for i, node in enumerate(nodes):
        if node.is_word("returning"):
            return nodes[:i], nodes[i:]
        if node.is_word("on") and i + 1 < len(nodes) and nodes[i + 1].is_word("conflict"):
            return nodes[:i], nodes[i:]
    return nodes, []


def _column(block, nodes):
    if len(nodes) == 1 and nodes[0].word:
        return block.find(None, nodes[0].word)
    if len(nodes) == 3 and nodes[0].word and nodes[1].is_punct(".") and nodes[2].word:
        return block.find(nodes[0].word, nodes[2].word)
    return None


def _is_tenant_param(nodes):
    return len(nodes) == 1 and isinstance(nodes[0], Token) and nodes[0].text == ":tenant"


def _is_tenant(block, expression):
    if len(expression) > 2 and expression[-2].is_word("as"):
        expression = expression[:-2]
    return _is_tenant_param(expression) or _column(block, expression) is not None
