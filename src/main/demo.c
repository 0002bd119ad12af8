#include "main/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/secret.h"
#include "db/migrate.h"
#include "db/pool.h"
#include "identity/password.h"
#include "main/cluster.h"
#include "main/demo_fleet.h"
#include "main/demo_seed.h"
#include "main/home.h"
#include "main/keeper.h"
#include "main/operator.h"
#include "main/probe.h"
#include "main/process.h"

#include "base/banned.h"

#define KEPT_PASSWORD "demo-password"
#define SET_PASSWORD  "demo-password.set"

enum {
    READY_LIMIT_S = 120,
    WORKER_GRACE_S = 5, /* ready without a worker's sign of life, after so long */
    PORT_WAIT_S = 15,   /* for the server of a demo that was killed */
    STOP_LIMIT_S = 30,
    REVIVE_PAUSE_MS = 2000, /* between attempts to start a database again */
    SERVE = 0,
    WORK = 1,
    CHILDREN = 2,
};

struct demo {
    oq_arena *arena;
    demo_options options;
    settings settings; /* what the environment left open is filled in step by step */
    const char *home;
    int lock;
    cluster *cluster; /* NULL: the database is somebody else's */
    oq_str password, made_password, url;
    const char *argv[CHILDREN][3];
    kept child[CHILDREN];
    int null; /* where the children's stdout goes: ours has lines that scripts wait for */
};

/* --- being asked to stop -------------------------------------------------------------------- */

static oq_err *stopped(void)
{
    return oq_fail(OQ_CONFLICT, "demo.stopped");
}

static oq_err *go_on(void)
{
    return process_wait_stop(0).signal ? stopped() : NULL;
}

/* --- what is kept --------------------------------------------------------------------------- */

static oq_err *find_keys(demo *d)
{
    settings *s = &d->settings;
    if (!s->jwt_secret_key.len)
        OQ_TRY(home_keep(d->arena, d->home, HOME_JWT_KEY, home_new_key, &s->jwt_secret_key));
    if (!s->master_key.len)
        OQ_TRY(home_keep(d->arena, d->home, HOME_MASTER_KEY, home_new_key, &s->master_key));
    oq_log_hide(s->jwt_secret_key);
    oq_log_hide(s->master_key);
    return oq_secret_setup(s->master_key);
}

static oq_err *find_password(demo *d)
{
    d->password = d->settings.demo_password;
    if (!d->password.len) {
        OQ_TRY(home_keep(d->arena, d->home, KEPT_PASSWORD, password_generate, &d->made_password));
        d->password = d->made_password;
    }
    oq_log_hide(d->password);
    oq_err *weak =
        password_check("password", d->password, PASSWORD_LENGTH_LEAST, OQ_STR(""), OQ_STR(""));
    if (weak)
        oq_log_warn("demo.password_is_weak", OQ_F_CSTR("why", weak->code));
    return NULL;
}

static oq_err *make_home(demo *d)
{
    bool others_pass = geteuid() == 0 && !d->settings.db_url.len;
    bool was_cut_off = false;
    OQ_TRY(home_make(d->arena, d->settings.home, others_pass, &d->home));
    OQ_TRY(home_lock(d->arena, d->home, &d->lock, &was_cut_off));
    d->settings.home = oq_cstr(d->home);
    /* Asked now, so that nothing is started in vain; a demo that was killed is still on its way
     * out for a moment. */
    oq_us deadline = oq_monotonic() + (was_cut_off ? PORT_WAIT_S * OQ_SECOND : 0);
    oq_err *taken;
    while ((taken = probe_port(d->settings.http_bind, (int)d->settings.http_port)) &&
           oq_err_is(taken, "probe.port_taken") && oq_monotonic() < deadline)
        if (process_wait_stop(200).signal)
            return stopped();
    return taken;
}

/* --- the database --------------------------------------------------------------------------- */

