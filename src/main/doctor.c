#include "main/doctor.h"

#include <errno.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "db/inspect.h"
#include "main/operator.h"
#include "main/pg_tool.h"
#include "main/probe.h"
#include "ops/health.h"

#include "base/banned.h"

extern char **environ;

enum {
    FREE_MB_WANTED = 500,
    KEY_BYTES_DISTINCT = 10, /* of a random key in hexadecimal nearly always more */
    PROBE_MS = 2000,
};
#define SKEW_MAX OQ_SECOND

const oq_choice doctor_state_choices[] = {
    {DOCTOR_OK, "ok"},
    {DOCTOR_WARNING, "warning"},
    {DOCTOR_FAILED, "failed"},
    {DOCTOR_SKIPPED, "skipped"},
    {0, NULL},
};

/* What checks find out for later ones. */
typedef struct examination {
    oq_arena *arena;
    settings_source source;
    settings settings;
    db_inspection db;
    db_pool *pool;
    bool has_settings, has_db, has_roles;
    oq_str note;
} examination;

/* --- this machine --------------------------------------------------------------------------- */

static oq_err *check_settings(examination *e)
{
    static const char *const needed[] = {"OPTRIA_DB_URL", "JWT_SECRET_KEY", "OPTRIA_MASTER_KEY"};
    OQ_TRY(settings_load(e->arena, e->source, &e->settings));
    e->has_settings = true;
    operator_complete(e->arena, &e->settings);
    oq_err *missing = NULL;
    for (size_t i = 0; i < OQ_COUNT(needed); i++)
        missing = oq_err_join(missing, settings_require(&e->settings, needed[i]));
    return missing;
}

static oq_err *check_names(examination *e)
{
    size_t unknown = settings_warn_unknown(e->arena, environ);
    return unknown ? oq_fail(OQ_INVALID, "doctor.unknown_variables", "count=%zu", unknown) : NULL;
}

static bool looks_random(oq_str key)
{
    bool seen[256] = {false};
    int distinct = 0;
    for (size_t i = 0; i < key.len; i++) {
        distinct += !seen[(unsigned char)key.ptr[i]];
        seen[(unsigned char)key.ptr[i]] = true;
    }
    return distinct >= KEY_BYTES_DISTINCT;
}

/* That they are long enough, reading the settings has seen to. */
static oq_err *check_keys(examination *e)
{
    const settings *s = &e->settings;
    oq_err *err = NULL;
    if (s->jwt_secret_key.len && !looks_random(s->jwt_secret_key))
        err = oq_fail(OQ_INVALID, "doctor.key_weak", "variable=%s", "JWT_SECRET_KEY");
    if (s->master_key.len && !looks_random(s->master_key))
        err = oq_err_join(
            err, oq_fail(OQ_INVALID, "doctor.key_weak", "variable=%s", "OPTRIA_MASTER_KEY"));
    if (s->master_key.len && oq_str_eq(s->jwt_secret_key, s->master_key))
        err = oq_err_join(err, oq_fail(OQ_INVALID, "doctor.keys_same"));
    return err;
}

/* Only a proxy speaks TLS for us. Unless its word on who asks and how is believed, cookies are not
 * marked for TLS alone, and all visitors have one address, whose failed sign-ins count together. */
static oq_err *check_proxies(examination *e)
{
    const settings *s = &e->settings;
    if (oq_str_starts(s->public_url, OQ_STR("https://")) && !s->trusted_proxies.len)
        return oq_fail(OQ_INVALID, "doctor.proxies_missing");
    return NULL;
}

static oq_err *check_home(examination *e)
{
    char *path = oq_str_c(e->arena, e->settings.home);
    if (access(path, F_OK) == 0 && access(path, R_OK | W_OK | X_OK) < 0)
        return oq_fail(OQ_UNAVAILABLE, "home.folder", "folder=%s reason=%s", path, strerror(errno));
    struct statvfs fs;
    while (statvfs(path, &fs) < 0) { /* not made yet: what it will stand in */
        char *slash = strrchr(path, '/');
        if (strcmp(path, ".") == 0 || strcmp(path, "/") == 0)
            return oq_fail(OQ_UNAVAILABLE, "home.folder", "folder=%s reason=%s", path,
                           strerror(errno));
        if (!slash)
            path = oq_str_c(e->arena, OQ_STR("."));
        else
            slash[slash == path] = '\0';
    }
    long long free_mb = (long long)((fs.f_bavail * (uint64_t)fs.f_frsize) >> 20);
    e->note = oq_strf(e->arena, "%.*s: %lld MB", OQ_FMT(e->settings.home), free_mb);
    if (free_mb < FREE_MB_WANTED)
        return oq_fail(OQ_UNAVAILABLE, "doctor.disk_full", "folder=%s free_mb=%lld wanted_mb=%d",
                       path, free_mb, FREE_MB_WANTED);
    return NULL;
}

