/* A set of templates, and rendering. */
#include "web/mustache_node.h"

struct mustache_set {
    oq_arena *arena;
    const mustache **slot; /* open addressing, at most half full */
    size_t slot_count, count;
};

/* The values from the innermost section outwards. */
typedef struct context {
    const web_value *value;
    const struct context *outer;
} context;

/* The {{<parents}} around, whose arguments fill blocks. */
typedef struct filling {
    const mustache *t;
    const node *parent;
    const struct filling *outer;
} filling;

/* What goes before each line, from the innermost template outwards. */
typedef struct indent {
    oq_str text;
    const struct indent *outer;
} indent;

typedef struct renderer {
    const mustache_set *set;
    oq_buf *out;
    int depth, steps;
    const indent *written; /* this and those around it stand on the line already */
} renderer;

/* Where a piece of a template is rendered. */
typedef struct place {
    const mustache *t;
    const context *values;
    const filling *filling;
    const indent *indent;
} place;

/* --- the set ---------------------------------------------------------------------------------*/

mustache_set *mustache_set_open(void)
{
    oq_arena *arena = oq_arena_open((size_t)64 * 1024);
    mustache_set *set = oq_new(arena, mustache_set);
    set->arena = arena;
    set->slot_count = 64;
    set->slot = oq_new_n(arena, const mustache *, set->slot_count);
    return set;
}

void mustache_set_close(mustache_set *set)
{
    if (set)
        oq_arena_close(set->arena);
}

/* The slot that holds the name, or the free one where it belongs. */
static const mustache **slot_of(const mustache_set *set, oq_str name)
{
    size_t i = oq_hash(name) & (set->slot_count - 1);
    while (set->slot[i] && !oq_str_eq(set->slot[i]->name, name))
        i = (i + 1) & (set->slot_count - 1);
    return &set->slot[i];
}

static void make_room(mustache_set *set)
{
    if (set->count < set->slot_count / 2)
        return;
    const mustache **old = set->slot;
    size_t old_count = set->slot_count;
    set->slot_count *= 2;
    set->slot = oq_new_n(set->arena, const mustache *, set->slot_count);
    for (size_t i = 0; i < old_count; i++)
        if (old[i])
            *slot_of(set, old[i]->name) = old[i];
}

oq_err *mustache_add(mustache_set *set, oq_str name, oq_str source)
{
    mustache *t = oq_new(set->arena, mustache);
    OQ_TRY(mustache_parse(set->arena, oq_str_copy(set->arena, name),
                          oq_str_copy(set->arena, source), t));
    make_room(set);
    const mustache **slot = slot_of(set, name);
    set->count += !*slot;
    *slot = t;
    return NULL;
}

const mustache *mustache_find(const mustache_set *set, oq_str name)
{
    return *slot_of(set, name);
}

bool mustache_has_raw(const mustache *t)
{
    return t->has_raw;
}

/* --- values ----------------------------------------------------------------------------------*/

static const web_value *resolve(const context *c, const node_name *name)
{
    if (name->part_count == 0)
        return c->value;
    const web_value *value = NULL;
    while (c && !web_has(c->value, name->part[0], &value))
        c = c->outer;
    for (size_t i = 1; i < name->part_count && value; i++) {
        if (web_is_lookup(value)) {
            size_t from = (size_t)(name->part[i].ptr - name->text.ptr);
            return web_look_up(value, oq_str_sub(name->text, from, SIZE_MAX));
        }
        value = web_get(value, name->part[i]);
    }
    return value;
}

void html_escape(oq_buf *out, oq_str text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        oq_str with;
        switch (text.ptr[i]) {
        case '&':
            with = OQ_STR("&amp;");
            break;
        case '<':
            with = OQ_STR("&lt;");
            break;
        case '>':
            with = OQ_STR("&gt;");
            break;
        case '"':
            with = OQ_STR("&quot;");
            break;
        case '\'':
            with = OQ_STR("&#39;");
            break;
        case '`':
            with = OQ_STR("&#96;");
            break;
        default:
            continue;
        }
        oq_buf_put(out, text.ptr + from, i - from);
        oq_buf_str(out, with);
        from = i + 1;
    }
    if (from < text.len)
        oq_buf_put(out, text.ptr + from, text.len - from);
}

/* --- rendering -------------------------------------------------------------------------------*/

static oq_err *render(renderer *r, const place *p, uint32_t from, uint32_t to);

static void put_indent(renderer *r, const indent *in)
{
    if (!in || in == r->written)
        return;
    put_indent(r, in->outer);
    oq_buf_str(r->out, in->text);
}

static void start_line(renderer *r, const indent *in)
{
    put_indent(r, in);
    r->written = NULL;
}

