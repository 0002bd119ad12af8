#include "support/house.h"

#include "base/secret.h"
#include "web/page.h"

#include "base/banned.h"

static const struct {
    const char *name, *id, *tenant, *role;
    oq_role role_value;
    const char *tenant_name, *tenant_code;
} people[HOUSE_PEOPLE] = {
    [OWNER] = {"owner", "00000000-0000-0000-0000-0000000000e0",
               "00000000-0000-7000-8000-000000000001", "platform_owner", ROLE_PLATFORM_OWNER,
               "OPTRIA IQ", "PLATFORM"},
    [ADMIN_A] = {"admin_a", "00000000-0000-0000-0000-0000000000a1",
                 "0a000000-0000-0000-0000-000000000000", "tenant_admin", ROLE_TENANT_ADMIN,
                 "Tenant A", "A_DEMO"},
    [OPTIMIZER_A] = {"optimizer_a", "00000000-0000-0000-0000-0000000000a3",
                     "0a000000-0000-0000-0000-000000000000", "optimization_engineer",
                     ROLE_OPTIMIZATION_ENGINEER, "Tenant A", "A_DEMO"},
    [VIEWER_A] = {"viewer_a", "00000000-0000-0000-0000-0000000000a2",
                  "0a000000-0000-0000-0000-000000000000", "viewer", ROLE_VIEWER, "Tenant A",
                  "A_DEMO"},
    [ADMIN_B] = {"admin_b", "00000000-0000-0000-0000-0000000000b1",
                 "0b000000-0000-0000-0000-000000000000", "tenant_admin", ROLE_TENANT_ADMIN,
                 "Tenant B", "B_DEMO"},
};

static const char csrf[] = "house-csrf-token";

static oq_uuid parse(const char *text)
{
    oq_uuid id = OQ_UUID_ZERO;
    if (text && !oq_uuid_parse(oq_cstr(text), &id))
        fail_msg("%s: not an id", text);
    return id;
}

oq_uuid house_id(house_person person)
{
    return parse(people[person].id);
}

oq_uuid house_tenant(house_person person)
{
    return parse(people[person].tenant);
}

static oq_actor actor_of(house_person person)
{
    if (person == NOBODY)
        return (oq_actor){.kind = ACTOR_SYSTEM, .label = OQ_STR("nobody")};
    return (oq_actor){
        .kind = ACTOR_USER,
        .id = house_id(person),
        .home_tenant = house_tenant(person),
        .label = oq_cstr(people[person].name),
        .role = people[person].role_value,
        .caps = oq_caps_of_role(people[person].role_value),
        .address = OQ_STR("198.51.100.7"),
    };
}

/* --- the database -----------------------------------------------------------------------------*/

static void add_people(house *h)
{
    for (int i = OWNER; i < HOUSE_PEOPLE; i++)
        testdb_exec(h->db, oq_strf(h->arena,
                                   "INSERT INTO users (tenant_id, id, email, full_name, role) "
                                   "VALUES ('%s', '%s', '%s@example.com', '%s', '%s')",
                                   people[i].tenant, people[i].id, people[i].name, people[i].name,
                                   people[i].role)
                               .ptr);
}

int house_open(void **state)
{
    house *h = calloc(1, sizeof *h);
    h->arena = oq_arena_open(0);
    h->db = testdb_open();
    db_pool_options options = testdb_pool_options(h->db);
    options.size_max = 8;
    CHECK_OK(db_pool_open(&options, &h->pool));
    CHECK_OK(oq_secret_setup(OQ_STR("a master key of at least 32 bytes, for tests")));
    CHECK_OK(web_setup());
    *state = h;
    return 0;
}

int house_close(void **state)
{
    house *h = *state;
    http_server_close(h->server, 1000);
    if (h->hub)
        http_hub_close(h->hub);
    db_pool_close(h->pool);
    testdb_close(h->db);
    oq_arena_close(h->arena);
    free(h);
    return 0;
}

int house_reset(void **state)
{
    house *h = *state;
    oq_err_reset();
    oq_arena_reset(h->arena);
    oq_clock_set(OQ_TIME_NONE);
    /* every table of tenants that has rows, whichever were added since */
    testdb_exec(h->db, "DO $$ DECLARE t text; has_rows boolean; names text := ''; BEGIN"
                       " FOR t IN SELECT c.relname FROM pg_class c JOIN pg_attribute a"
                       " ON a.attrelid = c.oid AND a.attname = 'tenant_id' WHERE c.relkind = 'r'"
                       " AND c.relnamespace = 'public'::regnamespace LOOP"
                       " EXECUTE format('SELECT EXISTS (SELECT FROM %I)', t) INTO has_rows;"
                       " IF has_rows THEN names := names || ', ' || quote_ident(t); END IF;"
                       " END LOOP; IF names <> '' THEN"
                       " EXECUTE 'TRUNCATE ' || substr(names, 3) || ' CASCADE'; END IF; END $$;"
                       "DELETE FROM tenants WHERE code <> 'PLATFORM';"
                       "UPDATE tenants SET name = 'OPTRIA IQ', status = 'active', version = 1;"
                       "INSERT INTO tenants (id, code, name, industry) VALUES"
                       " ('0a000000-0000-0000-0000-000000000000', 'A_DEMO', 'Tenant A', 'oil_gas'),"
                       " ('0b000000-0000-0000-0000-000000000000', 'B_DEMO', 'Tenant B', 'power')");
    add_people(h);
    return 0;
}

