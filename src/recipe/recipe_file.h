/* recipe/recipe_file.h
 *
 * A file of the data folder as text, unpacked while it is read. */
#ifndef RECIPE_RECIPE_FILE_H
#define RECIPE_RECIPE_FILE_H

#include "base/base.h"

typedef struct recipe_file recipe_file;

/* Whether a recipe may name it: below the folder, not absolute, no "..". */
bool recipe_file_is_inside(oq_str file);
/* Names below the folder that a pattern (glob(7)) stands for, sorted; a name without pattern stands
 * for itself. Fails: recipe.nothing_matches, recipe.file_missing. */
OQ_CHECKED oq_err *recipe_file_find(oq_arena *arena, oq_str data, oq_str pattern,
                                    oq_strs *ret_names);

/* Fails: recipe.file_missing, recipe.file_unreadable (facts: file, reason). */
OQ_CHECKED oq_err *recipe_file_open(oq_str data, oq_str name, recipe_file **ret_file);
void recipe_file_close(recipe_file *f); /* accepts NULL */
/* *ret_len is 0 at the end. Fails: recipe.file_damaged (a gzip file that is cut off or altered),
 * recipe.file_unreadable. */
OQ_CHECKED oq_err *recipe_file_read(recipe_file *f, char *to, size_t room, size_t *ret_len);
/* How much of the file was read, 0 to 1. */
double recipe_file_share(const recipe_file *f);
/* What the file holds, as 64 hexadecimal digits. Fails as reading does. */
OQ_CHECKED oq_err *recipe_file_digest(oq_arena *arena, oq_str data, oq_str name, oq_str *ret_hex);

#endif
