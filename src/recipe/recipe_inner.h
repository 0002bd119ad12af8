/* recipe/recipe_inner.h: what the parts of a recipe share. For recipe*.c alone. */
#ifndef RECIPE_RECIPE_INNER_H
#define RECIPE_RECIPE_INNER_H

#include "plant/record.h"
#include "recipe/layout.h"
#include "recipe/moment.h"
#include "recipe/recipe.h"
#include "recipe/recipe_template.h"

/* --- a table in memory: recipe_map.c ----------------------------------------------------------*/

/* From text to a number; keys are copied. Zeroed but for the arena it is empty. */
typedef struct recipe_map {
    oq_arena *arena;
    struct recipe_map_entry *at;
    size_t room, count;
} recipe_map;
bool recipe_map_find(const recipe_map *m, oq_str key, int64_t *ret_value);
/* The key must not be there yet. */
void recipe_map_put(recipe_map *m, oq_str key, int64_t value);

/* --- values: recipe_value.c -------------------------------------------------------------------*/

enum { RECIPE_TABLE_MAX = 1000000 }; /* entries */

typedef struct recipe_table {
    oq_str name;
    recipe_map place; /* of the text in `value` */
    oq_str *value;
    size_t count, room;
    oq_str file; /* not given: written down */
    recipe_template key, text;
} recipe_table;
void recipe_table_put(recipe_table *t, oq_str key, oq_str value);

typedef enum recipe_shape { SHAPE_NOTHING, SHAPE_TEXT, SHAPE_BARE, SHAPE_CHOICE } recipe_shape;

typedef struct recipe_value recipe_value;
struct recipe_value {
    recipe_shape shape;
    const char *place;
    recipe_template text; /* SHAPE_BARE: a number or a truth; SHAPE_CHOICE: what is looked up */
    recipe_table *table;
    const recipe_value *otherwise; /* NULL: there must be an entry */
};

typedef struct recipe_member {
    oq_str name;
    recipe_value value;
} recipe_member;
typedef struct recipe_members {
    recipe_member *at;
    size_t count;
} recipe_members;

typedef enum recipe_test { TEST_EQUALS, TEST_NOT, TEST_GIVEN, TEST_NOT_GIVEN } recipe_test;
typedef struct recipe_condition {
    recipe_template of;
    recipe_test test;
    oq_str with;
} recipe_condition;

/* --- steps ------------------------------------------------------------------------------------*/

typedef enum recipe_kind {
    RECIPE_RECORDS = 1,
    RECIPE_SERIES,
    RECIPE_EVENTS,
    RECIPE_WORK_ORDERS
} recipe_kind;
extern const oq_choice recipe_kind_choices[];

typedef struct recipe_step {
    recipe_kind kind;
    const char *place;
    const record_kind *of; /* of records */

    oq_str file; /* or rows */
    oq_strs columns;
    oq_strs *rows; /* each with `columns`.count cells */
    size_t row_count;
    oq_strs each_names;
    oq_strs *each; /* values of each name */
    recipe_condition *only;
    size_t only_count;

    recipe_members set, payload;
    moment_format *time_format;
    layout_order mapping; /* of series */
} recipe_step;

struct recipe {
    oq_arena *arena;
    oq_str name;
    recipe_table *table;
    size_t table_count;
    recipe_step *step;
    size_t step_count;
};

/* The value of a member; NULL: the step does not set it. */
const recipe_value *recipe_member_find(const recipe_members *m, const char *name);

/* What the steps of each kind may and must set. */
typedef struct recipe_slot {
    const char *name; /* NULL: the end */
    bool required;
    const oq_choice *choices;
} recipe_slot;
extern const recipe_slot recipe_event_slots[], recipe_order_slots[];

/* --- rows: recipe_source.c --------------------------------------------------------------------*/

typedef struct recipe_source recipe_source;
typedef struct recipe_row {
    const oq_str *cell; /* until the next row */
    int64_t line;
} recipe_row;

/* A file of the data folder, or the rows of the step (file not given). */
OQ_CHECKED oq_err *recipe_source_open(oq_str data, oq_str file, const recipe_step *step,
                                      recipe_source **ret_source);
void recipe_source_close(recipe_source *source); /* accepts NULL */
oq_strs recipe_source_columns(const recipe_source *source);
oq_str recipe_source_name(const recipe_source *source);
/* A row that is malformed is an error about that row (recipe.row) after which reading goes on;
 * any other error ends the file. */
OQ_CHECKED oq_err *recipe_source_next(recipe_source *source, recipe_row *ret_row, bool *ret_is_row);
double recipe_source_share(const recipe_source *source);
/* Something is wrong with a row. */
oq_err *recipe_row_error(const recipe_source *source, int64_t line, const oq_err *cause);

/* --- one run: recipe_run.c --------------------------------------------------------------------*/

typedef struct recipe_run_state {
    recipe *recipe;
    const recipe_order *order;
    const recipe_step *step;
    size_t step_no;
    recipe_counts *counts;
    recipe_source *source;
    oq_arena *arena; /* of the unit of work */
    oq_scope *scope; /* NULL: none is open */
    int64_t told;
    bool is_bound;
} recipe_run_state;

/* The unit of work, opened when there is none. A dry run has one for all steps. */
OQ_CHECKED oq_err *recipe_unit(recipe_run_state *run, oq_scope **ret_scope);
/* Commits it; a dry run goes on with it. */
OQ_CHECKED oq_err *recipe_unit_end(recipe_run_state *run);
void recipe_refuse(recipe_run_state *run, int64_t line, const oq_err *why);
void recipe_tell(recipe_run_state *run);
/* The next row that the step is about; bad ones are told and left out. */
OQ_CHECKED oq_err *recipe_next(recipe_run_state *run, recipe_row *ret_row, bool *ret_is_row);

/* The text of a value; not given: nothing. Fails: recipe.no_entry (facts: text, table). */
OQ_CHECKED oq_err *recipe_value_fill(oq_arena *arena, const recipe_value *v, const oq_str *cell,
                                     oq_str *ret_text);
/* The same of a member; not given when the step does not set it. */
OQ_CHECKED oq_err *recipe_member_fill(oq_arena *arena, const recipe_members *m, const char *name,
                                      const oq_str *cell, oq_str *ret_text);
OQ_CHECKED oq_err *recipe_time_fill(oq_arena *arena, const recipe_step *step, const recipe_value *v,
                                    const oq_str *cell, oq_us *ret_at);
/* A member that is one of a list; 0 when it is not given. */
OQ_CHECKED oq_err *recipe_choice_fill(oq_arena *arena, const recipe_members *m, const char *name,
                                      const oq_choice *choices, const oq_str *cell, int *ret_value);

/* Ids of assets by code, remembered over the rows of a step. Fails: recipe.asset_unknown. */
typedef struct recipe_assets {
    recipe_map place;
    oq_uuid *id;
    size_t count, room;
} recipe_assets;
OQ_CHECKED oq_err *recipe_asset(recipe_run_state *run, recipe_assets *known, oq_str code,
                                oq_uuid *ret_id);

/* Each step over all rows of run->source; series over a file. */
OQ_CHECKED oq_err *recipe_run_records(recipe_run_state *run);
OQ_CHECKED oq_err *recipe_run_events(recipe_run_state *run);
OQ_CHECKED oq_err *recipe_run_orders(recipe_run_state *run);
OQ_CHECKED oq_err *recipe_run_series(recipe_run_state *run, oq_str file);

#endif
