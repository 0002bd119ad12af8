/* Rows: of a CSV file, or written down in the step; each of them once for every combination of the
 * step's "each". Behind the file's columns stand those of "each", then {file} and {line}. */
#include "base/csv.h"
#include "recipe/recipe_file.h"
#include "recipe/recipe_inner.h"
#include "recipe/source.h"

#include "base/banned.h"

enum { BUFFER = OQ_CSV_ROW_MAX + 256 * 1024, LINE_DIGITS = 24 };

struct recipe_source {
    oq_arena *arena;
    const recipe_step *step;
    oq_str name;
    source *file; /* NULL: the step's rows */
    oq_csv_reader *csv;
    char *buffer;
    oq_str rest; /* of the buffer, not read yet */
    bool is_last;

    oq_strs columns;
    size_t own; /* columns of the file */
    oq_str *cell;
    char line_text[LINE_DIGITS];
    size_t next;  /* of the step's rows */
    size_t *pick; /* of each "each" */
    bool in_row;  /* further combinations of this row are to come */
    int64_t line;
};

oq_err *recipe_row_error(const recipe_source *src, int64_t line, const oq_err *cause)
{
    oq_err *err = oq_wrap(cause, OQ_INVALID, "recipe.row", "file=%.*s line=%lld", OQ_FMT(src->name),
                          (long long)line);
    err->field = cause->field;
    return err;
}

/* --- the file -----------------------------------------------------------------------------------*/

static oq_err *fill_buffer(recipe_source *src)
{
    size_t len;
    if (src->rest.len)
        memmove(src->buffer, src->rest.ptr, src->rest.len);
    size_t room = BUFFER - src->rest.len;
    OQ_TRY(source_read(src->file, src->buffer + src->rest.len, room, &len));
    src->rest = oq_strn(src->buffer, src->rest.len + len);
    src->is_last = !len;
    return NULL;
}

/* The next row of the file as it stands there. */
static oq_err *next_line(recipe_source *src, oq_csv_row *ret_row, bool *ret_is_row)
{
    for (;;) {
        oq_err *err = oq_csv_next(src->csv, &src->rest, src->is_last, ret_row, ret_is_row);
        if (err || *ret_is_row || src->is_last)
            return err;
        OQ_TRY(fill_buffer(src));
    }
}

static bool is_blank(const oq_csv_row *row)
{
    return row->count == 1 && !oq_str_trim(row->cell[0]).len;
}

/* Mistakes of one row after which the reader goes on. */
static bool is_about_row(const oq_err *err)
{
    return oq_err_is(err, "csv.quote_misplaced") || oq_err_is(err, "csv.too_many_cells");
}

static oq_err *next_of_file(recipe_source *src, bool *ret_is_row)
{
    oq_csv_row row;
    do {
        oq_err *err = next_line(src, &row, ret_is_row);
        if (err && is_about_row(err))
            return oq_wrap(err, OQ_INVALID, "recipe.row_malformed", "file=%.*s", OQ_FMT(src->name));
        OQ_TRY(err);
    } while (*ret_is_row && is_blank(&row));
    if (!*ret_is_row)
        return NULL;
    src->line = row.line;
    if (row.count != src->own)
        return recipe_row_error(
            src, row.line,
            oq_fail(OQ_INVALID, "recipe.row_width", "cells=%zu columns=%zu", row.count, src->own));
    for (size_t i = 0; i < row.count; i++)
        src->cell[i] = oq_str_trim(row.cell[i]);
    return NULL;
}

static oq_err *next_of_step(recipe_source *src, bool *ret_is_row)
{
    *ret_is_row = src->next < src->step->row_count;
    if (!*ret_is_row)
        return NULL;
    for (size_t i = 0; i < src->own; i++)
        src->cell[i] = src->step->rows[src->next].at[i];
    src->line = (int64_t)++src->next;
    return NULL;
}

/* --- combinations -------------------------------------------------------------------------------*/

