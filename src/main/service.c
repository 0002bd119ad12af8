#include "main/service.h"

#include "ai/model.h"
#include "alarm/alarm.h"
#include <signal.h>
#include <sys/resource.h>

#include "base/secret.h"
#include "db/listen.h"
#include "db/pool.h"
#include "historian/live.h"
#include "ingest/names.h"
#include "historian/broken.h"
#include "http/server.h"
#include "http/stream.h"
#include "identity/authenticate.h"
#include "identity/identity.h"
#include "identity/session.h"
#include "identity/seed.h"
#include "job/job.h"
#include "lead/lead.h"
#include "main/modules.h"
#include "notify/channel.h"
#include "notify/notify.h"
#include "ops/api_docs.h"
#include "ops/health.h"
#include "optimize/optimize.h"
#include "ops/heartbeat.h"
#include "ops/metrics.h"
#include "tenant/tenant.h"
#include "web/page.h"

#include "base/banned.h"

struct service {
    service_parts parts;
    settings settings;
    db_pool_options pool_options;
    db_pool *pool;
    http_server *server;
    http_hub *hub;
    live_bridge *bridge;
    series_live *values;
    job_runner *runner;
    db_channel channels[5];
    db_listener *listener;
    heartbeat *beat;
};

enum { WORKER_THREADS = 4, GRACE_MS = 10000 };

/* Each open page holds an event stream, so each needs a descriptor; the usual soft limit of 1,024
 * would be the first ceiling that a plant of people meets. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static oq_err *set_up_channels(const settings *s)
{
    return channel_set_up(&(channel_setup){
        .smtp_url = s->smtp_url,
        .smtp_user = s->smtp_user,
        .smtp_password = s->smtp_password,
        .mail_from = s->mail_from,
        .public_url = s->public_url,
        .ca_file = s->ca_file,
        .webhook_allow = s->webhook_allow,
    });
}

oq_err *service_set_up(const settings *s, service_parts parts)
{
    OQ_TRY(settings_require(s, "OPTRIA_MASTER_KEY"));
    OQ_TRY(oq_secret_setup(s->master_key));
    OQ_TRY(web_setup());
    OQ_TRY(set_up_channels(s));
    if (!parts.serves)
        return NULL;
    raise_descriptor_limit();
    OQ_TRY(settings_require(s, "JWT_SECRET_KEY"));
    OQ_TRY(session_setup(s->jwt_secret_key));
    identity_use_public_url(s->public_url);
    tenant_use_seed(identity_seed_admin);
    tenant_use_forget(session_forget);
    series_use_forget(names_forget);
    api_docs_describe(&module_routes);
    return NULL;
}

/* --- parts --------------------------------------------------------------------------------------*/

static bool feature_is_on(void *self, const char *feature)
{
    const service *sv = self;
    if (strcmp(feature, "blackbox") == 0)
        return sv->settings.blackbox_enabled;
    if (strcmp(feature, "digital_twin") == 0)
        return sv->settings.digital_twin_enabled;
    return true;
}

static oq_err *error_page(void *self, http_req *rq, int status, const oq_err *err)
{
    return web_error_page(NULL, rq, status, err);
}

static bool listener_is_connected(void *self)
{
    const service *sv = self;
    return sv->listener && db_listener_is_connected(sv->listener);
}

/* What is said of a session, a person or a tenant ends their event streams too: the pages come back
 * at once, and whoever may no longer does not get in. */
static void on_session_notice(void *self, oq_str payload)
{
    const service *sv = self;
    oq_uuid id;
    session_on_notify(NULL, payload);
    if (oq_uuid_parse(payload, &id))
        http_hub_cut(sv->hub, id);
}

static void wake_runner(void *self, oq_str payload)
{
    job_runner_wake(self);
}

static void wake_runner_after_gap(void *self)
{
    job_runner_wake(self);
}

static oq_err *check_rights(service *sv)
{
    oq_arena *arena = oq_arena_open(0);
    db_session_rights rights;
    oq_err *err = db_pool_rights(sv->pool, arena, &rights);
    if (err && oq_err_retries(err)) {
        oq_log_err(OQ_LOG_WARN, "service.database_away", err, NULL);
        err = NULL; /* readiness asks again; row policies hold in any case */
    } else if (!err && (rights.is_superuser || rights.bypasses_rls || rights.owns_tables)) {
        err =
            oq_fail(OQ_INVALID, "service.role_too_strong", "role=%.*s why=%s", OQ_FMT(rights.role),
                    rights.is_superuser   ? "superuser"
                    : rights.bypasses_rls ? "bypassrls"
                                          : "owner");
    }
    oq_arena_close(arena);
    return err;
}

static oq_err *open_pool(service *sv)
{
    sv->pool_options = (db_pool_options){
        .url = sv->settings.db_url,
        .role = "optria_app",
        .app_name = sv->parts.serves ? "optria serve" : "optria work",
        .size_max = (int)sv->settings.db_pool_size,
        .wait_max_ms = 5000,
        .statement_max_ms = 20000,
        .connect_max_ms = 5000,
    };
    OQ_TRY(db_pool_open(&sv->pool_options, &sv->pool));
    return check_rights(sv);
}

