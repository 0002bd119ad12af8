/* Steps that write samples: each file through the importer of `optria import series`. */
#include "recipe/recipe_file.h"
#include "recipe/recipe_inner.h"
#include "recipe/series_import.h"

#include "base/banned.h"

enum { PROBLEMS_MAX = 1000 }; /* with more of them the mapping is wrong */

typedef struct file_run {
    recipe_run_state *run;
    oq_str file;
} file_run;

static void tell(void *self, const series_import_result *so_far)
{
    const file_run *f = self;
    const recipe_order *o = f->run->order;
    if (o->progress)
        o->progress(o->arg, &(recipe_progress){.step = f->run->step_no,
                                               .file = f->file,
                                               .share = so_far->share,
                                               .rows = f->run->counts->rows + so_far->lines});
}

static void refuse(void *self, const rows_refusal *refusal)
{
    const file_run *f = self;
    const recipe_order *o = f->run->order;
    if (!o->refused || f->run->told++ >= RECIPE_REFUSED_MAX)
        return;
    const oq_err *why =
        oq_fail(OQ_INVALID, "recipe.cell", "column=%.*s value=%.*s reason=%.*s",
                OQ_FMT(refusal->column), OQ_FMT(refusal->value), OQ_FMT(refusal->reason));
    o->refused(o->arg, oq_wrap(why, OQ_INVALID, "recipe.row", "file=%.*s line=%lld",
                               OQ_FMT(f->file), (long long)refusal->line));
}

oq_err *recipe_run_series(recipe_run_state *run, oq_str file)
{
    oq_arena *arena = oq_arena_open(0);
    const recipe_order *o = run->order;
    recipe_counts *c = run->counts;
    series_import_result result = {0};
    file_run self = {run, file};
    oq_err *err =
        series_import(arena,
                      &(series_import_options){.pool = o->pool,
                                               .tenant_id = o->tenant_id,
                                               .actor = o->actor,
                                               .lang = o->lang,
                                               .path = recipe_file_path(arena, o->data, file),
                                               .order = run->step->mapping,
                                               .may_create = true,
                                               .dry_run = o->dry_run,
                                               .problems_max = PROBLEMS_MAX,
                                               .self = &self,
                                               .progress = tell,
                                               .refused = refuse},
                      &result);
    c->files_known += result.state == IMPORT_DONE_BEFORE;
    c->rows += result.lines;
    c->samples += result.samples;
    c->added += result.created;
    c->same += result.series - result.created;
    c->refused += result.refused;
    oq_arena_close(arena);
    return err;
}
