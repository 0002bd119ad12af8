/* Event streams end with the right to them: at sign-out, when a person is deactivated, when the
 * tenant is suspended or left, when a machine's token is revoked. */
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/test.h"
#include "historian/series.h"
#include "historian/write.h"
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

/* --- exports -------------------------------------------------------------------------------------*/

/* More than all buffers on the way hold, so that the server waits for its reader. */
enum { EXPORT_SAMPLES = 400000, RECEIVE_BYTES = 16 * 1024 };

static oq_scope *scope_of_tenant(oq_arena *arena)
{
    oq_scope *s = NULL;
    CHECK_OK(
        oq_scope_open(&(oq_scope_options){.pool = testapp_pool(app),
                                          .tenant_id = tenant_id,
                                          .access = OQ_WRITE,
                                          .actor = {.kind = ACTOR_SYSTEM,
                                                    .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)},
                                          .arena = arena},
                      &s));
    return s;
}

static void make_long_series(void)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    series *made;
    series_order order;
    batch_row *row = calloc(EXPORT_SAMPLES, sizeof *row);
    oq_scope *s = scope_of_tenant(arena);
    CHECK_OK(oq_fields_read_json(
        arena, series_order_fields,
        OQ_STR("{\"key\":\"LONG.flow\",\"metric\":\"flow\",\"unit\":\"1\"}"), &order));
    CHECK_OK(series_create(s, &order, &made));
    for (int i = 0; i < EXPORT_SAMPLES; i++)
        row[i] = (batch_row){.time = INT64_C(1767225600) * OQ_SECOND + i * OQ_SECOND,
                             .series_no = (int32_t)made->no,
                             .value = i % 977 * 1.25};
    CHECK_OK(hist_write(s, row, EXPORT_SAMPLES, NULL));
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
    oq_arena_close(arena);
    free(row);
}

#define EXPORT "/api/series/export.csv?q=LONG&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z"

/* An export of which the first bytes have come; the rest waits for whoever reads. */
static int open_export_as(oq_str header)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), receive = RECEIVE_BYTES;
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)testapp_port(app)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive, sizeof receive);
    CHECK("connected", connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
    char text[2048];
    int len = snprintf(text, sizeof text,
                       "GET " EXPORT " HTTP/1.1\r\nHost: t\r\nAccept-Language: en\r\n%.*s\r\n\r\n",
                       OQ_FMT(header));
    CHECK("asked", write(fd, text, (size_t)len) == len);
    ssize_t got = read(fd, text, sizeof text);
    CHECK("it comes", got > 0 && oq_str_starts(oq_strn(text, (size_t)got), OQ_STR("HTTP/1.1 200")));
    return fd;
}

/* Reads on to the end: it is not whole, and its last line says why. */
static void check_breaks_off(const char *label, int fd, const char *code)
{
    OQ_AUTO(oq_buf) all = oq_buf_make(64 * 1024 * 1024);
    for (;;) {
        char *room = oq_buf_room(&all, 64 * 1024);
        CHECK(label, room != NULL);
        ssize_t got = read(fd, room, 64 * 1024);
        if (got <= 0)
            break;
        all.len += (size_t)got;
    }
    close(fd);
    oq_str seen = oq_buf_view(&all);
    oq_str last = oq_str_sub(seen, seen.len > 400 ? seen.len - 400 : 0, SIZE_MAX);
    oq_str said = oq_strf(testapp_arena(app), "[%s]\r\n", code);
    if (oq_str_find(last, said) == SIZE_MAX ||
        oq_str_find(last, OQ_STR("# broken off: ")) == SIZE_MAX)
        fail_msg("%s: the end is \"%.*s\"", label, OQ_FMT(last));
    CHECK(label, oq_str_find(last, OQ_STR("\r\n0\r\n\r\n")) == SIZE_MAX);
    CHECK("not all of it", seen.len < (size_t)EXPORT_SAMPLES * 30);
}

