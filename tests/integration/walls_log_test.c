/* No secret in the log, nor in the clear in the database: a day of sign-ins, tokens, links, second
 * factors and failures, at the most talkative level, searched afterwards for every secret that
 * passed through. */
#include <unistd.h>

#include "db/fault.h"
#include "identity/session.h"
#include "identity/totp.h"
#include "support/walls.h"

#include "base/banned.h"

/* --- listening ----------------------------------------------------------------------------------*/

static FILE *heard;
static int stderr_was;

static void listen_to_stderr(void)
{
    fflush(stderr);
    heard = tmpfile();
    stderr_was = dup(STDERR_FILENO);
    if (!heard || dup2(fileno(heard), STDERR_FILENO) < 0)
        fail_msg("stderr cannot be listened to");
}

static oq_str stop_listening(oq_arena *arena)
{
    fflush(stderr);
    dup2(stderr_was, STDERR_FILENO);
    close(stderr_was);
    long len = ftell(heard) >= 0 && fseek(heard, 0, SEEK_END) == 0 ? ftell(heard) : 0;
    char *text = oq_alloc(arena, (size_t)len + 1);
    rewind(heard);
    size_t got = fread(text, 1, (size_t)len, heard);
    fclose(heard);
    heard = NULL;
    return oq_strn(text, got);
}

/* A check that failed in the middle said so where we listened. */
static int say_what_was_heard(void **state)
{
    walls *w = *state;
    if (heard) {
        oq_str log = stop_listening(w->arena);
        size_t from = log.len > 2000 ? log.len - 2000 : 0;
        fprintf(stderr, "%.*s\n", OQ_FMT(oq_str_sub(log, from, SIZE_MAX)));
    }
    return 0;
}

/* --- secrets ------------------------------------------------------------------------------------*/

enum { SECRETS_MAX = 100 };

static struct {
    const char *what;
    oq_str text;
    bool is_stored; /* in the clear, and rightly so: a session's token against forged requests */
} secrets[SECRETS_MAX];
static size_t secret_count;

static oq_str keep(walls *w, const char *what, oq_str text)
{
    CHECK(what, text.len >= 8 && secret_count < SECRETS_MAX);
    secrets[secret_count].what = what;
    secrets[secret_count].text = oq_str_copy(w->arena, text);
    secrets[secret_count].is_stored = strstr(what, "CSRF") != NULL;
    return secrets[secret_count++].text;
}

/* As it stands in an address or a form. */
static oq_str encoded(oq_arena *arena, oq_str text, const char *blank)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(4096);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == ' ')
            oq_buf_f(&out, "%s", blank);
        else
            oq_buf_char(&out, text.ptr[i]);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static bool holds(oq_str text, oq_str what)
{
    return oq_str_find(text, what) != SIZE_MAX;
}

/* --- a day --------------------------------------------------------------------------------------*/

static testreply post(testclient *c, const char *path, const char *json, int status)
{
    testreply r = testclient_json(c, "POST", path, json);
    if (r.status != status)
        fail_msg("%s: wanted %d, got %d %.*s", path, status, r.status, OQ_FMT(r.body));
    return r;
}

static oq_str between(const testreply *r, const char *before, const char *after)
{
    size_t at = oq_str_find(r->body, oq_cstr(before));
    CHECK(before, at != SIZE_MAX);
    oq_str rest = oq_str_sub(r->body, at + strlen(before), SIZE_MAX);
    return oq_str_sub(rest, 0, oq_str_find(rest, oq_cstr(after)));
}

static void keep_session(walls *w, testclient *c)
{
    testreply me = testclient_get(c, "/api/me");
    keep(w, "CSRF token", testclient_member(c, &me, "csrf_token"));
    keep(w, "cookie", testclient_cookie(c, SESSION_COOKIE));
    oq_str cookie = secrets[secret_count - 1].text;
    keep(w, "cookie's signature", oq_str_sub(cookie, cookie.len - 43, 43));
}

