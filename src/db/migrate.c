#include "db/migrate.h"

#include <pthread.h>
#include <sodium.h>

#include "base/embed.h"
#include "db/failure.h"
#include "db/single.h"

#include "base/banned.h"

/* --- the files built in --------------------------------------------------------------------------*/

static db_migration *built_in;
static int newest;
static pthread_once_t built_in_once = PTHREAD_ONCE_INIT;

/* "migrations/0001_platform.sql" */
static bool is_migration(const oq_embedded *file, db_migration *ret_migration)
{
    oq_str path = oq_cstr(file->name), folder = OQ_STR("migrations/");
    int64_t number;
    if (!oq_str_starts(path, folder))
        return false;
    oq_str name = oq_str_sub(path, folder.len, path.len);
    if (!oq_str_ends(name, OQ_STR(".sql")) ||
        !oq_parse_i64(oq_str_sub(name, 0, oq_str_find_char(name, '_')), &number))
        return false;
    *ret_migration = (db_migration){(int)number, name.ptr, oq_strn(file->ptr, file->len)};
    return true;
}

static void find_built_in(void)
{
    built_in = calloc(oq_embedded_count + 1, sizeof *built_in);
    if (!built_in)
        abort();
    size_t count = 0;
    for (size_t i = 0; i < oq_embedded_count; i++) /* sorted by name */
        if (is_migration(&oq_embedded_files[i], &built_in[count]))
            newest = built_in[count++].number;
}

const db_migration *db_migrations(void)
{
    pthread_once(&built_in_once, find_built_in);
    return built_in;
}

int db_migration_newest(void)
{
    pthread_once(&built_in_once, find_built_in);
    return newest;
}

/* --- what has run --------------------------------------------------------------------------------*/

typedef struct applied {
    int64_t number;
    oq_str name, checksum;
} applied;

static const oq_field applied_fields[] = {
    OQ_I64(applied, number),
    OQ_TEXT(applied, name),
    OQ_TEXT(applied, checksum),
    OQ_FIELDS_END,
};

static const db_stmt find_applied = {
    .name = "MIGRATIONS_APPLIED",
    .file = "db/migrate.c",
    .sql = "SELECT number, name, checksum FROM schema_migrations ORDER BY number",
    .fields = applied_fields,
    .row_size = sizeof(applied),
};

static const db_stmt add_applied = {
    .name = "MIGRATION_ADD",
    .file = "db/migrate.c",
    .sql = "INSERT INTO schema_migrations (number, name, checksum)"
           " VALUES ($1::int8, $2::text, $3::text)",
    .args = applied_fields,
};

static const char make_table[] = "CREATE TABLE IF NOT EXISTS schema_migrations (\n"
                                 "    number     bigint PRIMARY KEY,\n"
                                 "    name       text NOT NULL,\n"
                                 "    checksum   text NOT NULL,\n"
                                 "    applied_at timestamptz NOT NULL DEFAULT now()\n"
                                 ")";

typedef struct run {
    oq_arena *arena;
    db_conn *conn;
    const applied *applied;
    size_t applied_count;
} run;

static oq_err *command(run *r, const char *text)
{
    return db_single_command(r->conn, text);
}

static oq_err *query(run *r, const db_stmt *stmt, const void *args, void **ret_rows,
                     size_t *ret_count)
{
    return db_single_query(r->conn, r->arena, stmt, args, ret_rows, ret_count);
}

static oq_str checksum_of(oq_arena *arena, oq_str sql)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, (const unsigned char *)sql.ptr, sql.len);
    return oq_hex(arena, digest, sizeof digest);
}

/* --- before anything runs ------------------------------------------------------------------------*/

static const applied *find_in_applied(const run *r, int number)
{
    for (size_t i = 0; i < r->applied_count; i++)
        if (r->applied[i].number == number)
            return &r->applied[i];
    return NULL;
}

static bool is_in_files(const db_migration *files, int64_t number)
{
    for (; files->number; files++)
        if (files->number == number)
            return true;
    return false;
}

static oq_err *check_file(const run *r, const db_migration *m, int64_t last)
{
    const applied *done = find_in_applied(r, m->number);
    if (!done) {
        if (m->number < last)
            return oq_fail(OQ_CONFLICT, "migrate.out_of_order", "file=%s last=%lld", m->name,
                           (long long)last);
        return db_migration_check(m->name, m->sql);
    }
    if (!oq_str_eq(done->checksum, checksum_of(r->arena, m->sql)))
        return oq_fail(OQ_CONFLICT, "migrate.changed", "file=%s", m->name);
    return NULL;
}

