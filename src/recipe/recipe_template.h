/* recipe/recipe_template.h
 *
 * Texts with the columns of a row in them: "M-{machineID}". Times as files write them. */
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

/* --- times --------------------------------------------------------------------------------------
 * A format is what is between YYYY YY MM DD hh mm ss and runs of f (decimals of a second, any
 * number of digits); a year of two digits is 1970 to 2069. */
typedef enum recipe_time_part {
    TIME_END = 0,
    TIME_LITERAL,
    TIME_YEAR,
    TIME_SHORT_YEAR,
    TIME_MONTH,
    TIME_DAY,
    TIME_HOUR,
    TIME_MINUTE,
    TIME_SECOND,
    TIME_DECIMALS,
    TIME_UNIX_S,
    TIME_UNIX_MS
} recipe_time_part;
enum { RECIPE_TIME_PARTS = 40 };
typedef struct recipe_time_format {
    struct {
        recipe_time_part part;
        char literal;
    } at[RECIPE_TIME_PARTS];
} recipe_time_format;

/* Fails: recipe.time_format (fact: format): it has no year, month and day, or is too long. */
OQ_CHECKED oq_err *recipe_time_format_read(oq_str text, recipe_time_format *ret);
/* A time of the zone (UTC: not given) as UTC. Fails: recipe.time (fact: text). */
OQ_CHECKED oq_err *recipe_time_read(const recipe_time_format *f, oq_str zone, oq_str text,
                                    oq_us *ret_at);

#endif
