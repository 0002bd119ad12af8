/* Cookies that are not what they say: forged, altered, expired, ended, of somebody else. Each is
 * refused with 401 and its code, whether or not the server has just seen the true one. */
#include <jansson.h>
#include <sodium.h>

#include "integration/walls_credentials.h"

#include "base/banned.h"

/* --- making tokens by hand --------------------------------------------------------------------*/

static const char hs256[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

static oq_str encode(oq_arena *arena, oq_str text)
{
    return oq_base64url(arena, text.ptr, text.len);
}

static oq_str sign_with(oq_arena *arena, oq_str key, oq_str text, bool is_512)
{
    unsigned char mac[crypto_auth_hmacsha512_BYTES];
    if (is_512) {
        crypto_auth_hmacsha512_state state;
        crypto_auth_hmacsha512_init(&state, (const unsigned char *)key.ptr, key.len);
        crypto_auth_hmacsha512_update(&state, (const unsigned char *)text.ptr, text.len);
        crypto_auth_hmacsha512_final(&state, mac);
        return oq_base64url(arena, mac, crypto_auth_hmacsha512_BYTES);
    }
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.ptr, key.len);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)text.ptr, text.len);
    crypto_auth_hmacsha256_final(&state, mac);
    return oq_base64url(arena, mac, crypto_auth_hmacsha256_BYTES);
}

static oq_str unsigned_token(oq_arena *arena, const char *header, oq_str payload)
{
    oq_str head = encode(arena, oq_cstr(header)), body = encode(arena, payload);
    return oq_strf(arena, "%.*s.%.*s", OQ_FMT(head), OQ_FMT(body));
}

static oq_str token(oq_arena *arena, const char *header, oq_str payload, oq_str key)
{
    oq_str text = unsigned_token(arena, header, payload);
    oq_str mac = sign_with(arena, key, text, strstr(header, "HS512") != NULL);
    return oq_strf(arena, "%.*s.%.*s", OQ_FMT(text), OQ_FMT(mac));
}

static const oq_str our_key = OQ_STR_INIT(TESTAPP_JWT_KEY);

/* --- the true one -----------------------------------------------------------------------------*/

typedef struct truth {
    testclient *client;
    oq_str cookie, payload, signature;
} truth;

static oq_str part(oq_str text, int nth)
{
    oq_str piece = OQ_NONE;
    for (int i = 0; i <= nth; i++)
        CHECK("three parts", oq_str_cut(&text, '.', &piece));
    return piece;
}

static truth sign_in(walls *w, const char *email)
{
    truth t = {.client = walls_sign_in(w, email)};
    char bytes[2048];
    size_t len;
    t.cookie = oq_str_copy(w->arena, testclient_cookie(t.client, SESSION_COOKIE));
    CHECK("payload", oq_base64url_parse(part(t.cookie, 1), bytes, sizeof bytes, &len));
    t.payload = oq_str_copy(w->arena, oq_strn(bytes, len));
    t.signature = part(t.cookie, 2);
    return t;
}

/* The payload with one claim as this JSON; NULL: without it. */
static oq_str with(oq_arena *arena, oq_str payload, const char *claim, const char *json)
{
    json_t *root = json_loadb(payload.ptr, payload.len, 0, NULL);
    if (json)
        json_object_set_new(root, claim, json_loads(json, JSON_DECODE_ANY, NULL));
    else
        json_object_del(root, claim);
    char *text = json_dumps(root, JSON_COMPACT);
    oq_str copy = oq_str_copy(arena, oq_cstr(text));
    free(text);
    json_decref(root);
    return copy;
}

static const char *claim_of(oq_arena *arena, oq_str payload, const char *claim)
{
    json_t *root = json_loadb(payload.ptr, payload.len, 0, NULL);
    char *text = json_dumps(json_object_get(root, claim), JSON_ENCODE_ANY);
    const char *copy = oq_str_c(arena, oq_cstr(text));
    free(text);
    json_decref(root);
    return copy;
}

