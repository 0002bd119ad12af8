/* One place where a request becomes work: route, feature, person, rights, token, body, unit of
 * work, handler, commit, answer. A handler cannot forget what happens here. */
#include <sodium.h>

#include "http/inner.h"

static oq_err *refusal(const http_req *rq)
{
    const http_refusal *r = &rq->refusal;
    return oq_fail(r->kind, r->code, "max=%lld", (long long)r->max);
}

static oq_err *check_feature(const http_req *rq)
{
    const http_hooks *hooks = &rq->server->options.hooks;
    const char *feature = rq->route->feature;
    if (!feature || !hooks->feature_is_on || hooks->feature_is_on(hooks->self, feature))
        return NULL;
    return oq_fail(OQ_LOCKED, "feature.off", "feature=%s", feature);
}

/* --- who asks, and may they ------------------------------------------------------------------*/

static oq_err *authenticate(http_req *rq)
{
    const http_hooks *hooks = &rq->server->options.hooks;
    http_who who = {0};
    oq_err *err = hooks->authenticate ? hooks->authenticate(hooks->self, rq, &who) : NULL;
    /* A renewed cookie, or a bad one taken away: no error and no handler takes that back. */
    rq->lasting = rq->answer.header;
    rq->answer.header = NULL;
    if (err && err->kind == OQ_UNAUTHENTICATED && rq->route->cap == CAP_PUBLIC) {
        oq_ignore(err, "an old cookie does not keep anybody from the sign-in page");
        who = (http_who){0};
        err = NULL;
    }
    if (err)
        return err;
    rq->who = who;
    rq->who.actor.address = rq->peer;
    http_lang_settle(rq);
    return NULL;
}

static void redirect_to_sign_in(http_req *rq)
{
    http_answer_reset(rq);
    oq_str target = rq->method == HTTP_GET && http_path_is_own(rq->target) ? rq->target : OQ_NONE;
    http_redirect(rq, target.len ? oq_strf(rq->arena, "/login?next=%.*s",
                                           OQ_FMT(oq_percent(rq->arena, target, "/")))
                                 : OQ_STR("/login"));
}

/* What a person has to do first: NULL, or the page where it is done. */
static const char *duty_page(const http_who *who, const char **ret_code)
{
    if (who->must_change_password) {
        *ret_code = "auth.password_change_required";
        return "/profile/password";
    }
    *ret_code = "auth.totp_enrollment_required";
    return who->must_enroll_totp ? "/profile/totp" : NULL;
}

static oq_err *check_rights(const http_route *route, const http_who *who)
{
    if (route->cap == CAP_PUBLIC)
        return NULL;
    if (!who->is_signed_in)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.required");
    if (route->cap == CAP_SIGNED_IN)
        return NULL;
    const char *code;
    if (duty_page(who, &code))
        return oq_fail(OQ_FORBIDDEN, code);
    return require_capability(who->actor.caps, route->cap);
}

oq_err *http_check_again(http_req *rq)
{
    const http_hooks *hooks = &rq->server->options.hooks;
    http_who now = {0};
    if (rq->route->cap == CAP_PUBLIC || !hooks->authenticate_again)
        return NULL;
    OQ_TRY(hooks->authenticate_again(hooks->self, rq, &now));
    OQ_TRY(check_rights(rq->route, &now));
    if (!oq_uuid_eq(now.tenant_id, rq->who.tenant_id))
        return oq_fail(OQ_FORBIDDEN, "access.tenant_left");
    rq->who.actor.caps = now.actor.caps;
    return NULL;
}

/* Only cookies travel by themselves to a form that somebody else wrote. */
static oq_err *check_csrf(http_req *rq)
{
    if (!rq->who.by_cookie || rq->method == HTTP_GET || rq->route->skips_csrf)
        return NULL;
    oq_str token = http_header(rq, "X-CSRF-Token"), wanted = rq->who.csrf_token;
    if (!oq_str_given(token))
        OQ_TRY(http_body_csrf(rq, &token));
    if (!token.len)
        return oq_fail(OQ_FORBIDDEN, "csrf.missing");
    if (!wanted.len || token.len != wanted.len ||
        sodium_memcmp(token.ptr, wanted.ptr, token.len) != 0)
        return oq_fail(OQ_FORBIDDEN, "csrf.wrong");
    return NULL;
}

/* --- the unit of work ------------------------------------------------------------------------*/

/* What went wrong without being returned. */
static oq_err *answer_flaw(const http_req *rq)
{
    const http_answer *a = &rq->answer;
    if (a->late)
        return a->late;
    if (a->buf.overflow)
        return oq_fail(OQ_INTERNAL, "http.answer_too_large");
    if (!a->status)
        return oq_fail(OQ_INTERNAL, "http.no_answer");
    assert(!a->is_json || a->json.depth == 0);
    return NULL;
}

static oq_access access_of(const http_req *rq)
{
    return rq->method == HTTP_GET && !rq->route->writes ? OQ_READ : OQ_WRITE;
}

