#include "main/cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "main/cluster_place.h"

#define SERVERS_ROOT "/usr/lib/postgresql"

enum {
    START_LIMIT_S = 600, /* recovery after a crash may take its time */
    START_NEWS_S = 5,    /* ... and says so this often */
    STOP_LIMIT_S = 60,
    QUIT_LIMIT_S = 5,
    LOG_MAX = 8 << 20,
    NEW_CLUSTER_MB = 256,
    OLD_CLUSTER_MB = 64,
};

struct cluster {
    oq_arena *arena;
    cluster_server server;
    process_user user;
    const char *folder, *data, *socket, *log;
    bool is_temporary, is_durable;
    int tcp_port;
    int lock;       /* held from cluster_take_lock on */
    off_t log_from; /* where this run's part of the log begins */
    pid_t pid;      /* of the server that we started; 0: none */
    oq_str server_url, owner_url, admin_url;
};

/* A private server carries nothing of the caller's environment, least of all its secrets. */
static const char *const server_env[] = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC", NULL};

/* --- what PostgreSQL said ------------------------------------------------------------------ */

static int64_t free_mb(const char *folder)
{
    struct statvfs fs;
    return statvfs(folder, &fs) < 0 ? INT64_MAX
                                    : (int64_t)((fs.f_bavail * (uint64_t)fs.f_frsize) >> 20);
}

static oq_err *disk_full(const cluster *c)
{
    return oq_fail(OQ_UNAVAILABLE, "cluster.disk_full", "folder=%s free_mb=%lld", c->folder,
                   (long long)free_mb(c->folder));
}

static oq_err *went_wrong(const cluster *c, const char *code, oq_str said)
{
    if (oq_str_find(said, OQ_STR("No space left on device")) != SIZE_MAX)
        return disk_full(c);
    oq_str reason = process_reason(said);
    oq_err *err = oq_fail(OQ_UNAVAILABLE, code, "log=%s reason=%.*s", c->log, OQ_FMT(reason));
    return oq_err_detail(err, "%.*s", OQ_FMT(said));
}

/* What this run has put into the log so far. */
static oq_str log_since_start(cluster *c)
{
    enum { MOST = 8192 };
    char *text = oq_alloc(c->arena, MOST);
    int fd = open(c->log, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : pread(fd, text, MOST, c->log_from);
    if (fd >= 0)
        close(fd);
    return oq_strn(text, n > 0 ? (size_t)n : 0);
}

/* --- making one ---------------------------------------------------------------------------- */

static oq_err *run_tool(cluster *c, const char *const *argv, oq_str input)
{
    oq_str said;
    int status;
    OQ_TRY(process_run(c->arena,
                       &(process_options){.argv = argv,
                                          .env = server_env,
                                          .user = c->user,
                                          .own_group = true,
                                          .death_signal = SIGTERM,
                                          .folder = "/"},
                       input, &said, &status));
    return status == 0 ? NULL : went_wrong(c, "cluster.init_failed", said);
}

/* The database, and two logins: one owns the schema, the other serves and owns nothing. What the
 * two roles may see is the migrations' business; here they only exist early, so that the server's
 * login may become them. A third one reads all rows, for backups (db/transfer.h). */
static const char first_sql[] =
    "CREATE ROLE optria_app NOLOGIN NOSUPERUSER NOBYPASSRLS;\n"
    "CREATE ROLE optria_platform NOLOGIN NOSUPERUSER NOBYPASSRLS;\n"
    "CREATE ROLE optria_backup NOLOGIN BYPASSRLS;\n"
    "CREATE ROLE optria_owner LOGIN CREATEROLE;\n"
    "CREATE ROLE optria_server LOGIN NOINHERIT;\n"
    "GRANT optria_app, optria_platform TO optria_owner WITH ADMIN OPTION;\n"
    "GRANT optria_app, optria_platform TO optria_server;\n"
    "GRANT pg_read_all_data TO optria_backup;\n"
    "GRANT optria_backup TO optria_owner;\n"
    "CREATE DATABASE optria OWNER optria_owner;\n";

/* Makes data/, or nothing: a cluster that is cut off half-way never gets its name. */
static oq_err *init(cluster *c)
{
    if (free_mb(c->folder) < NEW_CLUSTER_MB)
        return disk_full(c);
    oq_log_info("cluster.init", OQ_F_CSTR("folder", c->folder),
                OQ_F_INT("postgresql", c->server.version));
    const char *fresh;
    cluster_remove_folder(oq_strf(c->arena, "%s/data.new", c->folder).ptr);
    OQ_TRY(cluster_make_inner(c->arena, c->folder, "data.new", &c->user, &fresh));
    const char *initdb[] = {
        oq_strf(c->arena, "%s/initdb", c->server.bin).ptr,
        "--pgdata",
        fresh,
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--data-checksums",
        "--no-instructions",
        c->is_temporary ? "--no-sync" : NULL,
        NULL,
    };
    OQ_TRY(run_tool(c, initdb, OQ_STR("")));
    const char *single[] = {
        oq_strf(c->arena, "%s/postgres", c->server.bin).ptr,
        "--single",
        "-D",
        fresh,
        "-c",
        "exit_on_error=on",
        "-c",
        c->is_temporary ? "fsync=off" : "fsync=on",
        "postgres",
        NULL,
    };
    OQ_TRY(run_tool(c, single, oq_strn(first_sql, sizeof(first_sql) - 1)));
    if (rename(fresh, c->data) < 0)
        return oq_fail(OQ_UNAVAILABLE, "cluster.folder", "folder=%s reason=%s", c->data,
                       strerror(errno));
    return NULL;
}

/* --- starting ------------------------------------------------------------------------------ */

/* A small file, as text. */
static oq_str read_small(oq_arena *arena, const char *path)
{
    enum { MOST = 4096 };
    char *text = oq_alloc(arena, MOST);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, MOST);
    if (fd >= 0)
        close(fd);
    return oq_strn(text, n > 0 ? (size_t)n : 0);
}