/* --- the signature ----------------------------------------------------------------------------*/

static void test_other_signatures(void **state)
{
    walls *w = *state;
    oq_arena *a = w->arena;
    truth t = sign_in(w, WALLS_ADMIN_A), other = sign_in(w, WALLS_ADMIN_B);
    oq_str bare = unsigned_token(a, hs256, t.payload);
    cookie_gives(w, "the true one", t.cookie, NULL);
    cookie_gives(w, "made by hand", token(a, hs256, t.payload, our_key), NULL);

    const struct {
        const char *label;
        oq_str text;
    } row[] = {
        {"another key", token(a, hs256, t.payload, OQ_STR("another key that is long enough too"))},
        {"an empty key", token(a, hs256, t.payload, OQ_STR(""))},
        {"no signature", oq_strf(a, "%.*s.", OQ_FMT(bare))},
        {"two parts", bare},
        {"a signature of another", oq_strf(a, "%.*s.%.*s", OQ_FMT(bare), OQ_FMT(other.signature))},
        {"half a signature", oq_str_sub(t.cookie, 0, t.cookie.len - t.signature.len / 2)},
        {"a longer signature", oq_strf(a, "%.*sAAAA", OQ_FMT(t.cookie))},
        {"a part more", oq_strf(a, "%.*s.%.*s", OQ_FMT(t.cookie), OQ_FMT(t.signature))},
        {"HS512", token(a, "{\"alg\":\"HS512\",\"typ\":\"JWT\"}", t.payload, our_key)},
        {"RS256 in words", token(a, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}", t.payload, our_key)},
        {"ES256 in words", token(a, "{\"alg\":\"ES256\",\"typ\":\"JWT\"}", t.payload, our_key)},
        {"no algorithm", token(a, "{\"typ\":\"JWT\"}", t.payload, our_key)},
        {"a number as algorithm", token(a, "{\"alg\":256}", t.payload, our_key)},
        {"a list of algorithms", token(a, "{\"alg\":[\"HS256\"]}", t.payload, our_key)},
        {"a header that is no object", token(a, "\"HS256\"", t.payload, our_key)},
        {"an encrypted token", oq_strf(a, "%.*s.AAAA.AAAA.AAAA.AAAA", OQ_FMT(part(t.cookie, 0)))},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        cookie_gives(w, row[i].label, row[i].text, "auth.session_invalid");
    testclient_close(t.client);
    testclient_close(other.client);
    WALLS_NO_COMPLAINTS();
}

static void test_alg_none(void **state)
{
    walls *w = *state;
    truth t = sign_in(w, WALLS_ADMIN_A);
    static const char *const headers[] = {
        "{\"alg\":\"none\"}",
        "{\"alg\":\"None\"}",
        "{\"alg\":\"NONE\",\"typ\":\"JWT\"}",
        "{\"alg\":\"nOnE\"}",
        "{\"alg\":\"\"}",
        "{\"alg\":null}",
        "{\"alg\":\"none\",\"alg\":\"HS256\"}",
    };
    for (size_t i = 0; i < OQ_COUNT(headers); i++) {
        oq_str bare = unsigned_token(w->arena, headers[i], t.payload);
        cookie_gives(w, headers[i], oq_strf(w->arena, "%.*s.", OQ_FMT(bare)),
                     "auth.session_invalid");
        cookie_gives(w, headers[i],
                     oq_strf(w->arena, "%.*s.%.*s", OQ_FMT(bare), OQ_FMT(t.signature)),
                     "auth.session_invalid");
    }
    testclient_close(t.client);
    WALLS_NO_COMPLAINTS();
}

/* A token that brings its own key, or says where to fetch one. */
static void test_keys_of_their_own(void **state)
{
    walls *w = *state;
    truth t = sign_in(w, WALLS_ADMIN_A);
    oq_str mine = OQ_STR("a key that somebody else has thought of");
    oq_str k = encode(w->arena, mine);
    const char *headers[] = {
        oq_strf(w->arena, "{\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"%.*s\"}}", OQ_FMT(k))
            .ptr,
        "{\"alg\":\"HS256\",\"jku\":\"http://127.0.0.1:1/keys\"}",
        "{\"alg\":\"HS256\",\"x5u\":\"http://127.0.0.1:1/cert\"}",
        "{\"alg\":\"HS256\",\"kid\":\"/dev/null\"}",
        "{\"alg\":\"HS256\",\"kid\":\"x' UNION SELECT 'key\"}",
    };
    for (size_t i = 0; i < OQ_COUNT(headers); i++) {
        cookie_gives(w, headers[i], token(w->arena, headers[i], t.payload, mine),
                     "auth.session_invalid");
        cookie_gives(w, headers[i], token(w->arena, headers[i], t.payload, OQ_STR("")),
                     "auth.session_invalid");
    }
    testclient_close(t.client);
    WALLS_NO_COMPLAINTS();
}

/* --- the claims, signed rightly ---------------------------------------------------------------*/

/* Nobody but us can sign; but if a key ever leaks, or a mistake signs what it should not, what is
 * signed must still agree with the row. */
static void test_claims_that_do_not_agree(void **state)
{
    walls *w = *state;
    oq_arena *a = w->arena;
    truth t = sign_in(w, WALLS_ADMIN_A), colleague = sign_in(w, WALLS_VIEWER_A),
          other = sign_in(w, WALLS_ADMIN_B);
    const char *nowhere = "\"01890000-0000-7000-8000-00000000abcd\"";
    const char *colleague_sub = claim_of(a, colleague.payload, "sub");
    const char *colleague_sid = claim_of(a, colleague.payload, "sid");
    const char *other_tid = claim_of(a, other.payload, "tid");
    const char *other_sub = claim_of(a, other.payload, "sub");
    const char *other_sid = claim_of(a, other.payload, "sid");
    const struct {
        const char *label, *claim, *json, *code;
    } row[] = {
        {"another tenant", "tid", other_tid, "auth.session_ended"},
        {"a tenant that is not", "tid", nowhere, "auth.session_ended"},
        {"a colleague", "sub", colleague_sub, "auth.session_invalid"},
        {"another tenant's person", "sub", other_sub, "auth.session_invalid"},
        {"a person who is not", "sub", nowhere, "auth.session_invalid"},
        {"a colleague's session", "sid", colleague_sid, "auth.session_invalid"},
        {"another tenant's session", "sid", other_sid, "auth.session_ended"},
        {"a session that is not", "sid", nowhere, "auth.session_ended"},
        {"a serial from the future", "ser", "2", "auth.session_invalid"},
        {"a serial far ahead", "ser", "9223372036854775807", "auth.session_invalid"},
        {"serial nought", "ser", "0", "auth.session_invalid"},
        {"a negative serial", "ser", "-1", "auth.session_invalid"},
        {"a serial as text", "ser", "\"1\"", "auth.session_invalid"},
        {"no serial", "ser", NULL, "auth.session_invalid"},
        {"expired", "exp", "1600000000", "auth.session_invalid"}, /* before it was issued */
        {"no end", "exp", NULL, "auth.session_invalid"},
        {"the end of time", "exp", "9223372036854775807", "auth.session_invalid"},
        {"the end as text", "exp", "\"never\"", "auth.session_invalid"},
        {"no beginning", "iat", NULL, "auth.session_invalid"},
        {"no tenant", "tid", NULL, "auth.session_invalid"},
        {"tenant zero", "tid", "\"00000000-0000-0000-0000-000000000000\"", "auth.session_invalid"},
        {"no person", "sub", NULL, "auth.session_invalid"},
        {"a person as list", "sub", "[]", "auth.session_invalid"},
        {"no session", "sid", NULL, "auth.session_invalid"},
    };
    /* What was seen a moment ago is remembered: twice, cold and warm. */
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < OQ_COUNT(row); i++)
            cookie_gives(w, row[i].label,
                         token(a, hs256, with(a, t.payload, row[i].claim, row[i].json), our_key),
                         row[i].code);
        cookie_gives(w, "the true one", t.cookie, NULL);
        cookie_gives(w, "a true colleague", colleague.cookie, NULL);
        cookie_gives(w, "a true other", other.cookie, NULL);
    }
    /* Person, tenant and session of one, but the tenant of another: all pairs. */
    oq_str mixed = with(a, with(a, t.payload, "tid", other_tid), "sub", other_sub);
    cookie_gives(w, "other person, own session", token(a, hs256, mixed, our_key),
                 "auth.session_ended");
    mixed = with(a, with(a, t.payload, "sid", other_sid), "sub", other_sub);
    cookie_gives(w, "other session, own tenant", token(a, hs256, mixed, our_key),
                 "auth.session_ended");
    testclient_close(t.client);
    testclient_close(colleague.client);
    testclient_close(other.client);
    WALLS_NO_COMPLAINTS();
}

