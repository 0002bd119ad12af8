#include "identity/login.h"

#include "audit/audit.h"
#include "base/secret.h"
#include "identity/own_access.h"
#include "identity/password.h"
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
    oq_str account_key, address_key; /* of the throttle */
    bool is_known;
    oq_uuid tenant_id, user_id;
    sql_user_secrets_row who;
    int64_t hours;
} attempt;

/* --- the throttle -------------------------------------------------------------------------------*/

#define WINDOW (15 * OQ_MINUTE)

static oq_str throttle_key(oq_arena *arena, char kind, oq_str text)
{
    uint8_t sign[OQ_DIGEST];
    oq_sign(OQ_STR("throttle"), oq_str_lower(arena, text), sign);
    oq_str hex = oq_hex(arena, sign, 16);
    return oq_strf(arena, "%c:%.*s", kind, OQ_FMT(hex));
}

static oq_us pause_after(int64_t failures, int64_t free)
{
    int64_t over = failures - free;
    if (over <= 0)
        return 0;
    return over >= 10 ? WINDOW : (INT64_C(1) << over) * OQ_SECOND;
}

static oq_err *count_one(db_platform *p, oq_str key, int64_t free)
{
    oq_us now = db_platform_now(p);
    sql_throttle_count_rows rows;
    OQ_TRY(sql_throttle_count(
        p, (sql_throttle_count_args){.key = key, .now = now, .window_from = now - WINDOW}, &rows));
    oq_us until = rows.at[0].blocked_until;
    if (until != OQ_TIME_NONE && until > now)
        return oq_fail(OQ_LIMIT, "auth.too_many_attempts", "retry_after_s=%lld",
                       (long long)((until - now) / OQ_SECOND + 1));
    oq_us pause = pause_after(rows.at[0].failures, free);
    if (pause)
        OQ_TRY(sql_throttle_block(
            p, (sql_throttle_block_args){.key = key, .blocked_until = now + pause}, NULL));
    return NULL;
}

static oq_err *open_platform(const attempt *a, oq_access access, db_platform **ret_platform)
{
    return db_platform_open(
        &(db_platform_options){
            .pool = a->pool,
            .access = access,
            .actor = {.kind = ACTOR_SYSTEM, .home_tenant = TENANT_PLATFORM,
                      .label = OQ_STR("sign-in"), .address = a->address},
            .request_id = a->request_id,
            .arena = a->arena,
        },
        ret_platform);
}

/* --- the step between password and second factor --------------------------------------------------*/

#define PENDING_LIFE (5 * OQ_MINUTE)

typedef struct pending {
    oq_uuid tenant_id, user_id;
    oq_us until;
    char account_key[40];
} pending;

static const oq_str pending_context = OQ_STR_INIT("sign-in, first step done");

static oq_str pending_make(const attempt *a)
{
    pending done = {.tenant_id = a->tenant_id,
                    .user_id = a->user_id,
                    .until = oq_clock_now() + PENDING_LIFE};
    assert(a->account_key.len < sizeof done.account_key);
    memcpy(done.account_key, a->account_key.ptr, a->account_key.len);
    oq_str sealed = oq_seal(a->arena, oq_strn((char *)&done, sizeof done), pending_context);
    return oq_base64url(a->arena, sealed.ptr, sealed.len);
}

static oq_err *pending_read(attempt *a)
{
    char bytes[256];
    size_t len;
    oq_str plain;
    pending done;
    bool is_ours =
        oq_base64url_parse(a->order->pending, bytes, sizeof bytes, &len) &&
        !oq_unseal(a->arena, oq_strn(bytes, len), pending_context, &plain) &&
        plain.len == sizeof done;
    if (!is_ours)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.step_expired");
    memcpy(&done, plain.ptr, sizeof done);
    if (done.until < oq_clock_now())
        return oq_fail(OQ_UNAUTHENTICATED, "auth.step_expired");
    a->is_known = true;
    a->tenant_id = done.tenant_id;
    a->user_id = done.user_id;
    a->account_key = oq_str_copy(a->arena, oq_cstr(done.account_key));
    return NULL;
}

/* The count stays, also when the attempt is turned away: what is counted is committed first. */
static oq_err *count_attempt(attempt *a)
{
    db_platform *p;
    OQ_TRY(open_platform(a, OQ_WRITE, &p));
    oq_err *refused = count_one(p, a->account_key, LOGIN_FREE_BY_ACCOUNT);
    if (!refused)
        refused = count_one(p, a->address_key, LOGIN_FREE_BY_ADDRESS);
    oq_err *err = refused && refused->kind != OQ_LIMIT ? refused : db_platform_commit(p);
    db_platform_close(p);
    OQ_TRY(err);
    return refused;
}