/* Whether that process is a PostgreSQL serving our data, by what everybody may read of it: a
 * container's root is not allowed to look deeper into another account's process. */
static bool serves_us(cluster *c, int pid)
{
    oq_arena *a = c->arena;
    oq_str name = oq_str_trim(read_small(a, oq_strf(a, "/proc/%d/comm", pid).ptr));
    oq_str command = read_small(a, oq_strf(a, "/proc/%d/cmdline", pid).ptr), word;
    if (!oq_str_eq(name, OQ_STR("postgres")))
        return false;
    while (oq_str_cut(&command, '\0', &word))
        if (oq_str_eq(word, oq_cstr(c->data)))
            return true;
    return false;
}

/* The process that serves this data folder, by its own word and the kernel's; 0: none. */
static pid_t serving_pid(cluster *c, bool *ret_is_ready)
{
    oq_mark mark = oq_arena_mark(c->arena);
    oq_str rest = read_small(c->arena, oq_strf(c->arena, "%s/postmaster.pid", c->data).ptr);
    oq_str line[8] = {{0}};
    for (size_t i = 0; i < OQ_COUNT(line) && oq_str_cut(&rest, '\n', &line[i]); i++)
        ;
    int64_t pid;
    if (!oq_parse_i64(oq_str_trim(line[0]), &pid) || pid <= 1 || pid > INT_MAX ||
        !serves_us(c, (int)pid))
        pid = 0;
    if (ret_is_ready)
        *ret_is_ready = oq_str_eq(oq_str_trim(line[7]), OQ_STR("ready"));
    oq_arena_rewind(c->arena, mark);
    return (pid_t)pid;
}

/* The version that made the data, or 0 when there is none. */
static int data_version(cluster *c)
{
    int64_t version;
    oq_str text = read_small(c->arena, oq_strf(c->arena, "%s/PG_VERSION", c->data).ptr);
    return oq_parse_i64(oq_str_trim(text), &version) ? (int)version : 0;
}

/* We hold the lock, so nothing that we started runs here; PostgreSQL itself takes any process
 * with the number in an old postmaster.pid for its own, and after a crash in a container that
 * number is soon somebody else's. */
static oq_err *clear_stale_pid(cluster *c)
{
    pid_t pid = serving_pid(c, NULL);
    if (pid)
        return oq_fail(OQ_CONFLICT, "cluster.in_use", "folder=%s pid=%ld", c->folder, (long)pid);
    const char *path = oq_strf(c->arena, "%s/postmaster.pid", c->data).ptr;
    if (unlink(path) == 0)
        oq_log_info("cluster.recover", OQ_F_CSTR("folder", c->folder));
    return NULL;
}

