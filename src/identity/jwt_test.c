#include "identity/jwt.h"

#include <rhonabwy.h>

#include "base/test.h"

static oq_arena *arena;
static const char key_text[] = "a key of thirty-two bytes or more";

static int set_up(void **state)
{
    arena = oq_arena_open(0);
    return jwt_setup(oq_cstr(key_text)) != NULL;
}

static int tear_down(void **state)
{
    oq_arena_close(arena);
    return 0;
}

static jwt_claims some_claims(void)
{
    return (jwt_claims){.user_id = oq_uuid_new(oq_clock_now()),
                        .tenant_id = oq_uuid_new(oq_clock_now()),
                        .session_id = oq_uuid_new(oq_clock_now()),
                        .serial = 3,
                        .issued_at = INT64_C(1790000000) * OQ_SECOND,
                        .expires_at = INT64_C(1790043200) * OQ_SECOND};
}

static oq_str encode(const char *json)
{
    return oq_base64url(arena, json, strlen(json));
}

static void test_comes_back_as_made(void **state)
{
    jwt_claims made = some_claims(), read;
    oq_str text;
    CHECK_OK(jwt_make(arena, &made, &text));
    CHECK_OK(jwt_read(arena, text, &read));
    CHECK("the same", memcmp(&made, &read, sizeof made) == 0);
}

static void test_every_altered_byte_is_refused(void **state)
{
    jwt_claims made = some_claims(), read;
    oq_str text;
    CHECK_OK(jwt_make(arena, &made, &text));
    for (size_t i = 0; i < text.len; i++) {
        char *altered = oq_str_c(arena, text);
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        CHECK_CODE("altered", jwt_read(arena, oq_strn(altered, text.len), &read),
                   "auth.session_invalid");
        CHECK_CODE("cut off", jwt_read(arena, oq_str_sub(text, 0, i), &read),
                   "auth.session_invalid");
        oq_err_reset();
    }
}

/* The payload of a good token under other headers, signed as an attacker could. */
static void test_other_algorithms_and_keys_are_refused(void **state)
{
    jwt_claims made = some_claims(), read;
    oq_str text;
    CHECK_OK(jwt_make(arena, &made, &text));
    oq_str rest = text, header, payload, signature;
    oq_str_cut(&rest, '.', &header);
    oq_str_cut(&rest, '.', &payload);
    oq_str_cut(&rest, '.', &signature);
    static const char *const headers[] = {
        "{\"alg\":\"none\"}",
        "{\"alg\":\"None\",\"typ\":\"JWT\"}",
        "{\"alg\":\"HS384\",\"typ\":\"JWT\"}",
        "{\"alg\":\"RS256\",\"typ\":\"JWT\"}",
        "{\"typ\":\"JWT\"}",
        "{\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}}",
        "[]",
        "",
    };
    for (size_t i = 0; i < OQ_COUNT(headers); i++) {
        oq_str h = encode(headers[i]);
        oq_str with =
            oq_strf(arena, "%.*s.%.*s.%.*s", OQ_FMT(h), OQ_FMT(payload), OQ_FMT(signature));
        oq_str without = oq_strf(arena, "%.*s.%.*s.", OQ_FMT(h), OQ_FMT(payload));
        CHECK_CODE(headers[i], jwt_read(arena, with, &read), "auth.session_invalid");
        CHECK_CODE(headers[i], jwt_read(arena, without, &read), "auth.session_invalid");
    }
    static const char *const nonsense[] = {"", ".", "..", "a.b.c", "a.b", "null", "{}"};
    for (size_t i = 0; i < OQ_COUNT(nonsense); i++)
        CHECK_CODE(nonsense[i], jwt_read(arena, oq_cstr(nonsense[i]), &read),
                   "auth.session_invalid");
}

/* Signed with a key that stands in the token itself. */
static void test_a_key_inside_the_token_is_not_believed(void **state)
{
    jwt_t *token;
    jwk_t *own;
    r_jwt_init(&token);
    r_jwk_init(&own);
    r_jwk_import_from_symmetric_key(
        own, (const unsigned char *)"the attacker's own key, long enough", 35);
    r_jwt_set_sign_alg(token, R_JWA_ALG_HS256);
    json_t *own_json = r_jwk_export_to_json_t(own);
    r_jwt_set_header_json_t_value(token, "jwk", own_json);
    json_decref(own_json);
    r_jwt_set_claim_str_value(token, "sub", "0190163d-8694-739b-aea5-966c26f8ad91");
    r_jwt_set_claim_str_value(token, "tid", "0190163d-8694-739b-aea5-966c26f8ad91");
    r_jwt_set_claim_str_value(token, "sid", "0190163d-8694-739b-aea5-966c26f8ad91");
    r_jwt_set_claim_int_value(token, "ser", 1);
    r_jwt_set_claim_int_value(token, "iat", 1790000000);
    r_jwt_set_claim_int_value(token, "exp", 1890000000);
    char *text = r_jwt_serialize_signed(token, own, 0);
    jwt_claims read;
    CHECK("made", text != NULL);
    CHECK_CODE("forged", jwt_read(arena, oq_cstr(text), &read), "auth.session_invalid");
    r_free(text);
    r_jwt_free(token);
    r_jwk_free(own);
}

static void test_another_key_and_missing_claims(void **state)
{
    jwt_claims made = some_claims(), read;
    oq_str text;
    CHECK_OK(jwt_make(arena, &made, &text));
    CHECK_OK(jwt_setup(OQ_STR("another key of thirty-two bytes, at least")));
    CHECK_CODE("another key", jwt_read(arena, text, &read), "auth.session_invalid");
    CHECK_OK(jwt_setup(oq_cstr(key_text)));
    made.serial = 0;
    CHECK_OK(jwt_make(arena, &made, &text));
    CHECK_CODE("no serial", jwt_read(arena, text, &read), "auth.session_invalid");
    CHECK_CODE("short key", jwt_setup(OQ_STR("short")), "session.key_too_short");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comes_back_as_made),
        cmocka_unit_test(test_every_altered_byte_is_refused),
        cmocka_unit_test(test_other_algorithms_and_keys_are_refused),
        cmocka_unit_test(test_a_key_inside_the_token_is_not_believed),
        cmocka_unit_test(test_another_key_and_missing_claims),
    };
    return cmocka_run_group_tests_name("jwt", tests, set_up, tear_down);
}
