/* Where rows come from: "file", "rows", "each". */
#include "recipe/recipe_file.h"
#include "recipe/recipe_json.h"

#include "base/banned.h"

enum { ROWS_MAX = 10000, COLUMNS_MAX = 200, EACH_MAX = 4, EACH_VALUES_MAX = 1000 };

oq_err *recipe_want_file(const recipe_at *at, oq_str *ret_file)
{
    OQ_TRY(recipe_want_text(at, ret_file));
    if (recipe_file_is_inside(*ret_file))
        return NULL;
    return oq_fail_field(at->place, "recipe.file_outside", "file=%.*s",
                         OQ_FMT(oq_str_sub(*ret_file, 0, 200)));
}

/* --- rows that are written down -----------------------------------------------------------------*/

static size_t column_of(recipe_step *step, oq_str name)
{
    size_t i = 0;
    while (i < step->columns.count && !oq_str_eq(step->columns.at[i], name))
        i++;
    return i;
}

/* Rows need not have the same members: the columns are all of them. */
static oq_err *note_columns(const recipe_at *row, recipe_step *step)
{
    const char *key;
    json_t *value;
    OQ_TRY(recipe_want(row, JSON_OBJECT, "object"));
    json_object_foreach (row->json, key, value) {
        if (column_of(step, oq_cstr(key)) < step->columns.count)
            continue;
        if (step->columns.count == COLUMNS_MAX)
            return oq_fail_field(row->place, "recipe.too_many", "max=%d", COLUMNS_MAX);
        step->columns.at[step->columns.count++] = oq_str_copy(row->arena, oq_cstr(key));
    }
    return NULL;
}

static oq_err *read_row(const recipe_at *row, recipe_step *step, oq_strs *ret)
{
    const char *key;
    json_t *value;
    *ret = (oq_strs){oq_new_n(row->arena, oq_str, step->columns.count), step->columns.count};
    json_object_foreach (row->json, key, value) {
        recipe_at member = recipe_at_member(row, key);
        OQ_TRY(recipe_want_scalar(&member, &ret->at[column_of(step, oq_cstr(key))]));
    }
    return NULL;
}

static oq_err *read_rows(const recipe_at *rows, recipe_step *step)
{
    OQ_TRY(recipe_want_list(rows, ROWS_MAX, &step->row_count));
    step->columns = (oq_strs){oq_new_n(rows->arena, oq_str, COLUMNS_MAX), 0};
    step->rows = oq_new_n(rows->arena, oq_strs, step->row_count);
    for (size_t i = 0; i < step->row_count; i++) {
        recipe_at row = recipe_at_item(rows, i);
        OQ_TRY(note_columns(&row, step));
    }
    for (size_t i = 0; i < step->row_count; i++) {
        recipe_at row = recipe_at_item(rows, i);
        OQ_TRY(read_row(&row, step, &step->rows[i]));
    }
    return NULL;
}

/* --- each ---------------------------------------------------------------------------------------*/

static oq_err *read_each(const recipe_at *each, recipe_step *step)
{
    const char *key;
    json_t *list;
    OQ_TRY(recipe_want(each, JSON_OBJECT, "object"));
    if (json_object_size(each->json) > EACH_MAX)
        return oq_fail_field(each->place, "recipe.too_many", "max=%d", EACH_MAX);
    step->each_names = (oq_strs){oq_new_n(each->arena, oq_str, EACH_MAX), 0};
    step->each = oq_new_n(each->arena, oq_strs, EACH_MAX);
    json_object_foreach (each->json, key, list) {
        recipe_at values = recipe_at_member(each, key);
        oq_strs *to = &step->each[step->each_names.count];
        OQ_TRY(recipe_want_list(&values, EACH_VALUES_MAX, &to->count));
        to->at = oq_new_n(each->arena, oq_str, to->count);
        for (size_t i = 0; i < to->count; i++) {
            recipe_at value = recipe_at_item(&values, i);
            OQ_TRY(recipe_want_scalar(&value, &to->at[i]));
        }
        step->each_names.at[step->each_names.count++] = oq_str_copy(each->arena, oq_cstr(key));
    }
    return NULL;
}

oq_err *recipe_read_rows(const recipe_at *at, recipe_step *step)
{
    recipe_at file = recipe_at_member(at, "file"), rows = recipe_at_member(at, "rows"),
              each = recipe_at_member(at, "each");
    if (recipe_at_given(&file) && recipe_at_given(&rows))
        return oq_fail_field(rows.place, "recipe.unknown");
    OQ_TRY(recipe_at_given(&rows) ? read_rows(&rows, step) : recipe_want_file(&file, &step->file));
    return recipe_at_given(&each) ? read_each(&each, step) : NULL;
}
