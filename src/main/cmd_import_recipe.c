/* `optria import recipe`: a data set into a tenant. */
#include <errno.h>
#include <unistd.h>

#include "main/command.h"
#include "main/operator.h"
#include "main/table.h"
#include "recipe/recipe.h"

#include "base/banned.h"

enum { OUTPUT_MAX = 1 << 20 };

typedef struct recipe_options {
    oq_str file, data, tenant;
    bool dry_run, json;
} recipe_options;

static const oq_field recipe_option_fields[] = {
    OQ_TEXT(recipe_options, file, .required = true, .max = 4000, .help = "The recipe (JSON)"),
    OQ_TEXT(recipe_options, data, .required = true, .max = 3000, .help = "Folder of the data"),
    OQ_TEXT(recipe_options, tenant, .required = true, .max = 40, .help = "Code of the tenant"),
    OQ_BOOL(recipe_options, dry_run, .help = "Say what would be done, and store nothing"),
    OQ_BOOL(recipe_options, json, .help = "Print JSON"),
    OQ_FIELDS_END,
};

/* One run, as its callbacks see it. */
typedef struct session {
    command_run *run;
    recipe *recipe;
    recipe_counts *counts;
    bool is_terminal, in_line;
    size_t line; /* characters of the line that stands there */
} session;

/* --- reading the recipe ------------------------------------------------------------------------*/

static oq_err *read_text(oq_arena *arena, oq_str path, oq_str *ret_text)
{
    char *name = oq_str_c(arena, path), reason[256];
    FILE *in = fopen(name, "rbe");
    if (!in)
        return oq_fail(OQ_NOT_FOUND, "recipe.file_unreadable", "file=%s reason=%s", name,
                       strerror_r(errno, reason, sizeof reason));
    char *text = oq_alloc(arena, RECIPE_BYTES_MAX + 1);
    size_t len = fread(text, 1, RECIPE_BYTES_MAX + 1, in);
    int number = ferror(in) ? errno : 0;
    fclose(in);
    if (number)
        return oq_fail(OQ_INVALID, "recipe.file_unreadable", "file=%s reason=%s", name,
                       strerror_r(number, reason, sizeof reason));
    if (len > RECIPE_BYTES_MAX)
        return oq_fail(OQ_INVALID, "recipe.too_large", "max=%d", RECIPE_BYTES_MAX);
    *ret_text = oq_strn(text, len);
    return NULL;
}

/* --- telling -----------------------------------------------------------------------------------*/

static void clear_line(session *t)
{
    if (t->in_line)
        fprintf(stderr, "\r%*s\r", (int)t->line, "");
    t->in_line = false;
}

/* One line that is written over, at a terminal alone. */
static void tell_progress(void *arg, const recipe_progress *p)
{
    session *t = arg;
    if (!t->is_terminal)
        return;
    clear_line(t);
    int len = fprintf(stderr, "%zu/%zu %.*s %3.0f %% (%lld)", p->step + 1, recipe_steps(t->recipe),
                      OQ_FMT(p->file), p->share * 100, (long long)p->rows);
    fflush(stderr);
    t->line = len > 0 ? (size_t)len : 0;
    t->in_line = true;
}

static void tell_refused(void *arg, const oq_err *err)
{
    session *t = arg;
    oq_mark mark = oq_arena_mark(t->run->arena);
    clear_line(t);
    command_print_error(t->run->arena, t->run->lang, err);
    oq_arena_rewind(t->run->arena, mark);
}

static oq_str number(const session *t, int64_t value)
{
    return oq_strf(t->run->arena, "%lld", (long long)value);
}

static void print_table(const session *t)
{
    const command_run *run = t->run;
    table shown = table_make(run->arena, 7);
    TABLE_ADD(&shown, command_word(run, "cli.recipe.step"), command_word(run, "cli.recipe.rows"),
              command_word(run, "cli.recipe.samples"), command_word(run, "cli.recipe.added"),
              command_word(run, "cli.recipe.changed"), command_word(run, "cli.recipe.same"),
              command_word(run, "cli.recipe.refused"));
    for (size_t i = 0; i < recipe_steps(t->recipe); i++) {
        const recipe_counts *c = &t->counts[i];
        TABLE_ADD(&shown, recipe_step_of(t->recipe, i), number(t, c->rows), number(t, c->samples),
                  number(t, c->added), number(t, c->changed), number(t, c->same),
                  number(t, c->refused));
    }
    OQ_AUTO(oq_buf) out = oq_buf_make(OUTPUT_MAX);
    table_write(&shown, 0, &out);
    command_print(&out);
}

static void print_json(const session *t)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(OUTPUT_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, text, "name", recipe_name(t->recipe));
    oq_json_key(&j, OQ_STR("steps"));
    oq_json_array(&j);
    for (size_t i = 0; i < recipe_steps(t->recipe); i++) {
        oq_json_object(&j);
        oq_json_put(&j, text, "step", recipe_step_of(t->recipe, i));
        oq_fields_write_members(&j, recipe_counts_fields, &t->counts[i]);
        oq_json_object_end(&j);
    }
    oq_json_array_end(&j);
    oq_json_object_end(&j);
    oq_buf_char(&out, '\n');
    command_print(&out);
}

/* --- running -----------------------------------------------------------------------------------*/

static oq_err *run_in_tenant(session *t, db_pool *pool)
{
    const recipe_options *o = t->run->options;
    recipe_order order = {
        .pool = pool,
        .actor = operator_actor(),
        .request_id = OQ_STR("command line"),
        .data = o->data,
        .lang = t->run->lang,
        .dry_run = o->dry_run,
        .arg = t,
        .progress = tell_progress,
        .refused = tell_refused,
    };
    OQ_TRY(operator_find_tenant(pool, t->run->arena, o->tenant, &order.tenant_id));
    oq_err *err = recipe_run(t->recipe, &order, t->counts);
    clear_line(t);
    return err;
}

static oq_err *import_recipe(command_run *run)
{
    const recipe_options *o = run->options;
    session t = {.run = run, .is_terminal = isatty(STDERR_FILENO)};
    oq_str text;
    db_pool *pool;
    OQ_TRY(read_text(run->arena, o->file, &text));
    OQ_TRY(recipe_read(run->arena, text, &t.recipe));
    t.counts = oq_new_n(run->arena, recipe_counts, recipe_steps(t.recipe));
    operator_complete(run->arena, &run->settings);
    OQ_TRY(operator_open_pool(&run->settings, &pool));
    oq_err *err = run_in_tenant(&t, pool);
    db_pool_close(pool);
    OQ_TRY(err);
    if (o->json)
        print_json(&t);
    else
        print_table(&t);
    int64_t refused = 0;
    for (size_t i = 0; i < recipe_steps(t.recipe); i++)
        refused += t.counts[i].refused;
    if (refused)
        return oq_fail(OQ_INVALID, "recipe.some_refused", "count=%lld", (long long)refused);
    if (!o->json)
        COMMAND_SAY(run, o->dry_run ? "cli.recipe.would_do" : "cli.recipe.done",
                    {"name", recipe_name(t.recipe)}, {"tenant", o->tenant});
    return NULL;
}

const command cmd_import_recipe = {
    .name = "import recipe",
    .summary = "Load a data set into a tenant, as a recipe says",
    .help =
        "A recipe is a small JSON file: which records, signals, events and work orders are made\n"
        "of which files. examples/ of the source has some, and README.md there tells how one\n"
        "is written. Running it again changes nothing; after a break it goes on.",
    .options = recipe_option_fields,
    .options_size = sizeof(recipe_options),
    .operands = {"file"},
    .run = import_recipe,
};