static void sign_ins(walls *w)
{
    testclient *c = testclient_open(w->app);
    keep(w, "password", OQ_STR(TESTAPP_PASSWORD));
    keep(w, "wrong password", OQ_STR("wrong horse battery 1"));
    keep(w, "password in the wrong field", OQ_STR("typed-into-the-wrong-field-2"));
    keep(w, "password in an address", OQ_STR("in-the-address-3"));
    keep(w, "password in broken JSON", OQ_STR("in-broken-json-4"));
    keep(w, "password as a field's name", OQ_STR("as-a-name-5"));
    post(c, "/api/auth/login",
         "{\"email\":\"" WALLS_ADMIN_A "\",\"password\":\"wrong horse battery 1\"}", 401);
    post(c, "/api/auth/login",
         "{\"email\":\"nobody@x.example\",\"password\":\"wrong horse battery 1\"}", 401);
    post(c, "/api/auth/login",
         "{\"email\":\"typed-into-the-wrong-field-2\",\"password\":\"wrong horse battery 1\"}",
         401);
    post(c, "/api/auth/login", "{\"password\":\"in-broken-json-4", 400);
    post(c, "/api/auth/login", "{\"as-a-name-5\":1}", 422);
    testclient_form(c, "/login", "email=" WALLS_ADMIN_A "&password=wrong%20horse+battery%201");
    testclient_get(c, "/login?password=in-the-address-3&next=/in-the-address-3");
    testclient_get(c, "/in-the-address-3/reset");
    testclient_get(c, "/api/in-the-address-3");
    testclient_sign_in(c, WALLS_ADMIN_A);
    keep_session(w, c);
    assert_int_equal(testclient_json(c, "POST", "/api/auth/logout", NULL).status, 204);
    testclient_close(c);
}

static void second_factor(walls *w)
{
    const char *email = "factor@wall-a.example";
    testapp_person(w->app, w->tenant_a, ROLE_ENGINEER, email);
    testclient *c = walls_sign_in(w, email);
    testreply r = post(c, "/api/me/totp", NULL, 200);
    oq_str grouped = keep(w, "second factor", testclient_member(c, &r, "secret_text"));
    oq_str plain = OQ_STR(""), group;
    for (oq_str rest = grouped; oq_str_cut(&rest, ' ', &group);)
        plain = oq_strf(w->arena, "%.*s%.*s", OQ_FMT(plain), OQ_FMT(group));
    keep(w, "second factor without blanks", plain);
    keep(w, "a wrong code", OQ_STR("code: 00000042"));
    post(c, "/api/me/totp/confirm", "{\"code\":\"code: 00000042\"}", 422);
    keep_session(w, c);
    testclient_close(c);
}

static void machines(walls *w)
{
    oq_str token = keep(w, "token", walls_token(w, WALLS_ADMIN_A, "log", "user.read"));
    keep(w, "token's secret", oq_str_sub(token, token.len - 40, 40));
    testclient *c = testclient_open(w->app);
    testclient_use_bearer(c, token);
    assert_int_equal(testclient_get(c, "/api/users").status, 200);
    testclient_use_bearer(c, oq_str_sub(token, 0, token.len - 4));
    assert_int_equal(testclient_get(c, "/api/users").status, 401);
    testclient_use_bearer(c,
                          keep(w, "a token of another kind", OQ_STR("ghp_not-one-of-ours-at-all")));
    assert_int_equal(testclient_get(c, "/api/users").status, 401);
    oq_str path = oq_strf(w->arena, "/api/users?access_token=%.*s", OQ_FMT(token));
    testclient_forget(c);
    assert_int_equal(testclient_get(c, path.ptr).status, 401);
    testclient_close(c);
}