static oq_err *start_database(demo *d)
{
    cluster_options options = {.folder = oq_strf(d->arena, "%s/pg", d->home)};
    oq_err *err = cluster_open(&options, &d->cluster);
    if (err && oq_err_is(err, "cluster.stopped"))
        return stopped();
    OQ_TRY(err);
    d->settings.db_url = oq_str_copy(d->arena, cluster_server_url(d->cluster));
    d->settings.db_owner_url = oq_str_copy(d->arena, cluster_owner_url(d->cluster));
    return NULL;
}

static void say_step(void *self, const char *name)
{
    (void)self;
    oq_log_info("demo.migrate", OQ_F_CSTR("step", name));
}

/* Whether the accounts have another password than the one that counts now. What an account's owner
 * has set since is not touched. */
static oq_err *password_has_changed(demo *d, bool *ret_has)
{
    oq_str set = OQ_NONE;
    OQ_TRY(home_read(d->arena, d->home, SET_PASSWORD, &set));
    *ret_has = !password_is(set, d->password);
    return NULL;
}

/* Thousands of jobs run on the way: only what goes wrong is logged. */
static oq_err *seed_fleet(demo *d, bool overwrite)
{
    const settings *s = &d->settings;
    if (d->options.fleet)
        oq_log_setup(OQ_LOG_ERROR, (oq_log_format)s->log_format);
    oq_err *err = demo_fleet(d->arena, d->options.fleet,
                             &(demo_fleet_order){.db_url = s->db_url,
                                                 .password = d->password,
                                                 .overwrite = overwrite,
                                                 .self = d->options.self,
                                                 .say = d->options.say});
    oq_log_setup((oq_log_level)s->log_level, (oq_log_format)s->log_format);
    return err;
}

static oq_err *seed(demo *d)
{
    db_pool *pool;
    bool overwrite;
    demo_seeded seeded;
    OQ_TRY(password_has_changed(d, &overwrite));
    OQ_TRY(operator_open_pool(&d->settings, &pool));
    oq_err *err = demo_seed(pool, d->arena, d->password, overwrite, d->settings.demo_days, &seeded);
    db_pool_close(pool);
    OQ_TRY(err);
    OQ_TRY(seed_fleet(d, overwrite));
    if (seeded.tenants_made || seeded.people_made || seeded.passwords_set)
        oq_log_info(
            "demo.seeded", OQ_F_INT("tenants", seeded.tenants_made),
            OQ_F_INT("people", seeded.people_made), OQ_F_INT("passwords_set", seeded.passwords_set),
            OQ_F_INT("assets", seeded.assets_made), OQ_F_INT("mappings", seeded.mappings_made));
    return overwrite
               ? home_write(d->arena, d->home, SET_PASSWORD, password_hash(d->arena, d->password))
               : NULL;
}

static oq_err *fill_database(demo *d)
{
    oq_str owner;
    db_migrate_report report;
    if (!d->settings.db_url.len)
        OQ_TRY(start_database(d));
    OQ_TRY(go_on());
    OQ_TRY(operator_owner_url(&d->settings, &owner));
    OQ_TRY(db_migrate(d->arena, owner, db_migrations(), false, say_step, NULL, &report));
    OQ_TRY(go_on());
    OQ_TRY(seed(d));
    return go_on();
}

/* --- server and worker ---------------------------------------------------------------------- */

static void tell_children(const demo *d)
{
    const settings *s = &d->settings;
    setenv("OPTRIA_HOME", d->home, 1);
    setenv("OPTRIA_DB_URL", oq_str_c(d->arena, s->db_url), 1);
    unsetenv("OPTRIA_DB_OWNER_URL"); /* they do not migrate */
    setenv("JWT_SECRET_KEY", oq_str_c(d->arena, s->jwt_secret_key), 1);
    setenv("OPTRIA_MASTER_KEY", oq_str_c(d->arena, s->master_key), 1);
    setenv("OPTRIA_DEMO_MODE", "true", 1);
    setenv("OPTRIA_HTTP_PORT", oq_strf(d->arena, "%lld", (long long)s->http_port).ptr, 1);
}