static oq_err *open_log(cluster *c, int *ret_fd)
{
    struct stat st;
    if (lstat(c->log, &st) == 0 && st.st_size > LOG_MAX)
        rename(c->log, oq_strf(c->arena, "%s.1", c->log).ptr);
    int fd = open(c->log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || fstat(fd, &st) < 0 ||
        (c->user.given && fchown(fd, c->user.uid, c->user.gid) < 0)) {
        int why = errno;
        if (fd >= 0)
            close(fd);
        return oq_fail(OQ_UNAVAILABLE, "cluster.folder", "folder=%s reason=%s", c->log,
                       strerror(why));
    }
    c->log_from = st.st_size;
    *ret_fd = fd;
    return NULL;
}

/* Sized for a machine that does other things as well. Given with the start and not in a file, so
 * that a newer program also means newer settings. */
static const char *const settings_common[] = {
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=200",
    "shared_buffers=128MB",
    "effective_cache_size=1GB",
    "work_mem=8MB",
    "maintenance_work_mem=64MB",
    "max_wal_size=1GB",
    "wal_compression=lz4",
    "wal_level=minimal",
    "max_wal_senders=0",
    "jit=off",
    "random_page_cost=1.1",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_line_prefix=%m [%p] %q%u@%d ",
    "lc_messages=C",
};
static const char *const settings_temporary[] = {
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum_naptime=10min",
};

static void add_settings(const char **argv, size_t *n, const char *const *setting, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        argv[(*n)++] = "-c";
        argv[(*n)++] = setting[i];
    }
}

static oq_err *start(cluster *c)
{
    const char *argv[2 * (OQ_COUNT(settings_common) + OQ_COUNT(settings_temporary)) + 10];
    size_t n = 0;
    argv[n++] = oq_strf(c->arena, "%s/postgres", c->server.bin).ptr;
    argv[n++] = "-D";
    argv[n++] = c->data;
    argv[n++] = "-k";
    argv[n++] = c->socket;
    add_settings(argv, &n, settings_common, OQ_COUNT(settings_common));
    if (!c->is_durable)
        add_settings(argv, &n, settings_temporary, OQ_COUNT(settings_temporary));
    if (c->tcp_port) {
        const char *port = oq_strf(c->arena, "port=%d", c->tcp_port).ptr;
        add_settings(argv, &n, (const char *const[]){"listen_addresses=127.0.0.1", port}, 2);
    }
    argv[n] = NULL;

    int log = -1;
    OQ_TRY(open_log(c, &log));
    oq_err *err = process_start(&(process_options){.argv = argv,
                                                   .env = server_env,
                                                   .user = c->user,
                                                   .own_group = true,
                                                   .death_signal = SIGINT,
                                                   .folder = "/",
                                                   .out = log,
                                                   .inherited = c->lock},
                                &c->pid);
    close(log);
    return err;
}

static oq_err *wait_until_ready(cluster *c)
{
    oq_us begun = oq_monotonic(), news = begun + START_NEWS_S * OQ_SECOND;
    for (;;) {
        int status;
        bool is_ready = false;
        if (process_has_ended(c->pid, &status)) {
            c->pid = 0;
            return went_wrong(c, "cluster.start_failed", log_since_start(c));
        }
        if (serving_pid(c, &is_ready) == c->pid && is_ready)
            return NULL;
        if (process_wait_stop(10).signal)
            return oq_fail(OQ_CONFLICT, "cluster.stopped");
        oq_us now = oq_monotonic();
        if (now > begun + START_LIMIT_S * OQ_SECOND)
            return went_wrong(c, "cluster.start_failed", log_since_start(c));
        if (now > news) {
            oq_log_info("cluster.starting", OQ_F_INT("seconds", (now - begun) / OQ_SECOND),
                        OQ_F_CSTR("log", c->log));
            news = now + START_NEWS_S * OQ_SECOND;
        }
    }
}

/* --- addresses ----------------------------------------------------------------------------- */

static oq_str url_of(cluster *c, const char *login, const char *database)
{
    oq_str host = oq_percent(c->arena, oq_cstr(c->socket), "/");
    /* The port names the socket too. */
    oq_str port = c->tcp_port ? oq_strf(c->arena, "&port=%d", c->tcp_port) : OQ_STR("");
    return oq_strf(c->arena, "postgresql://%s@/%s?host=%.*s%.*s", login, database, OQ_FMT(host),
                   OQ_FMT(port));
}

oq_str cluster_server_url(const cluster *c)
{
    return c->server_url;
}

oq_str cluster_owner_url(const cluster *c)
{
    return c->owner_url;
}

oq_str cluster_admin_url(const cluster *c)
{
    return c->admin_url;
}

