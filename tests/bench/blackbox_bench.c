/* The black box of a tenant with a million events of a year and two thousand incidents, one of them
 * with 10,000 events: lists and details through the API, what a timeline reads, and how long the
 * engine takes to open an incident among all of them. */
#include "bench/bench.h"
#include "bench/tenant.h"
#include "blackbox/incident.h"
#include "db/scope.h"
#include "support/program.h"

#include "base/banned.h"

enum { ROUNDS = 100, OPENINGS = 50, BIG = 10000 };

typedef struct bench {
    testapp *app;
    oq_arena *arena;
    oq_uuid tenant;
    testclient *client;
} bench;

static void sql(bench *b, const char *text)
{
    testdb_exec(testapp_db(b->app), text);
}

/* 500 pumps in 50 units; readings of all of them, one of 500 a major alarm. The big incident's unit
 * has 10,000 readings within an hour. */
static void make_year(bench *b)
{
    sql(b,
        "INSERT INTO sites (tenant_id, id, code, name, created_at, updated_at)"
        " SELECT id, gen_random_uuid(), 'SITE', 'Site', now(), now() FROM tenants"
        " WHERE code = 'BENCH';"
        "INSERT INTO plant_units (tenant_id, id, site_id, kind, code, name, created_at,"
        " updated_at) SELECT tenant_id, gen_random_uuid(), id, 'unit', 'U' || n, 'Unit', now(),"
        " now() FROM sites, generate_series(0, 49) n;"
        "INSERT INTO assets (tenant_id, id, site_id, unit_id, code, name, created_at, updated_at)"
        " SELECT u.tenant_id, gen_random_uuid(), u.site_id, u.id, 'P-' || n, 'Pump', now(), now()"
        " FROM generate_series(0, 499) n JOIN plant_units u ON u.code = 'U' || n % 50");
    sql(b,
        "ANALYZE assets; SET enable_nestloop = off; SET session_replication_role = replica;"
        "INSERT INTO blackbox_events (tenant_id, id, site_id, unit_id, asset_id, source_system,"
        " source_type, source_id, event_time, ingest_time, severity, event_category, summary,"
        " payload, is_trigger, is_noticed)"
        " SELECT a.tenant_id, gen_random_uuid(), a.site_id, a.unit_id, a.id, 'DCS',"
        "  CASE WHEN n % 500 = 0 THEN 'ALARM' ELSE 'TAG_READING' END, n::text, t, t,"
        "  CASE WHEN n % 500 = 0 THEN 'MAJOR' WHEN n % 20 = 0 THEN 'WARNING' ELSE 'INFO' END,"
        "  CASE WHEN n % 500 = 0 THEN 'ALERT' ELSE 'SENSOR' END,"
        "  'Vibration of the drive end is above its limit',"
        "  '{\"value\": 7.1, \"unit\": \"mm/s\", \"tag\": \"VI-101\"}', n % 500 = 0, n % 500 <> 0"
        " FROM (SELECT n, CASE WHEN n <= 10000"
        "         THEN date_trunc('day', now()) - interval '100 days' + n * interval '0.3 s'"
        "         ELSE now() - interval '1 day' - n * interval '31 s' END AS t"
        "         FROM generate_series(1, 1000000) n) e"
        " JOIN assets a ON a.code = 'P-' || CASE WHEN n <= 10000 THEN 7 ELSE (n + n / 500 * 7) % "
        "500 END");
    /* Not the tables that are empty yet: their plans would be kept for empty tables. */
    sql(b, "VACUUM ANALYZE blackbox_events");
}

static oq_scope *open_scope(bench *b)
{
    oq_scope *s;
    oq_actor actor = {.kind = ACTOR_USER,
                      .home_tenant = b->tenant,
                      .label = OQ_STR("bench"),
                      .role = ROLE_TENANT_ADMIN,
                      .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)};
    if (oq_scope_open(&(oq_scope_options){.pool = testapp_pool(b->app),
                                          .tenant_id = b->tenant,
                                          .access = OQ_WRITE,
                                          .actor = actor,
                                          .arena = b->arena},
                      &s))
        program_give_up("no scope");
    return s;
}

static void must(const oq_err *err)
{
    if (err)
        program_give_up(err->code);
}