/* This very program, also when its file was replaced meanwhile. */
static const char *own_program(oq_arena *arena)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    return access(path, X_OK) == 0 ? oq_str_c(arena, oq_cstr(path)) : "/proc/self/exe";
}

static void name_children(demo *d)
{
    static const char *const word[CHILDREN] = {[SERVE] = "serve", [WORK] = "work"};
    for (size_t i = 0; i < CHILDREN; i++) {
        d->argv[i][0] = own_program(d->arena);
        d->argv[i][1] = word[i];
        d->child[i] = (kept){.name = word[i], .argv = d->argv[i], .out = d->null};
    }
}

static oq_err *check_child(demo *d, size_t i)
{
    kept *child = &d->child[i];
    if (!process_has_ended(child->pid, &child->wait_status))
        return NULL;
    child->pid = 0;
    return oq_fail(OQ_CONFLICT, "demo.child_failed", "child=%s status=%d", child->name,
                   process_exit_code(child->wait_status));
}

/* "ready http://127.0.0.1:41337": the port. */
static bool port_in(oq_str said, int64_t *ret_port)
{
    size_t end = oq_str_find_char(said, '\n');
    oq_str line = oq_str_trim(oq_str_sub(said, 0, end));
    size_t colon = line.len;
    while (colon > 0 && line.ptr[colon - 1] != ':')
        colon--;
    return end != SIZE_MAX && oq_parse_i64(oq_str_sub(line, colon, SIZE_MAX), ret_port);
}

/* The server says where it listens: with port 0 nobody else knows. */
static oq_err *hear_port(demo *d, int from)
{
    char said[512];
    size_t len = 0;
    oq_us deadline = oq_monotonic() + READY_LIMIT_S * OQ_SECOND;
    while (oq_monotonic() < deadline && len < sizeof said) {
        struct pollfd on = {.fd = from, .events = POLLIN};
        ssize_t n = poll(&on, 1, 50) > 0 ? read(from, said + len, sizeof said - len) : 0;
        len += n > 0 ? (size_t)n : 0;
        if (port_in(oq_strn(said, len), &d->settings.http_port))
            return NULL;
        OQ_TRY(check_child(d, SERVE));
        OQ_TRY(go_on());
    }
    return oq_fail(OQ_TIMEOUT, "demo.not_ready", "url=%s seconds=%d status=%d", "", READY_LIMIT_S,
                   0);
}

static oq_err *start_server(demo *d)
{
    int pipe_of[2];
    if (pipe2(pipe_of, O_CLOEXEC) < 0)
        return oq_fail(OQ_UNAVAILABLE, "process.not_started", "program=%s reason=%s", "serve",
                       strerror(errno));
    d->child[SERVE].out = pipe_of[1];
    oq_err *err = keeper_start(&d->child[SERVE]);
    d->child[SERVE].out = d->null;
    close(pipe_of[1]);
    if (!err)
        err = hear_port(d, pipe_of[0]);
    close(pipe_of[0]);
    return err;
}

/* Ready and well; or ready, when only the worker's first sign of life is late. */
static bool is_ready(demo *d, oq_us begun, int *ret_status)
{
    const settings *s = &d->settings;
    oq_str body, page;
    oq_mark mark = oq_arena_mark(d->arena);
    *ret_status =
        probe_get(d->arena, s->http_bind, (int)s->http_port, "/health/ready", 5000, &body);
    bool is_well = oq_str_starts(body, OQ_STR("{\"status\":\"ok\"")) ||
                   oq_monotonic() - begun > WORKER_GRACE_S * OQ_SECOND;
    bool ready = *ret_status == 200 && is_well;
    if (ready) {
        *ret_status = probe_get(d->arena, s->http_bind, (int)s->http_port, "/", 5000, &page);
        ready = *ret_status == 200;
    }
    oq_arena_rewind(d->arena, mark);
    return ready;
}

