/* Event streams end with the right to them: at sign-out, when a person is deactivated, when the
 * tenant is suspended or left, when a machine's token is revoked. */
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/test.h"
#include "identity/session.h"
#include "support/testapp.h"

#include "base/banned.h"

static testapp *app;
static testclient *owner, *admin, *person;
static oq_uuid tenant_id, person_id;

static int set_up(void **state)
{
    app = testapp_open(false);
    tenant_id = testapp_tenant(app, "STREAMS");
    testapp_person(app, (oq_uuid){{0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}},
                   ROLE_PLATFORM_OWNER, "owner@test.example");
    testapp_person(app, tenant_id, ROLE_TENANT_ADMIN, "admin@test.example");
    person_id = testapp_person(app, tenant_id, ROLE_ENGINEER, "person@test.example");
    owner = testclient_open(app);
    admin = testclient_open(app);
    person = testclient_open(app);
    testclient_sign_in(owner, "owner@test.example");
    testclient_sign_in(admin, "admin@test.example");
    return 0;
}

static int tear_down(void **state)
{
    testclient_close(owner);
    testclient_close(admin);
    testclient_close(person);
    testapp_close(app);
    return 0;
}

/* A stream of whom a header names, of which the first bytes have come. */
static int open_stream_as(oq_str header)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)testapp_port(app)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK("connected", connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
    char text[2048];
    int len = snprintf(text, sizeof text, "GET /api/live HTTP/1.1\r\nHost: t\r\n%.*s\r\n\r\n",
                       OQ_FMT(header));
    CHECK("asked", write(fd, text, (size_t)len) == len);
    ssize_t got = read(fd, text, sizeof text);
    CHECK("it streams",
          got > 0 && oq_str_starts(oq_strn(text, (size_t)got), OQ_STR("HTTP/1.1 200")));
    return fd;
}

static oq_str cookie_of(testclient *c)
{
    oq_str cookie = testclient_cookie(c, SESSION_COOKIE);
    return oq_strf(testapp_arena(app), "Cookie: " SESSION_COOKIE "=%.*s", OQ_FMT(cookie));
}

static int open_stream(void)
{
    testclient_sign_in(person, "person@test.example");
    return open_stream_as(cookie_of(person));
}

/* Reads on until the answer is over. */
static void check_ends(const char *label, int fd)
{
    char some[1024];
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    for (;;) {
        if (poll(&polled, 1, 10000) <= 0)
            fail_msg("%s: the stream goes on", label);
        ssize_t got = read(fd, some, sizeof some);
        if (got <= 0 || oq_str_ends(oq_strn(some, (size_t)got), OQ_STR("0\r\n\r\n")))
            break; /* the connection, or the last chunk of the answer */
    }
    close(fd);
}

static void test_sign_out(void **state)
{
    int fd = open_stream();
    testreply r = testclient_json(person, "POST", "/api/auth/logout", NULL);
    CHECK("signed out", r.status < 300);
    check_ends("sign-out", fd);
}

static void change_person(bool is_active)
{
    char path[100], body[300];
    oq_str id = oq_uuid_text(testapp_arena(app), person_id);
    snprintf(path, sizeof path, "/api/users/%s", id.ptr);
    testreply r = testclient_get(admin, path);
    oq_str version = testclient_member(admin, &r, "version");
    snprintf(body, sizeof body,
             "{\"full_name\":\"Tester\",\"role\":\"engineer\",\"is_active\":%s,\"version\":%.*s}",
             is_active ? "true" : "false", OQ_FMT(version));
    r = testclient_json(admin, "PATCH", path, body);
    if (r.status != 200)
        fail_msg("change: %d %.*s", r.status, OQ_FMT(r.body));
}

static void test_deactivation(void **state)
{
    int fd = open_stream();
    change_person(false);
    check_ends("deactivated", fd);
    change_person(true);
}

/* Who has left a tenant hears nothing more from it. */
static void test_leaving_a_tenant(void **state)
{
    oq_str id = oq_uuid_text(testapp_arena(app), tenant_id);
    oq_str path = oq_strf(testapp_arena(app), "/api/tenants/%.*s/enter", OQ_FMT(id));
    testreply r = testclient_json(owner, "POST", path.ptr, "{\"reason\":\"a ticket\"}");
    CHECK("entered", r.status == 204);
    int fd = open_stream_as(cookie_of(owner));
    r = testclient_json(owner, "POST", "/api/tenants/leave", NULL);
    CHECK("left", r.status == 204);
    check_ends("left", fd);
}

static oq_str make_token(const char *capability, oq_str *ret_header)
{
    oq_arena *arena = testapp_arena(app);
    static int nth;
    oq_str body =
        oq_strf(arena, "{\"name\":\"gateway %d\",\"capabilities\":[\"%s\"]}", ++nth, capability);
    testreply r = testclient_json(admin, "POST", "/api/tokens", body.ptr);
    if (r.status != 201)
        fail_msg("token: %d %.*s", r.status, OQ_FMT(r.body));
    oq_str secret = testclient_member(admin, &r, "secret");
    *ret_header = oq_strf(arena, "Authorization: Bearer %.*s", OQ_FMT(secret));
    return oq_str_copy(arena, testclient_member(admin, &r, "token.id"));
}

static void test_a_revoked_token(void **state)
{
    oq_str header, id = make_token("notification.read", &header);
    int fd = open_stream_as(header);
    oq_str path = oq_strf(testapp_arena(app), "/api/tokens/%.*s", OQ_FMT(id));
    CHECK("revoked", testclient_json(admin, "DELETE", path.ptr, NULL).status == 204);
    check_ends("token revoked", fd);
}

/* What happens in a tenant is not for every machine, nor for who still has to choose a password. */
static void test_who_may_not_listen(void **state)
{
    oq_str header;
    make_token("asset.read", &header);
    testclient *machine = testclient_open(app);
    testclient_use_bearer(machine, oq_str_sub(header, strlen("Authorization: Bearer "), SIZE_MAX));
    testreply r = testclient_get(machine, "/api/live");
    CHECK("another right", r.status == 403);
    testclient_close(machine);
    testclient_sign_in(person, "person@test.example");
    testdb_exec(testapp_db(app), "UPDATE users SET must_change_password = true"
                                 " WHERE email = 'person@test.example'");
    session_on_gap(NULL);
    r = testclient_get(person, "/api/live");
    CHECK_STR("first the password", testclient_member(person, &r, "code"),
              "auth.password_change_required");
    testdb_exec(testapp_db(app), "UPDATE users SET must_change_password = false");
}

static void test_suspension(void **state)
{
    int fd = open_stream();
    char path[100];
    oq_str id = oq_uuid_text(testapp_arena(app), tenant_id);
    snprintf(path, sizeof path, "/api/tenants/%s", id.ptr);
    testreply r = testclient_get(owner, path);
    oq_str version = testclient_member(owner, &r, "version");
    char body[100];
    snprintf(body, sizeof body, "{\"status\":\"suspended\",\"version\":%.*s}", OQ_FMT(version));
    r = testclient_json(owner, "PATCH", path, body);
    if (r.status != 200)
        fail_msg("suspend: %d %.*s", r.status, OQ_FMT(r.body));
    check_ends("suspended", fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign_out),           cmocka_unit_test(test_deactivation),
        cmocka_unit_test(test_leaving_a_tenant),   cmocka_unit_test(test_a_revoked_token),
        cmocka_unit_test(test_who_may_not_listen), cmocka_unit_test(test_suspension),
    };
    return cmocka_run_group_tests_name("session_stream", tests, set_up, tear_down);
}