static oq_err *check_port(examination *e)
{
    const settings *s = &e->settings;
    oq_str body;
    e->note = oq_strf(e->arena, "%.*s:%lld", OQ_FMT(s->http_bind), (long long)s->http_port);
    oq_err *err = probe_port(s->http_bind, (int)s->http_port);
    if (!err || !oq_err_is(err, "probe.port_taken"))
        return err;
    /* Taken by ourselves: then it is as it should be. */
    int status =
        probe_get(e->arena, s->http_bind, (int)s->http_port, "/health/live", PROBE_MS, &body);
    bool is_ours = status == 200 && oq_str_starts(body, OQ_STR("{\"status\":\"ok\",\"version\":"));
    return is_ours ? NULL : err;
}

static oq_err *check_time_zones(examination *e)
{
    if (oq_check_timezone(OQ_STR("Asia/Riyadh")))
        return oq_fail(OQ_UNAVAILABLE, "doctor.no_time_zones", "where=%s", "ICU");
    if (e->has_db && !e->db.has_time_zones)
        return oq_fail(OQ_UNAVAILABLE, "doctor.no_time_zones", "where=%s", "PostgreSQL");
    return NULL;
}

/* --- the database --------------------------------------------------------------------------- */

static oq_err *check_database(examination *e)
{
    OQ_TRY(db_inspect(e->arena, e->settings.db_url, &e->db));
    e->has_db = true;
    e->has_roles = e->db.is_app && e->db.is_platform;
    e->note =
        oq_strf(e->arena, "%.*s, PostgreSQL %.*s", OQ_FMT(e->db.database), OQ_FMT(e->db.version));
    return e->has_roles ? operator_open_pool(&e->settings, &e->pool) : NULL;
}

static oq_err *check_encoding(examination *e)
{
    e->note = e->db.encoding;
    if (!oq_str_eq(e->db.encoding, OQ_STR("UTF8")))
        return oq_fail(OQ_UNAVAILABLE, "doctor.encoding", "found=%.*s", OQ_FMT(e->db.encoding));
    return NULL;
}

static oq_err *check_schema(examination *e)
{
    return health_check_schema(e->pool, e->arena);
}

static oq_err *too_strong(const examination *e, const char *why)
{
    return oq_fail(OQ_INVALID, "service.role_too_strong", "role=%.*s why=%s", OQ_FMT(e->db.login),
                   why);
}

static oq_err *check_login(examination *e)
{
    const db_inspection *db = &e->db;
    oq_err *err = NULL;
    e->note = db->login;
    if (db->is_superuser)
        return too_strong(e, "superuser");
    if (db->bypasses_rls)
        err = too_strong(e, "bypassrls");
    if (db->owns_tables)
        err = oq_err_join(err, too_strong(e, "owner"));
    if (!e->has_roles)
        err = oq_err_join(err, oq_fail(OQ_INVALID, "doctor.not_member", "login=%.*s role=%s",
                                       OQ_FMT(db->login),
                                       db->is_app ? "optria_platform" : "optria_app"));
    if (db->strong_roles.len)
        err = oq_err_join(err, oq_fail(OQ_INVALID, "doctor.roles_too_strong", "roles=%.*s",
                                       OQ_FMT(db->strong_roles)));
    return err;
}

static oq_err *check_walls(examination *e)
{
    if (e->db.open_tables.len)
        return oq_fail(OQ_INVALID, "doctor.tables_open", "tables=%.*s", OQ_FMT(e->db.open_tables));
    return NULL;
}

