/* recipe/recipe_json.h: what the readers of a recipe's JSON share. For recipe_read*.c alone. */
#ifndef RECIPE_RECIPE_JSON_H
#define RECIPE_RECIPE_JSON_H

#include <jansson.h>

#include "recipe/recipe_inner.h"

/* A value of the recipe and where it stands: "steps[2].set.severity". */
typedef struct recipe_at {
    oq_arena *arena;
    recipe *recipe;
    const char *place;
    json_t *json; /* NULL: is not there */
} recipe_at;

recipe_at recipe_at_member(const recipe_at *at, const char *name);
recipe_at recipe_at_item(const recipe_at *at, size_t i);
bool recipe_at_given(const recipe_at *at); /* neither absent nor null */

/* Fails: recipe.missing, recipe.type (fact: wanted: text, number, object, list). */
OQ_CHECKED oq_err *recipe_want(const recipe_at *at, json_type type, const char *wanted);
/* A list of at least one and at most `max` items. Fails: recipe.too_many. */
OQ_CHECKED oq_err *recipe_want_list(const recipe_at *at, size_t max, size_t *ret_count);
/* An object with no other members than these (ends with NULL). Fails: recipe.unknown. */
OQ_CHECKED oq_err *recipe_want_members(const recipe_at *at, const char *const *names);
/* A text that is not empty. Fails: field.bad_text besides. */
OQ_CHECKED oq_err *recipe_want_text(const recipe_at *at, oq_str *ret_text);
OQ_CHECKED oq_err *recipe_want_choice(const recipe_at *at, const oq_choice *choices,
                                      int *ret_value);
/* A text, number or truth as text; null: not given. */
OQ_CHECKED oq_err *recipe_want_scalar(const recipe_at *at, oq_str *ret_text);
OQ_CHECKED oq_err *recipe_want_template(const recipe_at *at, recipe_template *ret);
oq_err *recipe_not_one_of(const recipe_at *at, oq_str found, oq_str choices);

/* recipe_read_value.c */
OQ_CHECKED oq_err *recipe_read_value(const recipe_at *at, recipe_value *ret);
/* The members of "set": those of `slots`, or any (NULL). */
OQ_CHECKED oq_err *recipe_read_members(const recipe_at *at, recipe_members *ret);
OQ_CHECKED oq_err *recipe_check_slots(const recipe_at *at, const recipe_members *m,
                                      const recipe_slot *slots);
OQ_CHECKED oq_err *recipe_read_only(const recipe_at *at, recipe_step *step);

/* recipe_read_rows.c: "file", "rows", "each". */
OQ_CHECKED oq_err *recipe_read_rows(const recipe_at *at, recipe_step *step);
OQ_CHECKED oq_err *recipe_want_file(const recipe_at *at, oq_str *ret_file);

#endif
