"""A statement as a tree of brackets and clauses, for those who ask what stands where."""

from dataclasses import dataclass

from sql_text import SqlError, Token, match_brackets


@dataclass
class Group:
    """( ... ), [ ... ] or CASE ... END."""

    kind: str
    items: list
    line: int
    text: str = ""
    word: str = ""

    def is_word(self, *words):
        return False

    def is_punct(self, text):
        return False


def tree(toks):
    partner = match_brackets(toks)

    def build(start, end):
        nodes, at = [], start
        while at < end:
            token = toks[at]
            if at in partner:
                nodes.append(Group(token.text, build(at + 1, partner[at]), token.line))
                at = partner[at] + 1
            else:
                nodes.append(token)
                at += 1
        return _fold_cases(nodes)

    return build(0, len(toks))


def _fold_cases(nodes):
    """A condition inside CASE does not hold the row, so it is put out of sight."""
    levels = [[]]
    opened = []
    for i, node in enumerate(nodes):
        is_name = i > 0 and (nodes[i - 1].is_word("as") or nodes[i - 1].is_punct("."))
        if node.is_word("case") and not is_name:
            opened.append(node)
            levels.append([])
        elif node.is_word("end") and opened and not is_name:
            inside = levels.pop()
            levels[-1].append(Group("case", inside, opened.pop().line))
        else:
            levels[-1].append(node)
    if opened:
        raise SqlError(opened[-1].line, "CASE without END")
    return levels[0]


def split(nodes, is_separator):
    parts = [[]]
    for node in nodes:
        if is_separator(node):
            parts.append([])
        else:
            parts[-1].append(node)
    return parts


def split_commas(nodes):
    return [part for part in split(nodes, lambda node: node.is_punct(",")) if part]


def is_group(node, kind="("):
    return isinstance(node, Group) and node.kind == kind


def starts_query(items):
    if not items:
        return False
    if is_group(items[0]):
        return starts_query(items[0].items) and (len(items) == 1 or items[1].is_word(*SET_WORDS))
    return items[0].is_word("select", "with", "values", "table")


def conjuncts(nodes):
    """What must be true whenever the condition is."""
    while len(nodes) == 1 and is_group(nodes[0]):
        nodes = nodes[0].items
    if any(node.is_word("or") for node in nodes):
        return
    for part in split(nodes, lambda node: node.is_word("and")):
        if len(part) == 1 and is_group(part[0]):
            yield from conjuncts(part)
        else:
            yield part


# --- clauses --------------------------------------------------------------------------------------

SET_WORDS = ("union", "intersect", "except")
SELECT_CLAUSES = {
    "from": None, "where": None, "having": None, "window": None, "limit": None, "offset": None,
    "fetch": None, "into": None, "group": ("by",), "order": ("by",),
    "for": ("update", "no", "share", "key"),
}
UPDATE_CLAUSES = {"set": None, "from": None, "where": None, "returning": None}
DELETE_CLAUSES = {"using": None, "where": None, "returning": None}


def clauses_of(nodes, starts):
    """(what stands before the first clause, {clause: its nodes}) at this level of brackets."""
    head, found, current = [], {}, None
    for i, node in enumerate(nodes):
        word = node.word if isinstance(node, Token) and node.kind == "word" else ""
        if word in starts and not _is_inside_phrase(nodes, i, starts[word]):
            current = word
            found.setdefault(word, [])
        elif current is None:
            head.append(node)
        else:
            found[current].append(node)
    return head, found


def _is_inside_phrase(nodes, i, followers):
    """`AS order`, `a.from`, IS DISTINCT FROM, WITHIN GROUP: the word, but not the clause."""
    before = nodes[i - 1] if i > 0 else None
    if before is not None and (before.is_word("as") or before.is_punct(".")):
        return True
    if before is not None and before.is_word("distinct") and i > 1:
        if nodes[i].is_word("from") and nodes[i - 2].is_word("is", "not"):
            return True
    if followers:
        return i + 1 >= len(nodes) or not nodes[i + 1].is_word(*followers)
    return False
