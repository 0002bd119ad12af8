"""FROM lists: which tables a statement names there, under which names, and who sees whom.

PostgreSQL looks a name up in the place where it stands and then further out; what is not visible in
a place is looked for outside, where another thing may have the same name. So what is visible must be
exact: the condition of a join sees the two sides of that join and no more, and a derived table sees
its neighbours only when it is LATERAL.
"""

from dataclasses import dataclass, field

from sql_text import SqlError
from sql_tree import is_group, split_commas, starts_query

_JOIN_WORDS = ("join", "inner", "left", "right", "full", "cross", "natural")
_NOT_AN_ALIAS = _JOIN_WORDS + ("on", "using", "tablesample", "with", "set", "where", "returning",
                               "values", "select", "default", "overriding", "order", "limit",
                               "offset", "fetch", "for", "union", "intersect", "except")


@dataclass(eq=False)
class Ref:
    """One mention of a table in one place of the statement."""

    table: str
    alias: str
    column: str  # holds the tenant
    line: int


@dataclass(eq=False)
class Block:
    """One SELECT, INSERT, UPDATE or DELETE, or one ON, with the names that are visible there."""

    outer: object
    refs: list = field(default_factory=list)
    names: dict = field(default_factory=dict)  # alias: Ref, or None for what is not a table
    outputs: list = field(default_factory=list)  # lists of expressions that it gives

    def add(self, alias, ref, line):
        """Another name; `ref` is None for what is not a table of tenants."""
        if alias in self.names:
            raise SqlError(line, f"two things named {alias} in one place")
        self.names[alias] = ref
        if ref is not None:
            self.refs.append(ref)

    def add_all(self, other, line):
        for alias, ref in other.names.items():
            self.add(alias, ref, line)

    def find(self, qualifier, column):
        """The table whose column of the tenant this is, or None when that is not sure."""
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
                if None in block.names.values():
                    return None  # nobody knows what columns that has
            block = block.outer
        return None


class FromLists:
    """The part of the walls that reads FROM; see sql_walls.py for the rest."""

    def from_list(self, block, nodes, ctes):
        for item in split_commas(nodes):
            self._join_tree(block, item, ctes)

    def _join_tree(self, block, nodes, ctes):
        """Reads tables and joins into `block`; returns what they bring, as a block of its own."""
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
            both = Block(block.outer)
            both.add_all(left, line)
            both.add_all(right, line)
            if kind != "cross":
                at = self._join_condition(block, nodes, at, kind, (left, right, both), ctes, line)
            left = both
        return left

    def _join_condition(self, block, nodes, at, kind, sides, ctes, line):
        left, right, both = sides
        may_hold = {"inner": both, "left": right, "right": left, "full": Block(None)}[kind].refs
        if at + 1 < len(nodes) and nodes[at].is_word("using") and is_group(nodes[at + 1]):
            columns = [part[0].word for part in split_commas(nodes[at + 1].items)]
            # Of more than two tables, which one gave the column is not for us to guess.
            if len(left.names) == len(right.names) == 1 and left.refs and right.refs:
                one, other = left.refs[0], right.refs[0]
                if one.column in columns and one.column == other.column:
                    self.link(one, other, may_hold)
            at += 2
            if at + 1 < len(nodes) and nodes[at].is_word("as"):
                both.add(nodes[at + 1].word, None, line)
                block.add(nodes[at + 1].word, None, line)
                at += 2
            return at
        if at >= len(nodes) or not nodes[at].is_word("on"):
            raise SqlError(line, "each JOIN wants its ON directly behind the table")
        end = at + 1
        while end < len(nodes) and not _starts_join(nodes, end):
            end += 1
        self.condition(both, nodes[at + 1:end], may_hold, ctes)
        return end

    def _primary(self, block, nodes, at, ctes):
        """One table, function, derived table or bracketed join: what it brings, where it ends."""
        is_lateral = False
        while at < len(nodes) and nodes[at].is_word("lateral", "only"):
            is_lateral |= nodes[at].is_word("lateral")
            at += 1
        if at >= len(nodes):
            raise SqlError(nodes[-1].line if nodes else 0, "FROM or JOIN without a table")
        brought, line = Block(block.outer), nodes[at].line
        if is_group(nodes[at]):
            group = nodes[at]
            alias, at = self._alias(block, nodes, at + 1, ctes)
            if not starts_query(group.items):
                if alias:
                    raise SqlError(line, f"a JOIN in brackets takes no name: {alias} would hide those "
                                         "inside")
                return self._join_tree(block, group.items, ctes), at
            self.query(group.items, block if is_lateral else block.outer, ctes)
            return self._bring(block, brought, alias or "", None, line), at
        if nodes[at].is_word("rows") and at + 2 < len(nodes) and nodes[at + 1].is_word("from"):
            self.scan(block, nodes[at + 2:at + 3], ctes)
            alias, at = self._alias(block, nodes, at + 3, ctes)
            return self._bring(block, brought, alias or "", None, line), at
        name, line, at = table_name(nodes, at)
        if at < len(nodes) and is_group(nodes[at]):
            self.scan(block, nodes[at:at + 1], ctes)
            at += 1
            if at + 1 < len(nodes) and nodes[at].is_word("with"):
                at += 2
            alias, at = self._alias(block, nodes, at, ctes)
            return self._bring(block, brought, alias or name[-1], None, line), at
        if at < len(nodes) and nodes[at].is_punct("*"):
            at += 1
        alias, end = self._alias(block, nodes, at, ctes)
        ref = self.reference(name, alias or name[-1], line, ctes)
        if ref is not None and end > at and is_group(nodes[end - 1]):
            raise SqlError(line, f"{ref.table} with other names for its columns: which of them is "
                                 "the tenant?")
        if end < len(nodes) and nodes[end].is_word("tablesample"):
            raise SqlError(line, "TABLESAMPLE is not known here")
        return self._bring(block, brought, alias or name[-1], ref, line), end

    @staticmethod
    def _bring(block, brought, alias, ref, line):
        brought.add(alias, ref, line)
        block.add(alias, ref, line)
        return brought

    def _alias(self, block, nodes, at, ctes):
        """(alias or None, where it ends): [AS] name [(columns)]."""
        alias = None
        if at < len(nodes) and nodes[at].is_word("as"):
            at += 1
            if at < len(nodes) and is_group(nodes[at]):
                self.scan(block, nodes[at:at + 1], ctes)
                return None, at + 1
        if at < len(nodes) and nodes[at].word and not nodes[at].is_word(*_NOT_AN_ALIAS):
            alias, at = nodes[at].word, at + 1
            if at < len(nodes) and is_group(nodes[at]):
                self.scan(block, nodes[at:at + 1], ctes)
                at += 1
        return alias, at


def table_name(nodes, at):
    if at >= len(nodes) or not nodes[at].word:
        line = nodes[at].line if at < len(nodes) else (nodes[-1].line if nodes else 0)
        raise SqlError(line, "a table's name was expected")
    line, parts = nodes[at].line, [nodes[at].word]
    at += 1
    while at + 1 < len(nodes) and nodes[at].is_punct(".") and nodes[at + 1].word:
        parts.append(nodes[at + 1].word)
        at += 2
    return parts, line, at


def _starts_join(nodes, at):
    if not nodes[at].is_word(*_JOIN_WORDS):
        return False
    is_function = at + 1 < len(nodes) and is_group(nodes[at + 1])  # left(name, 3)
    return not (is_function and nodes[at].is_word("left", "right"))
