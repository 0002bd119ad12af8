#include "identity/own_access.h"

#include "audit/audit.h"
#include "base/secret.h"
#include "identity/password.h"
#include "identity/session.h"
#include "identity/totp.h"
#include "once.sql.h"
#include "tenant/settings.h"
#include "user.sql.h"

#include "base/banned.h"

/* What the seal is bound to: this person's second factor, nobody else's. */
static oq_str totp_context(oq_scope *s, oq_uuid user_id)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_str tenant = oq_uuid_text(arena, oq_scope_tenant(s)), person = oq_uuid_text(arena, user_id);
    return oq_strf(arena, "totp:%.*s:%.*s", OQ_FMT(tenant), OQ_FMT(person));
}

static oq_err *load(oq_scope *s, oq_uuid user_id, sql_user_secrets_row *ret_secrets)
{
    sql_user_secrets_rows rows;
    OQ_TRY(sql_user_secrets(s, (sql_user_secrets_args){.id = user_id}, &rows));
    if (rows.count == 0)
        return oq_fail(OQ_NOT_FOUND, "user.not_found");
    *ret_secrets = rows.at[0];
    return NULL;
}

static oq_err *record(oq_scope *s, const char *action, oq_uuid user_id, oq_str email)
{
    return audit_record(s, &(audit_entry){.action = action,
                                          .object_type = "user",
                                          .object_id = user_id,
                                          .object_label = email});
}

/* --- password -----------------------------------------------------------------------------------*/

oq_err *access_set_password(oq_scope *s, oq_uuid user_id, const char *field, oq_str password,
                            bool must_change)
{
    sql_user_secrets_row who;
    tenant_settings *settings;
    OQ_TRY(load(s, user_id, &who));
    OQ_TRY(tenant_settings_get(s, &settings));
    OQ_TRY(
        password_check(field, password, settings->password_min_length, who.email, who.full_name));
    OQ_TRY(sql_user_set_password(s,
                                 (sql_user_set_password_args){
                                     .id = user_id,
                                     .password_hash = password_hash(oq_scope_arena(s), password),
                                     .must_change = must_change,
                                     .now = oq_now(s),
                                 },
                                 NULL));
    OQ_TRY(sql_reset_void(s, (sql_reset_void_args){.user_id = user_id, .now = oq_now(s)}, NULL));
    return record(s, "user.password_set", user_id, who.email);
}

oq_err *access_change_password(oq_scope *s, oq_str current, oq_str wanted, oq_uuid keep_session)
{
    user *self;
    sql_user_secrets_row who;
    OQ_TRY(user_self(s, &self));
    OQ_TRY(load(s, self->id, &who));
    if (!password_is(who.password_hash, current))
        return oq_fail_field("current_password", "password.wrong_current");
    if (oq_str_eq(current, wanted))
        return oq_fail_field("new_password", "password.same");
    OQ_TRY(access_set_password(s, self->id, "new_password", wanted, false));
    OQ_TRY(session_end_all(s, self->id, keep_session, "password_changed"));
    return session_void(s, self->id);
}

/* --- second factor ------------------------------------------------------------------------------*/

static void describe_offer(oq_scope *s, oq_str secret, oq_str email, totp_offer *offer)
{
    oq_arena *arena = oq_scope_arena(s);
    offer->secret_text = totp_secret_text(arena, secret);
    offer->uri = totp_uri(arena, secret, email);
    offer->qr_path = totp_qr_path(arena, offer->uri, &offer->qr_size);
}

oq_err *access_totp_begin(oq_scope *s, totp_offer *ret_offer)
{
    user *self;
    OQ_TRY(user_self(s, &self));
    if (self->has_totp)
        return oq_fail(OQ_CONFLICT, "totp.is_on");
    oq_arena *arena = oq_scope_arena(s);
    oq_str secret = totp_new_secret(arena);
    size_t touched;
    OQ_TRY(sql_user_totp_begin(
        s,
        (sql_user_totp_begin_args){
            .id = self->id, .totp_secret = oq_seal(arena, secret, totp_context(s, self->id))},
        &touched));
    if (touched == 0)
        return oq_fail(OQ_CONFLICT, "totp.is_on");
    OQ_TRY(record(s, "user.totp_begun", self->id, self->email));
    describe_offer(s, secret, self->email, ret_offer);
    return NULL;
}

