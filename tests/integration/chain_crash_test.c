/* From events to the people who are told, while the worker dies: `optria work` as an installation
 * has it, killed (SIGKILL) at each stage of the chain and a little behind it. Afterwards everything
 * is there exactly once. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "blackbox/incident.h"
#include "support/program.h"

#include "base/test.h"

#include "base/banned.h"

enum { ROUNDS = 2, A_TIME = 2, WAIT_S = 60, DELAY_MS = 40 };

typedef struct chain {
    testapp *app;
    oq_arena *arena;
    oq_uuid tenant;
    int assets; /* that had their alarm */
} chain;

static int64_t number(chain *c, const char *sql)
{
    return testdb_number(testapp_db(c->app), sql);
}

static void make_plant(chain *c)
{
    oq_str tenant = oq_uuid_text(c->arena, c->tenant);
    testdb_exec(testapp_db(c->app),
                oq_strf(c->arena,
                        "INSERT INTO sites (tenant_id, id, code, name, created_at, updated_at)"
                        " VALUES ('%1$.*2$s', gen_random_uuid(), 'SITE', 'Site', now(), now());"
                        "INSERT INTO assets (tenant_id, id, site_id, code, name, created_at,"
                        " updated_at) SELECT tenant_id, gen_random_uuid(), id, 'P-' || n, 'Pump',"
                        " now(), now() FROM sites, generate_series(0, 99) n",
                        tenant.ptr, (int)tenant.len)
                    .ptr);
    testapp_person(c->app, c->tenant, ROLE_TENANT_ADMIN, "admin@chain.example");
    testapp_person(c->app, c->tenant, ROLE_RELIABILITY_ENGINEER, "zaid@chain.example");
}

static oq_err *add(oq_scope *s, chain *c, int pump)
{
    oq_uuid asset_id;
    size_t added;
    oq_uuid_parse(oq_cstr(testdb_value(
                      testapp_db(c->app),
                      oq_strf(c->arena, "SELECT id FROM assets WHERE code = 'P-%d'", pump).ptr)),
                  &asset_id);
    event_order order = {.source_system = OQ_STR("DCS"),
                         .source_type = EVENT_ALARM,
                         .source_id = oq_strf(c->arena, "trip %d", pump),
                         .event_time = OQ_TIME_NONE,
                         .severity = SEVERITY_CRITICAL,
                         .category = CATEGORY_ALERT,
                         .asset_id = asset_id,
                         .summary = OQ_STR("Trip")};
    return event_add_many(s, &order, 1, &added);
}

/* Alarms of assets that had none, committed. */
static void add_alarms(chain *c)
{
    oq_scope *s;
    CHECK_OK(
        oq_scope_open(&(oq_scope_options){.pool = testapp_pool(c->app),
                                          .tenant_id = c->tenant,
                                          .access = OQ_WRITE,
                                          .actor = {.kind = ACTOR_SYSTEM,
                                                    .label = OQ_STR("test"),
                                                    .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)},
                                          .arena = c->arena},
                      &s));
    for (int i = 0; i < A_TIME; i++)
        CHECK_OK(add(s, c, c->assets++));
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
}

/* Waits until the number is more than it was; false: never. */
static bool wait_for(chain *c, const char *sql, int64_t than)
{
    for (oq_us began = oq_monotonic(); oq_monotonic() - began < WAIT_S * OQ_SECOND; usleep(2000))
        if (number(c, sql) > than)
            return true;
    return false;
}

/* Where the worker is killed: as soon as this number rises. */
static const char *const stage[] = {
    "SELECT count(*) FROM jobs WHERE kind = 'blackbox.incidents' AND lease_until > now()",
    "SELECT count(*) FROM blackbox_incidents",
    "SELECT count(*) FROM jobs WHERE kind = 'rca.run' AND lease_until > now()",
    "SELECT count(*) FROM rca_runs",
    "SELECT count(*) FROM work_orders",
    "SELECT count(*) FROM notifications",
};

