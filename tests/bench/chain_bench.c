/* From a sample over its limit to what a person sees: `optria work` and `optria serve` as an
 * installation has them, 10,000 signals of 1,000 pumps written every second meanwhile. Each round
 * another pump's vibration passes its limit; the time runs from the commit of that sample until the
 * API answers with the incident's analysis and its work order, and the assignee's notification is
 * there. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/bench.h"
#include "historian/write.h"
#include "plant/preset.h"
#include "support/program.h"
#include "support/testapp.h"

#include "base/banned.h"

enum { ASSETS = 1000, METRICS = 10, SERIES = ASSETS * METRICS, ROUNDS = 20, POLL_MS = 20 };
enum { HISTORY_MIN = 180, GIVE_UP_S = 60, WARM_UP_S = 20, APART_S = 3 };

typedef struct bench {
    testapp *app;
    oq_uuid tenant;
    pthread_mutex_t lock;
    int failing; /* asset whose vibration is high; -1: none */
    bool stops;
    oq_us told_at; /* monotonic: commit of the first high sample; 0: not yet */
} bench;

static void must(const oq_err *err)
{
    if (err)
        program_give_up(err->detail ? err->detail : err->code);
}

static oq_scope *open_scope(bench *b, oq_arena *arena)
{
    oq_scope *s;
    must(oq_scope_open(&(oq_scope_options){.pool = testapp_pool(b->app),
                                           .tenant_id = b->tenant,
                                           .access = OQ_WRITE,
                                           .actor = {.kind = ACTOR_SYSTEM,
                                                     .label = OQ_STR("bench"),
                                                     .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)},
                                           .arena = arena},
                       &s));
    return s;
}

static void exec(bench *b, const char *sql)
{
    oq_arena *arena = oq_arena_open(0);
    OQ_AUTO(oq_buf) out = oq_buf_make(64 * 1024);
    oq_str tenant = oq_uuid_text(arena, b->tenant);
    for (const char *c = sql; *c; c++)
        if (*c == '@')
            oq_buf_f(&out, "'%.*s'", OQ_FMT(tenant));
        else
            oq_buf_char(&out, *c);
    testdb_exec(testapp_db(b->app), oq_str_c(arena, oq_buf_view(&out)));
    oq_arena_close(arena);
}

/* --- the plant ----------------------------------------------------------------------------------*/

static void make_plant(bench *b)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    oq_scope *s = open_scope(b, arena);
    must(plant_presets_apply(s, NULL));
    must(oq_scope_commit(s));
    oq_scope_close(s);
    oq_arena_close(arena);
    exec(b, "INSERT INTO sites (tenant_id, id, code, name, country, created_at, updated_at)"
            " VALUES (@, gen_random_uuid(), 'SITE', 'Site', 'SA', now(), now())");
    exec(b, "INSERT INTO assets (tenant_id, id, site_id, class_id, code, name, created_at,"
            " updated_at) SELECT @, gen_random_uuid(), s.id, c.id, 'P-' || n, 'Pump ' || n, now(),"
            " now() FROM generate_series(0, 999) n, sites s, asset_classes c"
            " WHERE c.code = 'centrifugal_pump'");
    exec(b, "INSERT INTO series (tenant_id, no, id, key, asset_id, metric, unit, kind, source,"
            " created_at, updated_at) SELECT @, n * 10 + m + 1, gen_random_uuid(), 'P-' || n || '.'"
            " || (ARRAY['vibration_rms','temperature','flow','pressure','power_kw','m5','m6','m7',"
            "'m8','m9'])[m + 1], a.id, (ARRAY['vibration_rms','temperature','flow','pressure',"
            "'power_kw','m5','m6','m7','m8','m9'])[m + 1], (ARRAY['mm/s','degC','m3/h','bar','kW',"
            "'1','1','1','1','1'])[m + 1], 'measured', 'person', now(), now()"
            " FROM generate_series(0, 999) n, generate_series(0, 9) m, assets a"
            " WHERE a.code = 'P-' || n");
    exec(b, "INSERT INTO series_counters (tenant_id, last_no) VALUES (@, 10000)");
    exec(b, "INSERT INTO alarm_rules (tenant_id, id, code, name, class_id, condition, priority,"
            " created_at, updated_at) SELECT @, gen_random_uuid(), 'vibration_high',"
            " 'Vibration high', id, '{\"metric\":\"vibration_rms\",\"is\":\"above\","
            "\"limit\":\"high_high\"}', 'critical', now(), now() FROM asset_classes"
            " WHERE code = 'centrifugal_pump'");
    exec(b, "INSERT INTO rca_rules (tenant_id, id, code, body, source, created_at, updated_at)"
            " VALUES (@, gen_random_uuid(), 'bearing', '{\"name\":{\"en\":\"Bearing\","
            "\"ar\":\"محمل\"},\"conditions\":[{\"category\":\"ALERT\",\"metric\":"
            "\"vibration_rms\"}],\"result\":{\"root_cause_category\":\"MECHANICAL\",\"cause\":"
            "\"bearing_fault\",\"label\":{\"en\":\"Bearing fault\",\"ar\":\"عطل المحمل\"},"
            "\"confidence\":0.8}}', 'tenant', now(), now())");
}

/* --- samples ------------------------------------------------------------------------------------*/

static double value_of(int series, oq_us at, bool is_high)
{
    static const double level[METRICS] = {2, 60, 500, 12, 400, 1, 1, 1, 1, 1};
    int metric = series % METRICS;
    double noise = (double)((uint64_t)at / 1000 * 2654435761u % 1000) / 1000 - 0.5;
    return is_high && metric == 0 ? 9 + noise : level[metric] * (1 + 0.02 * noise);
}

