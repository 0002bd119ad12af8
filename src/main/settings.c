#include "main/settings.h"

#include "main/near.h"

static const oq_choice log_levels[] = {
    {OQ_LOG_DEBUG, "debug"},
    {OQ_LOG_INFO, "info"},
    {OQ_LOG_WARN, "warn"},
    {OQ_LOG_ERROR, "error"},
    {0, NULL},
};
static const oq_choice log_formats[] = {{OQ_LOG_KEYS, "keys"}, {OQ_LOG_JSON, "json"}, {0, NULL}};

const oq_field setting_fields[] = {
    OQ_TEXT(settings, home, .env = "OPTRIA_HOME", .preset = ".optria", .max = 1000,
            .help = "Folder for what this machine keeps: the private database, the demo's keys"),
    OQ_TEXT(settings, db_url, .env = "OPTRIA_DB_URL", .max = 2000,
            .help = "PostgreSQL, as libpq reads it: postgresql://user@host/database"),
    OQ_TEXT(settings, db_owner_url, .env = "OPTRIA_DB_OWNER_URL", .max = 2000,
            .help = "The login that owns the schema, for migrate, backup and restore; default: "
                    "OPTRIA_DB_URL"),
    OQ_I64(settings, db_pool_size, .env = "OPTRIA_DB_POOL_SIZE", .preset = "20", .min = 1,
           .max = 500, .help = "Connections of one process to the database, at most"),
    OQ_TEXT(settings, http_bind, .env = "OPTRIA_HTTP_BIND", .preset = "127.0.0.1", .max = 100,
            .help = "Address to listen on; 0.0.0.0 for every network of the machine"),
    OQ_I64(settings, http_port, .env = "OPTRIA_HTTP_PORT", .preset = "8080", .min = 0, .max = 65535,
           .help = "Port to listen on; 0: any free one"),
    OQ_I64(settings, http_workers, .env = "OPTRIA_HTTP_WORKERS", .preset = "16", .min = 1,
           .max = 200, .help = "Threads that answer requests"),
    OQ_TEXT(settings, trusted_proxies, .env = "OPTRIA_TRUSTED_PROXIES", .max = 2000,
            .help = "Addresses of reverse proxies whose X-Forwarded-* headers are believed, comma "
                    "between them"),
    OQ_TEXT(settings, public_url, .env = "OPTRIA_PUBLIC_URL", .max = 500,
            .help = "How people reach this installation: https://optria.example"),
    OQ_SECRET(settings, jwt_secret_key, .env = "JWT_SECRET_KEY", .min = 32, .max = 1000,
              .help = "Signs session cookies; the same on every server"),
    OQ_SECRET(settings, master_key, .env = "OPTRIA_MASTER_KEY", .min = 32, .max = 1000,
              .help = "Seals stored credentials; the same on every server, and never lost"),
    OQ_BOOL(settings, demo_mode, .env = "OPTRIA_DEMO_MODE", .preset = "false",
            .help = "Marks a demo; the simulated plants will ask for it, nothing does yet"),
    OQ_SECRET(settings, demo_password, .env = "OPTRIA_DEMO_PASSWORD", .max = 200,
              .help = "Password of the demo accounts; default: made at the first start"),
    OQ_I64(settings, demo_days, .env = "OPTRIA_DEMO_DAYS", .preset = "90", .min = 1, .max = 730,
           .help = "How many days of history the demo's plants get when they are made"),
    OQ_BOOL(settings, blackbox_enabled, .env = "BLACKBOX_ENABLED", .preset = "true",
            .help = "The black box: events, incidents, root causes"),
    OQ_BOOL(settings, digital_twin_enabled, .env = "DIGITAL_TWIN_ENABLED", .preset = "true",
            .help = "The digital twin"),
    OQ_TEXT(settings, pi_base_url, .env = "OPTRIA_PI_BASE_URL", .max = 500,
            .help = "PI Web API of the demo tenant's integration, for the connectors to come"),
    OQ_TEXT(settings, smtp_url, .env = "OPTRIA_SMTP_URL", .max = 500,
            .help = "Mail server: smtp://host:587 (STARTTLS is required, but on loopback) or "
                    "smtps://host:465; default: no mail"),
    OQ_TEXT(settings, smtp_user, .env = "OPTRIA_SMTP_USER", .max = 300,
            .help = "Sign-in at the mail server; default: none"),
    OQ_SECRET(settings, smtp_password, .env = "OPTRIA_SMTP_PASSWORD", .max = 500,
              .help = "Password at the mail server"),
    OQ_TEXT(settings, mail_from, .env = "OPTRIA_MAIL_FROM", .max = 254,
            .help = "The address that mail comes from: optria@plant.example"),
    OQ_TEXT(settings, webhook_allow, .env = "OPTRIA_WEBHOOK_ALLOW", .max = 4000,
            .help = "Networks of one's own that webhooks may reach, also without TLS: "
                    "10.2.0.0/16, fd00:7::/32; default: public addresses alone"),
    OQ_TEXT(settings, ca_file, .env = "OPTRIA_CA_FILE", .max = 900,
            .help = "Certificates (PEM) of one's own authorities, for mail servers and webhooks; "
                    "the system's stay trusted"),
    OQ_CHOICE(settings, log_level, log_levels, .env = "OPTRIA_LOG_LEVEL", .preset = "info",
              .help = "The least important line that is logged"),
    OQ_CHOICE(settings, log_format, log_formats, .env = "OPTRIA_LOG_FORMAT", .preset = "keys",
              .help = "Log lines as key=value or as JSON"),
    OQ_FIELDS_END,
};

