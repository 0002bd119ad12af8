/* Tenants and their settings on a real PostgreSQL, and their routes and pages over HTTP. */
#include <stdatomic.h>

#include "audit/audit.h"
#include "db/listen.h"
#include "support/house.h"
#include "tenant/retention.h"
#include "tenant/settings.h"
#include "tenant/tenant.h"
#include "web/page.h"

static http_route_list routes = {tenant_routes, settings_routes, web_routes, NULL};

static int reset_and_serve(void **state)
{
    house_reset(state);
    house_serve(*state, &routes);
    return 0;
}

static tenant_order some_order(const char *code)
{
    return (tenant_order){
        .code = oq_cstr(code),
        .name = OQ_STR("Power Company"),
        .industry = INDUSTRY_POWER,
        .time_zone = OQ_STR("Asia/Dubai"),
        .currency = OQ_STR("AED"),
    };
}

/* Rows of the audit with this action, as the person's tenant sees them. */
static audit_rows audited(house *h, oq_uuid tenant_id, const char *action)
{
    oq_scope *s;
    audit_rows rows;
    db_platform *p = house_platform(h, OQ_READ);
    CHECK_OK(db_platform_enter(p, tenant_id, &s));
    audit_filter filter = {.from = OQ_TIME_NONE, .to = OQ_TIME_NONE, .action = oq_cstr(action)};
    CHECK_OK(audit_find(s, &filter, OQ_TIME_NONE, OQ_UUID_ZERO, 100, &rows));
    db_platform_close(p);
    return rows;
}

/* --- making -----------------------------------------------------------------------------------*/

static void test_making_one(void **state)
{
    house *h = *state;
    tenant *made, *found;
    tenant_order order = some_order("POWER_1");
    db_platform *p = house_platform(h, OQ_WRITE);
    CHECK_OK(tenant_create(p, &order, &made));
    CHECK_OK(tenant_find_by_code(p, OQ_STR("POWER_1"), &found));
    house_commit_platform(p);
    CHECK("found", found && oq_uuid_eq(found->id, made->id));
    CHECK_STR("name", made->name, "Power Company");
    CHECK_STR("zone", made->time_zone, "Asia/Dubai");
    CHECK("active", made->status == TENANT_ACTIVE && made->industry == INDUSTRY_POWER);
    CHECK("first", made->version == 1 && made->created_at != OQ_TIME_NONE);

    audit_rows own = audited(h, made->id, "tenant.created");
    audit_rows platform = audited(h, TENANT_PLATFORM, "tenant.created");
    CHECK("in both audits", own.count == 1 && platform.count == 1);
    CHECK_STR("by the owner", own.at[0].actor_label, "owner");
    CHECK_STR("named", platform.at[0].object_label, "POWER_1");
    CHECK("with what it is", oq_str_find(own.at[0].changes, OQ_STR("Asia/Dubai")) != SIZE_MAX);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM tenant_settings"), 1);
}

static void test_a_code_is_one_tenants(void **state)
{
    house *h = *state;
    tenant *made;
    tenant_order order = some_order("A_DEMO");
    db_platform *p = house_platform(h, OQ_WRITE);
    oq_err *err = tenant_create(p, &order, &made);
    CHECK_CODE("taken", err, "tenant.code_taken");
    CHECK("about the field", err->field && strcmp(err->field, "code") == 0);
    db_platform_close(p);
}

static void test_all_or_nothing(void **state)
{
    house *h = *state;
    tenant *made;
    tenant_order order = some_order("POWER_1");
    db_platform *p = house_platform(h, OQ_WRITE);
    CHECK_OK(tenant_create(p, &order, &made));
    db_platform_close(p);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM tenants"), 3);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM audit_logs"), 0);
}

/* --- changing ---------------------------------------------------------------------------------*/

static oq_err *update(house *h, oq_uuid id, tenant_change change, tenant **ret_tenant)
{
    db_platform *p = house_platform(h, OQ_WRITE);
    oq_err *err = tenant_update(p, id, &change, ret_tenant);
    if (err)
        db_platform_close(p);
    else
        house_commit_platform(p);
    return err;
}