static oq_err *open_server(service *sv)
{
    http_options options = {
        .bind = sv->settings.http_bind,
        .port = (int)sv->settings.http_port,
        .event_threads = 2,
        .worker_threads = (int)sv->settings.http_workers,
        .connections_max = 4000,
        .idle_timeout_s = 30,
        .queue_max = 1000,
        .trusted_proxies = sv->settings.trusted_proxies,
        .pool = sv->pool,
        .routes = &module_routes,
        .hooks = {.authenticate = identity_authenticate,
                  .authenticate_again = identity_authenticate_again,
                  .error_page = error_page,
                  .feature_is_on = feature_is_on,
                  .self = sv},
    };
    OQ_TRY(http_server_open(&options, &sv->server));
    sv->hub = http_hub_open(sv->server);
    live_use_hub(sv->hub);
    job_use_kinds(module_job_kinds);
    lead_setup(sv->pool, OQ_NONE);
    web_frame_hook(notify_frame, sv->pool);
    web_frame_hook(alarm_frame, sv->pool);
    web_frame_hook(optimize_frame_fill, sv->pool);
    web_feature_hook(feature_is_on, sv);
    OQ_TRY(series_live_open(sv->pool, sv->hub, &sv->values));
    return live_bridge_open(sv->pool, sv->hub, &sv->bridge);
}

static oq_err *open_runner(service *sv)
{
    return job_runner_open(&(job_runner_options){.pool = sv->pool,
                                                 .kinds = module_job_kinds,
                                                 .worker = process_name(),
                                                 .threads = WORKER_THREADS,
                                                 .lease = 60 * OQ_SECOND},
                           &sv->runner);
}

static oq_err *open_listener(service *sv)
{
    size_t n = 0;
    if (sv->server) {
        sv->channels[n++] = (db_channel){"optria_session", on_session_notice, session_on_gap, sv};
        sv->channels[n++] =
            (db_channel){"optria_live", live_bridge_on_notify, live_bridge_on_gap, sv->bridge};
        sv->channels[n++] = (db_channel){SERIES_CHANNEL, names_on_notify, names_on_gap, NULL};
    }
    if (sv->runner)
        sv->channels[n++] =
            (db_channel){"optria_job", wake_runner, wake_runner_after_gap, sv->runner};
    OQ_TRY(db_listener_open(&sv->pool_options, sv->channels, &sv->listener));
    session_cache_when(listener_is_connected, sv);
    return NULL;
}

static void watch(service *sv)
{
    metrics_watch(sv->server, sv->pool);
    health_add_database(sv->pool);
    health_add_schema(sv->pool);
    health_add_queue(sv->pool);
    health_add_notices(listener_is_connected, sv);
    health_add(&(health_part){"historian", false, broken_check, sv->pool});
    health_add(&(health_part){"ai", false, ai_health_check, sv->pool});
}

static oq_err *open_all(service *sv)
{
    OQ_TRY(open_pool(sv));
    channel_use_pool(sv->pool);
    if (sv->parts.works)
        OQ_TRY(open_runner(sv));
    if (sv->parts.serves)
        OQ_TRY(open_server(sv));
    OQ_TRY(open_listener(sv));
    watch(sv);
    return heartbeat_open(sv->pool, sv->parts.works ? "work" : "serve", &sv->beat);
}

oq_err *service_open(const settings *s, service_parts parts, service **ret_service)
{
    service *sv = calloc(1, sizeof *sv);
    if (!sv)
        abort();
    sv->parts = parts;
    sv->settings = *s;
    oq_err *err = open_all(sv);
    if (err) {
        service_close(sv);
        return err;
    }
    *ret_service = sv;
    return NULL;
}

int service_port(const service *sv)
{
    return sv->server ? http_server_port(sv->server) : 0;
}

/* In the order in which nobody misses what is gone: first what calls others (heartbeat, listener),
 * then the work itself, then what it stands on. */
void service_close(service *sv)
{
    if (!sv)
        return;
    heartbeat_close(sv->beat);
    session_cache_when(NULL, NULL);
    db_listener_close(sv->listener);
    http_server_close(sv->server, GRACE_MS);
    job_runner_close(sv->runner, GRACE_MS);
    live_bridge_close(sv->bridge);
    series_live_close(sv->values);
    if (sv->hub)
        http_hub_close(sv->hub);
    metrics_watch(NULL, NULL);
    channel_use_pool(NULL);
    db_pool_close(sv->pool);
    free(sv);
}

/* --- signals ------------------------------------------------------------------------------------*/

static void ending_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
}

void service_signals_block(void)
{
    sigset_t set;
    ending_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void service_wait_for_signal(void)
{
    sigset_t set;
    int got;
    ending_signals(&set);
    while (sigwait(&set, &got) != 0)
        ;
}
