/* Machines' tokens that are not what they say: spliced, cut, altered, revoked, expired, or given
 * where something else belongs. Each is refused with 401 and its code. */
#include "integration/walls_credentials.h"

#include "base/banned.h"

enum { TOKEN_RAW = 64, TOKEN_PREFIX = 4 };

static void token_bytes(oq_str text, uint8_t raw[TOKEN_RAW])
{
    size_t len;
    CHECK("token",
          oq_base64url_parse(oq_str_sub(text, TOKEN_PREFIX, SIZE_MAX), raw, TOKEN_RAW, &len) &&
              len == TOKEN_RAW);
}

static oq_str token_text(oq_arena *arena, const uint8_t raw[TOKEN_RAW])
{
    oq_str encoded = oq_base64url(arena, raw, TOKEN_RAW);
    return oq_strf(arena, "oiq_%.*s", OQ_FMT(encoded));
}

/* `from` bytes of one token in the place of another's. */
static oq_str spliced(oq_arena *arena, oq_str into, oq_str from, size_t at, size_t len)
{
    uint8_t a[TOKEN_RAW], b[TOKEN_RAW];
    token_bytes(into, a);
    token_bytes(from, b);
    memcpy(a + at, b + at, len);
    return token_text(arena, a);
}

static void test_machines(void **state)
{
    walls *w = *state;
    oq_arena *a = w->arena;
    oq_str mine = walls_token(w, WALLS_ADMIN_A, "forged", "user.read");
    oq_str twin = walls_token(w, WALLS_ADMIN_A, "forged twin", "user.read");
    oq_str other = walls_token(w, WALLS_ADMIN_B, "forged other", "user.read");
    bearer_gives(w, "the true one", mine, NULL);
    const struct {
        const char *label;
        oq_str text;
    } row[] = {
        {"another tenant", spliced(a, mine, other, 0, 16)},
        {"another tenant's id", spliced(a, mine, other, 16, 16)},
        {"another tenant and id, own secret", spliced(a, mine, other, 0, 32)},
        {"another's secret", spliced(a, mine, other, 32, 32)},
        {"a twin's id", spliced(a, mine, twin, 16, 16)},
        {"a twin's secret", spliced(a, mine, twin, 32, 32)},
        {"one byte of a twin", spliced(a, mine, twin, 63, 1)},
        {"cut by one", oq_str_sub(mine, 0, mine.len - 1)},
        {"cut in the middle", oq_str_sub(mine, 0, mine.len / 2)},
        {"one more", oq_strf(a, "%.*sA", OQ_FMT(mine))},
        {"padded", oq_strf(a, "%.*s==", OQ_FMT(mine))},
        {"prefix alone", OQ_STR("oiq_")},
        {"without prefix", oq_str_sub(mine, TOKEN_PREFIX, SIZE_MAX)},
        {"another prefix",
         oq_strf(a, "OIQ_%.*s", OQ_FMT(oq_str_sub(mine, TOKEN_PREFIX, SIZE_MAX)))},
        {"nothing", OQ_STR("")},
        {"zeros", token_text(a, (uint8_t[TOKEN_RAW]){0})},
        {"words", OQ_STR("let me in")},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        bearer_gives(w, row[i].label, row[i].text, "auth.token_invalid");
    /* The last letter holds two bits that mean nothing: another way to write the same token. */
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    oq_str again = oq_str_copy(a, mine);
    char *last = (char *)(uintptr_t)again.ptr + again.len - 1;
    *last = letters[(size_t)(strchr(letters, *last) - letters) ^ 1];
    bearer_gives(w, "the same bytes in other letters", again, "auth.token_invalid");
    WALLS_NO_COMPLAINTS();
}

static void test_machines_that_may_no_longer(void **state)
{
    walls *w = *state;
    oq_str revoked = walls_token(w, WALLS_ADMIN_A, "revoked", "user.read");
    oq_str expired = walls_token(w, WALLS_ADMIN_A, "expired", "user.read");
    bearer_gives(w, "before", revoked, NULL);
    bearer_gives(w, "before", expired, NULL);
    testclient *c = walls_sign_in(w, WALLS_ADMIN_A);
    uint8_t raw[TOKEN_RAW];
    token_bytes(revoked, raw);
    oq_uuid id;
    memcpy(id.byte, raw + 16, sizeof id.byte);
    oq_str text = oq_uuid_text(w->arena, id);
    oq_str path = oq_strf(w->arena, "/api/tokens/%.*s", OQ_FMT(text));
    assert_int_equal(testclient_json(c, "DELETE", path.ptr, NULL).status, 204);
    bearer_gives(w, "revoked", revoked, "auth.token_revoked");
    oq_clock_set(oq_clock_now() + 91 * OQ_DAY);
    bearer_gives(w, "expired", expired, "auth.token_expired");
    bearer_gives(w, "revoked and expired", revoked, "auth.token_revoked");
    oq_clock_set(OQ_TIME_NONE);
    bearer_gives(w, "in its time", expired, NULL);
    testclient_close(c);
    WALLS_NO_COMPLAINTS();
}

/* --- one in the place of the other ------------------------------------------------------------*/

static void test_places(void **state)
{
    walls *w = *state;
    testclient *browser = walls_sign_in(w, WALLS_ADMIN_A);
    oq_str cookie = oq_str_copy(w->arena, testclient_cookie(browser, SESSION_COOKIE));
    oq_str machine = walls_token(w, WALLS_ADMIN_A, "places", "user.read");
    testclient *c = testclient_open(w->app);
    const struct {
        const char *label, *path, *header;
        oq_str value;
        const char *code;
    } row[] = {
        {"small letters", "/api/me", "authorization",
         oq_strf(w->arena, "bearer %.*s", OQ_FMT(machine)), NULL},
        {"as InfluxDB's clients say it", "/api/me", "Authorization",
         oq_strf(w->arena, "Token %.*s", OQ_FMT(machine)), NULL},
        {"a session as a machine's token", "/api/me", "Authorization",
         oq_strf(w->arena, "Bearer %.*s", OQ_FMT(cookie)), "auth.token_invalid"},
        {"a machine's token as a cookie", "/api/me", "Cookie",
         oq_strf(w->arena, SESSION_COOKIE "=%.*s", OQ_FMT(machine)), "auth.session_invalid"},
        {"a scheme of long ago", "/api/me", "Authorization", OQ_STR("Basic YTpi"),
         "auth.scheme_unknown"},
        {"no scheme", "/api/me", "Authorization", machine, "auth.scheme_unknown"},
        {"another cookie's name", "/api/me", "Cookie",
         oq_strf(w->arena, "optria_sessio=%.*s", OQ_FMT(cookie)), "auth.required"},
        {"a header that proxies add", "/api/me", "X-Forwarded-User", OQ_STR(WALLS_ADMIN_A),
         "auth.required"},
        {"in the address", oq_strf(w->arena, "/api/me?access_token=%.*s", OQ_FMT(machine)).ptr,
         "Accept", OQ_STR("*/*"), "auth.required"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str line = oq_strf(w->arena, "%s: %.*s", row[i].header, OQ_FMT(row[i].value));
        testreply r =
            testclient_send(c, "GET", row[i].path, NULL, OQ_NONE, (const char *[]){line.ptr, NULL});
        judge(w, c, row[i].label, &r, row[i].code);
    }
    /* A bad token is not made good by a good cookie. */
    testreply r = testclient_send(browser, "GET", "/api/me", NULL, OQ_NONE,
                                  (const char *[]){"Authorization: Bearer oiq_bad", NULL});
    judge(w, browser, "a bad token beside a good cookie", &r, "auth.token_invalid");
    testclient_close(c);
    testclient_close(browser);
    WALLS_NO_COMPLAINTS();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machines),
        cmocka_unit_test(test_machines_that_may_no_longer),
        cmocka_unit_test(test_places),
    };
    return cmocka_run_group_tests(tests, walls_open, walls_close);
}
