#include "support/testapp.h"

#include "base/secret.h"
#include "base/test.h"
#include "db/scope.h"
#include "identity/seed.h"
#include "main/service.h"
#include "tenant/tenant.h"

#include "base/banned.h"

struct testapp {
    testdb *db;
    db_pool *pool;
    service *service;
    oq_arena *arena;
};

static void must(oq_err *err, const char *what)
{
    if (!err)
        return;
    fprintf(stderr, "testapp: %s: %s%s%s\n", what, err->code, err->detail ? ": " : "",
            err->detail ? err->detail : "");
    abort();
}

static testapp *open_app(bool works, int tcp_port)
{
    testapp *app = calloc(1, sizeof *app);
    service_parts parts = {.serves = true, .works = works};
    app->arena = oq_arena_open(0);
    app->db = testdb_open();
    db_pool_options options = testdb_pool_options(app->db);
    must(db_pool_open(&options, &app->pool), "pool");
    settings s = {
        .db_url =
            tcp_port ? testdb_url_through(app->db, "127.0.0.1", tcp_port) : testdb_url(app->db),
        .db_pool_size = tcp_port ? 20 : 8,
        .http_bind = OQ_STR("127.0.0.1"),
        .http_port = 0,
        .http_workers = tcp_port ? 16 : 4,
        .jwt_secret_key = OQ_STR(TESTAPP_JWT_KEY),
        .master_key = OQ_STR(TESTAPP_MASTER_KEY),
        .blackbox_enabled = true,
        .digital_twin_enabled = true,
    };
    must(service_set_up(&s, parts), "set-up");
    must(service_open(&s, parts, &app->service), "service");
    return app;
}

testapp *testapp_open(bool works)
{
    return open_app(works, 0);
}

testapp *testapp_open_over_tcp(void)
{
    int64_t port;
    if (!oq_parse_i64(oq_cstr(getenv("OPTRIA_TEST_TCP_PORT")), &port)) {
        fprintf(stderr, "testapp: OPTRIA_TEST_TCP_PORT is not set; start with ./run bench\n");
        exit(1);
    }
    return open_app(false, (int)port);
}

void testapp_close(testapp *app)
{
    if (!app)
        return;
    service_close(app->service);
    db_pool_close(app->pool);
    testdb_close(app->db);
    oq_arena_close(app->arena);
    free(app);
}

testdb *testapp_db(testapp *app)
{
    return app->db;
}

int testapp_port(const testapp *app)
{
    return service_port(app->service);
}

db_pool *testapp_pool(testapp *app)
{
    return app->pool;
}

oq_arena *testapp_arena(testapp *app)
{
    return app->arena;
}

/* --- people -------------------------------------------------------------------------------------*/

static db_platform *open_platform(testapp *app)
{
    db_platform *p;
    must(db_platform_open(&(db_platform_options){.pool = app->pool,
                                                 .access = OQ_WRITE,
                                                 .actor = {.kind = ACTOR_SYSTEM,
                                                           .home_tenant = TENANT_PLATFORM,
                                                           .label = OQ_STR("test")},
                                                 .arena = app->arena},
                          &p),
         "platform");
    return p;
}

oq_uuid testapp_tenant(testapp *app, const char *code)
{
    db_platform *p = open_platform(app);
    tenant *made;
    tenant_order order = {.code = oq_cstr(code),
                          .name = oq_cstr(code),
                          .industry = INDUSTRY_OIL_GAS,
                          .time_zone = OQ_STR("Asia/Riyadh"),
                          .currency = OQ_STR("SAR")};
    must(tenant_create(p, &order, &made), "tenant");
    must(db_platform_commit(p), "tenant");
    db_platform_close(p);
    return made->id;
}

oq_uuid testapp_person(testapp *app, oq_uuid tenant_id, oq_role role, const char *email)
{
    db_platform *p = open_platform(app);
    oq_uuid id;
    seed_person person = {.email = oq_cstr(email),
                          .full_name = OQ_STR("Tester"),
                          .password = OQ_STR(TESTAPP_PASSWORD),
                          .role = role};
    must(identity_seed_person(p, tenant_id, &person, &id), "person");
    must(db_platform_commit(p), "person");
    db_platform_close(p);
    return id;
}
