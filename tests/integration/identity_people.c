#include "integration/identity_people.h"

#include "base/secret.h"
#include "identity/password.h"
#include "identity/session_state.h"

#include "base/banned.h"

static const struct {
    const char *email, *name, *role, *tenant, *id;
    oq_role role_value;
} all[PEOPLE] = {
    [OWNER] = {"owner@optria.example", "Owner", "platform_owner",
               "00000000-0000-7000-8000-000000000001", "00000000-0000-0000-0000-0000000000e0",
               ROLE_PLATFORM_OWNER},
    [ADMIN] = {"admin@a.example", "Sara", "tenant_admin", "0a000000-0000-0000-0000-000000000000",
               "00000000-0000-0000-0000-0000000000a1", ROLE_TENANT_ADMIN},
    [SECOND] = {"second@a.example", "Omar", "tenant_admin", "0a000000-0000-0000-0000-000000000000",
                "00000000-0000-0000-0000-0000000000a2", ROLE_TENANT_ADMIN},
    [VIEWER] = {"viewer@a.example", "Noura", "viewer", "0a000000-0000-0000-0000-000000000000",
                "00000000-0000-0000-0000-0000000000a3", ROLE_VIEWER},
    [INVITED] = {"invited@a.example", "Faisal", "engineer", "0a000000-0000-0000-0000-000000000000",
                 "00000000-0000-0000-0000-0000000000a4", ROLE_ENGINEER},
    [OTHER] = {"admin@b.example", "Lina", "tenant_admin", "0b000000-0000-0000-0000-000000000000",
               "00000000-0000-0000-0000-0000000000b1", ROLE_TENANT_ADMIN},
};

static oq_uuid parse(const char *text)
{
    oq_uuid id = OQ_UUID_ZERO;
    if (!oq_uuid_parse(oq_cstr(text), &id))
        fail_msg("%s: not an id", text);
    return id;
}

oq_uuid person_id(person who)
{
    return parse(all[who].id);
}

oq_uuid person_tenant(person who)
{
    return parse(all[who].tenant);
}

const char *person_email(person who)
{
    return all[who].email;
}

/* --- the database -------------------------------------------------------------------------------*/

void people_exec(people *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    oq_str sql = oq_strfv(p->arena, format, args);
    va_end(args);
    testdb_exec(p->db, sql.ptr);
}

int64_t people_number(people *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    oq_str sql = oq_strfv(p->arena, format, args);
    va_end(args);
    return testdb_number(p->db, sql.ptr);
}

int64_t people_audited(people *p, const char *action)
{
    return people_number(p, "SELECT count(*) FROM audit_logs WHERE action = '%s'", action);
}

int people_open(void **state)
{
    people *p = calloc(1, sizeof *p);
    CHECK_OK(oq_secret_setup(OQ_STR("a master key for tests, and for nothing else")));
    CHECK_OK(session_setup(OQ_STR("a key for tests, and for nothing else at all")));
    p->arena = oq_arena_open(0);
    p->db = testdb_open();
    db_pool_options options = testdb_pool_options(p->db);
    options.size_max = 8;
    CHECK_OK(db_pool_open(&options, &p->pool));
    *state = p;
    return 0;
}

int people_close(void **state)
{
    people *p = *state;
    oq_clock_set(OQ_TIME_NONE);
    db_pool_close(p->pool);
    testdb_close(p->db);
    oq_arena_close(p->arena);
    free(p);
    return 0;
}

static void add_everybody(people *p)
{
    static char hash[200]; /* costs as much as a sign-in */
    if (!hash[0])
        snprintf(hash, sizeof hash, "%.*s", OQ_FMT(password_hash(p->arena, OQ_STR(PASSWORD))));
    for (int i = 0; i < PEOPLE; i++) {
        people_exec(p,
                    "INSERT INTO users (tenant_id, id, email, full_name, role, password_hash) "
                    "VALUES ('%s', '%s', '%s', '%s', '%s', nullif('%s', ''))",
                    all[i].tenant, all[i].id, all[i].email, all[i].name, all[i].role,
                    i == INVITED ? "" : hash);
        people_exec(p, "INSERT INTO login_names VALUES ('%s', '%s', '%s')", all[i].email,
                    all[i].tenant, all[i].id);
    }
}

int people_reset(void **state)
{
    people *p = *state;
    oq_arena_reset(p->arena);
    oq_err_reset();
    oq_clock_set(NOW);
    session_cache_when(NULL, NULL);
    session_on_gap(NULL); /* nothing is remembered */
    testdb_exec(p->db, "TRUNCATE user_sessions, api_tokens, one_time_secrets, password_resets,"
                       " tenant_settings, audit_logs, login_throttle, login_names, jobs, job_turns,"
                       " job_schedules, notifications, live_events, users CASCADE;"
                       "DELETE FROM tenants WHERE industry <> 'platform';"
                       "INSERT INTO tenants (id, code, name, industry) VALUES"
                       " ('0a000000-0000-0000-0000-000000000000', 'A_DEMO', 'Tenant A', 'oil_gas'),"
                       " ('0b000000-0000-0000-0000-000000000000', 'B_DEMO', 'Tenant B', 'power')");
    add_everybody(p);
    return 0;
}

/* --- units of work --------------------------------------------------------------------------------*/

oq_scope *people_scope(people *p, person who, oq_access access)
{
    oq_scope *s = NULL;
    CHECK_OK(
        oq_scope_open(&(oq_scope_options){.pool = p->pool,
                                          .tenant_id = person_tenant(who),
                                          .access = access,
                                          .actor = {.kind = ACTOR_USER,
                                                    .id = person_id(who),
                                                    .home_tenant = person_tenant(who),
                                                    .label = oq_cstr(all[who].email),
                                                    .role = all[who].role_value,
                                                    .caps = oq_caps_of_role(all[who].role_value),
                                                    .address = OQ_STR("198.51.100.7")},
                                          .request_id = OQ_STR("test-request"),
                                          .arena = p->arena},
                      &s));
    return s;
}

oq_err *people_end(oq_scope *s, oq_err *err)
{
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

void people_commit(oq_scope *s)
{
    CHECK_OK(people_end(s, NULL));
}

user *people_user(people *p, person who)
{
    user *u = NULL;
    oq_scope *s = people_scope(p, who, OQ_READ);
    CHECK_OK(user_get(s, person_id(who), &u));
    oq_scope_close(s);
    return u;
}

/* --- signing in -----------------------------------------------------------------------------------*/

oq_err *people_sign_in(people *p, const login_order *order, login_result *ret_result)
{
    *ret_result = (login_result){0};
    return login_sign_in(p->pool, p->arena, order, OQ_STR("198.51.100.7"),
                         OQ_STR("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"),
                         OQ_STR("test-request"), ret_result);
}

login_result people_signed_in(people *p, person who)
{
    login_result result;
    login_order order = {.email = oq_cstr(all[who].email), .password = OQ_STR(PASSWORD)};
    CHECK_CODE(all[who].email, people_sign_in(p, &order, &result), NULL);
    return result;
}

oq_err *people_ask(people *p, oq_str cookie, session_check *ret_check)
{
    *ret_check = (session_check){0};
    return session_authenticate(p->pool, p->arena, cookie, OQ_STR("198.51.100.7"),
                                OQ_STR("test-request"), ret_check);
}
