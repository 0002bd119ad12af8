#include "identity/login.h"

#include "audit/audit.h"
#include "base/secret.h"
#include "identity/device.h"
#include "identity/own_access.h"
#include "identity/password.h"
#include "identity/throttle.h"
#include "login.sql.h"
#include "tenant/settings.h"
#include "tenant/tenant.h"
#include "user.sql.h"

#include "base/banned.h"

const oq_field login_fields[] = {
    OQ_TEXT(login_order, email, .max = USER_EMAIL_MAX),
    OQ_SECRET(login_order, password, .max = PASSWORD_BYTES_MAX),
    OQ_TEXT(login_order, totp, .max = 20, .help = "six digits; needed when a second factor is on"),
    OQ_SECRET(login_order, pending, .max = 400, .help = "of the sign-in page's second step"),
    OQ_FIELDS_END,
};

typedef struct attempt {
    db_pool *pool;
    oq_arena *arena;
    const login_order *order;
    oq_str address, user_agent, request_id;
    throttle throttle;
    bool is_known;
    oq_uuid tenant_id, user_id;
    sql_user_secrets_row who;
    uint8_t proven[OQ_DIGEST]; /* the password that the first step was right about, as stored */
    int64_t hours;
} attempt;

/* --- the step between password and second factor --------------------------------------------------*/

#define PENDING_LIFE (5 * OQ_MINUTE)

typedef struct pending {
    oq_uuid tenant_id, user_id;
    oq_us until;
    bool is_known_device;
    uint8_t proven[OQ_DIGEST]; /* another password makes the first step worthless */
    char account_key[THROTTLE_KEY_MAX];
} pending;

static const oq_str pending_context = OQ_STR_INIT("sign-in, first step done");

static oq_str pending_make(const attempt *a)
{
    pending done = {.tenant_id = a->tenant_id,
                    .user_id = a->user_id,
                    .until = oq_clock_now() + PENDING_LIFE,
                    .is_known_device = a->throttle.is_known_device};
    oq_str key = a->throttle.account_key;
    assert(key.len < sizeof done.account_key);
    memcpy(done.account_key, key.ptr, key.len);
    oq_digest(a->who.password_hash, done.proven);
    oq_str sealed = oq_seal(a->arena, oq_strn((char *)&done, sizeof done), pending_context);
    return oq_base64url(a->arena, sealed.ptr, sealed.len);
}

static oq_err *pending_read(attempt *a)
{
    char bytes[256];
    size_t len;
    oq_str plain;
    pending done;
    bool is_ours = oq_base64url_parse(a->order->pending, bytes, sizeof bytes, &len) &&
                   !oq_unseal(a->arena, oq_strn(bytes, len), pending_context, &plain) &&
                   plain.len == sizeof done;
    if (!is_ours)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.step_expired");
    memcpy(&done, plain.ptr, sizeof done);
    if (done.until < oq_clock_now())
        return oq_fail(OQ_UNAUTHENTICATED, "auth.step_expired");
    a->tenant_id = done.tenant_id;
    a->user_id = done.user_id;
    memcpy(a->proven, done.proven, sizeof a->proven);
    a->throttle.account_key = oq_str_copy(a->arena, oq_cstr(done.account_key));
    a->throttle.is_known_device = done.is_known_device;
    return NULL;
}

/* --- the person ---------------------------------------------------------------------------------*/

static oq_err *find_name(attempt *a)
{
    db_platform *p;
    OQ_TRY(db_platform_open(
        &(db_platform_options){
            .pool = a->pool,
            .access = OQ_READ,
            .actor = {.kind = ACTOR_SYSTEM,
                      .home_tenant = TENANT_PLATFORM,
                      .label = OQ_STR("sign-in"),
                      .address = a->address},
            .request_id = a->request_id,
            .arena = a->arena,
        },
        &p));
    sql_login_name_find_rows rows;
    oq_err *err = sql_login_name_find(
        p, (sql_login_name_find_args){.email_folded = oq_str_lower(a->arena, a->order->email)},
        &rows);
    db_platform_close(p);
    OQ_TRY(err);
    /* Nobody is looked for where nobody is: how long the answer takes must not tell. */
    a->tenant_id = rows.count ? rows.at[0].tenant_id : TENANT_PLATFORM;
    a->user_id = rows.count ? rows.at[0].user_id : OQ_UUID_ZERO;
    return NULL;
}