static void test_changing(void **state)
{
    house *h = *state;
    tenant *t;
    CHECK_OK(update(h, HOUSE_A, (tenant_change){.name = OQ_STR("New A"), .version = 1}, &t));
    CHECK_STR("name", t->name, "New A");
    CHECK("the rest stays", t->industry == INDUSTRY_OIL_GAS && t->status == TENANT_ACTIVE);
    CHECK_STR("zone stays", t->time_zone, "Asia/Riyadh");
    CHECK("version", t->version == 2);
    CHECK_CODE("stale", update(h, HOUSE_A, (tenant_change){.name = OQ_STR("X"), .version = 1}, &t),
               "tenant.version_stale");
    CHECK_OK(update(h, HOUSE_A, (tenant_change){.status = TENANT_SUSPENDED, .version = 2}, &t));
    CHECK("suspended", t->status == TENANT_SUSPENDED);
    CHECK_OK(update(h, HOUSE_A, (tenant_change){.status = TENANT_ACTIVE, .version = 3}, &t));
    CHECK("works again", t->status == TENANT_ACTIVE && t->version == 4);
    CHECK_OK(update(h, HOUSE_A, (tenant_change){.status = TENANT_ACTIVE, .version = 4}, &t));
    CHECK("nothing to change", t->version == 4);
    CHECK_CODE("unknown", update(h, (oq_uuid){{9}}, (tenant_change){.version = 1}, &t),
               "tenant.not_found");
    CHECK_STR("B is as it was",
              oq_cstr(testdb_value(h->db, "SELECT name FROM tenants WHERE code = 'B_DEMO'")),
              "Tenant B");

    static const char *const actions[] = {"tenant.changed", "tenant.suspended", "tenant.resumed"};
    for (size_t i = 0; i < OQ_COUNT(actions); i++) {
        CHECK(actions[i], audited(h, HOUSE_A, actions[i]).count == 1);
        CHECK(actions[i], audited(h, TENANT_PLATFORM, actions[i]).count == 1);
    }
    CHECK_STR("what changed", audited(h, HOUSE_A, "tenant.changed").at[0].changes,
              "{\"name\": {\"to\": \"New A\", \"from\": \"Tenant A\"}}");
}

static void test_the_platform_stays(void **state)
{
    static const struct {
        const char *label;
        tenant_change change;
        const char *code;
    } row[] = {
        {"suspended", {.status = TENANT_SUSPENDED, .version = 1}, "tenant.platform_fixed"},
        {"another industry", {.industry = INDUSTRY_POWER, .version = 1}, "tenant.platform_fixed"},
        {"another name", {.name = OQ_STR_INIT("Platform"), .version = 1}, NULL},
    };
    house *h = *state;
    tenant *t;
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_CODE(row[i].label, update(h, TENANT_PLATFORM, row[i].change, &t), row[i].code);
    assert_int_equal(audited(h, TENANT_PLATFORM, "tenant.changed").count, 1);
}

static void test_of_two_the_second_is_told(void **state)
{
    house *h = *state;
    tenant *t;
    db_platform *first = house_platform(h, OQ_WRITE);
    tenant_change change = {.name = OQ_STR("First"), .version = 1};
    CHECK_OK(tenant_update(first, HOUSE_A, &change, &t));
    house_commit_platform(first);
    change.name = OQ_STR("Second");
    db_platform *second = house_platform(h, OQ_WRITE);
    CHECK_CODE("second", tenant_update(second, HOUSE_A, &change, &t), "tenant.version_stale");
    db_platform_close(second);
}

static void test_a_tenant_changes_itself(void **state)
{
    house *h = *state;
    tenant *t;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(tenant_self(s, &t));
    CHECK_STR("its own", t->code, "A_DEMO");
    tenant_profile profile = {.time_zone = OQ_STR("Asia/Dubai"), .version = t->version};
    CHECK_OK(tenant_update_self(s, &profile, &t));
    CHECK_STR("zone", t->time_zone, "Asia/Dubai");
    CHECK_STR("name stays", t->name, "Tenant A");
    CHECK_CODE("stale", tenant_update_self(s, &profile, &t), "tenant.version_stale");
    profile.version = 2;
    CHECK_OK(tenant_update_self(s, &profile, &t));
    CHECK("nothing to change", t->version == 2);
    house_commit(s);
    assert_int_equal(audited(h, HOUSE_A, "tenant.changed").count, 1);
    assert_int_equal(audited(h, TENANT_PLATFORM, "tenant.changed").count, 0);
}

typedef struct notices {
    atomic_int ready, count;
    char last[64];
} notices;

static void hear(void *self, oq_str payload)
{
    notices *n = self;
    snprintf(n->last, sizeof n->last, "%.*s", OQ_FMT(payload));
    atomic_fetch_add(&n->count, 1);
}

static void begin(void *self)
{
    notices *n = self;
    atomic_store(&n->ready, 1);
}

static bool wait_for(atomic_int *value, int wanted)
{
    for (int i = 0; i < 500 && atomic_load(value) < wanted; i++)
        usleep(10000);
    return atomic_load(value) >= wanted;
}

static int times_forgotten;

static void forget_a(oq_uuid tenant_id)
{
    times_forgotten += oq_uuid_eq(tenant_id, HOUSE_A);
}

