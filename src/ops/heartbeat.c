#include "ops/heartbeat.h"

#include <pthread.h>
#include <unistd.h>

#include "heartbeat.sql.h"
#include "tenant/tenant.h"

#include "base/banned.h"

const oq_field process_row_fields[] = {
    OQ_TEXT(process_row, name),       OQ_TEXT(process_row, role),    OQ_TEXT(process_row, version),
    OQ_TIME(process_row, started_at), OQ_TIME(process_row, beat_at), OQ_FIELDS_END,
};

struct heartbeat {
    db_pool *pool;
    const char *role;
    oq_us started_at;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool is_stopping;
};

oq_str process_name(void)
{
    static char name[80];
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static pid_t of;
    pthread_mutex_lock(&lock);
    if (of != getpid()) {
        char host[64] = "localhost";
        if (gethostname(host, sizeof host - 1) != 0)
            host[0] = 0;
        of = getpid();
        snprintf(name, sizeof name, "%s:%d", host, (int)of);
    }
    pthread_mutex_unlock(&lock);
    return oq_cstr(name);
}

static oq_err *open_platform(db_pool *pool, oq_arena *arena, oq_access access,
                             db_platform **ret_platform)
{
    return db_platform_open(&(db_platform_options){.pool = pool,
                                                   .access = access,
                                                   .actor = {.kind = ACTOR_SYSTEM,
                                                             .home_tenant = TENANT_PLATFORM,
                                                             .label = OQ_STR("heartbeat")},
                                                   .arena = arena},
                            ret_platform);
}

static oq_err *write_beat(db_platform *p, const heartbeat *beat, bool is_last)
{
    oq_us now = db_platform_now(p);
    if (is_last)
        return sql_process_gone(p, (sql_process_gone_args){.name = process_name()}, NULL);
    OQ_TRY(sql_process_beat(p,
                            (sql_process_beat_args){.name = process_name(),
                                                    .role = oq_cstr(beat->role),
                                                    .version = OQ_STR(OPTRIA_VERSION),
                                                    .started_at = beat->started_at,
                                                    .now = now},
                            NULL));
    return sql_process_trim(
        p, (sql_process_trim_args){.before = now - 10 * HEARTBEAT_DEAD_S * OQ_SECOND}, NULL);
}

static oq_err *beat_once(const heartbeat *beat, oq_arena *arena, bool is_last)
{
    db_platform *p;
    OQ_TRY(open_platform(beat->pool, arena, OQ_WRITE, &p));
    oq_err *err = write_beat(p, beat, is_last);
    if (!err)
        err = db_platform_commit(p);
    db_platform_close(p);
    return err;
}

static bool sleep_between_beats(heartbeat *beat)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += HEARTBEAT_EVERY_S;
    pthread_mutex_lock(&beat->lock);
    while (!beat->is_stopping && pthread_cond_timedwait(&beat->woken, &beat->lock, &until) == 0)
        ;
    bool goes_on = !beat->is_stopping;
    pthread_mutex_unlock(&beat->lock);
    return goes_on;
}

static void *beat_along(void *arg)
{
    heartbeat *beat = arg;
    oq_arena *arena = oq_arena_open(0);
    do {
        oq_arena_reset(arena);
        oq_err_reset();
        oq_ignore(beat_once(beat, arena, false), "readiness tells of a database that is away");
    } while (sleep_between_beats(beat));
    oq_ignore(beat_once(beat, arena, true), "silence says the same a little later");
    oq_arena_close(arena);
    return NULL;
}

oq_err *heartbeat_open(db_pool *pool, const char *role, heartbeat **ret_heartbeat)
{
    heartbeat *beat = calloc(1, sizeof *beat);
    if (!beat)
        abort();
    beat->pool = pool;
    beat->role = role;
    beat->started_at = oq_clock_now();
    pthread_mutex_init(&beat->lock, NULL);
    pthread_cond_init(&beat->woken, NULL);
    int failed = pthread_create(&beat->thread, NULL, beat_along, beat);
    if (failed) {
        free(beat);
        return oq_err_detail(oq_fail(OQ_INTERNAL, "server.no_thread"), "errno %d", failed);
    }
    *ret_heartbeat = beat;
    return NULL;
}

void heartbeat_close(heartbeat *beat)
{
    if (!beat)
        return;
    pthread_mutex_lock(&beat->lock);
    beat->is_stopping = true;
    pthread_cond_signal(&beat->woken);
    pthread_mutex_unlock(&beat->lock);
    pthread_join(beat->thread, NULL);
    pthread_cond_destroy(&beat->woken);
    pthread_mutex_destroy(&beat->lock);
    free(beat);
}

oq_err *process_find(db_platform *p, process_list *ret_list)
{
    sql_process_find_rows rows;
    OQ_TRY(sql_process_find(
        p, (sql_process_find_args){.since = db_platform_now(p) - HEARTBEAT_DEAD_S * OQ_SECOND},
        &rows));
    *ret_list = (process_list){rows.at, rows.count};
    return NULL;
}