static void reset_links(walls *w)
{
    testclient *admin = walls_sign_in(w, WALLS_ADMIN_A), *c = testclient_open(w->app);
    testreply r =
        post(admin, "/api/users",
             "{\"email\":\"new@wall-a.example\",\"full_name\":\"New\",\"role\":\"viewer\"}", 201);
    oq_str link = testclient_member(admin, &r, "reset_link");
    oq_str code =
        keep(w, "reset code", oq_str_sub(link, oq_str_find_char(link, '#') + 1, SIZE_MAX));
    keep(w, "reset code's secret", oq_str_sub(code, code.len - 30, 30));
    oq_str wanted = keep(w, "new password", OQ_STR("quite-another-word-77"));
    const char *form =
        oq_strf(w->arena, "reset_code=%.*s&new_password=%.*s", OQ_FMT(code), OQ_FMT(wanted)).ptr;
    r = testclient_form(c, "/reset", form);
    if (r.status != 303)
        fail_msg("reset: %d %.*s", r.status, OQ_FMT(r.body));
    r = testclient_form(c, "/reset", form); /* a second time */
    CHECK("once", r.status == 403 || r.status == 422);
    testclient_get(c, oq_strf(w->arena, "/reset?code=%.*s", OQ_FMT(code)).ptr);
    testclient_close(admin);
    testclient_close(c);
}

static void own_password(walls *w)
{
    const char *email = "changes@wall-a.example";
    testapp_person(w->app, w->tenant_a, ROLE_VIEWER, email);
    testclient *c = walls_sign_in(w, email);
    keep(w, "the password after", OQ_STR("the-word-from-now-on-8"));
    keep(w, "a password too weak", OQ_STR("12345678"));
    post(c, "/api/me/password",
         "{\"current_password\":\"" TESTAPP_PASSWORD "\",\"new_password\":\"12345678\"}", 422);
    post(c, "/api/me/password",
         "{\"current_password\":\"" TESTAPP_PASSWORD
         "\",\"new_password\":\"the-word-from-now-on-8\"}",
         204);
    testclient_close(c);
}

/* A tenant with its first administrator, whose password is seen once. */
static void once(walls *w)
{
    testclient *owner = walls_sign_in(w, WALLS_OWNER);
    testreply r = testclient_form(
        owner, "/tenants/new",
        "code=WALL_ONCE&name=Once&industry=water&time_zone=Asia%2FRiyadh&currency=SAR"
        "&admin_email=first%40wall-once.example&admin_name=First");
    assert_int_equal(r.status, 303);
    const char *id = testdb_value(
        testapp_db(w->app), "SELECT id FROM one_time_secrets ORDER BY created_at DESC LIMIT 1");
    const char *path = oq_strf(w->arena, "/once/%s", id).ptr;
    assert_int_equal(testclient_get(owner, path).status, 200);
    r = testclient_form(owner, path, "");
    assert_int_equal(r.status, 200);
    oq_str from = between(&r, "id=\"once-password\"", "</");
    testreply part = {.body = from};
    oq_str password = holds(from, OQ_STR("value=\"")) ? between(&part, "value=\"", "\"")
                                                      : between(&part, ">", "<");
    keep(w, "first password", password);
    testclient_close(owner);
}

/* What fails in the middle tells more than what goes well. */
static void failures(walls *w)
{
    static const char *const places[] = {"db.send", "db.connect", "db.commit"};
    for (size_t i = 0; i < OQ_COUNT(places); i++)
        for (int nth = 1; nth <= 4; nth++) {
            testclient *c = testclient_open(w->app);
            CHECK(places[i], db_fault_arm(places[i], nth));
            testclient_json(c, "POST", "/api/auth/login",
                            "{\"email\":\"" WALLS_ADMIN_A "\",\"password\":\"" TESTAPP_PASSWORD
                            "\"}");
            db_fault_arm(places[i], 0);
            testclient_close(c);
        }
    oq_str password = keep(w, "database's password", OQ_STR("hush-hush-of-the-database"));
    static const char *const hosts[] = {"127.0.0.1:1", "no-such-host.invalid", "127.0.0.1:port"};
    for (size_t i = 0; i < OQ_COUNT(hosts); i++) {
        db_pool *pool = NULL;
        oq_str url =
            oq_strf(w->arena, "postgresql://optria:%.*s@%s/optria", OQ_FMT(password), hosts[i]);
        db_pool_options options = {.url = url,
                                   .role = "optria_app",
                                   .size_max = 1,
                                   .wait_max_ms = 1000,
                                   .connect_max_ms = 1000};
        oq_us took;
        oq_err *err = db_pool_open(&options, &pool);
        if (!err)
            err = db_pool_ping(pool, &took);
        CHECK(hosts[i], err);
        oq_log_err(OQ_LOG_ERROR, "test.database_away", err, NULL);
        db_pool_close(pool);
    }
}

