/* identity/jwt.h
 *
 * The cookie's text: a JSON Web Token (RFC 7519) signed with HS256 and nothing else. A token that
 * says another algorithm, carries a key of its own or points to one is refused before anything of
 * it is believed. */
#ifndef IDENTITY_JWT_H
#define IDENTITY_JWT_H

#include "base/base.h"

typedef struct jwt_claims {
    oq_uuid user_id, tenant_id, session_id;
    int64_t serial;
    oq_us issued_at, expires_at; /* whole seconds */
} jwt_claims;

enum { JWT_KEY_MIN = 32, JWT_TEXT_MAX = 1024 };

/* Once at start. Fails: session.key_too_short (fact: min). */
OQ_CHECKED oq_err *jwt_setup(oq_str key);

OQ_CHECKED oq_err *jwt_make(oq_arena *arena, const jwt_claims *claims, oq_str *ret_text);

/* Fails: auth.session_invalid for whatever is not exactly a token of ours. Times are the caller's
 * to compare. */
OQ_CHECKED oq_err *jwt_read(oq_arena *arena, oq_str text, jwt_claims *ret_claims);

#endif
