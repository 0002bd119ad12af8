#include "main/command.h"
#include "main/dump.h"
#include "main/operator.h"
#include "main/pg_tool.h"

#include "base/banned.h"

typedef struct backup_options {
    oq_str file;
    bool force, json;
} backup_options;

static const oq_field backup_fields[] = {
    OQ_TEXT(backup_options, file, .required = true, .max = 4000, .help = "The file to write"),
    OQ_BOOL(backup_options, force, .help = "Replace a file that is there already"),
    OQ_BOOL(backup_options, json, .help = "Print JSON"),
    OQ_FIELDS_END,
};

static const oq_field restore_fields[] = {
    OQ_TEXT(backup_options, file, .required = true, .max = 4000,
            .help = "A file of `optria backup`"),
    OQ_BOOL(backup_options, json, .help = "Print JSON"),
    OQ_FIELDS_END,
};

static void print_json(const dump_report *report)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(4096);
    oq_json j = oq_json_to(&out);
    oq_fields_write_json(&j, dump_report_fields, report);
    oq_buf_char(&out, '\n');
    command_print(&out);
}

static void tell(const command_run *run, const char *key, const dump_report *report)
{
    const backup_options *o = run->options;
    COMMAND_SAY(run, key, {"file", o->file},
                {"tables", oq_strf(run->arena, "%lld", (long long)report->tables)},
                {"rows", oq_strf(run->arena, "%lld", (long long)report->rows)},
                {"kib", oq_strf(run->arena, "%lld", (long long)((report->bytes + 1023) / 1024))},
                {"schema", oq_strf(run->arena, "%lld", (long long)report->schema)});
}

static oq_err *backup(command_run *run)
{
    const backup_options *o = run->options;
    oq_str url;
    dump_report report;
    operator_complete(run->arena, &run->settings);
    OQ_TRY(operator_owner_url(&run->settings, &url));
    OQ_TRY(dump_write(run->arena,
                      &(dump_options){.url = url,
                                      .file = oq_str_c(run->arena, o->file),
                                      .overwrite = o->force,
                                      .tools = PG_TOOL_ROOT},
                      &report));
    if (o->json) {
        print_json(&report);
        return NULL;
    }
    tell(run, "cli.backup.done", &report);
    COMMAND_SAY(run, "cli.backup.key_is_apart", {"variable", OQ_STR("OPTRIA_MASTER_KEY")});
    return NULL;
}

const command cmd_backup = {
    .name = "backup",
    .summary = "Write all data into one file",
    .help =
        "By pg_dump, in one snapshot, compressed; beside a running server. The rows of each table\n"
        "are counted in the database and in the file, and must agree. Connects with\n"
        "OPTRIA_DB_OWNER_URL as a login that sees all rows (member of optria_backup, or\n"
        "superuser). The master key is not in the file: keep a copy of it elsewhere.",
    .options = backup_fields,
    .options_size = sizeof(backup_options),
    .operands = {"file"},
    .run = backup,
};

/* Never into the private database by chance: where to is said. */
static oq_err *restore(command_run *run)
{
    const backup_options *o = run->options;
    oq_str url;
    dump_report report;
    OQ_TRY(operator_owner_url(&run->settings, &url));
    OQ_TRY(dump_restore(
        run->arena,
        &(dump_options){.url = url, .file = oq_str_c(run->arena, o->file), .tools = PG_TOOL_ROOT},
        &report));
    if (o->json) {
        print_json(&report);
        return NULL;
    }
    tell(run, "cli.restore.done", &report);
    COMMAND_SAY(run, "cli.restore.key_is_needed", {"variable", OQ_STR("OPTRIA_MASTER_KEY")});
    return NULL;
}

const command cmd_restore = {
    .name = "restore",
    .summary = "Bring a backup back, into an empty database",
    .help =
        "By pg_restore, in one transaction: everything or nothing. The file is read in full "
        "before,\n"
        "and the rows of each table are counted after. Connects with OPTRIA_DB_OWNER_URL, or else\n"
        "OPTRIA_DB_URL. Run `optria migrate` next when the backup is of an older version.",
    .options = restore_fields,
    .options_size = sizeof(backup_options),
    .operands = {"file"},
    .run = restore,
};
