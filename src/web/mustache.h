/* web/mustache.h
 *
 * Templates: Mustache, escaping by default. Compiled once at start, rendered into a buffer. A
 * template cannot call anything: it sees the values it is given, and nothing else.
 *
 *     {{name}} {{a.b}} {{.}}      a value, escaped; a missing one is an empty text
 *     {{{name}}} {{&name}}        as it is: our own templates do without (a test holds them to it)
 *     {{#name}}...{{/name}}       for each item of a list; once for another value that is true
 *     {{^name}}...{{/name}}       when there is nothing, or an empty list
 *     {{>other}} {{>*name}}       another template; with a star, the one that `name` names
 *     {{<other}}{{$part}}...{{/part}}{{/other}}    another template with some parts replaced
 *     {{$part}}...{{/part}}       a part that others may replace; what stands here otherwise
 *     {{! ... }} {{=<% %>=}}      a comment; other delimiters
 *
 * That is the specification's core with its modules "inheritance" and "dynamic names"; its
 * module "lambdas" is left out, because a template that calls code is no longer only a template.
 * Stricter than the specification: a name with white space inside it does not compile.
 *
 * Where the specification leaves white space open: lines inside an argument block lose the
 * indentation that they all share; at the place of expansion they get the indentation of the
 * lines which they replace, or of the block's tag when it is empty. */
#ifndef WEB_MUSTACHE_H
#define WEB_MUSTACHE_H

#include "base/base.h"
#include "web/value.h"

enum {
    MUSTACHE_SOURCE_MAX = 256 * 1024, /* bytes of one template */
    MUSTACHE_NEST_MAX = 32,           /* sections, blocks and parents inside one another */
    MUSTACHE_PARTIAL_MAX = 32,        /* templates inside one another while rendering */
    MUSTACHE_STEPS_MAX = 1000000,     /* pieces rendered for one page: some 30 ms */
};

typedef struct mustache mustache;         /* one compiled template */
typedef struct mustache_set mustache_set; /* templates by name, which may use one another */

/* A set is filled by one thread and then only read, by any number. */
mustache_set *mustache_set_open(void);
void mustache_set_close(mustache_set *set); /* accepts NULL */

/* Compiles and adds; both texts are copied. A name that is there already gets the new template.
 * Fails: template.malformed (facts: name, line, what), where `what` is one of tag_open (no
 * closing delimiter), section_open, section_stray, section_crossed, name, delimiters, too_deep,
 * too_large, encoding. */
OQ_CHECKED oq_err *mustache_add(mustache_set *set, oq_str name, oq_str source);
const mustache *mustache_find(const mustache_set *set, oq_str name); /* or NULL */

/* Renders into `out`. A missing value and a missing partial are an empty text.
 * Fails: template.too_deep (facts: name, max), template.too_large (facts: name), when `out` is at
 * its ceiling or the work at MUSTACHE_STEPS_MAX; `out` then holds a part. */
OQ_CHECKED oq_err *mustache_render(const mustache_set *set, const mustache *t,
                                   const web_value *view, oq_buf *out);

/* Whether the template, leaving aside the partials it uses, puts a value without escaping it. */
bool mustache_has_raw(const mustache *t);

/* Escapes & < > " ' ` for HTML text and quoted attributes. */
void html_escape(oq_buf *out, oq_str text);

#endif