static void know_device(attempt *a)
{
    oq_uuid id;
    if (!device_is_of(a->order->device, a->user_id, oq_clock_now(), &id))
        return;
    oq_str text = oq_uuid_text(a->arena, id);
    a->throttle.is_known_device = true;
    a->throttle.account_key =
        throttle_account_key(a->arena, oq_strf(a->arena, "device %.*s", OQ_FMT(text)));
}

static oq_err *open_tenant(const attempt *a, oq_access access, oq_scope **ret_scope)
{
    return oq_scope_open(
        &(oq_scope_options){
            .pool = a->pool,
            .tenant_id = a->tenant_id,
            .access = access,
            .actor = {.kind = ACTOR_USER,
                      .id = a->user_id,
                      .home_tenant = a->tenant_id,
                      .label = oq_str_given(a->who.email) ? a->who.email : a->order->email,
                      .address = a->address},
            .request_id = a->request_id,
            .arena = a->arena,
        },
        ret_scope);
}

static oq_err *load_person(attempt *a, tenant **ret_tenant)
{
    oq_scope *s;
    OQ_TRY(open_tenant(a, OQ_READ, &s));
    sql_user_secrets_rows rows;
    tenant_settings *settings = NULL;
    oq_err *err = sql_user_secrets(s, (sql_user_secrets_args){.id = a->user_id}, &rows);
    if (!err)
        err = tenant_self(s, ret_tenant);
    if (!err)
        err = tenant_settings_get(s, &settings);
    oq_scope_close(s);
    OQ_TRY(err);
    a->is_known = rows.count == 1;
    if (a->is_known)
        a->who = rows.at[0];
    a->hours = settings->session_hours;
    return NULL;
}

/* A refusal is written down where the person's administrators see it; the answer is `refused`. */
static oq_err *refuse(const attempt *a, oq_err *refused)
{
    oq_log_warn("auth.refused", OQ_F_CSTR("why", refused->code), OQ_F_STR("address", a->address),
                OQ_F_STR("request_id", a->request_id), OQ_F_UUID("user_id", a->user_id));
    if (refused->kind == OQ_LIMIT)
        return refused; /* written often enough */
    if (!a->is_known) { /* no audit to write to; it takes as long */
        OQ_TRY(throttle_touch(&a->throttle));
        return refused;
    }
    oq_scope *s;
    OQ_TRY(open_tenant(a, OQ_WRITE, &s));
    oq_err *err = audit_record(s, &(audit_entry){.action = "auth.refused",
                                                 .object_type = "user",
                                                 .object_id = a->user_id,
                                                 .object_label = oq_cstr(refused->code),
                                                 .is_refused = true});
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    OQ_TRY(err);
    return refused;
}

static oq_err *check_second_factor(const attempt *a, oq_scope *s)
{
    bool accepted;
    if (a->who.totp_enabled_at == OQ_TIME_NONE)
        return NULL;
    OQ_TRY(access_totp_accept(s, a->user_id, a->who.totp_secret, a->order->totp, &accepted));
    return accepted ? NULL : oq_fail(OQ_UNAUTHENTICATED, "auth.totp_wrong");
}

/* What was judged may have changed meanwhile; the row is held until the session is there, so that
 * whoever changes it afterwards finds and ends the session. */
static oq_err *note_signed_in(const attempt *a, oq_scope *s)
{
    size_t touched;
    OQ_TRY(sql_user_signed_in(s,
                              (sql_user_signed_in_args){
                                  .id = a->user_id,
                                  .password_hash = a->who.password_hash,
                                  .totp_enabled_at = a->who.totp_enabled_at,
                                  .now = oq_now(s),
                              },
                              &touched));
    return touched ? NULL : oq_fail(OQ_UNAUTHENTICATED, "auth.wrong_credentials");
}

