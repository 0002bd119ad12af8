#include "db/migrate.h"
#include "main/command.h"

typedef struct migrate_options {
    bool dry_run, json;
} migrate_options;

static const oq_field migrate_fields[] = {
    OQ_BOOL(migrate_options, dry_run, .help = "Try each pending step and take it back"),
    OQ_BOOL(migrate_options, json, .help = "Print the result as JSON"),
    OQ_FIELDS_END,
};

/* Progress goes to stderr: stdout has the result. */
static void say_step(void *self, const char *name)
{
    (void)self;
    fprintf(stderr, "%s\n", name);
}

static void print_json(const db_migrate_report *r, bool dry_run)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(4096);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, i64, "done_before", r->done_before);
    oq_json_put(&j, i64, "done_now", r->done_now);
    oq_json_put(&j, i64, "pending", r->pending);
    oq_json_put(&j, i64, "last", r->last);
    oq_json_put(&j, bool, "dry_run", dry_run);
    oq_json_object_end(&j);
    oq_str text = oq_buf_view(&out);
    printf("%.*s\n", OQ_FMT(text));
}

static oq_err *migrate(command_run *run)
{
    const migrate_options *o = run->options;
    const settings *s = &run->settings;
    if (!s->db_owner_url.len)
        OQ_TRY(settings_require(s, "OPTRIA_DB_URL"));
    oq_str url = s->db_owner_url.len ? s->db_owner_url : s->db_url;
    db_migrate_report report = {0};
    OQ_TRY(db_migrate(run->arena, url, db_migrations(), o->dry_run, say_step, NULL, &report));
    if (o->json) {
        print_json(&report, o->dry_run);
        return NULL;
    }
    COMMAND_SAY(run, o->dry_run ? "cli.migrate.tried" : "cli.migrate.done",
                {"before", oq_strf(run->arena, "%d", report.done_before)},
                {"now", oq_strf(run->arena, "%d", o->dry_run ? report.pending : report.done_now)},
                {"last", oq_strf(run->arena, "%d", report.last)});
    return NULL;
}

const command cmd_migrate = {
    .name = "migrate",
    .summary = "Bring the schema of the database up to date",
    .help = "Steps run once each, in order, one transaction each; two calls at once wait for each\n"
            "other. Connects with OPTRIA_DB_OWNER_URL, or else OPTRIA_DB_URL.",
    .options = migrate_fields,
    .options_size = sizeof(migrate_options),
    .run = migrate,
};
