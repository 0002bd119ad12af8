/* `optria import ...`: files into a tenant. */
#include <unistd.h>

#include "base/csv.h"
#include "main/command.h"
#include "main/operator.h"
#include "main/table.h"
#include "recipe/series_import.h"
#include "recipe/source.h"
#include "tenant/tenant.h"
#include "web/format.h"

#include "base/banned.h"

#define LABEL "command line"

enum { MAPPING_MAX = 1024 * 1024 };

typedef struct series_options {
    oq_strs file;
    oq_str tenant, mapping, time_zone, time_format, asset, separator, errors;
    int decimal;
    int64_t max_errors;
    bool no_create, dry_run, again, json;
} series_options;

static const oq_field series_fields_of_command[] = {
    OQ_TEXTS(series_options, file, .required = true, .help = "CSV, packed with gzip or not"),
    OQ_TEXT(series_options, tenant, .required = true, .max = 40, .help = "Code of the tenant"),
    OQ_TEXT(series_options, mapping, .max = 4000, .help = "What the columns mean: a JSON file"),
    OQ_TEXT(series_options, time_zone, .max = 64,
            .help = "Of times that say none (default: the tenant's)"),
    OQ_TEXT(series_options, time_format, .max = 100,
            .help = "\"DD/MM/YY HH:mm\", \"%d.%m.%Y\", epoch_ms (default: found out)"),
    OQ_TEXT(series_options, asset, .max = 200, .help = "Code of the asset that the columns are of"),
    OQ_TEXT(series_options, separator, .max = 3,
            .help = "A character, or tab (default: found out)"),
    OQ_CHOICE(series_options, decimal, layout_decimal_choices, .help = "Of numbers"),
    OQ_BOOL(series_options, no_create, .help = "Refuse samples of signals that are not there"),
    OQ_BOOL(series_options, dry_run, .help = "Read everything, store nothing"),
    OQ_BOOL(series_options, again, .help = "Also files that were imported already"),
    OQ_I64(series_options, max_errors, .preset = "1000", .min = 0, .max = INT64_MAX,
           .help = "Refusals that end the import"),
    OQ_TEXT(series_options, errors, .max = 4000, .help = "Write all refusals to this file, as CSV"),
    OQ_BOOL(series_options, json, .help = "Print the result as JSON"),
    OQ_FIELDS_END,
};

/* --- telling -----------------------------------------------------------------------------------*/

enum { SHOWN_REFUSALS = 20, BAR_WIDTH = 30 };
#define BAR_EVERY  (200 * OQ_MS)
#define LINE_EVERY (10 * OQ_SECOND)

typedef struct telling {
    command_run *run;
    const char *path;
    FILE *errors; /* or NULL */
    bool is_terminal, has_bar;
    oq_us told_at;
    int shown;
} telling;

static void clear_bar(telling *t)
{
    if (t->has_bar)
        fprintf(stderr, "\r\033[K");
    t->has_bar = false;
}

static oq_str filled(oq_arena *arena, const telling *t, const char *key, const oq_arg *arg,
                     size_t count)
{
    return oq_text_fill(arena, t->run->lang, oq_cstr(key), arg, count);
}

/* A bar on a terminal, now and then a line elsewhere. */
static void tell_progress(void *self, const series_import_result *r)
{
    telling *t = self;
    oq_us now = oq_monotonic();
    if (now - t->told_at < (t->is_terminal ? BAR_EVERY : LINE_EVERY))
        return;
    t->told_at = now;
    oq_arena *arena = oq_arena_open(0);
    web_locale locale = {.lang = t->run->lang};
    oq_arg facts[] = {
        {"percent", oq_strf(arena, "%d", (int)(r->share * 100))},
        {"samples", web_format_i64(arena, &locale, r->samples)},
        {"rate", web_format_i64(arena, &locale,
                                r->seconds > 0 ? (int64_t)((double)r->samples / r->seconds) : 0)},
        {"refused", web_format_i64(arena, &locale, r->refused)},
        {"file", oq_cstr(t->path)},
    };
    oq_str text = filled(arena, t, "cli.import.progress", facts, OQ_COUNT(facts));
    if (t->is_terminal) {
        char bar[BAR_WIDTH + 1];
        for (int i = 0; i < BAR_WIDTH; i++)
            bar[i] = i < (int)(r->share * BAR_WIDTH) ? '#' : '.';
        bar[BAR_WIDTH] = '\0';
        fprintf(stderr, "\r\033[K[%s] %.*s", bar, OQ_FMT(text));
        t->has_bar = true;
    } else {
        fprintf(stderr, "%.*s\n", OQ_FMT(text));
    }
    fflush(stderr);
    oq_arena_close(arena);
}