static void a_day(walls *w)
{
    sign_ins(w);
    second_factor(w);
    machines(w);
    reset_links(w);
    own_password(w);
    once(w);
    failures(w);
    /* Guesses of one address are slowed down: the next day begins afresh. */
    testdb_exec(testapp_db(w->app), "DELETE FROM login_throttle");
}

static void search_log(walls *w, oq_str log)
{
    for (size_t i = 0; i < secret_count; i++) {
        const oq_str ways[] = {secrets[i].text, encoded(w->arena, secrets[i].text, "%20"),
                               encoded(w->arena, secrets[i].text, "+")};
        for (size_t k = 0; k < OQ_COUNT(ways); k++)
            if (holds(log, ways[k])) {
                size_t at = oq_str_find(log, ways[k]);
                WALLS_COMPLAIN("in the log: %s: %.*s", secrets[i].what,
                               OQ_FMT(oq_str_sub(log, at > 200 ? at - 200 : 0, 400)));
                break;
            }
    }
}

static void test_nothing_in_the_log(void **state)
{
    walls *w = *state;
    keep(w, "key of cookies", OQ_STR(TESTAPP_JWT_KEY));
    keep(w, "master key", OQ_STR(TESTAPP_MASTER_KEY));
    listen_to_stderr();
    oq_log_setup(OQ_LOG_DEBUG, OQ_LOG_KEYS);
    a_day(w);
    oq_log_setup(OQ_LOG_INFO, OQ_LOG_KEYS);
    oq_str log = stop_listening(w->arena);
    CHECK("a day is told", holds(log, OQ_STR("auth.signed_in")) &&
                               holds(log, OQ_STR("auth.refused")) &&
                               holds(log, OQ_STR("test.database_away")) && log.len > 10000);
    CHECK("many secrets", secret_count > 20);
    search_log(w, log);
    WALLS_NO_COMPLAINTS();
}

/* Comes second: it looks for the secrets of that day. */
static void test_nothing_in_the_clear_in_the_database(void **state)
{
    walls *w = *state;
    testdb *db = testapp_db(w->app);
    const char *all = testdb_value(
        db, "SELECT string_agg(format('SELECT %L || string_agg(t::text, E''\\n'') FROM %I t',"
            " relname || ':', relname), ' UNION ALL ') FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')");
    oq_str rows = oq_cstr(testdb_value(
        db, oq_strf(w->arena, "SELECT string_agg(rows, E'\\n') FROM (%s) AS a (rows)", all).ptr));
    CHECK("rows", rows.len > 10000 && holds(rows, OQ_STR("auth.signed_in")));
    for (size_t i = 0; i < secret_count; i++) {
        /* Bytes are shown as hex. */
        oq_str hex = oq_hex(w->arena, secrets[i].text.ptr, secrets[i].text.len);
        if ((holds(rows, secrets[i].text) && !secrets[i].is_stored) || holds(rows, hex))
            WALLS_COMPLAIN("in the database: %s", secrets[i].what);
    }
    WALLS_NO_COMPLAINTS();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_nothing_in_the_log, say_what_was_heard),
        cmocka_unit_test(test_nothing_in_the_clear_in_the_database),
    };
    return cmocka_run_group_tests(tests, walls_open, walls_close);
}
