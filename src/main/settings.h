/* main/settings.h
 *
 * All that an operator can set, read from the environment through one field table. The table also
 * makes `optria config` and docs/settings.md. An empty variable counts as not set. */
#ifndef MAIN_SETTINGS_H
#define MAIN_SETTINGS_H

#include "base/base.h"

typedef struct settings {
    oq_str home;
    oq_str db_url, db_owner_url;
    int64_t db_pool_size;
    oq_str http_bind;
    int64_t http_port, http_workers;
    oq_str trusted_proxies, public_url;
    oq_str jwt_secret_key, master_key;
    bool demo_mode;
    oq_str demo_password;
    int64_t demo_days;
    bool blackbox_enabled, digital_twin_enabled;
    oq_str pi_base_url;
    oq_str smtp_url, smtp_user, smtp_password, mail_from;
    oq_str webhook_allow, ca_file;
    int log_level, log_format;
} settings;

extern const oq_field setting_fields[];

/* What a variable is set to; NULL: nothing. The process's own is settings_environment. */
typedef const char *(*settings_source)(const char *variable);
const char *settings_environment(const char *variable);

/* Reads all settings; errors name the variable. Secrets are kept out of the log from here on. */
OQ_CHECKED oq_err *settings_load(oq_arena *arena, settings_source source, settings *ret_settings);

/* Fails with config.missing (facts: variable, example) when a variable that may be left out
 * elsewhere is needed here. */
OQ_CHECKED oq_err *settings_require(const settings *s, const char *variable);

/* Names in `environ` that begin with OPTRIA_ and that nothing reads go into the log as a warning,
 * with the name that may have been meant. Gives their number. */
size_t settings_warn_unknown(oq_arena *arena, char *const *environ_list);

/* A setting for people: secrets as "********", addresses without their password, lists as they
 * are typed; "" when not set. */
oq_str settings_shown(oq_arena *arena, const oq_field *field, const settings *s);

/* A database address, as URI or as key=value words, with "********" for each password in it. What
 * cannot be read is masked as a whole. */
oq_str settings_mask_url(oq_arena *arena, oq_str url);

#endif
