/* From a template's text to its nodes. */
#include "web/mustache_node.h"

/* A tag that waits for its {{/end}}. */
typedef struct opened {
    uint32_t node;
    size_t at;        /* place of the tag, for messages */
    oq_str lead;      /* the blanks before it, when there is nothing else on its line */
    bool starts_line; /* nothing but blanks before it */
    bool ends_line;   /* nothing but blanks behind it */
    bool has_lead;    /* a text node with `lead` stands just before it */
} opened;

typedef struct parser {
    oq_arena *arena;
    oq_str name, source;
    size_t at;
    oq_str open, close; /* the delimiters */
    node *node;
    size_t count, cap;
    opened stack[MUSTACHE_NEST_MAX];
    int depth;
    bool has_raw;
} parser;

/* One tag and where it stands. */
typedef struct tag {
    char sigil;        /* one of "{&#^/>$<!=", or 0: a plain value */
    oq_str content;    /* without sigil and outer white space */
    size_t start, end; /* in the source, with delimiters */
    size_t line;       /* where its line begins, when starts_line */
    size_t next_line;  /* behind the line break, when ends_line */
    bool starts_line, ends_line;
} tag;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_white(char c)
{
    return is_blank(c) || c == '\n' || c == '\r';
}

static oq_err *malformed(const parser *p, size_t at, const char *what)
{
    int line = 1;
    for (size_t i = 0; i < at; i++)
        line += p->source.ptr[i] == '\n';
    return oq_fail(OQ_INTERNAL, "template.malformed", "name=%.*s line=%d what=%s", OQ_FMT(p->name),
                   line, what);
}

/* --- nodes -----------------------------------------------------------------------------------*/

static node *add(parser *p, node_kind kind)
{
    if (p->count == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 32;
        node *room = oq_new_n(p->arena, node, p->cap);
        if (p->count)
            memcpy(room, p->node, p->count * sizeof(node));
        p->node = room;
    }
    node *n = &p->node[p->count++];
    *n = (node){.kind = kind, .end = (uint32_t)p->count};
    return n;
}

/* Directly inside {{<parent}}, where everything but arguments is ignored. */
static bool in_parent(const parser *p)
{
    return p->depth > 0 && p->node[p->stack[p->depth - 1].node].kind == NODE_PARENT;
}

static void add_text(parser *p, size_t from, size_t to, bool starts_line)
{
    node *n = add(p, NODE_TEXT);
    n->text = oq_strn(p->source.ptr + from, to - from);
    n->starts_line = starts_line;
}

static bool begins_line(const parser *p, size_t at)
{
    return at == 0 || p->source.ptr[at - 1] == '\n';
}

/* Text, one node per line: each knows whether indentation goes before it. */
static void add_lines(parser *p, size_t from, size_t to)
{
    if (in_parent(p))
        return;
    while (from < to) {
        const char *end = memchr(p->source.ptr + from, '\n', to - from);
        size_t next = end ? (size_t)(end - p->source.ptr) + 1 : to;
        add_text(p, from, next, begins_line(p, from));
        from = next;
    }
}

/* The text before a tag that is alone on its line; the rest of the line goes with the tag. */
static void pass_alone(parser *p, const tag *t)
{
    add_lines(p, p->at, t->line);
    p->at = t->next_line;
}

/* The text before a tag in the midst of a line. A tag at the very start of one leaves an empty
 * text, because indentation goes before it as well. */
static void pass_inline(parser *p, const tag *t)
{
    add_lines(p, p->at, t->start);
    if (begins_line(p, t->start) && !in_parent(p))
        add_text(p, t->start, t->start, true);
    p->at = t->end;
}

static void pass(parser *p, const tag *t)
{
    if (t->starts_line && t->ends_line)
        pass_alone(p, t);
    else
        pass_inline(p, t);
}

static oq_str lead_of(const parser *p, const tag *t)
{
    return t->starts_line ? oq_strn(p->source.ptr + t->line, t->start - t->line) : OQ_STR("");
}

/* --- names -----------------------------------------------------------------------------------*/

static oq_err *parse_name(parser *p, const tag *t, oq_str text, node_name *ret_name)
{
    *ret_name = (node_name){.text = oq_str_copy(p->arena, text)};
    if (oq_str_eq(text, OQ_STR(".")))
        return NULL;
    if (text.len == 0)
        return malformed(p, t->start, "name");
    for (size_t i = 0; i < text.len; i++) {
        ret_name->part_count += text.ptr[i] == '.';
        if (is_white(text.ptr[i]))
            return malformed(p, t->start, "name");
    }
    oq_str *part = oq_new_n(p->arena, oq_str, ++ret_name->part_count);
    ret_name->part = part;
    oq_str rest = ret_name->text;
    for (size_t i = 0; i < ret_name->part_count; i++) {
        size_t dot = oq_str_find_char(rest, '.');
        part[i] = oq_str_sub(rest, 0, dot);
        if (part[i].len == 0)
            return malformed(p, t->start, "name");
        rest = dot < rest.len ? oq_str_sub(rest, dot + 1, SIZE_MAX) : OQ_STR("");
    }
    return NULL;
}

