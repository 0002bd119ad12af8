#include "identity/authenticate.h"

#include "identity/session.h"
#include "identity/token.h"

#include "base/banned.h"

/* "Token" is what clients of InfluxDB's protocol call the same thing. */
static oq_err *by_bearer(http_req *rq, oq_str header, http_who *ret_who)
{
    static const oq_str schemes[] = {OQ_STR_INIT("Bearer "), OQ_STR_INIT("Token ")};
    size_t i = 0;
    while (i < OQ_COUNT(schemes) &&
           !oq_str_eq_ascii_nocase(oq_str_sub(header, 0, schemes[i].len), schemes[i]))
        i++;
    if (i == OQ_COUNT(schemes))
        return oq_fail(OQ_UNAUTHENTICATED, "auth.scheme_unknown");
    return token_authenticate(http_pool(rq), http_arena(rq),
                              oq_str_trim(oq_str_sub(header, schemes[i].len, SIZE_MAX)),
                              http_peer(rq), http_request_id(rq), ret_who);
}

static oq_err *by_cookie(http_req *rq, oq_str cookie, http_who *ret_who)
{
    session_check check;
    oq_err *err = session_authenticate(http_pool(rq), http_arena(rq), cookie, http_peer(rq),
                                       http_request_id(rq), &check);
    /* A suspended tenant may be resumed, and its sessions with it. */
    if (err && err->kind == OQ_UNAUTHENTICATED && !oq_err_is(err, "auth.tenant_suspended"))
        http_set_cookie(rq, SESSION_COOKIE, OQ_STR(""), 0, false);
    OQ_TRY(err);
    if (oq_str_given(check.new_cookie))
        http_set_cookie(rq, SESSION_COOKIE, check.new_cookie, check.max_age_s, false);
    *ret_who = check.who;
    return NULL;
}

oq_err *identity_authenticate(void *self, http_req *rq, http_who *ret_who)
{
    oq_str header = http_header(rq, "Authorization");
    if (oq_str_given(header))
        return by_bearer(rq, header, ret_who);
    oq_str cookie = http_cookie(rq, SESSION_COOKIE);
    if (cookie.len)
        return by_cookie(rq, cookie, ret_who);
    *ret_who = (http_who){0};
    return NULL;
}

oq_err *identity_authenticate_again(void *self, http_req *rq, http_who *ret_who)
{
    const http_who *before = http_who_of(rq);
    if (before->actor.kind == ACTOR_TOKEN)
        return by_bearer(rq, http_header(rq, "Authorization"), ret_who);
    return session_look_again(http_pool(rq), http_arena(rq), before, http_request_id(rq), ret_who);
}

oq_err *identity_home_scope(http_req *rq, oq_access access, oq_scope **ret_scope)
{
    const http_who *who = http_who_of(rq);
    return oq_scope_open(&(oq_scope_options){.pool = http_pool(rq),
                                             .tenant_id = who->actor.home_tenant,
                                             .access = access,
                                             .actor = who->actor,
                                             .request_id = http_request_id(rq),
                                             .arena = http_arena(rq)},
                         ret_scope);
}
