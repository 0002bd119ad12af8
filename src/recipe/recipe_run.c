/* All steps of a recipe, one after the other, in slices that are committed one by one. */
#include "recipe/recipe_file.h"
#include "recipe/recipe_inner.h"

#include "base/banned.h"

const oq_field recipe_counts_fields[] = {
    OQ_I64(recipe_counts, files),
    OQ_I64(recipe_counts, files_known),
    OQ_I64(recipe_counts, rows),
    OQ_I64(recipe_counts, samples),
    OQ_I64(recipe_counts, added),
    OQ_I64(recipe_counts, changed),
    OQ_I64(recipe_counts, same),
    OQ_I64(recipe_counts, refused),
    OQ_FIELDS_END,
};

/* --- units of work ------------------------------------------------------------------------------*/

oq_err *recipe_unit(recipe_run_state *run, oq_scope **ret_scope)
{
    if (!run->scope)
        OQ_TRY(oq_scope_open(&(oq_scope_options){.pool = run->order->pool,
                                                 .tenant_id = run->order->tenant_id,
                                                 .access = OQ_WRITE,
                                                 .actor = run->order->actor,
                                                 .request_id = run->order->request_id,
                                                 .arena = run->arena},
                             &run->scope));
    *ret_scope = run->scope;
    return NULL;
}

oq_err *recipe_unit_end(recipe_run_state *run)
{
    if (!run->scope || run->order->dry_run)
        return NULL;
    oq_err *err = oq_scope_commit(run->scope);
    oq_scope_close(run->scope);
    run->scope = NULL;
    oq_arena_reset(run->arena);
    return err;
}

/* --- telling ------------------------------------------------------------------------------------*/

void recipe_refuse(recipe_run_state *run, int64_t line, const oq_err *why)
{
    run->counts->refused++;
    if (run->order->refused && run->told++ < RECIPE_REFUSED_MAX)
        run->order->refused(run->order->arg, line ? recipe_row_error(run->source, line, why) : why);
    oq_err_reset();
}

void recipe_tell(recipe_run_state *run)
{
    if (run->order->progress)
        run->order->progress(run->order->arg,
                             &(recipe_progress){.step = run->step_no,
                                                .file = recipe_source_name(run->source),
                                                .share = recipe_source_share(run->source),
                                                .rows = run->counts->rows});
}

/* --- rows ---------------------------------------------------------------------------------------*/

static bool holds(const recipe_condition *c, const oq_str *cell, oq_arena *arena)
{
    oq_str text = recipe_template_fill(arena, &c->of, cell);
    switch (c->test) {
    case TEST_EQUALS:
        return oq_str_eq(text, c->with);
    case TEST_NOT:
        return !oq_str_eq(text, c->with);
    case TEST_GIVEN:
        return text.len > 0;
    case TEST_NOT_GIVEN:
        break;
    }
    return !text.len;
}

static bool is_wanted(recipe_run_state *run, const recipe_row *row)
{
    bool wanted = true;
    oq_mark mark = oq_arena_mark(run->arena);
    for (size_t i = 0; i < run->step->only_count && wanted; i++)
        wanted = holds(&run->step->only[i], row->cell, run->arena);
    oq_arena_rewind(run->arena, mark);
    return wanted;
}

oq_err *recipe_next(recipe_run_state *run, recipe_row *ret_row, bool *ret_is_row)
{
    enum { TELL_EVERY = 4096 };
    for (;;) {
        oq_err *err = recipe_source_next(run->source, ret_row, ret_is_row);
        bool is_about_row = err && (strcmp(err->code, "recipe.row") == 0 ||
                                    strcmp(err->code, "recipe.row_malformed") == 0);
        if (err && !is_about_row)
            return err;
        if (!err && !*ret_is_row)
            return NULL;
        if (++run->counts->rows % TELL_EVERY == 0)
            recipe_tell(run);
        if (err)
            recipe_refuse(run, 0, err);
        else if (is_wanted(run, ret_row))
            return NULL;
    }
}

/* --- columns ------------------------------------------------------------------------------------*/

static oq_err *blame(oq_err *err, const char *place)
{
    if (err && !err->field)
        err->field = place;
    return err;
}

static oq_err *bind_value(recipe_value *v, oq_strs columns, oq_str file)
{
    for (recipe_value *at = v; at; at = (recipe_value *)at->otherwise)
        if (at->shape != SHAPE_NOTHING)
            OQ_TRY(blame(recipe_template_bind(&at->text, columns, file), at->place));
    return NULL;
}

