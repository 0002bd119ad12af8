/* identity/login.h
 *
 * Signing in. Attempts are counted (identity/throttle.h). Whether an address exists cannot be told
 * from the answer or from its time. */
#ifndef IDENTITY_LOGIN_H
#define IDENTITY_LOGIN_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"
#include "identity/session.h"
#include "identity/user.h"

typedef struct login_order {
    oq_str email, password;
    oq_str totp;    /* not given: none typed */
    oq_str pending; /* instead of e-mail and password: what the first step gave */
    oq_str device;  /* the browser's cookie, if it has one: identity/device.h */
} login_order;
extern const oq_field login_fields[];

typedef struct login_result {
    user *user;
    oq_uuid tenant_id;
    session_started session;
    oq_str device;  /* for the browser's cookie */
    oq_str pending; /* with auth.totp_required: stands for the password in the second step, for
                       five minutes, so that no page has to carry the password itself */
} login_result;

/* Fails: auth.wrong_credentials, auth.totp_required (password was right; ask for the code;
 * ret_result->pending is set), auth.totp_wrong, auth.step_expired (the first step is too old),
 * auth.too_many_attempts (OQ_LIMIT; fact: retry_after_s), auth.user_inactive,
 * auth.tenant_suspended (both only after the right password). */
OQ_CHECKED oq_err *login_sign_in(db_pool *pool, oq_arena *arena, const login_order *order,
                                 oq_str address, oq_str user_agent, oq_str request_id,
                                 login_result *ret_result);

extern const http_route login_routes[]; /* /api/auth/..., /login, /logout, /api/me */

#endif