/* Not by notice, which may be late: whoever was answered "suspended" can rely on it. */
static void test_this_process_knows_at_once(void **state)
{
    house *h = *state;
    oq_err *err;
    tenant *t;
    tenant_use_forget(forget_a);
    db_platform *p = house_platform(h, OQ_WRITE);
    CHECK_OK(
        tenant_update(p, HOUSE_A, &(tenant_change){.status = TENANT_SUSPENDED, .version = 1}, &t));
    CHECK("not before it is so", times_forgotten == 0);
    house_commit_platform(p);
    CHECK("as soon as it is", times_forgotten == 1);
    p = house_platform(h, OQ_WRITE);
    err = tenant_update(p, HOUSE_A, &(tenant_change){.status = TENANT_ACTIVE, .version = 1}, &t);
    CHECK_CODE("stale", err, "tenant.version_stale");
    db_platform_close(p);
    CHECK("nothing happened", times_forgotten == 1);
    tenant_use_forget(NULL);
}

static void test_other_processes_are_told(void **state)
{
    house *h = *state;
    notices heard = {0};
    db_pool_options options = testdb_pool_options(h->db);
    const db_channel channels[] = {{"optria_session", hear, begin, &heard}, {0}};
    db_listener *listener;
    CHECK_OK(db_listener_open(&options, channels, &listener));
    CHECK("listens", wait_for(&heard.ready, 1));
    tenant *t;
    CHECK_OK(update(h, HOUSE_A, (tenant_change){.status = TENANT_SUSPENDED, .version = 1}, &t));
    CHECK("told", wait_for(&heard.count, 1));
    CHECK_STR("of which", oq_cstr(heard.last), "0a000000-0000-0000-0000-000000000000");
    tenant_settings *settings;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(tenant_settings_get(s, &settings));
    settings->require_totp = true;
    CHECK_OK(tenant_settings_put(s, settings, &settings));
    house_commit(s);
    CHECK("of settings too", wait_for(&heard.count, 2));
    db_listener_close(listener);
}

/* --- the list ---------------------------------------------------------------------------------*/

static void add_tenants(house *h, int count)
{
    for (int i = 0; i < count; i++)
        testdb_exec(h->db,
                    oq_strf(h->arena,
                            "INSERT INTO tenants (id, code, name, industry, status) VALUES "
                            "(gen_random_uuid(), 'T_%02d', '%s %02d', 'water', '%s')",
                            i, i % 2 ? "station" : "Station", i / 2, i % 3 ? "active" : "suspended")
                        .ptr);
}

static void test_list(void **state)
{
    house *h = *state;
    add_tenants(h, 7);
    testdb_exec(h->db, "UPDATE users SET last_login_at = '2026-01-31T08:00:00Z'"
                       " WHERE full_name = 'viewer_a';"
                       "UPDATE users SET is_active = false WHERE full_name = 'optimizer_a'");
    const struct {
        const char *label;
        tenant_filter filter;
        size_t count;
    } row[] = {
        {"all", {.status = 0}, 10},
        {"by name", {.q = OQ_STR("STATION")}, 7},
        {"by code", {.q = OQ_STR("t_0")}, 7},
        {"no pattern", {.q = OQ_STR("t%")}, 0},
        {"suspended", {.status = TENANT_SUSPENDED}, 3},
        {"both", {.q = OQ_STR("station"), .status = TENANT_ACTIVE}, 4},
    };
    db_platform *p = house_platform(h, OQ_READ);
    tenant_overviews found;
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        CHECK_OK(tenant_find(p, &row[i].filter, OQ_UUID_ZERO, 100, &found));
        CHECK(row[i].label, found.count == row[i].count);
    }
    CHECK_OK(tenant_find(p, &(tenant_filter){.q = OQ_STR("A_DEMO")}, OQ_UUID_ZERO, 1, &found));
    CHECK("its people", found.count == 1 && found.at[0].users_active == 2);
    CHECK_STR("the latest sign-in", oq_time_text(h->arena, found.at[0].last_login_at),
              "2026-01-31T08:00:00Z");
    /* Page by page: each once, in order, whatever the case of a name. */
    oq_uuid after = OQ_UUID_ZERO;
    size_t total = 0;
    oq_str last = OQ_STR("");
    do {
        CHECK_OK(tenant_find(p, &(tenant_filter){0}, after, 3, &found));
        for (size_t i = 0; i < found.count; i++) {
            oq_str name = oq_str_lower(h->arena, found.at[i].name);
            CHECK("in order", oq_str_cmp(last, name) <= 0);
            last = name;
            after = found.at[i].id;
            total++;
        }
    } while (found.count == 3);
    assert_int_equal(total, 10);
    db_platform_close(p);
}

static void test_totals(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "UPDATE tenants SET status = 'suspended' WHERE code = 'B_DEMO';"
                       "UPDATE users SET last_login_at = now() - interval '1 day'"
                       " WHERE full_name IN ('viewer_a', 'admin_b', 'owner');"
                       "UPDATE users SET last_login_at = now() - interval '8 days'"
                       " WHERE full_name = 'admin_a'");
    db_platform *p = house_platform(h, OQ_READ);
    tenant_totals totals;
    CHECK_OK(tenant_count(p, &totals));
    CHECK("without the platform's own", totals.active == 1 && totals.suspended == 1);
    CHECK("people who can work", totals.users_active == 3 && totals.users_recent == 1);
    db_platform_close(p);
}