static void test_expired(void **state)
{
    walls *w = *state;
    oq_arena *a = w->arena;
    truth t = sign_in(w, WALLS_ADMIN_A);
    oq_str past = with(a, with(a, t.payload, "iat", "1600000000"), "exp", "1600000001");
    cookie_gives(w, "a cookie of long ago", token(a, hs256, past, our_key), "auth.session_expired");
    cookie_gives(w, "the true one", t.cookie, NULL);
    oq_clock_set(oq_clock_now() + 400 * OQ_DAY);
    cookie_gives(w, "the true one, a year later", t.cookie, "auth.session_expired");
    oq_clock_set(OQ_TIME_NONE);
    testclient_close(t.client);
    WALLS_NO_COMPLAINTS();
}

static void test_ended(void **state)
{
    walls *w = *state;
    truth t = sign_in(w, WALLS_ADMIN_A);
    cookie_gives(w, "before", t.cookie, NULL);
    assert_int_equal(testclient_json(t.client, "POST", "/api/auth/logout", NULL).status, 204);
    cookie_gives(w, "after", t.cookie, "auth.session_ended");
    testclient_close(t.client);
    WALLS_NO_COMPLAINTS();
}

/* A copy of an older cookie ends the session of both, and the administrators can read of it. */
static void test_a_stolen_copy(void **state)
{
    walls *w = *state;
    truth t = sign_in(w, WALLS_ADMIN_A);
    testdb *db = testapp_db(w->app);
    const char *count = "SELECT count(*) FROM audit_logs WHERE action = 'auth.session_reused'"
                        " AND outcome = 'refused'";
    int64_t before = testdb_number(db, count);
    oq_clock_set(oq_clock_now());
    for (int i = 0; i < 3; i++) { /* renewed, and the renewal comes back */
        oq_clock_advance((SESSION_RENEW_S + 1) * OQ_SECOND);
        assert_int_equal(testclient_get(t.client, "/api/me").status, 200);
    }
    oq_str newest = oq_str_copy(w->arena, testclient_cookie(t.client, SESSION_COOKIE));
    CHECK("renewed", !oq_str_eq(newest, t.cookie));
    cookie_gives(w, "the copy", t.cookie, "auth.session_reused");
    cookie_gives(w, "the copy again", t.cookie, "auth.session_ended");
    cookie_gives(w, "the newest", newest, "auth.session_ended");
    oq_clock_set(OQ_TIME_NONE);
    assert_int_equal(testdb_number(db, count), before + 1);
    testclient_close(t.client);
    WALLS_NO_COMPLAINTS();
}

