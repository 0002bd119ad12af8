/* The timeline of an incident with 10,000 events and 20 signals of an hour each, over HTTP; its page,
 * and its report as PDF. */
#include "bench/bench.h"

#include <math.h>

#include "blackbox/incident.h"
#include "historian/series.h"
#include "historian/write.h"
#include "support/testapp.h"

#include "base/banned.h"

enum { EVENTS = 10000, SERIES = 20, SAMPLES = 3600, ROUNDS = 21, PART = 2000 };

#define ASSET ((oq_uuid){{[0] = 1, [15] = 7}})

static void must(oq_err *err)
{
    if (!err)
        return;
    fprintf(stderr, "bench: %s %s\n", err->code, err->detail ? err->detail : "");
    exit(1);
}

static oq_scope *open_scope(testapp *app, oq_uuid tenant, oq_arena *arena)
{
    oq_scope *s;
    oq_scope_options options = {
        .pool = testapp_pool(app),
        .tenant_id = tenant,
        .access = OQ_WRITE,
        .actor = {.kind = ACTOR_JOB,
                  .home_tenant = tenant,
                  .label = OQ_STR("bench"),
                  .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)},
        .arena = arena,
    };
    must(oq_scope_open(&options, &s));
    return s;
}

static void close_scope(oq_scope *s)
{
    must(oq_scope_commit(s));
    oq_scope_close(s);
}

static void make_asset(testapp *app, oq_arena *arena, oq_uuid tenant)
{
    oq_str t = oq_uuid_text(arena, tenant), a = oq_uuid_text(arena, ASSET);
    testdb_exec(testapp_db(app),
                oq_strf(arena,
                        "INSERT INTO sites (tenant_id, id, code, name, created_at, updated_at)"
                        " VALUES ('%1$s', '%2$s', 'S', 'Site', now(), now());"
                        "INSERT INTO assets (tenant_id, id, site_id, code, name, criticality,"
                        " created_at, updated_at) VALUES ('%1$s', '%2$s', '%2$s', 'P-1', 'Pump',"
                        " 'critical', now(), now())",
                        t.ptr, a.ptr)
                    .ptr);
}

static int32_t make_series(oq_scope *s, oq_arena *arena, int i)
{
    series *made;
    series_order order = {.metric = oq_strf(arena, "metric_%02d", i),
                          .asset_id = ASSET,
                          .unit = OQ_STR("mm/s"),
                          .instrument_min = (double)NAN,
                          .instrument_max = (double)NAN,
                          .gap_max_us = OQ_I64_NONE,
                          .exception_deviation = (double)NAN,
                          .exception_max_us = OQ_I64_NONE,
                          .compression_deviation = (double)NAN,
                          .compression_max_us = OQ_I64_NONE,
                          .retention_days = OQ_I64_NONE,
                          .is_active = true};
    must(series_create(s, &order, &made));
    return (int32_t)made->no;
}

static void make_signals(testapp *app, oq_uuid tenant, oq_us from)
{
    oq_arena *arena = oq_arena_open(0);
    oq_scope *s = open_scope(app, tenant, arena);
    batch_row *row = oq_new_n(arena, batch_row, SAMPLES);
    for (int i = 0; i < SERIES; i++) {
        int32_t no = make_series(s, arena, i);
        for (int k = 0; k < SAMPLES; k++)
            row[k] = (batch_row){from + (oq_us)k * OQ_SECOND,
                                 round(1000 * (5 + sin(k / 60.0 + i))) / 1000, no, QUALITY_GOOD};
        must(hist_write(s, row, SAMPLES, NULL));
    }
    close_scope(s);
    oq_arena_close(arena);
}

