/* main/manual.h
 *
 * The manual's tables, written by the program from its own tables, so that they cannot drift:
 * docs/routes.md, docs/capabilities.md, docs/settings.md, docs/errors.md. `optria docs` writes
 * them; a test compares what is committed with what the program says. */
#ifndef MAIN_MANUAL_H
#define MAIN_MANUAL_H

#include "base/base.h"

typedef struct manual_page {
    const char *file; /* "routes.md" */
    void (*write)(oq_buf *out);
} manual_page;

/* Ends with a NULL file. The language files must be loaded. */
extern const manual_page manual_pages[];

#endif