/* What to put into a variable that somebody forgot. */
static const struct {
    const char *variable, *example;
} examples[] = {
    {"OPTRIA_DB_URL", "OPTRIA_DB_URL=postgresql://optria_server@localhost/optria"},
    {"JWT_SECRET_KEY", "JWT_SECRET_KEY=$(openssl rand -hex 32)"},
    {"OPTRIA_MASTER_KEY", "OPTRIA_MASTER_KEY=$(openssl rand -hex 32)"},
    {"OPTRIA_PUBLIC_URL", "OPTRIA_PUBLIC_URL=https://optria.example"},
};

const char *settings_environment(const char *variable)
{
    return getenv(variable);
}

oq_err *settings_load(oq_arena *arena, settings_source source, settings *ret_settings)
{
    memset(ret_settings, 0, sizeof(*ret_settings));
    OQ_TRY(oq_fields_read_env(arena, setting_fields, source, ret_settings));
    oq_log_hide(ret_settings->jwt_secret_key);
    oq_log_hide(ret_settings->master_key);
    oq_log_hide(ret_settings->demo_password);
    oq_log_hide(ret_settings->smtp_password);
    return NULL;
}

static const oq_field *find_variable(const char *variable)
{
    for (const oq_field *f = setting_fields; f->type != OQ_TYPE_END; f++)
        if (strcmp(f->env, variable) == 0)
            return f;
    return NULL;
}

oq_err *settings_require(const settings *s, const char *variable)
{
    const oq_field *f = find_variable(variable);
    assert(f && (f->type == OQ_TYPE_TEXT || f->type == OQ_TYPE_SECRET));
    const oq_str *value = (const void *)((const char *)s + f->offset);
    if (value->len)
        return NULL;
    for (size_t i = 0; i < OQ_COUNT(examples); i++)
        if (strcmp(examples[i].variable, variable) == 0)
            return oq_fail(OQ_INVALID, "config.missing", "variable=%s example=%s", variable,
                           examples[i].example);
    assert(!"a required setting has an example");
    return NULL;
}

static bool is_read(oq_str name)
{
    if (oq_str_starts(name, OQ_STR("OPTRIA_TEST_"))) /* what the test runner tells tests */
        return true;
    for (const oq_field *f = setting_fields; f->type != OQ_TYPE_END; f++)
        if (oq_str_eq(name, oq_cstr(f->env)))
            return true;
    return false;
}

size_t settings_warn_unknown(oq_arena *arena, char *const *environ_list)
{
    size_t count = 0;
    for (; *environ_list; environ_list++) {
        oq_str name = oq_cstr(*environ_list);
        name = oq_str_sub(name, 0, oq_str_find_char(name, '='));
        if (!oq_str_starts(name, OQ_STR("OPTRIA_")) || is_read(name))
            continue;
        near_search near = near_to(name);
        for (const oq_field *f = setting_fields; f->type != OQ_TYPE_END; f++)
            near_show(&near, oq_cstr(f->env));
        oq_log_warn("config.unknown_variable", OQ_F_STR("name", oq_str_copy(arena, name)),
                    OQ_F_STR("nearest", near.best));
        count++;
    }
    return count;
}