/* The name of a template: a path that is not split, or behind a star the name of a value. */
static oq_err *parse_template_name(parser *p, const tag *t, node *n)
{
    if (t->content.len > 0 && t->content.ptr[0] == '*') {
        n->is_dynamic = true;
        return parse_name(p, t, oq_str_trim(oq_str_sub(t->content, 1, SIZE_MAX)), &n->name);
    }
    for (size_t i = 0; i < t->content.len; i++)
        if (is_white(t->content.ptr[i]))
            return malformed(p, t->start, "name");
    if (t->content.len == 0)
        return malformed(p, t->start, "name");
    n->name.text = oq_str_copy(p->arena, t->content);
    return NULL;
}

/* --- tags ------------------------------------------------------------------------------------*/

/* Finds the tag's end and what is inside. */
static oq_err *read_tag(parser *p, size_t start, tag *ret_tag)
{
    tag t = {.start = start};
    size_t from = start + p->open.len;
    char c = from < p->source.len ? p->source.ptr[from] : 0;
    if (c && strchr("{&#^/>$<!=", c)) {
        t.sigil = c;
        from++;
    }
    oq_str end = p->close;
    if (t.sigil == '{' || t.sigil == '=')
        end = oq_strf(p->arena, "%c%.*s", t.sigil == '{' ? '}' : '=', OQ_FMT(p->close));
    oq_str rest = oq_str_sub(p->source, from, SIZE_MAX);
    size_t len = oq_str_find(rest, end);
    if (len == SIZE_MAX)
        return malformed(p, start, "tag_open");
    t.content = oq_str_trim(oq_str_sub(rest, 0, len));
    t.end = from + len + end.len;
    *ret_tag = t;
    return NULL;
}

/* What else stands on the lines of the tag. */
static void look_around(const parser *p, tag *t)
{
    const char *s = p->source.ptr;
    size_t line = t->start;
    while (line > 0 && is_blank(s[line - 1]))
        line--;
    t->starts_line = begins_line(p, line);
    t->line = line;

    size_t next = t->end;
    while (next < p->source.len && is_blank(s[next]))
        next++;
    if (next + 1 < p->source.len && s[next] == '\r' && s[next + 1] == '\n')
        next++;
    t->ends_line = next == p->source.len || s[next] == '\n';
    t->next_line = next + (next < p->source.len);
}

/* The tag whose node was added last waits for its end. */
static oq_err *push(parser *p, const tag *t)
{
    if (p->depth == MUSTACHE_NEST_MAX)
        return malformed(p, t->start, "too_deep");
    opened o = {
        .node = (uint32_t)p->count - 1,
        .at = t->start,
        .lead = lead_of(p, t),
        .starts_line = t->starts_line,
        .ends_line = t->ends_line,
        .has_lead = t->starts_line && !in_parent(p),
    };
    p->stack[p->depth++] = o;
    return NULL;
}

static oq_err *take_value(parser *p, const tag *t)
{
    pass_inline(p, t);
    node *n = add(p, t->sigil ? NODE_RAW : NODE_VALUE);
    p->has_raw |= n->kind == NODE_RAW;
    return parse_name(p, t, t->content, &n->name);
}

static oq_err *take_section(parser *p, const tag *t)
{
    pass(p, t);
    node *n = add(p, t->sigil == '#' ? NODE_SECTION : NODE_INVERTED);
    OQ_TRY(parse_name(p, t, t->content, &n->name));
    return push(p, t);
}

static oq_err *take_partial(parser *p, const tag *t)
{
    pass(p, t);
    node *n = add(p, NODE_PARTIAL);
    n->is_alone = t->starts_line && t->ends_line;
    if (n->is_alone)
        n->indent = lead_of(p, t);
    return parse_template_name(p, t, n);
}

/* Whether a parent is alone on its lines is known at its end: its inside does not count. */
static oq_err *take_parent(parser *p, const tag *t)
{
    pass_inline(p, t);
    node *n = add(p, NODE_PARENT);
    OQ_TRY(parse_template_name(p, t, n));
    return push(p, t);
}

static oq_err *take_block(parser *p, const tag *t)
{
    bool is_argument = in_parent(p);
    if (is_argument)
        p->at = t->ends_line ? t->next_line : t->end;
    else
        pass(p, t);
    node *n = add(p, is_argument ? NODE_ARGUMENT : NODE_BLOCK);
    n->is_alone = t->ends_line && (is_argument || t->starts_line);
    OQ_TRY(parse_name(p, t, t->content, &n->name));
    return push(p, t);
}