/* Holds files and database against each other; nothing runs unless everything fits. */
static oq_err *check_all(const run *r, const db_migration *files)
{
    int64_t last = r->applied_count ? r->applied[r->applied_count - 1].number : 0, last_file = 0;
    for (const db_migration *m = files; m->number; m++) {
        assert(m->number > last_file && "migrations are numbered upwards");
        last_file = m->number;
        OQ_TRY(check_file(r, m, last));
    }
    for (size_t i = 0; i < r->applied_count; i++)
        if (r->applied[i].number < last_file && !is_in_files(files, r->applied[i].number))
            return oq_fail(OQ_CONFLICT, "migrate.missing", "number=%lld",
                           (long long)r->applied[i].number);
    return NULL;
}

/* --- running -------------------------------------------------------------------------------------*/

/* The line of the place `at` (in characters, from 1; 0: unknown). */
static int line_of(oq_str sql, int at)
{
    int line = 1;
    uint32_t code;
    for (int i = 1; i < at && oq_utf8_next(&sql, &code); i++)
        line += code == '\n';
    return line;
}

static oq_err *run_file(run *r, const db_migration *m)
{
    int at;
    oq_err *err = db_conn_script(r->conn, oq_str_c(r->arena, m->sql), &at);
    if (err)
        return oq_wrap(err, r->conn->is_broken ? OQ_UNAVAILABLE : OQ_INTERNAL, "migrate.failed",
                       "file=%s line=%d", m->name, line_of(m->sql, at));
    applied row = {m->number, oq_cstr(m->name), checksum_of(r->arena, m->sql)};
    return query(r, &add_applied, &row, NULL, NULL);
}

static oq_err *run_pending(run *r, const db_migration *files, bool dry_run,
                           void (*say)(void *self, const char *name), void *self,
                           db_migrate_report *report)
{
    for (const db_migration *m = files; m->number; m++) {
        if (find_in_applied(r, m->number))
            continue;
        if (say)
            say(self, m->name);
        if (!dry_run)
            OQ_TRY(command(r, "BEGIN"));
        OQ_TRY(run_file(r, m));
        if (!dry_run) {
            OQ_TRY(command(r, "COMMIT"));
            report->done_now++;
            report->last = m->number;
        } else {
            report->pending++;
        }
    }
    return NULL;
}

/* One start at a time. Whoever waited finds the work done. */
static oq_err *take_turn(run *r)
{
    OQ_TRY(command(r, "SET lock_timeout = '600s'"));
    oq_err *err = command(r, "SELECT pg_advisory_lock(hashtext('optria'), hashtext('migrate'))");
    if (err && oq_err_is(err, "db.lock_timeout"))
        return oq_wrap(err, OQ_UNAVAILABLE, "migrate.locked");
    OQ_TRY(err);
    /* A step that waits for a busy table makes everybody behind it wait: rather fail. */
    return command(r, "SET lock_timeout = '30s'");
}

static oq_err *migrate(run *r, const db_migration *files, bool dry_run,
                       void (*say)(void *self, const char *name), void *self,
                       db_migrate_report *report)
{
    OQ_TRY(take_turn(r));
    if (dry_run)
        OQ_TRY(command(r, "BEGIN"));
    OQ_TRY(command(r, make_table));
    void *rows;
    OQ_TRY(query(r, &find_applied, NULL, &rows, &r->applied_count));
    r->applied = rows;
    report->done_before = (int)r->applied_count;
    report->last = r->applied_count ? (int)r->applied[r->applied_count - 1].number : 0;
    OQ_TRY(check_all(r, files));
    return run_pending(r, files, dry_run, say, self, report);
}

oq_err *db_migrate(oq_arena *arena, oq_str url, const db_migration *migrations, bool dry_run,
                   void (*say)(void *self, const char *name), void *self,
                   db_migrate_report *ret_report)
{
    run r = {.arena = arena};
    OQ_TRY(db_single_open(arena, url, NULL, "optria migrate", &r.conn));
    db_migrate_report report = {0};
    oq_err *err = migrate(&r, migrations, dry_run, say, self, &report);
    db_conn_close(r.conn); /* rolls back what is open, and lets the next start have its turn */
    if (!err)
        *ret_report = report;
    return err;
}