static void write_error(const telling *t, const rows_refusal *r, oq_arena *arena)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(64 * 1024);
    oq_csv csv = {.out = &out};
    oq_csv_cell(&csv, oq_cstr(t->path));
    oq_csv_cell(&csv, oq_strf(arena, "%lld", (long long)r->line));
    oq_csv_cell(&csv, r->column);
    oq_csv_cell(&csv, r->value);
    oq_csv_cell(&csv, oq_cstr(r->code));
    oq_csv_cell(&csv, r->reason);
    oq_csv_end_row(&csv);
    fwrite(out.ptr, 1, out.len, t->errors);
}

static void tell_refusal(void *self, const rows_refusal *r)
{
    telling *t = self;
    oq_arena *arena = oq_arena_open(0);
    if (t->errors)
        write_error(t, r, arena);
    if (t->shown++ < SHOWN_REFUSALS) {
        clear_bar(t);
        fprintf(stderr, "%s:%lld", t->path, (long long)r->line);
        if (r->column.len)
            fprintf(stderr, " %.*s", OQ_FMT(r->column));
        if (oq_str_given(r->value))
            fprintf(stderr, " \"%.*s\"", OQ_FMT(r->value));
        fprintf(stderr, ": %.*s\n", OQ_FMT(r->reason));
    } else if (t->shown == SHOWN_REFUSALS + 1) {
        clear_bar(t);
        fprintf(stderr, "%.*s\n", OQ_FMT(command_word(t->run, "cli.import.more_refused")));
    }
    oq_arena_close(arena);
}

/* --- results -----------------------------------------------------------------------------------*/

static void print_json(const series_import_result *result, size_t count)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(16 * 1024 * 1024);
    oq_json j = oq_json_to(&out);
    oq_json_array(&j);
    for (size_t i = 0; i < count; i++)
        oq_fields_write_json(&j, series_import_result_fields, &result[i]);
    oq_json_array_end(&j);
    oq_buf_char(&out, '\n');
    command_print(&out);
}

static oq_str moment_of(oq_arena *arena, oq_us at)
{
    return at == OQ_TIME_NONE ? OQ_STR("-") : oq_time_text(arena, at);
}

static oq_str state_of(command_run *run, const series_import_result *r)
{
    switch (r->state) {
    case IMPORT_DONE_BEFORE:
        return command_word(run, "cli.import.done_before");
    case IMPORT_TRIED:
        return command_word(run, "cli.import.tried");
    case IMPORT_DONE:
        return command_word(run, r->is_resumed ? "cli.import.resumed" : "cli.import.done");
    default:
        return command_word(run, "cli.import.failed");
    }
}

static void print_table(command_run *run, const series_import_result *result, size_t count)
{
    oq_arena *arena = run->arena;
    web_locale locale = {.lang = run->lang};
    table t = table_make(arena, 8);
    TABLE_ADD(&t, command_word(run, "cli.import.file"), command_word(run, "cli.import.state"),
              command_word(run, "cli.import.samples"), command_word(run, "cli.import.refused"),
              command_word(run, "cli.import.series"), command_word(run, "cli.import.created"),
              command_word(run, "cli.import.first"), command_word(run, "cli.import.last"));
    for (size_t i = 0; i < count; i++) {
        const series_import_result *r = &result[i];
        TABLE_ADD(&t, r->file, state_of(run, r), web_format_i64(arena, &locale, r->samples),
                  web_format_i64(arena, &locale, r->refused),
                  web_format_i64(arena, &locale, r->series),
                  web_format_i64(arena, &locale, r->created), moment_of(arena, r->first),
                  moment_of(arena, r->last));
    }
    OQ_AUTO(oq_buf) out = oq_buf_make(16 * 1024 * 1024);
    table_write(&t, 0, &out);
    command_print(&out);
}

/* --- the command -------------------------------------------------------------------------------*/

static oq_err *read_mapping(command_run *run, layout_order *ret_order)
{
    const series_options *o = run->options;
    oq_str json = OQ_STR("{}");
    if (o->mapping.len)
        OQ_TRY(source_text(run->arena, oq_str_c(run->arena, o->mapping), MAPPING_MAX, &json));
    OQ_TRY(layout_order_read(run->arena, json, ret_order));
    if (o->time_zone.len)
        ret_order->time_zone = o->time_zone;
    if (o->time_format.len)
        ret_order->time_format = o->time_format;
    if (o->asset.len)
        ret_order->asset = o->asset;
    if (o->separator.len)
        ret_order->separator = o->separator;
    if (o->decimal)
        ret_order->decimal = o->decimal;
    return NULL;
}