static void run_engine(bench *b)
{
    for (bool more = true; more;) {
        oq_mark mark = oq_arena_mark(b->arena);
        oq_scope *s = open_scope(b);
        must(incident_engine_run(s, 2000, &more));
        must(oq_scope_commit(s));
        oq_scope_close(s);
        oq_arena_rewind(b->arena, mark);
    }
}

static void print(const char *name, double value, const char *unit, double gate, bench_goal goal)
{
    bench_print(
        &(bench_figure){.name = name, .value = value, .unit = unit, .gate = gate, .goal = goal});
}

static void ask(bench *b, const char *name, const char *path, double gate)
{
    double took[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        oq_us begun = oq_monotonic();
        testreply r = testclient_get(b->client, path);
        took[i] = (double)(oq_monotonic() - begun) / OQ_MS;
        if (r.status != 200)
            program_give_up(path);
    }
    print(name, bench_median(b->arena, took, ROUNDS), "ms", gate, BENCH_AT_MOST);
}

static const char *big_id(bench *b)
{
    return testdb_value(testapp_db(b->app),
                        "SELECT incident_id FROM blackbox_incident_events GROUP BY 1"
                        " ORDER BY count(*) DESC LIMIT 1");
}

static void read_timeline(bench *b)
{
    double took[20];
    oq_uuid id;
    oq_uuid_parse(oq_cstr(big_id(b)), &id);
    for (size_t i = 0; i < OQ_COUNT(took); i++) {
        oq_mark mark = oq_arena_mark(b->arena);
        oq_scope *s = open_scope(b);
        incident_events events;
        oq_us begun = oq_monotonic();
        must(incident_events_of(s, id, BIG, &events));
        took[i] = (double)(oq_monotonic() - begun) / OQ_MS;
        if (events.count != BIG)
            program_give_up("the big incident is too small");
        oq_scope_close(s);
        oq_arena_rewind(b->arena, mark);
    }
    print("events of an incident with 10,000, read in time", bench_median(b->arena, took, 20), "ms",
          60, BENCH_AT_MOST);
}

/* From the alarm that is added to the incident that is committed. */
static void open_incidents(bench *b)
{
    double took[OPENINGS];
    oq_uuid asset_id;
    for (int i = 0; i < OPENINGS; i++) {
        oq_mark mark = oq_arena_mark(b->arena);
        oq_uuid_parse(oq_cstr(testdb_value(
                          testapp_db(b->app),
                          oq_strf(b->arena, "SELECT id FROM assets WHERE code = 'P-%d'", i).ptr)),
                      &asset_id);
        event_order order = {.source_system = OQ_STR("DCS"),
                             .source_type = EVENT_ALARM,
                             .source_id = oq_strf(b->arena, "now %d", i),
                             .event_time = OQ_TIME_NONE,
                             .severity = SEVERITY_CRITICAL,
                             .category = CATEGORY_ALERT,
                             .asset_id = asset_id,
                             .summary = OQ_STR("Trip")};
        size_t added;
        bool more;
        oq_us begun = oq_monotonic();
        oq_scope *s = open_scope(b);
        must(event_add_many(s, &order, 1, &added));
        must(oq_scope_commit(s));
        oq_scope_close(s);
        s = open_scope(b);
        must(incident_engine_run(s, 2000, &more));
        must(oq_scope_commit(s));
        oq_scope_close(s);
        took[i] = (double)(oq_monotonic() - begun) / OQ_MS;
        oq_arena_rewind(b->arena, mark);
    }
    print("an alarm, and its incident", bench_median(b->arena, took, OPENINGS), "ms", 50,
          BENCH_AT_MOST);
}

/* Ten thousand assets alarm within an hour and a half: incidents that no silence divides, opened at
 * once and then grouped again because of one event more. */