static void make_events(testapp *app, oq_uuid tenant, oq_us anchor)
{
    oq_arena *arena = oq_arena_open(0);
    oq_scope *s = open_scope(app, tenant, arena);
    event_order *e = oq_new_n(arena, event_order, EVENTS);
    for (int i = 0; i < EVENTS; i++) {
        bool is_anchor = i == EVENTS / 2;
        e[i] = (event_order){
            .source_system = OQ_STR("PI"),
            .source_type = is_anchor ? EVENT_ALARM : EVENT_TAG_READING,
            .source_id = oq_strf(arena, "e%d", i),
            .event_time = anchor + (oq_us)(i - EVENTS / 2) * 300 * OQ_MS,
            .severity = is_anchor ? SEVERITY_CRITICAL : SEVERITY_INFO + i % 2,
            .category = is_anchor ? CATEGORY_ALERT : i % 3 ? CATEGORY_SENSOR : CATEGORY_SYSTEM,
            .asset_id = ASSET,
            .summary = oq_strf(arena, "P-1: reading %d of the flow is 204.4 m³/h", i)};
    }
    size_t added;
    bool more;
    must(event_add_many(s, e + EVENTS / 2, 1, &added));
    must(incident_engine_run(s, EVENTS, &more));
    for (int i = 0; i < EVENTS; i += PART)
        must(event_add_many(s, e + i, PART, &added));
    close_scope(s);
    /* What the engine would gather; it is not what is measured. */
    testdb_exec(testapp_db(app),
                "INSERT INTO blackbox_incident_events (tenant_id, id, incident_id, event_id,"
                " order_index) SELECT e.tenant_id, gen_random_uuid(), i.id, e.id,"
                " row_number() OVER (ORDER BY e.event_time) FROM blackbox_events e,"
                " blackbox_incidents i WHERE e.tenant_id = i.tenant_id AND NOT EXISTS (SELECT 1 FROM"
                " blackbox_incident_events o WHERE o.event_id = e.id)");
    oq_arena_close(arena);
}

static void measure(testclient *client, oq_arena *arena, const char *name, oq_str path, double gate)
{
    double ms[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        oq_us begin = oq_monotonic();
        testreply r = testclient_get(client, path.ptr);
        ms[i] = (double)(oq_monotonic() - begin) / 1e3;
        if (r.status != 200 || !r.body.len) {
            fprintf(stderr, "bench: %s: %d\n%.400s\n", path.ptr, r.status, r.body.ptr);
            exit(1);
        }
    }
    bench_print(&(bench_figure){.name = name,
                                .value = bench_median(arena, ms, ROUNDS),
                                .unit = "ms",
                                .gate = gate,
                                .goal = BENCH_AT_MOST});
}

int main(void)
{
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    testapp *app = testapp_open(false);
    oq_arena *arena = testapp_arena(app);
    oq_uuid tenant = testapp_tenant(app, "BENCH");
    oq_us anchor = oq_clock_now() - 2 * OQ_HOUR;
    make_asset(app, arena, tenant);
    make_signals(app, tenant, anchor - OQ_HOUR / 2);
    make_events(app, tenant, anchor);
    testdb_exec(testapp_db(app), "ANALYZE");
    int64_t events = testdb_number(testapp_db(app), "SELECT max(n) FROM (SELECT count(*) AS n FROM"
                                                    " blackbox_incident_events GROUP BY incident_id) t");
    if (events < EVENTS) {
        fprintf(stderr, "bench: the incident has %lld events\n", (long long)events);
        return 1;
    }
    oq_str id = oq_cstr(testdb_value(testapp_db(app), "SELECT id FROM blackbox_incidents LIMIT 1"));
    testapp_person(app, tenant, ROLE_TENANT_ADMIN, "admin@bench.example");
    testclient *client = testclient_open(app);
    testclient_sign_in(client, "admin@bench.example");
    measure(client, arena, "timeline of 10,000 events and 20 signals",
            oq_strf(arena, "/api/blackbox/incidents/%s/timeline", id.ptr), 100);
    measure(client, arena, "page of that incident",
            oq_strf(arena, "/blackbox/incidents/%s", id.ptr), 200);
    measure(client, arena, "its report as PDF",
            oq_strf(arena, "/blackbox/incidents/%s/report.pdf", id.ptr), 1000);
    testclient_close(client);
    testapp_close(app);
    return 0;
}