static oq_err *bind_members(recipe_members *m, oq_strs columns, oq_str file)
{
    for (size_t i = 0; i < m->count; i++)
        OQ_TRY(bind_value(&m->at[i].value, columns, file));
    return NULL;
}

static oq_err *bind(recipe_step *step, const recipe_source *source)
{
    oq_strs columns = recipe_source_columns(source);
    oq_str file = recipe_source_name(source);
    for (size_t i = 0; i < step->only_count; i++)
        OQ_TRY(blame(recipe_template_bind(&step->only[i].of, columns, file), step->place));
    OQ_TRY(bind_members(&step->set, columns, file));
    OQ_TRY(bind_members(&step->payload, columns, file));
    return NULL;
}

/* --- tables -------------------------------------------------------------------------------------*/

static oq_err *fill_table(recipe_table *t, recipe_source *source, oq_arena *arena)
{
    recipe_row row;
    oq_strs columns = recipe_source_columns(source);
    OQ_TRY(recipe_template_bind(&t->key, columns, t->file));
    OQ_TRY(recipe_template_bind(&t->text, columns, t->file));
    for (bool is_row = true;;) {
        OQ_TRY(recipe_source_next(source, &row, &is_row));
        if (!is_row)
            return NULL;
        if (t->count == RECIPE_TABLE_MAX)
            return oq_fail(OQ_INVALID, "recipe.too_many", "max=%d", RECIPE_TABLE_MAX);
        oq_mark mark = oq_arena_mark(arena);
        recipe_table_put(t, recipe_template_fill(arena, &t->key, row.cell),
                         recipe_template_fill(arena, &t->text, row.cell));
        oq_arena_rewind(arena, mark);
    }
}

static oq_err *load_tables(recipe_run_state *run)
{
    static const recipe_step plain = {.place = "tables"};
    for (size_t i = 0; i < run->recipe->table_count; i++) {
        recipe_table *t = &run->recipe->table[i];
        recipe_source *source;
        t->place = (recipe_map){.arena = run->recipe->arena};
        t->count = t->room = 0;
        OQ_TRY(recipe_source_open(run->order->data, t->file, &plain, &source));
        oq_err *err = fill_table(t, source, run->arena);
        recipe_source_close(source);
        OQ_TRY(blame(err, oq_str_c(run->recipe->arena,
                                   oq_strf(run->recipe->arena, "tables.%.*s", OQ_FMT(t->name)))));
    }
    return NULL;
}

/* --- steps --------------------------------------------------------------------------------------*/

static oq_err *run_source(recipe_run_state *run)
{
    OQ_TRY(bind(&run->recipe->step[run->step_no], run->source));
    recipe_tell(run);
    switch (run->step->kind) {
    case RECIPE_RECORDS:
        return recipe_run_records(run);
    case RECIPE_EVENTS:
        return recipe_run_events(run);
    default:
        return recipe_run_orders(run);
    }
}

static oq_err *run_file(recipe_run_state *run, oq_str file)
{
    run->counts->files++;
    if (run->step->kind == RECIPE_SERIES)
        return recipe_run_series(run, file);
    OQ_TRY(recipe_source_open(run->order->data, file, run->step, &run->source));
    oq_err *err = run_source(run);
    if (!err)
        err = recipe_unit_end(run);
    if (!err)
        recipe_tell(run);
    recipe_source_close(run->source);
    run->source = NULL;
    return err;
}

static oq_err *run_step(recipe_run_state *run)
{
    oq_strs files = {&(oq_str){0}, 1};
    if (run->step->file.len)
        OQ_TRY(
            blame(recipe_file_find(run->recipe->arena, run->order->data, run->step->file, &files),
                  run->step->place));
    for (size_t i = 0; i < files.count; i++)
        OQ_TRY(run_file(run, files.at[i]));
    return NULL;
}

static oq_err *run_steps(recipe_run_state *run, recipe_counts *counts)
{
    OQ_TRY(load_tables(run));
    for (size_t i = 0; i < run->recipe->step_count; i++) {
        run->step = &run->recipe->step[i];
        run->step_no = i;
        run->counts = &counts[i];
        OQ_TRY(run_step(run));
    }
    return NULL;
}

oq_err *recipe_run(recipe *r, const recipe_order *order, recipe_counts *ret_counts)
{
    recipe_run_state run = {.recipe = r, .order = order, .arena = oq_arena_open(1 << 20)};
    memset(ret_counts, 0, r->step_count * sizeof *ret_counts);
    oq_err *err = run_steps(&run, ret_counts);
    oq_scope_close(run.scope);
    oq_arena_close(run.arena);
    return err;
}
