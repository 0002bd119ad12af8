#include "identity/jwt.h"

#include <rhonabwy.h>

#include "base/secret.h"
#include "identity/cache.h"

#include "base/banned.h"

static jwk_t *key;

/* Tokens that were found good, by the digest of their whole text: a browser sends the same one
 * with each request, and reading it costs more than the rest of the sign-in check. A digest stands
 * for signature and claims together, so nothing can make an entry wrong but another key. */
typedef struct known_token {
    uint8_t digest[OQ_DIGEST];
    jwt_claims claims;
} known_token;
enum { KNOWN_MAX = 4096 };
#define KNOWN_LIFE (5 * OQ_MINUTE)
static cred_cache *known;

static oq_uuid place_of(const uint8_t digest[OQ_DIGEST])
{
    oq_uuid id;
    memcpy(id.byte, digest, sizeof id.byte);
    return id;
}

static bool find_known(const uint8_t digest[OQ_DIGEST], jwt_claims *ret_claims)
{
    known_token found;
    if (!cred_cache_get(known, place_of(digest), &found) ||
        memcmp(found.digest, digest, OQ_DIGEST) != 0)
        return false;
    *ret_claims = found.claims;
    return true;
}

static void keep_known(const uint8_t digest[OQ_DIGEST], const jwt_claims *claims)
{
    known_token token = {.claims = *claims};
    memcpy(token.digest, digest, OQ_DIGEST);
    cred_cache_put(known, cred_cache_ticket(known), place_of(digest), NULL, 0, &token);
}

oq_err *jwt_setup(oq_str text)
{
    if (text.len < JWT_KEY_MIN)
        return oq_fail(OQ_INVALID, "session.key_too_short", "min=%d", JWT_KEY_MIN);
    if (key)
        r_jwk_free(key);
    if (r_global_init() != RHN_OK || r_jwk_init(&key) != RHN_OK ||
        r_jwk_import_from_symmetric_key(key, (const unsigned char *)text.ptr, text.len) != RHN_OK)
        return oq_fail(OQ_INTERNAL, "secret.unavailable");
    if (!known)
        known = cred_cache_open(sizeof(known_token), KNOWN_MAX, KNOWN_LIFE);
    cred_cache_forget_all(known);
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
    uint8_t digest[OQ_DIGEST];
    if (text.len > JWT_TEXT_MAX)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.session_invalid");
    oq_digest(text, digest);
    if (find_known(digest, ret_claims))
        return NULL;
    /* R_PARSE_NONE: keys inside the token's header (jwk, jku, x5u, x5c) are never taken. */
    bool is_ours = text.len > 0 && oq_utf8_valid(text) && r_jwt_init(&token) == RHN_OK &&
                   r_jwt_advanced_parse(token, oq_str_c(arena, text), R_PARSE_NONE, 0) == RHN_OK &&
                   r_jwt_get_sign_alg(token) == R_JWA_ALG_HS256 &&
                   r_jwt_verify_signature(token, key, 0) == RHN_OK && read_claims(token, &claims);
    if (!is_ours)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.session_invalid");
    keep_known(digest, &claims);
    *ret_claims = claims;
    return NULL;
}