static oq_err *find_tenant(command_run *run, db_pool *pool, tenant **ret_tenant)
{
    const series_options *o = run->options;
    db_platform *p;
    OQ_TRY(operator_open_platform(pool, run->arena, OQ_READ, LABEL, &p));
    oq_err *err = tenant_find_by_code(p, o->tenant, ret_tenant);
    db_platform_close(p);
    if (!err && !*ret_tenant)
        err = oq_fail(OQ_NOT_FOUND, "people.tenant_unknown", "tenant=%.*s", OQ_FMT(o->tenant));
    return err;
}

static series_import_options options_of(command_run *run, db_pool *pool, const tenant *t,
                                        const layout_order *order, telling *to)
{
    const series_options *o = run->options;
    return (series_import_options){
        .pool = pool,
        .tenant_id = t->id,
        .actor = {.kind = ACTOR_SYSTEM,
                  .home_tenant = t->id,
                  .label = OQ_STR(LABEL),
                  .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)},
        .lang = run->lang,
        .order = *order,
        .zone = t->time_zone,
        .may_create = !o->no_create,
        .dry_run = o->dry_run,
        .again = o->again,
        .problems_max = o->max_errors,
        .self = to,
        .progress = tell_progress,
        .refused = tell_refusal,
    };
}

/* File after file; *ret_count were begun. */
static oq_err *import_files(command_run *run, db_pool *pool, telling *to,
                            series_import_result *result, size_t *ret_count)
{
    const series_options *o = run->options;
    layout_order order;
    tenant *t;
    OQ_TRY(read_mapping(run, &order));
    OQ_TRY(find_tenant(run, pool, &t));
    series_import_options options = options_of(run, pool, t, &order, to);
    for (size_t i = 0; i < o->file.count; i++) {
        options.path = to->path = oq_str_c(run->arena, o->file.at[i]);
        oq_err *err = series_import(run->arena, &options, &result[i]);
        *ret_count = i + 1;
        clear_bar(to);
        OQ_TRY(err);
        if (result[i].refused)
            run->status = EXIT_PARTLY;
    }
    return NULL;
}

static oq_err *open_errors(const command_run *run, telling *to)
{
    const series_options *o = run->options;
    if (!o->errors.len)
        return NULL;
    to->errors = fopen(oq_str_c(run->arena, o->errors), "we");
    if (!to->errors)
        return oq_fail(OQ_INVALID, "import.errors_unwritable", "file=%.*s", OQ_FMT(o->errors));
    fprintf(to->errors, "file,line,column,value,code,reason\r\n");
    return NULL;
}

static oq_err *close_errors(const command_run *run, telling *to)
{
    const series_options *o = run->options;
    if (to->errors && fclose(to->errors))
        return oq_fail(OQ_INVALID, "import.errors_unwritable", "file=%.*s", OQ_FMT(o->errors));
    return NULL;
}

static oq_err *import_series(command_run *run)
{
    const series_options *o = run->options;
    telling to = {.run = run, .is_terminal = isatty(STDERR_FILENO) == 1};
    series_import_result *result = oq_new_n(run->arena, series_import_result, o->file.count);
    size_t count = 0;
    db_pool *pool;
    operator_complete(run->arena, &run->settings);
    OQ_TRY(operator_open_pool(&run->settings, &pool));
    oq_err *err = open_errors(run, &to);
    if (!err)
        err = import_files(run, pool, &to, result, &count);
    if (!err)
        err = close_errors(run, &to);
    db_pool_close(pool);
    if (o->json)
        print_json(result, count);
    else if (count)
        print_table(run, result, count);
    return err;
}

const command cmd_import_series = {
    .name = "import series",
    .summary = "Samples of signals from CSV files",
    .help =
        "Wide (a column of times, and one for each signal) or long (time, signal, value). Without\n"
        "a mapping the columns are guessed from their names; docs/import.md says how to write "
        "one.\n"
        "An import that was broken off goes on where it was when it is called again; files that\n"
        "are done are left alone. Exit status 65: done, but some lines were refused.",
    .options = series_fields_of_command,
    .options_size = sizeof(series_options),
    .operands = {"file"},
    .run = import_series,
};