static void open_cluster(bench *b)
{
    sql(b, "INSERT INTO assets (tenant_id, id, site_id, code, name, created_at, updated_at)"
           " SELECT s.tenant_id, gen_random_uuid(), s.id, 'X-' || n, 'Fan', now(), now()"
           " FROM sites s, generate_series(0, 9999) n;"
           "INSERT INTO blackbox_events (tenant_id, id, site_id, asset_id, source_system,"
           " source_type, source_id, event_time, ingest_time, severity, event_category, summary,"
           " is_trigger, is_noticed) SELECT a.tenant_id, gen_random_uuid(), a.site_id, a.id, 'DCS',"
           " 'ALARM', 'cluster' || a.code, now() - interval '2 hours' + interval '0.5 s' *"
           " substr(a.code, 3)::int, now(), 'MAJOR', 'ALERT', 'Stopped', true, false"
           " FROM assets a WHERE a.code LIKE 'X-%'; ANALYZE blackbox_events, assets");
    oq_us begun = oq_monotonic();
    run_engine(b);
    print("10,000 incidents of one cluster, opened", (double)(oq_monotonic() - begun) / OQ_SECOND,
          "s", 300, BENCH_AT_MOST);
    sql(b, "INSERT INTO blackbox_events (tenant_id, id, site_id, asset_id, source_system,"
           " source_type, source_id, event_time, ingest_time, severity, event_category, summary,"
           " is_trigger, is_noticed) SELECT a.tenant_id, gen_random_uuid(), a.site_id, a.id, 'DCS',"
           " 'ALARM', 'one more', now() - interval '1 hour', now(), 'MAJOR', 'ALERT', 'Stopped',"
           " true, false FROM assets a WHERE a.code = 'X-5000'");
    begun = oq_monotonic();
    run_engine(b);
    print("one event more for 10,000 incidents of one cluster",
          (double)(oq_monotonic() - begun) / OQ_SECOND, "s", 120, BENCH_AT_MOST);
}

int main(void)
{
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    bench b = {.app = testapp_open_over_tcp()};
    b.arena = testapp_arena(b.app);
    bench_tenant tenant = bench_tenant_make(b.app, "BENCH");
    oq_uuid_parse(tenant.id, &b.tenant);
    b.client = testclient_open(b.app);
    testclient_use_bearer(
        b.client, oq_str_trim(oq_str_sub(tenant.auth, strlen("Authorization: Bearer "), SIZE_MAX)));
    make_year(&b);
    oq_us begun = oq_monotonic();
    run_engine(&b);
    double opened =
        (double)testdb_number(testapp_db(b.app), "SELECT count(*) FROM blackbox_incidents");
    print("incidents opened from the triggers of a year",
          opened / ((double)(oq_monotonic() - begun) / OQ_SECOND), "incidents/s", 50,
          BENCH_AT_LEAST);
    sql(&b, "VACUUM ANALYZE");
    ask(&b, "incidents, the newest 50", "/api/blackbox/incidents?limit=50", 20);
    ask(&b, "incidents by severity, site and words",
        "/api/blackbox/incidents?limit=50&severity=MAJOR&q=vibration", 20);
    ask(&b, "figures about all incidents", "/api/blackbox/incidents/kpis", 20);
    ask(&b, "an incident of the usual size",
        oq_strf(b.arena, "/api/blackbox/incidents/%s",
                testdb_value(testapp_db(b.app),
                             "SELECT id FROM blackbox_incidents ORDER BY number DESC LIMIT 1"))
            .ptr,
        20);
    ask(&b, "the incident with 10,000 events",
        oq_strf(b.arena, "/api/blackbox/incidents/%s", big_id(&b)).ptr, 20);
    ask(&b, "the timeline of the incident with 10,000 events",
        oq_strf(b.arena, "/api/blackbox/incidents/%s/timeline", big_id(&b)).ptr, 100);
    ask(&b, "events, the newest 100", "/api/events", 20);
    ask(&b, "events of a severity that hardly any has", "/api/events?severity=CRITICAL", 20);
    ask(&b, "events of a source that hardly any has", "/api/events?source_system=SAP", 20);
    ask(&b, "events of a category that hardly any has", "/api/events?category=FAILURE", 20);
    ask(&b, "events of an asset, the newest 100",
        oq_strf(b.arena, "/api/events?asset_id=%s",
                testdb_value(testapp_db(b.app), "SELECT id FROM assets WHERE code = 'P-33'"))
            .ptr,
        20);
    read_timeline(&b);
    open_incidents(&b);
    open_cluster(&b);
    testclient_close(b.client);
    testapp_close(b.app);
    return 0;
}