/* A block's lines are indented as the lines which they replace. */
static void end_block(parser *p, const opened *o, node *n)
{
    oq_str shared;
    if (n->is_alone && mustache_shared_indent(p->node, o->node + 1, (uint32_t)p->count, &shared))
        n->indent = shared;
    else
        n->indent = o->lead;
}

static void end_argument(parser *p, node *n)
{
    oq_str shared;
    uint32_t first = (uint32_t)(n - p->node) + 1, end = (uint32_t)p->count;
    if (n->is_alone && mustache_shared_indent(p->node, first, end, &shared))
        mustache_dedent(p->node, first, end, shared);
}

static void end_parent(parser *p, const tag *t, const opened *o, node *n)
{
    p->at = t->end;
    n->is_alone = o->starts_line && t->ends_line;
    if (!n->is_alone)
        return;
    p->at = t->next_line;
    n->indent = o->lead;
    if (o->has_lead)
        n[-1] = (node){.kind = NODE_TEXT, .end = o->node};
}

static oq_err *take_end(parser *p, const tag *t)
{
    if (p->depth == 0)
        return malformed(p, t->start, "section_stray");
    opened o = p->stack[p->depth - 1];
    oq_str wanted = p->node[o.node].name.text, got = t->content;
    bool has_star = got.len > 0 && got.ptr[0] == '*' && p->node[o.node].is_dynamic;
    if (has_star)
        got = oq_str_trim(oq_str_sub(got, 1, SIZE_MAX));
    if (!oq_str_eq(got, wanted) || has_star != p->node[o.node].is_dynamic)
        return malformed(p, t->start, "section_crossed");

    node_kind kind = p->node[o.node].kind;
    if (kind == NODE_ARGUMENT) { /* behind it is the inside of a parent, which is ignored */
        add_lines(p, p->at, t->starts_line ? t->line : t->start);
        p->at = t->end;
    } else if (kind != NODE_PARENT) {
        pass(p, t);
    }
    node *n = &p->node[o.node];
    n->end = (uint32_t)p->count;
    if (kind == NODE_BLOCK)
        end_block(p, &o, n);
    else if (kind == NODE_ARGUMENT)
        end_argument(p, n);
    else if (kind == NODE_PARENT)
        end_parent(p, t, &o, n);
    p->depth--;
    return NULL;
}

static oq_err *take_delimiters(parser *p, const tag *t)
{
    pass(p, t);
    size_t gap = 0;
    while (gap < t->content.len && !is_white(t->content.ptr[gap]))
        gap++;
    oq_str open = oq_str_sub(t->content, 0, gap);
    oq_str close = oq_str_trim(oq_str_sub(t->content, gap, SIZE_MAX));
    for (size_t i = 0; i < close.len; i++)
        if (is_white(close.ptr[i]))
            return malformed(p, t->start, "delimiters");
    if (!open.len || !close.len || oq_str_find_char(t->content, '=') != SIZE_MAX)
        return malformed(p, t->start, "delimiters");
    p->open = open;
    p->close = close;
    return NULL;
}

static oq_err *take_tag(parser *p, const tag *t)
{
    switch (t->sigil) {
    case '#':
    case '^':
        return take_section(p, t);
    case '/':
        return take_end(p, t);
    case '>':
        return take_partial(p, t);
    case '<':
        return take_parent(p, t);
    case '$':
        return take_block(p, t);
    case '=':
        return take_delimiters(p, t);
    case '!':
        pass(p, t);
        return NULL;
    default:
        return take_value(p, t);
    }
}

oq_err *mustache_parse(oq_arena *arena, oq_str name, oq_str source, mustache *ret_t)
{
    parser p = {
        .arena = arena,
        .name = name,
        .source = source,
        .open = OQ_STR("{{"),
        .close = OQ_STR("}}"),
    };
    if (source.len > MUSTACHE_SOURCE_MAX)
        return malformed(&p, 0, "too_large");
    if (!oq_utf8_valid(source))
        return malformed(&p, 0, "encoding");
    for (;;) {
        size_t skip = oq_str_find(oq_str_sub(source, p.at, SIZE_MAX), p.open);
        if (skip == SIZE_MAX)
            break;
        tag t = {0};
        OQ_TRY(read_tag(&p, p.at + skip, &t));
        look_around(&p, &t);
        OQ_TRY(take_tag(&p, &t));
    }
    if (p.depth > 0)
        return malformed(&p, p.stack[p.depth - 1].at, "section_open");
    add_lines(&p, p.at, source.len);
    *ret_t =
        (mustache){.name = name, .node = p.node, .count = (uint32_t)p.count, .has_raw = p.has_raw};
    return NULL;
}