/* --- settings ---------------------------------------------------------------------------------*/

static tenant_settings *read_settings(house *h, house_person person)
{
    tenant_settings *settings;
    oq_scope *s = house_scope(h, person, OQ_READ);
    CHECK_OK(tenant_settings_get(s, &settings));
    oq_scope_close(s);
    return settings;
}

static oq_err *put(house *h, house_person person, const tenant_settings *settings)
{
    tenant_settings *stored;
    oq_scope *s = house_scope(h, person, OQ_WRITE);
    oq_err *err = tenant_settings_put(s, settings, &stored);
    if (err)
        oq_scope_close(s);
    else
        house_commit(s);
    return err;
}

static void test_settings_go_round(void **state)
{
    house *h = *state;
    tenant_settings *settings = read_settings(h, ADMIN_A);
    CHECK("presets, never stored", settings->version == 0 && settings->audit_days == 1095);
    settings->audit_days = 400;
    settings->wo_initial_status = WO_STATUS_PENDING_APPROVAL;
    CHECK_OK(put(h, ADMIN_A, settings));
    settings = read_settings(h, ADMIN_A);
    CHECK("stored", settings->version == 1 && settings->audit_days == 400 &&
                        settings->wo_initial_status == WO_STATUS_PENDING_APPROVAL);
    CHECK_STR("what was decided, and no more",
              oq_cstr(testdb_value(h->db, "SELECT settings FROM tenant_settings")),
              "{\"audit_days\": 400, \"wo_initial_status\": \"pending_approval\"}");
    CHECK("of B nothing", read_settings(h, ADMIN_B)->audit_days == 1095);
    CHECK_STR("audited", audited(h, HOUSE_A, "settings.changed").at[0].changes,
              "{\"audit_days\": {\"to\": 400, \"from\": 1095},"
              " \"wo_initial_status\": {\"to\": \"pending_approval\", \"from\": \"open\"}}");
    settings->audit_days = 1095;
    CHECK_OK(put(h, ADMIN_A, settings));
    CHECK("the preset, chosen", testdb_number(h->db, "SELECT settings ->> 'audit_days' FROM"
                                                     " tenant_settings") == 1095);
    settings->version = 2;
    CHECK_OK(put(h, ADMIN_A, settings));
    CHECK("nothing to change", read_settings(h, ADMIN_A)->version == 2);
}

static void test_settings_of_two(void **state)
{
    house *h = *state;
    tenant_settings *mine = read_settings(h, ADMIN_A), *others = read_settings(h, ADMIN_A);
    others->job_days = 7;
    CHECK_OK(put(h, ADMIN_A, others));
    mine->audit_days = 400;
    CHECK_CODE("stale", put(h, ADMIN_A, mine), "settings.version_stale");
    CHECK("nothing half-written", read_settings(h, ADMIN_A)->audit_days == 1095);
    mine->version = 1;
    mine->session_hours = 1;
    mine->session_idle_minutes = 61;
    CHECK_CODE("longer than the session", put(h, ADMIN_A, mine), "settings.idle_exceeds_session");
}

static void test_settings_of_another_version(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "INSERT INTO tenant_settings (tenant_id, settings, version) VALUES"
                       " ('0a000000-0000-0000-0000-000000000000',"
                       "  '{\"gone\": {\"a\": 1}, \"audit_days\": 5, \"job_days\": 8,"
                       "    \"require_totp\": true}', 4)");
    tenant_settings *settings = read_settings(h, ADMIN_A);
    CHECK("read", settings->job_days == 8 && settings->require_totp && settings->version == 4);
    CHECK("out of today's bounds: the preset", settings->audit_days == 1095);
    settings->job_days = 9;
    CHECK_OK(put(h, ADMIN_A, settings));
    CHECK_STR("unknown keys stay",
              oq_cstr(testdb_value(h->db, "SELECT settings ->> 'gone' FROM tenant_settings")),
              "{\"a\": 1}");
}

/* --- over HTTP: the platform ------------------------------------------------------------------*/

static const char secret_id[] = "00000000-0000-7000-8000-00000000005e";
static bool seed_fails;

static oq_err *seed(db_platform *p, oq_uuid tenant_id, oq_str email, oq_str full_name,
                    oq_uuid *ret_user_id, oq_uuid *ret_secret_id)
{
    oq_scope *s;
    OQ_TRY(db_platform_enter(p, tenant_id, &s));
    if (seed_fails)
        return oq_fail_field("email", "user.email_taken");
    CHECK("who", email.len && full_name.len);
    *ret_user_id = oq_uuid_new(oq_now(s));
    CHECK("an id", oq_uuid_parse(oq_cstr(secret_id), ret_secret_id));
    return NULL;
}

static const char order_json[] = "{\"code\":\"POWER_1\",\"name\":\"Power\",\"industry\":\"power\","
                                 "\"admin_email\":\"a@power.example\"}";