static oq_err *render_section(renderer *r, const place *p, const node *n)
{
    const web_value *value = resolve(p->values, &n->name);
    uint32_t first = (uint32_t)(n - p->t->node) + 1;
    context inner = {.value = value, .outer = p->values};
    place inside = *p;
    inside.values = &inner;
    if (!web_is_list(value))
        return web_is_true(value) ? render(r, &inside, first, n->end) : NULL;
    for (size_t i = 0; i < web_count(value); i++) {
        inner.value = web_at(value, i);
        OQ_TRY(render(r, &inside, first, n->end));
    }
    return NULL;
}

/* {{>x}} and {{<x}}: another template, with the values of this place. */
static oq_err *render_template(renderer *r, const place *p, const node *n)
{
    oq_str name = n->is_dynamic ? web_as_text(resolve(p->values, &n->name)) : n->name.text;
    const mustache *t = mustache_find(r->set, name);
    if (!t)
        return NULL;
    if (r->depth == MUSTACHE_PARTIAL_MAX)
        return oq_fail(OQ_INTERNAL, "template.too_deep", "name=%.*s max=%d", OQ_FMT(name),
                       MUSTACHE_PARTIAL_MAX);
    filling filled = {.t = p->t, .parent = n, .outer = p->filling};
    indent in = {.text = n->indent, .outer = p->indent};
    place there = {
        .t = t,
        .values = p->values,
        .filling = n->kind == NODE_PARENT ? &filled : p->filling,
        .indent = n->is_alone ? &in : NULL,
    };
    r->depth++;
    OQ_TRY(render(r, &there, 0, t->count));
    r->depth--;
    return NULL;
}

static const node *argument_of(const filling *f, oq_str name)
{
    const node *all = f->t->node;
    for (uint32_t i = (uint32_t)(f->parent - all) + 1; i < f->parent->end; i = all[i].end)
        if (all[i].kind == NODE_ARGUMENT && oq_str_eq(all[i].name.text, name))
            return &all[i];
    return NULL;
}

/* The outermost argument fills a block: who uses a template decides over what it uses itself.
 * Blocks inside the argument belong to the template that it stands in, so for them only the
 * parents further out count; that also ends the recursion of a block within its own argument. */
static oq_err *render_block(renderer *r, const place *p, const node *n)
{
    const node *argument = NULL;
    const filling *by = NULL;
    for (const filling *f = p->filling; f; f = f->outer) {
        const node *found = argument_of(f, n->name.text);
        if (found) {
            argument = found;
            by = f;
        }
    }
    uint32_t first = (uint32_t)(n - p->t->node) + 1;
    if (!argument)
        return render(r, p, first, n->end);

    indent in = {.text = n->indent, .outer = p->indent};
    place there = {.t = by->t, .values = p->values, .filling = by->outer, .indent = &in};
    const indent *written = r->written;
    if (n->is_alone && !argument->is_alone)
        start_line(r, &in);
    else if (!n->is_alone && argument->is_alone)
        r->written = &in;
    first = (uint32_t)(argument - by->t->node) + 1;
    OQ_TRY(render(r, &there, first, argument->end));
    if (r->written == &in) /* the argument was empty */
        r->written = written;
    return NULL;
}

static oq_err *render_node(renderer *r, const place *p, const node *n)
{
    switch (n->kind) {
    case NODE_TEXT:
        if (n->starts_line)
            start_line(r, p->indent);
        oq_buf_str(r->out, n->text);
        return NULL;
    case NODE_VALUE:
        html_escape(r->out, web_as_text(resolve(p->values, &n->name)));
        return NULL;
    case NODE_RAW:
        oq_buf_str(r->out, web_as_text(resolve(p->values, &n->name)));
        return NULL;
    case NODE_SECTION:
        return render_section(r, p, n);
    case NODE_INVERTED:
        if (web_is_true(resolve(p->values, &n->name)))
            return NULL;
        return render(r, p, (uint32_t)(n - p->t->node) + 1, n->end);
    case NODE_PARTIAL:
    case NODE_PARENT:
        return render_template(r, p, n);
    case NODE_BLOCK:
        return render_block(r, p, n);
    case NODE_ARGUMENT:
        break; /* reached through its parent alone */
    }
    return NULL;
}

static oq_err *too_large(const mustache *t)
{
    return oq_fail(OQ_INTERNAL, "template.too_large", "name=%.*s", OQ_FMT(t->name));
}

/* A round without nodes counts as well: sections inside one another can make many. */
static oq_err *render(renderer *r, const place *p, uint32_t from, uint32_t to)
{
    r->steps++;
    for (uint32_t i = from; i < to; i = p->t->node[i].end) {
        r->steps++;
        OQ_TRY(render_node(r, p, &p->t->node[i]));
    }
    return r->steps > MUSTACHE_STEPS_MAX || r->out->overflow ? too_large(p->t) : NULL;
}

oq_err *mustache_render(const mustache_set *set, const mustache *t, const web_value *view,
                        oq_buf *out)
{
    context root = {.value = view};
    renderer r = {.set = set, .out = out};
    OQ_TRY(render(&r, &(place){.t = t, .values = &root}, 0, t->count));
    return out->overflow ? too_large(t) : NULL;
}
