#include "main/dump.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/migrate.h"
#include "db/transfer.h"
#include "main/dump_text.h"
#include "main/pg_tool.h"
#include "main/process.h"

#include "base/banned.h"

enum { PIECE = 64 * 1024, SAID_MAX = 16 * 1024, LIST_MAX = 16 << 20, LOOK_MS = 100 };

const oq_field dump_report_fields[] = {
    OQ_I64(dump_report, tables), OQ_I64(dump_report, rows),    OQ_I64(dump_report, bytes),
    OQ_I64(dump_report, schema), OQ_I64(dump_report, took_ms), OQ_FIELDS_END,
};

static oq_err *file_failed(const char *file, int why)
{
    return oq_fail(OQ_UNAVAILABLE, "backup.file", "file=%s reason=%s", file, strerror(why));
}

/* --- running PostgreSQL's programs ----------------------------------------------------------- */

/* Takes what a program prints, piece by piece. */
typedef void sink(void *self, oq_str piece);

typedef struct tool {
    oq_arena *arena;
    const char *name; /* "pg_dump" */
    const char *const *argv;
    const char *const *env;
    int inherited;
    sink *sink; /* NULL: what it prints goes nowhere */
    void *self;
} tool;

/* Hands on what is there; false: there is no more. */
static bool take_piece(const tool *t, int from)
{
    static char bytes[PIECE];
    struct pollfd on = {.fd = from, .events = POLLIN};
    if (poll(&on, 1, LOOK_MS) <= 0)
        return true;
    ssize_t n = read(from, bytes, sizeof bytes);
    if (n > 0 && t->sink)
        t->sink(t->self, oq_strn(bytes, (size_t)n));
    return n > 0 || (n < 0 && errno == EINTR);
}

/* Listens to the end. True: we were asked to stop and it was ended. */
static bool attend(const tool *t, pid_t pid, int from, int *ret_status)
{
    bool is_asked = false, has_more = true;
    while (has_more && !is_asked) {
        has_more = take_piece(t, from);
        is_asked = process_wait_stop(0).signal != 0;
    }
    if (is_asked)
        kill(pid, SIGTERM);
    while (!process_has_ended(pid, ret_status))
        if (process_wait_stop(LOOK_MS).signal) {
            is_asked = true;
            kill(pid, SIGTERM);
        }
    return is_asked;
}

static oq_str read_said(oq_arena *arena, int fd)
{
    char *said = oq_alloc(arena, SAID_MAX);
    ssize_t n = pread(fd, said, SAID_MAX, 0);
    return oq_strn(said, n > 0 ? (size_t)n : 0);
}

/* Fails: `code` (tool, reason) when it ends with another status than 0; backup.stopped. */
static oq_err *run_tool(const tool *t)
{
    int out[2], said = memfd_create("said", MFD_CLOEXEC);
    if (said < 0 || pipe2(out, O_CLOEXEC) < 0) {
        int why = errno;
        if (said >= 0)
            close(said);
        return oq_fail(OQ_UNAVAILABLE, "process.not_started", "program=%s reason=%s", t->name,
                       strerror(why));
    }
    pid_t pid;
    int status = 0;
    const process_options options = {.argv = t->argv,
                                     .env = t->env,
                                     .own_group = true,
                                     .death_signal = SIGTERM,
                                     .out = out[1],
                                     .err = said,
                                     .inherited = t->inherited};
    oq_err *err = process_start(&options, &pid);
    close(out[1]);
    if (!err && attend(t, pid, out[0], &status))
        err = oq_fail(OQ_CONFLICT, "backup.stopped");
    if (!err && process_exit_code(status) != 0) {
        oq_str text = read_said(t->arena, said), reason = process_reason(text);
        err = oq_err_detail(oq_fail(OQ_UNAVAILABLE, "backup.tool_failed", "tool=%s reason=%.*s",
                                    t->name, OQ_FMT(reason)),
                            "%.*s", OQ_FMT(text));
    }
    close(out[0]);
    close(said);
    return err;
}