static void test_api(void **state)
{
    house *h = *state;
    tenant_use_seed(seed);
    seed_fails = false;
    seen got = house_send(h, OWNER, "POST", "/api/tenants", order_json);
    assert_int_equal(got.status, 201);
    CHECK("the tenant",
          seen_has(&got, "\"code\":\"POWER_1\"") && seen_has(&got, "\"status\":\"active\""));
    CHECK("presets", seen_has(&got, "\"currency\":\"SAR\""));
    CHECK("the view",
          seen_has(&got, "\"credentials_url\":\"/once/00000000-0000-7000-8000-00000000005e\""));
    oq_str id = house_between(h, &got, "\"id\":\"", "\"");
    oq_str path = oq_strf(h->arena, "/api/tenants/%.*s", OQ_FMT(id));

    got = house_send(h, OWNER, "POST", "/api/tenants", order_json);
    CHECK_PROBLEM("again", got, 409, "tenant.code_taken");
    seed_fails = true;
    got = house_send(h, OWNER, "POST", "/api/tenants",
                     "{\"code\":\"POWER_2\",\"name\":\"Power\",\"industry\":\"power\","
                     "\"admin_email\":\"a@power.example\"}");
    assert_int_equal(got.status, 422);
    CHECK("the order's own field", seen_has(&got, "admin_email"));
    got = house_send(
        h, OWNER, "POST", "/api/tenants",
        "{\"code\":\"POWER_2\",\"name\":\"P\",\"industry\":\"power\",\"time_zone\":\"\"}");
    CHECK_PROBLEM("no tenant without a time zone", got, 422, "field.required");
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM tenants WHERE code = 'POWER_2'"),
                     0);

    got = house_get(h, OWNER, path.ptr);
    assert_int_equal(got.status, 200);
    CHECK("overview",
          seen_has(&got, "\"users_active\":0") && seen_has(&got, "\"last_login_at\":null"));
    got = house_send(h, OWNER, "PATCH", path.ptr, "{\"status\":\"suspended\",\"version\":1}");
    assert_int_equal(got.status, 200);
    CHECK("suspended",
          seen_has(&got, "\"status\":\"suspended\"") && seen_has(&got, "\"version\":2"));
    CHECK_REFUSED("stale",
                  house_send(h, OWNER, "PATCH", path.ptr, "{\"name\":\"X\",\"version\":1}"), 409,
                  "tenant.version_stale");
    CHECK_REFUSED("none", house_get(h, OWNER, "/api/tenants/0f000000-0000-0000-0000-000000000000"),
                  404, "tenant.not_found");
    tenant_use_seed(NULL);
}

static void test_api_list(void **state)
{
    house *h = *state;
    add_tenants(h, 5);
    seen got = house_get(h, OWNER, "/api/tenants?limit=3&q=station");
    assert_int_equal(got.status, 200);
    oq_str next = house_between(h, &got, "\"next\":\"", "\"");
    got = house_get(
        h, OWNER,
        oq_strf(h->arena, "/api/tenants?limit=3&q=station&cursor=%.*s", OQ_FMT(next)).ptr);
    CHECK("the last two", seen_has(&got, "\"next\":null") && seen_has(&got, "\"code\":\"T_04\""));
    CHECK("and no other", !seen_has(&got, "\"code\":\"T_00\""));
    CHECK_REFUSED("a cursor of nobody", house_get(h, OWNER, "/api/tenants?cursor=zz"), 400,
                  "list.cursor_malformed");
}

static void test_api_bad_input(void **state)
{
    static const struct {
        const char *json, *field, *code;
    } row[] = {
        {"{}", "code", "field.required"},
        {"{\"code\":\"lower\",\"name\":\"x\",\"industry\":\"power\"}", "code",
         "field.code_malformed"},
        {"{\"code\":\"X\",\"name\":\"x\",\"industry\":\"power\"}", "code", "field.too_short"},
        {"{\"code\":\"OK_1\",\"name\":\"x\",\"industry\":\"platform\"}", "industry",
         "field.not_a_choice"},
        {"{\"code\":\"OK_1\",\"name\":\"x\",\"industry\":\"power\",\"time_zone\":\"Mars/X\"}",
         "time_zone", "field.timezone_unknown"},
        {"{\"code\":\"OK_1\",\"name\":\"x\",\"industry\":\"power\",\"currency\":\"sar\"}",
         "currency", "field.currency_malformed"},
        {"{\"code\":\"OK_1\",\"name\":\"x\",\"industry\":\"power\",\"admin_email\":\"me\"}",
         "admin_email", "field.email_malformed"},
        {"{\"code\":\"OK_1\",\"name\":\"x\",\"industry\":\"power\",\"colour\":1}", "colour",
         "field.unknown"},
    };
    house *h = *state;
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen got = house_send(h, OWNER, "POST", "/api/tenants", row[i].json);
        CHECK(row[i].json, got.status == 422);
        CHECK(row[i].json, seen_has(&got, row[i].field) && seen_has(&got, row[i].code));
    }
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM tenants"), 3);
}

