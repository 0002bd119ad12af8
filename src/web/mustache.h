/* web/mustache.h
 *
 * Templates: Mustache (the specification's core with partials and inheritance), escaping by
 * default. Compiled once at start, rendered into a buffer. A template cannot call anything: it
 * sees the values it is given, and nothing else. */
#ifndef WEB_MUSTACHE_H
#define WEB_MUSTACHE_H

#include "base/base.h"
#include "web/value.h"

typedef struct mustache mustache;      /* one compiled template */
typedef struct mustache_set mustache_set; /* templates by name, which may use one another */

mustache_set *mustache_set_open(void);
void mustache_set_close(mustache_set *set);

/* Compiles and adds. Fails: template.malformed (facts: name, line, what). */
OQ_CHECKED oq_err *mustache_add(mustache_set *set, oq_str name, oq_str source);
const mustache *mustache_find(const mustache_set *set, oq_str name);

/* Renders into `out`. A missing value is an empty text. Partials nest at most 32 deep
 * (template.too_deep). */
OQ_CHECKED oq_err *mustache_render(const mustache_set *set, const mustache *t, const web_value *view,
                                   oq_buf *out);

/* Escapes & < > " ' ` for HTML text and quoted attributes. */
void html_escape(oq_buf *out, oq_str text);

#endif
