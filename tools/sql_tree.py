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
    for node in nodes:
        if node.is_word("case"):
            opened.append(node)
            levels.append([])
        elif node.is_word("end") and opened:
            inside = levels.pop()
            _check_case(inside, opened[-1].line)
            levels[-1].append(Group("case", inside, opened.pop().line))
        else:
            levels[-1].append(node)
    if opened:
        raise SqlError(opened[-1].line, "CASE without END")
    return levels[0]


def _check_case(inside, line):
    """`SELECT 1 case FROM users UNION SELECT 2 end` is two names of columns and no CASE."""
    _, clauses = clauses_of(inside, SELECT_CLAUSES)
    if clauses or not any(node.is_word("when") for node in inside):
        raise SqlError(line, "CASE wants WHEN, and holds no clause of the statement")


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
        return starts_query(items[0].items) and (len(items) == 1 or
                                                 items[1].is_word(*SET_WORDS, *_QUERY_TAIL))
    return items[0].is_word("select", "with", "values", "table")


def conjuncts(nodes):
    """What must be true whenever the condition is."""
    while len(nodes) == 1 and is_group(nodes[0]) and not starts_query(nodes[0].items):
        nodes = nodes[0].items
    if any(node.is_word("or") for node in nodes):
        return
    for part in _split_and(nodes):
        if len(part) == 1 and is_group(part[0]):
            if not starts_query(part[0].items):
                yield from conjuncts(part)
        else:
            yield part


def _split_and(nodes):
    """The AND of BETWEEN joins bounds, not conditions."""
    parts, bounds = [[]], 0
    for node in nodes:
        if node.is_word("and") and bounds == 0:
            parts.append([])
            continue
        bounds += node.is_word("between") - (bounds > 0 and node.is_word("and"))
        parts[-1].append(node)
    return parts


# --- clauses --------------------------------------------------------------------------------------

SET_WORDS = ("union", "intersect", "except")
_QUERY_TAIL = ("order", "limit", "offset", "fetch", "for")
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
    """IS DISTINCT FROM, WITHIN GROUP: the word, but not the clause. As names such words are quoted
    (sql_words.py)."""
    if nodes[i].is_word("from") and i > 1 and nodes[i - 1].is_word("distinct"):
        if nodes[i - 2].is_word("is") or (nodes[i - 2].is_word("not") and i > 2 and
                                          nodes[i - 3].is_word("is")):
            return True
    if followers:
        return i + 1 >= len(nodes) or not nodes[i + 1].is_word(*followers)
    return False