/* After a success the account starts afresh. A right password that still lacks its second factor
 * takes back no more than its own attempt: else it would wash away the guesses at the factor. */
static oq_err *uncount_attempt(const attempt *a, bool succeeded)
{
    db_platform *p;
    OQ_TRY(open_platform(a, OQ_WRITE, &p));
    oq_err *err =
        succeeded
            ? sql_throttle_forget(p, (sql_throttle_forget_args){.key = a->account_key}, NULL)
            : sql_throttle_uncount(p, (sql_throttle_uncount_args){.key = a->account_key}, NULL);
    if (!err)
        err = sql_throttle_uncount(p, (sql_throttle_uncount_args){.key = a->address_key}, NULL);
    if (!err)
        err = db_platform_commit(p);
    db_platform_close(p);
    return err;
}

/* --- the person ---------------------------------------------------------------------------------*/

static oq_err *find_name(attempt *a)
{
    db_platform *p;
    OQ_TRY(open_platform(a, OQ_READ, &p));
    sql_login_name_find_rows rows;
    oq_err *err = sql_login_name_find(
        p, (sql_login_name_find_args){.email_folded = oq_str_lower(a->arena, a->order->email)},
        &rows);
    db_platform_close(p);
    OQ_TRY(err);
    a->is_known = rows.count == 1;
    if (a->is_known) {
        a->tenant_id = rows.at[0].tenant_id;
        a->user_id = rows.at[0].user_id;
    }
    return NULL;
}

static oq_err *open_tenant(const attempt *a, oq_access access, oq_scope **ret_scope)
{
    return oq_scope_open(
        &(oq_scope_options){
            .pool = a->pool,
            .tenant_id = a->tenant_id,
            .access = access,
            .actor = {.kind = ACTOR_USER, .id = a->user_id, .home_tenant = a->tenant_id,
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
    if (rows.count == 0)
        return oq_fail(OQ_UNAUTHENTICATED, "auth.wrong_credentials");
    a->who = rows.at[0];
    a->hours = settings->session_hours;
    return NULL;
}

/* A refusal is written down where the person's administrators see it; the answer is `refused`. */
static oq_err *refuse(const attempt *a, oq_err *refused)
{
    oq_log_warn("auth.refused", OQ_F_CSTR("why", refused->code), OQ_F_STR("address", a->address),
                OQ_F_STR("request_id", a->request_id), OQ_F_UUID("user_id", a->user_id));
    if (!a->is_known || refused->kind == OQ_LIMIT)
        return refused; /* nobody's audit to write to; or written often enough */
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

static oq_err *begin_session(const attempt *a, oq_scope *s, login_result *result)
{
    OQ_TRY(check_second_factor(a, s));
    OQ_TRY(sql_user_signed_in(
        s, (sql_user_signed_in_args){.id = a->user_id, .now = oq_now(s)}, NULL));
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

static oq_err *judge(attempt *a)
{
    tenant *home = NULL;
    if (a->is_known)
        OQ_TRY(load_person(a, &home));
    /* Unknown names take as long as known ones. */
    if (!oq_str_given(a->order->pending) &&
        !password_is(a->is_known ? a->who.password_hash : OQ_NONE, a->order->password))
        return oq_fail(OQ_UNAUTHENTICATED, "auth.wrong_credentials");
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
    attempt a = {.pool = pool, .arena = arena, .order = order, .address = address,
                 .user_agent = user_agent, .request_id = request_id};
    a.account_key = throttle_key(arena, 'a', order->email);
    a.address_key = throttle_key(arena, 'p', address);
    OQ_TRY(oq_str_given(order->pending) ? pending_read(&a) : find_name(&a));
    oq_err *err = count_attempt(&a);
    if (!err)
        err = judge(&a);
    if (err && oq_err_is(err, "auth.totp_required")) {
        OQ_TRY(uncount_attempt(&a, false));
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
    OQ_TRY(uncount_attempt(&a, true));
    oq_log_info("auth.signed_in", OQ_F_UUID("user_id", a.user_id),
                OQ_F_UUID("tenant_id", a.tenant_id), OQ_F_STR("address", address),
                OQ_F_STR("request_id", request_id));
    *ret_result = result;
    return NULL;
}