static oq_err *load_pending(oq_scope *s, user **ret_self, oq_str *ret_sealed, oq_str *ret_secret)
{
    sql_user_secrets_row who;
    OQ_TRY(user_self(s, ret_self));
    OQ_TRY(load(s, (*ret_self)->id, &who));
    if (who.totp_enabled_at != OQ_TIME_NONE)
        return oq_fail(OQ_CONFLICT, "totp.is_on");
    if (!oq_str_given(who.totp_secret))
        return oq_fail(OQ_CONFLICT, "totp.not_begun");
    *ret_sealed = who.totp_secret;
    return oq_unseal(oq_scope_arena(s), who.totp_secret, totp_context(s, (*ret_self)->id),
                     ret_secret);
}

oq_err *access_totp_pending(oq_scope *s, totp_offer *ret_offer)
{
    user *self;
    oq_str sealed, secret;
    OQ_TRY(load_pending(s, &self, &sealed, &secret));
    describe_offer(s, secret, self->email, ret_offer);
    return NULL;
}

oq_err *access_totp_confirm(oq_scope *s, oq_str code)
{
    user *self;
    oq_str sealed, secret;
    int64_t step;
    size_t touched;
    OQ_TRY(load_pending(s, &self, &sealed, &secret));
    if (!totp_check(secret, code, oq_now(s), &step))
        return oq_fail_field("totp", "totp.wrong");
    OQ_TRY(sql_user_totp_enable(s,
                                (sql_user_totp_enable_args){
                                    .id = self->id,
                                    .totp_secret = sealed,
                                    .step = step,
                                    .now = oq_now(s),
                                },
                                &touched));
    if (touched == 0)
        return oq_fail(OQ_CONFLICT, "totp.not_begun");
    OQ_TRY(record(s, "user.totp_enabled", self->id, self->email));
    return session_void(s, self->id);
}

static oq_err *totp_off(oq_scope *s, oq_uuid user_id)
{
    return sql_user_totp_disable(s, (sql_user_totp_disable_args){.id = user_id, .now = oq_now(s)},
                                 NULL);
}

oq_err *access_totp_disable(oq_scope *s, oq_str password)
{
    user *self;
    sql_user_secrets_row who;
    tenant_settings *settings;
    OQ_TRY(user_self(s, &self));
    OQ_TRY(load(s, self->id, &who));
    OQ_TRY(tenant_settings_get(s, &settings));
    if (!password_is(who.password_hash, password))
        return oq_fail_field("password", "password.wrong_current");
    if (settings->require_totp)
        return oq_fail(OQ_CONFLICT, "totp.is_required");
    OQ_TRY(totp_off(s, self->id));
    OQ_TRY(record(s, "user.totp_disabled", self->id, self->email));
    return session_void(s, self->id);
}

oq_err *access_totp_reset(oq_scope *s, oq_uuid user_id)
{
    OQ_TRY(oq_scope_require(s, CAP_USER_MANAGE));
    user *who;
    OQ_TRY(user_get(s, user_id, &who));
    OQ_TRY(totp_off(s, user_id));
    OQ_TRY(record(s, "user.totp_reset", user_id, who->email));
    return session_end_all(s, user_id, OQ_UUID_ZERO, "totp_reset");
}

oq_err *access_totp_accept(oq_scope *s, oq_uuid user_id, oq_str sealed_secret, oq_str code,
                           bool *ret_accepted)
{
    oq_str secret;
    int64_t step;
    size_t touched = 0;
    OQ_TRY(oq_unseal(oq_scope_arena(s), sealed_secret, totp_context(s, user_id), &secret));
    if (totp_check(secret, code, oq_now(s), &step))
        OQ_TRY(
            sql_user_totp_use(s, (sql_user_totp_use_args){.id = user_id, .step = step}, &touched));
    *ret_accepted = touched == 1;
    return NULL;
}