/* Moves on to the next combination; false: all were there. */
static bool step_on(recipe_source *src)
{
    for (size_t i = src->step->each_names.count; i-- > 0;) {
        if (++src->pick[i] < src->step->each[i].count)
            return true;
        src->pick[i] = 0;
    }
    return false;
}

static void put_extras(recipe_source *src)
{
    size_t at = src->own;
    for (size_t i = 0; i < src->step->each_names.count; i++)
        src->cell[at++] = src->step->each[i].at[src->pick[i]];
    src->cell[at++] = src->name;
    int len = snprintf(src->line_text, sizeof src->line_text, "%lld", (long long)src->line);
    src->cell[at] = oq_strn(src->line_text, (size_t)len);
}

oq_err *recipe_source_next(recipe_source *src, recipe_row *ret_row, bool *ret_is_row)
{
    *ret_is_row = true;
    if (!src->in_row)
        OQ_TRY(src->file ? next_of_file(src, ret_is_row) : next_of_step(src, ret_is_row));
    if (!*ret_is_row)
        return NULL;
    put_extras(src);
    src->in_row = step_on(src);
    *ret_row = (recipe_row){src->cell, src->line};
    return NULL;
}

/* --- opening ------------------------------------------------------------------------------------*/

static void make_columns(recipe_source *src, const oq_str *own, size_t count)
{
    const oq_strs *each = &src->step->each_names;
    src->own = count;
    src->columns = (oq_strs){oq_new_n(src->arena, oq_str, count + each->count + 2), 0};
    for (size_t i = 0; i < count; i++)
        src->columns.at[src->columns.count++] = oq_str_copy(src->arena, oq_str_trim(own[i]));
    for (size_t i = 0; i < each->count; i++)
        src->columns.at[src->columns.count++] = each->at[i];
    src->columns.at[src->columns.count++] = OQ_STR("file");
    src->columns.at[src->columns.count++] = OQ_STR("line");
    src->cell = oq_new_n(src->arena, oq_str, src->columns.count);
    src->pick = oq_new_n(src->arena, size_t, each->count + 1);
}

static oq_err *open_file(recipe_source *src, oq_str data)
{
    oq_csv_row head;
    bool is_row;
    OQ_TRY(source_open(recipe_file_path(src->arena, data, src->name), &src->file));
    src->csv = oq_csv_open(&(oq_csv_options){0});
    src->buffer = oq_alloc(src->arena, BUFFER);
    src->rest = oq_strn(src->buffer, 0);
    OQ_TRY(next_line(src, &head, &is_row));
    if (!is_row)
        return oq_fail(OQ_INVALID, "import.empty", "file=%.*s", OQ_FMT(src->name));
    make_columns(src, head.cell, head.count);
    return NULL;
}

oq_err *recipe_source_open(oq_str data, oq_str file, const recipe_step *step,
                           recipe_source **ret_source)
{
    oq_arena *arena = oq_arena_open(0);
    recipe_source *src = oq_new(arena, recipe_source);
    *src = (recipe_source){.arena = arena, .step = step, .name = oq_str_copy(arena, file)};
    oq_err *err = NULL;
    if (file.len) {
        err = open_file(src, data);
    } else {
        src->name = oq_strf(arena, "%s.rows", step->place);
        make_columns(src, step->columns.at, step->columns.count);
    }
    if (err) {
        recipe_source_close(src);
        return err;
    }
    *ret_source = src;
    return NULL;
}

void recipe_source_close(recipe_source *src)
{
    if (!src)
        return;
    oq_csv_close(src->csv);
    source_close(src->file);
    oq_arena_close(src->arena);
}

oq_strs recipe_source_columns(const recipe_source *src)
{
    return src->columns;
}

oq_str recipe_source_name(const recipe_source *src)
{
    return src->name;
}

double recipe_source_share(const recipe_source *src)
{
    if (src->file)
        return source_share(src->file);
    return src->step->row_count ? (double)src->next / (double)src->step->row_count : 1;
}