static oq_err *wait_until_ready(demo *d)
{
    oq_us begun = oq_monotonic();
    int status = 0;
    while (!is_ready(d, begun, &status)) {
        for (size_t i = 0; i < CHILDREN; i++)
            OQ_TRY(check_child(d, i));
        if (process_wait_stop(50).signal)
            return stopped();
        if (oq_monotonic() - begun > READY_LIMIT_S * OQ_SECOND)
            return oq_fail(OQ_TIMEOUT, "demo.not_ready", "url=%.*s seconds=%d status=%d",
                           OQ_FMT(d->url), READY_LIMIT_S, status);
    }
    return NULL;
}

static oq_err *start_children(demo *d)
{
    const settings *s = &d->settings;
    name_children(d);
    tell_children(d);
    OQ_TRY(keeper_start(&d->child[WORK]));
    OQ_TRY(start_server(d));
    d->url = probe_url(d->arena, s->http_bind, (int)s->http_port);
    tell_children(d); /* the port stays when the server is started again */
    return wait_until_ready(d);
}

/* --- its life ------------------------------------------------------------------------------- */

static oq_err *bring_up(demo *d)
{
    d->null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (d->null < 0)
        return oq_fail(OQ_UNAVAILABLE, "home.file", "file=%s reason=%s", "/dev/null",
                       strerror(errno));
    OQ_TRY(make_home(d));
    OQ_TRY(find_keys(d));
    OQ_TRY(find_password(d));
    OQ_TRY(fill_database(d));
    return start_children(d);
}

oq_err *demo_open(oq_arena *arena, const settings *s, const demo_options *options, demo **ret_demo)
{
    demo *d = oq_new(arena, demo);
    d->arena = arena;
    d->settings = *s;
    d->options = *options;
    d->lock = d->null = -1;
    oq_err *err = bring_up(d);
    if (err) {
        oq_ignore(demo_close(d), "the first error is the one to tell");
        return err;
    }
    *ret_demo = d;
    return NULL;
}

oq_str demo_url(const demo *d)
{
    return d->url;
}

oq_str demo_made_password(const demo *d)
{
    return d->made_password;
}

const char *demo_home(const demo *d)
{
    return d->home;
}

/* The database has died: recovers it. Its address may be another one then. False: asked to stop. */
static bool revive_database(demo *d)
{
    oq_log_error("cluster.died", OQ_F_STR("log", cluster_log(d->cluster)));
    oq_str before = d->settings.db_url;
    oq_ignore(cluster_stop(d->cluster), "it is dead already");
    d->cluster = NULL;
    for (oq_err *err; (err = start_database(d)); oq_err_reset()) {
        if (oq_err_is(err, "demo.stopped"))
            return false;
        oq_log_err(OQ_LOG_ERROR, "cluster.not_revived", err, NULL);
        if (process_wait_stop(REVIVE_PAUSE_MS).signal)
            return false;
    }
    tell_children(d);
    for (size_t i = 0; i < CHILDREN; i++)
        if (d->child[i].pid && !oq_str_eq(before, d->settings.db_url))
            kill(d->child[i].pid, SIGTERM);
    return true;
}

void demo_keep(demo *d)
{
    for (;;) {
        if (process_wait_stop(keeper_look(d->child, CHILDREN)).signal)
            return;
        if (d->cluster && !cluster_is_running(d->cluster) && !revive_database(d))
            return;
    }
}

oq_err *demo_close(demo *d)
{
    if (!d)
        return NULL;
    keeper_stop(d->child, CHILDREN, STOP_LIMIT_S);
    oq_err *err = cluster_stop(d->cluster);
    d->cluster = NULL;
    if (d->null >= 0)
        close(d->null);
    home_unlock(d->lock);
    d->lock = d->null = -1;
    return err;
}
