/* Who holds a cookie: the path that every signed-in request takes. */
#include "audit/audit.h"
#include "identity/jwt.h"
#include "identity/session.h"
#include "identity/session_state.h"
#include "session.sql.h"
#include "tenant/tenant.h"

#include "base/banned.h"

typedef struct checking {
    db_pool *pool;
    oq_arena *arena;
    oq_str address, request_id;
    jwt_claims claims;
    session_state *state;
    oq_us now;
} checking;

/* A unit of work of its own in the home tenant: a few writes that must not depend on whether the
 * request itself succeeds. */
static oq_err *write_to(const checking *c, oq_err *(*work)(const checking *c, oq_scope *s))
{
    oq_scope *s;
    OQ_TRY(oq_scope_open(
        &(oq_scope_options){
            .pool = c->pool,
            .tenant_id = c->claims.tenant_id,
            .access = OQ_WRITE,
            .actor = {.kind = ACTOR_USER,
                      .id = c->state->user_id,
                      .home_tenant = c->claims.tenant_id,
                      .label = c->state->email,
                      .role = (oq_role)c->state->role,
                      .address = c->address},
            .request_id = c->request_id,
            .arena = c->arena,
        },
        &s));
    oq_err *err = work(c, s);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

static oq_err *write_seen(const checking *c, oq_scope *s)
{
    return sql_session_seen(
        s, (sql_session_seen_args){.id = c->claims.session_id, .now = oq_now(s)}, NULL);
}

static oq_err *write_confirmed(const checking *c, oq_scope *s)
{
    OQ_TRY(sql_session_confirm(s,
                               (sql_session_confirm_args){.id = c->claims.session_id,
                                                          .serial = c->claims.serial,
                                                          .now = oq_now(s)},
                               NULL));
    return session_void(s, c->claims.session_id);
}

static oq_err *write_rotated(const checking *c, oq_scope *s)
{
    size_t touched;
    OQ_TRY(sql_session_rotate(
        s, (sql_session_rotate_args){.id = c->claims.session_id, .serial = c->claims.serial},
        &touched));
    return session_void(s, c->claims.session_id);
}

static oq_err *write_reused(const checking *c, oq_scope *s)
{
    OQ_TRY(audit_record(s, &(audit_entry){.action = "auth.session_reused",
                                          .object_type = "session",
                                          .object_id = c->claims.session_id,
                                          .object_label = c->state->email,
                                          .is_refused = true}));
    return session_end(s, c->claims.session_id, "reused");
}

/* --- judging ------------------------------------------------------------------------------------*/

static oq_err *check_state(const checking *c)
{
    const session_state *st = c->state;
    oq_us silent = c->now - st->seen_at;
    /* What is remembered was asked for by session alone; in the database that tenant has none. */
    if (!oq_uuid_eq(st->home_tenant_id, c->claims.tenant_id))
        return oq_fail(OQ_UNAUTHENTICATED, "auth.session_ended");
    if (!oq_uuid_eq(st->user_id, c->claims.user_id))
        return oq_fail(OQ_UNAUTHENTICATED, "auth.session_invalid");
    if (st->revoked_at != OQ_TIME_NONE)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.session_ended");
    if (c->now >= st->expires_at || c->now >= c->claims.expires_at ||
        silent > st->idle_minutes * OQ_MINUTE)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.session_expired");
    if (!st->is_active)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.user_inactive");
    if (st->tenant_status != TENANT_ACTIVE)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.tenant_suspended");
    return NULL;
}

static oq_err *make_cookie(const checking *c, int64_t serial, session_check *check)
{
    jwt_claims fresh = c->claims;
    fresh.serial = serial;
    fresh.issued_at = c->now / OQ_SECOND * OQ_SECOND;
    check->max_age_s = (c->claims.expires_at - c->now) / OQ_SECOND;
    return jwt_make(c->arena, &fresh, &check->new_cookie);
}

/* The serial's part of the story; see the header. */
static oq_err *check_serial(const checking *c, session_check *check)
{
    int64_t behind = c->state->serial - c->claims.serial;
    bool confirmed = c->state->confirmed_at != OQ_TIME_NONE;
    if (behind == 0) {
        if (c->claims.serial > 1 && !confirmed)
            OQ_TRY(write_to(c, write_confirmed));
        if (c->now - c->claims.issued_at < SESSION_RENEW_S * OQ_SECOND)
            return NULL;
        OQ_TRY(write_to(c, write_rotated));
        return make_cookie(c, c->claims.serial + 1, check);
    }
    if (behind == 1 && !confirmed)
        return make_cookie(c, c->state->serial, check); /* the answer with it was lost */
    if (behind == 1 && c->now - c->state->confirmed_at < SESSION_GRACE_S * OQ_SECOND)
        return NULL;
    if (behind > 0)
        OQ_TRY(write_to(c, write_reused));
    return oq_fail(OQ_UNAUTHENTICATED, behind > 0 ? "auth.session_reused" : "auth.session_invalid");
}

static void describe(const checking *c, http_who *who)
{
    const session_state *st = c->state;
    bool knows_lang = oq_lang_parse(st->lang, &who->lang);
    *who = (http_who){
        .is_signed_in = true,
        .by_cookie = true,
        .actor = {.kind = ACTOR_USER,
                  .id = st->user_id,
                  .home_tenant = c->claims.tenant_id,
                  .label = st->email,
                  .role = (oq_role)st->role,
                  .caps = oq_caps_of_role((oq_role)st->role),
                  .address = c->address},
        .tenant_id = st->acting_tenant_id,
        .session_id = st->id,
        .csrf_token = st->csrf_token,
        .full_name = st->full_name,
        .tenant_name = st->tenant_name,
        .tenant_code = st->tenant_code,
        .time_zone = oq_str_given(st->time_zone) ? st->time_zone : st->tenant_time_zone,
        .currency = st->currency,
        .stands_at = st->stands_at,
        .lang = who->lang,
        .has_lang = knows_lang,
        .arabic_digits = st->arabic_digits,
        .hijri = st->hijri,
        .must_change_password = st->must_change_password,
        .must_enroll_totp = st->require_totp && !st->has_totp,
    };
}

static oq_err *find_state(checking *c)
{
    if (session_cache_get(c->arena, c->claims.session_id, &c->state))
        return NULL;
    uint64_t ticket = session_cache_ticket();
    OQ_TRY(session_state_load(c->pool, c->arena, c->claims.tenant_id, c->claims.session_id,
                              c->request_id, &c->state));
    session_cache_put(ticket, c->state);
    return NULL;
}

oq_err *session_authenticate(db_pool *pool, oq_arena *arena, oq_str cookie, oq_str address,
                             oq_str request_id, session_check *ret_check)
{
    checking c = {.pool = pool,
                  .arena = arena,
                  .address = address,
                  .request_id = request_id,
                  .now = oq_clock_now()};
    session_check check = {0};
    OQ_TRY(jwt_read(arena, cookie, &c.claims));
    OQ_TRY(find_state(&c));
    OQ_TRY(check_state(&c));
    OQ_TRY(check_serial(&c, &check));
    /* Marked at most twice a minute: exact enough for a silence that is counted in minutes. */
    if (c.now - c.state->seen_at > SESSION_CACHE_S * OQ_SECOND) {
        OQ_TRY(write_to(&c, write_seen));
        session_cache_forget(c.state->id);
    }
    describe(&c, &check.who);
    *ret_check = check;
    return NULL;
}

oq_err *session_look_again(db_pool *pool, oq_arena *arena, const http_who *before,
                           oq_str request_id, http_who *ret_who)
{
    checking c = {.pool = pool,
                  .arena = arena,
                  .address = before->actor.address,
                  .request_id = request_id,
                  .claims = {.user_id = before->actor.id,
                             .tenant_id = before->actor.home_tenant,
                             .session_id = before->session_id,
                             .expires_at = INT64_MAX},
                  .now = oq_clock_now()};
    OQ_TRY(find_state(&c));
    OQ_TRY(check_state(&c));
    describe(&c, ret_who);
    return NULL;
}