static void write_moment(bench *b, oq_arena *arena, batch_row *row, oq_us at, int failing)
{
    for (int k = 0; k < SERIES; k++)
        row[k] = (batch_row){
            .time = at, .value = value_of(k, at + k, k / METRICS == failing), .series_no = k + 1};
    oq_scope *s = open_scope(b, arena);
    must(hist_write(s, row, SERIES, NULL));
    must(oq_scope_commit(s));
    oq_scope_close(s);
    oq_arena_reset(arena);
}

/* A second's samples every second, until it is told to stop. */
static void *write_on(void *arg)
{
    bench *b = arg;
    oq_arena *arena = oq_arena_open(1 << 20);
    batch_row *row = calloc(SERIES, sizeof *row);
    oq_us next = oq_monotonic();
    for (bool stops = false; row && !stops;) {
        pthread_mutex_lock(&b->lock);
        int failing = b->failing;
        pthread_mutex_unlock(&b->lock);
        write_moment(b, arena, row, oq_clock_now(), failing);
        pthread_mutex_lock(&b->lock);
        if (failing >= 0 && failing == b->failing && !b->told_at)
            b->told_at = oq_monotonic();
        stops = b->stops;
        pthread_mutex_unlock(&b->lock);
        next += OQ_SECOND;
        oq_us left = next - oq_monotonic();
        if (left > 0)
            usleep((useconds_t)left);
    }
    free(row);
    oq_arena_close(arena);
    return NULL;
}

/* --- what a person sees -------------------------------------------------------------------------*/

static bool says(testclient *c, const char *path, const char *text)
{
    testreply r = testclient_get(c, path);
    if (r.status != 200)
        program_give_up(path);
    return oq_str_find(r.body, oq_cstr(text)) != SIZE_MAX;
}

static bool is_seen(testclient *c, int pump)
{
    char name[40];
    snprintf(name, sizeof name, "on P-%d (", pump);
    return says(c, "/api/work-orders?limit=5", name) &&
           says(c, "/api/notifications?limit=10", name) &&
           says(c, "/api/blackbox/incidents?limit=5", "bearing_fault");
}

/* With how far the chain came. */
_Noreturn static void give_up(bench *b)
{
    program_give_up(testdb_value(
        testapp_db(b->app),
        "SELECT format('nobody was told: %s alerts, %s events, %s incidents, %s analyses, %s "
        "orders,"
        " %s notifications; jobs %s', (SELECT count(*) FROM alerts), (SELECT count(*) FROM"
        " blackbox_events), (SELECT count(*) FROM blackbox_incidents), (SELECT count(*) FROM"
        " rca_runs), (SELECT string_agg(title, ',') FROM work_orders), (SELECT count(*) FROM"
        " notifications), (SELECT string_agg(kind || ' ' || state || ' ' ||"
        " coalesce(error_code, ''), ', ') FROM jobs))"));
}

static double round_of(bench *b, testclient *c, int pump)
{
    pthread_mutex_lock(&b->lock);
    b->failing = pump;
    b->told_at = 0;
    pthread_mutex_unlock(&b->lock);
    oq_us began = oq_monotonic(), told = 0;
    while (!told || !is_seen(c, pump)) {
        if (oq_monotonic() - began > GIVE_UP_S * OQ_SECOND)
            give_up(b);
        usleep(POLL_MS * 1000);
        pthread_mutex_lock(&b->lock);
        told = b->told_at;
        pthread_mutex_unlock(&b->lock);
    }
    double seconds = (double)(oq_monotonic() - told) / 1e6;
    pthread_mutex_lock(&b->lock);
    b->failing = -1;
    pthread_mutex_unlock(&b->lock);
    sleep(APART_S);
    return seconds;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void write_history(bench *b)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    batch_row *row = calloc(SERIES, sizeof *row);
    oq_us now = oq_clock_now();
    for (int i = HISTORY_MIN; row && i > 0; i--)
        write_moment(b, arena, row, now - i * OQ_MINUTE, -1);
    free(row);
    oq_arena_close(arena);
}

int main(void)
{
    double seconds[ROUNDS];
    pthread_t writer;
    oq_log_setup(OQ_LOG_ERROR, OQ_LOG_KEYS);
    bench b = {.app = testapp_open_over_tcp(), .lock = PTHREAD_MUTEX_INITIALIZER, .failing = -1};
    b.tenant = testapp_tenant(b.app, "BENCH");
    testapp_person(b.app, b.tenant, ROLE_TENANT_ADMIN, "admin@bench.example");
    make_plant(&b);
    write_history(&b);
    program work = program_work(b.app);
    testclient *c = testclient_open(b.app);
    testclient_sign_in(c, "admin@bench.example");
    testclient_set_cookie(c, "lang", OQ_STR("en"));
    if (pthread_create(&writer, NULL, write_on, &b) != 0)
        program_give_up("no thread");
    sleep(WARM_UP_S); /* the scheduler has begun its looks */
    for (int i = 0; i < ROUNDS; i++)
        seconds[i] = round_of(&b, c, 17 + i * 31);
    pthread_mutex_lock(&b.lock);
    b.stops = true;
    pthread_mutex_unlock(&b.lock);
    pthread_join(writer, NULL);
    qsort(seconds, ROUNDS, sizeof *seconds, by_size);
    bench_print(&(bench_figure){.name = "chain.median",
                                .value = seconds[ROUNDS / 2],
                                .unit = "s",
                                .gate = 5,
                                .goal = BENCH_AT_MOST});
    bench_print(
        &(bench_figure){.name = "chain.p95", .value = seconds[ROUNDS * 95 / 100], .unit = "s"});
    testclient_close(c);
    program_stop(&work);
    testapp_close(b.app);
    return 0;
}