static void test_rights(void **state)
{
    static const struct {
        const char *method, *path;
        int owner, admin, optimizer, viewer; /* what each is answered */
    } row[] = {
        {"GET", "/api/tenants", 200, 403, 403, 403},
        {"GET", "/tenants", 200, 403, 403, 403},
        {"GET", "/tenants/new", 200, 403, 403, 403},
        {"GET", "/tenants/0b000000-0000-0000-0000-000000000000", 200, 403, 403, 403},
        {"GET", "/api/settings", 200, 200, 200, 403},
        {"GET", "/settings", 200, 200, 200, 403},
        {"GET", "/api/tenant", 200, 200, 200, 403},
    };
    house *h = *state;
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        CHECK(row[i].path, house_get(h, OWNER, row[i].path).status == row[i].owner);
        CHECK(row[i].path, house_get(h, ADMIN_A, row[i].path).status == row[i].admin);
        CHECK(row[i].path, house_get(h, OPTIMIZER_A, row[i].path).status == row[i].optimizer);
        CHECK(row[i].path, house_get(h, VIEWER_A, row[i].path).status == row[i].viewer);
    }
    CHECK_REFUSED("changing settings", house_send(h, OPTIMIZER_A, "PUT", "/api/settings", "{}"),
                  403, "access.forbidden");
    CHECK_REFUSED("changing the tenant",
                  house_send(h, OPTIMIZER_A, "PATCH", "/api/tenant", "{\"version\":1}"), 403,
                  "access.forbidden");
}

static void test_pages(void **state)
{
    house *h = *state;
    tenant_use_seed(seed);
    seed_fails = false;
    seen got = house_get(h, OWNER, "/tenants");
    CHECK("a row", seen_has(&got, "A_DEMO") && seen_has(&got, "Oil and gas"));
    CHECK("figures", seen_has(&got, "Active tenants"));
    got = house_get(h, OWNER, "/tenants?q=nobody&lang=ar");
    CHECK("nothing there", seen_has(&got, "لا توجد جهات هنا"));

    got = house_form(h, OWNER, "/tenants/new", "code=bad&name=Water&industry=water");
    assert_int_equal(got.status, 422);
    CHECK("typed text stays", seen_has(&got, "value=\"bad\"") && seen_has(&got, "value=\"Water\""));
    CHECK("the administrator too", seen_has(&got, "id=\"form-admin-email-error\""));
    got = house_form(h, OWNER, "/tenants/new",
                     "code=A_DEMO&name=Water&industry=water&admin_email=a%40water.example");
    assert_int_equal(got.status, 409);
    CHECK("at its field", seen_has(&got, "Another tenant has this code") &&
                              seen_has(&got, "id=\"form-code-error\""));
    got = house_form(h, OWNER, "/tenants/new",
                     "code=WATER_1&name=Water&industry=water&admin_email=a%40water.example"
                     "&admin_name=Aisha&time_zone=Asia%2FDubai&currency=AED&is_demo=on");
    assert_int_equal(got.status, 303);
    oq_str to = seen_header(&got, "Location");
    CHECK("to its page", oq_str_starts(to, OQ_STR("/tenants/")) &&
                             oq_str_ends(to, oq_strf(h->arena, "?once=%s", secret_id)));
    got = house_get(h, OWNER, oq_str_c(h->arena, to));
    CHECK("the one-time view",
          seen_has(&got, "href=\"/once/00000000-0000-7000-8000-00000000005e\""));
    CHECK("as ordered", seen_has(&got, "Asia/Dubai") && seen_has(&got, "AED"));
    tenant_use_seed(NULL);
}

#define A_PATH "/tenants/0a000000-0000-0000-0000-000000000000"

static void test_page_of_one(void **state)
{
    house *h = *state;
    seen got = house_form(h, OWNER, A_PATH,
                          "name=&industry=oil_gas&time_zone=Asia%2FRiyadh&currency=SAR&version=1");
    assert_int_equal(got.status, 422);
    CHECK("which", seen_has(&got, "id=\"form-name-error\""));
    got = house_form(h, OWNER, A_PATH,
                     "name=Mine&industry=oil_gas&time_zone=Asia%2FRiyadh&currency=SAR&version=1");
    assert_int_equal(got.status, 303);
    got = house_form(h, OWNER, A_PATH,
                     "name=Other&industry=oil_gas&time_zone=Asia%2FRiyadh&currency=SAR&version=1");
    assert_int_equal(got.status, 409);
    CHECK("both values",
          seen_has(&got, "value=\"Other\"") && seen_has(&got, "<h1><bdi>Mine</bdi></h1>"));
    CHECK("to save on purpose", seen_has(&got, "name=\"version\" value=\"2\""));

    got = house_form(h, OWNER, A_PATH "/status", "status=suspended&confirm=a_demo&version=2");
    assert_int_equal(got.status, 422);
    CHECK("the code, exactly", seen_has(&got, "is not the code A_DEMO"));
    got = house_form(h, OWNER, A_PATH "/status", "status=suspended&confirm=A_DEMO&version=2");
    assert_int_equal(got.status, 303);
    got = house_get(h, OWNER, A_PATH);
    CHECK("can be resumed", seen_has(&got, "Resume the tenant") && !seen_has(&got, "id=\"enter\""));
    got = house_form(h, OWNER, A_PATH "/status", "status=active&version=3");
    assert_int_equal(got.status, 303);
    got = house_get(h, OWNER, "/tenants/00000000-0000-7000-8000-000000000001");
    CHECK("not of the platform's own", !seen_has(&got, "suspend-confirm"));
    got = house_get(h, OWNER, "/tenants/0f000000-0000-0000-0000-000000000000");
    assert_int_equal(got.status, 404);
}