oq_str cluster_folder(const cluster *c)
{
    return oq_cstr(c->folder);
}

oq_str cluster_log(const cluster *c)
{
    return oq_cstr(c->log);
}

/* --- the life of one --------------------------------------------------------------------------*/

static oq_err *bring_up(cluster *c)
{
    OQ_TRY(cluster_take_lock(c->arena, c->folder, &c->lock));
    int version = data_version(c);
    OQ_TRY(cluster_find_server(c->arena, SERVERS_ROOT, version, &c->server));
    if (version == 0)
        OQ_TRY(init(c));
    else if (free_mb(c->folder) < OLD_CLUSTER_MB)
        return disk_full(c);
    OQ_TRY(clear_stale_pid(c));
    OQ_TRY(cluster_make_socket_folder(c->arena, c->folder, &c->user, &c->socket));
    OQ_TRY(start(c));
    OQ_TRY(wait_until_ready(c));
    c->server_url = url_of(c, "optria_server", "optria");
    c->owner_url = url_of(c, "optria_owner", "optria");
    c->admin_url = url_of(c, "postgres", "postgres");
    return NULL;
}

static oq_err *find_place(cluster *c, const cluster_options *options)
{
    if (options->is_temporary) {
        OQ_TRY(cluster_find_user(c->arena, "", &c->user));
        return cluster_make_temporary(c->arena, &c->user, &c->folder);
    }
    const char *data = oq_strf(c->arena, "%.*s/data", OQ_FMT(options->folder)).ptr;
    OQ_TRY(cluster_find_user(c->arena, data, &c->user));
    return cluster_make_folder(c->arena, options->folder, &c->user, &c->folder);
}

oq_err *cluster_open(const cluster_options *options, cluster **ret_cluster)
{
    oq_arena *arena = oq_arena_open(0);
    cluster *c = oq_new(arena, cluster);
    c->arena = arena;
    c->lock = -1;
    c->is_temporary = options->is_temporary;
    c->is_durable = !options->is_temporary || options->is_durable;
    c->tcp_port = options->is_temporary ? options->tcp_port : 0;
    oq_err *err = find_place(c, options);
    if (!err) {
        c->data = oq_strf(arena, "%s/data", c->folder).ptr;
        c->log = oq_strf(arena, "%s/server.log", c->folder).ptr;
        err = bring_up(c);
    }
    if (err) {
        oq_ignore(cluster_stop(c), "the first error is the one to tell");
        return err;
    }
    *ret_cluster = c;
    return NULL;
}

bool cluster_is_running(cluster *c)
{
    int status;
    if (c->pid && process_has_ended(c->pid, &status))
        c->pid = 0;
    return c->pid || serving_pid(c, NULL);
}

/* True when the server is gone within the time. */
static bool wait_until_gone(cluster *c, int limit_s)
{
    oq_us deadline = oq_monotonic() + limit_s * OQ_SECOND;
    while (cluster_is_running(c)) {
        if (oq_monotonic() > deadline)
            return false;
        process_wait_stop(10); /* a second Ctrl-C does not make the checkpoint faster */
    }
    return true;
}

static oq_err *stop_server(cluster *c)
{
    static const struct {
        int signal, limit_s;
    } step[] = {{SIGINT, STOP_LIMIT_S}, {SIGQUIT, QUIT_LIMIT_S}, {SIGKILL, QUIT_LIMIT_S}};
    for (size_t i = 0; i < OQ_COUNT(step); i++) {
        if (!cluster_is_running(c))
            return NULL;
        /* Somebody may have restarted it under us: then it is not our child. */
        kill(c->pid ? c->pid : serving_pid(c, NULL), step[i].signal);
        if (wait_until_gone(c, step[i].limit_s))
            return i == 0 ? NULL
                          : oq_fail(OQ_INTERNAL, "cluster.killed", "folder=%s log=%s", c->folder,
                                    c->log);
    }
    return oq_fail(OQ_INTERNAL, "cluster.killed", "folder=%s log=%s", c->folder, c->log);
}

oq_err *cluster_stop(cluster *c)
{
    if (!c)
        return NULL;
    oq_err *err = c->lock >= 0 ? stop_server(c) : NULL;
    if (c->socket)
        cluster_drop_socket_folder(c->arena, c->folder, c->socket);
    if (c->is_temporary && c->folder)
        cluster_remove_folder(c->folder);
    if (c->lock >= 0)
        close(c->lock);
    oq_arena_close(c->arena);
    return err;
}