/* Half of the way there and back is what the look itself may be wrong by. */
static oq_err *check_clock(examination *e)
{
    oq_us skew = e->db.skew, doubt = e->db.round_trip / 2;
    oq_us size = skew < 0 ? -skew : skew;
    e->note = oq_strf(e->arena, "%.1f ms", (double)skew / OQ_MS);
    if (size - doubt > SKEW_MAX)
        return oq_fail(OQ_UNAVAILABLE, "doctor.clock_skew", "skew_ms=%lld",
                       (long long)(skew / OQ_MS));
    return NULL;
}

static oq_err *check_worker(examination *e)
{
    return health_check_queue(e->pool, e->arena);
}

/* Whether `optria backup` would work, as far as that can be told without making one. */
static oq_err *check_backup(examination *e)
{
    oq_str owner;
    db_inspection db;
    const char *path;
    OQ_TRY(operator_owner_url(&e->settings, &owner));
    OQ_TRY(db_inspect(e->arena, owner, &db));
    if (!db.reads_all)
        return oq_fail(OQ_FORBIDDEN, "census.hidden", "login=%.*s", OQ_FMT(db.login));
    OQ_TRY(pg_tool_find(e->arena, PG_TOOL_ROOT, "pg_restore", db.server_version, &path));
    return pg_tool_find(e->arena, PG_TOOL_ROOT, "pg_dump", db.server_version, &path);
}

/* --- all of them ---------------------------------------------------------------------------- */

static const struct check {
    const char *name;
    oq_err *(*ask)(examination *e);
    enum { NEEDS_NOTHING, NEEDS_SETTINGS, NEEDS_URL, NEEDS_DB, NEEDS_ROLES, NEEDS_OWNER } needs;
    bool only_warns;
} checks[] = {
    {"settings", check_settings, NEEDS_NOTHING, false},
    {"names", check_names, NEEDS_NOTHING, true},
    {"keys", check_keys, NEEDS_SETTINGS, false},
    {"proxies", check_proxies, NEEDS_SETTINGS, true},
    {"home", check_home, NEEDS_SETTINGS, false},
    {"port", check_port, NEEDS_SETTINGS, false},
    {"database", check_database, NEEDS_URL, false},
    {"encoding", check_encoding, NEEDS_DB, false},
    {"login", check_login, NEEDS_DB, false},
    {"schema", check_schema, NEEDS_ROLES, false},
    {"walls", check_walls, NEEDS_DB, false},
    {"clock", check_clock, NEEDS_DB, false},
    {"time_zones", check_time_zones, NEEDS_NOTHING, false},
    {"worker", check_worker, NEEDS_ROLES, false},
    {"backup", check_backup, NEEDS_OWNER, true},
};

static bool has_what_it_needs(const examination *e, const struct check *c)
{
    switch (c->needs) {
    case NEEDS_NOTHING:
        return true;
    case NEEDS_SETTINGS:
        return e->has_settings;
    case NEEDS_URL:
        return e->has_settings && e->settings.db_url.len;
    case NEEDS_DB:
        return e->has_db;
    case NEEDS_ROLES:
        return e->has_db && e->has_roles;
    case NEEDS_OWNER:
        return e->has_db && e->settings.db_owner_url.len;
    }
    return false;
}

static void add(doctor_report *report, const doctor_finding *finding)
{
    if (report->count < DOCTOR_FINDINGS_MAX)
        report->at[report->count++] = *finding;
    if (finding->state == DOCTOR_FAILED)
        report->is_healthy = false;
}

static void run_check(examination *e, const struct check *c, doctor_report *report)
{
    doctor_finding found = {.check = c->name, .state = DOCTOR_SKIPPED};
    if (!has_what_it_needs(e, c)) {
        add(report, &found);
        return;
    }
    e->note = OQ_NONE;
    const oq_err *err = c->ask(e);
    found.note = e->note;
    found.state = !err ? DOCTOR_OK : c->only_warns ? DOCTOR_WARNING : DOCTOR_FAILED;
    do { /* one finding each, when several things are wrong */
        found.err = err;
        add(report, &found);
        err = err ? err->next : NULL;
    } while (err);
}

void doctor_examine(oq_arena *arena, settings_source source, doctor_report *ret_report)
{
    examination e = {.arena = arena, .source = source};
    *ret_report = (doctor_report){.is_healthy = true};
    for (size_t i = 0; i < OQ_COUNT(checks); i++)
        run_check(&e, &checks[i], ret_report);
    db_pool_close(e.pool);
}