/* --- over HTTP: the tenant --------------------------------------------------------------------*/

static const char all_settings[] =
    "{\"require_totp\":true,\"session_idle_minutes\":60,\"session_hours\":8,"
    "\"password_min_length\":14,\"audit_days\":400,\"job_days\":30,\"notification_days\":90,"
    "\"alarm_days\":365,"
    "\"series_unknown\":\"refuse\",\"series_max\":5000,\"retention_days\":0,"
    "\"incident_window_before_minutes\":30,\"incident_window_after_minutes\":45,"
    "\"incident_grace_minutes\":0,\"wo_initial_status\":\"pending_approval\","
    "\"auto_wo_probability\":0.75,\"notes_visible_to_viewer\":false,"
    "\"escalation_minutes\":15,\"ai_score_minutes\":30,\"ai_horizon_hours\":72,"
    "\"ai_health_below\":35,\"ai_probability_from\":0.4,\"ai_false_alarms_a_month\":2,"
    "\"notify_in_app_from\":\"high\","
    "\"notify_mail_from\":\"urgent\",\"version\":0}";

static void test_settings_api(void **state)
{
    house *h = *state;
    seen got = house_get(h, ADMIN_A, "/api/settings");
    CHECK("presets", seen_has(&got, "\"audit_days\":1095") && seen_has(&got, "\"version\":0"));
    got = house_send(h, ADMIN_A, "PUT", "/api/settings", all_settings);
    assert_int_equal(got.status, 200);
    CHECK("stored",
          seen_has(&got, "\"auto_wo_probability\":0.75") && seen_has(&got, "\"version\":1"));
    CHECK_REFUSED("again", house_send(h, ADMIN_A, "PUT", "/api/settings", all_settings), 409,
                  "settings.version_stale");
    got = house_send(h, ADMIN_A, "PUT", "/api/settings", "{\"audit_days\":500,\"version\":1}");
    assert_int_equal(got.status, 422);
    CHECK("nothing falls back silently", seen_has(&got, "require_totp"));
    got = house_get(h, ADMIN_B, "/api/settings");
    CHECK("of B nothing", seen_has(&got, "\"audit_days\":1095"));

    got = house_send(h, ADMIN_A, "PATCH", "/api/tenant", "{\"currency\":\"AED\",\"version\":1}");
    assert_int_equal(got.status, 200);
    CHECK("changed",
          seen_has(&got, "\"currency\":\"AED\"") && seen_has(&got, "\"code\":\"A_DEMO\""));
    got =
        house_send(h, ADMIN_A, "PATCH", "/api/tenant", "{\"status\":\"suspended\",\"version\":2}");
    assert_int_equal(got.status, 422);
    CHECK("its status is not its own", seen_has(&got, "field.unknown"));
    CHECK_REFUSED("emptied",
                  house_send(h, ADMIN_A, "PATCH", "/api/tenant", "{\"name\":\" \",\"version\":2}"),
                  422, "field.required");
}

#define SETTINGS_FORM(more)                                                                        \
    "require_totp=false&require_totp=on&session_idle_minutes=60&session_hours=8"                   \
    "&password_min_length=14&job_days=30&notification_days=90&alarm_days=365"                      \
    "&series_unknown=create&series_max=100000&retention_days=1095"                                 \
    "&incident_window_before_minutes=30&incident_window_after_minutes=45"                          \
    "&incident_grace_minutes=0&wo_initial_status=open&auto_wo_probability=0.75"                    \
    "&notes_visible_to_viewer=false&escalation_minutes=15&ai_score_minutes=15"                     \
    "&ai_horizon_hours=168&ai_health_below=40&ai_probability_from=0.5&ai_false_alarms_a_month=1"   \
    "&notify_in_app_from=high&notify_mail_from=urgent&" more

