"""The tenant walls of a statement: every table of tenants that it names must be held to :tenant.

A table counts as held when `its.tenant_id = :tenant` stands in WHERE or in the ON of a join, as a
condition that nothing can switch off (not under OR, NOT or CASE), or when it is joined by
`its.tenant_id = other.tenant_id` to a table that is held. The ON of an outer join holds only the
side that the join may leave empty, so only that side counts. What an INSERT writes must name
tenant_id and give it :tenant, or the tenant_id of a table that is held. This is stricter than
SQL needs; whoever reads the statement sees the wall without thinking.

What FROM brings is read in sql_from.py; what no statement may say at all stands in sql_words.py.
Row-level security in the database is the second wall; this one stops the build.
"""

from dataclasses import dataclass

import sql_words
from sql_from import Block, FromLists, Ref, table_name
from sql_text import SqlError, Token
from sql_tree import (DELETE_CLAUSES, SELECT_CLAUSES, SET_WORDS, UPDATE_CLAUSES, Group, clauses_of,
                      conjuncts, is_group, split, split_commas, starts_query, tree)

_LOCKS = ("pg_advisory_xact", "pg_try_advisory_xact")
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
    sql_words.check(toks)
    walls = _Walls(platform_tables, is_platform)
    try:
        walls.query(tree(toks), None, frozenset(), outermost=True)
    except IndexError:
        raise SqlError(toks[-1].line, "the statement ends too early") from None
    walls.demand_all_held()
    return walls.facts


class _Walls(FromLists):
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
                self.scan(Block(outer), part[1:], ctes)
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
        block = Block(outer)
        read(block, nodes[1:], ctes, outermost)
        return block

    def _select(self, block, nodes, ctes, outermost):
        head, clauses = clauses_of(nodes, SELECT_CLAUSES)
        if "into" in clauses:
            raise SqlError(clauses["into"][0].line if clauses["into"] else nodes[0].line,
                           "SELECT INTO makes a table; the schema changes in migrations alone")
        if "for" in clauses:
            self.facts.writes = True
        self.from_list(block, clauses.get("from", []), ctes)
        self.condition(block, clauses.get("where", []), block.refs, ctes)
        if head and head[0].is_word("distinct", "all"):
            has_on = len(head) > 2 and head[1].is_word("on") and is_group(head[2])
            self.scan(block, head[2:3] if has_on else [], ctes)
            head = head[3 if has_on else 1:]
        block.outputs.append(split_commas(head))
        self.scan(block, head, ctes)
        for name in ("group", "having", "window", "order", "limit", "offset", "fetch"):
            self.scan(block, clauses.get(name, []), ctes)

    def _values(self, block, nodes, ctes, outermost):
        for row in split_commas(nodes):
            if is_group(row[0]):
                block.outputs.append(split_commas(row[0].items))
        self.scan(block, nodes, ctes)

    def _update(self, block, nodes, ctes, outermost):
        head, clauses = clauses_of(nodes, UPDATE_CLAUSES)
        self._target(block, head, ctes)
        self._no_new_tenant(block, clauses.get("set", []))
        self.from_list(block, clauses.get("from", []), ctes)
        self.scan(block, clauses.get("set", []), ctes)
        self.condition(block, clauses.get("where", []), block.refs, ctes)
        self._returning(block, clauses, ctes, outermost)

    def _delete(self, block, nodes, ctes, outermost):
        if not nodes or not nodes[0].is_word("from"):
            raise SqlError(nodes[0].line if nodes else 0, "DELETE wants FROM")
        head, clauses = clauses_of(nodes[1:], DELETE_CLAUSES)
        self._target(block, head, ctes)
        self.from_list(block, clauses.get("using", []), ctes)
        self.condition(block, clauses.get("where", []), block.refs, ctes)
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
        block.add("excluded", None, nodes[0].line)
        if "set" in clauses:
            self._meets_in_tenant(block, head)
        self._no_new_tenant(block, clauses.get("set", []))
        for part in (head, clauses.get("set", []), clauses.get("where", [])):
            self.scan(block, part, ctes)
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
                if any(expression[-1].is_punct("*") for expression in row):
                    raise SqlError(ref.line, f"INSERT INTO {ref.table} wants its values one by one, "
                                             "not *")
                expression = row[place] if place < len(row) else []
                if not _is_tenant(source, expression):
                    raise SqlError(
                        expression[0].line if expression else ref.line,
                        f"INSERT INTO {ref.table} must give {ref.column} the value :tenant, or "
                        "the tenant column of a table that is held to the tenant")
        if not sources:
            raise SqlError(ref.line, f"INSERT INTO {ref.table} must give {ref.column} :tenant")

    def _meets_in_tenant(self, block, conflict):
        """The row that DO UPDATE changes was written by somebody else; by whom, the key says."""
        if self.is_platform or not block.refs:
            return
        ref = block.refs[0]
        key = next((node.items for node in conflict if is_group(node)), [])
        if not any(len(part) == 1 and part[0].word == ref.column for part in split_commas(key)):
            raise SqlError(ref.line, f"ON CONFLICT ... DO UPDATE on {ref.table} wants {ref.column} "
                                     "among the columns of the conflict")

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
            self.scan(block, clauses["returning"], ctes)

    # --- tables -----------------------------------------------------------------------------------

    def _target(self, block, nodes, ctes, columns_follow=False):
        """The table that is written; returns how many nodes name it."""
        at = 1 if nodes and nodes[0].is_word("only") else 0
        name, line, at = table_name(nodes, at)
        if at < len(nodes) and nodes[at].is_punct("*"):
            at += 1
        alias = name[-1]
        if at < len(nodes) and nodes[at].is_word("as"):
            alias, at = nodes[at + 1].word, at + 2
        elif not columns_follow and at < len(nodes) and nodes[at].word:
            alias, at = nodes[at].word, at + 1
        block.add(alias, self.reference(name, alias, line, frozenset()), line)
        return at

    def reference(self, name, alias, line, ctes):
        """A mention of a table in FROM or as a target; None when it holds nobody's rows."""
        table, schema = name[-1], name[-2] if len(name) > 1 else None
        if self.is_platform or (schema is None and table in ctes):
            return None
        if schema in SYSTEM_SCHEMAS or table.startswith("pg_"):
            raise SqlError(line, f"{table} belongs to the database itself: such a statement is "
                                 "marked PLATFORM")
        column = self.platform_tables.get(table, "tenant_id")
        if column is None:
            raise SqlError(line, f"{table} is a platform table (db/platform_tables.txt): a "
                                 "statement on it is marked PLATFORM")
        ref = Ref(table, alias, column, line)
        self.refs.append(ref)
        return ref

    # --- conditions -------------------------------------------------------------------------------

    def condition(self, block, nodes, may_hold, ctes):
        self.scan(block, nodes, ctes)
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
                self.link(refs[0], refs[1], may_hold)

    def link(self, one, other, may_hold):
        if one in may_hold:
            self.holds.append((one, other))
        if other in may_hold:
            self.holds.append((other, one))

    def scan(self, block, nodes, ctes):
        """Finds the queries inside expressions."""
        for i, node in enumerate(nodes):
            if isinstance(node, Group):
                if node.kind == "(" and starts_query(node.items):
                    self.query(node.items, block, ctes)
                else:
                    self.scan(block, node.items, ctes)
            elif node.word.startswith(_LOCKS) or node.word in ("nextval", "setval"):
                self.facts.writes = True


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