static oq_err *begin_session(const attempt *a, oq_scope *s, login_result *result)
{
    OQ_TRY(check_second_factor(a, s));
    OQ_TRY(note_signed_in(a, s));
    if (!oq_str_given(a->order->pending) && password_needs_rehash(a->arena, a->who.password_hash))
        OQ_TRY(sql_user_rehash(
            s,
            (sql_user_rehash_args){.id = a->user_id,
                                   .old_hash = a->who.password_hash,
                                   .new_hash = password_hash(a->arena, a->order->password)},
            NULL));
    OQ_TRY(user_get(s, a->user_id, &result->user));
    OQ_TRY(session_start(s,
                         &(session_start_order){.user = result->user,
                                                .hours = a->hours,
                                                .address = a->address,
                                                .user_agent = a->user_agent},
                         &result->session));
    return audit_record(s, &(audit_entry){.action = "auth.signed_in",
                                          .object_type = "session",
                                          .object_id = result->session.id,
                                          .object_label = a->who.email});
}

static bool has_proven_password(const attempt *a)
{
    uint8_t now[OQ_DIGEST];
    oq_digest(a->who.password_hash, now);
    return a->is_known && oq_same_secret(oq_strn((const char *)now, sizeof now),
                                         oq_strn((const char *)a->proven, sizeof a->proven));
}

static oq_err *judge(attempt *a)
{
    tenant *home = NULL;
    OQ_TRY(load_person(a, &home));
    if (oq_str_given(a->order->pending)) {
        if (!has_proven_password(a))
            return oq_fail(OQ_UNAUTHENTICATED, "auth.step_expired");
    } else if (!password_is(a->who.password_hash, a->order->password)) {
        return oq_fail(OQ_UNAUTHENTICATED, "auth.wrong_credentials");
    }
    if (!a->who.is_active)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.user_inactive");
    if (home->status != TENANT_ACTIVE)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.tenant_suspended");
    if (a->who.totp_enabled_at != OQ_TIME_NONE && a->order->totp.len == 0)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.totp_required");
    return NULL;
}

oq_err *login_sign_in(db_pool *pool, oq_arena *arena, const login_order *order, oq_str address,
                      oq_str user_agent, oq_str request_id, login_result *ret_result)
{
    attempt a = {.pool = pool,
                 .arena = arena,
                 .order = order,
                 .address = address,
                 .user_agent = user_agent,
                 .request_id = request_id};
    a.throttle = (throttle){.pool = pool,
                            .arena = arena,
                            .request_id = request_id,
                            .account_key = throttle_account_key(arena, order->email),
                            .address = address};
    OQ_TRY(oq_str_given(order->pending) ? pending_read(&a) : find_name(&a));
    if (!oq_str_given(order->pending))
        know_device(&a);
    oq_err *err = throttle_count(&a.throttle);
    if (!err)
        err = judge(&a);
    if (err && oq_err_is(err, "auth.totp_required")) {
        OQ_TRY(throttle_uncount(&a.throttle));
        ret_result->pending = pending_make(&a);
        return err;
    }
    if (err && (err->kind == OQ_UNAUTHENTICATED || err->kind == OQ_LIMIT))
        return refuse(&a, err);
    OQ_TRY(err);

    oq_scope *s;
    login_result result = {.tenant_id = a.tenant_id};
    OQ_TRY(open_tenant(&a, OQ_WRITE, &s));
    err = begin_session(&a, s, &result);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    if (err && err->kind == OQ_UNAUTHENTICATED)
        return refuse(&a, err);
    OQ_TRY(err);
    OQ_TRY(throttle_forget(&a.throttle));
    oq_log_info("auth.signed_in", OQ_F_UUID("user_id", a.user_id),
                OQ_F_UUID("tenant_id", a.tenant_id), OQ_F_STR("address", address),
                OQ_F_STR("request_id", request_id));
    result.device = device_make(arena, a.user_id, oq_clock_now());
    *ret_result = result;
    return NULL;
}