static void test_settings_page(void **state)
{
    house *h = *state;
    seen got = house_get(h, ADMIN_A, "/settings");
    CHECK("sections",
          seen_has(&got, ">Sign-in</legend>") && seen_has(&got, "How long records are kept"));
    CHECK("help", seen_has(&got, "cannot be deleted"));
    CHECK("can be saved", seen_has(&got, "Save the settings") && !seen_has(&got, " disabled"));
    got = house_get(h, OPTIMIZER_A, "/settings");
    CHECK("read-only", seen_has(&got, " disabled") && !seen_has(&got, "Save the settings"));
    got = house_get(h, ADMIN_A, "/settings?lang=ar");
    CHECK("Arabic", seen_has(&got, "مدة حفظ السجلات"));

    got = house_form(h, ADMIN_A, "/settings", SETTINGS_FORM("audit_days=10&version=0"));
    assert_int_equal(got.status, 422);
    CHECK("typed text stays", seen_has(&got, "value=\"10\"") && seen_has(&got, "at least 365"));
    got = house_form(h, ADMIN_A, "/settings", SETTINGS_FORM("audit_days=400&version=0"));
    assert_int_equal(got.status, 303);
    CHECK_STR("back", seen_header(&got, "Location"), "/settings");
    got = house_form(h, ADMIN_A, "/settings", SETTINGS_FORM("audit_days=500&version=0"));
    assert_int_equal(got.status, 409);
    CHECK("both values",
          seen_has(&got, "value=\"500\"") && seen_has(&got, "<span dir=\"auto\">400</span>"));
    CHECK("where they differ alone", !seen_has(&got, "<span dir=\"auto\">60</span>"));
    CHECK("to save on purpose", seen_has(&got, "name=\"version\" value=\"1\""));
    got = house_form(h, ADMIN_A, "/settings", SETTINGS_FORM("audit_days=500&version=1"));
    assert_int_equal(got.status, 303);
    CHECK_REFUSED("now it is", house_send(h, ADMIN_A, "PUT", "/api/settings", all_settings), 409,
                  "settings.version_stale");
}

static void test_profile_on_the_page(void **state)
{
    house *h = *state;
    seen got = house_form(h, ADMIN_A, "/settings/tenant",
                          "name=&time_zone=Asia%2FDubai&currency=AED&profile_version=1");
    assert_int_equal(got.status, 422);
    CHECK("which",
          seen_has(&got, "id=\"form-name-error\"") && seen_has(&got, "value=\"Asia/Dubai\""));
    got = house_form(h, ADMIN_A, "/settings/tenant",
                     "name=A&time_zone=Asia%2FDubai&currency=AED&profile_version=1");
    assert_int_equal(got.status, 303);
    got = house_form(h, ADMIN_A, "/settings/tenant",
                     "name=B&time_zone=Asia%2FDubai&currency=AED&profile_version=1");
    assert_int_equal(got.status, 409);
    CHECK("said", seen_has(&got, "Somebody else changed this tenant"));
    CHECK("the other form is untouched",
          seen_has(&got, "name=\"audit_days\" type=\"number\" value=\"1095\""));
    CHECK("forged", house_ask(h, ADMIN_A, "POST", "/settings/tenant",
                              "Content-Type: application/x-www-form-urlencoded\r\n",
                              "name=X&time_zone=UTC&currency=AED&profile_version=2")
                            .status == 403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_making_one, house_reset),
        cmocka_unit_test_setup(test_a_code_is_one_tenants, house_reset),
        cmocka_unit_test_setup(test_all_or_nothing, house_reset),
        cmocka_unit_test_setup(test_changing, house_reset),
        cmocka_unit_test_setup(test_the_platform_stays, house_reset),
        cmocka_unit_test_setup(test_of_two_the_second_is_told, house_reset),
        cmocka_unit_test_setup(test_a_tenant_changes_itself, house_reset),
        cmocka_unit_test_setup(test_this_process_knows_at_once, house_reset),
        cmocka_unit_test_setup(test_other_processes_are_told, house_reset),
        cmocka_unit_test_setup(test_list, house_reset),
        cmocka_unit_test_setup(test_totals, house_reset),
        cmocka_unit_test_setup(test_settings_go_round, house_reset),
        cmocka_unit_test_setup(test_settings_of_two, house_reset),
        cmocka_unit_test_setup(test_settings_of_another_version, house_reset),
        cmocka_unit_test_setup(test_api, reset_and_serve),
        cmocka_unit_test_setup(test_api_list, reset_and_serve),
        cmocka_unit_test_setup(test_api_bad_input, reset_and_serve),
        cmocka_unit_test_setup(test_rights, reset_and_serve),
        cmocka_unit_test_setup(test_pages, reset_and_serve),
        cmocka_unit_test_setup(test_page_of_one, reset_and_serve),
        cmocka_unit_test_setup(test_settings_api, reset_and_serve),
        cmocka_unit_test_setup(test_settings_page, reset_and_serve),
        cmocka_unit_test_setup(test_profile_on_the_page, reset_and_serve),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
