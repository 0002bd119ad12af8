#include "identity/jwt.h"

#include <rhonabwy.h>

#include "base/banned.h"

static jwk_t *key;

oq_err *jwt_setup(oq_str text)
{
    if (text.len < JWT_KEY_MIN)
        return oq_fail(OQ_INVALID, "session.key_too_short", "min=%d", JWT_KEY_MIN);
    if (key)
        r_jwk_free(key);
    if (r_global_init() != RHN_OK || r_jwk_init(&key) != RHN_OK ||
        r_jwk_import_from_symmetric_key(key, (const unsigned char *)text.ptr, text.len) != RHN_OK)
        return oq_fail(OQ_INTERNAL, "secret.unavailable");
    return NULL;
}

static void jwt_tp_drop(jwt_t **token)
{
    if (*token)
        r_jwt_free(*token);
}
typedef jwt_t *jwt_tp;

static oq_str claim_id(oq_arena *arena, oq_uuid id)
{
    return oq_uuid_text(arena, id);
}

oq_err *jwt_make(oq_arena *arena, const jwt_claims *claims, oq_str *ret_text)
{
    OQ_AUTO(jwt_tp) token = NULL;
    if (r_jwt_init(&token) != RHN_OK || r_jwt_set_sign_alg(token, R_JWA_ALG_HS256) != RHN_OK)
        return oq_fail(OQ_INTERNAL, "secret.unavailable");
    r_jwt_set_claim_str_value(token, "sub", claim_id(arena, claims->user_id).ptr);
    r_jwt_set_claim_str_value(token, "tid", claim_id(arena, claims->tenant_id).ptr);
    r_jwt_set_claim_str_value(token, "sid", claim_id(arena, claims->session_id).ptr);
    r_jwt_set_claim_int_value(token, "ser", claims->serial);
    r_jwt_set_claim_int_value(token, "iat", claims->issued_at / OQ_SECOND);
    r_jwt_set_claim_int_value(token, "exp", claims->expires_at / OQ_SECOND);
    char *text = r_jwt_serialize_signed(token, key, 0);
    if (!text)
        return oq_fail(OQ_INTERNAL, "secret.unavailable");
    *ret_text = oq_str_copy(arena, oq_cstr(text));
    r_free(text);
    return NULL;
}

static bool read_id(jwt_t *token, const char *name, oq_uuid *ret_id)
{
    return oq_uuid_parse(oq_cstr(r_jwt_get_claim_str_value(token, name)), ret_id) &&
           !oq_uuid_is_zero(*ret_id);
}

static bool read_claims(jwt_t *token, jwt_claims *c)
{
    c->serial = r_jwt_get_claim_int_value(token, "ser");
    int64_t issued = r_jwt_get_claim_int_value(token, "iat");
    int64_t expires = r_jwt_get_claim_int_value(token, "exp");
    const int64_t year_9999 = INT64_C(253402300799);
    if (c->serial < 1 || issued < 1 || expires < issued || expires > year_9999)
        return false;
    c->issued_at = issued * OQ_SECOND;
    c->expires_at = expires * OQ_SECOND;
    return read_id(token, "sub", &c->user_id) && read_id(token, "tid", &c->tenant_id) &&
           read_id(token, "sid", &c->session_id);
}

oq_err *jwt_read(oq_arena *arena, oq_str text, jwt_claims *ret_claims)
{
    OQ_AUTO(jwt_tp) token = NULL;
    jwt_claims claims = {0};
    /* R_PARSE_NONE: keys inside the token's header (jwk, jku, x5u, x5c) are never taken. */
    bool is_ours = text.len > 0 && text.len <= JWT_TEXT_MAX && oq_utf8_valid(text) &&
                   r_jwt_init(&token) == RHN_OK &&
                   r_jwt_advanced_parse(token, oq_str_c(arena, text), R_PARSE_NONE, 0) == RHN_OK &&
                   r_jwt_get_sign_alg(token) == R_JWA_ALG_HS256 &&
                   r_jwt_verify_signature(token, key, 0) == RHN_OK && read_claims(token, &claims);
    if (!is_ours)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.session_invalid");
    *ret_claims = claims;
    return NULL;
}
