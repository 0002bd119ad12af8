/* recipe/source.h
 *
 * A file as the text that it holds: packed by gzip or not, which its first bytes tell and not its
 * name. Read piece by piece, so that memory does not grow with the file. */
#ifndef RECIPE_SOURCE_H
#define RECIPE_SOURCE_H

#include "base/base.h"

typedef struct source source;

/* Fails: import.file_unreadable (facts: file, reason). */
OQ_CHECKED oq_err *source_open(const char *path, source **ret_source);
void source_close(source *s); /* accepts NULL */

/* The next bytes of the text; 0: its end. Fails: import.file_unreadable, import.gzip_cut,
 * import.gzip_broken (fact: file). */
OQ_CHECKED oq_err *source_read(source *s, char *to, size_t room, size_t *ret_len);
/* Goes on behind so many bytes of the text. Fails: import.file_shorter (fact: file), and as
 * source_read. */
OQ_CHECKED oq_err *source_skip(source *s, int64_t bytes);

/* All of a small file. Fails as source_read, and: import.file_too_large (facts: file, max). */
OQ_CHECKED oq_err *source_text(oq_arena *arena, const char *path, size_t max, oq_str *ret_text);

/* How much of the file (as it lies on the disk) has been read, 0..1. */
double source_share(const source *s);
int64_t source_size(const source *s); /* on the disk */

/* Tells files apart without reading all of them: size, and the bytes at the beginning, in the
 * middle and at the end, together with `also`. 64 hexadecimal digits, in the arena. */
OQ_CHECKED oq_err *source_fingerprint(oq_arena *arena, const char *path, oq_str also,
                                      oq_str *ret_fingerprint);

#endif
