/* recipe/recipe_template.h
 *
 * Texts with the columns of a row in them: "M-{machineID}". */
#ifndef RECIPE_RECIPE_TEMPLATE_H
#define RECIPE_RECIPE_TEMPLATE_H

#include "base/base.h"

typedef struct recipe_part {
    oq_str text; /* as it stands there, or a column's name */
    bool is_column;
    size_t column; /* its place; of a template that was bound */
} recipe_part;

typedef struct recipe_template {
    recipe_part *part;
    size_t count;
} recipe_template;

enum { RECIPE_TEMPLATE_MAX = 4096, RECIPE_PARTS_MAX = 64 };

/* Fails: recipe.template (facts: text, reason). */
OQ_CHECKED oq_err *recipe_template_read(oq_arena *arena, oq_str text, recipe_template *ret);
/* Finds the columns. Fails: recipe.column_unknown (facts: column, file). */
OQ_CHECKED oq_err *recipe_template_bind(recipe_template *t, oq_strs columns, oq_str file);
/* A view of a cell where the template is nothing but a column; else in the arena. */
oq_str recipe_template_fill(oq_arena *arena, const recipe_template *t, const oq_str *cell);
/* Whether it says the same for every row. */
bool recipe_template_is_constant(const recipe_template *t);

#endif
