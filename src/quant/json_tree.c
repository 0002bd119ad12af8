#include "quant/json_tree.h"

#include <math.h>

#include "base/banned.h"

typedef struct reader {
    oq_arena *arena;
    const char *at, *end, *line_start;
    int line;
    size_t depth, depth_max;
} reader;

static int column_of(const reader *r, const char *at)
{
    return (int)(at - r->line_start) + 1;
}

static oq_err *malformed(const reader *r)
{
    return oq_fail(OQ_MALFORMED, "json.malformed", "line=%d column=%d", r->line,
                   column_of(r, r->at));
}

static void skip_blanks(reader *r)
{
    for (; r->at < r->end; r->at++) {
        if (*r->at == '\n') {
            r->line++;
            r->line_start = r->at + 1;
        } else if (*r->at != ' ' && *r->at != '\t' && *r->at != '\r') {
            return;
        }
    }
}

static bool take(reader *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

/* --- texts -------------------------------------------------------------------------------------*/

static bool take_hex(reader *r, uint32_t *ret)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        char c = r->at < r->end ? *r->at : '\0';
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 16;
        if (digit > 15)
            return false;
        value = value << 4 | digit;
    }
    *ret = value;
    return true;
}

static void put_code_point(oq_buf *out, uint32_t c)
{
    if (c < 0x80) {
        oq_buf_char(out, (char)c);
    } else if (c < 0x800) {
        oq_buf_char(out, (char)(0xC0 | c >> 6));
        oq_buf_char(out, (char)(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
        oq_buf_char(out, (char)(0xE0 | c >> 12));
        oq_buf_char(out, (char)(0x80 | (c >> 6 & 0x3F)));
        oq_buf_char(out, (char)(0x80 | (c & 0x3F)));
    } else {
        oq_buf_char(out, (char)(0xF0 | c >> 18));
        oq_buf_char(out, (char)(0x80 | (c >> 12 & 0x3F)));
        oq_buf_char(out, (char)(0x80 | (c >> 6 & 0x3F)));
        oq_buf_char(out, (char)(0x80 | (c & 0x3F)));
    }
}

static bool take_code_point(reader *r, oq_buf *out)
{
    uint32_t high, low;
    if (!take_hex(r, &high) || (high >= 0xDC00 && high < 0xE000))
        return false;
    if (high >= 0xD800 && high < 0xDC00) {
        if (!take(r, '\\') || !take(r, 'u') || !take_hex(r, &low) || low < 0xDC00 || low >= 0xE000)
            return false;
        high = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    }
    put_code_point(out, high);
    return true;
}

static bool take_escape(reader *r, oq_buf *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (r->at == r->end)
        return false;
    char c = *r->at++;
    if (c == 'u')
        return take_code_point(r, out);
    const char *known = c ? strchr(from, c) : NULL;
    if (!known)
        return false;
    oq_buf_char(out, to[known - from]);
    return true;
}

/* Behind its first quotation mark. */
static oq_err *read_text(reader *r, oq_str *ret_text)
{
    OQ_AUTO(oq_buf) out = oq_buf_make((size_t)(r->end - r->at) + 16);
    for (;;) {
        if (r->at == r->end || (unsigned char)*r->at < 0x20)
            return malformed(r);
        char c = *r->at++;
        if (c == '"')
            break;
        if (c != '\\')
            oq_buf_char(&out, c);
        else if (!take_escape(r, &out))
            return malformed(r);
    }
    if (!oq_utf8_valid(oq_buf_view(&out)))
        return malformed(r);
    *ret_text = oq_str_copy(r->arena, oq_buf_view(&out));
    if (!oq_str_given(*ret_text))
        *ret_text = OQ_STR("");
    return NULL;
}

/* --- values ------------------------------------------------------------------------------------*/

static size_t digits(reader *r)
{
    const char *from = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
        r->at++;
    return (size_t)(r->at - from);
}

static oq_err *read_number(reader *r, json_node *node)
{
    const char *from = r->at;
    take(r, '-');
    const char *whole = r->at;
    size_t count = digits(r);
    if (count == 0 || (count > 1 && *whole == '0') || (take(r, '.') && digits(r) == 0))
        return malformed(r);
    if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) {
        r->at++;
        if (!take(r, '+'))
            take(r, '-');
        if (digits(r) == 0)
            return malformed(r);
    }
    node->type = JSON_NODE_NUMBER;
    node->text = oq_strn(from, (size_t)(r->at - from));
    if (!oq_parse_f64(node->text, &node->number) || !isfinite(node->number))
        return oq_fail(OQ_MALFORMED, "json.number_too_large", "line=%d column=%d", node->line,
                       node->column);
    return NULL;
}

static oq_err *read_word(reader *r, json_node *node)
{
    static const struct {
        const char *text;
        json_type type;
        bool truth;
    } word[] = {{"null", JSON_NODE_NULL, false},
                {"true", JSON_NODE_BOOL, true},
                {"false", JSON_NODE_BOOL, false}};
    for (size_t i = 0; i < OQ_COUNT(word); i++) {
        oq_str text = oq_cstr(word[i].text);
        if (!oq_str_starts(oq_strn(r->at, (size_t)(r->end - r->at)), text))
            continue;
        node->type = word[i].type;
        node->truth = word[i].truth;
        node->text = oq_strn(r->at, text.len);
        r->at += text.len;
        return NULL;
    }
    return malformed(r);
}

static oq_err *read_value(reader *r, json_node *node);

static oq_err *read_name(reader *r, const json_node *object, json_node *member)
{
    skip_blanks(r);
    if (!take(r, '"'))
        return malformed(r);
    OQ_TRY(read_text(r, &member->name));
    for (const json_node *other = object->child; other; other = other->next)
        if (other != member && oq_str_eq(other->name, member->name))
            return malformed(r);
    skip_blanks(r);
    return take(r, ':') ? NULL : malformed(r);
}

/* Behind the opening bracket. */
static oq_err *read_inside(reader *r, json_node *node)
{
    bool is_object = node->type == JSON_NODE_OBJECT;
    char close = is_object ? '}' : ']';
    json_node *last = NULL;
    if (++r->depth > r->depth_max)
        return oq_fail(OQ_MALFORMED, "json.too_deep", "max=%zu", r->depth_max);
    skip_blanks(r);
    while (!take(r, close)) {
        json_node *one = oq_new(r->arena, json_node);
        if (last && !take(r, ','))
            return malformed(r);
        if (last)
            last->next = one;
        else
            node->child = one;
        if (is_object)
            OQ_TRY(read_name(r, node, one));
        OQ_TRY(read_value(r, one));
        last = one;
        node->count++;
        skip_blanks(r);
    }
    r->depth--;
    return NULL;
}

static oq_err *read_value(reader *r, json_node *node)
{
    skip_blanks(r);
    if (r->at == r->end)
        return malformed(r);
    const char *from = r->at;
    node->line = r->line;
    node->column = column_of(r, from);
    if (take(r, '"')) {
        node->type = JSON_NODE_TEXT;
        return read_text(r, &node->text);
    }
    if (*r->at == '-' || (*r->at >= '0' && *r->at <= '9'))
        return read_number(r, node);
    if (*r->at != '{' && *r->at != '[')
        return read_word(r, node);
    node->type = *r->at++ == '{' ? JSON_NODE_OBJECT : JSON_NODE_LIST;
    OQ_TRY(read_inside(r, node));
    node->text = oq_strn(from, (size_t)(r->at - from));
    return NULL;
}

oq_err *json_tree_parse(oq_arena *arena, oq_str json, size_t depth_max, const json_node **ret_root)
{
    const char *text = json.ptr ? json.ptr : "";
    reader r = {.arena = arena,
                .at = text,
                .end = text + json.len,
                .line_start = text,
                .line = 1,
                .depth_max = depth_max};
    json_node *root = oq_new(arena, json_node);
    OQ_TRY(read_value(&r, root));
    skip_blanks(&r);
    if (r.at != r.end)
        return malformed(&r);
    *ret_root = root;
    return NULL;
}

const json_node *json_tree_member(const json_node *object, const char *name)
{
    for (const json_node *m = object->type == JSON_NODE_OBJECT ? object->child : NULL; m;
         m = m->next)
        if (oq_str_eq(m->name, oq_cstr(name)))
            return m;
    return NULL;
}

const json_node *json_tree_typed(const json_node *object, const char *name, json_type type)
{
    const json_node *found =
        object && object->type == JSON_NODE_OBJECT ? json_tree_member(object, name) : NULL;
    return found && found->type == type ? found : NULL;
}

double json_tree_number(const json_node *object, const char *name)
{
    const json_node *found = json_tree_typed(object, name, JSON_NODE_NUMBER);
    return found ? found->number : (double)NAN;
}

oq_str json_tree_text(const json_node *object, const char *name)
{
    const json_node *found = json_tree_typed(object, name, JSON_NODE_TEXT);
    return found ? found->text : OQ_NONE;
}

bool json_tree_truth(const json_node *object, const char *name)
{
    const json_node *found = json_tree_typed(object, name, JSON_NODE_BOOL);
    return found && found->truth;
}
