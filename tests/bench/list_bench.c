/* GET /api/users of 50 rows, signed in, through row-level security, 32 keep-alive connections;
 * beside it pgbench with the same rows through the same walls over TCP, 32 clients, prepared, in
 * one round trip (without our four optional filters, which pgbench cannot leave open: the peer has
 * less to do). Both reach the same server over TCP, in turn, three times; the medians count. */
#include "bench/bench.h"
#include "identity/session.h"
#include "support/program.h"
#include "support/testapp.h"

#include "base/banned.h"

enum { ROWS = 50, ROUNDS = 3, SECONDS = 5 };

static void write_script(oq_arena *arena, testapp *app, oq_uuid tenant, const char *path)
{
    oq_str id = oq_uuid_text(arena, tenant);
    FILE *f = fopen(path, "w");
    if (!f)
        exit(1);
    fprintf(f,
            "\\startpipeline\n"
            "SELECT set_config('role', 'optria_app', true), set_config('optria.tenant', '%s', "
            "true), set_config('transaction_read_only', 'on', true);\n"
            "SELECT id, email, username, full_name, role, is_active, must_change_password, "
            "password_hash IS NOT NULL AS has_password, totp_enabled_at IS NOT NULL AS has_totp, "
            "lang, time_zone, arabic_digits, hijri, last_login_at, created_at, updated_at, version "
            "FROM users WHERE tenant_id = '%s'::uuid ORDER BY created_at DESC, id DESC LIMIT %d;\n"
            "\\endpipeline\n",
            id.ptr, id.ptr, ROWS + 1);
    fclose(f);
}

static double measure_pgbench(oq_arena *arena, testapp *app, const char *script)
{
    const char *port = getenv("OPTRIA_TEST_TCP_PORT");
    if (!port) {
        fprintf(stderr, "OPTRIA_TEST_TCP_PORT is not set; start with ./run bench list\n");
        exit(1);
    }
    oq_str command = oq_strf(
        arena,
        "PGOPTIONS='-c role=optria_app -c timezone=UTC' "
        "PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin | tail -n 1) "
        "pgbench -n -M prepared -c 32 -j 2 -T %d -f %s -h 127.0.0.1 -p %s -U optria_server %s",
        SECONDS, script, port, testdb_value(testapp_db(app), "SELECT current_database()"));
    return bench_number_after(program_output(arena, command.ptr), "tps =");
}

static double measure_server(oq_arena *arena, testapp *app, oq_str cookie)
{
    oq_str command = oq_strf(arena,
                             "wrk -t 2 -c 32 -d %ds -H 'Cookie: " SESSION_COOKIE "=%.*s' "
                             "'http://127.0.0.1:%d/api/users?limit=%d'",
                             SECONDS, OQ_FMT(cookie), testapp_port(app), ROWS);
    oq_str said = program_output(arena, command.ptr);
    if (oq_str_find(said, OQ_STR("Non-2xx")) != SIZE_MAX) {
        fprintf(stderr, "bench: not every answer was good:\n%.*s\n", OQ_FMT(said));
        exit(1);
    }
    return bench_number_after(said, "Requests/sec:");
}

int main(void)
{
    oq_log_setup(OQ_LOG_WARN, OQ_LOG_KEYS);
    testapp *app = testapp_open_over_tcp();
    oq_arena *arena = testapp_arena(app);
    oq_uuid tenant = testapp_tenant(app, "BENCH");
    testapp_person(app, tenant, ROLE_TENANT_ADMIN, "admin@bench.example");
    for (int i = 1; i < ROWS; i++)
        testapp_person(app, tenant, ROLE_ENGINEER, oq_strf(arena, "person%d@bench.example", i).ptr);
    testdb_exec(testapp_db(app), "ANALYZE");
    testclient *client = testclient_open(app);
    testclient_sign_in(client, "admin@bench.example");
    oq_str cookie = testclient_cookie(client, SESSION_COOKIE);
    char script[] = "/tmp/optria-bench-XXXXXX";
    if (mkstemp(script) < 0)
        return 1;
    write_script(arena, app, tenant, script);

    double server[ROUNDS], peer[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        peer[i] = measure_pgbench(arena, app, script);
        server[i] = measure_server(arena, app, cookie);
    }
    remove(script);
    bench_print(&(bench_figure){.name = "list of 50 rows, 32 connections",
                                .value = bench_median(arena, server, ROUNDS),
                                .unit = "requests/s",
                                .peer = "pgbench -M prepared, the same rows",
                                .peer_value = bench_median(arena, peer, ROUNDS),
                                .gate = 0.5,
                                .goal = BENCH_AT_LEAST});
    testclient_close(client);
    testapp_close(app);
    return 0;
}
