/* recipe/recipe_file.h
 *
 * Files of the data folder, as recipes name them. */
#ifndef RECIPE_RECIPE_FILE_H
#define RECIPE_RECIPE_FILE_H

#include "base/base.h"

/* Whether a recipe may name it: below the folder, not absolute, no "..". */
bool recipe_file_is_inside(oq_str file);
/* Names below the folder that a pattern (glob(7)) stands for, sorted; a name without pattern stands
 * for itself. Fails: recipe.nothing_matches (fact: file). */
OQ_CHECKED oq_err *recipe_file_find(oq_arena *arena, oq_str data, oq_str pattern,
                                    oq_strs *ret_names);
/* As the system calls it. */
const char *recipe_file_path(oq_arena *arena, oq_str data, oq_str name);

#endif