static void test_an_export_after_sign_out(void **state)
{
    make_long_series();
    testclient_sign_in(person, "person@test.example");
    int fd = open_export_as(cookie_of(person));
    CHECK("signed out", testclient_json(person, "POST", "/api/auth/logout", NULL).status < 300);
    check_breaks_off("signed out", fd, "auth.session_ended");
}

static void test_an_export_of_who_lost_the_right(void **state)
{
    testclient_sign_in(person, "person@test.example");
    int fd = open_export_as(cookie_of(person));
    testdb_exec(testapp_db(app), "UPDATE users SET must_change_password = true"
                                 " WHERE email = 'person@test.example'");
    session_on_gap(NULL);
    check_breaks_off("has to change the password", fd, "auth.password_change_required");
    testdb_exec(testapp_db(app), "UPDATE users SET must_change_password = false");
    session_on_gap(NULL);
}

static void test_an_export_of_who_left_the_tenant(void **state)
{
    oq_str id = oq_uuid_text(testapp_arena(app), tenant_id);
    oq_str path = oq_strf(testapp_arena(app), "/api/tenants/%.*s/enter", OQ_FMT(id));
    testreply r = testclient_json(owner, "POST", path.ptr, "{\"reason\":\"a ticket\"}");
    CHECK("entered", r.status == 204);
    int fd = open_export_as(cookie_of(owner));
    CHECK("left", testclient_json(owner, "POST", "/api/tenants/leave", NULL).status == 204);
    check_breaks_off("left", fd, "access.tenant_left");
}

static void test_an_export_of_a_revoked_token(void **state)
{
    oq_str header, id = make_token("asset.read", &header);
    int fd = open_export_as(header);
    oq_str path = oq_strf(testapp_arena(app), "/api/tokens/%.*s", OQ_FMT(id));
    CHECK("revoked", testclient_json(admin, "DELETE", path.ptr, NULL).status == 204);
    check_breaks_off("token revoked", fd, "auth.token_revoked");
}

/* The cookie is renewed while the export runs: the session is the same. */
static void test_an_export_outlives_its_cookie(void **state)
{
    testclient_sign_in(person, "person@test.example");
    int fd = open_export_as(cookie_of(person));
    testdb_exec(testapp_db(app), "UPDATE user_sessions SET serial = serial + 3 WHERE user_id ="
                                 " (SELECT id FROM users WHERE email = 'person@test.example')");
    session_on_gap(NULL);
    char some[65536], tail[16] = "";
    size_t all = 0;
    for (ssize_t got; (got = read(fd, some, sizeof some)) > 0;) {
        all += (size_t)got;
        if (got >= 7)
            memcpy(tail, some + got - 7, 7);
        if (strcmp(tail, "\r\n0\r\n\r\n") == 0 || memcmp(tail, "\n0\r\n\r\n", 6) == 0)
            break;
    }
    close(fd);
    CHECK("whole", all > (size_t)EXPORT_SAMPLES * 30);
    CHECK("still signed in", testdb_number(testapp_db(app), "SELECT count(*) FROM user_sessions"
                                                            " WHERE revoked_why = 'reused'") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign_out),
        cmocka_unit_test(test_deactivation),
        cmocka_unit_test(test_leaving_a_tenant),
        cmocka_unit_test(test_a_revoked_token),
        cmocka_unit_test(test_who_may_not_listen),
        cmocka_unit_test(test_an_export_after_sign_out),
        cmocka_unit_test(test_an_export_of_who_lost_the_right),
        cmocka_unit_test(test_an_export_of_who_left_the_tenant),
        cmocka_unit_test(test_an_export_of_a_revoked_token),
        cmocka_unit_test(test_an_export_outlives_its_cookie),
        cmocka_unit_test(test_suspension),
    };
    return cmocka_run_group_tests_name("session_stream", tests, set_up, tear_down);
}
