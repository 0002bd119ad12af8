/* The indentation of a block's lines, while its template is compiled. */
#include "web/mustache_node.h"

static oq_str blanks_of(oq_str text)
{
    size_t len = 0;
    while (len < text.len && (text.ptr[len] == ' ' || text.ptr[len] == '\t'))
        len++;
    return oq_str_sub(text, 0, len);
}

/* An argument that begins on a line of its own has had its indentation taken away already. */
static bool is_settled(const node *n)
{
    return n->kind == NODE_ARGUMENT && n->is_alone;
}

/* The blanks before the line that begins with this node; false when none begins here. */
static bool line_of(const node *n, oq_str *ret_blanks)
{
    switch (n->kind) {
    case NODE_TEXT: {
        if (!n->starts_line)
            return false;
        oq_str blanks = blanks_of(n->text);
        oq_str rest = oq_str_sub(n->text, blanks.len, SIZE_MAX);
        *ret_blanks = blanks;
        return !oq_str_eq(rest, OQ_STR("\n")) && !oq_str_eq(rest, OQ_STR("\r\n"));
    }
    case NODE_PARTIAL:
    case NODE_PARENT:
    case NODE_BLOCK:
        *ret_blanks = n->indent;
        return n->is_alone;
    default:
        return false;
    }
}

static size_t common_prefix(oq_str a, oq_str b)
{
    size_t len = 0;
    while (len < a.len && len < b.len && a.ptr[len] == b.ptr[len])
        len++;
    return len;
}

bool mustache_shared_indent(const node *nodes, uint32_t from, uint32_t to, oq_str *ret_indent)
{
    bool has_line = false;
    for (uint32_t i = from; i < to; i = is_settled(&nodes[i]) ? nodes[i].end : i + 1) {
        oq_str blanks;
        if (is_settled(&nodes[i]) || !line_of(&nodes[i], &blanks))
            continue;
        if (has_line)
            ret_indent->len = common_prefix(*ret_indent, blanks);
        else
            *ret_indent = blanks;
        has_line = true;
    }
    return has_line;
}

void mustache_dedent(node *nodes, uint32_t from, uint32_t to, oq_str indent)
{
    for (uint32_t i = from; i < to; i = is_settled(&nodes[i]) ? nodes[i].end : i + 1) {
        node *n = &nodes[i];
        if (n->kind == NODE_TEXT && n->starts_line)
            n->text = oq_str_sub(n->text, common_prefix(n->text, indent), SIZE_MAX);
        else if (n->kind == NODE_PARTIAL || n->kind == NODE_PARENT || n->kind == NODE_BLOCK)
            n->indent = oq_str_sub(n->indent, common_prefix(n->indent, indent), SIZE_MAX);
    }
}