oq_scope *house_scope(house *h, house_person person, oq_access access)
{
    oq_scope *s = NULL;
    CHECK_OK(oq_scope_open(
        &(oq_scope_options){
            .pool = h->pool,
            .tenant_id = house_tenant(person),
            .access = access,
            .actor = actor_of(person),
            .request_id = OQ_STR("house"),
            .arena = h->arena,
        },
        &s));
    return s;
}

db_platform *house_platform(house *h, oq_access access)
{
    db_platform *p = NULL;
    CHECK_OK(db_platform_open(
        &(db_platform_options){
            .pool = h->pool,
            .access = access,
            .actor = actor_of(OWNER),
            .request_id = OQ_STR("house"),
            .arena = h->arena,
        },
        &p));
    return p;
}

void house_commit(oq_scope *s)
{
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
}

void house_commit_platform(db_platform *p)
{
    CHECK_OK(db_platform_commit(p));
    db_platform_close(p);
}

/* --- the server -------------------------------------------------------------------------------*/

static oq_err *authenticate(void *self, http_req *rq, http_who *ret_who)
{
    oq_str name = http_header(rq, "X-House-Person");
    *ret_who = (http_who){.actor = actor_of(NOBODY)};
    for (int i = OWNER; i < HOUSE_PEOPLE; i++)
        if (oq_str_eq(name, oq_cstr(people[i].name)))
            *ret_who = (http_who){
                .is_signed_in = true,
                .by_cookie = true,
                .actor = actor_of((house_person)i),
                .tenant_id = house_tenant((house_person)i),
                .session_id = house_id((house_person)i),
                .csrf_token = oq_cstr(csrf),
                .full_name = oq_cstr(people[i].name),
                .tenant_name = oq_cstr(people[i].tenant_name),
                .tenant_code = oq_cstr(people[i].tenant_code),
                .time_zone = OQ_STR("Asia/Riyadh"),
                .currency = OQ_STR("SAR"),
            };
    oq_str as = http_header(rq, "X-House-As"), id;
    int role;
    if (oq_str_cut(&as, ' ', &id) && oq_uuid_parse(id, &ret_who->actor.id) &&
        oq_choice_value(role_choices, as, &role)) {
        ret_who->actor.role = (oq_role)role;
        ret_who->actor.caps = oq_caps_of_role((oq_role)role);
        ret_who->actor.label = ret_who->full_name = OQ_STR("somebody");
    }
    ret_who->actor.address = http_peer(rq);
    return NULL;
}

static bool feature_is_on(void *self, const char *feature)
{
    return true;
}

void house_serve(house *h, http_route_list *routes)
{
    if (h->server)
        return;
    http_options options = {
        .bind = OQ_STR("127.0.0.1"),
        .event_threads = 1,
        .worker_threads = 4,
        .connections_max = 200,
        .idle_timeout_s = 30,
        .queue_max = 100,
        .pool = h->pool,
        .routes = routes,
        .hooks = {.authenticate = authenticate,
                  .error_page = web_error_page,
                  .feature_is_on = feature_is_on,
                  .self = h},
    };
    CHECK_OK(http_server_open(&options, &h->server));
    h->port = http_server_port(h->server);
    h->hub = http_hub_open(h->server);
}

seen house_ask(house *h, house_person person, const char *method, const char *path,
               const char *headers, const char *body)
{
    oq_str all = oq_strf(h->arena, "Accept-Language: en\r\nConnection: close\r\n%s", headers);
    if (person != NOBODY)
        all = oq_strf(h->arena, "%.*sX-House-Person: %s\r\n", OQ_FMT(all), people[person].name);
    return client_request(h->arena, h->port, method, path, all.ptr, body);
}

seen house_get(house *h, house_person person, const char *path)
{
    return house_ask(h, person, "GET", path, "", NULL);
}

seen house_get_as(house *h, house_person beside, oq_uuid id, oq_role role, const char *path)
{
    oq_str as = oq_strf(h->arena, "X-House-As: %.*s %s\r\n", OQ_FMT(oq_uuid_text(h->arena, id)),
                        oq_choice_text(role_choices, role));
    return house_ask(h, beside, "GET", path, as.ptr, NULL);
}

seen house_send(house *h, house_person person, const char *method, const char *path,
                const char *json)
{
    oq_str headers = oq_strf(h->arena, "X-CSRF-Token: %s\r\n%s", csrf,
                             json ? "Content-Type: application/json\r\n" : "");
    return house_ask(h, person, method, path, headers.ptr, json ? json : "");
}

seen house_form(house *h, house_person person, const char *path, const char *fields)
{
    oq_str body = oq_strf(h->arena, "csrf_token=%s&%s", csrf, fields);
    return house_ask(h, person, "POST", path, "Content-Type: application/x-www-form-urlencoded\r\n",
                     person == NOBODY ? fields : body.ptr);
}

oq_str house_between(house *h, const seen *s, const char *before, const char *after)
{
    size_t at = oq_str_find(s->body, oq_cstr(before));
    if (at == SIZE_MAX)
        fail_msg("no %s in: %.*s", before, OQ_FMT(s->body));
    oq_str rest = oq_str_sub(s->body, at + strlen(before), SIZE_MAX);
    return oq_str_copy(h->arena, oq_str_sub(rest, 0, oq_str_find(rest, oq_cstr(after))));
}
