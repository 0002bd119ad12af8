/* base/embed.h
 *
 * Files built into the program by tools/embed: migrations, templates, languages, web assets. So a
 * deployment is one file, and what runs is what was tested. Names:
 *     migrations/0001_platform.sql      templates/users/list.mustache
 *     lang/ar.json  lang/en.json        assets/app.3f9a1c2b.css  (and .gz of it)
 *     examples/plant/presets.json
 *     assets/manifest.json: {"app.css": "app.3f9a1c2b.css", ...} */
#ifndef OQ_EMBED_H
#define OQ_EMBED_H

#include "base/str.h"

typedef struct oq_embedded {
    const char *name;
    const char *ptr;
    size_t len;
} oq_embedded;

extern const oq_embedded oq_embedded_files[]; /* sorted by name; ends with a NULL name */
extern const size_t oq_embedded_count;

/* The file's bytes (also NUL-terminated), or OQ_NONE. */
oq_str oq_embedded_find(oq_str name);

#endif
