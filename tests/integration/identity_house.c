#include "integration/identity_house.h"

#include "tenant/tenant.h"

#include "base/banned.h"

int house_open_empty(void **state)
{
    house *h = calloc(1, sizeof *h);
    h->app = testapp_open(false);
    h->arena = oq_arena_open(0);
    h->a = testclient_open(h->app);
    h->b = testclient_open(h->app);
    *state = h;
    return 0;
}

void house_add_people(house *h)
{
    h->tenant_a = testapp_tenant(h->app, "TENANT_A");
    h->tenant_b = testapp_tenant(h->app, "TENANT_B");
    h->admin = testapp_person(h->app, h->tenant_a, ROLE_TENANT_ADMIN, "admin@a.example");
    h->viewer = testapp_person(h->app, h->tenant_a, ROLE_VIEWER, "viewer@a.example");
    h->other = testapp_person(h->app, h->tenant_b, ROLE_TENANT_ADMIN, "admin@b.example");
}

int house_open(void **state)
{
    house_open_empty(state);
    house *h = *state;
    house_add_people(h);
    testapp_person(h->app, TENANT_PLATFORM, ROLE_PLATFORM_OWNER, "owner@optria.example");
    testclient_sign_in(h->a, "admin@a.example");
    testclient_sign_in(h->b, "admin@b.example");
    return 0;
}

int house_close(void **state)
{
    house *h = *state;
    testclient_close(h->a);
    testclient_close(h->b);
    testapp_close(h->app);
    oq_arena_close(h->arena);
    free(h);
    return 0;
}

char *house_text(house *h, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    oq_str made = oq_strfv(h->arena, format, args);
    va_end(args);
    return oq_str_c(h->arena, made);
}

char *house_id(house *h, oq_uuid id)
{
    return oq_str_c(h->arena, oq_uuid_text(h->arena, id));
}

/* --- what came back -------------------------------------------------------------------------------*/

void check_status(const char *label, testreply r, int status)
{
    if (r.status != status)
        fail_msg("%s: wanted %d, got %d %.*s", label, status, r.status, OQ_FMT(r.body));
}

void check_problem(const char *label, testclient *c, testreply r, int status, const char *code)
{
    check_status(label, r, status);
    CHECK_STR(label, testclient_member(c, &r, "code"), code);
}

void check_leads(const char *label, testreply r, const char *where)
{
    check_status(label, r, 303);
    CHECK_STR(label, r.location, where);
}

bool shows(testreply r, const char *what)
{
    return oq_str_find(r.body, oq_cstr(what)) != SIZE_MAX;
}

void check_shows(const char *label, testreply r, const char *what)
{
    if (!shows(r, what))
        fail_msg("%s: \"%s\" is not in %.*s", label, what, OQ_FMT(r.body));
}

char *between(house *h, testreply r, const char *before, const char *after)
{
    size_t at = oq_str_find(r.body, oq_cstr(before));
    if (at == SIZE_MAX)
        fail_msg("\"%s\" is not in %.*s", before, OQ_FMT(r.body));
    oq_str rest = oq_str_sub(r.body, at + strlen(before), SIZE_MAX);
    return oq_str_c(h->arena, oq_str_sub(rest, 0, oq_str_find(rest, oq_cstr(after))));
}

/* --- asking as a browser --------------------------------------------------------------------------*/

testreply house_page(house *h, testclient *c, const char *path)
{
    testreply r = testclient_get(c, path);
    if (shows(r, "name=\"csrf-token\" content=\""))
        testclient_use_csrf(c, oq_cstr(between(h, r, "name=\"csrf-token\" content=\"", "\"")));
    return r;
}

testclient *house_browser(house *h, const char *email)
{
    testclient *c = testclient_open(h->app);
    testreply r =
        testclient_form(c, "/login", house_text(h, "email=%s&password=" GOOD_PASSWORD, email));
    check_leads(email, r, "/app");
    house_page(h, c, "/profile");
    return c;
}