/* --- reading a dump -------------------------------------------------------------------------- */

static void feed(void *self, oq_str piece)
{
    dump_text_feed(self, piece);
}

/* Reads all of it, so that what is broken shows here and not in a database. */
static oq_err *read_dump(oq_arena *arena, const char *tools, int64_t version, const char *file,
                         dump_text *ret_text)
{
    const char *path;
    OQ_TRY(pg_tool_find(arena, tools, "pg_restore", version, &path));
    const char *argv[] = {path, "--data-only", "--file=-", file, NULL};
    *ret_text = dump_text_make(arena);
    OQ_TRY(run_tool(&(tool){
        .arena = arena, .name = "pg_restore", .argv = argv, .sink = feed, .self = ret_text}));
    if (!dump_text_is_whole(ret_text))
        return oq_fail(OQ_UNAVAILABLE, "backup.tool_failed", "tool=%s reason=%s", "pg_restore",
                       "the text breaks off");
    dump_counts_sort(&ret_text->tables);
    return NULL;
}

static void fill_report(dump_report *report, const dump_text *text, const char *file, oq_us begun)
{
    struct stat st;
    *report = (dump_report){
        .tables = (int64_t)text->tables.count,
        .rows = dump_counts_total(&text->tables),
        .bytes = stat(file, &st) == 0 ? st.st_size : 0,
        .schema = text->schema,
        .took_ms = (oq_monotonic() - begun) / OQ_MS,
    };
}

/* --- writing --------------------------------------------------------------------------------- */

typedef struct writing {
    oq_arena *arena;
    oq_str url;
    const char *tools, *file, *part;
    int fd; /* of the part; locked */
    bool overwrite;
} writing;

static oq_err *exists(const writing *w)
{
    return oq_fail(OQ_CONFLICT, "backup.exists", "file=%s", w->file);
}