/* --- what is no cookie ------------------------------------------------------------------------*/

static void test_nonsense(void **state)
{
    walls *w = *state;
    char *long_text = memset(oq_alloc(w->arena, 4001), 'A', 4000);
    const oq_str row[] = {
        OQ_STR("x"),
        OQ_STR("."),
        OQ_STR(".."),
        OQ_STR("..."),
        OQ_STR("a.b.c"),
        OQ_STR("%00"),
        OQ_STR("e30.e30.e30"),
        OQ_STR("{}"),
        OQ_STR("null"),
        OQ_STR("eyJhbGciOiJIUzI1NiJ9.\xff\xfe.AAAA"),
        OQ_STR("\xd9\x85\xd8\xb1"),
        oq_cstr(long_text),
        oq_strf(w->arena, "%s.%s.%s", long_text, long_text, long_text),
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        cookie_gives(w, oq_strf(w->arena, "nonsense %zu", i).ptr, row[i], "auth.session_invalid");
    /* Of two cookies of one name the first counts; a bad one is not made good by the next. */
    truth t = sign_in(w, WALLS_ADMIN_A);
    cookie_gives(w, "bad, then good",
                 oq_strf(w->arena, "bad; " SESSION_COOKIE "=%.*s", OQ_FMT(t.cookie)),
                 "auth.session_invalid");
    testclient_close(t.client);
    WALLS_NO_COMPLAINTS();
}

/* A bad cookie is taken away, so that the browser is simply nobody from then on. */
static void test_bad_cookies_are_taken_away(void **state)
{
    walls *w = *state;
    static const char *const paths[] = {"/api/me", "/users", "/login", "/"};
    for (size_t i = 0; i < OQ_COUNT(paths); i++) {
        testclient *c = testclient_open(w->app);
        testreply r = testclient_send(c, "GET", paths[i], NULL, OQ_NONE,
                                      (const char *[]){"Cookie: " SESSION_COOKIE "=bad", NULL});
        oq_str set = testreply_header(&r, "Set-Cookie");
        if (!oq_str_starts(set, OQ_STR(SESSION_COOKIE "=;")) ||
            oq_str_find(set, OQ_STR("Max-Age=0")) == SIZE_MAX)
            WALLS_COMPLAIN("%s: %d leaves the bad cookie: %.*s", paths[i], r.status, OQ_FMT(set));
        testclient_close(c);
    }
    WALLS_NO_COMPLAINTS();
}

/* A refused sign-in of somebody who is there stands in the audit of that tenant, and nowhere else.
 */
static void test_refused_sign_ins_are_written_down(void **state)
{
    walls *w = *state;
    testclient *c = testclient_open(w->app);
    testdb *db = testapp_db(w->app);
    const char *count = "SELECT count(*) FROM audit_logs WHERE action = 'auth.refused'";
    int64_t before = testdb_number(db, count);
    testreply r =
        testclient_json(c, "POST", "/api/auth/login",
                        "{\"email\":\"" WALLS_VIEWER_A "\",\"password\":\"wrong wrong\"}");
    CHECK_STR("known", walls_code(c, &r), "auth.wrong_credentials");
    r = testclient_json(c, "POST", "/api/auth/login",
                        "{\"email\":\"nobody@wall-x.example\",\"password\":\"wrong wrong\"}");
    CHECK_STR("unknown", walls_code(c, &r), "auth.wrong_credentials");
    assert_int_equal(testdb_number(db, count), before + 1);
    assert_int_equal(testdb_number(db, "SELECT count(*) FROM audit_logs a JOIN tenants t"
                                       " ON t.id = a.tenant_id WHERE action = 'auth.refused'"
                                       " AND t.code <> 'WALL_A'"),
                     0);
    testclient_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_signatures),
        cmocka_unit_test(test_alg_none),
        cmocka_unit_test(test_keys_of_their_own),
        cmocka_unit_test(test_claims_that_do_not_agree),
        cmocka_unit_test(test_expired),
        cmocka_unit_test(test_ended),
        cmocka_unit_test(test_a_stolen_copy),
        cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_bad_cookies_are_taken_away),
        cmocka_unit_test(test_refused_sign_ins_are_written_down),
    };
    return cmocka_run_group_tests(tests, walls_open, walls_close);
}