static oq_err *open_scope(http_req *rq, oq_access access)
{
    if (oq_uuid_is_zero(rq->who.tenant_id))
        return oq_fail(OQ_FORBIDDEN, "access.no_tenant");
    const oq_scope_options options = {
        .pool = rq->server->options.pool,
        .tenant_id = rq->who.tenant_id,
        .access = access,
        .actor = rq->who.actor,
        .request_id = rq->request_id,
        .arena = rq->arena,
        .stands_at = rq->who.stands_at,
    };
    return oq_scope_open(&options, &rq->scope);
}

static void close_scope(http_req *rq)
{
    oq_scope_close(rq->scope);
    rq->scope = NULL;
}

void http_scope_end(http_req *rq)
{
    close_scope(rq);
}

oq_err *http_scope_again(http_req *rq, oq_scope **ret_scope)
{
    assert(rq->route->handle);
    close_scope(rq);
    OQ_TRY(open_scope(rq, OQ_READ));
    *ret_scope = rq->scope;
    return NULL;
}

static oq_err *run_in_tenant(http_req *rq)
{
    OQ_TRY(open_scope(rq, access_of(rq)));
    oq_err *err = rq->route->handle(rq, rq->scope);
    if (!err)
        err = answer_flaw(rq);
    if (!err && (rq->answer.status < 400 || rq->route->keeps_partial))
        err = oq_scope_commit(rq->scope);
    close_scope(rq);
    return err;
}

static oq_err *run_on_platform(http_req *rq)
{
    const db_platform_options options = {
        .pool = rq->server->options.pool,
        .access = access_of(rq),
        .actor = rq->who.actor,
        .request_id = rq->request_id,
        .arena = rq->arena,
    };
    db_platform *platform = NULL;
    OQ_TRY(db_platform_open(&options, &platform));
    oq_err *err = rq->route->handle_platform(rq, platform);
    if (!err)
        err = answer_flaw(rq);
    if (!err && rq->answer.status < 400)
        err = db_platform_commit(platform);
    db_platform_close(platform);
    return err;
}

static oq_err *run_handler(http_req *rq)
{
    if (rq->route->handle)
        return run_in_tenant(rq);
    if (rq->route->handle_platform)
        return run_on_platform(rq);
    OQ_TRY(rq->route->handle_plain(rq));
    return answer_flaw(rq);
}

static oq_err *run(http_req *rq)
{
    if (rq->refusal.kind)
        return refusal(rq);
    if (rq->is_options) {
        http_answer_empty(rq, 204);
        http_set_header(rq, "Allow", http_allow_text(rq->arena, rq->match.by_method));
        return NULL;
    }
    OQ_TRY(check_feature(rq));
    if (!rq->route->is_cheap) {
        OQ_TRY(authenticate(rq));
        OQ_TRY(check_rights(rq->route, &rq->who));
        OQ_TRY(check_csrf(rq));
        OQ_TRY(http_body_check(rq));
    }
    return run_handler(rq);
}

/* --- the end ---------------------------------------------------------------------------------*/

/* A page leads a person on where an API can only say what is missing. True when it did. */
static bool lead_on(http_req *rq, const oq_err *err)
{
    if (!rq->route || !rq->route->is_page || rq->route->cap == CAP_PUBLIC)
        return false;
    const char *code;
    const char *page = duty_page(&rq->who, &code);
    if (!rq->who.is_signed_in && err->kind == OQ_UNAUTHENTICATED) {
        redirect_to_sign_in(rq);
    } else if (page && strcmp(err->code, code) == 0) {
        http_answer_reset(rq);
        http_redirect(rq, oq_cstr(page));
    } else {
        return false;
    }
    return true;
}

static void note(http_req *rq)
{
    rq->is_logged = true;
    oq_us took = oq_monotonic() - rq->arrived;
    size_t bytes = rq->answer.is_fixed ? rq->answer.fixed.len : rq->answer.buf.len;
    http_count_answer(&rq->server->counts, rq->answer.status, took, bytes);
    bool is_head = http_is_head(rq);
    oq_log_info("http.request",
                OQ_F_CSTR("method", is_head          ? "HEAD"
                                    : rq->is_options ? "OPTIONS"
                                                     : http_method_text(rq->method)),
                OQ_F_CSTR("route", rq->route ? rq->route->path : "-"),
                OQ_F_INT("status", rq->answer.status), OQ_F_INT("took_us", took),
                OQ_F_STR("request_id", rq->request_id), OQ_F_UUID("tenant", rq->who.tenant_id),
                OQ_F_UUID("actor", rq->who.actor.id), OQ_F_CSTR("code", rq->error_code));
}

bool http_dispatch_is_cheap(const http_req *rq)
{
    if (rq->refusal.kind)
        return !rq->wants_page;
    return rq->is_options || rq->route->is_cheap;
}

void http_dispatch(http_req *rq)
{
    oq_err *err = run(rq);
    if (!err && rq->answer.pieces && !http_is_head(rq))
        err = http_pieces_begin(rq);
    if (err && !lead_on(rq, err))
        http_answer_err(rq, err);
    http_reply_build(rq);
    note(rq);
}
