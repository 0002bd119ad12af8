/* Signing in and out for programs. */
#include "audit/audit.h"
#include "identity/device.h"
#include "identity/inner.h"
#include "identity/login.h"
#include "identity/password.h"

#include "base/banned.h"

typedef struct login_body {
    oq_str email, password, totp;
} login_body;

const oq_field login_api_fields[] = {
    OQ_TEXT(login_body, email, .required = true, .max = USER_EMAIL_MAX),
    OQ_SECRET(login_body, password, .required = true, .max = PASSWORD_BYTES_MAX),
    OQ_TEXT(login_body, totp, .max = 20, .help = "six digits; needed when a second factor is on"),
    OQ_FIELDS_END,
};

typedef struct login_answer {
    user user;
    oq_str csrf_token;
} login_answer;

const oq_field login_answer_fields[] = {
    OQ_OBJECT(login_answer, user, user, user_fields),
    OQ_TEXT(login_answer, csrf_token, .help = "send it as X-CSRF-Token with every change"),
    OQ_FIELDS_END,
};

/* A form of another site can be sent without asking us first, JSON cannot. */
static oq_err *require_json(http_req *rq)
{
    oq_str type = oq_str_lower(http_arena(rq), http_header(rq, "Content-Type"));
    return oq_str_starts(type, OQ_STR("application/json"))
               ? NULL
               : oq_fail(OQ_MALFORMED, "auth.json_only");
}

void login_set_cookies(http_req *rq, const login_result *result)
{
    const session_started *session = &result->session;
    /* The session's first: scripts that look at one cookie look at the first. */
    http_set_cookie(rq, SESSION_COOKIE, session->cookie, session->max_age_s, false);
    http_set_cookie(rq, DEVICE_COOKIE, result->device, DEVICE_DAYS * INT64_C(86400), false);
}

oq_err *login_api_sign_in(http_req *rq)
{
    login_body body;
    login_result result = {0};
    OQ_TRY(require_json(rq));
    OQ_TRY(http_body(rq, &body));
    login_order order = {.email = body.email,
                         .password = body.password,
                         .totp = body.totp,
                         .device = http_cookie(rq, DEVICE_COOKIE)};
    OQ_TRY(login_sign_in(http_pool(rq), http_arena(rq), &order, http_peer(rq),
                         http_header(rq, "User-Agent"), http_request_id(rq), &result));
    login_set_cookies(rq, &result);
    login_answer answer = {.user = *result.user, .csrf_token = result.session.csrf_token};
    http_answer_record(rq, 0, &answer);
    return NULL;
}

static oq_err *end_this(http_req *rq, oq_scope *s, void *self)
{
    const http_who *who = http_who_of(rq);
    OQ_TRY(session_end(s, who->session_id, "signed_out"));
    return audit_record(s, &(audit_entry){.action = "auth.signed_out",
                                          .object_type = "session",
                                          .object_id = who->session_id,
                                          .object_label = who->actor.label});
}

oq_err *login_sign_out(http_req *rq)
{
    const http_who *who = http_who_of(rq);
    if (!who->by_cookie)
        return oq_fail(OQ_CONFLICT, "session.none");
    OQ_TRY(identity_at_home(rq, OQ_WRITE, end_this, NULL));
    http_set_cookie(rq, SESSION_COOKIE, OQ_STR(""), 0, false);
    oq_log_info("auth.signed_out", OQ_F_UUID("user_id", who->actor.id),
                OQ_F_UUID("tenant_id", who->actor.home_tenant), OQ_F_STR("address", http_peer(rq)),
                OQ_F_STR("request_id", http_request_id(rq)));
    return NULL;
}

oq_err *login_api_sign_out(http_req *rq)
{
    OQ_TRY(login_sign_out(rq));
    http_answer_empty(rq, 0);
    return NULL;
}
