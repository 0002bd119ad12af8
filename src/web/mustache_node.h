/* web/mustache_node.h
 *
 * The compiled form of a template, between mustache_parse.c and mustache_render.c: its tags and
 * lines as one array in order of the source. A node that holds others is followed by them, up to
 * its `end`; so a walk needs no pointers, and skipping a section is one assignment. */
#ifndef WEB_MUSTACHE_NODE_H
#define WEB_MUSTACHE_NODE_H

#include "web/mustache.h"

typedef enum node_kind {
    NODE_TEXT,     /* up to one line of the template */
    NODE_VALUE,    /* {{x}} */
    NODE_RAW,      /* {{{x}}} */
    NODE_SECTION,  /* {{#x}} */
    NODE_INVERTED, /* {{^x}} */
    NODE_PARTIAL,  /* {{>x}} */
    NODE_PARENT,   /* {{<x}}; of its inside only the arguments count */
    NODE_BLOCK,    /* {{$x}}: a place that others may fill */
    NODE_ARGUMENT, /* {{$x}} directly inside {{<y}}: what fills it */
} node_kind;

/* "a.b.c" in parts; no parts: ".", the innermost value. The parts are views into `text`. */
typedef struct node_name {
    oq_str text;
    const oq_str *part;
    size_t part_count;
} node_name;

typedef struct node {
    node_kind kind;
    uint32_t end;     /* index behind the last node inside; of others the next index */
    bool starts_line; /* text: indentation from outside goes before it */
    bool is_dynamic;  /* partial, parent: `name` is looked up to learn the name */
    /* partial, parent, block: alone on its lines, so its content begins at the start of a line;
     * argument: its content begins behind a line break */
    bool is_alone;
    oq_str text;   /* text */
    oq_str indent; /* of partial, parent, block: goes before each line that is put there */
    node_name name;
} node;

struct mustache {
    oq_str name;
    const node *node;
    uint32_t count;
    bool has_raw;
};

/* Compiles into the arena; `source` stays in use. */
OQ_CHECKED oq_err *mustache_parse(oq_arena *arena, oq_str name, oq_str source, mustache *ret_t);

/* The indentation that all lines of nodes [from, to) share; false when there is no line. */
bool mustache_shared_indent(const node *node, uint32_t from, uint32_t to, oq_str *ret_indent);
/* Takes it away from each of them. */
void mustache_dedent(node *node, uint32_t from, uint32_t to, oq_str indent);

#endif