static oq_err *open_part(writing *w)
{
    w->part = oq_strf(w->arena, "%s.part", w->file).ptr;
    w->fd = open(w->part, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (w->fd < 0)
        return file_failed(w->part, errno);
    int why = flock(w->fd, LOCK_EX | LOCK_NB) < 0 ? errno : 0;
    if (!why && fchmod(w->fd, 0600) < 0)
        why = errno;
    if (!why)
        return NULL;
    close(w->fd); /* somebody else's: it stays */
    w->fd = -1;
    return why == EWOULDBLOCK ? oq_fail(OQ_CONFLICT, "backup.in_progress", "file=%s", w->file)
                              : file_failed(w->part, why);
}

/* A rename that does not replace, where the file system knows it. */
static bool put_in_place(const writing *w)
{
    if (w->overwrite)
        return rename(w->part, w->file) == 0;
    if (renameat2(AT_FDCWD, w->part, AT_FDCWD, w->file, RENAME_NOREPLACE) == 0)
        return true;
    return errno == EINVAL && access(w->file, F_OK) < 0 && rename(w->part, w->file) == 0;
}

static oq_err *finish_part(writing *w)
{
    if (fsync(w->fd) < 0)
        return file_failed(w->part, errno);
    if (!put_in_place(w))
        return errno == EEXIST ? exists(w) : file_failed(w->file, errno);
    const char *folder = dirname(oq_str_c(w->arena, oq_cstr(w->file)));
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = fd < 0 || fsync(fd) < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return failed ? file_failed(folder, failed) : NULL;
}

static oq_err *run_pg_dump(const writing *w, const db_census_facts *facts)
{
    oq_arena *arena = w->arena;
    const char *path, *const *env;
    OQ_TRY(pg_tool_find(arena, w->tools, "pg_dump", facts->server_version, &path));
    OQ_TRY(pg_tool_environment(arena, w->url, &env));
    const char *argv[] = {
        path,
        "--format=custom",
        "--schema=" DB_SCHEMA,
        "--no-password",
        "--lock-wait-timeout=60s",
        oq_strf(arena, "--snapshot=%.*s", OQ_FMT(facts->snapshot)).ptr,
        oq_strf(arena, "--file=%s", w->part).ptr,
        facts->role.len ? oq_strf(arena, "--role=%.*s", OQ_FMT(facts->role)).ptr : NULL,
        NULL,
    };
    return run_tool(&(tool){.arena = arena, .name = "pg_dump", .argv = argv, .env = env});
}

static oq_err *dump_counted(const writing *w, const db_census *census, dump_text *ret_text)
{
    const db_census_facts *facts = db_census_get(census);
    if (!facts->schema)
        return oq_fail(OQ_NOT_FOUND, "backup.nothing");
    OQ_TRY(run_pg_dump(w, facts));
    OQ_TRY(read_dump(w->arena, w->tools, facts->server_version, w->part, ret_text));
    oq_str table;
    int64_t in_database, in_file;
    if (dump_counts_differ(&facts->tables, &ret_text->tables, &table, &in_database, &in_file))
        return oq_fail(OQ_INTERNAL, "backup.rows_differ",
                       "table=%.*s in_database=%lld in_file=%lld", OQ_FMT(table),
                       (long long)in_database, (long long)in_file);
    return NULL;
}

static oq_err *write_file(writing *w, const db_census *census, dump_text *ret_text)
{
    OQ_TRY(open_part(w));
    oq_err *err = dump_counted(w, census, ret_text);
    if (!err)
        err = finish_part(w);
    if (err)
        unlink(w->part);
    close(w->fd);
    return err;
}

oq_err *dump_write(oq_arena *arena, const dump_options *options, dump_report *ret_report)
{
    oq_us begun = oq_monotonic();
    writing w = {.arena = arena,
                 .url = options->url,
                 .tools = options->tools,
                 .file = options->file,
                 .fd = -1,
                 .overwrite = options->overwrite};
    if (!w.overwrite && access(w.file, F_OK) == 0) /* asked again at the end, for good */
        return exists(&w);
    db_census *census;
    dump_text *text = oq_new(arena, dump_text);
    OQ_TRY(db_census_open(arena, w.url, &census));
    process_catch_stop();
    oq_err *err = write_file(&w, census, text);
    process_release_stop();
    db_census_close(census);
    if (!err)
        fill_report(ret_report, text, w.file, begun);
    return err;
}

/* --- restoring ------------------------------------------------------------------------------- */

typedef struct restoring {
    oq_arena *arena;
    oq_str url;
    const char *tools, *file;
    int64_t version; /* of the server */
    dump_text *text;
} restoring;

static oq_err *check_file(restoring *r)
{
    if (access(r->file, R_OK) < 0)
        return file_failed(r->file, errno);
    oq_err *err = read_dump(r->arena, r->tools, r->version, r->file, r->text);
    if (err && oq_err_is(err, "backup.tool_failed"))
        return oq_err_detail(oq_fail(OQ_INVALID, "restore.unreadable", "file=%s reason=%.*s",
                                     r->file, OQ_FMT(err->arg[1].value)),
                             "%s", err->detail ? err->detail : "");
    OQ_TRY(err);
    if (!r->text->schema)
        return oq_fail(OQ_INVALID, "restore.not_ours", "file=%s", r->file);
    if (r->text->schema > db_migration_newest())
        return oq_fail(OQ_CONFLICT, "restore.newer", "has=%lld wants=%d",
                       (long long)r->text->schema, db_migration_newest());
    return NULL;
}

static void collect(void *self, oq_str piece)
{
    oq_buf_str(self, piece);
}

/* The dump's table of contents without the schema itself, which every database has already. */
static oq_err *make_list(const restoring *r, const char *pg_restore, int *ret_fd)
{
    OQ_AUTO(oq_buf) contents = oq_buf_make(LIST_MAX);
    OQ_AUTO(oq_buf) list = oq_buf_make(LIST_MAX);
    const char *argv[] = {pg_restore, "--list", r->file, NULL};
    OQ_TRY(run_tool(&(tool){.arena = r->arena,
                            .name = "pg_restore",
                            .argv = argv,
                            .sink = collect,
                            .self = &contents}));
    for (oq_str rest = oq_buf_view(&contents), line; oq_str_cut(&rest, '\n', &line);) {
        if (oq_str_find(line, OQ_STR(" SCHEMA - " DB_SCHEMA " ")) != SIZE_MAX ||
            oq_str_find(line, OQ_STR(" COMMENT - SCHEMA " DB_SCHEMA " ")) != SIZE_MAX)
            continue;
        oq_buf_str(&list, line);
        oq_buf_char(&list, '\n');
    }
    int fd = memfd_create("list", MFD_CLOEXEC);
    if (fd < 0 || contents.overflow || list.overflow ||
        write(fd, list.ptr, list.len) != (ssize_t)list.len) {
        int why = errno;
        if (fd >= 0)
            close(fd);
        return file_failed(r->file, why);
    }
    *ret_fd = fd;
    return NULL;
}

static oq_err *run_pg_restore(const restoring *r)
{
    const char *path, *const *env;
    int list = -1;
    OQ_TRY(pg_tool_find(r->arena, r->tools, "pg_restore", r->version, &path));
    OQ_TRY(pg_tool_environment(r->arena, r->url, &env));
    OQ_TRY(make_list(r, path, &list));
    const char *argv[] = {
        path,
        "--single-transaction",
        "--no-owner",
        "--no-password",
        "--dbname=", /* as the environment says */
        oq_strf(r->arena, "--use-list=/proc/self/fd/%d", list).ptr,
        r->file,
        NULL,
    };
    oq_err *err = run_tool(&(tool){
        .arena = r->arena, .name = "pg_restore", .argv = argv, .env = env, .inherited = list});
    close(list);
    return err;
}

static oq_err *check_result(const restoring *r)
{
    db_census *census;
    oq_str table;
    int64_t in_file, in_database;
    OQ_TRY(db_census_open(r->arena, r->url, &census));
    bool differ = dump_counts_differ(&r->text->tables, &db_census_get(census)->tables, &table,
                                     &in_file, &in_database);
    db_census_close(census);
    if (differ)
        return oq_fail(OQ_INTERNAL, "restore.rows_differ",
                       "table=%.*s in_file=%lld in_database=%lld", OQ_FMT(table),
                       (long long)in_file, (long long)in_database);
    return NULL;
}

/* Without a login that sees all rows the result could not be held against the file: known before
 * anything is written. */
static oq_err *check_reader(const restoring *r)
{
    db_census *census;
    OQ_TRY(db_census_open(r->arena, r->url, &census));
    db_census_close(census);
    return NULL;
}

static oq_err *fill_vacancy(restoring *r)
{
    OQ_TRY(check_reader(r));
    process_catch_stop();
    oq_err *err = check_file(r);
    if (!err)
        err = run_pg_restore(r);
    process_release_stop();
    return err ? err : check_result(r);
}

oq_err *dump_restore(oq_arena *arena, const dump_options *options, dump_report *ret_report)
{
    oq_us begun = oq_monotonic();
    restoring r = {.arena = arena,
                   .url = options->url,
                   .tools = options->tools,
                   .file = options->file,
                   .text = oq_new(arena, dump_text)};
    db_vacancy *vacancy;
    OQ_TRY(db_vacancy_open(arena, r.url, &vacancy));
    r.version = db_vacancy_server_version(vacancy);
    oq_err *err = fill_vacancy(&r);
    db_vacancy_close(vacancy);
    if (!err)
        fill_report(ret_report, r.text, r.file, begun);
    return err;
}