static void kill_at(chain *c, const char *sql, useconds_t delay)
{
    int64_t before = number(c, sql);
    program worker = program_work(c->app);
    add_alarms(c);
    CHECK(sql, wait_for(c, sql, before));
    usleep(delay);
    kill(worker.pid, SIGKILL);
    waitpid(worker.pid, NULL, 0);
    /* Nobody else works: what it held is as if its lease had run out. */
    testdb_exec(
        testapp_db(c->app),
        "UPDATE jobs SET lease_until = now() - interval '1 second' WHERE state = 'running'");
}

#define SETTLED                                                                                    \
    "SELECT (NOT EXISTS (SELECT FROM jobs WHERE kind IN ('blackbox.incidents', 'rca.run',"         \
    " 'notify.send') AND state IN ('ready', 'running') AND run_at <= now() + interval '5 s'"       \
    " AND NOT (kind = 'blackbox.incidents' AND run_at > now()))"                                   \
    " AND (SELECT count(*) FROM blackbox_incidents WHERE rca_run_id IS NOT NULL) ="                \
    " (SELECT count(*) FROM blackbox_events WHERE is_trigger))::int"

static void check_all(chain *c)
{
    static const struct {
        const char *label, *sql;
    } once[] = {
        {"incidents", "SELECT count(*) FROM blackbox_incidents"},
        {"of an asset each", "SELECT count(DISTINCT root_asset_id) FROM blackbox_incidents"},
        {"numbers without a gap", "SELECT max(number) FROM blackbox_incidents"},
        {"opened", "SELECT count(*) FROM blackbox_incident_steps WHERE step = 'opened'"},
        {"analysed", "SELECT count(DISTINCT incident_id) FROM rca_runs"},
        {"their newest", "SELECT count(*) FROM blackbox_incidents i JOIN rca_runs r ON r.id ="
                         " i.rca_run_id WHERE r.number = (SELECT max(n.number) FROM rca_runs n"
                         " WHERE n.incident_id = i.id)"},
        {"orders", "SELECT count(*) FROM work_orders WHERE source = 'BLACKBOX_AUTO'"},
        {"of an incident each", "SELECT count(DISTINCT incident_id) FROM work_orders"},
        {"of its trace", "SELECT count(*) FROM work_orders o JOIN blackbox_incidents i ON i.id ="
                         " o.incident_id AND i.trace_id = o.trace_id"},
        {"told of the order", "SELECT count(*) FROM notifications n JOIN work_orders o ON"
                              " o.id::text = n.entity_id WHERE n.type = 'work_order.assigned' AND"
                              " n.user_id = o.assigned_user_id"},
        {"events of orders", "SELECT count(*) FROM blackbox_events WHERE source_system ="
                             " 'OPTRIA_WORK_ORDER'"},
        {"in the audit", "SELECT count(*) FROM audit_logs WHERE action = 'work_order.created'"},
        {"told of the incident", "SELECT count(*) / 2 FROM notifications WHERE type ="
                                 " 'incident.opened'"},
    };
    for (size_t i = 0; i < OQ_COUNT(once); i++)
        if (number(c, once[i].sql) != c->assets)
            fail_msg("%s: %lld, wanted %d", once[i].label, (long long)number(c, once[i].sql),
                     c->assets);
    assert_int_equal(number(c, "SELECT count(*) FROM blackbox_events WHERE NOT is_noticed"), 0);
    assert_int_equal(number(c, "SELECT count(*) FROM jobs WHERE state = 'failed'"), 0);
}

static void test_killed_everywhere(void **state)
{
    chain *c = *state;
    make_plant(c);
    uint64_t seed = 11;
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < OQ_COUNT(stage); i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            kill_at(c, stage[i], (useconds_t)((seed >> 33) % DELAY_MS) * 1000);
        }
    program worker = program_work(c->app);
    CHECK("all of it is done", wait_for(c, SETTLED, 0));
    program_stop(&worker);
    check_all(c);
}

static int open_app(void **state)
{
    static chain c;
    c.app = testapp_open(false);
    c.arena = testapp_arena(c.app);
    c.tenant = testapp_tenant(c.app, "CHAIN");
    *state = &c;
    return 0;
}

static int close_app(void **state)
{
    testapp_close(((chain *)*state)->app);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_killed_everywhere)};
    return cmocka_run_group_tests(tests, open_app, close_app);
}
