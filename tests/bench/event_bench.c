/* Events through POST /api/events, as machines send them: bodies of 10,000, JSON and a line each,
 * of 200 assets, over one connection and over two; then all of them once more, which changes
 * nothing. The incident engine does not run meanwhile: one event in a thousand would have it open
 * incidents, which blackbox_bench measures. */
#include <pthread.h>

#include "bench/bench.h"
#include "bench/tenant.h"

#include "base/banned.h"

enum { ASSETS = 200, PER_BODY = 10000, BODIES = 20, THREADS = 2 };

static const char *type_of(bool is_lines)
{
    return is_lines ? "application/x-ndjson" : "application/json";
}

static void make_body(oq_buf *out, int body, bool is_lines)
{
    if (!is_lines)
        oq_buf_lit(out, "{\"events\":[");
    for (int i = 0; i < PER_BODY; i++) {
        int n = body * PER_BODY + i;
        if (i && !is_lines)
            oq_buf_char(out, ',');
        oq_buf_f(
            out,
            "{\"source_system\":\"DCS\",\"source_id\":\"%c%d\",\"source_type\":\"TAG_READING\","
            "\"event_time\":%lld,\"severity\":\"%s\",\"asset\":\"P-%03d\","
            "\"summary\":\"Flow of the feed pump crossed its limit\","
            "\"payload\":{\"value\":%d.5,\"unit\":\"m3/h\",\"tag\":\"FIC-%03d\"}}",
            is_lines ? 'l' : 'j', n, 1700000000000LL + (long long)n * 250,
            n % 1000 ? "INFO" : "WARNING", n % ASSETS, n % 97, n % ASSETS);
        if (is_lines)
            oq_buf_char(out, '\n');
    }
    if (!is_lines)
        oq_buf_lit(out, "]}");
}

typedef struct sender {
    testapp *app;
    oq_str auth;
    const oq_str *body;
    int first, step;
    const char *type, *wanted;
} sender;

static void *send_all(void *arg)
{
    const sender *it = arg;
    testclient *client = testclient_open(it->app);
    testclient_use_bearer(client, it->auth);
    for (int i = it->first; i < BODIES; i += it->step) {
        testreply r = testclient_send(client, "POST", "/api/events", it->type, it->body[i], NULL);
        if (r.status != 200 || oq_str_find(r.body, oq_cstr(it->wanted)) == SIZE_MAX) {
            fprintf(stderr, "event_bench: %d %.*s\n", r.status, OQ_FMT(oq_str_sub(r.body, 0, 500)));
            exit(1);
        }
    }
    testclient_close(client);
    return NULL;
}

static double measure(testapp *app, oq_str auth, const oq_str *body, int threads, const char *type,
                      const char *wanted)
{
    pthread_t id[THREADS];
    sender it[THREADS];
    oq_us begun = oq_monotonic();
    for (int i = 0; i < threads; i++) {
        it[i] = (sender){app, auth, body, i, threads, type, wanted};
        if (pthread_create(&id[i], NULL, send_all, &it[i]))
            exit(1);
    }
    for (int i = 0; i < threads; i++)
        pthread_join(id[i], NULL);
    return (double)PER_BODY * BODIES / ((double)(oq_monotonic() - begun) / OQ_SECOND);
}

static void print(const char *name, double value, double gate)
{
    bench_print(&(bench_figure){
        .name = name, .value = value, .unit = "events/s", .gate = gate, .goal = BENCH_AT_LEAST});
}

static void make_plant(testapp *app, oq_str tenant)
{
    oq_arena *arena = testapp_arena(app);
    testdb_exec(testapp_db(app),
                oq_strf(arena,
                        "INSERT INTO sites (tenant_id, id, code, name, created_at, updated_at)"
                        " VALUES ('%1$.*2$s', gen_random_uuid(), 'SITE', 'Site', now(), now());"
                        "INSERT INTO plant_units (tenant_id, id, site_id, kind, code, name,"
                        " created_at, updated_at) SELECT tenant_id, gen_random_uuid(), id, 'unit',"
                        " 'U' || n, 'Unit', now(), now() FROM sites, generate_series(0, 9) n;"
                        "INSERT INTO assets (tenant_id, id, site_id, unit_id, code, name,"
                        " created_at, updated_at) SELECT u.tenant_id, gen_random_uuid(), u.site_id,"
                        " u.id, 'P-' || to_char(n, 'FM000'), 'Pump', now(), now()"
                        " FROM generate_series(0, 199) n JOIN plant_units u ON u.code ="
                        " 'U' || n %% 10",
                        tenant.ptr, (int)tenant.len)
                    .ptr);
    testdb_exec(testapp_db(app), "ANALYZE");
}

int main(void)
{
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    testapp *app = testapp_open_over_tcp();
    bench_tenant tenant = bench_tenant_make(app, "BENCH");
    make_plant(app, tenant.id);
    oq_str body[2][BODIES];
    oq_buf buf[2][BODIES];
    for (int form = 0; form < 2; form++)
        for (int i = 0; i < BODIES; i++) {
            buf[form][i] = oq_buf_make(64 << 20);
            make_body(&buf[form][i], i, form);
            body[form][i] = oq_buf_view(&buf[form][i]);
        }
    oq_str token = oq_str_sub(tenant.auth, strlen("Authorization: Bearer "), SIZE_MAX);
    token = oq_str_trim(token);
    print("events, JSON, bodies of 10,000, one connection",
          measure(app, token, body[0], 1, type_of(false), "\"added\":10000,"), 20000);
    print("events, JSON, told again",
          measure(app, token, body[0], 1, type_of(false), "\"known\":10000,"), 20000);
    print("events, a line each, bodies of 10,000, two connections",
          measure(app, token, body[1], THREADS, type_of(true), "\"added\":10000,"), 20000);
    print("events, a line each, told again",
          measure(app, token, body[1], THREADS, type_of(true), "\"known\":10000,"), 20000);
    testapp_close(app);
    return 0;
}
